#pragma once

#include <cstdint>

#include "graph/base/described.hpp"

namespace grapevine {

/// Lengths in ticks unless a unit is named. World scope.
struct TimeParameters {
  std::uint32_t tick_seconds = 600;
  Tick warmup = 144;
  Tick measure = 288;
  Tick followup = 144;

  Tick end() const { return warmup + measure + followup; }
  Tick ticks_per_day() const { return 86'400 / tick_seconds; }

  template <class Key>
  static void keys(Key&& key) {
    key.section("time", "How long the study runs.", Scope::world);
    key("tick", &TimeParameters::tick_seconds,
        {.kind = Kind::tick,
         .sentence = "Length of a tick. It divides a day; all other durations are whole ticks.",
         .source = "assumption",
         .range = WholeRange{60, 3600}});
    key("warmup", &TimeParameters::warmup,
        {.kind = Kind::duration,
         .sentence = "Run before the arms branch; at least feed.window, so that every feed is full.",
         .source = "assumption",
         .range = durations_from(0)});
    key("measure", &TimeParameters::measure,
        {.kind = Kind::duration,
         .sentence = "Roots emitted in it count; every slot of a campaign lies in it.",
         .source = "assumption",
         .range = durations_from(60)});
    key("followup", &TimeParameters::followup,
        {.kind = Kind::duration,
         .sentence = "Run after it; at least feed.window, so that the outcome of every counted root is complete, and "
                     "long enough that a post which a paid one withholds would have been seen to its end.",
         .source = "assumption",
         .range = durations_from(0)});
  }
};

}  // namespace grapevine
