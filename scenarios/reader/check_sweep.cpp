#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "graph/base/counted.hpp"
#include "graph/base/error.hpp"
#include "scenarios/keys/codec.hpp"
#include "scenarios/reader/graph_choice.hpp"
#include "scenarios/reader/scenario_reader.hpp"
#include "scenarios/reader/sweep.hpp"

namespace grapevine {

namespace {

/// What the tables of the result are laid out by, or what a study is as a whole.
bool is_fixed(const std::string& key) {
  static const std::set<std::string> sections{"format",   "title", "replicates", "until",  "drift", "tiers",
                                              "contrast", "band",  "claims",     "switch", "sweep", "output"};
  static const std::set<std::string> keys{"time.tick", "time.measure", "time.followup"};
  static const std::set<std::string> named{"arm", "campaign", "product", "plant"};
  const std::vector<std::string> parts = split_at_dots(key);
  return sections.contains(parts.front()) || keys.contains(key) ||
         (named.contains(parts.front()) && parts.size() == 3 && parts.back() == "name") ||
         key.ends_with("diffusion.model");
}

}  // namespace

void ScenarioReader::check_swept_key(const SweptKey& key) {
  const SweepDesign design = scenario_.sweep.design;
  if (is_fixed(key.key)) return add(key.place, SweepChoice::no_business(key.key));
  const bool of_graph = key.key.starts_with("graph.");
  if (of_graph && !is_drawn(scenario_.graph))
    return add(key.place,
               fmt::format("a sweep changes {} of a graph from a file; expected keys that leave its accounts "
                           "as they are; run a study of each, and `grapevine compare` sets them side by side",
                           key.key));
  if ((key.key == "graph.users" || key.key == "graph.stands_for") && scale_of(scenario_.graph) != 1.0)
    return add(key.place, fmt::format("a sweep changes {} of a world that stands for a larger one, and with it the "
                                      "bounds of the tiers; expected one scale; run a study of each",
                                      key.key));
  if (const Given* it = given(key.key); it && it->name.source != 0)
    add(it->name, fmt::format("{0} is swept; expected one or the other; write --set 'sweep.{0}=[...]', or take it out "
                              "of [sweep]",
                              key.key));
  if (!key.values.empty() || design == SweepDesign::file) return;
  if (!is_drawn(design) && key.steps == 0)
    add(key.place,
        fmt::format("sweep.{} has two ends and no steps; expected how many values lie on the way: steps = 5", key.key));
  if (is_drawn(design) && key.steps > 0)
    add(key.place, fmt::format("sweep.{} has steps, and the points of the design {} are drawn; expected the ends "
                               "alone; remove steps",
                               key.key, in_quotes(name_of_choice(design))));
}

void ScenarioReader::check_sweep() {
  SweepChoice& sweep = scenario_.sweep;
  if (!sweep_place_) return;
  const bool of_file = sweep.design == SweepDesign::file;
  if (of_file && sweep.file.empty() && sound({"sweep.file"}))
    return add(place_of({"sweep.design"}),
               "sweep.design is \"file\", and sweep.file is missing; expected a table of "
               "points (CSV); name it");
  if (of_file && !sweep.swept.empty())
    return add(sweep.swept.front().place,
               fmt::format("a sweep changes {}, and its design is \"file\"; expected the keys and their values in the "
                           "file; remove it, or the file",
                           sweep.swept.front().key));
  if (of_file && !sweep.file.empty()) {
    const std::size_t before = mistakes_.size();
    try {
      read_points_file(sweep, place_of({"sweep.file"}), mistakes_);
    } catch (const BadRequest& error) {
      for (const std::string& text : error.messages()) add(place_of({"sweep.file"}), text);
    }
    if (mistakes_.size() > before && !of_points(mistakes_)) return;
  }
  if (sweep.swept.empty()) {
    if (sweep_is_sound_ && !of_file)
      add(*sweep_place_,
          "[sweep] sweeps nothing; expected a key with several values, such as price.post = [0, 50, "
          "200]; add it, or remove the section");
    return;
  }
  std::set<std::string> seen;
  for (const SweptKey& key : sweep.swept) {
    check_swept_key(key);
    if (!seen.insert(key.key).second)
      add(key.place, fmt::format("a sweep changes {} twice; expected a column of its own for each key", key.key));
  }
  if (sweep.swept.size() > most_swept_keys)
    add(sweep.swept[most_swept_keys].place,
        fmt::format("a sweep changes {} keys; expected at most {}", sweep.swept.size(), most_swept_keys));
  if (sweep.design == SweepDesign::morris && sweep.levels % 2 != 0)
    add(place_of({"sweep.levels"}), fmt::format("sweep.levels is {}; expected an even number, such as 4 or 6: half of "
                                                "the levels lie between the ends of a step",
                                                sweep.levels));
  if (sweep.design == SweepDesign::zip)
    for (const SweptKey& key : sweep.swept) {
      const SweptKey& first = sweep.swept.front();
      const auto length = [](const SweptKey& it) { return it.values.empty() ? it.steps : it.values.size(); };
      if (length(key) != length(first) && length(key) > 0 && length(first) > 0)
        add(key.place, fmt::format("sweep.{} has {}, and sweep.{} has {}; expected as many of each with sweep.design = "
                                   "\"zip\"",
                                   key.key, counted(length(key), "value"), first.key, length(first)));
    }
  if (point_count(sweep) > most_points)
    add(*sweep_place_,
        fmt::format("the sweep has more than {} points; expected fewer values, or a drawn design", most_points));
}

}  // namespace grapevine
