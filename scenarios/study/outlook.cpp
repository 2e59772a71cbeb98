#include "scenarios/study/outlook.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include "scenarios/study/footprint.hpp"
#include "scenarios/study/hangs_on.hpp"
#include "scenarios/study/memory_limit.hpp"
#include "scenarios/study/possible.hpp"
#include "scenarios/study/probe.hpp"
#include "scenarios/study/switches.hpp"
#include "sim/money/campaigns.hpp"
#include "sim/run/partners.hpp"

namespace grapevine {

namespace {

std::vector<std::uint64_t> count_by_tier(const FollowGraph& graph, const TierParameters& tiers) {
  std::vector<std::uint64_t> users(tiers.names.size(), 0);
  for (const std::uint32_t followers : graph.follower_counts()) {
    const auto above = std::ranges::upper_bound(tiers.from, followers);
    if (above != tiers.from.begin()) ++users[static_cast<std::size_t>(above - tiers.from.begin()) - 1];
  }
  return users;
}

std::uint64_t total(const std::vector<Purchase>& purchases, std::uint64_t (*of)(const Purchase&)) {
  std::uint64_t sum = 0;
  for (const Purchase& purchase : purchases) sum += of(purchase);
  return sum;
}

void note_graph(const Scenario& scenario, const StudyGraph& world, Outlook& outlook) {
  outlook.graph = world.facts;
  outlook.notes = world.notes;
  const auto counts = world.graph.follower_counts();
  const UserId largest(static_cast<std::uint32_t>(std::ranges::max_element(counts) - counts.begin()));
  if (!counts.empty())
    outlook.largest = world.accounts.outside_ids.empty() ? std::to_string(largest.value())
                                                         : world.accounts.outside_ids[largest.index()];
  outlook.users_by_tier = count_by_tier(world.graph, scenario.world.tiers);
  outlook.graph_bytes = static_cast<double>(world.graph.memory());
}

/// Time to the yes, over those who said it.
double mean_answer(const std::vector<Purchase>& purchases) {
  const std::uint64_t ticks = total(purchases, [](const Purchase& p) { return std::uint64_t{p.accepted - p.asked}; });
  return purchases.empty() ? 0 : static_cast<double>(ticks) / static_cast<double>(purchases.size());
}

void note_campaigns(const Scenario& scenario, const ChoiceProbe& choice, bool knows_past, Outlook& outlook) {
  const std::vector<Deal> deals = choice.deals->of(0);
  const auto chosen = [&](const CampaignParameters& campaign) {
    return std::ranges::count(choice.later, campaign.name) == 0 &&
           (knows_past || !waits_for_past(campaign, scenario.world));
  };
  outlook.campaigns.clear();
  for (std::size_t c = 0; c < deals.size(); ++c) {
    const std::vector<Purchase>& purchases = deals[c].purchases;
    const CampaignParameters& campaign = scenario.world.campaigns[c];
    const auto giver = std::ranges::find(scenario.world.campaigns, campaign.budget_of, &CampaignParameters::name);
    outlook.campaigns.push_back({.name = campaign.name,
                                 .chosen = chosen(campaign),
                                 .bound = giver == scenario.world.campaigns.end() || chosen(*giver),
                                 .accounts = purchases.size(),
                                 .posts = total(purchases, [](const Purchase& p) { return std::uint64_t{p.posts}; }),
                                 .followers = total(purchases, [](const Purchase& p) { return p.followers; }),
                                 .budget = deals[c].budget,
                                 .spent = deals[c].spent(),
                                 .bought = campaign.promotion.bought(),
                                 .promotion = deals[c].promotion,
                                 .offers = deals[c].offers,
                                 .declined = deals[c].declined,
                                 .too_late = deals[c].too_late,
                                 .answer_ticks = mean_answer(purchases),
                                 .guarantee = deals[c].guarantee,
                                 .expected_adopters = deals[c].expected_adopters});
  }
}

void note_what_comes_later(Outlook& outlook) {
  for (const Outlook::Campaign& campaign : outlook.campaigns)
    if (!campaign.chosen) outlook.later.push_back("the accounts of campaign '" + campaign.name + "'");
}

/// What accounts are called, and everything else that is known of them: bytes.
double account_bytes(const Users& accounts) {
  double bytes = static_cast<double>(accounts.keys.size() * sizeof(AccountKey) + accounts.active.size() * 8 +
                                     accounts.community.size() * sizeof(std::uint16_t));
  for (const std::string& id : accounts.outside_ids)
    bytes += static_cast<double>(sizeof(id) + (id.size() > 15 ? id.capacity() + 17 : 0));
  for (const UserAttribute& attribute : accounts.attributes) bytes += static_cast<double>(attribute.values.size() * 8);
  return bytes;
}

/// The rows that are known before anything ran: those of what is paid for.
StudyRows paid_rows(const Scenario& scenario, const StudyGraph& world, const Outlook& outlook) {
  StudyRows rows;
  rows.users = static_cast<double>(world.facts.users);
  double letters = 0;
  for (const std::string& id : world.accounts.outside_ids) letters += static_cast<double>(id.size());
  rows.account_letters = world.accounts.outside_ids.empty() ? static_cast<double>(outlook.largest.size() + 4)
                                                            : letters / std::max(1.0, rows.users);
  for (const Arm& arm : scenario.arms) {
    ArmRows paid;
    for (std::size_t c = 0; c < outlook.campaigns.size(); ++c) {
      if (!runs_campaign(arm.run.pays, scenario.world.campaigns[c])) continue;
      paid.influencers += static_cast<double>(outlook.campaigns[c].accounts) * draws_of(scenario, arm);
      paid.posts += static_cast<double>(outlook.campaigns[c].posts) * draws_of(scenario, arm);
    }
    paid.nodes = scenario.output.cascades ? paid.posts : 0;
    rows.arms.push_back(paid);
  }
  return rows;
}

/// The most that is held at once: while a replicate is made or run, what the others left is there, too; when the
/// result is written, the graph is gone.
void add_up_memory(const Scenario& scenario, const Outlook::Moments& moments, const StudyRows& rows, Outlook& outlook) {
  const double runs = static_cast<double>(scenario.arms.size()) * scenario.replicates;
  outlook.record_bytes = record_bytes(scenario, rows);
  const double before_last = outlook.record_bytes * (1 - 1 / runs),
               before_replicate = outlook.record_bytes * (1 - 1.0 / scenario.replicates);
  const double graph = moments.program + outlook.graph_bytes + moments.accounts;
  const double worlds = outlook.world_bytes > 0 ? graph + 2 * outlook.world_bytes + moments.arm_end + before_last : 0;
  outlook.writing_bytes = writing_bytes(scenario, rows);
  // Many small blocks, with holes between them that the runs have left: measured, a tenth.
  constexpr double holes = 1.1;
  const double written = moments.program + holes * (outlook.record_bytes + outlook.writing_bytes);
  outlook.memory_bytes = std::max(
      {moments.made + (redraws_graph(scenario) ? before_replicate : 0), moments.ran + before_last, worlds, written});
}

}  // namespace

namespace {

/// How much more than the study at one point all points take.
struct Multiples {
  double graphs = 1, points = 1;
  double work = 1;  ///< ticks, and cascades: what points share is done once
};
Multiples multiples_of(const Scenario& whole) {
  const std::vector<const Scenario*> studies = studies_of(whole);
  std::set<std::string> graphs;
  for (const Scenario* study : studies) graphs.insert(graph_hangs_on(*study));
  const auto work = [](const Scenario& scenario) {
    return std::max(1.0, static_cast<double>(own_work_of(scenario) + switched_work_of(scenario, {})));
  };
  return {static_cast<double>(graphs.size()), static_cast<double>(studies.size()),
          work(whole) / work(*studies.front())};
}

/// What the graphs and the rest of the first study take, in all points and with all switches.
Spent of_all_studies(Spent rest, const Spent& graphs, const Scenario& scenario, const Multiples& multiples) {
  const auto own = static_cast<double>(own_work_of(scenario));
  if (own > 0) rest = (1.0 + static_cast<double>(switched_work_of(scenario, {})) / own) * rest;
  rest = multiples.work * rest;
  rest += multiples.graphs * graphs;
  return rest;
}

double sessions_per_user(const WorldParameters& world) {
  const double days = static_cast<double>(world.time.measure + world.time.followup) / world.time.ticks_per_day();
  return world.population.sessions_per_day * days;
}

void count_cascades(const Scenario& scenario, Outlook& outlook) {
  for (const Arm& arm : scenario.arms) {
    if (arm.run.diffusion.model == DiffusionModel::feed) continue;
    ++outlook.classic_arms;
    outlook.cascades += arm.run.diffusion.cascades * draws_of(scenario, arm);
  }
}

}  // namespace

Outlook look_ahead(const Scenario& whole, const LookAhead& how) {
  const double probe_seconds = how.seconds_a_part;
  expect_memory(whole);
  const Scenario& scenario = *studies_of(whole).front();
  const Multiples multiples = multiples_of(whole);
  const auto begin = [&](const char* what) {
    if (how.doing) how.doing(what);
  };
  Outlook outlook;
  Outlook::Moments moments;
  moments.program = program_bytes();
  Spent spent;
  begin("Making the graph");
  expect_switches_possible(scenario, SwitchedGraph::other, {}, false, {});
  const Stopwatch making;
  const StudyGraph world = make_graph(scenario, 0);
  const Spent graphs = (redraws_graph(scenario) ? scenario.replicates : 1.0) * making.spent();
  note_graph(scenario, world, outlook);
  moments.accounts = account_bytes(world.accounts);

  begin("Choosing accounts");
  const ChoiceProbe choice = choose_for_a_while(scenario, world, probe_seconds);
  note_campaigns(scenario, choice, false, outlook);
  expect_switches_possible(scenario, SwitchedGraph::same, world, false, {});
  spent += static_cast<double>(scenario.replicates) * choice.spent;
  moments.made = peak_bytes();

  StudyRows rows = paid_rows(scenario, world, outlook);
  if (warms_up(scenario)) {
    begin("Running ticks");
    outlook.sessions = static_cast<double>(outlook.graph.users) * sessions_per_user(scenario.world);
    const WorldProbe probe = run_for_a_while(scenario, world, choice.deals, probe_seconds, how.parts, rows);
    outlook.probe_ticks = probe.ticks;
    outlook.world_bytes = probe.world_bytes;
    moments.arm_end = probe.record_bytes;
    note_campaigns(scenario, choice, probe.knows_past, outlook);
    outlook.later.insert(outlook.later.end(), probe.later.begin(), probe.later.end());
    spent += static_cast<double>(scenario.replicates) * probe.spent;
  }
  count_cascades(scenario, outlook);
  if (outlook.classic_arms > 0) {
    begin("Spreading cascades");
    ClassicProbe probe = spread_for_a_while(scenario, world, *choice.deals, probe_seconds, rows);
    outlook.reproduction_numbers = std::move(probe.reproduction_numbers);
    outlook.later.insert(outlook.later.end(), probe.later.begin(), probe.later.end());
    spent += (redraws_graph(scenario) ? scenario.replicates : 1.0) * probe.once +
             static_cast<double>(scenario.replicates) * probe.spent;
  }
  note_what_comes_later(outlook);
  moments.ran = peak_bytes();
  const Scenario runs = with_all_runs(whole);
  add_up_memory(runs, moments, rows, outlook);
  outlook.disk_bytes = file_bytes(runs, rows);
  const double writing = writing_seconds(runs, rows);
  const Spent all = of_all_studies(spent, graphs, scenario, multiples);
  outlook.seconds = all.seconds + writing;
  outlook.processor_seconds = all.processor + writing;
  return outlook;
}

}  // namespace grapevine
