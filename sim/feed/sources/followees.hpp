#pragma once

#include <algorithm>

#include "sim/feed/gather.hpp"

namespace grapevine {

/// Whom the reader follows by now and who may have emissions with visible > since. Reads four bytes of row and one
/// stamp a followee.
void scan_followees(const Follows& follows, const Timelines& timelines, UserId reader, std::int64_t since,
                    FreshFollowees& found);

/// Walks the timelines of followees that `scan_followees` found; visit(followee, emission) for each emission with
/// visible > since, newest first within a followee. Offsets and rows are prefetched some followees ahead.
template <class Visit>
void walk_fresh(const Timelines& timelines, std::span<const std::uint32_t> fresh, std::int64_t since, Visit&& visit) {
  constexpr std::size_t far = 16, near = 8;
  for (std::size_t i = 0; i < std::min(far, fresh.size()); ++i) timelines.prefetch_offsets(UserId{fresh[i]});
  for (std::size_t i = 0; i < std::min(near, fresh.size()); ++i) timelines.prefetch_row(UserId{fresh[i]});
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    if (i + far < fresh.size()) timelines.prefetch_offsets(UserId{fresh[i + far]});
    if (i + near < fresh.size()) timelines.prefetch_row(UserId{fresh[i + near]});
    timelines.for_each_since(UserId{fresh[i]}, since, [&](Emission emission) { visit(UserId{fresh[i]}, emission); });
  }
}

/// Every root but the reader's own that a followee wrote or reshared since, with the number of followees that reshared
/// it as social proof.
void gather_from_followees(const GatherGiven& given, Session& session);

}  // namespace grapevine
