#pragma once

#include <string>

#include "scenarios/keys/scenario.hpp"

/// Whether there is memory for a study, told before its graph is made.
namespace grapevine {

/// The memory that this process may have.
struct MemoryLimit {
  double bytes = 0;
  std::string of;  ///< what sets it: "this machine", "this job (cgroup)", "ulimit -v"
};
/// The least of all limits that are known.
MemoryLimit memory_limit();

/// Bytes that the study takes at the least, from its keys alone: the program, the follows, two copies of what belongs
/// to every user though nothing happens, and those rows of the records that no run decides. What a file holds is not
/// known, and counts for nothing.
double least_memory(const Scenario& scenario);

/// Throws BadRequest where the study cannot fit.
void expect_memory(const Scenario& scenario);

}  // namespace grapevine
