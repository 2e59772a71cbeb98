#pragma once

/// The upper tail of the standard normal distribution from portable arithmetic, also where it is far below the smallest
/// double.
namespace grapevine {

/// P(Z > z) over the density at z (Mills' ratio), z >= 0: 1.2533 at 0, about 1 / z far out. Relative error below 1e-13.
double mills_ratio(double z);

/// P(Z > z) for any z. Relative error below 1e-13 while it is no subnormal number.
double upper_tail(double z);

/// log P(Z > z) for any z. Absolute error below 1e-13 of the larger of 1 and z^2 / 2.
double log_upper_tail(double z);

/// log P(low < Z < high), low < high. Absolute error below 1e-11 of the larger of 1 and its size.
double log_between(double low, double high);

}  // namespace grapevine
