#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "scenarios/study/checkpoint_file.hpp"

namespace grapevine {

/// Does what it is given until that succeeds, and throws only to end the wait.
using WhenPossible = std::function<void(const std::function<void()>&)>;

/// The checkpoints of the replicates that are running, in a folder. Each unit has a number of its own while it is not
/// complete: `checkpoint.h5` of number 0, `checkpoint-N.h5` of the others, is where its world is, and
/// `checkpoint-warmup-K.h5` or `checkpoint-N-warmup-K.h5` its world at the end of a warm-up, from which arms branch,
/// or, from a million on, one of its runs that go on beside each other. Replicates that run beside each other share it.
class Checkpoints {
public:
  using Clock = std::chrono::steady_clock;  // that a machine's clock is set back does not matter

  /// `every`: between two checkpoints of a unit; none: there are none. `first`, `step`: the numbers that this process
  /// gives to units, for others write into the folder, too.
  Checkpoints(std::filesystem::path folder, std::string program, WhenPossible when_possible, Clock::duration every,
              std::uint32_t first = 0, std::uint32_t step = 1)
      : folder_(std::move(folder)),
        program_(std::move(program)),
        when_possible_(std::move(when_possible)),
        every_(every),
        first_(first),
        step_(step) {}

  /// What the study's runs hang on. Before all that follows.
  void plan(std::string hangs_on) { hangs_on_ = std::move(hangs_on); }

  bool are_wanted() const { return every_ != Clock::duration::zero(); }
  /// Whether it is time for one: so long after the last one of the unit, or after this was first asked.
  bool is_due(const UnitName& unit);
  /// ... of one of the runs that go on beside each other.
  bool is_due(const UnitName& unit, const Stage& stage);
  /// Whether there is one of the unit on the disk.
  bool is_kept(const UnitName& unit) const;

  /// Opens what an earlier run left. `runs`: those of this study. Throws BadRequest for what is damaged, of another
  /// study, of another program, or of a world in another number of parts.
  void load(const std::set<std::string>& runs, int parts);
  /// How far the unit is; null: nothing is known of it. Stays where it is until the unit is removed.
  const Checkpoint* of(const UnitName& unit) const;
  /// Its world at the end of that warm-up; null: it was not saved.
  const Checkpoint* warmup_of(const UnitName& unit, std::uint32_t warmup) const;

  /// One of the runs that went on beside each other, by itself; null: it was not saved.
  const Checkpoint* world_of(const UnitName& unit, const Stage& stage) const;

  void keep(const Bookmark& bookmark, const WorldArrays& world);
  void keep_warmup(const Bookmark& bookmark, const WorldArrays& world);
  void keep_world(const Bookmark& bookmark, const WorldArrays& world);
  /// The world that lies with the records of the unit gets a file of its own, before the records are written anew.
  void set_apart(const Bookmark& bookmark);
  bool has_warmup(const UnitName& unit, std::uint32_t warmup) const;
  /// The unit is complete, and lies elsewhere. What is kept of others stays.
  void remove(const UnitName& unit) noexcept;

private:
  /// What is kept of a unit.
  struct Kept {
    std::uint32_t number = 0;
    std::set<std::uint32_t> warmups;   ///< on the disk
    std::optional<Checkpoint> loaded;  ///< as an earlier run left it
    std::map<std::uint32_t, Checkpoint> loaded_warmups;
  };

  std::filesystem::path place_of(std::uint32_t number, const std::optional<std::uint32_t>& warmup) const;
  Kept& room_for(const UnitName& unit);
  bool is_due_at(const UnitName& unit, std::uint32_t run);
  void keep_apart(const Bookmark& bookmark, std::uint32_t number, const WorldArrays& world);
  void write(const std::filesystem::path& path, const Bookmark& bookmark, const WorldArrays& world);
  Checkpoint open(const std::filesystem::path& path, const std::set<std::string>& runs, int parts) const;

  std::filesystem::path folder_;
  std::string program_;
  WhenPossible when_possible_;
  Clock::duration every_;
  std::uint32_t first_, step_;
  std::string hangs_on_;
  mutable std::mutex mutex_;  ///< of what follows
  std::map<UnitName, Kept> kept_;
  std::map<std::pair<UnitName, std::uint32_t>, Clock::time_point> last_;  ///< of a unit (0), or of one of its runs
};

}  // namespace grapevine
