#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "scenarios/reader/read_scenario.hpp"
#include "scenarios/result/text.hpp"
#include "scenarios/study/measured_points.hpp"
#include "scenarios/study/outlook.hpp"
#include "scenarios/study/study.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/foretold.hpp"
#include "tests/scenarios/scenario_files.hpp"
#include "tests/scenarios/shell.hpp"

// What `check` foretells of a sweep whose points differ in what they cost.
namespace grapevine {
namespace {

using namespace test;

const std::string base = R"(format = 1
seed = 5
replicates = 2
time = {tick = "1h", warmup = "1d", measure = "1d", followup = "1d"}
graph = {model = "power-law", users = 8_000, mean_followees = 15}
population = {sessions = 4, posts = 2}
feed.window = "1d"
price = {post = 7, follower = 0}
[[campaign]]
name = "few"
budget = 50
posts = 1
slots = 1
slot = "1h"
[[arm]]
name = "control"
[[arm]]
name = "few"
pays = ["few"]
[[contrast]]
arm = "few"
against = "control"
)";

TEST_CASE("every point is in one group of those that are measured, the first and the largest alone",
          "[sweep][outlook]") {
  for (const std::size_t points : {1, 2, 5, 6, 7, 8, 100, 1001}) {
    CAPTURE(points);
    std::vector<double> work(points);
    for (std::size_t p = 0; p < points; ++p) work[p] = static_cast<double>((p * 37) % 101 + 1);
    const std::size_t largest = static_cast<std::size_t>(std::ranges::max_element(work) - work.begin());
    const std::vector<MeasuredPoints> groups = groups_to_measure(work);
    CHECK(groups.size() <= 5);
    std::multiset<std::size_t> seen;
    for (const MeasuredPoints& group : groups) seen.insert(group.points.begin(), group.points.end());
    CHECK(seen.size() == points);
    CHECK(std::set<std::size_t>(seen.begin(), seen.end()).size() == points);
    const auto alone = [&](std::size_t point) {
      return std::ranges::any_of(
          groups, [&](const MeasuredPoints& group) { return group.points == std::vector<std::size_t>{point}; });
    };
    CHECK(alone(0));
    CHECK(std::ranges::any_of(groups, [&](const MeasuredPoints& group) {
      return group.points.size() == 1 && work[group.points.front()] == work[largest];
    }));
  }
}

TEST_CASE("what a sweep takes is what its points take by themselves, within a half where not all are measured",
          "[sweep][outlook]") {
  const LookAhead to_the_end{.seconds_a_part = 600};
  const auto [keys, points] = GENERATE(table<std::string, std::vector<std::string>>(
      {{"graph.users = [1_000, 20_000]\n", {"graph.users=1000", "graph.users=20000"}},
       {"graph.users = [20_000, 1_000]\n", {"graph.users=20000", "graph.users=1000"}},
       {"graph.users = [1_000, 2_000, 3_000, 5_000, 6_000, 7_000, 9_000]\n",
        {"graph.users=1000", "graph.users=2000", "graph.users=3000", "graph.users=5000", "graph.users=6000",
         "graph.users=7000", "graph.users=9000"}}}));
  CAPTURE(keys);
  const Outlook all = look_ahead(scenario_of(base + "[sweep]\n" + keys), to_the_end);
  double records = 0;
  for (const std::string& point : points) {
    records += look_ahead(scenario_of(base, {point}), to_the_end).record_bytes;
  }
  const double factor = points.size() == all.points.measured ? 1.05 : 1.5;
  CAPTURE(all.record_bytes, records);
  CHECK((all.record_bytes < factor * records && all.record_bytes > records / factor));
}

TEST_CASE("check names the largest point, and foretells the memory and the file of a sweep over worlds",
          "[program][sweep][outlook]") {
  if (is_sanitized) return;
  const std::string users = GENERATE("[1_000, 20_000]", "[20_000, 1_000]");
  const Shell shell;
  shell.write("s.toml", base + "[output]\ntrack_share = 0.5\n[sweep]\ngraph.users = " + users + "\n");
  REQUIRE(shell.call({"check", "s.toml", "--threads", "2"}) == 0);
  const std::string told = shell.out();
  CAPTURE(told);
  CHECK(contains(told, "Points  the largest of 2 that were measured, graph.users=20000, takes about "));
  const double memory = most_resident(shell.start({"run", "s.toml", "-o", "s.h5", "--quiet", "--threads", "2"}));
  const double disk = static_cast<double>(std::filesystem::file_size(shell.file("s.h5")));
  CAPTURE(memory, disk);
  CHECK(foretold(told, "Memory") < 1.5 * memory);
  CHECK(foretold(told, "Memory") > memory / 1.5);
  CHECK(foretold(told, "Disk") < 1.5 * disk);
  CHECK(foretold(told, "Disk") > disk / 1.5);
}

TEST_CASE("check foretells the file of a sweep of many points within a half: most of it is what each says by itself",
          "[sweep][outlook]") {
  std::string prices = "1";
  for (int price = 2; price <= 60; ++price) prices += fmt::format(", {}", price);
  const Scenario scenario =
      scenario_of(base + "[sweep]\nprice.post = [" + prices + "]\n", {"graph.users=300", "campaign.few.budget=100"});
  const double told = look_ahead(scenario, {.seconds_a_part = 600}).disk_bytes;
  const Folder folder;
  write_result(folder.path() / "s.h5", run_study(scenario));
  const auto size = static_cast<double>(std::filesystem::file_size(folder.path() / "s.h5"));
  CAPTURE(told, size);
  CHECK((told < 1.5 * size && told > size / 1.5));
}

TEST_CASE("check says which points of a sweep have too little money", "[sweep][outlook][money]") {
  const Scenario scenario = scenario_of(base + "[sweep]\ncampaign.few.budget = [3, 6, 7, 40]\n", {"graph.users=800"});
  const Outlook outlook = look_ahead(scenario, {.seconds_a_part = 0.5});
  REQUIRE(outlook.points.infeasible.size() == 2);
  CHECK(outlook.points.infeasible.contains(0));
  CHECK(outlook.points.infeasible.contains(1));
  CHECK(outlook.points.told == 2);
  const std::string text = outlook_text(scenario, outlook);
  CHECK(contains(text, "infeasible: 2 points, the first campaign.few.budget=3: campaign 'few': the budget of 3.00"));
  CHECK(contains(text, "is so at campaign.few.budget=7\n"));
  // Two points of 2 arms and 2 replicates, 48 ticks each, behind the warm-up of each replicate.
  CHECK(contains(text, "Runs    4 points (2 infeasible) x 2 arms x 2 replicates, "));
  CHECK(contains(text, fmt::format("        {} ticks of 3600 s\n", 2 * 2 * 2 * 48 + 2 * 24)));
  const auto sessions = static_cast<std::uint64_t>(outlook.sessions * (2 * 2 * 2));
  CHECK(contains(text, fmt::format(" per feed-model arm and replicate, {} in all, warm-ups left out\n",
                                   with_thousands(sessions))));
  CHECK_THROWS_AS(look_ahead(scenario_of(base + "[sweep]\ncampaign.few.budget = [3, 6]\n", {"graph.users=800"}), {}),
                  BadRequest);
}

TEST_CASE("check of a thousand points measures five", "[sweep][outlook]") {
  const Scenario scenario =
      scenario_of(base +
                      "[sweep]\ndesign = \"sobol\"\npoints = 1000\ncampaign.few.budget = {from = 7, to = 400}\n"
                      "feed.length = {from = 5, to = 50}\n",
                  {"graph.users=500"});
  CHECK(look_ahead(scenario, {.seconds_a_part = 0.2}).points.measured == 5);
}

TEST_CASE("check says what each of many processes needs", "[program][outlook]") {
  const Shell shell;
  shell.write("s.toml", base);
  REQUIRE(shell.call({"check", "s.toml"}) == 0);
  CHECK_FALSE(contains(shell.out(), "Ranks "));
  const std::string users = "graph.users=60000";
  const auto needs = [&](const char* shared) {
    REQUIRE(shell.call({"check", "s.toml", "--set", users, "--processes", "4", "--ranks", shared}) == 0);
    return foretold(shell.out(), "Ranks");
  };
  // Four parts of a world of which each has its own readers, beside the whole graph.
  CHECK(needs("world") < needs("runs"));
  CHECK(shell.call({"check", "s.toml", "--ranks", "worlds"}) == 2);
}

}  // namespace
}  // namespace grapevine
