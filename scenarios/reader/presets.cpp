#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "scenarios/keys/codec.hpp"
#include "scenarios/keys/presets.hpp"
#include "scenarios/reader/scenario_reader.hpp"

// Rankings that were published set keys which the scenario leaves out.
namespace grapevine {

namespace {

/// What a ranking sets, by key.
std::map<std::string, std::string> settings_in(const FeedParameters& feed) {
  std::map<std::string, std::string> settings;
  if (const RankingFacts* facts = settings_of(feed.ranking, feed.preset))
    for (const PublishedRule& rule : facts->rules)
      for (const auto& [key, value] : rule.sets) settings[key] = value;
  return settings;
}

}  // namespace

void ScenarioReader::lay_preset(const Target& target, const std::string& prefix) {
  const bool says = given(prefix + "feed.ranking") || given(prefix + "feed.preset");
  if (!says || !sound({prefix + "feed.ranking", prefix + "feed.preset"})) return;
  std::map<std::string, std::string> settings = settings_in(target.run->feed);
  if (target.arm)  // which begins with what the study's own sets
    for (const auto& [key, value] : settings_in(scenario_.run.feed)) settings.emplace(key, "");
  const Place place = place_of({prefix + "feed.preset", prefix + "feed.ranking"});
  for (const auto& [dotted, value] : settings) {
    if (given(prefix + dotted) || given(dotted)) continue;
    const Key& key =
        *find_key(std::string_view(dotted).substr(0, dotted.rfind('.')), dotted.substr(dotted.rfind('.') + 1));
    const std::string text = value.empty() ? default_as_toml(key) : value;
    TomlValue read = std::get<TomlValue>(read_toml("value = " + text, 0)).as<TomlValue::Table>()->front().value;
    read.place = place;
    (void)read_value(
        key, target, read,
        {fmt::format("{}{} ({})", prefix, dotted, in_quotes(name_of_settings(target.run->feed))), tick(), {}},
        mistakes_);
  }
}

void ScenarioReader::check_propensities(const RunParameters& run, const std::string& prefix) {
  const FeedParameters& feed = run.feed;
  if (!feed.values()) return;
  std::vector<std::string> missing, heads;
  const std::map<std::string, std::string> settings = settings_in(feed);
  const auto expect = [&](std::string_view head, Action action, double weight, bool chained) {
    const std::string name = fmt::format("feed.weights.{}", head);
    const std::string_view acting = action_table[static_cast<std::size_t>(action)].name;
    const std::string propensity = fmt::format("behaviour.{}", acting);
    const bool taken = action == Action::follow ? run.behaviour.follows() : run.behaviour.of(action) > 0.0;
    const bool meant = given(prefix + name) || given(name) || settings.contains(name);
    // Who says that nobody does it knows.
    if (weight == 0.0 || taken || !meant || given(prefix + propensity) || given(propensity)) return;
    const std::string line = fmt::format("{} = {:.3g}", acting, derived_probability(weight, chained));
    missing.push_back(line), heads.push_back(name);
  };
  for (std::size_t a = 0; a < action_count; ++a)
    expect(action_table[a].name, static_cast<Action>(a), feed.weights[a], false);
  expect("good_click", Action::click, feed.good_click_weight, true);
  expect("good_profile_visit", Action::profile_visit, feed.good_visit_weight, true);
  expect("mutual_reply", Action::reply, feed.mutual_reply_weight, false);
  if (missing.empty()) return;
  add(place_of({prefix + heads.front(), heads.front(), prefix + "feed.preset", prefix + "feed.ranking", "feed.preset",
                "feed.ranking"}),
      fmt::format("{} {} not 0, and nobody does that: weights multiply probabilities; expected how often people do, "
                  "such as [behaviour] {} (derived: each weighted probability as large as that of likes); "
                  "add them, or set the weights to 0",
                  fmt::join(heads, ", "), heads.size() == 1 ? "is" : "are", fmt::join(missing, ", ")));
}

}  // namespace grapevine
