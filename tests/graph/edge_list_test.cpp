#include "graph/formats/edge_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <random>
#include <set>

#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"
#include "tests/catch.hpp"
#include "tests/graph/graph_files.hpp"

using namespace grapevine;
using namespace grapevine::test;

namespace {

LoadedGraph loaded(const std::string& text, const EdgeListOptions& options = {}) {
  const Folder folder;
  return load_edge_list(folder.write("edges", text), options);
}

LoadedGraph loaded_with_accounts(const std::string& text, const std::string& accounts, EdgeListOptions options = {}) {
  const Folder folder;
  options.accounts = folder.write("accounts.csv", accounts);
  return load_edge_list(folder.write("edges", text), options);
}

/// The message for a text, with the folder's name taken out.
std::string refusal(const std::string& text, EdgeListOptions options = {}, const std::string& accounts = "") {
  const Folder folder;
  if (!accounts.empty()) options.accounts = folder.write("accounts.csv", accounts);
  return message_of(folder, [&] { load_edge_list(folder.write("edges", text), options); });
}

/// Lines "a<TAB>b" of a random graph with ids that say nothing; no self-loops, no repetitions.
std::vector<std::pair<std::string, std::string>> random_pairs(std::size_t users, std::size_t count, unsigned seed) {
  std::mt19937_64 engine(seed);
  std::set<std::pair<std::string, std::string>> pairs;
  while (pairs.size() < count) {
    const std::size_t a = engine() % users, b = engine() % users * (engine() % users) / users;
    if (a != b) pairs.insert({fmt::format("{}", a * 37 % 1009), fmt::format("{}", b * 37 % 1009)});
  }
  return {pairs.begin(), pairs.end()};
}

std::string lines_of(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::string text;
  for (const auto& [a, b] : pairs) text += a + "\t" + b + "\n";
  return text;
}

const char* data_folder() { return std::getenv("GRAPEVINE_DATA"); }

}  // namespace

TEST_CASE("a list in the manner of SNAP reads 'first follows second'", "[graph][formats]") {
  const LoadedGraph graph =
      loaded("# Nodes: 4 Edges: 5\n# FromNodeId\tToNodeId\n7\t9\n  8 9  \r\n9 7\n\n07\t7\n8\t9\n9\t9");
  CHECK(follows(graph) == Pairs{{"7", "9"}, {"8", "9"}, {"9", "7"}, {"07", "7"}});
  CHECK(graph.report.lines == 9);
  CHECK(graph.report.comments == 2);
  CHECK(graph.report.follows == 4);
  CHECK(graph.report.duplicates == 1);
  CHECK(graph.report.self_loops == 1);
  CHECK(graph.report.users == 4);
  CHECK(graph.report.isolated == 0);
  CHECK(graph.graph.mutual_count() == 2);
}

TEST_CASE("a table is read by the names of its columns", "[graph][formats]") {
  const Pairs expected = {{"ann", "bob"}, {"cy, jr", "bob"}};
  CHECK(follows(loaded("follower,followed\nann,bob\n\"cy, jr\",bob\n")) == expected);
  CHECK(follows(loaded("followed,since,follower\nbob,1999,ann\nbob,,\"cy, jr\"\n")) == expected);
  CHECK(follows(loaded("Followee; Follower\nbob; ann\nbob ;cy, jr\n")) == expected);
  CHECK(follows(loaded("Followee;Follower\r\nbob;ann\r\nbob;cy, jr")) == expected);
  CHECK(follows(loaded("from\tto\tweight\nann\tbob\t1\ncy, jr\tbob\t2\n")) == expected);
  CHECK(follows(loaded("\xef\xbb\xbf"
                       "to,from\nbob,ann\nbob,\"cy, jr\"\n")) == expected);
  CHECK(follows(loaded("# exported today\nsource,target\nbob,ann\nbob,\"cy, jr\"\n",
                       {.columns = {"target", "source"}})) == expected);
  CHECK(follows(loaded("a b c\nbob ann x\n", {.columns = {"b", "a"}})) == Pairs{{"ann", "bob"}});
  CHECK(follows(loaded("from,to\n\"she said \"\"hi\"\"\",\"two\nlines\"\n")) ==
        Pairs{{"she said \"hi\"", "two\nlines"}});
}

TEST_CASE("a sign in quotes does not stand between the fields of a header", "[graph][formats]") {
  const Pairs expected = {{"1", "2"}};
  CHECK(follows(loaded("follower;\"followed, by whom\"\n1;2\n", {.columns = {"follower", "followed, by whom"}})) ==
        expected);
  CHECK(follows(loaded("from;to;\"x,y,z,w\"\n1;2;3\n")) == expected);
  CHECK(follows(loaded("from\tto\t\"a;b, \"\"c\"\"\"\n1\t2\t3\n")) == expected);
  CHECK(follows(loaded("\"from\",\"to\",\"in\nlines\"\n1,2,3\n")) == expected);  // quotes that end in another line
}

TEST_CASE("an undirected list makes every pair a mutual follow, once", "[graph][formats]") {
  const LoadedGraph graph = loaded("u,v\na,b\nb,a\nb,c\nc,c\n", {.undirected = true});
  CHECK(follows(graph) == Pairs{{"a", "b"}, {"b", "a"}, {"b", "c"}, {"c", "b"}});
  CHECK(graph.graph.mutual_count() == 4);
  CHECK(graph.report.duplicates == 2);
  CHECK(graph.report.self_loops == 1);
  CHECK(follows(loaded("1 2\n", {.undirected = true})) == Pairs{{"1", "2"}, {"2", "1"}});
}

TEST_CASE("gzip is told by its first bytes, also in several members", "[graph][formats]") {
  CHECK(follows(loaded(gzipped("1 2\n2 3\n"))) == Pairs{{"1", "2"}, {"2", "3"}});
  CHECK(follows(loaded(gzipped("1 2\n2 ") + gzipped("3\n"))) == Pairs{{"1", "2"}, {"2", "3"}});
}

TEST_CASE("a long list is read whole across the reader's buffers", "[graph][formats]") {
  std::string text;
  Pairs expected;
  for (int i = 0; i < 60'000; ++i) {
    const std::string a = fmt::format("{}", i), b = fmt::format("{:x}z", i * 7919);
    text += a + " " + b + "\n";
    expected.insert({a, b});
  }
  CHECK(follows(loaded(text)) == expected);
  CHECK(follows(loaded(gzipped(text))) == expected);
}

TEST_CASE("users are numbered by followers descending, then by key", "[graph][formats]") {
  const LoadedGraph graph = loaded(lines_of(random_pairs(800, 6'000, 1)));
  for (std::size_t u = 1; u < graph.graph.user_count(); ++u) {
    const std::uint32_t before = graph.graph.follower_count(user(u - 1)), here = graph.graph.follower_count(user(u));
    REQUIRE((before > here || (before == here && graph.accounts.keys[u - 1] < graph.accounts.keys[u])));
    REQUIRE(graph.accounts.keys[u] == account_key(graph.accounts.outside_ids[u]));
  }
}

TEST_CASE("neither the order of lines nor the number of threads shows in a loaded graph",
          "[graph][formats][invariance]") {
  auto pairs = random_pairs(900, 8'000, 2);
  const LoadedGraph first = with_threads(1, [&] { return loaded(lines_of(pairs)); });
  CHECK(follows(first) == Pairs(pairs.begin(), pairs.end()));
  std::ranges::shuffle(pairs, std::mt19937(3));
  const int threads = GENERATE(1, 2, 3, 8);
  const LoadedGraph again = with_threads(threads, [&] { return loaded(lines_of(pairs)); });
  CHECK(again.graph == first.graph);
  CHECK(again.accounts.outside_ids == first.accounts.outside_ids);
  CHECK(again.accounts.keys == first.accounts.keys);
}

TEST_CASE("other outside ids with the old ones as keys give the same graph", "[graph][formats][invariance]") {
  const auto pairs = random_pairs(700, 5'000, 4);
  const LoadedGraph before = loaded(lines_of(pairs));
  std::vector<std::string> names = before.accounts.outside_ids;
  std::ranges::shuffle(names, std::mt19937(5));
  std::map<std::string, std::string> renamed;
  std::string table = "key;name;id\n";
  for (std::size_t i = 0; i < names.size(); ++i) {
    renamed[names[i]] = fmt::format("@{}", i);
    table += fmt::format("{};whoever;@{}\n", names[i], i);
  }
  auto other = pairs;
  for (auto& [a, b] : other) a = renamed[a], b = renamed[b];
  std::ranges::shuffle(other, std::mt19937(6));
  const LoadedGraph after = loaded_with_accounts(lines_of(other), table);
  CHECK(after.graph == before.graph);
  CHECK(after.accounts.keys == before.accounts.keys);
  REQUIRE(after.accounts.outside_ids.size() == before.accounts.outside_ids.size());
  std::size_t wrong = 0;
  for (std::size_t u = 0; u < before.accounts.outside_ids.size(); ++u)
    wrong += after.accounts.outside_ids[u] != renamed[before.accounts.outside_ids[u]];
  CHECK(wrong == 0);
}

TEST_CASE("isolated users stand in the table of accounts", "[graph][formats]") {
  const LoadedGraph graph = loaded_with_accounts("1 2\n", "id,bio\n3,\"likes \"\"x\"\",\nand tea\"\n2,\n1,y\n4,z\n");
  CHECK(graph.report.users == 4);
  CHECK(graph.report.isolated == 2);
  CHECK(graph.graph.user_count() == 4);
  CHECK(graph.accounts.outside_ids[0] == "2");
  CHECK(follows(graph) == Pairs{{"1", "2"}});
}

TEST_CASE("mistakes in an edge list say where, what was found, what was expected and what to do", "[graph][formats]") {
  CHECK(begins(refusal(""), "edges: holds no follows; expected one per line; check"));
  CHECK(begins(refusal("# nothing\n\n"), "edges: holds no follows"));
  CHECK(begins(refusal("follower,followed\n"), "edges: holds no follows"));
  CHECK(begins(refusal("1 1\n2 2\n"), "edges: holds no follows"));
  CHECK(begins(refusal("1 2\n\n3\n"), "edges:3: 1 field, and the first line has 2"));
  CHECK(begins(refusal("from,to\na,b\nc,\n,d\n"), "edges:3: the id of the followee is empty"));
  CHECK(refusal("from,to\na,b\nc,\n,d\n").find("\nedges:4: the id of the follower is empty") != std::string::npos);
  CHECK(begins(
      refusal("who,whom\na,b\n"),
      "edges:1: the header has the columns 'who', 'whom'; expected 'follower' and 'followed', or 'from' and 'to'"));
  CHECK(refusal("who,whom\na,b\n").find("set graph.columns") != std::string::npos);
  CHECK(refusal("who,whom\na,b\n").find("--columns FOLLOWER FOLLOWEE") != std::string::npos);
  CHECK(begins(refusal("1,2\n2,3\n", {.undirected = true}), "edges:1: the header has the columns '1', '2'"));
  CHECK(begins(refusal("who,whom\na,b\n", {.columns = {"who", "whose"}}),
               "edges:1: the header has the columns 'who', 'whom'; expected each of 'who' and 'whose'"));
  CHECK(begins(refusal("who,whom\na,b\n", {.columns = {"who", "who"}}), "edges:1: the header"));
  CHECK(begins(refusal("who,whom\na,b\n", {.columns = {"who", ""}}), "edges:1: the header"));
  CHECK(begins(refusal("who,who,to\na,b,c\n", {.columns = {"who", "to"}}), "edges:1: the header"));
  CHECK(begins(refusal("FromNode\tToNode\n1\t2\n"), "edges:1: looks like a header above numbers"));
  CHECK(begins(refusal("from,to\na,\"b\nc,d\n"), "edges:2: a double quote is opened and not closed"));
  CHECK(begins(refusal("from,to\n\"a\"x,b\n"), "edges:2: text follows a closing double quote"));
  CHECK(begins(refusal(std::string("1 2\n\0 4\n", 8)), "edges: holds zero bytes"));
  CHECK(begins(refusal("1 2\n" + std::string(3'000'000, 'x')), "edges:2: the line is longer than 1048576 bytes"));

  std::string many = "1 2\n";
  for (int i = 0; i < 1'000; ++i) many += "lonely\n";
  CHECK(std::ranges::count(refusal(many), '\n') == 9);
}

TEST_CASE("a file that is missing, a folder, cut off or damaged is refused", "[graph][formats]") {
  const Folder folder;
  const auto refused = [](const std::filesystem::path& path) {
    try {
      load_edge_list(path);
    } catch (const BadRequest& request) {
      return std::string(request.what());
    }
    return std::string("nothing was thrown");
  };
  CHECK(begins(refused(folder.path() / "none.csv"),
               (folder.path() / "none.csv").string() + ": cannot be opened (No such file or directory)"));
  CHECK(begins(refused(folder.path()), folder.path().string() + ": this is a folder"));

  std::string text;
  for (int i = 0; i < 1'000; ++i) text += fmt::format("{} {}\n", i, i * i % 997 + 1'000);
  const std::string whole = gzipped(text);
  for (const std::size_t missing : {std::size_t{1}, std::size_t{8}, whole.size() / 2, whole.size() - 2})
    CHECK(refusal(whole.substr(0, whole.size() - missing)).find("the gzip stream breaks off") != std::string::npos);
  CHECK(refusal(whole + "more").find("other bytes follow the gzip stream") != std::string::npos);
  std::string damaged = whole;
  damaged[damaged.size() - 6] = static_cast<char>(damaged[damaged.size() - 6] ^ 1);  // in the checksum
  CHECK(refusal(damaged).find("the gzip stream is damaged") != std::string::npos);
}

TEST_CASE("a packed file that unfolds without end is refused before it fills the memory", "[graph][formats]") {
  CHECK(refusal(gzipped(std::string(50'000'000, '1'))).find("edges:1: the line is longer") != std::string::npos);
}

TEST_CASE("mistakes in the table of accounts are refused", "[graph][formats]") {
  CHECK(begins(refusal("1 2\n", {}, "id\n1\n2\n1\n"), "accounts.csv:4: id '1' is already in line 2"));
  CHECK(begins(refusal("1 2\n", {}, "name,key\n1,a\n"),
               "accounts.csv:1: the header has the columns 'name', 'key'; expected one column 'id'"));
  CHECK(begins(refusal("1 2\n3 1\n", {}, "id\n1\n2\n"), "edges:2: account '3' is not in accounts.csv"));
  CHECK(begins(refusal("1 2\n", {}, "id,key\n1,x\n2,x\n"), "accounts.csv:3: account '2' has the key of '1' in line 2"));
  CHECK(begins(refusal("1 2\n", {}, "id,key\n1,x\n2,\n"), "accounts.csv:3: the key is empty"));
  CHECK(begins(refusal("1 2\n", {}, "id,key\n1,x\n2\n"), "accounts.csv:3: 1 field, and the header has 2"));
  CHECK(begins(refusal("1 2\n", {}, "id,key,key\n1,x,y\n"), "accounts.csv:1: the header has several columns 'key'"));
  CHECK(begins(refusal("1 2\n", {}, "\n"), "accounts.csv: holds no table"));
  const std::string both = refusal("1 2\n9 9 \nx\n", {}, "id\n1\n2\n2\n");
  CHECK(std::ranges::count(both, '\n') ==
        3);  // the table's mistake, the two unknown accounts and the short line, all at once
}

TEST_CASE("followers of a brand on Twitter load as counted (needs GRAPEVINE_DATA)", "[graph][formats][data]") {
  if (data_folder() == nullptr) {
    WARN("skipped: GRAPEVINE_DATA is not set");
    return;
  }
  const LoadedGraph bofa = load_edge_list(std::filesystem::path(data_folder()) / "twitter_follow_bofa.csv.gz");
  CHECK(bofa.graph.user_count() == 13'688);
  CHECK(bofa.graph.follow_count() == 68'328);
  CHECK(bofa.graph.follower_count(user(0)) == 3'469);
  CHECK(std::abs(double(bofa.graph.mutual_count()) / 68'328 - 0.315) < 0.0005);
}

TEST_CASE("ego-Twitter loads as mutual follows (needs GRAPEVINE_DATA)", "[graph][formats][data]") {
  if (data_folder() == nullptr) {
    WARN("skipped: GRAPEVINE_DATA is not set");
    return;
  }
  const LoadedGraph ego =
      load_edge_list(std::filesystem::path(data_folder()) / "ego_twitter_undirected.csv.gz", {.undirected = true});
  CHECK(ego.graph.user_count() == 81'306);
  CHECK(ego.graph.follow_count() == 2'684'592);
  CHECK(ego.graph.mutual_count() == 2'684'592);
}
