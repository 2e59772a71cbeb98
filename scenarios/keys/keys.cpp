#include "scenarios/keys/keys.hpp"

#include <algorithm>
#include <array>

#include "sim/model/verified.hpp"

namespace grapevine {

namespace {

/// What the structs say of themselves, and where each lies in a target.
struct Table {
  std::vector<Section> sections;
  std::vector<Key> keys;

  void add(Description described, const std::function<void*(const Target&)>& struct_in) {
    for (Section& section : described.sections)
      if (std::ranges::find(sections, section.name, &Section::name) == sections.end())
        sections.push_back(std::move(section));
    for (DescribedKey& key : described.keys) keys.push_back({std::move(key), struct_in});
  }

  template <class Struct>
  void add(Struct& (*in)(const Target&)) {
    add(describe<Struct>(), [in](const Target& target) -> void* { return &in(target); });
  }
};

/// In the order in which sections stand in the documentation.
Table all_structs() {
  Table table;
  table.add<Scenario>([](const Target& t) -> auto& { return *t.scenario; });
  table.add<RunParameters>([](const Target& t) -> auto& { return *t.run; });
  table.add<TimeParameters>([](const Target& t) -> auto& { return t.scenario->world.time; });
  table.add<GraphChoice>([](const Target& t) -> auto& { return t.scenario->graph; });
  table.add<PlantChoice>([](const Target& t) -> auto& { return *t.plant; });
  table.add<PopulationParameters>([](const Target& t) -> auto& { return t.scenario->world.population; });
  table.add<TierParameters>([](const Target& t) -> auto& { return t.scenario->world.tiers; });
  table.add<FeedParameters>([](const Target& t) -> auto& { return t.run->feed; });
  table.add<BehaviourParameters>([](const Target& t) -> auto& { return t.run->behaviour; });
  table.add<DiffusionParameters>([](const Target& t) -> auto& { return t.run->diffusion; });
  table.add<DiscoveryParameters>([](const Target& t) -> auto& { return t.run->discovery; });
  table.add<AnswersParameters>([](const Target& t) -> auto& { return t.run->answers; });
  table.add<TrustParameters>([](const Target& t) -> auto& { return t.run->trust; });
  table.add<SponsorshipParameters>([](const Target& t) -> auto& { return t.run->sponsorship; });
  table.add<UnfollowParameters>([](const Target& t) -> auto& { return t.run->unfollow; });
  for (const OwnSection& own : own_sections())
    table.add(own.describe(), [&own](const Target& t) { return t.run->own.struct_of(own); });
  table.add<PriceParameters>([](const Target& t) -> auto& { return t.scenario->world.prices; });
  table.add<ProductParameters>([](const Target& t) -> auto& { return *t.product; });
  table.add<CampaignParameters>([](const Target& t) -> auto& { return *t.campaign; });
  table.add<Arm>([](const Target& t) -> auto& { return *t.arm; });
  table.add<ContrastChoice>([](const Target& t) -> auto& { return *t.contrast; });
  table.add<BandChoice>([](const Target& t) -> auto& { return *t.band; });
  table.add<SwitchChoice>([](const Target& t) -> auto& { return *t.off; });
  table.add<SweepChoice>([](const Target& t) -> auto& { return t.scenario->sweep; });
  table.add<ClaimsChoice>([](const Target& t) -> auto& { return t.scenario->claims; });
  table.add<RecordOptions>([](const Target& t) -> auto& { return t.scenario->output; });
  return table;
}

const Table& table() {
  static const Table all = all_structs();
  return all;
}

/// What the conditions of keys look at, from where the target stands.
Circumstances circumstances(const Target& target) {
  const Scenario& scenario = *target.scenario;
  Circumstances around;
  around.of_arm = target.arm != nullptr;
  around.add(scenario.graph);
  static const std::array<KnownOfUsers, 16> known = [] {  // outlive `around`
    std::array<KnownOfUsers, 16> all;
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = {(i & 4) != 0, (i & 2) != 0, (i & 1) != 0, (i & 8) != 0};
    return all;
  }();
  const bool verified = scenario.world.tiers.has_verified() || scenario.graph.knows_attribute(verified_attribute);
  const bool creators = scenario.world.tiers.has_creators() || scenario.graph.knows_attribute(creator_attribute);
  around.add(
      known[8U * creators + 4U * scenario.graph.knows_communities() + 2U * scenario.graph.knows_activity() + verified]);
  around.add(scenario.world);
  around.add(scenario.world.prices);
  around.add(scenario.claims);
  around.add(scenario.sweep);
  static constexpr SwitchesGiven switches[2] = {{false}, {true}};  // outlive `around`
  around.add(switches[scenario.switches.empty() ? 0 : 1]);
  static constexpr StopsEarly stops[2] = {{false}, {true}};  // outlive `around`
  around.add(stops[scenario.until > 0 ? 1 : 0]);
  if (target.plant) around.add(*target.plant);
  if (target.product) around.add(*target.product);
  for (const CampaignParameters& campaign : scenario.world.campaigns)
    if (!target.campaign || target.campaign == &campaign) around.add(campaign);
  const auto add_run = [&](const RunParameters& run) {
    around.add(run.feed), around.add(run.behaviour), around.add(run.diffusion), around.add(run.discovery),
        around.add(run.answers), around.add(run.trust), around.add(run.unfollow);
  };
  add_run(target.arm ? *target.run : scenario.run);
  if (target.arm) around.add(*target.run);
  for (const Arm& arm : scenario.arms)
    if (!target.arm) add_run(arm.run), around.add(arm.run);
  return around;
}

}  // namespace

bool Key::acts(const Target& target) const { return !only.holds || only.holds(circumstances(target)); }

const std::vector<Section>& sections() { return table().sections; }

const std::vector<Key>& keys() { return table().keys; }

std::vector<std::string> split_at_dots(std::string_view dotted) {
  std::vector<std::string> parts(1);
  for (const char c : dotted) {
    if (c == '.')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

const Key* key_at(const std::vector<std::string>& parts) {
  const bool in_array = parts.size() > 2 && std::ranges::any_of(sections(), [&](const Section& section) {
                          return section.array && section.name == parts[0];
                        });
  const std::size_t first = !in_array || parts.size() == 3 ? 0 : 2;
  std::string section = in_array && parts.size() == 3 ? parts[0] : "";
  for (std::size_t i = first; section.empty() && i + 1 < parts.size(); ++i)
    section += (i == first ? "" : ".") + parts[i];
  return find_key(section, parts.back());
}

std::vector<const Key*> keys_of(const Section& section) {
  std::vector<const Key*> found;
  for (const Key& key : keys())
    if (key.section == section.name) found.push_back(&key);
  return found;
}

const Key* find_key(std::string_view section, std::string_view name) {
  const auto found =
      std::ranges::find_if(keys(), [&](const Key& key) { return key.section == section && key.name == name; });
  return found == keys().end() ? nullptr : &*found;
}

}  // namespace grapevine
