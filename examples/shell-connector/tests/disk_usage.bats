#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The shell example as users start it, against a server of its own.

load "$SLUICE_BIN/../share/sluice/testing/sluice"

setup() {
  sluice_setup
  program=${CONNECTOR:?is set by make}
}
teardown() { sluice_teardown; }

@test "the metadata is one line, and needs no cluster" {
  run env FLV_PROFILE_PATH=/nowhere "$program" metadata
  [[ $status -eq 0 && ${#lines[@]} -eq 1 ]]
  [[ $(jq -c '[.name, .direction]' <<<"$output") == '["disk-usage-source","Source"]' ]]
  [[ $(jq -c '.schema.properties | [.count.type, .interval.default]' <<<"$output") == '[["integer","null"],"10s"]' ]]
}

@test "a wrong option is refused, with exit code 2, and nothing is sent" {
  local words
  for words in "--pth x" "path" "--path" "--count -1" "--interval 5" "--count 1 --count 1"; do
    # shellcheck disable=SC2086
    run "$program" --fluvio-topic t $words
    [[ $status -eq 2 && $output == error:* ]] || fail "$words: $status $output"
  done
  run "$program" --count 1
  [[ $status -eq 2 && $output == *--fluvio-topic* ]]
}

@test "each look is a record, with the mount as its key and numbers that df says, too" {
  start_cluster
  "$program" --fluvio-topic t --path "$work" --interval=1ms --count 3
  [[ $(topic_count t) -eq 3 ]]
  local mount size
  mount=$(df --output=target "$work" | tail -n 1)
  size=$(df --block-size=1 --output=size "$work" | tail -n 1)
  topic_values t | jq -se --arg mount "$mount" --argjson size "$size" \
    'all(.mount == $mount and .size_bytes == $size and .used_bytes <= $size and (.time | endswith("Z")))'
  [[ $(sluice consume t --beginning --disable-continuous --quiet --output json | jq -r .key | sort -u) == "$mount" ]]
}

@test "SIGTERM ends it, also in its pause" {
  start_cluster
  start_process source "$program" --fluvio-topic t --path "$work" --interval 1h
  wait_for topic_has t 1
  stop_process source
}

@test "a cluster that is not there ends it with an error" {
  run "$program" --fluvio-topic t --path "$work" --count 1
  [[ $status -ne 0 && $output == *error:* ]]
}
