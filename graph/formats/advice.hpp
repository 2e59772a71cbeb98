#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace grapevine {

/// Whether a word is digits only.
bool is_whole(std::string_view word);

/// What to do about a first line, above which nothing stands, that is one field where a follow has two.
std::string advice_on_one_field(std::string_view line);

/// What to do about a line that has not as many fields as those before it. `fields`: how many it has and they have.
struct FieldCount {
  std::size_t found, expected;
  char separator;
  bool header;  ///< they are the header
};
std::string advice_on_count(std::string_view line, const FieldCount& count);

}  // namespace grapevine
