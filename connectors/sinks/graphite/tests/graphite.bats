#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The graphite sink against a real carbon-cache, read back from its whisper files.

load ../../../../tests/lib/sluice

setup_file() {
  export SERVERS=$BATS_TEST_DIRNAME/../../../../tests/servers
  export SERVER_DIR=$BATS_FILE_TMPDIR/carbon
  "$SERVERS/carbon" start "$SERVER_DIR" 3>&- || { (($? == 77)) && skip "no carbon-cache"; }
}
teardown_file() { "$SERVERS/carbon" stop "$SERVER_DIR"; }
setup() {
  sluice_setup
  program=$SLUICE_BIN/graphite-sink
  # shellcheck source=/dev/null
  source "$SERVER_DIR/env"
}
teardown() { sluice_teardown; }

start_sink() { start_process sink "$program" --fluvio-topic t --addr "$CARBON_ADDRESS" "$@"; }
# values FILE: those of the last hour, one a line.
values() {
  whisper-fetch --from $(($(date +%s) - 3600)) "$CARBON_FILES/$1" 2>/dev/null | awk '$2 != "None" {print $2 + 0}'
}
is() { [[ $("${@:2}") == "$1" ]]; }
ends_with() {
  local code=0
  wait_process "$2" || code=$?
  [[ $code -eq $1 ]] || fail "exit code $code, not $1"
}

@test "the metadata needs no server and no cluster" {
  run "$program" metadata
  [[ $status -eq 0 && ${#lines[@]} -eq 1 ]]
  [[ $(jq -c '[.name, .direction]' <<<"$output") == '["graphite-sink","Sink"]' ]]
}

@test "the whole value as a number, at the record's time" {
  start_cluster
  sluice topic create t
  echo 21.5 | sluice produce t >/dev/null
  start_sink --metric-path whole.value
  wait_for is 21.5 values whole/value.wsp
}

@test "path, value and time of JSON fields; tags" {
  start_cluster
  sluice topic create t
  local now
  now=$(date +%s)
  for i in 3 2 1; do echo "{\"site\":\"n 1\",\"v\":$i,\"at\":$((now - i))}"; done | sluice produce t >/dev/null
  start_sink --metric-path 'plant.{site}.v' --value-field v --time-field at
  wait_for is '3 2 1' line_of plant/n_1/v.wsp
  stop_process sink
  start_sink --metric-path tagged --value-field v --time-field at --tag 'site={site}' --name other
  wait_for has_tagged
}
line_of() { values "$1" | paste -sd' '; }
# Carbon files a tagged series under the hash of its name.
has_tagged() {
  local hash
  hash=$(printf 'tagged;site=n_1' | sha256sum | cut -d' ' -f1)
  [[ $(line_of "_tagged/${hash:0:3}/${hash:3:3}/$hash.wsp") == '3 2 1' ]]
}

@test "a value that is no number is malformed, and those around it are there" {
  start_cluster
  sluice topic create t
  printf '%s\n' 1 two | sluice produce t >/dev/null
  start_sink --metric-path bad.value
  ends_with 1 sink
  log_has sink "the value is no number"
  wait_for is 1 values bad/value.wsp
}

@test "carbon goes away and comes back: the sink notices, and goes on" {
  start_cluster
  sluice topic create t
  echo 1 | sluice produce t >/dev/null
  start_sink --metric-path 'again.{@offset}'
  wait_for is 1 values again/0.wsp
  "$SERVERS/carbon" kill "$SERVER_DIR"
  wait_for log_has sink "not connected to the outside"
  echo 2 | sluice produce t >/dev/null
  "$SERVERS/carbon" start "$SERVER_DIR" 3>&-
  wait_for is 2 values again/1.wsp
}

@test "TLS, to a proxy in front of carbon; a certificate of another authority is refused" {
  cd "$work"
  for name in ca other; do
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=$name" \
      -keyout $name.key -out $name.pem 2>/dev/null
  done
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost -keyout server.key \
    -out server.csr 2>/dev/null
  openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
    -extfile <(echo 'subjectAltName=DNS:localhost,IP:127.0.0.1') -out server.pem 2>/dev/null
  start_process front python3 "$BATS_TEST_DIRNAME/tls_front.py" "$work/front.port" server.pem server.key "$CARBON_PORT"
  wait_for test -s "$work/front.port"
  start_cluster
  sluice topic create t
  echo 7.5 | sluice produce t >/dev/null
  CARBON_ADDRESS=localhost:$(cat front.port)
  start_sink --metric-path tls.value --tls --ca-file ca.pem
  wait_for is 7.5 values tls/value.wsp
  stop_process sink
  start_sink --metric-path tls.other --tls --ca-file other.pem
  ends_with 3 sink
}
