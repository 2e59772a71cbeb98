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

/// The weight that the rule sets of a head whose probability nobody has published; 0: it sets none.
double weight_in(const PublishedRule& rule) {
  constexpr std::string_view weights = "feed.weights.";
  for (const auto& [key, value] : rule.sets) {
    if (!key.starts_with(weights)) continue;
    const std::string_view head = std::string_view(key).substr(weights.size());
    for (const ActionFacts& action : action_table)
      if ((head == action.name && action.probability_source.starts_with("assumption")) ||
          head == fmt::format("good_{}", action.name))
        return std::stod(value);
  }
  return 0.0;
}

/// What is said of a rule beside its number: how, which keys, and the propensity that follows from its weight.
std::string about(const PublishedRule& rule) {
  std::string words = rule.words;
  for (const auto& [key, value] : rule.sets) words += fmt::format("; {} = {}", key, value);
  if (const double weight = weight_in(rule); weight != 0.0)
    words +=
        fmt::format("; as large as the term of likes at a propensity of {:.3g} (derived)", derived_probability(weight));
  return words;
}

}  // namespace

std::string name_of_settings(const FeedParameters& feed) {
  const RankingFacts* facts = settings_of(feed.ranking, feed.preset);
  return facts ? facts->name : "";
}

double derived_probability(double weight) {
  const ActionFacts& like = action_table[static_cast<std::size_t>(Action::like)];
  return like.weight * like.probability / std::abs(weight);
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
    out += std::string(margin, ' ') + wrapped(about(rule) + ".", margin, margin);
  }
  return out;
}

std::string presets_as_markdown() {
  std::string out =
      "# Published rankings, rule by rule\n\n"
      "What Grapevine makes of each rule of a ranking that was published. This page is the output of `grapevine keys "
      "--preset all --markdown`; each ranking is a file in `sim/feed/rankings/`. `feed.ranking = NAME` sets the keys "
      "that "
      "a table names, `feed.preset = NAME` lays them under `oracle`, `no-learning` or `weighted`; keys that the "
      "scenario "
      "gives win. *Zero here*: the rule rewards what nobody does in this world. *Not representable*: what it looks at "
      "is "
      "not there.\n\n"
      "Weights multiply probabilities, so a weight on what nobody does is refused. The propensities that were not "
      "published are *derived* from a sentence of Twitter's README, that each weighted probability contributes about "
      "as "
      "much as the others: 0.5 x 0.073 (likes, reference row 12) over the weight.\n";
  for (const RankingFacts& facts : rankings()) {
    if (facts.rules.empty()) continue;
    out += fmt::format("\n## `{}`\n\n{}\n\n| rule | published | here | how |\n|---|---|---|---|\n", facts.name,
                       head_of(facts));
    for (const PublishedRule& rule : facts.rules)
      out +=
          fmt::format("| {} | {} | {} | {} |\n", rule.rule, rule.published, name_of_choice(rule.status), about(rule));
  }
  return out;
}

}  // namespace grapevine
