#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "analysis/estimates.hpp"
#include "analysis/verdicts.hpp"
#include "graph/generators/power_law.hpp"
#include "graph/generators/uniform_audience.hpp"
#include "sim/run/replicate.hpp"
#include "tests/catch.hpp"

// Where nobody was made different, no size has an advantage: not by behaviour, not by any ranking that goes by rates or
// chance, not by memory. Equivalence is shown by two one-sided tests over replicates: the 90 % interval of a ratio lies
// inside +-1 %. tests/sim/null_world_test.cpp holds reach and overlap of such worlds against closed forms.
namespace grapevine {
namespace {

using Audiences = std::vector<std::array<std::uint64_t, 2>>;  // {followers, accounts with so many}, largest first

/// All alike in everything but their followers. Reshares are on, and readers leave after 12 of the 40 or more posts
/// that wait for them.
WorldParameters neutral_parameters(const std::vector<std::uint64_t>& classes) {
  WorldParameters p;
  p.time = {1800, 48, 192, 48};
  p.population.sessions_per_day = 3.0;
  p.population.session_spread = 0.0;
  p.population.posts_per_day = 4.8;
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
  run.behaviour.probability = {0.3, 0.1, 0.012, 0.1};  // reshares as on Bluesky, reference row 12
  return run;
}

/// What each class of accounts got, replicate by replicate.
struct Classes {
  std::vector<Series> per_first_look;  ///< engagement over first looks
  std::vector<Series> amplification;   ///< impressions per session of ranked readers over those of held-out ones; last
                                       ///< that of all posts together

  explicit Classes(std::size_t classes) : per_first_look(classes), amplification(classes + 1) {}

  void add(const RunRecord& record) {
    for (std::size_t c = 0; c < per_first_look.size(); ++c) {
      const Outcomes& outcomes = record.tiers[c + 1].outcomes;
      per_first_look[c].total.push_back(static_cast<double>(outcomes.engagement()));
      per_first_look[c].per.push_back(static_cast<double>(outcomes.first_looks));
    }
    for (std::size_t c = 0; c < amplification.size(); ++c) {
      const bool all = c + 1 == amplification.size();
      const auto per_session = [&](std::size_t group) {
        const auto* tiers = &record.readers[group * record.tiers.size()];
        std::uint64_t impressions = 0;
        for (std::size_t t = 0; t < record.tiers.size(); ++t)
          impressions += all || t == c + 1 ? tiers[t].impressions : 0;
        return static_cast<double>(impressions) / static_cast<double>(record.group_sessions[group]);
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

  /// `log`: of a ratio, with its interval at 95 %.
  void expect_equal(const Estimate& log, const std::string& what) {
    const double standard_error = (log.high - log.low) / 2 / student_t_quantile(static_cast<double>(log.n) - 1, 0.975);
    const Equivalence found = equivalent(log.value, standard_error, log.n - 1, std::log(1.01));
    INFO(what << ": x " << std::exp(log.value) << ", standard error " << standard_error << ", power " << found.power);
    CHECK(found.equivalent);
    least_power = std::min(least_power, found.power);
    const double end = std::max(-found.interval.low, found.interval.high);
    if (end > farthest) farthest = end, at = what;
  }
};

/// Worlds with the same classes: under every ranking engagement per first look and amplification of every pair of
/// classes, and the amplification of each class against 1.
///
/// Which readers are held out is chance, and so is whom they follow: amplification is divided by that of the arm in
/// which all are served chronologically, of the same readers in the same world. It is 1 but for that chance, which
/// cancels. Scores do not differ, so rankings that go by them leave all to the keyed tie: their feeds are those of
/// `random` to the last look, and its figures theirs. Popularity goes by counts, which grow with followers, and that is
/// not neutral: it must be seen to favour the largest class, which shows that these worlds can tell.
///
/// Where readers run out of posts, how they are served says how many looks there are: served newest first, they let
/// posts grow too old that readers served by chance would have looked at later. That lifts the amplification of all
/// posts alike, so `scarce` worlds compare each class with all posts together, and all posts must be seen lifted.
template <class MakeGraph>
Shown compare_classes(const std::vector<std::uint64_t>& classes, FeedMemory memory, std::uint32_t replicates,
                      MakeGraph&& make_graph, bool scarce = false) {
  WorldParameters parameters = neutral_parameters(classes);
  parameters.seed = 5;
  Classes chronological(classes.size()), random(classes.size()), popular(classes.size());
  Alone alone;
  const Users accounts;
  for (std::uint32_t r = 0; r < replicates; ++r) {
    const FollowGraph graph = make_graph(r);
    Replicate replicate(graph, accounts, parameters, neutral_run(memory, Ranking::random), ReplicateStreams{r, r, r, r},
                        alone);
    replicate.warm_up();
    const auto run = [&](Ranking ranking) { return replicate.run_arm(neutral_run(memory, ranking), {}); };
    const RunRecord by_chance = run(Ranking::random);
    random.add(by_chance);
    chronological.add(run(Ranking::chronological));
    if (r < 4) popular.add(run(Ranking::popularity));
    if (r == 0) {
      for (const Ranking scored : {Ranking::weighted, Ranking::oracle, Ranking::no_learning})
        CHECK(run(scored).event_hash == by_chance.event_hash);
      RunParameters by_author = neutral_run(memory, Ranking::weighted);
      by_author.feed.author_strength = automatic;
      CHECK(replicate.run_arm(by_author, {}).event_hash == by_chance.event_hash);
    }
  }
  /// Of the logarithms, so that the ratio of two ratios is one of two means.
  const auto amplification = [&](const Classes& found, std::size_t c) {
    Series logs;
    for (std::size_t r = 0; r < found.amplification[c].total.size(); ++r) {
      const auto log_of = [&](const Classes& arm) {
        return std::log(arm.amplification[c].total[r] / arm.amplification[c].per[r]);
      };
      logs.total.push_back(log_of(found) - log_of(chronological));
    }
    return logs;
  };
  Shown shown;
  const auto compare = [&](const Classes& found, const std::string& ranking) {
    for (std::size_t i = 0; i < classes.size(); ++i) {
      const std::string where = ranking + ", " + std::to_string(classes[i]);
      if (&found == &random && scarce)
        shown.expect_equal(paired_difference(amplification(found, i), amplification(found, classes.size())).estimate,
                           "amplification against all under " + where);
      if (&found == &random && !scarce)
        shown.expect_equal(pooled(amplification(found, i)), "amplification under " + where);
      for (std::size_t j = i + 1; j < classes.size(); ++j) {
        const std::string pair = where + " to " + std::to_string(classes[j]) + " followers";
        const LogRatio rates = log_ratio(found.per_first_look[i], found.per_first_look[j]);
        const double log = std::log(rates.estimate.value), reach = std::log(rates.estimate.high) - log;
        shown.expect_equal({log, log - reach, log + reach, rates.estimate.n},
                           "engagement per first look under " + pair);
        if (&found == &random)
          shown.expect_equal(paired_difference(amplification(found, i), amplification(found, j)).estimate,
                             "amplification under " + pair);
      }
    }
  };
  compare(random, "random, weighted, oracle and no-learning");
  compare(chronological, "chronological");
  compare(popular, "popularity");
  if (scarce) CHECK(pooled(amplification(random, classes.size())).low > std::log(1.01));
  CHECK(paired_difference(amplification(popular, classes.size() - 1), amplification(popular, 0)).estimate.low > 0.05);
  return shown;
}

void tell(FeedMemory memory, const Shown& shown) {
  WARN("memory " << (memory == FeedMemory::session ? "session" : "window") << ": least power " << shown.least_power
                 << ", farthest end of an interval " << shown.farthest << " (" << shown.at << ")");
}

constexpr std::uint32_t worlds = 12;

void expect_null_world_neutral(FeedMemory memory) {
  const Audiences audiences{{4'000, 40}, {400, 400}, {40, 4'000}};  // up to a fifth of the users
  tell(memory, compare_classes({40, 400, 4'000}, memory, worlds, [&](std::uint32_t r) {
         return uniform_audience(20'000, audiences, StreamKey(5, Stream::graph, r));
       }));
}

/// `mean_followees`: a reader is offered 4.8 posts a day of each, and looks at 36.
void expect_heavy_tails_neutral(FeedMemory memory, double mean_followees, double followees_spread, bool scarce) {
  PowerLawParameters shape;
  shape.users = 20'000;
  shape.mean_followees = mean_followees;
  shape.followees_spread = followees_spread;
  tell(memory, compare_classes(
                   {1, 30, 300}, memory, worlds,
                   [&](std::uint32_t r) { return power_law(shape, StreamKey(5, Stream::graph, r)); }, scarce));
}

/// Mechanisms that treat all alike, as strong as they go: everybody trusts everybody as at the start, for nobody
/// answers or is paid, and a quarter of what is offered comes from pools that posts enter by their rate. Their
/// amplification is that of what followees brought: what is shown besides gives a post of a small account as many looks
/// as one of a large account, which is more for its size.
RunParameters equal_for_all(Ranking ranking) {
  RunParameters run = neutral_run(FeedMemory::session, ranking);
  run.trust.effect = 3.0;
  run.trust.start = 0.3;
  run.sponsorship.reaction = -1.0;
  run.discovery.share = 0.25;
  run.discovery.refresh = 2;
  return run;
}

TEST_CASE("where every mechanism treats all alike no class engages more, or is carried further among its followers",
          "[analysis][statistical][null]") {
  const Audiences audiences{{4'000, 40}, {400, 400}, {40, 4'000}};
  WorldParameters parameters = neutral_parameters({40, 400, 4'000});
  parameters.seed = 5;
  Alone alone;
  const Users accounts;
  std::array<Series, 3> rate, logs;  // engagement per first look; amplification in network
  for (std::uint32_t r = 0; r < worlds; ++r) {
    const FollowGraph graph = uniform_audience(20'000, audiences, StreamKey(5, Stream::graph, r));
    Replicate replicate(graph, accounts, parameters, equal_for_all(Ranking::oracle), ReplicateStreams{r, r, r, r},
                        alone);
    replicate.warm_up();
    const RunRecord run = replicate.run_arm(equal_for_all(Ranking::oracle), {});
    RunParameters plain = neutral_run(FeedMemory::session, Ranking::chronological);
    const RunRecord chronological = replicate.run_arm(plain, {});
    REQUIRE(run.ledger[source_count + 2].impressions > 10'000);  // discovered posts of the smallest class
    for (std::size_t c = 0; c < 3; ++c) {
      rate[c].total.push_back(static_cast<double>(run.tiers[c + 1].outcomes.engagement()));
      rate[c].per.push_back(static_cast<double>(run.tiers[c + 1].outcomes.first_looks));
      const auto log_of = [&](const RunRecord& record) {
        const auto looks = [&](std::size_t group) {
          return static_cast<double>(record.readers[group * 4 + c + 1].impressions_in_network);
        };
        return std::log(looks(0) / looks(1));
      };
      logs[c].total.push_back(log_of(run) - log_of(chronological));
    }
  }
  Shown shown;
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = i + 1; j < 3; ++j) {
      const std::string pair = std::to_string(i) + " to " + std::to_string(j);
      const LogRatio rates = log_ratio(rate[i], rate[j]);
      const double log = std::log(rates.estimate.value), reach = std::log(rates.estimate.high) - log;
      shown.expect_equal({log, log - reach, log + reach, rates.estimate.n}, "engagement per first look, " + pair);
      shown.expect_equal(paired_difference(logs[i], logs[j]).estimate, "amplification in network, " + pair);
    }
  tell(FeedMemory::session, shown);
}

TEST_CASE("in the null world no class of accounts engages more or is carried further: session memory",
          "[analysis][statistical][null]") {
  expect_null_world_neutral(FeedMemory::session);
}
TEST_CASE("in the null world no class of accounts engages more or is carried further: window memory",
          "[analysis][statistical][null]") {
  expect_null_world_neutral(FeedMemory::window);
}
TEST_CASE("with heavy-tailed audiences no class is carried further: session memory", "[analysis][statistical][null]") {
  expect_heavy_tails_neutral(FeedMemory::session, 24, 1, false);
}
TEST_CASE("with heavy-tailed audiences no class is carried further: window memory", "[analysis][statistical][null]") {
  expect_heavy_tails_neutral(FeedMemory::window, 48, 0, false);
}
TEST_CASE("readers who run out of posts carry no class further than others", "[analysis][statistical][null]") {
  expect_heavy_tails_neutral(FeedMemory::window, 24, 1, true);
}

}  // namespace
}  // namespace grapevine
