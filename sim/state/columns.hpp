#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "sim/model/actions.hpp"

/// How a row of the result describes itself. Beside its fields it has one function,
///
///     template <class Row, class Column>
///     static void columns(Row& row, Column& column) {
///       column("posts", row.posts, count_units, "roots");
///       column("answers", row.answers, count_units, "replies that were answered", Since{4, 1});
///     }
///
/// and from these lines come whatever writes, reads, adds up and documents it. A column of users is
/// `column.account(name, user, long_name)`: the user's outside id. A column that is added says since which version of
/// the format it is there (`docs/result-file.md`).
namespace grapevine {

inline constexpr std::string_view count_units = "1";
inline constexpr std::string_view tick_units = "1";      ///< a unit of time would make xarray turn ticks into dates
inline constexpr std::string_view money_units = "1e-6";  ///< micro-units of the scenario's currency
inline constexpr std::string_view no_units = "";         ///< texts, and columns whose unit is another column's

/// A column for each action, whatever the row.
template <class Counts, class Column>
void action_columns(Counts& counts, Column& column, Since since = {}) {
  static const std::array<std::string, action_count> long_names = [] {
    std::array<std::string, action_count> names;
    for (std::size_t a = 0; a < action_count; ++a) names[a] = spoken(action_table[a].column);
    return names;
  }();
  for (std::size_t a = 0; a < action_count; ++a)
    column(action_table[a].plural, counts[a], count_units, long_names[a], std::max(since, action_table[a].since));
}

}  // namespace grapevine
