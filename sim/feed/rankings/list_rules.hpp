#pragma once

#include <algorithm>
#include <array>
#include <numeric>
#include <span>
#include <vector>

#include "sim/feed/rankings/ranking.hpp"
#include "sim/feed/select_top.hpp"

namespace grapevine {

/// Rules that look at more than one candidate of a session: docs/model.md 7.21. Each is off unless its key is on.
class ListRules {
public:
  explicit ListRules(const FeedRules& rules) : rules_(rules) {
    double power = 1.0;
    for (float& discount : discounts_) {
      discount = static_cast<float>(discount_of(power, rules.diversity_floor));
      power *= rules.diversity;
    }
  }

  /// What the k-th post of an author keeps of its score, diversity^k being `power`.
  static double discount_of(double power, double floor) { return (1.0 - floor) * power + floor; }

  bool any() const { return rules_.of_lists(); }
  bool caps() const { return rules_.caps(); }

  /// How many of the candidates the feed may hold.
  std::size_t servable(const Session& session) const {
    const auto brought = static_cast<std::size_t>(
        std::ranges::count_if(session.candidates, [](const Candidate& candidate) { return candidate.in_network(); }));
    return std::min(brought, limit(rules_.most_in_network)) +
           std::min(session.candidates.size() - brought, limit(rules_.most_outside));
  }

  /// Discounts all but the best post of each author. `first` is the order of the feed. O(candidates), but for authors
  /// with several.
  template <class First>
  void diversify(const SessionFacts& facts, Session& session, const First& first) const {
    if (!rules_.diversifies()) return;
    ListScratch& scratch = session.lists;
    scratch.by_author.link(session.candidates, facts.before.posts);
    scratch.own.resize(session.candidates.size());
    scratch.above.resize(session.candidates.size());
    for (const std::uint32_t last : scratch.by_author.several()) {
      const std::size_t n = scratch.by_author.list(last, scratch.own.data());
      put_in_order(session.ranked, std::span(scratch.own).first(n), scratch.above.data(), first);
      for (std::size_t i = 0; i < n; ++i) {
        Ranked& entry = session.ranked[scratch.own[i]];
        if (entry.key >> 32 == 0) continue;  // what stands last has no score
        const float score = float_of_ordered_bits(static_cast<std::uint32_t>(entry.key >> 32));
        entry.key =
            ranking_key(ordered_bits(scaled(score, discount(scratch.above[i]))), static_cast<std::uint32_t>(entry.key));
      }
    }
  }

  /// Puts what the feed has no room for behind the `served` others, by where it comes from.
  template <class First>
  void hold_caps(Session& session, std::size_t served, const First& first) const {
    if (!rules_.caps()) return;
    const auto outside = std::partition(session.ranked.begin(), session.ranked.end(), [&](const Ranked& entry) {
      return session.candidates[entry.candidate].in_network();
    });
    const auto keep = [&](auto from, auto to, std::size_t most) {
      most = std::min(most, static_cast<std::size_t>(to - from));
      select_top({from, to}, most, first);
      return from + static_cast<std::ptrdiff_t>(most);
    };
    const auto kept = keep(session.ranked.begin(), outside, limit(rules_.most_in_network));
    const auto kept_outside = keep(outside, session.ranked.end(), limit(rules_.most_outside));
    const auto moved = std::min(outside - kept, kept_outside - outside);  // what was kept of both lies together then
    std::swap_ranges(kept, kept + moved, kept_outside - moved);
    const auto all = kept + (kept_outside - outside);
    GRAPEVINE_EXPECTS(static_cast<std::size_t>(all - session.ranked.begin()) >= served);
    select_top({session.ranked.begin(), all}, served, first);
  }

  /// Lifts the best post of a small account that few have looked at to its place, if it stands below. The first
  /// `looked` are in order, the first `served` are in the feed.
  template <class First>
  void lift(const SessionFacts& facts, Session& session, std::size_t served, std::size_t looked,
            const First& first) const {
    if (!rules_.lifts() || rules_.lift_to > served) return;
    auto& ranked = session.ranked;
    std::size_t best = ranked.size();
    const std::size_t eligible = rules_.caps() ? served : ranked.size();  // what the caps left out stays out
    for (std::size_t i = 0; i < eligible; ++i) {
      if (best < ranked.size() && !first(ranked[i], ranked[best])) continue;  // before the misses that the others cost
      if (ranked[i].key >> 32 <= ordered_bits(0.0f)) continue;  // the reader wants to see fewer of its author's
      const CandidateFacts candidate(facts, session.candidates[ranked[i].candidate]);
      if (candidate.counters().impressions < rules_.lift_impressions && candidate.followers() <= rules_.lift_followers)
        best = i;
    }
    const std::size_t place = rules_.lift_to - 1;
    if (best == ranked.size() || (best <= place && best < looked)) return;
    if (place >= looked) {  // where it stands there is not looked at
      if (best < served) return;
      std::swap(ranked[best], *std::ranges::max_element(ranked.begin() + static_cast<std::ptrdiff_t>(looked),
                                                        ranked.begin() + static_cast<std::ptrdiff_t>(served), first));
      return;
    }
    const Ranked lifted = ranked[best];
    std::size_t gap = best;
    if (best >= served) {  // the worst that was served makes room
      gap = static_cast<std::size_t>(std::ranges::max_element(ranked.begin() + static_cast<std::ptrdiff_t>(place),
                                                              ranked.begin() + static_cast<std::ptrdiff_t>(served),
                                                              first) -
                                     ranked.begin());
      ranked[best] = ranked[gap];
    }
    if (gap >= looked) ranked[gap] = ranked[looked - 1], gap = looked - 1;
    for (; gap > place; --gap) ranked[gap] = ranked[gap - 1];
    ranked[place] = lifted;
  }

private:
  /// Finds how many candidates of the same author stand above each of `own`. A few are compared one with all, which
  /// needs no branch that is as good as random; where keys are equal, and of many, `own` is sorted.
  template <class First>
  static void put_in_order(std::span<const Ranked> ranked, std::span<std::uint32_t> own, std::uint32_t* above,
                           const First& first) {
    constexpr std::size_t few = 32;
    const std::size_t n = own.size();
    std::size_t pairs = 0;
    if (n <= few) {
      std::array<std::uint64_t, few> keys;
      for (std::size_t i = 0; i < n; ++i) keys[i] = ranked[own[i]].key;
      for (std::size_t i = 0; i < n; ++i) {
        std::uint64_t higher = 0;
        for (std::size_t k = 0; k < n; ++k) higher += keys[k] > keys[i] ? 1 : 0;
        above[i] = static_cast<std::uint32_t>(higher);
        pairs += higher;
      }
    }
    if (pairs == n * (n - 1) / 2) return;  // no two are equal
    std::ranges::sort(own, [&](std::uint32_t a, std::uint32_t b) { return first(ranked[a], ranked[b]); });
    std::iota(above, above + n, 0u);
  }

  static std::size_t limit(std::uint32_t most) { return most > 0 ? most : SIZE_MAX; }

  /// Exactly 1 of the best.
  float discount(std::size_t k) const { return discounts_[std::min(k, discounts_.size() - 1)]; }

  FeedRules rules_;
  std::array<float, 64> discounts_{};  ///< of the k-th post; later ones have the last
};

}  // namespace grapevine
