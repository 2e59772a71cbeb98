#include "tests/sim/slow_model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
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
double normal(std::uint32_t quantile) { return math::normal_quantile((quantile + 0.5) / 256); }

double mean_interest(double skew) {
  double sum = 0;
  for (std::uint32_t q = 0; q < 256; ++q) sum += interest(q, skew);
  return sum / 256;
}

}  // namespace

Model::Model(const FollowGraph& graph, const WorldParameters& parameters, const RunParameters& run, ReplicateStreams streams)
    : reader_impressions(graph.user_count()),
      graph_(graph),
      parameters_(parameters),
      run_(run),
      selection_(parameters.seed, Stream::selection, streams.selection),
      content_(parameters.seed, Stream::content, streams.content),
      dynamics_(parameters.seed, Stream::dynamics, streams.dynamics),
      behaviour_(run.behaviour, parameters.population),
      mean_interest_(mean_interest(parameters.population.interest_skew)),
      activity_before_(activity(parameters)),
      last_session_(graph.user_count(), never),
      sessions_held_(graph.user_count()),
      posts_due_(graph.user_count()) {
  const PopulationParameters& population = parameters_.population;
  const double day = parameters_.time.ticks_per_day();
  for (std::uint32_t u = 0; u < graph.user_count(); ++u) {
    session_rate_.push_back(static_cast<float>(lognormal(dynamics_, Draw::session_rate, u, population.sessions_per_day, population.session_spread) / day));
    post_rate_.push_back(static_cast<float>(lognormal(dynamics_, Draw::post_rate, u, population.posts_per_day, population.post_spread) / day));
    const double patience = std::max(1.0, lognormal(dynamics_, Draw::patience, u, population.patience, population.patience_spread));
    depth_scale_.push_back(patience == 1.0 ? 0.0F : static_cast<float>(-1 / math::log(1 - 1 / patience)));
    next_session_.push_back(next(0, -math::log(uniform(dynamics_.bits(Draw::session_gap, u, 0))), session_rate_[u]));
    next_post_.push_back(next(0, -math::log(uniform(dynamics_.bits(Draw::post_gap, u, 0))), post_rate_[u]));
  }
  prepare_run();
}

void Model::branch(const RunParameters& run) {
  run_ = run;
  behaviour_ = Behaviour(run.behaviour, parameters_.population);
  prepare_run();
}

// ---- 7.3 Schedules

std::vector<double> Model::activity(const WorldParameters& parameters) {
  const Tick day = parameters.time.ticks_per_day();
  const auto weight = [&](Tick tick) { return parameters.population.daily_profile[static_cast<std::size_t>(tick % day) * parameters.time.tick_seconds / 3600]; };
  double of_a_day = 0, before = 0;
  for (Tick i = 0; i < day; ++i) of_a_day += weight(i);
  std::vector<double> activity_before;
  for (Tick t = 0; t <= parameters.time.end(); before += weight(t++)) activity_before.push_back(before * day / of_a_day);
  return activity_before;
}

Tick Model::next(Tick from, double gap, double rate) const {
  if (rate <= 0.0) return never;
  for (Tick t = from; t < parameters_.time.end(); ++t)
    if (activity_before_[t + 1] >= activity_before_[from] + gap / rate) return t;
  return never;  // after the run
}

// ---- 7.2 and 7.9: users, and who is paid

std::uint32_t Model::main_topic(UserId user) const {
  std::uint32_t best = 0;
  for (std::uint32_t k = 1; k < parameters_.population.topics; ++k)
    if (nested_mix(dynamics_.key(Draw::interest), user.value(), k) > nested_mix(dynamics_.key(Draw::interest), user.value(), best)) best = k;
  return best;
}

std::size_t Model::tier(UserId user) const {
  std::size_t found = 0;
  for (std::size_t i = 0; i < parameters_.tiers.from.size(); ++i)
    if (graph_.follower_count(user) >= parameters_.tiers.from[i]) found = i;
  return found;
}

bool Model::runs(const CampaignParameters& campaign) const { return std::count(run_.pays.begin(), run_.pays.end(), campaign.name) > 0; }

MicroMoney Model::price(UserId user) const { return parameters_.prices.post + parameters_.prices.follower * static_cast<MicroMoney>(graph_.follower_count(user)); }

std::vector<Purchase> Model::purchases(const CampaignParameters& campaign, MicroMoney& bound) const {
  std::vector<UserId> candidates;
  if (campaign.choose == AccountChoice::named) {
    for (const std::string& account : campaign.accounts) candidates.emplace_back(static_cast<std::uint32_t>(std::stoul(account)));
  } else {
    for (std::uint32_t u = 0; u < graph_.user_count(); ++u) {
      const std::uint64_t followers = graph_.follower_count(UserId{u});
      if (followers >= campaign.followers_from && followers <= campaign.followers_to) candidates.emplace_back(u);
    }
    std::stable_sort(candidates.begin(), candidates.end(), [&](UserId a, UserId b) {
      if (campaign.choose == AccountChoice::largest) return graph_.follower_count(a) > graph_.follower_count(b);
      const auto place = [&](UserId u) { return nested_mix(selection_.key(Draw::selection), campaign_key(campaign.name), u.value()); };
      return place(a) < place(b);
    });
  }
  bound = campaign.budget;
  if (!campaign.budget_of.empty())
    for (const CampaignParameters& other : parameters_.campaigns)
      if (other.name == campaign.budget_of) {
        MicroMoney unused = 0;
        bound = 0;
        for (const Purchase& purchase : purchases(other, unused)) bound += purchase.cost;
      }
  if (bound >= 0) std::erase_if(candidates, [&](UserId user) { return price(user) > bound; });
  std::vector<Purchase> bought;
  MicroMoney left = bound;
  for (const UserId user : candidates) {
    std::uint32_t count = 0;  // posts of the account: as many as the money left pays for
    while (count < campaign.posts && (bound < 0 || price(user) <= left)) {
      left -= price(user);
      ++count;
    }
    if (bought.size() == campaign.count || count == 0) break;
    bought.push_back({user, graph_.follower_count(user), count, price(user) * count, user});
  }
  return bought;
}

void Model::prepare_run() {
  plan_.clear();
  for (std::size_t c = 0; c < parameters_.campaigns.size(); ++c) {
    const CampaignParameters& campaign = parameters_.campaigns[c];
    if (!runs(campaign)) continue;
    MicroMoney bound = 0;
    for (const Purchase& purchase : purchases(campaign, bound)) {
      const std::uint64_t h = nested_mix(selection_.key(Draw::campaign_slot), campaign_key(campaign.name), purchase.user.value()) % campaign.slots;
      for (std::uint64_t p = 0; p < purchase.posts; ++p)
        plan_.push_back({parameters_.time.warmup + campaign.start + campaign.every * static_cast<Tick>((h + p) % campaign.slots), purchase.user, c});
    }
  }
  std::sort(plan_.begin(), plan_.end());
}

// ---- 7.4 Compose

void Model::add_post(UserId author, PostOrigin origin, std::uint32_t ordinal, int campaign) {
  Post post;
  post.key = post_key(author, now, origin, ordinal);
  post.author = author;
  post.tick = now;
  post.campaign = campaign;
  post.quality = top(content_.bits(Draw::post_quality, post.key));
  const auto h = [&](std::uint64_t j) { return nested_mix(content_.key(Draw::post_topic), post.key, j); };
  if (campaign >= 0) {
    const std::int32_t topic = parameters_.campaigns[static_cast<std::size_t>(campaign)].topic;
    post.topic = topic >= 0 ? static_cast<std::uint32_t>(topic) : main_topic(author);
  } else if (coin(hi(h(0)), coin_threshold(parameters_.population.focus))) {
    post.topic = main_topic(author);
  } else {
    for (std::uint32_t k = 1; k < parameters_.population.topics; ++k)
      if (h(1 + k) > h(1 + post.topic)) post.topic = k;
  }
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
    const auto slot = std::find_if(slots_.begin(), slots_.end(), open);  // they lie in the order in which they were opened
    if (slot == slots_.end()) {
      add_post(UserId{u}, PostOrigin::organic, 0, -1);
    } else {
      ++situations.withheld;
      situations.slots_stacked += std::count_if(slots_.begin(), slots_.end(), open) > 1;
      withheld_.emplace_back(slot->author, slot->campaign);
      slots_.erase(slot);
    }
  }
  situations.slots_expired += static_cast<std::uint64_t>(std::count_if(slots_.begin(), slots_.end(), [&](const Slot& slot) { return slot.until == now; }));

  std::map<UserId, std::uint32_t> ordinal;
  for (const Paid& planned : paid) {
    situations.twice_in_a_tick += ordinal[planned.author] == 1;
    add_post(planned.author, PostOrigin::campaign, ordinal[planned.author]++, static_cast<int>(planned.campaign));
  }
}

// ---- 7.5 Gather

std::vector<Model::Candidate> Model::gather(UserId reader) {
  const bool window_memory = run_.feed.memory == FeedMemory::window;
  const std::int64_t t = now, old = t - static_cast<std::int64_t>(run_.feed.window);
  const std::int64_t last = last_session_[reader.index()];
  const std::int64_t since = window_memory || last_session_[reader.index()] == never ? old : std::max(last, old);

  std::map<std::size_t, Candidate> candidates;
  std::set<std::size_t> later;  // candidates that arrived by several emissions
  for (std::size_t e = 0; e < emissions.size(); ++e) {
    const Emission& emission = emissions[e];
    const Post& post = posts[emission.post];
    const auto followees = graph_.followees(reader);
    if (!(since < emission.visible && emission.visible <= t)) continue;
    if (std::find(followees.begin(), followees.end(), emission.emitter) == followees.end()) continue;
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
    const auto [place, is_new] = candidates.try_emplace(emission.post, Candidate{emission.post, e});
    Candidate& candidate = place->second;
    candidate.proof += emission.reshare;
    if (is_new) continue;
    later.insert(emission.post);
    const auto order = [](const Emission& x) { return std::tuple(x.visible, x.time_in_tick, x.emitter); };
    const bool is_later = order(emission) > order(emissions[candidate.shown]);
    if (is_later == (run_.behaviour.parent == ParentRule::latest)) candidate.shown = e;
  }
  situations.parent_matters += later.size();

  std::vector<Candidate> list;
  for (const auto& [post, candidate] : candidates) {
    situations.several_resharers += candidate.proof > 1;
    list.push_back(candidate);
  }
  return list;
}

// ---- 7.6 Rank

void Model::rank(UserId reader, std::vector<Candidate>& candidates) {
  const FeedParameters& feed = run_.feed;
  for (Candidate& candidate : candidates) {
    const Post& post = posts[candidate.post];
    const PostCounters& counters = post.counters;  // as they stood at the end of the last tick
    candidate.tie = hi(nested_mix(dynamics_.key(Draw::feed_order), post.salt(), reader.value()));
    switch (feed.ranking) {
      case Ranking::chronological:
        candidate.value = emissions[candidate.shown].visible;
        candidate.tie = emissions[candidate.shown].time_in_tick;
        break;
      case Ranking::random: candidate.value = 0; break;
      case Ranking::popularity: candidate.value = static_cast<double>(counters.actions[0]) + counters.actions[1] + counters.actions[2]; break;
      case Ranking::weighted: {
        const double denominator = counters.impressions + feed.prior_strength;
        double sum = 0;
        for (std::size_t a = 0; a < action_count; ++a) sum += feed.weights[a] * (counters.actions[a] + feed.prior[a] * feed.prior_strength);
        const float score = denominator == 0.0 ? 0.0F : static_cast<float>(sum / denominator);
        const double age = now - post.visible();
        const float decay = feed.age_half_life == 0.0 ? 1.0F : static_cast<float>(math::pow(0.5, age / feed.age_half_life));
        candidate.value = score * decay;
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
  for (const Candidate& candidate : candidates) ++posts[candidate.post].delivered;
  ticks.back().delivered += candidates.size();
  rank(reader, candidates);
  situations.cut_by_length += candidates.size() > run_.feed.length;
  if (candidates.size() > run_.feed.length) candidates.resize(run_.feed.length);
  for (const Candidate& candidate : candidates) ++posts[candidate.post].served;
  ticks.back().served += candidates.size();

  const std::uint32_t n = sessions_held_[reader.index()];
  const double e = -math::log(uniform(dynamics_.bits(Draw::depth, reader.value(), n)));
  const double depth = 1 + std::floor(e * depth_scale_[reader.index()]);
  situations.cut_by_patience += depth < static_cast<double>(candidates.size());
  for (std::uint32_t position = 0; position < candidates.size() && position < depth; ++position) {
    const Candidate& candidate = candidates[position];
    const Emission& shown = emissions[candidate.shown];
    Look look{candidate.post, reader, shown.emitter, position, 0, {}, shown.emitter != posts[candidate.post].author};
    const auto seen = exposures_.find({reader, candidate.post});
    if (seen != exposures_.end()) look.exposure = seen->second;
    react(look, candidate.proof);
    looks.push_back(look);
  }

  ++ticks.back().sessions;
  ++sessions_held_[reader.index()];
  last_session_[reader.index()] = now;
  const double gap = -math::log(uniform(dynamics_.bits(Draw::session_gap, reader.value(), sessions_held_[reader.index()])));
  next_session_[reader.index()] = next(now + 1, gap, session_rate_[reader.index()]);
}

void Model::react(Look& look, std::uint32_t proof) {
  const PopulationParameters& population = parameters_.population;
  const Post& post = posts[look.post];
  const std::uint32_t u = look.reader.value();
  const std::uint64_t c1 = nested_mix(dynamics_.key(Draw::react), post.key, u + (static_cast<std::uint64_t>(look.exposure) << 32));
  const std::uint64_t c2 = mix(c1 + golden);
  const std::array<std::uint32_t, action_count> bits{hi(c1), lo(c1), hi(c2), lo(c2)};

  const double propensity = math::exp(population.propensity_spread * normal(top(nested_mix(dynamics_.key(Draw::propensity), u, 0))));
  const double liked = interest(top(nested_mix(dynamics_.key(Draw::interest), u, post.topic)), population.interest_skew);
  const double match = math::exp(run_.behaviour.topic_match * (liked - mean_interest_));
  const double quality = math::exp(population.quality_spread * normal(post.quality));
  const double social = math::exp(run_.behaviour.social_proof * (math::log(1.0 + std::min(proof, 63U)) / math::log(2.0)));
  const bool neutral = population.propensity_spread == 0.0 && population.quality_spread == 0.0 && run_.behaviour.topic_match == 0.0;
  for (std::size_t a = 0; a < action_count; ++a) {
    const double p = run_.behaviour.probability[a], common = ((propensity * match) * quality) * social;
    const double odds = (p >= 1.0 ? 0x1p60 : p / (1 - p)) * common;
    // Where somebody differs from somebody, the text says what the base odds achieve and not how they are found: they are the engine's.
    // slow_model_test.cpp shows that they achieve it.
    if (!coin(bits[a], neutral ? coin_threshold(odds / (1 + odds)) : behaviour_.threshold(static_cast<Action>(a), common))) continue;
    const bool before = taken_.contains({look.reader, look.post, a});
    situations.not_twice += before;
    look.took[a] = !before;
  }
}

// ---- 3: the tick, and its commit

void Model::step() {
  new_posts.clear();
  looks.clear();
  reshares.clear();
  ticks.emplace_back();
  compose();
  for (std::uint32_t u = 0; u < graph_.user_count(); ++u)
    if (next_session_[u] == now) session(UserId{u});
  commit();
  ++now;
}

void Model::commit() {
  const auto emit = [&](std::size_t post, UserId emitter) {
    const std::uint32_t time = hi(nested_mix(dynamics_.key(Draw::emission_time), posts[post].salt(), emitter.value()));
    emissions.push_back({post, emitter, now + 1, time});
  };
  for (const std::size_t post : new_posts) {
    emit(post, posts[post].author);
    ++(posts[post].campaign < 0 ? ticks.back().organic : ticks.back().paid);
  }
  for (const Look& look : looks) {
    Post& post = posts[look.post];
    ++post.counters.impressions;
    post.counters.reach += readers_of_[look.post].insert(look.reader).second;
    ++(look.reshared ? post.reshared : post.followed);
    ++exposures_[{look.reader, look.post}];
    situations.again += look.exposure > 0;
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
      situations.deep += look.reshared;
      reshares.push_back(emissions.back());
    }
  }
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
    sum.likes += post.counters.actions[0];
    sum.replies += post.counters.actions[1];
    sum.reshares += post.counters.actions[2];
    sum.clicks += post.counters.actions[3];
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

  record.tiers.resize(parameters_.tiers.from.size());
  for (std::size_t i = 0; i < record.tiers.size(); ++i) record.tiers[i].outcomes = outcomes([&](const Post& post) { return tier(post.author) == i; });
  for (std::uint32_t u = 0; u < graph_.user_count(); ++u) ++record.tiers[tier(UserId{u})].accounts;

  for (std::size_t c = 0; c < parameters_.campaigns.size(); ++c) {
    const CampaignParameters& campaign = parameters_.campaigns[c];
    CampaignRow& row = record.campaigns.emplace_back();
    if (!runs(campaign)) continue;
    const std::vector<Purchase> bought = purchases(campaign, row.budget);
    row.outcomes = outcomes([&](const Post& post) { return post.campaign == static_cast<int>(c); });
    row.outcomes.delivered = row.outcomes.served = 0;  // not kept by campaign
    for (const auto& [author, of] : withheld_) row.replaced += of == c;
    for (const Purchase& purchase : bought) {
      ++row.accounts;
      row.spent += purchase.cost;
      record.tiers[tier(purchase.user)].cost += purchase.cost;
      InfluencerRow& paid = record.influencers.emplace_back();
      paid.user = purchase.user;
      paid.campaign = static_cast<std::uint32_t>(c);
      paid.followers = purchase.followers;
      paid.posts = purchase.posts;
      paid.replaced = static_cast<std::uint64_t>(std::count(withheld_.begin(), withheld_.end(), std::pair(purchase.user, c)));
      paid.cost = purchase.cost;
      for (const Post& post : posts)
        if (counted(post) && post.campaign == static_cast<int>(c) && post.author == purchase.user) {
          add(paid.outcomes, post);
          paid.outcomes.reach += post.counters.reach;
        }
      paid.outcomes.delivered = paid.outcomes.served = 0;  // nor by account
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
    row.likes += ticks[t].actions[0];
    row.replies += ticks[t].actions[1];
    row.reshares += ticks[t].actions[2];
    row.clicks += ticks[t].actions[3];
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
    row.impressions_followed = post.followed;
    row.impressions_reshared = post.reshared;
    row.reach = post.counters.reach;
    row.likes = post.counters.actions[0];
    row.replies = post.counters.actions[1];
    row.reshares = post.counters.actions[2];
    row.clicks = post.counters.actions[3];

    std::vector<CascadeNode> nodes{{-1, post.author, row.tick, Reason::root}};
    for (const Emission& emission : emissions) {
      if (emission.post != p || !emission.reshare) continue;
      CascadeNode node{-1, emission.emitter, emission.visible - 1 - time.warmup, emission.parent_reshare ? Reason::reshared : Reason::followed};
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
      if (nodes[i].parent >= 0) distance[i][static_cast<std::size_t>(nodes[i].parent)] = distance[static_cast<std::size_t>(nodes[i].parent)][i] = 1;
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
    row.structural_virality = n == 1 ? std::numeric_limits<double>::quiet_NaN() : sum / (static_cast<double>(n) * static_cast<double>(n - 1));
    row.first_node = static_cast<std::uint32_t>(record.cascades.size());
    record.posts.push_back(row);
    record.cascades.insert(record.cascades.end(), nodes.begin(), nodes.end());
  }
  return record;
}

}  // namespace grapevine::slow
