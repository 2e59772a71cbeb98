#include "analysis/sizes.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/carried.hpp"
#include "analysis/elasticity.hpp"
#include "analysis/estimates.hpp"
#include "analysis/one_arm.hpp"
#include "analysis/overlap.hpp"
#include "analysis/structure.hpp"
#include "graph/base/error.hpp"
#include "graph/base/math.hpp"

namespace grapevine {

namespace {

constexpr std::size_t ranked = 0, held_out = 1;  // groups of readers, in the order of RunRecord

double number(std::uint64_t count) { return static_cast<double>(count); }

const ReaderRow& readers_of(const RunRecord& run, std::size_t group, std::size_t tier) {
  return run.readers[group * run.tiers.size() + tier];
}

/// A rate of one tier, with what it is computed from.
struct Rate {
  TierRate told;
  double (*total)(const TierRow&);
  double (*per)(const TierRow&);  ///< null: `total` is a mean of accounts already
};

double engagement_of(const TierRow& t) { return number(t.outcomes.engagement()); }
double impressions_of(const TierRow& t) { return number(t.outcomes.impressions); }
double follower_posts_of(const TierRow& t) { return number(t.follower_posts); }
double over_accounts(double mean, std::uint64_t denominators) { return denominators == 0 ? not_a_number : mean; }

double first_looks_of(const TierRow& t) { return number(t.outcomes.first_looks); }

/// The rate that claim 2 compares.
constexpr Rate claimed_rate{
    {"engagement per first look", "actions per first look",
     "likes, replies and reshares per user and post that the user looked at, all posts of the tier together"},
    engagement_of,
    first_looks_of};

constexpr std::array rates{
    claimed_rate,
    Rate{{"engagement per impression", "actions per impression",
          "likes, replies and reshares per look, all posts of the tier together"},
         engagement_of,
         impressions_of},
    Rate{{"engagement per impression, mean of accounts", "actions per impression",
          "the same for each account by itself, and the mean of these: each account counts once"},
         [](const TierRow& t) { return over_accounts(t.mean_rate_per_impression, t.outcomes.impressions); },
         nullptr},
    Rate{{"engagement per follower", "actions per follower and post",
          "likes, replies and reshares per post and follower of its author, all posts together"},
         engagement_of,
         follower_posts_of},
    Rate{{"engagement per follower, mean of accounts", "actions per follower and post",
          "the same for each account by itself, and the mean of these"},
         [](const TierRow& t) { return over_accounts(t.mean_rate_per_follower, t.follower_posts); },
         nullptr},
    Rate{{"engagement per reached user", "actions per user",
          "likes, replies and reshares per distinct user who looked at a post of the tier"},
         engagement_of,
         [](const TierRow& t) { return number(t.outcomes.reach); }},
    Rate{{"impressions per follower", "impressions per follower and post",
          "looks at a post per follower of its author, all posts together"},
         impressions_of,
         follower_posts_of},
};
constexpr TierRate amplification{"amplification", "1",
                                 "impressions of the posts of measure per session of readers that are ranked for, over "
                                 "those of readers held out, who are served chronologically"};

constexpr TierRate amplification_in_network{
    "amplification in network", "1",
    "the same of looks at what followees brought, without what the platform showed besides"};

constexpr TierRate amplification_against_shadow{
    "amplification against the shadow", "1",
    "impressions of the posts of measure by readers that are ranked for, over those that they would have had in the "
    "same sessions, had the same candidates stood newest first; under feed.memory = \"window\" it leaves out that they "
    "would have looked at other posts before"};

constexpr TierRate looks_in_session{
    "looks per session", "impressions per session",
    "impressions of the posts of measure by readers that are ranked for, per session of theirs"};

constexpr TierRate looks_outside{"looks outside the network", "1",
                                 "share of these impressions to which no followee had brought the post"};

/// A rate of one tier that is computed from what a mechanism counts; arms in which it does nothing have none.
struct MechanismRate {
  TierRate told;
  std::string_view total, per;  ///< columns
  double unit = 1;              ///< of the first
};
constexpr std::array mechanism_rates{
    MechanismRate{{"responsiveness", "answers per reply", "replies that the author answered, of all to its posts"},
                  "answers_given",
                  "answers_replies"},
    MechanismRate{{"comments over answers", "1",
                   "replies to the posts of measure, over the answers that accounts which post can give in its time"},
                  "answers_replies",
                  "answers_capacity",
                  1e3},
    MechanismRate{{"wait for an answer", "ticks", "mean time from those replies to their answers, in ticks"},
                  "answers_waited",
                  "answers_given"},
    MechanismRate{
        {"trust at first looks", "1", "mean trust in the author of users who look at a post for the first time"},
        "trust_met",
        "trust_looks",
        1e-6},
    MechanismRate{
        {"followers gained per follower", "1",
         "follows of accounts of the tier that readers took up since the warm-up, over their followers at the "
         "start"},
        "follows_gained",
        "follows_at_start"},
    MechanismRate{{"followers lost per follower", "1", "follows that readers gave up since the warm-up, over the same"},
                  "follows_lost",
                  "follows_at_start"},
    MechanismRate{{"sponsored share of first looks", "1", "first looks at paid posts, of all at posts of the tier"},
                  "trust_sponsored_looks",
                  "trust_looks"},
};

/// The column of that name; null where the mechanism does nothing in the run.
const MechanismColumn* column_of(const RunRecord& run, std::string_view name) {
  const auto found = std::ranges::find(run.mechanisms, name, &MechanismColumn::name);
  return found == run.mechanisms.end() ? nullptr : &*found;
}

Series series_of(const ArmRuns& arm, const MechanismRate& rate, std::size_t tier) {
  const auto of = [tier](std::string_view name, double unit) {
    return [=](const RunRecord& run) { return unit * number(column_of(run, name)->by_tier[tier]); };
  };
  return series_of(arm, of(rate.total, rate.unit), of(rate.per, 1));
}

bool has(const ArmRuns& arm, const MechanismRate& rate) {
  return !arm.records.empty() && std::ranges::all_of(arm.records, [&](const RunRecord& run) {
    return column_of(run, rate.total) != nullptr && column_of(run, rate.per) != nullptr;
  });
}

/// Whether readers look at posts that no followee brought.
bool discovers(const ArmRuns& arm) {
  return std::ranges::any_of(arm.records, [](const RunRecord& run) {
    return std::ranges::any_of(run.readers, [](const ReaderRow& row) {
      return 0 < row.impressions_in_network && row.impressions_in_network < row.impressions;
    });
  });
}

bool pays(const ArmRuns& arm) {
  return std::ranges::any_of(arm.records, [](const RunRecord& run) { return !run.influencers.empty(); });
}

Series series_of(const ArmRuns& arm, const Rate& rate, std::size_t tier) {
  const auto of = [&](double (*count)(const TierRow&)) {
    return [count, tier](const RunRecord& run) { return count(run.tiers[tier]); };
  };
  return rate.per ? series_of(arm, of(rate.total), of(rate.per)) : series_of(arm, of(rate.total));
}

/// An outcome over an exposure, by follower count.
struct Response {
  std::string_view metric;
  std::string_view unit;
  ExposedGroup (*group)(const CurveRow&);
};
double followers_of(const CurveRow& row) { return number(row.followers) / number(row.authors); }
constexpr std::array responses{
    Response{"impressions per post", "impressions per post",
             [](const CurveRow& row) {
               return ExposedGroup{followers_of(row),       row.authors,       number(row.impressions),
                                   row.impressions_squared, number(row.posts), row.posts_squared,
                                   row.impressions_posts};
             }},
    Response{"engagement per post", "actions per post",
             [](const CurveRow& row) {
               return ExposedGroup{followers_of(row), row.authors,       number(row.engagement), row.engagement_squared,
                                   number(row.posts), row.posts_squared, row.engagement_posts};
             }},
    Response{"engagement per first look", "actions per first look",
             [](const CurveRow& row) {
               return ExposedGroup{followers_of(row),         row.authors,
                                   number(row.engagement),    row.engagement_squared,
                                   number(row.first_looks),   row.first_looks_squared,
                                   row.engagement_first_looks};
             }},
    Response{"engagement per impression", "actions per impression",
             [](const CurveRow& row) {
               return ExposedGroup{followers_of(row),         row.authors,
                                   number(row.engagement),    row.engagement_squared,
                                   number(row.impressions),   row.impressions_squared,
                                   row.engagement_impressions};
             }},
};

std::vector<std::vector<ExposedGroup>> groups_of(const ArmRuns& arm, const Response& response) {
  std::vector<std::vector<ExposedGroup>> replicates;
  for (const RunRecord& run : arm.records) {
    std::vector<ExposedGroup>& groups = replicates.emplace_back();
    for (const CurveRow& row : run.curve) {
      const ExposedGroup group = response.group(row);
      if (row.authors > 0 && row.followers > 0 && (group.exposure > 0 || group.outcome == 0))
        groups.push_back(group);  // first looks at unpaid contagions are not counted
    }
  }
  return replicates;
}

/// Four follower counts a decade, up to the largest author of every replicate.
std::vector<double> curve_points(const std::vector<std::vector<ExposedGroup>>& replicates) {
  double most = 1e18;
  for (const auto& groups : replicates) most = std::min(most, groups.empty() ? 0.0 : groups.back().followers);
  std::vector<double> points;
  for (int k = 0;; ++k) {
    const double at = math::pow(10.0, k / 4.0);
    if (at > most) return points;
    points.push_back(at);
  }
}

double money(MicroMoney micro) { return static_cast<double>(micro) / static_cast<double>(micro_per_unit); }

/// What is said of the accounts of a campaign, in the order of their rows; break-even and return where a margin is
/// said, what has to do with conversions where it sells a product.
constexpr std::array<std::string_view, 9> campaign_metrics{"audience over random audiences",
                                                           "followed accounts per follower",
                                                           "reach of audience",
                                                           "impressions per reached user",
                                                           "money per thousand impressions",
                                                           "break-even purchases per click",
                                                           "incremental conversions per thousand impressions",
                                                           "money per incremental conversion",
                                                           "return per money"};

/// Distinct followers that random audiences as large as those of the campaign's accounts would have, summed over the
/// draws of these.
double random_audience(const RunRecord& run, std::uint32_t campaign) {
  std::uint64_t users = 0;
  for (const TierRow& tier : run.tiers) users += tier.accounts;
  double sum = 0;
  for (std::uint32_t draw = 0; draw < run.draws; ++draw) {
    std::vector<std::uint64_t> sizes;
    for (const InfluencerRow& influencer : run.influencers)
      if (influencer.campaign == campaign && influencer.draw == draw) sizes.push_back(influencer.followers);
    sum += expected_reach(users / run.draws, sizes);
  }
  return sum;
}

}  // namespace

std::vector<TierRate> tier_rate_list() {
  std::vector<TierRate> list;
  for (const Rate& rate : rates) list.push_back(rate.told);
  list.push_back(amplification);
  list.push_back(amplification_in_network);
  list.push_back(amplification_against_shadow);
  list.push_back(looks_in_session);
  list.push_back(looks_outside);
  for (const MechanismRate& rate : mechanism_rates) list.push_back(rate.told);
  return list;
}

bool holds_out(const ArmRuns& arm) {
  return !arm.records.empty() && std::ranges::all_of(arm.records, [](const RunRecord& run) {
    return run.group_sessions.size() > held_out && run.group_sessions[held_out] > 0;
  });
}

namespace {

/// Against readers held out, and against the shadow, as far as there are any.
void add_amplification(const ArmRuns& arm, const std::string& contrast, std::size_t tier,
                       std::vector<ComparisonRow>& rows) {
  const auto add = [&](const TierRate& told, const Series& shown, const Series& against) {
    rows.push_back(population_row(arm, contrast, told.name, ratio_statistic, told.unit, ratio_interval,
                                  log_ratio(shown, against).estimate));
  };
  if (holds_out(arm)) {
    const auto per_session = [&](std::size_t group, std::uint64_t ReaderRow::*looks) {
      return series_of(
          arm, [=](const RunRecord& run) { return number(readers_of(run, group, tier).*looks); },
          [=](const RunRecord& run) { return number(run.group_sessions[group]); });
    };
    const auto add_looks = [&](const TierRate& told, std::uint64_t ReaderRow::*looks) {
      add(told, per_session(ranked, looks), per_session(held_out, looks));
    };
    add_looks(amplification, &ReaderRow::impressions);
    if (discovers(arm)) add_looks(amplification_in_network, &ReaderRow::impressions_in_network);
  }
  if (!has_shadow(arm)) return;
  const auto looks = [&](std::uint64_t LedgerRow::*of) {
    return series_of(arm, [=](const RunRecord& run) { return ledger_of(run, tier, of); });
  };
  add(amplification_against_shadow, looks(&LedgerRow::ranked), looks(&LedgerRow::shadow));
  const auto add_pooled = [&](const TierRate& told, const Series& series) {
    rows.push_back(population_row(arm, contrast, told.name, told.unit, series));
  };
  add_pooled(looks_in_session, looks_per_session(arm, tier));
  if (discovers(arm)) add_pooled(looks_outside, outside_share(arm, tier));
}

}  // namespace

std::vector<ComparisonRow> tier_rates(const ArmRuns& arm, const std::vector<std::string>& tiers) {
  std::vector<ComparisonRow> rows;
  for (std::size_t tier = 0; tier < tiers.size(); ++tier) {
    const std::string contrast = posts_of_tier(tiers[tier]);
    for (const Rate& rate : rates)
      rows.push_back(population_row(arm, contrast, rate.told.name, rate.told.unit, series_of(arm, rate, tier)));
    for (const MechanismRate& rate : mechanism_rates)
      if (has(arm, rate) && (rate.total != "trust_sponsored_looks" || pays(arm)))
        rows.push_back(population_row(arm, contrast, rate.told.name, rate.told.unit, series_of(arm, rate, tier)));
    add_amplification(arm, contrast, tier, rows);
  }
  return rows;
}

namespace {

/// Where a line through the logarithms of what two tiers have crosses 1, going up, by the followers that an author of a
/// post of each has on the average; nothing where it does nowhere.
double where_comments_outrun(const std::vector<TierRow>& tiers, const MechanismColumn& replies,
                             const MechanismColumn& capacity) {
  double followers_before = 0, ratio_before = 0;
  for (std::size_t tier = 0; tier < tiers.size(); ++tier) {
    if (tiers[tier].outcomes.posts == 0 || replies.by_tier[tier] == 0 || capacity.by_tier[tier] == 0) continue;
    const double followers = follower_posts_of(tiers[tier]) / number(tiers[tier].outcomes.posts);
    const double ratio = 1e3 * number(replies.by_tier[tier]) / number(capacity.by_tier[tier]);
    if (0 < ratio_before && ratio_before < 1 && ratio >= 1) {
      const double share = math::log(1 / ratio_before) / math::log(ratio / ratio_before);
      return followers_before * math::exp(share * math::log(followers / followers_before));
    }
    followers_before = followers, ratio_before = ratio;
  }
  return not_a_number;
}

}  // namespace

std::vector<ComparisonRow> comment_limits(const ArmRuns& arm) {
  Series crossings;
  for (const RunRecord& run : arm.records) {
    const MechanismColumn *replies = column_of(run, "answers_replies"), *capacity = column_of(run, "answers_capacity");
    if (replies == nullptr || capacity == nullptr) return {};
    crossings.total.push_back(where_comments_outrun(run.tiers, *replies, *capacity));
  }
  const Estimate mean = pooled(crossings);
  if (std::isnan(mean.value)) return {};
  return {population_row(arm, std::string(accounts_by_followers), "followers where comments equal answers",
                         "mean, interpolated between tiers", "followers", "t", mean)};
}

std::vector<std::string_view> response_names() {
  std::vector<std::string_view> names;
  for (const Response& response : responses) names.push_back(response.metric);
  return names;
}

std::vector<ComparisonRow> size_elasticities(const ArmRuns& arm) {
  std::vector<ComparisonRow> rows;
  for (const Response& response : responses) {
    const auto groups = groups_of(arm, response);
    const ReplicatedElasticity fit = poisson_elasticity(std::span<const std::vector<ExposedGroup>>(groups));
    rows.push_back(population_row(arm, std::string(accounts_by_followers), response.metric, "elasticity, Poisson", "1",
                                  "t over replicates", fit.over_replicates));
  }
  return rows;
}

std::vector<ResponseRow> response_curves(const ArmRuns& arm) {
  std::vector<ResponseRow> rows;
  for (const Response& response : responses) {
    const auto groups = groups_of(arm, response);
    const std::vector<double> at = curve_points(groups);
    for (const CurvePoint& point : response_curve(std::span<const std::vector<ExposedGroup>>(groups), at))
      rows.push_back({arm.name, std::string(response.metric), point.followers, point.response.value, point.response.low,
                      point.response.high, point.elasticity.value, point.elasticity.low, point.elasticity.high});
  }
  return rows;
}

std::vector<std::string_view> campaign_fact_names() { return {campaign_metrics.begin(), campaign_metrics.end()}; }

std::vector<ComparisonRow> campaign_facts(const ArmRuns& arm, const std::vector<std::string>& campaigns) {
  std::vector<ComparisonRow> rows;
  for (std::uint32_t c = 0; c < campaigns.size(); ++c) {
    const auto of = [&](double (*count)(const CampaignRow&)) {
      return [count, c](const RunRecord& run) { return count(run.campaigns[c]); };
    };
    if (!std::ranges::all_of(arm.records, [&](const RunRecord& run) { return run.campaigns[c].accounts > 0; }))
      continue;
    const std::string contrast = accounts_of_campaign(campaigns[c]);
    const auto add = [&](std::string_view metric, std::string_view unit, const Series& series) {
      rows.push_back(population_row(arm, contrast, metric, unit, series));
    };
    const auto audience = of([](const CampaignRow& row) { return number(row.audience); });
    add(campaign_metrics[0], "1",
        series_of(arm, audience, [c](const RunRecord& run) { return random_audience(run, c); }));
    add(campaign_metrics[1], "accounts per user",
        series_of(arm, of([](const CampaignRow& row) { return number(row.audience_gross); }), audience));
    add(campaign_metrics[2], "users per follower",
        series_of(arm, of([](const CampaignRow& row) { return number(row.outcomes.reach); }), audience));
    add(campaign_metrics[3], "impressions per user",
        series_of(arm, of([](const CampaignRow& row) { return number(row.outcomes.impressions); }),
                  of([](const CampaignRow& row) { return number(row.outcomes.reach); })));
    const auto spent = of([](const CampaignRow& row) { return money(row.spent); });
    add(campaign_metrics[4], "currency per thousand impressions",
        series_of(arm, spent, of([](const CampaignRow& row) { return number(row.outcomes.impressions) / 1000; })));
    const bool margin_known = arm.records.front().campaigns[c].margin >= 0;
    const auto margin = [c](const RunRecord& run) { return money(run.campaigns[c].margin) / run.draws; };
    if (margin_known)
      add(campaign_metrics[5], "purchases per click", series_of(arm, spent, [=](const RunRecord& run) {
            return margin(run) * number(run.campaigns[c].outcomes.actions[Action::click]);
          }));
    const auto conversions = of([](const CampaignRow& row) { return row.sales.expected_incremental; });
    if (!std::ranges::any_of(arm.records, [&](const RunRecord& run) { return conversions(run) > 0; })) continue;
    add(campaign_metrics[6], "conversions per thousand impressions",
        series_of(arm, conversions,
                  of([](const CampaignRow& row) { return number(row.outcomes.impressions) / 1000; })));
    add(campaign_metrics[7], "currency per conversion", series_of(arm, spent, conversions));
    if (margin_known)
      add(campaign_metrics[8], "1",
          series_of(
              arm, [=](const RunRecord& run) { return margin(run) * conversions(run); }, spent));
  }
  return rows;
}

std::vector<StructureRow> tier_structures(const ArmRuns& arm, const std::vector<std::string>& tiers, std::size_t tier,
                                          std::size_t against) {
  std::vector<CascadeShape> shapes;
  for (std::uint32_t replicate = 0; replicate < arm.records.size(); ++replicate)
    for (const PostRow& post : arm.records[replicate].posts) {
      if (post.tier != tier && post.tier != against) continue;
      const bool alone = post.cascade_size == 1;
      shapes.push_back(
          {.group = post.tier == tier ? 0 : 1,
           .replicate = replicate,
           .size = post.cascade_size,
           .structural_virality = post.structural_virality,
           .depth = static_cast<double>(post.depth),
           .largest_broadcast =
               alone ? not_a_number : static_cast<double>(post.largest_broadcast) / (post.cascade_size - 1),
           .half_time = alone ? not_a_number : static_cast<double>(post.half_time)});
    }
  std::vector<StructureRow> rows;
  for (const StructureComparison& found : compare_structure(shapes, arm.records.size()))
    rows.push_back({arm.name, std::string(found.metric), tiers[tier], tiers[against], found.cascades[0],
                    found.cascades[1], found.mean[0], found.mean[1], found.difference.value, found.difference.low,
                    found.difference.high, found.pairs, found.matched_difference.value, found.matched_difference.low,
                    found.matched_difference.high});
  return rows;
}

LogRatio amplification_ratio(const ArmRuns& arm, std::size_t micro, std::size_t mega) {
  const auto amplified = [&](std::size_t tier) {
    return series_of(
        arm, [=](const RunRecord& run) { return number(readers_of(run, ranked, tier).impressions); },
        [=](const RunRecord& run) { return number(readers_of(run, held_out, tier).impressions); });
  };
  return log_ratio(amplified(micro), amplified(mega));
}

LogRatio engagement_ratio(const ArmRuns& arm, std::size_t micro, std::size_t mega) {
  return log_ratio(series_of(arm, claimed_rate, micro), series_of(arm, claimed_rate, mega));
}

LogRatio answers_ratio(const ArmRuns& with, const ArmRuns& without, std::size_t micro, std::size_t mega) {
  const auto of = [&](std::size_t tier) {
    return SeriesPair{series_of(with, claimed_rate, tier), series_of(without, claimed_rate, tier)};
  };
  return log_ratio_of_ratios(of(micro), of(mega));
}

}  // namespace grapevine
