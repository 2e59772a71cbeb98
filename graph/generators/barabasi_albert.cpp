#include "graph/generators/barabasi_albert.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"

namespace grapevine {

namespace {

/// The follows in the order in which they were made: user t makes those from `made_before(t)` on.
class Growth {
public:
  Growth(std::uint32_t followees, std::uint64_t key)
      : followees_(followees), core_(std::uint64_t{followees} * (followees + 1) / 2), key_(key) {}

  std::uint64_t made_before(std::uint64_t user) const {
    return user <= followees_ ? user * (user - 1) / 2 : core_ + (user - followees_ - 1) * followees_;
  }

  /// Whom the `number`-th follow of user t goes to, at its first draw (`attempt` 0) or a later one.
  std::uint64_t drawn(std::uint64_t user, std::uint64_t number, std::uint64_t attempt) const {
    std::uint64_t bits = nested_mix(key_ ^ attempt * golden, user, number);
    while (user > followees_) {
      __extension__ using Wide = unsigned __int128;
      const auto end = static_cast<std::uint64_t>(static_cast<Wide>(bits) * (2 * made_before(user)) >> 64);
      const std::uint64_t follow = end / 2;
      if (follow < core_) {  // of the first users, who follow all before them
        user = static_cast<std::uint64_t>((1.0 + std::sqrt(1.0 + 8.0 * static_cast<double>(follow))) / 2.0);
        user += made_before(user + 1) <= follow ? 1 : 0;  // the root was rounded
        user -= made_before(user) > follow ? 1 : 0;
        number = follow - made_before(user);
      } else {
        user = followees_ + 1 + (follow - core_) / followees_;
        number = (follow - core_) % followees_;
      }
      if (end % 2 == 0) return user;
      bits = nested_mix(key_, user, number);
    }
    return number;
  }

private:
  std::uint64_t followees_, core_, key_;
};

}  // namespace

std::vector<std::string> barabasi_albert_mistakes(std::size_t users, std::uint32_t followees) {
  if (followees >= 1 && followees < std::max<std::size_t>(users, 1)) return {};
  if (users <= 1 && followees >= 1) return {};  // nobody is there to follow
  return {
      fmt::format("graph.followees is {}; expected 1 to {}, the number of other users; give fewer, or more graph.users",
                  followees, users > 0 ? users - 1 : 0)};
}

FollowGraph barabasi_albert(std::size_t users, std::uint32_t followees, const StreamKey& key) {
  GRAPEVINE_EXPECTS(users < UINT32_MAX);
  if (std::vector<std::string> mistakes = barabasi_albert_mistakes(users, followees); !mistakes.empty())
    throw BadRequest(std::move(mistakes));
  const Growth growth(followees, key.key(Draw::graph_growth));
  std::vector<std::uint32_t> sizes(users);
  for (std::size_t u = 0; u < users; ++u) sizes[u] = static_cast<std::uint32_t>(std::min<std::size_t>(u, followees));
  Rows rows = rows_of_sizes(sizes);
  parallel_for(
      users,
      [&](std::size_t u) {
        UserId* const row = rows[u].data();
        for (std::size_t number = 0; number < sizes[u]; ++number) {
          for (std::uint64_t attempt = 0;; ++attempt) {
            const UserId followee(static_cast<std::uint32_t>(growth.drawn(u, number, attempt)));
            UserId* const place = std::lower_bound(row, row + number, followee);
            if (place != row + number && *place == followee) continue;
            std::move_backward(place, row + number, row + number + 1);
            *place = followee;
            break;
          }
        }
      },
      256);
  return FollowGraph(std::move(rows));
}

}  // namespace grapevine
