#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "graph/base/described.hpp"
#include "sim/model/parameters/campaign.hpp"

namespace grapevine {

/// How posts spread.
enum class DiffusionModel : std::uint8_t {
  feed,                 ///< ranked feeds with limited attention: the phases of a tick
  independent_cascade,  ///< an adopter has one chance with each follower (Goldenberg, Libai, Muller 2001; Kempe,
                        ///< Kleinberg, Tardos 2003)
  linear_threshold,     ///< a user adopts once the followees that did weigh more than its threshold (Granovetter 1978;
                        ///< Kempe et al. 2003)
  si,                   ///< an adopter tries each follower in every step
  sir,                  ///< ... until it recovers (Kermack, McKendrick 1927)
  branching,  ///< every contact is a user drawn anew, so audiences never overlap: the tree limit of a graph with these
              ///< follower counts and independent followee counts
};
constexpr auto names_of(DiffusionModel) {
  using M = DiffusionModel;
  return std::array{Named{M::feed, "feed"},
                    Named{M::independent_cascade, "independent-cascade"},
                    Named{M::linear_threshold, "linear-threshold"},
                    Named{M::si, "si"},
                    Named{M::sir, "sir"},
                    Named{M::branching, "branching"}};
}

/// Where the probability of a contact comes from.
enum class Probability : std::uint8_t {
  uniform,           ///< `chance` for all
  weighted_cascade,  ///< 1 / followees of the reader (Kempe et al. 2003)
  trivalency,        ///< 0.1, 0.01 or 0.001, drawn for each follow (Chen, Wang, Wang 2010)
  topic_match,       ///< `chance` x the reader's interest in the topic of the post
  follow,            ///< a column of the graph's file
};
constexpr auto names_of(Probability) {
  using P = Probability;
  return std::array{Named{P::uniform, "uniform"}, Named{P::weighted_cascade, "weighted-cascade"},
                    Named{P::trivalency, "trivalency"}, Named{P::topic_match, "topic-match"},
                    Named{P::follow, "column"}};
}

/// How successes among contacts of equal probability are found. Both draw from the same distribution, with other
/// numbers.
enum class TrialSampling : std::uint8_t {
  skip,   ///< from success to success: time goes with adoptions
  coins,  ///< a coin for each pair of adopter and follower, the same in whatever graph and arm: time goes with contacts
};
constexpr auto names_of(TrialSampling) {
  return std::array{Named{TrialSampling::skip, "skip"}, Named{TrialSampling::coins, "coins"}};
}

/// When the trials of SIR fall.
enum class EpidemicTime : std::uint8_t {
  steps,   ///< one trial a follower and step; recovery at the end of a step
  events,  ///< at exponential times with the same rates per step
};
constexpr auto names_of(EpidemicTime) {
  return std::array{Named{EpidemicTime::steps, "steps"}, Named{EpidemicTime::events, "events"}};
}

/// How posts spread under the classic models; the feed model takes none of it. Run scope.
struct DiffusionParameters {
  DiffusionModel model = DiffusionModel::feed;
  Probability probability = Probability::uniform;
  double chance = 0.1;
  double adoptions = -1;      ///< `chance` is this over the mean follower count; -1: another key says it
  double along_follows = -1;  ///< ... over the mean follower count of the readers of all follows; -1: another key does
  TrialSampling sampling = TrialSampling::skip;
  double recovery = 0.1;
  EpidemicTime time = EpidemicTime::steps;
  std::uint32_t steps = 0;
  std::uint64_t cascades = 0;  ///< beside those of campaigns
  std::string tier;            ///< empty: of all
  std::uint32_t large = 100;
  std::uint32_t trees_from = 0;

  bool is_classic() const { return model != DiffusionModel::feed; }
  /// Contacts go along follows.
  bool by_follows() const { return is_classic() && model != DiffusionModel::branching; }
  bool is_uniform() const {
    return is_classic() && (probability == Probability::uniform || model == DiffusionModel::branching);
  }
  bool matches_topics() const { return is_classic() && probability == Probability::topic_match; }
  /// Whether the chance of uniform contacts follows from the adoptions that they are to bring about.
  bool gives_adoptions() const { return adoptions >= 0.0 || along_follows >= 0.0; }

  template <class Key>
  static void keys(Key&& key) {
    using D = DiffusionParameters;
    const std::string uniform_contacts =
        "a classic diffusion.model with diffusion.probability = \"uniform\", or a campaign whose accounts are chosen "
        "by "
        "influence";
    const Condition classic = only_with<D>("a classic diffusion.model", [](const D& d) { return d.is_classic(); });
    const Condition contacts_of_follows = spreads_or_chooses(
        "diffusion.model = \"independent-cascade\", \"linear-threshold\", \"si\" or \"sir\", or a campaign whose "
        "accounts are chosen by influence",
        [](const D& d) { return d.by_follows(); });
    const Condition adoptions_given =
        spreads_or_chooses(uniform_contacts, [](const D& d) { return d.is_uniform() && d.adoptions >= 0.0; });
    const Condition along_follows_given =
        spreads_or_chooses(uniform_contacts, [](const D& d) { return d.is_uniform() && d.along_follows >= 0.0; });
    const Condition chance_given{
        "a classic diffusion.model with diffusion.probability = \"uniform\", without diffusion.adoptions or "
        "diffusion.along_follows, or \"topic-match\"; or a campaign whose accounts are chosen by influence",
        chance_acts};
    const Condition uniform_cascade =
        only_with<D>("diffusion.model = \"independent-cascade\" with diffusion.probability = \"uniform\"",
                     [](const D& d) { return d.model == DiffusionModel::independent_cascade && d.is_uniform(); });
    const Condition recovering =
        only_with<D>("diffusion.model = \"sir\"", [](const D& d) { return d.model == DiffusionModel::sir; });
    const Condition unpaid_given =
        only_with<D>("diffusion.cascades above 0", [](const D& d) { return d.is_classic() && d.cascades > 0; });
    key.section("diffusion", "How posts spread: by feeds, or by a classic model of diffusion.", Scope::run);
    key("model", &DiffusionParameters::model,
        {.sentence = "How posts spread: by ranked feeds, or by a classic model on the same graph. The classics know "
                     "neither sessions nor feeds; a user takes a post up, which counts as a reshare, or does not.",
         .source = "the user's choice"});
    key("probability", &DiffusionParameters::probability,
        {.sentence = "Of one contact, from an adopter to a follower: diffusion.chance for all; 1 over the follower's "
                     "followees; 0.1, 0.01 or 0.001, drawn for each follow; diffusion.chance times the follower's "
                     "interest in the post's topic; or the column graph.chances of the graph's file. For "
                     "linear-threshold these are weights.",
         .source = "Kempe, Kleinberg, Tardos 2003 (weighted-cascade); Chen, Wang, Wang 2010 (trivalency)",
         .only = contacts_of_follows});
    key("chance", &DiffusionParameters::chance,
        {.sentence = "Probability that a contact passes the post on (under si and sir: per step); with topic-match, at "
                     "full interest.",
         .source = "assumption",
         .range = probability_range,
         .unit = "probability",
         .only = chance_given});
    key("adoptions", &DiffusionParameters::adoptions,
        {.sentence =
             "Adoptions that an adopter, a user drawn at random, is expected to bring about among its followers: sets "
             "diffusion.chance to this over the mean follower count. The r of Goel et al. Whoever was reached along a "
             "follow brings about more where those who follow much are followed much: see diffusion.along_follows.",
         .source = "the user's choice; about 0.2 to 0.35 on Twitter, [C] reference C.4",
         .range = RealRange{0, 1e6, true},
         .unit = "adoptions",
         .absent = "another key says it",
         .only = adoptions_given});
    key("along_follows", &DiffusionParameters::along_follows,
        {.sentence = "Adoptions that an adopter who was reached along a follow, one drawn at random, is expected to "
                     "bring about among its followers: sets diffusion.chance to this over the follower count of "
                     "readers, each taken as often as it follows somebody. At most one of chance, adoptions and "
                     "along_follows is given; an arm's takes the place of the study's.",
         .source = "the user's choice",
         .range = RealRange{0, 1e6, true},
         .unit = "adoptions",
         .absent = "another key says it",
         .only = along_follows_given});
    key("sampling", &DiffusionParameters::sampling,
        {.sentence = "How successes are found: by jumps from one to the next, fastest where they are rare, or by a "
                     "coin for each pair of users, which two arms share whatever else differs.",
         .source = "the same distribution either way",
         .only = uniform_cascade});
    key("recovery", &DiffusionParameters::recovery,
        {.sentence = "Probability per step that an adopter stops trying.",
         .source = "assumption",
         .range = RealRange{0, 1, true},
         .unit = "probability",
         .only = recovering});
    key("time", &DiffusionParameters::time,
        {.sentence = "Trials and recoveries of sir fall once a step, or at exponential times with the same rates.",
         .source = "assumption",
         .only = recovering});
    key("steps", &DiffusionParameters::steps,
        {.sentence = "Steps after which a contagion is no longer looked at; 0: until nothing can happen any more.",
         .source = "the user's choice",
         .range = WholeRange{0, 1'000'000},
         .unit = "steps",
         .only = classic});
    key("cascades", &DiffusionParameters::cascades,
        {.sentence = "Unpaid cascades of each replicate: each an experiment of its own, from one user drawn at random. "
                     "They are counted as roots of that user's tier.",
         .source = "the user's choice",
         .range = WholeRange{0, 1'000'000'000'000},
         .unit = "cascades",
         .only = classic});
    key("tier", &DiffusionParameters::tier,
        {.sentence = "Their roots are of the tier of this name.",
         .source = "the user's choice",
         .absent = "any",
         .only = unpaid_given});
    key("large", &DiffusionParameters::large,
        {.sentence = "Adopters, the root included, from which the shapes of cascades are counted.",
         .source = "Goel et al. 2016 look at cascades of 100 and more, [S] reference rows 2, 5",
         .range = WholeRange{2, 1'000'000'000},
         .unit = "adopters",
         .only = unpaid_given});
    key("trees_from", &DiffusionParameters::trees_from,
        {.sentence = "Adopters from which the tree of an unpaid cascade is kept as rows of /posts and /cascades; 0: "
                     "none is. Paid ones are kept always.",
         .source = "the user's choice",
         .range = WholeRange{0, 1'000'000'000},
         .unit = "adopters",
         .only = unpaid_given});
  }

private:
  /// The study's own keys also say how posts are taken to spread where accounts are chosen by influence.
  static Condition spreads_or_chooses(std::string words, bool (*holds)(const DiffusionParameters&)) {
    return {std::move(words), [holds](const Circumstances& c) { return acts(c, holds); }};
  }
  static bool acts(const Circumstances& c, bool (*holds)(const DiffusionParameters&)) {
    if (c.any<DiffusionParameters>(holds)) return true;
    if (c.of_arm || c.first<DiffusionParameters>() == nullptr) return false;
    DiffusionParameters expected = *c.first<DiffusionParameters>();
    if (expected.model == DiffusionModel::feed) expected.model = DiffusionModel::independent_cascade;
    return holds(expected) && c.any<CampaignParameters>([](const CampaignParameters& campaign) {
      return campaign.choose == AccountChoice::influence || campaign.choose == AccountChoice::lazy_greedy;
    });
  }
  /// A study that gives adoptions has arms with a chance of their own, which is not the study's.
  static bool chance_acts(const Circumstances& c) {
    const auto topics = [](const DiffusionParameters& d) { return d.matches_topics(); };
    const auto chance = [](const DiffusionParameters& d) {
      return (d.is_uniform() && !d.gives_adoptions()) || d.matches_topics();
    };
    const DiffusionParameters* own = c.first<DiffusionParameters>();
    return !c.of_arm && own != nullptr && own->gives_adoptions() ? acts(c, topics) : acts(c, chance);
  }
};

}  // namespace grapevine
