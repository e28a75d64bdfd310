#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0

# kill -9 at random moments, with a ledger: what was acknowledged to the outside is gone there,
# so it must be in the topic; what was read from the topic must be at the destination.
#
#   SLUICE_KILLS   kills in each test (8)

load ../lib/sluice

setup() {
  sluice_setup
  kills=${SLUICE_KILLS:-8}
  # What is left after the last kill is tens of thousands of records.
  SLUICE_PATIENCE=$((SLUICE_PATIENCE * 4))
}
teardown() { sluice_teardown; }

pause_up_to() { sleep "$(printf '0.%03d' $((RANDOM % $1 + 1)))"; }

start_source() {
  start_process source "$SLUICE_BIN/ledger-source" --fluvio-topic t --last "$1" \
    --pruned "$work/pruned" "${@:2}"
}
start_sink() {
  start_process sink "$SLUICE_BIN/ledger-sink" --fluvio-topic t --file "$work/out" \
    --batch-count 50 --consumer-offset-flush-period 50ms "$@"
}
kill_9() {
  stop_process "$1" KILL || true
}
lines_of() { wc -l <"$1"; }
sink_has() { [[ -e $work/out ]] && (($(sort -un "$work/out" | wc -l) >= $1)); }

# every NUMBER FILE: all numbers from 1 on are there; prints how many came twice.
every() {
  diff <(seq "$1") <(sort -un "$2") || return 1
  echo "# ledger: sent $1, in the end $(lines_of "$2"), twice $(($(lines_of "$2") - $1))" >&3
}

# kill_the_source OPTION...: until it has been killed often enough, then to the end.
kill_the_source() {
  local last=$((kills * 4000)) i
  for ((i = 0; i < kills; i++)); do
    start_source "$last" "$@"
    pause_up_to 300
    kill_9 source
  done
  start_source "$last" "$@"
  wait_process source || fail "$(tail -3 "$work/source.log")"
  topic_values t >"$work/out"
  every "$last" "$work/out"
  [[ $(<"$work/pruned") -eq $last ]]
}

@test "a source that is killed loses nothing; its checkpoint is in a topic" {
  start_cluster
  kill_the_source
}

@test "a source that is killed loses nothing; its checkpoint is in a file" {
  start_cluster
  kill_the_source --state-dir "$work/state"
}

@test "a source loses nothing when the server is killed" {
  start_cluster
  local last=$((kills * 4000)) i
  start_source "$last"
  for ((i = 0; i < kills; i++)); do
    pause_up_to 300
    kill_9 cluster
    start_cluster
  done
  wait_process source || fail "$(tail -3 "$work/source.log")"
  topic_values t >"$work/out"
  every "$last" "$work/out"
}

@test "a sink that is killed misses nothing" {
  start_cluster
  local last=$((kills * 2000)) i
  sluice topic create t
  seq "$last" | sluice produce t
  for ((i = 0; i < kills; i++)); do
    start_sink
    pause_up_to 300
    kill_9 sink
  done
  start_sink
  wait_for sink_has "$last"
  stop_process sink
  every "$last" "$work/out"
}

@test "a sink misses nothing when the server is killed" {
  start_cluster
  local last=$((kills * 1000)) i
  sluice topic create t
  start_sink
  for ((i = 0; i < kills; i++)); do
    seq $((i * 1000 + 1)) $((i * 1000 + 1000)) | sluice produce t
    pause_up_to 200
    kill_9 cluster
    start_cluster
  done
  wait_for sink_has "$last"
  stop_process sink
  every "$last" "$work/out"
}

@test "a sink that is stopped goes on exactly where it was" {
  start_cluster
  sluice topic create t
  seq 100 | sluice produce t
  start_sink
  wait_for sink_has 100
  stop_process sink
  seq 101 200 | sluice produce t
  start_sink
  wait_for sink_has 200
  stop_process sink
  diff <(seq 200) "$work/out"
}
