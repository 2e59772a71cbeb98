#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "analysis/claims.hpp"
#include "graph/base/math.hpp"
#include "scenarios/keys/keys.hpp"
#include "scenarios/reader/read_scenario.hpp"
#include "scenarios/result/result.hpp"
#include "scenarios/result/table.hpp"
#include "scenarios/study/study.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/scenario_files.hpp"

// Switches: the claims of a study without this or that.
namespace grapevine {
namespace {

using namespace test;
using Lines = std::vector<std::string>;

const std::string study_of_two_accounts = R"(format = 1
seed = 5
replicates = 4
[time]
tick = "1h"
warmup = "1d"
measure = "12h"
followup = "1d"
[graph]
model = "platform"
users = 3_000
mean_followees = 15
largest = 300
communities = 8
[population]
sessions = 4
posts = 2
shared_interest = 1
[tiers]
names = ["small", "large"]
from = [0, 40]
[behaviour]
topic_match = 2
click = 0.1
[answers]
per_day = 3
patience = "12h"
[trust]
effect = 3
answered = 0.5
[price]
post = 2
[[product]]
name = "tent"
topic = 2
affinity = 2
look = 3
half_life = "12h"
[[campaign]]
name = "many"
product = "tent"
topic = 2
accounts = "fit"
followers = [10, 40]
count = 20
every = "2h"
slot = "4h"
[[campaign]]
name = "one"
product = "tent"
topic = 2
accounts = "largest"
count = 2
every = "2h"
slot = "4h"
[[arm]]
name = "control"
[[arm]]
name = "many"
pays = ["many"]
[[arm]]
name = "one"
pays = ["one"]
[[arm]]
name = "silent"
answers.per_day = 0
[[contrast]]
arm = "many"
against = "one"
[claims]
arm = "control"
silent_arm = "silent"
micro_arm = "many"
mega_arm = "one"
micro = "small"
mega = "large"
)";
const std::string three_switches = R"([[switch]]
name = "answers"
answers.per_day = 0
[[switch]]
name = "niche"
population.shared_interest = 0
product.tent.affinity = 0
[[switch]]
name = "price"
price.post = 0
)";

Scenario study_with(const std::string& switches, const Lines& overrides = {}) {
  const Folder folder;
  return read_scenario(folder.write("study.toml", study_of_two_accounts + switches), overrides);
}

Lines mistakes_of(const std::string& switches, const Lines& overrides = {}) {
  try {
    study_with(switches, overrides);
  } catch (const BadRequest& mistake) {
    Lines lines = mistake.messages();
    for (std::string& line : lines) line.erase(0, line.find("study.toml"));
    return lines;
  }
  return {};
}

const SwitchRow* row_of(const StudyResult& study, std::uint32_t claim, const std::string& off) {
  const auto found =
      std::ranges::find_if(study.switches, [&](const SwitchRow& row) { return row.claim == claim && row.off == off; });
  return found == study.switches.end() ? nullptr : &*found;
}

TEST_CASE("a claim with a switch off is that of the study which says so itself", "[scenarios][switches]") {
  const StudyResult all = run_study(study_with(three_switches));
  const StudyResult without[] = {run_study(study_with("", {"population.shared_interest=0", "product.tent.affinity=0"})),
                                 run_study(study_with("", {"price.post=0"}))};
  const char* names[] = {"niche", "price"};
  for (std::uint32_t claim = 1; claim <= 5; ++claim) {
    CAPTURE(claim);
    const ClaimRow& judged = all.claims[claim - 1];
    if (claim == 3) {  // nobody is held out
      CHECK(row_of(all, claim, "") == nullptr);
      continue;
    }
    REQUIRE(row_of(all, claim, "") != nullptr);
    CHECK(row_of(all, claim, "")->estimate == judged.estimate);
    CHECK(row_of(all, claim, "")->lower == judged.lower);
    for (int i = 0; i < 2; ++i) {
      CAPTURE(names[i]);
      const ClaimRow& alone = without[i].claims[claim - 1];
      REQUIRE(row_of(all, claim, names[i]) != nullptr);
      CHECK(row_of(all, claim, names[i])->estimate == alone.estimate);
      CHECK(row_of(all, claim, names[i])->upper == alone.upper);
      const auto factor = std::ranges::find_if(
          all.attribution, [&](const AttributionRow& row) { return row.claim == claim && row.name == names[i]; });
      REQUIRE(factor != all.attribution.end());
      CHECK(factor->factor == Approx(judged.estimate / alone.estimate).epsilon(1e-12));
    }
  }
  // Without answers the silent arm is the other one.
  CHECK(row_of(all, 1, "answers")->estimate == 1.0);
  CHECK(row_of(all, 1, "answers")->verdict == "no material difference");
  // Prices are no business of claims 1, 2 and 4, whose accounts are bounded by their number.
  for (const std::uint32_t claim : {1u, 2u, 4u}) {
    const auto factor = std::ranges::find_if(
        all.attribution, [&](const AttributionRow& row) { return row.claim == claim && row.name == "price"; });
    CHECK((factor->factor == 1.0 && factor->lower == 1.0 && factor->upper == 1.0));
  }
  CHECK(all.incomplete.empty());
  const std::string table = comparison_table(all);
  CHECK(table.find("Claim without") != std::string::npos);
}

TEST_CASE("Shapley values of a study make up the whole", "[scenarios][switches]") {
  const StudyResult all = run_study(study_with(three_switches, {"claims.attribution=shapley"}));
  REQUIRE(all.switches.size() == 4 * 8);  // four claims asked, eight sets
  for (const std::uint32_t claim : {1u, 2u, 4u, 5u}) {
    CAPTURE(claim);
    double product = 1;
    for (const AttributionRow& row : all.attribution)
      if (row.claim == claim) product *= row.factor;
    CHECK(product == Approx(row_of(all, claim, "")->estimate / row_of(all, claim, "answers, niche, price")->estimate)
                         .epsilon(1e-12));
  }
  // Two switches at once are the study with both keys.
  const StudyResult both =
      run_study(study_with("", {"population.shared_interest=0", "product.tent.affinity=0", "price.post=0"}));
  CHECK(row_of(all, 5, "niche, price")->estimate == both.claims[4].estimate);
}

TEST_CASE("a study with switches is itself, in every other row", "[scenarios][switches]") {
  const StudyResult with = run_study(study_with(three_switches)), without = run_study(study_with(""));
  for (std::size_t i = 0; i < with.records.size(); ++i)
    CHECK(with.records[i].event_hash == without.records[i].event_hash);
  REQUIRE(with.comparison.size() == without.comparison.size());
  CHECK(with.claims[4].estimate == without.claims[4].estimate);
}

TEST_CASE("what is stopped among its switches keeps the study and says so", "[scenarios][switches]") {
  const Scenario scenario = study_with(three_switches);
  const StudyResult study = run_study(scenario, {.progress = [](const StudyProgress& progress) {
                                        if (progress.doing.starts_with("without niche")) throw StopStudy{15};
                                      }});
  CHECK(study.replicates == scenario.replicates);
  CHECK(study.incomplete == "Without niche: stopped by signal 15. Nothing is told of switches.");
  CHECK((study.switches.empty() && study.attribution.empty()));
  CHECK_FALSE(study.claims.empty());
}

TEST_CASE("progress counts the studies with switches off", "[scenarios][switches]") {
  const Scenario scenario = study_with(three_switches);
  std::uint64_t last = 0, work = 0;
  run_study(scenario, {.progress = [&](const StudyProgress& progress) {
              CHECK(progress.done >= last);
              CHECK((work == 0 || work == progress.work));
              last = progress.done, work = progress.work;
            }});
  CHECK(last == work);
  CHECK(work == ticks_of(scenario));
  CHECK(ticks_of(scenario) == own_ticks_of(scenario) * 4);  // all four arms are named by the claims
}

TEST_CASE("what a study understands of its switches is the same study", "[scenarios][switches]") {
  const Folder folder;
  const Scenario scenario = study_with(three_switches, {"claims.attribution=shapley"});
  const Scenario again = read_scenario(folder.write("again.toml", scenario.understood));
  CHECK(again.understood == scenario.understood);
  REQUIRE(again.switches.size() == 3);
  CHECK(again.switches[1].settings.size() == 2);
  CHECK(again.switches[1].settings[1].key == "product.tent.affinity");
  CHECK(switched_off(again).size() == 7);
}

TEST_CASE("mistakes in switches are told with their places, all at once", "[scenarios][switches]") {
  const auto line = [](const std::string& before) {
    return std::to_string(1 + std::ranges::count(study_of_two_accounts + before, '\n'));
  };
  CHECK(mistakes_of("[[switch]]\nname = \"a\"\n") ==
        Lines{"study.toml:" + line("") +
              ":1: the switch \"a\" sets nothing; expected a key that takes something out of the study, such as "
              "answers.per_day = 0; add it"});
  CHECK(mistakes_of("[[switch]]\nname = \"a\"\nprice.pots = 0\n[[switch]]\nname = \"b\"\nprice.post = -1\n") ==
        Lines{"study.toml:" + line("\n\n") + ":7: unknown key 'pots' in [price]; did you mean 'post'?",
              "study.toml:" + line("\n\n\n\n\n") +
                  ":14: price.post is -1; expected an amount of money, 0 to 1000000000, with at most 6 decimals"});
  CHECK(
      mistakes_of("[[switch]]\nname = \"a\"\nclaims.margin = 0.2\n") ==
      Lines{"study.toml:" + line("\n\n") +
            ":8: a switch sets claims.margin; expected keys of the world or the run: what is compared, and how, stays "
            "what it is; remove it"});
  CHECK(mistakes_of("[[switch]]\nname = \"a\"\nprice.post = 2\n") ==
        Lines{"study.toml:" + line("\n\n") +
              ":7: the switch \"a\" changes nothing: its keys have these values already, or no effect in the arms that "
              "the claims name; expected what takes something out; remove it"});
  CHECK(mistakes_of("[[switch]]\nname = \"a\"\nproduct.boat.affinity = 0\n") ==
        Lines{"study.toml:" + line("\n\n") +
              ":14: no product is named 'boat'; expected product.NAME.key; the names are 'tent'"});
  std::string seven;
  for (int i = 0; i < 7; ++i)
    seven += "[[switch]]\nname = \"s" + std::to_string(i) + "\"\nprice.post = " + std::to_string(i + 3) + "\n";
  CHECK(mistakes_of(seven, {"claims.attribution=shapley"}).size() == 1);
  CHECK(mistakes_of(seven).empty());
}

TEST_CASE("switches need claims", "[scenarios][switches]") {
  const Folder folder;
  std::string text = study_of_two_accounts + three_switches;
  const std::size_t begin = text.find("[claims]");
  text.erase(begin, text.find("[[switch]]") - begin);
  try {
    read_scenario(folder.write("study.toml", text));
    CHECK(false);
  } catch (const BadRequest& mistake) {
    REQUIRE(mistake.messages().size() == 1);
    CHECK(mistake.messages()[0].find("a [[switch]] without [claims]") != std::string::npos);
  }
}

}  // namespace
}  // namespace grapevine
