#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "scenarios/keys/scenario.hpp"

/// The one table of scenario keys. The parser, the manual, `grapevine keys` and the JSON Schema derive from it: a new
/// key is one new entry.
namespace grapevine {

/// What a key may change. Worlds are shared by all arms; an arm changes run keys only; output keys change no result.
enum class Scope : std::uint8_t { world, run, output };

/// How a value is written in the file.
enum class Kind : std::uint8_t {
  whole,           ///< a whole number
  number,          ///< any finite number
  number_or_auto,  ///< ... or "auto", which is `automatic` in the field
  money,           ///< in the scenario's currency, at most 6 decimals
  duration,        ///< "10min", "48h", "1d"; whole ticks
  tick,            ///< the duration that all others are multiples of
  flag,            ///< true or false
  text,            ///< any text
  name,            ///< letters, digits, - and _
  choice,          ///< one of some texts
  path,            ///< of a file that exists
  names,           ///< a list of names
  labels,          ///< a list of tier names
  bounds,          ///< a list of ascending whole numbers from 0
  hours,           ///< 24 numbers
  audiences,       ///< a list of [followers, accounts]
  columns,         ///< two texts
  streams,         ///< a list of some of the names of the random streams
  accounts,        ///< the order in which accounts are asked, or a list of ids
  interval,        ///< two whole numbers, the first not above the second
  sizes,           ///< a list of whole numbers, 1 or more
  matrix,          ///< a list of rows, each a list of as many numbers as there are rows
  quadrants,       ///< four numbers, 0 to 1
};

struct WholeRange {
  std::int64_t least = 0;
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
};
struct RealRange {
  double least = 0;
  double most = 0;
  bool above = false;  ///< `least` itself is excluded
};
using Range = std::variant<std::monostate, WholeRange, RealRange>;  ///< of durations in seconds

/// What the keys are read into: the study, and the table of an array that is being read.
struct Target {
  Scenario* scenario = nullptr;
  RunParameters* run = nullptr;  ///< the scenario's own, or that of an arm
  CampaignParameters* campaign = nullptr;
  Arm* arm = nullptr;
  ContrastChoice* contrast = nullptr;
  PlantChoice* plant = nullptr;
  BandChoice* band = nullptr;

  /// Tables that hold only keys of their own.
  bool closed() const { return campaign || contrast || plant || band; }
};

/// The field behind a key. Two keys fill several fields at once and get the whole struct.
using Field =
    std::variant<std::monostate, bool*, std::int32_t*, std::uint32_t*, std::uint64_t*, MicroMoney*, double*,
                 std::string*, std::filesystem::path*, GraphModel*, GraphFormat*, PlantSource*, AudienceDraw*, Ranking*,
                 FeedMemory*, ParentRule*, Again*, DiffusionModel*, Probability*, TrialSampling*, EpidemicTime*,
                 std::vector<std::string>*, std::vector<std::uint64_t>*, std::array<double, 24>*,
                 std::vector<std::array<std::uint64_t, 2>>*, std::array<std::string, 2>*, std::array<double, 4>*,
                 std::vector<std::vector<double>>*, Redraw*, CampaignParameters*, PlantChoice*>;

/// A circumstance outside which a key would do nothing, so that giving it is a mistake.
struct Condition {
  std::string_view words;                  ///< as the manual and the error message say it
  bool (*holds)(const Target&) = nullptr;  ///< null: the key always acts
};

struct Key {
  std::string_view section;  ///< "" at the top level; "feed.weights" for [feed.weights]
  std::string_view name;
  Kind kind;
  Field (*field)(const Target&);
  std::string sentence;
  std::string_view source;  ///< of the default: a citation with its mark, or "assumption"
  Scope scope = Scope::world;
  Range range = {};
  std::string_view unit = {};
  std::vector<std::string_view> choices = {};
  bool required = false;
  std::string_view absent = {};  ///< what leaving it out means, where the default is not a value
  bool scales = false;           ///< its unit is followers or users, so a scaled world scales it
  Condition only = {};

  /// `feed.length`; `seed`.
  std::string dotted() const;
};

/// [name], or [[name]] for an array of tables.
struct Section {
  std::string_view name;
  bool array = false;
  std::string_view sentence;

  /// As it stands in a file.
  std::string header() const { return (array ? "[[" : "[") + std::string(name) + (array ? "]]" : "]"); }
};

const std::vector<Section>& sections();
const std::vector<Key>& keys();  ///< in the order of the sections

/// The key called `name` in `section`, or null.
const Key* find_key(std::string_view section, std::string_view name);

/// The keys of a section, in the order of the table.
std::vector<const Key*> keys_of(const Section& section);

/// The table for a terminal: grouped by section, aligned.
std::string keys_as_text();

/// The table as `docs/keys.md` holds it.
std::string keys_as_markdown();

/// A JSON Schema (draft 2020-12) of scenario files, for editors that complete and check TOML.
std::string keys_as_json_schema();

}  // namespace grapevine
