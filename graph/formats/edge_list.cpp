#include "graph/formats/edge_list.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

#include "graph/base/parallel.hpp"
#include "graph/formats/edge_chances.hpp"
#include "graph/formats/edge_records.hpp"
#include "graph/formats/piece_queue.hpp"

namespace grapevine {

namespace {

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
  const EdgeLayout layout = find_edge_columns(records, options, header);
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
