#include "scenarios/reader/graph_choice.hpp"
#include "scenarios/reader/read_scenario.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "graph/base/parallel.hpp"
#include "graph/formats/load_graph.hpp"
#include "graph/generators/chung_lu.hpp"
#include "scenarios/keys/codec.hpp"
#include "scenarios/study/study.hpp"
#include "sim/model/author_interest.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/scenario_files.hpp"

// Every model, randomisation and planted accounts as a scenario asks for them: what comes out, and what is refused.

using namespace grapevine;
using namespace grapevine::test;

namespace {

using Lines = std::vector<std::string>;

/// What is added starts in line 5.
const std::string world = "format = 1\nseed = 7\n[graph]\nusers = 1_000\n";

const std::string blocks = "model = \"stochastic-block\"\ndensities = [[0.02, 0.01], [0.0, 0.03]]\n";

std::string all_of(const Lines& messages) {
  std::string text;
  for (const std::string& message : messages) text += (text.empty() ? "" : "\n") + message;
  return text;
}

StudyGraph graph_of(const std::string& text, const Lines& overrides = {}) {
  return make_graph(scenario_of(text, overrides), 0);
}

/// A star of 40 followers, and a chain of their followers.
std::string loaded_list() {
  std::string text = "follower,followed\n";
  for (int i = 0; i < 40; ++i) text += fmt::format("fan{},star\nfan{},fan{}\n", i, i, (i + 1) % 40);
  return text;
}

}  // namespace

TEST_CASE("every model is one key away", "[scenarios][graph]") {
  struct Model {
    std::string keys;
    std::size_t least, most;  // follows
  };
  const Model models[] = {
      {"model = \"configuration\"\nmean_followees = 12\nexponent = 2.5\nfollowees_exponent = 3\nlargest = "
       "150\nlargest_followees = 90\n",
       12'000, 12'000},
      {"model = \"chung-lu\"\nmean_followees = 12\n", 10'500, 12'600},
      {"model = \"barabasi-albert\"\nfollowees = 4\n", 10 + 995 * 4, 10 + 995 * 4},
      {"model = \"directed-scale-free\"\nalpha = 0.5\ngamma = 0.5\n", 990, 999},
      {"model = \"watts-strogatz\"\nfollowees = 6\nrewiring = 0.3\n", 6'000, 6'000},
      {blocks, 14'000, 16'000},
      {"model = \"r-mat\"\nmean_followees = 8\nnoise = 0.05\n", 5'500, 8'000},
  };
  for (const Model& model : models) {
    CAPTURE(model.keys);
    const StudyGraph made = graph_of(world + model.keys);
    CHECK(made.graph.user_count() == 1'000);
    CHECK(made.facts.follows == made.graph.follow_count());
    CHECK(made.graph.follow_count() >= model.least);
    CHECK(made.graph.follow_count() <= model.most);
    CHECK(made.accounts.community.empty() == (model.keys != blocks));
  }
}

TEST_CASE("a key of the graph has the default of every generator that knows it", "[scenarios][graph][keys]") {
  const PowerLawParameters power_law;
  const PlatformParameters platform;
  const ConfigurationParameters configuration;
  const DirectedScaleFreeParameters growth;
  const RMatParameters matrix;
  const std::map<std::string, std::vector<double>> structs = {
      {"mean_followees",
       {power_law.mean_followees, platform.mean_followees, configuration.mean_followees, matrix.mean_followees}},
      {"followees_spread", {power_law.followees_spread, platform.followees_spread}},
      {"exponent", {power_law.exponent, configuration.exponent}},
      {"largest_share", {power_law.largest_share}},
      {"active", {platform.active}},
      {"largest", {double(platform.largest), double(configuration.most_followers)}},
      {"reciprocity", {platform.reciprocity}},
      {"followees_median", {platform.followees_median}},
      {"correlation", {platform.correlation}},
      {"communities", {double(platform.communities)}},
      {"homophily", {platform.homophily}},
      {"neighbourhood", {double(platform.neighbourhood)}},
      {"closeness", {platform.closeness}},
      {"closure", {platform.closure}},
      {"followees_exponent", {configuration.followees_exponent}},
      {"largest_followees", {double(configuration.most_followees)}},
      {"alpha", {growth.alpha}},
      {"gamma", {growth.gamma}},
      {"delta_in", {growth.delta_in}},
      {"delta_out", {growth.delta_out}},
      {"noise", {matrix.noise}},
      // Arguments of functions, so that the key alone has a default.
      {"followees", {}},
      {"rewiring", {}},
      {"randomise", {}},
      {"affinity", {}},
  };
  std::size_t with_default = 0;
  for (const Key& key : keys()) {
    const std::string printed = default_as_toml(key);
    if (key.section != "graph" || (key.kind != Kind::number && key.kind != Kind::whole) || printed.empty()) continue;
    CAPTURE(key.name, printed);
    REQUIRE(structs.contains(std::string(key.name)));
    for (const double value : structs.at(std::string(key.name)))
      CHECK(fmt::format("{}", value) == fmt::format("{}", std::stod(printed)));
    ++with_default;
  }
  CHECK(with_default == structs.size());
  CHECK(default_as_toml(*find_key("graph", "quadrants")) == fmt::format("[{}]", fmt::join(matrix.quadrants, ", ")));
}

TEST_CASE("a scenario that names a model and its users gets the graph that the generator makes by itself",
          "[scenarios][graph]") {
  constexpr std::size_t users = 20'000;
  const StreamKey key(7, Stream::graph, 0);
  const auto made = [](const std::string& model) {
    return graph_of("format = 1\nseed = 7\ngraph = {users = 20_000, model = \"" + model + "\"}\n").graph;
  };
  CHECK((made("power-law") == power_law({.users = users}, key)));
  CHECK((made("chung-lu") == chung_lu(PowerLawParameters{.users = users}, key)));
  CHECK((made("platform") == platform({.users = users}, key).graph));
  CHECK((made("configuration") == configuration(power_law_sequences({.users = users, .most_followers = users / 5}, key),
                                                key)));  // no account has more
  CHECK((made("directed-scale-free") == directed_scale_free({.users = users}, key)));
  CHECK((made("r-mat") == r_mat({.users = users}, key)));
}

TEST_CASE("what no model can make is refused before anything is made", "[scenarios][reader][graph]") {
  struct Case {
    std::string text, message;
  };
  const Case cases[] = {
      {"model = \"configuration\"\nmean_followees = 201\n",
       "study.toml:6:18: graph.mean_followees is 201; expected at most 200, the least of graph.largest (a fifth of the "
       "users, if that is "
       "fewer), 200, graph.largest_followees, "
       "5000, and the number of other "
       "users, 999; give fewer, or raise what is least"},
      {"model = \"configuration\"\nmean_followees = 50\nlargest_followees = 40\n",
       "study.toml:6:18: graph.mean_followees is 50; expected at most 40, the least of graph.largest (a fifth of the "
       "users, if that is "
       "fewer), 200, graph.largest_followees, 40, "
       "and the number of other users, "
       "999; give fewer, or raise what is least"},
      {"model = \"barabasi-albert\"\nfollowees = 1_000\n",
       "study.toml:6:13: graph.followees is 1000; expected 1 to 999, the number of other users; give fewer, or more "
       "graph.users"},
      {"model = \"watts-strogatz\"\nfollowees = 7\n",
       "study.toml:6:13: graph.followees is 7; expected an even number, half of them on either side of the ring"},
      {"model = \"directed-scale-free\"\nalpha = 0.6\ngamma = 0.6\n",
       "study.toml:6:9: graph.alpha and graph.gamma are 0.6 and 0.6; expected at most 1 together; lower one"},
      {"model = \"stochastic-block\"\n",
       "study.toml:3:2: graph.densities is missing; expected a list of rows, each a list of as many numbers, 0 to 1; "
       "add densities = ... "
       "under [graph]"},
      {blocks + "block_sizes = [500, 400]\n",
       "study.toml:7:15: graph.block_sizes add up to 900; expected graph.users, 1000"},
      {blocks + "block_sizes = [1_000]\n",
       "study.toml:6:13: graph.densities has 2 rows; expected 1, one for each block; or give graph.block_sizes for 2 "
       "blocks"},
      {"model = \"stochastic-block\"\ndensities = [[0.1, 0.2], [0.1]]\n",
       "study.toml:6:26: entry 2 of graph.densities is a list; expected a list of 2 numbers, one for each row"},
      {"model = \"stochastic-block\"\ndensities = [[0.1, 2], [0.1, 1]]\n",
       "study.toml:6:20: entry 1 of graph.densities is 2; expected numbers, 0 to 1"},
      {"model = \"r-mat\"\nquadrants = [0.5, 0.2, 0.2, 0.2]\n",
       "study.toml:6:13: graph.quadrants is [0.5, 0.2, 0.2, 0.2]; expected four chances, 0 to 1, that add up to 1"},
      {"model = \"r-mat\"\nquadrants = [0.5, 0.5]\n",
       "study.toml:6:13: graph.quadrants is a list; expected a list of four numbers, 0 to 1, that add up to 1"},
      {"model = \"r-mat\"\nnoise = 0.3\n",
       "study.toml:6:9: graph.noise is 0.3; expected 0 to 0.19, what graph.quadrants leave room for"},
      {"rewiring = 0.3\n",
       "study.toml:5:1: graph.rewiring has no effect here; it needs graph.model = \"watts-strogatz\"; remove it"},
      {"model = \"watts-strogatz\"\nmean_followees = 6\n",
       "study.toml:6:1: graph.mean_followees has no effect here; it needs graph.model = \"power-law\", "
       "\"erdos-renyi\", \"platform\", "
       "\"chung-lu\", \"r-mat\" or "
       "\"configuration\" without graph.degrees and graph.least; remove it"},
      {"randomise = -1\n",
       "study.toml:5:13: graph.randomise is -1; expected a number of swaps for each follow, 0 to 1000"},
  };
  for (const Case& each : cases) CHECK(all_of(refusal_of_text(world + each.text)) == each.message);
}

TEST_CASE("the degrees of a file are met, and those that cannot be are refused with its line", "[scenarios][graph]") {
  const Folder folder;
  folder.write("degrees.txt", "2 1\n1 1\n0 1\n");
  const std::string keys =
      "format = 1\nseed = 7\n[graph]\nmodel = \"configuration\"\ndegrees = \"degrees.txt\"\nusers = ";
  const StudyGraph made = make_graph(read_scenario(folder.write("study.toml", keys + "3\n")), 0);
  CHECK(std::ranges::equal(made.graph.follower_counts(), std::vector<std::uint32_t>{2, 1, 0}));
  CHECK(all_of(refusal(folder.write("study.toml", keys + "4\n"))) ==
        "study.toml:6:9: graph.users is 4; expected 3, the users of graph.degrees");
  folder.write("degrees.txt", "2 1\n1 1\nx 1\n");
  CHECK(all_of(refusal(folder.write("study.toml", keys + "3\n"))) ==
        "study.toml:5:11: graph.degrees: degrees.txt:3: not the degrees of a user; expected two whole numbers, "
        "followers and followees, "
        "each below 2^32");
  folder.write("degrees.txt", "2 2\n1 0\n0 1\n");
  CHECK(all_of(refusal(folder.write("study.toml", keys + "3\n")))
            .find("study.toml:5:11: graph.degrees: the user with the most followees wants 2 follows") == 0);
}

TEST_CASE("accounts are planted into every model", "[scenarios][graph][plant]") {
  const std::string plants =
      "[[plant]]\nname = \"new\"\naccounts = 3\nfollowers = [50, 200]\ndrawn = \"followees\"\n[[plant]]\nname = "
      "\"clones\"\naccounts = "
      "2\nfollowers = [10, 90]\nnested = true\n"
      "[[plant]]\nname = \"own\"\naccounts = 2\nfollowers = [1, 100]\nfrom = \"graph\"\n";
  const std::string keys =
      GENERATE(as<std::string>(), "", "model = \"erdos-renyi\"\n",
               "model = \"uniform-audience\"\naudiences = [[60, 20], [5, 300]]\n", "model = \"configuration\"\n",
               "model = \"barabasi-albert\"\n", "model = \"watts-strogatz\"\n", blocks, "model = \"r-mat\"\n");
  CAPTURE(keys);
  const StudyGraph made = graph_of(world + keys + plants);
  CHECK(made.graph.user_count() == 1'005);
  CHECK(made.accounts.plants == Lines{"new", "clones", "own"});
  REQUIRE(made.accounts.planted.size() == 7);
  const std::vector<std::uint32_t> wanted = {200, 100, 50, 90, 10};
  for (std::size_t i = 0; i < wanted.size(); ++i)
    CHECK(made.graph.follower_count(made.accounts.planted[i].user) == wanted[i]);
  for (std::size_t i = 5; i < 7; ++i) CHECK(made.graph.follower_count(made.accounts.planted[i].user) <= 100);
  CHECK(made.accounts.planted[3].nested);
}

TEST_CASE("a platform plants its own way and lets others be chosen", "[scenarios][graph][plant]") {
  const std::string platform =
      world +
      "model = \"platform\"\ncommunities = 4\nmean_followees = 12\n[[plant]]\nname = \"own\"\nfollowers = [20, "
      "60]\nfrom = \"graph\"\n[[plant]]\nname = \"new\"\n"
      "accounts = 2\nfollowers = [30, 77]\n";
  const StudyGraph made = graph_of(platform);
  CHECK(made.graph.user_count() == 1'000);
  REQUIRE(made.accounts.planted.size() == 3);
  CHECK(made.accounts.planted[0].group == 0);
  CHECK(made.accounts.is_active(made.accounts.planted[0].user));
  CHECK(made.graph.follower_count(made.accounts.planted[1].user) == 77);
  CHECK(made.graph.follower_count(made.accounts.planted[2].user) == 30);
  CHECK(
      all_of(refusal_of_text(platform + "homophily = 0.99\n")).find("study.toml:16:13: plant.new.homophily is 0.99") ==
      std::string::npos);
  CHECK(all_of(refusal_of_text(platform + "drawn = \"uniform\"\n"))
            .find("plant.new.drawn has no effect here; it needs from = \"new\" and another graph than") !=
        std::string::npos);
}

TEST_CASE("accounts are planted into a loaded graph", "[scenarios][graph][plant]") {
  const Folder folder;
  folder.write("follows.csv", loaded_list());
  const std::string study = "format = 1\nseed = 7\nreplicates = 3\ngraph.file = \"follows.csv\"\n";
  const std::string plants =
      "[[plant]]\nname = \"idol\"\naccounts = 2\nfollowers = [5, 41]\n[[plant]]\nname = \"own\"\nfollowers = [30, "
      "50]\nfrom = \"graph\"\n";
  const Scenario scenario = read_scenario(folder.write("study.toml", study + plants));
  const StudyGraph made = make_graph(scenario, 0);
  CHECK(made.graph.user_count() == 43);
  CHECK(made.facts.users == 43);
  CHECK(made.facts.rows_read == 80);
  std::vector<std::string> ids;
  for (const PlantedUser& each : made.accounts.planted) ids.push_back(made.accounts.outside_ids[each.user.index()]);
  CHECK(ids == Lines{"idol-0", "idol-1", "star"});
  CHECK(made.graph.follower_count(made.accounts.planted[0].user) == 41);
  // New accounts are drawn, so replicates differ; a loaded graph alone does not.
  CHECK(redraws_graph(scenario));
  CHECK(make_graph(scenario, 1).graph != made.graph);
  CHECK_FALSE(redraws_graph(read_scenario(folder.write("alone.toml", study))));
  CHECK(redraws_graph(read_scenario(folder.write("alone.toml", study), {"graph.randomise=1"})));

  const auto refused = [&](const std::string& more) {
    try {
      make_graph(read_scenario(folder.write("bad.toml", study + more)), 0);
    } catch (const BadRequest& mistake) {
      return std::string(mistake.what());
    }
    return std::string();
  };
  CHECK(refused("[[plant]]\nname = \"idol\"\nfollowers = [42, 42]\n") ==
        "plant.idol.followers goes up to 42; expected at most 41, the users of the graph; lower it");
  CHECK(refused("[[plant]]\nname = \"own\"\nfollowers = [2, 39]\nfrom = \"graph\"\n")
            .find("plant.own.accounts is 1; expected at most 0, the active accounts") == 0);
  CHECK(all_of(
            refusal(folder.write("bad.toml", study + "[[plant]]\nname = \"a\"\nfollowers = [2, 3]\nhomophily = 0.5\n")))
            .find("plant.a.homophily has no effect here; it needs from = \"new\" and graph.model = \"platform\" or "
                  "\"stochastic-block\"") != std::string::npos);
  CHECK(
      all_of(refusal(folder.write(
                 "bad.toml", study + "[[plant]]\nname = \"a\"\nfollowers = [2, 3]\nfrom = \"graph\"\nnested = true\n")))
          .find("plant.a.nested has no effect here; it needs from = \"new\"") != std::string::npos);
}

TEST_CASE("a study's follows keep the probabilities that came with them, and nothing makes follows without",
          "[scenarios][graph][chance]") {
  const Folder folder;
  folder.write("follows.csv", "follower,followed,p,q\na,star,0.5,\nb,star,0.25,\nb,a,1,\n");
  const std::string foreign = "format = 1\nseed = 7\ngraph.file = \"follows.csv\"\n",
                    asked = foreign + "graph.chances = \"p\"\n";
  const auto made = [&](const std::string& text, const Lines& overrides = {}) {
    return make_graph(read_scenario(folder.write("study.toml", text), overrides), 0);
  };
  CHECK(made(foreign).chances.empty());
  const StudyGraph brought = made(asked);
  REQUIRE(brought.accounts.outside_ids.front() == "star");
  const auto chance = [&](const StudyGraph& of, const std::string& follower, std::size_t nth) {
    const auto u = std::ranges::find(of.accounts.outside_ids, follower) - of.accounts.outside_ids.begin();
    return of.chances[of.graph.row_begin(UserId(static_cast<std::uint32_t>(u))) + nth].probability();
  };
  CHECK((chance(brought, "a", 0) == 0.5 && chance(brought, "b", 0) == 0.25 && chance(brought, "b", 1) == 1.0));

  const std::string own = "[[plant]]\nname = \"own\"\nfollowers = [1, 2]\nfrom = \"graph\"\n",
                    fresh = "[[plant]]\nname = \"idol\"\nfollowers = [2, 2]\n";
  CHECK((made(asked + own).chances == brought.chances));
  CHECK(refusal(folder.write("study.toml", asked + "graph.randomise = 1\n")) ==
        Lines{"study.toml:5:19: graph.randomise makes follows that graph.chances has no probability for; expected one "
              "of the two; leave one out"});
  CHECK(refusal(folder.write("study.toml", asked + fresh)) ==
        Lines{"study.toml:6:8: plant.idol.from is \"new\", and graph.chances has no probability for the followers of a "
              "new account; expected \"graph\"; choose accounts of "
              "the graph, or leave graph.chances out"});

  // A graph file brings them; what is made of it has none, for nobody knows those of new follows.
  const LoadedGraph loaded = load_graph(folder.path() / "follows.csv", {.chances = "p"});
  write_graph(folder.path() / "world.gvg", {loaded.graph, loaded.accounts, "", loaded.chances});
  const std::string saved = "format = 1\nseed = 7\ngraph.file = \"world.gvg\"\n";
  CHECK((made(saved).chances == brought.chances));
  CHECK((made(saved + own).chances == brought.chances));
  CHECK(made(saved + fresh).chances.empty());
  CHECK(made(saved + "graph.randomise = 1\n").chances.empty());
  CHECK(all_of(refusal(folder.write("study.toml", saved + "graph.chances = \"p\"\n")))
            .find("graph.chances has no effect here") != std::string::npos);
  CHECK(all_of(refusal(folder.write("study.toml", "format = 1\nseed = 7\ngraph = {users = 100, chances = \"p\"}\n")))
            .find("graph.chances has no effect here") != std::string::npos);
}

TEST_CASE("any graph is randomised by a key, and keeps its degrees", "[scenarios][graph]") {
  const std::string ring = world + "model = \"watts-strogatz\"\nrewiring = 0\n";
  const StudyGraph before = graph_of(ring), after = graph_of(ring, {"graph.randomise=10"});
  CHECK(before.facts.reciprocity == 1.0);
  CHECK(after.facts.reciprocity < 0.05);
  CHECK(std::ranges::equal(before.graph.follower_counts(), after.graph.follower_counts()));
  CHECK(all_of(refusal_of_text(world + "model = \"platform\"\nmean_followees = 12\nrandomise = 5\n[[plant]]\nname = "
                                       "\"p\"\nfollowers = [10, 20]\nnested = true\n")) ==
        "study.toml:11:10: plant.p.nested has no effect with graph.randomise, which gives each account another "
        "audience; remove one");
}

TEST_CASE("audiences fit the interests of their replicate where affinity asks for it", "[scenarios][graph][affinity]") {
  const std::string town = world + "model = \"platform\"\nmean_followees = 12\ncommunities = 4\n";
  const auto scenario = [&](const Lines& overrides) { return scenario_of(town, overrides); };
  // Of so many users all of whom have 16 uniform interests, means over 12 000 follows have an sd below 0.003.
  const auto interest = [](const Scenario& study, std::uint32_t replicate, std::uint32_t of_replicate) {
    const StudyGraph made = make_graph(study, replicate);
    const FollowScore score = interest_in_author(made.accounts, made.graph.user_count(), study.world.population,
                                                 StreamKey(study.world.seed, Stream::dynamics, of_replicate));
    double sum = 0;
    for (std::uint32_t u = 0; u < made.graph.user_count(); ++u)
      for (const UserId author : made.graph.followees(UserId{u})) sum += score(UserId{u}, author);
    return sum / static_cast<double>(made.graph.follow_count());
  };
  const Scenario both = scenario({"graph.affinity=3"}),
                 graph_only = scenario({"graph.affinity=3", "redraw=[\"graph\"]"});
  CHECK(interest(scenario({}), 0, 0) == Approx(0.5).margin(0.02));
  for (const std::uint32_t replicate : {0U, 1U}) {
    CHECK(interest(both, replicate, replicate) > 0.57);
    CHECK(interest(both, replicate, 1 - replicate) == Approx(0.5).margin(0.02));
    CHECK(interest(graph_only, replicate, 0) > 0.57);  // whose interests all replicates have
  }
  const StudyGraph plain = make_graph(scenario({}), 0), fit = make_graph(both, 0);
  CHECK(std::ranges::equal(plain.graph.follower_counts(), fit.graph.follower_counts()));
  CHECK(plain.graph != fit.graph);
  CHECK(make_graph(scenario({"graph.affinity=0"}), 0).graph == plain.graph);

  const auto refused = [&](const std::string& text) { return all_of(refusal_of_text(town + text)); };
  CHECK(
      refused("affinity = 2\n[[plant]]\nname = \"p\"\nfollowers = [10, 20]\nnested = true\n") ==
      "study.toml:12:10: plant.p.nested has no effect with graph.affinity, which gives each account another audience; "
      "remove one");
  CHECK(
      refused("affinity = 2\n[population]\ntopics = 1\n") ==
      "study.toml:8:12: graph.affinity has no effect with population.topics = 1, with which everybody likes all topics "
      "alike; remove one");
  CHECK(
      refused("affinity = 2\n[population]\ninterest_skew = 0\n") ==
      "study.toml:8:12: graph.affinity has no effect with population.interest_skew = 0, with which everybody likes all "
      "topics alike; remove one");
  CHECK(all_of(refusal_of_text("redraw = [\"dynamics\"]\n" + town + "affinity = 2\n")) ==
        "study.toml:1:10: redraw names \"dynamics\", which draws interests, without \"graph\", whose audiences "
        "graph.affinity fits to them; expected the graph to be drawn with the interests of its replicate; add "
        "\"graph\"");
}

TEST_CASE("a study runs on planted, randomised and chosen accounts with the same bits for any number of threads",
          "[scenarios][graph][invariance]") {
  const std::string study =
      world +
      "model = \"configuration\"\nrandomise = 1\nmean_followees = 8\n[time]\nwarmup = \"6h\"\nmeasure = "
      "\"6h\"\nfollowup = \"6h\"\n[feed]\nwindow = \"6h\"\n[[plant]]\n"
      "name = \"new\"\nfollowers = [100, 100]\n[[campaign]]\nname = \"c\"\nplant = \"new\"\ncount = 1\nslots = "
      "1\nstart = \"0\"\nslot = \"5h\"\n[[arm]]\nname "
      "= \"none\"\n[[arm]]\nname = \"paid\"\npays = [\"c\"]\n";
  const Scenario scenario = scenario_of(study, {"replicates=2"});
  const StudyResult alone = with_threads(1, [&] { return run_study(scenario); });
  const StudyResult others = with_threads(3, [&] { return run_study(scenario); });
  CHECK(alone.record(0, 1, 1).influencers.size() == 1);
  CHECK(alone.record(0, 1, 1).influencers[0].followers == 100);
  REQUIRE(alone.records.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) CHECK(alone.records[i].tiers == others.records[i].tiers);
  CHECK(alone.records[0].tiers != alone.records[1].tiers);
}
