#include "graph/formats/named_follows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <utility>

#include "graph/base/parallel.hpp"

namespace grapevine {

namespace {

/// A decimal number as a text, without memory of its own.
class Decimal {
public:
  explicit Decimal(std::uint32_t value)
      : size_(static_cast<std::size_t>(std::to_chars(digits_.data(), digits_.data() + digits_.size(), value).ptr - digits_.data())) {}
  operator std::string_view() const { return {digits_.data(), size_}; }

private:
  std::array<char, 10> digits_;
  std::size_t size_;
};

/// The numbers among the ids, each once, ascending.
///
/// Numbers that lie close for the many follows there are, are found in a table by value, which is then at most some 40 bytes a follow; others by
/// bisection.
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

/// Who the users are. Follows name them by codes, of which some may be nobody's.
struct Users {
  std::size_t bound = 0;              // above all codes
  std::vector<std::uint32_t> codes;   // ascending
  std::vector<std::string> names;     // by code; empty: the codes are the names
  std::vector<AccountKey> keys;       // by place in `codes`

  std::string name(std::size_t place) const { return names.empty() ? std::string(Decimal(codes[place])) : names[codes[place]]; }
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
  throw UnknownAccount(fmt::format("{}: account '{}' is not in {}; expected every account of the graph there; add it, or take its follows out",
                                   file.string(), id, accounts.file.string()));
}

/// Ids become codes 0, 1, ...: those of the accounts where there is a table, else of the numbers, then of the texts.
Users find_users(const std::filesystem::path& file, NamedFollows& named, const AccountTable* accounts) {
  Numbers numbers(named);
  Users users;
  const bool texts_occur = std::ranges::any_of(named.texts, [](const IdTable& table) { return table.size() > 0; });
  if (numbers.dense() && !texts_occur && accounts == nullptr) {
    users.bound = numbers.bound();
    users.codes = numbers.take_values();
    users.keys.resize(users.codes.size());
    parallel_for(users.codes.size(), [&](std::size_t i) { users.keys[i] = account_key(Decimal(users.codes[i])); });
    return users;
  }

  const Texts texts(std::move(named.texts));
  const std::size_t count = numbers.values().size() + texts.all.size();
  if (count >= text_id)
    throw BadRequest(fmt::format("{}: more than {} accounts; expected fewer; split the graph", file.string(), text_id - 1));
  std::vector<std::uint32_t> code(count);  // numbers first, then texts
  if (accounts != nullptr) {
    const auto known = [&](std::string_view id) {
      const std::uint32_t found = accounts->ids.find(id);
      if (found == IdTable::absent) refuse_unknown(file, id, *accounts);
      return found;
    };
    parallel_for(count, [&](std::size_t i) {
      code[i] = i < numbers.values().size() ? known(Decimal(numbers.values()[i])) : known(texts.all[i - numbers.values().size()]);
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
      users.names[i] = i < numbers.values().size() ? Decimal(numbers.values()[i]) : texts.all[i - numbers.values().size()];
      users.keys[i] = account_key(users.names[i]);
    });
  }
  users.codes.resize(users.bound);
  for (std::size_t i = 0; i < users.bound; ++i) users.codes[i] = static_cast<std::uint32_t>(i);

  const auto text_code = [&](std::uint32_t id, std::size_t table) { return code[numbers.values().size() + texts.number[table][id - text_id]]; };
  if (numbers.dense()) {
    std::vector<std::uint32_t> number_code(numbers.bound());
    parallel_for(numbers.values().size(), [&](std::size_t i) { number_code[numbers.values()[i]] = code[i]; });
    rename(named, [&](std::uint32_t id, std::size_t table) { return id < text_id ? number_code[id] : text_code(id, table); });
  } else {
    rename(named, [&](std::uint32_t id, std::size_t table) {
      if (id >= text_id) return text_code(id, table);
      const auto place = std::ranges::lower_bound(numbers.values(), id);
      return code[static_cast<std::size_t>(place - numbers.values().begin())];
    });
  }
  return users;
}

/// Followers of each code, repetitions counted and loops not. Each of some threads counts a share of the follows in an array of its own, as
/// long as those arrays together are no larger than the follows.
std::vector<std::uint32_t> count_followers(const NamedFollows& named, std::size_t bound, std::size_t follows) {
  const std::size_t shares = std::clamp<std::size_t>(2 * follows / std::max<std::size_t>(bound, 1), 1, static_cast<std::size_t>(thread_count()));
  const std::size_t each = (named.pieces.size() + shares - 1) / shares;
  std::vector<std::vector<std::uint32_t>> counts(shares);
  parallel_for(
      shares,
      [&](std::size_t share) {
        std::vector<std::uint32_t>& mine = counts[share];
        mine.resize(bound, 0);
        for (std::size_t p = share * each; p < std::min((share + 1) * each, named.pieces.size()); ++p)
          for (const Follow& follow : named.pieces[p].follows) {
            const std::uint32_t one = follow.follower != follow.followee;
            mine[follow.followee.value()] += one;
            if (named.undirected) mine[follow.follower.value()] += one;
          }
      },
      1);
  parallel_for(bound, [&](std::size_t code) {
    for (std::size_t share = 1; share < shares; ++share) counts[0][code] += counts[share][code];
  });
  return std::move(counts[0]);
}

/// Positions by follower count, descending, then by key: by key in buckets of its first bits, for keys are hashes; then a stable counting sort.
std::vector<std::uint32_t> internal_order(std::span<const std::uint32_t> followers, std::span<const AccountKey> keys) {
  struct Keyed {
    AccountKey key;
    std::uint32_t user;
  };
  const std::size_t users = followers.size();
  const int bits = std::clamp<int>(static_cast<int>(std::bit_width(users / 1024)), 1, 16);
  const auto bucket = [&](AccountKey key) { return static_cast<std::size_t>(static_cast<std::uint64_t>(key) >> (64 - bits)); };
  std::vector<std::size_t> begin((std::size_t{1} << bits) + 1, 0);
  for (const AccountKey key : keys) ++begin[bucket(key) + 1];
  for (std::size_t b = 1; b < begin.size(); ++b) begin[b] += begin[b - 1];
  std::vector<Keyed> by_key(users);
  std::vector<std::size_t> next(begin.begin(), begin.end() - 1);
  for (std::size_t user = 0; user < users; ++user) by_key[next[bucket(keys[user])]++] = {keys[user], static_cast<std::uint32_t>(user)};
  parallel_for(
      next.size(),
      [&](std::size_t b) {
        std::sort(by_key.begin() + static_cast<std::ptrdiff_t>(begin[b]), by_key.begin() + static_cast<std::ptrdiff_t>(begin[b + 1]),
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

/// Whom repetitions in sorted rows follow, once for each repetition; loops do not count.
std::vector<UserId> repeated_followees(const Rows& rows) {
  return parallel_append<UserId>(rows.count(), [&](std::size_t r, std::vector<UserId>& out) {
    const std::span<const UserId> row = rows[r];
    for (std::size_t i = 1; i < row.size(); ++i)
      if (row[i] == row[i - 1] && row[i].index() != r) out.push_back(row[i]);
  });
}

std::vector<std::uint32_t> composed(const std::vector<std::uint32_t>& before, std::span<const UserId> after) {
  std::vector<std::uint32_t> both(before.size());
  for (std::size_t k = 0; k < both.size(); ++k) both[k] = before[after[k].index()];
  return both;
}

}  // namespace

LoadedGraph assemble(const std::filesystem::path& file, NamedFollows named, const AccountTable* accounts, LoadReport report) {
  report.pairs = 0;
  for (const FollowPiece& piece : named.pieces) report.pairs += piece.follows.size();
  Users users = find_users(file, named, accounts);
  const std::size_t count = users.codes.size();
  report.users = count;

  // Users are numbered by the followers that lines give them, before repetitions are known. Where there are any, it is looked at again.
  std::vector<std::uint32_t> order;             // places in users.codes
  std::vector<std::uint32_t> followers(count);  // by number
  {
    const std::vector<std::uint32_t> by_code = count_followers(named, users.bound, report.pairs);
    std::vector<std::uint32_t> by_place(count);
    parallel_for(count, [&](std::size_t i) { by_place[i] = by_code[users.codes[i]]; });
    order = internal_order(by_place, users.keys);
    parallel_for(count, [&](std::size_t k) { followers[k] = by_place[order[k]]; });
  }
  {
    std::vector<std::uint32_t> number(users.bound);
    parallel_for(count, [&](std::size_t k) { number[users.codes[order[k]]] = static_cast<std::uint32_t>(k); });
    rename(named, [&](std::uint32_t code, std::size_t) { return number[code]; });
  }
  std::vector<std::span<const Follow>> pieces(named.pieces.size());
  std::ranges::transform(named.pieces, pieces.begin(), [](const FollowPiece& piece) { return std::span<const Follow>(piece.follows); });
  Rows rows = group_sorted(count, pieces, named.undirected);
  std::vector<FollowPiece>().swap(named.pieces);
  const std::vector<UserId> repeated = repeated_followees(rows);
  const Dropped dropped = tidy(rows);
  report.self_loops = dropped.self_loops;
  report.duplicates = dropped.duplicates;
  report.follows = rows.users.size();
  if (report.follows == 0 && report.self_loops == 0)
    throw BadRequest(fmt::format("{}: holds no follows; expected one at least; check that this is the graph", file.string()));
  if (report.follows == 0)
    throw BadRequest(fmt::format("{}: holds no follows but {} of users by themselves; expected follows between two users; check the columns",
                                 file.string(), report.self_loops));
  if (!repeated.empty()) {
    std::vector<AccountKey> keys(count);
    parallel_for(count, [&](std::size_t k) { keys[k] = users.keys[order[k]]; });
    for (const UserId user : repeated) --followers[user.index()];
    const std::vector<std::uint32_t> again = internal_order(followers, keys);
    std::vector<UserId> moved(count);
    std::ranges::transform(again, moved.begin(), [](std::uint32_t k) { return UserId(k); });
    if (!std::ranges::is_sorted(moved)) {
      rows = renumber(rows, moved);
      order = composed(order, moved);
    }
  }

  LoadedGraph loaded;
  loaded.accounts.outside_ids.resize(count);
  loaded.keys.resize(count);
  parallel_for(count, [&](std::size_t k) {
    loaded.accounts.outside_ids[k] = users.name(order[k]);
    loaded.keys[k] = users.keys[order[k]];
  });
  loaded.graph = FollowGraph(std::move(rows));
  const std::span<const std::uint32_t> counts = loaded.graph.follower_counts();
  for (std::size_t k = 0; k < count; ++k) {
    if (k > 0 && counts[k - 1] == counts[k] && loaded.keys[k - 1] == loaded.keys[k])  // by chance once in 10^19 pairs
      throw BadRequest(
          fmt::format("{}: the ids '{}' and '{}' have the same hash; expected different ones; give one of them a key in graph.accounts",
                      file.string(), loaded.accounts.outside_ids[k - 1], loaded.accounts.outside_ids[k]));
    report.isolated += counts[k] == 0 && loaded.graph.followees(UserId(static_cast<std::uint32_t>(k))).empty();
  }
  loaded.report = report;
  return loaded;
}

}  // namespace grapevine
