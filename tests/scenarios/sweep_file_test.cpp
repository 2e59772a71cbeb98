#include <string>
#include <vector>

#include "tests/catch.hpp"
#include "tests/scenarios/scenario_files.hpp"

// Points of a sweep that come from a table: what is right in it, and what is said of what is not.
namespace grapevine {
namespace {

using namespace test;
using Lines = std::vector<std::string>;

const std::string study = smallest + "[sweep]\ndesign = \"file\"\nfile = \"points.csv\"\n";

Lines said_of(const std::string& points) {
  const Folder folder;
  folder.write("points.csv", points);
  return refusal(folder.write("study.toml", study));
}

Scenario with_points(const std::string& points) {
  const Folder folder;
  folder.write("points.csv", points);
  return read_scenario(folder.write("study.toml", study));
}

TEST_CASE("a mistake in a file of points is told with its line and its column", "[sweep][nonsense]") {
  CHECK(said_of("feed.lenght,behaviour.like\n5,0.1\n6,0.2\n") ==
        Lines{"points.csv:1, column 1: unknown key 'lenght' in [feed]; did you mean 'length'? (at the point "
              "feed.lenght=5, behaviour.like=0.1 and 1 more)"});
  CHECK(said_of("feed.length,behaviour.like\n5,0.1\n6,1.5\n") ==
        Lines{"points.csv:3, column 2: behaviour.like is 1.5; expected a probability, 0 to 1 (at "
              "the point "
              "feed.length=6, behaviour.like=1.5)"});
  CHECK(
      said_of("feed.length,behaviour.like\n5,0.1\n,0.2\n") ==
      Lines{"points.csv:3, column 1: no value of feed.length; expected one in each row; add it, or take the row out"});
  CHECK(said_of("feed.length,behaviour.like\n5,0.1\nlong,0.2\n") ==
        Lines{"points.csv:3, column 1: feed.length is \"long\"; expected a whole number of posts, 1 or more (at the "
              "point feed.length=long, behaviour.like=0.2)"});
  CHECK(said_of("feed.length,behaviour.like\n5,0.1\n6\n") ==
        Lines{"points.csv:3: 1 field, and the header has 2; expected a value of each key; add what is missing, or "
              "quote values that hold the separator"});
  CHECK(said_of("feed.length,feed.length\n5,6\n7,8\n") ==
        Lines{"points.csv:1, column 2: a sweep changes feed.length twice; expected a column of its own for each key"});
  for (const std::string points : {"feed.length,\n5,6\n", "feed.length,\n5,\n6,\n7,\n"})
    CHECK(said_of(points) == Lines{"points.csv:1, column 2: a column without a name; expected the name of a key; name "
                                   "it, or take out the separator that begins it, in each line"});
  for (const std::string points : {"5,0.1\n6,0.2\n", "chronological,0.1\nweighted,0.2\n", "5\n6\n"})
    CHECK(said_of(points) == Lines{"points.csv:1, column 1: the first line has values, so that the header is missing; "
                                   "expected the names of keys, such as price.post; add a line with them"});
  CHECK(said_of("title,feed.length\na,6\nb,7\n").front().starts_with("points.csv:1, column 1: a sweep changes title"));
  CHECK(said_of("feed.length,behaviour.like\n5,0.1\n\n5,0.1\n")
            .front()
            .starts_with("points.csv:4: points 0 and 1 of the sweep are the same, feed.length=5, behaviour.like=0.1; "
                         "expected each once"));
}

TEST_CASE("all mistakes of a file of points are told at once", "[sweep][nonsense]") {
  const Lines said = said_of("feed.length,behaviour.like\n5,0.1\n6\n0,0.2\n7,\n8,0.3,9\n9,no\n");
  REQUIRE(said.size() == 5);
  CHECK(said[0].starts_with("points.csv:3: 1 field, and the header has 2"));
  CHECK(said[1].starts_with("points.csv:4, column 1: feed.length is 0; expected"));
  CHECK(said[2].starts_with("points.csv:5, column 2: no value of behaviour.like"));
  CHECK(said[3].starts_with("points.csv:6: 3 fields, and the header has 2"));
  CHECK(said[4].starts_with("points.csv:7, column 2: behaviour.like is \"no\"; expected"));
}

TEST_CASE("where a file of points has many mistakes, the first are told and the others counted", "[sweep][nonsense]") {
  std::string bad_rows = "feed.length,behaviour.like\n", bad_values = bad_rows;
  for (int i = 0; i < 50; ++i) bad_rows += "5,\n", bad_values += "0,0." + std::to_string(100 + i) + "\n";
  for (const std::string& points : {bad_rows, bad_values}) {
    const Lines said = said_of(points);
    REQUIRE(said.size() == 21);
    CHECK(said[19].starts_with("points.csv:21, column "));
  }
  CHECK(said_of(bad_rows)[20] == "points.csv:21, column 2: and 30 more rows with mistakes");
  CHECK(said_of(bad_values)[20] == "points.csv:21, column 1: and 30 more mistakes of the sweep");
}

TEST_CASE("a file without points is told where the scenario names it", "[sweep][nonsense]") {
  CHECK(said_of("") == Lines{"study.toml:6:8: points.csv holds no points; expected a header with the names of keys, "
                             "and a row of values for each point"});
  CHECK(said_of("feed.length\n") ==
        Lines{"study.toml:6:8: points.csv has a header and no rows; expected one for each point"});
  CHECK(said_of("feed.length,behaviour.like\n5,\"0.1\n").front().starts_with("study.toml:6:8: points.csv:2: "));
}

TEST_CASE("files of points may have been written by any program", "[sweep]") {
  for (const std::string& points : {std::string("feed.length,behaviour.like\n5,0.1\n6,0.2\n"),
                                    std::string("\xef\xbb\xbf"
                                                "feed.length,behaviour.like\r\n5,0.1\r\n6,0.2\r\n"),
                                    std::string("\"feed.length\",\"behaviour.like\"\n\"5\",\"0.1\"\n\"6\",\"0.2\"\n"),
                                    std::string("feed.length;behaviour.like\n5;0.1\n\n6;0.2"),
                                    std::string("# made elsewhere\nfeed.length\tbehaviour.like\n5\t0.1\n6\t0.2\n")}) {
    CAPTURE(points);
    const Scenario scenario = with_points(points);
    REQUIRE(scenario.at.size() == 2);
    CHECK(scenario.points[1].name == "feed.length=6, behaviour.like=0.2");
    CHECK(scenario.at[1].run.feed.length == 6);
  }
}

}  // namespace
}  // namespace grapevine
