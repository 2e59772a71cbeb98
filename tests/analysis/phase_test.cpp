#include "analysis/phase.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "tests/catch.hpp"

using namespace grapevine;
using Catch::Detail::Approx;

namespace {

constexpr double endless = std::numeric_limits<double>::infinity();

/// Points whose log ratio is `slope` (x - root), with an interval of -+ `half_width`, at 0, 10, ... 50.
std::vector<PhasePoint> straight(double slope, double root, double half_width) {
  std::vector<PhasePoint> points;
  for (double x = 0; x <= 50; x += 10) {
    const double log = slope * (x - root);
    points.push_back({x, {std::exp(log), std::exp(log - half_width), std::exp(log + half_width), 20}});
  }
  return points;
}

}  // namespace

TEST_CASE("a straight line of log ratios crosses at its root, its band where its interval does", "[analysis][phase]") {
  // Fixed cost x as a power law of it would have: log ratio 0.1 (x - 23), -+ 0.5: band 23 -+ 5.
  const double slope = GENERATE(0.1, -0.1);
  const PhaseLine line = phase_line(straight(slope, 23, 0.5));
  CHECK((line.phase == phase_crosses && !line.certain));
  REQUIRE(line.boundaries.size() == 1);
  CHECK(line.boundaries[0].at == Approx(23));
  CHECK(line.boundaries[0].from == Approx(18));
  CHECK(line.boundaries[0].to == Approx(28));
  CHECK(line.boundaries[0].rises == (slope > 0));
}

TEST_CASE("a band that goes on beyond the axis is open, on either side", "[analysis][phase]") {
  const PhaseLine low = phase_line(straight(0.1, 8, 1)), high = phase_line(straight(-0.1, 44, 1));
  CHECK((low.boundaries[0].from == -endless && low.boundaries[0].to == Approx(18)));
  CHECK((high.boundaries[0].from == Approx(34) && high.boundaries[0].to == endless));
}

TEST_CASE("no crossing is a result, certain only where no interval holds 1", "[analysis][phase]") {
  for (const double half_width : {0.5, 1.5}) {
    const PhaseLine above = phase_line(straight(0.1, -10, half_width)),
                    below = phase_line(straight(-0.1, -10, half_width));
    CHECK((above.phase == phase_above && above.boundaries.empty() && above.certain == (half_width < 1)));
    CHECK((below.phase == phase_below && below.boundaries.empty() && below.certain == (half_width < 1)));
  }
  CHECK(phase_line({}).phase == phase_unknown);
}

TEST_CASE("each crossing of a line that turns has a boundary and a band", "[analysis][phase]") {
  std::vector<PhasePoint> points;
  const std::vector<double> logs{-1, 1, 1, -1, -1};
  for (std::size_t i = 0; i < logs.size(); ++i)
    points.push_back(
        {static_cast<double>(i), {std::exp(logs[i]), std::exp(logs[i] - 0.5), std::exp(logs[i] + 0.5), 9}});
  const PhaseLine line = phase_line(points);
  REQUIRE(line.boundaries.size() == 2);
  CHECK((line.boundaries[0].rises && !line.boundaries[1].rises));
  CHECK(line.boundaries[0].at == Approx(0.5));
  CHECK((line.boundaries[0].from == Approx(0.25) && line.boundaries[0].to == Approx(0.75)));
  CHECK(line.boundaries[1].at == Approx(2.5));
  CHECK((line.boundaries[1].from == Approx(2.25) && line.boundaries[1].to == Approx(2.75)));
}

TEST_CASE("points without a ratio are skipped, those without an interval widen the band", "[analysis][phase]") {
  std::vector<PhasePoint> points = straight(0.1, 23, 0.5);
  points[2].ratio = {};  // at 20: the line from 10 to 30 has the same root
  CHECK(phase_line(points).boundaries[0].at == Approx(23));
  CHECK(phase_line(points).boundaries[0].from == Approx(18));
  points = straight(0.1, 23, 0.5);
  points[2].ratio.low = points[2].ratio.high = not_a_number;
  points[3].ratio.low = points[3].ratio.high = not_a_number;
  CHECK(phase_line(points).boundaries[0].at == Approx(23));
  CHECK((phase_line(points).boundaries[0].from == 10 && phase_line(points).boundaries[0].to == 40));
}

TEST_CASE("a ratio of exactly 1 is a boundary where one side is below", "[analysis][phase]") {
  const auto line = [](double before, double after) {
    return phase_line(
        std::vector<PhasePoint>{{1, {before, before, before, 5}}, {2, {1, 1, 1, 5}}, {3, {after, after, after, 5}}});
  };
  for (const PhaseLine& crossing : {line(0.5, 2), line(2, 0.5)}) {
    REQUIRE(crossing.boundaries.size() == 1);
    CHECK((crossing.boundaries[0].at == 2 && crossing.boundaries[0].from == 2 && crossing.boundaries[0].to == 2));
  }
  CHECK((line(2, 2).phase == phase_above && !line(2, 2).certain));
}
