#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The postgres source against a real PostgreSQL. Each test has a database of its own.

load ../../../../tests/lib/sluice

setup_file() {
  export PG_DIR=$BATS_FILE_TMPDIR/pg
  "$BATS_TEST_DIRNAME/../../../../tests/servers/postgres" start "$PG_DIR" tls
}
teardown_file() { "$BATS_TEST_DIRNAME/../../../../tests/servers/postgres" stop "$PG_DIR"; }

setup() {
  sluice_setup
  # Other tests of this machine may have connectors of the default names.
  instance=$(basename "$work" | tr -cd '[:alnum:]' | tr '[:upper:]' '[:lower:]')
  program=$SLUICE_BIN/postgres-source
  # shellcheck disable=SC1091
  source "$PG_DIR/env"
  db=db$BATS_TEST_NUMBER
  psql -qXd "$PG_URL" -c "CREATE DATABASE $db"
  url=${PG_URL%/*}/$db
}
teardown() {
  stop_process source || true
  psql -qXd "$PG_URL" >/dev/null <<END
SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE database = '$db' AND active;
END
  wait_for drop_slots
  psql -qXd "$PG_URL" -c "DROP DATABASE $db WITH (FORCE)"
  sluice_teardown
}
drop_slots() {
  psql -qXd "$PG_URL" -c "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = '$db'"
}
sql() { psql -qXAtd "$url" -v ON_ERROR_STOP=1 -c "$1"; }
start_source() {
  start_process source "$program" --fluvio-topic t --name "$instance-source" --url "$url" --publication p --slot "s_$db" "$@"
}
tell_source() { curl -sf --unix-socket "$SLUICE_RUNTIME_DIR/$instance-source.sock" -X POST "http://localhost/$1" >/dev/null; }
connected() { log_has source ": connected to the outside"; }
messages() { topic_values t | jq -c .message; }
types() { messages | jq -r .type | tr '\n' ' '; }
# The rows of each table that the events make, as `schema.table{...}` lines.
state() { topic_values t | python3 "$BATS_TEST_DIRNAME/replay.py"; }
table_rows() { sql "SELECT 'public.$1' || to_jsonb($1)::text FROM $1" | sort; }
state_is_that_of() { diff <(state | sort) <(for table in "$@"; do table_rows "$table"; done | sort); }

@test "the metadata needs no database and no cluster" {
  run "$program" metadata
  [[ $status -eq 0 && ${#lines[@]} -eq 1 ]]
  [[ $(jq -c '[.name, .direction, .schema.required]' <<<"$output") == '["postgres-source","Source",["publication","slot","url"]]' ]]
}

@test "changes arrive as the official connector writes them" {
  start_cluster
  sluice topic create t
  start_source --snapshot never
  wait_for connected
  sql "CREATE TABLE pets (id int PRIMARY KEY, name varchar, kind varchar, born date)"
  sql "INSERT INTO pets VALUES (1, 'Polly', 'Parrot', '2020-01-01')"
  sql "INSERT INTO pets VALUES (2, 'Rex', 'Dog', NULL), (3, 'Tom', 'Cat', '2021-02-03')"
  wait_for topic_has t 8
  [[ $(types) == "begin relation insert commit begin insert insert commit " ]]
  local rel
  rel=$(sql "SELECT 'pets'::regclass::oid")
  diff <(messages | grep -E '"(relation|insert)"') - <<END
{"type":"relation","rel_id":$rel,"namespace":"public","name":"pets","replica_identity":"Default","columns":[{"flags":1,"name":"id","type_id":23,"type_modifier":-1},{"flags":0,"name":"name","type_id":1043,"type_modifier":-1},{"flags":0,"name":"kind","type_id":1043,"type_modifier":-1},{"flags":0,"name":"born","type_id":1082,"type_modifier":-1}]}
{"type":"insert","rel_id":$rel,"tuple":[{"Int4":1},{"String":"Polly"},{"String":"Parrot"},{"RawText":[50,48,50,48,45,48,49,45,48,49]}]}
{"type":"insert","rel_id":$rel,"tuple":[{"Int4":2},{"String":"Rex"},{"String":"Dog"},"Null"]}
{"type":"insert","rel_id":$rel,"tuple":[{"Int4":3},{"String":"Tom"},{"String":"Cat"},{"RawText":[50,48,50,49,45,48,50,45,48,51]}]}
END
  [[ $(topic_values t | head -1) =~ ^'{"wal_start":'[0-9]+',"wal_end":'[0-9]+',"timestamp":'[0-9]+',"message":{"type":"begin","final_lsn":'[0-9]+',"timestamp":'[0-9]+',"xid":'[0-9]+'}}'$ ]]
  [[ $(messages | sed -n 4p) =~ ^'{"type":"commit","flags":0,"commit_lsn":'[0-9]+',"end_lsn":'[0-9]+',"timestamp":'[0-9]+'}'$ ]]
}

@test "a snapshot first, then the changes; a restart goes on without a gap and without a duplicate" {
  start_cluster
  sluice topic create t
  sql "CREATE TABLE a (id int PRIMARY KEY, x text); INSERT INTO a SELECT i, 'row ' || i FROM generate_series(1, 2500) i"
  sql "CREATE TABLE b (x text); INSERT INTO b VALUES ('no key'); CREATE TABLE empty (id int)"
  start_source
  wait_for connected
  wait_for state_is_that_of a b
  sql "UPDATE a SET x = 'new' WHERE id % 2 = 0; DELETE FROM a WHERE id < 100; INSERT INTO b VALUES ('two')"
  wait_for state_is_that_of a b
  stop_process source
  sql "INSERT INTO b VALUES ('three')"
  local before
  before=$(topic_count t)
  start_source
  wait_for state_is_that_of a b
  ((before + 4 == $(topic_count t)))
  [[ $(messages | jq -r 'select(.type == "insert") | .rel_id' | wc -l) -eq 2503 ]]
}

@test "killed again and again in the snapshot and in the changes: the events make the same rows" {
  [[ -z ${FLUVIO_TEST_PROFILE:-} ]] || skip "a real cluster is not stopped"
  start_cluster
  sluice topic create t
  sql "CREATE TABLE a (id int PRIMARY KEY, x text); INSERT INTO a SELECT i, 'row ' || i FROM generate_series(1, 3000) i"
  sql "CREATE TABLE b (x text); INSERT INTO b SELECT i || repeat('x', 2000) FROM generate_series(1, 15000) i"
  local round
  for round in 1 2 3; do
    local before
    before=$(topic_count t)
    start_source
    wait_for topic_has t $((before + 1))
    # It cannot come to the end of the rows.
    kill -STOP "$(pid_of cluster)"
    sql "INSERT INTO b VALUES ('new $round'); UPDATE a SET x = 'round $round' WHERE id % 100 = $round; DELETE FROM a WHERE id % 1000 = $round"
    stop_process source KILL || true
    kill -CONT "$(pid_of cluster)"
  done
  start_source
  for round in 5 6 7; do
    sql "INSERT INTO b SELECT 'more ' || i FROM generate_series(1, 500) i"
    sql "UPDATE a SET x = 'round $round' WHERE id % 100 = $round"
    stop_process source KILL || true
    start_source
  done
  # Each look reads all that came of the rows, several times.
  SLUICE_PATIENCE=120 wait_for state_is_that_of a b
}

# What stood behind the stored place came twice: the first try had failed, the second one was taken
# for a connection that was lost, after which there is no new `begin`.
@test "killed in a transaction, and the slot is still held at the next start: it comes again from its begin" {
  start_cluster
  sluice topic create t
  sql "CREATE TABLE a (id int PRIMARY KEY)"
  # Slow, so that the kill is in the middle.
  start_source --snapshot never --state-dir "$work/state" --rate-records 500
  wait_for connected
  sql "INSERT INTO a SELECT generate_series(1, 5000)"
  wait_for grep -rqsE 'stream [^ ]+ [^ ]+ [1-9]' "$work/state"
  stop_process source KILL || true
  wait_for slot_is_active f
  # It must not tell the server that it has what it got.
  PGOPTIONS='-c wal_sender_timeout=60s' start_process holder pg_recvlogical -d "$url" -S "s_$db" --start -n -s 0 -f /dev/null -o proto_version=1 -o publication_names=p
  wait_for slot_is_active t
  kill -STOP "$(pid_of holder)"
  start_source --snapshot never --state-dir "$work/state" --resume-timeout 100ms
  wait_for log_has source "trying again"
  stop_process holder KILL || true
  wait_for state_is_that_of a
}
slot_is_active() { [[ $(sql "SELECT active FROM pg_replication_slots WHERE slot_name = 's_$db'") == "$1" ]]; }

# The other table was begun in its place, and the rows that had come counted twice.
@test "a table that was interrupted begins anew, also when one of an earlier name has come meanwhile" {
  start_cluster
  sluice topic create t
  sql "CREATE TABLE b (x text); INSERT INTO b SELECT generate_series(1, 5000)"
  start_source --rate-records 500
  wait_for topic_has t 10
  stop_process source KILL || true
  sql "CREATE TABLE a (x text); INSERT INTO a VALUES ('the first of the list')"
  start_source
  wait_for state_is_that_of a b
}

# A table that is rewritten is empty for an older snapshot, and decoding does not send its rows.
@test "a table that the snapshot has not read yet cannot be rewritten or truncated until it is read" {
  start_cluster
  sluice topic create t
  sql "CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a SELECT generate_series(1, 5000)"
  sql "CREATE TABLE b (id int PRIMARY KEY); INSERT INTO b VALUES (1), (2);
    CREATE TABLE c (id int) PARTITION BY LIST (id); CREATE TABLE c1 PARTITION OF c FOR VALUES IN (1); INSERT INTO c VALUES (1)"
  start_source --rate-records 500
  wait_for topic_has t 10
  # It stays in the first table, however long the statements take.
  tell_source pause
  local statement
  for statement in "ALTER TABLE b ALTER id TYPE bigint" "TRUNCATE b" "DROP TABLE c1"; do
    run sql "SET lock_timeout = '200ms'; $statement"
    [[ $status -ne 0 && $output == *"lock timeout"* ]] || fail "$statement: $output"
  done
  tell_source resume
  wait_for state_is_that_of a b c1
  # Afterwards they can.
  sql "SET lock_timeout = '10s'; ALTER TABLE b ALTER id TYPE bigint; INSERT INTO b VALUES (5000000000)"
  wait_for state_is_that_of a b c1
}

@test "updates, deletes, large values that do not change, types of the user's, changes of columns, truncate" {
  start_cluster
  sluice topic create t
  sql "CREATE TYPE mood AS ENUM ('ok'); CREATE TABLE a (id int PRIMARY KEY, m mood, big text); ALTER TABLE a ALTER big SET STORAGE EXTERNAL;
    CREATE TABLE f (x int, y int); ALTER TABLE f REPLICA IDENTITY FULL;
    CREATE TABLE n (x int); ALTER TABLE n REPLICA IDENTITY NOTHING"
  start_source
  wait_for connected
  sql "INSERT INTO a VALUES (1, 'ok', repeat('b', 5000)); UPDATE a SET m = NULL; UPDATE a SET id = 2; INSERT INTO f VALUES (1, 2); UPDATE f SET y = 3; DELETE FROM f; DELETE FROM a; INSERT INTO n VALUES (1); TRUNCATE a, f RESTART IDENTITY"
  sql "ALTER TABLE n ADD b bool DEFAULT true; INSERT INTO n VALUES (2)"
  wait_for eval '[[ $(types) == *"relation insert commit " ]]'
  [[ $(messages | jq -c 'select(.type == "type") | [.namespace, .name]' | sort -u) == '["public","mood"]' ]]
  [[ $(messages | jq -c 'select(.type == "update") | [.old_tuple, .key_tuple, .new_tuple]' | sed 's/{"String":"b*"}/"BIG"/') == '[null,null,[{"Int4":1},"Null","UnchangedToast"]]
[null,[{"Int4":1},"Null","Null"],[{"Int4":2},"Null","UnchangedToast"]]
[[{"Int4":1},{"Int4":2}],null,[{"Int4":1},{"Int4":3}]]' ]]
  [[ $(messages | jq -c 'select(.type == "delete") | [.old_tuple, .key_tuple]') == '[[{"Int4":1},{"Int4":3}],null]
[null,[{"Int4":2},"Null","Null"]]' ]]
  [[ $(messages | jq -c 'select(.type == "truncate") | [.options, (.rel_ids | length)]') == '[2,2]' ]]
  # PostgreSQL tells of a table again whenever its cache of tables was thrown away.
  [[ $(messages | jq -r 'select(.type == "relation") | [.name, .replica_identity] | join(" ")' | sort -u) == 'a Default
f Full
n Nothing' ]]
  [[ $(messages | jq -r 'select(.type == "relation" and .name == "n") | .columns | length' | uniq) == $'1\n2' ]]
  [[ $(messages | jq -c 'select(.type == "insert") | .tuple' | tail -1) == '[{"Int4":2},{"Bool":true}]' ]]
}

@test "a quiet publication does not hold back WAL" {
  start_cluster
  sluice topic create t
  sql "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE other (x text)"
  start_source --table public.a --heartbeat-interval 200ms --heartbeat-query "SELECT pg_logical_emit_message(false, 'heartbeat', '')"
  wait_for connected
  sql "INSERT INTO other SELECT repeat('x', 1000) FROM generate_series(1, 5000)"
  local end
  end=$(sql "SELECT pg_current_wal_lsn()")
  wait_for eval "[[ \$(sql \"SELECT confirmed_flush_lsn >= '$end' FROM pg_replication_slots WHERE slot_name = 's_$db'\") == t ]]"
  [[ $(types) == "begin commit " ]]
}

@test "while the stream is away the server keeps hearing from us, and what waits is reported" {
  [[ -z ${FLUVIO_TEST_PROFILE:-} ]] || skip "a real cluster is not stopped"
  start_cluster
  sluice topic create t
  sql "CREATE TABLE a (id int PRIMARY KEY, x text); ALTER DATABASE $db SET wal_sender_timeout = '3s'"
  start_source --snapshot never --retained-wal-alert "1 MiB" --heartbeat-interval 300ms
  wait_for connected
  kill -STOP "$(pid_of cluster)"
  sql "INSERT INTO a SELECT i, repeat(md5(i::text), 100) FROM generate_series(1, 30000) i"
  # Longer than wal_sender_timeout, seen by the server's clock.
  wait_for eval '[[ $(sql "SELECT count(*) FROM pg_stat_replication WHERE reply_time > backend_start + interval '"'5 seconds'"'") == 1 ]]'
  wait_for log_has source "holds back"
  kill -CONT "$(pid_of cluster)"
  SLUICE_PATIENCE=120 wait_for topic_has t 30003
  # After a lost connection some came again, and counted.
  wait_for all_inserted 30000
}
all_inserted() { [[ $(messages | jq -r 'select(.type == "insert") | .tuple[0].Int4' | sort -nu | wc -l) -eq $1 ]]; }

@test "what is in the way is said, by check and by a start" {
  start_cluster
  sluice topic create t
  sql "CREATE TABLE a (id int); CREATE TABLE b (id int PRIMARY KEY)"
  # refused CODE TEXT SLOT URL [OPTION...]
  refused() {
    local code=$1 text=$2 slot=$3 url=$4 verb
    shift 4
    for verb in check ''; do
      # shellcheck disable=SC2086
      run timeout 20 "$program" $verb --fluvio-topic t --name "$instance-source" --url "$url" --publication p --slot "$slot" "$@"
      [[ $status -eq $code && $output == *"$text"* ]] || fail "${verb:-start}: $status" "$output" || return 1
    done
  }
  refused 2 "publication p does not exist" s "$url" --skip-setup
  sql "CREATE PUBLICATION p FOR TABLE a, b"
  refused 2 "slot s does not exist" s "$url" --skip-setup
  sql "SELECT pg_create_physical_replication_slot('physical_$db')" >/dev/null
  refused 2 "one for physical replication" "physical_$db" "$url"
  sql "SELECT pg_drop_replication_slot('physical_$db')" >/dev/null
  refused 3 "does not exist" s "postgres://nobody@127.0.0.1:$PG_PORT/$db"
  refused 3 "password authentication failed" s "postgres://scram:wrong@127.0.0.1:$PG_PORT/$db"
  refused 2 "does not exist" s "$PG_URL-none"
  sql "DROP ROLE IF EXISTS weak; CREATE ROLE weak LOGIN"
  refused 3 'may not replicate' s "postgres://weak@127.0.0.1:$PG_PORT/$db"
  run "$program" check --fluvio-topic t --url "$url" --publication p --slot "s_$db"
  [[ $status -eq 0 && $output == *"public.a"* ]]
  [[ $(sql "SELECT count(*) FROM pg_replication_slots WHERE database = current_database()") == 0 ]]
}

@test "a slot that is gone is an error, and not a silent gap" {
  start_cluster
  sluice topic create t
  sql "CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1)"
  start_source
  wait_for topic_has t 6
  stop_process source
  wait_for drop_slots
  run timeout 20 "$program" --fluvio-topic t --name "$instance-source" --url "$url" --publication p --slot "s_$db"
  [[ $status -eq 1 && $output == *"is gone"* ]]
}

@test "a slot that the server gives up while we read is an error, and what was read before is there" {
  [[ -z ${FLUVIO_TEST_PROFILE:-} ]] || skip "a real cluster is not stopped"
  start_cluster
  sluice topic create t
  sql "CREATE TABLE a (id int PRIMARY KEY)"
  start_source --snapshot never
  wait_for connected
  sql "INSERT INTO a VALUES (1)"
  wait_for topic_has t 4
  # Without acknowledgements the slot stays where it is.
  kill -STOP "$(pid_of cluster)"
  psql -qXd "$url" -c "ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'" -c "SELECT pg_reload_conf()" >/dev/null
  wait_for slot_is_lost
  psql -qXd "$url" -c "ALTER SYSTEM RESET max_slot_wal_keep_size" -c "SELECT pg_reload_conf()" >/dev/null
  kill -CONT "$(pid_of cluster)"
  local code=0
  wait_process source || code=$?
  [[ $code -eq 1 ]]
  log_has source "the slot s_$db is lost"
  [[ $(messages | jq -c 'select(.type == "insert") | .tuple' | head -n 1) == '[{"Int4":1}]' ]]
  run timeout 20 "$program" --fluvio-topic t --name "$instance-source" --url "$url" --publication p --slot "s_$db"
  [[ $status -eq 1 && $output == *"is lost"* ]]
}
# Makes more WAL than the server keeps.
slot_is_lost() {
  sql "INSERT INTO a SELECT coalesce(max(id), 0) + 1 FROM a; SELECT pg_switch_wal(); CHECKPOINT" >/dev/null
  [[ $(sql "SELECT wal_status FROM pg_replication_slots WHERE slot_name = 's_$db'") == lost ]]
}

@test "TLS with a certificate that is checked, a password, and a Unix socket; no secret is told" {
  start_cluster
  sluice topic create t
  run "$program" check --fluvio-topic t --publication p --slot "s_$db" --url "${PG_SCRAM_URL%/*}/$db?sslmode=verify-full&sslrootcert=$PG_CA"
  [[ $status -eq 0 && $output != *secret* ]]
  run "$program" check --fluvio-topic t --publication p --slot "s_$db" --url "${PG_SCRAM_URL%/*}/$db?sslmode=verify-full&sslrootcert=$PG_SOCKET/server.crt"
  [[ $status -eq 3 && $output == *certificate* && $output != *secret* ]]
  run "$program" check --fluvio-topic t --publication p --slot "s_$db" --url "postgresql://postgres@/$db?host=$PG_SOCKET&port=$PG_PORT"
  [[ $status -eq 0 ]]
}

@test "the rows only, and then it ends" {
  start_cluster
  sluice topic create t
  sql "CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1)"
  run timeout 20 "$program" --fluvio-topic t --name "$instance-source" --url "$url" --publication p --slot "s_$db" --snapshot only
  [[ $status -eq 0 && $(types) == "begin relation insert commit begin commit " ]]
  [[ $(sql "SELECT count(*) FROM pg_replication_slots WHERE database = current_database()") == 0 ]]
}
