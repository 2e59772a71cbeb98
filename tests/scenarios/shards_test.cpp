#include <signal.h>

#include <chrono>
#include <thread>

#include "scenarios/result/result.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/shell.hpp"
#include "tests/scenarios/small_study.hpp"
#include "tests/scenarios/units_files.hpp"

/// A study cut into shards, each of which another machine may run.
using namespace grapevine;
using test::contains;
using test::content;
using test::lines;
using test::Shell;
namespace fs = std::filesystem;

namespace {

using Names = std::vector<std::string>;

/// A study with claims and switches: twenty units of its own and of those with switches off.
const std::string switched = R"(format = 1
seed = 5
replicates = 4
time = {tick = "1h", warmup = "12h", measure = "12h", followup = "12h"}
graph = {model = "platform", users = 2_000, mean_followees = 15, largest = 200, communities = 8}
population = {sessions = 4, posts = 2, shared_interest = 1}
tiers = {names = ["small", "large"], from = [0, 40]}
behaviour = {topic_match = 2}
feed = {ranking = "weighted", window = "12h", holdout = 0.2}
arm = [{name = "base"}]
claims = {arm = "base", micro = "small", mega = "large", attribution = "shapley"}
switch = [{name = "ranking", feed.ranking = "chronological", feed.holdout = 0}, {name = "niche", behaviour.topic_match = 0}]
)";

/// Real ids, classic models and feeds, arms that choose anew.
const std::string mixed = R"(format = 1
seed = 5
replicates = 3
time = {tick = "1h", warmup = "6h", measure = "6h", followup = "6h"}
graph = {file = "follows.csv", randomise = 1.0}
feed.window = "6h"
population.sessions = 3
campaign = [{name = "two", accounts = "random", count = 2, every = "1h", slots = 2, slot = "0"}]
output.track_share = 0.2
output.shadow = true
output.positions = true
output.looks = true
[[arm]]
name = "control"
[[arm]]
name = "two"
pays = ["two"]
draws = 2
[[arm]]
name = "cascade"
pays = ["two"]
diffusion.model = "independent-cascade"
diffusion.chance = 0.1
[[contrast]]
arm = "two"
against = "control"
)";

std::string ring_of_names(int users) {
  std::string text = "follower,followed\n";
  for (int u = 0; u < users; ++u)
    for (const int step : {1, 7, 31}) text += fmt::format("user{},user{}\n", u, (u + step * (1 + u % 3)) % users);
  return text;
}

class Study : public Shell {
public:
  explicit Study(const std::string& text) {
    write("study.toml", text);
    write("follows.csv", ring_of_names(300));
  }
  std::string digest(const std::string& name) const {
    CHECK(call({"show", "--digest", name}) == 0);
    return out();
  }
  /// Runs a shard and returns its file.
  std::string shard(int number, int of, const Names& more = {}) const {
    const std::string name = fmt::format("shard-{}-{}.h5", number, of);
    Names words{"run", "study.toml", "-o", name, "--shard", fmt::format("{}/{}", number, of)};
    words.insert(words.end(), more.begin(), more.end());
    CHECK(call(words) == 0);
    return name;
  }
  int merge(Names files, const std::string& out, bool overwrite = false) const {
    files.insert(files.begin(), "merge");
    files.insert(files.end(), {"-o", out});
    if (overwrite) files.push_back("--overwrite");
    return call(files);
  }
};

}  // namespace

TEST_CASE("shards of a study, put together in any order, are the study", "[program][shards]") {
  const Study study(GENERATE(switched, mixed));
  REQUIRE(study.call({"run", "study.toml", "-o", "whole.h5"}) == 0);
  const std::string digest = study.digest("whole.h5");
  for (const int of : {1, 2, 5}) {
    Names files;
    for (int number = of; number >= 1; --number) files.push_back(study.shard(number, of));
    const std::string merged = fmt::format("merged-{}.h5", of);
    REQUIRE(study.merge(files, merged) == 0);
    CHECK(study.digest(merged) == digest);
  }
}

TEST_CASE("a shard runs its own units alone", "[program][shards]") {
  const Study study(switched);
  const std::string first = study.shard(1, 2), second = study.shard(2, 2);
  std::map<std::string, int> runs;
  for (const std::string& name : {first, second})
    test::rewrite_units(study.file(name), [&](UnitsFile& file) {
      CHECK(file.units.size() == 8);  // of four studies with four replicates
      for (const Unit& unit : file.units) ++runs[fmt::format("{} {}", unit.name.runs, unit.name.replicate)];
    });
  CHECK(runs.size() == 16);
}

TEST_CASE("a shard is not taken for a result, nor a result for a shard", "[program][shards]") {
  const Study study(mixed);
  const std::string shard = study.shard(1, 2);
  for (const Names& words : {Names{"show", shard}, Names{"show", "--digest", shard}, Names{"compare", shard, shard},
                             Names{"explain", shard}}) {
    CHECK(study.call(words) == 2);
    INFO(study.err());
    CHECK(contains(study.err(), "is shard 1 of 2 of a study"));
  }
  REQUIRE(study.call({"run", "study.toml", "-o", "whole.h5"}) == 0);
  CHECK(study.merge({"whole.h5"}, "merged.h5") == 2);
  CHECK(contains(study.err(), "whole.h5: holds no units of a study"));
}

TEST_CASE("shards that overlap, leave gaps, or are of other studies or programs are refused", "[program][shards]") {
  const Study study(mixed);
  const std::string one = study.shard(1, 3), two = study.shard(2, 3), three = study.shard(3, 3);
  const auto refused = [&](const Names& files, const std::string& words) {
    CHECK(study.merge(files, "merged.h5") == 2);
    INFO(study.err());
    CHECK(contains(study.err(), words));
    CHECK_FALSE(fs::exists(study.file("merged.h5")));
  };
  refused({one}, "grapevine merge: of 3 shards 2 and 3 are missing");
  refused({one, three},
          "grapevine merge: of 3 shards 2 is missing; expected all; run what is missing with --shard 2/3");
  refused({one, two, three, two}, "shard-2-3.h5: is shard 2 once more, beside shard-2-3.h5");
  refused({one, study.shard(2, 2), three}, "shard-2-2.h5: is one of 2 shards, and shard-1-3.h5 one of 3");
  fs::rename(study.file(two), study.file("kept.h5"));
  study.shard(2, 3, {"--set", "seed=6"});
  refused({one, two, three}, "shard-2-3.h5: is of another study than shard-1-3.h5: seed is 5 there and 6 here; ");
  fs::rename(study.file("kept.h5"), study.file(two));
  const std::string whole = content(study.file(two));
  test::rewrite_units(study.file(two), [](UnitsFile& file) { file.program = "grapevine 9.9.9"; });
  refused({one, two, three}, "shard-2-3.h5: was written by grapevine 9.9.9");
  study.write(two, whole.substr(0, whole.size() - 100));
  refused({one, two, three}, "shard-2-3.h5: has no seal");
  study.write(two, whole);
  study.write("part", "x");
  refused({one, two, "none.h5"}, "none.h5");
  CHECK(study.merge({one, two, three}, one, true) == 2);  // no output is an input
  CHECK(study.merge({one, two, three}, "") == 2);
  study.write("follows.csv", ring_of_names(301));
  refused({one, two, three}, "a file that its keys name has changed since");
}

TEST_CASE("a shard without end is a mistake of the request", "[program][shards]") {
  const Study study(mixed);
  for (const std::string shard : {"3/0", "4/3", "0/3", "2", "/", "1/", "-1/3", "1/3x", "1.5/3", ""}) {
    CHECK(study.call({"run", "study.toml", "-o", "x.h5", "--shard", shard}) == 2);
    INFO(study.err());
    CHECK(contains(study.err(), "--shard"));
  }
  for (const std::string limit : {"0", "5", "-5s", "soon", ""})
    CHECK(study.call({"run", "study.toml", "-o", "x.h5", "--time-limit", limit}) == 2);
  CHECK(study.call({"merge", "-o", "x.h5"}) == 2);
  CHECK(study.files() == Names{"follows.csv", "study.toml"});
}

TEST_CASE("a shard that was stopped goes on, and one that is done is done", "[program][shards][resume]") {
  const Study study(mixed);
  const Names long_shard{"run", "study.toml", "-o", "s.h5", "--shard", "2/2", "--set", "replicates=400"};
  Names resumed = long_shard;
  resumed.push_back("--resume");
  const pid_t run = study.start(long_shard);
  for (int i = 0; i < 12'000 && !fs::exists(study.file("s.h5.parts")); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  ::kill(run, SIGUSR1);
  CHECK(Shell::wait(run) == 128 + SIGUSR1);
  CHECK(contains(study.err(), "of 200 units of the shard are complete"));
  CHECK_FALSE(fs::exists(study.file("s.h5")));
  CHECK(study.merge({"s.h5.parts"}, "merged.h5") == 2);
  CHECK(contains(study.err(), "s.h5.parts: a folder: its shard is not whole"));
  CHECK(study.call(resumed) == 0);
  CHECK(study.call(resumed) == 0);
  CHECK(study.call({"run", "study.toml", "-o", "t.h5", "--shard", "1/2", "--set", "replicates=400"}) == 0);
  CHECK(study.call({"run", "study.toml", "-o", "whole.h5", "--set", "replicates=400"}) == 0);
  CHECK(study.merge({"s.h5", "t.h5"}, "merged.h5") == 0);
  CHECK(study.digest("merged.h5") == study.digest("whole.h5"));
}

TEST_CASE("the script of a job array runs its shard, and asks for another turn until that is done",
          "[program][shards][resume]") {
  const Study study(mixed);
  study.write("srun", "#!/bin/sh\nexec \"$@\"\n");
  study.write("scontrol", "#!/bin/sh\necho \"$@\" >>asked\n");
  const std::string script = std::string(GRAPEVINE_SOURCE) + "/scenarios/batch/shards.slurm";
  const auto task = [&](int number, const std::string& options) {
    return study.sh(
        fmt::format("chmod +x srun scontrol; export PATH=.:$PATH SLURM_ARRAY_JOB_ID=77 SLURM_ARRAY_TASK_ID={} "
                    "SLURM_ARRAY_TASK_COUNT=2 SLURM_CPUS_PER_TASK=1; {} study.toml results {}",
                    number, script, options));
  };
  // Longer from turn to turn, or a busy machine would do nothing but begin.
  const auto many = [](int seconds) { return fmt::format("--set replicates=2000 --time-limit {}s", seconds); };
  CHECK(task(1, many(1)) == 128 + SIGXCPU);
  CHECK(content(study.file("asked")) == "requeue 77_1\n");
  int turns = 1;
  while (turns < 100 && task(1, many(turns)) != 0) ++turns;
  CHECK(task(2, "--set replicates=2000") == 0);
  CHECK(lines(content(study.file("asked"))) == static_cast<std::size_t>(turns));
  CHECK(study.merge({"results/shard-1.h5", "results/shard-2.h5"}, "merged.h5") == 0);
}
