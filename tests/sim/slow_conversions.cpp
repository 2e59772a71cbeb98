#include "tests/sim/slow_conversions.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "graph/base/account_key.hpp"
#include "graph/base/math.hpp"
#include "tests/sim/slow_model.hpp"

namespace grapevine::slow {

namespace {

double interest_of(std::uint32_t quantile, double skew) { return math::pow((quantile + 0.5) / 256, skew); }

double to_36_bits(double x) { return std::round(x * 0x1p36) * 0x1p-36; }

/// K: what is left of `ticks` ticks.
double remaining(Tick ticks, double half_life) {
  const double d = ticks;
  if (half_life == 0.0) return d;
  return (1 - math::exp(-math::log(2.0) * d / half_life)) * half_life / math::log(2.0);
}

}  // namespace

Conversions conversions(const WorldParameters& world, const StreamKey& dynamics, std::uint32_t users,
                        const std::function<std::uint32_t(UserId, std::uint32_t)>& quantile,
                        std::span<const Sale> sales, Situations& situations) {
  const Tick begin = world.time.warmup, end = world.time.end();
  const double day = world.time.ticks_per_day(), skew = world.population.interest_skew;
  Conversions all;
  all.campaigns.resize(world.campaigns.size());
  const auto both = [&](std::size_t campaign, UserId author, auto&& change) {
    change(all.campaigns[campaign]);
    change(all.accounts[{campaign, author}]);
  };

  for (const ProductParameters& product : world.products) {
    ProductRow& row = all.products.emplace_back();
    double mean = 0;
    for (std::uint32_t q = 0; q < 256; ++q) mean += math::exp(product.affinity * interest_of(q, skew));
    mean /= 256;
    const auto hash = static_cast<std::uint32_t>(static_cast<std::uint64_t>(account_key(product.name)));

    for (std::uint32_t u = 0; u < users; ++u) {
      std::vector<Sale> seen;
      for (const Sale& sale : sales)
        if (sale.reader == UserId{u} && world.campaigns[sale.campaign].product == product.name) seen.push_back(sale);
      const auto e = [&](const Sale& sale) { return product.look + product.click * (sale.clicked ? 1 : 0); };

      double r = product.rate / day;
      if (product.topic >= 0) {
        const double x = interest_of(quantile(UserId{u}, static_cast<std::uint32_t>(product.topic)), skew);
        r = product.rate / day * math::exp(product.affinity * x) / mean;
      }
      const auto hazard = [&](Tick t) {
        double sum = 0;
        for (const Sale& sale : seen)
          if (sale.tick < t) sum += e(sale) * remaining(t - sale.tick, product.half_life);
        return r * ((t + 1 - begin) + sum);
      };
      const double threshold = -math::log(uniform(dynamics.bits(Draw::conversion, u, hash)));
      Tick alone = begin, bought = begin;  // `end`: not in this run
      while (alone < end && r * (alone + 1 - begin) < threshold) ++alone;
      while (bought < end && hazard(bought) < threshold) ++bought;

      row.exposed += !seen.empty();
      row.looks += seen.size();
      for (const Sale& sale : seen) row.clicks += sale.clicked;
      row.conversions += bought < end;
      row.unprompted += alone < end;
      row.incremental += bought < end && alone == end;
      row.pulled_forward += bought < alone && alone < end;
      situations.bought_incremental += bought < end && alone == end;
      situations.bought_earlier += bought < alone && alone < end;

      // What posts brought in expectation, shared out by what each look adds.
      const double brought = math::exp(-r * (end - begin)) - math::exp(-hazard(end - 1));
      row.expected_incremental += to_36_bits(brought);
      double added = 0;
      std::map<std::pair<std::size_t, UserId>, double> added_by;
      for (const Sale& sale : seen) {
        const double by_look = e(sale) * remaining(end - 1 - sale.tick, product.half_life);
        added += by_look;
        added_by[{sale.campaign, sale.author}] += by_look;
      }
      situations.brought_by_several += added_by.size() > 1 && added > 0;
      for (const auto& [account, by_account] : added_by) {
        if (added == 0.0) continue;
        const double share = to_36_bits(brought * by_account / added);
        both(account.first, account.second, [&](SalesShare& sum) { sum.expected_incremental += share; });
      }

      // Whom a purchase is attributed to.
      if (bought == end) continue;
      std::vector<Sale> credited;
      std::set<std::size_t> campaigns;
      for (const Sale& sale : seen) {
        situations.looked_as_it_bought += sale.tick == bought;
        situations.looked_too_early += sale.tick < bought && bought - sale.tick > product.credit;
        if (sale.tick >= bought || bought - sale.tick > product.credit) continue;
        credited.push_back(sale);
        campaigns.insert(sale.campaign);
      }
      situations.credited_several += credited.size() > 1;
      situations.credited_two_campaigns += campaigns.size() > 1;
      if (credited.empty()) continue;
      const Sale &first = credited.front(), &last = credited.back();
      both(first.campaign, first.author, [](SalesShare& sum) { ++sum.attributed_first; });
      both(last.campaign, last.author, [](SalesShare& sum) { ++sum.attributed_last; });
      const double part = std::floor(0x1p32 / static_cast<double>(credited.size())) * 0x1p-32;
      for (const Sale& sale : credited)
        both(sale.campaign, sale.author, [&](SalesShare& sum) { sum.attributed_split += part; });
    }
  }
  return all;
}

}  // namespace grapevine::slow
