#include "graph/formats/cascade_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include "graph/tree_metrics.hpp"
#include "tests/catch.hpp"
#include "tests/graph/graph_files.hpp"

using namespace grapevine;
using namespace grapevine::test;

namespace {

using Parents = std::vector<std::int32_t>;

CascadeList loaded(const std::string& text, const CascadeListOptions& options = {}) {
  const Folder folder;
  return load_cascades(folder.write("trees", text), options);
}

/// The message for a text, with the folder's name taken out.
std::string refusal(const std::string& text, const CascadeListOptions& options = {}) {
  const Folder folder;
  return message_of(folder, [&] { load_cascades(folder.write("trees", text), options); });
}

Parents tree(const CascadeList& list, std::size_t cascade) {
  return {list.tree(cascade).begin(), list.tree(cascade).end()};
}

/// Trees by id of their cascade, each as the list of its parents.
std::map<std::string, Parents> trees(const CascadeList& list) {
  std::map<std::string, Parents> all;
  for (std::size_t c = 0; c < list.size(); ++c) all[std::string(list.ids[c])] = tree(list, c);
  return all;
}

const std::string header = "cascade,node,parent\n";

}  // namespace

TEST_CASE("trees are read as they are written, in the order of the file", "[graph][cascades]") {
  const CascadeList list = loaded("cascade,node,parent,time\nx,r,-1,10\nx,a,r,12.5\nx,b,a,11\ny,r,,-1e3\n");
  REQUIRE(list.size() == 2);
  CHECK(list.ids[0] == "x");
  CHECK(tree(list, 0) == Parents{-1, 0, 1});
  CHECK(tree(list, 1) == Parents{-1});
  CHECK(std::vector<double>(list.times) == std::vector<double>{10, 12.5, 11, -1000});
  CHECK(list.times_of(1)[0] == -1000);
  CHECK(list.time_column == "time");
  CHECK(!list.delays);
  CHECK(list.lines == 5);
}

TEST_CASE("random trees are read the same in whatever order their nodes stand, and scattered over the file",
          "[graph][cascades]") {
  std::mt19937 engine(5);
  for (int repeat = 0; repeat < 30; ++repeat) {
    std::vector<Parents> planted;
    std::vector<std::string> lines;
    for (std::size_t c = 0; c < 5; ++c) {
      planted.push_back({-1});
      const std::size_t n = 1 + engine() % 40;
      while (planted[c].size() < n) planted[c].push_back(std::int32_t(engine() % planted[c].size()));
      for (std::size_t i = 0; i < n; ++i)
        lines.push_back(
            fmt::format("c{},{},{}\n", c, 1000 + 7 * i, i == 0 ? "-1" : fmt::format("{}", 1000 + 7 * planted[c][i])));
    }
    std::shuffle(lines.begin(), lines.end(), engine);
    std::string text = header;
    for (const std::string& line : lines) text += line;
    const std::map<std::string, Parents> found = trees(loaded(text));
    REQUIRE(found.size() == 5);
    for (std::size_t c = 0; c < 5; ++c) {
      const Parents& parents = found.at(fmt::format("c{}", c));
      for (std::size_t i = 0; i < parents.size(); ++i) REQUIRE(parents[i] < std::int32_t(i));
      const TreeMetrics expected = tree_metrics(planted[c]), metrics = tree_metrics(parents);
      REQUIRE(metrics.size == expected.size);
      REQUIRE(metrics.depth == expected.depth);
      REQUIRE(metrics.max_breadth == expected.max_breadth);
      REQUIRE(metrics.root_children == expected.root_children);
      REQUIRE(metrics.largest_broadcast == expected.largest_broadcast);
      REQUIRE((metrics.structural_virality == expected.structural_virality || metrics.size == 1));
    }
  }
}

TEST_CASE("columns are found by their names, in any order, capitals aside, and others are not read",
          "[graph][cascades]") {
  const CascadeList list = loaded("label;Parent;delay_min;NODE;Cascade\nfalse;-1;0;r;x\ntrue;r;3;a;x\n");
  CHECK(tree(list, 0) == Parents{-1, 0});
  CHECK(list.time_column == "delay_min");
  CHECK(list.delays);
  const CascadeList named = loaded("story tweet retweeted when\nx r -1 0\nx a r 3\n",
                                   {.columns = {"story", "tweet", "retweeted"}, .time = "when"});
  CHECK(tree(named, 0) == Parents{-1, 0});
  CHECK(named.time_column == "when");
  CHECK(named.times_of(0)[1] == 3);
  CHECK(loaded("cascade,node,parent,times,untimed\nx,r,-1,a,b\n").time_column.empty());
  CHECK(loaded("cascade,node,parent,time,delay\nx,r,-1,a,b\n", {.without_times = true}).times.empty());
}

TEST_CASE("ids are any text and count within their cascade", "[graph][cascades]") {
  const CascadeList list =
      loaded("# written by hand\ncascade,node,parent\n#tag,\"a, b\",\n#tag,%,\"a, b\"\n07,7,-1\n7,7,-1\n07,07,7\n");
  REQUIRE(list.size() == 3);
  CHECK(list.ids[0] == "#tag");
  CHECK(tree(list, 0) == Parents{-1, 0});
  CHECK(tree(list, 1) == Parents{-1, 0});
  CHECK(tree(list, 2) == Parents{-1});
  CHECK(trees(loaded("cascade\tnode\tparent\n#tag\tr\t\n#tag\ta\tr\n")) ==
        std::map<std::string, Parents>{{"#tag", {-1, 0}}});
  CHECK(tree(loaded("cascade|node|parent\r\nx|r|-1\r\nx|a|r", {.separator = '|'}), 0) == Parents{-1, 0});
}

TEST_CASE("times may be missing here and there", "[graph][cascades]") {
  const CascadeList list = loaded("cascade,node,parent,time\nx,a,r,\nx,r,,5\n");
  CHECK(list.times_of(0)[0] == 5);
  CHECK(std::isnan(list.times_of(0)[1]));
}

TEST_CASE("a path of 200 000 nodes that stands upside down is read without recursion", "[graph][cascades]") {
  std::string text = header;
  for (int i = 199'999; i > 0; --i) text += fmt::format("x,{},{}\n", i, i - 1);
  const CascadeList list = loaded(text + "x,0,-1\n");
  CHECK(tree_metrics(list.tree(0)).depth == 199'999);
}

TEST_CASE("what is no tree is refused, with file, line and what to do", "[graph][cascades]") {
  const auto refused = [](const std::string& lines) { return refusal(header + lines); };
  CHECK(begins(refused("x,r,-1\nx,a,r\nx,a,r\n"),
               "trees:4: node 'a' of cascade 'x' is already in line 3; expected each node once"));
  CHECK(begins(refused("x,r,-1\ny,s,\nx,a,\n"),
               "trees:4: cascade 'x' has a second root, 'a', beside 'r' in line 2; expected one node"));
  CHECK(begins(refused("y,s,\nx,a,b\nx,b,a\n"),
               "trees:3: cascade 'x', which begins here, has no root; expected one node"));
  CHECK(begins(refused("x,r,r\n"), "trees:2: cascade 'x', which begins here, has no root"));
  CHECK(begins(refused("x,r,-1\nx,a,b\nx,d,c\nx,b,c\nx,c,a\n"),
               "trees:3: nodes of cascade 'x' hang from each other in a circle, 'a' from 'b' from 'c' from 'a'; "
               "expected every way up"));
  CHECK(begins(refused("x,r,-1\nx,a,a\n"),
               "trees:3: nodes of cascade 'x' hang from each other in a circle, 'a' from 'a'; "));
  CHECK(begins(refused("x,r,-1\nx,a,q\n"),
               "trees:3: the parent of node 'a', 'q', is not a node of its cascade 'x'; expected one, or -1"));
  CHECK(refused("x,r,-1\nx,a,s\ny,s,-1\n")
            .find("one of that name is in line 4, in cascade 'y': put both into the same") != std::string::npos);
  std::string large = "x,r,-1\n";
  for (int i = 0; i < 1'000; ++i) large += fmt::format("x,{},{}\n", i, (i + 1) % 1'000);
  CHECK(begins(refused(large),
               "trees:3: nodes of cascade 'x' hang from each other in a circle, '0' from '1' from '2' from '3' from "
               "'4' from '5' from ...;"));
}

TEST_CASE("what is no table of nodes is refused, with file, line and what to do", "[graph][cascades]") {
  CHECK(begins(refusal(""), "trees: holds no cascades; expected a header"));
  CHECK(begins(refusal(header), "trees: holds no cascades; expected a line for each node"));
  CHECK(begins(
      refusal("0,0,-1\n0,1,0\n"),
      "trees:1: the header has the columns '0', '0', '-1'; expected each of 'cascade', 'node' and 'parent' once"));
  CHECK(begins(refusal("cascade,node,node,parent\n"), "trees:1: the header has the columns"));
  CHECK(begins(refusal(header, {.columns = {"cascade", "node", "node"}}), "trees:1: the header has the columns"));
  CHECK(begins(refusal(header, {.columns = {"", "node", "parent"}}), "trees:1: the header has the columns"));
  CHECK(begins(refusal(header, {.time = "when"}),
               "trees:1: the header has the columns 'cascade', 'node', 'parent'; expected one 'when'"));
  CHECK(begins(refusal("cascade,node,parent,time,delay_s\n"), "trees:1: the header has several columns of times"));
  CHECK(begins(refusal(header + "x,r,-1\nx,a\n"), "trees:3: 2 fields; expected at least 3"));
  CHECK(begins(refusal(header + ",r,-1\n"), "trees:2: the id of the cascade is empty"));
  CHECK(begins(refusal(header + "x,,-1\n"), "trees:2: the id of the node is ''"));
  CHECK(begins(refusal(header + "x,-1,r\n"), "trees:2: the id of the node is '-1'"));
  for (const char* time : {"soon", "1e999", "inf", "nan", "1 2", "0x10", "2020-01-01"})
    CHECK(begins(refusal(fmt::format("cascade,node,parent,time\nx,r,-1,{}\n", time)),
                 fmt::format("trees:2: 'time' is '{}'; expected a number", time)));
  CHECK(begins(refusal(header + "x,\"r,-1\n"), "trees:2: a double quote is opened and not closed"));
  CHECK(begins(refusal(header + std::string("x,\0,-1\n", 7)), "trees: holds zero bytes"));
  CHECK(begins(refusal(header + std::string(3'000'000, 'x')), "trees:2: the line is longer than 1048576 bytes"));
}

TEST_CASE("ten mistakes are told at once and no more", "[graph][cascades]") {
  std::string lines = header, cascades = header;
  for (int i = 0; i < 1'000; ++i) {
    lines += "x\n";
    cascades += fmt::format("{},a,b\n", i);
  }
  CHECK(std::ranges::count(refusal(lines), '\n') == 9);
  CHECK(std::ranges::count(refusal(cascades), '\n') == 9);
}

TEST_CASE("packed tables are read, and refused where they break off", "[graph][cascades]") {
  const Folder folder;
  std::string text = header + "x,r,-1\n";
  for (int i = 0; i < 2'000; ++i) text += fmt::format("x,{},r\n", i * 7919 % 10'007);
  for (const std::string& packed : {gzipped(text), zstd_packed(text)}) {
    CHECK(tree_metrics(load_cascades(folder.write("trees", packed)).tree(0)).root_children == 2'000);
    const std::string half = packed.substr(0, packed.size() / 2);
    CHECK(message_of(folder, [&] {
            load_cascades(folder.write("half", half));
          }).find("stream breaks off; expected its end mark") != std::string::npos);
  }
  CHECK(begins(message_of(folder, [&] { load_cascades(folder / "none"); }), "none: cannot be opened"));
}

TEST_CASE("a table with any bytes written over is read as trees or refused, line by line", "[graph][cascades]") {
  const Folder folder;
  std::string sound = "cascade,node,parent,time\n";
  for (int i = 0; i < 12; ++i)
    sound += fmt::format("{},{},{},{}\n", i % 2, i, i < 2 ? "-1" : fmt::format("{}", i - 2), i);
  const std::string bytes = ",\"\n-1 0#x9\r.e\t;\xff";
  std::mt19937 engine(9);
  std::size_t read = 0;
  for (int repeat = 0; repeat < 200; ++repeat) {
    std::string text = sound;
    for (unsigned i = 0; i < 1 + engine() % 4; ++i) text[engine() % text.size()] = bytes[engine() % bytes.size()];
    const auto file = folder.write("trees", text);
    try {
      const CascadeList list = load_cascades(file);
      for (std::size_t c = 0; c < list.size(); ++c) REQUIRE(tree_metrics(list.tree(c)).size == list.tree(c).size());
      ++read;
    } catch (const BadRequest& request) {
      for (const std::string& message : request.messages()) REQUIRE(begins(message, file.string() + ":"));
    }
  }
  CHECK((read > 0 && read < 200));  // both happen
}
