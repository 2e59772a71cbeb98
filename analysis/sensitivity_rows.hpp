#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "analysis/rows.hpp"

namespace grapevine {

/// What an outcome of a sweep hangs on, dimension by dimension: a row of `/sensitivity`.
struct SensitivityRow {
  std::string contrast;  ///< what is asked, in the words of `/comparison`
  std::string metric;    ///< the outcome
  std::string factor;    ///< the swept key, or "replicate"
  std::string index;     ///< one of the names below
  double estimate = missing, lower = missing, upper = missing;
  std::string interval;          ///< how it was made: "bootstrap of base rows"
  std::uint32_t used = 0;        ///< base rows, trajectories or points behind the estimate ...
  std::uint32_t dropped = 0;     ///< ... and those without it, because an outcome is missing
  std::uint32_t replicates = 0;  ///< of each point

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    constexpr Since since{4, 3};
    column("contrast", row.contrast, no_units, "what is asked", since);
    column("metric", row.metric, no_units, "the outcome", since);
    column("factor", row.factor, no_units, "the key that is swept, or replicate", since);
    column("index", row.index, no_units,
           "first: share of the outcome's variance that the factor explains alone; total: share that is lost if it is "
           "known, interactions included; mu, mu star, sigma: mean, mean size and spread of Morris's effects, outcome "
           "per range of the factor; noise: standard error of one such effect",
           since);
    column("estimate", row.estimate, no_units, "estimate", since);
    column("lower", row.lower, no_units, "lower end of its 95 % interval", since);
    column("upper", row.upper, no_units, "upper end", since);
    column("interval", row.interval, no_units, "how the interval was made", since);
    column("used", row.used, count_units, "base rows, trajectories or points behind the estimate", since);
    column("dropped", row.dropped, count_units, "those left out because an outcome is missing", since);
    column("replicates", row.replicates, count_units, "replicates of each point", since);
  }
};

inline constexpr std::string_view first_index = "first", total_index = "total";
inline constexpr std::string_view morris_mean = "mu", morris_mean_size = "mu star", morris_spread = "sigma";
inline constexpr std::string_view morris_noise = "noise";

}  // namespace grapevine
