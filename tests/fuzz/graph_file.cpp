#include "graph/formats/graph_file.hpp"

#include "tests/fuzz/fuzzed_file.hpp"

using namespace grapevine;

/// Without checksums, so that what is behind them is reached, too.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const fuzz::FuzzedFile file(bytes, size);
  for (const bool checksums : {true, false})
    fuzz::refusal([&] {
      const LoadedGraph loaded = load_graph_file(file.path(), {.checksums = checksums});
      fuzz::expect_sound(loaded);
      for (const PlantedUser& planted : loaded.accounts.planted)
        GRAPEVINE_EXPECTS(planted.user.index() < loaded.graph.user_count() &&
                          planted.group < loaded.accounts.plants.size());
    });
  return 0;
}
