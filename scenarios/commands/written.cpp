#include "scenarios/commands/written.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <vector>

#include "graph/base/counted.hpp"
#include "graph/base/utf8.hpp"
#include "scenarios/commands/stopping.hpp"
#include "scenarios/commands/streams.hpp"
#include "scenarios/result/sweep_points.hpp"
#include "scenarios/result/table.hpp"
#include "scenarios/result/text.hpp"

namespace grapevine {

void write_once_possible(NewFile& out, const StudyResult& study) {
  once_possible([&] { write_result(out, study); }, words_of_waiting);
}

void tell_result(const StudyResult& study, const std::string& file, std::chrono::steady_clock::time_point start) {
  say(stdout, "{}\nWritten to {} ({}), digest {}, after {}\n", printable(comparison_table(study)), file,
      bytes(static_cast<double>(std::filesystem::file_size(file))), digests(file).total,
      duration(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()));
}

bool tell_points_with_fewer(const StudyResult& study) {
  const std::vector<std::size_t> points = points_with_fewer(study);
  if (points.empty()) return false;
  const std::size_t first = points.front();
  std::size_t ran = 0;
  for (std::size_t replicate = 0; replicate < study.replicates; ++replicate) ran += study.ran(first, replicate) ? 1 : 0;
  const std::string others =
      points.size() > 1 ? fmt::format(", and at {} not all", counted(points.size() - 1, "more point")) : "";
  std::fflush(stdout);
  say(stderr, "{}",
      printable(fmt::format("grapevine: at the point {} {} of {} replicates are complete{}: {}\n", study.points[first],
                            ran, study.replicates, others, study.infeasible[first])));
  return true;
}

}  // namespace grapevine
