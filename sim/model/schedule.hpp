#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "graph/base/ids.hpp"

namespace grapevine {

/// When things fall that happen at a rate with a daily profile: a Poisson process in "activity time", of which one mean
/// tick is one unit and a busy hour has more. At most one event a tick: the gap is counted from the end of the tick of
/// the last event.
class Schedule {
public:
  /// `profile`: weight of each hour of the day; only ratios matter. A tick that lies in several hours has a share of
  /// each. All equal: activity time is plain time.
  Schedule(const std::array<double, 24>& profile, Tick ticks_per_day);

  /// The first tick, at or after `from`, of an event whose exponential gap is `gap` (mean 1) at `rate` events per mean
  /// tick. `never` when the rate is 0 or it lies beyond 2^31 ticks.
  Tick next(Tick from, double gap, double rate) const;

  /// Activity in ticks 0 .. tick-1.
  double activity_before(Tick tick) const;

private:
  std::vector<double> before_;  ///< within a day: ticks_per_day + 1 values from 0 to ticks_per_day
};

}  // namespace grapevine
