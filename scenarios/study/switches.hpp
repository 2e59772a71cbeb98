#pragma once

#include "scenarios/study/study.hpp"

/// The claims of a study without this or that: what each answer hangs on.
namespace grapevine {

/// Ticks, and work that is wanted, of the studies with switches off.
std::uint64_t switched_ticks_of(const Scenario& scenario);
std::uint64_t switched_work_of(const Scenario& scenario, const StudyOptions& options);

/// Calls `run` for the study with each set of switches off that is asked for, its progress told in words of the
/// switches: `before` is done already, of `work` in all.
void each_switched(const Scenario& scenario, const StudyOptions& options, std::uint64_t before, std::uint64_t work,
                   const std::function<void(const Scenario& switched, const StudyOptions& options)>& run);

/// Runs the study with each set of switches off that it asks for (`switched_off`), the arms of the claims only, in the
/// same worlds and by the same chance, and fills `study.switches` and `study.attribution`. Where a replicate is missing
/// here or there, neither is filled and `study.incomplete` says why; at a point without enough money nothing is run,
/// and with switches off without it nothing is asked. `options` as for `run_study`; its progress is told
/// in words of the switches.
void run_switches(const Scenario& scenario, const StudyOptions& options, std::uint64_t before, std::uint64_t work,
                  StudyResult& study);

}  // namespace grapevine
