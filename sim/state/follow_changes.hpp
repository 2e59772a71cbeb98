#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "graph/base/prefetch.hpp"
#include "graph/base/search.hpp"
#include "graph/follow_graph.hpp"
#include "sim/state/array_table.hpp"
#include "sim/state/number_filter.hpp"
#include "sim/state/reader_lists.hpp"
#include "sim/state/run_record.hpp"

namespace grapevine {

/// What a reader follows otherwise than at the start: an account that it follows by now, or one that it does not any
/// more. 8 bytes.
struct FollowChange {
  UserId account{};
  std::uint32_t follows = 0;

  bool operator==(const FollowChange&) const = default;
};

/// The changes of the readers of a part since the start; nothing where the reader is back to where it was. 8 bytes a
/// reader, and 8 a change. Readers of different blocks may change at once.
class FollowChanges final : public KeptArrays {
public:
  explicit FollowChanges(std::size_t readers) : rows_(readers) {}

  void arrays(ArrayTable& table) override { rows_.arrays("follows.slot", "follows.changes", "changed follow", table); }

  void prefetch_place(std::size_t reader) const { rows_.prefetch_place(reader); }
  void prefetch_entries(std::size_t reader) const { rows_.prefetch_entries(reader); }

  /// Of the reader, ascending by account.
  std::span<const FollowChange> of(std::size_t reader) const { return rows_.of(reader); }
  /// What the reader follows otherwise is this, ascending by account.
  void begin(std::size_t reader, std::span<const FollowChange> row) { rows_.replace(reader, row); }
  /// From now on the reader follows the account, or it does not; it did otherwise. `at_start`: what it did then.
  void change(std::size_t reader, UserId account, bool follows, bool at_start) {
    std::vector<FollowChange> row(of(reader).begin(), of(reader).end());
    const auto at = std::ranges::lower_bound(row, account, {}, &FollowChange::account);
    if (follows == at_start)
      row.erase(at);
    else
      row.insert(at, {account, follows ? 1u : 0u});
    rows_.replace(reader, row);
  }

private:
  ReaderLists<FollowChange> rows_;
};

/// Who follows whom by now, as far as readers of this part are concerned.
class Follows {
public:
  /// The readers of the part begin with the user `first`.
  Follows(const FollowGraph& graph, std::uint32_t first) : graph_(&graph), first_(first) {}
  /// From now on with these changes, or without any.
  void look_at(const FollowChanges* changes) { changes_ = changes; }

  const FollowGraph& at_start() const { return *graph_; }
  std::span<const FollowChange> changes(UserId reader) const {
    return changes_ == nullptr ? std::span<const FollowChange>{} : changes_->of(reader.value() - first_);
  }
  /// Asks for the place of the reader's row, and, once that is there, for its first lines: what is longer the processor
  /// fetches of itself.
  void prefetch_place(UserId reader) const {
    prefetch(&graph_->rows().begin[reader.index()]);
    if (changes_ != nullptr) changes_->prefetch_place(reader.value() - first_);
  }
  void prefetch_row(UserId reader) const {
    if (changes_ != nullptr) changes_->prefetch_entries(reader.value() - first_);
    const std::span<const UserId> row = graph_->followees(reader);
    for (std::size_t i = 0; i < std::min<std::size_t>(row.size(), 64); i += 16) prefetch(&row[i]);
  }

  /// Whether the reader, one of this part, follows the account. O(log followees).
  bool hold(UserId reader, UserId account) const {
    const std::span<const FollowChange> changed = changes(reader);
    const std::size_t at = count_below(changed, account, &FollowChange::account);
    if (at < changed.size() && changed[at].account == account) return changed[at].follows != 0;
    return graph_->find(reader, account).has_value();
  }
  /// ... where a source brought the reader a root of that account, which mostly tells. Of what its author's own
  /// emission brought: when it came in, which under `queue` memory may be a while ago.
  bool hold(UserId reader, UserId account, Source brought_by) const {
    if (brought_by == Source::author) return true;
    if (brought_by == Source::discovery) return false;  // it brings nobody what it would see anyway
    return hold(reader, account);
  }

private:
  const FollowGraph* graph_;
  const FollowChanges* changes_ = nullptr;
  std::uint32_t first_;
};

/// Whom one reader may follow by now: most others are told at once.
class FollowFilter {
public:
  /// O(followees).
  void look_at(const Follows& follows, UserId reader) {
    filter_.clear();
    for (const UserId followee : follows.at_start().followees(reader)) filter_.add(followee.value());
    for (const FollowChange& change : follows.changes(reader))
      if (change.follows != 0) filter_.add(change.account.value());
  }
  bool may_hold(UserId account) const { return filter_.may_hold(account.value()); }

private:
  NumberFilter filter_;
};

}  // namespace grapevine
