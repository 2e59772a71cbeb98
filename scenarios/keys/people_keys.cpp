#include <algorithm>

#include "scenarios/keys/key_fields.hpp"

namespace grapevine {

using namespace key_fields;

namespace {

template <Action action>
Field probability_of(const Target& target) {
  return &target.run->behaviour.probability[std::size_t(action)];
}

std::vector<Key> probabilities() {
  return key_per_action([]<Action action>() {
    const ActionFacts& facts = action_table[std::size_t(action)];
    return Key{
        .section = "behaviour",
        .name = facts.name,
        .kind = Kind::number,
        .field = probability_of<action>,
        .sentence = "Mean probability of a " + std::string(facts.name) + " per impression, without social proof.",
        .source = facts.probability_source,
        .scope = Scope::run,
        .range = probability,
        .unit = "probability"};
  });
}

}  // namespace

std::vector<Key> people_keys() {
  using K = Kind;
  using S = Scope;
  std::vector<Key> keys{
      {.section = "population",
       .name = "sessions",
       .kind = K::number,
       .field = people<&PopulationParameters::sessions_per_day>,
       .sentence = "Mean number of visits.",
       .source = "assumption (most accounts are inactive)",
       .range = RealRange{0, 1440},
       .unit = "sessions per user and day"},
      {.section = "population",
       .name = "session_spread",
       .kind = K::number,
       .field = people<&PopulationParameters::session_spread>,
       .sentence = "Standard deviation of the log of a user's session rate; 0: all alike.",
       .source = "assumption",
       .range = spread,
       .unit = "log units"},
      {.section = "population",
       .name = "active_sessions",
       .kind = K::number,
       .field = people<&PopulationParameters::active_sessions>,
       .sentence = "Share of all visits that active users make, where others are inactive.",
       .source = "assumption",
       .range = RealRange{0, 1, true},
       .unit = "share",
       .only = accounts_known},
      {.section = "population",
       .name = "posts",
       .kind = K::number,
       .field = people<&PopulationParameters::posts_per_day>,
       .sentence = "Mean number of organic posts, over all users; inactive ones write none.",
       .source = "assumption",
       .range = RealRange{0, 1440},
       .unit = "posts per user and day"},
      {.section = "population",
       .name = "post_spread",
       .kind = K::number,
       .field = people<&PopulationParameters::post_spread>,
       .sentence = "Standard deviation of the log of a user's posting rate; 0: all alike.",
       .source = "assumption",
       .range = spread,
       .unit = "log units"},
      {.section = "population",
       .name = "patience",
       .kind = K::number,
       .field = people<&PopulationParameters::patience>,
       .sentence = "Mean number of posts looked at in a session whose feed does not run out (geometric).",
       .source = "assumption (reading from the top until one stops: [R] Craswell et al. 2008, reference row 36)",
       .range = RealRange{1, 1'000'000},
       .unit = "posts"},
      {.section = "population",
       .name = "patience_spread",
       .kind = K::number,
       .field = people<&PopulationParameters::patience_spread>,
       .sentence = "Standard deviation of the log of a user's patience; 0: all alike.",
       .source = "assumption (neutral)",
       .range = spread,
       .unit = "log units"},
      {.section = "population",
       .name = "daily_profile",
       .kind = K::hours,
       .field = people<&PopulationParameters::daily_profile>,
       .sentence = "Weight of each hour of the day for sessions and posts; only ratios matter.",
       .source = "assumption (neutral)",
       .range = RealRange{0, 1e9}},
      {.section = "population",
       .name = "topics",
       .kind = K::whole,
       .field = people<&PopulationParameters::topics>,
       .sentence = "Topics that posts are about.",
       .source = "assumption",
       .range = WholeRange{1, 64},
       .unit = "topics"},
      {.section = "population",
       .name = "focus",
       .kind = K::number,
       .field = people<&PopulationParameters::focus>,
       .sentence = "Share of an author's posts on its main topic; the rest is spread evenly over all topics.",
       .source = "assumption (neutral)",
       .range = probability,
       .unit = "share"},
      {.section = "population",
       .name = "interest_skew",
       .kind = K::number,
       .field = people<&PopulationParameters::interest_skew>,
       .sentence = "Interest of a user in a topic is U^skew, U uniform in (0, 1); 0: full interest in all.",
       .source = "assumption",
       .range = RealRange{0, 100}},
      {.section = "population",
       .name = "shared_interest",
       .kind = K::number,
       .field = people<&PopulationParameters::shared_interest>,
       .sentence = "Probability that a user's interest in a topic is that of its community; 0: independent over users.",
       .source = "assumption (neutral)",
       .range = probability,
       .unit = "probability",
       .only = in_communities},
      {.section = "population",
       .name = "propensity_spread",
       .kind = K::number,
       .field = people<&PopulationParameters::propensity_spread>,
       .sentence = "Standard deviation of a user's own inclination to act.",
       .source = "assumption (neutral)",
       .range = RealRange{0, 10},
       .unit = "logits"},
      {.section = "population",
       .name = "quality_spread",
       .kind = K::number,
       .field = people<&PopulationParameters::quality_spread>,
       .sentence = "Standard deviation of a post's quality.",
       .source = "assumption (neutral)",
       .range = RealRange{0, 10},
       .unit = "logits"},
      {.section = "behaviour",
       .name = "topic_match",
       .kind = K::number,
       .field = behaviour<&BehaviourParameters::topic_match>,
       .sentence = "Difference between full interest and no interest in the post's topic.",
       .source = "assumption (neutral)",
       .scope = S::run,
       .range = logits,
       .unit = "logits"},
      {.section = "behaviour",
       .name = "social_proof",
       .kind = K::number,
       .field = behaviour<&BehaviourParameters::social_proof>,
       .sentence = "Gain per doubling of (1 + followees who reshared the root).",
       .source = "assumption (neutral)",
       .scope = S::run,
       .range = logits,
       .unit = "logits"},
      {.section = "behaviour",
       .name = "again",
       .kind = K::choice,
       .field = behaviour<&BehaviourParameters::again>,
       .sentence = "Whether a reader that meets a post again decides again: by one random number for reader, post and "
                   "action, or by a fresh one at each look. Either way it acts once.",
       .source = "assumption (neutral)",
       .scope = S::run,
       .choices = {"once", "fresh"}},
      {.section = "cascade",
       .name = "parent",
       .kind = K::choice,
       .field = behaviour<&BehaviourParameters::parent>,
       .sentence = "Whose emission a reshare names as its parent: the latest or the first visible one.",
       .source = "assumption",
       .scope = S::run,
       .choices = {"latest", "first"}},
  };
  const std::vector<Key> actions = probabilities();
  const auto behaviour = std::ranges::find(keys, std::string_view("behaviour"), &Key::section);
  keys.insert(behaviour, actions.begin(), actions.end());
  return keys;
}

}  // namespace grapevine
