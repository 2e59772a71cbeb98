#include "graph/base/error.hpp"

#include <cstdio>
#include <exception>

namespace grapevine::detail {

void broken_contract(const char* condition, const char* file, int line) noexcept {
  std::fprintf(stderr, "grapevine: broken contract '%s' at %s:%d; this is a defect of the program, please report it\n",
               condition, file, line);
  std::terminate();
}

}  // namespace grapevine::detail
