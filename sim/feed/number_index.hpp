#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace grapevine {

/// What is stored for which number, in the scratch space of a worker: open addressing, emptied by counting up an epoch.
class NumberIndex {
public:
  void clear() {
    ++epoch_;
    used_ = 0;
    if (epoch_ == 0) {
      slots_.assign(slots_.size(), {});
      epoch_ = 1;
    }
  }
  /// The value stored for `number`, which is `fresh` if the number was not there.
  std::uint32_t find_or_insert(std::uint32_t number, std::uint32_t fresh) {
    if (2 * (used_ + 1) > slots_.size()) grow();
    for (std::size_t i = place(number);; i = (i + 1) & (slots_.size() - 1)) {
      Slot& slot = slots_[i];
      if (slot.epoch != epoch_) {
        slot = {number, epoch_, fresh};
        ++used_;
        return fresh;
      }
      if (slot.number == number) return slot.value;
    }
  }

  /// The value stored for `number`; nullptr if it is not there.
  const std::uint32_t* find(std::uint32_t number) const {
    for (std::size_t i = place(number); slots_[i].epoch == epoch_; i = (i + 1) & (slots_.size() - 1))
      if (slots_[i].number == number) return &slots_[i].value;
    return nullptr;
  }

private:
  struct Slot {
    std::uint32_t number = 0;
    std::uint32_t epoch = 0;
    std::uint32_t value = 0;
  };
  std::size_t place(std::uint32_t number) const { return (number * std::uint32_t{0x9e3779b1}) & (slots_.size() - 1); }
  void grow() {
    std::vector<Slot> old(2 * slots_.size());
    old.swap(slots_);
    for (const Slot& slot : old)
      if (slot.epoch == epoch_) {
        std::size_t i = place(slot.number);
        while (slots_[i].epoch == epoch_) i = (i + 1) & (slots_.size() - 1);
        slots_[i] = slot;
      }
  }

  std::vector<Slot> slots_ = std::vector<Slot>(512);
  std::uint32_t epoch_ = 1;
  std::size_t used_ = 0;
};

}  // namespace grapevine
