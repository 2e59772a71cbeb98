#include "graph/formats/write_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <string_view>

#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"
#include "graph/base/utf8.hpp"
#include "graph/formats/chance_text.hpp"
#include "graph/formats/header.hpp"
#include "graph/formats/line_reader.hpp"
#include "graph/formats/packing.hpp"
#include "graph/formats/records.hpp"

namespace grapevine {

namespace {

UserId user(std::size_t number) { return UserId(static_cast<std::uint32_t>(number)); }

/// Users' ids as a format writes them: made once, for an id stands in as many lines as it has follows.
class WrittenIds {
public:
  template <class Write>
  WrittenIds(std::size_t users, std::span<const std::string> ids, Write&& write) {
    if (ids.empty()) return;
    GRAPEVINE_EXPECTS(ids.size() == users);
    texts_.resize(users);
    parallel_for(users, [&](std::size_t u) { texts_[u] = write(ids[u]); });
  }
  void append(std::string& text, UserId u) const {
    if (!texts_.empty()) {
      text += texts_[u.index()];
      return;
    }
    char digits[10];
    text.append(digits, std::to_chars(digits, digits + sizeof digits, u.value()).ptr);
  }

private:
  std::vector<std::string> texts_;  // empty: the numbers
};

/// The chances of follows as texts: made once each, for there are few and follows are many.
class WrittenChances {
public:
  WrittenChances(const FollowGraph& graph, std::span<const Chance> chances) : chances_(chances) {
    GRAPEVINE_EXPECTS(chances.empty() || chances.size() == graph.follow_count());
    if (chances.empty()) return;
    texts_.resize(Chance::most_bits + std::size_t{1});
    parallel_for(texts_.size(), [&](std::size_t bits) {
      texts_[bits] = written(Chance::from_bits(static_cast<std::uint16_t>(bits)));
    });
  }
  void append(std::string& text, char separator, std::uint64_t follow) const {
    text += separator;
    text += texts_[chances_[follow].bits()];
  }

private:
  std::span<const Chance> chances_;
  std::vector<std::string> texts_;  // by bits
};

/// Appends what `append(user, text)` says of each user, in order. Threads make (and pack) pieces of some 2^17 units
/// side by side, where `before(user)` counts the units before a user.
template <class Before, class Append>
void write_users(NewFile& file, Packing packing, std::size_t users, Before&& before, Append&& append) {
  constexpr std::uint64_t piece = std::uint64_t{1} << 17;
  std::vector<std::size_t> begin = {0};
  for (std::size_t u = 1; u <= users; ++u)
    if (u == users || before(u) - before(begin.back()) >= piece) begin.push_back(u);
  const std::size_t at_once = 4 * static_cast<std::size_t>(thread_count());
  std::vector<std::string> written(std::min(at_once, begin.size()));
  for (std::size_t first = 0; first + 1 < begin.size(); first += at_once) {
    const std::size_t count = std::min(at_once, begin.size() - 1 - first);
    parallel_for(
        count,
        [&](std::size_t i) {
          std::string text;
          for (std::size_t u = begin[first + i]; u < begin[first + i + 1]; ++u) append(user(u), text);
          written[i] = packing == Packing::none ? std::move(text) : packed(text, packing);
        },
        1);
    for (std::size_t i = 0; i < count; ++i) file.write(written[i]);
  }
}

bool is_plain_number(std::string_view id) {
  return std::ranges::all_of(id, [](char c) { return c >= '0' && c <= '9'; });
}

[[noreturn]] void refuse(const std::filesystem::path& file, std::string_view id, std::string_view why,
                         std::string_view remedy) {
  throw BadRequest(fmt::format("{}: the id '{:.60}' {}; expected one that is read again as it is; {}", file.string(),
                               id, why, remedy));
}

/// What no text of lines can hold.
void expect_writable(const std::filesystem::path& file, std::string_view id) {
  constexpr std::string_view remedy = "rename it, or write GraphML or a graph file";
  if (id.empty()) refuse(file, id, "is empty", remedy);
  if (!is_utf8(id)) refuse(file, printable(id), "is not in UTF-8", remedy);
  if (id.find('\0') != std::string_view::npos) refuse(file, id, "holds a zero byte", remedy);
  if (id.find("\r\n") != std::string_view::npos) refuse(file, id, "holds a line end of two bytes", remedy);
  if (id.size() > LineReader::most_line / 8) refuse(file, id, "is longer than a line may be", remedy);
}

void write_accounts(NewFile& out, const FollowGraph& graph, std::span<const std::string> ids) {
  const std::size_t users = graph.user_count();
  const WrittenIds written(users, ids, [&](const std::string& id) { return quoted_if_needed(id, ','); });
  const Packing packing = packing_of(out.name());
  out.write(packed("id,followers\n", packing));  // the second column also shows that fields are apart by commas
  write_users(
      out, packing, users, [](std::size_t u) { return u; },
      [&](UserId u, std::string& text) {
        written.append(text, u);
        fmt::format_to(std::back_inserter(text), ",{}\n", graph.follower_count(u));
      });
}

/// Code points in the ranges of XML 1.0 (5th edition, section 2.2), well formed.
bool is_xml_text(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto [size, point] = code_point(text, i);
    const bool allowed =
        point == '\t' || point == '\n' || point == '\r' || (point >= 0x20 && point != 0xfffe && point != 0xffff);
    if (size == 0 || !allowed) return false;
    i += size;
  }
  return true;
}

std::string xml_attribute(std::string_view id) {
  std::string text;
  for (const char c : id) switch (c) {
      case '&':
        text += "&amp;";
        break;
      case '<':
        text += "&lt;";
        break;
      case '>':
        text += "&gt;";
        break;
      case '"':
        text += "&quot;";
        break;
      case '\t':
        text += "&#9;";
        break;  // else it would be read as a blank
      case '\n':
        text += "&#10;";
        break;
      case '\r':
        text += "&#13;";
        break;
      default:
        text += c;
    }
  return text;
}

std::uint64_t count_isolated(const FollowGraph& graph) {
  return parallel_sum(graph.user_count(), [&](std::size_t u) {
    return std::uint64_t{graph.followees(user(u)).empty() && graph.follower_count(user(u)) == 0};
  });
}

}  // namespace

WriteReport write_edge_list(NewFile& out, const FollowGraph& graph, std::span<const std::string> ids, NewFile* accounts,
                            std::span<const Chance> chances) {
  const std::filesystem::path& file = out.name();
  const Packing packing = packing_of(file);
  const std::filesystem::path name = packing == Packing::none ? file : file.stem();
  const char separator = name.extension() == ".txt" ? ' ' : name.extension() == ".tsv" ? '\t' : ',';
  const std::size_t users = graph.user_count();
  if (graph.follow_count() == 0)
    throw BadRequest(
        fmt::format("{}: the graph has no follows; expected some, for an edge list without any is not read again; "
                    "write GraphML or a graph file",
                    file.string()));
  for (std::size_t u = 0; u < ids.size(); ++u)  // such a line would be taken for a header in the middle
    for (const UserId v : graph.followees(user(u)))
      if (are_column_words(ids[u], ids[v.index()]))
        throw BadRequest(
            fmt::format("{}: the ids '{}' and '{}' are names of columns; expected ids that are read again "
                        "as users; rename one, or write GraphML or a graph file",
                        file.string(), ids[u], ids[v.index()]));
  bool header = separator != ' ' || !chances.empty();
  for (const std::string& id : ids) {
    expect_writable(file, id);
    if (separator != ' ') continue;
    header |= !is_plain_number(id);
    if (id.find_first_of(" \t\r\n") != std::string::npos || id.starts_with('#') || id.starts_with('%') ||
        id.starts_with('"'))
      refuse(file, id, "holds a blank, or begins like a comment or with a double quote",
             "give the file a name that ends with .csv, or .csv and how it is packed");
  }

  const WrittenIds written(
      users, ids, [&](const std::string& id) { return separator == ' ' ? id : quoted_if_needed(id, separator); });
  const WrittenChances probabilities(graph, chances);
  if (header)
    out.write(packed(fmt::format("follower{0}followee{1}\n", separator,
                                 chances.empty() ? "" : fmt::format("{}probability", separator)),
                     packing));
  write_users(
      out, packing, users, [&](std::size_t u) { return graph.rows().begin[u]; },
      [&](UserId u, std::string& text) {
        std::uint64_t follow = graph.row_begin(u);
        for (const UserId followee : graph.followees(u)) {
          written.append(text, u);
          text += separator;
          written.append(text, followee);
          if (!chances.empty()) probabilities.append(text, separator, follow);
          text += '\n';
          ++follow;
        }
      });
  if (accounts != nullptr) {
    write_accounts(*accounts, graph, ids);
    accounts->finish();
  }
  out.finish();
  const std::uint64_t left_out = accounts == nullptr ? count_isolated(graph) : 0;
  return {.follows = graph.follow_count(), .users = users - left_out, .left_out = left_out};
}

WriteReport write_graphml(NewFile& out, const FollowGraph& graph, std::span<const std::string> ids) {
  const std::filesystem::path& file = out.name();
  for (const std::string& id : ids)
    if (id.empty() || !is_xml_text(id))
      refuse(file, id, "is empty, no UTF-8 or holds control characters",
             "rename it, or write an edge list or a graph file");
  const Packing packing = packing_of(file);
  const std::size_t users = graph.user_count();
  const WrittenIds written(users, ids, [](const std::string& id) { return xml_attribute(id); });
  out.write(
      packed("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<graphml "
             "xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n<graph edgedefault=\"directed\">\n",
             packing));
  write_users(
      out, packing, users, [](std::size_t u) { return u; },
      [&](UserId u, std::string& text) {
        text += "<node id=\"";
        written.append(text, u);
        text += "\"/>\n";
      });
  write_users(
      out, packing, users, [&](std::size_t u) { return graph.rows().begin[u]; },
      [&](UserId u, std::string& text) {
        for (const UserId followee : graph.followees(u)) {
          text += "<edge source=\"";
          written.append(text, u);
          text += "\" target=\"";
          written.append(text, followee);
          text += "\"/>\n";
        }
      });
  out.write(packed("</graph>\n</graphml>\n", packing));
  out.finish();
  return {.follows = graph.follow_count(), .users = users, .left_out = 0};
}

}  // namespace grapevine
