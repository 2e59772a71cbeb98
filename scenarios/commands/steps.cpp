#include "scenarios/commands/steps.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

#include "scenarios/commands/streams.hpp"

namespace grapevine {

Steps::Steps(bool quiet, std::function<void()> stop_if_asked)
    : quiet_(quiet), on_terminal_(isatty(STDERR_FILENO) != 0), stop_if_asked_(std::move(stop_if_asked)) {}

void Steps::begin(std::string_view doing) {
  end();
  stop_if_asked_();
  doing_ = doing;
  begun_ = Clock::now();
  if (!quiet_ && on_terminal_) say(stderr, "{} ...", doing_);
}

void Steps::end() {
  if (doing_.empty()) return;
  const double seconds = std::chrono::duration<double>(Clock::now() - begun_).count();
  if (!quiet_ && on_terminal_) say(stderr, "\r\033[K");
  if (!quiet_ && seconds >= 1) say(stderr, "{}: {:.1f} s\n", doing_, seconds);
  doing_.clear();
}

}  // namespace grapevine
