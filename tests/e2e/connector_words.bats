#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The first words `metadata`, `validate` and `check`, of every connector.

load ../lib/sluice

bats_require_minimum_version 1.5.0

setup() { sluice_setup; }
teardown() { sluice_teardown; }

# The least that a connector needs, with nobody at the address.
options_of() {
  case $1 in
    http-source) echo --endpoint http://127.0.0.1:1/x ;;
    mqtt-source) echo --mqtt-url mqtt://127.0.0.1:1 --mqtt-topic a ;;
    file-sink) echo --path "$work/out" ;;
    test-connector) ;;
  esac
}
connectors=(test-connector http-source mqtt-source file-sink)

# field_of END NAME: a field of the line of one end.
field_of() { jq -r --arg which "$1" "select(.end == \$which) | .$2"; }

@test "the metadata says that these words are known" {
  local name
  for name in "${connectors[@]}"; do
    run "$SLUICE_BIN/$name" -- metadata
    [[ $status -eq 0 ]]
    [[ $(jq -r '.schema["$comment"]' <<<"$output") == "sluice-kit 1" ]]
  done
}

@test "validate is silent when all is right, with no cluster and no profile" {
  local name words
  for name in "${connectors[@]}"; do
    read -ra words <<<"$(options_of "$name")"
    run env FLV_PROFILE_PATH=/nowhere "$SLUICE_BIN/$name" validate --fluvio-topic t "${words[@]}"
    [[ $status -eq 0 && -z $output ]] || fail "$name: $output"
  done
  [[ -z $(find "$work" -mindepth 1) ]] || fail "something was made: $(find "$work" -mindepth 1)"
}

@test "validate reports a wrong file as a start does" {
  cat >"$work/c.yaml" <<'YAML'
apiVersion: 0.1.0
meta:
  version: 0.1.0
  name: feed
  type: test-source
  topic: t
test:
  cuont: 3
YAML
  run "$SLUICE_BIN/test-connector" validate --config "$work/c.yaml"
  [[ $status -eq 2 && $output == *"c.yaml:8:"*cuont*count* ]]
  local validation=$output
  run "$SLUICE_BIN/test-connector" --config "$work/c.yaml"
  [[ $status -eq 2 && $output == "$validation" ]]
}

@test "check of a connector that could run: both ends, and no topic is made" {
  start_cluster
  run --separate-stderr "$SLUICE_BIN/test-connector" check --fluvio-topic new
  [[ $status -eq 0 && ${#lines[@]} -eq 2 ]]
  [[ $(field_of cluster ok <<<"$output") == true ]]
  [[ $(field_of cluster detail <<<"$output") == *"will be made"* ]]
  [[ $(field_of outside ok <<<"$output") == true ]]
  [[ -z $(sluice topic list --output json | jq -r '.[] | select(.name == "new")') ]]
  sluice topic create t
  run --separate-stderr "$SLUICE_BIN/test-connector" check --fluvio-topic t
  [[ $(field_of cluster detail <<<"$output") == *'the topic `t` is there'* ]]
}

@test "check says which end is in the way, with its exit code" {
  run --separate-stderr "$SLUICE_BIN/test-connector" check --fluvio-topic t --cluster 127.0.0.1:1 --cluster-timeout 30s
  [[ $status -eq 3 ]]
  [[ $(field_of cluster code <<<"$output") == connection_refused ]]
  [[ $(field_of outside ok <<<"$output") == true ]]
  start_cluster
  local name words
  for name in http-source mqtt-source; do
    read -ra words <<<"$(options_of "$name")"
    run --separate-stderr "$SLUICE_BIN/$name" check --fluvio-topic t "${words[@]}"
    [[ $status -eq 3 ]]
    [[ $(field_of cluster ok <<<"$output") == true ]]
    [[ $(field_of outside code <<<"$output") == connection_refused ]]
  done
}

@test "check of a cluster that is silent ends within its time" {
  start_process silent python3 -c '
import socket
server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen()
print(server.getsockname()[1], flush=True)
while True: held = server.accept()'
  wait_for test -s "$work/silent.log"
  # The default is 10 s: the limit shows only that it is not used.
  run --separate-stderr timeout 9 "$SLUICE_BIN/test-connector" check --fluvio-topic t \
    --cluster "127.0.0.1:$(head -n 1 "$work/silent.log")" --connect-timeout 500ms
  [[ $status -ne 124 && $(field_of cluster code <<<"$output") == timed_out ]]
}

@test "check names a SmartModule that is not there" {
  start_cluster
  run --separate-stderr "$SLUICE_BIN/test-connector" check --fluvio-topic t --map nowhere
  [[ $status -ne 0 ]]
  [[ $(field_of cluster code <<<"$output") == smartmodule ]]
  [[ $(field_of cluster detail <<<"$output") == *nowhere* ]]
}

@test "check of the file sink leaves nothing behind" {
  start_cluster
  run --separate-stderr "$SLUICE_BIN/file-sink" check --fluvio-topic t --path "$work/out/deep"
  [[ $status -eq 0 && $(field_of outside detail <<<"$output") == *"can be made"* ]]
  [[ ! -e $work/out ]]
  mkdir "$work/out"
  run --separate-stderr "$SLUICE_BIN/file-sink" check --fluvio-topic t --path "$work/out"
  [[ $status -eq 0 && $(field_of outside detail <<<"$output") == *"can be written"* ]]
  [[ -z $(ls -A "$work/out") ]]
  touch "$work/file"
  run --separate-stderr "$SLUICE_BIN/file-sink" check --fluvio-topic t --path "$work/file"
  [[ $status -ne 0 && $(field_of outside ok <<<"$output") == false ]]
}

@test "check of the http source asks once, and sends POST to nobody" {
  start_cluster
  start_process server python3 "$sluice_root/tests/lib/http_server.py"
  wait_for test -s "$work/server.log"
  local url
  url=http://127.0.0.1:$(head -n 1 "$work/server.log")
  run --separate-stderr "$SLUICE_BIN/http-source" check --fluvio-topic t --endpoint "$url/get"
  [[ $status -eq 0 && $(field_of outside detail <<<"$output") == *"answers 200"* ]]
  run --separate-stderr "$SLUICE_BIN/http-source" check --fluvio-topic t --endpoint "$url/nowhere"
  [[ $status -ne 0 && $(field_of outside detail <<<"$output") == *"answers 404"* ]]
  run --separate-stderr "$SLUICE_BIN/http-source" check --fluvio-topic t --endpoint "$url/get" --method POST
  [[ $(field_of outside detail <<<"$output") == *"POST itself is not sent"* ]]
}

# mosquitto takes no port 0, and one that was free a moment ago may be somebody else's: sets $port.
start_broker() {
  for _ in 1 2 3 4 5; do
    port=$(python3 "$sluice_root/tests/lib/free_port.py")
    printf 'listener %s 127.0.0.1\nallow_anonymous true\n' "$port" >"$work/mosquitto.conf"
    rm -f "$work/broker.log"
    start_process broker mosquitto -c "$work/mosquitto.conf" -v
    wait_for broker_runs_or_ended
    if is_running broker; then return; fi
    wait_process broker || true
  done
  fail 'mosquitto does not start'
}
broker_runs_or_ended() { grep -q 'mosquitto version .* running' "$work/broker.log" || has_ended broker; }

@test "check of the mqtt source leaves the session of a running instance alone" {
  start_cluster
  local port
  start_broker
  start_process source "$SLUICE_BIN/mqtt-source" --fluvio-topic t --mqtt-url "mqtt://127.0.0.1:$port" \
    --mqtt-topic a --name feed
  wait_for log_has source 'connected to the outside'
  run --separate-stderr "$SLUICE_BIN/mqtt-source" check --fluvio-topic t \
    --mqtt-url "mqtt://127.0.0.1:$port" --mqtt-topic a --name feed
  [[ $status -eq 0 && $(field_of outside detail <<<"$output") == *"takes us, MQTT 5"* ]]
  wait_for log_has broker 'Received DISCONNECT from sluice-check-'
  [[ $(grep -c 'connected from .* as sluice-feed' "$work/broker.log") -eq 1 ]]
}
