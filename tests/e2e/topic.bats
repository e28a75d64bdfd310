#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The verbs that show and change what a cluster has: topics, partitions, SPUs, consumers.

load ../lib/sluice

setup_file() {
  sluice_setup
  export work
  start_cluster
}
teardown_file() { BATS_TEST_COMPLETED=1 sluice_teardown; }

@test "topic create, describe, list and delete" {
  run sluice topic create ticks --partitions 3 --retention-time 7d --segment-size '16 MiB' \
    --max-partition-size '1 GB' --compression zstd
  [ "$status" -eq 0 ]
  [ "$output" = 'topic `ticks` is ready' ]

  sluice topic describe ticks --output json >"$work/ticks"
  jq -e '.partition_count == 3 and .retention_seconds == 604800 and .compression == "zstd"' "$work/ticks"
  jq -e '.segment_bytes == 16777216 and .partition_bytes_max == 1000000000' "$work/ticks"
  jq -e '.partitions | length == 3' "$work/ticks"

  sluice topic list --output json | jq -e '.[] | select(.name == "ticks") | .partition_count == 3'
  run sluice topic list
  [[ ${lines[0]} == NAME*STATUS ]]

  run sluice topic delete ticks
  [ "$status" -eq 0 ]
  sluice topic list --output json | jq -e 'all(.name != "ticks")'
}

@test "topic create refuses what exists, unless told otherwise" {
  sluice topic create twice
  run sluice topic create twice
  [ "$status" -eq 1 ]
  [[ $output == *'`twice` exists already'* ]]
  run sluice topic create twice --if-missing --output json
  [ "$status" -eq 0 ]
  jq -e '.created == false' <<<"$output"
}

@test "topic create --dry-run creates nothing" {
  run sluice topic create maybe --dry-run
  [ "$status" -eq 0 ]
  sluice topic list --output json | jq -e 'all(.name != "maybe")'
}

@test "a wrong name of a topic is refused, and nothing is created" {
  for name in Upper under_score -- ' ' 'a/b' "$(printf 'x%.0s' {1..300})"; do
    run sluice topic create -- "$name"
    [ "$status" -ne 0 ]
    [[ $output == *error:* ]]
  done
}

@test "a missing topic gets the nearest name as a hint, and exit code 3" {
  sluice topic create measurements
  for command in 'topic describe' 'topic delete' 'topic add-partitions' 'partition list'; do
    # shellcheck disable=SC2086
    run sluice $command measurement
    [ "$status" -eq 3 ]
    [[ $output == *'did you mean `measurements`?'* ]]
  done
}

@test "topic delete looks for all names before it deletes one" {
  sluice topic create stays
  run sluice topic delete stays goes
  [ "$status" -eq 3 ]
  sluice topic list --output json | jq -e 'any(.name == "stays")'
}

@test "topic add-partitions adds, and records go there" {
  sluice topic create wider
  run sluice topic add-partitions wider --count 2 --output json
  [ "$status" -eq 0 ]
  jq -e '.partition_count == 3' <<<"$output"
  seq 1 300 | sluice produce wider --quiet
  sluice partition list wider --output json | jq -e 'map(.log_end) | add == 300 and min > 0'
}

@test "partition list counts records and bytes" {
  sluice topic create counted
  seq 1 100 | sluice produce counted --quiet
  sluice partition list counted --output json |
    jq -e '.[0] | .log_end == 100 and .high_watermark == 100 and .log_start == 0 and .size_bytes > 0'
}

@test "spu list shows the data node" {
  sluice spu list --output json | jq -e 'length == 1 and (.[0].public_endpoint | test(":[0-9]+$"))'
  run sluice spu list
  [[ $output == *ID*NAME*PUBLIC* ]]
}

@test "consumer list and delete" {
  sluice topic create orders
  seq 1 10 | sluice produce orders --quiet
  sluice consume orders --consumer-id billing --beginning --count 4 --quiet
  sluice consumer list --output json >"$work/consumers"
  jq -e '.[] | select(.consumer_id == "billing") | .topic == "orders" and .offset == 3' "$work/consumers"
  [ "$(sluice consume orders --consumer-id billing --beginning --until end --quiet | head -1)" = 5 ]

  run sluice consumer delete billing
  [ "$status" -eq 0 ]
  [ "$(sluice consume orders --consumer-id billing --beginning --count 1 --quiet)" = 1 ]
  run sluice consumer delete nobody
  [ "$status" -eq 2 ]
  [[ $output == *'`sluice consumer list`'* ]]
}
