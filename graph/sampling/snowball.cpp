#include "graph/sampling/snowball.hpp"

#include <algorithm>
#include <cstdint>

#include "graph/rows.hpp"

namespace grapevine {

std::vector<UserId> snowball(const FollowGraph& graph, std::size_t wanted, const StreamKey& key) {
  wanted = std::min(wanted, graph.user_count());
  const Rows followers = transpose(graph.rows());
  const std::uint64_t sample_key = key.key(Draw::graph_sample);
  const KeyedPermutation starts(mix(sample_key), std::max<std::size_t>(1, graph.user_count()));
  std::vector<bool> reached(graph.user_count(), false);
  std::vector<UserId> ball, layer;
  const auto reach = [&](UserId user) {
    if (reached[user.index()]) return;
    reached[user.index()] = true;
    layer.push_back(user);
  };
  const auto take_layer = [&] {
    const auto hash = [&](UserId user) { return mix(sample_key + user.value() * golden); };
    std::ranges::sort(layer, {}, hash);
    layer.resize(std::min(layer.size(), wanted - ball.size()));
    ball.insert(ball.end(), layer.begin(), layer.end());
  };
  for (std::uint64_t start = 0; ball.size() < wanted; ++start) {
    layer.clear();
    reach(UserId(static_cast<std::uint32_t>(starts(start))));
    while (!layer.empty()) {
      const std::size_t begin = ball.size();
      take_layer();
      layer.clear();
      if (ball.size() == wanted) break;
      for (std::size_t k = begin; k < ball.size(); ++k) {
        for (const UserId v : graph.followees(ball[k])) reach(v);
        for (const UserId v : followers[ball[k].index()]) reach(v);
      }
    }
  }
  return ball;
}

}  // namespace grapevine
