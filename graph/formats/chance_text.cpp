#include "graph/formats/chance_text.hpp"

#include <fmt/format.h>

#include <charconv>
#include <system_error>

namespace grapevine {

std::optional<Chance> read_chance(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || !(value >= 0.0 && value <= 1.0)) return std::nullopt;
  return Chance(value);
}

std::string written(Chance chance) {
  for (int digits = 1;; ++digits) {  // chances are a 4096th of their size apart, or more: five digits tell them apart
    std::string text = fmt::format("{:.{}g}", chance.probability(), digits);
    if (read_chance(text) == chance) return text;
  }
}

}  // namespace grapevine
