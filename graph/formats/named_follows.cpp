#include "graph/formats/named_follows.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cctype>
#include <cmath>
#include <optional>
#include <utility>

#include "graph/base/parallel.hpp"
#include "graph/follower_rows.hpp"
#include "graph/formats/header.hpp"

namespace grapevine {

namespace {

/// A decimal number as a text, without memory of its own.
class Decimal {
public:
  explicit Decimal(std::uint32_t value)
      : size_(static_cast<std::size_t>(std::to_chars(digits_.data(), digits_.data() + digits_.size(), value).ptr -
                                       digits_.data())) {}
  operator std::string_view() const { return {digits_.data(), size_}; }

private:
  std::array<char, 10> digits_;
  std::size_t size_;
};

/// The numbers among the ids, each once, ascending.
///
/// Numbers that lie close for the many follows there are, are found in a table by value, which is then at most some 40
/// bytes a follow; others by bisection.
class Numbers {
public:
  explicit Numbers(const NamedFollows& named) {
    std::size_t follows = 0;
    std::uint32_t bits = named.least_users;
    for (const FollowPiece& piece : named.pieces) {
      follows += piece.follows.size();
      bits |= piece.numbers;
    }
    bound_ = std::bit_ceil(std::size_t{bits} + 1);
    dense_ = bound_ <= 8 * follows + 65'536;
    if (dense_)
      gather_dense(named);
    else
      gather_sparse(named);
  }

  bool dense() const { return dense_; }
  /// Above all of them; they may be places of a table if they are `dense`.
  std::size_t bound() const { return bound_; }
  const std::vector<std::uint32_t>& values() const { return values_; }
  /// of(place) of each number, by number.
  template <class Of>
  std::vector<std::uint32_t> table(Of&& of) const {
    std::vector<std::uint32_t> values(bound_);
    parallel_for(values_.size(), [&](std::size_t place) { values[values_[place]] = of(place); });
    return values;
  }
  std::vector<std::uint32_t> take_values() { return std::move(values_); }

private:
  void gather_dense(const NamedFollows& named) {
    std::vector<std::uint64_t> met((bound_ + 63) / 64, 0);
    const auto meet = [&](std::uint32_t id) {
      if (id >= text_id) return;
      const std::uint64_t bit = std::uint64_t{1} << (id % 64);
      const std::atomic_ref word(met[id / 64]);
      if ((word.load(std::memory_order_relaxed) & bit) == 0) word.fetch_or(bit, std::memory_order_relaxed);
    };
    parallel_for(
        named.pieces.size(),
        [&](std::size_t p) {
          for (const Follow& follow : named.pieces[p].follows) {
            meet(follow.follower.value());
            meet(follow.followee.value());
          }
        },
        1);
    for (std::uint32_t user = 1; user <= named.least_users; ++user) meet(user);
    values_ = parallel_append<std::uint32_t>(met.size(), [&](std::size_t word, std::vector<std::uint32_t>& out) {
      for (std::uint64_t bits = met[word]; bits != 0; bits &= bits - 1)
        out.push_back(static_cast<std::uint32_t>(64 * word + static_cast<std::size_t>(std::countr_zero(bits))));
    });
  }

  void gather_sparse(const NamedFollows& named) {
    for (const FollowPiece& piece : named.pieces)
      for (const Follow& follow : piece.follows)
        for (const UserId id : {follow.follower, follow.followee})
          if (id.value() < text_id) values_.push_back(id.value());
    for (std::uint32_t user = 1; user <= named.least_users; ++user) values_.push_back(user);
    std::ranges::sort(values_);
    values_.erase(std::unique(values_.begin(), values_.end()), values_.end());
  }

  std::size_t bound_ = 0;
  bool dense_ = false;
  std::vector<std::uint32_t> values_;
};

/// All texts of several tables, each once.
struct Texts {
  IdTable all;
  std::vector<std::vector<std::uint32_t>> number;  // of text t of table k: number[k][t]

  explicit Texts(std::vector<IdTable> tables) : number(tables.size()) {
    for (std::size_t k = 0; k < tables.size(); ++k) {
      number[k].resize(tables[k].size());
      for (std::size_t t = 0; t < number[k].size(); ++t) number[k][t] = all.find_or_add(tables[k][t]);
      tables[k] = IdTable();
    }
  }
};

/// Rows are made for codes: as many as this for a user may be nobody's.
constexpr std::size_t most_codes_a_user = 4;

/// Who the users are. Follows name them by codes, of which some may be nobody's.
struct NamedUsers {
  std::size_t bound = 0;               // above all codes
  bool coded_by_number = false;        // the codes are the numbers; else they are the places
  std::vector<std::uint32_t> numbers;  // by place, ascending
  std::vector<std::string> names;      // by place; empty: the numbers are the names
  std::vector<AccountKey> keys;        // by place

  std::size_t count() const { return keys.size(); }
  std::uint32_t code(std::size_t place) const {
    return coded_by_number ? numbers[place] : static_cast<std::uint32_t>(place);
  }
  std::string name(std::size_t place) const {
    return names.empty() ? std::string(Decimal(numbers[place])) : names[place];
  }
};

template <class Rename>
void rename(NamedFollows& named, Rename&& rename) {
  parallel_for(
      named.pieces.size(),
      [&](std::size_t p) {
        FollowPiece& piece = named.pieces[p];
        for (Follow& follow : piece.follows) {
          follow.follower = UserId(rename(follow.follower.value(), piece.texts));
          follow.followee = UserId(rename(follow.followee.value(), piece.texts));
        }
      },
      1);
}

[[noreturn]] void refuse_unknown(const std::filesystem::path& file, std::string_view id, const AccountTable& accounts) {
  throw UnknownAccount(fmt::format(
      "{}: account '{:.60}' is not in {}; expected every account of the graph there; add it, or take its follows out",
      file.string(), id, accounts.file.string()));
}

/// Puts the codes of numbers, then of texts, in the place of ids.
void name_by_codes(NamedFollows& named, const Numbers& numbers, const Texts& texts,
                   const std::vector<std::uint32_t>& code) {
  const auto text_code = [&](std::uint32_t id, std::size_t table) {
    return code[numbers.values().size() + texts.number[table][id - text_id]];
  };
  if (numbers.dense()) {
    const std::vector<std::uint32_t> number_code = numbers.table([&](std::size_t place) { return code[place]; });
    rename(named,
           [&](std::uint32_t id, std::size_t table) { return id < text_id ? number_code[id] : text_code(id, table); });
  } else {
    rename(named, [&](std::uint32_t id, std::size_t table) {
      if (id >= text_id) return text_code(id, table);
      const auto place = std::ranges::lower_bound(numbers.values(), id);
      return code[static_cast<std::size_t>(place - numbers.values().begin())];
    });
  }
}

/// Ids become codes 0, 1, ...: those of the accounts where there is a table, else of the numbers, then of the texts.
NamedUsers find_users(const std::filesystem::path& file, NamedFollows& named, const AccountTable* accounts) {
  Numbers numbers(named);
  NamedUsers users;
  const bool texts_occur = std::ranges::any_of(named.texts, [](const IdTable& table) { return table.size() > 0; });
  if (numbers.dense() && !texts_occur && accounts == nullptr) {
    users.coded_by_number = numbers.bound() / most_codes_a_user <= numbers.values().size();
    users.bound = users.coded_by_number ? numbers.bound() : numbers.values().size();
    if (!users.coded_by_number) {
      const std::vector<std::uint32_t> places =
          numbers.table([](std::size_t place) { return static_cast<std::uint32_t>(place); });
      rename(named, [&](std::uint32_t id, std::size_t) { return places[id]; });
    }
    users.numbers = numbers.take_values();
    users.keys.resize(users.numbers.size());
    parallel_for(users.count(), [&](std::size_t i) { users.keys[i] = account_key(Decimal(users.numbers[i])); });
    return users;
  }

  const Texts texts(std::move(named.texts));
  const std::size_t count = numbers.values().size() + texts.all.size();
  if (count >= text_id)
    throw BadRequest(
        fmt::format("{}: more than {} accounts; expected fewer; split the graph", file.string(), text_id - 1));
  std::vector<std::uint32_t> code(count);  // numbers first, then texts
  if (accounts != nullptr) {
    const auto known = [&](std::string_view id) {
      const std::uint32_t found = accounts->ids.find(id);
      if (found == IdTable::absent) refuse_unknown(file, id, *accounts);
      return found;
    };
    parallel_for(count, [&](std::size_t i) {
      code[i] = i < numbers.values().size() ? known(Decimal(numbers.values()[i]))
                                            : known(texts.all[i - numbers.values().size()]);
    });
    users.bound = accounts->ids.size();
    users.keys = accounts->keys;
    users.names.resize(users.bound);
    parallel_for(users.bound, [&](std::size_t i) { users.names[i] = accounts->ids[i]; });
  } else {
    users.bound = count;
    users.keys.resize(count);
    users.names.resize(count);
    parallel_for(count, [&](std::size_t i) {
      code[i] = static_cast<std::uint32_t>(i);
      users.names[i] =
          i < numbers.values().size() ? Decimal(numbers.values()[i]) : texts.all[i - numbers.values().size()];
      users.keys[i] = account_key(users.names[i]);
    });
  }

  name_by_codes(named, numbers, texts, code);
  return users;
}

/// Positions by follower count, descending, then by key: by key in buckets of its first bits, for keys are hashes; then
/// a stable counting sort.
std::vector<std::uint32_t> internal_order(std::span<const std::uint32_t> followers, std::span<const AccountKey> keys) {
  struct Keyed {
    AccountKey key;
    std::uint32_t user;
  };
  const std::size_t users = followers.size();
  const int bits = std::clamp<int>(static_cast<int>(std::bit_width(users / 1024)), 1, 16);
  const auto bucket = [&](AccountKey key) {
    return static_cast<std::size_t>(static_cast<std::uint64_t>(key) >> (64 - bits));
  };
  std::vector<std::size_t> begin((std::size_t{1} << bits) + 1, 0);
  for (const AccountKey key : keys) ++begin[bucket(key) + 1];
  for (std::size_t b = 1; b < begin.size(); ++b) begin[b] += begin[b - 1];
  std::vector<Keyed> by_key(users);
  std::vector<std::size_t> next(begin.begin(), begin.end() - 1);
  for (std::size_t user = 0; user < users; ++user)
    by_key[next[bucket(keys[user])]++] = {keys[user], static_cast<std::uint32_t>(user)};
  parallel_for(
      next.size(),
      [&](std::size_t b) {
        std::sort(by_key.begin() + static_cast<std::ptrdiff_t>(begin[b]),
                  by_key.begin() + static_cast<std::ptrdiff_t>(begin[b + 1]),
                  [](const Keyed& one, const Keyed& other) { return one.key < other.key; });
      },
      1);

  const std::size_t most = users > 0 ? *std::ranges::max_element(followers) : 0;
  std::vector<std::uint32_t> place(most + 2, 0);  // of the next user with most - i followers
  for (const std::uint32_t count : followers) ++place[most - count + 1];
  for (std::size_t i = 1; i < place.size(); ++i) place[i] += place[i - 1];
  std::vector<std::uint32_t> order(users);
  for (const Keyed& keyed : by_key) order[place[most - followers[keyed.user]]++] = keyed.user;
  return order;
}

FollowerRows by_followee(std::size_t users, NamedFollows named) {
  std::vector<std::span<const Follow>> pieces(named.pieces.size());
  std::ranges::transform(named.pieces, pieces.begin(),
                         [](const FollowPiece& piece) { return std::span<const Follow>(piece.follows); });
  return FollowerRows(users, pieces, named.undirected);
}

void expect_follows(const std::filesystem::path& file, const LoadReport& report) {
  if (report.follows > 0) return;
  if (report.self_loops == 0)
    throw BadRequest(
        fmt::format("{}: holds no follows; expected at least one; check that this is the graph", file.string()));
  throw BadRequest(fmt::format(
      "{}: holds no follows but {} of users by themselves; expected follows between two users; check the columns",
      file.string(), report.self_loops));
}

/// Keys are the same by chance once in 10^19 pairs.
void expect_different_keys(const std::filesystem::path& file, const LoadedGraph& loaded) {
  const std::span<const std::uint32_t> counts = loaded.graph.follower_counts();
  for (std::size_t k = 1; k < counts.size(); ++k)
    if (counts[k - 1] == counts[k] && loaded.accounts.keys[k - 1] == loaded.accounts.keys[k])
      throw BadRequest(fmt::format(
          "{}: the ids '{:.60}' and '{:.60}' have the same hash; expected different ones; give one of them a key "
          "in graph.accounts",
          file.string(), loaded.accounts.outside_ids[k - 1], loaded.accounts.outside_ids[k]));
}

/// A column that is no id, such as a time or a weight, shows in nobody both following and being followed.
void note_two_kinds(const FollowGraph& graph, std::vector<std::string>& notes) {
  constexpr std::uint64_t least = 3;  // an audience of one or two accounts is no mistake
  struct Counts {
    std::uint64_t following = 0, followed = 0, both = 0;
  } count;
  for (std::uint32_t u = 0; u < graph.user_count() && count.both == 0; ++u) {
    const bool follows = !graph.followees(UserId(u)).empty(), is_followed = graph.follower_count(UserId(u)) > 0;
    count.following += follows, count.followed += is_followed, count.both += follows && is_followed;
  }
  if (count.both == 0 && count.following >= least && count.followed >= least)
    notes.push_back(
        "nobody both follows and is followed; if a column read is no user (a time, a weight, a thing), set "
        "graph.columns or put the users first");
}

std::uint64_t count_isolated(const FollowGraph& graph) {
  return parallel_sum(graph.user_count(), [&](std::size_t k) {
    const UserId user(static_cast<std::uint32_t>(k));
    return std::uint64_t{graph.follower_count(user) == 0 && graph.followees(user).empty()};
  });
}

}  // namespace

namespace {

/// Words that often stand for a value that is missing.
bool means_missing(std::string_view id) {
  constexpr std::array<std::string_view, 8> words{"na", "n/a", "nan", "null", "none", "nil", "undefined", "missing"};
  return std::ranges::any_of(words, [&](std::string_view word) { return same_word(word, id); });
}

/// The number that the id is written as, if it is one that a double tells from its neighbours.
std::optional<double> written_number(std::string_view id) {
  if (id.starts_with('+')) id.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), value);
  if (error != std::errc{} || end != id.data() + id.size() || !(std::abs(value) < 0x1p53)) return std::nullopt;
  return value;
}

/// Ids that may not be what they look like: alike as numbers ('1e+05' and '100000'), or words for a missing value.
void note_ids(const std::vector<std::string>& names, std::vector<std::string>& notes) {
  std::vector<std::pair<double, std::uint32_t>> numbers;
  bool other_form = false;
  for (std::uint32_t i = 0; i < names.size(); ++i) {
    if (names[i].empty() ||
        !(std::isdigit(static_cast<unsigned char>(names[i].front())) ||
          std::string_view("+-.nN").find(names[i].front()) != std::string_view::npos || means_missing(names[i])))
      continue;
    if (means_missing(names[i]))
      notes.push_back(fmt::format(
          "'{:.60}' is a user like others; if it says that a value is missing, take its lines out", names[i]));
    else if (const auto value = written_number(names[i])) {
      numbers.emplace_back(*value, i);
      other_form |=
          names[i].size() > 1 &&
          (names[i].front() == '0' || !std::ranges::all_of(names[i], [](char c) { return c >= '0' && c <= '9'; }));
    }
  }
  if (!other_form) return;
  std::ranges::sort(numbers);
  std::size_t alike = 0;
  std::string example;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t end = i + 1;
    while (end < numbers.size() && numbers[end].first == numbers[i].first) ++end;
    if (end - i > 1) {
      alike += end - i;
      if (example.empty())
        example = fmt::format("'{:.60}' and '{:.60}'", names[numbers[i].second], names[numbers[i + 1].second]);
    }
    i = end;
  }
  if (alike > 0)
    notes.push_back(
        fmt::format("{} ids are different texts and the same numbers, such as {}: they are different users; write each "
                    "id in one way",
                    alike, example));
}

/// Whether the text holds what no eye sees: controls, blanks that are none, marks of direction and of byte order.
bool holds_unseen(std::string_view id) {
  const auto plain = [](char c) { return c >= ' ' && c < '\x7f'; };
  if (std::ranges::all_of(id, plain)) return false;
  if (std::ranges::any_of(id, [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; })) return true;
  constexpr std::array<std::string_view, 10> unseen{"\xc2\xa0",     "\xc2\xad",     "\xe2\x80\x8b", "\xe2\x80\x8c",
                                                    "\xe2\x80\x8d", "\xe2\x80\x8e", "\xe2\x80\x8f", "\xe2\x80\xa8",
                                                    "\xe2\x80\xa9", "\xef\xbb\xbf"};
  return std::ranges::any_of(unseen, [&](std::string_view sign) { return id.find(sign) != std::string_view::npos; });
}

/// Whether it is a number as a spreadsheet writes one that is too long for a cell.
bool is_shortened(std::string_view id) {
  const std::size_t power = id.find("E+");
  if (power == std::string_view::npos || power == 0) return false;
  const auto digits = [](std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  };
  const std::string_view end = id.substr(power + 2);
  return id.find_first_not_of("0123456789.") == power && digits(end) && end.size() == 2 && end >= "08";
}

void note_shapes(const std::vector<std::string>& names, std::vector<std::string>& notes) {
  std::size_t unseen = 0, shortened = 0;
  const std::string *of_unseen = nullptr, *of_shortened = nullptr;
  for (const std::string& name : names) {
    if (holds_unseen(name) && ++unseen == 1) of_unseen = &name;
    if (is_shortened(name) && ++shortened == 1) of_shortened = &name;
  }
  if (of_unseen != nullptr)
    notes.push_back(
        fmt::format("invisible characters are in {} ids, such as '{:.60}', and tell users apart; take them out if "
                    "they mean nothing",
                    unseen, *of_unseen));
  if (of_shortened != nullptr)
    notes.push_back(
        fmt::format("{} ids look as a spreadsheet shortens long numbers, such as '{:.60}': different users may have "
                    "become one; export the ids as text",
                    shortened, *of_shortened));
}

void note_unused(const AccountTable& accounts, std::vector<std::string>& notes) {
  constexpr std::size_t most = 12;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min(most, accounts.unused.size()); ++i)
    names.push_back(fmt::format("{:.40}", accounts.unused[i]));
  if (accounts.unused.size() > most) names.push_back(fmt::format("and {} more", accounts.unused.size() - most));
  notes.push_back(
      fmt::format("columns of {} that are not used: {}; graph.attributes (graph import and graph sample: "
                  "--attributes) keeps those that hold numbers",
                  accounts.file.string(), fmt::join(names, ", ")));
}

}  // namespace

LoadedGraph assemble(const std::filesystem::path& file, NamedFollows named, const AccountTable* accounts,
                     LoadReport report) {
  report.pairs = 0;
  for (const FollowPiece& piece : named.pieces) report.pairs += piece.follows.size();
  const NamedUsers users = find_users(file, named, accounts);
  report.users = users.count();
  note_ids(users.names, report.notes);
  note_shapes(users.names, report.notes);
  if (accounts != nullptr && !accounts->unused.empty()) note_unused(*accounts, report.notes);

  report.undirected = named.undirected;
  FollowerRows rows = by_followee(users.bound, std::move(named));
  report.self_loops = rows.dropped().self_loops;
  report.duplicates = rows.dropped().duplicates;
  report.follows = rows.follow_count();
  expect_follows(file, report);

  std::vector<std::uint32_t> followers(users.count());  // by place
  parallel_for(users.count(), [&](std::size_t place) { followers[place] = rows.follower_counts()[users.code(place)]; });
  const std::vector<std::uint32_t> order = internal_order(followers, users.keys);
  LoadedGraph loaded;
  loaded.accounts.outside_ids.resize(users.count());
  loaded.accounts.keys.resize(users.count());
  std::vector<UserId> codes(users.count());
  parallel_for(users.count(), [&](std::size_t k) {
    loaded.accounts.outside_ids[k] = users.name(order[k]);
    loaded.accounts.keys[k] = users.keys[order[k]];
    codes[k] = UserId(users.code(order[k]));
  });
  if (accounts != nullptr)
    for (const UserAttribute& attribute : accounts->attributes) {
      loaded.accounts.attributes.push_back({attribute.name, std::vector<double>(users.count())});
      UserAttribute& own = loaded.accounts.attributes.back();
      parallel_for(users.count(), [&](std::size_t k) { own.values[k] = attribute.values[order[k]]; });
    }
  loaded.graph = std::move(rows).take_graph(codes);
  expect_different_keys(file, loaded);
  report.isolated = count_isolated(loaded.graph);
  note_two_kinds(loaded.graph, report.notes);
  loaded.report = report;
  return loaded;
}

}  // namespace grapevine
