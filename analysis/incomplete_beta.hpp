#pragma once

/// The incomplete beta function and what is made of it, with portable bits: only math.hpp, + - * / and sqrt.
namespace grapevine {

/// The continued fraction of the incomplete beta function (DLMF 8.17.22) by the method of Lentz; converges fast for
/// x < (a + 1) / (a + b + 2).
double beta_fraction(double a, double b, double x);

/// I_x(a, b), the regularised incomplete beta function, for a, b >= 1/2 and 0 <= x <= 1; `rest` is 1 - x, which may be
/// known to more digits than the difference shows. Relative error below 1e-10 for a and b up to 10 000.
double incomplete_beta(double a, double b, double x, double rest);

/// P(F > f) of the F distribution with d1 and d2 >= 1 degrees of freedom, whole or not; 1 for f <= 0. As accurate as
/// `incomplete_beta`, however small.
double f_above(double d1, double d2, double f);

/// The f with P(F <= f) = p, for 0 < p < 1.
double f_quantile(double d1, double d2, double p);

}  // namespace grapevine
