#include "sim/diffusion/independent_cascade.hpp"

#include <algorithm>
#include <bit>

namespace grapevine {

namespace {
// Words of marks that the second cache holds: no use to ask for them.
constexpr std::size_t near_words = std::size_t{1} << 17;
constexpr std::size_t users_an_adopter = 256;  // or fewer, in a broad step
}  // namespace

IndependentCascade::IndependentCascade(const Audience& audience, const Chances& chances, TrialSampling sampling,
                                       std::uint32_t horizon)
    : trials_(audience, chances, sampling),
      users_(audience.user_count()),
      horizon_(horizon),
      adopted_((users_ + 63) / 64),
      reached_(adopted_.size()),
      queue_(users_ + 1) {}

void IndependentCascade::run(std::span<const UserId> seeds, ContagionKey key, Spread& spread) {
  parents_.resize(users_);
  for (std::size_t i = 0; i < seeds.size(); ++i) parents_[seeds[i].index()] = static_cast<std::uint32_t>(i);

  spread.clear();
  const auto before_step = [&](const Step& step) {
    for (std::size_t i = step.first; i < step.last; ++i)
      spread.adopters.push_back({queue_[i], parents_[queue_[i].index()], step.number});
  };

  const std::uint64_t tie_key = key.key(Draw::parent_tie);
  const auto rank = [&](std::uint32_t parent, UserId user) { return parent_rank(tie_key, queue_[parent], user); };
  const auto succeed = [&](const Step& step, std::size_t first, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      for (const UserId user : trials_.successes(i)) {
        const auto parent = static_cast<std::uint32_t>(first + i);
        std::uint32_t& known = parents_[user.index()];
        if (step.is_broad ? mark(user) : adopt(user))
          known = parent;
        else if (known >= step.first &&
                 rank(parent, user) < rank(known, user))  // whose row is written already, nobody asks again
          known = parent;
      }
  };
  spread.contacts = spread_from(seeds, key, before_step, succeed).contacts;
}

Reach IndependentCascade::reach(std::span<const UserId> seeds, ContagionKey key) {
  const auto succeed = [&](const Step& step, std::size_t, std::size_t) {
    if (step.is_broad)
      for (const UserId user : trials_.successes()) mark(user);
    else
      for (const UserId user : trials_.successes()) adopt(user);
  };
  return spread_from(
      seeds, key, [](const Step&) {}, succeed);
}

/// Calls before_step(step) as soon as it is known who adopts in a step and from whom, and succeed(step, first, count)
/// as soon as the trials of so many adopters from this one on are resolved.
template <class BeforeStep, class Succeed>
Reach IndependentCascade::spread_from(std::span<const UserId> seeds, ContagionKey key, BeforeStep&& before_step,
                                      Succeed&& succeed) {
  trials_.start(key);
  adopters_ = 0;
  for (const UserId seed : seeds) adopt(seed);
  std::size_t first = 0;
  for (std::uint32_t number = 0; first < adopters_; ++number) {
    const Step step{number, first, adopters_, (adopters_ - first) * users_an_adopter > users_};
    before_step(step);
    if (horizon_ != 0 && number == horizon_) break;
    const Array<std::uint64_t>& marks = step.is_broad ? reached_ : adopted_;
    while (first < step.last) {
      trials_.resolve(std::span<const UserId>(queue_).first(adopters_), first, step.last);
      if (marks.size() > near_words)
        for (const UserId user : trials_.successes()) __builtin_prefetch(&marks[user.index() / 64], 1);
      succeed(step, first, trials_.resolved());
      first += trials_.resolved();
    }
    if (step.is_broad) gather();
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

/// In a broad step; whether that is the first success with this user. Those that had adopted before fall out when all
/// are gathered.
inline bool IndependentCascade::mark(UserId user) {
  std::uint64_t& word = reached_[user.index() / 64];
  const std::uint64_t bit = std::uint64_t{1} << (user.index() % 64);
  const bool is_first = (word & bit) == 0;
  word |= bit;
  return is_first;
}

/// Who is marked and had not adopted does now.
void IndependentCascade::gather() {
  for (std::size_t i = 0; i < reached_.size(); ++i) {
    std::uint64_t fresh = reached_[i] & ~adopted_[i];
    adopted_[i] |= fresh;
    reached_[i] = 0;
    for (; fresh != 0; fresh &= fresh - 1)
      queue_[adopters_++] =
          UserId{static_cast<std::uint32_t>(i * 64 + static_cast<std::size_t>(std::countr_zero(fresh)))};
  }
}

/// O(adopters).
void IndependentCascade::clear_marks() {
  if (adopters_ > adopted_.size() / 8)
    std::fill(adopted_.begin(), adopted_.end(), 0);
  else
    for (std::size_t i = 0; i < adopters_; ++i) adopted_[queue_[i].index() / 64] = 0;
}

}  // namespace grapevine
