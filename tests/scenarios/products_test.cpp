#include <cmath>
#include <string>
#include <vector>

#include "scenarios/reader/read_scenario.hpp"
#include "scenarios/result/result.hpp"
#include "scenarios/result/table.hpp"
#include "scenarios/study/study.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/scenario_files.hpp"

// Products in whole studies: claims 4 and 5, what the file says of conversions, and mistakes in [[product]].
namespace grapevine {
namespace {

using namespace test;
using Lines = std::vector<std::string>;

const std::string selling = R"(format = 1
seed = 5
replicates = 4
[time]
tick = "1h"
warmup = "1d"
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
click = 0.1
[[product]]
name = "tent"
topic = 2
rate = 0.02
affinity = 2
look = 3
click = 20
half_life = "12h"
[[campaign]]
name = "many"
product = "tent"
followers = [10, 40]
count = 20
margin = 30
every = "2h"
slot = "4h"
[[campaign]]
name = "one"
product = "tent"
accounts = "largest"
count = 2
every = "2h"
slot = "4h"
[[arm]]
name = "control"
[[arm]]
name = "many"
pays = ["many"]
draws = 3
[[arm]]
name = "one"
pays = ["one"]
[[arm]]
name = "same"
pays = ["one"]
[[contrast]]
arm = "many"
against = "control"
[[contrast]]
arm = "many"
against = "one"
[claims]
micro_arm = "many"
mega_arm = "one"
micro = "small"
mega = "large"
)";

Scenario selling_study(const std::vector<std::string>& overrides = {}) {
  const Folder folder;
  return read_scenario(folder.write("study.toml", selling), overrides);
}

double mean_over(const StudyResult& study, const std::string& arm, double (*of)(const RunRecord&)) {
  const auto a = static_cast<std::size_t>(std::ranges::find(study.arms, arm) - study.arms.begin());
  double sum = 0;
  for (std::size_t r = 0; r < study.replicates; ++r) sum += of(study.record(0, a, r)) / study.record(0, a, r).draws;
  return sum / study.replicates;
}
double expected(const RunRecord& run) { return run.products[0].expected_incremental; }
double impressions(const RunRecord& run) { return static_cast<double>(run.products[0].looks); }
double spent(const RunRecord& run) {
  return static_cast<double>(run.campaigns[0].spent + run.campaigns[1].spent) / micro_per_unit;
}

TEST_CASE("claims 4 and 5 are ratios of incremental conversions, per impression and per money", "[scenarios][claims]") {
  const StudyResult study = run_study(selling_study());
  REQUIRE(study.claims.size() == 5);
  const ClaimRow &niche = study.claims[3], &money = study.claims[4];
  const auto ratio = [&](double (*per)(const RunRecord&)) {
    return mean_over(study, "many", expected) / mean_over(study, "many", per) /
           (mean_over(study, "one", expected) / mean_over(study, "one", per));
  };
  CHECK(niche.estimate == Approx(ratio(impressions)).epsilon(1e-12));
  CHECK(money.estimate == Approx(ratio(spent)).epsilon(1e-12));
  CHECK(money.contrast == "incremental conversions per money, micro arm / mega arm");
  CHECK(niche.lower < niche.estimate);
  CHECK(niche.assumptions.find("product.tent.affinity = 2") != std::string::npos);
  CHECK(niche.assumptions.find("credit") == std::string::npos);                  // it moves what is attributed
  for (const char* key : {"campaign.many.every = ", "campaign.one.every = "}) {  // of both arms, told once
    CAPTURE(key);
    CHECK(niche.assumptions.find(key) != std::string::npos);
    CHECK(niche.assumptions.find(key) == niche.assumptions.rfind(key));
    CHECK(money.assumptions.find(key) != std::string::npos);
    CHECK(study.claims[1].assumptions.find(key) == std::string::npos);
  }

  const std::string table = comparison_table(study);
  for (const char* words :
       {"Product", "tent", "incremental conversions per money", "money per incremental conversion", "return per money"})
    CHECK(table.find(words) != std::string::npos);
}

TEST_CASE("what sells nothing does not dilute claim 4", "[scenarios][claims]") {
  std::string text = selling;
  text.insert(text.find("[[arm]]"),
              "[[campaign]]\nname = \"cup\"\nfollowers = [10, 40]\ncount = 20\nevery = \"2h\"\nslot = \"4h\"\n");
  const Folder folder;
  const auto file = folder.write("study.toml", text);
  const auto claim = [&](const std::vector<std::string>& overrides) {
    return run_study(read_scenario(file, overrides)).claims[3].estimate;
  };
  const double alone = claim({}), beside = claim({"arm.many.pays=[\"many\", \"cup\"]"});
  CHECK(beside == Approx(alone).epsilon(0.1));  // cup's posts take some looks from those of many
}

TEST_CASE("arms that pay alike have claims of exactly 1", "[scenarios][claims][invariance]") {
  const StudyResult study = run_study(selling_study({"claims.micro_arm=\"same\""}));
  for (const std::size_t claim : {3, 4}) {
    CHECK(study.claims[claim].estimate == 1);
    CHECK((study.claims[claim].lower == 1 && study.claims[claim].upper == 1));
    CHECK(study.claims[claim].verdict == "no material difference");
  }
}

TEST_CASE("where looks sell nothing claim 4 is not asked and claim 5 is judged by engagement", "[scenarios][claims]") {
  const StudyResult study = run_study(selling_study({"product.tent.look=0", "product.tent.click=0"}));
  CHECK(study.claims[3].verdict == "not asked");
  CHECK(study.claims[4].contrast == "campaign engagement per money, micro arm / mega arm");
  CHECK(study.record(0, 0, 0).products[0].conversions > 0);
}

TEST_CASE("accounts and campaigns share what their product's conversions are", "[scenarios][conservation]") {
  const StudyResult study = run_study(selling_study());
  for (const RunRecord& run : study.records) {
    double of_campaigns = 0, of_accounts = 0;
    for (const CampaignRow& row : run.campaigns) of_campaigns += row.sales.expected_incremental;
    for (const InfluencerRow& row : run.influencers) of_accounts += row.sales.expected_incremental;
    // Shares of each reader and account are rounded to 2^-36.
    const double rounding = 0x1p-36 * static_cast<double>(run.products[0].looks + 1);
    CHECK(std::abs(of_campaigns - run.products[0].expected_incremental) <= rounding);
    CHECK(std::abs(of_accounts - of_campaigns) <= rounding);
    CHECK(run.products[0].conversions == run.products[0].unprompted + run.products[0].incremental);
  }
}

TEST_CASE("mistakes in products are told where they are", "[scenarios][keys]") {
  const auto with = [](const std::string& from, const std::string& to) {
    std::string text = selling;
    text.replace(text.find(from), from.size(), to);
    return refusal_of_text(text);
  };
  CHECK(with("product = \"tent\"\nfollowers", "product = \"tend\"\nfollowers") ==
        Lines{"study.toml:31:11: campaign.many.product names \"tend\", and there is no product of that name; expected "
              "\"tent\"; did you mean \"tent\"?"});
  CHECK(with("topic = 2", "topic = 16") ==
        Lines{"study.toml:23:9: product.tent.topic is 16; expected 0 to 15, as population.topics is 16"});
  CHECK(with("topic = 2\n", "") ==
        Lines{"study.toml:24:1: product.tent.affinity has no effect here; it needs topic; remove it"});
  CHECK(with("name = \"tent\"", "nam = \"tent\"").size() > 1);
  CHECK(with("product = \"tent\"\naccounts", "accounts") ==
        Lines{"study.toml:62:13: claims.micro_arm, \"many\", sells \"tent\", and claims.mega_arm, \"one\", nothing; "
              "expected the same, for claims 4 and 5 hold what they sell against each other; give their campaigns the "
              "same product"});
  std::string unsold = selling;
  for (std::size_t at; (at = unsold.find("product = \"tent\"\n")) != std::string::npos;) unsold.erase(at, 17);
  CHECK(
      refusal_of_text(unsold) ==
      Lines{"study.toml:21:1: no campaign sells a product; expected a [[campaign]] with product = \"tent\"; add it, or "
            "remove the products"});
}

}  // namespace
}  // namespace grapevine
