#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace grapevine {

/// A 32-bit number that names one thing of one kind: a post is never handed in for a user.
template <class Kind>
class Id {
public:
  constexpr Id() = default;
  constexpr explicit Id(std::uint32_t value) : value_(value) {}

  constexpr std::uint32_t value() const { return value_; }
  constexpr std::size_t index() const { return value_; }
  constexpr auto operator<=>(const Id&) const = default;

private:
  std::uint32_t value_ = 0;
};

/// A vertex of the follow graph, by internal number: 0 has the most followers (planned or actual), ties by account key.
using UserId = Id<struct UserKind>;

/// A root post, by running number within one run. Numbers follow time and differ between arms, so no draw and no tie
/// uses them.
using PostId = Id<struct PostKind>;

/// Number of ticks since the start of the warm-up.
using Tick = std::uint32_t;
inline constexpr Tick never = UINT32_MAX;

/// Money in millionths of the scenario's currency.
using MicroMoney = std::int64_t;
inline constexpr MicroMoney micro_per_unit = 1'000'000;

/// Readers are worked on, and handed to parts and ranks, in whole blocks of this many users.
inline constexpr std::size_t reader_block = 4096;

}  // namespace grapevine

template <class Kind>
struct std::hash<grapevine::Id<Kind>> {
  std::size_t operator()(grapevine::Id<Kind> id) const noexcept { return id.value(); }
};
