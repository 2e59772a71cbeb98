#include "scenarios/study/hangs_on.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "graph/base/error.hpp"

namespace grapevine {

namespace {

/// Calls `use(section, line)` for every line of the study as understood; a header is a line of its own section, and a
/// section that lies in another is called by the outer one: "feed" for [feed.weights].
template <class Use>
void each_line(const std::string& understood, Use&& use) {
  std::string_view rest = understood, section;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.starts_with('[')) section = line.substr(line.find_first_not_of('['));
    use(section.substr(0, section.find_first_of(".]")), line);
  }
}

bool is_key(std::string_view line, std::string_view key) {
  return line.starts_with(key) && line.substr(key.size()).starts_with(" =");
}

/// The table of the arm, without its name and what it pays.
std::string unpaid_text(const std::string& understood, const std::string& name) {
  std::string text, current;
  bool wanted = false;
  each_line(understood, [&](std::string_view section, std::string_view line) {
    if (section != "arm" || is_key(line, "pays") || is_key(line, "draws")) return;
    if (is_key(line, "name"))
      wanted = line == fmt::format("name = {}", in_quotes(name));
    else if (line == "[[arm]]")
      wanted = false;
    else if (wanted)
      text += fmt::format("{}\n", line);
  });
  return text;
}

}  // namespace

std::string graph_hangs_on(const Scenario& scenario) {
  std::string text;
  each_line(scenario.understood, [&](std::string_view section, std::string_view line) {
    const bool of_all = section.empty() && (is_key(line, "seed") || is_key(line, "redraw"));
    const bool fitted = scenario.graph.affinity > 0.0 && section == "population";  // to the interests of its users
    if (of_all || fitted || section == "graph" || section == "plant") text += fmt::format("{}\n", line);
  });
  return text;
}

std::string warmup_hangs_on(const Scenario& scenario, const Arm* own) {
  static const std::set<std::string_view> later{"price", "product", "campaign", "arm",   "contrast",
                                                "band",  "switch",  "claims",   "sweep", "output"};
  std::string text = own ? fmt::format("own\n{}", unpaid_text(scenario.understood, own->name)) : "shared\n";
  each_line(scenario.understood, [&](std::string_view section, std::string_view line) {
    const bool of_study =
        section.empty() && (is_key(line, "title") || is_key(line, "replicates") || is_key(line, "drift"));
    if (!of_study && !later.contains(section)) text += fmt::format("{}\n", line);
  });
  return text;
}

std::string family_hangs_on(const Scenario& scenario, const Arm& arm) {
  return fmt::format("{}\n{}", name_of_choice(arm.warmup), unpaid_text(scenario.understood, arm.name));
}

}  // namespace grapevine
