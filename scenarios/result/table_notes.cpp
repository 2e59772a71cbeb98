#include "scenarios/result/table_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "analysis/carried.hpp"
#include "analysis/cascades.hpp"
#include "analysis/contrasts.hpp"
#include "analysis/sizes.hpp"

namespace grapevine {

namespace {

std::vector<std::string> cascade_notes(const StudyResult& study) {
  std::vector<std::string> notes;
  std::set<std::uint32_t> large;
  for (const RunRecord& record : study.records)
    if (std::ranges::any_of(record.shapes.sizes, [](const CascadeSizeRow& row) { return row.cascades > 0; }))
      large.insert(record.shapes.large);
  for (const CascadeFact& fact : cascade_fact_list())
    if (!fact.of_large || fact.name == "large cascades")
      notes.push_back(fmt::format("{}: {}.", fact.name, fact.sentence));
  notes.push_back(
      fmt::format("Large are cascades of {} adopters and more{}; virality is structural virality, the mean distance "
                  "between two adopters along the cascade (Goel et al. 2016).",
                  *large.begin(), large.size() > 1 ? " (in some arms of more)" : ""));
  return notes;
}

}  // namespace

std::string footnotes(const StudyResult& study, const std::vector<std::string>& estimands) {
  std::string text = "How to read it\n";
  const auto note = [&](std::string_view words) { text += "  " + wrapped(words, 4, 2); };
  if (study.replicates == 1) note("One replicate: no interval can be given. Set `replicates` to 10 or more.");
  note(
      "Intervals are Monte Carlo, given the parameters: more replicates narrow them; they do not say whether the "
      "parameters are right.");
  const std::string redrawn = study.comparison.empty() ? "" : study.comparison.front().redrawn;
  note(fmt::format("Drawn anew in each replicate: {}.", redrawn.empty() ? "nothing" : redrawn));
  if (!study.campaigns.empty() && study.currency != PriceParameters{}.currency)
    note(fmt::format("Money is in {}.", study.currency));
  if (!estimands.empty())
    note(
        "corr: correlation of the two arms over replicates. var: variance of the estimate / variance had the arms been "
        "independent; below "
        "1, sharing their chance helped.");
  std::set<std::string_view> told;
  for (const std::string& estimand : estimands)
    for (const Metric& metric : metrics_of(estimand))
      if ((!metric.of_products || !study.products.empty()) && told.insert(metric.name).second)
        note(fmt::format("{}: {}.", metric.name, metric.sentence));
  for (const CarriedFact& fact : carried_facts())
    if (std::ranges::any_of(study.comparison, [&](const ComparisonRow& row) {
          return !row.against.empty() && row.metric.starts_with(fact.begins);
        }))
      note(fmt::format("{}: {}.", fact.begins.substr(0, fact.begins.find(',')), fact.sentence));
  if (std::ranges::any_of(study.comparison, [](const ComparisonRow& row) { return row.contrast == unpaid_cascades; }))
    for (const std::string& words : cascade_notes(study)) note(words);
  if (std::ranges::any_of(study.models, [](const std::string& model) { return model != "feed"; }))
    note(
        "Classic models know no feed: adopting counts as a reshare, and each follower of an adopter has one "
        "impression.");
  if (std::ranges::any_of(study.records,
                          [](const RunRecord& record) { return !std::isnan(record.reproduction_number); }))
    note(
        "chance x spectral radius: adoptions that an adopter brings about while hardly anybody has the post, in the "
        "long run; with chances that differ, the radius of their matrix; under branching, the "
        "adoptions of an adopter drawn at random.");
  for (const TierRate& rate : tier_rate_list())
    if (std::ranges::any_of(study.comparison,
                            [&](const ComparisonRow& row) { return row.against.empty() && row.metric == rate.name; }))
      note(fmt::format("{}: {}.", rate.name, rate.sentence));
  return text;
}

}  // namespace grapevine
