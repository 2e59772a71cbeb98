#include "scenarios/study/process_memory.hpp"

#include <fstream>
#include <string>

namespace grapevine {

ProcessMemory process_memory() {
  ProcessMemory memory;
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::uint64_t* bytes = word == "VmHWM:" ? &memory.peak : word == "VmRSS:" ? &memory.now : nullptr;
    if (bytes && status >> *bytes) *bytes <<= 10;  // told in KiB
  }
  return memory;
}

}  // namespace grapevine
