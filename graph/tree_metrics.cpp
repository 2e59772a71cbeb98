#include "graph/tree_metrics.hpp"

#include "graph/base/error.hpp"

namespace grapevine {

TreeMetrics tree_metrics(std::span<const std::int32_t> parents) {
  GRAPEVINE_EXPECTS(!parents.empty() &&
                    parents.size() <= static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()));
  GRAPEVINE_EXPECTS(parents[0] == -1);
  for (std::size_t i = 1; i < parents.size(); ++i)
    GRAPEVINE_EXPECTS(parents[i] >= 0 && static_cast<std::size_t>(parents[i]) < i);
  return TreeMeter().measure(static_cast<std::uint32_t>(parents.size()),
                             [&](std::uint32_t i) { return static_cast<std::uint32_t>(parents[i]); });
}

}  // namespace grapevine
