#include "graph/base/exchange.hpp"

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "graph/base/ids.hpp"
#include "graph/base/random.hpp"
#include "tests/catch.hpp"

using namespace grapevine;

namespace {

/// What each part returned from body(exchange), by part.
template <class Body>
auto from_each_part(int parts, Body&& body) {
  using Value = decltype(body(std::declval<Exchange&>()));
  std::vector<Value> values(static_cast<std::size_t>(parts));
  run_parts(parts, [&](Exchange& exchange) { values[static_cast<std::size_t>(exchange.part())] = body(exchange); });
  return values;
}

/// What part `part` says in round `round`: between none and six numbers that nobody else says.
std::vector<std::uint64_t> words_of(int part, int round) {
  std::vector<std::uint64_t> words(mix(static_cast<std::uint64_t>(100 * round + part)) % 7);
  for (std::size_t i = 0; i < words.size(); ++i)
    words[i] = static_cast<std::uint64_t>(round) << 32 | static_cast<std::uint64_t>(part) << 16 | i;
  return words;
}

}  // namespace

TEST_CASE("every part is started once and knows its number", "[base][exchange]") {
  const int parts = GENERATE(1, 2, 3, 5);
  std::mutex mutex;
  std::vector<int> seen;
  run_parts(parts, [&](Exchange& exchange) {
    const std::lock_guard lock(mutex);
    CHECK(exchange.parts() == parts);
    seen.push_back(exchange.part());
  });
  std::sort(seen.begin(), seen.end());
  std::vector<int> expected;
  for (int part = 0; part < parts; ++part) expected.push_back(part);
  CHECK(seen == expected);
}

TEST_CASE("gather gives every part all pieces in the order of parts, round after round", "[base][exchange]") {
  const int parts = GENERATE(1, 2, 3, 5);
  constexpr int rounds = 200;
  std::vector<std::uint64_t> expected;
  for (int round = 0; round < rounds; ++round)
    for (int part = 0; part < parts; ++part)
      for (const std::uint64_t word : words_of(part, round)) expected.push_back(word);
  const auto heard = from_each_part(parts, [](Exchange& exchange) {
    std::vector<std::uint64_t> all;
    for (int round = 0; round < rounds; ++round) {
      const std::vector<std::uint64_t> words = exchange.gather(words_of(exchange.part(), round));
      all.insert(all.end(), words.begin(), words.end());
    }
    return all;
  });
  for (const auto& all : heard) CHECK(all == expected);
}

TEST_CASE("gather passes values of any trivially copyable type", "[base][exchange]") {
  struct Pair {
    UserId user;
    std::uint8_t actions;
    bool operator==(const Pair&) const = default;
  };
  const auto heard = from_each_part(3, [](Exchange& exchange) {
    return exchange.gather(std::vector<Pair>(static_cast<std::size_t>(exchange.part()),
                                             Pair{UserId(static_cast<std::uint32_t>(exchange.part())), 7}));
  });
  for (const auto& all : heard) CHECK(all == std::vector<Pair>{{UserId(1), 7}, {UserId(2), 7}, {UserId(2), 7}});
}

TEST_CASE("gather of nothing from anybody is nothing", "[base][exchange]") {
  for (const auto& all : from_each_part(3, [](Exchange& exchange) { return exchange.gather(std::vector<int>{}); }))
    CHECK(all.empty());
}

TEST_CASE("add sums the parts' arrays element by element", "[base][exchange]") {
  const int parts = GENERATE(1, 2, 3, 5);
  const auto totals = from_each_part(parts, [](Exchange& exchange) {
    std::vector<std::uint64_t> counts(1'000);
    for (std::size_t i = 0; i < counts.size(); ++i)
      counts[i] = nested_mix(3, static_cast<std::uint64_t>(exchange.part()), i);  // wraps around, as integers do
    exchange.add(std::span<std::uint64_t>(counts));
    std::vector<std::uint64_t> nothing;
    exchange.add(std::span<std::uint64_t>(nothing));
    return counts;
  });
  std::vector<std::uint64_t> expected(1'000);
  for (std::size_t i = 0; i < expected.size(); ++i)
    for (int part = 0; part < parts; ++part) expected[i] += nested_mix(3, static_cast<std::uint64_t>(part), i);
  for (const auto& counts : totals) CHECK(counts == expected);
}

TEST_CASE("the parts' readers cover all users once, in whole blocks, as equal as they come", "[base][exchange]") {
  for (const std::size_t users : {0, 1, 4'095, 4'096, 4'097, 8'192, 12'289, 40'960, 1'000'000})
    for (const int parts : {1, 2, 3, 5, 300}) {
      INFO(users << " users, " << parts << " parts");
      std::uint32_t next = 0;
      std::size_t most = 0, fewest = SIZE_MAX;
      for (int part = 0; part < parts; ++part) {
        const UserRange range = Exchange::readers_of(part, parts, users);
        REQUIRE(range.first == next);
        REQUIRE(range.last >= range.first);
        if (range.last != users) CHECK(range.last % reader_block == 0);
        next = range.last;
        const std::size_t blocks = (range.size() + reader_block - 1) / reader_block;
        most = std::max(most, blocks);
        fewest = std::min(fewest, blocks);
      }
      CHECK(next == users);
      CHECK(most - fewest <= 1);
    }
}

TEST_CASE("with more parts than blocks some parts have no readers and still take part", "[base][exchange]") {
  const auto sizes = from_each_part(5, [](Exchange& exchange) {
    const UserRange mine = exchange.readers(2 * reader_block);
    return exchange.gather(std::vector<std::size_t>{mine.size()});
  });
  for (const auto& all : sizes) {
    CHECK(std::count(all.begin(), all.end(), reader_block) == 2);
    CHECK(std::count(all.begin(), all.end(), std::size_t{0}) == 3);
  }
}

TEST_CASE("a range contains its first user and not its last", "[base][exchange]") {
  const UserRange range{3, 6};
  CHECK(range.size() == 3);
  CHECK_FALSE(range.contains(2));
  CHECK(range.contains(3));
  CHECK(range.contains(5));
  CHECK_FALSE(range.contains(6));
}

TEST_CASE("a failing part wakes those that wait, and its exception arrives", "[base][exchange]") {
  const int parts = GENERATE(1, 2, 3, 5);
  for (int failing = 0; failing < parts; ++failing)
    for (const int round : {0, 1, 17}) {
      const auto body = [&](Exchange& exchange) {
        for (int now = 0; now < 20; ++now) {
          if (exchange.part() == failing && now == round) throw std::runtime_error("part " + std::to_string(failing));
          exchange.gather(std::vector<int>{now});
        }
      };
      CHECK_THROWS_WITH(run_parts(parts, body), "part " + std::to_string(failing));
    }
}

TEST_CASE("when several parts fail the exception of the lowest arrives", "[base][exchange]") {
  for (int trial = 0; trial < 50; ++trial)
    CHECK_THROWS_WITH(run_parts(5,
                                [](Exchange& exchange) {
                                  exchange.gather(std::vector<int>{1});
                                  if (exchange.part() >= 2)
                                    throw std::runtime_error("part " + std::to_string(exchange.part()));
                                  exchange.gather(std::vector<int>{2});
                                }),
                      "part 2");
}

TEST_CASE("alone, what is handed in comes back", "[base][exchange]") {
  Alone alone;
  CHECK(alone.part() == 0);
  CHECK(alone.parts() == 1);
  CHECK(alone.gather(std::vector<int>{3, 1, 2}) == std::vector<int>{3, 1, 2});
  const std::vector<std::byte> bytes{std::byte{1}, std::byte{2}};
  CHECK(alone.gather_bytes(bytes) == bytes);
  std::vector<std::int64_t> counts{5, -7};
  alone.add(std::span<std::int64_t>(counts));
  CHECK(counts == std::vector<std::int64_t>{5, -7});
  CHECK(alone.readers(10'000) == UserRange{0, 10'000});
}
