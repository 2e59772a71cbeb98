#include "scenarios/keys/presets.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <vector>

#include "scenarios/result/text.hpp"

namespace grapevine {

namespace {

const RankingFacts* published(std::string_view name) {
  for (const RankingFacts& facts : rankings())
    if (facts.name == name && !facts.rules.empty()) return &facts;
  return nullptr;
}

std::string head_of(const RankingFacts& facts) {
  return fmt::format("{}: {}.{} Source: {}.", facts.name, facts.first,
                     facts.date.empty() ? "" : fmt::format(" Date: {}.", facts.date), facts.source);
}

/// The propensity that follows from the weight that the rule sets, of a head whose own nobody has published; 0: it sets
/// none.
double propensity_for(const PublishedRule& rule) {
  constexpr std::string_view weights = "feed.weights.";
  for (const auto& [key, value] : rule.sets) {
    if (!key.starts_with(weights) || std::stod(value) == 0.0) continue;
    const std::string_view head = std::string_view(key).substr(weights.size());
    for (const ActionFacts& action : action_table) {
      if (head == fmt::format("good_{}", action.name)) return derived_probability(std::stod(value), true);
      if (head == action.name && action.probability_source.starts_with("assumption"))
        return derived_probability(std::stod(value));
    }
  }
  return 0.0;
}

/// What is said of a rule beside its number: how, which keys, and the propensity that follows from its weight. `likes`:
/// their weight is the usual one.
std::string about(const PublishedRule& rule, bool likes) {
  std::string words = rule.words;
  for (const auto& [key, value] : rule.sets) words += fmt::format("; {} = {}", key, value);
  if (const double propensity = propensity_for(rule); propensity > 0.0 && likes)
    words += fmt::format("; its term is as large as that of likes at a propensity of {:.3g} (derived)", propensity);
  return words;
}

/// Whether likes have the weight that `derived_probability` stands on.
bool has_usual_likes(const RankingFacts& facts) {
  for (const PublishedRule& rule : facts.rules)
    for (const auto& [key, value] : rule.sets)
      if (key == "feed.weights.like")
        return std::stod(value) == action_table[static_cast<std::size_t>(Action::like)].weight;
  return false;
}

}  // namespace

std::string name_of_settings(const FeedParameters& feed) {
  const RankingFacts* facts = settings_of(feed.ranking, feed.preset);
  return facts ? facts->name : "";
}

double derived_probability(double weight, bool chained) {
  const ActionFacts& like = action_table[static_cast<std::size_t>(Action::like)];
  const ActionFacts& reply = action_table[static_cast<std::size_t>(Action::reply)];
  const double responds = 1.0 - (1.0 - like.probability) * (1.0 - reply.probability);
  return like.weight * like.probability / std::abs(weight) / (chained ? responds : 1.0);
}

std::string preset_names() {
  std::vector<std::string> names;
  for (const RankingFacts& facts : rankings())
    if (!facts.rules.empty()) names.push_back(facts.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string preset_as_text(std::string_view name) {
  if (name == "all") {
    std::string all;
    for (const RankingFacts& facts : rankings())
      if (!facts.rules.empty()) all += (all.empty() ? "" : "\n") + preset_as_text(facts.name);
    return all;
  }
  const RankingFacts* facts = published(name);
  if (!facts) return "";
  constexpr std::size_t margin = 4;
  std::string out = wrapped(head_of(*facts), 0);
  for (const PublishedRule& rule : facts->rules) {
    out += "  " + wrapped(fmt::format("{}: {}: {}", rule.rule, rule.published, name_of_choice(rule.status)), margin, 2);
    out += std::string(margin, ' ') + wrapped(about(rule, has_usual_likes(*facts)) + ".", margin, margin);
  }
  return out;
}

std::string preset_as_markdown(std::string_view name) {
  if (name != "all" && !published(name)) return "";
  std::string out =
      "# Published rankings, rule by rule\n\nWhat Grapevine makes of each rule of a ranking that was published. "
      "This page is the output of `grapevine keys --preset all --markdown`; each ranking is a file in "
      "`sim/feed/rankings/`. `feed.ranking = NAME` sets the keys that a table names, `feed.preset = NAME` lays "
      "them under `oracle`, `no-learning` or `weighted`; keys that the scenario gives win. *Zero here*: the rule "
      "rewards what nobody does in this world. *Not representable*: what it looks at is not there.\n\nWeights "
      "multiply probabilities, so a weight on an action that nobody takes is refused. Answers, verified "
      "accounts and creators count where the scenario has them. The propensities that were not published are *derived* "
      "from a "
      "sentence of Twitter's README, that each weighted probability contributes about as much as the others: 0.5 x "
      "0.073 (likes, reference row 12) over the weight; of an action that has to be followed by a like or a reply, "
      "that over 1 - (1 - 0.073) (1 - 0.005), too.\n";
  for (const RankingFacts& facts : rankings()) {
    if (facts.rules.empty() || (name != "all" && name != facts.name)) continue;
    out += fmt::format("\n## `{}`\n\n{}\n\n| rule | published | here | how |\n|---|---|---|---|\n", facts.name,
                       head_of(facts));
    for (const PublishedRule& rule : facts.rules)
      out += fmt::format("| {} | {} | {} | {} |\n", rule.rule, rule.published, name_of_choice(rule.status),
                         about(rule, has_usual_likes(facts)));
  }
  return out;
}

}  // namespace grapevine
