#include <fmt/format.h>

#include "scenarios/result/result.hpp"
#include "sim/model/features.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/shell.hpp"

/// `feed.formula` as a user writes it: mistakes at the word where they are, and runs that it ends.
using namespace grapevine;
using namespace grapevine::test;

namespace {

using Names = std::vector<std::string>;

const std::string by_formula = smallest + "feed.ranking = \"formula\"\n";  // three lines, and that

/// The one thing that is said of a study with these lines.
std::string said_of(const std::string& lines, const Names& overrides = {}) {
  const Names messages = refusal_of_text(by_formula + lines, overrides);
  return messages.size() == 1 ? messages[0] : fmt::format("{} messages: {}", messages.size(), fmt::join(messages, "|"));
}

/// A replicate of a few milliseconds in which half of the posts have been liked.
const std::string quick = R"toml(format = 1
seed = 4
replicates = 3
time = {tick = "1h", warmup = "3h", measure = "3h", followup = "3h"}
graph = {users = 500, mean_followees = 5}
feed.window = "3h"
behaviour.like = 0.5
population = {sessions = 12, posts = 6}
arm = [{name = "new"}, {name = "own", feed = {ranking = "formula", formula = "p_like * exp(-age)"}}]
)toml";

}  // namespace

TEST_CASE("a mistake in a formula is told at its word, however the text is written", "[scenarios][formula]") {
  const std::string unknown = "feed.formula has 'p_liek', which is neither a feature nor a function; expected one of " +
                              features_in_words() + "; or of the functions " + functions_in_words() +
                              "; did you mean p_like?";
  CHECK(said_of("feed.formula = \"0.5 * p_liek + likes\"\n") == "study.toml:5:23: " + unknown);
  const auto said_of_table = [](const std::string& lines) {
    const Names messages = refusal_of_text(smallest + lines);
    return messages.empty() ? "" : messages[0];
  };
  CHECK(said_of_table("[feed]\nranking = \"formula\"\nformula='p_liek'\n") == "study.toml:6:10: " + unknown);
  CHECK(said_of_table("feed = {ranking = \"formula\", formula = \"\"\"age + p_liek\"\"\"}\n") ==
        "study.toml:4:49: " + unknown);
  CHECK(said_of_table("[feed]\nranking = \"formula\"\nformula = \"\"\"\nage +\n  p_liek\n\"\"\"\n") ==
        "study.toml:8:3: " + unknown);
  CHECK(said_of("feed.formula = \"age +\\t p_liek\"\n") ==
        "study.toml:5:16: " + unknown);  // escapes: the text as a whole
  CHECK(said_of("", {"feed.formula=age + p_liek"}) == "--set feed.formula: " + unknown);
  CHECK(said_of("\"title\" = \"\xc3\xa4\"\nfeed.formula = \"age ? 2\"\n") ==
        "study.toml:6:21: feed.formula has '?' without ':'; expected x ? y : z");
  CHECK(said_of("feed.formula = \"age ^ 2\"\n") ==
        "study.toml:5:21: feed.formula has '^'; expected pow(x, y) for a power");
  CHECK(said_of("feed.formula = \"age *\"\n") ==
        "study.toml:5:22: feed.formula ends where a number or a feature was expected; complete it");
  CHECK(contains(said_of("feed.formula = \"2 * expp(age)\"\n"), "did you mean exp?"));
  CHECK(!contains(said_of("feed.formula = \"2 * reader\"\n"), "did you mean"));
  CHECK(contains(said_of("feed.formula = \"2 + 2\"\n"), "5:17: feed.formula names no feature"));
}

TEST_CASE("a formula stands where it is used, and nowhere else", "[scenarios][formula]") {
  CHECK(
      said_of("") ==
      "study.toml:4:16: feed.ranking is \"formula\", and no formula is given; expected feed.formula, such as \"p_like "
      "+ 20 * p_reply\"; add it");
  CHECK(refusal_of_text(smallest + "[[arm]]\nname = \"a\"\nfeed.ranking = \"formula\"\n") ==
        Names{"study.toml:6:16: arm.a.feed.ranking is \"formula\", and no formula is given; expected "
              "arm.a.feed.formula, such as \"p_like + 20 * p_reply\"; add it"});
  CHECK(refusal_of_text(smallest + "feed.formula = \"p_like\"\n") ==
        Names{"study.toml:4:6: feed.formula has no effect here; it needs feed.ranking = \"formula\"; remove it"});
  CHECK(said_of("feed.formula = 2\n") == "study.toml:5:16: feed.formula is 2; expected a text in quotes");
  CHECK(said_of("feed.formula = \"p_like\"\nfeed.weights.like = 2\n") ==
        "study.toml:6:14: feed.weights.like has no effect here; it needs feed.ranking = \"weighted\", \"oracle\", "
        "\"edgerank\" or a preset; "
        "remove it");
  CHECK(
      said_of("feed.formula = \"p_follow\"\n") ==
      "study.toml:5:16: feed.formula names p_follow, and what rate of follows to expect hangs on how many who look do "
      "not follow the author; expected feed.prior.follow, a probability; add it");
  const Scenario study =
      scenario_of(by_formula +
                  "feed.formula = \"p_like + p_follow\"\nfeed.prior.follow = 0.1\nfeed.age_half_life = \"6h\"\n"
                  "feed.author_strength = \"auto\"\n[[arm]]\nname = \"a\"\n[[arm]]\nname = \"b\"\nfeed.formula = "
                  "\"-age\"\n");
  CHECK(study.arms[0].run.feed.formula == "p_like + p_follow");
  CHECK(study.arms[1].run.feed.formula == "-age");
  CHECK(contains(study.understood, "formula = \"p_like + p_follow\""));
}

TEST_CASE("a score that is no number ends its replicate with status 1, and those before it are kept",
          "[program][formula]") {
  const Shell shell;
  shell.write("quick.toml", quick);
  CHECK(shell.call({"run", "quick.toml", "-o", "good.h5"}) == 0);
  CHECK(shell.call({"run", "quick.toml", "-o", "bad.h5", "--set", "arm.own.feed.formula=log(likes) + age"}) == 1);
  CHECK(contains(shell.err(), "feed.formula gives -inf for the post "));
  CHECK(contains(shell.err(), " (likes = 0, age = "));
  CHECK(contains(shell.err(), ": log(likes) + age"));
  CHECK(shell.call({"run", "quick.toml", "-o", "guarded.h5", "--set",
                    "arm.own.feed.formula=likes > 0 ? log(likes) : 0"}) == 0);
  CHECK(shell.files() == Names{"good.h5", "guarded.h5", "quick.toml"});
  // In this world nobody's post is looked at fourteen times in time, in the next one somebody's is.
  CHECK(shell.call({"run", "quick.toml", "-o", "kept.h5", "--set", "arm.own.feed.formula=log(14 - impressions)"}) == 1);
  CHECK(contains(shell.err(), "1 of 3 replicates are complete and written: replicate 1: feed.formula gives "));
  CHECK(read_result(shell.file("kept.h5")).arms.size() == 2);
}
