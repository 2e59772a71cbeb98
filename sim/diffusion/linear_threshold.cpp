#include "sim/diffusion/linear_threshold.hpp"

#include <algorithm>

#include "graph/base/math.hpp"
#include "graph/base/prefetch.hpp"

namespace grapevine {

ReaderWeights::ReaderWeights(const Audience& audience, const Chances& chances)
    : audience_(&audience), uniform_(chances.is_uniform() ? chances.threshold() : 0) {
  if (chances.is_uniform()) return;
  by_reader_.resize(audience.user_count());
  const std::span<const UserId> readers = audience.rows().users;
  for (std::size_t i = 0; i < readers.size(); ++i) by_reader_[readers[i].index()] += chances.all()[i].threshold();
}

namespace {

/// Asks memory for what the next adopters after adopters[i] will need, up to `end`: where their rows stand, the rows,
/// and what fetch(user) asks for of the users in them.
template <class Fetch>
void fetch_ahead(RowsView rows, std::span<const Adopter> adopters, std::size_t i, std::size_t end, Fetch&& fetch) {
  const auto row_of = [&](std::size_t k) { return rows[adopters[k].user.index()]; };
  if (i + 12 < end) prefetch(&rows.begin[adopters[i + 12].user.index()]);
  if (i + 6 < end)
    if (const std::span<const UserId> row = row_of(i + 6); !row.empty()) {
      prefetch(&row.front());
      prefetch(&row.back());
    }
  if (i + 2 < end)
    for (const UserId user : row_of(i + 2).first(std::min<std::size_t>(64, row_of(i + 2).size()))) fetch(user);
}

}  // namespace

LinearThreshold::LinearThreshold(const Audience& audience, const Chances& chances, std::uint32_t horizon)
    : audience_(&audience),
      chances_(&chances),
      weights_(audience, chances),
      horizon_(horizon == 0 ? UINT32_MAX : horizon),
      missing_(audience.user_count(), untouched),
      places_(audience.user_count(), nowhere) {}

void LinearThreshold::run(std::span<const UserId> seeds, ContagionKey key, Spread& spread) {
  const std::uint64_t threshold_key = key.key(Draw::adoption_threshold), tie_key = key.key(Draw::parent_tie);
  std::vector<Adopter>& adopters = spread.adopters;
  spread.clear();
  for (const UserId seed : seeds) {
    missing_[seed.index()] = 0;
    touched_.push_back(seed);
    adopt(seed, 0, spread);
  }
  for (std::uint32_t i = 0; i < adopters.size(); ++i) adopters[i].parent = i;
  Step last{0, adopters.size()};
  for (std::uint32_t step = 1; last.first < last.end && step <= horizon_; ++step) {
    for (std::size_t i = last.first; i < last.end; ++i) {
      fetch_ahead(audience_->rows(), adopters, i, last.end, [&](UserId follower) {
        __builtin_prefetch(&missing_[follower.index()], 1);
        weights_.fetch(follower);
      });
      press(adopters[i].user, threshold_key, step, spread);
    }
    for (std::size_t i = last.end; i < adopters.size(); ++i) {
      fetch_ahead(audience_->graph().rows(), adopters, i, adopters.size(),
                  [&](UserId followee) { prefetch(&places_[followee.index()]); });
      adopters[i].parent = parent_of(adopters[i].user, last, tie_key, adopters);
    }
    last = {last.end, adopters.size()};
  }
  for (const UserId user : touched_) missing_[user.index()] = untouched;
  for (const Adopter& adopter : adopters) places_[adopter.user.index()] = nowhere;
  touched_.clear();
}

/// Adds the weight of somebody who adopted in the step before to all of its followers.
void LinearThreshold::press(UserId adopter, std::uint64_t threshold_key, std::uint32_t step, Spread& spread) {
  const std::span<const UserId> followers = audience_->followers(adopter);
  const std::span<const Chance> chances = chances_->of(*audience_, adopter);
  const std::uint64_t uniform_weight = chances_->threshold();
  spread.contacts += followers.size();
  for (std::size_t k = 0; k < followers.size(); ++k) {
    const std::uint64_t weight = chances.empty() ? uniform_weight : chances[k].threshold();
    std::uint64_t& missing = missing_[followers[k].index()];
    if (weight == 0 || missing == 0) continue;
    if (missing == untouched) {
      missing = threshold(followers[k], threshold_key);
      touched_.push_back(followers[k]);
    }
    missing -= std::min(missing, weight);
    if (missing == 0) adopt(followers[k], step, spread);
  }
}

void LinearThreshold::adopt(UserId user, std::uint32_t step, Spread& spread) {
  places_[user.index()] = static_cast<std::uint32_t>(spread.adopters.size());
  spread.adopters.push_back({user, 0, step});
}

std::uint32_t LinearThreshold::parent_of(UserId user, Step last, std::uint64_t tie_key,
                                         std::span<const Adopter> adopters) {
  rivals_.clear();
  for (const UserId followee : audience_->graph().followees(user))
    if (const std::uint32_t place = places_[followee.index()]; last.holds(place)) rivals_.push_back(place);
  if (rivals_.size() == 1) return rivals_.front();
  Runner first{nowhere, 0, 0};
  for (const std::uint32_t place : rivals_) {
    const UserId followee = adopters[place].user;
    const Runner runner{place, parent_rank(tie_key, followee, user), weight(followee, user)};
    if (runner.weight > 0 && (first.parent == nowhere || runner.is_ahead_of(first))) first = runner;
  }
  return first.parent;
}

/// By exponential times of mean 1 / weight: each runner's is the least with a probability in proportion to its weight.
/// Among equal weights that of the lower rank is less, which takes no logarithm; equal times fall to the lower rank,
/// too.
bool LinearThreshold::Runner::is_ahead_of(const Runner& other) const {
  const auto time = [](const Runner& runner) {
    return -math::log(uniform(~runner.rank)) / static_cast<double>(runner.weight);
  };
  const double mine = weight == other.weight ? 0 : time(*this), others = weight == other.weight ? 0 : time(other);
  return mine == others ? rank < other.rank : mine < others;
}

std::uint64_t LinearThreshold::weight(UserId followee, UserId user) const {
  if (chances_->is_uniform()) return chances_->threshold();
  const std::span<const UserId> followers = audience_->followers(followee);
  const auto place = static_cast<std::size_t>(std::ranges::lower_bound(followers, user) - followers.begin());
  return chances_->of(*audience_, followee)[place].threshold();
}

/// Uniform in 1 .. whole, so a reader all of whose weights, adding up to 1, have come always adopts, and one without
/// never.
std::uint64_t LinearThreshold::threshold(UserId user, std::uint64_t threshold_key) const {
  __extension__ using Wide = unsigned __int128;
  return 1 + static_cast<std::uint64_t>(
                 static_cast<Wide>(nested_mix(threshold_key, user.value(), 0)) * weights_.whole(user) >> 64);
}

}  // namespace grapevine
