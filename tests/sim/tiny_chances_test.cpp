#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "graph/rows.hpp"
#include "sim/diffusion/branching.hpp"
#include "sim/diffusion/many_cascades.hpp"
#include "sim/model/population.hpp"
#include "sim/run/diffusion_run.hpp"
#include "sim/tick/attend.hpp"
#include "tests/catch.hpp"
#include "tests/sim/cascades.hpp"

// Chances so small that 1 - p is, or nearly is, 1, under every model: a star is spread from its middle, so each
// contagion has as many independent trials as followers.
namespace grapevine {
namespace {

using namespace testing;

/// Everybody follows user 0.
struct Star {
  explicit Star(std::size_t followers) : graph(made(followers)), audience(graph) {}

  static FollowGraph made(std::size_t followers) {
    std::vector<std::uint32_t> followees(followers + 1, 1);
    followees[0] = 0;
    Rows rows = rows_of_sizes(followees);
    std::fill(rows.users.begin(), rows.users.end(), UserId{0});
    return FollowGraph(std::move(rows));
  }

  FollowGraph graph;
  Audience audience;
};

/// Adopters but for the seed, over so many contagions.
std::uint64_t adoptions_of(Contagion& contagion, std::uint64_t contagions) {
  const UserId seed{0};
  Spread spread;
  std::uint64_t sum = 0;
  for (std::uint64_t number = 0; number < contagions; ++number) {
    contagion.run({&seed, 1}, ContagionKey(dynamics_stream(), number), spread);
    sum += spread.adopters.size() - 1;
  }
  return sum;
}

ManyCascadesParameters many_from(const UserId& root, std::uint64_t cascades) {
  ManyCascadesParameters many;
  many.stream = dynamics_stream();
  many.cascades = cascades;
  many.roots = {&root, 1};
  many.tiers = {{"all"}, {0}};
  return many;
}

std::uint64_t adopters_of(const ManyCascades& found) {
  std::uint64_t sum = 0;
  for (const CascadeSizeRow& row : found.tally.shapes().sizes) sum += row.adopters - row.cascades;
  return sum;
}

struct Case {
  std::string name;
  DiffusionParameters diffusion;
};

std::vector<Case> models() {
  std::vector<Case> cases(8);
  const auto set = [&](std::size_t i, std::string name, DiffusionModel model) -> DiffusionParameters& {
    cases[i].name = std::move(name);
    cases[i].diffusion.model = model;
    return cases[i].diffusion;
  };
  set(0, "independent cascade, skip", DiffusionModel::independent_cascade);
  set(1, "independent cascade, coins", DiffusionModel::independent_cascade).sampling = TrialSampling::coins;
  set(2, "linear threshold", DiffusionModel::linear_threshold);
  set(3, "si", DiffusionModel::si).steps = 1'000;
  set(4, "si to the end", DiffusionModel::si);
  set(5, "sir, steps", DiffusionModel::sir).recovery = 0.01;
  set(6, "sir, events", DiffusionModel::sir).recovery = 0.01;
  cases[6].diffusion.time = EpidemicTime::events;
  set(7, "branching", DiffusionModel::branching);
  return cases;
}

}  // namespace

TEST_CASE("a chance that is 0 but for rounding wins nobody, under every model and by every way to run it",
          "[sim][diffusion][tiny]") {
  const Star star(2'000);
  for (const double p : {1e-300, 1e-20, 1e-17, 1e-15}) {
    const Chances chances = Chances::uniform(p);
    for (Case& it : models()) {
      CAPTURE(p, it.name);
      const std::unique_ptr<Contagion> contagion = make_contagion(star.audience, chances, it.diffusion);
      // 200 000 pairs. In 1000 steps each 2e-7 adoptions are expected at the most; in the 2^31 of an si to the end
      // 0.43, and 7 or more once in 3e6 seeds.
      CHECK(adoptions_of(*contagion, 100) <= (it.name == "si to the end" ? 6 : 0));
    }
    const UserId hub{0};
    const ManyCascadesParameters many = many_from(hub, 2'000);
    CHECK(adopters_of(spread_many_independent(star.audience, p, TrialSampling::skip, many)) == 0);
    CHECK(adopters_of(spread_many_independent(star.audience, p, TrialSampling::coins, many)) == 0);
    CHECK(adopters_of(spread_many_branching(star.graph, p, many)) == 0);
    DiffusionParameters diffusion;
    diffusion.model = DiffusionModel::linear_threshold;
    CHECK(adopters_of(
              spread_many(star.graph, many, [&] { return make_contagion(star.audience, chances, diffusion); })) == 0);
  }
}

TEST_CASE("rare successes come as often as Poisson says", "[sim][diffusion][tiny][statistical]") {
  // 1e6 contagions of 1e6 trials each. Five standard deviations: each of these is missed once in 1.7 million seeds.
  const Star star(1'000'000);
  constexpr std::uint64_t contagions = 1'000'000;
  const UserId hub{0};
  ManyCascadesParameters many = many_from(hub, contagions);
  many.steps = 1;
  for (const double p : {1e-9, 1e-10, 1e-12}) {
    CAPTURE(p);
    const double mean = 1e12 * p, most = 5 * std::sqrt(mean) + 1;
    CHECK(std::abs(double(adopters_of(spread_many_independent(star.audience, p, TrialSampling::skip, many))) - mean) <
          most);
    CHECK(std::abs(double(adopters_of(spread_many_branching(star.graph, p, many))) - mean) < most);
    DiffusionParameters cascade;
    cascade.model = DiffusionModel::branching;
    cascade.steps = 1;
    CHECK(std::abs(double(adoptions_of(*make_contagion(star.audience, Chances::uniform(p), cascade), contagions)) -
                   mean) < most);
  }
}

TEST_CASE("an epidemic of tiny chances goes on for as many steps as it takes", "[sim][epidemic][tiny][statistical]") {
  // SI: of n steps 1 - (1 - p)^n of the followers adopt, each by itself. 1e-9 is no whole number of a coin's units,
  // 2^-32.
  const Star star(200'000);
  struct Look {
    double p;
    std::uint32_t steps;
  };
  for (const auto& [p, steps] : {Look{1e-9, 100'000'000}, Look{1e-10, 0}, Look{3e-11, 0}, Look{1e-12, 0}}) {
    CAPTURE(p);
    DiffusionParameters si;
    si.model = DiffusionModel::si;
    si.steps = steps;
    const double n = steps == 0 ? 0x1p31 - 1 : steps, share = -std::expm1(n * std::log1p(-p));
    CHECK(std::abs(deviation(adoptions_of(*make_contagion(star.audience, Chances::uniform(p), si), 5), 1'000'000,
                             share)) < 5);
  }
  // SIR: p / (p + r - p r) in steps, b / (b + g) in events, but for what lies beyond 2^31 steps: (1 - (1 - p)(1 -
  // r))^(2^31). Followers of one adopter share its recovery, so the standard deviation is bounded by that of shares of
  // 0 or 1.
  const Star small(200);
  constexpr std::uint64_t contagions = 20'000;
  for (const EpidemicTime time : {EpidemicTime::steps, EpidemicTime::events})
    for (const double p : {1e-9, 1e-10}) {
      CAPTURE(p, int(time));
      DiffusionParameters sir;
      sir.model = DiffusionModel::sir;
      sir.time = time;
      sir.recovery = 1e-9;
      const double r = sir.recovery, ends = p + r - p * r, share = p / ends * -std::expm1(0x1p31 * std::log1p(-ends));
      const double found = double(adoptions_of(*make_contagion(small.audience, Chances::uniform(p), sir), contagions)) /
                           (200.0 * contagions);
      CHECK(std::abs(found - share) < 5 * std::sqrt(share * (1 - share) / contagions));
    }
}

TEST_CASE("a follower that a tiny chance may still reach keeps an epidemic going", "[sim][epidemic][tiny]") {
  const Star star(10);
  DiffusionParameters si;
  si.model = DiffusionModel::si;
  si.steps = 1'000;
  const UserId seed{0};
  const auto contacts = [&](double p) {
    Spread spread;
    make_contagion(star.audience, Chances::uniform(p), si)->run({&seed, 1}, ContagionKey(dynamics_stream(), 0), spread);
    return spread.contacts;
  };
  CHECK(contacts(1e-15) == 10'000);
  CHECK(contacts(1e-20) == 0);  // nobody could adopt
}

TEST_CASE("a reader of boundless patience reads on", "[sim][tiny]") {
  WorldParameters parameters;
  parameters.population.patience = GENERATE(1e9, 1e15, 1e17, 1e300);
  const FollowGraph graph = ring(3);
  const StreamKey dynamics(3, Stream::dynamics, 0);
  const Population population(graph, Users{}, parameters, dynamics, {0, 3});
  const double scale = population.depth_scale(0);
  // A mean of 1e9 and 1e-6 of it, but for 2^-24 of a float; beyond 2^64, for ever.
  CHECK((parameters.population.patience > 0x1p64 ? std::isinf(scale)
                                                 : std::abs(scale / parameters.population.patience - 1) < 1e-6));
  std::uint64_t shallow = 0;
  for (std::uint32_t session = 0; session < 1'000; ++session)
    shallow += draw_depth(dynamics, UserId{0}, session, scale) < 10'000;
  CHECK(shallow <= 5);  // P(depth < 10^4) is 1e-5 at the most
}

}  // namespace grapevine
