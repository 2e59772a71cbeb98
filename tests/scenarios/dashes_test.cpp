#include <string>
#include <vector>

#include "analysis/designs.hpp"
#include "analysis/estimates.hpp"
#include "analysis/seed_share.hpp"
#include "analysis/sensitivity.hpp"
#include "scenarios/result/table.hpp"
#include "scenarios/result/table_parts.hpp"
#include "tests/catch.hpp"

// Where a number is missing in a table, the table says why.
namespace grapevine {
namespace {

bool has(const std::string& text, const std::string& part) {
  std::string joined;  // lines of prose are broken where the page ends
  for (const char c : text)
    if (c != '\n' && !(c == ' ' && joined.ends_with(' ')))
      joined += c;
    else if (c == '\n' && !joined.ends_with(' '))
      joined += ' ';
  return joined.find(part) != std::string::npos;
}

SensitivityRow row_of(std::string_view index, const Estimate& estimate, std::size_t used, std::size_t dropped,
                      std::uint32_t replicates, const std::string& factor = "price.post") {
  SensitivityRow row;
  row.contrast = "few against many", row.metric = "reach per money";
  row.factor = factor, row.index = index;
  row.estimate = estimate.value, row.lower = estimate.low, row.upper = estimate.high;
  row.used = static_cast<std::uint32_t>(used), row.dropped = static_cast<std::uint32_t>(dropped);
  row.replicates = replicates;
  return row;
}

/// What a sweep's table says of these outcomes of a design for Sobol indices of one key.
std::string sobol_table(const PointOutcomes& outcomes) {
  const SobolIndices found = sobol_indices(outcomes, 1, 7);
  StudyResult study;
  study.swept = {{.key = "price.post", .units = "", .long_name = "", .numbers = {1, 2}}};
  const auto replicates = static_cast<std::uint32_t>(outcomes.replicates);
  study.sensitivity = {row_of(first_index, found.first[0], found.used, found.dropped, replicates),
                       row_of(total_index, found.total[0], found.used, found.dropped, replicates)};
  return sweep_blocks(study);
}

std::string morris_table(std::size_t trajectories, const PointOutcomes& outcomes) {
  const MorrisEffects found = morris_effects(morris(trajectories, 1, 4, 3), outcomes);
  StudyResult study;
  study.swept = {{.key = "price.post", .units = "", .long_name = "", .numbers = {1, 2}}};
  const MorrisEffect& effect = found.effects[0];
  for (const auto& [name, estimate] :
       {std::pair{morris_mean, effect.mean}, std::pair{morris_mean_size, effect.mean_size},
        std::pair{morris_spread, effect.spread}})
    study.sensitivity.push_back(row_of(name, estimate, found.used, found.dropped, 1));
  return sweep_blocks(study);
}

TEST_CASE("a table of indices says why one is missing", "[table]") {
  constexpr double none = not_a_number;
  // Base rows of three points each: A, B and B with the key of A.
  CHECK(has(sobol_table({1, {2, 2, 2, 2, 2, 2}}),
            "- at first, total: the outcome has no variance: it is the same at all"));
  // Two replicates whose noise is all there is: their products are below 0.
  CHECK(has(sobol_table({2, {1, -1, -1, 1, 1, -1, -1, 1, 1, -1, -1, 1}}),
            "- at first, total: the variance of the outcome over the points, less the noise of the replicates, is not "
            "safely above"));
  // Points that share their replicates' chance, of which there are too few.
  const std::vector<double> rows{1, 2, 1.5, 3, 2, 3.5, 2, 5, 2.2, 0, 1, 0.5, 4, 2, 3, 1, 6, 2};
  CHECK(
      has(sobol_table({1, rows, true}), "- at first, total: how much hangs on single replicates is not known from 1"));
  CHECK(
      has(morris_table(3, {1, {1, 2, 4, 2, 3, 1}, true}), "- at mu, mu star: how much hangs on single replicates is"));
  CHECK(has(sobol_table({1, {1, none, 3, none, 2, 5}}),
            "- at first, total: 0 of 2 base rows have all outcomes, and it takes 1"));
  CHECK(has(sobol_table({1, {1, 2, 3, none, 2, 5}}),
            "- at first, total: 1 of 2 base rows have all outcomes, and an interval takes 2"));
  const std::string known = sobol_table({1, {1, 2, 1.5, 3, 2, 3.5, 2, 5, 2.2, 0, 1, 0.5, 4, 2, 3, 1, 6, 2}});
  CHECK_FALSE(has(known, "- at "));
  CHECK_FALSE(has(known, "-, -"));
  CHECK(has(morris_table(2, {1, {1, 2, none, 2}}),
            "- at mu, mu star: 1 of 2 trajectories have all outcomes, and an interval takes 2"));
  CHECK(
      has(morris_table(2, {1, {1, 2, none, 2}}), "- at sigma: 1 of 2 trajectories have all outcomes, and it takes 2"));
  CHECK(has(morris_table(2, {1, {1, 2, 4, 2}}),
            "- at sigma: 2 of 2 trajectories have all outcomes, and an interval takes 3"));
  const SeedShare same = share_of_shared_seeds({2, {3, 3, 3, 3}});
  StudyResult study;
  study.swept = {{.key = "price.post", .units = "", .long_name = "", .numbers = {1, 2}}};
  study.sensitivity = {row_of(total_index, same.share, same.used, same.dropped, 2, "replicate")};
  CHECK(has(sweep_blocks(study),
            "- at replicate: the outcome has no variance: it is the same at all points, in all replicates"));
}

ComparisonRow paired_row(const std::string& metric, const std::vector<double>& arm, const std::vector<double>& against,
                         bool ratio) {
  ComparisonRow row;
  row.contrast = "few against many", row.arm = "few", row.against = "many", row.estimand = "broadcast",
  row.metric = metric;
  row.statistic = ratio ? "ratio of means" : "difference of means";
  row.replicates = static_cast<std::uint32_t>(arm.size());
  const LogRatio of_logs = log_ratio({arm, {}}, {against, {}});
  const PairedEstimate of_means = paired_difference({arm, {}}, {against, {}});
  const Estimate& estimate = ratio ? of_logs.estimate : of_means.estimate;
  row.estimate = estimate.value, row.lower = estimate.low, row.upper = estimate.high;
  row.correlation = ratio ? of_logs.correlation : of_means.correlation;
  row.variance_ratio = ratio ? of_logs.variance_ratio : of_means.variance_ratio;
  return row;
}

TEST_CASE("a table of a contrast says why arms have no correlation", "[table]") {
  const auto said = [](const ComparisonRow& row) { return contrast_text({&row, 1}); };
  CHECK(has(said(paired_row("reach", {3, 3, 3}, {1, 2, 4}, false)), "- at reach: an arm is the same in all pairs, so"));
  CHECK(has(said(paired_row("reach", {3, 3, 3}, {1, 1, 1}, false)),
            "- at reach: both arms are the same in all pairs, so"));
  CHECK(has(said(paired_row("reach", {3, 0, 0}, {1, 2, 4}, true)),
            "- at reach: without one of the pairs, or in all, an arm"));
  CHECK(has(said(paired_row("reach", {3}, {1}, false)), "- under corr and var: there is one pair."));
  CHECK_FALSE(has(said(paired_row("reach", {3, 1, 7}, {1, 2, 4}, false)), "- at "));
}

}  // namespace
}  // namespace grapevine
