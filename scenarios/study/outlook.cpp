#include "scenarios/study/outlook.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>
#include <tuple>

#include "graph/base/error.hpp"
#include "graph/base/math.hpp"
#include "graph/base/parallel.hpp"
#include "scenarios/keys/understood.hpp"
#include "scenarios/result/table.hpp"
#include "scenarios/result/text.hpp"
#include "scenarios/study/memory_limit.hpp"
#include "sim/money/campaigns.hpp"
#include "sim/run/diffusion_run.hpp"

namespace grapevine {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

struct ProbeIsOver {};

/// Runs the warm-up for a while. Seconds per tick come from its later half: in the first ticks feeds are still empty.
double probe(Replicate& replicate, double most_seconds, Tick& ticks) {
  const auto start = Clock::now();
  std::vector<double> times;
  try {
    replicate.warm_up([&](Tick) {
      times.push_back(seconds_since(start));
      if (times.back() > most_seconds) throw ProbeIsOver{};
    });
  } catch (const ProbeIsOver&) {
  }
  ticks = static_cast<Tick>(times.size());
  if (times.empty()) return 0;
  const std::size_t half = times.size() / 2;
  return half == 0 ? times.back() : (times.back() - times[half - 1]) / static_cast<double>(times.size() - half);
}

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

/// Unpaid cascades that are run to see how long one takes.
constexpr std::uint64_t probe_cascades = 1 << 17;

/// Looks at all arms under classic models: seconds in one replicate, from the same with few of their cascades; bytes of
/// the trees that they keep; reproduction numbers.
void look_at_classics(const Scenario& scenario, const StudyGraph& world, const Deals& deals, Outlook& outlook) {
  auto start = Clock::now();
  const DiffusionReplicate replicate(world.graph, world.accounts, world.chances, scenario.world, deals,
                                     streams_of(scenario, 0));
  for (const Arm& arm : scenario.arms)
    outlook.reproduction_numbers.push_back(arm.run.diffusion.model == DiffusionModel::feed
                                               ? std::numeric_limits<double>::quiet_NaN()
                                               : replicate.reproduction_number(arm.run));
  const double once = seconds_since(start);
  double seconds = 0;
  for (const Arm& arm : scenario.arms) {
    if (arm.run.diffusion.model == DiffusionModel::feed) continue;
    RunParameters run = arm.run;
    const std::uint64_t wanted = run.diffusion.cascades;
    double kept = 0;
    const auto timed = [&](std::uint64_t cascades) {
      run.diffusion.cascades = cascades;
      start = Clock::now();
      const RunRecord record = replicate.run_arm(run, scenario.output);
      kept = static_cast<double>(record.posts.size() * sizeof(PostRow) + record.cascades.size() * sizeof(CascadeNode));
      return seconds_since(start);
    };
    const double draws = draws_of(scenario, arm), paid = timed(0), paid_trees = kept;
    outlook.tree_bytes += draws * paid_trees;
    seconds += draws * paid;
    if (wanted == 0) continue;
    std::uint64_t few =
        std::min<std::uint64_t>(wanted, 256);  // more and more, until they are seen to take time: one may take a second
    double took = std::max(0.0, timed(few) - paid);
    while (took < 0.1 && few < std::min(wanted, probe_cascades)) {
      few = std::min({wanted, probe_cascades, few * 8});
      took = std::max(0.0, timed(few) - paid);
    }
    const double more = static_cast<double>(wanted) / static_cast<double>(few);
    seconds += draws * took * more;
    outlook.tree_bytes += draws * (kept - paid_trees) * more;
  }
  outlook.seconds += seconds * scenario.replicates + once * (redraws_graph(scenario) ? scenario.replicates : 1);
}

bool every_arm(const Arm&) { return true; }

/// Rows times the bytes of a row; the tables are those of run_record.hpp.
double disk_bytes(const Scenario& scenario, const Outlook& outlook) {
  const TimeParameters& time = scenario.world.time;
  const PopulationParameters& population = scenario.world.population;
  const double days = static_cast<double>(time.measure) / time.ticks_per_day();
  double paid = 0;
  for (const Outlook::Campaign& campaign : outlook.campaigns)
    paid += static_cast<double>(campaign.posts + campaign.accounts);
  const double tracked =
      paid + scenario.output.track_share * static_cast<double>(outlook.graph.users) * population.posts_per_day * days;
  const double bins =
      static_cast<double>(time.measure + time.followup) / std::max<Tick>(1, scenario.output.series_every);
  constexpr double tier_row = sizeof(TierRow), series_row = sizeof(SeriesRow),
                   post_row = sizeof(PostRow) + sizeof(CascadeNode);
  const double runs = static_cast<double>(runs_of(scenario, every_arm));
  return scenario.replicates *
         (static_cast<double>(scenario.arms.size()) *
              (static_cast<double>(scenario.world.tiers.names.size()) * tier_row + bins * series_row) +
          runs * tracked * post_row);
}

/// Follower counts below which chance rules what an account gets.
constexpr std::uint64_t few_followers = 100;

/// What happens a day on the average where it happens at most once a tick, and the rates of users are lognormal with
/// this mean and this standard deviation of the log.
double daily_mean(double mean, double spread, double ticks) {
  constexpr int points = 400;
  double sum = 0, weights = 0;
  for (int i = 0; i <= points; ++i) {
    const double z = -8.0 + 16.0 * i / points, weight = math::exp(-z * z / 2);
    const double rate = mean * math::exp(spread * z - spread * spread / 2);
    sum += weight * ticks * (1 - math::exp(-rate / ticks));
    weights += weight;
  }
  return sum / weights;
}

/// What a scaled world makes too small to tell much, and what cannot happen as often as asked.
std::vector<std::string> warnings(const Scenario& scenario, const Outlook& outlook) {
  const double scale = scale_of(scenario.graph);
  std::vector<std::string> notes;
  const auto users_for = [&](std::uint64_t followers) {
    return with_thousands(static_cast<std::uint64_t>(static_cast<double>(scenario.graph.users) * few_followers /
                                                         static_cast<double>(std::max<std::uint64_t>(1, followers)) +
                                                     0.5));
  };
  std::vector<std::string> tiers;
  if (scenario.claims.any()) tiers = {scenario.claims.micro, scenario.claims.mega};
  for (const CampaignParameters& campaign : scenario.world.campaigns)
    if (!campaign.tier.empty()) tiers.push_back(campaign.tier);
  std::ranges::sort(tiers);
  tiers.erase(std::unique(tiers.begin(), tiers.end()), tiers.end());
  for (const std::string& name : tiers) {
    const auto tier = static_cast<std::size_t>(std::ranges::find(scenario.world.tiers.names, name) -
                                               scenario.world.tiers.names.begin());
    const std::uint64_t from = scenario.world.tiers.from[tier];
    if (scale < 1.0 && from < few_followers)
      notes.push_back(fmt::format(
          "tier '{}' starts at {} followers in this scaled world; below {} chance rules; graph.users = {} would fit",
          name, from, few_followers, users_for(from)));
    if (outlook.users_by_tier[tier] == 0) notes.push_back(fmt::format("tier '{}' is empty", name));
  }
  const double ticks = scenario.world.time.ticks_per_day();
  const PopulationParameters& people = scenario.world.population;
  for (const auto& [key, mean, spread] :
       {std::tuple{"population.sessions", people.sessions_per_day, people.session_spread},
        {"population.posts", people.posts_per_day, people.post_spread}})
    if (const double happens = daily_mean(mean, spread, ticks); warms_up(scenario) && happens < 0.95 * mean)
      notes.push_back(fmt::format("{} is {} a day, and a user has at most one per tick: about {} a day happen", key,
                                  mean, with_decimals(happens, happens < 10 ? 2 : 1)));
  if (scale < 1.0)
    for (const PlantChoice& plant : scenario.graph.plants)
      if (plant.followers.least < few_followers)
        notes.push_back(
            fmt::format("plant '{}' has accounts of {} followers in this scaled world; below {} chance rules; "
                        "graph.users = {} would fit",
                        plant.name, plant.followers.least, few_followers, users_for(plant.followers.least)));
  return notes;
}

std::string money(MicroMoney micro) { return with_decimals(static_cast<double>(micro) / micro_per_unit, 2); }

}  // namespace

Outlook look_ahead(const Scenario& scenario, double probe_seconds) {
  expect_memory(scenario);
  Outlook outlook;
  const auto start = Clock::now();
  const StudyGraph world = make_graph(scenario, 0);
  const double graph_seconds = seconds_since(start);

  outlook.graph = world.facts;
  outlook.notes = world.notes;
  const auto counts = world.graph.follower_counts();
  const UserId largest(static_cast<std::uint32_t>(std::ranges::max_element(counts) - counts.begin()));
  if (!counts.empty())
    outlook.largest = world.accounts.outside_ids.empty() ? fmt::to_string(largest.value())
                                                         : world.accounts.outside_ids[largest.index()];
  outlook.users_by_tier = count_by_tier(world.graph, scenario.world.tiers);
  outlook.graph_bytes = static_cast<double>(world.graph.memory());

  const ExpectedSpread expected{scenario.run.diffusion, world.chances, {}};
  const auto choices = std::make_shared<Deals>(world.graph, world.accounts, scenario.world, streams_of(scenario, 0),
                                               expected, draws_by_campaign(scenario));
  const std::vector<Deal> deals = choices->of(0);
  for (std::size_t c = 0; c < deals.size(); ++c) {
    const std::vector<Purchase>& purchases = deals[c].purchases;
    outlook.campaigns.push_back({.name = scenario.world.campaigns[c].name,
                                 .accounts = purchases.size(),
                                 .posts = total(purchases, [](const Purchase& p) { return std::uint64_t{p.posts}; }),
                                 .followers = total(purchases, [](const Purchase& p) { return p.followers; }),
                                 .budget = deals[c].budget,
                                 .spent = deals[c].spent(),
                                 .guarantee = deals[c].guarantee,
                                 .expected_adopters = deals[c].expected_adopters});
  }

  outlook.seconds = graph_seconds * (redraws_graph(scenario) ? scenario.replicates : 1);
  if (warms_up(scenario)) {
    const TimeParameters& time = scenario.world.time;
    const double days = static_cast<double>(time.measure + time.followup) / time.ticks_per_day();
    outlook.sessions = static_cast<double>(outlook.graph.users) * scenario.world.population.sessions_per_day * days;
    Alone alone;
    const auto before_world = Clock::now();
    Replicate replicate(world.graph, world.accounts, scenario.world, scenario.run, streams_of(scenario, 0), alone,
                        choices);
    const double world_seconds = seconds_since(before_world);
    const double tick_seconds = probe(replicate, probe_seconds, outlook.probe_ticks);
    outlook.seconds += world_seconds * scenario.replicates + tick_seconds * static_cast<double>(ticks_of(scenario));
    for (const MemoryLine& line : replicate.memory()) outlook.world_bytes += static_cast<double>(line.bytes);
  }
  for (const Arm& arm : scenario.arms) {
    if (arm.run.diffusion.model == DiffusionModel::feed) continue;
    ++outlook.classic_arms;
    outlook.cascades += arm.run.diffusion.cascades * draws_of(scenario, arm);
  }
  if (outlook.classic_arms > 0) look_at_classics(scenario, world, *choices, outlook);
  outlook.tree_bytes *= scenario.replicates;
  outlook.disk_bytes = disk_bytes(scenario, outlook) + outlook.tree_bytes;
  return outlook;
}

namespace {

std::string world_block(const Scenario& scenario, const Outlook& outlook) {
  const GraphFacts& graph = outlook.graph;
  std::string text = scenario.title.empty() ? "" : scenario.title + "\n\n";
  text += fmt::format("World   {} users, {} follows, reciprocity {}\n", with_thousands(graph.users),
                      with_thousands(graph.follows), with_decimals(graph.reciprocity, 3));
  if (graph.scale < 1.0)
    text += fmt::format(
        "        it stands for {} users: follower counts, fees and budgets are {} of those that it stands for\n",
        with_thousands(static_cast<std::uint64_t>(static_cast<double>(graph.users) / graph.scale + 0.5)), graph.scale);
  text += fmt::format("        the largest user, {}, has {} followers\n", outlook.largest,
                      with_thousands(graph.largest_followers));
  if (graph.rows_read > 0)
    text += fmt::format("        {} rows read: {} repeat another, {} name one user twice; {} users have no follow\n",
                        with_thousands(graph.rows_read), with_thousands(graph.duplicates),
                        with_thousands(graph.self_loops), with_thousands(graph.isolated));

  return text;
}

std::string tier_and_campaign_blocks(const Scenario& scenario, const Outlook& outlook) {
  TextTable tiers("lrr");
  tiers.add({"Tier", "followers from", "users"});
  for (std::size_t t = 0; t < outlook.users_by_tier.size(); ++t)
    tiers.add({scenario.world.tiers.names[t], with_thousands(scenario.world.tiers.from[t]),
               with_thousands(outlook.users_by_tier[t])});
  std::string text = tiers.text();

  if (!outlook.campaigns.empty()) {
    text += "\n";
    TextTable campaigns("lrrrrrr");
    campaigns.add({"Campaign", "accounts", "followers", "posts", "budget", "spent", "left over"});
    for (const Outlook::Campaign& c : outlook.campaigns) {
      const bool bounded = c.budget >= 0 && c.budget < INT64_MAX;
      campaigns.add({c.name, with_thousands(c.accounts), with_thousands(c.followers), with_thousands(c.posts),
                     bounded ? money(c.budget) : "no bound", money(c.spent),
                     bounded ? money(c.budget - c.spent) : "-"});
    }
    text += campaigns.text();
  }

  return text;
}

std::string influence_and_contagion_blocks(const Scenario& scenario, const Outlook& outlook) {
  std::string text;
  for (const Outlook::Campaign& c : outlook.campaigns)
    if (!c.guarantee.empty())
      text +=
          fmt::format("\nChosen  by influence, campaign '{}': about {} adopters expected, the accounts included; {}\n",
                      c.name, with_decimals(c.expected_adopters, 1), c.guarantee);
  if (outlook.classic_arms > 0) {
    std::vector<std::string> arms, models;
    std::vector<std::vector<double>> numbers;
    for (std::size_t arm = 0; arm < scenario.arms.size(); ++arm) {
      arms.push_back(scenario.arms[arm].name);
      models.push_back(model_name(scenario.arms[arm].run.diffusion.model));
      numbers.push_back({outlook.reproduction_numbers[arm]});
    }
    text += "\n" + contagions_text(arms, models, numbers);
  }
  return text;
}

std::string arms_block(const Scenario& scenario) {
  TextTable arms("lll");
  arms.add({"Arm", "pays for", "differs by"});
  const auto values = understood_values(scenario.understood);
  for (const Arm& arm : scenario.arms) {
    std::string pays;
    for (const std::string& campaign : arm.run.pays) pays += (pays.empty() ? "" : ", ") + campaign;
    std::string own;
    const std::string prefix = fmt::format("arm.{}.", arm.name);
    for (const auto& [key, value] : values)
      if (key.starts_with(prefix) && key != prefix + "name" && key != prefix + "pays")
        own += fmt::format("{}{} = {}", own.empty() ? "" : ", ", key.substr(prefix.size()), value);
    arms.add({arm.name, pays.empty() ? "nothing" : pays, own});
  }
  std::string text = arms.text();
  for (const CampaignParameters& campaign : scenario.world.campaigns)
    if (std::ranges::none_of(scenario.arms, [&](const Arm& arm) {
          return std::ranges::find(arm.run.pays, campaign.name) != arm.run.pays.end();
        }))
      text += fmt::format("        no arm pays for the campaign '{}', which therefore does nothing\n", campaign.name);
  if (scenario.arms.size() > 1 && scenario.contrasts.empty())
    text += "        no [[contrast]] has two arms compared; `grapevine compare` does so with any result\n";
  return text;
}

std::string runs_block(const Scenario& scenario, const Outlook& outlook) {
  std::string text = fmt::format("\nRuns    {} {} x {} {}, drawn anew: {}\n", scenario.arms.size(),
                                 scenario.arms.size() == 1 ? "arm" : "arms", scenario.replicates,
                                 scenario.replicates == 1 ? "replicate" : "replicates", redrawn_streams(scenario));
  if (const std::uint64_t runs = runs_of(scenario, every_arm); runs > scenario.arms.size())
    text += fmt::format("        {} runs per replicate, as arms are run for several draws of their accounts\n",
                        with_thousands(runs));
  const double feed_runs = scenario.replicates * static_cast<double>(runs_of(scenario, [](const Arm& arm) {
                             return arm.run.diffusion.model == DiffusionModel::feed;
                           }));
  if (outlook.probe_ticks > 0)
    text +=
        fmt::format("        {} ticks of {} s\n", with_thousands(ticks_of(scenario)), scenario.world.time.tick_seconds);
  if (feed_runs > 0)
    text += fmt::format("        about {} sessions per feed-model arm and replicate, {} in all\n",
                        with_thousands(static_cast<std::uint64_t>(outlook.sessions)),
                        with_thousands(static_cast<std::uint64_t>(outlook.sessions * feed_runs)));
  if (outlook.cascades > 0)
    text += fmt::format("        {} unpaid cascades in each replicate, {} in all\n", with_thousands(outlook.cascades),
                        with_thousands(outlook.cascades * scenario.replicates));
  return text;
}

/// What the whole study takes at its peak.
double memory_of(const Outlook& outlook) {
  const double audience_bytes = outlook.classic_arms > 0 ? outlook.graph_bytes : 0.0;
  return outlook.graph_bytes + std::max(audience_bytes, 2 * outlook.world_bytes) + outlook.tree_bytes;
}

std::string cost_block(const Outlook& outlook) {
  std::string text =
      fmt::format("Time    about {} with {} {}{}\n", duration(outlook.seconds), thread_count(),
                  thread_count() == 1 ? "thread" : "threads",
                  outlook.probe_ticks > 0 ? fmt::format(", from {} measured ticks", outlook.probe_ticks) : "");
  const double audience_bytes = outlook.classic_arms > 0 ? outlook.graph_bytes : 0.0;
  text += fmt::format("Memory  about {}: the graph {}", bytes(memory_of(outlook)), bytes(outlook.graph_bytes));
  if (outlook.world_bytes > 0)
    text += fmt::format(", the world {}, held twice while an arm runs", bytes(outlook.world_bytes));
  if (outlook.tree_bytes > 0) text += fmt::format(", cascades kept under classic models {}", bytes(outlook.tree_bytes));
  if (audience_bytes > 0)
    text += fmt::format(", its audiences as much again{}", outlook.world_bytes > 0 ? ", later" : "");
  text += "\n";
  if (const MemoryLimit limit = memory_limit(); memory_of(outlook) > limit.bytes)
    text += fmt::format("        that is more than {} has, {}\n", limit.of, bytes(limit.bytes));
  text += fmt::format("Disk    about {} before compression, reshares not counted\n", bytes(outlook.disk_bytes));
  return text;
}

}  // namespace

std::string outlook_text(const Scenario& scenario, const Outlook& outlook) {
  std::string text = world_block(scenario, outlook) + "\n" + tier_and_campaign_blocks(scenario, outlook) +
                     influence_and_contagion_blocks(scenario, outlook);
  for (const std::string& note : outlook.notes)
    text += fmt::format("\nNote    {}: {}\n", scenario.graph.file.string(), note);
  for (const std::string& note : warnings(scenario, outlook)) text += fmt::format("\nNote    {}\n", note);
  return text + "\n" + arms_block(scenario) + runs_block(scenario, outlook) + cost_block(outlook);
}

}  // namespace grapevine
