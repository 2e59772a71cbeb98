#include "scenarios/study/timings_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "graph/base/counted.hpp"
#include "scenarios/result/text.hpp"

namespace grapevine {

namespace {

void add_line(const std::string& name, const PhaseSeconds& phase, double clock, TextTable& table) {
  table.add({name, with_decimals(phase.serial, 3), with_decimals(phase.parallel, 3),
             phase.parallel > 0 ? with_decimals(phase.busy / phase.parallel, 2) : "",
             with_decimals(100 * phase.clock() / clock, 1) + " %"});
}

/// "arms/sessions" -> "  sessions"
std::string indented(const std::string& name) {
  if (name.empty()) return "other";
  const auto depth = static_cast<std::size_t>(std::ranges::count(name, '/'));
  return std::string(2 * depth, ' ') + name.substr(name.rfind('/') + 1);
}

/// Whether the table would show that it takes time, or a phase inside it.
bool takes_time(const std::string& name, const std::vector<PhaseSeconds>& phases) {
  return std::ranges::any_of(phases, [&](const PhaseSeconds& phase) {
    return phase.clock() >= 0.0005 && (phase.name == name || phase.name.starts_with(name + "/"));
  });
}

}  // namespace

std::string timings_text(const std::vector<PhaseSeconds>& phases, int threads, bool beside) {
  PhaseSeconds all;
  for (const PhaseSeconds& phase : phases)
    all.serial += phase.serial, all.parallel += phase.parallel, all.busy += phase.busy;
  TextTable table("Lrrrr");
  table.add({"phase", "one thread, s", "parallel, s", "at work", "of the time"});
  for (const PhaseSeconds& phase : phases)
    if (!phase.name.empty() && takes_time(phase.name, phases))
      add_line(indented(phase.name), phase, all.clock(), table);
  add_line("other", phases.front(), all.clock(), table);
  add_line("all", all, all.clock(), table);
  if (beside)
    return fmt::format(
        "Where the time went, with {}: seconds by the clock, added over replicates that ran beside each "
        "other\n{}",
        counted(static_cast<std::uint64_t>(threads), "thread"), table.text());
  const double share = serial_share(phases);
  return fmt::format(
      "Where the time went, with {}: seconds by the clock, without those of the phases below\n{}"
      "One thread does {} % of the work alone{}\n",
      counted(static_cast<std::uint64_t>(threads), "thread"), table.text(), with_decimals(100 * share, 1),
      share > 0 ? fmt::format(": however many there are, they are at most {} times as fast as one.",
                              with_decimals(1 / share, 0))
                : ".");
}

}  // namespace grapevine
