#include <cmath>
#include <string>

#include "scenarios/reader/read_scenario.hpp"
#include "scenarios/study/bands.hpp"
#include "scenarios/study/study.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/scenario_files.hpp"

// Bands: what a scenario says that an outcome should be, and whether it is.

using namespace grapevine;
using namespace grapevine::test;

TEST_CASE("a band is passed by an interval that lies inside and is narrow enough", "[scenarios][bands]") {
  CHECK(band_verdict(1.0, 1.3, 1.0, 2.0) == "pass");
  CHECK(band_verdict(1.0, 1.4, 1.0, 2.0) == "undecided");  // wider than a third
  CHECK(band_verdict(0.9, 1.1, 1.0, 2.0) == "undecided");
  CHECK(band_verdict(2.1, 2.2, 1.0, 2.0) == "fail");
  CHECK(band_verdict(0.1, 0.9, 1.0, 2.0) == "fail");
  CHECK(band_verdict(NAN, NAN, 1.0, 2.0) == "undecided");
  CHECK(band_verdict(1.5, 1.5, 1.0, 2.0) == "undecided");  // replicates that do not differ
  CHECK(band_verdict(2.5, 2.5, 1.0, 2.0) == "undecided");
}

TEST_CASE("a band holds what was written, and its verdict comes with the result", "[scenarios][bands]") {
  const std::string text = R"(format = 1
seed = 2
replicates = 4
band = [
  { arm = "base", metric = "size", low = 1.0, high = 3.0, source = "a closed form" },
  { arm = "base", metric = "share alone", low = 0.5, high = 0.6 },
  { arm = "base", metric = "impressions per post", of = "posts of tier mega", low = 0, high = 1 },
]
[graph]
model = "watts-strogatz"
users = 500
followees = 4
rewiring = 0.0
[diffusion]
model = "branching"
adoptions = 0.5
cascades = 5_000
)";
  const Scenario scenario = scenario_of(text);
  REQUIRE(scenario.bands.size() == 3);
  CHECK((scenario.bands[0].arm == "base" && scenario.bands[0].metric == "size" && scenario.bands[0].low == 1.0 &&
         scenario.bands[0].high == 3.0));
  CHECK(scenario.bands[0].source == "a closed form");
  const StudyResult study = run_study(scenario);
  REQUIRE(study.bands.size() == 3);
  CHECK(study.bands[0].verdict == "pass");  // mean 1 / (1 - 0.5) = 2 over 20 000 cascades, sd of a size below 2
  CHECK(study.bands[0].of == "unpaid cascades");
  CHECK(std::abs(study.bands[0].estimate - 2.0) < 5 * 2.0 / std::sqrt(20'000.0));
  // Every user has 4 followers: nobody joins with probability (1 - 0.125)^4 = 0.586, sd 0.0035; the interval may touch
  // the band's end.
  CHECK(std::abs(study.bands[1].estimate - std::pow(0.875, 4)) < 5 * 0.0035);
  CHECK((std::isnan(study.bands[2].estimate) && study.bands[2].verdict == "undecided"));
}
