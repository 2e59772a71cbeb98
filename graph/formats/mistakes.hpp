#pragma once

#include <string>
#include <utility>
#include <vector>

#include "graph/base/error.hpp"

namespace grapevine {

/// Collects mistakes; ten are enough to show what is wrong with a file.
class Mistakes {
public:
  void add(std::string message) {
    messages_.push_back(std::move(message));
    if (messages_.size() == 10) {
      messages_.back() += " (and perhaps more: reading stopped here)";
      report();
    }
  }
  bool empty() const { return messages_.empty(); }
  /// Throws what was collected, if anything was.
  void report() const {
    if (!messages_.empty()) throw BadRequest(messages_);
  }

private:
  std::vector<std::string> messages_;
};

}  // namespace grapevine
