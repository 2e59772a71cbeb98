#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "graph/base/bits.hpp"
#include "graph/base/math.hpp"
#include "graph/generators/platform.hpp"

/// Who is who on a platform, before anybody follows anybody.
namespace grapevine::platform_model {

inline constexpr std::size_t most_neighbours = 2'048;  // so that every place in a window of them has a number
inline constexpr double inactive_largest = 100;        // followers of an inactive account, before scaling

/// Followers of the active by percentile (Bruner 2013): from 0 to the tenth in proportion, between the others, and
/// beyond the last with the slope of the last two, a Pareto law each.
struct FollowerLaw {
  static constexpr std::size_t knots = 13;
  static constexpr std::array<double, knots> share = {0.1, 0.2, 0.3,  0.4,  0.5,  0.6,  0.7,
                                                      0.8, 0.9, 0.95, 0.96, 0.99, 0.999};
  static constexpr std::array<double, knots> followers = {3,   9,   19,  36,    61,    98,    154,
                                                          246, 458, 819, 1'000, 3'000, 24'964};
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
    const std::size_t k =
        static_cast<std::size_t>(std::upper_bound(followers.begin(), followers.end(), x) - followers.begin()) - 1;
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

/// Followers of the inactive: 1 / (1 + x) of them have more than x, so half have less than one, up to
/// `inactive_largest`.
inline double inactive_share_up_to(double x) { return x / (1 + x); }
inline double inactive_quantile(double p) { return p / (1 - p); }
inline double inactive_mean_up_to(double x) {
  return x < 1e-4 ? x * x / 2 : math::log(1 + x) - inactive_share_up_to(x);
}

/// How many accounts of which kind there are, and how often what they attract.
struct Population {
  std::size_t users, active, natural, inactive;  // active includes planted and natural
  double planted_followers = 0, largest = 0;

  explicit Population(const PlatformParameters& p) : users(p.users) {
    active = std::max(static_cast<std::size_t>(p.active * static_cast<double>(users) + 0.5),
                      std::min(p.planted.size(), users));
    natural = active - std::min(p.planted.size(), active);
    inactive = users - active;
    for (const PlantedAccount& account : p.planted) planted_followers += static_cast<double>(account.followers);
    largest = users > 1
                  ? static_cast<double>(std::clamp<std::uint64_t>(p.largest, 1, std::max<std::size_t>(1, users / 5)))
                  : 0;
  }

  /// Followers of all accounts that are not planted, when the laws are multiplied by `scale` and cut at `largest`.
  double natural_followers(const FollowerLaw& law, double scale) const {
    if (!(largest > 0)) return 0;
    const double cut = largest / scale, inactive_cut = std::min(cut, inactive_largest);
    return scale *
           (static_cast<double>(natural) * law.mean_up_to(cut) / law.share_up_to(cut) +
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

std::map<std::uint32_t, Family> families_of(const PlatformParameters& p);

/// Where users live: positions 0 .. users - 1 in a row, cut into communities of equal size and those into
/// neighbourhoods.
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
  std::vector<std::uint32_t> community_begin_,
      begin_;  // of communities and neighbourhoods, one entry more than there are
};

/// Exact accounts follow some of their followers back. Follower u is taken with probability min(1, will x openness):
/// `will` is the account's, openness is u's min(followers, followees) for each followee it draws. Tables by openness,
/// four classes for each doubling.
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

  /// The will of an account that follows the share `rate` of its followers back. If that would be more than `limit`
  /// times the will it took if nobody were certain to be followed, it follows fewer: no user gets more than `limit`
  /// times the follow-backs that its openness stands for.
  double will(double rate, double limit) const {
    if (!(rate > 0 && below_[finite] > 0)) return 0;
    // With will 1 / openness_of(c) all followers from class c on are taken: the share falls with c. Find the first
    // class where it is low enough.
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
  double weight(std::size_t s) const {
    return residents[s].followees - (is_exact(s) ? returned : mutual - by_exact) * least(s);
  }
  /// min(followers, followees) of an ordinary user for each followee that it draws; 0 for an exact account.
  float openness(std::size_t s) const {
    return is_exact(s) || !(weight(s) > 0) ? 0.0F : static_cast<float>(least(s) / weight(s));
  }
  /// Followers of an ordinary user that follow it on their own and are not followed for it.
  double alone(std::size_t s) const { return residents[s].followers - mutual * least(s); }
  /// How eagerly an exact account follows back.
  double will(std::size_t s) const {
    return residents[s].followers > 0 ? returns.will(returned * least(s) / residents[s].followers, mutual / by_exact)
                                      : 0;
  }
  const PlantedAccount* declaration(std::size_t s) const {
    const auto at = std::ranges::lower_bound(declared, s, {}, [](const auto& entry) { return entry.first; });
    return at == declared.end() || at->first != s ? nullptr : &parameters.planted[at->second];
  }

private:
  std::vector<float> number();
  std::vector<float> merge(const std::vector<float>& natural, const std::vector<float>& inactive);
  std::vector<float> want_followees() const;
  void settle(std::span<const float> followers, std::span<const float> followees);
  void share_mutual();
};

}  // namespace grapevine::platform_model
