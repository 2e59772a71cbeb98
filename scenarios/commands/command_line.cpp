#include "scenarios/commands/command_line.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <string_view>

#include "graph/base/parallel.hpp"

namespace grapevine {

std::string quoted(const std::vector<std::string>& words) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=.,:/@%";  // mean nothing to a shell
  std::string line;
  for (const std::string& word : words) {
    if (!line.empty()) line += ' ';
    if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) {
      line += word;
      continue;
    }
    line += '\'';
    for (const char letter : word) letter == '\'' ? line += "'\\''" : line += letter;
    line += '\'';
  }
  return line;
}

CLI::Validator whole_number(int least, int most) {
  return CLI::Validator(
      [=](const std::string& text) {
        int number = 0;
        if (CLI::detail::lexical_cast(text, number) && number >= least && number <= most) return std::string();
        return fmt::format("'{}'; expected a whole number, {} to {}", text, least, most);
      },
      "");
}

CLI::Validator seed_number() {
  return CLI::Validator(
      [](const std::string& text) {
        std::uint64_t seed = 0;
        const char* const end = text.data() + text.size();
        const auto [last, error] = std::from_chars(text.data(), end, seed);
        if (error == std::errc{} && last == end) return std::string();
        return fmt::format("'{}'; expected a whole number, 0 to {}", text, UINT64_MAX);
      },
      "");
}

void add_point(CLI::App& app, Request& request) {
  app.add_option("--point", request.point, "of a sweep: the point, by its name or its number")->type_name("POINT");
}

void add_threads(CLI::App& app, Request& request) {
  app.add_option("--threads", request.threads, "threads; no result depends on it (default: all processors)")
      ->type_name("N")
      ->check(whole_number(1, 4096));
}

void use_threads(const Request& request) {
  if (request.threads > 0) set_thread_count(request.threads);
}

void add_overrides(CLI::App& app, std::vector<std::string>& overrides) {
  app.add_option("--set", overrides,
                 "takes VALUE for KEY instead of the scenario's; VALUE is TOML, and texts need no quotes")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

}  // namespace grapevine
