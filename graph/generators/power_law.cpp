#include "graph/generators/power_law.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "graph/base/error.hpp"
#include "graph/base/math.hpp"
#include "graph/base/parallel.hpp"
#include "graph/graph_builder.hpp"

namespace grapevine {

namespace {

void check(const PowerLawParameters& p) {
  std::vector<std::string> mistakes;
  const double users = static_cast<double>(p.users), others = users > 1.0 ? users - 1.0 : 0.0;
  if (!(p.mean_followees > 0.0 && p.mean_followees <= others))
    mistakes.push_back(
        fmt::format("graph.mean_followees is {}; expected above 0 and at most {}, the number of other users; give "
                    "fewer, or more graph.users",
                    p.mean_followees, others));
  if (!(p.followees_spread >= 0.0 && p.followees_spread <= 4.0))
    mistakes.push_back(
        fmt::format("graph.followees_spread is {}; expected a standard deviation of logs, 0 to 4", p.followees_spread));
  if (!(p.exponent > 1.0 && p.exponent <= 1e6))
    mistakes.push_back(fmt::format("graph.exponent is {}; expected a number above 1", p.exponent));
  if (mistakes.empty()) {
    const double least = p.mean_followees / users;  // all alike
    const double most = std::min(1.0, p.mean_followees);
    if (!(p.largest_share >= least && p.largest_share <= most))
      mistakes.push_back(
          fmt::format("graph.largest_share is {}; expected {} (all users alike) to {} for {} users with {} followees "
                      "each; give a share "
                      "between, or more graph.users",
                      p.largest_share, least, most, p.users, p.mean_followees));
  }
  if (!mistakes.empty()) throw BadRequest(std::move(mistakes));
}

/// (1 + i / shift)^-slope: the weight of rank i relative to that of rank 0.
double relative_weight(double i, double shift, double slope) { return math::pow((i + shift) / shift, -slope); }

/// Sum of the relative weights of the ranks 0 .. n - 1: the first thousand one by one, the others by the
/// Euler-Maclaurin formula (relative error below 1e-10).
double sum_of_relative_weights(std::size_t n, double shift, double slope) {
  const std::size_t head = std::min<std::size_t>(n, 1024);
  double sum = 0.0;
  for (std::size_t i = 0; i < head; ++i) sum += relative_weight(static_cast<double>(i), shift, slope);
  if (head == n) return sum;
  const double a = static_cast<double>(head) + shift, b = static_cast<double>(n - 1) + shift;
  const double at_a = relative_weight(static_cast<double>(head), shift, slope),
               at_b = relative_weight(static_cast<double>(n - 1), shift, slope);
  const double rest = 1.0 - slope;
  const double integral = rest < 1e-9 && rest > -1e-9 ? shift * math::log(b / a) : (b * at_b - a * at_a) / rest;
  const double first = slope * (at_a / a - at_b / b) / 12.0;
  const double third = slope * (slope + 1.0) * (slope + 2.0) * (at_a / (a * a * a) - at_b / (b * b * b)) / 720.0;
  return sum + integral + (at_a + at_b) / 2.0 + first - third;
}

/// The shift i0 at which rank 0 has 1 / `sum` of all weight. The sum grows with the shift, from 1 to n.
double solve_shift(std::size_t n, double slope, double sum) {
  double low = -600.0, high = 60.0;  // log i0
  for (int step = 0; step < 80; ++step) {
    const double middle = (low + high) / 2.0;
    (sum_of_relative_weights(n, math::exp(middle), slope) < sum ? low : high) = middle;
  }
  return math::exp((low + high) / 2.0);
}

/// Draws a member of a weighted set with one look at one cell (Walker 1977, built as by Vose 1991).
class AliasTable {
public:
  explicit AliasTable(const std::vector<double>& weights) : cells_(weights.size()) {
    const std::size_t n = weights.size();
    const double scale = static_cast<double>(n) / parallel_sum(n, [&](std::size_t i) { return weights[i]; });
    // Weights fall with their index: the small ones are filled up from the back, by the large ones from the front.
    std::size_t large = 0, small = n;
    double left = weights.empty() ? 0.0 : weights[0] * scale;  // of the weight of `large`, in cells
    while (small > large + 1) {
      double own = weights[small - 1] * scale;
      if (own >= 1.0) break;
      --small;
      cells_[small] = {threshold(own), static_cast<std::uint32_t>(large)};
      left -= 1.0 - own;
      while (left < 1.0 && large + 1 < small) {  // `large` has become a small one: the next fills it up
        cells_[large] = {threshold(left), static_cast<std::uint32_t>(large + 1)};
        ++large;
        left = weights[large] * scale - (1.0 - left);
      }
    }
    for (std::size_t i = large; i < small; ++i) cells_[i] = {UINT32_MAX, static_cast<std::uint32_t>(i)};
  }

  /// The member for 64 random bits: their product with the size names the cell, its fraction tosses the cell's coin.
  UserId operator()(std::uint64_t bits) const {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(bits) * cells_.size();
    const std::uint32_t cell = static_cast<std::uint32_t>(product >> 64),
                        coin = static_cast<std::uint32_t>(product >> 32);
    return UserId(coin < cells_[cell].threshold ? cell : cells_[cell].other);
  }

private:
  struct Cell {
    std::uint32_t threshold;  // the member of the cell itself below, the other from here on
    std::uint32_t other;
  };
  static std::uint32_t threshold(double own) {
    return own >= 1.0 ? UINT32_MAX : own > 0.0 ? static_cast<std::uint32_t>(own * 0x1.0p32) : 0;
  }
  std::vector<Cell> cells_;
};

/// Poisson number: how many uniform factors fit before their product falls below e^-mean (Knuth), a part of the mean at
/// a time so that it stays a normal number.
std::uint32_t poisson(double mean, std::uint64_t key, std::uint64_t row) {
  std::uint32_t count = 0;
  for (std::uint64_t ordinal = 0; mean > 0.0;) {
    const double part = std::min(mean, 500.0), limit = math::exp(-part);
    for (double product = uniform(nested_mix(key, row, ordinal++)); product > limit;
         product *= uniform(nested_mix(key, row, ordinal++)))
      ++count;
    mean -= part;
  }
  return count;
}

}  // namespace

std::vector<double> power_law_weights(const PowerLawParameters& p) {
  check(p);
  const double slope = 1.0 / (p.exponent - 1.0);
  const double shift = solve_shift(p.users, slope, p.mean_followees / p.largest_share);
  std::vector<double> weights(p.users);
  parallel_for(p.users, [&](std::size_t i) { weights[i] = relative_weight(static_cast<double>(i), shift, slope); });
  const double scale = p.mean_followees * static_cast<double>(p.users) /
                       parallel_sum(p.users, [&](std::size_t i) { return weights[i]; });
  parallel_for(p.users, [&](std::size_t i) { weights[i] *= scale; });
  return weights;
}

double expected_followees(const PowerLawParameters& p, const StreamKey& key, UserId u) {
  const double spread = p.followees_spread;
  const double normal = math::normal_quantile(uniform(key.bits(Draw::graph_class, u.value())));
  return p.mean_followees * math::exp(spread * normal - spread * spread / 2.0);
}

FollowGraph power_law(const PowerLawParameters& p, const StreamKey& key) {
  GRAPEVINE_EXPECTS(p.users < UINT32_MAX);
  const AliasTable attraction(power_law_weights(p));
  const std::uint64_t sizes_key = key.key(Draw::graph_size), rows_key = key.key(Draw::graph_row);
  std::vector<std::uint32_t> sizes(p.users);
  parallel_for(
      p.users,
      [&](std::size_t u) {
        sizes[u] = poisson(expected_followees(p, key, UserId(static_cast<std::uint32_t>(u))), sizes_key, u);
      },
      1024);
  Rows rows = rows_of_sizes(sizes);
  parallel_for(
      p.users,
      [&](std::size_t u) {
        const std::span<UserId> row = rows[u];
        for (std::size_t i = 0; i < row.size(); ++i) row[i] = attraction(nested_mix(rows_key, u, i));
      },
      256);
  return build_from_rows(std::move(rows));
}

}  // namespace grapevine
