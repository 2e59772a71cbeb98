#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "graph/base/ids.hpp"
#include "sim/model/actions.hpp"
#include "sim/model/rankings.hpp"

/// Every number that a run depends on, as plain values. The lists in `scenarios/keys/` declare the scenario key behind
/// each field, with range, default and source.
namespace grapevine {

/// Lengths in ticks unless a unit is named. World scope.
struct TimeParameters {
  std::uint32_t tick_seconds = 600;
  Tick warmup = 144;    ///< at least the feed window, so that every reader's feed is full when the arms branch
  Tick measure = 288;   ///< roots emitted in it count
  Tick followup = 144;  ///< events on those roots count to its end

  Tick end() const { return warmup + measure + followup; }
  Tick ticks_per_day() const { return 86'400 / tick_seconds; }
};

/// How users differ. World scope. Every property is drawn independently of the follower count: no tier has an advantage
/// built in. Where the graph says who is active (`Accounts::active`), the others never post and visit seldom.
struct PopulationParameters {
  double sessions_per_day = 0.3;  ///< mean over users
  double active_sessions = 0.8;   ///< share of all sessions held by active users, where some are inactive
  double session_spread = 1.0;    ///< standard deviation of the log of a user's session rate; 0: all alike
  double posts_per_day = 0.5;     ///< mean over users, organic posts; inactive users have none
  double post_spread = 1.0;       ///< standard deviation of the log of a user's posting rate
  double patience = 12.0;         ///< mean posts looked at per session when the feed does not run out (geometric)
  double patience_spread = 0.0;   ///< standard deviation of the log of a user's patience
  std::array<double, 24> daily_profile =
      filled_profile();  ///< weight of each hour of the day for sessions and posts; only ratios matter
  std::uint32_t topics = 16;
  double focus = 0.0;  ///< share of an author's posts on its main topic; the rest is spread evenly over all topics
  double interest_skew =
      1.0;  ///< interest of a user in a topic = U^skew with U uniform in (0, 1), independent over topics
  double shared_interest =
      0.0;  ///< probability that a user's interest in a topic is that of its community; 0: independent over users
  double propensity_spread = 0.0;  ///< standard deviation of a user's own logit of acting
  double quality_spread = 0.0;     ///< standard deviation of a post's quality in logits

  static constexpr std::array<double, 24> filled_profile() {
    std::array<double, 24> flat{};
    for (double& hour : flat) hour = 1.0;
    return flat;
  }
};

/// Classes of users by follower count, fixed at the start. Tier i holds follower counts from `from[i]` to
/// below `from[i + 1]`. World scope.
struct TierParameters {
  std::vector<std::string> names{"nano", "micro", "mid", "macro", "mega"};
  std::vector<std::uint64_t> from{0, 3'000, 100'000, 500'000, 1'000'000};
};
inline constexpr std::size_t most_tiers = 16;
inline constexpr std::size_t most_campaigns = 16;

enum class FeedMemory : std::uint8_t { session, window };
enum class ParentRule : std::uint8_t { latest, first };
/// Whether a reader that meets a root again decides again.
enum class Again : std::uint8_t {
  once,  ///< no: one random number for each reader, root and action; it acts at the first look at which that lies below
         ///< the probability
  fresh,  ///< yes: a random number of its own at each look
};

/// Stands for a number that follows from the others.
inline constexpr double automatic = -1.0;

/// Run scope, but `window`, which sizes the timelines, is world scope.
struct FeedParameters {
  Ranking ranking = Ranking::chronological;
  FeedMemory memory = FeedMemory::session;
  Tick window = 144;           ///< roots and emissions older than this are gone
  std::uint32_t length = 200;  ///< posts served per session at most
  PerAction weights =
      per_action(&ActionFacts::weight);     ///< `weighted`, `oracle`: score = sum of weight x predicted probability
  PerAction prior = per_action(automatic);  ///< `weighted`: the platform's prior mean of each action's rate per
                                            ///< impression; automatic: the true one
  PerAction prior_strength = per_action(automatic);  ///< ... and the impressions that it counts for; automatic: what is
                                                     ///< right for the population (sim/feed/prior.hpp)
  double perturbation =
      0.0;  ///< standard deviation of the log of a factor on each score, drawn for each reader and root; 0: none
  double age_half_life = 0.0;  ///< ticks after which a score has halved; 0: age does not matter
  double holdout = 0.0;  ///< share of readers, drawn by key, who are served chronologically whatever `ranking` says
};

/// Run scope.
struct BehaviourParameters {
  PerAction probability =
      per_action(&ActionFacts::probability);  ///< mean over the population, per impression, without social proof
  double topic_match = 0.0;                   ///< logits between no interest and full interest in the post's topic
  double social_proof = 0.0;                  ///< logits per doubling of (1 + followees who reshared the root)
  ParentRule parent = ParentRule::latest;
  Again again = Again::once;
};

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

/// Where the probability of a contact comes from.
enum class Probability : std::uint8_t {
  uniform,           ///< `chance` for all
  weighted_cascade,  ///< 1 / followees of the reader (Kempe et al. 2003)
  trivalency,        ///< 0.1, 0.01 or 0.001, drawn for each follow (Chen, Wang, Wang 2010)
  topic_match,       ///< `chance` x the reader's interest in the topic of the post
  follow,            ///< a column of the graph's file
};

/// How successes among contacts of equal probability are found. Both draw from the same distribution, with other
/// numbers.
enum class TrialSampling : std::uint8_t {
  skip,   ///< from success to success: time goes with adoptions
  coins,  ///< a coin for each pair of adopter and follower, the same in whatever graph and arm: time goes with contacts
};

/// When the trials of SIR fall.
enum class EpidemicTime : std::uint8_t {
  steps,   ///< one trial a follower and step; recovery at the end of a step
  events,  ///< at exponential times with the same rates per step
};

/// How posts spread under the classic models; the feed model takes none of it. Run scope.
struct DiffusionParameters {
  DiffusionModel model = DiffusionModel::feed;
  Probability probability = Probability::uniform;
  double chance = 0.1;    ///< uniform, topic_match: of one contact (per step under SI and SIR)
  double adoptions = -1;  ///< uniform: adoptions that one adopter, a user drawn at random, is expected to bring about:
                          ///< `chance` is this over the mean follower count; -1: another key says it
  double along_follows = -1;  ///< uniform: the same of an adopter who was reached along a follow: over the mean
                              ///< follower count of the readers of all follows; -1: another key says it
  TrialSampling sampling = TrialSampling::skip;
  double recovery = 0.1;  ///< SIR: probability per step
  EpidemicTime time = EpidemicTime::steps;
  std::uint32_t steps = 0;  ///< the contagion is looked at for so many; 0: until nothing can happen any more
  std::uint64_t cascades =
      0;             ///< beside those of campaigns: each an experiment of its own, from one user drawn at random
  std::string tier;  ///< ... of this tier; empty: of all
  std::uint32_t large = 100;     ///< adopters from which the shape of a cascade is counted
  std::uint32_t trees_from = 0;  ///< adopters from which the tree of an unpaid cascade is kept; 0: none is
};

/// Whether the chance of uniform contacts follows from the adoptions that they are to bring about.
constexpr bool gives_adoptions(const DiffusionParameters& diffusion) {
  return diffusion.adoptions >= 0.0 || diffusion.along_follows >= 0.0;
}

/// What a paid post costs: (post + follower x K^exponent) x a factor of the account's own, K its follower count. In a
/// world that is `scale` times as large as what it stands for, an account of K followers stands for one of K / scale,
/// and money shrinks as the world does: the price is `scale` times that of the account it stands for. World scope: what
/// money buys is the same in every arm.
struct PriceParameters {
  MicroMoney post = 1 * micro_per_unit;
  MicroMoney follower = 10'000;
  double exponent = 1.0;
  double spread = 0.0;  ///< standard deviation of the log of an account's own factor, whose mean is 1
  double scale = 1.0;
};

/// The order in which accounts are asked, or how they are chosen together.
enum class AccountChoice : std::uint8_t {
  largest,      ///< most followers first
  random,       ///< by keyed hash
  fit,          ///< most interested in the campaign's topic first
  engagement,   ///< highest engagement per impression of the posts alive at the end of the warm-up first
  price,        ///< cheapest first
  influence,    ///< those that together win the most adopters, by IMM
  lazy_greedy,  ///< ... by greedy Monte Carlo with lazy evaluation
  named,        ///< as listed; the last one, as `scenarios/keys/money_keys.cpp` names the others in this order
};

/// One way to spend money on posts. Which campaigns run is said by each arm (`RunParameters::pays`).
struct CampaignParameters {
  std::string name;
  AccountChoice choose = AccountChoice::random;
  std::string product;                ///< what is sold, for tables
  MicroMoney margin = -1;             ///< earned by one conversion; -1: not said
  std::vector<std::string> accounts;  ///< outside ids, for `named`
  std::string tier;                   ///< candidates are of the tier of this name; empty: of any
  std::string plant;                  ///< candidates are the planted accounts of this name; empty: anybody
  std::int32_t member = -1;           ///< ... the one with this number; -1: all
  double acceptance = 1.0;            ///< probability that an account accepts the offer
  double epsilon = 0.13;              ///< `influence`: what the guarantee leaves open, as a share of the largest spread
  std::uint32_t runs = 1000;          ///< `lazy_greedy`: live-edge graphs
  std::uint64_t followers_from = 0;   ///< candidates have at least this many followers ...
  std::uint64_t followers_to = UINT64_MAX;  ///< ... and at most this many
  std::uint32_t count = UINT32_MAX;         ///< accounts paid, at most
  std::uint32_t posts = 1;                  ///< posts each account is paid for, at most
  MicroMoney budget = -1;                   ///< -1: no bound, or that of `budget_of`
  std::string budget_of;                    ///< spends at most what this campaign would spend; empty: `budget`
  double budget_share = 1.0;                ///< ... or so much of it
  std::int32_t topic = -1;                  ///< -1: as the author's organic posts have it
  Tick start = 0;                           ///< first slot, in ticks after the start of `measure`
  Tick every = 36;                          ///< between slots
  std::uint32_t slots = 4;    ///< hours at which paid posts appear; the p-th paid post of an account takes slot (h + p)
                              ///< mod slots, h keyed by campaign and account
  Tick replace_within = 144;  ///< an organic post of the author due in the paid post's tick or so many ticks after it
                              ///< is withheld; 0: in its tick only
};

/// World scope: worlds with equal values (and equal graphs) are the same world.
struct WorldParameters {
  std::uint64_t seed = 0;  ///< of every stream, that of the graph too: the study's one seed
  TimeParameters time;
  PopulationParameters population;
  TierParameters tiers;
  std::vector<CampaignParameters> campaigns;
  PriceParameters prices;
};

/// Run scope: what arms may change.
struct RunParameters {
  FeedParameters feed;
  BehaviourParameters behaviour;
  DiffusionParameters diffusion;
  std::vector<std::string> pays;  ///< names of the campaigns that run
  std::uint32_t draws =
      1;  ///< choices of accounts that the arm is run for in the same world; its outcomes are their means
};

/// Which replicate number each stream uses: the replicate's own where it is redrawn, 0 where it is kept.
struct ReplicateStreams {
  std::uint32_t graph = 0;
  std::uint32_t selection = 0;
  std::uint32_t content = 0;
  std::uint32_t dynamics = 0;
};

}  // namespace grapevine
