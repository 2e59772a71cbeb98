#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analysis/rows.hpp"
#include "analysis/sensitivity_rows.hpp"
#include "analysis/sweep_rows.hpp"
#include "graph/base/h5.hpp"
#include "graph/base/ids.hpp"
#include "graph/base/new_file.hpp"
#include "sim/model/parameters/campaign.hpp"
#include "sim/state/run_record.hpp"

/// The result file: everything a study found. `docs/result-file.md` is its specification; the tables in
/// scenarios/result/schema.hpp are its one declaration in code.
namespace grapevine {

/// The follow graph of one replicate, and what its loader met. Counts of a loader are 0 for a generated graph.
struct GraphFacts {
  std::uint64_t users = 0;
  std::uint64_t follows = 0;
  double reciprocity = missing;         ///< share of follows whose reverse exists
  std::uint64_t largest_followers = 0;  ///< follower count of the largest user
  std::uint64_t rows_read = 0;          ///< rows of the edge list
  std::uint64_t self_loops = 0;         ///< rows left out because they name one user twice
  std::uint64_t duplicates = 0;         ///< rows left out because the follow was there already
  std::uint64_t isolated = 0;           ///< users that only the table of accounts names
  std::uint64_t active = 0;             ///< users who ever post
  double scale = 1.0;                   ///< users over the users that they stand for
  double gini_followers = missing;      ///< over all users
  double log_correlation = missing;     ///< over users, of log(1 + followers) with log(1 + followees)

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    column("users", row.users, count_units, "users");
    column("follows", row.follows, count_units, "follows");
    column("reciprocity", row.reciprocity, "1", "share of follows whose reverse exists");
    column("largest_followers", row.largest_followers, count_units, "follower count of the largest user");
    column("rows_read", row.rows_read, count_units, "rows of the edge list");
    column("self_loops", row.self_loops, count_units, "rows left out because they name one user twice");
    column("duplicates", row.duplicates, count_units, "rows left out because the follow was there already");
    column("isolated", row.isolated, count_units, "users that only the table of accounts names");
    column("active", row.active, count_units, "users who ever post");
    column("scale", row.scale, "1",
           "users over the users that they stand for; follower counts, fees and budgets shrink alike");
    column("gini_followers", row.gini_followers, "1", "Gini coefficient of follower counts over all users");
    column("log_correlation", row.log_correlation, "1",
           "correlation over users of the logarithms of 1 + followers and 1 + followees");
  }
};

/// What a swept key is at each point: a coordinate of the axis `point`.
struct SweptAxis {
  std::string key;    ///< "price.post"
  std::string units;  ///< of durations seconds
  std::string long_name;
  std::vector<double> numbers = {};     ///< by point; empty where not all are numbers
  std::vector<std::string> texts = {};  ///< ... then these

  std::string text(std::size_t point) const;
};

/// A study in memory: the axes first, then one record for each point, arm and replicate.
struct StudyResult {
  std::string title;
  std::uint64_t seed = 0;
  std::uint32_t tick_seconds = 600;
  std::string currency = PriceParameters{}.currency;  ///< what money is called
  std::string scenario_given;                         ///< the file as given
  std::string scenario_understood;                    ///< every key with its value

  std::vector<std::string> points{"scenario"};  ///< labels of the points of a sweep; a study without sweep has one
  std::vector<std::string> arms;
  std::vector<std::string>
      models;  ///< by arm: how posts spread in it, as the scenario says it ("feed", "independent-cascade")
  std::uint32_t replicates = 0;
  std::vector<std::uint32_t> numbers;  ///< of the replicates, ascending: 0, 1, ... unless some are missing
  std::uint32_t asked = 0;             ///< replicates that the scenario asks for
  std::string incomplete;  ///< why there are fewer: "stopped by signal 15", "replicate 6: ..."; empty: there are not
  std::vector<std::string> tiers;
  std::vector<std::uint64_t> tiers_from;  ///< least follower count of each tier
  std::vector<std::string> campaigns;     ///< may be empty
  std::vector<std::string> products;      ///< may be empty

  std::vector<SweptAxis> swept;         ///< in the order of the sweep; empty: nothing was swept
  std::vector<std::string> infeasible;  ///< by point: why its money is too little; "" where it is not. Empty: nowhere.
                                        ///< Such a point has no runs, or lacks those of some replicates
  std::vector<SweptAxis> settings;      ///< of a point taken out of a sweep: the swept keys, each with one value

  std::vector<RunRecord> records;  ///< by `place`, the replicate fastest
  std::vector<GraphFacts> graphs;  ///< by point and replicate, the replicate fastest
  std::vector<ComparisonRow> comparison;
  std::vector<ClaimRow> claims;
  std::vector<ResponseRow> response;
  std::vector<StructureRow> structure;
  std::vector<BandRow> bands;
  std::vector<DriftRow> drift;
  std::vector<SwitchRow> switches;
  std::vector<AttributionRow> attribution;
  std::vector<SensitivityRow> sensitivity;  ///< these three of a sweep only
  std::vector<PhaseRow> phase;
  std::vector<IsoOutcomeRow> iso_outcome;

  /// Outside ids of users that have a row in `/posts` or `/influencers`; a user that is not here is called by its
  /// number.
  std::unordered_map<UserId, std::string> accounts;

  /// Everything that may differ between equal runs, name and value, in the order of the file: program, commit and
  /// command, compiler, host, threads, date, duration, and what tells the input files from others. Names have no
  /// blanks.
  std::vector<std::pair<std::string, h5::AttributeValue>> provenance;

  /// Index into `records`.
  std::size_t place(std::size_t point, std::size_t arm, std::size_t replicate) const {
    return (point * arms.size() + arm) * replicates + replicate;
  }
  /// Makes `records` and `graphs` as large as the axes say, for replicates 0, 1, ... Call once the axes are set.
  void allocate();
  /// Lets go of all replicates but these indices, which ascend.
  void keep(const std::vector<std::uint32_t>& indices);
  /// Makes the histograms of all records equally long. Call once they are filled.
  void align_shapes();
  RunRecord& record(std::size_t point, std::size_t arm, std::size_t replicate) {
    return records[place(point, arm, replicate)];
  }
  const RunRecord& record(std::size_t point, std::size_t arm, std::size_t replicate) const {
    return records[place(point, arm, replicate)];
  }
  GraphFacts& graph(std::size_t point, std::size_t replicate) { return graphs[point * replicates + replicate]; }
  const GraphFacts& graph(std::size_t point, std::size_t replicate) const {
    return graphs[point * replicates + replicate];
  }
  /// Whether the point has runs of the replicate.
  bool ran(std::size_t point, std::size_t replicate) const {
    return arms.empty() || record(point, 0, replicate).draws > 0;
  }
  /// What `user` is called outside.
  std::string account(UserId user) const;
};

/// Writes all of `study` to `out`, or nothing: an exception leaves no file, and a file that was there before as it was.
void write_result(const std::filesystem::path& out, const StudyResult& study);

/// The same into a file whose name was taken before. After an Error another call may try again.
void write_result(NewFile& out, const StudyResult& study);

/// The study that `file` holds. Throws BadRequest if it is no result, not a whole one, or of a newer major format.
StudyResult read_result(const std::filesystem::path& file);

/// 128-bit hashes of a result, in hexadecimal. Equal content gives equal digests on any machine; not a safeguard
/// against forgery.
struct Digests {
  std::string total;  ///< of `/summary` and `/comparison`: what a scenario and its seed determine
  std::vector<std::pair<std::string, std::string>>
      lines;  ///< each group but `/provenance` by name, and "accounts": the outside ids, which are in no other line
};

/// Throws as `read_result` does.
Digests digests(const std::filesystem::path& file);

}  // namespace grapevine
