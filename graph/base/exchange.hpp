#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <type_traits>
#include <vector>

/// How the parts of one world tell each other what happened. A part holds whole blocks of readers; a rank of a cluster,
/// or a thread of one process, is a part.
namespace grapevine {

/// A contiguous range of users, first <= u < last.
struct UserRange {
  std::uint32_t first = 0;
  std::uint32_t last = 0;

  std::size_t size() const { return last - first; }
  bool contains(std::uint32_t user) const { return first <= user && user < last; }
  bool operator==(const UserRange&) const = default;
};

/// Every part calls the same operations in the same order; each call returns the same value to all parts.
class Exchange {
public:
  virtual ~Exchange() = default;
  virtual int part() const = 0;
  virtual int parts() const = 0;
  /// Whether what one part keeps of a study all have; if not, each keeps all that is the same for all.
  virtual bool shares_memory() const { return true; }

  /// What all parts handed in, concatenated in the order of parts.
  virtual std::vector<std::byte> gather_bytes(std::span<const std::byte> mine) = 0;

  /// What each part handed in, at part 0; nothing elsewhere.
  virtual std::vector<std::vector<std::byte>> collect(std::span<const std::byte> mine);

  template <class T>
  std::vector<T> gather(std::vector<T> mine) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (parts() == 1) return mine;
    const std::vector<std::byte> bytes = gather_bytes(std::as_bytes(std::span<const T>(mine)));
    std::vector<T> all(bytes.size() / sizeof(T));
    if (!bytes.empty()) std::memcpy(all.data(), bytes.data(), bytes.size());
    return all;
  }

  /// Adds the parts' arrays element by element; all of one length. Integers only, so the order of parts does not
  /// matter.
  template <class T>
  void add(std::span<T> values) {
    static_assert(std::is_integral_v<T>);
    if (parts() == 1) return;
    const std::vector<T> all = gather(std::vector<T>(values.begin(), values.end()));
    for (T& value : values) value = 0;
    for (std::size_t i = 0; i < all.size(); ++i)
      values[i % values.size()] = static_cast<T>(values[i % values.size()] + all[i]);
  }

  /// The readers of part `part` of `parts` among `users` users: whole blocks of `reader_block`, as equal as they come.
  static UserRange readers_of(int part, int parts, std::size_t users);
  UserRange readers(std::size_t users) const { return readers_of(part(), parts(), users); }
};

/// One part that has everything: nothing is sent.
class Alone final : public Exchange {
public:
  int part() const override { return 0; }
  int parts() const override { return 1; }
  std::vector<std::byte> gather_bytes(std::span<const std::byte> mine) override { return {mine.begin(), mine.end()}; }
};

/// Runs body(exchange) once for each of `parts` parts, each on a thread of its own, and waits for all. When parts
/// throw, the others are woken where they wait and the exception of the lowest part that failed by itself arrives.
void run_parts(int parts, const std::function<void(Exchange&)>& body);

}  // namespace grapevine
