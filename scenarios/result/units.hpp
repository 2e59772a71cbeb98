#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "graph/base/new_file.hpp"
#include "scenarios/result/result.hpp"

/// What a study is made of, while it is not whole: units, and the files that keep them. `docs/batch.md` tells of them.
namespace grapevine {

/// One replicate of whatever study has these runs.
struct UnitName {
  std::string runs;  ///< hash of all that the records hang on: keys, and the files that they name
  std::uint32_t replicate = 0;

  auto operator<=>(const UnitName&) const = default;
};

/// All arms of one replicate. In a file it is to the bit what it was.
struct Unit {
  UnitName name;
  std::string failure;          ///< why the replicate cannot be; empty: it could
  std::string infeasible = {};  ///< why it has no runs: money is too little at this point of a sweep; empty: it has
  GraphFacts graph;
  std::vector<RunRecord> records;                        ///< by arm
  std::vector<std::pair<UserId, std::string>> accounts;  ///< outside ids of users in its rows
};

/// A unit that lies elsewhere, to be written: its records may be large.
struct UnitView {
  UnitName name;
  std::string failure;
  std::string infeasible = {};
  const GraphFacts* graph = nullptr;
  std::vector<const RunRecord*> records;
  std::vector<std::pair<UserId, std::string>> accounts;
};
UnitView view_of(const Unit& unit);
/// A unit of its own.
Unit copy_of(const UnitView& unit);

/// Which part of a study's units a file has, and the study: what is needed to read it once more.
struct Shard {
  std::uint32_t number = 1, of = 1;
  std::string path, text;  ///< the scenario file, with its whole path
  std::vector<std::string> overrides;
  std::string understood;
};

/// A file of units.
struct UnitsFile {
  std::string program;  ///< that made them, with its commit: units of two programs are never mixed
  std::optional<Shard> shard;
  std::string hangs_on = {};  ///< the keys that its runs hang on, and the content of files, as `UnitNames` tells them
  std::vector<Unit> units;
};

/// Writes all of it, sealed, or nothing. After an Error another call may try again.
void write_units(NewFile& out, const UnitsFile& file);
/// The same with units that lie elsewhere in the place of its own.
void write_units(NewFile& out, const UnitsFile& file, const std::vector<UnitView>& units);

/// Throws BadRequest if `path` is no such file, not a whole one, or of another release than `program`.
UnitsFile read_units(const std::filesystem::path& path, std::string_view program);

/// Whether the file, which is sealed, says that it is one of units.
bool is_units_file(const h5::Reader& file);
/// What it is, in words: "shard 2 of 5 of a study".
std::string units_in_words(const h5::Reader& file);

}  // namespace grapevine
