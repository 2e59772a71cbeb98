#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>

#include "scenarios/reader/read_scenario.hpp"
#include "scenarios/study/study.hpp"
#include "sim/run/diffusion_run.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/scenario_files.hpp"

using namespace grapevine;
using namespace grapevine::test;

namespace {
const std::filesystem::path library = GRAPEVINE_SOURCE "/scenarios/library";

/// The study on a graph of one's own, shortened, as its result file tells it; nothing without the folder of shared
/// data.
std::optional<StudyResult> study_on_shared(const std::string& file, std::vector<std::string> overrides = {}) {
  const char* data = std::getenv("GRAPEVINE_DATA");
  if (data == nullptr) {
    WARN("skipped: GRAPEVINE_DATA is not set");
    return {};
  }
  overrides.insert(overrides.end(),
                   {fmt::format("graph.file=\"{}/{}\"", data, file), "time.tick=\"1h\"", "replicates=2"});
  const Folder folder;
  write_result(folder.path() / "study.h5", run_study(read_scenario(library / "your-graph.toml", overrides)));
  return read_result(folder.path() / "study.h5");
}

/// Whether the campaigns were held in every arm that pays for them, for the same money but for what is left over: less
/// than another account.
void check_campaigns(const StudyResult& study) {
  REQUIRE(study.arms.size() == 6);
  for (std::size_t r = 0; r < study.replicates; ++r)
    for (std::size_t control : {0u, 3u}) {
      const CampaignRow& one = study.record(0, control + 1, r).campaigns[0];
      const CampaignRow& many = study.record(0, control + 2, r).campaigns[1];
      CHECK(one.outcomes.impressions > 0);
      CHECK(many.outcomes.impressions > 0);
      CHECK(many.budget == one.spent);
      CHECK((many.spent <= many.budget &&
             many.spent > many.budget - 2 * micro_per_unit));  // at most 100 followers: 1 + 100 x 0.01
    }
  CHECK(std::ranges::count(study.comparison, "campaign engagement per money", &ComparisonRow::metric) > 0);
}
}  // namespace

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
  CHECK(messages[0].find("graph.file is \"\"; expected the path of a file, in quotes; set it in the file, or with "
                         "--set 'graph.file=\"...\"'") != std::string::npos);
}

TEST_CASE("on a graph of one's own the study is the main study", "[scenarios][library]") {
  const Folder folder;
  const std::string file = folder.write("follows.csv", "follower,followed\na,b\n").string();
  const Scenario own = read_scenario(library / "your-graph.toml", {"graph.file=\"" + file + "\""});
  const Scenario main = read_scenario(library / "one-or-many.toml");
  CHECK(own.graph.model == GraphModel::file);
  CHECK(own.graph.file == std::filesystem::path(file));
  CHECK(!own.redraw.graph);
  const std::vector<std::string> expected{"campaign 1.followers.least",
                                          "campaign 1.followers.most",
                                          "graph.file",
                                          "graph.model",
                                          "graph.users",
                                          "redraw",
                                          "tiers.from",
                                          "tiers.names",
                                          "title"};
  CHECK(differing(own, main) == expected);
}

TEST_CASE("model by model, one account and many are paid alike under every model", "[scenarios][library][diffusion]") {
  const Scenario study = read_scenario(library / "model-by-model.toml");
  std::set<DiffusionModel> models;
  for (const ContrastChoice& contrast : study.contrasts) {
    const auto arm = [&](const std::string& name) {
      return *std::ranges::find_if(study.arms, [&](const Arm& it) { return it.name == name; });
    };
    const Arm many = arm(contrast.arm), one = arm(contrast.against);
    CHECK((many.run.pays == std::vector<std::string>{"many"} && one.run.pays == std::vector<std::string>{"one"}));
    CHECK((many.run.diffusion.model == one.run.diffusion.model &&
           many.run.diffusion.probability == one.run.diffusion.probability));
    models.insert(many.run.diffusion.model);
  }
  CHECK(models.size() == 6);  // all that there are
  CHECK((study.world.campaigns[0].posts == study.world.campaigns[1].posts &&
         study.world.campaigns[1].budget_of == "one"));
}

TEST_CASE("model by model, contagions are below the epidemic threshold but for the arms that ask what is above it",
          "[scenarios][library][diffusion]") {
  std::vector<std::vector<std::string>> graphs{{}};
  if (const char* data = std::getenv("GRAPEVINE_DATA")) {
    graphs.push_back({fmt::format("graph.file=\"{}/twitter_follow_bofa.csv.gz\"", data)});
    graphs.push_back({fmt::format("graph.file=\"{}/ego_twitter_undirected.csv.gz\"", data), "graph.undirected=true"});
  } else {
    WARN("only on the generated graph: GRAPEVINE_DATA is not set");
  }
  for (const std::vector<std::string>& overrides : graphs) {
    const Scenario study = read_scenario(library / "model-by-model.toml", overrides);
    const StudyGraph world = make_graph(study, 0);
    const Deals deals(world.graph, world.accounts, study.world, streams_of(study, 0));
    const DiffusionReplicate replicate(world.graph, world.accounts, world.chances, study.world, deals,
                                       streams_of(study, 0));
    for (const Arm& arm : study.arms) {
      if (arm.run.diffusion.model == DiffusionModel::feed) continue;
      CAPTURE(overrides, arm.name);
      const double number = replicate.reproduction_number(arm.run);
      if (arm.name.find("above") != std::string::npos)
        CHECK(number > 2.5);
      else if (arm.run.diffusion.probability == Probability::weighted_cascade)
        CHECK((number > 0.9 && number < 1.005));
      else
        CHECK((number > 0 && number < 0.5));
    }
  }
}

TEST_CASE(
    "studies of single rules count the shadow where it is exact, and each arm is read under its own rule from the "
    "warm-up on",
    "[scenarios][library]") {
  for (const std::string name : {"author-diversity", "mutual-boost", "out-of-network", "cold-start", "gate"}) {
    CAPTURE(name);
    const Scenario study = read_scenario(library / (name + ".toml"));
    CHECK(study.output.shadow);
    CHECK(!study.contrasts.empty());
    for (const Arm& arm : study.arms) {
      CHECK(arm.run.feed.memory == FeedMemory::session);
      CHECK(arm.run.feed.holdout == 0);
      CHECK(arm.warmup == ArmWarmup::own);
    }
  }
}

TEST_CASE("every scenario of the library opens with its question, has a title and arms to compare, and can be read",
          "[scenarios][library]") {
  const Folder folder;
  const std::string own = folder.write("follows.csv", "follower,followed\na,b\n").string();
  for (const auto& entry : std::filesystem::directory_iterator(library)) {
    CAPTURE(entry.path().string());
    std::ifstream file(entry.path());
    std::string line, comment;
    while (std::getline(file, line) && line.rfind("#", 0) == 0) comment += line;
    CHECK(comment.find('?') != std::string::npos);
    CHECK(entry.path().extension() == ".toml");
    std::vector<std::string> settings;
    if (entry.path().filename() == "your-graph.toml") settings.push_back(fmt::format("graph.file=\"{}\"", own));
    const Scenario study = read_scenario(entry.path(), settings);
    CHECK_FALSE(study.title.empty());
    CHECK((study.arms.size() > 1 && !study.contrasts.empty()));
  }
}

TEST_CASE("the study runs on the followers of a brand on Twitter (needs GRAPEVINE_DATA)",
          "[scenarios][library][data]") {
  const auto study = study_on_shared("twitter_follow_bofa.csv.gz");
  if (!study) return;
  for (const GraphFacts& graph : study->graphs) {
    CHECK((graph.users == 13'688 && graph.follows == 68'328));
    CHECK(std::abs(graph.reciprocity - 0.315) < 0.0005);
    CHECK(graph.largest_followers == 3'469);
  }
  check_campaigns(*study);
}

TEST_CASE("the study runs on ego-Twitter (needs GRAPEVINE_DATA)", "[scenarios][library][data]") {
  const auto study = study_on_shared("ego_twitter_undirected.csv.gz", {"graph.undirected=true"});
  if (!study) return;
  for (const GraphFacts& graph : study->graphs) {
    CHECK((graph.users == 81'306 && graph.follows == 2'684'592));
    CHECK(graph.reciprocity == 1);
  }
  check_campaigns(*study);
}
