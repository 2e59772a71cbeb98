#include "sim/feed/rank.hpp"

#include <array>

namespace grapevine {

std::unique_ptr<const Ranker> Ranker::make(const RankingGiven& given, RankingKeys keys) {
  constexpr std::array makers{
#define GRAPEVINE_MAKER(name, text, first) &make_##name,
      GRAPEVINE_RANKINGS(GRAPEVINE_MAKER)
#undef GRAPEVINE_MAKER
  };
  return makers[static_cast<std::size_t>(given.feed.ranking)](given, keys);
}

}  // namespace grapevine
