#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "graph/base/h5.hpp"
#include "scenarios/result/result.hpp"

/// The result file's groups, their axes, and which rows lie in them. Writer, reader and specification follow from it.
///
/// The rows themselves say which columns they have (`sim/state/columns.hpp`).
namespace grapevine::schema {

inline constexpr std::string_view format = "grapevine result";
inline constexpr int major_version = 4;  ///< raised when readers of the old format would misread the new one

/// What names the places along a dimension. Each group repeats the scales that it uses.
struct Axis {
  std::string_view name;
  h5::Type type;
  std::string_view long_name;
};
inline constexpr std::array<Axis, 20> axes{{
    {"point", h5::Type::text, "point of the sweep"},
    {"arm", h5::Type::text, "arm"},
    {"replicate", h5::Type::i64, "number of the replicate, from 0"},
    {"tier", h5::Type::text, "class of users by follower count at the start"},
    {"source", h5::Type::text,
     "whose emission the reader was served: that of a followee who wrote it, of a followee who reshared it, of an "
     "author that the platform showed it, or one that a campaign paid the platform for showing"},
    {"readers", h5::Type::text,
     "readers served by the arm's ranking, and readers held out of it, who are served chronologically"},
    {"position_from", h5::Type::i64,
     "least position in the feed of the class, 1 for the top; the last also counts all below it"},
    {"followers_from", h5::Type::i64, "least follower count of the class"},
    {"campaign", h5::Type::text, "campaign"},
    {"product", h5::Type::text, "product"},
    {"partners", h5::Type::i64, "accounts of the campaign that a user follows; the last also counts all above it"},
    {"tick", h5::Type::i64, "first tick of the bin, counted from the start of measure"},
    {"row", h5::Type::i64, "number of the row"},
    {"post", h5::Type::i64, "row of the post in /posts"},
    {"node", h5::Type::i64, "number of the node over all cascades"},
    {"size_from", h5::Type::i64, "least size of the class: adopters, the root included"},
    {"depth", h5::Type::i64, "reshares between the root and the farthest adopter; the last also counts all above it"},
    {"breadth_from", h5::Type::i64, "least number of the class: most adopters at one distance from the root"},
    {"virality_from", h5::Type::f64,
     "least structural virality of the class, 1/256 wide up to 3 and above 256 to each doubling of its distance from "
     "1; the last also counts all above it"},
    {"broadcast_from", h5::Type::f64,
     "least share of the class: children of the adopter that has most, over all adopters but the root; the last is 1 "
     "itself"},
}};

struct Group {
  std::string_view name;
  std::string_view comment;
};
inline constexpr std::array<Group, 31> groups{{
    {"summary",
     "Outcomes of the roots emitted in measure, with everything that happened to them until the end of followup, by "
     "tier of the root's "
     "author."},
    {"comparison",
     "Estimates with intervals: arms compared over replicates. Intervals are Monte Carlo, given the parameters."},
    {"claims",
     "The claims: what was compared for each, the estimate, and the verdict at the level adjusted over all of "
     "them."},
    {"response",
     "Curves: an outcome against follower count, smoothed, with its elasticity at each point; means over replicates. "
     "Missing where a replicate misses it."},
    {"structure",
     "Shapes of cascades of two tiers, as they are and matched on size: descriptive, since size is itself an outcome."},
    {"bands",
     "Figures held against what is expected of them. Pass: the 95 % interval lies inside the band and is no wider than "
     "a third of it; fail: it lies outside; an interval without width decides nothing."},
    {"drift",
     "Whether the warm-up was long enough: engagement and trust on its last day over those on the day before, by tier. "
     "Without rows where it has less than two days."},
    {"switches",
     "The claims with switches off, one after the other or in all combinations: a study of its own each, of the same "
     "worlds and the same chance."},
    {"attribution", "What each switch does to each claim."},
    {"sensitivity",
     "Of a sweep: what the logarithms of claims and contrasts hang on, key by key, where the design can tell, and what "
     "share of the variance of a single run is the replicate's."},
    {"phase", "Of a sweep: where along each key, the others held, the ratio of a claim passes through 1."},
    {"iso_outcome",
     "Of a sweep of what the micro arm of the claims may spend: the least that it must spend to match the mega arm, "
     "replicate by replicate. Medians: where no spend is enough, none is known."},
    {"ledger",
     "How far counted roots came: delivered, served and looked at, by tier of the root's author and by source."},
    {"readers",
     "Sessions from the start of measure to the end of the run by group of readers, and what they looked at of counted "
     "roots, by tier of their authors."},
    {"positions",
     "With output.positions: looks at counted roots and what readers did at them, by group of readers, tier of the "
     "author and position in the feed. Zero under classic models."},
    {"mechanisms", "What mechanisms count, by tier of whoever it is about; missing in arms in which they do nothing."},
    {"curve",
     "Authors of counted roots by follower count: one class for each count below 16, then eight of equal width in each "
     "octave. Sums over accounts and of their squares."},
    {"campaigns",
     "What each campaign bought and what its own roots, with their cascades, brought. Zero, but for the budget, where "
     "an arm does not run "
     "the campaign."},
    {"products",
     "Who bought each product from the branching of the arms to the end of the run; zero under classic models."},
    {"overlap", "How many accounts of each campaign users follow; zero where an arm does not run the campaign."},
    {"series", "Everything that happened in each bin of time, all roots counted."},
    {"campaign_series",
     "What each campaign brought in each bin of time, bins as in /series; over all bins, its numbers in /campaigns. "
     "Zero where an arm does not run the campaign."},
    {"influencers", "Accounts that were paid: a row for each account, campaign, replicate, arm and point."},
    {"posts", "Tracked roots: every paid post and, with output.track_share, a sample of the organic ones."},
    {"looks", "With output.looks: every look at a tracked root, with its position in the feed, by tick and reader."},
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
  bool on_demand = false;  ///< left out where no run has a row
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
inline const Part drift_rows{"drift", {"row"}};
inline const Part switch_rows{"switches", {"row"}};
inline const Part attribution_rows{"attribution", {"row"}};
inline const Part sensitivity_rows{"sensitivity", {"row"}};
inline const Part phase_rows{"phase", {"row"}};
inline const Part iso_outcome_rows{"iso_outcome", {"row"}};
inline const Part ledger_cells{"ledger", {"point", "arm", "replicate", "tier", "source"}, true};
inline const Part group_cells{"readers", {"point", "arm", "replicate", "readers"}, true};
inline const Part reader_cells{"readers", {"point", "arm", "replicate", "readers", "tier"}, true};
inline const Part position_cells{
    "positions", {"point", "arm", "replicate", "readers", "tier", "position_from"}, true, true};
inline const Part curve_cells{"curve", {"point", "arm", "replicate", "followers_from"}, true};
inline const Part overlap_cells{"overlap", {"point", "arm", "replicate", "campaign", "partners"}, true};
inline const Part campaign_cells{"campaigns", {"point", "arm", "replicate", "campaign"}, true};
inline const Part product_cells{"products", {"point", "arm", "replicate", "product"}, true};
inline const Part series_cells{"series", {"point", "arm", "replicate", "tick"}, true};
inline const Part campaign_series_cells{"campaign_series", {"point", "arm", "replicate", "campaign", "tick"}, true};
inline const Part influencer_rows{"influencers", {"row"}};
inline const Part post_rows{"posts", {"row"}};
inline const Part look_rows{"looks", {"row"}, false, true};
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

  /// Of the table.
  static constexpr Since since() {
    if constexpr (requires { Row::since; })
      return Row::since;
    else
      return {};
  }

  template <class It, class Column>
  static void columns(It& it, Column& column) {
    column("point", it.point, count_units, "index of the point", since());
    column("arm", it.arm, count_units, "index of the arm", since());
    column("replicate", it.replicate, count_units, "number of the replicate, from 0", since());
    Row::columns(it.row, column);
  }
};
struct TierBound {
  std::uint64_t from = 0;

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    column("followers_from", row.from, count_units, "least follower count of the tier");
  }
};
struct ArmDraws {
  std::uint64_t draws = 1;

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    column(
        "draws", row.draws, count_units,
        "choices of accounts that the arm was run for in each world; numbers by arm and replicate are means over them");
  }
};
/// Of one run, beside its tiers.
struct RunFacts {
  std::uint64_t event_hash = 0;
  std::uint64_t paid_reach = 0;

  static RunFacts of(const RunRecord& record) { return {record.event_hash, record.paid_reach}; }
  void into(RunRecord& record) const { record.event_hash = event_hash, record.paid_reach = paid_reach; }

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    column.hash("event_hash", row.event_hash,
                "order-free hash of every emission, impression and action since the start of the warm-up, hexadecimal");
    column("paid_reach", row.paid_reach, count_units,
           "distinct users with an impression of at least one paid root, whatever the campaign");
  }
};
/// Of one run under a classic model.
struct RunReproduction {
  double reproduction_number = missing;

  static RunReproduction of(const RunRecord& record) { return {record.reproduction_number}; }
  void into(RunRecord& record) const { record.reproduction_number = reproduction_number; }

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    column("reproduction_number", row.reproduction_number, "1",
           "adoptions that an adopter brings about while hardly anybody has the post: chance x spectral radius of the "
           "follow graph; missing under feeds");
  }
};
struct GroupSessions {
  std::uint64_t sessions = 0;

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    column("sessions", row.sessions, count_units, "sessions from the start of measure to the end of the run");
  }
};
struct FrequencyCount {
  std::uint64_t users = 0;

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    column("users", row.users, count_units, "users who follow this many accounts of the campaign");
  }
};
struct CascadeSize {
  std::uint64_t nodes = 0;

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    column("row_size", row.nodes, count_units, "nodes of the cascade");
  }
};
/// Of one run, beside the histograms.
struct ShapeFacts {
  std::uint64_t large = 0;
  double size_virality_correlation = 0;

  static ShapeFacts of(const RunRecord& record) {
    return {record.shapes.large, record.shapes.size_virality_correlation};
  }
  void into(RunRecord& record) const {
    record.shapes.large = static_cast<std::uint32_t>(large);
    record.shapes.size_virality_correlation = size_virality_correlation;
  }

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    column("large", row.large, count_units, "adopters, the root included, from which a cascade is large");
    column(
        "size_virality_correlation", row.size_virality_correlation, "1",
        "Spearman's rank correlation of size and structural virality over the large cascades; missing for fewer than "
        "two");
  }
};
struct ArmModel {
  std::string model;

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    column("model", row.model, no_units, "how posts spread in the arm: feed, or a classic model");
  }
};
struct DepthCount {
  std::uint64_t cascades = 0;

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    column("by_depth", row.cascades, count_units, "cascades of this many generations");
  }
};
struct BreadthCount {
  std::uint64_t cascades = 0;

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    column("by_breadth", row.cascades, count_units, "cascades of this breadth");
  }
};
struct ViralityCount {
  std::uint64_t cascades = 0;

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    column("by_virality", row.cascades, count_units, "large cascades of this structural virality");
  }
};
struct BroadcastCount {
  std::uint64_t cascades = 0;

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    column("by_broadcast", row.cascades, count_units, "large cascades whose largest broadcast has this share");
  }
};
struct ScenarioTexts {
  std::string given;
  std::string understood;

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    column("given", row.given, no_units, "the scenario file as given");
    column("understood", row.understood, no_units, "every key with its value");
  }
};

/// Calls `column` for each column of the row, whether `column` copies the fields to a file, from a file, or only takes
/// the names down.
template <class Row, class Column>
void columns(Row& row, Column& column) {
  std::remove_const_t<Row>::columns(row, column);
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
inline constexpr std::array<std::int8_t, 5> reason_values{0, 1, 2, 3, 4};
inline constexpr std::string_view reason_meanings =
    "root followed reshared discovered promoted";  ///< in the order of `Reason`
static_assert(std::ranges::count(reason_meanings, ' ') + 1 == reason_values.size() &&
              reason_values.back() == static_cast<std::int8_t>(Reason::promoted));

/// A dataset as the specification lists it.
struct Dataset {
  std::string_view group;
  std::string_view name;
  h5::Type type{};
  std::vector<std::string_view> axes;
  std::string_view units;
  std::string_view long_name;
  Since since;  ///< the first version that has it
};

/// The version that is written: that of the column added last.
Since format_version();

inline constexpr auto sizes_of = [](auto& record) -> auto& { return record.shapes.sizes; };
inline constexpr auto depths_of = [](auto& record) -> auto& { return record.shapes.depths; };
inline constexpr auto breadths_of = [](auto& record) -> auto& { return record.shapes.breadths; };
inline constexpr auto virality_of = [](auto& record) -> auto& { return record.shapes.virality; };
inline constexpr auto broadcasts_of = [](auto& record) -> auto& { return record.shapes.broadcasts; };

/// Every table of the file, in its order: what is written, read and specified walks along it. `cells` and `numbers`
/// have a row for each place of a run, `per_run` one a run, `placed` any number, with the run that each belongs to;
/// `rows` and `list` are the study's own.
template <class Tables>
void each_table(Tables& in) {
  in.template list<TierBound>(tier_bounds, &StudyResult::tiers_from);
  in.arm_draws();
  in.template cells<TierRow>(tier_cells, &RunRecord::tiers);
  in.template per_run<RunFacts>(run_cells);
  in.template per_run<RunReproduction>(run_models);
  in.rows(comparison_rows, &StudyResult::comparison);
  in.rows(claim_rows, &StudyResult::claims);
  in.rows(response_rows, &StudyResult::response);
  in.rows(structure_rows, &StudyResult::structure);
  in.rows(band_rows, &StudyResult::bands);
  in.rows(drift_rows, &StudyResult::drift);
  in.rows(switch_rows, &StudyResult::switches);
  in.rows(attribution_rows, &StudyResult::attribution);
  in.rows(sensitivity_rows, &StudyResult::sensitivity);
  in.rows(phase_rows, &StudyResult::phase);
  in.rows(iso_outcome_rows, &StudyResult::iso_outcome);
  in.template cells<LedgerRow>(ledger_cells, &RunRecord::ledger);
  in.template numbers<GroupSessions>(group_cells, &RunRecord::group_sessions);
  in.template cells<ReaderRow>(reader_cells, &RunRecord::readers);
  in.template cells<PositionRow>(position_cells, &RunRecord::positions);
  in.template cells<CurveRow>(curve_cells, &RunRecord::curve);
  in.template cells<CampaignRow>(campaign_cells, &RunRecord::campaigns);
  in.template cells<ProductRow>(product_cells, &RunRecord::products);
  in.template numbers<FrequencyCount>(overlap_cells, &RunRecord::frequency);
  in.template cells<SeriesRow>(series_cells, &RunRecord::series);
  in.template cells<CampaignSeriesRow>(campaign_series_cells, &RunRecord::campaign_series);
  in.placed(influencer_rows, &RunRecord::influencers);
  in.placed(post_rows, &RunRecord::posts);
  in.placed(look_rows, &RunRecord::looks);
  in.cascades();
  in.template cells<CascadeSizeRow>(size_cells, sizes_of);
  in.template list<ArmModel>(arm_models, &StudyResult::models);
  in.template per_run<ShapeFacts>(shape_cells);
  in.template numbers<DepthCount>(depth_cells, depths_of);
  in.template numbers<BreadthCount>(breadth_cells, breadths_of);
  in.template numbers<ViralityCount>(virality_cells, virality_of);
  in.template numbers<BroadcastCount>(broadcast_cells, broadcasts_of);
  in.rows(graph_cells, &StudyResult::graphs);
  in.texts();
}

/// Every dataset but the scales, in the order of the file.
std::vector<Dataset> datasets();

/// Axes of a group, in the order in which its parts name them.
std::vector<Axis> axes_of(std::string_view group);

}  // namespace grapevine::schema
