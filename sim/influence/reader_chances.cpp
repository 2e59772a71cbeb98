#include "sim/influence/reader_chances.hpp"

#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"
#include "sim/diffusion/chance_rules.hpp"

namespace grapevine {

namespace {

/// chance_of(u) for each reader; those who follow nobody meet nobody.
template <class ChanceOf>
ReaderChances for_each_reader(const FollowGraph& graph, ChanceOf&& chance_of) {
  UnwrittenArray<Chance> chances(graph.user_count());
  parallel_for(graph.user_count(), [&](std::size_t u) {
    const UserId reader(static_cast<std::uint32_t>(u));
    chances[u] = graph.followees(reader).empty() ? Chance() : chance_of(reader);
  });
  return ReaderChances::by_reader(std::move(chances));
}

ReaderChances trivalency(const FollowGraph& graph, const Trivalency& rule) {
  UnwrittenArray<Chance> chances(graph.follow_count());
  parallel_for(graph.user_count(), [&](std::size_t u) {
    const UserId reader(static_cast<std::uint32_t>(u));
    std::uint64_t follow = graph.row_begin(reader);
    for (const UserId author : graph.followees(reader)) chances[follow++] = rule.of(author, reader);
  });
  return ReaderChances::by_follow(std::move(chances));
}

}  // namespace

ReaderChances ReaderChances::uniform(double probability) {
  ReaderChances chances;
  chances.probability_ = probability;
  chances.threshold_ = coin_threshold(probability);
  return chances;
}

ReaderChances ReaderChances::by_reader(UnwrittenArray<Chance> by_reader) {
  ReaderChances chances;
  chances.by_reader_ = std::move(by_reader);
  return chances;
}

ReaderChances ReaderChances::by_follow(UnwrittenArray<Chance> by_follow) {
  ReaderChances chances;
  chances.by_follow_ = std::move(by_follow);
  return chances;
}

ReaderChances make_reader_chances(const FollowGraph& graph, const DiffusionParameters& parameters,
                                  std::span<const Chance> of_follows, const Interests& interests, double interest_skew,
                                  std::uint32_t topic, const StreamKey& dynamics) {
  switch (parameters.probability) {
    case Probability::weighted_cascade:
      return for_each_reader(graph, [&](UserId reader) { return weighted_cascade_chance(graph, reader); });
    case Probability::trivalency:
      return trivalency(graph, Trivalency(dynamics));
    case Probability::topic_match:
      return for_each_reader(graph, [rule = TopicMatch(parameters.chance, interests, interest_skew, topic)](
                                        UserId reader) { return rule.of(reader); });
    case Probability::follow:
      GRAPEVINE_EXPECTS(of_follows.size() == graph.follow_count());
      return ReaderChances::by_follow(UnwrittenArray<Chance>(of_follows.begin(), of_follows.end()));
    case Probability::uniform:
      break;
  }
  return ReaderChances::uniform(uniform_chance(graph, parameters));
}

std::optional<std::size_t> live_followee(const FollowGraph& graph, const ReaderChances& chances, UserId reader,
                                         std::uint64_t bits) {
  if (!chances.differ_within_rows()) {
    const std::uint64_t weight = chances.threshold(reader), total = weight * graph.followees(reader).size(),
                        place = below(bits, whole_weight(total));
    if (place >= total) return {};
    return place / weight;
  }
  const std::span<const Chance> weights = chances.of(graph, reader);
  std::uint64_t total = 0;
  for (const Chance weight : weights) total += weight.threshold();
  std::uint64_t place = below(bits, whole_weight(total));
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (place < weights[i].threshold()) return i;
    place -= weights[i].threshold();
  }
  return {};
}

}  // namespace grapevine
