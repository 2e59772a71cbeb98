#pragma once

#include <algorithm>
#include <cmath>

#include "sim/model/parameters/feed.hpp"

namespace grapevine {

/// The sum of weights times probabilities that rankings by value make of a candidate, whoever says the probabilities:
/// `of(a)` that of action a.
class Heads {
public:
  explicit Heads(const FeedParameters& feed)
      : weights_(feed.weights),
        answered_(feed.answered_weight),
        good_click_(feed.good_click_weight),
        good_visit_(feed.good_visit_weight) {
    for (const double weight : weights_) (weight < 0.0 ? below_ : above_) += std::abs(weight);
    above_ += answered_ + good_click_ + good_visit_;
    scale_ = feed.rules.negative_scale;
  }

  const PerAction& weights() const { return weights_; }
  bool looks_at_answers() const { return answered_ > 0.0; }

  /// In the order of actions; then what answers, and the chains of two actions, add. `answered`: the share of its
  /// replies that the author answers. Two actions of one look are independent given the reader and the post.
  template <class Probability>
  double sum(const Probability& of, double answered) const {
    constexpr auto reply = static_cast<std::size_t>(Action::reply), like = static_cast<std::size_t>(Action::like);
    double all = 0.0;
    for (std::size_t a = 0; a < action_count; ++a)
      if (weights_[a] != 0.0) all += weights_[a] * of(a);
    if (answered_ > 0.0) all += answered_ * (of(reply) * answered);
    if (good_click_ == 0.0 && good_visit_ == 0.0) return all;
    const double responds = 1.0 - (1.0 - of(like)) * (1.0 - of(reply));
    if (good_click_ > 0.0) all += good_click_ * (of(static_cast<std::size_t>(Action::click)) * responds);
    if (good_visit_ > 0.0) all += good_visit_ * (of(static_cast<std::size_t>(Action::profile_visit)) * responds);
    return all;
  }

  /// Sums may be below 0, where factors would raise what they are to lower.
  bool squashes() const { return below_ > 0.0; }
  /// Of such sums: above 0, in the same order (Twitter's NaviModelScorer.scala, 2023).
  double squashed(double sum) const {
    return sum < 0.0 ? std::max(0.0, (sum + below_) / (above_ + below_)) * scale_ : sum + scale_;
  }

private:
  PerAction weights_;
  double answered_, good_click_, good_visit_;
  double above_ = 0.0, below_ = 0.0;  ///< sums of weights by their signs, without them
  double scale_ = 0.001;
};

}  // namespace grapevine
