#include <ctime>
#include <string>
#include <string_view>

#include "graph/base/parallel.hpp"
#include "graph/formats/load_graph.hpp"
#include "tests/catch.hpp"
#include "tests/graph/graph_files.hpp"
#include "tests/peak_memory.hpp"

/// Small files that say much: what memory and time they take goes with what they hold, not with what they claim.
using namespace grapevine;
using namespace grapevine::test;

namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  all.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

/// What loading the file says, and that it takes no more memory than this.
std::string refusal_within(std::size_t most, const std::string& name, const std::string& bytes,
                           const LoadOptions& options = {}) {
  const Folder folder;
  const auto file = folder.write(name, bytes);
  std::string message;
  const std::size_t taken =
      most_memory([&] { message = message_of(folder, [&] { with_threads(1, [&] { load_graph(file, options); }); }); });
  INFO(message);
  CHECK(taken < most);
  return message;
}

}  // namespace

TEST_CASE("GraphML of elements within elements takes no memory for all of them", "[graph][hostile][memory]") {
  // Two million levels packed into 24 KB: 260 MB of open tags for a parser that follows.
  const std::string deep = gzipped("<graphml><graph>" + repeated("<data>", 2'000'000));
  CHECK(deep.size() < 30'000);
  CHECK(begins(refusal_within(16 * mebibyte, "g.graphml.gz", deep),
               "g.graphml.gz:1: elements lie more than 1000 deep in each other; expected nodes and edges in a graph"));
  const std::string at_most = "<graphml><graph><node id=\"a\"/><node id=\"b\"/><edge source=\"a\" target=\"b\">" +
                              repeated("<data>", 997) + repeated("</data>", 997) + "</edge></graph></graphml>";
  CHECK(refusal_within(16 * mebibyte, "g.graphml", at_most) == "nothing was thrown");
}

TEST_CASE("GraphML of ever new names takes no more than 16 MiB for them", "[graph][hostile][memory]") {
  std::string names = "<graphml><graph>";
  for (int i = 0; i < 400'000; ++i) names += fmt::format("<x{}/>", i);
  CHECK(begins(refusal_within(32 * mebibyte, "g.graphml.gz", gzipped(names)),
               "g.graphml.gz:1: names of elements and attributes take more than 16 MiB; expected those of GraphML"));
}

TEST_CASE("GraphML that declares attributes without end is refused", "[graph][hostile][memory]") {
  std::string declared = "<!DOCTYPE graphml [<!ATTLIST a ";
  for (int i = 0; i < 5'000; ++i) declared += fmt::format("k{} CDATA \"x\" ", i);
  declared += ">]><graphml>" + repeated("<a/>", 100'000);
  CHECK(begins(refusal_within(16 * mebibyte, "g.graphml", declared, {.format = GraphFormat::graphml}),
               "g.graphml:1: declares more than 1000 attributes; expected a graph without declarations"));
}

TEST_CASE("sizes that a header claims take no memory before they are there", "[graph][hostile][memory]") {
  const std::string banner = "%%MatrixMarket matrix coordinate pattern general\n";
  const auto refused = [](const std::string& name, const std::string& text) {
    return refusal_within(16 * mebibyte, name, text);
  };
  CHECK(begins(refused("m.mtx", banner + "100000000000 100000000000 3\n1 2\n"), "m.mtx:2: 100000000000 rows"));
  CHECK(begins(refused("m.mtx", banner + "2000000000 2000000000 1\n1 2\n"), "m.mtx:2: 2000000000 rows but only 1"));
  CHECK(begins(refused("m.mtx", banner + "9 9 100000000000\n1 2\n"), "m.mtx: holds 1 entry; expected 100000000000"));
  CHECK(begins(refused("g.metis", "100000000000 5\n2\n1\n"), "g.metis:1: 100000000000 vertices; expected at most"));
  CHECK(begins(refused("g.metis", "2000000000 100000000000\n2\n1\n"), "g.metis:1: the header counts 2000000000"));
  CHECK(begins(refused("g.metis", "2 1 010 100000000000\n1 2\n1 1\n"), "g.metis:2: ends before its weights"));
  CHECK(refused("e.txt", "0 2147483646\n2147483645 1\n") == "nothing was thrown");
}

TEST_CASE("text that is packed a thousandfold goes through piece by piece", "[graph][hostile][memory]") {
  const std::size_t size = 48 * mebibyte;
  for (const std::string& pack : {gzipped(std::string(size, '\n')), zstd_packed(std::string(size, '\n'))})
    for (const std::string name : {"e.csv", "m.mtx", "g.metis"}) {
      CAPTURE(name);
      CHECK(refusal_within(24 * mebibyte, name, pack) != "nothing was thrown");
    }
  CHECK(refusal_within(32 * mebibyte, "g.graphml", gzipped("<graphml><graph><!--x-->" + std::string(size, ' '))) !=
        "nothing was thrown");
  CHECK(begins(refusal_within(32 * mebibyte, "e.csv", gzipped(std::string(size, 'x'))), "e.csv:1: the line is longer"));
  CHECK(begins(refusal_within(32 * mebibyte, "e.csv", gzipped("1 2\n" + repeated("# a comment\n", size / 12))),
               "nothing was thrown"));
}

TEST_CASE("a table of accounts with a million columns is told in a line", "[graph][hostile][memory]") {
  const Folder folder;
  LoadOptions options;
  options.accounts = folder.write("accounts.csv", "id" + std::string(1'000'000, ',') + "\n");
  CHECK(message_of(folder, [&] { load_graph(folder.write("e.txt", "1 2\n"), options); }).size() < 2'000);
  options.accounts = folder.write("accounts.csv", "id" + repeated(",x", 400'000) + "\n");
  const std::string message = message_of(folder, [&] { load_graph(folder.write("e.txt", "1 2\n"), options); });
  CHECK(begins(message, "e.txt:1: account '1' is not in accounts.csv"));
  options.accounts = folder.write("accounts.csv", "id" + repeated(",x", 400'000) + "\n1" + std::string(400'000, ',') +
                                                      "\n2" + std::string(400'000, ',') + "\n");
  const LoadReport report = load_graph(folder.write("e.txt", "1 2\n"), options).report;
  REQUIRE(report.notes.size() == 1);
  CHECK(report.notes[0].size() < 500);
  CHECK(report.notes[0].find("x, and 399988 more; graph.attributes (") != std::string::npos);
}

TEST_CASE("messages hold no more of a long id than shows which it is", "[graph][hostile][memory]") {
  const std::string id(900'000, 'x');
  CHECK(refusal_within(64 * mebibyte, "e.txt", id + " b\n" + id + " b c\n").size() < 1'000);
  CHECK(refusal_within(64 * mebibyte, "e.csv", "follower,followed\n" + id + "\xff,b\n").size() < 1'000);
  CHECK(refusal_within(64 * mebibyte, "e.csv", id + "," + id + "\n1,2\n").size() < 1'000);
  const Folder folder;
  LoadOptions options;
  options.accounts = folder.write("accounts.csv", "id\n" + id + "\n" + id + "\n");
  CHECK(message_of(folder, [&] { load_graph(folder.write("e.txt", "1 2\n"), options); }).size() < 1'000);
  options.accounts = folder.write("accounts.csv", "id\n1\n");
  CHECK(message_of(folder, [&] { load_graph(folder.write("e.txt", "1 " + id + "\n"), options); }).size() < 1'000);
}

TEST_CASE("a quoted field of many lines is looked at once", "[graph][hostile][memory]") {
  // Doubled quotes in each of 300 000 lines; looked at anew with each of them it takes minutes.
  const std::string field = repeated("\"\"\n", 300'000);
  const Folder folder;
  const std::clock_t begin = std::clock();
  const LoadedGraph loaded = load_graph(folder.write("e.csv", "follower,followed\n\"" + field + "\",b\nb,c\n"));
  CHECK(loaded.graph.user_count() == 3);
  CHECK(double(std::clock() - begin) / CLOCKS_PER_SEC < 20.0);
}
