#include "graph/formats/matrix_market.hpp"

#include "tests/fuzz/fuzzed_file.hpp"

using namespace grapevine;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const fuzz::FuzzedFile file(bytes, size);
  fuzz::refusal([&] { fuzz::expect_sound(load_matrix_market(file.path(), {})); });
  return 0;
}
