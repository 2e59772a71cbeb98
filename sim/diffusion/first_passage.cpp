#include "sim/diffusion/first_passage.hpp"

#include <algorithm>
#include <limits>

#include "graph/base/error.hpp"
#include "graph/base/math.hpp"
#include "sim/diffusion/likely_heads.hpp"

namespace grapevine {

namespace {

constexpr std::uint64_t certain = std::uint64_t{1} << 32;
constexpr std::size_t candidates_at_once = 1024;

/// A waiting time in steps under a probability per step: exponential with mean -`per_log_failure` = -1 / log(1 - probability).
double waiting(std::uint64_t bits, double per_log_failure) { return math::log(uniform(~bits)) * per_log_failure; }

double per_log(double failure) { return failure < 1.0 ? 1.0 / math::log(failure) : -std::numeric_limits<double>::infinity(); }

double per_log_failure(std::uint64_t threshold) {
  return per_log(static_cast<double>(certain - threshold) * 0x1p-32);
}  // exact but for log

/// Rounded up to a tick, one at least; `no_time` beyond all time.
template <class Time>
Time ticks(double steps) {
  if (!(steps < FirstPassage<Time>::most_steps)) return FirstPassage<Time>::no_time;
  return static_cast<Time>(steps * static_cast<double>(FirstPassage<Time>::ticks_per_step)) + 1;
}

/// In continuous time nothing is certain within a step: rates are at most 32 log 2 = 22.2, which fails once in 2^32 steps.
template <class Time>
constexpr double most_certain = sizeof(Time) == 8 ? 0x1p-32 : 0.0;

template <class Time>
std::uint64_t possible(std::uint64_t threshold) {
  return sizeof(Time) == 8 ? std::min(threshold, certain - 1) : threshold;
}

}  // namespace

template <class Time>
FirstPassage<Time>::FirstPassage(const Audience& audience, const Chances& chances, double recovery, std::uint32_t horizon)
    : audience_(&audience),
      chances_(&chances),
      threshold_(possible<Time>(chances.threshold())),
      per_log_failure_(per_log_failure(threshold_)),
      per_log_sickness_(per_log(std::max(1.0 - recovery, most_certain<Time>))),
      horizon_(static_cast<Time>(horizon == 0 ? most_steps : std::min(horizon, most_steps)) * ticks_per_step),
      arrivals_(audience.user_count()) {
  GRAPEVINE_EXPECTS(recovery >= 0.0 && recovery <= 1.0);
}

template <class Time>
void FirstPassage<Time>::run(std::span<const UserId> seeds, ContagionKey key, Spread& spread) {
  const Keys keys{key.key(Draw::contact), key.key(Draw::parent_tie), key.key(Draw::recovery)};
  spread.clear();
  recovers_.clear();
  queue_.restart();
  for (std::uint32_t i = 0; i < seeds.size(); ++i) {
    arrivals_[seeds[i].index()] = {0, i};
    spread.adopters.push_back({seeds[i], i, 0});
  }
  expand(0, 0, keys, spread);
  while (!queue_.empty()) {
    const Time now = queue_.pop(due_);
    const std::size_t first = spread.adopters.size();
    for (const UserId user : due_) {
      const Arrival& arrival = arrivals_[user.index()];
      if (arrival.time == now)  // else it came earlier by another way
        spread.adopters.push_back({user, arrival.parent, static_cast<std::uint32_t>(now / ticks_per_step)});
    }
    std::ranges::sort(spread.adopters.begin() + static_cast<std::ptrdiff_t>(first), spread.adopters.end(), {}, &Adopter::user);
    expand(first, now, keys, spread);
  }
}

/// Looks at what the adopters from `first` on, all of the time `now`, pass on.
template <class Time>
void FirstPassage<Time>::expand(std::size_t first, Time now, const Keys& keys, const Spread& spread) {
  const std::span<const Adopter> adopters(spread.adopters);
  for (std::size_t i = first; i < adopters.size(); ++i) {
    prefetch(adopters, i);
    const UserId user = adopters[i].user;
    const Time infectious = recovery_of(user, keys);
    recovers_.push_back(infectious < no_time - now ? now + infectious : no_time);
    const std::uint64_t row = ContactCoins(keys.contact, user).row();
    const std::span<const UserId> followers = audience_->followers(user);
    if (places_.size() < followers.size()) places_.resize(followers.size());
    const Time left = std::min<Time>(infectious, horizon_ - now);
    const std::uint64_t tries = left / ticks_per_step + (left % ticks_per_step != 0);  // whole steps
    const std::uint64_t bound = threshold_ * tries;                                    // as in `likely_heads`
    const std::size_t found = chances_->is_uniform() ? heads(followers, row, bound + (bound != 0), places_.data())
                                                     : likely_heads(followers, row, chances_->of(*audience_, user), tries, places_.data());
    for (std::size_t k = 0; k < found; ++k) {
      const UserId follower = followers[places_[k]];
      __builtin_prefetch(&arrivals_[follower.index()], 1);
      candidates_.push_back({follower, static_cast<std::uint32_t>(i), places_[k]});
    }
    if (candidates_.size() >= candidates_at_once) resolve(now, keys, spread);
  }
  resolve(now, keys, spread);
}

template <class Time>
void FirstPassage<Time>::resolve(Time now, const Keys& keys, const Spread& spread) {
  for (const Candidate candidate : candidates_) {
    Arrival& arrival = arrivals_[candidate.follower.index()];
    if (arrival.time <= now) continue;
    const UserId adopter = spread.adopters[candidate.adopter].user;
    const std::uint64_t bits = mix(ContactCoins(keys.contact, adopter).row() + candidate.follower.value() * golden);
    const bool uniform_chance = chances_->is_uniform();
    const std::uint64_t threshold =
        uniform_chance ? threshold_ : possible<Time>(chances_->of(*audience_, adopter)[candidate.place].threshold());
    const double steps = waiting(bits, uniform_chance ? per_log_failure_ : per_log_failure(threshold));
    const bool at_once = coin(static_cast<std::uint32_t>(bits >> 32), threshold);  // whatever rounding says
    const Time delay = ticks<Time>(at_once ? std::min(steps, 1.0 - 0x1p-33) : std::max(steps, 1.0));
    if (delay > horizon_ - now || delay > recovers_[candidate.adopter] - now) continue;
    const Time time = now + delay;
    if (time > arrival.time) continue;
    if (time < arrival.time) {
      arrival = {time, candidate.adopter};
      queue_.push(time, candidate.follower);
    } else if (parent_rank(keys.tie, adopter, candidate.follower) <
               parent_rank(keys.tie, spread.adopters[arrival.parent].user, candidate.follower)) {
      arrival.parent = candidate.adopter;
    }
  }
  candidates_.clear();
}

template <class Time>
Time FirstPassage<Time>::recovery_of(UserId user, const Keys& keys) const {
  return ticks<Time>(waiting(nested_mix(keys.recovery, user.value(), 0), per_log_sickness_));
}

/// What the next adopters will need.
template <class Time>
void FirstPassage<Time>::prefetch(std::span<const Adopter> adopters, std::size_t i) const {
  if (i + 16 < adopters.size()) __builtin_prefetch(&audience_->rows().begin[adopters[i + 16].user.index()]);
  if (i + 8 < adopters.size())
    if (const std::span<const UserId> row = audience_->followers(adopters[i + 8].user); !row.empty()) {
      __builtin_prefetch(&row.front());
      __builtin_prefetch(&row.back());
    }
}

template <class Time>
void FirstPassage<Time>::clear(const Spread& spread) {
  for (const Adopter& adopter : spread.adopters) arrivals_[adopter.user.index()] = {};
}

template class FirstPassage<std::uint32_t>;
template class FirstPassage<std::uint64_t>;

}  // namespace grapevine
