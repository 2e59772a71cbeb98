#include "scenarios/study/run_replicate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "graph/base/parallel.hpp"
#include "graph/base/timing.hpp"
#include "scenarios/result/draws.hpp"
#include "scenarios/study/beside.hpp"
#include "scenarios/study/families.hpp"
#include "scenarios/study/hangs_on.hpp"

namespace grapevine {

namespace {

/// What is told of a run while it goes on.
std::string doing(const Scenario& scenario, const Arm& arm, std::size_t draw) {
  const std::uint32_t draws = draws_of(scenario, arm);
  return draws == 1 ? arm.name : fmt::format("{}, draw {} of {}", arm.name, draw + 1, draws);
}

std::string doing(const ArmFamily& family) {
  std::string names;
  for (const Arm* arm : family.arms) names += fmt::format("{}{}", names.empty() ? "" : ", ", arm->name);
  return names + " until the first paid post";
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

template <class Use>
void each_feed_arm(const Scenario& scenario, Use&& use) {
  for (const ArmFamily& family : families_of(scenario))
    for (const Arm* arm : family.arms) use(family, *arm);
}

/// `arms`: that go on from the same world, this one among them. Where a campaign looks at it, it is kept.
bool goes_on_alone(const Scenario& scenario, const Arm& arm, std::size_t arms) {
  return arms == 1 && draws_of(scenario, arm) == 1 && !needs_past(scenario.world);
}

/// `arms`: that go on from the family's warm-up.
bool leads_in_alone(const Scenario& scenario, const ArmFamily& family, std::size_t arms) {
  return family.lead_in > 0 && arms == family.arms.size() && !needs_past(scenario.world);
}

/// Points in one part of the process. Every part has the whole record in the end; one speaks.
class FeedPart {
public:
  FeedPart(const ReplicateGiven& given, Exchange& exchange, Ticker& ticker)
      : given_(given),
        exchange_(exchange),
        ticker_(ticker),
        speaks_(exchange.part() == 0),
        holds_(speaks_ || !exchange.shares_memory()),
        beside_(given.arms) {}

  void run(const std::vector<Point*>& points, const std::function<void(Point&)>& done) {
    alone_ = points.size() == 1;
    for (const Point* point : points)
      each_feed_arm(*point->scenario, [&](const ArmFamily& family, const Arm& arm) {
        if (!was_complete(*point, arm)) ++warmed_up_[warmup_hangs_on(*point->scenario, family.own)].arms;
      });
    for (Point* point : points) {
      run_to_end(*point);
      exchange_.gather(std::vector<char>{});  // no part looks at what was saved of it any more
      if (holds_) done(*point);
    }
  }

private:
  /// A world that was warmed up, for all arms that go on from it: those of one point or of several.
  struct WarmedUp {
    std::shared_ptr<Replicate> world = nullptr;
    const Scenario* maker = nullptr;  ///< the study at the point whose arm came first
    std::size_t arms = 0;             ///< that have not run yet
  };
  /// What a run of an arm goes on from.
  struct Origin {
    std::uint32_t number;  ///< of the world among those that are saved
    Tick after_warmup;
  };

  static bool was_complete(const Point& point, const Arm& arm) {
    return point.saver->record_of(number_of(*point.scenario, arm)) != nullptr;
  }

  void run(const Point& point) {
    const Scenario& scenario = *point.scenario;
    offering_.reset(), offered_.clear();
    const std::vector<ArmFamily> families = families_of(scenario);
    const bool runs_shared = std::ranges::any_of(
        families, [&](const ArmFamily& family) { return family.own == nullptr && arms_left(point, family) > 0; });
    if (!runs_shared && needs_past(scenario.world)) {  // for the campaigns alone
      ++warmed_up_[warmup_hangs_on(scenario, nullptr)].arms;
      keep_for_campaigns(point, *world_for(point, nullptr));
      let_go(warmup_hangs_on(scenario, nullptr));
    } else if (!runs_shared && alone_ && shares_warmup(scenario)) {
      take_work(scenario.world.time.warmup);
    }
    for (const ArmFamily& family : families) run_family(point, family);
  }

  /// What is complete when the study is stopped is saved with what the others wrote when they heard of it.
  void run_to_end(const Point& point) {
    try {
      try {
        run(point);
      } catch (const Beside::OtherFailed&) {  // told by what follows
      }
      beside_.wait();
    } catch (const StopStudy&) {
      if (beside_.one_by_one()) throw;
      beside_.end();
      point.saver->keep_records();
      throw;
    }
  }

  static std::size_t arms_left(const Point& point, const ArmFamily& family) {
    return static_cast<std::size_t>(
        std::ranges::count_if(family.arms, [&](const Arm* arm) { return !was_complete(point, *arm); }));
  }

  void run_family(const Point& point, const ArmFamily& family) {
    const Scenario& scenario = *point.scenario;
    std::size_t left = arms_left(point, family);
    if (left == 0) take_work(family.lead_in + (family.own && alone_ ? scenario.world.time.warmup : 0));
    for (const Arm* arm : family.arms)
      if (was_complete(point, *arm)) take_arm(point, family, *arm);
    std::shared_ptr<Replicate> lead;
    if (family.lead_in > 0 && left > 0 && !last_was_saved(point, family, left)) lead = lead_in(point, family, left);
    for (const Arm* arm : family.arms) {
      if (was_complete(point, *arm)) continue;
      if (family.lead_in > 0)
        run_after_lead_in(point, family, *arm, left--, lead);
      else
        run_arm(point, family, *arm);
      let_go(warmup_hangs_on(scenario, family.own));
    }
  }

  static Origin warmup_of(const Point& point, const ArmFamily& family) {
    return {family.own ? number_of(*point.scenario, *family.own) + 1 : 0, 0};
  }
  static Origin lead_in_of(const Point& point, const ArmFamily& family) {
    const auto arms = static_cast<std::uint32_t>(point.scenario->arms.size());
    return {arms + 1 + number_of(*point.scenario, *family.arms.front()), family.lead_in};
  }
  static Stage stage_of(const Point& point, const Origin& from, const Arm& arm, std::uint32_t draw = 0) {
    return {.warmup = from.number, .in_arm = true, .arm = number_of(*point.scenario, arm), .draw = draw};
  }

  /// The lead-in went on as its last arm, which was saved.
  bool last_was_saved(const Point& point, const ArmFamily& family, std::size_t left) const {
    const auto last = std::ranges::find_if(family.arms, [&](const Arm* arm) { return !was_complete(point, *arm); });
    return takes_alone(point, **last, left) &&
           point.saver->world_in(stage_of(point, lead_in_of(point, family), **last), exchange_.part()) != nullptr;
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
  std::shared_ptr<const Replicate> world_for(const Point& point, const Arm* own) {
    const std::string key = warmup_hangs_on(*point.scenario, own);
    WarmedUp& from = warmed_up_[key];
    if (!from.world) from.world = warm_up(point, own), from.maker = point.scenario;
    if (from.maker == point.scenario) return from.world;
    if (offered_ != key) offering_ = from.world->offering(point.scenario->world, point.deals), offered_ = key;
    return offering_;
  }
  void let_go(const std::string& key) {
    if (--warmed_up_.at(key).arms == 0) warmed_up_.erase(key);
  }

  const WarmedUp& origin_of(const Point& point, const ArmFamily& family) const {
    return warmed_up_.at(warmup_hangs_on(*point.scenario, family.own));
  }
  /// Arms that go on beside each other go on from copies.
  bool takes_alone(const Point& point, const Arm& arm, std::size_t arms) const {
    return beside_.one_by_one() && goes_on_alone(*point.scenario, arm, arms);
  }
  /// Whether the world of the warm-up is this point's own, or will be.
  static bool is_own(const Point& point, const WarmedUp& from) { return !from.world || from.maker == point.scenario; }

  /// The world of the warm-up itself, for whatever is the last that goes on from it. What was `saved` of that needs no
  /// warm-up.
  std::shared_ptr<Replicate> taken_world(const Point& point, const ArmFamily& family, const SavedArrays* saved) {
    WarmedUp& from = warmed_up_.at(warmup_hangs_on(*point.scenario, family.own));
    if (from.world) return std::move(from.world);
    if (saved == nullptr) return warm_up(point, family.own);
    take_work(point.scenario->world.time.warmup);
    return new_world(point, family.own);
  }

  std::shared_ptr<Replicate> new_world(const Point& point, const Arm* own) const {
    const Scenario& scenario = *point.scenario;
    return std::make_shared<Replicate>(given_.world.graph, given_.world.accounts, scenario.world,
                                       own ? unpaid(own->run) : scenario.run, streams_of(scenario, given_.replicate),
                                       exchange_, point.deals);
  }
  std::shared_ptr<Replicate> warm_up(const Point& point, const Arm* own) {
    const Phase phase("warm-up");
    const ThreadsHere threads(beside_.threads());
    const Scenario& scenario = *point.scenario;
    const std::shared_ptr<Replicate> world = new_world(point, own);
    const Stage stage{.warmup = own ? number_of(scenario, *own) + 1 : 0, .in_arm = false, .arm = 0, .draw = 0};
    const SavedArrays* const whole = point.saver->world_after(stage.warmup, exchange_.part());
    start(point, own ? "warm-up of " + own->name : "warm-up");
    world->warm_up_from(whole ? whole : point.saver->world_in(stage, exchange_.part()), hook_in(point, stage, nullptr));
    if (whole) take_work(scenario.world.time.warmup);
    return world;
  }

  void take_arm(const Point& point, const ArmFamily& family, const Arm& arm) {
    if (!holds_) return;
    const std::uint32_t number = number_of(*point.scenario, arm);
    point.study->record(0, number, given_.replicate) = *point.saver->record_of(number);
    take_work(std::uint64_t{ticks_of_arm(point) - family.lead_in} * draws_of(*point.scenario, arm));
  }

  void run_arm(const Point& point, const ArmFamily& family, const Arm& arm) {
    const WarmedUp& origin = origin_of(point, family);
    if (is_own(point, origin) && takes_alone(point, arm, origin.arms)) {
      const Stage stage = stage_of(point, warmup_of(point, family), arm);
      std::shared_ptr<Replicate> world = taken_world(point, family, point.saver->world_in(stage, exchange_.part()));
      return run_in(point, arm, warmup_of(point, family), std::move(world));
    }
    std::shared_ptr<const Replicate> from = world_for(point, family.own);
    if (family.own == nullptr) keep_for_campaigns(point, *from);
    run_copies(point, arm, warmup_of(point, family), std::move(from));
  }

  /// Whether the warm-up is asked for after what is saved of the family: by another one, or by what campaigns look at.
  static bool is_asked_again(const Point& point, const ArmFamily& family) {
    const std::string key = warmup_hangs_on(*point.scenario, family.own);
    return needs_past(point.scenario->world) ||
           std::ranges::any_of(families_of(*point.scenario), [&](const ArmFamily& other) {
             return other.arms != family.arms && arms_left(point, other) > 0 &&
                    warmup_hangs_on(*point.scenario, other.own) == key;
           });
  }

  /// Whatever of the family's first ticks all its arms have in common: docs/model.md 3. `arms` of them are left.
  std::shared_ptr<Replicate> lead_in(const Point& point, const ArmFamily& family, std::size_t arms) {
    const Scenario& scenario = *point.scenario;
    const Origin warmup = warmup_of(point, family);
    const Stage stage{.warmup = warmup.number,
                      .in_arm = true,
                      .arm = lead_in_of(point, family).number,  // no arm has it
                      .draw = 0};
    const SavedArrays* const whole = point.saver->world_after(stage.arm, exchange_.part());
    const SavedArrays* const saved = whole ? whole : point.saver->world_in(stage, exchange_.part());
    const WarmedUp& origin = origin_of(point, family);
    const bool takes = beside_.one_by_one() && is_own(point, origin) &&
                       leads_in_alone(scenario, family, origin.arms + family.arms.size() - arms);
    std::shared_ptr<Replicate> taken;
    if (whole && !needs_past(scenario.world))
      taken = new_world(point, family.own);  // nobody asks for the warm-up here
    else if (takes)
      taken = taken_world(point, family, saved);
    const std::shared_ptr<const Replicate> from = taken ? nullptr : world_for(point, family.own);
    if (from && is_asked_again(point, family)) point.saver->keep_warmup(exchange_, warmup.number, *from);
    const Phase phase("arms");
    const ThreadsHere threads(beside_.threads());
    start(point, doing(family));
    const StateHook hook = hook_in(point, stage, from.get());
    const RunParameters run = unpaid(family.arms.front()->run);
    std::shared_ptr<Replicate> lead = taken
                                          ? taken->last_lead_in_from(saved, run, scenario.output, family.lead_in, hook)
                                          : from->lead_in_from(saved, run, scenario.output, family.lead_in, hook);
    if (whole) take_work(family.lead_in);
    return lead;
  }

  /// One of `left` that go on from the lead-in; null where the last one was saved.
  void run_after_lead_in(const Point& point, const ArmFamily& family, const Arm& arm, std::size_t left,
                         std::shared_ptr<Replicate>& lead) {
    const Origin from = lead_in_of(point, family);
    if (!takes_alone(point, arm, left)) return run_copies(point, arm, from, lead);
    if (!lead) {  // a world of its own, for what it goes on from lies in what was saved of it
      const WarmedUp& origin = origin_of(point, family);
      if (!origin.world && origin.arms == 1) take_work(point.scenario->world.time.warmup);
      lead = new_world(point, family.own);
      take_work(family.lead_in);
    }
    run_in(point, arm, from, std::move(lead));
  }

  void run_copies(const Point& point, const Arm& arm, const Origin& origin, std::shared_ptr<const Replicate> from) {
    std::vector<RunRecord> draws = point.saver->draws_of(number_of(*point.scenario, arm));
    take_work(std::uint64_t{ticks_of_arm(point) - origin.after_warmup} * draws.size());
    beside_.begin([this, &point, &arm, origin, from = std::move(from), draws = std::move(draws)]() mutable {
      run_draws(point, arm, origin, *from, std::move(draws));
    });
  }

  /// The draws of an arm that are left, after those that are there.
  void run_draws(const Point& point, const Arm& arm, const Origin& origin, const Replicate& from,
                 std::vector<RunRecord> draws) {
    const Phase phase("arms");
    const Scenario& scenario = *point.scenario;
    const std::uint32_t number = number_of(scenario, arm);
    while (draws.size() < draws_of(scenario, arm)) {
      const auto draw = static_cast<std::uint32_t>(draws.size());
      const Stage stage = stage_of(point, origin, arm, draw);
      start(point, doing(scenario, arm, draw));
      draws.push_back(from.run_arm_from(point.saver->world_in(stage, exchange_.part()), arm.run, scenario.output,
                                        hook_in(point, stage, &from, origin.after_warmup), draw));
      if (speaks_) point.saver->complete_draw(number, draws);
    }
    complete(point, number, std::move(draws));
  }

  /// In the world that is given. What is saved of it is the arm alone: what it went on from is not there any more, and
  /// nothing else goes on from it.
  void run_in(const Point& point, const Arm& arm, const Origin& origin, std::shared_ptr<Replicate> world) {
    const Stage stage = stage_of(point, origin, arm);
    const Phase phase("arms");
    start(point, doing(*point.scenario, arm, 0));
    std::vector<RunRecord> draws;
    draws.push_back(world->run_last_arm_from(point.saver->world_in(stage, exchange_.part()), arm.run,
                                             point.scenario->output,
                                             hook_in(point, stage, nullptr, origin.after_warmup)));
    complete(point, stage.arm, std::move(draws));
  }

  void complete(const Point& point, std::uint32_t number, std::vector<RunRecord> draws) {
    if (!holds_) return;
    RunRecord& record = point.study->record(0, number, given_.replicate);
    record = kept(std::move(draws));
    if (speaks_) point.saver->complete_arm(number, record);
  }

  /// `before`: ticks behind the warm-up that were told of before the run.
  StateHook hook_in(const Point& point, const Stage& stage, const Replicate* warm, Tick before = 0) {
    return [this, &point, stage, warm, before, begun = false, told = Ticker::Run{}](
               Tick done, const ArraysOfWorld& arrays) mutable {
      done -= before;
      if (speaks_ && !begun) ticker_.goes_on(done - 1);
      begun = true;
      point.saver->after_tick(exchange_, stage, warm, arrays, [&] { ticker_.done(told, done); });
      if (beside_.failed()) throw Beside::OtherFailed{};
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
  static Tick ticks_of_arm(const Point& point) {
    const TimeParameters& time = point.scenario->world.time;
    return time.measure + time.followup;
  }

  const ReplicateGiven& given_;
  Exchange& exchange_;
  Ticker& ticker_;
  const bool speaks_;  ///< tells how far it is, and saves
  const bool holds_;   ///< has the records
  bool alone_ = true;  ///< one point
  std::map<std::string, WarmedUp> warmed_up_;
  std::shared_ptr<Replicate> offering_;  ///< of the point that runs, where another made the world
  std::string offered_;                  ///< which world it offers in
  Beside beside_;                        ///< last: what runs in it looks at the others
};

}  // namespace

int worlds_at_once(const Scenario& whole) {
  std::map<std::string, std::vector<const Scenario*>> by_graph;
  for (const Scenario* study : studies_of(whole)) by_graph[graph_hangs_on(*study)].push_back(study);
  std::size_t most = 0;
  for (const auto& [graph, points] : by_graph) {  // as FeedPart runs them
    std::map<std::string, std::size_t> left;
    for (const Scenario* point : points)
      each_feed_arm(*point, [&](const ArmFamily& family, const Arm&) { ++left[warmup_hangs_on(*point, family.own)]; });
    std::map<std::string, const Scenario*> makers;  // of the worlds that are there
    for (const Scenario* point : points) {
      bool offers = false;
      if (needs_past(point->world)) most = std::max(most, makers.size() + 1);
      for (const ArmFamily& family : families_of(*point)) {
        const std::string key = warmup_hangs_on(*point, family.own);
        const bool own = makers.emplace(key, point).first->second == point;
        const bool leads = own && leads_in_alone(*point, family, left[key]);
        offers = offers || !own;
        for (const Arm* arm : family.arms) {
          const bool takes = own && family.lead_in == 0 && goes_on_alone(*point, *arm, left[key]);
          const std::size_t more = takes ? 0 : family.lead_in > 0 && !leads ? 2 : 1;
          most = std::max(most, makers.size() + (offers ? 1 : 0) + more);
          if (--left[key] == 0) makers.erase(key);
        }
      }
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
