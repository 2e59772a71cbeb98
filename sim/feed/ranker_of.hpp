#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "sim/feed/rankings/ranking.hpp"
#include "sim/feed/select_top.hpp"

namespace grapevine {

/// The ranking whose rule is `Rule`: what it keeps of a post, and the key that it makes of that and of the candidate,
/// inlined, so that no call is made through a pointer for a candidate.
template <class Rule>
class RankerOf final : public Ranker {
public:
  RankerOf(const RankingGiven& given, RankingKeys keys) : rule_(given), given_(given), keys_(keys) {}

  static std::unique_ptr<const Ranker> make(const RankingGiven& given, RankingKeys keys) {
    return std::make_unique<RankerOf>(given, keys);
  }

  std::uint32_t value(const PostCounters& counters) const override { return rule_.value(counters); }
  std::uint32_t value(const PostCounters& counters, const Expectation& expected) const override {
    if constexpr (Expects<Rule>)
      return rule_.value(counters, expected);
    else
      return rule_.value(counters);
  }
  bool learns() const override { return rule_.learns(); }
  bool needs_history() const override { return Rule::needs_history; }
  bool caps() const override {
    if constexpr (HasListRules<Rule>) return rule_.lists().caps();
    return false;
  }
  std::size_t servable(const Session& session) const override {
    if constexpr (HasListRules<Rule>) return rule_.lists().servable(session);
    return session.candidates.size();
  }
  bool needs_odds() const override { return Rule::needs_odds; }

  void rank(const RankingBefore& before, Session& session, std::size_t served, std::size_t looked) const override {
    const std::size_t n = session.candidates.size();
    session.ranked.resize(n);
    session.hot.resize(n);
    for (std::size_t i = 0; i < n; ++i) session.hot[i] = before.posts.hot(session.candidates[i].root);
    if constexpr (Rule::needs_ties) draw_ties(keys_.feed_order, session);
    if constexpr (Rule::needs_history) session.history.gather(before.seen, before.posts.tail(), n);
    const SessionFacts facts{given_, before, session, keys_};
    if constexpr (ScoresTogether<Rule>) rule_.score_all(facts, session);
    for (std::size_t i = 0; i < n; ++i)
      session.ranked[i] = {rule_.key(CandidateFacts(facts, session.candidates[i])), static_cast<std::uint32_t>(i)};
    const auto first = [&](const Ranked& a, const Ranked& b) {
      if (a.key != b.key) return a.key > b.key;
      return before.posts.identity(session.candidates[a.candidate].root).key <
             before.posts.identity(session.candidates[b.candidate].root).key;
    };
    if constexpr (HasListRules<Rule>)
      if (rule_.lists().any()) rule_.lists().diversify(facts, session, first);
    const auto begin = session.ranked.begin();
    const auto at = [&](std::size_t i) { return begin + static_cast<std::ptrdiff_t>(i); };
    if (caps())
      hold_caps(session, served, first);
    else if (served < n)
      select_top(session.ranked, served, first);
    if constexpr (Arranges<Rule>) {
      std::sort(begin, at(served), first);
      rule_.arrange(facts, std::span(session.ranked).first(served), looked);
    } else if (looked < 32) {
      insert_top(session.ranked, served, looked, first);
    } else {
      select_top(std::span(session.ranked).first(served), looked, first);
      std::sort(begin, at(looked), first);
    }
    if constexpr (HasListRules<Rule>)
      if (rule_.lists().any()) rule_.lists().lift(facts, session, served, looked, first);
  }

private:
  template <class First>
  void hold_caps(Session& session, std::size_t served, const First& first) const {
    if constexpr (HasListRules<Rule>) rule_.lists().hold_caps(session, served, first);
  }

  /// A few from many: keeps the best `looked` of the first `served` sorted in front. Most candidates fail the one
  /// comparison with the last of them.
  template <class First>
  static void insert_top(std::vector<Ranked>& ranked, std::size_t served, std::size_t looked, const First& first) {
    if (looked == 0) return;
    for (std::size_t i = 1; i < served; ++i) {
      if (i >= looked && !first(ranked[i], ranked[looked - 1])) continue;
      const Ranked entry = ranked[i];
      std::size_t j = i;
      if (i >= looked) {
        ranked[i] = ranked[looked - 1];
        j = looked - 1;
      }
      for (; j > 0 && first(entry, ranked[j - 1]); --j) ranked[j] = ranked[j - 1];
      ranked[j] = entry;
    }
  }

  Rule rule_;
  RankingGiven given_;
  RankingKeys keys_;
};

}  // namespace grapevine
