#include "analysis/elasticity.hpp"

#include <algorithm>
#include <cmath>

#include "graph/base/error.hpp"
#include "graph/base/math.hpp"

namespace grapevine {

namespace {

/// Accounts with one follower count within a fit.
struct Cell {
  double x;       ///< log followers, from the centre of the fit
  double weight;  ///< 1, or the kernel of a curve
  ExposedGroup sums;
};

/// A symmetric matrix of two rows.
struct Matrix {
  double aa = 0, ab = 0, bb = 0;

  void add(double scale, double x) {
    aa += scale;
    ab += scale * x;
    bb += scale * x * x;
  }
  double determinant() const { return aa * bb - ab * ab; }
  Matrix inverse() const { return {bb / determinant(), -ab / determinant(), aa / determinant()}; }
};

/// The variance of u . scores for u the row of the inverse information: u M u.
double quadratic(double u, double v, const Matrix& m) { return u * u * m.aa + 2 * u * v * m.ab + v * v * m.bb; }

/// log E[y / exposure] = level + slope x.
struct Line {
  double level = not_a_number;
  double slope = not_a_number;

  bool found() const { return !std::isnan(slope); }
  double at(double x) const { return math::exp(level + slope * x); }
};

double log_likelihood(const Line& line, std::span<const Cell> cells) {
  double sum = 0;
  for (const Cell& c : cells)
    sum += c.weight * (c.sums.outcome * (line.level + line.slope * c.x) - c.sums.exposure * line.at(c.x));
  return sum;
}

/// Minus the second derivative of the likelihood.
Matrix information(const Line& line, std::span<const Cell> cells) {
  Matrix m;
  for (const Cell& c : cells) m.add(c.weight * c.sums.exposure * line.at(c.x), c.x);
  return m;
}

/// Whether the likelihood has a maximum (Santos Silva, Tenreyro 2010): outcomes above 0 at two x, or at one with
/// exposure on either side.
bool has_maximum(std::span<const Cell> cells) {
  const auto least = [&](auto what, auto x) {
    double found = std::numeric_limits<double>::infinity();
    for (const Cell& c : cells)
      if (what(c)) found = std::min(found, x(c));
    return found;
  };
  const auto all = [](const Cell&) { return true; };
  const auto some = [](const Cell& c) { return c.sums.outcome > 0; };
  const auto up = [](const Cell& c) { return c.x; };
  const auto down = [](const Cell& c) { return -c.x; };
  const double from = least(some, up), to = -least(some, down);
  if (!(from <= to)) return false;
  return from < to || (least(all, up) < from && to < -least(all, down));
}

/// Newton's method from the constant. A step is halved until the likelihood, which is concave, does not fall; the last
/// one, taken once both parts are below 1e-9, leaves an error of the order of its square.
Line fit(std::span<const Cell> cells) {
  if (!has_maximum(cells)) return {};
  double outcome = 0, exposure = 0;
  for (const Cell& c : cells) {
    outcome += c.weight * c.sums.outcome;
    exposure += c.weight * c.sums.exposure;
  }
  Line line{math::log(outcome / exposure), 0};
  double likelihood = log_likelihood(line, cells);
  for (int step = 0; step < 100; ++step) {
    double score_a = 0, score_b = 0;
    for (const Cell& c : cells) {
      const double residual = c.weight * (c.sums.outcome - c.sums.exposure * line.at(c.x));
      score_a += residual;
      score_b += residual * c.x;
    }
    const Matrix inverse = information(line, cells).inverse();
    double da = inverse.aa * score_a + inverse.ab * score_b, db = inverse.ab * score_a + inverse.bb * score_b;
    if (std::abs(da) < 1e-9 && std::abs(db) < 1e-9) return {line.level + da, line.slope + db};
    for (int half = 0; half < 60; ++half) {
      const Line next{line.level + da, line.slope + db};
      const double there = log_likelihood(next, cells);
      // Near the maximum rounding hides the rise.
      if (there >= likelihood || (std::abs(da) < 1e-6 && std::abs(db) < 1e-6)) {
        line = next;
        likelihood = there;
        break;
      }
      da /= 2;
      db /= 2;
    }
  }
  return {};
}

/// Sum over accounts of the squared scores: (y - e mu)^2 summed is y^2 - 2 mu y e + mu^2 e^2 summed.
Matrix account_scores(const Line& line, std::span<const Cell> cells) {
  Matrix m;
  for (const Cell& c : cells) {
    const double mean = line.at(c.x);
    const double squares =
        c.sums.outcome_squared - 2 * mean * c.sums.outcome_exposure + mean * mean * c.sums.exposure_squared;
    m.add(c.weight * c.weight * std::max(squares, 0.0), c.x);
  }
  return m;
}

/// Student's t; above 400 degrees by the expansion about the normal quantile (Abramowitz, Stegun 26.7.5), which there
/// is good to 1e-9 and whose bits do not lean on libm for numbers of clusters that no test has seen.
double t_quantile(double degrees, double p) {
  if (degrees <= 400) return student_t_quantile(degrees, p);
  const double z = math::normal_quantile(p), s = z * z;
  return z + z * (s + 1) / (4 * degrees) + z * ((5 * s + 16) * s + 3) / (96 * degrees * degrees) +
         z * (((3 * s + 19) * s + 17) * s - 15) / (384 * degrees * degrees * degrees);
}

Estimate with_interval(double value, double standard_error, std::size_t clusters, double level) {
  Estimate e{.value = value, .n = clusters};
  if (clusters < 3 || std::isnan(standard_error)) return e;
  const double half_width = t_quantile(static_cast<double>(clusters) - 1, 0.5 + level / 2) * standard_error;
  e.low = value - half_width;
  e.high = value + half_width;
  return e;
}

/// Standard errors of level and slope from the summed squares of the clusters' scores.
struct Errors {
  double level = not_a_number, slope = not_a_number;
};
Errors sandwich(const Line& line, std::span<const Cell> cells, const Matrix& scores, std::size_t clusters) {
  if (clusters < 3) return {};
  const Matrix inverse = information(line, cells).inverse();
  const double correction = static_cast<double>(clusters) / (static_cast<double>(clusters) - 1);
  return {std::sqrt(correction * quadratic(inverse.aa, inverse.ab, scores)),
          std::sqrt(correction * quadratic(inverse.ab, inverse.bb, scores))};
}

Elasticity elasticity_of(const Line& line, double centre, const Errors& errors, std::size_t clusters, double level) {
  if (!line.found()) return {.estimate = {.n = clusters}};
  return {.estimate = with_interval(line.slope, errors.slope, clusters, level),
          .standard_error = errors.slope,
          .constant = line.level - line.slope * centre};
}

ExposedGroup exposed(const FollowerGroup& g) {
  const auto accounts = static_cast<double>(g.accounts);
  return {g.followers, g.accounts, g.outcome, g.outcome_squared, accounts, accounts, g.outcome};
}
const ExposedGroup& exposed(const ExposedGroup& g) { return g; }

/// The cells of a fit, not yet centred: what has followers and exposure.
template <class Group>
std::vector<Cell> cells_of(std::span<const Group> groups, FollowerRange range) {
  std::vector<Cell> cells;
  for (const Group& group : groups) {
    const ExposedGroup& sums = exposed(group);
    GRAPEVINE_EXPECTS(sums.outcome >= 0 && sums.exposure >= 0 && (sums.exposure > 0 || sums.outcome == 0));
    if (sums.exposure > 0 && sums.followers > 0 && sums.followers >= range.from && sums.followers < range.to)
      cells.push_back({math::log(sums.followers), 1, sums});
  }
  return cells;
}

std::size_t accounts_in(std::span<const Cell> cells) {
  std::size_t accounts = 0;
  for (const Cell& c : cells) accounts += c.sums.accounts;
  return accounts;
}

/// Moves the mean of log followers to 0, for the sake of Newton's method, and says where it was.
double centre(std::vector<Cell>& cells) {
  double sum = 0, exposure = 0;
  for (const Cell& c : cells) {
    sum += c.sums.exposure * c.x;
    exposure += c.sums.exposure;
  }
  const double mean = cells.empty() ? 0 : sum / exposure;
  for (Cell& c : cells) c.x -= mean;
  return mean;
}

template <class Group>
Elasticity elasticity_by_account(std::span<const Group> groups, FollowerRange range, double level) {
  std::vector<Cell> cells = cells_of(groups, range);
  const double mean = centre(cells);
  const Line line = fit(cells);
  const std::size_t accounts = accounts_in(cells);
  return elasticity_of(line, mean, sandwich(line, cells, account_scores(line, cells), accounts), accounts, level);
}

/// (1 - u^3)^3 within the window, 0 outside.
double tricube(double u) {
  if (u >= 1) return 0;
  const double v = 1 - u * u * u;
  return v * v * v;
}

template <class Group>
std::vector<CurvePoint> curve_by_account(std::span<const Group> groups, std::span<const double> at, double window,
                                         double level) {
  GRAPEVINE_EXPECTS(window > 1);
  const std::vector<Cell> all = cells_of(groups, FollowerRange{.from = 0});
  const double reach = math::log(window);
  std::vector<CurvePoint> curve;
  std::vector<Cell> cells;
  for (const double followers : at) {
    GRAPEVINE_EXPECTS(followers > 0);
    const double here = math::log(followers);
    cells.clear();
    for (const Cell& c : all)
      if (const double weight = tricube(std::abs(c.x - here) / reach); weight > 0)
        cells.push_back({c.x - here, weight, c.sums});
    const Line line = fit(cells);
    const std::size_t accounts = accounts_in(cells);
    CurvePoint point{.followers = followers, .response = {.n = accounts}, .elasticity = {.n = accounts}};
    if (line.found()) {
      const Errors errors = sandwich(line, cells, account_scores(line, cells), accounts);
      point.elasticity = with_interval(line.slope, errors.slope, accounts, level);
      const Estimate log = with_interval(line.level, errors.level, accounts, level);
      point.response.value = math::exp(line.level);
      if (!std::isnan(log.low)) {
        point.response.low = math::exp(log.low);
        point.response.high = math::exp(log.high);
      }
    }
    curve.push_back(point);
  }
  return curve;
}

template <class Group>
ReplicatedElasticity elasticity_by_replicate(std::span<const std::vector<Group>> replicates, FollowerRange range,
                                             double level) {
  ReplicatedElasticity result;
  std::vector<Group> all;
  for (const auto& groups : replicates) {
    result.each.push_back(poisson_elasticity(std::span<const Group>(groups), range, level).estimate.value);
    all.insert(all.end(), groups.begin(), groups.end());
  }
  result.over_replicates = pooled({.total = result.each, .per = {}}, level);
  result.within = poisson_elasticity(std::span<const Group>(all), range, level);
  return result;
}

template <class Group>
std::vector<CurvePoint> curve_by_replicate(std::span<const std::vector<Group>> replicates, std::span<const double> at,
                                           double window, double level) {
  std::vector<Series> responses(at.size()), slopes(at.size());
  for (const auto& groups : replicates) {
    const std::vector<CurvePoint> curve = response_curve(std::span<const Group>(groups), at, window, level);
    for (std::size_t i = 0; i < at.size(); ++i) {
      responses[i].total.push_back(curve[i].response.value);
      slopes[i].total.push_back(curve[i].elasticity.value);
    }
  }
  std::vector<CurvePoint> curve;
  for (std::size_t i = 0; i < at.size(); ++i)
    curve.push_back({at[i], pooled(responses[i], level), pooled(slopes[i], level)});
  return curve;
}

}  // namespace

void FollowerGroup::add(double of_one_account) {
  ++accounts;
  outcome += of_one_account;
  outcome_squared += of_one_account * of_one_account;
}

void ExposedGroup::add(double of_one_account, double its_exposure) {
  GRAPEVINE_EXPECTS(its_exposure > 0 || of_one_account == 0);
  if (its_exposure == 0) return;
  ++accounts;
  outcome += of_one_account;
  outcome_squared += of_one_account * of_one_account;
  exposure += its_exposure;
  exposure_squared += its_exposure * its_exposure;
  outcome_exposure += of_one_account * its_exposure;
}

Elasticity poisson_elasticity(std::span<const FollowerGroup> groups, FollowerRange range, double level) {
  return elasticity_by_account(groups, range, level);
}
Elasticity poisson_elasticity(std::span<const ExposedGroup> groups, FollowerRange range, double level) {
  return elasticity_by_account(groups, range, level);
}

Elasticity poisson_elasticity(std::span<const Observation> observations, FollowerRange range, double level) {
  std::vector<Observation> sorted(observations.begin(), observations.end());
  std::ranges::stable_sort(sorted, {}, &Observation::cluster);
  std::erase_if(sorted, [&](const Observation& o) {
    return !(o.followers > 0 && o.followers >= range.from && o.followers < range.to);
  });
  std::vector<FollowerGroup> groups;
  for (const Observation& o : sorted) groups.push_back({o.followers, 1, o.outcome, o.outcome * o.outcome});
  std::vector<Cell> cells = cells_of(std::span<const FollowerGroup>(groups), range);
  const double mean = centre(cells);
  const Line line = fit(cells);

  Matrix scores;
  std::size_t clusters = 0;
  for (std::size_t i = 0; i < sorted.size(); ++clusters) {
    double a = 0, b = 0;
    for (const std::uint64_t cluster = sorted[i].cluster; i < sorted.size() && sorted[i].cluster == cluster; ++i) {
      const double residual = sorted[i].outcome - line.at(cells[i].x);
      a += residual;
      b += residual * cells[i].x;
    }
    scores.aa += a * a;
    scores.ab += a * b;
    scores.bb += b * b;
  }
  return elasticity_of(line, mean, sandwich(line, cells, scores, clusters), clusters, level);
}

std::vector<CurvePoint> response_curve(std::span<const FollowerGroup> groups, std::span<const double> at, double window,
                                       double level) {
  return curve_by_account(groups, at, window, level);
}
std::vector<CurvePoint> response_curve(std::span<const ExposedGroup> groups, std::span<const double> at, double window,
                                       double level) {
  return curve_by_account(groups, at, window, level);
}

ReplicatedElasticity poisson_elasticity(std::span<const std::vector<FollowerGroup>> replicates, FollowerRange range,
                                        double level) {
  return elasticity_by_replicate(replicates, range, level);
}
ReplicatedElasticity poisson_elasticity(std::span<const std::vector<ExposedGroup>> replicates, FollowerRange range,
                                        double level) {
  return elasticity_by_replicate(replicates, range, level);
}

std::vector<CurvePoint> response_curve(std::span<const std::vector<FollowerGroup>> replicates,
                                       std::span<const double> at, double window, double level) {
  return curve_by_replicate(replicates, at, window, level);
}
std::vector<CurvePoint> response_curve(std::span<const std::vector<ExposedGroup>> replicates,
                                       std::span<const double> at, double window, double level) {
  return curve_by_replicate(replicates, at, window, level);
}

}  // namespace grapevine
