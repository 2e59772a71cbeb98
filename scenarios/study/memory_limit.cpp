#include "scenarios/study/memory_limit.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>

#include "graph/base/error.hpp"
#include "scenarios/result/text.hpp"
#include "scenarios/study/footprint.hpp"
#include "scenarios/study/run_replicate.hpp"

namespace grapevine {

namespace {

std::optional<double> number_in(const std::string& file) {
  double bytes = 0;
  return std::ifstream(file) >> bytes ? std::optional(bytes) : std::nullopt;  // "max" is no number: no limit
}

/// Calls `look(limit)` for the memory limits of the control groups that this process is in, of either version.
template <class Look>
void each_group_limit(Look&& look) {
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {  // number:controllers:path
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const bool unified = controllers.empty();
    if (!unified && controllers.find("memory") == std::string::npos) continue;
    for (std::string path = line.substr(second + 1);; path.erase(path.rfind('/'))) {
      const std::string folder = (unified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory") + path;
      if (const auto limit = number_in(folder + (unified ? "/memory.max" : "/memory.limit_in_bytes"))) look(*limit);
      if (path.find('/') == std::string::npos) break;
    }
  }
}

/// Follows that a generator makes at the least, on the average: some models draw some twice.
double expected_follows(const GraphChoice& graph) {
  const double users = static_cast<double>(graph.users);
  double follows = 0;
  switch (graph.model) {
    case GraphModel::power_law:
    case GraphModel::r_mat:
      return users * graph.mean_followees / 2;
    case GraphModel::file:
      return 0;
    case GraphModel::uniform_audience:
      for (const auto& [followers, accounts] : graph.audiences)
        follows += static_cast<double>(followers) * static_cast<double>(accounts);
      return follows;
    case GraphModel::barabasi_albert:
    case GraphModel::watts_strogatz:
      return users * graph.followees;
    case GraphModel::directed_scale_free:
      return users;
    case GraphModel::stochastic_block:
      return 0;
    case GraphModel::configuration:
      return graph.draws_degrees() && graph.least == 0 ? users * graph.mean_followees : 0;
    case GraphModel::erdos_renyi:
    case GraphModel::platform:
    case GraphModel::chung_lu:
      return users * graph.mean_followees;
  }
  return follows;
}

}  // namespace

MemoryLimit memory_limit() {
  MemoryLimit limit{std::numeric_limits<double>::infinity(), "nothing"};
  const auto take = [&](double bytes, const char* of) {
    if (bytes < limit.bytes) limit = {bytes, of};
  };
  struct sysinfo machine {};
  if (sysinfo(&machine) == 0)
    take((static_cast<double>(machine.totalram) + static_cast<double>(machine.totalswap)) * machine.mem_unit,
         "this machine");
  each_group_limit([&](double bytes) { take(bytes, "this job (cgroup)"); });
  for (const auto& [resource, name] : {std::pair{RLIMIT_AS, "ulimit -v"}, {RLIMIT_DATA, "ulimit -d"}}) {
    rlimit set{};
    if (getrlimit(resource, &set) == 0 && set.rlim_cur != RLIM_INFINITY) take(static_cast<double>(set.rlim_cur), name);
  }
  return limit;
}

double least_memory(const Scenario& whole) {
  const Scenario scenario = with_all_runs(whole);
  constexpr double bytes_a_follow = 4.125, bytes_a_user = 12;  // FollowGraph
  // Of a world in which nothing happens; rates and tiers once for all worlds.
  constexpr double world_bytes_a_user = 69, shared_bytes_a_user = 9;
  const double users = static_cast<double>(scenario.graph.model == GraphModel::file ? 0 : scenario.graph.users);
  const double graph = expected_follows(scenario.graph) * bytes_a_follow + users * bytes_a_user;
  const int held = worlds_at_once(*studies_of(whole).front());  // by itself; a shard may have no other
  const double worlds = held > 0 ? users * (held * world_bytes_a_user + shared_bytes_a_user) : 0;
  // The last replicate runs while the records of the others wait; in the end all do.
  const double records = least_record_bytes(scenario, users);
  return program_bytes() +
         std::max(records, graph + worlds + records * (scenario.replicates - 1.0) / scenario.replicates);
}

void expect_memory(const Scenario& scenario) {
  const MemoryLimit limit = memory_limit();
  const double least = least_memory(scenario);
  if (least <= limit.bytes) return;
  throw BadRequest(
      fmt::format("{}: the study takes at least {} of memory, and {} has {}; expected a study that fits; lower "
                  "graph.users, what each follows, replicates or the rows of [output], or run it where there is more",
                  scenario.path, bytes(least), limit.of, bytes(limit.bytes)));
}

}  // namespace grapevine
