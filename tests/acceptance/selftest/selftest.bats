#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The acceptance suite must be able to fail: connectors with known faults, each of which it must find,
# and the same connectors without a fault, which must pass.

load ../../lib/sluice

setup() {
  sluice_setup
  export TMPDIR=$work
  unset FLV_PROFILE_PATH SLUICE_RUNTIME_DIR RUST_LOG CONNECTOR
  unset FLUVIO_TEST_PROFILE
}
teardown() { sluice_teardown; }

suite() { "$sluice_root/tests/acceptance/run" "$BATS_TEST_DIRNAME/$@"; }

# finds FAULT CONNECTOR CASE TEXT: with the fault the case fails, and this is why. What is missing is
# waited for in vain: only on a machine that is too slow for a short wait there is a long one.
finds() {
  local limit
  for limit in "${patience:-4}" 60; do
    run env CHAOS_FAULT="$1" SLUICE_PATIENCE="$limit" SLUICE_BIN="$SLUICE_BIN" \
      "$sluice_root/tests/acceptance/run" "$BATS_TEST_DIRNAME/$2" --case "$3"
    if [[ $status -eq 1 && $output == *"FAILED  $3"* && $output == *"$4"* ]]; then return; fi
  done
  fail "not found: $1 in $2 by $3 (exit code $status)" "$output"
}

@test "a sink and a source without a fault pass" {
  suite chaos-sink --only '[dg]*' || fail "the sink failed"
  suite chaos-source --only '[dg]*' || fail "the source failed"
}

@test "a sink that counts a batch before it is written is found by kills" {
  finds early chaos-sink killed_in_the_middle_of_the_load_it_loses_nothing "are missing"
}
@test "and by the kill loop" {
  run env CHAOS_FAULT=early "$sluice_root/tests/acceptance/run" "$BATS_TEST_DIRNAME/chaos-sink" --kills 40 --seed 1
  [[ $status -eq 1 && $output == *"lost: "* || $output == *"are missing"* ]] || fail "$output"
}
@test "a sink that drops each 100th record is found" {
  finds drop chaos-sink delivers_every_record_once_and_in_order "3 of 300 are missing: r0000100, r0000200"
}
@test "a sink that writes a record twice is found" {
  finds twice chaos-sink delivers_every_record_once_and_in_order "are there twice: r0000100"
}
@test "a sink that writes in another order is found" {
  finds reorder chaos-sink delivers_every_record_once_and_in_order "out of order"
}
@test "a sink that takes an error for success is found" {
  finds swallow chaos-sink goes_on_after_a_clean_stop "are missing"
}
@test "a sink that shows its secret is found" {
  finds leak chaos-sink a_secret_is_never_shown_by_a_run "the secret is in"
}
@test "a sink that gives up for good is found" {
  finds refuse chaos-sink goes_on_after_a_clean_stop "no more than that"
}
@test "a source whose position is ahead of what it sent is found by kills" {
  finds ahead chaos-source killed_after_its_place_was_stored_in_the_load_it_loses_nothing "are missing"
}
@test "a source that drops each 100th line is found" {
  finds drop chaos-source delivers_every_record_once_and_in_order "are missing: r0000100"
}
@test "a source that sends a line twice is found" {
  finds twice chaos-source delivers_every_record_once_and_in_order "are there twice: r0000100"
}
@test "a source that begins anew at each start is found" {
  finds restart chaos-source goes_on_after_a_clean_stop "are there twice"
}
@test "a source that does not stop is found" {
  patience=14 finds hold chaos-source goes_on_after_a_clean_stop "exit code"
}

@test "nothing is left behind, and the exit code and the results tell" {
  CHAOS_FAULT=drop SLUICE_PATIENCE=15 run suite chaos-sink --case delivers_every_record_once_and_in_order --json "$work/results.json"
  [[ $status -eq 1 ]]
  [[ $(jq -c '[.lost > 0, .failed]' "$work/results.json") == '[true,["delivers_every_record_once_and_in_order"]]' ]]
  [[ -z $(find "$work" -maxdepth 1 -name 'acc-*') ]]
  ! pgrep -f "$work" || fail "processes are left"
  run suite chaos-sink --case no_such_case
  [[ $status -eq 2 ]]
  run suite no-such-folder
  [[ $status -eq 2 ]]
}

@test "a run that is told to stop ends what it has started" {
  start_process suite env "$sluice_root/tests/acceptance/run" "$BATS_TEST_DIRNAME/chaos-sink" --kills 100000
  wait_for pgrep -f "$work/acc-.*cluster"
  SLUICE_PATIENCE=120 stop_process suite || true
  ! pgrep -f "$work/acc-" || fail "processes are left"
  [[ -z $(find "$work" -maxdepth 1 -name 'acc-*') ]]
}

@test "the page of guarantees is made from the results" {
  "$sluice_root/tools/guarantees.py" --check
}
