#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/catch.hpp"
#include "tests/scenarios/scenario_files.hpp"

using namespace grapevine;
using namespace grapevine::test;

namespace {
const std::filesystem::path library = GRAPEVINE_SOURCE "/scenarios/library";
}

TEST_CASE("the main study has six arms in two rankings, each beside its control", "[scenarios][library]") {
  const Scenario study = read_scenario(library / "one-or-many.toml");
  CHECK(study.graph.model == GraphModel::power_law);
  CHECK(study.graph.users == 200'000);
  CHECK(double(study.graph.users) * study.graph.largest_share == Approx(10'000));
  CHECK(study.replicates == 10);
  CHECK((study.redraw.graph && study.redraw.selection && study.redraw.content && study.redraw.dynamics));
  REQUIRE(study.arms.size() == 6);
  REQUIRE(study.contrasts.size() == 6);
  for (std::size_t half = 0; half < 2; ++half) {
    const Ranking ranking = half == 0 ? Ranking::chronological : Ranking::weighted;
    CHECK(study.arms[3 * half].run.pays.empty());
    CHECK(study.arms[3 * half + 1].run.pays == std::vector<std::string>{"one"});
    CHECK(study.arms[3 * half + 2].run.pays == std::vector<std::string>{"many"});
    for (std::size_t i = 0; i < 3; ++i) CHECK(study.arms[3 * half + i].run.feed.ranking == ranking);
    CHECK(study.contrasts[3 * half].against == study.arms[3 * half].name);
    CHECK(study.contrasts[3 * half + 1].against == study.arms[3 * half].name);
    CHECK(study.contrasts[3 * half + 2].arm == study.arms[3 * half + 2].name);
    CHECK(study.contrasts[3 * half + 2].against == study.arms[3 * half + 1].name);
  }
  REQUIRE(study.world.campaigns.size() == 2);
  CHECK(study.world.campaigns[1].budget_of == study.world.campaigns[0].name);  // the same money
  CHECK(study.world.campaigns[1].every == study.world.campaigns[0].every);     // in the same hours
  CHECK(study.world.campaigns[1].slots == study.world.campaigns[0].slots);
}

TEST_CASE("the study on a graph of one's own says which file it wants", "[scenarios][library]") {
  const std::vector<std::string> messages = refusal(library / "your-graph.toml");
  REQUIRE(messages.size() == 1);
  CHECK(messages[0].find(
            "graph.file is \"\"; expected the path of a file, in quotes; set it in the file, or with --set 'graph.file=\"...\"'") !=
        std::string::npos);
}

TEST_CASE("on a graph of one's own the study is the main study", "[scenarios][library]") {
  const Folder folder;
  const std::string file = folder.write("follows.csv", "follower,followed\na,b\n").string();
  const Scenario own = read_scenario(library / "your-graph.toml", {"graph.file=\"" + file + "\""});
  const Scenario main = read_scenario(library / "one-or-many.toml");
  CHECK(own.graph.model == GraphModel::file);
  CHECK(own.graph.file == std::filesystem::path(file));
  CHECK(!own.redraw.graph);
  const std::vector<std::string> expected{"campaign 1.followers_from",
                                          "campaign 1.followers_to",
                                          "graph.file",
                                          "graph.model",
                                          "graph.users",
                                          "redraw",
                                          "tiers.from",
                                          "tiers.names",
                                          "title"};
  CHECK(differing(own, main) == expected);
}

TEST_CASE("every scenario of the library opens with its question", "[scenarios][library]") {
  for (const auto& entry : std::filesystem::directory_iterator(library)) {
    CAPTURE(entry.path().string());
    std::ifstream file(entry.path());
    std::string line, comment;
    while (std::getline(file, line) && line.rfind("#", 0) == 0) comment += line;
    CHECK(comment.find('?') != std::string::npos);
    CHECK(entry.path().extension() == ".toml");
  }
}
