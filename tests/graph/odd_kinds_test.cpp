#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <thread>

#include "graph/formats/load_graph.hpp"
#include "tests/catch.hpp"
#include "tests/graph/said_of_files.hpp"

/// More files that are not what they are taken for. Each is refused in one message that says where, what and what to
/// do, or read with a note; what is advised is tried.
using namespace grapevine;
using namespace grapevine::test;

namespace {

std::string notes(const std::string& text, const LoadOptions& options = {}) {
  const Folder folder;
  std::string all;
  for (const std::string& note : load_graph(folder.write("list.txt", text), options).report.notes) all += note + "\n";
  return all;
}

}  // namespace

TEST_CASE("files of yet other formats are refused by their names", "[graph][odd]") {
  struct Case {
    std::string text, name;
  };
  const auto it = GENERATE(values<Case>({
      {"1 -> 2\n2 -> 3\n", "a list with a sign between the ids"},
      {"a & b \\\\\nb & c \\\\\n", "a list with a sign between the ids"},
      {"<http://x/a> <http://x/follows> <http://x/b> .\n<http://x/b> <http://x/follows> <http://x/c> .\n", "RDF"},
      {"@prefix ex: <http://x/> .\nex:a ex:follows ex:b .\n", "RDF"},
      {"| follower | followed |\n|---|---|\n| a | b |\n", "a table in Markdown"},
      {"- follower: a\n  followed: b\n", "YAML"},
      {"---\na: [b, c]\n", "YAML"},
      {"INSERT INTO follows VALUES (1,2),(2,3);\n", "statements of SQL"},
      {"[(1, 2), (2, 3)]\n", "a list of Python"},
      {"(1, 2)\n(2, 3)\n", "a list of Python"},
      {"{\\rtf1\\ansi 1,2}", "a document (RTF)"},
      {std::string("\x80\x04\x95\x10\0\0\0", 7), "a Python pickle"},
      {"RDX3\nX\n", "data of R"},
      {"MATLAB 5.0 MAT-file, Platform: GLNXA64", "data of MATLAB"},
      {std::string("\xd0\xcf\x11\xe0\xa1\xb1\0\0", 8), "a spreadsheet of the old kind (.xls)"},
      {"Rar!\x1a\x07", "a RAR archive"},
      {"\x1f\x9d\x90"
       "abc",
       "a file packed by compress"},
      {"list.txt" + std::string(249, '\0') + "ustar  1 2\n", "a tar archive"},
      {std::string("\xff\xfe\0\0a\0\0\0", 8), "text in UTF-32"},
      {std::string("1\0 \0002\0\n\0002\0 \0003\0\n\0", 16), "text in UTF-16"},
      {std::string("\0001\0 \0002\0\n\0002\0 \0003\0\n", 16), "text in UTF-16"},
      {gzipped(gzipped("1 2\n")), "a file packed twice"},
  }));
  INFO(it.text);
  const std::string message = refusal(it.text);
  CHECK(has(message, "list.txt: looks like " + it.name));
  CHECK(has(message, "; expected an edge list, GraphML, Matrix Market, METIS or a graph file; "));
  CHECK(message.find('\n') == std::string::npos);
}

TEST_CASE("what only resembles such a format is read", "[graph][odd]") {
  CHECK(read("-- a\na b\n", {.format = GraphFormat::edge_list}) == "2 follows of 3 users");
  CHECK(read("<a> <b>\n<b> <c>\n") == "2 follows of 3 users");
  CHECK(read("(a b\nb c\n") == "2 follows of 3 users");
  CHECK(read("a -> 1\nb x 1\n") == "2 follows of 4 users");
}

TEST_CASE("a first line of one field is refused once, and the advice leads on", "[graph][odd]") {
  const std::string bars = "user|friend\na|b\nb|c\n";
  const std::string message = refusal(bars);
  CHECK(message ==
        "list.txt:1: 'user|friend' is one field; expected two ids, who follows and who is followed, apart by blanks, "
        "tabs, commas or semicolons; if '|' is between fields, set graph.separator = \"|\", and if this line names "
        "columns other than follower and followed, graph.columns too, such as [\"user\", \"friend\"]");
  CHECK(read(bars, {.columns = {"user", "friend"}, .separator = '|'}) == "2 follows of 3 users");
  CHECK(has(notes(bars, {.separator = '|'}), "if it names columns, set graph.columns"));
  CHECK(read("follower|followed\na|b\nb|c\n", {.separator = '|'}) == "2 follows of 3 users");
  CHECK(has(refusal("1|2\n2|3\n"), "; if '|' is between fields, set graph.separator = \"|\""));
  CHECK(read("1|2\n2|3\n", {.separator = '|'}) == "2 follows of 3 users");
  CHECK(has(refusal("1:2\n2:3\n"), "set graph.separator = \":\""));
  CHECK(read("1:2\n2:3\n", {.separator = ':'}) == "2 follows of 3 users");
  CHECK(has(refusal("1::2::5\n2::3::4\n"), "if '::' is between ids, put a comma or a tab in its place"));
  CHECK(has(refusal("1\xc2\xa0"
                    "2\n"),
            "it has no-break spaces (U+00A0): write plain ones"));
  CHECK(has(refusal("3\n1 2\n2 3\n"), "list.txt:1: '3' is one field"));
  CHECK(has(refusal("3\n1 2\n2 3\n"), "take out what is above them, or begin it with #"));
  CHECK(read("#3\n1 2\n2 3\n") == "2 follows of 3 users");
  CHECK(has(refusal("follower\n1\n2\n"), "write both ids of a follow in each line"));
}

TEST_CASE("a line apart by another sign is told so", "[graph][odd]") {
  CHECK(has(refusal("follower,followed\n1,2\n2;3\n"), "list.txt:3: 1 field, and the header has 2; expected as many"));
  CHECK(has(refusal("follower,followed\n1,2\n2;3\n"), "this line has a ';': use the same separator"));
  CHECK(has(refusal("Follows of 2024\nfollower,followed\n1,2\n"), "this line has a ',': use the same separator"));
  CHECK(read("1 2\n2\t3\n3  1\n") == "3 follows of 3 users");
  CHECK(has(refusal("sep=;\nfollower;followed\n1;2\n"), "list.txt:1: 'sep=;' tells a spreadsheet the separator"));
  CHECK(read("follower;followed\n1;2\n") == "1 follows of 2 users");
}

TEST_CASE("marks of byte order and line ends stand where editors put them", "[graph][odd]") {
  const std::string mark = "\xef\xbb\xbf";
  CHECK(read(mark + mark + "follower,followed\na,b\n") == "1 follows of 2 users");
  CHECK(has(refusal(mark + "follower,followed\na,b\n" + mark + "follower,followed\nc,d\n"),
            "list.txt:3: a byte order mark (U+FEFF) is before the id"));
  CHECK(has(refusal("1 2\n" + mark + "1 3\n"), "list.txt:2: a byte order mark"));
  CHECK(read("follower,followed\r\r\na,b\r\r\n1,2\r\r\n") == "2 follows of 4 users");
  CHECK(read("follower,followed\r\n1,2\n3,4\r\n") == "2 follows of 4 users");
  CHECK(has(refusal("follower,followed\n1,2\n\x1a"), "list.txt:3: 1 field"));
}

TEST_CASE("ids that hide something are told", "[graph][odd]") {
  const std::string header = "follower,followed\n";
  CHECK(has(notes(header + "ann,bob\n\xe2\x80\x8b"
                           "ann,bob\n"),
            "invisible characters are in 1 ids"));
  CHECK(has(notes(header + "\x1b[31mred,b\n"), "invisible characters"));
  CHECK(notes(header + "größer,☃\n") == "");
  CHECK(has(notes(header + "1.23457E+17,2\n1.23457E+17,3\n"), "1 ids look as a spreadsheet shortens long numbers"));
  CHECK(notes(header + "E+17,2\n1E+5,3\n") == "");
}

TEST_CASE("times or weights in the place of ids are told", "[graph][odd]") {
  CHECK(has(notes("1577836800 1 2\n1577836801 2 3\n1577836802 3 1\n"), "nobody both follows and is followed"));
  CHECK(has(notes("1 0.5 2\n2 0.25 3\n3 0.75 1\n"), "nobody both follows and is followed"));
  CHECK(notes("1 2 1577836800\n2 3 1577836801\n3 1 1577836802\n") == "");
  CHECK(notes("1 9\n2 9\n3 9\n4 9\n") == "");  // an audience
  CHECK(has(refusal("follower,followed\n1,1\n2,2\n"), "holds no follows but 2 of users by themselves"));
}

TEST_CASE("packed lists of several members, of none, cut or with a tail", "[graph][odd]") {
  CHECK(read(gzipped("1 2\n2 ") + gzipped("3\n")) == "2 follows of 3 users");
  CHECK(read(zstd_packed("1 2\n2 ") + zstd_packed("3\n")) == "2 follows of 3 users");
  CHECK(has(refusal(gzipped("")), "list.txt: holds no follows; expected one per line"));
  CHECK(has(refusal(gzipped("1 2\n") + std::string(512, '\0')), "other bytes follow the gzip stream"));
  CHECK(has(refusal(zstd_packed("1 2\n") + "tail"), "the zstd stream is damaged"));
  const std::string pack = gzipped("1 2\n2 3\n");
  CHECK(has(refusal(pack.substr(0, pack.size() - 3)), "the gzip stream breaks off"));
  const Folder folder;
  CHECK(load_graph(folder.write("list.gz", "1 2\n2 3\n")).graph.follow_count() == 2);  // whatever the name says
}

TEST_CASE("what is no file at all is refused, but for a pipe", "[graph][odd]") {
  const Folder folder;
  const auto refused = [&](const std::filesystem::path& path) { return message_of(folder, [&] { load_graph(path); }); };
  std::filesystem::create_symlink(folder / "loop", folder / "loop");
  std::filesystem::create_symlink(folder / "nowhere", folder / "dangling");
  std::filesystem::create_directory(folder / "folder");
  CHECK(begins(refused(folder / "loop"), "loop: cannot be opened (Too many levels of symbolic links); expected"));
  CHECK(begins(refused(folder / "dangling"), "dangling: cannot be opened (No such file or directory); expected"));
  CHECK(begins(refused(folder / "folder"), "folder: this is a folder; expected"));
  CHECK(begins(refused("/dev/null"), "/dev/null: holds no follows; expected"));
  CHECK(begins(refused("/dev/zero"), "/dev/zero: holds zero bytes, so it is not text; expected"));
  if (::geteuid() != 0) {
    ::chmod(folder.write("closed", "1 2\n").c_str(), 0);
    CHECK(begins(refused(folder / "closed"), "closed: cannot be opened (Permission denied); expected"));
  }
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  std::thread writer([&] {
    const int end = ::open((folder / "pipe").c_str(), O_WRONLY);
    const std::string text = "1 2\n2 3\n";
    if (::write(end, text.data(), text.size()) != static_cast<ssize_t>(text.size())) std::abort();
    ::close(end);
  });
  CHECK(load_graph(folder / "pipe").graph.follow_count() == 2);
  writer.join();
}

TEST_CASE("odd tables of accounts are refused with their lines", "[graph][odd]") {
  const Folder folder;
  const auto outcome = [&](const std::string& accounts, const std::vector<std::string>& attributes = {}) {
    LoadOptions options;
    options.accounts = folder.write("accounts.csv", accounts);
    options.accounts.attributes = attributes;
    return message_of(folder, [&] { load_graph(folder.write("list.txt", "1 2\n"), options); });
  };
  CHECK(has(outcome("id\n1\n2\n1\n"), "accounts.csv:4: id '1' is already in line 2"));
  CHECK(has(outcome("id,key\n1,a\n2,a\n"), "accounts.csv:3: account '2' has the key of '1' in line 2"));
  CHECK(has(outcome("id,name\n1,a\n,b\n2,c\n"), "accounts.csv:3: the id is empty"));
  CHECK(has(outcome("user,price\n1,5\n2,6\n"), "the header has the columns 'user', 'price'; expected one column 'id'"));
  CHECK(has(outcome("\"id\n1\n2\n"), "accounts.csv:1: a field begins with a double quote that does not end it"));
  CHECK(has(outcome("id;price\n1;5\n2,6\n"), "accounts.csv:3: 1 field, and the header has 2"));
  CHECK(has(outcome("id;price\n1;5,5\n2;6\n", {"price"}), "accounts.csv:2: the price is '5,5'; expected a number"));
  CHECK(has(outcome("id\n1\n"), "account '2' is not in accounts.csv"));
  CHECK(has(outcome(""), "accounts.csv: holds no table; expected a header with a column 'id'"));
  CHECK(outcome("\xef\xbb\xbfid,price\r\n1,5\r\n2,6\r\n", {"price"}) == "nothing was thrown");
}
