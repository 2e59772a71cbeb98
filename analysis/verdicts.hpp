#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "analysis/estimates.hpp"

/// What intervals decide: each claim about a ratio holds, is reversed, makes no material difference, or stays
/// undecided.
namespace grapevine {

enum class Verdict { holds, reversed, no_material_difference, undecided };

/// "holds", "reversed", "no material difference", "undecided".
std::string_view name_of(Verdict verdict);

/// Ratios between the two bounds make no material difference. 0 < low < high.
struct Margin {
  double low = 0.9;
  double high = 1.1;
};

/// holds: interval wholly above the margin; reversed: wholly below; no material difference: wholly inside; else, or
/// missing: undecided.
Verdict verdict_of(const Estimate& interval, Margin margin = {});

/// A ratio that a claim is about, and what counts as a difference.
struct RatioClaim {
  LogRatio ratio;
  Margin margin;
};

/// The least level alpha at which the interval of 1 - alpha decides; 1 where none does. With d the distance of the log
/// ratio from the nearest bound of the margin in standard errors, P(|T| > d) with n - 1 degrees of freedom.
double deciding_level(const RatioClaim& claim);

/// The least number of replicates at which the interval of 1 - alpha would decide, if the ratio stayed as estimated and
/// the variance of its logarithm as seen: t with n - 1 degrees of freedom times standard error times sqrt(replicates
/// seen / n) is below the distance of the log ratio from the nearest bound of the margin. `most_replicates` + 1 where
/// that many do not do; 0 where nothing can be told: without an interval.
std::uint64_t replicates_needed(const RatioClaim& claim, double alpha);
inline constexpr std::uint64_t most_replicates = 10'000;

/// A verdict with the level it was reached at.
struct Judgement {
  Verdict verdict = Verdict::undecided;
  double deciding_level = 1;  ///< of the claim alone
  double level = 1;           ///< the adjusted alpha that the claim was judged at
  Estimate interval;          ///< of the ratio, at 1 - level: the verdict is the one that this interval decides
  std::uint64_t replicates_needed = 0;  ///< at that level; 0 where it is decided, or nothing can be told
};

/// Holm's step-down (1979): the claim with the least deciding level is judged at alpha / m, the next at alpha / (m -
/// 1), and so on; after the first that stays undecided all others do, judged at its level. The chance of one or more
/// wrong verdicts among the m claims is then at most alpha as far as the single intervals cover what they say. A claim
/// without interval counts among the m. In the order of `claims`.
std::vector<Judgement> judge(std::span<const RatioClaim> claims, double alpha = 0.05);

/// Two one-sided tests (Schuirmann 1987): is a difference so small that it does not matter?
struct Equivalence {
  Estimate interval;        ///< of the difference, at 1 - 2 alpha (90 %)
  bool equivalent = false;  ///< the interval lies within +-delta
  /// Chance of that if the true difference were 0, differences were normal and their true standard error the one
  /// estimated.
  double power = not_a_number;
};

/// `difference` with `standard_error` on `degrees` degrees of freedom, 1 or more. For a ratio, hand in its logarithm
/// and delta on that scale.
Equivalence equivalent(double difference, double standard_error, std::size_t degrees, double delta,
                       double alpha = 0.05);

}  // namespace grapevine
