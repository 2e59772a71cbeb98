#include "graph/base/bundle.hpp"

#include <algorithm>
#include <cstdint>

#include "graph/base/error.hpp"

namespace grapevine {

/// How long each list is, in bytes, and then all of them.
std::vector<std::byte> Bundle::packed() const {
  std::vector<std::uint64_t> sizes;
  for (const List& list : lists_) sizes.push_back(list.mine.size());
  std::vector<std::byte> all;
  std::size_t size = sizes.size() * sizeof(std::uint64_t);
  for (const List& list : lists_) size += list.mine.size();
  all.reserve(size);
  const auto append = [&](std::span<const std::byte> more) { all.insert(all.end(), more.begin(), more.end()); };
  append(std::as_bytes(std::span(sizes)));
  for (const List& list : lists_) append(list.mine);
  return all;
}

void Bundle::hand_round() {
  if (exchange_.parts() == 1) return;
  const std::vector<std::byte> all = exchange_.gather_bytes(packed());
  std::span<const std::byte> left = all;
  const auto take = [&](std::size_t size) {
    GRAPEVINE_EXPECTS(size <= left.size());
    const std::span<const std::byte> piece = left.first(size);
    left = left.subspan(size);
    return piece;
  };
  std::vector<std::uint64_t> sizes(lists_.size()), totals(lists_.size());
  std::vector<std::span<const std::byte>> pieces;  // of the first part, list by list, of the second, ...
  for (int part = 0; part < exchange_.parts(); ++part) {
    std::ranges::copy(take(sizes.size() * sizeof(std::uint64_t)), std::as_writable_bytes(std::span(sizes)).begin());
    for (std::size_t i = 0; i < sizes.size(); ++i) pieces.push_back(take(sizes[i])), totals[i] += sizes[i];
  }
  GRAPEVINE_EXPECTS(left.empty());
  for (std::size_t i = 0; i < lists_.size(); ++i) {
    auto to = lists_[i].make_room(totals[i]).begin();
    for (std::size_t at = i; at < pieces.size(); at += lists_.size()) to = std::ranges::copy(pieces[at], to).out;
  }
  lists_.clear();
}

}  // namespace grapevine
