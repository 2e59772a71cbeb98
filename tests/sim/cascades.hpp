#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <tuple>
#include <vector>

#include "graph/follow_graph.hpp"
#include "graph/generators/power_law.hpp"
#include "graph/graph_builder.hpp"
#include "sim/diffusion/contagion.hpp"

/// What tests of cascades share.
namespace grapevine::testing {

inline UserId user(std::size_t number) { return UserId(static_cast<std::uint32_t>(number)); }
inline std::uint64_t dynamics_stream(std::uint64_t seed = 7) {
  return StreamKey(seed, Stream::dynamics, 0).key(Draw::contagion);
}

/// Who took the post up, from whom and when: equal for forests that differ in the order of their adopters only.
using Adoptions = std::vector<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>>;
inline Adoptions adoptions(const std::vector<Adopter>& adopters) {
  Adoptions all;
  for (const Adopter& a : adopters) all.emplace_back(a.user.value(), adopters[a.parent].user.value(), a.step);
  std::ranges::sort(all);
  return all;
}

/// User u follows u - 1, user 0 the last: posts go round.
inline FollowGraph ring(std::size_t users) {
  GraphBuilder builder(users);
  for (std::size_t u = 0; u < users; ++u) builder.add(user(u), user((u + users - 1) % users));
  return builder.build();
}

/// Heavy-tailed, with a hub that a tenth of all follow.
inline FollowGraph hubs(std::size_t users, double mean_followees) {
  return power_law({.users = users, .mean_followees = mean_followees, .largest_share = 0.1},
                   StreamKey(5, Stream::graph, 0));
}

/// How far `hits` of `trials` lie from what their probability says, in standard deviations.
inline double deviation(std::uint64_t hits, std::uint64_t trials, double probability) {
  const double n = static_cast<double>(trials);
  return (static_cast<double>(hits) - n * probability) / std::sqrt(n * probability * (1 - probability));
}

}  // namespace grapevine::testing
