#pragma once

#include <limits>

#include "sim/model/behaviour.hpp"
#include "sim/model/parameters.hpp"

/// What a platform expects of a post before it has seen anything of it.
namespace grapevine {

/// Mean and variance over posts of the true rate of each action per impression: the probability that a reader of the
/// post's audience drawn at random takes it, without social proof.
struct PostRates {
  PerAction mean{};
  PerAction variance{};  ///< exactly 0 where posts do not differ
};

/// Of the population as declared, from the tables that qualities and interests are drawn from. `shared_audience` is the
/// share of a post's audience that has the interest of its author's community in its topic: `shared_interest` of those
/// who are of that community. Posts differ by their quality and, through that share, by what the community thinks of
/// the topic; nothing else that is declared belongs to a post.
PostRates rates_of_posts(const Behaviour& behaviour, const BehaviourParameters& parameters,
                         const PopulationParameters& population, double shared_audience);

/// A beta distribution of the rate of each action: its mean, and how many impressions it counts for.
struct ActionPrior {
  PerAction mean{};
  PerAction strength{};  ///< infinite: the rate is the mean, whatever is observed
};

/// What `feed` says, and for what it leaves open (`automatic`) the mean and the strength m (1 - m) / variance - 1 of
/// the beta distribution that has the mean and the variance of the posts' true rates (method of moments): what a
/// platform would find that knew its population. Where posts do not differ the strength is infinite.
ActionPrior platform_prior(const FeedParameters& feed, const PostRates& rates);

/// The mean of the rate after `taken` of `looks`: that of a beta-binomial. 0 where nothing is known.
inline double predicted_rate(double taken, double looks, double mean, double strength) {
  if (strength == std::numeric_limits<double>::infinity()) return mean;
  const double seen = looks + strength;
  return seen > 0.0 ? (taken + mean * strength) / seen : 0.0;
}

}  // namespace grapevine
