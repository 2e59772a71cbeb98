#include "scenarios/commands/cascade_commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <span>
#include <string_view>
#include <utility>

#include "analysis/cascade_summary.hpp"
#include "analysis/quantile.hpp"
#include "graph/base/counted.hpp"
#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"
#include "graph/formats/cascade_list.hpp"
#include "graph/formats/header.hpp"
#include "graph/formats/packing.hpp"
#include "graph/formats/records.hpp"
#include "graph/tree_metrics.hpp"
#include "scenarios/commands/graph_commands.hpp"
#include "scenarios/commands/output_file.hpp"
#include "scenarios/commands/steps.hpp"
#include "scenarios/commands/stopping.hpp"
#include "scenarios/commands/streams.hpp"
#include "scenarios/result/text.hpp"

namespace grapevine {

namespace {

namespace fs = std::filesystem;

CascadeListOptions list_options(const CascadeRequest& request) {
  CascadeListOptions options{.time = request.time,
                             .without_times = request.without_times,
                             .without_parents = request.without_parents,
                             .separator = separator_sign(request.separator)};
  const std::size_t wanted = request.without_parents ? 2 : 3;
  if (!request.columns.empty() && request.columns.size() != wanted)
    throw BadRequest(fmt::format(
        "grapevine cascades stats: --columns names {}; expected {}; {}", counted(request.columns.size(), "column"),
        request.without_parents ? "CASCADE NODE" : "CASCADE NODE PARENT",
        request.without_parents ? "leave the third one out" : "a list without parents is read with --no-parents"));
  std::ranges::copy(request.columns, options.columns.begin());
  return options;
}

/// A number that was made of others, none farther from 0 than `largest`, without what their binary digits left behind:
/// 6.375 for 6.375000000000001.
double without_binary_dust(double value, double largest) {
  const double apart = std::nextafter(largest, HUGE_VAL) - largest;
  double places = 1;
  while (places < 1e15 && 2 * apart * places * 10 < 1) places *= 10;
  const double whole = std::round(value * places);
  return std::abs(whole) < 0x1p53 ? whole / places : value;
}

/// Median over the nodes but the root, which comes first, of their time after it; NaN where the root's time or all of
/// theirs are not known. Without parents the earliest node is taken for the root.
double median_delay(const CascadeList& list, std::size_t cascade) {
  std::vector<double> times(list.times_of(cascade).begin(), list.times_of(cascade).end());
  if (!list.trees)
    std::ranges::sort(times, [](double a, double b) { return a < b || (std::isnan(b) && !std::isnan(a)); });
  const double start = list.delays ? 0 : times.front();
  std::vector<double> delays;
  double largest = std::abs(start);
  for (const double time : std::span(times).subspan(1))
    if (const double delay = time - start; !std::isnan(delay)) {
      delays.push_back(delay);
      largest = std::max(largest, std::abs(time));
    }
  std::ranges::sort(delays);
  return without_binary_dust(quantile(delays, 50), largest);
}

/// "delay_min" -> "median_delay_min", "time" -> "median_delay", "when" -> "median_delay_when": the unit that a column's
/// name says is kept.
std::string median_column(std::string_view time_column) {
  for (const std::string_view word : {"time", "delay"})
    if (same_word(time_column.substr(0, word.size()), word))
      return fmt::format("median_delay{}", time_column.substr(word.size()));
  return fmt::format("median_delay_{}", time_column);
}

/// The fewest digits that are read as the same number; nothing where it is missing.
std::string field(double value) { return std::isnan(value) ? "" : fmt::format("{}", value); }

void write_table(NewFile& out, const CascadeList& list, std::span<const TreeMetrics> metrics,
                 std::span<const double> delays) {
  constexpr std::size_t piece = std::size_t{1} << 20;
  const Packing packing = packing_of(out.name());
  std::string text = "cascade,size";
  if (list.trees) text += ",depth,max_breadth,root_children,largest_broadcast,structural_virality";
  if (!delays.empty()) text += "," + quoted_if_needed(median_column(list.time_column), ',');
  text += '\n';
  for (std::size_t c = 0; c < list.size(); ++c) {
    const TreeMetrics& m = metrics[c];
    text += fmt::format("{},{}", quoted_if_needed(list.ids[c], ','), m.size);
    if (list.trees)
      text += fmt::format(",{},{},{},{},{}", m.depth, m.max_breadth, m.root_children, m.largest_broadcast,
                          field(m.structural_virality));
    if (!delays.empty()) text += "," + field(delays[c]);
    text += '\n';
    if (text.size() < piece) continue;
    out.write(packed(text, packing));
    text.clear();
  }
  out.write(packed(text, packing));
  out.finish();
}

/// `trees`: parents are known, and so shapes.
std::string summary_text(const CascadeSummary& summary, bool trees) {
  TextTable quantiles("lrrrrrrr");
  std::vector<std::string> head{"quantile"};
  for (const unsigned percent : CascadeSummary::percents) head.push_back(fmt::format("{} %", percent));
  quantiles.add(std::move(head));
  const auto add = [&](std::string name, const CascadeSummary::Quantiles& values, int decimals) {
    std::vector<std::string> row{std::move(name)};
    for (const double value : values) row.push_back(with_decimals(value, decimals));
    quantiles.add(std::move(row));
  };
  add("size", summary.size, 0);
  if (trees) {
    add("depth", summary.depth, 0);
    add("structural virality (large)", summary.structural_virality, 2);
  }

  TextTable figures("lr");
  const auto figure = [&](std::string name, double value) { figures.add({std::move(name), with_decimals(value, 3)}); };
  figures.add({fmt::format("large cascades ({} nodes and more)", CascadeSummary::large),
               with_thousands(summary.large_cascades)});
  figures.add({fmt::format("P(size >= {})", CascadeSummary::large),
               std::isnan(summary.large_share) ? "missing" : fmt::format("{:.3g}", summary.large_share)});
  const PowerLawFit& tail = summary.size_tail;
  figure("power-law exponent of the tail of sizes", tail.exponent);
  if (tail.x_min > 0) {
    figures.add({"  from a size of", with_thousands(tail.x_min)});
    figures.add({"  cascades in the tail", with_thousands(tail.users)});
  }
  if (!trees) return quantiles.text() + "\n" + figures.text();
  figure(fmt::format("of these with structural virality below {}", CascadeSummary::flat), summary.flat_share);
  figure("correlation of log size with log structural virality (large)", summary.size_virality_correlation);
  figure("adopters who are children of the root", summary.direct_share);
  figure("mean children of an adopter", summary.adopter_children);
  return quantiles.text() + "\n" + figures.text();
}

/// What is known of each cascade.
struct Measured {
  CascadeList list;
  std::vector<TreeMetrics> metrics;
  std::vector<double> delays;  ///< empty without times
  CascadeSummary summary;
};

Measured measured(const CascadeRequest& request, Steps& steps) {
  const EndsAtOnce nothing_to_keep;
  steps.begin("reading " + request.file);
  Measured all;
  all.list = load_cascades(request.file, list_options(request));
  steps.begin("measuring");
  const CascadeList& list = all.list;
  all.metrics.resize(list.size());
  all.delays.resize(list.time_column.empty() ? 0 : list.size());
  parallel_for(
      list.size(),
      [&](std::size_t c) {
        if (list.trees)
          all.metrics[c] = tree_metrics(list.tree(c));
        else
          all.metrics[c].size = static_cast<std::uint32_t>(list.begin[c + 1] - list.begin[c]);
        if (!all.delays.empty()) all.delays[c] = median_delay(list, c);
      },
      64);
  all.summary = summarise(all.metrics);
  steps.end();
  return all;
}

}  // namespace

void measure_cascades(const CascadeRequest& request) {
  std::unique_ptr<NewFile> out;
  if (!request.out.empty())
    out = take({.command = "grapevine cascades stats",
                .what = "file to write",
                .path = request.out,
                .usual = "cascades.csv",
                .overwrite = request.overwrite,
                .inputs = {request.file}});
  Steps steps(request.quiet, request.stop_if_asked);
  const auto [list, metrics, delays, summary] = measured(request, steps);
  say(stdout, "Read    {}: {}, {}, {}\n\n{}", request.file, with_thousands(list.lines, "line"),
      with_thousands(summary.cascades, list.trees ? "tree" : "cascade"), with_thousands(summary.nodes, "node"),
      summary_text(summary, list.trees));
  if (!out) return;
  steps.begin("writing " + request.out);
  write_table(*out, list, metrics, delays);
  steps.end();
  say(stdout, "\nWritten to {} ({})\n", request.out, bytes(static_cast<double>(fs::file_size(request.out))));
}

}  // namespace grapevine
