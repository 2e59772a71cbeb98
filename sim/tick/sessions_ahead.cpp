#include "sim/tick/sessions_ahead.hpp"

#include <algorithm>
#include <utility>

#include "graph/base/prefetch.hpp"
#include "sim/feed/gather.hpp"
#include "sim/feed/sources/followees.hpp"
#include "sim/tick/mechanism.hpp"

namespace grapevine {

namespace {
// As many lines as may be under way at once: more would make the session wait that is being held.
constexpr std::size_t most_places = 32, most_rows = 16;
}  // namespace

void SessionsAhead::start(const Given& given, const Before& before, const ReaderArrays& readers, std::size_t begin,
                          std::span<const std::uint32_t> due) {
  given_ = &given;
  before_ = &before;
  readers_ = &readers;
  begin_ = begin;
  due_ = due;
  for (std::size_t i = 0; i < places; ++i) find_place(i);
  for (std::size_t i = 0; i < rows; ++i) find_row(i);
  for (std::size_t i = 0; i < scans; ++i) scan(i);
}

void SessionsAhead::next(std::size_t i, FreshFollowees& fresh) {
  find_place(i + places);
  find_row(i + rows);
  scan(i + scans);
  find_timelines(i + walks);
  std::swap(fresh, fresh_[i % fresh_.size()]);
}

void SessionsAhead::find_place(std::size_t i) const {
  if (i >= due_.size()) return;
  const std::size_t at = begin_ + due_[i];
  given_->follows.prefetch_place(given_->reader(at));
  readers_->seen.prefetch_place(at);
  given_->population.prefetch_reader(at);
  prefetch(&readers_->last_session[at]);
  prefetch(&readers_->session_ordinal[at]);
  prefetch(&readers_->reached[at]);
  for (const Mechanism* mechanism : given_->mechanisms) mechanism->prefetch_place(at);
}

void SessionsAhead::find_row(std::size_t i) const {
  if (i < due_.size()) given_->follows.prefetch_row(given_->reader(begin_ + due_[i]));
}

void SessionsAhead::scan(std::size_t i) {
  if (i >= due_.size()) return;
  const std::size_t at = begin_ + due_[i];
  readers_->seen.prefetch_entries(at);
  for (const Mechanism* mechanism : given_->mechanisms) mechanism->prefetch_entries(at);
  FreshFollowees& fresh = fresh_[i % fresh_.size()];
  scan_followees(given_->follows, before_->timelines, given_->reader(at),
                 news_since(given_->run.feed, readers_->last_session[at], before_->now), fresh);
  for (const std::uint32_t followee : fresh.list().first(std::min(fresh.count, most_places)))
    before_->timelines.prefetch_offsets(UserId{followee});
}

void SessionsAhead::find_timelines(std::size_t i) const {
  if (i >= due_.size()) return;
  const FreshFollowees& fresh = fresh_[i % fresh_.size()];
  for (const std::uint32_t followee : fresh.list().first(std::min(fresh.count, most_rows)))
    before_->timelines.prefetch_row(UserId{followee});
}

}  // namespace grapevine
