#include "tests/sim/slow_model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <tuple>

#include "graph/base/math.hpp"
#include "tests/sim/slow_bits.hpp"

namespace grapevine::slow {

namespace {

double lognormal(const StreamKey& dynamics, Draw purpose, std::uint32_t user, double mean, double spread) {
  if (spread == 0.0) return mean;
  const double z = math::normal_quantile(uniform(dynamics.bits(purpose, user)));
  return mean * math::exp(spread * z - spread * spread / 2);
}

double odds_of(double p) { return p >= 1.0 ? 0x1p60 : p / (1 - p); }

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
      follows_(graph, parameters.tiers, dynamics_, run),
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

// ---- 7.2 Users

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
      situations.follows.fakes += follows_.faked(reader, emission.emitter);
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

// ---- 7.7 Attend and 7.8 React

void Model::session(UserId reader) {
  std::vector<Candidate> candidates = gather(reader);
  Follows::Visit visit{reader, now, sessions_held_[reader.index()], {}, {}};
  for (const Candidate& candidate : candidates)
    if (promotion_.shown_to(reader) != candidate.post)
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
  std::vector<Candidate> newest = newest_first(candidates);
  rank(reader, candidates);
  if (promotes) {
    const std::size_t place =
        parameters_.campaigns[static_cast<std::size_t>(posts[promoted.post].campaign)].promotion.place;
    situations.promoted_last += candidates.size() + 1 < place;
    situations.promoted_cut += candidates.size() >= run_.feed.length;
    put_promoted(promoted, candidates);
    put_promoted(promoted, newest);
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
    if (!held_out(reader)) {
      ++from(candidate).ranked;
      ++from(newest[position]).shadow;
    }
    if (counted(posts[candidate.post])) {
      count_position(reader, look);
      counted_looks_.emplace_back(now, look);
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

}  // namespace grapevine::slow
