#include "analysis/attribution.hpp"

#include <bit>
#include <functional>

#include "graph/base/error.hpp"

namespace grapevine {

namespace {

/// The jackknife of a combination of numbers that were taken of the same replicates.
Estimate combined(std::size_t replicates, double level, const std::function<double(std::size_t)>& without, double all) {
  if (replicates == 0) return {all, not_a_number, not_a_number, 1};
  std::vector<double> each;
  for (std::size_t i = 0; i < replicates; ++i) each.push_back(without(i));
  return jackknife(all, each, level);
}

/// Over orders of m switches, the chance that those before one of them are a given set of `before`:
/// before! (m - 1 - before)! / m!.
double weight_of(std::size_t before, std::size_t switches) {
  double weight = 1.0 / static_cast<double>(switches);
  for (std::size_t i = 1; i <= before; ++i) weight *= static_cast<double>(i) / static_cast<double>(switches - i);
  return weight;
}

}  // namespace

std::vector<Estimate> shapley_values(std::span<const Jackknifed> off, double level) {
  GRAPEVINE_EXPECTS(std::has_single_bit(off.size()));
  const auto switches = static_cast<std::size_t>(std::bit_width(off.size()) - 1);
  std::vector<Estimate> values;
  for (std::size_t j = 0; j < switches; ++j) {
    const std::size_t bit = std::size_t{1} << j;
    const auto value = [&](const std::function<double(const Jackknifed&)>& number) {
      double sum = 0.0;
      for (std::size_t mask = 0; mask < off.size(); ++mask)
        if ((mask & bit) == 0) {  // j on; those that are on before it
          const std::size_t before = switches - 1 - static_cast<std::size_t>(std::popcount(mask));
          sum += weight_of(before, switches) * (number(off[mask]) - number(off[mask | bit]));
        }
      return sum;
    };
    values.push_back(combined(
        off[0].without.size(), level,
        [&](std::size_t i) { return value([i](const Jackknifed& it) { return it.without.at(i); }); },
        value([](const Jackknifed& it) { return it.all; })));
  }
  return values;
}

Estimate added_by_switch(const Jackknifed& on, const Jackknifed& off, double level) {
  return combined(
      on.without.size(), level, [&](std::size_t i) { return on.without.at(i) - off.without.at(i); }, on.all - off.all);
}

}  // namespace grapevine
