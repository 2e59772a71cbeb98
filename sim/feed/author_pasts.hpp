#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "graph/base/ids.hpp"
#include "graph/base/prefetch.hpp"
#include "sim/feed/prior.hpp"
#include "sim/state/array_table.hpp"
#include "sim/state/posts.hpp"
#include "sim/state/root_ring.hpp"

namespace grapevine {

/// What the platform remembers of those roots of each author that have left the window, and what it expected of each
/// live root when that was published: docs/model.md 7.6. The same in every part; there is none where the past of an
/// author says nothing. 136 bytes a user and 64 a live post where rates are expected by author, 24 and 8 where answers
/// are.
class AuthorPasts final : public KeptArrays {
public:
  AuthorPasts(std::size_t users, const ActionPrior& prior, const FeedParameters& feed);

  void arrays(ArrayTable& table) override;

  /// The live roots are those from `tail` to below `head`: of new ones the mean of all posts is expected, and no
  /// answer.
  void advance(std::uint32_t tail, std::uint32_t head);
  /// In tick `now` the author publishes a root: from its past follows what is expected of it, for as long as it lives.
  void publish(std::uint32_t root, UserId author, Tick now);
  /// In tick `now` a root of the author leaves the window, on which so many answers were given.
  void retire(std::uint32_t root, UserId author, const PostCounters& counters, std::uint32_t answers, Tick now);

  void prefetch(std::uint32_t root) const {
    if (keeps_rates()) grapevine::prefetch(&rates_[root]);
    if (keeps_answers()) grapevine::prefetch(&answered_[root]);
  }
  void prefetch_past(UserId author) const {
    if (keeps_rates()) grapevine::prefetch(&pasts_[author.index()]), grapevine::prefetch(&pasts_[author.index()].when);
    if (keeps_answers()) grapevine::prefetch(&replies_[author.index()]);
  }
  /// What is expected of a live root.
  Expectation expected(std::uint32_t root) const;
  /// ... of a root that the author publishes in tick `now`.
  Expectation expected_of(UserId author, Tick now) const;

private:
  static constexpr double unit = 0x1p-24;  ///< of an impression
  /// Sums over roots, in units, as they stood in tick `when`; since then they fade.
  struct Past {
    std::array<std::uint64_t, action_count> looks{}, taken{};
    Tick when = 0;
    std::uint32_t reserved = 0;
  };
  struct Replies {
    std::uint64_t made = 0, answered = 0;
    Tick when = 0;
    std::uint32_t reserved = 0;
  };
  struct AllReplies {
    std::uint64_t made = 0, answered = 0;  ///< whole numbers, which do not fade
  };
  using Rates = std::array<std::uint64_t, action_count>;  ///< the bits of doubles
  /// Of the share of answered replies, for roots that were published when nobody kept it.
  static constexpr std::uint64_t unknown = UINT64_MAX;

  bool keeps_rates() const { return !pasts_.empty(); }
  bool keeps_answers() const { return !replies_.empty(); }
  double faded(Tick since, Tick now) const;
  static void add(std::uint64_t& sum, double kept, double more);
  static Rates bits_of(const PerAction& rates);

  ActionPrior prior_;
  double answered_strength_, half_life_;
  std::vector<double> decay_;     ///< by ticks, as far as it reaches
  std::vector<Past> pasts_;       ///< by user; empty where rates are expected of all alike
  std::vector<Replies> replies_;  ///< by user; empty where nobody asks for answers
  AllReplies all_replies_;        ///< of all users
  RootRing<Rates> rates_;
  RootRing<std::uint64_t> answered_;  ///< the bits of doubles
};

}  // namespace grapevine
