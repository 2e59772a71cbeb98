#pragma once

#include <charconv>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "graph/formats/account_table.hpp"
#include "graph/formats/id_table.hpp"
#include "graph/formats/loaded_graph.hpp"
#include "graph/rows.hpp"

namespace grapevine {

/// An id within a reader: an id that is a whole number below 2^31, written without sign and leading zeros, is that
/// number itself; any other text is `text_id` plus its number in a table. No text is made for the former until users
/// are named.
inline constexpr std::uint32_t text_id = std::uint32_t{1} << 31;

/// The number that `text` is an id of by itself, or `text_id`.
inline std::uint32_t number_id(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || (text.front() == '0' && text.size() > 1) ||
      value >= text_id)
    return text_id;
  return value;
}

/// Follows as they are read, their users still by the ids of `text`.
struct FollowPiece {
  UnwrittenArray<Follow> follows;
  std::size_t texts = 0;      ///< the table that its ids are numbers of
  std::uint32_t numbers = 0;  ///< no number among the ids has a higher bit than this
};

struct NamedFollows {
  std::vector<FollowPiece> pieces;
  std::vector<IdTable> texts;     ///< one for each thread that read
  std::uint32_t least_users = 0;  ///< the numbers 1 .. least_users are users even where no follow names them
  bool undirected = false;        ///< every follow is mutual
};

/// An id that the table of accounts lacks.
class UnknownAccount : public BadRequest {
public:
  using BadRequest::BadRequest;
};

/// Makes the graph: numbers its users, drops loops and repetitions, and fills the report but for lines and comments.
/// With `accounts`, users are those of the table. The same for any order of the follows and any number of threads;
/// about 16 bytes a follow beside the graph. Throws BadRequest where there are no follows or two users' keys are the
/// same, UnknownAccount where an id is not in the table.
LoadedGraph assemble(const std::filesystem::path& file, NamedFollows follows, const AccountTable* accounts,
                     LoadReport report);

}  // namespace grapevine
