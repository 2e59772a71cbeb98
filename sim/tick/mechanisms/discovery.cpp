#include "sim/tick/mechanisms/discovery.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
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

  /// Topic by topic.
  bool before(const Contender& other) const {
    return std::tuple(topic, -value, hash) < std::tuple(other.topic, -other.value, other.hash);
  }
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

/// The posts of one pool in the order in which a reader would draw them, given that it draws of this one.
class DrawnPool {
public:
  DrawnPool(double rate, std::size_t members) : rate_(rate) { heap_.reserve(members); }

  void add(std::uint32_t root, std::uint64_t key, std::uint64_t hash) { heap_.push_back({hash, key, root}); }
  void order() {
    std::make_heap(heap_.begin(), heap_.end());
    look();
  }
  bool empty() const { return heap_.empty(); }
  /// The first one, and when its time ends: exponential, in proportion to the reader's interest.
  std::uint32_t root() const { return heap_.front().root; }
  bool before(const DrawnPool& other) const {
    return std::pair(time_, heap_.front().key) < std::pair(other.time_, other.heap_.front().key);
  }
  void pop() {
    std::pop_heap(heap_.begin(), heap_.end());
    heap_.pop_back();
    look();
  }

private:
  struct Member {
    std::uint64_t hash = 0;  ///< the highest comes first: its time is the shortest
    std::uint64_t key = 0;
    std::uint32_t root = 0;
    bool operator<(const Member& other) const { return hash < other.hash; }
  };

  void look() {
    if (heap_.empty()) return;
    time_ = -math::log(uniform(heap_.front().hash)) / rate_;
  }

  double rate_;
  std::vector<Member> heap_;
  double time_ = 0;
};

/// Adds the root to the candidates, unless it is one already or the reader has looked at it, wrote it or follows its
/// author.
bool offer(const FollowGraph& graph, const Posts& posts, std::uint32_t root, SeenLog::Entries seen, Session& session) {
  const UserId author = posts.identity(root).author;
  if (author == session.reader || session.index.find(root) != nullptr || seen.of(root).exposures > 0 ||
      graph.find(session.reader, author).has_value())
    return false;
  const auto number = static_cast<std::uint32_t>(session.candidates.size());
  session.index.find_or_insert(root, number);
  session.candidates.push_back({root, author, posts.visible(root) << 1 | Candidate::shown, 0});
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
/// exponential time with that rate ends first (Efraimidis, Spirakis 2006). Within a topic the order is that of the
/// hash, so a logarithm is taken of the first of each topic only.
void Discovery::draw(const Given& given, const Before& before, const Pools& pools,
                     std::span<const std::uint32_t> topics, std::size_t count, SeenLog::Entries seen,
                     Session& session) const {
  if (count == 0) return;
  std::vector<DrawnPool> drawn;
  for (const std::uint32_t topic : topics) {
    DrawnPool& pool =
        drawn.emplace_back(interest_[given.population.interest(session.reader, topic)], pools.of(topic).size());
    for (const Entry& entry : pools.of(topic))
      if (in_window(entry.visible, before.now, window_))
        pool.add(entry.root, entry.key, nested_mix(draw_key_, entry.key, session.reader.value()));
    pool.order();
  }
  while (count > 0) {
    std::erase_if(drawn, [](const DrawnPool& pool) { return pool.empty(); });
    if (drawn.empty()) return;
    DrawnPool* next = &drawn.front();
    for (DrawnPool& pool : drawn)
      if (pool.before(*next)) next = &pool;
    count -= offer(given.graph, before.posts, next->root(), seen, session) ? 1 : 0;
    next->pop();
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

/// Lists anew the best of those that `enters` lets in, which also says what they are worth.
void Discovery::renew(const Given& given, const Before& before, Pools& pools, std::uint64_t Listed::*count,
                      const std::function<bool(std::uint32_t root, Contender&)>& enters) {
  const Posts& posts = before.posts;
  std::vector<Contender> all =
      parallel_append<Contender>(posts.head() - posts.tail(), [&](std::size_t i, std::vector<Contender>& out) {
        const std::uint32_t root = posts.tail() + static_cast<std::uint32_t>(i);
        Contender entry{0, 0, root, posts.identity(root).topic};
        if (in_window(posts.visible(root), before.now + 1, window_) && enters(root, entry)) out.push_back(entry);
      });
  std::ranges::sort(all, {}, &Contender::topic);
  pools.roots.clear();
  std::size_t begin = 0;
  for (std::uint32_t topic = 0; topic < topics_; ++topic) {
    std::size_t end = begin;
    while (end < all.size() && all[end].topic == topic) ++end;
    const std::size_t listed = std::min<std::size_t>(end - begin, own_.pool);
    const auto at = [&](std::size_t i) { return all.begin() + static_cast<std::ptrdiff_t>(i); };
    std::partial_sort(at(begin), at(begin + listed), at(end),
                      [](const Contender& a, const Contender& b) { return a.before(b); });
    for (std::size_t i = begin; i < begin + listed; ++i) {
      const std::uint32_t root = all[i].root;
      pools.roots.push_back({posts.identity(root).key, root, posts.visible(root)});
      if (posts.hot(root).counted() && given.readers.contains(posts.identity(root).author.value()))
        ++(listed_[posts.hot(root).tier()].*count);
    }
    pools.first[topic + 1] = static_cast<std::uint32_t>(pools.roots.size());
    begin = end;
  }
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
