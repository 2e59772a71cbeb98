#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include "scenarios/study/footprint.hpp"
#include "scenarios/study/memory_limit.hpp"
#include "scenarios/study/outlook.hpp"
#include "scenarios/study/study.hpp"
#include "sim/run/replicate.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/foretold.hpp"
#include "tests/scenarios/shell.hpp"

/// What `check` foretells, held against what then happens.
using namespace grapevine;
using test::contains;
using test::Folder;
using test::foretold;
using test::mebibyte;
using test::most_resident;
using test::Shell;

namespace {

const std::string feeds = R"(format = 1
seed = 5
replicates = 2
[time]
tick = "30min"
warmup = "12h"
measure = "12h"
followup = "12h"
[graph]
model = "power-law"
users = 12_000
mean_followees = 15
[population]
sessions = 2
posts = 1
patience = 10
[tiers]
names = ["small", "large"]
from = [0, 60]
[feed]
ranking = "weighted"
window = "12h"
length = 40
[[campaign]]
name = "one"
accounts = "largest"
count = 1
posts = 3
every = "1h"
slots = 4
slot = "4h"
[[arm]]
name = "control"
[[arm]]
name = "one"
pays = ["one"]
[[contrast]]
arm = "one"
against = "control"
)";

}  // namespace

TEST_CASE("check foretells the memory of a study within a fifth, and its file within a half", "[program][outlook]") {
  if (test::is_sanitized) return;  // sanitizers keep memory of their own
  const std::string trees = R"(format = 1
seed = 5
replicates = 2
[graph]
users = 20_000
mean_followees = 10
[diffusion]
model = "independent-cascade"
adoptions = 0.8
cascades = 60_000
trees_from = 2
)";
  const auto [name, text] = GENERATE_COPY(table<std::string, std::string>(
      {{"every post is tracked", feeds + "[output]\ntrack_share = 1\n"},
       {"looks are kept one by one", feeds + "[output]\ntrack_share = 0.3\nlooks = true\n"},
       {"trees are kept", trees},
       {"a row each minute", feeds + "[output]\nevery = \"30min\"\n"}}));
  CAPTURE(name);
  const Shell shell;
  shell.write("s.toml", text);
  REQUIRE(shell.call({"check", "s.toml", "--threads", "2"}) == 0);
  const std::string told = shell.out();
  CAPTURE(told);
  const double memory = most_resident(shell.start({"run", "s.toml", "-o", "s.h5", "--quiet", "--threads", "2"}));
  REQUIRE(std::filesystem::exists(shell.file("s.h5")));
  const double disk = static_cast<double>(std::filesystem::file_size(shell.file("s.h5")));
  CAPTURE(memory / mebibyte, disk / mebibyte);
  CHECK(foretold(told, "Memory") < 1.2 * memory);
  CHECK(foretold(told, "Memory") > memory / 1.2);
  CHECK(foretold(told, "Disk") < 1.5 * disk);
  CHECK(foretold(told, "Disk") > disk / 1.5);
}

/// Half a gibibyte of the process, as a notebook has it that starts the program.
void hold_memory() {
  constexpr std::size_t bytes = std::size_t{512} << 20;
  if (::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0) == MAP_FAILED)
    ::_exit(99);
}

TEST_CASE("check foretells the same memory whatever the process that starts it holds", "[program][outlook]") {
  const Shell shell;
  shell.write("s.toml", test::smallest);
  REQUIRE(shell.call({"check", "s.toml"}) == 0);
  const double alone = foretold(shell.out(), "Memory");
  REQUIRE(shell.wait(shell.start({"check", "s.toml"}, hold_memory)) == 0);
  const double beside = foretold(shell.out(), "Memory");
  CHECK(beside < 1.2 * alone);
}

TEST_CASE("the records that a study holds are counted before it runs", "[study][outlook]") {
  const Folder folder;
  const Scenario scenario = read_scenario(folder.write("s.toml", feeds + "[output]\ntrack_share = 0.5\n").string(), {});
  const Outlook outlook = look_ahead(scenario, {.seconds_a_part = 600});
  double held = 0, least = 0;
  for (const RunRecord& record : run_study(scenario).records) {
    least += static_cast<double>(sizeof record + record.tiers.size() * sizeof(TierRow) +
                                 record.ledger.size() * sizeof(LedgerRow) + record.curve.size() * sizeof(CurveRow) +
                                 record.series.size() * sizeof(SeriesRow) +
                                 record.campaign_series.size() * sizeof(CampaignSeriesRow));
    held += static_cast<double>(record.posts.capacity() * sizeof(PostRow) +
                                record.cascades.capacity() * sizeof(CascadeNode) +
                                record.shapes.virality.size() * sizeof(std::uint64_t));
  }
  // The posts of the other replicate are others: 2 x 12 000 x 0.5 x 0.5 in all, known to some hundredths.
  CHECK(outlook.record_bytes == Approx(held + least).epsilon(0.05));
  CHECK(least_record_bytes(scenario, 12'000) == Approx(least).epsilon(0.05));
}

TEST_CASE("what is taken for the least memory is no more than a world takes in which nothing happens",
          "[study][outlook]") {
  const auto [arms, worlds] = GENERATE(std::pair{1, 1}, std::pair{2, 2});
  const Folder folder;
  std::string text =
      "format = 1\nseed = 1\nreplicates = 1\n[graph]\nusers = 100_000\nmean_followees = 2\n"
      "[population]\nsessions = 0\nposts = 0\n";
  for (int arm = 0; arm < arms; ++arm) text += fmt::format("[[arm]]\nname = \"{}\"\n", arm);
  const Scenario scenario = read_scenario(folder.write("s.toml", text).string(), {});
  const StudyGraph world = make_graph(scenario, 0);
  Alone alone;
  const Replicate replicate(world.graph, world.accounts, scenario.world, scenario.run, {}, alone);
  double arrays = 0;
  for (const MemoryLine& line : replicate.memory())
    if (line.name != "graph") arrays += static_cast<double>(line.bytes);
  const double shared = 9 * 100'000;  // rates and tiers, which both worlds look at
  const double least = least_memory(scenario) - program_bytes();
  CHECK(least <= static_cast<double>(world.graph.memory()) + worlds * arrays - (worlds - 1) * shared + mebibyte);
  CHECK(least > 0.9 * (static_cast<double>(world.graph.memory()) + worlds * arrays - (worlds - 1) * shared));
}

TEST_CASE("records that cannot fit are refused before anything is made", "[program][outlook]") {
  const Shell shell;
  shell.write("s.toml",
              "format = 1\nseed = 1\nreplicates = 10_000\n[time]\ntick = \"1min\"\nmeasure = \"365d\"\n"
              "[graph]\nusers = 100\n[output]\nevery = \"1min\"\n");
  CHECK(shell.call({"check", "s.toml"}) == 2);
  CHECK(contains(shell.err(), "s.toml: the study takes at least "));
}

TEST_CASE("check does not wait for accounts that take long to choose", "[study][outlook]") {
  const std::string how = GENERATE("lazy-greedy", "influence\"\nepsilon = 0.02#");
  const Folder folder;
  const Scenario scenario = read_scenario(
      folder
          .write("s.toml", fmt::format("format = 1\nseed = 1\nreplicates = 1\n[graph]\nusers = 30_000\n"
                                       "[diffusion]\nmodel = \"independent-cascade\"\nchance = 0.04\n"
                                       "[[campaign]]\nname = \"few\"\ncount = 50\naccounts = \"{}\"\n"
                                       "[[campaign]]\nname = \"others\"\nbudget_of = \"few\"\n"
                                       "[[campaign]]\nname = \"largest\"\naccounts = \"largest\"\ncount = 2\n"
                                       "[[arm]]\nname = \"a\"\npays = [\"few\"]\n",
                                       how))
          .string(),
      {});
  const Outlook outlook = look_ahead(scenario, {.seconds_a_part = 1e-3});
  REQUIRE(outlook.campaigns.size() == 3);
  CHECK_FALSE(outlook.campaigns[0].chosen);
  CHECK_FALSE(outlook.campaigns[1].chosen);  // its money hangs on them
  CHECK((outlook.campaigns[2].chosen && outlook.campaigns[2].accounts == 2));
  const std::string text = outlook_text(scenario, outlook);
  CHECK(contains(text, "without what took too long to measure"));
  CHECK(contains(text, "the accounts of campaign 'few', the accounts of campaign 'others'"));
}
