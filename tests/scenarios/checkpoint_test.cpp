#include <signal.h>
#include <sys/resource.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "graph/base/random.hpp"
#include "scenarios/reader/read_scenario.hpp"
#include "scenarios/result/result.hpp"
#include "scenarios/study/jobs.hpp"
#include "scenarios/study/parts_folder.hpp"
#include "scenarios/study/provenance.hpp"
#include "scenarios/study/study.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/shell.hpp"

/// A replicate that was saved while it ran goes on as if nothing had happened.
using namespace grapevine;
using test::contains;
using test::content;
using test::Shell;
namespace fs = std::filesystem;

namespace {

using Names = std::vector<std::string>;

/// Arms that share a warm-up or have their own, choose their accounts anew, and look at the past; feeds and a
/// contagion.
const std::string all_ways = R"(format = 1
seed = 5
replicates = 1
time = {tick = "1h", warmup = "12h", measure = "12h", followup = "12h"}
graph = {users = 9_000, mean_followees = 8}
feed.window = "12h"
population.sessions = 3
output = {shadow = true, positions = true, looks = true}
[[campaign]]
name = "two"
accounts = "random"
count = 2
every = "1h"
slots = 2
slot = "0"
[[campaign]]
name = "best"
accounts = "engagement"
count = 2
every = "1h"
slots = 2
slot = "0"
[[arm]]
name = "control"
[[arm]]
name = "two"
pays = ["two"]
draws = 3
[[arm]]
name = "patient"
warmup = "own"
feed.length = 5
pays = ["best"]
[[arm]]
name = "cascade"
pays = ["two"]
draws = 2
diffusion.model = "independent-cascade"
diffusion.chance = 0.05
[[contrast]]
arm = "two"
against = "control"
)";

std::string digest_of(const StudyResult& study) {
  const test::Folder folder;
  write_result(folder.path() / "study.h5", study);
  std::string all;
  for (const auto& [name, digest] : digests(folder.path() / "study.h5").lines) all += name + " " + digest + "\n";
  return all;
}

std::unique_ptr<PartsFolder> parts_in(const test::Folder& folder, const Scenario& scenario) {
  auto parts = std::make_unique<PartsFolder>(folder.path() / "out.h5", "a program", std::nullopt, std::chrono::hours(1),
                                             [](const std::function<void()>& write) { write(); });
  parts->plan(scenario);
  return parts;
}

/// What a study tells of itself: how often, and the ticks that it made.
struct Told {
  std::uint64_t times = 0;
  std::uint64_t made = 0;
  std::uint64_t taken = 0, last_taken = 0;  ///< those with switches off count anew
};

/// How a replicate is run.
struct Way {
  int parts = 1, arms = 1;
};

/// Runs the study, and stops it when it tells for the `stop`-th time. Empty: it was stopped before anything was
/// complete.
std::optional<StudyResult> run_until(const Scenario& scenario, PartsFolder& units, const Way& way, std::uint64_t stop,
                                     Told& told) {
  const auto listen = [&](const StudyProgress& progress) {
    told.taken += progress.taken - (progress.taken < told.last_taken ? 0 : told.last_taken);
    told.last_taken = progress.taken;
    told.made = progress.done - told.taken;
    if (++told.times >= stop) throw StopStudy{.signal = SIGTERM};
  };
  try {
    return run_study(scenario, {.parts = way.parts, .arms = way.arms, .units = &units, .progress = listen});
  } catch (const StopStudy&) {
    return {};
  }
}

Scenario scenario_in(const std::string& name) {
  if (name.empty()) return test::scenario_of(all_ways, {});
  // Every arm has a warm-up of its own, and the shared one is for the campaign that looks back at it.
  if (name == "own warm-ups")
    return test::scenario_of(all_ways.substr(0, all_ways.find("[[arm]]")) +
                                 "[[arm]]\nname = \"control\"\nwarmup = \"own\"\n"
                                 "[[arm]]\nname = \"best\"\npays = [\"best\"]\nwarmup = \"own\"\n",
                             {});
  // Arms that have a lead-in in common: each with a draw of its own, behind arms of the same warm-up or by themselves,
  // and with a warm-up of their own.
  if (name == "lead-ins" || name == "lead-ins, nobody looks back")
    return test::scenario_of(
        all_ways.substr(0, all_ways.find("[[contrast]]")) +
            "[[arm]]\nname = \"hasty\"\nwarmup = \"own\"\nfeed.length = 5\n"
            "[[arm]]\nname = \"short\"\nfeed.length = 5\npays = [\"two\"]\n"
            "[[arm]]\nname = \"short-best\"\nfeed.length = 5\npays = [\"best\"]\n"
            "[[arm]]\nname = \"best\"\npays = [\"best\"]\n" +
            all_ways.substr(all_ways.find("[[contrast]]")),
        {"campaign.two.start=5h", "campaign.best.start=4h",
         name == "lead-ins" ? "campaign.best.accounts=engagement" : "campaign.best.accounts=largest"});
  return read_scenario(std::string(GRAPEVINE_SOURCE) + "/tests/scenarios/" + name, {"replicates=1"});
}

/// One replicate of a few seconds.
const std::string slow = R"(format = 1
seed = 3
replicates = 1
time = {tick = "30min", warmup = "2d", measure = "1d", followup = "2d"}
graph = {users = 40_000, mean_followees = 15}
feed.window = "24h"
population.sessions = 3
campaign = [{name = "one", accounts = "largest", count = 1, every = "1h", slots = 2, slot = "0"}]
arm = [{name = "control"}, {name = "one", pays = ["one"]}]
contrast = [{arm = "one", against = "control"}]
)";

class Study : public Shell {
public:
  Study() { write("slow.toml", slow); }
  int run(const std::string& out, const Names& more = {}) const { return call(words(out, more)); }
  pid_t begin(
      const std::string& out, const Names& more = {}, void (*first)() = [] {}) const {
    return start(words(out, more), first);
  }
  std::string digest(const std::string& name) const {
    CHECK(call({"show", "--digest", name}) == 0);
    return out();
  }
  /// Waits, a minute at most.
  static bool appears(const fs::path& file) {
    for (int i = 0; i < 12'000 && !fs::exists(file); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return fs::exists(file);
  }
  fs::path checkpoint() const { return file("cut.h5.parts") / "checkpoint.h5"; }
  /// Leaves the checkpoint of a study that was stopped: sent when the study has written one, however fast it is. A
  /// study that was done first is begun anew.
  void stop_one() const {
    for (int i = 0; i < 10 && !fs::exists(checkpoint()); ++i) {
      const pid_t run = begin("cut.h5", {"--checkpoint", "0.001", "--overwrite"});
      for (int k = 0; k < 60'000 && !fs::exists(checkpoint()) && !fs::exists(file("cut.h5")); ++k)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      ::kill(run, SIGTERM);
      wait(run);
    }
    fs::remove(file("cut.h5"));
    REQUIRE(fs::exists(checkpoint()));
  }

private:
  static Names words(const std::string& out, const Names& more) {
    Names all{"run", "slow.toml", "-o", out};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
};

}  // namespace

TEST_CASE("a replicate that is stopped in any tick goes on from there to the same bits", "[study][lost][checkpoint]") {
  const std::string name =
      GENERATE("", "own warm-ups", "lead-ins", "lead-ins, nobody looks back", "every-mechanism.toml",
               "answers-and-trust.toml", "platform-world.toml", "classic-models.toml");
  const Way way = GENERATE(values<Way>({{.parts = 1}, {.parts = 2}, {.arms = 3}}));
  const int parts = way.parts;
  const Scenario scenario = scenario_in(name);
  INFO(name << " in " << parts << ", " << way.arms << " arms beside each other");
  Told whole;
  std::string digest;
  {
    const test::Folder folder;
    const std::unique_ptr<PartsFolder> store = parts_in(folder, scenario);
    PartsFolder& units = *store;
    digest = digest_of(*run_until(scenario, units, {}, UINT64_MAX, whole));
  }
  const std::uint64_t moments = name == "own warm-ups"         ? 8
                                : name.starts_with("lead-ins") ? 6
                                : parts == 1 && way.arms == 1  ? 4
                                                               : 2;
  for (std::uint64_t moment = 0; moment < moments; ++moment) {
    const double chance = static_cast<double>(mix(moment) >> 11) * 0x1p-53;
    const double share = (static_cast<double>(moment) + chance) / static_cast<double>(moments);
    const auto stop = static_cast<std::uint64_t>(share * static_cast<double>(whole.times));
    const test::Folder folder;
    Told first, second;
    {
      const std::unique_ptr<PartsFolder> store = parts_in(folder, scenario);
      PartsFolder& units = *store;
      (void)run_until(scenario, units, way, std::max<std::uint64_t>(stop, 1), first);
    }
    const std::unique_ptr<PartsFolder> store = parts_in(folder, scenario);
    PartsFolder& units = *store;
    units.load(parts);
    INFO("stopped when it had told " << stop << " of " << whole.times << " times");
    CHECK(digest_of(*run_until(scenario, units, way, UINT64_MAX, second)) == digest);
    // What was made is not made again, but for a tick of other parts or arms, and contagions from their beginning.
    const std::uint64_t again = second.made + first.made - std::min(whole.made, second.made + first.made);
    const bool contagions = name == "classic-models.toml" || name.empty() || name.starts_with("lead-ins");
    CHECK(again <= (contagions ? 1000u : 0u) + 2u * static_cast<unsigned>(way.arms));
    CHECK_FALSE(fs::exists(units.path() / "checkpoint.h5"));
  }
}

TEST_CASE("a replicate that was stopped goes on with other numbers of arms beside each other",
          "[study][lost][checkpoint]") {
  const Scenario scenario = scenario_in("lead-ins");
  Told whole;
  std::string digest;
  {
    const test::Folder folder;
    const std::unique_ptr<PartsFolder> store = parts_in(folder, scenario);
    digest = digest_of(*run_until(scenario, *store, {}, UINT64_MAX, whole));
  }
  for (std::uint64_t moment = 0; moment < 8; ++moment) {
    const test::Folder folder;
    const int arms[] = {moment % 2 == 0 ? 4 : 1, moment % 2 == 0 ? 1 : 4, 2};
    for (std::uint64_t run = 0; run < 2; ++run) {
      Told told;
      const std::unique_ptr<PartsFolder> store = parts_in(folder, scenario);
      store->load(1);
      const auto share = static_cast<double>(moment + 1) / (run == 0 ? 12 : 30);
      (void)run_until(scenario, *store, {.arms = arms[run]},
                      static_cast<std::uint64_t>(share * static_cast<double>(whole.times)), told);
    }
    Told told;
    const std::unique_ptr<PartsFolder> store = parts_in(folder, scenario);
    store->load(1);
    CHECK(digest_of(*run_until(scenario, *store, {.arms = arms[2]}, UINT64_MAX, told)) == digest);
  }
}

TEST_CASE("a point that was stopped in its last arm goes on in its own world", "[study][lost][checkpoint][sweep]") {
  const Scenario scenario = test::scenario_of(R"(format = 1
seed = 5
replicates = 1
time = {tick = "1h", warmup = "12h", measure = "12h", followup = "12h"}
graph = {users = 4_000, mean_followees = 8}
feed.window = "12h"
population.sessions = 3
campaign = [{name = "one", accounts = "random", count = 1, start = "3h", every = "1h", slots = 2, slot = "0"}]
arm = [{name = "control"}, {name = "own", warmup = "own", feed.length = 4}, {name = "one", pays = ["one"]}]
contrast = [{arm = "one", against = "control"}]
sweep = {campaign.one.count = [1, 2, 3]}
)",
                                              {});
  Told whole;
  std::string digest, last;
  {
    const test::Folder folder;
    const std::unique_ptr<PartsFolder> store = parts_in(folder, scenario);
    digest = digest_of(*run_until(scenario, *store, {}, UINT64_MAX, whole));
    last = store->names.of(*studies_of(scenario).back(), 0).runs;
  }
  const int first_arms = GENERATE(1, 3), then_arms = GENERATE(1, 3);
  for (std::uint64_t moment = 0; moment < 10; ++moment) {
    const test::Folder folder;
    std::uint64_t told = 0;
    StudyOptions options{.arms = first_arms, .progress = [&](const StudyProgress&) {
                           if (++told >= 12 * (moment + 1)) throw StopStudy{.signal = SIGTERM};
                         }};
    {
      const std::unique_ptr<PartsFolder> store = parts_in(folder, scenario);
      options.units = store.get();
      try {
        run_beside(scenario, options, first_arms, [&](const UnitName& unit) { return unit.runs == last; });
      } catch (const StopStudy&) {
      }
    }
    Told second;
    const std::unique_ptr<PartsFolder> store = parts_in(folder, scenario);
    store->load(1);
    INFO("stopped when it had told " << told << " times; " << first_arms << " arms, then " << then_arms);
    CHECK(digest_of(*run_until(scenario, *store, {.arms = then_arms}, UINT64_MAX, second)) == digest);
  }
}

TEST_CASE("a study that is killed goes on from its last checkpoint", "[program][lost][checkpoint]") {
  const Study study;
  REQUIRE(study.run("whole.h5") == 0);
  const pid_t run = study.begin("cut.h5", {"--checkpoint", "0.002"});
  REQUIRE(Study::appears(study.checkpoint()));
  std::this_thread::sleep_for(std::chrono::milliseconds(GENERATE(0, 300, 900)));
  ::kill(run, SIGKILL);
  Shell::wait(run);
  CHECK(study.run("cut.h5", {"--resume"}) == 0);
  CHECK(study.digest("cut.h5") == study.digest("whole.h5"));
  CHECK_FALSE(fs::exists(study.file("cut.h5.parts")));
}

TEST_CASE("a checkpoint that is damaged, or of another study, program or number of parts, is named and refused",
          "[program][lost][checkpoint]") {
  const Study study;
  study.stop_one();
  const std::string whole = content(study.checkpoint());
  const auto refused = [&](const Names& more, const std::string& words) {
    Names all{"--resume"};
    all.insert(all.end(), more.begin(), more.end());
    CHECK(study.run("cut.h5", all) == 2);
    INFO(study.err());
    CHECK(contains(study.err(), words));
    CHECK_FALSE(fs::exists(study.file("cut.h5")));
  };
  const auto put = [&](const std::string& bytes) { study.write("cut.h5.parts/checkpoint.h5", bytes); };
  refused({"--set", "seed=4"}, "cut.h5.parts/checkpoint.h5: is of another study: seed is 3 there and 4 here; ");
  refused({"--parts", "2"}, "cut.h5.parts/checkpoint.h5: is of a world in 1 parts, and this run has 2");
  put(whole.substr(0, whole.size() / 3));
  refused({}, "cut.h5.parts/checkpoint.h5: has no seal at its end");
  std::string damaged = whole;
  damaged[whole.size() / 2] = static_cast<char>(damaged[whole.size() / 2] ^ 1);
  put(damaged);
  refused({}, "cut.h5.parts/checkpoint.h5: '/part0/bytes' is damaged");
  {
    const Bookmark bookmark = (put(whole), Checkpoint(study.checkpoint(), built_program()).bookmark());
    NewFile out(study.checkpoint());
    write_checkpoint(out, "grapevine 9.9.9", "", bookmark, {});
  }
  refused({}, "cut.h5.parts/checkpoint.h5: was written by grapevine 9.9.9; expected grapevine");
  CHECK(study.run("whole.h5") == 0);
  fs::copy_file(study.file("whole.h5"), study.checkpoint(), fs::copy_options::overwrite_existing);
  refused({}, "cut.h5.parts/checkpoint.h5: is no checkpoint");
  put(whole);
  CHECK(study.run("cut.h5", {"--resume"}) == 0);
  CHECK(study.digest("cut.h5") == study.digest("whole.h5"));
}

TEST_CASE("without checkpoints a study that is stopped keeps units alone", "[program][lost][checkpoint]") {
  const Study study;
  const pid_t run = study.begin("cut.h5", {"--checkpoint", "0", "--set", "time.measure=\"3000d\""});
  REQUIRE(Study::appears(study.file("cut.h5.parts") / "status.json"));
  ::kill(run, SIGTERM);
  CHECK(Shell::wait(run) == 128 + SIGTERM);
  CHECK_FALSE(fs::exists(study.checkpoint()));
  CHECK(contains(study.err(), "nothing was written"));
  CHECK_FALSE(fs::exists(study.file("cut.h5.parts")));
  for (const std::string minutes : {"-1", "often"}) CHECK(study.run("x.h5", {"--checkpoint", minutes}) == 2);
}

TEST_CASE("a study waits for room for its checkpoint and keeps the last one", "[program][lost][checkpoint]") {
  const Study study;
  REQUIRE(study.run("whole.h5") == 0);
  const pid_t run = study.begin("cut.h5", {"--checkpoint", "0.002"});
  REQUIRE(Study::appears(study.checkpoint()));
  const rlimit small{4096, RLIM_INFINITY}, enough{RLIM_INFINITY, RLIM_INFINITY};
  REQUIRE(::prlimit(run, RLIMIT_FSIZE, &small, nullptr) == 0);
  for (int i = 0; i < 12'000 && !contains(study.err(), "waits for room"); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  CHECK(contains(study.err(), "The study waits for room at that place"));
  CHECK_NOTHROW(Checkpoint(study.checkpoint(), built_program()));
  REQUIRE(::prlimit(run, RLIMIT_FSIZE, &enough, nullptr) == 0);
  CHECK(Shell::wait(run) == 0);
  CHECK(study.digest("cut.h5") == study.digest("whole.h5"));
}

TEST_CASE("scripts are told in JSON how far a study is", "[program][lost][checkpoint]") {
  const Study study;
  const pid_t run = study.begin("cut.h5", {"--set", "replicates=100"});
  REQUIRE(Study::appears(study.file("cut.h5.parts") / "status.json"));
  const auto status = nlohmann::json::parse(content(study.file("cut.h5.parts") / "status.json"));
  CHECK(status.at("state") == "running");
  CHECK(status.at("units_done").get<int>() + status.at("units_left").get<int>() == 100);
  CHECK(status.at("work_left").get<double>() > 0);
  CHECK(status.at("seconds_left").get<double>() > 0);
  CHECK(status.at("memory_bytes").get<double>() > 1e6);
  ::kill(run, SIGUSR1);
  CHECK(Shell::wait(run) == 128 + SIGUSR1);
  const auto stopped = nlohmann::json::parse(content(study.file("cut.h5.parts") / "status.json"));
  CHECK(stopped.at("state") == "stopped by signal 10");
  CHECK_FALSE(stopped.contains("seconds_left"));  // nobody knows
  CHECK_FALSE(stopped.contains("expected_end"));
}
