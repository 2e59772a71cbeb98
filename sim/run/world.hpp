#pragma once

#include <memory>
#include <vector>

#include "graph/base/exchange.hpp"
#include "graph/base/random.hpp"
#include "graph/follow_graph.hpp"
#include "graph/users.hpp"
#include "sim/feed/author_pasts.hpp"
#include "sim/feed/prior.hpp"
#include "sim/feed/rank.hpp"
#include "sim/model/behaviour.hpp"
#include "sim/model/parameters.hpp"
#include "sim/model/population.hpp"
#include "sim/model/schedule.hpp"
#include "sim/money/campaigns.hpp"
#include "sim/run/replicate.hpp"
#include "sim/state/run_record.hpp"
#include "sim/state/world_state.hpp"
#include "sim/tick/given.hpp"
#include "sim/tick/scratch.hpp"

namespace grapevine {

/// A world in one tick: what is given, what the run asks for, and the state that the phases change. One part of it, if
/// there are several.
class World {
public:
  /// `choices`: of this replicate; parts of one process may share them.
  World(const FollowGraph& graph, const Users& accounts, const WorldParameters& parameters, const RunParameters& run,
        ReplicateStreams streams, Exchange& exchange, std::shared_ptr<Deals> choices);
  /// With choices of its own, of one draw.
  World(const FollowGraph& graph, const Users& accounts, const WorldParameters& parameters, const RunParameters& run,
        ReplicateStreams streams, Exchange& exchange, const ExpectedSpread& expected = {});

  /// A copy that goes on under other run parameters. From the end of the warm-up on it takes the deals of `draw`, and
  /// all parts must come; before, it keeps those that there are.
  std::unique_ptr<World> branch(const RunParameters& run, const RecordOptions& options, std::uint32_t draw = 0) const;

  /// The same world, of draw 0, made of the arrays of this one, of which nothing is left: there are never two of them.
  std::unique_ptr<World> last_branch(const RunParameters& run, const RecordOptions& options);

  /// A copy, at the end of the warm-up, that goes on under the same run parameters with other offers
  /// (`Replicate::offering`).
  std::unique_ptr<World> offering(const WorldParameters& offers, std::shared_ptr<Deals> choices) const;

  /// One tick (sim/tick/step.hpp).
  void step();
  void run_until(Tick end, const TickHook& hook = {});

  /// Lets the campaigns choose that look at what accounts did in the warm-up, which is over; once, however often it is
  /// called. All parts must come.
  void look_back() const;

  /// What the run so far leaves behind. All parts return the same.
  RunRecord record() const;

  std::uint64_t digest() const { return grapevine::digest(state); }
  bool same_state(const World& other) const { return grapevine::same_state(state, other.state); }
  std::vector<MemoryLine> memory() const;

  /// Events of the last step, of this part: for records, tests and traces.
  struct Events {
    std::vector<PostIdentity> posts;  ///< of all parts
    std::vector<Impression> impressions;
    std::vector<Reshare> reshares;  ///< of all parts
  };
  Events last_events() const;

  bool held_out(UserId reader) const { return given().held_out(reader); }

  // Given.
  const FollowGraph& graph;
  const Users& accounts;
  const WorldParameters parameters;
  const RunParameters run;
  Exchange& exchange;
  const UserRange readers;
  const WorldKeys keys;
  const Schedule schedule;
  std::shared_ptr<const Population> population;
  const double shared_audience;  ///< see `rates_of_posts`
  std::shared_ptr<const std::vector<Deal>> deals;
  const Behaviour behaviour;
  const PostRates rates;            ///< as declared
  const ActionPrior prior;          ///< what the platform of this run expects of a post, whoever wrote it
  const ActionPrior ranking_prior;  ///< ... that the ranking goes by, which may look at the author
  Follows follows;                  ///< of this part's readers, by now
  const std::unique_ptr<const Ranker> ranker;
  const std::unique_ptr<const Ranker> chronological;  ///< for the readers that are held out
  std::vector<PlannedPost> plan;                      ///< the paid posts of this run
  RecordOptions options;

  WorldState state;
  FollowChanges* const changes;  ///< who has followed or unfollowed whom; null: nobody could; the state keeps them
  const bool dismisses;          ///< readers may have hidden or reported posts, here or in the warm-up
  AuthorPasts* const pasts;      ///< of this run, or null: the past of an author says nothing; the state keeps it
  const std::vector<Mechanism*> mechanisms;  ///< of this run; the state keeps their arrays, and them

  Given given() const;

private:
  World(const World& other, const WorldParameters& parameters, std::shared_ptr<Deals> choices, const RunParameters& run,
        const RecordOptions& options, std::uint32_t draw, WorldState begun);
  std::unique_ptr<World> copy(const WorldParameters& offers, const std::shared_ptr<Deals>& choices,
                              const RunParameters& run, const RecordOptions& options, std::uint32_t draw) const;
  void go_on_from(const World& other);
  std::shared_ptr<const std::vector<Deal>> deals_of(std::uint32_t draw) const;
  void start_users();
  void leave_out_fakes();
  std::vector<double> past_rates() const;
  std::unique_ptr<const Ranker> make_ranker(Ranking ranking) const;
  FollowChanges* make_changes(bool there_are_some);
  AuthorPasts* make_pasts();
  std::vector<Mechanism*> make_mechanisms();
  std::shared_ptr<Deals> choices_;
  std::uint64_t held_out_below_;
  TickScratch scratch_;
};

}  // namespace grapevine
