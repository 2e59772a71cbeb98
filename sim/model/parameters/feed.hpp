#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "graph/base/described.hpp"
#include "sim/model/actions.hpp"
#include "sim/model/features.hpp"
#include "sim/model/parameters/behaviour.hpp"
#include "sim/model/parameters/campaign.hpp"
#include "sim/model/parameters/discovery.hpp"
#include "sim/model/parameters/feed_rules.hpp"
#include "sim/model/parameters/people.hpp"
#include "sim/model/parameters/simsom.hpp"
#include "sim/model/parameters/trust.hpp"
#include "sim/model/rankings.hpp"

namespace grapevine {

enum class FeedMemory : std::uint8_t { session, window, queue };
constexpr auto names_of(FeedMemory) {
  return std::array{Named{FeedMemory::session, "session"}, Named{FeedMemory::window, "window"},
                    Named{FeedMemory::queue, "queue"}};
}

/// Run scope, but `window`, which sizes the timelines, is world scope.
struct FeedParameters {
  Ranking ranking = Ranking::chronological;
  Preset preset = Preset::none;
  std::string formula;  ///< of `Ranking::formula`
  FeedMemory memory = FeedMemory::session;
  Tick window = 144;
  std::uint32_t length = 200;
  std::uint32_t queue = 15;  ///< posts, under `FeedMemory::queue`
  PerAction weights = per_action(&ActionFacts::weight);
  PerAction prior = per_action(automatic);
  PerAction prior_strength =
      per_action(automatic);           ///< automatic: what is right for the population (sim/feed/prior.hpp)
  double author_strength = unlimited;  ///< unlimited: the past of a post's author says nothing
  double author_half_life = 0.0;       ///< ticks; 0: the past does not fade
  double tie = unlimited;              ///< unlimited: what the reader did with the author before says nothing
  double topic_match = 0.0;            ///< as a share of that of behaviour
  double answered_weight = 0.0;
  double mutual_reply_weight = 0.0;  ///< more for a reply between reader and author who follow each other
  double good_click_weight = 0.0;    ///< of a click and a like or reply
  double good_visit_weight = 0.0;    ///< of a profile visit and a like or reply
  double answered_strength = 20.0;
  double perturbation = 0.0;
  double age_half_life = 0.0;     ///< ticks
  double verified = 1.0;          ///< a factor on scores of what followees bring ...
  double verified_outside = 1.0;  ///< ... and of the rest
  double creator = 1.0;           ///< a factor on scores of what a creator shows followers ...
  double creator_outside = 1.0;   ///< ... and strangers
  double holdout = 0.0;
  FeedRules rules;
  SimSomParameters simsom;

  Ranking form() const { return form_of(ranking); }
  bool has_negative_weights() const {
    return std::ranges::any_of(weights, [](double weight) { return weight < 0.0; });
  }
  bool looks_at_authors() const { return author_strength != unlimited; }
  bool looks_at_verified() const { return verified != 1.0 || verified_outside != 1.0; }
  bool looks_at_creators() const { return creator != 1.0 || creator_outside != 1.0; }
  bool looks_at_answers() const { return answered_weight > 0.0; }
  /// Whether posts have scores that are worth something, or any scores.
  bool values() const { return form() == Ranking::weighted || form() == Ranking::oracle; }
  bool weighs_actions() const { return values() || form() == Ranking::edgerank; }
  bool scores() const { return weighs_actions() || form() == Ranking::no_learning || form() == Ranking::formula; }

  template <class Key>
  static void keys(Key&& key) {
    const auto ranks_by = [](std::string words, bool (*holds)(const FeedParameters&)) {
      return only_with<FeedParameters>(std::move(words), holds);
    };
    const Condition scored_feed =
        ranks_by("feed.ranking = \"weighted\", \"oracle\", \"no-learning\", \"formula\", \"edgerank\" or a preset",
                 [](const FeedParameters& feed) { return feed.scores(); });
    const Condition weighing = ranks_by("feed.ranking = \"weighted\", \"oracle\", \"edgerank\" or a preset",
                                        [](const FeedParameters& feed) { return feed.weighs_actions(); });
    const Condition preset_free =
        ranks_by("feed.ranking = \"weighted\", \"oracle\" or \"no-learning\"", [](const FeedParameters& feed) {
          return (feed.values() || feed.form() == Ranking::no_learning) && facts_of(feed.ranking).rules.empty();
        });
    const Condition verifying{scored_feed.words + ", and tiers.verified above 0 or a column `verified` of the accounts",
                              [scored = scored_feed.holds](const Circumstances& c) {
                                return scored(c) &&
                                       c.any<KnownOfUsers>([](const KnownOfUsers& known) { return known.verified; });
                              }};
    const Condition creating{scored_feed.words + ", and tiers.creators above 0 or a column `creator` of the accounts",
                             [scored = scored_feed.holds](const Circumstances& c) {
                               return scored(c) &&
                                      c.any<KnownOfUsers>([](const KnownOfUsers& known) { return known.creators; });
                             }};
    const Condition valued_feed = ranks_by("feed.ranking = \"weighted\", \"oracle\" or a preset", is_valued);
    const auto learns = [](const Circumstances& c) {
      return c.any<FeedParameters>(is_predicting) ||
             c.any<DiscoveryParameters>([](const DiscoveryParameters& discovery) {
               return discovery.share != 0.0 && discovery.gate == DiscoveryGate::rate;
             });
    };
    const Condition learning{
        "feed.ranking = \"weighted\" or \"formula\", or discovery.share with discovery.gate = \"rate\"", learns};
    // The study's own prior also says how far the past of accounts is shrunk.
    const Condition shrunk{
        "feed.ranking = \"weighted\" or \"formula\", discovery.share with discovery.gate = \"rate\", or a campaign "
        "with accounts = \"engagement\" or under price.engagement",
        [learns](const Circumstances& c) {
          const bool priced = c.any<PriceParameters>([](const PriceParameters& prices) { return prices.looks_back(); });
          return learns(c) || (!c.of_arm && c.any<CampaignParameters>([priced](const CampaignParameters& campaign) {
                   return priced || campaign.choose == AccountChoice::engagement;
                 }));
        }};
    const Condition learning_weights = ranks_by("feed.ranking = \"weighted\"", is_weighted);
    const Condition predicting = ranks_by("feed.ranking = \"weighted\" or \"formula\"", is_predicting);
    const Condition remembering = ranks_by(
        "feed.ranking = \"weighted\" or \"formula\" with feed.author_strength other than \"off\", or "
        "feed.weights.answered above 0",
        [](const FeedParameters& feed) {
          return (is_predicting(feed) && feed.looks_at_authors()) || (is_valued(feed) && feed.looks_at_answers());
        });
    const Condition answering{
        valued_feed.words + ", and answers.per_day above 0", [](const Circumstances& c) {
          return c.any<FeedParameters>(is_valued) &&
                 c.any<AnswersParameters>([](const AnswersParameters& answers) { return !answers.neutral(); });
        }};
    const Condition matching{
        learning_weights.words + ", and behaviour.topic_match other than 0", [](const Circumstances& c) {
          return c.any<FeedParameters>(is_weighted) &&
                 c.any<BehaviourParameters>([](const BehaviourParameters& b) { return b.topic_match != 0.0; });
        }};
    const Condition expecting_answers = ranks_by("feed.weights.answered above 0", [](const FeedParameters& feed) {
      return is_valued(feed) && feed.looks_at_answers();
    });
    const std::string computed = "follows from the population as declared (method of moments, docs/model.md 7.6)";

    key.section("feed", "What a reader is served.", Scope::run);
    key("ranking", &FeedParameters::ranking, {.sentence = order_of_feed(), .source = "assumption (neutral)"});
    key("preset", &FeedParameters::preset,
        {.sentence =
             "A published ranking whose rules are laid under \"oracle\", \"no-learning\" or \"weighted\": what it "
             "would do if it knew, or learned nothing. Its own name as feed.ranking needs no preset. Keys that are "
             "given win over those of a preset (`grapevine keys --preset`).",
         .source = "assumption (neutral)",
         .only = preset_free});
    key("formula", &FeedParameters::formula,
        {.sentence = "What the candidates of a session are ordered by, the highest first: an expression of numbers, "
                     "+ - * /, comparisons, x ? y : z, the functions " +
                     functions_in_words() + ", and of the features " + features_in_words() +
                     " (docs/model.md 7.6), such as \"(p_like + 20 * p_reply) / (1 + age)\".",
         .source = "the user's choice",
         .absent = "none",
         .only = ranks_by("feed.ranking = \"formula\"",
                          [](const FeedParameters& feed) { return feed.ranking == Ranking::formula; })});
    key("memory", &FeedParameters::memory,
        {.sentence =
             "Candidates: what came since the reader's last session; everything in the window that it has not "
             "looked at; or what is in its queue: the feed.queue posts that came in last, looked at or not, its "
             "own among them. A post that comes again while it is there keeps its place and is told how often "
             "it came.",
         .source = "assumption; queue: [R] SimSoM, reference E 4.3"});
    key("queue", &FeedParameters::queue,
        {.sentence = "Posts that a reader's queue holds, the last that came in.",
         .source = "[R] SimSoM, feed size sigma, reference E 4.3",
         .range = WholeRange{1, 100'000},
         .unit = "posts",
         .only = ranks_by("feed.memory = \"queue\"",
                          [](const FeedParameters& feed) { return feed.memory == FeedMemory::queue; })});
    key("window", &FeedParameters::window,
        {.kind = Kind::duration,
         .sentence = "Posts and reshares older than this are gone.",
         .source =
             "[R] Pfeffer et al. 2023, reference row 37: about 95 % of posts have no relevant impressions after 24 h",
         .scope = Scope::world,
         .range = durations_from(60)});
    key("length", &FeedParameters::length,
        {.sentence = "Posts served per session, at most.",
         .source = "assumption",
         .range = WholeRange{1, no_limit},
         .unit = "posts"});
    key("age_half_life", &FeedParameters::age_half_life,
        {.kind = Kind::duration,
         .sentence = "Age at which a score has halved; \"0\": age does not matter.",
         .source = "assumption (neutral)",
         .range = durations_from(0),
         .only = scored_feed});
    key("author_strength", &FeedParameters::author_strength,
        {.kind = Kind::strength,
         .sentence =
             "How many impressions the mean over authors counts for in what is expected of a new post from how "
             "earlier posts of its author did; \"auto\": what is right for the differences between authors that "
             "the population declares; \"off\": the same is expected of every new post.",
         .source = "assumption (neutral)",
         .range = RealRange{0, 1e9, true},
         .unit = "impressions",
         .scales = true,
         .only = predicting});
    key("author_half_life", &FeedParameters::author_half_life,
        {.kind = Kind::duration,
         .sentence = "Time after which an earlier post counts for half as much in that; \"0\": the past does not fade.",
         .source = "assumption",
         .range = durations_from(0),
         .only = remembering});
    key("tie", &FeedParameters::tie,
        {.kind = Kind::number_or_off,
         .sentence = "How many impressions the prediction for a post counts for against what the reader did at its own "
                     "looks at the author's live posts; \"off\": a reader's past with an author says nothing.",
         .source = "assumption (neutral)",
         .range = RealRange{0, 1e9, true},
         .unit = "impressions",
         .only = learning_weights});
    key("topic_match", &FeedParameters::topic_match,
        {.sentence =
             "What the platform believes that a reader's interest in the topic of a post is worth, as a share of "
             "what it is worth (behaviour.topic_match); 0: it looks at posts only, not at what readers like.",
         .source = "assumption (neutral)",
         .range = RealRange{0, 10},
         .unit = "share",
         .only = matching});
    key("holdout", &FeedParameters::holdout,
        {.sentence = "Share of readers, drawn by key, who are served newest first whatever feed.ranking says: what "
                     "amplification is measured against.",
         .source = "assumption (neutral); Huszar et al. 2022 held out near 2 M daily users, [R] reference row 40",
         .range = probability_range,
         .unit = "share"});
    key("perturbation", &FeedParameters::perturbation,
        {.sentence = "Standard deviation of the log of a factor on each score, drawn for each reader and root: how far "
                     "the weights of a real ranking are from these; 0: none.",
         .source = "assumption (neutral); X perturbs its weights in this way in experiments, reference E 4.2",
         .range = RealRange{0, 10},
         .unit = "log units",
         .only = scored_feed});
    key("verified", &FeedParameters::verified,
        {.sentence = "Factor on the scores of posts that stand in the feed because the reader follows their author, a "
                     "verified account (tiers.verified); of posts that stand there because a followee reshared them "
                     "there is none; 1: verification changes nothing.",
         .source = "assumption (neutral); 4 in the ranking that Twitter published in 2023, [R] reference E",
         .range = RealRange{0, 1000},
         .only = verifying});
    key("verified_outside", &FeedParameters::verified_outside,
        {.sentence = "The same of posts that no followee brought (discovery).",
         .source = "assumption (neutral); 2 in the ranking that Twitter published in 2023, [R] reference E",
         .range = RealRange{0, 1000},
         .only = verifying});
    key("creator", &FeedParameters::creator,
        {.sentence = "Factor on the scores of posts that stand in the feed because the reader follows their author, a "
                     "creator (tiers.creators); of posts that stand there because a followee reshared them there is "
                     "none; 1: who is a creator changes nothing.",
         .source = "assumption (neutral); 1.1 in the ranking that Twitter published in 2023, [R] reference E",
         .range = RealRange{0, 1000},
         .only = creating});
    key("creator_outside", &FeedParameters::creator_outside,
        {.sentence = "The same of posts that no followee brought (discovery).",
         .source = "assumption (neutral); 1.3 in the ranking that Twitter published in 2023, [R] reference E",
         .range = RealRange{0, 1000},
         .only = creating});
    key.section("feed.weights", "What the weighted ranking values.", Scope::run);
    for (std::size_t a = 0; a < action_count; ++a)
      key(action_table[a].name, [a](FeedParameters & feed) -> auto& { return feed.weights[a]; },
          {.sentence = "Weight of the predicted probability of a " + spoken(action_table[a].name) + ".",
           .source = std::string(action_table[a].weight_source),
           .range = RealRange{-1e6, 1e6},
           .only = weighing});
    key("answered", &FeedParameters::answered_weight,
        {.sentence = "Weight of the predicted probability that the reader replies and the author answers that.",
         .source =
             "assumption (neutral); 75 in the Twitter heavy ranker README, weights of 5 April 2023, [R] reference "
             "E 4.1",
         .range = RealRange{0, 1e6},
         .only = answering});
    key("mutual_reply", &FeedParameters::mutual_reply_weight,
        {.sentence =
             "Further weight of the predicted probability of a reply to a post of an author's own that stands in "
             "the feed as such, where reader and author follow each other.",
         .source = "assumption (neutral); 15 in the ranking of X (2026), [R] reference E 4.2",
         .range = RealRange{0, 1e6},
         .only = valued_feed});
    key("good_click", &FeedParameters::good_click_weight,
        {.sentence = "Weight of the predicted probability that the reader clicks and likes or replies.",
         .source = "assumption (neutral); 11 in the Twitter heavy ranker README, [R] reference E 4.1",
         .range = RealRange{0, 1e6},
         .only = valued_feed});
    key("good_profile_visit", &FeedParameters::good_visit_weight,
        {.sentence = "Weight of the predicted probability that the reader visits the profile and likes or replies.",
         .source = "assumption (neutral); 12 in the Twitter heavy ranker README, [R] reference E 4.1",
         .range = RealRange{0, 1e6},
         .only = valued_feed});
    describe_rules<FeedParameters>(key, scored_feed);
    key.section("feed.prior", "What the weighted ranking expects before it has seen anything.", Scope::run);
    for (std::size_t a = 0; a < action_count; ++a)
      key(action_table[a].name, [a](FeedParameters & feed) -> auto& { return feed.prior[a]; },
          {.kind = Kind::number_or_auto,
           .sentence = "Rate of " + spoken(action_table[a].plural) +
                       " per impression that the platform expects of a new post; \"auto\": the mean over posts. "
                       "Below that it favours posts that many have looked at, above it the others.",
           .source = computed,
           .range = probability_range,
           .unit = "probability",
           .only = learning});
    key.section("feed.prior_strength", "How many impressions, or replies, that counts for.", Scope::run);
    for (std::size_t a = 0; a < action_count; ++a)
      key(action_table[a].name, [a](FeedParameters & feed) -> auto& { return feed.prior_strength[a]; },
          {.kind = Kind::number_or_auto,
           .sentence = "Impressions that the expected rate of " + spoken(action_table[a].plural) +
                       " counts for; \"auto\": what is right for the differences between posts that the population "
                       "declares. With fewer, posts are ordered by luck, which depends on how many have looked.",
           .source = computed,
           .range = RealRange{0, 1e9, true},
           .unit = "impressions",
           .scales = true,
           .only = shrunk});
    key("answered", &FeedParameters::answered_strength,
        {.sentence = "Replies that the share which authors answer counts for, against those on an author's own earlier "
                     "posts, in what share of its replies that author is expected to answer.",
         .source = "assumption",
         .range = RealRange{0, 1e9, true},
         .unit = "replies",
         .scales = true,
         .only = expecting_answers});
    describe_simsom<FeedParameters>(key, ranks_by("feed.ranking = \"simsom\"", [](const FeedParameters& feed) {
                                      return feed.ranking == Ranking::simsom;
                                    }));
  }

private:
  static std::string order_of_feed() {
    std::string sentence = "Order of a feed, by what comes first.";
    for (const RankingFacts& ranking : rankings()) {
      sentence += " " + ranking.name + ": " + ranking.first;
      if (!ranking.source.empty())
        sentence += " (" + ranking.source + (ranking.date.empty() ? "" : ", " + ranking.date) + ")";
      sentence += ".";
    }
    return sentence;
  }
  static bool is_weighted(const FeedParameters& feed) { return feed.form() == Ranking::weighted; }
  static bool is_predicting(const FeedParameters& feed) {
    return is_weighted(feed) || feed.ranking == Ranking::formula;
  }
  static bool is_valued(const FeedParameters& feed) { return feed.values(); }
};

template <class Parameters>
Ranking add_ranking(RankingFacts facts, std::string sentence) {
  const std::string name = facts.name;
  const Ranking ranking = add_ranking(std::move(facts));
  add_section(own_section<Parameters>("feed." + name, std::move(sentence),
                                      {"feed.ranking = \"" + name + "\"", [ranking](const Circumstances& c) {
                                         return c.any<FeedParameters>(
                                             [ranking](const FeedParameters& feed) { return feed.ranking == ranking; });
                                       }}));
  return ranking;
}

}  // namespace grapevine
