#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <regex>

#include "scenarios/study/memory_limit.hpp"
#include "scenarios/study/outlook.hpp"
#include "scenarios/study/study.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/shell.hpp"

/// Scenarios that say what cannot be meant, or what no machine can do: refused at once, or told what will happen.
using namespace grapevine;
using test::contains;
using test::is_sanitized;
using test::Shell;

namespace {

const std::string small_world = "format = 1\nseed = 1\n";
const std::string two_thousand = "[graph]\nusers = 2_000\n";

/// What `check` says of a scenario; its status comes first.
std::string checked(const std::string& text) {
  const Shell shell;
  shell.write("s.toml", text);
  const int status = shell.call({"check", "s.toml"});
  return fmt::format("{} {}{}", status, shell.out(), shell.err());
}

}  // namespace

TEST_CASE("an empty list of tables is a mistake", "[program][nonsense]") {
  for (const std::string name : {"arm", "campaign", "contrast", "plant", "band"})
    CHECK(contains(checked(small_world + name + " = []\n" + two_thousand),
                   fmt::format("2 s.toml:3:{}: {} is an empty list", name.size() + 4, name)));
}

TEST_CASE("weights that are all 0 order nothing", "[program][nonsense]") {
  const std::string none = "[feed.weights]\nlike = 0\nreply = 0\nreshare = 0\nclick = 0\n";
  CHECK(contains(checked(small_world + "feed.ranking = \"weighted\"\n" + two_thousand + none),
                 "feed.weights are all 0, so that all posts score alike"));
  CHECK(contains(checked(small_world + "[[arm]]\nname = \"a\"\n[[arm]]\nname = \"b\"\nfeed.ranking = \"oracle\"\n" +
                         two_thousand + none),
                 "feed.weights are all 0"));
  const std::string one = "[feed.weights]\nlike = 0\nreply = 0\nreshare = 0\nclick = 0.1\n";
  CHECK(checked(small_world + "feed.ranking = \"weighted\"\n" + two_thousand + one).starts_with("0 "));
}

TEST_CASE("keys of follows that cannot mean anything are refused with their place", "[program][nonsense]") {
  const auto says = [](const std::string& text, const std::string& mistake) {
    CAPTURE(text);
    CHECK(contains(checked(small_world + two_thousand + text), "2 s.toml:" + mistake));
  };
  says(
      "[feed]\nranking = \"weighted\"\nweights.follow = 2\n[behaviour]\nfollow = 0.1\n",
      "7:18: feed.weights.follow is not 0, and what rate of follows to expect hangs on how many who look do not follow "
      "the author; expected feed.prior.follow, a probability; add it");
  says("[tiers]\nnames = [\"a\", \"b\", \"c\"]\nfrom = [0, 5, 10]\nfake_followers = [0.1, 0.2]\n",
       "8:18: tiers.fake_followers has 2 entries and tiers.names has 3; expected one share for each name, or one for "
       "all");
  says("[tiers]\nfake_followers = [1.5]\n", "6:19: entry 1 of tiers.fake_followers is 1.5; expected a number, 0 to 1");
  says("[feed]\nranking = \"weighted\"\nverified = 4\n",
       "7:1: feed.verified has no effect here; it needs feed.ranking = \"weighted\", \"oracle\", \"no-learning\", "
       "\"formula\", \"edgerank\" or a preset, and tiers.verified above 0 or a column `verified` of the accounts; "
       "remove it");
  says("[tiers]\nverified = [0.1]\n",
       "6:1: tiers.verified has no effect here; it needs feed.verified or feed.verified_outside other than 1; remove "
       "it");
  says("[feed]\nranking = \"weighted\"\ncreator = 4\n",
       "7:1: feed.creator has no effect here; it needs feed.ranking = \"weighted\", \"oracle\", \"no-learning\", "
       "\"formula\", \"edgerank\" or a preset, and tiers.creators above 0 or a column `creator` of the accounts; "
       "remove it");
  says("[tiers]\ncreators = [0.1]\n",
       "6:1: tiers.creators has no effect here; it needs feed.creator or feed.creator_outside other than 1; remove "
       "it");
  says("[unfollow]\nhides = 2\n", "6:1: unfollow.hides has no effect here; it needs behaviour.hide above 0; remove it");
  says("[unfollow]\nprobability = 0.5\n",
       "6:1: unfollow.probability has no effect here; it needs unfollow.crowded above 0; remove it");
  says("[behaviour]\nfollow = 0.1\n[diffusion]\nmodel = \"si\"\n",
       "6:1: behaviour.follow has no effect here; it needs diffusion.model = \"feed\"; remove it");
}

TEST_CASE("what happens at most once a tick is told with the number that happens", "[program][nonsense]") {
  const std::string text = small_world + "[time]\nwarmup = \"1d\"\nmeasure = \"1d\"\nfollowup = \"1d\"\n" +
                           "[graph]\nusers = 300\nmean_followees = 5\n[population]\nsessions = 300\nposts = 0.01\n";
  const std::string said = checked(text);
  std::smatch found;
  REQUIRE(std::regex_search(said, found, std::regex("at most one per tick: about ([0-9.]+) a day happen")));
  CHECK(!contains(checked(small_world + two_thousand + "[population]\nsessions = 3\n"), "at most one per tick"));

  const test::Folder folder;
  const Scenario scenario = read_scenario(folder.write("s.toml", text), {"replicates=1"});
  const RunRecord record = run_study(scenario).record(0, 0, 0);
  std::uint64_t sessions = 0;
  for (const auto& readers : record.group_sessions) sessions += readers;
  // Sessions of measure and follow-up, two days. Their mean over 300 users, whose rates differ by a lognormal of
  // standard deviation 1, is known to 3 %.
  const double daily = static_cast<double>(sessions) / 300 / 2;
  CHECK(std::abs(daily / std::stod(found[1]) - 1) < 0.1);
}

TEST_CASE("limits are tested before the work", "[program][nonsense]") {
  std::string arms;
  for (int i = 0; i < 100'000; ++i) arms += fmt::format("[[arm]]\nname = \"a{}\"\n", i);
  const auto start = std::chrono::steady_clock::now();
  CHECK(contains(checked(small_world + two_thousand + arms), "a study has 100000 [[arm]] tables; expected at most 64"));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));  // it took minutes; a second is usual
}

TEST_CASE("a seed is a whole number of 64 bits", "[program][nonsense]") {
  const Shell shell;
  shell.write("l.txt", "1 2\n2 3\n");
  for (const std::string seed : {"-1", "18446744073709551616", "1.5", "x", ""})
    CHECK(shell.call({"graph", "stats", "l.txt", "--seed", seed}) == 2);
  CHECK(shell.call({"graph", "stats", "l.txt", "--seed", "18446744073709551615"}) == 0);
}

TEST_CASE("advice is possible", "[program][nonsense]") {
  const std::string platform = "[graph]\nmodel = \"platform\"\nusers = 2_000\nactive = 0.1\n";
  const auto plants = [&](int accounts) {
    return checked(small_world + platform +
                   fmt::format("[[plant]]\nname = \"p\"\naccounts = {}\nfollowers = [2, 3]\n", accounts));
  };
  CHECK(contains(plants(300), "plant fewer, or raise graph.active to 0.15"));
  CHECK(contains(plants(100'000), "plant fewer, or raise graph.users"));
}

TEST_CASE("a study that cannot fit is refused before its graph is made", "[program][nonsense]") {
  const Shell shell;
  shell.write("huge.toml", small_world + "[graph]\nusers = 1_000_000_000\n");
  for (const std::string command : {"check", "run"}) {
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::string> words{command, "huge.toml"};
    if (command == "run") words.insert(words.end(), {"-o", "huge.h5"});
    CHECK(shell.call(words) == 2);
    CHECK(contains(shell.err(), "huge.toml: the study takes at least "));
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
  }
  CHECK(shell.files() == std::vector<std::string>{"huge.toml"});

  if (is_sanitized) return;  // sanitizers take more addresses than any such limit allows
  shell.write("large.toml", small_world + "[graph]\nusers = 8_000_000\n");
  CHECK(shell.sh("ulimit -v 600000; $GRAPEVINE check large.toml") == 2);
  CHECK(contains(shell.err(), "ulimit -v has 586 MiB"));
}

TEST_CASE("control characters do not reach the terminal", "[program][nonsense]") {
  const std::string said = checked(small_world + "title = \"a\\u001b[31mred\"\n" + two_thousand);
  CHECK(contains(said, "a\\x1b[31mred"));
  const Shell shell;
  shell.call({"check", "x\x1b[31m.toml"});
  CHECK(contains(shell.err(), "x\\x1b[31m.toml: no such file"));
}

TEST_CASE("what only the graph shows of campaigns is said of all of them at once, each with its place",
          "[program][nonsense]") {
  const std::string campaigns = two_thousand +
                                "[price]\npost = 100\n"
                                "[[campaign]]\nname = \"a\"\naccounts = [\"9999\", \"7\", \"x\"]\n"  // line 7
                                "[[campaign]]\nname = \"b\"\nbudget_of = \"a\"\n"  // has no mistake of its own
                                "[[campaign]]\nname = \"c\"\nbudget = 3\n";        // line 13
  const std::string said = checked(small_world + campaigns);
  INFO(said);
  CHECK(contains(said, "2 s.toml:7:1: campaign 'a': no account has the id '9999'; expected a number from 0 to 1999\n"));
  CHECK(contains(said, "s.toml:7:1: campaign 'a': no account has the id 'x'"));
  CHECK(contains(said, "s.toml:13:1: campaign 'c': the budget of 3.00 is below every price"));
  CHECK_FALSE(contains(said, "campaign 'b'"));
  CHECK_FALSE(contains(said, "'7'"));
  CHECK(test::lines(said) == 3);
}

TEST_CASE("a campaign that finds fewer accounts than it asks for is told so", "[program][nonsense]") {
  const std::string campaign = two_thousand + "[[campaign]]\nname = \"a\"\naccounts = \"random\"\ncount = ";
  CHECK(contains(checked(small_world + campaign + "5_000\n"),
                 "campaign 'a' asks for 5000 accounts and finds 2000 that it may choose and that accept"));
  CHECK_FALSE(contains(checked(small_world + campaign + "5\n"), "asks for"));
}
