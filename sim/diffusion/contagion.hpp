#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/base/ids.hpp"
#include "graph/base/random.hpp"

/// What the classic models of diffusion have in common: seeds take a post up, contacts pass it on along rows of
/// followers, and who took it up from whom is a forest.
namespace grapevine {

/// The address of all chance of one contagion. Contagions with the same number see the same coins in whatever arm they
/// run: on the same live edges.
class ContagionKey {
public:
  ContagionKey() = default;
  /// `number` names the contagion within its replicate; `stream` is `StreamKey::key(Draw::contagion)` of the stream
  /// "dynamics".
  constexpr ContagionKey(std::uint64_t stream, std::uint64_t number) : value_(mix(stream + number * golden)) {}

  /// A key for `nested_mix` that belongs to one purpose of this contagion.
  constexpr std::uint64_t key(Draw purpose) const { return mix(value_ + static_cast<std::uint64_t>(purpose) * golden); }

  constexpr bool operator==(const ContagionKey&) const = default;

private:
  std::uint64_t value_ = 0;
};

/// The coins of one adopter for its followers under the key of `Draw::contact`: no position in a row, no step, so the
/// coin of a pair is the same in every graph that has it.
class ContactCoins {
public:
  constexpr ContactCoins(std::uint64_t contact_key, UserId adopter) : row_(mix(contact_key ^ adopter.value())) {}
  /// 32 random bits for the follower.
  constexpr std::uint32_t of(UserId follower) const {
    return static_cast<std::uint32_t>(mix(row_ + follower.value() * golden) >> 32);
  }
  constexpr std::uint64_t row() const { return row_; }

private:
  std::uint64_t row_;
};

/// Several adopters passed the post to `user` in the same step: the one of the lowest rank is the parent.
constexpr std::uint64_t parent_rank(std::uint64_t tie_key, UserId parent, UserId user) {
  return nested_mix(tie_key, parent.value(), user.value());
}

/// A user that took the post up.
struct Adopter {
  UserId user{};
  std::uint32_t parent = 0;  ///< index of the adopter it took the post from; of a seed, its own
  std::uint32_t step = 0;    ///< steps after the seeds; in continuous time those that had passed in full

  bool operator==(const Adopter&) const = default;
};

/// What became of one contagion.
struct Spread {
  std::vector<Adopter> adopters;  ///< seeds first, in their order, then by step: parents before children. The order
                                  ///< within a step depends on nothing but graph and address
  std::uint64_t contacts =
      0;  ///< trials that were resolved: (adopter, follower) pairs, in each step in which the adopter tries

  void clear() {
    adopters.clear();
    contacts = 0;
  }
};

/// A classic model on one graph. Each thread has its own, because it holds marks of users, which are clean between
/// runs; memory is bounded by the graph.
class Contagion {
public:
  virtual ~Contagion() = default;

  /// Spreads from `seeds`, all different, at step 0. `spread` is cleared first.
  virtual void run(std::span<const UserId> seeds, ContagionKey key, Spread& spread) = 0;
};

}  // namespace grapevine
