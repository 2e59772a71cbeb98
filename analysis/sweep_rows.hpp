#pragma once

#include <cstdint>
#include <string>

#include "analysis/rows.hpp"

namespace grapevine {

/// Where along one swept key the ratio of a claim passes through 1, the other keys held: a row of `/phase`.
struct PhaseRow {
  std::uint32_t claim = 0;
  std::string key;
  std::uint32_t point = 0;  ///< the first of the line
  std::string phase;
  bool certain = false;
  double at = missing, from = missing, to = missing;
  bool rises = false;

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    constexpr Since since{4, 3};
    column("claim", row.claim, count_units, "number of the claim", since);
    column("key", row.key, no_units, "the swept key that the line goes along, the others held", since);
    column("point", row.point, count_units, "index of the point that the line begins at", since);
    column("phase", row.phase, no_units,
           "crosses: the ratio passes through 1 here; or what it is all along the line: above, below, unknown", since);
    column("certain", row.certain, count_units, "1: no passage, and no interval along the line holds 1", since);
    column("at", row.at, no_units, "value of the key at which the ratio is 1; durations in seconds", since);
    column("from", row.from, no_units, "where intervals begin to hold 1; -inf: before the first value", since);
    column("to", row.to, no_units, "where they cease to; inf: behind the last value", since);
    column("rises", row.rises, count_units, "1: below 1 before, above it after; 0: the other way", since);
  }
};

/// The least spend of one arm that yields what the other yields: a row of `/iso_outcome`.
struct IsoOutcomeRow {
  std::uint32_t point = 0;  ///< of the arm that is to be matched
  std::string key;          ///< the axis of budgets
  std::string arm, against;
  std::string outcome;
  double target_spend = missing, target_outcome = missing;
  double spend = missing, spend_lower = missing, spend_upper = missing;
  double ratio = missing, ratio_lower = missing, ratio_upper = missing;
  std::uint32_t within = 0, below_axis = 0, above_axis = 0, without = 0;

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    constexpr Since since{4, 3};
    column("point", row.point, count_units, "index of the point at which the other arm sets what is to be matched",
           since);
    column("key", row.key, no_units, "the swept key along which the arm spends more or less, the others held", since);
    column("arm", row.arm, no_units, "arm whose least spend is sought", since);
    column("against", row.against, no_units, "arm whose outcome it is to match, replicate by replicate", since);
    column("outcome", row.outcome, no_units, "what is matched", since);
    column("target_spend", row.target_spend, "currency", "what the other arm spent, mean", since);
    column("target_outcome", row.target_outcome, no_units, "what that yielded, mean", since);
    column("spend", row.spend, "currency",
           "median over replicates of the least spend; inf where no spend along the axis is enough in most of them, "
           "-inf where its least is, missing where one half lies below the axis and the other above",
           since);
    column("spend_lower", row.spend_lower, "currency", "lower end of the 95 % interval of the median", since);
    column("spend_upper", row.spend_upper, "currency", "upper end", since);
    column("ratio", row.ratio, "1", "median of the least spend over what the other arm spent", since);
    column("ratio_lower", row.ratio_lower, "1", "lower end of the 95 % interval of the median", since);
    column("ratio_upper", row.ratio_upper, "1", "upper end", since);
    column("within", row.within, count_units, "replicates in which the axis has the spend", since);
    column("below_axis", row.below_axis, count_units, "in which the least spend along it was enough", since);
    column("above_axis", row.above_axis, count_units, "in which the largest was not", since);
    column("without", row.without, count_units, "in which the other arm spent or yielded nothing", since);
  }
};

}  // namespace grapevine
