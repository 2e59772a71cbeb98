#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sim/feed/session.hpp"
#include "sim/tick/given.hpp"

namespace grapevine {

/// Keeps the sessions of a block from waiting for memory, each for a chain of misses: while one is held, what the next
/// ones begin with is asked for, and whose news the one after the next will find is looked up already. Nothing of that
/// can change in between: stamps stay to the end of the tick, and a reader's own arrays to its session.
class SessionsAhead {
public:
  /// The sessions to come: of the readers `begin + due[i]` of this part, in that order.
  void start(const Given& given, const Before& before, const ReaderArrays& readers, std::size_t begin,
             std::span<const std::uint32_t> due);

  /// The i-th is next: whom its reader follows that may have something new goes to `fresh`. Call with i = 0, 1, ...
  void next(std::size_t i, FreshFollowees& fresh);

private:
  static constexpr std::size_t places = 6, rows = 4, scans = 2, walks = 1;  // sessions ahead

  void find_place(std::size_t i) const;
  void find_row(std::size_t i) const;
  void scan(std::size_t i);
  void find_timelines(std::size_t i) const;

  const Given* given_ = nullptr;
  const Before* before_ = nullptr;
  const ReaderArrays* readers_ = nullptr;
  std::size_t begin_ = 0;
  std::span<const std::uint32_t> due_;
  std::array<FreshFollowees, scans + 1> fresh_;  ///< of the sessions up to `scans` ahead
};

}  // namespace grapevine
