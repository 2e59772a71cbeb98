#include <cmath>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "graph/base/parallel.hpp"
#include "scenarios/reader/read_scenario.hpp"
#include "scenarios/result/table.hpp"
#include "scenarios/study/bands.hpp"
#include "scenarios/study/outlook.hpp"
#include "scenarios/study/study.hpp"
#include "sim/diffusion/chance_rules.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/scenario_files.hpp"

// Studies under the classic models, from a scenario to its result.

using namespace grapevine;
using namespace grapevine::test;

namespace {

const std::filesystem::path here = GRAPEVINE_SOURCE "/tests/scenarios";

/// A star of 400 followers of "hub", a chain of 50 behind "head", and their columns of probabilities.
std::string star_and_chain() {
  std::string text = "follower,followed,p\n";
  for (int i = 0; i < 400; ++i) text += fmt::format("fan{},hub,0.25\n", i);
  text += "link0,head,1\n";
  for (int i = 1; i < 50; ++i) text += fmt::format("link{},link{},1\n", i, i - 1);
  return text;
}

const std::string seeded = R"(format = 1
seed = 5
replicates = 400
redraw = ["dynamics"]
[graph]
file = "follows.csv"
columns = ["follower", "followed"]
[diffusion]
model = "independent-cascade"
[[campaign]]
name = "both"
accounts = ["hub", "head"]
[[arm]]
name = "base"
pays = ["both"]
)";

StudyResult study_of(const std::string& text, const std::vector<std::string>& overrides = {}) {
  const Folder folder;
  folder.write("follows.csv", star_and_chain());
  return run_study(read_scenario(folder.write("study.toml", text), overrides));
}

}  // namespace

TEST_CASE("a campaign's seeds win the adopters of the closed form", "[scenarios][diffusion]") {
  const StudyResult study = study_of(seeded, {"diffusion.chance=0.3"});
  double hub = 0, chain = 0;
  for (const RunRecord& record : study.records) {
    REQUIRE(record.posts.size() == 2);
    const PostRow &star = record.posts[0], &path = record.posts[1];
    hub += static_cast<double>(star.actions[Action::reshare]);
    chain += static_cast<double>(path.actions[Action::reshare]);
    CHECK((star.depth == 1 && star.reach == 400 && star.impressions_followed == 400 && star.impressions_reshared == 0));
    CHECK(path.depth == path.actions[Action::reshare]);
    CHECK(record.campaigns[0].outcomes.posts == 2);
    CHECK(record.campaigns[0].outcomes.actions[Action::reshare] ==
          star.actions[Action::reshare] + path.actions[Action::reshare]);
    CHECK(record.campaigns[0].outcomes.reach == star.reach + path.reach);  // disjoint audiences
    CHECK(record.campaigns[0].outcomes.impressions ==
          400 + std::min<std::uint64_t>(path.actions[Action::reshare] + 1, 50));  // the last link has no follower
  }
  // Hub: 400 x 400 coins of 0.3: mean 120 a run, sd of the mean sqrt(400 x 0.21 / 400) = 0.458. Chain: geometric, mean
  // 0.3 / 0.7 = 0.4286, sd of the mean sqrt(0.3) / 0.7 / 20 = 0.0391.
  CHECK(std::abs(hub / 400 - 120) < 5 * 0.458);
  CHECK(std::abs(chain / 400 - 0.3 / 0.7) < 5 * 0.0391);
}

TEST_CASE("a campaign that posts twice reaches a follower once, and time bins hold every impression",
          "[scenarios][diffusion][conservation]") {
  std::string twice = seeded;
  twice.insert(twice.find("accounts = [\"hub\""), "posts = 2\n");
  const StudyResult study = study_of(twice, {"diffusion.chance=1.0", "replicates=1", "redraw=[]"});
  const RunRecord& record = study.records[0];
  REQUIRE(record.posts.size() == 4);
  CHECK(record.campaigns[0].outcomes.posts == 4);
  CHECK(record.campaigns[0].outcomes.reach == 450);        // 400 fans and 50 links
  CHECK(record.campaigns[0].outcomes.impressions == 900);  // of each post
  CHECK(record.campaigns[0].outcomes.actions[Action::reshare] == 900);
  std::uint64_t impressions = 0, reshares = 0, paid = 0;
  for (const SeriesRow& bin : record.series)
    impressions += bin.impressions, reshares += bin.actions[Action::reshare], paid += bin.paid_posts;
  CHECK((impressions == 900 && reshares == 900 && paid == 4));
}

TEST_CASE("every reach of a classic arm is the size of a set of users", "[scenarios][diffusion][reach]") {
  // Three accounts are paid by two campaigns, others by one; all post more than once.
  const std::string paid = R"(format = 1
seed = 12
replicates = 2
[graph]
users = 2_000
mean_followees = 8
largest_share = 0.1
[tiers]
names = ["small", "large"]
from = [0, 40]
[diffusion]
adoptions = 0.4
[[campaign]]
name = "three"
accounts = "largest"
count = 3
posts = 3
[[campaign]]
name = "five"
accounts = "largest"
count = 5
posts = 2
[[campaign]]
name = "many"
count = 30
posts = 2
[[campaign]]
name = "nobody"
count = 2
[[arm]]
name = "cascade"
diffusion.model = "independent-cascade"
pays = ["three", "five", "many"]
[[arm]]
name = "two-steps"
diffusion.model = "independent-cascade"
diffusion.steps = 2
pays = ["five", "three"]
[[arm]]
name = "beside-unpaid-ones"
diffusion.model = "linear-threshold"
diffusion.cascades = 200
diffusion.trees_from = 2
pays = ["three", "many"]
[[arm]]
name = "sir"
diffusion.model = "sir"
diffusion.adoptions = 0.1
diffusion.recovery = 0.3
pays = ["many", "five"]
[[arm]]
name = "tree"
diffusion.model = "branching"
pays = ["three", "five", "many"]
[[arm]]
name = "short-tree"
diffusion.model = "branching"
diffusion.steps = 1
pays = ["three", "five"]
[[arm]]
name = "nothing"
diffusion.model = "branching"
)";
  const Scenario scenario = scenario_of(paid);
  const StudyResult study = run_study(scenario);
  for (std::uint32_t r = 0; r < study.replicates; ++r) {
    const StudyGraph world = make_graph(scenario, r);
    std::vector<std::vector<std::uint32_t>> followers(world.graph.user_count());
    for (std::uint32_t u = 0; u < world.graph.user_count(); ++u)
      for (const UserId v : world.graph.followees(UserId{u})) followers[v.index()].push_back(u);
    for (std::size_t arm = 0; arm < study.arms.size(); ++arm) {
      CAPTURE(study.arms[arm], r);
      const RunRecord& record = study.record(0, arm, r);
      const DiffusionParameters& diffusion = scenario.arms[arm].run.diffusion;
      // Users of a tree are other people in each post, but for the followers of the account itself: (post and node, or
      // account; follower).
      using Reader = std::tuple<std::size_t, std::size_t, std::uint32_t>;
      std::map<std::pair<std::int32_t, UserId>, std::set<Reader>> by_account;
      std::map<std::int32_t, std::set<Reader>> by_campaign;
      std::map<std::uint8_t, std::set<Reader>> by_tier;
      std::map<std::uint8_t, std::set<UserId>> authors;
      std::set<Reader> all;
      for (std::size_t p = 0; p < record.posts.size(); ++p) {
        const PostRow& post = record.posts[p];
        std::set<Reader> readers;
        for (std::size_t i = 0; i < post.cascade_size; ++i) {
          const CascadeNode& node = record.cascades[post.first_node + i];
          if (diffusion.steps > 0 && node.tick == diffusion.steps) continue;
          for (const std::uint32_t follower : followers[node.user.index()])
            readers.insert(diffusion.model != DiffusionModel::branching ? Reader{0, 0, follower}
                           : i == 0                                     ? Reader{1, node.user.value(), follower}
                                                                        : Reader{2 + p, i, follower});
        }
        CHECK(post.reach == readers.size());
        if (post.campaign < 0) continue;
        for (const Reader& reader : readers) {
          by_account[{post.campaign, post.author}].insert(reader);
          by_campaign[post.campaign].insert(reader);
          by_tier[post.tier].insert(reader);
          all.insert(reader);
        }
        authors[post.tier].insert(post.author);
      }
      for (const InfluencerRow& row : record.influencers)
        CHECK(row.outcomes.reach == by_account[{static_cast<std::int32_t>(row.campaign), row.user}].size());
      for (std::size_t c = 0; c < record.campaigns.size(); ++c)
        CHECK(record.campaigns[c].outcomes.reach == by_campaign[static_cast<std::int32_t>(c)].size());
      for (std::size_t t = 0; t < record.tiers.size(); ++t) {
        if (diffusion.cascades == 0)
          CHECK(record.tiers[t].outcomes.reach == by_tier[static_cast<std::uint8_t>(t)].size());
        if (diffusion.cascades == 0) CHECK(record.tiers[t].authors == authors[static_cast<std::uint8_t>(t)].size());
      }
      CHECK(record.paid_reach == all.size());
      CHECK((all.empty() == (study.arms[arm] == "nothing")));
    }
  }
}

TEST_CASE("adopters of the last step that is looked at try nobody", "[scenarios][diffusion]") {
  const StudyResult study =
      study_of(seeded, {"diffusion.chance=1.0", "diffusion.steps=7", "replicates=1", "redraw=[]"});
  const PostRow& chain = study.records[0].posts[1];
  CHECK((chain.actions[Action::reshare] == 7 && chain.impressions_followed == 1 && chain.impressions_reshared == 6 &&
         chain.reach == 7));
}

TEST_CASE("probabilities of a column act follow by follow", "[scenarios][diffusion]") {
  const StudyResult study = study_of(seeded, {"graph.chances=\"p\"", "diffusion.probability=\"column\""});
  double hub = 0;
  for (const RunRecord& record : study.records) {
    hub += static_cast<double>(record.posts[0].actions[Action::reshare]);
    CHECK(record.posts[1].actions[Action::reshare] == 50);  // each link of the chain has probability 1
    CHECK(record.posts[1].structural_virality == 52 / 3.0);
  }
  CHECK(std::abs(hub / 400 - 100) < 5 * std::sqrt(400 * 0.1875 / 400));
}

TEST_CASE("each model sees through a chain and a star what its definition says", "[scenarios][diffusion]") {
  const auto reshares = [](const std::vector<std::string>& overrides) {
    std::vector<std::string> all = overrides;
    all.push_back("replicates=1");
    all.push_back("redraw=[]");
    const StudyResult study = study_of(seeded, all);
    return std::pair(study.records[0].posts[0].actions[Action::reshare],
                     study.records[0].posts[1].actions[Action::reshare]);
  };
  const auto everybody = std::pair<std::uint64_t, std::uint64_t>(400, 50);
  CHECK(reshares({"diffusion.model=\"linear-threshold\"", "diffusion.probability=\"weighted-cascade\""}) ==
        everybody);                                                                  // each reader follows one
  CHECK(reshares({"diffusion.model=\"si\"", "diffusion.chance=0.5"}) == everybody);  // in the end
  CHECK(reshares({"diffusion.model=\"sir\"", "diffusion.chance=1.0", "diffusion.recovery=1.0"}) == everybody);
  CHECK(reshares({"diffusion.chance=1.0", "diffusion.steps=7"}) == std::pair<std::uint64_t, std::uint64_t>(400, 7));
  CHECK(reshares({"diffusion.chance=0.0"}) == std::pair<std::uint64_t, std::uint64_t>(0, 0));
}

TEST_CASE("neither threads nor what else runs change what a classic arm says", "[scenarios][diffusion][invariance]") {
  const auto study = [](const std::vector<std::string>& overrides) {
    return run_study(read_scenario(here / "classic-models.toml", overrides));
  };
  const StudyResult alone = with_threads(1, [&] { return study({"replicates=1"}); });
  const int threads = GENERATE(2, 3, 8);
  const StudyResult together = with_threads(threads, [&] { return study({"replicates=1"}); });
  for (std::size_t arm = 0; arm < alone.arms.size(); ++arm) {
    CAPTURE(alone.arms[arm]);
    const RunRecord &one = alone.record(0, arm, 0), &other = together.record(0, arm, 0);
    CHECK(one.event_hash == other.event_hash);
    CHECK(one.campaigns == other.campaigns);
    CHECK(one.curve == other.curve);
    CHECK(one.shapes.sizes == other.shapes.sizes);
    CHECK(one.shapes.virality == other.shapes.virality);
    CHECK(one.posts.size() == other.posts.size());
  }
}

TEST_CASE("what a classic run counts adds up", "[scenarios][diffusion][conservation]") {
  const StudyResult study = run_study(read_scenario(here / "classic-models.toml", {"replicates=1"}));
  std::map<std::string, std::uint64_t> cascades{
      {"weighted", 300}, {"three-levels", 300}, {"sir", 1000}, {"sir-events", 1000}};
  for (std::size_t arm = 0; arm < study.arms.size(); ++arm) {
    if (study.models[arm] == "feed") continue;
    CAPTURE(study.arms[arm]);
    const RunRecord& record = study.record(0, arm, 0);
    std::uint64_t counted = 0, adopters = 0, direct = 0, by_depth = 0, large = 0, roots = 0, reshares = 0, paid = 0,
                  paid_reshares = 0;
    for (std::uint32_t i = 0; i < record.shapes.sizes.size(); ++i) {
      const CascadeSizeRow& row = record.shapes.sizes[i];
      counted += row.cascades, adopters += row.adopters, direct += row.direct;
      if (least_size(i) >= 10) large += row.cascades;
      if (row.cascades > 0)
        CHECK((least_size(i) * row.cascades <= row.adopters && row.adopters < least_size(i + 1) * row.cascades));
    }
    CHECK(counted == (cascades.count(study.arms[arm]) ? cascades[study.arms[arm]] : 3000));
    CHECK(direct <= adopters - counted);
    for (const std::uint64_t count : record.shapes.depths) by_depth += count;
    CHECK(by_depth == counted);
    std::uint64_t by_virality = 0, by_broadcast = 0;
    for (const std::uint64_t count : record.shapes.virality) by_virality += count;
    for (const std::uint64_t count : record.shapes.broadcasts) by_broadcast += count;
    CHECK((by_virality == large && by_broadcast == large));
    for (const TierRow& row : record.tiers)
      roots += row.outcomes.posts, reshares += row.outcomes.actions[Action::reshare];
    for (const CampaignRow& row : record.campaigns)
      paid += row.outcomes.posts, paid_reshares += row.outcomes.actions[Action::reshare];
    CHECK(roots == counted + paid);
    CHECK(reshares == adopters - counted + paid_reshares);
    for (const PostRow& post : record.posts) {  // each tree has size - 1 edges, parents first
      REQUIRE(post.first_node + post.cascade_size <= record.cascades.size());
      if (post.campaign < 0) CHECK(post.cascade_size >= 60);
      for (std::uint32_t i = 1; i < post.cascade_size; ++i) {
        const CascadeNode& node = record.cascades[post.first_node + i];
        REQUIRE((node.parent >= 0 && static_cast<std::uint32_t>(node.parent) < i));
        REQUIRE(node.tick >= record.cascades[post.first_node + static_cast<std::uint32_t>(node.parent)].tick);
      }
    }
    for (std::size_t c = 0; c < record.campaigns.size(); ++c)
      if (record.campaigns[c].budget >= 0) CHECK(record.campaigns[c].spent <= record.campaigns[c].budget);
  }
}

TEST_CASE("arms that spread alike are alike, whatever else they pay for", "[scenarios][diffusion]") {
  const std::string two_arms = R"(format = 1
seed = 9
replicates = 3
[graph]
users = 3_000
mean_followees = 10
[tiers]
names = ["small", "large"]
from = [0, 60]
[diffusion]
model = "independent-cascade"
sampling = "coins"
chance = 0.05
cascades = 500
[[campaign]]
name = "one"
accounts = "largest"
count = 1
[[arm]]
name = "control"
[[arm]]
name = "paid"
pays = ["one"]
[[arm]]
name = "fewer"
diffusion.chance = 0.02
pays = ["one"]
[[contrast]]
arm = "paid"
against = "control"
)";
  const StudyResult study = run_study(scenario_of(two_arms));
  for (std::size_t r = 0; r < study.replicates; ++r) {
    CHECK(study.record(0, 0, r).shapes.sizes == study.record(0, 1, r).shapes.sizes);
    // The same coins: a contact that passes at 0.02 passes at 0.05.
    CHECK(study.record(0, 2, r).campaigns[0].outcomes.actions[Action::reshare] <=
          study.record(0, 1, r).campaigns[0].outcomes.actions[Action::reshare]);
  }
  for (const ComparisonRow& row : study.comparison)
    if (row.metric == "displaced engagement") CHECK((row.estimate == 0.0 && row.lower == 0.0 && row.upper == 0.0));
}

TEST_CASE("a study under classic models has neither warm-up nor sessions", "[scenarios][diffusion]") {
  const Scenario scenario = scenario_of(
      "format = 1\nseed = 1\nreplicates = 1\n[graph]\nusers = 100\nmean_followees = 4\n[diffusion]\nmodel = "
      "\"branching\"\ncascades = "
      "10\n");
  CHECK(!runs_feeds(scenario));
  CHECK(ticks_of(scenario) == 0);
}

TEST_CASE("mistakes about diffusion are told with what was expected", "[scenarios][diffusion][keys]") {
  const std::string start = "format = 1\nseed = 1\n[graph]\nusers = 100\nmean_followees = 4\n";
  const auto complaint = [&](const std::string& text) {
    const std::vector<std::string> messages = refusal_of_text(start + text);
    return messages.empty() ? std::string() : messages.front();
  };
  CHECK_THAT(complaint("[diffusion]\nmodel = \"cascade\"\n"),
             Catch::Contains("study.toml:7:9: diffusion.model is \"cascade\"; expected one of"));
  CHECK_THAT(complaint("[diffusion]\nchance = 0.5\n"),
             Catch::Contains("diffusion.chance has no effect here; it needs a classic diffusion.model"));
  const std::string together = "are given together; expected at most one of chance, adoptions and along_follows";
  CHECK_THAT(complaint("[diffusion]\nmodel = \"sir\"\nadoptions = 0.5\nchance = 0.5\n"),
             Catch::Contains("study.toml:9:1: diffusion.chance and diffusion.adoptions " + together));
  CHECK_THAT(complaint("[diffusion]\nmodel = \"sir\"\nalong_follows = 0.5\nchance = 0.5\nadoptions = 0.5\n"),
             Catch::Contains("diffusion.chance and diffusion.adoptions and diffusion.along_follows " + together));
  CHECK_THAT(complaint("[diffusion]\nmodel = \"si\"\n[[arm]]\nname = \"x\"\ndiffusion.along_follows = "
                       "0.5\ndiffusion.adoptions = 0.5\n"),
             Catch::Contains("arm.x.diffusion.adoptions and arm.x.diffusion.along_follows " + together));
  CHECK_THAT(complaint("[diffusion]\nmodel = \"si\"\nadoptions = 0.5\n[[arm]]\nname = \"x\"\ndiffusion.chance = "
                       "0.5\n[[band]]\narm = \"x\"\n"),
             !Catch::Contains("together"));
  CHECK_THAT(complaint("[diffusion]\nprobability = \"weighted-cascade\"\nmodel = \"si\"\nalong_follows = 0.5\n"),
             Catch::Contains("diffusion.along_follows has no effect here; it needs a classic diffusion.model with "
                             "diffusion.probability = \"uniform\""));
  CHECK_THAT(complaint("[diffusion]\nmodel = \"si\"\nalong_follows = 0\n"),
             Catch::Contains("diffusion.along_follows is 0; expected"));
  // every arm has its own
  CHECK_THAT(
      complaint(
          "[diffusion]\nadoptions = 0.5\n[[arm]]\nname = \"x\"\ndiffusion.model = \"si\"\ndiffusion.chance = 0.5\n"),
      Catch::Contains("diffusion.adoptions has no effect here"));
  CHECK_THAT(complaint("[diffusion]\nmodel = \"si\"\nrecovery = 0.5\n"),
             Catch::Contains("it needs diffusion.model = \"sir\""));
  CHECK_THAT(complaint("[diffusion]\nmodel = \"si\"\nchance = 1.5\n"),
             Catch::Contains("diffusion.chance is 1.5; expected"));
  CHECK_THAT(complaint("[diffusion]\nmodel = \"si\"\n[feed]\nlength = 5\n"),
             Catch::Contains("feed.length has no effect here; it needs diffusion.model = \"feed\""));
  CHECK_THAT(complaint("[diffusion]\nmodel = \"si\"\ncascades = 5\ntier = \"miro\"\n"),
             Catch::Contains("did you mean"));
  CHECK_THAT(complaint("[diffusion]\nmodel = \"independent-cascade\"\nprobability = "
                       "\"topic-match\"\n[[campaign]]\nname = \"one\"\ncount = 1\n"),
             Catch::Contains("campaign 'one' has no topic"));
  CHECK_THAT(complaint("[diffusion]\nmodel = \"si\"\ncascades = 5\n[[band]]\narm = \"base\"\nmetric = \"siez\"\nlow = "
                       "1\nhigh = 0\n"),
             Catch::Contains("did you mean \"size\"?"));
  CHECK_THAT(complaint("[diffusion]\nmodel = \"si\"\n[population]\npatience = 5\n"),
             Catch::Contains("population.patience has no effect here; it needs diffusion.model = \"feed\""));
  CHECK_THAT(complaint("[diffusion]\nmodel = \"branching\"\nprobability = \"trivalency\"\n"),
             Catch::Contains("whose contacts are drawn anew"));
  CHECK(complaint("[diffusion]\nchance = 0.5\n[[campaign]]\nname = \"c\"\naccounts = \"influence\"\ncount = 1\n")
            .empty());  // what influence is reckoned by
  CHECK_THROWS_WITH(
      run_study(scenario_of(start + "[diffusion]\nmodel = \"branching\"\nadoptions = 1.5\ncascades = 1\n")),
      Catch::Contains("does not die out"));
  CHECK_THROWS_WITH(study_of(seeded, {"diffusion.adoptions=5"}), Catch::Contains("at most one adoption per follower"));
  // Of 450 follows, those of 49 links whose reader has a follower: each one.
  CHECK_THROWS_WITH(study_of(seeded, {"diffusion.along_follows=0.11"}),
                    Catch::Contains("diffusion.along_follows is 0.11, and the readers of follows have 0.1089 followers "
                                    "on average; expected at most one adoption per follower"));
  CHECK_THROWS_WITH(study_of(seeded, {"diffusion.probability=\"column\""}), Catch::Contains("graph.chances"));
}

TEST_CASE("adoptions along follows are those of whoever was reached, and an arm's own choice takes the study's place",
          "[scenarios][diffusion]") {
  const std::string text = R"(format = 1
seed = 4
replicates = 1
[graph]
users = 3_000
mean_followees = 12
largest_share = 0.05
[population]
topics = 2
[diffusion]
model = "independent-cascade"
along_follows = 0.6
[[campaign]]
name = "c"
count = 1
topic = 0
[[arm]]
name = "along"
[[arm]]
name = "at-random"
diffusion.adoptions = 0.3
[[arm]]
name = "of-each"
diffusion.chance = 0.1
[[arm]]
name = "topics"
diffusion.probability = "topic-match"
[[arm]]
name = "feed"
diffusion.model = "feed"
)";
  const Folder folder;
  const Scenario scenario = read_scenario(folder.write("study.toml", text));
  const auto diffusion = [](const Scenario& it, std::size_t arm) { return it.arms[arm].run.diffusion; };
  CHECK((diffusion(scenario, 0).along_follows == 0.6 && diffusion(scenario, 0).adoptions < 0));
  CHECK((diffusion(scenario, 1).along_follows < 0 && diffusion(scenario, 1).adoptions == 0.3));
  CHECK((diffusion(scenario, 2).along_follows < 0 && diffusion(scenario, 2).adoptions < 0 &&
         diffusion(scenario, 2).chance == 0.1));
  const Scenario again = read_scenario(folder.write("again.toml", scenario.understood));
  CAPTURE(scenario.understood);
  CHECK(differing(again, scenario).empty());
  CHECK(again.understood == scenario.understood);

  // The mean over follows of the reader's followers, follow by follow.
  const FollowGraph graph = make_graph(scenario, 0).graph;
  double followers = 0;
  for (std::uint32_t u = 0; u < graph.user_count(); ++u)
    for (std::size_t follow = 0; follow < graph.followees(UserId{u}).size(); ++follow)
      followers += graph.follower_count(UserId{u});
  const double follows = double(graph.follow_count());
  CHECK(uniform_chance(graph, diffusion(scenario, 0)) * followers / follows == Approx(0.6));
  CHECK(uniform_chance(graph, diffusion(scenario, 1)) * follows / 3'000 == Approx(0.3));
  CHECK(uniform_chance(graph, diffusion(scenario, 2)) == 0.1);
}

TEST_CASE("a graph.file of --set takes the generator's place", "[scenarios][diffusion]") {
  const Folder folder;
  const auto list = folder.write("follows.csv", star_and_chain());
  const auto study = folder.write(
      "study.toml",
      "format = 1\nseed = 1\nreplicates = 1\n[graph]\nmodel = \"power-law\"\nusers = 100\nmean_followees = "
      "4\n[diffusion]\nmodel = \"si\"\nsteps = 1\n");
  CHECK(read_scenario(study, {fmt::format("graph.file=\"{}\"", list.string())}).graph.model == GraphModel::file);
  CHECK(!refusal(study, {fmt::format("graph.file=\"{}\"", list.string()), "graph.users=7"})
             .empty());  // said beside it, it is a mistake
}
