#include "scenarios/study/run_points.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <list>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <set>
#include <utility>

#include "graph/base/error.hpp"
#include "scenarios/result/draws.hpp"
#include "scenarios/study/deals.hpp"
#include "scenarios/study/hangs_on.hpp"
#include "scenarios/study/possible.hpp"
#include "scenarios/study/provenance.hpp"
#include "scenarios/study/ticker.hpp"
#include "scenarios/study/units.hpp"
#include "sim/money/campaigns.hpp"
#include "sim/run/diffusion_run.hpp"

namespace grapevine {

namespace {

/// The record of an arm as it is held to the end of the study: no larger than it must be.
RunRecord kept(std::vector<RunRecord> by_draw) {
  RunRecord record = over_draws(std::move(by_draw));
  record.series.shrink_to_fit();
  record.posts.shrink_to_fit();
  record.cascades.shrink_to_fit();
  record.influencers.shrink_to_fit();
  return record;
}

/// What the users are called that have a row in the records of a replicate.
std::vector<std::pair<UserId, std::string>> outside_ids(const StudyGraph& world, const StudyResult& study,
                                                        std::uint32_t replicate) {
  const std::vector<std::string>& ids = world.accounts.outside_ids;
  if (ids.empty()) return {};
  std::set<UserId> users;
  for (std::size_t arm = 0; arm < study.arms.size(); ++arm) {
    for (const PostRow& post : study.record(0, arm, replicate).posts) users.insert(post.author);
    for (const InfluencerRow& influencer : study.record(0, arm, replicate).influencers) users.insert(influencer.user);
  }
  std::vector<std::pair<UserId, std::string>> named;
  for (const UserId user : users) named.emplace_back(user, ids[user.index()]);
  return named;
}

/// One point of the study while a replicate runs.
struct Point {
  const Scenario* scenario;
  StudyResult* study;
  std::string name;  ///< "price.post=50: "; empty where there are no others
  std::shared_ptr<Deals> deals = {};
  std::string runs = {};  ///< of the names of its units
  bool runs_now = false;  ///< in this replicate, and is not complete yet
};

/// Worlds that were warmed up, for all arms that go on from them: those of one point or of several.
class WarmedUp {
public:
  struct World {
    std::unique_ptr<Replicate> world = nullptr;
    const Scenario* maker = nullptr;  ///< the study at the point whose arm came first
    std::size_t arms = 0;             ///< that have not run yet
  };
  World& operator[](const std::string& key) { return by_key_[key]; }
  /// An arm that goes on from it has run; the last lets go of it.
  void done(const std::string& key) {
    if (--by_key_.at(key).arms == 0) by_key_.erase(key);
  }

private:
  std::map<std::string, World> by_key_;
};

/// Runs the arms under the feed model of points on one graph, in one part of the process.
class FeedRunner {
public:
  FeedRunner(const StudyGraph& world, std::uint32_t replicate, Exchange& exchange, Ticker& ticker)
      : world_(world), replicate_(replicate), exchange_(exchange), ticker_(ticker), speaks_(exchange.part() == 0) {}

  /// `done` is called, in one part, for each point whose arms under the feed model are complete.
  void run(const std::vector<Point*>& points, const std::function<void(Point&)>& done) {
    for (const Point* point : points) each_arm(*point, [&](const Arm& arm) { ++warmed_up_[key_of(*point, arm)].arms; });
    for (Point* point : points) {
      run(*point);
      if (speaks_) done(*point);
    }
  }

private:
  /// Of those under the feed model, those that share the study's warm-up first: campaigns look at what accounts did in
  /// it.
  template <class Use>
  static void each_arm(const Point& point, Use&& use) {
    for (const ArmWarmup warmup : {ArmWarmup::shared, ArmWarmup::own})
      for (const Arm& arm : point.scenario->arms)
        if (!is_classic(arm) && arm.warmup == warmup) use(arm);
  }

  static const Arm* own_warmup(const Arm& arm) { return arm.warmup == ArmWarmup::own ? &arm : nullptr; }
  static std::string key_of(const Point& point, const Arm& arm) {
    return warmup_hangs_on(*point.scenario, own_warmup(arm));
  }

  void run(const Point& point) {
    const bool shares = std::ranges::any_of(
        point.scenario->arms, [](const Arm& arm) { return !is_classic(arm) && arm.warmup == ArmWarmup::shared; });
    if (!shares && shares_warmup(*point.scenario)) warmed_up(point, nullptr);  // for the campaigns alone
    std::unique_ptr<Replicate> offering;
    std::string offered;
    each_arm(point, [&](const Arm& arm) {
      const std::string key = key_of(point, arm);
      WarmedUp::World& from = warmed_up_[key];
      if (!from.world) from.world = warmed_up(point, own_warmup(arm)), from.maker = point.scenario;
      if (from.maker != point.scenario && offered != key)
        offering = from.world->offering(point.scenario->world, point.deals), offered = key;
      run_arm(point, arm, from.maker == point.scenario ? *from.world : *offering);
      warmed_up_.done(key);
    });
  }

  std::unique_ptr<Replicate> warmed_up(const Point& point, const Arm* own) {
    const Scenario& scenario = *point.scenario;
    auto made =
        std::make_unique<Replicate>(world_.graph, world_.accounts, scenario.world, own ? own->run : scenario.run,
                                    streams_of(scenario, replicate_), exchange_, point.deals);
    made->warm_up(start(point, own ? "warm-up of " + own->name : "warm-up"));
    return made;
  }

  void run_arm(const Point& point, const Arm& arm, const Replicate& from) {
    const Scenario& scenario = *point.scenario;
    std::vector<RunRecord> records;
    for (std::uint32_t draw = 0; draw < draws_of(scenario, arm); ++draw)
      records.push_back(from.run_arm(arm.run, scenario.output, start(point, doing(scenario, arm, draw)), draw));
    const auto place = static_cast<std::size_t>(&arm - scenario.arms.data());
    if (speaks_) point.study->record(0, place, replicate_) = kept(std::move(records));
  }

  TickHook start(const Point& point, const std::string& doing) {
    if (!speaks_) return {};  // every part has the whole record in the end; one tells
    ticker_.start(replicate_, point.name + doing);
    return ticker_.hook();
  }

  const StudyGraph& world_;
  std::uint32_t replicate_;
  Exchange& exchange_;
  Ticker& ticker_;
  bool speaks_;
  WarmedUp warmed_up_;
};

/// Runs the replicates one by one, at all points, and keeps those that are complete whatever becomes of the others.
class ReplicateRunner {
public:
  ReplicateRunner(const Scenario& whole, const StudyOptions& options, const Enough& enough, Holds holds,
                  std::vector<StudyResult>& results)
      : whole_(whole), options_(options), enough_(enough), holds_(holds), results_(results), ticker_(whole, options) {
    const std::vector<const Scenario*> studies = studies_of(whole);
    for (std::size_t i = 0; i < studies.size(); ++i) {
      points_.push_back({studies[i], &results[i], whole.at.empty() ? "" : whole.points[i].name + ": "});
      groups_[graph_hangs_on(*studies[i])].push_back(&points_.back());
    }
    work_ = own_work_of(whole) / (std::uint64_t{whole.replicates} * studies.size());
  }

  void run() {
    ticker_.start(0, "graph");
    const Provenance inputs = provenance_of_inputs(whole_, ticker_.alive());
    for (Point& point : points_) point.study->provenance = inputs;
    bool enough = false;
    for (std::uint32_t replicate = 0; replicate < whole_.replicates && !stopped_ && !enough; ++replicate) {
      take_units(replicate);
      if (replicate == 0) expect_possible();
      try_one(replicate);
      enough = enough_ && complete_.size() == replicate + 1 && enough_(results_, replicate + 1);
    }
    if (complete_.empty() && (stopped_ || !left_to_others_)) std::rethrow_exception(failure_);
    if (complete_.size() == whole_.replicates) return;
    for (Point& point : points_) {
      point.study->keep(complete_);
      if (enough) point.study->asked = point.study->replicates;
    }
  }

private:
  UnitName name_of(Point& point, std::uint32_t replicate) {
    if (point.runs.empty()) point.runs = options_.units->names.of(*point.scenario, replicate).runs;
    return {point.runs, replicate};
  }

  /// Finds out which points are to be run in this replicate: all but those that are there already, or left to others.
  void take_units(std::uint32_t replicate) {
    whole_replicate_ = true;
    for (Point& point : points_) {
      point.runs_now = options_.units == nullptr;
      if (point.runs_now) continue;
      const UnitName name = name_of(point, replicate);
      if (!options_.units->wants(name)) {
        left_to_others_ = true;
        whole_replicate_ = false;
      } else if (std::optional<Unit> unit = options_.units->take(name)) {
        take(std::move(*unit), point, replicate);
      } else {
        point.runs_now = true;
      }
    }
  }
  void take(Unit unit, Point& point, std::uint32_t replicate) {
    ticker_.take(work_);
    if (!unit.failure.empty()) {
      if (whole_replicate_) missing(unit.failure, std::make_exception_ptr(Error(unit.failure)));
      whole_replicate_ = false;
      return;
    }
    point.study->graph(0, replicate) = unit.graph;
    for (std::size_t arm = 0; arm < point.study->arms.size(); ++arm)
      point.study->record(0, arm, replicate) = std::move(unit.records.at(arm));
    point.study->accounts.insert(unit.accounts.begin(), unit.accounts.end());
  }

  /// What is complete goes to the store as well.
  void keep(Point& point, std::uint32_t replicate) {
    auto ids = outside_ids(world_, *point.study, replicate);
    point.study->accounts.insert(ids.begin(), ids.end());
    point.runs_now = false;
    if (options_.units == nullptr) return;
    UnitView unit{.name = name_of(point, replicate),
                  .failure = {},
                  .graph = &point.study->graph(0, replicate),
                  .records = {},
                  .accounts = std::move(ids)};
    for (std::size_t arm = 0; arm < point.study->arms.size(); ++arm)
      unit.records.push_back(&point.study->record(0, arm, replicate));
    options_.units->keep(unit);
    for (std::size_t arm = 0; holds_ == Holds::nothing && arm < point.study->arms.size(); ++arm)
      point.study->record(0, arm, replicate) = {};
  }
  /// A replicate that cannot be at one point is missing at all.
  void keep_failure(std::uint32_t replicate, const std::string& why) {
    if (options_.units == nullptr) return;
    try {
      const GraphFacts none;
      for (Point& point : points_)
        if (point.runs_now)
          options_.units->keep(
              {.name = name_of(point, replicate), .failure = why, .graph = &none, .records = {}, .accounts = {}});
    } catch (const StopStudy& stop) {
      give_up(stop.words() + ".");
    }
  }

  /// Those of a group that are run in this replicate.
  static std::vector<Point*> to_run(const std::vector<Point*>& group) {
    std::vector<Point*> points;
    std::ranges::copy_if(group, std::back_inserter(points), &Point::runs_now);
    return points;
  }

  /// Before anything runs: that all points can have the graph and the accounts that they ask for. What is wrong with
  /// replicate 0 is wrong with the request.
  void expect_possible() {
    for (const Point& point : points_)
      if (point.runs_now)
        expect_switches_possible(*point.scenario, SwitchedGraph::other, world_, true, ticker_.alive());
    for (auto group = groups_.rbegin(); group != groups_.rend(); ++group) {  // ends with the one that is run first
      const std::vector<Point*> points = to_run(group->second);
      if (points.empty()) continue;
      for (Point& point : points_) point.deals = {};  // they look at a graph that goes
      take_graph(group->first, *points.front()->scenario, 0);
      for (Point* point : points) {
        expect_known(*point->scenario, world_.accounts);
        point->deals = deals_of(*point, 0);
        expect_runnable(*point->scenario, world_, *point->deals);
        expect_switches_possible(*point->scenario, SwitchedGraph::same, world_, true, ticker_.alive());
      }
    }
  }

  std::shared_ptr<Deals> deals_of(const Point& point, std::uint32_t replicate) {
    return make_deals(*point.scenario, point.scenario->world, world_, replicate, ticker_.alive());
  }

  /// Makes the graph of the points of a group; nothing, if it is there.
  void take_graph(const std::string& group, const Scenario& scenario, std::uint32_t replicate) {
    const std::string wanted = fmt::format("{}\n{}", redraws_graph(scenario) ? replicate : 0, group);
    if (wanted == graph_) return;
    if (!noted_.empty() || replicate > 0) ticker_.start(replicate, "graph");
    numbers_ = std::make_shared<ReproductionNumbers>();
    world_ = {};  // no room is needed for two graphs
    graph_.clear();
    world_ = make_graph(scenario, replicate);
    graph_ = wanted;
    if (options_.notes && noted_.empty()) options_.notes(world_.notes);
    if (noted_.empty()) noted_ = wanted;
  }

  void try_one(std::uint32_t replicate) {
    try {
      for (const auto& [graph, points] : groups_) run_group(graph, to_run(points), replicate);
      if (whole_replicate_) complete_.push_back(replicate);
    } catch (const StopStudy& stop) {
      give_up(stop.words() + ".");
    } catch (const BadRequest& mistake) {  // what passed for replicate 0 and is not to be had here
      const std::string why = fmt::format("replicate {}: {}.", replicate, mistake.what());
      missing(why, std::make_exception_ptr(Error(why)));
      keep_failure(replicate, why);
    } catch (const std::bad_alloc&) {
      for (Point& point : points_) point.deals = {};
      world_ = {}, graph_.clear();  // so that there is some for what is left to do
      give_up(fmt::format("replicate {}: out of memory.", replicate));
    } catch (const std::exception& error) {
      give_up(fmt::format("replicate {}: {}.", replicate, error.what()));
    }
  }

  void run_group(const std::string& graph, const std::vector<Point*>& points, std::uint32_t replicate) {
    if (points.empty()) return;
    take_graph(graph, *points.front()->scenario, replicate);
    for (Point* point : points) {
      point->study->graph(0, replicate) = world_.facts;
      if (replicate > 0 || !point->deals) point->deals = deals_of(*point, replicate);
    }
    const auto done = [&](Point& point) {
      run_classic(point, replicate);
      keep(point, replicate);
      point.deals = {};
    };
    std::vector<Point*> feeds;
    for (Point* point : points)
      if (warms_up(*point->scenario)) feeds.push_back(point);
    if (!feeds.empty())
      run_parts(options_.parts,
                [&](Exchange& exchange) { FeedRunner(world_, replicate, exchange, ticker_).run(feeds, done); });
    for (Point* point : points)
      if (point->runs_now) done(*point);
  }

  void run_classic(const Point& point, std::uint32_t replicate) {
    const Scenario& scenario = *point.scenario;
    if (std::ranges::none_of(scenario.arms, is_classic)) return;
    const DiffusionReplicate run(world_.graph, world_.accounts, world_.chances, scenario.world, *point.deals,
                                 streams_of(scenario, replicate), numbers_);
    for (std::size_t arm = 0; arm < scenario.arms.size(); ++arm) {
      if (!is_classic(scenario.arms[arm])) continue;
      std::vector<RunRecord> records;
      for (std::uint32_t draw = 0; draw < draws_of(scenario, scenario.arms[arm]); ++draw) {
        ticker_.start(replicate, point.name + doing(scenario, scenario.arms[arm], draw));
        const ShareHook hook = ticker_.share_hook();
        records.push_back(run.run_arm(scenario.arms[arm].run, scenario.output, hook, draw));
        hook(1.0);
      }
      point.study->record(0, arm, replicate) = kept(std::move(records));
    }
  }

  void missing(const std::string& why, std::exception_ptr failure) {
    for (Point& point : points_) point.study->incomplete += (point.study->incomplete.empty() ? "" : " ") + why;
    failure_ = std::move(failure);
  }
  void give_up(const std::string& why) {
    missing(why, std::current_exception());
    stopped_ = true;
  }

  const Scenario& whole_;
  const StudyOptions& options_;
  const Enough& enough_;
  const Holds holds_;
  std::vector<StudyResult>& results_;
  Ticker ticker_;
  std::uint64_t work_ = 0;  ///< of a unit
  std::list<Point> points_;
  std::map<std::string, std::vector<Point*>> groups_;  ///< by what their graph hangs on
  StudyGraph world_;
  std::string graph_;  ///< which one it is
  std::string noted_;  ///< the one that was made first
  std::shared_ptr<ReproductionNumbers> numbers_;
  std::vector<std::uint32_t> complete_;
  bool whole_replicate_ = true;  ///< no point of the replicate is left to others or missing
  bool left_to_others_ = false;
  std::exception_ptr failure_;
  bool stopped_ = false;
};

/// A study without a record yet.
StudyResult empty_result(const Scenario& scenario) {
  StudyResult study;
  study.title = scenario.title;
  study.seed = scenario.world.seed;
  study.tick_seconds = scenario.world.time.tick_seconds;
  study.currency = scenario.world.prices.currency;
  study.scenario_given = scenario.text;
  study.scenario_understood = scenario.understood;
  for (const Arm& arm : scenario.arms) {
    study.arms.push_back(arm.name);
    study.models.push_back(model_name(arm.run.diffusion.model));
  }
  study.replicates = scenario.replicates;
  study.tiers = scenario.world.tiers.names;
  study.tiers_from = scenario.world.tiers.from;
  for (const CampaignParameters& campaign : scenario.world.campaigns) study.campaigns.push_back(campaign.name);
  for (const ProductParameters& product : scenario.world.products) study.products.push_back(product.name);
  study.allocate();
  return study;
}

}  // namespace

std::string doing(const Scenario& scenario, const Arm& arm, std::uint32_t draw) {
  const std::uint32_t draws = draws_of(scenario, arm);
  return draws == 1 ? arm.name : fmt::format("{}, draw {} of {}", arm.name, draw + 1, draws);
}

std::vector<StudyResult> run_points(const Scenario& whole, const StudyOptions& options, const Enough& enough,
                                    Holds holds) {
  std::vector<StudyResult> results;
  for (const Scenario* study : studies_of(whole)) results.push_back(empty_result(*study));
  ReplicateRunner(whole, options, enough, holds, results).run();
  for (StudyResult& result : results) result.align_shapes();
  return results;
}

}  // namespace grapevine
