#pragma once

#include <cstdint>
#include <limits>
#include <string>

/// What analysis finds, as rows of the result. `scenarios/result/schema.hpp` says which columns they become.
namespace grapevine {

inline constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// One estimate with its interval: a row of `/comparison`. Doubles that do not apply are `missing`, texts that do not
/// apply are empty.
struct ComparisonRow {
  std::uint32_t point = 0;
  std::string contrast;   ///< what is asked, in words: "many small against one large, chronological"
  std::string arm;        ///< name of the arm
  std::string against;    ///< name of the arm it is compared with
  std::string estimand;   ///< "incremental", "clone", "portfolio" or "population"
  std::string metric;     ///< "engagement per money"
  std::string statistic;  ///< what `estimate` is: "ratio of means", "difference of means"
  std::string unit;       ///< of `estimate`; "1" for a ratio
  double estimate = missing;
  double lower = missing;
  double upper = missing;
  double level = missing;           ///< of the interval, as a share: 0.95
  std::string interval;             ///< how it was made: "jackknife"
  std::uint32_t replicates = 0;     ///< pairs behind the estimate
  double mean_arm = missing;        ///< mean over replicates of `metric`, or of its numerator, in `arm` ...
  double mean_against = missing;    ///< ... and in `against`
  double correlation = missing;     ///< of the two arms over replicates: what common random numbers gained
  double variance_ratio = missing;  ///< variance of the paired statistic / variance had the arms been independent
  std::string redrawn;              ///< streams that replicates draw anew: "graph, selection, content, dynamics"
};

/// A claim and what became of it: a row of `/claims`.
struct ClaimRow {
  std::uint32_t claim = 0;
  std::string name;
  std::string contrast;  ///< what is compared; what is missing, where the claim is not modelled yet
  std::string arm;
  double estimate = missing;
  double lower = missing;
  double upper = missing;
  double margin_low = missing;
  double margin_high = missing;
  double level = missing;
  std::uint32_t replicates = 0;
  std::string verdict;
  std::string assumptions;
  std::uint64_t replicates_needed =
      0;  ///< to decide the claim, from the variance seen; 0: it is decided, or nothing can be told
};

/// A point of a curve by follower count: a row of `/response`.
struct ResponseRow {
  std::string arm;
  std::string metric;
  double followers = missing;
  double response = missing, response_lower = missing, response_upper = missing;
  double elasticity = missing, elasticity_lower = missing, elasticity_upper = missing;
};

/// Cascades of two tiers beside each other: a row of `/structure`.
struct StructureRow {
  std::string arm;
  std::string metric;
  std::string tier;
  std::string against;
  std::uint64_t cascades_tier = 0, cascades_against = 0;
  double mean_tier = missing, mean_against = missing;
  double difference = missing, lower = missing, upper = missing;
  std::uint64_t pairs = 0;
  double matched_difference = missing, matched_lower = missing, matched_upper = missing;
};

/// A figure held against what is expected of it: a row of `/bands`.
struct BandRow {
  std::string arm;
  std::string metric;
  std::string of;
  double low = missing, high = missing;
  double estimate = missing, lower = missing, upper = missing;
  std::string verdict;
  std::string source;
};

}  // namespace grapevine
