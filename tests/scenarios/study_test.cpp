#include "scenarios/study/study.hpp"
#include "scenarios/reader/read_scenario.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "graph/base/error.hpp"
#include "graph/base/exchange.hpp"
#include "graph/base/parallel.hpp"
#include "graph/base/random.hpp"
#include "scenarios/study/outlook.hpp"
#include "tests/catch.hpp"
#include "tests/counting_exchange.hpp"
#include "tests/scenarios/scenario_files.hpp"
#include "tests/scenarios/small_study.hpp"

using namespace grapevine;

namespace {

std::string total_digest(const StudyResult& study) {
  const test::Folder folder;
  write_result(folder.path() / "study.h5", study);
  return digests(folder.path() / "study.h5").total;
}

Scenario small(const std::vector<std::string>& overrides = {}) {
  return test::scenario_of(test::small_study, overrides);
}

const StudyResult& small_result() {
  static const StudyResult study = run_study(small());
  return study;
}

const std::string& small_digest() {
  static const std::string digest = total_digest(small_result());
  return digest;
}

}  // namespace

TEST_CASE("the number of threads does not change a study", "[study][invariance]") {
  const int threads = GENERATE(1, 2, 3, 8);
  CHECK(with_threads(threads, [&] { return total_digest(run_study(small())); }) == small_digest());
}

TEST_CASE("the number of parts does not change a study", "[study][invariance]") {
  const int parts = GENERATE(2, 3, 5);
  CHECK(total_digest(run_study(small(), {.parts = parts, .progress = {}})) == small_digest());
}

TEST_CASE("a tick of a world that ranks share takes two exchanges: what happened, and what is done now",
          "[study][parts]") {
  const int ranks = GENERATE(2, 3);
  const auto exchanges = [&](const std::string& warmup) {
    const Scenario scenario = small({"replicates=1", "time.warmup=" + warmup, "answers.per_day=3", "trust.effect=1",
                                     "discovery.share=0.2", "behaviour.exposures=0.3"});
    std::vector<int> counts(static_cast<std::size_t>(ranks));
    run_parts(ranks, [&](Exchange& real) {
      testing::CountingExchange exchange(real, false);
      run_arms(scenario, {.ranks = &exchange, .progress = {}});
      counts[static_cast<std::size_t>(real.part())] = exchange.count();
    });
    return counts;
  };
  const std::vector<int> brief = exchanges("'6h'"), longer = exchanges("'8h'");
  for (std::size_t rank = 0; rank < brief.size(); ++rank) CHECK(longer[rank] - brief[rank] == 2 * 4);
}

TEST_CASE(
    "the order of a graph's lines does not change a study, other ids with the old keys change only what accounts are "
    "called",
    "[study][invariance]") {
  const FollowGraph graph = make_graph(small(), 0).graph;
  std::vector<std::size_t> users(graph.user_count());
  std::iota(users.begin(), users.end(), std::size_t{0});
  std::vector<std::pair<std::size_t, std::size_t>> follows;
  for (const std::size_t u : users)
    for (const UserId v : graph.followees(UserId(static_cast<std::uint32_t>(u)))) follows.emplace_back(u, v.index());

  const auto old_id = [](std::size_t user) { return fmt::format("user{}", user); };
  const auto new_id = [](std::size_t user) { return fmt::format("{:016x}", mix(user)); };
  const auto digests_with = [&](auto id) {
    const test::Folder folder;
    std::string rows = "follower,followed\n", accounts = "id,key\n";
    for (const auto& [u, v] : follows) rows += fmt::format("{},{}\n", id(u), id(v));
    for (const std::size_t user : users) accounts += fmt::format("{},{}\n", id(user), old_id(user));
    folder.write("follows.csv", rows);
    folder.write("accounts.csv", accounts);
    const std::string text = test::small_study_on("file = \"follows.csv\"\naccounts = \"accounts.csv\"");
    write_result(folder.path() / "study.h5",
                 run_study(read_scenario(folder.write("study.toml", text), {"replicates=1"})));
    return digests(folder.path() / "study.h5");
  };
  const Digests straight = digests_with(old_id);

  std::mt19937 shuffler(5);
  std::ranges::shuffle(follows, shuffler);
  std::ranges::shuffle(users, shuffler);
  const Digests shuffled = digests_with(old_id);
  CHECK(shuffled.total == straight.total);
  CHECK(shuffled.lines == straight.lines);

  const Digests renamed = digests_with(new_id);
  CHECK(renamed.total == straight.total);
  for (std::size_t i = 0; i < straight.lines.size(); ++i) {
    INFO(straight.lines[i].first);
    CHECK(renamed.lines[i].first == straight.lines[i].first);
    CHECK((renamed.lines[i].second == straight.lines[i].second) == (straight.lines[i].first != "accounts"));
  }
}

TEST_CASE("what a study keeps beside its summary does not change its digest, another seed does",
          "[study][invariance]") {
  CHECK(total_digest(run_study(small({"output.every=\"3h\"", "output.track_share=0.1", "output.cascades=false",
                                      "output.positions=true", "output.looks=true"}))) == small_digest());
  StudyResult watched = run_study(small({"output.shadow=true"}));
  CHECK(std::erase_if(watched.comparison, [](const ComparisonRow& row) {
          return row.metric == "amplification against the shadow" || row.metric.starts_with("looks per session");
        }) == 6 * 2 * 2 + 2);  // arms, tiers, and the tiers of the one contrast of arms that do not pay
  CHECK(total_digest(watched) == small_digest());
  CHECK(total_digest(run_study(small({"seed=12"}))) != small_digest());
}

TEST_CASE("arms that are alike differ by exactly 0 in every metric", "[study][invariance]") {
  const StudyResult& study = small_result();
  int zeros = 0;
  for (const ComparisonRow& row : study.comparison) {
    if (!row.arm.ends_with("-again") || row.against.empty()) continue;
    INFO(row.contrast << ": " << row.metric << ", " << row.statistic);
    const double equal = row.statistic == "ratio of means" ? 1 : 0;
    CHECK((row.estimate == equal && row.lower == equal && row.upper == equal));
    zeros += equal == 0;
  }
  CHECK(zeros == 3 + 5);  // every metric of "population" and of "portfolio" has a difference
  for (std::size_t r = 0; r < 2; ++r) {
    CHECK(study.record(0, 0, r).event_hash == study.record(0, 1, r).event_hash);
    CHECK(study.record(0, 2, r).event_hash == study.record(0, 3, r).event_hash);
    CHECK(study.record(0, 0, r).event_hash != study.record(0, 2, r).event_hash);
  }
}

namespace {

/// Likes, replies and reshares in all bins of the series.
double engagement_of(const RunRecord& run) {
  std::uint64_t sum = 0;
  for (const SeriesRow& bin : run.series)
    sum += bin.actions[Action::like] + bin.actions[Action::reply] + bin.actions[Action::reshare];
  return static_cast<double>(sum);
}

const ComparisonRow& row_of(const StudyResult& study, std::string_view contrast, std::string_view metric) {
  const auto found = std::ranges::find_if(
      study.comparison, [&](const ComparisonRow& row) { return row.contrast == contrast && row.metric == metric; });
  REQUIRE(found != study.comparison.end());
  return *found;
}

}  // namespace

TEST_CASE("the net effect is that on all that users did after the arms branched, whenever the posts were written",
          "[study][conservation]") {
  const StudyResult& study = small_result();
  double net = 0, attributed = 0, counted = 0;
  for (std::size_t r = 0; r < 2; ++r) {
    const RunRecord &control = study.record(0, 0, r), &one = study.record(0, 2, r);
    net += (engagement_of(one) - engagement_of(control)) / 2;
    attributed += static_cast<double>(one.campaigns[0].outcomes.engagement()) / 2;
    for (std::size_t t = 0; t < one.tiers.size(); ++t)
      counted += (static_cast<double>(one.tiers[t].outcomes.engagement()) -
                  static_cast<double>(control.tiers[t].outcomes.engagement())) /
                 2;
  }
  CHECK(row_of(study, "one against control", "net engagement").estimate == Approx(net).epsilon(1e-12));
  CHECK(row_of(study, "one against control", "displaced engagement").estimate ==
        Approx(net - attributed).epsilon(1e-12));
  CHECK(net != counted);  // posts of `measure` are not all that a campaign moves
}

TEST_CASE("all that a withheld post would have brought lies in a run that is not refused, and not in one that is",
          "[study][conservation]") {
  // Readers look at everything once and pass nothing on: a paid post then displaces nothing but the post that it stands
  // for. So the net effect is whole when it no longer moves with the length of the run: as in a run that goes on for
  // another day.
  const std::string text = R"(format = 1
seed = 31
replicates = 3
time = {tick = "1h", warmup = "4h", measure = "6h", followup = "9h"}
graph = {users = 3_000, mean_followees = 10}
population = {sessions = 6, posts = 4, patience = 1_000_000}
behaviour = {like = 0.5, reshare = 0}
feed = {window = "4h", length = 10_000, memory = "window"}
campaign = [{name = "some", accounts = "largest", count = 40, posts = 1, slots = 2, every = "5h", slot = "5h"}]
arm = [{name = "control"}, {name = "paid", pays = ["some"]}]
contrast = [{arm = "paid", against = "control"}]
)";
  const auto net = [](const Scenario& scenario) {
    return row_of(run_study(scenario), "paid against control", "net engagement").estimate;
  };
  const Scenario least = test::scenario_of(text);
  const double whole = net(test::scenario_of(text, {"time.followup=\"33h\""}));
  CHECK(net(least) == Approx(whole).epsilon(1e-12));  // sums of means
  const std::vector<std::string> refused = test::refusal_of_text(text, {"time.followup=\"8h\""});
  REQUIRE(refused.size() == 1);
  CHECK(refused[0].find("raise time.followup to \"9h\"") != std::string::npos);
  Scenario shorter = least;
  shorter.world.time.followup = 5;
  CHECK(net(shorter) >
        whole);  // what the withheld posts due last would have brought is missing from the control's side
}

TEST_CASE("a study has the axes that its scenario names, and a campaign spends only where it is paid for", "[study]") {
  const StudyResult& study = small_result();
  CHECK(study.arms ==
        std::vector<std::string>{"control", "control-again", "one", "one-again", "many", "many-weighted"});
  CHECK((study.replicates == 2 && study.tick_seconds == 1800 && study.seed == 11));
  REQUIRE(study.records.size() == 12);
  for (std::size_t arm = 0; arm < study.arms.size(); ++arm)
    for (std::size_t r = 0; r < 2; ++r) {
      const auto& [one, many] = std::pair(study.record(0, arm, r).campaigns[0], study.record(0, arm, r).campaigns[1]);
      CHECK((one.spent > 0) == (study.arms[arm].substr(0, 3) == "one"));
      CHECK((many.spent > 0) == (study.arms[arm].substr(0, 4) == "many"));
      CHECK(many.spent <= many.budget);
      if (one.spent > 0)
        CHECK(one.budget < 0);  // no bound
      else
        CHECK(one == CampaignRow{});  // it does not run in this arm
    }
}

TEST_CASE("replicates draw anew what the scenario says, and every row names it", "[study]") {
  CHECK(small_result().comparison.front().redrawn == "graph, selection, content, dynamics");
  CHECK(small_result().graph(0, 0).follows != small_result().graph(0, 1).follows);

  const StudyResult kept = run_study(small({"redraw=[\"dynamics\"]"}));
  CHECK(kept.comparison.front().redrawn == "dynamics");
  CHECK(kept.graph(0, 0).follows == kept.graph(0, 1).follows);
  CHECK(kept.record(0, 0, 0).event_hash != kept.record(0, 0, 1).event_hash);
}

TEST_CASE("the facts of a graph are those of its edges", "[study]") {
  const test::Folder folder;
  // a and b follow each other, c and d follow a; one row twice, one row that follows itself.
  const auto file = folder.write("follows.csv", "follower,followed\na,b\nb,a\nc,a\nd,a\nc,a\nd,d\n");
  const Scenario scenario =
      test::scenario_of("format = 1\nseed = 7\n", {"graph.file=\"" + file.string() + "\"", "replicates=2"});
  const GraphFacts facts = make_graph(scenario, 0).facts;
  CHECK((facts.users == 4 && facts.follows == 4 && facts.largest_followers == 3));
  CHECK(facts.reciprocity == 0.5);
  CHECK((facts.rows_read == 6 && facts.duplicates == 1 && facts.self_loops == 1));
  CHECK_FALSE(redraws_graph(scenario));
  CHECK(redrawn_streams(scenario) == "selection, content, dynamics");
}

TEST_CASE("accounts of a loaded graph keep their ids", "[study]") {
  const test::Folder folder;
  std::string rows = "follower,followed\n";
  for (int i = 0; i < 200; ++i) rows += fmt::format("reader{},star\nreader{},reader{}\n", i, i, (i + 1) % 200);
  const auto file = folder.write("follows.csv", rows);
  const Scenario scenario =
      test::scenario_of(test::small_study_on("file = \"" + file.string() + "\""), {"campaign.many.followers=[1,1]"});
  const StudyResult study = run_study(scenario);
  const auto& influencers = study.record(0, 2, 0).influencers;
  REQUIRE(influencers.size() == 1);
  CHECK(study.account(influencers.front().user) == "star");
}

TEST_CASE("a campaign that no account can hold stops a study before its first tick", "[study]") {
  std::uint64_t ticks = 0;
  const StudyOptions count{.parts = 1, .progress = [&](const StudyProgress& progress) { ticks = progress.done; }};
  CHECK_THROWS_AS(run_study(small({"campaign.many.followers=[2600,2600]"}), count), BadRequest);
  CHECK(ticks == 0);
  CHECK_THROWS_AS(look_ahead(small({"campaign.many.followers=[2600,2600]"})), BadRequest);
}

TEST_CASE("a campaign that a later replicate cannot hold costs that replicate, which is named", "[study]") {
  // Exactly as many followers as the largest user of replicate 0 has; nobody has so many in the graph of replicate 1.
  const std::uint64_t most = make_graph(small(), 0).facts.largest_followers;
  const StudyGraph next = make_graph(small(), 1);
  REQUIRE(std::ranges::count(next.graph.follower_counts(), most) == 0);
  const StudyResult study = run_study(small({fmt::format("campaign.many.followers=[{},{}]", most, most)}));
  CHECK(study.asked == small().replicates);
  CHECK(study.numbers.front() == 0);
  CHECK(std::ranges::find(study.numbers, 1u) == study.numbers.end());
  CHECK(study.incomplete.find("replicate 1: ") == 0);
  CHECK(study.records.size() == study.arms.size() * study.numbers.size());
}

TEST_CASE("progress counts every tick of every arm and replicate, whatever the parts", "[study]") {
  const int parts = GENERATE(1, 2);
  std::vector<std::string> seen;
  std::uint64_t last = 0;
  run_study(small({"replicates=1"}), {.parts = parts, .progress = [&](const StudyProgress& progress) {
                                        if (seen.empty() || seen.back() != progress.doing)
                                          seen.push_back(progress.doing);
                                        CHECK(progress.done >= last);
                                        CHECK(progress.work == 12 + 6 * 24);
                                        last = progress.done;
                                      }});
  CHECK(last == 12 + 6 * 24);
  CHECK(seen == std::vector<std::string>{"graph", "warm-up", "control", "control-again", "one", "one-again", "many",
                                         "many-weighted"});
}

TEST_CASE("a listener that throws ends the study, in one part or several", "[study]") {
  struct Enough {};
  const int parts = GENERATE(1, 3);
  const auto stop = [](const StudyProgress& progress) {
    if (progress.done == 20) throw Enough{};
  };
  CHECK_THROWS_AS(run_study(small(), {.parts = parts, .progress = stop}), Enough);
}

TEST_CASE("the outlook agrees with the study that follows", "[study]") {
  const Scenario scenario = small();
  const Outlook outlook = look_ahead(scenario, {.seconds_a_part = 600});
  const StudyResult& study = small_result();
  CHECK(outlook.graph.follows == study.graph(0, 0).follows);
  CHECK(outlook.users_by_tier[0] == study.record(0, 0, 0).tiers[0].accounts);
  CHECK(outlook.users_by_tier[1] == study.record(0, 0, 0).tiers[1].accounts);
  CHECK(outlook.campaigns[1].spent == study.record(0, 4, 0).campaigns[1].spent);
  CHECK(outlook.campaigns[1].accounts == study.record(0, 4, 0).campaigns[1].accounts);
  CHECK(outlook.sessions == Approx(13'000 * 2 * 0.5));  // every visit a session of its own
  std::uint64_t sessions = 0;
  for (const SeriesRow& row : study.record(0, 0, 0).series) sessions += row.sessions;
  // A tick holds one session of a user at most: in each of 24 ticks there is one with probability p = 1 - exp(-R / 24),
  // where R is lognormal of mean 1 and log sd 1. Integrated over R: mean 13 000 x 24 E(p) = 12 327.7, sd = sqrt(13 000
  // (24 E(p(1 - p)) + 24^2 Var(p))) = 164.5. Sound code leaves five sd for one seed in 1.7 million.
  CHECK(std::abs(static_cast<double>(sessions) - 12'327.7) < 5 * 164.5);
  CHECK((outlook.seconds > 0 && outlook.probe_ticks > 0));
  CHECK(outlook_text(scenario, outlook).find("the largest user, 0, has") != std::string::npos);
}

TEST_CASE("a study chooses accounts once a replicate, whatever the number of its arms and parts",
          "[study][campaigns]") {
  const std::string campaigns =
      "[[campaign]]\nname = \"best\"\naccounts = \"engagement\"\ncount = 3\nevery = \"1h\"\nslot = \"2h\"\n"
      "[[campaign]]\nname = \"early\"\naccounts = \"lazy-greedy\"\nruns = 20\ncount = 3\nevery = \"1h\"\nslot = "
      "\"2h\"\n"
      "[[campaign]]\nname = \"late\"\naccounts = \"lazy-greedy\"\nruns = 20\nbudget_of = \"best\"\nevery = "
      "\"1h\"\nslot = \"2h\"\n";
  // What listeners hear beside phases and ticks is that accounts are being chosen.
  const auto looks = [&](int arms, int replicates, int parts) {
    std::string text = "format = 1\nseed = 3\ngraph.users = 300\ngraph.mean_followees = 8\nredraw = [\"dynamics\"]\n" +
                       fmt::format("replicates = {}\n", replicates) +
                       "time.tick = \"30min\"\ntime.warmup = \"6h\"\ntime.measure = \"12h\"\ntime.followup = "
                       "\"6h\"\nfeed.window = \"6h\"\n"
                       "[[arm]]\nname = \"0\"\n";
    for (int arm = 1; arm < arms; ++arm)
      text += fmt::format("[[arm]]\nname = \"{}\"\npays = [\"best\", \"early\", \"late\"]\n", arm);
    const Scenario scenario = test::scenario_of(text + campaigns);
    std::uint64_t told = 0;
    run_study(scenario, {.parts = parts, .progress = [&](const StudyProgress&) { ++told; }});
    return static_cast<std::int64_t>(told - ticks_of(scenario)) - 1 - replicates * (1 + arms);
  };
  const std::int64_t once = looks(1, 1, 1);
  CHECK(once > 1);
  CHECK(looks(4, 1, 1) == once);
  CHECK(looks(3, 2, 1) == 2 * once);
  CHECK(looks(2, 1, 2) == once);
}
