#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "graph/base/described.hpp"
#include "sim/model/parameters/promotion.hpp"

namespace grapevine {

/// What a paid post costs: (post + follower x K^exponent x R^engagement) x a factor of the account's own, K its
/// follower count, R its past engagement per impression over the mean of active users; or what the card asks of its
/// tier, times that factor. In a world that is `scale` times as large as what it stands for, an account of K followers
/// stands for one of K / scale, and money shrinks as the world does: the price is `scale` times that of the account it
/// stands for. World scope: what money buys is the same in every arm.
struct PriceParameters {
  MicroMoney post = 1 * micro_per_unit;
  MicroMoney follower = 10'000;
  double exponent = 1.0;
  double spread = 0.0;
  double scale = 1.0;
  double engagement = 0.0;
  std::vector<MicroMoney> card = {};  ///< by tier; empty: the formula
  MicroMoney manage = 0;
  std::string currency = "currency";

  /// Whether what accounts did in the past sets their prices.
  bool looks_back() const { return engagement > 0.0 && card.empty(); }

  template <class Key>
  static void keys(Key&& key) {
    const Condition by_formula = only_with<PriceParameters>(
        "prices by formula (no price.card)", [](const PriceParameters& prices) { return prices.card.empty(); });
    key.section("price",
                "What a paid post costs: (post + follower x (follower count of the account)^exponent x (its past "
                "engagement per impression over the mean)^engagement) x a factor of the account's own; or what the "
                "card asks of its tier, times that factor.",
                Scope::world);
    key("post", &PriceParameters::post,
        {.sentence = "Fixed price of a paid post. Whoever sets it decides claim 5: vary it.",
         .source = "assumption",
         .range = WholeRange{0, 1'000'000'000},
         .unit = "currency",
         .scales = true,
         .only = by_formula});
    key("follower", &PriceParameters::follower,
        {.sentence = "Price of a paid post per follower of the account.",
         .source = "[S] rule of thumb, $100 per 10 000 followers, reference A.4",
         .range = WholeRange{0, 100},
         .unit = "currency per follower",
         .scales = true,
         .only = by_formula});
    key("exponent", &PriceParameters::exponent,
        {.sentence = "Power of the follower count that the price grows with.",
         .source = "[S] 1.0 +- 0.15, reference A.4",
         .range = RealRange{0, 2},
         .only = by_formula});
    key("engagement", &PriceParameters::engagement,
        {.sentence = "Power of an account's engagement per impression during the last feed.window of the warm-up, over "
                     "the mean of active users, that the price of its followers grows with: 0: engagement is not "
                     "paid for; 1: twice the engagement, twice the price. Rates are smoothed by feed.prior_strength.",
         .source = "assumption (neutral)",
         .range = RealRange{0, 1},
         .only = by_formula});
    key("card", &PriceParameters::card,
        {.sentence = "Rate card: the price of a paid post of an account of each tier, the tier of the smallest first, "
                     "in the place of the formula.",
         .source = "assumption",
         .range = WholeRange{0, 1'000'000'000},
         .unit = "currency",
         .absent = "the formula",
         .scales = true});
    key("spread", &PriceParameters::spread,
        {.sentence = "Standard deviation of the log of an account's own factor on the price, whose mean is 1.",
         .source = "assumption (neutral)",
         .range = RealRange{0, 3},
         .unit = "log units"});
    key("manage", &PriceParameters::manage,
        {.sentence = "Fixed cost of managing a partner: paid once for each account that a campaign pays, whatever it "
                     "posts.",
         .source = "assumption (neutral)",
         .range = WholeRange{0, 1'000'000'000},
         .unit = "currency",
         .scales = true});
    key("currency", &PriceParameters::currency,
        {.sentence = "What money is called in tables and in the units of a result: 1 to 24 characters, such as "
                     "\"EUR\". No number changes with it.",
         .source = "the user's choice",
         .scope = Scope::output});
  }
};

/// The order in which accounts are asked, or how they are chosen together.
enum class AccountChoice : std::uint8_t {
  largest,      ///< most followers first
  random,       ///< by keyed hash
  fit,          ///< most interested in the campaign's topic first
  engagement,   ///< highest engagement per impression of the posts alive at the end of the warm-up first
  price,        ///< cheapest first
  influence,    ///< those that together win the most adopters, by IMM
  lazy_greedy,  ///< ... by greedy Monte Carlo with lazy evaluation
  named,        ///< as listed: written as the list itself
};
constexpr auto names_of(AccountChoice) {
  using C = AccountChoice;
  return std::array{Named{C::largest, "largest"},        Named{C::random, "random"}, Named{C::fit, "fit"},
                    Named{C::engagement, "engagement"},  Named{C::price, "price"},   Named{C::influence, "influence"},
                    Named{C::lazy_greedy, "lazy-greedy"}};
}

/// One way to spend money on posts. Which campaigns run is said by each arm (`RunParameters::pays`).
struct CampaignParameters {
  std::string name;
  AccountChoice choose = AccountChoice::random;
  std::string product;
  MicroMoney margin = -1;             ///< -1: not said
  std::vector<std::string> accounts;  ///< outside ids, for `named`
  std::string tier;                   ///< empty: of any
  std::string plant;                  ///< empty: anybody
  std::int32_t member = -1;           ///< -1: all
  double acceptance = 1.0;
  Tick answer_after = 0;  ///< mean; 0: at once
  double epsilon = 0.13;
  std::uint32_t runs = 1000;
  CountRange followers;
  std::uint32_t count = UINT32_MAX;  ///< UINT32_MAX: no bound
  std::uint32_t posts = 1;
  MicroMoney budget = -1;  ///< -1: no bound, or that of `budget_of`
  std::string budget_of;   ///< empty: `budget`
  double budget_share = 1.0;
  std::int32_t topic = -1;  ///< -1: as the author's organic posts have it
  Tick start = 0;
  Tick every = 36;
  std::uint32_t slots = 4;  ///< the p-th paid post of an account takes slot (h + p) mod slots, h keyed by campaign and
                            ///< account
  Tick replace_within = 144;  ///< 0: in its tick only
  PromotionParameters promotion = {};

  template <class Key>
  static void keys(Key&& key) {
    using C = CampaignParameters;
    const Condition budget_shared = only_with<C>("budget_of", [](const C& c) { return !c.budget_of.empty(); });
    const Condition plant_named = only_with<C>("plant", [](const C& c) { return !c.plant.empty(); });
    const Condition chosen_by_imm =
        only_with<C>("accounts = \"influence\"", [](const C& c) { return c.choose == AccountChoice::influence; });
    const Condition chosen_by_lazy_greedy =
        only_with<C>("accounts = \"lazy-greedy\"", [](const C& c) { return c.choose == AccountChoice::lazy_greedy; });
    const Condition asked_in_turn = only_with<C>(
        "accounts that are asked one after the other (not \"influence\" or \"lazy-greedy\")",
        [](const C& c) { return c.choose != AccountChoice::influence && c.choose != AccountChoice::lazy_greedy; });
    const Condition accounts_drawn = only_with<C>("accounts that are not a list of ids",
                                                  [](const C& c) { return c.choose != AccountChoice::named; });
    key.section("campaign", "A way to spend money on posts; one table each.", Scope::world, true);
    key("name", &CampaignParameters::name,
        {.kind = Kind::name,
         .sentence = "Names the campaign in `pays`, in results and in overrides.",
         .source = "the user's choice",
         .required = true});
    key("accounts", [](CampaignParameters & campaign) -> auto& { return campaign; },
        {.kind = Kind::accounts,
         .sentence =
             "Whom it asks first: the largest, in keyed random order, those most interested in its topic, those with "
             "most engagement per impression during the last feed.window of the warm-up, the cheapest, or the accounts "
             "with these outside ids, as listed; or those that together win the most adopters under the scenario's own "
             "[diffusion], by IMM (influence) or on live-edge graphs, for small graphs (lazy-greedy).",
         .source = "assumption"});
    key("epsilon", &CampaignParameters::epsilon,
        {.sentence = "What the guarantee of IMM leaves open: its accounts win s - epsilon of the most adopters that "
                     "any could, with s = 1 - 1/e = 0.632 under a count, (1 - 1/e) / 2 = 0.316 under a budget and (1 - "
                     "1/e) / 6 = 0.105 where both bind; less than s. Time and memory go with 1 / epsilon^2.",
         .source = "assumption",
         .range = RealRange{0.01, 0.6},
         .only = chosen_by_imm});
    key("runs", &CampaignParameters::runs,
        {.sentence = "Live-edge graphs that accounts are tried on.",
         .source = "assumption",
         .range = WholeRange{1, 1'000'000},
         .unit = "graphs",
         .only = chosen_by_lazy_greedy});
    key("product", &CampaignParameters::product,
        {.sentence = "What the brand sells: the name of a [[product]]; where there is none, a word for tables.",
         .source = "the user's choice",
         .absent = "nothing"});
    key("margin", &CampaignParameters::margin,
        {.sentence = "What the brand earns by one sale: tells which share of clicks must buy for the campaign to pay.",
         .source = "the user's choice",
         .range = WholeRange{0, 1'000'000'000},
         .unit = "currency",
         .absent = "not said"});
    key("tier", &CampaignParameters::tier,
        {.sentence = "Candidates are of the tier of this name.",
         .source = "the user's choice",
         .absent = "any",
         .only = accounts_drawn});
    key("plant", &CampaignParameters::plant,
        {.kind = Kind::name,
         .sentence = "Candidates are the planted accounts of this name.",
         .source = "the user's choice",
         .absent = "everybody",
         .only = accounts_drawn});
    key("member", &CampaignParameters::member,
        {.sentence = "... the one with this number, from 0 for the largest.",
         .source = "the user's choice",
         .range = WholeRange{0, 1'000'000},
         .absent = "all of them",
         .only = plant_named});
    key("acceptance", &CampaignParameters::acceptance,
        {.sentence = "Probability that an account accepts the offer; others are asked in its place.",
         .source = "assumption (neutral)",
         .range = probability_range,
         .unit = "probability"});
    key("answer_after", &CampaignParameters::answer_after,
        {.kind = Kind::duration,
         .sentence = "Mean time that an account takes to answer an offer, drawn for the account from an exponential "
                     "distribution; \"0\": at once. Offers go out from the start of time.measure on; who says yes "
                     "posts in the slots that are left, who says yes after the last slot is not paid, and the money "
                     "and the place that an offer holds are free for others when it is declined. Give start so much "
                     "time as the answers need.",
         .source = "assumption (neutral)",
         .range = durations_from(0),
         .only = asked_in_turn});
    key("followers", &CampaignParameters::followers,
        {.sentence = "Candidates have at least the first and at most the second number of followers.",
         .source = "the user's choice",
         .unit = "followers",
         .absent = "everybody",
         .scales = true,
         .only = accounts_drawn});
    key("count", &CampaignParameters::count,
        {.sentence = "Accounts paid, at most.",
         .source = "the user's choice",
         .range = WholeRange{1, no_limit},
         .unit = "accounts",
         .absent = "no bound but the money: one of count, budget and budget_of is needed, except for a list of ids"});
    key("posts", &CampaignParameters::posts,
        {.sentence = "Posts that each account is paid for, at most.",
         .source = "assumption",
         .range = WholeRange{1, 10'000},
         .unit = "posts"});
    key("budget", &CampaignParameters::budget,
        {.sentence = "Spends at most this, promotion included.",
         .source = "the user's choice",
         .range = WholeRange{0, 1'000'000'000},
         .unit = "currency",
         .absent = "no bound",
         .scales = true});
    key("budget_of", &CampaignParameters::budget_of,
        {.kind = Kind::name,
         .sentence = "Spends at most what the campaign of this name would spend.",
         .source = "the user's choice",
         .absent = "a bound of its own or none"});
    key("budget_share", &CampaignParameters::budget_share,
        {.sentence = "... or this share of it: two campaigns with half of it each make a mix.",
         .source = "the user's choice",
         .range = RealRange{0, 1, true},
         .unit = "share",
         .only = budget_shared});
    key("topic", &CampaignParameters::topic,
        {.sentence = "Topic of the paid posts.",
         .source = "assumption (neutral)",
         .range = WholeRange{0, 63},
         .absent = "as its author's organic posts: see population.focus"});
    key("start", &CampaignParameters::start,
        {.kind = Kind::duration,
         .sentence = "First slot, counted from the start of time.measure.",
         .source = "assumption",
         .range = durations_from(0)});
    key("every", &CampaignParameters::every,
        {.kind = Kind::duration,
         .sentence = "Time between slots.",
         .source = "assumption",
         .range = durations_from(60)});
    key("slots", &CampaignParameters::slots,
        {.sentence = "Times at which paid posts appear; an account's posts take one after the other, from one drawn "
                     "for the account.",
         .source = "assumption",
         .range = WholeRange{1, 10'000},
         .unit = "times"});
    key("slot", &CampaignParameters::replace_within,
        {.kind = Kind::duration,
         .sentence = "The paid post takes the place of an organic post of its author that is due in its tick or up to "
                     "this long after it; \"0\": in its tick only.",
         .source = "assumption",
         .range = durations_from(0)});
    PromotionParameters::keys<CampaignParameters>(key);
  }
};
inline constexpr std::size_t most_campaigns = 16;

}  // namespace grapevine
