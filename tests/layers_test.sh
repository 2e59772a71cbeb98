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

# floors LAYER ROOM...: no room includes one that stands after it, and no source lies beside them.
floors() {
  layer=$1
  shift
  find "$layer" -maxdepth 1 -name '*.?pp' 2>/dev/null | sed 's/$/: lies in no room of its layer/'
  while [ $# -gt 0 ]; do
    room=$1
    shift
    later=$(echo "$*" | tr ' ' '|')
    [ -z "$later" ] || breach "$layer/$room includes a room above it" "#[[:space:]]*include[[:space:]]*[\"<](.*/)?$layer/($later)/" $(sources $layer/$room)
  done
}

all_breaches() {
  engine="graph sim analysis scenarios"

  above="tests|benchmarks"
  for layer in scenarios analysis sim graph; do
    breach "$layer includes a higher layer; includes point scenarios, analysis, sim, graph" "#[[:space:]]*include[[:space:]]*[\"<](.*/)?($above)/" $(sources $layer)
    above="$above|$layer"
  done
  # Rooms of one layer, lowest first: none includes one further on.
  floors sim model state feed tick diffusion influence money run
  floors scenarios result keys reader study commands
  breach "include not written from the root" '#[[:space:]]*include[[:space:]]*"(\.|[^/"]*")' $(sources $engine)

  breach "OpenMP outside graph/base/parallel; use its loops" '#[[:space:]]*pragma[[:space:]]+omp|_Pragma.*omp|<omp\.h>|omp_(get|set)_' \
    $(sources $engine | without '^graph/base/parallel\.')
  breach "HDF5 outside graph/base/h5; use its objects" '#[[:space:]]*include[[:space:]]*(["<](hdf5|H5)|"graph/base/h5_)' $(sources $engine | without '^graph/base/h5(\.|_)')
  breach "MPI outside graph/base/exchange_ranks.cpp; use an Exchange" '#[[:space:]]*include[[:space:]]*["<]mpi\.h' $(sources $engine | without '^graph/base/exchange_ranks\.cpp')

  breach "muParser outside sim/feed/read_formula.cpp; use read_formula" '#[[:space:]]*include[[:space:]]*["<]muParser' $(sources $engine | without '^sim/feed/read_formula\.cpp')

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

notices graph/rows.hpp '#include "sim/state/posts.hpp"'
notices sim/model/parameters.hpp '#include "sim/state/posts.hpp"'
notices sim/feed/rank.cpp '#include "sim/run/world.hpp"'
notices sim/money/campaigns.hpp '#include "sim/run/replicate.hpp"'
notices scenarios/keys/keys.hpp '#include "scenarios/reader/read_scenario.hpp"'
notices graph/formats/graph_file.cpp '#include "graph/base/h5_handle.hpp"'
notices scenarios/result/result.hpp '#include "scenarios/study/study.hpp"'
notices sim/posts.cpp 'int beside_the_rooms;'
passes sim/run/world.cpp '#include "sim/model/parameters.hpp"'
passes scenarios/commands/main.cpp '#include "scenarios/result/result.hpp"'
notices graph/base/ids.hpp '#include "analysis/estimates.hpp"'
notices sim/state/posts.hpp '#include "scenarios/keys/keys.hpp"'
notices sim/state/posts.hpp '# include "../analysis/estimates.hpp"'
notices analysis/tiers.cpp '#include "scenarios/keys/keys.hpp"'
notices scenarios/commands/main.cpp '#include "tests/catch.hpp"'
notices graph/rows.hpp '#include "benchmarks/world.hpp"'
notices sim/state/posts.cpp '#include "posts.hpp"'
notices sim/feed/rank.cpp '#pragma omp parallel for'
notices graph/rows.cpp '#include <omp.h>'
notices scenarios/result/write.cpp '#include <hdf5.h>'
notices scenarios/result/write.cpp '#include <H5Cpp.h>'
notices scenarios/commands/main.cpp '#include <mpi.h>'
notices sim/feed/rank.cpp '#include <muParser.h>'
passes sim/feed/read_formula.cpp '#include <muParserBase.h>'
notices sim/feed/rank.cpp '  std::mt19937_64 generator(seed);'
notices sim/feed/rank.cpp 'std::random_device device;'
notices sim/feed/rank.cpp 'std::uniform_real_distribution<double> u(0, 1);'
notices sim/feed/rank.cpp 'if (rand() % 2) return;'
notices analysis/tiers.cpp 'std::shuffle(users.begin(), users.end(), generator);'
notices sim/model/behaviour.cpp 'return std::exp(-age);'
notices sim/model/behaviour.cpp 'return x + pow(x, 2);'
notices analysis/estimates.cpp 'double y = std::tanh(x);'
passes sim/state/posts.cpp '#include "graph/base/ids.hpp"'
passes graph/base/parallel.cpp '#pragma omp parallel'
passes graph/base/h5_reader.cpp '#include <hdf5.h>'
passes graph/base/exchange_ranks.cpp '#include <mpi.h>'
notices graph/base/exchange.cpp '#include <mpi.h>'
notices graph/base/exchange_ranks.hpp '#include <mpi.h>'
passes sim/model/behaviour.cpp 'return math::exp(-age) * std::sqrt(x) + math::log(y);  // exp(x) = 1 + x + ...'
passes scenarios/commands/progress.cpp 'double digits = std::log10(rate);  // not on a path to a result'
passes graph/base/math.cpp '  if (x == 0.0) return exp(-x);'

cd "$1"
[ -d graph/base ] || { echo "$1 has no folder graph/base; expected the root of the sources"; exit 2; }
found=$(all_breaches)
[ -z "$found" ] || { echo "$found"; exit 1; }

# Types of one name in one namespace: the linker takes the members of one for those of the other.
types_in() {
  awk 'FNR == 1 { ns = "" }
       /^namespace [a-z_:]+ \{/ { ns = ns $2 "::" }
       /^}  \/\/ namespace/ { ns = "" }
       /^(class|struct|enum class) [A-Za-z_]+( final)?( :.*)? *\{/ && match($0, /^(class|struct|enum class) [A-Za-z_]+/) { n = split(substr($0, RSTART, RLENGTH), word, " "); print ns word[n] }' "$@"
}
twice=$(types_in $(find graph sim analysis scenarios -name '*.hpp') | sort | uniq -d)
[ -z "$twice" ] || { echo "two types are called $twice"; exit 1; }
