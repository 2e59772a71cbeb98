#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "graph/base/ids.hpp"
#include "graph/base/memory.hpp"

/// The raw material of graphs: lists of users, row after row. Everything here gives the same rows for any number of
/// threads.
namespace grapevine {

/// The edge follower -> followee: posts travel the other way.
struct Follow {
  UserId follower;
  UserId followee;

  auto operator<=>(const Follow&) const = default;
};

/// Row r is users[begin[r]] .. users[begin[r + 1] - 1]; `begin` has one entry more than there are rows.
struct Rows {
  Array<std::uint64_t> begin = {0};
  UnwrittenArray<UserId> users;

  std::size_t count() const noexcept { return begin.size() - 1; }
  std::span<const UserId> operator[](std::size_t row) const {
    return {users.data() + begin[row], users.data() + begin[row + 1]};
  }
  std::span<UserId> operator[](std::size_t row) { return {users.data() + begin[row], users.data() + begin[row + 1]}; }

  bool operator==(const Rows&) const = default;
};

/// Rows that stand in the memory of somebody else: of a `Rows`, or of a mapped file. As cheap to hand on as a span.
struct RowsView {
  static constexpr std::uint64_t nothing = 0;
  std::span<const std::uint64_t> begin{&nothing, 1};
  std::span<const UserId> users;

  RowsView() = default;
  RowsView(std::span<const std::uint64_t> row_begin, std::span<const UserId> row_users)
      : begin(row_begin), users(row_users) {}
  RowsView(const Rows& rows)
      : begin(rows.begin), users(rows.users) {}  // not explicit: whoever reads rows takes them from anywhere

  std::size_t count() const noexcept { return begin.size() - 1; }
  std::span<const UserId> operator[](std::size_t row) const {
    return {users.data() + begin[row], users.data() + begin[row + 1]};
  }

  friend bool operator==(RowsView a, RowsView b) {
    return std::ranges::equal(a.begin, b.begin) && std::ranges::equal(a.users, b.users);
  }
};

/// Rows of their own that are as these.
Rows copy_of(RowsView rows);

/// Whether `row` ascends without repetitions, names users below `users` only, and not its own user `r`.
bool is_sound_row(std::span<const UserId> row, std::size_t r, std::size_t users);

/// Rows of the given sizes with their users still unwritten.
Rows rows_of_sizes(std::span<const std::uint32_t> sizes);

/// Row u lists whom u follows, in the order of `follows`, repetitions and all. Users are 0 .. users - 1.
Rows group_by_follower(std::size_t users, std::span<const Follow> follows);

/// A value on its way to a row.
struct Placed {
  std::uint32_t row;
  UserId value;
};
/// Room that sorting into rows takes, 8 bytes a follow; who sorts twice hands it on, for fresh memory is slow.
using PlacedItems = UnwrittenArray<Placed>;

/// Row v lists who follows v, in the order of the pieces, repetitions and all. Where follows are `mutual`, each is also
/// the follow of the followee, but for loops.
Rows group_by_followee(std::size_t users, std::span<const std::span<const Follow>> pieces, bool mutual,
                       PlacedItems& scratch);

/// Row v of the result lists the rows that hold v, ascending.
Rows transpose(RowsView rows);
Rows transpose(RowsView rows, PlacedItems& scratch);

/// What `tidy` took out.
struct Dropped {
  std::uint64_t self_loops = 0;
  std::uint64_t duplicates = 0;

  bool operator==(const Dropped&) const = default;
};

/// Sorts every row, takes out its own user and repetitions, and closes the gaps.
Dropped tidy(Rows& rows);

/// The rows with users numbered anew: user `order[k]` becomes user k, as heading and as member. Rows come out sorted.
Rows renumber(RowsView rows, std::span<const UserId> order);

/// In how many places of the rows each of the users 0 .. rows.count() - 1 stands.
std::vector<std::uint32_t> count_places(RowsView rows);

}  // namespace grapevine
