#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The kafka source against a real broker, one for the whole file.

load ../../../../tests/lib/sluice

setup_file() {
  export server=$BATS_TEST_DIRNAME/../../../../tests/servers
  broker=$(mktemp -d "${TMPDIR:-/tmp}/sluice-kafka-XXXXXX")
  export broker
  local code=0
  "$server/kafka" start "$broker" secure >&2 || code=$?
  ((code != 77)) || skip "no Kafka on this machine"
  return $code
}
teardown_file() {
  "$server/kafka" stop "$broker"
  rm -rf "$broker"
}
setup() {
  # shellcheck source=/dev/null
  source "$broker/env"
  sluice_setup
  program=$SLUICE_BIN/kafka-source
  place=t$BATS_TEST_NUMBER  # a topic of Kafka, and a group, for each test
}
teardown() { sluice_teardown; }

make_topic() { "$server/kafka_topic.py" "$KAFKA_BROKERS" "$@"; }
# put [OPTION...]: the lines of standard input become records.
put() { kcat -P -b "$KAFKA_BROKERS" -t "$place" "$@"; }
# start_source [NAME [OPTION...]]
start_source() {
  local name=${1:-source}
  shift || true
  start_process "$name" "$program" --fluvio-topic t --name "$name" --kafka-url "$KAFKA_BROKERS" \
    --kafka-topic "$place" --kafka-group "${group:-$place}" "$@"
}
connected() { log_has "${1:-source}" ": connected to the outside"; }
has_all() { [[ $(topic_values t | sort -n | uniq) == "$(seq 1 "$1")" ]]; }
ends_with() {
  local code=0
  wait_process "$2" || code=$?
  [[ $code -eq $1 ]]
}

@test "records of all partitions, with their keys; null and empty differ" {
  start_cluster
  make_topic "$place" 3
  printf 'a:1\nb:2\n:3\n' | put -K :
  echo 4 | put
  start_source
  wait_for topic_has t 4
  stop_process source
  [[ $(sluice consume t --beginning --disable-continuous --quiet --output json | jq -c '[.key, (.value | tostring)]' | sort) == '[""'* ]]
  [[ $(topic_values t | sort) == $'1\n2\n3\n4' ]]
}

@test "JSON has all of a record: headers, timestamp, null value, what is not UTF-8" {
  start_cluster
  make_topic "$place"
  printf 'k:v\n' | put -K : -H a=1 -H a=2
  printf 'gone:\n' | put -K : -Z
  printf '\xff' | put
  start_source source --record-format json
  wait_for topic_has t 3
  stop_process source
  [[ $(topic_values t | jq -c '[.topic, .partition, .offset, .key, .value, .headers, .timestamp_type]') == \
    '["'$place'",0,0,"k","v",[{"name":"a","value":"1"},{"name":"a","value":"2"}],"create"]
["'$place'",0,1,"gone",null,[],"create"]
["'$place'",0,2,null,{"base64":"/w=="},[],"create"]' ]]
  [[ $(topic_values t | jq .timestamp | sort -n | head -1) -gt 1700000000000 ]]
}

@test "what a JSON source reads, a JSON sink writes as it was" {
  [[ -x $SLUICE_BIN/kafka-sink ]] || skip "no kafka-sink"
  start_cluster
  make_topic "$place"
  make_topic "back-$place"
  printf 'k:v\n' | put -K : -H a=1
  printf 'gone:\n' | put -K : -Z
  printf '\xff\xfe' | put
  start_source source --record-format json
  wait_for topic_has t 3
  start_process sink "$SLUICE_BIN/kafka-sink" --fluvio-topic t --kafka-url "$KAFKA_BROKERS" \
    --kafka-topic "back-$place" --record-format json
  read_all() { kcat -C -b "$KAFKA_BROKERS" -t "$1" -e -q -f '%o %K %k %S %s %T %h\n'; }
  back_has() { (($(read_all "back-$place" | wc -l) >= $1)); }
  wait_for back_has 3
  diff <(read_all "$place") <(read_all "back-$place")
}

@test "a tombstone is an empty value, dropped and counted, or refused" {
  start_cluster
  make_topic "$place"
  printf 'a:\n' | put -K : -Z
  printf 'b:2\n' | put -K :
  start_source
  wait_for topic_has t 2
  stop_process source
  [[ $(topic_values t) == $'\n2' ]]
  group=drops-$place start_source drops --tombstone drop
  wait_for topic_has t 3
  stop_process drops
  log_has drops "filtered=1"
  group=refuses-$place start_source refuses --tombstone refuse
  ends_with 1 refuses
  log_has refuses "tombstone"
}

@test "it goes on where the group is, and begins where it is told to" {
  start_cluster
  make_topic "$place" 2
  seq 1 10 | put
  start_source
  wait_for topic_has t 10
  stop_process source
  seq 11 20 | put
  start_source
  wait_for topic_has t 20
  stop_process source
  has_all 20
  [[ $(topic_count t) -eq 20 ]]

  # The newest: not what was there, but what comes while it is away.
  group=late-$place start_source late --start latest
  wait_for log_has late "connected to the outside"
  came() { topic_values t | grep -qx "$1"; }
  one_more() { echo 21 | put && came 21; }
  wait_for one_more
  stop_process late
  echo 22 | put
  group=late-$place start_source late --start latest
  # Before or behind it there may be a 21 that was put while it left.
  wait_for came 22
  [[ $(topic_values t | grep -cvx '2[12]') -eq 20 ]]
}

@test "a chosen partition, and a start in time" {
  start_cluster
  make_topic "$place" 2
  seq 1 3 | put -p 0
  seq 4 6 | put -p 1
  start_source source --kafka-partition 1 --start 2020-01-01T00:00:00Z
  wait_for topic_has t 3
  stop_process source
  [[ $(topic_values t) == $'4\n5\n6' ]]
  seq 7 8 | put -p 1
  start_source source --kafka-partition 1
  wait_for topic_has t 5
  stop_process source
  [[ $(topic_values t) == $'4\n5\n6\n7\n8' ]]
  run timeout 20 "$program" --fluvio-topic t --kafka-url "$KAFKA_BROKERS" --kafka-topic "$place" --kafka-partition 2
  [[ $status -eq 3 && $output == *"no partition 2"* ]]
}

@test "kill -9 again and again loses nothing" {
  start_cluster
  make_topic "$place" 3
  (for ((from = 1; from <= 6000; from += 500)); do seq $from $((from + 499)) | put; done) 3>&- &
  local producer=$! round
  for ((round = 1; round <= 4; round++)); do
    start_source source --session-timeout 1s --commit-interval 50ms
    wait_for topic_has t $((round * 1000))
    stop_process source KILL || true
  done
  wait $producer
  start_source source --session-timeout 1s
  wait_for has_all 6000
}

# The session is far longer than the test waits.
@test "with a name of its own in the group it goes on at once after kill -9" {
  start_cluster
  make_topic "$place"
  seq 1 5 | put
  start_source source --kafka-instance one --session-timeout 4m --commit-interval 50ms
  wait_for topic_has t 5
  stop_process source KILL || true
  seq 6 10 | put
  start_source source --kafka-instance one --session-timeout 4m
  wait_for has_all 10
}

# redpanda-data/connect#4009: partitions that came back after a cooperative rebalance were read on
# behind what had been fetched, not behind what had been delivered.
@test "members come and go, with both protocols: nothing is lost" {
  local protocol from
  for protocol in range cooperative-sticky; do
    start_cluster
    make_topic "$protocol-$place" 4
    place=$protocol-$place
    local options=(--kafka-option "partition.assignment.strategy=$protocol" --commit-interval 50ms)
    (for ((from = 1; from <= 9000; from += 300)); do seq $from $((from + 299)) | put; done) 3>&- &
    local producer=$!
    start_source one "${options[@]}"
    wait_for topic_has t 1000
    start_source two "${options[@]}"
    wait_for topic_has t 3000
    start_source three "${options[@]}"
    wait_for topic_has t 4500
    stop_process one
    wait_for topic_has t 6000
    stop_process two
    wait $producer
    wait_for has_all 9000
    stop_process three
    # Those that left in order handed over what they had: nothing came twice.
    [[ $(topic_count t) -eq 9000 ]]
    stop_cluster
    rm -rf "$work/cluster" "$work"/*.log
    place=t$BATS_TEST_NUMBER
  done
}

# The other half of the promise: what the stream does not have, the group does not have either.
@test "while the cluster is away nothing is committed, and it stays in the group" {
  start_cluster
  make_topic "$place"
  seq 1 5 | put
  start_source source --commit-interval 50ms --session-timeout 1s
  wait_for topic_has t 5
  stop_cluster
  seq 6 10 | put
  stop_process source KILL || true
  start_cluster
  start_source
  wait_for has_all 10
}

# A member that does not poll would hold up the group: the second one would get nothing.
@test "a paused source still does its part in the group" {
  start_cluster
  make_topic "$place" 2
  start_source one
  wait_for connected one
  seq 1 4 | put -p 0
  wait_for topic_has t 4
  curl -sf --unix-socket "$SLUICE_RUNTIME_DIR/one.sock" -X POST http://localhost/pause >/dev/null
  start_source two
  wait_for connected two
  seq 5 8 | put -p 0
  seq 9 12 | put -p 1
  wait_for topic_has t 8
  stop_process two
  curl -sf --unix-socket "$SLUICE_RUNTIME_DIR/one.sock" -X POST http://localhost/resume >/dev/null
  wait_for has_all 12
  [[ $(topic_count t) -eq 12 ]]
}

@test "records that Kafka no longer has stop it, or are passed over aloud" {
  start_cluster
  make_topic "$place"
  seq 1 5 | put
  start_source
  wait_for topic_has t 5
  stop_process source
  seq 6 10 | put
  make_topic --forget "$place" 0 8
  start_source
  ends_with 1 source
  log_has source "--on-gap"
  [[ $(topic_count t) -eq 5 ]]
  start_source source --on-gap earliest
  wait_for topic_has t 7
  [[ $(topic_values t) == $'1\n2\n3\n4\n5\n9\n10' ]]
  log_has source "offset reset"
}

@test "PLAIN, SCRAM and TLS let it in; a wrong password and a missing topic end it with a clear text" {
  start_cluster
  make_topic "$place"
  seq 1 3 | put
  export KAFKA_SASL_PASSWORD=$KAFKA_PASSWORD
  local mechanism count=0
  for mechanism in PLAIN SCRAM-SHA-512; do
    group=$mechanism-$place KAFKA_BROKERS=$KAFKA_SASL_BROKERS start_source "$mechanism" \
      --sasl-mechanism $mechanism --sasl-username "$KAFKA_USER"
    wait_for topic_has t $((count += 3))
    stop_process "$mechanism"
  done
  group=tls-$place KAFKA_BROKERS=$KAFKA_SSL_BROKERS start_source tls --ssl-ca-file "$KAFKA_CA" \
    --ssl-cert-file "$KAFKA_CERT" --ssl-key-file "$KAFKA_KEY"
  wait_for topic_has t $((count += 3))
  KAFKA_SASL_PASSWORD=wrong-one run timeout 30 "$program" --fluvio-topic t --name wrong \
    --kafka-url "$KAFKA_SASL_BROKERS" --kafka-topic "$place" --sasl-username "$KAFKA_USER"
  [[ $status -eq 3 && $output == *"Authentication failed"* && $output != *wrong-one* ]]
  run timeout 30 "$program" --fluvio-topic t --name missing --kafka-url "$KAFKA_BROKERS" --kafka-topic nowhere
  [[ $status -eq 3 && $output == *"no topic nowhere"* ]]
  run "$program" check --fluvio-topic t --kafka-url "$KAFKA_BROKERS" --kafka-topic "$place"
  [[ $status -eq 0 && $output == *"$place"* ]]
}

# Last: the broker goes and comes back.
@test "a broker that dies and comes back loses nothing, and is seen to be away" {
  start_cluster
  make_topic "$place"
  start_source
  seq 1 100 | put
  wait_for topic_has t 100
  "$server/kafka" kill "$broker"
  wait_for log_has source "not connected to the outside"
  "$server/kafka" start "$broker"
  seq 101 200 | put
  wait_for has_all 200
  stop_process source
}
