#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "graph/base/memory.hpp"
#include "graph/base/parallel.hpp"
#include "sim/diffusion/gap_table.hpp"
#include "sim/diffusion/skip_sampler.hpp"
#include "sim/influence/seeds.hpp"

namespace grapevine {

/// Random reverse reachable sets (Borgs, Brautbar, Chayes, Lucier 2014): the users from whom a user drawn at random,
/// the set's root, is reached along live edges. Seeds meet such a set with probability spread / users.
///
/// Set i is addressed by (key, i): its root, and each reader's live follows. Where a reader's chances are equal, gaps
/// between the live ones are drawn, so time goes with the users of the set and not with whom they follow; linear
/// threshold walks back along one follow a user.
class ReverseReach {
public:
  static constexpr std::size_t lanes =
      8;  ///< sets that a thread makes side by side, so that memory answers many questions at a time

  /// The graph has a user. What `model` names outlives it. O(users).
  ReverseReach(const SpreadModel& model, std::uint64_t key);

  /// What one thread needs: a byte a user, and room for the sets.
  struct Scratch {
    struct Lane {
      std::uint64_t number = 0, key = 0;
      std::vector<UserId> users;  ///< of the set so far, its root first
      std::size_t next = 0;       ///< the first of them whose followees have not been looked at
    };
    struct Link {
      std::uint64_t place = 0;  ///< of a live follow, in the rows of followees
      std::uint32_t lane = 0;
      UserId user{};
    };
    std::array<Lane, lanes> lane;
    Array<std::uint8_t> reached;  ///< a bit for each lane
    std::vector<Link> links;

    std::vector<UserId> users;         ///< of the sets made, set after set as they were finished
    std::vector<std::uint64_t> begin;  ///< of each set in `users`, by number
    std::vector<std::uint64_t> end;
  };

  /// The sets `first` to first + count - 1.
  void make(std::uint64_t first, std::uint64_t count, Scratch& scratch) const;

  const FollowGraph& graph() const { return *graph_; }

private:
  template <class AddLive>
  void make_along(std::uint64_t first, std::uint64_t count, Scratch& scratch, AddLive&& add_live) const;
  void start(std::uint64_t number, std::uint32_t lane, Scratch& scratch) const;
  void finish(std::uint64_t place, std::uint32_t lane, Scratch& scratch) const;
  void add(UserId user, std::uint32_t lane, Scratch& scratch) const;
  void fetch(UserId reader) const;

  /// Gaps of one chance, by a table where few numbers of failures are likely: 8 KiB each, and 2 MiB for weighted
  /// cascade.
  struct Gaps {
    explicit Gaps(double probability) : sampler(probability) {
      if (probability >= 1.0 / 256) table.emplace_back(probability);
    }
    std::uint64_t gap(std::uint64_t bits, std::uint64_t most) const {
      return table.empty() ? sampler.gap(bits, most) : table.front().gap(bits, most);
    }

    SkipSampler sampler;
    std::vector<GapTable> table;  ///< of one, or none; the bits are the same
  };

  const Gaps& sampler_of(UserId reader) const {
    return sampler_of_.empty() ? samplers_.front()
                               : samplers_[sampler_of_[chances_->of_readers()[reader.index()].bits()]];
  }

  const FollowGraph* graph_;
  const ReaderChances* chances_;
  LiveEdges live_;
  std::uint64_t key_;
  std::vector<Gaps> samplers_;             ///< for each chance that is equal within a row somewhere
  std::vector<std::uint16_t> sampler_of_;  ///< ... by its two bytes; empty: the first is for all
};

/// Reverse reachable sets 0, 1, ..., as far as candidates are in them. 4 bytes a member, 8 a set, and 5 a user for each
/// thread.
class ReverseReachSets {
public:
  /// Keeps only the `candidates`; everybody if there are none.
  ReverseReachSets(const SpreadModel& model, std::uint64_t key, std::span<const UserId> candidates);

  /// Makes sets until there are `count`.
  void grow(std::uint64_t count);

  std::uint64_t count() const { return blocks_.empty() ? 0 : blocks_.back().first + blocks_.back().end.size(); }
  std::uint64_t member_count() const { return members_; }
  /// Members and all others in the sets: what time goes with.
  std::uint64_t reached_count() const { return reached_; }
  /// The sum of the squares of the sets' numbers of members.
  double square_sum() const { return squares_; }
  std::size_t user_count() const { return maker_.graph().user_count(); }

  /// Members of a set. O(log sets).
  std::span<const UserId> operator[](std::uint64_t set) const;

  /// In how many of the sets each user is, by user.
  Array<std::uint32_t> places() const;

  /// How many sets each of the seeds meets that those before it do not. O(members), 4 bytes a user.
  std::vector<std::uint64_t> gains(std::span<const UserId> seeds) const;

  /// visit(number of the set, its members) for all sets, in parallel by block.
  template <class Visit>
  void for_each(Visit&& visit) const {
    parallel_for(
        blocks_.size(),
        [&](std::size_t b) {
          const Block& block = blocks_[b];
          std::uint64_t begin = 0;
          for (std::size_t k = 0; k < block.end.size(); ++k) {
            visit(block.first + k, std::span<const UserId>(block.members).subspan(begin, block.end[k] - begin));
            begin = block.end[k];
          }
        },
        1);
  }

private:
  struct Block {
    std::uint64_t first = 0;         ///< set
    std::vector<std::uint64_t> end;  ///< of each set, within `members`
    std::vector<UserId> members;
    std::uint64_t reached = 0;
  };

  struct Worker {
    ReverseReach::Scratch scratch;
    Array<std::uint32_t> places;  ///< of each user in the sets that it made
  };

  std::uint64_t sets_a_block() const;
  void make(Block& block, Worker& worker) const;

  ReverseReach maker_;
  Array<std::uint64_t> kept_;  ///< one bit a user; empty: all are
  std::vector<Block> blocks_;
  std::vector<Worker> workers_;
  std::uint64_t members_ = 0, reached_ = 0;
  double squares_ = 0;
};

}  // namespace grapevine
