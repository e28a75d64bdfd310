#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The postgres sink, behind the postgres source, against a real PostgreSQL: database a -> topic ->
# database b.

load ../../../../tests/lib/sluice

setup_file() {
  export PG_DIR=$BATS_FILE_TMPDIR/pg
  start_server
}
start_server() { "$BATS_TEST_DIRNAME/../../../../tests/servers/postgres" start "$PG_DIR" tls -c wal_sender_timeout=3s; }
teardown_file() { "$BATS_TEST_DIRNAME/../../../../tests/servers/postgres" stop "$PG_DIR"; }

setup() {
  sluice_setup
  # Other tests of this machine may have connectors of the default names.
  instance=$(basename "$work" | tr -cd '[:alnum:]' | tr '[:upper:]' '[:lower:]')
  program=$SLUICE_BIN/postgres-sink
  # shellcheck disable=SC1091
  source "$PG_DIR/env"
  a=a$BATS_TEST_NUMBER b=b$BATS_TEST_NUMBER
  psql -qXd "$PG_URL" -c "CREATE DATABASE $a" -c "CREATE DATABASE $b"
  base=${PG_URL%/*} query=
}
teardown() {
  stop_process source KILL || true
  stop_process sink KILL || true
  wait_for drop_slots
  psql -qXd "$PG_URL" -c "DROP DATABASE $a WITH (FORCE)" -c "DROP DATABASE $b WITH (FORCE)"
  sluice_teardown
}
drop_slots() {
  psql -qXd "$PG_URL" -v ON_ERROR_STOP=1 -c "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = '$a'"
}
# sql DATABASE TEXT
sql() { psql -qXAtd "$base/$1" -v ON_ERROR_STOP=1 -c "$2"; }
start_source() {
  start_process source "$SLUICE_BIN/postgres-source" --fluvio-topic t --name "$instance-source" --url "$base/$a$query" --publication p --slot "s_$a" "$@"
}
start_sink() { start_process sink "$program" --fluvio-topic t --name "$instance-sink" --url "$base/$b$query" "$@"; }
source_connected() { log_has source ": connected to the outside"; }
# same TABLE...: a and b have the same rows.
same() {
  local table
  for table in "$@"; do
    diff <(sql "$a" "SELECT $table FROM $table" | sort) <(sql "$b" "SELECT $table FROM $table" | sort) || return 1
  done
}
sink_is_through() {
  local last
  last=$(($(topic_count t) - 1))
  [[ $(sql "$b" "SELECT current_offset FROM fluvio.sluice_offset") == "$last" ]]
}

@test "the metadata needs no database and no cluster" {
  run "$program" metadata
  [[ $status -eq 0 && ${#lines[@]} -eq 1 ]]
  [[ $(jq -c '[.name, .direction, .schema.required]' <<<"$output") == '["postgres-sink","Sink",["url"]]' ]]
}

@test "rows of all types, updates, deletes, keys that change, large values that do not, truncate" {
  start_cluster
  sluice topic create t
  local tables="CREATE TYPE mood AS ENUM ('sad', 'it''s ok'); CREATE DOMAIN small AS int;
    CREATE TABLE types (id int PRIMARY KEY, b bool, c \"char\", i2 smallint, i8 bigint, f4 real, f8 float8, n numeric, t text, v varchar(9),
      bp char(5), by bytea, d date, ts timestamptz, iv interval, u uuid, j json, jb jsonb, a int[], ta text[], m mood, s small, x xml, p point, r int4range);
    CREATE TABLE large (id int PRIMARY KEY, n int, big text);
    ALTER TABLE large ALTER big SET STORAGE EXTERNAL;
    CREATE TABLE no_key (n int, j json); ALTER TABLE no_key REPLICA IDENTITY FULL;
    CREATE TABLE other_key (n int PRIMARY KEY, id int NOT NULL, x text); CREATE UNIQUE INDEX k ON other_key (id); ALTER TABLE other_key REPLICA IDENTITY USING INDEX k;
    CREATE TABLE \"odd \"\"name\" (\"a b\" int PRIMARY KEY, \"select\" text);
    CREATE TABLE gone (id int PRIMARY KEY);"
  sql "$a" "$tables"
  sql "$b" "$tables"
  start_source
  start_sink
  wait_for source_connected
  sql "$a" "INSERT INTO types VALUES (1, true, 'x', -3, 9223372036854775807, 1.1, 'NaN', 12345678901234567890.0123, E'line\nquote '' \" \\\\ ä€ \$1', 'var', 'bp', '\\x00ff', '2020-01-01',
     '2020-01-01 10:00:00.123456+02', '1 day 2 hours', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{\"a\": 1.50}', '{\"a\": [null, 1.50]}', '{1,NULL,3}', '{\"a,b\",\"\",NULL}', 'it''s ok', 7, '<a/>', '(1,2)', '[1,5)');
    INSERT INTO types (id) VALUES (2); INSERT INTO types (id, f4, f8, t) VALUES (3, 'Infinity', '-Infinity', ''), (4, -0.0, 1e300, 'x')"
  sql "$a" "INSERT INTO large VALUES (1, 1, repeat('x', 100000)), (2, 2, repeat('y', 100000)); UPDATE large SET n = n + 10; UPDATE large SET id = 3 WHERE id = 2"
  sql "$a" "INSERT INTO no_key VALUES (1, '{}'), (1, '{}'), (NULL, NULL), (2, '[]'); DELETE FROM no_key WHERE ctid = '(0,1)'; UPDATE no_key SET n = 5 WHERE n IS NULL"
  sql "$a" "INSERT INTO other_key VALUES (1, 10, 'a'), (2, 20, 'b'); UPDATE other_key SET x = 'c' WHERE n = 1; UPDATE other_key SET id = 30 WHERE n = 2; DELETE FROM other_key WHERE n = 1"
  sql "$a" "INSERT INTO \"odd \"\"name\" VALUES (1, '''; DROP TABLE types; --'); UPDATE \"odd \"\"name\" SET \"select\" = NULL"
  sql "$a" "INSERT INTO gone VALUES (1), (2); TRUNCATE gone; INSERT INTO gone VALUES (3)"
  sql "$a" "UPDATE types SET t = 'changed', j = NULL, by = NULL WHERE id = 1; UPDATE types SET id = 20 WHERE id = 2"
  wait_for same types large no_key other_key '"odd ""name"' gone
  [[ $(sql "$b" "SELECT count(*) FROM no_key") == 3 && $(sql "$b" "SELECT id FROM gone") == 3 ]]
}

@test "tables are made and changed as the source's are, with --schema-drift evolve" {
  start_cluster
  sluice topic create t
  sql "$a" "CREATE TABLE x (id int PRIMARY KEY, n numeric(9,2)); INSERT INTO x VALUES (1, 1.5)"
  start_source
  start_sink --schema-drift evolve --schema-map public=copy
  wait_for source_connected
  copied() { diff <(sql "$a" "SELECT $1 FROM $1 ORDER BY 1") <(sql "$b" "SELECT $1 FROM copy.$1 ORDER BY 1"); }
  wait_for copied x
  sql "$a" "ALTER TABLE x ADD more text[] DEFAULT '{a}'; INSERT INTO x VALUES (2, 2.5, '{b,c}')"
  sql "$a" "UPDATE x SET more = more"
  wait_for copied x
  sql "$a" "ALTER TABLE x ALTER id TYPE bigint; INSERT INTO x VALUES (5000000000, 0, NULL)"
  wait_for copied x
  sql "$a" "ALTER TABLE x RENAME TO y; INSERT INTO y VALUES (7)"
  wait_for copied y
  [[ $(sql "$b" "SELECT to_regclass('copy.x') IS NULL") == t ]]
}

@test "a table or column that is not there is refused, or left out, as --schema-drift says" {
  start_cluster
  sluice topic create t
  sql "$a" "CREATE TABLE x (id int PRIMARY KEY, n int); CREATE TABLE y (id int PRIMARY KEY)"
  sql "$b" "CREATE TABLE x (id int PRIMARY KEY)"
  sql "$a" "INSERT INTO x VALUES (1, 2); INSERT INTO y VALUES (1)"
  start_source
  wait_for topic_has t 3
  run timeout 20 "$program" --fluvio-topic t --name "$instance-sink" --url "$base/$b"
  [[ $status -eq 1 && $output == *'has no column'*'--schema-drift evolve'* ]]
  start_sink --schema-drift ignore
  wait_for eval '[[ $(sql "$b" "SELECT id FROM x") == 1 ]]'
}

@test "a source transaction shows as a whole, also when batches end in it" {
  start_cluster
  sluice topic create t
  sql "$a" "CREATE TABLE x (id int PRIMARY KEY)"
  sql "$b" "CREATE TABLE x (id int PRIMARY KEY); CREATE TABLE seen (n int);
    CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO seen SELECT count(*) FROM x; RETURN NULL; END';
    CREATE CONSTRAINT TRIGGER see AFTER INSERT ON x DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION see()"
  start_source --snapshot never
  wait_for source_connected
  start_sink --batch-count 7 --fire-triggers
  sql "$a" "INSERT INTO x SELECT generate_series(1, 100)"
  wait_for eval '[[ $(sql "$b" "SELECT count(*) FROM x") == 100 ]]'
  # At each commit that had one of its rows, all of them were there.
  [[ $(sql "$b" "SELECT DISTINCT n FROM seen") == 100 ]]
  [[ $(sql "$b" "SELECT count(*) FROM fluvio.sluice_pending") == 0 ]]
}

@test "random changes, both connectors killed again and again: the tables are equal in the end" {
  start_cluster
  sluice topic create t
  local tables="CREATE TABLE accounts (id int PRIMARY KEY, balance int, note text); CREATE TABLE history (account int, delta int, at timestamptz DEFAULT now())"
  sql "$a" "$tables; INSERT INTO accounts SELECT i, 0, repeat('n', i % 50) FROM generate_series(1, 2000) i"
  sql "$b" "$tables"
  cat >"$work/load.sql" <<'END'
\set id random(1, 2000)
\set new random(2001, 100000000)
\set delta random(-100, 100)
BEGIN;
UPDATE accounts SET balance = balance + :delta WHERE id = :id;
INSERT INTO history VALUES (:id, :delta);
INSERT INTO accounts VALUES (:new, 0, NULL) ON CONFLICT DO NOTHING;
DELETE FROM accounts WHERE id = (SELECT max(id) FROM accounts WHERE id % 3 = 0);
END;
END
  start_source
  start_sink
  start_process load pgbench -n -f "$work/load.sql" -c 2 -t 600 "$base/$a"
  local round rows=0
  for round in 1 2 3 4 5 6; do
    # The load may have ended before the last round.
    wait_for eval "((\$(sql $b 'SELECT count(*) FROM history') > (rows < 1200 ? rows : 1199)))"
    rows=$(sql "$b" 'SELECT count(*) FROM history')
    stop_process source KILL || true
    stop_process sink KILL || true
    start_source
    start_sink
  done
  # Each of its commits is synced.
  SLUICE_PATIENCE=120 wait_process load
  wait_for same accounts history
  [[ $(sql "$b" 'SELECT count(*) FROM history') == 1200 ]]
}

# event JSON: as the source writes it.
event() { printf '{"wal_start":1,"wal_end":1,"timestamp":0,"message":%s}\n' "$1"; }
begin() { event "{\"type\":\"begin\",\"final_lsn\":$1,\"timestamp\":$1,\"xid\":$1}"; }
insert() { event "{\"type\":\"insert\",\"rel_id\":7,\"tuple\":[{\"Int4\":$1}]}"; }
commit() { event "{\"type\":\"commit\",\"flags\":0,\"commit_lsn\":$1,\"end_lsn\":$1,\"timestamp\":$1}"; }

@test "a source that was killed in a transaction goes back behind it: the part that came first does not count" {
  start_cluster
  sluice topic create t
  sql "$b" "CREATE TABLE x (n int)"
  {
    begin 20
    event '{"type":"relation","rel_id":7,"namespace":"public","name":"x","replica_identity":"Default","columns":[{"flags":0,"name":"n","type_id":23,"type_modifier":-1}]}'
    insert 1 && commit 20
    begin 30 && insert 2 && commit 30
    begin 40 && insert 3
    begin 20 && insert 1 && commit 20
    begin 30 && insert 2 && commit 30
    begin 40 && insert 3 && insert 4 && commit 40
    begin 50 && insert 5 && commit 50
  } | sluice produce t >/dev/null
  start_sink
  wait_for sink_is_through
  [[ $(sql "$b" "SELECT string_agg(n::text, ',') FROM x") == 1,2,3,4,5 ]]
}

relation() {
  local columns=() name
  for name in "$@"; do columns+=("{\"flags\":0,\"name\":\"$name\",\"type_id\":23,\"type_modifier\":-1}"); done
  event "{\"type\":\"relation\",\"rel_id\":7,\"namespace\":\"public\",\"name\":\"x\",\"replica_identity\":\"Default\",\"columns\":[$(IFS=,; echo "${columns[*]}")]}"
}
insert_two() { event "{\"type\":\"insert\",\"rel_id\":7,\"tuple\":[{\"Int4\":$1},{\"Int4\":$2}]}"; }

# The other one was told of new columns, and this one left the event out, as its offset was stored.
@test "two of one name take turns: one knows what the other was told of a table" {
  start_cluster
  sluice topic create t
  sql "$b" "CREATE TABLE x (n int, m int)"
  { begin 20 && relation n m && insert_two 1 -1 && commit 20; } | sluice produce t >/dev/null
  start_sink
  wait_for sink_is_through
  kill -STOP "$(pid_of sink)"
  # As on another machine.
  SLUICE_RUNTIME_DIR=$work/run2 start_process other "$program" --fluvio-topic t --name "$instance-sink" --url "$base/$b"
  { begin 30 && relation m n && insert_two -2 2 && commit 30; } | sluice produce t >/dev/null
  wait_for sink_is_through
  stop_process other
  kill -CONT "$(pid_of sink)"
  { begin 40 && insert_two -3 3 && commit 40; } | sluice produce t >/dev/null
  wait_for sink_is_through
  [[ $(sql "$b" "SELECT string_agg(n || ' ' || m, ',' ORDER BY n) FROM x") == "1 -1,2 -2,3 -3" ]]
}

# They were deleted by one statement, which never ended in time.
@test "the events of a large transaction are removed in time, also when all of them together are not" {
  start_cluster
  sluice topic create t
  # Few long sleeps: of many short ones a busy machine makes far longer ones.
  sql "$b" "CREATE TABLE x (n int);
    CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN IF OLD.record_offset % 50 = 0 THEN PERFORM pg_sleep(0.05); END IF; RETURN OLD; END'"
  start_sink --batch-count 500 --statement-timeout 4s
  wait_for sql "$b" "CREATE TRIGGER slow BEFORE DELETE ON fluvio.sluice_pending FOR EACH ROW EXECUTE FUNCTION slow(); ALTER TABLE fluvio.sluice_pending ENABLE ALWAYS TRIGGER slow"
  {
    begin 20 && relation n
    local n
    for n in {1..6000}; do insert "$n"; done
    commit 20
  } | sluice produce t >/dev/null
  wait_for sink_is_through
  [[ $(sql "$b" "SELECT count(*) FROM x") == 6000 && $(sql "$b" "SELECT count(*) FROM fluvio.sluice_pending") == 0 ]]
}

@test "a truncate of a table with foreign keys to it empties it where they do not act, and is refused where they do" {
  start_cluster
  sluice topic create t
  sql "$a" "CREATE TABLE x (id serial PRIMARY KEY)"
  sql "$b" "CREATE TABLE x (id serial PRIMARY KEY); CREATE TABLE child (id int REFERENCES x); SELECT nextval('x_id_seq') FROM generate_series(1, 9)"
  start_source --snapshot never
  wait_for source_connected
  sql "$a" "INSERT INTO x VALUES (1), (2); TRUNCATE x RESTART IDENTITY; INSERT INTO x VALUES (3)"
  wait_for topic_has t 7
  run timeout 20 "$program" --fluvio-topic t --name "$instance-sink" --url "$base/$b" --fire-triggers
  [[ $status -eq 1 && $output == *"cannot truncate a table referenced in a foreign key"* ]]
  start_sink
  wait_for sink_is_through
  same x
  [[ $(sql "$b" "SELECT nextval('x_id_seq')") == 1 ]]
}

@test "a record that the database refuses is left out alone when the policy says so" {
  start_cluster
  sluice topic create t
  sql "$a" "CREATE TABLE x (id int PRIMARY KEY, n int)"
  sql "$b" "CREATE TABLE x (id int PRIMARY KEY, n int CHECK (n < 100))"
  start_source --snapshot never
  wait_for source_connected
  sql "$a" "INSERT INTO x VALUES (1, 1), (2, 200), (3, 3)"
  wait_for topic_has t 6
  run timeout 20 "$program" --fluvio-topic t --name "$instance-sink" --url "$base/$b"
  [[ $status -eq 1 && $output == *"violates check constraint"* ]]
  [[ $(sql "$b" "SELECT count(*) FROM x") == 0 ]]
  start_sink --on-rejected skip
  wait_for eval '[[ $(sql "$b" "SELECT string_agg(id::text, \$\$,\$\$) FROM x") == 1,3 ]]'
}

@test "the database goes away and comes back: nothing is lost, nothing is twice" {
  query=?sslmode=disable
  survive_a_killed_server
}

# The connection was lost with a word of TLS, which was taken for a wrong certificate.
@test "the same over TLS with a certificate that is checked" {
  query="?sslmode=verify-full&sslrootcert=$PG_CA"
  survive_a_killed_server
}

survive_a_killed_server() {
  start_cluster
  sluice topic create t
  sql "$a" "CREATE TABLE x (n int)"
  sql "$b" "CREATE TABLE x (n int)"
  start_source
  start_sink
  wait_for source_connected
  sql "$a" "INSERT INTO x SELECT generate_series(1, 100)"
  wait_for same x
  "$BATS_TEST_DIRNAME/../../../../tests/servers/postgres" kill "$PG_DIR"
  wait_for log_has source "the source failed, trying again"
  start_server
  sql "$a" "INSERT INTO x SELECT generate_series(101, 200)"
  wait_for same x
  is_running source && is_running sink
}

# With --on-rejected skip every event was given up.
@test "its own tables gone are no event's fault: it ends, whatever --on-rejected says" {
  start_cluster
  sluice topic create t
  sql "$b" "CREATE TABLE x (n int)"
  local relation='{"type":"relation","rel_id":7,"namespace":"public","name":"x","replica_identity":"Default","columns":[{"flags":0,"name":"n","type_id":23,"type_modifier":-1}]}'
  local own code lsn=20
  { begin $lsn && event "$relation" && insert $lsn && commit $lsn; } | sluice produce t >/dev/null
  for own in sluice_offset sluice_schema; do
    # A name that begins anew, as the table does that is made again.
    instance+=x lsn=$((lsn + 10))
    sql "$b" "TRUNCATE x"
    start_sink --on-rejected skip
    wait_for sink_is_through
    sql "$b" "DROP TABLE fluvio.$own"
    { begin $lsn && event "$relation" && insert $lsn && commit $lsn; } | sluice produce t >/dev/null
    code=0
    wait_process sink || code=$?
    [[ $code -eq 2 ]] || fail "$own: $code"
    log_has sink "cannot be used (no event is at fault)"
    log_has sink "$own"
    [[ $(sql "$b" "SELECT count(*) FROM x WHERE n = $lsn") == 0 ]]
  done
}

@test "check says what it would do, and leaves nothing" {
  start_cluster
  sluice topic create t
  run "$program" check --fluvio-topic t --url "$base/$b"
  [[ $status -eq 0 && $output == *"will be made"* ]]
  [[ $(sql "$b" "SELECT to_regnamespace('fluvio') IS NULL") == t ]]
  sql "$b" "CREATE ROLE weak LOGIN" || true
  run "$program" check --fluvio-topic t --url "postgres://weak@127.0.0.1:$PG_PORT/$b"
  [[ $status -eq 3 && $output == *"may not make the sink's tables"* ]]
  run "$program" check --fluvio-topic t --url "postgres://postgres:canary@127.0.0.1:1/$b"
  [[ $status -eq 3 && $output != *canary* ]]
}
