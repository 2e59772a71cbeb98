#!/usr/bin/env bash
# Gives the same commands to two builds of the program, in a folder each, and compares what they print and write, byte by byte.
#
#   same_output.sh SCENARIO PROGRAM OTHER    status 77, skipped, where there is no second build
#
# The tests run a program that is built a source at a time. What users run is built of many sources put together, where a name that two of
# them use may mean another function, and no compiler says so. OTHER is built like that.
set -euo pipefail
scenario=$1 program=$2 other=$3

if [ ! -x "$other" ]; then
  echo "skipped: there is no second build at $other; cmake --preset clones-off && cmake --build --preset clones-off --target grapevine"
  exit 77
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

commands() {  # PROGRAM, in the folder that it writes to
  local grapevine=$1 step=0
  call() {  # [WORD...]
    local status=0
    step=$((step + 1))
    "$grapevine" "$@" > "printed-$step.txt" 2> "said-$step.txt" || status=$?
    echo "$status grapevine $*" >> called.txt
  }
  printf 'cascade,node,parent,time_s\nx,c,a,130\ny,1,,7\nx,r,-1,100\nx,a,r,110\nx,b,r,\n' > trees.csv
  printf 'follower,followee\na,b\nb,a\nc,"a,b"\nc,a\nd,c\n' > follows.csv

  call --help
  call keys --markdown
  call keys --preset x-2023-04
  call check no-such-scenario.toml
  call cascades stats trees.csv -o trees-measured.csv --quiet
  call cascades stats trees.csv -o trees-measured.csv.zst --quiet
  call graph import follows.csv -o follows.gvg --quiet
  call graph stats follows.gvg --quiet
  call graph generate "$scenario" -o world.gvg --quiet
  call graph stats world.gvg --quiet
  call graph sample world.gvg --users 500 --method forest-fire -o sample.csv --quiet
  for end in csv csv.gz txt.zst graphml; do call graph export sample.csv -o "exported.$end" --quiet; done
  call run "$scenario" -o whole.h5 --set replicates=2 --quiet
  for shard in 1 2; do call run "$scenario" -o "part-$shard.h5" --set replicates=2 --shard $shard/2 --quiet; done
  call merge part-1.h5 part-2.h5 -o merged.h5
  for kept in whole merged; do
    call show "$kept.h5"
    call show "$kept.h5" --digest
    call show "$kept.h5" --arms
    rm -f "$kept.h5"  # which says when and by what it was made; what counts of it was shown
  done
  rm -rf part-*
  # Seconds that a step took, and files that hold by what they were made.
  sed -i -E 's/after [0-9.]+ (ms|min( [0-9]+ s)?|s)/after TIME/; s/\.h5 \([^)]*\)/.h5/' printed-*.txt
}

for build in "$program" "$other"; do
  mkdir "$folder/one"
  (cd "$folder/one" && commands "$build")
  mv "$folder/one" "$folder/$([ "$build" = "$program" ] && echo tested || echo other)"
done
if grep -v '^0' "$folder/tested/called.txt" | grep -v no-such-scenario; then
  echo "These were refused: this test is not up to date."
  exit 1
fi
if ! diff -r --brief "$folder/tested" "$folder/other"; then
  diff -r "$folder/tested" "$folder/other" | head -n 40 || true
  echo "They differ. Is the second build as new as the first? cmake --build --preset clones-off --target grapevine"
  exit 1
fi
echo "$(grep -c . "$folder/tested/called.txt") commands, $(find "$folder/tested" -type f | wc -l) files of each are equal"
