#include "scenarios/reader/read_scenario.hpp"
#include "tests/fuzz/fuzzed_file.hpp"

using namespace grapevine;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const fuzz::FuzzedFile file(bytes, size);
  fuzz::refusal([&] { read_scenario(file.path()); });
  return 0;
}
