#include "scenarios/study/switches.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "analysis/attribution.hpp"
#include "graph/base/error.hpp"
#include "graph/base/math.hpp"
#include "scenarios/reader/read_scenario.hpp"
#include "scenarios/study/judged_claims.hpp"

namespace grapevine {

namespace {

std::string names_of(const Scenario& scenario, std::span<const std::size_t> off) {
  std::vector<std::string> names;
  for (const std::size_t i : off) names.push_back(scenario.switches[i].name);
  return fmt::format("{}", fmt::join(names, ", "));
}

/// The listener of a part of the work.
StudyOptions options_of_part(const StudyOptions& options, const std::string& name, std::uint64_t before,
                             std::uint64_t work) {
  StudyOptions part = options;
  part.notes = {};
  if (options.progress)
    part.progress = [&options, name, before, work](StudyProgress progress) {
      progress.doing = fmt::format("without {}: {}", name, progress.doing);
      progress.done += before;
      progress.work = work;
      options.progress(progress);
    };
  return part;
}

/// `answer`: null where the claim is not asked with these off.
SwitchRow switch_row(int claim, const std::string& off, const Answer* answer, Margin margin) {
  SwitchRow row;
  row.claim = static_cast<std::uint32_t>(claim);
  row.off = off;
  row.verdict = "not asked";
  if (answer == nullptr) return row;
  const Estimate& ratio = answer->ratio;
  row.estimate = ratio.value;
  row.lower = ratio.low;
  row.upper = ratio.high;
  row.replicates = static_cast<std::uint32_t>(ratio.n);
  row.verdict = name_of(verdict_of(ratio, margin));
  return row;
}

bool differs(Verdict verdict) { return verdict == Verdict::holds || verdict == Verdict::reversed; }

/// What is known of a claim where it is not asked.
const Answer& missing_answer(std::size_t replicates) {
  static Answer none;
  none.log.without.assign(replicates, not_a_number);
  return none;
}

/// Of one claim, in the order of the switches. `off`: its answer by mask of the switches that are off.
std::vector<AttributionRow> attributions(const Scenario& scenario, int claim,
                                         const std::map<std::size_t, Answer>& off) {
  const std::size_t switches = scenario.switches.size();
  const bool shapley = scenario.claims.attribution == Attribution::shapley;
  const Answer& on = off.at(0);
  const auto answer = [&](std::size_t mask) -> const Answer& {
    const auto at = off.find(mask);
    return at == off.end() ? missing_answer(on.log.without.size()) : at->second;
  };
  std::vector<Jackknifed> by_mask;
  for (std::size_t mask = 0; shapley && mask < std::size_t{1} << switches; ++mask) by_mask.push_back(answer(mask).log);
  const std::vector<Estimate> values = shapley ? shapley_values(by_mask) : std::vector<Estimate>{};
  const Margin margin = margin_of(scenario);
  std::vector<AttributionRow> rows;
  for (std::size_t j = 0; j < switches; ++j) {
    const Answer& without = answer(std::size_t{1} << j);
    const Estimate value = shapley ? values[j] : added_by_switch(on.log, without.log);
    AttributionRow row;
    row.claim = static_cast<std::uint32_t>(claim);
    row.name = scenario.switches[j].name;
    row.method = shapley ? "shapley" : "leave-one-out";
    row.factor = math::exp(value.value);
    row.lower = math::exp(value.low);
    row.upper = math::exp(value.high);
    row.vanishes =
        differs(verdict_of(on.ratio, margin)) && verdict_of(without.ratio, margin) == Verdict::no_material_difference;
    rows.push_back(row);
  }
  return rows;
}

std::size_t mask_of(std::span<const std::size_t> off) {
  std::size_t mask = 0;
  for (const std::size_t i : off) mask |= std::size_t{1} << i;
  return mask;
}

template <class Count>
std::uint64_t over_switched(const Scenario& scenario, Count&& count) {
  std::uint64_t sum = 0;
  for (const Scenario* study : studies_of(scenario))
    for (const std::vector<std::size_t>& off : switched_off(*study)) sum += count(with_switches_off(*study, off));
  return sum;
}

}  // namespace

std::uint64_t switched_ticks_of(const Scenario& scenario) { return over_switched(scenario, own_ticks_of); }
std::uint64_t switched_work_of(const Scenario& scenario, const StudyOptions& options) {
  return over_switched(scenario, [&](const Scenario& switched) { return wanted_work_of(switched, options); });
}

void each_switched(const Scenario& scenario, const StudyOptions& options, std::uint64_t before, std::uint64_t work,
                   const std::function<void(const Scenario&, const StudyOptions&)>& run) {
  for (const std::vector<std::size_t>& off : switched_off(scenario)) {
    const Scenario switched = with_switches_off(scenario, off);
    run(switched, options_of_part(options, names_of(scenario, off), before, work));
    before += wanted_work_of(switched, options);
  }
}

void run_switches(const Scenario& scenario, const StudyOptions& options, std::uint64_t before, std::uint64_t work,
                  StudyResult& study) {
  if (switched_off(scenario).empty() || !study.infeasible.empty()) return;
  if (study.replicates < study.asked) {
    study.incomplete += " Nothing was run with switches off.";
    return;
  }
  std::map<int, std::map<std::size_t, Answer>> by_claim;
  for (const auto& [claim, answer] : answers_of(scenario, study)) by_claim[claim][0] = answer;
  for (const std::vector<std::size_t>& off : switched_off(scenario)) {
    Scenario switched = with_switches_off(scenario, off);
    switched.replicates = study.replicates;
    const std::string name = names_of(scenario, off);
    StudyResult part;
    try {
      part = run_arms(switched, options_of_part(options, name, before, work));
    } catch (const std::exception& error) {
      part.incomplete = fmt::format("{}.", error.what());
    } catch (const StopStudy& stop) {
      part.incomplete = stop.words() + ".";
    }
    if (!part.incomplete.empty()) {
      study.incomplete = fmt::format("Without {}: {} Nothing is told of switches.", name, part.incomplete);
      return;
    }
    if (part.infeasible.empty())
      for (const auto& [claim, answer] : answers_of(scenario, part))
        if (by_claim.count(claim) > 0) by_claim[claim][mask_of(off)] = answer;
    before += wanted_work_of(switched, options);
  }
  const Margin margin = margin_of(scenario);
  for (const auto& [claim, answers] : by_claim) {
    study.switches.push_back(switch_row(claim, "", &answers.at(0), margin));
    for (const std::vector<std::size_t>& off : switched_off(scenario)) {
      const auto at = answers.find(mask_of(off));
      study.switches.push_back(
          switch_row(claim, names_of(scenario, off), at == answers.end() ? nullptr : &at->second, margin));
    }
    std::ranges::copy(attributions(scenario, claim, answers), std::back_inserter(study.attribution));
  }
}

}  // namespace grapevine
