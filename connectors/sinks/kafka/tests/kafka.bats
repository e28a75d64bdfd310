#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The kafka sink against a real broker, one for the whole file.

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
  program=$SLUICE_BIN/kafka-sink
  place=t$BATS_TEST_NUMBER  # a topic of Kafka for each test
}
teardown() { sluice_teardown; }

make_topic() { "$server/kafka_topic.py" "$KAFKA_BROKERS" "$@"; }
# produce FROM TO: records `<n>`, with the key `k<n>`.
produce() { seq "$1" "$2" | sed 's/.*/k&:&/' | sluice produce t --key-separator : >/dev/null; }
start_sink() {
  start_process sink "$program" --fluvio-topic t --kafka-url "$KAFKA_BROKERS" --kafka-topic "$place" "$@"
}
# read_topic FORMAT [OPTION...]: what committed transactions, and others, wrote.
read_topic() {
  local format=$1
  shift
  kcat -C -b "$KAFKA_BROKERS" -t "$place" -e -q -X isolation.level=read_committed -f "$format" "$@"
}
topic_has_in_kafka() { (($(read_topic '%s\n' 2>/dev/null | wc -l) >= $1)); }
all_there() { diff <(read_topic '%s\n' | sort -nu) <(seq 1 "$1"); }
all_once() { diff <(read_topic '%s\n' | sort -n) <(seq 1 "$1"); }

@test "key, empty key and none, value, timestamp; partitions as Java's clients choose them" {
  start_cluster
  sluice topic create t
  make_topic "$place" 3
  printf 'alpha:1\nbeta:2\n:3\n' | sluice produce t --key-separator : >/dev/null
  echo 4 | sluice produce t >/dev/null
  start_sink
  wait_for topic_has_in_kafka 4
  stop_process sink
  # The numbers are those of org.apache.kafka.common.utils.Utils.murmur2.
  [[ $(read_topic '%s %K %k\n' | sort) == $'1 5 alpha\n2 4 beta\n3 0 \n4 -1 ' ]]
  [[ $(read_topic '%s %p\n' | grep -E '^[12] ' | sort) == $'1 '*$'\n2 '* ]]
  local before=$((($(date +%s) - 600) * 1000))
  (($(read_topic '%T\n' | sort -n | head -1) > before))
}

@test "a fixed partition, headers, provenance, compression" {
  start_cluster
  sluice topic create t
  make_topic "$place" 3
  produce 1 2
  start_sink --kafka-partition 2 --header via=sluice --provenance-headers --compression zstd
  wait_for topic_has_in_kafka 2
  stop_process sink
  [[ $(read_topic '%p %s %h\n' | tail -1) == '2 2 via=sluice,fluvio-topic=t,fluvio-partition=0,fluvio-offset=1' ]]
  run timeout 20 "$program" --fluvio-topic t --kafka-url "$KAFKA_BROKERS" --kafka-topic "$place" --kafka-partition 3
  [[ $status -eq 2 && $output == *"no partition 3"* ]]
}

@test "a missing topic is an error, or is made" {
  start_cluster
  sluice topic create t
  produce 1 1
  run timeout 20 "$program" --fluvio-topic t --kafka-url "$KAFKA_BROKERS" --kafka-topic "$place"
  [[ $status -eq 3 && $output == *"--create-topic"* ]]
  start_sink --create-topic --create-partitions 4
  wait_for topic_has_in_kafka 1
  [[ $(kcat -L -b "$KAFKA_BROKERS" -t "$place" | grep -c 'partition [0-9], leader') -eq 4 ]]
}

@test "an empty value is a tombstone when that is wanted" {
  start_cluster
  sluice topic create t
  make_topic "$place"
  printf 'a:\n' | sluice produce t --key-separator : >/dev/null
  start_sink
  wait_for topic_has_in_kafka 1
  stop_process sink
  start_sink --name again --empty-value tombstone
  wait_for topic_has_in_kafka 2
  [[ $(read_topic '%k %S\n') == $'a 0\na -1' ]]
}

@test "JSON records bring their own key, timestamp and headers" {
  start_cluster
  sluice topic create t
  make_topic "$place"
  sluice produce t >/dev/null <<'END'
{"key":"k","value":"v","timestamp":1700000000000,"headers":[{"name":"h","value":"x"},{"name":"h","value":null}]}
{"key":null,"value":{"base64":"/w=="}}
{"key":"gone","value":null}
END
  start_sink --record-format json
  wait_for topic_has_in_kafka 3
  stop_process sink
  [[ $(read_topic '%k|%s|%T|%h\n' -c 1) == 'k|v|1700000000000|h=x,h=NULL' ]]
  [[ $(read_topic '%K %S\n') == $'1 1\n-1 1\n4 -1' ]]
}

@test "a record that is not such JSON stops it, with its place; those before it are there" {
  start_cluster
  sluice topic create t
  make_topic "$place"
  printf '{"value":"1"}\nno JSON\n' | sluice produce t >/dev/null
  run timeout 20 "$program" --fluvio-topic t --kafka-url "$KAFKA_BROKERS" --kafka-topic "$place" --record-format json
  [[ $status -eq 1 && $output == *malformed* && $output == *"offset 1"* ]]
  all_once 1
}

@test "a record that Kafka finds too large stops it; those around it are there, once" {
  start_cluster
  sluice topic create t
  make_topic "$place" 1 max.message.bytes=1000
  produce 1 5
  head -c 5000 /dev/urandom | base64 -w0 | sluice produce t >/dev/null
  run timeout 20 "$program" --fluvio-topic t --kafka-url "$KAFKA_BROKERS" --kafka-topic "$place" --batch-age 1s
  [[ $status -eq 1 && $output == *record_too_large* && $output == *"offset 5"* ]]
  all_once 5
}

@test "PLAIN, SCRAM and TLS let it in; a wrong password and a wrong authority end it with a clear text" {
  start_cluster
  sluice topic create t
  make_topic "$place"
  produce 1 1
  local count=0 mechanism
  export KAFKA_SASL_PASSWORD=$KAFKA_PASSWORD
  for mechanism in PLAIN SCRAM-SHA-256 SCRAM-SHA-512; do
    KAFKA_BROKERS=$KAFKA_SASL_BROKERS start_sink --name "$mechanism" --sasl-mechanism $mechanism --sasl-username "$KAFKA_USER"
    wait_for topic_has_in_kafka $((++count))
    stop_process sink
  done
  KAFKA_BROKERS=$KAFKA_SSL_BROKERS start_sink --name tls --ssl-ca-file "$KAFKA_CA" \
    --ssl-cert-file "$KAFKA_CERT" --ssl-key-file "$KAFKA_KEY"
  wait_for topic_has_in_kafka $((++count))
  stop_process sink
  cat >"$work/c.yaml" <<YAML
apiVersion: 0.1.0
meta: { name: from-yaml, type: kafka-sink, version: 0.3.0, topic: t }
kafka:
  url: $KAFKA_SASL_SSL_BROKERS
  topic: $place
  options: { linger.ms: 1 }
  security:
    security_protocol: sasl_ssl
    sasl_mechanism: SCRAM-SHA-512
    sasl_username: $KAFKA_USER
    ssl_ca:
      pem: |
$(sed 's/^/        /' "$KAFKA_CA")
YAML
  start_process sink "$program" --config "$work/c.yaml"
  wait_for topic_has_in_kafka $((++count))
  stop_process sink

  KAFKA_SASL_PASSWORD=wrong-one run timeout 30 "$program" --fluvio-topic t --name wrong \
    --kafka-url "$KAFKA_SASL_BROKERS" --kafka-topic "$place" --sasl-username "$KAFKA_USER"
  [[ $status -eq 3 && $output == *"Authentication failed"* && $output != *wrong-one* ]]
  unset KAFKA_SASL_PASSWORD
  run timeout 30 "$program" --fluvio-topic t --name wrong --kafka-url "$KAFKA_SSL_BROKERS" \
    --kafka-topic "$place" --security-protocol ssl
  [[ $status -eq 3 && $output == *certificate* ]]
}

@test "transactions: kill -9 again and again, no record is lost, none is twice" {
  start_cluster
  sluice topic create t
  make_topic "$place" 3
  (for ((from = 1; from <= 8000; from += 500)); do produce $from $((from + 499)); done) 3>&- &
  local producer=$! round
  for ((round = 1; round <= 6; round++)); do
    start_sink --transactional-id "$place" --batch-count 50
    wait_for topic_has_in_kafka $((round * 900))
    stop_process sink KILL || true
  done
  wait $producer
  start_sink --transactional-id "$place" --batch-count 50
  wait_for topic_has_in_kafka 8000
  stop_process sink
  all_once 8000
  [[ $(kcat -C -b "$KAFKA_BROKERS" -t "sluice-offsets-$place" -e -q -o -3 -X isolation.level=read_committed | tail -1 | jq -c '[.topic, .offsets, (.owner | length)]') == '["t",{"0":7999},32]' ]]
}

@test "a second instance with the same transactional id ends the first one" {
  start_cluster
  sluice topic create t
  make_topic "$place"
  produce 1 10
  start_sink --transactional-id "$place"
  wait_for topic_has_in_kafka 10
  start_process second "$program" --fluvio-topic t --name second --kafka-url "$KAFKA_BROKERS" \
    --kafka-topic "$place" --transactional-id "$place"
  wait_for log_has second "connected to the outside"
  produce 11 20
  local code=0
  wait_process sink || code=$?
  [[ $code -eq 3 ]]
  log_has sink "another instance works with the transactional id"
  wait_for topic_has_in_kafka 20
  all_once 20
}

@test "an id that has the offsets of another topic is refused, and an offsets topic that forgets" {
  start_cluster
  sluice topic create t
  sluice topic create other
  make_topic "$place"
  produce 1 1
  start_sink --transactional-id "$place"
  wait_for topic_has_in_kafka 1
  stop_process sink
  run timeout 20 "$program" --fluvio-topic other --kafka-url "$KAFKA_BROKERS" --kafka-topic "$place" --transactional-id "$place"
  [[ $status -eq 2 && $output == *"offsets of the topic t"* ]]
  make_topic "forgets-$place" 1 cleanup.policy=delete
  run timeout 20 "$program" --fluvio-topic t --kafka-url "$KAFKA_BROKERS" --kafka-topic "$place" \
    --transactional-id x --offsets-topic "forgets-$place"
  [[ $status -eq 2 && $output == *"cleanup.policy=delete"* ]]
  # It was taken: a sink that was idle for longer than retention.ms wrote the whole topic again.
  make_topic "both-$place" 1 cleanup.policy=compact,delete
  run timeout 20 "$program" --fluvio-topic t --kafka-url "$KAFKA_BROKERS" --kafka-topic "$place" \
    --transactional-id x --offsets-topic "both-$place"
  [[ $status -eq 2 && $output == *"cleanup.policy=compact,delete"*"\`compact\` alone"* ]]
}

# The reader of the offsets took the end of its first look for that of the next ones, and found nothing.
@test "an instance finds its offsets behind those of many transactions of another" {
  start_cluster
  sluice topic create t
  make_topic "$place"
  make_topic "other-$place"
  make_topic "offsets-$place" 1 cleanup.policy=compact
  produce 1 40
  start_sink --transactional-id "one-$place" --offsets-topic "offsets-$place"
  wait_for topic_has_in_kafka 40
  stop_process sink
  local mine=$place
  place=other-$mine
  start_sink --name other --transactional-id "two-$mine" --offsets-topic "offsets-$mine" --batch-count 1
  wait_for topic_has_in_kafka 40
  stop_process sink
  place=$mine
  produce 41 50
  start_sink --transactional-id "one-$place" --offsets-topic "offsets-$place"
  wait_for topic_has_in_kafka 50
  stop_process sink
  all_once 50
}

@test "check looks and leaves nothing" {
  start_cluster
  sluice topic create t
  make_topic "$place"
  run "$program" check --fluvio-topic t --kafka-url "$KAFKA_BROKERS" --kafka-topic "$place" --transactional-id "$place"
  [[ $status -eq 0 && $output == *"has 1 partitions"* ]]
  run kcat -L -b "$KAFKA_BROKERS"
  [[ $output != *"sluice-offsets-$place\""* ]]
  run "$program" check --fluvio-topic t --kafka-url 127.0.0.1:1 --kafka-topic "$place"
  [[ $status -ne 0 && $output == *refused* ]]
}

# The last two: the broker goes and comes back.

# It took the id back, ended the newer one, and wrote again what that one had written.
@test "an instance that was cut off does not take the id back from a newer one" {
  start_cluster
  sluice topic create t
  make_topic "$place"
  produce 1 10
  start_sink --transactional-id "$place" --delivery-timeout 5s
  wait_for topic_has_in_kafka 10
  "$server/kafka" kill "$broker"
  produce 11 20
  wait_for log_has sink "trying again"
  kill -STOP "$(pid_of sink)"
  "$server/kafka" start "$broker"
  start_process second "$program" --fluvio-topic t --name second --kafka-url "$KAFKA_BROKERS" \
    --kafka-topic "$place" --transactional-id "$place"
  local code=0
  wait_for topic_has_in_kafka 20 || code=$?
  kill -CONT "$(pid_of sink)"
  [[ $code -eq 0 ]]
  wait_process sink || code=$?
  [[ $code -eq 3 ]]
  log_has sink "another instance works with the transactional id"
  produce 21 30
  wait_for topic_has_in_kafka 30
  all_once 30
}

@test "a broker that dies and comes back loses nothing, with and without transactions" {
  start_cluster
  sluice topic create t
  make_topic "$place"
  make_topic "tx-$place"
  start_sink --delivery-timeout 5s
  start_process tx "$program" --fluvio-topic t --name tx --kafka-url "$KAFKA_BROKERS" --kafka-topic "tx-$place" \
    --transactional-id "tx-$place"
  produce 1 500
  wait_for topic_has_in_kafka 500
  "$server/kafka" kill "$broker"
  produce 501 1000
  wait_for log_has sink "trying again"
  "$server/kafka" start "$broker"
  # What was not acknowledged came again, so that the number alone does not tell.
  wait_for all_there 1000
  place=tx-$place
  wait_for topic_has_in_kafka 1000
  stop_process tx
  all_once 1000
}
