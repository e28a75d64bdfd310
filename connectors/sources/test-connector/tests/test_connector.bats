#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0

load ../../../../tests/lib/sluice

setup() {
  sluice_setup
  program=$SLUICE_BIN/test-connector
}
teardown() { sluice_teardown; }

greetings() { for ((i = 1; i <= $1; i++)); do echo "Hello, Fluvio! - $i"; done; }

@test "the metadata is one line and needs no cluster" {
  run env FLV_PROFILE_PATH=/nowhere "$program" metadata
  [[ $status -eq 0 && ${#lines[@]} -eq 1 ]]
  [[ $(jq -c '[.name, .direction, .version]' <<<"$output") == '["test-connector","Source","0.1.0"]' ]]
  [[ $(jq -c '.schema.properties | keys - ["count", "timeout"] | length' <<<"$output") -gt 3 ]]
  [[ $(jq -c '.schema.properties.smartstream_map.type' <<<"$output") == '["string","null"]' ]]
}

@test "it sends exactly as many as asked for, in order, and creates the topic" {
  start_cluster
  run "$program" --fluvio-topic new --count 10 --timeout 0
  [[ $status -eq 0 ]]
  diff <(greetings 10) <(topic_values new)
}

@test "a count of zero sends nothing" {
  start_cluster
  run "$program" --fluvio-topic none --count 0
  [[ $status -eq 0 ]]
  [[ $(topic_count none) -eq 0 ]]
}

@test "SIGTERM ends it cleanly, with everything in the topic" {
  start_cluster
  start_process source "$program" --fluvio-topic t --timeout 1ms
  wait_for topic_has t 5
  stop_process source TERM
  local count
  count=$(topic_count t)
  diff <(greetings "$count") <(topic_values t)
  log_has source "delivered=$count"
}

@test "it goes on when the cluster comes back" {
  start_cluster
  # It has some seconds to do when the cluster is told to end.
  start_process source "$program" --fluvio-topic t --timeout 20ms --count 400
  wait_for topic_has t 3
  stop_cluster
  is_running source
  start_cluster
  wait_process source
  diff <(greetings 400) <(topic_values t | uniq)
}

@test "each generation of YAML gives the same options" {
  start_cluster
  cat >"$work/b.yaml" <<'YAML'
name: one
type: test-connector
version: 0.1.0
topic: b
parameters: { count: 3, timeout: 1ms }
YAML
  cat >"$work/c1.yaml" <<'YAML'
apiVersion: 0.1.0
meta: { name: two, type: test-source, version: 0.1.0, topic: c1 }
test: { count: 3, timeout: 1ms }
YAML
  cat >"$work/c2.yaml" <<'YAML'
apiVersion: 0.2.0
meta:
  name: three
  type: test-source
  version: 0.1.0
  topic: { meta: { name: c2 }, partition: { count: 2 } }
test: { count: 3, timeout: 1ms }
YAML
  local topic
  for topic in b c1 c2; do
    run "$program" --config "$work/$topic.yaml"
    [[ $status -eq 0 ]] || fail "$topic: $output"
    [[ $(topic_values "$topic" | sort) == "$(greetings 3)" ]]
  done
  [[ $(sluice partition list --output json | jq '[.[] | select(.topic == "c2")] | length') -eq 2 ]]
}

@test "/readyz, /metrics and /status answer while it runs" {
  start_cluster
  start_process source "$program" --fluvio-topic t --timeout 10ms --metrics-listen 127.0.0.1:0
  wait_for log_has source 'serving metrics'
  local address
  address=$(sed -n 's/.*serving metrics.*address=\([0-9.:]*\).*/\1/p' "$work/source.log")
  wait_for curl -fsS "http://$address/readyz"
  [[ $(curl -fsS "http://$address/livez") == ok ]]
  wait_for topic_has t 3
  # The topic has them before the source knows.
  counts_delivered() { curl -fsS "http://$address/metrics" | grep -q '^sluice_connector_records_delivered_total [1-9]'; }
  wait_for counts_delivered
  curl -fsS "http://$address/status" |
    jq -e '.state == "running" and .records.read == .records.delivered + .records.in_flight'
  [[ $(curl -s -o /dev/null -w '%{http_code}' "http://$address/nothing") -eq 404 ]]
}

@test "nobody at the address of the cluster: exit code 3, and it says so" {
  run "$program" --fluvio-topic t --cluster 127.0.0.1:1 --connect-timeout 0
  [[ $status -eq 3 ]]
  [[ $output == *127.0.0.1:1* ]]
}
