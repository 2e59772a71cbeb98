#include "scenarios/commands/run.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "graph/base/counted.hpp"
#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"
#include "graph/base/timing.hpp"
#include "graph/base/utf8.hpp"
#include "scenarios/commands/output_file.hpp"
#include "scenarios/commands/progress.hpp"
#include "scenarios/commands/status_file.hpp"
#include "scenarios/commands/stopping.hpp"
#include "scenarios/commands/streams.hpp"
#include "scenarios/commands/written.hpp"
#include "scenarios/keys/codec.hpp"
#include "scenarios/reader/read_scenario.hpp"
#include "scenarios/result/result.hpp"
#include "scenarios/study/finished.hpp"
#include "scenarios/study/memory_limit.hpp"
#include "scenarios/study/parts_folder.hpp"
#include "scenarios/study/provenance.hpp"
#include "scenarios/study/study.hpp"
#include "scenarios/study/timings_text.hpp"

namespace grapevine {

namespace {

namespace fs = std::filesystem;

/// Runs all `checks` and throws their mistakes at once.
void check_all(std::initializer_list<std::function<void()>> checks) {
  std::vector<std::string> mistakes;
  for (const auto& check : checks) {
    try {
      check();
    } catch (const BadRequest& mistake) {
      mistakes.insert(mistakes.end(), mistake.messages().begin(), mistake.messages().end());
    }
  }
  if (!mistakes.empty()) throw BadRequest(mistakes);
}

std::optional<ShardChoice> shard_in(std::string_view text) {
  constexpr std::uint32_t most = 1'000'000;
  ShardChoice shard;
  const char* const end = text.data() + text.size();
  const auto [slash, error] = std::from_chars(text.data(), end, shard.number);
  if (error != std::errc{} || slash == end || *slash != '/') return {};
  const auto [last, wrong] = std::from_chars(slash + 1, end, shard.of);
  if (wrong != std::errc{} || last != end) return {};
  if (shard.number < 1 || shard.number > shard.of || shard.of > most) return {};
  return shard;
}

bool is_there(const std::string& file) {
  std::error_code none;
  return !file.empty() && fs::exists(file, none);
}

/// One run of a study, from what is asked to what is written.
class Run {
public:
  explicit Run(const Request& request)
      : request_(request),
        shard_(shard_in(request.shard)),
        folder_(
            request.out, built_program(), shard_, checkpoint_every(request),
            [this](const std::function<void()>& write) { wait_for_room(write); }, stop_if_asked),
        status_(folder_.path(), request.file) {}

  int run() {
    check_all({[&] { scenario_ = read_scenario(request_.file, request_.overrides); }, [&] { take_name(); },
               [&] { expect_fit_folder(); }});
    if (shard_ && scenario_.until > 0)
      throw BadRequest(
          fmt::format("--shard with until = {}: a shard does not see the interval that ends the study; "
                      "expected one or the other; leave --shard out, or --set until out of the scenario",
                      scenario_.until));
    expect_memory(scenario_);
    use_threads(request_);
    say_of_parts(request_);
    listen_to_signals();
    if (!request_.time_limit.empty()) stop_at(start_ + std::chrono::seconds(*duration_in_seconds(request_.time_limit)));
    take_what_is_there();
    try {
      return shard_ ? run_shard() : run_whole();
    } catch (const StopStudy& stop) {
      if (!keep_what_waits()) throw;
      say(stderr, "grapevine: {}; {}\n", stop.words(), how_to_go_on());
      return 128 + stop.signal;
    }
  }

private:
  /// Who ended one wait is not made to end another.
  void wait_for_room(const std::function<void()>& write) {
    const StopStudy stop = stop_asked();
    try {
      if (stop.signal != 0) return write();
      once_possible(write,
                    "The study waits for room at that place. What was written before is kept; once there is room, it "
                    "goes on; Ctrl-C ends it.");
    } catch (const StopStudy&) {
      wait_ended_ = true;
      throw;
    } catch (const std::exception& error) {
      if (stop.signal == 0) throw;
      say(stderr, "{}\n", printable(error.what()));
      wait_ended_ = true;
      throw stop;
    }
  }

  /// Whether the result is written.
  bool write(const StudyResult& study) {
    const Phase phase("writing");
    if (!wait_ended_) return write_once_possible(*out_, study), true;
    try {
      write_result(*out_, study);
      return true;
    } catch (const std::exception& error) {
      say(stderr, "{}\n", printable(error.what()));
      return false;
    }
  }

  void take_name() {
    std::vector<fs::path> inputs = input_files(scenario_);
    inputs.emplace_back(request_.file);  // a scenario with mistakes does not know its own
    out_ = take({.command = "grapevine run " + request_.file,
                 .what = "result file",
                 .path = request_.out,
                 .usual = fs::path(request_.file).stem().string() + ".h5",
                 .overwrite = request_.overwrite || (request_.resume && is_there(request_.out)),
                 .inputs = std::move(inputs)});
  }

  void expect_fit_folder() const {
    if (request_.out.empty() || request_.resume || request_.overwrite || !folder_.exists()) return;
    throw BadRequest(
        fmt::format("{}: an earlier run left here what it had of its study; expected a word on what becomes of it; add "
                    "--resume to go on with it, or --overwrite to begin anew",
                    folder_.path().string()));
  }

  void take_what_is_there() {
    folder_.plan(scenario_);
    if (!request_.resume) return folder_.remove();
    folder_.load(request_.parts);
    if (!is_there(request_.out)) return;
    const bool nothing_else = folder_.missing() == folder_.wanted();
    try {
      std::vector<std::string> by_point;
      for (const Scenario* study : studies_of(scenario_)) by_point.push_back(folder_.names.of(*study, 0).runs);
      for (Unit& unit : finished_units(request_.out, built_program(), folder_.names.of(scenario_, 0).runs, by_point))
        folder_.add(std::move(unit));
    } catch (const DrawsAreMeans&) {
      if (nothing_else) throw;  // else the folder has what the file was made of
    }
  }

  static Checkpoints::Clock::duration checkpoint_every(const Request& request) {
    return std::chrono::duration_cast<Checkpoints::Clock::duration>(
        std::chrono::duration<double, std::ratio<60>>(request.checkpoint_minutes));
  }

  void tell(StudyProgress progress, ProgressReport& report) {
    taken_ += progress.taken - (progress.taken < last_taken_ ? 0 : last_taken_);  // those with switches off count anew
    last_taken_ = progress.taken;
    progress.taken = taken_;
    report(progress);
    status_(progress, folder_.wanted() - folder_.missing(), folder_.wanted());
  }

  StudyOptions options(ProgressReport& report) {
    return {.parts = request_.parts,
            .command = request_.command,
            .units = &folder_,
            .notes = [this](const std::vector<std::string>& told) { notes_ = told; },
            .progress =
                [this, &report](const StudyProgress& progress) {
                  tell(progress, report);
                  stop_if_asked();
                }};
  }
  ProgressForm form() const { return request_.quiet ? ProgressForm::none : progress_form_for(stderr); }

  int run_whole() {
    StudyResult study;
    {
      ProgressReport report(stderr, form());
      study = run_study(scenario_, options(report));
    }
    tell_notes();
    const bool done = study.incomplete.empty() || folder_.missing() == 0;
    const bool kept = !done && keep_what_waits();
    const bool written = write(study);
    if (done) folder_.remove();
    if (written) tell_result(study, request_.out, start_);
    if (study.incomplete.empty()) return 0;
    std::fflush(stdout);
    if (study.replicates < study.asked)
      say(stderr, "grapevine: {} of {} replicates are complete{}: {}\n", study.replicates, study.asked,
          written ? " and written" : "", study.incomplete);
    else
      say(stderr, "grapevine: the study is {}, but not its switches: {}\n", written ? "written" : "complete",
          study.incomplete);
    if (kept) say(stderr, "grapevine: {}\n", how_to_go_on());
    return status();
  }

  int run_shard() {
    std::string incomplete;
    {
      ProgressReport report(stderr, form());
      incomplete = run_units(scenario_, options(report));
    }
    tell_notes();
    if (folder_.missing() > 0) {
      const bool kept = keep_what_waits();
      say(stderr, "grapevine: {} of {} units of the shard are complete: {}\n", folder_.wanted() - folder_.missing(),
          folder_.wanted(), incomplete);
      if (kept) say(stderr, "grapevine: {}\n", how_to_go_on());
      return status();
    }
    const UnitsFile shard{.program = built_program(),
                          .shard = Shard{.number = shard_->number,
                                         .of = shard_->of,
                                         .path = fs::absolute(scenario_.path).string(),
                                         .text = scenario_.text,
                                         .overrides = scenario_.overrides,
                                         .understood = scenario_.understood},
                          .units = folder_.take_all()};
    once_possible([&] { write_units(*out_, shard); }, words_of_waiting);
    folder_.remove();
    say(stdout, "Shard {} of {}: {} written to {} ({}); `grapevine merge` makes one result of all shards\n",
        shard_->number, shard_->of, counted(std::uint64_t{shard.units.size()}, "unit"), request_.out,
        bytes(static_cast<double>(fs::file_size(request_.out))));
    if (!incomplete.empty()) say(stderr, "grapevine: not all replicates can be: {}\n", incomplete);
    return incomplete.empty() ? 0 : status();
  }

  /// Whether there is something to go on with.
  bool keep_what_waits() {
    try {
      folder_.flush();
    } catch (const std::exception& error) {
      say(stderr, "{}\n", printable(error.what()));
    }
    if (!folder_.holds_work()) {
      folder_.remove();
      return false;
    }
    status_.stopped(stop_asked().signal != 0 ? stop_asked().words() : "stopped");
    return true;
  }
  std::string how_to_go_on() const {
    return fmt::format("what is complete is kept in {}; the same command with --resume goes on",
                       folder_.path().string());
  }
  static int status() { return stop_asked().signal != 0 ? 128 + stop_asked().signal : 1; }
  void tell_notes() const {
    for (const std::string& note : notes_)
      say(stderr, "{}", printable(fmt::format("Note: {}: {}\n", scenario_.graph.file.string(), note)));
  }

  const Request& request_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::optional<ShardChoice> shard_;
  PartsFolder folder_;
  StatusFile status_;
  std::uint64_t taken_ = 0, last_taken_ = 0;  ///< of the work
  Scenario scenario_;
  std::unique_ptr<NewFile> out_;
  std::vector<std::string> notes_;
  bool wait_ended_ = false;  ///< by a signal
};

}  // namespace

bool is_shard(const std::string& text) { return shard_in(text).has_value(); }
bool is_time_limit(const std::string& text) { return duration_in_seconds(text).value_or(0) > 0; }

void say_of_parts(const Request& request) {
  if (request.parts > thread_count())
    say(stderr,
        "Note: --parts {}: more parts than the {} of this run take more time and memory, and no result depends on "
        "them\n",
        request.parts, counted(static_cast<std::uint64_t>(thread_count()), "thread"));
}

int run_command(const Request& request) {
  Timings timings;
  const Timed timed(&timings);
  const int status = Run(request).run();
  if (request.timings) say(stdout, "\n{}", timings_text(timings.phases(), thread_count()));
  return status;
}

}  // namespace grapevine
