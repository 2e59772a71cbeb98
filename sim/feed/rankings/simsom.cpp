#include "sim/model/simsom.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <vector>

#include "sim/feed/ranker_of.hpp"

namespace grapevine {
namespace {

/// The candidates in a random order in which each stands first in proportion to its weight among those that are left:
/// by the logarithm of the weight plus a number with Gumbel's distribution, drawn for the root and this session (Gumbel
/// 1954). So whoever looks at one post only looks at one that is drawn in proportion, as SimSoM's agents do.
///
/// Shares are how often the post came to the reader by followees, its own emission included, as far as its proof tells:
/// since it entered the queue under `queue` memory. Its age is that of the emission shown: of its entry there.
class SimSom : public RankingRule {
public:
  explicit SimSom(const RankingGiven& given) : form_(given.run.feed.simsom.form) {
    for (std::size_t shares = 0; shares < log_of_shares_.size(); ++shares)
      log_of_shares_[shares] = math::log(static_cast<double>(shares));
    decay_.resize(given.run.feed.window + 2);
    for (std::size_t age = 0; age < decay_.size(); ++age)
      decay_[age] = -0.4 * math::pow(static_cast<double>(age) / given.run.feed.simsom.step, 0.4);
  }

  /// Logarithms of weights, and luck. Logarithms of all candidates are taken together.
  void score_all(const SessionFacts& facts, Session& session) const {
    const std::vector<Candidate>& candidates = session.candidates;
    const std::size_t n = candidates.size();
    session.scores.resize(n);
    session.columns.resize(n);
    const double all = std::transform_reduce(candidates.begin(), candidates.end(), 0.0, std::plus<>{}, shares);
    for (std::size_t i = 0; i < n; ++i) {
      const CandidateFacts candidate(facts, candidates[i]);
      const double appeal =  // 0 once in 2^52 roots, of which there is no logarithm
          std::max(appeal_of(facts.keys.appeal, candidate.post().key), std::numeric_limits<double>::min());
      session.scores[i] = form_ == SimSomForm::product
                              ? appeal
                              : (appeal + shares(candidates[i]) / all + math::exp(decay_of(candidate))) / 3.0;
      session.columns[i] = uniform(candidate.lot());
    }
    math::negated_logs(session.scores.data(), n);
    math::negated_logs(session.columns.data(), n);
    math::negated_logs(session.columns.data(), n);
    for (std::size_t i = 0; i < n; ++i) {
      double weight = -session.scores[i];
      if (form_ == SimSomForm::product)
        weight = weight + log_of(shares(candidates[i])) + decay_of(CandidateFacts(facts, candidates[i]));
      session.scores[i] = weight;
    }
  }

  std::uint64_t key(const CandidateFacts& candidate) const {
    return ranking_key(ordered_bits(static_cast<float>(candidate.score() + candidate.column())), candidate.tie());
  }

private:
  double decay_of(const CandidateFacts& candidate) const { return decay_[candidate.now() - candidate.visible()]; }
  double log_of(double shares) const {
    return shares < static_cast<double>(log_of_shares_.size()) ? log_of_shares_[static_cast<std::size_t>(shares)]
                                                               : math::log(shares);
  }
  static double shares(const Candidate& candidate) {
    return candidate.proof + (candidate.source() == Source::reshare ? 0.0 : 1.0);
  }

  SimSomForm form_;
  std::array<double, 64> log_of_shares_{};
  std::vector<double> decay_;  ///< logarithm of what age leaves, by ticks
};

}  // namespace

RankingFacts about_simsom() {
  using enum RuleStatus;
  return {
      .name = "simsom",
      .first =
          "posts drawn in proportion to appeal x shares x e^(-0.4 age^0.4), the first, the second among the rest, "
          "and so on",
      .date = "2024",
      .source = "[R] SimSoM, Truong et al. 2024, libs/simsom, reference E 4.3",
      .make = RankerOf<SimSom>::make,
      .rules = {
          {"what is drawn",
           "one message, in proportion to appeal x shares x e^(-0.4 age^0.4)",
           modelled,
           "the first of the feed; a reader looks at no more where population.patience is 1 and its spread 0, which "
           "the scenario sets, and reshares what it looks at",
           {{"behaviour.reshare", "1"}}},
          {"weighted sum", "the text adds appeal, the share of shares and recency", modelled,
           "feed.simsom.form = \"sum\", with equal weights, for none were found (assumption); the program's "
           "product is the default"},
          {"appeal", "density 5 (1 - x)^4", modelled, "of each root, by key; nothing else looks at it"},
          {"quality", "density 5 e^(5x) / (e^5 - 1), no part in the ranking", modelled,
           "of each root, by key; told in /mechanisms as queues_quality"},
          {"shares", "how often the message came into this feed since it is there", modelled,
           "the same; not how often it was shared in all"},
          {"age", "steps since the message came into this feed", modelled,
           "the same, in units of feed.simsom.step, in fractions; the program sets all ages of a feed to 1 whenever "
           "only new messages come in, which is taken for a slip and left out"},
          {"feed size sigma",
           "15, the newest; a message that comes once more stays where it is",
           modelled,
           "feed.queue, looked at or not, the reader's own among them",
           {{"feed.memory", "\"queue\""}, {"feed.queue", "15"}}},
          {"reshares",
           "as often as it is drawn",
           modelled,
           "each reshare is one more emission and counts; in /cascades an account has one node a cascade, by its first",
           {{"behaviour.again", "\"always\""}}},
          {"mu", "0.5: who acts posts with mu and else reshares", modelled,
           "the scenario sets population.posts and population.sessions, mu and 1 - mu in a feed.simsom.step, and both "
           "spreads to 0; posts and sessions come independently, so that which of the two comes next is drawn with mu"},
          {"nothing else is done",
           "agents post and reshare",
           modelled,
           "likes, replies and clicks, which have defaults, are left out",
           {{"behaviour.like", "0"}, {"behaviour.reply", "0"}, {"behaviour.click", "0"}}},
          {"steps", "all act once a step, at the same time", not_representable,
           "users act at times of their own, once a step on average; what they do is seen from the next tick on, which "
           "makes feeds differ a little (docs/validation.md)"},
          {"who finds an empty feed", "posts", not_representable, "does nothing: there is one at the start only"},
          {"how long messages last", "for ever", not_representable,
           "for feed.window, to be set longer than any is passed on"},
          {"bots", "flooding theta, infiltration gamma, phi", not_representable,
           "nobody posts in copies, and no appeal is set"}}};
}

}  // namespace grapevine
