#include "tests/sim/slow_discovery.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include "graph/base/math.hpp"
#include "tests/sim/slow_model.hpp"

namespace grapevine::slow {

namespace {

std::uint32_t upper_half(std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); }

}  // namespace

Discovery::Discovery(const FollowGraph& graph, const Follows& follows, const StreamKey& dynamics,
                     const RunParameters& run)
    : graph_(graph), follows_(follows), dynamics_(dynamics), run_(run) {}

void Discovery::branch(const RunParameters& run) {
  run_ = run;
  of_warmup_ = true;
  if (!run.discovery.neutral()) return;
  proven_.clear();
  cold_.clear();
  ever_proven_.clear();
  ever_cold_.clear();
}

// ---- Pools

double Discovery::value(const Post& post, const ActionPrior& prior) const {
  const PostCounters& counters = post.counters;
  if (run_.discovery.gate == DiscoveryGate::volume)
    return static_cast<double>(counters.actions[0]) + counters.actions[1] + counters.actions[2];
  double bounds = 0;
  const double z = 1.6449;
  for (std::size_t a = 0; a < 3; ++a) {
    const double m = prior.mean[a], s = prior.strength[a], n = counters.impressions + s;
    if (std::isinf(s)) {
      bounds += m;
    } else if (n > 0) {
      const double r = (counters.actions[a] + m * s) / n;
      bounds += (r + z * z / (2 * n) - z * std::sqrt(r * (1 - r) / n + z * z / (4 * n * n))) / (1 + z * z / n);
    }
  }
  return bounds;
}

/// Sorts them, too.
std::vector<std::size_t> Discovery::greatest(std::vector<Entry>& entries) const {
  std::ranges::sort(entries, {}, [](const Entry& entry) { return std::pair(-entry.value, entry.hash); });
  std::vector<std::size_t> pool;
  for (std::size_t i = 0; i < entries.size() && i < run_.discovery.pool; ++i) pool.push_back(entries[i].post);
  return pool;
}

void Discovery::end_tick(Tick t, std::span<const Post> posts, const ActionPrior& prior, Situations& situations) {
  const DiscoveryParameters& keys = run_.discovery;
  if (keys.neutral() || (t + 1) % keys.refresh != 0) return;
  std::map<std::uint32_t, std::vector<Entry>> proven, cold;  // by topic
  for (std::size_t p = 0; p < posts.size(); ++p) {
    const Post& post = posts[p];
    const auto hash = [&](Draw purpose) { return nested_mix(dynamics_.key(purpose), post.key, t + 1); };
    if (post.visible() + run_.feed.window <= t + 1) continue;
    if (keys.share > 0) proven[post.topic].push_back({p, value(post, prior), hash(Draw::discovery_gate)});
    const bool small = graph_.follower_count(post.author) <= keys.cold_followers;
    const bool untried = post.counters.impressions < keys.cold_impressions;
    if (keys.cold > 0 && small && untried) cold[post.topic].push_back({p, 0, hash(Draw::discovery_cold)});
    situations.too_large_for_cold += untried && !small;
    situations.too_tried_for_cold += small && !untried;
  }
  const auto list = [&](auto& entries, Pools& pools, std::vector<std::size_t>& ever) {
    pools.clear();
    for (auto& [topic, of_topic] : entries) {
      pools[topic] = greatest(of_topic);
      ever.insert(ever.end(), pools[topic].begin(), pools[topic].end());
    }
  };
  if (keys.share > 0) list(proven, proven_, ever_proven_);
  if (keys.cold > 0) list(cold, cold_, ever_cold_);
  of_warmup_ = false;

  for (const auto& [topic, entries] : cold) situations.cold_pools_cut += entries.size() > keys.pool;
  for (const auto& [topic, entries] : proven) {
    if (entries.size() <= keys.pool) continue;
    const double in = entries[keys.pool - 1].value, out = entries[keys.pool].value;
    ++(in == out ? situations.pools_cut_among_equals : situations.pools_cut_by_value);
    situations.pools_cut_after_better += in == out && entries[0].value > out;
  }
}

// ---- Drawing

std::vector<std::size_t> Discovery::draw(const Visit& visit, std::span<const Post> posts,
                                         Situations& situations) const {
  const DiscoveryParameters& keys = run_.discovery;
  if (keys.neutral()) return {};
  const UserId reader = visit.reader;

  std::vector<std::uint32_t> topics(visit.liking.size());
  std::iota(topics.begin(), topics.end(), 0U);
  std::ranges::sort(topics, {}, [&](std::uint32_t k) { return std::pair(~visit.liking[k], k); });
  if (topics.size() > keys.topics) topics.resize(keys.topics);

  std::set<std::size_t> shown = visit.candidates;
  std::vector<std::size_t> drawn;
  const auto add = [&](const Pools& pools, std::size_t wanted) {
    std::vector<std::size_t> eligible;
    for (const std::uint32_t topic : topics) {
      if (!pools.contains(topic)) continue;
      for (const std::size_t p : pools.at(topic)) {
        const Post& post = posts[p];
        const std::array refused{post.visible() + run_.feed.window <= visit.tick, shown.contains(p),
                                 visit.was_looked(p), post.author == reader, follows_.follows(reader, post.author)};
        const auto reasons = std::count(refused.begin(), refused.end(), true);
        if (reasons == 0) eligible.push_back(p);
        if (reasons != 1 || wanted == 0) continue;
        situations.discovery_refused_old += refused[0];
        if (refused[1])
          ++(visit.candidates.contains(p) ? situations.discovery_refused_candidate : situations.cold_refused_proven);
        situations.discovery_refused_seen += refused[2];
        situations.discovery_refused_own += refused[3];
        situations.discovery_refused_followed += refused[4];
        situations.follows.discovery_refused += refused[4] && follows_.changed(reader, post.author);
      }
    }
    std::ranges::sort(eligible, {}, [&](std::size_t p) {
      const std::uint64_t bits = nested_mix(dynamics_.key(Draw::discovery), posts[p].key, reader.value());
      return std::pair(-math::log(uniform(bits)) / visit.interest[posts[p].topic], posts[p].key);
    });
    situations.discovery_chosen += wanted > 0 && eligible.size() > wanted;
    situations.discovery_short += eligible.size() < wanted;
    if (eligible.size() > wanted) eligible.resize(wanted);
    shown.insert(eligible.begin(), eligible.end());
    drawn.insert(drawn.end(), eligible.begin(), eligible.end());
    situations.discovered_from_warmup += of_warmup_ ? eligible.size() : 0;
    for (const std::size_t p : eligible)
      situations.follows.discovery_drawn += follows_.changed(reader, posts[p].author);
    return eligible.size();
  };

  const double x = static_cast<double>(visit.candidates.size()) * keys.share / (1 - keys.share),
               part = x - std::floor(x);
  const bool one_more =
      coin(upper_half(nested_mix(dynamics_.key(Draw::discovery_count), reader.value(), visit.sessions_before)),
           coin_threshold(part));
  situations.discovery_rounded_up += part > 0 && one_more;
  situations.discovery_rounded_down += part > 0 && !one_more;
  add(proven_, static_cast<std::size_t>(std::floor(x)) + one_more);
  situations.discovered_cold += add(cold_, keys.cold);
  return drawn;
}

// ---- What it counts

std::vector<MechanismColumn> Discovery::columns(std::span<const Post> posts, std::size_t tiers,
                                                const std::function<std::size_t(UserId)>& tier,
                                                const std::function<bool(const Post&)>& counted) const {
  if (run_.discovery.neutral()) return {};
  const auto count = [&](const std::string& name, const std::vector<std::size_t>& listed) {
    MechanismColumn column{name, "", "", std::vector<std::uint64_t>(tiers)};
    for (const std::size_t p : listed) column.by_tier[tier(posts[p].author)] += counted(posts[p]);
    return column;
  };
  return {count("discovery_listed", ever_proven_), count("discovery_cold", ever_cold_)};
}

}  // namespace grapevine::slow
