#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace grapevine {

/// Tells a terminal, in one line that is written over, what is being done; and whoever reads standard error how long a
/// step took that lasted a second or more.
class Steps {
public:
  /// `stop_if_asked` is called before each step and may throw.
  Steps(bool quiet, std::function<void()> stop_if_asked);
  ~Steps() { end(); }
  Steps(const Steps&) = delete;
  Steps& operator=(const Steps&) = delete;

  void begin(std::string_view doing);
  void end();

private:
  using Clock = std::chrono::steady_clock;

  bool quiet_, on_terminal_;
  std::function<void()> stop_if_asked_;
  std::string doing_;
  Clock::time_point begun_;
};

}  // namespace grapevine
