#pragma once

#include <string>
#include <string_view>

#include "sim/model/parameters/feed.hpp"

/// Rankings that were published: what they set, and what became of each of their rules.
namespace grapevine {

/// The name of the ranking that sets keys, or "".
std::string name_of_settings(const FeedParameters& feed);

/// The probability at which an action of that weight contributes as much to a score as likes do: "weights were
/// originally set so that, on average, each weighted engagement probability contributes a near-equal amount" (Twitter's
/// heavy ranker README, 2023). Of a chain, which a like or a reply follows, the probability of its first action.
/// Derived, not published.
double derived_probability(double weight, bool chained = false);

/// A table of the rules of the ranking, or of all published rankings for "all"; empty if there is none of that name.
std::string preset_as_text(std::string_view name);
std::string preset_as_markdown(std::string_view name);
/// "edgerank, ...".
std::string preset_names();

}  // namespace grapevine
