#include "scenarios/study/run_points.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <set>
#include <utility>

#include "analysis/stopping.hpp"
#include "graph/base/error.hpp"
#include "graph/base/timing.hpp"
#include "scenarios/study/deals.hpp"
#include "scenarios/study/hangs_on.hpp"
#include "scenarios/study/jobs.hpp"
#include "scenarios/study/possible.hpp"
#include "scenarios/study/provenance.hpp"
#include "scenarios/study/run_replicate.hpp"
#include "scenarios/study/ticker.hpp"
#include "scenarios/study/units.hpp"
#include "sim/money/campaigns.hpp"

namespace grapevine {

namespace {

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
    const Provenance inputs = read_inputs();
    for (Point& point : points_) point.study->provenance = inputs;
    bool enough = false;
    for (std::uint32_t replicate = 0; replicate < whole_.replicates && !stopped_ && !enough; ++replicate) {
      take_units(replicate);
      if (replicate == 0) expect_possible(), expect_money();
      try_one(replicate);
      if (failure_ && !first_missing_) first_missing_ = replicate;
      enough = enough_ && complete_.size() == replicate + 1 && enough_(results_, replicate + 1);
    }
    if (complete_.empty() && (stopped_ || !left_to_others_)) std::rethrow_exception(failure_);
    tell_lost_looks();
    for (Point& point : points_) {
      leave_complete(point);
      if (enough) point.study->asked = static_cast<std::uint32_t>(complete_.size());
    }
  }

private:
  Provenance read_inputs() {
    const Phase phase("inputs");
    return provenance_of_inputs(whole_, ticker_.alive());
  }

  /// Behind a replicate that is missing no look is taken, and a study that a look could have ended runs to its end.
  void tell_lost_looks() {
    if (!enough_ || stopped_ || !first_missing_) return;
    const std::vector<std::size_t> looks = looks_until(whole_.replicates);
    if (std::ranges::none_of(looks,
                             [&](std::size_t look) { return look > *first_missing_ && look < whole_.replicates; }))
      return;
    missing(fmt::format("until = {} ended nothing, for no look is taken behind replicate {}, which is missing: all {} "
                        "were run; give it what it lacks and begin anew with --overwrite, or leave until out.",
                        whole_.until, *first_missing_, whole_.replicates),
            failure_);
  }

  /// Where there is no money for replicate 0, there is none at all: by itself that study would be refused.
  void leave_complete(Point& point) {
    const bool none = point.infeasible.contains(0);
    std::vector<std::uint32_t> its;
    for (const std::uint32_t replicate : complete_)
      if (!none && !point.infeasible.contains(replicate)) its.push_back(replicate);
    if (its.size() < whole_.replicates) point.study->keep(its);
    if (!point.infeasible.empty()) point.study->infeasible = {point.infeasible.begin()->second};
  }

  /// Some point of the sweep can be.
  void expect_money() {
    if (whole_.at.empty() || !std::ranges::all_of(points_, [](const Point& it) { return it.infeasible.contains(0); }))
      return;
    std::map<std::size_t, std::string> why;
    for (const Point& point : points_) why.emplace(why.size(), point.infeasible.at(0));
    throw no_money_anywhere(whole_, why);
  }
  static std::string at(const Point& point) { return point.name.substr(0, point.name.size() - 2); }

  UnitName name_of(Point& point, std::uint32_t replicate) {
    if (point.runs.empty()) point.runs = options_.units->names.of(*point.scenario, replicate).runs;
    return {point.runs, replicate};
  }

  /// Finds out which points are to be run in this replicate: all but those that are there already, or left to others.
  void take_units(std::uint32_t replicate) {
    whole_replicate_ = true;
    for (Point& point : points_) {
      point.runs_now = options_.units == nullptr;
      const auto money = point.infeasible.find(0);
      if (point.runs_now && money != point.infeasible.end()) leave_out(point, replicate, std::string(money->second));
      if (options_.units == nullptr) continue;
      const UnitName name = name_of(point, replicate);
      if (!options_.units->wants(name)) {
        left_to_others_ = true;
        whole_replicate_ = false;
      } else if (std::optional<Unit> unit = options_.units->take(name)) {
        take(std::move(*unit), point, replicate);
      } else if (options_.units->begins(name)) {
        point.runs_now = true;
        if (money != point.infeasible.end()) leave_out(point, replicate, std::string(money->second));
      } else {
        left_to_others_ = true;
        whole_replicate_ = false;
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
    if (!unit.infeasible.empty()) {
      point.infeasible[replicate] = unit.infeasible;
      for (std::size_t arm = 0; arm < point.study->arms.size(); ++arm) point.study->record(0, arm, replicate).draws = 0;
      return;
    }
    for (std::size_t arm = 0; arm < point.study->arms.size(); ++arm)
      point.study->record(0, arm, replicate) = std::move(unit.records.at(arm));
    point.study->accounts.insert(unit.accounts.begin(), unit.accounts.end());
  }

  /// What is complete goes to the store as well.
  void keep(Point& point, std::uint32_t replicate) {
    auto ids = outside_ids(*world_, *point.study, replicate);
    point.study->accounts.insert(ids.begin(), ids.end());
    point.runs_now = false;
    if (options_.units == nullptr) return;
    const Phase phase("keeping");
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
  /// There is too little money for this replicate at this point.
  void leave_out(Point& point, std::uint32_t replicate, std::string why) {
    Unit unit{.name = options_.units ? name_of(point, replicate) : UnitName{},
              .failure = {},
              .infeasible = std::move(why),
              .graph = replicate == 0 ? world_->facts : GraphFacts{},
              .records = {},
              .accounts = {}};
    if (options_.units) options_.units->keep(view_of(unit));
    point.runs_now = false, point.deals = {};
    take(std::move(unit), point, replicate);
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
    for (Point& point : points_)
      if (point.runs_now)
        at_point(point, 0, [&] {
          expect_switches_possible(*point.scenario, SwitchedGraph::other, *world_, true, ticker_.alive());
        });
    for (auto group = groups_.rbegin(); group != groups_.rend(); ++group) {  // ends with the one that is run first
      const std::vector<Point*> points = to_run(group->second);
      if (points.empty()) continue;
      for (Point& point : points_) point.deals = {};  // they look at a graph that goes
      at_point(*points.front(), 0, [&] { take_graph(group->first, *points.front()->scenario, 0); });
      for (Point* point : points)
        at_point(*point, 0, [&] {
          expect_known(*point->scenario, world_->accounts);
          point->deals = deals_of(*point, 0);
          expect_runnable(*point->scenario, *world_, *point->deals);
          expect_switches_possible(*point->scenario, SwitchedGraph::same, *world_, true, ticker_.alive());
        });
    }
  }

  /// What is wrong at one point of several is told with the point; one without enough money is left out.
  template <class Expect>
  void at_point(Point& point, std::uint32_t replicate, Expect&& expect) {
    try {
      expect();
    } catch (const Infeasible& mistake) {
      if (!is_cell(point)) throw;
      leave_out(point, replicate, mistake.why());
    } catch (const BadRequest& mistake) {
      if (point.name.empty()) throw;
      std::vector<std::string> messages;
      for (const std::string& message : mistake.messages())
        messages.push_back(fmt::format("{} (at the point {})", message, at(point)));
      throw BadRequest(std::move(messages));
    }
  }
  /// Whether the point is one of a sweep, be it run by itself.
  bool is_cell(const Point& point) const { return !whole_.at.empty() || !point.scenario->laid.empty(); }

  std::shared_ptr<Deals> deals_of(const Point& point, std::uint32_t replicate) {
    const Phase phase("accounts");
    return make_deals(*point.scenario, point.scenario->world, *world_, replicate, ticker_.alive());
  }

  /// Makes the graph of the points of a group; nothing, if it is there.
  void take_graph(const std::string& group, const Scenario& scenario, std::uint32_t replicate) {
    const std::string wanted = fmt::format("{}\n{}", redraws_graph(scenario) ? replicate : 0, group);
    if (wanted == graph_) return;
    const Phase phase("graph");
    if (!noted_.empty() || replicate > 0) ticker_.start(replicate, "graph");
    for (Point& point : points_) point.numbers = std::make_shared<ReproductionNumbers>();  // interests matter, too
    world_ = {};  // no room is needed for two graphs
    graph_.clear();
    const auto make = [&] { return make_graph(scenario, replicate); };
    world_ = options_.graphs ? options_.graphs->graph(wanted, make) : std::make_shared<const StudyGraph>(make());
    graph_ = wanted;
    if (options_.notes && noted_.empty()) options_.notes(world_->notes);
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
      if (options_.ranks != nullptr) throw;  // the others would wait for this one
      for (Point& point : points_) point.deals = {};
      world_ = {}, graph_.clear();  // so that there is some for what is left to do
      give_up(fmt::format("replicate {}: out of memory.", replicate));
    } catch (const std::exception& error) {
      if (options_.ranks != nullptr) throw;
      give_up(fmt::format("replicate {}: {}.", replicate, error.what()));
    }
  }

  void run_group(const std::string& graph, std::vector<Point*> points, std::uint32_t replicate) {
    if (points.empty()) return;
    take_graph(graph, *points.front()->scenario, replicate);
    for (Point* point : points) {
      point->study->graph(0, replicate) = world_->facts;
      if (replicate > 0 || !point->deals)
        at_point(*point, replicate, [&] { point->deals = deals_of(*point, replicate); });
    }
    points = to_run(points);
    if (points.empty()) return;
    Checkpoints* const checkpoints = options_.units ? options_.units->checkpoints() : nullptr;
    for (Point* point : points)
      point->saver = std::make_shared<ReplicateSaver>(
          checkpoints, checkpoints ? name_of(*point, replicate) : UnitName{}, world_->graph,
          options_.ranks ? options_.ranks->parts() : options_.parts, arms_beside() > 1);
    const ReplicateGiven given{*world_, replicate, options_.parts, options_.ranks, arms_beside()};
    const auto done = [&](Point& point) {
      run_classics(given, point, ticker_);
      keep(point, replicate);
      point.deals = {}, point.saver = {};
    };
    std::vector<Point*> feeds;
    for (Point* point : points)
      if (warms_up(*point->scenario)) feeds.push_back(point);
    if (!feeds.empty()) run_feeds(given, feeds, ticker_, done);
    for (Point* point : points)
      if (point->runs_now) done(*point);
  }

  int arms_beside() const {
    if (options_.ranks || options_.parts > 1) return 1;
    const auto feeds = static_cast<int>(std::ranges::count_if(whole_.arms, std::not_fn(is_classic)));
    return std::clamp(options_.arms, 1, std::max(feeds, 1));
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
  std::shared_ptr<const StudyGraph> world_ = std::make_shared<const StudyGraph>();
  std::string graph_;  ///< which one it is
  std::string noted_;  ///< the one that was made first
  std::vector<std::uint32_t> complete_;
  bool whole_replicate_ = true;  ///< no point of the replicate is left to others or missing
  bool left_to_others_ = false;
  std::exception_ptr failure_;
  std::optional<std::uint32_t> first_missing_;  ///< of the replicates
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

std::vector<StudyResult> run_points(const Scenario& whole, const StudyOptions& options, const Enough& enough,
                                    Holds holds) {
  std::vector<StudyResult> results;
  for (const Scenario* study : studies_of(whole)) results.push_back(empty_result(*study));
  ReplicateRunner(whole, options, enough, holds, results).run();
  for (StudyResult& result : results) result.align_shapes();
  return results;
}

}  // namespace grapevine
