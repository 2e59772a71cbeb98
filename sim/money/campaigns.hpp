#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "graph/base/error.hpp"
#include "graph/base/random.hpp"
#include "graph/chance.hpp"
#include "graph/follow_graph.hpp"
#include "graph/users.hpp"
#include "sim/model/interests.hpp"
#include "sim/model/parameters.hpp"
#include "sim/tick/planned_post.hpp"

namespace grapevine {

/// What a campaign pays one account for.
struct Purchase {
  UserId user{};
  std::uint64_t followers = 0;
  std::uint32_t posts = 0;
  MicroMoney cost = 0;  ///< of the posts, and of managing the account
  UserId profile{};     ///< whose posts these are to topics, qualities and coins: the user, or the first member of its
                        ///< nested group: clones say the same
  Tick asked = 0, accepted = 0;  ///< counted from the start of `measure`
};

/// What a campaign does with its money.
struct Deal {
  std::vector<Purchase> purchases;
  MicroMoney budget = -1;      ///< the bound; -1: none
  MicroMoney promotion = 0;    ///< what promotion costs if all that it has bought is shown; accounts get the rest
  std::uint64_t offers = 0;    ///< accounts asked
  std::uint64_t declined = 0;  ///< of them, those that did not accept
  std::uint64_t too_late = 0;  ///< of them, those that accepted after the last slot
  std::string guarantee;       ///< what is sure of accounts chosen by influence, in words; else empty
  double expected_adopters =
      std::numeric_limits<double>::quiet_NaN();  ///< of accounts chosen by influence, themselves included, as estimated
                                                 ///< in choosing them; else NaN

  MicroMoney spent() const;
};

/// No campaign spends more, so that what all campaigns of an arm pay fits, too.
inline constexpr MicroMoney most_spent =
    std::numeric_limits<MicroMoney>::max() / static_cast<MicroMoney>(most_campaigns);

/// What the price of an account hangs on.
struct PricedAccount {
  UserId user{};
  std::uint64_t followers = 0;
  std::size_t tier = 0;
  double standing = 1.0;  ///< its past rate over the mean of active users
};

/// The price of one paid post of an account; the largest number where it is beyond all money.
MicroMoney price_of(const PriceParameters& prices, const StreamKey& selection, const PricedAccount& account);

/// What managing a partner costs.
MicroMoney cost_of_managing(const PriceParameters& prices);

/// Engagement per impression of each user's posts in the past, smoothed; higher is better. Empty while there is no
/// past.
using PastRates = std::span<const double>;

/// The past rate of each user over the mean of those who are active. 1 for all where nobody engaged, and where all have
/// one rate. The mean is of the world, whoever is asked: what an account costs does not hang on who its rivals are.
std::vector<double> standings(PastRates past, const Users& accounts);

/// How posts are taken to spread where accounts are chosen by influence: as the scenario's own [diffusion] says,
/// whatever an arm says.
struct ExpectedSpread {
  DiffusionParameters diffusion;
  std::span<const Chance> of_follows =
      {};  ///< those that came with the graph, in the order of its rows of followees: `Probability::follow`
  std::function<void()> alive = {};  ///< called every second or so while accounts are chosen, by the thread that asks;
                                     ///< ends the choice by throwing
};

/// The money of a campaign buys nothing of what it asks for.
class TooLittleMoney : public BadRequest {
public:
  using BadRequest::BadRequest;
};

/// What only the graph shows to be wrong with campaigns: whoever read them from a file can say where they are.
class CampaignRefusal : public BadRequest {
public:
  struct Mistake {
    std::string campaign;
    std::string text;
    bool of_money = false;  ///< it is TooLittleMoney
  };
  explicit CampaignRefusal(std::vector<Mistake> mistakes) : BadRequest(texts_of(mistakes)), mistakes_(mistakes) {}
  const std::vector<Mistake>& mistakes() const noexcept { return mistakes_; }

private:
  static std::vector<std::string> texts_of(const std::vector<Mistake>& mistakes) {
    std::vector<std::string> texts;
    for (const Mistake& mistake : mistakes) texts.push_back(mistake.text);
    return texts;
  }
  std::vector<Mistake> mistakes_;
};

/// The deals of every campaign of a replicate, whether an arm pays for it or not; spent <= budget for each. Several
/// *draws* are as many choices of accounts in the same world, and a campaign may have more of them than the one whose
/// money it takes as its measure: that one's amounts are then taken in turn, again and again.
///
/// Candidates are the active accounts of the campaign's tier, follower range and plant of whom the budget buys a post.
/// They are asked in the order of `CampaignParameters::choose`, equal ones by a keyed hash, and those that
/// accept are paid until `count` or the money is used up; the last may get fewer posts than asked for, and buying stops
/// at the first account of which not one post can be afforded. Answers may take time (sim/money/offers.hpp). Hashes
/// belong to (campaign, user), so adding a candidate never reshuffles the others. From draw to draw only `random`
/// choices differ, and what takes its bound from them: those asked in fewer earlier draws come first, so that nobody is
/// asked twice before all were asked once. Price, acceptance and slots belong to the account, whatever the draw. Throws
/// BadRequest naming the campaign when no candidate exists or the budget is below every price, with the number that
/// would fit, and when it would spend more than `most_spent`.
///
/// `AccountChoice::influence` and `lazy_greedy` ask every candidate beforehand and choose among those that accept the
/// ones that together win the most adopters under `expected`: by linear threshold if that is its model, else by
/// independent cascade with its probabilities; with an interest in the campaign's topic, or in topic 0 where it has
/// none (sim/influence/seeds.hpp). An account costs its price for all of its posts, or for as many as the whole budget
/// buys. Their chance is of the stream of selection, so accounts are not chosen for the very contagions that they are
/// judged by.
///
/// Each campaign chooses once: when the deals are made, or, if it looks at the past, its budget hangs on one that does,
/// or prices look at it, when they `look_back`. Until then `engagement` is told as `random`, and so are `influence` and
/// `lazy-greedy` where they wait; and every account is priced as if its engagement were the mean.
///
/// What a campaign asks for and the graph does not have is a CampaignRefusal, of all campaigns at once but those whose
/// money another one that is refused would have set.
class Deals {
public:
  /// `draws`: of each campaign, at least 1. `graph`, `accounts` and what `expected` points to outlive the deals.
  Deals(const FollowGraph& graph, const Users& accounts, const WorldParameters& parameters, ReplicateStreams streams,
        const ExpectedSpread& expected, std::vector<std::uint32_t> draws);
  /// As many draws of each.
  Deals(const FollowGraph& graph, const Users& accounts, const WorldParameters& parameters, ReplicateStreams streams,
        const ExpectedSpread& expected = {}, std::uint32_t draws = 1);

  /// Chooses for the campaigns that wait for it. The first call asks for the rates; another does nothing.
  void look_back(const std::function<std::vector<double>()>& past_rates);

  /// Of every campaign, in their order; of one with fewer draws that of `draw` modulo their number.
  std::vector<Deal> of(std::uint32_t draw) const;

private:
  void choose(PastRates past);

  const FollowGraph& graph_;
  const Users& accounts_;
  const WorldParameters parameters_;
  const ReplicateStreams streams_;
  const ExpectedSpread expected_;
  const std::vector<std::uint32_t> draws_;
  std::vector<std::vector<Deal>> by_campaign_;  ///< each another choice; draws take them in turn
  std::mutex looking_back_;
  bool looked_back_ = false;
};

/// The deals of the first draw, given the past or without it.
std::vector<Deal> choose_accounts(const FollowGraph& graph, const Users& accounts, const WorldParameters& parameters,
                                  ReplicateStreams streams, PastRates past = {}, const ExpectedSpread& expected = {});

/// The paid posts of the campaigns named in `pays`, ordered by tick, author and tie. Throws BadRequest where two clones
/// would post in one tick, or posts outnumber 32 bits.
std::vector<PlannedPost> plan_posts(const std::vector<Deal>& deals, const WorldParameters& parameters,
                                    const std::vector<std::string>& pays, const StreamKey& selection);

/// A number that belongs to a campaign's name, for addressing.
std::uint64_t campaign_key(const std::string& name);

}  // namespace grapevine
