#include <algorithm>
#include <vector>

#include "graph/base/random.hpp"
#include "sim/state/reader_lists.hpp"
#include "sim/state/seen_log.hpp"
#include "tests/catch.hpp"

// Lists of readers in the arenas of their blocks, beside a vector for each reader.
namespace grapevine {
TEST_CASE("the seen-log holds what was added and is alive, in order of roots, whoever was written since",
          "[seen][lists]") {
  const bool with_authors = GENERATE(false, true);
  constexpr std::size_t readers = 4100;  // two blocks
  SeenLog log(readers, with_authors);
  std::vector<std::vector<SeenLog::Entry>> slow(readers);
  std::uint32_t newest = 0;
  std::size_t remembered = 0;
  for (std::uint64_t session = 0; session < 40'000; ++session) {
    const std::uint64_t chance = mix(session);
    // Twelve readers come again and again, with few or very many looks, the others once in a while.
    const std::size_t reader = chance % 4 == 0 ? (chance >> 8) % readers : 4090 + (chance >> 8) % 10;
    newest += static_cast<std::uint32_t>(chance >> 40) % 3;
    const std::uint32_t alive = session % 5'000 < 2'500 ? 300 : 20, tail = newest < alive ? 0 : newest - alive;
    std::vector<SeenLog::Entry> news((chance >> 20) % 64 == 0 ? 90 : (chance >> 30) % 7);
    for (std::size_t i = 0; i < news.size(); ++i) {
      const std::uint64_t of = mix(session * 1000 + i);
      news[i] = {tail + static_cast<std::uint32_t>(of % (newest - tail + 1)), static_cast<ActionSet>(of >> 50),
                 UserId(static_cast<std::uint32_t>(session))};
    }
    std::ranges::stable_sort(news, {}, &SeenLog::Entry::root);
    log.add(reader, news, tail);
    auto& mine = slow[reader];
    remembered -= mine.size();
    std::erase_if(mine, [&](const SeenLog::Entry& entry) { return entry.root < tail; });
    mine.insert(mine.end(), news.begin(), news.end());
    std::ranges::stable_sort(mine, {}, &SeenLog::Entry::root);
    remembered += mine.size();
    if (session % 97 != 0) continue;
    for (const std::size_t i : {reader, std::size_t{4095}, std::size_t{4096}, std::size_t{(chance >> 9) % readers}}) {
      const SeenLog::Entries all = log.entries(i);
      REQUIRE(all.roots.size() == slow[i].size());
      REQUIRE(all.actions.size() == slow[i].size());
      REQUIRE(all.authors.size() == (with_authors ? slow[i].size() : 0));
      for (std::size_t k = 0; k < slow[i].size(); ++k) {
        REQUIRE(all.roots[k] == slow[i][k].root);
        REQUIRE(all.actions[k] == slow[i][k].actions);
        if (with_authors) REQUIRE(all.authors[k] == slow[i][k].author);
      }
    }
    REQUIRE(log.size() == remembered);
  }
  std::size_t roots = 0;
  log.arrays([&](std::string_view name, auto&&, const auto& array) {
    if constexpr (requires { array.size(); })
      if (name == "seen.roots") roots += array.size();
  });
  // A block is packed when more than a quarter of it and more than 1024 places are waste: what is more than a quarter
  // of a list and one place behind it.
  CHECK(roots <= 2 * 1024 + 4 * (remembered + remembered / 4 + readers) / 3);
  CHECK(roots >= remembered);
}

TEST_CASE("a reader's list is the one that was given last", "[seen][lists]") {
  constexpr std::size_t readers = 4100;
  ReaderLists<std::uint32_t> rows(readers);
  std::vector<std::vector<std::uint32_t>> slow(readers);
  for (std::uint64_t change = 0; change < 30'000; ++change) {
    const std::uint64_t chance = mix(change);
    const std::size_t reader = chance % 4 == 0 ? (chance >> 8) % readers : 4090 + (chance >> 8) % 10;
    std::vector<std::uint32_t> list((chance >> 20) % 100 == 0 ? 700 : (chance >> 30) % 30);
    for (std::uint32_t& entry : list) entry = static_cast<std::uint32_t>(mix(change + (std::uint64_t{1} << 40)) >> 7);
    rows.replace(reader, list);
    slow[reader] = list;
    if (change % 31 != 0) continue;
    for (std::size_t i = 4080; i < readers; ++i) REQUIRE(std::ranges::equal(rows.of(i), slow[i]));
    REQUIRE(std::ranges::equal(rows.of(reader), slow[reader]));
  }
}

TEST_CASE("a list that is longer than can be told of is refused by name", "[seen][lists]") {
  ReaderSlot slot;
  CHECK_THROWS_WITH(slot.move_to(0, 1 << 24, "looks", "lower it"),
                    "more than 16777215 of the looks are of one; expected at most so many; lower it");
  CHECK_THROWS_WITH(slot.move_to(UINT32_MAX - 4, 4, "looks", "lower it"),
                    "more than 4294967295 looks; expected at most so many; lower it");
  slot.move_to(UINT32_MAX - 6, 4, "looks", "lower it");
  CHECK((slot.count == 4 && slot.spare == 2));
}

}  // namespace grapevine
