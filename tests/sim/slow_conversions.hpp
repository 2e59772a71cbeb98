#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "graph/base/ids.hpp"
#include "graph/base/random.hpp"
#include "sim/model/parameters.hpp"
#include "sim/state/run_record.hpp"

namespace grapevine::slow {

struct Situations;

/// An impression of a campaign's post.
struct Sale {
  UserId reader{};
  Tick tick = 0;
  std::size_t campaign = 0;
  UserId author{};
  bool clicked = false;
};

struct Conversions {
  std::vector<ProductRow> products;
  std::vector<SalesShare> campaigns;
  std::map<std::pair<std::size_t, UserId>, SalesShare> accounts;  ///< of campaign and author; who was looked at
};

/// Section 7.16 of docs/model.md, written from the text alone: who buys what when, and what had to do with it. `sales`
/// are all impressions of a run in order, those of one session from the top; `quantile` is that of a user's interest in
/// a topic, in 256ths.
Conversions conversions(const WorldParameters& world, const StreamKey& dynamics, std::uint32_t users,
                        const std::function<std::uint32_t(UserId, std::uint32_t)>& quantile,
                        std::span<const Sale> sales, Situations& situations);

}  // namespace grapevine::slow
