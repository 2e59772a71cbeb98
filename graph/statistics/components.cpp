#include "graph/statistics/components.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace grapevine {

namespace {

/// From the component of each user, a number below the number of users.
Components measure(std::span<const std::uint32_t> component) {
  std::vector<std::size_t> sizes(component.size(), 0);
  for (const std::uint32_t c : component) ++sizes[c];
  Components components;
  for (const std::size_t size : sizes) {
    components.count += size > 0;
    components.largest = std::max(components.largest, size);
  }
  components.giant_share = ratio(components.largest, component.size());
  return components;
}

}  // namespace

namespace {

/// Users in trees, whose roots name components. Parents have lower numbers.
class Forest {
public:
  explicit Forest(std::size_t users) : parent_(users) { std::iota(parent_.begin(), parent_.end(), 0U); }

  std::uint32_t root(std::uint32_t u) {
    while (parent_[u] != u) u = parent_[u] = parent_[parent_[u]];
    return u;
  }
  void join(UserId u, UserId v) {
    if (parent_[u.index()] == parent_[v.index()]) return;  // nearly always
    const auto [low, high] = std::minmax({root(u.value()), root(v.value())});
    parent_[high] = low;
  }
  const std::vector<std::uint32_t>& flattened() {
    for (std::uint32_t u = 0; u < parent_.size(); ++u) parent_[u] = root(u);
    return parent_;
  }

private:
  std::vector<std::uint32_t> parent_;
};

}  // namespace

Components weak_components(const FollowGraph& graph) {
  const auto users = static_cast<std::uint32_t>(graph.user_count());
  Forest forest(users);
  // Two follows of each user join most of them, so that of the rest nearly all are known to be joined at one look.
  for (std::uint32_t u = 0; u < users; ++u) {
    const auto row = graph.followees(UserId(u));
    for (const UserId v : row.first(std::min<std::size_t>(2, row.size()))) forest.join(UserId(u), v);
  }
  forest.flattened();
  for (std::uint32_t u = 0; u < users; ++u)
    for (const UserId v : graph.followees(UserId(u))) forest.join(UserId(u), v);
  return measure(forest.flattened());
}

std::vector<std::uint32_t> strong_component_of(const FollowGraph& graph) {
  const auto users = static_cast<std::uint32_t>(graph.user_count());
  std::vector<std::uint32_t> number(
      users, 0);  // 0 unseen; then the least number that is reached, from 1; at last the component
  std::vector<bool> first_of_its(users, true);  // reaches no earlier user of the search than itself
  std::vector<std::uint32_t> place(users);      // of those on the path: how far along their rows
  std::vector<std::uint32_t> stack(
      users);  // from the front the path of the search, from the back who waits for its component
  std::uint32_t path = 0, waiting = users, next = 1, component = users;
  const auto begin = [&](std::uint32_t u) {
    number[u] = next++;
    place[path] = 0;
    stack[path++] = u;
  };
  const auto finish = [&](std::uint32_t u) {
    --path;
    if (!first_of_its[u]) {
      stack[--waiting] = u;
      return;
    }
    --next;
    while (waiting < users && number[u] <= number[stack[waiting]]) {
      number[stack[waiting++]] = component;
      --next;
    }
    number[u] = component--;
  };
  for (std::uint32_t start = 0; start < users; ++start) {
    if (number[start] == 0) begin(start);
    while (path > 0) {
      const std::uint32_t u = stack[path - 1];
      const std::span<const UserId> row = graph.followees(UserId(u));
      std::uint32_t at = place[path - 1], unseen = users;
      for (; at < row.size(); ++at) {
        const std::uint32_t v = row[at].value();
        if (number[v] == 0) {
          unseen = v;  // and comes back to this follow
          break;
        }
        if (number[v] < number[u]) {
          number[u] = number[v];
          first_of_its[u] = false;
        }
      }
      place[path - 1] = at;
      if (unseen == users)
        finish(u);
      else
        begin(unseen);
    }
  }
  for (std::uint32_t& c : number) c = users - c;
  return number;
}

Components strong_components(const FollowGraph& graph) { return measure(strong_component_of(graph)); }

}  // namespace grapevine
