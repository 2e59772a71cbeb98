#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scenarios/keys/codec.hpp"
#include "scenarios/keys/keys.hpp"
#include "scenarios/keys/toml_reader.hpp"

namespace grapevine {

inline constexpr std::size_t most_arms = 64;
inline constexpr std::size_t most_switches = 16, most_combined_switches = 6;
inline constexpr std::size_t most_tables = 1'000;  ///< [[plant]], [[contrast]] and [[band]] tables
inline constexpr double largest_audience = 0.2;    ///< of the users: beyond it one account's feed is everybody's

inline const std::string* name_of(const TomlValue& table) {
  const auto* entries = table.as<TomlValue::Table>();
  const TomlEntry* entry = entries ? find_entry(*entries, "name") : nullptr;
  return entry ? entry->value.as<std::string>() : nullptr;
}

/// Of which keys `understood_text` tells.
enum class ToldKeys : std::uint8_t {
  all,
  of_runs,  ///< those that the record of a run hangs on
};

/// The study as one canonical text: every key that acts, in the order of the table; an arm's table has what it changes.
/// Paths are told from `folder`.
std::string understood_text(Scenario& scenario, const std::filesystem::path& folder, ToldKeys told = ToldKeys::all);

/// Makes a study as small as its world: every key that scales, and prices by a factor of their own.
void scale_down(Scenario& scenario);

/// Reads a document into a Scenario, key by key along the table, and then holds the keys against each other.
class ScenarioReader {
public:
  /// `switched`: keys may have lost their effect, as some switches are off.
  ScenarioReader(Scenario& scenario, std::filesystem::path folder, std::vector<Mistake>& mistakes,
                 bool switched = false)
      : scenario_(scenario), folder_(std::move(folder)), mistakes_(mistakes), switched_(switched) {}

  void read(const TomlValue& document);
  /// Reads the values alone: whether the keys are there and each value fits its own, not whether they fit each other.
  void read_values(const TomlValue& document);
  /// Whether what the document read last says of a sweep leads to points.
  bool sweep_is_sound() const { return sweep_is_sound_; }
  /// Where the table of each campaign begins.
  const std::vector<Place>& campaign_places() const { return campaign_places_; }

  /// Keys that say nothing to the classic models: they know neither sessions nor hours.
  static bool of_feeds(const Key& key);

private:
  /// A key that stands in the document: one table's instance of it.
  struct Given {
    const Key* key;
    Target target;
    std::string label;
    Place name;   ///< where the key stands
    Place value;  ///< where its value stands
    bool good;    ///< it could be read
  };

  void add(const Place& place, std::string text) { mistakes_.push_back({place, std::move(text)}); }
  void add_of_money(const Place& place, std::string text) { mistakes_.push_back({place, std::move(text), true}); }

  const Given* given(std::string_view label) const;

  /// Every one of them was either left out or read well: only then do they bear a comparison.
  bool sound(std::initializer_list<std::string> labels) const;

  /// The first of them that the user wrote, else the top of the file.
  Place place_of(std::initializer_list<std::string> labels) const;

  Target base() { return {.scenario = &scenario_, .run = &scenario_.run}; }

  /// Reads the keys of `section` from `table` and the sections below it. `prefix` leads the labels; `arm` marks tables
  /// that take run keys only.
  void read_table(const TomlValue::Table& table, const Place& place, std::string_view section,
                  const std::string& prefix, const Target& target);

  static std::string_view parent_of(std::string_view section);

  void read_key(const Key& key, const TomlEntry& entry, const std::string& label, const Target& target);

  std::uint32_t tick() const { return tick_known_ ? scenario_.world.time.tick_seconds : 0; }

  /// A key that is not there: an error if it must be, and a default in ticks of another length if it is a duration.
  void leave_out(const Key& key, const Place& place, const std::string& label, const Target& target);

  void refuse_array_in(const TomlEntry& entry, const Target& target);

  void refuse_unknown(const TomlEntry& entry, std::string_view section, const Target& target);

  /// The key of any section whose own name is nearest.
  static const Key* similar_key(std::string_view name);

  static std::string shortened(const std::string& name);

  void read_base(const TomlValue::Table& top, const Place& place);

  struct Missing {
    const Key* key;
    std::string label;
    Place place;
    Target target;
  };

  void report_missing(const Missing& it);

  /// A default that is not of whole ticks.
  struct OddDefault {
    const Key* key;
    Target target;
    std::string text;
  };
  std::vector<OddDefault> odd_defaults_;  ///< told where the key acts

  /// The tables of [[name]], each with the value it stands in; empty when there are none.
  std::vector<const TomlValue*> tables_of(const TomlValue::Table& top, std::string_view name);

  /// `campaign.one.` for the table named one; `campaign.` while it has no good name.
  static std::string prefix_of(std::string_view array, const TomlValue& table);

  /// Notes the name of a table of an array; a name given before is a mistake. Returns the prefix of its labels.
  std::string note_name(std::string_view array, const TomlValue& table, std::map<std::string, Place>& names);

  void read_plants(const TomlValue::Table& top);

  void read_products(const TomlValue::Table& top);

  void read_campaigns(const TomlValue::Table& top);

  void read_arms(const TomlValue::Table& top);

  /// What the table of an arm says of how likely a contact is takes the place of what the study says.
  void replace_contacts(const std::string& prefix, DiffusionParameters& diffusion) const;

  void read_contrasts(const TomlValue::Table& top);

  void read_bands(const TomlValue::Table& top);

  void read_switches(const TomlValue::Table& top);
  /// Adds what the table sets, and the tables in it.
  void read_settings(const TomlValue::Table& table, const std::string& prefix, SwitchChoice& choice);

  static constexpr std::array<std::string_view, 3> ways_to_say_contacts{"diffusion.chance", "diffusion.adoptions",
                                                                        "diffusion.along_follows"};

  static bool says_contacts(const Key& key);

  /// Those of them that the table with this prefix gives, two or more; a chance that is one of topic-match says
  /// something else.
  std::vector<const Given*> doubled_contacts(const std::string& prefix) const;

  bool matches_topics(const Target& target) const;

  /// The label of the table that it stands in, with the dot behind it.
  static std::string prefix_of(const Given& it);

  /// No option that does nothing: a key outside its condition is a mistake.
  bool switch_is_given(const Given& it) const;
  void check_conditions();

  bool rankings_sound() const;

  bool diffusion_sound() const;

  /// What the classic models need, and what only the feed model takes.
  void check_diffusion();

  std::string in_words(std::uint64_t ticks) const;

  /// Sets what the ranking of the target sets and the scenario leaves out.
  void lay_preset(const Target& target, const std::string& prefix);

  void check_weights();
  /// No weight on what nobody does.
  void check_propensities(const RunParameters& run, const std::string& prefix);
  /// Formulas are what they should be; a mistake is told at the word where it is.
  void check_formulas();
  void check_formula(const FeedParameters& feed, const std::string& prefix);
  void check_time();

  /// Roots are numbered by 32 bits.
  void check_posts();

  /// That every follow will have a probability, where they are asked for.
  void check_chances();

  void check_graph();

  /// Users of the world as written: what follower counts are held against.
  std::uint64_t world_users() const;
  std::string whole_world() const;
  std::uint64_t most_followers() const { return static_cast<std::uint64_t>(largest_audience * double(world_users())); }

  void check_tiers();

  /// No two bounds become one where the world is smaller than the one it stands for.
  void check_scaled_tiers();

  /// Some account can be large enough for the tier.
  void expect_possible(const std::string& label, const std::string& name);

  void check_plants();

  /// What only the generators can tell, said of the keys that the user wrote.
  void check_generator();
  void check_affinity();

  /// New accounts of a platform are among its active users.
  bool active_hold_plants();

  void check_claims();
  void check_silent_arm();
  bool lives_as_study(const Arm& arm) const;

  void expect_tier(const std::string& label, const std::string& name);

  void check_replicates();

  void check_prices();

  void check_campaigns();

  void check_products();

  void check_same_products();

  /// What a campaign without a bound pays one account at least.
  void check_cost(std::size_t i);

  void check_slots(std::size_t i);
  void check_promotion(std::size_t i);
  void check_promotion_in_feeds(std::size_t i);

  /// Whatever a post that makes room for a paid one would have brought lies in the run: it may be due so long after the
  /// last slot, and would have lived for the feed's window from the next tick on.
  void check_withheld(std::size_t i, std::uint64_t last);

  const CampaignParameters* campaign_named(std::string_view name) const;

  void check_budget_of(std::size_t i);

  /// A name that nothing has.
  void refuse_name(const std::string& label, std::string_view name, std::string_view kind,
                   const std::map<std::string, Place>& names, const Place& place);

  void check_pays();

  /// Arms whose campaigns take their money from another's spend as much as that one's arm, on the average over draws.
  void check_draws();
  bool check_draws(const Arm& arm, const CampaignParameters& campaign);  ///< false, and a mistake: they would not

  void check_contrasts();

  void check_bands();

  /// Takes the keys that are swept out of the document.
  TomlValue::Table read_swept_keys(TomlValue::Table top);
  /// What a sweep asks of its own table; what its points do to the study is seen when it is read at each.
  void check_sweep();
  void check_swept_key(const SweptKey& key);
  void check_until();

  void check_switches();
  void check_combined_switches();

  Scenario& scenario_;
  std::filesystem::path folder_;
  std::vector<Mistake>& mistakes_;
  bool switched_ = false;
  bool tick_known_ = true;
  std::vector<Given> given_;
  std::map<std::string, std::size_t> given_by_label_;
  std::vector<Missing> missing_;
  std::map<std::string, Place> campaign_names_, arm_names_, plant_names_, product_names_, switch_names_;
  std::vector<std::string> campaign_prefixes_, contrast_prefixes_, plant_prefixes_, band_prefixes_, product_prefixes_;
  std::optional<Place> sweep_place_;
  bool sweep_is_sound_ = true;
  std::vector<Place> campaign_places_, contrast_places_, plant_places_, product_places_, switch_places_;
  std::size_t doubles_ = 0;
};

}  // namespace grapevine
