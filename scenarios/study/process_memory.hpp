#pragma once

#include <cstdint>

namespace grapevine {

/// Bytes of this process in memory, by the kernel's counts; 0: the system does not say.
struct ProcessMemory {
  std::uint64_t now = 0;
  /// At most, since this program began. (getrusage counts what its parent held when it forked, too.)
  std::uint64_t peak = 0;
};

ProcessMemory process_memory();

}  // namespace grapevine
