#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/feed/session.hpp"
#include "sim/state/ledger.hpp"
#include "sim/state/world_state.hpp"
#include "sim/tick/mechanism.hpp"
#include "sim/tick/sessions_ahead.hpp"

namespace grapevine {

/// An impression of a counted root that a campaign paid for.
struct CampaignLook {
  std::uint8_t campaign = 0;
  ActionSet actions = 0;
  bool new_reader = false;  ///< the reader had looked at none of the campaign before
};

/// What the readers of one block did in one tick: their outbox. Blocks are written by one worker at a time and read in
/// order.
struct BlockOutput {
  std::vector<PostIdentity> organic;
  std::vector<UserId> withheld;
  std::vector<Impression> impressions;
  std::vector<Reshare> reshares;
  std::vector<FirstPaidLook> paid_looks;  ///< by number of the root
  std::vector<CampaignLook> campaign_looks;
  TickCounts counts;
  PositionTally positions;
  std::uint64_t event_hash = 0;
  std::vector<std::vector<Message>> messages;  ///< by mechanism

  void clear();
};

/// Buffers of one tick; not state.
struct TickScratch {
  struct Worker {
    Session session;
    SessionsAhead ahead;
    std::vector<std::uint32_t> due;
    std::vector<std::uint32_t> which;  ///< candidates that mechanisms are asked about
    std::vector<double> odds;          ///< factors on those of the looks of the session
    // Whole numbers, so it does not matter who adds them: kilobytes, which a block would have for some sessions.
    CandidateTally candidates;
    std::array<GroupSums, reader_groups> groups{};
  };
  std::vector<Worker> workers;
  std::vector<BlockOutput> blocks;
  std::vector<PostIdentity> posts;  ///< of the last tick, of all parts
  std::vector<Reshare> reshares;    ///< of the last tick, of all parts
};

}  // namespace grapevine
