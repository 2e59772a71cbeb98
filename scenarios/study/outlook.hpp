#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scenarios/keys/scenario.hpp"
#include "scenarios/study/study.hpp"

namespace grapevine {

/// What a study would be, found without running it: `grapevine check`.
struct Outlook {
  GraphFacts graph;     ///< of replicate 0
  std::string largest;  ///< what its largest user is called
  std::vector<std::uint64_t> users_by_tier;
  std::vector<std::string> notes;  ///< on the file that the graph comes from

  struct Campaign {
    std::string name;
    std::uint64_t accounts = 0;
    std::uint64_t posts = 0;
    std::uint64_t followers = 0;  ///< sum over the accounts
    MicroMoney budget = 0;
    MicroMoney spent = 0;
    std::string guarantee;         ///< of accounts chosen by influence; else empty
    double expected_adopters = 0;  ///< of the same
  };
  std::vector<Campaign> campaigns;

  std::uint64_t classic_arms = 0;            ///< arms under classic models
  std::vector<double> reproduction_numbers;  ///< by arm; NaN under the feed model
  std::uint64_t cascades = 0;                ///< their unpaid cascades, of one replicate
  double sessions = 0;                       ///< expected, of one arm in one replicate, its warm-up left out
  double seconds = 0;  ///< of the whole study, graphs included, from a probe of `probe_ticks` ticks of the warm-up and
                       ///< of some cascades
  Tick probe_ticks = 0;
  double graph_bytes = 0;
  double world_bytes = 0;  ///< of one copy of the world; a run holds two, the replicate's and the arm's
  double tree_bytes = 0;   ///< of the cascades that classic arms keep, in memory until the study is written
  double disk_bytes = 0;   ///< before compression and without reshares, which are known only afterwards
};

/// Builds or loads the graph of replicate 0, chooses the accounts, runs the first ticks of the warm-up for up to
/// `probe_seconds`, and some cascades of each arm under a classic model. Throws BadRequest as `run_study` would.
Outlook look_ahead(const Scenario& scenario, double probe_seconds = 1.0);

/// The outlook for a terminal.
std::string outlook_text(const Scenario& scenario, const Outlook& outlook);

}  // namespace grapevine
