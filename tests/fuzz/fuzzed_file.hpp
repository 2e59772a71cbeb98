#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"
#include "graph/formats/loaded_graph.hpp"

/// What the programs under libFuzzer share. A reader may refuse bytes with an Error; whatever else it does but return,
/// libFuzzer and the sanitizers report.
namespace grapevine::fuzz {

/// Bytes in memory under the path of a file.
class FuzzedFile {
public:
  FuzzedFile(const std::uint8_t* bytes, std::size_t size) : descriptor_(memfd_create("fuzzed", MFD_CLOEXEC)) {
    if (descriptor_ < 0 || write(descriptor_, bytes, size) != static_cast<ssize_t>(size)) std::abort();
  }
  ~FuzzedFile() { close(descriptor_); }
  FuzzedFile(const FuzzedFile&) = delete;
  FuzzedFile& operator=(const FuzzedFile&) = delete;

  std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

private:
  int descriptor_;
};

/// What the reader says of the bytes; empty if it takes them. Threads would hide which input it was.
template <class Read>
std::string refusal(Read&& read) {
  set_thread_count(1);
  try {
    read();
  } catch (const Error& error) {
    if (std::string(error.what()).empty()) std::abort();
    return error.what();
  }
  return "";
}

/// Stops at a graph that does not agree with itself.
inline void expect_sound(const LoadedGraph& loaded) {
  const FollowGraph& graph = loaded.graph;
  std::uint64_t follows = 0;
  for (std::uint32_t u = 0; u < graph.user_count(); ++u)
    for (const UserId v : graph.followees(UserId(u))) {
      ++follows;
      GRAPEVINE_EXPECTS(v.index() < graph.user_count() && v.index() != u);
    }
  GRAPEVINE_EXPECTS(follows == graph.follow_count() && loaded.report.users == graph.user_count());
  GRAPEVINE_EXPECTS(loaded.accounts.outside_ids.empty() || loaded.accounts.outside_ids.size() == graph.user_count());
}

}  // namespace grapevine::fuzz
