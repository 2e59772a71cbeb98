#pragma once

#include <cstddef>

/// Transcendental functions with the same bits on every x86-64 machine: built from + - * / and sqrt alone, which IEEE
/// 754 fixes. libm's differ between processors (it picks variants with and without fused multiply-add), so none of them
/// lies on a path to a result. tests/base/math_test.cpp holds each bound against 50 digits and keeps a hash of the
/// bits. Unit of the bounds: 1 ulp, the spacing of doubles at the true value.
namespace grapevine::math {

/// e^x. At most 0.75 ulp off (1 ulp where the result is subnormal); 0 below -745.1332, infinity above 709.7827.
double exp(double x);

/// Natural logarithm of x > 0. At most 0.9 ulp off; -infinity at 0, NaN below.
double log(double x);

/// Each x becomes what -log(x) is, to the bit, for many at a time. For x > 0 that are neither subnormal nor infinite.
void negated_logs(double* x, std::size_t count);

/// x^y for x >= 0, NaN for x < 0. At most 0.9 ulp off (1 where the result is subnormal). As in C, x^0 and 1^y are 1
/// whatever the other is.
double pow(double x, double y);

/// 1 / log(1 - p) for a probability p: times the logarithm of a uniform number, the failures before the first success
/// of trials that succeed with p (rounded down), or the time to an event that happens within one unit of it with p
/// (exponential). At most 3.5 ulp off, however small p is. -0 at 1; -infinity, which is never, for p below 2^-64.
double per_log_failure(double p);

/// 1 / (1 + e^-x). At most 2.5 ulp off, also where e^-x would overflow.
double logistic(double x);

/// Quantile of the standard normal distribution at 0 < p < 1 (Wichura 1988, algorithm AS 241, PPND16). Relative error
/// below 1e-15; -infinity at 0, infinity at 1, NaN outside.
double normal_quantile(double p);

}  // namespace grapevine::math
