#include <signal.h>

#include <chrono>
#include <thread>

#include "tests/catch.hpp"
#include "tests/scenarios/shell.hpp"
#include "tests/scenarios/small_study.hpp"

using namespace grapevine;
using test::contains;
using test::content;
using test::lines;
namespace fs = std::filesystem;

namespace {

/// A folder with a study in it.
class Shell : public test::Shell {
public:
  Shell() { write("small.toml", test::small_study); }
};

/// Small enough for a second: one replicate, three arms.
const std::string tiny = R"(format = 1
seed = 3
replicates = 1
time = {tick = "1h", warmup = "2h", measure = "2h", followup = "2h"}
graph = {users = 500, mean_followees = 5}
feed.window = "2h"
campaign = [{name = "one", accounts = "largest", count = 1, every = "1h", slots = 2, slot = "0"}]
arm = [{name = "control"}, {name = "one", pays = ["one"]}]
contrast = [{arm = "one", against = "control"}]
)";

/// A platform where the tier of the large is possible and empty.
const std::string platform_study = R"(format = 1
seed = 7
graph = {model = "platform", users = 2_000, communities = 4, mean_followees = 20, largest = 200, active = 0.16}
plant = [{name = "stars", accounts = 2, followers = [100, 200]}]
tiers = {names = ["small", "large"], from = [0, 300]}
campaign = [{name = "c", budget = 100}]
)";

}  // namespace

TEST_CASE("a run prints its comparison, writes its result and says nothing else", "[program]") {
  const Shell shell;
  shell.write("tiny.toml", tiny);
  REQUIRE(shell.call({"run", "tiny.toml", "-o", "tiny.h5", "--quiet"}) == 0);
  CHECK(shell.err().empty());
  CHECK(contains(shell.out(), "one against control"));
  CHECK(contains(shell.out(), "Written to tiny.h5"));
  CHECK(shell.files() == std::vector<std::string>{"small.toml", "tiny.h5", "tiny.toml"});

  const std::string printed = shell.out();
  REQUIRE(shell.call({"show", "tiny.h5"}) == 0);
  CHECK(printed.substr(0, shell.out().size()) == shell.out());  // the file holds all that the table needs

  REQUIRE(shell.call({"show", "--digest", "tiny.h5"}) == 0);
  const std::string total = shell.out().substr(0, shell.out().find('\n'));
  CHECK((total.size() == 32 && total.find_first_not_of("0123456789abcdef") == std::string::npos));
  CHECK(contains(printed, "digest " + total));

  REQUIRE(shell.call({"run", "tiny.toml", "-o", "again.h5", "--threads", "2", "--parts", "2"}) == 0);
  CHECK(contains(shell.err(), "replicate 1 of 1"));  // a plain line in a log
  CHECK_FALSE(contains(shell.err(), "\r"));
  CHECK_FALSE(contains(shell.err(), "more parts"));
  CHECK(contains(shell.out(), total));

  REQUIRE(shell.call({"run", "tiny.toml", "-o", "parts.h5", "--threads", "1", "--parts", "3"}) == 0);
  CHECK(contains(shell.err(), "Note: --parts 3: more parts than the 1 thread of this run take more time and memory"));
  CHECK(contains(shell.out(), total));
}

TEST_CASE("each mistake ends with status 2, its message, and no file", "[program]") {
  struct Mistake {
    std::vector<std::string> words;
    std::string message;
    std::string scenario = "small.toml";
  };
  const Mistake mistake = GENERATE(values<Mistake>({
      {{"--set", "feed.lenght=50"}, "unknown key 'lenght'"},
      {{"--set", "replicates=\"ten\""}, "replicates"},
      {{"--set", "population.patience=-3"}, "population.patience"},
      {{"--set", "feed.ranking=\"newest\""}, "newest"},
      {{}, "none.csv", "missing.toml"},
      {{}, "torn.csv.gz", "torn.toml"},
      {{"--set", "arm.one.graph.users=5"}, "graph.users"},
      {{"--set", "campaign.many.followers=[2600,2600]"}, "many"},
      {{"--set", "campaign.c.tier=\"large\""},
       "campaign 'c': no user of tier 'large' posts; expected at least one; 320 users post, the largest of them has "
       "200 followers",
       "platform.toml"},
      {{"--set", "campaign.c.plant=\"stars\"", "--set", "campaign.c.member=2"},
       "campaign 'c': no user of plant 'stars' with number 2 posts; expected at least one; 320 users post",
       "platform.toml"},
      {{"--set", "campaign.c.budget=0.5"},
       "campaign 'c': the budget of 0.50 is below every price; the cheapest of 320 candidates (0 followers) asks 1.00 "
       "a post; raise the "
       "budget to that, or choose smaller accounts",
       "platform.toml"},
      {{"--set", "campaign.c.acceptance=0"},
       "accounts it could ask declined; expected one that accepts; raise campaign.acceptance, 0 now, or widen the "
       "choice",
       "platform.toml"},
      {{"--set", "campaign.c.accounts=\"fit\""},
       "--set campaign.c.accounts: campaign.c.accounts is \"fit\", and the campaign has no topic; expected "
       "campaign.c.topic; add it",
       "platform.toml"},
      {{"--set", "plant.stars.followers=[100, 401]"},
       "--set plant.stars.followers: plant.stars.followers goes up to 401; expected at most 400, 0.2 of graph.users, "
       "2000; lower it, or "
       "give a world of 2005 users or more",
       "platform.toml"},
      {{"--set", "graph.stands_for=1_999"},
       "--set graph.stands_for: graph.stands_for is 1999, fewer than graph.users, 2000",
       "platform.toml"},
      {{"--set", "claims.arm=\"nobody\""},
       "--set claims.arm: claims.arm names \"nobody\", and there is no arm of that name; expected \"base\"",
       "platform.toml"},
      {{"--set", "nonsense"}, "--set nonsense: no value; expected key=value"},
      {{"--set", "=5"}, "--set =5: no key; expected key=value"},
      {{"--threads", "0"}, "--threads: '0'; expected a whole number, 1 to 4096"},
      {{"--threads", "many"}, "--threads: 'many'; expected a whole number, 1 to 4096"},
      {{"--parts", "-1"}, "--parts"},
      {{"--parts", "1000"}, "--parts: '1000'; expected a whole number, 1 to 256"},
      {{"--colour"}, "--colour"},
  }));
  const Shell shell;
  shell.write("torn.csv.gz", std::string("\x1f\x8b\x08\0\0\0\0\0\0\x03\x4b\xcb\xcf\xc9\xc9", 15));
  shell.write("missing.toml", "format = 1\nseed = 7\ngraph.file = \"none.csv\"\n");
  shell.write("torn.toml", "format = 1\nseed = 7\ngraph.file = \"torn.csv.gz\"\n");
  shell.write("platform.toml", platform_study);
  const std::vector<std::string> before = shell.files();
  std::vector<std::string> words{"run", mistake.scenario, "-o", "out.h5"};
  words.insert(words.end(), mistake.words.begin(), mistake.words.end());
  CHECK(shell.call(words) == 2);
  INFO(shell.err());
  CHECK(contains(shell.err(), mistake.message));
  CHECK(shell.out().empty());
  CHECK(shell.files() == before);
}

TEST_CASE("a mistake in the command itself ends with status 2 and says where help is", "[program]") {
  const Shell shell;
  const auto words = GENERATE(values<std::vector<std::string>>(
      {{}, {"runn"}, {"run"}, {"show"}, {"keys", "--markdown", "--json-schema"}, {"check", "small.toml", "x"}}));
  CHECK(shell.call(words) == 2);
  CHECK(lines(shell.err()) == 1);
  CHECK(contains(shell.err(), "--help"));
}

TEST_CASE("words that a command does not know are told as they were typed", "[program]") {
  const Shell shell;
  CHECK(shell.call({"check", "small.toml", "--processes", "2", "--jobs", "2"}) == 2);
  CHECK(shell.err() == "grapevine check: not expected: --jobs 2; see `grapevine check --help`\n");
}

TEST_CASE("a word that is not a command is named", "[program]") {
  const Shell shell;
  CHECK(shell.call({"runn", "small.toml"}) == 2);
  CHECK(
      contains(shell.err(),
               "'runn' is not a command; expected run, merge, check, keys, show, compare, explain, graph or cascades"));
}

TEST_CASE("all mistakes of a request are told at once, a line each", "[program]") {
  const Shell shell;
  CHECK(shell.call({"run", "small.toml", "-o", "no/folder/small.h5", "--set", "feed.lenght=50", "--set", "replicates=0",
                    "--set", "feed.ranking=\"newest\""}) == 2);
  INFO(shell.err());
  CHECK(lines(shell.err()) == 4);
  for (const std::string part : {"no/folder", "lenght", "replicates", "newest"}) CHECK(contains(shell.err(), part));
}

TEST_CASE("a run without -o says how to name a result", "[program]") {
  const Shell shell;
  CHECK(shell.call({"run", "small.toml"}) == 2);
  CHECK(contains(shell.err(), "grapevine run small.toml -o small.h5"));
}

TEST_CASE("a result that is there is kept unless it may be overwritten", "[program]") {
  const Shell shell;
  shell.write("tiny.toml", tiny);
  shell.write("tiny.h5", "precious");
  CHECK(shell.call({"run", "tiny.toml", "-o", "tiny.h5"}) == 2);
  CHECK(contains(shell.err(), "--overwrite"));
  CHECK(content(shell.file("tiny.h5")) == "precious");

  CHECK(shell.call(
            {"run", "tiny.toml", "-o", "tiny.h5", "--overwrite", "--set", "campaign.one.accounts=[\"nobody\"]"}) == 2);
  CHECK(content(shell.file("tiny.h5")) == "precious");  // the request was wrong: nothing was run

  CHECK(shell.call({"run", "tiny.toml", "-o", "tiny.h5", "--overwrite"}) == 0);
  CHECK(shell.call({"show", "tiny.h5"}) == 0);
}

TEST_CASE("an output that cannot be written is found before the run and leaves nothing", "[program]") {
  const Shell shell;
  CHECK(shell.call({"run", "small.toml", "-o", "small.toml/out.h5"}) == 2);
  CHECK(contains(shell.err(), "small.toml/out.h5"));
  CHECK(shell.call({"run", "small.toml", "-o", "."}) == 2);
  CHECK(contains(shell.err(), ".: a folder; expected the name of a file; for example -o ./small.h5"));
  CHECK(shell.call({"run", "small.toml", "-o", ".", "--overwrite"}) == 2);
  CHECK(shell.call({"run", "small.toml", "-o", "none/small.h5"}) == 2);
  CHECK(contains(shell.err(), "none/small.h5: there is no folder none; expected one that is there; make it first"));
  CHECK(shell.files() == std::vector<std::string>{"small.toml"});
}

TEST_CASE("a file that is no result is not shown", "[program]") {
  const Shell shell;
  for (const std::string name : {"small.toml", "none.h5"}) {
    CHECK(shell.call({"show", name}) == 2);
    CHECK(contains(shell.err(), name));
    CHECK(shell.call({"show", "--digest", name}) == 2);
  }
}

TEST_CASE("a signal ends a run after its tick with 128 + n and no file", "[program]") {
  const int signal = GENERATE(SIGINT, SIGTERM, SIGUSR1);
  const Shell shell;
  // Without checkpoints, or there would be something to go on with.
  const pid_t child =
      shell.start({"run", "small.toml", "-o", "small.h5", "--set", "time.measure=\"3000d\"", "--checkpoint", "0"});
  for (int i = 0; i < 2000 && !contains(shell.err(), "replicate"); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  CHECK(contains(shell.err(), "replicate"));  // it runs
  ::kill(child, signal);
  CHECK(Shell::wait(child) == 128 + signal);
  CHECK(contains(shell.err(), fmt::format("stopped by signal {}", signal)));
  CHECK(shell.files() == std::vector<std::string>{"small.toml"});
}

TEST_CASE("check tells what would run and writes nothing", "[program]") {
  const Shell shell;
  CHECK(shell.call({"check", "small.toml", "--quiet"}) == 0);
  CHECK(shell.err().empty());
  for (const std::string part :
       {"13000 users", "followers", "many-weighted", "left over", "sessions", "Time", "Memory", "Disk"})
    CHECK(contains(shell.out(), part));
  CHECK(shell.files() == std::vector<std::string>{"small.toml"});
}

TEST_CASE("help, version and keys are results: standard output and status 0", "[program]") {
  const Shell shell;
  CHECK(shell.call({"--help"}) == 0);
  for (const std::string part : {"run", "check", "keys", "show", "Examples", "Exit status"})
    CHECK(contains(shell.out(), part));
  CHECK(shell.call({"run", "--help"}) == 0);
  CHECK(contains(shell.out(), "--overwrite"));
  CHECK(shell.call({"--version"}) == 0);
  CHECK(contains(shell.out(), "grapevine "));
  CHECK(shell.call({"keys"}) == 0);
  CHECK(contains(shell.out(), "ranking"));
  CHECK(shell.call({"keys", "--json-schema"}) == 0);
  CHECK(shell.out().front() == '{');
  CHECK(shell.call({"keys", "--markdown"}) == 0);
  CHECK(contains(shell.out(), "| key |"));
  CHECK(shell.err().empty());
}
