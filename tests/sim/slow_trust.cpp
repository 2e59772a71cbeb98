#include "tests/sim/slow_trust.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>

#include "graph/base/math.hpp"
#include "tests/sim/slow_bits.hpp"
#include "tests/sim/slow_model.hpp"

namespace grapevine::slow {

namespace {

std::uint64_t millionths(double x) { return static_cast<std::uint64_t>(std::llround(x * 1e6)); }

constexpr std::uint64_t sponsored = 0, bystander = 1, answered = 2;  // kinds of changes

}  // namespace

Mechanisms::Mechanisms(const FollowGraph& graph, const Follows& follows, const Users& accounts,
                       const StreamKey& dynamics, Tick ticks_per_day, const RunParameters& run)
    : graph_(graph),
      follows_(follows),
      accounts_(accounts),
      dynamics_(dynamics),
      ticks_per_day_(ticks_per_day),
      run_(run) {}

void Mechanisms::branch(Tick t, const RunParameters& run) {
  std::erase_if(ties_, [&](const auto& tie) {
    return trust(t, tie.first.first, tie.first.second) == base(tie.first.first, tie.first.second);
  });
  run_ = run;
  if (run.answers.neutral()) {
    waiting_.clear();
    given_.clear();
    visible_from_.clear();
    found_answer_.clear();
  }
  if (run.trust.neutral()) {
    ties_.clear();
    found_answer_.clear();
  }
  if (run.behaviour.exposures == 0.0) {
    proof_.clear();
    exposed_.clear();
  }
}

// ---- 7.13 What else the odds of a look hang on

double Mechanisms::factor(Tick t, UserId reader, std::size_t number, std::uint32_t proof,
                          std::span<const Post> posts) const {
  const Post& post = posts[number];
  double m = 1;
  if (!follows_.follows(reader, post.author)) m *= math::exp(run_.behaviour.stranger);
  if (post.campaign >= 0) m *= math::exp(run_.sponsorship.reaction);
  if (post.on_main_topic) m *= math::exp(run_.behaviour.credibility);
  if (alike(reader, post.author)) m *= math::exp(run_.behaviour.similarity);
  const std::uint32_t k = proof + earlier_proof(reader, number);
  m *= math::exp(run_.behaviour.exposures * (math::log(1.0 + std::min(k, 63U)) / math::log(2.0)));
  if (!run_.trust.neutral()) m *= math::exp(run_.trust.effect * (trust(t, reader, post.author) - run_.trust.start));
  return m;
}

bool Mechanisms::alike(UserId reader, UserId author) const {
  return !accounts_.community.empty() && accounts_.community[reader.index()] == accounts_.community[author.index()];
}

std::uint32_t Mechanisms::earlier_proof(UserId reader, std::size_t post) const {
  const auto found = proof_.find({reader, post});
  return found == proof_.end() ? 0 : found->second;
}

// ---- 7.14 Answers

double Mechanisms::per_day(UserId author) const {
  const double mean = run_.answers.per_day, spread = run_.answers.spread;
  if (spread == 0.0) return mean;
  const double z = math::normal_quantile(uniform(dynamics_.bits(Draw::answer_rate, author.value())));
  return mean * math::exp(spread * z - spread * spread / 2);
}

void Mechanisms::answer(Tick t, UserId author, Tick window, std::span<const Post> posts, Situations& situations) {
  if (run_.answers.neutral()) return;
  std::vector<Reply> old, hers, others;
  for (const Reply& reply : waiting_)
    (reply.author != author ? others : t - reply.tick <= run_.answers.patience ? hers : old).push_back(reply);
  if (old.empty() && hers.empty()) return;
  situations.replies_expired += old.size();
  std::ranges::sort(hers, {}, [&](const Reply& r) { return std::tuple(r.h, posts[r.post].key, r.reader); });

  const Tick day = t / ticks_per_day_;
  const double b = per_day(author), part = b - std::floor(b);
  const bool one_more =
      coin(hi(nested_mix(dynamics_.key(Draw::answers_of_day), author.value(), day)), coin_threshold(part));
  const std::uint64_t most = static_cast<std::uint64_t>(std::floor(b)) + one_more;
  const auto [given, first_of_day] = given_.try_emplace({author, day}, 0);
  situations.days_with_one_more += first_of_day && part > 0 && one_more;
  situations.days_with_one_fewer += first_of_day && part > 0 && !one_more;

  waiting_ = others;
  for (const Reply& reply : hers) {
    if (given->second >= most) {
      waiting_.push_back(reply);
      ++situations.answers_limited;
      continue;
    }
    ++given->second;
    answered_now_.push_back(reply);
    answered_.push_back({reply.post, t - reply.tick});
    situations.replies_waited += t - reply.tick > 1;
    situations.answers_late += posts[reply.post].visible() + window <= t;
  }
}

bool Mechanisms::answer_visible(Tick t, std::size_t post) const {
  return visible_from_.contains(post) && visible_from_.at(post) <= t;
}

std::uint32_t Mechanisms::answers_on(std::size_t post) const {
  if (run_.answers.neutral()) return 0;
  return static_cast<std::uint32_t>(std::ranges::count(answered_, post, &Answered::post));
}

void Mechanisms::end_tick(Tick t, std::span<const Look> looks, std::span<const Post> posts, Situations& situations) {
  std::ranges::sort(answered_now_, {}, [&](const Reply& r) { return std::tuple(r.h, posts[r.post].key, r.reader); });
  for (const Reply& reply : answered_now_) {
    visible_from_.try_emplace(reply.post, t + 1);
    if (run_.trust.answered == 0.0) continue;
    const double tau = trust(t, reply.reader, reply.author);
    change(t, reply.reader, posts[reply.post], answered, tau + run_.trust.answered * (1 - tau));
    ++situations.answered_changes;
    situations.answered_after_session += changed_by_session_now_.contains({reply.reader, reply.author});
    situations.follows.answered_meanwhile +=
        base(true) != base(false) && follows_.changed_in(reply.reader, reply.author) == t;
  }
  answered_now_.clear();
  changed_by_session_now_.clear();

  if (run_.answers.neutral()) return;
  for (const Look& look : looks) {
    if (!look.took[static_cast<std::size_t>(Action::reply)]) continue;
    const Post& post = posts[look.post];
    waiting_.push_back({look.post, post.author, look.reader, t,
                        nested_mix(dynamics_.key(Draw::answer_choice), post.key, look.reader.value())});
  }
}

// ---- 7.15 Trust

double Mechanisms::base(UserId reader, UserId author) const { return base(follows_.follows(reader, author)); }

double Mechanisms::trust(Tick t, UserId reader, UserId author) const {
  return trust(t, reader, author, base(reader, author));
}

double Mechanisms::trust(Tick t, UserId reader, UserId author, double base) const {
  const auto found = ties_.find({reader, author});
  if (found == ties_.end()) return base;
  const Tie& tie = found->second;
  const double passed = t - tie.changed, half_life = run_.trust.half_life;
  const double kept = half_life == 0.0 ? 1.0 : math::exp(-math::log(2.0) * passed / half_life);
  const double tau = base + (tie.q / 255.0 - base) * kept;
  return std::abs(tau - base) < 1.0 / 512 ? base : tau;
}

/// At a look.
void Mechanisms::count_follows(Tick t, UserId reader, UserId author, Situations& situations) const {
  if (!follows_.changed(reader, author)) return;
  const bool follows = follows_.follows(reader, author);
  FollowSituations& s = situations.follows;
  if (run_.behaviour.stranger != 0.0) ++(follows ? s.stranger_no_more : s.stranger_now);
  if (run_.trust.neutral() || base(true) == base(false)) return;
  ++s.base_moved;
  if (!ties_.contains({reader, author})) return;
  ++s.base_of_tie_moved;
  s.ties_woken +=
      trust(t, reader, author) != base(follows) && trust(t, reader, author, base(!follows)) == base(!follows);
}

/// Whether something has happened that no more can be seen.
bool Mechanisms::faded(Tick t, UserId reader, UserId author) const {
  const auto found = ties_.find({reader, author});
  const double base = this->base(reader, author);
  return found != ties_.end() && std::abs(found->second.q / 255.0 - base) >= 1.0 / 512 &&
         trust(t, reader, author) == base;
}

void Mechanisms::change(Tick t, UserId reader, const Post& post, std::uint64_t kind, double to) {
  const std::uint64_t r = nested_mix(dynamics_.key(Draw::trust), post.key, reader.value() + (kind << 32));
  ties_[{reader, post.author}] = {static_cast<std::uint32_t>(std::floor(255 * to + hi(r) * 0x1p-32)), t};
}

void Mechanisms::after_session(Tick t, UserId reader, std::span<const Look> looks, std::span<const Post> posts,
                               Situations& situations) {
  for (const Look& look : looks) {
    const Post& post = posts[look.post];
    situations.stranger_looks += !follows_.follows(reader, post.author);
    count_follows(t, reader, post.author, situations);
    situations.credible_looks += run_.behaviour.credibility != 0.0 && post.on_main_topic;
    situations.similar_looks += run_.behaviour.similarity != 0.0 && alike(reader, post.author);
    if (run_.behaviour.exposures != 0.0) {
      const std::uint32_t earlier = earlier_proof(reader, look.post);
      situations.exposures_cumulated += look.proof > 0 && earlier > 0;
      situations.exposures_again += look.had_reshared;
      if (!look.had_reshared)
        exposed_.push_back({look.post, look.proof + earlier, look.took[static_cast<std::size_t>(Action::reshare)]});
      proof_[{reader, look.post}] += look.proof;
    }
    if (run_.trust.neutral()) continue;
    situations.ties_faded += faded(t, reader, post.author);
    if (look.exposure == 0) met_.push_back({look.post, trust(t, reader, post.author)});
  }

  std::set<UserId> changed;  // authors
  for (const Look& look : looks) {
    const Post& post = posts[look.post];
    const auto move = [&](std::uint64_t kind, double to) {
      change(t, reader, post, kind, to);
      situations.twice_in_session += !changed.insert(post.author).second;
      changed_by_session_now_.insert({reader, post.author});
    };
    if (look.exposure == 0 && post.campaign >= 0 && run_.trust.sponsored != 0.0) {
      const double tau = trust(t, reader, post.author);
      move(sponsored, tau - run_.trust.sponsored * tau);
      ++situations.sponsored_changes;
    }
    if (run_.trust.bystander != 0.0 && answer_visible(t, look.post) &&
        found_answer_.insert({reader, look.post}).second) {
      const double tau = trust(t, reader, post.author);
      move(bystander, tau + run_.trust.bystander * (1 - tau));
      ++situations.bystander_changes;
      situations.bystander_again += look.exposure > 0;
    }
  }
}

// ---- What they count

std::vector<MechanismColumn> Mechanisms::columns(Tick t, std::span<const Post> posts, std::size_t tiers,
                                                 const std::function<std::size_t(UserId)>& tier,
                                                 const std::function<bool(const Post&)>& counted,
                                                 const std::vector<MechanismColumn>& of_discovery, Tick measure,
                                                 const std::function<bool(UserId)>& writes) const {
  std::vector<MechanismColumn> list;
  const auto add = [&](const std::string& name) -> std::vector<std::uint64_t>& {
    list.push_back({name, "", "", std::vector<std::uint64_t>(tiers)});
    return list.back().by_tier;
  };
  const auto of_counted = [&](const std::string& name, const auto& events, const auto& number) {
    std::vector<std::uint64_t>& column = add(name);
    for (const auto& event : events)
      if (counted(posts[event.post])) column[tier(posts[event.post].author)] += number(event);
  };
  if (run_.behaviour.exposures != 0.0) {
    const auto at = [](std::uint32_t k, const Exposed& look) { return std::min(look.k, 8U) == k; };
    for (std::uint32_t k = 0; k <= 8; ++k)
      of_counted("exposures_looks_" + std::to_string(k), exposed_, [&](const Exposed& look) { return at(k, look); });
    for (std::uint32_t k = 0; k <= 8; ++k)
      of_counted("exposures_reshares_" + std::to_string(k), exposed_,
                 [&](const Exposed& look) { return at(k, look) && look.reshared; });
  }
  list.insert(list.end(), of_discovery.begin(), of_discovery.end());
  if (!run_.answers.neutral()) {
    std::vector<std::uint64_t>& replies = add("answers_replies");
    for (const Post& post : posts)
      if (counted(post)) replies[tier(post.author)] += post.counters.actions[static_cast<std::size_t>(Action::reply)];
    of_counted("answers_given", answered_, [](const Answered&) { return 1U; });
    of_counted("answers_waited", answered_, [](const Answered& a) { return a.waited; });
    std::vector<std::uint64_t>& capacity = add("answers_capacity");
    for (std::uint32_t u = 0; u < graph_.user_count(); ++u)
      if (writes(UserId{u}))
        capacity[tier(UserId{u})] += static_cast<std::uint64_t>(
            per_day(UserId{u}) * (static_cast<double>(measure) / ticks_per_day_) * 1e3 + 0.5);
  }
  if (!run_.trust.neutral()) {
    of_counted("trust_looks", met_, [](const Met&) { return 1U; });
    of_counted("trust_met", met_, [](const Met& met) { return millionths(met.trust); });
    of_counted("trust_sponsored_looks", met_, [&](const Met& met) { return posts[met.post].campaign >= 0; });
    const auto of_ties = [&](const std::string& name, const auto& number) {
      std::vector<std::uint64_t>& column = add(name);
      for (const auto& [who, tie] : ties_)
        column[tier(who.second)] += number(trust(t, who.first, who.second), base(who.first, who.second));
    };
    of_ties("trust_ties", [](double tau, double start) { return tau != start; });
    of_ties("trust_risen", [](double tau, double start) { return tau > start ? millionths(tau - start) : 0; });
    of_ties("trust_fallen", [](double tau, double start) { return tau < start ? millionths(start - tau) : 0; });
  }
  return list;
}

}  // namespace grapevine::slow
