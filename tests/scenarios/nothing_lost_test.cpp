#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <chrono>
#include <functional>
#include <thread>

#include "scenarios/result/result.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/shell.hpp"
#include "tests/scenarios/small_study.hpp"

/// Nothing is lost: no result, no file that was there, whatever happens beside a study.
using namespace grapevine;
using test::contains;
using test::content;
using test::Shell;
namespace fs = std::filesystem;

namespace {

/// A replicate of a few milliseconds.
const std::string quick = R"(format = 1
seed = 3
replicates = 2
time = {tick = "1h", warmup = "2h", measure = "2h", followup = "2h"}
graph = {users = 500, mean_followees = 5}
feed.window = "2h"
campaign = [{name = "one", accounts = "largest", count = 1, every = "1h", slots = 2, slot = "0"}]
arm = [{name = "control"}, {name = "one", pays = ["one"]}]
contrast = [{arm = "one", against = "control"}]
)";

/// Many replicates, so that something can happen while it runs.
const std::vector<std::string> long_run{"run", "quick.toml", "-o", "quick.h5", "--set", "replicates=10000"};

class Quick : public Shell {
public:
  Quick() { write("quick.toml", quick); }
  /// Waits, a minute at most, until the program has said so on standard error.
  bool hears(const std::string& words) const {
    for (int i = 0; i < 12'000 && !contains(err(), words); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return contains(err(), words);
  }
  /// Waits, a minute at most, until a replicate of quick.h5 is kept.
  bool keeps() const {
    const fs::path part = file("quick.h5.parts") / "part-000001.h5";
    for (int i = 0; i < 12'000 && !fs::exists(part); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return fs::exists(part);
  }
  bool is_result(const std::string& name) const { return read_result(file(name)).arms.size() == 2; }
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("while a run writes a file, another one is refused its name", "[program][lost]") {
  const Quick shell;
  const pid_t first = shell.start(long_run);
  REQUIRE(shell.hears("replicate"));
  CHECK(shell.call({"run", "quick.toml", "-o", "quick.h5", "--overwrite"}) == 2);
  CHECK(contains(shell.err(), "quick.h5: another process is writing it"));
  CHECK(shell.call({"graph", "generate", "quick.toml", "-o", "quick.h5", "--overwrite"}) == 2);
  ::kill(first, SIGKILL);
  Shell::wait(first);
  CHECK(shell.call({"run", "quick.toml", "-o", "quick.h5", "--overwrite"}) ==
        0);  // what a killed one leaves is not in the way
  CHECK(shell.files() == Names{"quick.h5", "quick.toml"});
}

TEST_CASE("a file that appears under the name of a running study stays, and so does the study", "[program][lost]") {
  const Quick shell;
  const pid_t run = shell.start({"run", "quick.toml", "-o", "quick.h5", "--set", "replicates=100"});
  REQUIRE(shell.hears("replicate"));
  shell.write("quick.h5", "mine");
  CHECK(Shell::wait(run) == 1);
  CHECK(contains(shell.err(), "quick.h5: a file of this name has appeared since"));
  CHECK(contains(shell.err(), "quick-2.h5"));
  CHECK(content(shell.file("quick.h5")) == "mine");
  CHECK(shell.is_result("quick-2.h5"));
}

TEST_CASE("a symbolic link that may be overwritten stays, and what it leads to is written", "[program][lost]") {
  const Quick shell;
  shell.write("real.h5", "old");
  fs::create_symlink("real.h5", shell.file("link.h5"));
  CHECK(shell.call({"run", "quick.toml", "-o", "link.h5"}) == 2);
  CHECK(shell.call({"run", "quick.toml", "-o", "link.h5", "--overwrite"}) == 0);
  CHECK(fs::is_symlink(shell.file("link.h5")));
  CHECK(shell.is_result("real.h5"));
}

TEST_CASE("a stream that is closed or full costs no study", "[program][lost]") {
  const Quick shell;
  const std::string streams =
      GENERATE("2>&-", "2>/dev/full", ">&-", ">/dev/full", ">&- 2>&-", "<&- >&- 2>&-", "| true", "2>&1 | true");
  INFO(streams);
  shell.sh("$GRAPEVINE run quick.toml -o quick.h5 " + streams);
  CHECK(shell.is_result("quick.h5"));
  CHECK(shell.sh("$GRAPEVINE graph generate quick.toml -o world.gvg " + streams) == 0);
  CHECK(shell.sh("$GRAPEVINE graph export world.gvg -o world.csv " + streams) == 0);
  CHECK(shell.files() == Names{"quick.h5", "quick.toml", "world.csv", "world.gvg"});
}

TEST_CASE("the status of a run is the study's, that of a table is the table's", "[program][lost]") {
  const Quick shell;
  CHECK(shell.sh("$GRAPEVINE run quick.toml -o quick.h5 >/dev/full 2>/dev/full") == 0);
  CHECK(shell.sh("$GRAPEVINE show quick.h5 >/dev/full") == 1);
  CHECK(contains(shell.err(), "standard output"));
  CHECK(shell.sh("(sleep 0.5; $GRAPEVINE keys; echo $? >status) | true") == 0);
  for (int i = 0; i < 1000 && content(shell.file("status")).empty(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  CHECK(content(shell.file("status")) == "141\n");
  CHECK(shell.err().empty());
}

TEST_CASE("an interrupted run keeps its complete replicates and says how many they are", "[program][lost]") {
  const int signal = GENERATE(SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM);
  const Quick shell;
  const pid_t run = shell.start(long_run);
  REQUIRE(shell.keeps());
  ::kill(run, signal);
  CHECK(Shell::wait(run) == 128 + signal);
  const StudyResult study = read_result(shell.file("quick.h5"));
  CHECK((study.replicates > 0 && study.replicates < 10'000));
  CHECK(study.asked == 10'000);
  CHECK(study.incomplete == fmt::format("stopped by signal {}.", signal));
  CHECK(contains(shell.err(), fmt::format("{} of 10000 replicates are complete and written", study.replicates)));
  CHECK(contains(shell.out(), fmt::format("{} of 10000 replicates", study.replicates)));
  // They are those of a study that asks for as many.
  CHECK(shell.call({"run", "quick.toml", "-o", "asked.h5", "--set", fmt::format("replicates={}", study.replicates)}) ==
        0);
  CHECK(digests(shell.file("asked.h5")).total == digests(shell.file("quick.h5")).total);
}

TEST_CASE("a second signal ends a run at once and leaves no scratch file", "[program][lost]") {
  const Quick shell;
  const pid_t run = shell.start({"run", "quick.toml", "-o", "quick.h5", "--set", "graph.users=4_000_000", "--set",
                                 "graph.mean_followees=40"});  // a graph cannot be interrupted
  REQUIRE(shell.hears("replicate"));
  CHECK(shell.files().size() == 2);
  ::kill(run, SIGINT);
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  ::kill(run, SIGINT);
  CHECK(Shell::wait(run) == 128 + SIGINT);
  CHECK(shell.files() == Names{"quick.toml"});
}

TEST_CASE("a result waits for room on the disk", "[program][lost]") {
  const Quick shell;
  const pid_t run = shell.start({"run", "quick.toml", "-o", "quick.h5"}, [] {
    const rlimit small{4096, RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &small);
  });
  REQUIRE(shell.hears("its result waits in memory"));
  CHECK(contains(shell.err(), "File too large"));
  const rlimit enough{RLIM_INFINITY, RLIM_INFINITY};
  REQUIRE(::prlimit(run, RLIMIT_FSIZE, &enough, nullptr) == 0);
  CHECK(Shell::wait(run) == 0);
  CHECK(shell.is_result("quick.h5"));
  CHECK(shell.files() == Names{"quick.h5", "quick.toml"});
}

TEST_CASE("a result waits for its folder", "[program][lost]") {
  const Quick shell;
  fs::create_directory(shell.file("out"));
  const pid_t run = shell.start({"run", "quick.toml", "-o", "out/quick.h5", "--set", "replicates=100"});
  REQUIRE(shell.hears("replicate"));
  fs::remove_all(shell.file("out"));
  REQUIRE(shell.hears("for room at that place"));
  SECTION("until it is there again") {
    fs::create_directory(shell.file("out"));
    CHECK(Shell::wait(run) == 0);
    CHECK(shell.is_result("out/quick.h5"));
  }
  SECTION("also where it was only moved") {
    ::kill(run, SIGKILL);
    Shell::wait(run);
    fs::create_directory(shell.file("out"));
    const pid_t other = shell.start({"run", "quick.toml", "-o", "out/quick.h5", "--set", "replicates=100"});
    REQUIRE(shell.hears("replicate"));
    fs::rename(shell.file("out"), shell.file("old"));
    fs::create_directory(shell.file("out"));
    CHECK(Shell::wait(other) == 0);
    CHECK(shell.is_result("out/quick.h5"));
  }
  SECTION("or a signal ends the wait") {
    ::kill(run, SIGTERM);
    CHECK(Shell::wait(run) == 128 + SIGTERM);
  }
}

TEST_CASE("a replicate that cannot be is named, and the others are written", "[program][lost]") {
  const Quick shell;
  // So few accounts have 30 to 31 followers that some worlds have none.
  const Names rare{"--set", "replicates=40",
                   "--set", "campaign.one.accounts=\"random\"",
                   "--set", "campaign.one.followers=[30, 31]"};
  int tried = 0;
  StudyResult study;
  for (int seed = 1; seed < 40 && study.incomplete.empty(); ++seed) {
    Names words{"run", "quick.toml", "-o", "quick.h5", "--overwrite", "--set", fmt::format("seed={}", seed)};
    words.insert(words.end(), rare.begin(), rare.end());
    const int status = shell.call(words);
    if (status == 2) continue;  // replicate 0 has none: nothing was run
    study = read_result(shell.file("quick.h5"));
    CHECK(status == (study.incomplete.empty() ? 0 : 1));
    ++tried;
  }
  INFO(tried);
  REQUIRE(!study.incomplete.empty());
  CHECK(study.asked == 40);
  CHECK(study.replicates == study.numbers.size());
  CHECK(study.replicates < 40);
  CHECK(study.numbers.front() == 0);
  for (std::uint32_t number = 0; number < 40; ++number)
    CHECK(contains(study.incomplete, fmt::format("replicate {}:", number)) ==
          (std::ranges::find(study.numbers, number) == study.numbers.end()));
  CHECK(contains(shell.err(), fmt::format("{} of 40 replicates are complete and written", study.replicates)));
}

TEST_CASE("what only looks like a scratch file is the user's", "[program][lost]") {
  const Quick shell;
  shell.write("quick.h5.partial", "mine");
  shell.write("quick.h5.partial-abcdef", "mine too");
  shell.write("target", "and this");
  fs::create_symlink("target", shell.file("quick.h5.partial-ghijkl"));
  CHECK(shell.call({"run", "quick.toml", "-o", "quick.h5"}) == 0);
  CHECK(content(shell.file("quick.h5.partial")) == "mine");
  CHECK(content(shell.file("quick.h5.partial-abcdef")) == "mine too");
  CHECK(content(shell.file("target")) == "and this");
}

TEST_CASE("no output is ever an input", "[program][lost]") {
  const Quick shell;
  shell.write("follows.csv", "follower,followed\na,b\nb,c\nc,a\n");
  shell.write("accounts.csv", "id\na\nb\nc\nd\n");
  shell.write("own.toml",
              "format = 1\nseed = 1\n[graph]\nfile = \"follows.csv\"\naccounts = \"accounts.csv\"\n[tiers]\nnames = "
              "[\"a\", \"b\"]\nfrom = [0, 2]\n");
  fs::create_hard_link(shell.file("follows.csv"), shell.file("hard.h5"));
  fs::create_symlink("accounts.csv", shell.file("soft.h5"));
  for (const std::string out : {"own.toml", "./own.toml", "follows.csv", "accounts.csv", "hard.h5", "soft.h5"}) {
    INFO(out);
    CHECK(shell.call({"run", "own.toml", "-o", out, "--overwrite"}) == 2);
    CHECK(contains(shell.err(), out + ": this command reads it"));
  }
  CHECK(shell.call({"graph", "import", "follows.csv", "--accounts", "accounts.csv", "-o", "world.gvg"}) == 0);
  CHECK(shell.call({"graph", "import", "world.gvg", "-o", "world.gvg", "--overwrite"}) == 2);
  CHECK(shell.call({"graph", "stats", "follows.csv", "-o", "hard.h5", "--overwrite"}) == 2);
  CHECK(shell.call({"graph", "export", "world.gvg", "-o", "e.csv", "--accounts-out", "./e.csv"}) == 2);
  CHECK(content(shell.file("follows.csv")) == "follower,followed\na,b\nb,c\nc,a\n");
  CHECK(content(shell.file("accounts.csv")) == "id\na\nb\nc\nd\n");
}

TEST_CASE("the name of an output says what is written", "[program][lost]") {
  const Quick shell;
  for (const std::string out : {"-", "x.csv", "x.xlsx", "x.gvg", "x.json"})
    CHECK(shell.call({"run", "quick.toml", "-o", out}) == 2);
  shell.write("f.csv", "follower,followed\na,b\n");
  for (const std::string out : {"x.h5", "x.xlsx", "x.json", "x.gml"})
    CHECK(shell.call({"graph", "export", "f.csv", "-o", out}) == 2);
  CHECK(shell.files() == Names{"f.csv", "quick.toml"});
}

TEST_CASE("a folder that a script has locked holds no run up", "[program][lost]") {
  const Quick shell;
  CHECK(shell.sh("flock . $GRAPEVINE run quick.toml -o quick.h5") == 0);
  CHECK(shell.is_result("quick.h5"));
}

TEST_CASE("signals that the system repeats end no run before its result is written", "[program][lost]") {
  const Quick shell;
  const pid_t run = shell.start(long_run);
  REQUIRE(shell.keeps());
  for (int i = 0; i < 3; ++i) ::kill(run, SIGXCPU);
  CHECK(Shell::wait(run) == 128 + SIGXCPU);
  CHECK(shell.is_result("quick.h5"));
}

TEST_CASE("HDF5's own locks, wished for in the environment, are not in the way", "[program][lost]") {
  const Quick shell;
  CHECK(shell.sh("HDF5_USE_FILE_LOCKING=TRUE $GRAPEVINE run quick.toml -o quick.h5") == 0);
  CHECK(shell.sh("HDF5_USE_FILE_LOCKING=TRUE $GRAPEVINE show quick.h5") == 0);
}
