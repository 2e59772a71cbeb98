#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "scenarios/commands/compare.hpp"
#include "scenarios/reader/read_scenario.hpp"
#include "scenarios/reader/sweep.hpp"
#include "scenarios/result/result.hpp"
#include "scenarios/result/sweep_points.hpp"
#include "scenarios/result/table.hpp"
#include "scenarios/study/outlook.hpp"
#include "scenarios/study/study.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/scenario_files.hpp"
#include "tests/scenarios/shell.hpp"

// Sweeps: one study at several values of some of its keys.
namespace grapevine {
namespace {

using namespace test;
using Lines = std::vector<std::string>;
using Settings = std::vector<std::string>;  ///< as --set takes them

/// Campaigns that look at the past, products, answers and trust, an arm with a warm-up of its own, draws.
const std::string base = R"(format = 1
seed = 5
replicates = 2
[time]
tick = "1h"
warmup = "1d"
measure = "12h"
followup = "1d"
[graph]
model = "platform"
users = 1_500
mean_followees = 12
largest = 200
communities = 4
[population]
sessions = 4
posts = 2
[tiers]
names = ["small", "large"]
from = [0, 40]
[behaviour]
click = 0.1
[answers]
per_day = 3
patience = "12h"
[trust]
effect = 3
answered = 0.5
[price]
post = 2
[[product]]
name = "tent"
topic = 2
look = 3
half_life = "12h"
[[campaign]]
name = "many"
product = "tent"
accounts = "engagement"
tier = "small"
budget_of = "few"
every = "2h"
slot = "4h"
[[campaign]]
name = "few"
product = "tent"
accounts = "random"
tier = "large"
count = 2
every = "2h"
slot = "4h"
[[arm]]
name = "control"
[[arm]]
name = "silent"
warmup = "own"
answers.per_day = 0
[[arm]]
name = "many"
pays = ["many"]
[[arm]]
name = "few"
pays = ["few"]
[[contrast]]
arm = "many"
against = "few"
[claims]
micro = "small"
mega = "large"
arm = "control"
silent_arm = "silent"
micro_arm = "many"
mega_arm = "few"
[output]
track_share = 0.2
)";

std::string swept(const std::string& keys) { return base + "[sweep]\n" + keys; }

/// The digest of a result, as a file has it.
std::string digest_of(const StudyResult& study) {
  const Folder folder;
  write_result(folder.path() / "result.h5", study);
  return digests(folder.path() / "result.h5").total;
}

std::string digest_of_study(const Settings& settings) { return digest_of(run_study(scenario_of(base, settings))); }

TEST_CASE("a point of a sweep is the study of its settings alone", "[sweep]") {
  struct Sweep {
    std::string keys;
    std::vector<Settings> points;
  };
  const Sweep all[] = {
      // money, which no warm-up looks at
      {"price.post = [0, 7]\ncampaign.few.count = [1, 3]\nproduct.tent.look = [0, 5]\n",
       {{"price.post=0", "campaign.few.count=1", "product.tent.look=0"},
        {"price.post=7", "campaign.few.count=3", "product.tent.look=5"}}},
      // run keys of the study, which it is warmed up under, and of an arm, which it is not
      {"feed.length = [5, 30]\narm.many.behaviour.like = [0.01, 0.2]\n",
       {{"feed.length=5", "arm.many.behaviour.like=0.01"}, {"feed.length=30", "arm.many.behaviour.like=0.2"}}},
      // what an arm is warmed up under itself
      {"arm.silent.trust.effect = [1, 2]\n", {{"arm.silent.trust.effect=1"}, {"arm.silent.trust.effect=2"}}},
      // worlds of their own
      {"graph.users = [900, 1_500]\nseed = [8, 5]\npopulation.posts = [1, 2]\ntime.warmup = [\"1d\", \"2d\"]\n",
       {{"graph.users=900", "seed=8", "population.posts=1", "time.warmup=1d"},
        {"graph.users=1500", "seed=5", "population.posts=2", "time.warmup=2d"}}}};
  for (const Sweep& sweep : all) {
    CAPTURE(sweep.keys);
    const StudyResult study = run_study(scenario_of(swept("design = \"zip\"\n" + sweep.keys)));
    REQUIRE(study.points.size() == sweep.points.size());
    for (std::size_t i = 0; i < sweep.points.size(); ++i)
      CHECK(digest_of(at_point(study, i)) == digest_of_study(sweep.points[i]));
  }
}

TEST_CASE("neither the order of points nor the parts of the process change a point", "[sweep]") {
  const StudyResult there =
      run_study(scenario_of(swept("price.post = [0, 7]\ngraph.users = [900, 1_500]\nfeed.length = [5, 30]\n")));
  StudyOptions parts;
  parts.parts = 3;
  const StudyResult back =
      run_study(scenario_of(swept("feed.length = [30, 5]\nprice.post = [7, 0]\ngraph.users = [1_500, 900]\n")), parts);
  REQUIRE(there.points.size() == 8);
  for (std::size_t i = 0; i < 8; ++i) {
    const std::size_t price = i / 4, users = i / 2 % 2, length = i % 2;
    const std::size_t other = (1 - length) * 4 + (1 - price) * 2 + (1 - users);
    CHECK(digest_of(at_point(there, i)) == digest_of(at_point(back, other)));
  }
}

TEST_CASE("points share what they do not differ by: a graph, a warm-up", "[sweep]") {
  const auto work = [](const std::string& keys) { return own_ticks_of(scenario_of(keys)); };
  constexpr std::uint64_t warmup = 24, arm = 36, replicates = 2;
  CHECK(work(base) == replicates * (2 * warmup + 4 * arm));
  CHECK(work(swept("price.post = [0, 7, 9]\n")) == replicates * (2 * warmup + 3 * 4 * arm));
  CHECK(work(swept("arm.many.feed.length = [5, 7]\n")) == replicates * (2 * warmup + 2 * 4 * arm));
  CHECK(work(swept("arm.silent.feed.length = [5, 7]\n")) == replicates * (3 * warmup + 2 * 4 * arm));
  CHECK(work(swept("feed.length = [5, 7]\n")) == replicates * (4 * warmup + 2 * 4 * arm));
  CHECK(work(swept("graph.users = [900, 1_000]\n")) == replicates * (4 * warmup + 2 * 4 * arm));
  // and the listener hears as much as was foretold
  StudyProgress last;
  StudyOptions options;
  options.progress = [&](const StudyProgress& progress) { last = progress; };
  run_study(scenario_of(swept("price.post = [0, 7]\nfeed.length = [5, 30]\n")), options);
  CHECK(last.done == last.work);
}

TEST_CASE("a grid has every combination, the last key fastest; a zip goes along its lists", "[sweep]") {
  const auto points = [](const std::string& keys) {
    Lines names;
    for (const SweepPoint& point : scenario_of(swept(keys)).points) names.push_back(point.name);
    return names;
  };
  CHECK(points("price.post = [1, 2]\nfeed.length = [5, 7]\n") ==
        Lines{"price.post=1, feed.length=5", "price.post=1, feed.length=7", "price.post=2, feed.length=5",
              "price.post=2, feed.length=7"});
  CHECK(points("design = \"zip\"\nprice.post = [1, 2]\nfeed.ranking = [\"chronological\", \"popularity\"]\n") ==
        Lines{"price.post=1, feed.ranking=chronological", "price.post=2, feed.ranking=popularity"});
  CHECK(points("price.post = {from = 1, to = 100, steps = 3, scale = \"log\"}\n") ==
        Lines{"price.post=1", "price.post=10", "price.post=100"});
  CHECK(points("price.follower = {from = 0, to = 0.3, steps = 4}\n") ==
        Lines{"price.follower=0", "price.follower=0.1", "price.follower=0.2", "price.follower=0.3"});
  CHECK(points("answers.patience = {from = \"2h\", to = \"7h\", steps = 3}\n") ==
        Lines{"answers.patience=2h", "answers.patience=5h", "answers.patience=7h"});  // whole ticks
  CHECK(points("feed.length = {from = 5, to = 8, steps = 3}\n") ==
        Lines{"feed.length=5", "feed.length=7", "feed.length=8"});  // whole numbers
  CHECK(points("arm.many.pays = [[\"many\"], [\"few\"], [\"many\", \"few\"]]\n") ==
        Lines{"arm.many.pays=[\"many\"]", "arm.many.pays=[\"few\"]", "arm.many.pays=[\"many\", \"few\"]"});
}

TEST_CASE("drawn designs fill what lies between the ends, by the seed of the study", "[sweep]") {
  const auto values = [](const std::string& design, const Settings& settings = {}) {
    std::vector<double> all;
    for (const Scenario& point : scenario_of(swept(design + "price.follower = {from = 0.01, to = 1, scale = \"log\"}\n"
                                                            "behaviour.like = {from = 0.1, to = 0.3}\n"),
                                             settings)
                                     .at)
      all.push_back(static_cast<double>(point.world.prices.follower) / micro_per_unit);
    return all;
  };
  const std::vector<double> cube = values("design = \"latin-hypercube\"\npoints = 20\n");
  // One in each twentieth of the logarithms.
  std::set<int> strata;
  for (const double value : cube) strata.insert(static_cast<int>(std::floor((std::log10(value) + 2) / 2 * 20)));
  CHECK(cube.size() == 20);
  CHECK(strata.size() == 20);
  CHECK(values("design = \"latin-hypercube\"\npoints = 20\n") == cube);
  CHECK(values("design = \"latin-hypercube\"\npoints = 20\n", {"seed=6"}) != cube);
  CHECK(values("design = \"sobol\"\npoints = 16\n").size() == 16);
  CHECK(values("design = \"saltelli\"\npoints = 8\n").size() == 8 * 4);
  CHECK(values("design = \"morris\"\npoints = 5\n").size() == 5 * 3);
}

TEST_CASE("a rounded value lies where it is between the ends, not where it was drawn", "[sweep]") {
  const Scenario study = scenario_of(base + R"(
[sweep]
design = "morris"
points = 6
feed.length = {from = 1, to = 2}
population.patience = {from = 2, to = 8}
behaviour.again = ["once", "fresh", "always"]
answers.patience = {from = "1h", to = "4h", scale = "log"}
)");
  const Design design = design_of(study.sweep, study.world.seed),
               reached = reached_by(study.sweep, design, study.world.time.tick_seconds);
  std::set<double> lengths, lists, waits;
  for (std::size_t i = 0; i < design.size(); ++i) {
    const auto at = [&](std::size_t key) { return std::get<double>(coordinate(study.points[i].settings[key])); };
    lengths.insert(reached.point(i)[0]);
    lists.insert(reached.point(i)[2]);
    waits.insert(reached.point(i)[3]);
    CHECK(reached.point(i)[0] == at(0) - 1);
    CHECK(reached.point(i)[1] == design.point(i)[1]);  // a number that is not rounded
    CHECK(reached.point(i)[3] == Approx(std::log2(at(3) / 3600) / 2));
  }
  CHECK(lengths == std::set<double>{0, 1});
  CHECK(lists == std::set<double>{0, 0.5, 1});
  CHECK(waits.size() == 4);  // of 1, 2, 3 and 4 hours, for 1, 1.6, 2.5 and 4
}

TEST_CASE("points may come from a file", "[sweep]") {
  const Folder folder;
  folder.write("points.csv",
               "price.post,feed.ranking,arm.many.pays\n0,chronological,\"[\"\"many\"\"]\"\n"
               "7,popularity,\"[\"\"few\"\"]\"\n");
  const std::string text = swept("design = \"file\"\nfile = \"points.csv\"\n");
  const Scenario scenario = read_scenario(folder.write("study.toml", text));
  REQUIRE(scenario.at.size() == 2);
  CHECK(scenario.at[1].world.prices.post == 7 * micro_per_unit);
  CHECK(scenario.at[1].run.feed.ranking == Ranking::popularity);
  CHECK(scenario.at[1].arms[2].run.pays == Lines{"few"});
  CHECK(scenario.points[1].name == "price.post=7, feed.ranking=popularity, arm.many.pays=[\"few\"]");

  folder.write("points.csv", "price.post,feed.ranking\n0\n");
  CHECK(
      refusal(folder.write("study.toml", text)) ==
      Lines{"points.csv:2: 1 field, and the header has 2; expected a value of each key; add what is missing, or quote "
            "values that hold the separator"});
  folder.write("points.csv", "price.post\n");
  CHECK(refusal(folder.write("study.toml", text)) ==
        Lines{"study.toml:78:8: points.csv has a header and no rows; expected one for each point"});
}

TEST_CASE("the understood text of a sweep asks for the same points", "[sweep]") {
  for (const std::string& keys :
       {std::string("price.post = [0, 7]\narm.many.feed.length = [5, 7]\n"),
        std::string("design = \"sobol\"\npoints = 5\nprice.follower = {from = 0.01, to = 1, scale = \"log\"}\n"),
        std::string("design = \"zip\"\nanswers.patience = {from = \"2h\", to = \"7h\", steps = 3}\n")}) {
    const Scenario first = scenario_of(swept(keys)), again = scenario_of(first.understood);
    CHECK(again.understood == first.understood);
    REQUIRE(again.at.size() == first.at.size());
    for (std::size_t i = 0; i < first.at.size(); ++i) CHECK(again.at[i].understood == first.at[i].understood);
  }
}

TEST_CASE("a sweep of nonsense is refused before anything runs", "[sweep][nonsense]") {
  const auto said = [](const std::string& keys, const Settings& settings = {}) {
    const Lines lines = refusal_of_text(swept(keys), settings);
    return lines.empty() ? "" : lines.front();
  };
  CHECK(said("") ==
        "study.toml:76:2: [sweep] sweeps nothing; expected a key with several values, such as price.post = [0, 50, "
        "200]; add it, or remove the section");
  CHECK(
      said("price.post = 3\n") ==
      "study.toml:77:14: sweep.price.post is 3; expected a list of values, or {from = ..., to = ...} between two ends");
  CHECK(said("price.post = []\n") ==
        "study.toml:77:14: sweep.price.post is an empty list; expected a list of values, "
        "or {from = ..., to = ...} between two ends");
  CHECK(said("price.pots = [1, 2]\n") ==
        "study.toml:77:7: unknown key 'pots' in [price]; did you mean 'post'? (at the point price.pots=1 and 1 more)");
  CHECK(said("price.post = [1, -2]\n") ==
        "study.toml:77:18: price.post is -2; expected an amount of money, 0 to 1000000000, with at most 6 decimals (at "
        "the point "
        "price.post=-2)");
  CHECK(said("price.post = {from = 5, to = 1, steps = 3}\n") ==
        "study.toml:77:30: sweep.price.post: to is 1; expected more than from, 5");
  CHECK(said("price.post = {from = 0, to = 1, steps = 3, scale = \"log\"}\n") ==
        "study.toml:77:22: sweep.price.post: from is 0; expected more than 0 with scale = \"log\"");
  CHECK(said("price.post = {from = 0, to = 1}\n") ==
        "study.toml:77:7: sweep.price.post has two ends and no steps; expected how many values lie on the way: steps = "
        "5");
  CHECK(said("design = \"sobol\"\nprice.post = {from = 0, to = 1, steps = 3}\n") ==
        "study.toml:78:7: sweep.price.post has steps, and the points of the design \"sobol\" are drawn; expected the "
        "ends alone; remove steps");
  CHECK(said("feed.ranking = {from = 0, to = 1, steps = 3}\n").find("nothing lies between two of them") !=
        std::string::npos);
  CHECK(said("design = \"zip\"\nprice.post = [1, 2]\nfeed.length = [3]\n") ==
        "study.toml:79:6: sweep.feed.length has 1 value, and sweep.price.post has 2; expected as many of each with "
        "sweep.design = \"zip\"");
  CHECK(said("points = 7\nprice.post = [1, 2]\n").find("sweep.points") != std::string::npos);  // a key without effect
  CHECK(said("price.post = [3, 4, 3.0]\n")
            .find("points 0 and 2 of the sweep are the same, price.post=3; expected each "
                  "once") != std::string::npos);
  CHECK(said("feed.length = {from = 5, to = 6, steps = 3}\n").find("points 1 and 2 of the sweep are the same") !=
        std::string::npos);
  CHECK(said("feed.length = {from = 5, steps = 3}\n").find("to is missing; expected both ends") != std::string::npos);
  CHECK(said("until = [1, 2]\n").find("a sweep changes until; expected") != std::string::npos);
  CHECK(said("arm.many.diffusion.model = [\"feed\", \"si\"]\n").find("how posts spread") != std::string::npos);
  CHECK(said("arm.many.pays = [[\"many\"], [\"few\"]]\nprice.post = [3]\n") ==
        "study.toml:78:7: a sweep changes price.post, and no point differs by it: it has one value, or no effect; "
        "expected several values that matter; remove it");
  CHECK(said("tiers.from = [[0, 40], [0, 50]]\n").find("a sweep changes tiers.from; expected") != std::string::npos);
  CHECK(said("time.tick = [\"1h\", \"30min\"]\n").find("a sweep changes time.tick; expected") != std::string::npos);
  CHECK(said("output.every = [\"1h\", \"2h\"]\n").find("a sweep changes output.every") != std::string::npos);
  CHECK(said("price.post = [1, 2]\n", {"price.post=3"}) ==
        "--set price.post: price.post is swept; expected one or the other; write --set 'sweep.price.post=[...]', or "
        "take it out of [sweep]");
  CHECK(said("price.post = {from = 1, to = 2, steps = 1_000}\nfeed.length = {from = 1, to = 999, steps = 900}\n") ==
        "study.toml:76:2: the sweep has more than 100000 points; expected fewer values, or a drawn design");
  CHECK(said("design = \"morris\"\nlevels = 5\nprice.post = {from = 1, to = 2}\n").find("expected an even number") !=
        std::string::npos);
  CHECK(said("design = \"file\"\n").find("sweep.file is missing") != std::string::npos);
  // what a point alone does wrong is told with the point
  CHECK(said("campaign.few.start = [\"0\", \"40h\"]\n").find("(at the point campaign.few.start=40h)") !=
        std::string::npos);
}

TEST_CASE("mistakes in a sweep and elsewhere are told at once, each once", "[sweep][nonsense]") {
  const auto said = [](const std::string& keys) {
    return refusal_of_text(swept(keys), {"feed.length=-3", "replicates=0"});
  };
  const auto holds = [](const Lines& lines, const std::string& words) {
    return std::ranges::count_if(lines, [&](const std::string& line) { return line.find(words) != std::string::npos; });
  };
  // Points that can be laid are read as a whole, ...
  const Lines laid = said("price.post = [1, -2]\nprice.pots = [1, 2]\ncampaign.few.start = [\"0\", \"40h\"]\n");
  // ... and values one by one where they cannot.
  const Lines unlaid =
      said("price.post = {from = 5, to = 1, steps = 3}\nprice.pots = [1, 2]\nbehaviour.like = [0.1, 1.5]\n");
  for (const Lines& lines : {laid, unlaid}) {
    CAPTURE(lines);
    CHECK(lines.size() == 5);
    CHECK(holds(lines, "--set feed.length: feed.length is -3; expected") == 1);
    CHECK(holds(lines, "--set replicates: replicates is 0; expected") == 1);
    CHECK(holds(lines, "unknown key 'pots' in [price]; did you mean 'post'? (at the point ") == 1);
  }
  CHECK(holds(laid, "study.toml:77:18: price.post is -2; expected an amount of money") == 1);
  CHECK(holds(laid, "campaign.few has its last slot \"46h\" after the start") == 1);
  CHECK(holds(unlaid, "sweep.price.post: to is 1; expected more than from, 5") == 1);
  CHECK(holds(unlaid, "behaviour.like is 1.5; expected a probability, 0 to 1 (at the point behaviour.like=1.5)") == 1);
  // That nothing is swept, as well.
  CHECK(holds(said(""), "[sweep] sweeps nothing") == 1);
}

TEST_CASE("what is swept can be set from the command line", "[sweep]") {
  const Scenario scenario = scenario_of(base, {"sweep.price.post=[1, 2, 3]", "sweep.design=zip"});
  CHECK(scenario.points.size() == 3);
  CHECK(scenario.at[2].world.prices.post == 3 * micro_per_unit);
}

TEST_CASE("a result keeps what was swept, and shows it a line a point", "[sweep]") {
  const StudyResult study =
      run_study(scenario_of(swept("price.post = [0, 7]\nfeed.ranking = [\"chronological\", \"popularity\"]\n"
                                  "answers.patience = [\"6h\", \"12h\"]\n")));
  const Folder folder;
  write_result(folder.path() / "result.h5", study);
  const StudyResult again = read_result(folder.path() / "result.h5");
  REQUIRE(again.swept.size() == 3);
  CHECK(again.points == study.points);
  CHECK(again.swept[0].numbers == std::vector<double>{0, 0, 0, 0, 7, 7, 7, 7});
  CHECK(again.swept[1].texts[2] == "popularity");
  CHECK(again.swept[2].numbers[0] == 6 * 3600);
  CHECK(again.swept[2].units == "s");
  CHECK(comparison_table(again) == comparison_table(study));
  for (std::size_t i = 0; i < study.points.size(); ++i)
    CHECK(digest_of(at_point(again, i)) == digest_of(at_point(study, i)));
  // beside the study of its settings alone no key of a point differs
  const StudyResult alone =
      run_study(scenario_of(base, {"price.post=7", "feed.ranking=popularity", "answers.patience=6h"}));
  CHECK(contains(compare_studies({{"point", at_point(again, 6)}, {"alone", alone}}),
                 "The scenarios are the same in every key."));
  // claims of each point are rows of their own
  for (std::uint32_t point = 0; point < 8; ++point)
    CHECK(std::ranges::count(again.claims, point, &ClaimRow::point) == 5);
  CHECK(comparison_table(study).find("     price.post   feed.ranking  answers.patience") != std::string::npos);
  CHECK(point_called(study.points, "7") == 7);
  CHECK_THROWS_AS(point_called(study.points, "8"), BadRequest);
  CHECK_THROWS_AS(point_of(again, "", "compare"), BadRequest);
  const Shell shell;
  write_result(shell.file("result.h5"), study);
  for (const char* asked : {"--arms", "--positions"}) {
    CHECK(shell.call({"show", "result.h5", asked}) == 2);
    CHECK(contains(shell.err(), fmt::format("grapevine show {} tells of one; expected --point: ", asked)));
  }
  using Words = std::vector<std::string>;
  for (const auto& [words, said] : {std::pair(Words{"show", "result.h5", "--point", "17"}, "no point is called '17'; "),
                                    {{"explain", "result.h5", "--point", "17"}, "no point is called '17'; "},
                                    {{"show", "result.h5", "--point", "0", "--arm", "zzz"}, "no arm is called 'zzz'; "},
                                    {{"compare", "result.h5", "result.h5"}, "a sweep of 8 points, and "}}) {
    CHECK(shell.call(words) == 2);
    CHECK(shell.err().starts_with(std::string("result.h5: ") + said));
  }
}

/// What the arm spent and how often people engaged with its campaigns' posts, by replicate.
struct Bought {
  double spent = 0, engagement = 0;
};
Bought bought_in(const StudyResult& study, std::size_t point, const std::string& arm, std::size_t replicate) {
  const auto place = static_cast<std::size_t>(std::ranges::find(study.arms, arm) - study.arms.begin());
  Bought sum;
  for (const CampaignRow& campaign : study.record(point, place, replicate).campaigns) {
    sum.spent += static_cast<double>(campaign.spent) / micro_per_unit;
    sum.engagement += static_cast<double>(campaign.outcomes.engagement());
  }
  return sum;
}

TEST_CASE("the least spend that matches the other arm is where the line through the cells reaches it", "[sweep]") {
  // Nothing is sold, so that engagement is matched.
  std::string plain = base;
  for (const std::string& part :
       {std::string("[[product]]\nname = \"tent\"\ntopic = 2\nlook = 3\nhalf_life = \"12h\"\n"),
        std::string("product = \"tent\"\n")})
    for (std::size_t at; (at = plain.find(part)) != std::string::npos;) plain.erase(at, part.size());
  plain.replace(plain.find("budget_of = \"few\""), 17, "budget = 50");
  const StudyResult study = run_study(
      scenario_of(plain + "[sweep]\ncampaign.many.budget = [8, 20, 60, 200]\nprice.post = [0, 2]\n", {"replicates=5"}));
  REQUIRE(study.iso_outcome.size() == 2);  // the mega arm is the same all along the budgets
  for (const IsoOutcomeRow& row : study.iso_outcome) {
    std::vector<double> least;
    std::uint32_t below = 0, above = 0;
    for (std::size_t r = 0; r < 5; ++r) {
      const Bought target = bought_in(study, row.point, "few", r);
      std::vector<Bought> cells;
      for (std::size_t step = 0; step < 4; ++step) {
        const Bought cell = bought_in(study, row.point + 2 * step, "many", r);
        if (cell.spent > 0) cells.push_back(cell);
      }
      REQUIRE(!cells.empty());
      double spend = std::numeric_limits<double>::infinity();
      if (cells.front().engagement >= target.engagement) {
        spend = -spend, ++below;
      } else {
        for (std::size_t i = 1; i < cells.size() && std::isinf(spend); ++i) {
          if (cells[i].engagement < target.engagement) continue;
          const Bought &a = cells[i - 1], &b = cells[i];
          const bool logs = a.engagement > 0;
          const double way = logs ? std::log(target.engagement / a.engagement) / std::log(b.engagement / a.engagement)
                                  : (target.engagement - a.engagement) / (b.engagement - a.engagement);
          spend = logs ? a.spent * std::pow(b.spent / a.spent, way) : a.spent + way * (b.spent - a.spent);
        }
        above += std::isinf(spend) ? 1 : 0;
      }
      least.push_back(spend);
    }
    std::ranges::sort(least);
    CAPTURE(row.point, least[0], least[2], least[4]);
    CHECK(row.below_axis == below);
    CHECK(row.above_axis == above);
    CHECK(row.within == 5 - below - above);
    CHECK((std::isinf(least[2]) ? row.spend == least[2] : row.spend == Approx(least[2])));
  }
  // The claim's ratio passes through 1 between neighbours of which one is above it.
  for (const PhaseRow& row : study.phase) {
    if (row.phase != "crosses") continue;
    CHECK(row.at >= (row.key == "price.post" ? 0 : 8));
    CHECK(row.at <= (row.key == "price.post" ? 2 : 200));
  }
  CHECK(std::ranges::any_of(study.sensitivity, [](const SensitivityRow& row) { return row.factor == "replicate"; }));
}

TEST_CASE("an arm may be run for more choices of accounts at one point than at another", "[sweep]") {
  const std::string text = base + "[sweep]\ncampaign.few.accounts = [\"largest\", \"random\"]\n";
  const Settings twice{"arm.few.draws=2", "arm.many.draws=2"};
  const StudyResult study = run_study(scenario_of(text, twice));
  const Folder folder;
  write_result(folder.path() / "result.h5", study);
  const StudyResult again = read_result(folder.path() / "result.h5");
  const auto draws = [&](std::size_t point) { return again.record(point, 3, 0).draws; };
  CHECK(draws(0) == 1);
  CHECK(draws(1) == 2);
  CHECK(digest_of(at_point(again, 1)) == digest_of_study({twice[0], twice[1], "campaign.few.accounts=random"}));
}

TEST_CASE("what classic models spread by is that of the point", "[sweep]") {
  const std::string text = R"(format = 1
seed = 3
replicates = 2
[graph]
users = 1_000
mean_followees = 8
[population]
interest_skew = 3
[tiers]
names = ["small", "large"]
from = [0, 20]
[diffusion]
model = "independent-cascade"
probability = "topic-match"
chance = 0.3
cascades = 50
)";
  const StudyResult study = run_study(scenario_of(text + "[sweep]\npopulation.interest_skew = [0.5, 3]\n"));
  CHECK(digest_of(at_point(study, 1)) == digest_of(run_study(scenario_of(text))));
}

TEST_CASE("a study may end at a look, with the replicates that it has then", "[sweep][until]") {
  const std::string text = base;
  const StudyResult all = run_study(scenario_of(text, {"replicates=20"}));
  const StudyResult ended = run_study(scenario_of(text, {"replicates=70", "until=9"}));
  CHECK(ended.replicates == 20);
  CHECK(ended.asked == 20);
  CHECK(ended.incomplete.empty());
  CHECK(digest_of(ended) == digest_of(all));
  const StudyResult never = run_study(scenario_of(text, {"replicates=21", "until=1e-9"}));
  CHECK(never.replicates == 21);
  const auto said = [&](const Settings& settings) {
    const Lines lines = refusal_of_text(text, settings);
    return lines.empty() ? std::string() : lines.front();
  };
  CHECK(said({"until=0.1", "replicates=20"}) ==
        "--set until: until has no effect with 20 replicates, as its first look is at 20; expected more; raise "
        "replicates, or remove until");
  CHECK(said({"until=0"}).find("until is 0; expected a number of log units above 0") != std::string::npos);
}

TEST_CASE("switches are tried at each point", "[sweep]") {
  const std::string switched = "[[switch]]\nname = \"answers\"\nanswers.per_day = 0\n";
  const StudyResult study = run_study(scenario_of(swept("price.post = [0, 7]\n") + switched));
  for (std::uint32_t point = 0; point < 2; ++point) {
    CAPTURE(point);
    CHECK(std::ranges::count(study.switches, point, &SwitchRow::point) > 0);
    const StudyResult alone = run_study(scenario_of(base + switched, {fmt::format("price.post={}", 7 * point)}));
    const StudyResult here = at_point(study, point);
    REQUIRE(here.switches.size() == alone.switches.size());
    for (std::size_t i = 0; i < here.switches.size(); ++i) {
      CHECK(here.switches[i].verdict == alone.switches[i].verdict);
      CHECK((here.switches[i].estimate == alone.switches[i].estimate ||
             (std::isnan(here.switches[i].estimate) && std::isnan(alone.switches[i].estimate))));
    }
  }
}

TEST_CASE("check foretells a sweep as many times as it has runs", "[sweep]") {
  const Scenario one = scenario_of(base), many = scenario_of(swept("price.post = [0, 1, 2, 3, 4]\n"));
  const LookAhead to_the_end{.seconds_a_part = 600};
  const Outlook of_one = look_ahead(one, to_the_end), of_many = look_ahead(many, to_the_end);
  CHECK(of_many.record_bytes == Approx(5 * of_one.record_bytes).epsilon(0.02));
  const std::string text = outlook_text(many, of_many);
  CHECK(text.find("price.post  0     4") != std::string::npos);
  CHECK(text.find("Runs    5 points x 4 arms x 2 replicates") != std::string::npos);
}

}  // namespace
}  // namespace grapevine
