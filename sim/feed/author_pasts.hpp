#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "graph/base/ids.hpp"
#include "sim/feed/prior.hpp"
#include "sim/state/array_table.hpp"
#include "sim/state/posts.hpp"
#include "sim/state/root_ring.hpp"

namespace grapevine {

/// What the platform remembers of those roots of each author that have left the window, and what it expected of each
/// live root when that was published: docs/model.md 7.6. The same in every part; there is none where the past of an
/// author says nothing. 72 bytes a user, 32 a live post.
class AuthorPasts final : public KeptArrays {
public:
  /// `half_life`: ticks; 0: nothing fades.
  AuthorPasts(std::size_t users, const ActionPrior& prior, double half_life);

  void arrays(ArrayTable& table) override;

  /// The live roots are those from `tail` to below `head`: of new ones the mean of all posts is expected.
  void advance(std::uint32_t tail, std::uint32_t head);
  /// In tick `now` the author publishes a root: from its past follows what is expected of it, for as long as it lives.
  void publish(std::uint32_t root, UserId author, Tick now);
  /// In tick `now` a root of the author leaves the window.
  void retire(UserId author, const PostCounters& counters, Tick now);

  /// The rate of each action that is expected of a live root.
  PerAction expected(std::uint32_t root) const;
  /// ... that is expected of a root that the author publishes in tick `now`.
  PerAction expected_of(UserId author, Tick now) const;

private:
  static constexpr double unit = 0x1p-24;  ///< of an impression
  /// Sums over roots, in units, as they stood in tick `when`; since then they fade.
  struct Past {
    std::array<std::uint64_t, action_count> looks{}, taken{};
    Tick when = 0;
    std::uint32_t reserved = 0;
  };
  using Rates = std::array<std::uint64_t, action_count>;  ///< the bits of doubles

  double faded(Tick since, Tick now) const;
  static Rates bits_of(const PerAction& rates);

  ActionPrior prior_;
  double half_life_;
  std::vector<Past> pasts_;  ///< by user
  RootRing<Rates> expected_;
};

}  // namespace grapevine
