#include <signal.h>
#include <sys/resource.h>

#include <chrono>
#include <set>
#include <thread>

#include "graph/base/random.hpp"
#include "scenarios/result/result.hpp"
#include "scenarios/study/provenance.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/shell.hpp"
#include "tests/scenarios/units_files.hpp"

/// A study that is stopped, killed or cut into shards has the result that it would have had.
using namespace grapevine;
using test::contains;
using test::content;
using test::Shell;
namespace fs = std::filesystem;

namespace {

using Names = std::vector<std::string>;

/// Six replicates of about a fifth of a second, with a world of its own each.
const std::string slow = R"(format = 1
seed = 3
replicates = 6
time = {tick = "1h", warmup = "24h", measure = "24h", followup = "24h"}
graph = {users = 30_000, mean_followees = 10}
feed.window = "24h"
population.sessions = 2
campaign = [{name = "one", accounts = "largest", count = 1, every = "1h", slots = 2, slot = "0"}]
arm = [{name = "control"}, {name = "one", pays = ["one"]}]
contrast = [{arm = "one", against = "control"}]
)";

class Study : public Shell {
public:
  explicit Study(const std::string& text = slow) { write("slow.toml", text); }

  int run(const std::string& out, const Names& more = {}) const { return call(words(out, more)); }
  pid_t begin(const std::string& out, const Names& more = {}) const { return start(words(out, more)); }
  /// All lines of the digest.
  std::string digest(const std::string& name) const {
    CHECK(call({"show", "--digest", name}) == 0);
    return out();
  }
  bool hears(const std::string& said) const {
    for (int i = 0; i < 12'000 && !contains(err(), said); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return contains(err(), said);
  }
  /// Waits, a minute at most, until as many units of the study are kept, or more.
  bool keeps(const std::string& out, int units = 1) const {
    const fs::path part = file(out + ".parts") / fmt::format("part-{:06}.h5", units);
    for (int i = 0; i < 12'000 && !fs::exists(part); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return fs::exists(part);
  }
  /// Leaves what a run has that was killed once as many units were complete, or more.
  void kill_one(const std::string& out, const Names& more = {}, int units = 1) const {
    const pid_t run = begin(out, more);
    REQUIRE(keeps(out, units));
    ::kill(run, SIGKILL);
    wait(run);
  }

private:
  static Names words(const std::string& out, const Names& more) {
    Names all{"run", "slow.toml", "-o", out};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
};

double seconds_of(const std::function<void()>& action) {
  const auto begin = std::chrono::steady_clock::now();
  action();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

TEST_CASE("a study that is killed at any of twenty moments resumes to the digest it would have had",
          "[program][lost][resume][long]") {
  const Study study;
  const double whole = seconds_of([&] { REQUIRE(study.run("whole.h5") == 0); });
  const std::string digest = study.digest("whole.h5");
  int killed = 0, kept = 0;
  for (std::uint64_t moment = 0; moment < 20; ++moment) {
    const double share = (static_cast<double>(moment) + static_cast<double>(mix(moment) >> 11) * 0x1p-53) / 20;
    const pid_t run = study.begin("cut.h5");
    std::this_thread::sleep_for(std::chrono::duration<double>(share * whole));
    ::kill(run, SIGKILL);
    if (Shell::wait(run) == 128 + SIGKILL) ++killed;
    if (fs::exists(study.file("cut.h5.parts"))) ++kept;
    if (fs::exists(study.file("cut.h5"))) CHECK(study.digest("cut.h5") == digest);  // what looks whole is
    INFO(moment);
    CHECK(study.run("cut.h5", {"--resume"}) == 0);
    CHECK(study.digest("cut.h5") == digest);
    CHECK_FALSE(fs::exists(study.file("cut.h5.parts")));
    for (const std::string& name : study.files())  // scratch files of killed processes
      if (name.starts_with("cut.h5")) fs::remove(study.file(name));
  }
  CHECK(killed > 10);
  CHECK(kept > 5);
}

TEST_CASE("a study goes on on a machine whose clock was set back by a year", "[program][lost][resume]") {
  const Study study;
  REQUIRE(study.run("whole.h5") == 0);
  const pid_t run = study.begin("cut.h5", {"--checkpoint", "0.001"});
  REQUIRE(study.keeps("cut.h5"));
  ::kill(run, GENERATE(SIGKILL, SIGTERM));
  Shell::wait(run);
  CHECK(study.sh("LD_PRELOAD=" GRAPEVINE_CLOCK_SET_BACK " $GRAPEVINE run slow.toml -o cut.h5 --resume") == 0);
  CHECK(study.digest("cut.h5") == study.digest("whole.h5"));
  const auto started = [&](const std::string& name) {
    const Provenance list = read_result(study.file(name)).provenance;
    return std::get<std::string>(std::ranges::find(list, "started", &Provenance::value_type::first)->second);
  };
  CHECK(std::stoi(started("cut.h5")) == std::stoi(started("whole.h5")) - 1);
  CHECK_FALSE(fs::exists(study.file("cut.h5.parts")));
}

TEST_CASE("a study that was stopped goes on to the digest it would have had", "[program][lost][resume]") {
  const Study study;
  REQUIRE(study.run("whole.h5") == 0);
  const std::string digest = study.digest("whole.h5");
  const int signal = GENERATE(SIGTERM, SIGINT, SIGUSR1);
  const pid_t run = study.begin("cut.h5");
  REQUIRE(study.keeps("cut.h5"));
  ::kill(run, signal);
  CHECK(Shell::wait(run) == 128 + signal);
  CHECK(contains(study.err(), "what is complete is kept in cut.h5.parts; the same command with --resume goes on"));
  CHECK(study.run("cut.h5") == 2);  // there is a result of what is complete, and the folder
  CHECK(study.run("cut.h5", {"--resume"}) == 0);
  CHECK(study.digest("cut.h5") == digest);
  CHECK(study.files() == Names{"cut.h5", "slow.toml", "whole.h5"});
}

TEST_CASE("a time limit stops a study as a signal does", "[program][lost][resume]") {
  const Study study;
  CHECK(study.run("cut.h5", {"--set", "replicates=60", "--time-limit", "1s"}) == 128 + SIGXCPU);
  CHECK(contains(study.err(), "stopped at its time limit"));
  CHECK(contains(study.err(), "--resume"));
  int status = 1;
  for (int seconds = 2; seconds < 60 && status != 0; ++seconds)  // more each time: some get done, however slow it is
    status = study.run("cut.h5", {"--set", "replicates=60", "--time-limit", fmt::format("{}s", seconds), "--resume"});
  REQUIRE(status == 0);
  REQUIRE(study.run("whole.h5", {"--set", "replicates=60"}) == 0);
  CHECK(study.digest("cut.h5") == study.digest("whole.h5"));
}

TEST_CASE("what an earlier run left is neither taken nor lost unless that is asked for", "[program][lost][resume]") {
  const Study study;
  study.kill_one("cut.h5");
  const std::string part = content(study.file("cut.h5.parts") / "part-000001.h5");
  CHECK(study.run("cut.h5") == 2);
  CHECK(contains(study.err(), "cut.h5.parts: an earlier run left here what it had of its study"));
  CHECK(contains(study.err(), "--resume"));
  CHECK(study.run("cut.h5", {"--resume", "--overwrite"}) == 2);
  CHECK(study.run("cut.h5", {"--overwrite", "--set", "feed.lenght=5"}) == 2);
  CHECK(content(study.file("cut.h5.parts") / "part-000001.h5") == part);
  study.write("cut.h5.parts/notes.txt", "mine");
  CHECK(study.run("cut.h5", {"--overwrite"}) == 0);
  CHECK(content(study.file("cut.h5.parts/notes.txt")) == "mine");
  CHECK_FALSE(fs::exists(study.file("cut.h5.parts") / "part-000001.h5"));
}

TEST_CASE("parts of another study, of another program, or damaged are named and refused", "[program][lost][resume]") {
  const Study study;
  study.kill_one("cut.h5");
  const fs::path part = study.file("cut.h5.parts") / "part-000001.h5";
  const std::string whole = content(part);
  const auto refused = [&](const Names& more, const std::string& words) {
    Names all{"--resume"};
    all.insert(all.end(), more.begin(), more.end());
    const std::string before = content(part);
    CHECK(study.run("cut.h5", all) == 2);
    INFO(study.err());
    CHECK(contains(study.err(), words));
    CHECK(content(part) == before);
    CHECK_FALSE(fs::exists(study.file("cut.h5")));
  };
  refused({"--set", "seed=4"},
          "cut.h5.parts/part-000001.h5: holds runs of another study: seed is 3 there and 4 here; ");
  refused({"--set", "feed.length=7", "--set", "title=\"Another\""},
          "another study: feed.length is 200 there and 7 here; ");
  refused({"--set", "output.every=\"12h\""}, "another study: output.every is \"1h\" there and \"12h\" here; ");
  study.write("cut.h5.parts/part-000001.h5", whole.substr(0, whole.size() / 2));
  refused({}, "cut.h5.parts/part-000001.h5: has no seal at its end");
  std::string damaged = whole;
  damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 1);
  study.write("cut.h5.parts/part-000001.h5", damaged);
  refused({}, "part-000001.h5: ");
  study.write("cut.h5.parts/part-000001.h5", "nonsense");
  refused({}, "part-000001.h5: has no seal");
  study.write("cut.h5.parts/part-000001.h5", whole);
  test::rewrite_units(part, [](UnitsFile& file) { file.program = "grapevine 9.9.9"; });
  refused({}, "part-000001.h5: was written by grapevine 9.9.9; expected grapevine ");
  study.write("cut.h5.parts/part-000001.h5", whole);
  CHECK(study.run("cut.h5", {"--resume", "--set", "title=\"Another\"", "--set", "drift=0.5"}) == 0);  // no run has them
}

TEST_CASE("what is there is taken, not run again", "[program][lost][resume]") {
  const Study study;
  study.kill_one("cut.h5");
  // A reach that no run has tells where the record came from.
  test::rewrite_units(study.file("cut.h5.parts") / "part-000001.h5", [](UnitsFile& file) {
    for (Unit& unit : file.units)
      for (RunRecord& record : unit.records) record.paid_reach = 123'456'789;
  });
  REQUIRE(study.run("cut.h5", {"--resume"}) == 0);
  const StudyResult result = read_result(study.file("cut.h5"));
  CHECK(result.record(0, 0, 0).paid_reach == 123'456'789);
  CHECK(result.record(0, 0, 5).paid_reach != 123'456'789);
}

TEST_CASE("replicates are added to a study that is done", "[program][lost][resume]") {
  const Study study;
  REQUIRE(study.run("few.h5", {"--set", "replicates=2"}) == 0);
  CHECK(study.run("few.h5", {"--set", "replicates=5"}) == 2);  // exists already
  REQUIRE(study.run("few.h5", {"--set", "replicates=5", "--resume"}) == 0);
  REQUIRE(study.run("many.h5", {"--set", "replicates=5"}) == 0);
  CHECK(study.digest("few.h5") == study.digest("many.h5"));
}

TEST_CASE("no run that is complete is lost to a study that asks for less", "[program][lost][resume]") {
  const Study study;
  const auto refused = [&](const Names& more, const std::string& words) {
    Names all{"--resume"};
    all.insert(all.end(), more.begin(), more.end());
    CHECK(study.run("cut.h5", all) == 2);
    INFO(study.err());
    CHECK(contains(study.err(), words));
  };
  const Names two{"--set", "sweep.population.sessions=[1, 2]", "--set", "graph.users=3000"};
  const auto also = [](Names names, const Names& more) {
    names.insert(names.end(), more.begin(), more.end());
    return names;
  };
  SECTION("of a result") {
    REQUIRE(study.run("cut.h5", also(two, {"--set", "replicates=3"})) == 0);
    const std::string before = content(study.file("cut.h5"));
    refused(also(two, {"--set", "replicates=2"}),
            "cut.h5: holds runs of more than 2 replicates, and they would be gone");
    refused({"--set", "sweep.population.sessions=[1, 4]", "--set", "graph.users=3000", "--set", "replicates=3"},
            "cut.h5: holds points that this sweep has not, such as population.sessions=2");
    CHECK(content(study.file("cut.h5")) == before);
    CHECK_FALSE(fs::exists(study.file("cut.h5.parts")));
  }
  SECTION("of a folder") {
    study.kill_one("cut.h5", also(two, {"--set", "replicates=400"}), 2);  // both points of a replicate
    const std::string part = content(study.file("cut.h5.parts") / "part-000001.h5");
    refused({"--set", "sweep.population.sessions=[1, 4]", "--set", "graph.users=3000", "--set", "replicates=400"},
            ".h5: holds runs at points, or with switches off, that this study has not");
    refused(also(two, {"--set", "replicates=400", "--shard", "2/2"}), "holds runs of another shard");
    CHECK(content(study.file("cut.h5.parts") / "part-000001.h5") == part);
    CHECK_FALSE(fs::exists(study.file("cut.h5")));
  }
}

TEST_CASE("a study with more replicates than an interval asks for keeps them", "[program][lost][resume]") {
  std::string text = slow;
  text.replace(text.find("pays = [\"one\"]"), 14, "feed.length = 9");  // ratios are told of arms that do not pay
  const Study study(text);
  const Names until{"--set", "graph.users=1000", "--set", "replicates=31", "--resume", "--set"};
  const auto run = [&](const std::string& asked) {
    Names all = until;
    all.push_back(asked);
    return study.run("many.h5", all);
  };
  REQUIRE(run("title=\"many\"") == 0);
  const std::string before = content(study.file("many.h5"));
  CHECK(run("until=9") == 2);
  CHECK(
      contains(study.err(), "many.h5: an earlier run has more replicates than the 20 with which until = 9 is reached"));
  CHECK(content(study.file("many.h5")) == before);
  CHECK(run("until=1e-9") == 0);
}

TEST_CASE("a result that cannot be added to is refused, and stays", "[program][lost][resume]") {
  const Study study;
  REQUIRE(study.run("few.h5", {"--set", "replicates=2"}) == 0);
  const std::string before = content(study.file("few.h5"));
  CHECK(study.run("few.h5", {"--resume", "--set", "seed=4"}) == 2);
  CHECK(contains(study.err(), "few.h5: holds runs of another study: seed is 3 there and 4 here; expected"));
  study.write("few.h5", "mine");
  CHECK(study.run("few.h5", {"--resume"}) == 2);
  CHECK(content(study.file("few.h5")) == "mine");
  study.write("few.h5", before);
  StudyResult result = read_result(study.file("few.h5"));
  for (auto& [name, value] : result.provenance)
    if (name == "commit") value = "0000000";
  write_result(study.file("few.h5"), result);
  CHECK(study.run("few.h5", {"--resume"}) == 2);
  CHECK(contains(study.err(), "few.h5: was written by grapevine 0.1.0, commit 0000000; expected grapevine"));
  REQUIRE(study.run("means.h5", {"--set", "replicates=1", "--set", "arm.one.draws=2", "--set",
                                 "campaign.one.accounts=random", "--set", "campaign.one.followers=[5, 50]"}) == 0);
  CHECK(study.run("means.h5", {"--resume", "--set", "replicates=2", "--set", "arm.one.draws=2", "--set",
                               "campaign.one.accounts=random", "--set", "campaign.one.followers=[5, 50]"}) == 2);
  CHECK(contains(study.err(), "means.h5: cannot be added to: the arm 'one' was run for 2 choices of its accounts"));
  // But where nothing has to be added it is what a job that is started once more finds.
  const std::string means = content(study.file("means.h5"));
  CHECK(study.run("means.h5", {"--resume", "--set", "replicates=1", "--set", "arm.one.draws=2", "--set",
                               "campaign.one.accounts=random", "--set", "campaign.one.followers=[5, 50]"}) == 0);
  CHECK(contains(study.out(), "means.h5 has all of this study; nothing was run"));
  CHECK(content(study.file("means.h5")) == means);
  CHECK_FALSE(fs::exists(study.file("means.h5.parts")));
}

TEST_CASE("a study waits for room to keep what is complete", "[program][lost][resume]") {
  const Study study;
  const pid_t run = study.start({"run", "slow.toml", "-o", "cut.h5"}, [] {
    const rlimit small{4096, RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &small);
  });
  REQUIRE(study.hears("The study waits for room at that place"));
  CHECK(contains(study.err(), "cut.h5.parts/part-000001.h5"));
  CHECK(contains(study.err(), "File too large"));
  SECTION("and goes on once there is some") {
    const rlimit enough{RLIM_INFINITY, RLIM_INFINITY};
    REQUIRE(::prlimit(run, RLIMIT_FSIZE, &enough, nullptr) == 0);
    CHECK(Shell::wait(run) == 0);
    CHECK(study.files() == Names{"cut.h5", "slow.toml"});
    REQUIRE(study.run("whole.h5") == 0);
    CHECK(study.digest("cut.h5") == study.digest("whole.h5"));
  }
  SECTION("or is stopped, and nothing that looks complete is incomplete") {
    ::kill(run, SIGTERM);
    CHECK(Shell::wait(run) == 128 + SIGTERM);
    CHECK_FALSE(fs::exists(study.file("cut.h5")));
    CHECK(study.run("cut.h5", {"--resume"}) == 0);
  }
}
