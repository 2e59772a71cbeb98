#!/bin/sh
# Do includes point one way, does each outside facility have one home, and is chance addressed? Usage: layers_test.sh ROOT
# Before it judges the sources below ROOT it makes each breach once in a scratch tree and fails if one goes unnoticed.
set -eu

# Source files below the folders "$@".
sources() { find "$@" -type f \( -name '*.?pp' -o -name '*.h' -o -name '*.c' -o -name '*.in' \) 2>/dev/null | sort; }

# breach MESSAGE PATTERN FILE...: names each line of the files that the extended regular expression matches outside a comment.
# A line that carries the comment "// not on a path to a result" is let pass.
breach() {
  message=$1 pattern=$2
  shift 2
  [ $# -eq 0 ] || message=$message pattern=$pattern awk '
    /\/\/ not on a path to a result/ { next }
    { code = $0; sub(/\/\/.*/, "", code) }
    code ~ ENVIRON["pattern"] { print FILENAME ":" FNR ": " ENVIRON["message"] }' "$@"
}

without() { grep -vE "$1" || true; }

all_breaches() {
  engine="graph sim analysis scenarios"

  above="tests|benchmarks"
  for layer in scenarios analysis sim graph; do
    breach "$layer includes a higher layer; includes point scenarios, analysis, sim, graph" "#[[:space:]]*include[[:space:]]*[\"<](.*/)?($above)/" $(sources $layer)
    above="$above|$layer"
  done
  breach "include not written from the root" '#[[:space:]]*include[[:space:]]*"(\.|[^/"]*")' $(sources $engine)

  breach "OpenMP outside graph/base/parallel; use its loops" '#[[:space:]]*pragma[[:space:]]+omp|_Pragma.*omp|<omp\.h>|omp_(get|set)_' \
    $(sources $engine | without '^graph/base/parallel\.')
  breach "HDF5 outside graph/base/h5; use its objects" '#[[:space:]]*include[[:space:]]*["<](hdf5|H5)' $(sources $engine | without '^graph/base/h5\.')
  breach "MPI outside graph/base/exchange; use an Exchange" '#[[:space:]]*include[[:space:]]*["<]mpi\.h' $(sources $engine | without '^graph/base/exchange')

  breach "randomness that is not addressed; use graph/base/random.hpp" \
    '(^|[^[:alnum:]_])(mt19937|minstd_rand|ranlux|default_random_engine|random_device|[[:alnum:]_]+_distribution[[:space:]]*<|uniform_(int|real)|s?rand(om)?[[:space:]]*\(|[dlm]rand48|std::(shuffle|sample|random_shuffle))' \
    $(sources $engine)
  breach "libm on a path to a result; use graph/base/math.hpp, or mark the line // not on a path to a result" \
    '(^|[^[:alnum:]_:.>])(std::|::)?(exp|exp2|exp10|expm1|log|log2|log10|log1p|pow|cbrt|hypot|sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh|asinh|acosh|atanh|erf|erfc|tgamma|lgamma)f?[[:space:]]*\(' \
    $(sources $engine | without '^graph/base/math\.')
}

# notices FILE LINE: a tree whose only file holds this line must be found in breach; passes FILE LINE: must not.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
try() {
  rm -rf "${scratch:?}"/*
  mkdir -p "$scratch/$(dirname "$1")"
  printf '%s\n' "$2" >"$scratch/$1"
  (cd "$scratch" && all_breaches)
}
notices() { [ -n "$(try "$1" "$2")" ] || { echo "this test does not notice '$2' in $1"; exit 1; }; }
passes() { [ -z "$(try "$1" "$2")" ] || { echo "this test objects to '$2' in $1"; exit 1; }; }

notices graph/rows.hpp '#include "sim/posts.hpp"'
notices graph/base/ids.hpp '#include "analysis/estimates.hpp"'
notices sim/posts.hpp '#include "scenarios/program/keys.hpp"'
notices sim/posts.hpp '# include "../analysis/estimates.hpp"'
notices analysis/tiers.cpp '#include "scenarios/program/keys.hpp"'
notices scenarios/program/main.cpp '#include "tests/catch.hpp"'
notices graph/rows.hpp '#include "benchmarks/world.hpp"'
notices sim/posts.cpp '#include "posts.hpp"'
notices sim/tick/rank.cpp '#pragma omp parallel for'
notices graph/rows.cpp '#include <omp.h>'
notices sim/record/write.cpp '#include <hdf5.h>'
notices sim/record/write.cpp '#include <H5Cpp.h>'
notices scenarios/program/main.cpp '#include <mpi.h>'
notices sim/tick/rank.cpp '  std::mt19937_64 generator(seed);'
notices sim/tick/rank.cpp 'std::random_device device;'
notices sim/tick/rank.cpp 'std::uniform_real_distribution<double> u(0, 1);'
notices sim/tick/rank.cpp 'if (rand() % 2) return;'
notices analysis/tiers.cpp 'std::shuffle(users.begin(), users.end(), generator);'
notices sim/behaviour.cpp 'return std::exp(-age);'
notices sim/behaviour.cpp 'return x + pow(x, 2);'
notices analysis/estimates.cpp 'double y = std::tanh(x);'
passes sim/posts.cpp '#include "graph/base/ids.hpp"'
passes graph/base/parallel.cpp '#pragma omp parallel'
passes graph/base/h5.cpp '#include <hdf5.h>'
passes graph/base/exchange_mpi.cpp '#include <mpi.h>'
passes sim/behaviour.cpp 'return math::exp(-age) * std::sqrt(x) + math::log(y);  // exp(x) = 1 + x + ...'
passes scenarios/program/progress.cpp 'double digits = std::log10(rate);  // not on a path to a result'
passes graph/base/math.cpp '  if (x == 0.0) return exp(-x);'

cd "$1"
[ -d graph/base ] || { echo "$1 has no folder graph/base; expected the root of the sources"; exit 2; }
found=$(all_breaches)
[ -z "$found" ] || { echo "$found"; exit 1; }
