#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "graph/formats/edge_list.hpp"
#include "graph/formats/header.hpp"
#include "graph/formats/mistakes.hpp"
#include "graph/formats/named_follows.hpp"
#include "graph/formats/plain_follows.hpp"
#include "graph/formats/records.hpp"

/// From the records of an edge list to follows: what its beginning says of the columns, and each record after it.
namespace grapevine {

/// Finds the ends of a follow by the first record; true in `is_header` if that record names columns.
EdgeLayout find_edge_columns(const RecordReader& records, const EdgeListOptions& options, bool& is_header);

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
  void add(const RecordReader& records, const EdgeLayout& layout, FollowSink& sink);

private:
  std::string wrong_count(const RecordReader& records, Fields fields, const EdgeLayout& layout) const;
  bool take_type(const RecordReader& records, std::string_view type);

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

/// Reads the header, if there is one, and the first follows, as far as it takes to know the list's layout.
void read_beginning(RecordReader& records, const EdgeListOptions& options, RecordFollows& adder, FollowSink& sink,
                    Beginning& beginning);

}  // namespace grapevine
