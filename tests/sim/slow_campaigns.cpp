#include "tests/sim/slow_model.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>
#include <tuple>

#include "graph/base/math.hpp"
#include "tests/sim/slow_bits.hpp"

namespace grapevine::slow {

// ---- 7.9 Campaigns: who is paid, and for what

bool Model::runs(const CampaignParameters& campaign) const {
  return std::count(run_.pays.begin(), run_.pays.end(), campaign.name) > 0;
}

MicroMoney Model::price(UserId user) const {
  const PriceParameters& prices = parameters_.prices;
  const std::uint64_t followers = graph_.follower_count(user);
  const bool card = !prices.card.empty();
  if (!card && prices.scale == 1.0 && prices.exponent == 1.0 && prices.spread == 0.0 && prices.engagement == 0.0)
    return prices.post + prices.follower * static_cast<MicroMoney>(followers);
  const double z = math::normal_quantile(uniform(selection_.bits(Draw::price, user.value())));
  const double factor = prices.spread == 0.0 ? 1.0 : math::exp(prices.spread * z - prices.spread * prices.spread / 2);
  const double stood_for = static_cast<double>(followers) / prices.scale;
  const double audience = stood_for == 0.0 ? 0.0 : math::pow(stood_for, prices.exponent);
  const double asked = card ? static_cast<double>(prices.card[tier(user)])
                            : static_cast<double>(prices.post) + static_cast<double>(prices.follower) * audience *
                                                                     math::pow(standing(user), prices.engagement);
  return std::llround(prices.scale * asked * factor);
}

/// The past rate of the user over the mean of active users.
double Model::standing(UserId user) const {
  if (past_.empty() || parameters_.prices.engagement == 0.0) return 1;
  double sum = 0, active = 0;
  for (std::uint32_t u = 0; u < graph_.user_count(); ++u)
    if (accounts_.is_active(UserId{u})) {
      sum += past_[u];
      ++active;
    }
  return sum == 0.0 ? 1.0 : past_[user.index()] / (sum / active);
}

MicroMoney Model::managing() const {
  return std::llround(parameters_.prices.scale * static_cast<double>(parameters_.prices.manage));
}

/// How many choices of the campaign's accounts may differ: one a draw where they are random, else one for each of those
/// of the campaign whose money bounds it.
std::uint32_t Model::choices(const CampaignParameters& campaign) const {
  if (campaign.choose == AccountChoice::random)
    return draws_by_campaign.empty()
               ? UINT32_MAX
               : draws_by_campaign[static_cast<std::size_t>(&campaign - parameters_.campaigns.data())];
  for (const CampaignParameters& other : parameters_.campaigns)
    if (other.name == campaign.budget_of) return choices(other);
  return 1;
}

/// The first draws, one after the other.
std::vector<Deal> Model::draws(const CampaignParameters& campaign, std::size_t count) const {
  std::vector<Deal> deals;
  std::map<UserId, std::uint32_t> asked;  // in how many draws so far
  while (deals.size() < count) {
    MicroMoney budget = campaign.budget;
    for (const CampaignParameters& other : parameters_.campaigns)
      if (other.name == campaign.budget_of) {
        MicroMoney spent = 0;
        const Deal others = deal(other, static_cast<std::uint32_t>(deals.size()));
        for (const Purchase& purchase : others.purchases) spent += purchase.cost;
        spent += Promotion::cost(other, Promotion::bought(other));
        budget = static_cast<MicroMoney>(std::floor(static_cast<double>(spent) * campaign.budget_share));
      }
    deals.push_back(buy(campaign, budget, asked));
  }
  return deals;
}

Deal Model::buy(const CampaignParameters& campaign, MicroMoney budget, std::map<UserId, std::uint32_t>& asked) const {
  const std::uint64_t hash = campaign_key(campaign.name);
  Deal deal;
  deal.budget = budget;
  deal.promotion = Promotion::cost(campaign, Promotion::bought(campaign));
  const MicroMoney bound = budget < 0 ? budget : budget - deal.promotion;
  if (budget >= 0 && bound < 0) return deal;

  std::vector<UserId> candidates;
  if (campaign.choose == AccountChoice::named) {
    for (const std::string& account : campaign.accounts)
      candidates.emplace_back(static_cast<std::uint32_t>(std::stoul(account)));
  } else {
    for (std::uint32_t u = 0; u < graph_.user_count(); ++u) {
      const UserId user{u};
      const std::uint64_t followers = graph_.follower_count(user);
      bool planted = campaign.plant.empty();
      for (const PlantedUser& one : accounts_.planted)
        planted = planted || (one.user == user && accounts_.plants[one.group] == campaign.plant &&
                              (campaign.member < 0 || one.member == static_cast<std::uint32_t>(campaign.member)));
      if (accounts_.is_active(user) && planted && followers >= campaign.followers.least &&
          followers <= campaign.followers.most &&
          (campaign.tier.empty() || parameters_.tiers.names[tier(user)] == campaign.tier))
        candidates.push_back(user);
    }
    const auto h = [&](UserId user) { return nested_mix(selection_.key(Draw::selection), hash, user.value()); };
    // Lower places are asked first; what is asked for in descending order has its sign or its bits turned.
    const auto place = [&](UserId user) -> std::pair<double, std::uint64_t> {
      switch (campaign.choose) {
        case AccountChoice::largest:
          return {0, ~static_cast<std::uint64_t>(graph_.follower_count(user))};
        case AccountChoice::fit:
          return {0, ~liking(user, static_cast<std::uint32_t>(campaign.topic))};
        case AccountChoice::price:
          return {0, static_cast<std::uint64_t>(price(user))};
        case AccountChoice::engagement:
          return {past_.empty() ? 0.0 : -past_[user.index()], 0};
        case AccountChoice::random:
          return {asked.contains(user) ? asked.at(user) : 0, 0};
        case AccountChoice::influence:  // tests/sim/influence_test.cpp
        case AccountChoice::lazy_greedy:
        case AccountChoice::named:
          break;
      }
      return {0, 0};
    };
    std::ranges::sort(candidates, {}, [&](UserId user) { return std::pair(place(user), h(user)); });
  }
  if (bound >= 0) std::erase_if(candidates, [&](UserId user) { return managing() + price(user) > bound; });

  struct Asked {
    Purchase purchase;
    bool yes, open;
  };
  std::vector<Asked> offers;
  const auto held = [&] {  // accounts, and their money
    std::pair<std::uint64_t, MicroMoney> sum{0, 0};
    for (const Asked& offer : offers)
      if (offer.open || offer.yes) ++sum.first, sum.second += offer.purchase.cost;
    return sum;
  };
  const auto hear = [&](Asked& offer) {
    offer.open = false;
    if (offer.yes) deal.purchases.push_back(offer.purchase);
  };
  std::size_t next = 0;
  const auto ask = [&](Tick t) {
    for (; next < candidates.size() && held().first < campaign.count; ++next) {
      const UserId user = candidates[next];
      const MicroMoney left = bound - held().second;
      std::uint32_t count = 0;  // posts of the account: as many as the money left pays for
      while (count < campaign.posts && (bound < 0 || managing() + price(user) * (count + 1) <= left)) ++count;
      if (count == 0) return;
      ++asked[user];
      const double e = -math::log(uniform(nested_mix(selection_.key(Draw::answer_time), hash, profile(user).value())));
      Purchase purchase{user, graph_.follower_count(user), count, managing() + price(user) * count, profile(user)};
      purchase.asked = t;
      purchase.accepted = t + static_cast<Tick>(std::floor(e * campaign.answer_after));
      offers.push_back({purchase,
                        coin(hi(nested_mix(selection_.key(Draw::acceptance), hash, user.value())),
                             coin_threshold(campaign.acceptance)),
                        true});
      if (purchase.accepted == t) hear(offers.back());
    }
  };
  const Tick last = campaign.start + (campaign.slots - 1) * campaign.every;
  ask(0);
  for (Tick t = 0; t <= last; ++t)
    for (std::size_t i = 0; i < offers.size(); ++i)
      if (offers[i].open && offers[i].purchase.accepted == t) {
        hear(offers[i]);
        ask(t);
      }
  for (const Asked& offer : offers) {
    ++deal.offers;
    deal.declined += !offer.yes;
    deal.too_late += offer.yes && offer.open;
  }
  return deal;
}

/// The past rate of every user, from the roots that are alive.
void Model::look_back() {
  std::vector<std::array<double, 3>> taken(graph_.user_count());  // likes, replies, reshares
  std::vector<double> impressions(graph_.user_count());
  std::array<double, 3> all{};
  for (const Post& post : posts) {
    if (post.visible() + run_.feed.window < now) continue;  // roots that leave now were there in the last tick
    impressions[post.author.index()] += post.counters.impressions;
    for (std::size_t a = 0; a < 3; ++a) {
      taken[post.author.index()][a] += post.counters.actions[a];
      all[a] += post.counters.actions[a];
    }
  }
  const double all_looks = std::accumulate(impressions.begin(), impressions.end(), 0.0);
  past_.clear();
  for (std::size_t u = 0; u < taken.size(); ++u) {
    double sum = 0;
    for (std::size_t a = 0; a < 3; ++a) {
      const double mean = all_looks == 0.0 ? 0.0 : all[a] / all_looks, s = prior_.strength[a];
      sum += std::isinf(s) ? mean : impressions[u] + s == 0.0 ? 0.0 : (taken[u][a] + mean * s) / (impressions[u] + s);
    }
    past_.push_back(sum);
  }
}

void Model::prepare_run() {
  prior_ = platform_prior(run_.feed, rates());
  by_author_ = prior_by_author(run_.feed, rates());
  plan_.clear();
  for (std::size_t c = 0; c < parameters_.campaigns.size(); ++c) {
    const CampaignParameters& campaign = parameters_.campaigns[c];
    if (!runs(campaign)) continue;
    const std::size_t first = plan_.size();
    std::vector<std::pair<std::uint64_t, std::uint64_t>> numbers;
    for (const Purchase& purchase : deal(campaign).purchases) {
      const std::uint64_t h =
          nested_mix(selection_.key(Draw::campaign_slot), campaign_key(campaign.name), purchase.profile.value());
      // Slot after slot from the account's own, without those before its answer.
      for (std::uint64_t p = 0, slot = h % campaign.slots; p < purchase.posts; slot = (slot + 1) % campaign.slots) {
        const Tick after = campaign.start + campaign.every * static_cast<Tick>(slot);
        if (after < purchase.accepted) continue;
        plan_.push_back({parameters_.time.warmup + after, purchase.user, h, c, purchase.profile});
        numbers.emplace_back(h, p);
        ++p;
      }
    }
    const std::vector<std::uint64_t> shares = promotion_.shares(campaign, numbers);
    for (std::size_t i = 0; i < shares.size(); ++i) plan_[first + i].bought = shares[i];
  }
  std::stable_sort(plan_.begin(), plan_.end(), [](const Paid& a, const Paid& b) {
    return std::tie(a.tick, a.author, a.hash, a.campaign) < std::tie(b.tick, b.author, b.hash, b.campaign);
  });
}

bool Model::clones_meet() const {
  for (const Paid& a : plan_)
    for (const Paid& b : plan_)
      if (a.tick == b.tick && a.profile == b.profile && a.author != b.author) return true;
  return false;
}

}  // namespace grapevine::slow
