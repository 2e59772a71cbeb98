#include "tests/record/specification.hpp"

#include <fmt/format.h>

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

TEST_CASE("the datasets of each version of the format are those that it had, in that order", "[record]") {
  // Who adds a dataset says since which version it is there, and adds a list of that version's; who takes one away or
  // gives it another meaning raises major_version. Lists of versions that were released stay.
  for (Since version{schema::major_version, 0}; version <= schema::format_version(); ++version.minor) {
    const std::string list = test::bytes_of(
        fmt::format(GRAPEVINE_SOURCE_DIR "/tests/record/datasets-{}.{}.txt", version.major, version.minor));
    std::string declared;
    for (const schema::Dataset& dataset : schema::datasets())
      if (dataset.since <= version) declared += fmt::format("{}/{}\n", dataset.group, dataset.name);
    CAPTURE(version.minor);
    CHECK(declared == list);
  }
}

TEST_CASE("no dataset is declared twice", "[record]") {
  std::set<std::string> seen;
  for (const schema::Dataset& dataset : schema::datasets())
    CHECK(seen.insert(std::string(dataset.group) + "/" + std::string(dataset.name)).second);
  for (const schema::Group& group : schema::groups)
    for (const schema::Axis& axis : schema::axes_of(group.name))
      CHECK(seen.insert(std::string(group.name) + "/" + std::string(axis.name)).second);
}
