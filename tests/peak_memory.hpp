#pragma once

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <string>
#include <string_view>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define GRAPEVINE_IS_SANITIZED 1
#endif
#endif

namespace grapevine::test {

/// A line of /proc/self/status, in bytes.
inline std::size_t memory(std::string_view line) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (std::size_t kibibytes = 0; word == line && status >> kibibytes) return kibibytes << 10;
  return 0;
}

/// What the process had in memory at most during the action, beyond what it had before. Sanitizers have memory of
/// their own: 0 under them.
template <class Action>
std::size_t most_memory(Action&& action) {
  std::ofstream("/proc/self/clear_refs") << "5";  // the peak begins anew
  const std::size_t before = memory("VmRSS:");
  action();
#if defined(GRAPEVINE_IS_SANITIZED)
  return 0 * before;
#else
  return memory("VmHWM:") - std::min(before, memory("VmHWM:"));
#endif
}

}  // namespace grapevine::test
