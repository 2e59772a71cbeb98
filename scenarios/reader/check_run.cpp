#include "scenarios/reader/scenario_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "scenarios/keys/codec.hpp"
#include "scenarios/keys/suggestions.hpp"
#include "sim/feed/formula.hpp"

namespace grapevine {

bool ScenarioReader::says_contacts(const Key& key) {
  return std::ranges::find(ways_to_say_contacts, key.dotted()) != ways_to_say_contacts.end();
}

std::vector<const ScenarioReader::Given*> ScenarioReader::doubled_contacts(const std::string& prefix) const {
  std::vector<const Given*> all;
  for (const std::string_view key : ways_to_say_contacts)
    if (const Given* it = given(prefix + std::string(key));
        it && !(key == "diffusion.chance" && matches_topics(it->target)))
      all.push_back(it);
  return all.size() > 1 ? all : std::vector<const Given*>{};
}

bool ScenarioReader::matches_topics(const Target& target) const {
  const auto matches = [](const RunParameters& run) { return run.diffusion.probability == Probability::topic_match; };
  return matches(*target.run) ||
         (!target.arm && std::ranges::any_of(scenario_.arms, [&](const Arm& arm) { return matches(arm.run); }));
}

std::string ScenarioReader::prefix_of(const Given& it) {
  return it.label.substr(0, it.label.size() - it.key->dotted().size());
}

/// Whether what turns the key on is said: a key of its section, or, in a campaign, `promotion` itself, which is 0.
bool ScenarioReader::switch_is_given(const Given& it) const {
  if (it.target.campaign)
    return it.target.campaign->promotion.neutral() &&
           given(it.label.substr(0, it.label.size() - it.key->name.size()) + "promotion") != nullptr;
  return std::ranges::any_of(
      given_, [&](const Given& other) { return other.key->section == it.key->section && !other.key->only.lenient; });
}

void ScenarioReader::check_conditions() {
  for (const OddDefault& it : odd_defaults_)
    if (it.key->acts(it.target)) add(place_of({"time.tick"}), it.text);
  if (switched_) return;
  for (const Given& it : given_) {
    if (it.key->acts(it.target)) continue;
    if (it.key->only.lenient && switch_is_given(it)) continue;  // it is there, and off
    if (it.key->section == "graph" && !sound({"graph.model"})) continue;
    if (it.key->section.substr(0, 4) == "feed" && !rankings_sound()) continue;
    if (it.key->section == "diffusion" && !diffusion_sound()) continue;
    if (says_contacts(*it.key) && !doubled_contacts(prefix_of(it)).empty()) continue;  // told by itself
    add(it.name, fmt::format("{} has no effect here; it needs {}; remove it", it.label, it.key->only.words));
  }
}

bool ScenarioReader::rankings_sound() const {
  return std::all_of(given_.begin(), given_.end(),
                     [](const Given& it) { return it.key->dotted() != "feed.ranking" || it.good; });
}

bool ScenarioReader::diffusion_sound() const {
  return std::all_of(given_.begin(), given_.end(),
                     [](const Given& it) { return it.key->section != "diffusion" || it.good; });
}

bool ScenarioReader::of_feeds(const Key& key) {
  static const std::set<std::string> others{"population.sessions",
                                            "population.active_sessions",
                                            "population.session_spread",
                                            "population.posts",
                                            "population.post_spread",
                                            "population.patience",
                                            "population.patience_spread",
                                            "population.daily_profile",
                                            "population.focus",
                                            "population.propensity_spread",
                                            "population.quality_spread",
                                            "campaign.start",
                                            "campaign.every",
                                            "campaign.slots",
                                            "campaign.slot",
                                            "campaign.answer_after",
                                            "campaign.promotion",
                                            "campaign.promotion_price",
                                            "campaign.promotion_time",
                                            "campaign.promotion_audience",
                                            "campaign.promotion_topics",
                                            "campaign.promotion_place",
                                            "campaign.promotion_cap",
                                            "output.track_share",
                                            "output.shadow",
                                            "output.positions",
                                            "output.looks",
                                            "tiers.fake_followers",
                                            "tiers.verified",
                                            "tiers.creators",
                                            "time.warmup"};
  return key.section.substr(0, 4) == "feed" || key.section == "behaviour" || key.section == "cascade" ||
         key.section == "discovery" || key.section == "answers" || key.section == "trust" ||
         key.section == "sponsorship" || key.section == "unfollow" || key.section == "product" ||
         others.count(key.dotted()) > 0;
}

void ScenarioReader::check_diffusion() {
  if (!diffusion_sound()) return;
  for (const Given& it : given_) {
    const bool acts = it.target.arm ? it.target.run->diffusion.model == DiffusionModel::feed : warms_up(scenario_);
    if (!acts && it.key->section == "product") {
      if (it.key->name == "name")
        add(it.name,
            fmt::format("the [[product]] {} has no effect here; it needs diffusion.model = \"feed\"; remove it",
                        in_quotes(it.target.product->name)));
    } else if (!acts && of_feeds(*it.key))
      add(it.name, fmt::format("{} has no effect here; it needs diffusion.model = \"feed\"; remove it", it.label));
  }
  const auto classic = std::ranges::find_if(scenario_.arms, is_classic);
  if (scenario_.world.tiers.has_fakes() && warms_up(scenario_) && classic != scenario_.arms.end())
    add(place_of({"tiers.fake_followers"}),
        fmt::format(
            "tiers.fake_followers is given, and the classic model of the arm {} takes every follower for real, so "
            "that arms would differ in more than their model; expected arms with diffusion.model = \"feed\" "
            "alone; remove it, or the arm",
            in_quotes(classic->name)));
  for (const Given& it : given_) {
    if (!says_contacts(*it.key)) continue;
    const std::vector<const Given*> doubled = doubled_contacts(prefix_of(it));
    if (doubled.empty() || doubled.front() != &it) continue;
    std::vector<std::string> labels;
    for (const Given* other : doubled) labels.push_back(other->label);
    const Given* last = *std::ranges::max_element(doubled, {}, [](const Given* other) { return other->name; });
    add(last->name, fmt::format("{} are given together; expected at most one of chance, adoptions and along_follows, "
                                "for each says how likely a contact is; leave the others out",
                                fmt::join(labels, " and ")));
  }
  const auto check = [&](const DiffusionParameters& diffusion, const std::string& prefix) {
    if (diffusion.model == DiffusionModel::feed) return;
    if (diffusion.probability == Probability::topic_match && diffusion.model != DiffusionModel::branching)
      for (std::size_t i = 0; i < scenario_.world.campaigns.size(); ++i)
        if (scenario_.world.campaigns[i].topic < 0)
          add(place_of({prefix + "diffusion.probability", "diffusion.probability"}),
              fmt::format("{}diffusion.probability is \"topic-match\", and campaign '{}' has no topic; expected "
                          "{}topic; add it",
                          prefix, scenario_.world.campaigns[i].name, campaign_prefixes_[i]));
    if (diffusion.model == DiffusionModel::branching && diffusion.probability != Probability::uniform)
      add(place_of({prefix + "diffusion.model", prefix + "diffusion.probability", "diffusion.probability"}),
          fmt::format("{}diffusion.model is \"branching\", whose contacts are drawn anew, and diffusion.probability "
                      "is not \"uniform\"; expected \"uniform\" beside it",
                      prefix));
    if (!diffusion.tier.empty() && sound({"tiers.names"}))
      expect_tier(given(prefix + "diffusion.tier") ? prefix + "diffusion.tier" : "diffusion.tier", diffusion.tier);
  };
  check(scenario_.run.diffusion, "");
  for (const Arm& arm : scenario_.arms) {
    const std::string prefix = fmt::format("arm.{}.", arm.name);
    if (std::any_of(given_.begin(), given_.end(),
                    [&](const Given& it) { return it.key->section == "diffusion" && it.label.rfind(prefix, 0) == 0; }))
      check(arm.run.diffusion, prefix);
  }
}

void ScenarioReader::check_weights() {
  const auto check = [&](const FeedParameters& feed, const std::string& prefix) {
    constexpr auto follow = static_cast<std::size_t>(Action::follow);
    if (feed.form() == Ranking::weighted && feed.weights[follow] != 0 && feed.prior[follow] == automatic)
      add(place_of({prefix + "feed.weights.follow", "feed.weights.follow", prefix + "feed.ranking", "feed.ranking"}),
          fmt::format(
              "{}feed.weights.follow is not 0, and what rate of follows to expect hangs on how many who look do "
              "not follow the author; expected {}feed.prior.follow, a probability; add it",
              prefix, prefix));
    if (!feed.scores() || feed.looks_at_answers() || feed.good_click_weight > 0 || feed.good_visit_weight > 0 ||
        std::ranges::any_of(feed.weights, [](double weight) { return weight != 0; }))
      return;
    Place place = place_of({prefix + "feed.ranking", "feed.ranking"});
    for (const Given& it : given_)
      if (it.key->section == "feed.weights" && it.label.rfind(prefix, 0) == 0) place = it.value;
    add(place, fmt::format("{}feed.weights are all 0, so that all posts score alike; expected another number for some "
                           "action; or set feed.ranking = \"random\"",
                           prefix));
  };
  if (!rankings_sound()) return;
  const std::size_t before = mistakes_.size();
  check(scenario_.run.feed, "");
  check_propensities(scenario_.run, "");
  for (const Arm& arm : scenario_.arms) {
    if (mistakes_.size() > before) return;
    check(arm.run.feed, fmt::format("arm.{}.", arm.name));
    check_propensities(arm.run, fmt::format("arm.{}.", arm.name));
  }
}

void ScenarioReader::check_formulas() {
  if (!rankings_sound()) return;
  const std::size_t before = mistakes_.size();
  check_formula(scenario_.run.feed, "");
  for (const Arm& arm : scenario_.arms)
    if (mistakes_.size() == before) check_formula(arm.run.feed, fmt::format("arm.{}.", arm.name));
}

void ScenarioReader::check_formula(const FeedParameters& feed, const std::string& prefix) {
  if (feed.ranking != Ranking::formula) return;
  const std::string own = prefix + "feed.formula", label = given(own) ? own : "feed.formula";
  const Given* const it = given(label);
  if (!it)
    return add(place_of({prefix + "feed.ranking", "feed.ranking"}),
               fmt::format("{0}feed.ranking is \"formula\", and no formula is given; expected {0}feed.formula, such as "
                           "\"p_like + 20 * p_reply\"; add it",
                           prefix));
  if (!it->good) return;
  const std::variant<Formula, FormulaMistake> read = read_formula(feed.formula);
  if (const auto* mistake = std::get_if<FormulaMistake>(&read)) {
    std::vector<std::string_view> names;
    for (const Feature& feature : features()) names.push_back(feature.name);
    for (const FormulaFunction& function : formula_functions) names.push_back(function.name);
    const std::string_view near = nearest_name(mistake->name, names);
    return add(
        place_within(scenario_.text, it->value, feed.formula, mistake->at),
        fmt::format("{} {}{}", label, mistake->what, near.empty() ? "" : fmt::format("; did you mean {}?", near)));
  }
  const auto predicts_follows = [](std::uint16_t f) {
    return features()[f].is(Action::follow, Feature::Of::prediction);
  };
  if (std::ranges::any_of(std::get<Formula>(read).named(), predicts_follows) &&
      feed.prior[static_cast<std::size_t>(Action::follow)] == automatic)
    add(it->value,
        fmt::format("{} names p_follow, and what rate of follows to expect hangs on how many who look do not "
                    "follow the author; expected {}feed.prior.follow, a probability; add it",
                    label, prefix));
}

std::string ScenarioReader::in_words(std::uint64_t ticks) const {
  return in_quotes(duration_as_text(static_cast<std::int64_t>(ticks) * scenario_.world.time.tick_seconds));
}

void ScenarioReader::check_time() {
  if (!tick_known_ || !sound({"feed.window"}) || !warms_up(scenario_)) return;
  const TimeParameters& time = scenario_.world.time;
  const Tick window = scenario_.run.feed.window;
  if (sound({"time.warmup"}) && time.warmup < window)
    add(place_of({"time.warmup", "feed.window"}),
        fmt::format(
            "time.warmup is {}; expected at least feed.window, {}, so that every feed is full when the arms branch",
            in_words(time.warmup), in_words(window)));
  if (sound({"time.followup"}) && time.followup < window)
    add(place_of({"time.followup", "feed.window"}),
        fmt::format("time.followup is {}; expected at least feed.window, {}, so that the outcome of every counted "
                    "root is complete",
                    in_words(time.followup), in_words(window)));
}

void ScenarioReader::check_posts() {
  const TimeParameters& time = scenario_.world.time;
  if (!tick_known_ || !warms_up(scenario_) || scenario_.graph.model == GraphModel::file || !given("graph.users") ||
      !sound({"graph.users", "population.posts", "time.warmup", "time.measure", "time.followup"}))
    return;
  const double ticks = time.end(),
               posts = double(scenario_.graph.users) *
                       std::min(scenario_.world.population.posts_per_day * ticks / time.ticks_per_day(), ticks);
  if (posts > UINT32_MAX)
    add(place_of({"population.posts", "graph.users"}),
        fmt::format("graph.users, {}, write {} posts a day each (population.posts) for {}, about {:.3g} in a run; "
                    "expected at most {}; lower one of them",
                    scenario_.graph.users, scenario_.world.population.posts_per_day, in_words(time.end()), posts,
                    UINT32_MAX));
}

}  // namespace grapevine
