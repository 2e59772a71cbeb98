#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "sim/state/columns.hpp"

/// What analysis finds, as rows of the result. `scenarios/result/schema.hpp` says which columns they become.
namespace grapevine {

inline constexpr double missing = std::numeric_limits<double>::quiet_NaN();

// What a figure of one arm is about, as `ComparisonRow::contrast` has it: made here, by whoever writes it and by
// whoever looks for it.
inline std::string posts_of_tier(const std::string& tier) { return "posts of tier " + tier; }
inline std::string accounts_of_campaign(const std::string& campaign) { return "accounts of campaign " + campaign; }
inline constexpr std::string_view accounts_by_followers = "accounts by follower count";
inline constexpr std::string_view unpaid_cascades = "unpaid cascades";

/// One estimate with its interval: a row of `/comparison`. Doubles that do not apply are `missing`, texts that do not
/// apply are empty.
struct ComparisonRow {
  std::uint32_t point = 0;
  std::string contrast;   ///< what is asked, in words: "many small against one large, chronological"
  std::string arm;        ///< name of the arm
  std::string against;    ///< name of the arm it is compared with
  std::string estimand;   ///< "incremental", "clone", "portfolio" or "population"
  std::string metric;     ///< "engagement per money"
  std::string statistic;  ///< what `estimate` is: "ratio of means", "difference of means"
  std::string unit;       ///< of `estimate`; "1" for a ratio
  double estimate = missing;
  double lower = missing;
  double upper = missing;
  double level = missing;           ///< of the interval, as a share: 0.95
  std::string interval;             ///< how it was made: "jackknife"
  std::uint32_t replicates = 0;     ///< pairs behind the estimate
  double mean_arm = missing;        ///< mean over replicates of `metric`, or of its numerator, in `arm` ...
  double mean_against = missing;    ///< ... and in `against`
  double correlation = missing;     ///< of the two arms over replicates: what common random numbers gained
  double variance_ratio = missing;  ///< variance of the paired statistic / variance had the arms been independent
  std::string redrawn;              ///< streams that replicates draw anew: "graph, selection, content, dynamics"

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
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
    column("mean_arm", row.mean_arm, no_units,
           "mean over replicates in the arm; of a ratio of totals the ratio of their sums over replicates");
    column("mean_against", row.mean_against, no_units, "the same in the arm it is compared with");
    column("correlation", row.correlation, "1", "correlation of the two arms over replicates");
    column("variance_ratio", row.variance_ratio, "1",
           "variance of the paired statistic over its variance had the arms been independent");
    column("redrawn", row.redrawn, no_units, "streams of chance that replicates draw anew");
  }
};

/// A claim and what became of it: a row of `/claims`.
struct ClaimRow {
  std::uint32_t claim = 0;
  std::string name;
  std::string contrast;  ///< what is compared, or would be
  std::string arm;
  double estimate = missing;
  double lower = missing;
  double upper = missing;
  double margin_low = missing;
  double margin_high = missing;
  double level = missing;
  std::uint32_t replicates = 0;
  std::string verdict;
  std::string assumptions;
  std::uint64_t replicates_needed =
      0;  ///< to decide the claim, from the variance seen; 0: it is decided, or nothing can be told
  std::uint32_t point = 0;

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    column("claim", row.claim, count_units, "number of the claim");
    column("name", row.name, no_units, "the claim, short");
    column("contrast", row.contrast, no_units, "what is compared, or would be");
    column("arm", row.arm, no_units, "arm, or arms, that it was judged in");
    column("estimate", row.estimate, "1", "ratio");
    column("lower", row.lower, "1", "lower end of the 95 % interval");
    column("upper", row.upper, "1", "upper end of the 95 % interval");
    column("margin_low", row.margin_low, "1", "ratios from here ...");
    column("margin_high", row.margin_high, "1", "... to here make no material difference");
    column("level", row.level, "1",
           "level of the interval that decided, adjusted over all claims, those not asked among them (Holm)");
    column("replicates", row.replicates, count_units, "replicates behind the estimate");
    column("verdict", row.verdict, no_units, "holds, reversed, no material difference, undecided, or not asked");
    column("assumptions", row.assumptions, no_units, "keys without a source that the estimate rests on");
    column("replicates_needed", row.replicates_needed, count_units,
           "replicates that would decide the claim if ratio and variance stayed as seen; 10001 for more than 10000; 0 "
           "where it is decided or nothing can be told");
    column("point", row.point, count_units, "index of the point", Since{4, 3});
  }
};

/// A point of a curve by follower count: a row of `/response`.
struct ResponseRow {
  std::string arm;
  std::string metric;
  double followers = missing;
  double response = missing, response_lower = missing, response_upper = missing;
  double elasticity = missing, elasticity_lower = missing, elasticity_upper = missing;
  std::uint32_t point = 0;

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    column("arm", row.arm, no_units, "arm");
    column("metric", row.metric, no_units, "outcome");
    column("followers", row.followers, count_units, "follower count");
    column("response", row.response, no_units, "expected outcome of an account with this many followers");
    column("response_lower", row.response_lower, no_units, "lower end of its 95 % interval over replicates");
    column("response_upper", row.response_upper, no_units, "upper end");
    column("elasticity", row.elasticity, "1", "slope of the log outcome in log followers, here");
    column("elasticity_lower", row.elasticity_lower, "1", "lower end of its 95 % interval over replicates");
    column("elasticity_upper", row.elasticity_upper, "1", "upper end");
    column("point", row.point, count_units, "index of the point", Since{4, 3});
  }
};

/// Cascades of two tiers beside each other: a row of `/structure`.
struct StructureRow {
  std::string arm;
  std::string metric;
  std::string tier;
  std::string against;
  std::uint64_t cascades_tier = 0, cascades_against = 0;
  double mean_tier = missing, mean_against = missing;
  double difference = missing, lower = missing, upper = missing;
  std::uint64_t pairs = 0;
  double matched_difference = missing, matched_lower = missing, matched_upper = missing;
  std::uint32_t point = 0;

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    column("arm", row.arm, no_units, "arm");
    column("metric", row.metric, no_units,
           "what is compared; of largest broadcast its share of all nodes but the root");
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
    column("point", row.point, count_units, "index of the point", Since{4, 3});
  }
};

/// A claim with some switches off: a row of `/switches`.
struct SwitchRow {
  std::uint32_t claim = 0;
  std::string off;
  double estimate = missing, lower = missing, upper = missing;
  std::uint32_t replicates = 0;
  std::string verdict;
  std::uint32_t point = 0;

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    constexpr Since since{4, 3};
    column("claim", row.claim, count_units, "number of the claim", since);
    column("off", row.off, no_units, "switches that are off, with commas; empty: none is", since);
    column("estimate", row.estimate, "1", "ratio of the claim then", since);
    column("lower", row.lower, "1", "lower end of its 95 % interval", since);
    column("upper", row.upper, "1", "upper end", since);
    column("replicates", row.replicates, count_units, "replicates behind it", since);
    column("verdict", row.verdict, no_units, "what the 95 % interval decides, not adjusted; or not asked", since);
    column("point", row.point, count_units, "index of the point", since);
  }
};

/// What a switch does to a claim: a row of `/attribution`.
struct AttributionRow {
  std::uint32_t claim = 0;
  std::string name;
  std::string method;
  double factor = missing, lower = missing, upper = missing;
  bool vanishes = false;
  std::uint32_t point = 0;

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    constexpr Since since{4, 3};
    column("claim", row.claim, count_units, "number of the claim", since);
    column("switch", row.name, no_units, "the switch", since);
    column("method", row.method, no_units,
           "shapley: the factors of all switches make up the ratio with none off over that with all off; "
           "leave-one-out: ratio with it on over ratio with it off, all others on",
           since);
    column("factor", row.factor, "1", "what it multiplies the ratio of the claim by", since);
    column("lower", row.lower, "1", "lower end of its 95 % interval", since);
    column("upper", row.upper, "1", "upper end", since);
    column("vanishes", row.vanishes, count_units,
           "1: a difference that the claim makes is not there without it; 0: it is, or there was none", since);
    column("point", row.point, count_units, "index of the point", since);
  }
};

/// How far something moved over the last day of a warm-up: a row of `/drift`.
struct DriftRow {
  std::string arm;
  std::string tier;
  std::string metric;
  double before = missing, last = missing;
  double estimate = missing, lower = missing, upper = missing;
  double level = missing, tolerance = missing;
  std::string verdict;
  std::uint32_t point = 0;

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    constexpr Since since{4, 3};
    column("arm", row.arm, no_units, "arm; the first of those that share a warm-up", since);
    column("tier", row.tier, no_units, "tier of the authors", since);
    column("metric", row.metric, no_units, "what may have moved", since);
    column("before", row.before, no_units, "its mean on the last but one day of the warm-up", since);
    column("last", row.last, no_units, "its mean on the last day", since);
    column("estimate", row.estimate, "1", "ratio of the second to the first", since);
    column("lower", row.lower, "1", "lower end of its interval", since);
    column("upper", row.upper, "1", "upper end", since);
    column("level", row.level, "1", "level of the interval, adjusted over all rows (Bonferroni)", since);
    column("tolerance", row.tolerance, "1", "how far from 1 the ratio may be", since);
    column("verdict", row.verdict, no_units, "settled, not settled or undecided", since);
    column("point", row.point, count_units, "index of the point", since);
  }
};

/// A figure held against what is expected of it: a row of `/bands`.
struct BandRow {
  std::string arm;
  std::string metric;
  std::string of;
  double low = missing, high = missing;
  double estimate = missing, lower = missing, upper = missing;
  std::string verdict;
  std::string source;
  std::uint32_t point = 0;

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
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
    column("point", row.point, count_units, "index of the point", Since{4, 3});
  }
};

}  // namespace grapevine
