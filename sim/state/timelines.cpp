#include "sim/state/timelines.hpp"

#include <algorithm>

#include "graph/base/parallel.hpp"

namespace grapevine {

Timelines::Timelines(std::size_t users, Tick window)
    : window_(window), longest_(std::max<Tick>(1, window / 4)), unit_((window + 2 * longest_ + 249) / 250) {
  clock_.next_merge = longest_;
  stamp_.assign(users, stale());
  offset_.assign(users + 1, 0);
  recent_head_.assign(users, 0);
}

void Timelines::begin_tick(Tick now) {
  clock_.now = now;
  if (now >= clock_.next_merge || recent_.size() >= std::max<std::size_t>(1024, stamp_.size() / 8)) {
    merge();
    clock_.next_merge = now + longest_;
  }
}

Timelines::Fresh Timelines::fresh_since(std::int64_t since) const {
  const std::int64_t oldest = std::max<std::int64_t>(since + 1, 0);
  Fresh fresh;
  fresh.now_ = coarse(clock_.now);
  fresh.reach_ = static_cast<std::uint8_t>(std::clamp<std::int64_t>(clock_.now / unit_ - oldest / unit_, 0, 250));
  return fresh;
}

/// Rewrites the rows with the second level in front and without what has left the window. Reads and writes each live
/// emission once.
void Timelines::merge() {
  const std::size_t users = stamp_.size();
  const std::int64_t oldest = static_cast<std::int64_t>(clock_.now) - window_;  // dropped: visible <= oldest
  const auto live = [&](std::uint32_t v) {  // rows are newest first: the live ones come first
    const auto begin = row_.begin() + offset_[v], end = row_.begin() + offset_[v + 1];
    return static_cast<std::uint32_t>(
        std::find_if(begin, end, [&](const Emission& e) { return e.visible() <= oldest; }) - begin);
  };
  const std::size_t blocks = (users + default_block - 1) / default_block;
  std::vector<std::uint32_t> starts(blocks + 1, 0);
  Array<std::uint32_t>& offset = spare_offset_;
  offset.resize(users + 1);
  parallel_blocks(users, default_block, [&](std::size_t block, std::size_t begin, std::size_t end, int) {
    std::uint64_t count = 0;
    for (std::size_t v = begin; v < end; ++v) {
      const std::uint64_t before = count;
      for (std::uint32_t i = recent_head_[v]; i != 0; i = recent_[i - 1].next) ++count;
      count += live(static_cast<std::uint32_t>(v));
      if (count == before) stamp_[v] = stale();
      offset[v + 1] = static_cast<std::uint32_t>(count);
    }
    starts[block + 1] = live_emissions(count);
  });
  for (std::size_t block = 0; block < blocks; ++block)
    starts[block + 1] = live_emissions(std::uint64_t{starts[block]} + starts[block + 1]);
  spare_row_.resize(starts.back());
  parallel_blocks(users, default_block, [&](std::size_t block, std::size_t begin, std::size_t end, int) {
    std::uint32_t at = starts[block];
    for (std::size_t v = begin; v < end; ++v) {
      for (std::uint32_t i = recent_head_[v]; i != 0; i = recent_[i - 1].next)
        spare_row_[at++] = recent_[i - 1].emission;
      recent_head_[v] = 0;
      const std::uint32_t n = live(static_cast<std::uint32_t>(v));
      std::copy_n(row_.begin() + offset_[v], n, spare_row_.begin() + at);
      at += n;
      offset[v + 1] += starts[block];
    }
  });
  offset[0] = 0;
  row_.swap(spare_row_);
  offset_.swap(offset);
  recent_.clear();
}

}  // namespace grapevine
