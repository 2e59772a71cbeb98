#include "scenarios/study/study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <new>

#include "analysis/cascades.hpp"
#include "analysis/contrasts.hpp"
#include "analysis/drift.hpp"
#include "analysis/sizes.hpp"
#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"
#include "graph/base/random.hpp"
#include "scenarios/keys/keys.hpp"
#include "scenarios/result/draws.hpp"
#include "scenarios/study/bands.hpp"
#include "scenarios/study/deals.hpp"
#include "scenarios/study/judged_claims.hpp"
#include "scenarios/study/provenance.hpp"
#include "scenarios/study/switches.hpp"
#include "sim/money/campaigns.hpp"
#include "sim/run/diffusion_run.hpp"

namespace grapevine {

namespace {

void expect_plans_possible(const Scenario& scenario, std::uint32_t replicate, const Deals& deals) {
  const StreamKey selection(scenario.world.seed, Stream::selection, streams_of(scenario, replicate).selection);
  for (const Arm& arm : scenario.arms)
    for (std::uint32_t draw = 0; draw < draws_of(scenario, arm) && arm.run.diffusion.model == DiffusionModel::feed;
         ++draw)
      plan_posts(deals.of(draw), scenario.world, arm.run.pays, selection);
}

/// What only the graph can tell of the classic models.
void expect_diffusion_possible(const Scenario& scenario, const StudyGraph& world) {
  for (const Arm& arm : scenario.arms)
    if (arm.run.diffusion.model != DiffusionModel::feed)
      expect_possible(arm.run.diffusion, world.graph, world.chances, scenario.world.tiers);
}

/// Work that an arm under a classic model counts for.
constexpr std::uint64_t classic_work = 1000;

/// Counts a study's work and tells its listener.
class Ticker {
public:
  Ticker(const Scenario& scenario, const StudyOptions& options) : options_(options) {
    progress_.replicates = scenario.replicates;
    progress_.work = own_work_of(scenario) + switched_work_of(scenario);
    progress_.in_ticks = runs_of(scenario, is_classic) == 0;
  }

  void start(std::uint32_t replicate, std::string doing) {
    before_ = progress_.done;
    progress_.replicate = replicate;
    progress_.doing = std::move(doing);
    tell();
  }

  TickHook hook() {
    return [this](Tick done) {
      progress_.done = before_ + done;
      tell();
    };
  }

  /// Nothing is done yet, but the listener may stop the study.
  std::function<void()> alive() {
    return [this] { tell(); };
  }

  ShareHook share_hook() {
    return [this](double done) {
      progress_.done = before_ + static_cast<std::uint64_t>(done * classic_work);
      tell();
    };
  }

private:
  void tell() const {
    if (options_.progress) options_.progress(progress_);
  }

  const StudyOptions& options_;
  StudyProgress progress_;
  std::uint64_t before_ = 0;
};

/// What is told of a run while it goes on.
std::string doing(const Scenario& scenario, std::size_t arm, std::uint32_t draw) {
  const std::uint32_t draws = draws_of(scenario, scenario.arms[arm]);
  return draws == 1 ? scenario.arms[arm].name
                    : fmt::format("{}, draw {} of {}", scenario.arms[arm].name, draw + 1, draws);
}

/// The record of an arm as it is held to the end of the study: no larger than it must be.
RunRecord kept(std::vector<RunRecord> by_draw) {
  RunRecord record = over_draws(std::move(by_draw));
  record.series.shrink_to_fit();
  record.posts.shrink_to_fit();
  record.cascades.shrink_to_fit();
  record.influencers.shrink_to_fit();
  return record;
}

/// Warms up, and runs the arms under the feed model.
void run_feeds(const Scenario& scenario, const StudyGraph& world, std::uint32_t replicate,
               const std::shared_ptr<Deals>& deals, int parts, Ticker& ticker, StudyResult& study) {
  run_parts(parts, [&](Exchange& exchange) {
    const bool speaks = exchange.part() == 0;  // every part has the whole record in the end; one tells
    const auto start = [&](const std::string& doing) {
      if (speaks) ticker.start(replicate, doing);
      return speaks ? ticker.hook() : TickHook{};
    };
    const auto warmed_up = [&](const RunParameters& run, const std::string& doing) {
      auto world_of = std::make_unique<Replicate>(world.graph, world.accounts, scenario.world, run,
                                                  streams_of(scenario, replicate), exchange, deals);
      world_of->warm_up(start(doing));
      return world_of;
    };
    const auto run_arm = [&](const Replicate& from, std::size_t arm) {
      std::vector<RunRecord> records;
      for (std::uint32_t draw = 0; draw < draws_of(scenario, scenario.arms[arm]); ++draw)
        records.push_back(
            from.run_arm(scenario.arms[arm].run, scenario.output, start(doing(scenario, arm, draw)), draw));
      if (speaks) study.record(0, arm, replicate) = kept(std::move(records));
    };
    if (shares_warmup(scenario)) {
      const std::unique_ptr<Replicate> shared = warmed_up(scenario.run, "warm-up");
      for (std::size_t arm = 0; arm < scenario.arms.size(); ++arm)
        if (!is_classic(scenario.arms[arm]) && scenario.arms[arm].warmup == ArmWarmup::shared) run_arm(*shared, arm);
    }
    for (std::size_t arm = 0; arm < scenario.arms.size(); ++arm)
      if (const Arm& own = scenario.arms[arm]; !is_classic(own) && own.warmup == ArmWarmup::own)
        run_arm(*warmed_up(own.run, "warm-up of " + own.name), arm);
  });
}

/// `numbers`: those of replicates on the same graph.
void run_replicate(const Scenario& scenario, const StudyGraph& world, std::uint32_t replicate,
                   const std::shared_ptr<Deals>& deals, int parts, Ticker& ticker,
                   std::shared_ptr<ReproductionNumbers> numbers, StudyResult& study) {
  if (warms_up(scenario)) run_feeds(scenario, world, replicate, deals, parts, ticker, study);
  if (std::ranges::none_of(scenario.arms, is_classic)) return;
  const DiffusionReplicate run(world.graph, world.accounts, world.chances, scenario.world, *deals,
                               streams_of(scenario, replicate), std::move(numbers));
  for (std::size_t arm = 0; arm < scenario.arms.size(); ++arm) {
    if (!is_classic(scenario.arms[arm])) continue;
    std::vector<RunRecord> records;
    for (std::uint32_t draw = 0; draw < draws_of(scenario, scenario.arms[arm]); ++draw) {
      ticker.start(replicate, doing(scenario, arm, draw));
      const ShareHook hook = ticker.share_hook();
      records.push_back(run.run_arm(scenario.arms[arm].run, scenario.output, hook, draw));
      hook(1.0);
    }
    study.record(0, arm, replicate) = kept(std::move(records));
  }
}

void keep_outside_ids(const StudyGraph& world, std::uint32_t replicate, StudyResult& study) {
  const std::vector<std::string>& ids = world.accounts.outside_ids;
  if (ids.empty()) return;
  const auto keep = [&](UserId user) { study.accounts.try_emplace(user, ids[user.index()]); };
  for (std::size_t arm = 0; arm < study.arms.size(); ++arm) {
    for (const PostRow& post : study.record(0, arm, replicate).posts) keep(post.author);
    for (const InfluencerRow& influencer : study.record(0, arm, replicate).influencers) keep(influencer.user);
  }
}

/// A unit, with what the scenario calls its money in the place of "money" and "currency".
std::string unit_in(const std::string& currency, std::string unit) {
  if (currency == PriceParameters{}.currency) return unit;
  for (const std::string_view word : {"money", "currency"})
    if (const std::size_t at = unit.find(word); at != std::string::npos) return unit.replace(at, word.size(), currency);
  return unit;
}

/// What the arms say, by themselves and beside each other.
class Comparer {
public:
  Comparer(const Scenario& scenario, StudyResult& study)
      : scenario_(scenario), study_(study), redrawn_(redrawn_streams(scenario)) {}

  void compare() {
    for (const ContrastChoice& choice : scenario_.contrasts) {
      std::vector<ComparisonRow> rows = contrast(runs_of(choice.arm), runs_of(choice.against));
      // Under classic models posts do not compete, and unpaid cascades happen in other worlds: nothing can be
      // displaced.
      if (spreads_by_contagion(choice.arm) || spreads_by_contagion(choice.against))
        std::erase_if(rows, [](const ComparisonRow& row) {
          return row.metric == "displaced engagement" || row.metric == "net engagement";
        });
      add(std::move(rows));
    }
    for (const std::string& name : study_.arms) {
      const ArmRuns arm = runs_of(name);
      add(tier_rates(arm, study_.tiers));
      add(size_elasticities(arm));
      add(comment_limits(arm));
      add(campaign_facts(arm, study_.campaigns));
      if (spreads_by_contagion(name))
        add(cascade_facts(arm));  // under feeds [output] decides which cascades are tracked
      const std::vector<ResponseRow> curves = response_curves(arm);
      study_.response.insert(study_.response.end(), curves.begin(), curves.end());
    }
    if (scenario_.claims.any()) judge_claims();
    study_.bands = hold_against_bands(scenario_, study_);
    study_.drift = drifts(warmups(), study_.tiers, scenario_.drift);
  }

private:
  ArmRuns runs_of(const std::string& name) const { return grapevine::runs_of(study_, name, study_.replicates); }

  /// An arm for each warm-up.
  std::vector<ArmRuns> warmups() const {
    std::vector<ArmRuns> arms;
    bool shared = false;
    for (const Arm& arm : scenario_.arms) {
      if (is_classic(arm) || (arm.warmup == ArmWarmup::shared && shared)) continue;
      shared = shared || arm.warmup == ArmWarmup::shared;
      arms.push_back(runs_of(arm.name));
    }
    return arms;
  }

  bool spreads_by_contagion(const std::string& name) const {
    return arm_named(name).run.diffusion.model != DiffusionModel::feed;
  }

  const Arm& arm_named(const std::string& name) const { return *std::ranges::find(scenario_.arms, name, &Arm::name); }

  void add(std::vector<ComparisonRow> rows) {
    for (ComparisonRow& row : rows) {
      row.redrawn = redrawn_;
      row.unit = unit_in(study_.currency, std::move(row.unit));
      study_.comparison.push_back(std::move(row));
    }
  }

  void judge_claims() {
    const ClaimsChoice& choice = scenario_.claims;
    study_.claims = judged_claims(scenario_, study_);
    if (choice.arm.empty()) return;
    const std::vector<StructureRow> structures =
        tier_structures(runs_of(choice.arm), study_.tiers, tier_of(study_, choice.micro), tier_of(study_, choice.mega));
    study_.structure.insert(study_.structure.end(), structures.begin(), structures.end());
  }

  const Scenario& scenario_;
  StudyResult& study_;
  std::string redrawn_;
};

}  // namespace

bool redraws_graph(const Scenario& scenario) { return scenario.redraw.graph && is_drawn(scenario.graph); }

StudyGraph make_graph(const Scenario& scenario, std::uint32_t replicate) {
  StudyGraph made =
      generate(scenario.graph, StreamKey(scenario.world.seed, Stream::graph, streams_of(scenario, replicate).graph));
  if (made.accounts.community.empty())
    for (const Arm& arm : scenario.arms)
      if (!is_classic(arm) && arm.run.behaviour.similarity != 0.0)
        throw BadRequest(
            fmt::format("behaviour.similarity is {} in the arm '{}', and the graph knows no communities; expected a "
                        "graph with communities; remove the key",
                        arm.run.behaviour.similarity, arm.name));
  return made;
}

ReplicateStreams streams_of(const Scenario& scenario, std::uint32_t replicate) {
  const auto of = [&](bool redrawn) { return redrawn ? replicate : 0; };
  const Redraw& redraw = scenario.redraw;
  return {.graph = of(redraw.graph),
          .selection = of(redraw.selection),
          .content = of(redraw.content),
          .dynamics = of(redraw.dynamics)};
}

std::string redrawn_streams(const Scenario& scenario) {
  std::string text;
  for (const auto& [name, drawn] : redraw_streams) {
    const bool redrawn = drawn == &Redraw::graph ? redraws_graph(scenario) : scenario.redraw.*drawn;
    if (redrawn) text += fmt::format("{}{}", text.empty() ? "" : ", ", name);
  }
  return text;
}

std::string model_name(DiffusionModel model) { return std::string(name_of_choice(model)); }

std::uint64_t runs_of(const Scenario& scenario, bool (*counts)(const Arm&)) {
  std::uint64_t runs = 0;
  for (const Arm& arm : scenario.arms) runs += counts(arm) ? draws_of(scenario, arm) : 0;
  return runs;
}

std::uint64_t ticks_of(const Scenario& scenario) { return own_ticks_of(scenario) + switched_ticks_of(scenario); }

std::uint64_t own_work_of(const Scenario& scenario) {
  return own_ticks_of(scenario) + scenario.replicates * runs_of(scenario, is_classic) * classic_work;
}

std::uint64_t own_ticks_of(const Scenario& scenario) {
  const TimeParameters& time = scenario.world.time;
  const std::uint64_t feeds = runs_of(scenario, [](const Arm& arm) { return !is_classic(arm); });
  return scenario.replicates * (std::uint64_t{warms_up(scenario) ? warmups_of(scenario) : 0} * time.warmup +
                                feeds * (std::uint64_t{time.measure} + time.followup));
}

namespace {

/// A study without a record yet.
StudyResult empty_result(const Scenario& scenario) {
  StudyResult study;
  study.title = scenario.title;
  study.seed = scenario.world.seed;
  study.tick_seconds = scenario.world.time.tick_seconds;
  study.currency = scenario.world.prices.currency;
  study.scenario_given = scenario.text;
  study.scenario_understood = scenario.understood;
  for (const Arm& arm : scenario.arms) {
    study.arms.push_back(arm.name);
    study.models.push_back(model_name(arm.run.diffusion.model));
  }
  study.replicates = scenario.replicates;
  study.tiers = scenario.world.tiers.names;
  study.tiers_from = scenario.world.tiers.from;
  for (const CampaignParameters& campaign : scenario.world.campaigns) study.campaigns.push_back(campaign.name);
  for (const ProductParameters& product : scenario.world.products) study.products.push_back(product.name);
  study.allocate();
  return study;
}

/// Runs the replicates one by one, and keeps those that are complete whatever becomes of the others.
class ReplicateRunner {
public:
  ReplicateRunner(const Scenario& scenario, const StudyOptions& options, StudyResult& study)
      : scenario_(scenario), options_(options), study_(study), ticker_(scenario, options) {}

  void run() {
    ticker_.start(0, "graph");
    study_.provenance = provenance_of_inputs(scenario_, ticker_.alive());
    world_ = make_graph(scenario_, 0);
    if (options_.notes) options_.notes(world_.notes);
    deals_ = make_deals(scenario_, scenario_.world, world_, 0, ticker_.alive());
    expect_plans_possible(scenario_, 0, *deals_);
    expect_diffusion_possible(scenario_, world_);
    for (std::uint32_t replicate = 0; replicate < scenario_.replicates && !stopped_; ++replicate) try_one(replicate);
    if (complete_.empty()) std::rethrow_exception(failure_);
    if (complete_.size() < scenario_.replicates) study_.keep(complete_);
  }

private:
  void try_one(std::uint32_t replicate) {
    try {
      one(replicate);
      complete_.push_back(replicate);
    } catch (const StopStudy& stop) {
      give_up(fmt::format("stopped by signal {}.", stop.signal));
    } catch (const BadRequest& mistake) {  // what passed for replicate 0 and is not to be had here
      const std::string why = fmt::format("replicate {}: {}.", replicate, mistake.what());
      missing(why, std::make_exception_ptr(Error(why)));
    } catch (const std::bad_alloc&) {
      world_ = {}, deals_ = {};  // so that there is some for what is left to do
      give_up(fmt::format("replicate {}: out of memory.", replicate));
    } catch (const std::exception& error) {
      give_up(fmt::format("replicate {}: {}.", replicate, error.what()));
    }
  }

  void one(std::uint32_t replicate) {
    if (replicate > 0 && redraws_graph(scenario_)) {
      ticker_.start(replicate, "graph");
      numbers_ = std::make_shared<ReproductionNumbers>();
      world_ = {};  // no room is needed for two graphs
      world_ = make_graph(scenario_, replicate);
    }
    study_.graph(0, replicate) = world_.facts;
    if (replicate > 0) deals_ = make_deals(scenario_, scenario_.world, world_, replicate, ticker_.alive());
    run_replicate(scenario_, world_, replicate, deals_, options_.parts, ticker_, numbers_, study_);
    keep_outside_ids(world_, replicate, study_);
  }

  void missing(const std::string& why, std::exception_ptr failure) {
    study_.incomplete += (study_.incomplete.empty() ? "" : " ") + why;
    failure_ = std::move(failure);
  }
  void give_up(const std::string& why) {
    missing(why, std::current_exception());
    stopped_ = true;
  }

  const Scenario& scenario_;
  const StudyOptions& options_;
  StudyResult& study_;
  Ticker ticker_;
  StudyGraph world_;
  std::shared_ptr<Deals> deals_;
  std::shared_ptr<ReproductionNumbers> numbers_ = std::make_shared<ReproductionNumbers>();
  std::vector<std::uint32_t> complete_;
  std::exception_ptr failure_;
  bool stopped_ = false;
};

}  // namespace

StudyResult run_arms(const Scenario& scenario, const StudyOptions& options) {
  StudyResult study = empty_result(scenario);
  ReplicateRunner(scenario, options, study).run();
  study.align_shapes();
  return study;
}

StudyResult run_study(const Scenario& scenario, const StudyOptions& options) {
  const auto started = std::chrono::system_clock::now();
  const auto clock = std::chrono::steady_clock::now();
  StudyResult study = run_arms(scenario, options);
  run_switches(scenario, options, study);
  Comparer(scenario, study).compare();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - clock).count();
  Provenance run =
      provenance_of_run({.command = options.command, .parts = options.parts, .started = started, .seconds = seconds});
  study.provenance.insert(study.provenance.begin(), run.begin(), run.end());
  return study;
}

}  // namespace grapevine
