#include "analysis/phase.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "graph/base/error.hpp"
#include "graph/base/math.hpp"

namespace grapevine {

namespace {

constexpr double no_end = std::numeric_limits<double>::infinity();

/// A point on the scale of logarithms: the ratio, and the ends of its interval.
struct LogPoint {
  double x, value, low, high;
  LogPoint turned_over() const { return {x, -value, -high, -low}; }
};

std::vector<LogPoint> log_points(std::span<const PhasePoint> points) {
  std::vector<LogPoint> logs;
  for (const PhasePoint& point : points) {
    const Estimate& ratio = point.ratio;
    if (!(ratio.value > 0) || std::isinf(ratio.value)) continue;
    GRAPEVINE_EXPECTS(logs.empty() || logs.back().x < point.coordinate);
    logs.push_back({point.coordinate, math::log(ratio.value), ratio.low > 0 ? math::log(ratio.low) : -no_end,
                    std::isnan(ratio.high) ? no_end : math::log(ratio.high)});
  }
  return logs;
}

/// Where the line from a finite y < 0 to another y >= 0, which may be infinite, passes through 0.
double passage(double x_below, double y_below, double x_above, double y_above) {
  return x_below + (x_above - x_below) * (-y_below / (y_above - y_below));
}

/// The boundary between points k and k + 1 of a line that rises there.
Boundary rising_boundary(const std::vector<LogPoint>& logs, std::size_t k) {
  Boundary boundary{passage(logs[k].x, logs[k].value, logs[k + 1].x, logs[k + 1].value), -no_end, no_end, true};
  for (std::size_t i = k + 1; i-- > 0;)
    if (logs[i].high < 0) {
      boundary.from = passage(logs[i].x, logs[i].high, logs[i + 1].x, logs[i + 1].high);
      break;
    }
  for (std::size_t i = k + 1; i < logs.size(); ++i)
    if (logs[i].low >= 0) {
      boundary.to = logs[i].low == 0 ? logs[i].x : passage(logs[i].x, -logs[i].low, logs[i - 1].x, -logs[i - 1].low);
      break;
    }
  return boundary;
}

}  // namespace

PhaseLine phase_line(std::span<const PhasePoint> points) {
  const std::vector<LogPoint> logs = log_points(points);
  PhaseLine line;
  if (logs.empty()) return line;
  std::vector<LogPoint> over;
  for (const LogPoint& point : logs) over.push_back(point.turned_over());
  for (std::size_t k = 0; k + 1 < logs.size(); ++k) {
    const bool above = logs[k].value >= 0, then = logs[k + 1].value >= 0;
    if (above == then) continue;
    line.boundaries.push_back(rising_boundary(then ? logs : over, k));
    line.boundaries.back().rises = then;
  }
  const bool above = logs.front().value >= 0;
  line.phase = !line.boundaries.empty() ? phase_crosses : above ? phase_above : phase_below;
  line.certain = line.boundaries.empty() && std::all_of(logs.begin(), logs.end(), [&](const LogPoint& point) {
                   return above ? point.low > 0 : point.high < 0;
                 });
  return line;
}

}  // namespace grapevine
