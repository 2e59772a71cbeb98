#include "scenarios/study/run_replicate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "graph/base/timing.hpp"
#include "scenarios/result/draws.hpp"
#include "scenarios/study/hangs_on.hpp"

namespace grapevine {

namespace {

/// What is told of a run while it goes on.
std::string doing(const Scenario& scenario, const Arm& arm, std::size_t draw) {
  const std::uint32_t draws = draws_of(scenario, arm);
  return draws == 1 ? arm.name : fmt::format("{}, draw {} of {}", arm.name, draw + 1, draws);
}

/// The record of an arm as it is held to the end of the study: no larger than it must be.
RunRecord kept(std::vector<RunRecord> by_draw) {
  RunRecord record = over_draws(std::move(by_draw));
  record.series.shrink_to_fit();
  record.posts.shrink_to_fit();
  record.cascades.shrink_to_fit();
  record.influencers.shrink_to_fit();
  return record;
}

std::uint32_t number_of(const Scenario& scenario, const Arm& arm) {
  return static_cast<std::uint32_t>(&arm - scenario.arms.data());
}

/// Of those under the feed model, those that share the study's warm-up first: campaigns look at what accounts did in
/// it.
template <class Use>
void each_feed_arm(const Scenario& scenario, Use&& use) {
  for (const ArmWarmup warmup : {ArmWarmup::shared, ArmWarmup::own})
    for (const Arm& arm : scenario.arms)
      if (!is_classic(arm) && arm.warmup == warmup) use(arm);
}

/// `arms`: that go on from the same warm-up, this one among them. Where a campaign looks at it, it is kept.
bool goes_on_alone(const Scenario& scenario, const Arm& arm, std::size_t arms) {
  return arms == 1 && draws_of(scenario, arm) == 1 && !needs_past(scenario.world);
}

const Arm* own_warmup(const Arm& arm) { return arm.warmup == ArmWarmup::own ? &arm : nullptr; }

/// Points in one part of the process. Every part has the whole record in the end; one speaks.
class FeedPart {
public:
  FeedPart(const ReplicateGiven& given, Exchange& exchange, Ticker& ticker)
      : given_(given),
        exchange_(exchange),
        ticker_(ticker),
        speaks_(exchange.part() == 0),
        holds_(speaks_ || !exchange.shares_memory()) {}

  void run(const std::vector<Point*>& points, const std::function<void(Point&)>& done) {
    alone_ = points.size() == 1;
    for (const Point* point : points)
      each_feed_arm(*point->scenario, [&](const Arm& arm) {
        if (!was_complete(*point, arm)) ++warmed_up_[warmup_hangs_on(*point->scenario, own_warmup(arm))].arms;
      });
    for (Point* point : points) {
      run(*point);
      exchange_.gather(std::vector<char>{});  // no part looks at what was saved of it any more
      if (holds_) done(*point);
    }
  }

private:
  /// A world that was warmed up, for all arms that go on from it: those of one point or of several.
  struct WarmedUp {
    std::unique_ptr<Replicate> world = nullptr;
    const Scenario* maker = nullptr;  ///< the study at the point whose arm came first
    std::size_t arms = 0;             ///< that have not run yet
  };

  static bool was_complete(const Point& point, const Arm& arm) {
    return point.saver->record_of(number_of(*point.scenario, arm)) != nullptr;
  }

  void run(const Point& point) {
    const Scenario& scenario = *point.scenario;
    offering_.reset(), offered_.clear();
    bool runs_shared = false;
    each_feed_arm(scenario, [&](const Arm& arm) {
      runs_shared = runs_shared || (arm.warmup == ArmWarmup::shared && !was_complete(point, arm));
    });
    if (!runs_shared && needs_past(scenario.world)) {  // for the campaigns alone
      ++warmed_up_[warmup_hangs_on(scenario, nullptr)].arms;
      keep_for_campaigns(point, world_for(point, nullptr));
      let_go(warmup_hangs_on(scenario, nullptr));
    } else if (!runs_shared && alone_ && shares_warmup(scenario)) {
      take_work(scenario.world.time.warmup);
    }
    each_feed_arm(scenario, [&](const Arm& arm) {
      if (was_complete(point, arm)) return take_arm(point, arm);
      run_arm(point, arm);
      let_go(warmup_hangs_on(scenario, own_warmup(arm)));
    });
  }

  /// What campaigns saw of the shared warm-up is asked again when an arm with a warm-up of its own goes on from where
  /// it was saved.
  void keep_for_campaigns(const Point& point, const Replicate& shared) {
    const auto is_left = [&](const Arm& arm) {
      return !is_classic(arm) && arm.warmup == ArmWarmup::own && !was_complete(point, arm);
    };
    if (needs_past(point.scenario->world) && std::ranges::any_of(point.scenario->arms, is_left))
      point.saver->keep_warmup(exchange_, 0, shared);
  }

  /// The world at the end of the warm-up that arms of the point go on from; makes it where nobody has before.
  const Replicate& world_for(const Point& point, const Arm* own) {
    const std::string key = warmup_hangs_on(*point.scenario, own);
    WarmedUp& from = warmed_up_[key];
    if (!from.world) from.world = warm_up(point, own), from.maker = point.scenario;
    if (from.maker == point.scenario) return *from.world;
    if (offered_ != key) offering_ = from.world->offering(point.scenario->world, point.deals), offered_ = key;
    return *offering_;
  }
  void let_go(const std::string& key) {
    if (--warmed_up_.at(key).arms == 0) warmed_up_.erase(key);
  }

  /// No other run goes on from the world of this arm's warm-up, or from a copy of it: it is the arm's own.
  bool takes_world(const Point& point, const Arm& arm) const {
    const WarmedUp& from = warmed_up_.at(warmup_hangs_on(*point.scenario, own_warmup(arm)));
    return (!from.world || from.maker == point.scenario) && goes_on_alone(*point.scenario, arm, from.arms);
  }

  std::unique_ptr<Replicate> new_world(const Point& point, const Arm* own) const {
    const Scenario& scenario = *point.scenario;
    return std::make_unique<Replicate>(given_.world.graph, given_.world.accounts, scenario.world,
                                       own ? own->run : scenario.run, streams_of(scenario, given_.replicate), exchange_,
                                       point.deals);
  }
  std::unique_ptr<Replicate> warm_up(const Point& point, const Arm* own) {
    const Phase phase("warm-up");
    const Scenario& scenario = *point.scenario;
    std::unique_ptr<Replicate> world = new_world(point, own);
    const Stage stage{.warmup = number_of_warmup(scenario, own), .in_arm = false, .arm = 0, .draw = 0};
    const SavedArrays* const whole = point.saver->world_after(stage.warmup, exchange_.part());
    start(point, own ? "warm-up of " + own->name : "warm-up");
    world->warm_up_from(whole ? whole : point.saver->world_in(stage, exchange_.part()), hook_in(point, stage, nullptr));
    if (whole) take_work(scenario.world.time.warmup);
    return world;
  }
  static std::uint32_t number_of_warmup(const Scenario& scenario, const Arm* own) {
    return own ? number_of(scenario, *own) + 1 : 0;
  }

  void take_arm(const Point& point, const Arm& arm) {
    if (!holds_) return;
    const std::uint32_t number = number_of(*point.scenario, arm);
    point.study->record(0, number, given_.replicate) = *point.saver->record_of(number);
    if (alone_ && arm.warmup == ArmWarmup::own) take_work(point.scenario->world.time.warmup);
    take_work(ticks_of_arm(point) * draws_of(*point.scenario, arm));
  }

  void run_arm(const Point& point, const Arm& arm) {
    if (takes_world(point, arm)) return run_last_arm(point, arm);
    const Replicate& from = world_for(point, own_warmup(arm));
    if (arm.warmup == ArmWarmup::shared) keep_for_campaigns(point, from);
    const Phase phase("arms");
    const Scenario& scenario = *point.scenario;
    const std::uint32_t number = number_of(scenario, arm);
    std::vector<RunRecord> draws = point.saver->draws_of(number);
    take_work(ticks_of_arm(point) * draws.size());
    while (draws.size() < draws_of(scenario, arm)) {
      const auto draw = static_cast<std::uint32_t>(draws.size());
      const Stage stage{
          .warmup = number_of_warmup(scenario, own_warmup(arm)), .in_arm = true, .arm = number, .draw = draw};
      start(point, doing(scenario, arm, draw));
      draws.push_back(from.run_arm_from(point.saver->world_in(stage, exchange_.part()), arm.run, scenario.output,
                                        hook_in(point, stage, &from), draw));
      if (speaks_) point.saver->complete_draw(number, draws);
    }
    complete(point, number, std::move(draws));
  }

  /// What is saved of it is the arm alone: the warm-up is not there any more, and nothing goes on from it.
  void run_last_arm(const Point& point, const Arm& arm) {
    const Scenario& scenario = *point.scenario;
    const Arm* const own = own_warmup(arm);
    const Stage stage{
        .warmup = number_of_warmup(scenario, own), .in_arm = true, .arm = number_of(scenario, arm), .draw = 0};
    const SavedArrays* const saved = point.saver->world_in(stage, exchange_.part());
    std::unique_ptr<Replicate> world;
    if (WarmedUp& from = warmed_up_.at(warmup_hangs_on(scenario, own)); from.world)
      world = std::move(from.world);
    else if (saved)
      world = new_world(point, own), take_work(scenario.world.time.warmup);
    else
      world = warm_up(point, own);
    const Phase phase("arms");
    start(point, doing(scenario, arm, 0));
    std::vector<RunRecord> draws;
    draws.push_back(world->run_last_arm_from(saved, arm.run, scenario.output, hook_in(point, stage, nullptr)));
    complete(point, stage.arm, std::move(draws));
  }

  void complete(const Point& point, std::uint32_t number, std::vector<RunRecord> draws) {
    if (!holds_) return;
    RunRecord& record = point.study->record(0, number, given_.replicate);
    record = kept(std::move(draws));
    if (speaks_) point.saver->complete_arm(number, record);
  }

  StateHook hook_in(const Point& point, const Stage& stage, const Replicate* warm) {
    return [this, &point, stage, warm, begun = false](Tick done, const ArraysOfWorld& arrays) mutable {
      if (speaks_ && !begun) ticker_.goes_on(done - 1);
      begun = true;
      point.saver->after_tick(exchange_, stage, warm, arrays, [&] { ticker_.done(done); });
    };
  }

  /// Whoever stops the study here does so again after the next tick, when what there is can be saved.
  template <class Tell>
  void tell(Tell&& tell) {
    if (!speaks_) return;
    try {
      tell();
    } catch (const StopStudy&) {
    }
  }
  void start(const Point& point, const std::string& what) {
    tell([&] { ticker_.start(given_.replicate, point.name + what); });
  }
  void take_work(std::uint64_t ticks) {
    if (ticks > 0) tell([&] { ticker_.take(ticks); });
  }
  static std::uint64_t ticks_of_arm(const Point& point) {
    const TimeParameters& time = point.scenario->world.time;
    return std::uint64_t{time.measure} + time.followup;
  }

  const ReplicateGiven& given_;
  Exchange& exchange_;
  Ticker& ticker_;
  const bool speaks_;  ///< tells how far it is, and saves
  const bool holds_;   ///< has the records
  bool alone_ = true;  ///< one point
  std::map<std::string, WarmedUp> warmed_up_;
  std::unique_ptr<Replicate> offering_;  ///< of the point that runs, where another made the world
  std::string offered_;                  ///< which world it offers in
};

}  // namespace

int worlds_at_once(const Scenario& whole) {
  std::map<std::string, std::vector<const Scenario*>> by_graph;
  for (const Scenario* study : studies_of(whole)) by_graph[graph_hangs_on(*study)].push_back(study);
  std::size_t most = 0;
  for (const auto& [graph, points] : by_graph) {  // as FeedPart runs them
    std::map<std::string, std::size_t> left;
    for (const Scenario* point : points)
      each_feed_arm(*point, [&](const Arm& arm) { ++left[warmup_hangs_on(*point, own_warmup(arm))]; });
    std::map<std::string, const Scenario*> makers;  // of the worlds that are there
    for (const Scenario* point : points) {
      bool offers = false;
      if (needs_past(point->world)) most = std::max(most, makers.size() + 1);
      each_feed_arm(*point, [&](const Arm& arm) {
        const std::string key = warmup_hangs_on(*point, own_warmup(arm));
        const bool own = makers.emplace(key, point).first->second == point;
        const bool takes = own && goes_on_alone(*point, arm, left[key]);
        offers = offers || !own;
        most = std::max(most, makers.size() + (offers ? 1 : 0) + (takes ? 0 : 1));
        if (--left[key] == 0) makers.erase(key);
      });
    }
  }
  return static_cast<int>(most);
}

void run_feeds(const ReplicateGiven& given, const std::vector<Point*>& points, Ticker& ticker,
               const std::function<void(Point&)>& done) {
  if (given.ranks != nullptr) return FeedPart(given, *given.ranks, ticker).run(points, done);
  run_parts(given.parts, [&](Exchange& exchange) { FeedPart(given, exchange, ticker).run(points, done); });
}

void run_classics(const ReplicateGiven& given, const Point& point, Ticker& ticker) {
  const Scenario& scenario = *point.scenario;
  if (std::ranges::none_of(scenario.arms, is_classic)) return;
  const Phase phase("classic models");
  const DiffusionReplicate run(given.world.graph, given.world.accounts, given.world.chances, scenario.world,
                               *point.deals, streams_of(scenario, given.replicate), point.numbers);
  point.saver->saving_records([&] {
    for (const Arm& arm : scenario.arms) {
      if (!is_classic(arm)) continue;
      const std::uint32_t number = number_of(scenario, arm), wanted = draws_of(scenario, arm);
      RunRecord& record = point.study->record(0, number, given.replicate);
      if (const RunRecord* const saved = point.saver->record_of(number)) {
        record = *saved;
        ticker.take(wanted * classic_work);
        continue;
      }
      std::vector<RunRecord> draws = point.saver->draws_of(number);
      if (!draws.empty()) ticker.take(draws.size() * classic_work);
      while (draws.size() < wanted) {
        const auto draw = static_cast<std::uint32_t>(draws.size());
        ticker.start(given.replicate, point.name + doing(scenario, arm, draw));
        const ShareHook hook = ticker.share_hook();
        draws.push_back(run.run_arm(arm.run, scenario.output, hook, draw));
        point.saver->complete_draw(number, draws);
        hook(1.0);
        point.saver->after_run();
      }
      record = kept(std::move(draws));
      point.saver->complete_arm(number, record);
    }
  });
}

}  // namespace grapevine
