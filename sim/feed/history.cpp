#include "sim/feed/history.hpp"

#include <algorithm>

namespace grapevine {

void AuthorHistories::gather(SeenLog::Entries seen, std::uint32_t tail) {
  index_.clear();
  const auto alive = static_cast<std::size_t>(std::ranges::lower_bound(seen.roots, tail) - seen.roots.begin());
  if (all_.size() < seen.roots.size()) all_.resize(seen.roots.size());
  std::uint32_t authors = 0;
  for (std::size_t i = alive; i < seen.roots.size(); ++i) {
    const UserId author = seen.authors[i];
    const std::uint32_t place = index_.find_or_insert(author.value(), authors);
    AuthorHistory& history = all_[place];
    if (place == authors) {
      ++authors;
      history.author = author;
      history.looks = 0;
      history.actions = {};
    }
    ++history.looks;
    if (seen.actions[i] != 0) history.actions.add(seen.actions[i]);
  }
}

}  // namespace grapevine
