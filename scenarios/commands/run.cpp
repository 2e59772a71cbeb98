#include "scenarios/commands/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "graph/base/checksum.hpp"
#include "graph/base/counted.hpp"
#include "graph/base/error.hpp"
#include "graph/base/exchange_ranks.hpp"
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
#include "scenarios/study/jobs.hpp"
#include "scenarios/study/memory_limit.hpp"
#include "scenarios/study/outlook.hpp"
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

/// Thrown in all ranks where one has found a mistake in the request.
struct RefusedByRanks {
  std::string words;  ///< what the lowest of those says; empty in the others
};

/// One run of a study, from what is asked to what is written. Ranks share its runs, each of which then leaves what it
/// has in the folder, or its worlds, and then all do the same and the first writes.
class Run {
public:
  Run(const Request& request, Ranks& ranks)
      : request_(request),
        ranks_(ranks),
        share_worlds_(request.ranks_share_worlds && ranks.count() > 1),
        share_runs_(!request.ranks_share_worlds && ranks.count() > 1),
        shard_(shard_in(request.shard)),
        folder_(request.out, built_program(), shard_, checkpoint_every(request),
                [this](const std::function<void()>& write) { wait_for_room(write); }, stop_if_asked,
                {.number = share_runs_ ? static_cast<std::uint32_t>(ranks.rank()) : 0,
                 .of = share_runs_ ? static_cast<std::uint32_t>(ranks.count()) : 1,
                 .writes = share_runs_ || ranks.rank() == 0}),
        status_(folder_.path(), request.file) {}

  int run() {
    together([&] { expect_possible(); });
    together([&] { expect_one_study(); });
    use_threads(request_);
    say_of_parts(request_);
    if (is_first() || share_runs_) listen_to_signals();
    if (!request_.time_limit.empty()) stop_at(start_ + std::chrono::seconds(*duration_in_seconds(request_.time_limit)));
    together([&] {
      if (is_first()) take_what_is_there();
    });
    together([&] {
      if (!is_first()) take_what_is_there();
    });
    if (all_is_there_) {
      folder_.remove();
      say(stdout, "{} has all of this study; nothing was run\n", request_.out);
      return 0;
    }
    try {
      run_jobs();
      if (share_runs_ && !is_first()) return leave_runs();
      return shard_ ? run_shard() : run_whole();
    } catch (const StopStudy& stop) {
      const bool kept = is_first() || share_runs_ ? keep_what_waits() : true;
      if (!kept && ranks_.count() == 1) throw;
      if (kept) say(stderr, "grapevine: {}; {}\n", stop.words(), how_to_go_on());
      return 128 + stop.signal;
    } catch (const BadRequest&) {
      // What other ranks have in a folder that they share is not known here.
      if (!goes_on_ && !share_runs_ && !folder_.has_runs()) folder_.remove();
      throw;
    }
  }

private:
  bool is_first() const { return ranks_.rank() == 0; }

  /// All ranks do it, and go on when none of them has found a mistake in the request.
  void together(const std::function<void()>& check) {
    if (ranks_.count() == 1) return check();
    std::string mistake;
    try {
      check();
    } catch (const BadRequest& found) {
      mistake = found.what();
    }
    const std::vector<char> mistakes = ranks_.exchange().gather(std::vector<char>{!mistake.empty()});
    const auto lowest = std::ranges::find(mistakes, 1) - mistakes.begin();
    if (lowest < std::ssize(mistakes)) throw RefusedByRanks{lowest == ranks_.rank() ? mistake : ""};
  }

  void expect_possible() {
    check_all({[&] { scenario_ = read_scenario(request_.file, request_.overrides); }, [&] { take_name(); },
               [&] { expect_fit_folder(); }});
    if (shard_ && scenario_.until > 0)
      throw BadRequest(
          fmt::format("--shard with until = {}: a shard does not see the interval that ends the study; "
                      "expected one or the other; leave --shard out, or take until out of the scenario",
                      scenario_.until));
    if (share_runs_ && scenario_.until > 0)
      throw BadRequest(fmt::format(
          "until = {} in {} processes: ranks that share runs do not see the interval that ends the study; expected one "
          "process, or ranks that share worlds; add --ranks world",
          scenario_.until, ranks_.count()));
    if (share_worlds_ && (request_.jobs != 1 || request_.parts != 1))
      throw BadRequest(
          "--ranks world with --jobs or --parts: the ranks are the parts of each world, one after the other; expected "
          "one of them; leave the others out");
    expect_memory(scenario_);
  }

  /// That all ranks have read the same study.
  void expect_one_study() {
    if (ranks_.count() == 1) return;
    const std::string mine = fingerprint_of(scenario_.understood).xxh3_128;
    const std::vector<char> all = ranks_.exchange().gather(std::vector<char>(mine.begin(), mine.end()));
    if (std::string_view(all.data(), mine.size()) != mine)
      throw BadRequest(
          fmt::format("{}: rank {} has read another study than rank 0; expected one scenario for all; name a file that "
                      "all machines see",
                      request_.file, ranks_.rank()));
  }

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
    if (!is_first()) return;
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
    if (!is_first() || request_.out.empty() || request_.resume || request_.overwrite || !folder_.exists()) return;
    throw BadRequest(
        fmt::format("{}: an earlier run left here what it had of its study; expected a word on what becomes of it; add "
                    "--resume to go on with it, or --overwrite to begin anew",
                    folder_.path().string()));
  }

  void take_what_is_there() {
    folder_.plan(scenario_);
    if (!request_.resume) return folder_.remove();
    goes_on_ = folder_.exists();
    folder_.load(parts());
    if (!is_there(request_.out)) return;
    const bool nothing_else = folder_.missing() == folder_.wanted();
    try {
      std::vector<Unit> units = finished_units(request_.out, built_program(), scenario_, folder_.names);
      folder_.expect_no_more(request_.out, units);
      for (Unit& unit : units) folder_.add(std::move(unit));
    } catch (const DrawsAreMeans& means) {
      if (!nothing_else) return;  // the folder has what the file was made of
      if (!means.has_all) throw;
      all_is_there_ = true;
    }
  }

  int parts() const { return share_worlds_ ? ranks_.count() : request_.parts; }

  static Checkpoints::Clock::duration checkpoint_every(const Request& request) {
    return std::chrono::duration_cast<Checkpoints::Clock::duration>(
        std::chrono::duration<double, std::ratio<60>>(request.checkpoint_minutes));
  }

  void tell(StudyProgress progress, ProgressReport& report) {
    if (!is_first()) return;
    taken_ += progress.taken - (progress.taken < last_taken_ ? 0 : last_taken_);  // those with switches off count anew
    last_taken_ = progress.taken;
    progress.taken = taken_;
    report(progress);
    status_(progress, folder_.wanted() - folder_.missing(), folder_.wanted());
  }

  StudyOptions options(ProgressReport& report) {
    return {.parts = request_.parts,
            .ranks = share_worlds_ ? &ranks_.exchange() : nullptr,
            .command = request_.command,
            .units = &folder_,
            .notes = [this](const std::vector<std::string>& told) { notes_ = told; },
            .progress =
                [this, &report](const StudyProgress& progress) {
                  tell(progress, report);
                  if (stopped_.signal == 0 && (is_first() || share_runs_)) stop_if_asked();
                }};
  }
  ProgressForm form() const { return request_.quiet ? ProgressForm::none : progress_form_for(stderr); }

  /// How many runs go on beside each other.
  int jobs() const {
    if (request_.jobs > 0) return request_.jobs;
    const Outlook outlook = look_ahead(scenario_, {.seconds_a_part = 1.0, .parts = request_.parts});
    const JobsThatFit fit = jobs_that_fit(scenario_, outlook);
    if (!request_.quiet) say(stderr, "Note: --jobs auto: {}, about {} of memory\n", words_of(fit), bytes(fit.bytes));
    return fit.jobs();
  }

  /// What can run beside each other, before all that is left.
  void run_jobs() {
    if (share_worlds_ || (request_.jobs == 1 && !share_runs_)) return;
    if (folder_.missing() > 0) {
      const int beside = jobs();
      if (beside == 1 && !share_runs_) return;
      folder_.hold();
      ProgressReport report(stderr, form());
      if (scenario_.until > 0)
        run_beside_to_looks(scenario_, options(report), beside, [&](Unit unit) { folder_.add(std::move(unit)); });
      else
        run_beside(scenario_, options(report), beside, share_runs_ ? runs_of_rank() : IsMine{});
    }
    tell_notes();
    stopped_ = stop_asked();
    if (share_runs_) {
      if (!is_first()) return;
      ranks_.wait();  // whoever stopped this one has told the others, too
      stopped_ = stop_asked();
      folder_.load(request_.parts);
    }
    if (stopped_.signal == 0 || folder_.missing() == 0) return;  // it came when all was done
    if (shard_ || !any_replicate()) throw stopped_;
    folder_.close();
  }

  /// Ranks take replicates in turn; units, where there are fewer replicates than ranks.
  IsMine runs_of_rank() {
    const auto rank = static_cast<std::uint32_t>(ranks_.rank()), count = static_cast<std::uint32_t>(ranks_.count());
    if (scenario_.replicates >= count) return [=](const UnitName& unit) { return unit.replicate % count == rank; };
    std::set<UnitName> mine;
    const std::vector<UnitName> all = folder_.names.all(scenario_);
    for (std::size_t i = rank; i < all.size(); i += count) mine.insert(all[i]);
    return [mine = std::move(mine)](const UnitName& unit) { return mine.contains(unit); };
  }

  /// The end of a rank whose units the first one looks for in the folder.
  int leave_runs() {
    folder_.flush();
    ranks_.wait();
    return stopped_.signal != 0 ? 128 + stopped_.signal : 0;
  }

  /// Whether a replicate is complete, at all points.
  bool any_replicate() {
    std::vector<std::string> runs;
    for (const Scenario* study : studies_of(scenario_)) runs.push_back(folder_.names.of(*study, 0).runs);
    for (std::uint32_t replicate = 0; replicate < scenario_.replicates; ++replicate)
      if (std::ranges::all_of(runs, [&](const std::string& name) { return folder_.has({name, replicate}); }))
        return true;
    return false;
  }

  int run_whole() {
    StudyResult study;
    {
      ProgressReport report(stderr, form());
      study = run_study(scenario_, options(report));
    }
    expect_all_taken(study);
    if (stopped_.signal != 0 && folder_.missing() > 0) study.incomplete = stopped_.words() + "." + study.incomplete;
    tell_notes();
    const bool done = study.incomplete.empty() || folder_.missing() == 0;
    const bool kept = !done && is_first() && keep_what_waits();
    const bool written = is_first() && write(study);
    if (done) folder_.remove();
    if (written) tell_result(study, request_.out, start_);
    const bool lacks = tell_points_with_fewer(study);
    if (study.incomplete.empty()) return lacks ? status() : 0;
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

  /// A study that ends at an interval has what there was before.
  void expect_all_taken(const StudyResult& study) const {
    if (scenario_.until <= 0 || stopped_.signal != 0 || !study.incomplete.empty() || folder_.untaken() == 0) return;
    throw BadRequest(
        fmt::format("{}: an earlier run has more replicates than the {} with which until = {} is reached, and they "
                    "would be gone; expected a narrower interval; lower until, or choose another name for the result",
                    request_.out, study.replicates, scenario_.until));
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
                          .hangs_on = folder_.names.hangs_on(scenario_),
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
  void tell_notes() {
    for (const std::string& note : std::exchange(notes_, {}))
      say(stderr, "{}", printable(fmt::format("Note: {}: {}\n", scenario_.graph.file.string(), note)));
  }

  const Request& request_;
  Ranks& ranks_;
  const bool share_worlds_, share_runs_;  ///< among ranks; neither: there is one
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::optional<ShardChoice> shard_;
  PartsFolder folder_;
  StatusFile status_;
  std::uint64_t taken_ = 0, last_taken_ = 0;  ///< of the work
  Scenario scenario_;
  std::unique_ptr<NewFile> out_;
  std::vector<std::string> notes_;
  StopStudy stopped_;                     ///< while replicates ran beside each other
  std::atomic<bool> wait_ended_ = false;  ///< by a signal
  bool all_is_there_ = false;             ///< in a file that nothing can be added to
  bool goes_on_ = false;                  ///< with a folder that an earlier run left
};

}  // namespace

bool is_shard(const std::string& text) { return shard_in(text).has_value(); }
bool is_number_of_jobs(const std::string& text) { return jobs_in(text).has_value(); }
std::optional<int> jobs_in(const std::string& text) {
  if (text == "auto") return 0;
  int jobs = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), jobs);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole && jobs >= 1 && jobs <= 256 ? std::optional(jobs) : std::nullopt;
}
bool is_time_limit(const std::string& text) { return duration_in_seconds(text).value_or(0) > 0; }

void say_of_parts(const Request& request) {
  if (request.parts > thread_count())
    say(stderr,
        "Note: --parts {}: more parts than the {} of this run take more time and memory, and no result depends on "
        "them\n",
        request.parts, counted(static_cast<std::uint64_t>(thread_count()), "thread"));
}

namespace {

void tell_in_rank(const Ranks& ranks, const std::string& words) {
  be_silent(false);
  if (ranks.rank() > 0) say(stderr, "grapevine: rank {} of {}: ", ranks.rank(), ranks.count());
  say(stderr, "{}\n", printable(words));
  std::fflush(stderr);
}

/// What goes wrong in one rank ends all of them, with its message. Where all fail alike the first one is heard: the
/// others wait for it.
int fail_in_rank(Ranks& ranks, int status, const std::string& words) {
  if (ranks.rank() > 0) std::this_thread::sleep_for(std::chrono::seconds(2));
  tell_in_rank(ranks, words);
  return ranks.end_all(status);
}

int run_in_rank(const Request& request, Ranks& ranks) {
  be_silent(ranks.rank() > 0);
  try {
    const int status = Run(request, ranks).run();
    std::fflush(stdout);
    // One that was stopped where the others could not know leaves alone.
    if (!ranks.wait(ranks.rank() == 0 ? 5.0 : 1e18)) return ranks.end_all(status);
    return status;
  } catch (const RefusedByRanks& refused) {
    if (!refused.words.empty()) tell_in_rank(ranks, refused.words);
    return 2;
  } catch (const StopStudy& stop) {  // before there was anything to keep
    return fail_in_rank(ranks, 128 + stop.signal, fmt::format("grapevine: {}; nothing was written", stop.words()));
  } catch (const BadRequest& mistake) {
    return fail_in_rank(ranks, 2, mistake.what());
  } catch (const std::bad_alloc&) {
    return fail_in_rank(ranks, 1, "out of memory; `grapevine check` says how much a study needs");
  } catch (const std::exception& error) {
    return fail_in_rank(ranks, 1, error.what());
  }
}

}  // namespace

int run_command(const Request& request) {
  Timings timings;
  const Timed timed(&timings);
  Ranks ranks;
  const int status = ranks.count() > 1 ? run_in_rank(request, ranks) : Run(request, ranks).run();
  if (request.timings) say(stdout, "\n{}", timings_text(timings.phases(), thread_count(), request.jobs != 1));
  return status;
}

}  // namespace grapevine
