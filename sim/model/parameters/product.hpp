#pragma once

#include <cstdint>
#include <string>

#include "graph/base/described.hpp"

namespace grapevine {

/// What a brand sells, and what makes users buy it: docs/model.md 7.16. World scope: who would buy is the same in every
/// arm.
struct ProductParameters {
  std::string name;
  std::int32_t topic = -1;  ///< -1: nobody wants it more than others
  double rate = 0.001;      ///< purchases per user and day, unprompted
  double affinity = 0.0;
  double look = 0.0;
  double click = 0.0;
  double half_life = 288.0;  ///< ticks; 0: nothing fades
  Tick credit = 1008;

  template <class Key>
  static void keys(Key&& key) {
    using P = ProductParameters;
    const Condition on_topic = only_with<P>("topic", [](const P& product) { return product.topic >= 0; });
    Condition prompted = only_with<P>("look or click above 0",
                                      [](const P& product) { return product.look != 0.0 || product.click != 0.0; });
    prompted.lenient = true;  // a study without looks is one key away
    key.section(
        "product",
        "What a brand sells; one table each. Campaigns sell it by its name, and each user buys it once at most.",
        Scope::world, true);
    key("name", &P::name,
        {.kind = Kind::name,
         .sentence = "Names the product in campaign.product, in results and in overrides.",
         .source = "the user's choice",
         .required = true});
    key("topic", &P::topic,
        {.sentence = "Topic that it belongs to.",
         .source = "the user's choice",
         .range = WholeRange{0, 63},
         .absent = "none: nobody wants it more than others"});
    key("rate", &P::rate,
        {.sentence = "How often users buy who have seen nothing of it, mean over all users.",
         .source = "assumption",
         .range = RealRange{0, 1440, true},
         .unit = "purchases per user and day"});
    key("affinity", &P::affinity,
        {.sentence = "How much more often a user with full interest in the topic buys than one without any; a user's "
                     "own interest only, whoever recommends it.",
         .source = "assumption (neutral)",
         .range = RealRange{0, 20},
         .unit = "log units",
         .only = on_topic});
    key("look", &P::look,
        {.sentence = "How much more often a user buys after looking at a post that sells it: 1 for twice as often.",
         .source = "assumption (neutral)",
         .range = RealRange{0, 1e6},
         .unit = "times the user's own rate"});
    key("click", &P::click,
        {.sentence = "The same of a click on such a post, beside what its look does.",
         .source = "assumption (neutral)",
         .range = RealRange{0, 1e6},
         .unit = "times the user's own rate"});
    key("half_life", &P::half_life,
        {.kind = Kind::duration,
         .sentence = "Time in which half of what a look or a click does is gone; \"0\": it stays.",
         .source = "assumption",
         .range = durations_from(0),
         .only = prompted});
    key("credit", &P::credit,
        {.kind = Kind::duration,
         .sentence = "How long before a purchase the looks lie that it is attributed to.",
         .source = "the user's choice: it moves what is attributed, not what happens",
         .range = durations_from(60)});
  }
};
inline constexpr std::size_t most_products = 16;

}  // namespace grapevine
