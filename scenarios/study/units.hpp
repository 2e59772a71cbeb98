#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/keys/scenario.hpp"
#include "scenarios/result/units.hpp"

/// Units of a study: what there is already, what is still to be run, and which of it is whose.
namespace grapevine {

class Checkpoints;

/// A line of `UnitNames::hangs_on`. `content`: bytes and hash, as provenance has them; may be empty.
std::string content_line(std::string_view key, std::string_view content);

/// Names units. The files that keys name are read once.
class UnitNames {
public:
  /// `alive` is called from time to time while a file is read, and ends it by throwing.
  explicit UnitNames(std::function<void()> alive = {}) : alive_(std::move(alive)) {}

  UnitName of(const Scenario& scenario, std::uint32_t replicate);

  /// What the runs of a scenario hang on, for `words_of_difference`: keys, and the content of the files that they name.
  std::string hangs_on(const Scenario& scenario);

  /// Every unit that the study is made of, those with switches off behind its own, each once, in the order in which
  /// they are run.
  std::vector<UnitName> all(const Scenario& scenario);

private:
  std::string runs_of(const Scenario& scenario);
  const std::string& content_of(const std::filesystem::path& file);

  std::function<void()> alive_;
  std::map<std::filesystem::path, std::string> contents_;  ///< a fingerprint of each file
};

/// Where a study finds units that are complete, and leaves others.
class UnitStore {
public:
  virtual ~UnitStore() = default;

  /// Whether this run makes the unit at all: a shard only its own.
  virtual bool wants(const UnitName&) const { return true; }
  /// Whether the unit is complete, or known to be impossible.
  virtual bool has(const UnitName&) const { return false; }
  /// Whether the unit is begun here and now; not if another that runs beside this one has it.
  virtual bool begins(const UnitName&) { return true; }
  /// The unit, if it is there; the store lets go of it.
  virtual std::optional<Unit> take(const UnitName& unit) = 0;
  /// Copies what it does not write at once.
  virtual void keep(const UnitView& unit) = 0;

  /// Of the replicate that is running; null: none are kept.
  virtual Checkpoints* checkpoints() { return nullptr; }

  UnitNames names;
};

}  // namespace grapevine
