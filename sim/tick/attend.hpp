#pragma once

#include "graph/base/math.hpp"
#include "graph/base/random.hpp"
#include "sim/model/population.hpp"

namespace grapevine {

/// How many posts the reader would look at in this session before it leaves: it reads from the top and leaves after
/// each post with the same probability, so P(depth >= k) = (1 - 1/patience)^(k-1) with mean `patience` (the examination
/// model of Craswell et al. 2008). One draw a session, by inversion. `scale` is -1 / log(1 - 1/patience), 0 for a
/// patience of 1.
inline std::uint32_t draw_depth(const StreamKey& dynamics, UserId reader, std::uint32_t session_ordinal, double scale) {
  const double posts = -math::log(uniform(dynamics.bits(Draw::depth, reader.value(), session_ordinal))) * scale;
  return posts < 0x1p31 ? 1 + static_cast<std::uint32_t>(posts) : std::uint32_t{1} << 31;
}

}  // namespace grapevine
