#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "scenarios/reader/read_scenario.hpp"
#include "scenarios/result/result.hpp"
#include "scenarios/study/study.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/scenario_files.hpp"
#include "tests/scenarios/shell.hpp"

// Answers and trust in whole studies: warm-ups of an arm's own, claim 1, and results in which some arms have a
// mechanism.
namespace grapevine {
namespace {

using namespace test;

const std::string study = R"(format = 1
seed = 3
replicates = 3
[time]
tick = "1h"
warmup = "2d"
measure = "12h"
followup = "1d"
[graph]
model = "power-law"
users = 3_000
mean_followees = 15
[population]
sessions = 4
posts = 2
[tiers]
names = ["small", "large"]
from = [0, 40]
[behaviour]
reply = 0.1
[answers]
per_day = 3
[trust]
effect = 3
answered = 0.6
bystander = 0.1
[[arm]]
name = "shared"
[[arm]]
name = "own"
warmup = "own"
[[arm]]
name = "silent"
warmup = "own"
answers.per_day = 0
[[arm]]
name = "plain"
answers.per_day = 0
trust.answered = 0
trust.bystander = 0
[claims]
arm = "own"
silent_arm = "silent"
micro = "small"
mega = "large"
)";

StudyResult result_of(const std::vector<std::string>& overrides = {}) {
  const Folder folder;
  return run_study(read_scenario(folder.write("study.toml", study), overrides));
}

/// Engagement per first look of a tier in an arm, all replicates together.
double rate(const StudyResult& result, std::size_t arm, std::size_t tier) {
  double engagement = 0, looks = 0;
  for (std::size_t replicate = 0; replicate < 3; ++replicate) {
    const Outcomes& outcomes = result.record(0, arm, replicate).tiers[tier].outcomes;
    engagement += static_cast<double>(outcomes.engagement());
    looks += static_cast<double>(outcomes.first_looks);
  }
  return engagement / looks;
}

std::vector<std::uint64_t> events(const StudyResult& result, std::size_t arm) {
  std::vector<std::uint64_t> hashes;
  for (std::size_t replicate = 0; replicate < 3; ++replicate)
    hashes.push_back(result.record(0, arm, replicate).event_hash);
  return hashes;
}

}  // namespace

TEST_CASE("a warm-up of an arm's own, under the study's keys, is the one that is shared", "[study][answers]") {
  const StudyResult result = result_of();
  CHECK(events(result, 1) == events(result, 0));
  for (std::size_t replicate = 0; replicate < 3; ++replicate)
    CHECK(result.record(0, 1, replicate).mechanisms == result.record(0, 0, replicate).mechanisms);
  CHECK(events(result, 2) != events(result, 0));
  CHECK(events(result, 3) != events(result, 2));  // it remembers the answers of the warm-up that it shares
}

TEST_CASE("trust that was won before an arm branched still acts where nothing moves it any more", "[study][answers]") {
  const StudyResult still = result_of(), without = result_of({"arm.plain.trust.effect=0"});
  CHECK(rate(still, 3, 1) > 1.02 * rate(without, 3, 1));
  CHECK(events(still, 0) == events(without, 0));
}

TEST_CASE("check says what claim 1 would take for the work of answers", "[program][answers]") {
  const Shell shell;
  shell.write("s.toml", study);
  REQUIRE(shell.call({"check", "s.toml"}) == 0);
  CHECK_FALSE(contains(shell.out(), "claim 1"));
  REQUIRE(shell.call({"check", "s.toml", "--set", "arm.silent.behaviour.like=0.2"}) == 0);
  CHECK(contains(shell.out(), "differ in behaviour.like too"));
  REQUIRE(shell.call({"check", "s.toml", "--set", "arm.silent.warmup=shared", "--set", "claims.arm=shared"}) == 0);
  CHECK(contains(shell.out(), "begins with the trust that answers won"));
  REQUIRE(shell.call({"run", "s.toml", "-o", "s.h5", "--quiet", "--set", "answers.per_day=0"}) == 0);  // vanishes
}

TEST_CASE("claim 1 is what answers do for the one over what they do for the other", "[study][answers][claims]") {
  const StudyResult result = result_of();
  const ClaimRow& claim = result.claims.at(0);
  const double expected = rate(result, 1, 0) / rate(result, 2, 0) / (rate(result, 1, 1) / rate(result, 2, 1));
  CHECK(claim.estimate == Approx(expected).epsilon(1e-12));
  CHECK(claim.arm == "own against silent");
  CHECK((claim.lower < claim.estimate && claim.estimate < claim.upper));
  CHECK(rate(result, 1, 0) > 1.02 * rate(result, 2, 0));  // answers do something
  CHECK(claim.assumptions.find("trust.effect = 3") != std::string::npos);

  // The switches that make it vanish: trust that does nothing, answers that move nothing. Then the arms are equal.
  for (const std::vector<std::string>& off :
       {std::vector<std::string>{"trust.effect=0"}, {"trust.answered=0", "trust.bystander=0"}}) {
    CAPTURE(off);
    const ClaimRow gone = result_of(off).claims.at(0);
    CHECK((gone.estimate == 1 && gone.lower == 1 && gone.upper == 1));
    CHECK(gone.verdict == "no material difference");
  }
}

TEST_CASE("the larger an author, the smaller the share of its comments that it answers", "[study][answers]") {
  const StudyResult result = result_of();
  const auto responsiveness = [&](std::string_view tier) {
    const auto row = std::ranges::find_if(result.comparison, [&](const ComparisonRow& it) {
      return it.arm == "own" && it.metric == "responsiveness" && it.contrast == "posts of tier " + std::string(tier);
    });
    REQUIRE(row != result.comparison.end());
    return row->estimate;
  };
  CHECK(responsiveness("small") > 1.5 * responsiveness("large"));
  CHECK(responsiveness("small") < 1);
}

TEST_CASE("a result whose arms have different mechanisms is written, shown and compared", "[program][answers]") {
  const Shell shell;
  shell.write("s.toml", study);
  REQUIRE(shell.call({"run", "s.toml", "-o", "s.h5", "--quiet"}) == 0);
  REQUIRE(shell.call({"show", "s.h5", "--arm", "own"}) == 0);
  CHECK(shell.out().find("responsiveness") != std::string::npos);
  REQUIRE(shell.call({"show", "s.h5", "--arm", "plain"}) == 0);
  CHECK(shell.out().find("responsiveness") == std::string::npos);
  REQUIRE(shell.call({"show", "s.h5", "--digest"}) == 0);
  CHECK(shell.out().find("mechanisms") != std::string::npos);
  CHECK(shell.call({"compare", "s.h5", "--arm", "own", "--against", "silent"}) == 0);

  const StudyResult back = read_result(shell.file("s.h5"));
  const StudyResult before = result_of();
  for (std::size_t arm = 0; arm < 4; ++arm) {
    REQUIRE(back.record(0, arm, 0).mechanisms.size() == before.record(0, arm, 0).mechanisms.size());
    for (const MechanismColumn& column : before.record(0, arm, 0).mechanisms) {
      const auto& all = back.record(0, arm, 0).mechanisms;
      CHECK(std::ranges::find(all, column) != all.end());
    }
  }
}

}  // namespace grapevine
