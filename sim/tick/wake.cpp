#include "sim/tick/wake.hpp"

#include "graph/base/clones.hpp"

namespace grapevine {

namespace {

/// Whether any of 64 entries is `now`. Vectorised: most groups have nobody.
GRAPEVINE_CLONED bool any_of_64(const Tick* next, Tick now) {
  std::uint32_t any = 0;
  for (int i = 0; i < 64; ++i) any |= next[i] == now ? 1u : 0u;
  return any != 0;
}

}  // namespace

void due_at(std::span<const Tick> next, Tick now, std::vector<std::uint32_t>& due) {
  due.clear();
  std::size_t i = 0;
  const auto look = [&](std::size_t end) {
    for (; i < end; ++i)
      if (next[i] == now) due.push_back(static_cast<std::uint32_t>(i));
  };
  while (i + 64 <= next.size()) {
    if (any_of_64(next.data() + i, now))
      look(i + 64);
    else
      i += 64;
  }
  look(next.size());
}

}  // namespace grapevine
