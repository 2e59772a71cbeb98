#include "graph/generators/platform.hpp"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cmath>
#include <functional>
#include <map>
#include <new>
#include <span>
#include <utility>

#include "graph/base/error.hpp"
#include "graph/base/math.hpp"
#include "graph/base/parallel.hpp"
#include "graph/graph_builder.hpp"

namespace grapevine {

namespace {

constexpr double exact_from = 500;                    // natural accounts of at least so many followers have exactly as many as planned
constexpr double most_of_active = 0.85;               // of all follows, that the active make
constexpr double most_mutual = 0.98;                  // of the follows that could be returned
constexpr std::size_t neighbourhoods_in_window = 16;  // that a worker draws before it asks for more
constexpr std::size_t most_neighbours = 2'048;        // so that every place in a window of them has a number
constexpr double inactive_largest = 100;              // followers of an inactive account, before scaling

/// Followers of the active by percentile (Bruner 2013): from 0 to the tenth in proportion, between the others, and beyond the last with the
/// slope of the last two, a Pareto law each.
struct FollowerLaw {
  static constexpr std::size_t knots = 13;
  static constexpr std::array<double, knots> share = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.96, 0.99, 0.999};
  static constexpr std::array<double, knots> followers = {3, 9, 19, 36, 61, 98, 154, 246, 458, 819, 1'000, 3'000, 24'964};
  std::array<double, knots> power;  // from knot k on followers grow as (1 - share)^-power[k]

  FollowerLaw() {
    for (std::size_t k = 0; k + 1 < knots; ++k)
      power[k] = math::log(followers[k + 1] / followers[k]) / math::log((1 - share[k]) / (1 - share[k + 1]));
    power[knots - 1] = power[knots - 2];
  }

  double quantile(double p) const {
    if (p <= share[0]) return followers[0] * p / share[0];
    const std::size_t k = static_cast<std::size_t>(std::upper_bound(share.begin(), share.end(), p) - share.begin()) - 1;
    return followers[k] * math::pow((1 - share[k]) / (1 - p), power[k]);
  }

  /// Share of accounts with at most x followers.
  double share_up_to(double x) const {
    if (x <= followers[0]) return share[0] * x / followers[0];
    const std::size_t k = static_cast<std::size_t>(std::upper_bound(followers.begin(), followers.end(), x) - followers.begin()) - 1;
    return 1 - (1 - share[k]) * math::pow(followers[k] / x, 1 / power[k]);
  }

  /// Followers of the accounts with at most x, divided by the number of all accounts.
  double mean_up_to(double x) const {
    if (x <= followers[0]) return x * share_up_to(x) / 2;
    double sum = followers[0] * share[0] / 2;
    for (std::size_t k = 0; k < knots && followers[k] < x; ++k) {
      const double end = k + 1 < knots && followers[k + 1] < x ? share[k + 1] : share_up_to(x);
      // Integral of followers[k] ((1 - share[k]) / (1 - p))^power from share[k] to end.
      sum += followers[k] * (1 - share[k]) * (1 - math::pow((1 - end) / (1 - share[k]), 1 - power[k])) / (1 - power[k]);
    }
    return sum;
  }
};

/// Followers of the inactive: 1 / (1 + x) of them have more than x, so half have less than one, up to `inactive_largest`.
double inactive_share_up_to(double x) { return x / (1 + x); }
double inactive_quantile(double p) { return p / (1 - p); }
double inactive_mean_up_to(double x) { return x < 1e-4 ? x * x / 2 : math::log(1 + x) - inactive_share_up_to(x); }

/// How many accounts of which kind there are, and how often what they attract.
struct Population {
  std::size_t users, active, natural, inactive;  // active includes planted and natural
  double planted_followers = 0, largest = 0;

  explicit Population(const PlatformParameters& p) : users(p.users) {
    active = std::max(static_cast<std::size_t>(p.active * static_cast<double>(users) + 0.5), std::min(p.planted.size(), users));
    natural = active - std::min(p.planted.size(), active);
    inactive = users - active;
    for (const PlantedAccount& account : p.planted) planted_followers += static_cast<double>(account.followers);
    largest = users > 1 ? static_cast<double>(std::clamp<std::uint64_t>(p.largest, 1, std::max<std::size_t>(1, users / 5))) : 0;
  }

  /// Followers of all accounts that are not planted, when the laws are multiplied by `scale` and cut at `largest`.
  double natural_followers(const FollowerLaw& law, double scale) const {
    if (!(largest > 0)) return 0;
    const double cut = largest / scale, inactive_cut = std::min(cut, inactive_largest);
    return scale * (static_cast<double>(natural) * law.mean_up_to(cut) / law.share_up_to(cut) +
                    static_cast<double>(inactive) * inactive_mean_up_to(inactive_cut) / inactive_share_up_to(inactive_cut));
  }
  static constexpr double largest_scale = 1e6;
};

/// Planted accounts that share community and order of followers.
struct Family {
  std::size_t accounts = 0;
  const PlantedAccount* first = nullptr;
  std::int32_t community = -1;  // -1: not given
};

std::map<std::uint32_t, Family> families_of(const PlatformParameters& p) {
  std::map<std::uint32_t, Family> families;
  for (const PlantedAccount& account : p.planted) {
    if (account.family == no_family) continue;
    Family& family = families[account.family];
    ++family.accounts;
    if (family.first == nullptr) family.first = &account;
    if (account.community >= 0) family.community = account.community;
  }
  return families;
}

/// Where users live: positions 0 .. users - 1 in a row, cut into communities of equal size and those into neighbourhoods.
class Places {
public:
  Places(std::size_t users, std::size_t communities, std::size_t neighbourhood) : users_(users), begin_{0} {
    for (std::size_t c = 0; c <= communities; ++c)
      community_begin_.push_back(static_cast<std::uint32_t>((users * c + communities - 1) / communities));
    for (std::size_t c = 0; c < communities; ++c) {
      const std::size_t first = community_begin(c), size = community_size(c),
                        parts = std::max<std::size_t>(1, (size + neighbourhood / 2) / neighbourhood);
      for (std::size_t n = 1; n <= parts; ++n) begin_.push_back(static_cast<std::uint32_t>(first + size * n / parts));
    }
  }

  std::size_t users() const { return users_; }
  std::size_t communities() const { return community_begin_.size() - 1; }
  std::size_t community_begin(std::size_t c) const { return community_begin_[c]; }
  std::size_t community_size(std::size_t c) const { return community_begin_[c + 1] - community_begin_[c]; }
  std::size_t community_of(std::size_t position) const { return position * communities() / users_; }
  std::size_t neighbourhoods() const { return begin_.size() - 1; }
  std::size_t neighbourhood_begin(std::size_t n) const { return begin_[n]; }

private:
  std::size_t users_;
  std::vector<std::uint32_t> community_begin_, begin_;  // of communities and neighbourhoods, one entry more than there are
};

/// An array that is looked at in random order, so on huge pages where the system has them: new elements are unwritten until then.
template <class T>
using Scattered = std::vector<T, Unwritten<T>>;
template <class T>
void resize(Scattered<T>& array, std::size_t size) {
  constexpr std::uintptr_t huge = std::uintptr_t{1} << 21;
  array.resize(size);
  const std::uintptr_t first = (reinterpret_cast<std::uintptr_t>(array.data()) + huge - 1) / huge * huge,
                       last = reinterpret_cast<std::uintptr_t>(array.data() + size) / huge * huge;
  if (first < last) madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);  // a wish: without it the same numbers come later
}

/// One draw in proportion to weights needs one look at one cell (Walker 1977): the cell's own member below the threshold, the other from
/// there on.
struct Cell {
  std::uint32_t threshold;
  std::uint32_t other;
};
struct Look {
  std::uint32_t cell;
  std::uint32_t coin;
};

/// The cell that 64 random bits look at among `count` cells from `first` on: their product with the count names it, its fraction is the
/// coin.
Look look(std::size_t first, std::size_t count, std::uint64_t bits) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(bits) * count;
  return {static_cast<std::uint32_t>(first + static_cast<std::size_t>(product >> 64)), static_cast<std::uint32_t>(product >> 32)};
}
std::uint32_t resolve(std::span<const Cell> cells, Look at) {
  const Cell cell = cells[at.cell];
  return at.cell ^
         ((at.cell ^ cell.other) & (0U - static_cast<std::uint32_t>(at.coin >= cell.threshold)));  // no branch: it would be a coin
}

/// Fills the cells first .. first + count - 1 for the weights of these members (Vose 1991) and returns the sum of the weights.
class CellFiller {
public:
  template <class Weight>
  double operator()(std::span<Cell> cells, std::size_t first, std::size_t count, Weight&& weight) {
    own_.resize(count);
    small_.clear();
    large_.clear();
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) sum += own_[i] = weight(first + i);
    for (std::size_t i = 0; i < count; ++i) {
      own_[i] = sum > 0 ? own_[i] * (static_cast<double>(count) / sum) : 1.0;
      cells[first + i] = {UINT32_MAX, static_cast<std::uint32_t>(first + i)};
      (own_[i] < 1.0 ? small_ : large_).push_back(static_cast<std::uint32_t>(i));
    }
    while (!small_.empty() && !large_.empty()) {
      const std::uint32_t small = small_.back(), large = large_.back();
      small_.pop_back();
      cells[first + small] = {static_cast<std::uint32_t>(own_[small] * 0x1.0p32), static_cast<std::uint32_t>(first + large)};
      own_[large] -= 1.0 - own_[small];
      if (own_[large] < 1.0) {
        large_.pop_back();
        small_.push_back(large);
      }
    }
    return sum;
  }

private:
  std::vector<double> own_;  // weight that a member has left, in cells
  std::vector<std::uint32_t> small_, large_;
};

/// Draws positions in proportion to a weight, from one community or from all.
class Crowd {
public:
  template <class Weight>
  Crowd(const Places& places, Weight&& weight) : places_(places), communities_(places.communities()), weights_(places.communities()) {
    resize(members_, places.users());
    parallel_for(
        places.communities(),
        [&](std::size_t c) { weights_[c] = CellFiller()(members_, places.community_begin(c), places.community_size(c), weight); }, 1);
    total_ = CellFiller()(communities_, 0, communities_.size(), [&](std::size_t c) { return weights_[c]; });
  }

  double weight() const { return total_; }
  double weight_in(std::size_t c) const { return weights_[c]; }

  Look in(std::size_t c, std::uint64_t bits) const { return look(places_.community_begin(c), places_.community_size(c), bits); }
  Look anywhere(std::uint64_t bits) const { return in(resolve(communities_, look(0, communities_.size(), bits)), mix(bits + golden)); }
  /// From any community but `c`, if there is another.
  Look out(std::size_t c, std::uint64_t bits) const {
    std::size_t other = c;
    for (int tries = 0; other == c && tries < 64; ++tries, bits = mix(bits + golden))
      other = resolve(communities_, look(0, communities_.size(), bits));
    return in(other, bits);
  }
  void fetch(Look at) const { __builtin_prefetch(&members_[at.cell]); }
  std::uint32_t position(Look at) const { return resolve(members_, at); }

private:
  const Places& places_;
  Scattered<Cell> members_;
  std::vector<Cell> communities_;
  std::vector<double> weights_;
  double total_ = 0;
};

bool test(std::span<const std::uint64_t> bits, std::size_t i) { return (bits[i / 64] >> (i % 64) & 1) != 0; }
void set(std::span<std::uint64_t> bits, std::size_t i) { bits[i / 64] |= std::uint64_t{1} << (i % 64); }
void clear(std::span<std::uint64_t> bits, std::size_t i) { bits[i / 64] &= ~(std::uint64_t{1} << (i % 64)); }

/// Where an account's drawn followers live: with it in the neighbourhood, elsewhere in the community, in other communities.
struct Split {
  std::uint32_t near = 0, in = 0, out = 0;
};

/// Exact accounts follow some of their followers back. Follower u is taken with probability min(1, will x openness): `will` is the
/// account's, openness is u's min(followers, followees) for each followee it draws. Tables by openness, four classes for each doubling.
class Returns {
public:
  static constexpr std::size_t classes = 1024;
  static std::size_t class_of(float openness) { return std::bit_cast<std::uint32_t>(openness) >> 21; }
  static double openness_of(std::size_t c) {
    return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(c << 21 | 1U << 20)));
  }

  /// `shares` of all draws find an ordinary user of the class.
  void set_shares(const std::array<double, classes>& shares) {
    for (std::size_t c = 0; c < finite; ++c) below_[c + 1] = below_[c] + shares[c] * openness_of(c);
    for (std::size_t c = finite; c-- > 0;) above_[c] = above_[c + 1] + shares[c];
  }

  /// The will of an account that follows the share `rate` of its followers back. If that would be more than `limit` times the will it took
  /// if nobody were certain to be followed, it follows fewer: no user gets more than `limit` times the follow-backs that its openness
  /// stands for.
  double will(double rate, double limit) const {
    if (!(rate > 0 && below_[finite] > 0)) return 0;
    // With will 1 / openness_of(c) all followers from class c on are taken: the share falls with c. Find the first class where it is low
    // enough.
    std::size_t low = 0, high = finite;
    while (low < high) {
      const std::size_t c = (low + high) / 2;
      if (below_[c] / openness_of(c) + above_[c] <= rate)
        high = c;
      else
        low = c + 1;
    }
    const double most = limit * rate / below_[finite];
    return below_[low] > 0 ? std::min(most, (rate - above_[low]) / below_[low]) : most;
  }

  /// Adds an account with so many followers.
  void add(double followers, double will) {
    if (!(will > 0)) return;
    const std::size_t c = std::min(finite, class_of(static_cast<float>(1 / will)));
    all_[c] += followers;
    some_[c] += followers * will;
  }

  /// Follow-backs of all accounts added for each of a user's draws, as a share of all draws.
  double received(float openness) const { return received_[class_of(openness)]; }
  void finish() {
    double all = 0, some = 0;
    for (std::size_t c = 0; c <= finite; ++c) some += some_[c];
    for (std::size_t c = 0; c < finite; ++c) {
      received_[c] = all + some * openness_of(c);
      all += all_[c];
      some -= some_[c];
    }
  }

private:
  static constexpr std::size_t finite = 1020;  // classes of finite openness
  std::array<double, classes> below_{}, above_{}, all_{}, some_{}, received_{};
};

/// Who is who: number, class, place and expected counts of every user.
class Plan {
public:
  Plan(const PlatformParameters& p, const StreamKey& key);

  struct Resident {
    float followers, followees;  // expected
  };

  const PlatformParameters& parameters;
  StreamKey key;
  std::size_t users;
  Places places;
  std::vector<Resident> residents;                                // by position
  std::vector<UserId> user_at;                                    // by position
  std::vector<std::uint64_t> active;                              // by user
  std::vector<std::uint64_t> exact;                               // by position: as many followers as planned
  std::vector<UserId> planted;                                    // in the order of the parameters
  std::vector<std::pair<std::uint32_t, std::uint32_t>> declared;  // position and index of the planted, ascending

  double mutual = 0;    // share of min(followers, followees) that is mutual
  double by_exact = 0;  // that part of it which ordinary users have with exact accounts
  double returned = 0;  // share of min(followers, followees) of exact accounts that they follow back
  double drawn = 0;     // sum of `weight`
  Returns returns;

  bool is_exact(std::size_t s) const { return test(exact, s); }
  double least(std::size_t s) const { return std::min(residents[s].followers, residents[s].followees); }
  /// Follow-backs that the resident has from exact accounts.
  double received(std::size_t s) const { return is_exact(s) ? 0 : weight(s) / drawn * returns.received(openness(s)); }
  /// Mutual follows between the resident and other ordinary users.
  double paired(std::size_t s) const { return is_exact(s) ? 0 : std::max(0.0, mutual * least(s) - received(s)); }
  /// Followees that the resident gets by following on its own.
  double weight(std::size_t s) const { return residents[s].followees - (is_exact(s) ? returned : mutual - by_exact) * least(s); }
  /// min(followers, followees) of an ordinary user for each followee that it draws; 0 for an exact account.
  float openness(std::size_t s) const { return is_exact(s) || !(weight(s) > 0) ? 0.0F : static_cast<float>(least(s) / weight(s)); }
  /// Followers of an ordinary user that follow it on their own and are not followed for it.
  double alone(std::size_t s) const { return residents[s].followers - mutual * least(s); }
  /// How eagerly an exact account follows back.
  double will(std::size_t s) const {
    return residents[s].followers > 0 ? returns.will(returned * least(s) / residents[s].followers, mutual / by_exact) : 0;
  }
  const PlantedAccount* declaration(std::size_t s) const {
    const auto at = std::ranges::lower_bound(declared, s, {}, [](const auto& entry) { return entry.first; });
    return at == declared.end() || at->first != s ? nullptr : &parameters.planted[at->second];
  }

private:
  std::vector<float> number();
  std::vector<float> want_followees() const;
  void settle(std::span<const float> followers, std::span<const float> followees);
  void share_mutual();
};

Plan::Plan(const PlatformParameters& p, const StreamKey& key_)
    : parameters(p), key(key_), users(p.users), places(p.users, p.communities, p.neighbourhood) {
  const std::vector<float> followers = number();
  settle(followers, want_followees());
  share_mutual();
}

/// Numbers users by planned followers, descending, and returns these.
std::vector<float> Plan::number() {
  const Population population(parameters);
  const FollowerLaw law;
  const double wanted = parameters.mean_followees * static_cast<double>(users) - population.planted_followers;
  double low = -20, high = math::log(Population::largest_scale);
  for (int step = 0; step < 60; ++step) {
    const double middle = (low + high) / 2;
    (population.natural_followers(law, math::exp(middle)) < wanted ? low : high) = middle;
  }
  const double scale = math::exp((low + high) / 2), cut = population.largest / scale;
  std::vector<float> natural(population.natural), inactive(population.inactive);
  const double share = law.share_up_to(cut), inactive_share = inactive_share_up_to(std::min(cut, inactive_largest));
  const auto level = [](std::size_t rank, std::size_t of) { return 1 - (static_cast<double>(rank) + 0.5) / static_cast<double>(of); };
  parallel_for(natural.size(),
               [&](std::size_t r) { natural[r] = static_cast<float>(scale * law.quantile(level(r, natural.size()) * share)); });
  parallel_for(inactive.size(), [&](std::size_t r) {
    inactive[r] = static_cast<float>(scale * inactive_quantile(level(r, inactive.size()) * inactive_share));
  });
  // Each rank stands for a piece of the law: what the ranks miss of the pieces' sum is made up for.
  double stretch = 1;
  for (int step = 0; step < 8; ++step) {
    const auto sum = [&](const std::vector<float>& counts) {
      return parallel_sum(counts.size(),
                          [&](std::size_t i) { return std::min(population.largest, stretch * static_cast<double>(counts[i])); });
    };
    const double reached = sum(natural) + sum(inactive);
    if (reached > 0) stretch *= std::max(0.0, wanted) / reached;
  }
  const auto fit = [&](float& count) {
    count = static_cast<float>(std::min(population.largest, stretch * static_cast<double>(count)));
    if (count >= static_cast<float>(exact_from)) count = std::floor(count + 0.5F);
  };
  parallel_for(natural.size(), [&](std::size_t i) { fit(natural[i]); });
  parallel_for(inactive.size(), [&](std::size_t i) { fit(inactive[i]); });

  std::vector<std::uint32_t> order(parameters.planted.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint32_t>(i);
  const std::uint64_t tie_key = key.key(Draw::graph_class);
  std::ranges::sort(order, std::greater(),
                    [&](std::uint32_t i) { return std::pair(parameters.planted[i].followers, nested_mix(tie_key, 0, i)); });
  std::vector<float> followers(users);
  active.assign((users + 63) / 64, 0);
  planted.resize(order.size());
  std::size_t d = 0, a = 0, i = 0;
  for (std::size_t u = 0; u < users; ++u) {
    const float next_natural = a < natural.size() ? natural[a] : -1, next_inactive = i < inactive.size() ? inactive[i] : -1;
    const float next_declared = d < order.size() ? static_cast<float>(parameters.planted[order[d]].followers) : -1;
    followers[u] = std::max({next_declared, next_natural, next_inactive});
    if (next_declared == followers[u])
      planted[order[d++]] = UserId(static_cast<std::uint32_t>(u));
    else
      ++(next_natural == followers[u] ? a : i);
    if (next_declared == followers[u] || next_natural == followers[u]) set(active, u);
  }
  return followers;
}

/// Draws how many users each wants to follow, by user.
std::vector<float> Plan::want_followees() const {
  const Population population(parameters);
  const double rest = std::sqrt(1 - parameters.correlation * parameters.correlation),
               total = parameters.mean_followees * static_cast<double>(users);
  std::vector<float> followees(users);
  std::vector<std::uint32_t> active_before((users + default_block - 1) / default_block + 1, 0);
  for (std::size_t u = 0; u < users; ++u) active_before[u / default_block + 1] += test(active, u);
  for (std::size_t b = 1; b < active_before.size(); ++b) active_before[b] += active_before[b - 1];
  const std::uint64_t class_key = key.key(Draw::graph_class);
  parallel_blocks(users, default_block, [&](std::size_t block, std::size_t first, std::size_t last, int) {
    std::size_t before = active_before[block];
    for (std::size_t u = first; u < last; ++u) {
      const bool is_active = test(active, u);
      const double rank = static_cast<double>(is_active ? before : u - before),
                   members = static_cast<double>(is_active ? population.active : population.inactive);
      const double score = math::normal_quantile(1 - (rank + 0.5) / members),
                   own = math::normal_quantile(uniform(nested_mix(class_key, 1, u)));
      const double wanted = (is_active ? parameters.followees_median : 1.0) *
                            math::exp(parameters.followees_spread * (parameters.correlation * score + rest * own));
      followees[u] = static_cast<float>(std::min(wanted, static_cast<double>(users - 1) / 2));
      before += is_active;
    }
  });
  const auto sum = [&](bool of_active) {
    return parallel_sum(users, [&](std::size_t u) { return test(active, u) == of_active ? static_cast<double>(followees[u]) : 0.0; });
  };
  const double by_active = sum(true), by_inactive = sum(false);
  const double of_active = by_inactive > 0 ? std::min(by_active, most_of_active * total) : total;
  const double active_scale = by_active > 0 ? of_active / by_active : 0,
               inactive_scale = by_inactive > 0 ? (total - of_active) / by_inactive : 0;
  parallel_for(users,
               [&](std::size_t u) { followees[u] = static_cast<float>(followees[u] * (test(active, u) ? active_scale : inactive_scale)); });
  return followees;
}

/// Gives every user a position: by a keyed permutation, but for planted accounts with a community, who swap with whoever has the place.
void Plan::settle(std::span<const float> followers, std::span<const float> followees) {
  residents.resize(users);
  user_at.resize(users);
  std::vector<std::uint32_t> position(users);  // by user
  exact.assign((users + 63) / 64, 0);
  if (users == 0) return;
  const KeyedPermutation lot(key.key(Draw::graph_place), users);
  parallel_for(users, [&](std::size_t u) {
    position[u] = static_cast<std::uint32_t>(lot(u));
    user_at[position[u]] = UserId(static_cast<std::uint32_t>(u));
    residents[position[u]] = {followers[u], followees[u]};
  });
  std::map<std::uint32_t, Family> families = families_of(parameters);
  std::vector<std::size_t> room(places.communities());
  for (std::size_t c = 0; c < room.size(); ++c) room[c] = places.community_size(c);
  for (const PlantedAccount& account : parameters.planted) {
    if (account.family == no_family && account.community >= 0) --room[static_cast<std::size_t>(account.community)];
    if (account.family != no_family && families.at(account.family).community >= 0)
      --room[static_cast<std::size_t>(families.at(account.family).community)];
  }
  for (auto& [name, family] : families) {
    if (family.community >= 0) continue;
    std::size_t drawn_community = key.bits(Draw::graph_place, name, 1) % places.communities();
    while (room[drawn_community] < family.accounts) drawn_community = (drawn_community + 1) % places.communities();
    room[drawn_community] -= family.accounts;
    family.community = static_cast<std::int32_t>(drawn_community);
  }
  std::vector<std::uint64_t> taken((users + 63) / 64, 0);
  for (std::size_t index = 0; index < planted.size(); ++index) {
    const PlantedAccount& account = parameters.planted[index];
    const std::int32_t given = account.family == no_family ? account.community : families.at(account.family).community;
    if (given < 0) continue;
    const std::size_t community = static_cast<std::size_t>(given);
    const std::size_t first = places.community_begin(community), size = places.community_size(community),
                      start = key.bits(Draw::graph_place, index) % size;
    std::size_t there = first + start;
    for (std::size_t i = 1; i < size && test(taken, there); ++i) there = first + (start + i) % size;
    set(taken, there);
    const std::size_t here = position[planted[index].index()];
    std::swap(residents[here], residents[there]);
    std::swap(user_at[here], user_at[there]);
    position[user_at[here].index()] = static_cast<std::uint32_t>(here);
    position[user_at[there].index()] = static_cast<std::uint32_t>(there);
  }
  for (std::size_t s = 0; s < users; ++s)
    if (residents[s].followers >= static_cast<float>(exact_from)) set(exact, s);
  for (std::size_t index = 0; index < planted.size(); ++index) {
    declared.emplace_back(position[planted[index].index()], static_cast<std::uint32_t>(index));
    set(exact, declared.back().first);
  }
  std::ranges::sort(declared);
}

void Plan::share_mutual() {
  const double total = parallel_sum(users, [&](std::size_t s) { return static_cast<double>(residents[s].followers); });
  const double of_exact = parallel_sum(users, [&](std::size_t s) { return is_exact(s) ? least(s) : 0.0; });
  const double of_ordinary = parallel_sum(users, [&](std::size_t s) { return is_exact(s) ? 0.0 : least(s); });
  if (of_ordinary > 0) {
    mutual = std::min(most_mutual, parameters.reciprocity * total / (of_ordinary + of_exact));
    by_exact = mutual * std::min(1.0, of_exact / of_ordinary);
    returned = of_exact > 0 ? by_exact * of_ordinary / of_exact : 0;
  }
  drawn = parallel_sum(users, [&](std::size_t s) { return weight(s); });
  if (!(drawn > 0)) return;
  constexpr std::size_t block = std::size_t{1} << 16;
  std::vector<std::array<double, Returns::classes>> parts((users + block - 1) / block);
  parallel_blocks(users, block, [&](std::size_t b, std::size_t first, std::size_t last, int) {
    parts[b].fill(0);
    for (std::size_t s = first; s < last; ++s)
      if (const float open = openness(s); open > 0) parts[b][Returns::class_of(open)] += weight(s) / drawn;
  });
  for (std::size_t b = 1; b < parts.size(); ++b)
    for (std::size_t c = 0; c < Returns::classes; ++c) parts[0][c] += parts[b][c];
  returns.set_shares(parts[0]);
  for (std::size_t w = 0; w < exact.size(); ++w)
    for (std::uint64_t left = exact[w]; left != 0; left &= left - 1) {
      const std::size_t s = 64 * w + static_cast<std::size_t>(std::countr_zero(left));
      returns.add(residents[s].followers, will(s));
    }
  returns.finish();
}

/// Memory that the system has back as soon as it is destroyed; an allocator may keep what it is given back.
class Pages {
public:
  explicit Pages(std::size_t bytes)
      : bytes_(bytes), first_(mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
    if (first_ == MAP_FAILED) throw std::bad_alloc();
  }
  Pages(Pages&& other) noexcept : bytes_(other.bytes_), first_(std::exchange(other.first_, nullptr)) {}
  Pages& operator=(Pages&&) = delete;
  ~Pages() {
    if (first_ != nullptr) munmap(first_, bytes_);
  }
  std::uint32_t* words() const { return static_cast<std::uint32_t*>(first_); }

private:
  std::size_t bytes_;
  void* first_;
};

/// Sorts words of a known number of bits in three passes, a third of the bits each, from the lowest up.
class WordSorter {
public:
  /// The words ascending, in their own place or another that lasts until the next call.
  std::span<const UserId> operator()(std::span<UserId> words, int bits) {
    const int digit = (bits + passes - 1) / passes;
    if (words.size() < std::size_t{1} << (digit - 1) || words.size() > most) {
      std::ranges::sort(words);
      return words;
    }
    if (first_.size() < words.size()) {
      first_.resize(words.size());
      second_.resize(words.size());
    }
    const std::uint32_t mask = (1U << digit) - 1;
    for (auto& next : next_) std::fill_n(next.begin(), mask + 1, 0U);
    for (const UserId word : words)
      for (int pass = 0; pass < passes; ++pass) ++next_[static_cast<std::size_t>(pass)][word.value() >> (pass * digit) & mask];
    for (auto& next : next_) {
      std::uint32_t end = 0;
      for (std::uint32_t d = 0; d <= mask; ++d) end += std::exchange(next[d], end);
    }
    const std::size_t count = words.size();
    const auto scatter = [&](const UserId* from, UserId* to, int pass) {
      std::uint32_t* const next = next_[static_cast<std::size_t>(pass)].data();
      for (std::size_t i = 0; i < count; ++i) to[next[from[i].value() >> (pass * digit) & mask]++] = from[i];
    };
    scatter(words.data(), first_.data(), 0);
    scatter(first_.data(), second_.data(), 1);
    scatter(second_.data(), first_.data(), 2);
    return {first_.data(), count};
  }

private:
  static constexpr int passes = 3;
  static constexpr std::size_t most = std::size_t{1} << 18;  // beyond which the words would not stay in cache
  std::array<std::array<std::uint32_t, 2048>, passes> next_;
  std::vector<UserId, Unwritten<UserId>> first_, second_;
};

/// Takes follows in any order and gives them back as rows: 4 bytes each for most while they wait, and freed as the rows fill up.
///
/// Follows wait in buckets of neighbouring followers. One word holds the follower's number within the bucket and the followee's position
/// within the window at hand; followees from anywhere come as a list. A bucket's follows then go to parts of up to 128 rows, as words that
/// hold row and followee, and a part is sorted in cache.
class FollowSorter {
public:
  /// At most this many positions in a window.
  static constexpr std::size_t most_in_window = 0xFFFE;

  explicit FollowSorter(std::size_t users)
      : users_(users), shift_(std::clamp(static_cast<int>(std::bit_width(users / most_buckets)), 8, 16)), buckets_((users >> shift_) + 1) {
    for (int worker = 0; worker < thread_count(); ++worker) writers_.emplace_back(shift_, buckets_);
  }

  class Writer {
  public:
    Writer(int shift, std::size_t buckets) : shift_(shift), streams_(buckets), chunks_(buckets) {}

    /// From now on positions are given that lie less than `most_in_window` above `begin`.
    void open(std::uint32_t begin) { window_ = begin; }
    void put(UserId follower, std::uint32_t followee_position) {
      Stream& stream = streams_[follower.value() >> shift_];
      if (stream.window != window_ || stream.end - stream.next < 5) start(stream);
      *stream.next++ = (followee_position - window_) << 16 | low(follower);
    }
    void put(UserId follower, std::span<const UserId> followees) {
      Stream& stream = streams_[follower.value() >> shift_];
      while (!followees.empty()) {
        if (stream.end - stream.next < 5) start(stream);
        const std::size_t count = std::min(followees.size(), static_cast<std::size_t>(stream.end - stream.next) - 2);
        *stream.next++ = list << 16 | low(follower);
        *stream.next++ = static_cast<std::uint32_t>(count);
        for (const UserId followee : followees.first(count)) *stream.next++ = followee.value();
        stream.words_besides += 2;
        followees = followees.subspan(count);
      }
    }

  private:
    friend FollowSorter;
    static constexpr std::uint32_t new_window = 0xFFFF, list = 0xFFFE;
    static constexpr std::size_t chunk_words = std::size_t{1} << 18;  // only those that are written take memory

    struct Stream {
      std::uint32_t* next = nullptr;
      std::uint32_t* end = nullptr;
      std::uint32_t window = UINT32_MAX;
      std::uint32_t words_besides = 0;  // that are no follow's first
    };
    struct Chunk {
      Pages pages;
      std::size_t used;
    };

    std::uint32_t low(UserId follower) const { return follower.value() & ((std::uint32_t{1} << shift_) - 1); }
    void start(Stream& stream) {
      if (stream.end - stream.next < 5) {
        const std::size_t bucket = static_cast<std::size_t>(&stream - streams_.data());
        close(bucket);
        chunks_[bucket].push_back({Pages(chunk_words * sizeof(std::uint32_t)), 0});
        stream.next = chunks_[bucket].back().pages.words();
        stream.end = stream.next + chunk_words;
      }
      stream.window = window_;
      stream.words_besides += 2;
      *stream.next++ = new_window << 16;
      *stream.next++ = window_;
    }
    void close(std::size_t bucket) {
      if (!chunks_[bucket].empty())
        chunks_[bucket].back().used = static_cast<std::size_t>(streams_[bucket].next - chunks_[bucket].back().pages.words());
    }
    std::uint64_t follows(std::size_t bucket) const {
      std::uint64_t words = 0;
      for (const Chunk& chunk : chunks_[bucket]) words += chunk.used;
      return words - streams_[bucket].words_besides;
    }

    int shift_;
    std::uint32_t window_ = 0;
    std::vector<Stream> streams_;             // by bucket
    std::vector<std::vector<Chunk>> chunks_;  // by bucket
  };

  Writer& writer(int worker) { return writers_[static_cast<std::size_t>(worker)]; }

  /// Everything that was put, sorted, each follow once. user_at names the followee at a position.
  Rows rows(std::span<const UserId> user_at);

private:
  static constexpr std::size_t most_buckets = 256;
  static constexpr int most_part_shift = 7;  // of the rows in a part; fewer where row and followee would not fit one word

  template <class Visit>
  void visit(std::size_t bucket, std::span<const UserId> user_at, Visit&& visit_follow) const;

  std::size_t users_;
  int shift_;
  std::size_t buckets_;
  std::vector<Writer> writers_;
};

/// visit_follow(low, followee) for each follow in the bucket: the follower's number within it and a function that names the followee.
template <class Visit>
void FollowSorter::visit(std::size_t bucket, std::span<const UserId> user_at, Visit&& visit_follow) const {
  for (const Writer& writer : writers_)
    for (const Writer::Chunk& chunk : writer.chunks_[bucket]) {
      const UserId* window = nullptr;
      for (const std::uint32_t *word = chunk.pages.words(), *const end = word + chunk.used; word < end; ++word) {
        const std::uint32_t place = *word >> 16, low = *word & 0xFFFF;
        if (place < most_in_window)
          visit_follow(low, [&] { return window[place]; });
        else if (place == Writer::new_window)
          window = user_at.data() + *++word;
        else
          for (std::uint32_t left = *++word; left > 0; --left) {
            const UserId user(*++word);
            visit_follow(low, [&] { return user; });
          }
      }
    }
}

Rows FollowSorter::rows(std::span<const UserId> user_at) {
  std::vector<std::uint64_t> begin(buckets_ + 1, 0), kept_in(buckets_, 0);
  for (std::size_t b = 0; b < buckets_; ++b) {
    begin[b + 1] = begin[b];
    for (Writer& writer : writers_) {
      writer.close(b);
      begin[b + 1] += writer.follows(b);
    }
  }
  Rows rows;
  rows.begin.resize(users_ + 1);
  resize(rows.users, begin.back());
  const int user_bits = static_cast<int>(std::bit_width(users_)), part_shift = std::min({32 - user_bits, most_part_shift, shift_});
  const std::uint32_t user_mask = static_cast<std::uint32_t>((std::uint64_t{1} << user_bits) - 1);
  std::vector<WordSorter> sorters(static_cast<std::size_t>(thread_count()));
  parallel_blocks(buckets_, 1, [&](std::size_t b, std::size_t, std::size_t, int worker) {
    const std::size_t first = b << shift_, count = std::min(users_, first + (std::size_t{1} << shift_)) - first;
    const std::size_t parts = (count + (std::size_t{1} << part_shift) - 1) >> part_shift;
    std::vector<std::uint32_t> next(parts + 1, 0);
    visit(b, user_at, [&](std::uint32_t low, auto&&) { ++next[(low >> part_shift) + 1]; });
    for (std::size_t part = 0; part < parts; ++part) next[part + 1] += next[part];
    UserId* const users = rows.users.data() + begin[b];
    visit(b, user_at, [&](std::uint32_t low, auto&& followee) {
      const std::uint64_t row = low & ((1U << part_shift) - 1);
      users[next[low >> part_shift]++] = UserId(static_cast<std::uint32_t>(row << user_bits | followee().value()));
    });
    for (Writer& writer : writers_) std::vector<Writer::Chunk>().swap(writer.chunks_[b]);
    UserId *waiting = users, *kept = users;  // next[part] is the end of a part by now
    for (std::size_t part = 0; part < parts; ++part) {
      const std::span<const UserId> sorted =
          sorters[static_cast<std::size_t>(worker)]({waiting, users + next[part]}, user_bits + part_shift);
      waiting = users + next[part];
      const std::size_t row = first + (part << part_shift),
                        rows_here = std::min(count - (part << part_shift), std::size_t{1} << part_shift);
      std::uint64_t* const end = rows.begin.data() + row + 1;
      std::fill_n(end, rows_here, static_cast<std::uint64_t>(kept - users));
      std::uint64_t before = UINT64_MAX;
      for (const UserId word : sorted) {
        *kept = UserId(word.value() & user_mask);
        kept += word.value() != before;
        before = word.value();
        end[before >> user_bits] = static_cast<std::uint64_t>(kept - users);
      }
      for (std::size_t r = 1; r < rows_here; ++r) end[r] = std::max(end[r], end[r - 1]);
    }
    kept_in[b] = static_cast<std::uint64_t>(kept - users);
  });
  std::uint64_t total = 0;  // one thread: as fast as memory
  for (std::size_t b = 0; b < buckets_; ++b) {
    if (total != begin[b]) std::copy_n(rows.users.data() + begin[b], kept_in[b], rows.users.data() + total);
    for (std::size_t r = b << shift_; r < std::min(users_, (b + 1) << shift_); ++r) rows.begin[r + 1] += total;
    total += kept_in[b];
  }
  rows.users.resize(total);
  return rows;
}

/// Draws the follows of a plan.
class Follows {
public:
  explicit Follows(const Plan& plan);

  /// Puts every follow, a few of them twice.
  void put_all(FollowSorter& sorter) const;

private:
  enum class Lane : std::uint64_t { in, out };

  /// What one neighbourhood needs while its follows are drawn.
  struct Scratch {
    std::vector<std::uint64_t> taken;      // by position: follows the account at hand already, or may not
    std::vector<std::uint32_t> followers;  // of the account at hand, drawn in the community and outside
    std::vector<std::uint64_t> ties;       // row i, bit j: j of the neighbourhood follows i of the neighbourhood
    std::vector<UserId> returned;          // whom the account at hand follows in return
    std::vector<Look> looks;
    std::vector<std::uint32_t> pairs;  // mutual follows that i has yet to draw
    std::vector<Split> splits;
    std::vector<Cell> near_cells, near_pair_cells;
    CellFiller fill;
  };
  struct Account {
    std::uint64_t address;
    std::size_t community;
  };
  struct Neighbour {
    UserId user;
    float openness;  // of an ordinary user: min(followers, followees) for each drawn followee; of an exact account 0
  };

  Split split(std::size_t s) const;
  std::uint64_t lane_key(std::uint64_t address, Lane lane) const {
    return mix(audience_key_ ^ (address * 2 + static_cast<std::uint64_t>(lane)));
  }
  template <class Accept>
  void gather(const Account& account, Lane lane, std::size_t count, Scratch& scratch, Accept&& accept) const;
  void know_each_other(std::size_t n, Scratch& scratch) const;
  void put_neighbourhood(std::size_t n, Scratch& scratch, FollowSorter::Writer& writer) const;

  const Plan& plan_;
  std::uint64_t audience_key_, closure_key_, pair_key_, return_key_, size_key_;
  Crowd crowd_;                                                   // by followees that are drawn
  Crowd pair_crowd_;                                              // by mutual follows among ordinary users
  Scattered<Neighbour> neighbours_;                               // by position
  Scattered<std::uint16_t> in_;                                   // followers that an ordinary user draws in its community, by position
  std::map<std::uint32_t, std::vector<std::uint32_t>> families_;  // positions
};

Follows::Follows(const Plan& plan)
    : plan_(plan),
      audience_key_(plan.key.key(Draw::graph_audience)),
      closure_key_(plan.key.key(Draw::graph_closure)),
      pair_key_(plan.key.key(Draw::graph_pair)),
      return_key_(plan.key.key(Draw::graph_return)),
      size_key_(plan.key.key(Draw::graph_size)),
      crowd_(plan.places, [&](std::size_t s) { return plan.weight(s); }),
      pair_crowd_(plan.places, [&](std::size_t s) { return plan.paired(s); }) {
  resize(neighbours_, plan.users);
  resize(in_, plan.users);
  parallel_for(plan.users, [&](std::size_t s) {
    neighbours_[s] = {plan.user_at[s], plan.openness(s)};
    in_[s] = plan.is_exact(s) ? std::uint16_t{0} : static_cast<std::uint16_t>(split(s).in);
  });
  for (const auto& [s, index] : plan.declared)
    if (plan.parameters.planted[index].family != no_family) families_[plan.parameters.planted[index].family].push_back(s);
}

Split Follows::split(std::size_t s) const {
  const PlatformParameters& p = plan_.parameters;
  const std::int64_t community = static_cast<std::int64_t>(plan_.places.community_size(plan_.places.community_of(s)));
  const std::int64_t others = static_cast<std::int64_t>(plan_.users) - community;
  const bool exact = plan_.is_exact(s);
  const PlantedAccount* const account = exact ? plan_.declaration(s) : nullptr;
  const double coin = exact ? 0.5 : uniform(nested_mix(size_key_, 1, s));
  const std::int64_t count = account != nullptr ? static_cast<std::int64_t>(account->followers)
                             : exact            ? static_cast<std::int64_t>(plan_.residents[s].followers)
                                                : static_cast<std::int64_t>(plan_.alone(s) + uniform(nested_mix(size_key_, 0, s)));
  const auto part = [&](double share) { return static_cast<std::int64_t>(share * static_cast<double>(count) + coin); };
  std::int64_t near = 0, local = 0;
  if (account != nullptr) {
    const std::int64_t members = account->family == no_family ? 1 : static_cast<std::int64_t>(families_.at(account->family).size());
    local = account->homophily >= 0 ? std::min(part(account->homophily), community - members)
                                    : std::min(part(p.homophily), (community - members + 1) / 2);
  } else {
    local = std::min(part(p.homophily), community / 2);
    near = std::min({part(std::min(p.homophily, p.closeness / 2)), local, static_cast<std::int64_t>(p.neighbourhood / 4)});
  }
  local = std::max(local, count - others);
  return {static_cast<std::uint32_t>(near), static_cast<std::uint32_t>(local - near), static_cast<std::uint32_t>(count - local)};
}

/// Draws `count` followers of an account into scratch.followers, none that is in scratch.taken. In proportion to `crowd_`; some draws are
/// replaced by a follower that one of the earlier followers has drawn. Each draw depends on its number and those before it, so a smaller
/// count gives the beginning of a larger. After too many draws of people who are taken the rest comes in a keyed order.
template <class Accept>
void Follows::gather(const Account& account, Lane lane, std::size_t count, Scratch& scratch, Accept&& accept) const {
  if (count == 0) return;
  constexpr std::size_t batch = 64;
  std::array<std::uint64_t, batch> bits, own;
  std::array<Look, batch> looks;
  std::array<std::uint32_t, batch> drawn, closing, via;
  const Places& places = plan_.places;
  const std::size_t community_begin = places.community_begin(account.community), community_size = places.community_size(account.community);
  const bool in = lane == Lane::in;
  const std::size_t eligible = in ? community_size : plan_.users - community_size;
  const double weight = in ? crowd_.weight_in(account.community) : crowd_.weight() - crowd_.weight_in(account.community);
  const std::uint64_t most_draws = weight > 1e-9 * crowd_.weight() ? 4 * static_cast<std::uint64_t>(eligible) + batch : 0;
  const std::uint64_t key = lane_key(account.address, lane), closure = coin_threshold(plan_.parameters.closure);
  const std::size_t start = scratch.followers.size();
  scratch.followers.resize(start + count);
  std::uint32_t *const followers = scratch.followers.data() + start, *next = followers, *const end = followers + count;
  const auto direct = [&](std::uint64_t random) {
    return in ? crowd_.in(account.community, random) : crowd_.out(account.community, random);
  };
  const auto take = [&](std::uint32_t s) {
    if (test(scratch.taken, s)) return;
    if (!in && s - community_begin < community_size) return;
    set(scratch.taken, s);
    *next++ = s;
    accept(s);
  };
  std::uint64_t boundary = 0;  // of the draws that choose among the same followers
  std::size_t known = 0;
  for (std::uint64_t j = 0; j < most_draws && next < end;) {
    if (j == boundary) {
      boundary = j < batch ? std::bit_ceil(j + 1) : j + batch;
      known = static_cast<std::size_t>(next - followers);
    }
    const std::size_t size = std::min<std::size_t>(static_cast<std::size_t>(end - next), boundary - j);
    std::size_t closings = 0;
    const std::uint64_t threshold = known > 0 ? closure : 0;
    for (std::size_t k = 0; k < size; ++k) {
      bits[k] = mix(key + (j + k) * golden);
      own[k] = mix(bits[k] ^ closure_key_);
      looks[k] = direct(bits[k]);
      crowd_.fetch(looks[k]);
      closing[closings] = static_cast<std::uint32_t>(k);
      closings += coin(static_cast<std::uint32_t>(own[k]), threshold);
    }
    for (std::size_t n = 0; n < closings; ++n) {
      via[n] = followers[(own[closing[n]] >> 32) * known >> 32];
      __builtin_prefetch(&in_[via[n]]);
    }
    for (std::size_t n = 0; n < closings; ++n) {
      const std::uint32_t choices = in_[via[n]];
      if (choices == 0) continue;
      const std::uint64_t choice = (bits[closing[n]] & UINT32_MAX) * choices >> 32;
      looks[closing[n]] =
          crowd_.in(in ? account.community : places.community_of(via[n]), mix(lane_key(via[n], Lane::in) + choice * golden));
      crowd_.fetch(looks[closing[n]]);
    }
    for (std::size_t k = 0; k < size; ++k) {
      drawn[k] = crowd_.position(looks[k]);
      __builtin_prefetch(&scratch.taken[drawn[k] / 64]);
      __builtin_prefetch(&neighbours_[drawn[k]]);
    }
    for (std::size_t k = 0; k < size; ++k) take(drawn[k]);
    j += size;
  }
  if (next < end) {
    const std::size_t first = in ? community_begin : 0, range = in ? community_size : plan_.users;
    const KeyedPermutation order(key, range);
    for (std::uint64_t i = 0; i < range && next < end; ++i) take(static_cast<std::uint32_t>(first + order(i)));
  }
  scratch.followers.resize(static_cast<std::size_t>(next - scratch.followers.data()));
}

/// Draws the follows inside neighbourhood `n`: mutual ones, then the other followers of each. What finds no room there is left to the
/// community.
void Follows::know_each_other(std::size_t n, Scratch& scratch) const {
  const std::size_t begin = plan_.places.neighbourhood_begin(n), size = plan_.places.neighbourhood_begin(n + 1) - begin,
                    words = (size + 63) / 64;
  scratch.ties.assign(size * words, 0);
  scratch.pairs.resize(size);
  scratch.splits.resize(size);
  scratch.near_cells.resize(size);
  scratch.near_pair_cells.resize(size);
  const std::span<std::uint64_t> ties(scratch.ties);
  const double pair_weight = scratch.fill(scratch.near_pair_cells, 0, size, [&](std::size_t i) { return plan_.paired(begin + i); });
  for (std::size_t i = 0; i < size; ++i) {
    const double wanted = plan_.paired(begin + i) / 2;
    std::uint32_t& left = scratch.pairs[i];
    left = static_cast<std::uint32_t>(wanted + uniform(nested_mix(size_key_, 2, begin + i)));
    if (left == 0 || !(pair_weight > 0)) continue;
    std::uint32_t near = static_cast<std::uint32_t>(plan_.parameters.closeness * left + uniform(nested_mix(size_key_, 3, begin + i)));
    for (std::uint64_t j = 0, most = 4 * near + 8; near > 0 && j < most; ++j) {
      const std::uint32_t other = resolve(scratch.near_pair_cells, look(0, size, nested_mix(pair_key_, 2 * (begin + i), j)));
      if (other == i || test(ties, 64 * words * i + other)) continue;
      set(ties, 64 * words * i + other);
      set(ties, 64 * words * other + i);
      --near;
      --left;
    }
  }
  const double weight = scratch.fill(scratch.near_cells, 0, size, [&](std::size_t i) { return plan_.weight(begin + i); });
  for (std::size_t i = 0; i < size; ++i) {
    Split& split_here = scratch.splits[i] = split(begin + i);
    if (!(weight > 0)) continue;
    for (std::uint64_t j = 0, most = 4 * split_here.near + 8; split_here.near > 0 && j < most; ++j) {
      const std::uint32_t other = resolve(scratch.near_cells, look(0, size, nested_mix(audience_key_, UINT64_MAX - (begin + i), j)));
      if (other == i || test(ties, 64 * words * i + other)) continue;
      set(ties, 64 * words * i + other);
      --split_here.near;
    }
    split_here.in += split_here.near;
  }
}

void Follows::put_neighbourhood(std::size_t n, Scratch& scratch, FollowSorter::Writer& writer) const {
  const Plan& plan = plan_;
  const std::size_t begin = plan.places.neighbourhood_begin(n), size = plan.places.neighbourhood_begin(n + 1) - begin,
                    words = (size + 63) / 64;
  if (size == 0) return;
  know_each_other(n, scratch);
  const std::size_t community = plan.places.community_of(begin);
  const double outside = 1 - plan.parameters.closeness, local = std::max(0.0, plan.parameters.homophily - plan.parameters.closeness);
  const std::uint64_t in = coin_threshold(outside > 0 ? local / outside : 1);
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t s = begin + i;
    const UserId v = neighbours_[s].user;
    scratch.returned.resize(scratch.pairs[i] + 1 + (plan.is_exact(s) ? scratch.splits[i].in + scratch.splits[i].out + size : 0));
    UserId* returned = scratch.returned.data();
    scratch.looks.resize(scratch.pairs[i]);
    for (std::uint32_t j = 0; j < scratch.pairs[i]; ++j) {
      const std::uint64_t bits = nested_mix(pair_key_, 2 * s + 1, j);
      scratch.looks[j] =
          coin(static_cast<std::uint32_t>(mix(bits ^ pair_key_)), in) ? pair_crowd_.in(community, bits) : pair_crowd_.anywhere(bits);
      pair_crowd_.fetch(scratch.looks[j]);
    }
    for (Look& at : scratch.looks) {
      at.cell = pair_crowd_.position(at);
      __builtin_prefetch(&neighbours_[at.cell]);
    }
    for (const Look& at : scratch.looks) {
      if (at.cell - begin < size) continue;  // they know each other already, or not
      *returned++ = neighbours_[at.cell].user;
      writer.put(neighbours_[at.cell].user, static_cast<std::uint32_t>(s));
    }
    const Split& split_here = scratch.splits[i];
    const PlantedAccount* const declared = plan.is_exact(s) ? plan.declaration(s) : nullptr;
    Account account{s, community};
    std::span<const std::uint32_t> family;
    if (declared != nullptr && declared->family != no_family) {
      account.address = (std::uint64_t{1} << 32) + declared->family;
      family = families_.at(declared->family);
    }
    set(scratch.taken, s);
    for (const std::uint32_t member : family) set(scratch.taken, member);
    const auto each_tie = [&](auto&& visit_tie) {
      for (std::size_t w = 0; w < words; ++w)
        for (std::uint64_t left = scratch.ties[words * i + w]; left != 0; left &= left - 1)
          visit_tie(begin + 64 * w + static_cast<std::size_t>(std::countr_zero(left)));
    };
    const float will = plan.is_exact(s) ? static_cast<float>(plan.will(s)) : 0.0F;
    const std::uint64_t return_key = mix(return_key_ ^ s);
    const auto accept = [&](std::uint32_t follower) {
      const Neighbour neighbour = neighbours_[follower];
      writer.put(neighbour.user, static_cast<std::uint32_t>(s));
      *returned = neighbour.user;
      returned += static_cast<float>(mix(return_key + follower * golden) >> 40) * 0x1p-24F < will * neighbour.openness;
    };
    each_tie([&](std::size_t follower) {
      set(scratch.taken, follower);
      accept(static_cast<std::uint32_t>(follower));
    });
    scratch.followers.clear();
    gather(account, Lane::in, split_here.in, scratch, accept);
    gather(account, Lane::out, split_here.out, scratch, accept);
    writer.put(v, std::span<const UserId>(scratch.returned.data(), returned));
    for (const std::uint32_t follower : scratch.followers) clear(scratch.taken, follower);
    each_tie([&](std::size_t follower) { clear(scratch.taken, follower); });
    for (const std::uint32_t member : family) clear(scratch.taken, member);
    clear(scratch.taken, s);
  }
}

void Follows::put_all(FollowSorter& sorter) const {
  std::vector<Scratch> scratches(static_cast<std::size_t>(thread_count()));
  parallel_blocks(plan_.places.neighbourhoods(), neighbourhoods_in_window,
                  [&](std::size_t, std::size_t first, std::size_t last, int worker) {
                    Scratch& scratch = scratches[static_cast<std::size_t>(worker)];
                    if (scratch.taken.empty()) scratch.taken.resize((plan_.users + 63) / 64, 0);
                    FollowSorter::Writer& writer = sorter.writer(worker);
                    writer.open(static_cast<std::uint32_t>(plan_.places.neighbourhood_begin(first)));
                    for (std::size_t n = first; n < last; ++n) put_neighbourhood(n, scratch, writer);
                  });
}

void check_planted(const PlatformParameters& p, std::vector<std::string>& mistakes) {
  if (p.planted.size() > p.users)
    mistakes.push_back(
        fmt::format("graph.planted names {} accounts; expected at most {}, the number of users; name fewer, or give more graph.users",
                    p.planted.size(), p.users));
  const std::map<std::uint32_t, Family> families = families_of(p);
  const std::size_t smallest = p.users / p.communities, largest = (p.users + p.communities - 1) / p.communities;
  std::map<std::int32_t, std::size_t> given;
  for (std::size_t i = 0; i < p.planted.size(); ++i) {
    const PlantedAccount& account = p.planted[i];
    const Family family = account.family == no_family ? Family{1, &account, account.community} : families.at(account.family);
    const std::string name = fmt::format("graph.planted[{}]", i);
    const std::size_t others = p.users - std::min(p.users, family.accounts);
    if (account.followers > others)
      mistakes.push_back(
          fmt::format("{} has {} followers; expected at most {}, the users outside its family; give fewer, or more graph.users", name,
                      account.followers, others));
    if (account.community >= 0 && static_cast<std::uint32_t>(account.community) >= p.communities)
      mistakes.push_back(fmt::format("{}.community is {}; expected 0 to {}, or -1 for any", name, account.community, p.communities - 1));
    else if (family.community >= 0)
      ++given[family.community];
    if (account.community >= 0 && account.community != family.community)
      mistakes.push_back(fmt::format("{}.community is {}; expected {}, that of its family", name, account.community, family.community));
    if (account.homophily != family.first->homophily)
      mistakes.push_back(
          fmt::format("{}.homophily is {}; expected {}, that of its family", name, account.homophily, family.first->homophily));
    if (account.homophily == -1 || account.followers > others) continue;
    if (!(account.homophily >= 0 && account.homophily <= 1)) {
      mistakes.push_back(fmt::format("{}.homophily is {}; expected 0 to 1, or -1 for that of the graph", name, account.homophily));
      continue;
    }
    // Shares are given with three digits, on the side that fits.
    const double followers = static_cast<double>(account.followers),
                 room = static_cast<double>(smallest - std::min(smallest, family.accounts)),
                 outside = static_cast<double>(p.users - std::min(p.users, largest));
    if (std::floor(account.homophily * followers + 0.5) > room)
      mistakes.push_back(
          fmt::format("{}.homophily is {}, which leaves {} users for {} followers; at most {} fits, or fewer graph.communities", name,
                      account.homophily, room, std::floor(account.homophily * followers + 0.5), std::floor(room / followers * 1e3) / 1e3));
    else if (followers - std::floor(account.homophily * followers + 0.5) > outside)
      mistakes.push_back(fmt::format("{}.homophily is {}, which leaves {} users of other communities for {} followers; at least {} fits",
                                     name, account.homophily, outside, followers - std::floor(account.homophily * followers + 0.5),
                                     std::ceil((1 - outside / followers) * 1e3) / 1e3));
  }
  for (const auto& [community, accounts] : given)
    if (accounts > smallest)
      mistakes.push_back(
          fmt::format("graph.planted puts {} accounts into community {}; expected at most {}, its users; give fewer graph.communities",
                      accounts, community, smallest));
  std::size_t settled = 0;
  for (const auto& [community, accounts] : given) settled += accounts;
  for (const auto& [name, family] : families) {
    if (family.community >= 0) continue;
    settled += family.accounts;
    if (family.accounts > smallest / 2)
      mistakes.push_back(
          fmt::format("graph.planted has {} accounts of family {}; expected at most {}, half of a community; give fewer graph.communities",
                      family.accounts, name, smallest / 2));
    else if (settled > p.communities * smallest / 2)
      mistakes.push_back(fmt::format("graph.planted has {} accounts with a community or family; expected at most {}, half of the users",
                                     settled, p.communities * smallest / 2));
  }
}

}  // namespace

std::vector<std::string> platform_mistakes(const PlatformParameters& p) {
  std::vector<std::string> mistakes;
  const auto within = [&](const char* name, double value, double low, double high, const char* what) {
    if (!(value >= low && value <= high))
      mistakes.push_back(fmt::format("graph.{} is {}; expected {}, {} to {}", name, value, what, low, high));
  };
  if (p.users >= UINT32_MAX - 1) mistakes.push_back(fmt::format("graph.users is {}; expected at most {}", p.users, UINT32_MAX - 2));
  within("active", p.active, 0, 1, "a share of the users");
  within("reciprocity", p.reciprocity, 0, 1, "a share of the follows");
  within("followees_median", p.followees_median, 0, 1e9, "a number of users");
  within("followees_spread", p.followees_spread, 0, 4, "a standard deviation of logs");
  within("correlation", p.correlation, -1, 1, "a correlation");
  within("homophily", p.homophily, 0, 1, "a share of an account's followers");
  within("closeness", p.closeness, 0, 1, "a share of the follows");
  within("closure", p.closure, 0, 0.9, "a share of the follows");
  within("neighbourhood", p.neighbourhood, 2, most_neighbours, "a number of users");
  if (p.largest < 1) mistakes.push_back("graph.largest is 0; expected a number of followers, 1 or more");
  const std::size_t most_communities = std::clamp<std::size_t>(p.users, 1, UINT16_MAX);
  if (p.communities < 1 || p.communities > most_communities)
    mistakes.push_back(fmt::format("graph.communities is {}; expected 1 to {}", p.communities, most_communities));
  if (!mistakes.empty()) return mistakes;

  check_planted(p, mistakes);
  const Population population(p);
  const double users = static_cast<double>(p.users), least = p.users > 0 ? population.planted_followers / users : 0,
               most = p.users > 0
                          ? (population.planted_followers + population.natural_followers(FollowerLaw(), Population::largest_scale)) / users
                          : 0;
  constexpr double slack = 1e-6;  // so that the least and the most, given with six digits, are accepted
  if (p.users == 0) return mistakes;
  if (!(p.mean_followees >= least - slack * (1 + least)))
    mistakes.push_back(
        fmt::format("graph.mean_followees is {}; expected at least {:.6g}, the followers of graph.planted for each user; give more, or "
                    "fewer followers",
                    p.mean_followees, least));
  else if (!(p.mean_followees <= most + slack * (1 + most)))
    mistakes.push_back(
        fmt::format("graph.mean_followees is {}; expected at most {:.6g} for {} users, where an account that is not planted has at most "
                    "{} followers; give less, or more graph.users",
                    p.mean_followees, most, p.users, population.largest));
  return mistakes;
}

PlatformGraph platform(const PlatformParameters& parameters, const StreamKey& key) {
  if (std::vector<std::string> mistakes = platform_mistakes(parameters); !mistakes.empty()) throw BadRequest(std::move(mistakes));
  PlatformGraph result;
  std::vector<UserId> user_at;
  FollowSorter sorter(parameters.users);
  {
    Plan plan(parameters, key);
    Follows(plan).put_all(sorter);
    result.planted = std::move(plan.planted);
    result.active = std::move(plan.active);
    user_at = std::move(plan.user_at);
    result.community.resize(user_at.size());
    parallel_for(user_at.size(),
                 [&](std::size_t s) { result.community[user_at[s].index()] = static_cast<std::uint16_t>(plan.places.community_of(s)); });
  }
  result.graph = FollowGraph(sorter.rows(user_at));
  return result;
}

}  // namespace grapevine
