#include <algorithm>

#include "scenarios/keys/key_fields.hpp"

namespace grapevine {

using namespace key_fields;

namespace {

/// An arm's own ranking decides for its own keys; the scenario's keys also act through any arm.
template <Ranking... rankings>
bool ranks_by(const Target& target) {
  const auto ranks = [](const RunParameters& run) { return ((run.feed.ranking == rankings) || ...); };
  if (target.arm) return ranks(*target.run);
  const std::vector<Arm>& arms = target.scenario->arms;
  return ranks(target.scenario->run) ||
         std::any_of(arms.begin(), arms.end(), [&](const Arm& arm) { return ranks(arm.run); });
}
constexpr Condition scored_feed{"feed.ranking = \"weighted\", \"oracle\" or \"no-learning\"",
                                ranks_by<Ranking::weighted, Ranking::oracle, Ranking::no_learning>};
constexpr Condition valued_feed{"feed.ranking = \"weighted\" or \"oracle\"",
                                ranks_by<Ranking::weighted, Ranking::oracle>};
constexpr Condition weighted_feed{"feed.ranking = \"weighted\"", ranks_by<Ranking::weighted>};
/// The scenario's own prior also says how far the past of accounts is shrunk.
constexpr Condition shrunk{
    "feed.ranking = \"weighted\", or a campaign with accounts = \"engagement\"", [](const Target& target) {
      const auto& campaigns = target.scenario->world.campaigns;
      return ranks_by<Ranking::weighted>(target) ||
             (!target.arm && std::any_of(campaigns.begin(), campaigns.end(), [](const CampaignParameters& campaign) {
               return campaign.choose == AccountChoice::engagement;
             }));
    }};

constexpr std::string_view computed_from_population =
    "follows from the population as declared (method of moments, docs/model.md 7.6)";

template <auto member, Action action>
Field per_action(const Target& target) {
  return &(target.run->feed.*member)[std::size_t(action)];
}

std::vector<std::string_view> ranking_names() {
  std::vector<std::string_view> names;
  for (const RankingFacts& ranking : ranking_table) names.push_back(ranking.name);
  return names;
}

std::string order_of_feed() {
  std::string sentence = "Order of a feed, by what comes first.";
  for (const RankingFacts& ranking : ranking_table)
    sentence += " " + std::string(ranking.name) + ": " + std::string(ranking.first) + ".";
  return sentence;
}

std::vector<Key> weights() {
  return key_per_action([]<Action action>() {
    const ActionFacts& facts = action_table[std::size_t(action)];
    return Key{.section = "feed.weights",
               .name = facts.name,
               .kind = Kind::number,
               .field = per_action<&FeedParameters::weights, action>,
               .sentence = "Weight of the predicted probability of a " + std::string(facts.name) + ".",
               .source = facts.weight_source,
               .scope = Scope::run,
               .range = RealRange{0, 1e6},
               .only = valued_feed};
  });
}

std::vector<Key> priors() {
  return key_per_action([]<Action action>() {
    const ActionFacts& facts = action_table[std::size_t(action)];
    return Key{.section = "feed.prior",
               .name = facts.name,
               .kind = Kind::number_or_auto,
               .field = per_action<&FeedParameters::prior, action>,
               .sentence = "Rate of " + std::string(facts.plural) +
                           " per impression that the platform expects of a new post; \"auto\": the mean over posts. "
                           "Below that it favours posts that many have looked at, above it the others.",
               .source = computed_from_population,
               .scope = Scope::run,
               .range = probability,
               .unit = "probability",
               .only = weighted_feed};
  });
}

std::vector<Key> prior_strengths() {
  return key_per_action([]<Action action>() {
    const ActionFacts& facts = action_table[std::size_t(action)];
    return Key{.section = "feed.prior_strength",
               .name = facts.name,
               .kind = Kind::number_or_auto,
               .field = per_action<&FeedParameters::prior_strength, action>,
               .sentence = "Impressions that the expected rate of " + std::string(facts.plural) +
                           " counts for; \"auto\": what is right for the differences between posts that the population "
                           "declares. With fewer, posts are ordered by luck, which depends on how many have looked.",
               .source = computed_from_population,
               .scope = Scope::run,
               .range = RealRange{0, 1e9, true},
               .unit = "impressions",
               .scales = true,
               .only = shrunk};
  });
}

}  // namespace

std::vector<Key> feed_keys() {
  using K = Kind;
  using S = Scope;
  std::vector<Key> keys{
      {.section = "feed",
       .name = "ranking",
       .kind = K::choice,
       .field = feed<&FeedParameters::ranking>,
       .sentence = order_of_feed(),
       .source = "assumption (neutral)",
       .scope = S::run,
       .choices = ranking_names()},
      {.section = "feed",
       .name = "memory",
       .kind = K::choice,
       .field = feed<&FeedParameters::memory>,
       .sentence = "Candidates: what came since the reader's last session, or everything in the window that it has not "
                   "looked at.",
       .source = "assumption",
       .scope = S::run,
       .choices = {"session", "window"}},
      {.section = "feed",
       .name = "window",
       .kind = K::duration,
       .field = feed<&FeedParameters::window>,
       .sentence = "Posts and reshares older than this are gone.",
       .source =
           "[R] Pfeffer et al. 2023, reference row 37: about 95 % of posts have no relevant impressions after 24 h",
       .range = durations_from(60)},
      {.section = "feed",
       .name = "length",
       .kind = K::whole,
       .field = feed<&FeedParameters::length>,
       .sentence = "Posts served per session, at most.",
       .source = "assumption",
       .scope = S::run,
       .range = WholeRange{1, no_limit},
       .unit = "posts"},
      {.section = "feed",
       .name = "age_half_life",
       .kind = K::duration,
       .field = feed<&FeedParameters::age_half_life>,
       .sentence = "Age at which a score has halved; \"0\": age does not matter.",
       .source = "assumption (neutral)",
       .scope = S::run,
       .range = durations_from(0),
       .only = scored_feed},
      {.section = "feed",
       .name = "holdout",
       .kind = K::number,
       .field = feed<&FeedParameters::holdout>,
       .sentence = "Share of readers, drawn by key, who are served newest first whatever feed.ranking says: what "
                   "amplification is measured against.",
       .source = "assumption (neutral); Huszar et al. 2022 held out near 2 M daily users, [R] reference row 40",
       .scope = S::run,
       .range = probability,
       .unit = "share"},
      {.section = "feed",
       .name = "perturbation",
       .kind = K::number,
       .field = feed<&FeedParameters::perturbation>,
       .sentence = "Standard deviation of the log of a factor on each score, drawn for each reader and root: how far "
                   "the weights of a real ranking are from these; 0: none.",
       .source = "assumption (neutral); X perturbs its weights so in experiments, reference E 4.2",
       .scope = S::run,
       .range = RealRange{0, 10},
       .unit = "log units",
       .only = scored_feed},
  };
  for (const std::vector<Key>& more : {weights(), priors(), prior_strengths()})
    keys.insert(keys.end(), more.begin(), more.end());
  return keys;
}

}  // namespace grapevine
