#include "sim/feed/select_top.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "graph/base/random.hpp"
#include "sim/state/number_filter.hpp"
#include "tests/catch.hpp"

/// What finds the top of a feed, and which candidates have the same author, beside sorting and a map.
using namespace grapevine;

TEST_CASE("the top of a list is what sorting puts first, whether keys differ, are few, or rise", "[sim][rank]") {
  const auto first = [](const Ranked& a, const Ranked& b) {
    return a.key != b.key ? a.key > b.key : a.candidate < b.candidate;
  };
  for (const std::size_t size : {0u, 1u, 2u, 23u, 24u, 25u, 60u, 257u, 1'500u})
    for (std::uint64_t distinct : {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{9}, ~std::uint64_t{0}})
      for (const bool rises : {false, true}) {
        std::vector<Ranked> list;
        for (std::uint32_t i = 0; i < size; ++i) list.push_back({mix(i + size * 7) % distinct, i});
        if (rises) std::ranges::sort(list, {}, &Ranked::key);
        std::vector<Ranked> sorted = list;
        std::ranges::sort(sorted, first);
        const auto candidates = [](std::span<const Ranked> some) {
          std::vector<std::uint32_t> numbers;
          for (const Ranked& ranked : some) numbers.push_back(ranked.candidate);
          std::ranges::sort(numbers);
          return numbers;
        };
        for (const std::size_t count : {std::size_t{0}, size / 13, size / 2, size - size / 20, size}) {
          std::vector<Ranked> selected = list;
          select_top(selected, count, first);
          REQUIRE(candidates(selected) == candidates(list));
          REQUIRE(candidates(std::span(selected).first(count)) == candidates(std::span(sorted).first(count)));
        }
      }
}

TEST_CASE("chains of candidates hold all of each author that has several, and nobody else", "[sim][rank]") {
  Posts posts;
  posts.append(600);
  AuthorChains chains;
  for (const std::uint32_t authors : {1u, 7u, 200u, 100'000u}) {
    std::vector<Candidate> candidates;
    std::map<std::uint32_t, std::vector<std::uint32_t>> of;
    for (std::uint32_t i = 0; i < 600; ++i) {
      const UserId author{static_cast<std::uint32_t>(mix(i + authors) % authors * 4'096)};  // hashes that meet
      posts.write(i, {.key = i, .author = author}, 1, {});
      const bool reshared = mix(i) % 8 == 0;  // then the emitter is somebody else
      candidates.push_back({i, reshared ? UserId{5} : author, reshared ? 3u : 2u, reshared ? 1u : 0u});
      of[author.value()].push_back(i);
    }
    std::erase_if(of, [](const auto& mine) { return mine.second.size() < 2; });
    chains.link(candidates, posts);
    REQUIRE(chains.several().size() == of.size());
    for (const std::uint32_t last : chains.several()) {
      std::vector<std::uint32_t> mine(candidates.size());
      mine.resize(chains.list(last, mine.data()));
      std::ranges::reverse(mine);
      REQUIRE(mine == of.at(posts.identity(last).author.value()));
    }
  }
}

TEST_CASE("a filter of numbers passes all that were added, and one other in eighty after fifty", "[sim][gather]") {
  NumberFilter filter;
  for (std::uint32_t round = 0; round < 3; ++round) {
    filter.clear();
    const auto number = [&](std::uint32_t i) { return static_cast<std::uint32_t>(mix(i + 1'000'000 * round)); };
    for (std::uint32_t i = 0; i < 50; ++i) filter.add(number(i));
    std::size_t passed = 0;
    for (std::uint32_t i = 0; i < 50; ++i) REQUIRE(filter.may_hold(number(i)));
    for (std::uint32_t i = 50; i < 100'050; ++i) passed += filter.may_hold(number(i)) ? 1 : 0;
    // At most 50 of 4 096 places, 1.2 %; some meet. Five sd of 100 000 coins are 0.17 %.
    CHECK(passed < 1'220 + 175);
    CHECK(passed > 1'000);
  }
}
