#include "scenarios/commands/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

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
  if (progress.done > 0 && seconds > 0) {
    const double rate = static_cast<double>(progress.done) / seconds;
    if (progress.in_ticks) text += fmt::format(", {} ticks/s", with_decimals(rate, rate < 10 ? 1 : 0));
    text += fmt::format(", {} left", duration(seconds * (1 - share) / share));
  }
  return text;
}

void ProgressReport::operator()(const StudyProgress& progress) {
  using namespace std::chrono_literals;
  if (form_ == ProgressForm::none) return;
  const auto now = Clock::now();
  const bool first = last_ == Clock::time_point{};
  if (!first && now - last_ < (form_ == ProgressForm::line ? Clock::duration(100ms) : Clock::duration(5s))) return;
  if (first) first_ = now;
  last_ = now;

  const std::string text = sentence(progress, std::chrono::duration<double>(now - first_).count());
  if (form_ == ProgressForm::log) {
    say(out_, "{}\n", text);
  } else {
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
