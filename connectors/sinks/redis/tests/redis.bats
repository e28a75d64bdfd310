#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The redis sink against a real redis-server. What needs a module (JSON.SET, TS.ADD) goes to a
# server that only records it.

load ../../../../tests/lib/sluice

setup_file() {
  export SERVERS=$BATS_TEST_DIRNAME/../../../../tests/servers
  export SERVER_DIR=$BATS_FILE_TMPDIR/redis
  "$SERVERS/redis" start "$SERVER_DIR" 3>&- || { (($? == 77)) && skip "no redis-server"; }
}
teardown_file() { "$SERVERS/redis" stop "$SERVER_DIR"; }
setup() {
  sluice_setup
  program=$SLUICE_BIN/redis-sink
  # shellcheck source=/dev/null
  source "$SERVER_DIR/env"
  [[ $(cli ping) == PONG ]] || "$SERVERS/redis" start "$SERVER_DIR" 3>&-
  cli flushall >/dev/null
}
teardown() { sluice_teardown; }

cli() { redis-cli -p "$REDIS_PORT" "$@"; }
# start_sink [OPTION...]: with the prefix $prefix, on the server $REDIS_URL.
start_sink() {
  start_process sink "$program" --fluvio-topic t --url "$REDIS_URL" --prefix "${prefix:-p}" --batch-age 10ms "$@"
}
# produce FROM TO: values, one a number.
produce() { seq "$1" "$2" | sluice produce t >/dev/null; }
is() { [[ $("${@:2}") == "$1" ]]; }
ends_with() {
  local code=0
  wait_process "$2" || code=$?
  [[ $code -eq $1 ]] || fail "exit code $code, not $1"
}

@test "the metadata needs no server and no cluster" {
  run "$program" metadata
  [[ $status -eq 0 && ${#lines[@]} -eq 1 ]]
  [[ $(jq -c '[.name, .direction]' <<<"$output") == '["redis-sink","Sink"]' ]]
}

@test "SET: keys by record key, or by place; again after a restart, without a second write" {
  start_cluster
  sluice topic create t
  printf 'k1=one\nk2=two\n' | sluice produce t --key-separator = >/dev/null
  echo three | sluice produce t >/dev/null
  start_sink --operation set
  wait_for is three cli get p:t-0-2
  [[ $(cli get p:k1) == one && $(cli get p:k2) == two ]]
  [[ $(cli hget p:sluice-offsets t/0) == 2 ]]
  stop_process sink
  cli del p:k1
  printf 'k3=four\n' | sluice produce t --key-separator = >/dev/null
  start_sink --operation set
  wait_for is four cli get p:k3
  [[ -z $(cli get p:k1) ]]
}

@test "HSET, XADD, RPUSH, PUBLISH" {
  start_cluster
  sluice topic create t
  echo 'u1={"name":"Ann","age":7}' | sluice produce t --key-separator = >/dev/null
  prefix=h start_sink --operation HSET
  wait_for is Ann cli hget h:u1 name
  stop_process sink
  prefix=x start_sink --operation XADD --entry json --max-length 1000
  wait_for is 1 cli xlen x
  [[ $(cli xrange x - + | tail -n 4 | tr '\n' ' ') == 'name Ann age 7 ' ]]
  stop_process sink
  prefix=l start_sink --operation RPUSH
  wait_for is '{"name":"Ann","age":7}' cli lindex l 0
  stop_process sink
  start_process subscriber redis-cli -p "$REDIS_PORT" subscribe c
  wait_for log_has subscriber subscribe
  prefix=c start_sink --operation PUBLISH
  wait_for log_has subscriber '"name":"Ann"'
}

@test "kill -9 of the sink, and of Redis: each record is in the list once, in order" {
  start_cluster
  sluice topic create t
  produce 1 20000
  for at in 1000 4000 7000; do
    start_sink --operation RPUSH --batch-count 20
    wait_for reached $at
    stop_process sink KILL || true
  done
  start_sink --operation RPUSH --batch-count 20
  wait_for reached 10000
  "$SERVERS/redis" kill "$SERVER_DIR"
  wait_for log_has sink "not connected to the outside"
  "$SERVERS/redis" start "$SERVER_DIR" 3>&-
  wait_for reached 20000
  stop_process sink
  diff <(cli lrange p 0 -1) <(seq 1 20000)
}
reached() { (($(cli llen p) >= $1)); }

@test "a key of another type stops it with the record's place; it goes on when the key is free" {
  start_cluster
  sluice topic create t
  cli set bad text
  printf '%s\n' '{"k":"good1","v":1}' '{"k":"bad","v":2}' '{"k":"good2","v":3}' | sluice produce t >/dev/null
  start_sink --operation HSET --key '{k}'
  ends_with 1 sink
  log_has sink "offset 1"
  log_has sink WRONGTYPE
  [[ $(cli hget good1 v) == 1 && $(cli hget p:sluice-offsets t/0) == 0 ]]
  cli del bad
  start_sink --operation HSET --key '{k}'
  wait_for is 3 cli hget good2 v
  [[ $(cli hget bad v) == 2 ]]
}

@test "a value that is not what the operation takes is malformed" {
  start_cluster
  sluice topic create t
  echo 'no object' | sluice produce t >/dev/null
  start_sink --operation HSET
  ends_with 1 sink
  log_has sink "not JSON"
}

@test "a foreign hand in the offsets stops it before it writes" {
  start_cluster
  sluice topic create t
  produce 1 10
  start_sink --operation RPUSH
  wait_for reached 10
  cli hset p:sluice-offsets t/0 3
  produce 11 11
  ends_with 1 sink
  log_has sink "another sink has the same --prefix"
  reached 10 && ! reached 11
}

@test "offsets in the cluster: a pipeline, at least once" {
  start_cluster
  sluice topic create t
  produce 1 300
  start_sink --operation RPUSH --offsets cluster
  wait_for reached 300
  stop_process sink
  [[ $(cli exists p:sluice-offsets) == 0 ]]
}

@test "wrong password, no such database, no module: exit codes and words" {
  start_cluster
  sluice topic create t
  cli acl setuser writer on '>s3cret' '~*' '+@all'
  run timeout 20 "$program" --fluvio-topic t --url "redis://writer:wr0ng@127.0.0.1:$REDIS_PORT" --prefix p
  [[ $status -eq 3 && $output == *"wrong user name or password"* && $output != *wr0ng* ]]
  run timeout 20 "$program" --fluvio-topic t --url "$REDIS_URL/99" --prefix p
  [[ $status -eq 2 && $output == *"SELECT 99"* ]]
  run timeout 20 "$program" --fluvio-topic t --url "$REDIS_URL" --prefix p
  [[ $status -eq 3 && $output == *"no command JSON.SET"* ]]
  REDIS_URL=$REDIS_URL/3 REDIS_PASSWORD=s3cret start_sink --user writer --operation SET
  produce 1 1
  wait_for is 1 cli -n 3 get p:t-0-0
}

@test "memory full: it waits, and goes on when there is room" {
  start_cluster
  sluice topic create t
  cli config set maxmemory 1
  produce 1 5
  start_sink --operation RPUSH
  wait_for log_has sink "memory is full"
  cli config set maxmemory 0
  wait_for reached 5
  diff <(cli lrange p 0 -1) <(seq 1 5)
}

@test "no replica has it: it does not count" {
  start_cluster
  sluice topic create t
  produce 1 1
  start_sink --operation RPUSH --wait-replicas 1 --wait-timeout 50ms
  wait_for log_has sink "only 0 of 1 replicas"
}

@test "TLS, with a client certificate; a wrong authority is refused" {
  cd "$work"
  for name in ca other; do
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
      -subj "/CN=$name" -keyout $name.key -out $name.pem 2>/dev/null
  done
  for name in server client; do
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=localhost" \
      -keyout $name.key -out $name.csr 2>/dev/null
    openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
      -extfile <(echo 'subjectAltName=DNS:localhost,IP:127.0.0.1') -out $name.pem 2>/dev/null
  done
  local port
  port=$(python3 "$sluice_root/tests/lib/free_port.py")
  start_process tls redis-server --port 0 --tls-port "$port" --tls-cert-file server.pem \
    --tls-key-file server.key --tls-ca-cert-file ca.pem --save '' --dir "$work"
  start_cluster
  sluice topic create t
  produce 1 3
  start_process sink "$program" --fluvio-topic t --url "rediss://127.0.0.1:$port" --prefix p \
    --operation RPUSH --ca-file ca.pem --cert-file client.pem --key-file client.key
  wait_for is 3 redis-cli --tls --cacert ca.pem --cert client.pem --key client.key -p "$port" llen p
  stop_process sink
  run timeout 20 "$program" --fluvio-topic t --url "rediss://127.0.0.1:$port" --prefix p \
    --operation RPUSH --ca-file other.pem
  [[ $status -eq 3 && $output == *certificate* ]]
}

@test "JSON.SET and TS.ADD, as a server with the modules gets them" {
  start_process recorder python3 "$BATS_TEST_DIRNAME/recorder.py" "$work/port"
  wait_for test -s "$work/port"
  REDIS_URL=redis://127.0.0.1:$(cat "$work/port")
  start_cluster
  sluice topic create t
  echo 'k1={"a":[1,2],"b":"x"}' | sluice produce t --key-separator = >/dev/null
  start_sink --offsets cluster --ttl 1s
  wait_for log_has recorder '["PEXPIRE", "p:k1", "1000"]'
  log_has recorder '["JSON.SET", "p:k1", "$", "{\"a\":[1,2],\"b\":\"x\"}"]'
  stop_process sink
  sluice topic delete t
  sluice topic create t
  echo '{"key":"temp","value":21.5,"timestamp":1700000000000}' | sluice produce t >/dev/null
  start_sink --offsets cluster --operation TS.ADD --name other
  wait_for log_has recorder '["TS.ADD", "p_temp", "1700000000000", "21.5", "ON_DUPLICATE", "LAST"]'
}
