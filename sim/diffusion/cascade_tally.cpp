#include "sim/diffusion/cascade_tally.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "graph/base/error.hpp"

namespace grapevine {

namespace {

__extension__ using SignedWide = __int128;

/// vector[i], which grows to hold it.
template <class T>
T& at(std::vector<T>& vector, std::size_t i) {
  if (i >= vector.size()) vector.resize(i + 1);
  return vector[i];
}

/// add(mine, other's) for each of theirs.
template <class T, class Add>
void add_each(std::vector<T>& mine, const std::vector<T>& theirs, Add add) {
  if (mine.size() < theirs.size()) mine.resize(theirs.size());
  for (std::size_t i = 0; i < theirs.size(); ++i) add(mine[i], theirs[i]);
}

void add_counts(CascadeHistogram& mine, const CascadeHistogram& theirs) {
  add_each(mine, theirs, [](auto& a, auto b) { a += b; });
}

/// Twice the distance of each class's mean rank from the middle of all ranks: whole numbers, below the number of all in
/// size.
std::vector<std::int64_t> centred_ranks(const CascadeHistogram& counts, std::int64_t all) {
  std::vector<std::int64_t> ranks;
  std::int64_t before = 0;
  for (const std::uint64_t count : counts) {
    ranks.push_back(2 * before + static_cast<std::int64_t>(count) - all);
    before += static_cast<std::int64_t>(count);
  }
  return ranks;
}

/// Sum of the squares: below 2^121 for fewer than 2^40 ranks.
SignedWide spread(const CascadeHistogram& counts, const std::vector<std::int64_t>& ranks) {
  SignedWide sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i)
    sum += SignedWide{ranks[i]} * ranks[i] * static_cast<std::int64_t>(counts[i]);
  return sum;
}

}  // namespace

CascadeTally::CascadeTally(std::size_t tiers, std::uint32_t large)
    : large_(large),
      tiers_(tiers),
      depths_(depth_classes),
      breadths_(follower_class(UINT32_MAX) + 1),
      broadcasts_(broadcast_classes) {}

void CascadeTally::add(const FinishedCascade& cascade) {
  GRAPEVINE_EXPECTS(cascade.size >= 1 && cascade.largest_broadcast < cascade.size && cascade.tier < tiers_.size());
  add_root(cascade);
  const std::uint32_t size = size_class(cascade.size);
  OfSize& sums = at(sizes_, size);
  ++sums.cascades;
  sums.adopters += cascade.size;
  sums.max_breadth += cascade.max_breadth;
  ++depths_[std::min(cascade.depth, depth_classes - 1)];
  ++breadths_[follower_class(cascade.max_breadth)];
  if (cascade.size == 1) return;
  sums.direct += cascade.root_children;
  sums.depth += cascade.depth;
  sums.largest_broadcast += cascade.largest_broadcast;
  sums.virality += static_cast<Wide>(cascade.structural_virality * 0x1p20);
  if (cascade.size < large_) return;
  ++at(at(joint_, size), virality_class(cascade.structural_virality));
  ++broadcasts_[broadcast_class(cascade.largest_broadcast, cascade.size - 1)];
}

void CascadeTally::add_root(const FinishedCascade& cascade) {
  const std::uint64_t reshares = cascade.size - 1;
  OfTier& tier = tiers_[cascade.tier];
  ++tier.cascades;
  tier.contacts += cascade.contacts;
  tier.reshares += reshares;
  tier.followers += cascade.root_followers;
  OfClass& alike = at(curve_, follower_class(cascade.root_followers));
  ++alike.cascades;
  alike.followers += cascade.root_followers;
  alike.contacts += cascade.contacts;
  alike.contacts_squared += Wide{cascade.contacts} * cascade.contacts;
  if (reshares == 0) return;
  alike.reshares += reshares;
  alike.reshares_squared += Wide{reshares} * reshares;
  alike.reshares_contacts += Wide{reshares} * cascade.contacts;
}

void CascadeTally::add(const CascadeTally& other) {
  GRAPEVINE_EXPECTS(large_ == other.large_ && tiers_.size() == other.tiers_.size());
  add_each(sizes_, other.sizes_, [](OfSize& a, const OfSize& b) {
    a.cascades += b.cascades;
    a.adopters += b.adopters;
    a.direct += b.direct;
    a.depth += b.depth;
    a.max_breadth += b.max_breadth;
    a.largest_broadcast += b.largest_broadcast;
    a.virality += b.virality;
  });
  add_each(tiers_, other.tiers_, [](OfTier& a, const OfTier& b) {
    a.cascades += b.cascades;
    a.contacts += b.contacts;
    a.reshares += b.reshares;
    a.followers += b.followers;
  });
  add_each(curve_, other.curve_, [](OfClass& a, const OfClass& b) {
    a.cascades += b.cascades;
    a.followers += b.followers;
    a.contacts += b.contacts;
    a.reshares += b.reshares;
    a.contacts_squared += b.contacts_squared;
    a.reshares_squared += b.reshares_squared;
    a.reshares_contacts += b.reshares_contacts;
  });
  add_counts(depths_, other.depths_);
  add_counts(breadths_, other.breadths_);
  add_counts(broadcasts_, other.broadcasts_);
  add_each(joint_, other.joint_, [](auto& a, const auto& b) { add_counts(a, b); });
}

std::uint64_t CascadeTally::cascades() const {
  std::uint64_t sum = 0;
  for (const OfTier& tier : tiers_) sum += tier.cascades;
  return sum;
}

CascadeHistogram CascadeTally::viralities() const {
  CascadeHistogram sums(virality_classes);
  for (const CascadeHistogram& row : joint_) add_counts(sums, row);
  return sums;
}

double CascadeTally::rank_correlation() const {
  CascadeHistogram sizes;
  for (const CascadeHistogram& row : joint_) sizes.push_back(std::accumulate(row.begin(), row.end(), std::uint64_t{0}));
  const CascadeHistogram viralities = this->viralities();
  const auto all = static_cast<std::int64_t>(std::accumulate(sizes.begin(), sizes.end(), std::uint64_t{0}));
  const std::vector<std::int64_t> by_size = centred_ranks(sizes, all), by_virality = centred_ranks(viralities, all);
  SignedWide products = 0;
  for (std::size_t s = 0; s < joint_.size(); ++s)
    for (std::size_t v = 0; v < joint_[s].size(); ++v)
      products += SignedWide{by_size[s]} * by_virality[v] * static_cast<std::int64_t>(joint_[s][v]);
  const SignedWide spreads[2] = {spread(sizes, by_size), spread(viralities, by_virality)};
  if (spreads[0] == 0 || spreads[1] == 0) return std::numeric_limits<double>::quiet_NaN();
  return static_cast<double>(products) /
         (std::sqrt(static_cast<double>(spreads[0])) * std::sqrt(static_cast<double>(spreads[1])));
}

CascadeShapes CascadeTally::shapes() const {
  CascadeShapes shapes;
  for (const OfSize& sums : sizes_)
    shapes.sizes.push_back({.cascades = sums.cascades,
                            .adopters = sums.adopters,
                            .direct = sums.direct,
                            .depth = sums.depth,
                            .max_breadth = sums.max_breadth,
                            .largest_broadcast = sums.largest_broadcast,
                            .structural_virality = static_cast<double>(sums.virality) * 0x1p-20});
  shapes.depths = depths_;
  shapes.breadths = breadths_;
  shapes.virality = viralities();
  shapes.broadcasts = broadcasts_;
  shapes.large = large_;
  shapes.size_virality_correlation = rank_correlation();
  return shapes;
}

std::vector<TierRow> CascadeTally::tiers() const {
  std::vector<TierRow> rows(tiers_.size());
  for (std::size_t t = 0; t < tiers_.size(); ++t) {
    rows[t].outcomes.posts = tiers_[t].cascades;
    rows[t].outcomes.impressions = tiers_[t].contacts;
    rows[t].outcomes.actions[Action::reshare] = tiers_[t].reshares;
    rows[t].follower_posts = tiers_[t].followers;
  }
  return rows;
}

std::vector<CurveRow> CascadeTally::curve() const {
  std::vector<CurveRow> rows;
  for (const OfClass& alike : curve_)
    rows.push_back({.authors = alike.cascades,
                    .followers = alike.followers,
                    .posts = alike.cascades,
                    .impressions = alike.contacts,
                    .engagement = alike.reshares,
                    .posts_squared = static_cast<double>(alike.cascades),
                    .impressions_squared = static_cast<double>(alike.contacts_squared),
                    .engagement_squared = static_cast<double>(alike.reshares_squared),
                    .impressions_posts = static_cast<double>(alike.contacts),
                    .engagement_posts = static_cast<double>(alike.reshares),
                    .engagement_impressions = static_cast<double>(alike.reshares_contacts)});
  return rows;
}

}  // namespace grapevine
