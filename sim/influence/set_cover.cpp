#include "sim/influence/set_cover.hpp"

#include <algorithm>
#include <atomic>
#include <functional>
#include <numeric>

#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"

namespace grapevine {

SetCover::SetCover(const ReverseReachSets& sets) : sets_(&sets), begin_(sets.user_count()) { refresh(); }

void SetCover::refresh() {
  GRAPEVINE_EXPECTS(sets_->count() <= UINT32_MAX);
  counts_ = sets_->places();
  users_with_.assign(counts_.empty() ? 0 : std::size_t{*std::max_element(counts_.begin(), counts_.end())} + 1, 0);
  for (const std::uint32_t count : counts_) ++users_with_[count];
  least_ = 0;
  lists_.clear();
  forget();
}

void SetCover::take(UserId user) {
  for (const std::uint32_t set : sets_of(user)) {
    std::uint64_t& met = met_[set / 64];
    const std::uint64_t bit = std::uint64_t{1} << (set % 64);
    if ((met & bit) != 0) continue;
    met |= bit;
    ++met_count_;
    for (const UserId member : (*sets_)[set]) --gains_[member.index()];
  }
}

void SetCover::forget() {
  met_.assign((sets_->count() + 63) / 64, 0);
  met_count_ = 0;
  gains_ = counts_;
}

std::uint64_t SetCover::most_met_by(std::uint64_t count) const {
  std::vector<std::uint32_t> gains(gains_.begin(), gains_.end());
  const auto end = gains.begin() + static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(count, gains.size()));
  if (end != gains.end()) std::nth_element(gains.begin(), end, gains.end(), std::greater<>());
  return std::min(sets_->count(), std::accumulate(gains.begin(), end, met_count_));
}

std::span<const std::uint32_t> SetCover::sets_of(UserId user) {
  const std::uint32_t count = counts_[user.index()];
  if (count == 0) return {};
  if (least_ == 0 || count < least_) list(next_least(count));
  return std::span<const std::uint32_t>(lists_).subspan(begin_[user.index()], count);
}

std::uint32_t SetCover::next_least(std::uint32_t count) const {
  std::uint64_t members = 0;
  std::uint32_t least = least_ == 0 ? static_cast<std::uint32_t>(users_with_.size()) : least_;
  for (; least > 1; --least) {
    const std::uint64_t more = std::uint64_t{least - 1} * users_with_[least - 1];
    if (least <= count && members + more > sets_->member_count() / 32) break;
    members += more;
  }
  return least;
}

/// Lists the sets of all users in `least` or more of them. The order within a list is anybody's: lists are counted, no
/// more.
void SetCover::list(std::uint32_t least) {
  const std::uint32_t listed_before = least_ == 0 ? UINT32_MAX : least_;
  std::uint64_t place = lists_.size();
  Array<std::uint64_t> wanted((counts_.size() + 63) / 64);
  for (std::size_t u = 0; u < counts_.size(); ++u)
    if (least <= counts_[u] && counts_[u] < listed_before) {
      wanted[u / 64] |= std::uint64_t{1} << (u % 64);
      begin_[u] = place;
      place += counts_[u];
    }
  lists_.resize(place);
  sets_->for_each([&](std::uint64_t set, std::span<const UserId> members) {
    for (const UserId user : members)
      if ((wanted[user.index() / 64] >> (user.index() % 64) & 1) != 0)
        lists_[std::atomic_ref(begin_[user.index()]).fetch_add(1, std::memory_order_relaxed)] =
            static_cast<std::uint32_t>(set);
  });
  for (std::size_t u = 0; u < counts_.size(); ++u)
    if (least <= counts_[u] && counts_[u] < listed_before) begin_[u] -= counts_[u];
  least_ = least;
}

}  // namespace grapevine
