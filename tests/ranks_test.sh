#!/bin/sh
# Processes that mpirun starts run one study together, and nothing of it depends on how many they are.
# Usage: ranks_test.sh PROGRAM ALONE: the program built with MPI, and one built without it, which need not be there.
# Status 77: skipped, there is no mpirun.
set -eu

program=$1 alone=$2
command -v mpirun >/dev/null || { echo "skipped: there is no mpirun"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export OMP_WAIT_POLICY=passive OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
export OMPI_MCA_hwloc_base_binding_policy=none OMPI_MCA_btl=self,vader OMPI_MCA_plm_rsh_agent=false

fail() {
  echo "FAILED: $*"
  [ ! -f err ] || sed 's/^/  /' err
  exit 1
}
# run RANKS WORD...: `grapevine run study.toml` in so many processes; its exit status in $status.
run() {
  ranks=$1
  shift
  status=0
  mpirun -n "$ranks" "$program" run study.toml --threads 1 --quiet "$@" >out 2>err || status=$?
}
digest() { "$program" show --digest "$1"; }
same() { [ "$(digest "$1")" = "$whole" ] || fail "$2: another digest"; }

# 13 000 users: four blocks of readers, for three parts. Feeds and contagions, a sweep, switches, answers that are kept in each part.
cat >study.toml <<'END'
format = 1
seed = 11
replicates = 4
time = {tick = "1h", warmup = "6h", measure = "6h", followup = "6h"}
graph = {model = "platform", users = 13_000, mean_followees = 12, largest = 600, communities = 8}
population = {sessions = 3, posts = 1}
tiers = {names = ["small", "large"], from = [0, 60]}
feed = {ranking = "weighted", window = "6h", holdout = 0.2}
answers.per_day = 5
trust = {effect = 1, answered = 0.2}
claims = {arm = "base", micro = "small", mega = "large", attribution = "leave-one-out"}
switch = [{name = "ranking", feed.ranking = "chronological", feed.holdout = 0}]
sweep = {population.patience = [5, 20]}
[[arm]]
name = "base"
[[arm]]
name = "own"
warmup = "own"
feed.length = 20
[[arm]]
name = "cascade"
diffusion.model = "independent-cascade"
diffusion.chance = 0.02
END

"$program" run study.toml --threads 1 --quiet -o whole.h5 >out 2>err || fail "the study by itself"
whole=$(digest whole.h5)

for share in runs world; do
  for ranks in 1 2 3; do
    run $ranks -o ranks.h5 --ranks $share
    [ $status = 0 ] || fail "$ranks ranks share $share: status $status"
    same ranks.h5 "$ranks ranks share $share"
    [ "$(grep -c 'Written to' out)" = 1 ] || fail "$ranks ranks share $share: not one of them speaks"
    [ ! -e ranks.h5.parts ] || fail "$ranks ranks share $share: the folder stays"
    rm ranks.h5
  done
done
run 2 -o ranks.h5 --jobs 2
[ $status = 0 ] || fail "2 ranks of 2 jobs: status $status"
same ranks.h5 "2 ranks of 2 jobs"
rm ranks.h5
run 5 -o ranks.h5
[ $status = 0 ] || fail "more ranks than replicates: status $status"
same ranks.h5 "more ranks than replicates"
rm ranks.h5

# Stopped by a signal, which mpirun hands on, or by the end of a process; and resumed.
begun() {  # waits until there is a checkpoint of the study that runs
  for _ in $(seq 1200); do
    [ ! -e ranks.h5.parts/checkpoint.h5 ] || return 0
    sleep 0.05
  done
  fail "no checkpoint"
}
# Three share a world of four blocks, so that one has a block more.
for share in runs world; do
  for how in USR1 KILL; do
    [ $share = world ] && many=3 || many=2
    mpirun -n $many "$program" run study.toml --threads 1 --quiet -o ranks.h5 --ranks $share --checkpoint 0.00001 >out 2>err &
    job=$!
    begun
    if [ $how = USR1 ]; then
      kill -USR1 $job
    else
      kill -KILL "$(pgrep -P $job | tail -1)"  # one of them
    fi
    status=0
    wait $job || status=$?
    [ $status != 0 ] || fail "$how, ranks share $share: status 0"
    [ $how = KILL ] || [ $status = 138 ] || fail "$how, ranks share $share: status $status, not 138"
    [ -d ranks.h5.parts ] || [ -e ranks.h5 ] || fail "$how, ranks share $share: nothing is left"
    run $many -o ranks.h5 --ranks $share --resume
    [ $status = 0 ] || fail "resumed after $how, ranks share $share: status $status"
    same ranks.h5 "resumed after $how, ranks share $share"
    rm -rf ranks.h5 ranks.h5.parts
  done
done

# Mistakes are told once, by one; nothing is touched.
refused() {  # refused WORDS
  [ $status = 2 ] || fail "$1: status $status"
  [ "$(grep -c "$1" err)" = 1 ] || fail "not told once: $1"
  [ ! -e ranks.h5 ] && [ ! -e ranks.h5.parts ] || fail "$1: something was written"
}
run 2 -o ranks.h5 --set feed.lenght=3
refused "lenght"
run 2 -o ranks.h5 --set graph.users=10 --set tiers.from='[0, 6]'
refused "mean_followees is 12"
run 2 -o ranks.h5 --ranks world --jobs 2
refused "ranks world with --jobs"
run 2
refused "no result file is named"
cp study.toml other.toml
sed -i 's/seed = 11/seed = 12/' other.toml
status=0
mpirun -n 1 "$program" run study.toml -o ranks.h5 --quiet : -n 1 "$program" run other.toml -o ranks.h5 --quiet >out 2>err || status=$?
refused "another study than rank 0"
if [ -x "$alone" ]; then
  status=0
  mpirun -n 2 "$alone" run study.toml -o ranks.h5 --quiet >out 2>err || status=$?
  [ $status = 2 ] && grep -q "built without MPI" err && [ ! -e ranks.h5 ] || fail "a program without MPI: status $status"
fi
echo "ranks: all as it should be"
