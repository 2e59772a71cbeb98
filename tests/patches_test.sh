#!/bin/sh
# How many files does an addition touch, and does it then do what it says? Usage: patches_test.sh SOURCE
# Lays the patches of tests/patches over a copy of the tree, counts, builds the program and runs it.
set -eu
source=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "$1"; exit 1; }
mkdir "$work/tree"
for part in CMakeLists.txt CMakePresets.json cmake graph sim analysis scenarios; do cp -R "$source/$part" "$work/tree/"; done

# touches PATCH FILES [LINES]: the patch changes or adds so many files; with LINES, the files that were there change by so many lines.
touches() {
  patch=$source/tests/patches/$1.patch
  files=$(grep -c '^+++ ' "$patch")
  [ "$files" -eq "$2" ] || fail "$1: $files files instead of $2"
  [ $# -lt 3 ] || {
    lines=$(awk '/^--- /{ new = /dev\/null/ } /^\+[^+]/ && !new { n++ } END { print n + 0 }' "$patch")
    [ "$lines" -eq "$3" ] || fail "$1: $lines lines of files that were there instead of $3"
  }
  (cd "$work/tree" && patch -p1 -s --fuzz=3 <"$patch") || fail "$1: does not apply"
}
touches action 1 1     # a line of the table of actions
touches ranking 2 1    # a file, and a name in the list
touches estimand 2 1   # a file, and a name in the list
touches column 2       # where the row is declared, and where it is filled
touches attribute 2    # its key, and whoever uses it
touches key 1          # the struct that has it

cmake -S "$work/tree" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_FLAGS=-O0 -DGRAPEVINE_CLONES=OFF -DCMAKE_UNITY_BUILD=ON -DBUILD_TESTING=OFF \
  -DGRAPEVINE_BENCHMARKS=OFF >"$work/log" 2>&1 && cmake --build "$work/build" --target grapevine >>"$work/log" 2>&1 ||
  { grep -E 'error|FAILED' "$work/log"; tail -n 40 "$work/log"; exit 1; }
program=$work/build/grapevine

"$program" keys >"$work/keys"
for words in "save  *0  *run" "warmth  *0  *run" "patience_from" "oldest: the oldest post"; do
  grep -q "$words" "$work/keys" || fail "keys: no '$words'"
done

awk 'BEGIN { print "follower,followed"; for (u = 0; u < 400; ++u) for (k = 1; k < 9; ++k) print u "," (u * k + k * k) % 400 }' >"$work/follows.csv"
awk 'BEGIN { print "id,patience"; for (u = 0; u < 400; ++u) print u "," 1 + u % 9 }' >"$work/accounts.csv"
cat >"$work/study.toml" <<END
format = 1
seed = 1
replicates = 3
[graph]
file = "follows.csv"
accounts = "accounts.csv"
attributes = ["patience"]
[population]
sessions = 6
posts = 3
[tiers]
names = ["small", "large"]
from = [0, 9]
[[campaign]]
name = "c"
count = 4
[[campaign]]
name = "d"
count = 1
[[arm]]
name = "few"
pays = ["d"]
[[arm]]
name = "more"
pays = ["c"]
[claims]
arm = "few"
micro = "small"
mega = "large"
micro_arm = "more"
mega_arm = "few"
END
run() {
  name=$1
  shift
  "$program" run "$work/study.toml" -o "$work/$name.h5" --quiet "$@" >"$work/$name.txt"
  "$program" show --digest "$work/$name.h5" | head -n 1
}
plain=$(run plain)
grep -q '  6  many small ones reach more' "$work/plain.txt" || fail "the sixth claim is not judged"
[ "$plain" != "$(run saves --set behaviour.save=0.5)" ] || fail "behaviour.save acts on nothing"
[ "$plain" != "$(run oldest --set 'feed.ranking="oldest"')" ] || fail "the ranking acts on nothing"
[ "$plain" != "$(run patient --set 'population.patience_from="patience"')" ] || fail "the attribute acts on nothing"
h5dump -d /summary/followers "$work/plain.h5" | grep -q 'DATASPACE  SIMPLE' || fail "no column /summary/followers"
h5dump -a /format_version "$work/plain.h5" | grep -q '"4.4"' || fail "the new column did not raise the version"
h5dump -d /summary/saves "$work/saves.h5" | grep -q '[1-9]' || fail "nobody saves"
