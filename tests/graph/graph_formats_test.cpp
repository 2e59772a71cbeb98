#include <random>

#include "graph/base/parallel.hpp"
#include "graph/formats/load_graph.hpp"
#include "graph/formats/text_source.hpp"
#include "tests/catch.hpp"
#include "tests/graph/graph_files.hpp"

// GraphML, Matrix Market and METIS, and the one function that reads every format.

using namespace grapevine;
using namespace grapevine::test;

namespace {

LoadedGraph loaded(const std::string& name, const std::string& text, const LoadOptions& options = {}) {
  const Folder folder;
  return load_graph(folder.write(name, text), options);
}

std::string refusal(const std::string& name, const std::string& text, const LoadOptions& options = {}) {
  const Folder folder;
  return message_of(folder, [&] { load_graph(folder.write(name, text), options); });
}

std::string matrix(const std::string& kind, const std::string& rest) {
  return "%%MatrixMarket matrix coordinate " + kind + "\n" + rest;
}

std::string graphml(const std::string& inside, const std::string& direction = "directed") {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n<key "
         "id=\"w\" for=\"edge\" attr.name=\"weight\" attr.type=\"double\"/>\n"
         "<graph id=\"G\" edgedefault=\"" +
         direction + "\">\n" + inside + "</graph>\n</graphml>\n";
}

const std::string three_nodes =
    "<node id=\"ann\"/>\n<node id=\"b &amp; c\"><data key=\"d\">text &lt;</data></node>\n<node id=\"7\"/>\n";

}  // namespace

TEST_CASE("an entry of a matrix is a follow of its row, whatever its value", "[graph][formats][matrix-market]") {
  const Pairs expected = {{"1", "2"}, {"3", "1"}};
  CHECK(follows(loaded("m.mtx", matrix("pattern general", "% a comment\n4 4 3\n1 2\n3 1\n2 2\n"))) == expected);
  CHECK(follows(loaded("m.mtx", matrix("real general", "4 4 2\n1 2 0.5\n\n3 1 -1e9\n"))) == expected);
  CHECK(follows(loaded("m", matrix("integer general", "4 4 2\r\n1 2 0\r\n3 1 7\r\n"))) == expected);
  CHECK(follows(loaded("m", matrix("complex general", "4 4 2\n1 2 0 1\n3 1 7 0"))) == expected);
  const LoadedGraph graph = loaded(
      "m.mtx.gz", gzipped("%%matrixmarket MATRIX Coordinate Pattern General\n" + std::string("4 4 3\n1 2\n3 1\n2 2\n")),
      {.format = GraphFormat::matrix_market});
  CHECK(graph.report.isolated == 1);  // 4; the loop of 2 is dropped
  CHECK(graph.report.users == 4);
}

TEST_CASE("a symmetric matrix makes every entry mutual", "[graph][formats][matrix-market]") {
  for (const std::string kind : {"pattern symmetric", "pattern skew-symmetric", "pattern hermitian"})
    CHECK(follows(loaded("m.mtx", matrix(kind, "3 3 2\n2 1\n3 2\n"))) ==
          Pairs{{"1", "2"}, {"2", "1"}, {"2", "3"}, {"3", "2"}});
  CHECK(follows(loaded("m.mtx", matrix("pattern general", "3 3 1\n2 1\n"), {.undirected = true})) ==
        Pairs{{"1", "2"}, {"2", "1"}});
  CHECK(follows(loaded("m.mtx", matrix("pattern general", "3 3 1\n2 1\n"), {.reversed = true})) == Pairs{{"1", "2"}});
}

TEST_CASE("matrices that are not as their headers say are refused with the line",
          "[graph][formats][matrix-market][hostile]") {
  CHECK(begins(refusal("m.mtx", ""), "m.mtx: is empty"));
  CHECK(begins(refusal("m.mtx", "1 2\n"), "m.mtx:1: begins with '1 2'; expected '%%MatrixMarket"));
  CHECK(begins(refusal("m.mtx", "%%MatrixMarket matrix array real general\n2 2\n1\n"),
               "m.mtx:1: the matrix is in the form 'array'"));
  CHECK(begins(refusal("m.mtx", matrix("quaternion general", "")), "m.mtx:1: the field is 'quaternion'"));
  CHECK(begins(refusal("m.mtx", matrix("real lopsided", "")), "m.mtx:1: the symmetry is 'lopsided'"));
  CHECK(begins(refusal("m.mtx", matrix("pattern general", "% only\n")), "m.mtx: ends after the comments"));
  CHECK(begins(refusal("m.mtx", matrix("pattern general", "3 3\n1 2\n")), "m.mtx:2: '3 3' are not sizes"));
  CHECK(begins(refusal("m.mtx", matrix("pattern general", "-3 3 1\n1 2\n")), "m.mtx:2: '-3 3 1' are not sizes"));
  CHECK(begins(refusal("m.mtx", matrix("pattern general", "3 4 1\n1 2\n")),
               "m.mtx:2: the matrix has 3 rows and 4 columns"));
  CHECK(begins(refusal("m.mtx", matrix("pattern general", "3 3 3\n1 2\n2 1\n")),
               "m.mtx: holds 2 entries; expected 3, as its line 2 says"));
  CHECK(
      begins(refusal("m.mtx", matrix("pattern general", "3 3 1\n1 2\n2 1\n")), "m.mtx:4: this is entry 2; expected 1"));
  CHECK(begins(refusal("m.mtx", matrix("pattern general", "3 3 2\n1 4\n0 1\n")),
               "m.mtx:3: '1 4' is not an entry; expected a row and a column from 1 to 3"));
  CHECK(begins(refusal("m.mtx", matrix("pattern general", "3 3 1\n1 -2\n")), "m.mtx:3: '1 -2' is not an entry"));
  CHECK(begins(refusal("m.mtx", matrix("real general", "3 3 1\n1 2\n")),
               "m.mtx:3: '1 2' is not an entry; expected a row and a column from 1 to 3 and a value"));
  CHECK(begins(refusal("m.mtx", matrix("pattern general", "3 3 1\n1 99999999999999999999999\n")), "m.mtx:3: "));
  CHECK(begins(refusal("m.mtx", matrix("pattern general", "3 3 1\n2 2\n")), "m.mtx: holds no follows but 1"));
  // Claims that would take terabytes, if they were believed.
  CHECK(begins(refusal("m.mtx", matrix("pattern general", "2000000000 2000000000 1\n1 2\n")),
               "m.mtx:2: 2000000000 rows but only 1 entry"));
  CHECK(begins(refusal("m.mtx", matrix("pattern general", "3 3 9000000000000000000\n1 2\n")),
               "m.mtx: holds 1 entry; expected 9000000000000000000"));
  CHECK(begins(refusal("m.mtx", matrix("pattern general", "9000000000000000000 9000000000000000000 1\n1 2\n")),
               "m.mtx:2: 9000000000000000000 rows"));
  CHECK(begins(refusal("m.mtx", matrix("pattern general", std::string("3 3 1\n1 \0 2\n", 13))),
               "m.mtx: holds zero bytes"));
}

TEST_CASE("the lines of METIS list who follows each other", "[graph][formats][metis]") {
  const Pairs path = {{"1", "2"}, {"2", "1"}, {"2", "3"}, {"3", "2"}};
  CHECK(follows(loaded("g.graph", "% path\n4 2\n2\n1 3\n% within\n2\n\n")) == path);
  CHECK(loaded("g.graph", "4 2\n2\n1 3\n2\n\n").report.isolated == 1);
  CHECK(follows(loaded("g.metis", "3 2 001\n2 10\n1 10 3 20\n2 20\n")) == path);      // weights of edges
  CHECK(follows(loaded("g.graph", "3 2 010 2\n5 5 2\n5 5 1 3\n5 5 2\r\n")) == path);  // two weights of vertices
  CHECK(follows(loaded("g.graph", "3 2 10\n5 2\n5 1 3\n5 2")) == path);               // one weight is the default
  CHECK(follows(loaded("g.graph.zst", zstd_packed("3 2 111\n9 5 2 1\n9 5 1 1 3 1\n9 5 2 1\n\n\n"))) ==
        path);  // sizes too
  CHECK(loaded("g.graph", "3 2\n2\n1 3\n2\n").graph.mutual_count() == 4);

  std::string star = "200001 200000\n";  // the line of the hub is longer than a line of any other format may be
  for (int i = 2; i <= 200'001; ++i) star += fmt::format("{} ", i);
  for (int i = 2; i <= 200'001; ++i) star += "\n1";
  const LoadedGraph hub = loaded("star.graph", star + "\n");
  CHECK(hub.graph.follower_count(user(0)) == 200'000);
  CHECK(hub.accounts.outside_ids[0] == "1");
}

TEST_CASE("METIS graphs that are not as their headers say are refused with the line",
          "[graph][formats][metis][hostile]") {
  CHECK(begins(refusal("g.graph", ""), "g.graph: holds no header"));
  CHECK(begins(refusal("g.graph", "3\n"), "g.graph:1: the header has 1 number;"));
  CHECK(begins(refusal("g.graph", "3 2 7\n"), "g.graph:1: the header has 3 numbers"));
  CHECK(begins(refusal("g.graph", "3 2 1 1 1\n"), "g.graph:1: the header has 5 numbers"));
  CHECK(begins(refusal("g.graph", "3 2\n2\n1 3\n"), "g.graph:1: the header counts 3 vertices, but 2 lines follow"));
  CHECK(begins(refusal("g.graph", "2 1\n2\n1\n1\n"), "g.graph:4: there is a line after that of the last vertex"));
  CHECK(begins(refusal("g.graph", "3 3\n2\n1 3\n2\n"),
               "g.graph:1: the header counts 3 edges, but the lines hold 4 neighbours"));
  CHECK(begins(refusal("g.graph", "3 2\n2\n1 4\n2\n"), "g.graph:3: the neighbour 4 is none of the 3 vertices"));
  CHECK(begins(refusal("g.graph", "3 2\n2\n1 0\n2\n"), "g.graph:3: the neighbour 0 is none"));
  CHECK(begins(refusal("g.graph", "3 2\n2\n1 -3\n2\n"), "g.graph:3: '-' is not a whole number"));
  CHECK(
      begins(refusal("g.graph", "3 2\n2\n1 99999999999999999999\n2\n"), "g.graph:3: a number has more than 18 digits"));
  CHECK(begins(refusal("g.graph", "3 2 001\n2 10\n1 10 3\n2 20\n"), "g.graph:3: ends before its edge's weight"));
  CHECK(begins(refusal("g.graph", "3 1\n2 3\n\n\n"), "g.graph: vertex 1 lists "));
  CHECK(begins(refusal("g.graph", "2 1\n1 1\n2\n"),
               "g.graph:1: the header counts 1 edge, but the lines hold 3 neighbours"));
  CHECK(begins(refusal("g.graph", "1 1\n1 1\n"), "g.graph: holds no follows but 2"));
  CHECK(begins(refusal("g.graph", "2000000000 9000000000\n2\n1\n"),
               "g.graph:1: the header counts 2000000000 vertices, but 2 lines follow"));
  CHECK(begins(refusal("g.graph", "900000000000000000 1\n2\n1\n"),
               "g.graph:1: 900000000000000000 vertices; expected at most"));
  CHECK(begins(refusal("g.graph", std::string("2 1\n2\0\n1\n", 9)), "g.graph: holds zero bytes"));
  CHECK(begins(refusal("g.graph", gzipped("2 1\n2\n1\n").substr(0, 20)), "g.graph: the gzip stream breaks off"));
}

TEST_CASE("GraphML keeps ids, isolated nodes and the direction of each edge", "[graph][formats][graphml]") {
  const std::string edges =
      "<edge source=\"ann\" target=\"7\"><data key=\"w\">2</data></edge>\n<edge id=\"e\" source=\"b &amp; c\" "
      "target=\"ann\" directed=\"false\"/>\n";
  const LoadedGraph graph = loaded("g.graphml", graphml(three_nodes + "<node id=\"alone\"/>\n" + edges));
  CHECK(follows(graph) == Pairs{{"ann", "7"}, {"b & c", "ann"}, {"ann", "b & c"}});
  CHECK(graph.report.isolated == 1);
  CHECK(graph.report.users == 4);
  CHECK(follows(loaded("g", graphml(edges + three_nodes))) == follows(graph));  // nodes may stand behind
  CHECK(follows(loaded("g", graphml(edges + three_nodes), {.reversed = true})) ==
        Pairs{{"7", "ann"}, {"b & c", "ann"}, {"ann", "b & c"}});
  CHECK(
      follows(loaded("g", graphml(three_nodes + "<edge source=\"ann\" target=\"7\"/><edge source=\"7\" target=\"7\"/>",
                                  "undirected"))) == Pairs{{"ann", "7"}, {"7", "ann"}});
  CHECK(follows(loaded("g", graphml(three_nodes + "<edge source=\"ann\" target=\"7\"/>"), {.undirected = true})) ==
        Pairs{{"ann", "7"}, {"7", "ann"}});
  CHECK(follows(loaded("g.gz", gzipped(graphml(edges + three_nodes)))) == follows(graph));
  std::string prefixed =
      "<g:graphml xmlns:g=\"http://graphml.graphdrawing.org/xmlns\"><g:graph edgedefault=\"directed\"><g:node "
      "id=\"a\"/><g:node id=\"b\"/>"
      "<g:edge source=\"a\" target=\"b\"/></g:graph></g:graphml>";
  CHECK(follows(loaded("g.graphml", prefixed)) == Pairs{{"a", "b"}});
}

TEST_CASE("GraphML that is not as it should be is refused with the line", "[graph][formats][graphml][hostile]") {
  CHECK(begins(refusal("g.graphml", ""), "g.graphml:1: is not XML from here on (no element found)"));
  CHECK(begins(refusal("g.graphml", "1 2\n"), "g.graphml:1: is not XML"));
  CHECK(begins(refusal("g.graphml", "<html></html>"), "g.graphml: looks like a web page"));
  CHECK(begins(refusal("g.graphml", "<graphml></graphml>"), "g.graphml: holds no graph"));
  const std::string whole = graphml(three_nodes + "<edge source=\"ann\" target=\"7\"/>\n");
  CHECK(begins(refusal("g.graphml", whole.substr(0, whole.size() - 15)), "g.graphml:9: is not XML"));
  CHECK(begins(refusal("g.graphml", graphml(three_nodes + "<edge source=\"ann\" target=\"bob\"/>\n")),
               "g.graphml:8: 'bob' is not a node of the graph"));
  CHECK(begins(refusal("g.graphml", graphml(three_nodes + "<node id=\"7\"/>\n")),
               "g.graphml:8: node '7' is here a second time"));
  CHECK(begins(refusal("g.graphml", graphml("<node/>\n")), "g.graphml:5: a node without id"));
  CHECK(begins(refusal("g.graphml", graphml(three_nodes + "<edge source=\"ann\"/>\n")),
               "g.graphml:8: an edge without source or target"));
  CHECK(begins(refusal("g.graphml", graphml("<hyperedge/>")), "g.graphml:5: there is a hyperedge here"));
  CHECK(begins(refusal("g.graphml", graphml("<node id=\"a\"><graph/></node>")), "g.graphml:5: a graph within a graph"));
  CHECK(begins(refusal("g.graphml", graphml("", "sideways")), "g.graphml:4: edgedefault is 'sideways'"));
  CHECK(begins(refusal("g.graphml", graphml(three_nodes)), "g.graphml: holds no follows"));
  CHECK(begins(
      refusal("g.graphml",
              "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;\">]>\n" + graphml("").substr(39),
              {.format = GraphFormat::graphml}),
      "g.graphml:1: declares entities"));
  CHECK(begins(refusal("g.graphml", graphml("<node id=\"" + std::string(3'000'000, 'x') + "\"/>")),
               "g.graphml:5: a tag or text is longer than 1048576 bytes"));
  std::string deep = "<graphml>";
  for (int i = 0; i < 999; ++i) deep += "<a>";
  CHECK(begins(refusal("g.graphml", deep), "g.graphml:1: is not XML"));
  CHECK(begins(refusal("g.graphml", deep + "\n<a>"), "g.graphml:2: elements lie more than 1000 deep in each other"));
  CHECK(begins(refusal("g.graphml", gzipped(whole).substr(0, 100)), "g.graphml: the gzip stream breaks off"));
}

TEST_CASE("damaged files of every format are read or refused, and nothing else", "[graph][formats][hostile]") {
  const Folder folder;
  std::mt19937 engine(3);
  const std::vector<std::pair<std::string, std::string>> sound = {
      {"m.mtx", matrix("real general", "4 4 3\n1 2 0.5\n3 1 1\n2 4 2\n")},
      {"g.graph", "4 3 011 1\n1 2 5\n1 1 5 3 5\n1 2 5 4 5\n1 3 5\n"},
      {"g.graphml",
       graphml(three_nodes +
               "<edge source=\"ann\" target=\"7\"/>\n<edge source=\"7\" target=\"ann\" directed=\"false\"/>\n")},
      {"e.csv", "follower,followed\n1,2\n\"a\",\"b\nc\"\n"},
  };
  const std::string signs = std::string("\n\r \t,\"<>&;/%#0199-", 19) + '\0';
  for (int round = 0; round < 1'000; ++round) {
    auto [name, text] = sound[engine() % sound.size()];
    for (std::size_t changes = 1 + engine() % 3; changes > 0; --changes) {
      const std::size_t at = engine() % text.size();
      if (engine() % 2 == 0)
        text[at] = signs[engine() % signs.size()];
      else if (engine() % 2 == 0)
        text.insert(at, text.substr(engine() % text.size(), 1 + engine() % 12));
      else
        text.erase(at, 1 + engine() % 4);
      if (text.empty()) text = " ";
    }
    CAPTURE(name, text);
    const std::string result = outcome(folder, [&, name = name, text = text] {
      return load_graph(folder.write(name, engine() % 4 == 0 ? gzipped(text) : text));
    });
    CHECK((begins(result, name + ":") || result.find(" follows, ") != std::string::npos));
  }
}

TEST_CASE("a format is told by content, then by name, unless it is given", "[graph][formats]") {
  const Folder folder;
  const auto format = [&](const std::string& name, const std::string& text) {
    return detect_format(folder.write(name, text));
  };
  CHECK(format("a.csv", "\x89HDF\r\n\x1a\nrest") == GraphFormat::graph_file);
  CHECK(format("a.csv", "\xef\xbb\xbf<?xml version=\"1.0\"?>") == GraphFormat::graphml);
  CHECK(format("a.csv.gz", gzipped("\n <graphml>")) == GraphFormat::graphml);
  CHECK(format("a", zstd_packed("%%MatrixMarket matrix")) == GraphFormat::matrix_market);
  CHECK(format("a.txt", "% 1\n1 2\n") == GraphFormat::edge_list);
  CHECK(format("a.graph", "3 2\n") == GraphFormat::metis);
  CHECK(format("a.METIS.gz", gzipped("3 2\n")) == GraphFormat::metis);
  CHECK(format("a.graphml", "3 2\n") == GraphFormat::graphml);
  CHECK(format("a.mtx.zst", zstd_packed("3 2\n")) == GraphFormat::matrix_market);
  CHECK(format("a.gvg", "") == GraphFormat::graph_file);
  CHECK(format("a", "") == GraphFormat::edge_list);
  CHECK(follows(loaded("a.graph", "3 2\n2 1\n", {.format = GraphFormat::edge_list})) == Pairs{{"3", "2"}, {"2", "1"}});
  CHECK(follows(loaded("a.txt", "2 1\n2\n1\n", {.format = GraphFormat::metis})) == Pairs{{"1", "2"}, {"2", "1"}});
  CHECK(begins(message_of(folder, [&] { load_graph(folder.path()); }), folder.path().string() + ": this is a folder"));
  CHECK(begins(message_of(folder, [&] { load_graph(folder.path() / "none"); }),
               "none: cannot be opened (No such file or directory)"));
}

TEST_CASE("options that say nothing to a format are refused", "[graph][formats]") {
  CHECK(begins(refusal("m.mtx", matrix("pattern general", "2 2 1\n1 2\n"), {.columns = {"a", "b"}}),
               "m.mtx: graph.columns has no meaning here: this is a Matrix Market file"));
  CHECK(
      begins(refusal("g.graphml", graphml(""), {.separator = ';'}), "g.graphml: graph.separator has no meaning here"));
  CHECK(begins(refusal("g.graph", "2 1\n2\n1\n", {.reversed = true}),
               "g.graph: graph.reversed has no meaning here: the edges"));
  CHECK(begins(refusal("e.csv", "1 2\n", {.undirected = true, .reversed = true}),
               "e.csv: graph.reversed has no meaning here: graph.undirected"));
}

TEST_CASE("a table of accounts gives every format keys and isolated users", "[graph][formats]") {
  const Folder folder;
  const auto accounts = folder.write("accounts.csv", "id,key\n1,x\n2,y\n3,z\n4,w\n");
  const std::string expected =
      outcome(folder, [&] { return load_graph(folder.write("e.txt", "1 2\n2 1\n"), {.accounts = accounts}); });
  const auto same = [&](const std::string& name, const std::string& text) {
    const std::string found =
        outcome(folder, [&] { return load_graph(folder.write(name, text), {.accounts = accounts}); });
    return found.substr(found.find('\n')) ==
           expected.substr(expected.find('\n'));  // but for what is counted in the text
  };
  CHECK(same("g.graph", "2 1\n2\n1\n"));
  CHECK(same("m.mtx", matrix("pattern symmetric", "2 2 1\n2 1\n")));
  CHECK(same("g.graphml",
             graphml("<node id=\"1\"/><node id=\"2\"/><edge source=\"1\" target=\"2\" directed=\"false\"/>")));
  CHECK(begins(
      message_of(folder, [&] { load_graph(folder.write("g.graph", "5 1\n2\n1\n\n\n\n"), {.accounts = accounts}); }),
      "g.graph: account '5' is not in accounts.csv"));
}
