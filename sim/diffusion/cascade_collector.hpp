#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "graph/tree_metrics.hpp"
#include "sim/diffusion/many_cascades.hpp"
#include "sim/model/population.hpp"

namespace grapevine {

/// What one thread has seen of many cascades. Collections are added in any order: all is whole numbers, and trees have
/// theirs.
class CascadeCollector {
public:
  explicit CascadeCollector(const ManyCascadesParameters& parameters)
      : parameters_(&parameters),
        found_{.tally = CascadeTally(parameters.tiers.from.size(), parameters.large), .trees = {}} {}

  /// A finished cascade of `size` adopters; `adopter(i)` is the i-th, the root first, parents before children.
  template <class AdopterAt>
  void add(std::uint64_t number, std::uint32_t size, std::uint32_t root_followers, std::uint64_t contacts,
           AdopterAt&& adopter) {
    const ContagionKey key(parameters_->stream, number);
    for (std::uint32_t i = 0; i < size; ++i) {
      const Adopter taken = adopter(i);
      found_.event_hash += adoption_hash(key, taken.user, adopter(taken.parent).user, taken.step);
    }
    FinishedCascade cascade{
        .contacts = contacts, .root_followers = root_followers, .tier = tier_of(root_followers, parameters_->tiers)};
    if (size > 1) {
      const TreeMetrics shape = meter_.measure(size, [&](std::uint32_t i) { return adopter(i).parent; });
      cascade.size = size;
      cascade.depth = shape.depth;
      cascade.max_breadth = shape.max_breadth;
      cascade.root_children = shape.root_children;
      cascade.largest_broadcast = shape.largest_broadcast;
      cascade.structural_virality = shape.structural_virality;
    }
    found_.tally.add(cascade);
    if (parameters_->trees_from == 0 || size < parameters_->trees_from) return;
    KeptTree& tree = found_.trees.emplace_back();
    tree.number = number;
    for (std::uint32_t i = 0; i < size; ++i) tree.adopters.push_back(adopter(i));
  }
  void add(std::uint64_t number, std::uint32_t root_followers, const Spread& spread, std::uint64_t contacts) {
    add(number, static_cast<std::uint32_t>(spread.adopters.size()), root_followers, contacts,
        [&](std::uint32_t i) { return spread.adopters[i]; });
  }

  void add(CascadeCollector&& other) {
    found_.tally.add(other.found_.tally);
    found_.event_hash += other.found_.event_hash;
    std::ranges::move(other.found_.trees, std::back_inserter(found_.trees));
  }

  ManyCascades finish() && {
    std::ranges::sort(found_.trees, {}, &KeptTree::number);
    return std::move(found_);
  }

private:
  const ManyCascadesParameters* parameters_;
  ManyCascades found_;
  TreeMeter meter_;
};

}  // namespace grapevine
