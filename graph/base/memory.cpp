#include "graph/base/memory.hpp"

#include <sys/mman.h>

#include <cstdlib>
#include <new>

namespace grapevine::detail {

namespace {
constexpr std::size_t huge_page = std::size_t{1} << 21;
}

void* allocate_array(std::size_t bytes) {
  if (bytes < huge_page) return ::operator new(bytes);
  if (bytes > SIZE_MAX - huge_page) throw std::bad_alloc();
  void* const first = std::aligned_alloc(huge_page, (bytes + huge_page - 1) / huge_page * huge_page);
  if (first == nullptr) throw std::bad_alloc();
  madvise(first, bytes / huge_page * huge_page, MADV_HUGEPAGE);  // a wish: without it the same numbers come later
  return first;
}

void free_array(void* first, std::size_t bytes) noexcept {
  if (bytes < huge_page)
    ::operator delete(first);
  else
    std::free(first);
}

}  // namespace grapevine::detail
