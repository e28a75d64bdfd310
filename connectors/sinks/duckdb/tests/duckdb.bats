#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The duckdb sink against DuckDB.

load ../../../../tests/lib/sluice

setup() {
  sluice_setup
  program=$SLUICE_BIN/duckdb-sink
  file=$work/data.duckdb
}
teardown() { sluice_teardown; }

start_topic() {
  start_cluster
  sluice topic create t >/dev/null
}
put() { printf '%s\n' "$@" | sluice produce t >/dev/null; }
# make_in_file SQL: in the file itself, before a sink has it.
make_in_file() { "$SLUICE_BIN/duckdb-query" "$file" "$1" in-place >/dev/null; }
sql() { "$SLUICE_BIN/duckdb-query" "$file" "$1"; }
sql_is() { [[ $(sql "$1") == "$2" ]] || fail "$(sql "$1")"; }
has_rows() { (($(sql "SELECT count(*) FROM x") >= $1)); }
start_sink() { start_process sink "$program" --fluvio-topic t --url "$file" "$@"; }
run_sink() { run timeout 20 "$program" --fluvio-topic t --url "$file" "$@"; }

@test "the metadata needs no cluster, and MotherDuck is refused without its token" {
  run env FLV_PROFILE_PATH=/nowhere "$program" metadata
  [[ $status -eq 0 && $(jq -c '[.name, .direction]' <<<"$output") == '["duckdb-sink","Sink"]' ]]
  run "$program" validate --fluvio-topic t --url 'md:?token=canary'
  [[ $status -eq 2 && $output == *MotherDuck* && $output != *canary* ]]
  run "$program" validate --fluvio-topic t --url local.db
  [[ $status -eq 0 ]]
}

@test "every type of the SQL model, its NULLs, and upserts" {
  start_topic
  make_in_file 'CREATE TABLE x (id INTEGER PRIMARY KEY, c0 BOOLEAN, c1 VARCHAR, c2 SMALLINT, c3 INTEGER, c4 BIGINT, c5 FLOAT, c6 DOUBLE,
    c7 VARCHAR, c8 BLOB, c9 DECIMAL(20,3), c10 TIMESTAMP, c11 DATE, c12 TIME, c13 UUID, c14 JSON, c15 TIMESTAMPTZ)'
  local types=(Bool Char SmallInt Int BigInt Float DoublePrecision Text Bytes Numeric Timestamp Date Time Uuid Json Timestamp)
  local values=(true A -7 70000 -9000000000 1.5 0.1 "it's" 'b"c' 12345.678 '2024-02-29T12:30:00.25+02:00'
    2024-02-29 01:02:03 A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11 '{"a":[1,2.50]}' 2024-02-29T10:30:00Z)
  local cells='' nulls='' i
  for i in "${!types[@]}"; do
    cells+=$(jq -nc --arg c "c$i" --arg v "${values[i]}" --arg t "${types[i]}" '{column: $c, raw_value: $v, type: $t}'),
    nulls+=$(jq -nc --arg c "c$i" --arg t "${types[i]}" '{column: $c, raw_value: "NULL", type: $t}'),
  done
  local id='{"column":"id","raw_value":"1","type":"Int"}'
  put "{\"Insert\":{\"table\":\"x\",\"values\":[$cells$id]}}" "{\"Insert\":{\"table\":\"x\",\"values\":[$cells${id/1/3}]}}" \
    "{\"Upsert\":{\"table\":\"x\",\"uniq_idx\":\"id\",\"values\":[$nulls${id/1/2}]}}" \
    "{\"Upsert\":{\"table\":\"x\",\"uniq_idx\":\"id\",\"values\":[{\"column\":\"c7\",\"raw_value\":\"again\",\"type\":\"Text\"},$id]}}"
  start_sink
  wait_for sql_is "SELECT c7 FROM x WHERE id = 1" again
  stop_process sink
  local row="true|A|-7|70000|-9000000000|1.5|0.1|b\\x22c|12345.678|2024-02-29 10:30:00.25|2024-02-29|01:02:03|a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11|{\"a\":[1,2.50]}|1709202600"
  sql_is "SELECT c0,c1,c2,c3,c4,c5,c6,c8,c9,c10,c11,c12,c13,c14,epoch(c15)::BIGINT FROM x WHERE id IN (1, 3)" "$row"$'\n'"$row"
  sql_is "SELECT count(*) FROM x WHERE id = 2 AND coalesce(c0::VARCHAR, c1, c4::VARCHAR, c7, c8::VARCHAR, c10::VARCHAR, c13::VARCHAR, c14::VARCHAR) IS NULL" 1
}

@test "plain JSON: a table that is made, upserts, deletes, and columns that come later" {
  start_topic
  put '{"id":1,"name":"one"}' '{"id":2,"name":"x\"; DROP TABLE x; --"}' '{"id":1,"name":"uno","new\"col":2.5}'
  printf '2=\n' | sluice produce t --key-separator = >/dev/null
  start_sink --table x --create-table --upsert-key id --delete-on-tombstone --schema-drift evolve
  wait_for sql_is 'SELECT id, name, "new""col" FROM x ORDER BY id' '1|uno|2.5'
  stop_process sink
}

@test "kill -9 again and again: no record is lost, none is twice" {
  start_topic
  make_in_file 'CREATE TABLE x (n INTEGER)'
  seq 1 12000 | sed 's/.*/{"n":&}/' | sluice produce t >/dev/null
  local round
  for ((round = 1; round <= 5; round++)); do
    start_sink --table x --batch-count 100
    wait_for has_rows $((round * 2000))
    stop_process sink KILL || true
  done
  start_sink --table x
  wait_for has_rows 12000
  stop_process sink
  sql_is 'SELECT count(*), count(DISTINCT n), min(n), max(n) FROM x' '12000|12000|1|12000'
}

@test "a poison record stops it by its name, or becomes a dead letter; all others are there, once" {
  start_topic
  make_in_file 'CREATE TABLE x (n INTEGER PRIMARY KEY)'
  seq 1 99 | sed 's/.*/{"n":&}/' | sluice produce t >/dev/null
  put '{"n":50}' 'no JSON' '{"n":100}' '{"n":"x"}' '{"n":101}'
  run_sink --table x
  [[ $status -eq 1 && $output == *"offset 99"* ]] || fail "$status $output"
  sql_is "SELECT count(*), max(n) FROM x" '99|99'
  start_sink --table x --on-rejected dead-letter --on-malformed dead-letter --dead-letter-file "$work/letters"
  wait_for sql_is "SELECT count(*), max(n) FROM x" '101|101'
  stop_process sink
  [[ $(wc -l <"$work/letters") -eq 3 ]]
}

@test "a second program on the file: it waits until the first is gone" {
  start_topic
  start_sink --table x --create-table
  put '{"n":1}'
  wait_for has_rows 1
  start_process second "$program" --fluvio-topic t --name second --url "$file" --table x
  wait_for log_has second "the destination failed"
  stop_process sink
  wait_for has_rows 2
}

@test "check says whether it could run, and makes nothing" {
  start_topic
  run "$program" check --fluvio-topic t --url "$file" --table x
  [[ $status -eq 0 && $output == *"will be made"* && ! -e $file ]]
  make_in_file 'CREATE TABLE y (n INTEGER)'
  run "$program" check --fluvio-topic t --url "$file" --table x
  [[ $status -ne 0 && $output == *"there is no table"* ]]
}
