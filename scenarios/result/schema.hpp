#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "graph/base/h5.hpp"
#include "scenarios/result/result.hpp"

/// The one declaration of the result file: its groups, their axes, and the columns of each kind of row. Writer, reader
/// and specification follow from it.
///
/// A column is declared by one call `column(name, field, units, long_name)`; `columns(row, column)` makes the calls for
/// one row, whether `column` copies the fields to a file, from a file, or only takes the names down. A user column is
/// `column.account(name, user, long_name)`: its outside id.
namespace grapevine::schema {

inline constexpr std::string_view format = "grapevine result";
inline constexpr int major_version = 3;  ///< raised when readers of the old format would misread the new one
inline constexpr int minor_version = 0;  ///< raised when something is added

inline constexpr std::string_view count_units = "1";
inline constexpr std::string_view tick_units = "1";      ///< a unit of time would make xarray turn ticks into dates
inline constexpr std::string_view money_units = "1e-6";  ///< micro-units of the scenario's currency
inline constexpr std::string_view no_units = "";         ///< texts, and columns whose unit is another column's

/// What names the places along a dimension. Each group repeats the scales that it uses.
struct Axis {
  std::string_view name;
  h5::Type type;
  std::string_view long_name;
};
inline constexpr std::array<Axis, 18> axes{{
    {"point", h5::Type::text, "point of the sweep"},
    {"arm", h5::Type::text, "arm"},
    {"replicate", h5::Type::i64, "number of the replicate, from 0"},
    {"tier", h5::Type::text, "class of users by follower count at the start"},
    {"source", h5::Type::text,
     "whose emission the reader was served: the author's, or that of a followee who reshared"},
    {"readers", h5::Type::text,
     "readers served by the arm's ranking, and readers held out of it, who are served chronologically"},
    {"followers_from", h5::Type::i64, "least follower count of the class"},
    {"campaign", h5::Type::text, "campaign"},
    {"partners", h5::Type::i64, "accounts of the campaign that a user follows; the last stands for all above, too"},
    {"tick", h5::Type::i64, "first tick of the bin, counted from the start of measure"},
    {"row", h5::Type::i64, "number of the row"},
    {"post", h5::Type::i64, "row of the post in /posts"},
    {"node", h5::Type::i64, "number of the node over all cascades"},
    {"size_from", h5::Type::i64, "least size of the class: adopters, the root included"},
    {"depth", h5::Type::i64, "reshares between the root and the farthest adopter; the last stands for all above, too"},
    {"breadth_from", h5::Type::i64, "least number of the class: most adopters at one distance from the root"},
    {"virality_from", h5::Type::f64, "least structural virality of the class; the last stands for all above, too"},
    {"broadcast_from", h5::Type::f64,
     "least share of the class: children of the adopter that has most, over all adopters but the root; the last is 1 "
     "itself"},
}};

struct Group {
  std::string_view name;
  std::string_view comment;
};
inline constexpr std::array<Group, 20> groups{{
    {"summary",
     "Outcomes of the roots emitted in measure, with everything that happened to them until the end of followup, by "
     "tier of the root's "
     "author."},
    {"comparison",
     "Estimates with intervals: arms compared over replicates. Intervals are Monte Carlo, given the parameters."},
    {"claims",
     "The five claims: what was compared for each, the estimate, and the verdict at the level adjusted over the claims "
     "modelled."},
    {"response",
     "Curves: an outcome against follower count, smoothed, with its elasticity at each point; means over replicates. "
     "Missing where a replicate misses it."},
    {"structure",
     "Shapes of cascades of two tiers, as they are and matched on size: descriptive, since size is itself an outcome."},
    {"bands",
     "Figures held against what is expected of them. Pass: the 95 % interval lies inside the band and is no wider than "
     "a third of it; fail: it lies outside."},
    {"ledger",
     "How far counted roots came: delivered, served and looked at, by tier of the root's author and by source."},
    {"readers",
     "Sessions from the start of measure to the end of the run by group of readers, and what they looked at of counted "
     "roots, by tier of their authors."},
    {"curve",
     "Authors of counted roots by follower count: one class for each count below 16, then eight of equal width in each "
     "octave. Sums over accounts and of their squares."},
    {"campaigns",
     "What each campaign bought and what its own roots, with their cascades, brought. Zero, but for the budget, where "
     "an arm does not run "
     "the campaign."},
    {"overlap", "How many accounts of each campaign users follow; zero where an arm does not run the campaign."},
    {"series", "Everything that happened in each bin of time, all roots counted."},
    {"influencers", "Accounts that were paid: a row for each account, campaign, replicate, arm and point."},
    {"posts", "Tracked roots: every paid post and, with output.track_share, a sample of the organic ones."},
    {"cascades",
     "The trees of the tracked roots, as CF contiguous ragged array: row_size nodes for each row of /posts, parents "
     "before children."},
    {"cascade_sizes",
     "Cascades by size: each size below 1024 by itself, then sixteen classes in each octave. Of the classic models all "
     "unpaid cascades, of the feed model the unpaid ones that are tracked."},
    {"cascade_shapes",
     "The same cascades by depth and breadth, and the large ones among them by structural virality and largest "
     "broadcast."},
    {"graph", "The follow graph of each replicate, and what its loader met."},
    {"scenario", "The scenario file as given, and every key with its value as the program understood it."},
    {"provenance", "Everything that may differ between equal runs, as attributes of this group."},
}};

/// Rows of one kind in one group: the i-th row lies at the i-th place of the axes, the last axis fastest.
///
/// Whole numbers of `means` are means over the draws of an arm's accounts, and so 64-bit floats; of one draw they are
/// whole.
struct Part {
  std::string_view group;
  std::vector<std::string_view> axes;
  bool means = false;
};
inline const Part tier_cells{"summary", {"point", "arm", "replicate", "tier"}, true};
inline const Part tier_bounds{"summary", {"tier"}};
inline const Part arm_draws{"summary", {"arm"}};
inline const Part run_cells{"summary", {"point", "arm", "replicate"}, true};
inline const Part run_models{"summary", {"point", "arm", "replicate"}};
inline const Part comparison_rows{"comparison", {"row"}};
inline const Part claim_rows{"claims", {"row"}};
inline const Part response_rows{"response", {"row"}};
inline const Part structure_rows{"structure", {"row"}};
inline const Part band_rows{"bands", {"row"}};
inline const Part ledger_cells{"ledger", {"point", "arm", "replicate", "tier", "source"}, true};
inline const Part group_cells{"readers", {"point", "arm", "replicate", "readers"}, true};
inline const Part reader_cells{"readers", {"point", "arm", "replicate", "readers", "tier"}, true};
inline const Part curve_cells{"curve", {"point", "arm", "replicate", "followers_from"}, true};
inline const Part overlap_cells{"overlap", {"point", "arm", "replicate", "campaign", "partners"}, true};
inline const Part campaign_cells{"campaigns", {"point", "arm", "replicate", "campaign"}, true};
inline const Part series_cells{"series", {"point", "arm", "replicate", "tick"}, true};
inline const Part influencer_rows{"influencers", {"row"}};
inline const Part post_rows{"posts", {"row"}};
inline const Part cascade_sizes{"cascades", {"post"}};
inline const Part cascade_nodes{"cascades", {"node"}};
inline const Part size_cells{"cascade_sizes", {"point", "arm", "replicate", "size_from"}, true};
inline const Part shape_cells{"cascade_shapes", {"point", "arm", "replicate"}};
inline const Part arm_models{"cascade_shapes", {"arm"}};
inline const Part depth_cells{"cascade_shapes", {"point", "arm", "replicate", "depth"}, true};
inline const Part breadth_cells{"cascade_shapes", {"point", "arm", "replicate", "breadth_from"}, true};
inline const Part virality_cells{"cascade_shapes", {"point", "arm", "replicate", "virality_from"}, true};
inline const Part broadcast_cells{"cascade_shapes", {"point", "arm", "replicate", "broadcast_from"}, true};
inline const Part graph_cells{"graph", {"point", "replicate"}};
inline const Part scenario_texts{"scenario", {}};

/// A row of a table over all runs: where it belongs, and the row of that run's record.
template <class Row>
struct Placed {
  std::uint32_t point = 0;
  std::uint32_t arm = 0;
  std::uint32_t replicate = 0;
  Row row;
};
struct TierBound {
  std::uint64_t from = 0;
};
struct ArmDraws {
  std::uint64_t draws = 1;
};
/// Of one run, beside its tiers.
struct RunFacts {
  std::uint64_t event_hash = 0;
  std::uint64_t paid_reach = 0;
};
/// Of one run under a classic model.
struct RunReproduction {
  double reproduction_number = missing;
};
struct GroupSessions {
  std::uint64_t sessions = 0;
};
struct FrequencyCount {
  std::uint64_t users = 0;
};
struct CascadeSize {
  std::uint64_t nodes = 0;
};
/// Of one run, beside the histograms.
struct ShapeFacts {
  std::uint64_t large = 0;
  double size_virality_correlation = 0;
};
struct ArmModel {
  std::string model;
};
struct DepthCount {
  std::uint64_t cascades = 0;
};
struct BreadthCount {
  std::uint64_t cascades = 0;
};
struct ViralityCount {
  std::uint64_t cascades = 0;
};
struct BroadcastCount {
  std::uint64_t cascades = 0;
};
struct ScenarioTexts {
  std::string given;
  std::string understood;
};

template <class Row, class Kind>
concept Of = std::same_as<std::remove_const_t<Row>, Kind>;

/// A column for each action, whatever the row.
template <class Counts, class Column>
void action_columns(Counts& counts, Column& column) {
  for (std::size_t a = 0; a < action_count; ++a)
    column(action_table[a].plural, counts[a], count_units, action_table[a].column);
}

template <Of<Outcomes> Row, class Column>
void columns(Row& row, Column& column) {
  column("posts", row.posts, count_units, "roots");
  column("delivered", row.delivered, count_units, "times a root was gathered as a candidate");
  column("served", row.served, count_units, "times a root was in a ranked list");
  column("impressions", row.impressions, count_units, "times a root was looked at");
  column("first_looks", row.first_looks, count_units,
         "times a root was looked at by a user who had not: distinct pairs of user and root; 0 where they are not "
         "counted");
  column("reach", row.reach, count_units,
         "distinct users with an impression of at least one of the roots; not additive");
  action_columns(row.actions, column);
}

template <Of<TierRow> Row, class Column>
void columns(Row& row, Column& column) {
  column("accounts", row.accounts, count_units, "users in the tier");
  columns(row.outcomes, column);
  column("cost", row.cost, money_units, "paid to authors of the tier, in millionths of the currency");
  column("authors", row.authors, count_units, "accounts with a root");
  column("follower_posts", row.follower_posts, count_units,
         "followers of the author, summed over roots: what a rate per follower and post is taken over");
  column("mean_rate_per_impression", row.mean_rate_per_impression, "1",
         "engagement per impression, mean over accounts that have impressions; 0 where none has");
  column("mean_rate_per_follower", row.mean_rate_per_follower, "1",
         "engagement per follower and root, mean over accounts that have both; 0 where none has");
}

template <Of<ClaimRow> Row, class Column>
void columns(Row& row, Column& column) {
  column("claim", row.claim, count_units, "number of the claim");
  column("name", row.name, no_units, "the claim, short");
  column("contrast", row.contrast, no_units, "what is compared; what is missing, where the claim is not modelled yet");
  column("arm", row.arm, no_units, "arm, or arms, that it was judged in");
  column("estimate", row.estimate, "1", "ratio");
  column("lower", row.lower, "1", "lower end of the 95 % interval");
  column("upper", row.upper, "1", "upper end of the 95 % interval");
  column("margin_low", row.margin_low, "1", "ratios from here ...");
  column("margin_high", row.margin_high, "1", "... to here make no material difference");
  column("level", row.level, "1", "level of the interval that decided, adjusted over the claims modelled (Holm)");
  column("replicates", row.replicates, count_units, "replicates behind the estimate");
  column("verdict", row.verdict, no_units, "holds, reversed, no material difference, undecided, or not yet modelled");
  column("assumptions", row.assumptions, no_units, "keys without a source that the estimate rests on");
  column("replicates_needed", row.replicates_needed, count_units,
         "replicates that would decide the claim if ratio and variance stayed as seen; 10001 for more than 10000; 0 "
         "where it is decided or nothing can be told");
}

template <Of<ResponseRow> Row, class Column>
void columns(Row& row, Column& column) {
  column("arm", row.arm, no_units, "arm");
  column("metric", row.metric, no_units, "outcome");
  column("followers", row.followers, count_units, "follower count");
  column("response", row.response, no_units, "expected outcome of an account with so many followers");
  column("response_lower", row.response_lower, no_units, "lower end of its 95 % interval over replicates");
  column("response_upper", row.response_upper, no_units, "upper end");
  column("elasticity", row.elasticity, "1", "slope of the log outcome in log followers, here");
  column("elasticity_lower", row.elasticity_lower, "1", "lower end of its 95 % interval over replicates");
  column("elasticity_upper", row.elasticity_upper, "1", "upper end");
}

template <Of<StructureRow> Row, class Column>
void columns(Row& row, Column& column) {
  column("arm", row.arm, no_units, "arm");
  column("metric", row.metric, no_units, "what is compared");
  column("tier", row.tier, no_units, "tier of the roots' authors");
  column("against", row.against, no_units, "tier that it is held against");
  column("cascades_tier", row.cascades_tier, count_units, "tracked cascades of the tier that have the metric");
  column("cascades_against", row.cascades_against, count_units, "those of the other");
  column("mean_tier", row.mean_tier, no_units, "mean over the tier's cascades");
  column("mean_against", row.mean_against, no_units, "mean over the other's");
  column("difference", row.difference, no_units, "difference of the two as they are");
  column("lower", row.lower, no_units, "lower end of its 95 % interval");
  column("upper", row.upper, no_units, "upper end");
  column("pairs", row.pairs, count_units, "cascades that could be matched one to one on size");
  column("matched_difference", row.matched_difference, no_units, "difference between cascades of equal size");
  column("matched_lower", row.matched_lower, no_units, "lower end of its 95 % interval");
  column("matched_upper", row.matched_upper, no_units, "upper end");
}

template <Of<BandRow> Row, class Column>
void columns(Row& row, Column& column) {
  column("arm", row.arm, no_units, "arm");
  column("metric", row.metric, no_units, "the figure, as /comparison names it");
  column("of", row.of, no_units, "what the figure is about: the contrast in /comparison");
  column("low", row.low, no_units, "lower end of the band");
  column("high", row.high, no_units, "upper end of the band");
  column("estimate", row.estimate, no_units, "the figure");
  column("lower", row.lower, no_units, "lower end of its 95 % interval");
  column("upper", row.upper, no_units, "upper end");
  column("verdict", row.verdict, no_units, "pass, fail or undecided");
  column("source", row.source, no_units, "where the band comes from");
}

template <Of<LedgerRow> Row, class Column>
void columns(Row& row, Column& column) {
  column("delivered", row.delivered, count_units, "times a root was gathered as a candidate");
  column("served", row.served, count_units, "times a root was in a ranked list");
  column("impressions", row.impressions, count_units, "times a root was looked at");
}

template <Of<GroupSessions> Row, class Column>
void columns(Row& row, Column& column) {
  column("sessions", row.sessions, count_units, "sessions from the start of measure to the end of the run");
}

template <Of<ReaderRow> Row, class Column>
void columns(Row& row, Column& column) {
  column("impressions", row.impressions, count_units, "times a counted root was looked at");
  column("engagement", row.engagement, count_units, "likes, replies and reshares of counted roots");
}

template <Of<CurveRow> Row, class Column>
void columns(Row& row, Column& column) {
  column("authors", row.authors, count_units, "accounts with a counted root");
  column("followers", row.followers, count_units, "followers, summed over the authors");
  column("posts", row.posts, count_units, "counted roots");
  column("impressions", row.impressions, count_units, "times one was looked at");
  column("first_looks", row.first_looks, count_units, "times one was looked at by a user who had not");
  column("engagement", row.engagement, count_units, "likes, replies and reshares");
  column("posts_squared", row.posts_squared, count_units, "squares of each author's counted roots, summed");
  column("impressions_squared", row.impressions_squared, count_units, "squares of each author's impressions, summed");
  column("first_looks_squared", row.first_looks_squared, count_units, "squares of each author's first looks, summed");
  column("engagement_squared", row.engagement_squared, count_units, "squares of each author's engagement, summed");
  column("impressions_posts", row.impressions_posts, count_units,
         "each author's impressions times its counted roots, summed");
  column("engagement_posts", row.engagement_posts, count_units,
         "each author's engagement times its counted roots, summed");
  column("engagement_impressions", row.engagement_impressions, count_units,
         "each author's engagement times its impressions, summed");
  column("engagement_first_looks", row.engagement_first_looks, count_units,
         "each author's engagement times its first looks, summed");
}

template <Of<FrequencyCount> Row, class Column>
void columns(Row& row, Column& column) {
  column("users", row.users, count_units, "users who follow so many accounts of the campaign");
}

template <Of<TierBound> Row, class Column>
void columns(Row& row, Column& column) {
  column("followers_from", row.from, count_units, "least follower count of the tier");
}

template <Of<ArmDraws> Row, class Column>
void columns(Row& row, Column& column) {
  column(
      "draws", row.draws, count_units,
      "choices of accounts that the arm was run for in each world; numbers by arm and replicate are means over them");
}

template <Of<RunFacts> Row, class Column>
void columns(Row& row, Column& column) {
  column.hash("event_hash", row.event_hash,
              "order-free hash of every emission, impression and action since the start of the warm-up, hexadecimal");
  column("paid_reach", row.paid_reach, count_units,
         "distinct users with an impression of at least one paid root, whatever the campaign");
}

template <Of<RunReproduction> Row, class Column>
void columns(Row& row, Column& column) {
  column("reproduction_number", row.reproduction_number, "1",
         "adoptions that an adopter brings about while hardly anybody has the post: chance x spectral radius of the "
         "follow graph; missing under feeds");
}

template <Of<ComparisonRow> Row, class Column>
void columns(Row& row, Column& column) {
  column("point", row.point, count_units, "index of the point");
  column("contrast", row.contrast, no_units, "what is asked");
  column("arm", row.arm, no_units, "arm");
  column("against", row.against, no_units, "arm it is compared with");
  column("estimand", row.estimand, no_units, "incremental, clone, portfolio or population");
  column("metric", row.metric, no_units, "what is compared");
  column("statistic", row.statistic, no_units, "what the estimate is");
  column("unit", row.unit, no_units, "unit of estimate, lower and upper");
  column("estimate", row.estimate, no_units, "estimate");
  column("lower", row.lower, no_units, "lower end of the interval");
  column("upper", row.upper, no_units, "upper end of the interval");
  column("level", row.level, "1", "level of the interval");
  column("interval", row.interval, no_units, "how the interval was made");
  column("replicates", row.replicates, count_units, "pairs of runs behind the estimate");
  column("mean_arm", row.mean_arm, no_units, "mean over replicates in the arm");
  column("mean_against", row.mean_against, no_units, "mean over replicates in the arm it is compared with");
  column("correlation", row.correlation, "1", "correlation of the two arms over replicates");
  column("variance_ratio", row.variance_ratio, "1",
         "variance of the paired statistic over its variance had the arms been independent");
  column("redrawn", row.redrawn, no_units, "streams of chance that replicates draw anew");
}

template <Of<CampaignRow> Row, class Column>
void columns(Row& row, Column& column) {
  column("accounts", row.accounts, count_units, "accounts paid");
  auto& outcomes = row.outcomes;  // delivered and served are not kept per campaign
  column("posts", outcomes.posts, count_units, "paid posts");
  column("impressions", outcomes.impressions, count_units, "times a paid post was looked at");
  column("first_looks", outcomes.first_looks, count_units, "times a paid post was looked at by a user who had not");
  column("reach", outcomes.reach, count_units, "distinct users with an impression of at least one of the paid posts");
  action_columns(outcomes.actions, column);
  column("replaced", row.replaced, count_units, "organic posts withheld for paid ones");
  column("budget", row.budget, money_units, "most that may be spent, in millionths of the currency; -1 for no bound");
  column("spent", row.spent, money_units, "spent, in millionths of the currency");
  column("margin", row.margin, money_units,
         "what the brand earns by one sale, in millionths of the currency; -1 where it is not said");
  column("offers", row.offers, count_units, "accounts asked");
  column("declined", row.declined, count_units, "accounts that did not accept");
  column("audience", row.audience, count_units, "distinct followers of the accounts paid");
  column("audience_gross", row.audience_gross, count_units, "followers of the accounts paid, added up");
  column("expected_adopters", row.expected_adopters, "1",
         "adopters that accounts chosen by influence were expected to win, themselves included; 0 for others");
}

/// `first_tick` is the scale.
template <Of<SeriesRow> Row, class Column>
void columns(Row& row, Column& column) {
  column("sessions", row.sessions, count_units, "sessions");
  column("organic_posts", row.organic_posts, count_units, "roots nobody paid for");
  column("paid_posts", row.paid_posts, count_units, "roots of campaigns");
  column("delivered", row.delivered, count_units, "times a root was gathered as a candidate");
  column("served", row.served, count_units, "times a root was in a ranked list");
  column("impressions", row.impressions, count_units, "times a root was looked at");
  action_columns(row.actions, column);
}

template <class Row, class Column>
void place_columns(Row& row, Column& column) {
  column("point", row.point, count_units, "index of the point");
  column("arm", row.arm, count_units, "index of the arm");
  column("replicate", row.replicate, count_units, "number of the replicate, from 0");
}

template <Of<Placed<InfluencerRow>> Row, class Column>
void columns(Row& row, Column& column) {
  place_columns(row, column);
  column("campaign", row.row.campaign, count_units, "index of the campaign");
  column("user", row.row.user, count_units, "user, by internal number");
  column.account("account", row.row.user, "user, by outside id");
  column("draw", row.row.draw, count_units, "number of the draw of the arm's accounts, from 0");
  column("profile", row.row.profile, count_units,
         "the user itself, or the first account of its nested plant, by internal number: clones share it");
  column("followers", row.row.followers, count_units, "followers of the user");
  column("paid_posts", row.row.posts, count_units, "paid posts");
  column("replaced", row.row.replaced, count_units, "organic posts withheld for paid ones");
  column("cost", row.row.cost, money_units, "paid to the user, in millionths of the currency");
  auto& outcomes = row.row.outcomes;  // of the paid posts; posts, delivered and served are not kept per account
  column("impressions", outcomes.impressions, count_units, "times a paid post was looked at");
  column("first_looks", outcomes.first_looks, count_units, "times a paid post was looked at by a user who had not");
  column("reach", outcomes.reach, count_units, "distinct users with an impression of at least one of the paid posts");
  action_columns(outcomes.actions, column);
}

template <Of<Placed<PostRow>> Row, class Column>
void columns(Row& row, Column& column) {
  place_columns(row, column);
  auto& post = row.row;
  column("key", post.key, count_units,
         "identity of the post, equal in every arm that has it (64-bit hash read as a signed number)");
  column("user", post.author, count_units, "author, by internal number");
  column.account("account", post.author, "author, by outside id");
  column("tick", post.tick, tick_units, "tick of emission, counted from the start of measure");
  column("draw", post.draw, count_units, "number of the draw of the arm's accounts, from 0");
  column("campaign", post.campaign, count_units, "index of the campaign; -1 for an organic post");
  column("topic", post.topic, count_units, "topic");
  column("tier", post.tier, count_units, "index of the author's tier");
  column("impressions_followed", post.impressions_followed, count_units,
         "impressions by readers because they follow the author");
  column("impressions_reshared", post.impressions_reshared, count_units,
         "impressions by readers because a followee reshared it");
  column("reach", post.reach, count_units, "distinct users with an impression");
  action_columns(post.actions, column);
  column("cascade_size", post.cascade_size, count_units, "emissions of the cascade, root included");
  column("depth", post.depth, count_units, "most reshares between a node of the cascade and its root");
  column("largest_broadcast", post.largest_broadcast, count_units, "most reshares of one emission of the cascade");
  column("half_time", post.half_time, tick_units,
         "ticks from the root to the emission that completes half of the cascade");
  column("structural_virality", post.structural_virality, "1",
         "mean distance over ordered pairs of nodes; missing for a cascade of one");
}

template <Of<CascadeSize> Row, class Column>
void columns(Row& row, Column& column) {
  column("row_size", row.nodes, count_units, "nodes of the cascade");
}

template <Of<CascadeNode> Row, class Column>
void columns(Row& row, Column& column) {
  column("parent", row.parent, count_units,
         "index, within the cascade, of the emission that was looked at; -1 for the root");
  column("user", row.user, count_units, "user, by internal number");
  column("tick", row.tick, tick_units, "tick of emission, counted from the start of measure");
  column("reason", row.reason, no_units, "why the parent was looked at");
}

template <Of<CascadeSizeRow> Row, class Column>
void columns(Row& row, Column& column) {
  column("cascades", row.cascades, count_units, "cascades of the class");
  column("adopters", row.adopters, count_units, "their adopters, roots included");
  column("direct", row.direct, count_units, "adopters who took the post from the root");
  column("depth", row.depth, count_units, "depths, added up");
  column("max_breadth", row.max_breadth, count_units, "most adopters at one distance from the root, added up");
  column("largest_broadcast", row.largest_broadcast, count_units, "children of the adopter that has most, added up");
  column("structural_virality", row.structural_virality, "1",
         "structural virality, added up; 0 for cascades of one, which have none");
}

template <Of<ShapeFacts> Row, class Column>
void columns(Row& row, Column& column) {
  column("large", row.large, count_units, "adopters, the root included, from which a cascade is large");
  column("size_virality_correlation", row.size_virality_correlation, "1",
         "Spearman's rank correlation of size and structural virality over the large cascades; missing for fewer than "
         "two");
}

template <Of<ArmModel> Row, class Column>
void columns(Row& row, Column& column) {
  column("model", row.model, no_units, "how posts spread in the arm: feed, or a classic model");
}

template <Of<DepthCount> Row, class Column>
void columns(Row& row, Column& column) {
  column("by_depth", row.cascades, count_units, "cascades of so many generations");
}

template <Of<BreadthCount> Row, class Column>
void columns(Row& row, Column& column) {
  column("by_breadth", row.cascades, count_units, "cascades of such a breadth");
}

template <Of<ViralityCount> Row, class Column>
void columns(Row& row, Column& column) {
  column("by_virality", row.cascades, count_units, "large cascades of such a structural virality");
}

template <Of<BroadcastCount> Row, class Column>
void columns(Row& row, Column& column) {
  column("by_broadcast", row.cascades, count_units, "large cascades whose largest broadcast has such a share");
}

template <Of<GraphFacts> Row, class Column>
void columns(Row& row, Column& column) {
  column("users", row.users, count_units, "users");
  column("follows", row.follows, count_units, "follows");
  column("reciprocity", row.reciprocity, "1", "share of follows whose reverse exists");
  column("largest_followers", row.largest_followers, count_units, "follower count of the largest user");
  column("rows_read", row.rows_read, count_units, "rows of the edge list");
  column("self_loops", row.self_loops, count_units, "rows left out because they name one user twice");
  column("duplicates", row.duplicates, count_units, "rows left out because the follow was there already");
  column("isolated", row.isolated, count_units, "users that only the table of accounts names");
  column("active", row.active, count_units, "users who ever post");
  column("scale", row.scale, "1",
         "users over the users that they stand for; follower counts, fees and budgets shrink alike");
  column("gini_followers", row.gini_followers, "1", "Gini coefficient of follower counts over all users");
  column("log_correlation", row.log_correlation, "1",
         "correlation over users of the logarithms of 1 + followers and 1 + followees");
}

template <Of<ScenarioTexts> Row, class Column>
void columns(Row& row, Column& column) {
  column("given", row.given, no_units, "the scenario file as given");
  column("understood", row.understood, no_units, "every key with its value");
}

/// How a field lies in the file. Whole numbers are signed, because differences of unsigned ones wrap around in every
/// array language.
template <class Field>
struct Stored {
  using Type = std::int64_t;
  static Type to_file(Field field) { return static_cast<Type>(field); }
  static Field from_file(Type value) { return static_cast<Field>(value); }
};
template <>
struct Stored<UserId> {
  using Type = std::int64_t;
  static Type to_file(UserId user) { return user.value(); }
  static UserId from_file(Type value) { return UserId{static_cast<std::uint32_t>(value)}; }
};
template <>
struct Stored<Reason> {
  using Type = std::int8_t;
  static Type to_file(Reason reason) { return static_cast<Type>(reason); }
  static Reason from_file(Type value) { return static_cast<Reason>(value); }
};
template <class Field>
requires std::same_as<Field, std::int32_t> || std::same_as<Field, double> || std::same_as<Field, std::string>
struct Stored<Field> {
  using Type = Field;
  static const Type& to_file(const Field& field) { return field; }
  static Field from_file(Type value) { return value; }
};
inline constexpr std::array<std::int8_t, 3> reason_values{0, 1, 2};
inline constexpr std::string_view reason_meanings = "root followed reshared";  ///< in the order of `Reason`

/// A dataset as the specification lists it.
struct Dataset {
  std::string_view group;
  std::string_view name;
  h5::Type type{};
  std::vector<std::string_view> axes;
  std::string_view units;
  std::string_view long_name;
};

/// Every dataset but the scales, in the order of the file.
std::vector<Dataset> datasets();

/// Axes of a group, in the order in which its parts name them.
std::vector<Axis> axes_of(std::string_view group);

}  // namespace grapevine::schema
