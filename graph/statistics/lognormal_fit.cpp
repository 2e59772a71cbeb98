#include "graph/statistics/lognormal_fit.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "graph/base/error.hpp"
#include "graph/base/math.hpp"
#include "graph/base/parallel.hpp"
#include "graph/statistics/normal_tail.hpp"

namespace grapevine {

namespace {

/// What is between two whole numbers less a half, as logarithms from log(x_min - 1/2) on.
struct Strip {
  double low;
  double high;
};

Strip strip_of(std::uint32_t degree, std::uint32_t x_min) {
  const double log_start = math::log(x_min - 0.5);
  return {math::log(degree - 0.5) - log_start, math::log(degree + 0.5) - log_start};
}

/// The law in the coordinates in which its likelihood is a plain hill, also where mu is far below the tail: the density
/// of t = log x - log(x_min - 1/2) >= 0 goes with exp(-slope t - curvature t^2 / 2). With no curvature left it is a
/// power law of exponent 1 + slope.
class Law {
public:
  Law(double slope, double curvature)
      : slope_(slope),
        curvature_(curvature),
        root_(std::sqrt(curvature)),
        start_(slope / root_),
        whole_(whole(start_)) {}

  double log_mass(Strip strip) const {
    const double low = start_ + root_ * strip.low, high = start_ + root_ * strip.high;
    if (start_ < 0.0) return log_between(low, high) - whole_;
    const double width = root_ * (strip.high - strip.low), t = 0.5 * (strip.low + strip.high),
                 middle = start_ + root_ * t;
    if (width * (middle + 1.0) < 0.01)  // as in `log_between`
      return math::log(width * (1.0 + (middle * middle - 1.0) * width * width / 24.0)) - whole_ - fall(t);
    return math::log(mills_ratio(low) - math::exp(-width * middle) * mills_ratio(high)) - whole_ - fall(strip.low);
  }

private:
  /// log P(Z > start), where start >= 0 without the density there, which `fall` counts from.
  static double whole(double start) { return start < 0.0 ? log_upper_tail(start) : math::log(mills_ratio(start)); }
  /// By how much the logarithm of the density has fallen at t.
  double fall(double t) const { return (slope_ + 0.5 * curvature_ * t) * t; }

  double slope_;
  double curvature_;
  double root_;
  double start_;  ///< in standard deviations from mu
  double whole_;
};

constexpr double least_log_curvature = -13.815510557964274,
                 greatest_log_curvature = 9.210340371976184;  // sigma 1 000 and 0.01

using Point = std::array<double, 2>;

/// Where `height` is least, by the simplex method of Nelder and Mead (1965) in the plane, from a triangle at `start`.
template <class Height>
std::pair<Point, double> descend(const Height& height, Point start, double size) {
  struct Corner {
    Point at;
    double height;
  };
  const auto corner = [&](Point at) { return Corner{at, height(at)}; };
  std::array<Corner, 3> corners = {corner(start), corner({start[0] + size, start[1]}),
                                   corner({start[0], start[1] + size})};
  for (int step = 0; step < 200; ++step) {
    std::ranges::stable_sort(corners, {}, &Corner::height);
    Corner &best = corners[0], &second = corners[1], &worst = corners[2];
    const double spread = std::max(std::abs(worst.at[0] - best.at[0]) + std::abs(worst.at[1] - best.at[1]),
                                   std::abs(second.at[0] - best.at[0]) + std::abs(second.at[1] - best.at[1]));
    if (spread < 1e-8 || (worst.height - best.height <= 1e-14 * std::abs(best.height) && spread < 1e-4)) break;
    const auto along = [&](double by) {  // from the worst corner through the middle of the two others: 0 the middle, 1
                                         // the mirror image
      return corner({(0.5 + 0.5 * by) * (best.at[0] + second.at[0]) - by * worst.at[0],
                     (0.5 + 0.5 * by) * (best.at[1] + second.at[1]) - by * worst.at[1]});
    };
    const Corner mirrored = along(1.0);
    if (mirrored.height < best.height) {
      const Corner further = along(2.0);
      worst = further.height < mirrored.height ? further : mirrored;
    } else if (mirrored.height < second.height) {
      worst = mirrored;
    } else {
      const Corner nearer = along(mirrored.height < worst.height ? 0.5 : -0.5);
      if (nearer.height < std::min(mirrored.height, worst.height)) {
        worst = nearer;
      } else {
        for (Corner* c : {&second, &worst}) *c = corner({0.5 * (c->at[0] + best.at[0]), 0.5 * (c->at[1] + best.at[1])});
      }
    }
  }
  std::ranges::stable_sort(corners, {}, &Corner::height);
  return {corners[0].at, corners[0].height};
}

}  // namespace

LognormalFit fit_lognormal(const DegreeDistribution& all, std::uint32_t x_min) {
  GRAPEVINE_EXPECTS(x_min >= 1);
  const auto first = static_cast<std::size_t>(std::ranges::lower_bound(all.degrees(), x_min) - all.degrees().begin());
  const std::span<const std::uint32_t> degrees = all.degrees().subspan(first);
  const std::span<const std::uint64_t> at_least = all.at_least().subspan(first);
  LognormalFit fit{.x_min = x_min, .users = at_least.empty() ? 0 : at_least.front()};
  if (degrees.size() < 3) return fit;
  const double users = static_cast<double>(fit.users);
  std::vector<Strip> strips(degrees.size());
  parallel_for(degrees.size(), [&](std::size_t i) { strips[i] = strip_of(degrees[i], x_min); });
  const auto mean = [&](auto&& value) {
    return parallel_sum(degrees.size(),
                        [&](std::size_t i) {
                          const std::uint64_t above = i + 1 < degrees.size() ? at_least[i + 1] : 0;
                          return static_cast<double>(at_least[i] - above) * value(strips[i]);
                        }) /
           users;
  };
  const auto height = [&](Point at) {  // beyond the bounds a steep wall
    const double inside = std::clamp(at[1], least_log_curvature, greatest_log_curvature);
    const Law law(at[0], math::exp(inside));
    return (at[1] - inside) * (at[1] - inside) - mean([&](Strip strip) { return law.log_mass(strip); });
  };
  const auto middle = [](Strip strip) { return 0.5 * (strip.low + strip.high); };
  const double centre = mean(middle);
  const double variance = mean([&](Strip strip) { return (middle(strip) - centre) * (middle(strip) - centre); });
  // From a lognormal law that has the tail's moments and from one that is nearly a power law; each end is tried once
  // more from a new triangle, in case the first had grown flat.
  std::pair<Point, double> best = {{}, std::numeric_limits<double>::infinity()};
  for (const Point start : {Point{-centre / variance, -math::log(variance)}, Point{1.0 / centre, -4.0}}) {
    const auto once = descend(height, start, 0.5);
    const auto again = descend(height, once.first, 0.1);
    if (again.second < best.second) best = again;
  }
  const double curvature = math::exp(std::clamp(best.first[1], least_log_curvature, greatest_log_curvature));
  fit.mu = math::log(x_min - 0.5) - best.first[0] / curvature;
  fit.sigma = 1.0 / std::sqrt(curvature);
  constexpr double near = 1e-3;  // sigma within a part in 2 000
  fit.at_bound = best.first[1] < least_log_curvature + near || best.first[1] > greatest_log_curvature - near;
  return fit;
}

double log_mass(const LognormalFit& fit, std::uint32_t degree) {
  const double curvature = 1.0 / (fit.sigma * fit.sigma);
  return Law((math::log(fit.x_min - 0.5) - fit.mu) * curvature, curvature).log_mass(strip_of(degree, fit.x_min));
}

}  // namespace grapevine
