#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The Python example as users start it, against a server of its own and a real database.

load "$SLUICE_BIN/../share/sluice/testing/sluice"

setup() {
  sluice_setup
  program=${CONNECTOR:?is set by make}
  database=$work/out.db
}
teardown() { sluice_teardown; }

# query SQL: rows, with | between columns.
query() {
  python3 - "$database" "$1" <<'PYTHON'
import sqlite3, sys
for row in sqlite3.connect(sys.argv[1]).execute(sys.argv[2]):
    print(*("NULL" if cell is None else cell for cell in row), sep="|")
PYTHON
}
has_rows() { (($(query 'SELECT count(*) FROM records') >= $1)); }
start_sink() { start_process sink "$program" --fluvio-topic t --path "$database"; }

@test "the metadata is one line, and needs no cluster and no client" {
  run env FLV_PROFILE_PATH=/nowhere "$program" metadata
  [[ $status -eq 0 && ${#lines[@]} -eq 1 ]]
  [[ $(jq -c '[.name, .direction, .schema.required]' <<<"$output") == '["python-sqlite-sink","Sink",["path"]]' ]]
  [[ $(jq -c '.schema.properties | [.table.default, .busy_timeout.default]' <<<"$output") == '["records","5s"]' ]]
}

@test "a wrong option is refused, with exit code 2" {
  local words
  for words in "--pth x" "--path" "--path x --busy-timeout soon" "--path $database --table a;b"; do
    # shellcheck disable=SC2086
    run "$program" --fluvio-topic t $words
    [[ $status -eq 2 && $output == error:* ]] || fail "$words: $status $output"
  done
}

@test "each record is one row: killed again and again, none is missing and none is twice" {
  start_cluster
  sluice topic create t --partitions 2
  seq 1 3000 | sluice produce t --quiet
  local rows
  for rows in 1 1001 2001; do
    start_sink
    wait_for has_rows "$rows"
    stop_process sink KILL || true
  done
  # One more, so that this run is known to be at work before it is told to stop.
  echo 3001 | sluice produce t --quiet
  start_sink
  wait_for has_rows 3001
  stop_process sink
  diff <(query 'SELECT value FROM records ORDER BY CAST(value AS INTEGER)') <(seq 1 3001)
}

@test "keys, times and bytes are kept" {
  start_cluster
  sluice topic create t
  echo '{"a":1}' | sluice produce t --key k --quiet
  printf '\xff\n' | sluice produce t --quiet
  start_sink
  wait_for has_rows 2
  stop_process sink
  [[ $(query 'SELECT offset, key, value, typeof(value) FROM records') == $'0|k|{"a":1}|text\n1|NULL|'*'|blob' ]]
  [[ $(query 'SELECT count(*) FROM records WHERE time LIKE "20__-__-__T%Z"') -eq 2 ]]
}
