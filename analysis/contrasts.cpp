#include "analysis/contrasts.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/one_arm.hpp"
#include "graph/base/error.hpp"

namespace grapevine {

namespace {

/// A sum over rows. Counts are whole numbers below 2^53, so neither the sum nor its conversion rounds.
template <class Rows, class Count>
double total_over(const Rows& rows, Count count) {
  std::uint64_t total = 0;
  for (const auto& row : rows) total += static_cast<std::uint64_t>(count(row));
  return static_cast<double>(total);
}

double attributed_engagement(const RunRecord& run) {
  return total_over(run.campaigns, [](const CampaignRow& c) { return c.outcomes.engagement(); });
}
double attributed_reach(const RunRecord& run) { return static_cast<double>(run.paid_reach); }
double attributed_impressions(const RunRecord& run) {
  return total_over(run.campaigns, [](const CampaignRow& c) { return c.outcomes.impressions; });
}
/// Of counted roots: those of `measure`, to the end of their lives.
double counted_engagement(const RunRecord& run) {
  return total_over(run.tiers, [](const TierRow& t) { return t.outcomes.engagement(); });
}
double counted_impressions(const RunRecord& run) {
  return total_over(run.tiers, [](const TierRow& t) { return t.outcomes.impressions; });
}
/// Of every root, from the branching of the arms on: what a paid post displaces may be of warm-up or of follow-up.
double all_engagement(const RunRecord& run) {
  return total_over(run.series, [](const SeriesRow& bin) { return bin.actions.engagement(); });
}
double other_engagement(const RunRecord& run) { return all_engagement(run) - attributed_engagement(run); }
double money_spent(const RunRecord& run) {
  return total_over(run.campaigns, [](const CampaignRow& c) { return c.spent; }) / static_cast<double>(micro_per_unit);
}

double incremental_conversions(const RunRecord& run) {
  double sum = 0;
  for (const ProductRow& product : run.products) sum += product.expected_incremental;
  return sum;
}
double selling_impressions(const RunRecord& run) {
  return total_over(run.products, [](const ProductRow& product) { return product.looks; });
}
double conversions(const RunRecord& run) {
  return total_over(run.products, [](const ProductRow& product) { return product.conversions; });
}

constexpr Metric conversions_per_impression{
    .name = "incremental conversions per impression",
    .unit = "purchases per impression",
    .sentence =
        "purchases by the end of the run that would not have been made without the campaigns' posts, in "
        "expectation, per look at a post that sells",
    .total = incremental_conversions,
    .per = selling_impressions,
    .of_products = true};

constexpr Metric spent{.name = "spent",
                       .unit = "currency",
                       .sentence = "paid for the authors of the arm's campaigns and for promotion",
                       .total = money_spent};

constexpr Metric engagement_per_money{.name = "campaign engagement per money",
                                      .unit = "actions per currency",
                                      .sentence = "likes, replies, reshares of the campaigns' posts per unit of money",
                                      .total = attributed_engagement,
                                      .per = money_spent};
constexpr Metric engagement_per_impression{.name = "campaign engagement per impression",
                                           .unit = "actions per impression",
                                           .sentence = "likes, replies and reshares per look at a campaign's post",
                                           .total = attributed_engagement,
                                           .per = attributed_impressions};

constexpr std::array incremental{
    Metric{.name = "attributed engagement",
           .unit = "actions",
           .sentence = "likes, replies and reshares of the campaigns' posts with their cascades",
           .total = attributed_engagement},
    Metric{.name = "attributed reach",
           .unit = "users",
           .sentence = "distinct users who looked at a paid post, whichever campaign's",
           .total = attributed_reach},
    Metric{.name = "attributed impressions",
           .unit = "impressions",
           .sentence = "times the campaigns' posts were looked at",
           .total = attributed_impressions},
    Metric{.name = "displaced engagement",
           .unit = "actions",
           .sentence = "likes, replies and reshares of all other posts from the branching of the arms to the end of "
                       "the run, whenever they were written; the "
                       "difference is what they lost, withheld ones included",
           .total = other_engagement},
    Metric{.name = "net engagement",
           .unit = "actions",
           .sentence =
               "likes, replies and reshares of all posts in that time: attributed and displaced engagement together",
           .total = all_engagement},
    Metric{.name = "incremental conversions",
           .unit = "purchases",
           .sentence = "purchases by the end of the run that would not have been made without the campaigns' posts, in "
                       "expectation over who would buy",
           .total = incremental_conversions,
           .of_products = true},
    Metric{.name = "conversions",
           .unit = "purchases",
           .sentence = "purchases by the end of the run, of all products and for whatever reason",
           .total = conversions,
           .of_products = true},
    spent,
};

constexpr std::array portfolio{
    engagement_per_money,
    Metric{.name = "campaign reach per money",
           .unit = "users per currency",
           .sentence = "distinct users who looked at a paid post, whichever campaign's, per unit of money",
           .total = attributed_reach,
           .per = money_spent},
    Metric{.name = "campaign impressions per money",
           .unit = "impressions per currency",
           .sentence = "times the campaigns' posts were looked at, per unit of money",
           .total = attributed_impressions,
           .per = money_spent},
    engagement_per_impression,
    Metric{.name = "incremental conversions per money",
           .unit = "purchases per currency",
           .sentence = "purchases by the end of the run that would not have been made without the campaigns' posts, in "
                       "expectation, per unit of money",
           .total = incremental_conversions,
           .per = money_spent,
           .of_products = true},
    conversions_per_impression,
    spent,
};

double audience_size(const RunRecord& run) {
  return total_over(run.influencers, [](const InfluencerRow& i) { return i.followers; });
}

constexpr std::array clone{
    Metric{.name = "campaign engagement per follower",
           .unit = "actions per follower",
           .sentence = "likes, replies, reshares of the account's paid posts per follower",
           .total = attributed_engagement,
           .per = audience_size},
    Metric{.name = "campaign reach per follower",
           .unit = "users per follower",
           .sentence = "distinct users who looked at the account's paid posts, per follower",
           .total = attributed_reach,
           .per = audience_size},
    Metric{.name = "campaign impressions per follower",
           .unit = "impressions per follower",
           .sentence = "times the account's paid posts were looked at, per follower",
           .total = attributed_impressions,
           .per = audience_size},
    engagement_per_impression,
    engagement_per_money,
    conversions_per_impression,
    Metric{.name = "followers", .unit = "users", .sentence = "followers of the account", .total = audience_size},
};

/// Each arm pays one account, the two share a profile, and somewhere they are not the same account.
bool are_clones(const ArmRuns& arm, const ArmRuns& against) {
  bool differ = false;
  for (std::size_t i = 0; i < arm.records.size(); ++i) {
    const auto &one = arm.records[i].influencers, &other = against.records[i].influencers;
    if (one.size() != 1 || other.size() != 1 || one[0].profile != other[0].profile) return false;
    differ |= one[0].user != other[0].user;
  }
  return differ;
}

constexpr std::array population{
    Metric{.name = "engagement",
           .unit = "actions",
           .sentence = "likes, replies and reshares of all posts of `measure`",
           .total = counted_engagement},
    Metric{.name = "impressions",
           .unit = "impressions",
           .sentence = "times a post of `measure` was looked at",
           .total = counted_impressions},
    Metric{.name = "engagement per impression",
           .unit = "actions per impression",
           .sentence = "likes, replies and reshares of all posts of `measure`, per time one was looked at",
           .total = counted_engagement,
           .per = counted_impressions},
};

void put(const Estimate& estimate, ComparisonRow& row) {
  row.estimate = estimate.value;
  row.lower = estimate.low;
  row.upper = estimate.high;
  row.level = usual_level;
  row.replicates = static_cast<std::uint32_t>(estimate.n);
}

template <class Paired>  // a PairedEstimate or a LogRatio
void put(const Paired& paired, ComparisonRow& row) {
  put(paired.estimate, row);
  row.correlation = paired.correlation;
  row.variance_ratio = paired.variance_ratio;
}

/// Whether users of the arm could buy something: under the classic models nobody does.
bool has_products(const ArmRuns& arm) {
  return !arm.records.empty() && !arm.records.front().products.empty() &&
         std::isnan(arm.records.front().reproduction_number);
}

}  // namespace

bool ArmRuns::pays() const {
  return std::ranges::any_of(records, [](const RunRecord& run) {
    return std::ranges::any_of(run.campaigns, [](const CampaignRow& c) { return c.accounts > 0; });
  });
}

std::span<const Metric> metrics_of(std::string_view estimand) {
  if (estimand == "incremental") return incremental;
  if (estimand == "portfolio") return portfolio;
  if (estimand == "clone") return clone;
  GRAPEVINE_EXPECTS(estimand == "population");
  return population;
}

const Metric* first_ratio(std::string_view estimand) {
  const std::span<const Metric> metrics = metrics_of(estimand);
  const auto found =
      std::ranges::find_if(metrics, [](const Metric& metric) { return metric.per && !metric.of_products; });
  return found == metrics.end() ? nullptr : &*found;
}

std::string_view estimand_of(const ArmRuns& arm, const ArmRuns& against) {
  if (arm.pays() && against.pays()) return are_clones(arm, against) ? "clone" : "portfolio";
  return arm.pays() || against.pays() ? "incremental" : "population";
}

std::vector<ComparisonRow> contrast(const ArmRuns& arm, const ArmRuns& against) {
  GRAPEVINE_EXPECTS(arm.records.size() == against.records.size());
  const std::string_view estimand = estimand_of(arm, against);
  std::vector<ComparisonRow> rows;
  for (const Metric& metric : metrics_of(estimand)) {
    if (metric.of_products && !(has_products(arm) && has_products(against))) continue;
    const Series a = series_of(arm, metric.total, metric.per), b = series_of(against, metric.total, metric.per);
    ComparisonRow row;
    row.contrast = arm.name + " against " + against.name;
    row.arm = arm.name;
    row.against = against.name;
    row.estimand = estimand;
    row.metric = metric.name;
    row.mean_arm = pooled(a).value;
    row.mean_against = pooled(b).value;
    if (metric.per) {
      row.statistic = ratio_statistic;
      row.unit = "1";
      row.interval = ratio_interval;
      put(log_ratio(a, b), row);
      rows.push_back(row);
    }
    row.statistic = metric.per ? "difference of ratios of means" : "difference of means";
    row.unit = metric.unit;
    row.interval = metric.per ? "jackknife" : "paired t";
    put(paired_difference(a, b), row);
    rows.push_back(row);
  }
  return rows;
}

LogRatio portfolio_ratio(std::string_view metric, const ArmRuns& micro_arm, const ArmRuns& mega_arm) {
  const auto found = std::ranges::find(portfolio, metric, &Metric::name);
  GRAPEVINE_EXPECTS(found != portfolio.end() && found->per != nullptr);
  const auto series = [&](const ArmRuns& arm) { return series_of(arm, found->total, found->per); };
  return log_ratio(series(micro_arm), series(mega_arm));
}

}  // namespace grapevine
