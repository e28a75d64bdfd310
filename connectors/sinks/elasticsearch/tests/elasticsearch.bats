#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The elasticsearch sink against a whole cluster and a real OpenSearch, and a scriptable server for
# answers that a healthy one does not give.

load ../../../../tests/lib/sluice

setup_file() {
  export os_dir=$BATS_FILE_TMPDIR/os
  export os_server=${BATS_TEST_DIRNAME}/../../../../tests/servers/opensearch
  local code=0
  SLUICE_PATIENCE=180 "$os_server" start "$os_dir" || code=$?
  echo "$code" >"$BATS_FILE_TMPDIR/code"
}
teardown_file() { "$os_server" kill "$os_dir" || true; }
setup() {
  [[ $(cat "$BATS_FILE_TMPDIR/code") -ne 77 ]] || skip "this machine has no OpenSearch"
  # shellcheck source=/dev/null
  source "$os_dir/env"
  sluice_setup
  program=$SLUICE_BIN/elasticsearch-sink
  index=i$BATS_TEST_NUMBER
  start_cluster
  sluice topic create t
}
teardown() {
  "$sluice_root/tests/servers/http" stop "$work/http" || true
  sluice_teardown
}

es() { curl -sf -H 'Content-Type: application/json' "$@"; }
documents() { es -XPOST "$OPENSEARCH_URL/${1:-$index}/_refresh" >/dev/null && es "$OPENSEARCH_URL/${1:-$index}/_search?size=1000" | jq -c '.hits.hits[]'; }
has_documents() { (($(documents "${2:-$index}" | wc -l) == $1)); }
produce() { printf '%s\n' "$@" | sluice produce t >/dev/null; }
start_sink() { start_process sink "$program" --fluvio-topic t --url "$OPENSEARCH_URL" --index "$index" "$@"; }
ends_with() {
  local code=0
  wait_process sink || code=$?
  [[ $code -eq $1 ]]
}

@test "each record is a document under its offset, once, also when it is written again" {
  produce '{"n":1}' '{"n":2}' '{"n":3}'
  run "$program" check --fluvio-topic t --url "$OPENSEARCH_URL"
  [[ $status -eq 0 && $output == *"opensearch 2."* ]]
  start_sink --timestamp-field @timestamp
  wait_for has_documents 3
  stop_process sink
  start_process again "$program" --fluvio-topic t --name again --url "$OPENSEARCH_URL" --index "$index"
  wait_for log_has again "connected to the outside"
  stop_process again
  has_documents 3
  [[ $(documents | jq -c '[._id, ._source.n]' | sort | tr '\n' ' ') == '["t-0-0",1] ["t-0-1",2] ["t-0-2",3] ' ]]
}

@test "ids by key and field, updates, upserts, and indices by date" {
  produce '{"id":"a","n":1,"k":1}' '{"id":"a","n":2}'
  start_sink --id field --id-field id --action upsert
  wait_for has_documents 1
  wait_for eval '[[ $(documents | jq -c "[._id, ._source.n, ._source.k]") == "[\"a\",2,1]" ]]'
  stop_process sink
  start_process sink "$program" --fluvio-topic t --name daily --url "$OPENSEARCH_URL" --index "$index-{id}-%Y.%m.%d" --action create
  wait_for has_documents 2 "$index-a-$(date -u +%Y.%m.%d)"
  stop_process sink
}

@test "create leaves a document that is there: its own of an earlier run, and an earlier record's" {
  produce '{"id":"a","n":1}' '{"id":"a","n":2}' '{"id":"b","n":3}'
  start_sink --id field --id-field id --action create
  wait_for has_documents 2
  stop_process sink
  produce '{"id":"c","n":4}'
  start_process again "$program" --fluvio-topic t --name again --url "$OPENSEARCH_URL" --index "$index" --id field --id-field id --action create
  wait_for has_documents 3
  stop_process again
  [[ $(documents | jq -c '[._id, ._source.n]' | sort | tr '\n' ' ') == '["a",1] ["b",3] ["c",4] ' ]]
}

@test "a document that does not fit the mapping stops it, with the reason" {
  es -XPUT "$OPENSEARCH_URL/$index" -d '{"mappings":{"properties":{"n":{"type":"long"}}}}' >/dev/null
  produce '{"n":1}' '{"n":"many"}' '{"n":3}'
  start_sink
  ends_with 1
  log_has sink outside_rejected
  log_has sink mapper_parsing_exception
  has_documents 2 || has_documents 1
}

@test "a value that is no JSON object is malformed" {
  produce '{"n":1}' 'plain'
  start_sink
  ends_with 1
  log_has sink malformed
}

@test "a node that goes and comes again; of two the other is asked" {
  produce '{"n":1}'
  start_process sink "$program" --fluvio-topic t --url http://127.0.0.1:1 --url "$OPENSEARCH_URL" --index "$index"
  wait_for has_documents 1
  "$os_server" kill "$os_dir"
  produce '{"n":2}'
  wait_for log_has sink "trying again"
  SLUICE_PATIENCE=180 "$os_server" start "$os_dir"
  wait_for has_documents 2
  stop_process sink
}

@test "429 for a document is tried again, and secrets are not seen" {
  "$sluice_root/tests/servers/http" start "$work/http"
  # shellcheck source=/dev/null
  source "$work/http/env"
  es -XPUT "$HTTP_URL/script" -d '[
    {"body": "{\"errors\":true,\"items\":[{\"index\":{\"status\":201}},{\"index\":{\"status\":429,\"error\":{\"type\":\"es_rejected_execution_exception\",\"reason\":\"full\"}}}]}"},
    {"status": 503}, {"body": "{\"errors\":false,\"items\":[{\"index\":{\"status\":201}}]}"}]'
  produce '{"n":1}' '{"n":2}'
  start_process sink "$program" --fluvio-topic t --url "$HTTP_URL/sink" --username u --password s3cr3t --batch-age 300ms
  wait_for eval '(( $(wc -l <"$work/http/requests") >= 3 ))'
  stop_process sink
  [[ $(tail -1 "$work/http/requests" | jq -r .body | grep . | tail -1) == '{"n":2}' ]]
  [[ $(head -1 "$work/http/requests" | jq -r .headers.authorization) == "Basic dTpzM2NyM3Q=" ]]
  ! grep s3cr3t "$work/sink.log"
}
