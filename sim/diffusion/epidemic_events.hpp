#pragma once

#include <cstdint>

#include "sim/diffusion/first_passage.hpp"

namespace grapevine {

/// SI and SIR in continuous time, event by event (Gillespie's process; Kiss, Miller, Simon 2017, appendix A): an
/// infectious user passes the post to each follower at rate -log(1 - chance) per step and recovers at rate -log(1 -
/// recovery), so within one step each happens with its probability if nothing else does. Chances of 1 have the rate 32
/// log 2. Under SI, recovery is 0.
///
/// Infection times are shortest paths (`FirstPassage`), in ticks of 2^-32 step: no ties but by chance, and those go to
/// the lowest `parent_rank`. Adopters are listed by time, then user; `Adopter::step` is the whole steps that had
/// passed. A contact is a pair of adopter and follower, once, however long the adopter is infectious.
class EpidemicEvents : public Contagion {
public:
  /// Looks at so many steps; 0: until nothing can change, and 2^31 - 1 steps at most. `audience` and `chances` outlive
  /// it.
  EpidemicEvents(const Audience& audience, const Chances& chances, double recovery, std::uint32_t horizon = 0)
      : audience_(&audience), passage_(audience, chances, recovery, horizon) {}

  void run(std::span<const UserId> seeds, ContagionKey key, Spread& spread) override;

private:
  const Audience* audience_;
  FirstPassage<std::uint64_t> passage_;
};

}  // namespace grapevine
