#include "sim/feed/author_pasts.hpp"

#include <bit>
#include <cmath>

#include "graph/base/math.hpp"

namespace grapevine {

AuthorPasts::AuthorPasts(std::size_t users, const ActionPrior& prior, const FeedParameters& feed)
    : prior_(prior),
      answered_strength_(feed.answered_strength),
      half_life_(feed.author_half_life),
      pasts_(prior.looks_at_authors() ? users : 0),
      replies_(feed.looks_at_answers() ? users : 0) {
  if (half_life_ == 0.0) return;
  for (std::size_t ticks = 0; ticks < 8192; ++ticks)
    decay_.push_back(math::pow(0.5, static_cast<double>(ticks) / half_life_));
}

void AuthorPasts::arrays(ArrayTable& table) {
  if (keeps_rates()) {
    table("authors.pasts", "user", pasts_);
    rates_.arrays("authors.expected_range", "authors.expected", table);
  }
  if (keeps_answers()) {
    table("authors.replies", "user", replies_);
    table("authors.all_replies", "world", all_replies_);
    answered_.arrays("authors.answered_range", "authors.answered", table);
  }
}

AuthorPasts::Rates AuthorPasts::bits_of(const PerAction& rates) {
  Rates bits;
  for (std::size_t a = 0; a < action_count; ++a) bits[a] = std::bit_cast<std::uint64_t>(rates[a]);
  return bits;
}

double AuthorPasts::faded(Tick since, Tick now) const {
  if (half_life_ == 0.0 || since == now) return 1.0;
  const Tick ticks = now - since;
  return ticks < decay_.size() ? decay_[ticks] : math::pow(0.5, static_cast<double>(ticks) / half_life_);
}

void AuthorPasts::add(std::uint64_t& sum, double kept, double more) {
  sum = static_cast<std::uint64_t>(std::llround(static_cast<double>(sum) * kept + more / unit));
}

void AuthorPasts::advance(std::uint32_t tail, std::uint32_t head) {
  if (keeps_rates()) rates_.advance(tail, head, bits_of(prior_.mean));
  if (keeps_answers()) answered_.advance(tail, head, unknown);
}

void AuthorPasts::publish(std::uint32_t root, UserId author, Tick now) {
  const Expectation expected = expected_of(author, now);
  if (keeps_rates()) rates_[root] = bits_of(expected.rates);
  if (keeps_answers()) answered_[root] = std::bit_cast<std::uint64_t>(expected.answered);
}

void AuthorPasts::retire(std::uint32_t root, UserId author, const PostCounters& counters, std::uint32_t answers,
                         Tick now) {
  if (counters.impressions == 0) return;
  const double looks = counters.impressions;
  if (keeps_rates()) {
    Past& past = pasts_[author.index()];
    const double kept = faded(past.when, now);
    for (std::size_t a = 0; a < action_count; ++a) {
      // Looks at one root say less of its author than looks at several: their mean strays as if they were so many
      // fewer.
      const double strength = prior_.strength[a];
      const double counts = strength == unlimited ? 1.0 : (strength + 1.0) / (looks + strength);
      add(past.looks[a], kept, looks * counts);
      add(past.taken[a], kept, counters.actions[a] * counts);
    }
    past.when = now;
  }
  if (keeps_answers() && answered_[root] != unknown) {
    Replies& replies = replies_[author.index()];
    const double kept = faded(replies.when, now);
    const std::uint32_t made = counters.actions[Action::reply];
    add(replies.made, kept, made);
    add(replies.answered, kept, answers);
    replies.when = now;
    all_replies_.made += made;
    all_replies_.answered += answers;
  }
}

Expectation AuthorPasts::expected(std::uint32_t root) const {
  Expectation expected{prior_.mean};
  if (keeps_rates())
    for (std::size_t a = 0; a < action_count; ++a) expected.rates[a] = std::bit_cast<double>(rates_[root][a]);
  if (keeps_answers() && answered_[root] != unknown) expected.answered = std::bit_cast<double>(answered_[root]);
  return expected;
}

Expectation AuthorPasts::expected_of(UserId author, Tick now) const {
  Expectation expected{prior_.mean};
  if (keeps_rates()) {
    const Past& past = pasts_[author.index()];
    const double scale = faded(past.when, now) * unit;
    for (std::size_t a = 0; a < action_count; ++a)
      expected.rates[a] =
          predicted_rate(static_cast<double>(past.taken[a]) * scale, static_cast<double>(past.looks[a]) * scale,
                         prior_.mean[a], prior_.author_strength[a]);
  }
  if (keeps_answers()) {
    const Replies& replies = replies_[author.index()];
    const double scale = faded(replies.when, now) * unit;
    const double of_all = all_replies_.made > 0
                              ? static_cast<double>(all_replies_.answered) / static_cast<double>(all_replies_.made)
                              : 0.0;
    expected.answered = predicted_rate(static_cast<double>(replies.answered) * scale,
                                       static_cast<double>(replies.made) * scale, of_all, answered_strength_);
  }
  return expected;
}

}  // namespace grapevine
