#include "sim/model/hazard.hpp"

#include "graph/base/account_key.hpp"
#include "graph/base/math.hpp"

namespace grapevine {

BuyingHazard::BuyingHazard(const ProductParameters& product, const WorldParameters& world, const Population& population)
    : population_(population),
      topic_(product.topic),
      look_(product.look),
      click_(product.click),
      half_life_(product.half_life),
      name_(static_cast<std::uint32_t>(account_key(product.name))) {
  const double per_tick = product.rate / world.time.ticks_per_day();
  rates_.fill(per_tick);
  if (topic_ < 0) return;
  QuantileTable wants = interest_cells(world.population);
  double mean = 0.0;
  for (double& x : wants) mean += x = math::exp(product.affinity * x);
  mean /= 256.0;
  for (std::size_t i = 0; i < wants.size(); ++i) rates_[i] = per_tick * wants[i] / mean;
}

double BuyingHazard::threshold(UserId user, const StreamKey& dynamics) const {
  return -math::log(uniform(dynamics.bits(Draw::conversion, user.value(), name_)));
}

double BuyingHazard::lasting(Tick age) const {
  if (half_life_ == 0.0) return age;
  return (1.0 - math::exp(-math::log(2.0) * age / half_life_)) * half_life_ / math::log(2.0);
}

}  // namespace grapevine
