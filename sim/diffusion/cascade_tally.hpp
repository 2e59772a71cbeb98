#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/state/run_record.hpp"

namespace grapevine {

/// The shape of one finished cascade, and whose it is.
struct FinishedCascade {
  std::uint32_t size = 1;  ///< adopters, the root included
  std::uint32_t depth = 0;
  std::uint32_t max_breadth = 1;
  std::uint32_t root_children = 0;
  std::uint32_t largest_broadcast = 0;
  double structural_virality = 0;  ///< of `size` above 1
  std::uint64_t contacts = 0;      ///< followers of its adopters that tried, added up
  std::uint32_t root_followers = 0;
  std::uint8_t tier = 0;  ///< of the root
};

/// Adds cascades up while they are made: whole numbers only, so that neither order nor threads change a bit, and memory
/// that does not grow with their number but with the sizes and viralities that were met: some 10 MB where these stay
/// below 25, at most 52 MB.
class CascadeTally {
public:
  /// `large`: adopters from which the shape is counted. A cascade of one has no virality and is never large.
  CascadeTally(std::size_t tiers, std::uint32_t large);

  void add(const FinishedCascade& cascade);
  void add(const CascadeTally& other);

  std::uint64_t cascades() const;

  /// Depths, breadths, virality and broadcasts have all their classes. Sizes and viralities of one class share the mean
  /// of their ranks.
  CascadeShapes shapes() const;

  /// By tier of the root: posts, impressions (contacts), reshares and the roots' followers; accounts, money and rates
  /// of accounts are not known here.
  std::vector<TierRow> tiers() const;
  /// By follower class of the root, up to the largest that was met; every cascade is an account of its own, for
  /// cascades are independent of each other.
  std::vector<CurveRow> curve() const;

  bool operator==(const CascadeTally&) const = default;

private:
  __extension__ using Wide = unsigned __int128;  // squares of contacts, and viralities of paths, outgrow 64 bits

  struct OfSize {
    std::uint64_t cascades = 0, adopters = 0, direct = 0, depth = 0, max_breadth = 0, largest_broadcast = 0;
    Wide virality = 0;  // in units of 2^-20
    bool operator==(const OfSize&) const = default;
  };
  struct OfTier {
    std::uint64_t cascades = 0, contacts = 0, reshares = 0, followers = 0;
    bool operator==(const OfTier&) const = default;
  };
  struct OfClass {
    std::uint64_t cascades = 0, followers = 0, contacts = 0, reshares = 0;
    Wide contacts_squared = 0, reshares_squared = 0, reshares_contacts = 0;
    bool operator==(const OfClass&) const = default;
  };

  void add_root(const FinishedCascade& cascade);
  CascadeHistogram viralities() const;
  double rank_correlation() const;

  std::uint32_t large_;
  std::vector<OfSize> sizes_;                        // by size class
  std::vector<OfTier> tiers_;                        // by tier of the root
  std::vector<OfClass> curve_;                       // by follower class of the root
  CascadeHistogram depths_, breadths_, broadcasts_;  // as in CascadeShapes
  std::vector<CascadeHistogram>
      joint_;  // large cascades by size class and virality class, a row up to the largest that its size met
};

}  // namespace grapevine
