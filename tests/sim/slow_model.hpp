#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "graph/base/random.hpp"
#include "graph/follow_graph.hpp"
#include "graph/users.hpp"
#include "sim/feed/prior.hpp"
#include "sim/model/behaviour.hpp"
#include "sim/model/parameters.hpp"
#include "sim/money/campaigns.hpp"
#include "sim/run/replicate.hpp"
#include "sim/state/posts.hpp"
#include "sim/state/run_record.hpp"
#include "tests/sim/slow_conversions.hpp"
#include "tests/sim/slow_discovery.hpp"
#include "tests/sim/slow_follows.hpp"
#include "tests/sim/slow_promotion.hpp"
#include "tests/sim/slow_trust.hpp"

/// The tick of docs/model.md a second time, slow and obvious: written from the text alone, as what the engine is held
/// against. Nothing is ever dropped, every question is answered by looking through all there is. Of the engine it takes
/// plain parameter and record structs, `post_key`, `campaign_key` and, where users or posts differ in how they act, the
/// base odds and the strength of the platform's prior.
namespace grapevine::slow {

struct Post {
  std::uint64_t key = 0;
  UserId author{};
  Tick tick = 0;  ///< of emission; visible one tick later
  std::uint32_t topic = 0;
  std::uint32_t quality = 0;  ///< in 256ths
  int campaign = -1;
  bool on_main_topic = false;  ///< of its author, a paid one of its profile
  PostCounters counters;
  bool by_author = false;  ///< published in a run that looks at the pasts of authors, which then expected this
  PerAction expected{};
  bool by_answers = false;  ///< published in a run that looks at what authors answer, of which it then expected this
  double answered = 0;
  std::uint64_t delivered = 0, served = 0, followed = 0, reshared = 0, discovered = 0, promoted = 0;
  std::uint64_t bought = 0;                      ///< impressions
  std::array<LedgerRow, source_count> ledger{};  ///< by source

  Tick visible() const { return tick + 1; }
  std::uint64_t salt() const { return key >> 38; }
};

struct Emission {
  std::size_t post = 0;
  UserId emitter{};
  Tick visible = 0;
  std::uint64_t date_in_tick = 0;
  bool reshare = false;
  UserId parent{};                 ///< of a reshare: whose emission was looked at
  bool parent_reshare = false;     ///< and whether that was itself a reshare
  bool parent_discovered = false;  ///< and whether the platform had brought it
  bool parent_promoted = false;    ///< or its campaign
};

/// An impression.
struct Look {
  std::size_t post = 0;
  UserId reader{};
  UserId emitter{};
  std::uint32_t position = 0;
  std::uint32_t exposure = 0;
  std::array<bool, action_count> took{};
  bool reshared = false;
  bool discovered = false;
  bool promoted = false;
  std::uint32_t proof = 0;    ///< social proof
  bool had_reshared = false;  ///< the reader, at an earlier look
};

struct TickSums {
  std::uint64_t sessions = 0, organic = 0, paid = 0, delivered = 0, served = 0, impressions = 0;
  std::array<std::uint64_t, action_count> actions{};
  std::array<std::uint64_t, 2> group_sessions{};            ///< of readers ranked for, and held out
  std::array<std::array<ReaderRow, most_tiers>, 2> read{};  ///< by group of readers and tier of the author
  std::array<std::array<std::array<PositionRow, 8>, most_tiers>, 2> at{};  ///< ... and class of positions
};

/// How often something happened that an engine could get wrong: a comparison in which it never does proves little.
struct Situations {
  std::uint64_t again = 0;              ///< impressions of a root that the reader had looked at before
  std::uint64_t several_resharers = 0;  ///< candidates with a social proof of two or more
  std::uint64_t own_root_back = 0;      ///< a reader's own root in the emissions of a followee
  std::uint64_t late_reshare = 0;       ///< an emission within the window of a root that has left it
  std::uint64_t known_left_out = 0;     ///< under `memory = window`: a root left out because it was looked at
  std::uint64_t parent_matters = 0;     ///< candidates whose latest emission is not their earliest
  std::uint64_t not_twice = 0;          ///< actions that the coin allowed and that had been taken before
  std::uint64_t later = 0;              ///< actions at a second look or later
  std::uint64_t cut_by_length = 0;      ///< sessions with more candidates than `feed.length`
  std::uint64_t cut_by_patience = 0;    ///< sessions that left before the end of the feed
  std::uint64_t ties = 0;               ///< neighbours in a feed with the same value
  std::uint64_t deep = 0;               ///< reshares of a reshare
  std::uint64_t withheld = 0;
  std::uint64_t slots_expired = 0;     ///< paid posts for which no organic post was withheld in time
  std::uint64_t slots_stacked = 0;     ///< organic posts withheld while two slots or more of the author were open
  std::uint64_t twice_in_a_tick = 0;   ///< paid posts of an author that has another paid post in the same tick
  std::uint64_t held_out = 0;          ///< sessions of readers who are held out
  std::uint64_t borrowed_profile = 0;  ///< paid posts whose profile is not their author
  std::uint64_t shared_liking = 0;     ///< impressions with an interest that is the reader's community's
  std::uint64_t stranger_looks = 0;    ///< impressions by readers who do not follow the root's author
  std::uint64_t replies_waited = 0;    ///< replies answered more than a tick after they were made
  std::uint64_t replies_expired = 0;   ///< replies that waited longer than authors look back
  std::uint64_t answers_limited = 0;   ///< replies that waited on through a session of the author: no answers were left
  std::uint64_t days_with_one_more = 0;   ///< days of authors whose number of answers was rounded up
  std::uint64_t days_with_one_fewer = 0;  ///< ... and down
  std::uint64_t answers_late = 0;         ///< answers on roots that had left the window
  std::uint64_t answered_changes = 0;     ///< changes of trust, by kind
  std::uint64_t bystander_changes = 0;
  std::uint64_t sponsored_changes = 0;
  std::uint64_t bystander_again = 0;         ///< by a look at a root that was looked at when it had no answer
  std::uint64_t twice_in_session = 0;        ///< changes of a tie that had changed in the same session
  std::uint64_t answered_after_session = 0;  ///< changes by an answer of a tie that a session changed in the same tick
  std::uint64_t ties_faded = 0;              ///< impressions where trust had moved and is at its base again
  // Impressions while the mechanism is at work.
  std::uint64_t credible_looks = 0;       ///< of roots on the main topic
  std::uint64_t similar_looks = 0;        ///< of roots of the reader's community
  std::uint64_t exposures_cumulated = 0;  ///< with a reshare at an earlier look on top of one at this look
  std::uint64_t exposures_again = 0;      ///< by a reader that had reshared the root
  std::uint64_t credible_by_profile = 0;  ///< paid posts on the main topic of either their profile or their author
  std::uint64_t bought_incremental = 0;   ///< purchases that would not have been in this run without posts
  std::uint64_t bought_earlier = 0;       ///< ... that would have been later in this run
  std::uint64_t brought_by_several = 0;   ///< users whose expected purchase is shared out among two accounts or more
  std::uint64_t credited_several = 0;     ///< purchases with two looks or more within the time of credit
  std::uint64_t credited_two_campaigns = 0;
  std::uint64_t looked_as_it_bought = 0;  ///< looks in the tick of the purchase
  std::uint64_t looked_too_early = 0;     ///< ... and before the time of credit
  std::uint64_t discovered_looks = 0;
  std::uint64_t discovered_reshares = 0;
  std::uint64_t discovered_paid = 0;         ///< looks at paid posts among them
  std::uint64_t discovered_cut = 0;          ///< candidates beyond `feed.length`
  std::uint64_t discovered_again = 0;        ///< looks at what a followee brought and had been discovered
  std::uint64_t discovered_cold = 0;         ///< candidates from the cold pools
  std::uint64_t discovered_from_warmup = 0;  ///< candidates from pools that an arm began with
  std::uint64_t discovery_rounded_up = 0;    ///< sessions
  std::uint64_t discovery_rounded_down = 0;
  std::uint64_t discovery_chosen = 0;  ///< draws of some of those there are
  std::uint64_t discovery_short = 0;   ///< draws that find fewer than are wanted
  // Roots of a pool that are refused for this reason alone.
  std::uint64_t discovery_refused_old = 0;
  std::uint64_t discovery_refused_candidate = 0;
  std::uint64_t discovery_refused_seen = 0;
  std::uint64_t discovery_refused_own = 0;
  std::uint64_t discovery_refused_followed = 0;
  std::uint64_t cold_refused_proven = 0;  ///< drawn from the proven pool just before
  std::uint64_t cold_pools_cut = 0;
  std::uint64_t pools_cut_by_value = 0;      ///< the first that is left out has less value
  std::uint64_t pools_cut_among_equals = 0;  ///< it has not
  std::uint64_t pools_cut_after_better = 0;  ///< nor has the last that is in; but others have more
  std::uint64_t expected_otherwise = 0;      ///< candidates of which more or less is expected for their authors' pasts
  std::uint64_t expected_in_warmup = 0;      ///< ... since before the arm branched
  std::uint64_t expected_of_any = 0;         ///< candidates from a warm-up that keeps no pasts, in an arm that does
  std::uint64_t ties_matter = 0;             ///< candidates whose author the reader has looked at, under `tie`
  std::uint64_t ties_of_root = 0;            ///< ... and at the root itself
  std::uint64_t ties_forgotten = 0;        ///< candidates whose author the reader has looked at, but at old roots only
  std::uint64_t affinities_matter = 0;     ///< under `edgerank`
  std::uint64_t affinities_forgotten = 0;  ///< ... with actions at old roots
  std::uint64_t edges_of_strangers = 0;    ///< candidates that are there for their reshares alone
  std::uint64_t edges_of_several = 0;      ///< candidates with several reshares
  std::uint64_t verified_inside = 0;       ///< candidates that a verified account shows a follower
  std::uint64_t verified_outside = 0;      ///< ... a stranger
  std::uint64_t verified_reshared = 0;     ///< ... and that a followee shows
  std::uint64_t creators_inside = 0;       ///< candidates that a creator shows a follower
  std::uint64_t creators_outside = 0;      ///< ... a stranger
  std::uint64_t creators_reshared = 0;     ///< ... and that a followee shows
  std::uint64_t matches_matter = 0;        ///< candidates under `topic_match`
  std::uint64_t answers_expected = 0;      ///< candidates of which it matters that their authors answer some replies
  std::uint64_t answers_not_all = 0;       ///< roots that leave with a reply that was not answered, and one that was
  std::uint64_t answers_unknown = 0;       ///< roots that leave, from a warm-up that did not look at answers
  std::uint64_t pasts_faded = 0;           ///< roots added to a past that has faded
  std::uint64_t pasts_together = 0;        ///< roots added to a past to which one was added in the same tick
  std::uint64_t too_large_for_cold = 0;    ///< roots, for their author alone
  std::uint64_t too_tried_for_cold = 0;    ///< roots, for their impressions alone
  std::uint64_t promoted_looks = 0;
  std::uint64_t promoted_reshares = 0;
  std::uint64_t promoted_to_followers = 0;      ///< looks by readers who follow the author
  std::uint64_t promoted_instead = 0;           ///< of what somebody else had brought
  std::uint64_t promoted_with_proof = 0;        ///< ... that followees had reshared
  std::uint64_t promoted_instead_of_found = 0;  ///< ... that was discovered
  std::uint64_t promoted_last = 0;              ///< in feeds that are shorter than its place
  std::uint64_t promoted_cut = 0;          ///< sessions in which it takes the place of the last that would be served
  std::uint64_t promoted_again = 0;        ///< looks at what had been promoted to the reader
  std::uint64_t promotion_slot_taken = 0;  ///< chances of sessions that show another root
  std::uint64_t promotion_not_due = 0;     ///< chances beyond what is due
  std::uint64_t promotion_behind = 0;      ///< roots and ticks with more due than is shown
  std::uint64_t promotion_spent = 0;       ///< roots of which all is shown in the end
  std::uint64_t promotion_left = 0;        ///< ... and not all
  // Roots and sessions that are refused for this reason alone.
  std::uint64_t promotion_refused_own = 0;
  std::uint64_t promotion_refused_seen = 0;
  std::uint64_t promotion_refused_short = 0;
  std::uint64_t promotion_refused_topic = 0;
  std::uint64_t promotion_refused_cap = 0;
  FollowSituations follows;
};

class Model {
public:
  /// `graph` and `accounts` outlive the model.
  Model(const FollowGraph& graph, const Users& accounts, const WorldParameters& parameters, const RunParameters& run,
        ReplicateStreams streams);
  Model(const Model&) = delete;

  /// Goes on under other run parameters.
  void branch(const RunParameters& run, std::uint32_t draw = 0);
  void step();
  /// What is asked of a run that was branched at the end of the warm-up. Every counted organic root is tracked if
  /// `track_organic`, none if not. Who bought what is told once the run is over.
  RunRecord record(Tick series_every, bool track_organic) const;
  /// What the campaign does with its money in a draw if it runs. Nothing is bought where nobody can be.
  Deal deal(const CampaignParameters& campaign, std::uint32_t draw) const {
    return draws(campaign, draw % choices(campaign) + 1).back();
  }
  Deal deal(const CampaignParameters& campaign) const { return deal(campaign, draw_); }
  std::span<const CampaignParameters> campaigns() const { return parameters_.campaigns; }
  /// Whether two accounts with one profile would post in one tick.
  bool clones_meet() const;

  std::vector<std::uint32_t> draws_by_campaign;  ///< choices of accounts of each; empty: more than are asked for

  bool held_out(UserId reader) const;
  /// Whether the account is verified.
  bool verified(UserId account) const;
  /// How far the reader would trust the author in a session in tick `now`.
  double trust(UserId reader, UserId author) const { return mechanisms_.trust(now, reader, author); }
  /// Whether a look at the post in tick `now` would find an answer.
  bool answer_visible(std::size_t post) const { return mechanisms_.answer_visible(now, post); }
  /// 64 bits of which the upper 8 are the quantile of the user's interest in the topic.
  std::uint64_t liking(UserId user, std::uint32_t topic) const;

  Tick now = 0;
  std::vector<Post> posts;
  std::vector<Emission> emissions;
  std::vector<TickSums> ticks;
  std::vector<std::uint64_t> reader_impressions;
  Situations situations;

  // Of the last tick.
  std::vector<std::size_t> new_posts;
  std::vector<Look> looks;
  std::vector<Emission> reshares;

private:
  struct Candidate {
    std::size_t post = 0;
    std::size_t shown = 0;  ///< an emission
    std::uint32_t proof = 0;
    double value = 0;
    std::uint32_t tie = 0;
    bool discovered = false;
    bool promoted = false;
  };
  struct Slot {
    UserId author{};
    Tick until = 0;  ///< last tick in which an organic post is withheld
    std::size_t campaign = 0;
  };
  struct Paid {
    Tick tick = 0;
    UserId author{};
    std::uint64_t hash = 0;  ///< of campaign and profile
    std::size_t campaign = 0;
    UserId profile{};
    std::uint64_t bought = 0;
    auto operator<=>(const Paid&) const = default;
  };

  static std::vector<double> activity(const WorldParameters& parameters);
  Tick next(Tick from, double gap, double rate) const;
  bool interest_is_shared(UserId user, std::uint32_t topic) const;
  std::uint32_t main_topic(UserId user) const;
  UserId profile(UserId user) const;
  std::size_t tier(UserId user) const;
  bool counted(const Post& post) const {
    return post.tick >= parameters_.time.warmup && post.tick < parameters_.time.warmup + parameters_.time.measure;
  }
  bool runs(const CampaignParameters& campaign) const;
  MicroMoney price(UserId user) const;
  double standing(UserId user) const;
  MicroMoney managing() const;
  std::vector<Deal> draws(const CampaignParameters& campaign, std::size_t count) const;
  std::uint32_t choices(const CampaignParameters& campaign) const;
  Deal buy(const CampaignParameters& campaign, MicroMoney budget, std::map<UserId, std::uint32_t>& asked) const;
  void prepare_run();
  double shared_audience() const;
  bool everybody_alike() const;
  double common_odds(UserId reader, std::size_t post, std::uint32_t proof) const;
  double probability(std::size_t action, double common) const;
  double follow_after_visit(double common) const;
  double follow_valued(UserId reader, UserId author, double common);
  void look_back();
  void add_post(UserId author, UserId profile, PostOrigin origin, std::uint32_t ordinal, int campaign);
  PostRates rates() const;
  void remember();
  double fading(Tick since) const;
  PerAction expected_of(UserId author) const;
  double answered_by(UserId author) const;
  float with_tie(float score, UserId reader, std::size_t post);
  bool marked(UserId account, const std::string& name, const std::vector<double>& shares, Draw draw) const;
  double verified_factor(const Candidate& candidate);
  double creator_factor(const Candidate& candidate);
  double affinity(UserId reader, UserId account);
  double by_edges(UserId reader, const Candidate& candidate);
  double by_formula(UserId reader, const Candidate& candidate, const PerAction& expected) const;
  void compose();
  std::vector<Candidate> gather(UserId reader);
  bool dismissed(UserId reader, std::size_t post) const;
  void discover(UserId reader, std::vector<Candidate>& candidates);
  double depth(UserId reader) const;
  void promote();
  std::vector<Candidate> newest_first(std::vector<Candidate> candidates) const;
  void put_promoted(const Candidate& promoted, std::vector<Candidate>& feed) const;
  void count_position(UserId reader, const Look& look);
  bool set_apart(UserId reader, std::vector<Candidate>& candidates, Candidate& promoted);
  void rank(UserId reader, std::vector<Candidate>& candidates);
  void session(UserId reader);
  void react(Look& look, std::span<const Look> above);
  void commit();
  void sell();

  const FollowGraph& graph_;
  const Users& accounts_;
  WorldParameters parameters_;
  RunParameters run_;
  std::uint32_t draw_ = 0;
  StreamKey selection_, content_, dynamics_;
  Behaviour behaviour_;
  Follows follows_;
  Mechanisms mechanisms_;
  Discovery discovery_;
  Promotion promotion_;
  ActionPrior prior_, by_author_;
  double mean_interest_;
  /// A look, for 7.18: what it did, and how far the reader trusted the author after its session.
  struct Drift {
    Tick tick = 0;
    std::size_t tier = 0;
    std::uint64_t engagement = 0;
    double trust = 0;
  };
  std::vector<Drift> drift_;
  bool drift_trusts_ = false;            // in the warm-up
  std::vector<double> activity_before_;  // each tick
  std::vector<float> session_rate_, post_rate_, depth_scale_;

  std::vector<Tick> next_session_, next_post_, last_session_;
  std::vector<std::uint32_t> sessions_held_, posts_due_;
  std::vector<double>
      past_;  ///< of each user: engagement per impression before the end of the warm-up; empty until then
  struct Past {
    std::array<double, action_count> looks{}, taken{};  // whole numbers
    Tick when = 0;
  };
  std::map<UserId, Past> author_pasts_;
  struct Replies {
    double made = 0, answered = 0;  // whole numbers
    Tick when = 0;
  };
  std::map<UserId, Replies> replies_;
  double all_replies_ = 0, all_answered_ = 0;
  std::vector<Paid> plan_;
  std::vector<Slot> slots_;
  std::vector<std::pair<UserId, std::size_t>> withheld_;               // author and campaign
  std::map<std::pair<UserId, std::size_t>, std::uint32_t> exposures_;  // of reader and post
  std::set<std::tuple<UserId, std::size_t, std::size_t>> taken_;       // reader, post, action
  std::set<std::pair<UserId, std::size_t>> discovered_;                // reader and post
  std::set<std::pair<UserId, std::size_t>> promoted_;                  // reader and post
  std::vector<std::set<UserId>> readers_of_;                           // of a post: who looked at it
  std::vector<std::pair<Tick, Look>> counted_looks_;                   // at counted posts, as they came
  std::vector<std::pair<Tick, Look>> paid_looks_;                      // at posts of campaigns, as they came
  Conversions bought_;                                                 // empty until the run is over
};

}  // namespace grapevine::slow
