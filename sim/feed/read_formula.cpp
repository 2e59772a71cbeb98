#include <fmt/format.h>
#include <muParserBase.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

#include "graph/base/error.hpp"
#include "sim/feed/formula.hpp"

// Text to Formula. muParser knows the grammar: which expression the text is, in the order of its evaluation; names,
// numbers and signs are ours, and so is what is computed. No other source includes it.
namespace grapevine {

namespace {

constexpr std::string_view formula_letters = "_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
                           formula_digits = "0123456789";
constexpr std::size_t longest_formula = 10'000;

bool is_letter(char c) { return formula_letters.find(c) != std::string_view::npos; }
bool is_blank(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }
bool is_digit(char c) { return formula_digits.find(c) != std::string_view::npos; }

std::optional<std::size_t> feature_called(std::string_view name) {
  const auto found = std::ranges::find(features(), name, &Feature::name);
  if (found == features().end()) return std::nullopt;
  return static_cast<std::size_t>(found - features().begin());
}
const FormulaFunction* function_called(std::string_view name) {
  const auto found = std::ranges::find(formula_functions, name, &FormulaFunction::name);
  return found == formula_functions.end() ? nullptr : &*found;
}

struct WrittenNumber {
  double value = 0.0;
  std::size_t length = 0;  ///< 0: there is none
  bool fits = true;
};
WrittenNumber number_at(std::string_view text) {
  WrittenNumber number;
  if (text.empty() || !(is_digit(text[0]) || text[0] == '.')) return number;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number.value);
  if (error == std::errc::invalid_argument) return number;
  number.length = static_cast<std::size_t>(end - text.data());
  number.fits = error == std::errc{};
  return number;
}

/// What stands in a formula word by word: whether each word is one, and which parentheses belong together. What order
/// they may come in is for the grammar.
class FormulaWords {
public:
  /// Throws FormulaMistake.
  explicit FormulaWords(std::string_view text) : text_(text), line_(text) {
    for (char& c : line_)
      if (is_blank(c)) c = ' ';
    while (at_ < text_.size()) {
      if (is_blank(text_[at_]))
        ++at_;
      else if (is_letter(text_[at_]))
        take_name();
      else if (!take_number())
        take_sign();
    }
    if (!open_.empty()) throw FormulaMistake{open_.back(), "has '(' without ')'; expected one for each; close it"};
  }

  bool names_feature() const { return names_feature_; }
  /// The text in one line, as muParser takes it: no blank between a function and its '('.
  const std::string& line() const { return line_; }
  /// Where the function stands whose arguments end at the last ')' up to `at`.
  std::size_t function_of_call(std::size_t at) const {
    std::size_t found = 0;
    for (const auto& [open, close] : pairs_)
      if (close <= at && text_[close] == ')') found = open;
    while (found > 0 && !(is_letter(text_[found - 1]) || is_digit(text_[found - 1]))) --found;
    while (found > 0 && (is_letter(text_[found - 1]) || is_digit(text_[found - 1]))) --found;
    return found;
  }

private:
  void take_name() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_]))) ++at_;
    const std::string name(text_.substr(begin, at_ - begin));
    std::size_t next = at_;
    while (next < text_.size() && is_blank(text_[next])) ++next;
    const bool called = next < text_.size() && text_[next] == '(';
    if (feature_called(name)) {
      names_feature_ = true;
      if (called)
        throw FormulaMistake{begin, fmt::format("calls {}, which is a feature; expected an operator before '('", name)};
    } else if (const FormulaFunction* function = function_called(name)) {
      if (!called)
        throw FormulaMistake{begin, fmt::format("has {} without what it is of; expected {}", name, function->call())};
      const auto letter = [&](std::size_t at) { return line_.begin() + static_cast<std::ptrdiff_t>(at); };
      std::rotate(letter(begin), letter(at_), letter(next));
    } else {
      throw FormulaMistake{begin,
                           fmt::format("has '{}', which is neither a feature nor a function; expected one of {}; or of "
                                       "the functions {}",
                                       name, features_in_words(), functions_in_words()),
                           name};
    }
  }

  bool take_number() {
    const WrittenNumber number = number_at(text_.substr(at_));
    if (number.length == 0) return false;
    const std::size_t end = at_ + number.length;
    if (!number.fits || (end < text_.size() && (is_letter(text_[end]) || text_[end] == '.'))) {
      std::size_t last = end;
      while (last < text_.size() && (is_letter(text_[last]) || is_digit(text_[last]) || text_[last] == '.')) ++last;
      throw FormulaMistake{at_, fmt::format("has '{}', which is no number; expected one such as 0.5 or 1e-3",
                                            text_.substr(at_, last - at_))};
    }
    at_ = end;
    return true;
  }

  void take_sign() {
    static constexpr std::pair<char, std::string_view> instead[] = {
        {'^', "pow(x, y) for a power"},  // not on a path to a result
        {'=', "== to compare; nothing is assigned"},
        {'&', "&& for \"and\""},
        {'|', "|| for \"or\""},
        {'!', "!= to compare, x == 0 for \"not\""}};
    for (const std::string_view two : {"<=", ">=", "==", "!=", "&&", "||"})
      if (text_.substr(at_, 2) == two) return static_cast<void>(at_ += 2);
    const char c = text_[at_];
    for (const auto& [sign, words] : instead)
      if (c == sign) throw FormulaMistake{at_, fmt::format("has '{}'; expected {}", c, words)};
    if (std::string_view("+-*/<>?:,()").find(c) == std::string_view::npos) refuse_sign();
    if (c == '(') open_.push_back(at_);
    if (c == ',' && open_.empty())
      throw FormulaMistake{at_, "has ',' outside of a function; expected one expression; write decimals with a point"};
    if (c == ')') {
      if (open_.empty()) throw FormulaMistake{at_, "has ')' without '('; expected one for each; remove it"};
      pairs_.emplace_back(open_.back(), at_);
      open_.pop_back();
    }
    ++at_;
  }

  [[noreturn]] void refuse_sign() const {
    std::size_t end = at_ + 1;  // of a letter of several bytes
    while (end < text_.size() && (static_cast<unsigned char>(text_[end]) & 0xc0) == 0x80) ++end;
    const bool shows = static_cast<unsigned char>(text_[at_]) > 0x20;
    throw FormulaMistake{at_,
                         fmt::format("has {}; expected names, numbers, + - * /, comparisons, && and ||, ? :, and "
                                     "parentheses",
                                     shows ? fmt::format("'{}'", text_.substr(at_, end - at_)) : "an unseen sign")};
  }

  std::string_view text_;
  std::string line_;
  std::size_t at_ = 0;
  bool names_feature_ = false;
  std::vector<std::size_t> open_;
  std::vector<std::pair<std::size_t, std::size_t>> pairs_;  ///< '(' and ')', in the order of the latter
};

/// What functions are told apart by.
constexpr auto all_ops = [] {
  std::array<Formula::Op, static_cast<std::size_t>(Formula::Op::choose) + 1> ops{};
  for (std::size_t i = 0; i < ops.size(); ++i) ops[i] = static_cast<Formula::Op>(i);
  return ops;
}();

/// The grammar. What its functions give is never used.
class Grammar : public mu::ParserBase {
public:
  Grammar() : values_(features().size(), 0.0) {
    InitCharSets();
    EnableOptimizer(false);  // it would fold constants, and so change bits
    AddValIdent([](const char* text, int* length, double* value) {
      const WrittenNumber number = number_at(text);
      *length += static_cast<int>(number.length), *value = number.value;
      return number.length > 0 ? 1 : 0;
    });
    for (std::size_t f = 0; f < values_.size(); ++f) DefineVar(features()[f].name, &values_[f]);
    define("exp", Formula::Op::exp, one), define("log", Formula::Op::log, one), define("sqrt", Formula::Op::sqrt, one),
        define("abs", Formula::Op::abs, one), define("pow", Formula::Op::pow, two);
    define("min", Formula::Op::min, many), define("max", Formula::Op::max, many);
    DefineInfixOprt("-", [](double) { return 0.0; });
  }

  std::size_t feature_at(const double* value) const { return static_cast<std::size_t>(value - values_.data()); }

private:
  void InitCharSets() override {
    DefineNameChars((std::string(formula_digits) + std::string(formula_letters)).c_str());
    DefineOprtChars("+-*/<>=!&|?:");
    DefineInfixOprtChars("-");
  }
  void InitFun() override {}
  void InitConst() override {}
  void InitOprt() override {}

  static double one(void*, double) { return 0.0; }
  static double two(void*, double, double) { return 0.0; }
  static double many(void*, const double*, int) { return 0.0; }
  template <class Function>
  void define(const char* name, Formula::Op op, Function* function) {
    GRAPEVINE_EXPECTS(function_called(name) != nullptr);
    DefineFunUserData(name, function, const_cast<Formula::Op*>(&all_ops[static_cast<std::size_t>(op)]));
  }

  std::vector<double> values_;
};

/// From muParser's steps, which work on a stack, to ours, which work on registers.
class Registers {
public:
  explicit Registers(const Grammar& grammar) : grammar_(grammar) {
    const mu::ParserByteCode& code = grammar.GetByteCode();
    const std::span tokens(code.GetBase(), code.GetSize());
    for (const mu::SToken& token : tokens)
      if (token.Cmd == mu::cmVAR) named_.push_back(static_cast<std::uint16_t>(grammar.feature_at(token.Val.ptr)));
    std::ranges::sort(named_);
    named_.erase(std::unique(named_.begin(), named_.end()), named_.end());
    for (const mu::SToken& token : tokens)
      if (token.Cmd == mu::cmVAL) constants_.push_back(token.Val.data2);
    for (const mu::SToken& token : tokens) take(token);
  }

  Formula made() && {
    GRAPEVINE_EXPECTS(stack_.size() == 1);
    return {std::move(named_), constants_, std::move(steps_), between_, stack_.front()};
  }

private:
  using Op = Formula::Op;
  // muParser's numbers of operators are ours, but for the two of logic.
  static_assert(static_cast<int>(Op::less_or_equal) == mu::cmLE && static_cast<int>(Op::greater) == mu::cmGT &&
                static_cast<int>(Op::divide) == mu::cmDIV);

  void take(const mu::SToken& token) {
    if (token.Cmd >= mu::cmLE && token.Cmd <= mu::cmDIV) return apply(static_cast<Op>(token.Cmd), 2);
    switch (token.Cmd) {
      case mu::cmLAND:
        return apply(Op::both, 2);
      case mu::cmLOR:
        return apply(Op::either, 2);
      case mu::cmVAR: {
        const auto feature = static_cast<std::uint16_t>(grammar_.feature_at(token.Val.ptr));
        return stack_.push_back(static_cast<std::uint16_t>(std::ranges::lower_bound(named_, feature) - named_.begin()));
      }
      case mu::cmVAL:
        return stack_.push_back(static_cast<std::uint16_t>(named_.size() + constants_taken_++));
      case mu::cmFUNC:
        return call(token);
      case mu::cmENDIF:  // condition and both values lie on the stack
        return apply(Op::choose, 3);
      default:
        GRAPEVINE_EXPECTS(token.Cmd == mu::cmIF || token.Cmd == mu::cmELSE || token.Cmd == mu::cmEND);
    }
  }

  void call(const mu::SToken& token) {
    if (token.Fun.cb._pUserData == nullptr) return apply(Op::negate, 1);
    const Op op = *static_cast<const Op*>(token.Fun.cb._pUserData);
    if (token.Fun.argc >= 0) return apply(op, static_cast<std::size_t>(token.Fun.argc));
    for (int i = 1; i < -token.Fun.argc; ++i) apply(op, 2);  // min(x, min(y, z))
  }

  /// Takes operands off the stack and puts the result on it, into the lowest register that is free.
  void apply(Op op, std::size_t operands) {
    GRAPEVINE_EXPECTS(operands > 0 && stack_.size() >= operands);
    const auto first = stack_.end() - static_cast<std::ptrdiff_t>(operands);
    Formula::Step step{op, first[0], first[operands > 1 ? 1 : 0], first[operands > 2 ? 2 : 0]};
    stack_.erase(first, stack_.end());
    const std::size_t fixed = named_.size() + constants_.size();
    const auto in_use = static_cast<std::size_t>(std::ranges::count_if(stack_, [&](auto at) { return at >= fixed; }));
    if (in_use >= Formula::most_between)
      throw FormulaMistake{0, fmt::format("keeps more than {} numbers in mind at a time; expected a simpler one",
                                          Formula::most_between)};
    between_ = std::max(between_, in_use + 1);
    step.out = static_cast<std::uint16_t>(fixed + in_use);
    steps_.push_back(step);
    stack_.push_back(step.out);
  }

  const Grammar& grammar_;
  std::vector<std::uint16_t> named_;
  std::vector<double> constants_;
  std::size_t constants_taken_ = 0, between_ = 0;
  std::vector<std::uint16_t> stack_;
  std::vector<Formula::Step> steps_;
};

/// What muParser says, in our words and at the place where it is.
FormulaMistake in_our_words(const mu::ParserError& error, const FormulaWords& words, std::string_view text) {
  std::size_t at = error.GetPos() < 0 ? text.size() : std::min<std::size_t>(error.GetPos(), text.size());
  const std::string token = error.GetToken();
  if (text.substr(at, token.size()) != token && at >= token.size() && text.substr(at - token.size()).starts_with(token))
    at -= token.size();  // of a sign it sometimes names the end
  switch (error.GetCode()) {
    case mu::ecTOO_FEW_PARAMS:
    case mu::ecTOO_MANY_PARAMS: {
      const FormulaFunction* function = function_called(token);
      return {words.function_of_call(at),
              fmt::format("calls {} with too {} numbers; expected {}", token,
                          error.GetCode() == mu::ecTOO_FEW_PARAMS ? "few" : "many", function ? function->call() : "")};
    }
    case mu::ecMISSING_ELSE_CLAUSE:
      return {std::min(text.rfind('?'), text.size()), "has '?' without ':'; expected x ? y : z"};
    case mu::ecMISPLACED_COLON:
      return {std::min(text.rfind(':', at), text.size()), "has ':' without '?'; expected x ? y : z"};
    case mu::ecUNEXPECTED_EOF:
      return {text.size(), "ends where a number or a feature was expected; complete it"};
    case mu::ecUNEXPECTED_VAL:
    case mu::ecUNEXPECTED_VAR:
    case mu::ecUNEXPECTED_FUN:
      return {at, fmt::format("has '{}' where an operator was expected", token)};
    case mu::ecUNEXPECTED_PARENS:
      return {at, fmt::format("has '{}' where {} was expected", token,
                              token == "(" ? "an operator" : "a number or a feature")};
    default:
      return {at, fmt::format("has '{}' where a number or a feature was expected", token)};
  }
}

Formula parsed(std::string_view text) {
  if (text.size() > longest_formula)
    throw FormulaMistake{0, fmt::format("has {} letters; expected at most {}", text.size(), longest_formula)};
  const FormulaWords words(text);
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
    throw FormulaMistake{0, "is empty; expected an expression over features, such as p_like + 20 * p_reply"};
  if (!words.names_feature())
    throw FormulaMistake{0,
                         "names no feature, so that all posts score alike; expected one at least; or set feed.ranking "
                         "= \"random\""};
  Grammar grammar;
  try {
    grammar.SetExpr(words.line());
    (void)grammar.Eval();
  } catch (const mu::ParserError& error) {
    throw in_our_words(error, words, text);
  }
  return Registers(grammar).made();
}

}  // namespace

std::variant<Formula, FormulaMistake> read_formula(std::string_view text) {
  try {
    return parsed(text);
  } catch (const FormulaMistake& mistake) {
    return mistake;
  }
}

}  // namespace grapevine
