#include "analysis/seed_share.hpp"

#include <array>
#include <boost/math/distributions/fisher_f.hpp>
#include <cmath>
#include <vector>

#include "analysis/incomplete_beta.hpp"
#include "tests/analysis/draws.hpp"
#include "tests/catch.hpp"

using namespace grapevine;
using Catch::Detail::Approx;

namespace {

/// Table 2 of Shrout and Fleiss (1979): six targets, rated by four judges.
const PointOutcomes ratings{4, {9, 2, 5, 8, 6, 1, 3, 2, 8, 4, 6, 8, 7, 1, 2, 6, 10, 5, 6, 9, 6, 2, 4, 7}};

/// Points, replicates that act on all points alike, and errors, normal with these spreads.
PointOutcomes drawn(std::size_t points, std::size_t replicates, double of_point, double of_replicate, double of_both,
                    Draws& chance) {
  std::vector<double> shared(replicates);
  for (double& x : shared) x = of_replicate * chance.normal();
  PointOutcomes outcomes{replicates, {}};
  for (std::size_t i = 0; i < points; ++i) {
    const double point = of_point * chance.normal();
    for (const double x : shared) outcomes.values.push_back(point + x + of_both * chance.normal());
  }
  return outcomes;
}

}  // namespace

TEST_CASE("the seed's share is what the correlations of Shrout and Fleiss leave", "[analysis][seed share]") {
  // ICC(1,1) = 0.17 [-0.133, 0.723], F(5, 18) = 1.8, p = 0.165; ICC(2,1) = 0.29 [0.019, 0.761], F(5, 15) = 11.03,
  // p = 0.00013 (R's psych::ICC prints them for this table).
  const SeedShare own = share_of_own_seeds(ratings), shared = share_of_shared_seeds(ratings);
  CHECK(1 - own.share.value == Approx(0.166).margin(0.0006));
  CHECK(1 - own.share.high == Approx(-0.133).margin(0.0006));
  CHECK(1 - own.share.low == Approx(0.723).margin(0.0006));
  CHECK(own.point_test == Approx(0.165).margin(0.0006));
  CHECK(1 - shared.share.value == Approx(0.290).margin(0.0006));
  CHECK(1 - shared.share.high == Approx(0.019).margin(0.0006));
  CHECK(1 - shared.share.low == Approx(0.761).margin(0.0006));
  CHECK(shared.point_test == Approx(0.00013).margin(0.000006));
  // Mean squares of their table 3: targets 11.24, judges 32.49, residual 1.02, within targets 6.26.
  CHECK(own.of_both == Approx(6.26).margin(0.006));
  CHECK(own.of_point == Approx((11.24 - 6.26) / 4).margin(0.003));
  CHECK(shared.of_both == Approx(1.02).margin(0.006));
  CHECK(shared.of_point == Approx((11.24 - 1.02) / 4).margin(0.003));
  CHECK(shared.of_replicate == Approx((32.49 - 1.02) / 6).margin(0.003));
}

TEST_CASE("the exact interval of the seed's share covers as often as it says", "[analysis][seed share][statistical]") {
  // Share 1 / (1 + 0.5). 2 000 tables of 8 points and 4 replicates: standard error 0.49 points; four of them. With
  // seeds that points share, which act on all alike with a third of the variance, the interval is approximate:
  // published simulations find it within 2 points.
  constexpr int tables = 2'000;
  Draws chance(31);
  int own = 0, shared = 0;
  for (int i = 0; i < tables; ++i) {
    const Estimate e = share_of_own_seeds(drawn(8, 4, std::sqrt(0.5), 0, 1, chance)).share;
    own += e.low <= 1 / 1.5 && 1 / 1.5 <= e.high;
    const Estimate s = share_of_shared_seeds(drawn(8, 12, 1, 1, 1, chance)).share;
    shared += s.low <= 2. / 3 && 2. / 3 <= s.high;
  }
  CHECK(std::abs(own - 0.95 * tables) < 4 * 0.0049 * tables);
  CHECK(std::abs(shared - 0.95 * tables) < (0.02 + 4 * 0.0049) * tables);
}

TEST_CASE("tests of points and replicates reject as often as they say where there is nothing",
          "[analysis][seed share][statistical]") {
  // 2 000 tables without effects: 5 % of each test below 0.05, standard error 0.49 points; four of them.
  constexpr int tables = 2'000;
  Draws chance(13);
  std::array<int, 3> below{};
  for (int i = 0; i < tables; ++i) {
    const PointOutcomes outcomes = drawn(6, 5, 0, 0, 1, chance);
    const SeedShare own = share_of_own_seeds(outcomes), shared = share_of_shared_seeds(outcomes);
    below[0] += own.point_test < 0.05;
    below[1] += shared.point_test < 0.05;
    below[2] += shared.replicate_test < 0.05;
  }
  for (const int count : below) CHECK(std::abs(count - 0.05 * tables) < 4 * 0.0049 * tables);
}

TEST_CASE("components of variance are unbiased, and one-way analysis is not where seeds are shared",
          "[analysis][seed share][statistical]") {
  // Components 1, 2 and 0.5; one-way, the point's comes out as 1 - 2 / 12... its expectation is 1 - 2 / k for k
  // replicates, since what points share is no difference between them: 0.5 for k = 4. Means of 2 000 tables of 20
  // points: standard errors below 0.02 (points), 0.045 (replicates: 2 sqrt(2 / 3 / 2 000) = 0.037).
  constexpr int tables = 2'000;
  Draws chance(17);
  double point = 0, replicate = 0, both = 0, one_way = 0;
  for (int i = 0; i < tables; ++i) {
    const PointOutcomes outcomes = drawn(20, 4, 1, std::sqrt(2.), std::sqrt(0.5), chance);
    const SeedShare shared = share_of_shared_seeds(outcomes);
    point += shared.of_point / tables;
    replicate += shared.of_replicate / tables;
    both += shared.of_both / tables;
    one_way += share_of_own_seeds(outcomes).of_point / tables;
  }
  CHECK(std::abs(point - 1) < 5 * 0.02);
  CHECK(std::abs(replicate - 2) < 5 * 0.045);
  CHECK(std::abs(both - 0.5) < 5 * 0.02);
  CHECK(std::abs(one_way - 0.5) < 5 * 0.02);
}

TEST_CASE("a point that lacks an outcome is left out; too few points or no variance leave the share missing",
          "[analysis][seed share]") {
  PointOutcomes more = ratings;
  for (const double x : {1., 2., not_a_number, 4.}) more.values.push_back(x);
  const SeedShare found = share_of_own_seeds(more);
  CHECK((found.used == 6 && found.dropped == 1 && found.share.n == 6));
  CHECK(found.share.value == share_of_own_seeds(ratings).share.value);
  for (const PointOutcomes& nothing :
       {PointOutcomes{2, {1, 2}}, PointOutcomes{1, {1, 2, 3}}, PointOutcomes{3, std::vector<double>(9, 0.1)}})
    for (const SeedShare& none : {share_of_own_seeds(nothing), share_of_shared_seeds(nothing)})
      CHECK((std::isnan(none.share.value) && std::isnan(none.share.low) && std::isnan(none.point_test)));
}

TEST_CASE("probabilities and quantiles of F are those of Boost", "[analysis][seed share]") {
  for (const double d1 : {1., 2., 3.7, 19., 250.})
    for (const double d2 : {1., 2., 7.3, 60., 4'000.}) {
      const boost::math::fisher_f law(d1, d2);
      for (const double f : {1e-3, 0.3, 1.0, 2.5, 40.0, 1e4}) {
        INFO("F(" << d1 << ", " << d2 << ") = " << f);
        const double truth = boost::math::cdf(boost::math::complement(law, f));
        CHECK(std::abs(f_above(d1, d2, f) - truth) <= 1e-10 * truth + 1e-300);
      }
      for (const double p : {0.025, 0.5, 0.975})
        CHECK(f_quantile(d1, d2, p) == Approx(boost::math::quantile(law, p)).epsilon(1e-9));
    }
  CHECK(f_above(3, 4, 0) == 1);
  CHECK(std::isnan(f_above(3, 4, not_a_number)));
}
