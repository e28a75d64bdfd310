#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The sql sink against PostgreSQL, MariaDB and SQLite.

load ../../../../tests/lib/sluice
load databases

setup_file() { start_databases; }
teardown_file() { stop_databases; }
setup() {
  sluice_setup
  program=$SLUICE_BIN/sql-sink
  table=t$BATS_TEST_NUMBER
  use_databases
}
teardown() { sluice_teardown; }

start_topic() {
  start_cluster
  sluice topic create t >/dev/null
}
put() { printf '%s\n' "$@" | sluice produce t >/dev/null; }

@test "the metadata needs no cluster, and an address of no database is an error without its secret" {
  run env FLV_PROFILE_PATH=/nowhere "$program" metadata
  [[ $status -eq 0 && $(jq -c '[.name, .direction]' <<<"$output") == '["sql-sink","Sink"]' ]]
  run "$program" validate --fluvio-topic t --url oracle://me:canary@db/x
  [[ $status -eq 2 && $output == *'`oracle` is no database of this sink'* && $output != *canary* ]]
  run "$program" validate --fluvio-topic t --url 'mysql://me:canary@db/x?tls=1'
  [[ $status -eq 2 && $output == *ssl-mode* && $output != *canary* ]]
}

@test "every type of the SQL model, and its NULLs" {
  start_topic
  local types=(Bool Char SmallInt Int BigInt Float DoublePrecision Text Bytes Numeric Timestamp Date
    Time Uuid Json)
  local values=(true A -7 70000 -9000000000 1.5 0.1 "it's" 'b"c' 12345.678 '2024-02-29T12:30:00.25+02:00'
    2024-02-29 01:02:03 A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11 '{"a":[1,2.50]}')
  local cells='' nulls='' i db
  for i in "${!types[@]}"; do
    cells+=$(jq -nc --arg c "c$i" --arg v "${values[i]}" --arg t "${types[i]}" '{column: $c, raw_value: $v, type: $t}'),
    nulls+=$(jq -nc --arg c "c$i" --arg t "${types[i]}" '{column: $c, raw_value: (if $t == "Text" then null else "" end), type: $t}'),
  done
  local key='{"column":"id","raw_value":"1","type":"Int"}'
  put "{\"Insert\":{\"table\":\"$table\",\"values\":[$cells$key]}}" \
    "{\"Upsert\":{\"table\":\"$table\",\"uniq_idx\":\"id\",\"values\":[${nulls//A/}${key/1/2}]}}" \
    "{\"Upsert\":{\"table\":\"$table\",\"uniq_idx\":\"id\",\"values\":[{\"column\":\"c7\",\"raw_value\":\"again\",\"type\":\"Text\"},$key]}}"
  sql sqlite "CREATE TABLE $table (id INTEGER PRIMARY KEY, c0 BOOLEAN, c1 CHAR, c2 SMALLINT, c3 INT, c4 BIGINT,
    c5 REAL, c6 DOUBLE, c7 TEXT, c8 BLOB, c9 NUMERIC, c10 TIMESTAMP, c11 DATE, c12 TIME, c13 UUID, c14 JSON)"
  sql postgres "CREATE TABLE $table (id int PRIMARY KEY, c0 boolean, c1 \"char\", c2 smallint, c3 int, c4 bigint,
    c5 real, c6 double precision, c7 text, c8 bytea, c9 numeric, c10 timestamptz, c11 date, c12 time, c13 uuid, c14 jsonb)"
  sql mariadb "CREATE TABLE $table (id INT PRIMARY KEY, c0 BOOLEAN, c1 CHAR(1), c2 SMALLINT, c3 INT, c4 BIGINT,
    c5 FLOAT, c6 DOUBLE, c7 TEXT, c8 BLOB, c9 DECIMAL(20,3), c10 DATETIME(2), c11 DATE, c12 TIME, c13 UUID, c14 JSON)"
  for db in "${databases[@]}"; do
    start_sink $db
    wait_for sql_is $db "SELECT c7 FROM $table WHERE id = 1" again
    sql_is $db "SELECT count(*) FROM $table WHERE id = 2 AND c1 = '' AND c0 IS NULL AND c2 IS NULL AND c4 IS NULL
      AND c6 IS NULL AND c7 IS NULL AND c9 IS NULL AND c10 IS NULL AND c13 IS NULL AND c14 IS NULL" 1
  done
  local rest=A\|-7\|70000\|-9000000000\|1.5\|0.1
  sql_is sqlite "SELECT c0,c1,c2,c3,c4,c5,c6,hex(c8),c9,c10,c11,c12,c13,c14 FROM $table WHERE id = 1" \
    "1|$rest|622263|12345.678|2024-02-29 10:30:00.25|2024-02-29|01:02:03|a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11|{\"a\":[1,2.50]}"
  sql_is postgres "SELECT c0,c1,c2,c3,c4,c5,c6,c8,c9,c10,c11,c12,c13,c14 FROM $table WHERE id = 1" \
    "t|$rest|\\x622263|12345.678|2024-02-29 10:30:00.25+00|2024-02-29|01:02:03|a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11|{\"a\": [1, 2.50]}"
  sql_is mariadb "SELECT c0,c1,c2,c3,c4,c5,c6,hex(c8),c9,c10,c11,c12,c13,c14 FROM $table WHERE id = 1" \
    "1|$rest|622263|12345.678|2024-02-29 10:30:00.25|2024-02-29|01:02:03|a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11|{\"a\":[1,2.50]}"
}

@test "plain JSON: members go to the columns of their names, upserts replace, empty values delete" {
  start_topic
  put '{"id":1,"name":"one","price":1.25}' '{"id":2,"name":null}' '{"ID":"3","price":7,"name":true}'
  put '{"id":1,"name":"uno"}'
  printf '2=\n' | sluice produce t --key-separator = >/dev/null
  local db
  for db in "${databases[@]}"; do
    sql $db "CREATE TABLE $table (id int PRIMARY KEY, name varchar(20) DEFAULT 'none', price numeric(6,2) DEFAULT 5)"
    start_sink $db --table $table --upsert-key id --delete-on-tombstone
    wait_for sql_is $db "SELECT last_offset FROM sluice_offsets WHERE connector = 'x$BATS_TEST_NUMBER-$db' AND partition_id = 0" 4
    sql_is $db "SELECT id, name, price * 100 / 100 > 1 FROM $table ORDER BY id" "$(sql $db "SELECT 1, 'uno', 1 > 0 UNION SELECT 3, 'true', 1 > 0 ORDER BY 1")"
  done
}

@test "declared columns: paths, types, defaults, and a record without what is required" {
  start_topic
  put '{"device":{"number":7,"tags":["a","b"]},"at":"2024-01-01T00:00:00Z"}' '{"device":{"number":"x8"}}'
  local db columns
  columns=(--column '{"name":"n","path":"device.number","type":"int","required":true}'
    --column '{"name":"tag","path":"$.device.tags.1","default":"none"}'
    --column '{"name":"raw","path":"$","type":"json"}' --column '{"name":"at","type":"timestamp"}')
  for db in "${databases[@]}"; do
    sql $db "CREATE TABLE $table (n int, tag varchar(10), raw text, at timestamp NULL)"
    run_sink $db --table $table "${columns[@]}"
    [[ $status -eq 1 && $output == *'column `n`'*'`x8` is not a Int'* ]] || fail "$db: $status $output"
    [[ $output == *"offset 1"* ]]
    sql_is $db "SELECT n, tag FROM $table" '7|b'
    [[ $(sql $db "SELECT at, raw FROM $table") == 2024-01-01\ 00:00:00*'"number":7'* ]]
  done
}

@test "names and values with quotes are names and values, nothing else" {
  start_topic
  local evil='x"; DROP TABLE victim; --' tick='y`; DROP TABLE victim; --' db quoted
  put "$(jq -nc --arg a "$evil" --arg b "$tick" '{($a): "'"'"'); DROP TABLE victim; --", ($b): $a}')"
  for db in "${databases[@]}"; do
    sql $db "CREATE TABLE victim (x int)"
    start_sink $db --table "o'dd \"$table\`" --create-table
    quoted="\"o'dd \"\"$table\`\""
    wait_for sql_is $db "SELECT \"x\"\"; DROP TABLE victim; --\" FROM $quoted" "'); DROP TABLE victim; --"
    sql_is $db "SELECT \"y\`; DROP TABLE victim; --\" FROM $quoted" "$evil"
    sql_is $db "SELECT count(*) FROM victim" 0
    sql $db "DROP TABLE victim"
  done
}

@test "kill -9 again and again: no record is lost, none is twice" {
  start_topic
  seq 1 12000 | sed 's/.*/{"n":&,"text":"record &"}/' | sluice produce t >/dev/null
  local db round
  for db in "${databases[@]}"; do
    sql $db "CREATE TABLE $table (n int, text varchar(30))"
    for ((round = 1; round <= 5; round++)); do
      start_sink $db --table $table --batch-count 100
      wait_for has_rows $db $((round * 2000))
      stop_process "sink-$db" KILL || true
    done
    start_sink $db --table $table
    wait_for has_rows $db 12000
    stop_process "sink-$db"
    sql_is $db "SELECT count(*), count(DISTINCT n), min(n), max(n) FROM $table" '12000|12000|1|12000'
  done
}
has_rows() { (($(sql "$1" "SELECT count(*) FROM $table") >= $2)); }

# The servers' sessions are of TLS: that one was lost was taken for a wrong certificate.
@test "a server that is killed and comes back, a file that is locked: it waits and goes on" {
  start_topic
  local db
  MARIADB_URL+=?ssl-mode=required
  for db in "${databases[@]}"; do
    sql $db "CREATE TABLE $table (n int)"
    start_sink $db --table $table --statement-timeout 1s
  done
  put '{"n":1}'
  for db in "${databases[@]}"; do wait_for has_rows $db 1; done
  "$servers/postgres" kill "$BATS_FILE_TMPDIR/postgres"
  "$servers/mariadb" kill "$BATS_FILE_TMPDIR/mariadb"
  mkfifo "$work/lock"
  sqlite3 -bail "$file" <"$work/lock" 3>&- &
  local locker=$!
  exec 4>"$work/lock"
  printf '%s\n' '.timeout 5000' "BEGIN IMMEDIATE; INSERT INTO $table VALUES (0);" ".shell touch $work/locked" >&4
  wait_for test -e "$work/locked"
  put '{"n":2}'
  for db in "${databases[@]}"; do wait_for log_has "sink-$db" "the destination failed"; done
  start_databases
  printf 'ROLLBACK;\n.quit\n' >&4
  wait $locker
  for db in "${databases[@]}"; do
    wait_for has_rows $db 2
    sql_is $db "SELECT n FROM $table ORDER BY n" $'1\n2'
  done
}

# The newer offset was stored over the gap: the records between were lost.
@test "a database that has gone back ends it, and the next start writes what is missing" {
  start_topic
  sql postgres "CREATE TABLE $table (n int)"
  put '{"n":1}' '{"n":2}' '{"n":3}'
  start_sink postgres --table "$table"
  wait_for has_rows postgres 3
  # As a replica has it that lagged.
  sql postgres "DELETE FROM $table WHERE n > 1;
    UPDATE sluice_offsets SET last_offset = 0 WHERE connector = 'x$BATS_TEST_NUMBER-postgres' AND partition_id = 0"
  sql postgres "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'sluice sql-sink'"
  put '{"n":4}'
  local code=0
  wait_process sink-postgres || code=$?
  [[ $code -eq 1 ]] || fail "$code"
  log_has sink-postgres "has gone back from offset 2 of partition 0 to offset 0"
  start_sink postgres --table "$table"
  wait_for has_rows postgres 4
  sql_is postgres "SELECT n FROM $table ORDER BY n" $'1\n2\n3\n4'
}

@test "PostgreSQL syncs what the sink commits, whatever its settings say" {
  start_topic
  sql postgres "CREATE TABLE $table (n int, synced text DEFAULT current_setting('synchronous_commit'))"
  put '{"n":1}'
  start_process sink "$program" --fluvio-topic t --name "x$BATS_TEST_NUMBER" --table "$table" \
    --url "$PG_SCRAM_URL?options=-csynchronous_commit%3Doff"
  wait_for sql_is postgres "SELECT synced FROM $table" on
}

# With --on-rejected skip every record was given up.
@test "the table of its offsets gone is no record's fault: it ends, whatever --on-rejected says" {
  start_topic
  local db code own=own$BATS_TEST_NUMBER
  put '{"n":1}'
  for db in "${databases[@]}"; do
    sql $db "CREATE TABLE $table (n int)"
    start_sink $db --table $table --offsets-table $own --on-rejected skip
    wait_for has_rows $db 1
    sql $db "DROP TABLE $own"
  done
  put '{"n":2}'
  for db in "${databases[@]}"; do
    code=0
    wait_process "sink-$db" || code=$?
    [[ $code -eq 2 ]] || fail "$db: $code"
    log_has "sink-$db" "the table \`$own\`, which keeps what is done, cannot be used"
    sql_is $db "SELECT n FROM $table" 1
  done
}

# PostgreSQL calls it a reference to another database, which ended the connector.
@test "a record that names a table of three parts is at fault by itself" {
  start_topic
  local db
  model() { printf '{"Insert":{"table":"%s","values":[{"column":"n","raw_value":"%s","type":"Int"}]}}' "$1" "$2"; }
  put "$(model "$table" 1)" "$(model "a.b.$table" 2)" "$(model "$table" 3)"
  for db in "${databases[@]}"; do
    sql $db "CREATE TABLE $table (n int)"
    run_sink $db
    [[ $status -eq 1 && $output == *"offset 1"*"there is no table \`a.b.$table\`"* ]] || fail "$db: $status $output"
    start_sink $db --create-table --on-rejected skip
    wait_for has_rows $db 2
    sql_is $db "SELECT n FROM $table ORDER BY n" $'1\n3'
  done
}

@test "a poison record stops it by its name, or becomes a dead letter; all others are there, once" {
  start_topic
  seq 1 99 | sed 's/.*/{"n":&}/' | sluice produce t >/dev/null
  put '{"n":50}' 'no JSON' '{"n":100}' '{"n":"x"}' '{"n":101}'
  local db
  for db in "${databases[@]}"; do
    sql $db "CREATE TABLE $table (n int PRIMARY KEY)"
    run_sink $db --table $table
    [[ $status -eq 1 && $output == *"offset 99"* ]] || fail "$db: $status $output"
    sql_is $db "SELECT count(*), max(n) FROM $table" '99|99'
    start_sink $db --table $table --on-rejected dead-letter --on-malformed dead-letter \
      --dead-letter-file "$work/letters-$db"
    wait_for sql_is $db "SELECT count(*), max(n) FROM $table" '101|101'
    stop_process "sink-$db"
    [[ $(jq -r .error.code "$work/letters-$db" | tr "\n" " ") == "outside_rejected malformed malformed " ]] || fail "$(cat "$work/letters-$db")"
  done
}

@test "schema drift: fail, ignore, warn, evolve, quarantine" {
  start_topic
  put '{"n":1,"extra":null}' '{"n":2,"extra":"text","size":2.5}'
  local db
  for db in "${databases[@]}"; do
    sql $db "CREATE TABLE $table (n int)"
    run_sink $db --table $table
    [[ $status -eq 2 && $output == *'no column `extra`'*--schema-drift* ]] || fail "$db: $status $output"
    run_sink $db --table $table --schema-drift quarantine
    [[ $status -eq 1 && $output == *'outside_rejected'* || $output == *'no column `extra`'* ]]
    sql_is $db "SELECT count(*) FROM $table" 0
    start_sink $db --table $table --schema-drift warn
    wait_for has_rows $db 2
    log_has "sink-$db" 'no column `size`'
    stop_process "sink-$db"
    start_process "sink-$db" "$program" --fluvio-topic t --name "y$BATS_TEST_NUMBER-$db" --url "$(url_of $db)" \
      --table $table --schema-drift evolve
    wait_for has_rows $db 4
    sql_is $db "SELECT n, extra, size FROM $table WHERE extra IS NOT NULL" '2|text|2.5'
  done
}

# They went by way of a double.
@test "whole numbers keep each digit, and what has a fraction is no whole number" {
  start_topic
  put '{"n":9007199254740993.0}' '{"n":-9223372036854775808.0}' '{"n":70e-1}' '{"n":4503599627370496.5}'
  local db
  for db in "${databases[@]}"; do
    sql $db "CREATE TABLE $table (n bigint)"
    run_sink $db --table $table
    [[ $status -eq 1 && $output == *"offset 3"*'`4503599627370496.5` is not a BigInt'* ]] || fail "$db: $status $output"
    sql_is $db "SELECT n FROM $table ORDER BY n" $'-9223372036854775808\n7\n9007199254740993'
  done
}

# MariaDB changed the row of another id, and `ab1` and `AB1` were one row.
@test "an upsert changes the row of its key and no other, whatever else is unique" {
  start_topic
  put '{"id":"ab1","mail":"a"}' '{"id":"AB1","mail":"b"}' '{"id":"ab1","mail":"c"}' '{"id":"x","mail":"b"}' '{"id":"y","mail":"d"}'
  local db
  for db in "${databases[@]}"; do
    start_sink $db --table $table --upsert-key id --create-table
    wait_for has_rows $db 4
    sql_is $db "SELECT count(*) FROM $table WHERE id = 'AB1' AND mail = 'b'" 1
    stop_process "sink-$db"
    sql $db "CREATE TABLE two$table (id varchar(9) PRIMARY KEY, mail varchar(9) UNIQUE)"
    [[ $db != mariadb ]] || sql $db "ALTER TABLE two$table MODIFY id varchar(9) COLLATE utf8mb4_bin"
    start_process "two-$db" "$program" --fluvio-topic t --name "two$BATS_TEST_NUMBER-$db" --url "$(url_of $db)" \
      --table two$table --upsert-key id --on-rejected dead-letter --dead-letter-file "$work/letters-$db"
    wait_for sql_is $db "SELECT count(*) FROM two$table WHERE id = 'y'" 1
    sql_is $db "SELECT mail FROM two$table ORDER BY mail" $'b\nc\nd'
    sql_is $db "SELECT count(*) FROM two$table WHERE id = 'AB1' AND mail = 'b'" 1
    [[ $(jq -r .error.code "$work/letters-$db") == outside_rejected ]] || fail "$(cat "$work/letters-$db")"
  done
}

@test "the chain of json-sql and this sink" {
  start_topic
  local db mapping
  sluice smartmodule load json-sql "$SLUICE_BIN/../smartmodules/json-sql.wasm"
  put '{"device":{"number":1,"name":"a"}}' '{"device":{"number":1,"name":"b"}}' '{"device":{"number":2}}'
  for db in "${databases[@]}"; do
    sql $db "CREATE TABLE $table (n int PRIMARY KEY, name varchar(20))"
    mapping='{"table":"'$table'","operation":"upsert","unique-columns":["n"],"map-columns":{"n":{"json-key":"device.number","value":{"type":"int4","required":true}},"name":{"json-key":"device.name","value":{"type":"text","default":"none"}}}}'
    start_sink $db --transform "$(jq -nc --arg m "$mapping" '{uses: "json-sql", with: {mapping: $m}}')"
    wait_for sql_is $db "SELECT n, name FROM $table ORDER BY n" $'1|b\n2|none'
  done
}

@test "of two with one name the older one ends, and writes nothing more" {
  start_topic
  local db code
  for db in "${databases[@]}"; do
    sql $db "CREATE TABLE $table (n int)"
    start_sink $db --table $table
    wait_for log_has "sink-$db" "connected to the outside"
    # As on another machine: the kit's own lock does not see it.
    start_process "newer-$db" "$program" --fluvio-topic t --name "x$BATS_TEST_NUMBER-$db" \
      --url "$(url_of $db)" --table $table --state-dir "$work/other-$db"
    wait_for log_has "newer-$db" "connected to the outside"
  done
  put '{"n":1}'
  for db in "${databases[@]}"; do
    code=0
    wait_process "sink-$db" || code=$?
    [[ $code -eq 3 ]] || fail "$db: $code"
    log_has "sink-$db" "another instance writes"
    wait_for has_rows $db 1
    stop_process "newer-$db"
    sql_is $db "SELECT count(*) FROM $table" 1
  done
}

@test "check says whether it could run, and makes nothing" {
  start_topic
  local db
  for db in "${databases[@]}"; do
    run "$program" check --fluvio-topic t --name "c$BATS_TEST_NUMBER" --url "$(url_of $db)" --table $table
    [[ $status -ne 0 && $output == *"there is no table"* ]]
    sql $db "CREATE TABLE $table (n int)"
    run "$program" check --fluvio-topic t --name "c$BATS_TEST_NUMBER" --url "$(url_of $db)" --table $table
    [[ $status -eq 0 && $output == *"has 1 columns"* && $output != *'se"c'* ]]
  done
  run "$program" check --fluvio-topic t --url "sqlite:$work/new.db?mode=rwc"
  [[ $status -eq 0 && ! -e $work/new.db ]]
  run "$program" check --fluvio-topic t --url "mysql://sluice:canary@127.0.0.1:$MARIADB_PORT/test"
  [[ $status -eq 3 && $output == *permission_denied* && $output != *canary* ]]
}

@test "MariaDB with TLS: its certificate is checked, and localhost is the port that was given" {
  start_topic
  mariadb --no-defaults -S "$MARIADB_SOCKET" -uroot -e "CREATE USER tls@'127.0.0.1' IDENTIFIED BY 'canary' REQUIRE SSL;
    GRANT ALL ON test.* TO tls@'127.0.0.1'; CREATE TABLE test.$table (n int)"
  # check_is CODE TEXT HOST PARAMETERS
  check_is() {
    run timeout 20 "$program" check --fluvio-topic t --name "c$BATS_TEST_NUMBER" --table "$table" \
      --url "mysql://tls:canary@$3:$MARIADB_PORT/test?$4"
    [[ $status -eq $1 && $output == *"$2"* && $output != *canary* ]] || fail "$*: $status" "$output"
  }
  check_is 0 "has 1 columns" localhost "ssl-ca=$MARIADB_CA"
  check_is 0 "has 1 columns" 127.0.0.1 "ssl-ca=$MARIADB_CA&ssl-mode=verify-identity"
  check_is 0 "has 1 columns" localhost ssl-mode=required
  check_is 3 permission_denied localhost ssl-mode=disabled
  check_is 3 tls localhost "ssl-ca=$PG_CA"
}
