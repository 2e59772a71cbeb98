#include <algorithm>
#include <cmath>
#include <string_view>

#include "graph/base/math.hpp"
#include "scenarios/keys/keys.hpp"
#include "scenarios/reader/assumptions.hpp"
#include "scenarios/reader/graph_choice.hpp"
#include "scenarios/reader/read_scenario.hpp"
#include "sim/money/campaigns.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/scenario_files.hpp"

// Worlds with planted accounts, worlds that stand for larger ones, and the claims judged in them: what is refused, and
// what is scaled.

using namespace grapevine;
using namespace grapevine::test;

namespace {

using Lines = std::vector<std::string>;

/// A platform of 10 000 users; what is added starts in line 8.
const std::string platform_of_ten_thousand =
    "format = 1\nseed = 7\n[graph]\nmodel = \"platform\"\nusers = 10_000\ncommunities = 10\nmean_followees = 20\n";

std::string all_of(const Lines& messages) {
  std::string text;
  for (const std::string& message : messages) text += (text.empty() ? "" : "\n") + message;
  return text;
}

const std::string paying_arms =
    "[[campaign]]\nname = \"c\"\ncount = 1\n[[arm]]\nname = \"none\"\n[[arm]]\nname = \"few\"\npays = "
    "[\"c\"]\n[[arm]]\nname = "
    "\"lots\"\npays = [\"c\"]\n";

}  // namespace

TEST_CASE("what a world of this size cannot hold is refused with what would fit", "[scenarios][reader][platform]") {
  struct Case {
    std::string text, message;
    std::vector<std::string> overrides = {};
  };
  const Case cases[] = {
      // Tiers: a fifth of the users at most.
      {"[tiers]\nnames = [\"small\", \"large\"]\nfrom = [0, 2_001]\n",
       "study.toml:10:8: tier \"large\" starts at 2001 followers, and no account may hold more than 0.2 of "
       "graph.users, 10000; expected at "
       "most 2000; lower the bound, or give a "
       "world of 10005 users or more"},
      {"[tiers]\nnames = [\"small\", \"large\"]\nfrom = [0, 200_001]\n",
       "study.toml:10:8: tier \"large\" starts at 200001 followers, and no account may hold more than 0.2 of "
       "graph.stands_for, 1000000; "
       "expected at most 200000; lower the bound, "
       "or give a world of 1000005 users or more",
       {"graph.stands_for=1_000_000"}},
      {"[[campaign]]\nname = \"c\"\ncount = 1\ntier = \"mega\"\n",
       "study.toml:11:8: tier \"mega\" starts at 1000000 followers, and no account may hold more than 0.2 of "
       "graph.users, 10000; expected "
       "at most 2000; lower the bound, or give a "
       "world of 5000000 users or more"},
      {"[tiers]\nnames = [\"none\", \"few\", \"more\"]\nfrom = [0, 100, 140]\n",
       "study.toml:10:8: tiers \"few\" and \"more\" start at 100 and 140 followers, and both at 1 in a world of 10000 "
       "users that stands "
       "for 1000000; expected bounds that stay "
       "apart; give 25000 users or more",
       {"graph.stands_for=1_000_000"}},
      // Plants.
      {"[[plant]]\nname = \"big\"\nfollowers = [1_000, 2_001]\n",
       "study.toml:10:13: plant.big.followers goes up to 2001; expected at most 2000, 0.2 of graph.users, 10000; lower "
       "it, or give a world "
       "of 10005 users or more"},
      {"[[plant]]\nname = \"big\"\nfollowers = [1_000, 20_001]\n",
       "study.toml:10:13: plant.big.followers goes up to 20001; expected at most 20000, 0.2 of graph.stands_for, "
       "100000; lower it, or give "
       "a world of 100005 users or more",
       {"graph.stands_for=100_000"}},
      {"[[plant]]\nname = \"crowd\"\nfollowers = [2, 5]\naccounts = 1_601\n",
       "study.toml:11:12: plant.crowd.accounts makes 1601 planted accounts; expected at most 1600, graph.active, 0.16, "
       "of graph.users, "
       "10000; plant fewer, or raise graph.active to "
       "0.161"},
      {"[[plant]]\nname = \"few\"\nfollowers = [2, 5]\naccounts = 1_000\n[[plant]]\nname = \"more\"\nfollowers = [2, "
       "5]\naccounts = 900\n",
       "study.toml:15:12: plant.more.accounts makes 1900 planted accounts; expected at most 1600, graph.active, 0.16, "
       "of graph.users, "
       "10000; plant fewer, or raise graph.active to "
       "0.19"},
      // One line for the plant, for its largest account: a community has 1 000 users, 999 beside the account, and 999 /
      // 1 800 is 0.555.
      {"[[plant]]\nname = \"near\"\nfollowers = [1_200, 1_800]\naccounts = 3\nhomophily = 0.9\n",
       "study.toml:12:13: plant.near.homophily is 0.9, which leaves 999 users for 1620 followers; at most 0.555 fits, "
       "or fewer "
       "graph.communities"},
      {"[[plant]]\nname = \"near\"\nfollowers = [12_000, 18_000]\naccounts = 3\nhomophily = 0.9\n",
       "study.toml:12:13: plant.near.homophily is 0.9, which leaves 999 users for 1620 followers; at most 0.555 fits, "
       "or fewer "
       "graph.communities (counts of the scaled world)",
       {"graph.stands_for=100_000"}},
      {"[[plant]]\nname = \"other\"\nfollowers = [1, 1]\n[[plant]]\nname = \"clones\"\nnested = true\nfollowers = [10, "
       "20]\naccounts = "
       "501\n",
       "study.toml:15:12: plant.clones has 501 nested accounts; expected at most 500, half of a community; give fewer "
       "graph.communities"},
      {"[[plant]]\nname = \"big\"\nfollowers = [2_000, 2_000]\naccounts = 120\n",
       "study.toml:7:18: graph.mean_followees is 20; expected at least 24, the followers of [[plant]] for each user; "
       "give more, or fewer "
       "followers"},
      {"[[plant]]\nname = \"big\"\n",
       "study.toml:8:1: plant.big.followers is missing; expected two whole numbers of followers, [least, most]; add "
       "followers = ... under "
       "[[plant]]"},
      {"[[plant]]\nname = \"big\"\nfollowers = [10, 20]\nhomophily = 0.5\n",
       "study.toml:11:1: plant.big.homophily has no effect here; it needs from = \"new\" and graph.model = "
       "\"platform\" or \"stochastic-block\", "
       "or a graph file (.gvg) from graph.file; remove it",
       {"graph={users=10_000, model=\"erdos-renyi\"}"}},
      // Worlds that stand for others.
      {"stands_for = 9_999\n",
       "study.toml:8:14: graph.stands_for is 9999, fewer than graph.users, 10000; expected at least as many; leave it "
       "out for a world that "
       "stands for itself"},
      {"neighbourhood = 3_000\n",
       "study.toml:8:17: graph.neighbourhood is 3000; expected a number of users, 2 to 2048"},
  };
  for (const Case& it : cases)
    CHECK(all_of(refusal_of_text(platform_of_ten_thousand + it.text, it.overrides)) == it.message);
}

TEST_CASE("campaigns and claims that name what is not there are refused with what is",
          "[scenarios][reader][platform]") {
  struct Case {
    std::string text, message;
  };
  const std::string plant = "[[plant]]\nname = \"stars\"\nfollowers = [100, 200]\n";
  const Case cases[] = {
      {plant + "[[campaign]]\nname = \"c\"\ncount = 1\nplant = \"star\"\n",
       "14:9: campaign.c.plant names \"star\", and there is no plant of that name; expected \"stars\"; did you mean "
       "\"stars\"?"},
      {"[[campaign]]\nname = \"c\"\ncount = 1\nplant = \"stars\"\n",
       "11:9: campaign.c.plant names \"stars\", and there is no plant of that name; expected a [[plant]] of that name"},
      {plant + "[[campaign]]\nname = \"c\"\ncount = 1\nmember = 0\n",
       "14:1: campaign.c.member has no effect here; it needs plant; remove it"},
      {"[[campaign]]\nname = \"c\"\nbudget = 10\nbudget_share = 0.5\n",
       "11:1: campaign.c.budget_share has no effect here; it needs budget_of; remove it"},
      {"[[campaign]]\nname = \"c\"\ncount = 1\naccounts = \"fit\"\n",
       "11:12: campaign.c.accounts is \"fit\", and the campaign has no topic; expected campaign.c.topic; add it"},
      {"[[campaign]]\nname = \"c\"\ncount = 1\ntier = \"mircro\"\n",
       "11:8: campaign.c.tier names \"mircro\", and there is no tier of that name; expected one of \"macro\", "
       "\"mega\", "
       "\"micro\", \"mid\", "
       "\"nano\"; did you mean \"micro\"?"},
      {"[[campaign]]\nname = \"c\"\ncount = 1\nacceptance = 1.5\n",
       "11:14: campaign.c.acceptance is 1.5; expected a probability, 0 to 1"},
      {paying_arms + "[claims]\narm = \"nun\"\nmicro = \"nano\"\nmega = \"micro\"\n[tiers]\nnames = [\"nano\", "
                     "\"micro\"]\nfrom = [0, 10]\n",
       "20:7: claims.arm names \"nun\", and there is no arm of that name; expected one of \"few\", \"lots\", \"none\""},
      {"[[arm]]\nname = \"a\"\nanswers.per_day = 1\n[[arm]]\nname = \"b\"\n[claims]\nsilent_arm = \"b\"\n",
       "14:14: claims.silent_arm is given without claims.arm; expected both; name the arm in which authors answer"},
      {"[[arm]]\nname = \"a\"\n[[arm]]\nname = \"b\"\nanswers.per_day = 1\n[claims]\narm = \"a\"\nsilent_arm = "
       "\"b\"\nmicro = \"nano\"\nmega = \"micro\"\n[tiers]\nnames = [\"nano\", \"micro\"]\nfrom = [0, 10]\n",
       "15:14: authors answer in \"b\"; expected an arm with answers.per_day = 0, whose outcomes show what answers do"},
      {"[[arm]]\nname = \"a\"\nanswers.per_day = 1\nwarmup = \"own\"\n[[arm]]\nname = \"b\"\nfeed.length = "
       "9\n[claims]\n"
       "arm = \"a\"\nsilent_arm = \"b\"\nmicro = \"nano\"\nmega = \"micro\"\n[tiers]\nnames = [\"nano\", "
       "\"micro\"]\nfrom = [0, 10]\n",
       "17:14: of \"a\" and \"b\" one has a warm-up of its own and the other, which has keys of its own, has not; "
       "expected arms that differ in what authors answer; give both `warmup = \"own\"`"},
      {paying_arms + "[claims]\nmicro_arm = \"few\"\nmicro = \"nano\"\nmega = \"micro\"\n[tiers]\nnames = [\"nano\", "
                     "\"micro\"]\nfrom = [0, 10]\n",
       "20:13: claims.mega_arm is missing; expected both claims.micro_arm and claims.mega_arm, or neither"},
      {paying_arms + "[claims]\nmicro_arm = \"none\"\nmega_arm = \"few\"\nmicro = \"nano\"\nmega = "
                     "\"micro\"\n[tiers]\nnames = [\"nano\", "
                     "\"micro\"]\nfrom = [0, 10]\n",
       "20:13: claims.micro_arm names \"none\", which pays for no campaign; expected an arm with `pays`"},
      {paying_arms + "[claims]\nmicro_arm = \"few\"\nmega_arm = \"few\"\nmicro = \"nano\"\nmega = "
                     "\"micro\"\n[tiers]\nnames = [\"nano\", "
                     "\"micro\"]\nfrom = [0, 10]\n",
       "21:12: claims.mega_arm is \"few\", as claims.micro_arm is; expected two different arms"},
      {paying_arms + "[claims]\narm = \"none\"\nmicro = \"nano\"\nmega = \"nano\"\n[tiers]\nnames = [\"nano\", "
                     "\"micro\"]\nfrom = [0, 10]\n",
       "22:8: claims.micro and claims.mega are both \"nano\"; expected two different tiers"},
      {paying_arms + "[claims]\narm = \"none\"\nmicro = \"nano\"\nmega = \"huge\"\n[tiers]\nnames = [\"nano\", "
                     "\"micro\"]\nfrom = [0, 10]\n",
       "22:8: claims.mega names \"huge\", and there is no tier of that name; expected one of \"micro\", \"nano\""},
      {paying_arms + "[claims]\narm = \"none\"\nmega = \"mega\"\nmicro = \"nano\"\n",
       "21:8: tier \"mega\" starts at 1000000 followers, and no account may hold more than 0.2 of graph.users, 10000; "
       "expected at most "
       "2000; lower the bound, or give a world of "
       "5000000 users or more"},
      {"[claims]\nmicro = \"nano\"\n",
       "9:1: claims.micro has no effect here; it needs claims.arm, or claims.micro_arm and claims.mega_arm; remove it"},
      {paying_arms +
           "[claims]\narm = \"none\"\nmargin = 0\nmicro = \"nano\"\nmega = \"micro\"\n[tiers]\nnames = [\"nano\", "
           "\"micro\"]\nfrom = [0, 10]\n",
       "21:10: claims.margin is 0; expected a number, 0.001 to 0.9"},
  };
  for (const Case& it : cases)
    CHECK(all_of(refusal_of_text(platform_of_ten_thousand + it.text)) == "study.toml:" + it.message);
}

TEST_CASE("all mistakes about worlds, plants, campaigns and claims come at once, in the order of lines",
          "[scenarios][reader][platform]") {
  const std::string text = platform_of_ten_thousand + R"(stands_for = 50_000

[[plant]]
name = "big"
followers = [100, 10_001]

[[plant]]
name = "bad"
followers = [20, 10]
homophily = 1.5

[tiers]
names = ["small", "large"]
from = [0, 10_001]

[feed]
holdout = 2

[[campaign]]
name = "a"
tier = "medium"
plant = "bug"
count = 1

[[campaign]]
name = "b"
accounts = "fit"
budget = 10
budget_share = 0.5
member = 1
margin = -3

[price]
exponent = 3

[claims]
arm = "bse"
micro_arm = "base"
)";
  const Lines expected{
      "study.toml:12:13: plant.big.followers goes up to 10001; expected at most 10000, 0.2 of graph.stands_for, 50000; "
      "lower it, or give a "
      "world of 50005 users or more",
      "study.toml:16:13: plant.bad.followers goes from 20 to 10; expected the smaller number first; swap them",
      "study.toml:17:13: plant.bad.homophily is 1.5; expected a share, 0 to 1",
      "study.toml:21:8: tier \"large\" starts at 10001 followers, and no account may hold more than 0.2 of "
      "graph.stands_for, 50000; "
      "expected at most 10000; lower the bound, or give "
      "a world of 50005 users or more",
      "study.toml:24:11: feed.holdout is 2; expected a share, 0 to 1",
      "study.toml:28:8: campaign.a.tier names \"medium\", and there is no tier of that name; expected one of "
      "\"large\", "
      "\"small\"",
      "study.toml:29:9: campaign.a.plant names \"bug\", and there is no plant of that name; expected one of \"bad\", "
      "\"big\"; "
      "did you mean \"big\"?",
      "study.toml:34:12: campaign.b.accounts is \"fit\", and the campaign has no topic; expected campaign.b.topic; add "
      "it",
      "study.toml:36:1: campaign.b.budget_share has no effect here; it needs budget_of; remove it",
      "study.toml:37:1: campaign.b.member has no effect here; it needs plant; remove it",
      "study.toml:38:10: campaign.b.margin is -3; expected an amount of money, 0 to 1000000000, with at most 6 "
      "decimals",
      "study.toml:41:12: price.exponent is 3; expected a number, 0 to 2",
      "study.toml:44:7: claims.arm names \"bse\", and there is no arm of that name; expected \"base\"; did you mean "
      "\"base\"?",
      "study.toml:44:7: claims.micro names \"micro\", and there is no tier of that name; expected one of \"large\", "
      "\"small\"",
      "study.toml:44:7: claims.mega names \"mega\", and there is no tier of that name; expected one of \"large\", "
      "\"small\"",
      "study.toml:45:13: claims.mega_arm is missing; expected both claims.micro_arm and claims.mega_arm, or neither",
      "study.toml:45:13: claims.micro_arm names \"base\", which pays for no campaign; expected an arm with `pays`",
  };
  const Lines messages = refusal_of_text(text);
  for (std::size_t i = 0; i < std::max(messages.size(), expected.size()); ++i)
    CHECK((i < messages.size() ? messages[i] : "nothing") == (i < expected.size() ? expected[i] : "nothing"));
}

TEST_CASE("what the generator cannot meet is told beside the mistakes of other sections",
          "[scenarios][reader][platform]") {
  const Lines messages =
      refusal_of_text(platform_of_ten_thousand +
                      "[[plant]]\nname = \"near\"\nfollowers = [1_200, 1_800]\nhomophily = 0.9\n[feed]\nlength = 0\n");
  REQUIRE(messages.size() == 2);
  CHECK(messages[0].find("plant.near.homophily is 0.9") != std::string::npos);
  CHECK(messages[1].find("feed.length is 0") != std::string::npos);
}

namespace {

/// A study of a world of a million users with every key that scales, written for that world.
const std::string study_of_a_million = R"(format = 1
seed = 7
[graph]
model = "platform"
users = 100_000
largest = 90_005
mean_followees = 20
communities = 10
[[plant]]
name = "stars"
accounts = 4
followers = [100_000, 160_000]
nested = true
[tiers]
names = ["none", "some", "many"]
from = [0, 1_005, 100_000]
[feed]
ranking = "weighted"
prior_strength = {like = 200, reply = 300}
[price]
post = 50
follower = 0.25
exponent = 0.5
[[campaign]]
name = "bounded"
tier = "some"
followers = [0, 40_004]
budget = 1_234.56
margin = 12
[[campaign]]
name = "share"
plant = "stars"
member = 2
budget_of = "bounded"
budget_share = 0.25
acceptance = 0.75
[[arm]]
name = "plain"
[[arm]]
name = "trusting"
feed.prior_strength.like = 70
pays = ["bounded"]
[claims]
arm = "plain"
micro = "some"
mega = "many"
)";

}  // namespace

TEST_CASE("the keys marked as scaling are those that shrink with the world, and no others",
          "[scenarios][platform][scaling]") {
  std::vector<std::string> marked;
  for (const Key& key : keys())
    if (key.scales) marked.push_back(key.dotted());
  CHECK(marked == Lines{"graph.largest",
                        "graph.least",
                        "graph.audiences",
                        "plant.followers",
                        "tiers.from",
                        "feed.author_strength",
                        "feed.rules.lift_followers",
                        "feed.rules.lift_impressions",
                        "feed.prior_strength.like",
                        "feed.prior_strength.reply",
                        "feed.prior_strength.reshare",
                        "feed.prior_strength.click",
                        "feed.prior_strength.profile_visit",
                        "feed.prior_strength.follow",
                        "feed.prior_strength.hide",
                        "feed.prior_strength.report",
                        "feed.prior_strength.answered",
                        "discovery.pool",
                        "discovery.cold_followers",
                        "discovery.cold_impressions",
                        "answers.per_day",
                        "price.post",
                        "price.follower",
                        "price.card",
                        "price.manage",
                        "campaign.followers",
                        "campaign.budget",
                        "campaign.promotion"});

  const Scenario whole = scenario_of(study_of_a_million, {"graph.users=1_000_000"}),
                 tenth = scenario_of(study_of_a_million, {"graph.stands_for=1_000_000"});
  // Both prices shrink by `price.scale`. A bound of 0 and a campaign without bounds stay; a margin is what one buyer
  // brings in either world.
  CHECK(differing(whole, tenth) == Lines{"arm 0.answered_strength",
                                         "arm 0.discovery.cold_followers",
                                         "arm 0.discovery.cold_impressions",
                                         "arm 0.discovery.pool",
                                         "arm 0.prior_strength[0]",
                                         "arm 0.prior_strength[1]",
                                         "arm 0.rules.lift_followers",
                                         "arm 0.rules.lift_impressions",
                                         "arm 1.answered_strength",
                                         "arm 1.discovery.cold_followers",
                                         "arm 1.discovery.cold_impressions",
                                         "arm 1.discovery.pool",
                                         "arm 1.prior_strength[0]",
                                         "arm 1.prior_strength[1]",
                                         "arm 1.rules.lift_followers",
                                         "arm 1.rules.lift_impressions",
                                         "campaign 0.budget",
                                         "campaign 0.followers.most",
                                         "graph.largest",
                                         "graph.stands_for",
                                         "graph.users",
                                         "plant 0.followers.least",
                                         "plant 0.followers.most",
                                         "price.scale",
                                         "run.answered_strength",
                                         "run.discovery.cold_followers",
                                         "run.discovery.cold_impressions",
                                         "run.discovery.pool",
                                         "run.prior_strength[0]",
                                         "run.prior_strength[1]",
                                         "run.rules.lift_followers",
                                         "run.rules.lift_impressions",
                                         "tiers.from"});
  CHECK(tenth.world.tiers.from == std::vector<std::uint64_t>{0, 101, 10'000});  // half a follower is one
  CHECK(tenth.graph.largest == 9'001);
  CHECK((tenth.graph.plants[0].followers.least == 10'000 && tenth.graph.plants[0].followers.most == 16'000));
  CHECK((tenth.world.campaigns[0].followers.least == 0 && tenth.world.campaigns[0].followers.most == 4'000));
  CHECK(tenth.world.campaigns[0].budget == 123'456'000);
  CHECK((tenth.world.campaigns[1].budget == -1 && tenth.world.campaigns[1].followers.most == UINT64_MAX));
  CHECK(tenth.run.feed.prior_strength[0] == Approx(20).epsilon(1e-15));
  CHECK(tenth.run.feed.prior_strength[3] == automatic);
  CHECK(tenth.arms[0].run.feed.prior_strength == tenth.run.feed.prior_strength);
  CHECK(tenth.arms[1].run.feed.prior_strength[0] == Approx(7).epsilon(1e-15));
  CHECK(scale_of(tenth.graph) == 0.1);

  const std::string audiences =
      "format = 1\nseed = 7\ngraph = {model = \"uniform-audience\", users = 1_000, stands_for = 10_000, audiences = "
      "[[2_000, 3], [4, 20], "
      "[0, 5]]}\n";
  const auto scaled = scenario_of(audiences).graph.audiences;
  CHECK(scaled == std::vector<std::array<std::uint64_t, 2>>{
                      {200, 3}, {1, 20}, {0, 5}});  // nobody who has followers loses all of them
}

TEST_CASE("a world that stands for itself is the world as written", "[scenarios][platform][scaling]") {
  const Scenario plain = scenario_of(study_of_a_million, {"graph.users=1_000_000"}),
                 itself = scenario_of(study_of_a_million, {"graph.users=1_000_000", "graph.stands_for=1_000_000"});
  CHECK(differing(plain, itself) == Lines{"graph.stands_for"});
}

TEST_CASE("planted accounts lie in equal ratios, before and after scaling", "[scenarios][platform][scaling]") {
  const auto planted = [](std::vector<std::string> overrides) {
    std::vector<std::uint64_t> followers;
    for (const PlantedAccount& account : platform_parameters(scenario_of(study_of_a_million, overrides).graph).planted)
      followers.push_back(account.followers);
    return followers;
  };
  // 16 000 x (10 / 16)^(i / 3).
  CHECK(planted({"graph.stands_for=1_000_000"}) == std::vector<std::uint64_t>{16'000, 13'680, 11'696, 10'000});
  CHECK(planted({"graph.stands_for=1_000_000", "plant.stars.accounts=1"}) ==
        std::vector<std::uint64_t>{12'649});  // sqrt(10 000 x 16 000) = 12 649.1
}

TEST_CASE("the price of an account is that of the account it stands for, as much smaller as the world",
          "[scenarios][platform][scaling]") {
  const std::string exponent = GENERATE("1", "0.5", "1.15", "0");
  const std::string spread = GENERATE("0", "0.4");
  const std::vector<std::string> keys{"price.exponent=" + exponent, "price.spread=" + spread};
  std::vector<std::string> whole_keys = keys, scaled = keys;
  whole_keys.push_back("graph.users=1_000_000");
  scaled.push_back("graph.stands_for=1_000_000");
  const PriceParameters whole = scenario_of(study_of_a_million, whole_keys).world.prices,
                        tenth = scenario_of(study_of_a_million, scaled).world.prices;
  const StreamKey selection(7, Stream::selection, 0);
  for (const std::uint64_t followers : {1u, 30u, 1'000u, 16'000u}) {
    INFO("exponent " << exponent << ", spread " << spread << ", " << followers << " followers");
    const auto stood_for = static_cast<double>(price_of(whole, selection, {UserId(5), 10 * followers}));
    // Both are rounded to a millionth: by half of one each, the larger of them a tenth as much.
    CHECK(std::abs(static_cast<double>(price_of(tenth, selection, {UserId(5), followers})) - 0.1 * stood_for) <=
          0.5 + 0.05 + 1e-9 * stood_for);
  }
  if (spread == "0" && exponent == "0.5")
    CHECK(price_of(tenth, selection, {UserId(5), 1'000}) == 7'500'000);  // 0.1 x (50 + 0.25 x sqrt(10 000))
}

TEST_CASE("assumptions are told as they were written, in a scaled world too", "[scenarios][platform][scaling]") {
  const Scenario tenth = scenario_of(study_of_a_million, {"graph.stands_for=1_000_000"}),
                 whole = scenario_of(study_of_a_million, {"graph.users=1_000_000"});
  for (std::size_t arm = 0; arm < 2; ++arm) {
    const auto in = [](std::string_view section) { return section == "feed" || section == "price"; };
    const auto told = assumptions_in(tenth, tenth.arms[arm], in);
    CHECK(told == assumptions_in(whole, whole.arms[arm], in));
    CHECK(std::count(told.begin(), told.end(), "price.post = 50") == 1);
  }
}

TEST_CASE("assumptions are those of all that acts in the arm: world, feeds or diffusion", "[scenarios][platform]") {
  const Scenario scenario = scenario_of(R"(format = 1
seed = 1
[graph]
model = "platform"
users = 3_000
homophily = 0.9
communities = 4
[[plant]]
name = "hub"
accounts = 2
followers = [300, 400]
[unfollow]
hides = 2
[behaviour]
hide = 0.02
[feed.rules]
reposts = 0.5
[output]
track_share = 0.25
[[arm]]
name = "feeds"
feed.ranking = "weighted"
[[arm]]
name = "cascades"
diffusion.model = "independent-cascade"
diffusion.chance = 0.02
)");
  const auto told = [&](std::size_t arm) {
    return assumptions_in(scenario, scenario.arms[arm], [](std::string_view) { return true; });
  };
  const auto has = [](const std::vector<std::string>& list, std::string_view key) {
    return std::ranges::any_of(list, [&](const std::string& it) { return it.starts_with(std::string(key) + " = "); });
  };
  const std::vector<std::string> feeds = told(0), cascades = told(1);
  CHECK((has(feeds, "graph.homophily") && has(cascades, "graph.homophily")));
  for (const char* key : {"unfollow.hides", "feed.rules.reposts", "feed.length", "population.sessions"}) {
    CAPTURE(key);
    CHECK((has(feeds, key) && !has(cascades, key)));
  }
  CHECK((has(cascades, "diffusion.chance") && !has(feeds, "diffusion.chance")));
  for (const char* key : {"output.track_share", "replicates", "redraw", "pays"}) CHECK_FALSE(has(feeds, key));
}

TEST_CASE("fake followers and classic models are refused together", "[scenarios][bad-input]") {
  const std::string text =
      smallest + "[tiers]\nnames = [\"a\"]\nfrom = [0]\nfake_followers = [0.2]\n[[arm]]\nname = \"feeds\"\n[[arm]]\n" +
      "name = \"ic\"\ndiffusion.model = \"independent-cascade\"\ndiffusion.chance = 0.1\n";
  const std::vector<std::string> refusals = refusal_of_text(text);
  REQUIRE(refusals.size() == 1);
  for (const char* part : {":7:", "tiers.fake_followers is given", "arm \"ic\""})
    CHECK(refusals[0].find(part) != std::string::npos);
}

TEST_CASE("a scaled study is written as the user wrote it, and reads back as the same study",
          "[scenarios][platform][scaling]") {
  const Folder folder;
  for (const std::string stands_for : {"1_000_000", "2_500_000", "7_654_321"}) {
    const Scenario study = scenario_of(study_of_a_million, {"graph.stands_for=" + stands_for});
    CAPTURE(study.understood);
    const Scenario again = read_scenario(folder.write("again.toml", study.understood));
    CHECK(differing(study, again).empty());
    CHECK(again.understood == study.understood);
    for (const std::string line :
         {"\nfrom = [0, 1005, 100000]\n", "\nfollowers = [100000, 160000]\n", "\nlargest = 90005\n", "\npost = 50\n",
          "\nfollower = 0.25\n", "\n[feed.prior_strength]\nlike = 200\nreply = 300\nreshare = \"auto\"\n",
          "\nfeed.prior_strength.like = 70\n", "\nfollowers = [0, 40004]\n", "\nbudget = 1234.56\n",
          "\nmargin = 12\n"}) {
      INFO(line);
      CHECK(study.understood.find(line) != std::string::npos);
    }
  }
  const Scenario nobody = scenario_of(smallest + "[[campaign]]\nname = \"c\"\nfollowers = [0, 0]\ncount = 1\n");
  CHECK(nobody.understood.find("\nfollowers = [0, 0]\n") !=
        std::string::npos);  // accounts that nobody follows are not everybody
  CHECK(read_scenario(folder.write("again.toml", nobody.understood)).world.campaigns[0].followers.most == 0);
}
