#pragma once

#include "sim/money/campaigns.hpp"
#include "tests/sim/small_worlds.hpp"

// One campaign in the lively world, for tests of what money buys.
namespace grapevine::testing {

/// One campaign without any bound in the lively world.
inline WorldParameters one_campaign(AccountChoice choose) {
  WorldParameters p = lively_parameters();
  p.campaigns.resize(1);
  CampaignParameters& one = p.campaigns[0];
  one.choose = choose;
  one.count = UINT32_MAX;
  one.posts = 1;
  one.topic = 3;
  return p;
}

inline Deal deal_of(const FollowGraph& graph, const Users& accounts, const WorldParameters& parameters,
                    PastRates past = {}) {
  return choose_accounts(graph, accounts, parameters, ReplicateStreams{}, past).at(0);
}

}  // namespace grapevine::testing
