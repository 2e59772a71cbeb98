#include "sim/diffusion/epidemic.hpp"

#include <algorithm>

namespace grapevine {

void Epidemic::run(std::span<const UserId> seeds, ContagionKey key, Spread& spread) {
  passage_.run(seeds, key, spread);
  const std::uint32_t end = steps(spread);
  for (std::size_t i = 0; i < spread.adopters.size(); ++i) {
    const Adopter& adopter = spread.adopters[i];
    const std::uint32_t tried = std::min(passage_.recovers(i), end) - adopter.step;
    spread.contacts += std::uint64_t{tried} * audience_->follower_count(adopter.user);
  }
  passage_.clear(spread);
}

/// After the last adoption trials go on as long as somebody is infectious who has a follower that never adopted.
std::uint32_t Epidemic::steps(const Spread& spread) const {
  std::uint32_t end = spread.adopters.empty() ? 0 : spread.adopters.back().step;
  for (std::size_t i = 0; i < spread.adopters.size(); ++i) {
    const std::uint32_t last = std::min(passage_.recovers(i), passage_.horizon());
    if (last > end && has_reachable_follower(spread.adopters[i].user)) end = last;
  }
  return end;
}

bool Epidemic::has_reachable_follower(UserId adopter) const {
  const std::span<const UserId> followers = audience_->followers(adopter);
  const std::span<const Chance> chances = chances_->of(*audience_, adopter);
  for (std::size_t k = 0; k < followers.size(); ++k) {
    const bool can_pass = chances_->is_uniform() ? passage_.can_pass() : chances[k].threshold() != 0;
    if (can_pass && passage_.adopted(followers[k]) == FirstPassage<std::uint32_t>::no_time) return true;
  }
  return false;
}

}  // namespace grapevine
