#include "sim/state/world_state.hpp"

#include <algorithm>
#include <cstring>

#include "graph/base/random.hpp"

namespace grapevine {

std::vector<WorldArray> world_arrays(WorldState& state) {
  ArrayTable table;
  state.arrays(table);
  for (WorldArray& array : kept_arrays(state)) table.list.push_back(std::move(array));
  return std::move(table.list);
}

std::vector<WorldArray> kept_arrays(WorldState& state) {
  ArrayTable table;
  for (const auto& keeper : state.kept) keeper->arrays(table);
  return std::move(table.list);
}

std::uint64_t digest(const WorldState& state) {
  std::uint64_t hash = 0;
  for (const WorldArray& array : world_arrays(const_cast<WorldState&>(state))) {  // read only
    std::uint64_t word = 0;
    std::size_t i = 0;
    hash = mix(hash + array.bytes.size() + golden);
    for (; i + 8 <= array.bytes.size(); i += 8) {
      std::memcpy(&word, array.bytes.data() + i, 8);
      hash = mix(hash ^ word) + golden;
    }
    word = 0;
    if (i < array.bytes.size()) std::memcpy(&word, array.bytes.data() + i, array.bytes.size() - i);
    hash = mix(hash ^ word) + golden;
  }
  return hash;
}

bool same_state(const WorldState& a, const WorldState& b) {
  const auto mine = world_arrays(const_cast<WorldState&>(a)), theirs = world_arrays(const_cast<WorldState&>(b));
  return std::ranges::equal(mine, theirs, [](const WorldArray& x, const WorldArray& y) {
    return x.name == y.name && std::ranges::equal(x.bytes, y.bytes);
  });
}

}  // namespace grapevine
