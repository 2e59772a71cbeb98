#include "graph/generators/randomised.hpp"

#include <algorithm>
#include <bit>
#include <utility>
#include <vector>

#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"

namespace grapevine {

namespace {

constexpr UserId nobody(UINT32_MAX);
constexpr double most_tries = 0.75;  // of the pairs of a round, so that no round undoes the one before

/// Pairs places by lot: the places turned by a random step are cut into runs of equal length, runs are paired by a
/// keyed permutation, and the places of two runs by another order. Runs are as long as cache lines like them, but there
/// are many: few follows are paired one by one.
class Pairing {
public:
  /// Of the pairs the share `tries` may try.
  Pairing(std::uint64_t places, double tries, std::uint64_t key)
      : places_(places),
        run_bits_(std::min(10, std::max(0, static_cast<int>(std::bit_width(places)) - 13))),
        turn_(mix(key) % places),
        stride_(mix(key + golden) | 1),
        shift_(mix(key + 2 * golden)),
        lots_(mix(key + 3 * golden)),
        tries_(coin_threshold(tries)),
        order_(mix(key + 4 * golden), std::max<std::uint64_t>(1, places >> run_bits_)) {}

  std::uint64_t pairs_of_runs() const { return (places_ >> run_bits_) / 2; }
  std::size_t block() const { return std::size_t{8192} >> run_bits_; }  // of pairs of runs, for one thread

  /// visit(a, b) for the pairs of the `pair`-th two runs that may try.
  template <class Visit>
  void each(std::uint64_t pair, Visit&& visit) const {
    const std::uint64_t size = std::uint64_t{1} << run_bits_, first = order_(2 * pair) << run_bits_,
                        second = order_(2 * pair + 1) << run_bits_;
    for (std::uint64_t i = 0; i < size; ++i) {
      if (!coin(static_cast<std::uint32_t>(mix(lots_ + ((pair << run_bits_) + i) * golden) >> 32), tries_)) continue;
      visit(turned(first + i), turned(second + ((i * stride_ + shift_ + pair) & (size - 1))));
    }
  }

private:
  std::uint64_t turned(std::uint64_t place) const {
    place += turn_;
    return place < places_ ? place : place - places_;
  }

  std::uint64_t places_;
  int run_bits_;
  std::uint64_t turn_, stride_, shift_, lots_, tries_;
  KeyedPermutation order_;
};

/// Finds users that stand in a row twice, among those it has and those it wants.
class Clashes {
public:
  /// Blocks every place of the row whose user, had or wanted, another place also has or wants, and those that want the
  /// row's own user.
  void block(UserId self, std::span<const UserId> have, std::span<const UserId> want, std::uint8_t* blocked) {
    const unsigned bits = static_cast<unsigned>(std::bit_width(4 * have.size() - 1));
    cells_.assign(std::size_t{1} << bits, {nobody, 0});
    const auto meet = [&](UserId user, std::size_t place) {
      std::size_t at = static_cast<std::uint32_t>(user.value() * 0x9e3779b1U) >> (32 - bits);
      while (cells_[at].user != nobody && cells_[at].user != user) at = (at + 1) & (cells_.size() - 1);
      if (cells_[at].user == user && cells_[at].place != place) {
        blocked[cells_[at].place] = 1;
        blocked[place] = 1;
      } else {
        cells_[at] = {user, static_cast<std::uint32_t>(place)};
      }
    };
    for (std::size_t i = 0; i < have.size(); ++i) meet(have[i], i);
    for (std::size_t i = 0; i < want.size(); ++i) {
      if (want[i] == nobody) continue;
      if (want[i] == self) blocked[i] = 1;
      meet(want[i], i);
    }
  }

private:
  struct Cell {
    UserId user;
    std::uint32_t place;
  };
  std::vector<Cell> cells_;
};

}  // namespace

Rows randomised_rows(Rows rows, double swaps, const StreamKey& key) {
  GRAPEVINE_EXPECTS(swaps >= 0.0 && swaps <= 1e6);
  const std::uint64_t follows = rows.users.size();
  if (follows < 2 || swaps == 0.0) return rows;
  const auto rounds = static_cast<std::uint64_t>(2.0 * swaps / most_tries) +
                      1;  // each tries half as many swaps as there are follows, at most
  const double tries = 2.0 * swaps / static_cast<double>(rounds);
  UnwrittenArray<UserId> want(follows);
  std::vector<std::uint8_t> blocked(follows);
  std::vector<Clashes> clashes(static_cast<std::size_t>(thread_count()));
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const Pairing pairing(follows, tries, key.bits(Draw::graph_swap, round));
    parallel_for(
        follows, [&](std::size_t follow) { want[follow] = nobody, blocked[follow] = 0; }, 1 << 16);
    parallel_for(
        pairing.pairs_of_runs(),
        [&](std::size_t pair) {
          pairing.each(pair, [&](std::uint64_t a, std::uint64_t b) {
            want[a] = rows.users[b];
            want[b] = rows.users[a];
          });
        },
        pairing.block());
    parallel_blocks(rows.count(), 256, [&](std::size_t, std::size_t first, std::size_t last, int worker) {
      for (std::size_t u = first; u < last; ++u) {
        const std::uint64_t begin = rows.begin[u], size = rows.begin[u + 1] - begin;
        if (size > 0)
          clashes[static_cast<std::size_t>(worker)].block(UserId(static_cast<std::uint32_t>(u)), rows[u],
                                                          {want.data() + begin, size}, blocked.data() + begin);
      }
    });
    parallel_for(
        pairing.pairs_of_runs(),
        [&](std::size_t pair) {
          pairing.each(pair, [&](std::uint64_t a, std::uint64_t b) {
            if (blocked[a] == 0 && blocked[b] == 0) std::swap(rows.users[a], rows.users[b]);
          });
        },
        pairing.block());
  }
  parallel_for(
      rows.count(), [&](std::size_t u) { std::ranges::sort(rows[u]); }, 256);
  return rows;
}

FollowGraph randomised(const FollowGraph& graph, double swaps, const StreamKey& key) {
  return FollowGraph(randomised_rows(copy_of(graph.rows()), swaps, key));
}

}  // namespace grapevine
