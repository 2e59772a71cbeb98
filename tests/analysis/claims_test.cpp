#include "analysis/claims.hpp"

#include <cmath>

#include "tests/catch.hpp"

using namespace grapevine;

namespace {

LogRatio ratio(double value, double standard_error) {
  return {.estimate = {.value = value, .low = value * 0.9, .high = value * 1.1, .n = 20},
          .standard_error = standard_error};
}

}  // namespace

TEST_CASE("the claims are numbered from 1 to 5", "[analysis][claims]") {
  int number = 0;
  for (const Claim& claim : all_claims()) {
    CHECK(claim.number == ++number);
    CHECK_FALSE((claim.name.empty() || claim.contrast.empty()));
    CHECK(claim.evidence != nullptr);
  }
  CHECK(number == 5);
}

TEST_CASE("each claim gets the verdict of its own evidence, in the order of the claims", "[analysis][claims]") {
  const std::vector<ClaimEvidence> evidence{{5, ratio(3, 0.01), {"prices are linear in followers"}},
                                            {1, ratio(1.1, 0.2), {"trust.effect = 2"}},
                                            {2, ratio(1, 0.01), {"same engagement in every tier", "no trust"}},
                                            {3, ratio(0.8, 0.01), {}}};
  const auto rows = judge(evidence);
  REQUIRE(rows.size() == 5);
  CHECK((rows[1].verdict == Verdict::no_material_difference && rows[1].assumptions == evidence[2].assumptions));
  CHECK((rows[2].verdict == Verdict::reversed && rows[2].estimate.value == 0.8 && rows[2].estimate.n == 20));
  CHECK((rows[4].verdict == Verdict::holds && rows[4].assumptions.size() == 1 && rows[4].estimate.high == 3 * 1.1));
  CHECK((rows[0].verdict == Verdict::undecided && rows[0].estimate.value == 1.1 && rows[0].replicates_needed > 0));
  CHECK(rows[3].verdict == Verdict::undecided);
  CHECK(std::isnan(rows[3].estimate.value));
  // 5 decides at the least level, then 3, then 2, and neither 1 nor 4, which has no evidence, does: their alphas share
  // 0.05 among the 5, 4, 3 and 2 that are left.
  CHECK((rows[4].level == 0.05 / 5 && rows[2].level == 0.05 / 4 && rows[1].level == 0.05 / 3));
  CHECK((rows[0].level == 0.05 / 2 && rows[3].level == 0.05 / 2));
  for (const int i : {1, 2, 3, 4}) CHECK(rows[i].replicates_needed == 0);
  CHECK((rows[1].margin.low == 0.9 && rows[1].margin.high == 1.1));
}

TEST_CASE("a claim without evidence stays undecided and keeps its share of alpha", "[analysis][claims]") {
  const auto rows = judge(std::vector<ClaimEvidence>{{2, ratio(3, 0.01), {}}});
  CHECK((rows[1].verdict == Verdict::holds && rows[1].level == 0.05 / 5));
  CHECK((rows[4].verdict == Verdict::undecided && rows[4].level == 0.05 / 4 && std::isnan(rows[4].estimate.value)));
}

TEST_CASE("the margin is that of the study", "[analysis][claims]") {
  const std::vector<ClaimEvidence> evidence{{2, ratio(1.2, 0.001), {}}};
  CHECK(judge(evidence)[1].verdict == Verdict::holds);
  CHECK(judge(evidence, {0.5, 2})[1].verdict == Verdict::no_material_difference);
  CHECK(judge(std::vector<ClaimEvidence>{{2, ratio(1.2, 0.1), {}}})[1].replicates_needed ==
        replicates_needed({ratio(1.2, 0.1), {}}, 0.05 / 5));
  CHECK(judge(std::vector<ClaimEvidence>{{2, ratio(1.2, 0.1), {}}})[4].replicates_needed == 0);  // nothing to tell from
}
