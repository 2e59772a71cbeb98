#include "graph/formats/graph_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <fstream>
#include <optional>
#include <utility>

#include "graph/base/checksum.hpp"
#include "graph/base/clones.hpp"
#include "graph/base/error.hpp"
#include "graph/base/h5.hpp"
#include "graph/base/parallel.hpp"
#include "graph/base/random.hpp"

namespace grapevine {

namespace {

constexpr std::string_view format = "grapevine graph";
constexpr int major_version = 1, minor_version = 2;
constexpr std::uint64_t page = 4096;

static_assert(sizeof(UserId) == sizeof(std::uint32_t) && alignof(UserId) == alignof(std::uint32_t) &&
                  std::is_trivially_copyable_v<UserId>,
              "a user is stored as its number");

std::span<const std::uint32_t> numbers_of(std::span<const UserId> users) {
  return {reinterpret_cast<const std::uint32_t*>(users.data()), users.size()};
}
std::span<const UserId> users_of(std::span<const std::uint32_t> numbers) {
  return {reinterpret_cast<const UserId*>(numbers.data()), numbers.size()};
}

static_assert(sizeof(Chance) == sizeof(std::uint16_t) && alignof(Chance) == alignof(std::uint16_t) &&
                  std::is_trivially_copyable_v<Chance>,
              "a chance is stored as its bits");

std::span<const std::uint16_t> bits_of(std::span<const Chance> chances) {
  return {reinterpret_cast<const std::uint16_t*>(chances.data()), chances.size()};
}

std::size_t words_for(std::size_t bits) { return (bits + 63) / 64; }

/// Whether all bits of the last word beyond the `bits`-th are 0.
bool ends_with_zeros(std::span<const std::uint64_t> words, std::size_t bits) {
  return bits % 64 == 0 || words.empty() || words.back() >> (bits % 64) == 0;
}

// --- writing

/// Writes an array from front to back, a piece at a time.
template <h5::Number T>
class ArrayWriter {
public:
  ArrayWriter(h5::Writer& file, std::string path, std::uint64_t length, std::string_view long_name)
      : file_(file), path_(std::move(path)), length_(length) {
    file_.array<T>(path_, length);
    file_.fixed_attribute(path_, "long_name", long_name);
  }

  void append(std::span<const T> values) {
    if (kept_.empty())
      for (; values.size() >= piece; values = values.subspan(piece)) write(values.first(piece));
    while (!values.empty()) {
      const std::span<const T> next = values.first(std::min(values.size(), piece - kept_.size()));
      kept_.insert(kept_.end(), next.begin(), next.end());
      values = values.subspan(next.size());
      if (kept_.size() == piece) write_kept();
    }
  }
  void append(T value) { append(std::span<const T>(&value, 1)); }

  void finish() {
    write_kept();
    GRAPEVINE_EXPECTS(written_ == length_);
    file_.fixed_attribute(path_, "checksum", fmt::format("{:016x}", checksum_.value()));
  }

private:
  static constexpr std::size_t piece = 64 * Checksum::block / sizeof(T);

  void write(std::span<const T> values) {
    checksum_.add(std::as_bytes(values));
    file_.fill<T>(path_, written_, values);
    written_ += values.size();
  }
  void write_kept() {
    write(kept_);
    kept_.clear();
  }

  h5::Writer& file_;
  std::string path_;
  std::uint64_t length_, written_ = 0;
  std::vector<T> kept_;
  Checksum checksum_;
};

template <h5::Number T>
void write_array(h5::Writer& file, const std::string& path, std::span<const T> values, std::string_view long_name) {
  ArrayWriter<T> array(file, path, values.size(), long_name);
  array.append(values);
  array.finish();
}

/// An array of what `value` makes of each of `items`.
template <h5::Number T, class Items, class Value>
void write_each(h5::Writer& file, const std::string& path, const Items& items, std::string_view long_name,
                Value&& value) {
  ArrayWriter<T> array(file, path, items.size(), long_name);
  for (const auto& item : items) array.append(static_cast<T>(value(item)));
  array.finish();
}

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Texts laid end to end at `path`_text, and where each begins at `path`_begin: HDF5's own texts of any length take a
/// heap object each.
void write_texts(h5::Writer& file, const std::string& path, std::span<const std::string> texts,
                 std::string_view of_what) {
  ArrayWriter<std::uint64_t> begin(
      file, path + "_begin", texts.size() + 1,
      fmt::format("where the {} begins in {}_text; at the end, where the last ends", of_what, path));
  std::uint64_t end = 0;
  begin.append(end);
  for (const std::string& text : texts) begin.append(end += text.size());
  begin.finish();
  ArrayWriter<std::uint8_t> bytes(file, path + "_text", end, fmt::format("{}, UTF-8, one after the other", of_what));
  for (const std::string& text : texts) bytes.append(bytes_of(text));
  bytes.finish();
}

void expect_sound(const GraphFileContent& content) {
  const std::size_t users = content.graph.user_count();
  const Users& accounts = content.accounts;
  const auto none_or = [](std::size_t size, std::size_t wanted) { return size == 0 || size == wanted; };
  GRAPEVINE_EXPECTS(none_or(accounts.keys.size(), users) && none_or(accounts.outside_ids.size(), users));
  GRAPEVINE_EXPECTS(none_or(accounts.active.size(), words_for(users)) && ends_with_zeros(accounts.active, users));
  GRAPEVINE_EXPECTS(none_or(accounts.community.size(), users));
  for (const UserAttribute& attribute : accounts.attributes) GRAPEVINE_EXPECTS(attribute.values.size() == users);
  GRAPEVINE_EXPECTS(none_or(content.chances.size(), content.graph.follow_count()));
  for (const PlantedUser& planted : accounts.planted)
    GRAPEVINE_EXPECTS(planted.user.index() < users && planted.group < accounts.plants.size());
}

void write_follows(h5::Writer& file, const GraphFileContent& content) {
  const GraphArrays& arrays = content.graph.arrays();
  file.group("/follows");
  write_array(file, "/follows/begin", arrays.followees.begin,
              "number of the user's first follow; at the end, of follows");
  write_array(file, "/follows/followee", numbers_of(arrays.followees.users),
              "user who is followed, by internal number, ascending for each follower");
  write_array(file, "/follows/mutual", arrays.mutual,
              "one bit a follow, the first lowest: whether the followee follows back");
  if (!content.chances.empty())
    write_array(file, "/follows/chance", bits_of(content.chances),
                "probability that a contact passes a post on along the follow: 2^-32 of what the bits give, see "
                "docs/graph-files.md");
}

void write_users(h5::Writer& file, const GraphFileContent& content) {
  const Users& accounts = content.accounts;
  file.group("/users");
  write_array(file, "/users/followers", content.graph.follower_counts(), "how many users follow the user");
  if (!accounts.keys.empty())
    write_each<std::uint64_t>(file, "/users/key", accounts.keys,
                              "what the account is known by, whatever its id: a hash",
                              [](AccountKey key) { return static_cast<std::uint64_t>(key); });
  if (!accounts.active.empty())
    write_array<std::uint64_t>(file, "/users/active", accounts.active,
                               "one bit a user, the first lowest: whether it ever posts");
  if (!accounts.community.empty())
    write_array<std::uint16_t>(file, "/users/community", accounts.community, "community of the user");
  if (!accounts.outside_ids.empty()) write_texts(file, "/users/id", accounts.outside_ids, "id of the user outside");
  if (accounts.attributes.empty()) return;
  file.group("/users/attributes");
  for (const UserAttribute& attribute : accounts.attributes)
    write_array<double>(file, "/users/attributes/" + attribute.name, attribute.values,
                        "from the table of accounts; NaN: not said");
}

void write_planted(h5::Writer& file, const Users& accounts) {
  if (accounts.plants.empty()) return;
  file.group("/planted");
  const auto column = [&]<class T>(T, const std::string& name, std::string_view long_name, auto value) {
    write_each<T>(file, "/planted/" + name, accounts.planted, long_name, value);
  };
  column(std::uint32_t{}, "user", "account that was planted, by internal number",
         [](const PlantedUser& it) { return it.user.value(); });
  column(std::uint32_t{}, "group", "number of its group", [](const PlantedUser& it) { return it.group; });
  column(std::uint32_t{}, "member", "its number within the group", [](const PlantedUser& it) { return it.member; });
  column(std::uint8_t{}, "nested", "1: the group has nested audiences and one profile",
         [](const PlantedUser& it) { return it.nested; });
  write_texts(file, "/planted/name", accounts.plants, "name of the group");
}

// --- reading

/// What a user counts for, so that different counts of followers have different sums: by chance the same once in 2^64.
std::uint64_t weight(std::uint64_t user) { return mix(user + golden); }

GRAPEVINE_CLONED std::uint64_t weight_of(std::span<const std::uint32_t> followees) {
  std::uint64_t sum = 0;
  for (const std::uint32_t v : followees) sum += weight(v);
  return sum;
}

/// A sum over the mutual follows of the users first .. last - 1 of one hash a pair, which counts up for the one and
/// down for the other. Over all users it is 0 if each follow that is marked has its reverse, which is marked too; else
/// by chance once in 2^64.
GRAPEVINE_CLONED std::uint64_t unpaired(std::span<const std::uint64_t> begin, std::span<const std::uint32_t> followees,
                                        std::span<const std::uint64_t> mutual, std::size_t first, std::size_t last) {
  std::uint64_t sum = 0;
  for (std::uint64_t u = first; u < last; ++u)
    for (std::uint64_t follow = begin[u], end = begin[u + 1], next = 0; follow < end; follow = next) {
      next = std::min(end, (follow / 64 + 1) * 64);  // one word of marks at a time
      std::uint64_t marks = mutual[follow / 64] >> (follow % 64);
      if (next - follow < 64) marks &= (std::uint64_t{1} << (next - follow)) - 1;
      for (; marks != 0; marks &= marks - 1) {
        const std::uint64_t v = followees[follow + static_cast<std::size_t>(std::countr_zero(marks))];
        const std::uint64_t pair = mix(std::min(u, v) << 32 | std::max(u, v));
        sum += u < v ? pair : -pair;
      }
    }
  return sum;
}

LoadReport report_on(const FollowGraph& graph) {
  const std::uint64_t isolated = parallel_sum(graph.user_count(), [&](std::size_t u) {
    const UserId user(static_cast<std::uint32_t>(u));
    return std::uint64_t{graph.followees(user).empty() && graph.follower_count(user) == 0};
  });
  return {.pairs = graph.follow_count(),
          .follows = graph.follow_count(),
          .users = graph.user_count(),
          .isolated = isolated};
}

class GraphFileReader {
public:
  GraphFileReader(const std::filesystem::path& path, const GraphFileOptions& options)
      : file_(path), options_(options) {}

  LoadedGraph read() {
    expect_format();
    LoadedGraph graph{read_graph(), {}, {}};
    graph.report = report_on(graph.graph);
    users_ = graph.graph.user_count();
    graph.accounts.keys = read_keys();
    graph.chances = read_chances(graph.graph.follow_count());
    read_accounts(graph.accounts);
    read_planted(graph.accounts);
    const std::span<const std::uint8_t> provenance = array<std::uint8_t>("/provenance").values;
    graph.provenance.assign(provenance.begin(), provenance.end());
    return graph;
  }

private:
  [[noreturn]] void flaw(std::string_view dataset, std::string_view found, std::string_view expected) const {
    throw BadRequest(fmt::format("{}: dataset '{}' {}; expected {}; make the file anew", file_.path().string(), dataset,
                                 found, expected));
  }

  void expect_format() const {
    const std::string name = file_.path().string();
    if (file_.fixed_attribute("/", "format") != format)
      throw BadRequest(fmt::format(
          "{}: is an HDF5 file but not a graph file of grapevine; expected one, or a graph in another format", name));
    const std::string version = file_.fixed_attribute("/", "format_version").value_or("");
    int major = 0;
    const auto [end, error] = std::from_chars(version.data(), version.data() + version.size(), major);
    if (error != std::errc() || end == version.data() + version.size() || *end != '.' || major < 1)
      throw BadRequest(fmt::format("{}: graph format '{}' is no version; expected {}.{} or such; make the file anew",
                                   name, version, major_version, minor_version));
    if (major > major_version)
      throw BadRequest(
          fmt::format("{}: graph format {} is newer than this program reads ({}.x); open it with a newer release", name,
                      version, major_version));
  }

  /// An array as it lies in the file, undamaged.
  template <h5::Number T>
  h5::Mapped<T> array(const std::string& path) const {
    const h5::Mapped<T> found = file_.mapped<T>(path);
    if (!options_.checksums) return found;
    const std::optional<std::string> expected = file_.fixed_attribute(path, "checksum");
    if (!expected) flaw(path, "has no checksum", "one, as a text of fixed length");
    Checksum checksum;
    checksum.add(std::as_bytes(found.values));
    const std::string actual = fmt::format("{:016x}", checksum.value());
    if (actual != expected)
      flaw(path, fmt::format("is damaged: its checksum is {}", actual),
           fmt::format("{}, as when it was written", *expected));
    return found;
  }

  template <h5::Number T>
  h5::Mapped<T> array(const std::string& path, std::uint64_t length, std::string_view for_what) const {
    const std::vector<std::uint64_t> shape = file_.info(path).shape;
    if (shape.size() == 1 && shape.front() != length)
      flaw(path, fmt::format("has {} values", shape.front()), fmt::format("{}, for {}", length, for_what));
    return array<T>(path);
  }

  /// An array whose values begin at 0, never fall and end at the length of another.
  h5::Mapped<std::uint64_t> offsets(const std::string& path, std::uint64_t length, const std::string& into) const {
    const h5::Mapped<std::uint64_t> found = array<std::uint64_t>(path, length, "one more than what it divides");
    const std::span<const std::uint64_t> values = found.values;
    const std::vector<std::uint64_t> shape = file_.info(into).shape;
    const std::uint64_t end = shape.size() == 1 ? shape.front() : 0;
    if (values.front() != 0) flaw(path, fmt::format("begins with {}", values.front()), "0");
    if (values.back() != end)
      flaw(path, fmt::format("ends with {}", values.back()), fmt::format("{}, the length of '{}'", end, into));
    parallel_blocks(values.size() - 1, default_block, [&](std::size_t, std::size_t first, std::size_t last, int) {
      for (std::size_t i = first; i < last; ++i)
        if (values[i] > values[i + 1])
          flaw(path, fmt::format("falls from {} to {} after place {}", values[i], values[i + 1], i),
               "values that never fall");
    });
    return found;
  }

  FollowGraph read_graph() const {
    const std::vector<std::uint64_t> shape = file_.info("/follows/begin").shape;
    const std::uint64_t length = shape.size() == 1 ? shape.front() : 0, most = UINT32_MAX - 1;
    if (length < 1 || length > most)
      flaw("/follows/begin", fmt::format("has {} values", length),
           fmt::format("1 to {}, one more than there are users", most));
    const std::size_t users = length - 1;
    const auto begin = offsets("/follows/begin", length, "/follows/followee");
    const auto followees = array<std::uint32_t>("/follows/followee");
    const std::size_t follows = followees.values.size();
    const auto mutual =
        array<std::uint64_t>("/follows/mutual", words_for(follows), fmt::format("{} follows of one bit each", follows));
    const auto followers = array<std::uint32_t>("/users/followers", users, fmt::format("{} users", users));
    const GraphArrays arrays{{begin.values, users_of(followees.values)}, followers.values, mutual.values};
    expect_graph(arrays);
    return {arrays, std::make_shared<const std::array<std::shared_ptr<const void>, 4>>(
                        std::array<std::shared_ptr<const void>, 4>{begin.owner, followees.owner, mutual.owner,
                                                                   followers.owner})};
  }

  /// What checksums do not show: that a file which is as it was written holds a graph.
  void expect_graph(const GraphArrays& arrays) const {
    const RowsView rows = arrays.followees;
    const std::span<const std::uint32_t> followees = numbers_of(rows.users);
    constexpr std::size_t block = 1024;
    struct Sums {
      std::uint64_t unpaired = 0, weight = 0;
    } sum;
    std::vector<Sums> sums((rows.count() + block - 1) / block);
    parallel_blocks(rows.count(), block, [&](std::size_t b, std::size_t first, std::size_t last, int) {
      for (std::size_t u = first; u < last; ++u)
        if (!is_sound_row(rows[u], u, rows.count()))
          flaw("/follows/followee",
               fmt::format("has a follower, {}, whose followees do not ascend, or are not users, or who follows itself",
                           u),
               fmt::format("followees below {} that ascend", rows.count()));
      sums[b] = {unpaired(rows.begin, followees, arrays.mutual, first, last),
                 weight_of(followees.subspan(rows.begin[first], rows.begin[last] - rows.begin[first]))};
    });
    for (const Sums& part : sums) {
      sum.unpaired += part.unpaired;
      sum.weight += part.weight;
    }
    if (sum.unpaired != 0 || !ends_with_zeros(arrays.mutual, rows.users.size()))
      flaw("/follows/mutual", "marks a follow whose reverse is none or is not marked",
           "marks where both users follow each other");
    if (sum.weight != parallel_sum(rows.count(), [&](std::size_t u) { return arrays.follower_counts[u] * weight(u); }))
      flaw("/users/followers", "does not count the followers that the follows give", "as many as follow each user");
  }

  UnwrittenArray<Chance> read_chances(std::size_t follows) const {
    if (!file_.exists("/follows/chance")) return {};
    const auto found = array<std::uint16_t>("/follows/chance", follows, fmt::format("{} follows", follows));
    UnwrittenArray<Chance> chances(follows);
    parallel_for(follows, [&](std::size_t i) {
      const std::uint16_t bits = found.values[i];
      if (bits > Chance::most_bits)
        flaw("/follows/chance", fmt::format("holds {}", bits),
             fmt::format("{}, which is 1, at most", Chance::most_bits));
      chances[i] = Chance::from_bits(bits);
    });
    return chances;
  }

  std::vector<AccountKey> read_keys() const {
    if (!file_.exists("/users/key")) return {};
    const auto found = per_user<std::uint64_t>("/users/key");
    std::vector<AccountKey> keys(found.values.size());
    parallel_for(keys.size(), [&](std::size_t u) { keys[u] = AccountKey{found.values[u]}; });
    return keys;
  }

  template <h5::Number T>
  h5::Mapped<T> per_user(const std::string& path) const {
    return array<T>(path, users_, fmt::format("{} users", users_));
  }

  void read_accounts(Users& accounts) const {
    if (file_.exists("/users/active")) {
      const auto active =
          array<std::uint64_t>("/users/active", words_for(users_), fmt::format("{} users of one bit each", users_));
      if (!ends_with_zeros(active.values, users_))
        flaw("/users/active", "marks more users than there are", "bits 0 beyond the last user");
      accounts.active.assign(active.values.begin(), active.values.end());
    }
    if (file_.exists("/users/community")) {
      const auto community = per_user<std::uint16_t>("/users/community");
      accounts.community.assign(community.values.begin(), community.values.end());
    }
    if (file_.exists("/users/id_begin")) accounts.outside_ids = texts("/users/id", users_ + 1);
    if (!file_.exists("/users/attributes")) return;
    for (const std::string& name : file_.datasets("/users/attributes")) {
      const auto values = per_user<double>("/users/attributes/" + name);
      accounts.attributes.push_back({name, {values.values.begin(), values.values.end()}});
    }
  }

  /// `length`: of the array of beginnings.
  std::vector<std::string> texts(const std::string& path, std::uint64_t length) const {
    const auto begin = offsets(path + "_begin", length, path + "_text");
    const auto text = array<std::uint8_t>(path + "_text");
    std::vector<std::string> all(length - 1);
    parallel_for(all.size(), [&](std::size_t i) {
      const std::span<const std::uint8_t> bytes =
          text.values.subspan(begin.values[i], begin.values[i + 1] - begin.values[i]);
      all[i].assign(bytes.begin(), bytes.end());
    });
    return all;
  }

  void read_planted(Users& accounts) const {
    if (!file_.exists("/planted")) return;
    const std::vector<std::uint64_t> shape = file_.info("/planted/name_begin").shape;
    if (shape.size() != 1 || shape.front() < 1)
      flaw("/planted/name_begin", "has no values", "one more than there are groups");
    accounts.plants = texts("/planted/name", shape.front());
    const auto user = array<std::uint32_t>("/planted/user");
    const std::string rows = fmt::format("{} planted accounts", user.values.size());
    const auto group = array<std::uint32_t>("/planted/group", user.values.size(), rows);
    const auto member = array<std::uint32_t>("/planted/member", user.values.size(), rows);
    const auto nested = array<std::uint8_t>("/planted/nested", user.values.size(), rows);
    accounts.planted.reserve(user.values.size());
    for (std::size_t i = 0; i < user.values.size(); ++i) {
      if (user.values[i] >= users_)
        flaw("/planted/user", fmt::format("holds {}", user.values[i]), fmt::format("users below {}", users_));
      if (group.values[i] >= accounts.plants.size())
        flaw("/planted/group", fmt::format("holds {}", group.values[i]),
             fmt::format("groups below {}", accounts.plants.size()));
      if (nested.values[i] > 1) flaw("/planted/nested", fmt::format("holds {}", nested.values[i]), "0 or 1");
      accounts.planted.push_back({UserId(user.values[i]), group.values[i], member.values[i], nested.values[i] != 0});
    }
  }

  h5::Reader file_;
  GraphFileOptions options_;
  std::size_t users_ = 0;
};

}  // namespace

void write_graph_file(const std::filesystem::path& path, const GraphFileContent& content) {
  NewFile out(path);
  write_graph_file(out, content);
}

void write_graph_file(NewFile& out, const GraphFileContent& content) {
  expect_sound(content);
  h5::Writer file(out, page);
  file.fixed_attribute("/", "format", format);
  file.fixed_attribute("/", "format_version", fmt::format("{}.{}", major_version, minor_version));
  write_array(file, "/provenance", bytes_of(content.provenance), "what made the graph: TOML, UTF-8");
  write_follows(file, content);
  write_users(file, content);
  write_planted(file, content.accounts);
  file.commit();
}

LoadedGraph load_graph_file(const std::filesystem::path& path, const GraphFileOptions& options) {
  return h5::reading("graph file", [&] { return GraphFileReader(path, options).read(); });
}

bool is_graph_file(const std::filesystem::path& path) {
  constexpr std::string_view signature = "\x89HDF\r\n\x1a\n";
  std::array<char, signature.size()> begin{};
  std::ifstream file(path, std::ios::binary);
  return file.read(begin.data(), begin.size()) && std::string_view(begin.data(), begin.size()) == signature;
}

}  // namespace grapevine
