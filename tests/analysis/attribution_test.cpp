#include "analysis/attribution.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tests/catch.hpp"

using namespace grapevine;

namespace {

/// Of a game whose worth hangs on which switches are on, the same in every replicate but for `noise` of each.
template <class Worth>
std::vector<Jackknifed> game(std::size_t switches, Worth worth, std::size_t replicates = 4) {
  std::vector<Jackknifed> off;
  const std::size_t all = (std::size_t{1} << switches) - 1;
  for (std::size_t mask = 0; mask <= all; ++mask) {
    Jackknifed& number = off.emplace_back();
    number.all = worth(all & ~mask, replicates);
    for (std::size_t i = 0; i < replicates; ++i) number.without.push_back(worth(all & ~mask, i));
  }
  return off;
}

/// Straight from the definition: the mean over all orders of what turning the switch on adds to those before it.
template <class Worth>
double over_orders(std::size_t switches, std::size_t which, Worth worth) {
  std::vector<std::size_t> order(switches);
  std::iota(order.begin(), order.end(), std::size_t{0});
  double sum = 0, orders = 0;
  do {
    std::size_t on = 0;
    for (const std::size_t next : order) {
      if (next == which) sum += worth(on | std::size_t{1} << next) - worth(on);
      on |= std::size_t{1} << next;
    }
    ++orders;
  } while (std::next_permutation(order.begin(), order.end()));
  return sum / orders;
}

}  // namespace

TEST_CASE("Shapley values are means over all orders, and add up to what all switches do", "[analysis][attribution]") {
  for (const std::size_t switches : {1u, 2u, 3u, 5u}) {
    CAPTURE(switches);
    const auto worth = [](std::size_t on) {  // no two switches alike, and none by itself
      return std::sin(1.0 + 3.7 * static_cast<double>(on)) + 0.25 * static_cast<double>(on * on);
    };
    const std::vector<Estimate> values =
        shapley_values(game(switches, [&](std::size_t on, std::size_t) { return worth(on); }));
    REQUIRE(values.size() == switches);
    double sum = 0;
    for (std::size_t j = 0; j < switches; ++j) {
      CHECK(values[j].value == Approx(over_orders(switches, j, worth)).margin(1e-12));
      sum += values[j].value;
    }
    CHECK(sum == Approx(worth((std::size_t{1} << switches) - 1) - worth(0)).margin(1e-12));
  }
}

TEST_CASE("the glove game of three has the values of the textbooks", "[analysis][attribution]") {
  // Shapley 1953: one left glove, two right ones; a pair is worth 1. 2/3 for the left one, 1/6 for each of the others.
  const auto values =
      shapley_values(game(3, [](std::size_t on, std::size_t) { return (on & 1) != 0 && (on & 6) != 0 ? 1.0 : 0.0; }));
  CHECK(values[0].value == Approx(2.0 / 3));
  CHECK(values[1].value == Approx(1.0 / 6));
  CHECK(values[2].value == Approx(1.0 / 6));
}

TEST_CASE("what moves all numbers of a replicate alike is not in the interval of a switch", "[analysis][attribution]") {
  // Numbers that are means over replicates: left out, the others remain. The switch adds 2 + 0.1 d_i in replicate i.
  const std::vector<double> common{5, -3, 8, 1}, own{1, -1, 2, -2};
  const auto mean_without = [](const std::vector<double>& all, std::size_t i) {
    double sum = 0, n = 0;
    for (std::size_t r = 0; r < all.size(); ++r)
      if (r != i) sum += all[r], ++n;
    return sum / n;
  };
  const auto worth = [&](std::size_t on, std::size_t i) {
    return mean_without(common, i) + (on & 1 ? 2 + 0.1 * mean_without(own, i) : 0.0);
  };
  const auto off = game(1, worth);
  const Estimate added = added_by_switch(off[0], off[1]);
  CHECK(added.value == Approx(2));
  // The t interval of 2 + 0.1 own: variance 10/3, over 4 replicates, t of 3 degrees 3.1824.
  const double half = 3.182446 * 0.1 * std::sqrt(10.0 / 3 / 4);
  CHECK(added.low == Approx(2 - half).epsilon(1e-6));
  CHECK(added.high == Approx(2 + half).epsilon(1e-6));
  CHECK(shapley_values(off)[0].low == Approx(added.low));
  CHECK(added.n == 4);
}

TEST_CASE("a number that is missing leaves what hangs on it missing", "[analysis][attribution]") {
  auto off = game(2, [](std::size_t on, std::size_t) { return static_cast<double>(on); });
  off[3].all = not_a_number;
  CHECK(std::isnan(shapley_values(off)[0].value));
  CHECK(std::isnan(added_by_switch(off[0], off[3]).value));
}
