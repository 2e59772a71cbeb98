#pragma once

#include <array>
#include <cstdint>

#include "graph/base/described.hpp"
#include "sim/model/parameters/time.hpp"

namespace grapevine {

/// How the ranking `simsom` puts appeal, shares and recency together.
enum class SimSomForm : std::uint8_t {
  product,  ///< as the published program does
  sum       ///< as the published text says: each as a share of what is there
};
constexpr auto names_of(SimSomForm) {
  return std::array{Named{SimSomForm::product, "product"}, Named{SimSomForm::sum, "sum"}};
}

/// Run scope.
struct SimSomParameters {
  SimSomForm form = SimSomForm::product;
  double step = 6.0;  ///< ticks
};

/// The keys of [feed.simsom], for `FeedParameters::keys`.
template <class Feed, class Key>
void describe_simsom(Key&& key, const Condition& drawn) {
  key.section("feed.simsom", "How the ranking simsom draws posts.", Scope::run);
  key("form", [](Feed & feed) -> auto& { return feed.simsom.form; },
      {.sentence =
           "What a post is drawn in proportion to: appeal x shares x e^(-0.4 age^0.4), or the mean of appeal, its "
           "share of the shares of all candidates, and e^(-0.4 age^0.4).",
       .source = "[R] SimSoM, code (product) and text (sum; equal weights are an assumption), reference E 4.3",
       .only = drawn});
  key("step", [](Feed & feed) -> auto& { return feed.simsom.step; },
      {.kind = Kind::duration,
       .sentence = "The time that ages are counted in: SimSoM's step, in which every user acts once on average.",
       .source = "assumption (SimSoM has no clock)",
       .range = durations_from(60),
       .only = drawn});
}

}  // namespace grapevine
