#include "sim/diffusion/first_passage.hpp"

#include <algorithm>
#include <functional>
#include <limits>

#include "graph/base/error.hpp"
#include "graph/base/math.hpp"
#include "graph/base/prefetch.hpp"
#include "sim/diffusion/likely_heads.hpp"

namespace grapevine {

namespace {

constexpr std::uint64_t certain = std::uint64_t{1} << 32;
constexpr std::size_t prospects_at_once = 64;
constexpr std::size_t enough_candidates = 4096;  // after which no further prospect is looked at before its turn

/// A waiting time in steps under a probability per step: exponential with mean -`per_log_failure` = -1 / log(1 -
/// probability).
double waiting(std::uint64_t bits, double per_log_failure) { return math::log(uniform(~bits)) * per_log_failure; }

/// Rounded up to a tick, one at least; `no_time` beyond all time.
template <class Time>
Time ticks(double steps) {
  if (!(steps < FirstPassage<Time>::most_steps)) return FirstPassage<Time>::no_time;
  return static_cast<Time>(steps * static_cast<double>(FirstPassage<Time>::ticks_per_step)) + 1;
}

/// In continuous time nothing is certain within a step: rates are at most 32 log 2 = 22.2, which fails once in 2^32
/// steps.
template <class Time>
constexpr std::uint64_t most_likely = sizeof(Time) == 8 ? certain - 1 : certain;

template <class Time>
std::uint64_t possible(std::uint64_t threshold) {
  return std::min(threshold, most_likely<Time>);
}

template <class Time>
double per_log_failure(double probability) {
  return math::per_log_failure(std::min(probability, static_cast<double>(most_likely<Time>) * 0x1p-32));
}

/// Of uniform chances, as `likely_heads` takes it: no coin that counts is passed over, however many tries there are.
std::uint64_t rounded_up(double probability) {
  const std::uint64_t threshold = coin_threshold(probability);
  return threshold + (static_cast<double>(threshold) * 0x1p-32 < probability);
}

/// Which share of time is handled as one window changes no result. In whole steps it is a step; else some thousand
/// windows see an epidemic through, whose pace is set by the faster of recovery and transmission.
template <class Time>
unsigned window_bits(const Audience& audience, const Chances& chances, double recovery) {
  if (sizeof(Time) == 4) return 0;
  const double followers = audience.user_count() == 0 ? 0.0
                                                      : static_cast<double>(audience.follow_count()) /
                                                            static_cast<double>(audience.user_count());
  const double chance = followers > 0.0 ? mean_adoptions(audience, chances) / followers : 0.0;
  const double per_step = std::max({recovery, chance, 0x1p-16});
  unsigned bits = 26;
  for (double rate = per_step; rate < 1.0 && bits < 40; rate *= 2.0) ++bits;
  return bits;
}

}  // namespace

template <class Time>
FirstPassage<Time>::FirstPassage(const Audience& audience, const Chances& chances, double recovery,
                                 std::uint32_t horizon)
    : audience_(&audience),
      chances_(&chances),
      threshold_(possible<Time>(chances.threshold())),
      per_log_failure_(per_log_failure<Time>(chances.probability())),
      candidate_threshold_(can_pass() ? rounded_up(chances.probability()) : 0),
      per_log_sickness_(per_log_failure<Time>(recovery)),
      horizon_(static_cast<Time>(horizon == 0 ? most_steps : std::min(horizon, most_steps)) * ticks_per_step),
      arrivals_(audience.user_count()),
      queue_(window_bits<Time>(audience, chances, recovery)) {
  GRAPEVINE_EXPECTS(recovery >= 0.0 && recovery <= 1.0);
}

template <class Time>
void FirstPassage<Time>::run(std::span<const UserId> seeds, ContagionKey key, Spread& spread) {
  const Keys keys{key.key(Draw::contact), key.key(Draw::parent_tie), key.key(Draw::recovery)};
  spread.clear();
  recovers_.clear();
  queue_.restart();
  for (std::uint32_t i = 0; i < seeds.size(); ++i) arrivals_[seeds[i].index()] = {0, i};
  for (const UserId seed : seeds) {
    candidates_.clear();
    const Entry entry{0, seed};
    adopt(entry, prospect(entry, keys), keys, spread);
  }
  pass_late({no_time, UserId{}}, keys, spread);
  while (!queue_.empty()) {
    due_.clear();
    queue_.pop(due_);
    pass_window(keys, spread);
    pass_late({no_time, UserId{}}, keys, spread);
  }
}

template <class Time>
void FirstPassage<Time>::pass_window(const Keys& keys, Spread& spread) {
  std::ranges::sort(due_);
  const auto group_end = [&](std::size_t first) { return std::min(due_.size(), first + prospects_at_once); };
  for (std::size_t i = 0; i < group_end(0); ++i) fetch_user(due_[i]);
  for (std::size_t first = 0, last = 0; first < due_.size(); first = last) {
    for (std::size_t i = group_end(first); i < group_end(group_end(first)); ++i) fetch_user(due_[i]);
    for (std::size_t i = first; i < group_end(first); ++i) fetch_row(due_[i]);
    candidates_.clear();
    prospects_.clear();
    for (; last < group_end(first) && candidates_.size() < enough_candidates; ++last)
      prospects_.push_back(is_stale(due_[last]) ? Prospect{} : prospect(due_[last], keys));
    for (std::size_t i = first; i < last; ++i) {
      pass_late(due_[i], keys, spread);
      if (!is_stale(due_[i])) adopt(due_[i], prospects_[i - first], keys, spread);
    }
  }
}

/// Those that were added to the window and come before this one.
template <class Time>
void FirstPassage<Time>::pass_late(Entry before, const Keys& keys, Spread& spread) {
  while (!late_.empty() && late_.front() < before) {
    const Entry entry = late_.front();
    std::ranges::pop_heap(late_, std::greater{});
    late_.pop_back();
    if (is_stale(entry)) continue;
    const std::size_t kept = candidates_.size();
    adopt(entry, prospect(entry, keys), keys, spread);
    candidates_.resize(kept);
  }
}

template <class Time>
typename FirstPassage<Time>::Prospect FirstPassage<Time>::prospect(const Entry& entry, const Keys& keys) {
  Prospect made{candidates_.size(), 0,
                ticks<Time>(waiting(nested_mix(keys.recovery, entry.user.value(), 0), per_log_sickness_))};
  const Time left = std::min<Time>(made.infectious, horizon_ - entry.time);
  const std::uint64_t tries = left / ticks_per_step + (left % ticks_per_step != 0);  // whole steps
  const std::uint64_t row = ContactCoins(keys.contact, entry.user).row();
  const std::span<const UserId> followers = audience_->followers(entry.user);
  if (places_.size() < followers.size()) places_.resize(followers.size());
  const std::size_t found =
      chances_->is_uniform()
          ? likely_heads(followers, row, candidate_threshold_, tries, places_.data())
          : likely_heads(followers, row, chances_->of(*audience_, entry.user), tries, places_.data());
  for (std::size_t k = 0; k < found; ++k) {
    const UserId follower = followers[places_[k]];
    __builtin_prefetch(&arrivals_[follower.index()], 1);
    candidates_.push_back({follower, places_[k]});
  }
  made.last = candidates_.size();
  return made;
}

template <class Time>
void FirstPassage<Time>::adopt(const Entry& entry, const Prospect& prospect, const Keys& keys, Spread& spread) {
  const auto [now, user] = entry;
  const Time infectious = prospect.infectious;
  spread.adopters.push_back({user, arrivals_[user.index()].parent, static_cast<std::uint32_t>(now / ticks_per_step)});
  recovers_.push_back(infectious < no_time - now ? now + infectious : no_time);
  const Time longest = std::min<Time>(infectious, horizon_ - now);
  for (std::size_t k = prospect.first; k < prospect.last; ++k) infect(candidates_[k], now, longest, keys, spread);
}

/// The last adopter passes the post on, unless it takes longer than `longest` or the follower gets it earlier from
/// somebody else.
template <class Time>
void FirstPassage<Time>::infect(Candidate candidate, Time now, Time longest, const Keys& keys, const Spread& spread) {
  const UserId follower = candidate.follower, adopter = spread.adopters.back().user;
  Arrival& arrival = arrivals_[follower.index()];
  if (arrival.time <= now) return;
  const Time delay = transmission(adopter, candidate, std::min<Time>(longest, arrival.time - now), keys);
  if (delay == no_time) return;
  const auto index = static_cast<std::uint32_t>(spread.adopters.size() - 1);
  const Entry entry{static_cast<Time>(now + delay), follower};
  if (entry.time == arrival.time) {
    const auto rank = [&](UserId parent) { return parent_rank(keys.tie, parent, follower); };
    if (rank(adopter) < rank(spread.adopters[arrival.parent].user)) arrival.parent = index;
    return;
  }
  arrival = {entry.time, index};
  if (queue_.is_current(entry.time)) {
    late_.push_back(entry);
    std::ranges::push_heap(late_, std::greater{});
  } else {
    queue_.push(entry);
  }
}

/// How long the post takes, or `no_time` if that is more than `longest`.
template <class Time>
Time FirstPassage<Time>::transmission(UserId adopter, Candidate candidate, Time longest, const Keys& keys) const {
  const bool same = chances_->is_uniform();
  const std::uint64_t threshold =
      same ? threshold_ : possible<Time>(chances_->of(*audience_, adopter)[candidate.place].threshold());
  const std::uint64_t bits = nested_mix(keys.contact, adopter.value(), candidate.follower.value());
  const bool at_once =
      coin(static_cast<std::uint32_t>(bits >> 32), threshold);  // within the first step, whatever rounding says below
  if (at_once ? ticks_per_step == 1 : longest <= ticks_per_step) return at_once ? 1 : no_time;
  const double steps =
      waiting(bits, same ? per_log_failure_ : math::per_log_failure(static_cast<double>(threshold) * 0x1p-32));
  const Time delay = ticks<Time>(at_once ? std::min(steps, 1.0 - 0x1p-33) : std::max(steps, 1.0));
  return delay <= longest ? delay : no_time;
}

template <class Time>
void FirstPassage<Time>::fetch_user(const Entry& entry) const {
  prefetch(&arrivals_[entry.user.index()]);
  prefetch(&audience_->rows().begin[entry.user.index()]);
}

template <class Time>
void FirstPassage<Time>::fetch_row(const Entry& entry) const {
  const std::span<const UserId> row = audience_->followers(entry.user);
  if (row.empty()) return;
  prefetch(&row.front());
  prefetch(&row.back());
}

template <class Time>
void FirstPassage<Time>::clear(const Spread& spread) {
  for (const Adopter& adopter : spread.adopters) arrivals_[adopter.user.index()] = {};
}

template class FirstPassage<std::uint32_t>;
template class FirstPassage<std::uint64_t>;

}  // namespace grapevine
