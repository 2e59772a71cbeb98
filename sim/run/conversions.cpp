#include "sim/run/conversions.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include "graph/base/math.hpp"
#include "graph/base/parallel.hpp"
#include "sim/model/hazard.hpp"
#include "sim/tick/mechanisms/conversions.hpp"

namespace grapevine {

namespace {

/// Expectations are added up in whole units of 2^-36, shares of a conversion in such of 2^-32, so that their order is
/// free.
constexpr double unit_of_expectation = 0x1p-36, unit_of_share = 0x1p-32;

std::uint64_t in_units_of_expectation(double x) { return static_cast<std::uint64_t>(x / unit_of_expectation + 0.5); }

/// The columns of a ProductRow, and of a SalesShare, as what parts add up.
struct ProductSums {
  std::uint64_t exposed, looks, clicks, conversions, unprompted, incremental, pulled_forward, expected;
};
struct ShareSums {
  std::uint64_t first, last, split, expected;
};

/// When one user buys one product, and why.
class Buyer {
public:
  /// Arms branch in tick `begin`; the run ends before tick `end`.
  Buyer(const BuyingHazard& product, double rate, std::span<const SalesLook> looks, Tick begin, Tick end)
      : product_(product), rate_(rate), looks_(looks), begin_(begin), end_(end) {}

  /// By the end of tick `t`.
  double unprompted_hazard(Tick t) const { return rate_ * static_cast<double>(t + 1 - begin_); }
  double hazard(Tick t) const {
    double gained = 0.0;
    for (const SalesLook& look : looks_)
      if (look.tick < t) gained += product_.effect(look.clicked != 0) * product_.lasting(t - look.tick);
    return rate_ * (static_cast<double>(t + 1 - begin_) + gained);
  }
  /// What a look adds by the end of the run, in ticks of the user's own rate.
  double gain(const SalesLook& look) const {
    return product_.effect(look.clicked != 0) * product_.lasting(end_ - 1 - look.tick);
  }

  std::optional<Tick> unprompted(double threshold) const {
    return first_tick([&](Tick t) { return unprompted_hazard(t) >= threshold; });
  }
  std::optional<Tick> buys(double threshold) const {
    return first_tick([&](Tick t) { return hazard(t) >= threshold; });
  }

private:
  /// The first tick of the run with `holds`, which goes on holding.
  template <class Holds>
  std::optional<Tick> first_tick(Holds&& holds) const {
    if (begin_ == end_ || !holds(end_ - 1)) return std::nullopt;
    Tick low = begin_, high = end_ - 1;  // it holds in `high`
    while (low < high) {
      const Tick middle = low + (high - low) / 2;
      holds(middle) ? high = middle : low = middle + 1;
    }
    return high;
  }

  const BuyingHazard& product_;
  double rate_;
  std::span<const SalesLook> looks_;
  Tick begin_, end_;
};

/// What becomes of one product in one run.
class ProductTally {
public:
  ProductTally(const World& world, const ProductParameters& product,
               const std::function<std::size_t(std::uint32_t, UserId)>& row_of, std::vector<ShareSums>& shares)
      : world_(world),
        product_(product),
        hazard_(product, world.parameters, *world.population),
        row_of_(row_of),
        shares_(shares) {}

  ProductSums sums(const Conversions* log) {
    sums_.unprompted = parallel_sum(world_.readers.size(), [&](std::size_t i) {
      return std::uint64_t{buyer(user(i), {}).unprompted(threshold(user(i))).has_value()};
    });
    sums_.conversions = sums_.unprompted;
    for (std::size_t i = 0; log != nullptr && i < world_.readers.size(); ++i) {
      std::vector<SalesLook> looks;
      for (const SalesLook& look : log->looks(i))
        if (world_.parameters.campaigns[look.campaign].product == product_.name) looks.push_back(look);
      if (!looks.empty()) add(user(i), looks);
    }
    return sums_;
  }

private:
  UserId user(std::size_t i) const { return UserId{world_.readers.first + static_cast<std::uint32_t>(i)}; }
  double threshold(UserId user) const { return hazard_.threshold(user, world_.keys.dynamics); }
  Buyer buyer(UserId user, std::span<const SalesLook> looks) const {
    return {hazard_, hazard_.rate(user), looks, world_.parameters.time.warmup, world_.state.clock.now};
  }

  void add(UserId user, std::span<const SalesLook> looks) {
    ++sums_.exposed;
    sums_.looks += looks.size();
    for (const SalesLook& look : looks) sums_.clicks += look.clicked;
    const Buyer buyer = this->buyer(user, looks);
    const std::optional<Tick> alone = buyer.unprompted(threshold(user)), bought = buyer.buys(threshold(user));
    sums_.conversions += bought && !alone ? 1 : 0;
    sums_.incremental += bought && !alone ? 1 : 0;
    sums_.pulled_forward += bought && alone && *bought < *alone ? 1 : 0;
    share_expected(buyer, looks);
    if (bought) attribute(*bought, looks);
  }

  void share_expected(const Buyer& buyer, std::span<const SalesLook> looks) {
    const Tick last = world_.state.clock.now - 1;
    const double expected = math::exp(-buyer.unprompted_hazard(last)) - math::exp(-buyer.hazard(last));
    sums_.expected += in_units_of_expectation(expected);
    double all = 0.0;
    std::vector<std::pair<std::size_t, double>> of_rows;
    for (const SalesLook& look : looks) {
      const std::size_t row = row_of_(look.campaign, look.author);
      auto same = std::ranges::find(of_rows, row, &std::pair<std::size_t, double>::first);
      if (same == of_rows.end()) same = of_rows.insert(same, {row, 0.0});
      same->second += buyer.gain(look);
      all += buyer.gain(look);
    }
    if (all > 0.0)
      for (const auto& [row, gain] : of_rows) shares_[row].expected += in_units_of_expectation(expected * (gain / all));
  }

  void attribute(Tick bought, std::span<const SalesLook> looks) {
    std::vector<std::size_t> rows;
    for (const SalesLook& look : looks)
      if (look.tick < bought && bought - look.tick <= product_.credit)
        rows.push_back(row_of_(look.campaign, look.author));
    if (rows.empty()) return;
    ++shares_[rows.front()].first;
    ++shares_[rows.back()].last;
    for (const std::size_t row : rows) shares_[row].split += (std::uint64_t{1} << 32) / rows.size();
  }

  const World& world_;
  const ProductParameters& product_;
  BuyingHazard hazard_;
  const std::function<std::size_t(std::uint32_t, UserId)>& row_of_;
  std::vector<ShareSums>& shares_;
  ProductSums sums_{};
};

/// Sums of all parts.
template <class Sums>
void add_over_parts(Exchange& exchange, std::vector<Sums>& sums) {
  std::vector<std::uint64_t> numbers(sums.size() * (sizeof(Sums) / sizeof(std::uint64_t)));
  if (numbers.empty()) return;
  std::memcpy(numbers.data(), sums.data(), sums.size() * sizeof(Sums));
  exchange.add(std::span(numbers));
  std::memcpy(sums.data(), numbers.data(), sums.size() * sizeof(Sums));
}

SalesShare share_of(const ShareSums& sums) {
  return {.attributed_first = sums.first,
          .attributed_last = sums.last,
          .attributed_split = static_cast<double>(sums.split) * unit_of_share,
          .expected_incremental = static_cast<double>(sums.expected) * unit_of_expectation};
}

}  // namespace

void put_conversions(const World& world, const std::function<std::size_t(std::uint32_t campaign, UserId)>& row_of,
                     RunRecord& record) {
  const Conversions* log = nullptr;
  for (const Mechanism* mechanism : world.mechanisms)
    if (const auto* found = dynamic_cast<const Conversions*>(mechanism)) log = found;
  std::vector<ShareSums> shares(record.influencers.size()), by_campaign(record.campaigns.size());
  std::vector<ProductSums> products;
  for (const ProductParameters& product : world.parameters.products)
    products.push_back(ProductTally(world, product, row_of, shares).sums(log));
  add_over_parts(world.exchange, products);
  add_over_parts(world.exchange, shares);
  for (const ProductSums& sums : products)
    record.products.push_back({sums.exposed, sums.looks, sums.clicks, sums.conversions, sums.unprompted,
                               sums.incremental, sums.pulled_forward,
                               static_cast<double>(sums.expected) * unit_of_expectation});
  for (std::size_t i = 0; i < shares.size(); ++i) {
    record.influencers[i].sales = share_of(shares[i]);
    ShareSums& campaign = by_campaign[record.influencers[i].campaign];
    campaign.first += shares[i].first;
    campaign.last += shares[i].last;
    campaign.split += shares[i].split;
    campaign.expected += shares[i].expected;
  }
  for (std::size_t c = 0; c < by_campaign.size(); ++c) record.campaigns[c].sales = share_of(by_campaign[c]);
}

}  // namespace grapevine
