#include <algorithm>
#include <cmath>

#include "graph/base/error.hpp"
#include "graph/formats/graph_file.hpp"
#include "scenarios/reader/read_scenario.hpp"
#include "scenarios/study/study.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/scenario_files.hpp"

// Studies on generated platforms: arms that must be equal, and campaigns that take what they are offered.

using namespace grapevine;

namespace {

/// Twins: two clones of one size. Nothing is reshared: what one emits would reach the other as a reader, and clones are
/// one author but two readers. `again` arms repeat another, `renamed` pays the first twin through a campaign of another
/// name.
const std::string twins = R"(format = 1
seed = 23
replicates = 3

[time]
tick = "30min"
warmup = "6h"
measure = "6h"
followup = "6h"

[graph]
model = "platform"
users = 6_000
mean_followees = 15
communities = 8

[[plant]]
name = "twins"
accounts = 2
followers = [600, 600]
nested = true

[[plant]]
name = "sizes"
accounts = 2
followers = [100, 600]
nested = true

[population]
sessions = 4
posts = 0.2
topics = 4
focus = 0.5
shared_interest = 0.5
quality_spread = 0.5

[tiers]
names = ["small", "large"]
from = [0, 300]

[feed]
ranking = "weighted"
window = "6h"

[behaviour]
like = 0.15
reshare = 0
topic_match = 1

[price]
post = 2

[[campaign]]
name = "first"
plant = "twins"
member = 0
count = 1
posts = 3
every = "90min"
slots = 3
slot = "0"

[[campaign]]
name = "renamed"
plant = "twins"
member = 0
count = 1
posts = 3
every = "90min"
slots = 3
slot = "0"

[[campaign]]
name = "second"
plant = "twins"
member = 1
count = 1
posts = 3
every = "90min"
slots = 3
slot = "0"

[[campaign]]
name = "small"
plant = "sizes"
member = 1
count = 1
posts = 3
every = "90min"
slots = 3
slot = "0"

[[campaign]]
name = "large"
plant = "sizes"
member = 0
count = 1
posts = 3
every = "90min"
slots = 3
slot = "0"

[[arm]]
name = "control"
[[arm]]
name = "control-again"
[[arm]]
name = "first"
pays = ["first"]
[[arm]]
name = "first-again"
pays = ["first"]
[[arm]]
name = "renamed"
pays = ["renamed"]
[[arm]]
name = "second"
pays = ["second"]
[[arm]]
name = "small"
pays = ["small"]
[[arm]]
name = "large"
pays = ["large"]

[[contrast]]
arm = "control-again"
against = "control"
[[contrast]]
arm = "first-again"
against = "first"
[[contrast]]
arm = "renamed"
against = "first"
[[contrast]]
arm = "second"
against = "first"
[[contrast]]
arm = "small"
against = "large"
)";

const StudyResult& twin_study() {
  static const StudyResult study = run_study(test::scenario_of(twins));
  return study;
}

/// Every row of the contrast, in the estimand `estimand`: ratios exactly 1 and differences exactly 0, with intervals as
/// wide as nothing. Returns how many differences.
int check_equal(const StudyResult& study, const std::string& arm, const std::string& against,
                const std::string& estimand) {
  int differences = 0;
  for (const ComparisonRow& row : study.comparison) {
    if (row.arm != arm || row.against != against) continue;
    INFO(row.contrast << ": " << row.metric << ", " << row.statistic);
    const double equal = row.statistic == "ratio of means" ? 1 : 0;
    CHECK(row.estimand == estimand);
    CHECK((row.estimate == equal && row.lower == equal && row.upper == equal));
    CHECK(row.mean_arm == row.mean_against);
    differences += equal == 0;
  }
  return differences;
}

}  // namespace

TEST_CASE("on a generated platform, arms that pay the same clone differ by exactly 0 and have ratios of exactly 1",
          "[study][platform][invariance]") {
  const StudyResult& study = twin_study();
  CHECK(check_equal(study, "control-again", "control", "population") == 3);
  CHECK(check_equal(study, "first-again", "first", "portfolio") == 5);
  CHECK(check_equal(study, "renamed", "first", "portfolio") ==
        5);  // every slot is taken, so that the campaign's name draws nothing
  for (std::size_t r = 0; r < study.replicates; ++r) {
    CHECK(study.record(0, 2, r).event_hash == study.record(0, 3, r).event_hash);
    CHECK(study.record(0, 2, r).campaigns[0] == study.record(0, 4, r).campaigns[1]);
  }
}

TEST_CASE("on a generated platform, two clones of one size bring the same, to the last action",
          "[study][platform][invariance]") {
  const StudyResult& study = twin_study();
  CHECK(check_equal(study, "second", "first", "clone") == 6);
  for (std::size_t r = 0; r < study.replicates; ++r) {
    const CampaignRow &first = study.record(0, 2, r).campaigns[0], &second = study.record(0, 5, r).campaigns[2];
    REQUIRE(first.replaced == 0);  // else each arm would lack another organic post
    REQUIRE(second.replaced == 0);
    CHECK(first == second);
    CHECK(first.outcomes.posts == 3);
    CHECK(first.outcomes.reach > 30);
    CHECK(first.outcomes.engagement() > 5);
    CHECK((first.audience == 600 && first.audience_gross == 600));
    const InfluencerRow &one = study.record(0, 2, r).influencers.at(0),
                        &other = study.record(0, 5, r).influencers.at(0);
    CHECK((one.user != other.user && one.profile == other.profile && one.outcomes == other.outcomes &&
           one.cost == other.cost));
  }
}

TEST_CASE("clones of two sizes are compared per follower, and the smaller has the smaller audience",
          "[study][platform]") {
  const StudyResult& study = twin_study();
  int rows = 0;
  for (const ComparisonRow& row : study.comparison) {
    if (row.arm != "small" || row.against != "large") continue;
    CHECK(row.estimand == "clone");
    if (row.metric == "followers") CHECK((row.estimate == -500 && row.mean_arm == 100 && row.mean_against == 600));
    ++rows;
  }
  CHECK(rows == 5 * 2 + 1);
}

TEST_CASE("accounts that decline are counted and others take their place, within tier and budget",
          "[study][platform]") {
  const std::string text = R"(format = 1
seed = 5
replicates = 1
time = {tick = "1h", warmup = "3h", measure = "3h", followup = "3h"}
graph = {model = "platform", users = 4_000, mean_followees = 15, communities = 4, stands_for = 40_000}
tiers = {names = ["few", "some", "many"], from = [0, 100, 1_000]}
feed.window = "3h"
price = {post = 10, follower = 0.1, exponent = 0.8, spread = 0.5}
plant = [{name = "star", followers = [8_000, 8_000]}]
campaign = [{name = "star", plant = "star", count = 1, slots = 2, every = "1h", slot = "1h"},
            {name = "half", tier = "some", acceptance = 0.3, budget_of = "star", budget_share = 0.9, margin = 4, slots = 2, every = "1h", slot = "1h"}]
arm = [{name = "star", pays = ["star"]}, {name = "half", pays = ["half"]}]
claims = {micro = "some", mega = "many", micro_arm = "half", mega_arm = "star"}
)";
  const StudyResult study = run_study(test::scenario_of(text));
  const RunRecord &star = study.record(0, 0, 0), &half = study.record(0, 1, 0);
  const CampaignRow &one = star.campaigns[0], &many = half.campaigns[1];
  CHECK((one.offers == 1 && one.declined == 0 && one.accounts == 1 && one.margin == -1));
  CHECK(many.budget == one.spent * 9 / 10);
  CHECK((many.spent <= many.budget && many.spent > 0));
  CHECK(many.margin == 4 * micro_per_unit);
  CHECK((many.accounts >= 2 && many.declined >= 1 && many.offers == many.accounts + many.declined));
  CHECK(half.influencers.size() == many.accounts);
  MicroMoney paid = 0;
  std::uint64_t followers = 0;
  for (const InfluencerRow& account : half.influencers) {
    CHECK((account.followers >= 10 && account.followers < 100));
    paid += account.cost;
    followers += account.followers;
  }
  CHECK(paid == many.spent);
  CHECK(followers == many.audience_gross);
  CHECK((many.audience <= followers && many.audience > 0));
  CHECK(study.tiers_from == std::vector<std::uint64_t>{0, 10, 100});
  CHECK((star.influencers.at(0).followers == 800 && study.graph(0, 0).scale == 0.1));

  REQUIRE(study.claims.size() == 5);
  CHECK(study.claims[4].arm == "half against star");
  CHECK((study.claims[0].verdict == "not asked" && study.claims[3].verdict == "not asked"));
  for (const std::size_t without : {1u, 2u})
    CHECK((study.claims[without].verdict == "not asked" && std::isnan(study.claims[without].estimate)));
}

namespace {

/// The study of the twins in the world `graph`: a table, or several.
std::string twins_in(const std::string& graph) {
  const std::size_t begin = twins.find("[graph]"), end = twins.find("[population]");
  return twins.substr(0, begin) + graph + "\n" + twins.substr(end);
}

/// Writes world.gvg: the first world of the twins' study, and whatever was planted in it.
void save_world(const test::Folder& folder, const Scenario& scenario) {
  const StudyGraph world = make_graph(scenario, 0);
  write_graph_file(folder.path() / "world.gvg", {.graph = world.graph, .accounts = world.accounts});
}

}  // namespace

TEST_CASE("a study on a platform that was saved and loaded is the study on the platform",
          "[study][platform][file][invariance]") {
  const test::Folder folder;
  const std::vector<std::string> once = {"replicates=1", "redraw=[\"selection\",\"content\",\"dynamics\"]",
                                         "population.active_sessions=0.6"};
  const Scenario generated = test::scenario_of(twins, once);
  save_world(folder, generated);
  const Scenario loaded = read_scenario(folder.write("loaded.toml", twins_in("[graph]\nfile = \"world.gvg\"\n")), once);
  const auto digests_of = [&](const Scenario& scenario) {
    const std::filesystem::path result = folder.path() / "result.h5";
    std::filesystem::remove(result);
    write_result(result, run_study(scenario));
    return digests(result);
  };
  const Digests of_generated = digests_of(generated), of_loaded = digests_of(loaded);
  CHECK(of_loaded.total == of_generated.total);
  REQUIRE(of_loaded.lines.size() == of_generated.lines.size());
  for (std::size_t i = 0; i < of_loaded.lines.size();
       ++i) {  // everything but the words of the scenario, the facts of the graph among it
    INFO(of_loaded.lines[i].first);
    CHECK((of_loaded.lines[i] == of_generated.lines[i]) == (of_loaded.lines[i].first != "scenario"));
  }
}

TEST_CASE("keys act on a graph file as on what it holds, and those that cannot are refused",
          "[study][platform][file]") {
  const test::Folder folder;
  save_world(folder, test::scenario_of(twins));
  folder.write("follows.csv", "follower,followed\na,b\nb,a\n");
  const auto refused = [&](const std::string& file, const std::string& key) {
    return test::refusal(
        folder.write("study.toml", "format = 1\nseed = 7\ngraph.file = \"" + file + "\"\n" + key + "\n"));
  };
  using Messages = std::vector<std::string>;
  CHECK(refused("world.gvg", "population.active_sessions = 0.5").empty());
  CHECK(refused("world.gvg", "graph.undirected = true") ==
        Messages{"study.toml:4:7: graph.undirected has no effect here; it needs a graph from graph.file that is no "
                 "graph file (.gvg); remove it"});
  CHECK(refused("follows.csv", "graph.undirected = true").empty());
  CHECK(
      refused("follows.csv", "population.shared_interest = 0.5") ==
      Messages{"study.toml:4:12: population.shared_interest has no effect here; it needs graph.model = \"platform\" or "
               "\"stochastic-block\", or a graph file (.gvg) from graph.file; remove it"});

  const Scenario unknown = read_scenario(folder.write("unknown.toml", twins_in("[graph]\nfile = \"world.gvg\"\n")),
                                         {"campaign.first.plant=\"triplets\""});
  try {
    run_study(unknown);
    FAIL("it ran");
  } catch (const BadRequest& mistake) {
    CHECK(mistake.messages().size() == 1);
    CHECK(std::string(mistake.what())
              .ends_with("unknown.toml:38:1: campaign 'first': the graph has no plant 'triplets'; expected one of: "
                         "twins, sizes"));
  }
}
