#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

/// Memory for the large arrays that are looked at in random order: on huge pages where the system has them, because a
/// look that also has to find its page costs twice as much.
namespace grapevine {

namespace detail {
/// Aligned to huge pages if it fills one. Throws std::bad_alloc.
void* allocate_array(std::size_t bytes);
void free_array(void* first, std::size_t bytes) noexcept;
}  // namespace detail

template <class T>
struct OnHugePages {
  using value_type = T;

  OnHugePages() = default;
  template <class U>
  OnHugePages(const OnHugePages<U>&) noexcept {}

  T* allocate(std::size_t count) { return static_cast<T*>(detail::allocate_array(count * sizeof(T))); }
  void deallocate(T* first, std::size_t count) noexcept { detail::free_array(first, count * sizeof(T)); }
  bool operator==(const OnHugePages&) const = default;
};

/// Leaves new elements unwritten too, so the threads that fill an array are the first to touch its pages.
template <class T>
struct Unwritten : OnHugePages<T> {
  template <class U>
  struct rebind {
    using other = Unwritten<U>;
  };
  Unwritten() = default;
  template <class U>
  Unwritten(const Unwritten<U>&) noexcept {}

  template <class U, class... Arguments>
  void construct(U* place, Arguments&&... arguments) {
    if constexpr (sizeof...(Arguments) > 0) std::construct_at(place, std::forward<Arguments>(arguments)...);
  }
};

template <class T>
using Array = std::vector<T, OnHugePages<T>>;
template <class T>
using UnwrittenArray = std::vector<T, Unwritten<T>>;

}  // namespace grapevine
