#include "scenarios/commands/status_file.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>

#include "graph/base/new_file.hpp"
#include "graph/base/utf8.hpp"
#include "scenarios/study/process_memory.hpp"

namespace grapevine {

namespace {

const std::string running = "running";

std::string time_in(double seconds) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr) + static_cast<std::time_t>(seconds)));
}

}  // namespace

void StatusFile::operator()(const StudyProgress& progress, std::uint64_t units_done, std::uint64_t units) {
  progress_ = progress;
  units_done_ = units_done, units_ = units;
  if (Clock::now() < next_) return;
  write(running);
  next_ = Clock::now() + std::chrono::seconds(10);
}

void StatusFile::stopped(const std::string& why) { write(why); }

void StatusFile::write(const std::string& state) {
  const ProcessMemory memory = process_memory();
  const double seconds = std::chrono::duration<double>(Clock::now() - begun_).count();
  nlohmann::ordered_json status{
      {"state", state},
      {"scenario", printable(scenario_)},
      {"process", getpid()},
      {"updated", time_in(0)},
      {"doing", fmt::format("replicate {} of {}, {}", progress_.replicate + 1, progress_.replicates, progress_.doing)},
      {"units_done", units_done_},
      {"units_left", units_ - units_done_},
      {"work_done", progress_.done},
      {"work_left", progress_.work - progress_.done},
      {"seconds", seconds},
      {"memory_bytes", memory.now},
      {"peak_memory_bytes", memory.peak}};
  if (progress_.done > progress_.taken && seconds > 0) {
    const double rate = static_cast<double>(progress_.done - progress_.taken) / seconds;
    const double left = static_cast<double>(progress_.work - progress_.done) / rate;
    status["work_per_second"] = rate;
    if (state == running) status["seconds_left"] = left, status["expected_end"] = time_in(left);
  }
  try {
    std::error_code none;
    std::filesystem::create_directory(folder_, none);
    NewFile file(folder_ / "status.json");
    file.write(status.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
    file.finish();
  } catch (const std::exception&) {  // the study goes on
  }
}

}  // namespace grapevine
