#include "scenarios/keys/codec.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "graph/base/error.hpp"

namespace grapevine {

void Reading::refuse(std::string_view hint, bool limits) const {
  add(value.place, fmt::format("{} is {}; expected {}{}{}", context.label, found(value), expected(key, limits),
                               hint.empty() ? "" : "; ", hint));
}

void Reading::refuse_member(const TomlValue& member, std::size_t number, std::string_view what) const {
  add(member.place, fmt::format("entry {} of {} is {}; expected {}", number, context.label, found(member), what));
}

const TomlValue::List* Reading::list() const {
  const auto* list = value.as<TomlValue::List>();
  if (!list) refuse();
  return list;
}

void Codec::scale(const Key&, void*, double) const { GRAPEVINE_EXPECTS(!"a kind that scales"); }

const Codec& codec_of(Kind kind) {
  using K = Kind;
  switch (kind) {
    case K::whole:
    case K::number:
    case K::number_or_auto:
    case K::number_or_off:
    case K::strength:
    case K::money:
    case K::flag:
      return number_codec(kind);
    case K::duration:
    case K::tick:
      return duration_codec(kind);
    case K::text:
    case K::name:
    case K::choice:
    case K::path:
      return text_codec(kind);
    case K::names:
    case K::labels:
    case K::columns:
    case K::streams:
    case K::accounts:
      return names_codec(kind);
    default:
      return list_codec(kind);
  }
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

std::string choices_in_words(const std::vector<std::string_view>& choices) {
  std::vector<std::string> names;
  for (const std::string_view choice : choices) names.push_back(in_quotes(choice));
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string range_in_words(const Key& key, bool limits) {
  // Bounds from here on are the machine's: messages name them only to who went beyond.
  constexpr std::int64_t technical_limit = 4'294'967'294;
  if (const auto* whole = std::get_if<WholeRange>(&key.range)) {
    if (whole->least == whole->most) return fmt::format(", {} only", whole->least);
    if (whole->most >= technical_limit && !limits) return fmt::format(", {} or more", whole->least);
    return fmt::format(", {} to {}", whole->least, whole->most);
  }
  if (const auto* real = std::get_if<RealRange>(&key.range)) {
    if (real->above) return fmt::format(" above {} and at most {}", real->least, real->most);
    return fmt::format(", {} to {}", real->least, real->most);
  }
  return "";
}

std::optional<double> real_in(const TomlValue& value) {
  if (const auto* real = value.as<double>()) return *real;
  if (const auto* whole = value.as<std::int64_t>()) return static_cast<double>(*whole);
  return {};
}

bool is_within(double number, const RealRange& range) {
  return (range.above ? number > range.least : number >= range.least) && number <= range.most;
}

std::string list_of_texts(const std::vector<std::string>& parts) { return fmt::format("[{}]", fmt::join(parts, ", ")); }

void scale_count(std::uint64_t& count, double scale) {
  if (count != 0 && count != UINT64_MAX)
    count = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(static_cast<double>(count) * scale + 0.5));
}

Json json_list(Json item, std::size_t least, std::size_t most, bool unique) {
  Json list{{"type", "array"}, {"items", std::move(item)}};
  if (least > 0) list["minItems"] = least;
  if (most > 0) list["maxItems"] = most;
  if (unique) list["uniqueItems"] = true;
  return list;
}
Json json_text_like(std::string_view pattern) { return {{"type", "string"}, {"pattern", pattern}}; }
Json json_number(const RealRange& range) {
  return {{"type", "number"}, {range.above ? "exclusiveMinimum" : "minimum", range.least}, {"maximum", range.most}};
}
Json json_choice(const std::vector<std::string_view>& choices) { return {{"enum", choices}}; }
Json json_either(Json one, Json other) { return {{"anyOf", Json::array({std::move(one), std::move(other)})}}; }
Json json_some_text() { return {{"type", "string"}, {"minLength", 1}}; }
Json json_count() { return {{"type", "integer"}, {"minimum", 0}}; }

bool read_value(const Key& key, const Target& target, const TomlValue& value, const ReadingContext& context,
                std::vector<Mistake>& mistakes) {
  const std::size_t before = mistakes.size();
  codec_of(key.kind).read(Reading(key, key.field(target), value, context, mistakes));
  return mistakes.size() == before;
}

std::string value_as_toml(const Key& key, const Target& target, std::uint32_t tick_seconds,
                          const std::filesystem::path& folder) {
  return codec_of(key.kind).written(key, key.field(target), {tick_seconds, folder});
}

Texts texts_of(const Key& key) {
  const auto is_text = [](const Json& schema) {
    return schema.value("type", "") == "string" || schema.contains("enum");
  };
  const Json schema = codec_of(key.kind).schema(key);
  if (is_text(schema)) return Texts::all;
  if (!schema.contains("anyOf")) return Texts::none;
  return std::ranges::any_of(schema["anyOf"], is_text) ? Texts::some : Texts::none;
}

std::string default_as_toml(const Key& key) {
  if (key.required) return "";
  Scenario scenario;
  ProductParameters product;
  CampaignParameters campaign;
  Arm arm;
  ContrastChoice contrast;
  BandChoice band;
  PlantChoice plant;
  SwitchChoice off;
  return value_as_toml(key, {&scenario, &scenario.run, &product, &campaign, &arm, &contrast, &plant, &band, &off},
                       scenario.world.time.tick_seconds);
}

std::string expected(const Key& key, bool limits) { return codec_of(key.kind).expected(key, limits); }

std::string found(const TomlValue& value) {
  return std::visit(
      [](const auto& it) -> std::string {
        using T = std::remove_cvref_t<decltype(it)>;
        if constexpr (std::is_same_v<T, bool>) return it ? "true" : "false";
        if constexpr (std::is_same_v<T, std::int64_t>) return fmt::format("{}", it);
        if constexpr (std::is_same_v<T, double>)
          return fmt::format("{}", it) + (std::isfinite(it) && it == std::trunc(it) && std::abs(it) < 1e15 ? ".0" : "");
        if constexpr (std::is_same_v<T, std::string>) {
          constexpr std::size_t shown = 60;
          if (it.size() <= shown) return in_quotes(it);
          std::size_t end = shown;
          while (end > 0 && (static_cast<unsigned char>(it[end]) & 0xc0) == 0x80)
            --end;  // not within a character of UTF-8
          return in_quotes(it.substr(0, end)) + "...";
        }
        if constexpr (std::is_same_v<T, TomlValue::List>) return it.empty() ? "an empty list" : "a list";
        if constexpr (std::is_same_v<T, TomlValue::Table>) return "a table";
        return "a date or time";
      },
      value.data);
}

std::string as_toml(const TomlValue& value) {
  if (const auto* text = value.as<std::string>()) return in_quotes(*text);
  const auto* members = value.as<TomlValue::List>();
  if (!members) return found(value);
  std::vector<std::string> written;
  for (const TomlValue& member : *members) written.push_back(as_toml(member));
  return fmt::format("[{}]", fmt::join(written, ", "));
}

}  // namespace grapevine
