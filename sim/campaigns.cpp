#include "sim/campaigns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <tuple>
#include <unordered_map>

#include "graph/base/account_key.hpp"
#include "graph/base/error.hpp"

namespace grapevine {

namespace {

MicroMoney price_of(const PriceParameters& prices, std::uint64_t followers) {
  return prices.post + prices.follower * static_cast<MicroMoney>(followers);
}

double in_units(MicroMoney money) { return static_cast<double>(money) / static_cast<double>(micro_per_unit); }

/// The accounts a campaign would like to pay, best first.
std::vector<UserId> candidates(const CampaignParameters& campaign, const FollowGraph& graph, const std::vector<std::string>& outside_ids, const StreamKey& selection) {
  const auto eligible = [&](UserId user) {
    const std::uint64_t followers = graph.follower_count(user);
    return campaign.followers_from <= followers && followers <= campaign.followers_to;
  };
  std::vector<UserId> chosen;
  if (campaign.choose == AccountChoice::named) {
    std::unordered_map<std::string, UserId> by_id;
    if (!outside_ids.empty())
      for (std::uint32_t user = 0; user < outside_ids.size(); ++user) by_id.emplace(outside_ids[user], UserId{user});
    for (const std::string& id : campaign.accounts) {
      std::optional<UserId> user;
      if (outside_ids.empty()) {
        const bool number = !id.empty() && id.size() <= 10 && std::all_of(id.begin(), id.end(), [](char c) { return '0' <= c && c <= '9'; });
        if (number && std::stoull(id) < graph.user_count()) user = UserId{static_cast<std::uint32_t>(std::stoull(id))};
      } else if (const auto found = by_id.find(id); found != by_id.end()) {
        user = found->second;
      }
      if (!user)
        throw BadRequest(fmt::format("campaign '{}': no account has the id '{}'; expected {}", campaign.name, id,
                                     outside_ids.empty() ? fmt::format("a number from 0 to {}", graph.user_count() - 1) : "an id of the graph's file"));
      chosen.push_back(*user);
    }
    return chosen;
  }
  for (std::uint32_t user = 0; user < graph.user_count(); ++user)
    if (eligible(UserId{user})) chosen.push_back(UserId{user});
  if (campaign.choose == AccountChoice::largest) {
    std::stable_sort(chosen.begin(), chosen.end(), [&](UserId a, UserId b) { return graph.follower_count(a) > graph.follower_count(b); });
  } else {
    const std::uint64_t key = selection.key(Draw::selection), name = campaign_key(campaign.name);
    std::sort(chosen.begin(), chosen.end(), [&](UserId a, UserId b) {
      return std::pair(nested_mix(key, name, a.value()), a) < std::pair(nested_mix(key, name, b.value()), b);
    });
  }
  return chosen;
}

/// Goes down the list and pays while the money lasts; stops at the first account it cannot afford, so that a small rest is not spent on whoever is cheap.
std::vector<Purchase> buy(const CampaignParameters& campaign, const PriceParameters& prices, const FollowGraph& graph, const std::vector<UserId>& wanted, MicroMoney budget) {
  std::vector<Purchase> bought;
  MicroMoney left = budget;
  for (const UserId user : wanted) {
    if (bought.size() == campaign.count) break;
    const std::uint64_t followers = graph.follower_count(user);
    const MicroMoney price = price_of(prices, followers);
    const std::uint64_t affordable = budget < 0 || price <= 0 ? campaign.posts : static_cast<std::uint64_t>(left / price);
    const auto posts = static_cast<std::uint32_t>(std::min<std::uint64_t>(campaign.posts, affordable));
    if (posts == 0) break;
    bought.push_back({user, followers, posts, price * posts});
    left -= price * posts;
  }
  return bought;
}

}  // namespace

std::uint64_t campaign_key(const std::string& name) { return static_cast<std::uint64_t>(account_key(name)); }

std::vector<std::vector<Purchase>> choose_accounts(const FollowGraph& graph, const std::vector<std::string>& outside_ids, const WorldParameters& parameters,
                                                   std::uint32_t selection_stream, std::vector<MicroMoney>& budgets) {
  const StreamKey selection(parameters.seed, Stream::selection, selection_stream);
  const auto& campaigns = parameters.campaigns;
  std::vector<std::vector<Purchase>> purchases(campaigns.size());
  std::vector<bool> done(campaigns.size(), false);
  budgets.assign(campaigns.size(), -1);
  for (std::size_t round = 0; round < campaigns.size(); ++round)  // a campaign waits for the one whose money it takes as its measure
    for (std::size_t i = 0; i < campaigns.size(); ++i) {
      const CampaignParameters& campaign = campaigns[i];
      if (done[i]) continue;
      budgets[i] = campaign.budget;
      if (!campaign.budget_of.empty()) {
        const auto other = std::find_if(campaigns.begin(), campaigns.end(), [&](const auto& c) { return c.name == campaign.budget_of; });
        GRAPEVINE_EXPECTS(other != campaigns.end());
        const auto j = static_cast<std::size_t>(other - campaigns.begin());
        if (!done[j]) continue;
        budgets[i] = 0;
        for (const Purchase& purchase : purchases[j]) budgets[i] += purchase.cost;
      }
      const std::vector<UserId> wanted = candidates(campaign, graph, outside_ids, selection);
      if (wanted.empty()) {
        const std::uint64_t largest = graph.user_count() > 0 ? *std::max_element(graph.follower_counts().begin(), graph.follower_counts().end()) : 0;
        throw BadRequest(fmt::format("campaign '{}': no user has from {} to {} followers; expected at least one; the largest user has {}", campaign.name,
                                     campaign.followers_from, campaign.followers_to, largest));
      }
      purchases[i] = buy(campaign, parameters.prices, graph, wanted, budgets[i]);
      if (purchases[i].empty() && campaign.count > 0 && campaign.posts > 0) {
        std::uint64_t fewest = UINT64_MAX;
        for (const UserId user : wanted) fewest = std::min<std::uint64_t>(fewest, graph.follower_count(user));
        throw BadRequest(fmt::format("campaign '{}': the budget of {:.2f} buys nothing; a post of the first account chosen ({} followers) costs {:.2f}, the cheapest "
                                     "candidate's {:.2f}; raise the budget or lower campaign.followers",
                                     campaign.name, in_units(budgets[i]), graph.follower_count(wanted.front()),
                                     in_units(price_of(parameters.prices, graph.follower_count(wanted.front()))), in_units(price_of(parameters.prices, fewest))));
      }
      done[i] = true;
    }
  return purchases;
}

std::vector<PlannedPost> plan_posts(const std::vector<std::vector<Purchase>>& purchases, const WorldParameters& parameters, const std::vector<std::string>& pays,
                                    const StreamKey& selection) {
  std::vector<PlannedPost> plan;
  const std::uint64_t key = selection.key(Draw::campaign_slot);
  for (std::uint32_t i = 0; i < parameters.campaigns.size(); ++i) {
    const CampaignParameters& campaign = parameters.campaigns[i];
    if (std::find(pays.begin(), pays.end(), campaign.name) == pays.end()) continue;
    for (const Purchase& purchase : purchases[i]) {
      const std::uint64_t first = nested_mix(key, campaign_key(campaign.name), purchase.user.value()) % campaign.slots;
      for (std::uint32_t post = 0; post < purchase.posts; ++post) {
        const Tick slot = static_cast<Tick>((first + post) % campaign.slots);
        plan.push_back({parameters.time.warmup + campaign.start + slot * campaign.every, purchase.user, i});
      }
    }
  }
  std::sort(plan.begin(), plan.end(), [](const PlannedPost& a, const PlannedPost& b) {
    return std::tuple(a.tick, a.author, a.campaign) < std::tuple(b.tick, b.author, b.campaign);
  });
  return plan;
}

}  // namespace grapevine
