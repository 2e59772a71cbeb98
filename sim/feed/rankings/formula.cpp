#include "sim/feed/formula.hpp"

#include <fmt/format.h>

#include <cfloat>
#include <cmath>

#include "graph/base/error.hpp"
#include "sim/feed/author_pasts.hpp"
#include "sim/feed/ranker_of.hpp"
#include "sim/feed/rankings/score.hpp"

namespace grapevine {
namespace {

/// The values of features, a column each.
class FeatureColumns {
public:
  explicit FeatureColumns(const RankingGiven& given, std::span<const std::uint16_t> named)
      : prior_(given.prior), hours_(given.time.tick_seconds / 3600.0), named_(named.begin(), named.end()) {
    for (std::size_t k = 0; k < named_.size(); ++k)
      if (feature(k).of == Feature::Of::prediction) predicted_.push_back({k, feature(k).which});
  }

  const Feature& feature(std::size_t k) const { return features()[named_[k]]; }
  std::size_t size() const { return named_.size(); }

  /// The k-th feature of candidate i goes to columns[k n + i].
  void fill(const SessionFacts& facts, std::vector<double>& columns) const {
    const std::size_t n = facts.session.candidates.size();
    columns.resize(size() * n);
    for (const Candidate& candidate : facts.session.candidates)  // all on their way before the first is needed
      __builtin_prefetch(&facts.before.posts.counters(candidate.root));
    if (!predicted_.empty()) fill_predictions(facts, columns);
    for (std::size_t k = 0; k < size(); ++k)
      if (feature(k).of != Feature::Of::prediction) fill_one(facts, feature(k), std::span(columns).subspan(k * n, n));
  }

private:
  /// Rates per impression as `weighted` predicts them of what is expected of the root.
  void fill_predictions(const SessionFacts& facts, std::vector<double>& columns) const {
    const std::vector<Candidate>& candidates = facts.session.candidates;
    Expectation expected{prior_.mean};
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const PostCounters& counters = facts.before.posts.counters(candidates[i].root);
      if (facts.before.pasts != nullptr) expected = facts.before.pasts->expected(candidates[i].root);
      for (const auto& [k, a] : predicted_)
        columns[k * candidates.size() + i] =
            predicted_rate(counters.actions[a], counters.impressions, expected.rates[a], prior_.strength[a]);
    }
  }

  void fill_one(const SessionFacts& facts, const Feature& feature, std::span<double> column) const {
    const auto each = [&](auto&& value_of) {
      for (std::size_t i = 0; i < column.size(); ++i)
        column[i] = static_cast<double>(value_of(CandidateFacts(facts, facts.session.candidates[i])));
    };
    const std::uint8_t which = feature.which;
    if (feature.of == Feature::Of::count)
      return each([which](const CandidateFacts& candidate) { return candidate.counters().actions[which]; });
    if (feature.of == Feature::Of::past)
      return each([which](const CandidateFacts& candidate) { return candidate.history().actions[which]; });
    switch (static_cast<Single>(which)) {
      case Single::impressions:
        return each([](const CandidateFacts& candidate) { return candidate.counters().impressions; });
      case Single::reach:
        return each([](const CandidateFacts& candidate) { return candidate.counters().reach; });
      case Single::followers: {
        const FollowGraph& graph = facts.given.follows.at_start();
        return each([&graph](const CandidateFacts& candidate) { return graph.follower_count(candidate.author()); });
      }
      case Single::age:
        return each([this](const CandidateFacts& candidate) { return candidate.age() * hours_; });
      case Single::proof:
        return each([](const CandidateFacts& candidate) { return candidate.proof(); });
      case Single::in_network:
        return each([](const CandidateFacts& candidate) { return candidate.in_network(); });
      case Single::follows_author:
        return each([](const CandidateFacts& candidate) { return candidate.follows_author(); });
      case Single::mutual:
        return each([](const CandidateFacts& candidate) { return candidate.mutual(); });
      case Single::verified:
        return each([](const CandidateFacts& candidate) { return candidate.verified(); });
      case Single::creator:
        return each([](const CandidateFacts& candidate) { return candidate.by_creator(); });
      case Single::topic_match:
        return each([](const CandidateFacts& candidate) { return (candidate.topic_match() + 0.5) / 256.0; });
      case Single::looks_at_author:
        return each([](const CandidateFacts& candidate) { return candidate.history().looks; });
    }
  }

  const ActionPrior prior_;
  const double hours_;  ///< of a tick
  const std::vector<std::uint16_t> named_;
  struct Predicted {
    std::size_t column;
    std::uint8_t action;
  };
  std::vector<Predicted> predicted_;  ///< those of them that are predictions
};

Formula formula_of(const FeedParameters& feed) {
  std::variant<Formula, FormulaMistake> read = read_formula(feed.formula);
  GRAPEVINE_EXPECTS(std::holds_alternative<Formula>(read));  // checked when the scenario was read
  return std::get<Formula>(std::move(read));
}

/// Highest value of `feed.formula` first, which the user wrote. `Past`: it asks what the reader did before.
template <bool Past>
class ByFormula : public ScoreFactors {
public:
  static constexpr bool needs_history = Past;
  explicit ByFormula(const RankingGiven& given)
      : ScoreFactors(given),
        text_(given.run.feed.formula),
        formula_(formula_of(given.run.feed)),
        columns_(given, formula_.named()) {}

  void score_all(const SessionFacts& facts, Session& session) const {
    const std::size_t n = session.candidates.size();
    columns_.fill(facts, session.columns);
    session.scores.resize(n);
    formula_.compute(session.columns, n, session.scores, session.registers);
    for (std::size_t i = 0; i < n; ++i)
      if (!(std::abs(session.scores[i]) <= double{FLT_MAX})) refuse(facts, i);
  }
  /// Zero has one sign, or it would have two places.
  std::uint64_t key(const CandidateFacts& candidate) const {
    return ScoreFactors::key(static_cast<float>(candidate.score()) + 0.0F, candidate);
  }

private:
  [[noreturn]] void refuse(const SessionFacts& facts, std::size_t i) const {
    const Session& session = facts.session;
    std::string values;
    for (std::size_t k = 0; k < columns_.size(); ++k)
      values += fmt::format("{}{} = {}", k == 0 ? "" : ", ", columns_.feature(k).name,
                            session.columns[k * session.candidates.size() + i]);
    throw Error(fmt::format(
        "feed.formula gives {} for the post {:016x} ({}); expected a number of at most {:.1e}, whatever the features; "
        "change it where it divides by 0, takes a logarithm of 0, or grows: {}",
        session.scores[i], facts.before.posts.identity(session.candidates[i].root).key, values, double{FLT_MAX},
        text_));
  }

  std::string text_;
  Formula formula_;
  FeatureColumns columns_;
};

/// The one that looks back, if the formula does.
std::unique_ptr<const Ranker> make_by_formula(const RankingGiven& given, RankingKeys keys) {
  const Formula formula = formula_of(given.run.feed);
  const bool past = std::ranges::any_of(formula.named(), [](std::uint16_t f) { return features()[f].looks_back(); });
  return past ? RankerOf<ByFormula<true>>::make(given, keys) : RankerOf<ByFormula<false>>::make(given, keys);
}

}  // namespace

RankingFacts about_formula() {
  return {.name = "formula", .first = "the highest value of `feed.formula`", .make = make_by_formula};
}

}  // namespace grapevine
