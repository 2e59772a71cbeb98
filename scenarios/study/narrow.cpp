#include "scenarios/study/narrow.hpp"

#include <algorithm>

#include "analysis/contrasts.hpp"
#include "analysis/one_arm.hpp"
#include "analysis/stopping.hpp"
#include "graph/base/error.hpp"
#include "scenarios/study/judged_claims.hpp"

namespace grapevine {

namespace {

/// The first ratio of the first contrast, over the first replicates.
LogRatio primary(const Scenario& scenario, const StudyResult& study, std::size_t replicates) {
  const ContrastChoice& choice = scenario.contrasts.front();
  const ArmRuns arm = runs_of(study, choice.arm, replicates), against = runs_of(study, choice.against, replicates);
  const Metric* const metric = first_ratio(estimand_of(arm, against));
  GRAPEVINE_EXPECTS(metric != nullptr);
  return log_ratio(series_of(arm, metric->total, metric->per), series_of(against, metric->total, metric->per));
}

/// Half of its 95 % interval at a point, over those of the first replicates that there is money for.
double half_width(const Scenario& scenario, const StudyResult& point, std::uint32_t complete) {
  std::vector<std::uint32_t> ran;
  for (std::uint32_t replicate = 0; replicate < complete; ++replicate)
    if (point.ran(0, replicate)) ran.push_back(replicate);
  if (ran.size() == complete) return log_half_width(primary(scenario, point, complete));
  StudyResult kept = point;
  kept.keep(ran);
  return log_half_width(primary(scenario, kept, kept.replicates));
}

}  // namespace

Enough narrow_enough(const Scenario& scenario) {
  if (scenario.until < 0) return {};
  return [&scenario, studies = studies_of(scenario)](const std::vector<StudyResult>& points, std::uint32_t complete) {
    if (std::ranges::count(looks_until(scenario.replicates), complete) == 0) return false;
    for (std::size_t i = 0; i < points.size(); ++i)
      if (points[i].ran(0, 0) && !(half_width(*studies[i], points[i], complete) <= scenario.until)) return false;
    return true;
  };
}

}  // namespace grapevine
