#include "sim/influence/imm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "graph/base/error.hpp"
#include "graph/base/math.hpp"
#include "sim/influence/greedy.hpp"
#include "sim/influence/reverse_reach.hpp"
#include "sim/influence/set_cover.hpp"

namespace grapevine {

namespace {

/// How many sets it takes, in the letters of the paper.
class SampleSizes {
public:
  SampleSizes(std::size_t users, const SeedBounds& bounds, const ImmParameters& parameters)
      : n_(static_cast<double>(users)),
        log_n_(math::log(std::max(n_, 1000.0))),
        log_choices_(bounds.log_choices()),
        share_(bounds.share()),
        epsilon_(parameters.epsilon),
        ell_(parameters.ell * (1 + math::log(2.0) / log_n_)) {}  // half of the failures are those of the search for the bound

  /// epsilon': what a spread is overestimated by at most while the bound is looked for.
  double slack() const { return std::sqrt(2.0) * epsilon_; }

  /// Sets that tell whether the largest spread is at least `spread`: theta_i, lambda' / x.
  double to_test(double spread) const {
    const double slack = this->slack(), rounds = math::log(std::max(math::log(n_) / math::log(2.0), 1.0));
    return (2 + 2.0 / 3.0 * slack) * (log_choices_ + ell_ * log_n_ + rounds) * n_ / (slack * slack) / spread;
  }

  /// Sets that keep the guarantee where the largest spread is at least `spread`: theta, lambda* / LB.
  double to_choose(double spread) const {
    double more = 0;  // Chen's gamma: users^-(ell + more) x how many numbers of sets there can be <= users^-ell
    for (int round = 0; round < 32; ++round) more = math::log(lambda(ell_ + more) + math::log(n_ + 1) / math::log(2.0) + 1) / log_n_;
    return lambda(ell_ + more) / spread;
  }

private:
  double lambda(double ell) const {
    const double alpha = std::sqrt(ell * log_n_ + math::log(2.0)), beta = std::sqrt(share_ * (log_choices_ + ell * log_n_ + math::log(2.0)));
    return 2 * n_ * (share_ * alpha + beta) * (share_ * alpha + beta) / (epsilon_ * epsilon_);
  }

  double n_, log_n_, log_choices_, share_, epsilon_, ell_;
};

/// Sets, and the best choice on them.
class Search {
public:
  Search(const SpreadModel& model, const SeedQuestion& question, const SeedBounds& bounds, const ImmParameters& parameters, std::uint64_t key)
      : question_(question), bounds_(bounds), parameters_(parameters), sets_(model, key, question.candidates), cover_(sets_) {}

  /// Chooses on `count` sets or more, if there are more already.
  void choose_on(double count) {
    if (static_cast<double>(sets_.count()) >= count && sets_.count() > 0 && !choice_.seeds.empty()) return;
    grow(count);
    cover_.refresh();
    choice_ = best_greedy_choice(question_, bounds_, sets_.user_count(), cover_);
  }

  double users_a_set() const { return static_cast<double>(sets_.user_count()) / static_cast<double>(sets_.count()); }
  double spread() const { return static_cast<double>(choice_.total()) * users_a_set(); }
  const GreedyChoice& choice() const { return choice_; }
  std::uint64_t sets() const { return sets_.count(); }

private:
  /// By doubling, so that what the rest will take is known before it is made.
  void grow(double count) {
    while (static_cast<double>(sets_.count()) < count) {
      const double members = sets_.count() == 0 ? 1.0 : static_cast<double>(sets_.member_count()) / static_cast<double>(sets_.count());
      const double bytes = 4 * count * (1 + members);
      if (bytes > static_cast<double>(parameters_.most_bytes) || count > 4e9)
        throw BadRequest(fmt::format("influence maximisation: {} seeds of {} candidates with epsilon {} take {:.0f} reverse reachable sets, {:.1f} GiB; expected at most {:.1f} "
                                     "GiB; raise epsilon, or allow fewer seeds or candidates",
                                     bounds_.seeds, bounds_.candidates, parameters_.epsilon, count, bytes / 0x1p30, static_cast<double>(parameters_.most_bytes) / 0x1p30));
      sets_.grow(static_cast<std::uint64_t>(std::min(count, 2.0 * static_cast<double>(std::max(sets_.count(), 32 * ReverseReachSets::block)))));
    }
  }

  const SeedQuestion& question_;
  const SeedBounds& bounds_;
  const ImmParameters& parameters_;
  ReverseReachSets sets_;
  SetCover cover_;
  GreedyChoice choice_;
};

}  // namespace

SeedAnswer choose_by_imm(const SpreadModel& model, const SeedQuestion& question, const ImmParameters& parameters, std::uint64_t key) {
  const std::size_t users = model.graph.user_count();
  const SeedBounds bounds = bounds_of(question, users);
  GRAPEVINE_EXPECTS(parameters.epsilon > 0 && parameters.ell > 0);
  SeedAnswer answer;
  answer.guarantee = fmt::format("at least {} - {} of the largest spread, with probability 1 - {}^-{} (IMM: Tang, Shi, Xiao 2015)", share_in_words(bounds), parameters.epsilon,
                                 std::max<std::size_t>(users, 1000), parameters.ell);
  if (bounds.seeds == 0) return answer;

  const SampleSizes sizes(users, bounds, parameters);
  Search search(model, question, bounds, parameters, key);
  double at_least = static_cast<double>(bounds.seeds);  // the seeds themselves
  for (double spread = static_cast<double>(users) / 2; spread >= at_least; spread /= 2) {
    search.choose_on(sizes.to_test(spread));
    if (search.spread() < (1 + sizes.slack()) * spread) continue;
    at_least = std::max(at_least, search.spread() / (1 + sizes.slack()));
    break;
  }
  search.choose_on(sizes.to_choose(at_least));

  answer.seeds = search.choice().seeds;
  for (const std::uint64_t gain : search.choice().gains) answer.gains.push_back(static_cast<double>(gain) * search.users_a_set());
  answer.spread = search.spread();
  answer.optimum_at_least = at_least;
  answer.samples = search.sets();
  return answer;
}

}  // namespace grapevine
