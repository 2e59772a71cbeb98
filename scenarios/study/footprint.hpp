#pragma once

#include <vector>

#include "scenarios/keys/scenario.hpp"

/// The bytes that a study keeps until it is written, and those of its result file: counted row by row from the tables
/// of `run_record.hpp` and `schema.hpp`.
namespace grapevine {

/// What an arm leaves behind that only its run decides. Expected, so not whole; of one replicate, over all draws of its
/// accounts.
struct ArmRows {
  double posts = 0;        ///< tracked roots
  double nodes = 0;        ///< of their cascades, where these are kept
  double influencers = 0;  ///< accounts paid
  double looks = 0;        ///< at tracked roots, where these are kept
};

/// What a study leaves behind.
struct StudyRows {
  std::vector<ArmRows> arms;
  double users = 0;
  double account_letters = 0;  ///< of what an account is called outside, mean
  double size_classes = 0;     ///< of cascades; 0: no arm counts shapes
  double points = 1;           ///< that are compared, each by itself

  ArmRows total(const Scenario& scenario) const;  ///< of all replicates
};

/// The study at its first point with as many replicates as there are runs of an arm at all points: what is held and
/// written of a sweep is as much as of that.
Scenario with_all_runs(const Scenario& whole);

/// Of the records, the axes of which the scenario and the number of users decide: never too much.
double least_record_bytes(const Scenario& scenario, double users);

/// Of all records.
double record_bytes(const Scenario& scenario, const StudyRows& rows);

/// Of the result file, compressed as it is.
double file_bytes(const Scenario& scenario, const StudyRows& rows);

/// What writing the file and reading it for its digest take beside the records.
double writing_bytes(const Scenario& scenario, const StudyRows& rows);

/// Processor time of both.
double writing_seconds(const Scenario& scenario, const StudyRows& rows);

/// What is resident now; what a program takes that has only just started where that is not known.
double program_bytes();

}  // namespace grapevine
