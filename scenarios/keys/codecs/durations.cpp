#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "graph/base/error.hpp"
#include "scenarios/keys/codec.hpp"

namespace grapevine {
namespace {

constexpr std::int64_t day = 86'400;

/// The duration that the value is, or nothing and a mistake.
std::optional<std::int64_t> seconds_in(const Reading& reading) {
  const auto* text = reading.value.as<std::string>();
  if (!text) {
    if (real_in(reading.value))
      reading.add(reading.value.place, fmt::format("{} is {}, a number without a unit; expected {}",
                                                   reading.context.label, found(reading.value), expected(reading.key)));
    else
      reading.refuse();
    return {};
  }
  const std::optional<std::int64_t> seconds = duration_in_seconds(*text);
  const WholeRange range = std::get<WholeRange>(reading.key.range);
  if (!seconds || *seconds < range.least || *seconds > range.most) {
    reading.refuse({}, seconds && *seconds > range.most);
    return {};
  }
  return seconds;
}

class DurationLike : public Codec {
  Json schema(const Key&) const override { return json_text_like("^(0|[0-9]{1,12}(s|min|h|d))$"); }
};

class Duration : public DurationLike {
  void read(const Reading& reading) const override {
    const std::optional<std::int64_t> length = seconds_in(reading);
    const std::int64_t tick = reading.context.tick_seconds;
    if (!length || tick == 0) return;
    if (*length % tick == 0) return reading.put(*length / tick);
    const std::int64_t below = *length / tick * tick;
    const std::string near = below == 0 ? "" : in_quotes(duration_as_text(below)) + " or ";
    reading.add(reading.value.place,
                fmt::format("{} is {}; expected whole ticks of {} (time.tick); the nearest are {}{}",
                            reading.context.label, found(reading.value), in_quotes(duration_as_text(tick)), near,
                            in_quotes(duration_as_text(below + tick))));
  }
  std::string written(const Key& key, const void* field, const WritingContext& context) const override {
    return in_quotes(duration_as_text(key.whole_in(field) * context.tick_seconds));
  }
  std::string expected(const Key& key, bool limits) const override {
    const WholeRange range = std::get<WholeRange>(key.range);
    std::string words = "a duration such as \"10min\", \"48h\" or \"1d\"";
    if (range.least > 0) words += ", at least one tick";
    if (limits) words += fmt::format(", at most {}", in_quotes(duration_as_text(range.most)));
    return words;
  }
};

class TickLength : public DurationLike {
  void read(const Reading& reading) const override {
    const std::optional<std::int64_t> length = seconds_in(reading);
    if (!length) return;
    if (day % *length != 0) return reading.refuse();
    reading.put(*length);
  }
  std::string written(const Key& key, const void* field, const WritingContext&) const override {
    return in_quotes(duration_as_text(key.whole_in(field)));
  }
  std::string expected(const Key& key, bool) const override {
    const WholeRange range = std::get<WholeRange>(key.range);
    return fmt::format("a duration from {} to {} that divides a day", in_quotes(duration_as_text(range.least)),
                       in_quotes(duration_as_text(range.most)));
  }
};

}  // namespace

const Codec& duration_codec(Kind kind) {
  static const Duration duration;
  static const TickLength tick;
  GRAPEVINE_EXPECTS(kind == Kind::duration || kind == Kind::tick);
  return kind == Kind::duration ? static_cast<const Codec&>(duration) : tick;
}

std::string duration_as_text(std::int64_t seconds) {
  if (seconds == 0) return "0";
  if (seconds % day == 0) return fmt::format("{}d", seconds / day);
  if (seconds % 3600 == 0) return fmt::format("{}h", seconds / 3600);
  if (seconds % 60 == 0) return fmt::format("{}min", seconds / 60);
  return fmt::format("{}s", seconds);
}

std::optional<std::int64_t> duration_in_seconds(std::string_view text) {
  if (text == "0") return 0;
  std::size_t digits = 0;
  std::int64_t number = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') {
    if (digits == 12) return {};
    number = number * 10 + (text[digits++] - '0');
  }
  const std::string_view unit = text.substr(digits);
  if (digits == 0) return {};
  if (unit == "s") return number;
  if (unit == "min") return number * 60;
  if (unit == "h") return number * 3600;
  if (unit == "d") return number * day;
  return {};
}

}  // namespace grapevine
