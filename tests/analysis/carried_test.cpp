#include "analysis/carried.hpp"

#include <algorithm>
#include <cmath>

#include "analysis/claims.hpp"
#include "analysis/sizes.hpp"
#include "tests/catch.hpp"

using namespace grapevine;

namespace {

constexpr double t_of_two = 12.7062047362;  // Student's t with 1 degree of freedom at 0.975: two replicates

const std::vector<std::string> tiers{"small", "large"};

/// 10 sessions of ranked readers and 3 of readers held out; of each tier, looks at what followees brought and at what
/// discovery did, and twice as many under the shadow as were from followees.
RunRecord run_with(std::uint64_t small_inside, std::uint64_t small_outside, std::uint64_t large_inside,
                   std::uint64_t large_outside) {
  RunRecord run;
  run.tiers.resize(2);
  run.readers.resize(4);
  run.group_sessions = {10, 3};
  run.ledger.resize(2 * source_count);
  const auto put = [&](std::size_t tier, std::uint64_t inside, std::uint64_t outside) {
    LedgerRow* const rows = &run.ledger[tier * source_count];
    rows[static_cast<std::size_t>(Source::author)].ranked = inside - 1;
    rows[static_cast<std::size_t>(Source::reshare)].ranked = 1;
    rows[static_cast<std::size_t>(Source::discovery)].ranked = outside;
    rows[static_cast<std::size_t>(Source::author)].shadow = 2 * inside;
    rows[static_cast<std::size_t>(Source::author)].impressions = 999;  // those of readers held out among them
  };
  put(0, small_inside, small_outside), put(1, large_inside, large_outside);
  return run;
}

const std::vector<RunRecord> few{run_with(90, 10, 180, 20), run_with(90, 10, 180, 20)};     // a tenth from outside
const std::vector<RunRecord> many{run_with(240, 160, 60, 40), run_with(240, 160, 60, 40)};  // four tenths

ComparisonRow row_of(const std::vector<ComparisonRow>& rows, const std::string& metric) {
  const auto found = std::ranges::find(rows, metric, &ComparisonRow::metric);
  REQUIRE(found != rows.end());
  return *found;
}

std::vector<ComparisonRow> between(const std::vector<RunRecord>& arm, const std::vector<RunRecord>& against) {
  return carried({"many", arm}, {"few", against}, tiers, 0, 1);
}

}  // namespace

TEST_CASE("what a rule does to looks per session is told tier by tier, and of one tier over another",
          "[analysis][carried]") {
  const auto rows = between(many, few);
  const ComparisonRow& small = row_of(rows, "looks per session, small");
  CHECK(small.estimate == 4);                                 // 400 looks against 100
  CHECK((small.mean_arm == 40 && small.mean_against == 10));  // in 10 sessions
  CHECK((small.contrast == "many against few" && small.arm == "many" && small.against == "few"));
  CHECK((small.estimand == "population" && small.statistic == "ratio of means" && small.unit == "1"));
  CHECK(row_of(rows, "looks per session, large").estimate == 0.5);  // 100 against 200
  const ComparisonRow& both = row_of(rows, "looks per session, small over large");
  CHECK(both.estimate == 8);
  CHECK((both.mean_arm == 4 && both.mean_against == 0.5));
  CHECK((both.lower == 8 && both.upper == 8));  // replicates do not differ

  auto longer = many;
  for (RunRecord& run : longer) run.group_sessions[0] = 20;  // as many looks in twice as many sessions
  CHECK(row_of(between(longer, few), "looks per session, small").estimate == 2);
  CHECK(row_of(between(longer, few), "looks per session, small over large").estimate == 8);
}

TEST_CASE("arms that are alike are carried alike, to the bit, and say nothing of a share", "[analysis][carried]") {
  const auto rows = between(many, many);
  CHECK(rows.size() == 3);
  for (const ComparisonRow& row : rows) CHECK((row.estimate == 1 && row.lower == 1 && row.upper == 1));
}

TEST_CASE("the elasticity of looks in the share from outside is the ratio of two logarithms", "[analysis][carried]") {
  const auto rows = between(many, few);
  const ComparisonRow& share = row_of(rows, "share of looks outside the network");
  CHECK(share.estimate == Approx(4).epsilon(1e-14));
  CHECK((share.mean_arm == 0.4 && share.mean_against == 0.1));
  CHECK(row_of(rows, "elasticity in that share, small").estimate == Approx(1).epsilon(1e-14));     // 4 for 4
  CHECK(row_of(rows, "elasticity in that share, large").estimate == Approx(-0.5).epsilon(1e-14));  // 1/2 for 4
  CHECK(row_of(rows, "elasticity in that share, small").statistic == "elasticity");

  // In the second world of the arm the small tier has 1 600 looks at the same share: against 100, 16. Over both 10 for
  // 4; without the first log 16 / log 4 = 2, without the second 1: the pseudo-values lie 1 apart.
  auto differing = many;
  differing[1] = run_with(960, 640, 60, 40);
  const ComparisonRow& row = row_of(between(differing, few), "elasticity in that share, small");
  CHECK(row.estimate == Approx(std::log(10) / std::log(4)).epsilon(1e-12));
  CHECK((row.upper - row.lower) / 2 == Approx(t_of_two / 2).epsilon(1e-9));
}

TEST_CASE("shares that differ by less than a tenth, or that are 0, say nothing of an elasticity",
          "[analysis][carried]") {
  const std::vector<RunRecord> nearly{run_with(913, 107, 913, 107), run_with(913, 107, 913, 107)};
  const std::vector<RunRecord> none{run_with(100, 0, 100, 0), run_with(100, 0, 100, 0)};
  CHECK(between(nearly, few).size() == 3);  // 107 / 1 020 against 1 / 10
  CHECK(between(none, few).size() == 3);
  CHECK(between(few, none).size() == 3);
  CHECK(between(none, none).size() == 3);
  CHECK(between(many, few).size() == 6);
}

TEST_CASE("nothing is told of arms in which no shadow was counted, or that pay", "[analysis][carried]") {
  auto without = few;
  for (LedgerRow& row : without[1].ledger) row.shadow = 0;
  CHECK(between(without, few).empty());
  CHECK(between(few, without).empty());
  auto paying = few;
  for (RunRecord& run : paying) run.campaigns.resize(1), run.campaigns[0].accounts = 1;
  CHECK(between(paying, few).empty());
  CHECK(carried({"many", many}, {"few", few}, tiers, 2, 1).size() == 5);  // no tier of that name: no tier over tier
}

TEST_CASE("the third claim is judged against readers held out, and where there are none against the shadow",
          "[analysis][carried][claims]") {
  std::vector<RunRecord> runs = many;  // small: 400 looks, 480 under the shadow; large 100 and 120
  runs[0].ledger[source_count].shadow = runs[1].ledger[source_count].shadow = 400;  // large: 100 and 400
  for (RunRecord& run : runs) run.group_sessions = {10, 0};
  const auto evidence = [&] {
    ClaimQuestion question;
    question.runs_of = [&](const std::string& name) { return ArmRuns{name, runs}; };
    question.arm = "many", question.micro = 0, question.mega = 1;
    for (const ClaimEvidence& found : evidence_for(question))
      if (found.claim == 3) return found;
    return ClaimEvidence{};
  };
  CHECK(evidence().ratio.estimate.value == Approx(400. / 480 / (100. / 400)).epsilon(1e-14));
  CHECK(evidence().contrast.find("against the shadow") != std::string::npos);
  for (RunRecord& run : runs) {
    run.group_sessions = {10, 3};
    run.readers = {{60, 0}, {10, 0}, {20, 0}, {20, 0}};
  }
  CHECK(evidence().ratio.estimate.value == Approx(6).epsilon(1e-14));  // 60 / 20 over 10 / 20
  CHECK(evidence().contrast.find("against the shadow") == std::string::npos);
  for (RunRecord& run : runs) {
    run.group_sessions = {10, 0};
    for (LedgerRow& row : run.ledger) row.shadow = 0;
  }
  CHECK(evidence().claim == 0);
}
