#include "scenarios/program/scenario.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <set>

#include "analysis/cascades.hpp"
#include "graph/base/error.hpp"
#include "scenarios/program/bands.hpp"
#include "scenarios/program/graph_choice.hpp"
#include "graph/formats/graph_file.hpp"
#include "scenarios/program/key_values.hpp"
#include "scenarios/program/suggestions.hpp"
#include "sim/campaigns.hpp"

namespace grapevine {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t largest_file = 64 << 20;  ///< bytes
constexpr std::size_t most_arms = 64;
constexpr double largest_audience = 0.2;  ///< of the users: beyond it one account's feed is everybody's

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

std::vector<std::string> split(std::string_view dotted) {
  std::vector<std::string> parts(1);
  for (const char c : dotted) {
    if (c == '.')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

const std::string* name_of(const TomlValue& table) {
  const auto* entries = table.as<TomlValue::Table>();
  const TomlEntry* entry = entries ? find_entry(*entries, "name") : nullptr;
  return entry ? entry->value.as<std::string>() : nullptr;
}

/// Lays the `number`-th override over the document. Whether the key exists and the value fits is seen when the document is read.
void lay_over(TomlValue& document, const Override& change, std::uint32_t number, std::vector<Mistake>& mistakes) {
  const Place place{number, 1, 1};
  const auto refuse = [&](std::string text) { mistakes.push_back({place, std::move(text)}); };

  auto parsed = read_toml("value = " + change.text, number);
  auto* value_table = std::holds_alternative<TomlValue>(parsed) ? std::get<TomlValue>(parsed).as<TomlValue::Table>() : nullptr;
  if (!value_table || value_table->size() != 1 || value_table->front().name != "value") {
    std::string shown = found(TomlValue{change.text, place});
    shown = shown.size() > 2 && shown.back() == '"' ? shown.substr(1, shown.size() - 2) : shown;
    return refuse(fmt::format("{} is not a TOML value; texts stand in quotes; write --set '{}={}'", change.text.empty() ? "nothing" : shown,
                              change.key, change.text.empty() ? "\"...\"" : in_quotes(change.text)));
  }

  const std::vector<std::string> parts = split(change.key);
  if (parts.size() > 6 || std::find(parts.begin(), parts.end(), "") != parts.end())
    return refuse("not the name of a key; expected one such as feed.length; `grapevine keys` lists all");
  TomlValue* at = &document;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool last = i + 1 == parts.size();
    if (auto* list = at->as<TomlValue::List>()) {
      const std::string& array = parts[i - 1];
      const auto named =
          std::find_if(list->begin(), list->end(), [&](const TomlValue& it) { return name_of(it) && *name_of(it) == parts[i]; });
      if (named == list->end() || last) {
        std::vector<std::string> names;
        for (const TomlValue& it : *list)
          if (name_of(it)) names.push_back("'" + *name_of(it) + "'");
        if (names.empty()) return refuse(fmt::format("[[{}]] has no names to address it by; change it in the file", array));
        return refuse(fmt::format(
            "{}; expected {}.NAME.key; the names are {}",
            named == list->end() ? fmt::format("no {} is named '{}'", array, parts[i]) : fmt::format("'{}' is a table", parts[i]), array,
            fmt::join(names, ", ")));
      }
      at = &*named;
      continue;
    }
    auto* table = at->as<TomlValue::Table>();
    if (!table) return refuse(fmt::format("{} is not a section but {}; `grapevine keys` lists all keys", parts[i - 1], found(*at)));
    TomlEntry* entry = find_entry(*table, parts[i]);
    if (!entry) {
      const bool array = !last && i == 0 &&
                         std::any_of(sections().begin(), sections().end(), [&](const Section& s) { return s.array && s.name == parts[0]; });
      if (array) return refuse(fmt::format("the file has no [[{}]]; add it there", parts[0]));
      table->push_back({parts[i], place, {TomlValue::Table{}, place}});
      entry = &table->back();
    }
    if (last) {
      entry->place = place;
      entry->value = std::move(value_table->front().value);
    }
    at = &entry->value;
  }
}

/// A graph.file of `--set` stands in for the generator that the file of the scenario asks for: the generator's keys there no longer act.
void make_room_for_file(TomlValue& document) {
  TomlEntry* graph = find_entry(*document.as<TomlValue::Table>(), "graph");
  auto* table = graph ? graph->value.as<TomlValue::Table>() : nullptr;
  const TomlEntry* file = table ? find_entry(*table, "file") : nullptr;
  if (!file || file->place.source == 0) return;
  Scenario loading;
  loading.graph.model = GraphModel::file;
  const Target target{.study = &loading, .run = &loading.run};
  std::erase_if(*table, [&](const TomlEntry& entry) {
    const Key* key = find_key("graph", entry.name);
    return entry.place.source == 0 && key && (key->name == "model" || (key->only.holds && !key->only.holds(target)));
  });
}

/// A follower count as large as the world that it stands in.
void scale_count(std::uint64_t& value, double scale) {
  if (value != 0 && value != UINT64_MAX) value = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(static_cast<double>(value) * scale + 0.5));
}

void scale_down(GraphChoice& graph) {
  const double scale = scale_of(graph);
  scale_count(graph.largest, scale);
  scale_count(graph.least, scale);
  for (PlantChoice& plant : graph.plants) scale_count(plant.least, scale), scale_count(plant.most, scale);
  for (auto& [followers, accounts] : graph.audiences) scale_count(followers, scale);
}

/// Makes the study as small as its world: follower counts and what is counted in them, fees and budgets.
void scale_down(Scenario& study) {
  const double scale = scale_of(study.graph);
  if (scale == 1.0) return;
  scale_down(study.graph);
  for (std::uint64_t& from : study.world.tiers.from) scale_count(from, scale);
  study.world.prices.scale = scale;
  for (CampaignParameters& campaign : study.world.campaigns) {
    scale_count(campaign.followers_from, scale), scale_count(campaign.followers_to, scale);
    if (campaign.budget > 0) campaign.budget = static_cast<MicroMoney>(static_cast<double>(campaign.budget) * scale + 0.5);
  }
  const auto scale_prior = [&](FeedParameters& feed) {
    for (double& strength : feed.prior_strength)
      if (strength != automatic) strength *= scale;
  };
  scale_prior(study.run.feed);
  for (Arm& arm : study.arms) scale_prior(arm.run.feed);
}

/// Reads a document into a Scenario, key by key along the table, and then holds the keys against each other.
class ScenarioReader {
public:
  ScenarioReader(Scenario& study, fs::path folder, std::vector<Mistake>& mistakes)
      : study_(study), folder_(std::move(folder)), mistakes_(mistakes) {}

  void read(const TomlValue& document) {
    const auto& top = *document.as<TomlValue::Table>();
    read_base(top, document.place);
    read_plants(top);
    if (!is_drawn(study_.graph) && !given("redraw")) study_.redraw.graph = false;
    read_campaigns(top);
    read_arms(top);
    read_contrasts(top);
    read_bands(top);
    check_conditions();
    check_diffusion();
    check_time();
    check_posts();
    const std::size_t before = mistakes_.size();
    check_graph();
    check_plants();
    if (mistakes_.size() == before) check_generator();
    check_tiers();
    check_replicates();
    check_campaigns();
    check_pays();
    check_contrasts();
    check_bands();
    check_claims();
  }

private:
  /// A key that stands in the document: one table's instance of it.
  struct Given {
    const Key* key;
    Target target;
    std::string label;
    Place name;   ///< where the key stands
    Place value;  ///< where its value stands
    bool good;    ///< it could be read
  };

  void add(const Place& place, std::string text) { mistakes_.push_back({place, std::move(text)}); }

  const Given* given(std::string_view label) const {
    const auto at = given_by_label_.find(std::string(label));
    return at == given_by_label_.end() ? nullptr : &given_[at->second];
  }

  /// Every one of them was either left out or read well: only then do they bear a comparison.
  bool sound(std::initializer_list<std::string> labels) const {
    return std::all_of(labels.begin(), labels.end(), [&](const std::string& label) { return !given(label) || given(label)->good; });
  }

  /// The first of them that the user wrote, else the top of the file.
  Place place_of(std::initializer_list<std::string> labels) const {
    for (const std::string& label : labels)
      if (given(label)) return given(label)->value;
    return {};
  }

  Target base() { return {.study = &study_, .run = &study_.run}; }

  // --- one table
  // -------------------------------------------------------------------------------------------------------------------------------------

  /// Reads the keys of `section` from `table` and the sections below it. `prefix` leads the labels; `arm` marks tables that take run keys
  /// only.
  void read_table(const TomlValue::Table& table, const Place& place, std::string_view section, const std::string& prefix,
                  const Target& target) {
    for (const Key& key : keys()) {
      if (key.section != section) continue;
      const TomlEntry* entry = find_entry(table, key.name);
      const std::string label = prefix + (target.closed() ? std::string(key.name) : key.dotted());
      if (entry && target.arm && key.scope != Scope::run)
        add(entry->place,
            fmt::format("{} is a key of scope {}, and an arm changes run keys only; expected it once for the whole study; move it to {}",
                        label, key.scope == Scope::world ? "world" : "output",
                        section.empty() ? "the top of the file" : fmt::format("[{}]", section)));
      else if (entry)
        read_key(key, *entry, label, target);
      else if (!target.arm)
        leave_out(key, place, label, target);
    }
    for (const TomlEntry& entry : table) {
      if (find_key(section, entry.name)) continue;
      const std::string inner = section.empty() ? entry.name : std::string(section) + "." + entry.name;
      const auto below =
          std::find_if(sections().begin(), sections().end(), [&](const Section& it) { return !it.name.empty() && it.name == inner; });
      if (below == sections().end() || target.closed())
        refuse_unknown(entry, section, target);
      else if (below->array)
        refuse_array_in(entry, target);
      else if (const auto* nested = entry.value.as<TomlValue::Table>())
        read_table(*nested, entry.place, below->name, prefix, target);
      else
        add(entry.value.place,
            fmt::format("{}{} is {}; expected a section [{}] with keys of its own", prefix, inner, found(entry.value), inner));
    }
    if (target.arm) return;
    for (const Section& below : sections()) {  // sections that the file leaves out still have defaults and required keys
      if (below.array || below.name.empty() || parent_of(below.name) != section || target.closed()) continue;
      const std::string_view name = below.name.substr(section.empty() ? 0 : section.size() + 1);
      if (!find_entry(table, name)) read_table({}, place, below.name, prefix, target);
    }
  }

  static std::string_view parent_of(std::string_view section) {
    const std::size_t dot = section.rfind('.');
    return dot == std::string_view::npos ? std::string_view{} : section.substr(0, dot);
  }

  void read_key(const Key& key, const TomlEntry& entry, const std::string& label, const Target& target) {
    const bool good = read_value(key, target, entry.value, {label, tick(), entry.place.source == 0 ? folder_ : fs::path{}}, mistakes_);
    given_by_label_.emplace(label, given_.size());
    given_.push_back({&key, target, label, entry.place, entry.value.place, good});
    if (key.dotted() == "time.tick" && !good) tick_known_ = false;
  }

  std::uint32_t tick() const { return tick_known_ ? study_.world.time.tick_seconds : 0; }

  /// A key that is not there: an error if it must be, and a default in ticks of another length if it is a duration.
  void leave_out(const Key& key, const Place& place, const std::string& label, const Target& target) {
    if (key.required) missing_.push_back({&key, label, place, target});
    if (key.kind != Kind::duration || tick() == 0) return;
    const std::string standard = default_as_toml(key);
    const std::int64_t seconds = duration_in_seconds(std::string_view(standard).substr(1, standard.size() - 2)).value();
    if (seconds % tick() != 0)
      add(place_of({"time.tick"}), fmt::format("time.tick is {}, and {} defaults to {}; expected a default of whole ticks; set {}",
                                               in_quotes(duration_as_text(tick())), label, standard, label));
    else
      (void)read_value(key, target, {standard.substr(1, standard.size() - 2), place}, {label, tick(), {}}, mistakes_);
  }

  void refuse_array_in(const TomlEntry& entry, const Target& target) {
    if (!target.arm) return;  // at the top level its own reader takes it
    add(entry.place, fmt::format("{} stands in an arm, and an arm changes run keys only; expected [[{}]] once for the whole study",
                                 entry.name, entry.name));
  }

  void refuse_unknown(const TomlEntry& entry, std::string_view section, const Target& target) {
    const bool is_table = entry.value.as<TomlValue::Table>() != nullptr;
    std::vector<std::string_view> names;
    for (const Key& key : keys())
      if (key.section == section && (!target.arm || key.scope == Scope::run)) names.push_back(key.name);
    if (target.arm && section.empty()) names.push_back("name");
    std::vector<std::string_view> section_names;
    for (const Section& it : sections())
      if (!it.name.empty() && parent_of(it.name) == section && !target.closed())
        section_names.push_back(it.name.substr(section.empty() ? 0 : section.size() + 1));

    const std::string where = target.campaign   ? "in [[campaign]]"
                              : target.contrast ? "in [[contrast]]"
                              : target.band     ? "in [[band]]"
                              : target.plant    ? "in [[plant]]"
                              : section.empty() ? (target.arm ? "in [[arm]]" : "at the top level")
                                                : fmt::format("in {}[{}]", target.arm ? "an arm's " : "", section);
    const std::string what = is_table ? "unknown section" : "unknown key";
    std::string hint;
    if (const std::string_view near = nearest_name(entry.name, is_table ? section_names : names); !near.empty()) {
      hint = fmt::format("did you mean '{}'?", near);
    } else if (const auto elsewhere = std::find_if(keys().begin(), keys().end(), [&](const Key& key) { return key.name == entry.name; });
               elsewhere != keys().end()) {
      const auto home =
          std::find_if(sections().begin(), sections().end(), [&](const Section& it) { return it.name == elsewhere->section; });
      hint = home->name.empty() ? "it stands at the top of the file, before the first section" : home->header() + " has a key of that name";
    } else if (const std::string_view other = nearest_name(entry.name, is_table ? names : section_names); !other.empty()) {
      hint = is_table ? fmt::format("'{}' is a key, not a section", other) : fmt::format("[{}] is a section", other);
    } else if (const Key* similar = similar_key(entry.name); similar && !is_table) {
      hint = fmt::format("did you mean '{}'?", similar->dotted());
    } else {
      hint = "`grapevine keys` lists all";
    }
    add(entry.place, fmt::format("{} {} {}; {}", what, "'" + shortened(entry.name) + "'", where, hint));
  }

  /// The key of any section whose own name is nearest.
  static const Key* similar_key(std::string_view name) {
    std::vector<std::string_view> names;
    for (const Key& key : keys()) names.push_back(key.name);
    const std::string_view near = nearest_name(name, names);
    const auto found = std::find_if(keys().begin(), keys().end(), [&](const Key& key) { return key.name == near; });
    return found == keys().end() ? nullptr : &*found;
  }

  static std::string shortened(const std::string& name) {
    const std::string shown = found(TomlValue{name, {}});
    return shown.substr(1, shown.rfind('"') - 1) + (shown.back() == '"' ? "" : "...");
  }

  // --- the file
  // ----------------------------------------------------------------------------------------------------------------------------------------

  void read_base(const TomlValue::Table& top, const Place& place) {
    // The tick first: every other duration is told in it, wherever it stands.
    if (const TomlEntry* time = find_entry(top, "time"))
      if (const auto* table = time->value.as<TomlValue::Table>())
        if (const TomlEntry* tick = find_entry(*table, "tick")) {
          std::vector<Mistake> reported_later;
          tick_known_ = read_value(*find_key("time", "tick"), base(), tick->value, {"time.tick", 0, {}}, reported_later);
        }
    read_table(top, place, "", "", base());
    const Given* file = given("graph.file");
    if (file) {
      study_.graph.model = GraphModel::file;
    }
    for (const Missing& it : missing_)
      if (!it.key->only.holds || it.key->only.holds(it.target)) report_missing(it);
    missing_.clear();
  }

  struct Missing {
    const Key* key;
    std::string label;
    Place place;
    Target target;
  };

  void report_missing(const Missing& it) {
    const auto home =
        std::find_if(sections().begin(), sections().end(), [&](const Section& section) { return section.name == it.key->section; });
    add(it.place.source == 0 ? it.place : Place{},
        fmt::format("{} is missing; expected {}; add {} = ... {}", it.label, expected(*it.key), it.key->name,
                    home->name.empty() ? "at the top of the file" : "under " + home->header()));
  }

  /// The tables of [[name]], each with the value it stands in; empty when there are none.
  std::vector<const TomlValue*> tables_of(const TomlValue::Table& top, std::string_view name) {
    std::vector<const TomlValue*> tables;
    const TomlEntry* entry = find_entry(top, name);
    if (!entry) return tables;
    const auto* list = entry->value.as<TomlValue::List>();
    const bool all_tables =
        list && std::all_of(list->begin(), list->end(), [](const TomlValue& it) { return it.as<TomlValue::Table>() != nullptr; });
    if (!all_tables) {
      add(entry->value.place, fmt::format("{} is {}; expected tables, each under a header [[{}]]", name, found(entry->value), name));
      return tables;
    }
    for (const TomlValue& it : *list) tables.push_back(&it);
    return tables;
  }

  /// `campaign.one.` for the table named one; `campaign.` while it has no good name.
  static std::string prefix_of(std::string_view array, const TomlValue& table) {
    const std::string* name = name_of(table);
    const bool addressable = name && !name->empty() && name->size() <= 64 && name->find_first_of(".\n\r\t\"'") == std::string::npos;
    return addressable ? fmt::format("{}.{}.", array, *name) : fmt::format("{}.", array);
  }

  /// Notes the name of a table of an array; a name given before is a mistake. Returns the prefix of its labels.
  std::string note_name(std::string_view array, const TomlValue& table, std::map<std::string, Place>& names) {
    const std::string* name = name_of(table);
    const std::string prefix = prefix_of(array, table);
    if (!name) return prefix;
    const Place place = find_entry(*table.as<TomlValue::Table>(), "name")->value.place;
    const auto [first, fresh] = names.emplace(*name, place);
    if (fresh) return prefix;
    add(place, fmt::format("a second {} is named {}; expected a name of its own for each; the first stands in line {}", array,
                           in_quotes(*name), first->second.line));
    return fmt::format("{}#{}.", prefix.substr(0, prefix.size() - 1), ++doubles_ + 1);  // labels stay distinct
  }

  void read_plants(const TomlValue::Table& top) {
    const std::vector<const TomlValue*> tables = tables_of(top, "plant");
    study_.graph.plants.resize(tables.size());  // no reallocation below: targets point into it
    for (std::size_t i = 0; i < tables.size(); ++i) {
      plant_prefixes_.push_back(note_name("plant", *tables[i], plant_names_));
      plant_places_.push_back(tables[i]->place);
      Target target = base();
      target.plant = &study_.graph.plants[i];
      read_table(*tables[i]->as<TomlValue::Table>(), tables[i]->place, "plant", plant_prefixes_.back(), target);
    }
    for (const Missing& it : missing_) report_missing(it);
    missing_.clear();
  }

  void read_campaigns(const TomlValue::Table& top) {
    const std::vector<const TomlValue*> tables = tables_of(top, "campaign");
    if (tables.size() > most_campaigns)
      add(tables[most_campaigns]->place, fmt::format("a study has {} campaigns; expected at most {}", tables.size(), most_campaigns));
    study_.world.campaigns.resize(tables.size());  // no reallocation below: targets point into it
    for (std::size_t i = 0; i < tables.size(); ++i) {
      const std::string prefix = note_name("campaign", *tables[i], campaign_names_);
      campaign_prefixes_.push_back(prefix);
      campaign_places_.push_back(tables[i]->place);
      Target target = base();
      target.campaign = &study_.world.campaigns[i];
      read_table(*tables[i]->as<TomlValue::Table>(), tables[i]->place, "campaign", prefix, target);
    }
    for (const Missing& it : missing_) report_missing(it);
    missing_.clear();
  }

  void read_arms(const TomlValue::Table& top) {
    const std::vector<const TomlValue*> tables = tables_of(top, "arm");
    if (tables.size() > most_arms)
      add(tables[most_arms]->place, fmt::format("a study has {} arms; expected at most {}", tables.size(), most_arms));
    if (!find_entry(top, "arm")) {
      study_.arms = {{"base", study_.run}};
      arm_names_.emplace("base", Place{});
      return;
    }
    study_.arms.assign(tables.size(), {"", study_.run});
    for (std::size_t i = 0; i < tables.size(); ++i) {
      const std::string prefix = note_name("arm", *tables[i], arm_names_);
      Target target = base();
      target.arm = &study_.arms[i];
      target.run = &study_.arms[i].run;
      const Key& name = *find_key("arm", "name");
      TomlValue::Table rest;
      for (const TomlEntry& entry : *tables[i]->as<TomlValue::Table>()) {
        if (entry.name == "name")
          read_key(name, entry, prefix + "name", target);
        else
          rest.push_back(entry);
      }
      if (!name_of(*tables[i]) && rest.size() == tables[i]->as<TomlValue::Table>()->size())
        report_missing({&name, prefix + "name", tables[i]->place, target});
      read_table(rest, tables[i]->place, "", prefix, target);
      replace_contacts(prefix, target.run->diffusion);
    }
  }

  /// What the table of an arm says of how likely a contact is takes the place of what the study says.
  void replace_contacts(const std::string& prefix, DiffusionParameters& diffusion) const {
    if (std::ranges::none_of(ways_to_say_contacts, [&](std::string_view key) { return given(prefix + std::string(key)); })) return;
    if (!given(prefix + "diffusion.adoptions")) diffusion.adoptions = -1;
    if (!given(prefix + "diffusion.along_follows")) diffusion.along_follows = -1;
  }

  void read_contrasts(const TomlValue::Table& top) {
    const std::vector<const TomlValue*> tables = tables_of(top, "contrast");
    study_.contrasts.resize(tables.size());
    for (std::size_t i = 0; i < tables.size(); ++i) {
      Target target = base();
      target.contrast = &study_.contrasts[i];
      contrast_prefixes_.push_back(tables.size() == 1 ? "contrast." : fmt::format("contrast {}.", i + 1));
      contrast_places_.push_back(tables[i]->place);
      read_table(*tables[i]->as<TomlValue::Table>(), tables[i]->place, "contrast", contrast_prefixes_.back(), target);
    }
    for (const Missing& it : missing_) report_missing(it);
    missing_.clear();
  }

  void read_bands(const TomlValue::Table& top) {
    const std::vector<const TomlValue*> tables = tables_of(top, "band");
    study_.bands.resize(tables.size());
    for (std::size_t i = 0; i < tables.size(); ++i) {
      Target target = base();
      target.band = &study_.bands[i];
      band_prefixes_.push_back(tables.size() == 1 ? "band." : fmt::format("band {}.", i + 1));
      read_table(*tables[i]->as<TomlValue::Table>(), tables[i]->place, "band", band_prefixes_.back(), target);
    }
    for (const Missing& it : missing_) report_missing(it);
    missing_.clear();
  }

  // --- keys held against each other
  // --------------------------------------------------------------------------------------------------------------------

  static constexpr std::array<std::string_view, 3> ways_to_say_contacts{"diffusion.chance", "diffusion.adoptions", "diffusion.along_follows"};

  static bool says_contacts(const Key& key) { return std::ranges::find(ways_to_say_contacts, key.dotted()) != ways_to_say_contacts.end(); }

  /// Those of them that the table with this prefix gives, two or more; a chance that is one of topic-match says something else.
  std::vector<const Given*> doubled_contacts(const std::string& prefix) const {
    std::vector<const Given*> all;
    for (const std::string_view key : ways_to_say_contacts)
      if (const Given* it = given(prefix + std::string(key)); it && !(key == "diffusion.chance" && matches_topics(it->target))) all.push_back(it);
    return all.size() > 1 ? all : std::vector<const Given*>{};
  }

  bool matches_topics(const Target& target) const {
    const auto matches = [](const RunParameters& run) { return run.diffusion.probability == Probability::topic_match; };
    return matches(*target.run) || (!target.arm && std::ranges::any_of(study_.arms, [&](const Arm& arm) { return matches(arm.run); }));
  }

  /// The label of the table that it stands in, with the dot behind it.
  static std::string prefix_of(const Given& it) { return it.label.substr(0, it.label.size() - it.key->dotted().size()); }

  /// No option that does nothing: a key outside its condition is a mistake.
  void check_conditions() {
    for (const Given& it : given_) {
      if (!it.key->only.holds || it.key->only.holds(it.target)) continue;
      if (it.key->section == "graph" && !sound({"graph.model"})) continue;
      if (it.key->section.substr(0, 4) == "feed" && !rankings_sound()) continue;
      if (it.key->section == "diffusion" && !diffusion_sound()) continue;
      if (says_contacts(*it.key) && !doubled_contacts(prefix_of(it)).empty()) continue;  // told by itself
      add(it.name, fmt::format("{} has no effect here; it needs {}; remove it", it.label, it.key->only.words));
    }
  }

  bool rankings_sound() const {
    return std::all_of(given_.begin(), given_.end(), [](const Given& it) { return it.key->dotted() != "feed.ranking" || it.good; });
  }

  bool diffusion_sound() const {
    return std::all_of(given_.begin(), given_.end(), [](const Given& it) { return it.key->section != "diffusion" || it.good; });
  }

  /// Keys that say nothing to the classic models: they know neither sessions nor hours.
  static bool of_feeds(const Key& key) {
    static const std::set<std::string> others{"population.sessions", "population.active_sessions", "population.session_spread", "population.posts", "population.post_spread",
                                              "population.patience", "population.patience_spread", "population.daily_profile", "population.focus", "population.propensity_spread",
                                              "population.quality_spread", "campaign.start", "campaign.every", "campaign.slots", "campaign.slot", "output.track_share", "time.warmup"};
    return key.section.substr(0, 4) == "feed" || key.section == "behaviour" || key.section == "cascade" || others.count(key.dotted()) > 0;
  }

  /// What the classic models need, and what only the feed model takes.
  void check_diffusion() {
    if (!diffusion_sound()) return;
    for (const Given& it : given_) {
      const bool acts = it.target.arm ? it.target.run->diffusion.model == DiffusionModel::feed : warms_up(study_);
      if (!acts && of_feeds(*it.key))
        add(it.name, fmt::format("{} has no effect here; it needs diffusion.model = \"feed\"; remove it", it.label));
    }
    for (const Given& it : given_) {
      if (!says_contacts(*it.key)) continue;
      const std::vector<const Given*> doubled = doubled_contacts(prefix_of(it));
      if (doubled.empty() || doubled.front() != &it) continue;
      std::vector<std::string> labels;
      for (const Given* other : doubled) labels.push_back(other->label);
      const Given* last = *std::ranges::max_element(doubled, {}, [](const Given* other) { return other->name; });
      add(last->name, fmt::format("{} are given together; expected at most one of chance, adoptions and along_follows, for each says how likely a contact is; leave the others out",
                                            fmt::join(labels, " and ")));
    }
    const auto check = [&](const DiffusionParameters& diffusion, const std::string& prefix) {
      if (diffusion.model == DiffusionModel::feed) return;
      if (diffusion.probability == Probability::topic_match && diffusion.model != DiffusionModel::branching)
        for (std::size_t i = 0; i < study_.world.campaigns.size(); ++i)
          if (study_.world.campaigns[i].topic < 0)
            add(place_of({prefix + "diffusion.probability", "diffusion.probability"}),
                fmt::format("{}diffusion.probability is \"topic-match\", and campaign '{}' has no topic; expected {}topic; add it", prefix, study_.world.campaigns[i].name, campaign_prefixes_[i]));
      if (diffusion.model == DiffusionModel::branching && diffusion.probability != Probability::uniform)
        add(place_of({prefix + "diffusion.model", prefix + "diffusion.probability", "diffusion.probability"}),
            fmt::format("{}diffusion.model is \"branching\", whose contacts are drawn anew, and diffusion.probability is not \"uniform\"; expected \"uniform\" beside it", prefix));
      if (!diffusion.tier.empty() && sound({"tiers.names"})) expect_tier(given(prefix + "diffusion.tier") ? prefix + "diffusion.tier" : "diffusion.tier", diffusion.tier);
    };
    check(study_.run.diffusion, "");
    for (const Arm& arm : study_.arms) {
      const std::string prefix = fmt::format("arm.{}.", arm.name);
      if (std::any_of(given_.begin(), given_.end(), [&](const Given& it) { return it.key->section == "diffusion" && it.label.rfind(prefix, 0) == 0; })) check(arm.run.diffusion, prefix);
    }
  }

  std::string in_words(std::uint64_t ticks) const { return in_quotes(duration_as_text(static_cast<std::int64_t>(ticks) * study_.world.time.tick_seconds)); }

  void check_time() {
    if (!tick_known_ || !sound({"feed.window"}) || !warms_up(study_)) return;
    const TimeParameters& time = study_.world.time;
    const Tick window = study_.run.feed.window;
    if (sound({"time.warmup"}) && time.warmup < window)
      add(place_of({"time.warmup", "feed.window"}),
          fmt::format("time.warmup is {}; expected at least feed.window, {}, so that every feed is full when the arms branch",
                      in_words(time.warmup), in_words(window)));
    if (sound({"time.followup"}) && time.followup < window)
      add(place_of({"time.followup", "feed.window"}),
          fmt::format("time.followup is {}; expected at least feed.window, {}, so that the outcome of every counted root is complete",
                      in_words(time.followup), in_words(window)));
  }

  /// Roots are numbered by 32 bits.
  void check_posts() {
    const TimeParameters& time = study_.world.time;
    if (!tick_known_ || !warms_up(study_) || study_.graph.model == GraphModel::file || !given("graph.users") ||
        !sound({"graph.users", "population.posts", "time.warmup", "time.measure", "time.followup"}))
      return;
    const double ticks = time.end(), posts = double(study_.graph.users) * std::min(study_.world.population.posts_per_day * ticks / time.ticks_per_day(), ticks);
    if (posts > UINT32_MAX)
      add(place_of({"population.posts", "graph.users"}),
          fmt::format("graph.users, {}, write {} posts a day each (population.posts) for {}, about {:.3g} in a run; expected at most {}; lower one of them", study_.graph.users,
                      study_.world.population.posts_per_day, in_words(time.end()), posts, UINT32_MAX));
  }

  /// That every follow will have a probability, where they are asked for.
  void check_chances() {
    const GraphChoice& graph = study_.graph;
    if (graph.chances.empty()) return;
    if (graph.randomise > 0.0)
      add(place_of({"graph.randomise"}), "graph.randomise makes follows that graph.chances has no probability for; expected one of the two; leave one out");
    for (std::size_t i = 0; i < graph.plants.size(); ++i)
      if (const std::string& prefix = plant_prefixes_[i]; graph.plants[i].from == PlantSource::fresh && sound({prefix + "from"}))
        add(place_of({prefix + "from", prefix + "name"}),
            fmt::format("{}from is \"new\", and graph.chances has no probability for the followers of a new account; expected \"graph\"; choose accounts of the graph, or leave "
                        "graph.chances out",
                        prefix));
  }

  void check_graph() {
    const GraphChoice& graph = study_.graph;
    if (given("graph.separator") && sound({"graph.separator"}) && graph.separator.size() != 1)
      add(place_of({"graph.separator"}), fmt::format("graph.separator is \"{:.40}\"; expected one sign, such as \";\"; leave it out to have it found", graph.separator));
    check_chances();
    if (graph.model == GraphModel::file || !sound({"graph.users"}) || !given("graph.users")) return;
    if (graph.stands_for > 0 && sound({"graph.stands_for"}) && graph.stands_for < graph.users)
      add(place_of({"graph.stands_for"}), fmt::format("graph.stands_for is {}, fewer than graph.users, {}; expected at least as many; leave it out for a world that stands "
                                                      "for itself",
                                                      graph.stands_for, graph.users));
    const Key& mean = *find_key("graph", "mean_followees");
    if (sound({"graph.mean_followees"}) && mean.only.holds(base()) && !(graph.mean_followees < double(graph.users)))
      add(place_of({"graph.mean_followees", "graph.users"}),
          fmt::format("graph.mean_followees is {}; expected less than graph.users, {}", graph.mean_followees, graph.users));
    if (graph.model != GraphModel::uniform_audience || !sound({"graph.audiences"})) return;
    std::uint64_t accounts = 0;
    for (const auto& [followers, count] : graph.audiences) {
      if (followers > most_followers())
        add(place_of({"graph.audiences"}), fmt::format("graph.audiences has an account with {} followers; expected at most {}, {} of {}", followers, most_followers(),
                                                       largest_audience, whole_world()));
      accounts = count > graph.users ? graph.users + 1 : accounts + count;
      if (accounts > graph.users) break;
    }
    if (accounts > graph.users)
      add(place_of({"graph.audiences"}),
          fmt::format("graph.audiences has more accounts than graph.users, {}; expected at most as many", graph.users));
  }

  /// Users of the world as written: what follower counts are held against.
  std::uint64_t world_users() const { return study_.graph.stands_for > 0 ? study_.graph.stands_for : study_.graph.users; }
  std::string whole_world() const { return fmt::format("{}, {}", study_.graph.stands_for > 0 ? "graph.stands_for" : "graph.users", world_users()); }
  std::uint64_t most_followers() const { return static_cast<std::uint64_t>(largest_audience * double(world_users())); }

  void check_tiers() {
    if (!sound({"tiers.names", "tiers.from"})) return;
    const TierParameters& tiers = study_.world.tiers;
    if (tiers.names.size() != tiers.from.size())
      add(place_of({"tiers.from", "tiers.names"}),
          fmt::format("tiers.from has {} entries and tiers.names has {}; expected one bound for each name", tiers.from.size(),
                      tiers.names.size()));
    else if (tiers.from != TierParameters{}.from)  // the essay's classes may stand empty in a world too small for them
      for (const std::string& name : tiers.names) expect_possible("tiers.from", name);
    check_scaled_tiers();
  }

  /// No two bounds become one where the world is smaller than the one it stands for.
  void check_scaled_tiers() {
    const TierParameters& tiers = study_.world.tiers;
    const double scale = scale_of(study_.graph);
    if (!given("graph.users") || !sound({"graph.users", "graph.stands_for"}) || !(scale < 1.0)) return;
    for (std::size_t i = 2; i < std::min(tiers.from.size(), tiers.names.size()); ++i) {
      std::uint64_t below = tiers.from[i - 1], from = tiers.from[i];
      scale_count(below, scale), scale_count(from, scale);
      if (below < from) continue;
      add(place_of({"tiers.from", "graph.stands_for"}),
          fmt::format("tiers {} and {} start at {} and {} followers, and both at {} in a world of {} users that stands for {}; expected bounds that stay apart; give {} users or more",
                      in_quotes(tiers.names[i - 1]), in_quotes(tiers.names[i]), tiers.from[i - 1], tiers.from[i], from, study_.graph.users, study_.graph.stands_for,
                      static_cast<std::uint64_t>(std::ceil(double(study_.graph.stands_for) / double(tiers.from[i] - tiers.from[i - 1])))));
    }
  }

  /// Some account can be large enough for the tier.
  void expect_possible(const std::string& label, const std::string& name) {
    const TierParameters& tiers = study_.world.tiers;
    const auto tier = static_cast<std::size_t>(std::find(tiers.names.begin(), tiers.names.end(), name) - tiers.names.begin());
    if (study_.graph.model == GraphModel::file || !given("graph.users") || !sound({"graph.users", "graph.stands_for"}) || tier >= tiers.from.size()) return;
    if (tiers.from[tier] <= most_followers()) return;
    add(place_of({label, "claims.arm", "claims.micro_arm", "tiers.from", "graph.users"}),
        fmt::format("tier {} starts at {} followers, and no account may hold more than {} of {}; expected at most {}; lower the bound, or give a world of {} users or more",
                    in_quotes(name), tiers.from[tier], largest_audience, whole_world(), most_followers(),
                    static_cast<std::uint64_t>(std::ceil(static_cast<double>(tiers.from[tier]) / largest_audience))));
  }

  void check_plants() {
    const GraphChoice& graph = study_.graph;
    if (graph.model == GraphModel::file || !sound({"graph.model", "graph.users", "graph.stands_for"}) || !given("graph.users")) return;
    for (std::size_t i = 0; i < graph.plants.size(); ++i) {
      const PlantChoice& plant = graph.plants[i];
      const std::string& prefix = plant_prefixes_[i];
      if (plant.from == PlantSource::graph || !sound({prefix + "from", prefix + "followers"}) || !given(prefix + "followers")) continue;
      if (plant.nested && graph.model == GraphModel::platform && graph.randomise > 0.0)
        add(place_of({prefix + "nested"}), fmt::format("{}nested has no effect with graph.randomise, which gives each account another audience; remove one", prefix));
      if (plant.most > most_followers())
        add(place_of({plant_prefixes_[i] + "followers"}),
            fmt::format("{}followers goes up to {}; expected at most {}, {} of {}; lower it, or give a world of {} users or more", plant_prefixes_[i], plant.most, most_followers(),
                        largest_audience, whole_world(), static_cast<std::uint64_t>(std::ceil(double(plant.most) / largest_audience))));
    }
  }

  /// What only the generators can tell, said of the keys that the user wrote.
  void check_generator() {
    const GraphChoice& graph = study_.graph;
    const auto of_graph = [](const Given& it) { return it.key->section == "graph" || it.key->section == "plant"; };
    if (graph.model == GraphModel::file || !given("graph.users") || std::any_of(given_.begin(), given_.end(), [&](const Given& it) { return of_graph(it) && !it.good; })) return;
    if (graph.model == GraphModel::stochastic_block && !given("graph.densities")) return;
    if (graph.model == GraphModel::platform && !active_hold_plants()) return;
    GraphChoice scaled = graph;
    scale_down(scaled);
    const std::string_view counts = scale_of(graph) < 1.0 ? " (counts of the scaled world)" : "";
    std::set<std::size_t> told;  // one line a plant: its largest account, whose bound is the tightest, comes first
    for (std::string mistake : graph_mistakes(scaled)) {
      Place place = place_of({mistake.substr(0, mistake.find_first_of(" :")), "graph.users"});
      if (const std::optional<std::size_t> plant = name_plant(mistake)) {
        if (!told.insert(*plant).second) continue;
        place = place_of({plant_prefixes_[*plant] + "homophily", plant_prefixes_[*plant] + "accounts", plant_prefixes_[*plant] + "followers"});
      }
      add(place, mistake + std::string(counts));
    }
  }

  /// New accounts of a platform are among its active users.
  bool active_hold_plants() {
    const GraphChoice& graph = study_.graph;
    const auto active = static_cast<std::uint64_t>(graph.active * static_cast<double>(graph.users) + 0.5);
    std::uint64_t accounts = 0;
    for (std::size_t i = 0; i < graph.plants.size(); ++i) {
      if (graph.plants[i].from == PlantSource::fresh) accounts += graph.plants[i].accounts;
      if (accounts <= active) continue;
      add(place_of({plant_prefixes_[i] + "accounts", "graph.active", "graph.users"}),
          fmt::format("{}accounts makes {} planted accounts; expected at most {}, graph.active, {}, of graph.users, {}; plant fewer, or raise graph.active to {:.3g}",
                      plant_prefixes_[i], accounts, active, graph.active, graph.users, std::ceil(1000.0 * double(accounts) / double(graph.users)) / 1000.0));
      return false;
    }
    return true;
  }

  /// The generator numbers what is planted, by account or by family: puts the name of the plant in its place.
  std::optional<std::size_t> name_plant(std::string& mistake) const {
    unsigned account = 0, accounts = 0, family = 0;
    int read = 0;
    std::size_t plant = 0;
    std::string what;
    if (std::sscanf(mistake.c_str(), "graph.planted[%u]%n", &account, &read) == 1 && read > 0) {
      const auto fresh = [&](std::size_t i) { return study_.graph.plants[i].from == PlantSource::fresh ? study_.graph.plants[i].accounts : 0; };
      for (std::size_t next = fresh(0); next <= account; next += fresh(plant)) ++plant;
    } else if (std::sscanf(mistake.c_str(), "graph.planted has %u accounts of family %u%n", &accounts, &family, &read) == 2 && read > 0) {
      plant = family;
      what = fmt::format(" has {} nested accounts", accounts);
    } else {
      for (std::size_t at; (at = mistake.find("graph.planted")) != std::string::npos;) mistake.replace(at, std::string_view("graph.planted").size(), "[[plant]]");
      return {};
    }
    mistake = plant_prefixes_[plant].substr(0, plant_prefixes_[plant].size() - 1) + what + mistake.substr(static_cast<std::size_t>(read));
    return plant;
  }

  void check_claims() {
    const ClaimsChoice& claims = study_.claims;
    for (const auto& [label, name] : {std::pair("claims.arm", &claims.arm), {"claims.micro_arm", &claims.micro_arm}, {"claims.mega_arm", &claims.mega_arm}})
      if (given(label) && given(label)->good && !arm_names_.count(*name)) refuse_name(label, *name, "arm", arm_names_, given(label)->value);
    if (claims.micro_arm.empty() != claims.mega_arm.empty())
      add(place_of({"claims.micro_arm", "claims.mega_arm"}), fmt::format("{} is missing; expected both claims.micro_arm and claims.mega_arm, or neither",
                                                                         claims.micro_arm.empty() ? "claims.micro_arm" : "claims.mega_arm"));
    for (const char* label : {"claims.micro_arm", "claims.mega_arm"}) {
      const std::string& name = std::string_view(label) == "claims.micro_arm" ? claims.micro_arm : claims.mega_arm;
      const auto arm = std::find_if(study_.arms.begin(), study_.arms.end(), [&](const Arm& it) { return it.name == name; });
      if (given(label) && given(label)->good && arm != study_.arms.end() && arm->run.pays.empty() && sound({"pays", "arm." + name + ".pays"}))
        add(given(label)->value, fmt::format("{} names {}, which pays for no campaign; expected an arm with `pays`", label, in_quotes(name)));
    }
    if (!claims.micro_arm.empty() && claims.micro_arm == claims.mega_arm)
      add(place_of({"claims.mega_arm"}), fmt::format("claims.mega_arm is {}, as claims.micro_arm is; expected two different arms", in_quotes(claims.mega_arm)));
    if (!claims.any()) return;
    if (!sound({"tiers.names", "claims.micro", "claims.mega"})) return;
    if (claims.micro == claims.mega)
      add(place_of({"claims.mega", "claims.micro"}), fmt::format("claims.micro and claims.mega are both {}; expected two different tiers", in_quotes(claims.mega)));
    for (const auto& [label, name] : {std::pair("claims.micro", &claims.micro), {"claims.mega", &claims.mega}}) expect_tier(label, *name);
  }

  void expect_tier(const std::string& label, const std::string& name) {
    const std::vector<std::string>& tiers = study_.world.tiers.names;
    if (std::find(tiers.begin(), tiers.end(), name) != tiers.end()) {
      if (sound({"tiers.from"}) && study_.world.tiers.from == TierParameters{}.from) expect_possible(label, name);  // others were held against the world as a whole
      return;
    }
    const Place place = place_of({label, "claims.arm", "claims.micro_arm"});
    std::map<std::string, Place> names;
    for (const std::string& tier : tiers) names.emplace(tier, Place{});
    refuse_name(label, name, "tier", names, place);
  }

  void check_replicates() {
    if (!sound({"redraw", "replicates", "graph.file"})) return;
    const Redraw& redraw = study_.redraw;
    if (!is_drawn(study_.graph) && redraw.graph)
      add(place_of({"redraw"}),
          "redraw names \"graph\", which has no effect with graph.file alone; expected it only with a generated, randomised or planted graph; remove it");
    else if (!redraw.graph && !redraw.selection && !redraw.content && !redraw.dynamics && study_.replicates > 1)
      add(place_of({"redraw"}),
          fmt::format("redraw is empty, so all {} replicates would be the same run; expected a stream to redraw; or set replicates = 1",
                      study_.replicates));
    else if (!warms_up(study_) && !redraw.graph && !redraw.dynamics && !(redraw.selection && !study_.world.campaigns.empty()) && study_.replicates > 1)
      add(place_of({"redraw"}),
          fmt::format("redraw names no stream that the classic models draw from, so all {} replicates would be the same run; expected \"dynamics\"; add it", study_.replicates));
  }

  void check_campaigns() {
    std::vector<CampaignParameters>& campaigns = study_.world.campaigns;
    for (std::size_t i = 0; i < campaigns.size(); ++i) {
      const CampaignParameters& campaign = campaigns[i];
      const std::string& prefix = campaign_prefixes_[i];
      const auto label = [&](std::string_view key) { return prefix + std::string(key); };
      if (given(label("budget")) && given(label("budget_of")))
        add(given(label("budget_of"))->name,
            fmt::format("{} stands beside a budget; expected one of the two; remove one", label("budget_of")));
      if (!given(label("budget")) && !given(label("budget_of")) && !given(label("count")) && campaign.choose != AccountChoice::named &&
          sound({label("accounts")}))
        add(campaign_places_[i], fmt::format("{} has no bound and would pay every user; expected one of count, budget, budget_of; add one",
                                             prefix.substr(0, prefix.size() - 1)));
      if (!campaign.budget_of.empty() && sound({label("budget_of")})) check_budget_of(i);
      if (!campaign.tier.empty() && sound({"tiers.names"})) expect_tier(label("tier"), campaign.tier);
      const bool planted_in_file = study_.graph.model == GraphModel::file && is_graph_file(study_.graph.file);  // seen when it is loaded
      if (!campaign.plant.empty() && !planted_in_file && !plant_names_.count(campaign.plant))
        refuse_name(label("plant"), campaign.plant, "plant", plant_names_, place_of({label("plant")}));
      if (campaign.choose == AccountChoice::fit && campaign.topic < 0 && sound({label("topic")}))
        add(place_of({label("accounts")}), fmt::format("{} is \"fit\", and the campaign has no topic; expected {}; add it", label("accounts"), label("topic")));
      if (campaign.topic >= 0 && sound({label("topic"), "population.topics"}) &&
          std::uint32_t(campaign.topic) >= study_.world.population.topics)
        add(place_of({label("topic")}), fmt::format("{} is {}; expected 0 to {}, as population.topics is {}", label("topic"),
                                                    campaign.topic, study_.world.population.topics - 1, study_.world.population.topics));
      check_slots(i);
      check_cost(i);
    }
  }

  /// What a campaign without a bound pays one account at least.
  void check_cost(std::size_t i) {
    const CampaignParameters& campaign = study_.world.campaigns[i];
    const PriceParameters& prices = study_.world.prices;
    const std::string& prefix = campaign_prefixes_[i];
    if (campaign.budget >= 0 || !campaign.budget_of.empty() || prices.spread > 0.0) return;
    if (!sound({"price.post", "price.spread", "graph.users", "graph.stands_for", prefix + "posts", prefix + "budget", prefix + "budget_of"})) return;
    const double post = scale_of(study_.graph) * double(prices.post) / micro_per_unit, most = double(most_spent) / micro_per_unit;
    if (post * campaign.posts > most)
      add(place_of({prefix + "posts", "price.post"}),
          fmt::format("{}posts is {}, each at price.post, {:.0f}, or more: an account costs {:.0f} at least; expected at most {:.0f} for all; lower {}posts or price.post, or give the "
                      "campaign a budget",
                      prefix, campaign.posts, post, post * campaign.posts, most, prefix));
  }

  void check_slots(std::size_t i) {
    const CampaignParameters& campaign = study_.world.campaigns[i];
    const std::string& prefix = campaign_prefixes_[i];
    if (!warms_up(study_) || !tick_known_ || !sound({prefix + "start", prefix + "every", prefix + "slots", "time.measure"})) return;
    const std::uint64_t last = campaign.start + std::uint64_t(campaign.slots - 1) * campaign.every;
    if (last < study_.world.time.measure) return check_withheld(i, last);
    const std::string name = prefix.substr(0, prefix.size() - 1);
    Place place = campaign_places_[i];
    for (const char* key : {"start", "every", "slots"})
      if (given(prefix + key)) place = given(prefix + key)->value;
    add(place, fmt::format("{} has its last slot {} after the start of time.measure, which lasts {}; expected all slots in it; lower "
                           "start, every or slots",
                           name, in_words(last), in_words(study_.world.time.measure)));
  }

  /// Whatever a post that makes room for a paid one would have brought lies in the run: it may be due so long after the last slot, and would
  /// have lived for the feed's window from the next tick on.
  void check_withheld(std::size_t i, std::uint64_t last) {
    const CampaignParameters& campaign = study_.world.campaigns[i];
    const std::string& prefix = campaign_prefixes_[i];
    const TimeParameters& time = study_.world.time;
    const Tick window = study_.run.feed.window;
    if (!sound({prefix + "slot", "time.followup", "feed.window"}) || time.followup < window) return;
    const bool paid_under_feeds = std::any_of(study_.arms.begin(), study_.arms.end(), [&](const Arm& arm) {
      const std::vector<std::string>& pays = arm.run.pays;
      return arm.run.diffusion.model == DiffusionModel::feed && std::find(pays.begin(), pays.end(), campaign.name) != pays.end();
    });
    const std::uint64_t due = last + campaign.replace_within, room = std::uint64_t{time.measure} + time.followup - window;
    if (!paid_under_feeds || due < room) return;
    Place place = campaign_places_[i];
    for (const char* key : {"start", "every", "slots", "slot"})
      if (given(prefix + key)) place = given(prefix + key)->value;
    add(place, fmt::format("{} withholds posts that are due up to {} after the start of time.measure, {} after its last slot; expected less than {}, time.measure + "
                           "time.followup - feed.window, so that all that they would have brought is counted; lower slot, start, every or slots, or raise time.followup to {}",
                           prefix.substr(0, prefix.size() - 1), in_words(due), in_words(campaign.replace_within), in_words(room), in_words(time.followup + due + 1 - room)));
  }

  const CampaignParameters* campaign_named(std::string_view name) const {
    const auto& campaigns = study_.world.campaigns;
    const auto at = std::find_if(campaigns.begin(), campaigns.end(), [&](const CampaignParameters& it) { return it.name == name; });
    return at == campaigns.end() ? nullptr : &*at;
  }

  void check_budget_of(std::size_t i) {
    const CampaignParameters& campaign = study_.world.campaigns[i];
    const Given& key = *given(campaign_prefixes_[i] + "budget_of");
    if (!campaign_named(campaign.budget_of)) return refuse_name(key.label, campaign.budget_of, "campaign", campaign_names_, key.value);
    std::set<const CampaignParameters*> seen;
    for (const CampaignParameters* at = &campaign; at && !at->budget_of.empty(); at = campaign_named(at->budget_of)) {
      if (seen.insert(at).second) continue;
      if (at == &campaign)
        add(key.value,
            fmt::format("{} leads back to '{}' itself; expected a campaign that bounds its own spending", key.label, campaign.name));
      return;
    }
  }

  /// A name that nothing has.
  void refuse_name(const std::string& label, std::string_view name, std::string_view kind, const std::map<std::string, Place>& names,
                   const Place& place) {
    std::vector<std::string_view> known;
    std::vector<std::string> shown;
    for (const auto& [it, where] : names) {
      known.push_back(it);
      shown.push_back(in_quotes(it));
    }
    const std::string_view near = nearest_name(name, known);
    add(place, fmt::format("{} names {}, and no {} is called so; expected {}{}", label, in_quotes(name), kind,
                           shown.empty()       ? fmt::format("a [[{}]] of that name", kind)
                           : shown.size() == 1 ? shown[0]
                                               : fmt::format("one of {}", fmt::join(shown, ", ")),
                           near.empty() ? "" : fmt::format("; did you mean {}?", in_quotes(near))));
  }

  void check_pays() {
    for (const Given& it : given_) {
      if (it.key->dotted() != "pays") continue;
      for (const std::string& name : it.target.run->pays)
        if (!campaign_names_.count(name)) refuse_name(it.label, name, "campaign", campaign_names_, it.value);
    }
  }

  void check_contrasts() {
    std::set<std::pair<std::string, std::string>> seen;
    for (std::size_t i = 0; i < study_.contrasts.size(); ++i) {
      const ContrastChoice& contrast = study_.contrasts[i];
      bool known = true;
      for (const char* name : {"arm", "against"}) {
        const Given* key = given(contrast_prefixes_[i] + name);
        known = known && key && key->good;
        if (!key || !key->good) continue;
        const std::string& arm = std::string_view(name) == "arm" ? contrast.arm : contrast.against;
        if (arm_names_.count(arm)) continue;
        known = false;
        refuse_name(key->label, arm, "arm", arm_names_, key->value);
      }
      if (!known) continue;
      if (contrast.arm == contrast.against)
        add(contrast_places_[i], fmt::format("a contrast of '{}' with itself; expected two different arms", contrast.arm));
      else if (!seen.emplace(contrast.arm, contrast.against).second)
        add(contrast_places_[i],
            fmt::format("a second contrast of '{}' against '{}'; expected each once; remove one", contrast.arm, contrast.against));
    }
  }

  void check_bands() {
    const std::vector<std::string_view> metrics = metrics_of_one_arm();
    for (std::size_t i = 0; i < study_.bands.size(); ++i) {
      const BandChoice& band = study_.bands[i];
      const auto good = [&](std::string_view name) { return given(band_prefixes_[i] + std::string(name)) && given(band_prefixes_[i] + std::string(name))->good; };
      const auto place = [&](std::string_view name) { return given(band_prefixes_[i] + std::string(name))->value; };
      if (good("arm") && !arm_names_.count(band.arm)) refuse_name(band_prefixes_[i] + "arm", band.arm, "arm", arm_names_, place("arm"));
      if (good("metric") && std::ranges::find(metrics, band.metric) == metrics.end()) {
        const std::string_view near = nearest_name(band.metric, metrics);
        add(place("metric"), fmt::format("{}metric is {}, and no figure of one arm is called so; expected {}", band_prefixes_[i], in_quotes(band.metric),
                                         near.empty() ? fmt::format("one of \"{}\"", fmt::join(metrics, "\", \"")) : fmt::format("one as the tables name it; did you mean {}?", in_quotes(near))));
      }
      if (good("of") && sound({"tiers.names"})) {
        std::vector<std::string> subjects{std::string(cascade_contrast), "accounts by follower count"};
        for (const std::string& tier : study_.world.tiers.names) subjects.push_back("posts of tier " + tier);
        for (const CampaignParameters& campaign : study_.world.campaigns) subjects.push_back("accounts of campaign " + campaign.name);
        if (std::ranges::find(subjects, band.of) == subjects.end())
          add(place("of"), fmt::format("{}of is {}; expected one of \"{}\"", band_prefixes_[i], in_quotes(band.of), fmt::join(subjects, "\", \"")));
      }
      if (good("low") && good("high") && band.low >= band.high)
        add(place("high"), fmt::format("{}high is {}; expected more than {}low, {}", band_prefixes_[i], band.high, band_prefixes_[i], band.low));
    }
  }

  Scenario& study_;
  fs::path folder_;
  std::vector<Mistake>& mistakes_;
  bool tick_known_ = true;
  std::vector<Given> given_;
  std::map<std::string, std::size_t> given_by_label_;
  std::vector<Missing> missing_;
  std::map<std::string, Place> campaign_names_, arm_names_, plant_names_;
  std::vector<std::string> campaign_prefixes_, contrast_prefixes_, plant_prefixes_, band_prefixes_;
  std::vector<Place> campaign_places_, contrast_places_, plant_places_;
  std::size_t doubles_ = 0;
};

/// The study as one canonical text: every key that acts, in the order of the table; an arm's table has what it changes.
std::string understood_text(Scenario& study, const fs::path& folder) {
  const std::uint32_t tick = study.world.time.tick_seconds;
  std::string out;
  const auto write_section = [&](const Section& section, const Target& target) {
    std::string lines;
    for (const Key& key : keys()) {
      if (key.section != section.name || (key.only.holds && !key.only.holds(target))) continue;
      if (const std::string value = value_as_toml(key, target, tick, folder); !value.empty())
        lines += fmt::format("{} = {}\n", key.name, value);
    }
    if (lines.empty()) return;
    if (!section.name.empty()) out += "\n" + section.header() + "\n";
    out += lines;
  };
  const Target base{.study = &study, .run = &study.run};
  for (const Section& section : sections()) {
    if (section.name == "campaign") {
      for (CampaignParameters& campaign : study.world.campaigns) write_section(section, {.study = &study, .run = &study.run, .campaign = &campaign});
    } else if (section.name == "plant") {
      for (PlantChoice& plant : study.graph.plants) write_section(section, {.study = &study, .run = &study.run, .plant = &plant});
    } else if (section.name == "contrast") {
      for (ContrastChoice& contrast : study.contrasts) write_section(section, {.study = &study, .run = &study.run, .contrast = &contrast});
    } else if (section.name == "band") {
      for (BandChoice& band : study.bands) write_section(section, {.study = &study, .run = &study.run, .band = &band});
    } else if (section.name == "arm") {
      for (Arm& arm : study.arms) {
        out += fmt::format("\n[[arm]]\nname = {}\n", in_quotes(arm.name));
        const Target target{.study = &study, .run = &arm.run, .arm = &arm};
        for (const Key& key : keys()) {
          if (key.scope != Scope::run || key.section == "arm" || (key.only.holds && !key.only.holds(target))) continue;
          const std::string value = value_as_toml(key, target, tick, folder);
          // an arm's chance in the place of the study's adoptions may be the study's, which does not act
          const bool replaces = key.dotted() == "diffusion.chance" && gives_adoptions(study.run.diffusion) && !gives_adoptions(arm.run.diffusion);
          if (replaces || value != value_as_toml(key, base, tick, folder)) out += fmt::format("{} = {}\n", key.dotted(), value);
        }
      }
    } else {
      write_section(section, base);
    }
  }
  return out;
}

}  // namespace

bool runs_feeds(const Scenario& scenario) {
  return std::any_of(scenario.arms.begin(), scenario.arms.end(), [](const Arm& arm) { return arm.run.diffusion.model == DiffusionModel::feed; });
}

bool warms_up(const Scenario& scenario) { return runs_feeds(scenario) || needs_past(scenario.world); }

std::uint32_t draws_of(const Scenario& scenario, const Arm& arm) { return vary_by_draw(scenario.world, arm.run.pays) ? arm.run.draws : 1; }

std::vector<std::uint32_t> draws_by_campaign(const Scenario& scenario) {
  std::vector<std::uint32_t> most;
  for (const CampaignParameters& campaign : scenario.world.campaigns) {
    most.push_back(1);
    for (const Arm& arm : scenario.arms)
      if (std::ranges::find(arm.run.pays, campaign.name) != arm.run.pays.end()) most.back() = std::max(most.back(), draws_of(scenario, arm));
  }
  return most;
}

double scale_of(const GraphChoice& graph) { return graph.stands_for == 0 ? 1.0 : static_cast<double>(graph.users) / static_cast<double>(graph.stands_for); }

Scenario read_scenario(const fs::path& file, const std::vector<std::string>& overrides) {
  Scenario study;
  study.path = file.string();
  study.text = text_of(file);

  std::vector<Override> changes;
  std::vector<Mistake> mistakes;
  auto parsed = read_toml(study.text, 0);
  if (auto* error = std::get_if<SyntaxError>(&parsed)) {
    mistakes.push_back({error->place, error->what});
  } else {
    auto& document = std::get<TomlValue>(parsed);
    for (const std::string& text : overrides) {
      const std::size_t equals = text.find('=');
      std::string key = text.substr(0, equals);
      const std::size_t begin = std::min(key.find_first_not_of(" \t"), key.size());
      key = key.substr(begin, key.find_last_not_of(" \t") + 1 - begin);
      changes.push_back({key.empty() ? text : key, equals == std::string::npos ? "" : text.substr(equals + 1)});
      const auto number = static_cast<std::uint32_t>(changes.size());
      if (equals == std::string::npos || key.empty())
        mistakes.push_back({{number, 1, 1}, fmt::format("no {}; expected key=value, such as --set feed.length=50", key.empty() ? "key" : "value")});
      else
        lay_over(document, changes.back(), number, mistakes);
    }
    make_room_for_file(document);
    ScenarioReader(study, file.parent_path(), mistakes).read(document);
  }

  if (!mistakes.empty()) {
    std::stable_sort(mistakes.begin(), mistakes.end(), [](const Mistake& a, const Mistake& b) { return a.place < b.place; });
    std::vector<std::string> messages;
    for (const Mistake& mistake : mistakes) {
      const Place& place = mistake.place;
      const std::string where = place.source == 0 ? fmt::format("{}:{}:{}", study.path, place.line, place.column)
                                                  : fmt::format("--set {}", changes[place.source - 1].key);
      messages.push_back(fmt::format("{}: {}", where, mistake.text));
    }
    throw BadRequest(std::move(messages));
  }
  study.understood = understood_text(study, file.parent_path());
  scale_down(study);
  return study;
}

}  // namespace grapevine
