#include "sim/diffusion/branching.hpp"

#include <fmt/format.h>

#include "graph/base/error.hpp"

namespace grapevine {

Branching::Branching(const FollowGraph& graph, double probability, std::uint32_t steps, std::uint32_t most_adopters)
    : nodes_(graph.follower_counts(), probability), steps_(steps), most_adopters_(most_adopters) {}

void Branching::run(std::span<const UserId> seeds, ContagionKey key, Spread& spread) {
  spread.clear();
  addresses_.clear();
  const BranchingNodes::Keys keys = BranchingNodes::keys(key);
  const auto adopt = [&](const BranchingNodes::Node& node, std::uint32_t parent, std::uint32_t step) {
    if (spread.adopters.size() >= most_adopters_)
      throw Error(fmt::format(
          "diffusion.model = \"branching\": a contagion has more than {} adopters; expected one that dies out; bound "
          "it with "
          "diffusion.steps, or let an adopter bring about fewer than one adoption (diffusion.adoptions below 1)",
          most_adopters_));
    spread.adopters.push_back({node.user, parent, step});
    addresses_.push_back(node.address);
    nodes_.fetch(node.user);
    return true;
  };
  for (const UserId seed : seeds)
    adopt(BranchingNodes::root(keys, seed), static_cast<std::uint32_t>(spread.adopters.size()), 0);
  for (std::uint32_t i = 0; i < spread.adopters.size(); ++i) {
    const Adopter parent = spread.adopters[i];
    if (steps_ > 0 && parent.step == steps_) break;
    spread.contacts += nodes_.each_child(keys, {addresses_[i], parent.user}, [&](const BranchingNodes::Node& child) {
      return adopt(child, i, parent.step + 1);
    });
  }
}

}  // namespace grapevine
