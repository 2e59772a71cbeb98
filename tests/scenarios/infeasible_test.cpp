#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "graph/base/h5.hpp"
#include "scenarios/reader/read_scenario.hpp"
#include "scenarios/result/result.hpp"
#include "scenarios/result/sweep_points.hpp"
#include "scenarios/result/table.hpp"
#include "scenarios/study/outlook.hpp"
#include "scenarios/study/study.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/scenario_files.hpp"
#include "tests/scenarios/shell.hpp"

// Points of a sweep whose money cannot buy what a campaign asks for: cells without runs, beside others that run.
namespace grapevine {
namespace {

using namespace test;
using Settings = std::vector<std::string>;

/// Every account asks 7 a post and one post is bought: a budget below 7 buys nothing, in no replicate.
const std::string base = R"(format = 1
seed = 5
replicates = 3
time = {tick = "1h", warmup = "6h", measure = "6h", followup = "6h"}
graph = {model = "platform", users = 600, mean_followees = 10, largest = 100, communities = 4}
population = {sessions = 4, posts = 2}
tiers = {names = ["small", "large"], from = [0, 20]}
feed.window = "6h"
price = {post = 7, follower = 0}
claims = {micro = "small", mega = "large", micro_arm = "few", mega_arm = "one"}
[[campaign]]
name = "few"
tier = "small"
budget = 50
posts = 1
slots = 1
slot = "1h"
[[campaign]]
name = "one"
tier = "large"
count = 1
posts = 1
slots = 1
slot = "1h"
[[arm]]
name = "few"
pays = ["few"]
[[arm]]
name = "one"
pays = ["one"]
[[contrast]]
arm = "few"
against = "one"
)";
const std::string budgets = base + "[sweep]\ncampaign.few.budget = [3, 6, 7, 40]\n";
const std::string switches = "[[switch]]\nname = \"clicks\"\nbehaviour.like = 0\n";

std::string digest_of(const StudyResult& study) {
  const Folder folder;
  write_result(folder.path() / "result.h5", study);
  return digests(folder.path() / "result.h5").total;
}

std::string refusal_of_run(const std::string& text) {
  try {
    run_study(scenario_of(text));
  } catch (const BadRequest& mistake) {
    std::string said = mistake.messages().front();
    return said.substr(said.find("campaign '"));
  }
  return "";
}

TEST_CASE("a point of a sweep that money does not reach is a cell without runs, and the others run", "[sweep][money]") {
  const StudyResult study = run_study(scenario_of(budgets));
  REQUIRE(study.points.size() == 4);
  REQUIRE(study.infeasible.size() == 4);
  for (std::size_t point = 0; point < 4; ++point) {
    CAPTURE(point);
    CHECK(study.infeasible[point].empty() == (point >= 2));
    for (std::size_t replicate = 0; replicate < 3; ++replicate) CHECK(study.ran(point, replicate) == (point >= 2));
    CHECK(std::ranges::count(study.claims, point, &ClaimRow::point) == (point >= 2 ? 5 : 0));
    CHECK((std::ranges::count(study.comparison, point, &ComparisonRow::point) > 0) == (point >= 2));
  }
  CHECK(study.infeasible[0].starts_with("campaign 'few': the budget of 3.00 is below every price; the cheapest of "));
  CHECK(study.incomplete.empty());
  // A point that can be is the study of its settings alone.
  for (const std::size_t point : {2, 3}) {
    const std::string budget = fmt::format("campaign.few.budget={}", point == 2 ? 7 : 40);
    CHECK(digest_of(at_point(study, point)) == digest_of(run_study(scenario_of(base, {budget}))));
  }
}

TEST_CASE("the file of a sweep says which cells have no runs, and has no number there", "[sweep][money]") {
  const Folder folder;
  const StudyResult study = run_study(scenario_of(budgets));
  write_result(folder.path() / "result.h5", study);
  const h5::Reader file(folder.path() / "result.h5");
  CHECK(file.whole_numbers("/summary/infeasible") == std::vector<std::int64_t>{1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0});
  CHECK(file.read<std::string>("/summary/infeasible_why")[3].empty());
  CHECK(file.whole_numbers("/summary/draws") == std::vector<std::int64_t>{1, 1});
  CHECK(file.whole_numbers("/summary/draws_by_point") == std::vector<std::int64_t>{0, 0, 0, 0, 1, 1, 1, 1});
  const std::vector<double> spent = file.read<double>("/campaigns/spent");  // point, arm, replicate, campaign
  REQUIRE(spent.size() == 4 * 2 * 3 * 2);
  for (std::size_t i = 0; i < spent.size(); ++i) CHECK(std::isnan(spent[i]) == (i < spent.size() / 2));
  const StudyResult again = read_result(folder.path() / "result.h5");
  CHECK(again.infeasible == study.infeasible);
  CHECK(comparison_table(again) == comparison_table(study));
  for (std::size_t point = 2; point < 4; ++point)
    CHECK(digest_of(at_point(again, point)) == digest_of(at_point(study, point)));
  CHECK(contains(comparison_table(study), "Infeasible: with the money of these points nothing was run"));
  CHECK(contains(comparison_table(study), "0                    3  infeasible"));
  CHECK(contains(comparison_table(study), "World   600 users, "));
  CHECK_THROWS_AS(point_of(study, "0", "show"), BadRequest);
  // Nothing of it is in the file of a sweep without such points.
  write_result(folder.path() / "all.h5", run_study(scenario_of(budgets, {"sweep.campaign.few.budget=[7, 40]"})));
  CHECK_FALSE(h5::Reader(folder.path() / "all.h5").exists("/summary/infeasible"));
}

TEST_CASE("too little money is a mistake of a study with one point, and of a sweep in which all points have it",
          "[sweep][money]") {
  const std::string one = refusal_of_run(base + "[output]\ntrack_share = 0\n");
  CHECK(one.empty());
  std::string poor = base;
  poor.replace(poor.find("budget = 50"), 11, "budget = 3 ");
  CHECK(refusal_of_run(poor).starts_with("campaign 'few': the budget of 3.00 is below every price"));
  const std::string all = refusal_of_run(base + "[sweep]\ncampaign.few.budget = [3, 6]\n");
  CHECK(all.starts_with("campaign 'few': the budget of 3.00 is below every price"));
  CHECK(all.ends_with("(at the point campaign.few.budget=3)"));
  // What has nothing to do with money is a mistake at one point, too.
  CHECK(refusal_of_run(base + "[sweep]\ncampaign.few.followers = [[0, 50], [500, 600]]\n")
            .starts_with("campaign 'few': no user of tier 'small' with 500 to 600 followers posts"));
}

TEST_CASE("a budget that promotion uses up is a cell without runs, told from the keys alone", "[sweep][money]") {
  std::string promoted = base;
  promoted.replace(promoted.find("budget = 50"), 11,
                   "budget = 50\npromotion = 5\npromotion_price = 1\npromotion_time = \"2h\"");
  const Scenario scenario = scenario_of(promoted + "[sweep]\ncampaign.few.budget = [4, 40]\n");
  CHECK(scenario.at[0].infeasible.starts_with("campaign.few.promotion is 5, and campaign.few.budget is 4; expected"));
  const StudyResult study = run_study(scenario);
  CHECK_FALSE(study.ran(0, 0));
  CHECK(study.ran(1, 0));
  CHECK(digest_of(at_point(study, 1)) == digest_of(run_study(scenario_of(promoted, {"campaign.few.budget=40"}))));
  const std::vector<std::string> none = refusal_of_text(promoted + "[sweep]\ncampaign.few.budget = [3, 4]\n");
  REQUIRE(none.size() == 2);
  CHECK(contains(none[0], "expected less than the budget"));
}

TEST_CASE("a replicate that money does not reach is missing at its point alone", "[sweep][money]") {
  // Prices spread: the cheapest account of each replicate asks another price, and the budget lies between them.
  for (const char* seed : {"5", "6", "7", "8"})
    for (double budget = 0.1; budget < 1; budget *= 1.15) {
      const std::string poor = fmt::format("{:.6f}", budget);
      const auto of = [&](const std::string& more) {
        return run_study(scenario_of(base + more, {"price.spread=1", std::string("seed=") + seed}));
      };
      const StudyResult study = of(fmt::format("[sweep]\ncampaign.few.budget = [{}, 400]\n", poor));
      if (study.infeasible.empty() || !study.ran(0, 0)) continue;
      CHECK(study.replicates == 3);
      CHECK(study.infeasible[0].starts_with("campaign 'few': the budget of "));
      CHECK(contains(comparison_table(study), " of 3 replicates)"));
      CHECK(contains(comparison_table(study),
                     "Infeasible: with the money of these points not all replicates were run\n"));
      const auto alone = [&](const std::string& money) {
        return run_study(
            scenario_of(base, {"price.spread=1", std::string("seed=") + seed, "campaign.few.budget=" + money}));
      };
      CHECK(at_point(study, 0).numbers == alone(poor).numbers);
      CHECK(digest_of(at_point(study, 0)) == digest_of(alone(poor)));
      CHECK(digest_of(at_point(study, 1)) == digest_of(alone("400")));
      const Folder folder;
      write_result(folder.path() / "result.h5", study);
      CHECK(digest_of(at_point(read_result(folder.path() / "result.h5"), 0)) == digest_of(alone(poor)));
      const std::uint32_t poorest = study.ran(0, 1) ? 2 : 1;
      const Shell shell;
      write_result(shell.file("result.h5"), study);
      CHECK(shell.call({"explain", "result.h5", "--point", "0", "--replicate", fmt::to_string(poorest)}) == 2);
      CHECK(contains(shell.err(),
                     fmt::format("money was too little for replicate {} at the point 0: campaign ", poorest)));
      CHECK(shell.call({"explain", "result.h5", "--point", "0", "--replicate", "3"}) == 2);
      CHECK(contains(shell.err(), "the result has no replicate 3; expected one of 0"));
      // The status of the sweep is that of the point by itself, whoever runs it.
      const auto status_of = [&](Settings words) {
        for (const std::string& word : {std::string("price.spread=1"), std::string("seed=") + seed})
          words.insert(words.end(), {"--set", word});
        words.insert(words.end(), {"-o", "s.h5", "--overwrite", "--quiet"});
        return shell.call(words);
      };
      const std::string swept = fmt::format("sweep.campaign.few.budget=[{}, 400]", poor);
      shell.write("s.toml", base);
      CHECK(status_of({"run", "s.toml", "--set", swept}) == 1);
      CHECK(contains(shell.err(),
                     fmt::format("grapevine: at the point campaign.few.budget={} ", study.points[0].substr(20))));
      CHECK(status_of({"run", "s.toml", "--set", "campaign.few.budget=" + poor}) == 1);
      CHECK(status_of({"run", "s.toml", "--set", "campaign.few.budget=400"}) == 0);
      CHECK(status_of({"run", "s.toml", "--set", swept, "--shard", "1/1"}) == 0);
      CHECK(shell.call({"merge", "s.h5", "-o", "merged.h5"}) == 1);
      // No look is taken behind what is missing, and the study says so once.
      for (const char* jobs : {"1", "2"}) {
        CAPTURE(jobs);
        CHECK(status_of({"run", "s.toml", "--set", "campaign.few.budget=" + poor, "--set", "replicates=21", "--set",
                         "until=9", "--jobs", jobs}) == 1);
        const std::string lost =
            fmt::format("until = 9 ended nothing, for no look is taken behind replicate {}, ", poorest);
        CHECK(contains(shell.err(), lost));
        CHECK(shell.err().find(lost) == shell.err().rfind(lost));
        CHECK(contains(read_result(shell.file("s.h5")).incomplete, lost));
        CHECK(read_result(shell.file("s.h5")).asked == 21);
      }
      // Also where the first replicate is the one that is missing.
      StudyResult late = study;
      for (std::size_t arm = 0; arm < 2; ++arm) late.record(0, arm, 0).draws = 0, late.record(0, arm, 2).draws = 1;
      write_result(folder.path() / "late.h5", late);
      CHECK(read_result(folder.path() / "late.h5").ran(0, 2));
      return;
    }
  FAIL("no budget lies between the cheapest accounts of the replicates");
}

TEST_CASE("a sweep without money at any point leaves nothing behind", "[program][sweep][money]") {
  const Shell shell;
  std::string many = "1";  // enough points for parts to be written
  for (int i = 1; i < 150; ++i) many += fmt::format(", {:.2f}", 1 + 0.01 * i);
  shell.write("s.toml", base + "[sweep]\ncampaign.few.budget = [" + many + "]\n");
  CHECK(shell.call({"run", "s.toml", "-o", "s.h5", "--set", "graph.users=20000", "--threads", "1", "--quiet"}) == 2);
  INFO(shell.err());
  const auto line = std::ranges::count(base, '\n') + 2;
  const std::string axis = fmt::format("s.toml:{}:14: campaign 'few': the budget of 1.00 is below every price", line);
  CHECK(contains(shell.err(), axis));
  CHECK(contains(shell.err(), "\nand at 130 more points\n"));
  CHECK(shell.call({"check", "s.toml", "--set", "graph.users=20000"}) == 2);
  CHECK(contains(shell.err(), axis));
  CHECK(shell.call({"check", "s.toml", "--set", "sweep.campaign.few.budget=[2, 3]"}) == 2);
  CHECK(contains(shell.err(), "--set sweep.campaign.few.budget: campaign 'few': the budget of 2.00 is below "));
  CHECK(shell.files() == std::vector<std::string>{"s.toml"});
}

TEST_CASE("a sweep with cells without runs is the same in jobs, in shards and when it is resumed", "[sweep][money]") {
  const Shell shell;
  shell.write("s.toml", budgets + switches);
  const auto digest = [&](const std::string& file) {
    REQUIRE(shell.call({"show", "--digest", file}) == 0);
    return shell.out();
  };
  const Settings set{"--quiet"};
  const auto run = [&](Settings words) {
    words.insert(words.begin(), {"run", "s.toml"});
    words.insert(words.end(), set.begin(), set.end());
    return shell.call(words);
  };
  REQUIRE(run({"-o", "one.h5"}) == 0);
  REQUIRE(run({"-o", "jobs.h5", "--jobs", "2"}) == 0);
  CHECK(digest("jobs.h5") == digest("one.h5"));
  for (const char* shard : {"1", "2", "3", "4", "5"})
    REQUIRE(run({"-o", fmt::format("shard-{}.h5", shard), "--shard", fmt::format("{}/5", shard)}) == 0);
  REQUIRE(shell.call({"merge", "shard-1.h5", "shard-2.h5", "shard-3.h5", "shard-4.h5", "shard-5.h5", "-o", "all.h5"}) ==
          0);
  CHECK(digest("all.h5") == digest("one.h5"));
  REQUIRE(run({"-o", "more.h5", "--set", "replicates=1"}) == 0);
  REQUIRE(run({"-o", "more.h5", "--resume"}) == 0);
  CHECK(digest("more.h5") == digest("one.h5"));
}

}  // namespace
}  // namespace grapevine
