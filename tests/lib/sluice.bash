# SPDX-License-Identifier: Apache-2.0
# Helpers for the bats tests: `load` it, call `sluice_setup` in setup() and `sluice_teardown` in
# teardown(). Everything runs on loopback, on free ports, in a folder of its own; processes are
# stopped by the pids that were started here.
#
#   SLUICE_BIN      folder with the programs (default: build/dev/bin of the tree)
#   SLUICE_PATIENCE longest wait for a condition, in seconds (30)
#   FLUVIO_TEST_PROFILE  profile file of a real cluster that the tests use instead of a server of
#                   their own. Topics `t` and `sluice-*` of that cluster are deleted. A test that
#                   stops its server, or gives it options, is skipped.

sluice_root=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
: "${SLUICE_BIN:=$sluice_root/build/dev/bin}"
: "${SLUICE_PATIENCE:=30}"

sluice() { "$SLUICE_BIN/sluice" "$@"; }

# Ends the test with a text.
fail() {
  printf '%s\n' "$@" >&2
  return 1
}

# wait_for COMMAND...: repeats the command until it succeeds; fails after SLUICE_PATIENCE.
wait_for() {
  local until=$((SECONDS + SLUICE_PATIENCE)) over=
  until "$@" >/dev/null 2>&1; do
    [[ -z $over ]] || fail "never true within ${SLUICE_PATIENCE}s: $*" || return 1
    # One more look when the time is over: the one before may have begun long ago.
    ((SECONDS < until)) || over=1
    sleep 0.02
  done
}

# A folder for the test ($work), gone afterwards.
sluice_setup() {
  [[ -x $SLUICE_BIN/sluice ]] || fail "there is no $SLUICE_BIN/sluice: build it, or set SLUICE_BIN"
  work=$(mktemp -d "${TMPDIR:-/tmp}/sluice-test-XXXXXX")
  export FLV_PROFILE_PATH=$work/profile
  export SLUICE_RUNTIME_DIR=$work/run
  export RUST_LOG=${RUST_LOG:-info}
}

# Stops what is still running, the last first. The logs are shown when the test failed.
sluice_teardown() {
  local name names
  mapfile -t names < <(find "$work" -maxdepth 1 -name '*.pid' -printf '%T@ %f\n' | sort -rn | cut -d' ' -f2)
  for name in "${names[@]}"; do stop_process "${name%.pid}" || true; done
  if [[ -z ${BATS_TEST_COMPLETED:-} ]]; then
    tail -n 30 "$work"/*.log 2>/dev/null || true
  fi
  rm -rf "$work"
}

# start_process NAME COMMAND...: in the background; its output goes to $work/NAME.log.
start_process() {
  local name=$1
  shift
  "$@" >>"$work/$name.log" 2>&1 3>&- &
  echo $! >"$work/$name.pid"
  # Every program of this tree ends cleanly when it is told to.
  rm -f "$work/$name.listens"
  if [[ $1 == "$sluice_root"/* || $1 == "$SLUICE_BIN"/* ]]; then touch "$work/$name.listens"; fi
}
pid_of() { cat "$work/$1.pid"; }
is_running() { kill -0 "$(pid_of "$1")" 2>/dev/null; }
has_ended() { ! is_running "$1"; }
may_be_stopped() { has_ended "$1" || takes_signal "$(pid_of "$1")" "$2"; }

# wait_process NAME: its exit code, when it has ended.
wait_process() {
  wait_for has_ended "$1" || return 1
  local code=0
  wait "$(pid_of "$1")" || code=$?
  rm -f "$work/$1.pid"
  return "$code"
}
# takes_signal PID NAME: it has a handler for it, or blocks and reads it. A program that has just been
# started does neither yet, and would be ended by it.
takes_signal() {
  local line masks
  # Between fork and exec it is still this bash, with its handlers.
  line=$(tr -d '\0' <"/proc/$1/cmdline")
  [[ -n $line && $line != "$(tr -d '\0' <"/proc/$$/cmdline")" ]] || return 1
  masks=$(awk '/^Sig(Blk|Cgt):/ {print "0x" $2}' "/proc/$1/status" | paste -sd '|')
  ((((${masks:-0}) >> ($(kill -l "$2") - 1)) & 1))
}
# stop_process NAME [SIGNAL]: its exit code.
stop_process() {
  if [[ $1 == cluster && -n ${FLUVIO_TEST_PROFILE:-} ]]; then skip "a real cluster is not stopped"; fi
  [[ -e $work/$1.pid ]] || return 0
  if [[ -e $work/$1.listens && ${2:-TERM} != KILL ]]; then
    wait_for may_be_stopped "$1" "${2:-TERM}" || return 1
  fi
  kill "-${2:-TERM}" "$(pid_of "$1")" 2>/dev/null
  wait_process "$1"
}

# A whole cluster; clients find it through FLV_PROFILE_PATH. The second start of a test takes
# the same data and the same ports, so clients that were connected find it again.
start_cluster() {
  if [[ -n ${FLUVIO_TEST_PROFILE:-} ]]; then
    (($# == 0)) || skip "a real cluster takes no options"
    clean_real_cluster
    return
  fi
  # The profile of the last start stays: a client that is only just starting would miss it.
  local starts_before
  starts_before=$(cluster_starts)
  start_process cluster "$SLUICE_BIN/sluice" cluster start --foreground \
    --sc "${cluster_sc:-127.0.0.1:0}" --spu "${cluster_spu:-127.0.0.1:0}" \
    --data "$work/cluster" --profile "$FLV_PROFILE_PATH" "$@"
  wait_for cluster_answered
  is_running cluster || fail "the server ended:" "$(tail -5 "$work/cluster.log")" || return 1
  cluster_sc=$(sluice profile show --output json | jq -r .endpoint)
  cluster_spu=$(sluice cluster status --data "$work/cluster" --output json | jq -r '.spu // empty')
}
cluster_starts() { if [[ -e $work/cluster.log ]]; then grep -c '^Profile: ' "$work/cluster.log" || true; else echo 0; fi; }
cluster_answered() { (($(cluster_starts) > starts_before)) || has_ended cluster; }
stop_cluster() { stop_process cluster TERM; }

clean_real_cluster() {
  local name
  cp "$FLUVIO_TEST_PROFILE" "$FLV_PROFILE_PATH"
  cluster_sc=$(sluice profile show --output json | jq -r .endpoint)
  for name in $(sluice topic list --output json | jq -r '.[].name'); do
    if [[ $name == t || $name == sluice-* ]]; then sluice topic delete "$name" >/dev/null; fi
  done
  for name in $(sluice consumer list --output json | jq -r '.[] | select(.topic == "t") | .consumer_id' | sort -u); do
    sluice consumer delete "$name" --topic t >/dev/null
  done
}

# topic_values TOPIC [FILE]: the values of all records that are there now, one a line.
topic_values() { sluice consume "$1" --beginning --disable-continuous --quiet; }
topic_count() { topic_values "$1" | wc -l; }
topic_has() { (($(topic_count "$1") >= $2)); }

# log_has NAME TEXT: the process wrote it.
log_has() { grep -qF -- "$2" "$work/$1.log"; }
