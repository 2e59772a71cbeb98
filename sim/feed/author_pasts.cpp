#include "sim/feed/author_pasts.hpp"

#include <bit>
#include <cmath>

#include "graph/base/math.hpp"

namespace grapevine {

AuthorPasts::AuthorPasts(std::size_t users, const ActionPrior& prior, double half_life)
    : prior_(prior), half_life_(half_life), pasts_(users) {}

void AuthorPasts::arrays(ArrayTable& table) {
  table("authors.pasts", "user", pasts_);
  expected_.arrays("authors.expected_range", "authors.expected", table);
}

AuthorPasts::Rates AuthorPasts::bits_of(const PerAction& rates) {
  Rates bits;
  for (std::size_t a = 0; a < action_count; ++a) bits[a] = std::bit_cast<std::uint64_t>(rates[a]);
  return bits;
}

double AuthorPasts::faded(Tick since, Tick now) const {
  return half_life_ == 0.0 || since == now ? 1.0 : math::pow(0.5, static_cast<double>(now - since) / half_life_);
}

void AuthorPasts::advance(std::uint32_t tail, std::uint32_t head) {
  expected_.advance(tail, head, bits_of(prior_.mean));
}

void AuthorPasts::publish(std::uint32_t root, UserId author, Tick now) {
  expected_[root] = bits_of(expected_of(author, now));
}

void AuthorPasts::retire(UserId author, const PostCounters& counters, Tick now) {
  if (counters.impressions == 0) return;
  Past& past = pasts_[author.index()];
  const double looks = counters.impressions, kept = faded(past.when, now);
  const auto add = [&](std::uint64_t& sum, double more) {
    sum = static_cast<std::uint64_t>(std::llround(static_cast<double>(sum) * kept + more / unit));
  };
  for (std::size_t a = 0; a < action_count; ++a) {
    // Looks at one root say less of its author than looks at several: their mean strays as if they were so many fewer.
    const double strength = prior_.strength[a];
    const double counts = strength == unlimited ? 1.0 : (strength + 1.0) / (looks + strength);
    add(past.looks[a], looks * counts);
    add(past.taken[a], counters.actions[a] * counts);
  }
  past.when = now;
}

PerAction AuthorPasts::expected(std::uint32_t root) const {
  PerAction rates{};
  for (std::size_t a = 0; a < action_count; ++a) rates[a] = std::bit_cast<double>(expected_[root][a]);
  return rates;
}

PerAction AuthorPasts::expected_of(UserId author, Tick now) const {
  const Past& past = pasts_[author.index()];
  const double scale = faded(past.when, now) * unit;
  PerAction rates{};
  for (std::size_t a = 0; a < action_count; ++a)
    rates[a] = predicted_rate(static_cast<double>(past.taken[a]) * scale, static_cast<double>(past.looks[a]) * scale,
                              prior_.mean[a], prior_.author_strength[a]);
  return rates;
}

}  // namespace grapevine
