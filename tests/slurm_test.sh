#!/bin/sh
# Do the scripts of scenarios/batch do what docs/batch.md says when a real Slurm runs them? Usage: slurm_test.sh SOURCE PROGRAM
# Starts a Slurm of one node, with a folder, a key and ports of its own, and ends all of it. Status 77, skipped, where none can be started.
set -eu
source=$1 program=$2
PATH=$PATH:/usr/sbin:/sbin
skip() { echo "skipped: $1"; exit 77; }
[ "$(id -u)" = 0 ] || skip "only root can start Slurm's daemons"
for tool in munged slurmctld slurmd sbatch scancel scontrol sinfo squeue srun; do
  command -v $tool >/dev/null || skip "there is no $tool; Debian has it in slurm-wlm and munge"
done

work=$(mktemp -d)
export SLURM_CONF="$work/slurm.conf"
# Ends whatever was started with our SLURM_CONF: daemons, steps that Slurm has made children of process 1, programs in them.
tidy() {
  unset SLURM_CONF  # or what looks for it would find itself
  for try in $(seq 100); do
    ours=$(grep -lsF "SLURM_CONF=$work/" /proc/[0-9]*/environ | cut -d/ -f3)
    [ -n "$ours" ] || break
    kill -KILL $ours 2>/dev/null || true
    sleep 0.1
  done
  rm -rf "$work"
}
trap tidy EXIT
trap 'exit 1' INT TERM HUP
cd "$work"
mkdir state spool logs

fail() {
  echo "$1"
  squeue --all
  for log in *.out logs/*; do [ ! -s "$log" ] || { echo "== $log"; tail -n 30 "$log"; }; done
  exit 1
}

# within SECONDS WORDS COMMAND...: waits until the command succeeds; else fails, saying that it has not come to what the words say.
within() {
  tries=$(($1 * 5)) words=$2
  shift 2
  until "$@"; do
    [ $((tries -= 1)) -gt 0 ] || fail "$words: not within the time"
    sleep 0.2
  done
}

listens() { cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -q ":$(printf %04X "$1") [0-9A-F:]* 0A "; }
port=$((20000 + $$ * 2 % 10000))  # below those that systems hand out
while listens $port || listens $((port + 1)); do port=$((port + 2)); done

# Where the name of this machine means 127.0.0.1, the daemons listen there alone; Slurm has no way to say so for other names.
host=$(uname -n | cut -d. -f1) inside=
case $(getent ahostsv4 "$host" | head -n 1) in
  "127.0.0.1 "*) inside=CommunicationParameters=NoInAddrAny,NoCtldInAddrAny ;;
esac

# Four processors, whatever the machine has, so that jobs run beside each other. A job that asks for another turn gets it after cred_expire seconds (120 by default).
cat >"$SLURM_CONF" <<END
ClusterName=grapevine
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
$inside
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$work/munge.socket,cred_expire=10
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
MailProg=/bin/true
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/builtin
SchedulerParameters=sched_interval=1
SlurmdParameters=config_overrides
ReturnToService=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=4 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES State=UP
END

# daemon NAME READY COMMAND...: starts a daemon; skips the test where it is not ready within half a minute.
daemon() {
  name=$1 ready=$2 tries=150
  shift 2
  "$@" >"logs/$name" 2>&1 &
  until eval "$ready" 2>/dev/null; do
    [ $((tries -= 1)) -gt 0 ] && kill -0 $! 2>/dev/null || skip "$name does not start here: $(tail -n 3 "logs/$name" | tr '\n' ' ')"
    sleep 0.2
  done
}
(umask 077 && head -c 128 /dev/urandom >munge.key)
daemon munged '[ -S munge.socket ]' munged --foreground --force --socket="$work/munge.socket" --key-file="$work/munge.key" \
  --log-file="$work/logs/munged.log" --pid-file="$work/munged.pid" --seed-file="$work/munged.seed"
daemon slurmctld 'sinfo -h >logs/sinfo' slurmctld -D
daemon slurmd 'sinfo -h -o %T | grep -q idle' slurmd -D

# job SIZE NAME SCRIPT WORDS...: submits a script as an array of so many tasks, each on one processor, and tells its number.
job() {
  size=$1 name=$2 script=$3
  shift 3
  sbatch --parsable --array=1-"$size" --cpus-per-task=1 --mem=0 --output="$name-%a.out" "$source/scenarios/batch/$script" "$@"
}
ended() { left=$(squeue -h -j "$1") && [ -z "$left" ]; }
# told TASK KEY: what Slurm says of a task, as in "told 7_1 Restarts".
told() { scontrol show job -o "$1" | tr ' ' '\n' | sed -n "s/^$2=//p"; }
# is TASK STATE STATUS: a task that has ended has done so in this way.
is() { [ "$(told "$1" JobState) $(told "$1" ExitCode)" = "$2 $3:0" ] || fail "task $1 is $(told "$1" JobState) with $(told "$1" ExitCode); expected $2 with $3"; }
# turns TASK NUMBER: how often it ran.
turns() { [ "$(told "$1" Restarts)" = $(($2 - 1)) ] || fail "task $1 was queued again $(told "$1" Restarts) times; expected $2 turns"; }
# same WHOLE SHARD...: the shards are the study.
same() {
  whole=$1
  shift
  "$program" merge "$@" -o merged.h5 --overwrite >/dev/null
  "$program" show --digest merged.h5 >merged.txt
  "$program" show --digest "$whole" | diff - merged.txt || fail "merged shards are not the study: $*"
}

cat >study.toml <<END
format = 1
seed = 5
replicates = 3
time = {tick = "1h", warmup = "12h", measure = "12h", followup = "12h"}
graph = {model = "platform", users = 500, mean_followees = 15, largest = 200, communities = 8}
population = {sessions = 4, posts = 2, shared_interest = 1}
tiers = {names = ["small", "large"], from = [0, 40]}
feed = {ranking = "weighted", window = "12h"}
arm = [{name = "base"}, {name = "newest", feed.ranking = "chronological"}]
END
many="replicates=800"  # seconds, on a fast machine too
echo "seed = soon" >wrong.toml
# Stand-ins for the program: one that crashes, and one whose first turn lasts until a signal comes.
printf '#!/bin/sh\nkill -SEGV $$\n' >crashes
cat >lasts <<'END'
#!/bin/sh
[ "${SLURM_RESTART_COUNT:-0}" = 0 ] || exit 0
trap 'exit 138' USR1
for second in $(seq 100); do sleep 1; done
END
chmod +x crashes lasts
export GRAPEVINE="$program"

# What an array of shards writes is the study.
an_array() {
  three=$(job 3 array shards.slurm study.toml array)
  within 100 "an array of three shards is done" ended "$three"
  for task in 1 2 3; do is "${three}_$task" COMPLETED 0; done
  "$program" run study.toml -o whole.h5 --quiet >/dev/null
  same whole.h5 array/shard-1.h5 array/shard-2.h5 array/shard-3.h5
}

# A shard that USR1 stops, as --signal=USR1@... of the script has Slurm send it, is queued again, goes on, and loses nothing.
a_signal() {
  stopped=$(job 1 signal shards.slurm study.toml signal --set "$many")
  within 100 "a shard has begun" test -e signal/shard-1.h5.parts
  scancel --signal=USR1 "$stopped"
  "$program" run study.toml -o many.h5 --quiet --set "$many" >/dev/null
  within 100 "a shard that was stopped is done" ended "$stopped"
  is "${stopped}_1" COMPLETED 0
  turns "${stopped}_1" 2
  grep -q 'Exited with exit code 138' signal-1.out || fail "the shard was not stopped by USR1"
  same many.h5 signal/shard-1.h5
}

# A shard that would end so again does not get another turn.
a_failure() {
  wrong=$(job 1 wrong shards.slurm wrong.toml wrong)
  crash=$(export GRAPEVINE="$work/crashes" && job 1 crash shards.slurm study.toml crash)
  within 100 "a shard that is wrong has ended" ended "$wrong"
  within 100 "a shard that crashes has ended" ended "$crash"
  is "${wrong}_1" FAILED 2
  is "${crash}_1" FAILED 139
  turns "${wrong}_1" 1
  turns "${crash}_1" 1
}

# The signal comes before the time limit and not at it. Slurm looks at limits every thirty seconds, so this one begins first and is looked at last.
near_its_limit() { limited=$(export GRAPEVINE="$work/lasts" SBATCH_TIMELIMIT=1 && job 1 limit shards.slurm study.toml limit); }
a_time_limit() {
  within 120 "a shard near its time limit is done" ended "$limited"
  is "${limited}_1" COMPLETED 0
  turns "${limited}_1" 2
}

# A study in two processes that srun starts is the study, also where USR1 stops both and they get another turn. Only of a program with MPI, and a
# Slurm that speaks PMIx.
ranks_of_one_job() {
  ldd "$program" | grep -q libmpi && srun --mpi=list 2>&1 | grep -q pmix || { echo "ranks.slurm not tried: there is no MPI here"; return 0; }
  "$program" run study.toml -o alone.h5 --quiet --set "$many" >/dev/null
  "$program" show --digest alone.h5 >alone.txt
  for share in runs world; do
    both=$(sbatch --parsable --nodes=1 --ntasks-per-node=2 --cpus-per-task=1 --mem=0 --output="$share.out" "$source/scenarios/batch/ranks.slurm" study.toml "$share.h5" --ranks $share --set "$many")
    within 100 "ranks that share a $share have begun" test -e "$share.h5.parts"
    scancel --signal=USR1 "$both"
    within 100 "ranks that share a $share are done" ended "$both"
    is "$both" COMPLETED 0
    turns "$both" 2
    "$program" show --digest "$share.h5" | diff - alone.txt || fail "ranks that share a $share are not the study"
  done
}

near_its_limit
an_array
a_failure
a_signal
ranks_of_one_job
a_time_limit
