#include <fmt/format.h>

#include <string>
#include <vector>

#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"
#include "graph/formats/load_graph.hpp"
#include "graph/formats/packing.hpp"
#include "tests/catch.hpp"
#include "tests/graph/said_of_files.hpp"

/// Files that are not what they are taken for: read rightly, refused by name, or read with a word on what may be wrong.
using namespace grapevine;
using namespace grapevine::test;

namespace {

std::string notes(const std::string& text, LoadOptions options = {}, const std::string& accounts = "") {
  const Folder folder;
  if (!accounts.empty()) options.accounts = folder.write("accounts.csv", accounts);
  std::string all;
  for (const std::string& note : load_graph(folder.write("list.txt", text), options).report.notes) all += note + "\n";
  return all;
}

/// A list long enough to be read in pieces, with one odd line near its end.
std::string long_list(const std::string& header, const std::string& line, const std::string& odd) {
  std::string text = header;
  for (int i = 0; i < 200'000; ++i) text += fmt::format(fmt::runtime(line), i % 1000, (i * 7 + i / 1000 + 1) % 1000);
  return text + odd + fmt::format(fmt::runtime(line), 1, 2);
}

}  // namespace

TEST_CASE("files of another format are refused by their names", "[graph][odd]") {
  struct Case {
    std::string text, name;
  };
  const auto it = GENERATE(values<Case>({
      {"c comment\np sp 3 2\na 1 2 5\na 2 3 1\n", "a DIMACS graph"},
      {"p edge 3 2\ne 1 2\ne 2 3\n", "a DIMACS graph"},
      {"c a flow problem\nc of two lines\np max 4 2\nn 1 s\na 1 2 5\n", "a DIMACS graph"},
      {"*Vertices 3\n1 \"a\"\n2 \"b\"\n*Arcs\n1 2\n", "a Pajek network"},
      {"*network x\n*vertices 2\n*edges\n1 2\n", "a Pajek network"},
      {"graph [\n  node [ id 1 ]\n  node [ id 2 ]\n  edge [ source 1 target 2 ]\n]\n", "GML"},
      {"Creator \"x\"\nVersion 1\ngraph\n[\n  directed 1\n]\n", "GML"},
      {"<?xml version=\"1.0\"?>\n<gexf version=\"1.2\"><graph/></gexf>\n", "GEXF"},
      {"{\"nodes\": [1, 2], \"links\": [[1, 2]]}\n", "JSON"},
      {"[[1, 2], [2, 3]]\n", "JSON"},
      {"digraph g { a -> b; }\n", "a Graphviz (DOT) graph"},
      {"graph g {\n a -- b;\n}\n", "a Graphviz (DOT) graph"},
      {"<!DOCTYPE html>\n<html><body>Not found</body></html>\n", "a web page"},
      {"<html>\n", "a web page"},
      {"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "a pointer of Git LFS"},
      {"/annex/objects/SHA256E-s120--4d7a.csv\n", "a pointer of git-annex"},
      {"0 1 0 1\n1 0 0 0\n0 0 0 1\n1 1 0 0\n", "a matrix of numbers"},
      {"0,1,0\n1,0,0\n0,0,0\n", "a matrix of numbers"},
      {"dl n=3 format=edgelist1\ndata:\n1 2\n", "a UCINET (DL) network"},
      {"@nodes\nlabel\n1\n2\n@arcs\n1 2\n", "a LEMON graph"},
      {"PAR1\x15\x04", "a Parquet file"},
      {std::string("\xff\xfe"
                   "a\0,\0b\0\n\0",
                   10),
       "text in UTF-16"},
      {"BZh91AY&SY", "a file packed by bzip2"},
  }));
  INFO(it.text);
  const std::string message = refusal(it.text);
  CHECK(has(message, "list.txt: looks like " + it.name));
  CHECK(has(message, "; expected an edge list, GraphML, Matrix Market, METIS or a graph file; "));
  // Packed, or with blank lines above, it is the same.
  if (it.text[0] > ' ' && it.name.find("packed") == std::string::npos && it.name.find("UTF") == std::string::npos &&
      it.name.find("Parquet") == std::string::npos && it.name.find("LFS") == std::string::npos)
    CHECK(has(refusal("\n\n" + it.text), "looks like " + it.name));
  CHECK(has(refusal(packed(it.text, Packing::gzip), {}, "list.gz"), "looks like " + it.name));
}

TEST_CASE("lists that only begin like something else are read", "[graph][odd]") {
  CHECK(read("c d\na b\np q\n") == "3 follows of 6 users");
  CHECK(read("graph node\nnode edge\n") == "2 follows of 3 users");
  CHECK(read("digraph strict\nstrict graph\n") == "2 follows of 3 users");
  CHECK(read("dl x?n=1\nx?n=1 y\n") == "2 follows of 3 users");
  CHECK(read("0 1\n1 0\n1 2\n") == "3 follows of 3 users");
  CHECK(read("0 1 1\n1 2 1\n2 0 1\n") == "3 follows of 3 users");  // with weights
  CHECK(read("p sp 3 2\na 1 2 5\n", {.format = GraphFormat::edge_list}) == "2 follows of 4 users");
}

TEST_CASE("a line with more or fewer fields than there should be is refused with its line", "[graph][odd]") {
  struct Case {
    std::string text, message;
  };
  const auto it = GENERATE(values<Case>({
      {"follower,followed,p\n1,2,0.5\n3,1,0,5\n", "list.txt:3: 4 fields, and the header has 3"},
      {"follower,followed,p\n1,2\n", "list.txt:2: 2 fields, and the header has 3"},
      {"follower,followed\n1,2,\n", "list.txt:2: 3 fields, and the header has 2"},
      {"follower\tfollowed\n1\t2\n1\t2\t3\n", "list.txt:3: 3 fields, and the header has 2"},
      {"0 1\n1 2 3\n2 0\n", "list.txt:2: 3 fields, and the first line has 2"},
      {"0 1 5\n1 2\n", "list.txt:2: 2 fields, and the first line has 3"},
      {"a b\nb c d\n", "list.txt:2: 3 fields, and the first line has 2"},
      {"from;to;note\n1;2;x\n1;2;x;y\n", "list.txt:3: 4 fields, and the header has 3"},
  }));
  INFO(it.text);
  CHECK(has(refusal(it.text), it.message));
  CHECK(has(refusal("follower,followed,p\n1,2,0.5\n3,1,0,5\n"), "decimal comma"));
  CHECK(has(refusal("0 1\n1 2 3\n2 0\n"), "adjacency list"));
}

TEST_CASE("an odd line is found in whatever piece of a long list it lies", "[graph][odd]") {
  const int threads = GENERATE(1, 2);
  struct Case {
    std::string header, line, odd, message;
  };
  const auto it = GENERATE(values<Case>({
      {"", "{} {}\n", "1 2 3\n", "list.txt:200001: 3 fields, and the first line has 2"},
      {"", "{} {} 1\n", "1 2\n", "list.txt:200001: 2 fields, and the first line has 3"},
      {"", "{}\t{}\n", "from\tto\n", "list.txt:200001: 'from' and 'to' are names of columns"},
      {"follower,followed\n", "{},{}\n", "follower,followed\n", "list.txt:200002: 'follower' and 'followed' are names"},
      {"a,b\n", "{},{}\n", "a,b\n", "list.txt:200002: 'a' and 'b' are names of columns"},
      {"follower,followed\n", "{},{}\n", "1,2,3\n", "list.txt:200002: 3 fields, and the header has 2"},
      {"follower,followed,w\n", "{},{},7\n", "1,2\n", "list.txt:200002: 2 fields, and the header has 3"},
      {"follower,followed\n", "{},{}\n", "1,M\xfcsa\n", "list.txt:200002: the id 'M\\xfcsa' is not in UTF-8"},
  }));
  INFO(it.message);
  LoadOptions options;
  if (it.header == "a,b\n") options.columns = {"a", "b"};
  CHECK(
      has(with_threads(threads, [&] { return refusal(long_list(it.header, it.line, it.odd), options); }), it.message));
  CHECK(refusal(long_list(it.header, it.line, ""), options) == "nothing was thrown");
}

TEST_CASE("names of columns are no users", "[graph][odd]") {
  CHECK(has(refusal("follower,followed\n1,2\nfollower,followed\n3,1\n"), "list.txt:3: 'follower' and 'followed' are"));
  CHECK(has(refusal("FromNodeId ToNodeId\n1 2\n"), "list.txt:1: looks like a header above numbers"));
  CHECK(has(refusal("source target\na b\n"), "list.txt:1: 'source' and 'target' are names of columns"));
}

TEST_CASE("quotes, tabs and any line end hold without a header, too", "[graph][odd]") {
  CHECK(read("\"user one\"\t\"user two\"\n\"user two\"\t\"user three\"\n") == "2 follows of 3 users");
  CHECK(read("user one\tuser two\nuser two\tuser three\n") == "2 follows of 3 users");
  CHECK(read("\"user one\" \"user two\"\n\"user two\" three\n") == "2 follows of 3 users");
  CHECK(has(refusal("a b\n\"a b\n"), "list.txt:2: a field begins with a double quote that does not end it"));
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    CAPTURE(end);
    CHECK(read("1 2" + end + "2 3" + end) == "2 follows of 3 users");
    CHECK(read("1\t2" + end + "2\t3" + end) == "2 follows of 3 users");
    CHECK(read("follower,followed" + end + "a,b" + end + "b,c") == "2 follows of 3 users");
    std::string text;
    for (int i = 0; i < 200'000; ++i) text += fmt::format("{} {}{}", i % 1000, (i / 1000 + i + 1) % 1000, end);
    CHECK(read(text) == "200000 follows of 1000 users");
  }
}

TEST_CASE("what a file says of itself is obeyed, or contradicted aloud", "[graph][odd]") {
  const std::string sym = "% sym positive\n% 2 3 3\n1 2 1\n2 3 1\n";
  CHECK(read(sym) == "4 follows of 3 users");
  CHECK(has(notes(sym), "sym: every pair is a mutual follow"));
  CHECK(notes(sym, {.undirected = true}) == "");
  const std::string asym = "% asym unweighted\n1 2\n2 3\n";
  CHECK(read(asym) == "2 follows of 3 users");
  CHECK(has(notes(asym, {.undirected = true}), "says asym (directed)"));
  CHECK(has(refusal("% bip unweighted\n1 1\n1 2\n"), "list.txt: its first line says that the network is bipartite"));

  const LoadOptions gephi{.columns = {"Source", "Target"}};
  CHECK(read("Source,Target,Type\na,b,Undirected\nb,c,Undirected\n", gephi) == "4 follows of 3 users");
  CHECK(has(notes("Source,Target,Type\na,b,Undirected\n", gephi), "Undirected: every pair is a mutual follow"));
  CHECK(read("Source,Target,Type\na,b,Directed\nb,c,Directed\n", gephi) == "2 follows of 3 users");
  CHECK(
      has(refusal("Source,Target,Type\na,b,Directed\nb,c,Undirected\n", gephi), "list.txt:3: directed and undirected"));
  CHECK(has(refusal("Source,Target,Type\na,b,friend\n", gephi), "list.txt:2: the type is 'friend'"));
}

TEST_CASE("a column that is only called type says nothing of direction", "[graph][odd]") {
  CHECK(read("follower,followed,type\na,b,friend\nb,c,Undirected\n") == "2 follows of 3 users");
}

TEST_CASE("comments are counted, or are follows where that is said", "[graph][odd]") {
  const std::string text = "r#A r#B\n#tag r#A\n% x\nr#A #tag\n";
  const Folder folder;
  const LoadReport report = load_graph(folder.write("list.txt", text)).report;
  CHECK(report.comments == 2);
  CHECK(report.follows == 2);
  CHECK(read("r#A r#B\n#tag r#A\nr#A #tag\n", {.comments = false}) == "3 follows of 3 users");
  std::string many;
  for (int i = 0; i < 200'000; ++i) many += fmt::format("#{} {}\n", i % 1000, (i / 1000 + i + 1) % 1000);
  CHECK(read("1 2\n" + many, {.comments = false}) == "200001 follows of 2000 users");
}

TEST_CASE("ids that may not be what they look like are told", "[graph][odd]") {
  const std::string header = "follower,followed\n";
  CHECK(has(notes(header + "1e+05,99999\n100000,2e+05\n200000,100001\n"),
            "4 ids are different texts and the same numbers"));
  CHECK(has(notes(header + "12,12.0\n12.0,13\n"), "2 ids are different texts and the same numbers"));
  CHECK(has(notes(header + "007,7\n"), "'7' and '007'"));
  // Long ids are told apart to the last digit.
  CHECK(notes(header + "90071992547409931,90071992547409932\n90071992547409933,90071992547409931\n") == "");
  CHECK(notes(header + "1,2\n2,3\n") == "");
  for (const std::string word : {"NA", "NaN", "null", "None"})
    CHECK(has(notes(header + "a," + word + "\n"), "'" + word + "' is a user like others"));
  CHECK(notes(header + "nancy,nadine\n") == "");
  CHECK(has(notes(header + "1,2\n", {}, "id,community,price\n1,A,5\n2,B,6\n"), "that are not used: community, price"));
}

TEST_CASE("an account's line has as many fields as the header, and its id is UTF-8", "[graph][odd]") {
  const Folder folder;
  const auto refused = [&](const std::string& accounts) {
    LoadOptions options;
    options.accounts = folder.write("accounts.csv", accounts);
    return message_of(folder, [&] { load_graph(folder.write("list.txt", "1 2\n"), options); });
  };
  CHECK(has(refused("id,name\n1,a\n2,b,c\n"), "accounts.csv:3: 3 fields, and the header has 2"));
  CHECK(has(refused("id,name\n1\n2,b\n"), "accounts.csv:2: 1 field, and the header has 2"));
  CHECK(has(refused("id\n1\n2\nM\xfcsa\n"), "accounts.csv:4: the id 'M\\xfcsa' is not in UTF-8"));
}

TEST_CASE("what a file says of itself holds for its probabilities, too", "[graph][odd]") {
  LoadOptions gephi{.columns = {"Source", "Target"}};
  gephi.chances = "w";
  CHECK(read("Source,Target,Type,w\na,b,Undirected,0.5\nb,c,Undirected,0.25\n", gephi) == "4 follows of 3 users");
  LoadOptions tags;
  tags.comments = false;
  tags.chances = "p";
  CHECK(read("follower\tfollowed\tp\n#a\tb\t0.5\nb\t#a\t0.2\n", tags) == "2 follows of 2 users");
}

TEST_CASE("a list whose separator is named has no header, directed or not", "[graph][odd]") {
  CHECK(read("alice|bob\nbob|carol\n", {.separator = '|'}) == "2 follows of 3 users");
  CHECK(read("alice|bob\nbob|carol\n", {.separator = '|', .undirected = true}) == "4 follows of 3 users");
  CHECK(has(notes("user|friend\na|b\n", {.separator = '|'}), "if it names columns, set graph.columns"));
}

TEST_CASE("quotes far behind count alike in pieces and in order", "[graph][odd]") {
  CHECK(has(refusal(long_list("", "{} {} a b\n", "3 4 \"x y\"\n")), "list.txt:200001: 3 fields"));
  CHECK(
      has(refusal(long_list("", "{} {} a b\n", "3 4 x \"y\n")), "list.txt:200001: a field begins with a double quote"));
}

TEST_CASE("users whose names begin as another format does are users", "[graph][odd]") {
  CHECK(read("BZhang alice\nalice bob\n") == "2 follows of 3 users");
  CHECK(read("[deleted] bob\nbob carol\n") == "2 follows of 3 users");
  CHECK(read("@arcsys carol\ncarol dan\n") == "2 follows of 3 users");
  CHECK(has(refusal("\xef\xbb\xbf{\"a\": 1}\n"), "looks like JSON"));
  CHECK(has(refusal("follower,followed\n1,2\nFollower,Followed\n"), "list.txt:3: 'Follower' and 'Followed' are names"));
}

TEST_CASE("what cannot be read again is not written", "[graph][odd]") {
  const Folder folder;
  const LoadedGraph quoted = load_graph(folder.write("q.csv", "follower,followed\n\"\"\"bob\"\"\",bob\n"));
  CHECK(has(message_of(folder,
                       [&] {
                         write_graph(folder.path() / "q.txt", {quoted.graph, quoted.accounts});
                       }),
            "with a double quote"));
  write_graph(folder.path() / "again.csv", {quoted.graph, quoted.accounts});
  CHECK(load_graph(folder.path() / "again.csv").graph.user_count() == 2);
}

TEST_CASE("comments in a table of ids alone are comments", "[graph][odd]") {
  const Folder folder;
  LoadOptions options;
  options.accounts = folder.write("accounts.csv", "id\n# exported today\n1\n2\nalone too\n");
  const LoadedGraph loaded = load_graph(folder.write("list.txt", "1 2\n"), options);
  CHECK(loaded.graph.user_count() == 3);
}

TEST_CASE("following the advice of a message leads on", "[graph][odd]") {
  const std::string text = "did:plc:aaa,did:plc:bbb\ndid:plc:bbb,did:plc:ccc\n";
  CHECK(has(refusal(text), "for a list without one, set graph.separator = \",\""));
  CHECK(read(text, {.separator = ','}) == "2 follows of 3 users");
  CHECK(read("follower,followed\n" + text) == "2 follows of 3 users");
}
