#include "analysis/sensitivity.hpp"

#include <array>
#include <cmath>
#include <functional>
#include <numbers>
#include <vector>

#include "tests/analysis/draws.hpp"
#include "tests/catch.hpp"

using namespace grapevine;
using Catch::Detail::Approx;

namespace {

using Function = std::function<double(std::span<const double>)>;

PointOutcomes on(const Design& design, const Function& f) {
  PointOutcomes outcomes;
  for (std::size_t i = 0; i < design.size(); ++i) outcomes.values.push_back(f(design.point(i)));
  return outcomes;
}

/// Replicates whose errors are normal, of their own at each point or the same at all.
PointOutcomes with_noise(const Design& design, const Function& f, std::size_t replicates, double spread, bool shared,
                         std::uint64_t seed) {
  Draws chance(seed);
  std::vector<double> errors(replicates);
  PointOutcomes outcomes{replicates, {}};
  for (std::size_t i = 0; i < design.size(); ++i)
    for (double& error : errors) {
      if (i == 0 || !shared) error = spread * chance.normal();
      outcomes.values.push_back(f(design.point(i)) + error);
    }
  return outcomes;
}

/// Ishigami and Homma (1990) with a = 7, b = 0.1.
double ishigami(std::span<const double> u) {
  const auto angle = [&](std::size_t i) { return std::numbers::pi * (2 * u[i] - 1); };
  const double s = std::sin(angle(1));
  return std::sin(angle(0)) * (1 + 0.1 * std::pow(angle(2), 4)) + 7 * s * s;
}
const std::vector<double> ishigami_first{0.3139, 0.4424, 0}, ishigami_total{0.5576, 0.4424, 0.2437};

/// The g-function of Sobol' (1993): the product of (|4 x - 2| + a) / (1 + a), whose indices have a closed form.
struct SobolG {
  std::vector<double> a;
  double operator()(std::span<const double> x) const {
    double product = 1;
    for (std::size_t i = 0; i < a.size(); ++i) product *= (std::abs(4 * x[i] - 2) + a[i]) / (1 + a[i]);
    return product;
  }
  double part(std::size_t i) const { return 1 / (3 * (1 + a[i]) * (1 + a[i])); }
  double all() const {
    double product = 1;
    for (std::size_t i = 0; i < a.size(); ++i) product *= 1 + part(i);
    return product - 1;
  }
  double first(std::size_t i) const { return part(i) / all(); }
  double total(std::size_t i) const { return part(i) * (all() + 1) / (1 + part(i)) / all(); }
};

bool covers(const Estimate& e, double truth) { return e.low <= truth && truth <= e.high; }

bool equal(const Estimate& a, const Estimate& b) { return a.value == b.value && a.low == b.low && a.high == b.high; }

}  // namespace

TEST_CASE("the intervals of Ishigami's Sobol indices hold the published values, and shrink",
          "[analysis][sensitivity]") {
  const auto found = [](std::size_t n) { return sobol_indices(on(saltelli(n, 3, 11), ishigami), 3, 5); };
  const SobolIndices few = found(256), many = found(4'096);
  CHECK((many.used == 4'096 && many.dropped == 0));
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK((covers(few.first[i], ishigami_first[i]) && covers(few.total[i], ishigami_total[i])));
    CHECK((covers(many.first[i], ishigami_first[i]) && covers(many.total[i], ishigami_total[i])));
    CHECK(many.first[i].value == Approx(ishigami_first[i]).margin(0.02));
    CHECK(many.total[i].value == Approx(ishigami_total[i]).margin(0.02));
    // Sixteen times the rows: a quarter of the width. A bootstrap of 256 rows may err by a fifth.
    const double narrower = (many.total[i].high - many.total[i].low) / (few.total[i].high - few.total[i].low);
    CHECK((narrower > 0.17 && narrower < 0.35));
  }
}

TEST_CASE("intervals of Sobol indices cover at least as often as they say", "[analysis][sensitivity][statistical]") {
  // Rows of a Sobol sequence are more even than those that the bootstrap takes them for, so coverage is 95 % or more,
  // but for what percentiles of 256 rows lose: 2 points. 200 designs have a standard error of 1.5 points; four of them.
  // Noise, here with a tenth of the outcome's variance of 13.8, is not even, and the intervals must hold for it too.
  const double noise = GENERATE(0., 1.2);
  constexpr int designs = 200;
  std::array<int, 6> covered{};
  for (std::uint64_t key = 0; key < designs; ++key) {
    const PointOutcomes outcomes = with_noise(saltelli(256, 3, key), ishigami, noise > 0 ? 3 : 1, noise, false, key);
    const SobolIndices found = sobol_indices(outcomes, 3, key, 400);
    for (std::size_t i = 0; i < 3; ++i) {
      covered[i] += covers(found.first[i], ishigami_first[i]);
      covered[3 + i] += covers(found.total[i], ishigami_total[i]);
    }
  }
  for (const int count : covered) CHECK(count >= (0.95 - 0.02 - 4 * 0.015) * designs);
}

TEST_CASE("the intervals of the g-function's indices hold their closed forms", "[analysis][sensitivity]") {
  const SobolG g{{0, 1, 4.5, 9, 99}};
  const SobolIndices found = sobol_indices(on(saltelli(2'048, 5, 3), g), 5, 4);
  for (std::size_t i = 0; i < 5; ++i) {
    INFO("dimension " << i);
    CHECK(covers(found.first[i], g.first(i)));
    CHECK(covers(found.total[i], g.total(i)));
    CHECK(found.total[i].value == Approx(g.total(i)).margin(0.02));
  }
}

TEST_CASE("Sobol indices of a few rows are those of the printed estimators", "[analysis][sensitivity]") {
  // Two dimensions, three base rows of A, B, AB_1, AB_2, of which the second lacks an outcome. The mean of A and B is
  // 3, their variance (4 + 1 + 1 + 4) / 3; first: ((4 - 3) (5 - 1) + (5 - 3) (4 - 2)) / 2 = 4 and ((4 - 3) (3 - 1) + (5
  // - 3) (1 - 2)) / 2 = 0; total: (16 + 4) / 4 = 5 and (4 + 1) / 4 = 1.25.
  const PointOutcomes outcomes{1, {1, 4, 5, 3, 9, 9, not_a_number, 9, 2, 5, 4, 1}};
  const SobolIndices found = sobol_indices(outcomes, 2, 1);
  CHECK((found.used == 2 && found.dropped == 1));
  CHECK(found.first[0].value == Approx(4 / (10. / 3)));
  CHECK(found.first[1].value == Approx(0));
  CHECK(found.total[0].value == Approx(5 / (10. / 3)));
  CHECK(found.total[1].value == Approx(1.25 / (10. / 3)));
}

TEST_CASE("noise moves indices of one replicate as foretold, and those of several not at all",
          "[analysis][sensitivity][statistical]") {
  // f = 3 x_1 + x_2: shares 0.9 and 0.1 of the variance 10/12, to which noise adds as much again. 2 048 rows: standard
  // errors below 0.03 for one replicate, whose products have the spread of all outcomes; five of them.
  const Function f = [](std::span<const double> x) { return 3 * x[0] + x[1]; };
  const double variance = 10. / 12;
  const Design design = saltelli(2'048, 2, 6);
  const auto found = [&](std::size_t replicates, bool shared) {
    return sobol_indices(with_noise(design, f, replicates, std::sqrt(variance), shared, 77), 2, 8);
  };
  const SobolIndices one = found(1, false), ten = found(10, false), shared = found(10, true);
  CHECK((one.first[0].high < 0.9 && one.total[1].low > 0.1));
  CHECK(one.first[0].value == Approx(0.45).margin(0.15));
  CHECK(one.first[1].value == Approx(0.05).margin(0.15));
  CHECK(one.total[0].value == Approx(0.95).margin(0.15));
  CHECK(one.total[1].value == Approx(0.55).margin(0.15));
  for (const SobolIndices& free : {ten, shared})
    for (std::size_t i = 0; i < 2; ++i) {
      const double share = i == 0 ? 0.9 : 0.1;
      CHECK(free.first[i].value == Approx(share).margin(0.05));
      CHECK(free.total[i].value == Approx(share).margin(0.05));
    }
}

TEST_CASE("an outcome that nothing moves has no indices, nor has one without complete rows",
          "[analysis][sensitivity]") {
  const Design design = saltelli(16, 2, 1);
  const PointOutcomes constant{3, std::vector<double>(3 * design.size(), 0.1)};
  const PointOutcomes none{1, std::vector<double>(design.size(), not_a_number)};
  for (const PointOutcomes& outcomes : {constant, none})
    for (const Estimate& e : sobol_indices(outcomes, 2, 1).total)
      CHECK((std::isnan(e.value) && std::isnan(e.low) && std::isnan(e.high)));
  CHECK(sobol_indices(none, 2, 1).dropped == 16);
  const PointOutcomes one_row{1, {1, 4, 5, 3}};
  CHECK((sobol_indices(one_row, 2, 1).used == 1 && std::isnan(sobol_indices(one_row, 2, 1).first[0].low)));
}

TEST_CASE("equal keys give equal intervals, and neither unit nor origin of the outcome matters",
          "[analysis][sensitivity][invariance]") {
  const Design design = saltelli(64, 3, 2);
  const Function scaled = [](std::span<const double> x) { return 1024 * ishigami(x); };
  const PointOutcomes outcomes = on(design, ishigami);
  const SobolIndices found = sobol_indices(outcomes, 3, 5), again = sobol_indices(outcomes, 3, 5),
                     other = sobol_indices(outcomes, 3, 6), large = sobol_indices(on(design, scaled), 3, 5);
  PointOutcomes moved = outcomes;
  for (double& x : moved.values) x += 1'000;
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(equal(found.first[i], again.first[i]));
    CHECK(equal(found.first[i], large.first[i]));
    CHECK((found.first[i].value == other.first[i].value && found.first[i].low != other.first[i].low));
    CHECK(sobol_indices(moved, 3, 5).first[i].value == Approx(found.first[i].value).margin(1e-10));
  }
}

TEST_CASE("Morris's effects of a linear outcome are its coefficients, without spread", "[analysis][sensitivity]") {
  const Design design = morris(12, 3, 4, 9);
  const MorrisEffects found =
      morris_effects(design, on(design, [](std::span<const double> x) { return 5 + 2 * x[0] - 3 * x[1]; }));
  CHECK((found.used == 12 && found.dropped == 0));
  const std::array<double, 3> coefficients{2, -3, 0};
  for (std::size_t i = 0; i < 3; ++i) {
    const MorrisEffect& effect = found.effects[i];
    CHECK(effect.mean.value == Approx(coefficients[i]).margin(1e-12));
    CHECK(effect.mean_size.value == Approx(std::abs(coefficients[i])).margin(1e-12));
    CHECK(effect.spread.value == Approx(0).margin(1e-12));
    CHECK(effect.mean.high - effect.mean.low < 1e-12);
    CHECK(std::isnan(effect.noise));
  }
}

TEST_CASE("Morris's effects of values that were rounded are those of the steps that they took",
          "[analysis][sensitivity]") {
  // Two values, so that 0 and 1/3 are the one and 2/3 and 1 the other: the whole range between them, of which an
  // outcome of 4 times the value moves by 4. The other dimension stays where it is drawn, but for a step that comes to
  // nothing.
  const Design design = morris(12, 2, 4, 9);
  Design reached = design;
  for (std::size_t i = 0; i < reached.size(); ++i) {
    reached.coordinates[2 * i] = std::round(reached.coordinates[2 * i]);
    reached.coordinates[2 * i + 1] = 0.5;
  }
  const PointOutcomes outcomes = on(reached, [](std::span<const double> x) { return 4 * x[0] + x[1]; });
  const MorrisEffects found = morris_effects(design, reached, outcomes);
  CHECK(found.effects[0].mean.value == Approx(4));
  CHECK(found.effects[0].spread.value == Approx(0).margin(1e-12));
  CHECK(found.effects[1].mean.value == 0);
  CHECK(morris_effects(design, outcomes).effects[0].mean.value == Approx(6));  // as if by two thirds
}

TEST_CASE("effects that cancel show in their sizes, interactions in their spread", "[analysis][sensitivity]") {
  // x_1 (2 x_2 - 1) on four levels: the effect of x_1 is 2 x_2 - 1, which is -1, -1/3, 1/3, 1 alike often: mean 0, mean
  // size 2/3, variance 5/9. That of x_2 is 2 x_1: mean 1, mean size 1, variance 20/9 / 4 = 5/9. 400 trajectories.
  const Design design = morris(400, 2, 4, 4);
  const MorrisEffects found =
      morris_effects(design, on(design, [](std::span<const double> x) { return x[0] * (2 * x[1] - 1); }));
  CHECK(covers(found.effects[0].mean, 0));
  CHECK(covers(found.effects[0].mean_size, 2. / 3));
  CHECK(covers(found.effects[0].spread, std::sqrt(5. / 9)));
  CHECK(covers(found.effects[1].mean, 1));
  CHECK(covers(found.effects[1].mean_size, 1));
  CHECK(covers(found.effects[1].spread, std::sqrt(5. / 9)));
  CHECK(found.effects[0].spread.value == Approx(std::sqrt(5. / 9)).epsilon(0.05));
}

TEST_CASE("noise raises the mean size of Morris's effects to 0.8 of its own, and leaves mean and spread alone",
          "[analysis][sensitivity][statistical]") {
  // Errors of spread 0.5 at each of five replicates: an effect, the difference over the step of 2/3, has a standard
  // error of 0.5 sqrt(2 / 5) * 3/2 = 0.474; its mean size is sqrt(2 / pi) of that, 0.378. Of 1 000 trajectories the
  // mean has a standard error of 0.015, the mean size 0.009, the root mean square below 1 %, the variance 0.474^2
  // sqrt(2 / 1 000) = 0.01, whose root is below 0.23 at five of them.
  const Design design = morris(1'000, 2, 4, 4);
  const MorrisEffects found =
      morris_effects(design, with_noise(
                                 design, [](std::span<const double> x) { return x[0]; }, 5, 0.5, false, 5));
  CHECK(std::abs(found.effects[0].mean.value - 1) < 5 * 0.015);
  CHECK(std::abs(found.effects[1].mean.value) < 5 * 0.015);
  CHECK(std::abs(found.effects[1].mean_size.value - 0.378) < 5 * 0.009);
  for (const MorrisEffect& effect : found.effects) {
    CHECK(effect.noise == Approx(0.474).epsilon(0.05));
    CHECK(effect.spread.value < 0.23);
  }
}

TEST_CASE("a trajectory that lacks an outcome is left out whole, and counted", "[analysis][sensitivity]") {
  const Design design = morris(4, 2, 4, 9);
  PointOutcomes outcomes = on(design, [](std::span<const double> x) { return 2 * x[0] + x[1]; });
  outcomes.values[4] = not_a_number;
  const MorrisEffects found = morris_effects(design, outcomes);
  CHECK((found.used == 3 && found.dropped == 1 && found.effects[0].mean.n == 3));
  CHECK(found.effects[0].mean.value == Approx(2));
  for (double& x : outcomes.values) x = not_a_number;
  const MorrisEffects none = morris_effects(design, outcomes);
  CHECK((none.used == 0 && none.dropped == 4 && std::isnan(none.effects[1].mean_size.value)));
}

namespace {

/// x_1 + b_r x_2 at each point: what the second dimension does hangs on the replicate, of which all points share the
/// chance. Its mean effect is 0, that of the first 1.
PointOutcomes of_shared_replicates(const Design& design, std::size_t replicates, double spread, std::uint64_t seed) {
  Draws chance(seed);
  std::vector<double> slopes;
  for (std::size_t r = 0; r < replicates; ++r) slopes.push_back(spread * chance.normal());
  PointOutcomes outcomes{replicates, {}, true};
  for (std::size_t i = 0; i < design.size(); ++i)
    for (const double slope : slopes)
      outcomes.values.push_back(design.point(i)[0] + slope * design.point(i)[1] + 0.1 * chance.normal());
  return outcomes;
}

}  // namespace

TEST_CASE("intervals of Morris's effects cover what hangs on the replicates that all points share",
          "[analysis][sensitivity][statistical]") {
  // 400 studies of four replicates and six trajectories: a standard error of 1.1 points; four of them. Intervals over
  // trajectories alone hold 0 in a tenth of them.
  constexpr int studies = 400;
  int first = 0, second = 0, size = 0;
  for (std::uint64_t seed = 0; seed < studies; ++seed) {
    const Design design = morris(6, 2, 4, seed);
    const MorrisEffects found = morris_effects(design, of_shared_replicates(design, 4, 1, seed));
    first += covers(found.effects[0].mean, 1);
    second += covers(found.effects[1].mean, 0);
    size += covers(found.effects[0].mean_size, 1);
  }
  for (const int count : {first, second, size}) CHECK(count >= (0.95 - 4 * 0.011) * studies);
  const Design design = morris(6, 2, 4, 1);
  CHECK(std::isnan(morris_effects(design, of_shared_replicates(design, 1, 1, 1)).effects[0].mean.low));
}

TEST_CASE("intervals of Sobol indices cover what hangs on the replicates that all points share",
          "[analysis][sensitivity][statistical]") {
  // x_1 + (0.5 + b_r) x_2, b_r of spread 0.5: the expected outcome has shares 0.8 and 0.2. 200 studies of five
  // replicates: a standard error of 1.5 points; four of them, and two that percentiles of 64 rows lose.
  constexpr int studies = 200;
  std::array<int, 2> covered{};
  for (std::uint64_t seed = 0; seed < studies; ++seed) {
    const Design design = saltelli(64, 2, seed);
    PointOutcomes outcomes = of_shared_replicates(design, 5, 0.5, seed);
    for (std::size_t i = 0; i < design.size(); ++i)
      for (std::size_t r = 0; r < 5; ++r) outcomes.values[5 * i + r] += 0.5 * design.point(i)[1];
    const SobolIndices found = sobol_indices(outcomes, 2, seed, 200);
    covered[0] += covers(found.first[0], 0.8);
    covered[1] += covers(found.total[1], 0.2);
  }
  for (const int count : covered) CHECK(count >= (0.95 - 0.02 - 4 * 0.015) * studies);
  CHECK(std::isnan(sobol_indices(of_shared_replicates(saltelli(64, 2, 1), 2, 0.5, 1), 2, 1).first[0].low));
}
