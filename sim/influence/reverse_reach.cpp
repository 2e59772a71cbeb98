#include "sim/influence/reverse_reach.hpp"

#include <algorithm>
#include <atomic>

#include "graph/base/error.hpp"
#include "graph/base/prefetch.hpp"
#include "sim/diffusion/contagion.hpp"

namespace grapevine {

namespace {

bool has(const Array<std::uint64_t>& bits, UserId user) {
  return (bits[user.index() / 64] >> (user.index() % 64) & 1) != 0;
}

}  // namespace

ReverseReach::ReverseReach(const SpreadModel& model, std::uint64_t key)
    : graph_(&model.graph), chances_(&model.chances), live_(model.live), key_(key) {
  GRAPEVINE_EXPECTS(graph_->user_count() > 0);
  if (live_ == LiveEdges::at_most_one || chances_->differ_within_rows()) return;
  if (chances_->are_uniform()) {
    samplers_.emplace_back(chances_->probability());
    return;
  }
  constexpr std::uint16_t none = UINT16_MAX;
  sampler_of_.assign(std::size_t{1} << 16, none);
  for (const Chance chance : chances_->of_readers())
    if (std::uint16_t& place = sampler_of_[chance.bits()]; place == none) {
      place = static_cast<std::uint16_t>(samplers_.size());
      samplers_.emplace_back(chance.probability());
    }
}

void ReverseReach::make(std::uint64_t first, std::uint64_t count, Scratch& scratch) const {
  if (live_ == LiveEdges::at_most_one)
    return make_along(first, count, scratch, [&](std::uint64_t key, UserId reader, auto&& add_link) {
      const std::optional<std::size_t> place =
          live_followee(*graph_, *chances_, reader, nested_mix(key, reader.value(), 0));
      if (place) add_link(graph_->row_begin(reader) + *place);
    });
  if (chances_->differ_within_rows())
    return make_along(first, count, scratch, [&](std::uint64_t key, UserId reader, auto&& add_link) {
      const std::span<const UserId> followees = graph_->followees(reader);
      const std::span<const Chance> chances = chances_->of(*graph_, reader);
      const ContactCoins coins(key, reader);
      for (std::size_t i = 0; i < followees.size(); ++i)
        if (coin(coins.of(followees[i]), chances[i].threshold())) add_link(graph_->row_begin(reader) + i);
    });
  make_along(first, count, scratch,
             [&, begin = graph_->rows().begin](std::uint64_t key, UserId reader, auto&& add_link) {
               const Gaps& sampler = sampler_of(reader);
               const std::uint64_t row = mix(key ^ reader.value()), end = begin[reader.index() + 1];
               std::uint64_t at = begin[reader.index()];
               for (std::uint64_t j = 0; at < end; ++j, ++at) {
                 at += sampler.gap(mix(row + j * golden), end - at);
                 if (at < end) add_link(at);
               }
             });
}

/// add_live(key of the set, reader, add_link) calls add_link for each of the reader's follows that is live, by its
/// place in the rows.
template <class AddLive>
void ReverseReach::make_along(std::uint64_t first, std::uint64_t count, Scratch& scratch, AddLive&& add_live) const {
  constexpr std::size_t batch = 96;  // readers of a set between one look at memory and the next
  const std::span<const UserId> followees = graph_->rows().users;
  scratch.reached.resize(graph_->user_count());  // zero where it is new, and again after each set
  scratch.users.clear();
  scratch.begin.resize(count);
  scratch.end.resize(count);
  std::uint64_t next = first;
  std::size_t active = 0;
  for (std::uint32_t l = 0; l < lanes && next < first + count; ++l, ++active) start(next++, l, scratch);
  while (active > 0) {
    const auto last_of = [&](const Scratch::Lane& lane) { return std::min(lane.users.size(), lane.next + batch); };
    scratch.links.clear();
    for (std::uint32_t l = 0; l < lanes; ++l) {
      Scratch::Lane& lane = scratch.lane[l];
      for (const std::size_t last = last_of(lane); lane.next < last; ++lane.next)
        add_live(lane.key, lane.users[lane.next], [&](std::uint64_t place) {
          scratch.links.push_back({place, l, {}});
          prefetch(&followees[place]);
        });
    }
    for (Scratch::Link& link : scratch.links) {
      link.user = followees[link.place];
      __builtin_prefetch(&scratch.reached[link.user.index()], 1);
    }
    for (const Scratch::Link& link : scratch.links) add(link.user, link.lane, scratch);
    for (std::uint32_t l = 0; l < lanes; ++l) {
      const Scratch::Lane& lane = scratch.lane[l];
      if (lane.users.empty() || lane.next < lane.users.size()) continue;
      finish(lane.number - first, l, scratch);
      if (next < first + count) {
        start(next++, l, scratch);
      } else {
        --active;
      }
    }
  }
}

void ReverseReach::start(std::uint64_t number, std::uint32_t lane, Scratch& scratch) const {
  const std::uint64_t key = mix(key_ + number * golden);
  const UserId root(static_cast<std::uint32_t>(below(mix(key), graph_->user_count())));
  scratch.lane[lane].number = number;
  scratch.lane[lane].key = key;
  add(root, lane, scratch);
}

void ReverseReach::finish(std::uint64_t place, std::uint32_t l, Scratch& scratch) const {
  Scratch::Lane& lane = scratch.lane[l];
  for (const UserId user : lane.users) scratch.reached[user.index()] &= static_cast<std::uint8_t>(~(1u << l));
  scratch.begin[place] = scratch.users.size();
  scratch.users.insert(scratch.users.end(), lane.users.begin(), lane.users.end());
  scratch.end[place] = scratch.users.size();
  lane.users.clear();
  lane.next = 0;
}

void ReverseReach::add(UserId user, std::uint32_t lane, Scratch& scratch) const {
  std::uint8_t& reached = scratch.reached[user.index()];
  if ((reached >> lane & 1) != 0) return;
  reached |= static_cast<std::uint8_t>(1u << lane);
  scratch.lane[lane].users.push_back(user);
  fetch(user);
}

/// Asks for what is known of a reader.
void ReverseReach::fetch(UserId reader) const {
  prefetch(&graph_->rows().begin[reader.index()]);
  if (!chances_->of_readers().empty()) prefetch(&chances_->of_readers()[reader.index()]);
}

ReverseReachSets::ReverseReachSets(const SpreadModel& model, std::uint64_t key, std::span<const UserId> candidates)
    : maker_(model, key) {
  if (candidates.empty()) return;
  kept_.resize((user_count() + 63) / 64);
  for (const UserId user : candidates) kept_[user.index() / 64] |= std::uint64_t{1} << (user.index() % 64);
}

void ReverseReachSets::grow(std::uint64_t count) {
  const std::size_t first = blocks_.size();
  const std::uint64_t each = sets_a_block();
  for (std::uint64_t set = this->count(); set < count; set += each) {
    blocks_.emplace_back().first = set;
    blocks_.back().end.resize(std::min(each, count - set));
  }
  workers_.resize(std::max(workers_.size(), static_cast<std::size_t>(thread_count())));
  parallel_blocks(blocks_.size() - first, 1, [&](std::size_t i, std::size_t, std::size_t, int worker) {
    make(blocks_[first + i], workers_[static_cast<std::size_t>(worker)]);
  });
  for (std::size_t b = first; b < blocks_.size(); ++b) {
    members_ += blocks_[b].members.size();
    reached_ += blocks_[b].reached;
    std::uint64_t begin = 0;
    for (const std::uint64_t end : blocks_[b].end) {
      squares_ += static_cast<double>(end - begin) * static_cast<double>(end - begin);
      begin = end;
    }
  }
}

/// So many that a block reaches about a million users, as sets are so far, or as they may be at most.
std::uint64_t ReverseReachSets::sets_a_block() const {
  constexpr std::uint64_t most = 1024, users = std::uint64_t{1} << 20;
  const std::uint64_t a_set = count() == 0 ? user_count() : reached_ / count();
  return std::clamp<std::uint64_t>(users / (a_set + 1), ReverseReach::lanes, most);
}

std::span<const UserId> ReverseReachSets::operator[](std::uint64_t set) const {
  const Block& block = *std::prev(std::ranges::upper_bound(blocks_, set, {}, &Block::first));
  const std::uint64_t k = set - block.first, begin = k == 0 ? 0 : block.end[k - 1];
  return std::span<const UserId>(block.members).subspan(begin, block.end[k] - begin);
}

std::vector<std::uint64_t> ReverseReachSets::gains(std::span<const UserId> seeds) const {
  const auto none = static_cast<std::uint32_t>(seeds.size());
  Array<std::uint32_t> order(user_count(), none);
  for (std::uint32_t i = 0; i < none; ++i) order[seeds[i].index()] = i;
  std::vector<std::uint64_t> gains(seeds.size() + 1, 0);
  for_each([&](std::uint64_t, std::span<const UserId> members) {
    std::uint32_t first = none;
    for (const UserId user : members) first = std::min(first, order[user.index()]);
    if (first < none) std::atomic_ref(gains[first]).fetch_add(1, std::memory_order_relaxed);
  });
  gains.pop_back();
  return gains;
}

Array<std::uint32_t> ReverseReachSets::places() const {
  Array<std::uint32_t> places(user_count());
  parallel_for(places.size(), [&](std::size_t u) {
    for (const Worker& worker : workers_) places[u] += worker.places.empty() ? 0 : worker.places[u];
  });
  return places;
}

void ReverseReachSets::make(Block& made, Worker& worker) const {
  ReverseReach::Scratch& scratch = worker.scratch;
  worker.places.resize(user_count());
  maker_.make(made.first, made.end.size(), scratch);
  made.reached = scratch.users.size();
  made.members.reserve(kept_.empty() ? scratch.users.size() : 0);
  for (std::size_t set = 0; set < made.end.size(); ++set) {
    for (std::uint64_t i = scratch.begin[set]; i < scratch.end[set]; ++i) {
      const UserId user = scratch.users[i];
      if (!kept_.empty() && !has(kept_, user)) continue;
      made.members.push_back(user);
      ++worker.places[user.index()];
    }
    made.end[set] = made.members.size();
  }
  made.members.shrink_to_fit();
}

}  // namespace grapevine
