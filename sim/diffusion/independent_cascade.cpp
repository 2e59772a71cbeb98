#include "sim/diffusion/independent_cascade.hpp"

#include <algorithm>

namespace grapevine {

namespace {
constexpr std::size_t near_words = std::size_t{1} << 17;  // of marks that the second cache holds: no use to ask for them
}

IndependentCascade::IndependentCascade(const Audience& audience, const Chances& chances, TrialSampling sampling, std::uint32_t horizon)
    : trials_(audience, chances, sampling),
      users_(audience.user_count()),
      horizon_(horizon),
      adopted_((users_ + 63) / 64),
      queue_(users_ + 1) {}

void IndependentCascade::run(std::span<const UserId> seeds, ContagionKey key, Spread& spread) {
  parents_.resize(users_);
  places_.resize(users_);
  for (std::size_t i = 0; i < seeds.size(); ++i) parents_[i] = places_[seeds[i].index()] = static_cast<std::uint32_t>(i);

  spread.clear();
  std::size_t next_step = 0;  // its adopters stand from here on
  const auto before_step = [&](std::uint32_t step, std::size_t first, std::size_t last) {
    next_step = last;
    for (std::size_t i = first; i < last; ++i) spread.adopters.push_back({queue_[i], parents_[i], step});
  };

  const std::uint64_t tie_key = key.key(Draw::parent_tie);
  const auto rank = [&](std::uint32_t parent, UserId user) { return parent_rank(tie_key, queue_[parent], user); };
  const auto succeed = [&](std::size_t first, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      for (const UserId user : trials_.successes(i)) {
        const auto parent = static_cast<std::uint32_t>(first + i), place = static_cast<std::uint32_t>(adopters_);
        if (adopt(user)) {
          parents_[place] = parent;
          places_[user.index()] = place;
        } else if (const std::uint32_t before = places_[user.index()]; before >= next_step) {
          if (rank(parent, user) < rank(parents_[before], user)) parents_[before] = parent;
        }
      }
  };
  spread.contacts = spread_from(seeds, key, before_step, succeed).contacts;
}

Reach IndependentCascade::reach(std::span<const UserId> seeds, ContagionKey key) {
  const auto succeed = [&](std::size_t, std::size_t) {
    for (const UserId user : trials_.successes()) adopt(user);
  };
  return spread_from(
      seeds, key, [](std::uint32_t, std::size_t, std::size_t) {}, succeed);
}

/// Calls before_step(step, first, last) as soon as it is known who adopts in a step and from whom, and succeed(first, count) as soon as the
/// trials of so many adopters from this one on are resolved.
template <class BeforeStep, class Succeed>
Reach IndependentCascade::spread_from(std::span<const UserId> seeds, ContagionKey key, BeforeStep&& before_step, Succeed&& succeed) {
  trials_.start(key);
  adopters_ = 0;
  for (const UserId seed : seeds) adopt(seed);
  std::size_t first = 0;
  for (std::uint32_t step = 0; first < adopters_; ++step) {
    const std::size_t last = adopters_;
    before_step(step, first, last);
    if (horizon_ != 0 && step == horizon_) break;
    while (first < last) {
      trials_.resolve(std::span<const UserId>(queue_).first(adopters_), first, last);
      if (adopted_.size() > near_words)
        for (const UserId user : trials_.successes()) __builtin_prefetch(&adopted_[user.index() / 64], 1);
      succeed(first, trials_.resolved());
      first += trials_.resolved();
    }
  }
  clear_marks();
  return {adopters_, trials_.contacts()};
}

/// Without a branch of its own, for nobody can guess whether the user had adopted before.
inline bool IndependentCascade::adopt(UserId user) {
  std::uint64_t& word = adopted_[user.index() / 64];
  const std::uint64_t bit = std::uint64_t{1} << (user.index() % 64);
  const bool is_new = (word & bit) == 0;
  queue_[adopters_] = user;
  adopters_ += is_new ? 1 : 0;
  word |= bit;
  return is_new;
}

/// O(adopters).
void IndependentCascade::clear_marks() {
  if (adopters_ > adopted_.size() / 8)
    std::fill(adopted_.begin(), adopted_.end(), 0);
  else
    for (std::size_t i = 0; i < adopters_; ++i) adopted_[queue_[i].index() / 64] = 0;
}

}  // namespace grapevine
