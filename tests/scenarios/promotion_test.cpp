#include <algorithm>
#include <string>
#include <vector>

#include "scenarios/reader/read_scenario.hpp"
#include "scenarios/result/result.hpp"
#include "scenarios/result/table.hpp"
#include "scenarios/study/outlook.hpp"
#include "scenarios/study/post_story.hpp"
#include "scenarios/study/study.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/scenario_files.hpp"

// Campaigns that pay the platform: what a study says of it, and what it refuses.
using namespace grapevine;

namespace {

/// A world of 3 000 users that stands for 30 000. The same money for five small accounts with promotion, and for more
/// of them.
const std::string boosting = R"(format = 1
seed = 14
replicates = 2
time = {tick = "30min", warmup = "6h", measure = "12h", followup = "6h"}
graph = {users = 3_000, stands_for = 30_000, mean_followees = 12}
population = {sessions = 9, posts = 4, patience = 8, quality_spread = 0.8}
tiers = {names = ["few", "some", "many"], from = [0, 100, 1_000]}
behaviour = {like = 0.2, reply = 0.05, reshare = 0.05}
feed.window = "6h"

[[campaign]]
name = "boost"
tier = "some"
count = 5
promotion = 120
promotion_price = 30
promotion_time = "5h"
every = "2h"
slots = 3
slot = "1h"

[[campaign]]
name = "more"
tier = "some"
budget_of = "boost"
every = "2h"
slots = 3
slot = "1h"

[[arm]]
name = "boost"
pays = ["boost"]
[[arm]]
name = "more"
pays = ["more"]
[[arm]]
name = "boost-own"
pays = ["boost"]
warmup = "own"
[[contrast]]
arm = "more"
against = "boost"
)";

bool has(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }

}  // namespace

TEST_CASE("a promoted campaign spends what `check` foretold, and another one as much without promotion",
          "[scenarios][promotion][outlook]") {
  const Scenario scenario = test::scenario_of(boosting, {"replicates=1"});
  CHECK(scenario.world.campaigns[0].promotion.money == 12 * micro_per_unit);  // a tenth
  CHECK(scenario.world.campaigns[0].promotion.price == 30 * micro_per_unit);  // of a thousand readers of either world
  const Outlook outlook = look_ahead(scenario, {.seconds_a_part = 600});
  const StudyResult study = run_study(scenario);
  const Outlook::Campaign& told = outlook.campaigns[0];
  const CampaignRow& boost = study.record(0, 0, 0).campaigns[0];
  CHECK((told.bought == 400 && told.promotion == 12 * micro_per_unit));
  CHECK((boost.bought == 400 && boost.promoted == 400 && boost.spent_promotion == 12 * micro_per_unit));
  CHECK((told.spent == boost.spent && told.budget == -1));
  CHECK(outlook.campaigns[1].budget == boost.spent);
  const CampaignRow& more = study.record(0, 1, 0).campaigns[1];
  CHECK((more.budget == boost.spent && more.spent <= more.budget && more.accounts > 5 && more.promoted == 0));
  CHECK(study.record(0, 2, 0).campaigns[0] == boost);  // a warm-up of its own, under the same keys
  const std::string text = outlook_text(scenario, outlook);
  CAPTURE(text);
  CHECK(has(text, "Promotion  impressions  a post  a thousand  hours   cost"));
  CHECK(has(text, "boost              400    80.0       30.00    5.0  12.00"));
  CHECK_FALSE(has(outlook_text(test::scenario_of(boosting, {"campaign.boost.promotion=0"}),
                               look_ahead(test::scenario_of(boosting, {"campaign.boost.promotion=0"}))),
                  "Promotion"));
}

TEST_CASE("tables and stories tell what promotion brought", "[scenarios][promotion][explain]") {
  const Scenario scenario = test::scenario_of(boosting);
  const StudyResult study = run_study(scenario);
  const std::string table = comparison_table(study);
  CAPTURE(table);
  CHECK(has(table, "Promotion  arm        impressions  shown  of all  spent"));
  CHECK(has(table, "boost      boost              400    400"));
  const RunRecord& record = study.record(0, 0, 1);
  std::uint64_t promoted = 0;
  for (const PostRow& post : record.posts) {
    promoted += post.impressions_promoted;
    const PostStory story = tell_post(
        scenario, {.key = post.key, .arm = "boost", .replicate = 1}, [](const char*) {}, [] {});
    CHECK(story.trace.promoted == 80);
    CHECK(static_cast<std::uint64_t>(std::ranges::count(story.trace.looks, Source::promoted, &TracedLook::source)) ==
          post.impressions_promoted);
    const std::string text = story_text(story, 5);
    CAPTURE(text);
    CHECK(has(text, "Bought  80 impressions of it from the platform, of which 80 were shown"));
    CHECK(has(text, "the campaign promoted it"));
    CHECK(has(story_csv(story), ",promoted,"));
  }
  CHECK(promoted == 400);
}

TEST_CASE("a switch turns promotion off, and what hangs on it", "[scenarios][promotion][switches]") {
  const Scenario scenario =
      test::scenario_of(boosting +
                        "[claims]\nmicro_arm = \"more\"\nmega_arm = \"boost\"\nmicro = \"some\"\nmega = "
                        "\"many\"\n[[switch]]\nname = \"promotion\"\ncampaign.boost.promotion = 0\n");
  const Scenario off = with_switches_off(scenario, std::vector<std::size_t>{0});
  REQUIRE(off.world.campaigns[0].promotion.neutral());
  const StudyResult study = run_study(off);
  for (std::size_t r = 0; r < study.replicates; ++r) {
    CHECK(study.record(0, 0, r).campaigns[0].promoted == 0);
    CHECK(study.record(0, 1, r).campaigns[1].budget == study.record(0, 0, r).campaigns[0].spent);
  }
}

TEST_CASE("mistakes in promotion are told with what they contradict", "[scenarios][promotion][reader]") {
  using Messages = std::vector<std::string>;
  const auto said = [&](const std::string& lines) {
    return test::refusal_of_text(std::string(test::smallest) + "[[campaign]]\nname = \"c\"\ncount = 1\n" + lines);
  };
  CHECK(said("promotion = 5\n").empty());
  CHECK(said("promotion = 0\npromotion_price = 4\n").empty());  // turned off
  CHECK(said("promotion = -1\n") == Messages{"study.toml:7:13: campaign.c.promotion is -1; expected an amount of "
                                             "money, 0 to 1000000000, with at most 6 decimals"});
  CHECK(said("promotion = 5\npromotion_price = 0\n") ==
        Messages{"study.toml:8:19: campaign.c.promotion_price is 0; expected an amount of money, 1 to 1000000, with at "
                 "most 6 decimals"});
  CHECK(said("promotion_price = 4\n") == Messages{"study.toml:7:1: campaign.c.promotion_price has no effect here; it "
                                                  "needs promotion above 0; remove it"});
  CHECK(said("promotion = 5\npromotion_topics = 2\n") ==
        Messages{"study.toml:8:1: campaign.c.promotion_topics has no effect here; it needs promotion above 0 and "
                 "promotion_audience = \"topic\"; remove it"});
  CHECK(said("promotion = 0.009\n") ==
        Messages{"study.toml:7:13: campaign.c.promotion is 0.009, which buys no impression at 10 for a thousand "
                 "(campaign.c.promotion_price); expected 0.01 or more; or 0"});
  CHECK(said("promotion = 5\nbudget = 5\n") ==
        Messages{"study.toml:7:13: campaign.c.promotion is 5, and campaign.c.budget is 5; expected less than the "
                 "budget, for accounts are paid from what promotion leaves of it; lower it, or raise the budget"});
  CHECK(
      said("promotion = 5\npromotion_time = \"25h\"\n") ==
      Messages{
          "study.toml:8:18: campaign.c.promotion_time is \"25h\"; expected at most feed.window, \"1d\", for no post is "
          "shown when that is over; lower it"});
  CHECK(said("promotion = 5\npromotion_audience = \"topics\"\n").size() == 1);
  CHECK(
      said("promotion = 5\npromotion_audience = \"topic\"\npromotion_topics = 16\n") ==
      Messages{"study.toml:8:22: campaign.c.promotion_audience is \"topic\", and all of 16 topics (population.topics) "
               "are among the 16 favourite ones of a reader (campaign.c.promotion_topics); expected fewer favourites "
               "than topics; or \"all\""});
  CHECK(said("promotion = 5\npromotion_place = 300\n[[arm]]\nname = \"a\"\npays = [\"c\"]\n") ==
        Messages{"study.toml:8:19: campaign.c.promotion_place is 300, and feed.length is 200; expected a place in the "
                 "feed; lower it"});
  CHECK(said("promotion = 5\n[[arm]]\nname = \"a\"\npays = [\"c\"]\nfeed.length = 2\n").size() == 1);
  CHECK(said("promotion = 5\npromotion_cap = 0\n").size() == 1);
  CHECK(said("promotion = 5\n[diffusion]\nmodel = \"si\"\nchance = 0.1\n") ==
        Messages{"study.toml:7:1: campaign.c.promotion has no effect here; it needs diffusion.model = \"feed\"; remove "
                 "it"});
}
