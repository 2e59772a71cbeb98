#pragma once

#include <memory>

#include "sim/feed/rankings/ranking.hpp"
#include "sim/feed/session.hpp"
#include "sim/model/parameters.hpp"
#include "sim/state/posts.hpp"

namespace grapevine {

/// Keys that ranking draws with.
struct RankingKeys {
  std::uint64_t feed_order;     ///< ties, by root and reader
  std::uint64_t emission_time;  ///< see time_in_tick
  std::uint64_t perturbation;   ///< of scores, by root and reader
};

/// Orders feeds. One object a run; adding a ranking is adding a file under sim/feed/rankings and a line in
/// sim/model/rankings.hpp.
class Ranker {
public:
  virtual ~Ranker() = default;
  static std::unique_ptr<const Ranker> make(const RankingGiven& given, RankingKeys keys);

  /// The 32 bits the ranking keeps of a post.
  virtual std::uint32_t value(const PostCounters& counters) const = 0;
  /// Whether `value` changes with the counters.
  virtual bool learns() const = 0;

  /// Puts the `served` best candidates in front of session.ranked and the first `looked` of them in order, top first.
  /// `looked` <= `served` <= number of candidates.
  virtual void rank(const Posts& posts, Session& session, std::size_t served, std::size_t looked) const = 0;
};

// make_NAME of each ranking, in its own file.
#define GRAPEVINE_DECLARE_MAKER(name, text, first) \
  std::unique_ptr<const Ranker> make_##name(const RankingGiven& given, RankingKeys keys);
GRAPEVINE_RANKINGS(GRAPEVINE_DECLARE_MAKER)
#undef GRAPEVINE_DECLARE_MAKER

}  // namespace grapevine
