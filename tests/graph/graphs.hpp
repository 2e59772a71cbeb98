#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "graph/base/error.hpp"
#include "graph/base/random.hpp"
#include "graph/follow_graph.hpp"

/// What the tests of generators and statistics share.
namespace grapevine::test {

inline UserId user(std::size_t number) { return UserId(static_cast<std::uint32_t>(number)); }
inline StreamKey stream(std::uint32_t replicate = 0) { return StreamKey(20240117, Stream::graph, replicate); }

inline bool follows(const FollowGraph& graph, std::size_t u, std::size_t v) {
  return std::ranges::binary_search(graph.followees(user(u)), user(v));
}

inline std::vector<std::uint32_t> follower_numbers(const FollowGraph& graph) {
  return {graph.follower_counts().begin(), graph.follower_counts().end()};
}

/// FNV-1a over rows: a fingerprint of a graph.
inline std::uint64_t fingerprint(const FollowGraph& graph) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  const auto put = [&](std::uint64_t value) { hash = (hash ^ value) * 0x100000001b3ULL; };
  for (std::size_t u = 0; u < graph.user_count(); ++u) {
    put(graph.followees(user(u)).size());
    for (const UserId v : graph.followees(user(u))) put(v.value());
  }
  return hash;
}

inline std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const BadRequest& request) {
    return request.what();
  }
  return "nothing was thrown";
}

inline bool begins_with(const std::string& text, const std::string& beginning) { return text.rfind(beginning, 0) == 0; }
inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace grapevine::test
