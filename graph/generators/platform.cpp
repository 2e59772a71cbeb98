#include "graph/generators/platform.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <map>
#include <span>
#include <utility>

#include "graph/base/error.hpp"
#include "graph/base/math.hpp"
#include "graph/base/parallel.hpp"
#include "graph/graph_builder.hpp"

namespace grapevine {

namespace {

constexpr double exact_from = 500;        // natural accounts of at least so many followers have exactly as many as planned
constexpr double most_of_active = 0.85;   // of all follows, that the active make
constexpr double most_mutual = 0.98;      // of the follows that could be returned
constexpr double inactive_largest = 100;  // followers of an inactive account, before scaling

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
double inactive_mean_up_to(double x) { return math::log(1 + x) - inactive_share_up_to(x); }

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
    const double cut = largest / scale, inactive_cut = std::min(cut, inactive_largest);
    return scale * (static_cast<double>(natural) * law.mean_up_to(cut) / law.share_up_to(cut) +
                    static_cast<double>(inactive) * inactive_mean_up_to(inactive_cut) / inactive_share_up_to(inactive_cut));
  }
  static constexpr double largest_scale = 1e6;
};

std::size_t community_begin(std::size_t users, std::size_t communities, std::size_t c) {
  return (users * c + communities - 1) / communities;
}

void check_number(std::vector<std::string>& mistakes, const char* name, double value, double low, double high, const char* what) {
  if (!(value >= low && value <= high))
    mistakes.push_back(fmt::format("graph.{} is {}; expected {}, {} to {}", name, value, what, low, high));
}

/// Draws members of weighted ranges with one look at one cell (Walker 1977, built as by Vose 1991).
struct AliasCell {
  std::uint32_t threshold;  // the member of the cell itself below, the other from here on
  std::uint32_t other;
};

/// Cells for the weights of one range; returns their sum. A range without weight has no cell to draw from.
template <class Weight>
double fill_cells(std::span<AliasCell> cells, Weight&& weight, std::vector<std::uint32_t>& small, std::vector<double>& scaled) {
  const std::size_t n = cells.size();
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += weight(i);
  scaled.resize(n);
  small.clear();
  std::vector<std::uint32_t> large;
  for (std::size_t i = 0; i < n; ++i) {
    scaled[i] = sum > 0 ? weight(i) * static_cast<double>(n) / sum : 1.0;
    cells[i] = {UINT32_MAX, static_cast<std::uint32_t>(i)};
    (scaled[i] < 1.0 ? small : large).push_back(static_cast<std::uint32_t>(i));
  }
  while (!small.empty() && !large.empty()) {
    const std::uint32_t s = small.back(), l = large.back();
    small.pop_back();
    cells[s] = {static_cast<std::uint32_t>(scaled[s] * 0x1.0p32), l};
    scaled[l] -= 1.0 - scaled[s];
    if (scaled[l] < 1.0) {
      large.pop_back();
      small.push_back(l);
    }
  }
  return sum;
}

std::size_t pick(std::span<const AliasCell> cells, std::uint64_t bits) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(bits) * cells.size();
  const std::uint32_t cell = static_cast<std::uint32_t>(product >> 64), coin = static_cast<std::uint32_t>(product >> 32);
  return coin < cells[cell].threshold ? cell : cells[cell].other;
}

/// Where users live: positions 0 .. users - 1 in a row, cut into communities and those into neighbourhoods.
struct Places {
  std::vector<std::uint32_t> community_first;  // neighbourhood, one entry more than communities
  std::vector<std::uint32_t> begin;            // position, one entry more than neighbourhoods
  std::size_t users = 0, communities = 0;

  Places(std::size_t users_, std::size_t communities_, std::size_t neighbourhood) : users(users_), communities(communities_) {
    begin.push_back(0);
    community_first.push_back(0);
    for (std::size_t c = 0; c < communities; ++c) {
      const std::size_t first = community_begin(users, communities, c), size = community_begin(users, communities, c + 1) - first;
      const std::size_t parts = std::max<std::size_t>(1, (size + neighbourhood / 2) / neighbourhood);
      for (std::size_t n = 1; n <= parts; ++n) begin.push_back(static_cast<std::uint32_t>(first + size * n / parts));
      community_first.push_back(static_cast<std::uint32_t>(begin.size() - 1));
    }
  }

  std::size_t neighbourhoods() const { return begin.size() - 1; }
  std::size_t community_of(std::size_t position) const { return position * communities / users; }
  std::size_t neighbourhood_of(std::size_t position) const {
    const std::size_t c = community_of(position), first = community_begin(users, communities, c),
                      size = community_begin(users, communities, c + 1) - first, parts = community_first[c + 1] - community_first[c];
    std::size_t n = community_first[c] + (position - first) * parts / size;
    while (position >= begin[n + 1]) ++n;
    while (position < begin[n]) --n;
    return n;
  }
};

/// Draws positions in proportion to a weight: of a neighbourhood, a community or all.
class Crowd {
public:
  template <class Weight>
  Crowd(const Places& places, Weight&& weight)
      : places_(&places),
        members_(places.users),
        neighbourhoods_(places.neighbourhoods()),
        communities_(places.communities),
        weights_(places.neighbourhoods()) {
    parallel_blocks(places.neighbourhoods(), 16, [&](std::size_t, std::size_t first, std::size_t last, int) {
      std::vector<std::uint32_t> small;
      std::vector<double> scaled;
      for (std::size_t n = first; n < last; ++n) {
        const std::size_t begin = places.begin[n];
        weights_[n] = fill_cells(
            std::span(members_).subspan(begin, places.begin[n + 1] - begin), [&](std::size_t i) { return weight(begin + i); }, small,
            scaled);
      }
    });
    std::vector<std::uint32_t> small;
    std::vector<double> scaled;
    community_weights_.resize(places.communities);
    for (std::size_t c = 0; c < places.communities; ++c) {
      const std::size_t first = places.community_first[c];
      community_weights_[c] = fill_cells(
          std::span(neighbourhoods_).subspan(first, places.community_first[c + 1] - first),
          [&](std::size_t i) { return weights_[first + i]; }, small, scaled);
    }
    total_ = fill_cells(
        std::span(communities_), [&](std::size_t c) { return community_weights_[c]; }, small, scaled);
  }

  double weight() const { return total_; }
  double weight_near(std::size_t n) const { return weights_[n]; }
  double weight_in(std::size_t c) const { return community_weights_[c]; }

  std::size_t near(std::size_t n, std::uint64_t bits) const {
    const std::size_t begin = places_->begin[n];
    return begin + pick(std::span(members_).subspan(begin, places_->begin[n + 1] - begin), bits);
  }
  std::size_t in(std::size_t c, std::uint64_t bits) const {
    const std::size_t first = places_->community_first[c];
    return near(first + pick(std::span(neighbourhoods_).subspan(first, places_->community_first[c + 1] - first), bits), mix(bits + golden));
  }
  std::size_t anywhere(std::uint64_t bits) const { return in(pick(communities_, bits), mix(bits + 2 * golden)); }

private:
  const Places* places_;
  std::vector<AliasCell> members_, neighbourhoods_, communities_;
  std::vector<double> weights_, community_weights_;
  double total_ = 0;
};

bool test(std::span<const std::uint64_t> bits, std::size_t i) { return (bits[i / 64] >> (i % 64) & 1) != 0; }
void set(std::span<std::uint64_t> bits, std::size_t i) { bits[i / 64] |= std::uint64_t{1} << (i % 64); }
void clear(std::span<std::uint64_t> bits, std::size_t i) { bits[i / 64] &= ~(std::uint64_t{1} << (i % 64)); }

/// Followers by where they live relative to the account.
struct Split {
  std::uint32_t near = 0, in = 0, out = 0;
};

/// Who is who: planned counts, class and place of every user.
class Plan {
public:
  Plan(const PlatformParameters& p, const StreamKey& key);

  const PlatformParameters& parameters;
  StreamKey key;
  std::size_t users;
  std::vector<float> followers, followees;  // by user, expected
  std::vector<std::uint64_t> active, exact;
  std::vector<UserId> planted;
  std::vector<std::uint32_t> planted_index;  // of the parameters, by rank among the planted (ascending user)
  Places places;
  std::vector<UserId> user_at;          // by position
  std::vector<std::uint32_t> position;  // by user

  double mutual = 0;      // share of min(followers, followees) that is mutual
  double by_exact = 0;    // that part of it which ordinary users have with exact accounts
  double returnable = 0;  // sum of min(followers, followees) of ordinary users
  double drawn = 0;       // sum of `weight`

  bool is_exact(std::size_t u) const { return test(exact, u); }
  /// What was declared of u, if it is planted.
  const PlantedAccount* declared(std::size_t u) const {
    const auto at = std::ranges::lower_bound(planted_index, u, {}, [&](std::uint32_t i) { return planted[i].index(); });
    return at == planted_index.end() || planted[*at].index() != u ? nullptr : &parameters.planted[*at];
  }
  double least(std::size_t u) const { return std::min(followers[u], followees[u]); }
  /// Mutual follows between u and other ordinary users.
  double paired(std::size_t u) const { return is_exact(u) ? 0 : (mutual - by_exact) * least(u); }
  /// Followees that u gets by following on its own, in relation to others.
  double weight(std::size_t u) const { return followees[u] - (is_exact(u) ? mutual * least(u) : paired(u)); }

private:
  void number();
  void want_followees();
  void settle();
  void share_mutual();
};

Plan::Plan(const PlatformParameters& p, const StreamKey& key_)
    : parameters(p), key(key_), users(p.users), places(p.users, p.communities, p.neighbourhood) {
  number();
  want_followees();
  settle();
  share_mutual();
}

/// Numbers users by planned followers, descending.
void Plan::number() {
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
  parallel_for(natural.size(), [&](std::size_t r) {
    natural[r] =
        static_cast<float>(scale * law.quantile((1 - (static_cast<double>(r) + 0.5) / static_cast<double>(natural.size())) * share));
  });
  parallel_for(inactive.size(), [&](std::size_t r) {
    inactive[r] = static_cast<float>(
        scale * inactive_quantile((1 - (static_cast<double>(r) + 0.5) / static_cast<double>(inactive.size())) * inactive_share));
  });
  // Ranks stand for pieces of the law: what the pieces miss of the sum is made up for.
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
    if (count >= exact_from) count = std::floor(count + 0.5F);
  };
  parallel_for(natural.size(), [&](std::size_t i) { fit(natural[i]); });
  parallel_for(inactive.size(), [&](std::size_t i) { fit(inactive[i]); });

  std::vector<std::uint32_t> declared(parameters.planted.size());
  for (std::size_t i = 0; i < declared.size(); ++i) declared[i] = static_cast<std::uint32_t>(i);
  const std::uint64_t tie_key = key.key(Draw::graph_class);
  std::ranges::sort(declared, [&](std::uint32_t a, std::uint32_t b) {
    const auto rank = [&](std::uint32_t i) { return std::pair(parameters.planted[i].followers, nested_mix(tie_key, 0, i)); };
    return rank(a) > rank(b);
  });
  followers.resize(users);
  active.assign((users + 63) / 64, 0);
  exact.assign((users + 63) / 64, 0);
  planted.resize(declared.size());
  planted_index = declared;
  std::size_t d = 0, a = 0, i = 0;
  for (std::size_t u = 0; u < users; ++u) {
    const float next_natural = a < natural.size() ? natural[a] : -1, next_inactive = i < inactive.size() ? inactive[i] : -1;
    const float next_declared = d < declared.size() ? static_cast<float>(parameters.planted[declared[d]].followers) : -1;
    followers[u] = std::max({next_declared, next_natural, next_inactive});
    if (next_declared >= std::max(next_natural, next_inactive)) {
      planted[declared[d++]] = UserId(static_cast<std::uint32_t>(u));
      set(active, u);
      set(exact, u);
    } else {
      if (next_natural >= next_inactive) {
        ++a;
        set(active, u);
      } else {
        ++i;
      }
      if (followers[u] >= static_cast<float>(exact_from)) set(exact, u);
    }
  }
}

/// Draws how many users each wants to follow.
void Plan::want_followees() {
  followees.resize(users);
  const Population population(parameters);
  const double rest = std::sqrt(1 - parameters.correlation * parameters.correlation),
               total = parameters.mean_followees * static_cast<double>(users);
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
      const double score = math::normal_quantile(1 - (rank + 0.5) / members);
      const double own = math::normal_quantile(uniform(nested_mix(class_key, 1, u)));
      const double most = static_cast<double>(users - 1) / 2;
      followees[u] =
          static_cast<float>(std::min(most, (is_active ? parameters.followees_median : 1.0) *
                                                math::exp(parameters.followees_spread * (parameters.correlation * score + rest * own))));
      before += is_active;
    }
  });
  const auto sum = [&](bool of_active) {
    return parallel_sum(users, [&](std::size_t u) { return test(active, u) == of_active ? static_cast<double>(followees[u]) : 0.0; });
  };
  const double by_active = sum(true), by_inactive = sum(false);
  const double active_total = population.inactive == 0 ? total : std::min(by_active, most_of_active * total);
  const double active_scale = by_active > 0 ? active_total / by_active : 0,
               inactive_scale = by_inactive > 0 ? (total - active_total) / by_inactive : 0;
  parallel_for(users,
               [&](std::size_t u) { followees[u] = static_cast<float>(followees[u] * (test(active, u) ? active_scale : inactive_scale)); });
}

/// Gives every user a position: by a keyed permutation, but for planted accounts with a community, who swap places with whoever was there.
void Plan::settle() {
  user_at.resize(users);
  position.resize(users);
  if (users == 0) return;
  const KeyedPermutation lot(key.key(Draw::graph_place), users);
  parallel_for(users, [&](std::size_t u) {
    position[u] = static_cast<std::uint32_t>(lot(u));
    user_at[position[u]] = UserId(static_cast<std::uint32_t>(u));
  });
  std::map<std::uint32_t, std::size_t> family_community;
  for (const PlantedAccount& account : parameters.planted)
    if (account.family != no_family && account.community >= 0)
      family_community[account.family] = static_cast<std::size_t>(account.community);
  std::vector<std::uint64_t> taken((users + 63) / 64, 0);
  const auto place = [&](std::size_t index, std::size_t community) {
    const std::size_t first = community_begin(users, places.communities, community),
                      size = community_begin(users, places.communities, community + 1) - first;
    const std::size_t start = key.bits(Draw::graph_place, index) % size;
    std::size_t where = first + start;
    for (std::size_t i = 0; i < size && test(taken, where); ++i) where = first + (start + i) % size;
    while (test(taken, where)) where = (where + 1) % users;
    set(taken, where);
    const UserId mover = planted[index], other = user_at[where];
    std::swap(user_at[where], user_at[position[mover.index()]]);
    std::swap(position[mover.index()], position[other.index()]);
  };
  for (std::size_t index = 0; index < planted.size(); ++index) {
    const PlantedAccount& account = parameters.planted[index];
    if (account.community >= 0)
      place(index, static_cast<std::size_t>(account.community));
    else if (account.family != no_family)
      place(
          index,
          family_community.try_emplace(account.family, key.bits(Draw::graph_place, account.family, 1) % places.communities).first->second);
  }
}

void Plan::share_mutual() {
  const double total = parallel_sum(users, [&](std::size_t u) { return static_cast<double>(followers[u]); });
  returnable = parallel_sum(users, [&](std::size_t u) { return is_exact(u) ? 0.0 : least(u); });
  const double of_exact = parallel_sum(users, [&](std::size_t u) { return is_exact(u) ? least(u) : 0.0; });
  if (returnable > 0) {
    mutual = std::min(most_mutual, parameters.reciprocity * total / (returnable + of_exact));
    by_exact = std::min(mutual, mutual * of_exact / returnable);
  }
  drawn = parallel_sum(users, [&](std::size_t u) { return weight(u); });
}

/// The follows of a plan, handed out one by one; the same ones each time.
class Follows {
public:
  explicit Follows(const Plan& plan);

  /// emit(follower, followee) for every follow, in any order and by several threads at a time; some come twice.
  template <class Emit>
  void visit(Emit&& emit) const;

private:
  enum class Lane : std::uint64_t { near, in, out };
  struct Account {
    std::uint64_t address;
    std::size_t position, community, neighbourhood;
  };
  struct Scratch {
    std::vector<std::uint64_t> taken;
    std::vector<std::uint32_t> audience;
  };

  Account account_at(std::size_t position) const {
    return {position, position, plan_.places.community_of(position), plan_.places.neighbourhood_of(position)};
  }
  Split split_ordinary(std::size_t position, std::uint32_t count) const;
  Split split_exact(std::size_t user, std::size_t position) const;
  std::size_t direct(const Account& account, Lane lane, std::uint64_t bits) const;
  std::size_t draw(const Account& account, Lane lane, std::uint64_t j) const;
  void gather(const Account& account, Lane lane, std::size_t count, Scratch& scratch) const;

  const Plan& plan_;
  std::uint64_t audience_key_, closure_key_, pair_key_, return_key_, size_key_;
  Crowd audience_crowd_, pair_crowd_;
  std::vector<std::uint16_t> ordinary_;  // followers that an ordinary account gets by draws, by position
  std::vector<float> openness_;          // of an ordinary user: min(followers, followees) per drawn followee, by position
  std::map<std::uint32_t, std::vector<std::uint32_t>> families_;  // positions
};

Follows::Follows(const Plan& plan)
    : plan_(plan),
      audience_key_(plan.key.key(Draw::graph_audience)),
      closure_key_(plan.key.key(Draw::graph_closure)),
      pair_key_(plan.key.key(Draw::graph_pair)),
      return_key_(plan.key.key(Draw::graph_return)),
      size_key_(plan.key.key(Draw::graph_size)),
      audience_crowd_(plan.places, [&](std::size_t s) { return plan.weight(plan.user_at[s].index()); }),
      pair_crowd_(plan.places, [&](std::size_t s) { return plan.paired(plan.user_at[s].index()); }),
      ordinary_(plan.users),
      openness_(plan.users) {
  parallel_for(plan.users, [&](std::size_t s) {
    const std::size_t u = plan.user_at[s].index();
    if (plan.is_exact(u)) return;
    const double alone = plan.followers[u] - plan.mutual * plan.least(u);
    ordinary_[s] = static_cast<std::uint16_t>(alone + uniform(nested_mix(size_key_, 0, s)));
    openness_[s] = static_cast<float>(plan.least(u) / plan.weight(u));
  });
  for (std::size_t i = 0; i < plan.planted.size(); ++i)
    if (plan.parameters.planted[i].family != no_family)
      families_[plan.parameters.planted[i].family].push_back(plan.position[plan.planted[i].index()]);
}

Split Follows::split_ordinary(std::size_t position, std::uint32_t count) const {
  const PlatformParameters& p = plan_.parameters;
  const std::size_t n = plan_.places.neighbourhood_of(position), c = plan_.places.community_of(position);
  const std::uint32_t near_size = plan_.places.begin[n + 1] - plan_.places.begin[n];
  const std::uint32_t in_size =
      plan_.places.begin[plan_.places.community_first[c + 1]] - plan_.places.begin[plan_.places.community_first[c]];
  const double coin = uniform(nested_mix(size_key_, 1, position)), share = std::min(p.closeness / 2, p.homophily);
  Split split;
  split.near = std::min(static_cast<std::uint32_t>(share * count + coin), near_size / 4);
  split.in =
      std::min(static_cast<std::uint32_t>(p.homophily * count + coin) - std::min(static_cast<std::uint32_t>(share * count + coin), count),
               in_size / 2);
  split.out = count - split.near - split.in;
  const std::uint32_t others = static_cast<std::uint32_t>(plan_.users) - in_size;
  if (split.out > others) {
    split.in += split.out - others;
    split.out = others;
    split.in = std::min(split.in, in_size - 1 - split.near);
  }
  return split;
}

Split Follows::split_exact(std::size_t user, std::size_t position) const {
  const PlatformParameters& p = plan_.parameters;
  const PlantedAccount* const declared = plan_.declared(user);
  const std::size_t c = plan_.places.community_of(position);
  const std::int64_t in_size =
      plan_.places.begin[plan_.places.community_first[c + 1]] - plan_.places.begin[plan_.places.community_first[c]];
  const std::int64_t others = static_cast<std::int64_t>(plan_.users) - in_size;
  std::int64_t family = 1, count = static_cast<std::int64_t>(plan_.followers[user]);
  double homophily = p.homophily;
  std::int64_t most = in_size / 2;
  if (declared != nullptr) {
    const PlantedAccount& account = *declared;
    count = static_cast<std::int64_t>(account.followers);
    if (account.family != no_family) family = static_cast<std::int64_t>(families_.at(account.family).size());
    if (account.homophily >= 0) homophily = account.homophily, most = in_size - family;
  }
  std::int64_t in = std::min(static_cast<std::int64_t>(homophily * static_cast<double>(count) + 0.5), most);
  in = std::max(in, count - others);
  return {0, static_cast<std::uint32_t>(in), static_cast<std::uint32_t>(count - in)};
}

std::size_t Follows::direct(const Account& account, Lane lane, std::uint64_t bits) const {
  if (lane == Lane::near) return audience_crowd_.near(account.neighbourhood, bits);
  if (lane == Lane::in) return audience_crowd_.in(account.community, bits);
  std::size_t drawn = audience_crowd_.anywhere(bits);
  for (int tries = 0; tries < 64 && plan_.places.community_of(drawn) == account.community; ++tries)
    drawn = audience_crowd_.anywhere(bits = mix(bits + golden));
  return drawn;
}

std::size_t Follows::draw(const Account& account, Lane lane, std::uint64_t j) const {
  const auto bits = [&](std::uint64_t i) { return nested_mix(audience_key_, account.address * 4 + static_cast<std::uint64_t>(lane), i); };
  const std::uint64_t threshold = coin_threshold(plan_.parameters.closure);
  const std::uint64_t own = mix(bits(j) ^ closure_key_);
  if (j > 0 && coin(static_cast<std::uint32_t>(own), threshold)) {
    const std::uint64_t i = (own >> 32) % j;  // an earlier follower, if it was drawn directly
    if (!coin(static_cast<std::uint32_t>(mix(bits(i) ^ closure_key_)), threshold)) {
      const std::size_t x = direct(account, lane, bits(i));
      if (ordinary_[x] > 0) {
        const Split split = split_ordinary(x, ordinary_[x]);
        const std::uint32_t local = lane == Lane::near ? split.near : split.near + split.in;
        if (local > 0) {
          const std::uint32_t k = static_cast<std::uint32_t>(mix(own) % local);
          const Account middle = account_at(x);
          const Lane from = k < split.near ? Lane::near : Lane::in;
          return direct(
              middle, from,
              nested_mix(audience_key_, middle.address * 4 + static_cast<std::uint64_t>(from), k < split.near ? k : k - split.near));
        }
      }
    }
  }
  return direct(account, lane, bits(j));
}

void Follows::gather(const Account& account, Lane lane, std::size_t count, Scratch& scratch) const {
  if (count == 0) return;
  const Places& places = plan_.places;
  std::size_t first = 0, size = plan_.users;
  if (lane == Lane::near) first = places.begin[account.neighbourhood], size = places.begin[account.neighbourhood + 1] - first;
  if (lane == Lane::in)
    first = places.begin[places.community_first[account.community]],
    size = places.begin[places.community_first[account.community + 1]] - first;
  const auto take = [&](std::size_t s) {
    if (test(scratch.taken, s)) return;
    set(scratch.taken, s);
    scratch.audience.push_back(static_cast<std::uint32_t>(s));
    --count;
  };
  const bool anyone = lane == Lane::near ? audience_crowd_.weight_near(account.neighbourhood) > 0
                      : lane == Lane::in
                          ? audience_crowd_.weight_in(account.community) > 0
                          : audience_crowd_.weight() - audience_crowd_.weight_in(account.community) > 1e-9 * audience_crowd_.weight();
  const std::uint64_t most_draws = anyone ? 4 * static_cast<std::uint64_t>(size) + 64 : 0;
  for (std::uint64_t j = 0; j < most_draws && count > 0; ++j) {
    const std::size_t s = draw(account, lane, j);
    if (lane == Lane::out && places.community_of(s) == account.community) continue;
    take(s);
  }
  if (count == 0) return;
  const KeyedPermutation order(nested_mix(audience_key_, account.address * 4 + static_cast<std::uint64_t>(lane), UINT64_MAX), size);
  for (std::uint64_t i = 0; i < size && count > 0; ++i) {
    const std::size_t s = first + order(i);
    if (lane == Lane::out && places.community_of(s) == account.community) continue;
    take(s);
  }
}

template <class Emit>
void Follows::visit(Emit&& emit) const {
  const Plan& plan = plan_;
  std::vector<Scratch> scratches(static_cast<std::size_t>(thread_count()));
  const auto scratch_of = [&](int worker) -> Scratch& {
    Scratch& scratch = scratches[static_cast<std::size_t>(worker)];
    if (scratch.taken.empty()) scratch.taken.resize((plan.users + 63) / 64, 0);
    return scratch;
  };
  const auto visit_account = [&](std::size_t v, Scratch& scratch) {
    const std::size_t s = plan.position[v];
    Account account = account_at(s);
    const bool exact = plan.is_exact(v);
    Split split;
    std::span<const std::uint32_t> family(&plan.position[v], 1);
    if (exact) {
      split = split_exact(v, s);
      const PlantedAccount* const declared = plan.declared(v);
      if (declared != nullptr && declared->family != no_family) {
        family = families_.at(declared->family);
        account.address = (std::uint64_t{1} << 32) + declared->family;
      }
    } else {
      split = split_ordinary(s, ordinary_[s]);
    }
    for (const std::uint32_t member : family) set(scratch.taken, member);
    scratch.audience.clear();
    gather(account, Lane::near, split.near, scratch);
    gather(account, Lane::in, split.in, scratch);
    gather(account, Lane::out, split.out, scratch);
    const UserId followee(static_cast<std::uint32_t>(v));
    for (const std::uint32_t member : scratch.audience) emit(plan.user_at[member], followee);
    if (exact && plan.returnable > 0) {
      const double back = plan.mutual * plan.least(v) / plan.followers[v] * plan.drawn / plan.returnable;
      for (const std::uint32_t member : scratch.audience)
        if (uniform(nested_mix(return_key_, s, member)) < back * openness_[member]) emit(followee, plan.user_at[member]);
    }
    for (const std::uint32_t member : scratch.audience) clear(scratch.taken, member);
    for (const std::uint32_t member : family) clear(scratch.taken, member);
  };
  parallel_blocks(plan.users, 512, [&](std::size_t, std::size_t first, std::size_t last, int worker) {
    for (std::size_t v = first; v < last; ++v) visit_account(v, scratch_of(worker));
  });
  if (!(pair_crowd_.weight() > 0)) return;
  const PlatformParameters& p = plan.parameters;
  const std::uint64_t near = coin_threshold(p.closeness), in = coin_threshold(std::max(p.closeness, p.homophily));
  parallel_for(
      plan.users,
      [&](std::size_t s) {
        const UserId u = plan.user_at[s];
        const double wanted = plan.paired(u.index()) / 2;
        if (!(wanted > 0)) return;
        const std::uint32_t count = static_cast<std::uint32_t>(wanted + uniform(nested_mix(size_key_, 2, s)));
        const Account account = account_at(s);
        for (std::uint32_t i = 0; i < count; ++i) {
          const std::uint64_t bits = nested_mix(pair_key_, s, i);
          const std::uint32_t level = static_cast<std::uint32_t>(mix(bits ^ pair_key_));
          const std::size_t other = coin(level, near) ? pair_crowd_.near(account.neighbourhood, bits)
                                    : coin(level, in) ? pair_crowd_.in(account.community, bits)
                                                      : pair_crowd_.anywhere(bits);
          if (other == s) continue;
          emit(u, plan.user_at[other]);
          emit(plan.user_at[other], u);
        }
      },
      512);
}

}  // namespace

std::vector<std::string> platform_mistakes(const PlatformParameters& p) {
  std::vector<std::string> mistakes;
  if (p.users >= UINT32_MAX) mistakes.push_back(fmt::format("graph.users is {}; expected fewer than {}", p.users, UINT32_MAX));
  check_number(mistakes, "active", p.active, 0, 1, "a share of the users");
  check_number(mistakes, "reciprocity", p.reciprocity, 0, 1, "a share of the follows");
  check_number(mistakes, "followees_median", p.followees_median, 0, 1e9, "a number of users");
  check_number(mistakes, "followees_spread", p.followees_spread, 0, 4, "a standard deviation of logs");
  check_number(mistakes, "correlation", p.correlation, -1, 1, "a correlation");
  check_number(mistakes, "homophily", p.homophily, 0, 1, "a share of an account's followers");
  check_number(mistakes, "closeness", p.closeness, 0, 1, "a share of the follows");
  check_number(mistakes, "closure", p.closure, 0, 0.9, "a share of the follows");
  const std::size_t most_communities = std::clamp<std::size_t>(p.users, 1, 65'535);
  if (p.communities < 1 || p.communities > most_communities)
    mistakes.push_back(fmt::format("graph.communities is {}; expected 1 to {}", p.communities, most_communities));
  if (p.neighbourhood < 2) mistakes.push_back(fmt::format("graph.neighbourhood is {}; expected 2 users or more", p.neighbourhood));
  return mistakes;
}

PlatformGraph platform(const PlatformParameters& parameters, const StreamKey& key) {
  if (std::vector<std::string> mistakes = platform_mistakes(parameters); !mistakes.empty()) throw BadRequest(std::move(mistakes));
  PlatformGraph result;
  Rows rows;
  {
    const Plan plan(parameters, key);
    const Follows follows(plan);
    std::vector<std::uint32_t> sizes(plan.users, 0);
    follows.visit([&](UserId follower, UserId) { std::atomic_ref(sizes[follower.index()]).fetch_add(1, std::memory_order_relaxed); });
    rows.begin.resize(plan.users + 1);
    std::uint64_t total = 0;
    for (std::size_t u = 0; u < plan.users; ++u) rows.begin[u + 1] = std::exchange(total, total + sizes[u]);
    rows.users.resize(total);
    // begin[u + 1] is where the next followee of u goes; at the end that is where the row of u + 1 begins.
    follows.visit([&](UserId follower, UserId followee) {
      rows.users[std::atomic_ref(rows.begin[follower.index() + 1]).fetch_add(1, std::memory_order_relaxed)] = followee;
    });
    result.planted = plan.planted;
    result.active = plan.active;
    result.community.resize(plan.users);
    parallel_for(plan.users,
                 [&](std::size_t u) { result.community[u] = static_cast<std::uint16_t>(plan.places.community_of(plan.position[u])); });
  }
  result.graph = build_from_rows(std::move(rows));
  return result;
}

}  // namespace grapevine
