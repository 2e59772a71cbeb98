#include "sim/diffusion/epidemic_events.hpp"

namespace grapevine {

void EpidemicEvents::run(std::span<const UserId> seeds, ContagionKey key, Spread& spread) {
  passage_.run(seeds, key, spread);
  for (const Adopter& adopter : spread.adopters) spread.contacts += audience_->follower_count(adopter.user);
  passage_.clear(spread);
}

}  // namespace grapevine
