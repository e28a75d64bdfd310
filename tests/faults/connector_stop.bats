#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0

# How a connector ends, and what it refuses to start with: exit codes and texts.

load ../lib/sluice

setup() { sluice_setup; }
teardown() {
  umount "$work/state" 2>/dev/null || true
  sluice_teardown
}

start_source() {
  start_process source "$SLUICE_BIN/ledger-source" --fluvio-topic t --last 1000000 \
    --pruned "$work/pruned" "$@"
}
start_sink() {
  start_process "${name:-sink}" "$SLUICE_BIN/ledger-sink" --fluvio-topic t --file "$work/out" "$@"
}
# exits CODE NAME
exits() {
  local code=0
  wait_process "$2" || code=$?
  [[ $code -eq $1 ]] || fail "exit code $code, not $1:" "$(tail -5 "$work/$2.log")"
}
# The cluster is gone, and the source has read what it cannot deliver.
lose_the_cluster() {
  stop_process cluster KILL || true
  status_url=http://$(sed -n 's/.*serving metrics.*address=//p' "$work/source.log")/status
  wait_for has_undelivered
}
has_undelivered() { curl -fsS "$status_url" | jq -e '.records.in_flight > 0'; }
signal() { kill "-$2" "$(pid_of "$1")"; }

@test "SIGTERM while the cluster is away: exit code 1 after the drain timeout, with the count" {
  start_cluster
  start_source --drain-timeout 300ms --metrics-listen 127.0.0.1:0
  wait_for topic_has t 1
  lose_the_cluster
  signal source TERM
  exits 1 source
  grep -q 'unfinished=[1-9]' "$work/source.log"
}

@test "a second signal ends it at once, with 128 + n" {
  start_cluster
  start_source --drain-timeout 1h --metrics-listen 127.0.0.1:0
  wait_for topic_has t 1
  lose_the_cluster
  signal source TERM
  wait_for log_has source 'told to stop'
  is_running source
  again() { signal source TERM; has_ended source; }
  wait_for again
  exits 143 source
}

@test "a signal before the cluster is reached ends it cleanly" {
  start_source --cluster 127.0.0.1:1 --cluster-timeout 1h
  wait_for log_has source 'cannot reach the cluster'
  signal source TERM
  exits 0 source
}

@test "it waits at the start until the cluster is there" {
  start_cluster
  stop_cluster
  start_source --cluster "$cluster_sc" --cluster-timeout 1h
  wait_for log_has source 'cannot reach the cluster'
  start_cluster
  wait_for topic_has t 1
}

@test "a sink whose cluster is away is not ready, and says so; it is again when the cluster is back" {
  start_cluster
  sluice topic create t
  start_sink --metrics-listen 127.0.0.1:0
  wait_for log_has sink 'serving metrics'
  local url
  url=http://$(sed -n 's/.*serving metrics.*address=//p' "$work/sink.log")/readyz
  wait_for curl -fsS "$url"
  stop_process cluster KILL || true
  says_why() { [[ $(curl -s "$url") == *"not connected to the cluster"* ]]; }
  wait_for says_why
  wait_for log_has sink 'the connection to the cluster is lost'
  start_cluster
  wait_for curl -fsS "$url"
  is_running sink
}

@test "a second instance of a name is refused, with exit code 3" {
  start_cluster
  start_sink
  wait_for log_has sink 'connected to the cluster'
  name=second start_sink
  exits 3 second
  log_has second 'another connector with the name `ledger-sink-t` is running'
  name=third start_sink --name other
  wait_for log_has third 'connected to the cluster'
  is_running third
}

@test "a broken checkpoint is an error, not a start from the beginning" {
  start_cluster
  mkdir "$work/state"
  echo garbage >"$work/state/ledger-source-t.checkpoint"
  start_source --state-dir "$work/state"
  exits 1 source
  log_has source "$work/state/ledger-source-t.checkpoint"
}

@test "a state folder that cannot be made: exit code 3" {
  start_cluster
  start_source --state-dir /proc/nowhere
  exits 3 source
  log_has source /proc/nowhere
}

@test "a metrics port that is taken: exit code 3" {
  start_cluster
  start_source --metrics-listen "$cluster_sc"
  exits 3 source
  log_has source "$cluster_sc"
}

@test "a topic that cannot be made is an error" {
  start_cluster
  start_process source "$SLUICE_BIN/ledger-source" --fluvio-topic 'Not A Topic' --last 1 \
    --pruned "$work/pruned"
  exits 2 source
  log_has source 'Not A Topic'
}

@test "SIGTERM while no position can be stored: exit code 1, though every record is in the topic" {
  [[ $EUID -eq 0 ]] || skip "needs root, to mount a small file system"
  mkdir "$work/state"
  mount -t tmpfs -o size=64k none "$work/state" 2>/dev/null || skip "cannot mount here"
  start_cluster
  head -c 1M /dev/zero >"$work/state/filler" 2>/dev/null || true
  start_process source "$SLUICE_BIN/ledger-source" --fluvio-topic t --last 10 \
    --pruned "$work/pruned" --state-dir "$work/state" --drain-timeout 300ms
  wait_for log_has source 'cannot store the position'
  wait_for topic_has t 10
  signal source TERM
  exits 1 source
  log_has source 'not all was stored and closed in time'
  [[ ! -e $work/pruned ]]
}

@test "a full disk of the state folder: nothing is acknowledged, and it goes on when there is room" {
  [[ $EUID -eq 0 ]] || skip "needs root, to mount a small file system"
  mkdir "$work/state"
  mount -t tmpfs -o size=64k none "$work/state" 2>/dev/null || skip "cannot mount here"
  start_cluster
  head -c 1M /dev/zero >"$work/state/filler" 2>/dev/null || true
  start_source --state-dir "$work/state"
  wait_for log_has source 'cannot store the position'
  [[ ! -e $work/pruned ]]
  rm "$work/state/filler"
  wait_for test -s "$work/pruned"
  stop_process source || true
}
