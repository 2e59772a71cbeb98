#include "sim/tick/shadow.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <span>

#include "graph/base/error.hpp"
#include "sim/feed/rankings/ranking.hpp"

namespace grapevine {

namespace {

/// Calls `use` for the newest `count` of the candidates, in no order. Only which they are matters, so they are counted
/// by age in at most 256 bins, and no more of them are compared than share the bin in which the count is reached.
template <class Use>
void newest(const Given& given, const Before& before, std::span<const Candidate> candidates, std::size_t count,
            std::vector<Ranked>& last_bin, Use&& use) {
  std::array<std::uint32_t, 256> in_bin{};
  const int shift = std::max(0, static_cast<int>(std::bit_width(given.run.feed.window - 1)) - 8);
  const auto bin_of = [&](const Candidate& candidate) { return (before.now - candidate.visible()) >> shift; };
  for (const Candidate& candidate : candidates) ++in_bin[bin_of(candidate)];
  std::size_t last = 0, left = count;
  for (; left > in_bin[last]; ++last) left -= in_bin[last];

  last_bin.clear();
  for (std::uint32_t i = 0; i < candidates.size(); ++i) {
    const Candidate& candidate = candidates[i];
    const std::size_t bin = bin_of(candidate);
    if (bin < last) use(candidate);
    if (bin != last) continue;
    const PostHot hot = before.posts.hot(candidate.root);
    const std::uint32_t time = time_in_tick(given.keys.ranking.emission_time, hot, candidate.emitter);
    last_bin.push_back({ranking_key(candidate.visible(), time), i});
  }
  const auto key_of = [&](const Ranked& ranked) {
    return before.posts.identity(candidates[ranked.candidate].root).key;
  };
  std::nth_element(
      last_bin.begin(), last_bin.begin() + static_cast<std::ptrdiff_t>(left), last_bin.end(),
      [&](const Ranked& a, const Ranked& b) { return a.key != b.key ? a.key > b.key : key_of(a) < key_of(b); });
  for (std::size_t i = 0; i < left; ++i) use(candidates[last_bin[i].candidate]);
}

}  // namespace

void count_shadow(const Given& given, const Before& before, Session& session, CandidateTally& tally) {
  const auto add = [&](const Candidate& candidate, CandidateCounts& counts) {
    counts.add(candidate.source(), before.posts.hot(candidate.root));
  };
  for (std::size_t i = 0; i < session.looked; ++i) add(session.candidates[session.ranked[i].candidate], tally.ranked);
  std::span<const Candidate> candidates = session.candidates;
  std::size_t looked = session.looked;
  if (session.promoted.place > 0) {  // it is the last candidate, and was looked at
    add(candidates.back(), tally.shadow);
    candidates = candidates.first(candidates.size() - 1);
    --looked;
  }
  GRAPEVINE_EXPECTS(looked <= candidates.size());
  newest(given, before, candidates, looked, session.ranked,
         [&](const Candidate& candidate) { add(candidate, tally.shadow); });
}

}  // namespace grapevine
