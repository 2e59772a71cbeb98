#include "graph/formats/cascade_list.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "graph/base/counted.hpp"
#include "graph/base/error.hpp"
#include "graph/formats/header.hpp"
#include "graph/formats/mistakes.hpp"
#include "graph/formats/records.hpp"
#include "graph/tree_order.hpp"

namespace grapevine {

namespace {

constexpr std::size_t most_nodes = std::numeric_limits<std::int32_t>::max();
constexpr double no_time = std::numeric_limits<double>::quiet_NaN();

struct Columns {
  std::size_t cascade, node;
  std::optional<std::size_t> parent, time;

  std::size_t needed() const { return std::max({cascade, node, parent.value_or(0), time.value_or(0)}) + 1; }
};

bool begins_with_word(std::string_view name, std::string_view word) {
  return same_word(name.substr(0, word.size()), word);
}

bool names_times(std::string_view name) {
  for (const std::string_view word : {"time", "delay"})
    if (begins_with_word(name, word) && (name.size() == word.size() || name[word.size()] == '_')) return true;
  return false;
}

std::optional<std::size_t> time_column(const RecordReader& records, const CascadeListOptions& options) {
  const Fields header = records.fields();
  if (options.without_times) return std::nullopt;
  if (!options.time.empty()) {
    const auto found = column(header, options.time, true);
    if (!found)
      throw BadRequest(fmt::format(
          "{}: the header has the columns {}; expected one '{}', the column of times; name one that is there",
          records.where(), quoted(header), options.time));
    return found;
  }
  const auto first = std::ranges::find_if(header, names_times);
  if (first == header.end()) return std::nullopt;
  if (std::find_if(first + 1, header.end(), names_times) != header.end())
    throw BadRequest(fmt::format(
        "{}: the header has several columns of times, {}; expected one; name it with --time, or leave times out with "
        "--no-time",
        records.where(), quoted(header)));
  return static_cast<std::size_t>(first - header.begin());
}

Columns find_columns(const RecordReader& records, const CascadeListOptions& options) {
  const Fields header = records.fields();
  const bool named = std::ranges::any_of(options.columns, [](const std::string& name) { return !name.empty(); });
  const std::array<std::string, 3> names =
      named ? options.columns : std::array<std::string, 3>{"cascade", "node", "parent"};
  const auto cascade = column(header, names[0], named), node = column(header, names[1], named);
  if (options.without_parents) {
    if (!cascade || !node || *cascade == *node)
      throw BadRequest(
          fmt::format("{}: the header has the columns {}; expected '{}' and '{}' once each; write such a header, or "
                      "name the two columns with --columns",
                      records.where(), quoted(header), names[0], names[1]));
    return {*cascade, *node, std::nullopt, time_column(records, options)};
  }
  const auto parent = column(header, names[2], named);
  if (!cascade || !node || !parent || *cascade == *node || *cascade == *parent || *node == *parent)
    throw BadRequest(fmt::format(
        "{}: the header has the columns {}; expected each of '{}', '{}' and '{}' once; write such a header, or name "
        "the three columns with --columns; a list that does not say who has a post from whom is read with "
        "--no-parents",
        records.where(), quoted(header), names[0], names[1], names[2]));
  return {*cascade, *node, parent, time_column(records, options)};
}

/// A line of the file. Ids are numbers in the table of texts.
struct Node {
  std::uint64_t line;
  double time;
  std::uint32_t cascade, id, parent;  // IdTable::absent: no parent
};

struct Nodes {
  IdTable cascades, texts;
  std::vector<Node> all;
};

bool is_no_id(std::string_view text) { return text.empty() || text == "-1"; }

double time_of(std::string_view text, const RecordReader& records, std::string_view name, Mistakes& mistakes) {
  if (text.empty()) return no_time;
  double time = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), time);
  if (error == std::errc() && end == text.data() + text.size() && std::isfinite(time)) return time;
  mistakes.add(
      fmt::format("{}: '{}' is '{:.40}'; expected a number, or nothing; correct it, name another column with --time, "
                  "or leave times "
                  "out with --no-time",
                  records.where(), name, text));
  return no_time;
}

Nodes read_nodes(RecordReader& records, const Columns& columns, std::string_view time_name, Mistakes& mistakes) {
  Nodes nodes;
  while (records.next()) {
    const Fields fields = records.fields();
    if (fields.size() < columns.needed()) {
      mistakes.add(fmt::format("{}: {}; expected at least {}, as the header says; complete the line or take it out",
                               records.where(), counted(fields.size(), "field"), columns.needed()));
      continue;
    }
    const std::string_view cascade = fields[columns.cascade], id = fields[columns.node],
                           parent = columns.parent ? fields[*columns.parent] : std::string_view();
    if (cascade.empty()) {
      mistakes.add(fmt::format("{}: the id of the cascade is empty; expected a text; fill it in or take the line out",
                               records.where()));
      continue;
    }
    if (is_no_id(id)) {
      mistakes.add(
          fmt::format("{}: the id of the node is '{}', which as a parent means that there is none; expected any other "
                      "text; fill it in "
                      "or take the line out",
                      records.where(), id));
      continue;
    }
    if (nodes.all.size() == most_nodes)
      throw BadRequest(fmt::format("{}: more than {} nodes; expected fewer; split the file between cascades",
                                   records.where(), most_nodes));
    nodes.all.push_back({.line = records.line(),
                         .time = columns.time ? time_of(fields[*columns.time], records, time_name, mistakes) : no_time,
                         .cascade = nodes.cascades.find_or_add(cascade),
                         .id = nodes.texts.find_or_add(id),
                         .parent = is_no_id(parent) ? IdTable::absent : nodes.texts.find_or_add(parent)});
  }
  return nodes;
}

/// Makes trees of nodes, cascade by cascade.
class TreeMaker {
public:
  TreeMaker(const RecordReader& records, const Nodes& nodes, Mistakes& mistakes)
      : records_(records), nodes_(nodes), mistakes_(mistakes) {}

  /// Appends the tree that these nodes are, or says why they are none.
  void add(std::span<const std::uint32_t> members, CascadeList& list) {
    members_ = members;
    sound_ = true;
    sort_ids();
    find_parents();
    if (!sound_) return;
    const std::vector<std::uint32_t> order = breadth_first(parents_);
    if (order.size() < members.size()) return report_circle(order);
    const std::vector<std::int32_t> parents = renumbered(parents_, order);
    list.parents.insert(list.parents.end(), parents.begin(), parents.end());
    if (!list.time_column.empty())
      for (const std::uint32_t i : order) list.times.push_back(member(i).time);
    list.begin.push_back(list.parents.size());
  }

  /// Appends these nodes without the tree that they are.
  void add_set(std::span<const std::uint32_t> members, CascadeList& list) {
    members_ = members;
    sound_ = true;
    sort_ids();
    if (!sound_) return;
    list.parents.resize(list.parents.size() + members.size(), -1);
    if (!list.time_column.empty())
      for (std::size_t i = 0; i < members.size(); ++i) list.times.push_back(member(i).time);
    list.begin.push_back(list.parents.size());
  }

private:
  const Node& member(std::size_t i) const { return nodes_.all[members_[i]]; }
  std::string where(const Node& node) const { return records_.where(node.line); }
  std::string_view id(const Node& node) const { return nodes_.texts[node.id]; }
  std::string_view cascade(const Node& node) const { return nodes_.cascades[node.cascade]; }

  void report(std::string message) {
    sound_ = false;
    mistakes_.add(std::move(message));
  }

  void sort_ids() {
    by_id_.clear();
    for (std::uint32_t i = 0; i < members_.size(); ++i) by_id_.emplace_back(member(i).id, i);
    std::ranges::sort(by_id_);
    for (std::size_t i = 1; i < by_id_.size(); ++i) {
      if (by_id_[i].first != by_id_[i - 1].first) continue;
      const Node &first = member(by_id_[i - 1].second), &again = member(by_id_[i].second);
      report(
          fmt::format("{}: node '{:.40}' of cascade '{:.40}' is already in line {}; expected each node once; take "
                      "one out, or rename it",
                      where(again), id(again), cascade(again), first.line));
    }
  }

  void find_parents() {
    parents_.assign(members_.size(), -1);
    std::optional<std::uint32_t> root;
    for (std::uint32_t i = 0; i < members_.size(); ++i) {
      const Node& node = member(i);
      if (node.parent == IdTable::absent) {
        if (root) report_second_root(member(*root), node);
        root = root.value_or(i);
        continue;
      }
      const auto found = std::ranges::lower_bound(by_id_, std::pair(node.parent, std::uint32_t{0}));
      if (found == by_id_.end() || found->first != node.parent)
        report_lost(node);
      else
        parents_[i] = static_cast<std::int32_t>(found->second);
    }
    if (!root && sound_)
      report(
          fmt::format("{}: cascade '{:.40}', which begins here, has no root; expected one node whose parent is -1 or "
                      "empty; add it, or mark it as such",
                      where(member(0)), cascade(member(0))));
  }

  void report_second_root(const Node& first, const Node& second) {
    report(
        fmt::format("{}: cascade '{:.40}' has a second root, '{:.40}', beside '{:.40}' in line {}; expected one node "
                    "whose parent is -1 or "
                    "empty; give it its parent, or a cascade of its own",
                    where(second), cascade(second), id(second), id(first), first.line));
  }

  void report_lost(const Node& node) {
    const auto elsewhere = std::ranges::find(nodes_.all, node.parent, &Node::id);
    const std::string hint = elsewhere == nodes_.all.end()
                                 ? "add that node, or take this one and what hangs from it out"
                                 : fmt::format(
                                       "one of that name is in line {}, in cascade '{:.40}': put both "
                                       "into the same cascade",
                                       elsewhere->line, cascade(*elsewhere));
    report(fmt::format(
        "{}: the parent of node '{:.40}', '{:.40}', is not a node of its cascade '{:.40}'; expected one, or "
        "-1 for the root; {}",
        where(node), id(node), nodes_.texts[node.parent], cascade(node), hint));
  }

  void report_circle(std::span<const std::uint32_t> reached) {
    std::vector<char> seen(members_.size(), 0);
    for (const std::uint32_t i : reached) seen[i] = 1;
    const auto lost = static_cast<std::uint32_t>(std::ranges::find(seen, 0) - seen.begin());
    const std::vector<std::uint32_t> circle = circle_above(parents_, lost);
    const Node& node = member(circle.front());
    std::vector<std::string> names;
    for (std::size_t i = 0; i < std::min<std::size_t>(circle.size(), 6); ++i)
      names.push_back(fmt::format("'{:.40}'", id(member(circle[i]))));
    names.push_back(circle.size() > 6 ? "..." : names.front());
    report(
        fmt::format("{}: nodes of cascade '{:.40}' hang from each other in a circle, {}; expected every way up to end "
                    "at the root; correct "
                    "one of their parents",
                    where(node), cascade(node), fmt::join(names, " from ")));
  }

  const RecordReader& records_;
  const Nodes& nodes_;
  Mistakes& mistakes_;

  std::span<const std::uint32_t> members_;  // of the cascade at hand, in the file's order
  bool sound_ = true;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> by_id_;  // id, number among the members
  std::vector<std::int32_t> parents_;
};

}  // namespace

CascadeList load_cascades(const std::filesystem::path& file, const CascadeListOptions& options) {
  RecordReader records(file, options.separator);
  if (!records.next())
    throw BadRequest(records.name() +
                     ": holds no cascades; expected a header with the columns 'cascade', 'node' and 'parent' and a "
                     "line for each node; check that this is the table of cascades");
  const Columns columns = find_columns(records, options);
  CascadeList list;
  if (columns.time) list.time_column = records.fields()[*columns.time];
  list.delays = begins_with_word(list.time_column, "delay");
  records.limit_fields(columns.needed());
  records.end_comments();
  Mistakes mistakes;
  Nodes nodes = read_nodes(records, columns, list.time_column, mistakes);
  list.lines = records.lines();
  if (nodes.all.empty() && mistakes.empty())
    throw BadRequest(
        records.name() +
        ": holds no cascades; expected a line for each node below the header; check how the file was made");

  const std::size_t cascades = nodes.cascades.size();
  std::vector<std::uint32_t> begin(cascades + 1, 0), by_cascade(nodes.all.size());
  for (const Node& node : nodes.all) ++begin[node.cascade + 1];
  for (std::size_t c = 0; c < cascades; ++c) begin[c + 1] += begin[c];
  std::vector<std::uint32_t> next(begin.begin(), begin.end() - 1);
  for (std::uint32_t i = 0; i < nodes.all.size(); ++i) by_cascade[next[nodes.all[i].cascade]++] = i;

  mistakes.report();  // where lines are missing, trees are
  TreeMaker maker(records, nodes, mistakes);
  list.trees = columns.parent.has_value();
  for (std::size_t c = 0; c < cascades; ++c) {
    const std::span members = std::span(by_cascade).subspan(begin[c], begin[c + 1] - begin[c]);
    list.trees ? maker.add(members, list) : maker.add_set(members, list);
  }
  mistakes.report();
  list.ids = std::move(nodes.cascades);
  return list;
}

}  // namespace grapevine
