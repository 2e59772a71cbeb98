#include "scenarios/keys/suggestions.hpp"

#include <algorithm>

namespace grapevine {
namespace {

std::size_t distance(std::string_view a, std::string_view b) {
  const std::size_t width = b.size() + 1;
  std::vector<std::size_t> before(width), last(width), row(width);
  for (std::size_t j = 0; j < width; ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j < width; ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

}  // namespace

std::string_view nearest_name(std::string_view typed, const std::vector<std::string_view>& names) {
  std::string_view nearest;
  std::size_t least = typed.size() + 1;
  for (const std::string_view name : names) {
    const std::size_t longer = std::max(typed.size(), name.size());
    const std::size_t shorter = std::min(typed.size(), name.size());
    if ((longer - shorter) * 3 > longer) continue;  // too far already; also keeps a line-long name cheap
    const std::size_t d = distance(typed, name);
    if (d * 3 <= longer && d < least) {
      least = d;
      nearest = name;
    }
  }
  return nearest;
}

}  // namespace grapevine
