#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/base/described.hpp"
#include "sim/model/parameters/behaviour.hpp"
#include "sim/model/parameters/campaign.hpp"
#include "sim/model/parameters/diffusion.hpp"
#include "sim/model/parameters/discovery.hpp"
#include "sim/model/parameters/feed.hpp"
#include "sim/model/parameters/own.hpp"
#include "sim/model/parameters/people.hpp"
#include "sim/model/parameters/product.hpp"
#include "sim/model/parameters/tiers.hpp"
#include "sim/model/parameters/time.hpp"
#include "sim/model/parameters/trust.hpp"
#include "sim/model/parameters/unfollow.hpp"

namespace grapevine {

/// World scope: worlds with equal values (and equal graphs) are the same world.
struct WorldParameters {
  std::uint64_t seed = 0;  ///< of every stream, that of the graph too: the study's one seed
  TimeParameters time;
  PopulationParameters population;
  TierParameters tiers;
  std::vector<CampaignParameters> campaigns;
  PriceParameters prices;
  std::vector<ProductParameters> products;
};

/// Whether the campaign, or one that its budget hangs on, chooses its accounts so.
bool hangs_on(AccountChoice choose, const CampaignParameters& campaign, const WorldParameters& parameters);

/// Whether the campaign's prices, or its choice of accounts, or its budget hang on what accounts did in the past.
bool waits_for_past(const CampaignParameters& campaign, const WorldParameters& parameters);

/// Whether some campaign looks at what accounts did in the past.
bool needs_past(const WorldParameters& parameters);

/// Whether the deals of the campaigns named in `pays` differ from draw to draw.
bool vary_by_draw(const WorldParameters& parameters, const std::vector<std::string>& pays);

/// Run scope: what arms may change.
struct RunParameters {
  FeedParameters feed;
  BehaviourParameters behaviour;
  DiffusionParameters diffusion;
  DiscoveryParameters discovery;
  AnswersParameters answers;
  TrustParameters trust;
  SponsorshipParameters sponsorship;
  UnfollowParameters unfollow;
  std::vector<std::string> pays;
  std::uint32_t draws = 1;
  OwnParameters own;  ///< of rankings and mechanisms that brought theirs

  /// Whether who follows whom may change.
  bool changes_follows() const { return behaviour.follows() || !unfollow.neutral(); }

  template <class Key>
  static void keys(Key&& key) {
    const Condition random_paid{
        "a campaign in `pays` whose accounts are \"random\", or whose budget_of leads to such a one",
        [](const Circumstances& c) {
          const WorldParameters* world = c.first<WorldParameters>();
          return world != nullptr &&
                 c.any<RunParameters>([&](const RunParameters& run) { return vary_by_draw(*world, run.pays); });
        }};
    key.section("", "The study as a whole.", Scope::run);
    key("pays", &RunParameters::pays,
        {.kind = Kind::names,
         .sentence = "Names of the campaigns that run; the others only choose their accounts.",
         .source = "assumption"});
    key("draws", &RunParameters::draws,
        {.sentence = "Choices of accounts that an arm is run for in the same world; its outcomes are their means. No "
                     "account is asked a second time before all were asked once. Where a campaign's budget is what "
                     "another pays, give a multiple of the draws of that one's arm: its amounts are taken in turn; or "
                     "exactly as many where its own accounts are not drawn.",
         .source = "assumption",
         .range = WholeRange{1, 1'000},
         .unit = "choices",
         .only = random_paid});
  }
};

/// Which replicate number each stream uses: the replicate's own where it is redrawn, 0 where it is kept.
struct ReplicateStreams {
  std::uint32_t graph = 0;
  std::uint32_t selection = 0;
  std::uint32_t content = 0;
  std::uint32_t dynamics = 0;
};

}  // namespace grapevine
