#include "sim/influence/imm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

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
        ell_(parameters.ell + math::log(parameters.stop_when_proven ? 3.0 : 2.0) / log_n_) {
  }  // half of the failures are those of the search for the bound, or a third; a third those of proofs

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
    for (int round = 0; round < 32; ++round)
      more = math::log(lambda(ell_ + more) + math::log(n_ + 1) / math::log(2.0) + 1) / log_n_;
    return lambda(ell_ + more) / spread;
  }

  /// Of a bound that takes part in a proof: -log of the probability that it fails. A proof needs two, and is tried at
  /// each number of sets.
  double doubt() const {
    const double doublings = std::max(0.0, math::log(n_ * to_choose(1) / to_test(1)) / math::log(2.0));
    return ell_ * log_n_ + math::log(2 * (first_tries() + std::ceil(doublings) + 1));
  }

  /// How often sets are doubled before there are enough to test for a spread of users / 2.
  int first_tries() const {
    return std::max(0, static_cast<int>(std::ceil(math::log(to_test(n_ / 2) / first_try) / math::log(2.0))));
  }

private:
  static constexpr double first_try = 256;  // sets, at most

  double lambda(double ell) const {
    const double alpha = std::sqrt(ell * log_n_ + math::log(2.0)),
                 beta = std::sqrt(share_ * (log_choices_ + ell * log_n_ + math::log(2.0)));
    return 2 * n_ * (share_ * alpha + beta) * (share_ * alpha + beta) / (epsilon_ * epsilon_);
  }

  double n_, log_n_, log_choices_, share_, epsilon_, ell_;
};

/// Sets, and the best choice on them.
class Search {
public:
  Search(const SpreadModel& model, const SeedQuestion& question, const SeedBounds& bounds,
         const ImmParameters& parameters, std::uint64_t key, const StillWanted& still_wanted)
      : question_(question),
        bounds_(bounds),
        parameters_(parameters),
        still_wanted_(still_wanted),
        sets_(model, key, question.candidates),
        others_(model, mix(~key), question.candidates),
        cover_(sets_) {}

  /// Chooses on `count` sets or more, if there are more already.
  void choose_on(double count) {
    if (static_cast<double>(sets_.count()) >= count && sets_.count() > 0 && !choice_.seeds.empty()) return;
    grow(sets_, count);
    cover_.refresh();
    choice_ = best_greedy_choice(question_, bounds_, sets_.user_count(), cover_, still_wanted_);
  }

  /// Whether other sets show that the seeds chosen keep the guarantee, but for e^-doubt, twice.
  bool proves(double doubt) {
    grow(others_, static_cast<double>(sets_.count()));
    gains_ = others_.gains(choice_.seeds);
    const auto met = static_cast<double>(std::accumulate(gains_.begin(), gains_.end(), std::uint64_t{0}));
    const double most = std::min(static_cast<double>(choice_.total()) / bounds_.share(),
                                 static_cast<double>(cover_.most_met_by(bounds_.seeds)));
    const auto square = [](double x) { return x * x; };
    const double low = std::max(0.0, std::sqrt(met + doubt * 2 / 9) - std::sqrt(doubt / 2));
    surely_met_ = std::max(0.0, square(low) - doubt / 18);
    return surely_met_ >=
           (bounds_.share() - parameters_.epsilon) * square(std::sqrt(most + doubt / 2) + std::sqrt(doubt / 2));
  }
  /// What the last proof says of the spread.
  double surely() const { return surely_met_ * users_a_set(); }
  /// By the sets that the seeds were not chosen on.
  const std::vector<std::uint64_t>& gains_elsewhere() const { return gains_; }

  double users_a_set() const { return static_cast<double>(sets_.user_count()) / static_cast<double>(sets_.count()); }
  double spread() const { return static_cast<double>(choice_.total()) * users_a_set(); }
  const GreedyChoice& choice() const { return choice_; }
  std::uint64_t sets() const { return sets_.count(); }

private:
  /// By doubling, so that what the rest will take is known before it is made, and in steps of a second or so.
  void grow(ReverseReachSets& grown, double count) const {
    constexpr std::uint64_t first = 64;
    constexpr double step = 1 << 24;  // users reached
    while (static_cast<double>(grown.count()) < count) {
      expect_room(count);
      const auto sets = static_cast<double>(grown.count());
      const double more =
          sets == 0 ? first
                    : std::min(sets, std::max(1.0, step / (1 + static_cast<double>(grown.reached_count()) / sets)));
      grown.grow(static_cast<std::uint64_t>(std::ceil(std::min(count, sets + more))));
      if (still_wanted_) still_wanted_();
    }
  }

  /// Whether `count` sets will fit, unless it may be chance that those there are, three standard errors larger than
  /// all, say they do not.
  void expect_room(double count) const {
    const double sets = std::max<double>(1, static_cast<double>(sets_.count())),
                 mean = static_cast<double>(sets_.member_count()) / sets;
    const double error = std::sqrt(std::max(0.0, sets_.square_sum() / sets - mean * mean) / sets),
                 most = static_cast<double>(parameters_.most_bytes);
    const auto bytes = [&](double members) {
      return (parameters_.stop_when_proven ? 2 : 1) * count * (8 + 4 * members);
    };
    if (count <= 4e9 && bytes(std::max(0.0, mean - 3 * error)) <= most) return;
    throw BadRequest(fmt::format(
        "influence maximisation: {} seeds of {} candidates with epsilon {} take {:.0f} reverse reachable sets of "
        "{:.0f} "
        "candidates each, {:.1f} GiB; "
        "expected at most {:.1f} GiB; make adoption less likely, raise epsilon, or allow fewer candidates or seeds",
        bounds_.seeds, bounds_.candidates, parameters_.epsilon, count, mean, bytes(mean) / 0x1p30, most / 0x1p30));
  }

  const SeedQuestion& question_;
  const SeedBounds& bounds_;
  const ImmParameters& parameters_;
  const StillWanted& still_wanted_;
  ReverseReachSets sets_, others_;
  SetCover cover_;
  GreedyChoice choice_;
  std::vector<std::uint64_t> gains_;
  double surely_met_ = 0;
};

/// A guarantee of nothing is none.
void expect_guarantee(const SeedBounds& bounds, double epsilon) {
  if (epsilon < bounds.share()) return;
  throw BadRequest(
      fmt::format("influence maximisation: epsilon is {}; expected less than {}, the share of the largest spread that "
                  "greedy choices are sure of; {}",
                  epsilon, share_in_words(bounds),
                  !bounds.budget_binds ? "lower epsilon"
                  : bounds.count_binds ? "lower epsilon, or drop one of the two"
                                       : "lower epsilon, or bound the count instead"));
}

}  // namespace

SeedAnswer choose_by_imm(const SpreadModel& model, const SeedQuestion& question, const ImmParameters& parameters,
                         std::uint64_t key, const StillWanted& still_wanted) {
  const std::size_t users = model.graph.user_count();
  const SeedBounds bounds = bounds_of(question, users);
  GRAPEVINE_EXPECTS(parameters.epsilon > 0 && parameters.ell > 0);
  SeedAnswer answer;
  answer.guarantee =
      fmt::format("at least {} - {} of the largest spread, with probability 1 - {}^-{} (IMM: Tang, Shi, Xiao 2015{})",
                  share_in_words(bounds), parameters.epsilon, std::max<std::size_t>(users, 1000), parameters.ell,
                  parameters.stop_when_proven ? "; OPIM-C: Tang, Tang, Xiao, Yuan 2018" : "");
  if (bounds.seeds == 0) return answer;
  expect_guarantee(bounds, parameters.epsilon);

  const SampleSizes sizes(users, bounds, parameters);
  Search search(model, question, bounds, parameters, key, still_wanted);
  double at_least = static_cast<double>(bounds.seeds);  // the seeds themselves
  const auto proven_on = [&](double sets) {
    search.choose_on(sets);
    return parameters.stop_when_proven && search.proves(sizes.doubt());
  };
  bool proven = false;
  if (parameters.stop_when_proven)  // where posts go viral a few hundred sets may do
    for (int left = sizes.first_tries(); left > 0 && !proven; --left)
      proven = proven_on(std::ldexp(sizes.to_test(static_cast<double>(users) / 2), -left));
  double spread = static_cast<double>(users) / 2;
  for (; spread >= at_least && !proven; spread /= 2) {
    proven = proven_on(sizes.to_test(spread));
    if (search.spread() < (1 + sizes.slack()) * spread) continue;
    at_least = std::max(at_least, search.spread() / (1 + sizes.slack()));
    break;
  }
  if (parameters.stop_when_proven)
    for (; !proven && sizes.to_test(spread) < sizes.to_choose(at_least); spread /= 2)
      proven = proven_on(sizes.to_test(spread));
  if (proven)
    at_least = std::max(at_least, search.surely());
  else
    search.choose_on(sizes.to_choose(at_least));

  answer.seeds = search.choice().seeds;
  for (const std::uint64_t gain : proven ? search.gains_elsewhere() : search.choice().gains) {
    answer.gains.push_back(static_cast<double>(gain) * search.users_a_set());
    answer.spread += answer.gains.back();
  }
  answer.optimum_at_least = at_least;
  answer.samples = search.sets();
  return answer;
}

}  // namespace grapevine
