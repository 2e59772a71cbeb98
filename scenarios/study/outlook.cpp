#include "scenarios/study/outlook.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <set>

#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"
#include "scenarios/reader/read_scenario.hpp"
#include "scenarios/study/deals.hpp"
#include "scenarios/study/footprint.hpp"
#include "scenarios/study/hangs_on.hpp"
#include "scenarios/study/measured_points.hpp"
#include "scenarios/study/memory_limit.hpp"
#include "scenarios/study/possible.hpp"
#include "scenarios/study/probe.hpp"
#include "scenarios/study/process_memory.hpp"
#include "scenarios/study/run_replicate.hpp"
#include "scenarios/study/switches.hpp"
#include "sim/money/campaigns.hpp"
#include "sim/run/partners.hpp"

namespace grapevine {

namespace {

double peak_bytes() { return static_cast<double>(process_memory().peak); }

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

/// What is held of all runs, and what the largest of them hold beside it.
struct Held {
  double runs = 0;  ///< of an arm
  double replicates = 0;
  double records = 0, writing = 0;  ///< bytes of all runs
};

/// The most that is held at once: while a replicate is made or run, what the others left is there, too; when the
/// result is written, the graph is gone. Returns what is held while this study runs.
double add_up_memory(const Scenario& scenario, const Outlook::Moments& moments, const Held& held, Outlook& outlook) {
  outlook.record_bytes = held.records;
  outlook.writing_bytes = held.writing;
  const double before_last = held.records * (1 - 1 / held.runs),
               before_replicate = held.records * (1 - 1 / held.replicates);
  const double graph = moments.program + outlook.graph_bytes + moments.accounts;
  const double worlds =
      outlook.world_bytes > 0 ? graph + outlook.worlds * outlook.world_bytes + moments.arm_end + before_last : 0;
  // Many small blocks, with holes between them that the runs have left: measured, a tenth.
  constexpr double holes = 1.1;
  const double written = moments.program + holes * (outlook.record_bytes + outlook.writing_bytes);
  const double running =
      std::max({moments.made + (redraws_graph(scenario) ? before_replicate : 0), moments.ran + before_last, worlds});
  outlook.memory_bytes = std::max(running, written);
  outlook.arm_bytes = outlook.world_bytes + moments.arm_end;
  outlook.job_bytes = std::max(outlook.worlds * outlook.world_bytes + moments.arm_end, moments.ran - moments.made);
  if (redraws_graph(scenario))
    outlook.job_bytes += std::max(outlook.graph_bytes + moments.accounts, moments.made - moments.program);
  return running;
}

}  // namespace

namespace {

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

JobsThatFit jobs_that_fit(const Scenario& scenario, const Outlook& outlook) {
  constexpr double filled = 0.9;  // of what there is: the estimate is good to a tenth
  int units = 0;
  for (const Scenario* study : studies_of(scenario))
    units += static_cast<int>(scenario.replicates * (1 + switched_off(*study).size()));
  const int threads = thread_count();
  const double room = filled * memory_limit().bytes;
  JobsThatFit fit{.bytes = outlook.memory_bytes};
  while (fit.replicates < std::min(units, threads) && outlook.job_bytes > 0 && fit.bytes + outlook.job_bytes <= room)
    ++fit.replicates, fit.bytes += outlook.job_bytes;
  if (fit.replicates < units || outlook.arm_bytes <= 0) return fit;
  // All of them, and arms of each, which go on from copies: of a warm-up that is there until the last of them has
  // begun, of their first ticks, of a warm-up of their own, while the next one is made.
  const auto arms = static_cast<int>(std::ranges::count_if(scenario.arms, std::not_fn(is_classic)));
  const bool own = std::ranges::count(scenario.arms, ArmWarmup::own, &Arm::warmup) > 0;
  while (fit.arms < std::min(arms, threads / units)) {
    const double needs = units * ((own ? 2 : 1) + (fit.arms == 1 ? 2 : 0)) * outlook.arm_bytes;
    if (fit.bytes + needs > room) break;
    ++fit.arms, fit.bytes += needs;
  }
  return fit;
}

namespace {

/// What measuring one point tells.
struct Look {
  std::size_t point = 0;
  double weight = 1;  ///< points like it, by the work of each
  double graphs = 1;  ///< that are made for these, of about its size
  Outlook outlook = {};
  Outlook::Moments moments = {};
  StudyRows rows = {};
  Spent of_graphs = {}, of_arms = {};  ///< all replicates
};

/// Which points have too little money.
class Money {
public:
  explicit Money(const Scenario& whole) : studies_(studies_of(whole)), is_sweep_(!whole.at.empty()) {
    for (std::size_t p = 0; p < studies_.size(); ++p) {
      graphs_.push_back(is_sweep_ ? graph_hangs_on(*studies_[p]) : "");
      if (!studies_[p]->infeasible.empty()) infeasible[p] = studies_[p]->infeasible;
    }
  }

  /// Tries those that have this graph, for so many seconds.
  void try_on(const StudyGraph& world, std::size_t point, double most_seconds) {
    if (!is_sweep_) return;
    const Stopwatch watch;
    for (std::size_t p = 0; p < studies_.size(); ++p) {
      if (graphs_[p] != graphs_[point] || infeasible.contains(p) || tried_.contains(p)) continue;
      if (had(watch.spent(), most_seconds)) return;
      try {
        make_deals(*studies_[p], studies_[p]->world, world, 0, [&] {
          if (had(watch.spent(), most_seconds)) throw OutOfTime{};
        });
        tried_.insert(p);
      } catch (const Infeasible& mistake) {
        infeasible[p] = mistake.why();
      } catch (const OutOfTime&) {
        return;
      }
    }
  }
  std::size_t untried() const { return is_sweep_ ? studies_.size() - tried_.size() - infeasible.size() : 0; }

  std::map<std::size_t, std::string> infeasible;  ///< by point, why

private:
  std::vector<const Scenario*> studies_;
  std::vector<std::string> graphs_;
  std::set<std::size_t> tried_;
  bool is_sweep_;
};

/// Measures points, each for so many seconds a part.
class Looker {
public:
  Looker(const LookAhead& how, double seconds, Money& money) : how_(how), seconds_(seconds), money_(money) {}

  /// `name`: of the point; empty where there is one.
  Look look_at(const Scenario& scenario, std::size_t point, const std::string& name) {
    Look look{.point = point};
    Outlook& outlook = look.outlook;
    look.moments.program = program_;
    begin("Making the graph", name);
    expect_switches_possible(scenario, SwitchedGraph::other, {}, false, {});
    const Stopwatch making;
    const StudyGraph world = make_graph(scenario, 0);
    look.of_graphs = (redraws_graph(scenario) ? scenario.replicates : 1.0) * making.spent();
    note_graph(scenario, world, outlook);
    look.moments.accounts = account_bytes(world.accounts);

    begin("Choosing accounts", name);
    money_.try_on(world, point, seconds_);
    const ChoiceProbe choice = choose_for_a_while(scenario, world, seconds_);
    note_campaigns(scenario, choice, false, outlook);
    expect_switches_possible(scenario, SwitchedGraph::same, world, false, {});
    look.of_arms += static_cast<double>(scenario.replicates) * choice.spent;
    look.moments.made = peak_bytes();
    look.rows = paid_rows(scenario, world, outlook);
    if (warms_up(scenario)) run(scenario, world, choice, name, look);
    count_cascades(scenario, outlook);
    if (outlook.classic_arms > 0) spread(scenario, world, choice, name, look);
    note_what_comes_later(outlook);
    // What was run here held two worlds.
    look.moments.ran = outlook.classic_arms > 0 || worlds_at_once(scenario) > 1 ? peak_bytes() : look.moments.made;
    const auto own = static_cast<double>(own_work_of(scenario));
    if (own > 0) look.of_arms = (1.0 + static_cast<double>(switched_work_of(scenario, {})) / own) * look.of_arms;
    return look;
  }

private:
  void run(const Scenario& scenario, const StudyGraph& world, const ChoiceProbe& choice, const std::string& name,
           Look& look) {
    begin("Running ticks", name);
    Outlook& outlook = look.outlook;
    outlook.sessions = static_cast<double>(outlook.graph.users) * sessions_per_user(scenario.world);
    const WorldProbe probe = run_for_a_while(scenario, world, choice.deals, seconds_, how_.parts, look.rows);
    outlook.probe_ticks = probe.ticks;
    outlook.world_bytes = probe.world_bytes;
    look.moments.arm_end = probe.record_bytes;
    note_campaigns(scenario, choice, probe.knows_past, outlook);
    outlook.later.insert(outlook.later.end(), probe.later.begin(), probe.later.end());
    look.of_arms += static_cast<double>(scenario.replicates) * probe.spent;
  }
  void spread(const Scenario& scenario, const StudyGraph& world, const ChoiceProbe& choice, const std::string& name,
              Look& look) {
    begin("Spreading cascades", name);
    ClassicProbe probe = spread_for_a_while(scenario, world, *choice.deals, seconds_, look.rows);
    look.outlook.reproduction_numbers = std::move(probe.reproduction_numbers);
    look.outlook.later.insert(look.outlook.later.end(), probe.later.begin(), probe.later.end());
    look.of_arms += (redraws_graph(scenario) ? scenario.replicates : 1.0) * probe.once +
                    static_cast<double>(scenario.replicates) * probe.spent;
  }
  void begin(const char* what, const std::string& name) const {
    if (how_.doing) how_.doing((name.empty() ? std::string(what) : fmt::format("{}: {}", name, what)).c_str());
  }

  const LookAhead& how_;
  const double seconds_, program_ = program_bytes();
  Money& money_;
};

/// A look for each group of points, the largest last. Where a point has too little money another stands for its group.
std::vector<Look> look_at_points(const Scenario& whole, const LookAhead& how, Money& money) {
  const std::vector<const Scenario*> studies = studies_of(whole);
  std::vector<double> work;
  for (const Scenario* study : studies) work.push_back(rough_work(*study));
  const std::vector<MeasuredPoints> groups = groups_to_measure(work);
  Looker looker(how, how.seconds_a_part / std::sqrt(static_cast<double>(groups.size())), money);
  std::vector<Look> looks;
  std::vector<const MeasuredPoints*> of_looks;
  for (const MeasuredPoints& group : groups) {
    constexpr std::size_t most_tries = 4;
    std::size_t tries = 0;
    for (const std::size_t point : group.points) {
      if (money.infeasible.contains(point)) continue;
      if (tries++ == most_tries) break;
      try {
        looks.push_back(looker.look_at(*studies[point], point, whole.at.empty() ? "" : whole.points[point].name));
        of_looks.push_back(&group);
        break;
      } catch (const Infeasible& mistake) {
        if (whole.at.empty()) throw;
        money.infeasible[point] = mistake.why();
      } catch (const BadRequest& mistake) {
        if (whole.at.empty()) throw;
        std::vector<std::string> messages;
        for (const std::string& message : mistake.messages())
          messages.push_back(fmt::format("{} (at the point {})", message, whole.points[point].name));
        throw BadRequest(std::move(messages));
      }
    }
  }
  if (looks.empty()) throw no_money_anywhere(whole, money.infeasible);
  std::set<std::string> graphs;
  for (std::size_t i = 0; i < looks.size(); ++i) {
    looks[i].weight = looks[i].graphs = 0;
    for (const std::size_t p : of_looks[i]->points) {
      if (money.infeasible.contains(p)) continue;
      looks[i].weight += work[p] / work[looks[i].point];
      if (graphs.insert(graph_hangs_on(*studies[p])).second) looks[i].graphs += work[p] / work[looks[i].point];
    }
  }
  return looks;
}

/// What points share is done once: the work of all over the sum of the work of each.
double not_shared(const Scenario& whole) {
  double each = 0;
  for (const Scenario* study : studies_of(whole)) each += static_cast<double>(own_work_of(*study));
  return each > 0 ? static_cast<double>(own_work_of(whole)) / each : 1;
}

/// The study of a look with as many replicates as all points have together.
Scenario with_runs(const Scenario& study, double points) {
  Scenario all = study;
  all.replicates = static_cast<std::uint32_t>(all.replicates * points);
  return all;
}

/// Of processes that share the study. Those that share runs leave theirs in the folder, and the first has all in the
/// end; those that share worlds have a part of each world, and all records.
void add_up_ranks(const LookAhead& how, const Look& largest, const Held& held, Outlook& outlook) {
  if (how.ranks < 2) return;
  const Outlook::Moments& moments = largest.moments;
  const double graph = moments.program + outlook.graph_bytes + moments.accounts;
  if (how.ranks_share_worlds) {
    outlook.rank_bytes =
        std::max(moments.made, graph + outlook.worlds * outlook.world_bytes / how.ranks + moments.arm_end) +
        held.records;
    outlook.first_rank_bytes = std::max(outlook.rank_bytes, moments.program + held.records + outlook.writing_bytes);
    return;
  }
  outlook.rank_bytes = std::max({moments.ran, graph + outlook.worlds * outlook.world_bytes + moments.arm_end}) +
                       held.records / held.replicates;
  outlook.first_rank_bytes = std::max(outlook.memory_bytes, outlook.rank_bytes);
}

/// Memory, by the look that needs most, beside the records of all.
void add_up_bytes(const Scenario& whole, const LookAhead& how, std::vector<Look>& looks, Outlook& outlook) {
  const std::vector<const Scenario*> studies = studies_of(whole);
  double points = 0;
  for (const Look& look : looks) points += look.weight;
  const auto all = static_cast<double>(studies.size());  // those that cannot be have their cells, too
  Held held{.runs = all * static_cast<double>(whole.arms.size()) * whole.replicates,
            .replicates = all * whole.replicates};
  outlook.disk_bytes = 0;
  outlook.worlds = worlds_at_once(whole);
  for (Look& look : looks) {
    look.outlook.worlds = outlook.worlds;
    look.rows.points = all;
    const Scenario runs = with_runs(*studies[look.point], all);
    const double share = look.weight / points;
    held.records += share * record_bytes(runs, look.rows);
    held.writing += share * writing_bytes(runs, look.rows);
    outlook.disk_bytes += share * file_bytes(runs, look.rows);
    outlook.seconds += share * writing_seconds(runs, look.rows);
  }
  outlook.processor_seconds += outlook.seconds;
  const Look* largest = &looks.back();
  for (Look& look : looks) {
    const double running = add_up_memory(*studies[look.point], look.moments, held, look.outlook);
    if (running <= outlook.points.memory_bytes) continue;
    outlook.points.memory_bytes = running;
    outlook.points.most_memory = look.point;
    largest = &look;
    for (double Outlook::*bytes :
         {&Outlook::memory_bytes, &Outlook::graph_bytes, &Outlook::world_bytes, &Outlook::record_bytes,
          &Outlook::writing_bytes, &Outlook::job_bytes, &Outlook::arm_bytes})
      outlook.*bytes = look.outlook.*bytes;
  }
  if (how.parts > 1) outlook.arm_bytes = 0;  // of a world in parts arms are run one by one
  add_up_ranks(how, *largest, held, outlook);
}

}  // namespace

Outlook look_ahead(const Scenario& whole, const LookAhead& how) {
  expect_memory(whole);
  Money money(whole);
  std::vector<Look> looks = look_at_points(whole, how, money);
  const auto told = std::ranges::min_element(looks, {}, &Look::point);
  Outlook outlook = told->outlook;
  outlook.points = {
      .told = told->point, .measured = looks.size(), .infeasible = money.infeasible, .untried = money.untried()};
  add_up_bytes(whole, how, looks, outlook);
  const double apart = not_shared(whole);
  double points = 0;
  outlook.sessions = 0, outlook.probe_ticks = 0;
  for (const Look& look : looks) {
    const Spent spent = apart * look.weight * look.of_arms + look.graphs * look.of_graphs;
    outlook.seconds += spent.seconds;
    outlook.processor_seconds += spent.processor;
    const double alone = (look.of_arms + look.of_graphs).seconds;
    if (alone > outlook.points.seconds) outlook.points.seconds = alone, outlook.points.largest = look.point;
    points += look.weight;
    outlook.sessions += look.weight * look.outlook.sessions;
    outlook.probe_ticks += look.outlook.probe_ticks;
    for (const std::string& later : look.outlook.later)
      if (std::ranges::find(outlook.later, later) == outlook.later.end()) outlook.later.push_back(later);
  }
  outlook.sessions /= std::max(1.0, points);
  return outlook;
}

}  // namespace grapevine
