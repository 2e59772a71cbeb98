#include "sim/model/schedule.hpp"

#include <algorithm>

#include "graph/base/error.hpp"

namespace grapevine {

Schedule::Schedule(const std::array<double, 24>& profile, Tick ticks_per_day) : before_(ticks_per_day + 1, 0.0) {
  double total = 0.0;
  for (double weight : profile) total += weight;
  GRAPEVINE_EXPECTS(total > 0.0);
  const bool flat = std::all_of(profile.begin(), profile.end(), [&](double weight) { return weight == profile[0]; });
  const auto mean_weight = [&](Tick tick) {  // in units of which an hour has ticks_per_day and a tick has 24
    double weight = 0.0;
    for (Tick at = 24 * tick, end = at + 24; at < end;) {
      const Tick hour = at / ticks_per_day, until = std::min(end, (hour + 1) * ticks_per_day);
      weight += profile[hour] * ((until - at) / 24.0);
      at = until;
    }
    return weight;
  };
  for (Tick tick = 0; tick < ticks_per_day; ++tick)
    before_[tick + 1] = flat ? tick + 1.0 : before_[tick] + mean_weight(tick) * 24.0 / total;
  before_.back() = ticks_per_day;
}

double Schedule::activity_before(Tick tick) const {
  const Tick day = static_cast<Tick>(before_.size() - 1);
  return static_cast<double>(tick / day) * day + before_[tick % day];
}

Tick Schedule::next(Tick from, double gap, double rate) const {
  if (!(rate > 0.0)) return never;
  const double target = activity_before(from) + gap / rate;
  const Tick day_length = static_cast<Tick>(before_.size() - 1);
  if (!(target < 0x1p31)) return never;
  const Tick day = static_cast<Tick>(target / day_length);
  const double within = target - static_cast<double>(day) * day_length;
  // The tick whose activity covers the target: the last one that starts at or before it.
  const auto after = std::upper_bound(before_.begin(), before_.end() - 1, within);
  return std::max(from, day * day_length + static_cast<Tick>(after - before_.begin()) - 1);
}

}  // namespace grapevine
