#pragma once

/// Transcendental functions with the same bits on every x86-64 machine: built from + - * / and sqrt alone, which IEEE 754 fixes.
/// libm's differ between processors (it picks variants with and without fused multiply-add), so none of them lies on a path to a result.
namespace grapevine::math {

/// e^x. At most 1 ulp off over the whole range; 0 below -745.14, infinity above 709.79.
double exp(double x);

/// Natural logarithm of x > 0. At most 1 ulp off; -infinity at 0, NaN below.
double log(double x);

/// x^y for x >= 0. Relative error at most 4e-16 * (1 + |y log x|).
double pow(double x, double y);

/// 1 / (1 + e^-x).
double logistic(double x);

/// Quantile of the standard normal distribution at 0 < p < 1 (Wichura 1988, algorithm AS 241, PPND16). Relative error below 1e-15.
double normal_quantile(double p);

}  // namespace grapevine::math
