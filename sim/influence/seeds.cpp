#include "sim/influence/seeds.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "graph/base/error.hpp"
#include "graph/base/math.hpp"

namespace grapevine {

namespace {

constexpr double one_minus_1_over_e = 0.63212055882855767;

/// How many of the costs, from the first on, the budget pays for.
std::uint64_t affordable(std::span<const MicroMoney> costs, MicroMoney budget) {
  std::uint64_t count = 0;
  while (count < costs.size() && costs[count] <= budget) budget -= costs[count++];
  return count;
}

/// The logarithm of "n choose k": each of min(k, n - k) factors adds an error of about 2^-52 of its logarithm, and as
/// much for its sum.
double log_binomial(std::uint64_t n, std::uint64_t k) {
  const std::uint64_t factors = std::min(k, n - k);
  double sum = 0;
  for (std::uint64_t j = 1; j <= factors; ++j)
    sum += math::log(static_cast<double>(n - factors + j) / static_cast<double>(j));
  return sum;
}

}  // namespace

double SeedBounds::share() const {
  if (!budget_binds) return one_minus_1_over_e;
  return count_binds ? one_minus_1_over_e / 6 : one_minus_1_over_e / 2;
}

double SeedBounds::log_choices() const {
  if (!budget_binds) return log_binomial(candidates, seeds);
  return math::log(static_cast<double>(seeds) + 1) + log_binomial(candidates, std::min(seeds, candidates / 2));
}

SeedBounds bounds_of(const SeedQuestion& question, std::size_t users) {
  SeedBounds bounds;
  bounds.candidates = question.candidates.empty() ? users : question.candidates.size();
  bounds.seeds = std::min(bounds.candidates, question.count);
  if (question.budget < 0) return bounds;
  GRAPEVINE_EXPECTS(question.costs.size() == bounds.candidates);
  std::vector<MicroMoney> costs(question.costs.begin(), question.costs.end());
  std::erase_if(costs, [&](MicroMoney cost) { return cost > question.budget; });
  std::ranges::sort(costs);
  bounds.candidates = costs.size();
  const std::uint64_t most = affordable(costs, question.budget);
  bounds.seeds = std::min(most, question.count);
  bounds.count_binds = most > question.count;
  std::ranges::reverse(costs);
  bounds.budget_binds = affordable(costs, question.budget) < std::min(question.count, bounds.candidates);
  return bounds;
}

std::string share_in_words(const SeedBounds& bounds) {
  return fmt::format("{:.3f} ({})", bounds.share(),
                     !bounds.budget_binds ? "1 - 1/e, under a count"
                     : bounds.count_binds ? "(1 - 1/e) / 6, under a budget and a count"
                                          : "(1 - 1/e) / 2, under a budget");
}

}  // namespace grapevine
