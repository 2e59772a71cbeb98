#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "sim/diffusion/cascade_collector.hpp"

namespace grapevine {

/// Cascades of a few adopters, hundreds at once: all advance by one step together, first all looks at who is reached,
/// then all landings. The graph is too large for the cache and a cascade too small to wait for, but the looks of
/// hundreds overlap. `Contacts` is one of sim/diffusion/uniform_contacts.hpp.
template <class Contacts>
class SmallCascades {
public:
  static constexpr std::uint32_t together = 512;

  SmallCascades(const Contacts& contacts, std::size_t users, const ManyCascadesParameters& parameters)
      : contacts_(contacts), users_(users), parameters_(&parameters), cascades_(together) {}

  /// The cascades first .. first + count - 1, at most `together`; grow(number, root) runs those that do not stay small.
  template <class Grow>
  void run(std::uint64_t first, std::uint32_t count, CascadeCollector& collector, Grow&& grow) {
    start(first, count);
    const std::uint32_t steps = parameters_->steps > 0 ? parameters_->steps : std::numeric_limits<std::uint32_t>::max();
    for (std::uint32_t step = 0; step < steps && !trying_.empty(); ++step) {
      look();
      land(step + 1);
    }
    for (std::uint32_t c = 0; c < count; ++c) {
      const Cascade& cascade = cascades_[c];
      if (cascade.outgrown)
        grow(first + c, cascade.users[0]);
      else
        collector.add(first + c, cascade.size, cascade.root_followers, cascade.contacts,
                      [&](std::uint32_t i) { return cascade.adopter(i); });
    }
  }

private:
  static constexpr std::uint32_t most = 32;  // adopters of a small cascade

  struct Cascade {
    ContagionKey key;
    typename Contacts::Keys keys;
    std::uint64_t contacts;
    std::uint32_t root_followers;
    std::uint32_t size;
    bool outgrown;
    std::array<UserId, most> users;
    std::array<std::uint8_t, most> parents, steps;

    Adopter adopter(std::uint32_t i) const { return {users[i], parents[i], steps[i]}; }
  };
  struct Trying {
    std::uint32_t cascade, place;
    typename Contacts::Site site;
  };
  struct Reached {
    std::uint32_t cascade, parent;
    typename Contacts::Hit hit;
  };

  void start(std::uint64_t first, std::uint32_t count) {
    trying_.clear();
    for (std::uint32_t c = 0; c < count; ++c) {
      Cascade& cascade = cascades_[c];
      cascade.key = ContagionKey(parameters_->stream, first + c);
      cascade.keys = contacts_.keys(cascade.key);
      cascade.contacts = 0;
      cascade.size = 0;
      cascade.outgrown = false;
      append(c, contacts_.root(cascade.keys, drawn_root(cascade.key, parameters_->roots, users_)), 0, 0);
    }
  }

  void append(std::uint32_t c, const typename Contacts::Site& site, std::uint32_t parent, std::uint32_t step) {
    Cascade& cascade = cascades_[c];
    if (cascade.size == most) {
      cascade.outgrown = true;
      return;
    }
    const std::uint32_t place = cascade.size++;
    cascade.users[place] = site.user;
    cascade.parents[place] = static_cast<std::uint8_t>(parent);
    cascade.steps[place] = static_cast<std::uint8_t>(step);
    contacts_.fetch(site);
    trying_.push_back({c, place, site});
  }

  void look() {
    reached_.clear();
    for (const Trying& trying : trying_) {
      Cascade& cascade = cascades_[trying.cascade];
      if (cascade.outgrown) continue;
      std::uint32_t hits = 0;
      const std::uint32_t contacts = contacts_.look(cascade.keys, trying.site, [&](const typename Contacts::Hit& hit) {
        reached_.push_back({trying.cascade, trying.place, hit});
        return ++hits <= most;
      });
      cascade.outgrown = hits > most;
      cascade.contacts += contacts;
      if (trying.place == 0) cascade.root_followers = contacts;
    }
    trying_.clear();
  }

  void land(std::uint32_t step) {
    for (const Reached& reached : reached_) {
      Cascade& cascade = cascades_[reached.cascade];
      if (cascade.outgrown) continue;
      contacts_.land(cascade.keys, reached.hit, [&](const typename Contacts::Site& site) {
        if constexpr (Contacts::users_meet)
          if (meets(cascade, site.user, reached.parent, step)) return;
        append(reached.cascade, site, reached.parent, step);
      });
    }
  }

  /// Whether the user has adopted; of parents in the same step the one of lowest rank stays.
  static bool meets(Cascade& cascade, UserId user, std::uint32_t parent, std::uint32_t step) {
    for (std::uint32_t i = 0; i < cascade.size; ++i) {
      if (cascade.users[i] != user) continue;
      const std::uint64_t ties = cascade.key.key(Draw::parent_tie);
      if (cascade.steps[i] == step &&
          parent_rank(ties, cascade.users[parent], user) < parent_rank(ties, cascade.users[cascade.parents[i]], user))
        cascade.parents[i] = static_cast<std::uint8_t>(parent);
      return true;
    }
    return false;
  }

  Contacts contacts_;
  std::size_t users_;
  const ManyCascadesParameters* parameters_;
  std::vector<Cascade> cascades_;
  std::vector<Trying> trying_;    // adopters of the last step
  std::vector<Reached> reached_;  // what they have reached
};

}  // namespace grapevine
