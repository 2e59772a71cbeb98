#include "sim/feed/history.hpp"

#include <map>
#include <vector>

#include "graph/base/random.hpp"
#include "tests/catch.hpp"

/// What a reader did with each author, by the way for a few candidates and by that for many, beside a map.
using namespace grapevine;

namespace {

struct Looks {
  std::vector<std::uint32_t> roots;
  std::vector<ActionSet> actions;
  std::vector<UserId> authors;
  SeenLog::Entries entries() const { return {roots, actions, authors}; }
};

/// As many looks, roots ascending with repetitions, at authors 0, 1, ...
Looks looks_at(std::size_t authors, std::size_t count, std::uint64_t seed) {
  Looks looks;
  std::uint32_t root = 7;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t bits = mix(seed + i);
    root += bits & 3;
    looks.roots.push_back(root);
    looks.actions.push_back(bits >> 8 & 1 ? static_cast<ActionSet>(bits >> 16) : ActionSet{0});
    looks.authors.emplace_back(static_cast<std::uint32_t>((bits >> 32) % authors));
  }
  return looks;
}

void expect_same(const AuthorHistories& histories, const Looks& looks, std::size_t first, std::uint32_t authors) {
  std::map<std::uint32_t, AuthorHistory> slow;
  for (std::size_t i = first; i < looks.roots.size(); ++i) {
    AuthorHistory& history = slow[looks.authors[i].value()];
    ++history.looks;
    for (std::size_t a = 0; a < action_count; ++a)
      if (looks.actions[i] >> a & 1) ++history.actions[a];
  }
  for (std::uint32_t author = 0; author < authors + 2; ++author) {
    CAPTURE(author);
    const AuthorHistory history = histories.of(UserId{author});
    CHECK(history.looks == slow[author].looks);
    CHECK(history.actions == slow[author].actions);
  }
}

}  // namespace

TEST_CASE("what a reader did with each author is what a map counts, for few candidates and for many", "[ranking]") {
  AuthorHistories histories;
  for (const std::size_t candidates : {1, 24, 25, 400})
    for (const std::size_t count : {0, 1, 30, 700}) {
      CAPTURE(candidates, count);
      const Looks looks = looks_at(40, count, candidates * 1000 + count);
      const std::uint32_t tail = 7 + static_cast<std::uint32_t>(count);  // about a third of the roots is gone
      std::size_t first = 0;
      while (first < count && looks.roots[first] < tail) ++first;
      histories.gather(looks.entries(), tail, candidates);
      expect_same(histories, looks, first, 40);
    }
}

TEST_CASE("of more looks than a number of actions holds the youngest count, both ways alike", "[ranking]") {
  Looks looks = looks_at(3, 70'000, 5);
  looks.actions.assign(looks.actions.size(), 1);
  AuthorHistories histories;
  for (const std::size_t candidates : {2, 200}) {
    histories.gather(looks.entries(), 0, candidates);
    expect_same(histories, looks, 70'000 - 65'535, 3);
  }
}
