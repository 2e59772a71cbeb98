#include "graph/generators/configuration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <set>
#include <tuple>

#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"
#include "graph/generators/randomised.hpp"

namespace grapevine {

namespace {

/// A follow that a simple graph must not have: a second one of the same two users, or one of a user by itself.
struct Extra {
  std::size_t row;
  UserId user;
};

bool is_extra(const Rows& rows, Extra extra) {
  if (extra.user.index() == extra.row) return std::ranges::binary_search(rows[extra.row], extra.user);
  const auto row = rows[extra.row];
  return std::ranges::upper_bound(row, extra.user) - std::ranges::lower_bound(row, extra.user) > 1;
}

bool holds(const Rows& rows, std::size_t row, UserId user) { return std::ranges::binary_search(rows[row], user); }

/// Puts `to` in the place of one `from`; the row stays sorted.
void replace(Rows& rows, std::size_t row, UserId from, UserId to) {
  const std::span<UserId> users = rows[row];
  const auto out = std::ranges::lower_bound(users, from);
  if (to > from) {
    const auto in = std::lower_bound(out + 1, users.end(), to);
    *std::move(out + 1, in, out) = to;
  } else {
    const auto in = std::lower_bound(users.begin(), out, to);
    std::move_backward(in, out, out + 1);
    *in = to;
  }
}

void collect_extras(const Rows& rows, std::size_t row, std::vector<Extra>& extras) {
  const std::span<const UserId> users = rows[row];
  for (std::size_t i = 0; i < users.size(); ++i)
    if (users[i].index() == row || (i > 0 && users[i] == users[i - 1])) extras.push_back({row, users[i]});
}

/// Exchanges the followees of extra follows and random others of the rows first .. last - 1 such that neither follow is
/// extra afterwards. What finds no partner within `tries` goes to `left`. Only these rows are read and written.
void swap_out(Rows& rows, std::size_t first, std::size_t last, const std::vector<Extra>& extras, std::uint64_t tries,
              std::uint64_t key, std::vector<Extra>& left) {
  const std::uint64_t begin = rows.begin[first], size = rows.begin[last] - begin;
  std::uint64_t draw = 0;
  for (const Extra& extra : extras) {
    if (!is_extra(rows, extra)) continue;  // it was another's partner meanwhile
    const UserId self(static_cast<std::uint32_t>(extra.row));
    bool done = false;
    for (std::uint64_t end = draw + tries; !done && draw < end; ++draw) {
      const std::uint64_t follow = begin + below(mix(key + draw * golden), size);
      const auto row =
          static_cast<std::size_t>(std::upper_bound(rows.begin.begin() + static_cast<std::ptrdiff_t>(first),
                                                    rows.begin.begin() + static_cast<std::ptrdiff_t>(last), follow) -
                                   rows.begin.begin() - 1);
      const UserId other = rows.users[follow];
      if (row == extra.row || row == extra.user.index() || other == self || holds(rows, extra.row, other) ||
          holds(rows, row, extra.user))
        continue;
      replace(rows, extra.row, extra.user, other);
      replace(rows, row, other, extra.user);
      done = true;
    }
    if (!done) left.push_back(extra);
  }
}

/// Matches the stubs in two steps that both stay in cache: the followers' stubs, in the order of their users, are dealt
/// out to buckets by lot; a bucket holds the stubs of neighbouring rows, which take what lies in it in an order drawn
/// by lot. Dealing keeps the order of users, so rows come out sorted.
class StubMatcher {
public:
  StubMatcher(const DegreeSequences& degrees, const StreamKey& key)
      : degrees_(degrees),
        key_(key.key(Draw::graph_stub)),
        rows_(rows_of_sizes(degrees.followees)),
        buckets_(std::clamp<std::size_t>(std::bit_ceil(rows_.users.size() / stubs_in_bucket), 1, most_buckets)),
        waiting_(rows_.users.size()) {}

  /// Sorted rows; what is extra in rows that one bucket fills alone is swapped out within the bucket, the rest is in
  /// `extras`.
  Rows match(std::vector<Extra>& extras) {
    deal();
    std::vector<std::vector<Extra>> left(buckets_);
    std::vector<Scratch> scratches(static_cast<std::size_t>(thread_count()));
    parallel_blocks(buckets_, 1, [&](std::size_t b, std::size_t, std::size_t, int worker) {
      fill(b, scratches[static_cast<std::size_t>(worker)]);
      repair(b, scratches[static_cast<std::size_t>(worker)].extras, left[b]);
    });
    for (const std::vector<Extra>& part : left) extras.insert(extras.end(), part.begin(), part.end());
    std::vector<std::size_t> shared;  // rows that several buckets filled
    for (std::size_t b = 1; b < buckets_; ++b)
      if (const std::size_t row = row_of(begin_[b]);
          rows_.begin[row] < begin_[b] && (shared.empty() || shared.back() != row))
        shared.push_back(row);
    parallel_for(
        shared.size(), [&](std::size_t i) { std::ranges::sort(rows_[shared[i]]); }, 1);
    for (const std::size_t row : shared) collect_extras(rows_, row, extras);
    return std::move(rows_);
  }

private:
  static constexpr std::size_t stubs_in_bucket = std::size_t{1} << 16, most_buckets = 2048, most_chunks = 256;

  struct Scratch {
    std::vector<std::uint32_t> row_at;  // by stub of the bucket, from its first row on
    std::vector<std::uint32_t> next;    // place of the row's next followee within the bucket
    std::vector<Extra> extras;
  };

  /// The row that holds this follow. An empty row holds none; at the end of all rows it is the number of rows.
  std::size_t row_of(std::uint64_t follow) const {
    return static_cast<std::size_t>(std::ranges::upper_bound(rows_.begin, follow) - rows_.begin.begin()) - 1;
  }

  /// Four stubs share the bits of one draw.
  template <class Visit>
  void each_lot(std::uint64_t first, std::uint64_t last, Visit&& visit) const {
    const std::uint64_t mask = buckets_ - 1;
    for (std::uint64_t stub = first; stub < last;) {
      std::uint64_t lots = mix(key_ + stub / 4 * golden);
      for (const std::uint64_t end = std::min(last, stub + 4); stub < end; ++stub, lots >>= 16)
        visit(static_cast<std::size_t>(lots & mask));
    }
  }

  void deal() {
    const std::uint64_t stubs = waiting_.size();
    const std::uint64_t chunk = std::max<std::uint64_t>(4096, (stubs / most_chunks + 4) / 4 * 4);
    const std::size_t chunks = static_cast<std::size_t>((stubs + chunk - 1) / chunk);
    std::vector<std::uint64_t> place(chunks * buckets_,
                                     0);  // first sizes, then where a chunk's next stub of a bucket goes
    parallel_blocks(stubs, chunk, [&](std::size_t c, std::size_t first, std::size_t last, int) {
      std::uint64_t* const sizes = place.data() + c * buckets_;
      each_lot(first, last, [&](std::size_t b) { ++sizes[b]; });
    });
    begin_.assign(buckets_ + 1, 0);
    for (std::size_t b = 0; b < buckets_; ++b) {
      std::uint64_t next = begin_[b];
      for (std::size_t c = 0; c < chunks; ++c) next += std::exchange(place[c * buckets_ + b], next);
      begin_[b + 1] = next;
    }
    std::vector<std::uint64_t> owner_begin(
        chunks + 1, 0);  // the user that a chunk's first stub belongs to, and that user's first stub
    std::vector<std::uint32_t> owner(chunks, 0);
    std::uint64_t before = 0;
    for (std::size_t v = 0, c = 0; v < degrees_.followers.size() && c < chunks; before += degrees_.followers[v++])
      for (; c < chunks && c * chunk < before + degrees_.followers[v]; ++c)
        owner[c] = static_cast<std::uint32_t>(v), owner_begin[c] = before;
    parallel_blocks(stubs, chunk, [&](std::size_t c, std::size_t first, std::size_t last, int) {
      std::uint64_t* const next = place.data() + c * buckets_;
      std::uint32_t v = owner[c];
      std::uint64_t left = owner_begin[c] + degrees_.followers[v] - first;
      each_lot(first, last, [&](std::size_t b) {
        while (left == 0) left = degrees_.followers[++v];
        --left;
        waiting_[next[b]++] = UserId(v);
      });
    });
  }

  /// Fills the places of bucket `b`, which lie side by side, with the users that wait in it.
  void fill(std::size_t b, Scratch& scratch) {
    const std::uint64_t begin = begin_[b], size = begin_[b + 1] - begin;
    if (size == 0) return;
    const std::size_t first_row = row_of(begin);
    scratch.row_at.resize(size);
    scratch.next.clear();
    for (std::uint64_t at = 0; at < size;) {
      const std::size_t row = first_row + scratch.next.size();
      scratch.next.push_back(static_cast<std::uint32_t>(at));
      const std::uint64_t end = std::min(size, rows_.begin[row + 1] - begin);
      std::fill(scratch.row_at.data() + at, scratch.row_at.data() + end, static_cast<std::uint32_t>(row - first_row));
      at = end;
    }
    const std::uint64_t lots = mix(key_ ^ (b + 1));
    std::uint32_t* const row_at = scratch.row_at.data();
    for (std::uint64_t i = size; i > 1; --i) std::swap(row_at[i - 1], row_at[below(mix(lots + i * golden), i)]);
    UserId* const users = rows_.users.data() + begin;
    const UserId* const waiting = waiting_.data() + begin;
    for (std::uint64_t i = 0; i < size; ++i) users[scratch.next[row_at[i]]++] = waiting[i];
  }

  void repair(std::size_t b, std::vector<Extra>& extras, std::vector<Extra>& left) {
    std::size_t first = row_of(begin_[b]), last = row_of(begin_[b + 1]);
    if (rows_.begin[first] < begin_[b]) ++first;
    extras.clear();
    for (std::size_t row = first; row < last; ++row) collect_extras(rows_, row, extras);
    if (!extras.empty()) swap_out(rows_, first, last, extras, 16, mix(key_ ^ ~std::uint64_t{b}), left);
  }

  const DegreeSequences& degrees_;
  std::uint64_t key_;
  Rows rows_;
  std::size_t buckets_;
  UnwrittenArray<UserId> waiting_;
  std::vector<std::uint64_t> begin_;  // of a bucket's stubs
};

/// Some simple graph of these degrees (Kleitman & Wang 1973): one user after the other, by lot, follows the users that
/// have most followers to find, of equal ones those that have most to follow, then by another lot: users of equal
/// degrees are alike. O(follows log users).
Rows some_graph(const DegreeSequences& degrees, std::uint64_t key) {
  const KeyedPermutation turns(mix(key), std::max<std::size_t>(1, degrees.user_count())),
      lots(mix(key + golden), turns.size());
  using Need =
      std::tuple<std::uint32_t, std::uint32_t, std::uint64_t, std::uint32_t>;  // followers, followees, lot, user
  std::vector<std::uint32_t> followers = degrees.followers, followees = degrees.followees;
  const auto need = [&](std::uint32_t v) { return Need(followers[v], followees[v], lots(v), v); };
  std::set<Need, std::greater<>> needs;
  for (std::uint32_t v = 0; v < degrees.user_count(); ++v) needs.insert(need(v));
  Rows rows = rows_of_sizes(degrees.followees);
  for (std::uint64_t turn = 0; turn < degrees.user_count(); ++turn) {
    const auto u = static_cast<std::uint32_t>(turns(turn));
    needs.erase(need(u));  // never its own followee
    std::vector<std::uint32_t> chosen;
    for (auto it = needs.begin(); chosen.size() < followees[u]; ++it) {
      GRAPEVINE_EXPECTS(it != needs.end() && std::get<0>(*it) > 0);  // the degrees are those of a graph
      chosen.push_back(std::get<3>(*it));
    }
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      const std::uint32_t v = chosen[i];
      rows[u][i] = UserId(v);
      needs.erase(need(v));
      --followers[v];
      needs.insert(need(v));
    }
    std::ranges::sort(rows[u]);
    followees[u] = 0;
    needs.insert(need(u));
  }
  return rows;
}

}  // namespace

Rows configuration_rows(const DegreeSequences& degrees, const StreamKey& key) {
  GRAPEVINE_EXPECTS(degrees.user_count() < UINT32_MAX && degrees.followees.size() == degrees.user_count());
  if (const std::string why = why_not_simple(degrees); !why.empty()) throw BadRequest("graph.degrees: " + why);
  std::vector<Extra> extras;
  Rows rows = StubMatcher(degrees, key).match(extras);
  GRAPEVINE_EXPECTS(rows.users.size() == parallel_sum(degrees.user_count(), [&](std::size_t v) {
                      return std::uint64_t{degrees.followers[v]};
                    }));
  const std::uint64_t swap_key = key.key(Draw::graph_swap);
  std::vector<Extra> left;
  if (!extras.empty()) swap_out(rows, 0, rows.count(), extras, 256, swap_key, left);
  if (left.empty()) return rows;
  constexpr double enough = 20;  // swaps tried for each follow
  return randomised_rows(some_graph(degrees, swap_key), enough, key);
}

FollowGraph configuration(const DegreeSequences& degrees, const StreamKey& key) {
  return FollowGraph(configuration_rows(degrees, key));
}

std::vector<std::string> configuration_mistakes(const ConfigurationParameters& p) {
  std::vector<std::string> mistakes;
  const std::uint64_t others = p.users > 0 ? p.users - 1 : 0;
  const double most = static_cast<double>(std::min({p.most_followers, p.most_followees, others}));
  for (const auto& [name, value] :
       {std::pair("exponent", p.exponent), std::pair("followees_exponent", p.followees_exponent)})
    if (!(value > 1.0 && value <= 1e6))
      mistakes.push_back(fmt::format("graph.{} is {}; expected a number above 1", name, value));
  if (p.least_followers > std::min(p.most_followers, others))
    mistakes.push_back(
        fmt::format("graph.least is {}; expected at most {}, the least of graph.largest (a fifth of the users, if that "
                    "is fewer), {}, and the number of other users, {}",
                    p.least_followers, std::min(p.most_followers, others), p.most_followers, others));
  else if (p.least_followers == 0 && !(p.mean_followees >= 0.0 && p.mean_followees <= most))
    mistakes.push_back(
        fmt::format("graph.mean_followees is {}; expected at most {}, the least of graph.largest (a fifth of the "
                    "users, if that is fewer), {}, graph.largest_followees, {}, and the number "
                    "of other users, {}; give fewer, or raise what is least",
                    p.mean_followees, most, p.most_followers, p.most_followees, others));
  return mistakes;
}

DegreeSequences power_law_sequences(const ConfigurationParameters& p, const StreamKey& key) {
  if (std::vector<std::string> mistakes = configuration_mistakes(p); !mistakes.empty())
    throw BadRequest(std::move(mistakes));
  const std::uint64_t others = p.users > 0 ? p.users - 1 : 0;
  DegreeSequences degrees;
  double mean = p.mean_followees;
  if (p.least_followers == 0) {
    degrees.followers = power_law_degrees(p.users, {mean, p.exponent, std::min(p.most_followers, others)});
  } else {
    degrees.followers =
        discrete_power_law_degrees(p.users, p.exponent, p.least_followers, std::min(p.most_followers, others));
    const std::uint64_t follows =
        parallel_sum(p.users, [&](std::size_t v) { return std::uint64_t{degrees.followers[v]}; });
    mean = static_cast<double>(follows) / static_cast<double>(p.users);
    if (mean > static_cast<double>(std::min(p.most_followees, others)))
      throw BadRequest(fmt::format(
          "graph.largest_followees is {}, and graph.least makes {:.4g} followers per user; expected room for "
          "as many followees; raise it",
          p.most_followees, mean));
  }
  const std::vector<std::uint32_t> by_rank =
      power_law_degrees(p.users, {mean, p.followees_exponent, std::min(p.most_followees, others)});
  degrees.followees.resize(p.users);
  if (p.users == 0) return degrees;
  const KeyedPermutation rank(key.key(Draw::graph_size), p.users);
  parallel_for(p.users, [&](std::size_t u) { degrees.followees[u] = by_rank[rank(u)]; });
  return degrees;
}

}  // namespace grapevine
