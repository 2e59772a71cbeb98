#include "sim/feed/ranker_of.hpp"
#include "sim/feed/rankings/score.hpp"

namespace grapevine {
namespace {

/// The sum over the edges of a post that the reader can see of affinity x weight x time decay. Edges are the post
/// itself, by an author whom the reader follows, of weight 1, and the reshares by followees, of the weight of a reshare
/// each. The affinity of a reader for an account is 1 + the sum over actions of weight x how often the reader took it
/// at those of the account's roots that still live: what it did longer than `feed.window` ago is forgotten. Of several
/// followees that reshared, the one that is shown stands for all. Time decays by the age of the root.
class EdgeRank : public ScoreFactors {
public:
  static constexpr bool needs_history = true;
  explicit EdgeRank(const RankingGiven& given)
      : ScoreFactors(given),
        weights_(given.run.feed.weights),
        reshare_(given.run.feed.weights[static_cast<std::size_t>(Action::reshare)]) {}
  using ScoreFactors::key;
  std::uint64_t key(const CandidateFacts& candidate) const {
    double edges = candidate.follows_author() ? affinity(candidate.history()) : 0.0;
    if (candidate.proof() > 0) {
      const bool shows_reshare = candidate.source() == Source::reshare;
      edges += candidate.proof() * reshare_ *
               affinity(shows_reshare ? candidate.history_with(candidate.emitter()) : candidate.history());
    }
    return key(static_cast<float>(edges), candidate);
  }

private:
  double affinity(const AuthorHistory& history) const {
    double sum = 1.0;
    for (std::size_t a = 0; a < action_count; ++a) sum += weights_[a] * history.actions[a];
    return sum;
  }

  PerAction weights_;
  double reshare_;
};

}  // namespace

RankingFacts about_edgerank() {
  return {
      .name = "edgerank",
      .first =
          "the largest sum over the edges that the reader sees (the post, reshares by followees) of affinity x "
          "weight x time decay",
      .date = "2010",
      .source = "[S] EdgeRank, described at F8 2010, reference E 4.3",
      .make = RankerOf<EdgeRank>::make,
      .rules = {
          {"affinity u_e", "viewer's history with who made the edge", RuleStatus::modelled,
           "1 + the sum over actions of feed.weights x how often the viewer took it at live roots of the "
           "account; forgotten with the window"},
          {"weight w_e", "by kind of edge", RuleStatus::modelled,
           "1 for the post, feed.weights.reshare for a reshare by a followee: of several who reshared, the one that "
           "is shown stands for all, by its affinity; the numbers were never published"},
          {"time decay d_e",
           "by age of the edge",
           RuleStatus::modelled,
           "feed.age_half_life, by the age of the post; the numbers were never published: 6 h is an assumption",
           {{"feed.age_half_life", "\"6h\""}}},
          {"likes and comments by friends", "edges, too", RuleStatus::not_representable,
           "who of a reader's followees liked a post or replied to it is not kept"}}};
}

}  // namespace grapevine
