#include "graph/base/search.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "graph/base/random.hpp"
#include "tests/catch.hpp"

namespace grapevine {
namespace {

TEST_CASE("what lies below a value is counted as the standard library counts it", "[base]") {
  for (std::size_t size = 0; size <= 70; ++size) {
    std::vector<std::uint32_t> sorted;
    for (std::uint32_t i = 0; i < size; ++i)  // some several times
      sorted.push_back(1 + static_cast<std::uint32_t>(nested_mix(8, size, i) % (size / 2 + 1)));
    std::ranges::sort(sorted);
    for (std::uint32_t value = 0; value <= size / 2 + 2; ++value) {
      CAPTURE(size, value);
      const auto expected = std::ranges::lower_bound(sorted, value) - sorted.begin();
      REQUIRE(count_below(std::span<const std::uint32_t>(sorted), value) == static_cast<std::size_t>(expected));
    }
  }
}

}  // namespace
}  // namespace grapevine
