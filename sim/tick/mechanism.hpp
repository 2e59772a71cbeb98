#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "graph/users.hpp"
#include "sim/feed/prior.hpp"
#include "sim/feed/session.hpp"
#include "sim/model/parameters.hpp"
#include "sim/state/array_table.hpp"
#include "sim/state/seen_log.hpp"
#include "sim/tick/given.hpp"

/// A mechanism: a rule of the world; most keep arrays of their own. It sees what is given and what was before, and
/// writes to its own arrays and to an outbox only. See docs/extending.md.
namespace grapevine {

/// What a session says to its mechanism's commit, and so to all parts: whatever the mechanism means by it.
struct Message {
  UserId from{};
  UserId to{};
  std::uint32_t root = 0;
  std::uint32_t what = 0;
  std::uint64_t key = 0;
};

/// What there is of the readers of this part before they come, one entry a reader.
struct ReadersBefore {
  std::span<const Tick> next_session;  ///< who comes in this tick
  std::span<const std::uint32_t> session_ordinal;
  const SeenLog& seen;
};

/// What a mechanism is made from. All of it outlives the mechanism.
struct MechanismGiven {
  const FollowGraph& graph;  ///< at the start
  const Follows& follows;    ///< by now
  FollowChanges* changes;    ///< or null: nobody follows otherwise than at the start
  const Users& accounts;
  const WorldParameters& world;
  const RunParameters& run;
  const Population& population;
  const ActionPrior& prior;  ///< what the platform of this run expects of a post
  const StreamKey& dynamics;
  UserRange readers;                   ///< of this part
  std::span<Mechanism* const> others;  ///< of this run, that act before it

  /// The one of that type among the others, or null.
  template <class Other>
  const Other* find() const {
    for (const Mechanism* other : others)
      if (const auto* found = dynamic_cast<const Other*>(other)) return found;
    return nullptr;
  }
};

class Mechanism : public KeptArrays {
public:
  void arrays(ArrayTable&) override {}

  /// When an arm branches in tick `now`: its arrays have those of `before`, the same mechanism under other keys, which
  /// may have none any more. Parameters of that and its Follows, as they are in this tick, may be asked.
  virtual void go_on(const Mechanism& before, Tick now) { (void)before, (void)now; }

  /// Before the readers of the tick come.
  virtual void before_readers(const Given&, const Before&) {}

  /// Whether parts have to agree before the readers of the tick come: the same in all of them.
  virtual bool agrees(const Before&) const { return false; }
  /// ... which is done here. All parts come, and wait for each other once more in this tick.
  virtual void agree(const Given&, const Before&, const ReadersBefore&, Exchange&) {}

  /// Some sessions before that of a reader, its place in this part: asks for where what is kept of it lies, and, once
  /// that is there, for what lies there. Changes nothing.
  virtual void prefetch_place(std::size_t reader) const { (void)reader; }
  virtual void prefetch_entries(std::size_t reader) const { (void)reader; }

  /// Adds candidates to those that followees brought, in no meaningful order; not for readers who are held out. What is
  /// `shown` is of authors whom the reader does not follow: `Follows::hold` goes by that. One candidate a root: those
  /// that were reshared, or brought with `Session::enter`, are in `Session::index`; posts of followees are not, nor are
  /// the reader's own, which it is not shown whoever reshares them.
  virtual void bring(const Given&, const Before&, SeenLog::Entries seen, Session& session) const {
    (void)seen, (void)session;
  }

  /// Whether `weigh` has a say in what readers do.
  virtual bool weighs() const { return false; }
  /// Multiplies the odds of acting at a look: `odds[i]` is for session.candidates[which[i]]. Once a session, for those
  /// that are looked at; before the feed is ordered, for all, where the ranking asks.
  virtual void weigh(const Given&, const Before&, const Session&, std::span<const std::uint32_t> which,
                     std::span<double> odds) const {
    (void)which, (void)odds;
  }

  /// After a session: its looks from the top, the i-th at session.candidates[session.ranked[i].candidate]. Sessions of
  /// different readers may run at once: writes what it keeps of this reader, session.place in this part, and the
  /// outbox.
  virtual void after_session(const Given&, const Before&, const Session& session, std::span<const Impression> looks,
                             std::vector<Message>& out) {
    (void)session, (void)looks, (void)out;
  }

  /// At the end of the tick: the messages of all parts, in the order of readers, the same everywhere. `before` has the
  /// posts with this tick's counts.
  virtual void commit(const Given&, const Before&, std::span<const Message> messages) { (void)messages; }

  /// Adds columns of what this part counted; the parts are added up.
  virtual void record(const Given&, std::vector<MechanismColumn>& columns) const { (void)columns; }
};

struct MechanismFacts {
  std::string name;
  /// Null where the parameters are neutral, so that a mechanism which does nothing costs nothing.
  std::unique_ptr<Mechanism> (*make)(const MechanismGiven&) = nullptr;
};

/// In the order in which they act: Grapevine's own, then those from outside.
const std::vector<MechanismFacts>& all_mechanisms();

/// A mechanism from outside. Before the first scenario is read.
void add_mechanism(MechanismFacts facts);
/// ... with parameters of its own, which stand in the section [NAME].
template <class Parameters>
void add_mechanism(MechanismFacts facts, std::string sentence) {
  add_section(own_section<Parameters>(facts.name, std::move(sentence)));
  add_mechanism(std::move(facts));
}

}  // namespace grapevine
