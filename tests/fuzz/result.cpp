#include "scenarios/result/result.hpp"

#include "tests/fuzz/fuzzed_file.hpp"

using namespace grapevine;

/// What is shown of a result and its digests are refused for the same reason.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const fuzz::FuzzedFile file(bytes, size);
  const std::string shown = fuzz::refusal([&] { read_result(file.path()); });
  const std::string hashed = fuzz::refusal([&] { digests(file.path()); });
  GRAPEVINE_EXPECTS(shown.empty() == hashed.empty());
  return 0;
}
