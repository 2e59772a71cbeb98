#include <algorithm>
#include <bit>
#include <map>

#include "graph/base/math.hpp"
#include "scenarios/study/families.hpp"
#include "scenarios/study/probe.hpp"
#include "scenarios/study/study.hpp"
#include "sim/state/world_state.hpp"

namespace grapevine {

namespace {

constexpr auto reshare = static_cast<std::size_t>(Action::reshare);

bool is_feed(const Arm& arm) { return arm.run.diffusion.model == DiffusionModel::feed; }

/// What was done and seen tick by tick.
struct Trace {
  std::vector<Spent> spent;        ///< since the start
  std::vector<double> remembered;  ///< entries of the seen-log
};

/// A rate that rises while feeds fill, r(t) = R t / (t + h), through the means of the second quarter and of the second
/// half of what was seen; it stays once the window is full.
class Filling {
public:
  Filling(const std::vector<double>& sums, double window) : window_(window) {
    const std::size_t n = sums.size();
    if (n == 0) return;
    const auto mean = [&](std::size_t from, std::size_t to) {
      return (sums[to - 1] - (from == 0 ? 0 : sums[from - 1])) / static_cast<double>(to - from);
    };
    const std::size_t half = n / 2, quarter = n / 4;
    late_ = mean(half, n);
    if (n < 8) return;
    const double early = mean(quarter, half), t = (static_cast<double>(quarter + half) + 1) / 2,
                 u = (static_cast<double>(half + n) + 1) / 2;
    if (u >= window || early <= 0 || late_ <= early) return;
    const double slope = (u / late_ - t / early) / (u - t);  // of t / r, which is 1 / R
    half_way_ = slope > 0 ? t / (early * slope) - t : 1e9 * window;
    full_ = late_ * (u + half_way_) / u;
  }

  double at(double t) const {
    t = std::min(t, window_);
    return full_ > 0 ? full_ * t / (t + half_way_) : late_;
  }

private:
  double window_, late_ = 0, full_ = 0, half_way_ = 0;
};

/// Bytes of the arrays of a world that is cut into parts, by name: readers are divided among them, all else is in each.
std::map<std::string, double> arrays_of(const Replicate& replicate, int parts) {
  std::map<std::string, double> bytes;
  for (const MemoryLine& line : replicate.memory()) {
    const bool divided = line.unit == "reader" || line.name.starts_with("seen.") || line.name.starts_with("trust.") ||
                         line.name.starts_with("answers.waiting") || line.name.starts_with("queues.row");
    bytes[line.name] += static_cast<double>(line.bytes) * (divided ? 1 : parts);
  }
  bytes.erase("graph");  // there once, whatever the number of worlds
  return bytes;
}

/// Sums over the rates of users, which are lognormal, of what(rate a tick).
template <class What>
double over_rates(double mean, double spread, What&& what) {
  constexpr int points = 200;
  double sum = 0, weights = 0;
  for (int i = 0; i <= points; ++i) {
    const double z = -8.0 + 16.0 * i / points, weight = math::exp(-z * z / 2);
    sum += weight * what(mean * math::exp(spread * z - spread * spread / 2));
    weights += weight;
  }
  return sum / weights;
}

/// The run under which a warm-up is tried: the study's own, or that of an arm in which more mechanisms are at work.
const RunParameters& most_at_work(const Scenario& scenario) {
  const auto mechanisms = [](const RunParameters& run) { return !run.answers.neutral() + !run.trust.neutral(); };
  const RunParameters* most = &scenario.run;
  for (const Arm& arm : scenario.arms)
    if (is_feed(arm) && mechanisms(arm.run) > mechanisms(*most)) most = &arm.run;
  return *most;
}

/// Runs a replicate for a while, and says what whole ones take.
class WorldRunner {
public:
  WorldRunner(const Scenario& scenario, const StudyGraph& world, const std::shared_ptr<Deals>& deals,
              double most_seconds, int parts, StudyRows& rows)
      : scenario_(scenario),
        rows_(rows),
        parts_(parts),
        most_seconds_(most_seconds),
        users_(static_cast<double>(world.graph.user_count())),
        active_(static_cast<double>(world.facts.active)),
        replicate_(world.graph, world.accounts, scenario.world, most_at_work(scenario), streams_of(scenario, 0), alone_,
                   deals) {
    made_ = watch_.spent();
  }

  WorldProbe run() {
    warm_up();
    WorldProbe probe;
    probe.ticks = static_cast<Tick>(trace_.spent.size());
    probe.knows_past = warm_ && &most_at_work(scenario_) == &scenario_.run;
    const Filling looks(trace_.remembered, window());
    const std::vector<double> costs = costs_by_tick();
    looks_a_tick_ = looks.at(window());
    expect_rows();
    if (!warm_ && probe.ticks == scenario_.world.time.warmup)
      probe.later.emplace_back("accounts chosen at the end of the warm-up, and the arms after it");
    probe.spent = static_cast<double>(warmups_run_of(scenario_)) * (made_ + warm_up_spent(costs)) + arms_spent(costs);
    probe.world_bytes = full_world(looks);
    probe.record_bytes = bytes_["authors"] + most_tracked() * (144 + sizeof(TrackedPost)) +
                         most_looks() * (sizeof(LookRow) + sizeof(TrackedLook)) + scratch();
    constexpr double of_part = 1.5 * (1 << 20);  // its threads, and heaps of their own: measured
    if (parts_ > 1) probe.record_bytes += parts_ * of_part;
    return probe;
  }

private:
  double window() const { return scenario_.run.feed.window; }
  double ticks_a_day() const { return scenario_.world.time.ticks_per_day(); }

  void warm_up() {
    const Stopwatch watch;
    try {
      replicate_.warm_up([&](Tick) {
        trace_.spent.push_back(watch.spent());
        trace_.remembered.push_back(arrays_of(replicate_, parts_)["seen.roots"] / sizeof(std::uint32_t));
        if (had(trace_.spent.back(), most_seconds_)) throw OutOfTime{};
      });
      warm_ = true;
    } catch (const OutOfTime&) {
    }
    bytes_ = arrays_of(replicate_, parts_);
    // Once roots retire, entries are forgotten: what was added before tells the rate.
    if (trace_.remembered.size() > static_cast<std::size_t>(window()))
      trace_.remembered.resize(static_cast<std::size_t>(window()));
  }

  /// Seconds of processors each tick, added up.
  std::vector<double> costs_by_tick() const {
    std::vector<double> sums;
    for (const Spent& spent : trace_.spent) sums.push_back(spent.processor);
    return sums;
  }
  double seconds_by_processor() const {
    const Spent& all = trace_.spent.back();
    return all.processor > 0 ? all.seconds / all.processor : 1;
  }
  Spent both(double processor) const { return {processor * seconds_by_processor(), processor}; }

  Spent warm_up_spent(const std::vector<double>& costs) const {
    if (trace_.spent.empty()) return {};
    const Filling cost(costs, window());
    double more = 0;
    for (std::size_t t = trace_.spent.size(); t < scenario_.world.time.warmup; ++t)
      more += cost.at(static_cast<double>(t));
    return trace_.spent.back() + both(more);
  }

  /// All arms of a replicate: each for a while, the rest of its ticks like those seen, at full feeds; what arms have in
  /// common until one pays once.
  Spent arms_spent(const std::vector<double>& costs) {
    const TimeParameters& time = scenario_.world.time;
    const double ticks = time.measure + time.followup;
    const Filling cost(costs, window());
    const double now = cost.at(static_cast<double>(costs.size()));
    const double fuller = now > 0 ? std::max(1.0, cost.at(window()) / now) : 1;
    const double feeds = static_cast<double>(std::ranges::count_if(scenario_.arms, is_feed));
    Spent sum, mean;
    double looked = 0;
    const Stopwatch watch;
    for (std::size_t a = 0; a < scenario_.arms.size(); ++a) {
      if (!is_feed(scenario_.arms[a])) continue;
      Spent arm = mean;
      if (!had(watch.spent(), most_seconds_)) {
        arm = arm_spent(a, most_seconds_ / feeds, ticks, fuller);
        mean = 1 / (looked + 1) * (looked * mean + arm);
        ++looked;
      }
      sum += static_cast<double>(draws_of(scenario_, scenario_.arms[a])) * arm;
    }
    const auto runs = static_cast<double>(runs_of(scenario_, [](const Arm& arm) { return is_feed(arm); }));
    return static_cast<double>(arm_ticks_of(scenario_)) / (runs * ticks) * sum;
  }

  Spent arm_spent(std::size_t a, double most_seconds, double ticks, double fuller) {
    const Stopwatch watch;
    std::vector<Spent> done;
    try {
      const RunRecord record = replicate_.run_arm(scenario_.arms[a].run, scenario_.output, [&](Tick) {
        done.push_back(watch.spent());
        if (had(done.back(), most_seconds)) throw OutOfTime{};
      });
      if (warm_) know_rows(a, record);
      const Spent all = watch.spent();
      const Spent of_ticks = done.empty() ? Spent{} : done.back() - done.front();
      return all + (fuller - 1) * of_ticks;
    } catch (const OutOfTime&) {
    }
    if (done.empty()) return {};
    const Spent first = done.front();  // with the branch
    const double seen = static_cast<double>(done.size());
    if (seen < 2) return first + (ticks - 1) * fuller * first;
    return first + (ticks - 1) * fuller / (seen - 1) * (done.back() - first);
  }

  void know_rows(std::size_t a, const RunRecord& record) {
    const double draws = draws_of(scenario_, scenario_.arms[a]);
    rows_.arms[a] = {
        draws * static_cast<double>(record.posts.size()), draws * static_cast<double>(record.cascades.size()),
        draws * static_cast<double>(record.influencers.size()), draws * static_cast<double>(record.looks.size())};
    rows_.size_classes = std::max(rows_.size_classes, static_cast<double>(record.shapes.sizes.size()));
  }

  double posts_a_tick() const {
    const PopulationParameters& people = scenario_.world.population;
    if (active_ == 0) return 0;
    return active_ * daily_mean(people.posts_per_day * users_ / active_, people.post_spread, ticks_a_day()) /
           ticks_a_day();
  }

  /// Rows of arms whose end is not seen.
  void expect_rows() {
    const double organic = scenario_.output.track_share * posts_a_tick() * scenario_.world.time.measure;
    for (std::size_t a = 0; a < scenario_.arms.size(); ++a) {
      const Arm& arm = scenario_.arms[a];
      if (!is_feed(arm)) continue;
      const double draws = draws_of(scenario_, arm);
      ArmRows& rows = rows_.arms[a];  // the accounts and their posts are there already
      rows.posts += draws * organic;
      const double reshares =
          posts_a_tick() > 0 ? arm.run.behaviour.probability[reshare] * looks_a_tick_ / posts_a_tick() : 0;
      rows.nodes = scenario_.output.cascades ? rows.posts * (1 + reshares) : 0;
      rows.looks = scenario_.output.looks && posts_a_tick() > 0 ? rows.posts * looks_a_tick_ / posts_a_tick() : 0;
    }
    if (organic > 0) rows_.size_classes = std::max(rows_.size_classes, 8.0);
  }

  double most_of(double ArmRows::*rows) const {
    double most = 0;
    for (std::size_t a = 0; a < scenario_.arms.size(); ++a)
      if (is_feed(scenario_.arms[a]))
        most = std::max(most, rows_.arms[a].*rows / draws_of(scenario_, scenario_.arms[a]));
    return most;
  }
  double most_tracked() const { return most_of(&ArmRows::posts); }
  double most_looks() const { return most_of(&ArmRows::looks); }

  /// Buffers of a tick: what is looked at in it, and the session of each thread.
  double scratch() const { return looks_a_tick_ * 48; }

  /// The arrays once feeds are full. What belongs to users is as large as it is.
  double full_world(const Filling& looks) {
    const double posts = posts_a_tick() * (window() + 1);
    const double slots = bytes_["posts.hot"] / (parts_ * sizeof(PostHot));
    const double slot =
        slots > 0
            ? (bytes_["posts.hot"] + bytes_["posts.identity"] + bytes_["posts.visible"] + bytes_["posts.counters"]) /
                  slots
            : 0;
    const double ring = static_cast<double>(std::bit_ceil(static_cast<std::uint64_t>(posts + 1)));
    const double entries = bytes_["seen.roots"] / sizeof(std::uint32_t);
    double entry = 0;
    for (const char* column : {"seen.roots", "seen.actions", "seen.authors"}) {
      entry += entries > 0 ? bytes_[column] / entries : 0;
      bytes_.erase(column);
    }
    const double remembered = std::max(entries, remembered_at(looks)),
                 emissions = posts + scenario_.run.behaviour.probability[reshare] * looks_a_tick_ * window();
    const TimeParameters& time = scenario_.world.time;
    for (const char* growing : {"posts.hot", "posts.identity", "posts.visible", "posts.counters", "timelines.row",
                                "timelines.recent", "tick_counts", "tick_posts", "tracked", "tracked_looks"})
      bytes_.erase(growing);
    if (!trace_.spent.empty())  // ties are moved all the time, and their arenas have some room to grow
      bytes_["trust.ties"] *=
          1.06 * std::max(1.0, static_cast<double>(time.end()) / static_cast<double>(trace_.spent.size()));
    double bytes = 0;
    for (const auto& [name, size] : bytes_) bytes += size;
    const double recent = std::min(emissions / 4, users_ / 8 + posts_a_tick());
    const double ticks = static_cast<double>(time.end()) * (sizeof(TickCounts) + sizeof(TickPosts));
    const double spare =
        bytes_["timelines.offset"] + parts_ * sizeof(Emission) * emissions;  // what the next merge writes
    return bytes + std::max(ring, slots) * slot + entry * remembered + spare +
           parts_ * (sizeof(Emission) * emissions + 16 * recent + ticks + most_tracked() * sizeof(TrackedPost)) +
           most_looks() * sizeof(TrackedLook);
  }

  /// Entries of the seen-log: of the sessions of the last window, and what readers looked at who have not come back
  /// since, for it is forgotten in their next session.
  double remembered_at(const Filling& looks) const {
    const PopulationParameters& people = scenario_.world.population;
    const double w = window(), all = scenario_.world.time.end();
    const double sessions = users_ * people.sessions_per_day / ticks_a_day();
    const double each = sessions > 0 ? looks.at(w) / sessions : 0;
    const double stale = over_rates(people.sessions_per_day / ticks_a_day(), people.session_spread, [&](double rate) {
      return math::exp(-rate * w) * (1 - math::exp(-rate * std::max(0.0, all - w)));
    });
    return looks.at(w) * w + users_ * stale * each;
  }

  const Scenario& scenario_;
  StudyRows& rows_;
  int parts_;
  double most_seconds_, users_, active_;
  Stopwatch watch_;
  Alone alone_;
  Replicate replicate_;
  Spent made_;
  Trace trace_;
  bool warm_ = false;
  double looks_a_tick_ = 0;
  std::map<std::string, double> bytes_;
};

}  // namespace

WorldProbe run_for_a_while(const Scenario& scenario, const StudyGraph& world, const std::shared_ptr<Deals>& deals,
                           double most_seconds, int parts, StudyRows& rows) {
  return WorldRunner(scenario, world, deals, most_seconds, parts, rows).run();
}

}  // namespace grapevine
