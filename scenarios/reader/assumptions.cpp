#include "scenarios/reader/assumptions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "scenarios/keys/codec.hpp"
#include "scenarios/keys/keys.hpp"

namespace grapevine {

namespace {

/// A number as it was written, before the world was scaled down: to twelve digits, so that the two roundings do not
/// show.
double unscaled(double value, double scale) {
  return std::strtod(fmt::format("{:.12g}", value / scale).c_str(), nullptr);
}

}  // namespace

std::vector<std::string> assumptions_in(const Scenario& scenario, const RunParameters& run,
                                        std::span<const std::string_view> sections) {
  Scenario changed = scenario;  // a target points to what may be written
  changed.run = run;
  const Target target{.scenario = &changed, .run = &changed.run};
  for (const Key& key : keys())
    if (key.scales && key.scope == Scope::run && (key.kind == Kind::number || key.kind == Kind::number_or_auto)) {
      auto& number = *static_cast<double*>(key.field(target));
      if (number != automatic) number = unscaled(number, scale_of(scenario.graph));
    }
  std::vector<std::string> list;
  const auto look_at = [&](const Key& key, const Target& at, const std::string& label) {
    if (!key.acts(at)) return;
    const std::string value = value_as_toml(key, at, changed.world.time.tick_seconds);
    const bool neutral = key.source.find("(neutral)") != std::string_view::npos && value == default_as_toml(key);
    if (!value.empty() && !neutral) list.push_back(label + " = " + value);
  };
  for (const Key& key : keys()) {
    if (std::find(sections.begin(), sections.end(), key.section) == sections.end() ||
        key.source.rfind("assumption", 0) != 0)
      continue;
    if (key.section != "product") {
      look_at(key, target, key.dotted());
      continue;
    }
    for (ProductParameters& product : changed.world.products) {
      Target of_product = target;
      of_product.product = &product;
      look_at(key, of_product, fmt::format("product.{}.{}", product.name, key.name));
    }
  }
  return list;
}

}  // namespace grapevine
