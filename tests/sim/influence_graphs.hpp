#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "graph/graph_builder.hpp"
#include "sim/influence/reverse_reach.hpp"
#include "tests/sim/small_worlds.hpp"

/// Graphs small enough that every live-edge graph is enumerated, and the kinds of probabilities on them.
namespace grapevine::testing {

inline FollowGraph graph_of(std::size_t users, const std::vector<std::pair<std::uint32_t, std::uint32_t>>& follows) {
  GraphBuilder builder(users);
  for (const auto& [reader, author] : follows) builder.add(UserId{reader}, UserId{author});
  return builder.build();
}

/// Everybody follows user 0.
inline FollowGraph star(std::size_t users) {
  GraphBuilder builder(users);
  for (std::uint32_t u = 1; u < users; ++u) builder.add(UserId{u}, UserId{0});
  return builder.build();
}

/// A network of `users` in which each follow is there with probability 1 / `one_in`.
inline FollowGraph random_graph(std::size_t users, std::uint64_t one_in, std::uint64_t key) {
  GraphBuilder builder(users);
  for (std::uint32_t u = 0; u < users; ++u)
    for (std::uint32_t v = 0; v < users; ++v)
      if (u != v && nested_mix(key, u, v) % one_in == 0) builder.add(UserId{u}, UserId{v});
  return builder.build();
}

inline ReaderChances chances_of_follows(const FollowGraph& graph) {
  UnwrittenArray<Chance> chances(graph.follow_count());
  for (std::size_t i = 0; i < chances.size(); ++i) chances[i] = Chance(0.15 + 0.7 * static_cast<double>(i % 5) / 5);
  return ReaderChances::by_follow(std::move(chances));
}

inline ReaderChances weighted_cascade(const FollowGraph& graph) {
  UnwrittenArray<Chance> chances(graph.user_count());
  for (std::uint32_t u = 0; u < chances.size(); ++u)
    chances[u] = Chance(1.0 / std::max<double>(1, static_cast<double>(graph.followees(UserId{u}).size())));
  return ReaderChances::by_reader(std::move(chances));
}

struct Variant {
  std::string name;
  ReaderChances chances;
  LiveEdges live;
};

inline std::vector<Variant> variants(const FollowGraph& graph) {
  std::vector<Variant> all;
  all.push_back({"uniform", ReaderChances::uniform(0.3), LiveEdges::independent});
  all.push_back({"weighted cascade", weighted_cascade(graph), LiveEdges::independent});
  all.push_back({"by follow", chances_of_follows(graph), LiveEdges::independent});
  all.push_back({"threshold, equal weights", weighted_cascade(graph), LiveEdges::at_most_one});
  all.push_back({"threshold, weights that do not add up to 1", ReaderChances::uniform(0.3), LiveEdges::at_most_one});
  all.push_back({"threshold by follow", chances_of_follows(graph), LiveEdges::at_most_one});
  return all;
}

inline double chance_of(const SpreadModel& model, UserId reader, std::size_t i) {
  return model.chances.differ_within_rows() ? model.chances.of(model.graph, reader)[i].probability()
                                            : static_cast<double>(model.chances.threshold(reader)) * 0x1p-32;
}

using Mask = std::uint32_t;

/// sigma(S) for every set S of users, as a mask, by enumeration of all live-edge graphs.
class ExactSpread {
public:
  explicit ExactSpread(const SpreadModel& model)
      : users_(model.graph.user_count()), sigma_(std::size_t{1} << users_, 0.0), live_(users_, 0) {
    for (std::uint32_t u = 0; u < users_; ++u) options_.push_back(options_of(model, UserId{u}));
    enumerate(0, 1.0);
  }

  double of(Mask seeds) const { return sigma_[seeds]; }
  double of(const std::vector<UserId>& seeds) const {
    Mask mask = 0;
    for (const UserId seed : seeds) mask |= Mask{1} << seed.value();
    return of(mask);
  }
  double optimum(int count) const {
    double best = 0;
    for (Mask seeds = 0; seeds < sigma_.size(); ++seeds)
      if (std::popcount(seeds) == count) best = std::max(best, of(seeds));
    return best;
  }

private:
  /// Which followees of a reader are live, and how likely that is.
  struct Option {
    Mask live;
    double probability;
  };

  static std::vector<Option> options_of(const SpreadModel& model, UserId reader) {
    const auto followees = model.graph.followees(reader);
    std::vector<Option> options;
    if (model.live == LiveEdges::independent) {
      for (Mask chosen = 0; chosen < Mask{1} << followees.size(); ++chosen) {
        Option option{0, 1.0};
        for (std::size_t i = 0; i < followees.size(); ++i) {
          const bool live = (chosen >> i & 1) != 0;
          if (live) option.live |= Mask{1} << followees[i].value();
          option.probability *= live ? chance_of(model, reader, i) : 1 - chance_of(model, reader, i);
        }
        options.push_back(option);
      }
      return options;
    }
    double sum = 0;
    for (std::size_t i = 0; i < followees.size(); ++i) sum += chance_of(model, reader, i);
    const double whole = sum > 1 - 0x1p-12 ? sum : 1;
    for (std::size_t i = 0; i < followees.size(); ++i)
      options.push_back({Mask{1} << followees[i].value(), chance_of(model, reader, i) / whole});
    options.push_back({0, 1 - sum / whole});
    return options;
  }

  void enumerate(std::size_t reader, double probability) {
    if (probability == 0) return;
    if (reader < users_) {
      for (const Option& option : options_[reader]) {
        live_[reader] = option.live;
        enumerate(reader + 1, probability * option.probability);
      }
      return;
    }
    for (Mask seeds = 0; seeds < sigma_.size(); ++seeds) {
      Mask reached = seeds;
      for (Mask before = ~reached; before != reached;) {
        before = reached;
        for (std::size_t u = 0; u < users_; ++u)
          if ((live_[u] & reached) != 0) reached |= Mask{1} << u;
      }
      sigma_[seeds] += probability * std::popcount(reached);
    }
  }

  std::size_t users_;
  std::vector<double> sigma_;
  std::vector<std::vector<Option>> options_;
  std::vector<Mask> live_;  ///< of each reader
};

/// The sets as lists, by number.
inline std::vector<std::vector<UserId>> listed(const ReverseReachSets& sets) {
  std::vector<std::vector<UserId>> lists(sets.count());
  sets.for_each(
      [&](std::uint64_t set, std::span<const UserId> members) { lists[set].assign(members.begin(), members.end()); });
  return lists;
}

inline std::uint64_t met(const std::vector<std::vector<UserId>>& sets, const std::vector<UserId>& seeds) {
  std::uint64_t count = 0;
  for (const auto& set : sets)
    count += std::any_of(set.begin(), set.end(),
                         [&](UserId u) { return std::find(seeds.begin(), seeds.end(), u) != seeds.end(); });
  return count;
}

}  // namespace grapevine::testing
