#include <fmt/format.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <utility>

#include "scenarios/keys/key_values.hpp"

// The key table for editors that complete and check TOML.
namespace grapevine {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view name_pattern = "^[A-Za-z0-9_-]{1,64}$";

Json counted() { return {{"type", "integer"}, {"minimum", 0}}; }
Json chance() { return {{"type", "number"}, {"minimum", 0}, {"maximum", 1}}; }
Json some_text() { return {{"type", "string"}, {"minLength", 1}}; }
Json matching(std::string_view pattern) { return {{"type", "string"}, {"pattern", pattern}}; }
Json one_of(const std::vector<std::string_view>& choices) { return {{"enum", choices}}; }
Json either(Json one, Json other) { return {{"anyOf", Json::array({std::move(one), std::move(other)})}}; }

Json list_of(Json item, std::size_t least, std::size_t most, bool unique) {
  Json list{{"type", "array"}, {"items", std::move(item)}};
  if (least > 0) list["minItems"] = least;
  if (most > 0) list["maxItems"] = most;
  if (unique) list["uniqueItems"] = true;
  return list;
}

Json number_in(const RealRange& range) {
  return {{"type", "number"}, {range.above ? "exclusiveMinimum" : "minimum", range.least}, {"maximum", range.most}};
}

/// What a value must be.
Json constraints(const Key& key) {
  const auto whole = [&](const char* type) -> Json {
    const WholeRange range = std::get<WholeRange>(key.range);
    return {{"type", type}, {"minimum", range.least}, {"maximum", range.most}};
  };
  switch (key.kind) {
    case Kind::whole:
      return whole("integer");
    case Kind::number:
      return number_in(std::get<RealRange>(key.range));
    case Kind::number_or_auto:
      return either(number_in(std::get<RealRange>(key.range)), one_of({"auto"}));
    case Kind::money:
      return whole("number");
    case Kind::duration:
    case Kind::tick:
      return matching("^(0|[0-9]{1,12}(s|min|h|d))$");
    case Kind::flag:
      return {{"type", "boolean"}};
    case Kind::text:
      return {{"type", "string"}};
    case Kind::name:
      return matching(name_pattern);
    case Kind::choice:
      return one_of(key.choices);
    case Kind::path:
      return some_text();
    case Kind::names:
      return list_of(matching(name_pattern), 0, 0, true);
    case Kind::labels:
      return list_of(some_text(), 1, most_tiers, true);
    case Kind::bounds:
      return list_of(counted(), 1, most_tiers, true);
    case Kind::hours:
      return list_of({{"type", "number"}, {"minimum", 0}}, 24, 24, false);
    case Kind::audiences:
      return list_of(list_of(counted(), 2, 2, false), 1, 0, false);
    case Kind::columns:
      return list_of(some_text(), 2, 2, true);
    case Kind::streams:
      return list_of(one_of(key.choices), 0, key.choices.size(), true);
    case Kind::accounts:
      return either(one_of(key.choices), list_of(some_text(), 1, 0, true));
    case Kind::interval:
      return list_of(counted(), 2, 2, false);
    case Kind::sizes:
      return list_of({{"type", "integer"}, {"minimum", 1}}, 1, 0, false);
    case Kind::matrix:
      return list_of(list_of(chance(), 1, 0, false), 1, 0, false);
    case Kind::quadrants:
      return list_of(chance(), 4, 4, false);
  }
  return {};
}

Json schema_of(const Key& key) {
  Json schema = constraints(key);
  std::string description = fmt::format("{} Expected: {}.", key.sentence, expected(key));
  if (key.only.holds) description += fmt::format(" Only with {}.", key.only.words);
  schema["description"] = description;
  const std::string value = default_as_toml(key);  // texts, numbers and lists of them look alike in TOML and JSON
  if (!value.empty()) schema["default"] = Json::parse(value);
  return schema;
}

/// The table at `section` with the tables below it, holding only keys that `takes` accepts; null when there is none.
Json table_schema(const Section& section, const std::function<bool(const Key&)>& takes,
                  Json properties = Json::object()) {
  Json required = Json::array();
  for (const auto& [name, schema] : properties.items()) required.push_back(name);
  for (const Key* key : keys_of(section)) {
    if (!takes(*key)) continue;
    properties[std::string(key->name)] = schema_of(*key);
    if (key->required && !key->only.holds) required.push_back(key->name);
  }
  const std::string prefix = section.name.empty() ? "" : std::string(section.name) + ".";
  for (const Section& below : sections()) {
    const bool child = !below.name.empty() && below.name.substr(0, prefix.size()) == prefix &&
                       below.name.find('.', prefix.size()) == std::string_view::npos;
    if (!child || below.array) continue;
    if (Json table = table_schema(below, takes); !table.is_null())
      properties[std::string(below.name.substr(prefix.size()))] = std::move(table);
  }
  if (properties.empty()) return nullptr;
  Json table{{"type", "object"}, {"description", section.sentence}, {"additionalProperties", false}};
  if (!required.empty()) table["required"] = std::move(required);
  table["properties"] = std::move(properties);
  return table;
}

}  // namespace

std::string keys_as_json_schema() {
  const auto all = [](const Key&) { return true; };
  const auto run_keys = [](const Key& key) { return key.scope == Scope::run; };

  Json properties = Json::object(), required = Json::array();
  for (const Key* key : keys_of(sections().front())) {
    properties[std::string(key->name)] = schema_of(*key);
    if (key->required) required.push_back(key->name);
  }
  for (const Section& section : sections()) {
    if (section.name.empty() || section.name.find('.') != std::string_view::npos) continue;
    Json table = section.name == "arm" ? table_schema({"", false, section.sentence}, run_keys,
                                                      {{"name", schema_of(*find_key("arm", "name"))}})
                                       : table_schema(section, all);
    properties[std::string(section.name)] =
        section.array ? Json{{"type", "array"}, {"items", std::move(table)}} : std::move(table);
  }
  const Json schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                    {"title", "Grapevine scenario"},
                    {"type", "object"},
                    {"additionalProperties", false},
                    {"required", std::move(required)},
                    {"properties", std::move(properties)}};
  return schema.dump(2) + "\n";
}

}  // namespace grapevine
