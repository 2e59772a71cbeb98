#include "scenarios/study/parts_folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <system_error>

#include "graph/base/error.hpp"
#include "scenarios/keys/understood.hpp"

namespace grapevine {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view part_begin = "part-", part_end = ".h5", status_begin = "status.json";

/// Of a file that holds units; 0: it is another one.
std::uint32_t number_of_part(const std::string& name) {
  if (!name.starts_with(part_begin) || !name.ends_with(part_end)) return 0;
  const std::string_view digits =
      std::string_view(name).substr(part_begin.size(), name.size() - part_begin.size() - part_end.size());
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc{} && end == digits.data() + digits.size() ? number : 0;
}

/// What a killed process was writing.
bool is_scratch(const std::string& name) { return name.find(".partial-") != std::string::npos; }

bool is_ours(const std::string& name) {
  return name.starts_with(part_begin) || name.starts_with(status_begin) || name.starts_with("checkpoint");
}

/// Whether a copy of it may wait beside the study.
bool is_small(const UnitView& unit) {
  std::size_t rows = 0;
  for (const RunRecord* record : unit.records)
    rows += record->posts.size() + record->cascades.size() + record->series.size();
  return rows < 10'000;
}

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code none;
  for (fs::directory_iterator at(folder, none), end; !none && at != end; at.increment(none))
    files.push_back(at->path());
  std::ranges::sort(files);
  return files;
}

}  // namespace

PartsFolder::PartsFolder(const fs::path& result, std::string program, std::optional<ShardChoice> shard,
                         Checkpoints::Clock::duration checkpoint_every, WhenPossible when_possible,
                         std::function<void()> alive, FolderShare share)
    : folder_(result.string() + ".parts"),
      program_(std::move(program)),
      shard_(shard),
      when_possible_(std::move(when_possible)),
      checkpoints_(folder_, program_, when_possible_, checkpoint_every, share.number, share.of),
      share_(share),
      next_part_(share.number + 1) {
  names = UnitNames(std::move(alive));
}

bool PartsFolder::exists() const {
  std::error_code none;
  return fs::exists(folder_, none);
}

bool PartsFolder::holds_work() const {
  return std::ranges::any_of(files_in(folder_), [](const fs::path& file) {
    const std::string name = file.filename().string();
    return is_ours(name) && !is_scratch(name) && !name.starts_with(status_begin);
  });
}

void PartsFolder::plan(const Scenario& scenario) {
  const std::vector<UnitName> all = names.all(scenario);
  const ShardChoice mine = shard_.value_or(ShardChoice{});
  for (std::size_t i = 0; i < all.size(); ++i) {
    runs_.insert(all[i].runs);
    if (i % mine.of == mine.number - 1) order_.push_back(all[i]);
  }
  wanted_ = {order_.begin(), order_.end()};
  replicates_ = scenario.replicates;
  hangs_on_ = names.hangs_on(scenario);
  checkpoints_.plan(hangs_on_);
}

void PartsFolder::load(int parts) {
  std::error_code none;
  if (exists() && !fs::is_directory(folder_, none))
    throw BadRequest(
        fmt::format("{}: a file; expected the folder of a study that is not whole; move it, or choose "
                    "another name for the result",
                    folder_.string()));
  for (const fs::path& file : files_in(folder_)) {
    const std::string name = file.filename().string();
    if (is_ours(name) && is_scratch(name)) fs::remove(file, none);
    const std::uint32_t number = number_of_part(name);
    if (number == 0) continue;
    UnitsFile units = read_units(file, program_);
    expect_of_this_study(file, units);
    expect_no_more(file, units.units);
    for (Unit& unit : units.units) add(std::move(unit));
    while (next_part_ <= number) next_part_ += share_.of;
  }
  checkpoints_.load(runs_, parts);
}

void PartsFolder::expect_of_this_study(const fs::path& file, const UnitsFile& units) const {
  if (units.units.empty() ||
      std::ranges::any_of(units.units, [&](const Unit& unit) { return runs_.contains(unit.name.runs); }))
    return;
  throw BadRequest(
      fmt::format("{}: holds runs of another study: {}; expected those of this one; run the scenario as it was, choose "
                  "another name for the result, or begin anew with --overwrite",
                  file.string(), words_of_difference(hangs_on_, units.hangs_on)));
}

void PartsFolder::expect_no_more(const fs::path& file, const std::vector<Unit>& units) const {
  const auto lost = std::ranges::find_if_not(units, [&](const Unit& unit) { return wanted_.contains(unit.name); });
  if (lost == units.end()) return;
  std::string which = "at points, or with switches off, that this study has not";
  if (runs_.contains(lost->name.runs))
    which = lost->name.replicate < replicates_
                ? "of another shard, or of other points, which deal all runs to shards anew"
                : fmt::format("of more than {} replicates", replicates_);
  throw BadRequest(fmt::format(
      "{}: holds runs {}, and they would be gone; expected a study that has all of them; ask for as much as before, or "
      "choose another name for the result",
      file.string(), which));
}

void PartsFolder::add(Unit unit) {
  if (!wanted_.contains(unit.name)) return;
  has_runs_ = has_runs_ || !unit.records.empty();
  done_.insert(unit.name);
  const UnitName name = unit.name;
  there_.try_emplace(name, std::move(unit));
}

void PartsFolder::hold() { holds_ = true; }

bool PartsFolder::has(const UnitName& unit) const {
  const std::lock_guard lock(mutex_);
  return done_.contains(unit);
}

std::size_t PartsFolder::missing() const {
  const std::lock_guard lock(mutex_);
  return wanted_.size() - done_.size();
}

std::size_t PartsFolder::untaken() const {
  const std::lock_guard lock(mutex_);
  return there_.size();
}

bool PartsFolder::has_runs() const {
  const std::lock_guard lock(mutex_);
  return has_runs_;
}

std::optional<Unit> PartsFolder::take(const UnitName& name) {
  const std::lock_guard lock(mutex_);
  const auto at = there_.find(name);
  if (at == there_.end()) return {};
  if (shard_) return at->second;
  std::optional<Unit> unit(std::move(at->second));
  there_.erase(at);
  return unit;
}

void PartsFolder::keep(const UnitView& unit) {
  const std::lock_guard lock(mutex_);
  has_runs_ = has_runs_ || !unit.records.empty();
  if (shard_ || holds_) there_.insert_or_assign(unit.name, copy_of(unit));
  if (!share_.writes) {
    done_.insert(unit.name);
    return;
  }
  if (Clock::now() - written_ < wait_ && is_small(unit) && !checkpoints_.is_kept(unit.name))
    waiting_.push_back(copy_of(unit));
  else
    when_possible_([&] { write_part(&unit); });
  done_.insert(unit.name);
  checkpoints_.remove(unit.name);
}

void PartsFolder::flush() {
  const std::lock_guard lock(mutex_);
  if (!waiting_.empty()) write_part(nullptr);
}

/// What waits, and one more.
void PartsFolder::write_part(const UnitView* more) {
  const Clock::time_point begun = Clock::now();
  std::error_code none;
  fs::create_directory(folder_, none);  // where that fails, so does what follows
  NewFile file(folder_ / fmt::format("{}{:06}{}", part_begin, next_part_, part_end));
  std::vector<UnitView> units;
  for (const Unit& unit : waiting_) units.push_back(view_of(unit));
  if (more) units.push_back(*more);
  write_units(file, {.program = program_, .shard = {}, .hangs_on = hangs_on_, .units = {}}, units);
  next_part_ += share_.of;
  waiting_.clear();
  written_ = Clock::now();
  wait_ = std::max<Clock::duration>(std::chrono::milliseconds(100), 40 * (written_ - begun));
}

std::vector<Unit> PartsFolder::take_all() {
  std::vector<Unit> units;
  for (const UnitName& name : order_)
    if (const auto at = there_.find(name); at != there_.end()) units.push_back(std::move(at->second));
  there_.clear();
  return units;
}

void PartsFolder::remove() noexcept {
  if (!share_.writes) return;
  std::error_code none;
  for (const fs::path& file : files_in(folder_))
    if (is_ours(file.filename().string())) fs::remove(file, none);
  fs::remove(folder_, none);
}

}  // namespace grapevine
