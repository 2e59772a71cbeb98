#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/result/result.hpp"
#include "scenarios/result/text.hpp"

/// The blocks of `comparison_table`, a file each where they are long, and what they share. `room`: columns that a name
/// may take.
namespace grapevine {

/// Whether no line is wider than the page.
inline bool fits_page(std::string_view text) {
  for (std::size_t begin = 0; begin < text.size(); begin = std::min(text.find('\n', begin), text.size()) + 1)
    if (display_width(text.substr(begin, text.find('\n', begin) - begin)) > page().width) return false;
  return true;
}

/// What `text_with` makes when names may take as much room as the page leaves them.
template <class TextWith>
std::string fitted(TextWith text_with) {
  for (std::size_t room = 64;; room -= 2) {
    const std::string text = text_with(room);
    if (fits_page(text) || room <= 10) return text;
  }
}

/// What `text_with` makes when so many columns of numbers stand side by side as the page has room for, at most three.
template <class TextWith>
std::string side_by_side(TextWith text_with) {
  for (std::size_t across = 3;; --across)
    if (const std::string text = text_with(across); fits_page(text) || across == 1) return text;
}

/// Decimals at which half the interval shows two significant digits, the estimate at most six; without an interval, the
/// estimate four.
int decimals_of(const ComparisonRow& row);
std::string signed_text(double value, int decimals);
std::string interval_text(const ComparisonRow& row, int decimals, bool with_sign);
/// The estimate and its interval: "0.0900 ±0.0002" where both sides show the same, else "0.090 [0.081, 0.101]", as
/// those of ratios are.
std::string with_interval(const ComparisonRow& row);
bool is_ratio(const ComparisonRow& row);
/// Whether nothing of a value above 0 is left at so many decimals, while its interval goes beyond 1: of a ratio or a
/// share nothing is known then.
bool is_lost(double value, double upper, int decimals);
/// A number of accounts, posts or money as replicates have it: the mean, with decimals only where they say something.
std::string mean_count(double mean);

/// A ratio and its interval as those of claims are shown: as many digits as the interval supports, and no more than a
/// margin of some hundredths needs.
struct RatioText {
  std::string ratio, interval;
};
RatioText ratio_text(double estimate, double lower, double upper);

/// Throws BadRequest for a name that no arm has.
void expect_arms(const StudyResult& study, const std::vector<std::string>& arms);

/// What a sweep found: claims and contrasts, a line a point.
std::string sweep_blocks(const StudyResult& study);
/// The claims with their verdicts.
std::string claims_block(const StudyResult& study);
/// The claims without this or that, and what each of it does to them.
std::string switches_block(const StudyResult& study, std::size_t room);
/// Every arm's reproduction numbers over its replicates.
std::string contagions_block(const StudyResult& study);
/// The same question asked of several models of diffusion, and where their answers differ.
std::string models_block(const StudyResult& study, std::size_t room);
/// Figures beside what is expected of them.
std::string bands_block(const StudyResult& study, std::size_t room);
/// Rates of one arm: tiers down, rates across.
std::string tier_block(const StudyResult& study, const std::string& arm, std::size_t room);
/// Who is carried how far, where the shadow was counted: arms down, tiers across.
std::string carried_block(const StudyResult& study, std::size_t room);
/// Of each contrast, how it changes looks per session, tier by tier and point by point, as `carried` has it.
std::vector<std::vector<const ComparisonRow*>> carried_rows(const StudyResult& study);
/// Unpaid cascades: facts down, arms across.
std::string cascade_block(const StudyResult& study, std::size_t room);
/// How outcomes grow with followers, and what campaigns' accounts have in common: numbers of one arm each.
std::string facts_block(const StudyResult& study, const std::string& arm, std::size_t room);
/// What the intervals and figures mean.
std::string footnotes(const StudyResult& study, const std::vector<std::string>& estimands);

}  // namespace grapevine
