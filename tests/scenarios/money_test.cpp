#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "scenarios/result/result.hpp"
#include "scenarios/result/table.hpp"
#include "scenarios/study/outlook.hpp"
#include "scenarios/study/study.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/scenario_files.hpp"

// What a study says of its money: prices by formula and by card, managing partners, offers that take time, and what
// money is called.
using namespace grapevine;

namespace {

/// A world of 3 000 users that stands for 30 000. Two campaigns that decline, answer late and look at the past, and
/// arms that repeat another under a second name.
const std::string bargains = R"(format = 1
seed = 12
replicates = 2
time = {tick = "30min", warmup = "6h", measure = "12h", followup = "6h"}
graph = {users = 3_000, stands_for = 30_000, mean_followees = 12}
population = {sessions = 6, posts = 4, patience = 8, quality_spread = 0.8}
tiers = {names = ["few", "some", "many"], from = [0, 100, 1_000]}
behaviour = {like = 0.2, reply = 0.05}
feed.window = "6h"
price = {post = 10, follower = 0.25, exponent = 0.8, engagement = 0.7, manage = 4.5}

[[campaign]]
name = "large"
accounts = "largest"
count = 3
posts = 2
start = "3h"
every = "1h"
slots = 4
slot = "2h"

[[campaign]]
name = "small"
tier = "some"
budget_of = "large"
acceptance = 0.6
answer_after = "2h"
start = "3h"
every = "1h"
slots = 4
slot = "2h"

[[arm]]
name = "large"
pays = ["large"]
[[arm]]
name = "small"
pays = ["small"]
[[arm]]
name = "small-again"
pays = ["small"]
[[arm]]
name = "small-own"
pays = ["small"]
warmup = "own"
feed.ranking = "random"
[[contrast]]
arm = "small-again"
against = "small"
[[contrast]]
arm = "small"
against = "large"
)";

bool has(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }

/// The account's rows in /influencers, whatever the campaign.
std::vector<InfluencerRow> paid(const StudyResult& study, const std::string& arm, std::size_t replicate) {
  const auto at = static_cast<std::size_t>(std::ranges::find(study.arms, arm) - study.arms.begin());
  return study.record(0, at, replicate).influencers;
}

}  // namespace

TEST_CASE("what accounts cost by formula and by card is what anybody computes from their rows", "[scenarios][money]") {
  // Of the world that this one stands for: a post for 10 + 0.25 (10 K)^0.8, or by the card; a tenth of it here. Without
  // engagement, so that the rows have all that there is.
  const bool by_card = GENERATE(false, true);
  const std::vector<std::string> overrides = by_card
                                                 ? std::vector<std::string>{"price={card=[3, 20.5, 400], manage=4.5}"}
                                                 : std::vector<std::string>{"price.engagement=0"};
  const StudyResult study = run_study(test::scenario_of(bargains, overrides));
  std::set<std::uint32_t> tiers;
  for (const std::string& arm : study.arms)
    for (std::size_t r = 0; r < study.replicates; ++r) {
      MicroMoney sum = 0;
      for (const InfluencerRow& row : paid(study, arm, r)) {
        const double k = 10.0 * static_cast<double>(row.followers);
        const std::uint32_t tier = k < 100 ? 0 : k < 1'000 ? 1 : 2;
        const double post = by_card ? std::vector{3.0, 20.5, 400.0}[tier] : 10 + 0.25 * std::pow(k, 0.8);
        const double cost = 0.1 * (4.5 + static_cast<double>(row.posts) * post) * micro_per_unit;
        CHECK(std::abs(static_cast<double>(row.cost) - cost) <= 0.5 * static_cast<double>(row.posts) + 1e-3);
        sum += row.cost;
        tiers.insert(tier);
      }
      const auto& campaigns = study.record(0, arm == "large" ? 0 : 1, r).campaigns;
      CHECK(campaigns[arm == "large" ? 0 : 1].spent == sum);
    }
  CHECK(tiers == std::set<std::uint32_t>{1, 2});
}

TEST_CASE("arms that are alike pay and bring exactly the same with prices of the past and answers that take time",
          "[scenarios][money][invariance]") {
  const StudyResult study = run_study(test::scenario_of(bargains));
  int rows = 0;
  for (const ComparisonRow& row : study.comparison)
    if (row.arm == "small-again" && row.against == "small") {
      CHECK((row.estimate == (row.statistic == "ratio of means" ? 1 : 0) && row.lower == row.upper));
      ++rows;
    }
  CHECK(rows > 5);
  std::uint64_t too_late = 0, declined = 0;
  for (std::size_t r = 0; r < study.replicates; ++r) {
    const CampaignRow& row = study.record(0, 1, r).campaigns[1];
    CHECK(row == study.record(0, 2, r).campaigns[1]);
    CHECK(row.budget == study.record(0, 0, r).campaigns[0].spent);
    CHECK((0 < row.spent && row.spent <= row.budget));
    CHECK(row.offers == row.accounts + row.declined + row.too_late);
    too_late += row.too_late, declined += row.declined;
    // Campaigns look at the warm-up of all arms, also where an arm has one of its own.
    const std::vector<InfluencerRow> shared = paid(study, "small", r), own = paid(study, "small-own", r);
    REQUIRE(shared.size() == own.size());
    for (std::size_t i = 0; i < own.size(); ++i)
      CHECK((own[i].user == shared[i].user && own[i].cost == shared[i].cost && own[i].accepted == shared[i].accepted));
  }
  CHECK(declined > 0);
  CHECK(too_late > 0);
  const std::string table = comparison_table(study);
  CAPTURE(table);
  CHECK(has(table, "Offers "));
  CHECK(has(table, "too late"));
}

TEST_CASE("a study of classic models alone runs a warm-up where its prices look at the past", "[scenarios][money]") {
  const std::string text =
      "format = 1\nseed = 5\nreplicates = 1\ngraph = {users = 2_000, mean_followees = 12}\n"
      "diffusion = {model = \"independent-cascade\", chance = 0.02}\n"
      "price.follower = 1\n"
      "[[campaign]]\nname = \"c\"\ncount = 200\n[[arm]]\nname = \"a\"\npays = [\"c\"]\n";
  const std::vector<std::string> past{"price.engagement=1",    "feed.window=\"12h\"",         "time.warmup=\"12h\"",
                                      "time.followup=\"12h\"", "feed.prior_strength.like=20", "behaviour.like=0.4",
                                      "population.posts=6",    "population.sessions=6"};
  const StudyResult alike = run_study(test::scenario_of(text)), differing = run_study(test::scenario_of(text, past));
  const std::vector<InfluencerRow> without = paid(alike, "a", 0), with = paid(differing, "a", 0);
  REQUIRE((without.size() == 200 && with.size() == 200));
  int cheaper = 0, dearer = 0;
  for (std::size_t i = 0; i < with.size(); ++i) {
    REQUIRE((with[i].user == without[i].user && with[i].posts == 1));
    const MicroMoney fixed = micro_per_unit;  // price.post, which engagement does not move
    CHECK(with[i].cost >= fixed);
    CHECK(without[i].cost == fixed + static_cast<MicroMoney>(without[i].followers) * micro_per_unit);
    cheaper += with[i].cost<without[i].cost, dearer += with[i].cost> without[i].cost;
  }
  CAPTURE(cheaper, dearer);
  CHECK((cheaper > 20 && dearer > 20));
}

TEST_CASE("`check` tells what campaigns will spend, also where their prices look at the past",
          "[scenarios][money][outlook]") {
  const Scenario scenario = test::scenario_of(bargains, {"replicates=1"});
  const Outlook outlook = look_ahead(scenario, {.seconds_a_part = 600});
  const StudyResult study = run_study(scenario);
  REQUIRE(outlook.campaigns.size() == 2);
  for (std::size_t c = 0; c < 2; ++c) {
    const Outlook::Campaign& told = outlook.campaigns[c];
    const CampaignRow& did = study.record(0, c, 0).campaigns[c];
    CHECK((told.chosen && told.bound));
    CHECK(told.spent == did.spent);
    CHECK(told.budget == did.budget);
    CHECK(told.accounts == did.accounts);
    CHECK((told.offers == did.offers && told.declined == did.declined && told.too_late == did.too_late));
    CHECK(told.answer_ticks == static_cast<double>(did.answer_ticks) / static_cast<double>(did.accounts));
  }
  CHECK(has(outlook_text(scenario, outlook), "Offers "));

  // Where the warm-up takes too long to be waited for, it says so and tells no stand-ins.
  const Outlook early = look_ahead(scenario, {.seconds_a_part = 0});
  for (const Outlook::Campaign& campaign : early.campaigns) CHECK_FALSE(campaign.chosen);
  CHECK((early.campaigns[0].bound && !early.campaigns[1].bound));
  const std::string text = outlook_text(scenario, early);
  CAPTURE(text);
  CHECK(has(text, "large        later"));
  CHECK(has(text, "the accounts of campaign 'large', the accounts of campaign 'small'"));
}

TEST_CASE("a currency has a name in tables and units, and no number changes with it", "[scenarios][money]") {
  const StudyResult plain = run_study(test::scenario_of(bargains)),
                    named = run_study(test::scenario_of(bargains, {"price.currency=\"EUR\""}));
  CHECK((plain.currency == "currency" && named.currency == "EUR"));
  REQUIRE(plain.comparison.size() == named.comparison.size());
  std::set<std::string> units;
  for (std::size_t i = 0; i < plain.comparison.size(); ++i) {
    ComparisonRow row = named.comparison[i];
    const ComparisonRow& same = plain.comparison[i];
    CHECK((row.metric == same.metric && std::isnan(row.estimate) == std::isnan(same.estimate)));
    if (!std::isnan(row.estimate)) CHECK(row.estimate == same.estimate);
    if (row.unit != same.unit) units.insert(row.unit);
  }
  CHECK(units == std::set<std::string>{"EUR", "actions per EUR", "users per EUR", "impressions per EUR",
                                       "EUR per thousand impressions"});
  const std::string table = comparison_table(named);
  CHECK(has(table, "Money in EUR"));
  CHECK(has(table, "Money is in EUR."));
  CHECK_FALSE(has(comparison_table(plain), "Money i"));
  const test::Folder folder;
  write_result(folder.path() / "named.h5", named);
  CHECK(read_result(folder.path() / "named.h5").currency == "EUR");
}

TEST_CASE("mistakes in prices are told with both keys", "[scenarios][money][reader]") {
  using Messages = std::vector<std::string>;
  const std::string start = test::smallest;
  const auto said = [&](const std::string& lines) { return test::refusal_of_text(start + lines); };
  CHECK(said("price = {card = [1, 2, 3, 4]}\n") ==
        Messages{"study.toml:4:17: price.card has 4 entries and tiers.names has 5; expected one price for each name"});
  CHECK(said("price = {card = [1, 2, 3, 4, 5], post = 2}\n") ==
        Messages{"study.toml:4:34: price.post has no effect here; it needs prices by formula (no price.card); remove "
                 "it"});
  CHECK(said("price = {card = [1, 2, 3, 4, 5], follower = 2, exponent = 1, engagement = 0.5}\n").size() == 3);
  CHECK(said("price = {card = [1, 2, 3, 4, 5], spread = 0.5, manage = 3}\n").empty());
  CHECK(said("price = {card = [1, -2]}\n") ==
        Messages{"study.toml:4:21: entry 2 of price.card is -2; expected an amount of money, 0 to 1000000000, with at "
                 "most 6 decimals"});
  CHECK(said("price = {card = []}\n") ==
        Messages{"study.toml:4:17: price.card is an empty list; expected a list of 1 to 16 amounts of money, 0 to "
                 "1000000000, with at most 6 decimals"});
  CHECK(said("price.engagement = 1.5\n") ==
        Messages{"study.toml:4:20: price.engagement is 1.5; expected a number, 0 to 1"});
  for (const std::string name : {"", "a name that is longer than it may be", "E\\nR"}) {
    const Messages messages = said("price.currency = \"" + name + "\"\n");
    REQUIRE(messages.size() == 1);
    CHECK(has(messages[0], "study.toml:4:18: price.currency is "));
    CHECK(has(messages[0], "expected a text of 1 to 24 characters on one line, such as \"EUR\""));
  }
  const std::string campaign = "[[campaign]]\nname = \"c\"\ncount = 1\n";
  CHECK(said(campaign + "accounts = \"influence\"\nanswer_after = \"1h\"\n") ==
        Messages{"study.toml:8:1: campaign.c.answer_after has no effect here; it needs accounts that are asked one "
                 "after the other (not \"influence\" or \"lazy-greedy\"); remove it"});
  CHECK(said("diffusion = {model = \"si\", chance = 0.1}\n" + campaign + "answer_after = \"1h\"\n") ==
        Messages{"study.toml:8:1: campaign.c.answer_after has no effect here; it needs diffusion.model = \"feed\"; "
                 "remove it"});
  CHECK(said("price.manage = 1_000_000_000\nprice.post = 1_000_000_000\n" + campaign + "posts = 600\n").size() == 1);
  // The strength that smooths the past acts where prices look at it, and nowhere else.
  CHECK(said("feed.prior_strength.like = 5\nprice.engagement = 0.5\n" + campaign).empty());
  CHECK(said("feed.prior_strength.like = 5\n" + campaign).size() == 1);
}
