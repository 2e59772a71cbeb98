#include "sim/state/world_state.hpp"

#include <algorithm>
#include <span>

#include "graph/base/checksum.hpp"

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
  std::vector<std::uint64_t> of_arrays;
  for (const WorldArray& array : world_arrays(const_cast<WorldState&>(state))) {  // read only
    Checksum of_array;
    of_array.add(array.bytes);
    of_arrays.push_back(of_array.value());
  }
  Checksum all;
  all.add(std::as_bytes(std::span(of_arrays)));
  return all.value();
}

bool same_state(const WorldState& a, const WorldState& b) {
  const auto mine = world_arrays(const_cast<WorldState&>(a)), theirs = world_arrays(const_cast<WorldState&>(b));
  return std::ranges::equal(mine, theirs, [](const WorldArray& x, const WorldArray& y) {
    return x.name == y.name && std::ranges::equal(x.bytes, y.bytes);
  });
}

}  // namespace grapevine
