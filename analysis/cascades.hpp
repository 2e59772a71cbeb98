#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "analysis/contrasts.hpp"
#include "analysis/rows.hpp"
#include "sim/state/run_record.hpp"

/// What the cascades of one arm look like: how large they grow, how far from the root, and how the large ones are built
/// (Goel et al. 2016).
namespace grapevine {

/// A number about the cascades of a run. Declared once, in cascades.cpp.
struct CascadeFact {
  std::string_view name;
  std::string_view unit;
  std::string_view sentence;  ///< for people
  bool of_large = false;      ///< over large cascades only
};
std::vector<CascadeFact> cascade_fact_list();

/// All of them, in the order of the list; nothing where the arm counted no cascade. Shares and means pool the cascades
/// of all replicates (jackknife); quantiles and correlations are means over replicates (t interval), missing where a
/// replicate has no large cascade.
std::vector<ComparisonRow> cascade_facts(const ArmRuns& arm);

/// The `p`-quantile of a histogram whose class i begins at `least[i]`, linear within a class; NaN where it is empty.
double histogram_quantile(std::span<const std::uint64_t> counts, double p, double (*least)(std::uint32_t));

}  // namespace grapevine
