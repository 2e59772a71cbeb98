#include "tests/record/specification.hpp"

#include <set>

#include "tests/catch.hpp"
#include "tests/record/sample.hpp"

using namespace grapevine;

TEST_CASE("the specification lists every dataset as the schema declares it, and no other", "[record]") {
  const std::string text = test::bytes_of(GRAPEVINE_SOURCE_DIR "/docs/result-file.md");
  const std::size_t tables = text.find("\n## The groups\n");
  REQUIRE(tables != std::string::npos);
  std::size_t listed = 0;
  for (std::size_t at = text.find("\n| `", tables); at != std::string::npos; at = text.find("\n| `", at + 1)) ++listed;
  std::size_t declared = 0;
  for (const schema::Group& group : schema::groups) {
    const std::string expected = test::specification_of(group);  // print all: write_sample --tables
    INFO(expected);
    CHECK(text.find(expected) != std::string::npos);
    for (std::size_t at = expected.find("\n| `"); at != std::string::npos; at = expected.find("\n| `", at + 1))
      ++declared;
  }
  CHECK(listed == declared);
}

TEST_CASE("no dataset is declared twice", "[record]") {
  std::set<std::string> seen;
  for (const schema::Dataset& dataset : schema::datasets())
    CHECK(seen.insert(std::string(dataset.group) + "/" + std::string(dataset.name)).second);
  for (const schema::Group& group : schema::groups)
    for (const schema::Axis& axis : schema::axes_of(group.name))
      CHECK(seen.insert(std::string(group.name) + "/" + std::string(axis.name)).second);
}
