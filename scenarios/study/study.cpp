#include "scenarios/study/study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>

#include "analysis/carried.hpp"
#include "analysis/cascades.hpp"
#include "analysis/contrasts.hpp"
#include "analysis/drift.hpp"
#include "analysis/one_arm.hpp"
#include "analysis/sizes.hpp"
#include "graph/base/error.hpp"
#include "graph/base/exchange.hpp"
#include "graph/base/parallel.hpp"
#include "graph/base/random.hpp"
#include "graph/base/timing.hpp"
#include "scenarios/keys/keys.hpp"
#include "scenarios/reader/sweep.hpp"
#include "scenarios/result/sweep_points.hpp"
#include "scenarios/study/across_points.hpp"
#include "scenarios/study/bands.hpp"
#include "scenarios/study/families.hpp"
#include "scenarios/study/hangs_on.hpp"
#include "scenarios/study/judged_claims.hpp"
#include "scenarios/study/narrow.hpp"
#include "scenarios/study/possible.hpp"
#include "scenarios/study/provenance.hpp"
#include "scenarios/study/run_points.hpp"
#include "scenarios/study/switches.hpp"
#include "scenarios/study/ticker.hpp"
#include "scenarios/study/units.hpp"

namespace grapevine {

namespace {

/// A unit, with what the scenario calls its money in the place of "currency".
std::string unit_in(const std::string& currency, std::string unit) {
  const std::string word = PriceParameters{}.currency;
  const std::size_t at = unit.find(word);
  return at == std::string::npos ? unit : unit.replace(at, word.size(), currency);
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
      add(carried(runs_of(choice.arm), runs_of(choice.against), study_.tiers, tier_of(study_, scenario_.claims.micro),
                  tier_of(study_, scenario_.claims.mega)));
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
    study_.comparison.shrink_to_fit();  // of many points all are held
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
  const ReplicateStreams streams = streams_of(scenario, replicate);
  StudyGraph made =
      generate(scenario.graph, StreamKey(scenario.world.seed, Stream::graph, streams.graph),
               {scenario.world.population, StreamKey(scenario.world.seed, Stream::dynamics, streams.dynamics)});
  expect_known(scenario, made.accounts);
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
  std::uint64_t classic = 0;
  for (const Scenario* study : studies_of(scenario)) classic += runs_of(*study, is_classic);
  return own_ticks_of(scenario) + scenario.replicates * classic * classic_work;
}

std::uint64_t wanted_work_of(const Scenario& scenario, const StudyOptions& options) {
  if (options.units == nullptr) return own_work_of(scenario);
  std::uint64_t wanted = 0, all = 0;
  for (const Scenario* study : studies_of(scenario)) {
    UnitName unit = options.units->names.of(*study, 0);
    for (; unit.replicate < scenario.replicates; ++unit.replicate, ++all) wanted += options.units->wants(unit) ? 1 : 0;
  }
  return wanted == all ? own_work_of(scenario) : own_work_of(scenario) / all * wanted;
}

std::uint64_t own_ticks_of(const Scenario& scenario) {
  std::uint64_t ticks = 0;
  std::set<std::string> warmups;  // what several points go on from is warmed up once
  const auto warm_up = [&](const Scenario& study, const Arm* own) {
    if (warmups.insert(warmup_hangs_on(study, own)).second) ticks += study.world.time.warmup;
  };
  for (const Scenario* study : studies_of(scenario)) {
    ticks += arm_ticks_of(*study);
    if (warms_up(*study) && shares_warmup(*study)) warm_up(*study, nullptr);
    for (const Arm& arm : study->arms)
      if (!is_classic(arm) && arm.warmup == ArmWarmup::own) warm_up(*study, &arm);
  }
  return scenario.replicates * ticks;
}

std::string StopStudy::words() const {
  return time_limit ? "stopped at its time limit" : fmt::format("stopped by signal {}", signal);
}

StudyResult run_arms(const Scenario& scenario, const StudyOptions& options) {
  GRAPEVINE_EXPECTS(scenario.at.empty());
  return std::move(run_points(scenario, options).front());
}

namespace {

/// Names of the points, and what each swept key is at them.
void name_points(const Scenario& scenario, StudyResult& study) {
  if (scenario.points.empty()) return;
  study.points.clear();
  for (const SweepPoint& point : scenario.points) study.points.push_back(point.name);
  for (std::size_t k = 0; k < scenario.sweep.swept.size(); ++k) {
    const std::string& name = scenario.sweep.swept[k].key;
    const Key* const key = key_at(split_at_dots(name));
    SweptAxis axis{name, key ? std::string(key->unit) : "", key ? std::string(key->sentence) : ""};
    if (key && key->kind == Kind::duration) axis.units = "s";
    bool numbers = true;
    for (const SweepPoint& point : scenario.points) {
      const auto at = coordinate(point.settings[k]);
      const double* const number = std::get_if<double>(&at);
      numbers = numbers && number;
      axis.numbers.push_back(number ? *number : missing);
      axis.texts.push_back(in_short(point.settings[k].value));
    }
    (numbers ? axis.texts.clear() : axis.numbers.clear());
    study.swept.push_back(std::move(axis));
  }
}

}  // namespace

StudyResult run_study(const Scenario& scenario, const StudyOptions& options) {
  const auto started = std::chrono::system_clock::now();
  const auto clock = std::chrono::steady_clock::now();
  Timings own;
  const Timed timed(Timings::of_this_thread() ? Timings::of_this_thread() : &own);
  std::vector<StudyResult> points = run_points(scenario, options, narrow_enough(scenario));
  const std::vector<const Scenario*> studies = studies_of(scenario);
  std::uint64_t done = wanted_work_of(scenario, options);
  const std::uint64_t work = done + switched_work_of(scenario, options);
  for (std::size_t i = 0; i < points.size(); ++i) {
    {
      const Phase phase("switches");
      run_switches(*studies[i], options, done, work, points[i]);
    }
    done += switched_work_of(*studies[i], options);
    const Phase phase("comparing");
    if (points[i].replicates > 0) Comparer(*studies[i], points[i]).compare();
  }
  Phase phase("comparing");
  AcrossPoints across = across_points(scenario, points);
  StudyResult study = joined(std::move(points));
  study.sensitivity = std::move(across.sensitivity);
  study.phase = std::move(across.phase);
  study.iso_outcome = std::move(across.iso_outcome);
  study.scenario_given = scenario.text;
  study.scenario_understood = scenario.understood;
  name_points(scenario, study);
  study.align_shapes();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - clock).count();
  Provenance run = provenance_of_run({.command = options.command,
                                      .parts = options.ranks ? options.ranks->parts() : options.parts,
                                      .runs = options.units ? options.units->names.of(scenario, 0).runs : "",
                                      .started = started,
                                      .seconds = seconds,
                                      .phases = Timings::of_this_thread()->phases()});
  study.provenance.insert(study.provenance.begin(), run.begin(), run.end());
  return study;
}

std::string run_units(const Scenario& scenario, const StudyOptions& options) {
  std::string incomplete;
  const auto run = [&](const Scenario& part, const StudyOptions& its_options) {
    const std::string why = run_points(part, its_options, {}, Holds::nothing).front().incomplete;
    incomplete += (incomplete.empty() || why.empty() ? "" : " ") + why;
  };
  run(scenario, options);
  std::uint64_t done = wanted_work_of(scenario, options);
  const std::uint64_t work = done + switched_work_of(scenario, options);
  for (const Scenario* study : studies_of(scenario)) {
    each_switched(*study, options, done, work, run);
    done += switched_work_of(*study, options);
  }
  return incomplete;
}

}  // namespace grapevine
