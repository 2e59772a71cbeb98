#include "graph/formats/edge_records.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "graph/base/counted.hpp"
#include "graph/base/utf8.hpp"
#include "graph/formats/advice.hpp"

namespace grapevine {

namespace {

bool is_number(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+'; });
}

std::optional<EdgeLayout> usual_columns(Fields header, char separator) {
  for (const auto& [follower, followee] : {std::pair{"follower", "followed"}, {"follower", "followee"}, {"from", "to"}})
    if (const auto a = column(header, follower), b = column(header, followee); a && b)
      return EdgeLayout{separator, *a, *b};
  return std::nullopt;
}

}  // namespace

EdgeLayout find_edge_columns(const RecordReader& records, const EdgeListOptions& options, bool& is_header) {
  const Fields first = records.fields();
  const char separator = records.separator();
  if (first.size() == 1)
    throw BadRequest(
        fmt::format("{}: '{:.60}' is one field; expected two ids, who follows and who is followed, apart by blanks, "
                    "tabs, commas or semicolons; {}",
                    records.where(), records.text(), advice_on_one_field(records.text())));
  is_header = true;
  if (!options.columns[0].empty() || !options.columns[1].empty()) {
    const auto a = column(first, options.columns[0], true), b = column(first, options.columns[1], true);
    if (!a || !b || *a == *b)
      throw BadRequest(
          fmt::format("{}: the header has the columns {}; expected each of '{}' and '{}' once, as graph.columns says; "
                      "set graph.columns = "
                      "[follower column, followee column] to two of them",
                      records.where(), quoted(first), options.columns[0], options.columns[1]));
    return {separator, *a, *b};
  }
  if (const std::optional<EdgeLayout> usual = usual_columns(first, separator)) return *usual;
  if (separator == ' ' || separator == '\t') {
    is_header = false;
    return {options.separator == '\t' || records.needs_tabs() ? '\t' : ' ', 0, 1};
  }
  if (options.separator != '\0' && first.size() >= 2) {  // who names the sign and no columns knows the file
    is_header = false;
    return {separator, 0, 1};
  }
  if (options.undirected && first.size() >= 2 && !is_number(first[0]) && !is_number(first[1])) return {separator, 0, 1};
  throw BadRequest(
      fmt::format("{}: the header has the columns {}; expected 'follower' and 'followed', or 'from' and 'to' (from "
                  "follows to); set graph.columns = [follower column, followee column] (graph commands: --columns "
                  "FOLLOWER FOLLOWEE), write a header, "
                  "or, for a list without one, set graph.separator "
                  "= \"{}\"",
                  records.where(), quoted(first), separator));
}

void RecordFollows::add(const RecordReader& records, const EdgeLayout& layout, FollowSink& sink) {
  const Fields fields = records.fields();
  if (layout.fields != 0 && fields.size() != layout.fields) return mistakes_.add(wrong_count(records, fields, layout));
  if (fields.size() < layout.fields_needed())
    return mistakes_.add(
        fmt::format("{}: {}; expected at least {}, with the follower's id and the followee's; complete the line "
                    "or take it out",
                    records.where(), counted(fields.size(), "field"), layout.fields_needed()));
  const std::string_view follower = fields[layout.follower], followee = fields[layout.followee];
  if (follower.empty() || followee.empty())
    return mistakes_.add(fmt::format("{}: the id of the {} is empty; expected a text; fill it in or take the line out",
                                     records.where(), follower.empty() ? "follower" : "followee"));
  const bool header_again =
      header_ != nullptr && header_->fields > 0 && follower == header_->follower && followee == header_->followee;
  if (header_again || are_column_words(follower, followee))
    return mistakes_.add(
        fmt::format("{}: '{:.60}' and '{:.60}' are names of columns; expected a follow; take the line out, or begin "
                    "it with #; in joined files every part brings a header",
                    records.where(), follower, followee));
  if (follower.starts_with("\xef\xbb\xbf"))
    return mistakes_.add(records.where() +
                         ": a byte order mark (U+FEFF) is before the id; expected one at the file's beginning at "
                         "most; take it out; in joined files every part brings one");
  for (const std::string_view id : {follower, followee})
    if (!is_utf8(id))
      return mistakes_.add(
          fmt::format("{}: the id '{:.60}' is not in UTF-8; expected UTF-8; convert the file, for example: iconv -f "
                      "latin1 -t utf-8",
                      records.where(), printable(id)));
  if (header_ != nullptr && header_->type && !take_type(records, fields[*header_->type])) return;
  if (accounts_ != nullptr)
    for (const std::string_view id : {follower, followee})
      if (accounts_->ids.find(id) == IdTable::absent)
        mistakes_.add(
            fmt::format("{}: account '{:.60}' is not in {}; expected every account of the edge list there; add it, or "
                        "take the line out",
                        records.where(), id, options_.accounts.file.string()));
  sink.add(follower, followee);
  if (sink.texts() >= text_id - 2)
    throw BadRequest(
        fmt::format("{}: more than {} accounts; expected fewer; split the graph", records.where(), text_id - 2));
}

std::string RecordFollows::wrong_count(const RecordReader& records, Fields fields, const EdgeLayout& layout) const {
  const bool header = header_ != nullptr && header_->fields > 0;
  return fmt::format("{}: {}, and the {} has {}; expected as many in each line; {}", records.where(),
                     counted(fields.size(), "field"), header ? "header" : "first line", layout.fields,
                     advice_on_count(records.text(), {fields.size(), layout.fields, layout.separator, header}));
}

/// Whether the field says that the pair is directed or not, and the same as those before.
bool RecordFollows::take_type(const RecordReader& records, std::string_view type) {
  const bool undirected = same_word(type, "undirected");
  if (!undirected && !same_word(type, "directed") && !type.empty()) {
    mistakes_.add(
        fmt::format("{}: the type is '{:.40}'; expected Directed or Undirected; rename the column if it "
                    "says something else",
                    records.where(), type));
    return false;
  }
  if (undirected_.value_or(undirected) != undirected) {
    mistakes_.add(records.where() +
                  ": directed and undirected edges are mixed; expected all of one type; write an undirected one as "
                  "two directed ones");
    return false;
  }
  undirected_ = undirected;
  return true;
}

namespace {

/// What KONECT's first line says of a network.
void obey_konect(const RecordReader& records, const EdgeListOptions& options, Beginning& beginning) {
  std::string_view words = records.first_comment();
  if (!words.starts_with('%')) return;
  words.remove_prefix(std::min(words.find_first_not_of("% \t"), words.size()));
  const std::string_view kind = words.substr(0, words.find_first_of(" \t"));
  if (kind == "bip")
    throw BadRequest(fmt::format(
        "{}: its first line says that the network is bipartite ('{:.60}'); expected follows among users of one "
        "kind; project it, or choose another network",
        records.name(), records.first_comment()));
  if (kind == "sym") {
    beginning.undirected = true;
    if (!options.undirected) beginning.notes.push_back("its first line says sym: every pair is a mutual follow");
  }
  if (kind == "asym" && options.undirected)
    beginning.notes.push_back(
        "its first line says asym (directed), but graph.undirected makes every pair a mutual follow");
}

/// Words of small letters in the first line of a list that is said to have no header may be one.
void note_first_line(const RecordReader& records, const EdgeListOptions& options, Beginning& beginning) {
  const auto is_word = [](std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
  };
  const Fields first = records.fields();
  if (options.separator != '\0' && first.size() > 1 && is_word(first[0]) && is_word(first[1]))
    beginning.notes.push_back(fmt::format(
        "its first line, '{:.60}' and '{:.60}', is a follow like the others; if it names columns, set graph.columns",
        first[0], first[1]));
}

}  // namespace

void read_beginning(RecordReader& records, const EdgeListOptions& options, RecordFollows& adder, FollowSink& sink,
                    Beginning& beginning) {
  if (!options.comments) records.end_comments();
  if (!records.next())
    throw BadRequest(records.name() + ": holds no follows; expected one per line; check that this is the edge list");
  if (records.text().size() <= 5 && same_word(records.text().substr(0, 4), "sep="))
    throw BadRequest(
        fmt::format("{}: '{}' tells a spreadsheet the separator; expected follows or a header; take this line out",
                    records.where(), records.text()));
  bool header = false;
  EdgeLayout& layout = beginning.layout = find_edge_columns(records, options, header);
  layout.comments = options.comments;
  adder.know(&beginning.header);
  obey_konect(records, options, beginning);
  if (!header) note_first_line(records, options, beginning);
  if (header) {
    const Fields names = records.fields();
    layout.fields = names.size();
    beginning.header = {std::string(names[layout.follower]), std::string(names[layout.followee]), names.size(),
                        column(names, "source") && column(names, "target") ? column(names, "type") : std::nullopt};
    records.limit_fields(layout.fields_looked_at());
    return;
  }
  if (layout.separator == ' ') records.separate_by_blanks();
  layout.fields = records.fields().size();
  const auto both = [&](auto&& condition) {
    const Fields fields = records.fields();
    return fields.size() >= 2 && condition(fields[0]) && condition(fields[1]);
  };
  const std::uint64_t first_line = records.line();
  const bool first_is_text = both([](std::string_view field) { return !is_number(field); });
  adder.add(records, layout, sink);
  records.limit_fields(layout.fields_looked_at());
  if (records.next()) {
    if (first_is_text && both(is_number))  // names of columns must not become users
      throw BadRequest(
          fmt::format("{}: looks like a header above numbers; expected follows, or column names 'follower' and "
                      "'followed' or 'from' and 'to'; "
                      "begin it with # or set graph.columns",
                      records.where(first_line)));
    adder.add(records, layout, sink);
  }
}

}  // namespace grapevine
