#include "graph/formats/cascade_list.hpp"
#include "tests/fuzz/fuzzed_file.hpp"

using namespace grapevine;

/// Every tree has one root, from which all of its nodes hang.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const fuzz::FuzzedFile file(bytes, size);
  fuzz::refusal([&] {
    const CascadeList list = load_cascades(file.path(), {});
    for (std::size_t cascade = 0; cascade < list.size(); ++cascade) {
      const auto tree = list.tree(cascade);
      GRAPEVINE_EXPECTS(!tree.empty() && tree[0] == -1);
      for (std::size_t node = 1; node < tree.size(); ++node)
        GRAPEVINE_EXPECTS(tree[node] >= 0 && static_cast<std::size_t>(tree[node]) < node);
    }
  });
  return 0;
}
