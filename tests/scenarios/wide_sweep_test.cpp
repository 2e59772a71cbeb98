#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "analysis/carried.hpp"
#include "scenarios/result/table_parts.hpp"
#include "scenarios/result/text.hpp"
#include "tests/catch.hpp"

// A sweep of many keys, or of many tiers, still fits the page, and what each point is can still be read.
namespace grapevine {
namespace {

std::vector<std::string> lines_of_text(const std::string& text) {
  std::vector<std::string> all;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) all.push_back(line);
  return all;
}

/// Two points of a sweep of these keys, with a claim of each.
StudyResult swept_over(const std::vector<std::string>& keys) {
  StudyResult study;
  study.points = {"p0", "p1"};
  for (const std::string& key : keys)
    study.swept.push_back({.key = key, .units = "", .long_name = "", .numbers = {0.123456, 123.456}});
  for (std::uint32_t point = 0; point < 2; ++point) {
    ClaimRow row;
    row.claim = 1, row.name = "few over many", row.arm = "few", row.contrast = "reach per money";
    row.estimate = 0.987, row.lower = 0.911, row.upper = 1.234, row.verdict = "no material difference";
    row.point = point;
    study.claims.push_back(row);
  }
  return study;
}

void check_fits(const std::string& text) {
  for (const std::string& line : lines_of_text(text)) {
    CAPTURE(line);
    CHECK(display_width(line) <= 100);
  }
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_CASE("a sweep of few keys has their names above its columns", "[table][sweep]") {
  const std::string text = sweep_blocks(swept_over({"price.post", "feed.length"}));
  CHECK(holds(text, "price.post  feed.length  ratio"));
  CHECK_FALSE(holds(text, "Columns of keys"));
  CHECK_FALSE(holds(text, "Points by their numbers"));
}

TEST_CASE("a sweep of long keys has the ends of their names above its columns, and says whose", "[table][sweep]") {
  const std::string text =
      sweep_blocks(swept_over({"campaign.mega.budget", "campaign.micro.budget", "behaviour.interest_match"}));
  check_fits(text);
  CHECK(holds(text, "mega.budget  micro.budget  interest_match  ratio"));
  CHECK(holds(text, "Columns of keys: mega.budget: campaign.mega.budget, micro.budget: campaign.micro.budget,"));
}

TEST_CASE("a sweep of many keys has points by number, and says once what they are", "[table][sweep]") {
  std::vector<std::string> keys;
  for (int k = 0; k < 9; ++k) keys.push_back("campaign.mega.promotion_price_" + std::to_string(k));
  const std::string text = sweep_blocks(swept_over(keys));
  check_fits(text);
  for (const std::string& key : keys) CHECK(holds(text, key));
  std::size_t values = 0;
  for (std::size_t at = text.find("123.456"); at != std::string::npos; at = text.find("123.456", at + 1)) ++values;
  CHECK(values == 9);
  INFO(text);
  CHECK(std::ranges::count_if(lines_of_text(text), [](const std::string& line) {
          return line.starts_with("  1  ") && line.ends_with("  no material difference");
        }) == 1);
}

TEST_CASE("looks of many tiers stand beside each other as far as the page goes, then below", "[table][sweep]") {
  StudyResult study = swept_over({"price.post"});
  std::vector<std::string> tiers;
  for (int t = 0; t < 9; ++t) tiers.push_back("tier-" + std::to_string(t));
  for (std::uint32_t point = 0; point < 2; ++point)
    for (const std::string& tier : tiers) {
      ComparisonRow row;
      row.point = point;
      row.contrast = "few against many", row.arm = "few", row.against = "many", row.estimand = "population";
      row.metric = "looks per session, " + tier, row.statistic = "ratio of means", row.unit = "1";
      row.estimate = 1.25, row.lower = 1.125, row.upper = 1.5, row.replicates = 9;
      study.comparison.push_back(row);
    }
  const std::string text = sweep_blocks(study);
  check_fits(text);
  for (const std::string& tier : tiers) CHECK(holds(text, tier));
  const std::vector<std::string> all = lines_of_text(text);
  std::size_t cells = 0;
  for (const std::string& line : all)
    for (std::size_t at = line.find("[1."); at != std::string::npos && line.starts_with("  ");
         at = line.find("[1.", at + 1))
      ++cells;
  CHECK(cells >= 18);
}

}  // namespace
}  // namespace grapevine
