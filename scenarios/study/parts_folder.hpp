#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "scenarios/study/checkpoints.hpp"
#include "scenarios/study/units.hpp"

namespace grapevine {

/// Which units of a study a run makes: of all, counted from 0, those whose number leaves `number` - 1 when divided by
/// `of`.
struct ShardChoice {
  std::uint32_t number = 1, of = 1;
};

/// Which process of those that share a folder this is.
struct FolderShare {
  std::uint32_t number = 0, of = 1;
  bool writes = true;  ///< false: another writes what all come to
};

/// The folder beside a result, `OUT.h5.parts`, in which a study lies until it is whole: its units in files that are
/// synced before they get their names, so that whatever is there is complete. It is made when there is something to
/// keep. Who holds the name of the result holds the folder, too. Replicates that run beside each other share it.
class PartsFolder final : public UnitStore {
public:
  /// Of the whole study, or of a shard, whose units are all held to the end. `checkpoint_every`: of the replicate that
  /// is running; zero: never.
  PartsFolder(const std::filesystem::path& result, std::string program, std::optional<ShardChoice> shard,
              std::chrono::steady_clock::duration checkpoint_every, WhenPossible when_possible,
              std::function<void()> alive = {}, FolderShare share = {});

  const std::filesystem::path& path() const { return folder_; }
  /// Whether an earlier run left it.
  bool exists() const;
  /// Whether it has something that a run can go on with: units or a checkpoint.
  bool holds_work() const;

  /// Says which units this run is to make. Before all that follows.
  void plan(const Scenario& scenario);
  /// Takes in what an earlier run left, of a world in as many parts. Throws BadRequest where that is damaged, of
  /// another study or program, or more than this run makes.
  void load(int parts);
  /// Throws BadRequest where `file` has a unit that this run does not make: it would be gone.
  void expect_no_more(const std::filesystem::path& file, const std::vector<Unit>& units) const;
  /// A unit from elsewhere, if it is one of those to be made; one that is there already stays.
  void add(Unit unit);

  /// From now on, units that are kept stay in memory, too, to be taken.
  void hold();

  bool wants(const UnitName& unit) const override { return wanted_.contains(unit); }
  bool has(const UnitName& unit) const override;
  bool begins(const UnitName&) override { return !closed_; }
  /// From now on, nothing is begun: a run takes what is there.
  void close() { closed_ = true; }
  std::optional<Unit> take(const UnitName& unit) override;
  /// Writes it, and what waits, unless that would take more than a fortieth of the time since the last writing: so much
  /// work a killed process may lose. Large ones do not wait.
  void keep(const UnitView& unit) override;
  Checkpoints* checkpoints() override { return &checkpoints_; }
  /// Writes what waits, or throws.
  void flush();

  std::size_t wanted() const { return wanted_.size(); }
  /// Units that are neither there nor known to be impossible.
  std::size_t missing() const;
  /// Units that are there and that nobody took.
  std::size_t untaken() const;
  /// Whether any unit that came here has runs.
  bool has_runs() const;
  /// Of a shard, in the order in which they are run.
  std::vector<Unit> take_all();

  /// Removes what is ours, and the folder if it is empty then.
  void remove() noexcept;

private:
  using Clock = std::chrono::steady_clock;

  void write_part(const UnitView* more);
  void expect_of_this_study(const std::filesystem::path& file, const UnitsFile& units) const;

  std::filesystem::path folder_;
  std::string program_;
  std::optional<ShardChoice> shard_;
  WhenPossible when_possible_;
  Checkpoints checkpoints_;
  std::vector<UnitName> order_;  ///< of the wanted ones
  std::set<UnitName> wanted_;
  std::set<std::string> runs_;  ///< of all units of the study
  std::string hangs_on_;        ///< and what they hang on
  std::uint32_t replicates_ = 0;
  mutable std::mutex mutex_;  ///< of what follows, once the study runs
  bool holds_ = false, closed_ = false, has_runs_ = false;
  std::set<UnitName> done_;
  std::map<UnitName, Unit> there_;  ///< and not taken; of a shard all
  std::vector<Unit> waiting_;       ///< for being written
  Clock::time_point written_ = Clock::now();
  Clock::duration wait_ = std::chrono::milliseconds(100);  ///< until the next writing
  FolderShare share_;
  std::uint32_t next_part_;
};

}  // namespace grapevine
