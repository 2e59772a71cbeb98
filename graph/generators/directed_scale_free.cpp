#include "graph/generators/directed_scale_free.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"
#include "graph/generators/numbering.hpp"

namespace grapevine {

namespace {

constexpr double most_steps_per_user = 10'000;

enum class Step { new_follower, between, new_followee };

/// The steps of the process, each recomputed when asked for.
class Process {
public:
  Process(const DirectedScaleFreeParameters& p, const StreamKey& key) : p_(p), key_(key.key(Draw::graph_growth)) {
    // A word of 64 steps a time until every user has come.
    std::uint64_t users = 1;
    for (std::size_t words = 0; users < p.users;) {
      const std::size_t more =
          64 + static_cast<std::size_t>(static_cast<double>(p.users - users) / (p.alpha + p.gamma) / 64.0);
      arrivals_.resize(words + more);
      parallel_for(
          more,
          [&](std::size_t i) {
            std::uint64_t word = 0;
            for (std::uint64_t bit = 0; bit < 64; ++bit)
              word |= std::uint64_t{kind((words + i) * 64 + bit) != Step::between} << bit;
            arrivals_[words + i] = word;
          },
          256);
      for (std::size_t i = words; i < words + more; ++i) {
        before_.push_back(static_cast<std::uint32_t>(std::min<std::uint64_t>(users, p.users)));
        users += static_cast<std::uint64_t>(std::popcount(arrivals_[i]));
      }
      words += more;
    }
    while (!before_.empty() && before_.back() >= p.users) before_.pop_back();
    if (before_.empty()) return;
    std::uint64_t last = arrivals_[before_.size() - 1];
    for (std::uint64_t left = p.users - before_.back(); left > 1; --left) last &= last - 1;
    steps_ = (before_.size() - 1) * 64 + static_cast<std::uint64_t>(std::countr_zero(last)) + 1;
  }

  std::uint64_t steps() const { return steps_; }
  std::uint32_t follower(std::uint64_t step) const { return end<Step::new_follower>(step, 1, p_.delta_out); }
  std::uint32_t followee(std::uint64_t step) const { return end<Step::new_followee>(step, 2, p_.delta_in); }

private:
  Step kind(std::uint64_t step) const {
    const double lot = uniform(nested_mix(key_, 0, step));
    return lot < p_.alpha ? Step::new_follower : lot < p_.alpha + p_.gamma ? Step::new_followee : Step::between;
  }

  /// Users that are there before a step.
  std::uint32_t users_before(std::uint64_t step) const {
    return before_[step / 64] +
           static_cast<std::uint32_t>(std::popcount(arrivals_[step / 64] & ((std::uint64_t{1} << (step % 64)) - 1)));
  }

  /// The user at one end of a step's follow: the new one, or one that is there, drawn by its ends so far plus delta.
  template <Step arrival>
  std::uint32_t end(std::uint64_t step, std::uint64_t side, double delta) const {
    __extension__ using Wide = unsigned __int128;
    for (;;) {
      const std::uint32_t users = users_before(step);
      if (kind(step) == arrival) return users;
      const std::uint64_t bits = nested_mix(key_, side, step);
      const double by_delta = delta * users, all = by_delta + static_cast<double>(step);
      const std::uint64_t again = mix(bits + golden);
      if (step == 0 || uniform(bits) * all < by_delta)
        return static_cast<std::uint32_t>(static_cast<Wide>(again) * users >> 64);
      step = static_cast<std::uint64_t>(static_cast<Wide>(again) * step >> 64);
    }
  }

  const DirectedScaleFreeParameters& p_;
  std::uint64_t key_;
  std::vector<std::uint64_t> arrivals_;  // one bit a step: whether a user comes
  std::vector<std::uint32_t> before_;    // users before each word's first step
  std::uint64_t steps_ = 0;
};

}  // namespace

std::vector<std::string> directed_scale_free_mistakes(const DirectedScaleFreeParameters& p) {
  std::vector<std::string> mistakes;
  for (const auto& [name, value] : {std::pair("alpha", p.alpha), {"gamma", p.gamma}})
    if (!(value >= 0.0 && value <= 1.0))
      mistakes.push_back(fmt::format("graph.{} is {}; expected a share of the steps, 0 to 1", name, value));
  for (const auto& [name, value] : {std::pair("delta_in", p.delta_in), {"delta_out", p.delta_out}})
    if (!(value >= 0.0 && value <= 1e9))
      mistakes.push_back(fmt::format("graph.{} is {}; expected 0 or more", name, value));
  if (!mistakes.empty()) return mistakes;
  if (p.alpha + p.gamma > 1.0)
    mistakes.push_back(fmt::format("graph.alpha and graph.gamma are {} and {}; expected at most 1 together; lower one",
                                   p.alpha, p.gamma));
  if (p.users > 1 && p.alpha + p.gamma < 1.0 / most_steps_per_user)
    mistakes.push_back(fmt::format(
        "graph.alpha and graph.gamma are {} and {}, so a user comes once in {:.0f} steps; expected {} together or more",
        p.alpha, p.gamma, 1.0 / (p.alpha + p.gamma), 1.0 / most_steps_per_user));
  return mistakes;
}

FollowGraph directed_scale_free(const DirectedScaleFreeParameters& p, const StreamKey& key) {
  GRAPEVINE_EXPECTS(p.users < UINT32_MAX);
  if (std::vector<std::string> mistakes = directed_scale_free_mistakes(p); !mistakes.empty())
    throw BadRequest(std::move(mistakes));
  const Process process(p, key);
  std::vector<Follow> follows(process.steps());
  parallel_for(
      follows.size(),
      [&](std::size_t step) {
        follows[step] = {UserId(process.follower(step)), UserId(process.followee(step))};
      },
      1024);
  return number_by_followers(group_by_follower(p.users, follows)).graph;
}

}  // namespace grapevine
