#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "analysis/estimates.hpp"
#include "analysis/verdicts.hpp"
#include "graph/generators/uniform_audience.hpp"
#include "sim/run/replicate.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/scenario_files.hpp"

// Published rankings in worlds where nobody was made different: audiences of 10, 50 and 500 of 5 000 users, drawn
// uniformly, posts and readers alike, the rankings that predict knowing (`oracle`). Which of their rules lean on size
// there, and which do not. tests/analysis/size_neutrality_test.cpp asks the same of rankings by rates and chance.
namespace grapevine {
namespace {

constexpr std::size_t classes = 3;
constexpr std::array<std::uint64_t, classes> sizes{10, 50, 500};

/// Nobody is verified, answers or is new; readers are brought 58 posts a day in the mean and have patience for 36.
std::string town(double reshare, const std::string& arms) {
  return fmt::format(R"(format = 1
seed = 5
graph.users = 5_000
time = {{tick = "30min", warmup = "1d", measure = "2d", followup = "1d"}}
tiers = {{names = ["none", "10", "50", "500"], from = [0, 10, 50, 500]}}
population = {{sessions = 3, session_spread = 0, posts = 2.4, post_spread = 0, patience = 12}}
feed = {{ranking = "random", window = "24h"}}
behaviour = {{reshare = {}, profile_visit = 0.039, follow = 0.009, hide = 0.0005, report = 0.0001}}
)",
                     reshare) +
         arms;
}

std::string arm(const std::string& name, const std::string& keys) {
  return "[[arm]]\nname = \"" + name + "\"\n" + keys + "\n";
}
/// Where the preset is laid under `oracle`.
std::string knowing(const std::string& name, const std::string& preset, const std::string& keys = "") {
  return arm(name, "feed.ranking = \"oracle\"\nfeed.preset = \"" + preset + "\"\n" + keys);
}

/// One world, in which every arm goes on from the same warm-up under the first. `small`: accounts of the smallest
/// class.
std::vector<RunRecord> run_world(const Scenario& study, std::uint64_t small, std::uint32_t replicate) {
  const std::vector<std::array<std::uint64_t, 2>> audiences{{sizes[2], 80}, {sizes[1], 800}, {sizes[0], small}};
  const FollowGraph graph = uniform_audience(5'000, audiences, StreamKey(5, Stream::graph, replicate));
  Alone alone;
  const Users accounts;
  Replicate world(graph, accounts, study.world, study.arms.at(0).run,
                  ReplicateStreams{replicate, replicate, replicate, replicate}, alone);
  world.warm_up();
  std::vector<RunRecord> records;
  for (const auto& of : study.arms) records.push_back(world.run_arm(of.run, {}));
  return records;
}

/// Looks at each class, against those under the first arm in the same worlds: sessions and followers cancel, and what
/// the few large accounts happened to post.
struct Looks {
  std::vector<std::string> names;
  std::vector<std::array<Series, classes>> log;  ///< by arm, of the quotient

  Looks(const Scenario& study, std::uint32_t replicates, std::uint64_t small = 4'000) : log(study.arms.size()) {
    for (const auto& of : study.arms) names.push_back(of.name);
    for (std::uint32_t r = 0; r < replicates; ++r) {
      const std::vector<RunRecord> records = run_world(study, small, r);
      for (std::size_t a = 0; a < records.size(); ++a)
        for (std::size_t c = 0; c < classes; ++c) {
          const auto looks = [&](const RunRecord& record) {
            return static_cast<double>(record.tiers[c + 1].outcomes.impressions);
          };
          log[a][c].total.push_back(std::log(looks(records[a]) / looks(records[0])));
        }
    }
  }
  std::size_t place(const std::string& name) const {
    return static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
  }
  /// The logarithm of looks at the smaller class over those at the larger one, with its 95 % interval.
  Estimate between(const std::string& name, std::size_t i, std::size_t j) const {
    return paired_difference(log.at(place(name))[i], log.at(place(name))[j]).estimate;
  }
  /// The same of the smallest and the largest, more under one arm than under another.
  Estimate more(const std::string& name, const std::string& other) const {
    const auto spread = [&](const std::string& of) {
      Series all;
      const auto& by_class = log.at(place(of));
      for (std::size_t r = 0; r < by_class[0].total.size(); ++r)
        all.total.push_back(by_class[0].total[r] - by_class[2].total[r]);
      return all;
    };
    return paired_difference(spread(name), spread(other)).estimate;
  }
};

std::string told(const Estimate& log) {
  return fmt::format("x {:.4f} [{:.4f}, {:.4f}]", std::exp(log.value), std::exp(log.low), std::exp(log.high));
}

/// Two one-sided tests for each pair of classes: the 90 % interval of the ratio of looks lies inside +-1 %.
void expect_equal(const Looks& looks) {
  double least_power = 1;
  for (std::size_t a = 1; a < looks.names.size(); ++a)
    for (std::size_t i = 0; i < classes; ++i)
      for (std::size_t j = i + 1; j < classes; ++j) {
        const Estimate log = looks.between(looks.names[a], i, j);
        const double degrees = static_cast<double>(log.n) - 1,
                     standard_error = (log.high - log.low) / 2 / student_t_quantile(degrees, 0.975);
        const Equivalence found = equivalent(log.value, standard_error, log.n - 1, std::log(1.01));
        WARN(looks.names[a] << ", " << sizes[i] << " to " << sizes[j] << " followers: x " << std::exp(log.value)
                            << ", 90 % [" << std::exp(found.interval.low) << ", " << std::exp(found.interval.high)
                            << "], power " << found.power);
        CHECK(found.equivalent);
        least_power = std::min(least_power, found.power);
      }
  CHECK(least_power > 0.9);
}

TEST_CASE("where authors are equal and nothing is passed on, what is left of a published ranking is chance and age",
          "[scenarios][presets][null-presets]") {
  // Sums of weights times probabilities do not differ, so that posts stand in the order of age, or of their ties.
  const Scenario study = test::scenario_of(town(
      0, arm("random", "") + knowing("engagement-rate", "engagement-rate") +
             arm("by-age",
                 "feed.ranking = \"no-learning\"\nfeed.length = 60\n"
                 "feed.rules = {age_middle = \"360min\", age_slope = 0.003, age_floor = 0.6}") +
             knowing("x-2023-04", "x-2023-04", "discovery.share = 0\nfeed.rules.diversity = 1") +
             arm("by-half-life", "feed.ranking = \"no-learning\"\nfeed.age_half_life = \"6h\"") +
             arm("edgerank", "feed.ranking = \"edgerank\"\nfeed.weights = {like = 0, reply = 0}") +
             arm("unseen", "feed.memory = \"window\"\nfeed.length = 50") +
             knowing("x-2026-08", "x-2026-08",
                     "discovery.share = 0\nfeed.weights.mutual_reply = 0\nfeed.rules = {diversity = 1, lift_to = 0}") +
             knowing("spread", "x-2026-08", "discovery.share = 0\nfeed.rules = {lift_to = 0}")));
  const std::vector<RunRecord> records = run_world(study, 4'000, 0);
  const auto hash = [&](int a) { return records.at(static_cast<std::size_t>(a)).event_hash; };
  CHECK(hash(1) == hash(0));
  CHECK(hash(3) == hash(2));
  CHECK(hash(5) == hash(4));
  CHECK(hash(7) == hash(6));
  for (const auto& [a, b] : {std::pair{0, 2}, {0, 4}, {0, 6}, {6, 8}}) CHECK(hash(a) != hash(b));
}

TEST_CASE("where authors are equal and nothing is passed on, no published ranking shows a class of them more",
          "[scenarios][presets][statistical][null][null-presets]") {
  expect_equal(Looks(test::scenario_of(town(0, arm("random", "") + knowing("engagement-rate", "engagement-rate") +
                                                   arm("edgerank", "feed.ranking = \"edgerank\"") +
                                                   knowing("x-2023-04", "x-2023-04", "discovery.share = 0") +
                                                   knowing("x-2026-08", "x-2026-08", "discovery.share = 0"))),
                     24));
}

TEST_CASE("where authors are equal and nothing is passed on, SimSoM's lottery shows no class of them more",
          "[scenarios][presets][statistical][null][null-presets]") {
  // By appeal, in which posts differ: so there are many.
  expect_equal(Looks(test::scenario_of(R"(format = 1
seed = 5
graph.users = 5_000
time = {tick = "30min", warmup = "1d", measure = "3d", followup = "1d"}
tiers = {names = ["none", "10", "50", "500"], from = [0, 10, 50, 500]}
population = {sessions = 3, session_spread = 0, posts = 24, post_spread = 0, patience = 4}
feed = {window = "24h", memory = "queue", queue = 15}
behaviour.reshare = 0
[[arm]]
name = "random"
feed.ranking = "random"
[[arm]]
name = "simsom"
feed.ranking = "simsom"
feed.simsom.step = "1h"
)"),
                     16));
}

TEST_CASE(
    "where authors are equal, discovery, its rules and what is passed on lean on size, and which way the text says",
    "[scenarios][presets][statistical][null][null-presets]") {
  const std::string nobody_follows = "feed.weights.follow = 0";  // as follower counts are to stay
  std::string text =
      town(0.012, arm("random", "") + arm("edgerank", "feed.ranking = \"edgerank\"") +
                      knowing("2023-in-network", "x-2023-04", "discovery.share = 0") + knowing("2023", "x-2023-04") +
                      knowing("2023-unspread", "x-2023-04", "feed.rules.diversity = 1") +
                      knowing("2026-in-network", "x-2026-08", "discovery.share = 0\n" + nobody_follows) +
                      knowing("2026", "x-2026-08", nobody_follows) +
                      knowing("2026-strangers-alike", "x-2026-08", nobody_follows + "\nfeed.rules.out_of_network = 1") +
                      knowing("2026-unspread", "x-2026-08", nobody_follows + "\nfeed.rules.diversity = 1"));
  text.replace(text.find("follow = 0.009"), 14, "follow = 0");
  const Looks looks(test::scenario_of(text), 12);
  for (std::size_t a = 1; a < looks.names.size(); ++a)
    WARN(looks.names[a] << ": 10 / 500 " << told(looks.between(looks.names[a], 0, 2)) << ", 10 / 50 "
                        << told(looks.between(looks.names[a], 0, 1)) << ", 50 / 500 "
                        << told(looks.between(looks.names[a], 1, 2)));
  // More of a reader's followees have reshared what many have looked at.
  CHECK(looks.between("edgerank", 0, 2).high < 0);
  // A post is as likely to be discovered whoever wrote it, and by as many readers.
  CHECK(looks.between("2023", 0, 2).low > std::log(2));
  CHECK(looks.between("2026", 0, 2).low > std::log(1.2));
  // Strangers are shown one post of an author at a time; what a factor takes from them it takes from the small.
  CHECK(looks.more("2023", "2023-unspread").low > 0.05);
  CHECK(looks.more("2026", "2026-unspread").low > 0.05);
  CHECK(looks.more("2026-strangers-alike", "2026").low > 0.5);
  WARN("spread: 2023 " << told(looks.more("2023", "2023-unspread")) << ", 2026 "
                       << told(looks.more("2026", "2026-unspread")) << "; strangers alike "
                       << told(looks.more("2026-strangers-alike", "2026")));
}

TEST_CASE("the cold-start lift helps those below its cap where they are few, and nobody where they are many",
          "[scenarios][presets][statistical][null][null-presets]") {
  // Scores are equal, so that the best of many small posts stands among the first fifteen anyway.
  std::string text =
      town(0, arm("unlifted", "") + knowing("plain", "x-2026-08", "discovery.share = 0\nfeed.rules.lift_to = 0") +
                  knowing("lifted", "x-2026-08", "discovery.share = 0\nfeed.rules.lift_followers = 10"));
  text.replace(text.find("patience = 12"), 13, "patience = 30");
  const Looks few(test::scenario_of(text), 12, 400), many(test::scenario_of(text), 2, 4'000);
  WARN("few: " << told(few.more("lifted", "plain")) << ", many: " << told(many.more("lifted", "plain")));
  CHECK(few.more("lifted", "plain").low > 0);
  CHECK(std::abs(many.more("lifted", "plain").value) < 0.001);
}

}  // namespace
}  // namespace grapevine
