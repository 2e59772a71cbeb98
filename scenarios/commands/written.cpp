#include "scenarios/commands/written.hpp"

#include <filesystem>

#include "graph/base/utf8.hpp"
#include "scenarios/commands/stopping.hpp"
#include "scenarios/commands/streams.hpp"
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

}  // namespace grapevine
