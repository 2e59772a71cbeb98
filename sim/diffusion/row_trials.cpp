#include "sim/diffusion/row_trials.hpp"

#include <algorithm>
#include <bit>

#include "graph/base/clones.hpp"
#include "graph/base/prefetch.hpp"

#ifdef GRAPEVINE_AVX512
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored \
    "-Wmaybe-uninitialized"  // of what its own header leaves undefined on purpose (GCC bug 105593)
#include <immintrin.h>
#pragma GCC diagnostic pop
#endif

namespace grapevine {

namespace {

constexpr std::size_t enough = 4096;      // successes that end a batch
constexpr std::uint32_t block = 16;       // coins tossed at a time, and successes written, though fewer may count
constexpr std::size_t begins_ahead = 64;  // adopters from the fetch of where a row stands until it is planned
constexpr std::size_t rows_ahead = 24;    // adopters from the fetch of a row until its trials

/// Rows of a window to be resolved: those of the adopters first .. last - 1.
struct Task {
  const RowTrials::Window& window;
  std::size_t first, last;
  std::size_t planned;  ///< adopters up to here have their rows in the window, too
  RowsView rows;
  const Chances& chances;
};

/// Where successes go.
struct Output {
  UserId* successes;
  std::uint32_t* end;
};

[[gnu::always_inline]] inline const RowTrials::Row& row_of(const Task& task, std::size_t i) {
  return task.window[i % task.window.size()];
}

/// Asks for the line of an entry that may lie beyond its array, or in none: an address is no pointer yet.
template <class T>
[[gnu::always_inline]] inline void prefetch_entry(const T* first, std::uint64_t entry) {
  __builtin_prefetch(reinterpret_cast<const void*>(reinterpret_cast<std::uintptr_t>(first) + entry * sizeof(T)), 0, 2);
}

/// The first lines, up to the third; what is longer the processor fetches of itself. They are wanted in the second
/// cache: the first can wait for a dozen or two lines at a time only, and makes the coins wait with it.
[[gnu::always_inline]] inline void fetch_row(const Task& task, std::size_t i) {
  const RowTrials::Row& row = row_of(task, std::min(i, task.planned - 1));
  const std::uint32_t last = std::max(row.count, block) - 1;  // a block is read whole
  for (const std::uint32_t k : {0U, 16U, 32U}) prefetch_entry(task.rows.users.data(), row.begin + std::min(k, last));
  if (task.chances.is_uniform()) return;
  for (const std::uint32_t k : {0U, 31U}) prefetch_entry(task.chances.all().data(), row.begin + std::min(k, last));
}

/// Resolves row after row until there are enough successes; successes_of(row, successes) returns their end. Returns how
/// many rows.
template <class SuccessesOf>
std::size_t for_each_row(const Task& task, Output out, SuccessesOf&& successes_of) {
  UserId* end = out.successes;
  std::size_t i = task.first;
  for (; i < task.last && end < out.successes + enough; ++i) {
    fetch_row(task, i + rows_ahead);
    end = successes_of(row_of(task, i), end);
    out.end[i - task.first] = static_cast<std::uint32_t>(end - out.successes);
  }
  return i - task.first;
}

/// Writes each follower and keeps those whose coin is a head: a branch on a coin would be guessed wrong.
template <class ThresholdOf>
std::size_t toss(const Task& task, Output out, ThresholdOf&& threshold_of) {
  const UserId* const users = task.rows.users.data();
  return for_each_row(task, out, [=](const RowTrials::Row& row, UserId* end) {
    for (std::uint64_t at = row.begin; at < row.begin + row.count; ++at) {
      *end = users[at];
      end +=
          coin(static_cast<std::uint32_t>(mix(row.key + users[at].value() * golden) >> 32), threshold_of(at)) ? 1 : 0;
    }
    return end;
  });
}

std::size_t toss_uniform(const Task& task, Output out) {
  const std::uint64_t threshold = task.chances.threshold();
  return toss(task, out, [=](std::uint64_t) { return threshold; });
}

std::size_t toss_by_follow(const Task& task, Output out) {
  const Chance* const chances = task.chances.all().data();
  return toss(task, out, [=](std::uint64_t at) { return chances[at].threshold(); });
}

std::size_t skip_failures(const Task& task, Output out, const GapTable& gaps) {
  const UserId* const users = task.rows.users.data();
  return for_each_row(task, out, [users, &gaps](const RowTrials::Row& row, UserId* end) {
    const UserId* const followers = users + row.begin;
    each_success(gaps, row.key, row.count, [&](std::uint64_t k) {
      *end++ = followers[k];
      return true;
    });
    return end;
  });
}

#ifdef GRAPEVINE_AVX512

GRAPEVINE_AVX512 inline __m512i mix_of_8(__m512i x) {
  x = _mm512_xor_si512(x, _mm512_srli_epi64(x, 30));
  x = _mm512_mullo_epi64(x, _mm512_set1_epi64(static_cast<std::int64_t>(0xbf58476d1ce4e5b9ULL)));
  x = _mm512_xor_si512(x, _mm512_srli_epi64(x, 27));
  x = _mm512_mullo_epi64(x, _mm512_set1_epi64(static_cast<std::int64_t>(0x94d049bb133111ebULL)));
  return _mm512_xor_si512(x, _mm512_srli_epi64(x, 31));
}

/// ContactCoins::of for 16 followers.
GRAPEVINE_AVX512 inline __m512i coins_of_16(__m512i followers, __m512i key) {
  const __m512i step = _mm512_set1_epi64(static_cast<std::int64_t>(golden));
  const auto bits = [&](__m256i half) GRAPEVINE_AVX512 {
    return mix_of_8(_mm512_add_epi64(key, _mm512_mullo_epi64(_mm512_cvtepu32_epi64(half), step)));
  };
  const __m512i upper_halves = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
  return _mm512_permutex2var_epi32(bits(_mm512_castsi512_si256(followers)), upper_halves,
                                   bits(_mm512_extracti64x4_epi64(followers, 1)));
}

/// Chance::threshold - 1 for 16 chances; those of 0 and of 1 give 2^32 - 1. A chance less 2^11 for each place to shift
/// is its significand.
GRAPEVINE_AVX512 inline __m512i last_heads_of_16(__m256i chances) {
  const __m256i shift = _mm256_subs_epu16(_mm256_srli_epi16(chances, 11), _mm256_set1_epi16(1));
  const __m256i significand = _mm256_sub_epi16(chances, _mm256_slli_epi16(shift, 11));
  return _mm512_sub_epi32(_mm512_sllv_epi32(_mm512_cvtepu16_epi32(significand), _mm512_cvtepu16_epi32(shift)),
                          _mm512_set1_epi32(1));
}

GRAPEVINE_AVX512 inline UserId* keep(__m512i followers, __mmask16 which, UserId* end) {
  _mm512_storeu_si512(end, _mm512_maskz_compress_epi32(which, followers));
  return end + std::popcount(static_cast<unsigned>(which));
}

/// `toss`, 16 coins at a time. Heads are compressed in a register and written whole: a row ends where the next begins.
template <bool is_uniform>
GRAPEVINE_AVX512 std::size_t toss_avx512(const Task& task, Output out) {
  const UserId* const users = task.rows.users.data();
  const Chance* const chances = task.chances.all().data();
  const std::uint64_t threshold = task.chances.threshold();
  const __m512i last_head = _mm512_set1_epi32(static_cast<std::int32_t>(static_cast<std::uint32_t>(threshold - 1)));
  const unsigned possible = is_uniform && threshold == 0 ? 0 : 0xffff;

  UserId* end = out.successes;
  std::size_t i = task.first;
  for (; i < task.last && end < out.successes + enough; ++i) {
    fetch_row(task, i + rows_ahead);
    const RowTrials::Row& row = row_of(task, i);
    const __m512i key = _mm512_set1_epi64(static_cast<std::int64_t>(row.key));
    for (std::uint32_t k = 0; k < row.count; k += block) {
      // The last block of a long row ends where the row does: what lies beyond nobody has fetched.
      const std::uint32_t left = row.count - k, before = left < block && k > 0 ? block - left : 0;
      const auto inside = static_cast<__mmask16>(_bzhi_u32(possible, std::min(left, block)) << before);
      const std::uint64_t at = row.begin + k - before;
      const __m512i followers = _mm512_maskz_loadu_epi32(inside, users + at);
      const __m512i coins = coins_of_16(followers, key);
      if constexpr (is_uniform) {
        end = keep(followers, _mm512_mask_cmple_epu32_mask(inside, coins, last_head), end);
      } else {
        const __m256i those = _mm256_maskz_loadu_epi16(inside, chances + at);
        const __mmask16 not_0 = _mm256_test_epi16_mask(those, those);
        end = keep(followers, _mm512_mask_cmple_epu32_mask(not_0, coins, last_heads_of_16(those)), end);
      }
    }
    out.end[i - task.first] = static_cast<std::uint32_t>(end - out.successes);
  }
  return i - task.first;
}

bool has_avx512() { return __builtin_cpu_supports("x86-64-v4"); }

#else

template <bool is_uniform>
std::size_t toss_avx512(const Task& task, Output out) {
  return is_uniform ? toss_uniform(task, out) : toss_by_follow(task, out);
}

bool has_avx512() { return false; }

#endif

}  // namespace

RowTrials::RowTrials(const Audience& audience, const Chances& chances, TrialSampling sampling)
    : audience_(&audience),
      chances_(&chances),
      skip_(chances.is_uniform() && sampling == TrialSampling::skip),
      avx512_(has_avx512()),
      gaps_(skip_ ? chances.probability() : 0.0) {
  const std::span<const std::uint32_t> counts = audience.graph().follower_counts();
  successes_.resize(enough + (counts.empty() ? 0 : *std::max_element(counts.begin(), counts.end())) + block);
}

void RowTrials::start(ContagionKey key) {
  key_ = key.key(skip_ ? Draw::contact_gap : Draw::contact);
  planned_ = resolved_ = 0;
  contacts_ = 0;
}

void RowTrials::plan(std::span<const UserId> adopters, std::size_t until) {
  const std::span<const std::uint64_t> begin = audience_->rows().begin;
  for (; planned_ < until; ++planned_) {
    prefetch(&begin[adopters[std::min(planned_ + begins_ahead, adopters.size() - 1)].index()]);
    const UserId adopter = adopters[planned_];
    const std::uint64_t row_begin = begin[adopter.index()];
    // coins and gaps have the same first half of a nested mix
    window_[planned_ % window_.size()] = {row_begin, static_cast<std::uint32_t>(begin[adopter.index() + 1] - row_begin),
                                          ContactCoins(key_, adopter).row()};
  }
}

void RowTrials::resolve(std::span<const UserId> adopters, std::size_t first, std::size_t last) {
  plan(adopters, std::min(adopters.size(), first + window_.size()));
  const Task task{window_, first, std::min(last, first + batch), planned_, audience_->rows(), *chances_};
  const Output out{successes_.data(), end_.data()};
  if (skip_)
    resolved_ = skip_failures(task, out, gaps_);
  else if (chances_->is_uniform())
    resolved_ = avx512_ ? toss_avx512<true>(task, out) : toss_uniform(task, out);
  else
    resolved_ = avx512_ ? toss_avx512<false>(task, out) : toss_by_follow(task, out);
  for (std::size_t i = first; i < first + resolved_; ++i) contacts_ += window_[i % window_.size()].count;
}

}  // namespace grapevine
