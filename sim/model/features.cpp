#include "sim/model/features.hpp"

namespace grapevine {

namespace {

std::vector<Feature> all_features() {
  std::vector<Feature> all;
  const auto add_per_action = [&](Feature::Of of, auto name, std::string_view unit, auto sentence) {
    for (std::size_t a = 0; a < action_count; ++a)
      all.push_back({of, static_cast<std::uint8_t>(a), name(action_table[a]), std::string(unit),
                     sentence(spoken(action_table[a].name), spoken(action_table[a].plural))});
  };
  add_per_action(
      Feature::Of::prediction, [](const ActionFacts& facts) { return "p_" + std::string(facts.name); }, "probability",
      [](const std::string& one, const std::string&) {
        return "predicted probability of a " + one + ", as `weighted` predicts it";
      });
  add_per_action(
      Feature::Of::count, [](const ActionFacts& facts) { return std::string(facts.plural); }, "times",
      [](const std::string&, const std::string& many) { return many + " of the post by the end of the last tick"; });
  add_per_action(
      Feature::Of::past, [](const ActionFacts& facts) { return std::string(facts.plural) + "_of_author"; }, "times",
      [](const std::string&, const std::string& many) {
        return "the reader's " + many + " of the author's live posts, in earlier ticks";
      });
#define GRAPEVINE_FEATURE(name, unit, sentence) \
  all.push_back({Feature::Of::single, static_cast<std::uint8_t>(Single::name), #name, unit, sentence});
  GRAPEVINE_FEATURES(GRAPEVINE_FEATURE)
#undef GRAPEVINE_FEATURE
  return all;
}

template <class List>
std::string listed_names(const List& list) {
  std::string words;
  for (const auto& one : list) words += (words.empty() ? "" : ", ") + std::string(one.name);
  return words;
}

}  // namespace

const std::vector<Feature>& features() {
  static const std::vector<Feature> all = all_features();
  return all;
}

std::string features_in_words() { return listed_names(features()); }
std::string functions_in_words() { return listed_names(formula_functions); }

}  // namespace grapevine
