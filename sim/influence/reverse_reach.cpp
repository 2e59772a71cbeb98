#include "sim/influence/reverse_reach.hpp"

#include <algorithm>

#include "graph/base/error.hpp"
#include "sim/diffusion/contagion.hpp"

namespace grapevine {

namespace {

bool has(const Array<std::uint64_t>& bits, UserId user) { return (bits[user.index() / 64] >> (user.index() % 64) & 1) != 0; }

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

void ReverseReach::make(std::uint64_t number, Scratch& scratch) const {
  const std::uint64_t key = mix(key_ + number * golden);
  const UserId root(static_cast<std::uint32_t>(below(mix(key), graph_->user_count())));
  scratch.users.assign(1, root);
  scratch.reached[root.index() / 64] |= std::uint64_t{1} << (root.index() % 64);
  if (live_ == LiveEdges::at_most_one) {
    walk_back(key, scratch);
  } else if (chances_->differ_within_rows()) {
    spread_back(scratch, [&](UserId reader, std::span<const UserId> followees, auto&& add) {
      const ContactCoins coins(key, reader);
      const std::span<const Chance> chances = chances_->of(*graph_, reader);
      for (std::size_t i = 0; i < followees.size(); ++i)
        if (coin(coins.of(followees[i]), chances[i].threshold())) add(followees[i]);
    });
  } else {
    spread_back(scratch, [&](UserId reader, std::span<const UserId> followees, auto&& add) {
      const SkipSampler& sampler = sampler_of_.empty() ? samplers_.front() : samplers_[sampler_of_[chances_->of_readers()[reader.index()].bits()]];
      const std::uint64_t row = mix(key ^ reader.value()), end = followees.size();
      std::uint64_t at = 0;
      for (std::uint64_t j = 0; at < end; ++j, ++at) {
        at += sampler.gap(mix(row + j * golden), end - at);
        if (at < end) add(followees[at]);
      }
    });
  }
  for (const UserId user : scratch.users) scratch.reached[user.index() / 64] = 0;
}

/// add_live(reader, whom it follows, add) calls add for each whose contact is live.
template <class AddLive>
void ReverseReach::spread_back(Scratch& scratch, AddLive&& add_live) const {
  const RowsView rows = graph_->rows();
  std::vector<UserId>& users = scratch.users;
  const auto add = [&](UserId user) {
    std::uint64_t& word = scratch.reached[user.index() / 64];
    const std::uint64_t bit = std::uint64_t{1} << (user.index() % 64);
    if ((word & bit) != 0) return;
    word |= bit;
    users.push_back(user);
    __builtin_prefetch(&rows.begin[user.index()]);
  };
  for (std::size_t i = 0; i < users.size(); ++i) {
    if (i + 4 < users.size()) __builtin_prefetch(rows.users.data() + rows.begin[users[i + 4].index()]);
    add_live(users[i], rows[users[i].index()], add);
  }
}

void ReverseReach::walk_back(std::uint64_t key, Scratch& scratch) const {
  for (UserId reader = scratch.users.front();;) {
    const std::optional<UserId> followee = live_followee(*graph_, *chances_, reader, nested_mix(key, reader.value(), 0));
    if (!followee || has(scratch.reached, *followee)) return;
    reader = *followee;
    scratch.reached[reader.index() / 64] |= std::uint64_t{1} << (reader.index() % 64);
    scratch.users.push_back(reader);
  }
}

ReverseReachSets::ReverseReachSets(const SpreadModel& model, std::uint64_t key, std::span<const UserId> candidates) : maker_(model, key) {
  if (candidates.empty()) return;
  kept_.resize((user_count() + 63) / 64);
  for (const UserId user : candidates) kept_[user.index() / 64] |= std::uint64_t{1} << (user.index() % 64);
}

void ReverseReachSets::grow(std::uint64_t count) {
  const std::size_t first = blocks_.size();
  blocks_.resize(std::max<std::size_t>(first, (count + block - 1) / block));
  scratch_.resize(std::max(scratch_.size(), static_cast<std::size_t>(thread_count())));
  parallel_blocks(blocks_.size() - first, 1, [&](std::size_t i, std::size_t, std::size_t, int worker) {
    make(first + i, blocks_[first + i], scratch_[static_cast<std::size_t>(worker)]);
  });
  for (std::size_t b = first; b < blocks_.size(); ++b) members_ += blocks_[b].members.size();
}

void ReverseReachSets::make(std::size_t number, Block& made, ReverseReach::Scratch& scratch) const {
  if (scratch.reached.empty()) scratch = maker_.scratch();
  std::vector<UserId> members;
  made.end.reserve(block);
  for (std::uint64_t set = number * block; set < (number + 1) * block; ++set) {
    maker_.make(set, scratch);
    for (const UserId user : scratch.users)
      if (kept_.empty() || has(kept_, user)) members.push_back(user);
    made.end.push_back(static_cast<std::uint32_t>(members.size()));
  }
  made.members.assign(members.begin(), members.end());
}

}  // namespace grapevine
