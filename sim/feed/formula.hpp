#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sim/model/features.hpp"

/// `feed.formula`: an expression over features (sim/model/features.hpp) as a user writes it.
namespace grapevine {

/// A formula, ready to be computed for many candidates at a time: steps over registers, each a column of numbers. The
/// first registers are the features that it names, then come its constants, then what is between. Steps go in the order
/// of the expression and nothing is folded, so that a formula has the bits that its text says. Both branches of `?:`
/// are computed; what the one not taken gives is dropped.
class Formula {
public:
  enum class Op : std::uint8_t {
    less_or_equal,
    greater_or_equal,
    not_equal,
    equal,
    less,
    greater,
    add,
    subtract,
    multiply,
    divide,
    both,    ///< && of numbers other than 0
    either,  ///< ||
    negate,
    exp,
    log,
    pow,
    sqrt,
    abs,
    min,
    max,
    choose,  ///< a ? b : c
  };
  struct Step {
    Op op{};
    std::uint16_t a = 0, b = 0, c = 0, out = 0;  ///< registers
  };
  static constexpr std::size_t most_between = 64;  ///< values at a time, between steps

  Formula(std::vector<std::uint16_t> named, const std::vector<double>& constants, std::vector<Step> steps,
          std::size_t between, std::uint16_t result);

  /// The features that it names, ascending, by their places in `features()`.
  std::span<const std::uint16_t> named() const { return named_; }

  /// `columns`: for each feature named, its `n` values. Writes `n` results; `scratch` is memory to work in.
  void compute(std::span<const double> columns, std::size_t n, std::span<double> results,
               std::vector<double>& scratch) const;

private:
  static constexpr std::size_t block = 256;  ///< candidates at a time: a register is 2 KiB

  std::vector<std::uint16_t> named_;
  std::vector<double> constants_;  ///< each `block` times
  std::vector<Step> steps_;
  std::size_t between_;
  std::uint16_t result_;
};

/// What is wrong with the text of a formula.
struct FormulaMistake {
  std::size_t at = 0;     ///< where in the text, in bytes
  std::string what;       ///< found; expected; what to do
  std::string name = {};  ///< one that nothing has, if that is it
};

std::variant<Formula, FormulaMistake> read_formula(std::string_view text);

}  // namespace grapevine
