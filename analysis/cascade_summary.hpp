#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "analysis/estimates.hpp"
#include "graph/statistics/power_law_fit.hpp"
#include "graph/tree_metrics.hpp"

namespace grapevine {

/// What many cascades look like together: the figures by which recorded and simulated ones are held against each other.
/// A figure that nothing determines is missing.
///
/// Structural virality is looked at in large cascades only (100 nodes, as Goel et al. 2016 do): in small ones it is
/// little more than their size.
struct CascadeSummary {
  static constexpr std::uint32_t large = 100;  ///< nodes from which a cascade counts as large
  static constexpr double flat =
      3;  ///< structural virality below which a cascade is little more than one broadcast and some echoes
  static constexpr std::array<unsigned, 7> percents = {10, 25, 50, 75, 90, 99, 100};
  using Quantiles = std::array<double, percents.size()>;  ///< at `percents`; see analysis/quantile.hpp

  std::uint64_t cascades = 0;
  std::uint64_t nodes = 0;
  std::uint64_t large_cascades = 0;

  double large_share = not_a_number;  ///< P(size >= large)
  PowerLawFit size_tail;              ///< of sizes: see graph/statistics/power_law_fit.hpp

  Quantiles size{}, depth{};
  Quantiles structural_virality{};  ///< of large cascades

  double flat_share = not_a_number;                 ///< of large cascades, with a structural virality below `flat`
  double size_virality_correlation = not_a_number;  ///< Pearson, of the logarithms of both, over large cascades
  double direct_share = not_a_number;               ///< of all adopters (nodes but the roots), that hang from a root
  double adopter_children = not_a_number;           ///< mean number of children of an adopter
};

/// O(n log n).
CascadeSummary summarise(std::span<const TreeMetrics> cascades);

}  // namespace grapevine
