#!/usr/bin/env bash
# Runs one scenario in every way that must not matter and compares all digests of the results.
#
#   same_bits.sh SCENARIO PROGRAM          threads, parts, and the code that libm picks for the processor
#   same_bits.sh SCENARIO PROGRAM OTHER    the same scenario by a second build; status 77, skipped, where that is not there
set -euo pipefail
scenario=$1 program=$2 other=${3:-}

if [ -n "$other" ] && [ ! -x "$other" ]; then
  echo "skipped: there is no second build at $other; cmake --preset clones-off && cmake --build --preset clones-off --target grapevine"
  exit 77
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

digests() {  # PROGRAM [OPTION...]: every digest of the result, the total first
  local program=$1
  shift
  rm -f "$folder/result.h5"
  "$program" run "$scenario" -o "$folder/result.h5" --quiet "$@" > /dev/null
  "$program" show --digest "$folder/result.h5"
}

different=0
compare() {  # NAME PROGRAM [OPTION...]
  local name=$1 found
  shift
  found=$(digests "$@")
  echo "$(head -n 1 <<< "$found")  $name"
  if [ "$found" != "$expected" ]; then
    diff <(echo "$expected") <(echo "$found") || true
    different=1
  fi
}

expected=$(digests "$program" --threads 1)
echo "$(head -n 1 <<< "$expected")  1 thread"

if [ -n "$other" ]; then
  compare "1 thread of $other" "$other" --threads 1
  [ $different = 0 ] || echo "They differ. Is the second build as new as the first? cmake --build --preset clones-off --target grapevine"
  exit $different
fi

for threads in 2 3 8; do compare "$threads threads" "$program" --threads $threads; done
for parts in 2 3 5; do compare "$parts parts" "$program" --threads 1 --parts $parts; done

# A last bit of libm seldom shows in counts, so the program is held to calling none of its functions that round differently by processor.
# log10 is left out: it chooses the decimals of a table. (Those of long double, for tables of quantiles, have one version.)
if command -v nm > /dev/null; then
  called=$(nm -D --undefined-only "$program" | grep -oE ' (exp2?|expm1|log1p|log2?|pow|sin|cos|tan|sincos|atan2?)f?@' || true)
  if [ -n "$called" ]; then
    echo "The program calls libm's$called"
    different=1
  fi
fi

# On a processor with FMA, glibc takes another exp, log, pow and sin for it, which round differently. Masked, it takes those of any x86-64
# processor. The names with _Usable are those of glibc before 2.33.
export GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX512F,-AVX2_Usable,-FMA_Usable,-FMA4_Usable,-AVX512F_Usable
compare "libm without FMA and AVX2" "$program" --threads 2
exit $different
