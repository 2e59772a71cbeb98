#include "scenarios/study/checkpoints.hpp"

#include <fmt/format.h>

#include <charconv>
#include <string_view>
#include <system_error>
#include <vector>

#include "graph/base/error.hpp"
#include "scenarios/keys/understood.hpp"

namespace grapevine {

namespace fs = std::filesystem;

namespace {

/// What the name of a checkpoint says.
struct CheckpointPlace {
  std::uint32_t number = 0;
  std::optional<std::uint32_t> warmup;
};

/// Takes a whole number off the front of `text`.
std::optional<std::uint32_t> take_number(std::string_view& text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return {};
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

bool take_word(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

/// Behind all numbers of warm-ups. An arm has a thousand draws at most.
std::uint32_t number_of_run(const Stage& stage) {
  return 1'000'000 + (stage.in_arm ? (stage.arm + 1) * 1'000 + stage.draw : stage.warmup);
}

/// None: it is another file.
std::optional<CheckpointPlace> checkpoint_place_in(std::string_view name) {
  CheckpointPlace place;
  if (!take_word(name, "checkpoint")) return {};
  if (name.starts_with('-') && !name.starts_with("-warmup-")) {
    name.remove_prefix(1);
    const std::optional<std::uint32_t> number = take_number(name);
    if (!number) return {};
    place.number = *number;
  }
  if (take_word(name, "-warmup-")) {
    place.warmup = take_number(name);
    if (!place.warmup) return {};
  }
  return name == ".h5" ? std::optional(place) : std::nullopt;
}

}  // namespace

fs::path Checkpoints::place_of(std::uint32_t number, const std::optional<std::uint32_t>& warmup) const {
  std::string name = "checkpoint";
  if (number > 0) name += fmt::format("-{}", number);
  if (warmup) name += fmt::format("-warmup-{}", *warmup);
  return folder_ / (name + ".h5");
}

Checkpoint Checkpoints::open(const fs::path& path, const std::set<std::string>& runs, int parts) const {
  Checkpoint checkpoint(path, program_);
  const Bookmark& bookmark = checkpoint.bookmark();
  if (!runs.contains(bookmark.unit.runs))
    throw BadRequest(
        fmt::format("{}: is of another study: {}; expected one of this study; run the scenario as it was, choose "
                    "another name for the "
                    "result, or begin anew with --overwrite",
                    path.string(), words_of_difference(hangs_on_, checkpoint.hangs_on())));
  if (bookmark.has_world && bookmark.parts != static_cast<std::uint32_t>(parts))
    throw BadRequest(
        fmt::format("{}: is of a world in {} parts, and this run has {}; expected as many; add --parts {}, "
                    "or remove the file, and its replicate is run again",
                    path.string(), bookmark.parts, parts, bookmark.parts));
  return checkpoint;
}

void Checkpoints::load(const std::set<std::string>& runs, int parts) {
  const std::lock_guard lock(mutex_);
  std::error_code none;
  std::map<std::uint32_t, UnitName> units;
  std::vector<std::pair<CheckpointPlace, fs::path>> warmups;
  for (fs::directory_iterator at(folder_, none), end; !none && at != end; at.increment(none)) {
    const std::optional<CheckpointPlace> place = checkpoint_place_in(at->path().filename().string());
    if (!place) continue;
    if (place->warmup) {
      warmups.emplace_back(*place, at->path());
      continue;
    }
    Checkpoint checkpoint = open(at->path(), runs, parts);
    const UnitName unit = checkpoint.bookmark().unit;
    units.emplace(place->number, unit);
    Kept& kept = kept_[unit];
    if (kept.loaded && kept.loaded->bookmark().ticks >= checkpoint.bookmark().ticks) continue;
    kept.number = place->number;
    kept.loaded.emplace(std::move(checkpoint));
  }
  for (const auto& [place, path] : warmups) {
    const auto unit = units.find(place.number);
    if (unit == units.end()) continue;  // without the other nothing is known of it
    Checkpoint warmup = open(path, runs, parts);
    if (warmup.bookmark().unit != unit->second) continue;  // of a replicate that is complete
    Kept& kept = kept_.at(unit->second);
    if (kept.number != place.number) continue;
    kept.warmups.insert(*place.warmup);
    kept.loaded_warmups.emplace(*place.warmup, std::move(warmup));
  }
}

bool Checkpoints::is_due_at(const UnitName& unit, std::uint32_t run) {
  const std::lock_guard lock(mutex_);
  const Clock::time_point now = Clock::now();
  return now - last_.try_emplace({unit, run}, now).first->second >= every_;
}

bool Checkpoints::is_due(const UnitName& unit) { return is_due_at(unit, 0); }

bool Checkpoints::is_due(const UnitName& unit, const Stage& stage) { return is_due_at(unit, number_of_run(stage)); }

bool Checkpoints::is_kept(const UnitName& unit) const {
  const std::lock_guard lock(mutex_);
  return kept_.contains(unit);
}

const Checkpoint* Checkpoints::of(const UnitName& unit) const {
  const std::lock_guard lock(mutex_);
  const auto at = kept_.find(unit);
  return at != kept_.end() && at->second.loaded ? &*at->second.loaded : nullptr;
}

const Checkpoint* Checkpoints::warmup_of(const UnitName& unit, std::uint32_t warmup) const {
  const std::lock_guard lock(mutex_);
  const auto kept = kept_.find(unit);
  if (kept == kept_.end()) return nullptr;
  const auto at = kept->second.loaded_warmups.find(warmup);
  return at != kept->second.loaded_warmups.end() ? &at->second : nullptr;
}

const Checkpoint* Checkpoints::world_of(const UnitName& unit, const Stage& stage) const {
  const Checkpoint* const saved = warmup_of(unit, number_of_run(stage));
  return saved && saved->bookmark().stage == stage ? saved : nullptr;
}

bool Checkpoints::has_warmup(const UnitName& unit, std::uint32_t warmup) const {
  const std::lock_guard lock(mutex_);
  const auto at = kept_.find(unit);
  return at != kept_.end() && at->second.warmups.contains(warmup);
}

/// What is kept of the unit; a number that no other has, if nothing was.
Checkpoints::Kept& Checkpoints::room_for(const UnitName& unit) {
  const auto [at, is_new] = kept_.try_emplace(unit);
  if (!is_new) return at->second;
  std::set<std::uint32_t> taken;
  for (const auto& [other, kept] : kept_)
    if (&kept != &at->second) taken.insert(kept.number);
  std::uint32_t number = first_;
  while (taken.contains(number)) number += step_;
  at->second.number = number;
  return at->second;
}

void Checkpoints::write(const fs::path& path, const Bookmark& bookmark, const WorldArrays& world) {
  when_possible_([&] {
    std::error_code none;
    fs::create_directory(folder_, none);  // where that fails, so does what follows
    NewFile file(path);
    write_checkpoint(file, program_, hangs_on_, bookmark, world);
  });
}

void Checkpoints::keep(const Bookmark& bookmark, const WorldArrays& world) {
  const std::lock_guard lock(mutex_);
  write(place_of(room_for(bookmark.unit).number, {}), bookmark, world);
  last_[{bookmark.unit, 0}] = Clock::now();
}

void Checkpoints::keep_apart(const Bookmark& bookmark, std::uint32_t number, const WorldArrays& world) {
  const std::lock_guard lock(mutex_);
  Kept& kept = room_for(bookmark.unit);
  write(place_of(kept.number, number), bookmark, world);
  kept.warmups.insert(number);
}

void Checkpoints::keep_warmup(const Bookmark& bookmark, const WorldArrays& world) {
  keep_apart(bookmark, bookmark.stage.warmup, world);
}

void Checkpoints::keep_world(const Bookmark& bookmark, const WorldArrays& world) {
  const std::uint32_t number = number_of_run(bookmark.stage);
  keep_apart(bookmark, number, world);
  const std::lock_guard lock(mutex_);
  last_[{bookmark.unit, number}] = Clock::now();
}

void Checkpoints::set_apart(const Bookmark& bookmark) {
  const std::lock_guard lock(mutex_);
  Kept& kept = room_for(bookmark.unit);
  const std::uint32_t number = number_of_run(bookmark.stage);
  const fs::path from = place_of(kept.number, {}), to = place_of(kept.number, number);
  std::error_code none;
  fs::remove(to, none);  // older: of a run that went on alone since
  fs::create_hard_link(from, to, none);
  if (none) fs::copy_file(from, to, none);
  kept.warmups.insert(number);
}

void Checkpoints::remove(const UnitName& unit) noexcept {
  const std::lock_guard lock(mutex_);
  std::erase_if(last_, [&](const auto& last) { return last.first.first == unit; });
  const auto at = kept_.find(unit);
  if (at == kept_.end()) return;
  std::error_code none;
  fs::remove(place_of(at->second.number, {}), none);  // first: without it the others are not looked at
  for (const std::uint32_t warmup : at->second.warmups) fs::remove(place_of(at->second.number, warmup), none);
  kept_.erase(at);
}

}  // namespace grapevine
