#include "sim/diffusion/linear_threshold.hpp"

#include <algorithm>

namespace grapevine {

ReaderWeights::ReaderWeights(const Audience& audience, const Chances& chances)
    : audience_(&audience), uniform_(chances.is_uniform() ? chances.threshold() : 0) {
  if (chances.is_uniform()) return;
  by_reader_.resize(audience.user_count());
  const std::span<const UserId> readers = audience.rows().users;
  for (std::size_t i = 0; i < readers.size(); ++i) by_reader_[readers[i].index()] += chances.all()[i].threshold();
}

LinearThreshold::LinearThreshold(const Audience& audience, const Chances& chances, std::uint32_t horizon)
    : audience_(&audience),
      chances_(&chances),
      weights_(audience, chances),
      horizon_(horizon == 0 ? UINT32_MAX : horizon),
      readers_(audience.user_count()) {}

void LinearThreshold::run(std::span<const UserId> seeds, ContagionKey key, Spread& spread) {
  const Keys keys{key.key(Draw::adoption_threshold), key.key(Draw::parent_tie)};
  spread.clear();
  for (std::uint32_t i = 0; i < seeds.size(); ++i) {
    readers_[seeds[i].index()] = {0, i, 0};
    spread.adopters.push_back({seeds[i], i, 0});
    touched_.push_back(seeds[i]);
  }
  std::size_t first = 0;
  for (std::uint32_t step = 1; first < spread.adopters.size() && step <= horizon_; ++step) {
    const std::size_t end = spread.adopters.size();
    for (std::size_t i = first; i < end; ++i) {
      prefetch(spread.adopters, i, end);
      const UserId adopter = spread.adopters[i].user;
      const std::span<const UserId> followers = audience_->followers(adopter);
      const std::span<const Chance> chances = chances_->of(*audience_, adopter);
      const std::uint64_t uniform_weight = chances_->threshold();
      for (std::size_t k = 0; k < followers.size(); ++k)
        press(followers[k], chances.empty() ? uniform_weight : chances[k].threshold(), static_cast<std::uint32_t>(i), step, keys, spread);
      spread.contacts += followers.size();
    }
    for (const UserId user : pressed_)
      if (const Reader& reader = readers_[user.index()]; reader.missing == 0) spread.adopters.push_back({user, reader.parent, step});
    pressed_.clear();
    first = end;
  }
  for (const UserId user : touched_) readers_[user.index()] = {};
  touched_.clear();
}

/// `adopter`, who weighs so much with `user`, adopted in the step before.
void LinearThreshold::press(UserId user, std::uint64_t weight, std::uint32_t adopter, std::uint32_t step, const Keys& keys,
                            const Spread& spread) {
  Reader& reader = readers_[user.index()];
  if (weight == 0 || (reader.missing == 0 && reader.step < step)) return;
  if (reader.step == untouched) {
    reader.missing = threshold(user, keys);
    touched_.push_back(user);
  }
  reader.missing -= std::min(reader.missing, weight);
  if (reader.step != step) {
    reader.step = step;
    reader.parent = adopter;
    pressed_.push_back(user);
  } else if (parent_rank(keys.tie, spread.adopters[adopter].user, user) <
             parent_rank(keys.tie, spread.adopters[reader.parent].user, user)) {
    reader.parent = adopter;
  }
}

/// Uniform in 1 .. whole, so a reader all of whose weights, adding up to 1, have come always adopts, and one without never.
std::uint64_t LinearThreshold::threshold(UserId user, const Keys& keys) const {
  __extension__ using Wide = unsigned __int128;
  return 1 + static_cast<std::uint64_t>(static_cast<Wide>(nested_mix(keys.threshold, user.value(), 0)) * weights_.whole(user) >> 64);
}

/// What the next adopters of the step will need.
void LinearThreshold::prefetch(std::span<const Adopter> adopters, std::size_t i, std::size_t end) const {
  if (i + 8 < end) __builtin_prefetch(&audience_->rows().begin[adopters[i + 8].user.index()]);
  if (i + 4 < end)
    if (const std::span<const UserId> row = audience_->followers(adopters[i + 4].user); !row.empty()) {
      __builtin_prefetch(&row.front());
      __builtin_prefetch(&row.back());
    }
  if (i + 1 < end) {
    const std::span<const UserId> row = audience_->followers(adopters[i + 1].user);
    for (const UserId follower : row.first(std::min<std::size_t>(64, row.size()))) {
      __builtin_prefetch(&readers_[follower.index()], 1);
      weights_.fetch(follower);
    }
  }
}

}  // namespace grapevine
