#include "scenarios/study/probe.hpp"

#include <algorithm>
#include <limits>

#include "graph/base/math.hpp"
#include "scenarios/study/deals.hpp"
#include "scenarios/study/study.hpp"
#include "sim/run/diffusion_run.hpp"

namespace grapevine {

namespace {

/// Throws OutOfTime once the seconds are over.
class Patience {
public:
  explicit Patience(double seconds) : seconds_(seconds) {}

  bool over() const { return had(watch_.spent(), seconds_); }
  void ask() const {
    if (over()) throw OutOfTime{};
  }

private:
  Stopwatch watch_;
  double seconds_;
};

double classic_arms(const Scenario& scenario) {
  return static_cast<double>(std::ranges::count_if(scenario.arms, is_classic));
}

}  // namespace

Spent Stopwatch::spent() const {
  return {std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(),
          static_cast<double>(std::clock() - processor_) / CLOCKS_PER_SEC};
}

ChoiceProbe choose_for_a_while(const Scenario& scenario, const StudyGraph& world, double most_seconds) {
  ChoiceProbe choice;
  const auto patience = std::make_shared<Patience>(most_seconds);
  const auto choose = [&](const WorldParameters& parameters) {
    return make_deals(scenario, parameters, world, 0, [patience] { patience->ask(); });
  };
  const Stopwatch watch;
  try {
    choice.deals = choose(scenario.world);
  } catch (const OutOfTime&) {
    WorldParameters stand_in = scenario.world;
    for (std::size_t c = 0; c < stand_in.campaigns.size(); ++c) {
      const CampaignParameters& campaign = scenario.world.campaigns[c];
      if (hangs_on(AccountChoice::influence, campaign, scenario.world) ||
          hangs_on(AccountChoice::lazy_greedy, campaign, scenario.world))
        choice.later.push_back(campaign.name);
      AccountChoice& choose_by = stand_in.campaigns[c].choose;
      if (choose_by == AccountChoice::influence || choose_by == AccountChoice::lazy_greedy)
        choose_by = AccountChoice::random;
    }
    choice.deals = choose(stand_in);
  }
  choice.spent = watch.spent();
  return choice;
}

namespace {

/// Reproduction numbers of the arms, as far as they come in time.
void measure_reproduction(const Scenario& scenario, const DiffusionReplicate& replicate, const Patience& patience,
                          ClassicProbe& probe) {
  bool later = false;
  for (const Arm& arm : scenario.arms) {
    double number = std::numeric_limits<double>::quiet_NaN();
    if (is_classic(arm) && !patience.over())
      number = replicate.reproduction_number(arm.run);
    else
      later = later || is_classic(arm);
    probe.reproduction_numbers.push_back(number);
  }
  if (later) probe.later.emplace_back("reproduction numbers");
}

/// One arm under a classic model, with more and more of its unpaid cascades.
class ClassicArm {
public:
  ClassicArm(const Scenario& scenario, const Arm& arm, const DiffusionReplicate& replicate, double most_seconds)
      : scenario_(scenario),
        replicate_(replicate),
        run_(arm.run),
        wanted_(arm.run.diffusion.cascades),
        patience_(most_seconds),
        enough_(most_seconds / 4) {}

  /// Whether all of it was seen, if only in part.
  bool look() {
    if (!timed(0, paid_)) return false;
    std::uint64_t next = 1;
    while (few_ < wanted_) {
      Seen all;
      if (!timed(next, all)) break;
      few_ = next;
      unpaid_ = {{std::max(0.0, all.spent.seconds - paid_.spent.seconds),
                  std::max(0.0, all.spent.processor - paid_.spent.processor)},
                 all.posts - paid_.posts,
                 all.nodes - paid_.nodes,
                 all.sizes};
      if (unpaid_.spent.seconds > enough_) break;
      const double more = enough_ / std::max(1e-4, unpaid_.spent.seconds);
      next = std::min(wanted_, few_ * static_cast<std::uint64_t>(std::clamp(more, 2.0, 64.0)));
    }
    return few_ > 0 || wanted_ == 0;
  }

  double share() const { return few_ == 0 ? 0 : static_cast<double>(wanted_) / static_cast<double>(few_); }
  Spent spent() const { return paid_.spent + share() * unpaid_.spent; }
  double posts() const { return paid_.posts + share() * unpaid_.posts; }
  double nodes() const { return paid_.nodes + share() * unpaid_.nodes; }
  double influencers() const { return influencers_; }
  double size_classes() const { return unpaid_.sizes; }

private:
  struct Seen {
    Spent spent;
    double posts = 0, nodes = 0, sizes = 0;
  };

  bool timed(std::uint64_t cascades, Seen& seen) {
    run_.diffusion.cascades = cascades;
    const Stopwatch watch;
    try {
      const RunRecord record = replicate_.run_arm(run_, scenario_.output, [&](double) { patience_.ask(); });
      seen = {watch.spent(), static_cast<double>(record.posts.size()), static_cast<double>(record.cascades.size()),
              static_cast<double>(record.shapes.sizes.size())};
      influencers_ = static_cast<double>(record.influencers.size());
    } catch (const OutOfTime&) {
      return false;
    }
    return true;
  }

  const Scenario& scenario_;
  const DiffusionReplicate& replicate_;
  RunParameters run_;
  std::uint64_t wanted_, few_ = 0;
  Patience patience_;
  double enough_;
  Seen paid_, unpaid_;
  double influencers_ = 0;
};

}  // namespace

ClassicProbe spread_for_a_while(const Scenario& scenario, const StudyGraph& world, const Deals& deals,
                                double most_seconds, StudyRows& rows) {
  ClassicProbe probe;
  const Stopwatch watch;
  const Patience patience(most_seconds);
  const DiffusionReplicate replicate(world.graph, world.accounts, world.chances, scenario.world, deals,
                                     streams_of(scenario, 0));
  measure_reproduction(scenario, replicate, patience, probe);
  probe.once = watch.spent();
  for (std::size_t a = 0; a < scenario.arms.size(); ++a) {
    const Arm& arm = scenario.arms[a];
    if (!is_classic(arm)) continue;
    ClassicArm looked(scenario, arm, replicate, most_seconds / classic_arms(scenario));
    if (!looked.look()) probe.later.push_back("arm '" + arm.name + "'");
    const double draws = draws_of(scenario, arm);
    probe.spent += draws * looked.spent();
    rows.arms[a] = {draws * looked.posts(), draws * looked.nodes(), draws * looked.influencers()};
    rows.size_classes = std::max(rows.size_classes, looked.size_classes());
  }
  return probe;
}

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

}  // namespace grapevine
