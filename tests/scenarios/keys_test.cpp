#include "scenarios/keys/keys.hpp"
#include "scenarios/reader/read_scenario.hpp"

#define BOOST_BIND_GLOBAL_PLACEHOLDERS  // what property_tree of Boost 1.74 needs to compile without a note
#include <boost/property_tree/json_parser.hpp>
#include <boost/property_tree/ptree.hpp>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "graph/generators/power_law.hpp"
#include "scenarios/keys/codec.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/key_settings.hpp"
#include "tests/scenarios/scenario_files.hpp"

using namespace grapevine;
using namespace grapevine::test;

TEST_CASE("each key changes the fields it stands for and no others", "[scenarios][keys]") {
  const Folder folder;
  folder.write("follows.csv", "follower,followed\n");
  folder.write("other.csv", "follower,followed\n");
  folder.write("accounts.csv", "id,score\n");
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
  std::set<std::string> walked{
      "format",       "contrast.arm", "contrast.against", "switch.name", "until",
      "sweep.design", "sweep.points", "sweep.levels",     "sweep.file"};  // these have tests of their own
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
  const Scenario late =
      scenario_of("format = 1\nseed = 7\n[feed]\nwindow = \"12h\"\n[time]\ntick = \"30min\"\n[graph]\nusers = 1000\n");
  CHECK(late.run.feed.window == 24);  // although [feed] stands before [time]
}

TEST_CASE("an untouched study has the defaults of the parameters themselves", "[scenarios][keys]") {
  Scenario plain;
  plain.world.seed = 7;
  plain.graph.users = 1000;
  plain.arms = {{.name = "base", .run = {}}};
  CHECK(differing(scenario_of(smallest), plain).empty());
}

TEST_CASE("a default written out is understood and changes nothing", "[scenarios][keys]") {
  const Folder folder;
  folder.write("accounts.csv", "id,score\n");
  folder.write("follows.csv", "follower,followed\n");
  for (const Setting& setting : settings) {
    CAPTURE(setting.key);
    const std::string dotted = in_table(setting.key);
    const std::size_t dot = dotted.rfind('.');
    const Key* key =
        dot == std::string::npos ? find_key("", dotted) : find_key(dotted.substr(0, dot), dotted.substr(dot + 1));
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
    CHECK(std::count_if(sections().begin(), sections().end(),
                        [&](const Section& it) { return it.name == key.section; }) == 1);
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
    CHECK(text.find("\n  " + key.dotted() + " ") != std::string::npos);
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
  CHECK(schema.get<std::string>(pt::ptree::path_type("$schema", '/')) ==
        "https://json-schema.org/draft/2020-12/schema");
  for (const Key& key : keys()) {
    CAPTURE(key.dotted());
    std::string path = "properties";
    std::string section(key.section);
    if (section == "product" || section == "campaign" || section == "arm" || section == "contrast" ||
        section == "plant" || section == "band" || section == "switch")
      section += ".items";
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
      CHECK(schema.get_child_optional("properties.arm.items.properties.feed.properties." + std::string(key.name))
                .has_value());
    }
  }
  CHECK(!schema.get_child_optional("properties.arm.items.properties.graph").has_value());
  CHECK(!schema.get_child_optional("properties.arm.items.properties.feed.properties.window").has_value());
  for (const char* table : {"", "properties.feed.", "properties.feed.properties.weights.", "properties.campaign.items.",
                            "properties.arm.items."})
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
  for (const char* text :
       {"", "1", "d", "1 d", "-1d", "1.5h", "1D", "1m", "10min ", "00000000000001d", "9999999999999s"})
    CHECK(!duration_in_seconds(text).has_value());
}
