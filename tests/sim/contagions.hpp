#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "graph/base/random.hpp"
#include "graph/graph_builder.hpp"
#include "sim/diffusion/chances.hpp"
#include "sim/diffusion/contagion.hpp"

/// What tests of the classic models stand on.
namespace grapevine::testing {

/// Contagion number n of these tests.
inline ContagionKey contagion(std::uint64_t n) {
  return {StreamKey(20260117, Stream::dynamics, 0).key(Draw::contagion), n};
}

inline UserId user(std::size_t u) { return UserId{static_cast<std::uint32_t>(u)}; }

/// The graph in which posts pass from v to u where `passes(v, u)`: u follows v.
inline FollowGraph graph_of(std::size_t users, const std::function<bool(std::size_t v, std::size_t u)>& passes) {
  GraphBuilder builder(users);
  for (std::size_t v = 0; v < users; ++v)
    for (std::size_t u = 0; u < users; ++u)
      if (u != v && passes(v, u)) builder.add(user(u), user(v));
  return builder.build();
}

/// 0 -> 1 -> 2 -> ...
inline FollowGraph path_of(std::size_t users) {
  return graph_of(users, [](std::size_t v, std::size_t u) { return u == v + 1; });
}
inline FollowGraph complete_of(std::size_t users) {
  return graph_of(users, [](std::size_t, std::size_t) { return true; });
}
/// Everybody follows user 0.
inline FollowGraph star_of(std::size_t users) {
  GraphBuilder builder(users);
  for (std::size_t u = 1; u < users; ++u) builder.add(user(u), user(0));
  return builder.build();
}
/// The digraph whose ordered pairs (v, u), v before u in lexical order without loops, are those of the bits of
/// `pattern`.
inline FollowGraph digraph(std::size_t users, std::uint64_t pattern) {
  return graph_of(users,
                  [=](std::size_t v, std::size_t u) { return (pattern >> (v * (users - 1) + u - (u > v)) & 1) != 0; });
}

/// chance(v, u) for each follower u of v.
inline Chances chances_where(const Audience& audience, const std::function<double(UserId, UserId)>& chance) {
  UnwrittenArray<Chance> all;
  for (std::size_t v = 0; v < audience.user_count(); ++v)
    for (const UserId u : audience.followers(user(v))) all.push_back(Chance(chance(user(v), u)));
  return Chances::by_follow(std::move(all));
}
/// Weighted cascade (Kempe, Kleinberg, Tardos 2003).
inline Chances shares_of_followees(const Audience& audience) {
  return chances_where(audience, [&](UserId, UserId u) { return 1.0 / audience.followee_count(u); });
}
/// 0, 1 and much between, drawn by pair.
inline Chances mixed_chances(const Audience& audience, std::uint64_t salt, double scale = 1.0) {
  return chances_where(audience, [=](UserId v, UserId u) {
    const double x = uniform(nested_mix(salt, v.value(), u.value()));
    return x < 0.1 ? 0.0 : x > 0.97 ? 1.0 : scale * x * x;
  });
}
/// The chance of a pair that is a follow, as the models see it: in units of 2^-32.
inline std::uint64_t threshold_of(const Audience& audience, const Chances& chances, UserId v, UserId u) {
  if (chances.is_uniform()) return chances.threshold();
  std::size_t place = 0;
  while (audience.followers(v)[place] != u) ++place;
  return chances.of(audience, v)[place].threshold();
}

/// Who adopted, when and from whom, in whatever order.
struct Adoption {
  UserId parent;
  std::uint32_t step;
  bool operator==(const Adoption&) const = default;
};
using Adoptions = std::map<UserId, Adoption>;
inline Adoptions adoptions(const Spread& spread) {
  Adoptions all;
  for (const Adopter& adopter : spread.adopters)
    all[adopter.user] = {spread.adopters[adopter.parent].user, adopter.step};
  return all;
}
inline std::uint64_t set_of(const Spread& spread) {
  std::uint64_t set = 0;
  for (const Adopter& adopter : spread.adopters) set |= std::uint64_t{1} << adopter.user.value();
  return set;
}

/// Draws against probabilities, cell by cell. Chi squared of many tables is added up and judged once.
class ChiSquared {
public:
  /// `observed[i]` of `draws` fell into cell i, whose probability is `probability[i]`. Cells where fewer than 5 are
  /// expected become one.
  void add(const std::vector<std::uint64_t>& observed, const std::vector<double>& probability, double draws) {
    double rare_observed = 0, rare_expected = 0;
    int cells = 0;
    const auto cell = [&](double seen, double expected) {
      sum_ += (seen - expected) * (seen - expected) / expected;
      ++cells;
    };
    for (std::size_t i = 0; i < probability.size(); ++i)
      if (probability[i] * draws >= 5) {
        cell(double(observed[i]), probability[i] * draws);
      } else {
        rare_observed += double(observed[i]);
        rare_expected += probability[i] * draws;
      }
    if (rare_expected >= 5) {
      cell(rare_observed, rare_expected);
    } else {
      impossible_ += rare_observed > 20;  // of a Poisson mean below 5: once in 1e7
      for (std::size_t i = 0; i < probability.size(); ++i) impossible_ += probability[i] == 0.0 && observed[i] > 0;
    }
    freedom_ += cells - 1;
  }

  double freedom() const { return freedom_; }
  /// Exceeded once in 3e8 (x = 20 in P(chi squared > k + 2 sqrt(k x) + 2 x) <= e^-x, Laurent and Massart 2000).
  double bound() const { return freedom_ + 2 * std::sqrt(freedom_ * 20) + 40; }
  bool fits() const { return impossible_ == 0 && sum_ < bound(); }
  double sum() const { return sum_; }

private:
  double sum_ = 0, freedom_ = 0;
  int impossible_ = 0;
};

}  // namespace grapevine::testing
