#include "sim/model/behaviour.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "sim/run/world.hpp"
#include "tests/catch.hpp"
#include "tests/sim/restless_world.hpp"
#include "tests/sim/slow_pair.hpp"

// The engine against tests/sim/slow_model.cpp, which was written from docs/model.md without a look at the engine. Both
// are exact, so they must be equal: every post, impression and reshare of every tick, every counter, every number of
// the records.
namespace grapevine {
namespace {

using namespace testing;

TEST_CASE("the engine does in every tick what the text of the model says", "[sim][oracle]") {
  const FollowGraph graph = random_graph(50, 1.0, 99);
  const Users accounts = mixed_accounts(50, 0.7, 99);
  WorldParameters world = restless_world();
  world.population.shared_interest = 0.5;
  world.tiers.verified = {0.3}, world.tiers.creators = {0.2, 0.6, 0.4};
  add_products(world);
  add_promotion(world, 5);
  std::array<slow::Situations, 2> total{};  // by memory
  std::uint32_t number = 0;
  for (const Ranking ranking : all_rankings)
    for (const FeedMemory memory : memories)
      for (const ParentRule parent : parents) {
        INFO("ranking " << static_cast<int>(ranking) << ", memory " << static_cast<int>(memory) << ", parent "
                        << static_cast<int>(parent));
        // The warm-up is under another ranking, in half of the cases under the other memory, and nobody is paid in it.
        RunParameters before = restless_run(all_rankings[(static_cast<std::size_t>(ranking) + 1) % all_rankings.size()],
                                            memories[number % 2], parents[number / 4 % 2]);
        RunParameters arm = restless_run(ranking, memory, parent);
        arm.feed.holdout = std::array{0.0, 0.3, 1.0}[number % 3];
        arm.behaviour.again = again[number / 2 % 2];
        if (number % 5 == 3) arm.feed.perturbation = 0.4;
        if (number % 4 == 1) arm.feed.prior_strength.fill(automatic);
        if (number % 2 == 1) add_mechanisms(arm);
        if (number % 4 >= 2) add_mechanisms(before);
        if (number % 3 != 1) add_reactions(arm);
        if (number % 5 >= 2) add_reactions(before);
        const std::size_t place = static_cast<std::size_t>(ranking), shift = number / 2 % 2;
        const auto gate = [&](std::size_t i) { return gates[(place / 2 + shift + i) % 2]; };
        if ((place + number) % 2 == 0) add_discovery(arm, gate(0));  // half of them, in all rankings and memories
        if ((place + shift) % 2 == 0) add_discovery(before, gate(number % 2));
        if (number % 4 != 3) arm.feed.author_strength = std::array{8.0, automatic, 3.0}[number % 4];
        if (number % 4 == 2) arm.feed.author_half_life = 9;
        if (number % 3 != 2) arm.feed.answered_weight = 30;
        if (number % 5 != 2) before.feed.answered_weight = 8;
        if (number % 2 == 0) arm.feed.answered_strength = 3;
        if (number % 4 == 1) arm.feed.tie = 4;
        if (number % 4 >= 1) arm.feed.topic_match = 0.7;
        if (number % 4 == 3) arm.feed.tie = 0.5;
        if (number % 4 != 1) arm.feed.verified = 3, arm.feed.verified_outside = 0.4, arm.feed.creator = 1.7;
        if (number % 2 == 0) before.feed.author_strength = number % 3 == 0 ? automatic : 5.0;
        if (number % 4 == 0) before.feed.author_half_life = 12;
        if (number % 3 == 1) add_follows(arm);
        if (number % 4 == 3) add_follows(before);
        arm.pays = {"stars", "friends", "crowd"};
        for (const char* name : {"fans", "liked", "cheap", "twin"})
          if (nested_mix(3, number, name[0]) % 2 == 0) arm.pays.emplace_back(name);
        Pair pair(graph, accounts, world, before, ReplicateStreams{}, true);
        REQUIRE(pair.run(arm, 7));  // the last bin of the series is not full
        const slow::Situations& s = pair.slow.situations;
        slow::Situations& t = total[static_cast<std::size_t>(memory)];
        for (const auto field : {&slow::Situations::again,
                                 &slow::Situations::several_resharers,
                                 &slow::Situations::own_root_back,
                                 &slow::Situations::late_reshare,
                                 &slow::Situations::known_left_out,
                                 &slow::Situations::parent_matters,
                                 &slow::Situations::not_twice,
                                 &slow::Situations::later,
                                 &slow::Situations::cut_by_length,
                                 &slow::Situations::cut_by_patience,
                                 &slow::Situations::ties,
                                 &slow::Situations::deep,
                                 &slow::Situations::withheld,
                                 &slow::Situations::slots_expired,
                                 &slow::Situations::slots_stacked,
                                 &slow::Situations::twice_in_a_tick,
                                 &slow::Situations::held_out,
                                 &slow::Situations::borrowed_profile,
                                 &slow::Situations::shared_liking,
                                 &slow::Situations::stranger_looks,
                                 &slow::Situations::replies_waited,
                                 &slow::Situations::replies_expired,
                                 &slow::Situations::answers_limited,
                                 &slow::Situations::answers_late,
                                 &slow::Situations::days_with_one_more,
                                 &slow::Situations::days_with_one_fewer,
                                 &slow::Situations::answered_changes,
                                 &slow::Situations::bystander_changes,
                                 &slow::Situations::sponsored_changes,
                                 &slow::Situations::bystander_again,
                                 &slow::Situations::twice_in_session,
                                 &slow::Situations::answered_after_session,
                                 &slow::Situations::ties_faded,
                                 &slow::Situations::credible_looks,
                                 &slow::Situations::similar_looks,
                                 &slow::Situations::exposures_cumulated,
                                 &slow::Situations::exposures_again,
                                 &slow::Situations::credible_by_profile,
                                 &slow::Situations::bought_incremental,
                                 &slow::Situations::bought_earlier,
                                 &slow::Situations::brought_by_several,
                                 &slow::Situations::credited_several,
                                 &slow::Situations::credited_two_campaigns,
                                 &slow::Situations::looked_as_it_bought,
                                 &slow::Situations::looked_too_early,
                                 &slow::Situations::discovered_looks,
                                 &slow::Situations::discovered_reshares,
                                 &slow::Situations::discovered_paid,
                                 &slow::Situations::discovered_cut,
                                 &slow::Situations::discovered_again,
                                 &slow::Situations::discovered_cold,
                                 &slow::Situations::discovered_from_warmup,
                                 &slow::Situations::discovery_rounded_up,
                                 &slow::Situations::discovery_rounded_down,
                                 &slow::Situations::discovery_chosen,
                                 &slow::Situations::discovery_short,
                                 &slow::Situations::discovery_refused_old,
                                 &slow::Situations::discovery_refused_candidate,
                                 &slow::Situations::discovery_refused_seen,
                                 &slow::Situations::discovery_refused_own,
                                 &slow::Situations::discovery_refused_followed,
                                 &slow::Situations::cold_refused_proven,
                                 &slow::Situations::cold_pools_cut,
                                 &slow::Situations::pools_cut_by_value,
                                 &slow::Situations::pools_cut_among_equals,
                                 &slow::Situations::pools_cut_after_better,
                                 &slow::Situations::too_large_for_cold,
                                 &slow::Situations::too_tried_for_cold,
                                 &slow::Situations::expected_otherwise,
                                 &slow::Situations::answers_expected,
                                 &slow::Situations::ties_matter,
                                 &slow::Situations::ties_of_root,
                                 &slow::Situations::ties_forgotten,
                                 &slow::Situations::matches_matter,
                                 &slow::Situations::verified_inside,
                                 &slow::Situations::verified_outside,
                                 &slow::Situations::verified_reshared,
                                 &slow::Situations::pasts_faded,
                                 &slow::Situations::pasts_together})
          t.*field += s.*field;
        ++number;
      }
  for (const slow::Situations& s : total) {
    CAPTURE(s.again, s.several_resharers, s.own_root_back, s.late_reshare, s.known_left_out, s.parent_matters,
            s.not_twice, s.cut_by_length, s.cut_by_patience, s.ties, s.deep, s.withheld, s.slots_expired,
            s.slots_stacked, s.twice_in_a_tick, s.held_out, s.borrowed_profile, s.shared_liking);
    CHECK(s.several_resharers > 0);
    CHECK(s.own_root_back > 0);
    CHECK(s.late_reshare > 0);
    CHECK(s.parent_matters > 0);
    CHECK(s.cut_by_length > 0);
    CHECK(s.cut_by_patience > 0);
    CHECK(s.ties > 0);
    CHECK(s.deep > 0);
    CHECK(s.withheld > 0);
    CHECK(s.slots_expired > 0);
    CHECK(s.slots_stacked > 0);
    CHECK(s.twice_in_a_tick > 0);
    CHECK(s.held_out > 0);
    CHECK(s.borrowed_profile > 0);
    CHECK(s.shared_liking > 0);
    CAPTURE(s.stranger_looks, s.replies_waited, s.replies_expired, s.answers_limited, s.answers_late,
            s.days_with_one_more, s.days_with_one_fewer, s.answered_changes, s.bystander_changes, s.sponsored_changes,
            s.twice_in_session, s.answered_after_session, s.ties_faded);
    CHECK(s.stranger_looks > 0);
    CHECK(s.replies_waited > 0);
    CHECK(s.replies_expired > 0);
    CHECK(s.answers_limited > 0);
    CHECK(s.answers_late > 0);
    CHECK(s.days_with_one_more > 0);
    CHECK(s.days_with_one_fewer > 0);
    CHECK(s.answered_changes > 0);
    CHECK(s.bystander_changes > 0);
    CHECK(s.sponsored_changes > 0);
    CHECK(s.twice_in_session > 0);
    CHECK(s.answered_after_session > 0);
    CHECK(s.ties_faded > 0);
    CAPTURE(s.credible_looks, s.similar_looks, s.exposures_cumulated, s.exposures_again, s.credible_by_profile,
            s.bought_incremental, s.bought_earlier, s.brought_by_several, s.credited_several, s.credited_two_campaigns,
            s.looked_as_it_bought, s.looked_too_early);
    CHECK(s.credible_looks > 0);
    CHECK(s.similar_looks > 0);
    CHECK(s.credible_by_profile > 0);
    CHECK(s.bought_incremental > 0);
    CHECK(s.bought_earlier > 0);
    CHECK(s.brought_by_several > 0);
    CHECK(s.credited_several > 0);
    CHECK(s.credited_two_campaigns > 0);
    CHECK(s.looked_as_it_bought > 0);
    CHECK(s.looked_too_early > 0);
    CAPTURE(s.discovered_looks, s.discovered_reshares, s.discovered_paid, s.discovered_cut, s.discovered_again,
            s.discovered_cold, s.discovered_from_warmup, s.discovery_rounded_up, s.discovery_rounded_down,
            s.discovery_chosen, s.discovery_short);
    CHECK(s.discovered_looks > 0);
    CHECK(s.discovered_reshares > 0);
    CHECK(s.discovered_paid > 0);
    CHECK(s.discovered_cut > 0);
    CHECK(s.discovered_cold > 0);
    CHECK(s.discovered_from_warmup > 0);
    CHECK(s.discovery_rounded_up > 0);
    CHECK(s.discovery_rounded_down > 0);
    CHECK(s.discovery_chosen > 0);
    CHECK(s.discovery_short > 0);
    CAPTURE(s.discovery_refused_old, s.discovery_refused_candidate, s.discovery_refused_seen, s.discovery_refused_own,
            s.discovery_refused_followed, s.cold_refused_proven, s.cold_pools_cut, s.pools_cut_by_value,
            s.pools_cut_among_equals, s.pools_cut_after_better, s.too_large_for_cold, s.too_tried_for_cold);
    CHECK(s.discovery_refused_old > 0);
    CHECK(s.discovery_refused_candidate > 0);
    CHECK(s.discovery_refused_seen > 0);
    CHECK(s.discovery_refused_own > 0);
    CHECK(s.cold_refused_proven > 0);
    CHECK(s.cold_pools_cut > 0);
    CHECK(s.pools_cut_by_value > 0);
    CHECK(s.pools_cut_among_equals > 0);
    CHECK(s.pools_cut_after_better > 0);
    CHECK(s.too_large_for_cold > 0);
    CHECK(s.too_tried_for_cold > 0);
    CAPTURE(s.expected_otherwise, s.pasts_faded, s.pasts_together);
    CHECK(s.expected_otherwise > 0);
    CHECK(s.answers_expected > 0);
    CAPTURE(s.ties_matter, s.ties_forgotten, s.matches_matter);
    CHECK(s.ties_matter > 0);
    CHECK(s.ties_forgotten > 0);
    CHECK(s.matches_matter > 0);
    CHECK((s.verified_inside > 0 && s.verified_outside > 0 && s.verified_reshared > 0));
    CHECK(s.pasts_faded > 0);
    CHECK(s.pasts_together > 0);
  }
  CHECK(total[0].ties_of_root > 0);
  CHECK(total[0].again > 0);  // under `memory = session`
  CHECK(total[0].not_twice > 0);
  CHECK(total[0].later > 0);
  CHECK(total[0].bystander_again > 0);
  CHECK(total[0].exposures_cumulated > 0);
  CHECK(total[0].exposures_again > 0);
  CHECK(total[0].discovered_again > 0);
  CHECK(total[0].discovery_refused_followed > 0);
  CHECK(total[1].known_left_out > 0);
}

TEST_CASE("engine and slow model agree whatever the parameters", "[sim][oracle]") {
  int whole_runs = 0, incremental = 0, earlier = 0;  // worlds with such purchases
  int followed = 0, unfollowed = 0;                  // worlds where it happened
  std::array<int, 2> discovered{};                   // worlds with such looks, by gate
  for (std::uint32_t number = 0; number < 80; ++number) {
    INFO("world " << number);
    std::uint32_t drawn = 0;
    const auto pick = [&](auto... values) {
      const std::array list{values...};
      return list[nested_mix(20'260'117, number, drawn++) % list.size()];
    };
    WorldParameters world = restless_world();
    world.seed = number;
    world.time.tick_seconds = pick(60U, 600U, 1800U, 3600U);
    const double day = world.time.ticks_per_day();
    world.population.sessions_per_day = day * pick(0.02, 0.3, 1.0, 50.0);
    world.population.posts_per_day = day * pick(0.0, 0.05, 0.2, 2.0);
    world.population.session_spread = pick(0.0, 1.0);
    world.population.post_spread = pick(0.0, 1.0);
    world.population.patience = pick(1.0, 1.5, 10.0, 1e5);
    world.population.patience_spread = pick(0.0, 1.0);
    if (pick(0, 1)) world.population.daily_profile = PopulationParameters::filled_profile();
    world.population.topics = pick(1U, 2U, 16U);
    keep_to_topics(world);
    world.population.focus = pick(0.0, 0.5, 1.0);
    world.population.interest_skew = pick(0.5, 3.0);
    const int uneven = pick(0, 1, 2, 3);  // at most two of three, for the sake of time
    world.population.propensity_spread = uneven == 1 || uneven == 2 ? 1.0 : 0.0;
    world.population.quality_spread = uneven == 2 || uneven == 3 ? 0.7 : 0.0;
    for (CampaignParameters& campaign : world.campaigns) {
      campaign.followers.least = 0;  // there is always somebody, in the smallest graph too
      if (campaign.choose == AccountChoice::named) campaign.accounts = {"2", "0", "1", "3"};
      campaign.every = pick(1U, 5U, 9U);
      campaign.slots = pick(1U, 3U, 7U);
      campaign.posts = std::min(campaign.slots, pick(1U, 3U, 7U));
      campaign.replace_within = pick(0U, 2U, 30U);
      campaign.count = pick(1U, 4U, UINT32_MAX);
      campaign.start = pick(0U, 10U);
      if (campaign.plant.empty()) campaign.acceptance = pick(1.0, 0.9);
      if (!campaign.tier.empty()) campaign.tier = pick(std::string(), std::string(), std::string("few"));
      if (campaign.budget_share < 1) campaign.budget_share = pick(1.0, 0.8);
    }
    world.population.active_sessions = pick(0.0, 0.8, 1.0);
    world.population.shared_interest = pick(0.0, 0.4, 1.0);
    world.prices.exponent = pick(1.0, 0.8, 1.3);
    world.prices.spread = pick(0.0, 0.0, 0.7);
    world.prices.scale = pick(1.0, 1.0, 0.1);
    const Tick window = pick(1U, 5U, 20U, 45U);
    world.time.warmup = window + pick(0U, 3U);
    world.time.measure = pick(65U, 80U);
    world.time.followup = window + pick(0U, 4U);

    const auto draw_run = [&] {
      RunParameters run = restless_run(
          pick(all_rankings[0], all_rankings[1], all_rankings[2], all_rankings[3], all_rankings[4], all_rankings[5]),
          pick(memories[0], memories[1]), pick(parents[0], parents[1]));
      run.feed.window = window;
      run.feed.length = pick(1U, 5U, 200U);
      const double strength = pick(0.0, 1.0, 50.0, automatic);
      run.feed.prior_strength = {strength, pick(strength, automatic), strength, strength};
      run.feed.perturbation = pick(0.0, 0.0, 0.5);
      run.behaviour.again = pick(again[0], again[1]);
      const double prior = pick(automatic, 0.02);
      run.feed.prior.fill(prior);
      run.feed.age_half_life = pick(0.0, 2.5, 40.0);
      run.feed.weights = pick(PerAction{1, 0, 0, 0}, PerAction{0.5, 13.5, 1, 0.25});
      run.behaviour.probability =
          pick(PerAction{0, 0, 0, 0}, PerAction{0.5, 0.2, 0.05, 0.9}, PerAction{0.1, 0.1, 0.5, 0.1});
      run.behaviour.topic_match = uneven == 1 || uneven == 3 ? pick(0.0, 2.0) : 0.0;
      if (world.population.propensity_spread == 0 && world.population.quality_spread == 0)
        run.behaviour.probability[pick(0U, 2U)] = 1.0;
      run.behaviour.social_proof = pick(0.0, 1.0);
      run.feed.holdout = pick(0.0, 0.3, 1.0);
      run.behaviour.stranger = pick(0.0, 0.0, -1.0);
      run.sponsorship.reaction = pick(0.0, 0.0, -0.7);
      run.answers.per_day = pick(0.0, 0.4, 5.0, 1e5);
      run.answers.spread = pick(0.0, 1.0);
      run.answers.patience = pick(1U, 8U, 100U);
      run.trust.effect = pick(0.0, 2.0);
      run.trust.start = pick(0.0, 0.3, 1.0);
      run.trust.stranger = pick(automatic, automatic, 0.6);
      run.trust.answered = pick(0.0, 0.4, 1.0);
      run.trust.bystander = pick(0.0, 0.1);
      run.trust.sponsored = pick(0.0, 0.2, 1.0);
      run.trust.half_life = pick(0.0, 1.5, 30.0);
      return run;
    };
    RunParameters before = draw_run(), arm = draw_run();
    for (const CampaignParameters& campaign : world.campaigns)
      if (pick(0, 1)) arm.pays.push_back(campaign.name);
    const ReplicateStreams streams{pick(0U, 1U), pick(0U, 2U), pick(0U, 3U), pick(0U, 4U)};
    const bool track = pick(0, 1) != 0;
    const FollowGraph graph = random_graph(pick(4U, 20U, 40U), pick(0.5, 1.0, 2.0), number);
    const auto users = static_cast<std::uint32_t>(graph.user_count());
    Users accounts = mixed_accounts(users, pick(0.3, 0.8, 1.0), number);
    if (pick(0, 0, 1)) accounts.active.clear();
    if (pick(0, 0, 1)) accounts.community.clear();
    for (RunParameters* run : {&before, &arm}) {
      run->behaviour.credibility = pick(0.0, 0.0, 0.8, -0.6);
      run->behaviour.similarity = pick(0.0, 0.0, 0.7, -0.5);
      run->behaviour.exposures = pick(0.0, 0.5);
    }
    const std::size_t products = pick(0U, 0U, 1U, 2U, 2U);
    for (std::size_t i = 0; i < products; ++i) {
      ProductParameters product;
      product.name = std::array{"soap", "tea"}[i];
      product.topic = pick(-1, 0, static_cast<int>(world.population.topics) - 1);
      product.rate = day * pick(0.0005, 0.002, 0.01, 0.3);
      product.affinity = pick(0.0, 1.5, 4.0);
      product.look = pick(0.0, 1.0, 5.0);
      product.click = pick(0.0, 20.0);
      product.half_life = pick(0.0, 3.0, 40.0);
      product.credit = pick(1U, 10U, 1000U);
      world.products.push_back(product);
    }
    for (CampaignParameters& campaign : world.campaigns) {
      const std::size_t sells = pick(0U, 0U, 1U, 2U);
      if (sells < products) campaign.product = world.products[sells].name;
    }
    const std::uint32_t draw = pick(0U, 1U, 2U);
    const Tick series_every = pick(1U, 6U, 1000U);
    for (RunParameters* run : {&before, &arm}) {
      const double share = pick(0.0, 0.1, 0.3, 0.95);
      const std::uint32_t cold = pick(0U, 0U, 1U, 2U);
      run->discovery.pool = pick(2U, 5U, 20U);
      run->discovery.refresh = pick(1U, 2U, 6U);
      run->discovery.gate = pick(gates[0], gates[1]);
      run->discovery.topics = pick(1U, 2U, 3U);
      run->discovery.cold_followers = pick(0U, 1U, 3U, 1000U);
      run->discovery.cold_impressions = pick(1U, 3U, 20U);
      if (pick(0, 1)) continue;
      run->discovery.share = share;
      run->discovery.cold = cold;
    }
    for (RunParameters* run : {&before, &arm}) {
      run->feed.author_strength = pick(unlimited, automatic, 0.5, 20.0);
      run->feed.author_half_life = pick(0.0, 3.0, 40.0);
    }
    for (RunParameters* run : {&before, &arm}) {
      run->feed.answered_weight = pick(0.0, 75.0);
      run->feed.answered_strength = pick(0.5, 20.0);
    }
    for (RunParameters* run : {&before, &arm}) {
      run->feed.tie = pick(unlimited, 1.0, 10.0);
      run->feed.topic_match = pick(0.0, 0.5, 1.0);
    }
    world.prices.engagement = pick(0.0, 0.0, 0.5, 1.0);
    if (pick(0, 0, 1)) world.prices.card = {micro_per_unit, 3 * micro_per_unit + 7, 9 * micro_per_unit};
    world.prices.manage = pick(0, 0, 400'000);
    for (CampaignParameters& campaign : world.campaigns)
      if (campaign.slots > 1) campaign.answer_after = pick(0U, 0U, 0U, 0U, 3U, 12U);
    if (pick(0, 1)) add_promotion(world, number);
    for (CampaignParameters& campaign : world.campaigns)
      campaign.promotion.time = std::min(campaign.promotion.time, window);
    for (RunParameters* run : {&before, &arm}) {
      if (pick(0, 1)) continue;
      PerAction& p = run->behaviour.probability;
      p[of(Action::profile_visit)] = pick(0.0, 0.3, 1.0);
      p[of(Action::follow)] = pick(0.0, 0.05, 0.4);
      p[of(Action::hide)] = pick(0.0, 0.1, 0.4);
      p[of(Action::report)] = pick(0.0, 0.05);
      run->behaviour.follow_after_visit = pick(0.0, 0.2, 1.0);
      run->unfollow.hides = pick(0U, 1U, 3U);
      run->unfollow.crowded = pick(0.0, 1.0, 2.5);
      run->unfollow.probability = pick(0.0, 0.3, 1.0);
      run->feed.weights[of(Action::follow)] = pick(0.0, 4.0);
      run->feed.weights[of(Action::profile_visit)] = pick(0.0, 2.0);
      run->feed.weights[of(Action::report)] = pick(0.0, 0.5);
      run->feed.prior[of(Action::follow)] = pick(0.0, 0.05);
      run->feed.prior_strength[of(Action::follow)] = pick(0.0, 30.0, automatic);
      run->feed.prior_strength[of(Action::profile_visit)] = pick(0.0, 30.0, automatic);
    }
    if (pick(0, 1)) world.tiers.verified = {pick(0.1, 0.9), pick(0.0, 0.4), pick(0.5, 1.0)};
    arm.feed.verified = pick(1.0, 4.0), arm.feed.verified_outside = pick(1.0, 2.0, 0.0);
    if (pick(0, 0, 1)) world.tiers.fake_followers = {pick(0.1, 0.6), pick(0.0, 0.4), pick(0.0, 1.0)};
    if (slow::Model first(graph, accounts, world, before, streams); somebody_finds_nobody(first)) {
      Alone alone;
      REQUIRE_THROWS_AS(World(graph, accounts, world, before, streams, alone,
                              std::make_shared<Deals>(graph, accounts, world, streams, ExpectedSpread{}, draws)),
                        BadRequest);
      continue;
    }
    Pair pair(graph, accounts, world, before, streams, track);
    whole_runs += pair.run(arm, series_every, draw);
    incremental += pair.slow.situations.bought_incremental > 0;
    earlier += pair.slow.situations.bought_earlier > 0;
    const slow::FollowSituations& s = pair.slow.situations.follows;
    followed += s.after_visit + s.without_visit > 0;
    unfollowed += s.lost_hidden + s.lost_crowded > 0;
    discovered[arm.discovery.gate == DiscoveryGate::volume] += pair.slow.situations.discovered_looks > 0;
  }
  CHECK(whole_runs >= 30);  // the others are refused by both
  CAPTURE(incremental, earlier);
  CHECK(incremental >= 4);
  CHECK(earlier >= 4);
  CAPTURE(followed, unfollowed);
  CHECK(followed >= 4);
  CHECK(unfollowed >= 4);
  CAPTURE(discovered[0], discovered[1]);
  for (const int worlds : discovered) CHECK(worlds >= 4);
}

TEST_CASE("engine and slow model agree where a window has more ticks than a byte has values", "[sim][oracle]") {
  const FollowGraph graph = random_graph(20, 1.0, 12);
  std::uint64_t returns = 0;
  for (const Tick window : {240U, 256U, 700U})
    for (const FeedMemory memory : memories) {
      INFO("window " << window << ", memory " << static_cast<int>(memory));
      WorldParameters world = restless_world();
      world.time = {60, window, 150, window};
      world.population.sessions_per_day =
          1440 * 0.02;  // most readers come back after dozens of ticks, some after hundreds
      world.population.session_spread = 1.5;
      world.population.posts_per_day = 1440 * 0.005;
      world.population.daily_profile = PopulationParameters::filled_profile();
      world.campaigns.clear();
      RunParameters run = restless_run(Ranking::chronological, memory, ParentRule::latest);
      run.feed.window = window;
      const Users accounts;
      Pair pair(graph, accounts, world, run, ReplicateStreams{}, true);
      REQUIRE(pair.run(run, 50));
      returns += pair.slow.situations.again + pair.slow.situations.known_left_out;
      CHECK(pair.slow.situations.several_resharers > 0);
    }
  CHECK(returns > 0);
}

TEST_CASE("base odds are centred: the population acts as often as the key says, whatever the spreads",
          "[sim][oracle]") {
  // All users and posts there are, as reacting sees them: 256 propensities x 256 interests x 256 qualities. Thresholds
  // are cut to 2^-32, which takes half of that from the mean: two parts in ten million of the smallest probability. One
  // part in a million is demanded of the sum.
  const double propensity = GENERATE(0.0, 0.6, 1.5), match = GENERATE(0.0, 1.2, 3.0), quality = GENERATE(0.0, 0.4),
               skew = GENERATE(0.5, 2.0);
  PopulationParameters population;
  population.propensity_spread = propensity;
  population.quality_spread = quality;
  population.interest_skew = skew;
  BehaviourParameters keys;
  keys.probability = {0.4, 0.1, 0.012, 0.0005, 0.05, 0.003, 0.02, 0.001};
  keys.follow_after_visit = 0.3;
  keys.topic_match = match;
  const Behaviour behaviour(keys, population);
  std::array<double, action_count> sum{};
  double after_visit = 0;
  std::uint64_t count = 0;
  // A factor that is switched off has one value.
  for (unsigned p = 0; p < (propensity == 0.0 ? 1U : 256U); ++p)
    for (unsigned i = 0; i < (match == 0.0 ? 1U : 256U); ++i)
      for (unsigned q = 0; q < (quality == 0.0 ? 1U : 256U); ++q, ++count) {
        const double odds =
            behaviour.odds(static_cast<std::uint8_t>(p), static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(q), 0);
        for (std::size_t a = 0; a < action_count; ++a)
          sum[a] += static_cast<double>(behaviour.threshold(static_cast<Action>(a), odds)) * 0x1p-32;
        after_visit += static_cast<double>(behaviour.threshold_after_visit(odds)) * 0x1p-32;
      }
  CAPTURE(propensity, match, quality, skew);
  for (std::size_t a = 0; a < action_count; ++a)
    CHECK(sum[a] / static_cast<double>(count) == Approx(keys.probability[a]).epsilon(1e-6));
  CHECK(after_visit / static_cast<double>(count) == Approx(keys.follow_after_visit).epsilon(1e-6));
}

}  // namespace
}  // namespace grapevine
