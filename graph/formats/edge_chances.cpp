#include "graph/formats/edge_chances.hpp"

#include <fmt/format.h>

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "graph/base/counted.hpp"
#include "graph/base/parallel.hpp"
#include "graph/formats/chance_text.hpp"
#include "graph/formats/id_table.hpp"
#include "graph/formats/mistakes.hpp"
#include "graph/formats/named_follows.hpp"
#include "graph/formats/piece_queue.hpp"
#include "graph/formats/records.hpp"

namespace grapevine {

namespace {

/// The users of a loaded graph, by their ids outside.
class UsersById {
public:
  explicit UsersById(std::span<const std::string> ids) : by_number_(8 * ids.size() + 65'536, IdTable::absent) {
    for (std::uint32_t user = 0; user < ids.size(); ++user) {
      const std::uint32_t number = number_id(ids[user]);
      if (number < by_number_.size()) {
        by_number_[number] = user;
      } else {
        texts_.find_or_add(ids[user]);
        by_text_.push_back(user);
      }
    }
  }

  std::optional<UserId> find(std::string_view id) const {
    const std::uint32_t number = number_id(id);
    std::uint32_t user = IdTable::absent;
    if (number < by_number_.size())
      user = by_number_[number];
    else if (const std::uint32_t text = texts_.find(id); text != IdTable::absent)
      user = by_text_[text];
    return user == IdTable::absent ? std::nullopt : std::optional(UserId(user));
  }

private:
  std::vector<std::uint32_t> by_number_;  // ids that are small numbers
  IdTable texts_;                         // all others
  std::vector<std::uint32_t> by_text_;
};

/// Holds the chances that lines have given so far. Threads may note lines side by side.
class GivenChances {
public:
  GivenChances(const std::filesystem::path& file, const ChanceColumn& column, const EdgeListOptions& options,
               const LoadedGraph& loaded)
      : file_(file),
        column_(column),
        reversed_(options.reversed),
        undirected_(loaded.report.undirected),
        graph_(loaded.graph),
        users_(loaded.accounts.outside_ids),
        given_(graph_.follow_count()) {
    forget();
  }

  void forget() {
    parallel_for(given_.size(), [&](std::size_t follow) { given_[follow] = none; });
  }

  /// Notes what the record at hand says.
  void note(const RecordReader& records, Mistakes& mistakes) {
    const std::span<const std::string_view> fields = records.fields();
    if (fields.size() < column_.fields_needed())
      return mistakes.add(
          fmt::format("{}: {}; expected at least {}, with '{}' among them; complete the line or take it out",
                      records.where(), counted(fields.size(), "field"), column_.fields_needed(), column_.name));
    const std::string_view text = fields[column_.field];
    const std::optional<Chance> chance = read_chance(text);
    if (!chance)
      return mistakes.add(fmt::format(
          "{}: '{}' is '{:.40}'; expected a number from 0 to 1, such as 0.25; correct it or take the line out",
          records.where(), column_.name, text));
    std::string_view follower = fields[column_.layout.follower], followee = fields[column_.layout.followee];
    if (follower == followee) return;
    if (reversed_) std::swap(follower, followee);
    const std::optional<UserId> one = users_.find(follower), other = users_.find(followee);
    if (!one || !other) return changed(records);
    std::optional<Chance> before = give(records, *one, *other, *chance);
    if (undirected_ && !before) before = give(records, *other, *one, *chance);
    if (before)
      mistakes.add(fmt::format(
          "{}: '{}' of '{:.60}' {} '{:.60}' is {:.40}; expected {}, as an earlier line has it; keep one of them",
          records.where(), column_.name, follower, undirected_ ? "and" : "following", followee, text,
          written(*before)));
  }

  UnwrittenArray<Chance> take() {
    const std::uint64_t missing =
        parallel_sum(given_.size(), [&](std::size_t follow) { return std::uint64_t{given_[follow] == none}; });
    if (missing > 0)
      throw BadRequest(
          fmt::format("{}: {} follows are gone since it was first read; expected a file that stays as it is while it "
                      "is read; read it again",
                      file_.string(), missing));
    return std::move(given_);
  }

private:
  static constexpr Chance none = Chance::from_bits(UINT16_MAX);

  /// The chance that the follow has already, if it is another.
  std::optional<Chance> give(const RecordReader& records, UserId follower, UserId followee, Chance chance) {
    const std::optional<std::uint64_t> follow = graph_.find(follower, followee);
    if (!follow) {
      changed(records);
      return std::nullopt;
    }
    Chance before = none;
    const std::atomic_ref place(given_[*follow]);
    if (place.compare_exchange_strong(before, chance, std::memory_order_relaxed) || before == chance)
      return std::nullopt;
    return before;
  }

  [[noreturn]] static void changed(const RecordReader& records) {
    throw BadRequest(
        records.where() +
        ": this follow was not here before; expected a file that stays as it is while it is read; read it again");
  }

  const std::filesystem::path& file_;
  const ChanceColumn& column_;
  const bool reversed_, undirected_;
  const FollowGraph& graph_;
  UsersById users_;
  UnwrittenArray<Chance> given_;  // by follow
};

/// Reads up to the end of the header.
RecordReader behind_header(const std::filesystem::path& file, const ChanceColumn& column,
                           const EdgeListOptions& options) {
  RecordReader records(file, options.separator);
  if (!options.comments) records.end_comments();
  records.next();
  records.limit_fields(column.fields_needed());
  return records;
}

/// Throws BadRequest for all that is not as it should be, without saying in which line.
void read_side_by_side(RecordReader records, const ChanceColumn& column, const EdgeListOptions& options,
                       GivenChances& given) {
  const std::filesystem::path file = records.rest().path();
  const std::size_t threads = static_cast<std::size_t>(thread_count());
  PieceQueue queue(records.rest(), options.piece, 2 * threads);
  parallel_for(
      threads,
      [&](std::size_t) {
        for (TextBuffer lines; queue.next(lines);) {
          Mistakes mistakes;
          RecordReader part(LineReader(file, {lines.data(), lines.size()}), column.layout.separator,
                            column.fields_needed());
          if (!options.comments) part.end_comments();
          while (part.next()) given.note(part, mistakes);
          mistakes.report();
        }
      },
      1);
}

void read_in_order(RecordReader records, GivenChances& given) {
  Mistakes mistakes;
  while (records.next()) given.note(records, mistakes);
  mistakes.report();
}

}  // namespace

UnwrittenArray<Chance> read_chances(const std::filesystem::path& file, const ChanceColumn& column,
                                    const EdgeListOptions& options, const LoadedGraph& loaded) {
  GivenChances given(file, column, options, loaded);
  try {
    read_side_by_side(behind_header(file, column, options), column, options, given);
  } catch (const BadRequest&) {  // in order it will be said once more, with the line
    given.forget();
    read_in_order(behind_header(file, column, options), given);
  }
  return given.take();
}

}  // namespace grapevine
