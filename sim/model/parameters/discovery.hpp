#pragma once

#include <array>
#include <cstdint>

#include "graph/base/described.hpp"

namespace grapevine {

/// What a post must have to be shown to those who do not follow its author.
enum class DiscoveryGate : std::uint8_t {
  rate,    ///< much engagement per impression, as far as that is certain
  volume,  ///< much engagement
};
constexpr auto names_of(DiscoveryGate) {
  return std::array{Named{DiscoveryGate::rate, "rate"}, Named{DiscoveryGate::volume, "volume"}};
}

/// Posts of authors that a reader does not follow: docs/model.md 7.17. Run scope, neutral by default.
struct DiscoveryParameters {
  double share = 0.0;
  std::uint32_t pool = 100;
  Tick refresh = 6;
  DiscoveryGate gate = DiscoveryGate::rate;
  std::uint32_t topics = 3;
  std::uint32_t cold = 0;
  std::uint32_t cold_followers = 10'000;
  std::uint32_t cold_impressions = 100;

  bool neutral() const { return share == 0.0 && cold == 0; }

  template <class Key>
  static void keys(Key&& key) {
    using D = DiscoveryParameters;
    const auto needs = [](std::string words, bool (*holds)(const D&)) {
      Condition condition = only_with<D>(std::move(words), holds);
      condition.lenient = true;
      return condition;
    };
    const Condition there = needs("discovery.share or discovery.cold above 0", [](const D& d) { return !d.neutral(); });
    const Condition proven = needs("discovery.share above 0", [](const D& d) { return d.share != 0.0; });
    const Condition cold_start = needs("discovery.cold above 0", [](const D& d) { return d.cold != 0; });
    key.section("discovery", "Posts of authors that a reader does not follow, from pools by topic.", Scope::run);
    key("share", &D::share,
        {.sentence = "Share of a session's candidates that comes from authors the reader does not follow; 0: none.",
         .source = "assumption (neutral)",
         .range = RealRange{0, 0.95},
         .unit = "share"});
    key("pool", &D::pool,
        {.sentence = "Posts that a topic's pool holds at most.",
         .source = "assumption",
         .range = WholeRange{1, 1'000'000},
         .unit = "posts",
         .scales = true,
         .only = there});
    key("refresh", &D::refresh,
        {.kind = Kind::duration,
         .sentence = "Time between renewals of the pools.",
         .source = "assumption",
         .range = durations_from(60),
         .only = there});
    key("gate", &D::gate,
        {.sentence = "What posts enter a pool by: their engagement per impression, as a lower bound of what it may be "
                     "after so many, or how much engagement they have.",
         .source = "assumption",
         .only = proven});
    key("topics", &D::topics,
        {.sentence = "Favourite topics of a reader that it is shown posts on; all topics where there are no more.",
         .source = "assumption",
         .range = WholeRange{1, 64},
         .unit = "topics",
         .only = there});
    key("cold", &D::cold,
        {.sentence = "Candidates of a session that are young posts of small accounts, whatever became of them so far.",
         .source = "assumption (neutral)",
         .range = WholeRange{0, 1'000},
         .unit = "posts"});
    key("cold_followers", &D::cold_followers,
        {.sentence = "Followers up to which an account is small.",
         .source = "assumption",
         .range = WholeRange{0, no_limit},
         .unit = "followers",
         .scales = true,
         .only = cold_start});
    key("cold_impressions", &D::cold_impressions,
        {.sentence = "Impressions below which a post counts as not yet tried.",
         .source = "assumption",
         .range = WholeRange{1, no_limit},
         .unit = "impressions",
         .scales = true,
         .only = cold_start});
  }
};

}  // namespace grapevine
