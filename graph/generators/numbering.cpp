#include "graph/generators/numbering.hpp"

#include <algorithm>
#include <utility>

namespace grapevine {

std::vector<UserId> order_by_count(const std::vector<std::uint32_t>& counts) {
  const std::uint32_t most = counts.empty() ? 0 : *std::ranges::max_element(counts);
  std::vector<std::uint32_t> next(std::size_t{most} + 2, 0);  // by count: where the next of its users goes
  for (const std::uint32_t count : counts) ++next[count];
  std::uint32_t before = 0;
  for (std::size_t count = next.size(); count-- > 0;) before += std::exchange(next[count], before);
  std::vector<UserId> order(counts.size());
  for (std::size_t u = 0; u < counts.size(); ++u) order[next[counts[u]]++] = UserId(static_cast<std::uint32_t>(u));
  return order;
}

NumberedGraph number_by_followers(Rows rows) {
  tidy(rows);
  std::vector<UserId> order = order_by_count(count_places(rows));
  return {FollowGraph(renumber(rows, order)), std::move(order)};
}

}  // namespace grapevine
