#include "sim/diffusion/chances.hpp"

#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"
#include "sim/diffusion/chance_rules.hpp"

namespace grapevine {

namespace {

/// chance_of(v, u) for each follower u of v, in the order of the rows of followers.
template <class ChanceOf>
Chances for_each_follow(const Audience& audience, ChanceOf&& chance_of) {
  UnwrittenArray<Chance> chances(audience.follow_count());
  const RowsView rows = audience.rows();
  parallel_for(audience.user_count(), [&](std::size_t v) {
    for (std::uint64_t i = rows.begin[v]; i < rows.begin[v + 1]; ++i)
      chances[i] = chance_of(UserId{static_cast<std::uint32_t>(v)}, rows.users[i]);
  });
  return Chances::by_follow(std::move(chances));
}

Chances topic_match(const Audience& audience, const TopicMatch& match) {
  UnwrittenArray<Chance> of_reader(audience.user_count());
  parallel_for(of_reader.size(),
               [&](std::size_t u) { of_reader[u] = match.of(UserId{static_cast<std::uint32_t>(u)}); });
  return for_each_follow(audience, [&](UserId, UserId reader) { return of_reader[reader.index()]; });
}

/// From the order of the rows of followees to that of the rows of followers: authors' places are met in the order of
/// their followers.
Chances turned(const Audience& audience, std::span<const Chance> of_follows) {
  GRAPEVINE_EXPECTS(of_follows.size() == audience.follow_count());
  const FollowGraph& graph = audience.graph();
  UnwrittenArray<Chance> chances(audience.follow_count());
  const std::span<const std::uint64_t> begin = audience.rows().begin;
  Array<std::uint64_t> next(begin.begin(), begin.end() - (begin.size() > 1 ? 1 : 0));
  for (std::uint32_t u = 0; u < graph.user_count(); ++u) {
    std::uint64_t follow = graph.row_begin(UserId{u});
    for (const UserId author : graph.followees(UserId{u})) chances[next[author.index()]++] = of_follows[follow++];
  }
  return Chances::by_follow(std::move(chances));
}

}  // namespace

Chances Chances::uniform(double probability) {
  Chances chances;
  chances.probability_ = probability;
  return chances;
}

Chances Chances::by_follow(UnwrittenArray<Chance> by_follow) {
  Chances chances;
  chances.by_follow_ = std::move(by_follow);
  return chances;
}

Chances make_chances(const Audience& audience, const DiffusionParameters& parameters,
                     std::span<const Chance> of_follows, const Interests& interests, double interest_skew,
                     std::uint32_t topic, const StreamKey& dynamics) {
  switch (parameters.probability) {
    case Probability::weighted_cascade:
      return for_each_follow(audience,
                             [&](UserId, UserId reader) { return weighted_cascade_chance(audience.graph(), reader); });
    case Probability::trivalency:
      return for_each_follow(
          audience, [rule = Trivalency(dynamics)](UserId author, UserId reader) { return rule.of(author, reader); });
    case Probability::topic_match:
      return topic_match(audience, TopicMatch(parameters.chance, interests, interest_skew, topic));
    case Probability::follow:
      return turned(audience, of_follows);
    case Probability::uniform:
      break;
  }
  return Chances::uniform(uniform_chance(audience.graph(), parameters));
}

double mean_adoptions(const Audience& audience, const Chances& chances) {
  if (audience.user_count() == 0) return 0.0;
  if (chances.is_uniform())
    return chances.probability() * static_cast<double>(audience.follow_count()) /
           static_cast<double>(audience.user_count());
  const std::uint64_t thresholds =
      parallel_sum(chances.all().size(), [&](std::size_t i) { return chances.all()[i].threshold(); });
  return static_cast<double>(thresholds) * 0x1p-32 / static_cast<double>(audience.user_count());
}

}  // namespace grapevine
