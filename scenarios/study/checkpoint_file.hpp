#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "graph/base/new_file.hpp"
#include "scenarios/result/unit_bytes.hpp"
#include "sim/state/saved_arrays.hpp"

namespace grapevine {

/// Where in a replicate a world is.
struct Stage {
  /// What it went on from. 0: the warm-up that is shared; 1 + arm: that of an arm; behind those, 1 + arms + arm: what
  /// arms had in common until one paid, the first of which it is.
  std::uint32_t warmup = 0;
  bool in_arm = false;              ///< or in the warm-up
  std::uint32_t arm = 0, draw = 0;  ///< or, as `warmup`, in what arms have in common

  bool operator==(const Stage&) const = default;
};

/// How far a replicate is that is not complete: what its arms left so far, and where its world is.
struct Bookmark {
  UnitName unit;
  std::string graph;        ///< hash of who follows whom
  std::uint32_t parts = 1;  ///< of the world
  std::uint64_t ticks = 0;  ///< done
  bool has_world = false;
  Stage stage;                                                          ///< of the world
  std::vector<std::pair<std::uint32_t, RunRecord>> arms;                ///< that are complete
  std::vector<std::pair<std::uint32_t, std::vector<RunRecord>>> draws;  ///< of arms that are not
};

template <FieldsOf<Bookmark> Value, class Visit>
void each_field(Value& value, Visit&& visit) {
  auto& [unit, graph, parts, ticks, has_world, stage, arms, draws] = value;
  visit(unit, graph, parts, ticks, has_world, stage, arms, draws);
}

/// The arrays of each part of a world.
using WorldArrays = std::vector<std::vector<WorldArray>>;

/// Writes a bookmark with the world that it speaks of, sealed, or nothing. `hangs_on`: of the study, as `UnitNames`
/// tells it.
void write_checkpoint(NewFile& out, const std::string& program, const std::string& hangs_on, const Bookmark& bookmark,
                      const WorldArrays& world);

/// A checkpoint that lies on the disk, and may be replaced there while this one is read.
class Checkpoint {
public:
  /// Throws BadRequest if `path` is no checkpoint, not a whole one, or of another release than `program`.
  Checkpoint(const std::filesystem::path& path, std::string_view program);
  ~Checkpoint();
  Checkpoint(Checkpoint&&) noexcept;

  const Bookmark& bookmark() const { return bookmark_; }
  const std::string& hangs_on() const { return hangs_on_; }
  const SavedArrays& arrays(std::size_t part) const;

private:
  struct Part;
  Bookmark bookmark_;
  std::string hangs_on_;
  std::vector<Part> parts_;
};

}  // namespace grapevine
