#include "scenarios/study/parts_folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <system_error>

#include "graph/base/error.hpp"

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
                         std::function<void()> alive)
    : folder_(result.string() + ".parts"),
      program_(std::move(program)),
      shard_(shard),
      when_possible_(std::move(when_possible)),
      checkpoints_(folder_, program_, when_possible_, checkpoint_every) {
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
    std::vector<Unit> units = read_units(file, program_).units;
    expect_of_this_study(file, units);
    for (Unit& unit : units) add(std::move(unit));
    next_part_ = std::max(next_part_, number + 1);
  }
  checkpoints_.load(runs_, parts);
}

void PartsFolder::expect_of_this_study(const fs::path& file, const std::vector<Unit>& units) const {
  if (units.empty() || std::ranges::any_of(units, [&](const Unit& unit) { return runs_.contains(unit.name.runs); }))
    return;
  throw BadRequest(
      fmt::format("{}: holds runs of another study: a key differs, or a file that a key names; expected those of this "
                  "one; run the scenario as it was, choose another name for the result, or begin anew with --overwrite",
                  file.string()));
}

void PartsFolder::add(Unit unit) {
  if (!wanted_.contains(unit.name)) return;
  done_.insert(unit.name);
  const UnitName name = unit.name;
  there_.try_emplace(name, std::move(unit));
}

std::optional<Unit> PartsFolder::take(const UnitName& name) {
  const auto at = there_.find(name);
  if (at == there_.end()) return {};
  if (shard_) return at->second;
  std::optional<Unit> unit(std::move(at->second));
  there_.erase(at);
  return unit;
}

void PartsFolder::keep(const UnitView& unit) {
  if (shard_) there_.insert_or_assign(unit.name, copy_of(unit));
  if (Clock::now() - written_ < wait_ && is_small(unit) && !checkpoints_.any())
    waiting_.push_back(copy_of(unit));
  else
    when_possible_([&] { write_part(&unit); });
  done_.insert(unit.name);
  checkpoints_.remove(unit.name);
}

void PartsFolder::flush() {
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
  write_units(file, program_, {}, units);
  ++next_part_;
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
  std::error_code none;
  for (const fs::path& file : files_in(folder_))
    if (is_ours(file.filename().string())) fs::remove(file, none);
  fs::remove(folder_, none);
}

}  // namespace grapevine
