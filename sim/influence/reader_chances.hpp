#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "graph/base/memory.hpp"
#include "graph/base/random.hpp"
#include "graph/chance.hpp"
#include "graph/follow_graph.hpp"
#include "sim/model/interests.hpp"
#include "sim/model/parameters.hpp"

namespace grapevine {

/// The probabilities of `Chances` as a reader meets them: of the contacts with whom it follows. The same for all, one
/// for each reader, or one for each follow in the order of `FollowGraph::rows`. At most two bytes a follow, and no rows
/// of followers.
class ReaderChances {
public:
  /// The same for all.
  static ReaderChances uniform(double probability);
  /// The same for all followees of a reader, by user.
  static ReaderChances by_reader(UnwrittenArray<Chance> chances);
  /// In the order of `FollowGraph::rows`.
  static ReaderChances by_follow(UnwrittenArray<Chance> chances);

  bool differ_within_rows() const noexcept { return !by_follow_.empty(); }
  bool are_uniform() const noexcept { return by_follow_.empty() && by_reader_.empty(); }
  /// Of `are_uniform`.
  double probability() const noexcept { return probability_; }
  /// Of the reader's followees, unless they `differ_within_rows`.
  std::uint64_t threshold(UserId reader) const {
    return by_reader_.empty() ? threshold_ : by_reader_[reader.index()].threshold();
  }
  /// By user, unless they are the same for all or `differ_within_rows`.
  std::span<const Chance> of_readers() const noexcept { return by_reader_; }
  /// Of the reader's followees, in their order; of those that `differ_within_rows`.
  std::span<const Chance> of(const FollowGraph& graph, UserId reader) const {
    return std::span<const Chance>(by_follow_).subspan(graph.row_begin(reader), graph.followees(reader).size());
  }

private:
  double probability_ = 0;
  std::uint64_t threshold_ = 0;
  UnwrittenArray<Chance> by_reader_;
  UnwrittenArray<Chance> by_follow_;
};

/// Those that `make_chances` would give, by reader; the arguments are the same.
ReaderChances make_reader_chances(const FollowGraph& graph, const DiffusionParameters& parameters,
                                  std::span<const Chance> of_follows, const Interests& interests, double interest_skew,
                                  std::uint32_t topic, const StreamKey& dynamics);

/// Which follows let a post through, drawn once and for all: whom seeds reach along them is whom they win (Kempe,
/// Kleinberg, Tardos 2003).
enum class LiveEdges : std::uint8_t {
  independent,  ///< each with its probability: independent cascade
  at_most_one,  ///< of each reader's at most one, with its weight: linear threshold
};

/// Linear threshold: the one followee of the reader that it adopts from, by its place among them, told from 64 random
/// bits; or nobody. Weights are measured against `whole_weight`. O(1), or O(followees) where chances differ within
/// rows.
std::optional<std::size_t> live_followee(const FollowGraph& graph, const ReaderChances& chances, UserId reader,
                                         std::uint64_t bits);

}  // namespace grapevine
