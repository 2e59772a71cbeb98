#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "graph/base/error.hpp"
#include "graph/base/memory.hpp"
#include "graph/base/parallel.hpp"
#include "graph/base/random.hpp"
#include "graph/rows.hpp"

/// Directed swaps, many at a time: two follows u -> v and x -> y become u -> y and x -> v. For whoever makes one graph
/// of another with the same degrees; see randomised.hpp.
namespace grapevine::swaps {

inline constexpr UserId nobody(UINT32_MAX);
inline constexpr double most_tries = 0.75;  // of the pairs of a round, so that no round undoes the one before

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

/// Swaps in rounds. Follows swap within classes, runs of places that `class_begin` bounds; it has one entry more than
/// there are classes. Each round pairs the follows of a class by lot, a coin lets at most three of four pairs try, and
/// of those may swap whose four follows, the two there are and the two there would be, no other follow or try is equal
/// to. That rule reads the same backwards. Whether a pair that may swap does is for `accept` to say, which must be as
/// likely to undo a swap as the law that is asked for is to have it undone; then the rounds keep that law.
class Rounds {
public:
  /// `users`: whose the rows are; empty: row r is that of user r. `swaps`: tried for each follow, above 0.
  Rounds(Rows& rows, std::span<const UserId> users, std::vector<std::uint64_t> class_begin, double swaps)
      : rows_(rows),
        users_(users),
        class_begin_(std::move(class_begin)),
        count_(static_cast<std::uint64_t>(2.0 * swaps / most_tries) +
               1),  // each tries half as many as there are follows
        tries_(2.0 * swaps / static_cast<double>(count_)),
        want_(rows.users.size()),
        blocked_(rows.users.size()),
        clashes_(static_cast<std::size_t>(thread_count())) {
    GRAPEVINE_EXPECTS(swaps > 0.0 && swaps <= 1e6);
  }

  /// key(round, class) names a round's lots; accept(round, a, b) decides about the swap of the follows at the places a
  /// and b, and reads nothing that another swap of the round writes.
  template <class Key, class Accept>
  void run(Key&& key, Accept&& accept) {
    for (std::uint64_t round = 0; round < count_; ++round) {
      draw_lots([&](std::size_t c) { return key(round, c); });
      find_wishes();
      block();
      each_pair([&](std::uint64_t a, std::uint64_t b) {
        if (blocked_[a] == 0 && blocked_[b] == 0 && accept(round, a, b)) std::swap(rows_.users[a], rows_.users[b]);
      });
    }
  }

private:
  /// A class's lots of this round, and some of its pairs of runs: work for one thread.
  struct Lots {
    std::uint64_t first;
    Pairing pairing;
  };
  struct Piece {
    std::size_t lots;
    std::uint64_t begin, end;
  };

  template <class Key>
  void draw_lots(Key&& key) {
    lots_.clear(), pieces_.clear();
    for (std::size_t c = 0; c + 1 < class_begin_.size(); ++c) {
      const std::uint64_t first = class_begin_[c], places = class_begin_[c + 1] - first;
      if (places < 2) continue;
      lots_.push_back({first, Pairing(places, tries_, key(c))});
      const std::uint64_t pairs = lots_.back().pairing.pairs_of_runs(), step = lots_.back().pairing.block();
      for (std::uint64_t begin = 0; begin < pairs; begin += step)
        pieces_.push_back({lots_.size() - 1, begin, std::min(begin + step, pairs)});
    }
  }

  template <class Visit>
  void each_pair(Visit&& visit) const {
    parallel_for(
        pieces_.size(),
        [&](std::size_t i) {
          const auto& [first, pairing] = lots_[pieces_[i].lots];
          for (std::uint64_t pair = pieces_[i].begin; pair < pieces_[i].end; ++pair)
            pairing.each(pair, [&, first = first](std::uint64_t a, std::uint64_t b) { visit(first + a, first + b); });
        },
        1);
  }

  void find_wishes() {
    parallel_for(
        want_.size(), [&](std::size_t follow) { want_[follow] = nobody, blocked_[follow] = 0; }, 1 << 16);
    each_pair([&](std::uint64_t a, std::uint64_t b) {
      want_[a] = rows_.users[b];
      want_[b] = rows_.users[a];
    });
  }

  void block() {
    parallel_blocks(rows_.count(), 256, [&](std::size_t, std::size_t first, std::size_t last, int worker) {
      for (std::size_t row = first; row < last; ++row) {
        const std::uint64_t begin = rows_.begin[row], size = rows_.begin[row + 1] - begin;
        if (size > 0)
          clashes_[static_cast<std::size_t>(worker)].block(user_of(row), rows_[row], {want_.data() + begin, size},
                                                           blocked_.data() + begin);
      }
    });
  }

  UserId user_of(std::size_t row) const {
    return users_.empty() ? UserId(static_cast<std::uint32_t>(row)) : users_[row];
  }

  Rows& rows_;
  std::span<const UserId> users_;
  std::vector<std::uint64_t> class_begin_;
  std::uint64_t count_;
  double tries_;
  UnwrittenArray<UserId> want_;
  std::vector<std::uint8_t> blocked_;
  std::vector<Clashes> clashes_;
  std::vector<Lots> lots_;
  std::vector<Piece> pieces_;
};

}  // namespace grapevine::swaps
