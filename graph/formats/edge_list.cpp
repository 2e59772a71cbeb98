#include "graph/formats/edge_list.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

#include "graph/base/counted.hpp"
#include "graph/base/parallel.hpp"
#include "graph/base/utf8.hpp"
#include "graph/formats/advice.hpp"
#include "graph/formats/edge_chances.hpp"
#include "graph/formats/header.hpp"
#include "graph/formats/mistakes.hpp"
#include "graph/formats/named_follows.hpp"
#include "graph/formats/piece_queue.hpp"
#include "graph/formats/plain_follows.hpp"
#include "graph/formats/records.hpp"

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

/// Finds the ends of a follow by the first record; true in `is_header` if that record names columns.
EdgeLayout find_columns(const RecordReader& records, const EdgeListOptions& options, bool& is_header) {
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

/// Where follows are read to. Each thread has its own.
class FollowSink {
public:
  FollowSink(const EdgeListOptions& options, IdTable& texts) : turned_(options.reversed), texts_(texts) {}

  void add(std::string_view follower, std::string_view followee) {
    const UserId one = id(follower), other = id(followee);
    follows_.push_back(turned_ ? Follow{other, one} : Follow{one, other});
  }
  /// Reads plain follows up to the first unusual line.
  const char* add_plain(const char* text, const char* end, const EdgeLayout& layout) {
    return read_plain_follows(text, end, turned_ ? turned(layout) : layout, follows_, read_);
  }
  void count(std::uint64_t lines, std::uint64_t comments) {
    read_.lines += lines;
    read_.comments += comments;
  }
  std::size_t texts() const { return texts_.size(); }

  /// What was read since the last call, in memory of its size.
  FollowPiece take(LinesRead& read) {
    FollowPiece piece{{follows_.begin(), follows_.end()}, 0, std::exchange(read_.numbers, 0)};
    follows_.clear();
    read = std::exchange(read_, {});
    return piece;
  }

private:
  static EdgeLayout turned(EdgeLayout layout) {
    std::swap(layout.follower, layout.followee);
    return layout;
  }
  UserId id(std::string_view text) {
    const std::uint32_t number = number_id(text);
    if (number < text_id) {
      read_.numbers |= number;
      return UserId(number);
    }
    return UserId(text_id + texts_.find_or_add(text));
  }

  bool turned_;
  IdTable& texts_;
  UnwrittenArray<Follow> follows_;
  LinesRead read_;
};

/// Reads the follows of records one by one, and says what is wrong with those that are none.
class RecordFollows {
public:
  RecordFollows(const EdgeListOptions& options, const AccountTable* accounts, Mistakes& mistakes)
      : options_(options), accounts_(accounts), mistakes_(mistakes) {}

  /// The header's words for follower and followee, and where it has a column of directions.
  struct Header {
    std::string follower, followee;
    std::size_t fields = 0;  ///< 0: there is no header
    std::optional<std::size_t> type;
  };
  void know(const Header* header) { header_ = header; }
  /// What the column of directions said: nothing, directed, undirected.
  bool says_undirected() const { return undirected_.value_or(false); }

  /// Adds the record at hand.
  void add(const RecordReader& records, const EdgeLayout& layout, FollowSink& sink) {
    const Fields fields = records.fields();
    if (layout.fields != 0 && fields.size() != layout.fields)
      return mistakes_.add(wrong_count(records, fields, layout));
    if (fields.size() < layout.fields_needed())
      return mistakes_.add(
          fmt::format("{}: {}; expected at least {}, with the follower's id and the followee's; complete the line "
                      "or take it out",
                      records.where(), counted(fields.size(), "field"), layout.fields_needed()));
    const std::string_view follower = fields[layout.follower], followee = fields[layout.followee];
    if (follower.empty() || followee.empty())
      return mistakes_.add(
          fmt::format("{}: the id of the {} is empty; expected a text; fill it in or take the line out",
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
          mistakes_.add(fmt::format(
              "{}: account '{:.60}' is not in {}; expected every account of the edge list there; add it, or "
              "take the line out",
              records.where(), id, options_.accounts.file.string()));
    sink.add(follower, followee);
    if (sink.texts() >= text_id - 2)
      throw BadRequest(
          fmt::format("{}: more than {} accounts; expected fewer; split the graph", records.where(), text_id - 2));
  }

private:
  std::string wrong_count(const RecordReader& records, Fields fields, const EdgeLayout& layout) const {
    const bool header = header_ != nullptr && header_->fields > 0;
    return fmt::format("{}: {}, and the {} has {}; expected as many in each line; {}", records.where(),
                       counted(fields.size(), "field"), header ? "header" : "first line", layout.fields,
                       advice_on_count(records.text(), {fields.size(), layout.fields, layout.separator, header}));
  }

  /// Whether the field says that the pair is directed or not, and the same as those before.
  bool take_type(const RecordReader& records, std::string_view type) {
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

  const EdgeListOptions& options_;
  const AccountTable* accounts_;
  Mistakes& mistakes_;
  const Header* header_ = nullptr;
  std::optional<bool> undirected_;
};

/// What is known of a list once its first lines are read.
struct Beginning {
  EdgeLayout layout;
  RecordFollows::Header header;
  bool undirected = false;  ///< says the file
  std::vector<std::string> notes;
};

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

/// Reads the header, if there is one, and the first follows, as far as it takes to know the list's layout.
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
  EdgeLayout& layout = beginning.layout = find_columns(records, options, header);
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

/// Reads the file in order, one record after the other.
NamedFollows read_in_order(const std::filesystem::path& file, const EdgeListOptions& options,
                           const AccountTable* accounts, LoadReport& report, Mistakes& mistakes) {
  NamedFollows named;
  named.texts.resize(1);
  FollowSink sink(options, named.texts[0]);
  RecordFollows adder(options, accounts, mistakes);
  RecordReader records(file, options.separator);
  Beginning beginning;
  read_beginning(records, options, adder, sink, beginning);
  LinesRead read;
  for (std::size_t kept = 0; records.next(); ++kept) {
    adder.add(records, beginning.layout, sink);
    if (kept % (std::size_t{1} << 16) == 0) named.pieces.push_back(sink.take(read));
  }
  named.pieces.push_back(sink.take(read));
  report.lines = records.lines();
  report.comments = records.comments();
  report.notes = std::move(beginning.notes);
  if (adder.says_undirected() && !options.undirected)
    report.notes.push_back("its column of types says Undirected: every pair is a mutual follow");
  named.undirected = options.undirected || beginning.undirected || adder.says_undirected();
  mistakes.report();
  return named;
}

/// The bytes of a plain file at any place.
class PlainFile {
public:
  explicit PlainFile(const std::filesystem::path& path)
      : path_(path), file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    struct stat facts = {};
    if (file_ >= 0 && ::fstat(file_, &facts) == 0 && S_ISREG(facts.st_mode))
      size_ = static_cast<std::uint64_t>(facts.st_size);
  }
  ~PlainFile() {
    if (file_ >= 0) ::close(file_);
  }
  PlainFile(const PlainFile&) = delete;
  PlainFile& operator=(const PlainFile&) = delete;

  /// 0 for what is no file on a disk.
  std::uint64_t size() const { return size_; }

  /// The lines that begin within `bytes` from `offset` on, in `buffer`; a line begins at `start`.
  std::string_view lines(TextBuffer& buffer, std::uint64_t start, std::uint64_t offset, std::size_t bytes) const {
    buffer.clear();
    std::size_t first = 0;
    const std::size_t before = offset > start ? 1 : 0;  // a line begins here if one ends just before
    if (!read(buffer, offset - before, bytes + before) || buffer.empty()) return {};
    if (before > 0) {
      const void* const newline = std::memchr(buffer.data(), '\n', buffer.size());
      if (newline == nullptr) return {};  // a line that began earlier fills it
      first = static_cast<std::size_t>(static_cast<const char*>(newline) - buffer.data()) + 1;
    }
    const auto view = [&](std::size_t last) { return std::string_view(buffer.data() + first, last - first); };
    if (first == buffer.size()) return {};
    while (buffer.back() != '\n' && buffer.size() - first < LineReader::most_line) {
      const std::size_t have = buffer.size();
      if (!read(buffer, offset - before + have, 4096)) return view(buffer.size());
      const void* const newline = std::memchr(buffer.data() + have, '\n', buffer.size() - have);
      if (newline != nullptr)
        return view(static_cast<std::size_t>(static_cast<const char*>(newline) - buffer.data()) + 1);
    }
    if (buffer.back() != '\n') throw BadRequest(path_.string() + ": a line is too long");
    return view(buffer.size());
  }

private:
  /// Appends up to `bytes` from `offset` on; false if there are none.
  bool read(TextBuffer& to, std::uint64_t offset, std::size_t bytes) const {
    const std::size_t before = to.size();
    to.resize(before + bytes);
    std::size_t got = 0;
    while (got < bytes) {
      const ssize_t more = ::pread(file_, to.data() + before + got, bytes - got, static_cast<off_t>(offset + got));
      if (more < 0 && errno == EINTR) continue;
      if (more < 0) throw Error(fmt::format("{}: reading failed ({})", path_.string(), std::strerror(errno)));
      if (more == 0) break;
      got += static_cast<std::size_t>(more);
    }
    to.resize(before + got);
    return got > 0;
  }

  const std::filesystem::path& path_;
  int file_;
  std::uint64_t size_ = 0;
};

/// Reads pieces of an edge list, each with whole lines, side by side. Throws BadRequest for all that is not as it
/// should be, without saying in which line.
class SideBySide {
public:
  SideBySide(const std::filesystem::path& file, const EdgeListOptions& options) : file_(file), options_(options) {
    const std::size_t threads = static_cast<std::size_t>(thread_count());
    named_.texts.resize(threads + 1);  // the last one for the beginning
    for (std::size_t t = 0; t < threads; ++t) sinks_.emplace_back(options, named_.texts[t]);
    buffers_.resize(threads);
  }

  NamedFollows read(LoadReport& report) {
    {
      FollowSink sink(options_, named_.texts.back());
      Mistakes mistakes;
      RecordFollows adder(options_, nullptr, mistakes);
      RecordReader records(file_, options_.separator);
      read_beginning(records, options_, adder, sink, beginning_);
      mistakes.report();
      if (beginning_.header.type) throw BadRequest("the type of each line counts: this is read in order");
      layout_ = beginning_.layout;
      named_.undirected = options_.undirected || beginning_.undirected;
      report.notes = beginning_.notes;
      sink.count(records.lines(), records.comments());
      keep(sink, named_.texts.size() - 1, 0);
      LineReader& rest = records.rest();
      if (rest.packed())
        read_packed(rest);
      else
        read_plain(rest.offset());
    }
    for (const LinesRead& read : read_) {
      report.lines += read.lines;
      report.comments += read.comments;
    }
    return std::move(named_);
  }

private:
  void read_plain(std::uint64_t start) {
    const PlainFile plain(file_);
    if (plain.size() <= start) return;
    const std::size_t bytes = static_cast<std::size_t>(plain.size() - start);
    resize((bytes + options_.piece - 1) / options_.piece + 1);
    parallel_blocks(bytes, options_.piece, [&](std::size_t piece, std::size_t first, std::size_t last, int worker) {
      const std::size_t own = static_cast<std::size_t>(worker);
      const std::string_view lines = plain.lines(buffers_[own], start, start + first, last - first);
      expect_text(file_, lines.data(), lines.size());
      read_piece(lines, own, piece + 1);
    });
  }

  void read_packed(LineReader& rest) {
    PieceQueue queue(rest, options_.piece, 2 * buffers_.size());
    std::atomic<std::size_t> count{1};
    parallel_for(
        buffers_.size(),
        [&](std::size_t worker) {
          for (TextBuffer& lines = buffers_[worker]; queue.next(lines);)
            read_piece({lines.data(), lines.size()}, worker, count.fetch_add(1));
        },
        1);
  }

  /// `lines` lie in the thread's buffer.
  void read_piece(std::string_view lines, std::size_t worker, std::size_t piece) {
    if (lines.empty()) return;
    FollowSink& sink = sinks_[worker];
    TextBuffer& buffer = buffers_[worker];
    const std::size_t first = static_cast<std::size_t>(lines.data() - buffer.data());
    buffer.resize(first + lines.size());
    buffer.insert(buffer.end(), margin_behind_text, '\0');
    const char *text = buffer.data() + first, *const end = text + lines.size();
    if (layout_.follower + layout_.followee == 1) text = sink.add_plain(text, end, layout_);
    if (text < end) {
      Mistakes mistakes;
      RecordFollows adder(options_, nullptr, mistakes);
      adder.know(&beginning_.header);
      RecordReader records(LineReader(file_, {text, static_cast<std::size_t>(end - text)}), layout_.separator,
                           layout_.fields_looked_at());
      if (!layout_.comments) records.end_comments();
      while (records.next()) adder.add(records, layout_, sink);
      mistakes.report();
      sink.count(records.lines(), records.comments());
    }
    keep(sink, worker, piece);
  }

  /// Pieces are kept in the order in which they were asked for, if that is known.
  void keep(FollowSink& sink, std::size_t texts, std::size_t piece) {
    LinesRead read;
    FollowPiece kept = sink.take(read);
    kept.texts = texts;
    const std::lock_guard lock(mutex_);
    if (named_.pieces.size() <= piece) resize(piece + 1);
    named_.pieces[piece] = std::move(kept);
    read_[piece] = read;
  }

  void resize(std::size_t pieces) {
    named_.pieces.resize(pieces);
    read_.resize(pieces);
  }

  const std::filesystem::path& file_;
  const EdgeListOptions& options_;
  EdgeLayout layout_;
  Beginning beginning_;
  NamedFollows named_;
  std::vector<LinesRead> read_;  // by piece
  std::vector<FollowSink> sinks_;
  std::vector<TextBuffer> buffers_;
  std::mutex mutex_;
};

/// Whether the file is worth reading in pieces, and may be read twice.
bool is_long(const std::filesystem::path& file, std::size_t piece) {
  std::error_code code;
  return std::filesystem::is_regular_file(file, code) && std::filesystem::file_size(file, code) > piece;
}

void expect_separator(const std::filesystem::path& file, char separator) {
  const bool sound = separator == '\0' || separator == ' ' || separator == '\t' ||
                     (std::ispunct(static_cast<unsigned char>(separator)) != 0 &&
                      std::string_view("\"'#%-+._").find(separator) == std::string_view::npos);
  if (!sound)
    throw BadRequest(fmt::format(
        "{}: the separator given is '{}'; expected a blank, a tab or a character such as , ; | : that no id holds; "
        "choose another, or leave it out",
        file.string(), separator));
}

/// Where the header has the column of chances.
ChanceColumn find_chances(const std::filesystem::path& file, const EdgeListOptions& options) {
  std::error_code code;
  if (std::filesystem::exists(file, code) && !std::filesystem::is_regular_file(file, code) &&
      !std::filesystem::is_directory(file, code))
    throw BadRequest(fmt::format(
        "{}: is a pipe or a device; expected a file, because graph.chances has it read twice; save it first",
        file.string()));
  RecordReader records(file, options.separator);
  if (!options.comments) records.end_comments();
  if (!records.next())
    throw BadRequest(records.name() + ": holds no follows; expected one per line; check that this is the edge list");
  bool header = false;
  const EdgeLayout layout = find_columns(records, options, header);
  const Fields first = records.fields();
  if (!header)
    throw BadRequest(
        fmt::format("{}: '{}' is to be read as a column, and {} are not known names of columns; expected a header; "
                    "write 'follower', 'followed' and '{}' above the follows, or set graph.columns = [follower column, "
                    "followee column]",
                    records.where(), options.chances, quoted(first), options.chances));
  const std::optional<std::size_t> field = column(first, options.chances, true);
  if (!field || *field == layout.follower || *field == layout.followee)
    throw BadRequest(
        fmt::format("{}: the header has the columns {}; expected '{}' once, beside those of follower and followee, as "
                    "graph.chances says; "
                    "set it to the column of probabilities",
                    records.where(), quoted(first), options.chances));
  return {options.chances, layout, *field};
}

LoadedGraph load_follows(const std::filesystem::path& file, const EdgeListOptions& options) {
  Mistakes mistakes;
  std::optional<AccountTable> accounts;
  if (!options.accounts.empty()) accounts = AccountTable::read(options.accounts, mistakes);
  const AccountTable* const table = accounts ? &*accounts : nullptr;
  if (mistakes.empty() && is_long(file, options.piece)) {
    try {
      LoadReport report;
      NamedFollows named = SideBySide(file, options).read(report);
      return assemble(file, std::move(named), table, report);
    } catch (const BadRequest&) {
      // In order it will be said once more, with the line.
    }
  }
  LoadReport report;
  NamedFollows named = read_in_order(file, options, table, report, mistakes);
  return assemble(file, std::move(named), table, report);
}

}  // namespace

LoadedGraph load_edge_list(const std::filesystem::path& file, const EdgeListOptions& options) {
  expect_separator(file, options.separator);
  if (options.chances.empty()) return load_follows(file, options);
  const ChanceColumn column = find_chances(file, options);
  LoadedGraph loaded = load_follows(file, options);
  loaded.chances = read_chances(file, column, options, loaded);
  return loaded;
}

}  // namespace grapevine
