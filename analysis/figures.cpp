#include "analysis/figures.hpp"

#include <algorithm>

#include "analysis/cascades.hpp"
#include "analysis/sizes.hpp"

namespace grapevine {

std::vector<std::string_view> metrics_of_one_arm() {
  std::vector<std::string_view> names;
  for (const CascadeFact& fact : cascade_fact_list()) names.push_back(fact.name);
  for (const TierRate& rate : tier_rate_list()) names.push_back(rate.name);
  for (const std::string_view outcome : response_names())
    if (std::ranges::find(names, outcome) == names.end()) names.push_back(outcome);
  for (const std::string_view fact : campaign_fact_names()) names.push_back(fact);
  return names;
}

}  // namespace grapevine
