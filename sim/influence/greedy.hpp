#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include "sim/influence/seeds.hpp"

/// The greedy choice of seeds with lazy evaluation (CELF: Leskovec, Krause, Guestrin, Faloutsos, VanBriesen, Glance
/// 2007): gains never grow as seeds are added, so an old gain bounds the new one, and most candidates are never looked
/// at again.
///
/// What it asks for gains, the `Gains`, has
///     std::uint64_t first(UserId)   the gain of the user as the only seed
///     std::uint64_t of(UserId)      its gain beside those taken so far
///     void take(UserId)
///     void forget()                 all that was taken
/// Gains are whole numbers of samples, so neither threads nor order change a choice; equal candidates fall to
/// `SeedQuestion::ties`.
namespace grapevine {

/// What gains are weighed against.
enum class Weighing : std::uint8_t {
  nothing,  ///< the largest gain first
  cost,     ///< the largest gain for the money
  share,    ///< ... for the share of what is allowed that a seed uses up: cost / budget + 1 / count
};

struct GreedyChoice {
  std::vector<UserId> seeds;
  std::vector<std::uint64_t> gains;

  std::uint64_t total() const { return std::accumulate(gains.begin(), gains.end(), std::uint64_t{0}); }
};

namespace detail {

struct LazyGain {
  double rate = 0;         ///< gain by what it is weighed against
  std::uint64_t gain = 0;  ///< beside the first `seeds` seeds: at least that of now
  std::uint32_t candidate = 0;
  std::uint32_t seeds = 0;
};

}  // namespace detail

/// Takes the candidate of the best rate that can still be paid, again and again, until `count` are taken or none is
/// left; also those that gain nothing any more.
template <class Gains>
GreedyChoice choose_greedily(const SeedQuestion& question, std::size_t users, Weighing weighing, Gains& gains,
                             const StillWanted& still_wanted = {}) {
  const bool priced = question.budget >= 0, everybody = question.candidates.empty();
  const auto user_of = [&](std::size_t i) {
    return everybody ? UserId(static_cast<std::uint32_t>(i)) : question.candidates[i];
  };
  const auto rate_of = [&](std::size_t i, std::uint64_t gain) {
    if (gain == 0) return 0.0;
    double weight = 1;
    if (weighing == Weighing::cost) weight = static_cast<double>(question.costs[i]);
    if (weighing == Weighing::share)
      weight = static_cast<double>(question.costs[i]) / static_cast<double>(std::max<MicroMoney>(question.budget, 1)) +
               1 / static_cast<double>(question.count);
    return weight > 0 ? static_cast<double>(gain) / weight : std::numeric_limits<double>::infinity();
  };
  const auto comes_later = [&](const detail::LazyGain& a, const detail::LazyGain& b) {
    if (a.rate != b.rate) return a.rate < b.rate;
    if (a.gain != b.gain) return a.gain < b.gain;
    return question.ties.of(user_of(a.candidate)) > question.ties.of(user_of(b.candidate));
  };
  std::vector<detail::LazyGain> heap;
  for (std::size_t i = 0; i < (everybody ? users : question.candidates.size()); ++i)
    if (!priced || question.costs[i] <= question.budget) {
      const std::uint64_t gain = gains.first(user_of(i));
      heap.push_back({rate_of(i, gain), gain, static_cast<std::uint32_t>(i), 0});
    }
  std::make_heap(heap.begin(), heap.end(), comes_later);
  GreedyChoice choice;
  gains.forget();
  for (MicroMoney left = question.budget; !heap.empty() && choice.seeds.size() < question.count;) {
    if (still_wanted) still_wanted();
    std::pop_heap(heap.begin(), heap.end(), comes_later);
    detail::LazyGain& best = heap.back();
    const auto seeds = static_cast<std::uint32_t>(choice.seeds.size());
    if (priced && question.costs[best.candidate] > left) {
      heap.pop_back();
    } else if (best.seeds != seeds && best.gain > 0) {
      best.gain = gains.of(user_of(best.candidate));
      best.rate = rate_of(best.candidate, best.gain);
      best.seeds = seeds;
      std::push_heap(heap.begin(), heap.end(), comes_later);
    } else {
      if (priced) left -= question.costs[best.candidate];
      choice.seeds.push_back(user_of(best.candidate));
      choice.gains.push_back(best.gain);
      gains.take(choice.seeds.back());
      heap.pop_back();
    }
  }
  return choice;
}

/// The best of the greedy choices that `SeedBounds::share` needs:
/// - no budget that binds: the largest gain first, 1 - 1/e of the best (Nemhauser, Wolsey, Fisher 1978);
/// - a budget: that, which is no worse than the best single seed, and the largest gain for the money, together
///   (1 - 1/e) / 2 (Khuller, Moss, Naor 1999; Leskovec et al. 2007);
/// - a budget and a count: also the largest gain for the share of both. The best choice uses up at most 2 shares. Its
///   only seed of more than 1, if it has one, and the others; or else at most 3 groups of at most 1 each: so one group
///   has a third of its gain, and the last greedy choice or the best single seed (1 - 1/e) / 2 of that.
/// Of equal choices the first named last.
template <class Gains>
GreedyChoice best_greedy_choice(const SeedQuestion& question, const SeedBounds& bounds, std::size_t users, Gains& gains,
                                const StillWanted& still_wanted = {}) {
  if (!bounds.budget_binds) return choose_greedily(question, users, Weighing::nothing, gains, still_wanted);
  GreedyChoice best = choose_greedily(question, users, Weighing::cost, gains, still_wanted);
  const auto consider = [&](Weighing weighing) {
    GreedyChoice other = choose_greedily(question, users, weighing, gains, still_wanted);
    if (other.total() > best.total()) best = std::move(other);
  };
  if (bounds.count_binds) consider(Weighing::share);
  consider(Weighing::nothing);
  return best;
}

}  // namespace grapevine
