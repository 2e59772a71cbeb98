#include "sim/tick/mechanisms/discovery.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "graph/base/clones.hpp"
#include "graph/base/math.hpp"
#include "graph/base/parallel.hpp"
#include "graph/base/prefetch.hpp"

namespace grapevine {

/// A root that could be listed.
struct Discovery::Contender {
  double value = -std::numeric_limits<double>::infinity();  ///< the highest are listed
  std::uint64_t hash = 0;
  std::uint32_t root = 0;
  std::uint32_t topic = 0;

  bool is_one() const { return value > -std::numeric_limits<double>::infinity(); }
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

constexpr std::size_t hashed_at_once = 64;

/// Writes those of the listed whose hash for this reader is `least` or higher, `first` being the place of the first.
/// Hashes of some at once, and which of them are high enough without a branch: few are. The loop over a full step has a
/// bound that the compiler knows, and so takes vectors.
GRAPEVINE_CLONED std::size_t hashes_from(const std::uint64_t* mixed, std::size_t count, std::uint64_t reader,
                                         std::uint64_t least, std::uint32_t first, Lot* lots) {
  std::size_t n = 0;
  std::uint64_t hashes[hashed_at_once];
  for (std::size_t begin = 0; begin < count; begin += hashed_at_once) {
    std::uint64_t high = 0;
    if (begin + hashed_at_once <= count) {
      for (std::size_t i = 0; i < hashed_at_once; ++i) {
        hashes[i] = mix(mixed[begin + i] + reader);
        high |= (hashes[i] >= least ? std::uint64_t{1} : std::uint64_t{0}) << i;
      }
    } else {
      for (std::size_t i = 0; i < count - begin; ++i) {
        hashes[i] = mix(mixed[begin + i] + reader);
        high |= (hashes[i] >= least ? std::uint64_t{1} : std::uint64_t{0}) << i;
      }
    }
    for (; high != 0; high &= high - 1) {
      const auto i = static_cast<std::size_t>(std::countr_zero(high));
      lots[n++] = {hashes[i], first + static_cast<std::uint32_t>(begin + i)};
    }
  }
  return n;
}

/// When the exponential time of that rate ends: the higher the hash, the sooner.
double end_of(std::uint64_t hash, double rate) { return -math::log(uniform(hash)) / rate; }

/// Whoever's time ends before `time` has this hash or a higher one; 0 where few have not.
std::uint64_t least_hash(double time, double rate) {
  if (time * rate > 20.0) return 0;
  const double survives = math::exp(-time * rate);
  return survives < 1.0 ? static_cast<std::uint64_t>(survives * 0x1.0p64) : ~std::uint64_t{0};
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
      listed_(given.world.tiers.from.size()) {
  PostCounters counters;
  for (; counters.impressions < 256; ++counters.impressions) untouched_.push_back(certain_rate(counters, prior_));
}

std::unique_ptr<Mechanism> Discovery::make(const MechanismGiven& given) {
  return given.run.discovery.neutral() ? nullptr : std::make_unique<Discovery>(given);
}

void Discovery::arrays(ArrayTable& table) {
  proven_.arrays("discovery.proven", "discovery.proven_mixed", "discovery.proven_first", table);
  cold_.arrays("discovery.cold", "discovery.cold_mixed", "discovery.cold_first", table);
  table("discovery.listed", "tier", listed_);
}

void Discovery::bring(const Given& given, const Before& before, SeenLog::Entries seen, Session& session) const {
  const double wanted = static_cast<double>(session.candidates.size()) * own_.share / (1.0 - own_.share);
  const double whole = std::floor(wanted);
  const auto bits = static_cast<std::uint32_t>(nested_mix(count_key_, session.reader.value(), session.ordinal) >> 32);
  const std::size_t proven = static_cast<std::size_t>(whole) + (coin(bits, coin_threshold(wanted - whole)) ? 1 : 0);
  if (proven == 0 && own_.cold == 0) return;
  find_favourites(given.population.interests(), session);
  Lots& lots = session.lots;
  const std::size_t filtered = given.follows.at_start().followees(session.reader).size() + seen.roots.size();
  lots.filters = filtered <= 4 * (proven + own_.cold);
  if (lots.filters) {
    lots.followees.look_at(given.follows, session.reader);
    for (const std::uint32_t root : seen.roots) session.known.add(root);
  }
  draw(given, before, proven_, proven, seen, session);
  draw(given, before, cold_, own_.cold, seen, session);
}

/// The topics that the reader likes best, from the one it likes most.
void Discovery::find_favourites(const Interests& interests, Session& session) const {
  Lots& lots = session.lots;
  lots.liked.resize(topics_);
  for (std::uint32_t k = 0; k < topics_; ++k) lots.liked[k] = {~interests.bits(session.reader, k), k};
  const std::size_t most = std::min(own_.topics, topics_);
  std::partial_sort(lots.liked.begin(), lots.liked.begin() + static_cast<std::ptrdiff_t>(most), lots.liked.end());
  lots.liked.resize(most);
}

/// Whether the reader is not offered the root: it is a candidate already, or the reader has looked at it, wrote it or
/// follows its author.
bool Discovery::refuses(const Given& given, const Entry& entry, SeenLog::Entries seen, const Session& session) {
  const bool filters = session.lots.filters;
  const bool may_know = !filters || session.known.may_hold(entry.root);
  const bool may_follow = !filters || session.lots.followees.may_hold(entry.author);
  return entry.author == session.reader ||
         (may_know && (session.index.find(entry.root) != nullptr || seen.of(entry.root).exposures > 0)) ||
         (may_follow && given.follows.hold(session.reader, entry.author));
}

/// The reader is offered the root.
void Discovery::offer(const Before& before, const Entry& entry, Session& session) const {
  before.posts.prefetch(entry.root);  // whoever ranks looks there
  if (own_.cold > 0)                  // else no pool comes after this one, and a pool has a root once
    session.enter(entry.root, static_cast<std::uint32_t>(session.candidates.size()));
  session.candidates.push_back({entry.root, entry.author, entry.visible << 1 | Candidate::shown, 0});
}

/// Draws lots for all that are listed of the reader's topics: exponential times at their rates. session.lots has those
/// that end before `time`, and perhaps a few that end later; none is missing that ends before what is returned, which
/// is infinite where all are there.
double Discovery::draw_lots(const Pools& pools, double time, Session& session) const {
  Lots& lots = session.lots;
  const std::uint64_t reader = session.reader.value() * golden;
  double sure = std::numeric_limits<double>::infinity();
  std::size_t n = 0;
  for (const auto& [liking, topic] : lots.liked) {
    const double rate = rate_of(liking);
    const std::uint64_t least = least_hash(time, rate);
    if (least > 0) sure = std::min(sure, end_of(least, rate));
    const std::span<const std::uint64_t> mixed = pools.mixed_of(topic);
    if (lots.drawn.size() < n + mixed.size()) lots.drawn.resize(n + mixed.size());
    const std::size_t first = n;
    n += hashes_from(mixed.data(), mixed.size(), reader, least, pools.first[topic], lots.drawn.data() + n);
    lots.times.resize(std::max(lots.times.size(), n));
    for (std::size_t i = first; i < n; ++i) {
      prefetch(&pools.roots[lots.drawn[i].place]);
      lots.times[i] = uniform(lots.drawn[i].hash);
    }
    math::negated_logs(lots.times.data() + first, n - first);
    for (std::size_t i = first; i < n; ++i) lots.times[i] /= rate;
  }
  lots.count = n;
  return sure;
}

/// Groups the lots by the time at which they end, a few to a group, so that those that end first are found without
/// sorting. Most end before `time`.
void Discovery::group_by_time(double time, Lots& lots) {
  constexpr std::size_t to_a_group = 8;
  const std::size_t groups = lots.count / to_a_group + 1;
  const double last = static_cast<double>(groups - 1), scale = static_cast<double>(groups) / time;
  const auto group_of = [&](std::size_t i) { return static_cast<std::size_t>(std::min(last, lots.times[i] * scale)); };
  lots.groups.assign(groups, 0);
  for (std::size_t i = 0; i < lots.count; ++i) ++lots.groups[group_of(i)];
  std::inclusive_scan(lots.groups.begin(), lots.groups.end(), lots.groups.begin());
  lots.order.resize(std::max(lots.order.size(), lots.count));
  for (std::size_t i = 0; i < lots.count; ++i) lots.order[--lots.groups[group_of(i)]] = static_cast<std::uint32_t>(i);
  lots.groups.push_back(static_cast<std::uint32_t>(lots.count));
}

/// Of the lots that end before `sure` and are not refused takes those that end first, and not more than are wanted.
void Discovery::take(const Given& given, const Before& before, const Pools& pools, std::size_t wanted, double sure,
                     SeenLog::Entries seen, Session& session) const {
  Lots& lots = session.lots;
  const auto sooner = [&](std::uint32_t a, std::uint32_t b) {
    if (lots.times[a] != lots.times[b]) return lots.times[a] < lots.times[b];
    return pools.roots[lots.drawn[a].place].key < pools.roots[lots.drawn[b].place].key;
  };
  lots.taken.clear();
  for (std::size_t g = 0; g + 1 < lots.groups.size() && lots.taken.size() < wanted; ++g) {
    const auto before_group = static_cast<std::ptrdiff_t>(lots.taken.size());
    for (std::uint32_t k = lots.groups[g]; k < lots.groups[g + 1]; ++k) {
      const std::uint32_t i = lots.order[k];
      const Entry& entry = pools.roots[lots.drawn[i].place];
      if (lots.times[i] < sure && in_window(entry.visible, before.now, window_) &&
          !refuses(given, entry, seen, session))
        lots.taken.push_back(i);
    }
    if (lots.taken.size() > wanted) {  // only here it matters which of the group end first
      std::sort(lots.taken.begin() + before_group, lots.taken.end(), sooner);
      lots.taken.resize(wanted);
    }
  }
}

/// The time before which the lots of `wanted` of the `listed` end, about; of nearly all, where more are wanted.
double Discovery::time_of(double wanted, double listed, const Pools& pools, const Lots& lots) const {
  wanted = std::min(wanted, 0.95 * listed);
  const int steps = wanted < 0.1 * listed ? 1 : 3;  // of few among many: as many as the rates add up to
  double time = 0.0;
  for (int step = 0; step < steps; ++step) {  // Newton's, from below
    double missing = wanted, rates = 0.0;
    for (const auto& [liking, topic] : lots.liked) {
      const double rate = rate_of(liking), size = static_cast<double>(pools.size_of(topic));
      const double left = step == 0 ? size : size * math::exp(-rate * time);
      missing -= size - left;
      rates += rate * left;
    }
    time += missing / rates;
  }
  return time;
}

/// Adds `count` roots of the pools, in proportion to the reader's interest and without replacement: those for which an
/// exponential time with that rate ends first (Efraimidis, Spirakis 2006), of those that are not refused. Looks at
/// those that end before a time which should be enough, and while it is not at more.
void Discovery::draw(const Given& given, const Before& before, const Pools& pools, std::size_t count,
                     SeenLog::Entries seen, Session& session) const {
  if (count == 0) return;
  Lots& lots = session.lots;
  std::size_t listed = 0;
  for (const auto& [liking, topic] : lots.liked) listed += pools.size_of(topic);
  if (listed <= count) return take_all(given, before, pools, seen, session);
  const double sought = static_cast<double>(count);
  const double wanted = 1.15 * sought + 3.0 * std::sqrt(sought) + 3.0;  // some are refused, and chance has its spread
  double time = time_of(wanted, static_cast<double>(listed), pools, lots);
  for (double growth = 2.0;; time *= growth, growth = 8.0) {
    const double sure = draw_lots(pools, time, session);
    group_by_time(time, lots);
    take(given, before, pools, count, sure, seen, session);
    if (lots.taken.size() == count || std::isinf(sure)) break;
  }
  for (const std::uint32_t i : lots.taken) offer(before, pools.roots[lots.drawn[i].place], session);
}

/// Adds all that are listed of the reader's topics and not refused.
void Discovery::take_all(const Given& given, const Before& before, const Pools& pools, SeenLog::Entries seen,
                         Session& session) const {
  for (const auto& [liking, topic] : session.lots.liked)
    for (const Entry& entry : pools.roots_of(topic))
      if (in_window(entry.visible, before.now, window_) && !refuses(given, entry, seen, session))
        offer(before, entry, session);
}

/// The best of those that are added, by topic; at least as many as are wanted, where there are as many.
class Discovery::Best {
public:
  Best(std::uint32_t topics, std::size_t wanted) : wanted_(wanted), by_topic_(topics), worst_(topics) {}

  /// False: none of that value is among them, of any topic, or of this one.
  bool has_room(double value) const { return value >= lowest_; }
  bool has_room(std::uint32_t topic, double value) const { return value >= worst_[topic].value; }
  void add(const Contender& contender) {
    std::vector<Contender>& best = by_topic_[contender.topic];
    Contender& worst = worst_[contender.topic];
    if (worst.is_one() && !contender.before(worst)) return;
    best.push_back(contender);
    if (best.size() < 2 * wanted_) return;
    const auto last = best.begin() + static_cast<std::ptrdiff_t>(wanted_ - 1);
    std::ranges::nth_element(best, last, [](const Contender& a, const Contender& b) { return a.before(b); });
    worst = *last;
    best.resize(wanted_);
    lowest_ = std::ranges::min(worst_, {}, &Contender::value).value;
  }
  const std::vector<Contender>& of(std::uint32_t topic) const { return by_topic_[topic]; }

private:
  std::size_t wanted_;
  std::vector<std::vector<Contender>> by_topic_;
  std::vector<Contender> worst_;  ///< of those that are wanted, once there are so many
  double lowest_ = -std::numeric_limits<double>::infinity();
};

/// Lists anew the best of those that `value_of` gives a value, those of equal value by `hash_of`. Each share of the
/// posts is looked through for its own best ones: who is best hangs on no share.
template <class ValueOf, class HashOf>
void Discovery::renew(const Given& given, const Before& before, Pools& pools, std::uint64_t Listed::*count,
                      const ValueOf& value_of, const HashOf& hash_of) {
  constexpr std::size_t most_shares = 16;
  const Posts& posts = before.posts;
  const std::size_t live = posts.head() - posts.tail();
  const std::size_t share = std::max(default_block, (live + most_shares - 1) / most_shares);
  std::vector<Best> best((live + share - 1) / share, Best(topics_, own_.pool));
  parallel_blocks(live, share, [&](std::size_t number, std::size_t begin, std::size_t end, int) {
    Best& mine = best[number];
    for (std::size_t i = begin; i < end; ++i) {
      const std::uint32_t root = posts.tail() + static_cast<std::uint32_t>(i);
      if (!in_window(posts.visible(root), before.now + 1, window_)) continue;
      const std::optional<double> value = value_of(root);
      if (!value || !mine.has_room(*value)) continue;
      const std::uint32_t topic = posts.identity(root).topic;
      if (mine.has_room(topic, *value)) mine.add({*value, hash_of(root), root, topic});
    }
  });
  list(given, posts, choose(best), pools, count);
}

/// Of each topic the roots that are listed, the best first.
std::vector<std::vector<Discovery::Contender>> Discovery::choose(const std::vector<Best>& shares) const {
  std::vector<std::vector<Contender>> chosen(topics_);
  const auto first = [](const Contender& a, const Contender& b) { return a.before(b); };
  const auto choose_in = [&](std::size_t topic) {
    std::vector<Contender>& mine = chosen[topic];
    for (const Best& share : shares) {
      const std::vector<Contender>& best = share.of(static_cast<std::uint32_t>(topic));
      mine.insert(mine.end(), best.begin(), best.end());
    }
    if (mine.size() > own_.pool) {
      std::ranges::nth_element(mine, mine.begin() + static_cast<std::ptrdiff_t>(own_.pool), first);
      mine.resize(own_.pool);
    }
    std::ranges::sort(mine, first);
  };
  parallel_for(topics_, choose_in, 1);
  return chosen;
}

void Discovery::list(const Given& given, const Posts& posts, const std::vector<std::vector<Contender>>& chosen,
                     Pools& pools, std::uint64_t Listed::*count) {
  for (std::uint32_t topic = 0; topic < topics_; ++topic)
    pools.first[topic + 1] = pools.first[topic] + static_cast<std::uint32_t>(chosen[topic].size());
  pools.roots.resize(pools.first.back());
  pools.mixed.resize(pools.first.back());
  std::vector<std::vector<std::uint64_t>> counted(topics_, std::vector<std::uint64_t>(listed_.size()));  // by tier
  const auto list_in = [&](std::size_t topic) {
    std::uint32_t place = pools.first[topic];
    for (const Contender& entry : chosen[topic]) {
      const PostIdentity& post = posts.identity(entry.root);
      pools.roots[place] = {post.key, entry.root, posts.visible(entry.root), post.author};
      pools.mixed[place++] = mix(draw_key_ ^ post.key);
      if (posts.hot(entry.root).counted() && given.readers.contains(post.author.value()))
        ++counted[topic][posts.hot(entry.root).tier()];
    }
  };
  parallel_for(topics_, list_in, 1);
  for (const std::vector<std::uint64_t>& of_topic : counted)
    for (std::size_t tier = 0; tier < listed_.size(); ++tier) listed_[tier].*count += of_topic[tier];
}

double Discovery::certain_rate_of(const PostCounters& counters) const {
  const bool untouched = counters.engagement() == 0 && counters.impressions < untouched_.size();
  return untouched ? untouched_[counters.impressions] : certain_rate(counters, prior_);
}

void Discovery::commit(const Given& given, const Before& before, std::span<const Message>) {
  const Tick next = before.now + 1;
  if (next % own_.refresh != 0) return;
  const Posts& posts = before.posts;
  const auto hash_by = [&](std::uint64_t draw) {
    return [&posts, draw, next](std::uint32_t root) { return nested_mix(draw, posts.identity(root).key, next); };
  };
  if (own_.share > 0.0)
    renew(
        given, before, proven_, &Listed::proven,
        [&](std::uint32_t root) -> std::optional<double> {
          const PostCounters& counters = posts.counters(root);
          return own_.gate == DiscoveryGate::volume ? static_cast<double>(counters.engagement())
                                                    : certain_rate_of(counters);
        },
        hash_by(gate_key_));
  if (own_.cold > 0)
    renew(
        given, before, cold_, &Listed::cold,
        [&](std::uint32_t root) -> std::optional<double> {
          const bool enters = posts.counters(root).impressions < own_.cold_impressions &&
                              given.graph.follower_count(posts.identity(root).author) <= own_.cold_followers;
          return enters ? std::optional(0.0) : std::nullopt;
        },
        hash_by(cold_key_));
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
