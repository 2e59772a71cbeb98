#include "sim/diffusion/reproduction.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "graph/generators/erdos_renyi.hpp"
#include "graph/statistics/power_iteration.hpp"
#include "sim/diffusion/branching.hpp"
#include "sim/diffusion/independent_cascade.hpp"
#include "sim/diffusion/linear_threshold.hpp"
#include "tests/catch.hpp"
#include "tests/sim/contagions.hpp"

namespace grapevine {
namespace {

using namespace testing;

DiffusionParameters of_model(DiffusionModel model, double recovery = 0.1, std::uint32_t steps = 0,
                             EpidemicTime time = EpidemicTime::steps) {
  DiffusionParameters diffusion;
  diffusion.model = model;
  diffusion.recovery = recovery;
  diffusion.steps = steps;
  diffusion.time = time;
  return diffusion;
}

/// The radius of a matrix by its eigenvalues; entry(v, u) of a follow of v by u.
double dense_radius(const FollowGraph& graph, const std::function<double(UserId v, UserId u)>& entry) {
  const auto n = static_cast<Eigen::Index>(graph.user_count());
  Eigen::MatrixXd matrix = Eigen::MatrixXd::Zero(n, n);
  for (std::size_t u = 0; u < graph.user_count(); ++u)
    for (const UserId v : graph.followees(user(u)))
      matrix(static_cast<Eigen::Index>(v.index()), static_cast<Eigen::Index>(u)) = entry(v, user(u));
  return matrix.eigenvalues().cwiseAbs().maxCoeff();
}

/// The share of followers that an adopter wins by itself, step by step: in each, those that are left are tried, then it
/// may recover.
double won_in_steps(double chance, double recovery, int steps) {
  double won = 0, infectious = 1, left = 1;
  for (int step = 0; step < steps; ++step) {
    won += infectious * left * chance;
    left *= 1 - chance;
    infectious *= 1 - recovery;
  }
  return won;
}

/// The same in continuous time, by Simpson's rule on the density of the passing while infectious.
double won_in_events(double chance, double recovery, double steps) {
  const double passes = -std::log(1 - chance), recovers = -std::log(1 - recovery);
  constexpr int cells = 200'000;
  double sum = 0;
  for (int i = 0; i <= cells; ++i) {
    const double t = steps * i / cells, density = passes * std::exp(-(passes + recovers) * t);
    sum += density * (i == 0 || i == cells ? 1 : i % 2 == 1 ? 4 : 2);
  }
  return sum * steps / cells / 3;
}

}  // namespace

TEST_CASE("the transmissibility of a follow is what its trials win, one after the other",
          "[sim][diffusion][reproduction]") {
  for (const double c : {1e-9, 0.003, 0.2, 0.9}) {
    CAPTURE(c);
    CHECK(transmissibility(c, of_model(DiffusionModel::independent_cascade)) == c);
    CHECK(transmissibility(c, of_model(DiffusionModel::branching)) == c);
    for (const int steps : {1, 2, 10})
      CHECK(transmissibility(c, of_model(DiffusionModel::si, 0.1, std::uint32_t(steps))) ==
            Approx(won_in_steps(c, 0, steps)).epsilon(1e-6));
    CHECK(transmissibility(c, of_model(DiffusionModel::si)) == 1);  // in the end
    for (const double r : {0.05, 0.5, 0.95}) {
      CAPTURE(r);
      CHECK(transmissibility(c, of_model(DiffusionModel::sir, r)) == Approx(won_in_steps(c, r, 2'000)).epsilon(1e-9));
      CHECK(transmissibility(c, of_model(DiffusionModel::sir, r, 7)) == Approx(won_in_steps(c, r, 7)).epsilon(1e-6));
      CHECK(transmissibility(c, of_model(DiffusionModel::sir, r, 0, EpidemicTime::events)) ==
            Approx(won_in_events(c, r, 600)).epsilon(1e-6));
      CHECK(transmissibility(c, of_model(DiffusionModel::sir, r, 3, EpidemicTime::events)) ==
            Approx(won_in_events(c, r, 3)).epsilon(1e-6));
    }
  }
  CHECK(transmissibility(0.3, of_model(DiffusionModel::sir, 1.0)) == 0.3);  // one trial
  CHECK(transmissibility(0.0, of_model(DiffusionModel::sir, 1e-20, 0, EpidemicTime::events)) == 0);
  CHECK(transmissibility(1e-30, of_model(DiffusionModel::sir, 1e-20, 0, EpidemicTime::events)) ==
        0);  // neither ever happens
}

TEST_CASE("the reproduction number is the largest eigenvalue of who wins whom", "[sim][diffusion][reproduction]") {
  const std::uint64_t salt = GENERATE(1, 2, 3, 4);
  const FollowGraph graph = erdos_renyi(60, salt < 3 ? 4.0 : 12.0, StreamKey(salt, Stream::graph, 0));
  const Audience audience(graph);
  const Chances same = Chances::uniform(0.3), mixed = mixed_chances(audience, salt),
                shares = shares_of_followees(audience);
  const auto chance = [&](const Chances& chances, UserId v, UserId u) {
    return double(threshold_of(audience, chances, v, u)) * 0x1p-32;
  };
  for (const Chances* chances : {&same, &mixed, &shares})
    for (const DiffusionParameters& diffusion :
         {of_model(DiffusionModel::independent_cascade), of_model(DiffusionModel::si, 0.1, 5),
          of_model(DiffusionModel::sir, 0.4)}) {
      const double expected = dense_radius(graph, [&](UserId v, UserId u) {
        const double c = chance(*chances, v, u);
        return diffusion.model == DiffusionModel::independent_cascade ? c
               : diffusion.model == DiffusionModel::si                ? won_in_steps(c, 0, 5)
                                                                      : won_in_steps(c, 0.4, 500);
      });
      CHECK(reproduction_number(audience, *chances, diffusion) == Approx(expected).epsilon(1e-3));
    }
  // Linear threshold: the reader keeps one followee, by weight.
  for (const Chances* chances : {&same, &mixed, &shares}) {
    std::vector<double> total(graph.user_count(), 0);
    for (std::size_t u = 0; u < graph.user_count(); ++u)
      for (const UserId v : graph.followees(user(u))) total[u] += chance(*chances, v, user(u));
    const double expected = dense_radius(graph, [&](UserId v, UserId u) {
      return chance(*chances, v, u) / std::max(total[u.index()] > 0.999 ? total[u.index()] : 1.0, 1e-9);
    });
    const double found = reproduction_number(audience, *chances, of_model(DiffusionModel::linear_threshold));
    CHECK(found == Approx(expected).epsilon(1e-3));
    CHECK(found <= 1);
  }
  CHECK(reproduction_number(audience, same, of_model(DiffusionModel::branching)) ==
        Approx(0.3 * double(graph.follow_count()) / double(graph.user_count())));
}

TEST_CASE("a reproduction number is found once and stays what it is for other arms", "[sim][diffusion][reproduction]") {
  const FollowGraph graph = erdos_renyi(60, 6.0, StreamKey(8, Stream::graph, 0));
  const Audience audience(graph);
  ReproductionNumbers numbers;
  int made = 0;
  const auto of = [&](DiffusionParameters diffusion, const Chances& (*make)(const Audience&), Probability probability,
                      std::uint32_t topic, std::uint32_t dynamics) {
    diffusion.probability = probability;
    return numbers.of(audience, diffusion, topic, dynamics, [&] {
      ++made;
      return Chances(make(audience));
    });
  };
  static const Chances even = Chances::uniform(0.2), other = Chances::uniform(0.1), mixed = mixed_chances(audience, 1),
                       more = mixed_chances(audience, 2);
  const auto use_even = [](const Audience&) -> const Chances& { return even; };
  const auto use_other = [](const Audience&) -> const Chances& { return other; };
  const auto use_mixed = [](const Audience&) -> const Chances& { return mixed; };
  const auto use_more = [](const Audience&) -> const Chances& { return more; };
  const DiffusionParameters cascade = of_model(DiffusionModel::independent_cascade),
                            sir = of_model(DiffusionModel::sir), threshold = of_model(DiffusionModel::linear_threshold);
  for (int again = 0; again < 2; ++again) {
    CHECK(of(cascade, use_even, Probability::uniform, 0, 0) == reproduction_number(audience, even, cascade));
    CHECK(of(cascade, use_other, Probability::uniform, 0, 0) == reproduction_number(audience, other, cascade));
    CHECK(of(sir, use_even, Probability::uniform, 0, 0) == reproduction_number(audience, even, sir));
    CHECK(of(threshold, use_even, Probability::uniform, 0, 0) == reproduction_number(audience, even, threshold));
    CHECK(of(threshold, use_other, Probability::uniform, 0, 0) == reproduction_number(audience, other, threshold));
    made = 0;
    CHECK(of(cascade, use_mixed, Probability::topic_match, 1, 0) == reproduction_number(audience, mixed, cascade));
    CHECK(of(cascade, use_more, Probability::topic_match, 2, 0) == reproduction_number(audience, more, cascade));
    CHECK(of(cascade, use_more, Probability::trivalency, 0, 1) == reproduction_number(audience, more, cascade));
    CHECK(of(cascade, use_mixed, Probability::trivalency, 0, 2) == reproduction_number(audience, mixed, cascade));
    CHECK(of(sir, use_mixed, Probability::follow, 0, 0) == reproduction_number(audience, mixed, sir));
    CHECK(of(sir, use_mixed, Probability::follow, 3, 7) ==
          reproduction_number(audience, mixed, sir));  // the same whatever topic and chance
    CHECK(made == (again == 0 ? 5 : 0));
  }
}

TEST_CASE("contagions stay small below the threshold and take a share of all above it",
          "[sim][diffusion][reproduction][statistical]") {
  const FollowGraph graph = erdos_renyi(20'000, 10.0, StreamKey(11, Stream::graph, 0));
  const Audience audience(graph);
  const double radius =
      reproduction_number(audience, Chances::uniform(1.0), of_model(DiffusionModel::independent_cascade));
  const auto largest_at = [&](double number) {
    const Chances chances = Chances::uniform(number / radius);  // outlives the cascade
    IndependentCascade cascade(audience, chances, TrialSampling::skip);
    std::size_t largest = 0;
    for (std::uint64_t n = 0; n < 500; ++n) {
      const UserId seed = user(n * 37);
      largest = std::max<std::size_t>(largest, cascade.reach({&seed, 1}, contagion(n)).adopters);
    }
    return double(largest);
  };
  // Poisson offspring of mean 0.8: a total of 400 or more has a probability below 1e-6 (Borel). At 1.5 the giant share
  // is the root of x = 1 - exp(-1.5 x), 0.583, and one of 500 catches on but for 0.417^500.
  CHECK(largest_at(0.8) < 400);
  CHECK(largest_at(1.5) > 0.5 * 20'000);
}

}  // namespace grapevine
