#include <cmath>
#include <sstream>
#include <string>
#include <vector>

#include "scenarios/result/table.hpp"
#include "scenarios/study/outlook.hpp"
#include "scenarios/study/study.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/scenario_files.hpp"

// What the comparison table and check say of classic models.

using namespace grapevine;
using namespace grapevine::test;

namespace {

/// With single blanks between them, wherever lines end.
std::string words_of(const std::string& text) {
  std::istringstream in(text);
  std::string words, word;
  while (in >> word) words += (words.empty() ? "" : " ") + word;
  return words;
}

}  // namespace

TEST_CASE("the table says where the models disagree", "[scenarios][diffusion][table]") {
  StudyResult study = run_study(scenario_of(R"(format = 1
seed = 2
replicates = 3
[graph]
users = 500
mean_followees = 5
[[campaign]]
name = "one"
accounts = "largest"
count = 1
[[campaign]]
name = "many"
count = 5
[diffusion]
chance = 0.3
[[arm]]
name = "a"
diffusion.model = "independent-cascade"
pays = ["one"]
[[arm]]
name = "b"
diffusion.model = "independent-cascade"
pays = ["many"]
[[arm]]
name = "c"
diffusion.model = "branching"
diffusion.steps = 2
pays = ["one"]
[[arm]]
name = "d"
diffusion.model = "branching"
diffusion.steps = 2
pays = ["many"]
[[contrast]]
arm = "b"
against = "a"
[[contrast]]
arm = "d"
against = "c"
)"));
  const auto set = [&](const std::string& arm, double low, double high) {
    for (ComparisonRow& row : study.comparison)
      if (row.arm == arm && row.metric == "campaign engagement per money" && row.statistic == "ratio of means")
        row.lower = low, row.upper = high, row.estimate = (low + high) / 2;
  };
  set("b", 1.2, 1.4), set("d", 0.5, 0.7);
  CHECK_THAT(words_of(comparison_table(study)),
             Catch::Contains("The models disagree on engagement per money") && Catch::Contains("b more; d less."));
  set("d", 0.5, 1.7);
  CHECK_THAT(words_of(comparison_table(study)),
             Catch::Contains("No two models contradict each other on engagement per money") &&
                 Catch::Contains("b more; d undecided."));
}

TEST_CASE("check and run say how near the epidemic threshold every arm is, and warn of those above",
          "[scenarios][diffusion][table]") {
  // Everybody of 50 follows the next 8 on a ring: the radius is 8. By ten steps of SI at 0.02 a follow passes with 1 -
  // 0.98^10 = 0.183; by SIR at 0.02 with recovery 0.5 with 0.02 / 0.51 = 0.0392; with a share for each followee the
  // radius is 1, of which linear threshold has all.
  const Scenario scenario = scenario_of(R"(format = 1
seed = 2
replicates = 2
[time]
warmup = "1d"
measure = "1d"
followup = "1d"
[graph]
model = "watts-strogatz"
users = 50
followees = 8
rewiring = 0.0
[diffusion]
chance = 0.02
[[arm]]
name = "one"
diffusion.model = "independent-cascade"
[[arm]]
name = "as-one"
diffusion.model = "independent-cascade"
diffusion.sampling = "coins"
[[arm]]
name = "above"
diffusion.model = "independent-cascade"
diffusion.along_follows = 2
[[arm]]
name = "shares"
diffusion.model = "independent-cascade"
diffusion.probability = "weighted-cascade"
[[arm]]
name = "threshold"
diffusion.model = "linear-threshold"
diffusion.probability = "weighted-cascade"
[[arm]]
name = "si"
diffusion.model = "si"
diffusion.steps = 10
[[arm]]
name = "sir"
diffusion.model = "sir"
diffusion.recovery = 0.5
[[arm]]
name = "tree"
diffusion.model = "branching"
[[arm]]
name = "feed"
)");
  const std::vector<double> expected{0.16, 0.16, 2, 1, 1, 8 * (1 - std::pow(0.98, 10)), 8 * 0.02 / 0.51, 0.16};
  const Folder folder;
  write_result(folder.path() / "study.h5", run_study(scenario));
  const StudyResult study = read_result(folder.path() / "study.h5");
  const Outlook outlook = look_ahead(scenario, {.seconds_a_part = 600});
  for (std::size_t arm = 0; arm < expected.size(); ++arm) {
    CAPTURE(study.arms[arm]);
    for (std::uint32_t r = 0; r < 2; ++r)
      CHECK(study.record(0, arm, r).reproduction_number == Approx(expected[arm]).epsilon(1e-3));
    CHECK(outlook.reproduction_numbers[arm] == study.record(0, arm, 0).reproduction_number);
  }
  CHECK((std::isnan(study.record(0, 8, 0).reproduction_number) && std::isnan(outlook.reproduction_numbers[8])));
  for (const std::string& told : {words_of(comparison_table(study)), words_of(outlook_text(scenario, outlook))}) {
    CAPTURE(told);
    CHECK_THAT(told,
               Catch::Contains("Contagions arms chance x spectral radius independent-cascade one, as-one 0.160 "));
    CHECK_THAT(told, Catch::Contains("independent-cascade above 2.00 above 1"));
    CHECK_THAT(told, Catch::Contains("independent-cascade shares 1.00 linear-threshold threshold 1.00 si si 1.46 above "
                                     "1 sir sir 0.314 branching tree 0.160"));
    CHECK_THAT(told, Catch::Contains("may look alike for that alone: above, si."));
    CHECK_THAT(told, !Catch::Contains("feed feed"));
  }
}
