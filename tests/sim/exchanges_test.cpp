#include <algorithm>
#include <vector>

#include "sim/run/world.hpp"
#include "tests/catch.hpp"
#include "tests/counting_exchange.hpp"
#include "tests/sim/small_worlds.hpp"

// How often the parts of a world wait for each other.
namespace grapevine {
namespace {

using namespace testing;

/// Exchanges of each tick, in every part, of a world in which `run` goes on to the end.
std::vector<std::vector<int>> exchanges_by_tick(const RunParameters& run, int parts, std::size_t mechanisms) {
  const FollowGraph graph = lively_graph(13'000);  // four blocks of readers
  const Users accounts = manifold_accounts(graph.user_count());
  std::vector<std::vector<int>> by_part(static_cast<std::size_t>(parts));
  run_parts(parts, [&](Exchange& real) {
    CountingExchange exchange(real);
    World world(graph, accounts, manifold_parameters(), run, ReplicateStreams{}, exchange);
    if (world.mechanisms.size() != mechanisms) return;  // and nothing is counted
    for (Tick now = 0; now < world.parameters.time.end(); ++now) {
      const int before = exchange.count();
      world.step();
      by_part[static_cast<std::size_t>(real.part())].push_back(exchange.count() - before);
    }
  });
  return by_part;
}

/// Stranger, discovery, answers, trust and follows.
RunParameters five_mechanisms(std::vector<std::string> pays) {
  RunParameters run = manifold_run(std::move(pays));
  run.behaviour.stranger = -0.5;
  run.trust.effect = 2;
  run.trust.answered = 0.3;
  return run;
}

TEST_CASE("parts hand round what happened in a tick in one exchange, whatever the mechanisms", "[sim][exchanges]") {
  const int parts = GENERATE(2, 3);
  const std::vector<int> one_each(108, 1);
  for (const auto& counts : exchanges_by_tick(five_mechanisms({}), parts, 5)) CHECK(counts == one_each);
}

TEST_CASE("a mechanism that agrees before the readers come takes an exchange of its own in those ticks",
          "[sim][exchanges]") {
  const int parts = GENERATE(2, 3);
  // Posts are promoted at most 36 ticks long, in a run whose campaigns begin after the warm-up of 36.
  for (const auto& counts : exchanges_by_tick(five_mechanisms(every_campaign), parts, 6)) {
    REQUIRE(counts.size() == 108);
    CHECK(std::all_of(counts.begin(), counts.begin() + 36, [](int count) { return count == 1; }));
    const auto two = std::count(counts.begin(), counts.end(), 2);
    CHECK((two >= 6 && two == 108 - std::count(counts.begin(), counts.end(), 1)));
  }
  // Queues are looked at in the last tick.
  RunParameters queues = lively_run();
  queues.feed.ranking = Ranking::simsom;
  queues.feed.memory = FeedMemory::queue;
  std::vector<int> last_twice(108, 1);
  last_twice.back() = 2;
  for (const auto& counts : exchanges_by_tick(queues, parts, 1)) CHECK(counts == last_twice);
}

}  // namespace
}  // namespace grapevine
