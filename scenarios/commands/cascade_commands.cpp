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
#include "scenarios/commands/streams.hpp"
#include "scenarios/result/text.hpp"

namespace grapevine {

namespace {

namespace fs = std::filesystem;

CascadeListOptions list_options(const CascadeRequest& request) {
  CascadeListOptions options{
      .time = request.time, .without_times = request.without_times, .separator = separator_sign(request.separator)};
  if (!request.columns.empty()) options.columns = {request.columns.at(0), request.columns.at(1), request.columns.at(2)};
  return options;
}

/// Median over the nodes but the root, which comes first, of their time after it; NaN where the root's time or all of
/// theirs are not known.
double median_delay(const CascadeList& list, std::size_t cascade) {
  const std::span<const double> times = list.times_of(cascade);
  const double start = list.delays ? 0 : times.front();
  std::vector<double> delays;
  for (const double time : times.subspan(1))
    if (const double delay = time - start; !std::isnan(delay)) delays.push_back(delay);
  std::ranges::sort(delays);
  return quantile(delays, 50);
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
  std::string text = "cascade,size,depth,max_breadth,root_children,largest_broadcast,structural_virality";
  if (!delays.empty()) text += "," + quoted_if_needed(median_column(list.time_column), ',');
  text += '\n';
  for (std::size_t c = 0; c < list.size(); ++c) {
    const TreeMetrics& m = metrics[c];
    fmt::format_to(std::back_inserter(text), "{},{},{},{},{},{},{}", quoted_if_needed(list.ids[c], ','), m.size,
                   m.depth, m.max_breadth, m.root_children, m.largest_broadcast, field(m.structural_virality));
    if (!delays.empty()) text += "," + field(delays[c]);
    text += '\n';
    if (text.size() < piece) continue;
    out.write(packed(text, packing));
    text.clear();
  }
  out.write(packed(text, packing));
  out.finish();
}

std::string summary_text(const CascadeSummary& summary) {
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
  add("depth", summary.depth, 0);
  add("structural virality (large)", summary.structural_virality, 2);

  TextTable figures("lr");
  const auto figure = [&](std::string name, double value) { figures.add({std::move(name), with_decimals(value, 3)}); };
  figures.add(
      {fmt::format("large trees ({} nodes and more)", CascadeSummary::large), with_thousands(summary.large_cascades)});
  figure(fmt::format("of these with structural virality below {}", CascadeSummary::flat), summary.flat_share);
  figure("correlation of log size with log structural virality (large)", summary.size_virality_correlation);
  figure("adopters who are children of the root", summary.direct_share);
  figure("mean children of an adopter", summary.adopter_children);
  return quantiles.text() + "\n" + figures.text();
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
  steps.begin("reading " + request.file);
  const CascadeList list = load_cascades(request.file, list_options(request));
  steps.begin("measuring");
  std::vector<TreeMetrics> metrics(list.size());
  std::vector<double> delays(list.time_column.empty() ? 0 : list.size());
  parallel_for(
      list.size(),
      [&](std::size_t c) {
        metrics[c] = tree_metrics(list.tree(c));
        if (!delays.empty()) delays[c] = median_delay(list, c);
      },
      64);
  const CascadeSummary summary = summarise(metrics);
  steps.end();
  say(stdout, "Read    {}: {} lines, {} trees, {} nodes\n\n{}", request.file, with_thousands(list.lines),
      with_thousands(summary.cascades), with_thousands(summary.nodes), summary_text(summary));
  if (!out) return;
  steps.begin("writing " + request.out);
  write_table(*out, list, metrics, delays);
  steps.end();
  say(stdout, "\nWritten to {} ({})\n", request.out, bytes(static_cast<double>(fs::file_size(request.out))));
}

}  // namespace grapevine
