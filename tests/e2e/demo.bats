#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# `make demo`, short and without a terminal.

load ../lib/sluice

setup() { sluice_setup; }
teardown() { sluice_teardown; }

@test "the demo adds up, and leaves nothing behind" {
  TMPDIR=$work run "$sluice_root/tools/demo.sh" "$SLUICE_BIN" 3
  [ "$status" -eq 0 ] || fail "$output"
  [[ $output == *'Every message is in the topic, once.'* ]]
  # The runtime folder is the user's, and stays, empty.
  [ -z "$(find "$work" -mindepth 1 -not -path "$SLUICE_RUNTIME_DIR")" ]
}

@test "SIGINT ends the demo, and leaves nothing behind" {
  # A shell starts what is in the background with SIGINT ignored.
  TMPDIR=$work start_process demo env --default-signal=INT "$sluice_root/tools/demo.sh" "$SLUICE_BIN" 60
  SLUICE_PATIENCE=120 wait_for log_has demo Arriving
  pids=$(cat "$work"/sluice-demo-*/*.pid | tr -s '\n' ' ')
  code=0
  stop_process demo INT || code=$?
  [ "$code" -eq 130 ]
  for pid in $pids; do ! kill -0 "$pid" 2>/dev/null; done
  ! ls -d "$work"/sluice-demo-* 2>/dev/null
}

@test "the demo says what is missing" {
  run "$sluice_root/tools/demo.sh" "$work"
  [ "$status" -eq 1 ]
  [[ $output == *'make build'* ]]
}
