#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The mqtt sink against a real mosquitto.

load ../../../../tests/lib/sluice

servers=$BATS_TEST_DIRNAME/../../../../tests/servers
setup() {
  sluice_setup
  program=$SLUICE_BIN/mqtt-sink
}
teardown() {
  "$servers/mosquitto" stop "$work/broker" || true
  sluice_teardown
}

# start_broker [LINE...]: again with the same port and data.
start_broker() {
  "$servers/mosquitto" start "$work/broker" "$@" 3>&-
  # shellcheck source=/dev/null
  source "$work/broker/env"
}
start_sink() { start_process sink "$program" --fluvio-topic t --mqtt-url "$MQTT_URL" "$@"; }
# A subscriber with a session, before the first message: `topic message` a line.
subscribe() {
  start_process sub mosquitto_sub -p "$MQTT_PORT" -V 311 -q 2 -c -i sub -F '%t %p' -t "$@"
  wait_for hears
}
hears() { mosquitto_pub -p "$MQTT_PORT" -t probe -m probe && grep -q probe "$work/sub.log"; }
got() { grep -v '^probe ' "$work/sub.log"; }
got_count() { (($(got | wc -l) >= $1)); }
ends_with() {
  local code=0
  wait_process "$2" || code=$?
  [[ $code -eq $1 ]] || fail "exit code $code, not $1"
}

@test "the metadata needs no broker and no cluster" {
  run "$program" metadata
  [[ $status -eq 0 && ${#lines[@]} -eq 1 ]]
  [[ $(jq -c '[.name, .direction]' <<<"$output") == '["mqtt-sink","Sink"]' ]]
}

@test "each QoS and version; the topic by fields and key, the payload by a field" {
  start_cluster
  start_broker
  subscribe 'a/#' -t probe
  sluice topic create t
  echo 'k={"site":"x","v":{"n":7}}' | sluice produce t --key-separator = >/dev/null
  local n=0
  for qos in 0 1 2; do
    for version in 5 3.1.1; do
      start_sink --mqtt-topic "a/$qos/$version/{site}/{@key}" --qos $qos --mqtt-version $version \
        --payload-field v --name "sink-$((++n))"
      wait_for grep -qx "a/$qos/$version/x/k {\"n\":7}" "$work/sub.log"
      stop_process sink
    done
  done
  got_count 6 && ! got_count 7
}

@test "retained messages, and messages that expire" {
  start_cluster
  start_broker
  sluice topic create t
  echo hello | sluice produce t >/dev/null
  start_sink --mqtt-topic 'keep' --retain --message-expiry 1h
  wait_for retained
}
retained() { [[ $(mosquitto_sub -p "$MQTT_PORT" -t keep -C 1 -W 1) == hello ]]; }

@test "kill -9 of sink and broker: nothing is lost" {
  start_cluster
  start_broker
  subscribe a -t probe
  sluice topic create t
  seq 1 8000 | sluice produce t >/dev/null
  start_sink --mqtt-topic a --batch-count 50
  wait_for got_count 500
  stop_process sink KILL || true
  start_sink --mqtt-topic a --batch-count 50
  wait_for got_count 1500
  # What a broker that crashes had acknowledged, and not written to its disk, is its own to lose:
  # it ends in order here.
  "$servers/mosquitto" stop "$work/broker"
  wait_for log_has sink "not connected to the outside"
  start_broker
  wait_for all_got 8000
}
all_got() { [[ $(got | cut -d' ' -f2 | sort -nu | wc -l) -eq $1 ]]; }

@test "QoS 2: a broker that restarts has each message once" {
  start_cluster
  start_broker
  subscribe a -t probe
  sluice topic create t
  seq 1 6000 | sluice produce t >/dev/null
  start_sink --mqtt-topic a --qos 2 --batch-count 100
  for at in 500 2500; do
    wait_for got_count $at
    "$servers/mosquitto" stop "$work/broker"
    start_broker
  done
  wait_for got_count 6000
  stop_process sink
  diff <(got | cut -d' ' -f2 | sort -n) <(seq 1 6000)
}

@test "a record whose topic cannot be made is malformed; one that is too large is refused" {
  start_cluster
  start_broker 'max_packet_size 2000'
  sluice topic create t
  echo '{"site":"a+b"}' | sluice produce t >/dev/null
  start_sink --mqtt-topic 'a/{site}'
  ends_with 1 sink
  log_has sink 'cannot stand in a topic'
  sluice topic delete t
  sluice topic create t
  head -c 3000 /dev/zero | tr '\0' x | sluice produce t >/dev/null
  start_sink --mqtt-topic a --name other
  ends_with 1 sink
  log_has sink "the broker takes 2000"
}

@test "a wrong password, and a topic that is not ours" {
  touch "$work/users"
  mosquitto_passwd -b "$work/users" writer s3cret
  chmod 600 "$work/users"
  printf '%s\n' 'user writer' 'topic readwrite mine/#' >"$work/acl"
  start_cluster
  sluice topic create t
  echo hello | sluice produce t >/dev/null
  start_broker 'allow_anonymous false' "password_file $work/users" "acl_file $work/acl"
  run timeout 20 "$program" --fluvio-topic t --mqtt-url "mqtt://writer:wr0ng@127.0.0.1:$MQTT_PORT" --mqtt-topic mine/a
  [[ $status -eq 3 && $output != *wr0ng* ]]
  MQTT_PASSWORD=s3cret start_sink --user writer --mqtt-topic other/a
  ends_with 3 sink
  log_has sink "not authorised"
}
