#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/base/ids.hpp"

namespace grapevine {

/// Indices of the readers whose next session is in tick `now`, ascending. Reads four bytes a reader.
inline void wake(std::span<const Tick> next_session, Tick now, std::vector<std::uint32_t>& awake) {
  awake.clear();
  // Sixteen at a time: most groups have nobody, and the loop inside is vectorised.
  std::size_t i = 0;
  for (; i + 16 <= next_session.size(); i += 16) {
    unsigned any = 0;
    for (std::size_t j = 0; j < 16; ++j) any |= next_session[i + j] == now ? 1u : 0u;
    if (any)
      for (std::size_t j = i; j < i + 16; ++j)
        if (next_session[j] == now) awake.push_back(static_cast<std::uint32_t>(j));
  }
  for (; i < next_session.size(); ++i)
    if (next_session[i] == now) awake.push_back(static_cast<std::uint32_t>(i));
}

}  // namespace grapevine
