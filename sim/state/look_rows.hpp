#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "graph/base/ids.hpp"
#include "sim/model/actions.hpp"
#include "sim/state/columns.hpp"

/// What a run may keep of looks beside its sums: part of `RunRecord`, where a scenario asks for it.
namespace grapevine {

/// Classes of positions in a feed, 1 for the top: the least position of each; the last stands for all below it, too.
inline constexpr std::array<std::uint32_t, 8> positions_from{1, 2, 3, 4, 6, 11, 21, 51};
constexpr std::size_t position_class(std::uint32_t position) {
  std::size_t found = 0;
  while (found + 1 < positions_from.size() && positions_from[found + 1] <= position) ++found;
  return found;
}

/// A row of `/positions`: looks of one group of readers at counted roots of one tier at one class of positions.
struct PositionRow {
  std::uint64_t impressions = 0;
  ActionCounts<std::uint64_t> actions{};
  bool operator==(const PositionRow&) const = default;

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    constexpr Since since{4, 3};
    column("impressions", row.impressions, count_units, "times a counted root was looked at", since);
    action_columns(row.actions, column, since);
  }
};

/// Why a post was looked at, by the source of the candidate.
enum class Reason : std::uint8_t {
  root = 0,        ///< it was not: the first node of a cascade
  followed = 1,    ///< the reader follows the author
  reshared = 2,    ///< a followee of the reader reshared it
  discovered = 3,  ///< the platform showed it
  promoted = 4,    ///< a campaign paid the platform for showing it
};

/// A row of `/looks`: a look at a tracked root.
struct LookRow {
  static constexpr Since since{4, 3};

  std::uint32_t post = 0;  ///< its place among the rows of the run in `/posts`
  UserId reader{};
  Tick tick = 0;               ///< counted from the start of `measure`
  std::uint32_t draw = 0;      ///< of the arm's accounts
  std::uint32_t position = 0;  ///< in the feed, 1 for the top; 8192: that or further down
  std::uint32_t before = 0;    ///< looks of this reader at the root before; 255: that many or more
  std::uint32_t held_out = 0;  ///< 1: the reader is served chronologically
  std::uint32_t actions = 0;   ///< taken, an ActionSet
  Reason reason = Reason::root;
  bool operator==(const LookRow&) const = default;

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    column("post", row.post, count_units,
           "place of the post among the rows of this point, arm and replicate in /posts, from 0", since);
    column("user", row.reader, count_units, "reader, by internal number", since);
    column("tick", row.tick, tick_units, "tick of the look, counted from the start of measure", since);
    column("draw", row.draw, count_units, "number of the draw of the arm's accounts, from 0", since);
    column("position", row.position, count_units, "position in the feed, 1 for the top; 8192: that or further down",
           since);
    column("before", row.before, count_units, "looks of the reader at the post before; 255: that many or more", since);
    column("held_out", row.held_out, count_units, "1: the reader is held out of the ranking", since);
    column("actions", row.actions, count_units,
           "actions taken: the sum of 2^i over them, i the place, from 0, among the columns of actions in /posts",
           since);
    column("reason", row.reason, no_units, "why it was looked at", since);
  }
};

}  // namespace grapevine
