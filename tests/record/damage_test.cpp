#include <fstream>
#include <string>

#include "graph/base/random.hpp"
#include "scenarios/result/result.hpp"
#include "tests/catch.hpp"
#include "tests/peak_memory.hpp"
#include "tests/record/sample.hpp"

using namespace grapevine;
using namespace grapevine::test;

TEST_CASE("ten thousand damages of a result are refused, whether it is shown or hashed", "[record][.damage]") {
  const Folder folder;
  const auto path = folder / "out.h5", damaged = folder / "damaged.h5";
  write_result(path, sample_study());
  REQUIRE_NOTHROW(read_result(path));
  const std::string bytes = bytes_of(path);
  const auto refused = [&](const std::string& with) {
    std::ofstream(damaged, std::ios::binary) << with;
    const std::string shown = complaint_of([&] { read_result(damaged); });
    const std::string hashed = complaint_of([&] { digests(damaged); });
    return has(shown, "damaged.h5: ") && has(shown, "; expected a whole result file") && shown == hashed;
  };
  std::size_t unnoticed = 0;
  const std::size_t most = most_memory([&] {
    for (std::uint64_t i = 0; i < 10'000; ++i) {
      const std::size_t place = mix(i) % bytes.size();
      std::string with = i % 4 == 3 ? bytes.substr(0, place) : bytes;
      if (i % 4 != 3) with[place] = static_cast<char>(with[place] ^ (1 + mix(i + 10'000) % 255));
      unnoticed += !refused(with);
    }
  });
  CHECK(unnoticed == 0);
  CHECK(most < 2 * bytes.size() + (std::size_t{4} << 20));
}
