#include "tests/sim/slow_promotion.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include "tests/sim/slow_model.hpp"

namespace grapevine::slow {

// ---- What is bought

std::uint64_t Promotion::bought(const CampaignParameters& campaign) {
  std::uint64_t n = 0;
  const MicroMoney all = campaign.promotion.money;
  if (all > 0) n = static_cast<std::uint64_t>(all / campaign.promotion.price * 1000);
  while (all > 0 && cost(campaign, n + 1) <= all &&
         static_cast<MicroMoney>(n + 1) * campaign.promotion.price <= 1000 * all)
    ++n;
  return n;
}

MicroMoney Promotion::cost(const CampaignParameters& campaign, std::uint64_t impressions) {
  return static_cast<MicroMoney>(impressions) * campaign.promotion.price / 1000;
}

std::vector<std::uint64_t> Promotion::shares(const CampaignParameters& campaign,
                                             std::span<const std::pair<std::uint64_t, std::uint64_t>> posts) const {
  const std::uint64_t n = bought(campaign), count = posts.size();
  std::vector<std::uint64_t> shares;
  for (const auto& [h, p] : posts) {
    const std::uint64_t mine = nested_mix(selection_.key(Draw::promotion_share), h, p);
    std::uint64_t before = 0;
    for (const auto& [other, q] : posts) before += nested_mix(selection_.key(Draw::promotion_share), other, q) < mine;
    shares.push_back(n / count + (before < n % count));
  }
  return shares;
}

// ---- Who sees it

void Promotion::sell(Tick t, std::span<const Visit> visits, std::span<const Post> posts, Situations& situations) {
  now_.clear();
  struct Chance {
    std::uint64_t hash, key;
    UserId reader;
    std::size_t post;
  };
  std::vector<Chance> chances;
  std::map<std::size_t, std::uint64_t> due;
  for (std::size_t p = 0; p < posts.size(); ++p) {
    const Post& post = posts[p];
    if (post.bought == 0 || post.tick >= t) continue;
    const CampaignParameters& campaign = parameters_.campaigns[static_cast<std::size_t>(post.campaign)];
    const PromotionParameters& keys = campaign.promotion;
    const std::uint64_t after = t - post.tick;
    if (after > keys.time) continue;
    due[p] = post.bought * after / keys.time;
    for (const Visit& visit : visits) {
      std::size_t better = 0;
      for (std::size_t k = 0; k < visit.liking.size(); ++k)
        better += std::pair(~visit.liking[k], k) < std::pair(~visit.liking[post.topic], std::size_t{post.topic});
      const std::array refused{post.author == visit.reader, visit.was_looked(p), visit.depth < keys.place,
                               keys.audience == PromotionAudience::topic && better >= keys.topics,
                               of_caps_[{visit.reader, static_cast<std::size_t>(post.campaign)}] >= keys.cap};
      const auto reasons = std::count(refused.begin(), refused.end(), true);
      if (reasons == 1) {
        situations.promotion_refused_own += refused[0];
        situations.promotion_refused_seen += refused[1];
        situations.promotion_refused_short += refused[2];
        situations.promotion_refused_topic += refused[3];
        situations.promotion_refused_cap += refused[4];
      }
      if (reasons == 0)
        chances.push_back(
            {nested_mix(dynamics_.key(Draw::promotion), post.key, visit.reader.value()), post.key, visit.reader, p});
    }
  }
  std::ranges::sort(chances, {}, [](const Chance& chance) { return std::tie(chance.hash, chance.key); });
  for (const Chance& chance : chances) {
    if (shown_[chance.post] >= due[chance.post]) {
      situations.promotion_not_due += !now_.contains(chance.reader);
    } else if (now_.contains(chance.reader)) {
      ++situations.promotion_slot_taken;
    } else {
      now_[chance.reader] = chance.post;
      ++shown_[chance.post];
      ++of_caps_[{chance.reader, static_cast<std::size_t>(posts[chance.post].campaign)}];
    }
  }
  for (const auto& [p, impressions] : due) {
    const PromotionParameters& keys = parameters_.campaigns[static_cast<std::size_t>(posts[p].campaign)].promotion;
    situations.promotion_behind += shown_[p] < impressions;
    if (t == posts[p].tick + keys.time)
      ++(shown_[p] == posts[p].bought ? situations.promotion_spent : situations.promotion_left);
  }
}

std::optional<std::size_t> Promotion::shown_to(UserId reader) const {
  const auto found = now_.find(reader);
  return found == now_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace grapevine::slow
