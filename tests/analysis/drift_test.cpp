#include "analysis/drift.hpp"

#include <algorithm>
#include <cmath>

#include "tests/catch.hpp"

using namespace grapevine;

namespace {

/// Looks of two days in one tier, engagement and trust at them, by replicate.
struct Days {
  std::uint64_t looks_before, engagement_before, trust_before, looks_last, engagement_last, trust_last;
};

std::vector<RunRecord> runs(const std::vector<Days>& replicates, bool trust = true) {
  std::vector<RunRecord> records;
  for (const Days& days : replicates) {
    RunRecord& record = records.emplace_back();
    const auto add = [&](const char* name, std::uint64_t number) {
      record.mechanisms.push_back({name, "1", "", {number, 0}});  // nobody looks at the second tier
    };
    add("drift_looks_before", days.looks_before);
    add("drift_engagement_before", days.engagement_before);
    add("drift_looks_last", days.looks_last);
    add("drift_engagement_last", days.engagement_last);
    if (trust) add("drift_trust_before", days.trust_before), add("drift_trust_last", days.trust_last);
  }
  return records;
}

}  // namespace

TEST_CASE("a warm-up has settled when no mean of a tier moves any more", "[analysis][drift]") {
  // Engagement stays at 0.1; trust rises from 0.4 to 0.44.
  const auto records = runs({{10'000, 1000, 4'000'000'000, 10'000, 1000, 4'400'000'000},
                             {20'000, 2000, 8'000'000'000, 10'000, 1001, 4'410'000'000},
                             {10'000, 1000, 4'000'000'000, 20'000, 1999, 8'790'000'000}});
  const auto rows = drifts({{"answering", records}}, {"micro", "mega"}, 0.02);
  REQUIRE(rows.size() == 2);
  CHECK((rows[0].metric == "engagement per impression" && rows[0].tier == "micro" && rows[0].arm == "answering"));
  CHECK(rows[0].before == Approx(0.1));
  CHECK(rows[0].estimate == Approx(1.0));
  CHECK(rows[0].verdict == settled);
  CHECK((rows[1].metric == "trust at looks" && rows[1].verdict == not_settled));
  CHECK(rows[1].last == Approx(1760.0 / 4000));
  CHECK(rows[1].estimate == Approx(1.1));
  CHECK(rows[1].level == Approx(0.975));  // 5 % over two rows
  CHECK(drifts({{"answering", records}}, {"micro", "mega"}, 0.2)[1].verdict == settled);
}

TEST_CASE("what one replicate says of drift is undecided, and short warm-ups say nothing", "[analysis][drift]") {
  const auto one = runs({{1000, 100, 0, 1000, 150, 0}}, false);
  const auto rows = drifts({{"base", one}}, {"micro", "mega"}, 0.02);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].verdict == drift_undecided);
  CHECK(std::isnan(rows[0].lower));
  const std::vector<RunRecord> none(3);
  CHECK(drifts({{"base", none}}, {"micro", "mega"}, 0.02).empty());
}
