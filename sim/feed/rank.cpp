#include "sim/feed/rank.hpp"

#include <algorithm>

#include "graph/base/clones.hpp"
#include "graph/base/error.hpp"
#include "graph/base/random.hpp"

namespace grapevine {

// about_NAME of each ranking, in its own file.
#define GRAPEVINE_ABOUT(name) RankingFacts about_##name();
GRAPEVINE_RANKINGS(GRAPEVINE_ABOUT)
#undef GRAPEVINE_ABOUT

namespace {

GRAPEVINE_CLONED void write_ties(std::uint64_t key, const PostHot* hot, std::size_t count, std::uint64_t reader,
                                 std::uint32_t* ties) {
  for (std::size_t i = 0; i < count; ++i)
    ties[i] = static_cast<std::uint32_t>(nested_mix(key, hot[i].salt(), reader) >> 32);
}

std::vector<RankingFacts>& known_rankings() {
  static std::vector<RankingFacts> all{
#define GRAPEVINE_ABOUT(name) about_##name(),
      GRAPEVINE_RANKINGS(GRAPEVINE_ABOUT)
#undef GRAPEVINE_ABOUT
  };
  return all;
}

}  // namespace

const std::vector<RankingFacts>& rankings() { return known_rankings(); }

const RankingFacts& facts_of(Ranking ranking) { return known_rankings().at(static_cast<std::size_t>(ranking)); }

Ranking form_of(Ranking ranking) { return facts_of(ranking).form.value_or(ranking); }

Ranking add_ranking(RankingFacts facts) {
  GRAPEVINE_EXPECTS(known_rankings().size() < 256 && facts.make != nullptr);
  GRAPEVINE_EXPECTS(std::ranges::find(known_rankings(), facts.name, &RankingFacts::name) == known_rankings().end());
  known_rankings().push_back(std::move(facts));
  return static_cast<Ranking>(known_rankings().size() - 1);
}

std::vector<Named<Ranking>> names_of(Ranking) {
  std::vector<Named<Ranking>> names;
  for (std::size_t i = 0; i < known_rankings().size(); ++i)
    names.push_back({static_cast<Ranking>(i), known_rankings()[i].name});
  return names;
}

std::vector<Named<Preset>> names_of(Preset) {
  std::vector<Named<Preset>> names{{Preset::none, "none"}};
  for (std::size_t i = 0; i < known_rankings().size(); ++i)
    if (known_rankings()[i].form) names.push_back({static_cast<Preset>(i + 1), known_rankings()[i].name});
  return names;
}

const RankingFacts* settings_of(Ranking ranking, Preset preset) {
  if (!facts_of(ranking).rules.empty()) return &facts_of(ranking);
  const bool takes = ranking == Ranking::weighted || ranking == Ranking::oracle || ranking == Ranking::no_learning;
  return preset == Preset::none || !takes ? nullptr
                                          : &facts_of(static_cast<Ranking>(static_cast<std::size_t>(preset) - 1));
}

void draw_ties(std::uint64_t feed_order, Session& session) {
  session.ties.resize(session.hot.size());
  write_ties(feed_order, session.hot.data(), session.hot.size(), session.reader.value(), session.ties.data());
}

std::unique_ptr<const Ranker> Ranker::make(Ranking ranking, const RankingGiven& given, RankingKeys keys) {
  return facts_of(ranking).make(given, keys);
}

}  // namespace grapevine
