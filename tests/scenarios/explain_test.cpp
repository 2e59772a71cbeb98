#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <string>
#include <vector>

#include "scenarios/reader/read_scenario.hpp"
#include "scenarios/result/result.hpp"
#include "scenarios/study/post_story.hpp"
#include "scenarios/study/study.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/scenario_files.hpp"
#include "tests/scenarios/shell.hpp"

// `grapevine explain`: the story of a post is that of the study's own run.
namespace grapevine {
namespace {

using namespace test;

const std::string traced = R"(format = 1
seed = 7
replicates = 2
[time]
tick = "1h"
warmup = "1d"
measure = "12h"
followup = "1d"
[graph]
model = "power-law"
users = 2_000
mean_followees = 20
[tiers]
names = ["small", "large"]
from = [0, 40]
[population]
sessions = 4
posts = 2
[feed]
ranking = "weighted"
holdout = 0.4
[behaviour]
reshare = 0.05
[discovery]
share = 0.2
[[campaign]]
name = "many"
followers = [10, 40]
count = 5
every = "2h"
slot = "4h"
[[arm]]
name = "control"
[[arm]]
name = "many"
pays = ["many"]
draws = 2
[[arm]]
name = "own"
warmup = "own"
feed.ranking = "random"
[output]
track_share = 0.02
)";

PostStory told(const Scenario& scenario, const PostQuestion& question) {
  return tell_post(
      scenario, question, [](const char*) {}, [] {});
}

TEST_CASE("the looks of a story are those that the study counted, by reason, reader and action",
          "[scenarios][explain]") {
  const Folder folder;
  const Scenario scenario = read_scenario(folder.write("study.toml", traced));
  const StudyResult study = run_study(scenario);
  std::size_t told_of = 0, discovered = 0, held_out = 0;
  for (std::size_t arm = 0; arm < study.arms.size(); ++arm)
    for (std::size_t replicate = 0; replicate < 2; ++replicate) {
      const std::vector<PostRow>& posts = study.record(0, arm, replicate).posts;
      REQUIRE_FALSE(posts.empty());
      for (std::size_t i = 0; i < posts.size(); i += 1 + posts.size() / 4) {
        const PostRow& post = posts[i];
        CAPTURE(study.arms[arm], replicate, post.key, post.draw);
        const PostStory story = told(scenario, {.key = post.key,
                                                .arm = study.arms[arm],
                                                .replicate = static_cast<std::uint32_t>(replicate),
                                                .draw = post.draw});
        std::uint64_t by_source[source_count] = {}, first = 0, reshares = 0;
        ActionCounts<std::uint64_t> actions;
        for (const TracedLook& look : story.trace.looks) {
          ++by_source[static_cast<std::size_t>(look.source)];
          first += look.exposure == 0;
          reshares += has(look.actions, Action::reshare);
          actions.add(look.actions);
          held_out += look.held_out;
          CHECK_FALSE((look.held_out && look.source == Source::discovery));
        }
        CHECK(by_source[static_cast<std::size_t>(Source::author)] == post.impressions_followed);
        CHECK(by_source[static_cast<std::size_t>(Source::reshare)] == post.impressions_reshared);
        CHECK(by_source[static_cast<std::size_t>(Source::discovery)] == post.impressions_discovered);
        CHECK(first == post.reach);
        CHECK(reshares + 1 == post.cascade_size);
        for (std::size_t a = 0; a < action_count; ++a) CHECK(actions[a] == post.actions[a]);
        CHECK(story.trace.post.author == post.author);
        CHECK(story.campaign == (post.campaign < 0 ? "" : "many"));
        CHECK(story.tier == study.tiers[post.tier]);
        CHECK(story.trace.visible == scenario.world.time.warmup + post.tick + 1);
        const std::string csv = story_csv(story);
        CHECK(std::ranges::count(csv, '\n') == static_cast<std::ptrdiff_t>(story.trace.looks.size() + 1));
        discovered += post.impressions_discovered;
        ++told_of;
      }
    }
  CHECK(told_of > 10);
  CHECK((discovered > 0 && held_out > 0));
}

TEST_CASE("the comma-separated looks of a post are those of /looks, by the same names", "[scenarios][explain]") {
  const Folder folder;
  const Scenario scenario = read_scenario(folder.write("study.toml", traced + "looks = true\n"));
  const StudyResult study = run_study(scenario);
  const RunRecord& record = study.record(0, 1, 0);
  std::size_t again = 0, below = 0, compared = 0;
  for (std::uint32_t post = 0; post < record.posts.size(); post += 3) {
    std::vector<std::string> lines;
    for (const LookRow& look : record.looks) {
      if (look.post != post) continue;
      constexpr std::array reasons{"", "followed", "reshared", "discovered", "promoted"};
      std::string line =
          fmt::format("{},{},{},{},{},{}", look.tick, look.reader.value(),
                      reasons[static_cast<std::size_t>(look.reason)], look.position, look.before, look.held_out);
      for (std::size_t a = 0; a < action_count; ++a) line += look.actions >> a & 1 ? ",1" : ",0";
      lines.push_back(line);
      again += look.before > 0, below += look.position > 1, ++compared;
    }
    std::vector<std::string> told_lines;
    std::istringstream csv(
        story_csv(told(scenario, {.key = record.posts[post].key, .arm = "many", .draw = record.posts[post].draw})));
    std::string line;
    REQUIRE(std::getline(csv, line));
    CHECK(line.starts_with("tick,reader,emitter,reason,position,before,held_out,like,"));
    while (std::getline(csv, line)) {  // without the third field, which /looks does not have
      const std::size_t second = line.find(',', line.find(',') + 1);
      told_lines.push_back(line.erase(second, line.find(',', second + 1) - second));
    }
    std::ranges::sort(lines), std::ranges::sort(told_lines);
    CHECK(lines == told_lines);
  }
  CHECK((compared > 100 && below > 50));
  CAPTURE(again);
}

TEST_CASE("explain is told of a result, and of its scenario alike", "[scenarios][explain]") {
  const Shell shell;
  shell.write("study.toml", traced);
  REQUIRE(shell.call({"run", "study.toml", "-o", "study.h5", "--quiet"}) == 0);
  REQUIRE(shell.call({"explain", "study.h5", "--arm", "many", "--most", "1", "--quiet"}) == 0);
  const std::string list = shell.out();
  const std::string key = list.substr(list.find("\n  ", list.find("--post")) + 3, 16);
  REQUIRE(shell.call({"explain", "study.h5", "--arm", "many", "--post", key, "--quiet"}) == 0);
  const std::string of_result = shell.out();
  REQUIRE(shell.call({"explain", "study.toml", "--arm", "many", "--post", key, "--quiet"}) == 0);
  CHECK(of_result == shell.out());
  CHECK(contains(of_result, "Looked at because"));
  CHECK(shell.call({"explain", "study.h5", "--post", key, "--set", "seed=2"}) == 2);
  CHECK(contains(shell.err(), "--set with a result"));
}

TEST_CASE("a post of a study in which one campaign sells and another does not is explained", "[scenarios][explain]") {
  const Shell shell;
  shell.write("study.toml", traced +
                                "[[product]]\nname = \"tent\"\nclick = 5\n[[campaign]]\nname = \"sells\"\ncount = "
                                "1\nevery = \"2h\"\n"
                                "product = \"tent\"\n");
  REQUIRE(shell.call({"run", "study.toml", "-o", "study.h5", "--quiet", "--set", "replicates=1"}) == 0);
  REQUIRE(shell.call({"explain", "study.h5", "--arm", "many", "--most", "1", "--quiet"}) == 0);
  const std::string list = shell.out(), key = list.substr(list.find("\n  ", list.find("--post")) + 3, 16);
  CHECK(shell.call({"explain", "study.h5", "--arm", "many", "--post", key, "--quiet"}) == 0);
  CHECK(shell.err().empty());
}

TEST_CASE("an arm with a warm-up of its own pays whom the shared one shows", "[scenarios][explain]") {
  const Folder folder;
  std::string text = traced;
  text.replace(text.find("followers = [10, 40]"), 20, "accounts = \"engagement\"\nfollowers = [10, 40]");
  text.replace(text.find("feed.ranking = \"random\""), 23, "feed.ranking = \"random\"\npays = [\"many\"]");
  text.erase(text.find("draws = 2\n"), 10);
  const Scenario scenario = read_scenario(folder.write("study.toml", text));
  const StudyResult study = run_study(scenario);
  std::size_t paid = 0;
  for (const PostRow& post : study.record(0, 2, 0).posts)
    if (post.campaign >= 0 && paid++ < 2)
      CHECK(told(scenario, {.key = post.key, .arm = "own"}).trace.post.author == post.author);
  CHECK(paid >= 2);
}

TEST_CASE("explain finds the files of a study where they were, and says when one has changed", "[scenarios][explain]") {
  const Shell shell;
  std::string follows = "follower,followed\n";
  for (int u = 0; u < 300; ++u)
    for (int k = 1; k <= 6; ++k) follows += std::to_string(u) + "," + std::to_string((u + k * k) % 300) + "\n";
  std::filesystem::create_directory(shell.file("in"));
  std::filesystem::create_directory(shell.file("out"));
  shell.write("in/g.csv", follows);
  std::string text = traced;
  const auto put = [&](const std::string& old, const std::string& fresh) {
    text.replace(text.find(old), old.size(), fresh);
  };
  put("model = \"power-law\"\nusers = 2_000\nmean_followees = 20", "file = \"g.csv\"");
  put("from = [0, 40]", "from = [0, 4]");
  put("followers = [10, 40]", "followers = [1, 40]");
  shell.write("in/study.toml", text);
  REQUIRE(shell.call({"run", "in/study.toml", "-o", "out/study.h5", "--quiet"}) == 0);
  REQUIRE(shell.call({"explain", "out/study.h5", "--arm", "many", "--most", "1", "--quiet"}) == 0);
  const std::string list = shell.out(), key = list.substr(list.find("\n  ", list.find("--post")) + 3, 16);
  CHECK(shell.call({"explain", "out/study.h5", "--arm", "many", "--post", key, "--quiet"}) == 0);
  shell.write("in/g.csv", follows + "1,299\n");
  CHECK(shell.call({"explain", "out/study.h5", "--arm", "many", "--post", key, "--quiet"}) == 2);
  CHECK(contains(shell.err(), "g.csv is not what it was when the study was run"));
}

TEST_CASE("a post that is not there is a mistake of the request", "[scenarios][explain]") {
  const Shell shell;
  shell.write("study.toml", traced);
  const auto refused = [&](std::vector<std::string> words, const std::string& said) {
    words.insert(words.begin(), {"explain", "study.toml", "--quiet"});
    CAPTURE(words);
    CHECK(shell.call(words) == 2);
    CHECK(contains(shell.err(), said));
    CHECK(shell.out().empty());
  };
  refused({}, "--post is missing");
  refused({"--post", "12"}, "no post of the arm 'control' in replicate 0 has the key 0000000000000012");
  refused({"--post", "xyz"}, "--post is 'xyz'; expected up to 16 hexadecimal digits");
  refused({"--post", "1", "--arm", "man"}, "no arm is called 'man'; expected one of control, many, own");
  refused({"--post", "1", "--replicate", "2"}, "--replicate is 2; expected 0 to 1");
  refused({"--post", "1", "--arm", "many", "--draw", "2"}, "--draw is 2; expected 0 to 1");
}

}  // namespace
}  // namespace grapevine
