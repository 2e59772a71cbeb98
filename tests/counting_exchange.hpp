#pragma once

#include <span>
#include <vector>

#include "graph/base/exchange.hpp"

namespace grapevine::testing {

/// Hands everything on, and counts how often the parts hand something round.
class CountingExchange final : public Exchange {
public:
  explicit CountingExchange(Exchange& parts, bool shares_memory = true)
      : exchange_(parts), shares_memory_(shares_memory) {}

  int part() const override { return exchange_.part(); }
  int parts() const override { return exchange_.parts(); }
  bool shares_memory() const override { return shares_memory_; }
  std::vector<std::byte> gather_bytes(std::span<const std::byte> mine) override {
    ++count_;
    return exchange_.gather_bytes(mine);
  }

  int count() const { return count_; }

private:
  Exchange& exchange_;
  bool shares_memory_;
  int count_ = 0;
};

}  // namespace grapevine::testing
