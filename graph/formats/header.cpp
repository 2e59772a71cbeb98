#include "graph/formats/header.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace grapevine {

bool same_word(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::optional<std::size_t> column(Fields header, std::string_view name, bool exact) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < header.size(); ++i)
    if (exact ? header[i] == name : same_word(header[i], name)) {
      if (found) return std::nullopt;
      found = i;
    }
  return found;
}

bool are_column_words(std::string_view follower, std::string_view followee) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> pairs{{{"follower", "followed"},
                                                                                {"follower", "followee"},
                                                                                {"from", "to"},
                                                                                {"fromnodeid", "tonodeid"},
                                                                                {"source", "target"},
                                                                                {"src", "dst"}}};
  return std::ranges::any_of(
      pairs, [&](const auto& words) { return same_word(words.first, follower) && same_word(words.second, followee); });
}

std::string quoted(Fields fields) {
  std::vector<std::string> names;
  for (const std::string_view field : fields.first(std::min<std::size_t>(fields.size(), 12)))
    names.push_back(fmt::format("'{:.40}'", field));
  if (fields.size() > names.size()) names.emplace_back("...");
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace grapevine
