#include <fmt/format.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <utility>

#include "scenarios/keys/codec.hpp"

// The key table for editors that complete and check TOML.
namespace grapevine {
namespace {

Json schema_of(const Key& key) {
  Json schema = codec_of(key.kind).schema(key);
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
    properties[key->name] = schema_of(*key);
    if (key->required && !key->only.holds) required.push_back(key->name);
  }
  const std::string prefix = section.name.empty() ? "" : section.name + ".";
  for (const Section& below : sections()) {
    const bool child = !below.name.empty() && below.name.substr(0, prefix.size()) == prefix &&
                       below.name.find('.', prefix.size()) == std::string_view::npos;
    if (!child || below.array) continue;
    if (Json table = table_schema(below, takes); !table.is_null())
      properties[below.name.substr(prefix.size())] = std::move(table);
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
    properties[key->name] = schema_of(*key);
    if (key->required) required.push_back(key->name);
  }
  for (const Section& section : sections()) {
    if (section.name.empty() || section.name.find('.') != std::string_view::npos) continue;
    Json table = section.name == "arm" ? table_schema({"", false, section.sentence}, run_keys,
                                                      {{"name", schema_of(*find_key("arm", "name"))},
                                                       {"warmup", schema_of(*find_key("arm", "warmup"))}})
                                       : table_schema(section, all);
    if (section.name == "switch" || section.name == "sweep")
      table["additionalProperties"] = true;  // any key that it changes
    properties[section.name] = section.array ? Json{{"type", "array"}, {"items", std::move(table)}} : std::move(table);
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
