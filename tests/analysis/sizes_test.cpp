#include "analysis/sizes.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "analysis/overlap.hpp"
#include "graph/base/random.hpp"
#include "tests/catch.hpp"

using namespace grapevine;

namespace {

constexpr double t_of_two = 12.7062047362;  // Student's t with 1 degree of freedom at 0.975: two replicates

const std::vector<std::string> tiers{"small", "large"};

ArmRuns arm_of(const std::vector<RunRecord>& records, const std::string& name = "arm") { return {name, records}; }

const ComparisonRow& row_of(const std::vector<ComparisonRow>& rows, std::string_view contrast,
                            std::string_view metric) {
  const auto found = std::ranges::find_if(
      rows, [&](const ComparisonRow& row) { return row.contrast == contrast && row.metric == metric; });
  REQUIRE(found != rows.end());
  return *found;
}

bool is_the_one_nan(double x) { return std::memcmp(&x, &not_a_number, sizeof x) == 0; }

/// A tier with so many likes, replies, reshares and looks, half of them first ones.
TierRow tier(std::uint64_t likes, std::uint64_t replies, std::uint64_t reshares, std::uint64_t impressions) {
  TierRow row;
  row.outcomes.actions[Action::like] = likes;
  row.outcomes.actions[Action::reply] = replies;
  row.outcomes.actions[Action::reshare] = reshares;
  row.outcomes.impressions = impressions;
  row.outcomes.first_looks = impressions / 2;
  return row;
}

/// Two runs: the small tier has 6 actions of 40 looks and 10 of 120, the large one 2 of 40 and 2 of 40.
std::vector<RunRecord> two_runs() {
  std::vector<RunRecord> runs(2);
  runs[0].tiers = {tier(3, 1, 2, 40), tier(1, 1, 0, 40)};
  runs[1].tiers = {tier(7, 2, 1, 120), tier(0, 0, 2, 40)};
  for (RunRecord& run : runs) {
    run.tiers[0].outcomes.actions[Action::click] = 1'000;  // no engagement
    run.tiers[0].authors = 3;
    run.tiers[1].authors = 1;
    run.group_sessions = {0, 0};
    run.readers.resize(4);
  }
  runs[0].tiers[0].outcomes.reach = 20, runs[1].tiers[0].outcomes.reach = 12;
  runs[0].tiers[0].follower_posts = 300, runs[1].tiers[0].follower_posts = 500;
  runs[0].tiers[0].mean_rate_per_impression = 0.2, runs[1].tiers[0].mean_rate_per_impression = 0.4;
  runs[0].tiers[0].mean_rate_per_follower = 0.03, runs[1].tiers[0].mean_rate_per_follower = 0.05;
  return runs;
}

/// Holds out readers: sessions 50 and 70 ranked, 10 and 2 held out; looks at the small tier 100 and 140, 10 and 2; at
/// the large one 60 and 60, 30 and 30.
std::vector<RunRecord> with_holdout() {
  std::vector<RunRecord> runs = two_runs();
  runs[0].group_sessions = {50, 10};
  runs[1].group_sessions = {70, 2};
  runs[0].readers = {{100, 0}, {60, 0}, {10, 0}, {30, 0}};
  runs[1].readers = {{140, 0}, {60, 0}, {2, 0}, {30, 0}};
  return runs;
}

/// One author; a quarter of the looks are first ones.
CurveRow author(std::uint64_t followers, std::uint64_t posts, std::uint64_t impressions, std::uint64_t engagement) {
  const auto p = static_cast<double>(posts), i = static_cast<double>(impressions), e = static_cast<double>(engagement);
  return {1,     followers,  posts, impressions, impressions / 4, engagement, p * p,
          i * i, i * i / 16, e * e, i * p,       e * p,           e * i,      e * i / 4};
}

/// Authors with 4, 16, ... 65 536 followers, two posts each. The elasticity of looks per post is 1/2, that of
/// engagement per post 1; when `steep` twice that.
RunRecord power_laws(bool steep) {
  RunRecord run;
  run.curve.push_back(author(0, 5, 3, 1));  // nobody follows it: it has no logarithm
  run.curve.push_back({});                  // a class without authors
  for (std::uint64_t j = 1; j <= 8; ++j) {
    const std::uint64_t looks = 65'536 * (std::uint64_t{1} << (steep ? 2 * j : j)),
                        actions = std::uint64_t{1} << (steep ? 4 * j : 2 * j);
    run.curve.push_back(author(std::uint64_t{1} << (2 * j), 2, 2 * looks, 2 * actions));
  }
  return run;
}

InfluencerRow influencer(std::uint32_t user, std::uint32_t campaign, std::uint64_t followers) {
  InfluencerRow row;
  row.user = UserId(user);
  row.campaign = campaign;
  row.followers = followers;
  return row;
}

PostRow cascade(std::uint8_t tier, std::uint32_t size, std::uint32_t depth, std::uint32_t broadcast, Tick half_time,
                double virality) {
  PostRow post;
  post.tier = tier;
  post.cascade_size = size;
  post.depth = depth;
  post.largest_broadcast = broadcast;
  post.half_time = half_time;
  post.structural_virality = virality;
  return post;
}

}  // namespace

TEST_CASE("rates of a tier worked out by hand: pooled by the jackknife, of accounts as their mean",
          "[analysis][sizes]") {
  const auto runs = two_runs();
  const auto rows = tier_rates(arm_of(runs), tiers);
  REQUIRE(rows.size() == 2 * 7);                   // nobody is held out, no mechanism does anything
  for (std::size_t i = 0; i < rows.size(); ++i) {  // tier by tier, in the order of the list
    CHECK(rows[i].metric == tier_rate_list()[i % 7].name);
    CHECK(rows[i].contrast == "posts of tier " + tiers[i / 7]);
    CHECK((rows[i].arm == "arm" && rows[i].against.empty() && rows[i].estimand == "population" &&
           rows[i].replicates == 2));
  }
  const ComparisonRow& pooled_rate = row_of(rows, "posts of tier small", "engagement per impression");
  CHECK(pooled_rate.estimate == 0.1);  // 16 / 160, not the mean of 0.15 and 0.0833
  // Without the first 10 / 120, without the second 6 / 40: the pseudo-values of the logarithm lie log(0.15 x 12) apart,
  // half of it is the error.
  CHECK(pooled_rate.upper == Approx(0.1 * std::exp(t_of_two * std::log(0.15 * 12) / 2)).epsilon(1e-9));
  CHECK(pooled_rate.lower == Approx(0.1 * std::exp(-t_of_two * std::log(0.15 * 12) / 2)).epsilon(1e-9));
  CHECK((pooled_rate.interval == "jackknife, log" && pooled_rate.statistic == "ratio of means" &&
         pooled_rate.unit == "actions per impression"));

  const ComparisonRow& by_account = row_of(rows, "posts of tier small", "engagement per impression, mean of accounts");
  CHECK(by_account.estimate == Approx(0.3).epsilon(1e-15));
  CHECK(by_account.upper - by_account.estimate == Approx(0.1 * t_of_two).epsilon(1e-9));
  CHECK((by_account.interval == "t" && by_account.statistic == "mean"));

  CHECK(row_of(rows, "posts of tier small", "engagement per follower").estimate == 16. / 800);
  CHECK(row_of(rows, "posts of tier small", "engagement per follower, mean of accounts").estimate ==
        Approx(0.04).epsilon(1e-15));
  CHECK(row_of(rows, "posts of tier small", "engagement per reached user").estimate == 0.5);
  CHECK(row_of(rows, "posts of tier small", "impressions per follower").estimate == 0.2);
  CHECK(row_of(rows, "posts of tier large", "engagement per impression").estimate == 0.05);
}

TEST_CASE("amplification is looks per session of ranked readers over those of readers held out", "[analysis][sizes]") {
  const auto runs = with_holdout();
  REQUIRE(holds_out(arm_of(runs)));
  const auto rows = tier_rates(arm_of(runs), tiers);
  CHECK(rows.size() == 16);
  CHECK(row_of(rows, "posts of tier small", "amplification").estimate == 2);    // 240 / 120 over 12 / 12
  CHECK(row_of(rows, "posts of tier large", "amplification").estimate == 0.2);  // 120 / 120 over 60 / 12
  CHECK(row_of(rows, "posts of tier large", "amplification").unit == "1");

  // Sessions cancel in the ratio of two tiers: (240 / 12) / (120 / 60).
  CHECK(amplification_ratio(arm_of(runs), 0, 1).estimate.value == Approx(10).epsilon(1e-14));
  CHECK(amplification_ratio(arm_of(runs), 1, 0).estimate.value == Approx(0.1).epsilon(1e-14));
  CHECK(amplification_ratio(arm_of(runs), 1, 1).estimate.value == 1);
  auto more_sessions = runs;
  for (RunRecord& run : more_sessions) run.group_sessions = {7, 1'000};
  CHECK(amplification_ratio(arm_of(more_sessions), 0, 1).estimate.value ==
        amplification_ratio(arm_of(runs), 0, 1).estimate.value);

  auto nobody_once = runs;
  nobody_once[1].group_sessions[1] = 0;
  CHECK_FALSE(holds_out(arm_of(nobody_once)));
  CHECK_FALSE(holds_out(ArmRuns{"none", {}}));
}

TEST_CASE("amplification against the shadow is looks over those of the shadow, of all sources and replicates together",
          "[analysis][sizes]") {
  auto runs = two_runs();
  for (RunRecord& run : runs) run.ledger.resize(2 * source_count);
  const auto put = [&](std::size_t run, std::size_t tier, Source source, std::uint64_t ranked, std::uint64_t shadow) {
    LedgerRow& row = runs[run].ledger[source_count * tier + static_cast<std::size_t>(source)];
    row.ranked = ranked, row.shadow = shadow;
  };
  put(0, 0, Source::author, 10, 30), put(0, 0, Source::reshare, 20, 30), put(1, 0, Source::discovery, 30, 90);
  put(0, 1, Source::author, 60, 30), put(1, 1, Source::author, 150, 75), put(1, 1, Source::promoted, 0, 15);
  runs[0].group_sessions = {20, 0}, runs[1].group_sessions = {10, 0};
  const auto rows = tier_rates(arm_of(runs), tiers);
  REQUIRE(rows.size() == 2 * 9);                                                  // nobody is held out
  CHECK(row_of(rows, "posts of tier small", "looks per session").estimate == 2);  // 60 / 30
  CHECK(row_of(rows, "posts of tier large", "looks per session").estimate == 7);
  const ComparisonRow& small = row_of(rows, "posts of tier small", "amplification against the shadow");
  CHECK(small.estimate == 0.4);  // 60 / 150
  // Without the first 1/3, without the second 1/2: the pseudo-values of the logarithm lie log(3/2) apart.
  CHECK(small.upper == Approx(0.4 * std::exp(t_of_two * std::log(1.5) / 2)).epsilon(1e-9));
  CHECK(small.lower == Approx(0.4 * std::exp(-t_of_two * std::log(1.5) / 2)).epsilon(1e-9));
  CHECK((small.unit == "1" && small.statistic == "ratio of means" && small.interval == "jackknife, log"));
  CHECK(row_of(rows, "posts of tier large", "amplification against the shadow").estimate == 1.75);  // 210 / 120

  for (RunRecord& run : runs) run.readers[0] = {30, 0, 20};
  const auto discovering = tier_rates(arm_of(runs), tiers);
  CHECK(discovering.size() == 2 * 10);
  CHECK(row_of(discovering, "posts of tier small", "looks outside the network").estimate == 0.5);  // 30 / 60
  CHECK(row_of(discovering, "posts of tier large", "looks outside the network").estimate == 0);
}

TEST_CASE("a tier without what a rate is taken over has the one missing value there, and nowhere else",
          "[analysis][sizes]") {
  auto runs = with_holdout();
  for (RunRecord& run : runs) {
    run.tiers[0] = {};  // nobody posts
    run.readers[0] = run.readers[2] = {};
    run.tiers[1] = {};
    run.tiers[1].authors = 2;  // two post, and nobody follows them or looks
    run.tiers[1].outcomes.posts = 2;
  }
  const auto rows = tier_rates(arm_of(runs), tiers);
  REQUIRE(rows.size() == 16);
  for (const ComparisonRow& row : rows) {
    INFO(row.contrast << ": " << row.metric);
    if (row.contrast == "posts of tier large" && row.metric == "amplification") {
      CHECK(row.estimate == 0.2);
      continue;
    }
    for (const double value : {row.estimate, row.lower, row.upper, row.mean_arm}) CHECK(is_the_one_nan(value));
  }
  for (const std::size_t of : {0u, 1u}) CHECK(std::isnan(engagement_ratio(arm_of(runs), of, 1 - of).estimate.value));
  CHECK(std::isnan(amplification_ratio(arm_of(runs), 0, 1).estimate.value));
}

TEST_CASE("the ratio of engagement between tiers is one of pooled rates", "[analysis][sizes]") {
  auto runs = two_runs();
  runs[0].tiers[0].outcomes.impressions = 1'000'000;  // looking again does not count
  const LogRatio ratio = engagement_ratio(arm_of(runs), 0, 1);
  CHECK(ratio.estimate.value == Approx(2).epsilon(1e-14));  // 0.1 / 0.05
  // The large tier does not vary, so the log ratio has the pseudo-values of log(16 / 160): 2 log 0.1 - log(10 / 120)
  // and 2 log 0.1 - log(6 / 40).
  CHECK(ratio.standard_error == Approx(std::log(0.15 * 12) / 2).epsilon(1e-12));
  CHECK(ratio.estimate.high == Approx(2 * std::exp(t_of_two * std::log(0.15 * 12) / 2)).epsilon(1e-8));
}

TEST_CASE("engagement per money counts the actions with all campaigns that ran and the money of all",
          "[analysis][sizes]") {
  const auto run = [](std::uint64_t likes, std::uint64_t reshares, MicroMoney spent) {
    RunRecord record;
    record.campaigns.resize(2);
    record.campaigns[0].outcomes = {.actions = {{likes, 0, 0, 500}}};
    record.campaigns[1].outcomes = {.actions = {{0, 0, reshares}}};
    record.campaigns[0].spent = spent / 4;
    record.campaigns[1].spent = spent - spent / 4;
    return record;
  };
  const std::vector<RunRecord> micro{run(30, 10, 20 * micro_per_unit), run(10, 10, 10 * micro_per_unit)};
  const std::vector<RunRecord> mega{run(10, 0, 10 * micro_per_unit), run(10, 10, 20 * micro_per_unit)};
  const std::vector<RunRecord> unpaid{run(0, 0, 0), run(0, 0, 0)};
  CHECK(portfolio_ratio("campaign engagement per money", arm_of(micro), arm_of(mega)).estimate.value ==
        Approx(2).epsilon(1e-14));  // (60 / 30) / (30 / 30)
  CHECK(std::isnan(portfolio_ratio("campaign engagement per money", arm_of(micro), arm_of(unpaid)).estimate.value));
  CHECK(std::isnan(portfolio_ratio("campaign engagement per money", arm_of(unpaid), arm_of(mega)).estimate.value));
  const LogRatio equal = portfolio_ratio("campaign engagement per money", arm_of(mega), arm_of(mega));
  CHECK((equal.estimate.value == 1 && equal.estimate.low == 1 && equal.estimate.high == 1));
}

TEST_CASE("elasticities that were planted are found, and vary as replicates do", "[analysis][sizes]") {
  const std::vector<RunRecord> runs{power_laws(false), power_laws(true)};
  const auto rows = size_elasticities(arm_of(runs));
  REQUIRE(rows.size() == 4);
  const std::vector<std::pair<std::string, double>> planted{{"impressions per post", 0.5},
                                                            {"engagement per post", 1},
                                                            {"engagement per first look", 0.5},
                                                            {"engagement per impression", 0.5}};
  for (std::size_t i = 0; i < 4; ++i) {
    INFO(planted[i].first);
    CHECK(rows[i].metric == planted[i].first);
    CHECK((rows[i].contrast == "accounts by follower count" && rows[i].interval == "t over replicates" &&
           rows[i].replicates == 2));
    // b in one replicate, 2 b in the other: mean 1.5 b, half the distance 0.5 b.
    CHECK(rows[i].estimate == Approx(1.5 * planted[i].second).epsilon(1e-9));
    CHECK(rows[i].upper - rows[i].estimate == Approx(t_of_two * std::abs(planted[i].second) / 2).epsilon(1e-8));
  }

  std::vector<RunRecord> one_size{power_laws(false), power_laws(false)};
  one_size[1].curve.resize(3);  // authors with one follower count only have no slope
  for (const ComparisonRow& row : size_elasticities(arm_of(one_size)))
    CHECK((is_the_one_nan(row.estimate) && is_the_one_nan(row.lower)));
}

TEST_CASE(
    "curves by follower count follow a power law, four points a decade up to the largest author of every replicate",
    "[analysis][sizes]") {
  std::vector<RunRecord> runs{power_laws(false), power_laws(false)};
  runs[0].curve.push_back(author(std::uint64_t{1} << 20, 2, 1, 1));
  const auto rows = response_curves(arm_of(runs));
  REQUIRE(rows.size() == 4 * 20);  // 1 to 10^4.75, which is below 65 536
  const double slopes[] = {0.5, 1, 0.5, 0.5}, constants[] = {65'536, 1, 4 / 65'536., 1 / 65'536.};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::size_t metric = i / 20;
    const ResponseRow& row = rows[i];
    INFO(row.metric << " at " << row.followers);
    CHECK(row.arm == "arm");
    CHECK(row.followers == Approx(std::pow(10, static_cast<double>(i % 20) / 4)).epsilon(1e-12));
    if (row.followers <
        1.6) {  // a point speaks for authors within a factor of 10: of those here only one, which has no slope
      CHECK((is_the_one_nan(row.response) && is_the_one_nan(row.elasticity) && is_the_one_nan(row.response_lower)));
      continue;
    }
    CHECK(row.response == Approx(constants[metric] * std::pow(row.followers, slopes[metric])).epsilon(1e-9));
    CHECK(row.elasticity == Approx(slopes[metric]).epsilon(1e-9));
    CHECK(row.response_upper - row.response_lower ==
          Approx(0).margin(1e-6 * row.response));  // both replicates are alike
  }
}

TEST_CASE("what the accounts of a campaign have in common, worked out by hand", "[analysis][sizes]") {
  std::vector<RunRecord> runs(2);
  for (RunRecord& run : runs) {
    run.tiers.resize(2);
    run.tiers[0].accounts = 60;
    run.tiers[1].accounts = 40;
    run.campaigns.resize(4);
    run.influencers = {influencer(1, 0, 10), influencer(2, 1, 50), influencer(3, 0, 10)};
    run.campaigns[0] = {.accounts = 2,
                        .outcomes = {.impressions = 9, .reach = 6, .actions = {{0, 0, 0, 4}}},
                        .spent = 8 * micro_per_unit,
                        .margin = 10 * micro_per_unit,
                        .audience = 15,
                        .audience_gross = 20,
                        .sales = {}};
    run.campaigns[1] = {.accounts = 1,
                        .outcomes = {.impressions = 9, .reach = 0},
                        .spent = 8 * micro_per_unit,
                        .margin = 5 * micro_per_unit,
                        .audience = 50,
                        .audience_gross = 50,
                        .sales = {}};
  }
  runs[1].campaigns[0].audience = 17;
  runs[1].campaigns[0].outcomes.actions[Action::click] = 12;
  runs[0].campaigns[3].accounts = 1;  // ran once only: it is not told
  const auto rows = campaign_facts(arm_of(runs), {"pair", "single", "idle", "once"});
  REQUIRE(rows.size() == 2 * 6);
  const std::string pair = "accounts of campaign pair", single = "accounts of campaign single";
  CHECK(row_of(rows, pair, "audience over random audiences").estimate ==
        Approx(32. / 38).epsilon(1e-14));  // 100 (1 - 0.9 x 0.9) = 19 in each replicate
  CHECK(row_of(rows, pair, "followed accounts per follower").estimate == 40. / 32);
  CHECK(row_of(rows, pair, "reach of audience").estimate == 12. / 32);
  CHECK(row_of(rows, pair, "impressions per reached user").estimate == 1.5);
  CHECK(row_of(rows, pair, "money per thousand impressions").estimate == Approx(16'000. / 18).epsilon(1e-14));
  // 16 of money for 16 clicks that bring 10 each if they buy: one in ten must.
  CHECK(row_of(rows, pair, "break-even purchases per click").estimate == Approx(0.1).epsilon(1e-15));
  CHECK(row_of(rows, pair, "break-even purchases per click").unit == "purchases per click");
  CHECK(row_of(rows, single, "audience over random audiences").estimate == 1);
  CHECK(is_the_one_nan(row_of(rows, single, "impressions per reached user").estimate));    // nobody reached
  CHECK(is_the_one_nan(row_of(rows, single, "break-even purchases per click").estimate));  // nobody clicked

  for (RunRecord& run : runs) run.campaigns[0].margin = -1, run.campaigns[1].margin = 0;
  const auto without = campaign_facts(arm_of(runs), {"pair", "single", "idle", "once"});
  CHECK(without.size() == 5 + 6);  // a margin that is not said has no row; one of nothing is never earned back
  CHECK(is_the_one_nan(row_of(without, single, "break-even purchases per click").estimate));
}

TEST_CASE("audiences drawn uniformly are as large together as random audiences are", "[analysis][sizes][statistical]") {
  constexpr std::uint32_t users = 3'000, replicates = 200;
  const std::vector<std::uint64_t> sizes{600, 300, 300, 100, 40};
  std::vector<RunRecord> runs(replicates);
  for (std::uint32_t r = 0; r < replicates; ++r) {
    const StreamKey key(29, Stream::graph, r);
    runs[r].tiers.resize(1);
    runs[r].tiers[0].accounts = users;
    std::vector<bool> follows(users, false);
    for (std::uint32_t i = 0; i < sizes.size(); ++i) {
      const KeyedPermutation permutation(key.bits(Draw::sample, i), users);
      for (std::uint64_t k = 0; k < sizes[i]; ++k) follows[permutation(k)] = true;
      runs[r].influencers.push_back(influencer(i, 0, sizes[i]));
    }
    runs[r].campaigns.resize(1);
    runs[r].campaigns[0].accounts = sizes.size();
    runs[r].campaigns[0].audience = static_cast<std::uint64_t>(std::ranges::count(follows, true));
    runs[r].campaigns[0].audience_gross = 1'340;
  }
  const auto rows = campaign_facts(arm_of(runs), {"all"});
  // The expected audience is the same in every replicate, so the ratio is a mean of 200 audiences over it. Sound code
  // leaves five sd for one seed in 1.7 million.
  const double deviation = std::sqrt(reach_variance(users, sizes) / replicates) / expected_reach(users, sizes);
  CHECK(deviation < 0.001);
  CHECK(std::abs(row_of(rows, "accounts of campaign all", "audience over random audiences").estimate - 1) <
        5 * deviation);
}

TEST_CASE("cascades of two tiers beside each other, as they are and matched on size", "[analysis][sizes]") {
  std::vector<RunRecord> runs(2);
  for (RunRecord& run : runs) {
    run.posts.push_back(cascade(0, 3, 2, 1, 4, 4. / 3));        // a chain of three: one reshare of each emission
    run.posts.push_back(cascade(0, 1, 0, 0, 0, not_a_number));  // a root alone
    run.posts.push_back(cascade(1, 3, 1, 2, 2, 4. / 3));        // a star of three
    run.posts.push_back(cascade(1, 9, 1, 8, 2, 16. / 9));       // a star of nine: no size to match
    run.posts.push_back(cascade(2, 50, 40, 1, 400, 10));        // of another tier
  }
  const auto rows = tier_structures(arm_of(runs), {"small", "large", "other"}, 0, 1);
  const auto of = [&](std::string_view metric) {
    const auto found = std::ranges::find(rows, metric, &StructureRow::metric);
    REQUIRE(found != rows.end());
    return *found;
  };
  REQUIRE(rows.size() == 4);
  for (const StructureRow& row : rows) CHECK((row.arm == "arm" && row.tier == "small" && row.against == "large"));
  const StructureRow depth = of("depth"), broadcast = of("largest broadcast"), half_time = of("half-time"),
                     virality = of("structural virality");
  CHECK((depth.cascades_tier == 4 && depth.cascades_against == 4 && depth.mean_tier == 1 && depth.mean_against == 1 &&
         depth.difference == 0));
  CHECK((depth.pairs == 2 && depth.matched_difference == 1));                // of those of size 3: 2 - 1
  CHECK((broadcast.cascades_tier == 2 && broadcast.cascades_against == 4));  // a root alone has none
  CHECK((broadcast.mean_tier == 0.5 && broadcast.mean_against == 1 && broadcast.difference == -0.5 &&
         broadcast.matched_difference == -0.5));
  CHECK((half_time.cascades_tier == 2 && half_time.mean_tier == 4 && half_time.mean_against == 2 &&
         half_time.matched_difference == 2));
  CHECK(virality.matched_difference == Approx(0).margin(1e-15));

  for (RunRecord& run : runs) run.posts.clear();
  for (const StructureRow& row : tier_structures(arm_of(runs), {"small", "large"}, 0, 1))
    CHECK((row.cascades_tier == 0 && std::isnan(row.difference) && std::isnan(row.matched_difference)));
}
