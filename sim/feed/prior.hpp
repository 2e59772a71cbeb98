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
  PerAction
      variance_of_authors{};  ///< over authors, of the mean rate of their posts; exactly 0 where those do not differ
};

/// Of the population as declared, from the tables that qualities and interests are drawn from. `shared_audience` is the
/// share of a post's audience that has the interest of its author's community in its topic: `shared_interest` of those
/// who are of that community. Posts differ by their quality and, through that share, by what the community thinks of
/// the topic; nothing else that is declared belongs to a post. Authors differ by what their communities think of the
/// topics that they write on.
PostRates rates_of_posts(const Behaviour& behaviour, const BehaviourParameters& parameters,
                         const PopulationParameters& population, double shared_audience);

/// A beta distribution of the rate of each action: its mean, and how many impressions it counts for.
struct ActionPrior {
  PerAction mean{};
  PerAction strength{};  ///< infinite: the rate is the mean, whatever is observed
  /// How many impressions the mean counts for against the past of a post's author, in the mean of that author's posts;
  /// infinite: the past says nothing.
  PerAction author_strength = per_action(unlimited);

  /// Whether the past of an author says anything.
  bool looks_at_authors() const;
};

/// What `feed` says, and for what it leaves open (`automatic`) the mean and the strength m (1 - m) / variance - 1 of
/// the beta distribution that has the mean and the variance of the posts' true rates (method of moments): what a
/// platform would find that knew its population. Where posts do not differ the strength is infinite.
ActionPrior platform_prior(const FeedParameters& feed, const PostRates& rates);

/// The same of a platform that knows posts by their authors, if `feed` says so: with m, V and V' the mean and the
/// variances of posts and of authors, the mean of an author's posts has the strength m (1 - m) / V' - 1, and its posts
/// have (m (1 - m) - V') / (V - V') - 1 around it.
ActionPrior prior_by_author(const FeedParameters& feed, const PostRates& rates);

/// What the platform expects of a root from when it is published.
struct Expectation {
  PerAction rates{};      ///< of each action, per impression
  double answered = 0.0;  ///< what share of the replies its author answers
};

/// The mean of the rate after `taken` of `looks`: that of a beta-binomial. 0 where nothing is known.
inline double predicted_rate(double taken, double looks, double mean, double strength) {
  if (strength == std::numeric_limits<double>::infinity()) return mean;
  const double seen = looks + strength;
  return seen > 0.0 ? (taken + mean * strength) / seen : 0.0;
}

}  // namespace grapevine
