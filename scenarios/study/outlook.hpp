#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "scenarios/keys/scenario.hpp"
#include "scenarios/study/study.hpp"

namespace grapevine {

/// What a study would be, found without running it: `grapevine check`. Of a sweep some points are measured, and time,
/// memory and disk are those of all; what is said of worlds and campaigns is so at the first of them that can be.
struct Outlook {
  GraphFacts graph;     ///< of replicate 0
  std::string largest;  ///< what its largest user is called
  std::vector<std::uint64_t> users_by_tier;
  std::vector<std::string> notes;  ///< on the file that the graph comes from

  struct Campaign {
    std::string name;
    bool chosen = true;  ///< false: choosing takes longer than was waited for, and these are others for the same money
    bool bound = true;   ///< false: its budget hangs on one that is not chosen
    std::uint64_t accounts = 0;
    std::uint64_t posts = 0;
    std::uint64_t followers = 0;  ///< sum over the accounts
    MicroMoney budget = 0;
    MicroMoney spent = 0;      ///< if all impressions that were bought are shown
    std::uint64_t bought = 0;  ///< impressions, by promotion
    MicroMoney promotion = 0;  ///< what they cost
    std::uint64_t offers = 0, declined = 0, too_late = 0;
    double answer_ticks = 0;       ///< from the offer to the yes, the mean of those accepted
    std::string guarantee;         ///< of accounts chosen by influence; else empty
    double expected_adopters = 0;  ///< of the same
  };
  std::vector<Campaign> campaigns;

  std::uint64_t classic_arms = 0;            ///< arms under classic models
  std::vector<double> reproduction_numbers;  ///< by arm; NaN under the feed model
  std::uint64_t cascades = 0;                ///< their unpaid cascades, of one replicate
  double sessions = 0;                       ///< expected, of one arm in one replicate, its warm-up left out
  double seconds = 0;                        ///< of the whole study, from what was measured
  double processor_seconds = 0;
  Tick probe_ticks = 0;            ///< of the warm-up that were run to measure
  std::vector<std::string> later;  ///< what was not measured, for it takes too long

  double memory_bytes = 0;   ///< the most that the study holds at once, the program and its libraries included
  double graph_bytes = 0;    ///< of that
  double world_bytes = 0;    ///< of one world whose feeds are full
  int worlds = 0;            ///< that a replicate holds at once
  double record_bytes = 0;   ///< of all records: rows, posts, cascades, held until the result is written
  double writing_bytes = 0;  ///< beside the records while it is written
  double disk_bytes = 0;     ///< of the result file
  double first_rank_bytes = 0, rank_bytes = 0;  ///< of the process that writes, and of each other; 0: there is one

  /// Of a sweep.
  struct Points {
    std::size_t told = 0;      ///< the point that worlds and campaigns are told of
    std::size_t measured = 0;  ///< how many were
    std::size_t largest = 0;   ///< of them, the one that takes longest
    double seconds = 0;        ///< its own, without what points share
    std::size_t most_memory = 0;
    double memory_bytes = 0;                        ///< while the one that needs most runs, with what is held then
    std::map<std::size_t, std::string> infeasible;  ///< those that are known to have too little money, and why
    std::size_t untried = 0;                        ///< of which it is not known: their graphs were not made
  };
  Points points;
  double job_bytes = 0;  ///< what each replicate takes that runs beside another
  double arm_bytes = 0;  ///< ... and each arm of one; 0: they run one by one

  /// Bytes at different moments, beside what is above.
  struct Moments {
    double program = 0;   ///< before anything was made
    double made = 0;      ///< at most, until there is a graph and accounts are chosen: measured
    double accounts = 0;  ///< what is known of users
    double arm_end = 0;   ///< while an arm under the feed model is turned into a record
    double ran = 0;       ///< at most, in all of this: measured, unless the study holds fewer worlds
  };
};

struct LookAhead {
  double seconds_a_part = 3.0;                  ///< of measuring
  int parts = 1;                                ///< that each world is cut into when the study runs
  int ranks = 1;                                ///< processes that will share the study
  bool ranks_share_worlds = false;              ///< they share each world, as its parts; else whole runs
  std::function<void(const char*)> doing = {};  ///< told each part as it begins
};

/// Builds or loads the graph of replicate 0, chooses the accounts, runs the warm-up, the arms, and some cascades of
/// each arm under a classic model, each of these for about so many seconds; the graph takes as long as it takes. Of
/// a sweep it does so at up to five points, in less time each. Throws BadRequest as `run_study` would.
Outlook look_ahead(const Scenario& scenario, const LookAhead& how = {});

/// What has room beside each other, as far as there are threads and work for it.
struct JobsThatFit {
  int replicates = 1;
  int arms = 1;      ///< of each
  double bytes = 0;  ///< that all of them take
  int jobs() const { return replicates * arms; }
};
JobsThatFit jobs_that_fit(const Scenario& scenario, const Outlook& outlook);
/// "3 replicates beside each other", "2 replicates beside each other, and 4 arms of each"
std::string words_of(const JobsThatFit& fit);

/// The outlook for a terminal.
std::string outlook_text(const Scenario& scenario, const Outlook& outlook);

}  // namespace grapevine
