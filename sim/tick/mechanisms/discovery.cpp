#include "sim/tick/mechanisms/discovery.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "graph/base/math.hpp"
#include "graph/base/parallel.hpp"

namespace grapevine {

/// A root that could be listed.
struct Discovery::Contender {
  double value = 0;  ///< the highest are listed
  std::uint64_t hash = 0;
  std::uint32_t root = 0;
  std::uint32_t topic = 0;

  bool before(const Contender& other) const { return value != other.value ? value > other.value : hash < other.hash; }
};

namespace {

/// Whether a post that became visible then is in the window of a reader in tick `now`.
bool in_window(Tick visible, Tick now, Tick window) { return std::uint64_t{visible} + window > now; }

/// One-sided, 95 %.
constexpr double quantile = 1.6449;

/// A lower bound of engagement per impression: that of Wilson (1927) for each action, on what `weighted` predicts after
/// as many looks as there were and as its prior counts for.
double certain_rate(const PostCounters& counters, const ActionPrior& prior) {
  double bound = 0.0;
  for (std::size_t a = 0; a < action_count; ++a) {
    if (!action_table[a].engagement) continue;
    const double looks = counters.impressions, strength = prior.strength[a], n = looks + strength;
    const double rate = predicted_rate(counters.actions[a], looks, prior.mean[a], strength);
    if (std::isinf(strength))
      bound += rate;
    else if (n > 0.0)
      bound += (rate + quantile * quantile / (2.0 * n) -
                quantile * std::sqrt(rate * (1.0 - rate) / n + quantile * quantile / (4.0 * n * n))) /
               (1.0 + quantile * quantile / n);
  }
  return bound;
}

/// A listed root, and when its exponential time ends.
struct Drawn {
  double time = 0;
  std::uint64_t key = 0;
  std::uint32_t root = 0;
  UserId author{};
  Tick visible = 0;

  bool operator<(const Drawn& other) const { return std::tie(time, key) < std::tie(other.time, other.key); }
};

/// When the exponential time of that rate ends: the higher the hash, the sooner.
double end_of(std::uint64_t hash, double rate) { return -math::log(uniform(hash)) / rate; }

/// Whoever's time ends before `time` has this hash or a higher one; 0 where few have not.
std::uint64_t least_hash(double time, double rate) {
  if (time * rate > 20.0) return 0;
  const double survives = math::exp(-time * rate);
  return survives < 1.0 ? static_cast<std::uint64_t>(survives * 0x1.0p64) : ~std::uint64_t{0};
}

/// Adds the root to the candidates, unless it is one already or the reader has looked at it, wrote it or follows its
/// author.
bool offer(const Follows& follows, const Drawn& drawn, SeenLog::Entries seen, Session& session) {
  if (drawn.author == session.reader || session.index.find(drawn.root) != nullptr ||
      seen.of(drawn.root).exposures > 0 || follows.hold(session.reader, drawn.author))
    return false;
  const auto number = static_cast<std::uint32_t>(session.candidates.size());
  session.index.find_or_insert(drawn.root, number);
  session.candidates.push_back({drawn.root, drawn.author, drawn.visible << 1 | Candidate::shown, 0});
  return true;
}

}  // namespace

Discovery::Discovery(const MechanismGiven& given)
    : own_(given.run.discovery),
      window_(given.run.feed.window),
      prior_(given.prior),
      draw_key_(given.dynamics.key(Draw::discovery)),
      count_key_(given.dynamics.key(Draw::discovery_count)),
      gate_key_(given.dynamics.key(Draw::discovery_gate)),
      cold_key_(given.dynamics.key(Draw::discovery_cold)),
      topics_(given.world.population.topics),
      interest_(interest_cells(given.world.population)),
      proven_(topics_),
      cold_(topics_),
      listed_(given.world.tiers.from.size()) {}

std::unique_ptr<Mechanism> Discovery::make(const MechanismGiven& given) {
  return given.run.discovery.neutral() ? nullptr : std::make_unique<Discovery>(given);
}

void Discovery::arrays(ArrayTable& table) {
  proven_.arrays("discovery.proven", "discovery.proven_first", table);
  cold_.arrays("discovery.cold", "discovery.cold_first", table);
  table("discovery.listed", "tier", listed_);
}

void Discovery::bring(const Given& given, const Before& before, SeenLog::Entries seen, Session& session) const {
  const double wanted = static_cast<double>(session.candidates.size()) * own_.share / (1.0 - own_.share);
  const double whole = std::floor(wanted);
  const auto bits = static_cast<std::uint32_t>(nested_mix(count_key_, session.reader.value(), session.ordinal) >> 32);
  const std::size_t proven = static_cast<std::size_t>(whole) + (coin(bits, coin_threshold(wanted - whole)) ? 1 : 0);
  if (proven == 0 && own_.cold == 0) return;
  const std::vector<std::uint32_t> topics = favourites(given.population.interests(), session.reader);
  draw(given, before, proven_, topics, proven, seen, session);
  draw(given, before, cold_, topics, own_.cold, seen, session);
}

/// The topics that the reader likes best.
std::vector<std::uint32_t> Discovery::favourites(const Interests& interests, UserId reader) const {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> liked(topics_);
  for (std::uint32_t k = 0; k < topics_; ++k) liked[k] = {~interests.bits(reader, k), k};
  const std::size_t most = std::min(own_.topics, topics_);
  std::partial_sort(liked.begin(), liked.begin() + static_cast<std::ptrdiff_t>(most), liked.end());
  std::vector<std::uint32_t> topics(most);
  for (std::size_t i = 0; i < most; ++i) topics[i] = liked[i].second;
  return topics;
}

/// Adds `count` roots of the pools, in proportion to the reader's interest and without replacement: those for which an
/// exponential time with that rate ends first (Efraimidis, Spirakis 2006). Looks at those that end before a time which
/// should be enough, and while it is not at more: whoever was offered already is refused.
void Discovery::draw(const Given& given, const Before& before, const Pools& pools,
                     std::span<const std::uint32_t> topics, std::size_t count, SeenLog::Entries seen,
                     Session& session) const {
  std::size_t members = 0;
  double rates = 0;
  for (const std::uint32_t topic : topics) {
    members += pools.of(topic).size();
    rates += static_cast<double>(pools.of(topic).size()) * interest_[given.population.interest(session.reader, topic)];
  }
  if (count == 0 || members == 0) return;
  const double wanted = 1.5 * static_cast<double>(count) + 4.0;  // some are refused
  std::vector<Drawn> drawn;
  drawn.reserve(members);
  for (double time = wanted / rates;; time *= 4.0) {
    drawn.clear();
    double sure = std::numeric_limits<double>::infinity();  // whoever ends before it is among the drawn
    for (const std::uint32_t topic : topics) {
      const double rate = interest_[given.population.interest(session.reader, topic)];
      const std::uint64_t least = least_hash(time, rate);
      if (least > 0) sure = std::min(sure, end_of(least, rate));
      for (const Entry& entry : pools.of(topic))
        if (const std::uint64_t hash = mix(entry.mixed + session.reader.value() * golden); hash >= least)
          if (in_window(entry.visible, before.now, window_))
            drawn.push_back({end_of(hash, rate), entry.key, entry.root, entry.author, entry.visible});
    }
    std::sort(drawn.begin(), drawn.end());
    for (const Drawn& next : drawn) {
      if (!(next.time < sure)) break;
      count -= offer(given.follows, next, seen, session) ? 1 : 0;
      if (count == 0) return;
    }
    if (std::isinf(sure)) return;
  }
}

/// Lists anew the best of those that `enters` lets in, which also says what they are worth.
template <class Enters>
void Discovery::renew(const Given& given, const Before& before, Pools& pools, std::uint64_t Listed::*count,
                      const Enters& enters) {
  const Posts& posts = before.posts;
  const std::vector<Contender> all =
      parallel_append<Contender>(posts.head() - posts.tail(), [&](std::size_t i, std::vector<Contender>& out) {
        const std::uint32_t root = posts.tail() + static_cast<std::uint32_t>(i);
        if (!in_window(posts.visible(root), before.now + 1, window_)) return;
        Contender entry{0, 0, root, posts.identity(root).topic};
        if (enters(root, entry)) out.push_back(entry);
      });
  std::vector<std::vector<Contender>> by_topic(topics_);
  for (const Contender& entry : all) by_topic[entry.topic].push_back(entry);
  pools.roots.clear();
  for (std::uint32_t topic = 0; topic < topics_; ++topic) {
    std::vector<Contender>& of_topic = by_topic[topic];
    const auto best = [](const Contender& a, const Contender& b) { return a.before(b); };
    if (of_topic.size() > own_.pool) {
      std::ranges::nth_element(of_topic, of_topic.begin() + static_cast<std::ptrdiff_t>(own_.pool), best);
      of_topic.resize(own_.pool);
    }
    std::ranges::sort(of_topic, best);
    for (const Contender& entry : of_topic) {
      const PostIdentity& post = posts.identity(entry.root);
      pools.roots.push_back({mix(draw_key_ ^ post.key), post.key, entry.root, posts.visible(entry.root), post.author});
      if (posts.hot(entry.root).counted() && given.readers.contains(post.author.value()))
        ++(listed_[posts.hot(entry.root).tier()].*count);
    }
    pools.first[topic + 1] = static_cast<std::uint32_t>(pools.roots.size());
  }
}

void Discovery::commit(const Given& given, const Before& before, std::span<const Message>) {
  const Tick next = before.now + 1;
  if (next % own_.refresh != 0) return;
  const Posts& posts = before.posts;
  if (own_.share > 0.0)
    renew(given, before, proven_, &Listed::proven, [&](std::uint32_t root, Contender& entry) {
      const PostCounters& counters = posts.counters(root);
      entry.value = own_.gate == DiscoveryGate::volume ? static_cast<double>(counters.engagement())
                                                       : certain_rate(counters, prior_);
      entry.hash = nested_mix(gate_key_, posts.identity(root).key, next);
      return true;
    });
  if (own_.cold > 0)
    renew(given, before, cold_, &Listed::cold, [&](std::uint32_t root, Contender& entry) {
      entry.hash = nested_mix(cold_key_, posts.identity(root).key, next);
      return posts.counters(root).impressions < own_.cold_impressions &&
             given.graph.follower_count(posts.identity(root).author) <= own_.cold_followers;
    });
}

void Discovery::record(const Given&, std::vector<MechanismColumn>& columns) const {
  std::vector<std::uint64_t> proven, cold;
  for (const Listed& listed : listed_) {
    proven.push_back(listed.proven);
    cold.push_back(listed.cold);
  }
  columns.push_back({"discovery_listed", "1",
                     "counted roots of the tier in the pools of proven posts, added up over their renewals", proven});
  columns.push_back({"discovery_cold", "1",
                     "counted roots of the tier in the pools of posts not yet tried, added up over their renewals",
                     cold});
}

MechanismFacts mechanism_discovery() { return {.name = "discovery", .make = Discovery::make}; }

}  // namespace grapevine
