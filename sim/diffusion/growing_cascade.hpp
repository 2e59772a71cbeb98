#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "graph/base/prefetch.hpp"
#include "graph/base/random.hpp"
#include "sim/diffusion/contagion.hpp"

namespace grapevine {

/// At which place of an order of adoption a user stands. Open addressing, at most half full; memory goes with the
/// largest set that was held.
class AdopterPlaces {
public:
  void clear() {
    count_ = 0;
    reset(least_bits);
  }
  void fetch(UserId user) const { prefetch(&cells_[home(user)]); }

  /// The place of the user; `place`, which it has from now on, if it had none.
  std::uint32_t find_or_insert(UserId user, std::uint32_t place) {
    std::size_t cell = home(user);
    for (; cells_[cell] != free; cell = (cell + 1) & mask())
      if (cells_[cell] >> 32 == user.value()) return static_cast<std::uint32_t>(cells_[cell]);
    cells_[cell] = std::uint64_t{user.value()} << 32 | place;
    if (2 * ++count_ > mask()) grow();
    return place;
  }

private:
  static constexpr unsigned least_bits = 8;
  static constexpr std::uint64_t free = UINT64_MAX;  // no user has the number 2^32 - 1

  std::size_t mask() const { return (std::size_t{1} << bits_) - 1; }
  std::size_t home(UserId user) const { return static_cast<std::size_t>(user.value() * golden >> (64 - bits_)); }

  void reset(unsigned bits) {
    bits_ = bits;
    if (cells_.size() <= mask()) cells_.resize(mask() + 1);
    std::fill_n(cells_.begin(), mask() + 1, free);
  }

  void grow() {
    std::vector<std::uint64_t> held;
    std::copy_if(cells_.begin(), cells_.begin() + static_cast<std::ptrdiff_t>(mask() + 1), std::back_inserter(held),
                 [](std::uint64_t cell) { return cell != free; });
    reset(bits_ + 1);
    for (const std::uint64_t entry : held) {
      std::size_t cell = home(UserId(static_cast<std::uint32_t>(entry >> 32)));
      while (cells_[cell] != free) cell = (cell + 1) & mask();
      cells_[cell] = entry;
    }
  }

  std::vector<std::uint64_t> cells_;  // user and place
  unsigned bits_ = least_bits;
  std::size_t count_ = 0;
};

/// The independent cascade with memory that goes with the cascade instead of the graph, for cascades among many that
/// have grown too large for `SmallCascades`. `Contacts` is one of sim/diffusion/uniform_contacts.hpp under which users
/// meet.
template <class Contacts>
class GrowingCascade final : public Contagion {
public:
  GrowingCascade(const Contacts& contacts, std::uint32_t steps) : contacts_(contacts), steps_(steps) {}

  void run(std::span<const UserId> seeds, ContagionKey key, Spread& spread) override {
    spread.clear();
    places_.clear();
    keys_ = contacts_.keys(key);
    ties_ = key.key(Draw::parent_tie);
    for (const UserId seed : seeds) {
      places_.find_or_insert(seed, static_cast<std::uint32_t>(spread.adopters.size()));
      spread.adopters.push_back({seed, static_cast<std::uint32_t>(spread.adopters.size()), 0});
    }
    std::uint32_t first = 0;
    for (std::uint32_t step = 0; first < spread.adopters.size() && (steps_ == 0 || step < steps_); ++step) {
      const auto last = static_cast<std::uint32_t>(spread.adopters.size());
      for (std::uint32_t i = first; i < std::min(first + ahead, last); ++i) contacts_.fetch({spread.adopters[i].user});
      for (std::uint32_t i = first; i < last; ++i) {
        if (last - i > ahead) contacts_.fetch({spread.adopters[i + ahead].user});
        spread.contacts += contacts_.look(keys_, {spread.adopters[i].user}, [&](const typename Contacts::Hit& hit) {
          reached_.push_back({i, hit});
          if (reached_.size() == together) land(step + 1, spread);
          return true;
        });
      }
      land(step + 1, spread);
      first = last;
    }
  }

private:
  static constexpr std::uint32_t ahead = 16,
                                 together = 64;  // adopters whose rows, and hits whose users, are under way at once

  struct Reached {
    std::uint32_t parent;
    typename Contacts::Hit hit;
  };
  struct Landed {
    std::uint32_t parent;
    UserId user;
  };

  void land(std::uint32_t step, Spread& spread) {
    landed_.clear();
    for (const Reached& reached : reached_)
      contacts_.land(keys_, reached.hit, [&](const typename Contacts::Site& site) {
        places_.fetch(site.user);
        landed_.push_back({reached.parent, site.user});
      });
    reached_.clear();
    std::vector<Adopter>& adopters = spread.adopters;
    const auto rank = [&](std::uint32_t parent, UserId user) {
      return parent_rank(ties_, adopters[parent].user, user);
    };
    for (const auto [parent, user] : landed_) {
      const auto next = static_cast<std::uint32_t>(adopters.size());
      const std::uint32_t place = places_.find_or_insert(user, next);
      if (place == next)
        adopters.push_back({user, parent, step});
      else if (Adopter& held = adopters[place]; held.step == step && rank(parent, user) < rank(held.parent, user))
        held.parent = parent;
    }
  }

  Contacts contacts_;
  std::uint32_t steps_;
  typename Contacts::Keys keys_{};
  std::uint64_t ties_ = 0;
  AdopterPlaces places_;
  std::vector<Reached> reached_;
  std::vector<Landed> landed_;
};

}  // namespace grapevine
