#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "graph/base/new_file.hpp"
#include "scenarios/result/result.hpp"

/// What commands that make a result have in common at the end.
namespace grapevine {

/// Said where what is made cannot be written yet.
inline constexpr std::string_view words_of_waiting =
    "The study is done, and its result waits in memory for room at that place. Once there is some, it is written; "
    "Ctrl-C discards it.";

/// Writes the result as soon as there is room for it. A study that is done is not thrown away for a full disk or a
/// folder that is gone: it waits until either is mended, or a signal ends the wait.
void write_once_possible(NewFile& out, const StudyResult& study);

/// Prints the comparison, and where the result lies; `start` is when the command was given.
void tell_result(const StudyResult& study, const std::string& file, std::chrono::steady_clock::time_point start);

/// Says on standard error which points of a sweep money reaches in some replicates only, and whether there are any.
/// That money reaches a point in none is what the sweep found there.
bool tell_points_with_fewer(const StudyResult& study);

}  // namespace grapevine
