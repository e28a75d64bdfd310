#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The influx sink against a whole cluster and a real InfluxDB 1; InfluxDB 2 by a scriptable server.

load ../../../../tests/lib/sluice

setup() {
  sluice_setup
  program=$SLUICE_BIN/influx-sink
  server=$sluice_root/tests/servers/influxdb
  local code=0
  "$server" start "$work/influx" || code=$?
  ((code != 77)) || skip "this machine has no InfluxDB"
  # shellcheck source=/dev/null
  source "$work/influx/env"
  ask "CREATE DATABASE d" >/dev/null
  start_cluster
  sluice topic create t
}
teardown() {
  "$server" kill "$work/influx" || true
  "$sluice_root/tests/servers/http" stop "$work/http" || true
  sluice_teardown
}

ask() { curl -sf "$INFLUX_URL/query?epoch=ns&db=d" --data-urlencode "q=$1"; }
# answer_writes RULES: starts the scriptable server; what no rule is for gets 204, as of InfluxDB.
answer_writes() {
  "$sluice_root/tests/servers/http" start "$work/http"
  # shellcheck source=/dev/null
  source "$work/http/env"
  curl -sf -XPUT "$HTTP_URL/script" -d "$(jq -c '. + [{match: "", status: 204}]' <<<"$1")" >/dev/null
}
points() { ask "SELECT * FROM ${1:-t}" | jq -c '.results[0].series[0].values[]?' 2>/dev/null; }
has_points() { (($(points "${2:-t}" | wc -l) == $1)); }
produce() { printf '%s\n' "$@" | sluice produce t >/dev/null; }
start_sink() { start_process sink "$program" --fluvio-topic t --url "$INFLUX_URL" --database d "$@"; }
ends_with() {
  local code=0
  wait_process sink || code=$?
  [[ $code -eq $1 ]]
}

@test "each record is a point, the same when it is written again" {
  produce '{"v":1}' '{"v":2}' '{"v":3.5}'
  run "$program" check --fluvio-topic t --url "$INFLUX_URL" --database d
  [[ $status -eq 0 && $output == *"the database d"* ]]
  start_sink
  wait_for has_points 3
  stop_process sink
  start_process again "$program" --fluvio-topic t --name again --url "$INFLUX_URL" --database d
  wait_for log_has again "connected to the outside"
  stop_process again
  has_points 3
}

@test "tags, fields, times and every special character arrive as they were" {
  produce '{"time":"2020-01-02T03:04:05Z","host":"a b,c=d","s":"q\"\\ ,=\n\u00fc","n":3,"ok":true}'
  start_sink --measurement 'm x,y' --tag 'the host=host' --field 'a text=s' --field n=n:int --field ok=ok --timestamp-field time
  wait_for has_points 1 '"m x,y"'
  stop_process sink
  [[ $(points '"m x,y"') == '[1577934245000000000,"q\"\\ ,=\nü",3,true,"a b,c=d"]' ]]
}

@test "line protocol, with and without its time" {
  produce 'cpu,host=a v=1 1000' 'cpu,host=a v=2'
  start_sink --format line
  wait_for has_points 2 cpu
  stop_process sink
  [[ $(points cpu | head -1) == '[1000,"a",1]' ]]
}

@test "a point of the wrong type stops it, with the reason" {
  produce '{"v":1}' '{"v":2}' '{"v":"text"}'
  start_sink
  ends_with 1
  log_has sink outside_rejected
  log_has sink "field type conflict"
}

@test "a point of the wrong type among good ones becomes a dead letter: the others are there" {
  produce '{"v":1}' '{"v":2}' '{"v":"text"}' '{"v":4}' '{"v":5}'
  start_sink --batch-count 5 --batch-age 100ms --on-rejected dead-letter --dead-letter-file "$work/letters"
  wait_for has_points 4
  wait_for test -s "$work/letters"
  stop_process sink
  [[ $(points | jq -r '.[1]' | paste -sd,) == 1,2,4,5 ]]
  [[ $(jq -r '[.offset, .value, .error.code] | join(" ")' "$work/letters") == '2 {"v":"text"} outside_rejected' ]]
}

@test "records of several partitions with the same time and offset are different points" {
  sluice topic create many --partitions 3
  for ((i = 0; i < 30; i++)); do printf '{"v":%s}\n' "$i"; done | sluice produce many >/dev/null
  start_process sink "$program" --fluvio-topic many --url "$INFLUX_URL" --database d
  wait_for has_points 30 many
  stop_process sink
}

@test "no JSON, and no such database" {
  produce 'plain'
  start_sink
  ends_with 1
  log_has sink malformed
  produce '{"v":1}'
  run "$program" check --fluvio-topic t --url "$INFLUX_URL" --database none
  [[ $status -ne 0 && $output == *'no database'* ]]
  start_process sink "$program" --fluvio-topic t --consumer-offset-start absolute=1 --name other --url "$INFLUX_URL" --database none
  ends_with 2
}

@test "a server that is killed and comes again" {
  produce '{"v":1}'
  start_sink
  wait_for has_points 1
  "$server" kill "$work/influx"
  produce '{"v":2}'
  wait_for log_has sink "trying again"
  "$server" start "$work/influx"
  wait_for has_points 2
  stop_process sink
}

@test "InfluxDB 2: bucket, organisation, token" {
  answer_writes '[]'
  produce '{"v":1}'
  start_process sink "$program" --fluvio-topic t --url "$HTTP_URL/sink" --org 'my org' --bucket b --token s3cr3t
  wait_for test -s "$work/http/requests"
  stop_process sink
  [[ $(jq -r '.path + " " + .headers.authorization' "$work/http/requests") \
    == "/sink/api/v2/write?org=my%20org&bucket=b&precision=ns Token s3cr3t" ]]
  ! grep s3cr3t "$work/sink.log"
}

@test "an answer that some of the points were refused: the kit finds which, the others are written" {
  answer_writes '[{"match": "text", "status": 201, "body": "{\"code\":\"invalid\",\"message\":\"partial write\"}"}]'
  produce '{"v":1}' '{"v":2}' '{"v":"text"}' '{"v":4}'
  start_process sink "$program" --fluvio-topic t --url "$HTTP_URL/sink" --org o --bucket b --batch-count 4 --batch-age 100ms \
    --on-rejected dead-letter --dead-letter-file "$work/letters"
  wait_for test -s "$work/letters"
  wait_for eval '[[ $(jq -r "select(.status == 204) | .body" "$work/http/requests" | grep -o "v=[0-9]" | sort -u | paste -sd" ") == "v=1 v=2 v=4" ]]'
  stop_process sink
  [[ $(jq -r '[.offset, .value, .error.code] | join(" ")' "$work/letters") == '2 {"v":"text"} outside_rejected' ]]
}

@test "an address whose server answers 200 to everything is a wrong one: nothing counts" {
  "$sluice_root/tests/servers/http" start "$work/http"
  # shellcheck source=/dev/null
  source "$work/http/env"
  produce '{"v":1}'
  start_process sink "$program" --fluvio-topic t --url "$HTTP_URL/sink" --database d
  ends_with 2
  log_has sink "the answer is 200 OK"
  log_has sink "does --url lead to one?"
}
