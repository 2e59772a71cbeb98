#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "graph/base/bits.hpp"
#include "graph/base/memory.hpp"
#include "graph/base/random.hpp"
#include "graph/generators/platform/crowd.hpp"

namespace grapevine::platform_model {

/// What all audiences are drawn from.
struct AudienceSource {
  const Places& places;
  const Crowd& crowd;                    ///< by followees that are drawn
  std::span<const std::uint16_t> drawn;  ///< followers that an ordinary user draws in its community, by position
  std::uint64_t key, closure_key;
  std::uint64_t closure;  ///< threshold of the coin for a follower of a follower

  enum class Side : std::uint64_t { in, out };
  /// The key of all draws of the account at `address`, inside its community or outside.
  std::uint64_t side_key(std::uint64_t address, Side side) const {
    return mix(key ^ (address * 2 + static_cast<std::uint64_t>(side)));
  }
};

/// One side of an account's audience, inside its community or outside, while it is drawn: in proportion to the crowd;
/// some draws are replaced by a follower that one of the earlier followers has drawn. Each draw depends on its number
/// and those before it, so a smaller count gives the beginning of a larger. After too many draws of people who are
/// taken the rest comes in a keyed order.
class Audience {
public:
  using Side = AudienceSource::Side;

  /// Draws `count` followers of the account at `address` in `community`, none whose bit in `taken` is set, and sets
  /// theirs. Draws come in batches; fetch(position) is called before accept(position), so that what the latter looks at
  /// is there.
  template <class Fetch, class Accept>
  void draw(const AudienceSource& source, std::uint64_t address, std::size_t community, Side side, std::size_t count,
            std::span<std::uint64_t> taken, Fetch&& fetch, Accept&& accept) {
    source_ = &source;
    community_ = community;
    inside_ = side == Side::in;
    taken_ = taken;
    key_ = source.side_key(address, side);
    followers_.resize(count);
    found_ = known_ = 0;
    if (count == 0) return;
    const Crowd& crowd = source.crowd;
    const std::size_t size = source.places.community_size(community),
                      eligible = inside_ ? size : source.places.users() - size;
    const double weight = inside_ ? crowd.weight_in(community) : crowd.weight() - crowd.weight_in(community);
    const std::uint64_t most = weight > 1e-9 * crowd.weight() ? 4 * static_cast<std::uint64_t>(eligible) + batch : 0;
    std::uint64_t boundary = 0;
    for (std::uint64_t j = 0; j < most && found_ < count; j += size_) {
      if (j == boundary) {  // up to the next one all draws choose among the same followers
        boundary = j < batch ? std::bit_ceil(j + 1) : j + batch;
        known_ = found_;
      }
      size_ = std::min<std::size_t>(count - found_, boundary - j);
      look(j);
      close();
      for (std::size_t k = 0; k < size_; ++k) {
        drawn_[k] = crowd.position(looks_[k]);
        __builtin_prefetch(&taken_[drawn_[k] / 64], 1);
        fetch(drawn_[k]);
      }
      for (std::size_t k = 0; k < size_; ++k) take(drawn_[k], accept);
    }
    if (found_ == count) return;
    const std::size_t first = inside_ ? source.places.community_begin(community) : 0,
                      range = inside_ ? size : source.places.users();
    const KeyedPermutation order(key_, range);
    for (std::uint64_t i = 0; i < range && found_ < count; ++i)
      take(static_cast<std::uint32_t>(first + order(i)), accept);
  }

  /// Those drawn last.
  std::span<const std::uint32_t> followers() const { return {followers_.data(), found_}; }

private:
  static constexpr std::size_t batch = 64;

  /// Which cells to look at, from draw `first` on, and which earlier followers.
  void look(std::uint64_t first) {
    const Crowd& crowd = source_->crowd;
    const std::uint64_t threshold = known_ > 0 ? source_->closure : 0;
    closings_ = 0;
    for (std::size_t k = 0; k < size_; ++k) {
      bits_[k] = mix(key_ + (first + k) * golden);
      own_[k] = mix(bits_[k] ^ source_->closure_key);
      looks_[k] = inside_ ? crowd.in(community_, bits_[k]) : crowd.out(community_, bits_[k]);
      crowd.fetch(looks_[k]);
      closing_[closings_] = static_cast<std::uint32_t>(k);
      closings_ += coin(static_cast<std::uint32_t>(own_[k]), threshold);
    }
    for (std::size_t n = 0; n < closings_; ++n) {
      via_[n] = followers_[(own_[closing_[n]] >> 32) * known_ >> 32];
      __builtin_prefetch(&source_->drawn[via_[n]]);
    }
  }

  /// Turns to followers of followers.
  void close() {
    for (std::size_t n = 0; n < closings_; ++n) {
      const std::uint32_t choices = source_->drawn[via_[n]];
      if (choices == 0) continue;
      const std::uint64_t choice = (bits_[closing_[n]] & UINT32_MAX) * choices >> 32;
      looks_[closing_[n]] = source_->crowd.in(inside_ ? community_ : source_->places.community_of(via_[n]),
                                              mix(source_->side_key(via_[n], Side::in) + choice * golden));
      source_->crowd.fetch(looks_[closing_[n]]);
    }
  }

  template <class Accept>
  void take(std::uint32_t position, Accept&& accept) {
    const std::size_t begin = source_->places.community_begin(community_),
                      size = source_->places.community_size(community_);
    if (test(taken_, position) || (!inside_ && position - begin < size)) return;
    set(taken_, position);
    followers_[found_++] = position;
    accept(position);
  }

  const AudienceSource* source_ = nullptr;
  std::size_t community_ = 0;
  bool inside_ = true;
  std::span<std::uint64_t> taken_;
  std::uint64_t key_ = 0;
  std::size_t found_ = 0, known_ = 0;    // followers; those that closing draws choose from
  std::size_t size_ = 0, closings_ = 0;  // of the batch at hand
  std::vector<std::uint32_t> followers_;
  std::array<std::uint64_t, batch> bits_, own_;
  std::array<Look, batch> looks_;
  std::array<std::uint32_t, batch> drawn_, closing_, via_;
};

}  // namespace grapevine::platform_model
