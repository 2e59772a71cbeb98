#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "graph/base/described.hpp"

namespace grapevine {

/// Classes of users by follower count, fixed at the start. Tier i holds follower counts from `from[i]` to
/// below `from[i + 1]`. World scope.
struct TierParameters {
  std::vector<std::string> names{"nano", "micro", "mid", "macro", "mega"};
  std::vector<std::uint64_t> from{0, 3'000, 100'000, 500'000, 1'000'000};

  template <class Key>
  static void keys(Key&& key) {
    key.section("tiers", "Classes of users by follower count, fixed at the start.", Scope::world);
    key("names", &TierParameters::names,
        {.kind = Kind::labels,
         .sentence = "Names of the classes of users by follower count, smallest first.",
         .source = "the user's choice"});
    key("from", &TierParameters::from,
        {.kind = Kind::bounds,
         .sentence = "Least follower count of each class, ascending; the first is 0.",
         .source = "the user's choice",
         .unit = "followers",
         .scales = true});
  }
};
inline constexpr std::size_t most_tiers = 16;

}  // namespace grapevine
