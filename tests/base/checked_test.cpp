#include "graph/base/checked.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#include "tests/catch.hpp"

namespace grapevine {
namespace {

__extension__ using Wide = __int128;
constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min(),
                       most = std::numeric_limits<std::int64_t>::max();

std::int64_t nearest(Wide x) { return x < least ? least : x > most ? most : static_cast<std::int64_t>(x); }

TEST_CASE("sums and products that 64 bits cannot hold are the nearest number that they can", "[base][checked]") {
  const std::vector<std::int64_t> edges{
      least, least + 1,     -3'037'000'500, -3'037'000'499,        -2,       -1,       0,   1,
      2,     3'037'000'499, 3'037'000'500,  1'000'000'000'000'000, most / 2, most - 1, most};
  for (const std::int64_t a : edges)
    for (const std::int64_t b : edges) {
      REQUIRE(saturated_sum(a, b) == nearest(Wide{a} + b));
      REQUIRE(saturated_product(a, b) == nearest(Wide{a} * b));
    }
}

TEST_CASE("a double beyond all whole numbers of 64 bits is the nearest of them", "[base][checked]") {
  CHECK(saturated_whole(12.9) == 12);
  CHECK(saturated_whole(-12.9) == -12);
  CHECK(saturated_whole(0x1p63) == most);
  CHECK(saturated_whole(std::nextafter(0x1p63, 0.0)) == most - 1023);
  CHECK(saturated_whole(-0x1p63) == least);
  CHECK(saturated_whole(1e300) == most);
  CHECK(saturated_whole(-std::numeric_limits<double>::infinity()) == least);
  CHECK(saturated_whole(std::numeric_limits<double>::quiet_NaN()) == 0);
}

TEST_CASE("what 32 bits cannot number is an error that says of what there is too much", "[base][checked]") {
  CHECK(numbered(UINT32_MAX, "posts", "lower it") == UINT32_MAX);
  CHECK_THROWS_WITH(numbered(std::uint64_t{1} << 32, "posts", "lower population.posts"),
                    "more than 4294967295 posts; expected at most so many; lower population.posts");
}

TEST_CASE("a wide count takes eight bytes at a multiple of four, and carries", "[base][checked]") {
  static_assert(sizeof(WideCount) == 8 && alignof(WideCount) == 4 &&
                std::has_unique_object_representations_v<WideCount>);
  WideCount count;
  for (int i = 0; i < 5; ++i) count += UINT32_MAX;
  CHECK(count.value() == 5 * std::uint64_t{UINT32_MAX});
  CHECK(WideCount(most).value() == static_cast<std::uint64_t>(most));
}

}  // namespace
}  // namespace grapevine
