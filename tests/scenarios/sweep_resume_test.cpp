#include <string>
#include <vector>

#include "scenarios/reader/read_scenario.hpp"
#include "scenarios/result/result.hpp"
#include "scenarios/study/finished.hpp"
#include "scenarios/study/provenance.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/shell.hpp"

// A sweep that has become larger goes on from what the smaller one had.
namespace grapevine {
namespace {

using namespace test;
using Words = std::vector<std::string>;

const std::string base = R"(format = 1
seed = 5
replicates = 2
time = {tick = "1h", warmup = "6h", measure = "6h", followup = "6h"}
graph = {model = "platform", users = 600, mean_followees = 10, largest = 100, communities = 4}
population = {sessions = 4, posts = 2}
feed.window = "6h"
price = {post = 7, follower = 0}
campaign = [{name = "few", budget = 50, posts = 1, slots = 1, slot = "1h"}]
arm = [{name = "control"}, {name = "few", pays = ["few"]}]
contrast = [{arm = "few", against = "control"}]
)";

class Study : public Shell {
public:
  explicit Study(const std::string& sweep) { write("s.toml", base + "[sweep]\n" + sweep); }
  int run(const std::string& out, const Words& more) const {
    Words words{"run", "s.toml", "-o", out, "--quiet"};
    words.insert(words.end(), more.begin(), more.end());
    return call(words);
  }
  std::string digest(const std::string& name) const { return digests(file(name)).total; }
};

TEST_CASE("a design that grew takes over the points that it had", "[program][sweep][resume]") {
  struct Grown {
    std::string sweep;
    Words less;
  };
  const Grown all[] = {
      {"design = \"sobol\"\npoints = 8\nbehaviour.like = {from = 0.01, to = 0.2}\n", {"--set", "sweep.points=4"}},
      {"feed.length = [5, 20, 10]\n", {"--set", "sweep.feed.length=[5, 10]"}},
      {"campaign.few.budget = [3, 7, 40]\n", {"--set", "sweep.campaign.few.budget=[3, 40]"}}};
  for (const Grown& grown : all) {
    CAPTURE(grown.sweep);
    const Study study(grown.sweep);
    REQUIRE(study.run("whole.h5", {"--set", "replicates=3"}) == 0);
    REQUIRE(study.run("grown.h5", grown.less) == 0);
    const std::size_t points = read_result(study.file("grown.h5")).points.size();
    // The larger study finds two replicates of each point there.
    const Scenario larger = read_scenario(study.file("s.toml"), {"replicates=3"});
    UnitNames names;
    CHECK(finished_units(study.file("grown.h5"), built_program(), larger, names).size() == 2 * points);
    REQUIRE(study.run("grown.h5", {"--set", "replicates=3", "--resume"}) == 0);
    CHECK(study.digest("grown.h5") == study.digest("whole.h5"));
  }
}

TEST_CASE("a point that a sweep has no more is not lost", "[program][sweep][resume]") {
  const Study study("feed.length = [5, 10]\n");
  REQUIRE(study.run("s.h5", {}) == 0);
  const std::string digest = study.digest("s.h5");
  CHECK(study.run("s.h5", {"--resume", "--set", "sweep.feed.length=[5, 20]"}) == 2);
  CHECK(contains(study.err(), "s.h5: holds points that this sweep has not, such as feed.length=10, and they would be"));
  for (const auto& [other, differs] :
       {std::pair{"sweep.feed.length=[7, 20]", "sweep.feed.length is [5, 10] there and [7, 20] here"},
        {"price.post=8", "price.post is 7 there and 8 here"}}) {
    CHECK(study.run("s.h5", {"--resume", "--set", other}) == 2);
    INFO(study.err());
    CHECK(contains(study.err(), fmt::format("s.h5: holds runs of another study: {}; expected", differs)));
  }
  CHECK(study.digest("s.h5") == digest);
}

TEST_CASE("a result whose table of points has changed is refused, and stays", "[program][sweep][resume]") {
  const Study study("design = \"file\"\nfile = \"points.csv\"\n");
  study.write("points.csv", "feed.length\n5\n10\n");
  REQUIRE(study.run("s.h5", {}) == 0);
  const std::string digest = study.digest("s.h5");
  study.write("points.csv", "feed.length\n5\n10\n20\n");
  CHECK(study.run("s.h5", {"--resume"}) == 2);
  INFO(study.err());
  CHECK(contains(study.err(), "s.h5: holds runs of another study: the content of sweep.file is 17 "));
  CHECK(study.digest("s.h5") == digest);
}

}  // namespace
}  // namespace grapevine
