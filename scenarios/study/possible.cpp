#include "scenarios/study/possible.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "graph/base/counted.hpp"
#include "graph/base/error.hpp"
#include "scenarios/reader/read_scenario.hpp"
#include "scenarios/reader/sweep.hpp"
#include "scenarios/study/deals.hpp"
#include "scenarios/study/hangs_on.hpp"
#include "scenarios/study/study.hpp"
#include "sim/model/verified.hpp"
#include "sim/run/diffusion_run.hpp"

namespace grapevine {

void expect_known(const Scenario& scenario, const Users& accounts) {
  const bool says_creators = !accounts.attribute(creator_attribute).empty();
  const bool draws_creators = scenario.world.tiers.has_creators();
  if (says_creators && draws_creators)
    throw BadRequest(
        "tiers.creators is given, and the accounts have a column `creator`; expected one of the two; remove the key");
  const bool says_verified = !accounts.attribute(verified_attribute).empty();
  const bool draws_verified = scenario.world.tiers.has_verified();
  if (says_verified && draws_verified)
    throw BadRequest(
        "tiers.verified is given, and the accounts have a column `verified`; expected one of the two; remove the key");
  for (const Arm& arm : scenario.arms) {
    if (is_classic(arm)) continue;
    if (arm.run.behaviour.similarity != 0.0 && accounts.community.empty())
      throw BadRequest(
          fmt::format("behaviour.similarity is {} in the arm '{}', and the graph knows no communities; expected a "
                      "graph with communities; remove the key",
                      arm.run.behaviour.similarity, arm.name));
    const bool by_itself = settings_of(arm.run.feed.ranking, arm.run.feed.preset) == nullptr;
    if (by_itself && arm.run.feed.looks_at_verified() && !says_verified && !draws_verified)
      throw BadRequest(
          fmt::format("feed.verified is {} and feed.verified_outside {} in the arm '{}', and no account is verified; "
                      "expected tiers.verified, or accounts with a column `verified`; remove the keys",
                      arm.run.feed.verified, arm.run.feed.verified_outside, arm.name));
    if (by_itself && arm.run.feed.looks_at_creators() && !says_creators && !draws_creators)
      throw BadRequest(
          fmt::format("feed.creator is {} and feed.creator_outside {} in the arm '{}', and no account is a creator; "
                      "expected tiers.creators, or accounts with a column `creator`; remove the keys",
                      arm.run.feed.creator, arm.run.feed.creator_outside, arm.name));
  }
}

void expect_runnable(const Scenario& scenario, const StudyGraph& world, const Deals& deals) {
  const StreamKey selection(scenario.world.seed, Stream::selection, streams_of(scenario, 0).selection);
  for (const Arm& arm : scenario.arms) {
    if (is_classic(arm)) {
      expect_possible(arm.run.diffusion, world.graph, world.chances, scenario.world.tiers);
      continue;
    }
    for (std::uint32_t draw = 0; draw < draws_of(scenario, arm); ++draw)
      plan_posts(deals.of(draw), scenario.world, arm.run.pays, selection);
  }
}

BadRequest no_money_anywhere(const Scenario& whole, const std::map<std::size_t, std::string>& why) {
  constexpr std::size_t most_told = 20;
  std::vector<std::string> messages;
  for (const auto& [point, words] : why)
    if (messages.size() < most_told)
      messages.push_back(
          fmt::format("{}: {} (at the point {})", axis_of_money(whole), words, whole.points[point].name));
  if (why.size() > most_told)
    messages.push_back(fmt::format("and at {}", counted(why.size() - most_told, "more point")));
  return BadRequest(std::move(messages));
}

namespace {

bool chooses_by_spread(const Scenario& scenario) {
  return std::ranges::any_of(scenario.world.campaigns, [](const CampaignParameters& campaign) {
    return campaign.choose == AccountChoice::influence || campaign.choose == AccountChoice::lazy_greedy;
  });
}

/// `what`, each with the switches that are off.
BadRequest with_switches_named(const Scenario& scenario, std::span<const std::size_t> off, const BadRequest& what) {
  std::vector<std::string> names, messages;
  for (const std::size_t i : off) names.push_back("'" + scenario.switches[i].name + "'");
  for (const std::string& message : what.messages())
    messages.push_back(fmt::format("{} (with the {} {} off)", message, off.size() == 1 ? "switch" : "switches",
                                   fmt::join(names, ", ")));
  return BadRequest(std::move(messages));
}

}  // namespace

void expect_switches_possible(const Scenario& scenario, SwitchedGraph which, const StudyGraph& world, bool choosing,
                              const std::function<void()>& alive) {
  for (const std::vector<std::size_t>& off : switched_off(scenario)) {
    const Scenario switched = with_switches_off(scenario, off);
    const bool same = graph_hangs_on(switched) == graph_hangs_on(scenario);
    if (same != (which == SwitchedGraph::same)) continue;
    try {
      const StudyGraph other = same ? StudyGraph{} : make_graph(switched, 0);
      const StudyGraph& there = same ? world : other;
      expect_known(switched, there.accounts);
      if (choosing || !chooses_by_spread(switched))
        expect_runnable(switched, there, *make_deals(switched, switched.world, there, 0, alive));
    } catch (const Infeasible& mistake) {
      if (scenario.laid.empty()) throw with_switches_named(scenario, off, mistake);
    } catch (const BadRequest& mistake) {
      throw with_switches_named(scenario, off, mistake);
    }
  }
}

}  // namespace grapevine
