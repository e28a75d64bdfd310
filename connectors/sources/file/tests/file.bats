#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The file source on a real disk.

load ../../../../tests/lib/sluice

setup() {
  sluice_setup
  program=$SLUICE_BIN/file-source
  in=$work/in
  mkdir "$in"
}
teardown() { sluice_teardown; }

# lines FROM TO: `line <n>`.
lines() { seq -f 'line %.0f' "$1" "$2"; }
start_source() { start_process source "$program" --fluvio-topic t --name in --scan-interval 100ms "$@"; }
values_are() { diff <(topic_values t) -; }
nothing_is_lost() { [[ -z $(comm -23 <(lines 1 "$1" | sort) <(topic_values t | sort -u)) ]]; }

@test "the metadata needs no cluster" {
  run env FLV_PROFILE_PATH=/nowhere "$program" metadata
  [[ $status -eq 0 && ${#lines[@]} -eq 1 ]]
  [[ $(jq -c '[.name, .direction, .schema.required]' <<<"$output") == '["file-source","Source",["path"]]' ]]
}

@test "start at the end holds over a restart before the first record" {
  start_cluster
  lines 1 5 >"$in/a"
  start_source --path "$in/a" --start end
  wait_for log_has source "connected to the outside"
  stop_process source
  lines 6 6 >>"$in/a"
  start_source --path "$in/a" --start end
  lines 7 7 >>"$in/a"
  wait_for topic_has t 2
  stop_process source
  lines 6 7 | values_are
}

@test "lines arrive in order, also those that are added, and a restart goes on" {
  start_cluster
  lines 1 100 >"$in/a"
  start_source --path "$in/a"
  wait_for topic_has t 100
  lines 101 200 >>"$in/a"
  wait_for topic_has t 200
  stop_process source
  lines 201 300 >>"$in/a"
  start_source --path "$in/a"
  wait_for topic_has t 300
  stop_process source
  lines 1 300 | values_are
}

@test "a batch ends with exit code 0 when all is read, and a second one has nothing to do" {
  start_cluster
  lines 1 20000 >"$in/a"
  printf 'last' >>"$in/a"
  for _ in 1 2; do
    run timeout 30 "$program" --fluvio-topic t --name in --path "$in/*" --stop-at-end
    [[ $status -eq 0 ]]
  done
  (lines 1 20000 && echo last) | values_are
  run timeout 30 "$program" --fluvio-topic t --name in --path "$in/nothing" --stop-at-end
  [[ $status -ne 0 && $output == *"no file $in/nothing"* ]]
}

@test "rotation by rename and by copy and truncate loses no line" {
  start_cluster
  lines 1 100 >"$in/a"
  start_source --path "$in/a" --rotate-wait 200ms
  wait_for topic_has t 100
  lines 101 150 >>"$in/a"
  mv "$in/a" "$in/a.1"
  lines 151 200 >"$in/a"
  wait_for topic_has t 200
  cp "$in/a" "$in/a.2"
  : >"$in/a"
  lines 201 250 >>"$in/a"
  wait_for topic_has t 250
  wait_for log_has source "read from its beginning"
  stop_process source
  lines 1 250 | values_are
}

@test "a rotation while it is away loses no line" {
  start_cluster
  lines 1 100 >"$in/a"
  start_source --path "$in/a"
  wait_for topic_has t 100
  stop_process source
  lines 101 150 >>"$in/a"
  mv "$in/a" "$in/a.1"
  lines 151 200 >"$in/a"
  start_source --path "$in/a"
  wait_for topic_has t 200
  stop_process source
  lines 1 200 | values_are
}

@test "kill -9 at any time loses no line" {
  start_cluster
  touch "$in/a"
  for round in 1 2 3 4 5; do
    start_source --path "$in/a"
    lines $((round * 20000 - 19999)) $((round * 20000)) >>"$in/a"
    wait_for topic_has t $((round * 20000 - 15000))
    stop_process source KILL || true
  done
  start_source --path "$in/a"
  wait_for nothing_is_lost 100000
  stop_process source
}

@test "JSON lines: what is not JSON stops it at its place, with all before it in the topic" {
  start_cluster
  printf '%s\n' '{"n":1}' '{"n":2}' '{"n":' '{"n":4}' >"$in/a"
  run timeout 30 "$program" --fluvio-topic t --name in --path "$in/a" --format json --stop-at-end \
    --record-layout json
  [[ $status -eq 1 && $output == *"$in/a at byte 16"* ]]
  [[ $(topic_values t | jq -c '[.offset, .line, .data.n]') == $'[0,1,1]\n[8,2,2]' ]]
}

@test "lines are joined, and a group that is quiet is sent" {
  start_cluster
  printf '2026 a\n  at x\n  at y\n2026 b\n' >"$in/a"
  start_source --path "$in/a" --multiline-start '^[0-9]{4}' --multiline-wait 100ms --record-layout json
  wait_for topic_has t 2
  [[ $(topic_values t | jq -r '.data' | tr '\n' '|') == '2026 a|  at x|  at y|2026 b|' ]]
  stop_process source
}

@test "a folder drop: whole files are records, and move away once the topic has them" {
  start_cluster
  printf 'one\ntwo\n' >"$in/a"
  printf '\0binary' >"$in/b"
  start_source --path "$in/*" --format whole --settle-time 100ms --done move --done-folder "$work/done" \
    --record-key path
  wait_for test -e "$work/done/b"
  wait_for test -e "$work/done/a"
  printf three >"$in/a"
  wait_for test -e "$work/done/a.1"
  stop_process source
  topic_has t 3
  [[ -z $(ls "$in") ]]
}

@test "check says what it would read" {
  start_cluster
  lines 1 3 >"$in/a"
  run "$program" check --fluvio-topic t --path "$in/*"
  [[ $status -eq 0 && $output == *"1 files are there"* ]]
}
