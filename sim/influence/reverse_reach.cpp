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
  const std::uint64_t key = key_of(number);
  scratch.users.clear();
  add(root_of(key), scratch);
  fetch(root_of(key_of(number + 1)));
  if (live_ == LiveEdges::at_most_one) {
    walk_back(key, scratch);
  } else if (chances_->differ_within_rows()) {
    toss_back(key, scratch);
  } else {
    skip_back(key, scratch);
  }
  for (const UserId user : scratch.users) scratch.reached[user.index() / 64] = 0;
}

void ReverseReach::toss_back(std::uint64_t key, Scratch& scratch) const {
  for (std::size_t i = 0; i < scratch.users.size(); ++i) {
    const UserId reader = scratch.users[i];
    const std::span<const UserId> followees = graph_->followees(reader);
    const std::span<const Chance> chances = chances_->of(*graph_, reader);
    const ContactCoins coins(key, reader);
    for (std::size_t k = 0; k < followees.size(); ++k)
      if (coin(coins.of(followees[k]), chances[k].threshold())) add(followees[k], scratch);
  }
}

/// Users by the batch, so that memory answers many questions at a time: where their rows are was asked for when they were added, who stands
/// at the live places of the rows is asked for while the others of the batch are at it.
void ReverseReach::skip_back(std::uint64_t key, Scratch& scratch) const {
  constexpr std::size_t batch = 64;
  const RowsView rows = graph_->rows();
  std::vector<UserId>& users = scratch.users;
  for (std::size_t first = 0; first < users.size();) {
    const std::size_t last = std::min(users.size(), first + batch);
    scratch.places.clear();
    for (; first < last; ++first) {
      const UserId reader = users[first];
      const std::uint64_t row = mix(key ^ reader.value()), end = rows.begin[reader.index() + 1];
      const SkipSampler& sampler = sampler_of(reader);
      std::uint64_t at = rows.begin[reader.index()];
      for (std::uint64_t j = 0; at < end; ++j, ++at) {
        at += sampler.gap(mix(row + j * golden), end - at);
        if (at == end) break;
        scratch.places.push_back(at);
        __builtin_prefetch(&rows.users[at]);
      }
    }
    for (const std::uint64_t at : scratch.places) add(rows.users[at], scratch);
  }
}

void ReverseReach::add(UserId user, Scratch& scratch) const {
  std::uint64_t& word = scratch.reached[user.index() / 64];
  const std::uint64_t bit = std::uint64_t{1} << (user.index() % 64);
  if ((word & bit) != 0) return;
  word |= bit;
  scratch.users.push_back(user);
  fetch(user);
}

/// Asks for what is known of a reader.
void ReverseReach::fetch(UserId reader) const {
  __builtin_prefetch(&graph_->rows().begin[reader.index()]);
  if (!chances_->of_readers().empty()) __builtin_prefetch(&chances_->of_readers()[reader.index()]);
}

void ReverseReach::walk_back(std::uint64_t key, Scratch& scratch) const {
  for (UserId reader = scratch.users.front();;) {
    const std::optional<UserId> followee = live_followee(*graph_, *chances_, reader, nested_mix(key, reader.value(), 0));
    if (!followee || has(scratch.reached, *followee)) return;
    reader = *followee;
    add(reader, scratch);
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
