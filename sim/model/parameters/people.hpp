#pragma once

#include <array>
#include <cstdint>

#include "graph/base/described.hpp"

namespace grapevine {

/// What is known of users where a scenario is read: whether each belongs to a community, who is active, who is
/// verified, who is a creator.
struct KnownOfUsers {
  bool communities = false;
  bool activity = false;
  bool verified = false;
  bool creators = false;
};

/// Of keys about communities.
inline Condition communities_known() {
  return only_with<KnownOfUsers>(
      "graph.model = \"platform\" or \"stochastic-block\", or a graph file (.gvg) from graph.file",
      [](const KnownOfUsers& known) { return known.communities; });
}

/// How users differ. World scope. Every property is drawn independently of the follower count: no tier has an advantage
/// built in. Where the graph says who is active (`Users::active`), the others never post and visit seldom.
struct PopulationParameters {
  double sessions_per_day = 0.3;
  double active_sessions = 0.8;
  double session_spread = 1.0;
  double posts_per_day = 0.5;
  double post_spread = 1.0;
  double patience = 12.0;
  double patience_spread = 0.0;
  std::array<double, 24> daily_profile = filled_profile();
  std::uint32_t topics = 16;
  double focus = 0.0;
  double interest_skew = 1.0;
  double shared_interest = 0.0;
  double propensity_spread = 0.0;
  double quality_spread = 0.0;

  static constexpr std::array<double, 24> filled_profile() {
    std::array<double, 24> flat{};
    for (double& hour : flat) hour = 1.0;
    return flat;
  }

  template <class Key>
  static void keys(Key&& key) {
    const Condition accounts_known =
        only_with<KnownOfUsers>("graph.model = \"platform\" or a graph file (.gvg) from graph.file",
                                [](const KnownOfUsers& known) { return known.activity; });
    key.section("population", "How users differ, independently of their follower counts.", Scope::world);
    key("sessions", &PopulationParameters::sessions_per_day,
        {.sentence = "Mean number of visits.",
         .source = "assumption (most accounts are inactive)",
         .range = RealRange{0, 1440},
         .unit = "sessions per user and day"});
    key("session_spread", &PopulationParameters::session_spread,
        {.sentence = "Standard deviation of the log of a user's session rate; 0: all alike.",
         .source = "assumption",
         .range = log_spread_range,
         .unit = "log units"});
    key("active_sessions", &PopulationParameters::active_sessions,
        {.sentence = "Share of all visits that active users make, where others are inactive.",
         .source = "assumption",
         .range = RealRange{0, 1, true},
         .unit = "share",
         .only = accounts_known});
    key("posts", &PopulationParameters::posts_per_day,
        {.sentence = "Mean number of organic posts, over all users; inactive ones write none.",
         .source = "assumption",
         .range = RealRange{0, 1440},
         .unit = "posts per user and day"});
    key("post_spread", &PopulationParameters::post_spread,
        {.sentence = "Standard deviation of the log of a user's posting rate; 0: all alike.",
         .source = "assumption",
         .range = log_spread_range,
         .unit = "log units"});
    key("patience", &PopulationParameters::patience,
        {.sentence = "Mean number of posts looked at in a session whose feed does not run out (geometric).",
         .source = "assumption (reading from the top until one stops: [R] Craswell et al. 2008, reference row 36)",
         .range = RealRange{1, 1'000'000},
         .unit = "posts"});
    key("patience_spread", &PopulationParameters::patience_spread,
        {.sentence = "Standard deviation of the log of a user's patience; 0: all alike.",
         .source = "assumption (neutral)",
         .range = log_spread_range,
         .unit = "log units"});
    key("daily_profile", &PopulationParameters::daily_profile,
        {.sentence = "Weight of each hour of the day for sessions and posts; only ratios matter.",
         .source = "assumption (neutral)",
         .range = RealRange{0, 1e9}});
    key("topics", &PopulationParameters::topics,
        {.sentence = "Topics that posts are about.",
         .source = "assumption",
         .range = WholeRange{1, 64},
         .unit = "topics"});
    key("focus", &PopulationParameters::focus,
        {.sentence = "Share of an author's posts on its main topic; the rest is spread evenly over all topics.",
         .source = "assumption (neutral)",
         .range = probability_range,
         .unit = "share"});
    key("interest_skew", &PopulationParameters::interest_skew,
        {.sentence = "Interest of a user in a topic is U^skew, U uniform in (0, 1); 0: full interest in all.",
         .source = "assumption",
         .range = RealRange{0, 100}});
    key("shared_interest", &PopulationParameters::shared_interest,
        {.sentence =
             "Probability that a user's interest in a topic is that of its community; 0: independent over users.",
         .source = "assumption (neutral)",
         .range = probability_range,
         .unit = "probability",
         .only = communities_known()});
    key("propensity_spread", &PopulationParameters::propensity_spread,
        {.sentence = "Standard deviation of a user's own inclination to act.",
         .source = "assumption (neutral)",
         .range = RealRange{0, 10},
         .unit = "logits"});
    key("quality_spread", &PopulationParameters::quality_spread,
        {.sentence = "Standard deviation of a post's quality.",
         .source = "assumption (neutral)",
         .range = RealRange{0, 10},
         .unit = "logits"});
  }
};

}  // namespace grapevine
