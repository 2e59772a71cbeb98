#include "scenarios/commands/progress.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

#include "scenarios/commands/streams.hpp"
#include "scenarios/result/text.hpp"

namespace grapevine {

ProgressForm progress_form_for(std::FILE* out) {
  return isatty(fileno(out)) != 0 ? ProgressForm::line : ProgressForm::log;
}

std::string ProgressReport::sentence(const StudyProgress& progress, double seconds) {
  const double share =
      progress.work > 0 ? static_cast<double>(progress.done) / static_cast<double>(progress.work) : 1.0;
  std::string text = fmt::format("replicate {} of {}, {}: {:.0f} %", progress.replicate + 1, progress.replicates,
                                 progress.doing, 100 * share);
  if (progress.done > progress.taken && seconds > 0) {
    const double rate = static_cast<double>(progress.done - progress.taken) / seconds;
    if (progress.in_ticks) text += fmt::format(", {} ticks/s", with_decimals(rate, rate < 10 ? 1 : 0));
    text += fmt::format(", {} left", duration(static_cast<double>(progress.work - progress.done) / rate));
  }
  return text;
}

double ProgressReport::pause(double seconds) { return std::clamp(seconds / 20, 5.0, 600.0); }

void ProgressReport::operator()(const StudyProgress& progress) {
  if (form_ == ProgressForm::none) return;
  const auto now = Clock::now();
  const bool first = last_ == Clock::time_point{};
  if (first) first_ = now;
  const auto seconds_from = [&](Clock::time_point start) { return std::chrono::duration<double>(now - start).count(); };
  const double seconds = seconds_from(first_);
  if (!first && seconds_from(last_) < (form_ == ProgressForm::line ? 0.1 : pause(seconds))) return;
  last_ = now;

  std::string text = sentence(progress, seconds);
  if (form_ == ProgressForm::log) {
    say(out_, "{:%H:%M:%S} {}\n", fmt::localtime(std::time(nullptr)), text);
  } else {
    text = shortened(text, std::max<std::size_t>(columns_of(out_), 10) - 1);
    const std::size_t width = display_width(text);
    say(out_, "\r{}{:{}}", text, "", width < written_ ? written_ - width : 0);
    written_ = width;
  }
  std::fflush(out_);
}

ProgressReport::~ProgressReport() {
  if (written_ == 0) return;
  say(out_, "\r{:{}}\r", "", written_);
  std::fflush(out_);
}

}  // namespace grapevine
