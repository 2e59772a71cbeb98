#include <algorithm>
#include <bit>

#include "sim/feed/session.hpp"

namespace grapevine {

void AuthorChains::link(std::span<const Candidate> candidates, const Posts& posts) {
  const std::size_t n = candidates.size();
  author_.resize(n + 1);
  before_.resize(n + 1);
  before_[0] = 1;  // so that none is not taken for the first of an author
  several_.resize(n);
  slots_.assign(std::bit_ceil(2 * n + 1), 0);
  const std::size_t mask = slots_.size() - 1;
  std::size_t several = 0;
  for (std::uint32_t i = 1; i <= n; ++i) {
    const UserId author = author_of(candidates[i - 1], posts);
    author_[0] = author_[i] = author;  // an empty slot ends the search, too
    std::size_t slot = (author.value() * std::uint32_t{0x9e3779b1} >> 8) & mask;
    while (author_[slots_[slot]] != author) slot = (slot + 1) & mask;
    before_[i] = slots_[slot];
    several_[several] = static_cast<std::uint32_t>(slot);
    several += before_[slots_[slot]] == 0 ? 1 : 0;  // the second of its author
    slots_[slot] = i;
  }
  several_.resize(several);
  for (std::uint32_t& last : several_) last = slots_[last] - 1;
}

}  // namespace grapevine
