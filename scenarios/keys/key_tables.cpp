#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "scenarios/keys/key_values.hpp"

// The three renderings of the key table: for a terminal, for docs/keys.md, for editors.
namespace grapevine {
namespace {

std::string_view word(Scope scope) { return scope == Scope::world ? "world" : scope == Scope::run ? "run" : "output"; }

/// The default, or what its absence means.
std::string default_in_words(const Key& key) {
  if (key.required) return "required";
  const std::string value = default_as_toml(key);
  if (!value.empty()) return key.kind == Kind::hours ? "1 in every hour" : value;
  return std::string(key.absent);
}

std::vector<const Key*> keys_of(const Section& section) {
  std::vector<const Key*> found;
  for (const Key& key : keys())
    if (key.section == section.name) found.push_back(&key);
  return found;
}

/// Lines of at most `width` characters, each after `margin` blanks.
std::string wrapped(std::string_view text, std::size_t margin, std::size_t width) {
  std::string out, line;
  const auto flush = [&] { out += std::string(margin, ' ') + line + "\n"; };
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view next = text.substr(0, end);
    if (!line.empty() && line.size() + 1 + next.size() > width) {
      flush();
      line.clear();
    }
    line += (line.empty() ? "" : " ") + std::string(next);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (!line.empty()) flush();
  return out;
}

constexpr std::string_view duration_note =
    "Durations are texts such as \"90s\", \"10min\", \"48h\" or \"1d\", and whole ticks (\"0\" where nothing is "
    "meant). Relative paths in "
    "a file are taken "
    "from the file's folder, those of --set from the working directory. --set key=value lays a value over the file's; "
    "values are TOML, "
    "tables of an array "
    "are addressed by name: --set 'campaign.one.posts=3', --set 'arm.ranked.feed.length=50'.";

constexpr std::string_view scope_note =
    "Scope: `world` keys are the same for all arms; `run` keys may also stand in an [[arm]]; `output` keys change no "
    "result. `scales`: the "
    "unit is followers "
    "or users, so a world that stands for a larger one scales the value.";

}  // namespace

std::string keys_as_text() {
  constexpr std::size_t margin = 4, width = 112;
  std::size_t longest_name = 0, longest_default = 0;
  for (const Key& key : keys()) {
    longest_name = std::max(longest_name, key.name.size());
    if (default_in_words(key).size() <= 32) longest_default = std::max(longest_default, default_in_words(key).size());
  }
  std::string out = wrapped(duration_note, 0, width + margin) + wrapped(scope_note, 0, width + margin);
  for (const Section& section : sections()) {
    out += fmt::format("\n{}  {}\n", section.name.empty() ? "top level" : section.header(), section.sentence);
    for (const Key* key : keys_of(section)) {
      out += fmt::format("  {:<{}}  {:<{}}  {:<6}  {}{}\n", key->name, longest_name, default_in_words(*key),
                         longest_default, word(key->scope), expected(*key), key->scales ? "; scales" : "");
      out += wrapped(key->sentence, margin, width);
      if (key->only.holds) out += wrapped(fmt::format("Only with {}.", key->only.words), margin, width);
      out += wrapped(fmt::format("Source: {}.", key->source), margin, width);
    }
  }
  return out;
}

std::string keys_as_markdown() {
  std::string out =
      "# Scenario keys\n\n"
      "Every key that a scenario file may hold. This page is the output of `grapevine keys --markdown`; the lists "
      "themselves are in "
      "`scenarios/keys/`.\n\n"
      "A source is a citation with the mark of its certainty ([R] read, [S] second hand, [C] computed, [M] from "
      "memory), or the word "
      "*assumption*.\n\n";
  out += fmt::format("{}\n\n{}\n", duration_note, scope_note);
  const auto cell = [](std::string_view text) {
    std::string safe;
    for (const char c : text) safe += c == '|' ? std::string("\\|") : std::string(1, c);
    return safe;
  };
  for (const Section& section : sections()) {
    out += fmt::format("\n## {}\n\n{}\n\n", section.name.empty() ? "Top level" : fmt::format("`{}`", section.header()),
                       section.sentence);
    out +=
        "| key | value | default | unit | scope | what it says | source of the default "
        "|\n|---|---|---|---|---|---|---|\n";
    for (const Key* key : keys_of(section)) {
      const std::string value = default_as_toml(*key);
      const std::string shown =
          value.empty() || key->kind == Kind::hours ? default_in_words(*key) : fmt::format("`{}`", value);
      out +=
          fmt::format("| `{}` | {} | {} | {} | {}{} | {}{} | {} |\n", key->name, cell(expected(*key)), cell(shown),
                      cell(key->unit), word(key->scope), key->scales ? ", scales" : "", cell(key->sentence),
                      key->only.holds ? fmt::format(" Only with {}.", cell(key->only.words)) : "", cell(key->source));
    }
  }
  return out;
}

namespace {

/// A JSON object, its members already written.
std::string object(const std::vector<std::string>& members) {
  std::vector<std::string> shown;
  for (const std::string& member : members)
    if (!member.empty()) shown.push_back(member);
  return fmt::format("{{{}}}", fmt::join(shown, ", "));
}

std::string member(std::string_view name, std::string_view json) {
  return fmt::format("{}: {}", in_quotes(name), json);
}

std::string text_member(std::string_view name, std::string_view text) { return member(name, in_quotes(text)); }

std::string enumerated(const std::vector<std::string_view>& choices) {
  std::vector<std::string> names;
  for (const std::string_view choice : choices) names.push_back(in_quotes(choice));
  return fmt::format("[{}]", fmt::join(names, ", "));
}

constexpr std::string_view name_pattern = "^[A-Za-z0-9_-]{1,64}$";
constexpr std::string_view counted = "{\"type\": \"integer\", \"minimum\": 0}";
constexpr std::string_view chance = "{\"type\": \"number\", \"minimum\": 0, \"maximum\": 1}";
constexpr std::string_view some_text = "{\"type\": \"string\", \"minLength\": 1}";

/// The constraints on a value, as members of its schema.
std::vector<std::string> constraints(const Key& key) {
  const auto list = [](std::string_view item, std::size_t least, std::size_t most, bool unique) {
    std::vector<std::string> out{text_member("type", "array"), member("items", item)};
    if (least > 0) out.push_back(member("minItems", fmt::format("{}", least)));
    if (most > 0) out.push_back(member("maxItems", fmt::format("{}", most)));
    if (unique) out.push_back(member("uniqueItems", "true"));
    return out;
  };
  switch (key.kind) {
    case Kind::whole: {
      const WholeRange range = std::get<WholeRange>(key.range);
      return {text_member("type", "integer"), member("minimum", fmt::format("{}", range.least)),
              member("maximum", fmt::format("{}", range.most))};
    }
    case Kind::number: {
      const RealRange range = std::get<RealRange>(key.range);
      return {text_member("type", "number"),
              member(range.above ? "exclusiveMinimum" : "minimum", fmt::format("{}", range.least)),
              member("maximum", fmt::format("{}", range.most))};
    }
    case Kind::number_or_auto: {
      const RealRange range = std::get<RealRange>(key.range);
      const std::string number =
          object({text_member("type", "number"),
                  member(range.above ? "exclusiveMinimum" : "minimum", fmt::format("{}", range.least)),
                  member("maximum", fmt::format("{}", range.most))});
      return {member("anyOf", fmt::format("[{}, {}]", number, object({member("enum", "[\"auto\"]")})))};
    }
    case Kind::money: {
      const WholeRange range = std::get<WholeRange>(key.range);
      return {text_member("type", "number"), member("minimum", fmt::format("{}", range.least)),
              member("maximum", fmt::format("{}", range.most))};
    }
    case Kind::duration:
    case Kind::tick:
      return {text_member("type", "string"), text_member("pattern", "^(0|[0-9]{1,12}(s|min|h|d))$")};
    case Kind::flag:
      return {text_member("type", "boolean")};
    case Kind::text:
      return {text_member("type", "string")};
    case Kind::name:
      return {text_member("type", "string"), text_member("pattern", name_pattern)};
    case Kind::choice:
      return {member("enum", enumerated(key.choices))};
    case Kind::path:
      return {text_member("type", "string"), member("minLength", "1")};
    case Kind::names:
      return list(object({text_member("type", "string"), text_member("pattern", name_pattern)}), 0, 0, true);
    case Kind::labels:
      return list(some_text, 1, most_tiers, true);
    case Kind::bounds:
      return list(counted, 1, most_tiers, true);
    case Kind::hours:
      return list("{\"type\": \"number\", \"minimum\": 0}", 24, 24, false);
    case Kind::audiences:
      return list(object(list(counted, 2, 2, false)), 1, 0, false);
    case Kind::columns:
      return list(some_text, 2, 2, true);
    case Kind::streams:
      return list(object({member("enum", enumerated(key.choices))}), 0, key.choices.size(), true);
    case Kind::accounts:
      return {member("anyOf", fmt::format("[{}, {}]", object({member("enum", enumerated(key.choices))}),
                                          object(list(some_text, 1, 0, true))))};
    case Kind::interval:
      return list(counted, 2, 2, false);
    case Kind::sizes:
      return list("{\"type\": \"integer\", \"minimum\": 1}", 1, 0, false);
    case Kind::matrix:
      return list(object(list(chance, 1, 0, false)), 1, 0, false);
    case Kind::quadrants:
      return list(chance, 4, 4, false);
  }
  return {};
}

std::string schema_of(const Key& key) {
  std::vector<std::string> members = constraints(key);
  std::string description = fmt::format("{} Expected: {}.", key.sentence, expected(key));
  if (key.only.holds) description += fmt::format(" Only with {}.", key.only.words);
  members.push_back(text_member("description", description));
  const std::string value = default_as_toml(key);  // texts, numbers and lists of them look alike in TOML and JSON
  if (!value.empty()) members.push_back(member("default", value));
  return object(members);
}

std::string closed_table(std::string_view sentence, const std::vector<std::string>& properties,
                         const std::vector<std::string>& required) {
  return object({text_member("type", "object"), sentence.empty() ? "" : text_member("description", sentence),
                 member("additionalProperties", "false"),
                 required.empty() ? "" : member("required", fmt::format("[{}]", fmt::join(required, ", "))),
                 member("properties", object(properties))});
}

/// The table at `section` with the tables below it, holding only keys that `takes` accepts; empty when there is none.
std::string table_schema(const Section& section, const std::function<bool(const Key&)>& takes,
                         const std::vector<std::string>& further = {}) {
  std::vector<std::string> properties = further, required;
  if (!further.empty()) required.push_back(in_quotes("name"));
  for (const Key* key : keys_of(section)) {
    if (!takes(*key)) continue;
    properties.push_back(member(key->name, schema_of(*key)));
    if (key->required && !key->only.holds) required.push_back(in_quotes(key->name));
  }
  const std::string prefix = section.name.empty() ? "" : std::string(section.name) + ".";
  for (const Section& below : sections()) {
    const bool child = !below.name.empty() && below.name.substr(0, prefix.size()) == prefix &&
                       below.name.find('.', prefix.size()) == std::string_view::npos;
    if (!child || below.array) continue;
    if (const std::string table = table_schema(below, takes); !table.empty())
      properties.push_back(member(below.name.substr(prefix.size()), table));
  }
  return properties.empty() ? "" : closed_table(section.sentence, properties, required);
}

const Section& section_called(std::string_view name) {
  return *std::find_if(sections().begin(), sections().end(),
                       [&](const Section& section) { return section.name == name; });
}

}  // namespace

std::string keys_as_json_schema() {
  const auto all = [](const Key&) { return true; };
  const auto run_keys = [](const Key& key) { return key.scope == Scope::run; };
  const Section& top = sections().front();

  std::vector<std::string> properties, required;
  for (const Key* key : keys_of(top)) {
    properties.push_back(member(key->name, schema_of(*key)));
    if (key->required) required.push_back(in_quotes(key->name));
  }
  for (const Section& section : sections()) {
    if (section.name.empty() || section.name.find('.') != std::string_view::npos) continue;
    std::string table;
    if (section.name == "arm")
      table = table_schema({"", false, section_called("arm").sentence}, run_keys,
                           {member("name", schema_of(*find_key("arm", "name")))});
    else
      table = table_schema(section, all);
    if (section.array) table = object({text_member("type", "array"), member("items", table)});
    properties.push_back(member(section.name, table));
  }
  return object({text_member("$schema", "https://json-schema.org/draft/2020-12/schema"),
                 text_member("title", "Grapevine scenario"), text_member("type", "object"),
                 member("additionalProperties", "false"),
                 member("required", fmt::format("[{}]", fmt::join(required, ", "))),
                 member("properties", object(properties))}) +
         "\n";
}

}  // namespace grapevine
