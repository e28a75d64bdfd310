#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The file sink against a whole cluster and a real disk.

load ../../../../tests/lib/sluice

setup() {
  sluice_setup
  program=$SLUICE_BIN/file-sink
  out=$work/out
}
teardown() {
  ! mountpoint -q "$work/small" 2>/dev/null || umount "$work/small"
  sluice_teardown
}

# produce FROM TO: records `record <n>`.
produce() { for ((i = $1; i <= $2; i++)); do echo "record $i"; done | sluice produce t >/dev/null; }
start_sink() { start_process sink "$program" --fluvio-topic t --path "$out" "$@"; }
lines() { cat "$out"/t-*.txt 2>/dev/null; }
has_lines() { (($(lines | wc -l) >= $1)); }
all_once() { diff <(lines) <(for ((i = 1; i <= $1; i++)); do echo "record $i"; done); }

@test "the metadata needs no cluster" {
  run env FLV_PROFILE_PATH=/nowhere "$program" metadata
  [[ $status -eq 0 && ${#lines[@]} -eq 1 ]]
  [[ $(jq -c '[.name, .direction, .schema.required]' <<<"$output") == '["file-sink","Sink"'* ]]
}

@test "lines, from the beginning of the topic, and on after a restart" {
  start_cluster
  sluice topic create t
  produce 1 100
  start_sink
  wait_for has_lines 100
  stop_process sink
  produce 101 200
  start_sink
  wait_for has_lines 200
  stop_process sink
  all_once 200
}

@test "JSON lines" {
  start_cluster
  sluice topic create t
  printf 'say "hi"\n' | sluice produce t
  start_sink --format json
  wait_for test -s "$out/t-00000001.jsonl"
  stop_process sink
  [[ $(jq -c '[.partition, .offset, .key, .value]' "$out/t-00000001.jsonl") == '[0,0,null,"say \"hi\""]' ]]
}

@test "a new file at a number of records, at a size, and at an age" {
  start_cluster
  sluice topic create t
  produce 1 25
  start_sink --rotate-records 10
  wait_for has_lines 25
  stop_process sink
  [[ $(wc -l <"$out/t-00000001.txt") -eq 10 && $(wc -l <"$out/t-00000003.txt") -eq 5 ]]
  all_once 25

  out=$work/size
  start_sink --rotate-size 50B
  wait_for has_lines 25
  stop_process sink
  [[ -e $out/t-00000004.txt ]]
  all_once 25

  out=$work/age
  start_sink --rotate-age 1ms
  wait_for has_lines 25
  produce 26 26
  wait_for has_lines 26
  stop_process sink
  [[ -e $out/t-00000002.txt ]]
  all_once 26
}

@test "kill -9 again and again: no record is lost, none is twice" {
  start_cluster
  sluice topic create t
  (for ((from = 1; from <= 20000; from += 500)); do produce $from $((from + 499)); done) 3>&- &
  local producer=$!
  for ((round = 1; round <= 15; round++)); do
    start_sink --rotate-records 997 --batch-count 100
    wait_for has_lines $((round * 1000))
    stop_process sink KILL || true
  done
  wait $producer
  start_sink --rotate-records 997 --batch-count 100
  wait_for has_lines 20000
  stop_process sink
  all_once 20000
}

@test "a full disk: it waits, and goes on without a gap when there is room" {
  ((EUID == 0)) || skip "needs root for a small disk"
  mkdir "$work/small"
  mount -t tmpfs -o size=64k tmpfs "$work/small" || skip "cannot mount"
  out=$work/small/out
  start_cluster
  sluice topic create t
  produce 1 2000
  start_sink
  wait_for has_lines 2000
  head -c 60000 /dev/zero >"$work/small/ballast" 2>/dev/null || true
  produce 2001 4000
  wait_for log_has sink "No space left"
  is_running sink
  rm "$work/small/ballast"
  mount -o remount,size=1m "$work/small"
  wait_for has_lines 4000
  stop_process sink
  all_once 4000
}

@test "a read-only folder ends it with exit code 3" {
  ((EUID == 0)) || skip "needs root for a read-only disk"
  mkdir "$work/small"
  mount -t tmpfs -o ro tmpfs "$work/small" || skip "cannot mount"
  start_cluster
  sluice topic create t
  run timeout 20 "$program" --fluvio-topic t --path "$work/small/out"
  [[ $status -eq 3 && $output == *"$work/small/out"* && $output == *"Read-only"* ]]
}

@test "a folder that cannot be made is tried again, and seen; SIGTERM ends that at once" {
  start_cluster
  sluice topic create t
  produce 1 1
  out=$work/file/out
  touch "$work/file"
  start_sink --metrics-listen 127.0.0.1:0 --drain-timeout 1h
  wait_for log_has sink "the destination failed"
  local address
  address=$(sed -n 's/.*serving metrics.*address=//p' "$work/sink.log")
  [[ $(curl -s "http://$address/readyz") == *"not connected to the outside"*"$out"* ]]
  stop_process sink
  rm "$work/file"
  start_sink
  wait_for has_lines 1
}

@test "files without their log are left alone, with exit code 1" {
  start_cluster
  sluice topic create t
  produce 1 100
  start_sink --rotate-records 40
  wait_for has_lines 100
  stop_process sink
  rm "$out/.sluice-commits"
  run timeout 20 "$program" --fluvio-topic t --path "$out"
  [[ $status -eq 1 && $output == *"does not say what counts"* ]]
  all_once 100
}

@test "two sinks on one folder, or two topics, are refused" {
  start_cluster
  sluice topic create t
  sluice topic create other
  produce 1 1
  start_sink
  wait_for has_lines 1
  run timeout 20 "$program" --fluvio-topic t --name second --path "$out"
  [[ $status -eq 3 && $output == *"another connector writes"* ]]
  stop_process sink
  run timeout 20 "$program" --fluvio-topic other --path "$out"
  [[ $status -eq 2 && $output == *"has the topic t"* ]]
}
