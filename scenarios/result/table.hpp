#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/result/result.hpp"

namespace grapevine {

/// What a study found, for a terminal of about 100 columns: first how large its world is, then what each campaign
/// bought, then every contrast with its intervals, and last what the intervals mean.
std::string comparison_table(const StudyResult& study);

/// What these arms say by themselves: rates by tier of the author, elasticities, accounts of campaigns. Throws
/// BadRequest for a name that no arm has.
std::string arms_table(const StudyResult& study, const std::vector<std::string>& arms);

/// Looks and engagement by position in the feed in these arms, of each group of readers, where some run counted them.
/// Throws BadRequest for a name that no arm has.
std::string positions_table(const StudyResult& study, const std::vector<std::string>& arms);
bool has_positions(const StudyResult& study);

/// How many adoptions an adopter brings about in the arms under classic models (`RunRecord::reproduction_number`): arms
/// that are alike in one line, and a warning of those above the epidemic threshold. By arm: its name, its model, its
/// numbers in all replicates, NaN under feeds. Empty where no arm has one.
std::string contagions_text(const std::vector<std::string>& arms, const std::vector<std::string>& models,
                            const std::vector<std::vector<double>>& numbers);

/// The first heading of a table of money: with the name of the currency, where it has one.
std::string money_heading(std::string_view heading, const std::string& currency);

/// What a campaign heard from the accounts that it asked.
struct OfferCounts {
  std::string campaign;
  double asked = 0, declined = 0, too_late = 0;
  double hours = 0;  ///< from the offer to the yes, the mean of those that said it in time
};
/// The campaigns some of whose offers were declined or took time; empty where there are none.
std::string offers_text(const std::vector<OfferCounts>& campaigns);

/// The rows of one contrast, as `comparison_table` shows them.
std::string contrast_text(std::span<const ComparisonRow> rows);

}  // namespace grapevine
