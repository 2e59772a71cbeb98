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
#include "scenarios/study/outlook.hpp"
#include "scenarios/study/study.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/scenario_files.hpp"
#include "tests/scenarios/shell.hpp"

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

TEST_CASE("Shapley values of a study make up the whole", "[scenarios][switches][long]") {
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
  for (int i = 0; i < 7; ++i) seven += "[[switch]]\nname = \"s" + std::to_string(i) + "\"\nprice.post = 9\n";
  CHECK(mistakes_of(seven, {"claims.attribution=shapley"}).size() == 1);
  CHECK(mistakes_of(seven).empty());
}

TEST_CASE("a switch that an arm undoes is a mistake, and so are two that want a key to be two things",
          "[scenarios][switches]") {
  const std::string trust = "[[switch]]\nname = \"a\"\ntrust.effect = 0\n";
  Lines mistakes = mistakes_of(trust, {"arm.many.trust.effect=2"});
  REQUIRE(mistakes.size() == 1);
  CHECK(contains(mistakes[0], "the switch \"a\" sets trust.effect to 0, and the arm \"many\" has its own, 2"));
  CHECK(contains(mistakes[0], "add arm.many.trust.effect to the switch"));
  CHECK(mistakes_of(trust + "arm.many.trust.effect = 0\n", {"arm.many.trust.effect=2"}).empty());
  CHECK(mistakes_of(trust, {"arm.silent.trust.effect=0"}).empty());  // off there already

  const std::string two = "[[switch]]\nname = \"a\"\nprice.post = 0\n[[switch]]\nname = \"b\"\nprice.post = 9\n";
  CHECK(mistakes_of(two).empty());
  mistakes = mistakes_of(two, {"claims.attribution=shapley"});
  REQUIRE(mistakes.size() == 1);
  CHECK(contains(mistakes[0], "the switch \"b\" sets price.post to 9, and \"a\" sets it to 0"));

  // Switches that are not tried are read all the same; a key of no world and no run is none.
  CHECK(mistakes_of("[[switch]]\nname = \"a\"\nprice.pots = 0\n", {"claims.attribution=none"}).size() == 1);
  mistakes = mistakes_of("[[switch]]\nname = \"a\"\nprice.currency = \"EUR\"\n");
  REQUIRE_FALSE(mistakes.empty());
  CHECK(contains(mistakes[0], "a switch sets price.currency"));
}

TEST_CASE("a switch with which a study cannot be run is told before anything has run", "[scenarios][switches]") {
  const std::string nobody = "[[switch]]\nname = \"crowd\"\ncampaign.many.followers = [2_900, 2_999]\n";
  const std::string elsewhere = nobody + "graph.homophily = 0.2\n";  // on a graph of its own
  for (const std::string& text : {nobody, elsewhere, three_switches + nobody}) {
    const Scenario study = study_with(text);
    std::uint64_t done = 0;
    StudyOptions options;
    options.progress = [&](const StudyProgress& progress) { done = std::max(done, progress.done); };
    const auto expect_refusal = [&](auto&& action) {
      try {
        action();
        FAIL("nothing was thrown");
      } catch (const BadRequest& mistake) {
        REQUIRE(mistake.messages().size() == 1);
        CAPTURE(mistake.messages()[0]);
        CHECK(contains(mistake.messages()[0], "study.toml:"));
        CHECK(contains(mistake.messages()[0], " (with the switch 'crowd' off)"));
      }
    };
    expect_refusal([&] { run_study(study, options); });
    CHECK(done == 0);
    expect_refusal([&] { look_ahead(study, {.seconds_a_part = 0.01}); });
  }
}

TEST_CASE("a claim keeps its meaning whatever is off, and one that is not asked then takes no other with it",
          "[scenarios][switches]") {
  const std::string switches = R"([[switch]]
name = "sale"
product.tent.look = 0
[[switch]]
name = "holdout"
feed.holdout = 0
[[switch]]
name = "trust"
trust.effect = 0
)";
  const StudyResult study = run_study(study_with(switches, {"feed.holdout=0.5"}));
  // Nobody buys more where looks move nothing: no ratio, and not that of engagement.
  REQUIRE(row_of(study, 5, "sale") != nullptr);
  CHECK(std::isnan(row_of(study, 5, "sale")->estimate));
  CHECK_FALSE(std::isnan(row_of(study, 5, "trust")->estimate));
  // Without held-out readers the third claim is not asked; with them and without trust it is.
  CHECK(row_of(study, 3, "holdout")->verdict == "not asked");
  CHECK_FALSE(std::isnan(row_of(study, 3, "trust")->estimate));
  const auto factor = [&](std::uint32_t claim, const std::string& name) {
    return std::ranges::find_if(study.attribution,
                                [&](const AttributionRow& row) { return row.claim == claim && row.name == name; })
        ->factor;
  };
  CHECK(std::isnan(factor(3, "holdout")));
  CHECK_FALSE(std::isnan(factor(3, "trust")));
}

TEST_CASE("the accounts of a study with a switch off are those of the whole study", "[scenarios][switches]") {
  // `one` is chosen at random and paid by an arm that no claim names; it sets the money of others.
  const std::string more = R"([[campaign]]
name = "purse"
followers = [20, 60]
count = 3
every = "2h"
slot = "4h"
[[campaign]]
name = "few"
product = "tent"
topic = 2
followers = [10, 40]
budget_of = "purse"
every = "2h"
slot = "4h"
[[arm]]
name = "purse"
pays = ["purse"]
draws = 2
[[switch]]
name = "habit"
output.every = "1h"
)";
  std::string text = study_of_two_accounts + more;
  text.replace(text.find("pays = [\"many\"]"), 15, "pays = [\"few\"]\ndraws = 4");
  text.replace(text.find("output.every = \"1h\""), 19, "campaign.purse.epsilon = 0.2");
  text.replace(text.find("campaign.purse.epsilon = 0.2"), 28, "arm.control.feed.length = 199");  // feeds are shorter
  const Folder folder;
  const StudyResult study = run_study(read_scenario(folder.write("study.toml", text)));
  for (const AttributionRow& row : study.attribution) {
    CAPTURE(row.claim);
    CHECK(row.factor == 1.0);
  }
  CHECK(study.attribution.size() >= 3);
}

TEST_CASE("what a warm-up says of drift hangs on no arm", "[scenarios][drift]") {
  const Lines two_days{"time.warmup=2d"};
  Lines untrusting = two_days;  // the first arm, which stands for the warm-up that all share
  untrusting.insert(untrusting.end(), {"arm.control.trust.effect=0", "arm.control.trust.answered=0"});
  const StudyResult with = run_study(study_with("", two_days)), without = run_study(study_with("", untrusting));
  REQUIRE(with.drift.size() == without.drift.size());
  CHECK(with.drift.size() == 4);  // two tiers; engagement and trust
  for (std::size_t i = 0; i < with.drift.size(); ++i) {
    CHECK(with.drift[i].metric == without.drift[i].metric);
    CHECK(with.drift[i].estimate == without.drift[i].estimate);
  }
  CHECK(run_study(study_with("")).drift.empty());  // a day of warm-up has no day before it
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
