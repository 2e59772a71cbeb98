#include "sim/feed/formula.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "graph/base/math.hpp"
#include "graph/base/random.hpp"
#include "tests/catch.hpp"

// The text of a formula: what it computes, and what is said of one that is wrong.
namespace grapevine {
namespace {

using math::exp, math::log, math::pow, std::sqrt, std::abs, std::min, std::max;

/// Some features, under their names.
struct Values {
  double p_like, likes, age, proof, mutual;
};

/// The same text as a formula and as C++.
struct Both {
  const char* text;
  double (*value)(const Values&);
};
#define BOTH(expression)                                                           \
  Both {                                                                           \
#expression, [](const Values& values) -> double {                                \
      [[maybe_unused]] const auto& [p_like, likes, age, proof, mutual] = values;     \
      return static_cast<double>(expression);                                        \
    } \
  }
const std::vector<Both> expressions{
    BOTH(p_like),
    BOTH(-p_like),
    BOTH(-(-p_like) - -age),
    BOTH(2 * -likes + .5e-3),
    BOTH(p_like + likes * age - proof / 7),
    BOTH((p_like + likes) * (age - proof) / (1 + age)),
    BOTH(likes - age - proof),
    BOTH(likes / (1 + age) / 3 * 0.1),
    BOTH(0.1 + 0.2 + p_like),
    BOTH(p_like * 3 * 0.1),
    BOTH((0.5 * p_like + 13.5 * likes) * exp(-age / 6) * (1 + mutual)),
    BOTH(log(1 + likes) - pow(1 + age, 1.5) + sqrt(abs(p_like - 0.5))),
    BOTH(max(p_like, age) + min(likes, proof)),
    BOTH(min(max(p_like, exp(-age)), min(0.5, mutual))),
    BOTH(age<3 && likes> 2 || proof == 0),
    BOTH(age <= 3 || likes >= 2 && proof != 1),
    BOTH((mutual ? 2 : 1) * p_like),
    BOTH(mutual ? likes : p_like + 1),
    BOTH(age < 1   ? likes
         : age < 6 ? p_like
                   : -age),
    BOTH(age < 6 ? mutual ? 1 : p_like
         : proof ? 2
                 : likes),
    BOTH(1 + (age > 2 ? exp(-age) : max(p_like, likes > 3 ? 1.0 : 0.25))),
    BOTH(pow(likes, age > 3 ? 0.5 : 2)),
    BOTH(likes > 0 ? log(likes) : 0),
};
#undef BOTH

std::vector<Values> many_values(std::size_t n) {
  std::vector<Values> all;
  for (std::uint64_t i = 0; i < n; ++i) {
    const auto draw = [&](std::uint64_t k) { return uniform(nested_mix(7, i, k)); };
    all.push_back({draw(0), std::floor(6 * draw(1)), std::floor(60 * draw(2)) / 6, std::floor(3 * draw(3)),
                   std::floor(2 * draw(4))});
  }
  return all;
}

std::size_t feature_named(std::string_view name) {
  return static_cast<std::size_t>(std::ranges::find(features(), name, &Feature::name) - features().begin());
}

std::vector<double> computed(std::string_view text, const std::vector<Values>& all) {
  const auto read = read_formula(text);
  if (const auto* mistake = std::get_if<FormulaMistake>(&read)) FAIL(text << ": " << mistake->what);
  const Formula& formula = std::get<Formula>(read);
  std::vector<double> columns, results(all.size()), scratch;
  for (const std::uint16_t f : formula.named())
    for (const Values& values : all)
      columns.push_back(f == feature_named("p_like")  ? values.p_like
                        : f == feature_named("likes") ? values.likes
                        : f == feature_named("age")   ? values.age
                        : f == feature_named("proof") ? values.proof
                                                      : values.mutual);
  formula.compute(columns, all.size(), results, scratch);
  return results;
}

TEST_CASE("a formula has the bits of the same expression in C++", "[sim][formula]") {
  const std::vector<Values> all = many_values(700);  // some blocks, and a part of one
  for (const Both& both : expressions) {
    CAPTURE(both.text);
    const std::vector<double> results = computed(both.text, all);
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < all.size(); ++i)
      wrong += std::bit_cast<std::uint64_t>(results[i]) != std::bit_cast<std::uint64_t>(both.value(all[i]));
    CHECK(wrong == 0);
  }
}

TEST_CASE("blanks and lines mean nothing, and numbers may be written in any way", "[sim][formula]") {
  const std::vector<Values> all = many_values(5);
  CHECK(computed("p_like\n  + 2.50e1 *\tlikes\r\n", all) == computed("p_like+25*likes", all));
  CHECK(computed("max ( p_like , .5 , 0.25, age )", all) == computed("max(p_like, max(0.5, max(.25, age)))", all));
  CHECK(computed("min(p_like)", all) == computed("p_like", all));
}

TEST_CASE("what is no number shows through least and most, and not through the branch that is not taken",
          "[sim][formula]") {
  const std::vector<Values> one{{0.5, 0, 0, 0, 0}};
  for (const char* text : {"min(p_like, 0 / likes)", "min(0 / likes, p_like)", "max(p_like, log(-1 - likes))",
                           "max(0 / likes, p_like)", "pow(-1 - likes, 0.5)", "sqrt(-1 - likes)"}) {
    CAPTURE(text);
    CHECK(std::isnan(computed(text, one)[0]));
  }
  CHECK(computed("likes > 0 ? log(likes) : 3", one)[0] == 3);
  CHECK(computed("1 / likes", one)[0] == std::numeric_limits<double>::infinity());
}

TEST_CASE("a formula names its features once, in the order of the table", "[sim][formula]") {
  const auto read = read_formula("mutual + p_like * p_like + likes_of_author");
  const Formula& formula = std::get<Formula>(read);
  REQUIRE(formula.named().size() == 3);
  std::vector<std::string> names;
  bool looks_back = false;
  for (const std::uint16_t f : formula.named())
    names.push_back(features()[f].name), looks_back |= features()[f].looks_back();
  CHECK(names == std::vector<std::string>{"p_like", "likes_of_author", "mutual"});
  CHECK(looks_back);
}

struct Wrong {
  std::string text;
  std::size_t at;
  std::string what;
};

TEST_CASE("what is wrong with a formula is told where it is", "[sim][formula]") {
  const std::vector<Wrong> all{
      {"0.5 * p_liek", 6, "has 'p_liek', which is neither a feature nor a function; expected one of p_like, "},
      {"p_like + tie", 9, "has 'tie', which"},
      {"P_LIKE", 0, "has 'P_LIKE', which"},
      {"sin(age)", 0, "or of the functions exp, log, pow, sqrt, abs, min, max"},
      {"random() * p_like", 0, "has 'random', which"},
      {"p_like * _pi", 9, "has '_pi', which"},
      {"nan * p_like", 0, "has 'nan', which"},
      {"age^2", 3, "has '^'; expected pow(x, y) for a power"},
      {"age = 2", 4, "has '='; expected == to compare; nothing is assigned"},
      {"age & 2", 4, "has '&'; expected && for"},
      {"mutual | proof", 7, "has '|'; expected || for"},
      {"!mutual", 0, "has '!'; expected != to compare, x == 0 for"},
      {"\"age\"", 0, "has '\"'; expected names, numbers, + - * /"},
      {"age * 2 \xc3\xa4", 8, "has '\xc3\xa4'; expected names"},
      {std::string("age\0", 4), 3, "has an unseen sign"},
      {"1.2.3 * age", 0, "has '1.2.3', which is no number"},
      {"3age", 0, "has '3age', which is no number"},
      {"0x10 * age", 0, "has '0x10', which is no number"},
      {"1e999 * age", 0, "has '1e999', which is no number"},
      {"age, likes", 3, "has ',' outside of a function"},
      {"0,5 * age", 1, "has ',' outside of a function"},
      {"exp", 0, "has exp without what it is of; expected exp(x)"},
      {"pow + age", 0, "has pow without what it is of; expected pow(x, y)"},
      {"age(2)", 0, "calls age, which is a feature"},
      {"2 * (age + 1", 4, "has '(' without ')'"},
      {"age) + 1", 3, "has ')' without '('"},
      {"age + pow(likes)", 6, "calls pow with too few numbers; expected pow(x, y)"},
      {"age + exp(likes, (2))", 6, "calls exp with too many numbers; expected exp(x)"},
      {"age + max()", 6, "calls max with too few numbers; expected max(x, y, ...)"},
      {"max(age,)", 8, "has ')' where a number or a feature was expected"},
      {"()  + age", 1, "has ')' where a number or a feature was expected"},
      {"age likes", 4, "has 'likes' where an operator was expected"},
      {"age 2", 4, "has '2' where an operator was expected"},
      {"age exp(2)", 4, "has 'exp' where an operator was expected"},
      {"2(age)", 1, "has '(' where an operator was expected"},
      {"age ** 2", 5, "has '*' where a number or a feature was expected"},
      {"+age", 0, "has '+' where a number or a feature was expected"},
      {"- -age", 2, "has '-' where a number or a feature was expected"},
      {"age +", 5, "ends where a number or a feature was expected"},
      {"age ? 2", 4, "has '?' without ':'"},
      {"age : 2", 4, "has ':' without '?'"},
      {"", 0, "is empty; expected an expression"},
      {" \n ", 0, "is empty; expected an expression"},
      {"1 + exp(2)", 0, "names no feature, so that all posts score alike; expected one at least; or set feed.ranking"},
      {"age + " + std::string(10'000, ' ') + "1", 0, "has 10007 letters; expected at most 10000"},
  };
  for (const Wrong& wrong : all) {
    CAPTURE(wrong.text, wrong.what);
    const auto read = read_formula(wrong.text);
    const auto* mistake = std::get_if<FormulaMistake>(&read);
    REQUIRE(mistake);
    CAPTURE(mistake->what);
    CHECK(mistake->at == wrong.at);
    CHECK(mistake->what.find(wrong.what) != std::string::npos);
  }
}

TEST_CASE("a formula may be deep, but not without bound", "[sim][formula]") {
  const auto nested = [](std::size_t depth) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) text += "(age + 1) * (";
    return text + "age" + std::string(depth, ')');
  };
  CHECK(std::holds_alternative<Formula>(read_formula(nested(60))));
  const auto read = read_formula(nested(100));
  const auto* mistake = std::get_if<FormulaMistake>(&read);
  REQUIRE(mistake);
  CHECK(mistake->what == "keeps more than 64 numbers in mind at a time; expected a simpler one");
  CHECK(std::holds_alternative<Formula>(read_formula(std::string(2'000, '(') + "age" + std::string(2'000, ')'))));
}

TEST_CASE("of any text a formula comes or a place in it", "[sim][formula]") {
  const std::vector<std::string> words{"age", "p_like", "exp(", "max(", "(",  ")",   ",",  "+",  "-", "*",
                                       "/",   "<",      "==",   "&&",   "?",  ":",   "2",  ".5", " ", "=",
                                       "^",   "1e",     "pow(", "!=",   "||", "min", "\n", "age"};
  std::size_t formulas = 0;
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    std::string text;
    const std::uint64_t length = 1 + nested_mix(1, i, 0) % 9;
    for (std::uint64_t k = 0; k < length; ++k) text += words[nested_mix(2, i, k) % words.size()];
    const auto read = read_formula(text);
    if (const auto* mistake = std::get_if<FormulaMistake>(&read)) {
      CAPTURE(text, mistake->what, mistake->at);
      if (mistake->at > text.size() || mistake->what.empty()) FAIL("no place in the text");
    } else {
      ++formulas;
    }
  }
  CHECK(formulas > 200);
}

}  // namespace
}  // namespace grapevine
