#include <signal.h>

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>

#include "graph/base/parallel.hpp"
#include "scenarios/reader/read_scenario.hpp"
#include "scenarios/result/result.hpp"
#include "scenarios/study/beside.hpp"
#include "scenarios/study/jobs.hpp"
#include "scenarios/study/parts_folder.hpp"
#include "scenarios/study/study.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/shell.hpp"

/// Replicates that run beside each other: what comes out is what comes out of them one after the other.
using namespace grapevine;
using test::contains;
using test::Shell;
namespace fs = std::filesystem;

namespace {

using Names = std::vector<std::string>;

/// A sweep with switches and classic arms: 3 replicates at 3 points, each with two switches off.
const std::string swept = R"(format = 1
seed = 5
replicates = 3
time = {tick = "1h", warmup = "12h", measure = "12h", followup = "12h"}
graph = {model = "platform", users = 2_000, mean_followees = 15, largest = 200, communities = 8}
population = {sessions = 4, posts = 2, shared_interest = 1}
tiers = {names = ["small", "large"], from = [0, 40]}
behaviour = {topic_match = 2}
feed = {ranking = "weighted", window = "12h", holdout = 0.2}
claims = {arm = "base", micro = "small", mega = "large", attribution = "leave-one-out"}
switch = [{name = "ranking", feed.ranking = "chronological", feed.holdout = 0}, {name = "niche", behaviour.topic_match = 0}]
sweep = {population.patience = [5, 10, 20]}
[[arm]]
name = "base"
[[arm]]
name = "cascade"
diffusion.model = "independent-cascade"
diffusion.chance = 0.02
)";

/// Replicates of a second or more, of which several run when it is stopped.
const std::string slow = R"(format = 1
seed = 3
replicates = 6
time = {tick = "10min", warmup = "2d", measure = "2d", followup = "2d"}
graph = {users = 20_000, mean_followees = 10}
feed.window = "1d"
[[arm]]
name = "control"
[[arm]]
name = "long"
feed.length = 50
[[contrast]]
arm = "long"
against = "control"
)";

struct Study : Shell {
  explicit Study(const std::string& text) { write("study.toml", text); }
  int run(const std::string& out, const Names& more) const {
    Names words{"run", "study.toml", "-o", out};
    words.insert(words.end(), more.begin(), more.end());
    return call(words);
  }
  std::string digest(const std::string& name) const {
    CHECK(call({"show", "--digest", name}) == 0);
    return out();
  }
};

}  // namespace

TEST_CASE("a study is the same however many of its replicates run beside each other", "[program][jobs][invariance]") {
  const Study study(swept);
  REQUIRE(study.run("one.h5", {"--jobs", "1"}) == 0);
  const std::string digest = study.digest("one.h5");
  for (const Names& how : {Names{"--jobs", "2"}, Names{"--jobs", "4", "--threads", "3"},
                           Names{"--jobs", "7", "--parts", "2"}, Names{"--jobs", "auto"}}) {
    CAPTURE(how);
    CHECK(study.run("beside.h5", how) == 0);
    CHECK(study.digest("beside.h5") == digest);
    fs::remove(study.file("beside.h5"));
  }
  CHECK(study.files() == Names{"one.h5", "study.toml"});
}

TEST_CASE("a study with fewer replicates than jobs runs their arms beside each other, to the same bits",
          "[program][jobs][invariance]") {
  const Study study(slow);
  const Names two{"--set", "replicates=2"};
  REQUIRE(study.run("one.h5", two) == 0);
  for (const char* jobs : {"4", "7"}) {
    CHECK(study.run("beside.h5", {"--set", "replicates=2", "--jobs", jobs, "--threads", "8", "--overwrite"}) == 0);
    CHECK(study.digest("beside.h5") == study.digest("one.h5"));
  }
}

TEST_CASE("what one of two arms beside each other lacks is told once, and the other stops", "[study][jobs][beside]") {
  Beside beside(2);
  std::atomic<int> ticks = 0;
  beside.begin([&] {
    for (;; ++ticks)
      if (beside.failed()) throw Beside::OtherFailed{};
  });
  beside.begin([&] {
    while (ticks < 10) std::this_thread::yield();
    throw std::runtime_error("no memory");
  });
  CHECK_THROWS_WITH(beside.wait(), "no memory");
  beside.begin([&] { ticks = -1; });  // nothing begins any more
  beside.wait();
  CHECK(ticks >= 10);
}

TEST_CASE("runs beside each other have a share of the threads each", "[study][jobs][beside]") {
  with_threads(7, [] {
    Beside beside(3);
    CHECK(beside.threads() == 7);
    std::atomic<int> most = 0, now = 0, threads = 0;
    for (int run = 0; run < 12; ++run)
      beside.begin([&] {
        most = std::max(most.load(), ++now);
        threads += thread_count();
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
        --now;
      });
    beside.wait();
    CHECK(most <= 3);
    CHECK(threads == 12 * 2);
    CHECK(thread_count() == 7);
    CHECK(beside.threads() == 7);
  });
}

TEST_CASE("a shard runs its replicates beside each other, too", "[program][jobs][shards]") {
  const Study study(swept);
  REQUIRE(study.run("one.h5", {}) == 0);
  REQUIRE(study.run("a.h5", {"--shard", "1/2", "--jobs", "3"}) == 0);
  REQUIRE(study.run("b.h5", {"--shard", "2/2", "--jobs", "2"}) == 0);
  REQUIRE(study.call({"merge", "a.h5", "b.h5", "-o", "merged.h5"}) == 0);
  CHECK(study.digest("merged.h5") == study.digest("one.h5"));
}

TEST_CASE("replicates that were stopped beside each other go on from where they were, one by one or beside each other",
          "[program][jobs][lost]") {
  const Study study(slow);
  REQUIRE(study.run("whole.h5", {}) == 0);
  const std::string digest = study.digest("whole.h5");
  const std::string jobs = GENERATE("1", "2", "3");
  const pid_t run =
      study.start({"run", "study.toml", "-o", "cut.h5", "--jobs", "3", "--checkpoint", "0.0001", "--quiet"});
  const fs::path parts = study.file("cut.h5.parts");
  const auto there = [&] {
    return fs::exists(parts / "checkpoint.h5") && fs::exists(parts / "checkpoint-1.h5") &&
           fs::exists(parts / "checkpoint-2.h5");
  };
  for (int i = 0; i < 12'000 && !there(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  REQUIRE(there());
  const int signal = GENERATE(SIGTERM, SIGKILL);
  ::kill(run, signal);
  CHECK(Shell::wait(run) == 128 + signal);
  CHECK(fs::exists(parts));
  CHECK(study.run("cut.h5", {"--resume", "--jobs", jobs}) == 0);
  CHECK(study.digest("cut.h5") == digest);
  CHECK_FALSE(fs::exists(parts));
}

TEST_CASE("what is complete when replicates are stopped beside each other is written", "[program][jobs][lost]") {
  const Study study(slow);
  const pid_t run = study.start({"run", "study.toml", "-o", "cut.h5", "--jobs", "2", "--set", "replicates=200"});
  for (int i = 0; i < 12'000 && !fs::exists(study.file("cut.h5.parts/part-000002.h5")); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  ::kill(run, SIGTERM);
  CHECK(Shell::wait(run) == 128 + SIGTERM);
  const StudyResult result = read_result(study.file("cut.h5"));
  CHECK((result.replicates > 0 && result.replicates < 200));
  CHECK(contains(result.incomplete, "stopped by signal 15."));
  CHECK(contains(study.err(), fmt::format("{} of 200 replicates are complete and written", result.replicates)));
  // Of two that run beside each other the later may be done and the earlier not: what is written is right if it becomes
  // the study of as many, once the missing one has run.
  const std::string as_many = fmt::format("replicates={}", result.numbers.back() + 1);
  REQUIRE(study.run("all.h5", {"--set", as_many}) == 0);
  CHECK(study.run("cut.h5", {"--resume", "--set", as_many}) == 0);
  CHECK(study.digest("cut.h5") == study.digest("all.h5"));
}

TEST_CASE("a signal that comes when all is done takes nothing from the result", "[program][jobs][lost]") {
  const Study study(slow);
  const std::string paid =
      "\n[[campaign]]\nname = \"few\"\naccounts = \"random\"\ncount = 2\nevery = \"1h\"\nslots = 1\nslot = "
      "\"0\"\n[[arm]]\nname = \"paid\"\npays = [\"few\"]\ndraws = 2\n";
  study.write("study.toml", slow + paid);
  const pid_t run = study.start({"run", "study.toml", "-o", "cut.h5", "--jobs", "2", "--set", "replicates=2"});
  const auto is_done = [&] {
    return fs::exists(study.file("cut.h5.parts/part-000002.h5")) || fs::exists(study.file("cut.h5"));
  };
  for (int i = 0; i < 60'000 && !is_done(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  ::kill(run, SIGTERM);
  CHECK(Shell::wait(run) == 0);
  CHECK(read_result(study.file("cut.h5")).incomplete.empty());
  CHECK_FALSE(fs::exists(study.file("cut.h5.parts")));
  CHECK(study.run("cut.h5", {"--resume", "--set", "replicates=2"}) == 0);
}

TEST_CASE("what cannot be is told before anything runs beside it, and leaves nothing", "[program][jobs][lost]") {
  const Study study(slow +
                    "[[campaign]]\nname = \"none\"\nfollowers = [900_000, 900_001]\ncount = 1\nevery = \"1h\"\nslots "
                    "= 1\nslot = \"0\"\n[[arm]]\nname = \"paid\"\npays = [\"none\"]\n");
  std::string alone;
  for (const char* jobs : {"1", "3"}) {
    CHECK(study.run("out.h5", {"--jobs", jobs, "--quiet"}) == 2);
    if (alone.empty()) alone = study.err();
    CHECK(study.err() == alone);
    CHECK(study.files() == Names{"study.toml"});
  }
  CHECK(contains(alone, "none"));
}

/// Keeps units in memory.
class Shelf final : public UnitStore {
public:
  bool has(const UnitName& unit) const override { return known_.contains(unit); }
  std::optional<Unit> take(const UnitName& name) override {
    const std::lock_guard lock(mutex_);
    const auto at = there_.find(name);
    if (at == there_.end()) return {};
    std::optional<Unit> unit(std::move(at->second));
    there_.erase(at);
    return unit;
  }
  void keep(const UnitView& unit) override {
    const std::lock_guard lock(mutex_);
    known_.insert(unit.name);
    there_.insert_or_assign(unit.name, copy_of(unit));
  }
  std::map<UnitName, Unit> there_;

private:
  std::mutex mutex_;
  std::set<UnitName> known_;
};

/// 40 replicates of a study that ends at a look, with switches at three points.
std::string study_until(const std::string& width) {
  std::string text = swept;
  const auto put = [&](const std::string& old, const std::string& instead) {
    text.replace(text.find(old), old.size(), instead);
  };
  put("users = 2_000", "users = 600");
  put("largest = 200", "largest = 100");
  put("replicates = 3", "replicates = 40\nuntil = " + width);
  put("claims = ", "contrast = [{arm = \"long\", against = \"base\"}]\nclaims = ");
  put("name = \"cascade\"\ndiffusion.model = \"independent-cascade\"\ndiffusion.chance = 0.02",
      "name = \"long\"\nfeed.length = 3");
  return text;
}

TEST_CASE("replicates of a look run beside each other, and a study ends at the look where it does one by one",
          "[program][jobs][until]") {
  std::set<std::uint32_t> ended;
  for (const char* until : {"3", "0.000001"}) {
    CAPTURE(until);
    const Study study(study_until(until));
    REQUIRE(study.run("one.h5", {"--quiet"}) == 0);
    REQUIRE(study.run("beside.h5", {"--jobs", "3", "--quiet"}) == 0);
    CHECK(study.digest("beside.h5") == study.digest("one.h5"));
    const StudyResult one = read_result(study.file("one.h5")), beside = read_result(study.file("beside.h5"));
    CHECK(beside.numbers == one.numbers);
    CHECK(beside.incomplete.empty());
    ended.insert(one.replicates);
  }
  CHECK(ended == std::set<std::uint32_t>{20, 40});
}

TEST_CASE("jobs run no replicate beyond the look at which a study ends, and all up to it", "[jobs][until]") {
  for (const auto& [until, replicates] : {std::pair{"3", 20u}, {"0.000001", 40u}}) {
    const test::Folder folder;
    const Scenario scenario = read_scenario(folder.write("s.toml", study_until(until)), {});
    Shelf shelf;
    StudyOptions options;
    options.units = &shelf;
    run_beside_to_looks(scenario, options, 2, [&](Unit unit) {
      const UnitName name = unit.name;
      shelf.there_.insert_or_assign(name, std::move(unit));
    });
    // Three points, each with two switches off.
    CHECK(shelf.there_.size() == 3 * 3 * replicates);
    for (const auto& [name, unit] : shelf.there_) CHECK(name.replicate < replicates);
  }
}

TEST_CASE("a number of jobs that is none is refused", "[program][jobs]") {
  const Study study(slow);
  for (const char* jobs : {"0", "-1", "257", "two", "1.5"}) {
    CHECK(study.run("out.h5", {std::string("--jobs=") + jobs}) == 2);
    CHECK(contains(study.err(), "expected auto, or a whole number from 1 to 256"));
  }
  CHECK(study.files() == Names{"study.toml"});
}

TEST_CASE("a graph that is not redrawn is made once for all jobs, and goes when none needs it", "[jobs]") {
  SharedGraphs graphs;
  std::atomic<int> made = 0;
  const auto make = [&] {
    ++made;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return StudyGraph{};
  };
  std::vector<std::shared_ptr<const StudyGraph>> held(8);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < held.size(); ++t)
    threads.emplace_back([&, t] { held[t] = graphs.graph(t % 2 == 0 ? "even" : "odd", make); });
  for (std::thread& thread : threads) thread.join();
  CHECK(made == 2);
  CHECK((held[0] == held[6] && held[1] == held[7] && held[0] != held[1]));
  const std::weak_ptr<const StudyGraph> even = held[0];
  held.clear();
  CHECK(even.expired());
  held.push_back(graphs.graph("even", make));
  CHECK(made == 3);
}
