#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "sim/feed/gather.hpp"
#include "sim/feed/rank.hpp"

namespace grapevine {

/// The ranking whose rule is `Policy`: what it keeps of a post, and the key that it makes of that and of the candidate,
/// inlined, so that no call is made through a pointer for a candidate.
template <class Policy>
class RankerOf final : public Ranker {
public:
  RankerOf(const RankingGiven& given, RankingKeys keys) : policy_(given), keys_(keys) {}

  std::uint32_t value(const PostCounters& counters) const override { return policy_.value(counters); }
  bool learns() const override { return policy_.learns(); }

  void rank(const Posts& posts, Session& session, std::size_t served, std::size_t looked) const override {
    const std::size_t n = session.candidates.size();
    session.ranked.resize(n);
    const bool ages = policy_.needs_age(), noise = policy_.needs_noise();
    for (std::size_t i = 0; i < n; ++i) {
      const Candidate& candidate = session.candidates[i];
      const PostHot hot = posts.hot(candidate.root);
      RankingContext context{.reader = session.reader, .visible = candidate.visible(), .proof = candidate.proof};
      if constexpr (Policy::needs_time)
        context.time = time_in_tick(keys_.emission_time, hot, candidate.emitter);
      else
        context.tie =
            static_cast<std::uint32_t>(nested_mix(keys_.feed_order, hot.salt(), session.reader.value()) >> 32);
      if (ages) context.age = session.now - posts.visible(candidate.root);
      if (noise)
        context.noise =
            static_cast<std::uint8_t>(nested_mix(keys_.perturbation, hot.salt(), session.reader.value()) >> 56);
      if constexpr (Policy::needs_post) context.post = &posts.identity(candidate.root);
      session.ranked[i] = {policy_.key(hot, context), static_cast<std::uint32_t>(i)};
    }
    const auto before = [&](const Ranked& a, const Ranked& b) {
      if (a.key != b.key) return a.key > b.key;
      return posts.identity(session.candidates[a.candidate].root).key <
             posts.identity(session.candidates[b.candidate].root).key;
    };
    const auto begin = session.ranked.begin();
    const auto at = [&](std::size_t i) { return begin + static_cast<std::ptrdiff_t>(i); };
    if (served < n) std::nth_element(begin, at(served), session.ranked.end(), before);
    if (looked < 32)
      insert_top(session.ranked, served, looked, before);
    else {
      if (looked < served) std::nth_element(begin, at(looked), at(served), before);
      std::sort(begin, at(looked), before);
    }
  }

private:
  /// A few from many: keeps the best `looked` of the first `served` sorted in front. Most candidates fail the one
  /// comparison with the last of them.
  template <class Before>
  static void insert_top(std::vector<Ranked>& ranked, std::size_t served, std::size_t looked, const Before& before) {
    if (looked == 0) return;
    for (std::size_t i = 1; i < served; ++i) {
      if (i >= looked && !before(ranked[i], ranked[looked - 1])) continue;
      const Ranked entry = ranked[i];
      std::size_t j = i;
      if (i >= looked) {
        ranked[i] = ranked[looked - 1];
        j = looked - 1;
      }
      for (; j > 0 && before(entry, ranked[j - 1]); --j) ranked[j] = ranked[j - 1];
      ranked[j] = entry;
    }
  }

  Policy policy_;
  RankingKeys keys_;
};

}  // namespace grapevine
