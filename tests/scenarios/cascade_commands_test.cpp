#include <cmath>
#include <cstdlib>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tests/catch.hpp"
#include "tests/scenarios/shell.hpp"

// `grapevine cascades ...` as a shell sees it.

using namespace grapevine;
using test::contains;
using test::content;
using test::Shell;

namespace {

using Files = std::vector<std::string>;

/// x: r has the children a and b, a has c. y is a lone root.
const std::string trees = "cascade,node,parent,time_s\nx,c,a,130\ny,1,,7\nx,r,-1,100\nx,a,r,110\nx,b,r,\n";

/// The rows of a table by their first field, each by name of the column.
std::map<std::string, std::map<std::string, std::string>> table(const std::string& text) {
  const auto fields = [](const std::string& line) {
    std::vector<std::string> all(1);
    for (const char c : line)
      if (c == ',')
        all.emplace_back();
      else if (c != '\r')
        all.back() += c;
    return all;
  };
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, line);
  const std::vector<std::string> names = fields(line);
  std::map<std::string, std::map<std::string, std::string>> rows;
  while (std::getline(lines, line)) {
    const std::vector<std::string> values = fields(line);
    for (std::size_t i = 0; i < names.size(); ++i) rows[values.at(0)][names[i]] = values.at(i);
  }
  return rows;
}

/// The words of the line that begins with `label`, behind it.
std::string figures(const std::string& text, const std::string& label) {
  const std::size_t at = text.find("  " + label + "  ");
  if (at == std::string::npos) return "no such line";
  std::istringstream words(text.substr(at + label.size() + 2, text.find('\n', at) - at - label.size() - 2));
  std::string all, word;
  while (words >> word) all += (all.empty() ? "" : " ") + word;
  return all;
}

}  // namespace

TEST_CASE("recorded cascades are measured: a line a tree, and what they look like together", "[program][cascades]") {
  const Shell shell;
  shell.write("trees.csv", trees);
  REQUIRE(shell.call({"cascades", "stats", "trees.csv", "-o", "out.csv", "--quiet"}) == 0);
  CHECK(shell.err().empty());
  CHECK(shell.files() == Files{"out.csv", "trees.csv"});
  // x: a path of four with r and a inside, so 2 x 10 / 12; delays of a and c are 10 and 30 s.
  CHECK(content(shell.file("out.csv")) ==
        "cascade,size,depth,max_breadth,root_children,largest_broadcast,structural_virality,median_delay_s\n"
        "x,4,2,2,2,2,1.6666666666666667,20\n"
        "y,1,0,1,0,0,,\n");
  CHECK(contains(shell.out(), "Read    trees.csv: 6 lines, 2 trees, 5 nodes\n"));
  CHECK(figures(shell.out(), "size") == "1 2 2 3 4 4 4");  // 1 and 4: 1.3, 1.75, 2.5, 3.25, 3.7, 3.97, 4
  CHECK(figures(shell.out(), "adopters who are children of the root") == "0.667");
  CHECK(figures(shell.out(), "mean children of an adopter") == "0.333");
  CHECK(figures(shell.out(), "of these with structural virality below 3") == "missing");
  CHECK(contains(shell.out(), "Written to out.csv"));
}

TEST_CASE("without a file to write nothing is written, and times are left out on request", "[program][cascades]") {
  const Shell shell;
  shell.write("trees.csv", trees);
  REQUIRE(shell.call({"cascades", "stats", "trees.csv"}) == 0);
  CHECK(shell.files() == Files{"trees.csv"});
  REQUIRE(shell.call({"cascades", "stats", "trees.csv", "--no-time", "-o", "out.csv"}) == 0);
  CHECK(!contains(content(shell.file("out.csv")), "median"));
}

TEST_CASE("delays count from the root, times from its time, and the median's column keeps their unit",
          "[program][cascades]") {
  const Shell shell;
  const auto header_and_x = [&](const std::string& column, std::vector<std::string> more = {}) {
    shell.write("trees.csv", "cascade,node,parent," + column + "\nx,r,-1,3\nx,a,r,10\n");
    more.insert(more.begin(), {"cascades", "stats", "trees.csv", "-o", "out.csv", "--overwrite"});
    REQUIRE(shell.call(more) == 0);
    const std::string text = content(shell.file("out.csv"));
    const std::string head = text.substr(0, text.find('\n'));
    return head.substr(head.rfind(',') + 1) + " " + text.substr(text.rfind(',') + 1);
  };
  CHECK(header_and_x("time") == "median_delay 7\n");
  CHECK(header_and_x("delay_min") == "median_delay_min 10\n");
  CHECK(header_and_x("when", {"--time", "when"}) == "median_delay_when 7\n");
}

TEST_CASE("a median delay has the digits that its times have, and none that binary numbers leave behind",
          "[program][cascades]") {
  const auto median = [shell = Shell()](const std::string& root, const std::string& one, const std::string& other) {
    shell.write("trees.csv",
                fmt::format("cascade,node,parent,time\nx,r,-1,{}\nx,a,r,{}\nx,b,r,{}\n", root, one, other));
    REQUIRE(shell.call({"cascades", "stats", "trees.csv", "-o", "out.csv", "--overwrite"}) == 0);
    const std::string text = content(shell.file("out.csv"));
    return text.substr(text.rfind(',') + 1, text.size() - text.rfind(',') - 2);
  };
  CHECK(median("0.1", "0.3", "0.4") == "0.25");  // 0.30000000000000004 - 0.1 and the like
  CHECK(median("0.7", "6.8", "7.35") == "6.375");
  CHECK(median("1700000000", "1700000000.123", "1700000000.125") == "0.124");
  CHECK(median("0", "1e-7", "2e-7") == "1.5e-07");
  CHECK(median("5", "5", "5") == "0");
  CHECK(median("0", "3e300", "3e300") == "3e+300");
}

TEST_CASE("threads and packing change nothing of what is said of cascades", "[program][cascades][invariance]") {
  const Shell shell;
  std::string text = "cascade,node,parent\n";
  for (int c = 0; c < 300; ++c) {
    const std::string name = std::to_string(c);
    text += name + ",0,-1\n";
    for (int i = 1; i < c; ++i) text += name + "," + std::to_string(i) + "," + std::to_string(i * c % 7919 % i) + "\n";
  }
  shell.write("trees.csv", text);
  REQUIRE(shell.call({"cascades", "stats", "trees.csv", "-o", "one.csv", "--threads", "1"}) == 0);
  const std::string said = shell.out().substr(0, shell.out().find("Written"));
  REQUIRE(shell.call({"cascades", "stats", "trees.csv", "-o", "three.csv", "--threads", "3"}) == 0);
  CHECK(shell.out().substr(0, shell.out().find("Written")) == said);
  CHECK(content(shell.file("three.csv")) == content(shell.file("one.csv")));
  REQUIRE(shell.call({"cascades", "stats", "trees.csv", "-o", "packed.csv.gz"}) == 0);
  CHECK(content(shell.file("packed.csv.gz")).substr(0, 2) == "\x1f\x8b");
}

TEST_CASE("ids that hold commas or quotes are written so that they are read again", "[program][cascades]") {
  const Shell shell;
  shell.write("trees.csv", "cascade,node,parent\n\"a, \"\"b\"\"\",r,-1\n");
  REQUIRE(shell.call({"cascades", "stats", "trees.csv", "-o", "out.csv"}) == 0);
  CHECK(contains(content(shell.file("out.csv")), "\n\"a, \"\"b\"\"\",1,"));
}

TEST_CASE("a cascade command that cannot be done ends with status 2, its message and no file", "[program][cascades]") {
  struct Wrong {
    std::vector<std::string> words;
    std::string message;
  };
  const Shell shell;
  shell.write("trees.csv", trees);
  shell.write("broken.csv", "cascade,node,parent\nx,r,-1\nx,a,b\n");
  const Wrong wrong = GENERATE(values<Wrong>({
      {{"cascades"}, "grapevine cascades: "},
      {{"cascades", "draw"}, "grapevine cascades: 'draw' is not a command; expected stats; see "},
      {{"cascades", "stats"}, "grapevine cascades stats: TREES.csv is required"},
      {{"cascades", "stats", "none.csv", "-o", "x.csv"}, "none.csv: cannot be opened"},
      {{"cascades", "stats", "broken.csv", "-o", "x.csv"},
       "broken.csv:3: the parent of node 'a', 'b', is not a node of its cascade 'x'"},
      {{"cascades", "stats", "trees.csv", "-o", "trees.csv", "--overwrite"}, "trees.csv: this command reads it"},
      {{"cascades", "stats", "trees.csv", "-o", "broken.csv"}, "broken.csv: exists already; expected a new file"},
      {{"cascades", "stats", "trees.csv", "-o", "folder/x.csv"}, "folder/x.csv: there is no folder folder"},
      {{"cascades", "stats", "trees.csv", "--separator", ";;"}, "--separator is ';;'; expected one character"},
      {{"cascades", "stats", "trees.csv", "--columns", "cascade", "node"}, "grapevine cascades stats: "},
      {{"cascades", "stats", "trees.csv", "--columns", "story", "node", "parent"},
       "trees.csv:1: the header has the columns"},
      {{"cascades", "stats", "trees.csv", "--time", "when"}, "trees.csv:1: the header has the columns"},
      {{"cascades", "stats", "trees.csv", "--time", "time_s", "--no-time"}, "grapevine cascades stats: "},
  }));
  CAPTURE(wrong.words);
  CHECK(shell.call(wrong.words) == 2);
  CHECK(shell.err().rfind(wrong.message, 0) == 0);
  CHECK(shell.out().empty());
  CHECK(shell.files() == Files{"broken.csv", "trees.csv"});
}

TEST_CASE("all Twitter15 trees have the metrics and figures published beside them (needs GRAPEVINE_DATA)",
          "[program][cascades][data][experiment-1]") {
  const char* data = std::getenv("GRAPEVINE_DATA");
  if (data == nullptr) {
    WARN("skipped: Twitter15 trees against twitter15_cascades.csv; GRAPEVINE_DATA names no folder");
    return;
  }
  const Shell shell;
  REQUIRE(shell.call({"cascades", "stats", std::string(data) + "/twitter15_trees.csv.gz", "-o", "out.csv"}) == 0);
  const auto found = table(content(shell.file("out.csv"))),
             published = table(content(std::string(data) + "/twitter15_cascades.csv"));
  REQUIRE(published.size() == 1'490);
  REQUIRE(found.size() == published.size());
  for (const auto& [cascade, expected] : published) {
    CAPTURE(cascade);
    const auto& row = found.at(cascade);
    for (const char* column : {"size", "depth", "max_breadth", "root_children", "largest_broadcast"})
      REQUIRE(row.at(column) == expected.at(column));
    const double difference = std::stod(row.at("structural_virality")) - std::stod(expected.at("structural_virality"));
    REQUIRE(std::abs(difference) <= 0.5001e-4);  // published with 4 decimals
  }
  // The figures of the data's README, to its digits.
  CHECK(contains(shell.out(), "1490 trees, 599196 nodes"));
  CHECK(contains(shell.out(), "10 %  25 %  50 %  75 %  90 %  99 %  100 %"));
  CHECK(figures(shell.out(), "size") == "118 149 260 464 829 2377 2990");
  CHECK(figures(shell.out(), "depth") == "2 3 3 4 6 9 12");
  CHECK(figures(shell.out(), "structural virality (large)").rfind("2.07 2.16 2.34 2.68 3.15 ", 0) == 0);
  CHECK(figures(shell.out(), "of these with structural virality below 3") == "0.863");
  CHECK(figures(shell.out(), "correlation of log size with log structural virality (large)") == "0.175");
  CHECK(figures(shell.out(), "adopters who are children of the root") == "0.760");
  CHECK(figures(shell.out(), "mean children of an adopter") == "0.240");
}

TEST_CASE("lists that do not say who has a post from whom give sizes and delays", "[program][cascades]") {
  const Shell shell;
  shell.write("list.csv", "story,user,time\na,u1,30\na,u2,10\na,u3,12\nb,u1,5\n");
  REQUIRE(shell.call(
              {"cascades", "stats", "list.csv", "--no-parents", "--columns", "story", "user", "-o", "out.csv"}) == 0);
  CHECK(content(shell.file("out.csv")) == "cascade,size,median_delay\na,3,11\nb,1,\n");  // 2 and 20 after the first
  CHECK(contains(shell.out(), "4 lines, 2 cascades, 4 nodes") == false);                 // the header is a line, too
  CHECK(contains(shell.out(), "5 lines, 2 cascades, 4 nodes"));
  CHECK(figures(shell.out(), "depth") == "no such line");
  CHECK(shell.call({"cascades", "stats", "list.csv"}) == 2);
  CHECK(contains(shell.err(), "--no-parents"));
  CHECK(shell.call({"cascades", "stats", "list.csv", "--columns", "story", "user"}) == 2);
  CHECK(contains(shell.err(), "expected CASCADE NODE PARENT"));
  shell.write("twice.csv", "cascade,node\na,u1\na,u1\n");
  CHECK(shell.call({"cascades", "stats", "twice.csv", "--no-parents"}) == 2);
  CHECK(contains(shell.err(), "twice.csv:3"));
}

TEST_CASE("the tail of sizes is that of the law that they were drawn from", "[program][cascades]") {
  // P(size >= n) = n^-1.5, an exponent of 2.5, at the midpoints of 4 000 equal parts: 0.1 % have 100 nodes or more.
  const Shell shell;
  std::string text = "cascade,node\n";
  constexpr int cascades = 4'000;
  int large = 0;
  for (int c = 0; c < cascades; ++c) {
    const int size = static_cast<int>(std::pow((c + 0.5) / cascades, -1 / 1.5));
    large += size >= 100;
    for (int i = 0; i < size; ++i) text += std::to_string(c) + "," + std::to_string(i) + "\n";
  }
  shell.write("list.csv", text);
  REQUIRE(shell.call({"cascades", "stats", "list.csv", "--no-parents"}) == 0);
  CHECK(figures(shell.out(), "P(size >= 100)") == (large == 4 ? "0.001" : "?"));
  // floor() of a continuous law is a discrete one in the tail only, and a tail of n cascades tells the exponent up to
  // 1.5 / sqrt(n).
  const double exponent = std::stod(figures(shell.out(), "power-law exponent of the tail of sizes"));
  const double in_tail = std::stod(figures(shell.out(), "cascades in the tail"));
  REQUIRE(in_tail >= 50);
  CHECK(std::abs(exponent - 2.5) < 3 * 1.5 / std::sqrt(in_tail));
}
