#include "graph/formats/edge_list.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <string_view>
#include <utility>

#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"
#include "graph/formats/id_table.hpp"
#include "graph/formats/records.hpp"

namespace grapevine {

namespace {

using Fields = std::span<const std::string_view>;

/// Collects mistakes; ten are enough to show what is wrong with a file.
class Mistakes {
public:
  void add(std::string message) {
    messages_.push_back(std::move(message));
    if (messages_.size() == 10) {
      messages_.back() += " (and perhaps more: reading stopped here)";
      report();
    }
  }
  void report() {
    if (!messages_.empty()) throw BadRequest(std::move(messages_));
  }

private:
  std::vector<std::string> messages_;
};

std::string quoted(Fields fields) {
  std::vector<std::string> names;
  for (const std::string_view field : fields.first(std::min<std::size_t>(fields.size(), 12)))
    names.push_back(fmt::format("'{:.40}'", field));
  if (fields.size() > names.size()) names.emplace_back("...");
  return fmt::format("{}", fmt::join(names, ", "));
}

bool same_word(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+'; });
}

/// The place of the one column of that name; none if there is no such column or there are several.
std::optional<std::size_t> column(Fields header, std::string_view name, bool exact = false) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < header.size(); ++i)
    if (exact ? header[i] == name : same_word(header[i], name)) {
      if (found) return std::nullopt;
      found = i;
    }
  return found;
}

/// Where the two ends of a follow stand in a record.
struct Ends {
  std::size_t follower = 0, followee = 1;
  std::size_t fields_needed() const { return std::max(follower, followee) + 1; }
};

std::optional<Ends> usual_columns(Fields header) {
  for (const auto& [follower, followee] : {std::pair{"follower", "followed"}, {"follower", "followee"}, {"from", "to"}})
    if (const auto a = column(header, follower), b = column(header, followee); a && b) return Ends{*a, *b};
  return std::nullopt;
}

/// Finds the ends by the first record; true in `is_header` if that record names columns.
Ends find_ends(const RecordReader& records, const EdgeListOptions& options, bool& is_header) {
  const Fields first = records.fields();
  is_header = true;
  if (!options.columns[0].empty() || !options.columns[1].empty()) {
    const auto a = column(first, options.columns[0], true), b = column(first, options.columns[1], true);
    if (!a || !b || *a == *b)
      throw BadRequest(
          fmt::format("{}: the header has the columns {}; expected each of '{}' and '{}' once, as graph.columns says; set graph.columns = "
                      "[follower column, followee column] to two of them",
                      records.where(), quoted(first), options.columns[0], options.columns[1]));
    return {*a, *b};
  }
  if (const std::optional<Ends> ends = usual_columns(first)) return *ends;
  const bool table = records.separator() == ',' || records.separator() == ';';
  if (!table) {
    is_header = false;
    return {};
  }
  if (options.undirected && first.size() >= 2 && !is_number(first[0]) && !is_number(first[1])) return {};
  throw BadRequest(fmt::format(
      "{}: the header has the columns {}; expected 'follower' and 'followed', or 'from' and 'to' (from follows to); set graph.columns = "
      "[follower column, followee column], or write a header",
      records.where(), quoted(first)));
}

/// Accounts in the order in which they were met.
struct Accounts {
  IdTable ids;
  std::vector<AccountKey> keys;      // by the table, if there is one
  std::vector<std::uint64_t> lines;  // of the table
  bool complete = false;             // there is a table: other ids are mistakes
};

void read_accounts(RecordReader records, Accounts& accounts, Mistakes& mistakes) {
  accounts.complete = true;
  if (!records.next())
    throw BadRequest(records.name() +
                     ": holds no table; expected a header with a column 'id' and a line an account; fill it, or leave out graph.accounts");
  const Fields header = records.fields();
  const auto id = column(header, "id"), key = column(header, "key");
  if (!id)
    throw BadRequest(fmt::format(
        "{}: the header has the columns {}; expected one column 'id' and, if ids may change, one 'key'; name the column of ids so",
        records.where(), quoted(header)));
  if (!key && std::ranges::any_of(header, [](std::string_view name) { return same_word(name, "key"); }))
    throw BadRequest(records.where() + ": the header has several columns 'key'; expected one at most; rename the others");
  const std::size_t needed = std::max(*id, key.value_or(0)) + 1;
  while (records.next()) {
    const Fields fields = records.fields();
    if (fields.size() < needed) {
      mistakes.add(fmt::format("{}: {} fields; expected at least {}, as the header says; complete the line", records.where(), fields.size(),
                               needed));
      continue;
    }
    const std::string_view text = fields[*id], key_text = fields[key.value_or(*id)];
    if (text.empty() || key_text.empty()) {
      mistakes.add(fmt::format("{}: the {} is empty; expected a text; fill it in or take the line out", records.where(),
                               text.empty() ? "id" : "key"));
      continue;
    }
    const std::uint32_t known = accounts.ids.find(text);
    if (known != IdTable::absent) {
      mistakes.add(fmt::format("{}: id '{}' stands in line {} already; expected each account once; take one out", records.where(), text,
                               accounts.lines[known]));
      continue;
    }
    accounts.ids.find_or_add(text);
    accounts.keys.push_back(account_key(key_text));
    accounts.lines.push_back(records.line());
  }

  std::vector<std::uint32_t> order(accounts.keys.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, {}, [&](std::uint32_t a) { return std::pair(accounts.keys[a], accounts.lines[a]); });
  for (std::size_t i = 1; i < order.size(); ++i)
    if (accounts.keys[order[i - 1]] == accounts.keys[order[i]])
      mistakes.add(fmt::format("{}: account '{}' has the key of '{}' in line {}; expected a key of its own for each account; change one",
                               records.where(accounts.lines[order[i]]), accounts.ids.ids()[order[i]], accounts.ids.ids()[order[i - 1]],
                               accounts.lines[order[i - 1]]));
}

/// Reads all follows, with users numbered as in `accounts`.
std::vector<Follow> read_follows(RecordReader records, const EdgeListOptions& options, Accounts& accounts, LoadReport& report,
                                 Mistakes& mistakes) {
  std::vector<Follow> follows;
  const auto number = [&](std::string_view id) {
    const std::uint32_t found = accounts.complete ? accounts.ids.find(id) : accounts.ids.find_or_add(id);
    if (found == IdTable::absent)
      mistakes.add(fmt::format("{}: account '{}' is not in {}; expected every account of the edge list there; add it, or take the line out",
                               records.where(), id, options.accounts.string()));
    return UserId(found);
  };
  bool pending = records.next();  // the record at hand is still to be read as a follow
  if (!pending) throw BadRequest(records.name() + ": holds no follows; expected one a line; check that this is the edge list");
  bool header = false;
  const Ends ends = find_ends(records, options, header);
  const bool header_line_is_follow = !header;
  if (header_line_is_follow) records.separate_by_blanks();
  if (header) pending = records.next();
  const std::uint64_t first_line = records.line();
  bool first_is_text = false;
  for (; pending; pending = records.next()) {
    const Fields fields = records.fields();
    records.limit_fields(ends.fields_needed());
    if (fields.size() < ends.fields_needed()) {
      mistakes.add(
          fmt::format("{}: {} {}; expected at least {}, with the follower's id and the followee's; complete the line or take it out",
                      records.where(), fields.size(), fields.size() == 1 ? "field" : "fields", ends.fields_needed()));
      continue;
    }
    const std::string_view follower = fields[ends.follower], followee = fields[ends.followee];
    if (follower.empty() || followee.empty()) {
      mistakes.add(fmt::format("{}: the id of the {} is empty; expected a text; fill it in or take the line out", records.where(),
                               follower.empty() ? "follower" : "followee"));
      continue;
    }
    if (header_line_is_follow) {  // names of columns must not become users
      if (records.line() == first_line)
        first_is_text = !is_number(follower) && !is_number(followee);
      else if (std::exchange(first_is_text, false) && is_number(follower) && is_number(followee))
        throw BadRequest(fmt::format(
            "{}: looks like a header above numbers; expected follows, or column names 'follower' and 'followed' or 'from' and 'to'; "
            "begin it with # or set graph.columns",
            records.where(first_line)));
    }
    const Follow follow{number(follower), number(followee)};
    if (accounts.ids.size() >= UINT32_MAX - 1)
      throw BadRequest(fmt::format("{}: more than {} accounts; expected fewer; split the graph", records.where(), UINT32_MAX - 2));
    follows.push_back(follow);
    if (options.undirected && follow.follower != follow.followee) follows.push_back({follow.followee, follow.follower});
  }
  report.lines = records.lines();
  report.comments = records.comments();
  mistakes.report();
  return follows;
}

/// Positions by follower count, descending, then by key.
std::vector<UserId> internal_order(const std::vector<std::uint32_t>& followers, const std::vector<AccountKey>& keys) {
  std::vector<UserId> order(followers.size());
  for (std::size_t u = 0; u < order.size(); ++u) order[u] = UserId(static_cast<std::uint32_t>(u));
  std::ranges::sort(order, [&](UserId a, UserId b) {
    const std::uint32_t fans_a = followers[a.index()], fans_b = followers[b.index()];
    return fans_a != fans_b ? fans_a > fans_b : keys[a.index()] < keys[b.index()];
  });
  return order;
}

}  // namespace

LoadedGraph load_edge_list(const std::filesystem::path& file, const EdgeListOptions& options) {
  LoadedGraph loaded;
  LoadReport& report = loaded.report;
  Mistakes mistakes;
  Accounts accounts;
  if (!options.accounts.empty()) read_accounts(RecordReader(options.accounts), accounts, mistakes);
  std::vector<Follow> follows = read_follows(RecordReader(file), options, accounts, report, mistakes);

  std::vector<std::string> ids = accounts.ids.take_ids();
  std::vector<AccountKey> keys = std::move(accounts.keys);
  if (!accounts.complete) {
    keys.resize(ids.size());
    parallel_for(ids.size(), [&](std::size_t u) { keys[u] = account_key(ids[u]); });
  }
  report.users = ids.size();

  Rows rows = group_by_follower(ids.size(), follows);
  std::vector<Follow>().swap(follows);
  const Dropped dropped = tidy(rows);
  report.self_loops = dropped.self_loops;
  report.duplicates = dropped.duplicates;
  report.follows = rows.users.size();
  if (report.follows == 0)
    throw BadRequest(
        fmt::format("{}: holds no follows but {} of users by themselves; expected follows between two users; check the columns",
                    file.string(), report.self_loops));

  const std::vector<std::uint32_t> followers = count_places(rows);
  const std::vector<UserId> order = internal_order(followers, keys);
  for (std::size_t k = 1; k < order.size(); ++k) {
    const std::size_t a = order[k - 1].index(), b = order[k].index();
    if (followers[a] == followers[b] && keys[a] == keys[b])  // by chance once in 10^19 pairs
      throw BadRequest(
          fmt::format("{}: the ids '{}' and '{}' have the same hash; expected different ones; give one of them a key in graph.accounts",
                      file.string(), ids[a], ids[b]));
  }
  for (std::size_t u = 0; u < ids.size(); ++u) report.isolated += rows[u].empty() && followers[u] == 0;
  loaded.graph = FollowGraph(renumber(rows, order));
  loaded.outside_ids.resize(ids.size());
  loaded.keys.resize(ids.size());
  parallel_for(order.size(), [&](std::size_t k) {
    loaded.outside_ids[k] = std::move(ids[order[k].index()]);
    loaded.keys[k] = keys[order[k].index()];
  });
  return loaded;
}

}  // namespace grapevine
