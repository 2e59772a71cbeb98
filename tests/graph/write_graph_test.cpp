#include <algorithm>
#include <random>

#include "graph/base/parallel.hpp"
#include "graph/formats/load_graph.hpp"
#include "graph/graph_builder.hpp"
#include "tests/catch.hpp"
#include "tests/graph/graph_files.hpp"

using namespace grapevine;
using namespace grapevine::test;

namespace {

const Users unknown;

GraphFileContent content_of(const LoadedGraph& loaded) { return {loaded.graph, loaded.accounts}; }

/// A graph whose users are numbered as a loaded one's are, with ids that try the formats.
LoadedGraph town(const Folder& folder, const std::vector<std::string>& names) {
  std::mt19937_64 engine(11);
  std::string text = "<graphml><graph edgedefault=\"directed\">";
  const auto attribute = [](const std::string& name) {
    std::string escaped;
    for (const char c : name) escaped += fmt::format("&#{};", static_cast<int>(c));
    return escaped;
  };
  for (const std::string& name : names) text += "<node id=\"" + attribute(name) + "\"/>";
  for (std::size_t i = 0; i < 6 * names.size(); ++i) {
    const std::size_t a = engine() % names.size(),
                      b = engine() % (names.size() - 1) * (engine() % names.size()) / names.size();
    if (a + 1 < names.size())
      text += "<edge source=\"" + attribute(names[a]) + "\" target=\"" + attribute(names[b]) +
              "\"/>";  // the last one is alone
  }
  return load_graph(folder.write("town.graphml", text + "</graph></graphml>"));
}

Users accounts_of(const std::vector<std::string>& ids) {
  Users accounts;
  accounts.outside_ids = ids;
  return accounts;
}

std::vector<std::string> numbers() {
  std::vector<std::string> names;
  for (int i = 0; i < 300; ++i) names.push_back(fmt::format("{}", i * 37 % 1009));
  return names;
}

std::vector<std::string> words() {
  std::vector<std::string> names = {"follower", "to", "id", "7", "07", "-1", "a.b", "18446744073709551616"};
  for (int i = 0; i < 100; ++i) names.push_back(fmt::format("user{}", i));
  return names;
}

std::vector<std::string> odd_words() {
  std::vector<std::string> names = words();
  for (const char* name : {"a,b", "a;b", "tab\there", " blank before", "behind ", "say \"hi\"", "\"", "two\nlines",
                           "a\rb", "#1", "%2", "a<b>&'c'", "x y"})
    names.emplace_back(name);
  return names;
}

void expect_same(const LoadedGraph& again, const LoadedGraph& before) {
  CHECK(again.graph == before.graph);
  CHECK(again.accounts.outside_ids == before.accounts.outside_ids);
  CHECK(again.accounts.keys == before.accounts.keys);
}

}  // namespace

TEST_CASE("what is written is read as the same graph, with the same ids and numbers", "[graph][formats][write]") {
  const Folder folder;
  struct Case {
    std::vector<std::string> names;
    std::vector<std::string> files;
  };
  const std::vector<std::string> safe = {"g.txt", "g.txt.gz", "g.txt.zst"},
                                 all = {"g.csv",     "g.csv.gz",     "g.csv.zst",    "g", "g.tsv", "g.tsv.zst",
                                        "g.graphml", "g.graphml.gz", "g.graphml.zst"};
  for (const auto& [names, files] :
       {Case{numbers(), safe}, {numbers(), all}, {words(), safe}, {words(), all}, {odd_words(), all}}) {
    const LoadedGraph before = town(folder, names);
    REQUIRE(before.report.isolated > 0);
    for (const std::string& file : files) {
      CAPTURE(file, names.back());
      const bool table = file.find("graphml") == std::string::npos;
      const std::filesystem::path accounts = table ? folder.path() / "accounts.csv.gz" : std::filesystem::path();
      const WriteReport report = write_graph(folder.path() / file, content_of(before), {.accounts = accounts});
      CHECK(report.follows == before.graph.follow_count());
      CHECK(report.users == before.graph.user_count());
      CHECK(report.left_out == 0);
      expect_same(load_graph(folder.path() / file, {.accounts = accounts}), before);
    }
  }
}

TEST_CASE("isolated users without a table are left out and counted", "[graph][formats][write]") {
  const Folder folder;
  const LoadedGraph before = town(folder, words());
  const WriteReport report = write_graph(folder.path() / "g.csv", content_of(before));
  CHECK(report.left_out == before.report.isolated);
  const LoadedGraph again = load_graph(folder.path() / "g.csv");
  CHECK(again.graph.user_count() == before.graph.user_count() - report.left_out);
  CHECK(follows(again) == follows(before));
}

TEST_CASE("a graph without ids is written by its numbers", "[graph][formats][write]") {
  const Folder folder;
  GraphBuilder builder(3);
  builder.add(user(0), user(2));
  builder.add(user(1), user(2));
  const FollowGraph graph = builder.build();
  write_graph(folder.path() / "g.csv", {graph, unknown});
  CHECK(folder.read("g.csv") == "follower,followee\n0,2\n1,2\n");
  write_graph(folder.path() / "g.txt", {graph, unknown});
  CHECK(folder.read("g.txt") == "0 2\n1 2\n");
  write_graph(folder.path() / "g.graphml", {graph, unknown});
  CHECK(
      folder.read("g.graphml") ==
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n<graph "
      "edgedefault=\"directed\">\n<node id=\"0\"/>\n<node id=\"1\"/>\n"
      "<node id=\"2\"/>\n<edge source=\"0\" target=\"2\"/>\n<edge source=\"1\" target=\"2\"/>\n</graph>\n</graphml>\n");
}

TEST_CASE("the bytes of a written graph do not depend on the number of threads",
          "[graph][formats][write][invariance]") {
  const Folder folder;
  GraphBuilder builder(40'000);
  std::mt19937_64 engine(5);
  for (int i = 0; i < 600'000; ++i) builder.add(user(engine() % 40'000), user(engine() % 40'000));
  const FollowGraph graph = builder.build();
  with_threads(1, [&] { return write_graph(folder.path() / "one.csv.zst", {graph, unknown}); });
  const std::string one = folder.read("one.csv.zst");
  for (const int threads : {2, 3, 8}) {
    with_threads(threads, [&] { return write_graph(folder.path() / "more.csv.zst", {graph, unknown}); });
    CHECK((folder.read("more.csv.zst") == one));
  }
  CHECK(load_graph(folder.path() / "one.csv.zst").graph.follow_count() == graph.follow_count());
}

TEST_CASE("nothing half-written is left behind, and nothing is lost", "[graph][formats][write]") {
  const Folder folder;
  GraphBuilder builder(2);
  builder.add(user(0), user(1));
  const FollowGraph graph = builder.build();
  const auto refused = [&](const std::string& file, const std::vector<std::string>& ids,
                           const WriteOptions& options = {}) {
    return message_of(folder, [&] { write_graph(folder.path() / file, {graph, accounts_of(ids)}, options); });
  };
  folder.write("g.csv", "kept");
  CHECK(begins(refused("g.csv", {"a", ""}), "g.csv: the id '' is empty"));
  CHECK(begins(refused("g.csv", {"a", std::string("b\0", 2)}), "g.csv: the id "));
  CHECK(begins(refused("g.csv", {"a", "b\r\nc"}), "g.csv: the id "));
  CHECK(begins(refused("g.txt", {"a", "b c"}), "g.txt: the id 'b c' holds a blank"));
  CHECK(begins(refused("g.txt", {"a", "#c"}), "g.txt: the id '#c' holds a blank, or begins like a comment"));
  CHECK(begins(refused("g.graphml", {"a", "b\x01"}), "g.graphml: the id "));
  CHECK(begins(refused("g.graphml", {"a", "\xff"}), "g.graphml: the id "));
  CHECK(begins(refused("g.graphml", {"a", "\xed\xa0\x80"}), "g.graphml: the id "));  // a surrogate
  CHECK(begins(refused("g.graphml", {"a", "b"}, {.accounts = folder.path() / "x"}),
               "x: GraphML holds all accounts itself"));
  CHECK(begins(refused("g.mtx", {"a", "b"}), "g.mtx: a Matrix Market file is not written"));
  CHECK(begins(refused("none/g.csv", {"a", "b"}), "none/g.csv: there is no folder"));
  CHECK(begins(refused("g.csv", {"a", "b"}, {.accounts = folder.path() / "none/accounts"}),
               "none/accounts: there is no folder"));
  CHECK(begins(message_of(folder,
                          [&] {
                            write_graph(folder.path() / "e.csv", {FollowGraph(), unknown});
                          }),
               "e.csv: the graph has no follows"));
  CHECK(folder.read("g.csv") == "kept");
  CHECK(folder.files() == 1);
  CHECK(refused("g.csv", {"a", "b"}) == "nothing was thrown");
  CHECK(folder.read("g.csv") == "follower,followee\na,b\n");
  CHECK(folder.files() == 1);
}
