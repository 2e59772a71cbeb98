#include "sim/feed/formula.hpp"

#include <fmt/format.h>

#include <bit>
#include <cfloat>
#include <cmath>
#include <limits>

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

  /// The same of a post by itself, if all features are of posts (`Feature::of_post`): column k is columns[k].
  void fill(const PostCounters& counters, const Expectation& expected, std::vector<double>& columns) const {
    columns.resize(size());
    for (std::size_t k = 0; k < size(); ++k) {
      const std::uint8_t which = feature(k).which;
      if (feature(k).of == Feature::Of::prediction)
        columns[k] = predicted(which, counters, expected);
      else if (feature(k).of == Feature::Of::count)
        columns[k] = counters.actions[which];
      else
        columns[k] = static_cast<Single>(which) == Single::impressions ? counters.impressions : counters.reach;
    }
  }

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
      for (const auto& [k, a] : predicted_) columns[k * candidates.size() + i] = predicted(a, counters, expected);
    }
  }
  double predicted(std::size_t a, const PostCounters& counters, const Expectation& expected) const {
    return predicted_rate(counters.actions[a], counters.impressions, expected.rates[a], prior_.strength[a]);
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

/// Highest value of `feed.formula` first, which the user wrote. Zero has one sign, or it would have two places.
class ByFormula : public ScoreFactors {
public:
  explicit ByFormula(const RankingGiven& given)
      : ScoreFactors(given),
        text_(given.run.feed.formula),
        formula_(formula_of(given.run.feed)),
        columns_(given, formula_.named()) {}

protected:
  static bool is_score(double value) { return std::abs(value) <= double{FLT_MAX}; }  // and no NaN
  static float score_of(double value) { return static_cast<float>(value) + 0.0F; }

  const Formula& formula() const { return formula_; }
  const FeatureColumns& columns() const { return columns_; }

  /// Throws Error for the first candidate to which the formula gives no score.
  void compute(const SessionFacts& facts, Session& session) const {
    const std::size_t n = session.candidates.size();
    columns_.fill(facts, session.columns);
    session.scores.resize(n);
    formula_.compute(session.columns, n, session.scores, session.registers);
    for (std::size_t i = 0; i < n; ++i)
      if (!is_score(session.scores[i])) refuse(facts, i);
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

/// One that asks of the post what its counters say, and nothing else: it is computed when they change.
class ByFormulaOfPosts : public ByFormula {
public:
  explicit ByFormulaOfPosts(const RankingGiven& given) : ByFormula(given), mean_{given.prior.mean} {}

  bool learns() const { return true; }
  std::uint32_t value(const PostCounters& counters) const { return value(counters, mean_); }
  std::uint32_t value(const PostCounters& counters, const Expectation& expected) const {
    thread_local std::vector<double> features, registers;
    columns().fill(counters, expected, features);
    double result = 0.0;
    formula().compute(features, 1, {&result, 1}, registers);
    return std::bit_cast<std::uint32_t>(is_score(result) ? score_of(result) : std::numeric_limits<float>::quiet_NaN());
  }
  void score_all(const SessionFacts& facts, Session& session) const {
    for (const Candidate& candidate : session.candidates)
      if (std::isnan(std::bit_cast<float>(facts.before.posts.hot(candidate.root).value)))
        return compute(facts, session);  // which says what is wrong
  }
  std::uint64_t key(const CandidateFacts& candidate) const {
    return ScoreFactors::key(std::bit_cast<float>(candidate.value()), candidate);
  }

private:
  const Expectation mean_;
};

/// One that asks anything of the candidate. `Past`: what the reader did before, too.
template <bool Past>
class ByFormulaOfCandidates : public ByFormula {
public:
  static constexpr bool needs_history = Past;
  using ByFormula::ByFormula;

  void score_all(const SessionFacts& facts, Session& session) const { compute(facts, session); }
  std::uint64_t key(const CandidateFacts& candidate) const {
    return ScoreFactors::key(score_of(candidate.score()), candidate);
  }
};

std::unique_ptr<const Ranker> make_by_formula(const RankingGiven& given, RankingKeys keys) {
  const Formula formula = formula_of(given.run.feed);
  const auto of = [](auto&& is) { return [is](std::uint16_t number) { return is(features()[number]); }; };
  if (std::ranges::all_of(formula.named(), of([](const Feature& feature) { return feature.of_post(); })))
    return RankerOf<ByFormulaOfPosts>::make(given, keys);
  if (std::ranges::any_of(formula.named(), of([](const Feature& feature) { return feature.looks_back(); })))
    return RankerOf<ByFormulaOfCandidates<true>>::make(given, keys);
  return RankerOf<ByFormulaOfCandidates<false>>::make(given, keys);
}

}  // namespace

RankingFacts about_formula() {
  return {.name = "formula", .first = "the highest value of `feed.formula`", .make = make_by_formula};
}

}  // namespace grapevine
