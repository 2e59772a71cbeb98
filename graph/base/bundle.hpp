#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <type_traits>
#include <vector>

#include "graph/base/exchange.hpp"

/// Lists of several types in one exchange, so that parts wait for each other once.
namespace grapevine {

/// Every part adds the same lists in the same order and hands them round once; then each list has what all parts had in
/// it, in the order of parts. Alone, lists stay as they are and nothing is copied.
class Bundle {
public:
  explicit Bundle(Exchange& exchange) : exchange_(exchange) {}

  /// Until it is handed round, the list must not change.
  template <class T>
  void add(std::vector<T>& list) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (exchange_.parts() == 1) return;
    lists_.push_back({std::as_bytes(std::span<const T>(list)), [&list](std::size_t bytes) {
                        list.clear();
                        list.resize(bytes / sizeof(T));
                        return std::as_writable_bytes(std::span(list));
                      }});
  }

  void hand_round();

private:
  struct List {
    std::span<const std::byte> mine;
    std::function<std::span<std::byte>(std::size_t bytes)> make_room;  ///< for what all parts had
  };
  std::vector<std::byte> packed() const;

  Exchange& exchange_;
  std::vector<List> lists_;
};

}  // namespace grapevine
