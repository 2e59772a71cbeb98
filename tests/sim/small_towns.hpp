#pragma once

#include <vector>

#include "graph/graph_builder.hpp"
#include "sim/diffusion/independent_cascade.hpp"

// Small graphs on which independent cascades are checked.
namespace grapevine::testing {

/// A graph as posts travel: an arc leads from a user to a follower.
struct Arc {
  std::uint32_t from, to;
};

struct Town {
  explicit Town(FollowGraph follows) : graph(std::move(follows)), audience(graph) {}
  Town(std::size_t users, const std::vector<Arc>& arcs) : Town(built(users, arcs)) {}
  Town(const Town&) = delete;

  static FollowGraph built(std::size_t users, const std::vector<Arc>& arcs) {
    GraphBuilder builder(users);
    for (const Arc arc : arcs) builder.add(UserId{arc.to}, UserId{arc.from});
    return builder.build();
  }

  FollowGraph graph;
  Audience audience;
};

/// Contagion number `number` of this test.
inline ContagionKey contagion(std::uint64_t number) {
  return {StreamKey(7, Stream::dynamics, 0).key(Draw::contagion), number};
}

inline Spread spread_of(IndependentCascade& cascade, std::vector<UserId> seeds, ContagionKey key) {
  Spread spread;
  cascade.run(seeds, key, spread);
  return spread;
}

/// A chance for each follow, of all sizes, 0 and 1 among them.
inline Chances mixed_chances(const Audience& audience, std::uint64_t key) {
  UnwrittenArray<Chance> chances(audience.follow_count());
  for (std::size_t i = 0; i < chances.size(); ++i) {
    const double u = uniform(nested_mix(key, 1, i));
    chances[i] = Chance(u < 0.05   ? 0.0
                        : u > 0.98 ? 1.0
                        : u < 0.5  ? 0.15 * uniform(nested_mix(key, 2, i))
                                   : 0.3 * u * u * u);
  }
  return Chances::by_follow(std::move(chances));
}

}  // namespace grapevine::testing
