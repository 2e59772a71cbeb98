#include "sim/model/log_odds.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "graph/base/math.hpp"

namespace grapevine {

namespace {

bool is_zero(const QuantileTable& logits) {
  return std::all_of(logits.begin(), logits.end(), [](double x) { return x == 0.0; });
}

double least(std::initializer_list<const QuantileTable*> terms) {
  double sum = 0.0;
  for (const QuantileTable* term : terms) sum += *std::min_element(term->begin(), term->end());
  return sum;
}

double most(std::initializer_list<const QuantileTable*> terms) {
  double sum = 0.0;
  for (const QuantileTable* term : terms) sum += *std::max_element(term->begin(), term->end());
  return sum;
}

}  // namespace

LogOdds::LogOdds(double low, double high)
    : low_(std::floor(low / step) - spare),
      odds_(static_cast<std::size_t>(std::ceil(high / step) + spare - low_) + 1),
      weight_(odds_.size()) {
  for (std::size_t k = 0; k < odds_.size(); ++k) odds_[k] = math::exp((static_cast<double>(k) + low_) * step);
  weight_[static_cast<std::size_t>(-low_)] = 1.0;
}

LogOdds::LogOdds(std::initializer_list<const QuantileTable*> terms) : LogOdds(least(terms), most(terms)) {
  for (const QuantileTable* term : terms)
    if (!is_zero(*term)) add(*term);
}

void LogOdds::add(const QuantileTable& logits) {
  std::vector<double> sum(weight_.size());
  for (const double logit : logits) {
    const double down = std::floor(logit / step),
                 above = (math::exp(logit - down * step) - 1.0) / (math::exp(step) - 1.0);
    const auto shift = static_cast<std::ptrdiff_t>(down), size = static_cast<std::ptrdiff_t>(sum.size());
    for (std::ptrdiff_t k = std::max<std::ptrdiff_t>(0, -shift); k < std::min(size, size - shift - 1); ++k) {
      sum[static_cast<std::size_t>(k + shift)] += weight_[static_cast<std::size_t>(k)] * (1.0 - above) / 256.0;
      sum[static_cast<std::size_t>(k + shift + 1)] += weight_[static_cast<std::size_t>(k)] * above / 256.0;
    }
  }
  weight_ = std::move(sum);
}

double LogOdds::mean_probability(double base) const {
  double mean = 0.0;
  for (std::size_t k = 0; k < odds_.size(); ++k) mean += weight_[k] * (base * odds_[k] / (1.0 + base * odds_[k]));
  return mean;
}

}  // namespace grapevine
