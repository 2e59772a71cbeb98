#pragma once

#include <cstddef>
#include <cstring>
#include <functional>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "graph/base/error.hpp"

namespace grapevine {

/// One array of a world, by name: its bytes, and a way to put others in their place.
struct WorldArray {
  std::string_view name;
  std::string_view unit;  ///< what it has an entry for
  std::span<const std::byte> bytes;
  std::function<void(std::span<const std::byte>)> assign;
};

/// Takes down arrays, and single values, whose bytes stand for what they are.
class ArrayTable {
public:
  std::vector<WorldArray> list;

  template <class T>
  void operator()(std::string_view name, std::string_view unit, T& value) {
    if constexpr (requires { value.data(); }) {
      using Element = typename T::value_type;
      expect_plain<Element>();
      list.push_back({name, unit, std::as_bytes(std::span(value)), [&value](std::span<const std::byte> bytes) {
                        value.resize(bytes.size() / sizeof(Element));
                        if (!bytes.empty()) std::memcpy(value.data(), bytes.data(), bytes.size());
                      }});
    } else {
      expect_plain<T>();
      list.push_back({name, unit, std::as_bytes(std::span(&value, 1)), [&value](std::span<const std::byte> bytes) {
                        GRAPEVINE_EXPECTS(bytes.size() == sizeof(T));
                        std::memcpy(&value, bytes.data(), sizeof(T));
                      }});
    }
  }

private:
  template <class Element>
  static constexpr void expect_plain() {
    static_assert(std::is_trivially_copyable_v<Element> && std::has_unique_object_representations_v<Element>,
                  "bytes stand for the value");
  }
};

/// Somebody who keeps arrays of its own in a world: a mechanism.
class KeptArrays {
public:
  virtual ~KeptArrays() = default;
  /// Names each of them, always the same ones in the same order.
  virtual void arrays(ArrayTable& table) = 0;
};

}  // namespace grapevine
