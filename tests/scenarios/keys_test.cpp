#include "scenarios/program/keys.hpp"

#define BOOST_BIND_GLOBAL_PLACEHOLDERS  // what property_tree of Boost 1.74 needs to compile without a note
#include <boost/property_tree/json_parser.hpp>
#include <boost/property_tree/ptree.hpp>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "graph/generators/power_law.hpp"
#include "scenarios/program/key_values.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/scenario_files.hpp"

using namespace grapevine;
using namespace grapevine::test;

namespace {

using Names = std::vector<std::string>;

/// A study in which every condition of a key can be met by one or two further lines.
struct Setting {
  std::string key;          ///< dotted
  std::string value;        ///< another legal value
  Names changes;            ///< the fields that must change, and no others; those of the one arm are implied by those of the run
  std::string around = {};  ///< keys that must stand beside it, in the file with and without it
};

const std::string platform_world = "graph.model = \"platform\"\n";
const std::string plant_table = "[[plant]]\nname = \"p\"\nfollowers = [50, 60]\n";
const std::string by_degrees = "graph.model = \"configuration\"\n";
const std::string small_world = "graph.model = \"watts-strogatz\"\n";
const std::string by_steps = "graph.model = \"directed-scale-free\"\n";
const std::string by_blocks = "graph.model = \"stochastic-block\"\ngraph.densities = [[0.1, 0.2], [0.3, 0.4]]\n";
const std::string two_tiers = "tiers.names = [\"a\", \"b\"]\ntiers.from = [0, 10]\n";
const std::string two_arms = "[[arm]]\nname = \"x\"\n[[arm]]\nname = \"y\"\n";
const std::string large_world = "graph.stands_for = 5_000_000\n";  // in which the essay's tiers can be
const std::string paying_arms =
    "[[campaign]]\nname = \"c\"\ncount = 1\n[[arm]]\nname = \"x\"\npays = [\"c\"]\n[[arm]]\nname = \"y\"\npays = [\"c\"]\n[[arm]]\nname = \"z\"\npays = [\"c\"]\n";
const std::string claims_table = "[claims]\narm = \"base\"\n";
const std::string cascade = "diffusion.model = \"independent-cascade\"\n";
const std::string campaign_table = "[[campaign]]\nname = \"c\"\ncount = 1\n";

/// Every key once, except those without which nothing can be read.
const std::vector<Setting> settings{
    {"title", "\"why?\"", {"title"}},
    {"seed", "8", {"seed"}},
    {"replicates", "3", {"replicates"}},
    {"redraw", "[\"content\"]", {"redraw"}},
    {"pays", "[\"c\"]", {"run.pays"}, campaign_table},
    {"time.tick", "\"10min\"", {}},  // its own test: it changes every duration
    {"time.warmup", "\"2d\"", {"time.warmup"}},
    {"time.measure", "\"2d\"", {"time.measure"}},
    {"time.followup", "\"48h\"", {"time.followup"}},
    {"graph.model", "\"erdos-renyi\"", {"graph.model"}},
    {"graph.users", "1001", {"graph.users"}},
    {"graph.mean_followees", "10", {"graph.mean_followees"}},
    {"graph.followees_spread", "0.5", {"graph.followees_spread"}},
    {"graph.exponent", "2.5", {"graph.exponent"}},
    {"graph.largest_share", "0.1", {"graph.largest_share"}},
    {"graph.audiences", "[[10, 2], [20, 3]]", {"graph.audiences"}, "graph.model = \"uniform-audience\"\ngraph.audiences = [[1, 1]]\n"},
    {"graph.file", "\"other.csv\"", {"graph.file"}, "graph.file = \"follows.csv\"\n"},
    {"graph.accounts", "\"other.csv\"", {"graph.accounts"}, "graph.file = \"follows.csv\"\n"},
    {"graph.columns", "[\"fan\", \"star\"]", {"graph.columns"}, "graph.file = \"follows.csv\"\n"},
    {"graph.format", "\"edge-list\"", {"graph.format"}, "graph.file = \"follows.csv\"\n"},
    {"graph.separator", "\";\"", {"graph.separator"}, "graph.file = \"follows.csv\"\n"},
    {"graph.chances", "\"p\"", {"graph.chances"}, "graph.file = \"follows.csv\"\n"},
    {"graph.undirected", "true", {"graph.undirected"}, "graph.file = \"follows.csv\"\n"},
    {"graph.reversed", "true", {"graph.reversed"}, "graph.file = \"follows.csv\"\n"},
    {"graph.stands_for", "2000", {"graph.stands_for", "graph.largest", "price.scale", "tiers.from", "run.prior_strength"}},
    {"graph.active", "0.3", {"graph.active"}, platform_world},
    {"graph.largest", "150", {"graph.largest"}, platform_world},
    {"graph.least", "2", {"graph.least"}, by_degrees},
    {"graph.reciprocity", "0.3", {"graph.reciprocity"}, platform_world},
    {"graph.followees_median", "20", {"graph.followees_median"}, platform_world},
    {"graph.correlation", "0.5", {"graph.correlation"}, platform_world},
    {"graph.communities", "3", {"graph.communities"}, platform_world},
    {"graph.homophily", "0.25", {"graph.homophily"}, platform_world},
    {"graph.neighbourhood", "20", {"graph.neighbourhood"}, platform_world},
    {"graph.closeness", "0.25", {"graph.closeness"}, platform_world},
    {"graph.closure", "0.1", {"graph.closure"}, platform_world},
    {"graph.followees_exponent", "3", {"graph.followees_exponent"}, by_degrees},
    {"graph.largest_followees", "100", {"graph.largest_followees"}, by_degrees},
    {"graph.degrees", "\"other-degrees.csv\"", {"graph.degrees"}, "graph.model = \"configuration\"\ngraph.degrees = \"degrees.csv\"\n"},
    {"graph.followees", "6", {"graph.followees"}, small_world},
    {"graph.rewiring", "0.5", {"graph.rewiring"}, small_world},
    {"graph.alpha", "0.5", {"graph.alpha"}, by_steps},
    {"graph.gamma", "0.5", {"graph.gamma"}, by_steps},
    {"graph.delta_in", "2", {"graph.delta_in"}, by_steps},
    {"graph.delta_out", "2", {"graph.delta_out"}, by_steps},
    {"graph.block_sizes", "[300, 700]", {"graph.block_sizes"}, by_blocks},
    {"graph.densities", "[[0.5]]", {"graph.densities"}, by_blocks},
    {"graph.quadrants", "[0.25, 0.25, 0.25, 0.25]", {"graph.quadrants"}, "graph.model = \"r-mat\"\n"},
    {"graph.noise", "0.05", {"graph.noise"}, "graph.model = \"r-mat\"\n"},
    {"graph.randomise", "10", {"graph.randomise"}},
    {"plant.p.from", "\"graph\"", {"plant 0.from"}, plant_table},
    {"plant.p.drawn", "\"followees\"", {"plant 0.drawn"}, plant_table},
    {"plant.p.name", "\"q\"", {"plant 0.name"}, platform_world + plant_table},
    {"plant.p.accounts", "2", {"plant 0.accounts"}, platform_world + plant_table},
    {"plant.p.followers", "[100, 150]", {"plant 0.least", "plant 0.most"}, platform_world + plant_table},
    {"plant.p.homophily", "0.25", {"plant 0.homophily"}, platform_world + plant_table},
    {"plant.p.nested", "true", {"plant 0.nested"}, platform_world + plant_table},
    {"population.active_sessions", "0.5", {"population.active_sessions"}, platform_world},
    {"population.shared_interest", "0.5", {"population.shared_interest"}, platform_world},
    {"population.sessions", "0.7", {"population.sessions_per_day"}},
    {"population.session_spread", "0", {"population.session_spread"}},
    {"population.posts", "0.7", {"population.posts_per_day"}},
    {"population.post_spread", "0", {"population.post_spread"}},
    {"population.patience", "20", {"population.patience"}},
    {"population.patience_spread", "1", {"population.patience_spread"}},
    {"population.daily_profile", "[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23]", {"population.daily_profile"}},
    {"population.topics", "8", {"population.topics"}},
    {"population.focus", "0.5", {"population.focus"}},
    {"population.interest_skew", "2", {"population.interest_skew"}},
    {"population.propensity_spread", "1", {"population.propensity_spread"}},
    {"population.quality_spread", "1", {"population.quality_spread"}},
    {"tiers.names", "[\"small\", \"large\"]", {"tiers.names"}, "tiers.names = [\"a\", \"b\"]\ntiers.from = [0, 10]\n"},
    {"tiers.from", "[0, 20]", {"tiers.from"}, "tiers.names = [\"a\", \"b\"]\ntiers.from = [0, 10]\n"},
    {"feed.ranking", "\"random\"", {"run.ranking"}},
    {"feed.memory", "\"window\"", {"run.memory"}},
    {"feed.window", "\"12h\"", {"run.window"}},
    {"feed.length", "50", {"run.length"}},
    {"feed.age_half_life", "\"6h\"", {"run.age_half_life"}, "feed.ranking = \"weighted\"\n"},
    {"feed.prior_strength", "5", {"run.prior_strength"}, "feed.ranking = \"weighted\"\n"},
    {"feed.holdout", "0.1", {"run.holdout"}},
    {"feed.weights.like", "2", {"run.weights[0]"}, "feed.ranking = \"weighted\"\n"},
    {"feed.weights.reply", "2", {"run.weights[1]"}, "feed.ranking = \"weighted\"\n"},
    {"feed.weights.reshare", "2", {"run.weights[2]"}, "feed.ranking = \"weighted\"\n"},
    {"feed.weights.click", "2", {"run.weights[3]"}, "feed.ranking = \"weighted\"\n"},
    {"feed.prior.like", "0.3", {"run.prior[0]"}, "feed.ranking = \"weighted\"\n"},
    {"feed.prior.reply", "0.3", {"run.prior[1]"}, "feed.ranking = \"weighted\"\n"},
    {"feed.prior.reshare", "0.3", {"run.prior[2]"}, "feed.ranking = \"weighted\"\n"},
    {"feed.prior.click", "0.3", {"run.prior[3]"}, "feed.ranking = \"weighted\"\n"},
    {"behaviour.like", "0.3", {"run.probability[0]"}},
    {"behaviour.reply", "0.3", {"run.probability[1]"}},
    {"behaviour.reshare", "0.3", {"run.probability[2]"}},
    {"behaviour.click", "0.3", {"run.probability[3]"}},
    {"behaviour.topic_match", "2", {"run.topic_match"}},
    {"behaviour.social_proof", "0.5", {"run.social_proof"}},
    {"cascade.parent", "\"first\"", {"run.parent"}},
    {"price.post", "2.5", {"price.post"}},
    {"price.follower", "0.000001", {"price.follower"}},
    {"price.exponent", "1.2", {"price.exponent"}},
    {"price.spread", "0.2", {"price.spread"}},
    {"campaign.c.product", "\"tea\"", {"campaign 0.product"}, campaign_table},
    {"campaign.c.margin", "12.5", {"campaign 0.margin"}, campaign_table},
    {"campaign.c.tier", "\"b\"", {"campaign 0.tier"}, two_tiers + campaign_table},
    {"campaign.c.plant", "\"p\"", {"campaign 0.plant"}, platform_world + plant_table + campaign_table},
    {"campaign.c.member", "0", {"campaign 0.member"}, platform_world + plant_table + campaign_table + "plant = \"p\"\n"},
    {"campaign.c.acceptance", "0.5", {"campaign 0.acceptance"}, campaign_table},
    {"campaign.c.budget_share", "0.5", {"campaign 0.budget_share"}, campaign_table + "budget_of = \"b\"\n[[campaign]]\nname = \"b\"\ncount = 2\n"},
    {"campaign.c.name", "\"d\"", {"campaign 0.name"}, campaign_table},
    {"campaign.c.accounts", "\"largest\"", {"campaign 0.choose"}, campaign_table},
    {"campaign.c.followers", "[0, 100]", {"campaign 0.followers_to"}, campaign_table},
    {"campaign.c.count", "5", {"campaign 0.count"}, campaign_table},
    {"campaign.c.posts", "5", {"campaign 0.posts"}, campaign_table},
    {"campaign.c.budget", "12.34", {"campaign 0.budget"}, campaign_table},
    {"campaign.c.budget_of", "\"b\"", {"campaign 0.budget_of"}, campaign_table + "[[campaign]]\nname = \"b\"\ncount = 2\n"},
    {"campaign.c.topic", "15", {"campaign 0.topic"}, campaign_table},
    {"campaign.c.start", "\"1h\"", {"campaign 0.start"}, campaign_table},
    {"campaign.c.every", "\"1h\"", {"campaign 0.every"}, campaign_table},
    {"campaign.c.slots", "2", {"campaign 0.slots"}, campaign_table},
    {"campaign.c.slot", "\"0\"", {"campaign 0.replace_within"}, campaign_table},
    {"campaign.c.epsilon", "0.2", {"campaign 0.epsilon"}, campaign_table + "accounts = \"influence\"\n"},
    {"campaign.c.runs", "50", {"campaign 0.runs"}, campaign_table + "accounts = \"lazy-greedy\"\n"},
    {"diffusion.model", "\"si\"", {"run.diffusion.model"}},
    {"diffusion.probability", "\"trivalency\"", {"run.diffusion.probability"}, cascade},
    {"diffusion.chance", "0.2", {"run.diffusion.chance"}, cascade},
    {"diffusion.adoptions", "0.3", {"run.diffusion.adoptions"}, cascade},
    {"diffusion.along_follows", "0.3", {"run.diffusion.along_follows"}, cascade},
    {"diffusion.sampling", "\"coins\"", {"run.diffusion.sampling"}, cascade},
    {"diffusion.recovery", "0.4", {"run.diffusion.recovery"}, "diffusion.model = \"sir\"\n"},
    {"diffusion.time", "\"events\"", {"run.diffusion.time"}, "diffusion.model = \"sir\"\n"},
    {"diffusion.steps", "12", {"run.diffusion.steps"}, cascade},
    {"diffusion.cascades", "100", {"run.diffusion.cascades"}, cascade},
    {"diffusion.tier", "\"b\"", {"run.diffusion.tier"}, two_tiers + cascade + "diffusion.cascades = 5\n"},
    {"diffusion.large", "50", {"run.diffusion.large"}, cascade + "diffusion.cascades = 5\n"},
    {"diffusion.trees_from", "50", {"run.diffusion.trees_from"}, cascade + "diffusion.cascades = 5\n"},
    {"arm.x.name", "\"y\"", {"arm 0.name"}, "[[arm]]\nname = \"x\"\n"},
    {"claims.arm", "\"y\"", {"claims.arm"}, large_world + paying_arms + "[claims]\nmicro_arm = \"x\"\nmega_arm = \"y\"\n"},
    {"claims.micro_arm", "\"z\"", {"claims.micro_arm"}, large_world + paying_arms + "[claims]\nmicro_arm = \"x\"\nmega_arm = \"y\"\n"},
    {"claims.mega_arm", "\"z\"", {"claims.mega_arm"}, large_world + paying_arms + "[claims]\nmicro_arm = \"x\"\nmega_arm = \"y\"\n"},
    {"claims.micro", "\"nano\"", {"claims.micro"}, large_world + claims_table},
    {"claims.mega", "\"mid\"", {"claims.mega"}, large_world + claims_table},
    {"claims.margin", "0.2", {"claims.margin"}, large_world + claims_table},
    {"output.every", "\"2h\"", {"output.series_every"}},
    {"output.track_share", "0.5", {"output.track_share"}},
    {"output.cascades", "false", {"output.cascades"}},
};

/// The dotted name in the table of a key that an override addresses by the name of its table.
std::string in_table(const std::string& address) {
  for (const std::string array : {"campaign.c.", "arm.x.", "plant.p."})
    if (address.rfind(array, 0) == 0) return array.substr(0, array.find('.') + 1) + address.substr(array.size());
  return address;
}

/// `smallest`, with `around`; a study with a file names no users.
std::string study_with(const std::string& around) {
  const bool from_file = around.find("graph.file") != std::string::npos;
  return std::string("format = 1\nseed = 7\n") + (from_file ? "" : "graph.users = 1000\n") + around;
}

}  // namespace

TEST_CASE("each key changes the fields it stands for and no others", "[scenarios][keys]") {
  const Folder folder;
  folder.write("follows.csv", "follower,followed\n");
  folder.write("other.csv", "follower,followed\n");
  std::string degrees = "followers,followees\n";
  for (int user = 0; user < 1'000; ++user) degrees += "2,2\n";
  folder.write("degrees.csv", degrees);
  folder.write("other-degrees.csv", degrees);
  for (const Setting& setting : settings) {
    CAPTURE(setting.key);
    const auto file = folder.write("study.toml", study_with(setting.around));
    std::string value = setting.value;
    if (in_table(setting.key).rfind("graph.", 0) == 0 &&
        value.find(".csv") != std::string::npos)  // overrides start in the working directory
      value.insert(1, folder.path().string() + "/");
    Names expected = setting.changes;
    for (const std::string& field : setting.changes)
      if (field.rfind("run.", 0) == 0) expected.push_back("arm 0." + field.substr(4));
    std::sort(expected.begin(), expected.end());
    CHECK(differing(read_scenario(file), read_scenario(file, {setting.key + "=" + value})) == expected);
  }
}

TEST_CASE("the walk over the keys leaves none out", "[scenarios][keys]") {
  std::set<std::string> walked{"format", "contrast.arm", "contrast.against"};  // these have tests of their own
  for (const char* key : {"arm", "metric", "of", "low", "high", "source"}) walked.insert(std::string("band.") + key);
  for (const Setting& setting : settings) walked.insert(in_table(setting.key));
  for (const Key& key : keys()) CHECK(walked.count(key.dotted()) == 1);
  CHECK(walked.size() == keys().size());
}

TEST_CASE("the tick is the unit of every duration, defaults included", "[scenarios][keys]") {
  const Scenario ten = scenario_of(smallest + campaign_table);
  const Scenario five = scenario_of(smallest + "time.tick = \"5min\"\n" + campaign_table);
  CHECK(five.world.time.tick_seconds == 300);
  CHECK(five.world.time.warmup == 2 * ten.world.time.warmup);
  CHECK(five.world.time.measure == 2 * ten.world.time.measure);
  CHECK(five.world.time.followup == 2 * ten.world.time.followup);
  CHECK(five.run.feed.window == 2 * ten.run.feed.window);
  CHECK(five.arms[0].run.feed.window == five.run.feed.window);
  CHECK(five.output.series_every == 2 * ten.output.series_every);
  CHECK(five.world.campaigns[0].every == 2 * ten.world.campaigns[0].every);
  CHECK(five.world.campaigns[0].replace_within == 2 * ten.world.campaigns[0].replace_within);
  const Scenario late = scenario_of("format = 1\nseed = 7\n[feed]\nwindow = \"12h\"\n[time]\ntick = \"30min\"\n[graph]\nusers = 1000\n");
  CHECK(late.run.feed.window == 24);  // although [feed] stands before [time]
}

TEST_CASE("an untouched study has the defaults of the parameters themselves", "[scenarios][keys]") {
  Scenario plain;
  plain.seed = 7;
  plain.graph.users = 1000;
  plain.arms = {{"base", {}}};
  CHECK(differing(scenario_of(smallest), plain).empty());
}

TEST_CASE("a default written out is understood and changes nothing", "[scenarios][keys]") {
  const Folder folder;
  folder.write("follows.csv", "follower,followed\n");
  for (const Setting& setting : settings) {
    CAPTURE(setting.key);
    const std::string dotted = in_table(setting.key);
    const std::size_t dot = dotted.rfind('.');
    const Key* key = dot == std::string::npos ? find_key("", dotted) : find_key(dotted.substr(0, dot), dotted.substr(dot + 1));
    REQUIRE(key != nullptr);
    const std::string value = default_as_toml(*key);
    if (value.empty() || dotted.rfind("tiers", 0) == 0) continue;  // tiers come in pairs
    const auto file = folder.write("study.toml", study_with(setting.around));
    CHECK(differing(read_scenario(file), read_scenario(file, {setting.key + "=" + value})).empty());
  }
}

TEST_CASE("every key says what it is and where its default is from", "[scenarios][keys]") {
  std::set<std::string> seen;
  for (const Key& key : keys()) {
    CAPTURE(key.dotted());
    CHECK(seen.insert(key.dotted()).second);
    CHECK(std::count_if(sections().begin(), sections().end(), [&](const Section& it) { return it.name == key.section; }) == 1);
    CHECK(key.sentence.size() > 10);
    CHECK((key.sentence.back() == '.' || key.sentence.back() == '?'));
    CHECK(!key.source.empty());
    CHECK(!expected(key).empty());
    CHECK((key.required || !default_as_toml(key).empty() || !key.absent.empty()));
  }
}

TEST_CASE("all keys of an arm are run keys, and what sizes the world is not one", "[scenarios][keys]") {
  for (const Key& key : keys())
    if (key.section == "graph" || key.section == "population" || key.section == "time" || key.section == "tiers" ||
        key.section == "campaign")
      CHECK(key.scope == Scope::world);
  CHECK(find_key("feed", "window")->scope == Scope::world);
  CHECK(find_key("feed", "length")->scope == Scope::run);
}

TEST_CASE("docs/keys.md is what the table prints", "[scenarios][keys]") {
  std::ifstream file(GRAPEVINE_SOURCE "/docs/keys.md");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  INFO("write it anew: grapevine keys --markdown > docs/keys.md");
  CHECK((page == keys_as_markdown()));
}

TEST_CASE("the terminal and the manual name every key", "[scenarios][keys]") {
  const std::string text = keys_as_text(), page = keys_as_markdown();
  for (const Key& key : keys()) {
    CAPTURE(key.dotted());
    CHECK(text.find("\n  " + std::string(key.name) + " ") != std::string::npos);
    CHECK(text.find(std::string(key.sentence).substr(0, 20)) != std::string::npos);
    CHECK(page.find("| `" + std::string(key.name) + "` |") != std::string::npos);
    CHECK(page.find(std::string(key.sentence)) != std::string::npos);
  }
}

TEST_CASE("the JSON schema is JSON, has every key and closes every table", "[scenarios][keys]") {
  namespace pt = boost::property_tree;
  std::istringstream in(keys_as_json_schema());
  pt::ptree schema;
  pt::read_json(in, schema);
  CHECK(schema.get<std::string>(pt::ptree::path_type("$schema", '/')) == "https://json-schema.org/draft/2020-12/schema");
  for (const Key& key : keys()) {
    CAPTURE(key.dotted());
    std::string path = "properties";
    std::string section(key.section);
    if (section == "campaign" || section == "arm" || section == "contrast" || section == "plant" || section == "band") section += ".items";
    for (std::size_t at = 0; !section.empty() && at != std::string::npos;) {
      const std::size_t dot = section.find('.', at);
      const std::string part = section.substr(at, dot == std::string::npos ? dot : dot - at);
      path += part == "items" ? ".items" : "." + part;
      if (dot == std::string::npos || section.substr(dot + 1) != "items") path += ".properties";
      at = dot == std::string::npos ? dot : dot + 1;
    }
    const auto node = schema.get_child_optional(path + "." + std::string(key.name));
    REQUIRE(node.has_value());
    CHECK(!node->get<std::string>("description").empty());
    if (const auto* range = std::get_if<WholeRange>(&key.range); range && key.kind == Kind::whole) {
      CHECK(node->get<std::int64_t>("minimum") == range->least);
      CHECK(node->get<std::int64_t>("maximum") == range->most);
    }
    if (key.kind == Kind::choice) CHECK(node->get_child("enum").size() == key.choices.size());
    if (key.scope == Scope::run && key.section == "feed") {
      CHECK(schema.get_child_optional("properties.arm.items.properties.feed.properties." + std::string(key.name)).has_value());
    }
  }
  CHECK(!schema.get_child_optional("properties.arm.items.properties.graph").has_value());
  CHECK(!schema.get_child_optional("properties.arm.items.properties.feed.properties.window").has_value());
  for (const char* table :
       {"", "properties.feed.", "properties.feed.properties.weights.", "properties.campaign.items.", "properties.arm.items."})
    CHECK(schema.get<bool>(std::string(table) + "additionalProperties") == false);
}

TEST_CASE("the generator takes the largest spread that the key of it allows", "[scenarios][keys]") {
  const RealRange range = std::get<RealRange>(find_key("graph", "followees_spread")->range);
  CHECK_NOTHROW(power_law_weights({.users = 1000, .followees_spread = range.most}));
}

TEST_CASE("durations are told in the largest unit that fits and read back", "[scenarios][keys]") {
  CHECK(duration_as_text(0) == "0");
  CHECK(duration_as_text(86'400) == "1d");
  CHECK(duration_as_text(36 * 3600) == "36h");
  CHECK(duration_as_text(600) == "10min");
  CHECK(duration_as_text(90) == "90s");
  for (const std::int64_t seconds : {0, 1, 59, 60, 61, 3599, 3600, 5400, 86'400, 129'600, 864'000})
    CHECK(duration_in_seconds(duration_as_text(seconds)) == seconds);
  for (const char* text : {"", "1", "d", "1 d", "-1d", "1.5h", "1D", "1m", "10min ", "00000000000001d", "9999999999999s"})
    CHECK(!duration_in_seconds(text).has_value());
}
