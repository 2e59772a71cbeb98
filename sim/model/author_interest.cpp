#include "sim/model/author_interest.hpp"

#include <memory>
#include <vector>

#include "graph/base/parallel.hpp"
#include "sim/model/interests.hpp"
#include "sim/model/population.hpp"

namespace grapevine {

namespace {

struct AuthorInterest {
  Interests interests;
  QuantileTable cells;
  std::vector<std::uint8_t> main_topic;
};

}  // namespace

FollowScore interest_in_author(const Users& accounts, std::size_t users, const PopulationParameters& population,
                               const StreamKey& dynamics) {
  const auto made = std::make_shared<AuthorInterest>(AuthorInterest{
      Interests(accounts, population, dynamics), interest_cells(population), std::vector<std::uint8_t>(users)});
  parallel_for(users, [&](std::size_t u) {
    made->main_topic[u] = static_cast<std::uint8_t>(made->interests.main_topic(UserId{static_cast<std::uint32_t>(u)}));
  });
  return [made = std::shared_ptr<const AuthorInterest>(made)](UserId reader, UserId author) {
    return made->cells[made->interests.bits(reader, made->main_topic[author.index()]) >> 56];
  };
}

}  // namespace grapevine
