#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeindex>
#include <utility>
#include <variant>
#include <vector>

#include "graph/base/error.hpp"
#include "graph/base/ids.hpp"

/// How a struct of parameters describes itself. Beside its fields it has one function,
///
///     template <class Key> static void keys(Key&& key) {
///       key.section("price", "What a paid post costs.", Scope::world);
///       key("post", &PriceParameters::post, {.sentence = "Fixed price of a paid post.", .source = "assumption", ...});
///     }
///
/// and from these lines come whatever reads, checks, writes and documents a scenario. A field is found by a pointer to
/// it or by a function `Field& (Struct&)`; its C++ type says how it is written, where `kind` does not.
namespace grapevine {

/// What a key may change. Worlds are shared by all arms; an arm changes run keys only; output keys change no result.
enum class Scope : std::uint8_t { world, run, output };

/// How a value is written in the file. A codec in `scenarios/keys/codecs/` reads, writes and describes each.
enum class Kind : std::uint8_t {
  whole,           ///< a whole number
  number,          ///< any finite number
  number_or_auto,  ///< ... or "auto", which is `automatic` in the field
  number_or_off,   ///< a number, or "off", which is `unlimited` in the field
  strength,        ///< a number, "auto" or "off"
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
  amounts,         ///< a list of amounts of money
  shares,          ///< a list of numbers, one for each tier or one for all
  streams,         ///< a list of some of the names of the random streams
  accounts,        ///< the order in which accounts are asked, or a list of ids
  interval,        ///< two whole numbers, the first not above the second
  sizes,           ///< a list of whole numbers, 1 or more
  matrix,          ///< a list of rows, each a list of as many numbers as there are rows
  quadrants,       ///< four numbers, 0 to 1
};
inline constexpr std::size_t kind_count = 27;

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

// Ranges that several structs have.
inline constexpr std::int64_t longest_duration = std::int64_t{3650} * 86'400;  ///< seconds
constexpr WholeRange durations_from(std::int64_t seconds) { return {seconds, longest_duration}; }
inline constexpr std::int64_t no_limit = std::numeric_limits<std::uint32_t>::max() - 1;  ///< the machine's
inline constexpr RealRange probability_range{0, 1};
inline constexpr RealRange log_spread_range{0, 5};
inline constexpr RealRange logit_range{-20, 20};

/// Stands for a number that follows from the others.
inline constexpr double automatic = -1.0;
/// Stands for a strength against which nothing that is observed counts.
inline constexpr double unlimited = std::numeric_limits<double>::infinity();

/// From `least` to `most`, both included; `most` is the largest number there is where nothing bounds it.
struct CountRange {
  std::uint64_t least = 0;
  std::uint64_t most = UINT64_MAX;

  bool contains(std::uint64_t count) const { return least <= count && count <= most; }
  bool bounds() const { return least > 0 || most < UINT64_MAX; }
};

/// What a condition may look at: the sections through which a key acts. A key of an arm acts through the arm, the same
/// key of the study through the study's own run and all arms.
class Circumstances {
public:
  bool of_arm = false;

  template <class Section>
  void add(const Section& section) {
    sections_.emplace_back(typeid(Section), &section);
  }
  /// The first one added, or null.
  template <class Section>
  const Section* first() const {
    for (const auto& [type, section] : sections_)
      if (type == typeid(Section)) return static_cast<const Section*>(section);
    return nullptr;
  }
  template <class Section, class Holds>
  bool any(Holds&& holds) const {
    for (const auto& [type, section] : sections_)
      if (type == typeid(Section) && holds(*static_cast<const Section*>(section))) return true;
    return false;
  }

private:
  std::vector<std::pair<std::type_index, const void*>> sections_;
};

/// A circumstance outside which a key would do nothing, so that giving it is a mistake, as a rule.
struct Condition {
  std::string words = {};                                     ///< as the manual and the error message say it
  std::function<bool(const Circumstances&)> holds = nullptr;  ///< null: the key always acts
  bool lenient = false;  ///< giving the key elsewhere is no mistake: a switch that is off turns off what hangs on it
};

/// What `holds` of any of the sections of its type.
template <class Section>
Condition only_with(std::string words, bool (*holds)(const Section&)) {
  return {std::move(words), [holds](const Circumstances& c) { return c.any<Section>(holds); }};
}

struct KeyFacts {
  std::optional<Kind> kind = {};
  std::string sentence;
  std::string source;               ///< of the default: a citation with its mark, or "assumption"
  std::optional<Scope> scope = {};  ///< where it is not its section's
  Range range = {};
  std::string_view unit = {};
  bool required = false;
  std::string_view absent = {};  ///< what leaving it out means, where the default is not a value
  bool scales = false;           ///< its unit is followers or users, so a scaled world scales it
  Condition only = {};
};

/// A value of an enumeration as a scenario writes it. An enumeration has `names_of(E)`, a list of these.
template <class Enum>
struct Named {
  Enum value;
  std::string_view name;
};
template <class Enum>
Named(Enum, std::string_view) -> Named<Enum>;  // which clang 14 does not find by itself
template <class Enum>
std::string_view name_of_choice(Enum value) {
  for (const auto& [one, name] : names_of(Enum{}))
    if (one == value) return name;
  return {};
}

/// [name], or [[name]] for an array of tables.
struct Section {
  std::string name;
  bool array = false;
  std::string sentence;

  /// As it stands in a file.
  std::string header() const { return (array ? "[[" : "[") + name + (array ? "]]" : "]"); }
};

/// A key with the way to its field, whatever the struct.
struct DescribedKey {
  std::string section;  ///< "" at the top level; "feed.weights" for [feed.weights]
  std::string name;
  Kind kind{};
  Scope scope = Scope::world;
  std::string sentence, source;
  Range range;
  std::string_view unit;
  bool required = false;
  std::string_view absent;
  bool scales = false;
  Condition only;
  std::vector<std::string_view> choices;             ///< of enumerations
  std::function<void*(void*)> field_in;              ///< the field, in an object of the struct
  std::int64_t (*whole_in)(const void*) = nullptr;   ///< a field of whole numbers or of choices (their place) ...
  void (*put_whole)(void*, std::int64_t) = nullptr;  ///< ... read and written
  bool (*is_unset)(const void*) = nullptr;           ///< it holds the number that stands for none

  /// `feed.length`; `seed`.
  std::string dotted() const { return section.empty() ? name : section + "." + name; }
};

/// Takes down what a struct says of itself.
class Description {
public:
  std::vector<Section> sections;
  std::vector<DescribedKey> keys;

  /// The section that the following keys stand in, its sentence, and the scope that they have.
  void section(std::string name, std::string sentence, Scope scope, bool array = false) {
    scope_ = scope;
    section_ = name;
    sections.push_back({std::move(name), array, std::move(sentence)});
  }
  template <class Struct, class Field>
  void operator()(std::string_view name, Field Struct::*member, KeyFacts facts) {
    add<Field>(name, std::move(facts),
               [member](void* object) -> void* { return &(static_cast<Struct*>(object)->*member); });
  }
  /// `access` takes the struct by reference and returns a reference to the field.
  template <class Access>
  void operator()(std::string_view name, Access access, KeyFacts facts) {
    with(name, access, &Access::operator(), std::move(facts));
  }

private:
  template <class Access, class Field, class Struct>
  void with(std::string_view name, Access access, Field& (Access::*)(Struct&) const, KeyFacts facts) {
    add<Field>(name, std::move(facts),
               [access](void* object) -> void* { return &access(*static_cast<Struct*>(object)); });
  }

  template <class Field>
  void add(std::string_view name, KeyFacts facts, std::function<void*(void*)> field) {
    DescribedKey key;
    key.section = section_;
    key.name = name;
    key.kind = facts.kind ? *facts.kind : kind_of<Field>();
    key.scope = facts.scope.value_or(scope_);
    key.sentence = std::move(facts.sentence), key.source = std::move(facts.source);
    key.range = facts.range, key.unit = facts.unit, key.required = facts.required, key.absent = facts.absent;
    key.scales = facts.scales, key.only = std::move(facts.only);
    key.field_in = std::move(field);
    if constexpr (std::is_enum_v<Field>) {
      for (const auto& choice : names_of(Field{})) key.choices.push_back(choice.name);
      key.whole_in = [](const void* at) { return place_of(*static_cast<const Field*>(at)); };
      key.put_whole = [](void* at, std::int64_t place) {
        *static_cast<Field*>(at) = names_of(Field{})[static_cast<std::size_t>(place)].value;
      };
    } else if constexpr (std::is_arithmetic_v<Field>) {
      key.whole_in = [](const void* at) {
        if constexpr (std::is_floating_point_v<Field>)
          return static_cast<std::int64_t>(std::llround(*static_cast<const Field*>(at)));
        else
          return static_cast<std::int64_t>(*static_cast<const Field*>(at));
      };
      key.put_whole = [](void* at, std::int64_t value) { *static_cast<Field*>(at) = static_cast<Field>(value); };
      key.is_unset = [](const void* at) {
        return std::is_unsigned_v<Field> && *static_cast<const Field*>(at) == std::numeric_limits<Field>::max() &&
               !std::is_same_v<Field, bool>;
      };
    }
    keys.push_back(std::move(key));
  }

  template <class Enum>
  static std::int64_t place_of(Enum value) {
    std::int64_t place = 0;
    for (const auto& choice : names_of(Enum{})) {
      if (choice.value == value) return place;
      ++place;
    }
    return -1;
  }

  template <class Field>
  static Kind kind_of() {
    using std::is_same_v, std::vector, std::array, std::string;
    if constexpr (is_same_v<Field, bool>)
      return Kind::flag;
    else if constexpr (std::is_enum_v<Field>)
      return Kind::choice;
    else if constexpr (is_same_v<Field, MicroMoney>)
      return Kind::money;
    else if constexpr (std::is_integral_v<Field>)
      return Kind::whole;
    else if constexpr (is_same_v<Field, double>)
      return Kind::number;
    else if constexpr (is_same_v<Field, string>)
      return Kind::text;
    else if constexpr (is_same_v<Field, std::filesystem::path>)
      return Kind::path;
    else if constexpr (is_same_v<Field, vector<string>>)
      return Kind::names;
    else if constexpr (is_same_v<Field, vector<MicroMoney>>)
      return Kind::amounts;
    else if constexpr (is_same_v<Field, vector<std::uint64_t>>)
      return Kind::sizes;
    else if constexpr (is_same_v<Field, array<double, 24>>)
      return Kind::hours;
    else if constexpr (is_same_v<Field, array<double, 4>>)
      return Kind::quadrants;
    else if constexpr (is_same_v<Field, vector<array<std::uint64_t, 2>>>)
      return Kind::audiences;
    else if constexpr (is_same_v<Field, array<string, 2>>)
      return Kind::columns;
    else if constexpr (is_same_v<Field, vector<vector<double>>>)
      return Kind::matrix;
    else if constexpr (is_same_v<Field, CountRange>)
      return Kind::interval;
    GRAPEVINE_EXPECTS(!"a field that says its kind, or whose type does");
    return Kind::text;
  }

  std::string section_;
  Scope scope_ = Scope::world;
};

/// What `Struct` says of itself.
template <class Struct>
Description describe() {
  Description description;
  Struct::keys(description);
  return description;
}

}  // namespace grapevine
