#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "analysis/estimates.hpp"
#include "analysis/verdicts.hpp"
#include "graph/generators/power_law.hpp"
#include "graph/generators/uniform_audience.hpp"
#include "sim/replicate.hpp"
#include "tests/catch.hpp"

// Where nobody was made different, no size has an advantage: not by behaviour, not by any ranking that goes by rates or chance, not by memory. Equivalence is shown by two
// one-sided tests over replicates: the 90 % interval of a ratio lies inside +-1 %. tests/sim/null_world_test.cpp holds reach and overlap of such worlds against closed forms.
namespace grapevine {
namespace {

using Audiences = std::vector<std::array<std::uint64_t, 2>>;  // {followers, accounts with so many}, largest first

constexpr std::array rankings{Ranking::chronological, Ranking::random, Ranking::popularity, Ranking::weighted, Ranking::oracle, Ranking::no_learning};
constexpr std::array names{"chronological", "random", "popularity", "weighted", "oracle", "no-learning"};

/// All alike in everything but their followers. Reshares are on, and readers leave after 12 of the 50 or so posts that wait for them.
WorldParameters neutral_parameters(const std::vector<std::uint64_t>& classes) {
  WorldParameters p;
  p.time = {1800, 48, 48, 48};
  p.population.sessions_per_day = 3.0;
  p.population.session_spread = 0.0;
  p.population.posts_per_day = 6.0;
  p.population.post_spread = 0.0;
  p.population.patience = 12.0;
  p.tiers = {{"none"}, {0}};
  for (const std::uint64_t from : classes) {
    p.tiers.names.push_back(std::to_string(from));
    p.tiers.from.push_back(from);
  }
  return p;
}

RunParameters neutral_run(FeedMemory memory, Ranking ranking) {
  RunParameters run;
  run.feed.ranking = ranking;
  run.feed.memory = memory;
  run.feed.window = 48;
  run.feed.holdout = 0.5;
  run.behaviour.probability = {0.3, 0.1, 0.03, 0.1};
  return run;
}

/// What each class of accounts got, replicate by replicate.
struct Classes {
  std::vector<Series> per_first_look;  ///< engagement over first looks
  std::vector<Series> amplification;   ///< impressions per session of ranked readers over those of held-out ones

  explicit Classes(std::size_t classes) : per_first_look(classes), amplification(classes) {}

  void add(const RunRecord& record) {
    for (std::size_t c = 0; c < per_first_look.size(); ++c) {
      const Outcomes& outcomes = record.tiers[c + 1].outcomes;
      per_first_look[c].total.push_back(static_cast<double>(outcomes.engagement()));
      per_first_look[c].per.push_back(static_cast<double>(outcomes.first_looks));
      const auto per_session = [&](std::size_t group) {
        return static_cast<double>(record.readers[group * record.tiers.size() + c + 1].impressions) / static_cast<double>(record.group_sessions[group]);
      };
      amplification[c].total.push_back(per_session(0));
      amplification[c].per.push_back(per_session(1));
    }
  }
};

/// What the comparisons so far have shown.
struct Shown {
  double least_power = 1;  ///< smallest chance that an exact equality passes
  double farthest = 0;     ///< end of an interval from 0, on the scale of logarithms
  std::string at;          ///< and whose it is

  void expect_equal(const LogRatio& ratio, const std::string& what) {
    const Equivalence found = equivalent(std::log(ratio.estimate.value), ratio.standard_error, ratio.estimate.n - 1, std::log(1.01));
    INFO(what << ": x " << ratio.estimate.value << ", standard error " << ratio.standard_error << ", power " << found.power);
    CHECK(found.equivalent);
    least_power = std::min(least_power, found.power);
    const double end = std::max(-found.interval.low, found.interval.high);
    if (end > farthest) farthest = end, at = what;
  }
};

/// A class's amplification itself.
LogRatio to_one(const Series& series) { return log_ratio({series.total, {}}, {series.per, {}}); }

/// Worlds with the same classes: under every ranking engagement per first look and amplification of every pair of classes, and the amplification of each class against 1.
/// Popularity goes by counts, which grow with followers, and that is not neutral: it must be seen to favour the largest class, which shows that these worlds can tell.
template <class MakeGraph>
Shown compare_classes(const std::vector<std::uint64_t>& classes, FeedMemory memory, std::uint32_t replicates, MakeGraph&& make_graph) {
  WorldParameters parameters = neutral_parameters(classes);
  parameters.seed = 5;
  std::vector<Classes> found(rankings.size(), Classes(classes.size()));
  Alone alone;
  const Accounts accounts;
  for (std::uint32_t r = 0; r < replicates; ++r) {
    const FollowGraph graph = make_graph(r);
    Replicate replicate(graph, accounts, parameters, neutral_run(memory, Ranking::random), ReplicateStreams{r, r, r, r}, alone);
    replicate.warm_up();
    for (std::size_t k = 0; k < rankings.size(); ++k) found[k].add(replicate.run_arm(neutral_run(memory, rankings[k]), {}));
  }
  Shown shown;
  for (std::size_t k = 0; k < rankings.size(); ++k) {
    const std::vector<Series>&rates = found[k].per_first_look, &amplified = found[k].amplification;
    for (std::size_t i = 0; i < classes.size(); ++i) {
      const std::string where = std::string(names[k]) + ", " + std::to_string(classes[i]);
      if (rankings[k] != Ranking::popularity) shown.expect_equal(to_one(amplified[i]), "amplification under " + where);
      for (std::size_t j = i + 1; j < classes.size(); ++j) {
        const std::string pair = where + " to " + std::to_string(classes[j]) + " followers";
        shown.expect_equal(log_ratio(rates[i], rates[j]), "engagement per first look under " + pair);
        if (rankings[k] != Ranking::popularity) shown.expect_equal(log_ratio(amplified[i], amplified[j]), "amplification under " + pair);
      }
    }
    if (rankings[k] == Ranking::popularity) CHECK(log_ratio(amplified.back(), amplified.front()).estimate.low > 1.05);
  }
  return shown;
}

TEST_CASE("in the null world no class of accounts engages more or is carried further, under any ranking and memory", "[analysis][statistical][null]") {
  const FeedMemory memory = GENERATE(FeedMemory::session, FeedMemory::window);
  const Audiences audiences{{4'000, 40}, {400, 400}, {40, 4'000}};  // up to a fifth of the users
  const Shown shown = compare_classes({40, 400, 4'000}, memory, 8, [&](std::uint32_t r) { return uniform_audience(20'000, audiences, StreamKey(5, Stream::graph, r)); });
  WARN("memory " << static_cast<int>(memory) << ": least power " << shown.least_power << ", farthest end of an interval " << shown.farthest << " (" << shown.at << ")");
}

TEST_CASE("in a homogeneous world with heavy-tailed audiences no class is carried further", "[analysis][statistical][null]") {
  const FeedMemory memory = GENERATE(FeedMemory::session, FeedMemory::window);
  PowerLawParameters shape;
  shape.users = 20'000;
  shape.mean_followees = 25;
  const Shown shown = compare_classes({1, 30, 300}, memory, 8, [&](std::uint32_t r) { return power_law(shape, StreamKey(5, Stream::graph, r)); });
  WARN("memory " << static_cast<int>(memory) << ": least power " << shown.least_power << ", farthest end of an interval " << shown.farthest << " (" << shown.at << ")");
}

}  // namespace
}  // namespace grapevine
