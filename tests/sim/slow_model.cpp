#include "tests/sim/slow_model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <tuple>

#include "graph/base/math.hpp"

namespace grapevine::slow {

namespace {

std::uint32_t hi(std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); }
std::uint32_t lo(std::uint64_t x) { return static_cast<std::uint32_t>(x); }
std::uint32_t top(std::uint64_t x) { return static_cast<std::uint32_t>(x >> 56); }

double lognormal(const StreamKey& dynamics, Draw purpose, std::uint32_t user, double mean, double spread) {
  if (spread == 0.0) return mean;
  const double z = math::normal_quantile(uniform(dynamics.bits(purpose, user)));
  return mean * math::exp(spread * z - spread * spread / 2);
}

double interest(std::uint32_t quantile, double skew) { return math::pow((quantile + 0.5) / 256, skew); }
double odds_of(double p) { return p >= 1.0 ? 0x1p60 : p / (1 - p); }
double normal(std::uint32_t quantile) { return math::normal_quantile((quantile + 0.5) / 256); }

double mean_interest(double skew) {
  double sum = 0;
  for (std::uint32_t q = 0; q < 256; ++q) sum += interest(q, skew);
  return sum / 256;
}

}  // namespace

Model::Model(const FollowGraph& graph, const Users& accounts, const WorldParameters& parameters,
             const RunParameters& run, ReplicateStreams streams)
    : reader_impressions(graph.user_count()),
      graph_(graph),
      accounts_(accounts),
      parameters_(parameters),
      run_(run),
      selection_(parameters.seed, Stream::selection, streams.selection),
      content_(parameters.seed, Stream::content, streams.content),
      dynamics_(parameters.seed, Stream::dynamics, streams.dynamics),
      behaviour_(run.behaviour, parameters.population),
      follows_(graph, dynamics_, run),
      mechanisms_(graph, follows_, accounts, dynamics_, parameters.time.ticks_per_day(), run),
      discovery_(graph, follows_, dynamics_, run),
      promotion_(selection_, dynamics_, parameters),
      mean_interest_(mean_interest(parameters.population.interest_skew)),
      activity_before_(activity(parameters)),
      last_session_(graph.user_count(), never),
      sessions_held_(graph.user_count()),
      posts_due_(graph.user_count()) {
  const PopulationParameters& population = parameters_.population;
  const double day = parameters_.time.ticks_per_day(), everybody = static_cast<double>(graph.user_count());
  double active = 0;
  for (std::uint32_t u = 0; u < graph.user_count(); ++u) active += accounts.is_active(UserId{u});
  for (std::uint32_t u = 0; u < graph.user_count(); ++u) {
    double sessions = population.sessions_per_day, posting = population.posts_per_day;
    if (0 < active && active < everybody) {
      const bool is_active = accounts.is_active(UserId{u});
      sessions = is_active ? sessions * population.active_sessions * everybody / active
                           : sessions * (1 - population.active_sessions) * everybody / (everybody - active);
      posting = posting * everybody / active;
    }
    if (!accounts.is_active(UserId{u})) posting = 0;
    session_rate_.push_back(
        static_cast<float>(lognormal(dynamics_, Draw::session_rate, u, sessions, population.session_spread) / day));
    post_rate_.push_back(
        static_cast<float>(lognormal(dynamics_, Draw::post_rate, u, posting, population.post_spread) / day));
    const double patience =
        std::max(1.0, lognormal(dynamics_, Draw::patience, u, population.patience, population.patience_spread));
    depth_scale_.push_back(patience == 1.0 ? 0.0F : static_cast<float>(-1 / math::log(1 - 1 / patience)));
    next_session_.push_back(next(0, -math::log(uniform(dynamics_.bits(Draw::session_gap, u, 0))), session_rate_[u]));
    next_post_.push_back(next(0, -math::log(uniform(dynamics_.bits(Draw::post_gap, u, 0))), post_rate_[u]));
  }
  drift_trusts_ = !run_.trust.neutral();
  prepare_run();
}

void Model::branch(const RunParameters& run, std::uint32_t draw) {
  draw_ = draw;
  if (now == parameters_.time.warmup) look_back();  // as the warm-up was run
  run_ = run;
  behaviour_ = Behaviour(run.behaviour, parameters_.population);
  if (!prior_by_author(run.feed, rates()).looks_at_authors()) author_pasts_.clear();
  mechanisms_.branch(now, run);
  follows_.branch(run);
  discovery_.branch(run);
  prepare_run();
}

// ---- 7.3 Schedules

std::vector<double> Model::activity(const WorldParameters& parameters) {
  const Tick day = parameters.time.ticks_per_day();
  const auto weight = [&](Tick tick) {
    return parameters.population
        .daily_profile[static_cast<std::size_t>(tick % day) * parameters.time.tick_seconds / 3600];
  };
  double of_a_day = 0, before = 0;
  for (Tick i = 0; i < day; ++i) of_a_day += weight(i);
  std::vector<double> activity_before;
  for (Tick t = 0; t <= parameters.time.end(); before += weight(t++))
    activity_before.push_back(before * day / of_a_day);
  return activity_before;
}

Tick Model::next(Tick from, double gap, double rate) const {
  if (rate <= 0.0) return never;
  for (Tick t = from; t < parameters_.time.end(); ++t)
    if (activity_before_[t + 1] >= activity_before_[from] + gap / rate) return t;
  return never;  // after the run
}

// ---- 7.2 and 7.9: users, and who is paid

bool Model::interest_is_shared(UserId user, std::uint32_t topic) const {
  return !accounts_.community.empty() && coin(lo(nested_mix(dynamics_.key(Draw::interest), user.value(), topic)),
                                              coin_threshold(parameters_.population.shared_interest));
}

std::uint64_t Model::liking(UserId user, std::uint32_t topic) const {
  const std::uint64_t who =
      interest_is_shared(user, topic) ? (std::uint64_t{1} << 32) + accounts_.community[user.index()] : user.value();
  return nested_mix(dynamics_.key(Draw::interest), who, topic);
}

std::uint32_t Model::main_topic(UserId user) const {
  std::uint32_t best = 0;
  for (std::uint32_t k = 1; k < parameters_.population.topics; ++k)
    if (liking(user, k) > liking(user, best)) best = k;
  return best;
}

/// Whose posts the paid posts of an account are to chance.
UserId Model::profile(UserId user) const {
  for (const PlantedUser& planted : accounts_.planted)
    if (planted.user == user && planted.nested)
      for (const PlantedUser& first : accounts_.planted)
        if (first.group == planted.group && first.member == 0) return first.user;
  return user;
}

std::size_t Model::tier(UserId user) const {
  std::size_t found = 0;
  for (std::size_t i = 0; i < parameters_.tiers.from.size(); ++i)
    if (graph_.follower_count(user) >= parameters_.tiers.from[i]) found = i;
  return found;
}

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

/// Of a post's audience, who share their community's interest in its topic with its author.
double Model::shared_audience() const {
  double within = 0, all = 0;
  for (std::uint32_t u = 0; u < graph_.user_count(); ++u)
    for (const UserId v : graph_.followees(UserId{u})) {
      ++all;
      within += !accounts_.community.empty() && accounts_.community[u] == accounts_.community[v.index()];
    }
  return all == 0 ? 0 : parameters_.population.shared_interest * (within / all);
}

PostRates Model::rates() const {
  return rates_of_posts(behaviour_, run_.behaviour, parameters_.population, shared_audience());
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

// ---- 7.4 Compose

void Model::add_post(UserId author, UserId profile, PostOrigin origin, std::uint32_t ordinal, int campaign) {
  Post post;
  post.key = post_key(profile, now, origin, ordinal);
  post.author = author;
  post.tick = now;
  post.campaign = campaign;
  post.quality = top(content_.bits(Draw::post_quality, post.key));
  const auto h = [&](std::uint64_t j) { return nested_mix(content_.key(Draw::post_topic), post.key, j); };
  if (campaign >= 0 && parameters_.campaigns[static_cast<std::size_t>(campaign)].topic >= 0) {
    post.topic = static_cast<std::uint32_t>(parameters_.campaigns[static_cast<std::size_t>(campaign)].topic);
  } else if (coin(hi(h(0)), coin_threshold(parameters_.population.focus))) {
    post.topic = main_topic(profile);
  } else {
    for (std::uint32_t k = 1; k < parameters_.population.topics; ++k)
      if (h(1 + k) > h(1 + post.topic)) post.topic = k;
  }
  post.on_main_topic = post.topic == main_topic(profile);
  situations.credible_by_profile += post.on_main_topic != (post.topic == main_topic(author));
  new_posts.push_back(posts.size());
  posts.push_back(post);
  readers_of_.emplace_back();
}

void Model::compose() {
  std::vector<Paid> paid;
  for (const Paid& planned : plan_)
    if (planned.tick == now) paid.push_back(planned);
  for (const Paid& planned : paid)
    slots_.push_back({planned.author, now + parameters_.campaigns[planned.campaign].replace_within, planned.campaign});

  for (std::uint32_t u = 0; u < graph_.user_count(); ++u) {
    if (next_post_[u] != now) continue;
    ++posts_due_[u];
    next_post_[u] = next(now + 1, -math::log(uniform(dynamics_.bits(Draw::post_gap, u, posts_due_[u]))), post_rate_[u]);
    const auto open = [&](const Slot& slot) { return slot.author == UserId{u} && slot.until >= now; };
    const auto slot =
        std::find_if(slots_.begin(), slots_.end(), open);  // they lie in the order in which they were opened
    if (slot == slots_.end()) {
      add_post(UserId{u}, UserId{u}, PostOrigin::organic, 0, -1);
    } else {
      ++situations.withheld;
      situations.slots_stacked += std::count_if(slots_.begin(), slots_.end(), open) > 1;
      withheld_.emplace_back(slot->author, slot->campaign);
      slots_.erase(slot);
    }
  }
  situations.slots_expired += static_cast<std::uint64_t>(
      std::count_if(slots_.begin(), slots_.end(), [&](const Slot& slot) { return slot.until == now; }));

  std::map<UserId, std::uint32_t> ordinal;
  for (const Paid& planned : paid) {
    situations.twice_in_a_tick += ordinal[planned.author] == 1;
    situations.borrowed_profile += planned.profile != planned.author;
    add_post(planned.author, planned.profile, PostOrigin::campaign, ordinal[planned.author]++,
             static_cast<int>(planned.campaign));
    if (counted(posts.back())) posts.back().bought = planned.bought;
  }
}

// ---- 7.6, by author

/// Roots that leave the window now are added to the pasts of their authors.
void Model::remember() {
  for (std::size_t p = 0; p < posts.size(); ++p) {
    const Post& post = posts[p];
    const double n = post.counters.impressions;
    if (post.visible() + run_.feed.window != now || n == 0.0) continue;
    if (run_.feed.looks_at_answers()) {
      situations.answers_unknown += !post.by_answers;
      if (post.by_answers) {
        const double made = post.counters.actions[static_cast<std::size_t>(Action::reply)],
                     answered = mechanisms_.answers_on(p);
        Replies& past = replies_[post.author];
        const double d = fading(past.when);
        past = {std::round(d * past.made + 0x1p24 * made), std::round(d * past.answered + 0x1p24 * answered), now};
        all_replies_ += made;
        all_answered_ += answered;
        situations.answers_not_all += answered > 0 && answered < made;
      }
    }
    if (!by_author_.looks_at_authors()) continue;
    Past& past = author_pasts_[post.author];
    const double f = fading(past.when);
    situations.pasts_faded += f < 1.0 && past.looks[0] > 0.0;
    situations.pasts_together += past.when == now;
    for (std::size_t a = 0; a < action_count; ++a) {
      const double s = by_author_.strength[a], c = std::isinf(s) ? 1.0 : (s + 1) / (n + s);
      past.looks[a] = std::round(f * past.looks[a] + 0x1p24 * (n * c));
      past.taken[a] = std::round(f * past.taken[a] + 0x1p24 * (post.counters.actions[a] * c));
    }
    past.when = now;
  }
}

double Model::fading(Tick since) const {
  const double half_life = run_.feed.author_half_life;
  return half_life == 0.0 || since == now ? 1.0 : math::pow(0.5, (now - since) / half_life);
}

PerAction Model::expected_of(UserId author) const {
  PerAction expected = by_author_.mean;
  const auto past = author_pasts_.find(author);
  for (std::size_t a = 0; a < action_count && past != author_pasts_.end(); ++a) {
    const double kappa = by_author_.author_strength[a], f = 0x1p-24 * fading(past->second.when);
    if (!std::isinf(kappa))
      expected[a] = (f * past->second.taken[a] + kappa * by_author_.mean[a]) / (f * past->second.looks[a] + kappa);
  }
  return expected;
}

/// The share of its replies that the author is expected to answer.
double Model::answered_by(UserId author) const {
  const double of_all = all_replies_ == 0.0 ? 0.0 : all_answered_ / all_replies_, k = run_.feed.answered_strength;
  const auto past = replies_.find(author);
  if (past == replies_.end()) return (k * of_all) / k;
  const double d = 0x1p-24 * fading(past->second.when);
  return (d * past->second.answered + k * of_all) / (d * past->second.made + k);
}

/// The score of a candidate after what the reader did with live roots of its author.
float Model::with_tie(float score, UserId reader, std::size_t candidate) {
  double met = 0, old = 0, taken = 0;
  std::array<double, action_count> times{};
  for (std::size_t p = 0; p < posts.size(); ++p) {
    const auto seen = exposures_.find({reader, p});
    if (posts[p].author != posts[candidate].author || seen == exposures_.end()) continue;
    if (posts[p].visible() + run_.feed.window <= now) {
      old += seen->second;
      continue;
    }
    met += seen->second;
    for (std::size_t a = 0; a < action_count; ++a) times[a] += taken_.contains({reader, p, a});
  }
  situations.ties_matter += met > 0;
  situations.ties_of_root += exposures_.contains({reader, candidate});
  situations.ties_forgotten += met == 0 && old > 0;
  if (met == 0) return score;
  for (std::size_t a = 0; a < action_count; ++a) taken += run_.feed.weights[a] * times[a];
  return static_cast<float>((taken + score * run_.feed.tie) / (met + run_.feed.tie));
}

// ---- 7.5 Gather

std::vector<Model::Candidate> Model::gather(UserId reader) {
  const bool window_memory = run_.feed.memory == FeedMemory::window;
  const std::int64_t t = now, old = t - static_cast<std::int64_t>(run_.feed.window);
  const std::int64_t last = last_session_[reader.index()];
  const std::int64_t since = window_memory || last_session_[reader.index()] == never ? old : std::max(last, old);

  std::map<std::size_t, Candidate> candidates;
  std::set<std::size_t> later;      // candidates that arrived by several emissions
  std::set<std::size_t> kept_away;  // roots that an account has brought which the reader unfollowed
  for (std::size_t e = 0; e < emissions.size(); ++e) {
    const Emission& emission = emissions[e];
    const Post& post = posts[emission.post];
    if (!(since < emission.visible && emission.visible <= t)) continue;
    if (!follows_.follows(reader, emission.emitter)) {
      if (follows_.at_start(reader, emission.emitter)) kept_away.insert(emission.post);
      continue;
    }
    if (post.visible() <= old) {
      ++situations.late_reshare;
      continue;
    }
    if (post.author == reader) {
      ++situations.own_root_back;
      continue;
    }
    if (window_memory && exposures_.contains({reader, emission.post})) {
      ++situations.known_left_out;
      continue;
    }
    if (dismissed(reader, emission.post)) {
      ++situations.follows.dismissed;
      continue;
    }
    const auto [place, is_new] = candidates.try_emplace(emission.post, Candidate{emission.post, e});
    Candidate& candidate = place->second;
    candidate.proof += emission.reshare;
    if (is_new) continue;
    later.insert(emission.post);
    const auto order = [](const Emission& x) { return std::pair(x.visible, x.date_in_tick); };
    const bool is_later = order(emission) > order(emissions[candidate.shown]);
    if (is_later == (run_.behaviour.parent == ParentRule::latest)) candidate.shown = e;
  }
  situations.parent_matters += later.size();

  std::vector<Candidate> list;
  for (const auto& [post, candidate] : candidates) {
    situations.several_resharers += candidate.proof > 1;
    list.push_back(candidate);
    const Emission& shown = emissions[candidate.shown];
    const bool brought = follows_.changed(reader, shown.emitter);
    situations.follows.brought += brought;
    situations.follows.brought_before += brought && shown.visible <= follows_.changed_in(reader, shown.emitter);
    situations.follows.brought_neutral += brought && !run_.changes_follows();
  }
  for (const std::size_t post : kept_away) {
    const bool in_time = posts[post].visible() > old && posts[post].author != reader;
    const bool missed = in_time && !candidates.contains(post) && !exposures_.contains({reader, post});
    situations.follows.kept_away += missed;
    situations.follows.kept_away_neutral += missed && !run_.changes_follows();
  }
  return list;
}

/// Whether the reader wants to see no more of the root.
bool Model::dismissed(UserId reader, std::size_t post) const {
  return taken_.contains({reader, post, static_cast<std::size_t>(Action::hide)}) ||
         taken_.contains({reader, post, static_cast<std::size_t>(Action::report)});
}

// ---- 7.17 Discovery: what it needs to know of a session, and what it adds to it

void Model::discover(UserId reader, std::vector<Candidate>& candidates) {
  if (held_out(reader)) return;
  Discovery::Visit visit;
  visit.reader = reader;
  visit.tick = now;
  visit.sessions_before = sessions_held_[reader.index()];
  for (std::uint32_t k = 0; k < parameters_.population.topics; ++k) {
    visit.liking.push_back(liking(reader, k));
    visit.interest.push_back(interest(top(liking(reader, k)), parameters_.population.interest_skew));
  }
  for (const Candidate& candidate : candidates) visit.candidates.insert(candidate.post);
  visit.was_looked = [&](std::size_t post) { return exposures_.contains({reader, post}); };
  for (const std::size_t post : discovery_.draw(visit, posts, situations)) {
    Candidate candidate;
    candidate.post = post;
    while (emissions[candidate.shown].post != post || emissions[candidate.shown].reshare) ++candidate.shown;
    candidate.discovered = true;
    candidates.push_back(candidate);
  }
}

// ---- 7.20 Promotion

double Model::depth(UserId reader) const {
  const double e = -math::log(uniform(dynamics_.bits(Draw::depth, reader.value(), sessions_held_[reader.index()])));
  return 1 + std::floor(e * depth_scale_[reader.index()]);
}

void Model::promote() {
  std::vector<Promotion::Visit> visits;
  for (std::uint32_t u = 0; u < graph_.user_count(); ++u) {
    if (next_session_[u] != now || held_out(UserId{u})) continue;
    Promotion::Visit visit;
    visit.reader = UserId{u};
    visit.depth = depth(UserId{u});
    for (std::uint32_t k = 0; k < parameters_.population.topics; ++k) visit.liking.push_back(liking(UserId{u}, k));
    visit.was_looked = [this, u](std::size_t post) { return exposures_.contains({UserId{u}, post}); };
    visits.push_back(visit);
  }
  promotion_.sell(now, visits, posts, situations);
}

/// Whether the reader is shown a promoted root, which is then none of the candidates that are ranked.
bool Model::set_apart(UserId reader, std::vector<Candidate>& candidates, Candidate& promoted) {
  const std::optional<std::size_t> post = promotion_.shown_to(reader);
  if (!post) return false;
  promoted.post = *post;
  while (emissions[promoted.shown].post != *post || emissions[promoted.shown].reshare) ++promoted.shown;
  promoted.promoted = true;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (candidates[i].post != *post) continue;
    promoted.proof = candidates[i].proof;
    ++situations.promoted_instead;
    situations.promoted_with_proof += promoted.proof > 0;
    situations.promoted_instead_of_found += candidates[i].discovered;
    candidates.erase(candidates.begin() + static_cast<std::ptrdiff_t>(i));
    break;
  }
  return true;
}

// ---- 7.6 Rank

bool Model::held_out(UserId reader) const {
  return coin(hi(nested_mix(dynamics_.key(Draw::holdout), reader.value(), 0)), coin_threshold(run_.feed.holdout));
}

void Model::rank(UserId reader, std::vector<Candidate>& candidates) {
  const FeedParameters& feed = run_.feed;
  for (Candidate& candidate : candidates) {
    const Post& post = posts[candidate.post];
    const PostCounters& counters = post.counters;  // as they stood at the end of the last tick
    const bool by_author = by_author_.looks_at_authors();
    const PerAction& m = by_author && post.by_author ? post.expected : by_author_.mean;
    if (feed.ranking == Ranking::weighted && by_author && !held_out(reader)) {
      situations.expected_otherwise += m != by_author_.mean;
      situations.expected_in_warmup +=
          m != by_author_.mean && post.tick < parameters_.time.warmup && now >= parameters_.time.warmup;
      situations.expected_of_any += !post.by_author;
    }
    candidate.tie = hi(nested_mix(dynamics_.key(Draw::feed_order), post.salt(), reader.value()));
    switch (held_out(reader) ? Ranking::chronological : feed.ranking) {
      case Ranking::chronological:
        candidate.value = emissions[candidate.shown].visible;
        candidate.tie = hi(emissions[candidate.shown].date_in_tick);
        break;
      case Ranking::random:
        candidate.value = 0;
        break;
      case Ranking::popularity:
        candidate.value = static_cast<double>(counters.actions[0]) + counters.actions[1] + counters.actions[2];
        break;
      case Ranking::weighted:
      case Ranking::oracle:
      case Ranking::no_learning: {
        double sum = 0, replying = 0;
        const double common =
            feed.ranking == Ranking::oracle ? common_odds(reader, candidate.post, candidate.proof) : 0;
        for (std::size_t a = 0; a < action_count; ++a) {
          if (feed.ranking == Ranking::weighted) {
            const double s = by_author_.strength[a], seen = counters.impressions + s;
            const double r = std::isinf(s) ? m[a] : seen == 0.0 ? 0.0 : (counters.actions[a] + m[a] * s) / seen;
            sum += feed.weights[a] * r;
            if (a == static_cast<std::size_t>(Action::reply)) replying = r;
          } else if (feed.ranking == Ranking::oracle) {
            const double p = a == static_cast<std::size_t>(Action::follow) ? follow_valued(reader, post.author, common)
                                                                           : probability(a, common);
            sum += feed.weights[a] * p;
            if (a == static_cast<std::size_t>(Action::reply)) replying = p;
          } else {
            sum = 1;
          }
        }
        if (feed.looks_at_answers() && post.by_answers && feed.ranking != Ranking::no_learning) {
          const double q = feed.ranking == Ranking::oracle ? static_cast<float>(post.answered) : post.answered;
          sum += feed.answered_weight * (replying * q);
          situations.answers_expected += q > 0;
        }
        const double age = now - post.visible(),
                     z = normal(top(nested_mix(dynamics_.key(Draw::perturbation), post.salt(), reader.value())));
        const float decay =
            feed.age_half_life == 0.0 ? 1.0F : static_cast<float>(math::pow(0.5, age / feed.age_half_life));
        const float noise = feed.perturbation == 0.0 ? 1.0F : static_cast<float>(math::exp(feed.perturbation * z));
        float score = static_cast<float>(sum);
        if (feed.ranking == Ranking::weighted && feed.topic_match != 0.0 && run_.behaviour.topic_match != 0.0) {
          const double liked = interest(top(liking(reader, post.topic)), parameters_.population.interest_skew);
          const double match = math::exp(run_.behaviour.topic_match * (liked - mean_interest_));
          score *= static_cast<float>(math::pow(match, feed.topic_match));
          ++situations.matches_matter;
        }
        if (feed.ranking == Ranking::weighted && !std::isinf(feed.tie)) score = with_tie(score, reader, candidate.post);
        candidate.value = score * decay * noise;
      }
    }
  }
  std::sort(candidates.begin(), candidates.end(), [&](const Candidate& a, const Candidate& b) {
    if (a.value != b.value) return a.value > b.value;
    if (a.tie != b.tie) return a.tie > b.tie;
    return posts[a.post].key < posts[b.post].key;
  });
  for (std::size_t i = 1; i < candidates.size(); ++i) situations.ties += candidates[i].value == candidates[i - 1].value;
}

// ---- 7.7 Attend and 7.8 React

void Model::session(UserId reader) {
  std::vector<Candidate> candidates = gather(reader);
  Follows::Visit visit{reader, now, sessions_held_[reader.index()], {}, {}};
  for (const Candidate& candidate : candidates)
    visit.brought.push_back({candidate.post, emissions[candidate.shown].emitter});
  discover(reader, candidates);
  const auto from = [&](const Candidate& candidate) -> LedgerRow& {
    const Source source = candidate.promoted                   ? Source::promoted
                          : candidate.discovered               ? Source::discovery
                          : emissions[candidate.shown].reshare ? Source::reshare
                                                               : Source::author;
    return posts[candidate.post].ledger[static_cast<std::size_t>(source)];
  };
  Candidate promoted;
  const bool promotes = set_apart(reader, candidates, promoted);
  rank(reader, candidates);
  if (promotes) {
    const std::size_t place =
        parameters_.campaigns[static_cast<std::size_t>(posts[promoted.post].campaign)].promotion.place;
    situations.promoted_last += candidates.size() + 1 < place;
    situations.promoted_cut += candidates.size() >= run_.feed.length;
    if (candidates.size() + 1 > run_.feed.length && place > run_.feed.length)
      candidates.insert(candidates.begin() + static_cast<std::ptrdiff_t>(run_.feed.length - 1), promoted);
    else
      candidates.insert(candidates.begin() + static_cast<std::ptrdiff_t>(std::min(place - 1, candidates.size())),
                        promoted);
  }
  for (const Candidate& candidate : candidates) {
    ++posts[candidate.post].delivered;
    ++from(candidate).delivered;
  }
  ticks.back().delivered += candidates.size();
  situations.cut_by_length += candidates.size() > run_.feed.length;
  while (candidates.size() > run_.feed.length) {
    situations.discovered_cut += candidates.back().discovered;
    candidates.pop_back();
  }
  for (const Candidate& candidate : candidates) {
    ++posts[candidate.post].served;
    ++from(candidate).served;
  }
  ticks.back().served += candidates.size();

  const double depth = this->depth(reader);
  situations.cut_by_patience += depth < static_cast<double>(candidates.size());
  const std::size_t earlier = looks.size();  // of other readers
  for (std::uint32_t position = 0; position < candidates.size() && position < depth; ++position) {
    const Candidate& candidate = candidates[position];
    const Emission& shown = emissions[candidate.shown];
    Look look{candidate.post, reader, shown.emitter, position, 0, {}, shown.emitter != posts[candidate.post].author};
    const auto seen = exposures_.find({reader, candidate.post});
    if (seen != exposures_.end()) look.exposure = seen->second;
    look.discovered = candidate.discovered;
    look.promoted = candidate.promoted;
    look.proof = candidate.proof;
    look.had_reshared = taken_.contains({reader, candidate.post, static_cast<std::size_t>(Action::reshare)});
    react(look, std::span(looks).subspan(earlier));
    looks.push_back(look);
    ++from(candidate).impressions;
    if (counted(posts[candidate.post])) {
      ReaderRow& read = ticks.back().read[held_out(reader)][tier(posts[candidate.post].author)];
      ++read.impressions;
      read.impressions_in_network += !look.discovered && !look.promoted;
      read.engagement += static_cast<std::uint64_t>(look.took[0]) + look.took[1] + look.took[2];
    }
  }

  visit.looks = std::span(looks).subspan(earlier);
  mechanisms_.after_session(now, reader, visit.looks, posts, situations);
  std::vector<double> trusted;  // before the session's follows
  for (const Look& look : visit.looks) trusted.push_back(trust(reader, posts[look.post].author));
  follows_.after_session(visit, posts, situations.follows);
  for (std::size_t i = earlier; i < looks.size(); ++i) {  // 7.18
    const std::uint64_t engagement = std::uint64_t{looks[i].took[0]} + looks[i].took[1] + looks[i].took[2];
    const UserId author = posts[looks[i].post].author;
    drift_.push_back({now, tier(author), engagement, run_.trust.neutral() ? 0.0 : trust(reader, author)});
    situations.follows.drift_moved += !run_.trust.neutral() && trust(reader, author) != trusted[i - earlier];
  }
  mechanisms_.answer(now, reader, run_.feed.window, posts, situations);

  ++ticks.back().sessions;
  ++ticks.back().group_sessions[held_out(reader)];
  situations.held_out += held_out(reader);
  ++sessions_held_[reader.index()];
  last_session_[reader.index()] = now;
  const double gap =
      -math::log(uniform(dynamics_.bits(Draw::session_gap, reader.value(), sessions_held_[reader.index()])));
  next_session_[reader.index()] = next(now + 1, gap, session_rate_[reader.index()]);
}

double Model::common_odds(UserId reader, std::size_t number, std::uint32_t proof) const {
  const PopulationParameters& population = parameters_.population;
  const Post& post = posts[number];
  const double propensity = math::exp(population.propensity_spread *
                                      normal(top(nested_mix(dynamics_.key(Draw::propensity), reader.value(), 0))));
  const double liked = interest(top(liking(reader, post.topic)), population.interest_skew);
  const double match = math::exp(run_.behaviour.topic_match * (liked - mean_interest_));
  const double quality = math::exp(population.quality_spread * normal(post.quality));
  const double social =
      math::exp(run_.behaviour.social_proof * (math::log(1.0 + std::min(proof, 63U)) / math::log(2.0)));
  return (((propensity * match) * quality) * social) * mechanisms_.factor(now, reader, number, proof, posts);
}

double Model::probability(std::size_t a, double common) const {
  // Where somebody differs from somebody, the text says what the base odds achieve and not how they are found: they are
  // the engine's. slow_model_test.cpp shows that they achieve it.
  const double odds = everybody_alike() ? odds_of(run_.behaviour.probability[a]) * common
                                        : behaviour_.base_odds(static_cast<Action>(a)) * common;
  return odds / (1 + odds);
}

bool Model::everybody_alike() const {
  const PopulationParameters& population = parameters_.population;
  return population.propensity_spread == 0.0 && population.quality_spread == 0.0 && run_.behaviour.topic_match == 0.0;
}

// ---- 7.19 Follows: their odds

double Model::follow_after_visit(double common) const {
  if (!everybody_alike()) return behaviour_.probability_after_visit(common);
  const double odds = odds_of(run_.behaviour.follow_after_visit) * common;
  return odds / (1 + odds);
}

/// How likely `oracle` takes a follow to be.
double Model::follow_valued(UserId reader, UserId author, double common) {
  if (follows_.follows(reader, author)) return 0;
  const double visits = probability(static_cast<std::size_t>(Action::profile_visit), common);
  const double p = visits * follow_after_visit(common) +
                   (1 - visits) * probability(static_cast<std::size_t>(Action::follow), common);
  situations.follows.valued += p > 0 && run_.feed.weights[static_cast<std::size_t>(Action::follow)] > 0;
  return p;
}

/// `above`: the looks of the session higher up.
void Model::react(Look& look, std::span<const Look> above) {
  constexpr auto visit = static_cast<std::size_t>(Action::profile_visit),
                 follow = static_cast<std::size_t>(Action::follow);
  const Post& post = posts[look.post];
  const std::uint32_t u = look.reader.value();
  const std::uint64_t meeting = run_.behaviour.again == Again::fresh ? look.exposure : 0;
  const std::uint64_t c1 = nested_mix(dynamics_.key(Draw::react), post.key, u + (meeting << 32));
  const std::uint64_t c2 = mix(c1 + golden), c3 = mix(c2 + golden), c4 = mix(c3 + golden);
  const std::array<std::uint32_t, action_count> bits{hi(c1), lo(c1), hi(c2), lo(c2), hi(c3), lo(c3), hi(c4), lo(c4)};
  situations.shared_liking += interest_is_shared(look.reader, post.topic);
  const double common = common_odds(look.reader, look.post, look.proof);
  for (std::size_t a = 0; a < action_count; ++a) {
    if (a == follow || !coin(bits[a], coin_threshold(probability(a, common)))) continue;
    const bool before = taken_.contains({look.reader, look.post, a});
    situations.not_twice += before;
    look.took[a] = !before;
    situations.later += !before && look.exposure > 0;
  }
  const double following = look.took[visit] ? follow_after_visit(common) : probability(follow, common);
  if (coin(bits[follow], coin_threshold(following)))
    look.took[follow] = follows_.take_up(look.reader, post.author, taken_.contains({look.reader, look.post, follow}),
                                         above, posts, situations.follows);
}

// ---- 3: the tick, and its commit

void Model::step() {
  new_posts.clear();
  looks.clear();
  reshares.clear();
  ticks.emplace_back();
  remember();
  compose();
  promote();
  for (std::uint32_t u = 0; u < graph_.user_count(); ++u)
    if (next_session_[u] == now) session(UserId{u});
  commit();
  ++now;
  if (now == parameters_.time.end()) sell();
}

void Model::commit() {
  const auto emit = [&](std::size_t post, UserId emitter) {
    emissions.push_back(
        {post, emitter, now + 1, nested_mix(dynamics_.key(Draw::emission_time), posts[post].salt(), emitter.value())});
  };
  for (const std::size_t post : new_posts) {
    posts[post].by_author = by_author_.looks_at_authors();
    posts[post].expected = expected_of(posts[post].author);
    posts[post].by_answers = run_.feed.looks_at_answers();
    posts[post].answered = answered_by(posts[post].author);
    emit(post, posts[post].author);
    ++(posts[post].campaign < 0 ? ticks.back().organic : ticks.back().paid);
  }
  for (const Look& look : looks) {
    Post& post = posts[look.post];
    ++post.counters.impressions;
    post.counters.reach += readers_of_[look.post].insert(look.reader).second;
    ++(look.promoted     ? post.promoted
       : look.discovered ? post.discovered
       : look.reshared   ? post.reshared
                         : post.followed);
    ++exposures_[{look.reader, look.post}];
    if (post.campaign >= 0) paid_looks_.emplace_back(now, look);
    situations.again += look.exposure > 0;
    situations.promoted_looks += look.promoted;
    situations.promoted_to_followers += look.promoted && follows_.follows(look.reader, post.author);
    situations.promoted_again += promoted_.contains({look.reader, look.post});
    if (look.promoted) promoted_.insert({look.reader, look.post});
    situations.discovered_looks += look.discovered;
    situations.discovered_paid += look.discovered && post.campaign >= 0;
    situations.discovered_again += discovered_.contains({look.reader, look.post});
    if (look.discovered) discovered_.insert({look.reader, look.post});
    ++reader_impressions[look.reader.index()];
    ++ticks.back().impressions;
    for (std::size_t a = 0; a < action_count; ++a) {
      if (!look.took[a]) continue;
      taken_.insert({look.reader, look.post, a});
      ++post.counters.actions[a];
      ++ticks.back().actions[a];
    }
    if (look.took[static_cast<std::size_t>(Action::reshare)]) {
      emit(look.post, look.reader);
      emissions.back().reshare = true;
      emissions.back().parent = look.emitter;
      emissions.back().parent_reshare = look.reshared;
      emissions.back().parent_discovered = look.discovered;
      emissions.back().parent_promoted = look.promoted;
      situations.promoted_reshares += look.promoted;
      situations.deep += look.reshared;
      situations.discovered_reshares += look.discovered;
      reshares.push_back(emissions.back());
    }
  }
  mechanisms_.end_tick(now, looks, posts, situations);
  discovery_.end_tick(now, posts, prior_, situations);
}

// ---- 7.16 Conversions

void Model::sell() {
  std::vector<Sale> sales;
  for (const auto& [tick, look] : paid_looks_) {
    const Post& post = posts[look.post];
    sales.push_back({look.reader, tick, static_cast<std::size_t>(post.campaign), post.author,
                     look.took[static_cast<std::size_t>(Action::click)]});
  }
  const auto quantile = [&](UserId user, std::uint32_t topic) { return top(liking(user, topic)); };
  bought_ =
      conversions(parameters_, dynamics_, static_cast<std::uint32_t>(graph_.user_count()), quantile, sales, situations);
}

// ---- 7.10 Records

RunRecord Model::record(Tick series_every, bool track_organic) const {
  const TimeParameters& time = parameters_.time;
  RunRecord record;

  const auto add = [](Outcomes& sum, const Post& post) {
    ++sum.posts;
    sum.delivered += post.delivered;
    sum.served += post.served;
    sum.impressions += post.counters.impressions;
    sum.first_looks += post.counters.reach;
    for (std::size_t a = 0; a < action_count; ++a) sum.actions[a] += post.counters.actions[a];
  };
  const auto outcomes = [&](auto&& belongs) {
    Outcomes sum;
    std::set<UserId> readers;
    for (std::size_t p = 0; p < posts.size(); ++p)
      if (counted(posts[p]) && belongs(posts[p])) {
        add(sum, posts[p]);
        readers.insert(readers_of_[p].begin(), readers_of_[p].end());
      }
    sum.reach = readers.size();
    return sum;
  };
  record.paid_reach = outcomes([&](const Post& post) { return post.campaign >= 0; }).reach;

  record.tiers.resize(parameters_.tiers.from.size());
  for (std::size_t i = 0; i < record.tiers.size(); ++i)
    record.tiers[i].outcomes = outcomes([&](const Post& post) { return tier(post.author) == i; });
  for (std::uint32_t u = 0; u < graph_.user_count(); ++u) ++record.tiers[tier(UserId{u})].accounts;

  // By author. There is a class of followers for as many as there are users.
  record.curve.resize(follower_class(static_cast<std::uint32_t>(graph_.user_count())) + 1);
  std::vector<std::vector<double>> per_impression(record.tiers.size()), per_follower(record.tiers.size());
  for (std::uint32_t u = 0; u < graph_.user_count(); ++u) {
    const Outcomes all = outcomes([&](const Post& post) { return post.author == UserId{u}; });
    if (all.posts == 0) continue;
    const std::uint64_t followers = graph_.follower_count(UserId{u});
    TierRow& row = record.tiers[tier(UserId{u})];
    ++row.authors;
    row.follower_posts += all.posts * followers;
    const double n = static_cast<double>(all.posts), i = static_cast<double>(all.impressions),
                 e = static_cast<double>(all.engagement());
    if (all.impressions > 0) per_impression[tier(UserId{u})].push_back(e / i);
    if (followers > 0) per_follower[tier(UserId{u})].push_back(e / (n * static_cast<double>(followers)));
    CurveRow& curve = record.curve[follower_class(static_cast<std::uint32_t>(followers))];
    ++curve.authors;
    curve.followers += followers;
    curve.posts += all.posts;
    curve.impressions += all.impressions;
    curve.first_looks += all.first_looks;
    curve.engagement += all.engagement();
    curve.posts_squared += n * n;
    curve.impressions_squared += i * i;
    curve.engagement_squared += e * e;
    curve.impressions_posts += i * n;
    curve.engagement_posts += e * n;
    curve.engagement_impressions += e * i;
    const double f = static_cast<double>(all.first_looks);
    curve.first_looks_squared += f * f;
    curve.engagement_first_looks += e * f;
  }
  const auto mean = [](const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += value;
    return values.empty() ? 0.0 : sum / static_cast<double>(values.size());
  };
  for (std::size_t i = 0; i < record.tiers.size(); ++i) {
    record.tiers[i].mean_rate_per_impression = mean(per_impression[i]);
    record.tiers[i].mean_rate_per_follower = mean(per_follower[i]);
  }

  const auto tier_of = [&](UserId user) { return tier(user); };
  const auto is_counted = [&](const Post& post) { return counted(post); };
  record.mechanisms = mechanisms_.columns(now, posts, record.tiers.size(), tier_of, is_counted,
                                          discovery_.columns(posts, record.tiers.size(), tier_of, is_counted),
                                          time.measure, [&](UserId user) { return post_rate_[user.index()] > 0; });
  const std::vector<MechanismColumn> of_follows = follows_.columns(record.tiers.size(), tier_of);
  record.mechanisms.insert(record.mechanisms.end(), of_follows.begin(), of_follows.end());

  const Tick day = time.ticks_per_day();
  for (const bool last : {false, true}) {
    if (time.warmup < 2 * day) break;
    const Tick first = time.warmup - (last ? 1 : 2) * day;
    std::vector<std::uint64_t> read(record.tiers.size()), engaged(read), trusted(read);
    for (const Drift& look : drift_) {
      if (look.tick < first || look.tick >= first + day) continue;
      ++read[look.tier];
      engaged[look.tier] += look.engagement;
      trusted[look.tier] += static_cast<std::uint64_t>(look.trust * 1e6 + 0.5);
    }
    const std::string name = last ? "_last" : "_before";
    record.mechanisms.push_back({"drift_looks" + name, "", "", read});
    record.mechanisms.push_back({"drift_engagement" + name, "", "", engaged});
    if (drift_trusts_) record.mechanisms.push_back({"drift_trust" + name, "", "", trusted});
  }

  record.products = bought_.products;

  record.ledger.resize(record.tiers.size() * source_count);
  for (const Post& post : posts)
    for (std::size_t source = 0; source < source_count && counted(post); ++source) {
      LedgerRow& row = record.ledger[tier(post.author) * source_count + source];
      row.delivered += post.ledger[source].delivered;
      row.served += post.ledger[source].served;
      row.impressions += post.ledger[source].impressions;
    }

  record.group_sessions.resize(2);
  record.readers.resize(2 * record.tiers.size());
  for (Tick t = time.warmup; t < now; ++t)
    for (std::size_t group = 0; group < 2; ++group) {
      record.group_sessions[group] += ticks[t].group_sessions[group];
      for (std::size_t i = 0; i < record.tiers.size(); ++i) {
        ReaderRow& row = record.readers[group * record.tiers.size() + i];
        row.impressions += ticks[t].read[group][i].impressions;
        row.engagement += ticks[t].read[group][i].engagement;
        row.impressions_in_network += ticks[t].read[group][i].impressions_in_network;
      }
    }

  for (std::size_t c = 0; c < parameters_.campaigns.size(); ++c) {
    const CampaignParameters& campaign = parameters_.campaigns[c];
    CampaignRow& row = record.campaigns.emplace_back();
    record.frequency.resize(record.campaigns.size() * frequency_bins);
    if (!runs(campaign)) continue;
    row.margin = campaign.margin;
    const Deal deal = this->deal(campaign);
    const std::vector<Purchase>& bought = deal.purchases;
    row.budget = deal.budget;
    row.bought = Promotion::bought(campaign);
    row.offers = deal.offers;
    row.declined = deal.declined;
    row.too_late = deal.too_late;
    for (std::uint32_t u = 0; u < graph_.user_count(); ++u) {
      std::uint64_t follows = 0;  // accounts of the campaign
      for (const UserId followee : graph_.followees(UserId{u}))
        follows += static_cast<std::uint64_t>(
            std::count_if(bought.begin(), bought.end(), [&](const Purchase& p) { return p.user == followee; }));
      row.audience += follows > 0;
      row.audience_gross += follows;
      if (follows > 0) ++record.frequency[c * frequency_bins + std::min<std::uint64_t>(follows, frequency_bins) - 1];
    }
    row.outcomes = outcomes([&](const Post& post) { return post.campaign == static_cast<int>(c); });
    row.outcomes.delivered = row.outcomes.served = 0;  // not kept by campaign
    if (!bought_.campaigns.empty()) row.sales = bought_.campaigns[c];
    for (const auto& [author, of] : withheld_) row.replaced += of == c;
    for (const Purchase& purchase : bought) {
      ++row.accounts;
      row.spent += purchase.cost;
      row.answer_ticks += purchase.accepted - purchase.asked;
      InfluencerRow& paid = record.influencers.emplace_back();
      paid.user = purchase.user;
      paid.campaign = static_cast<std::uint32_t>(c);
      paid.followers = purchase.followers;
      paid.posts = purchase.posts;
      paid.replaced =
          static_cast<std::uint64_t>(std::count(withheld_.begin(), withheld_.end(), std::pair(purchase.user, c)));
      paid.cost = purchase.cost;
      paid.accepted = purchase.accepted;
      paid.outcomes = outcomes(
          [&](const Post& post) { return post.campaign == static_cast<int>(c) && post.author == purchase.user; });
      paid.outcomes.delivered = paid.outcomes.served = 0;  // nor by account
      const auto sold = bought_.accounts.find({c, purchase.user});
      if (sold != bought_.accounts.end()) paid.sales = sold->second;
      for (const Post& post : posts)
        if (post.campaign == static_cast<int>(c) && post.author == purchase.user && counted(post))
          paid.promoted += post.promoted;
      // A thousandth of the price each, cut down to millionths for the campaign as a whole.
      const MicroMoney before = Promotion::cost(campaign, row.promoted);
      row.promoted += paid.promoted;
      paid.cost += Promotion::cost(campaign, row.promoted) - before;
      row.spent += paid.cost - purchase.cost;
      row.spent_promotion += paid.cost - purchase.cost;
      record.tiers[tier(purchase.user)].cost += paid.cost;
    }
  }

  for (Tick t = time.warmup; t < now; ++t) {
    if ((t - time.warmup) % series_every == 0) {
      record.series.emplace_back();
      record.series.back().first_tick = t - time.warmup;
    }
    SeriesRow& row = record.series.back();
    row.sessions += ticks[t].sessions;
    row.organic_posts += ticks[t].organic;
    row.paid_posts += ticks[t].paid;
    row.delivered += ticks[t].delivered;
    row.served += ticks[t].served;
    row.impressions += ticks[t].impressions;
    for (std::size_t a = 0; a < action_count; ++a) row.actions[a] += ticks[t].actions[a];
  }

  for (int c = 0; c < static_cast<int>(parameters_.campaigns.size()); ++c) {
    std::vector<CampaignSeriesRow> rows(record.series.size());
    std::set<UserId> readers;
    for (const auto& [tick, look] : paid_looks_) {
      if (posts[look.post].campaign != c || !counted(posts[look.post])) continue;
      CampaignSeriesRow& row = rows[(tick - time.warmup) / series_every];
      row.new_reach += readers.insert(look.reader).second;
      ++row.impressions;
      for (std::size_t a = 0; a < action_count; ++a) row.actions[a] += look.took[a];
    }
    record.campaign_series.insert(record.campaign_series.end(), rows.begin(), rows.end());
  }

  for (std::size_t p = 0; p < posts.size(); ++p) {
    const Post& post = posts[p];
    if (post.campaign < 0 && !(track_organic && counted(post))) continue;
    PostRow row;
    row.key = post.key;
    row.author = post.author;
    row.tick = post.tick - time.warmup;
    row.campaign = post.campaign;
    row.topic = static_cast<std::uint8_t>(post.topic);
    row.tier = static_cast<std::uint8_t>(tier(post.author));
    row.impressions_followed = post.followed;
    row.impressions_reshared = post.reshared;
    row.impressions_discovered = post.discovered;
    row.impressions_promoted = post.promoted;
    row.reach = post.counters.reach;
    for (std::size_t a = 0; a < action_count; ++a) row.actions[a] = post.counters.actions[a];

    std::vector<CascadeNode> nodes{{-1, post.author, row.tick, Reason::root}};
    for (const Emission& emission : emissions) {
      if (emission.post != p || !emission.reshare) continue;
      CascadeNode node{-1, emission.emitter, emission.visible - 1 - time.warmup,
                       emission.parent_promoted     ? Reason::promoted
                       : emission.parent_discovered ? Reason::discovered
                       : emission.parent_reshare    ? Reason::reshared
                                                    : Reason::followed};
      for (std::size_t i = 0; i < nodes.size(); ++i)
        if (nodes[i].user == emission.parent) node.parent = static_cast<std::int32_t>(i);
      nodes.push_back(node);
    }
    // Distances between all pairs, by Floyd and Warshall.
    const std::size_t n = nodes.size();
    constexpr std::uint32_t far = 1'000'000;
    std::vector<std::vector<std::uint32_t>> distance(n, std::vector<std::uint32_t>(n, far));
    for (std::size_t i = 0; i < n; ++i) {
      distance[i][i] = 0;
      if (nodes[i].parent >= 0)
        distance[i][static_cast<std::size_t>(nodes[i].parent)] =
            distance[static_cast<std::size_t>(nodes[i].parent)][i] = 1;
    }
    for (std::size_t k = 0; k < n; ++k)
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) distance[i][j] = std::min(distance[i][j], distance[i][k] + distance[k][j]);
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) {
      row.depth = std::max(row.depth, distance[0][i]);
      for (std::size_t j = 0; j < n; ++j) sum += distance[i][j];
    }
    row.cascade_size = static_cast<std::uint32_t>(n);
    for (std::size_t i = 0; i < n; ++i) {
      const auto children = std::count_if(nodes.begin(), nodes.end(), [&](const CascadeNode& node) {
        return node.parent == static_cast<std::int32_t>(i);
      });
      row.largest_broadcast = std::max(row.largest_broadcast, static_cast<std::uint32_t>(children));
    }
    for (Tick after = 0; after <= now; ++after) {  // the first time at which half of the nodes are there
      const auto there = std::count_if(nodes.begin(), nodes.end(),
                                       [&](const CascadeNode& node) { return node.tick <= row.tick + after; });
      row.half_time = after;
      if (2 * static_cast<std::size_t>(there) >= n) break;
    }
    row.structural_virality =
        n == 1 ? std::numeric_limits<double>::quiet_NaN() : sum / (static_cast<double>(n) * static_cast<double>(n - 1));
    row.first_node = static_cast<std::uint32_t>(record.cascades.size());
    record.posts.push_back(row);
    record.cascades.insert(record.cascades.end(), nodes.begin(), nodes.end());
  }
  return record;
}

}  // namespace grapevine::slow
