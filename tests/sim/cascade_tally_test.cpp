#include "sim/diffusion/cascade_tally.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <vector>

#include "graph/base/random.hpp"
#include "tests/catch.hpp"

namespace grapevine {
namespace {

constexpr std::size_t tiers = 3;

/// Cascades of all sizes, each number drawn by itself within what its size allows.
std::vector<FinishedCascade> various_cascades(std::size_t count, std::uint64_t key) {
  std::vector<FinishedCascade> cascades;
  for (std::size_t i = 0; i < count; ++i) {
    const auto draw = [&](std::uint64_t what, std::uint64_t range) { return below(nested_mix(key, i, what), range); };
    FinishedCascade c;
    const auto size_bits = static_cast<unsigned>(draw(0, 18));
    c.size = static_cast<std::uint32_t>(1 + draw(1, std::uint64_t{1} << size_bits));
    c.root_followers = static_cast<std::uint32_t>(draw(2, 40) * draw(3, 40) * draw(4, 40));
    c.contacts = c.root_followers + draw(5, 30) * (c.size - 1);
    c.tier = static_cast<std::uint8_t>(draw(6, tiers));
    if (c.size > 1) {
      c.depth = static_cast<std::uint32_t>(1 + draw(7, std::min<std::uint64_t>(c.size - 1, 300)));
      c.max_breadth = static_cast<std::uint32_t>(1 + draw(8, c.size - 1));
      c.root_children = static_cast<std::uint32_t>(1 + draw(9, c.size - 1));
      c.largest_broadcast = static_cast<std::uint32_t>(c.root_children + draw(10, c.size - c.root_children));
      c.structural_virality = 1.0 + uniform(nested_mix(key, i, 11)) * std::log2(double(c.size)) * 2;
    }
    cascades.push_back(c);
  }
  return cascades;
}

CascadeTally tally_of(const std::vector<FinishedCascade>& cascades, std::uint32_t large = 100) {
  CascadeTally tally(tiers, large);
  for (const FinishedCascade& c : cascades) tally.add(c);
  return tally;
}

std::vector<double> mean_ranks(const std::vector<double>& values) {
  std::vector<double> ranks;
  for (const double v : values) {
    const auto lower = std::ranges::count_if(values, [&](double w) { return w < v; });
    ranks.push_back(double(lower) + (double(std::ranges::count(values, v)) + 1) / 2);
  }
  return ranks;
}

double pearson(const std::vector<double>& x, const std::vector<double>& y) {
  const double n = double(x.size());
  const double mx = std::accumulate(x.begin(), x.end(), 0.0) / n, my = std::accumulate(y.begin(), y.end(), 0.0) / n;
  double xx = 0, yy = 0, xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i)
    xx += (x[i] - mx) * (x[i] - mx), yy += (y[i] - my) * (y[i] - my), xy += (x[i] - mx) * (y[i] - my);
  return xy / std::sqrt(xx * yy);
}

/// Of a cascade that is large by size alone.
FinishedCascade large_cascade(std::uint32_t size, double virality) {
  return {.size = size,
          .depth = 1,
          .max_breadth = 1,
          .root_children = 1,
          .largest_broadcast = 1,
          .structural_virality = virality};
}

}  // namespace

TEST_CASE("a tally says of cascades what a look at each of them says", "[sim][cascades]") {
  const std::vector<FinishedCascade> cascades = various_cascades(20'000, 1);
  const CascadeShapes shapes = tally_of(cascades).shapes();
  CHECK(tally_of(cascades).cascades() == cascades.size());

  std::map<std::uint32_t, CascadeSizeRow> sizes;
  CascadeHistogram depths(depth_classes), breadths(240), virality(virality_classes), broadcasts(broadcast_classes);
  std::vector<double> large_sizes, large_viralities;
  for (const FinishedCascade& c : cascades) {
    CascadeSizeRow& row = sizes[size_class(c.size)];
    ++row.cascades;
    row.adopters += c.size;
    row.direct += c.root_children;
    row.depth += c.depth;
    row.max_breadth += c.max_breadth;
    row.largest_broadcast += c.largest_broadcast;
    row.structural_virality +=
        std::floor(c.structural_virality * 1048576) / 1048576;  // exact: multiples of 2^-20 below 2^33
    ++depths[std::min(c.depth, 127U)];
    ++breadths[follower_class(c.max_breadth)];
    if (c.size < 100) continue;
    ++virality[virality_class(c.structural_virality)];
    ++broadcasts[std::size_t(std::floor(100.0 * c.largest_broadcast / (c.size - 1)))];
    large_sizes.push_back(size_class(c.size));
    large_viralities.push_back(virality_class(c.structural_virality));
  }
  REQUIRE(large_sizes.size() > 1000);
  REQUIRE(broadcasts[100] > 0);
  REQUIRE(shapes.sizes.size() == sizes.rbegin()->first + 1);
  for (std::uint32_t s = 0; s < shapes.sizes.size(); ++s) CHECK(shapes.sizes[s] == sizes[s]);
  CHECK(shapes.depths == depths);
  CHECK(shapes.breadths == breadths);
  CHECK(shapes.virality == virality);
  CHECK(shapes.broadcasts == broadcasts);
  CHECK(shapes.large == 100);
  const double expected = pearson(mean_ranks(large_sizes), mean_ranks(large_viralities));
  CHECK(expected > 0.2);  // the cascades were drawn so
  CHECK(std::abs(shapes.size_virality_correlation - expected) < 1e-11);
}

TEST_CASE("roots are added up by tier and by follower class", "[sim][cascades]") {
  const std::vector<FinishedCascade> cascades = various_cascades(5'000, 2);
  const std::vector<TierRow> by_tier = tally_of(cascades).tiers();
  const std::vector<CurveRow> by_class = tally_of(cascades).curve();
  std::vector<TierRow> tier_rows(tiers);
  std::vector<CurveRow> class_rows(by_class.size());
  std::size_t largest = 0;
  for (const FinishedCascade& c : cascades) {
    TierRow& tier = tier_rows[c.tier];
    ++tier.outcomes.posts;
    tier.outcomes.impressions += c.contacts;
    tier.outcomes.actions[Action::reshare] += c.size - 1;
    tier.follower_posts += c.root_followers;
    largest = std::max<std::size_t>(largest, follower_class(c.root_followers));
    REQUIRE(largest < class_rows.size());
    CurveRow& row = class_rows[follower_class(c.root_followers)];
    const double contacts = double(c.contacts), reshares = double(c.size - 1);
    ++row.authors, ++row.posts, ++row.posts_squared;
    row.followers += c.root_followers;
    row.impressions += c.contacts;
    row.engagement += c.size - 1;
    row.impressions_squared += contacts * contacts;  // whole numbers below 2^53
    row.engagement_squared += reshares * reshares;
    row.impressions_posts += contacts;
    row.engagement_posts += reshares;
    row.engagement_impressions += reshares * contacts;
  }
  CHECK(by_tier == tier_rows);
  CHECK(by_class == class_rows);
  CHECK(by_class.size() == largest + 1);
}

TEST_CASE("tallies of parts add up to that of all, in any order", "[sim][cascades][invariance]") {
  const std::vector<FinishedCascade> cascades = various_cascades(3'000, 3);
  const auto part = [&](std::ptrdiff_t first, std::ptrdiff_t last) {
    return tally_of({cascades.begin() + first, cascades.begin() + last});
  };
  std::vector<CascadeTally> parts{part(0, 7), part(7, 2'000), part(2'000, 3'000), part(0, 0)};
  const CascadeTally all = tally_of(cascades);
  std::vector<std::size_t> order{0, 1, 2, 3};
  do {
    CascadeTally sum(tiers, 100);
    for (const std::size_t i : order) sum.add(parts[i]);
    CHECK(sum == all);
    CHECK(sum.shapes() == all.shapes());
  } while (std::ranges::next_permutation(order).found);
  std::vector<FinishedCascade> backwards(cascades.rbegin(), cascades.rend());
  CHECK(tally_of(backwards) == all);
}

TEST_CASE("no sum of a tally overflows", "[sim][cascades]") {
  // A path of 2^31 - 1 adopters has a virality of 2^31 / 3, its contacts squared are near 2^80; a million of them.
  FinishedCascade path{
      .size = INT32_MAX, .depth = INT32_MAX - 1, .max_breadth = 1, .root_children = 1, .largest_broadcast = 1};
  path.structural_virality = 0x1p31 / 3;
  path.contacts = std::uint64_t{1} << 40;
  CascadeTally tally(1, 100);
  for (int i = 0; i < 1 << 4; ++i) tally.add(path);
  for (int doubling = 0; doubling < 16; ++doubling) tally.add(CascadeTally(tally));
  const double count = 0x1p20;
  const CascadeSizeRow row = tally.shapes().sizes.back();
  CHECK(row.cascades == std::uint64_t{1} << 20);
  CHECK(row.structural_virality == count * std::floor(0x1p31 / 3 * 0x1p20) * 0x1p-20);
  CHECK(tally.curve()[0].impressions_squared == count * 0x1p80);
  CHECK(tally.curve()[0].engagement_impressions == count * 0x1p40 * double(INT32_MAX - 1));
  CHECK(tally.shapes().depths[depth_classes - 1] == std::uint64_t{1} << 20);
}

TEST_CASE("sizes and viralities in the same order correlate by 1, in opposite order by -1", "[sim][cascades]") {
  CascadeTally same(1, 10), opposite(1, 10), alike(1, 10);
  for (std::uint32_t i = 0; i < 50; ++i) {
    same.add(large_cascade(10 + i, 1.5 + i / 32.0));
    opposite.add(large_cascade(10 + i, 9.0 - i / 32.0));
    alike.add(large_cascade(10 + i, 2.0));
  }
  CHECK(std::abs(same.shapes().size_virality_correlation - 1) < 1e-15);
  CHECK(std::abs(opposite.shapes().size_virality_correlation + 1) < 1e-15);
  CHECK(std::isnan(alike.shapes().size_virality_correlation));
}

TEST_CASE("there is no correlation of fewer than two large cascades, and a cascade of one is never large",
          "[sim][cascades]") {
  CascadeTally tally(1, 1);
  CHECK(std::isnan(tally.shapes().size_virality_correlation));
  CHECK(tally.shapes().sizes.empty());
  CHECK(tally.cascades() == 0);
  tally.add(FinishedCascade{});
  tally.add(large_cascade(2, 1.0));
  const CascadeShapes shapes = tally.shapes();
  CHECK(std::isnan(shapes.size_virality_correlation));
  CHECK(std::accumulate(shapes.virality.begin(), shapes.virality.end(), 0U) == 1);
  CHECK(shapes.sizes[1].cascades == 1);
  CHECK(shapes.sizes[1].structural_virality == 0);
}

}  // namespace grapevine
