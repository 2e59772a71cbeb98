#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "graph/base/counted.hpp"
#include "graph/base/parallel.hpp"
#include "scenarios/keys/codec.hpp"
#include "scenarios/keys/understood.hpp"
#include "scenarios/reader/read_scenario.hpp"
#include "scenarios/reader/sweep.hpp"
#include "scenarios/result/table.hpp"
#include "scenarios/result/text.hpp"
#include "scenarios/study/memory_limit.hpp"
#include "scenarios/study/outlook.hpp"
#include "scenarios/study/probe.hpp"

namespace grapevine {

namespace {

/// Follower counts below which chance rules what an account gets.
constexpr std::uint64_t few_followers = 100;

/// What claim 1 takes for the work of answers and is not, or not all of it.
std::string silent_arm_note(const Scenario& scenario) {
  const ClaimsChoice& claims = scenario.claims;
  if (claims.silent_arm.empty()) return "";
  const auto arm_of = [&](const std::string& name) { return *std::ranges::find(scenario.arms, name, &Arm::name); };
  if (arm_of(claims.silent_arm).warmup == ArmWarmup::shared && !scenario.run.answers.neutral())
    return fmt::format(
        "the arm '{}' begins with the trust that answers won in the warm-up that it shares; claim 1 is about what they "
        "do from then on; warmup = \"own\" in it shows all of it",
        claims.silent_arm);
  std::map<std::string, std::string> ours, theirs;
  for (const auto& [key, value] : understood_values(scenario.understood)) {
    const auto take = [&, &key = key, &value = value](const std::string& arm, auto& values) {
      const std::string prefix = fmt::format("arm.{}.", arm);
      if (key.starts_with(prefix) && key != prefix + "name" && !key.starts_with(prefix + "answers."))
        values.emplace(key.substr(prefix.size()), value);
    };
    take(claims.arm, ours);
    take(claims.silent_arm, theirs);
  }
  std::set<std::string> beside;
  for (const auto& [key, value] : ours)
    if (!theirs.contains(key) || theirs.at(key) != value) beside.insert(key);
  for (const auto& [key, value] : theirs)
    if (!ours.contains(key)) beside.insert(key);
  beside.erase("warmup");  // where they differ in it, the other goes on from a warm-up under its own keys, too
  if (beside.empty()) return "";
  return fmt::format("the arms '{}' and '{}' differ in {} too; claim 1 takes all of it for what answers do", claims.arm,
                     claims.silent_arm, fmt::join(beside, ", "));
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
  for (std::size_t c = 0; c < outlook.campaigns.size(); ++c) {
    const CampaignParameters& campaign = scenario.world.campaigns[c];
    const Outlook::Campaign& got = outlook.campaigns[c];
    if (got.chosen && campaign.count != UINT32_MAX && got.budget < 0 && got.accounts < campaign.count)
      notes.push_back(fmt::format("campaign '{}' asks for {} and finds {} that it may choose and that accept{}",
                                  campaign.name, with_thousands(campaign.count, "account"),
                                  with_thousands(got.accounts), got.too_late > 0 ? " in time" : ""));
  }
  const bool answered = std::ranges::any_of(scenario.arms, [](const Arm& arm) { return !arm.run.answers.neutral(); });
  const bool hoped = std::ranges::any_of(
      scenario.arms, [](const Arm& arm) { return arm.run.trust.answered > 0 || arm.run.trust.bystander > 0; });
  if (hoped && !answered) notes.push_back("answers move trust, and nobody answers: answers.per_day is 0 in every arm");
  const bool sponsored = std::ranges::any_of(
      scenario.arms, [](const Arm& arm) { return arm.run.trust.sponsored > 0 || !arm.run.sponsorship.neutral(); });
  if (sponsored && std::ranges::all_of(scenario.arms, [](const Arm& arm) { return arm.run.pays.empty(); }))
    notes.push_back("readers mind what is paid for, and nobody pays: no arm has a campaign");
  if (const std::string words = silent_arm_note(scenario); !words.empty()) notes.push_back(words);
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

std::string world_block(const Scenario& scenario, const Outlook& outlook) {
  const GraphFacts& graph = outlook.graph;
  std::string text = scenario.title.empty() ? "" : scenario.title + "\n\n";
  text += fmt::format("World   {}, {}, reciprocity {}\n", with_thousands(graph.users, "user"),
                      with_thousands(graph.follows, "follow"), with_decimals(graph.reciprocity, 3));
  if (graph.scale < 1.0)
    text += fmt::format(
        "        it stands for {} users: follower counts, fees and budgets are {} of those that it stands for\n",
        with_thousands(static_cast<std::uint64_t>(static_cast<double>(graph.users) / graph.scale + 0.5)), graph.scale);
  text += fmt::format("        the largest user, {}, has {}\n", outlook.largest,
                      with_thousands(graph.largest_followers, "follower"));
  if (graph.rows_read > 0)
    text += fmt::format("        {} read: {} another, {} one user twice; {} no follow\n",
                        with_thousands(graph.rows_read, "row"), with_thousands(graph.duplicates, "repeats", "repeat"),
                        with_thousands(graph.self_loops, "names", "name"),
                        with_thousands(graph.isolated, "user has", "users have"));

  return text;
}

/// What campaigns that are chosen hear from those whom they ask.
std::string offers_block(const Scenario& scenario, const Outlook& outlook) {
  std::vector<OfferCounts> offers;
  for (const Outlook::Campaign& c : outlook.campaigns)
    if (c.chosen)
      offers.push_back({.campaign = c.name,
                        .asked = static_cast<double>(c.offers),
                        .declined = static_cast<double>(c.declined),
                        .too_late = static_cast<double>(c.too_late),
                        .hours = c.answer_ticks * scenario.world.time.tick_seconds / 3600});
  const std::string text = offers_text(offers);
  return text.empty() ? "" : "\n" + text;
}

/// What campaigns buy from the platform.
std::string promotion_block(const Scenario& scenario, const Outlook& outlook) {
  TextTable table("lrrrrr");
  table.add({money_heading("Promotion", scenario.world.prices.currency), "impressions", "a post", "a thousand", "hours",
             "cost"});
  bool any = false;
  for (std::size_t c = 0; c < outlook.campaigns.size(); ++c) {
    const Outlook::Campaign& got = outlook.campaigns[c];
    const PromotionParameters& promotion = scenario.world.campaigns[c].promotion;
    if (got.bought == 0) continue;
    any = true;
    const double posts = static_cast<double>(got.posts);
    table.add({got.name, with_thousands(got.bought),
               got.chosen ? with_decimals(static_cast<double>(got.bought) / posts, 1) : "later", money(promotion.price),
               with_decimals(static_cast<double>(promotion.time) * scenario.world.time.tick_seconds / 3600, 1),
               money(got.promotion)});
  }
  return any ? "\n" + table.text() : "";
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
    campaigns.add({money_heading("Campaign", scenario.world.prices.currency), "accounts", "followers", "posts",
                   "budget", "spent", "left over"});
    for (const Outlook::Campaign& c : outlook.campaigns) {
      const bool bounded = c.budget >= 0 && c.budget < INT64_MAX;
      if (!c.chosen) {
        campaigns.add({c.name, "later", "", "", !c.bound ? "later" : bounded ? money(c.budget) : "no bound", "", ""});
        continue;
      }
      campaigns.add({c.name, with_thousands(c.accounts), with_thousands(c.followers), with_thousands(c.posts),
                     bounded ? money(c.budget) : "no bound", money(c.spent),
                     bounded ? money(c.budget - c.spent) : "-"});
    }
    text += campaigns.text() + offers_block(scenario, outlook) + promotion_block(scenario, outlook);
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

bool every_arm(const Arm&) { return true; }

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

/// What is taken out of the study in turn, and in how many studies.
std::string switches_text(const Scenario& scenario) {
  if (switched_off(scenario).empty()) return "";
  TextTable table("ll");
  table.add({"Switch", "off"});
  for (const SwitchChoice& choice : scenario.switches) {
    std::string off;
    for (const KeySetting& setting : choice.settings)
      off += fmt::format("{}{} = {}", off.empty() ? "" : ", ", setting.key, as_toml(setting.value));
    table.add({choice.name, off});
  }
  return "\n" + table.text() +
         fmt::format("        {} of the arms that the claims name, {}\n",
                     counted(switched_off(scenario).size(), "more study", "more studies"),
                     scenario.claims.attribution == Attribution::shapley ? "with all combinations of switches off"
                                                                         : "with a switch off each");
}

/// Points that are known to have too little money.
std::string infeasible_text(const Scenario& scenario, const Outlook::Points& points) {
  std::string text;
  if (!points.infeasible.empty()) {
    const auto& [first, why] = *points.infeasible.begin();
    text += fmt::format("        infeasible: {}, the first {}: {}\n", counted(points.infeasible.size(), "point"),
                        scenario.points[first].name, why);
  }
  if (points.untried > 0)
    text += fmt::format("        whether the money of {} is enough shows when the study runs\n",
                        counted(points.untried, "point"));
  return text;
}

/// What is swept, and over what.
std::string sweep_text(const Scenario& scenario, const Outlook::Points& points) {
  if (scenario.points.empty()) return "";
  TextTable table("lll");
  table.add({"Sweep", "from", "to"});
  for (const SweptKey& key : scenario.sweep.swept)
    table.add({key.key, in_short(key.values.empty() ? key.from : key.values.front()),
               in_short(key.values.empty() ? key.to : key.values.back())});
  return "\n" + table.text() +
         fmt::format("        {}, {}; what is said here of worlds and campaigns is so at {}{}\n",
                     counted(scenario.points.size(), "point"), name_of_choice(scenario.sweep.design),
                     points.told == 0 ? "the first, " : "", scenario.points[points.told].name) +
         infeasible_text(scenario, points);
}

/// The study without the points that nothing is run of.
Scenario what_is_run(const Scenario& whole, const Outlook::Points& points) {
  Scenario run = whole;
  run.at.clear();
  for (std::size_t p = 0; p < whole.at.size(); ++p)
    if (!points.infeasible.contains(p)) run.at.push_back(whole.at[p]);
  return run;
}

std::string points_text(const Scenario& scenario, const Outlook::Points& points) {
  if (scenario.points.empty()) return "";
  return counted(scenario.points.size(), "point") +
         (points.infeasible.empty() ? "" : fmt::format(" ({} infeasible)", points.infeasible.size())) + " x ";
}

std::string runs_block(const Scenario& scenario, const Outlook& outlook) {
  std::string text = fmt::format("\nRuns    {}{} x {}, drawn anew: {}\n", points_text(scenario, outlook.points),
                                 counted(scenario.arms.size(), "arm"), counted(scenario.replicates, "replicate"),
                                 redrawn_streams(scenario));
  const Scenario run = what_is_run(scenario, outlook.points);
  if (const std::uint64_t runs = runs_of(scenario, every_arm); runs > scenario.arms.size())
    text += fmt::format("        {} runs per replicate, as arms are run for several draws of their accounts\n",
                        with_thousands(runs));
  if (scenario.until > 0)
    text += fmt::format(
        "        fewer if half of the interval of {} against {} is at most {} at a look: at 20, 30, 45, "
        "... replicates\n",
        scenario.contrasts.front().arm, scenario.contrasts.front().against, scenario.until);
  const auto feeds = [](const Arm& arm) { return !is_classic(arm); };
  double feed_runs = static_cast<double>(runs_of(scenario, feeds));
  for (const std::vector<std::size_t>& off : switched_off(scenario))
    feed_runs += static_cast<double>(runs_of(with_switches_off(scenario, off), feeds));
  feed_runs *= scenario.replicates * static_cast<double>(studies_of(run).size());
  if (outlook.probe_ticks > 0)
    text +=
        fmt::format("        {} of {} s\n", with_thousands(ticks_of(run), "tick"), scenario.world.time.tick_seconds);
  if (feed_runs > 0)
    text += fmt::format("        about {} per feed-model arm and replicate, {} in all, warm-ups left out\n",
                        with_thousands(static_cast<std::uint64_t>(outlook.sessions), "session"),
                        with_thousands(static_cast<std::uint64_t>(outlook.sessions * feed_runs)));
  if (outlook.cascades > 0)
    text += fmt::format("        {} in each replicate, {} in all\n", with_thousands(outlook.cascades, "unpaid cascade"),
                        with_thousands(outlook.cascades * scenario.replicates));
  return text;
}

std::string cost_block(const Scenario& scenario, const Outlook& outlook) {
  std::string text =
      fmt::format("Time    about {} with {}, {} of processors{}\n", duration(outlook.seconds),
                  counted(static_cast<std::uint64_t>(thread_count()), "thread"), duration(outlook.processor_seconds),
                  outlook.probe_ticks > 0 ? ", from " + counted(outlook.probe_ticks, "measured tick") : "");
  if (!outlook.later.empty())
    text += fmt::format("        without what took too long to measure, and is done when the study runs: {}\n",
                        fmt::join(outlook.later, ", "));
  text +=
      fmt::format("Memory  about {}: among it the graph {}", bytes(outlook.memory_bytes), bytes(outlook.graph_bytes));
  if (outlook.world_bytes > 0)
    text += fmt::format(", the world {}{}", bytes(outlook.world_bytes),
                        outlook.worlds > 2    ? fmt::format(", held {} times while an arm runs", outlook.worlds)
                        : outlook.worlds == 2 ? ", held twice while an arm runs"
                                              : "");
  text += fmt::format(", the records {}, held until they are written\n", bytes(outlook.record_bytes));
  if (const MemoryLimit limit = memory_limit(); outlook.memory_bytes > limit.bytes)
    text += fmt::format("        that is more than {} has, {}\n", limit.of, bytes(limit.bytes));
  if (const JobsThatFit fit = jobs_that_fit(scenario, outlook); fit.jobs() > 1)
    text += fmt::format("Jobs    up to {}, about {} in all: --jobs {}\n", words_of(fit), bytes(fit.bytes), fit.jobs());
  if (outlook.rank_bytes > 0)
    text += fmt::format("Ranks   about {} for the first process, which writes the result, and {} for each other\n",
                        bytes(outlook.first_rank_bytes), bytes(outlook.rank_bytes));
  text += fmt::format("Disk    about {}\n", bytes(outlook.disk_bytes));
  if (const Outlook::Points& points = outlook.points; !scenario.points.empty())
    text += fmt::format("Points  the largest of {} that were measured, {}, takes about {} by itself{}\n",
                        points.measured, scenario.points[points.largest].name, duration(points.seconds),
                        points.most_memory == points.largest
                            ? fmt::format(", and about {} while it runs", bytes(points.memory_bytes))
                            : fmt::format("; {} needs most memory, about {} while it runs",
                                          scenario.points[points.most_memory].name, bytes(points.memory_bytes)));
  return text;
}

}  // namespace

std::string outlook_text(const Scenario& scenario, const Outlook& outlook) {
  std::string text = world_block(scenario, outlook) + "\n" + tier_and_campaign_blocks(scenario, outlook) +
                     influence_and_contagion_blocks(scenario, outlook);
  for (const std::string& note : outlook.notes)
    text += fmt::format("\nNote    {}: {}\n", scenario.graph.file.string(), note);
  for (const std::string& note : warnings(scenario, outlook)) text += fmt::format("\nNote    {}\n", note);
  return text + "\n" + arms_block(scenario) + sweep_text(scenario, outlook.points) + switches_text(scenario) +
         runs_block(scenario, outlook) + cost_block(scenario, outlook);
}

std::string words_of(const JobsThatFit& fit) {
  const std::string replicates =
      fmt::format("{} beside each other", counted(static_cast<std::uint64_t>(fit.replicates), "replicate"));
  if (fit.arms == 1) return replicates;
  const std::string arms = counted(static_cast<std::uint64_t>(fit.arms), "arm");
  return fit.replicates == 1 ? fmt::format("{} beside each other", arms)
                             : fmt::format("{}, and {} of each", replicates, arms);
}

}  // namespace grapevine
