#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <tuple>

#include "graph/base/error.hpp"
#include "sim/money/campaigns.hpp"

namespace grapevine {

namespace {

/// Slots that are over when an account accepts.
std::uint64_t slots_before(const CampaignParameters& campaign, Tick accepted) {
  return accepted <= campaign.start ? 0
                                    : (std::uint64_t{accepted} - campaign.start + campaign.every - 1) / campaign.every;
}

/// Shares the impressions that a campaign has bought out to its posts: as many to each, and those that are left to the
/// ones of least hash, of campaign, account and number of the post.
void share_promotion(std::uint64_t bought, std::span<PlannedPost> posts, std::span<const std::uint64_t> hashes) {
  if (bought == 0 || posts.empty()) return;
  const std::uint64_t each = bought / posts.size(), left = bought % posts.size();
  std::vector<std::uint64_t> sorted(hashes.begin(), hashes.end());
  std::ranges::sort(sorted);
  for (std::size_t i = 0; i < posts.size(); ++i)
    posts[i].promoted = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(UINT32_MAX, each + (left > 0 && hashes[i] <= sorted[left - 1] ? 1 : 0)));
}

}  // namespace

std::vector<PlannedPost> plan_posts(const std::vector<Deal>& deals, const WorldParameters& parameters,
                                    const std::vector<std::string>& pays, const StreamKey& selection) {
  std::vector<PlannedPost> plan;
  std::uint64_t posts = 0;
  const std::uint64_t key = selection.key(Draw::campaign_slot), share_key = selection.key(Draw::promotion_share);
  for (std::uint32_t i = 0; i < parameters.campaigns.size(); ++i) {
    const CampaignParameters& campaign = parameters.campaigns[i];
    if (std::find(pays.begin(), pays.end(), campaign.name) == pays.end()) continue;
    for (const Purchase& purchase : deals[i].purchases) posts += purchase.posts;
    if (posts > UINT32_MAX)
      throw BadRequest(
          fmt::format("campaign '{}': with it {} paid posts appear in an arm; expected at most {}; lower "
                      "campaign.posts or campaign.count",
                      campaign.name, posts, UINT32_MAX));
    const std::size_t first_post = plan.size();
    std::vector<std::uint64_t> shares;
    for (const Purchase& purchase : deals[i].purchases) {
      const std::uint64_t hash = nested_mix(key, campaign_key(campaign.name), purchase.profile.value()),
                          gone = slots_before(campaign, purchase.accepted), first = hash % campaign.slots;
      GRAPEVINE_EXPECTS(gone < campaign.slots);
      for (std::uint32_t post = 0; post < purchase.posts; ++post) {
        const std::uint64_t slot = gone + (std::max(first, gone) - gone + post) % (campaign.slots - gone),
                            tick = std::uint64_t{parameters.time.warmup} + campaign.start + slot * campaign.every;
        GRAPEVINE_EXPECTS(tick < never);
        plan.push_back({static_cast<Tick>(tick), purchase.user, i, purchase.profile, hash});
        shares.push_back(nested_mix(share_key, hash, post));
      }
    }
    share_promotion(campaign.promotion.bought(), std::span(plan).subspan(first_post), shares);
  }
  const auto by_profile = [](const PlannedPost& a, const PlannedPost& b) {
    return std::tuple(a.tick, a.profile, a.author) < std::tuple(b.tick, b.profile, b.author);
  };
  std::stable_sort(plan.begin(), plan.end(), by_profile);
  for (std::size_t i = 1; i < plan.size(); ++i)
    if (plan[i].tick == plan[i - 1].tick && plan[i].profile == plan[i - 1].profile &&
        plan[i].author != plan[i - 1].author)
      throw BadRequest(
          fmt::format("campaigns '{}' and '{}' let two clones of one plant post in the same tick, and a reader could "
                      "not tell their posts apart; expected one clone in "
                      "an arm; choose it by campaign.member and compare arms",
                      parameters.campaigns[plan[i - 1].campaign].name, parameters.campaigns[plan[i].campaign].name));
  std::stable_sort(plan.begin(), plan.end(), [](const PlannedPost& a, const PlannedPost& b) {
    return std::tuple(a.tick, a.author, a.tie, a.campaign) < std::tuple(b.tick, b.author, b.tie, b.campaign);
  });
  return plan;
}

}  // namespace grapevine
