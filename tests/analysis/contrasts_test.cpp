#include "analysis/contrasts.hpp"

#include "analysis/sizes.hpp"

#include <cmath>

#include "tests/catch.hpp"

using namespace grapevine;

namespace {

/// A run of two tiers and two campaigns, of which `paid` ran (-1: none), with `own` engagement on `own_looks`
/// impressions of its own posts and `others` on 1 000 impressions of all other posts of `measure`; `uncounted` actions
/// are on posts of warm-up and follow-up.
RunRecord run(int paid, std::uint64_t own, std::uint64_t own_looks, std::uint64_t others, MicroMoney spent = 0,
              std::uint64_t uncounted = 500) {
  RunRecord record;
  record.tiers.resize(2);
  record.tiers[0].outcomes.actions[Action::like] = others;
  record.tiers[0].outcomes.impressions = 1'000;
  record.tiers[1].outcomes.actions[Action::reply] = own;
  record.tiers[1].outcomes.impressions = own_looks;
  record.campaigns.resize(2);
  if (paid >= 0) {
    CampaignRow& campaign = record.campaigns[static_cast<std::size_t>(paid)];
    campaign.accounts = 1;
    campaign.outcomes.actions[Action::reply] = own;
    campaign.outcomes.impressions = own_looks;
    campaign.outcomes.reach = own_looks / 2;
    campaign.spent = spent;
  }
  record.paid_reach = own_looks / 2;
  record.series.resize(2);
  record.series[0].actions[Action::like] = others,
  record.series[0].actions[Action::click] = 9'999;  // clicks are no engagement
  record.series[1].actions[Action::reply] = own, record.series[1].actions[Action::reshare] = uncounted;
  return record;
}

const std::vector<RunRecord> control_runs{run(-1, 0, 0, 100), run(-1, 0, 0, 120), run(-1, 0, 0, 80)};
const std::vector<RunRecord> large_runs{run(0, 30, 200, 95, 5'000'000, 491), run(0, 40, 240, 118, 5'000'000, 498),
                                        run(0, 20, 160, 70, 5'000'000, 490)};
const std::vector<RunRecord> small_runs{run(1, 60, 300, 90, 4'500'000), run(1, 64, 280, 117, 4'000'000),
                                        run(1, 44, 220, 75, 3'500'000)};
const ArmRuns control{"control", control_runs}, large{"one large", large_runs}, small{"many small", small_runs};

ComparisonRow row(const std::vector<ComparisonRow>& rows, std::string_view metric, std::string_view statistic) {
  for (const ComparisonRow& r : rows)
    if (r.metric == metric && r.statistic == statistic) return r;
  FAIL("no row " << metric << ", " << statistic);
  return {};
}

}  // namespace

TEST_CASE(
    "an arm against its control: attributed and displaced engagement, of every post whenever written, add up to the "
    "net difference",
    "[analysis][contrasts]") {
  const auto rows = contrast(large, control);
  for (const ComparisonRow& r : rows) {
    CHECK(r.estimand == "incremental");
    CHECK(r.statistic == "difference of means");  // never a ratio
    CHECK((r.arm == "one large" && r.against == "control" && r.replicates == 3 && r.level == 0.95));
  }
  const double attributed = row(rows, "attributed engagement", "difference of means").estimate;
  const double displaced = row(rows, "displaced engagement", "difference of means").estimate;
  CHECK(attributed == 30);                // (30 + 40 + 20) / 3
  CHECK(displaced == Approx(-38.0 / 3));  // (-5 - 2 - 10) / 3 of posts of `measure`, (-9 - 2 - 10) / 3 of others
  CHECK(row(rows, "net engagement", "difference of means").estimate == Approx(attributed + displaced));
  CHECK(row(rows, "attributed reach", "difference of means").estimate == 100);
  CHECK(row(rows, "attributed impressions", "difference of means").estimate == 200);
  CHECK(row(rows, "spent", "difference of means").estimate == 5);
  CHECK(row(rows, "displaced engagement", "difference of means").mean_against == 600);
}

TEST_CASE("reach of an arm is of users, however many campaigns they met", "[analysis][contrasts]") {
  std::vector<RunRecord> both = large_runs;
  for (RunRecord& record : both) {
    record.campaigns[1].accounts = 1;
    record.campaigns[1].outcomes.reach = record.campaigns[0].outcomes.reach;  // another campaign, the same users
  }
  CHECK(row(contrast({"both", both}, control), "attributed reach", "difference of means").estimate == 100);
  CHECK(row(contrast({"both", both}, large), "campaign reach per money", "ratio of means").estimate == 1);
}

TEST_CASE("a ratio has one interval, that of its logarithm: the claim has that of the row",
          "[analysis][contrasts][claims]") {
  const ComparisonRow ratio = row(contrast(small, large), "campaign engagement per money", "ratio of means");
  const LogRatio claimed = portfolio_ratio("campaign engagement per money", small, large);
  CHECK((ratio.estimate == claimed.estimate.value && ratio.lower == claimed.estimate.low &&
         ratio.upper == claimed.estimate.high));
  CHECK(ratio.interval == "jackknife, log");
  // 60/4.5, 64/4, 44/3.5 against 30/5, 40/5, 20/5: the log of the ratio without each replicate by hand; t(2 degrees,
  // 0.975) = 4.30265273.
  const double all = std::log(168 / 12. / (90 / 15.));
  const std::vector<double> without{std::log(108 / 7.5 / (60 / 10.)), std::log(104 / 8. / (50 / 10.)),
                                    std::log(124 / 8.5 / (70 / 10.))};
  double mean = 0, squares = 0;
  for (const double log : without) mean += (3 * all - 2 * log) / 3;
  for (const double log : without) squares += std::pow(3 * all - 2 * log - mean, 2);
  const double half = 4.30265273 * std::sqrt(squares / 6);
  CHECK(ratio.lower == Approx(14 / 6. * std::exp(-half)));
  CHECK(ratio.upper == Approx(14 / 6. * std::exp(half)));
  CHECK(ratio.correlation == Approx(claimed.correlation));
  // Exchange the arms, and it turns over.
  const ComparisonRow back = row(contrast(large, small), "campaign engagement per money", "ratio of means");
  CHECK((back.lower == Approx(1 / ratio.upper) && back.upper == Approx(1 / ratio.lower)));
}

TEST_CASE("two arms that pay are compared by what their money brought", "[analysis][contrasts]") {
  const auto rows = contrast(small, large);
  CHECK(rows.front().estimand == "portfolio");
  // 168 actions for 12 money against 90 for 15.
  const ComparisonRow ratio = row(rows, "campaign engagement per money", "ratio of means");
  CHECK(ratio.estimate == Approx(14.0 / 6));
  CHECK((ratio.mean_arm == Approx(14) && ratio.mean_against == Approx(6) && ratio.unit == "1"));
  CHECK((ratio.lower < ratio.estimate && ratio.estimate < ratio.upper));
  const ComparisonRow difference = row(rows, "campaign engagement per money", "difference of ratios of means");
  CHECK((difference.estimate == Approx(8) && difference.unit == "actions per currency"));
  CHECK(row(rows, "campaign reach per money", "ratio of means").estimate == Approx((400. / 12) / (300. / 15)));
  CHECK(row(rows, "campaign impressions per money", "ratio of means").estimate == Approx((800. / 12) / (600. / 15)));
  CHECK(row(rows, "campaign engagement per impression", "ratio of means").estimate ==
        Approx((168. / 800) / (90. / 600)));
  const ComparisonRow spent = row(rows, "spent", "difference of means");
  CHECK((spent.mean_arm == 4 && spent.mean_against == 5 && spent.estimate == -1));
}

TEST_CASE("two arms that do not pay are compared by what everybody did", "[analysis][contrasts]") {
  const std::vector<RunRecord> ranked_runs{run(-1, 10, 50, 100), run(-1, 12, 60, 120), run(-1, 8, 40, 80)};
  const auto rows = contrast({"ranked", ranked_runs}, control);
  CHECK(rows.front().estimand == "population");
  CHECK(row(rows, "engagement", "difference of means").estimate == 10);
  CHECK(row(rows, "impressions", "difference of means").estimate == 50);
  CHECK(row(rows, "engagement per impression", "ratio of means").estimate == Approx((330. / 3150) / (300. / 3000)));
}

TEST_CASE("equal arms show an exact 0 for every metric and no ratio but 1", "[analysis][contrasts][invariance]") {
  for (const ArmRuns& arm : {control, large, small}) {
    const auto rows = contrast(arm, arm);
    for (const Metric& metric : metrics_of(estimand_of(arm, arm))) {
      if (metric.of_products) continue;  // nothing is sold
      INFO(arm.name << ", " << metric.name);
      const ComparisonRow zero =
          row(rows, metric.name, metric.per ? "difference of ratios of means" : "difference of means");
      CHECK((zero.estimate == 0 && zero.lower == 0 && zero.upper == 0));
      if (!metric.per) continue;
      const ComparisonRow one = row(rows, metric.name, "ratio of means");
      CHECK((one.estimate == 1 && one.lower == 1 && one.upper == 1));
    }
  }
}

TEST_CASE("a campaign that brought nothing leaves its ratios missing and its differences whole",
          "[analysis][contrasts]") {
  const std::vector<RunRecord> idle_runs{run(0, 0, 0, 100, 5'000'000), run(0, 0, 0, 120, 5'000'000),
                                         run(0, 0, 0, 80, 5'000'000)};
  const auto rows = contrast(small, {"idle", idle_runs});
  CHECK(std::isnan(row(rows, "campaign engagement per money", "ratio of means").estimate));
  CHECK(row(rows, "campaign engagement per money", "difference of ratios of means").estimate == Approx(14));
  CHECK(std::isnan(row(rows, "campaign engagement per impression", "difference of ratios of means")
                       .estimate));  // no impression to divide by
}

TEST_CASE("rates by tier pool impressions, they do not average rates", "[analysis][contrasts]") {
  const std::vector<RunRecord> runs{run(0, 10, 100, 50), run(0, 90, 300, 70)};
  const auto all = tier_rates({"arm", runs}, {"micro", "mega"});
  const auto rate = [&](std::string_view tier) {
    return *std::find_if(all.begin(), all.end(), [&](const ComparisonRow& r) {
      return r.contrast == tier && r.metric == "engagement per impression";
    });
  };
  const ComparisonRow micro = rate("posts of tier micro"), mega = rate("posts of tier mega");
  CHECK(micro.against.empty());
  CHECK(micro.estimate == Approx(120. / 2000));
  CHECK(mega.estimate == Approx(100. / 400));  // the mean of the rates would be 0.2
  CHECK((mega.lower < 0.25 && 0.25 < mega.upper && mega.replicates == 2));
  // On the scale of the logarithm, so never below 0, though 1 degree of freedom stretches it: without one run 0.3 and
  // 0.1.
  const double half = 12.7062047362 * std::sqrt(std::pow(std::log(0.3) - std::log(0.1), 2) / 4);
  CHECK((mega.interval == "jackknife, log" && mega.lower == Approx(0.25 * std::exp(-half)) &&
         mega.upper == Approx(0.25 * std::exp(half))));
}

TEST_CASE("every metric has a name of its own, a unit and a sentence", "[analysis][contrasts]") {
  for (const auto estimand : {"incremental", "portfolio", "clone", "population"})
    for (const Metric& metric : metrics_of(estimand)) {
      CHECK_FALSE((metric.name.empty() || metric.unit.empty() || metric.sentence.empty() || metric.total == nullptr));
      int same = 0;
      for (const Metric& other : metrics_of(estimand)) same += other.name == metric.name;
      CHECK(same == 1);
    }
}
