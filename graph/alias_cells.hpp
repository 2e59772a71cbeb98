#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace grapevine {

/// One draw in proportion to weights needs one look at one cell (Walker 1977): the cell's own member below the
/// threshold, the other from there on.
struct Cell {
  std::uint32_t threshold;
  std::uint32_t other;
};
struct Look {
  std::uint32_t cell;
  std::uint32_t coin;
};

/// The cell that 64 random bits look at among `count` cells from `first` on: their product with the count names it, its
/// fraction is the coin.
inline Look look(std::size_t first, std::size_t count, std::uint64_t bits) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(bits) * count;
  return {static_cast<std::uint32_t>(first + static_cast<std::size_t>(product >> 64)),
          static_cast<std::uint32_t>(product >> 32)};
}
inline std::uint32_t resolve(std::span<const Cell> cells, Look at) {
  const Cell cell = cells[at.cell];
  return at.cell ^ ((at.cell ^ cell.other) &
                    (0U - static_cast<std::uint32_t>(at.coin >= cell.threshold)));  // no branch: it would be a coin
}

/// Fills the cells first .. first + count - 1 for the weights of these members (Vose 1991) and returns the sum of the
/// weights.
class CellFiller {
public:
  template <class Weight>
  double operator()(std::span<Cell> cells, std::size_t first, std::size_t count, Weight&& weight) {
    own_.resize(count);
    small_.clear();
    large_.clear();
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) sum += own_[i] = weight(first + i);
    for (std::size_t i = 0; i < count; ++i) {
      own_[i] = sum > 0 ? own_[i] * (static_cast<double>(count) / sum) : 1.0;
      cells[first + i] = {UINT32_MAX, static_cast<std::uint32_t>(first + i)};
      (own_[i] < 1.0 ? small_ : large_).push_back(static_cast<std::uint32_t>(i));
    }
    while (!small_.empty() && !large_.empty()) {
      const std::uint32_t small = small_.back(), large = large_.back();
      small_.pop_back();
      cells[first + small] = {static_cast<std::uint32_t>(own_[small] * 0x1.0p32),
                              static_cast<std::uint32_t>(first + large)};
      own_[large] -= 1.0 - own_[small];
      if (own_[large] < 1.0) {
        large_.pop_back();
        small_.push_back(large);
      }
    }
    return sum;
  }

private:
  std::vector<double> own_;  // weight that a member has left, in cells
  std::vector<std::uint32_t> small_, large_;
};

}  // namespace grapevine
