#include "sim/money/campaigns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>
#include <tuple>
#include <unordered_map>

#include "graph/base/account_key.hpp"
#include "graph/base/checked.hpp"
#include "graph/base/error.hpp"
#include "graph/base/math.hpp"
#include "graph/base/parallel.hpp"
#include "sim/influence/imm.hpp"
#include "sim/influence/lazy_greedy.hpp"
#include "sim/model/population.hpp"
#include "sim/money/offers.hpp"

namespace grapevine {

namespace {

/// Rounded down.
MicroMoney share_of(MicroMoney money, double share) {
  return share < 1.0 ? std::min(money, saturated_whole(static_cast<double>(money) * share)) : money;
}

double in_units(MicroMoney money) { return static_cast<double>(money) / static_cast<double>(micro_per_unit); }

/// Nothing where no account has that id.
std::optional<UserId> account_called(const std::string& id, const FollowGraph& graph,
                                     const std::unordered_map<std::string, UserId>& by_id) {
  if (by_id.empty()) {
    const bool number = !id.empty() && id.size() <= 10 &&
                        std::all_of(id.begin(), id.end(), [](char c) { return '0' <= c && c <= '9'; });
    if (number && std::stoull(id) < graph.user_count()) return UserId{static_cast<std::uint32_t>(std::stoull(id))};
  } else if (const auto found = by_id.find(id); found != by_id.end()) {
    return found->second;
  }
  return std::nullopt;
}

std::vector<UserId> named_accounts(const CampaignParameters& campaign, const FollowGraph& graph,
                                   const Users& accounts) {
  std::unordered_map<std::string, UserId> by_id;
  for (std::uint32_t user = 0; user < accounts.outside_ids.size(); ++user)
    by_id.emplace(accounts.outside_ids[user], UserId{user});
  std::vector<UserId> chosen;
  std::vector<std::string> mistakes;
  for (const std::string& id : campaign.accounts) {
    if (const std::optional<UserId> user = account_called(id, graph, by_id))
      chosen.push_back(*user);
    else
      mistakes.push_back(fmt::format(
          "campaign '{}': no account has the id '{}'; expected {}", campaign.name, id,
          by_id.empty() ? fmt::format("a number from 0 to {}", graph.user_count() - 1) : "an id of the graph's file"));
  }
  if (!mistakes.empty()) throw BadRequest(mistakes);
  return chosen;
}

/// Doubles from 0 up as integers of the same order.
std::uint64_t ascending(double x) { return std::bit_cast<std::uint64_t>(x); }

/// Puts off sorting: asks for the next best account as long as there is money, a few thousand of ten million
/// candidates.
class Queue {
public:
  struct Entry {
    std::uint64_t place;  ///< lower comes first
    std::uint64_t tie;    ///< decides between equal places: numbers are sizes
    UserId user;
    auto operator<=>(const Entry&) const = default;
  };
  explicit Queue(std::vector<Entry> entries) : entries_(std::move(entries)) {}

  bool empty() const { return next_ == entries_.size(); }
  UserId front() {
    if (next_ == sorted_) {
      const std::size_t chunk = std::min(entries_.size() - sorted_, std::max<std::size_t>(1024, sorted_));
      const auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(sorted_),
                 end = begin + static_cast<std::ptrdiff_t>(chunk);
      if (end != entries_.end()) std::nth_element(begin, end, entries_.end());
      std::sort(begin, end);
      sorted_ += chunk;
    }
    return entries_[next_].user;
  }
  void pop() { ++next_; }

private:
  std::vector<Entry> entries_;
  std::size_t next_ = 0, sorted_ = 0;
};

/// In how many earlier draws a campaign asked its accounts.
using Asked = std::unordered_map<UserId, std::uint32_t>;

/// Tick of the last slot, counted from the start of `measure`.
Tick last_slot(const CampaignParameters& campaign) {
  const std::uint64_t last = campaign.start + std::uint64_t{campaign.slots - 1} * campaign.every;
  return static_cast<Tick>(std::min<std::uint64_t>(last, never - 1));
}

/// Chooses the accounts of one replicate.
class Chooser {
public:
  Chooser(const FollowGraph& graph, const Users& accounts, const WorldParameters& parameters, ReplicateStreams streams,
          PastRates past, const ExpectedSpread& expected)
      : graph_(graph),
        accounts_(accounts),
        parameters_(parameters),
        selection_(parameters.seed, Stream::selection, streams.selection),
        dynamics_(parameters.seed, Stream::dynamics, streams.dynamics),
        interests_(accounts, parameters.population, dynamics_),
        past_(past),
        managing_(cost_of_managing(parameters.prices)),
        expected_(expected) {
    if (parameters.prices.looks_back() && !past.empty()) standings_ = standings(past, accounts);
  }

  /// The deals of one campaign, each another choice: one a draw where accounts are random, else one for each of
  /// `budgets`. Draws take them, and budgets, in turn.
  std::vector<Deal> make(const CampaignParameters& campaign, const std::vector<MicroMoney>& budgets,
                         std::uint32_t draws) const {
    const bool random = campaign.choose == AccountChoice::random;
    Asked asked;
    std::vector<Deal> deals;
    while (deals.size() < (random ? draws : budgets.size())) {
      const MicroMoney budget = budgets[deals.size() % budgets.size()];
      const auto same = std::ranges::find(deals, budget, &Deal::budget);
      try {
        deals.push_back(!random && same != deals.end() ? Deal(*same) : make_one(campaign, budget, asked));
      } catch (const BadRequest& error) {
        if (deals.empty()) throw;
        std::string text =
            fmt::format("draw {} of {}: {}", deals.size() + 1, random ? draws : budgets.size(), error.what());
        if (dynamic_cast<const TooLittleMoney*>(&error)) throw TooLittleMoney(std::move(text));
        throw BadRequest(std::move(text));
      }
    }
    return deals;
  }

private:
  Deal make_one(const CampaignParameters& campaign, MicroMoney budget, Asked& asked) const {
    bool together = campaign.choose == AccountChoice::influence || campaign.choose == AccountChoice::lazy_greedy;
    if (together) expect_chances(campaign);
    together = together && !(past_.empty() && waits_for_past(campaign, parameters_));
    const MicroMoney rest = left_for_accounts(campaign, budget);
    Deal deal = together ? choose_together(campaign, rest) : ask_in_turn(campaign, rest, asked);
    deal.budget = budget;
    deal.promotion = promotion_of(campaign);
    if (deal.purchases.empty())
      throw BadRequest(
          deal.too_late == 0
              ? fmt::format("campaign '{}': all {} accounts it could ask declined; expected one that accepts; raise "
                            "campaign.acceptance, {} now, or widen the choice",
                            campaign.name, deal.offers, campaign.acceptance)
              : fmt::format("campaign '{}': of {} accounts it could ask in time {} declined and {} accepted after its "
                            "last slot; expected one that accepts before; lower campaign.answer_after, raise "
                            "campaign.start, or widen the choice",
                            campaign.name, deal.offers, deal.declined, deal.too_late));
    return deal;
  }

  /// What promotion costs if all that it has bought is shown.
  static MicroMoney promotion_of(const CampaignParameters& campaign) {
    return campaign.promotion.cost(campaign.promotion.bought());
  }

  MicroMoney left_for_accounts(const CampaignParameters& campaign, MicroMoney budget) const {
    const MicroMoney promotion = promotion_of(campaign);
    if (budget < 0) return budget;
    if (promotion > budget)
      throw TooLittleMoney(fmt::format(
          "campaign '{}': its promotion takes {:.2f} of a budget of {:.2f}; expected less, for its accounts "
          "are paid from what is left; lower campaign.promotion, or raise the budget",
          campaign.name, in_units(promotion), in_units(budget)));
    return budget - promotion;
  }

  Deal ask_in_turn(const CampaignParameters& campaign, MicroMoney budget, Asked& asked) const {
    Queue wanted(in_order(campaign, affordable(campaign, budget), asked));
    Offers offers(campaign.count, budget, last_slot(campaign));
    do {
      while (!wanted.empty() && offers.has_place()) {
        const UserId user = wanted.front();
        const std::uint32_t posts = posts_within(campaign, user, offers.left());
        if (posts == 0) break;  // a small rest is not spent on whoever is cheap
        wanted.pop();
        if (campaign.choose == AccountChoice::random) ++asked[user];
        offers.make({.user = user,
                     .posts = posts,
                     .cost = cost(user, posts),
                     .asked = offers.now(),
                     .answered = answered(campaign, user, offers.now()),
                     .accepts = accepts(campaign, user)});
      }
    } while (offers.wait());
    Deal deal;
    deal.offers = offers.made(), deal.declined = offers.declined(), deal.too_late = offers.too_late();
    MicroMoney spent = promotion_of(campaign);
    for (const Offer& offer : offers.accepted()) {
      pay(campaign, offer.user, offer.posts, deal, spent);
      deal.purchases.back().asked = offer.asked, deal.purchases.back().accepted = offer.answered;
    }
    return deal;
  }

  void pay(const CampaignParameters& campaign, UserId user, std::uint32_t posts, Deal& deal, MicroMoney& spent) const {
    const Purchase& bought = deal.purchases.emplace_back(
        Purchase{user, graph_.follower_count(user), posts, cost(user, posts), accounts_.profile_of(user)});
    if (bought.cost > most_spent - spent)
      throw BadRequest(
          fmt::format("campaign '{}': {} accounts, the last of which has {} followers and asks {:.2f} a post for {} "
                      "posts, cost {:.2f} or more; expected at most {:.2f}; "
                      "lower [price], campaign.posts or campaign.count, or give it a budget",
                      campaign.name, deal.purchases.size(), bought.followers, in_units(price(user)), posts,
                      in_units(spent) + in_units(price(user)) * posts + in_units(managing_), in_units(most_spent)));
    spent += bought.cost;
  }

  Deal choose_together(const CampaignParameters& campaign, MicroMoney budget) const {
    std::vector<UserId> candidates = affordable(campaign, budget);
    Deal deal;
    deal.offers = candidates.size();
    std::erase_if(candidates, [&](UserId user) { return !accepts(campaign, user); });
    deal.declined = deal.offers - candidates.size();
    if (candidates.empty()) return deal;
    std::vector<MicroMoney> costs;
    if (budget >= 0)
      for (const UserId user : candidates) costs.push_back(cost(user, posts_within(campaign, user, budget)));
    const SeedAnswer answer = seeds(campaign, {candidates, campaign.count, budget, costs, ties(campaign)});
    MicroMoney spent = promotion_of(campaign);
    for (const UserId user : answer.seeds) pay(campaign, user, posts_within(campaign, user, budget), deal, spent);
    deal.guarantee = answer.guarantee;
    deal.expected_adopters = answer.spread;
    return deal;
  }

  void expect_chances(const CampaignParameters& campaign) const {
    if (expected_.diffusion.probability == Probability::follow && expected_.of_follows.size() != graph_.follow_count())
      throw BadRequest(
          fmt::format("campaign '{}': chooses its accounts by probabilities of follows, and the graph has none; "
                      "expected a column of them in its file; or choose another "
                      "diffusion.probability",
                      campaign.name));
  }

  SeedAnswer seeds(const CampaignParameters& campaign, const SeedQuestion& question) const {
    const DiffusionParameters& diffusion = expected_.diffusion;
    const auto topic = static_cast<std::uint32_t>(std::max(campaign.topic, 0));
    const ReaderChances chances = make_reader_chances(graph_, diffusion, expected_.of_follows, interests_,
                                                      parameters_.population.interest_skew, topic, dynamics_);
    const SpreadModel model{
        graph_, chances,
        diffusion.model == DiffusionModel::linear_threshold ? LiveEdges::at_most_one : LiveEdges::independent};
    try {
      if (campaign.choose == AccountChoice::lazy_greedy)
        return choose_by_lazy_greedy(model, question, {.runs = campaign.runs}, selection_.key(Draw::contagion),
                                     expected_.alive);
      return choose_by_imm(model, question, {.epsilon = campaign.epsilon}, selection_.key(Draw::reverse_reach),
                           expected_.alive);
    } catch (const BadRequest& error) {
      throw BadRequest(fmt::format("campaign '{}': {}", campaign.name, error.what()));
    }
  }

  /// Of one post.
  MicroMoney price(UserId user) const {
    const std::uint64_t followers = graph_.follower_count(user);
    return price_of(parameters_.prices, selection_,
                    {.user = user,
                     .followers = followers,
                     .tier = parameters_.prices.card.empty() ? std::size_t{0} : tier_of(followers, parameters_.tiers),
                     .standing = standings_.empty() ? 1.0 : standings_[user.index()]});
  }

  /// Of so many posts, and of managing the account.
  MicroMoney cost(UserId user, std::uint32_t posts) const {
    return saturated_sum(managing_, saturated_product<MicroMoney>(price(user), posts));
  }

  /// Posts of the account that `money` buys, up to those that the campaign wants; a negative sum buys all.
  std::uint32_t posts_within(const CampaignParameters& campaign, UserId user, MicroMoney money) const {
    if (money < 0) return campaign.posts;
    if (money < managing_) return 0;
    const MicroMoney each = price(user);
    if (each <= 0) return campaign.posts;
    return static_cast<std::uint32_t>(
        std::min<std::uint64_t>(campaign.posts, static_cast<std::uint64_t>((money - managing_) / each)));
  }

  bool accepts(const CampaignParameters& campaign, UserId user) const {
    const std::uint64_t bits = nested_mix(selection_.key(Draw::acceptance), campaign_key(campaign.name), user.value());
    return coin(static_cast<std::uint32_t>(bits >> 32), coin_threshold(campaign.acceptance));
  }

  /// When an account answers that is asked at `asked`. Clones answer at the same time: they post in the same slots.
  Tick answered(const CampaignParameters& campaign, UserId user, Tick asked) const {
    if (campaign.answer_after == 0) return asked;
    const std::uint64_t bits =
        nested_mix(selection_.key(Draw::answer_time), campaign_key(campaign.name), accounts_.profile_of(user).value());
    const double ticks = -math::log(uniform(bits)) * campaign.answer_after;  // rounded down
    return static_cast<Tick>(std::min(static_cast<double>(asked) + ticks, static_cast<double>(never - 1)));
  }

  std::vector<UserId> pool(const CampaignParameters& campaign) const {
    if (campaign.choose == AccountChoice::named) return named_accounts(campaign, graph_, accounts_);
    const auto eligible = [&](UserId user) {
      const std::uint64_t followers = graph_.follower_count(user);
      return campaign.followers.contains(followers) && accounts_.is_active(user) &&
             (campaign.tier.empty() || parameters_.tiers.names[tier_of(followers, parameters_.tiers)] == campaign.tier);
    };
    if (!campaign.plant.empty()) {
      std::vector<UserId> chosen;
      for (const PlantedUser& planted : accounts_.planted)
        if (accounts_.plants[planted.group] == campaign.plant &&
            (campaign.member < 0 || planted.member == static_cast<std::uint32_t>(campaign.member)) &&
            eligible(planted.user))
          chosen.push_back(planted.user);
      return chosen;
    }
    return parallel_append<UserId>(graph_.user_count(), [&](std::size_t user, std::vector<UserId>& out) {
      if (eligible(UserId{static_cast<std::uint32_t>(user)})) out.push_back(UserId{static_cast<std::uint32_t>(user)});
    });
  }

  /// Those of whom the budget buys a post, in the order of the pool.
  std::vector<UserId> affordable(const CampaignParameters& campaign, MicroMoney budget) const {
    const std::vector<UserId> all = pool(campaign);
    if (all.empty()) throw BadRequest(nobody(campaign));
    auto affordable = parallel_append<UserId>(all.size(), [&](std::size_t i, std::vector<UserId>& out) {
      if (budget < 0 || cost(all[i], 1) <= budget) out.push_back(all[i]);
    });
    if (affordable.empty() && campaign.count > 0 && campaign.posts > 0) {
      const UserId cheapest = *std::min_element(
          all.begin(), all.end(), [&](UserId a, UserId b) { return std::pair(price(a), a) < std::pair(price(b), b); });
      throw TooLittleMoney(
          fmt::format("campaign '{}': the budget of {:.2f}{} is below every price; the cheapest of {} candidates ({} "
                      "followers) asks {:.2f} a post{}; raise the budget to "
                      "that, or choose smaller accounts",
                      campaign.name, in_units(budget), campaign.promotion.neutral() ? "" : " that promotion leaves",
                      all.size(), graph_.follower_count(cheapest), std::ceil(in_units(cost(cheapest, 1)) * 100) / 100,
                      managing_ > 0 ? ", price.manage included" : ""));
    }
    return affordable;
  }

  TieKey ties(const CampaignParameters& campaign) const {
    return {selection_.key(Draw::selection), campaign_key(campaign.name)};
  }

  std::vector<Queue::Entry> in_order(const CampaignParameters& campaign, const std::vector<UserId>& all,
                                     const Asked& asked) const {
    const auto place = [&](std::size_t i) -> std::uint64_t {
      const UserId user = all[i];
      switch (campaign.choose) {
        case AccountChoice::largest:
          return ~static_cast<std::uint64_t>(graph_.follower_count(user));
        case AccountChoice::fit:
          return ~interests_.bits(user, static_cast<std::uint32_t>(campaign.topic));
        case AccountChoice::engagement:
          return past_.empty() ? 0 : ~ascending(past_[user.index()]);
        case AccountChoice::price:
          return static_cast<std::uint64_t>(price(user));
        case AccountChoice::named:
          return i;
        case AccountChoice::random:
          if (const auto before = asked.find(user); before != asked.end()) return before->second;
          break;
        case AccountChoice::influence:
        case AccountChoice::lazy_greedy:
          break;  // chosen together, or not yet
      }
      return 0;
    };
    const TieKey ties = this->ties(campaign);
    std::vector<Queue::Entry> entries(all.size());
    parallel_for(all.size(), [&](std::size_t i) { entries[i] = {place(i), ties.of(all[i]), all[i]}; });
    return entries;
  }

  std::string nobody(const CampaignParameters& campaign) const {
    if (!campaign.plant.empty() && std::ranges::find(accounts_.plants, campaign.plant) == accounts_.plants.end())
      return fmt::format("campaign '{}': the graph has no plant '{}'; expected one of: {}", campaign.name,
                         campaign.plant,
                         accounts_.plants.empty() ? "none, for nothing was planted in it"
                                                  : fmt::format("{}", fmt::join(accounts_.plants, ", ")));
    std::uint64_t largest = 0, active = 0;
    for (std::uint32_t user = 0; user < graph_.user_count(); ++user)
      if (accounts_.is_active(UserId{user})) {
        ++active;
        largest = std::max<std::uint64_t>(largest, graph_.follower_count(UserId{user}));
      }
    std::string wanted;
    if (!campaign.tier.empty()) wanted += fmt::format(" of tier '{}'", campaign.tier);
    if (!campaign.plant.empty()) wanted += fmt::format(" of plant '{}'", campaign.plant);
    if (campaign.member >= 0) wanted += fmt::format(" with number {}", campaign.member);
    if (campaign.followers.bounds())
      wanted += campaign.followers.most < UINT64_MAX
                    ? fmt::format(" with {} to {} followers", campaign.followers.least, campaign.followers.most)
                    : fmt::format(" with {} followers or more", campaign.followers.least);
    return fmt::format(
        "campaign '{}': no user{} posts; expected at least one; {} users post, the largest of them has {} followers",
        campaign.name, wanted, active, largest);
  }

  const FollowGraph& graph_;
  const Users& accounts_;
  const WorldParameters& parameters_;
  StreamKey selection_;
  StreamKey dynamics_;
  Interests interests_;
  PastRates past_;
  std::vector<double> standings_;  ///< by user; empty: prices do not look at the past, or there is none yet
  MicroMoney managing_;
  const ExpectedSpread& expected_;
};

}  // namespace

std::uint64_t campaign_key(const std::string& name) { return static_cast<std::uint64_t>(account_key(name)); }

MicroMoney Deal::spent() const {
  MicroMoney sum = promotion;
  for (const Purchase& purchase : purchases) sum += purchase.cost;
  return sum;
}

std::vector<double> standings(PastRates past, const Users& accounts) {
  std::vector<double> all(past.begin(), past.end());
  std::optional<double> first;
  double beyond = 0, active = 0;  // added up as differences, so that equal rates are their mean to the last bit
  for (std::uint32_t user = 0; user < all.size(); ++user) {
    if (!accounts.is_active(UserId{user})) continue;
    if (!first) first = all[user];
    beyond += all[user] - *first;
    ++active;
  }
  const double mean = first ? *first + beyond / active : 0.0;
  for (double& rate : all) rate = mean > 0.0 ? rate / mean : 1.0;
  return all;
}

namespace {

/// `base`^`power` of a base from 0 up.
double power_of(double base, double power) { return power == 1.0 ? base : base > 0.0 ? math::pow(base, power) : 0.0; }

/// What the account asks but for its own factor, and in a world that stands for itself.
double list_price(const PriceParameters& prices, const PricedAccount& account) {
  if (!prices.card.empty()) return static_cast<double>(prices.card.at(account.tier));
  double of_followers = static_cast<double>(prices.follower) *
                        power_of(static_cast<double>(account.followers) / prices.scale, prices.exponent);
  if (prices.engagement > 0.0) of_followers *= power_of(account.standing, prices.engagement);
  return static_cast<double>(prices.post) + of_followers;
}

}  // namespace

MicroMoney price_of(const PriceParameters& prices, const StreamKey& selection, const PricedAccount& account) {
  if (prices.card.empty() && prices.exponent == 1.0 && prices.engagement == 0.0 && prices.spread == 0.0 &&
      prices.scale == 1.0)
    return saturated_sum(prices.post, saturated_product(prices.follower, static_cast<MicroMoney>(account.followers)));
  double price = prices.scale * list_price(prices, account);
  if (prices.spread > 0.0)
    price *=
        math::exp(prices.spread * math::normal_quantile(uniform(selection.bits(Draw::price, account.user.value()))) -
                  0.5 * prices.spread * prices.spread);
  return saturated_whole(price + 0.5);
}

MicroMoney cost_of_managing(const PriceParameters& prices) {
  return prices.scale == 1.0 ? prices.manage : saturated_whole(prices.scale * static_cast<double>(prices.manage) + 0.5);
}

Deals::Deals(const FollowGraph& graph, const Users& accounts, const WorldParameters& parameters,
             ReplicateStreams streams, const ExpectedSpread& expected, std::vector<std::uint32_t> draws)
    : graph_(graph),
      accounts_(accounts),
      parameters_(parameters),
      streams_(streams),
      expected_(expected),
      draws_(std::move(draws)),
      by_campaign_(parameters.campaigns.size()) {
  GRAPEVINE_EXPECTS(draws_.size() == parameters.campaigns.size() && std::ranges::find(draws_, 0u) == draws_.end());
  choose({});
}

Deals::Deals(const FollowGraph& graph, const Users& accounts, const WorldParameters& parameters,
             ReplicateStreams streams, const ExpectedSpread& expected, std::uint32_t draws)
    : Deals(graph, accounts, parameters, streams, expected,
            std::vector<std::uint32_t>(parameters.campaigns.size(), draws)) {}

void Deals::look_back(const std::function<std::vector<double>()>& past_rates) {
  const std::lock_guard lock(looking_back_);
  if (looked_back_ || !needs_past(parameters_)) return;
  choose(past_rates());
  looked_back_ = true;
}

std::vector<Deal> Deals::of(std::uint32_t draw) const {
  std::vector<Deal> deals;
  for (const std::vector<Deal>& by_draw : by_campaign_) deals.push_back(by_draw[draw % by_draw.size()]);
  return deals;
}

/// For all campaigns without a past, for those that wait for it with one.
void Deals::choose(PastRates past) {
  const Chooser chooser(graph_, accounts_, parameters_, streams_, past, expected_);
  const auto& campaigns = parameters_.campaigns;
  std::vector<bool> done, refused(campaigns.size(), false);
  std::vector<CampaignRefusal::Mistake> mistakes;
  for (const CampaignParameters& campaign : campaigns)
    done.push_back(!past.empty() && !waits_for_past(campaign, parameters_));
  // A campaign waits for the one whose money it takes as its measure.
  for (std::size_t round = 0; round < campaigns.size(); ++round)
    for (std::size_t i = 0; i < campaigns.size(); ++i) {
      const CampaignParameters& campaign = campaigns[i];
      if (done[i] || refused[i]) continue;
      std::vector<MicroMoney> budgets{campaign.budget};
      if (!campaign.budget_of.empty()) {
        const auto other = std::ranges::find(campaigns, campaign.budget_of, &CampaignParameters::name);
        GRAPEVINE_EXPECTS(other != campaigns.end());
        const auto j = static_cast<std::size_t>(other - campaigns.begin());
        if (!done[j]) continue;
        budgets.clear();
        for (const Deal& deal : by_campaign_[j]) budgets.push_back(share_of(deal.spent(), campaign.budget_share));
      }
      try {
        by_campaign_[i] = chooser.make(campaign, budgets, draws_[i]);
        done[i] = true;
      } catch (const BadRequest& mistake) {
        const bool of_money = dynamic_cast<const TooLittleMoney*>(&mistake) != nullptr;
        for (const std::string& text : mistake.messages()) mistakes.push_back({campaign.name, text, of_money});
        refused[i] = true;
      }
    }
  if (!mistakes.empty()) throw CampaignRefusal(std::move(mistakes));
}

std::vector<Deal> choose_accounts(const FollowGraph& graph, const Users& accounts, const WorldParameters& parameters,
                                  ReplicateStreams streams, PastRates past, const ExpectedSpread& expected) {
  Deals deals(graph, accounts, parameters, streams, expected);
  if (!past.empty()) deals.look_back([&] { return std::vector<double>(past.begin(), past.end()); });
  return deals.of(0);
}

}  // namespace grapevine
