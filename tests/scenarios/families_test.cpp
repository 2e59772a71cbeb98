#include "scenarios/study/families.hpp"

#include <string>
#include <utility>
#include <vector>

#include "graph/base/exchange.hpp"
#include "scenarios/reader/read_scenario.hpp"
#include "scenarios/result/draws.hpp"
#include "scenarios/result/result.hpp"
#include "scenarios/study/deals.hpp"
#include "scenarios/study/run_replicate.hpp"
#include "scenarios/study/study.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/scenario_files.hpp"

// Arms that differ in what they pay alone are one world until the first paid post.
namespace grapevine {
namespace {

using Names = std::vector<std::string>;

/// Two families that share a warm-up, one of them a single arm, and two with warm-ups of their own; draws; campaigns
/// that start at different times.
const std::string families = R"(format = 1
seed = 5
replicates = 2
time = {tick = "1h", warmup = "12h", measure = "12h", followup = "12h"}
graph = {users = 5_000, mean_followees = 8}
feed.window = "12h"
population.sessions = 3
behaviour.follow = 0.05
output = {shadow = true, positions = true, looks = true, track_share = 0.2}
[[campaign]]
name = "two"
accounts = "random"
count = 2
start = "5h"
every = "1h"
slots = 2
slot = "0"
[[campaign]]
name = "late"
accounts = "largest"
count = 1
start = "7h"
every = "1h"
slots = 2
slot = "2h"
promotion = 20
promotion_price = 5
promotion_time = "3h"
promotion_place = 2
[[arm]]
name = "short"
feed.length = 5
pays = ["two"]
[[arm]]
name = "two"
pays = ["two"]
draws = 3
[[arm]]
name = "patient"
warmup = "own"
feed.length = 5
[[arm]]
name = "late"
pays = ["late"]
[[arm]]
name = "patient-late"
warmup = "own"
feed.length = 5
pays = ["late"]
[[arm]]
name = "hasty"
warmup = "own"
feed.length = 50
[[arm]]
name = "control"
[[contrast]]
arm = "two"
against = "control"
)";

Scenario scenario_named(const std::string& name) {
  if (name == "families") return test::scenario_of(families, {});
  if (name == "looks back") return test::scenario_of(families, {"campaign.late.accounts=engagement"});
  const std::string path = std::string(GRAPEVINE_SOURCE) + "/tests/scenarios/" + name;
  if (name == "platform-world.toml")
    return read_scenario(path, {"replicates=1", "graph.users=20_000", "time.measure=12h",
                                "campaign.large-clone.start=90min", "campaign.small-clone.start=2h",
                                "campaign.star.start=2h", "campaign.fitting.start=3h", "campaign.lively.start=90min"});
  return read_scenario(path, {"replicates=1", "time.measure=12h", "campaign.few.start=3h", "campaign.many.start=2h"});
}

std::string digest_of(const StudyResult& study) {
  const test::Folder folder;
  write_result(folder.path() / "study.h5", study);
  return digests(folder.path() / "study.h5").total;
}

/// The record of every arm of a replicate, each from a copy of its warm-up's world, and nothing before it in common.
void run_one_by_one(const Scenario& scenario, std::uint32_t replicate, StudyResult& study) {
  const StudyGraph world = make_graph(scenario, replicate);
  const std::shared_ptr<Deals> deals = make_deals(scenario, scenario.world, world, replicate, {});
  Alone alone;
  const auto warmed_up = [&](const RunParameters& run) {
    auto made = std::make_unique<Replicate>(world.graph, world.accounts, scenario.world, run,
                                            streams_of(scenario, replicate), alone, deals);
    made->warm_up();
    return made;
  };
  const auto shared = warmed_up(scenario.run);  // first: campaigns look back at it
  for (std::size_t i = 0; i < scenario.arms.size(); ++i) {
    const Arm& arm = scenario.arms[i];
    const auto own = arm.warmup == ArmWarmup::own ? warmed_up(arm.run) : nullptr;
    std::vector<RunRecord> draws;
    for (std::uint32_t draw = 0; draw < draws_of(scenario, arm); ++draw)
      draws.push_back((own ? own : shared)->run_arm(arm.run, scenario.output, {}, draw));
    study.record(0, i, replicate) = over_draws(std::move(draws));
  }
}

TEST_CASE("arms of a family are each what they are without it", "[study][families]") {
  const std::string name = GENERATE("families", "looks back", "platform-world.toml", "answers-and-trust.toml");
  INFO(name);
  const Scenario scenario = scenario_named(name);
  std::size_t common = 0;
  for (const ArmFamily& family : families_of(scenario)) common += family.lead_in > 0 ? family.arms.size() : 0;
  REQUIRE(common > 1);
  StudyResult study = run_study(scenario);
  const std::string digest = digest_of(study);
  CHECK(digest_of(run_study(scenario, {.parts = 2, .progress = {}})) == digest);
  for (const int arms : {2, 16}) CHECK(digest_of(run_study(scenario, {.arms = arms, .progress = {}})) == digest);
  for (std::uint32_t replicate = 0; replicate < scenario.replicates; ++replicate)
    run_one_by_one(scenario, replicate, study);
  study.align_shapes();
  CHECK(digest_of(study) == digest);
}

TEST_CASE("a family has what differs in pay alone, and its first ticks until somebody pays", "[study][families]") {
  const Scenario scenario = scenario_named("families");
  struct Expected {
    Names arms;
    std::string own;
    Tick lead_in;
  };
  const Expected expected[] = {{{"short"}, "", 0},
                               {{"two", "late", "control"}, "", 5},
                               {{"hasty"}, "hasty", 0},
                               {{"patient", "patient-late"}, "patient", 7}};
  const std::vector<ArmFamily> found = families_of(scenario);
  REQUIRE(found.size() == std::size(expected));
  for (std::size_t i = 0; i < found.size(); ++i) {
    Names names;
    for (const Arm* arm : found[i].arms) names.push_back(arm->name);
    CHECK(names == expected[i].arms);
    CHECK((found[i].own ? found[i].own->name : "") == expected[i].own);
    CHECK(found[i].lead_in == expected[i].lead_in);
  }
  // Seven arms and two draws more of 24 ticks; what five runs have in common for five ticks, and two for seven, once;
  // three warm-ups.
  CHECK(own_ticks_of(scenario) == 2 * (9 * 24 - 4 * 5 - 7 + 3 * 12));
  // Arms that pay nothing are run by themselves, or a comparison of equals would compare one with itself.
  const std::string equals = families.substr(0, families.find("[[arm]]")) +
                             "[[arm]]\nname = \"one\"\n[[arm]]\nname = \"other\"\n" +
                             "[[contrast]]\narm = \"one\"\nagainst = \"other\"\n";
  CHECK(families_of(test::scenario_of(equals, {})).front().lead_in == 0);
}

TEST_CASE("a listener hears as much of families as was foretold", "[study][families]") {
  for (const auto& [name, arms] : {std::pair{"families", 1}, {"looks back", 1}, {"families", 3}}) {
    StudyProgress last;
    StudyOptions options;
    options.arms = arms;
    options.progress = [&](const StudyProgress& progress) {
      CHECK(progress.done >= last.done);
      last = progress;
    };
    run_study(scenario_named(name), options);
    CHECK(last.done == last.work);
  }
}

TEST_CASE("a family takes the world of its warm-up where it is the last there", "[study][families]") {
  const auto without = [&](const std::string& arm) {
    const std::size_t at = families.find("[[arm]]\nname = \"" + arm);
    return families.substr(0, at) + families.substr(families.find("[[arm]]", at + 1));
  };
  CHECK(worlds_at_once(test::scenario_of(families, {})) == 2);
  CHECK(worlds_at_once(scenario_named("looks back")) == 3);  // a campaign may ask for the warm-up again
  // Of two families with something in common the first goes on from a copy.
  CHECK(worlds_at_once(
            test::scenario_of(without("hasty") + "[[arm]]\nname = \"short-control\"\nfeed.length = 5\n", {})) == 3);
}

}  // namespace
}  // namespace grapevine
