#pragma once

#include <memory>

#include "sim/parameters.hpp"
#include "sim/posts.hpp"
#include "sim/ranking/ranking.hpp"
#include "sim/tick/session.hpp"

namespace grapevine {

/// Keys that ranking draws with.
struct RankingKeys {
  std::uint64_t feed_order;     ///< ties, by root and reader
  std::uint64_t emission_time;  ///< see time_in_tick
  std::uint64_t perturbation;   ///< of scores, by root and reader
};

/// Orders feeds. One object a run; adding a ranking is adding a file under sim/ranking and a line in rank.cpp.
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

}  // namespace grapevine
