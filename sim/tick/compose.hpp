#pragma once

#include <span>
#include <vector>

#include "sim/tick/given.hpp"

namespace grapevine {

/// A new root by one of the profile `author`: a topic that is its main one with probability `focus`, else drawn evenly,
/// and a quality. Both belong to the post's identity.
PostIdentity compose_post(const Population& population, const PopulationParameters& parameters,
                          const StreamKey& content, UserId author, Tick tick, PostOrigin kind, std::uint32_t ordinal);

/// When the authors of this part post, and how often they did.
struct PostClocks {
  std::span<Tick> next;
  std::span<std::uint32_t> ordinal;
};

/// The organic posts of the authors first + due[0], first + due[1], ... of the part, whose posts are due in this tick.
/// Draws each author's next one. Where a paid post waits to take the place of an organic one, the organic post is
/// withheld and the author appended to `withheld` instead.
void compose_organic(const Given& given, const Before& before, std::size_t first, std::span<const std::uint32_t> due,
                     PostClocks clocks, std::vector<PostIdentity>& posts, std::vector<UserId>& withheld);

/// The paid posts of tick `now`, in the order of the plan from `next_planned` on; every part composes all of them.
/// Opens their slots for replacing an organic post.
std::vector<PostIdentity> compose_paid(const Given& given, Tick now, std::uint32_t& next_planned,
                                       std::vector<OpenSlot>& open_slots);

}  // namespace grapevine
