#include "scenarios/result/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "analysis/carried.hpp"
#include "analysis/contrasts.hpp"
#include "analysis/sizes.hpp"
#include "analysis/verdicts.hpp"
#include "scenarios/commands/compare.hpp"
#include "scenarios/result/table_parts.hpp"
#include "scenarios/result/text.hpp"
#include "tests/catch.hpp"

using namespace grapevine;

namespace {

/// Three arms (a control, one that pays a large account, one that pays small ones) and numbers that vary a little from
/// replicate to replicate.
StudyResult study_of(std::uint32_t replicates, const std::string& small = "many-small") {
  StudyResult study;
  study.title = "Does one large account bring more than many small ones for the same money?";
  study.seed = 20240117;
  study.arms = {"control", "one-large", small};
  study.models = {"feed", "feed", "feed"};
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
      run.tiers[0].outcomes = {.impressions = 1'234'567 + 100 * wobble, .actions = {{98'765 + 10 * wobble + arm}}};
      run.tiers[1].outcomes = {.impressions = 123'456 + 50 * wobble, .actions = {{9'876 + 20 * wobble * arm}}};
      run.campaigns.resize(2);
      if (arm > 0)
        run.campaigns[arm - 1] = {.accounts = arm == 1 ? 1u : 41u,
                                  .outcomes = {.posts = arm == 1 ? 4u : 41u,
                                               .impressions = 20'000 * arm + 91 * wobble,
                                               .reach = 9'000 + 31 * wobble,
                                               .actions = {{1'500 * arm + 17 * wobble}}},
                                  .budget = 500 * micro_per_unit,
                                  .spent = 500 * micro_per_unit - static_cast<MicroMoney>(arm * 1'230'000),
                                  .sales = {}};
      if (arm > 0) run.paid_reach = run.campaigns[arm - 1].outcomes.reach;
      run.series = {{.actions = {{108'641 + 30 * wobble + arm, 1'500 * arm}}}};
      study.records.push_back(run);
    }
  for (std::uint32_t r = 0; r < replicates; ++r)
    study.graphs.push_back(
        {.users = 200'000, .follows = 4'999'000 + 17 * r, .reciprocity = 0.042, .largest_followers = 10'012 - r});
  const auto runs = [&](std::size_t arm) {
    return ArmRuns{study.arms[arm], {study.records.data() + study.place(0, arm, 0), replicates}};
  };
  for (const auto& rows : {contrast(runs(1), runs(0)), contrast(runs(2), runs(1)), tier_rates(runs(0), study.tiers),
                           tier_rates(runs(1), study.tiers)})
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
  CHECK(at("the largest user has 10 003 to 10 012 followers: fewer than the 1 000 000 of") < at("Money"));
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

TEST_CASE("arms that spent otherwise on a campaign have lines of their own, others share one", "[table]") {
  StudyResult study = study_of(10);
  for (std::uint32_t r = 0; r < 10; ++r)
    for (const std::size_t arm : {0U, 2U}) {
      study.record(0, arm, r).campaigns[0] = study.record(0, 1, r).campaigns[0];
      if (arm == 2) study.record(0, arm, r).campaigns[0].spent -= 20 * micro_per_unit;
    }
  std::vector<std::string> large;
  for (const std::string& line : lines(comparison_table(study)))
    if (contains(line, "  large") && contains(line, "500.00")) large.push_back(line);
  REQUIRE(large.size() == 2);
  CHECK((contains(large[0], "498.77") && contains(large[0], "control and 1 more")));
  CHECK((contains(large[1], "478.77") && contains(large[1], "many-small")));
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

TEST_CASE("a text is as wide as a terminal draws it, and is cut between characters", "[table]") {
  // Unicode 14: EastAsianWidth.txt has W or F of what counts twice; marks that combine (Mn, Me) and joiners (Cf) take
  // no room, whatever block they are in.
  CHECK(display_width("") == 0);
  CHECK(display_width("größte") == 6);
  CHECK(display_width("cafe\u0301") == 4);
  CHECK(display_width("\u05e9\u05c1\u05dc\u05d5\u05dd") == 4);  // Hebrew, with a point
  CHECK(display_width("\u0928\u0941") == 1);                    // Devanagari, with a vowel below
  CHECK(display_width("\u4e2d\u6587 \uff21\uac00") == 9);       // Han, a fullwidth letter, Hangul
  CHECK(display_width("\U0001F600!") == 3);                     // an emoji
  CHECK(display_width("\u2603") == 1);                          // a snowman, which is narrow
  CHECK(display_width("a\xff\xfe") == 3);                       // no UTF-8
  CHECK(shortened("viele-kleine", 12) == "viele-kleine");
  CHECK(shortened("viele-kleine", 8) == "viele...");
  CHECK(shortened("cafe\u0301-creme", 7) == "cafe\u0301...");
  CHECK(shortened("\u5c0f\u3055\u3044\u8005", 6) == "\u5c0f...");  // half of the second has no room
  CHECK(shortened("\U0001F600\U0001F600\U0001F600", 5) == "\U0001F600...");
  CHECK(shortened("abc", 2) == "..");
}

TEST_CASE("long names that are not ASCII do not push the table off the page", "[table]") {
  for (const std::string& line :
       lines(comparison_table(study_of(10, "viele-kleine-Konten-für-dasselbe-Geld-wie-小さい-アカウント")))) {
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

namespace {

ClaimRow claim(std::uint32_t number, const std::string& name, double estimate, double lower, double upper,
               const std::string& verdict, const std::string& arm, const std::string& assumptions) {
  ClaimRow row;
  row.claim = number;
  row.name = name;
  row.contrast =
      verdict == "not asked" ? "what it would compare" : fmt::format("the ratio of claim {}, micro / mega", number);
  row.arm = arm;
  row.verdict = verdict;
  if (verdict == "not asked") return row;
  row.estimate = estimate, row.lower = lower, row.upper = upper;
  row.margin_low = 0.9, row.margin_high = 1.1;
  row.level = 1 - 0.05 / 3;
  row.replicates = 10;
  row.assumptions = assumptions;
  return row;
}

/// With claims, readers held out, and a world that stands for one ten times as large.
StudyResult judged(const std::string& micro_arm = "many-small") {
  StudyResult study = study_of(10, micro_arm);
  for (GraphFacts& graph : study.graphs) graph.scale = 0.1;
  for (RunRecord& run : study.records) {
    run.group_sessions = {900, 100};
    run.readers = {{900'000, 0}, {90'000, 0}, {50'000 + run.tiers[0].outcomes.actions[Action::like], 0}, {10'000, 0}};
  }
  study.comparison.clear();
  for (std::size_t arm = 0; arm < 3; ++arm) {
    const ArmRuns runs{study.arms[arm], {study.records.data() + study.place(0, arm, 0), 10}};
    for (const auto& rows : {tier_rates(runs, study.tiers), campaign_facts(runs, study.campaigns)})
      study.comparison.insert(study.comparison.end(), rows.begin(), rows.end());
  }
  study.claims = {claim(1, "authenticity earns trust", 0, 0, 0, "not asked", "", ""),
                  claim(2, "smaller followings engage more", 1.2345, 1.2, 1.27, "holds", "one-large",
                        "price.post = 50; population.topics = 16; behaviour.reply = 0.005"),
                  claim(3, "ranking rewards engagement, so reach grows", 0.8, 0.7, 0.89, "reversed", "one-large",
                        "feed.length = 40; population.topics = 16; behaviour.reply = 0.005"),
                  claim(4, "a niche converts", 1.001, 0.98, 1.0201, "no material difference", "one-large",
                        "population.topics = 16; behaviour.reply = 0.005"),
                  claim(5, "many small ones beat one big one per money", 12.3456, 2.5, 61.2, "undecided",
                        micro_arm + " against one-large", "population.topics = 16; behaviour.reply = 0.005")};
  return study;
}

std::size_t times(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

/// Without line breaks and indents.
std::string in_one_line(const std::string& text) {
  std::string flat;
  for (const char c : text)
    if (c == '\n' || c == ' ') {
      if (!flat.empty() && flat.back() != ' ') flat += ' ';
    } else {
      flat += c;
    }
  return flat;
}

}  // namespace

TEST_CASE("claims stand above all else, each with its ratio, its interval and its verdict", "[table][claims]") {
  const std::string text = comparison_table(judged());
  const auto line_with = [&](const std::string& name) {
    for (const std::string& line : lines(text.substr(text.find("Claim"))))
      if (contains(line, name)) return in_one_line(line);
    return std::string("no such line");
  };
  CHECK(line_with("authenticity") == "1 authenticity earns trust - - not asked");
  CHECK(line_with("smaller followings") == "2 smaller followings engage more x 1.234 [1.200, 1.270] holds");
  CHECK(line_with("ranking rewards") == "3 ranking rewards engagement, so reach grows x 0.800 [0.700, 0.890] reversed");
  CHECK(line_with("a niche") == "4 a niche converts x 1.001 [0.980, 1.020] no material difference");
  CHECK(line_with("many small ones") == "5 many small ones beat one big one per money x 12 [2, 61] undecided");
  CHECK(text.find("authenticity") < text.find("Money"));
  CHECK(contains(in_one_line(text),
                 "2: the ratio of claim 2, micro / mega, in one-large; ratios from 0.90 to 1.10 make no material "
                 "difference; judged at 98.3 % (Holm)."));
  CHECK(contains(in_one_line(text), "5: the ratio of claim 5, micro / mega, in many-small against one-large; ratios"));
  CHECK(times(text, "(Holm)") == 4);
}

TEST_CASE("the claims say how many replicates would decide those that are not", "[table][claims]") {
  StudyResult study = judged();
  CHECK_FALSE(contains(comparison_table(study), "would decide"));
  study.claims[4].replicates_needed = 14;
  CHECK(contains(in_one_line(comparison_table(study)),
                 "About 14 replicates would decide claim 5, from the variance seen."));
  study.claims[2].replicates_needed = 2'300;
  CHECK(contains(in_one_line(comparison_table(study)),
                 "About 2 300 replicates would decide claim 3, about 14 claim 5, from the variance seen."));
  study.claims[1].replicates_needed = most_replicates + 1;
  CHECK(contains(in_one_line(comparison_table(study)),
                 "from the variance seen. More than 10 000 would be needed for claim 2."));
  study.claims[2].replicates_needed = study.claims[4].replicates_needed = most_replicates + 1;
  CHECK(contains(
      in_one_line(comparison_table(study)),
      " More than 10 000 replicates would be needed for claim 2 and claim 3 and claim 5, from the variance seen."));
}

TEST_CASE("an interval of one arm is told by its half where both sides show the same, else by its ends", "[table]") {
  StudyResult study = study_of(10);
  const auto set = [&](double estimate, double lower, double upper) {
    for (ComparisonRow& row : study.comparison)
      if (row.against.empty() && row.metric == "engagement per impression")
        row.estimate = estimate, row.lower = lower, row.upper = upper;
    return comparison_table(study);
  };
  CHECK(contains(set(0.08, 0.0795, 0.0805), "0.08000 ±0.00050"));
  CHECK(contains(set(0.08, 0.0796, 0.0806), "0.08000 [0.07960, 0.08060]"));
  CHECK(contains(set(0.08, 0.069999, 0.0900006), "0.080 ±0.010"));  // where they differ is not shown
  CHECK(contains(set(0.08, 0.04, 0.16), "0.080 [0.040, 0.160]"));
  CHECK((contains(set(0.08, missing, missing), "  0.08000  ") && !contains(comparison_table(study), "nan")));
}

TEST_CASE("what is 0 but for rounding is told as 0", "[table]") {
  ComparisonRow row;
  row.metric = "impressions per post";
  row.estimate = -1e-17, row.lower = -3e-17, row.upper = 2e-17;
  CHECK(decimals_of(row) == 0);
  CHECK((with_decimals(row.estimate, decimals_of(row)) == "0" &&
         interval_text(row, decimals_of(row), false) == "[0, 0]"));
  row.upper = 0.001;
  CHECK(interval_text(row, decimals_of(row), false) == "[0.00000, 0.00100]");
}

TEST_CASE("shares and ratios of too few looks are a dash", "[table]") {
  const auto told = [](double estimate, double lower, double upper) {
    ComparisonRow row;
    row.metric = "looks outside the network";
    row.estimate = estimate, row.lower = lower, row.upper = upper;
    return with_interval(row);
  };
  CHECK(told(0.1, 0.00002, 2107) == "-");
  CHECK(told(0, missing, missing) == "-");
  CHECK(told(0.2, 0.06, 0.34) == "0.20 ±0.14");
  CHECK(told(0.2, 0.04, 1.2) == "0.20 [0.04, 1.20]");
  CHECK((ratio_text(0.4, 0.01, 21).ratio == "-" && ratio_text(0.4, 0.01, 21).interval == "-"));
  CHECK(ratio_text(2, 0.4, 21).interval == "[0, 21]");
  CHECK(ratio_text(0.0001, 0.00009, 0.00011).ratio == "x 0.000");  // known to be small
}

TEST_CASE("each assumption stands once: with the claim it feeds, or with all", "[table][claims]") {
  const std::string text = in_one_line(comparison_table(judged()));
  for (const std::string assumption :
       {"price.post = 50", "feed.length = 40", "population.topics = 16", "behaviour.reply = 0.005"}) {
    INFO(assumption);
    CHECK(times(text, assumption) == 1);
  }
  CHECK(contains(text, "All judged here rest on behaviour.reply = 0.005, population.topics = 16."));
  CHECK(text.find("It rests on price.post = 50.") > text.find(" 2: "));
  CHECK(text.find("It rests on price.post = 50.") < text.find(" 3: "));
  CHECK(contains(text, "It rests on feed.length = 40."));
  CHECK(times(text, "It rests on") == 2);
}

TEST_CASE("a study without claims has no block of them", "[table][claims]") {
  const std::string text = comparison_table(study_of(10));
  CHECK_FALSE(contains(text, "verdict"));
  CHECK_FALSE(contains(text, "Holm"));
}

TEST_CASE("tiers have amplification where readers were held out, and missing rates are a dash", "[table]") {
  StudyResult study = judged();
  const std::string text = comparison_table(study);
  CHECK(contains(text, "By tier of the author, in the arm one-large"));  // the arm of claim 2
  CHECK(contains(in_one_line(text),
                 "amplification: impressions of the posts of measure per session of readers that are ranked for, over "
                 "those of readers held out"));
  // Large accounts: 90 000 looks in 900 sessions over 10 000 in 100.
  bool found = false;
  for (const std::string& line : lines(text.substr(text.find("amplification")))) {
    if (!contains(line, "  large")) continue;
    CHECK(contains(line, "1.000 ±0"));
    found = true;
    break;
  }
  CHECK(found);
  CHECK_FALSE(contains(comparison_table(study_of(10)), "amplification"));
  CHECK(contains(text, " -"));  // nobody has posts per follower in these runs
  CHECK_FALSE(contains(text, "nan"));
  CHECK_FALSE(contains(text, "missing"));
}

TEST_CASE("amplification against the shadow stands beside amplification, lined up", "[table]") {
  StudyResult study = judged();
  for (RunRecord& run : study.records) {
    run.ledger.resize(2 * source_count);
    run.ledger[0].ranked = 300, run.ledger[0].shadow = 400;
    run.ledger[source_count].ranked = 500, run.ledger[source_count].shadow = 400;
  }
  study.comparison = tier_rates({study.arms[1], {&study.records[study.place(0, 1, 0)], study.replicates}}, study.tiers);
  const std::vector<std::string> all = lines(comparison_table(study));
  const auto heading =
      std::ranges::find_if(all, [](const std::string& l) { return contains(l, "against the shadow"); });
  REQUIRE(heading != all.end());
  CHECK(contains(*(heading - 1), "amplification"));
  const std::size_t end = heading->find("against the shadow") + std::string("against the shadow").size();
  for (const auto& [line, told] : {std::pair(heading + 1, "0.7500 ±0.0000"), std::pair(heading + 2, "1.250 ±0.000")}) {
    CAPTURE(*line);
    const std::size_t at = line->find(told);
    REQUIRE(at != std::string::npos);
    CHECK(display_width(line->substr(0, at) + told) == display_width(heading->substr(0, end)));
  }
}

namespace {

/// The arms of `judged` without campaigns, with a shadow: of the large tier, looks as many as the number of the arm,
/// from 1, times 100; of the small one 300 in all.
StudyResult shadowed() {
  StudyResult study = judged();
  study.comparison.clear();
  std::vector<ArmRuns> arms;
  for (std::size_t arm = 0; arm < 3; ++arm) {
    for (std::size_t r = 0; r < study.replicates; ++r) {
      RunRecord& run = study.record(0, arm, r);
      run.campaigns.clear(), run.ledger.resize(2 * source_count), run.group_sessions = {1'000, 0};
      run.ledger[0].ranked = 300, run.ledger[0].shadow = 400;
      run.ledger[source_count].ranked = 100 * (arm + 1), run.ledger[source_count].shadow = 400;
    }
    arms.push_back({study.arms[arm], {&study.records[study.place(0, arm, 0)], study.replicates}});
  }
  study.campaigns.clear();
  const auto add = [&](std::vector<ComparisonRow> rows) {
    study.comparison.insert(study.comparison.end(), rows.begin(), rows.end());
  };
  add(contrast(arms[2], arms[0])), add(carried(arms[2], arms[0], study.tiers, 0, 1));
  for (const ArmRuns& arm : arms) add(tier_rates(arm, study.tiers));
  return study;
}

}  // namespace

TEST_CASE("amplification and looks per session stand arm by arm and tier by tier where there is a shadow", "[table]") {
  const std::string text = comparison_table(shadowed());
  const std::vector<std::string> all = lines(text);
  const auto below = [&](std::string_view heading) {
    const auto found = std::ranges::find(all, heading);
    REQUIRE(all.end() - found > 4);
    return std::vector<std::string>(found + 1, found + 5);
  };
  CHECK(below("Amplification against the shadow, by arm and tier of the author") ==
        std::vector<std::string>{
            "                       small           large", "  control     0.7500 ±0.0000  0.2500 ±0.0000",
            "  one-large   0.7500 ±0.0000  0.5000 ±0.0000", "  many-small  0.7500 ±0.0000  0.7500 ±0.0000"});
  CHECK(contains(below("Looks per session, by arm and tier of the author")[3], "0.3000 ±0.0000  0.3000 ±0.0000"));
  CHECK_FALSE(contains(text, "Looks outside the network, by arm"));  // nobody discovers anything
  const auto line = std::ranges::find_if(
      all, [](const std::string& it) { return it.starts_with("  looks per session, small over"); });
  REQUIRE(line != all.end());
  CHECK(contains(*line, "x 0.3333"));  // 300 / 300 over 300 / 100
  CHECK(contains(text, "  looks per session: impressions of the posts of measure by readers that are ranked for"));
  CHECK_FALSE(contains(comparison_table(judged()), "by arm and tier"));
  StudyResult asked = shadowed();  // without its contrasts
  CHECK_FALSE(contains(compare_arms(asked, "many-small", "control"), "small over large"));
  asked.scenario_understood = "[claims]\nmicro = \"small\"\nmega = \"large\"\n";
  CHECK(contains(compare_arms(asked, "many-small", "control"), "\n" + *line + "\n"));
}

TEST_CASE("a sweep tells of each contrast what it does to looks per session, a line a point", "[table]") {
  StudyResult study = shadowed();
  study.swept = {{.key = "population.posts", .units = "", .long_name = "", .numbers = {1, 4}}};
  study.points = {"population.posts=1", "population.posts=4"};
  std::vector<ComparisonRow> second = study.comparison;
  for (ComparisonRow& row : second) {
    row.point = 1;
    if (row.metric == "looks per session, large" && !row.against.empty())
      row.estimate = 2, row.lower = 1, row.upper = 4;
  }
  study.comparison.insert(study.comparison.end(), second.begin(), second.end());
  const std::vector<std::string> all = lines(comparison_table(study));
  const auto heading = std::ranges::find(all, "many-small against control: looks per session (ratio of means)");
  REQUIRE(all.end() - heading > 3);
  for (const std::string name : {"population.posts", "small", "large", "small over large"})
    CHECK(contains(heading[1], name));
  CHECK(contains(heading[2], "x 3.000 [3.000, 3.000]"));
  CHECK(contains(heading[3], "x 2.0 [1.0, 4.0]"));
}

TEST_CASE("looks by position are shares of a tier's looks, and engagement per look", "[table]") {
  StudyResult study = study_of(2);
  CHECK_FALSE(has_positions(study));
  for (RunRecord& run : study.records) run.positions.resize(2 * 2 * positions_from.size());
  for (std::size_t r = 0; r < 2; ++r) {  // of the tier "small" 30 looks at the top and 10 at 6 to 10
    std::vector<PositionRow>& rows = study.record(0, 1, r).positions;
    rows[0].impressions = 10 + 10 * r, rows[0].actions[Action::like] = 3;
    rows[4].impressions = 5, rows[4].actions[Action::reply] = 1, rows[4].actions[Action::click] = 5;
  }
  REQUIRE(has_positions(study));
  const std::string text = positions_table(study, {"one-large"});
  CHECK(contains(text, "in the arm one-large: readers that are ranked for"));
  CHECK_FALSE(contains(text, "held out"));  // they looked at nothing
  const auto told = [&](const std::string& heading) {
    const std::vector<std::string> all = lines(text);
    const auto at = std::ranges::find_if(all, [&](const std::string& line) { return contains(line, heading); });
    REQUIRE(at != all.end());
    CHECK(in_one_line(*at).find("all 1 2 3 4-5 6-10 11-20 21-50 51 on") != std::string::npos);
    return in_one_line(*(at + 1)) + "; " + in_one_line(*(at + 2));
  };
  CHECK(told("Share of looks") == "small 40 75.0 0.0 0.0 0.0 25.0 0.0 0.0 0.0; large 0 - - - - - - - -");
  CHECK(told("Engagement per look") == "small 0.2000 0.2000 - - - 0.2000 - - -; large - - - - - - - - -");
  CHECK_THROWS_AS(positions_table(study, {"nobody"}), BadRequest);
}

TEST_CASE("the accounts of a tier are counted over all replicates of the arm", "[table]") {
  // Graphs drawn anew: the first has nobody in the upper tier, the others one and three.
  StudyResult study = study_of(3);
  const auto put = [&](std::uint64_t first, std::uint64_t second, std::uint64_t third, std::uint32_t draws) {
    for (std::size_t arm = 0; arm < 3; ++arm)
      for (std::uint32_t r = 0; r < 3; ++r) {
        RunRecord& run = study.record(0, arm, r);
        run.draws = draws;
        run.tiers[1].accounts = draws * (r == 0 ? first : r == 1 ? second : third);
        run.tiers[0].accounts = draws * 200'000 - run.tiers[1].accounts;
      }
    for (const std::string& line : lines(comparison_table(study)))
      if (line.starts_with("  large") && contains(line, "5 000 ")) return line;
    return std::string();
  };
  CHECK(contains(put(0, 1, 3, 1), " 1.3 "));
  CHECK(contains(put(0, 1, 2, 1), " 1 "));
  CHECK(contains(put(0, 1, 3, 4), " 1.3 "));
  CHECK(contains(put(40, 41, 41, 1), " 41 "));
}

TEST_CASE("a world that stands for another says so, and what is small is judged in that one", "[table]") {
  StudyResult study = judged();
  const std::string text = in_one_line(comparison_table(study));
  CHECK(contains(
      text, "it stands for 2 000 000 users: follower counts, fees and budgets are 0.1 of those that it stands for"));
  CHECK(contains(text, "fewer than the 100 000 that stand for the 1 000 000 of a mega-influencer"));
  for (GraphFacts& graph : study.graphs) graph.scale = 1. / 128;
  CHECK_FALSE(contains(in_one_line(comparison_table(study)), "of a mega-influencer"));  // 10 000 for 1 280 000
  CHECK(contains(in_one_line(comparison_table(study)),
                 "it stands for 25 600 000 users: follower counts, fees and budgets are 0.007812 of those"));
  CHECK_FALSE(contains(comparison_table(study_of(10)), "stands for"));
}

TEST_CASE("names of 64 characters everywhere leave the page at 100 columns", "[table]") {
  const std::string tail = "-of-a-name-that-somebody-gave-to-be-quite-clear-about-it";  // 56 characters
  StudyResult study = judged("micro---" + tail);
  study.arms[1] = "mega----" + tail;
  study.campaigns = {"a-large-" + tail, "a-small-" + tail};
  const std::vector<std::string> tiers{"smaller-" + tail, "larger--" + tail};
  for (ComparisonRow& row : study.comparison)
    for (std::size_t i = 0; i < 2; ++i) {
      if (row.contrast == "posts of tier " + study.tiers[i]) row.contrast = "posts of tier " + tiers[i];
      if (row.contrast == "accounts of campaign " + std::string(i == 0 ? "large" : "small"))
        row.contrast = "accounts of campaign " + study.campaigns[i];
      if (row.arm == "one-large") row.arm = study.arms[1];
    }
  study.tiers = tiers;
  for (ClaimRow& row : study.claims) {
    row.lower *= 0.99999, row.upper *= 1.00001;
    if (row.arm == "one-large") row.arm = study.arms[1];
  }
  study.claims[4].arm = study.arms[2] + " against " + study.arms[1];
  for (RunRecord& run : study.records)
    for (CampaignRow& campaign : run.campaigns) campaign.budget *= 10'000, campaign.spent *= 10'000;
  const std::string text = comparison_table(study);
  for (const std::string part :
       {"By tier of the author", "By itself", "Claim", "Money", "accounts of", "a-large", "smaller"}) {
    INFO(part);
    CHECK(contains(text, part));
  }
  for (const std::string& line : lines(text)) {
    INFO(line);
    CHECK(display_width(line) <= 100);
  }
}

TEST_CASE("names are shown whole where the page has room for them", "[table]") {
  StudyResult study = judged("many-small-accounts-of-a-niche");
  const std::string text = comparison_table(study);
  CHECK(contains(text, "  many-small-accounts-of-a-niche\n"));
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
