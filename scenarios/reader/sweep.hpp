#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "analysis/designs.hpp"
#include "scenarios/keys/codec.hpp"
#include "scenarios/keys/scenario.hpp"

/// The points of a sweep, as they follow from [sweep].
namespace grapevine {

inline constexpr std::size_t most_points = 100'000, most_swept_keys = 64;

/// Whether a table of a sweep says between which ends a key lies: it has one.
bool is_range(const TomlValue::Table& table);

/// Adds the key that `path` leads to with its values, or those in a table of keys below it.
void read_swept(const std::string& path, const Place& place, const TomlValue& value, SweepChoice& sweep,
                std::vector<Mistake>& mistakes);

/// Reads the rows of `sweep.file` as values of its keys, one of each a row. Rows that have another number of values are
/// mistakes and left out, so that what is wrong with others is seen, too. `place`: of the file's name in the scenario.
void read_points_file(SweepChoice& sweep, const Place& place, std::vector<Mistake>& mistakes);

/// Whether all of them stand in the file of points: what it says elsewhere can be looked at, too.
bool of_points(const std::vector<Mistake>& mistakes);

/// How many points the design has; more than `most_points` where they are too many to count.
std::size_t point_count(const SweepChoice& sweep);

/// The points of a sweep without mistakes, in the order of the result: of a grid the last key fastest. `seed`: what
/// drawn designs are drawn by; `tick_seconds`: what durations between two ends are rounded to. Numbers between two ends
/// have six significant digits, whole ones are whole.
std::vector<SweepPoint> lay_points(const SweepChoice& sweep, std::uint64_t seed, std::uint32_t tick_seconds);

/// Where the points of a drawn design lie in the unit cube, a dimension for each key.
Design design_of(const SweepChoice& sweep, std::uint64_t seed);

/// Where they lie by the values that they have, 0 and 1 being the ends of ranges: whole numbers, durations and lists
/// round, and the i-th of n that are listed lies at (i - 1) / (n - 1).
Design reached_by(const SweepChoice& sweep, const Design& design, std::uint32_t tick_seconds);

/// Where the sweep says how much money there is, or else what it sweeps first: `study.toml:40:8`.
std::string axis_of_money(const Scenario& scenario);

/// What a value of a swept key is on an axis: a number, durations in seconds, flags 0 and 1; or a text.
std::variant<double, std::string> coordinate(const KeySetting& setting);

/// The value as the names of points have it: without quotes.
std::string in_short(const TomlValue& value);

}  // namespace grapevine
