#!/bin/sh
# Does an installed Grapevine serve a program that brings a ranking and a mechanism of its own? Usage: package_test.sh BUILD SOURCE
# Installs BUILD, builds SOURCE/examples/own-ranking against it, and looks at its keys, its mistakes and its bits.
set -eu
build=$1 source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "$1"; exit 1; }

cmake --install "$build" --prefix "$work/prefix" >"$work/install.log" || { cat "$work/install.log"; exit 1; }
cmake -S "$source/examples/own-ranking" -B "$work/own" -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_BUILD_TYPE=Release >"$work/log" 2>&1 &&
  cmake --build "$work/own" >>"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
own=$work/own/own_ranking
study=$source/examples/own-ranking/tired-readers.toml

# Keys: listed, documented, in the schema.
"$own" keys | grep -q '\[feed.familiar\]  What the familiar ranking weighs' || fail "keys: [feed.familiar] is missing"
"$own" keys | grep -q 'Only with feed.ranking = "familiar"' || fail "keys: the condition of [feed.familiar] is missing"
"$own" keys | grep -q 'per_look .*a number, 0 to 10' || fail "keys: fatigue.per_look is missing"
"$own" keys --json-schema | grep -q '"per_look"' || fail "keys --json-schema: fatigue.per_look is missing"

# Mistakes: with line and column, all at once, status 2.
sed -e 's/^gain .*/gain = -1/' -e 's/^decay .*/decya = 2/' -e 's/^fatigue.per_look .*/fatigue.per_look = "much"/' "$study" >"$work/wrong.toml"
status=0
"$own" check "$work/wrong.toml" 2>"$work/mistakes" >/dev/null || status=$?
[ $status = 2 ] || fail "a wrong scenario: status $status instead of 2"
for line in "wrong.toml:21:8: feed.familiar.gain is -1; expected a number, 0 to 100" \
  "wrong.toml:22:1: unknown key 'decya' in \[feed.familiar\]; did you mean 'decay'?" \
  "fatigue.per_look is \"much\"; expected a number, 0 to 10"; do
  grep -q "$line" "$work/mistakes" || { cat "$work/mistakes"; fail "no message: $line"; }
done
sed -e '/^feed.ranking/d' -e '/^fatigue/d' "$study" >"$work/idle.toml"
"$own" check "$work/idle.toml" 2>&1 | grep -q 'feed.familiar.gain has no effect here; it needs feed.ranking = "familiar"' ||
  fail "a key of a ranking that no arm uses is let pass"

# Bits: the same for any threads and parts, and other ones for another value.
run() {
  out=$work/$1.h5
  shift
  "$own" run "$study" -o "$out" --quiet "$@" >/dev/null
  "$own" show --digest "$out" | head -n 1
}
one=$(run one --threads 1)
[ "$one" = "$(run two --threads 2)" ] || fail "threads change a digest"
[ "$one" = "$(run parts --parts 3)" ] || fail "parts change a digest"
[ "$one" != "$(run other --set arm.tired.fatigue.per_look=0.1)" ] || fail "fatigue.per_look acts on nothing"
[ "$one" != "$(run gain --set feed.familiar.gain=5)" ] || fail "feed.familiar.gain acts on nothing"
