#include <array>
#include <utility>

#include "tests/catch.hpp"
#include "tests/sim/restless_world.hpp"
#include "tests/sim/slow_pair.hpp"

// The engine against the slow model in worlds made for one mechanism each: all that it can do happens in them.
namespace grapevine {
namespace {

using namespace testing;

TEST_CASE("engine and slow model agree on what is discovered", "[sim][oracle]") {
  const FollowGraph graph = random_graph(40, 1.0, 31);
  const Users accounts = mixed_accounts(40, 0.8, 31);
  std::array<slow::Situations, 2> total{};  // by gate
  for (std::uint32_t number = 0; number < 16; ++number) {
    INFO("world " << number);
    std::uint32_t drawn = 0;
    const auto pick = [&](auto... values) {
      const std::array list{values...};
      return list[nested_mix(7'170'717, number, drawn++) % list.size()];
    };
    WorldParameters world = restless_world();
    world.seed = number;
    world.population.daily_profile = PopulationParameters::filled_profile();
    world.population.topics = pick(1U, 2U, 5U);
    world.population.interest_skew = pick(1.0, 3.0, 90.0);  // the last: e^20 and more between two topics of a reader
    keep_to_topics(world);
    world.population.shared_interest = pick(0.0, 0.5);
    const bool alike = number % 4 < 2;  // posts do not differ
    if (alike) world.population.quality_spread = world.population.shared_interest = 0;
    const auto draw_run = [&](DiscoveryGate gate) {
      RunParameters run = restless_run(
          pick(all_rankings[0], all_rankings[1], all_rankings[2], all_rankings[3], all_rankings[4], all_rankings[5]),
          pick(memories[0], memories[1]), pick(parents[0], parents[1]));
      const double strength = pick(0.0, 2.0, 50.0, automatic);
      run.feed.prior_strength = {strength, pick(strength, automatic), strength, strength};
      if (alike && pick(0, 1)) run.feed.prior_strength.fill(automatic);  // infinite
      run.feed.prior.fill(pick(automatic, 0.02));
      run.feed.length = pick(8U, 25U, 200U);
      run.feed.holdout = pick(0.0, 0.3);
      run.behaviour.again = pick(again[0], again[1]);
      run.discovery.share = pick(0.0, 0.1, 0.25, 0.5, 0.9);
      run.discovery.cold = pick(0U, 1U, 2U);
      run.discovery.pool = pick(2U, 6U, 20U);
      run.discovery.refresh = pick(1U, 2U, 3U, 6U);
      run.discovery.gate = gate;
      run.discovery.topics = pick(1U, 2U, 3U);
      run.discovery.cold_followers = pick(2U, 5U, 12U);
      run.discovery.cold_impressions = pick(1U, 4U, 20U);
      if (pick(0, 1)) add_mechanisms(run);
      if (pick(0, 1)) add_reactions(run);
      return run;
    };
    const RunParameters before = draw_run(pick(gates[0], gates[1]));
    RunParameters arm = draw_run(gates[number % 2]);
    arm.pays = {"stars", "crowd"};
    Pair pair(graph, accounts, world, before, ReplicateStreams{}, true);
    REQUIRE(pair.run(arm, 10));
    const slow::Situations& s = pair.slow.situations;
    slow::Situations& t = total[number % 2];
    for (const auto field : {&slow::Situations::discovered_looks, &slow::Situations::discovered_reshares,
                             &slow::Situations::discovered_from_warmup, &slow::Situations::discovery_chosen,
                             &slow::Situations::cold_refused_proven, &slow::Situations::cold_pools_cut,
                             &slow::Situations::pools_cut_by_value, &slow::Situations::pools_cut_among_equals,
                             &slow::Situations::pools_cut_after_better})
      t.*field += s.*field;
  }
  for (const slow::Situations& s : total) {
    CAPTURE(s.discovered_looks, s.discovered_reshares, s.discovered_from_warmup, s.discovery_chosen,
            s.cold_refused_proven, s.cold_pools_cut, s.pools_cut_by_value, s.pools_cut_among_equals,
            s.pools_cut_after_better);
    CHECK(s.discovered_looks > 0);
    CHECK(s.discovered_reshares > 0);
    CHECK(s.discovered_from_warmup > 0);
    CHECK(s.discovery_chosen > 0);
    CHECK(s.cold_refused_proven > 0);
    CHECK(s.cold_pools_cut > 0);
    CHECK(s.pools_cut_by_value > 0);
    CHECK(s.pools_cut_after_better > 0);
  }
  CHECK(total[0].pools_cut_among_equals > total[0].pools_cut_after_better);  // where posts do not differ: fresh samples
}

TEST_CASE("engine and slow model agree on who follows whom during the run", "[sim][oracle]") {
  using S = slow::FollowSituations;
  static constexpr std::array happened{
      std::pair("after_visit", &S::after_visit),
      std::pair("without_visit", &S::without_visit),
      std::pair("again", &S::again),
      std::pair("refused_followee", &S::refused_followee),
      std::pair("refused_session", &S::refused_session),
      std::pair("refused_root", &S::refused_root),
      std::pair("lost_hidden", &S::lost_hidden),
      std::pair("lost_crowded", &S::lost_crowded),
      std::pair("lost_at_once", &S::lost_at_once),
      std::pair("hid_stranger", &S::hid_stranger),
      std::pair("hid_before_branch", &S::hid_before_branch),
      std::pair("hid_more_than_asked", &S::hid_more_than_asked),
      std::pair("crowd_endured", &S::crowd_endured),
      std::pair("crowd_not_least", &S::crowd_not_least),
      std::pair("brought", &S::brought),
      std::pair("brought_before", &S::brought_before),
      std::pair("kept_away", &S::kept_away),
      std::pair("brought_neutral", &S::brought_neutral),
      std::pair("kept_away_neutral", &S::kept_away_neutral),
      std::pair("dismissed", &S::dismissed),
      std::pair("stranger_no_more", &S::stranger_no_more),
      std::pair("stranger_now", &S::stranger_now),
      std::pair("base_moved", &S::base_moved),
      std::pair("base_of_tie_moved", &S::base_of_tie_moved),
      std::pair("ties_woken", &S::ties_woken),
      std::pair("answered_meanwhile", &S::answered_meanwhile),
      std::pair("drift_moved", &S::drift_moved),
      std::pair("discovery_refused", &S::discovery_refused),
      std::pair("discovery_drawn", &S::discovery_drawn),
      std::pair("fakes", &S::fakes),
      std::pair("earnest", &S::earnest),
      std::pair("valued", &S::valued),
  };
  const FollowGraph graph = random_graph(40, 1.0, 33);
  const Users accounts = mixed_accounts(40, 0.8, 33);
  slow::FollowSituations total;
  for (std::uint32_t number = 0; number < 16; ++number) {
    INFO("world " << number);
    std::uint32_t drawn = 0;
    const auto pick = [&](auto... values) {
      const std::array list{values...};
      return list[nested_mix(7'190'719, number, drawn++) % list.size()];
    };
    WorldParameters world = restless_world();
    world.seed = number;
    if (number % 3 == 0) add_promotion(world, number);
    if (number % 4 == 1) world.tiers.fake_followers = {0.2, 0.5, 0.1};
    if (number % 4 == 2) world.tiers.fake_followers = {0.3};
    if (number % 4 == 0) world.population.quality_spread = world.population.propensity_spread = 0;
    const auto draw_run = [&](Ranking ranking, bool changes) {
      RunParameters run =
          restless_run(ranking, pick(memories[0], memories[0], memories[1]), pick(parents[0], parents[1]));
      if (number % 4 == 0) run.behaviour.topic_match = 0;
      run.behaviour.again = pick(again[0], again[1]);
      run.feed.holdout = pick(0.0, 0.3);
      if (pick(0, 1, 1)) add_mechanisms(run);
      if (pick(0, 1)) add_discovery(run, pick(gates[0], gates[1]));
      run.trust.half_life = pick(0.0, 2.0, 12.0);
      if (!changes) return run;
      add_follows(run);
      PerAction& p = run.behaviour.probability;
      p[of(Action::profile_visit)] = pick(0.0, 0.2, 0.5);
      p[of(Action::follow)] = pick(0.0, 0.1, 0.3);
      run.behaviour.follow_after_visit = pick(0.0, 0.3, 0.8);
      p[of(Action::hide)] = pick(0.0, 0.15, 0.3);
      run.unfollow.hides = pick(0U, 1U, 2U, 4U);
      run.unfollow.crowded = pick(0.0, 1.0, 1.6);
      run.unfollow.probability = pick(0.2, 0.6, 1.0);
      run.feed.weights[of(Action::follow)] = pick(0.0, 5.0);
      run.feed.prior_strength[of(Action::follow)] = pick(6.0, automatic);
      if (ranking != Ranking::oracle) return run;
      run.feed.weights[of(Action::follow)] = 20;  // with either base, so that it matters how they are mixed
      p[of(Action::profile_visit)] = 0.3;
      p[of(Action::follow)] = 0.1;
      run.behaviour.follow_after_visit = 0.7;
      return run;
    };
    const RunParameters before = draw_run(pick(all_rankings[0], all_rankings[1], all_rankings[3]), number % 4 != 3);
    RunParameters arm = draw_run(all_rankings[(number + 2) % all_rankings.size()], number % 5 != 3);
    arm.pays = {"stars", "crowd"};
    Pair pair(graph, accounts, world, before, ReplicateStreams{}, true);
    if (!pair.run(arm, 10)) continue;
    for (const auto& [name, field] : happened) total.*field += pair.slow.situations.follows.*field;
  }
  for (const auto& [name, field] : happened) {
    CAPTURE(name, total.*field);
    CHECK(total.*field > 0);
  }
}

TEST_CASE("engine and slow model agree on what is promoted", "[sim][oracle]") {
  const FollowGraph graph = random_graph(40, 1.0, 34);
  const Users accounts = mixed_accounts(40, 0.8, 34);
  slow::Situations total;
  const auto fields =
      std::array{&slow::Situations::promoted_looks,          &slow::Situations::promoted_reshares,
                 &slow::Situations::promoted_to_followers,   &slow::Situations::promoted_instead,
                 &slow::Situations::promoted_with_proof,     &slow::Situations::promoted_instead_of_found,
                 &slow::Situations::promoted_last,           &slow::Situations::promoted_cut,
                 &slow::Situations::promoted_again,          &slow::Situations::promotion_slot_taken,
                 &slow::Situations::promotion_not_due,       &slow::Situations::promotion_behind,
                 &slow::Situations::promotion_spent,         &slow::Situations::promotion_left,
                 &slow::Situations::promotion_refused_own,   &slow::Situations::promotion_refused_seen,
                 &slow::Situations::promotion_refused_short, &slow::Situations::promotion_refused_topic,
                 &slow::Situations::promotion_refused_cap};
  for (std::uint32_t number = 0; number < 16; ++number) {
    INFO("world " << number);
    std::uint32_t drawn = 0;
    const auto pick = [&](auto... values) {
      const std::array list{values...};
      return list[nested_mix(7'190'719, number, drawn++) % list.size()];
    };
    WorldParameters world = restless_world();
    world.seed = number;
    world.population.topics = pick(2U, 5U);
    world.population.patience = pick(3.0, 9.0, 100.0);
    world.population.posts_per_day = pick(0.3, 4.0);
    world.population.shared_interest = pick(0.0, 0.5);
    keep_to_topics(world);
    add_promotion(world, number);
    const auto draw_run = [&] {
      RunParameters run = restless_run(
          pick(all_rankings[0], all_rankings[1], all_rankings[2], all_rankings[3], all_rankings[4], all_rankings[5]),
          pick(memories[0], memories[1]), pick(parents[0], parents[1]));
      run.feed.length = pick(1U, 8U, 25U);
      run.feed.holdout = pick(0.0, 0.0, 0.3);
      run.behaviour.again = pick(again[0], again[1]);
      if (pick(0, 1)) add_discovery(run, pick(gates[0], gates[1]));
      if (pick(0, 1)) add_mechanisms(run);
      if (pick(0, 1)) add_reactions(run);
      if (pick(0, 1)) run.feed.tie = 4;
      return run;
    };
    const RunParameters before = draw_run();
    RunParameters arm = draw_run();
    arm.pays = {"stars", "crowd", "friends", "fans", "twin"};
    Pair pair(graph, accounts, world, before, ReplicateStreams{}, true);
    if (!pair.run(arm, 10)) continue;
    for (const auto field : fields) total.*field += pair.slow.situations.*field;
  }
  for (std::size_t i = 0; i < fields.size(); ++i) {
    CAPTURE(i);
    CHECK(total.*fields[i] > 0);
  }
}

TEST_CASE("engine and slow model agree on what earlier posts of an author say of the next, rates and answers",
          "[sim][oracle]") {
  const FollowGraph graph = random_graph(40, 1.0, 32);
  const Users accounts = mixed_accounts(40, 0.8, 32);
  slow::Situations total;
  for (std::uint32_t number = 0; number < 16; ++number) {
    INFO("world " << number);
    std::uint32_t drawn = 0;
    const auto pick = [&](auto... values) {
      const std::array list{values...};
      return list[nested_mix(7'060'706, number, drawn++) % list.size()];
    };
    WorldParameters world = restless_world();
    world.seed = number;
    world.population.shared_interest = pick(0.0, 0.5, 1.0);
    world.population.focus = pick(0.4, 1.0);
    if (number % 4 == 0) world.population.quality_spread = 0;
    const auto draw_run = [&](Ranking ranking) {
      RunParameters run = restless_run(ranking, pick(memories[0], memories[1]), pick(parents[0], parents[1]));
      run.feed.author_strength = pick(automatic, automatic, 2.0, 30.0);
      run.feed.author_half_life = pick(0.0, 4.0, 50.0);
      const double strength = pick(automatic, 2.0, 50.0);
      run.feed.prior_strength = {strength, pick(strength, automatic), strength, strength};
      run.feed.prior.fill(pick(automatic, 0.02));
      run.feed.holdout = pick(0.0, 0.3);
      run.feed.answered_weight = pick(0.0, 75.0, 75.0);
      run.feed.answered_strength = pick(0.5, 4.0, 20.0);
      if (pick(0, 1, 1)) add_mechanisms(run);
      run.answers.per_day = run.answers.neutral() ? 0.0 : pick(0.5, 6.0);
      return run;
    };
    RunParameters before = draw_run(pick(all_rankings[0], all_rankings[1], all_rankings[3]));
    if (number % 5 == 1) before.feed.author_strength = unlimited;
    RunParameters arm = draw_run(number % 3 == 2 ? Ranking::oracle : Ranking::weighted);
    if (pick(0, 1)) add_discovery(arm, gates[0]);  // which does not look at authors
    arm.pays = {"stars", "friends", "crowd"};
    Pair pair(graph, accounts, world, before, ReplicateStreams{}, true);
    REQUIRE(pair.run(arm, 10));
    const slow::Situations& s = pair.slow.situations;
    for (const auto field :
         {&slow::Situations::expected_otherwise, &slow::Situations::expected_in_warmup,
          &slow::Situations::expected_of_any, &slow::Situations::answers_expected, &slow::Situations::answers_not_all,
          &slow::Situations::answers_unknown, &slow::Situations::pasts_faded, &slow::Situations::pasts_together})
      total.*field += s.*field;
  }
  CAPTURE(total.expected_otherwise, total.expected_in_warmup, total.expected_of_any, total.pasts_faded,
          total.pasts_together);
  CHECK(total.expected_otherwise > 0);
  CHECK(total.expected_in_warmup > 0);
  CHECK(total.expected_of_any > 0);
  CAPTURE(total.answers_expected, total.answers_not_all, total.answers_unknown);
  CHECK(total.answers_expected > 0);
  CHECK(total.answers_not_all > 0);
  CHECK(total.answers_unknown > 0);
  CHECK(total.pasts_faded > 0);
  CHECK(total.pasts_together > 0);
}

}  // namespace
}  // namespace grapevine
