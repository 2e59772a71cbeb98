#include "sim/diffusion/reproduction.hpp"

#include <algorithm>
#include <vector>

#include "graph/base/error.hpp"
#include "graph/base/math.hpp"
#include "graph/statistics/power_iteration.hpp"
#include "graph/statistics/spectral_radius.hpp"
#include "sim/diffusion/linear_threshold.hpp"

namespace grapevine {

namespace {

constexpr SpectralRadiusParameters near_enough{.tolerance = 1e-3, .most_iterations = 100};

/// Whether all follows have one entry of the matrix.
bool is_even(const Chances& chances, const DiffusionParameters& diffusion) {
  return chances.is_uniform() && diffusion.model != DiffusionModel::linear_threshold;
}

/// entry(follow, follower) of each follow, by its place in the rows of followers.
template <class Entry>
double radius_of(const Audience& audience, Entry&& entry) {
  const RowsView rows = audience.rows();
  const auto entries = [&](UserId v, auto&& visit) {
    for (std::uint64_t i = rows.begin[v.index()]; i < rows.begin[v.index() + 1]; ++i)
      visit(rows.users[i], entry(i, rows.users[i]));
  };
  return spectral_radius_of(audience.graph(), entries, near_enough).value;
}

double radius_of_weights(const Audience& audience, const Chances& chances) {
  const ReaderWeights weights(audience, chances);
  const double radius = radius_of(audience, [&](std::uint64_t follow, UserId follower) {
    const std::uint64_t weight = chances.is_uniform() ? chances.threshold() : chances.all()[follow].threshold();
    return static_cast<double>(weight) / static_cast<double>(weights.whole(follower));
  });
  return std::min(1.0, radius);  // but for rounding it is
}

double radius_of_chances(const Audience& audience, const Chances& chances, const DiffusionParameters& diffusion) {
  std::vector<double> passes(Chance::most_bits + 1);  // what two bytes can say
  for (std::size_t bits = 0; bits < passes.size(); ++bits)
    passes[bits] = transmissibility(Chance::from_bits(static_cast<std::uint16_t>(bits)).probability(), diffusion);
  return radius_of(audience, [&](std::uint64_t follow, UserId) { return passes[chances.all()[follow].bits()]; });
}

}  // namespace

double transmissibility(double chance, const DiffusionParameters& diffusion) {
  double recovery = 0.0;
  switch (diffusion.model) {
    case DiffusionModel::independent_cascade:
    case DiffusionModel::linear_threshold:
    case DiffusionModel::branching:
      return chance;
    case DiffusionModel::si:
      break;
    case DiffusionModel::sir:
      recovery = diffusion.recovery;
      break;
    case DiffusionModel::feed:
      GRAPEVINE_EXPECTS(!"the transmissibility of a feed");
  }
  const bool in_events = diffusion.model == DiffusionModel::sir && diffusion.time == EpidemicTime::events;
  const double contact = in_events ? std::min(chance, 1.0 - 0x1p-32) : chance,
               ends = in_events ? std::min(recovery, 1.0 - 0x1p-32) : recovery;
  if (!(contact > 0.0)) return 0.0;
  double first = contact / (contact + ends * (1.0 - contact));
  if (in_events) {
    const double passes = -1.0 / math::per_log_failure(contact),
                 recovers = -1.0 / math::per_log_failure(ends);  // rates
    first = passes > 0.0 ? passes / (passes + recovers) : 0.0;
  }
  return diffusion.steps == 0 ? first : first * (1.0 - math::pow((1.0 - contact) * (1.0 - ends), diffusion.steps));
}

double reproduction_number(const Audience& audience, const Chances& chances, const DiffusionParameters& diffusion) {
  switch (diffusion.model) {
    case DiffusionModel::branching:
      return mean_adoptions(audience, chances);
    case DiffusionModel::linear_threshold:
      return radius_of_weights(audience, chances);
    case DiffusionModel::independent_cascade:
    case DiffusionModel::si:
    case DiffusionModel::sir:
      return is_even(chances, diffusion) ? transmissibility(chances.probability(), diffusion) *
                                               spectral_radius(audience.graph(), near_enough).value
                                         : radius_of_chances(audience, chances, diffusion);
    case DiffusionModel::feed:
      break;
  }
  GRAPEVINE_EXPECTS(!"the reproduction number of a feed");
  return 0.0;
}

double ReproductionNumbers::of(const Audience& audience, const DiffusionParameters& diffusion, std::uint32_t topic,
                               std::uint32_t dynamics, const std::function<Chances()>& make) {
  const bool by_topic = diffusion.probability == Probability::topic_match,
             drawn = by_topic || diffusion.probability == Probability::trivalency;
  Matrix matrix{diffusion.model,      diffusion.probability, by_topic ? diffusion.chance : 0.0,
                diffusion.recovery,   diffusion.time,        diffusion.steps,
                by_topic ? topic : 0, drawn ? dynamics : 0};
  if (diffusion.probability == Probability::uniform || diffusion.model == DiffusionModel::branching) {
    const Chances chances = make();
    if (diffusion.model == DiffusionModel::branching) return mean_adoptions(audience, chances);
    if (is_even(chances, diffusion)) {
      if (!radius_) radius_ = spectral_radius(audience.graph(), near_enough).value;
      return transmissibility(chances.probability(), diffusion) * *radius_;
    }
    std::get<2>(matrix) = chances.probability();
  }
  const auto [found, is_new] = others_.try_emplace(matrix);
  if (is_new) found->second = reproduction_number(audience, make(), diffusion);
  return found->second;
}

}  // namespace grapevine
