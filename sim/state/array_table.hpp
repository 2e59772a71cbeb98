#pragma once

#include <cstddef>
#include <cstring>
#include <functional>
#include <span>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include "graph/base/error.hpp"

namespace grapevine {

/// One array of a world, by name: its bytes, and a way to put others in their place.
struct WorldArray {
  std::string_view name;
  std::string_view unit;  ///< what it has an entry for
  std::span<const std::byte> bytes;
  std::function<void(std::span<const std::byte>)> assign;
  /// Puts the array of another world in its place, one of its name, without a copy: what is left there is of no use.
  std::function<void(const WorldArray&)> take;
  void* array = nullptr;
  const std::type_info* type = nullptr;  ///< of what `array` points to
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
      add(name, unit, value, std::as_bytes(std::span(value)), [&value](std::span<const std::byte> bytes) {
        value.resize(bytes.size() / sizeof(Element));
        if (!bytes.empty()) std::memcpy(value.data(), bytes.data(), bytes.size());
      });
    } else {
      expect_plain<T>();
      add(name, unit, value, std::as_bytes(std::span(&value, 1)), [&value](std::span<const std::byte> bytes) {
        GRAPEVINE_EXPECTS(bytes.size() == sizeof(T));
        std::memcpy(&value, bytes.data(), sizeof(T));
      });
    }
  }

private:
  template <class T>
  void add(std::string_view name, std::string_view unit, T& value, std::span<const std::byte> bytes,
           std::function<void(std::span<const std::byte>)> assign) {
    const auto take = [&value](const WorldArray& other) {
      GRAPEVINE_EXPECTS(*other.type == typeid(T));
      value = std::move(*static_cast<T*>(other.array));
    };
    list.push_back({name, unit, bytes, std::move(assign), take, &value, &typeid(T)});
  }

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
