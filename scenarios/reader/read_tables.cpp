#include "scenarios/reader/scenario_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "scenarios/keys/codec.hpp"
#include "scenarios/keys/places.hpp"
#include "scenarios/keys/suggestions.hpp"
#include "scenarios/reader/graph_choice.hpp"
#include "scenarios/reader/sweep.hpp"

namespace grapevine {

namespace fs = std::filesystem;

void ScenarioReader::read_values(const TomlValue& document) {
  const TomlValue::Table top = read_swept_keys(*document.as<TomlValue::Table>());
  read_base(top, document.place);
  read_plants(top);
  if (!is_drawn(scenario_.graph) && !given("redraw")) scenario_.redraw.graph = false;
  read_products(top);
  read_campaigns(top);
  read_arms(top);
  read_contrasts(top);
  read_bands(top);
  read_switches(top);
}

void ScenarioReader::read(const TomlValue& document) {
  read_values(document);
  check_conditions();
  check_diffusion();
  check_weights();
  check_formulas();
  check_time();
  check_posts();
  const std::size_t before = mistakes_.size();
  check_graph();
  check_plants();
  if (mistakes_.size() == before) check_generator();
  check_tiers();
  check_replicates();
  check_prices();
  check_campaigns();
  check_products();
  check_pays();
  check_draws();
  check_contrasts();
  check_bands();
  check_switches();
  const std::size_t before_sweep = mistakes_.size();
  check_sweep();
  sweep_is_sound_ = sweep_is_sound_ && mistakes_.size() == before_sweep &&
                    sound({"sweep.design", "sweep.points", "sweep.levels", "sweep.file"});
  check_until();
  check_claims();
}

TomlValue::Table ScenarioReader::read_swept_keys(TomlValue::Table top) {
  TomlEntry* sweep = find_entry(top, "sweep");
  auto* table = sweep ? sweep->value.as<TomlValue::Table>() : nullptr;
  if (!table) return top;
  sweep_place_ = sweep->place;
  const std::size_t before = mistakes_.size();
  for (const TomlEntry& entry : *table)
    if (!find_key("sweep", entry.name)) read_swept(entry.name, entry.place, entry.value, scenario_.sweep, mistakes_);
  sweep_is_sound_ = mistakes_.size() == before;
  std::erase_if(*table, [](const TomlEntry& entry) { return !find_key("sweep", entry.name); });
  return top;
}

const ScenarioReader::Given* ScenarioReader::given(std::string_view label) const {
  const auto at = given_by_label_.find(std::string(label));
  return at == given_by_label_.end() ? nullptr : &given_[at->second];
}

bool ScenarioReader::sound(std::initializer_list<std::string> labels) const {
  return std::all_of(labels.begin(), labels.end(),
                     [&](const std::string& label) { return !given(label) || given(label)->good; });
}

Place ScenarioReader::place_of(std::initializer_list<std::string> labels) const {
  for (const std::string& label : labels)
    if (given(label)) return given(label)->value;
  return {};
}

void ScenarioReader::read_table(const TomlValue::Table& table, const Place& place, std::string_view section,
                                const std::string& prefix, const Target& target) {
  for (const Key& key : keys()) {
    if (key.section != section) continue;
    const TomlEntry* entry = find_entry(table, key.name);
    const std::string label = prefix + (target.closed() ? std::string(key.name) : key.dotted());
    if (entry && target.arm && key.scope != Scope::run)
      add(entry->place, fmt::format("{} is a key of scope {}, and an arm changes run keys only; expected it once for "
                                    "the whole study; move it to {}",
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
    const auto below = std::find_if(sections().begin(), sections().end(),
                                    [&](const Section& it) { return !it.name.empty() && it.name == inner; });
    if (below == sections().end() || target.closed())
      refuse_unknown(entry, section, target);
    else if (below->array)
      refuse_array_in(entry, target);
    else if (const auto* nested = entry.value.as<TomlValue::Table>())
      read_table(*nested, entry.place, below->name, prefix, target);
    else
      add(entry.value.place, fmt::format("{}{} is {}; expected a section [{}] with keys of its own", prefix, inner,
                                         found(entry.value), inner));
  }
  if (target.arm) return;
  for (const Section& below : sections()) {  // sections that the file leaves out still have defaults and required keys
    if (below.array || below.name.empty() || parent_of(below.name) != section || target.closed()) continue;
    const std::string_view name = std::string_view(below.name).substr(section.empty() ? 0 : section.size() + 1);
    if (!find_entry(table, name)) read_table({}, place, below.name, prefix, target);
  }
}

std::string_view ScenarioReader::parent_of(std::string_view section) {
  const std::size_t dot = section.rfind('.');
  return dot == std::string_view::npos ? std::string_view{} : section.substr(0, dot);
}

void ScenarioReader::read_key(const Key& key, const TomlEntry& entry, const std::string& label, const Target& target) {
  const bool good =
      read_value(key, target, entry.value, {label, tick(), is_in_files(entry.place) ? folder_ : fs::path{}}, mistakes_);
  given_by_label_.emplace(label, given_.size());
  given_.push_back({&key, target, label, entry.place, entry.value.place, good});
  if (key.dotted() == "time.tick" && !good) tick_known_ = false;
}

void ScenarioReader::leave_out(const Key& key, const Place& place, const std::string& label, const Target& target) {
  if (key.required) missing_.push_back({&key, label, place, target});
  if (key.kind != Kind::duration || tick() == 0) return;
  const std::string standard = default_as_toml(key);
  const std::int64_t seconds = duration_in_seconds(std::string_view(standard).substr(1, standard.size() - 2)).value();
  if (seconds % tick() != 0)
    odd_defaults_.push_back(
        {&key, target,
         fmt::format("time.tick is {}, and {} defaults to {}; expected a default of whole ticks; set {}",
                     in_quotes(duration_as_text(tick())), label, standard, label)});
  else
    (void)read_value(key, target, {standard.substr(1, standard.size() - 2), place}, {label, tick(), {}}, mistakes_);
}

void ScenarioReader::refuse_array_in(const TomlEntry& entry, const Target& target) {
  if (!target.arm) return;  // at the top level its own reader takes it
  add(entry.place,
      fmt::format("{} is in an arm, and an arm changes run keys only; expected [[{}]] once for the whole study",
                  entry.name, entry.name));
}

void ScenarioReader::refuse_unknown(const TomlEntry& entry, std::string_view section, const Target& target) {
  const bool is_table = entry.value.as<TomlValue::Table>() != nullptr;
  std::vector<std::string_view> names;
  for (const Key& key : keys())
    if (key.section == section && (!target.arm || key.scope == Scope::run)) names.push_back(key.name);
  if (target.arm && section.empty()) names.push_back("name");
  std::vector<std::string_view> section_names;
  for (const Section& it : sections())
    if (!it.name.empty() && parent_of(it.name) == section && !target.closed())
      section_names.push_back(std::string_view(it.name).substr(section.empty() ? 0 : section.size() + 1));

  const std::string where = target.product    ? "in [[product]]"
                            : target.campaign ? "in [[campaign]]"
                            : target.contrast ? "in [[contrast]]"
                            : target.band     ? "in [[band]]"
                            : target.plant    ? "in [[plant]]"
                            : section.empty() ? (target.arm ? "in [[arm]]" : "at the top level")
                                              : fmt::format("in {}[{}]", target.arm ? "an arm's " : "", section);
  const std::string what = is_table ? "unknown section" : "unknown key";
  std::string hint;
  if (const std::string_view near = nearest_name(entry.name, is_table ? section_names : names); !near.empty()) {
    hint = fmt::format("did you mean '{}'?", near);
  } else if (const auto elsewhere =
                 std::find_if(keys().begin(), keys().end(), [&](const Key& key) { return key.name == entry.name; });
             elsewhere != keys().end()) {
    const auto home = std::find_if(sections().begin(), sections().end(),
                                   [&](const Section& it) { return it.name == elsewhere->section; });
    hint = home->name.empty() ? "it belongs at the top of the file, before the first section"
                              : home->header() + " has a key of that name";
  } else if (const std::string_view other = nearest_name(entry.name, is_table ? names : section_names);
             !other.empty()) {
    hint = is_table ? fmt::format("'{}' is a key, not a section", other) : fmt::format("[{}] is a section", other);
  } else if (const Key* similar = similar_key(entry.name); similar && !is_table) {
    hint = fmt::format("did you mean '{}'?", similar->dotted());
  } else {
    hint = "`grapevine keys` lists all";
  }
  add(entry.place, fmt::format("{} {} {}; {}", what, "'" + shortened(entry.name) + "'", where, hint));
}

const Key* ScenarioReader::similar_key(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Key& key : keys()) names.push_back(key.name);
  const std::string_view near = nearest_name(name, names);
  const auto found = std::find_if(keys().begin(), keys().end(), [&](const Key& key) { return key.name == near; });
  return found == keys().end() ? nullptr : &*found;
}

std::string ScenarioReader::shortened(const std::string& name) {
  const std::string shown = found(TomlValue{name, {}});
  return shown.substr(1, shown.rfind('"') - 1) + (shown.back() == '"' ? "" : "...");
}

void ScenarioReader::read_base(const TomlValue::Table& top, const Place& place) {
  // The tick first: every other duration is told in it, wherever it stands.
  if (const TomlEntry* time = find_entry(top, "time"))
    if (const auto* table = time->value.as<TomlValue::Table>())
      if (const TomlEntry* tick = find_entry(*table, "tick")) {
        std::vector<Mistake> reported_later;
        tick_known_ = read_value(*find_key("time", "tick"), base(), tick->value, {"time.tick", 0, {}}, reported_later);
      }
  read_table(top, place, "", "", base());
  lay_preset(base(), "");
  const Given* file = given("graph.file");
  if (file) {
    scenario_.graph.model = GraphModel::file;
  }
  for (const Missing& it : missing_)
    if (it.key->acts(it.target)) report_missing(it);
  missing_.clear();
}

void ScenarioReader::report_missing(const Missing& it) {
  const auto home = std::find_if(sections().begin(), sections().end(),
                                 [&](const Section& section) { return section.name == it.key->section; });
  add(it.place.source == 0 ? it.place : Place{},
      fmt::format("{} is missing; expected {}; add {} = ... {}", it.label, expected(*it.key), it.key->name,
                  home->name.empty() ? "at the top of the file" : "under " + home->header()));
}

std::vector<const TomlValue*> ScenarioReader::tables_of(const TomlValue::Table& top, std::string_view name) {
  std::vector<const TomlValue*> tables;
  const TomlEntry* entry = find_entry(top, name);
  if (!entry) return tables;
  const auto* list = entry->value.as<TomlValue::List>();
  const bool all_tables = list && std::all_of(list->begin(), list->end(),
                                              [](const TomlValue& it) { return it.as<TomlValue::Table>() != nullptr; });
  if (!all_tables) {
    add(entry->value.place,
        fmt::format("{} is {}; expected tables, each under a header [[{}]]", name, found(entry->value), name));
    return tables;
  }
  if (list->empty())
    add(entry->value.place, fmt::format("{} is an empty list; expected at least one table; leave it out", name));
  const std::size_t most = name == "arm"        ? most_arms
                           : name == "campaign" ? most_campaigns
                           : name == "product"  ? most_products
                           : name == "switch"   ? most_switches
                                                : most_tables;
  if (list->size() > most)
    add((*list)[most].place,
        fmt::format("a study has {} [[{}]] tables; expected at most {}", list->size(), name, most));
  for (std::size_t i = 0; i < std::min(most, list->size()); ++i) tables.push_back(&(*list)[i]);
  return tables;
}

std::string ScenarioReader::prefix_of(std::string_view array, const TomlValue& table) {
  const std::string* name = name_of(table);
  const bool addressable =
      name && !name->empty() && name->size() <= 64 && name->find_first_of(".\n\r\t\"'") == std::string::npos;
  return addressable ? fmt::format("{}.{}.", array, *name) : fmt::format("{}.", array);
}

std::string ScenarioReader::note_name(std::string_view array, const TomlValue& table,
                                      std::map<std::string, Place>& names) {
  const std::string* name = name_of(table);
  const std::string prefix = prefix_of(array, table);
  if (!name) return prefix;
  const Place place = find_entry(*table.as<TomlValue::Table>(), "name")->value.place;
  const auto [first, fresh] = names.emplace(*name, place);
  if (fresh) return prefix;
  add(place, fmt::format("a second {} is named {}; expected a name of its own for each; the first is in line {}", array,
                         in_quotes(*name), first->second.line));
  return fmt::format("{}#{}.", prefix.substr(0, prefix.size() - 1), ++doubles_ + 1);  // labels stay distinct
}

void ScenarioReader::read_plants(const TomlValue::Table& top) {
  const std::vector<const TomlValue*> tables = tables_of(top, "plant");
  scenario_.graph.plants.resize(tables.size());  // no reallocation below: targets point into it
  for (std::size_t i = 0; i < tables.size(); ++i) {
    plant_prefixes_.push_back(note_name("plant", *tables[i], plant_names_));
    plant_places_.push_back(tables[i]->place);
    Target target = base();
    target.plant = &scenario_.graph.plants[i];
    read_table(*tables[i]->as<TomlValue::Table>(), tables[i]->place, "plant", plant_prefixes_.back(), target);
  }
  for (const Missing& it : missing_) report_missing(it);
  missing_.clear();
}

void ScenarioReader::read_products(const TomlValue::Table& top) {
  const std::vector<const TomlValue*> tables = tables_of(top, "product");
  scenario_.world.products.resize(tables.size());  // no reallocation below: targets point into it
  for (std::size_t i = 0; i < tables.size(); ++i) {
    product_prefixes_.push_back(note_name("product", *tables[i], product_names_));
    product_places_.push_back(tables[i]->place);
    Target target = base();
    target.product = &scenario_.world.products[i];
    read_table(*tables[i]->as<TomlValue::Table>(), tables[i]->place, "product", product_prefixes_.back(), target);
  }
  for (const Missing& it : missing_) report_missing(it);
  missing_.clear();
}

void ScenarioReader::read_campaigns(const TomlValue::Table& top) {
  const std::vector<const TomlValue*> tables = tables_of(top, "campaign");
  scenario_.world.campaigns.resize(tables.size());  // no reallocation below: targets point into it
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const std::string prefix = note_name("campaign", *tables[i], campaign_names_);
    campaign_prefixes_.push_back(prefix);
    campaign_places_.push_back(tables[i]->place);
    Target target = base();
    target.campaign = &scenario_.world.campaigns[i];
    read_table(*tables[i]->as<TomlValue::Table>(), tables[i]->place, "campaign", prefix, target);
  }
  for (const Missing& it : missing_) report_missing(it);
  missing_.clear();
}

void ScenarioReader::read_arms(const TomlValue::Table& top) {
  const std::vector<const TomlValue*> tables = tables_of(top, "arm");
  if (tables.empty()) {
    scenario_.arms = {{.name = "base", .run = scenario_.run}};
    arm_names_.emplace("base", Place{});
    return;
  }
  scenario_.arms.assign(tables.size(), {.name = {}, .run = scenario_.run});
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const std::string prefix = note_name("arm", *tables[i], arm_names_);
    Target target = base();
    target.arm = &scenario_.arms[i];
    target.run = &scenario_.arms[i].run;
    const Key& name = *find_key("arm", "name");
    TomlValue::Table rest;
    for (const TomlEntry& entry : *tables[i]->as<TomlValue::Table>()) {
      if (const Key* own = find_key("arm", entry.name))
        read_key(*own, entry, prefix + entry.name, target);
      else
        rest.push_back(entry);
    }
    if (!name_of(*tables[i]) && !given(prefix + "name"))
      report_missing({&name, prefix + "name", tables[i]->place, target});
    read_table(rest, tables[i]->place, "", prefix, target);
    lay_preset(target, prefix);
    replace_contacts(prefix, target.run->diffusion);
  }
}

void ScenarioReader::replace_contacts(const std::string& prefix, DiffusionParameters& diffusion) const {
  if (std::ranges::none_of(ways_to_say_contacts,
                           [&](std::string_view key) { return given(prefix + std::string(key)); }))
    return;
  if (!given(prefix + "diffusion.adoptions")) diffusion.adoptions = -1;
  if (!given(prefix + "diffusion.along_follows")) diffusion.along_follows = -1;
}

void ScenarioReader::read_contrasts(const TomlValue::Table& top) {
  const std::vector<const TomlValue*> tables = tables_of(top, "contrast");
  scenario_.contrasts.resize(tables.size());
  for (std::size_t i = 0; i < tables.size(); ++i) {
    Target target = base();
    target.contrast = &scenario_.contrasts[i];
    contrast_prefixes_.push_back(tables.size() == 1 ? "contrast." : fmt::format("contrast {}.", i + 1));
    contrast_places_.push_back(tables[i]->place);
    read_table(*tables[i]->as<TomlValue::Table>(), tables[i]->place, "contrast", contrast_prefixes_.back(), target);
  }
  for (const Missing& it : missing_) report_missing(it);
  missing_.clear();
}

void ScenarioReader::read_bands(const TomlValue::Table& top) {
  const std::vector<const TomlValue*> tables = tables_of(top, "band");
  scenario_.bands.resize(tables.size());
  for (std::size_t i = 0; i < tables.size(); ++i) {
    Target target = base();
    target.band = &scenario_.bands[i];
    band_prefixes_.push_back(tables.size() == 1 ? "band." : fmt::format("band {}.", i + 1));
    read_table(*tables[i]->as<TomlValue::Table>(), tables[i]->place, "band", band_prefixes_.back(), target);
  }
  for (const Missing& it : missing_) report_missing(it);
  missing_.clear();
}

void ScenarioReader::read_switches(const TomlValue::Table& top) {
  const std::vector<const TomlValue*> tables = tables_of(top, "switch");
  scenario_.switches.resize(tables.size());
  for (std::size_t i = 0; i < tables.size(); ++i) {
    SwitchChoice& choice = scenario_.switches[i];
    const std::string prefix = note_name("switch", *tables[i], switch_names_);
    switch_places_.push_back(tables[i]->place);
    Target target = base();
    target.off = &choice;
    TomlValue::Table name, rest;
    for (const TomlEntry& entry : *tables[i]->as<TomlValue::Table>())
      (entry.name == "name" ? name : rest).push_back(entry);
    read_table(name, tables[i]->place, "switch", prefix, target);
    read_settings(rest, "", choice);
  }
  for (const Missing& it : missing_) report_missing(it);
  missing_.clear();
}

void ScenarioReader::read_settings(const TomlValue::Table& table, const std::string& prefix, SwitchChoice& choice) {
  for (const TomlEntry& entry : table)
    if (const auto* below = entry.value.as<TomlValue::Table>())
      read_settings(*below, prefix + entry.name + ".", choice);
    else
      choice.settings.push_back({prefix + entry.name, entry.place, entry.value});
}

}  // namespace grapevine
