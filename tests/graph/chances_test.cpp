#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <sstream>

#include "graph/base/parallel.hpp"
#include "graph/formats/chance_text.hpp"
#include "graph/formats/edge_list.hpp"
#include "graph/formats/load_graph.hpp"
#include "graph/graph_builder.hpp"
#include "graph/sampling/induced.hpp"
#include "tests/catch.hpp"
#include "tests/graph/graph_files.hpp"

// A probability of each follow: what two bytes hold of it, and that it stays with its follow from a column of text to a
// graph file and back.

using namespace grapevine;
using namespace grapevine::test;

namespace {

using ChanceOf = std::map<std::pair<std::string, std::string>, double>;

/// Probabilities by outside ids.
ChanceOf chances(const LoadedGraph& loaded) {
  ChanceOf all;
  REQUIRE(loaded.chances.size() == loaded.graph.follow_count());
  std::size_t follow = 0;
  for (std::size_t u = 0; u < loaded.graph.user_count(); ++u)
    for (const UserId v : loaded.graph.followees(user(u)))
      all[{loaded.accounts.outside_ids[u], loaded.accounts.outside_ids[v.index()]}] =
          loaded.chances[follow++].probability();
  return all;
}

LoadedGraph loaded(const std::string& text, EdgeListOptions options = {.chances = "p"}) {
  const Folder folder;
  return load_edge_list(folder.write("edges", text), options);
}

/// The message for a text, with the folder's name taken out.
std::string refusal(const std::string& text, EdgeListOptions options = {.chances = "p"}) {
  const Folder folder;
  return message_of(folder, [&] { load_edge_list(folder.write("edges", text), options); });
}

double kept(double probability) { return Chance(probability).probability(); }

struct Line {
  std::string follower, followee;
  double probability;
};

/// Follows among users with ids of all kinds, some beyond 2^32 and 2^64; none twice.
std::vector<Line> random_lines(std::size_t users, std::size_t count, unsigned seed) {
  std::mt19937_64 engine(seed);
  const auto id = [](std::uint64_t u) {
    switch (u % 4) {
      case 0:
        return fmt::format("{}", u);
      case 1:
        return fmt::format("{}", 5'000'000'000 + u);
      case 2:
        return fmt::format("184467440737095516{:05}", u);
      default:
        return fmt::format("@user{}", u);
    }
  };
  std::map<std::pair<std::uint64_t, std::uint64_t>, double> pairs;
  while (pairs.size() < count)
    if (const std::uint64_t a = engine() % users, b = engine() % users * (engine() % users) / users; a != b)
      pairs[{a, b}] = std::ldexp(double(engine() >> 11), -53 - int(engine() % 20));
  std::vector<Line> lines;
  for (const auto& [pair, probability] : pairs) lines.push_back({id(pair.first), id(pair.second), probability});
  return lines;
}

std::string text_of(const std::vector<Line>& lines, char separator = ',') {
  std::string text = fmt::format("follower{0}followed{0}p\n", separator);
  for (const Line& line : lines)
    text += fmt::format("{1}{0}{2}{0}{3}\n", separator, line.follower, line.followee, line.probability);
  return text;
}

/// What the lines say, read by nothing but `Chance`.
ChanceOf expected_of(const std::vector<Line>& lines) {
  ChanceOf all;
  for (const Line& line : lines) all[{line.follower, line.followee}] = kept(line.probability);
  return all;
}

}  // namespace

TEST_CASE("two bytes hold 0 and 1 exactly, rise with the probability, and come back from what they stand for",
          "[graph][chance]") {
  CHECK(Chance().probability() == 0.0);
  CHECK(kept(0.0) == 0.0);
  CHECK(kept(-0.0) == 0.0);
  CHECK(Chance(1.0).bits() == Chance::most_bits);
  CHECK(Chance(1.0).threshold() == std::uint64_t{1} << 32);
  CHECK(kept(std::nextafter(1.0, 0.0)) == 1.0);
  std::size_t wrong = 0;
  std::uint64_t before = 0;
  for (std::uint32_t bits = 0; bits <= Chance::most_bits; ++bits) {
    const Chance chance = Chance::from_bits(static_cast<std::uint16_t>(bits));
    wrong += bits > 0 && chance.threshold() <= before;
    wrong += Chance(chance.probability()).bits() != bits;
    before = chance.threshold();
  }
  CHECK(wrong == 0);
}

TEST_CASE("a probability is held to 3/8192 of itself, below 2^-21 to 2^-33", "[graph][chance]") {
  // First rounded to a multiple of 2^-32, at most 2^-33 away; from 2^-20 up then to 12 binary digits, at most 2^-12 of
  // it away. Of a probability of 2^-21 or more, 2^-33 is 2^-12; from 2^-20 on, where the second step begins, 2^-13.
  // Together at most 2^-12 + 2^-13 = 3/8192.
  std::mt19937_64 engine(1);
  std::vector<double> probabilities;
  for (int i = 0; i < 200'000; ++i)
    probabilities.push_back(std::ldexp(double(engine() >> 11), -53 - int(engine() % 36)));
  for (int e = 0; e > -40; --e)
    for (const double p : {std::ldexp(1.0, e), std::nextafter(std::ldexp(1.0, e), 0.0)}) probabilities.push_back(p);
  std::ranges::sort(probabilities);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    const double p = probabilities[i], error = std::abs(kept(p) - p);
    wrong += error > (p >= 0x1p-21 ? 3.0 / 8192 * p : 0x1p-33);
    wrong += i > 0 && Chance(p).bits() < Chance(probabilities[i - 1]).bits();
  }
  CHECK(wrong == 0);
}

TEST_CASE("every chance is written as at most five digits that are read as the same chance", "[graph][chance]") {
  CHECK((written(Chance(0.0)) == "0" && written(Chance(1.0)) == "1" && written(Chance(0.1)) == "0.1" &&
         written(Chance(0.375)) == "0.375"));
  std::size_t wrong = 0;
  for (std::uint32_t bits = 0; bits <= Chance::most_bits; ++bits) {
    const Chance chance = Chance::from_bits(static_cast<std::uint16_t>(bits));
    const std::string text = written(chance);
    wrong += read_chance(text) != chance;
    const std::string digits = text.substr(0, text.find('e'));
    const std::size_t first = std::min(digits.find_first_of("123456789"), digits.size());
    wrong += static_cast<std::size_t>(std::count_if(digits.begin() + static_cast<std::ptrdiff_t>(first), digits.end(),
                                                    [](char c) { return c != '.'; })) > 5;
  }
  CHECK(wrong == 0);
}

TEST_CASE("only decimal numbers from 0 to 1 are probabilities", "[graph][chance][hostile]") {
  for (const char* text : {"0", "1", "0.5", ".5", "1.", "5e-1", "5E-1", "00.5", "-0", "1e-300"}) {
    CAPTURE(text);
    CHECK(read_chance(text) == Chance(std::strtod(text, nullptr)));
  }
  for (const char* text :
       {"",     "nan", "-nan", "inf",  "-0.1", "1.0000001", "2",   "1e999", "-1e999", "0x1p-2", "0x0",
        "+0.5", "0,5", "0.5 ", " 0.5", "0.5x", "1e",        "e-1", ".",     "-",      "half",   "50%"}) {
    CAPTURE(text);
    CHECK_FALSE(read_chance(text).has_value());
  }
}

TEST_CASE("a column of probabilities is read in every container, separator, order of columns and direction",
          "[graph][chance][formats]") {
  const std::vector<Line> lines = random_lines(300, 2'000, 2);
  const ChanceOf expected = expected_of(lines);
  ChanceOf turned;
  for (const auto& [pair, probability] : expected) turned[{pair.second, pair.first}] = probability;
  const std::string text = text_of(lines);
  for (const std::string& packed : {text, gzipped(text), zstd_packed(text)}) {
    CHECK(chances(loaded(packed)) == expected);
    CHECK(chances(loaded(packed, {.reversed = true, .chances = "p"})) == turned);
    CHECK(loaded(packed, {}).chances.empty());
    CHECK(loaded(packed, {}).graph == loaded(packed).graph);
  }
  for (const char separator : {';', '\t', ' '}) CHECK(chances(loaded(text_of(lines, separator))) == expected);
  CHECK(chances(loaded(text_of(lines, '|'), {.separator = '|', .chances = "p"})) == expected);
  std::string other = "weight,to whom,note,who\n";
  for (const Line& line : lines)
    other += fmt::format("{},\"{}\",\"a, \"\"b\"\"\nand c\",{}\r\n", line.probability, line.followee, line.follower);
  CHECK(chances(loaded(other, {.columns = {"who", "to whom"}, .chances = "weight"})) == expected);
}

TEST_CASE("neither the order of lines, repetitions, pieces nor threads show in probabilities",
          "[graph][chance][formats][invariance]") {
  std::vector<Line> lines = random_lines(200, 3'000, 3);
  const LoadedGraph first = loaded(text_of(lines));
  CHECK(chances(first) == expected_of(lines));
  for (std::size_t i = 0; i < 500; ++i) lines.push_back(lines[5 * i]);
  for (std::size_t i = 0; i < 50; ++i) lines.push_back({lines[i].follower, lines[i].follower, 0.77});  // loops
  std::ranges::shuffle(lines, std::mt19937(4));
  const Folder folder;
  const auto file = folder.write("edges.csv", text_of(lines)),
             packed = folder.write("edges.csv.gz", gzipped(text_of(lines)));
  const int threads = GENERATE(1, 2, 3, 8);
  for (const auto& path : {file, packed})
    for (const std::size_t piece : {std::size_t{64}, std::size_t{5'000}, std::size_t{1} << 19}) {
      const LoadedGraph again =
          with_threads(threads, [&] { return load_edge_list(path, {.piece = piece, .chances = "p"}); });
      CHECK(again.graph == first.graph);
      CHECK((again.chances == first.chances));
    }
}

TEST_CASE("isolated users of a table, and users without followees, do not shift probabilities",
          "[graph][chance][formats]") {
  const Folder folder;
  const auto accounts = folder.write("accounts.csv", "id\nlonely\nb\n5000000001\na\nalone too\n");
  const LoadedGraph graph =
      load_edge_list(folder.write("edges", "follower,followed,p\na,b,0.5\n5000000001,b,0.25\nb,a,1\n"),
                     {.accounts = accounts, .chances = "p"});
  CHECK(graph.report.isolated == 2);
  CHECK(chances(graph) == ChanceOf{{{"a", "b"}, 0.5}, {{"5000000001", "b"}, 0.25}, {{"b", "a"}, 1.0}});
}

TEST_CASE("an undirected pair has one probability, both ways", "[graph][chance][formats]") {
  const EdgeListOptions options{.undirected = true, .chances = "p"};
  CHECK(chances(loaded("u,v,p\na,b,0.5\nb,c,0.25\nc,b,0.25\nc,c,0.1\n", options)) ==
        ChanceOf{{{"a", "b"}, 0.5}, {{"b", "a"}, 0.5}, {{"b", "c"}, 0.25}, {{"c", "b"}, 0.25}});
  CHECK(begins(refusal("u,v,p\na,b,0.5\nb,c,0.25\n\nb,a,0.75\n", options),
               "edges:5: 'p' of 'b' and 'a' is 0.75; expected 0.5, as an earlier line has it; keep one of them"));
}

TEST_CASE("a follow with two probabilities is refused at its second line, unless two bytes hold them alike",
          "[graph][chance][formats]") {
  CHECK(refusal("follower,followed,p\na,b,0.5\nb,a,0.25\na,b,0.5\n") == "nothing was thrown");
  CHECK(refusal("follower,followed,p\na,b,0.5\na,b,5e-1\na,b,0.50000001\n") == "nothing was thrown");
  CHECK(
      begins(refusal("follower,followed,p\na,b,0.5\nb,a,0.25\na,b,0.501\n"),
             "edges:4: 'p' of 'a' following 'b' is 0.501; expected 0.5, as an earlier line has it; keep one of them"));
  CHECK(begins(refusal("follower,followed,p\na,b,0\na,b,1\n"), "edges:3: 'p' of 'a' following 'b' is 1; expected 0,"));
  std::string far = text_of(random_lines(200, 3'000, 5));
  far += fmt::format("x,y,0.1\n{}x,y,0.2\n", far.substr(far.find('\n') + 1));
  CHECK(begins(refusal(far, {.piece = 1'000, .chances = "p"}),
               "edges:6003: 'p' of 'x' following 'y' is 0.2; expected 0.1"));
}

TEST_CASE("what is no probability is refused with its line, up to ten at once", "[graph][chance][formats][hostile]") {
  for (const char* text : {"nan", "-0.1", "1.0000001", "", "1e999", "0x1p-2"})
    CHECK(
        begins(refusal(fmt::format("follower,followed,p\na,b,0.5\nb,c,{}\n", text)),
               fmt::format(
                   "edges:3: 'p' is '{}'; expected a number from 0 to 1, such as 0.25; correct it or take the line out",
                   text)));
  CHECK(begins(refusal("follower,followed,p\na,b,0.5\nc,c,2\n"),
               "edges:3: 'p' is '2'"));  // a loop is no place for nonsense either
  CHECK(begins(refusal("follower,followed,p\na,b,0.5\na,c\n"), "edges:3: 2 fields, and the header has 3"));
  std::string many = "follower,followed,p\n";
  for (int i = 0; i < 100; ++i) many += fmt::format("a,b{},{}\n", i, i + 2);
  CHECK(std::ranges::count(refusal(many), '\n') == 9);
  CHECK(begins(refusal(many, {.piece = 64, .chances = "p"}), "edges:2: 'p' is '2'"));
}

TEST_CASE("a column that is not there is refused before the follows are read", "[graph][chance][formats][hostile]") {
  CHECK(begins(refusal("follower,followed,q\nbroken\n"),
               "edges:1: the header has the columns 'follower', 'followed', 'q'; expected 'p' once, beside those of "
               "follower and followee"));
  CHECK(begins(refusal("follower,followed,P\na,b,1\n"), "edges:1: the header"));
  CHECK(begins(refusal("follower,followed,p,p\na,b,1,1\n"), "edges:1: the header"));
  CHECK(begins(refusal("follower,followed,p\na,b,1\n", {.chances = "followed"}), "edges:1: the header"));
  CHECK(begins(
      refusal("1 2 0.5\n"),
      "edges:1: 'p' is to be read as a column, and '1', '2', '0.5' are not known names of columns; expected a header"));
  CHECK(begins(refusal("FromNode\tToNode\tp\n1\t2\t0.5\n"),
               "edges:1: 'p' is to be read as a column, and 'FromNode', 'ToNode', 'p' are not known"));
  CHECK(begins(refusal(""), "edges: holds no follows"));
  CHECK(begins(refusal("follower,followed,p\n"), "edges: holds no follows"));
  CHECK(begins(refusal("follower,followed,p\na,a,1\n"), "edges: holds no follows but 1 of users by themselves"));
}

TEST_CASE("other formats say that they have no column of probabilities", "[graph][chance][formats]") {
  const Folder folder;
  const auto refused = [&](const std::string& name, const std::string& text) {
    return message_of(folder, [&] { load_graph(folder.write(name, text), {.chances = "p"}); });
  };
  for (const auto& [name, text] : std::map<std::string, std::string>{
           {"g.mtx", "%%MatrixMarket matrix coordinate real general\n2 2 1\n1 2 0.5\n"},
           {"g.metis", "2 1 001\n2 1\n1 1\n"},
           {"g.graphml",
            "<graphml><graph edgedefault=\"directed\"><node id=\"a\"/><node id=\"b\"/><edge source=\"a\" "
            "target=\"b\"/></graph></graphml>"}})
    CHECK(begins(refused(name, text),
                 name + ": graph.chances has no meaning here: only an edge list with a header has a column for it"));
}

TEST_CASE("probabilities come back from a graph file and from every edge list that is written",
          "[graph][chance][file][write]") {
  const Folder folder;
  const std::vector<Line> lines = random_lines(300, 4'000, 6);
  const LoadedGraph before = loaded(text_of(lines));
  const GraphFileContent content{before.graph, before.accounts, "", before.chances};
  for (const std::string name : {"g.gvg", "g.csv", "g.tsv", "g.txt", "g.csv.gz", "g.txt.zst"}) {
    CAPTURE(name);
    write_graph(folder / name, content);
    const LoadedGraph again = load_graph(folder / name, {.chances = name == "g.gvg" ? "" : "probability"});
    CHECK(again.graph == before.graph);
    CHECK((again.chances == before.chances));
    CHECK(chances(again) == expected_of(lines));
  }
  CHECK(begins(folder.read("g.csv"), "follower,followee,probability\n"));
  write_graph(folder / "g.graphml", content);
  CHECK(load_graph(folder / "g.graphml").graph == before.graph);
  CHECK(begins(message_of(folder, [&] { load_graph(folder / "g.gvg", {.chances = "p"}); }),
               "g.gvg: graph.chances has no meaning here: a graph file holds the probabilities of its follows itself"));
  write_graph(folder / "plain.gvg", {before.graph, before.accounts});
  CHECK(load_graph(folder / "plain.gvg").chances.empty());
}

TEST_CASE("an id that a pair of follows has both ways keeps one probability each way", "[graph][chance][write]") {
  const Folder folder;
  const LoadedGraph before = loaded("follower,followed,p\n1,2,0.125\n2,1,0\n3,1,1\n");
  write_graph(folder / "g.txt", {before.graph, before.accounts, "", before.chances});
  std::istringstream text(folder.read("g.txt"));
  std::set<std::string> written_lines;
  for (std::string line; std::getline(text, line);) written_lines.insert(line);
  CHECK(written_lines == std::set<std::string>{"follower followee probability", "1 2 0.125", "2 1 0", "3 1 1"});
}

TEST_CASE("a part of a graph keeps the probabilities of its follows", "[graph][chance][sampling]") {
  const LoadedGraph whole = loaded(text_of(random_lines(300, 4'000, 7)));
  std::vector<UserId> some;
  for (std::size_t u = 0; u < whole.graph.user_count(); u += 3) some.push_back(user(u));
  LoadedGraph part;
  const Subgraph chosen = induced(whole.graph, some);
  part.graph = chosen.graph;
  part.chances = chances_within(chosen, whole.graph, whole.chances);
  for (const UserId original : chosen.original)
    part.accounts.outside_ids.push_back(whole.accounts.outside_ids[original.index()]);
  REQUIRE(part.graph.follow_count() > 100);
  const ChanceOf all = chances(whole), kept_ones = chances(part);
  CHECK(std::ranges::all_of(kept_ones, [&](const auto& entry) { return all.at(entry.first) == entry.second; }));
}
