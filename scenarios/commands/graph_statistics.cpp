#include "scenarios/commands/graph_statistics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <functional>
#include <optional>

#include "graph/base/error.hpp"
#include "graph/base/h5.hpp"
#include "graph/base/random.hpp"
#include "graph/statistics/core_numbers.hpp"
#include "graph/statistics/page_rank.hpp"
#include "scenarios/result/text.hpp"

namespace grapevine {

namespace {

struct GroupWords {
  GraphCost cost;
  std::string_view heading;
};
constexpr std::array<GroupWords, graph_groups> group_words{{
    {GraphCost::linear, "Size"},
    {GraphCost::linear, "Followers"},
    {GraphCost::linear, "Followees"},
    {GraphCost::linear, "Mixing"},
    {GraphCost::linear, "Communities"},
    {GraphCost::linear, "Components"},
    {GraphCost::linear, "Spread"},
    {GraphCost::linear, "PageRank"},
    {GraphCost::large, "Clustering"},
    {GraphCost::linear, "Clustering"},
    {GraphCost::large, "Cores"},
    {GraphCost::large, "Distances along links"},
    {GraphCost::search, "Distances along follows"},
}};
const GroupWords& words(GraphGroup group) { return group_words[static_cast<std::size_t>(group)]; }

}  // namespace

GraphCost cost_of(GraphGroup group) { return words(group).cost; }

namespace {

DegreeStatistics degree_statistics(std::span<const std::uint32_t> counts, std::uint64_t least_tail) {
  const DegreeDistribution all(counts);
  DegreeStatistics result;
  result.summary = summarise(all);
  result.top_thousandth_share = all.share_of_top(0.001);
  result.power_law = best_power_law(all, least_tail);
  if (result.power_law.x_min > 0) {
    result.lognormal = fit_lognormal(all, result.power_law.x_min);
    // A law at its bound is none that was found, and what is said against it hangs on the bound.
    if (!result.lognormal.at_bound) result.vuong = power_law_against_lognormal(all, result.power_law, result.lognormal);
  }
  result.degrees.assign(all.degrees().begin(), all.degrees().end());
  result.at_least.assign(all.at_least().begin(), all.at_least().end());
  return result;
}

PageRankStatistics page_rank_statistics(const FollowGraph& graph, bool lean) {
  PageRank found = page_rank(graph, {.lean = lean});
  PageRankStatistics result{.iterations = static_cast<std::uint64_t>(found.iterations)};
  if (found.rank.empty()) return result;
  const auto top = static_cast<std::ptrdiff_t>(std::max<std::size_t>(1, found.rank.size() / 100));
  std::ranges::nth_element(found.rank, found.rank.begin() + top - 1, std::ranges::greater());
  std::sort(found.rank.begin(), found.rank.begin() + top, std::greater());
  result.largest = found.rank.front();
  result.top_percent_share = 0.0;
  for (auto rank = found.rank.begin(); rank != found.rank.begin() + top; ++rank) result.top_percent_share += *rank;
  return result;
}

DistanceStatistics distance_statistics(const Distances& found) {
  return {
      .mean = found.mean, .effective_diameter = found.effective_diameter(), .max = found.max(), .pairs = found.pairs};
}

SampledMean exactly(double value, std::size_t users) {
  return {.value = value, .low = value, .high = value, .sampled = users};
}

class Measuring {
public:
  Measuring(const FollowGraph& graph, std::span<const std::uint16_t> community, const GraphStatisticsOptions& options)
      : graph_(graph), community_(community), options_(options), key_(options.seed, Stream::graph, 0) {
    result_.exact = options.exact || graph.user_count() <= options.small;
    result_.sample = options.sample;
    result_.seed = options.seed;
    result_.least_tail = options.least_tail;
  }

  GraphStatistics all() {
    for (std::size_t g = 0; g < graph_groups; ++g) {
      const auto group = static_cast<GraphGroup>(g);
      if (!wanted(group)) continue;
      if (options_.progress) options_.progress(words(group).heading);
      measure(group);
      result_.measured |= 1u << g;
    }
    return std::move(result_);
  }

private:
  bool small() const { return options_.all || options_.exact || graph_.follow_count() <= options_.large; }
  bool wanted(GraphGroup group) const {
    if (group == GraphGroup::homophily) return !community_.empty();
    return cost_of(group) == GraphCost::linear || small();
  }

  /// Made when first asked for.
  const UndirectedGraph& undirected() {
    if (!undirected_) undirected_.emplace(graph_);
    return *undirected_;
  }

  void measure(GraphGroup group) {
    switch (group) {
      case GraphGroup::size:
        result_.users = graph_.user_count();
        result_.follows = graph_.follow_count();
        if (result_.follows > 0)
          result_.bytes_per_follow = static_cast<double>(graph_.memory()) / static_cast<double>(result_.follows);
        return;
      case GraphGroup::followers:
        result_.followers = degree_statistics(graph_.follower_counts(), options_.least_tail);
        return;
      case GraphGroup::followees:
        result_.followees = degree_statistics(followee_counts(graph_), options_.least_tail);
        return;
      case GraphGroup::mixing:
        result_.reciprocity = reciprocity(graph_);
        result_.degree_correlation = degree_correlation(graph_);
        result_.assortativity = degree_assortativity(graph_);
        result_.directed = directed_assortativity(graph_);
        return;
      case GraphGroup::homophily:
        result_.homophily = homophily(graph_, community_);
        return;
      case GraphGroup::components:
        result_.weak = weak_components(graph_);
        result_.strong = strong_components(graph_);
        return;
      case GraphGroup::radius:
        result_.radius = spectral_radius(graph_);
        return;
      case GraphGroup::page_rank:
        result_.page_rank = page_rank_statistics(graph_, graph_.follow_count() > options_.large);
        return;
      case GraphGroup::triangles:
        measure_triangles();
        return;
      case GraphGroup::clustering:
        if (!result_.has(GraphGroup::triangles)) result_.clustering = sampled_clustering(graph_, options_.sample, key_);
        return;
      case GraphGroup::cores:
        measure_cores();
        return;
      case GraphGroup::links:
        result_.along_links = distance_statistics(
            result_.exact ? distances(undirected()) : sampled_distances(undirected(), options_.sample, key_));
        return;
      case GraphGroup::passes:
        undirected_.reset();  // the last group does not need it
        result_.along_follows =
            distance_statistics(result_.exact ? distances(graph_) : sampled_distances(graph_, options_.sample, key_));
        return;
    }
  }

  /// With local clustering, which comes with them: no sample of it saves much where the projection is made.
  void measure_triangles() {
    const Clustering found = clustering(undirected());
    result_.links = undirected().link_count();
    result_.triangles = found.triangles;
    result_.transitivity = found.transitivity;
    result_.clustering = {exactly(found.mean_local, graph_.user_count()),
                          exactly(found.mean_local_of_linked, graph_.user_count())};
  }

  void measure_cores() {
    for (const std::uint32_t core : core_numbers(undirected())) {
      if (core >= result_.core_sizes.size()) result_.core_sizes.resize(core + 1, 0);
      ++result_.core_sizes[core];
    }
    if (result_.core_sizes.empty()) return;
    result_.degeneracy = result_.core_sizes.size() - 1;
    result_.innermost = result_.core_sizes.back();
  }

  const FollowGraph& graph_;
  std::span<const std::uint16_t> community_;
  const GraphStatisticsOptions& options_;
  StreamKey key_;
  std::optional<UndirectedGraph> undirected_;
  GraphStatistics result_;
};

}  // namespace

GraphStatistics graph_statistics(const FollowGraph& graph, std::span<const std::uint16_t> community,
                                 const GraphStatisticsOptions& options) {
  GRAPEVINE_EXPECTS(community.empty() || community.size() == graph.user_count());
  return Measuring(graph, community, options).all();
}

// For the terminal

namespace {

bool is_exact(const SampledMean& mean) { return mean.low == mean.high; }

std::string number(std::unsigned_integral auto value, int) { return with_thousands(value); }
std::string number(double value, int decimals) { return std::isnan(value) ? "-" : with_decimals(value, decimals); }
std::string number(const SampledMean& mean, int decimals) { return number(mean.value, decimals); }

std::string interval(const SampledMean& mean, int decimals) {
  if (is_exact(mean) || std::isnan(mean.low)) return "";
  return fmt::format("{} to {}, {} sampled", number(mean.low, decimals), number(mean.high, decimals),
                     with_thousands(mean.sampled, "user"));
}
template <class Value>
std::string interval(const Value&, int) {
  return "";
}

}  // namespace

std::string graph_statistics_text(const GraphStatistics& statistics) {
  TextTable table("lrll");
  std::vector<std::pair<std::size_t, std::string_view>> headings;  // before which line
  std::size_t lines = 0;
  graph_fields(statistics, [&](GraphGroup group, std::string_view, const auto& value, std::string_view unit,
                               int decimals, std::string_view label, std::string_view) {
    if (headings.empty() || headings.back().second != words(group).heading)
      headings.emplace_back(lines, words(group).heading);
    const bool shown = statistics.has(group);
    table.add({std::string(label), shown ? number(value, decimals) : "-", std::string(unit),
               shown ? interval(value, decimals) : ""});
    ++lines;
  });
  const std::string rows = table.text();
  std::string text;
  std::size_t at = 0, next = 0;
  for (std::size_t line = 0; line < lines; ++line) {
    if (next < headings.size() && headings[next].first == line)
      text += fmt::format("{}{}\n", line == 0 ? "" : "\n", headings[next++].second);
    const std::size_t end = rows.find('\n', at) + 1;
    text += rows.substr(at, end - at);
    at = end;
  }
  for (const auto& [what, degrees] :
       {std::pair("followers", &statistics.followers), {"followees", &statistics.followees}})
    if (degrees->lognormal.at_bound)
      text += "\nNote    " +
              wrapped(fmt::format("the lognormal fit to {} ran to its bound, sigma {:g}, where it is {}: "
                                  "it is not told, and nothing is compared with it",
                                  what, degrees->lognormal.sigma,
                                  degrees->lognormal.sigma > 1 ? "a power law within rounding" : "a single number"),
                      8, 8);
  return text;
}

// For the file

namespace {

class StatisticsWriter {
public:
  explicit StatisticsWriter(NewFile& out) : file_(out) {}

  void root(const GraphStatistics& statistics, std::string_view title) {
    file_.attribute("/", "Conventions", "CF-1.10");
    file_.attribute("/", "format", "grapevine graph statistics");
    file_.attribute("/", "format_version", "1.2");
    file_.attribute("/", "title", title);
    file_.attribute("/", "exact", std::int64_t{statistics.exact});
    file_.attribute("/", "sample", static_cast<std::int64_t>(statistics.sample));
    file_.any_attribute("/", "seed", h5::whole_attribute(statistics.seed));
    file_.attribute("/", "least_tail", static_cast<std::int64_t>(statistics.least_tail));
    file_.attribute("/", "seed_hex", fmt::format("{:016x}", statistics.seed));
  }

  void group(const std::string& path, std::string_view comment) {
    file_.group(path);
    file_.attribute(path, "comment", comment);
  }

  void value(const std::string& name, std::unsigned_integral auto number, std::string_view sentence) {
    const auto stored = static_cast<std::int64_t>(number);
    file_.whole_numbers(name, std::span(&stored, 1), {});
    describe(name, sentence);
  }
  void value(const std::string& name, double number, std::string_view sentence) {
    file_.dataset<double>(name, std::span<const double>(&number, 1), {});
    describe(name, sentence);
  }
  void value(const std::string& name, const SampledMean& mean, std::string_view sentence) {
    value(name, mean.value, sentence);
    value(name + "_lower", mean.low, "lower end of its 95 % interval; the value itself where nothing was sampled");
    value(name + "_upper", mean.high, "upper end of its 95 % interval");
    value(name + "_sampled", static_cast<std::uint64_t>(mean.sampled), "users looked at");
  }

  /// One axis and what lies along it.
  template <class Numbers>
  void axis(const std::string& name, const Numbers& numbers, std::string_view sentence) {
    const std::vector<std::int64_t> stored(numbers.begin(), numbers.end());
    file_.whole_scale(name, stored);
    describe(name, sentence);
  }
  template <class Numbers>
  void counts(const std::string& name, const Numbers& numbers, const std::string& axis, std::string_view sentence) {
    const std::vector<std::int64_t> stored(numbers.begin(), numbers.end());
    file_.whole_numbers(name, stored, {axis});
    describe(name, sentence);
  }

  void degrees(const std::string& group_name, const DegreeStatistics& d, const std::string& whom) {
    group(group_name, "How many users have how many " + whom + ": a place for each number that occurs.");
    const std::string degree = group_name + "/degree";
    axis(degree, d.degrees, "number of " + whom);
    std::vector<std::uint64_t> users(d.at_least);
    for (std::size_t i = 0; i + 1 < users.size(); ++i) users[i] -= users[i + 1];
    counts(group_name + "/users", users, degree, "users with exactly this many");
    std::vector<double> ccdf(d.at_least.size());
    std::ranges::transform(d.at_least, ccdf.begin(),
                           [&](std::uint64_t count) { return ratio(count, d.at_least.front()); });
    file_.dataset<double>(group_name + "/ccdf", ccdf, {degree});
    describe(group_name + "/ccdf", "part of users with this many or more");
  }

  /// Counts of whole numbers from `first` on.
  void histogram(const std::string& group_name, std::string_view comment, const std::string& axis_name,
                 std::string_view axis_sentence, std::span<const std::uint64_t> numbers, std::size_t first,
                 const std::string& name, std::string_view sentence) {
    group(group_name, comment);
    std::vector<std::int64_t> places;
    for (std::size_t i = first; i < numbers.size(); ++i) places.push_back(static_cast<std::int64_t>(i));
    axis(group_name + "/" + axis_name, places, axis_sentence);
    counts(group_name + "/" + name, numbers.subspan(std::min(first, numbers.size())), group_name + "/" + axis_name,
           sentence);
  }

  void commit() { file_.commit(); }

private:
  void describe(const std::string& name, std::string_view sentence) {
    file_.attribute(name, "long_name", sentence);
    file_.attribute(name, "units", "1");
  }

  h5::Writer file_;
};

}  // namespace

void write_graph_statistics(NewFile& out, const GraphStatistics& statistics, std::string_view title) {
  StatisticsWriter file(out);
  file.root(statistics, title);
  file.group("/graph", "Statistics of the graph; what was not measured is not here.");
  graph_fields(statistics, [&](GraphGroup group, std::string_view name, const auto& value, std::string_view, int,
                               std::string_view, std::string_view sentence) {
    if (statistics.has(group)) file.value(fmt::format("/graph/{}", name), value, sentence);
  });
  file.degrees("/followers", statistics.followers, "followers");
  file.degrees("/followees", statistics.followees, "followees");
  if (statistics.has(GraphGroup::cores))
    file.histogram("/cores", "Users by core number.", "core", "core number", statistics.core_sizes, 0, "users",
                   "users of that core number");
  const auto distances = [&](GraphGroup group, const char* name, const DistanceStatistics& d) {
    if (!statistics.has(group)) return;
    file.histogram(
        name,
        d.mean.sampled == statistics.users ? "Pairs by distance." : "Pairs by distance, from the sampled sources.",
        "steps", "steps from one user to the other", d.pairs, 1, "pairs", "ordered pairs of users at this distance");
  };
  distances(GraphGroup::links, "/link_distances", statistics.along_links);
  distances(GraphGroup::passes, "/pass_distances", statistics.along_follows);
  file.commit();
}

}  // namespace grapevine
