#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace grapevine {

/// The values of a scenario's canonical text (`Scenario::understood`), in its order: `feed.length` and `120`,
/// `arm.ranked.feed.ranking` and `"weighted"`. Tables without a name have a number, from 0.
std::vector<std::pair<std::string, std::string>> understood_values(std::string_view text);

/// Why what lies `there` is of another study than what is asked `here`, as texts of that form: the first keys that
/// differ, each with both values.
std::string words_of_difference(std::string_view here, std::string_view there);

}  // namespace grapevine
