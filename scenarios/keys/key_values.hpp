#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/keys/keys.hpp"
#include "scenarios/keys/toml_reader.hpp"

/// Values of keys: described in words, read from TOML, written as TOML.
namespace grapevine {

struct Mistake {
  Place place;
  std::string text;  ///< what was found; what was expected; what to do
};

/// What reading a value needs to know beside the key.
struct ReadingContext {
  std::string label;  ///< the key as messages name it: `feed.length`, `campaign.one.posts`
  std::uint32_t tick_seconds =
      0;                         ///< 0: not known, as time.tick itself is wrong; durations are then not held against it
  std::filesystem::path folder;  ///< relative paths start here
};

/// Puts `value` into the field behind `key`. Adds every mistake and says whether there was none; a field whose value is
/// wrong keeps its own.
bool read_value(const Key& key, const Target& target, const TomlValue& value, const ReadingContext& context,
                std::vector<Mistake>& mistakes);

/// The field in `target` as TOML, or an empty text when it is not set. Paths are written relative to `folder`.
std::string value_as_toml(const Key& key, const Target& target, std::uint32_t tick_seconds,
                          const std::filesystem::path& folder = {});

/// The default as TOML; empty when there is none.
std::string default_as_toml(const Key& key);

/// What a value must be: "a whole number of posts, 1 or more". With `limits` also the bounds that only the machine
/// sets.
std::string expected(const Key& key, bool limits = false);

/// How a value looks in a message: a text in quotes, cut when long; "a list"; "a table".
std::string found(const TomlValue& value);

/// "1d", "36h", "10min": in the largest unit that gives a whole number.
std::string duration_as_text(std::int64_t seconds);

/// Seconds, or nothing when `text` is no duration.
std::optional<std::int64_t> duration_in_seconds(std::string_view text);

}  // namespace grapevine
