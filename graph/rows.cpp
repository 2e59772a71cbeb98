#include "graph/rows.hpp"

#include <algorithm>
#include <atomic>
#include <bit>

#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"

namespace grapevine {

namespace {

/// Stable counting sort in two steps that both stay in cache: first into buckets of neighbouring rows, then row by row
/// within a bucket. visit(first, last, put) calls put(row, value) for the items first .. last - 1 in order; it is
/// called twice for each item.
template <class Visit>
Rows group(std::size_t rows, std::size_t items, Visit&& visit, std::size_t least_chunk, PlacedItems& placed) {
  constexpr std::size_t most_chunks = 256, most_buckets = 512, least_width = 1024;
  const std::size_t chunk = std::max<std::size_t>(least_chunk, (items + most_chunks - 1) / most_chunks);
  const std::size_t chunks = (items + chunk - 1) / chunk;
  const int shift = std::countr_zero(std::bit_ceil(std::max(least_width, (rows + most_buckets - 1) / most_buckets)));
  const std::size_t buckets = (rows + (std::size_t{1} << shift) - 1) >> shift;

  std::vector<std::uint64_t> place(chunks * buckets,
                                   0);  // first sizes, then where a chunk's next item of a bucket goes
  parallel_blocks(items, chunk, [&](std::size_t c, std::size_t first, std::size_t last, int) {
    std::uint64_t* sizes = place.data() + c * buckets;
    visit(first, last, [&](std::uint32_t row, UserId) { ++sizes[row >> shift]; });
  });
  std::vector<std::uint64_t> bucket_begin(buckets + 1, 0);
  for (std::size_t b = 0; b < buckets; ++b) {
    std::uint64_t next = bucket_begin[b];
    for (std::size_t c = 0; c < chunks; ++c) next += std::exchange(place[c * buckets + b], next);
    bucket_begin[b + 1] = next;
  }

  placed.resize(bucket_begin.back());
  parallel_blocks(items, chunk, [&](std::size_t c, std::size_t first, std::size_t last, int) {
    std::uint64_t* next = place.data() + c * buckets;
    visit(first, last, [&](std::uint32_t row, UserId value) { placed[next[row >> shift]++] = {row, value}; });
  });

  Rows grouped;
  grouped.begin.assign(rows + 1, 0);
  grouped.users.resize(placed.size());
  parallel_for(
      buckets,
      [&](std::size_t b) {
        const std::size_t first_row = b << shift, last_row = std::min(rows, first_row + (std::size_t{1} << shift));
        const std::span<const Placed> items_here(placed.data() + bucket_begin[b], placed.data() + bucket_begin[b + 1]);
        std::vector<std::uint64_t> next(last_row - first_row, 0);
        for (const Placed& item : items_here) ++next[item.row - first_row];
        std::uint64_t end = bucket_begin[b];
        for (std::size_t row = first_row; row < last_row; ++row) {
          end += std::exchange(next[row - first_row], end);
          grouped.begin[row + 1] = end;
        }
        for (const Placed& item : items_here) grouped.users[next[item.row - first_row]++] = item.value;
      },
      1);
  return grouped;
}

/// Sorts what is often sorted but for few places.
void sort_nearly_sorted(std::span<UserId> row) {
  std::size_t moves = 4 * row.size() + 16;
  for (std::size_t i = 1; i < row.size(); ++i) {
    const UserId user = row[i];
    std::size_t at = i;
    for (; at > 0 && user < row[at - 1]; --at) row[at] = row[at - 1];
    row[at] = user;
    if (i - at > moves) return std::sort(row.begin(), row.end());
    moves -= i - at;
  }
}

}  // namespace

Rows copy_of(RowsView rows) {
  Rows copy;
  copy.begin.assign(rows.begin.begin(), rows.begin.end());
  copy.users.assign(rows.users.begin(), rows.users.end());
  return copy;
}

bool is_sound_row(std::span<const UserId> row, std::size_t r, std::size_t users) {
  if (row.empty()) return true;
  const UserId self(static_cast<std::uint32_t>(r));
  unsigned flaws = row.front() == self;
  for (std::size_t i = 1; i < row.size(); ++i)
    flaws |= static_cast<unsigned>(row[i] == self) | static_cast<unsigned>(row[i] <= row[i - 1]);
  return flaws == 0 && row.back().index() < users;
}

Rows rows_of_sizes(std::span<const std::uint32_t> sizes) {
  Rows rows;
  rows.begin.resize(sizes.size() + 1);
  for (std::size_t r = 0; r < sizes.size(); ++r) rows.begin[r + 1] = rows.begin[r] + sizes[r];
  rows.users.resize(rows.begin.back());
  return rows;
}

Rows group_by_follower(std::size_t users, std::span<const Follow> follows) {
  PlacedItems scratch;
  return group(
      users, follows.size(),
      [&](std::size_t first, std::size_t last, auto&& put) {
        for (const Follow& follow : follows.subspan(first, last - first)) {
          GRAPEVINE_EXPECTS(follow.follower.index() < users && follow.followee.index() < users);
          put(follow.follower.value(), follow.followee);
        }
      },
      4096, scratch);
}

Rows group_by_followee(std::size_t users, std::span<const std::span<const Follow>> pieces, bool mutual,
                       PlacedItems& scratch) {
  return group(
      users, pieces.size(),
      [&](std::size_t first, std::size_t last, auto&& put) {
        for (const std::span<const Follow> piece : pieces.subspan(first, last - first))
          for (const Follow& follow : piece) {
            GRAPEVINE_EXPECTS(follow.follower.index() < users && follow.followee.index() < users);
            put(follow.followee.value(), follow.follower);
            if (mutual && follow.follower != follow.followee) put(follow.follower.value(), follow.followee);
          }
      },
      1, scratch);
}

Rows transpose(RowsView rows, PlacedItems& scratch) {
  return group(
      rows.count(), rows.count(),
      [&](std::size_t first, std::size_t last, auto&& put) {
        for (std::size_t row = first; row < last; ++row)
          for (const UserId user : rows[row]) put(user.value(), UserId(static_cast<std::uint32_t>(row)));
      },
      4096, scratch);
}

Rows transpose(RowsView rows) {
  PlacedItems scratch;
  return transpose(rows, scratch);
}

Dropped tidy(Rows& rows) {
  constexpr std::size_t block = 1024;
  std::vector<std::uint32_t> kept(rows.count());
  std::vector<Dropped> dropped((rows.count() + block - 1) / block);
  parallel_blocks(rows.count(), block, [&](std::size_t b, std::size_t first, std::size_t last, int) {
    for (std::size_t r = first; r < last; ++r) {
      const std::span<UserId> row = rows[r];
      const auto end = std::remove(row.begin(), row.end(), UserId(static_cast<std::uint32_t>(r)));
      if (!std::is_sorted(row.begin(), end)) std::sort(row.begin(), end);
      const auto last_kept = std::unique(row.begin(), end);
      dropped[b].self_loops += static_cast<std::uint64_t>(row.end() - end);
      dropped[b].duplicates += static_cast<std::uint64_t>(end - last_kept);
      kept[r] = static_cast<std::uint32_t>(last_kept - row.begin());
    }
  });
  Dropped total;
  for (const Dropped& part : dropped) {
    total.self_loops += part.self_loops;
    total.duplicates += part.duplicates;
  }
  if (total == Dropped{}) return total;

  std::uint64_t begin = 0;  // one thread: as fast as memory, and rows only ever move down
  for (std::size_t r = 0; r < rows.count(); ++r) {
    const std::uint64_t from = std::exchange(rows.begin[r], begin);
    if (from != begin) std::copy_n(rows.users.data() + from, kept[r], rows.users.data() + begin);
    begin += kept[r];
  }
  rows.begin.back() = begin;
  rows.users.resize(begin);
  if (rows.users.capacity() - begin > begin / 64) rows.users.shrink_to_fit();
  return total;
}

Rows renumber(RowsView rows, std::span<const UserId> order) {
  GRAPEVINE_EXPECTS(order.size() == rows.count());
  std::vector<UserId> number(order.size());
  std::vector<std::uint32_t> sizes(order.size());
  for (std::size_t k = 0; k < order.size(); ++k) {
    number[order[k].index()] = UserId(static_cast<std::uint32_t>(k));
    sizes[k] = static_cast<std::uint32_t>(rows[order[k].index()].size());
  }
  Rows renumbered = rows_of_sizes(sizes);
  parallel_for(order.size(), [&](std::size_t k) {
    const std::span<const UserId> old = rows[order[k].index()];
    const std::span<UserId> row = renumbered[k];
    std::transform(old.begin(), old.end(), row.begin(), [&](UserId user) { return number[user.index()]; });
    sort_nearly_sorted(row);
  });
  return renumbered;
}

std::vector<std::uint32_t> count_places(RowsView rows) {
  // The lowest numbers, the most followed, would have their counters fought over: every worker has its own of those,
  // and of all others too as long as they are few beside the follows.
  const std::size_t few = rows.users.size() / (8 * static_cast<std::size_t>(thread_count()));
  const std::size_t users = rows.count(), own = std::min(users, std::max(few, std::size_t{1} << 18));
  std::vector<std::uint32_t> counts(users, 0);
  std::vector<std::vector<std::uint32_t>> private_counts(static_cast<std::size_t>(thread_count()));
  parallel_blocks(users, default_block, [&](std::size_t, std::size_t first, std::size_t last, int worker) {
    std::vector<std::uint32_t>& mine = private_counts[static_cast<std::size_t>(worker)];
    if (mine.empty()) mine.resize(own, 0);
    for (std::uint64_t i = rows.begin[first]; i < rows.begin[last]; ++i) {
      const std::size_t user = rows.users[i].index();
      if (user < own)
        ++mine[user];
      else
        std::atomic_ref(counts[user]).fetch_add(1, std::memory_order_relaxed);
    }
  });
  parallel_for(own, [&](std::size_t user) {
    for (const std::vector<std::uint32_t>& part : private_counts)
      if (!part.empty()) counts[user] += part[user];
  });
  return counts;
}

}  // namespace grapevine
