#pragma once

#include <array>
#include <vector>

#include "sim/tick/session.hpp"
#include "sim/world.hpp"

namespace grapevine {

/// What the readers of one block did in one tick. Blocks are written by one worker at a time and read in order.
struct BlockOutput {
  std::vector<PostIdentity> organic;
  std::vector<UserId> withheld;
  std::vector<Impression> impressions;
  std::vector<Reshare> reshares;
  std::vector<FirstPaidLook> paid_looks;  ///< by number of the root
  TickCounts counts;
  static constexpr std::uint32_t counted = 16, reshared = 32;
  std::array<std::uint64_t, 64> delivered{};  ///< by PostHot::tier_and_counted, plus `reshared` for candidates that came by a reshare
  std::array<std::uint64_t, 64> left_out{};   ///< delivered, not served
  std::array<std::uint64_t, 64> looked_at{};
  std::array<GroupSums, reader_groups> groups{};
  std::uint64_t event_hash = 0;

  void clear();
};

struct TickScratch {
  struct Worker {
    Session session;
    std::vector<std::uint32_t> due;
  };
  std::vector<Worker> workers;
  std::vector<BlockOutput> blocks;
  std::vector<PostIdentity> posts;  ///< of the last tick, of all parts
  std::vector<Reshare> reshares;    ///< of the last tick, of all parts
};

}  // namespace grapevine
