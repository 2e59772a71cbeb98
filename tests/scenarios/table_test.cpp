#include "scenarios/program/table.hpp"

#include <algorithm>
#include <sstream>

#include "analysis/contrasts.hpp"
#include "analysis/sizes.hpp"
#include "scenarios/program/text.hpp"
#include "tests/catch.hpp"

using namespace grapevine;

namespace {

/// Three arms (a control, one that pays a large account, one that pays small ones) and numbers that vary a little from replicate to
/// replicate.
StudyResult study_of(std::uint32_t replicates, const std::string& small = "many-small") {
  StudyResult study;
  study.title = "Does one large account bring more than many small ones for the same money?";
  study.seed = 20240117;
  study.arms = {"control", "one-large", small};
  study.replicates = replicates;
  study.tiers = {"small", "large"};
  study.tiers_from = {0, 5'000};
  study.campaigns = {"large", "small"};
  for (std::size_t arm = 0; arm < 3; ++arm)
    for (std::uint32_t r = 0; r < replicates; ++r) {
      RunRecord run;
      const std::uint64_t wobble = 37 * r % 11;
      run.tiers.resize(2);
      run.group_sessions = {1'000, 0};
      run.readers.resize(4);
      run.tiers[0].outcomes = {.impressions = 1'234'567 + 100 * wobble, .likes = 98'765 + 10 * wobble + arm};
      run.tiers[1].outcomes = {.impressions = 123'456 + 50 * wobble, .likes = 9'876 + 20 * wobble * arm};
      run.campaigns.resize(2);
      if (arm > 0)
        run.campaigns[arm - 1] = {.accounts = arm == 1 ? 1u : 41u,
                                  .outcomes = {.posts = arm == 1 ? 4u : 41u,
                                               .impressions = 20'000 * arm + 91 * wobble,
                                               .reach = 9'000 + 31 * wobble,
                                               .likes = 1'500 * arm + 17 * wobble},
                                  .budget = 500 * micro_per_unit,
                                  .spent = 500 * micro_per_unit - static_cast<MicroMoney>(arm * 1'230'000)};
      study.records.push_back(run);
    }
  for (std::uint32_t r = 0; r < replicates; ++r)
    study.graphs.push_back({.users = 200'000, .follows = 4'999'000 + 17 * r, .reciprocity = 0.042, .largest_followers = 10'012 - r});
  const auto runs = [&](std::size_t arm) { return ArmRuns{study.arms[arm], {study.records.data() + study.place(0, arm, 0), replicates}}; };
  for (const auto& rows :
       {contrast(runs(1), runs(0)), contrast(runs(2), runs(1)), tier_rates(runs(0), study.tiers), tier_rates(runs(1), study.tiers)})
    study.comparison.insert(study.comparison.end(), rows.begin(), rows.end());
  for (ComparisonRow& row : study.comparison) row.redrawn = "graph, selection, content, dynamics";
  return study;
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> all;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) all.push_back(line);
  return all;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("the table fits a page of 100 columns", "[table]") {
  for (const std::string& line : lines(comparison_table(study_of(10)))) {
    INFO(line);
    CHECK(display_width(line) <= 100);
  }
}

TEST_CASE("the table says first what world it is and that it is small", "[table]") {
  const std::string text = comparison_table(study_of(10));
  const auto at = [&](const std::string& part) { return text.find(part); };
  CHECK(at("World   200 000 users, 4 999 000 to 4 999 153 follows") < at("Money"));
  CHECK(at("the largest user has 10 003 to 10 012 followers: this is a small world") < at("Money"));
  CHECK(at("Money") < at("one-large against control"));
  CHECK(contains(text, "Monte Carlo, given the parameters"));
  CHECK(contains(text, "Drawn anew in each replicate: graph, selection, content, dynamics."));
}

TEST_CASE("the table shows what each campaign spent and left over", "[table]") {
  for (const std::string& line : lines(comparison_table(study_of(10))))
    if (contains(line, "  small") && contains(line, "many-small")) {
      INFO(line);
      CHECK((contains(line, "500.00") && contains(line, "497.54") && contains(line, "2.46") && contains(line, "41")));
      return;
    }
  FAIL("no line for the campaign");
}

TEST_CASE("columns line up when names are not ASCII and numbers are wide", "[table]") {
  TextTable table("lr");
  table.add({"größte", "1"});
  table.add({"小さい", "1 234 567"});
  table.add({"cafe\u0301", "12"});
  const std::string expected =
      "  größte          1\n"
      "  小さい  1 234 567\n"
      "  cafe\u0301           12\n";
  CHECK(table.text() == expected);
}

TEST_CASE("long names that are not ASCII do not push the table off the page", "[table]") {
  for (const std::string& line : lines(comparison_table(study_of(10, "viele-kleine-Konten-für-dasselbe-Geld-wie-小さい-アカウント")))) {
    INFO(line);
    CHECK(display_width(line) <= 100);
  }
}

TEST_CASE("the table explains the columns that it has, and no others", "[table]") {
  StudyResult study = study_of(10);
  CHECK(contains(comparison_table(study), "corr: correlation"));
  std::erase_if(study.comparison, [](const ComparisonRow& row) { return !row.against.empty(); });
  CHECK_FALSE(contains(comparison_table(study), "corr"));
}

TEST_CASE("one replicate gives estimates and says that there is no interval", "[table]") {
  const std::string text = comparison_table(study_of(1));
  CHECK(contains(text, "no interval"));
  CHECK(contains(text, "Set `replicates`"));
  CHECK_FALSE(contains(text, "nan"));
}

TEST_CASE("numbers are written with thousands apart and the digits that the interval supports", "[table]") {
  CHECK(with_thousands(0) == "0");
  CHECK(with_thousands(999) == "999");
  CHECK(with_thousands(1'234'567) == "1 234 567");
  CHECK(with_decimals(-1234.567, 1) == "-1 234.6");
  CHECK(with_decimals(-123456, 0) == "-123 456");
  CHECK(with_decimals(-0.001, 1) == "0.0");
  CHECK(with_decimals(missing, 3) == "missing");
  CHECK(decimals_for(0.012345, 3) == 4);
  CHECK(decimals_for(123.0, 2) == 0);
  CHECK(duration(45) == "45 s");
  CHECK(duration(200) == "3 min 20 s");
  CHECK(duration(7500) == "2 h 05 min");
  CHECK(bytes(512) == "512 B");
  CHECK(bytes(3.4 * 1024 * 1024) == "3.4 MiB");
}
