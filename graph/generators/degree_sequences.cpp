#include "graph/generators/degree_sequences.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <numeric>

#include "graph/base/counted.hpp"
#include "graph/base/error.hpp"
#include "graph/base/math.hpp"
#include "graph/base/parallel.hpp"
#include "graph/formats/records.hpp"

namespace grapevine {

namespace {

/// The law by rank: the share s of users with the largest degrees has degrees from most * (1 + s * ratio)^(-1 /
/// (exponent - 1)) up.
class RankedLaw {
public:
  explicit RankedLaw(const PowerLawDegrees& law)
      : rest_(1.0 - 1.0 / (law.exponent - 1.0)), most_(static_cast<double>(law.most)) {
    double low = -40.0, high = 700.0;  // log of the ratio; the mean falls with it
    for (int step = 0; step < 80; ++step) {
      const double middle = (low + high) / 2;
      ratio_ = math::exp(middle);
      (sum_to(1.0) > law.mean ? low : high) = middle;
    }
    ratio_ = math::exp((low + high) / 2);
    scale_ = sum_to(1.0) > 0 ? law.mean / sum_to(1.0) : 0.0;
  }

  /// Degrees of the share `share` of users with the largest, divided by the number of all users.
  double largest(double share) const { return scale_ * sum_to(share); }

private:
  double sum_to(double share) const {
    const double grown = share * ratio_;
    if (grown < 1e-9) return most_ * share;
    const double log = math::log(1.0 + grown), power = rest_ * log;
    const double integral = power < 1e-7 && power > -1e-7 ? log * (1.0 + power / 2) : (math::exp(power) - 1.0) / rest_;
    return most_ * integral / ratio_;
  }

  double rest_, most_, ratio_ = 0.0, scale_ = 1.0;
};

bool read_number(std::string_view text, std::uint32_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

std::uint64_t sum_of(const std::vector<std::uint32_t>& degrees) {
  return std::accumulate(degrees.begin(), degrees.end(), std::uint64_t{0});
}

}  // namespace

std::vector<std::uint32_t> power_law_degrees(std::size_t users, const PowerLawDegrees& law) {
  GRAPEVINE_EXPECTS(law.exponent > 1.0 && law.mean >= 0.0 && law.mean <= static_cast<double>(law.most) &&
                    law.most < UINT32_MAX);
  std::vector<std::uint32_t> degrees(users, 0);
  if (users == 0 || law.mean == 0.0) return degrees;
  const RankedLaw ranked(law);
  const double n = static_cast<double>(users);
  std::vector<double> means(users);
  parallel_blocks(users, default_block, [&](std::size_t, std::size_t first, std::size_t last, int) {
    double before = ranked.largest(static_cast<double>(first) / n);
    for (std::size_t i = first; i < last; ++i) {
      const double up_to = ranked.largest(static_cast<double>(i + 1) / n);
      means[i] = std::min((up_to - before) * n,
                          i > first ? means[i - 1] : static_cast<double>(law.most));  // rounding breaks no order
      before = up_to;
    }
  });
  const auto wanted = static_cast<std::uint64_t>(law.mean * n + 0.5);
  const auto rounded = [&](double mean, double threshold) {
    return std::min<std::uint64_t>(law.most, static_cast<std::uint64_t>(std::max(0.0, mean + threshold)));
  };
  double low = -2.0, high = 2.0;
  std::uint64_t sum = 0;
  double threshold = 0.5;
  for (int step = 0; step < 60; ++step, threshold = (low + high) / 2) {
    sum = parallel_sum(users, [&](std::size_t i) { return rounded(means[i], threshold); });
    if (sum == wanted) break;
    (sum < wanted ? low : high) = threshold;
  }
  parallel_for(users, [&](std::size_t i) { degrees[i] = static_cast<std::uint32_t>(rounded(means[i], threshold)); });
  // Equal means are rounded alike: what is still missing, or too much, is shared by the ends of the runs of equal
  // degrees.
  sum = sum_of(degrees);
  for (std::size_t i = 0; sum < wanted; i = i + 1 < users ? i + 1 : 0)
    if (degrees[i] < law.most && (i == 0 || degrees[i - 1] > degrees[i])) ++degrees[i], ++sum;
  for (std::size_t i = users; sum > wanted; i = i > 1 ? i - 1 : users)
    if (degrees[i - 1] > 0 && (i == users || degrees[i] < degrees[i - 1])) --degrees[i - 1], --sum;
  if (!std::ranges::is_sorted(degrees, std::greater()))
    std::ranges::sort(degrees, std::greater());  // rounding where two blocks of means meet
  return degrees;
}

std::vector<std::uint32_t> discrete_power_law_degrees(std::size_t users, double exponent, std::uint64_t least,
                                                      std::uint64_t most) {
  GRAPEVINE_EXPECTS(exponent > 1.0 && least >= 1 && least <= most && most < UINT32_MAX);
  const auto weight = [&](std::uint64_t k) { return math::pow(static_cast<double>(k), -exponent); };
  double total = 0;
  for (std::uint64_t k = most; k >= least; --k) total += weight(k);  // the small ones first
  std::vector<std::uint32_t> degrees(users, static_cast<std::uint32_t>(least));
  std::size_t next = 0;
  double filled = 0, sum = 0;  // of the part of user `next`: how much of it is met, and the degrees met there
  for (std::uint64_t k = most; k >= least && next < users; --k) {
    double expected = static_cast<double>(users) * weight(k) / total;  // users of this degree
    for (; expected >= 1.0 - filled && next < users; filled = sum = 0) {
      expected -= 1.0 - filled;
      degrees[next++] = static_cast<std::uint32_t>(sum + (1.0 - filled) * static_cast<double>(k) + 0.5);
    }
    filled += expected;
    sum += expected * static_cast<double>(k);
  }
  return degrees;
}

DegreeSequences read_degrees(const std::filesystem::path& file) {
  RecordReader records(file);
  DegreeSequences read;
  std::size_t followers = 0, followees = 1;
  bool first = true;
  while (records.next()) {
    const auto fields = records.fields();
    std::uint32_t number = 0;
    if (first && !fields.empty() && !read_number(fields[0], number)) {
      followers = static_cast<std::size_t>(std::ranges::find(fields, "followers") - fields.begin());
      followees = static_cast<std::size_t>(std::ranges::find(fields, "followees") - fields.begin());
      if (followers == fields.size() || followees == fields.size())
        throw BadRequest(fmt::format(
            "{}: no columns 'followers' and 'followees'; expected a header that names both, or two numbers per line",
            records.where()));
      first = false;
      continue;
    }
    first = false;
    std::uint32_t in = 0, out = 0;
    if (fields.size() <= std::max(followers, followees) || !read_number(fields[followers], in) ||
        !read_number(fields[followees], out))
      throw BadRequest(fmt::format(
          "{}: not the degrees of a user; expected two whole numbers, followers and followees, each below 2^32",
          records.where()));
    read.followers.push_back(in);
    read.followees.push_back(out);
  }
  const std::string name = file.string();
  const std::size_t users = read.user_count();
  if (users == 0)
    throw BadRequest(fmt::format("{}: no users; expected the followers and followees of one user per line", name));
  for (std::size_t u = 0; u < users; ++u)
    if (const std::uint32_t most = std::max(read.followers[u], read.followees[u]); most >= users)
      throw BadRequest(fmt::format("{}: user {} has {} or {}; expected at most {}, the other users of the file", name,
                                   u + 1, counted(most, "follower"), noun(most, "followee"), users - 1));
  const std::uint64_t in = sum_of(read.followers), out = sum_of(read.followees);
  if (in != out)
    throw BadRequest(
        fmt::format("{}: followers add up to {} and followees to {}; expected the same, for each follow has two ends",
                    name, in, out));

  std::vector<std::uint32_t> order(users);
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, std::greater(), [&](std::uint32_t u) { return read.followers[u]; });
  DegreeSequences degrees;
  degrees.followers.reserve(users);
  degrees.followees.reserve(users);
  for (const std::uint32_t u : order) {
    degrees.followers.push_back(read.followers[u]);
    degrees.followees.push_back(read.followees[u]);
  }
  return degrees;
}

std::string why_not_simple(const DegreeSequences& degrees) {
  const std::size_t users = degrees.user_count();
  GRAPEVINE_EXPECTS(degrees.followees.size() == users);
  if (users == 0) return "";
  const auto largest = static_cast<std::size_t>(*std::ranges::max_element(degrees.followers));
  const auto out = static_cast<std::size_t>(*std::ranges::max_element(degrees.followees));
  if (std::max(largest, out) >= users)
    return fmt::format("a user has {} {}; expected at most {}, the other users", std::max(largest, out),
                       largest >= users ? "followers" : "followees", users - 1);

  // Beyond k = largest + 1 every place is open to the first k users. Up to there they are needed in order: followees,
  // then followers.
  const std::size_t first = std::min(users, largest + 2);
  std::vector<std::uint64_t> order(users);
  parallel_for(users,
               [&](std::size_t u) { order[u] = std::uint64_t{degrees.followees[u]} << 32 | degrees.followers[u]; });
  if (first < users)
    std::nth_element(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(first), order.end(), std::greater());
  std::sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(first), std::greater());

  std::vector<std::uint64_t> others(largest + 2, 0),
      among(largest + 2, 0);  // users by followers: outside and among the first k
  for (const std::uint32_t followers : degrees.followers) ++others[followers];
  std::uint64_t others_from = users - others[0];  // with k + 1 followers or more
  std::uint64_t among_from = 0;                   // with k or more
  std::uint64_t wanted = 0, places = 0;
  // places(k) = sum of min(followers, k - 1) among the first k and of min(followers, k) outside.
  for (std::size_t k = 0; k < first; ++k) {
    const auto followees = static_cast<std::uint32_t>(order[k] >> 32), followers = static_cast<std::uint32_t>(order[k]);
    // From k to k + 1: those among the first k with k or more give one place more, those outside with k + 1 or more
    // too; user k, who moves from outside, gives min(followers, k) before and after.
    places += among_from + others_from - (followers >= k + 1 ? 1 : 0);
    wanted += followees;
    if (wanted > places)
      return fmt::format(
          "the {} with the most followees {} {}, and the others' followers leave room for {}; expected degrees that a "
          "graph without repeated follows can have (Fulkerson 1960)",
          k == 0 ? "user" : counted(k + 1, "user"), k == 0 ? "wants" : "want", counted(wanted, "follow"), places);
    if (k > largest) break;
    --others[followers];
    ++among[followers];
    others_from -= followers >= k + 1 ? 1 : 0;
    others_from -= k + 1 <= largest ? others[k + 1] : 0;  // now: with k + 2 or more
    among_from += followers >= k ? 1 : 0;
    among_from -= among[k];  // now: with k + 1 or more
  }
  return "";
}

}  // namespace grapevine
