#include "scenarios/keys/presets.hpp"

#include <array>
#include <set>

#include "scenarios/commands/program.hpp"
#include "scenarios/keys/keys.hpp"
#include "scenarios/reader/read_scenario.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/scenario_files.hpp"
#include "tests/scenarios/shell.hpp"

// Rankings that were published set keys where the scenario does not.
namespace grapevine {
namespace {

using test::contains;

const std::string study = R"(format = 1
seed = 3
replicates = 1
graph.users = 1_000
behaviour = {profile_visit = 0.003, follow = 0.009, hide = 0.0005, report = 0.0001}
)";

FeedParameters feed_of(const std::string& more) { return test::scenario_of(study + more).run.feed; }

/// The messages about a study, or "".
std::string mistakes_in(const std::string& text) {
  try {
    (void)test::scenario_of(text);
  } catch (const BadRequest& error) {
    return error.what();
  }
  return "";
}

constexpr auto act = [](Action action) { return static_cast<std::size_t>(action); };

TEST_CASE("a published ranking sets the published numbers", "[scenarios][presets]") {
  const FeedParameters of_2023 = feed_of("feed.ranking = \"x-2023-04\"\n");
  CHECK(of_2023.form() == Ranking::weighted);
  CHECK(of_2023.weights == PerAction{0.5, 13.5, 1.0, 0, 0, 0, -74, -369});
  CHECK((of_2023.answered_weight == 75 && of_2023.good_visit_weight == 12 && of_2023.good_click_weight == 11));
  CHECK((of_2023.verified == 4 && of_2023.verified_outside == 2 && of_2023.rules.out_of_network == 1));
  CHECK((of_2023.creator == 1.1 && of_2023.creator_outside == 1.3));
  CHECK((of_2023.rules.diversity == 0.5 && of_2023.rules.diversity_floor == 0.25));
  CHECK((of_2023.rules.age_middle == 36 && of_2023.rules.age_slope == 0.003 && of_2023.rules.age_floor == 0.6));
  CHECK((of_2023.rules.most_in_network == 60 && of_2023.rules.most_outside == 60 && of_2023.length == 120));
  CHECK(test::scenario_of(study + "feed.ranking = \"x-2023-04\"\n").run.discovery.share == 0.5);

  const FeedParameters of_2026 = feed_of("feed.ranking = \"x-2026-08\"\n");
  CHECK(of_2026.weights == PerAction{0.5, 5.0, 1.0, 0.4, 0, 4.0, -43.2, -234});
  CHECK((of_2026.mutual_reply_weight == 15 && of_2026.answered_weight == 0 && of_2026.verified == 1));
  CHECK((of_2026.rules.out_of_network == 0.75 && of_2026.rules.reposts == 0.75 && !of_2026.rules.ages()));
  CHECK((of_2026.rules.lift_to == 15 && of_2026.rules.lift_followers == 1'000));
  CHECK((of_2026.memory == FeedMemory::window && of_2026.length == 50 && of_2026.rules.lift_impressions == 1'000));
  // Follows are not learned: a rate per look would tell how many strangers, who alone can follow, looked.
  CHECK((of_2026.prior[act(Action::follow)] == 0.009125 && of_2026.prior_strength[act(Action::follow)] == 1e9));
}

TEST_CASE("simsom sets what agents do and what feeds hold, and the scenario who acts how often",
          "[scenarios][presets]") {
  const Scenario s = test::scenario_of(study + R"(feed.ranking = "simsom"
[[arm]]
name = "long"
feed.queue = 64
feed.simsom.form = "sum"
[[arm]]
name = "plain"
feed.ranking = "chronological"
)");
  const RunParameters& run = s.run;
  CHECK((run.feed.memory == FeedMemory::queue && run.feed.queue == 15 && run.feed.simsom.form == SimSomForm::product));
  CHECK(run.feed.simsom.step == 6);  // of an hour
  CHECK((run.behaviour.of(Action::reshare) == 1 && run.behaviour.again == Again::always));
  CHECK((run.behaviour.of(Action::like) == 0 && run.behaviour.of(Action::reply) == 0));
  CHECK((s.arms[0].run.feed.queue == 64 && s.arms[0].run.feed.simsom.form == SimSomForm::sum));
  CHECK((s.arms[1].run.feed.memory == FeedMemory::session && s.arms[1].run.behaviour.again == Again::once));
  CHECK(s.arms[1].run.behaviour.of(Action::like) == Approx(0.073));
  CHECK(contains(mistakes_in(study + "feed.queue = 3\n"),
                 "feed.queue has no effect here; it needs feed.memory = \"queue\""));
}

TEST_CASE("the study of SimSoM goes over mu and sigma, and everybody acts once a step", "[scenarios][presets]") {
  const Scenario s = read_scenario(std::string(GRAPEVINE_SOURCE) + "/scenarios/validation/simsom.toml", {});
  REQUIRE(s.at.size() == 9);
  for (std::size_t point = 0; point < 9; ++point) {
    const PopulationParameters& people = s.at[point].world.population;
    const double mu = std::array{0.1, 0.5, 0.9}[point / 3], steps_a_day = 6;
    CHECK(people.posts_per_day == Approx(mu * steps_a_day));
    CHECK(people.posts_per_day + people.sessions_per_day == Approx(steps_a_day));
    CHECK((people.patience == 1 && people.post_spread == 0 && people.session_spread == 0));
    CHECK(s.at[point].run.feed.queue == std::array{1U, 15U, 64U}[point % 3]);
    CHECK(s.at[point].run.feed.simsom.step == s.at[point].world.time.ticks_per_day() / steps_a_day);
  }
}

TEST_CASE("keys that are given win, in the study and in an arm, and a ranking leaves nothing to the next",
          "[scenarios][presets]") {
  const Scenario s = test::scenario_of(study + R"(feed = {ranking = "x-2023-04", weights = {like = 9}}
[[arm]]
name = "same"
[[arm]]
name = "less"
feed.rules.diversity = 1
[[arm]]
name = "later"
feed.ranking = "x-2026-08"
feed.weights.reply = 7
[[arm]]
name = "plain"
feed.ranking = "weighted"
[[arm]]
name = "knows"
feed.ranking = "oracle"
feed.preset = "x-2026-08"
)");
  const auto& arm = s.arms;
  CHECK(arm[0].run.feed.weights == s.run.feed.weights);
  CHECK(arm[1].run.feed.rules.diversity == 1);
  CHECK(arm[1].run.feed.weights[act(Action::report)] == -369);
  CHECK(arm[2].run.feed.weights == PerAction{9, 7, 1.0, 0.4, 0, 4.0, -43.2, -234});
  CHECK((arm[2].run.feed.answered_weight == 0 && arm[2].run.feed.verified == 1 && !arm[2].run.feed.rules.ages()));
  CHECK(arm[2].run.feed.rules.most_in_network == 0);
  CHECK(arm[3].run.feed.weights == PerAction{9, 13.5, 1.0, 0, 0, 0, 0, 0});
  CHECK((arm[3].run.feed.rules.diversity == 1 && arm[3].run.discovery.share == 0 && arm[3].run.feed.length == 200));
  CHECK(arm[4].run.feed.form() == Ranking::oracle);
  CHECK(arm[4].run.feed.weights == PerAction{9, 5, 1.0, 0.4, 0, 4.0, -43.2, -234});
  // What is understood says the same again.
  CHECK(test::scenario_of(s.understood).understood == s.understood);
}

TEST_CASE("a preset of the study leaves nothing to arms that another rule orders", "[scenarios][presets]") {
  const std::string other = GENERATE("chronological", "random", "popularity", "edgerank");
  const Scenario s = test::scenario_of(study + R"(feed = {ranking = "oracle", preset = "x-2026-08"}
[[arm]]
name = "knows"
[[arm]]
name = "other"
feed.ranking = ")" + other + "\"\n");
  CHECK(s.arms[0].run.feed.rules.diversity == 0.5);
  const RunParameters& run = s.arms[1].run;
  CHECK((run.feed.length == 200 && run.feed.memory == FeedMemory::session && run.discovery.share == 0));
  CHECK((run.feed.rules.diversity == 1 && run.feed.rules.lift_to == 0 && run.feed.mutual_reply_weight == 0));
}

TEST_CASE("a sweep over rankings sets what each of them sets", "[scenarios][presets]") {
  const Scenario s =
      test::scenario_of(study + "[sweep]\nfeed.ranking = [\"x-2023-04\", \"x-2026-08\", \"weighted\"]\n");
  REQUIRE(s.at.size() == 3);
  CHECK((s.at[0].run.feed.length == 120 && s.at[1].run.feed.length == 50 && s.at[2].run.feed.length == 200));
  CHECK((s.at[0].run.feed.rules.lift_to == 0 && s.at[1].run.feed.rules.lift_to == 15));
}

TEST_CASE("a weight on what nobody does is refused with the number that would do", "[scenarios][presets]") {
  const std::string bare = "format = 1\nseed = 3\nreplicates = 1\ngraph.users = 1_000\n";
  const std::string all = mistakes_in(bare + "feed.ranking = \"x-2023-04\"\n");
  CHECK(contains(all,
                 "5:16: feed.weights.hide, feed.weights.report, feed.weights.good_profile_visit are not 0, and "
                 "nobody does that"));
  CHECK(contains(all, "[behaviour] hide = 0.000493, report = 9.89e-05, profile_visit = 0.0392 (derived"));
  CHECK(contains(mistakes_in(bare + "feed.ranking = \"weighted\"\nfeed.weights.hide = -1\n"),
                 "feed.weights.hide is not 0"));
  CHECK(mistakes_in(bare + "feed.ranking = \"weighted\"\nfeed.weights.hide = -1\nbehaviour.hide = 0.1\n").empty());
  CHECK(contains(mistakes_in(bare + "feed.ranking = \"chronological\"\nfeed.preset = \"x-2026-08\"\n"),
                 "feed.preset has no effect here"));
  CHECK(contains(mistakes_in(study + "feed.ranking = \"x-2026-08\"\nfeed.preset = \"x-2023-04\"\n"),
                 "feed.preset has no effect here"));
  CHECK(mistakes_in(bare + "feed.ranking = \"weighted\"\nbehaviour.reshare = 0\n").empty());  // a default is no wish
  CHECK(
      mistakes_in(
          bare + "feed.ranking = \"x-2026-08\"\nbehaviour = {reshare = 0, follow = 0.01, hide = 0.01, report = 0.01}\n")
          .empty());  // who says so knows
  CHECK(derived_probability(12, true) * 12 * (1 - (1 - 0.073) * (1 - 0.005)) == Approx(0.5 * 0.073));
  CHECK(derived_probability(0.5) == Approx(0.073));  // likes themselves
  CHECK(derived_probability(-369) * 369 == Approx(0.5 * 0.073));
}

TEST_CASE("every rule of a published ranking names keys that exist, or says why it is not there",
          "[scenarios][presets]") {
  for (const RankingFacts& facts : rankings()) {
    std::set<std::string> keys;
    for (const PublishedRule& rule : facts.rules) {
      INFO(facts.name << ": " << rule.rule);
      CHECK_FALSE(rule.published.empty());
      CHECK_FALSE(rule.words.empty());
      CHECK((rule.status == RuleStatus::modelled || rule.sets.empty()));
      for (const auto& [dotted, value] : rule.sets) {
        const auto dot = dotted.rfind('.');
        const Key* key = find_key(dotted.substr(0, dot), dotted.substr(dot + 1));
        REQUIRE(key != nullptr);
        CHECK(key->scope == Scope::run);
        CHECK(keys.insert(dotted).second);  // once each
      }
    }
  }
}

TEST_CASE("the rules of a published ranking are told, and the page of all is docs/rankings.md", "[program][presets]") {
  const test::Shell shell;
  CHECK(shell.call({"keys", "--preset", "x-2026-08"}) == 0);
  CHECK(contains(shell.out(), "author cold start: slot 15"));
  CHECK_FALSE(contains(shell.out(), "x-2023-04"));
  CHECK(shell.call({"keys", "--preset", "x-2024"}) == 2);
  CHECK(contains(shell.err(), "no published ranking is called \"x-2024\"; expected one of"));
  CHECK(shell.call({"keys", "--preset", "all", "--markdown"}) == 0);
  CHECK(shell.out() == test::content(std::string(GRAPEVINE_SOURCE) + "/docs/rankings.md"));
}

}  // namespace
}  // namespace grapevine
