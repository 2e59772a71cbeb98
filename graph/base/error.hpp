#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace grapevine {

/// Something outside the program went wrong while it ran (a full disk, a file that vanished). Ends a run with exit
/// status 1.
class Error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// The request was wrong: nothing was run. Holds one message a mistake, each in the form
/// `where: what was found; what was expected; what to do`. Ends the program with exit status 2.
class BadRequest : public Error {
public:
  explicit BadRequest(std::string message) : BadRequest(std::vector<std::string>{std::move(message)}) {}
  explicit BadRequest(std::vector<std::string> messages) : Error(join(messages)), messages_(std::move(messages)) {}

  const std::vector<std::string>& messages() const noexcept { return messages_; }

private:
  static std::string join(const std::vector<std::string>& messages) {
    std::string text;
    for (const std::string& message : messages) text += (text.empty() ? "" : "\n") + message;
    return text;
  }
  std::vector<std::string> messages_;
};

namespace detail {
[[noreturn]] void broken_contract(const char* condition, const char* file, int line) noexcept;
}

}  // namespace grapevine

/// A mistake of ours, not of the user: says where and stops the process.
#define GRAPEVINE_EXPECTS(condition) \
  ((condition) ? void(0) : ::grapevine::detail::broken_contract(#condition, __FILE__, __LINE__))
