#include "graph/formats/metis.hpp"

#include "tests/fuzz/fuzzed_file.hpp"

using namespace grapevine;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const fuzz::FuzzedFile file(bytes, size);
  fuzz::refusal([&] {
    const LoadedGraph loaded = load_metis(file.path(), {});
    fuzz::expect_sound(loaded);
    GRAPEVINE_EXPECTS(loaded.graph.mutual_count() == loaded.graph.follow_count());
  });
  return 0;
}
