#include "sim/feed/formula.hpp"

#include <algorithm>
#include <cmath>

#include "graph/base/error.hpp"
#include "graph/base/math.hpp"

namespace grapevine {

namespace {

/// What a step reads and writes of one block.
struct Operands {
  const double *a, *b, *c;
  double* out;
  std::size_t n;

  template <class Function>
  void one(Function&& function) const {
    for (std::size_t i = 0; i < n; ++i) out[i] = function(a[i]);
  }
  template <class Function>
  void two(Function&& function) const {
    for (std::size_t i = 0; i < n; ++i) out[i] = function(a[i], b[i]);
  }
};

using Op = Formula::Op;

void calculate(Op op, const Operands& x) {
  switch (op) {
    case Op::add:
      return x.two([](double a, double b) { return a + b; });
    case Op::subtract:
      return x.two([](double a, double b) { return a - b; });
    case Op::multiply:
      return x.two([](double a, double b) { return a * b; });
    case Op::divide:
      return x.two([](double a, double b) { return a / b; });
    case Op::negate:
      return x.one([](double a) { return -a; });
    case Op::exp:
      return x.one([](double a) { return math::exp(a); });
    case Op::log:
      return x.one([](double a) { return math::log(a); });
    case Op::pow:
      return x.two([](double a, double b) { return math::pow(a, b); });
    case Op::sqrt:
      return x.one([](double a) { return std::sqrt(a); });
    case Op::abs:
      return x.one([](double a) { return std::abs(a); });
    case Op::min:  // of NaN and anything NaN, in whatever order: it is not lost
      return x.two([](double a, double b) { return a < b || std::isnan(a) ? a : b; });
    case Op::max:
      return x.two([](double a, double b) { return a > b || std::isnan(a) ? a : b; });
    default:
      GRAPEVINE_EXPECTS(!"an operation");
  }
}

void decide(Op op, const Operands& x) {
  switch (op) {
    case Op::less_or_equal:
      return x.two([](double a, double b) { return a <= b ? 1.0 : 0.0; });
    case Op::greater_or_equal:
      return x.two([](double a, double b) { return a >= b ? 1.0 : 0.0; });
    case Op::not_equal:
      return x.two([](double a, double b) { return a != b ? 1.0 : 0.0; });
    case Op::equal:
      return x.two([](double a, double b) { return a == b ? 1.0 : 0.0; });
    case Op::less:
      return x.two([](double a, double b) { return a < b ? 1.0 : 0.0; });
    case Op::greater:
      return x.two([](double a, double b) { return a > b ? 1.0 : 0.0; });
    case Op::both:
      return x.two([](double a, double b) { return a != 0.0 && b != 0.0 ? 1.0 : 0.0; });
    case Op::either:
      return x.two([](double a, double b) { return a != 0.0 || b != 0.0 ? 1.0 : 0.0; });
    case Op::choose:
      for (std::size_t i = 0; i < x.n; ++i) x.out[i] = x.a[i] != 0.0 ? x.b[i] : x.c[i];
      return;
    default:
      calculate(op, x);
  }
}

}  // namespace

Formula::Formula(std::vector<std::uint16_t> named, const std::vector<double>& constants, std::vector<Step> steps,
                 std::size_t between, std::uint16_t result)
    : named_(std::move(named)), steps_(std::move(steps)), between_(between), result_(result) {
  for (const double constant : constants) constants_.insert(constants_.end(), block, constant);
}

void Formula::compute(std::span<const double> columns, std::size_t n, std::span<double> results,
                      std::vector<double>& scratch) const {
  scratch.resize(std::max(scratch.size(), between_ * block));
  const std::size_t constants = constants_.size() / block;
  for (std::size_t begin = 0; begin < n; begin += block) {
    const auto column = [&](std::size_t i) -> const double* {
      if (i < named_.size()) return columns.data() + i * n + begin;
      i -= named_.size();
      return i < constants ? constants_.data() + i * block : scratch.data() + (i - constants) * block;
    };
    const std::size_t size = std::min(block, n - begin);
    for (const Step& step : steps_) {
      double* const out = scratch.data() + (step.out - named_.size() - constants) * block;
      decide(step.op, {column(step.a), column(step.b), column(step.c), out, size});
    }
    std::copy_n(column(result_), size, results.begin() + static_cast<std::ptrdiff_t>(begin));
  }
}

}  // namespace grapevine
