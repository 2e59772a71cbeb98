#include "sim/state/world_state.hpp"

#include <algorithm>
#include <cstring>

#include "graph/base/error.hpp"
#include "graph/base/random.hpp"

namespace grapevine {

std::vector<WorldArray> world_arrays(WorldState& state) {
  std::vector<WorldArray> table;
  const auto add = [&]<class T>(std::string_view name, std::string_view unit, T& value) {
    if constexpr (requires { value.data(); }) {
      using Element = typename T::value_type;
      static_assert(std::is_trivially_copyable_v<Element> && std::has_unique_object_representations_v<Element>,
                    "bytes stand for the value");
      table.push_back({name, unit, std::as_bytes(std::span(value)), [&value](std::span<const std::byte> bytes) {
                         value.resize(bytes.size() / sizeof(Element));
                         if (!bytes.empty()) std::memcpy(value.data(), bytes.data(), bytes.size());
                       }});
    } else {
      static_assert(std::is_trivially_copyable_v<T> && std::has_unique_object_representations_v<T>,
                    "bytes stand for the value");
      table.push_back({name, unit, std::as_bytes(std::span(&value, 1)), [&value](std::span<const std::byte> bytes) {
                         GRAPEVINE_EXPECTS(bytes.size() == sizeof(T));
                         std::memcpy(&value, bytes.data(), sizeof(T));
                       }});
    }
  };
  state.arrays(add);
  return table;
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
