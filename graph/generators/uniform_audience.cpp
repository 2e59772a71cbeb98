#include "graph/generators/uniform_audience.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"
#include "graph/graph_builder.hpp"

namespace grapevine {

namespace {

/// How many followers each user gets, descending.
std::vector<std::uint32_t> planned_followers(std::size_t users,
                                             std::span<const std::array<std::uint64_t, 2>> audiences) {
  std::vector<std::string> mistakes;
  std::uint64_t left = users;
  bool too_many = false;
  for (const auto& [followers, accounts] : audiences) {
    if (accounts > 0 && followers >= users)
      mistakes.push_back(fmt::format(
          "graph.audiences has an audience of {} followers; expected at most {}, the number of other users; "
          "give a smaller audience, or more graph.users",
          followers, users > 0 ? users - 1 : 0));
    too_many = too_many || accounts > left;
    left -= std::min(accounts, left);
  }
  if (too_many)
    mistakes.push_back(
        fmt::format("graph.audiences names more accounts than there are users; expected at most {} in all; "
                    "name fewer accounts, or give more graph.users",
                    users));
  if (!mistakes.empty()) throw BadRequest(std::move(mistakes));

  std::vector<std::uint32_t> planned;
  planned.reserve(users);
  for (const auto& [followers, accounts] : audiences)
    planned.insert(planned.end(), accounts, static_cast<std::uint32_t>(followers));
  std::ranges::sort(planned, std::greater());
  planned.resize(users, 0);
  return planned;
}

}  // namespace

FollowGraph uniform_audience(std::size_t users, std::span<const std::array<std::uint64_t, 2>> audiences,
                             const StreamKey& key) {
  GRAPEVINE_EXPECTS(users < UINT32_MAX);
  Rows followers = rows_of_sizes(planned_followers(users, audiences));
  parallel_for(
      users,
      [&](std::size_t v) {
        const std::span<UserId> audience = followers[v];
        if (audience.empty()) return;
        const KeyedPermutation others(key.bits(Draw::graph_audience, v), users - 1);
        for (std::size_t i = 0; i < audience.size(); ++i) {
          const std::uint64_t other = others(i);
          audience[i] = UserId(static_cast<std::uint32_t>(other < v ? other : other + 1));
        }
      },
      16);
  return build_from_rows(transpose(followers));
}

}  // namespace grapevine
