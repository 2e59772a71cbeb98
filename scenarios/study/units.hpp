#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/keys/scenario.hpp"
#include "scenarios/result/units.hpp"

/// Units of a study: what there is already, what is still to be run, and which of it is whose.
namespace grapevine {

class Checkpoints;

/// Names units. The files that keys name are read once.
class UnitNames {
public:
  /// `alive` is called from time to time while a file is read, and ends it by throwing.
  explicit UnitNames(std::function<void()> alive = {}) : alive_(std::move(alive)) {}

  UnitName of(const Scenario& scenario, std::uint32_t replicate);

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
  /// The unit, if it is there; the store lets go of it.
  virtual std::optional<Unit> take(const UnitName& unit) = 0;
  /// Copies what it does not write at once.
  virtual void keep(const UnitView& unit) = 0;

  /// Of the replicate that is running; null: none are kept.
  virtual Checkpoints* checkpoints() { return nullptr; }

  UnitNames names;
};

}  // namespace grapevine
