#pragma once

#include <fmt/format.h>

#include <chrono>
#include <regex>
#include <string>
#include <thread>

#include "tests/catch.hpp"
#include "tests/scenarios/shell.hpp"

/// What `check` foretells, read from its words, and what then happens.
namespace grapevine::test {

inline constexpr double mebibyte = 1 << 20;

/// The bytes that a line of the outlook begins with: "Memory  about 3.4 MiB: ...".
inline double foretold(const std::string& text, const std::string& line) {
  std::smatch found;
  REQUIRE(std::regex_search(text, found, std::regex(line + " +about ([0-9.]+) ([KMG]?i?B)")));
  const std::string unit = found[2];
  return std::stod(found[1]) * (unit == "GiB" ? 1024 * mebibyte : unit == "MiB" ? mebibyte : unit == "KiB" ? 1024 : 1);
}

/// The most that a process had resident, by the kernel's count; it has ended afterwards. Asked again and again, for the
/// count is gone with the process, and that of a child begins with its parent's before it is another program.
inline double most_resident(pid_t process) {
  double peak = 0;
  while (::waitpid(process, nullptr, WNOHANG) == 0) {
    const std::string status = content(fmt::format("/proc/{}/status", process));
    if (const std::size_t at = status.find("VmHWM:"); at != std::string::npos)
      peak = std::stod(status.substr(at + 6)) * 1024;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return peak;
}

}  // namespace grapevine::test
