#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/base/ids.hpp"

/// What one run (one arm of one replicate) leaves behind, as plain values. `sim/record/result.hpp` puts many of them in one file.
namespace grapevine {

/// Outcomes of a set of roots: those emitted in `measure`, with everything that happened to them until the end of `followup`.
struct Outcomes {
  std::uint64_t posts = 0;        ///< roots
  std::uint64_t delivered = 0;    ///< times gathered as a candidate
  std::uint64_t served = 0;       ///< times in a ranked list
  std::uint64_t impressions = 0;  ///< times looked at
  std::uint64_t reach = 0;        ///< distinct users with an impression of at least one of the roots; not additive
  std::uint64_t likes = 0;
  std::uint64_t replies = 0;
  std::uint64_t reshares = 0;
  std::uint64_t clicks = 0;

  std::uint64_t engagement() const { return likes + replies + reshares; }
  bool operator==(const Outcomes&) const = default;
};

/// A row of `/summary`: the roots of authors of one tier.
struct TierRow {
  std::uint64_t accounts = 0;  ///< users in the tier
  Outcomes outcomes;
  MicroMoney cost = 0;  ///< paid to authors of the tier
  bool operator==(const TierRow&) const = default;
};

/// A row of `/campaigns`: what a campaign bought and what its own roots, with their cascades, brought. All zero where the campaign does not run.
struct CampaignRow {
  std::uint64_t accounts = 0;  ///< accounts paid
  Outcomes outcomes;           ///< `delivered` and `served` are not kept per campaign and stay 0
  std::uint64_t replaced = 0;  ///< organic posts withheld for paid ones
  MicroMoney budget = 0;       ///< the bound; -1: none
  MicroMoney spent = 0;        ///< at most the budget
  bool operator==(const CampaignRow&) const = default;
};

/// A row of `/series`: everything that happened in one bin of time, all roots counted.
struct SeriesRow {
  Tick first_tick = 0;  ///< counted from the start of `measure`
  std::uint64_t sessions = 0;
  std::uint64_t organic_posts = 0;
  std::uint64_t paid_posts = 0;
  std::uint64_t delivered = 0;
  std::uint64_t served = 0;
  std::uint64_t impressions = 0;
  std::uint64_t likes = 0;
  std::uint64_t replies = 0;
  std::uint64_t reshares = 0;
  std::uint64_t clicks = 0;
  bool operator==(const SeriesRow&) const = default;
};

/// Why a post was looked at.
enum class Reason : std::uint8_t {
  root = 0,      ///< it was not: the first node of a cascade
  followed = 1,  ///< the reader follows the author
  reshared = 2,  ///< a followee of the reader reshared it
};

/// A row of `/posts`: a tracked root (paid posts; with `output.track_share`, a keyed sample of the organic ones).
struct PostRow {
  std::uint64_t key = 0;  ///< identity: author, tick, kind and ordinal, hashed; equal in every arm that has the post
  UserId author{};
  Tick tick = 0;               ///< of emission, counted from the start of `measure`
  std::int32_t campaign = -1;  ///< its number; -1: organic
  std::uint8_t topic = 0;
  std::uint64_t impressions_followed = 0;  ///< impressions by reason
  std::uint64_t impressions_reshared = 0;
  std::uint64_t reach = 0;
  std::uint64_t likes = 0;
  std::uint64_t replies = 0;
  std::uint64_t reshares = 0;
  std::uint64_t clicks = 0;
  std::uint32_t cascade_size = 1;  ///< root included
  std::uint32_t depth = 0;
  double structural_virality = 0;  ///< mean distance over ordered pairs of nodes; NaN for a cascade of 1
  std::uint32_t first_node = 0;    ///< index of the cascade's root in RunRecord::cascades; nodes of one cascade are contiguous, parents before children
};

/// A node of `/cascades`: the root post, or one reshare of it.
struct CascadeNode {
  std::int32_t parent = -1;  ///< index within the cascade of the emission that was looked at; -1: the root
  UserId user{};
  Tick tick = 0;  ///< of emission, counted from the start of `measure`
  Reason reason = Reason::root;
};

/// A row of `/influencers`: an account that was paid.
struct InfluencerRow {
  UserId user{};
  std::uint32_t campaign = 0;
  std::uint64_t followers = 0;
  std::uint64_t posts = 0;     ///< paid posts
  std::uint64_t replaced = 0;  ///< organic posts withheld for them
  MicroMoney cost = 0;
  Outcomes outcomes;  ///< of its paid posts; `reach` is summed over them, `delivered` and `served` are not kept per account and stay 0
};

struct RunRecord {
  std::vector<TierRow> tiers;
  std::vector<CampaignRow> campaigns;
  std::uint64_t event_hash = 0;  ///< order-free hash of every emission, impression and action since the start of the warm-up
  std::vector<SeriesRow> series;
  std::vector<PostRow> posts;
  std::vector<CascadeNode> cascades;
  std::vector<InfluencerRow> influencers;
};

}  // namespace grapevine
