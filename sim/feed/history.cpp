#include "sim/feed/history.hpp"

#include <algorithm>

namespace grapevine {

void gather_history(const Posts& posts, SeenLog::Entries seen, std::vector<AuthorHistory>& history) {
  history.clear();
  for (std::size_t i = 0; i < seen.roots.size(); ++i) {
    if (seen.roots[i] < posts.tail()) continue;
    history.push_back({posts.identity(seen.roots[i]).author, 1, {}});
    history.back().actions.add(seen.actions[i]);
  }
  std::ranges::sort(history, {}, &AuthorHistory::author);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < history.size(); ++i) {
    if (kept > 0 && history[kept - 1].author == history[i].author) {
      history[kept - 1].looks += history[i].looks;
      history[kept - 1].actions.add(history[i].actions);
    } else {
      history[kept++] = history[i];
    }
  }
  history.resize(kept);
}

}  // namespace grapevine
