#include <cmath>
#include <functional>
#include <map>

#include "scenarios/result/result.hpp"
#include "tests/catch.hpp"
#include "tests/record/sample.hpp"

using namespace grapevine;

namespace {

Digests digests_of(const StudyResult& study) {
  const test::Folder folder;
  write_result(folder / "out.h5", study);
  return digests(folder / "out.h5");
}

/// Names of the lines that differ, each followed by a space; "total" first.
std::string changed_by(const std::function<void(StudyResult&)>& change) {
  StudyResult study = test::sample_study();
  const Digests before = digests_of(study);
  change(study);
  const Digests after = digests_of(study);
  std::string names(before.total == after.total ? "" : "total ");
  std::map<std::string, std::string> lines(after.lines.begin(), after.lines.end());
  for (const auto& [name, line] : before.lines) {
    if (lines[name] != line) names.append(name).append(" ");
    lines.erase(name);
  }
  for (const auto& [name, line] : lines) names.append("+").append(name).append(" ");
  return names;
}

}  // namespace

TEST_CASE("equal studies have equal digests", "[record][digest]") {
  const Digests one = digests_of(test::sample_study()), other = digests_of(test::sample_study());
  CHECK(one.total == other.total);
  CHECK(one.lines == other.lines);
  CHECK(one.total.size() == 32);
  CHECK(one.total.find_first_not_of("0123456789abcdef") == std::string::npos);
}

TEST_CASE("a digest is the same on every machine and in every build", "[record][digest]") {
  // Changes with the sample, the schema or the hash only; the commit that changes it says why.
  CHECK(digests_of(test::sample_study()).total == "6c666aa7eb20786358272d7858d705e1");
}

TEST_CASE("each group has a digest line but provenance, and outside ids have one", "[record][digest]") {
  std::string names;
  for (const auto& [name, line] : digests_of(test::sample_study()).lines) names.append(name).append(" ");
  CHECK(names ==
        "attribution bands campaign_series campaigns cascade_shapes cascade_sizes cascades claims comparison curve "
        "drift graph "
        "influencers iso_outcome ledger looks "
        "overlap phase positions posts products readers response scenario sensitivity series structure summary "
        "switches accounts ");
}

TEST_CASE("one changed value changes the total exactly if a scenario determines it", "[record][digest]") {
  using Study = StudyResult&;
  CHECK(changed_by([](Study) {}) == "");
  CHECK(changed_by([](Study s) { ++s.record(0, 2, 1).tiers[1].outcomes.actions[Action::like]; }) == "total summary ");
  CHECK(changed_by([](Study s) { s.record(0, 0, 0).event_hash ^= 1; }) == "total summary ");
  CHECK(changed_by([](Study s) { std::swap(s.records[0].tiers, s.records[1].tiers); }) == "total summary ");
  CHECK(changed_by([](Study s) { std::swap(s.comparison[0], s.comparison[1]); }) == "total comparison ");
  CHECK(changed_by([](Study s) { s.comparison[0].estimate = std::nextafter(s.comparison[0].estimate, 2.0); }) ==
        "total comparison ");
  CHECK(changed_by([](Study s) { s.comparison[1].redrawn.push_back('!'); }) == "total comparison ");
  CHECK(changed_by([](Study s) { s.comparison[1].correlation = -missing; }) == "");  // one missing is like another
  CHECK(changed_by([](Study s) { ++s.record(0, 2, 0).campaigns[1].spent; }) == "campaigns ");
  CHECK(changed_by([](Study s) { ++s.record(0, 2, 1).positions[1].impressions; }) == "positions ");
  CHECK(changed_by([](Study s) { ++s.record(0, 2, 1).looks[0].position; }) == "looks ");
  CHECK(changed_by([](Study s) { ++s.record(0, 2, 1).series[1].actions[Action::click]; }) == "series ");
  CHECK(changed_by([](Study s) { ++s.record(0, 2, 1).campaign_series[3].new_reach; }) == "campaign_series ");
  CHECK(changed_by([](Study s) { s.record(0, 2, 1).influencers[0].cost = 0; }) == "influencers ");
  CHECK(changed_by([](Study s) { s.record(0, 2, 1).posts[0].depth = 0; }) == "posts ");
  CHECK(changed_by([](Study s) { s.record(0, 2, 1).cascades[1].reason = Reason::reshared; }) == "cascades ");
  CHECK(changed_by([](Study s) { s.graph(0, 1).self_loops = 0; }) == "graph ");
  CHECK(changed_by([](Study s) { s.scenario_given.push_back('!'); }) == "scenario ");
  CHECK(changed_by([](Study s) { s.provenance.front().second = "0.1.8"; }) == "");
}

TEST_CASE("other outside ids change their own line alone", "[record][digest]") {
  CHECK(changed_by([](StudyResult& study) {
          for (auto& [user, account] : study.accounts) account += "_renamed";
        }) == "accounts ");
}

TEST_CASE("what is kept beside the summary does not change the total", "[record][digest]") {
  CHECK(changed_by([](StudyResult& study) {
          for (RunRecord& record : study.records) record.cascades.clear();
        }) == "cascades ");
  CHECK(changed_by([](StudyResult& study) {
          for (RunRecord& record : study.records) {
            record.series.pop_back();
            record.campaign_series.resize(study.campaigns.size() * record.series.size());
          }
        }) == "campaign_series series ");
  CHECK(changed_by([](StudyResult& study) {
          for (RunRecord& record : study.records) record.posts.clear(), record.cascades.clear();
        }) == "cascades posts accounts ");
  CHECK(changed_by([](StudyResult& study) {
          for (RunRecord& record : study.records) {
            record.positions.clear(), record.looks.clear();
            for (LedgerRow& row : record.ledger) row.ranked = row.shadow = 0;
          }
        }) == "ledger looks positions ");
}
