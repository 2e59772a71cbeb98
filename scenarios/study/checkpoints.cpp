#include "scenarios/study/checkpoints.hpp"

#include <fmt/format.h>

#include <system_error>

#include "graph/base/error.hpp"

namespace grapevine {

namespace fs = std::filesystem;

fs::path Checkpoints::place_of(const std::optional<std::uint32_t>& warmup) const {
  return folder_ / (warmup ? fmt::format("checkpoint-warmup-{}.h5", *warmup) : "checkpoint.h5");
}

Checkpoint Checkpoints::open(const fs::path& path, const std::set<std::string>& runs, int parts) const {
  Checkpoint checkpoint(path, program_);
  const Bookmark& bookmark = checkpoint.bookmark();
  if (!runs.contains(bookmark.unit.runs))
    throw BadRequest(fmt::format(
        "{}: is of another study: a key differs, or a file that a key names; expected one of this study; run "
        "the scenario as it was, choose another name for the result, or begin anew with --overwrite",
        path.string()));
  if (bookmark.has_world && bookmark.parts != static_cast<std::uint32_t>(parts))
    throw BadRequest(
        fmt::format("{}: is of a world in {} parts, and this run has {}; expected as many; add --parts {}, "
                    "or remove the file, and its replicate is run again",
                    path.string(), bookmark.parts, parts, bookmark.parts));
  return checkpoint;
}

void Checkpoints::load(const std::set<std::string>& runs, int parts) {
  std::error_code none;
  if (!fs::exists(place_of({}), none)) return;  // without it nothing is known of warm-ups
  loaded_.emplace(open(place_of({}), runs, parts));
  any_ = true;
  on_disk_ = loaded_->bookmark().unit;
  for (fs::directory_iterator at(folder_, none), end; !none && at != end; at.increment(none)) {
    if (!at->path().filename().string().starts_with("checkpoint-warmup-")) continue;
    Checkpoint warmup = open(at->path(), runs, parts);
    if (warmup.bookmark().unit != loaded_->bookmark().unit) continue;  // of a replicate that is complete
    const std::uint32_t number = warmup.bookmark().stage.warmup;
    warmups_written_.insert(number);
    warmups_.emplace(number, std::move(warmup));
  }
}

const Checkpoint* Checkpoints::of(const UnitName& unit) const {
  return loaded_ && loaded_->bookmark().unit == unit ? &*loaded_ : nullptr;
}

const Checkpoint* Checkpoints::warmup_of(const UnitName& unit, std::uint32_t warmup) const {
  const auto at = warmups_.find(warmup);
  return of(unit) != nullptr && at != warmups_.end() ? &at->second : nullptr;
}

void Checkpoints::write(const fs::path& path, const Bookmark& bookmark, const WorldArrays& world) {
  when_possible_([&] {
    std::error_code none;
    fs::create_directory(folder_, none);  // where that fails, so does what follows
    NewFile file(path);
    write_checkpoint(file, program_, bookmark, world);
  });
  any_ = true;
}

/// Takes away the warm-ups of another unit, which was left when this one began. Whoever reads them has them open.
void Checkpoints::make_room_for(const UnitName& unit) {
  if (on_disk_ == unit) return;
  std::error_code none;
  if (any_) fs::remove(place_of({}), none);  // first: without it the others are not looked at
  for (const std::uint32_t warmup : warmups_written_) fs::remove(place_of(warmup), none);
  warmups_written_.clear();
  on_disk_ = unit;
}

void Checkpoints::keep(const Bookmark& bookmark, const WorldArrays& world) {
  make_room_for(bookmark.unit);
  write(place_of({}), bookmark, world);
  last_ = Clock::now();
}

void Checkpoints::keep_warmup(const Bookmark& bookmark, const WorldArrays& world) {
  make_room_for(bookmark.unit);
  write(place_of(bookmark.stage.warmup), bookmark, world);
  warmups_written_.insert(bookmark.stage.warmup);
}

void Checkpoints::remove(const UnitName& unit) noexcept {
  last_ = Clock::now();
  if (of(unit) != nullptr) {
    loaded_.reset();
    warmups_.clear();
  }
  if (!any_ || on_disk_ != unit) return;
  std::error_code none;
  fs::remove(place_of({}), none);  // first: without it the others are not looked at
  for (const std::uint32_t warmup : warmups_written_) fs::remove(place_of(warmup), none);
  any_ = false;
  warmups_written_.clear();
}

}  // namespace grapevine
