#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "graph/base/described.hpp"
#include "scenarios/keys/scenario.hpp"

/// The one table of scenario keys, which the structs that they are read into describe. The reader, the manual,
/// `grapevine keys` and the JSON Schema derive from it.
namespace grapevine {

/// What the keys are read into: the study, and the table of an array that is being read.
struct Target {
  Scenario* scenario = nullptr;
  RunParameters* run = nullptr;  ///< the scenario's own, or that of an arm
  ProductParameters* product = nullptr;
  CampaignParameters* campaign = nullptr;
  Arm* arm = nullptr;
  ContrastChoice* contrast = nullptr;
  PlantChoice* plant = nullptr;
  BandChoice* band = nullptr;
  SwitchChoice* off = nullptr;  ///< a switch

  /// Tables that hold only keys of their own.
  bool closed() const { return product || campaign || contrast || plant || band; }
};

struct Key : DescribedKey {
  std::function<void*(const Target&)> struct_in;  ///< the struct that describes it

  void* field(const Target& target) const { return field_in(struct_in(target)); }
  /// Whether its condition holds, if it has one.
  bool acts(const Target& target) const;
};

const std::vector<Section>& sections();
const std::vector<Key>& keys();  ///< in the order of the sections

/// The key called `name` in `section`, or null.
const Key* find_key(std::string_view section, std::string_view name);

/// "a.b.c" in its parts.
std::vector<std::string> split_at_dots(std::string_view dotted);

/// The key that a path in a scenario leads to, or null: price.post, campaign.one.budget, arm.many.feed.length.
const Key* key_at(const std::vector<std::string>& parts);

/// The keys of a section, in the order of the table.
std::vector<const Key*> keys_of(const Section& section);

/// The table for a terminal: grouped by section, as wide as the page. With `filter` only the keys whose name with its
/// section, such as feed.length, holds it in any case of letters. Empty: there is none.
std::string keys_as_text(std::string_view filter = {});

/// The table as `docs/keys.md` holds it.
std::string keys_as_markdown();

/// A JSON Schema (draft 2020-12) of scenario files, for editors that complete and check TOML.
std::string keys_as_json_schema();

}  // namespace grapevine
