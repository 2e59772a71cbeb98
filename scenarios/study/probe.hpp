#pragma once

#include <chrono>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "scenarios/keys/scenario.hpp"
#include "scenarios/reader/graph_choice.hpp"
#include "scenarios/study/footprint.hpp"
#include "sim/money/campaigns.hpp"

/// What `check` measures by doing it for a while: choosing accounts, the warm-up, a part of each arm. Every part ends
/// once it has had its seconds, whatever is done by then; only making the graph takes as long as it takes.
namespace grapevine {

/// Time on the clock, and of all processors of this process: they differ where others use the machine.
struct Spent {
  double seconds = 0, processor = 0;

  Spent& operator+=(const Spent& other) {
    seconds += other.seconds, processor += other.processor;
    return *this;
  }
};
inline Spent operator+(Spent a, const Spent& b) { return a += b; }
inline Spent operator*(double times, const Spent& a) { return {times * a.seconds, times * a.processor}; }
inline Spent operator-(const Spent& a, const Spent& b) { return a + -1.0 * b; }

/// Ends a part that has had its seconds.
struct OutOfTime {};

/// Whether a part has had its seconds: on the clock, and of processors, unless others leave it so few of these that it
/// has waited three times as long.
inline bool had(const Spent& spent, double seconds) {
  return spent.seconds > 3 * seconds || (spent.seconds > seconds && spent.processor > seconds);
}

class Stopwatch {
public:
  Spent spent() const;

private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::clock_t processor_ = std::clock();
};

/// Whom the campaigns pay, as far as it is known.
struct ChoiceProbe {
  std::shared_ptr<Deals> deals;    ///< of campaigns in `later` a stand-in: random accounts for the same money
  std::vector<std::string> later;  ///< campaigns whose accounts take longer to choose
  Spent spent;                     ///< for one replicate
};
ChoiceProbe choose_for_a_while(const Scenario& scenario, const StudyGraph& world, double most_seconds);

/// What the replicates under the feed model take.
struct WorldProbe {
  std::vector<std::string> later;  ///< what was not measured
  Tick ticks = 0;                  ///< of the warm-up that were run
  bool knows_past = false;         ///< campaigns that look at the past have seen the one that they will see
  Spent spent;                     ///< of one replicate: its world, its warm-up and all its arms
  double world_bytes = 0;   ///< of one world with feeds that are full; a run holds two, the replicate's and the arm's
  double record_bytes = 0;  ///< that turning an arm's end into a record takes for a moment
};
/// Fills `rows` for the arms under the feed model. `parts`: that each world is cut into when the study runs.
WorldProbe run_for_a_while(const Scenario& scenario, const StudyGraph& world, const std::shared_ptr<Deals>& deals,
                           double most_seconds, int parts, StudyRows& rows);

/// What the replicates under classic models take.
struct ClassicProbe {
  std::vector<double> reproduction_numbers;  ///< by arm; NaN under the feed model and where they are in `later`
  std::vector<std::string> later;            ///< what was not measured
  Spent once;                                ///< for one graph
  Spent spent;                               ///< for the arms of one replicate
};
/// Fills `rows` for the arms under classic models.
ClassicProbe spread_for_a_while(const Scenario& scenario, const StudyGraph& world, const Deals& deals,
                                double most_seconds, StudyRows& rows);

/// What happens a day on the average where it happens at most once a tick, and the rates of users are lognormal with
/// this mean and this standard deviation of the log.
double daily_mean(double mean, double spread, double ticks);

}  // namespace grapevine
