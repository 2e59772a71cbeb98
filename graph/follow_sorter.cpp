#include "graph/follow_sorter.hpp"

#include <sys/mman.h>

#include <array>
#include <new>

#include "graph/base/parallel.hpp"

namespace grapevine {

HugePage::HugePage() {
  void* const room = mmap(nullptr, 2 * bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (room == MAP_FAILED) throw std::bad_alloc();
  char* const begin = static_cast<char*>(room);
  const std::size_t before = (bytes - reinterpret_cast<std::uintptr_t>(room) % bytes) % bytes;
  first_ = begin + before;
  if (before > 0) munmap(begin, before);
  munmap(begin + before + bytes, bytes - before);
  madvise(first_, bytes, MADV_HUGEPAGE);  // a wish: without it the same numbers come later
}
HugePage::~HugePage() { munmap(first_, bytes); }

namespace {

/// Sorts words of a known number of bits in three passes, a third of the bits each, from the lowest up.
class WordSorter {
public:
  /// The words ascending, in their own place or another that lasts until the next call.
  std::span<const UserId> operator()(std::span<UserId> words, int bits) {
    const int digit = (bits + passes - 1) / passes;
    if (words.size() < std::size_t{1} << (digit - 1) || words.size() > most) {
      std::ranges::sort(words);
      return words;
    }
    if (first_.size() < words.size()) {
      first_.resize(words.size());
      second_.resize(words.size());
    }
    const std::uint32_t mask = (1U << digit) - 1;
    for (auto& next : next_) std::fill_n(next.begin(), mask + 1, 0U);
    for (const UserId word : words)
      for (int pass = 0; pass < passes; ++pass)
        ++next_[static_cast<std::size_t>(pass)][word.value() >> (pass * digit) & mask];
    for (auto& next : next_) {
      std::uint32_t end = 0;
      for (std::uint32_t d = 0; d <= mask; ++d) end += std::exchange(next[d], end);
    }
    const std::size_t count = words.size();
    const auto scatter = [&](const UserId* from, UserId* to, int pass) {
      std::uint32_t* const next = next_[static_cast<std::size_t>(pass)].data();
      for (std::size_t i = 0; i < count; ++i) to[next[from[i].value() >> (pass * digit) & mask]++] = from[i];
    };
    scatter(words.data(), first_.data(), 0);
    scatter(first_.data(), second_.data(), 1);
    scatter(second_.data(), first_.data(), 2);
    return {first_.data(), count};
  }

private:
  static constexpr int passes = 3;
  static constexpr std::size_t most = std::size_t{1} << 18;  // beyond which the words would not stay in cache
  std::array<std::array<std::uint32_t, 2048>, passes> next_;
  UnwrittenArray<UserId> first_, second_;
};

}  // namespace

FollowSorter::FollowSorter(std::size_t users)
    : users_(users),
      shift_(std::clamp(static_cast<int>(std::bit_width(users / most_buckets)), 8, 16)),
      buckets_((users >> shift_) + 1) {
  for (int worker = 0; worker < thread_count(); ++worker) writers_.emplace_back(shift_, buckets_);
}

/// visit_follow(low, followee) for each follow in the bucket: the follower's number within it and a function that names
/// the followee.
template <class Visit>
void FollowSorter::visit(std::size_t bucket, std::span<const UserId> user_at, Visit&& visit_follow) const {
  for (const Writer& writer : writers_)
    for (const Writer::Chunk& chunk : writer.chunks_[bucket]) {
      const UserId* window = nullptr;
      for (const std::uint32_t *word = chunk.words, *const end = word + chunk.used; word < end; ++word) {
        const std::uint32_t place = *word >> 16, low = *word & 0xFFFF;
        if (place < most_in_window)
          visit_follow(low, [&] { return window[place]; });
        else if (place == Writer::new_window)
          window = user_at.data() + *++word;
        else
          for (std::uint32_t left = *++word; left > 0; --left) {
            const UserId user(*++word);
            visit_follow(low, [&] { return user; });
          }
      }
    }
}

Rows FollowSorter::rows(std::span<const UserId> user_at) {
  std::vector<std::uint64_t> begin(buckets_ + 1, 0), kept_in(buckets_, 0);
  for (std::size_t b = 0; b < buckets_; ++b) {
    begin[b + 1] = begin[b];
    for (Writer& writer : writers_) {
      writer.close(b);
      begin[b + 1] += writer.follows(b);
    }
  }
  for (Writer& writer : writers_) writer.pages_.clear();  // from here on chunks alone hold their pages
  Rows rows;
  rows.begin.resize(users_ + 1);
  rows.users.resize(begin.back());
  const int user_bits = static_cast<int>(std::bit_width(users_)),
            part_shift = std::min({32 - user_bits, most_part_shift, shift_});
  const std::uint32_t user_mask = static_cast<std::uint32_t>((std::uint64_t{1} << user_bits) - 1);
  std::vector<WordSorter> sorters(static_cast<std::size_t>(thread_count()));
  parallel_blocks(buckets_, 1, [&](std::size_t b, std::size_t, std::size_t, int worker) {
    const std::size_t first = b << shift_, count = std::min(users_, first + (std::size_t{1} << shift_)) - first;
    const std::size_t parts = (count + (std::size_t{1} << part_shift) - 1) >> part_shift;
    std::vector<std::uint32_t> next(parts + 1, 0);
    visit(b, user_at, [&](std::uint32_t low, auto&&) { ++next[(low >> part_shift) + 1]; });
    for (std::size_t part = 0; part < parts; ++part) next[part + 1] += next[part];
    UserId* const users = rows.users.data() + begin[b];
    visit(b, user_at, [&](std::uint32_t low, auto&& followee) {
      const std::uint64_t row = low & ((1U << part_shift) - 1);
      users[next[low >> part_shift]++] = UserId(static_cast<std::uint32_t>(row << user_bits | followee().value()));
    });
    for (Writer& writer : writers_) std::vector<Writer::Chunk>().swap(writer.chunks_[b]);
    UserId *waiting = users, *kept = users;  // next[part] is the end of a part by now
    for (std::size_t part = 0; part < parts; ++part) {
      const std::span<const UserId> sorted =
          sorters[static_cast<std::size_t>(worker)]({waiting, users + next[part]}, user_bits + part_shift);
      waiting = users + next[part];
      const std::size_t row = first + (part << part_shift),
                        rows_here = std::min(count - (part << part_shift), std::size_t{1} << part_shift);
      std::uint64_t* const end = rows.begin.data() + row + 1;
      std::fill_n(end, rows_here, static_cast<std::uint64_t>(kept - users));
      std::uint64_t before = UINT64_MAX;
      for (const UserId word : sorted) {
        *kept = UserId(word.value() & user_mask);
        kept += word.value() != before;
        before = word.value();
        end[before >> user_bits] = static_cast<std::uint64_t>(kept - users);
      }
      for (std::size_t r = 1; r < rows_here; ++r) end[r] = std::max(end[r], end[r - 1]);
    }
    kept_in[b] = static_cast<std::uint64_t>(kept - users);
  });
  std::uint64_t total = 0;  // one thread: as fast as memory
  for (std::size_t b = 0; b < buckets_; ++b) {
    if (total != begin[b]) std::copy_n(rows.users.data() + begin[b], kept_in[b], rows.users.data() + total);
    for (std::size_t r = b << shift_; r < std::min(users_, (b + 1) << shift_); ++r) rows.begin[r + 1] += total;
    total += kept_in[b];
  }
  rows.users.resize(total);
  return rows;
}

}  // namespace grapevine
