#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "scenarios/keys/keys.hpp"
#include "scenarios/reader/read_scenario.hpp"
#include "scenarios/result/result.hpp"
#include "scenarios/study/study.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/key_settings.hpp"
#include "tests/scenarios/scenario_files.hpp"

// A key that is read, printed and acts on nothing is a lie. For every key of scope world or run there is a small study
// in which another value gives other events; no output key has one.
using namespace grapevine;
using namespace grapevine::test;

namespace {

/// A lively study in which much happens within minutes.
const Names lively{"population.sessions=6",  "population.posts=8", "population.patience=5", "behaviour.like=0.3",
                   "behaviour.reshare=0.15", "feed.window=\"6h\"", "time.warmup=\"6h\"",    "time.measure=\"12h\"",
                   "time.followup=\"6h\"",   "replicates=1"};
/// Under a classic model there are neither sessions nor hours.
const Names contagious{"diffusion.cascades=300", "replicates=1"};
const Names soon{"campaign.c.every=\"1h\"", "campaign.c.slot=\"2h\""};

/// What a key needs beside `Setting::around` for its value to be seen in events: other surroundings, and further
/// overrides.
struct Beside {
  std::string around;
  Names overrides;
};
const std::string learning =
    "feed.ranking = \"weighted\"\nfeed.prior_strength = {like = 20, reply = 20, reshare = 20, click = 20, "
    "profile_visit = 20, follow = 20, hide = 20, "
    "report = 20}\n";
const std::string three_tiers = "tiers.names = [\"a\", \"b\"]\ntiers.from = [0, 10]\n";
const std::map<std::string, Beside> beside{
    {"redraw", {"", {"replicates=2"}}},
    {"graph.comments", {"graph.file = \"tags.txt\"\n", {}}},
    {"graph.chances",
     {"graph.file = \"follows.csv\"\ngraph.chances = \"p\"\n" + cascade, {"diffusion.probability=\"column\""}}},
    {"feed.window", {"", {"time.warmup=\"12h\"", "time.followup=\"12h\""}}},
    {"answers.per_day", {"", {"behaviour.reply=0.4"}}},
    {"answers.spread", {"", {"behaviour.reply=0.4"}}},
    {"answers.patience", {"", {"behaviour.reply=0.4"}}},
    {"trust.effect", {"", {"behaviour.reply=0.4"}}},
    {"trust.start", {"", {"behaviour.reply=0.4"}}},
    {"trust.stranger", {"", {"behaviour.reply=0.4"}}},
    {"trust.answered", {"", {"behaviour.reply=0.4"}}},
    {"trust.bystander", {"", {"behaviour.reply=0.4"}}},
    {"trust.half_life", {"", {"behaviour.reply=0.4"}}},
    {"trust.sponsored", {answering + campaign_table, {"behaviour.reply=0.4", "campaign.c.count=20"}}},
    {"sponsorship.reaction", {campaign_table, {"campaign.c.count=20"}}},
    {"behaviour.credibility", {"", {"population.focus=0.5"}}},
    {"behaviour.exposures", {"", {"behaviour.reshare=0.3"}}},
    {"campaign.c.every",
     {campaign_table,
      {"campaign.c.count=20", "campaign.c.slots=4", "campaign.c.every=\"2h\"", "campaign.c.slot=\"0\""}}},
    {"campaign.c.slots", {campaign_table, {"campaign.c.count=20", "campaign.c.every=\"2h\"", "campaign.c.slot=\"0\""}}},
    {"tiers.from", {three_tiers + campaign_table + "tier = \"b\"\naccounts = \"price\"\n", {}}},
    {"graph.stands_for", {three_tiers + campaign_table + "tier = \"b\"\naccounts = \"price\"\n", {}}},
    {"feed.length", {"", {"feed.length=40", "population.posts=60", "population.patience=100"}}},
    {"feed.verified_outside", {"", {"discovery.share=0.3"}}},
    {"feed.creator_outside", {"", {"discovery.share=0.3"}}},
    {"feed.preset", {learning, {}}},
    {"feed.weights.good_click", {learning, {}}},
    {"feed.weights.good_profile_visit", {learning, {"behaviour.profile_visit=0.3"}}},
    {"feed.weights.mutual_reply", {learning, {"behaviour.reply=0.4"}}},
    {"feed.rules.out_of_network", {"", {"discovery.share=0.3"}}},
    {"feed.rules.diversity", {"", {"population.posts=60", "population.patience=40"}}},
    {"feed.rules.diversity_floor", {"", {"population.posts=60", "population.patience=40"}}},
    {"feed.rules.negative_scale",
     {learning,
      {"behaviour.hide=0.1", "feed.weights.hide=-2", "feed.rules.age_middle=\"3h\"", "feed.rules.age_slope=0.1"}}},
    {"feed.rules.lift_to",
     {"feed.ranking = \"weighted\"\nfeed.rules.reposts = 1\nfeed.rules.lift_followers = 20\n", {}}},
    {"feed.rules.age_floor", {learning + "feed.rules.age_middle = \"3h\"\n", {"feed.rules.age_slope=0.1"}}},
    {"feed.rules.most_outside", {"", {"discovery.share=0.3"}}},
    {"population.interest_skew", {"", {"behaviour.topic_match=3"}}},
    {"population.shared_interest", {platform_world, {"behaviour.topic_match=3"}}},
    {"feed.weights.like", {learning, {}}},
    {"feed.weights.reply", {learning, {}}},
    {"feed.weights.reshare", {learning, {}}},
    {"feed.weights.click", {learning, {}}},
    {"feed.weights.answered", {"", {"behaviour.reply=0.4"}}},
    {"feed.prior_strength.answered", {"", {"behaviour.reply=0.4"}}},
    {"feed.prior.like", {learning, {"feed.prior.like=0.9"}}},
    {"feed.prior.reply", {learning, {}}},
    {"feed.prior.reshare", {learning, {}}},
    {"feed.prior.click", {learning, {"feed.weights.click=5"}}},
    {"feed.prior_strength.click", {"feed.ranking = \"weighted\"\n", {"feed.weights.click=5"}}},
    {"feed.prior_strength.reshare", {"[[campaign]]\nname = \"c\"\ncount = 5\naccounts = \"engagement\"\n", {}}},
    {"feed.weights.profile_visit", {learning, {"behaviour.profile_visit=0.3"}}},
    {"feed.prior.profile_visit", {learning, {"behaviour.profile_visit=0.2", "feed.weights.profile_visit=5"}}},
    {"feed.prior_strength.profile_visit",
     {"feed.ranking = \"weighted\"\n", {"behaviour.profile_visit=0.3", "feed.weights.profile_visit=5"}}},
    {"feed.weights.follow", {learning, {"behaviour.follow=0.3", "feed.prior.follow=0.1"}}},
    {"feed.prior.follow", {learning, {"behaviour.follow=0.3", "feed.weights.follow=5", "feed.prior.follow=0.1"}}},
    {"feed.prior_strength.follow",
     {"feed.ranking = \"weighted\"\n", {"behaviour.follow=0.3", "feed.weights.follow=5", "feed.prior.follow=0.1"}}},
    {"feed.weights.hide", {learning, {"behaviour.hide=0.3"}}},
    {"feed.prior.hide", {learning, {"behaviour.hide=0.2", "feed.weights.hide=5"}}},
    {"feed.prior_strength.hide", {"feed.ranking = \"weighted\"\n", {"behaviour.hide=0.3", "feed.weights.hide=5"}}},
    {"feed.weights.report", {learning, {"behaviour.report=0.3"}}},
    {"feed.prior.report", {learning, {"behaviour.report=0.2", "feed.weights.report=5"}}},
    {"feed.prior_strength.report",
     {"feed.ranking = \"weighted\"\n", {"behaviour.report=0.3", "feed.weights.report=5"}}},
    {"unfollow.crowded", {"unfollow.probability = 0.5\n", {"unfollow.crowded=1000"}}},
    {"feed.holdout", {"feed.ranking = \"random\"\n", {}}},
    {"price.post", {campaign_table + "budget = 8\n", {"campaign.c.count=50"}}},
    {"price.follower", {campaign_table + "budget = 8\n", {"campaign.c.count=50"}}},
    {"price.exponent", {campaign_table + "budget = 8\n", {"campaign.c.count=50"}}},
    {"price.engagement",
     {campaign_table + "budget = 8\n",
      {"campaign.c.count=50", "campaign.c.budget=80", "price.follower=0.5", "population.quality_spread=1"}}},
    {"price.card", {two_tiers + campaign_table + "budget = 8\n", {"campaign.c.count=50"}}},
    {"price.manage", {campaign_table + "budget = 8\n", {"campaign.c.count=50"}}},
    {"campaign.c.answer_after", {campaign_table, {"campaign.c.count=20"}}},
    {"price.spread", {campaign_table + "accounts = \"price\"\n", {"campaign.c.count=20"}}},
    {"campaign.c.budget", {campaign_table, {"campaign.c.count=50", "campaign.c.budget=3"}}},
    {"campaign.c.acceptance", {campaign_table, {"campaign.c.count=20"}}},
    {"campaign.c.followers", {campaign_table, {"campaign.c.followers=[50, 1000]"}}},
    {"campaign.c.member",
     {platform_world + "[[plant]]\nname = \"p\"\nfollowers = [50, 60]\naccounts = 5\nnested = true\n" + campaign_table +
          "plant = \"p\"\n",
      {"campaign.c.member=1"}}},
    {"campaign.c.budget_of",
     {"[[campaign]]\nname = \"c\"\n[[campaign]]\nname = \"b\"\ncount = 2\nevery = \"1h\"\nslot = \"2h\"\n",
      {"campaign.c.count=50"}}},
    {"campaign.c.budget_share",
     {"[[campaign]]\nname = \"c\"\nbudget_of = \"b\"\n[[campaign]]\nname = \"b\"\ncount = 20\nevery = \"1h\"\nslot = "
      "\"2h\"\n",
      {"campaign.c.count=50"}}},
    {"campaign.c.promotion", {campaign_table, {"campaign.c.promotion=0", "campaign.c.promotion_time=\"6h\""}}},
    {"campaign.c.promotion_price", {"", {"campaign.c.promotion_time=\"6h\""}}},
    {"campaign.c.promotion_time", {"", {"campaign.c.promotion_time=\"6h\""}}},
    {"campaign.c.promotion_audience", {"", {"campaign.c.promotion_time=\"6h\""}}},
    {"campaign.c.promotion_topics", {"", {"campaign.c.promotion_time=\"6h\""}}},
    {"campaign.c.promotion_place", {"", {"campaign.c.promotion_time=\"6h\""}}},
    {"campaign.c.promotion_cap", {"", {"campaign.c.promotion_time=\"6h\"", "campaign.c.posts=4"}}},
    {"campaign.c.posts", {campaign_table, {"campaign.c.slots=5"}}},
    {"campaign.c.tier", {two_tiers + campaign_table, {"campaign.c.tier=\"a\""}}},
    {"campaign.c.epsilon",
     {"[[campaign]]\nname = \"c\"\ncount = 5\naccounts = \"influence\"\n",
      {"diffusion.chance=0.02", "campaign.c.epsilon=0.6"}}},
    {"campaign.c.runs",
     {"[[campaign]]\nname = \"c\"\ncount = 5\naccounts = \"lazy-greedy\"\n",
      {"diffusion.chance=0.02", "campaign.c.runs=1"}}},
};

/// Keys without events of their own, and why.
const std::map<std::string, std::string> without_events{
    {"format", "has one value"},
    {"graph.format", "tells how a file is read that is told apart by itself"},
    {"graph.separator", "tells how a file is read; another one is refused"},
    {"graph.attributes", "numbers that graph files and mechanisms from outside read"},
    {"plant.p.name", "a name"},
    {"campaign.c.name", "chance belongs to it, and whoever pays must name it"},
    {"arm.x.name", "a name"},
    {"tiers.names", "names"},
    {"campaign.c.product", "a name, for tables"},
    {"product.p.name", "chance belongs to it, and whoever sells it must name it"},
    {"product.p.topic", "moves who buys, as all of [[product]]: tests/sim/conversions_test.cpp"},
    {"product.p.rate", "moves who buys"},
    {"product.p.affinity", "moves who buys"},
    {"product.p.look", "moves who buys"},
    {"product.p.click", "moves who buys"},
    {"product.p.half_life", "moves who buys"},
    {"product.p.credit", "moves what is attributed"},
    {"campaign.c.margin", "what a sale earns: for tables"},
    {"diffusion.large", "tells from where shapes are counted"},
    {"diffusion.trees_from", "tells which trees are kept"},
};

/// Values where those of `settings` would not do.
const std::map<std::string, std::string> values{{"time.tick", "\"30min\""}, {"graph.chances", "\"q\""},
                                                {"behaviour.like", "0.6"},  {"feed.author_strength", "20"},
                                                {"price.spread", "1"},      {"graph.accounts", "\"accounts.csv\""}};

/// What happened in every run, as hashes.
std::vector<std::uint64_t> events_of(const Scenario& scenario) {
  std::vector<std::uint64_t> events;
  for (const RunRecord& record : run_study(scenario).records) events.push_back(record.event_hash);
  return events;
}

const Key* key_of(const std::string& address) {
  const std::string dotted = in_table(address);
  const std::size_t dot = dotted.rfind('.');
  return dot == std::string::npos ? find_key("", dotted) : find_key(dotted.substr(0, dot), dotted.substr(dot + 1));
}

bool names_campaign(const std::string& around) {
  return around.find("[[campaign]]\nname = \"c\"") != std::string::npos && around.find("pays") == std::string::npos;
}
bool is_classic(const std::string& text) { return text.find("diffusion.model") != std::string::npos; }

}  // namespace

TEST_CASE("every key of a world or a run acts on what happens, and no output key does", "[scenarios][keys][wired]") {
  const Folder folder;
  std::string follows = "follower,followed,p,q,fan,star\n", other = follows, accounts = "id,score\n",
              degrees = "followers,followees\n", more_degrees = degrees;
  for (int u = 0; u < 300; ++u)
    for (int k = 1; k <= 6; ++k) {
      follows += fmt::format("{},{},0.{},0.{},{},{}\n", u, (u + 7 * k * k) % 300, k, 7 - k, (u + k) % 300, u);
      other += fmt::format("{},{},0.{},0.{},{},{}\n", u, (u + 11 * k) % 300, k, 7 - k, u, (u + k) % 300);
    }
  for (int u = 0; u < 320; ++u) accounts += fmt::format("{},{}\n", u, u % 7);  // twenty whom nobody follows
  for (int u = 0; u < 1'000; ++u) degrees += "3,3\n", more_degrees += u % 2 ? "4,3\n" : "2,3\n";
  std::string tags;
  for (int u = 0; u < 300; ++u)
    for (int k = 1; k <= 6; ++k) tags += fmt::format("{}{} {}\n", u % 2 ? "" : "#", u, (u + 7 * k * k) % 300);
  folder.write("tags.txt", tags);
  folder.write("follows.csv", follows);
  folder.write("other.csv", other);
  folder.write("accounts.csv", accounts);
  folder.write("degrees.csv", degrees);
  folder.write("other-degrees.csv", more_degrees);
  for (const Setting& setting : settings) {
    const auto special = beside.find(setting.key);
    const std::string around =
        special != beside.end() && !special->second.around.empty() ? special->second.around : setting.around;
    const bool classic = is_classic(around) || setting.key == "diffusion.model";
    Names overrides = classic && setting.key != "diffusion.model" ? contagious
                      : setting.key == "diffusion.model"          ? Names{"replicates=1"}
                                                                  : lively;
    if (around.find("name = \"c\"") != std::string::npos) overrides.insert(overrides.end(), soon.begin(), soon.end());
    if (names_campaign(around) && setting.key != "pays") overrides.push_back("pays=[\"c\"]");
    if (special != beside.end())
      overrides.insert(overrides.end(), special->second.overrides.begin(), special->second.overrides.end());
    CAPTURE(setting.key, around, overrides);
    std::string value = values.count(setting.key) ? values.at(setting.key) : setting.value;
    if (in_table(setting.key).rfind("graph.", 0) == 0 && value.find(".csv") != std::string::npos)
      value.insert(1, folder.path().string() + "/");
    const Key* key = key_of(setting.key);
    REQUIRE(key != nullptr);
    const auto file = folder.write("study.toml", study_with(around));
    bool acts = false;
    try {
      const std::vector<std::uint64_t> one = events_of(read_scenario(file, overrides));
      overrides.push_back(setting.key + "=" + value);
      acts = one != events_of(read_scenario(file, overrides));
    } catch (const BadRequest& error) {
      if (without_events.count(setting.key) == 0) FAIL_CHECK(error.what());
    }
    CHECK(acts == (key->scope != Scope::output && without_events.count(setting.key) == 0));
  }
}

TEST_CASE("small studies have the digests that they have on other machines", "[scenarios][digest]") {
  // Change with the scenario, the model or the schema only; the commit that changes one says why.
  const std::map<std::string, std::string> pinned{{"every-mechanism.toml", "d43e33b77806cb126655578c5ef37ed3"},
                                                  {"classic-models.toml", "d78c39696e684c89b770d04501e61548"},
                                                  {"platform-world.toml", "d92c5c91fa7bf902b3c05c426f1b4df5"},
                                                  {"published-rankings.toml", "30321b542c790cdd7894c9be3961be01"}};
  const Folder folder;
  for (const auto& [name, digest] : pinned) {
    CAPTURE(name);
    write_result(folder.path() / "study.h5",
                 run_study(read_scenario(std::filesystem::path(GRAPEVINE_SOURCE) / "tests/scenarios" / name)));
    CHECK(digests(folder.path() / "study.h5").total == digest);
  }
}
