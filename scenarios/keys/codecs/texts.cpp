#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "graph/base/error.hpp"
#include "scenarios/keys/codec.hpp"
#include "scenarios/keys/places.hpp"
#include "scenarios/keys/suggestions.hpp"

namespace grapevine {
namespace {

namespace fs = std::filesystem;

const std::string& text_in(const void* field) { return *static_cast<const std::string*>(field); }

class Text : public Codec {
  void read(const Reading& reading) const override {
    const auto* text = reading.value.as<std::string>();
    if (!text) return reading.refuse();
    reading.field<std::string>() = *text;
  }
  std::string written(const Key& key, const void* field, const WritingContext&) const override {
    return text_in(field).empty() && !key.absent.empty() ? "" : in_quotes(text_in(field));
  }
  std::string expected(const Key&, bool) const override { return "a text in quotes"; }
  Json schema(const Key&) const override { return {{"type", "string"}}; }
};

class Name : public Codec {
  void read(const Reading& reading) const override {
    const auto* text = reading.value.as<std::string>();
    if (!text || !is_name(*text)) return reading.refuse();
    reading.field<std::string>() = *text;
  }
  std::string written(const Key&, const void* field, const WritingContext&) const override {
    return text_in(field).empty() ? "" : in_quotes(text_in(field));
  }
  std::string expected(const Key&, bool) const override { return "a name in quotes: 1 to 64 letters, digits, - and _"; }
  Json schema(const Key&) const override { return json_text_like(name_pattern); }
};

class Choice : public Codec {
  void read(const Reading& reading) const override {
    const std::vector<std::string_view>& choices = reading.key.choices;
    const auto* text = reading.value.as<std::string>();
    if (!text) return reading.refuse();
    const auto at = std::ranges::find(choices, *text);
    if (at != choices.end()) return reading.put(at - choices.begin());
    const std::string_view near = nearest_name(*text, choices);
    reading.refuse(near.empty() ? "" : fmt::format("did you mean {}?", in_quotes(near)));
  }
  std::string written(const Key& key, const void* field, const WritingContext&) const override {
    const std::int64_t place = key.whole_in(field);
    return place >= 0 ? in_quotes(key.choices[static_cast<std::size_t>(place)]) : "";
  }
  std::string expected(const Key& key, bool) const override { return "one of " + choices_in_words(key.choices); }
  Json schema(const Key& key) const override { return json_choice(key.choices); }
};

/// `file` as a scenario in `folder` names it: what was given relative stays relative, so that no folder of this machine
/// shows.
fs::path path_from(const fs::path& folder, const fs::path& file) {
  const auto [in_folder, in_file] = std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
  if (in_folder == folder.end()) {
    fs::path rest;
    for (auto part = in_file; part != file.end(); ++part) rest /= *part;
    return rest;
  }
  return file.is_absolute() ? file : fs::proximate(file, folder);
}

class FilePath : public Codec {
  void read(const Reading& reading) const override {
    const auto* text = reading.value.as<std::string>();
    if (!text) return reading.refuse();
    if (text->empty())
      return reading.refuse(fmt::format("set it in the file, or with --set '{}=\"...\"'", reading.context.label));
    if (text->find('\0') != std::string::npos) return reading.refuse();
    const fs::path file = reading.context.folder / fs::path(*text);
    const std::string name = file.generic_string();
    std::error_code ignored;
    if (!fs::exists(file, ignored))
      return reading.refuse(
          fmt::format("there is nothing at {}; relative paths start {}", name,
                      is_in_files(reading.value.place) ? "in the scenario's folder" : "in the working directory"));
    if (fs::is_directory(file, ignored)) return reading.refuse(fmt::format("{} is a folder", name));
    if (!std::ifstream(file)) return reading.refuse(fmt::format("{} cannot be read: check its permissions", name));
    reading.field<fs::path>() = file;
  }
  std::string written(const Key&, const void* field, const WritingContext& context) const override {
    const auto& file = *static_cast<const fs::path*>(field);
    return file.empty() ? "" : in_quotes(path_from(context.folder, file).generic_string());
  }
  std::string expected(const Key&, bool) const override { return "the path of a file, in quotes"; }
  Json schema(const Key&) const override { return json_some_text(); }
};

}  // namespace

const Codec& text_codec(Kind kind) {
  static const Text text;
  static const Name name;
  static const Choice choice;
  static const FilePath path;
  switch (kind) {
    case Kind::text:
      return text;
    case Kind::name:
      return name;
    case Kind::choice:
      return choice;
    default:
      GRAPEVINE_EXPECTS(kind == Kind::path);
      return path;
  }
}

}  // namespace grapevine
