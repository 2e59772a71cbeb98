#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "graph/base/prefetch.hpp"

namespace grapevine {

/// A value for each live root, apart from what `Posts` keeps of it: a ring by number.
template <class Value>
class RootRing {
public:
  const Value& operator[](std::uint32_t root) const { return values_[root & (values_.size() - 1)]; }
  Value& operator[](std::uint32_t root) { return values_[root & (values_.size() - 1)]; }
  /// Whether the root is one of those last told to be live.
  bool holds(std::uint32_t root) const { return range_.tail <= root && root < range_.head; }

  void prefetch(std::uint32_t root) const {
    if (holds(root)) grapevine::prefetch(&(*this)[root]);
  }

  /// The live roots are those from `tail` to below `head` now; new ones have the value `fresh`.
  void advance(std::uint32_t tail, std::uint32_t head, const Value& fresh = {}) {
    const std::uint32_t kept = std::max(tail, range_.tail), known = std::max(kept, std::min(head, range_.head));
    if (values_.empty() || values_.size() < head - tail) {
      std::vector<Value> larger(std::max<std::size_t>(1024, std::bit_ceil(std::size_t{head - tail})), fresh);
      for (std::uint32_t root = kept; root < known; ++root) larger[root & (larger.size() - 1)] = (*this)[root];
      values_ = std::move(larger);
    } else {
      for (std::uint32_t root = known; root < head; ++root) (*this)[root] = fresh;
    }
    range_ = {tail, head};
  }

  template <class Visitor>
  void arrays(std::string_view range, std::string_view values, Visitor&& visit) {
    visit(range, "world", range_);
    visit(values, "post", values_);
  }

private:
  struct Range {
    std::uint32_t tail = 0;
    std::uint32_t head = 0;
  } range_;
  std::vector<Value> values_;  ///< as many as a power of two
};

}  // namespace grapevine
