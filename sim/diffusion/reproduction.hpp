#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <tuple>

#include "sim/diffusion/audience.hpp"
#include "sim/diffusion/chances.hpp"
#include "sim/model/parameters.hpp"

namespace grapevine {

/// The probability that an adopter ever passes the post to a given follower that does not have it, where one contact
/// does so with `chance`. Independent cascade: `chance`. SI and SIR in steps: c / (1 - q), q = (1 - c)(1 - r) that
/// neither contact nor recovery happens in a step; in continuous time b / (b + g) of the rates. Where `diffusion.steps`
/// bounds how long a seed may try, 1 - q^steps of that.
double transmissibility(double chance, const DiffusionParameters& diffusion);

/// How many adoptions an adopter brings about, as a contagion settles into its way while hardly anybody has the post:
/// the largest eigenvalue of the next-generation matrix, whose entry (v, u) is the probability that v, having adopted,
/// passes the post to its follower u (Diekmann, Heesterbeek, Metz 1990). With uniform contacts it is their
/// transmissibility times the spectral radius of the follow graph. Above 1 a contagion may take a share of all users
/// however many they are; below it stays small (Wang, Chakrabarti, Wang, Faloutsos 2003).
///
/// Linear threshold: of the weights as shares of `whole_weight`, which by its live edges (Kempe et al. 2003) is the
/// same matrix; no more than 1, for a reader's weights add up to no more. Branching: the adoptions of an adopter drawn
/// at random. The radius is known to a thousandth, or, where it is slow to show (long chains of mutual follows), what a
/// hundred passes over the follows say. Missing without users.
double reproduction_number(const Audience& audience, const Chances& chances, const DiffusionParameters& diffusion);

/// The same, once for all arms and replicates with the same matrix on one graph.
class ReproductionNumbers {
public:
  /// `topic` and `dynamics` tell which of the probabilities that depend on them are meant; make() makes the chances
  /// that they are.
  double of(const Audience& audience, const DiffusionParameters& diffusion, std::uint32_t topic, std::uint32_t dynamics,
            const std::function<Chances()>& make);

private:
  /// What a matrix follows from: model, probability, chance, recovery, time, steps, topic, dynamics.
  using Matrix = std::tuple<DiffusionModel, Probability, double, double, EpidemicTime, std::uint32_t, std::uint32_t,
                            std::uint32_t>;

  std::optional<double> radius_;  ///< of the follow graph
  std::map<Matrix, double> others_;
};

}  // namespace grapevine
