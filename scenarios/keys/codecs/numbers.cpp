#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "graph/base/error.hpp"
#include "scenarios/keys/codec.hpp"

namespace grapevine {
namespace {

/// Reads a number in the range of the key.
void read_number(const Reading& reading) {
  const std::optional<double> number = real_in(reading.value);
  if (!number || !is_within(*number, std::get<RealRange>(reading.key.range))) return reading.refuse();
  reading.field<double>() = *number + 0.0;  // no negative zero
}

std::string number_of(const Key& key, bool article) {
  const bool ratio = key.unit == "share" || key.unit == "probability";
  return key.unit.empty()   ? "a number"
         : ratio && article ? fmt::format("a {}", key.unit)
                            : fmt::format("a number of {}", key.unit);
}

/// A whole number beyond 64 bits: `--set` hands it on as a text, for it is no TOML.
bool is_too_large(const TomlValue& value) {
  const auto* text = value.as<std::string>();
  return text && !text->empty() && std::ranges::all_of(*text, [](char c) { return '0' <= c && c <= '9'; });
}

class Whole : public Codec {
  void read(const Reading& reading) const override {
    const auto* number = reading.value.as<std::int64_t>();
    if (!number)
      return reading.refuse(reading.value.as<double>() ? "write it without a decimal point or exponent" : "",
                            is_too_large(reading.value));
    const WholeRange range = std::get<WholeRange>(reading.key.range);
    if (*number < range.least || *number > range.most) return reading.refuse({}, *number > range.most);
    reading.put(*number);
  }
  std::string written(const Key& key, const void* field, const WritingContext&) const override {
    const std::int64_t number = key.whole_in(field);
    return key.is_unset(field) || number < std::get<WholeRange>(key.range).least ? "" : fmt::format("{}", number);
  }
  std::string expected(const Key& key, bool limits) const override {
    return (key.unit.empty() ? "a whole number" : fmt::format("a whole number of {}", key.unit)) +
           range_in_words(key, limits);
  }
  Json schema(const Key& key) const override {
    const WholeRange range = std::get<WholeRange>(key.range);
    return {{"type", "integer"}, {"minimum", range.least}, {"maximum", range.most}};
  }
  void scale(const Key& key, void* field, double scale) const override {
    if (key.is_unset(field)) return;
    auto count = static_cast<std::uint64_t>(key.whole_in(field));
    scale_count(count, scale);
    key.put_whole(field, static_cast<std::int64_t>(count));
  }
};

class Number : public Codec {
  void read(const Reading& reading) const override { read_number(reading); }
  std::string written(const Key& key, const void* field, const WritingContext&) const override {
    const double number = *static_cast<const double*>(field);
    const auto* range = std::get_if<RealRange>(&key.range);
    return range && number < range->least ? "" : fmt::format("{}", number);  // below: it is not set
  }
  std::string expected(const Key& key, bool limits) const override {
    return number_of(key, true) + range_in_words(key, limits);
  }
  Json schema(const Key& key) const override { return json_number(std::get<RealRange>(key.range)); }
  void scale(const Key&, void* field, double scale) const override { *static_cast<double*>(field) *= scale; }
};

class NumberOrAuto : public Codec {
protected:
  void read(const Reading& reading) const override {
    if (const auto* text = reading.value.as<std::string>(); text && *text == "auto")
      reading.field<double>() = automatic;
    else
      read_number(reading);
  }
  std::string written(const Key&, const void* field, const WritingContext&) const override {
    const double number = *static_cast<const double*>(field);
    return number == automatic ? in_quotes("auto") : fmt::format("{}", number);
  }
  std::string expected(const Key& key, bool limits) const override {
    return fmt::format("\"auto\" or {}{}", number_of(key, key.unit == "probability"), range_in_words(key, limits));
  }
  Json schema(const Key& key) const override {
    return json_either(json_number(std::get<RealRange>(key.range)), json_choice({"auto"}));
  }
  void scale(const Key&, void* field, double scale) const override {
    auto& number = *static_cast<double*>(field);
    if (number != automatic) number *= scale;
  }
};

class NumberOrOff : public Codec {
  void read(const Reading& reading) const override {
    if (const auto* text = reading.value.as<std::string>(); text && *text == "off")
      reading.field<double>() = unlimited;
    else
      read_number(reading);
  }
  std::string written(const Key&, const void* field, const WritingContext&) const override {
    const double number = *static_cast<const double*>(field);
    return number == unlimited ? in_quotes("off") : fmt::format("{}", number);
  }
  std::string expected(const Key& key, bool limits) const override {
    return fmt::format("\"off\" or {}{}", number_of(key, false), range_in_words(key, limits));
  }
  Json schema(const Key& key) const override {
    return json_either(json_number(std::get<RealRange>(key.range)), json_choice({"off"}));
  }
};

/// Of a level of shrinkage that may be left out.
class Strength : public NumberOrAuto {
  void read(const Reading& reading) const override {
    if (const auto* text = reading.value.as<std::string>(); text && *text == "off")
      reading.field<double>() = unlimited;
    else
      NumberOrAuto::read(reading);
  }
  std::string written(const Key& key, const void* field, const WritingContext& context) const override {
    return *static_cast<const double*>(field) == unlimited ? in_quotes("off")
                                                           : NumberOrAuto::written(key, field, context);
  }
  std::string expected(const Key& key, bool limits) const override {
    return "\"off\", " + NumberOrAuto::expected(key, limits);
  }
  Json schema(const Key& key) const override {
    return json_either(json_number(std::get<RealRange>(key.range)), json_choice({"off", "auto"}));
  }
};

class Money : public Codec {
  void read(const Reading& reading) const override {
    const std::optional<double> amount = real_in(reading.value);
    const WholeRange range = std::get<WholeRange>(reading.key.range);
    if (!amount || !(*amount >= double(range.least) && *amount <= double(range.most))) return reading.refuse();
    const std::optional<MicroMoney> micro = money_in(reading.value, range);
    if (!micro) return reading.refuse("round it to millionths");
    reading.put(*micro);
  }
  std::string written(const Key& key, const void* field, const WritingContext&) const override {
    const MicroMoney micro = key.whole_in(field);
    return micro < 0 ? "" : money_as_text(micro);
  }
  std::string expected(const Key& key, bool limits) const override { return amount_in_words(key, limits); }
  Json schema(const Key& key) const override {
    const WholeRange range = std::get<WholeRange>(key.range);
    return {{"type", "number"}, {"minimum", range.least}, {"maximum", range.most}};
  }
  void scale(const Key&, void* field, double scale) const override {
    auto& money = *static_cast<MicroMoney*>(field);
    if (money > 0) money = static_cast<MicroMoney>(static_cast<double>(money) * scale + 0.5);
  }
};

class Flag : public Codec {
  void read(const Reading& reading) const override {
    const auto* flag = reading.value.as<bool>();
    if (!flag) return reading.refuse();
    reading.put(*flag ? 1 : 0);
  }
  std::string written(const Key&, const void* field, const WritingContext&) const override {
    return *static_cast<const bool*>(field) ? "true" : "false";
  }
  std::string expected(const Key&, bool) const override { return "true or false"; }
  Json schema(const Key&) const override { return {{"type", "boolean"}}; }
};

}  // namespace

std::optional<MicroMoney> money_in(const TomlValue& value, const WholeRange& range) {
  const std::optional<double> amount = real_in(value);
  if (!amount || !(*amount >= double(range.least) && *amount <= double(range.most))) return {};
  // The nearest double to k / 10^6 is what TOML reads for the decimal k / 10^6: below 2^53 a value has at most 6
  // decimals exactly when this holds.
  const MicroMoney micro = std::llround(*amount * double(micro_per_unit));
  if (double(micro) / double(micro_per_unit) != *amount) return {};
  return micro;
}

std::string money_as_text(MicroMoney micro) {
  std::string text = fmt::format("{}.{:06}", micro / micro_per_unit, micro % micro_per_unit);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string amount_in_words(const Key& key, bool limits) {
  return "an amount of money" + range_in_words(key, limits) + ", with at most 6 decimals";
}

const Codec& number_codec(Kind kind) {
  static const Whole whole;
  static const Number number;
  static const NumberOrAuto number_or_auto;
  static const NumberOrOff number_or_off;
  static const Strength strength;
  static const Money money;
  static const Flag flag;
  switch (kind) {
    case Kind::whole:
      return whole;
    case Kind::number:
      return number;
    case Kind::number_or_auto:
      return number_or_auto;
    case Kind::number_or_off:
      return number_or_off;
    case Kind::strength:
      return strength;
    case Kind::money:
      return money;
    default:
      GRAPEVINE_EXPECTS(kind == Kind::flag);
      return flag;
  }
}

}  // namespace grapevine
