#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/keys/keys.hpp"
#include "scenarios/keys/toml_reader.hpp"

/// Values of keys: described in words, read from TOML, written as TOML, told to editors. A codec for each kind; they
/// stand in `codecs/`.
namespace grapevine {

using Json = nlohmann::ordered_json;

struct Mistake {
  Place place;
  std::string text;       ///< what was found; what was expected; what to do
  bool of_money = false;  ///< money is too little for what is asked: a point of a sweep that has no other mistake is a
                          ///< cell without runs
};

/// What reading a value needs to know beside the key.
struct ReadingContext {
  std::string label;  ///< the key as messages name it: `feed.length`, `campaign.one.posts`
  std::uint32_t tick_seconds =
      0;                         ///< 0: not known, as time.tick itself is wrong; durations are then not held against it
  std::filesystem::path folder;  ///< relative paths start here
};

/// What writing one needs to know.
struct WritingContext {
  std::uint32_t tick_seconds = 0;
  std::filesystem::path folder;  ///< paths are written relative to it
};

/// One value on its way into its field.
class Reading {
public:
  Reading(const Key& of, void* field, const TomlValue& given, const ReadingContext& where,
          std::vector<Mistake>& mistakes)
      : key(of), value(given), context(where), field_(field), mistakes_(mistakes) {}

  const Key& key;
  const TomlValue& value;
  const ReadingContext& context;

  /// The field, which has this type.
  template <class Field>
  Field& field() const {
    return *static_cast<Field*>(field_);
  }
  /// Into a field of whole numbers or choices.
  void put(std::int64_t number) const { key.put_whole(field_, number); }

  void add(const Place& place, std::string text) const { mistakes_.push_back({place, std::move(text)}); }
  /// The value as a whole is not what was expected.
  void refuse(std::string_view hint = {}, bool limits = false) const;
  /// A mistake in one member of a list; members count from 1.
  void refuse_member(const TomlValue& member, std::size_t number, std::string_view what) const;
  /// The members of the value, which must be a list; null, and a mistake, if it is none.
  const TomlValue::List* list() const;

private:
  void* field_;
  std::vector<Mistake>& mistakes_;
};

class Codec {
public:
  virtual ~Codec() = default;
  /// Puts the value into the field, or adds mistakes and leaves the field as it is.
  virtual void read(const Reading& reading) const = 0;
  /// The field as TOML; empty when it is not set.
  virtual std::string written(const Key& key, const void* field, const WritingContext& context) const = 0;
  /// What a value must be: "a whole number of posts, 1 or more". With `limits` also the bounds that only the machine
  /// sets.
  virtual std::string expected(const Key& key, bool limits) const = 0;
  /// The same as a JSON Schema.
  virtual Json schema(const Key& key) const = 0;
  /// Makes the field as small as a world that is `scale` times the one it is written for.
  virtual void scale(const Key& key, void* field, double scale) const;
};
const Codec& codec_of(Kind kind);

// The codecs by the files that they stand in, and what these share.
const Codec& number_codec(Kind kind);    ///< whole, number, number_or_auto, number_or_off, strength, money, flag
const Codec& duration_codec(Kind kind);  ///< duration, tick
const Codec& text_codec(Kind kind);      ///< text, name, choice, path
const Codec& names_codec(Kind kind);     ///< names, labels, columns, streams, accounts
const Codec& list_codec(Kind kind);  ///< bounds, hours, audiences, interval, sizes, matrix, quadrants, amounts, shares

bool is_name(std::string_view text);
std::string choices_in_words(const std::vector<std::string_view>& choices);
std::string range_in_words(const Key& key, bool limits);
std::optional<double> real_in(const TomlValue& value);
/// An amount in the range, with at most 6 decimals.
std::optional<MicroMoney> money_in(const TomlValue& value, const WholeRange& range);
std::string money_as_text(MicroMoney micro);  ///< 0 or more
std::string amount_in_words(const Key& key, bool limits);
bool is_within(double number, const RealRange& range);  ///< false for NaN
std::string list_of_texts(const std::vector<std::string>& parts);
/// A count as large as the world that it stands in: 0 and "no bound" stay, others are 1 at least.
void scale_count(std::uint64_t& count, double scale);

// For schemas.
inline constexpr std::string_view name_pattern = "^[A-Za-z0-9_-]{1,64}$";
Json json_list(Json item, std::size_t least, std::size_t most, bool unique);
Json json_text_like(std::string_view pattern);
Json json_number(const RealRange& range);
Json json_choice(const std::vector<std::string_view>& choices);
Json json_either(Json one, Json other);
Json json_some_text();
Json json_count();

/// Puts `value` into the field behind `key`. Adds every mistake and says whether there was none; a field whose value is
/// wrong keeps its own.
bool read_value(const Key& key, const Target& target, const TomlValue& value, const ReadingContext& context,
                std::vector<Mistake>& mistakes);

/// The field in `target` as TOML, or an empty text when it is not set. Paths are written relative to `folder`.
std::string value_as_toml(const Key& key, const Target& target, std::uint32_t tick_seconds,
                          const std::filesystem::path& folder = {});

/// Whether a value is written as a text in quotes.
enum class Texts : std::uint8_t { none, some, all };
Texts texts_of(const Key& key);

/// The default as TOML; empty when there is none.
std::string default_as_toml(const Key& key);

std::string expected(const Key& key, bool limits = false);

/// How a value looks in a message: a text in quotes, cut when long; "a list"; "a table".
std::string found(const TomlValue& value);

/// A value as TOML has it; a list of lists too.
std::string as_toml(const TomlValue& value);

/// "1d", "36h", "10min": in the largest unit that gives a whole number.
std::string duration_as_text(std::int64_t seconds);

/// Seconds, or nothing when `text` is no duration.
std::optional<std::int64_t> duration_in_seconds(std::string_view text);

}  // namespace grapevine
