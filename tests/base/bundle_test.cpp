#include "graph/base/bundle.hpp"

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "graph/base/random.hpp"
#include "tests/catch.hpp"
#include "tests/counting_exchange.hpp"

using namespace grapevine;

namespace {

struct Pair {
  std::uint64_t wide = 0;
  std::uint8_t narrow = 0;
  bool operator==(const Pair&) const = default;
};

/// Lists of three types, odd numbers of bytes among them, and one that is always empty.
struct Lists {
  std::vector<char> letters;
  std::vector<Pair> pairs;
  std::vector<int> nothing;
  std::vector<std::vector<std::uint32_t>> numbers{2};
  bool operator==(const Lists&) const = default;

  void hand_round(Exchange& exchange) {
    Bundle bundle(exchange);
    bundle.add(letters);
    bundle.add(pairs);
    bundle.add(nothing);
    for (std::vector<std::uint32_t>& list : numbers) bundle.add(list);
    bundle.hand_round();
  }
};

/// What part `part` has in round `round`: up to six entries a list. Part 1 has nothing in every other round.
void add_lists_of(int part, int round, Lists& lists) {
  if (part == 1 && round % 2 == 0) return;
  const auto value = [&](std::uint64_t list, std::uint64_t i) {
    return nested_mix(static_cast<std::uint64_t>(100 * round + part), list, i);
  };
  for (std::uint64_t i = 0; i < value(0, 100) % 7; ++i) lists.letters.push_back(static_cast<char>(value(0, i)));
  for (std::uint64_t i = 0; i < value(1, 100) % 7; ++i)
    lists.pairs.push_back({value(1, i), static_cast<std::uint8_t>(value(2, i))});
  for (std::uint64_t list = 0; list < 2; ++list)
    for (std::uint64_t i = 0; i < value(3 + list, 100) % 7; ++i)
      lists.numbers[list].push_back(static_cast<std::uint32_t>(value(3 + list, i)));
}

}  // namespace

TEST_CASE("each list of a bundle comes to have what all parts had in it, in the order of parts", "[base][exchange]") {
  const int parts = GENERATE(1, 2, 3);
  std::atomic<int> wrong = 0, exchanges = 0;
  run_parts(parts, [&](Exchange& real) {
    testing::CountingExchange exchange(real);
    for (int round = 0; round < 100; ++round) {
      Lists mine, all;
      add_lists_of(exchange.part(), round, mine);
      for (int part = 0; part < parts; ++part) add_lists_of(part, round, all);
      mine.hand_round(exchange);
      wrong += mine == all ? 0 : 1;
    }
    exchanges += exchange.count();
  });
  CHECK(wrong == 0);
  CHECK(exchanges == (parts == 1 ? 0 : 100 * parts));  // one for all lists together
}

TEST_CASE("lists that are empty in all parts, and no lists at all, are handed round", "[base][exchange]") {
  std::atomic<int> empty = 0;
  run_parts(3, [&](Exchange& exchange) {
    Lists lists;
    lists.hand_round(exchange);
    Bundle(exchange).hand_round();
    empty += lists == Lists{} ? 1 : 0;
  });
  CHECK(empty == 3);
}

TEST_CASE("alone, the lists of a bundle stay where they are", "[base][exchange]") {
  Alone alone;
  std::vector<int> list{3, 1, 2};
  const int* const where = list.data();
  Bundle bundle(alone);
  bundle.add(list);
  bundle.hand_round();
  CHECK(list == std::vector<int>{3, 1, 2});
  CHECK(list.data() == where);
}
