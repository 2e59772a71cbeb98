#include <algorithm>
#include <random>
#include <set>

#include "graph/base/parallel.hpp"
#include "graph/formats/edge_list.hpp"
#include "graph/formats/text_source.hpp"
#include "tests/catch.hpp"
#include "tests/graph/graph_files.hpp"

// Edge lists that are read in pieces, side by side, against the same lists read in order: nothing but time may differ.

using namespace grapevine;
using namespace grapevine::test;

namespace {

constexpr std::size_t in_order = SIZE_MAX;

std::string outcome_of(const Folder& folder, const std::string& text, EdgeListOptions options, std::size_t piece) {
  options.piece = piece;
  return outcome(folder, [&] { return load_edge_list(folder.write("edges", text), options); });
}

/// Lists whose lines are unusual in every way that is allowed.
const std::vector<std::pair<std::string, EdgeListOptions>> sound_lists = {
    {"1 2\n2 3\n3 1\n4 1\n5 1\n", {}},
    {"# a comment\n10\t20\n\n20\t30\r\n% another\n  30   10 0.5 x\n07 7\n007\t10\n+1 -1\n4294967296 "
     "18446744073709551616\n2147483647 2147483648\n99999999 100000000\n0 00\n12345678 1\n0 1",
     {}},
    {"a b\nc d\n1 b\nb 1\nb 2\n2 b\n b  3 \n", {}},
    {"follower,followed\n1,2\n2,3\n 3 , 1 \n4,1,\"x\"\n5,\"1\"\r\n\"6\",1\n\"a,b\",1\n\"two\nlines\",7\n\"say "
     "\"\"hi\"\"\",8\n9,10,11,12\n\n#1,2\n",
     {}},
    {"followed;follower\n1;2\n2;3\n3;1\nann;bob\n", {}},
    {"x\tfrom\tto\n-\t1\t2\n-\t2\t3\n-\t3\t1\n", {}},
    {"u,v\n1,2\n2,1\n3,3\n4,1\n", {.undirected = true}},
    {"1|2\n2|3\n3|ann\n", {.separator = '|'}},
    {"1 2\n2 3\n3 1\n4 1\n", {.reversed = true}},
    {"1,2\n2,3\n3,1\n", {.reversed = true, .separator = ','}},
    {"1\t2\n2\t3\n#3\t1\n4\t\n", {.separator = '\t'}},
    {"5 5\n5 5\n1 2\n1 2\n1 2\n2 2\n", {}},
};

}  // namespace

TEST_CASE("pieces of any length, packed or not, give what reading in order gives", "[graph][formats][pieces]") {
  const Folder folder;
  for (const auto& [text, options] : sound_lists) {
    CAPTURE(text);
    const std::string expected = outcome_of(folder, text, options, in_order);
    for (const std::size_t piece : {1, 3, 8, 40})
      for (const std::string& file : {text, gzipped(text), zstd_packed(text)}) {
        CAPTURE(piece);
        CHECK(outcome_of(folder, file, options, piece) == expected);
      }
  }
}

TEST_CASE("damaged lists in pieces give what they give in order, by message and line", "[graph][formats][pieces]") {
  const Folder folder;
  std::mt19937 engine(1);
  const std::string signs = "\n\n\r \t,;|\"#%-0019ax\xef";
  std::size_t refused = 0, read = 0;
  for (int round = 0; round < 600; ++round) {
    const auto& [sound, options] = sound_lists[engine() % sound_lists.size()];
    std::string text = sound;
    for (std::size_t changes = 1 + engine() % 4; changes > 0; --changes) {
      const std::size_t at = engine() % text.size();
      switch (engine() % 4) {
        case 0:
          text[at] = signs[engine() % signs.size()];
          break;
        case 1:
          text.insert(at, 1, signs[engine() % signs.size()]);
          break;
        case 2:
          text.erase(at, 1 + engine() % 3);
          break;
        default:
          text.insert(at, text.substr(engine() % text.size(), 1 + engine() % 20));
          break;
      }
      if (text.empty()) text = "\n";
    }
    CAPTURE(text);
    const std::string expected = outcome_of(folder, text, options, in_order);
    (begins(expected, "edges") ? refused : read) += 1;
    REQUIRE(outcome_of(folder, text, options, 1 + engine() % 60) == expected);
  }
  CHECK(refused > 100);
  CHECK(read > 80);
}

TEST_CASE("ids are texts, whatever numbers they look like", "[graph][formats][pieces]") {
  const Folder folder;
  const std::string text =
      "0 00\n-1 +1\n4294967295 4294967296\n18446744073709551616 2147483648\n1e3 0x10\n2147483647 1.0\n";
  for (const std::size_t piece : {std::size_t{4}, in_order}) {
    const LoadedGraph loaded = load_edge_list(folder.write("edges", text), {.piece = piece});
    CHECK(follows(loaded) == Pairs{{"0", "00"},
                                   {"-1", "+1"},
                                   {"4294967295", "4294967296"},
                                   {"18446744073709551616", "2147483648"},
                                   {"1e3", "0x10"},
                                   {"2147483647", "1.0"}});
  }
}

TEST_CASE("few ids that lie far apart take no table of all numbers between them", "[graph][formats][pieces]") {
  const Folder folder;
  std::mt19937_64 engine(2);
  std::string text;
  Pairs expected;
  for (int i = 0; i < 500; ++i) {
    const std::string a = fmt::format("{}", engine() % 2'147'483'647), b = fmt::format("{}", engine() % 5'000'000'000);
    text += a + " " + b + "\n";
    expected.insert({a, b});
  }
  CHECK(follows(load_edge_list(folder.write("edges", text), {.piece = 100})) == expected);
}

TEST_CASE("the users of a list are the numbers that stand in it, however many lie between them",
          "[graph][formats][pieces]") {
  const Folder folder;
  const std::uint64_t step =
      GENERATE(1, 3, 5, 40);  // from numbers that serve as they are to those of which few are users
  std::mt19937_64 engine(3);
  std::string text;
  Pairs expected;
  std::set<std::string> users;
  for (int i = 0; i < 4'000; ++i) {
    const std::string a = fmt::format("{}", step * (engine() % 1'000)),
                      b = fmt::format("{}", step * (engine() % 1'000));
    if (a == b) continue;
    text += a + " " + b + "\n";
    expected.insert({a, b});
    users.insert({a, b});
  }
  const LoadedGraph loaded = load_edge_list(folder.write("edges", text), {.piece = 1'000});
  CHECK(follows(loaded) == expected);
  CHECK(loaded.graph.user_count() == users.size());
  CHECK(std::set<std::string>(loaded.accounts.outside_ids.begin(), loaded.accounts.outside_ids.end()) == users);
  CHECK(loaded.report.isolated == 0);
}

TEST_CASE("repetitions do not count as followers, however often a line stands", "[graph][formats][pieces]") {
  const Folder folder;
  // By lines 1 has five followers and 2 has three; by users 2 has three and 1 has one.
  const std::string text = "9 1\n9 1\n9 1\n9 1\n9 1\n7 2\n8 2\n9 2\n1 1\n";
  const LoadedGraph loaded = load_edge_list(folder.write("edges", text), {.piece = 6});
  CHECK(loaded.accounts.outside_ids[0] == "2");
  CHECK(loaded.accounts.outside_ids[1] == "1");
  CHECK(loaded.graph.follower_count(user(0)) == 3);
  CHECK(loaded.report.duplicates == 4);
  CHECK(loaded.report.self_loops == 1);
  CHECK(loaded.report.pairs == 9);
}

TEST_CASE("a table of accounts holds for lists in pieces too", "[graph][formats][pieces]") {
  const Folder folder;
  const auto accounts = folder.write("accounts.csv", "id,key\n3,x\n2,y\n1,z\nann,w\n");
  const EdgeListOptions options{.accounts = accounts};
  for (const std::string text : {"1 2\n2 1\n1 ann\n1 2\n", "1 2\n2 1\n1 4\nbob 2\n1 2\n"})
    CHECK(outcome_of(folder, text, options, 5) == outcome_of(folder, text, options, in_order));
  CHECK(begins(outcome_of(folder, "1 2\n2 1\n1 4\nbob 2\n1 2\n", options, 5),
               "edges:3: account '4' is not in accounts.csv"));
}

TEST_CASE("zstd that breaks off, is damaged or followed by other bytes is refused", "[graph][formats][hostile]") {
  const Folder folder;
  std::string text;
  for (int i = 0; i < 3'000; ++i) text += fmt::format("{} {}\n", i, i * 7919 % 3'001);
  const auto refused = [&](const std::string& bytes) {
    const std::string message = outcome_of(folder, bytes, {}, 1'000);
    CHECK(message == outcome_of(folder, bytes, {}, in_order));
    return message;
  };
  for (const bool checksum : {true, false}) {  // a frame without a checksum still has its end mark
    const std::string whole = zstd_packed(text, checksum);
    CHECK(begins(refused(whole), "3000 lines"));
    CHECK(begins(refused(whole + whole), "6000 lines"));
    for (const std::size_t left : {whole.size() - 1, whole.size() / 2, std::size_t{9}, std::size_t{5}, std::size_t{4}})
      CHECK(begins(refused(whole.substr(0, left)), "edges: the zstd stream breaks off"));
    CHECK(begins(refused(whole + "more"), "edges: the zstd stream is damaged"));
  }
  std::string damaged = zstd_packed(text);
  damaged.back() = static_cast<char>(damaged.back() ^ 1);
  CHECK(begins(refused(damaged), "edges: the zstd stream is damaged"));
}

TEST_CASE("a long text without line ends is refused before it fills the memory", "[graph][formats][hostile]") {
  const Folder folder;
  // Two gibibytes that take no room: zero bytes on a disk, ones in a packed file.
  const auto sparse = folder.write("edges", "1 2\n");
  std::filesystem::resize_file(sparse, std::uintmax_t{1} << 31);
  CHECK(begins(message_of(folder, [&] { load_edge_list(sparse); }), "edges: holds zero bytes"));
  const std::string ones(std::size_t{1} << 24, '1');
  std::string members = gzipped("1 2\n2 3\n");
  const std::string member = gzipped(ones);
  for (int i = 0; i < 64; ++i) members += member;
  CHECK(begins(message_of(folder, [&] { load_edge_list(folder.write("edges", members)); }),
               "edges:3: the line is longer than 1048576 bytes"));
  CHECK(begins(outcome_of(folder, "1 2\n" + ones + " 2\n3 4\n", {}, 1 << 19),
               "edges:2: the line is longer than 1048576 bytes"));
}

TEST_CASE("comments without end are counted, and no follows", "[graph][formats][hostile]") {
  const Folder folder;
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += "# nothing\n";
  CHECK(begins(outcome_of(folder, text, {}, 1'000), "edges: holds no follows"));
  CHECK(begins(outcome_of(folder, gzipped(text), {}, 1'000), "edges: holds no follows"));
  CHECK(begins(outcome_of(folder, text + "1 2\n", {}, 1'000), "200001 lines, 200000 comments, 1 pairs, 1 follows"));
}

TEST_CASE("lists of nothing but loops and repetitions say so", "[graph][formats][hostile]") {
  const Folder folder;
  CHECK(begins(outcome_of(folder, "1 1\n2 2\n1 1\n3 3\n", {}, 4),
               "edges: holds no follows but 4 of users by themselves"));
  CHECK(begins(outcome_of(folder, "1 2\n1 2\n1 2\n1 1\n", {}, 4),
               "4 lines, 0 comments, 4 pairs, 1 follows, 1 loops, 2 duplicates, 2 users"));
}

TEST_CASE("a byte-order mark, line ends of two bytes and a last line without one make no difference",
          "[graph][formats][hostile]") {
  const Folder folder;
  const std::string expected = outcome_of(folder, "1 2\n2 3\n", {}, in_order);
  for (const std::string text : {"\xef\xbb\xbf"
                                 "1 2\n2 3\n",
                                 "1 2\r\n2 3\r\n", "1 2\n2 3",
                                 "\xef\xbb\xbf"
                                 "1 2\r\n2 3"})
    for (const std::size_t piece : {std::size_t{1}, std::size_t{4}, in_order}) {
      CHECK(outcome_of(folder, text, {}, piece) == expected);
      CHECK(outcome_of(folder, zstd_packed(text), {}, piece) == expected);
    }
}

TEST_CASE("a separator that ids may hold is refused", "[graph][formats]") {
  const Folder folder;
  for (const char sign : {'1', 'a', '"', '-', '#', '\n', '.'})
    CHECK(outcome_of(folder, "1 2\n", {.separator = sign}, in_order).find("the separator given is") !=
          std::string::npos);
}
