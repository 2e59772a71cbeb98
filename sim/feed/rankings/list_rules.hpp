#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "sim/feed/rankings/ranking.hpp"

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
    scratch.first_of_author.clear();
    scratch.next.assign(session.ranked.size(), none);
    scratch.several.clear();
    for (std::uint32_t i = 0; i < session.ranked.size(); ++i) {
      const UserId author = CandidateFacts(facts, session.candidates[i]).author();
      const std::uint32_t head = scratch.first_of_author.find_or_insert(author.value(), i);
      if (head == i) continue;
      if (scratch.next[head] == none) scratch.several.push_back(head);
      scratch.next[i] = scratch.next[head];
      scratch.next[head] = i;
    }
    for (const std::uint32_t head : scratch.several) {
      scratch.own.clear();
      for (std::uint32_t i = head; i != none; i = scratch.next[i]) scratch.own.push_back(i);
      std::ranges::sort(scratch.own,
                        [&](std::uint32_t a, std::uint32_t b) { return first(session.ranked[a], session.ranked[b]); });
      for (std::size_t k = 1; k < scratch.own.size(); ++k) {
        Ranked& entry = session.ranked[scratch.own[k]];
        if (entry.key >> 32 == 0) continue;  // it stands last, and has no score
        const float score = float_of_ordered_bits(static_cast<std::uint32_t>(entry.key >> 32));
        entry.key = ranking_key(ordered_bits(scaled(score, discount(k))), static_cast<std::uint32_t>(entry.key));
      }
    }
  }

  /// Puts what the feed has no room for behind the `served` others, by where it comes from.
  template <class First>
  void hold_caps(Session& session, std::size_t served, const First& first) const {
    if (!rules_.caps()) return;
    const auto begin = session.ranked.begin(), end = session.ranked.end();
    const auto outside = std::partition(
        begin, end, [&](const Ranked& entry) { return session.candidates[entry.candidate].in_network(); });
    const auto keep = [&](auto from, auto to, std::size_t most) {
      if (static_cast<std::size_t>(to - from) <= most) return to;
      std::nth_element(from, from + static_cast<std::ptrdiff_t>(most), to, first);
      return from + static_cast<std::ptrdiff_t>(most);
    };
    const auto kept = keep(begin, outside, limit(rules_.most_in_network));
    const auto kept_outside = keep(outside, end, limit(rules_.most_outside));
    const auto all = std::rotate(kept, outside, kept_outside);
    GRAPEVINE_EXPECTS(static_cast<std::size_t>(all - begin) >= served);
    std::nth_element(begin, begin + static_cast<std::ptrdiff_t>(served), all, first);
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
  static constexpr std::uint32_t none = UINT32_MAX;

  static std::size_t limit(std::uint32_t most) { return most > 0 ? most : SIZE_MAX; }

  float discount(std::size_t k) const { return discounts_[std::min(k, discounts_.size() - 1)]; }

  FeedRules rules_;
  std::array<float, 64> discounts_{};  ///< of the k-th post; later ones have the last
};

}  // namespace grapevine
