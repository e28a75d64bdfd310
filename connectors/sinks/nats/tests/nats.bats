#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The nats sink against a real nats-server.

load ../../../../tests/lib/sluice

setup() {
  sluice_setup
  program=$SLUICE_BIN/nats-sink
  server=$sluice_root/tests/servers/nats
}
teardown() {
  "$server" stop "$work/nats"
  sluice_teardown
}

start_nats() {
  "$server" start "$work/nats" "$@"
  source "$work/nats/env"
}
client() { python3 "$sluice_root/tests/lib/nats_client.py" "$NATS_PORT" "$@"; }
start_sink() { start_process sink "$program" --fluvio-topic t --name out --url "$NATS_URL" "$@"; }
numbers() { seq -f 'number %.0f' "$1" "$2"; }
data() { client read S | jq -r .data; }
has_data() { [[ $(data | wc -l) -ge $1 ]]; }

@test "the metadata needs no server and no cluster" {
  run env FLV_PROFILE_PATH=/nowhere "$program" metadata
  [[ $status -eq 0 && $(jq -c '[.name, .direction]' <<<"$output") == '["nats-sink","Sink"]' ]]
}

@test "each record is in the stream once, with its id and headers, over restarts of both" {
  start_cluster
  start_nats
  client make S 'a.>'
  sluice topic create t
  numbers 1 1000 | sluice produce t >/dev/null
  start_sink --subject a.b --header 'x-from: sluice' --stream S
  wait_for has_data 1000
  "$server" kill "$work/nats"
  numbers 1001 1500 | sluice produce t >/dev/null
  wait_for log_has sink "the destination failed"
  "$server" start "$work/nats"
  wait_for has_data 1500
  stop_process sink
  numbers 1501 1600 | sluice produce t >/dev/null
  start_sink --subject a.b
  wait_for has_data 1600
  stop_process sink
  diff <(data) <(numbers 1 1600)
  client read S | head -1 | jq -r .headers | grep -F 'Nats-Msg-Id: t-0-0'
  client read S | head -1 | jq -r .headers | grep -F 'x-from: sluice'
}

@test "the subject comes from a field, and a record without it stops the sink at its place" {
  start_cluster
  start_nats
  client make S 'a.>'
  sluice topic create t
  printf '%s\n' '{"subject":"x"}' '{"subject":"y.z"}' '{}' | sluice produce t >/dev/null
  run timeout 30 "$program" --fluvio-topic t --name out --url "$NATS_URL" --subject a --subject-from field
  [[ $status -eq 1 && $output == *"record 2 of partition 0"* && $output == *"field \`subject\`"* ]]
  [[ $(client read S | jq -r .subject | tr '\n' ' ') == 'a.x a.y.z ' ]]
}

@test "a message larger than the stream takes is refused; without a stream it waits for one" {
  start_cluster
  start_nats
  sluice topic create t
  echo hi | sluice produce t >/dev/null
  start_sink --subject a
  wait_for log_has sink "no stream takes this subject"
  client make S a max_msg_size=500
  wait_for has_data 1
  printf '%0600d\n' 1 | sluice produce t >/dev/null
  local code=0
  wait_process sink || code=$?
  [[ $code -eq 1 ]]
  log_has sink "record_too_large"
}

@test "check is let in, and says when not" {
  start_cluster
  start_nats
  sluice topic create t
  run "$program" check --fluvio-topic t --url "$NATS_URL" --subject a --stream S
  [[ $status -ne 0 && $output == *"the stream S"* ]]
  client make S a
  run "$program" check --fluvio-topic t --url "$NATS_URL" --subject a --stream S
  [[ $status -eq 0 && $output == *"it has the stream S"* ]]
}
