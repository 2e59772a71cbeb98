#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "scenarios/study/checkpoint_file.hpp"

namespace grapevine {

/// Does what it is given until that succeeds, and throws only to end the wait.
using WhenPossible = std::function<void(const std::function<void()>&)>;

/// The checkpoints of the replicate that is running, in a folder: `checkpoint.h5`, where its world is, and
/// `checkpoint-warmup-K.h5`, its world at the end of a warm-up, from which arms branch.
class Checkpoints {
public:
  using Clock = std::chrono::steady_clock;  // that a machine's clock is set back does not matter

  /// `every`: between two checkpoints; none: there are none.
  Checkpoints(std::filesystem::path folder, std::string program, WhenPossible when_possible, Clock::duration every)
      : folder_(std::move(folder)),
        program_(std::move(program)),
        when_possible_(std::move(when_possible)),
        every_(every) {}

  bool are_wanted() const { return every_ != Clock::duration::zero(); }
  /// Whether it is time for one.
  bool is_due() const { return Clock::now() - last_ >= every_; }
  /// Whether there is one on the disk.
  bool any() const { return any_; }

  /// Opens what an earlier run left. `runs`: those of this study. Throws BadRequest for what is damaged, of another
  /// study, of another program, or of a world in another number of parts.
  void load(const std::set<std::string>& runs, int parts);
  /// How far the unit is; null: nothing is known of it.
  const Checkpoint* of(const UnitName& unit) const;
  /// Its world at the end of that warm-up; null: it was not saved.
  const Checkpoint* warmup_of(const UnitName& unit, std::uint32_t warmup) const;

  void keep(const Bookmark& bookmark, const WorldArrays& world);
  void keep_warmup(const Bookmark& bookmark, const WorldArrays& world);
  bool has_warmup(const UnitName& unit, std::uint32_t warmup) const {
    return any_ && on_disk_ == unit && warmups_written_.contains(warmup);
  }
  /// The unit is complete, and lies elsewhere. What is kept of another stays.
  void remove(const UnitName& unit) noexcept;

private:
  std::filesystem::path place_of(const std::optional<std::uint32_t>& warmup) const;
  void make_room_for(const UnitName& unit);
  void write(const std::filesystem::path& path, const Bookmark& bookmark, const WorldArrays& world);
  Checkpoint open(const std::filesystem::path& path, const std::set<std::string>& runs, int parts) const;

  std::filesystem::path folder_;
  std::string program_;
  WhenPossible when_possible_;
  Clock::duration every_;
  Clock::time_point last_ = Clock::now();
  bool any_ = false;
  UnitName on_disk_;  ///< whose they are
  std::set<std::uint32_t> warmups_written_;
  std::optional<Checkpoint> loaded_;
  std::map<std::uint32_t, Checkpoint> warmups_;
};

}  // namespace grapevine
