#include "graph/formats/id_table.hpp"

#include <map>
#include <string>
#include <vector>

#include "graph/base/random.hpp"
#include "tests/catch.hpp"

namespace grapevine {
namespace {

TEST_CASE("ids are numbered as they first appear, whatever they look like", "[graph][formats]") {
  // Numbers of 9, 10, 19 and 20 digits, with zeros before them and signs, beside words: each text is an id of its own.
  const std::vector<std::string> odd = {"999999999",
                                        "1000000000",
                                        "01000000000",
                                        "9999999999999999999",
                                        "10000000000000000000",
                                        "18446744073709551616",
                                        "00000000000000000000",
                                        "1000000000 ",
                                        "+1000000000",
                                        "-1000000000",
                                        "1000000000.0",
                                        "a",
                                        "",
                                        "9223372036854775807",
                                        "1e9",
                                        "12345678901234567a"};
  std::vector<std::string> asked;
  for (std::uint64_t i = 0; i < 30'000; ++i) {
    const std::uint64_t bits = mix(i);
    if (bits % 5 == 0)
      asked.push_back(odd[bits / 5 % odd.size()]);
    else if (bits % 5 == 1)
      asked.push_back("user" + std::to_string(bits % 3'001));
    else
      asked.push_back(std::to_string(1'000'000'000'000'000'000 + bits % 7'001));
  }
  IdTable table;
  std::map<std::string, std::uint32_t> expected;
  for (const std::string& id : asked) {
    const auto [known, added] = expected.try_emplace(id, static_cast<std::uint32_t>(expected.size()));
    REQUIRE(table.find(id) == (added ? IdTable::absent : known->second));
    REQUIRE(table.find_or_add(id) == known->second);
  }
  REQUIRE(table.size() == expected.size());
  for (const auto& [id, number] : expected) {
    CHECK(table[number] == id);
    CHECK(table.find(id) == number);
  }
}

}  // namespace
}  // namespace grapevine
