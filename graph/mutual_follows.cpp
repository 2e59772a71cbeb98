#include "graph/mutual_follows.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "graph/base/parallel.hpp"
#include "graph/user_set.hpp"

namespace grapevine {

namespace {

/// Does the row of `followee` hold `follower`, who follows it by the follow of that number?
struct Question {
  std::uint32_t follower;
  std::uint32_t follow_low;
  std::uint16_t followee_low;  // number within the bucket
  std::uint16_t follow_high;

  std::uint64_t follow() const { return static_cast<std::uint64_t>(follow_high) << 32 | follow_low; }
};

/// Sets bits that other workers may set too; those of one word in a row together.
class BitSetter {
public:
  explicit BitSetter(std::span<std::uint64_t> words) : words_(words) {}
  ~BitSetter() { flush(); }
  BitSetter(const BitSetter&) = delete;
  BitSetter& operator=(const BitSetter&) = delete;

  void set(std::uint64_t bit) {
    if (bit / 64 != word_) flush();
    word_ = bit / 64;
    bits_ |= std::uint64_t{1} << (bit % 64);
  }
  /// The same for bits in no order, of words that come while others are set.
  void set_far(std::uint64_t bit) {
    __builtin_prefetch(&words_[bit / 64], 1);
    waiting_[count_] = bit;
    if (++count_ == waiting_.size()) flush_far();
  }

private:
  void flush() {
    if (bits_ != 0) join(word_, bits_);
    bits_ = 0;
    flush_far();
  }
  void flush_far() {
    for (std::size_t k = 0; k < count_; ++k) join(waiting_[k] / 64, std::uint64_t{1} << (waiting_[k] % 64));
    count_ = 0;
  }
  void join(std::uint64_t word, std::uint64_t bits) {
    std::atomic_ref(words_[word]).fetch_or(bits, std::memory_order_relaxed);
  }

  std::span<std::uint64_t> words_;
  std::uint64_t word_ = 0, bits_ = 0;
  std::array<std::uint64_t, 32> waiting_;
  std::size_t count_ = 0;
};

/// The first place from `first` on that holds no less than `user`: near places are tried first.
const UserId* seek(const UserId* first, const UserId* last, UserId user) {
  std::ptrdiff_t step = 1;
  while (step < last - first && first[step] < user) {
    first += step;
    step *= 2;
  }
  return std::lower_bound(first, first + std::min(step + 1, last - first), user);
}

/// Which lower numbers a user may follow, as a set of 64 classes of them. Most questions after a follow that does not
/// exist end at this one word and never come near the rows.
class LowerFollowees {
public:
  explicit LowerFollowees(RowsView rows) : classes_(rows.count()) {
    parallel_for(rows.count(), [&](std::size_t u) {
      std::uint64_t met = 0;
      for (const UserId followee : rows[u]) {
        if (followee.index() > u) break;
        met |= class_of(followee);
      }
      classes_[u] = met;
    });
  }
  bool may_hold(UserId user, UserId followee) const { return (classes_[user.index()] & class_of(followee)) != 0; }

private:
  static std::uint64_t class_of(UserId user) { return std::uint64_t{1} << ((user.value() * 0x9e3779b1u) >> 26); }

  Array<std::uint64_t> classes_;
};

class MutualFollows {
public:
  explicit MutualFollows(RowsView rows)
      : rows_(rows),
        lower_(rows),
        bits_((rows.users.size() + 63) / 64, 0),
        shift_(std::clamp(static_cast<int>(std::bit_width(rows.count() / wanted_buckets)), 6, 16)),
        buckets_((rows.count() >> shift_) + 1) {
    cut();
    count();
    const std::uint64_t most = std::max<std::uint64_t>(least_together, rows.users.size() / 24);
    std::vector<std::size_t> round_end;  // buckets that are asked together
    std::uint64_t questions = 0, most_questions = 0;
    for (std::size_t b = 0; b < buckets_; ++b) {
      if (questions > 0 && questions + asked_[b] > most) {
        round_end.push_back(b);
        questions = 0;
      }
      questions += asked_[b];
      most_questions = std::max(most_questions, questions);
    }
    round_end.push_back(buckets_);
    questions_.resize(most_questions);
    std::size_t first = 0;
    for (const std::size_t last : round_end) {
      ask(first, last);
      first = last;
    }
  }

  Array<std::uint64_t> take_bits() { return std::move(bits_); }

private:
  static constexpr std::size_t wanted_buckets = 2'048;
  static constexpr std::uint64_t least_together = 1 << 16;  // questions that are asked before any is answered
  static constexpr std::size_t ranges = 64;                 // of users who ask, each with about as many follows

  /// visit(followee, follow) for each question of `user` to the users `first` .. `last` - 1.
  template <class Visit>
  void each_question(std::size_t user, std::size_t first, std::size_t last, Visit&& visit) const {
    const UserId* const row = rows_.users.data();
    const UserId* const end = row + rows_.begin[user + 1];
    const UserId least(static_cast<std::uint32_t>(std::max(user + 1, first)));
    if (rows_.begin[user] == rows_.begin[user + 1] || *(end - 1) < least) return;
    const UserId self(static_cast<std::uint32_t>(user));
    for (const UserId* at = std::lower_bound(row + rows_.begin[user], end, least); at < end && at->index() < last; ++at)
      if (lower_.may_hold(*at, self)) visit(*at, static_cast<std::uint64_t>(at - row));
  }

  void cut() {
    range_begin_.assign(ranges + 1, rows_.count());
    for (std::size_t r = 0; r < ranges; ++r) {
      const std::uint64_t follows = rows_.users.size() / ranges * r;
      range_begin_[r] = static_cast<std::size_t>(std::lower_bound(rows_.begin.begin(), rows_.begin.end() - 1, follows) -
                                                 rows_.begin.begin());
    }
    range_begin_[0] = 0;
  }

  void count() {
    counts_.assign(ranges * buckets_, 0);
    parallel_for(
        ranges,
        [&](std::size_t r) {
          for (std::size_t u = range_begin_[r]; u < range_begin_[r + 1]; ++u)
            each_question(u, 0, rows_.count(),
                          [&](UserId v, std::uint64_t) { ++counts_[r * buckets_ + (v.index() >> shift_)]; });
        },
        1);
    asked_.assign(buckets_, 0);
    for (std::size_t r = 0; r < ranges; ++r)
      for (std::size_t b = 0; b < buckets_; ++b) asked_[b] += counts_[r * buckets_ + b];
  }

  /// Asks and answers the questions to the buckets first .. last - 1.
  void ask(std::size_t first, std::size_t last) {
    std::vector<std::uint64_t> begin(last - first + 1, 0), next((last - first) * ranges);
    for (std::size_t b = first; b < last; ++b) {
      begin[b - first + 1] = begin[b - first];
      for (std::size_t r = 0; r < ranges; ++r) {
        next[r * (last - first) + b - first] = begin[b - first + 1];
        begin[b - first + 1] += counts_[r * buckets_ + b];
      }
    }
    parallel_for(
        ranges,
        [&](std::size_t r) {
          std::uint64_t* const places = next.data() + r * (last - first);
          for (std::size_t u = range_begin_[r]; u < range_begin_[r + 1]; ++u)
            each_question(u, first << shift_, last << shift_, [&](UserId v, std::uint64_t follow) {
              questions_[places[(v.index() >> shift_) - first]++] = {
                  static_cast<std::uint32_t>(u), static_cast<std::uint32_t>(follow),
                  static_cast<std::uint16_t>(v.index() & ((1U << shift_) - 1)),
                  static_cast<std::uint16_t>(follow >> 32)};
            });
        },
        1);
    std::vector<UnwrittenArray<Question>> scratch(static_cast<std::size_t>(thread_count()));
    parallel_blocks(last - first, 1, [&](std::size_t b, std::size_t, std::size_t, int worker) {
      answer(first + b, {questions_.data() + begin[b], questions_.data() + begin[b + 1]},
             scratch[static_cast<std::size_t>(worker)]);
    });
  }

  void answer(std::size_t bucket, std::span<const Question> questions, UnwrittenArray<Question>& sorted) {
    const std::size_t first = bucket << shift_, rows = std::min(rows_.count() - first, std::size_t{1} << shift_);
    std::vector<std::uint32_t> end(rows + 1, 0);
    for (const Question& question : questions) ++end[question.followee_low];
    std::uint32_t sum = 0;
    for (std::uint32_t& count : end) sum += std::exchange(count, sum);
    if (sorted.size() < questions.size()) sorted.resize(questions.size());
    for (const Question& question : questions)
      sorted[end[question.followee_low]++] = question;  // each row's by follower, as they came

    const UserId* const users = rows_.users.data();
    BitSetter here(bits_), there(bits_);
    const Question* question = sorted.data();
    for (std::size_t row = 0; row < rows; ++row) {
      const UserId* at = users + rows_.begin[first + row];
      const UserId* const row_end = users + rows_.begin[first + row + 1];
      for (const Question* const last = sorted.data() + end[row]; question < last; ++question) {
        const UserId follower(question->follower);
        at = seek(at, row_end, follower);
        if (at == row_end || *at != follower) continue;
        here.set(static_cast<std::uint64_t>(at - users));
        there.set_far(question->follow());
      }
    }
  }

  RowsView rows_;
  LowerFollowees lower_;
  Array<std::uint64_t> bits_;
  int shift_;
  std::size_t buckets_;
  std::vector<std::size_t> range_begin_;
  std::vector<std::uint64_t> counts_;   // of questions by range and bucket
  std::vector<std::uint64_t> asked_;    // by bucket
  UnwrittenArray<Question> questions_;  // by bucket, each bucket's by follower
};

}  // namespace

Array<std::uint64_t> mutual_follows(RowsView rows) { return MutualFollows(rows).take_bits(); }

Array<std::uint64_t> mutual_follows(RowsView followees, RowsView followers) {
  Array<std::uint64_t> bits((followees.users.size() + 63) / 64, 0);
  std::vector<UserSet> sets(static_cast<std::size_t>(thread_count()), UserSet(followees.count()));
  parallel_blocks(followees.count(), 1024, [&](std::size_t, std::size_t first, std::size_t last, int worker) {
    UserSet& set = sets[static_cast<std::size_t>(worker)];
    BitSetter setter(bits);
    for (std::size_t u = first; u < last; ++u) {
      const std::span<const UserId> row = followees[u], back = followers[u];
      if (row.empty() || back.empty()) continue;
      set.open(back.size());
      set.add(back);
      for (std::size_t i = 0; i < row.size(); ++i)
        if (set.contains(row[i], back)) setter.set(followees.begin[u] + i);
      set.close(back);
    }
  });
  return bits;
}

}  // namespace grapevine
