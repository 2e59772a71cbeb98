#include "graph/sampling/forest_fire.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>

#include "graph/base/error.hpp"
#include "graph/base/math.hpp"
#include "graph/rows.hpp"

namespace grapevine {

namespace {

/// The smallest hashes come first.
std::vector<UserId> in_keyed_order(std::span<const UserId> users, std::uint64_t key) {
  std::vector<std::pair<std::uint64_t, UserId>> keyed;
  for (const UserId u : users) keyed.emplace_back(mix(key + u.value() * golden), u);
  std::ranges::sort(keyed);
  std::vector<UserId> order;
  for (const auto& [hash, u] : keyed) order.push_back(u);
  return order;
}

/// How often a coin of this chance falls on the same side before it does not.
std::size_t geometric(double chance, std::uint64_t bits) {
  if (!(chance > 0)) return 0;
  return static_cast<std::size_t>(math::log(uniform(bits)) / math::log(chance));
}

class Fire {
public:
  Fire(const FollowGraph& graph, const ForestFire& fire, const StreamKey& key)
      : graph_(graph),
        followers_(transpose(graph.rows())),
        fire_(fire),
        key_(key.key(Draw::graph_sample)),
        burnt_(graph.user_count(), false) {}

  std::vector<UserId> burn(std::size_t wanted) {
    wanted = std::min(wanted, graph_.user_count());
    const KeyedPermutation starts(mix(key_), std::max<std::size_t>(1, graph_.user_count()));
    for (std::uint64_t start = 0, next = 0; burning_.size() < wanted; ++start) {
      catch_fire(UserId(static_cast<std::uint32_t>(starts(start))));
      for (; next < burning_.size() && burning_.size() < wanted; ++next) spread(burning_[next], wanted);
    }
    return std::move(burning_);
  }

private:
  bool catch_fire(UserId user) {
    if (burnt_[user.index()]) return false;
    burnt_[user.index()] = true;
    burning_.push_back(user);
    return true;
  }

  void spread(UserId user, std::size_t wanted) {
    const std::uint64_t key = mix(key_ ^ (user.value() * golden));
    spread_to(graph_.followees(user), geometric(fire_.forward, mix(key + 1)), mix(key + 2), wanted);
    spread_to(followers_[user.index()], geometric(fire_.backward, mix(key + 3)), mix(key + 4), wanted);
  }
  void spread_to(std::span<const UserId> neighbours, std::size_t most, std::uint64_t key, std::size_t wanted) {
    if (most == 0) return;
    for (const UserId neighbour : in_keyed_order(neighbours, key)) {
      if (most == 0 || burning_.size() == wanted) return;
      most -= catch_fire(neighbour);
    }
  }

  const FollowGraph& graph_;
  Rows followers_;
  ForestFire fire_;
  std::uint64_t key_;
  std::vector<bool> burnt_;
  std::vector<UserId> burning_;  // in the order in which they caught fire
};

}  // namespace

std::vector<UserId> forest_fire(const FollowGraph& graph, std::size_t wanted, const ForestFire& fire,
                                const StreamKey& key) {
  const auto expect_chance = [](const char* name, double chance) {
    if (!(chance >= 0 && chance < 1))
      throw BadRequest(fmt::format("{} is {}; expected a chance, 0 or more and below 1", name, chance));
  };
  expect_chance("forward", fire.forward);
  expect_chance("backward", fire.backward);
  return Fire(graph, fire, key).burn(wanted);
}

}  // namespace grapevine
