#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "analysis/estimates.hpp"

/// When a study has replicates enough: at fixed looks, by the width of one interval, whatever it says.
namespace grapevine {

/// The first look, and how many replicates each later one has for one of the look before, rounded up:
/// 20, 30, 45, 68, 102, 153, 230, 345, ... Few looks spoil coverage less than many.
inline constexpr std::size_t first_look_at = 20;
inline constexpr std::size_t look_after(std::size_t replicates) { return (3 * replicates + 1) / 2; }

/// The looks of a study of at most `limit` replicates: those of the sequence below `limit`, and `limit`.
std::vector<std::size_t> looks_until(std::size_t limit);

/// What a study wants, declared before it runs.
struct StoppingRule {
  double half_width = 0;  ///< of the interval of the primary's logarithm: 0.1 is about -+ 10 %
  std::size_t limit = 0;  ///< replicates at most, whatever the width
  double level = usual_level;
};

/// What a look found.
struct StoppingLook {
  std::size_t replicates = 0;
  double half_width = not_a_number;  ///< missing where the ratio has no interval
};

struct StoppingDecision {
  std::vector<StoppingLook> looks;  ///< those whose replicates are complete, up to the one that ended the study
  bool stop = false;                ///< the last of `looks` has the width, or is the limit
  bool reached = false;             ///< it has the width
  std::size_t replicates = 0;       ///< that the study has if it stops, else that it needs for its next look
};

/// How many replicates from the first on are complete: what lies behind a gap does not count, for it finished early,
/// and early ones may be alike.
std::size_t complete_prefix(const std::vector<bool>& complete);

/// Half the width of the interval of a logarithm at `level`: 0 for equal arms; missing where the ratio has none.
double log_half_width(const LogRatio& ratio, double level = usual_level);

/// The decision after `complete` replicates from the first on. `primary(n)` is the primary's ratio over the first n.
/// Every look whose replicates are complete is taken, in order, and the first with the width ends the study there, so
/// that replicates that happened to be ready beyond it neither count nor matter. The verdict is not looked at: a study
/// that stopped for its significance would find too many.
///
/// What it costs. Of normal effects the mean is independent of the widths that came before, so that coverage is the
/// expectation of P(|Z| < t s / sigma) at the look where it stops; it stops the sooner where s came out small by
/// chance. tests/analysis/stopping_test.cpp derives how much that is.
StoppingDecision decide_stopping(const StoppingRule& rule, std::size_t complete,
                                 const std::function<LogRatio(std::size_t)>& primary);

}  // namespace grapevine
