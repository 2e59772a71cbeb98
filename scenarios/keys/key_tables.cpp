#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "scenarios/keys/codec.hpp"
#include "scenarios/result/text.hpp"

// Two renderings of the key table, for a terminal and for docs/keys.md; the third, for editors, is json_schema.cpp.
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

constexpr std::string_view duration_note =
    "Durations are texts such as \"90s\", \"10min\", \"48h\" or \"1d\", and whole ticks (\"0\" for none). Relative "
    "paths in "
    "a file are taken "
    "from the file's folder, those of --set from the working directory. --set key=value replaces the value in the "
    "file; values are TOML, texts need no quotes there, and tables of an array "
    "are addressed by name: --set 'campaign.one.posts=3', --set 'arm.ranked.feed.length=50'.";

constexpr std::string_view scope_note =
    "Scope: `world` keys are the same for all arms; `run` keys may also be given in an [[arm]]; `output` keys change "
    "no "
    "result. `scales`: the "
    "unit is followers "
    "or users, so a world that stands for a larger one scales the value.";

}  // namespace

std::string keys_as_text(std::string_view filter) {
  constexpr std::size_t margin = 4;
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
  };
  const auto shown = [&](const Key& key) {
    const std::string name = key.dotted();
    return filter.empty() || std::search(name.begin(), name.end(), filter.begin(), filter.end(), same) != name.end();
  };
  std::size_t longest_name = 0, longest_default = 0;
  for (const Key& key : keys()) {
    if (!shown(key)) continue;
    longest_name = std::max(longest_name, key.dotted().size());
    if (default_in_words(key).size() <= 24) longest_default = std::max(longest_default, default_in_words(key).size());
  }
  std::string out = filter.empty() ? wrapped(duration_note, 0) + wrapped(scope_note, 0) : "";
  for (const Section& section : sections()) {
    const std::vector<const Key*> all = keys_of(section);
    if (std::ranges::none_of(all, [&](const Key* key) { return shown(*key); })) continue;
    const std::string header = (section.name.empty() ? "top level" : section.header()) + "  ";
    out += (out.empty() ? "" : "\n") + header + wrapped(section.sentence, margin, header.size());
    for (const Key* key : all) {
      if (!shown(*key)) continue;
      const std::string name = fmt::format("  {:<{}}  {:<{}}  {:<6}  ", key->dotted(), longest_name,
                                           default_in_words(*key), longest_default, word(key->scope));
      const auto about = [&](std::string_view words) {
        out += std::string(margin, ' ') + wrapped(words, margin, margin);
      };
      const std::string value = expected(*key) + (key->scales ? "; scales" : "");
      const bool fits = display_width(name) + display_width(value) <= page().width;
      out += fits ? name + value + "\n" : name.substr(0, name.find_last_not_of(' ') + 1) + "\n";
      if (!fits) about(value);
      about(key->sentence);
      if (key->only.holds) about(fmt::format("Only with {}.", key->only.words));
      about(fmt::format("Source: {}.", key->source));
    }
  }
  return out;
}

std::string keys_as_markdown() {
  std::string out =
      "# Scenario keys\n\n"
      "Every key that a scenario file may hold. This page is the output of `grapevine keys --markdown`; the structs "
      "that are filled describe them.\n\n"
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

}  // namespace grapevine
