#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/base/prefetch.hpp"
#include "graph/base/random.hpp"
#include "graph/follow_graph.hpp"
#include "sim/diffusion/contagion.hpp"
#include "sim/diffusion/gap_table.hpp"

namespace grapevine {

/// Who a node of a branching process is, and who its children are, by address: the root's comes from contagion and
/// seed, a child's from its parent's and its rank among the children.
class BranchingNodes {
public:
  struct Node {
    std::uint64_t address;  ///< 64 random bits
    UserId user;
  };
  struct Keys {
    std::uint64_t gap;        ///< of `Draw::contact_gap`
    std::uint64_t offspring;  ///< of `Draw::offspring`
  };

  BranchingNodes(std::span<const std::uint32_t> follower_counts, double probability)
      : follower_counts_(follower_counts), gaps_(probability) {}

  static constexpr Keys keys(ContagionKey key) { return {key.key(Draw::contact_gap), key.key(Draw::offspring)}; }
  static constexpr Node root(const Keys& keys, UserId seed) { return {mix(keys.offspring ^ seed.value()), seed}; }

  std::uint32_t follower_count(UserId user) const { return follower_counts_[user.index()]; }
  void fetch(UserId user) const { prefetch(&follower_counts_[user.index()]); }

  /// visit(child) for each contact of `node` that adopts, until it returns false; the return value is the number of
  /// contacts.
  template <class Visit>
  std::uint32_t each_child(const Keys& keys, const Node& node, Visit&& visit) const {
    const std::uint32_t contacts = follower_count(node.user);
    each_success(gaps_, mix(keys.gap ^ node.address), contacts,
                 [&, rank = std::uint64_t{0}](std::uint64_t) mutable { return visit(child(node, rank++)); });
    return contacts;
  }

private:
  Node child(const Node& parent, std::uint64_t rank) const {
    const std::uint64_t address = mix(parent.address + (rank + 1) * golden);
    return {address, UserId(static_cast<std::uint32_t>(below(address, follower_counts_.size())))};
  }

  std::span<const std::uint32_t> follower_counts_;
  GapTable gaps_;
};

/// The branching process that independent cascades on the graph tend to when audiences never overlap (Galton & Watson;
/// as the reference of Goel et al. 2016): an adopter whose user has K followers makes K contacts, each with a user
/// drawn anew from all users, and each adopts with probability p. Users may adopt many times. O(adoptions).
///
/// It is the limit for a graph in which how many a user follows has nothing to do with how many follow it: a contact is
/// a user drawn uniformly, whereas along the follows of a real graph readers are met in proportion to their followee
/// counts, so where popular users also follow more, adopters there have more followers than here.
class Branching final : public Contagion {
public:
  /// More adopters than this, 1.3 GB of them with their addresses, are a process that does not die out.
  static constexpr std::uint32_t most_adopters_by_default = std::uint32_t{1} << 26;

  /// `graph` outlives it. Adopters of step `steps` make no contacts; 0: until all have died out. `run` throws Error
  /// where a contagion outgrows `most_adopters`.
  Branching(const FollowGraph& graph, double probability, std::uint32_t steps,
            std::uint32_t most_adopters = most_adopters_by_default);

  void run(std::span<const UserId> seeds, ContagionKey key, Spread& spread) override;

private:
  BranchingNodes nodes_;
  std::uint32_t steps_;
  std::uint32_t most_adopters_;
  std::vector<std::uint64_t> addresses_;  // of the adopters
};

}  // namespace grapevine
