#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The slack sink against a whole cluster and a scriptable server that answers as Slack does.

load ../../../../tests/lib/sluice

setup() {
  sluice_setup
  program=$SLUICE_BIN/slack-sink
  server=$sluice_root/tests/servers/http
  "$server" start "$work/http"
  # shellcheck source=/dev/null
  source "$work/http/env"
  export WEBHOOK_URL=$HTTP_URL/sink/s3cr3t
}
teardown() {
  "$server" stop "$work/http" || true
  sluice_teardown
}

script() { curl -sf -X PUT --data-binary "$1" "$HTTP_URL/script"; }
produce() { printf '%s\n' "$@" | sluice produce t >/dev/null; }
start_sink() { start_process sink "$program" --fluvio-topic t "$@"; }
start_topic() {
  start_cluster
  sluice topic create t
}
posted() { jq -r 'select(.status == 200) | .body' "$work/http/requests" 2>/dev/null; }
has_posted() { (($(posted | wc -l) >= $1)); }
ends_with() {
  local code=0
  wait_process sink || code=$?
  [[ $code -eq $1 ]]
}

@test "each record is a message, in order; the address is a secret" {
  start_topic
  produce 'disk of <db1> & co is full' '*all* is well'
  start_sink --username watcher
  wait_for has_posted 2
  stop_process sink
  [[ $(posted | head -1) == '{"text":"disk of &lt;db1&gt; &amp; co is full","username":"watcher"}' ]]
  [[ $(posted | tail -1 | jq -r .text) == '*all* is well' ]]
  [[ $(jq -r '[.method, .path, .headers["content-type"]] | join(" ")' "$work/http/requests" | head -1) \
    == "POST /sink/s3cr3t application/json; charset=utf-8" ]]
  ! grep -r s3cr3t "$work/sink.log"
}

@test "a template, and whole messages" {
  start_topic
  produce '{"host":"db1","state":"down"}'
  start_sink --template 'host {host} is *{state}*'
  wait_for has_posted 1
  stop_process sink
  [[ $(posted | jq -r .text) == 'host db1 is *down*' ]]
  start_process sink "$program" --fluvio-topic t --name second --format json
  wait_for has_posted 2
  stop_process sink
  [[ $(posted | tail -1) == '{"host":"db1","state":"down"}' ]]
}

@test "429 is waited for, and nothing is lost or out of order" {
  start_topic
  produce one two three
  script '[{}, {"status": 429, "headers": {"Retry-After": "1"}}, {"status": 500, "body": "rollup_error"}]'
  start_sink
  wait_for has_posted 3
  stop_process sink
  [[ $(posted | jq -r .text | tr '\n' ,) == "one,two,three," ]]
}

@test "a message that Slack refuses stops it with Slack's word" {
  start_topic
  produce one two
  script '[{"match": "two", "status": 400, "body": "invalid_blocks"}]'
  start_sink
  ends_with 1
  log_has sink invalid_blocks
  log_has sink "offset 1"
  has_posted 1
  ! grep s3cr3t "$work/sink.log"
}

@test "a webhook that is gone ends it with exit code 3, and check says so" {
  start_topic
  produce one
  script '[{"status": 404, "body": "no_service", "times": 2}, {"status": 400, "body": "no_text"}]'
  start_sink
  ends_with 3
  log_has sink no_service
  run "$program" check --fluvio-topic t
  [[ $status -ne 0 && $output == *no_service* && $output != *s3cr3t* ]]
  run "$program" check --fluvio-topic t
  [[ $status -eq 0 && $output == *"takes messages"* ]]
}

@test "a text that is too long, or none, is about the record" {
  start_topic
  head -c 50000 /dev/zero | tr '\0' x >"$work/long"
  sluice produce t <"$work/long" >/dev/null
  start_sink
  ends_with 1
  log_has sink record_too_large
  start_sink --long-text cut
  wait_for has_posted 1
  stop_process sink
  [[ $(posted | jq -r '.text | length') == 40000 ]]
}
