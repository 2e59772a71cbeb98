#include "graph/formats/graph_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <optional>

#include "graph/base/checksum.hpp"
#include "graph/base/error.hpp"
#include "graph/base/h5.hpp"
#include "graph/base/parallel.hpp"
#include "graph/graph_builder.hpp"
#include "graph/statistics/undirected.hpp"
#include "tests/catch.hpp"
#include "tests/graph/graph_file_sample.hpp"
#include "tests/graph/graph_files.hpp"

// What is written comes back, from wherever the file is by then; what is damaged, lies or is something else is refused
// by name.

using namespace grapevine;
using test::Folder;
using test::graph_sample;
using test::GraphSample;
using test::user;

namespace {

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
void write_bytes(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

/// What is said of the file; empty if it loads. Anything but a BadRequest goes through.
std::string complaint_of(const std::filesystem::path& path) {
  try {
    load_graph_file(path);
    return "";
  } catch (const BadRequest& mistake) {
    return mistake.what();
  }
}
bool has(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }

bool same(const PlantedUser& a, const PlantedUser& b) {
  return a.user == b.user && a.group == b.group && a.member == b.member && a.nested == b.nested;
}

/// Whether everything is as in the sample, the parts of the graph that follow from its rows among it.
bool same(const LoadedGraph& file, const GraphSample& sample) {
  const GraphArrays &a = file.graph.arrays(), &b = sample.graph.arrays();
  return file.graph == sample.graph && std::ranges::equal(a.follower_counts, b.follower_counts) &&
         std::ranges::equal(a.mutual, b.mutual) && file.accounts.outside_ids == sample.accounts.outside_ids &&
         file.accounts.active == sample.accounts.active && file.accounts.community == sample.accounts.community &&
         file.accounts.plants == sample.accounts.plants &&
         std::ranges::equal(file.accounts.planted, sample.accounts.planted,
                            [](const PlantedUser& x, const PlantedUser& y) { return same(x, y); }) &&
         file.accounts.keys == sample.accounts.keys && file.provenance == sample.provenance &&
         file.chances == sample.chances;
}

/// A graph file made by hand: 0 and 1 follow each other, 2 and 3 follow 0.
struct Forged {
  std::string format = "grapevine graph", version = "1.0";
  std::vector<std::uint64_t> begin{0, 1, 2, 3, 4}, mutual{0b0011};
  std::vector<std::uint32_t> followee{1, 0, 0, 0}, followers{3, 1, 0, 0};
  std::optional<std::vector<std::uint64_t>> active = {}, key = {}, id_begin = {};
  std::optional<std::vector<std::uint16_t>> community = {}, chance = {};
  std::vector<std::uint8_t> id_text{'a', 'b', 'c', 'd'};
  std::optional<std::vector<std::uint32_t>> planted_user = {};
  std::vector<std::uint32_t> planted_group{1}, planted_member{0};
  std::vector<std::uint8_t> planted_nested{0}, name_text{'p', 'q'};
  std::vector<std::uint64_t> name_begin{0, 1, 2};

  void write(const std::filesystem::path& path) const {
    h5::Writer file(path);
    file.fixed_attribute("/", "format", format);
    file.fixed_attribute("/", "format_version", version);
    const auto put = [&]<class T>(const std::string& name, const std::vector<T>& values) {
      file.array<T>(name, values.size());
      file.fill<T>(name, 0, values);
      Checksum checksum;
      checksum.add(std::as_bytes(std::span(values)));
      file.fixed_attribute(name, "checksum", fmt::format("{:016x}", checksum.value()));
    };
    for (const char* group : {"/follows", "/users"}) file.group(group);
    put("/provenance", std::vector<std::uint8_t>{});
    put("/follows/begin", begin);
    put("/follows/followee", followee);
    put("/follows/mutual", mutual);
    if (chance) put("/follows/chance", *chance);
    put("/users/followers", followers);
    if (active) put("/users/active", *active);
    if (key) put("/users/key", *key);
    if (community) put("/users/community", *community);
    if (id_begin) put("/users/id_begin", *id_begin), put("/users/id_text", id_text);
    if (planted_user) {
      file.group("/planted");
      put("/planted/user", *planted_user);
      put("/planted/group", planted_group);
      put("/planted/member", planted_member);
      put("/planted/nested", planted_nested);
      put("/planted/name_begin", name_begin);
      put("/planted/name_text", name_text);
    }
    file.commit();
  }
};

std::string complaint_of(const Forged& forged) {
  const Folder folder;
  forged.write(folder / "forged.gvg");
  return complaint_of(folder / "forged.gvg");
}

}  // namespace

TEST_CASE("a graph and all that is known of its accounts come back from a file", "[graph][file]") {
  const Folder folder;
  const GraphSample sample = graph_sample();
  write_graph_file(folder / "sample.gvg", sample.content());
  CHECK(same(load_graph_file(folder / "sample.gvg"), sample));
  CHECK(same(load_graph_file(folder / "sample.gvg", {.checksums = false}), sample));
  CHECK(is_graph_file(folder / "sample.gvg"));
}

TEST_CASE("an array that takes several pieces to write comes back", "[graph][file]") {
  const Folder folder;
  GraphSample sample = graph_sample(70, 3);
  for (std::string& id : sample.accounts.outside_ids)
    id.assign((std::size_t{1} << 20) + id.size(), id.empty() ? 'x' : id.back());
  write_graph_file(folder / "long.gvg", sample.content());  // 70 MiB of ids, 64 MiB a piece
  CHECK(same(load_graph_file(folder / "long.gvg"), sample));
}

TEST_CASE("equal graphs give equal bytes, for any number of threads, and written from a file that is mapped",
          "[graph][file][invariance]") {
  const Folder folder;
  const GraphSample sample = graph_sample(20'000, 30);
  with_threads(1, [&] { write_graph_file(folder / "one.gvg", sample.content()); });
  with_threads(3, [&] { write_graph_file(folder / "three.gvg", sample.content()); });
  const LoadedGraph loaded = load_graph_file(folder / "one.gvg");
  write_graph_file(folder / "again.gvg", {loaded.graph, loaded.accounts, loaded.provenance, loaded.chances});
  const std::string one = bytes_of(folder / "one.gvg");
  CHECK((bytes_of(folder / "three.gvg") == one));
  CHECK((bytes_of(folder / "again.gvg") == one));
}

TEST_CASE("a graph of nobody, one of one user and one of which nothing else is known come back", "[graph][file]") {
  const Folder folder;
  const FollowGraph graph =
      GENERATE(FollowGraph(), GraphBuilder(1).build(), GraphBuilder(200).build(),
               GraphBuilder(3, {{user(0), user(2)}, {user(2), user(0)}, {user(1), user(0)}}).build());
  write_graph_file(folder / "small.gvg", {.graph = graph, .accounts = {}});
  const LoadedGraph file = load_graph_file(folder / "small.gvg");
  CHECK(file.graph == graph);
  CHECK(file.graph.user_count() == graph.user_count());
  CHECK(file.graph.mutual_count() == graph.mutual_count());
  CHECK((file.accounts.outside_ids.empty() && file.accounts.active.empty() && file.accounts.community.empty()));
  CHECK((file.accounts.planted.empty() && file.accounts.plants.empty() && file.accounts.keys.empty() &&
         file.chances.empty() && file.provenance.empty()));
  CHECK(transpose(file.graph) == transpose(graph));
}

TEST_CASE("a loaded graph outlives its file and copies outlive it", "[graph][file]") {
  const Folder folder;
  const GraphSample sample = graph_sample();
  write_graph_file(folder / "sample.gvg", sample.content());
  std::optional<LoadedGraph> loaded = load_graph_file(folder / "sample.gvg");
  SECTION("when the file is removed") { std::filesystem::remove(folder / "sample.gvg"); }
  SECTION("when another is written in its place") {
    write_graph_file(folder / "sample.gvg", {.graph = GraphBuilder(2, {{user(0), user(1)}}).build(), .accounts = {}});
    CHECK(load_graph_file(folder / "sample.gvg").graph.follow_count() == 1);
  }
  SECTION("when it is written over itself") {
    write_graph_file(folder / "sample.gvg", {loaded->graph, loaded->accounts, loaded->provenance, loaded->chances});
    CHECK(same(load_graph_file(folder / "sample.gvg"), sample));
  }
  CHECK(same(*loaded, sample));
  const FollowGraph copy = loaded->graph;
  loaded.reset();
  CHECK(copy == sample.graph);
  CHECK(UndirectedGraph(copy).rows() == UndirectedGraph(sample.graph).rows());
}

TEST_CASE("a graph file is loaded where nothing may be written", "[graph][file]") {
  const Folder folder;
  const GraphSample sample = graph_sample();
  write_graph_file(folder / "sample.gvg", sample.content());
  using std::filesystem::perms;
  std::filesystem::permissions(folder / "sample.gvg", perms::owner_read);
  std::filesystem::permissions(folder.path(), perms::owner_read | perms::owner_exec);
  CHECK(same(load_graph_file(folder / "sample.gvg"), sample));
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
  std::filesystem::permissions(folder.path(), perms::owner_all);
}

TEST_CASE("memory counts every byte of the arrays, and a mapped graph takes no other", "[graph][file]") {
  const Folder folder;
  const FollowGraph graph = graph_sample(20'000, 30).graph;
  write_graph_file(folder / "plain.gvg", {.graph = graph, .accounts = {}});
  const LoadedGraph file = load_graph_file(folder / "plain.gvg");
  const std::size_t arrays =
      8 * 20'001 + 4 * graph.follow_count() + 4 * 20'000 + 8 * ((graph.follow_count() + 63) / 64);
  CHECK(file.graph.memory() == arrays + sizeof(FollowGraph));
  CHECK(graph.memory() >= arrays);
  CHECK(std::filesystem::file_size(folder / "plain.gvg") >= arrays);
  CHECK(std::filesystem::file_size(folder / "plain.gvg") <
        arrays + 32'768);  // four pages of alignment, and what describes the arrays
}

TEST_CASE("a flipped bit is noticed in every dataset, by name", "[graph][file][hostile]") {
  const Folder folder;
  write_graph_file(folder / "sample.gvg", graph_sample().content());
  const std::string bytes = bytes_of(folder / "sample.gvg");
  const h5::Reader file(folder / "sample.gvg");
  std::vector<std::string> names = {"/provenance"};
  for (const std::string& group : file.groups())
    for (const std::string& name : file.datasets("/" + group)) names.push_back("/" + group + "/" + name);
  CHECK(names.size() == 17);
  const auto raw = [&]<class T>(T, const std::string& name) {
    const auto found = file.mapped<T>(name);
    return std::string(reinterpret_cast<const char*>(found.values.data()), found.values.size_bytes());
  };
  for (const std::string& name : names) {
    INFO(name);
    const h5::Type type = file.info(name).type;
    const std::string array = type == h5::Type::u8    ? raw(std::uint8_t{}, name)
                              : type == h5::Type::u16 ? raw(std::uint16_t{}, name)
                              : type == h5::Type::u32 ? raw(std::uint32_t{}, name)
                                                      : raw(std::uint64_t{}, name);
    const std::size_t at = bytes.find(array);
    REQUIRE(at != std::string::npos);
    REQUIRE(bytes.find(array, at + 1) == std::string::npos);  // no two arrays are alike
    CHECK((array.size() < 4096 || at % 4096 == 0));
    for (const std::size_t place : {std::size_t{0}, array.size() / 2, array.size() - 1}) {
      std::string damaged = bytes;
      damaged[at + place] = static_cast<char>(damaged[at + place] ^ 1 << (place % 8));
      write_bytes(folder / "damaged.gvg", damaged);
      const std::string complaint = complaint_of(folder / "damaged.gvg");
      CHECK((has(complaint, "damaged.gvg: dataset '" + name + "' ") && has(complaint, "is damaged: its checksum is ")));
    }
  }
}

TEST_CASE("wherever a bit is flipped, the graph comes back as it was or not at all", "[graph][file][hostile]") {
  const Folder folder;
  const GraphSample sample = graph_sample(70, 3);
  write_graph_file(folder / "sample.gvg", sample.content());
  std::string bytes = bytes_of(folder / "sample.gvg");
  std::size_t refused = 0, tried = 0;
  for (std::size_t place = 0; place < bytes.size(); place += 5, ++tried) {
    const char flip = static_cast<char>(1 << (place / 5 % 8));
    bytes[place] = static_cast<char>(bytes[place] ^ flip);
    write_bytes(folder / "damaged.gvg", bytes);
    bytes[place] = static_cast<char>(bytes[place] ^ flip);
    try {
      const LoadedGraph file = with_threads(1, [&] { return load_graph_file(folder / "damaged.gvg"); });
      if (!same(file, sample)) FAIL_CHECK("bit " << int(flip) << " of byte " << place << " went unnoticed");
    } catch (const BadRequest& mistake) {
      if (!has(mistake.what(), "damaged.gvg: ")) FAIL_CHECK("byte " << place << ": " << mistake.what());
      ++refused;
    }
  }
  CHECK(refused > tried / 4);
}

TEST_CASE("a file that ends too early is refused", "[graph][file][hostile]") {
  const Folder folder;
  write_graph_file(folder / "sample.gvg", graph_sample().content());
  const std::uint64_t whole = std::filesystem::file_size(folder / "sample.gvg");
  for (const std::uint64_t size : {whole - 1, whole - 4096, whole / 2, std::uint64_t{5000}, std::uint64_t{100},
                                   std::uint64_t{8}, std::uint64_t{0}}) {
    INFO(size);
    std::filesystem::resize_file(folder / "sample.gvg", size);
    const std::string complaint = complaint_of(folder / "sample.gvg");
    CHECK((has(complaint, "sample.gvg: ") && has(complaint, "; expected a whole graph file of grapevine")));
  }
}

TEST_CASE("a newer format, another file and none are told apart", "[graph][file][hostile]") {
  const Folder folder;
  CHECK(complaint_of(Forged{}) == "");
  CHECK(complaint_of(Forged{.version = "1.7"}) == "");
  CHECK(has(complaint_of(Forged{.version = "2.0"}),
            "forged.gvg: graph format 2.0 is newer than this program reads (1.x); open it with a newer release"));
  for (const char* version : {"", "new", "-1.0", "0.9", "1", "99999999999999999999.0"})
    CHECK(has(complaint_of(Forged{.version = version}), "is no version; expected 1.2 or such"));
  CHECK(has(complaint_of(Forged{.format = "grapevine result"}),
            "forged.gvg: is an HDF5 file but not a graph file of grapevine"));
  write_bytes(folder / "text.gvg", "0 1\n1 0\n");
  CHECK_FALSE(is_graph_file(folder / "text.gvg"));
  CHECK(has(complaint_of(folder / "text.gvg"), "text.gvg: cannot read: "));
  CHECK_FALSE(is_graph_file(folder / "none.gvg"));
  CHECK(has(complaint_of(folder / "none.gvg"),
            "none.gvg: cannot read: No such file or directory; expected a whole graph file of grapevine"));
  CHECK_FALSE(is_graph_file(folder.path()));
  CHECK(has(complaint_of(folder.path()), "cannot read: "));
}

TEST_CASE("a file with right checksums that holds no graph is refused by dataset and reason",
          "[graph][file][hostile]") {
  const auto refuses = [](const Forged& forged, const std::string& dataset, const std::string& reason) {
    const std::string complaint = complaint_of(forged);
    INFO(complaint);
    CHECK(has(complaint, "forged.gvg: dataset '" + dataset + "' "));
    CHECK(has(complaint, reason));
  };
  // Offsets and sizes.
  refuses({.begin = {}}, "/follows/begin", "has 0 values");
  refuses({.begin = {1, 1, 2, 3, 4}}, "/follows/begin", "begins with 1");
  refuses({.begin = {0, 3, 2, 3, 4}}, "/follows/begin", "falls from 3 to 2");
  refuses({.begin = {0, ~std::uint64_t{0}, 2, 3, 4}}, "/follows/begin", "falls from 18446744073709551615 to 2");
  refuses({.begin = {0, 1, 2, 3, 5}}, "/follows/begin", "ends with 5; expected 4, the length of '/follows/followee'");
  refuses({.begin = {0, 1, 2, 3, 3}}, "/follows/begin", "ends with 3");
  refuses({.mutual = {3, 0}}, "/follows/mutual", "has 2 values; expected 1");
  refuses({.mutual = {}}, "/follows/mutual", "has 0 values");
  refuses({.followers = {3, 1, 0}}, "/users/followers", "has 3 values; expected 4");
  // Rows.
  refuses({.followee = {1, 0, 4, 0}}, "/follows/followee", "whose followees do not ascend, or are not users");
  refuses({.followee = {1, 0, UINT32_MAX, 0}}, "/follows/followee", "are not users");
  refuses({.followee = {1, 0, 2, 0}}, "/follows/followee", "a follower, 2, ");
  refuses({.begin = {0, 2, 3, 4, 4}, .followee = {2, 1, 0, 0}}, "/follows/followee", "a follower, 0, ");
  refuses({.begin = {0, 2, 3, 4, 4}, .followee = {1, 1, 0, 0}}, "/follows/followee", "a follower, 0, ");
  // What follows from the rows.
  refuses({.followers = {1, 3, 0, 0}}, "/users/followers", "does not count");
  refuses({.followers = {2, 1, 0, 0}}, "/users/followers", "does not count");
  refuses({.followers = {4, 0, 0, 0}}, "/users/followers", "does not count");
  refuses({.followers = {3, 1, 0, 1}}, "/users/followers", "does not count");
  refuses({.mutual = {0b0001}}, "/follows/mutual", "marks a follow whose reverse");
  refuses({.mutual = {0b0111}}, "/follows/mutual", "marks a follow whose reverse");
  refuses({.mutual = {0b0101}}, "/follows/mutual", "marks a follow whose reverse");
  refuses({.mutual = {0b10011}}, "/follows/mutual", "marks a follow whose reverse");
  // Chances.
  refuses({.chance = {{1, 2, 3}}}, "/follows/chance", "has 3 values; expected 4, for 4 follows");
  refuses({.chance = {{}}}, "/follows/chance", "has 0 values; expected 4");
  refuses({.chance = {{0, 1, 45057, 3}}}, "/follows/chance", "holds 45057; expected 45056, which is 1, at most");
  refuses({.chance = {{0, 1, 2, 65535}}}, "/follows/chance", "holds 65535");
  CHECK(complaint_of(Forged{.chance = {{0, 1, 2, 45056}}}) == "");
  // Accounts.
  refuses({.active = {{1, 1}}}, "/users/active", "has 2 values; expected 1");
  refuses({.active = {{0b10000}}}, "/users/active", "marks more users than there are");
  refuses({.key = {{1, 2, 3}}}, "/users/key", "has 3 values; expected 4");
  refuses({.community = {{1}}}, "/users/community", "has 1 values; expected 4");
  refuses({.id_begin = {{0, 1, 2, 4}}}, "/users/id_begin", "has 4 values; expected 5");
  refuses({.id_begin = {{0, 3, 2, 3, 4}}}, "/users/id_begin", "falls from 3 to 2");
  refuses({.id_begin = {{0, 1, 2, 3, 1ull << 60}}}, "/users/id_begin", "ends with 1152921504606846976; expected 4");
  refuses({.planted_user = {{4}}}, "/planted/user", "holds 4; expected users below 4");
  refuses({.planted_user = {{3}}, .planted_group = {2}}, "/planted/group", "holds 2; expected groups below 2");
  refuses({.planted_user = {{3}}, .planted_group = {0, 0}}, "/planted/group", "has 2 values; expected 1");
  refuses({.planted_user = {{3}}, .planted_nested = {2}}, "/planted/nested", "holds 2; expected 0 or 1");
  refuses({.planted_user = {{3}}, .name_begin = {}}, "/planted/name_begin", "has no values");
  CHECK(complaint_of(Forged{.active = {{0b1010}},
                            .key = {{1, 2, 3, 4}},
                            .id_begin = {{0, 1, 2, 3, 4}},
                            .community = {{1, 2, 3, 4}},
                            .planted_user = {{3}}}) == "");
}

TEST_CASE("mutual follows that a foreign writer left unmarked are an error where it matters",
          "[graph][file][hostile]") {
  const Folder folder;
  Forged{.mutual = {0}}.write(folder / "forged.gvg");
  const FollowGraph graph = load_graph_file(folder / "forged.gvg").graph;
  CHECK(graph.mutual_count() == 0);
  CHECK_THROWS_AS(UndirectedGraph(graph), Error);
}

TEST_CASE("datasets that cannot be mapped as they should be are refused", "[graph][file][hostile]") {
  const Folder folder;
  const std::vector<std::int64_t> places(20'000);
  const auto with_begin = [&](const std::function<void(h5::Writer&)>& begin) {
    h5::Writer file(folder / "odd.gvg");
    file.fixed_attribute("/", "format", "grapevine graph");
    file.fixed_attribute("/", "format_version", "1.0");
    file.group("/follows");
    file.scale<std::int64_t>("/place", places);
    begin(file);
    file.array<std::uint32_t>("/follows/followee", 0);
    file.commit();
    return complaint_of(folder / "odd.gvg");
  };
  CHECK(has(with_begin([](h5::Writer&) {}), "odd.gvg: cannot open '/follows/begin'"));
  CHECK(has(with_begin([](h5::Writer& file) { file.array<std::uint32_t>("/follows/begin", 1); }),
            "it holds uint32, not uint64"));
  CHECK(has(with_begin([](h5::Writer& file) {
              file.dataset<std::uint64_t>("/follows/begin", std::vector<std::uint64_t>{0}, {});
            }),
            "'/follows/begin' has 0 values"));
  CHECK(has(with_begin([&](h5::Writer& file) {
              file.dataset<std::uint64_t>("/follows/begin", std::vector<std::uint64_t>(20'000), {"/place"});
            }),
            "it does not lie in the file in one piece"));
  CHECK(has(with_begin([](h5::Writer& file) { file.array<std::uint64_t>("/follows/begin", 1); }),
            "'/follows/begin' has no checksum"));
}

TEST_CASE("the checksum is XXH3 of the XXH3 of blocks of 1 MiB", "[graph][file]") {
  // XXH3_64bits of nothing, by its specification.
  CHECK(Checksum().value() == 0x2d06800538d394c2);
  const std::vector<std::byte> bytes((3 << 20) + 17, std::byte{7});
  Checksum whole, pieces;
  whole.add(bytes);
  pieces.add(std::span(bytes).first(1 << 20));
  pieces.add(std::span(bytes).subspan(1 << 20, 2 << 20));
  pieces.add(std::span(bytes).subspan(3 << 20));
  CHECK(pieces.value() == whole.value());
}

TEST_CASE("a graph file becomes what all formats give", "[graph][file]") {
  const Folder folder;
  GraphSample sample = graph_sample(3, 0);
  sample.graph = GraphBuilder(3, {{user(1), user(0)}}).build();
  sample.accounts.planted.clear();
  write_graph_file(folder / "sample.gvg", sample.content());
  const LoadedGraph loaded = load_graph_file(folder / "sample.gvg");
  CHECK(loaded.graph == sample.graph);
  CHECK(loaded.accounts.outside_ids == sample.accounts.outside_ids);
  CHECK(loaded.accounts.keys == sample.accounts.keys);
  CHECK((loaded.report.users == 3 && loaded.report.follows == 1 && loaded.report.isolated == 1 &&
         loaded.report.lines == 0));
}
