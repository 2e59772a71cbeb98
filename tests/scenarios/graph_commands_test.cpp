#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "graph/formats/load_graph.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/shell.hpp"

// `grapevine graph ...` as a shell sees it.

using namespace grapevine;
using test::contains;
using test::content;
using test::Shell;

namespace {

/// Three accounts follow c, c follows a back, d is followed by nobody and follows nobody else than itself.
const std::string follows = "follower,followed\na,c\nb,c\ne,c\nc,a\na,c\nd,d\n";

const std::string platform_world = R"(format = 1
seed = 5
graph = {model = "platform", users = 3_000, communities = 4, mean_followees = 20, largest = 500}
plant = [{name = "stars", accounts = 2, followers = [100, 200]}]
)";

using Files = std::vector<std::string>;
namespace fs = std::filesystem;

}  // namespace

TEST_CASE("an imported graph is exported as it was, without what was dropped", "[program][graph]") {
  const Shell shell;
  shell.write("follows.csv", follows);
  REQUIRE(shell.call({"graph", "import", "follows.csv", "-o", "mine.gvg", "--quiet"}) == 0);
  CHECK(shell.err().empty());
  CHECK(contains(shell.out(), "5 users, 4 follows, reciprocity 0.500"));
  CHECK(contains(shell.out(), "the largest user, 'c', has 3 followers"));
  CHECK(contains(shell.out(), "7 lines, 6 follows; dropped 1 repetition, 1 of oneself and 0 lines of comment"));
  REQUIRE(shell.call({"graph", "export", "mine.gvg", "-o", "again.csv", "--accounts-out", "accounts.csv"}) == 0);
  CHECK(content(shell.file("again.csv")) == "follower,followee\nc,a\na,c\nb,c\ne,c\n");
  CHECK(contains(content(shell.file("accounts.csv")), "\nd,0\n"));
  REQUIRE(shell.call({"graph", "export", "mine.gvg", "-o", "lost.csv"}) == 0);
  CHECK(contains(shell.out(), "1 isolated users are left out"));
}

TEST_CASE("columns of the table of accounts go through import and sample, and text leaves them out",
          "[program][graph]") {
  const Shell shell;
  shell.write("follows.csv", follows);
  shell.write("accounts.csv", "id,score,colour\na,2.5,red\nb,,red\nc,7,blue\nd,1,blue\ne,0,blue\n");
  REQUIRE(shell.call({"graph", "import", "follows.csv", "--accounts", "accounts.csv", "-o", "none.gvg"}) == 0);
  CHECK(
      contains(shell.out(), "not used: score, colour; graph.attributes (graph import and graph sample: --attributes)"));
  REQUIRE(shell.call({"graph", "import", "follows.csv", "--accounts", "accounts.csv", "--attributes", "score", "-o",
                      "mine.gvg"}) == 0);
  CHECK(load_graph(shell.file("mine.gvg"), {}).accounts.attribute("score")[0] == 7);  // c, who has most followers
  REQUIRE(shell.call({"graph", "sample", "mine.gvg", "--users", "5", "-o", "all.gvg"}) == 0);
  CHECK(load_graph(shell.file("all.gvg"), {}).accounts.attribute("score").size() == 5);
  REQUIRE(shell.call({"graph", "export", "mine.gvg", "-o", "again.csv"}) == 0);
  CHECK(contains(shell.out(), "planted accounts and attributes are left out; a graph file (.gvg) keeps them"));
  CHECK(shell.call({"graph", "import", "follows.csv", "--attributes", "score", "-o", "no.gvg"}) == 2);
  CHECK(contains(shell.err(), "--attributes without --accounts"));
  CHECK(shell.call({"graph", "import", "follows.csv", "--accounts", "accounts.csv", "--attributes", "colour", "-o",
                    "no.gvg"}) == 2);
  CHECK(contains(shell.err(), "the colour is 'red'; expected a number, or nothing"));
}

TEST_CASE("a column of probabilities goes through import, sample and export", "[program][graph][chance]") {
  const Shell shell;
  shell.write("follows.csv", "from,to,weight\n1,3,0.5\n2,3,0.25\n4,3,1\n3,1,0\n");
  REQUIRE(shell.call({"graph", "import", "follows.csv", "-o", "mine.gvg", "--chances", "weight"}) == 0);
  REQUIRE(shell.call({"graph", "export", "mine.gvg", "-o", "again.csv"}) == 0);
  CHECK(content(shell.file("again.csv")) == "follower,followee,probability\n3,1,0\n1,3,0.5\n4,3,1\n2,3,0.25\n");
  REQUIRE(shell.call({"graph", "sample", "mine.gvg", "--users", "4", "-o", "all.csv"}) == 0);
  CHECK(content(shell.file("all.csv")) == content(shell.file("again.csv")));
  shell.write("world.toml", "format = 1\nseed = 1\ngraph = {file = \"follows.csv\", chances = \"weight\"}\n");
  REQUIRE(shell.call({"graph", "generate", "world.toml", "-o", "world.csv"}) == 0);
  CHECK(content(shell.file("world.csv")) == content(shell.file("again.csv")));
  REQUIRE(shell.call({"graph", "export", "mine.gvg", "-o", "mine.graphml"}) == 0);
  CHECK(contains(shell.out(), "probabilities of follows are left out; an edge list or a graph file (.gvg) keeps them"));
  CHECK(shell.call({"graph", "import", "follows.csv", "-o", "other.gvg", "--chances", "p"}) == 2);
  CHECK(contains(shell.err(), "follows.csv:1: the header has the columns 'from', 'to', 'weight'; expected 'p' once"));
}

TEST_CASE("how long a tail must be is an option", "[program][graph]") {
  const Shell shell;
  shell.write("follows.csv", follows);
  const auto exponent = [&](std::vector<std::string> options) {  // of followers: two users have 1 and 3
    options.insert(options.begin(), {"graph", "stats", "follows.csv"});
    REQUIRE(shell.call(options) == 0);
    const std::string text = shell.out();
    const std::size_t at = text.find("power-law exponent", text.find("Followers\n")), end = text.find('\n', at);
    return text.substr(text.rfind(' ', end) + 1, end - text.rfind(' ', end) - 1);
  };
  CHECK(exponent({}) == "-");
  CHECK(exponent({"--least-tail", "3"}) == "-");
  CHECK(std::stod(exponent({"--least-tail", "2"})) > 1);
}

TEST_CASE("the way a list is to be read decides what is imported", "[program][graph]") {
  const Shell shell;
  shell.write("pairs.txt", "x;y\nx;z\n");
  const auto exported = [&](std::vector<std::string> options) {
    options.insert(options.begin(),
                   {"graph", "export", "pairs.txt", "-o", "out.csv", "--overwrite", "--separator", ";"});
    REQUIRE(shell.call(options) == 0);
    return content(shell.file("out.csv"));
  };
  shell.write("pairs.txt", "1;2\n1;3\n");
  CHECK(exported({}) == "follower,followee\n1,2\n1,3\n");
  CHECK(exported({"--reversed"}) == "follower,followee\n2,1\n3,1\n");
  CHECK(test::lines(exported({"--undirected"})) == 5);
}

TEST_CASE("a generated graph is the one that a study of the same scenario runs on", "[program][graph]") {
  const Shell shell;
  shell.write("world.toml", platform_world);
  REQUIRE(shell.call({"graph", "generate", "world.toml", "-o", "world.gvg"}) == 0);
  CHECK(contains(shell.out(), "3000 users"));
  REQUIRE(shell.call({"check", "world.toml"}) == 0);
  const std::string checked = shell.out();
  const std::size_t at = checked.find("3000 users");
  REQUIRE(at != std::string::npos);
  const std::string facts = checked.substr(at, checked.find('\n', at) - at);
  REQUIRE(shell.call({"graph", "import", "world.gvg", "-o", "copy.gvg"}) == 0);
  CHECK(contains(shell.out(), facts));
  CHECK(content(shell.file("copy.gvg")) == content(shell.file("world.gvg")));
}

TEST_CASE("threads, and generating twice, change no byte of a graph file; another replicate is another graph",
          "[program][graph][invariance]") {
  const Shell shell;
  shell.write("world.toml", platform_world);
  const auto generated = [&](std::vector<std::string> options) {
    options.insert(options.begin(), {"graph", "generate", "world.toml", "-o", "g.gvg", "--overwrite"});
    REQUIRE(shell.call(options) == 0);
    return content(shell.file("g.gvg"));
  };
  const std::string alone = generated({"--threads", "1"});
  CHECK((generated({"--threads", "3"}) == alone));
  CHECK((generated({"--replicate", "1"}) != alone));
}

TEST_CASE("a sample keeps ids, and says whose part it is", "[program][graph]") {
  const Shell shell;
  shell.write("world.toml", platform_world);
  REQUIRE(shell.call({"graph", "generate", "world.toml", "-o", "world.gvg"}) == 0);
  const std::string method = GENERATE("users", "forest-fire", "snowball");
  REQUIRE(shell.call({"graph", "sample", "world.gvg", "--users", "100", "--method", method, "-o", "part.gvg"}) == 0);
  CHECK(contains(shell.out(), "Graph   100 users"));
  REQUIRE(shell.call({"graph", "stats", "part.gvg"}) == 0);
  CHECK(contains(shell.out(), "within communities"));
}

TEST_CASE("what an edge list cannot hold is said", "[program][graph]") {
  const Shell shell;
  shell.write("world.toml", platform_world);
  REQUIRE(shell.call({"graph", "generate", "world.toml", "-o", "world.csv", "--accounts-out", "accounts.csv"}) == 0);
  CHECK(contains(shell.out(), "who is active, communities, planted accounts and attributes are left out"));
  CHECK(contains(shell.out(), "all accounts in accounts.csv"));
  REQUIRE(shell.call({"graph", "stats", "world.csv", "--accounts", "accounts.csv"}) == 0);
  CHECK(contains(shell.out(), "3000"));
}

TEST_CASE("a sample of sources is taken where one is asked for, also of a small graph", "[program][graph]") {
  const Shell shell;
  shell.write("world.toml", platform_world);
  REQUIRE(shell.call({"graph", "generate", "world.toml", "-o", "world.gvg"}) == 0);
  REQUIRE(shell.call({"graph", "stats", "world.gvg", "--sample", "100"}) == 0);
  CHECK(contains(shell.out(), "100 users sampled"));
  REQUIRE(shell.call({"graph", "stats", "world.gvg"}) == 0);
  CHECK(!contains(shell.out(), "users sampled"));
}

TEST_CASE("keys of accounts outlive a graph that is loaded and written again", "[program][graph]") {
  const Shell shell;
  shell.write("follows.csv", follows);
  shell.write("accounts.csv", "id,key\na,k1\nb,k2\nc,k3\nd,k4\ne,k5\n");
  shell.write("loaded.toml", "format = 1\nseed = 1\n[graph]\nfile = \"follows.csv\"\naccounts = \"accounts.csv\"\n");
  REQUIRE(shell.call({"graph", "generate", "loaded.toml", "-o", "generated.gvg"}) == 0);
  REQUIRE(shell.call({"graph", "import", "follows.csv", "--accounts", "accounts.csv", "-o", "imported.gvg"}) == 0);
  REQUIRE(shell.call({"graph", "sample", "generated.gvg", "--users", "5", "-o", "one.gvg", "--quiet"}) == 0);
  REQUIRE(shell.call({"graph", "sample", "imported.gvg", "--users", "5", "-o", "two.gvg", "--quiet"}) == 0);
  CHECK(fs::file_size(shell.file("one.gvg")) == fs::file_size(shell.file("two.gvg")));
}

TEST_CASE("statistics are printed, and written where a file is named", "[program][graph]") {
  const Shell shell;
  shell.write("follows.csv", follows);
  REQUIRE(shell.call({"graph", "stats", "follows.csv", "-o", "statistics.h5"}) == 0);
  CHECK(contains(shell.out(), "reciprocity"));
  CHECK(contains(shell.out(), "Written to statistics.h5"));
  CHECK(shell.files() == Files{"follows.csv", "statistics.h5"});
}

TEST_CASE("one of anything is told in the singular", "[program][graph]") {
  const Shell shell;
  shell.write("one.csv", "follower,followed\na,b\na,b\na,a\n");
  REQUIRE(shell.call({"graph", "import", "one.csv", "-o", "one.gvg"}) == 0);
  CHECK(contains(shell.out(), "2 users, 1 follow, "));
  CHECK(contains(shell.out(), "has 1 follower\n"));
  CHECK(contains(shell.out(), "dropped 1 repetition, 1 of oneself"));
  shell.write("one.mtx", "%%MatrixMarket matrix coordinate pattern general\n1 2 1\n");
  CHECK(shell.call({"graph", "stats", "one.mtx"}) == 2);
  CHECK(contains(shell.err(), "the matrix has 1 row and 2 columns; "));
  shell.write("one.metis", "2 1\n2\n");
  CHECK(shell.call({"graph", "stats", "one.metis", "--format", "metis"}) == 2);
  CHECK(contains(shell.err(), "the header counts 2 vertices, but 1 line follows; "));
}

TEST_CASE("a signal ends a long measurement at once and leaves nothing half-written", "[program][graph]") {
  const int signal = GENERATE(SIGTERM, SIGALRM);
  const Shell shell;
  std::string follows = "follower,followed\n";  // a ring with chords: exact distances take minutes
  for (std::uint64_t i = 0; i < 150'000; ++i)
    follows += fmt::format("{0},{1}\n{0},{2}\n", i, (i + 1) % 150'000, i * i % 149'993);
  shell.write("follows.csv", follows);
  const pid_t measuring = shell.start({"graph", "stats", "follows.csv", "--exact", "-o", "out.h5", "--quiet"});
  for (int i = 0; i < 2'000 && shell.files().size() == 1; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  CHECK(shell.files().size() == 2);
  std::this_thread::sleep_for(std::chrono::seconds(1));
  const auto asked = std::chrono::steady_clock::now();
  ::kill(measuring, signal);
  CHECK(Shell::wait(measuring) == 128 + signal);
  CHECK(std::chrono::steady_clock::now() - asked < std::chrono::seconds(5));
  CHECK(shell.err() == fmt::format("\ngrapevine: stopped by signal {}; nothing was written\n", signal));
  CHECK(shell.files() == std::vector<std::string>{"follows.csv"});
}

TEST_CASE("a graph command that cannot be done ends with status 2, its message and no file", "[program][graph]") {
  struct Wrong {
    std::vector<std::string> words;
    std::string message;
  };
  const Shell shell;
  shell.write("follows.csv", follows);
  shell.write("world.toml", platform_world);
  const Wrong wrong = GENERATE(values<Wrong>({
      {{"graph"}, "grapevine graph: "},
      {{"graph", "draw"},
       "grapevine graph: 'draw' is not a command; expected generate, import, export, stats or sample"},
      {{"graph", "stats"}, "grapevine graph stats: "},
      {{"graph", "import", "follows.csv"},
       "grapevine graph import follows.csv: no file to write is named; expected -o FILE; for example `grapevine graph "
       "import follows.csv "
       "-o follows.gvg`"},
      {{"graph", "import", "none.csv", "-o", "x.gvg"}, "none.csv: "},
      {{"graph", "import", "follows.csv", "-o", "x.csv"},
       "x.csv: import makes graph files; expected a name that ends in .gvg"},
      {{"graph", "export", "follows.csv", "-o", "x.gvg"}, "x.gvg: export makes text"},
      {{"graph", "export", "follows.csv", "-o", "follows.csv"}, "follows.csv: this command reads it"},
      {{"graph", "export", "follows.csv", "-o", "x.graphml", "--accounts-out", "a.csv"},
       "a.csv: GraphML holds all accounts itself"},
      {{"graph", "export", "follows.csv", "-o", "x.csv", "--accounts-out", "./x.csv"},
       "./x.csv: named twice by this command"},
      {{"graph", "stats", "follows.csv", "-o", "follows.csv", "--overwrite"}, "follows.csv: this command reads it"},
      {{"graph", "stats", "follows.csv", "-o", "/dev/null", "--overwrite"}, "/dev/null: not an ordinary file"},
      {{"graph", "sample", "follows.csv", "--users", "2", "--forward", "0.5", "-o", "x.gvg"},
       "--forward and --backward have no meaning with --method users"},
      {{"graph", "export", "follows.csv", "-o", "x.mtx"}, "x.mtx: a Matrix Market file is not written"},
      {{"graph", "stats", "follows.csv", "--format", "latin"}, "grapevine graph stats: --format"},
      {{"graph", "stats", "follows.csv", "--columns", "follower"}, "grapevine graph stats: "},
      {{"graph", "stats", "follows.csv", "--columns", "u", "v"}, "follows.csv:1: the header has the columns"},
      {{"graph", "stats", "follows.csv", "--separator", ";;"}, "--separator is ';;'; expected one character"},
      {{"graph", "stats", "follows.csv", "--sample", "0"}, "grapevine graph stats: --sample"},
      {{"graph", "stats", "follows.csv", "--least-tail", "1"}, "grapevine graph stats: --least-tail"},
      {{"graph", "sample", "follows.csv", "-o", "x.gvg"}, "grapevine graph sample: --users is required"},
      {{"graph", "sample", "follows.csv", "--users", "6", "-o", "x.gvg"},
       "--users is 6; expected at most 5, the users of follows.csv"},
      {{"graph", "sample", "follows.csv", "--users", "3", "--method", "forest-fire", "--forward", "1", "-o", "x.gvg"},
       "forward is 1; expected a chance"},
      {{"graph", "generate", "world.toml", "-o", "x.gvg", "--replicate", "7000"},
       "--replicate is 7000; expected 0 to "},
      {{"graph", "generate", "world.toml", "-o", "x.gvg", "--set", "graph.users=0"},
       "--set graph.users: graph.users is 0"},
  }));
  CAPTURE(wrong.words);
  CHECK(shell.call(wrong.words) == 2);
  CHECK(shell.err().rfind(wrong.message, 0) == 0);
  CHECK(shell.out().empty());
  CHECK(shell.files() == Files{"follows.csv", "world.toml"});
  INFO(shell.err());
}
