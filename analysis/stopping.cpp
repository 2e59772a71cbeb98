#include "analysis/stopping.hpp"

#include <algorithm>
#include <cmath>

#include "graph/base/error.hpp"

namespace grapevine {

std::vector<std::size_t> looks_until(std::size_t limit) {
  GRAPEVINE_EXPECTS(limit >= 1);
  std::vector<std::size_t> looks;
  for (std::size_t n = first_look_at; n < limit; n = look_after(n)) looks.push_back(n);
  looks.push_back(limit);
  return looks;
}

std::size_t complete_prefix(const std::vector<bool>& complete) {
  return static_cast<std::size_t>(std::find(complete.begin(), complete.end(), false) - complete.begin());
}

double log_half_width(const LogRatio& ratio, double level) {
  const auto n = static_cast<double>(ratio.estimate.n);
  if (n < 2 || std::isnan(ratio.standard_error)) return not_a_number;
  return student_t_quantile(n - 1, 0.5 + level / 2) * ratio.standard_error;
}

StoppingDecision decide_stopping(const StoppingRule& rule, std::size_t complete,
                                 const std::function<LogRatio(std::size_t)>& primary) {
  GRAPEVINE_EXPECTS(rule.half_width > 0);
  StoppingDecision decision;
  for (const std::size_t look : looks_until(rule.limit)) {
    decision.replicates = look;
    if (look > complete) return decision;
    const double half_width = log_half_width(primary(look), rule.level);
    decision.looks.push_back({look, half_width});
    decision.reached = half_width <= rule.half_width;
    decision.stop = decision.reached || look == rule.limit;
    if (decision.stop) return decision;
  }
  return decision;
}

}  // namespace grapevine
