#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/record/run_record.hpp"

namespace grapevine {

/// The shape of one finished cascade, and whose it is.
struct FinishedCascade {
  std::uint32_t size = 1;  ///< adopters, the root included
  std::uint32_t depth = 0;
  std::uint32_t max_breadth = 1;
  std::uint32_t root_children = 0;
  std::uint32_t largest_broadcast = 0;
  double structural_virality = 0;  ///< of `size` above 1
  std::uint64_t contacts = 0;      ///< followers of its adopters, added up
  std::uint32_t root_followers = 0;
  std::uint8_t tier = 0;  ///< of the root
};

/// Adds cascades up while they are made: whole numbers only, so that neither order nor threads change a bit, and memory that does not grow
/// with their number.
class CascadeTally {
public:
  /// `large`: adopters from which the shape is counted.
  CascadeTally(std::size_t tiers, std::uint32_t large);

  void add(const FinishedCascade& cascade);
  void add(const CascadeTally& other);

  std::uint64_t cascades() const;
  CascadeShapes shapes() const;

  /// By tier of the root: posts, impressions (contacts) and reshares; `accounts`, money and rates of accounts are not known here.
  std::vector<TierRow> tiers() const;
  /// By follower class of the root; every cascade is an account of its own, for cascades are independent of each other.
  std::vector<CurveRow> curve() const;

  bool operator==(const CascadeTally&) const = default;
};

}  // namespace grapevine
