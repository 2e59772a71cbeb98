#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/base/memory.hpp"
#include "sim/diffusion/audience.hpp"
#include "sim/diffusion/chances.hpp"
#include "sim/diffusion/contagion.hpp"
#include "sim/diffusion/radix_heap.hpp"

namespace grapevine {

/// SI and SIR as shortest paths, in whole steps (`Time` of 32 bits: a tick is a step) and in continuous time (64 bits:
/// a tick is 2^-32 of a step).
///
/// Whoever adopts draws once for how long it is infectious, R, and for each follower how long the post takes to pass,
/// D; it passes if D <= R, unless the follower has it already. So users adopt at the times of the shortest paths from
/// the seeds, and these do not depend on the order in which anything is looked at (epidemic percolation networks, Kenah
/// and Robins 2007). D is exponential with rate -log(1 - chance) per step, R with rate -log(1 - recovery), both rounded
/// up to ticks. For whole steps this is the model of a trial per step: the number of independent trials up to the first
/// success is geometric, and so is D; likewise the number of steps up to recovery.
///
/// D is addressed by (contagion, adopter, follower) under `Draw::contact`, and is 1 step at most exactly if the contact
/// coin of the pair
/// (`ContactCoins`), which knows a chance to 2^-32, succeeds; R by (contagion, adopter) under `Draw::recovery`. Two
/// arms or two horizons see the same ones.
///
/// O(follows of adopters) coins, and for each pair with D <= R, or nearly, one draw more. Memory: a `Time` and 4 bytes
/// (padded to 16 for 64 bits) a user, and the queue: at most one entry a follow, in practice a few a user.
template <class Time>
class FirstPassage {
public:
  static constexpr Time ticks_per_step = sizeof(Time) == 8 ? static_cast<Time>(std::uint64_t{1} << 32) : 1;
  static constexpr std::uint32_t most_steps = (std::uint32_t{1} << 31) - 1;
  /// Has not adopted.
  static constexpr Time no_time = static_cast<Time>(-1);

  /// `horizon` in steps; 0: `most_steps`. `audience` and `chances` outlive it.
  FirstPassage(const Audience& audience, const Chances& chances, double recovery, std::uint32_t horizon);

  /// Adopters by time, then user; steps are rounded down. Contacts are left to the caller, who may look at what follows
  /// until `clear`.
  void run(std::span<const UserId> seeds, ContagionKey key, Spread& spread);

  Time horizon() const noexcept { return horizon_; }
  /// Of uniform chances: whether any time is long enough for the post to pass.
  bool can_pass() const noexcept { return per_log_failure_ >= -0x1p64; }
  /// When the i-th adopter recovers, or `no_time`.
  Time recovers(std::size_t adopter) const { return recovers_[adopter]; }
  Time adopted(UserId user) const { return arrivals_[user.index()].time; }

  void clear(const Spread& spread);

private:
  using Entry = typename RadixHeap<Time>::Entry;

  struct Arrival {
    Time time = no_time;       ///< the earliest known
    std::uint32_t parent = 0;  ///< index of the adopter it comes from
  };
  /// A follower that may get the post.
  struct Candidate {
    UserId follower;
    std::uint32_t place;  ///< in the row of the adopter
  };
  /// What is known of somebody about to adopt. Draws have no time in them, so they are made before their turn, while
  /// memory answers.
  struct Prospect {
    std::size_t first, last;  ///< its candidates
    Time infectious;
  };
  struct Keys {
    std::uint64_t contact, tie, recovery;
  };

  void pass_window(const Keys& keys, Spread& spread);
  void pass_late(Entry before, const Keys& keys, Spread& spread);
  Prospect prospect(const Entry& entry, const Keys& keys);
  void adopt(const Entry& entry, const Prospect& prospect, const Keys& keys, Spread& spread);
  void infect(Candidate candidate, Time now, Time longest, const Keys& keys, const Spread& spread);
  Time transmission(UserId adopter, Candidate candidate, Time longest, const Keys& keys) const;

  bool is_stale(const Entry& entry) const { return arrivals_[entry.user.index()].time != entry.time; }
  void fetch_user(const Entry& entry) const;
  void fetch_row(const Entry& entry) const;

  const Audience* audience_;
  const Chances* chances_;
  std::uint64_t threshold_;            ///< of uniform chances
  double per_log_failure_;             ///< 1 / log(1 - chance) of uniform chances
  std::uint64_t candidate_threshold_;  ///< of uniform chances, rounded up: a coin knows them to 2^-32, the sum of many
                                       ///< tries to more
  double per_log_sickness_;            ///< 1 / log(1 - recovery)
  Time horizon_;
  Array<Arrival> arrivals_;  ///< of users
  RadixHeap<Time> queue_;
  std::vector<Entry> due_;   ///< of the current window
  std::vector<Entry> late_;  ///< a heap of what was added to it meanwhile, the first on top
  std::vector<Time> recovers_;
  std::vector<Candidate> candidates_;
  std::vector<Prospect> prospects_;
  std::vector<std::uint32_t> places_;
};

extern template class FirstPassage<std::uint32_t>;
extern template class FirstPassage<std::uint64_t>;

}  // namespace grapevine
