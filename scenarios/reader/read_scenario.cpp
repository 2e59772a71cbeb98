#include "scenarios/reader/read_scenario.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <span>

#include "graph/base/counted.hpp"
#include "graph/base/error.hpp"
#include "scenarios/keys/codec.hpp"
#include "scenarios/keys/places.hpp"
#include "scenarios/reader/scenario_reader.hpp"
#include "scenarios/reader/sweep.hpp"

namespace grapevine {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t largest_file = 64 << 20;  ///< bytes

std::string text_of(const fs::path& file) {
  const std::string name = file.string();
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (!fs::exists(status)) throw BadRequest(name + ": no such file; expected a scenario file (TOML)");
  if (fs::is_directory(status)) throw BadRequest(name + ": a folder; expected a scenario file (TOML)");
  std::ifstream in(file, std::ios::binary);
  if (!in) throw BadRequest(name + ": cannot be read; check its permissions");
  std::string text;
  char buffer[1 << 16];
  while (in.read(buffer, sizeof buffer) || in.gcount() > 0) {
    text.append(buffer, static_cast<std::size_t>(in.gcount()));
    if (text.size() > largest_file)
      throw BadRequest(fmt::format("{}: more than {} MiB; expected a scenario file (TOML)", name, largest_file >> 20));
  }
  if (in.bad()) throw BadRequest(name + ": cannot be read to its end");
  return text;
}

/// What an override is called in messages.
struct Override {
  std::string key;
  std::string text;
};

/// The value of an override: TOML, or a text without quotes; where the key takes only texts, also what would be another
/// value in TOML. Nothing: it is none of these. Of a key that is not there the reader speaks, whatever its value.
std::optional<TomlValue> value_of(const Override& change, const std::vector<std::string>& parts, std::uint32_t number) {
  const Key* key = key_at(parts);
  const Texts texts = key ? texts_of(*key) : Texts::none;
  auto parsed = read_toml("value = " + change.text, number);
  auto* table = std::get_if<TomlValue>(&parsed) ? std::get<TomlValue>(parsed).as<TomlValue::Table>() : nullptr;
  if (table && table->size() == 1 && table->front().name == "value") {
    TomlValue& value = table->front().value;
    if (texts != Texts::all || value.as<std::string>() || value.as<TomlValue::List>() || value.as<TomlValue::Table>())
      return std::move(value);
  } else if (change.text.empty() || change.text.find_first_of("\"'[]{}\n") != std::string::npos) {
    return std::nullopt;
  }
  return TomlValue{change.text, {number, 1, 1}};
}

/// Lays a value over the document at the key that `parts` name. Whether the key exists and the value fits is seen when
/// the document is read.
void lay(TomlValue& document, const std::vector<std::string>& parts, TomlValue value, const Place& place,
         std::vector<Mistake>& mistakes) {
  const auto refuse = [&](std::string text) { mistakes.push_back({place, std::move(text)}); };
  if (parts.size() > 6 || std::find(parts.begin(), parts.end(), "") != parts.end())
    return refuse("not the name of a key; expected one such as feed.length; `grapevine keys` lists all");
  TomlValue* at = &document;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool last = i + 1 == parts.size();
    if (auto* list = at->as<TomlValue::List>()) {
      const std::string& array = parts[i - 1];
      const auto named = std::find_if(list->begin(), list->end(),
                                      [&](const TomlValue& it) { return name_of(it) && *name_of(it) == parts[i]; });
      if (named == list->end() || last) {
        std::vector<std::string> names;
        for (const TomlValue& it : *list)
          if (name_of(it)) names.push_back("'" + *name_of(it) + "'");
        if (names.empty())
          return refuse(fmt::format("[[{}]] has no names to address it by; change it in the file", array));
        return refuse(fmt::format("{}; expected {}.NAME.key; the names are {}",
                                  named == list->end() ? fmt::format("no {} is named '{}'", array, parts[i])
                                                       : fmt::format("'{}' is a table", parts[i]),
                                  array, fmt::join(names, ", ")));
      }
      at = &*named;
      continue;
    }
    auto* table = at->as<TomlValue::Table>();
    if (!table)
      return refuse(
          fmt::format("{} is not a section but {}; `grapevine keys` lists all keys", parts[i - 1], found(*at)));
    TomlEntry* entry = find_entry(*table, parts[i]);
    if (!entry) {
      const bool array = !last && i == 0 && std::any_of(sections().begin(), sections().end(), [&](const Section& s) {
        return s.array && s.name == parts[0];
      });
      if (array) return refuse(fmt::format("the file has no [[{}]]; add it there", parts[0]));
      table->push_back({parts[i], place, {TomlValue::Table{}, place}});
      entry = &table->back();
    }
    if (last) {
      entry->place = place;
      entry->value = std::move(value);
    }
    at = &entry->value;
  }
}

/// Lays the `number`-th override over the document.
void lay_over(TomlValue& document, const Override& change, std::uint32_t number, std::vector<Mistake>& mistakes) {
  const Place place{number, 1, 1};
  const std::vector<std::string> parts = split_at_dots(change.key);
  std::optional<TomlValue> value = value_of(change, parts, number);
  if (value) return lay(document, parts, std::move(*value), place, mistakes);
  std::string shown = found(TomlValue{change.text, place});
  shown = shown.size() > 2 && shown.back() == '"' ? shown.substr(1, shown.size() - 2) : shown;
  mistakes.push_back({place, fmt::format("{} is not a TOML value; texts are written in quotes; write --set '{}={}'",
                                         change.text.empty() ? "nothing" : shown, change.key,
                                         change.text.empty() ? "\"...\"" : in_quotes(change.text))});
}

/// A graph.file of `--set` stands in for the generator that the file of the scenario asks for: the generator's keys
/// there no longer act.
void make_room_for_file(TomlValue& document) {
  TomlEntry* graph = find_entry(*document.as<TomlValue::Table>(), "graph");
  auto* table = graph ? graph->value.as<TomlValue::Table>() : nullptr;
  const TomlEntry* file = table ? find_entry(*table, "file") : nullptr;
  if (!file || file->place.source == 0) return;
  Scenario loading;
  loading.graph.model = GraphModel::file;
  const Target target{.scenario = &loading, .run = &loading.run};
  std::erase_if(*table, [&](const TomlEntry& entry) {
    const Key* key = find_key("graph", entry.name);
    return entry.place.source == 0 && key && (key->name == "model" || (!key->acts(target)));
  });
}

}  // namespace

void scale_down(Scenario& scenario) {
  const double scale = scale_of(scenario.graph);
  if (scale == 1.0) return;
  const auto scale_keys = [&](const auto& takes, const Target& target) {
    for (const Key& key : keys())
      if (key.scales && takes(key)) codec_of(key.kind).scale(key, key.field(target), scale);
  };
  const auto of = [](std::string_view section) { return [section](const Key& key) { return key.section == section; }; };
  // The price of an account grows with what it stands for, so what is asked for it shrinks as a whole.
  scenario.world.prices.scale = scale;
  scale_keys(
      [](const Key& key) { return key.section != "price" && key.section != "plant" && key.section != "campaign"; },
      {.scenario = &scenario, .run = &scenario.run});
  for (PlantChoice& plant : scenario.graph.plants) scale_keys(of("plant"), {.scenario = &scenario, .plant = &plant});
  for (CampaignParameters& campaign : scenario.world.campaigns)
    scale_keys(of("campaign"), {.scenario = &scenario, .campaign = &campaign});
  for (Arm& arm : scenario.arms)
    scale_keys([](const Key& key) { return key.scope == Scope::run; },
               {.scenario = &scenario, .run = &arm.run, .arm = &arm});
}

namespace {

/// A scenario file with what was laid over it, before its keys are read.
class Document {
public:
  /// `folder`: where relative paths start.
  Document(std::string path, std::string text, std::vector<std::string> overrides, fs::path folder)
      : path_(std::move(path)), text_(std::move(text)), folder_(std::move(folder)), overrides_(std::move(overrides)) {
    auto parsed = read_toml(text_, 0);
    if (auto* error = std::get_if<SyntaxError>(&parsed)) {
      mistakes_.push_back({error->place, error->what});
      return;
    }
    value_ = std::move(std::get<TomlValue>(parsed));
    is_toml_ = true;
    for (const std::string& change : overrides_) lay_over(change);
    make_room_for_file(value_);
  }

  bool is_toml() const { return is_toml_; }
  const std::vector<Mistake>& mistakes() const { return mistakes_; }

  /// Lays a point of the sweep over it, which then is the study at that point.
  void lay_point(const std::vector<KeySetting>& settings, std::vector<Mistake>& mistakes) {
    std::erase_if(*value_.as<TomlValue::Table>(), [](const TomlEntry& entry) { return entry.name == "sweep"; });
    for (const KeySetting& setting : settings) {
      const std::vector<std::string> parts = split_at_dots(setting.key);
      if (const Key* key = key_at(parts); key && key->scope == Scope::output)
        mistakes.push_back({setting.place, SweepChoice::no_business(setting.key)});
      lay(value_, parts, setting.value, setting.place, mistakes);
    }
    laid_ = settings;
  }

  /// What is wrong with the values by themselves.
  void read_values(std::vector<Mistake>& mistakes) const {
    Scenario scenario;
    ScenarioReader(scenario, folder_, mistakes, !laid_.empty()).read_values(value_);
  }

  /// Reads the keys. `off`: switches of `whole` that are off, with only the arms that its claims name left.
  /// `sweep_is_sound`: whether the sweep leads to points.
  Scenario read(std::vector<Mistake>& mistakes, const Scenario* whole = nullptr, std::span<const std::size_t> off = {},
                bool* sweep_is_sound = nullptr) const {
    TomlValue value = value_;
    if (whole) leave_out_switches(value);
    for (const std::size_t i : off) lay_switch(value, whole->switches[i], claimed_arms(whole->claims), mistakes);
    Scenario scenario;
    scenario.path = path_;
    scenario.text = text_;
    scenario.overrides = overrides_;
    scenario.laid = laid_;
    ScenarioReader reader(scenario, folder_, mistakes, whole != nullptr || !laid_.empty());
    reader.read(value);
    if (sweep_is_sound) *sweep_is_sound = reader.sweep_is_sound();
    for (const Place& place : reader.campaign_places()) scenario.campaign_places.push_back(where(place));
    if (whole) cut_down(scenario, claimed_arms(whole->claims));
    return scenario;
  }

  /// `points`: the file of the sweep's points, if it has one.
  [[noreturn]] void refuse(std::vector<Mistake> mistakes, const fs::path& points = {}) const {
    std::stable_sort(mistakes.begin(), mistakes.end(),
                     [](const Mistake& a, const Mistake& b) { return a.place < b.place; });
    std::vector<std::string> messages;
    for (const Mistake& mistake : mistakes)
      messages.push_back(fmt::format(
          "{}: {}", mistake.place.source == points_file ? in_points(points, mistake.place) : where(mistake.place),
          mistake.text));
    throw BadRequest(std::move(messages));
  }

  const fs::path& folder() const { return folder_; }

private:
  void lay_over(const std::string& text) {
    const std::size_t equals = text.find('=');
    std::string key = text.substr(0, equals);
    const std::size_t begin = std::min(key.find_first_not_of(" \t"), key.size());
    key = key.substr(begin, key.find_last_not_of(" \t") + 1 - begin);
    changes_.push_back({key.empty() ? text : key, equals == std::string::npos ? "" : text.substr(equals + 1)});
    const auto number = static_cast<std::uint32_t>(changes_.size());
    if (equals == std::string::npos || key.empty())
      mistakes_.push_back(
          {{number, 1, 1},
           fmt::format("no {}; expected key=value, such as --set feed.length=50", key.empty() ? "key" : "value")});
    else
      grapevine::lay_over(value_, changes_.back(), number, mistakes_);
  }

  static void leave_out_switches(TomlValue& value) {
    auto& top = *value.as<TomlValue::Table>();
    std::erase_if(top, [](const TomlEntry& entry) { return entry.name == "switch" || entry.name == "sweep"; });
    if (TomlEntry* claims = find_entry(top, "claims"))
      if (auto* table = claims->value.as<TomlValue::Table>())
        std::erase_if(*table, [](const TomlEntry& entry) { return entry.name == "attribution"; });
  }

  /// Leaves the arms that are named, with the choices of accounts that all of them ask for.
  static void cut_down(Scenario& scenario, const std::set<std::string>& named) {
    scenario.campaign_draws = draws_by_campaign(scenario);
    std::erase_if(scenario.arms, [&](const Arm& arm) { return named.count(arm.name) == 0; });
    scenario.contrasts.clear();
    scenario.bands.clear();
  }

  static void lay_switch(TomlValue& value, const SwitchChoice& choice, const std::set<std::string>& arms,
                         std::vector<Mistake>& mistakes) {
    for (const KeySetting& setting : choice.settings) {
      const std::vector<std::string> parts = split_at_dots(setting.key);
      if (const Key* key = key_at(parts); key && key->scope == Scope::output)
        mistakes.push_back({setting.place, SwitchChoice::no_business(setting.key)});
      lay(value, parts, setting.value, setting.place, mistakes);
      if (parts[0] != "arm") expect_unchanged(value, choice, setting, arms, mistakes);
    }
  }

  /// No arm that the claims name has the key itself with another value: the switch would not be off there.
  static void expect_unchanged(TomlValue& value, const SwitchChoice& choice, const KeySetting& setting,
                               const std::set<std::string>& arms, std::vector<Mistake>& mistakes) {
    TomlEntry* list = find_entry(*value.as<TomlValue::Table>(), "arm");
    const auto* tables = list ? list->value.as<TomlValue::List>() : nullptr;
    if (!tables) return;
    for (const TomlValue& arm : *tables) {
      const TomlValue* at = &arm;
      for (const std::string& part : split_at_dots(setting.key)) {
        const auto* table = at ? at->as<TomlValue::Table>() : nullptr;
        const TomlEntry* entry = table ? find_entry(*table, part) : nullptr;
        at = entry ? &entry->value : nullptr;
      }
      const std::string* name = name_of(arm);
      const bool set_there = name && std::ranges::any_of(choice.settings, [&](const KeySetting& other) {
                               return other.key == "arm." + *name + "." + setting.key;
                             });
      if (at && name && arms.count(*name) > 0 && !set_there && as_toml(*at) != as_toml(setting.value))
        mistakes.push_back({setting.place, fmt::format("the switch {} sets {} to {}, and the arm {} has its own, {}; "
                                                       "expected it off in every arm that the claims name; add "
                                                       "arm.{}.{} to the switch",
                                                       in_quotes(choice.name), setting.key, as_toml(setting.value),
                                                       in_quotes(*name), as_toml(*at), *name, setting.key)});
    }
  }

  static std::string in_points(const fs::path& file, const Place& place) {
    const std::string line = fmt::format("{}:{}", file.string(), place.line);
    return place.column > 0 ? fmt::format("{}, column {}", line, place.column) : line;
  }

  std::string where(const Place& place) const {
    return place.source == 0 ? fmt::format("{}:{}:{}", path_, place.line, place.column)
                             : fmt::format("--set {}", changes_[place.source - 1].key);
  }

  std::string path_, text_;
  fs::path folder_;
  std::vector<std::string> overrides_;
  std::vector<Override> changes_;
  std::vector<Mistake> mistakes_;
  TomlValue value_;
  std::vector<KeySetting> laid_;
  bool is_toml_ = false;
};

/// The study with each combination of switches that will be run, as far as it can be wrong where the study itself is
/// not.
void try_switches(const Document& document, const Scenario& scenario, std::vector<Mistake>& mistakes) {
  std::vector<Mistake> found;
  const auto understood = [&](std::span<const std::size_t> off) {
    Scenario switched = document.read(found, &scenario, off);
    return found.empty() ? understood_text(switched, document.folder()) : "";
  };
  const std::string on = understood({});
  // Those that are not tried are checked one by one. An override may have done what a switch does.
  std::vector<std::vector<std::size_t>> sets = switched_off(scenario);
  for (std::size_t i = 0; sets.empty() && i < scenario.switches.size(); ++i) sets.push_back({i});
  for (const std::vector<std::size_t>& off : sets) {
    found.clear();
    if (understood(off) == on && found.empty() && scenario.overrides.empty())
      found.push_back({scenario.switches[off[0]].settings[0].place,
                       fmt::format("the switch {} changes nothing: its keys have these values already, or no effect in "
                                   "the arms that the claims name; expected what takes something out; remove it",
                                   in_quotes(scenario.switches[off[0]].name))});
    for (const Mistake& mistake : found)
      if (std::ranges::find_if(mistakes, [&](const Mistake& it) {
            return it.place == mistake.place && it.text == mistake.text;
          }) == mistakes.end())
        mistakes.push_back(mistake);
  }
}

/// Mistakes that only points have, each once, with the first of its points.
class PointMistakes {
public:
  void add(const Mistake& mistake, const std::string& point) {
    const auto [at, fresh] = places_.try_emplace({mistake.place, mistake.text}, found_.size());
    if (fresh) found_.push_back({mistake, point, 0});
    ++found_[at->second].points;
  }
  /// The first of them, and how many there are beside; call it once.
  void told(std::vector<Mistake>& mistakes) {
    std::ranges::stable_sort(found_, {}, [](const Found& it) { return it.mistake.place; });
    for (const Found& it : std::span(found_).first(std::min(found_.size(), most_told)))
      mistakes.push_back(
          {it.mistake.place, fmt::format("{} (at the point {}{})", it.mistake.text, it.point,
                                         it.points > 1 ? fmt::format(" and {} more", it.points - 1) : "")});
    if (found_.size() > most_told)
      mistakes.push_back(
          {mistakes.back().place,
           fmt::format("and {} of the sweep", counted(found_.size() - most_told, "more mistake", "more mistakes"))});
  }

private:
  struct Found {
    Mistake mistake;
    std::string point;
    std::size_t points;
  };
  static constexpr std::size_t most_told = 20;
  std::vector<Found> found_;
  std::map<std::pair<Place, std::string>, std::size_t> places_;  ///< in the list
};

Scenario finished(Scenario scenario, const fs::path& folder) {
  scenario.understood = understood_text(scenario, folder);
  scenario.runs_understood = understood_text(scenario, folder, ToldKeys::of_runs);
  scale_down(scenario);
  return scenario;
}

}  // namespace

std::set<std::string> claimed_arms(const ClaimsChoice& claims) {
  return {claims.arm, claims.silent_arm, claims.micro_arm, claims.mega_arm};
}

std::vector<std::vector<std::size_t>> switched_off(const Scenario& scenario) {
  const std::size_t switches = scenario.switches.size();
  std::vector<std::vector<std::size_t>> sets;
  if (scenario.claims.attribution == Attribution::none) return sets;
  if (scenario.claims.attribution == Attribution::leave_one_out) {
    for (std::size_t i = 0; i < switches; ++i) sets.push_back({i});
    return sets;
  }
  for (std::size_t mask = 1; mask < std::size_t{1} << switches; ++mask) {
    std::vector<std::size_t>& off = sets.emplace_back();
    for (std::size_t i = 0; i < switches; ++i)
      if (mask >> i & 1) off.push_back(i);
  }
  return sets;
}

Scenario with_switches_off(const Scenario& scenario, std::span<const std::size_t> off) {
  Document document(scenario.path, scenario.text, scenario.overrides, fs::path(scenario.path).parent_path());
  std::vector<Mistake> mistakes = document.mistakes();
  if (!scenario.laid.empty()) document.lay_point(scenario.laid, mistakes);
  Scenario switched = document.read(mistakes, &scenario, off);
  if (!mistakes.empty()) document.refuse(mistakes);
  return finished(std::move(switched), document.folder());
}

namespace {

/// The study at one point; `mistakes` are of the point alone. Where all of them are of money, the study is
/// `infeasible`.
Scenario at_point(Document document, const SweepPoint& point, std::vector<Mistake>& mistakes) {
  document.lay_point(point.settings, mistakes);
  Scenario scenario = document.read(mistakes);
  if (mistakes.empty()) try_switches(document, scenario, mistakes);
  if (!std::ranges::all_of(mistakes, &Mistake::of_money)) return Scenario{};
  for (const Mistake& mistake : mistakes)
    scenario.infeasible += (scenario.infeasible.empty() ? "" : "; ") + mistake.text;
  return finished(std::move(scenario), document.folder());
}

/// A key that takes effect at no point, though it takes several values.
void expect_effects(const Document& document, const Scenario& scenario, std::vector<Mistake>& mistakes) {
  const std::vector<SweepPoint>& points = scenario.points;
  for (std::size_t k = 0; k < scenario.sweep.swept.size(); ++k) {
    const auto acts = [&](std::size_t i) {
      for (const SweepPoint& other : points) {
        if (as_toml(other.settings[k].value) == as_toml(points[i].settings[k].value)) continue;
        SweepPoint moved = points[i];
        moved.settings[k] = other.settings[k];
        std::vector<Mistake> none;
        return at_point(document, moved, none).understood != scenario.at[i].understood;
      }
      return false;
    };
    bool any = false;
    for (std::size_t i = 0; i < points.size() && !any; ++i) any = acts(i);
    if (!any)
      mistakes.push_back({scenario.sweep.swept[k].place,
                          fmt::format("a sweep changes {}, and no point differs by it: it has one value, or no effect; "
                                      "expected several values that matter; remove it",
                                      scenario.sweep.swept[k].key)});
  }
}

/// Points that are listed are different ones.
void expect_different(const Scenario& scenario, std::vector<Mistake>& mistakes) {
  if (is_drawn(scenario.sweep.design)) return;
  std::map<std::string, std::size_t> seen;
  for (std::size_t p = 0; p < scenario.points.size(); ++p) {
    std::string values;
    for (const KeySetting& setting : scenario.points[p].settings)
      values += std::visit([](const auto& value) { return fmt::format("{}\n", value); }, coordinate(setting));
    const auto [first, fresh] = seen.try_emplace(values, p);
    if (fresh) continue;
    const bool of_file = scenario.sweep.design == SweepDesign::file;
    Place place = of_file ? scenario.points[p].settings.front().value.place : scenario.sweep.swept.front().place;
    if (of_file) place.column = 0;
    mistakes.push_back(
        {place, fmt::format("points {} and {} of the sweep are the same, {}; expected each once; take values "
                            "out that are listed twice, or lower steps that are rounded to equal numbers",
                            first->second, p, scenario.points[p].name)});
    return;
  }
}

std::set<Place> places_of(const std::vector<Mistake>& mistakes) {
  std::set<Place> places;
  for (const Mistake& mistake : mistakes) places.insert(mistake.place);
  return places;
}

/// What is wrong with each value of a sweep whose points cannot be laid yet. Between two ends the ends are looked at,
/// of a long list the first ones.
void check_values(const Document& document, const SweepChoice& sweep, std::vector<Mistake>& mistakes) {
  constexpr std::size_t most = 1'000;
  const std::set<Place> told = places_of(mistakes);
  PointMistakes found;
  for (const SweptKey& key : sweep.swept) {
    std::vector<TomlValue> values = key.values;
    if (values.empty() && sweep.design != SweepDesign::file) values = {key.from, key.to};
    for (std::size_t i = 0; i < std::min(values.size(), most); ++i) {
      Document with_value = document;
      std::vector<Mistake> here;
      with_value.lay_point({{key.key, key.place, values[i]}}, here);
      with_value.read_values(here);
      for (const Mistake& mistake : here)
        if (!told.contains(mistake.place)) found.add(mistake, fmt::format("{}={}", key.key, in_short(values[i])));
    }
  }
  found.told(mistakes);
}

/// Lays the points and reads the study at each. Where there are mistakes elsewhere, those that only points have are
/// told beside them, as far as the sweep itself is sound.
void read_points(const Document& document, Scenario& scenario, bool sweep_is_sound, std::vector<Mistake>& mistakes) {
  constexpr std::size_t most_beside = 1'000;
  if (scenario.sweep.swept.empty()) return;
  const bool beside = !of_points(mistakes);
  if (beside && (!sweep_is_sound || point_count(scenario.sweep) > most_beside))
    return check_values(document, scenario.sweep, mistakes);
  const std::set<Place> told = beside ? places_of(mistakes) : std::set<Place>{};
  scenario.points = lay_points(scenario.sweep, scenario.world.seed, scenario.world.time.tick_seconds);
  PointMistakes found, of_money;
  bool feasible = false;
  for (const SweepPoint& point : scenario.points) {
    std::vector<Mistake> here;
    const Scenario& study = scenario.at.emplace_back(at_point(document, point, here));
    feasible = feasible || here.empty();
    for (const Mistake& mistake : here)
      if (!told.contains(mistake.place) && !(beside && mistake.of_money))
        (study.infeasible.empty() ? found : of_money).add(mistake, point.name);
  }
  found.told(mistakes);
  if (mistakes.empty() && !feasible) of_money.told(mistakes);
  if (mistakes.empty()) expect_different(scenario, mistakes);
  if (mistakes.empty()) expect_effects(document, scenario, mistakes);
}

Scenario understood(const Document& document) {
  std::vector<Mistake> mistakes = document.mistakes();
  if (!document.is_toml()) document.refuse(mistakes);
  bool sweep_is_sound = true;
  Scenario scenario = document.read(mistakes, nullptr, {}, &sweep_is_sound);
  if (mistakes.empty()) try_switches(document, scenario, mistakes);
  read_points(document, scenario, sweep_is_sound, mistakes);
  if (!mistakes.empty()) document.refuse(mistakes, scenario.sweep.file);
  return finished(std::move(scenario), document.folder());
}

}  // namespace

Scenario read_scenario(const fs::path& file, const std::vector<std::string>& overrides) {
  return understood(Document(file.string(), text_of(file), overrides, file.parent_path()));
}

Scenario read_scenario_again(const std::string& name, const std::string& text,
                             const std::vector<std::string>& overrides) {
  return understood(Document(name, text, overrides, fs::path(name).parent_path()));
}

Scenario read_scenario_text(const std::string& name, const std::string& text, const fs::path& folder) {
  return understood(Document(name, text, {}, folder));
}

}  // namespace grapevine
