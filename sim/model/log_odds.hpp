#pragma once

#include <vector>

#include "sim/model/population.hpp"

namespace grapevine {

/// A distribution of log odds on a grid. What falls between two points is shared so that its mean odds are kept: the
/// mean of o / (1 + o) is off by less than one part in 10^7 for each term added (step^2 / 16).
class LogOdds {
public:
  /// Certainly 0. Room for terms whose values add up to between `low` <= 0 and `high` >= 0; each may be put a step too
  /// low or too high.
  LogOdds(double low, double high);

  /// Of the sum of independent terms, each of whose 256 values are equally likely; terms that are all 0 cost nothing.
  explicit LogOdds(std::initializer_list<const QuantileTable*> terms);

  /// Adds an independent term whose values are equally likely.
  void add(const QuantileTable& logits);

  /// Of o / (1 + o), with `base` times the odds.
  double mean_probability(double base) const;

private:
  static constexpr double step = 0x1p-10;
  static constexpr double spare = 4;
  double low_;  // in steps
  std::vector<double> odds_;
  std::vector<double> weight_;
};

}  // namespace grapevine
