#include "graph/follow_graph.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>

#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"

namespace grapevine {

namespace {

void check(RowsView rows) {
  GRAPEVINE_EXPECTS(!rows.begin.empty() && rows.begin.front() == 0 && rows.begin.back() == rows.users.size());
  GRAPEVINE_EXPECTS(rows.count() < UINT32_MAX);
  parallel_for(rows.count(), [&](std::size_t r) {
    GRAPEVINE_EXPECTS(rows.begin[r] <= rows.begin[r + 1]);
    GRAPEVINE_EXPECTS(is_sound_row(rows[r], r, rows.count()));
  });
}

/// Finds the follows whose reverse exists. Searches wait until there are enough of them to go side by side, a step of each in turn, so that
/// what one waits for comes while the others are at work.
class MutualFinder {
public:
  /// Sets one bit for each mutual follow.
  MutualFinder(RowsView rows, std::span<std::uint64_t> bits) : rows_(rows), bits_(bits) {}

  /// `follow` is a follow of `follower`: does the row of its followee hold the follower?
  void ask(std::uint64_t follow, UserId follower) {
    __builtin_prefetch(&rows_.begin[rows_.users[follow].index()]);
    follow_[asked_] = follow;
    follower_[asked_] = follower;
    if (++asked_ == together) answer();
  }

  /// Answers what is still open.
  void answer() {
    const UserId* const users = rows_.users.data();
    std::array<std::uint64_t, together> place;  // the last one known to be no higher than the follower, or the row's first
    std::array<std::uint64_t, together> left;   // candidates from there on
    std::uint64_t most = 0;
    for (std::size_t k = 0; k < asked_; ++k) {
      const std::size_t v = users[follow_[k]].index();
      const std::uint64_t begin = rows_.begin[v], size = rows_.begin[v + 1] - begin;
      place[k] = size > 0 ? begin : follow_[k];  // which holds v and so is no match
      left[k] = size;
      most = std::max(most, size);
    }
    for (; most > 1; most -= most / 2)
      for (std::size_t k = 0; k < asked_; ++k) {
        const std::uint64_t half = left[k] / 2;
        place[k] += half * static_cast<std::uint64_t>(users[place[k] + half] <= follower_[k]);  // no branch: it would be a coin
        left[k] -= half;
      }
    std::size_t found = 0;
    for (std::size_t k = 0; k < asked_; ++k) {
      __builtin_prefetch(&bits_[place[k] / 64], 1);
      place[found] = place[k];
      follow_[found] = follow_[k];
      found += users[place[k]] == follower_[k];
    }
    for (std::size_t k = 0; k < found; ++k) {
      set(follow_[k]);
      set(place[k]);
    }
    asked_ = 0;
  }

private:
  static constexpr std::size_t together = 64;

  void set(std::uint64_t follow) {
    std::atomic_ref(bits_[follow / 64]).fetch_or(std::uint64_t{1} << (follow % 64), std::memory_order_relaxed);
  }

  RowsView rows_;
  std::span<std::uint64_t> bits_;
  std::size_t asked_ = 0;
  std::array<std::uint64_t, together> follow_;
  std::array<UserId, together> follower_;
};

/// One bit for each follow whose reverse exists. Each pair is looked for once, from the user of lower number, who is the more followed one
/// and therefore holds the smaller part of the follows between unequals; the search is in the other's row.
std::vector<std::uint64_t> find_mutual(RowsView rows) {
  std::vector<std::uint64_t> bits((rows.users.size() + 63) / 64, 0);
  parallel_blocks(rows.count(), 256, [&](std::size_t, std::size_t first, std::size_t last, int) {
    MutualFinder finder(rows, bits);
    for (std::size_t u = first; u < last; ++u) {
      const UserId self(static_cast<std::uint32_t>(u));
      for (std::uint64_t follow = rows.begin[u + 1]; follow > rows.begin[u] && rows.users[follow - 1] > self; --follow)
        finder.ask(follow - 1, self);
    }
    finder.answer();
  });
  return bits;
}

}  // namespace

FollowGraph::FollowGraph(Rows followees) {
  struct Arrays {
    Rows followees;
    std::vector<std::uint32_t> follower_counts;
    std::vector<std::uint64_t> mutual;
  };
  check(followees);
  const auto own = std::make_shared<Arrays>();
  own->follower_counts = count_places(followees);
  own->mutual = find_mutual(followees);
  own->followees = std::move(followees);
  arrays_ = {own->followees, own->follower_counts, own->mutual};
  bytes_ = own->followees.begin.capacity() * sizeof(std::uint64_t) + own->followees.users.capacity() * sizeof(UserId) +
           own->follower_counts.capacity() * sizeof(std::uint32_t) + own->mutual.capacity() * sizeof(std::uint64_t);
  owner_ = own;
}

FollowGraph::FollowGraph(const GraphArrays& arrays, std::shared_ptr<const void> owner)
    : arrays_(arrays),
      owner_(std::move(owner)),
      bytes_(arrays.followees.begin.size_bytes() + arrays.followees.users.size_bytes() + arrays.follower_counts.size_bytes() +
             arrays.mutual.size_bytes()) {
  GRAPEVINE_EXPECTS(arrays.follower_counts.size() == user_count() && arrays.mutual.size() == (follow_count() + 63) / 64);
}

std::size_t FollowGraph::mutual_count() const {
  const std::span<const std::uint64_t> mutual = arrays_.mutual;
  return parallel_sum(mutual.size(), [&](std::size_t word) { return static_cast<std::size_t>(std::popcount(mutual[word])); });
}

FollowGraph transpose(const FollowGraph& graph) { return FollowGraph(transpose(graph.rows())); }

}  // namespace grapevine
