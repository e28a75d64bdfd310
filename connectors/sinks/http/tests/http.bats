#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The http sink against a whole cluster and a scriptable server.

load ../../../../tests/lib/sluice

setup() {
  sluice_setup
  program=$SLUICE_BIN/http-sink
  server=$sluice_root/tests/servers/http
}
teardown() {
  "$server" stop "$work/http" || true
  sluice_teardown
}

start_http() {
  "$server" start "$work/http" "$@"
  # shellcheck source=/dev/null
  source "$work/http/env"
}
# script JSON: how the next requests are answered.
script() { curl -sf -X PUT --data-binary "$1" "$HTTP_URL/script"; }
produce() { printf '%s\n' "$@" | sluice produce t >/dev/null; }
start_sink() { start_process sink "$program" --fluvio-topic t --endpoint "$HTTP_URL/sink/in" "$@"; }
start_all() {
  start_http
  start_cluster
  sluice topic create t
}
# ends_with CODE: the sink ends by itself.
ends_with() {
  local code=0
  wait_process sink || code=$?
  [[ $code -eq $1 ]]
}
taken() { jq -r "${1:-.body}" "$work/http/requests" 2>/dev/null; }
# What was answered with 2xx.
delivered() { jq -r 'select(.status == 200 or .status == 204) | .body' "$work/http/requests" 2>/dev/null; }
has_delivered() { (($(delivered | wc -l) >= $1)); }

@test "the metadata needs no server and no cluster" {
  run env FLV_PROFILE_PATH=/nowhere "$program" metadata
  [[ $status -eq 0 && ${#lines[@]} -eq 1 ]]
  [[ $(jq -c '[.name, .direction]' <<<"$output") == '["http-sink","Sink"]' ]]
}

@test "each record is a request, in order, with its headers, on one connection" {
  start_all
  produce one "two " three
  start_sink --header "X-Team: blue" --header "Authorization: Bearer s3cr3t" --metadata-headers
  wait_for has_delivered 3
  stop_process sink
  [[ $(delivered | tr '\n' ,) == "one,two ,three," ]]
  [[ $(taken '[.method, .path, .headers["content-type"], .headers["x-team"], .headers["user-agent"], .headers["idempotency-key"], .headers["x-fluvio-offset"]] | join("|")' | head -1) \
    == "POST|/sink/in|text/html|blue|sluice/http-sink 0.1.0|t/0/0|0" ]]
  ! grep -F s3cr3t "$work/sink.log"
}

@test "it reads YAML with the official names, and secrets in headers" {
  start_all
  produce x
  cat >"$work/config.yaml" <<YAML
apiVersion: 0.1.0
meta: { name: out, type: http-sink, version: 0.1.0, topic: t, secrets: [{ name: TOKEN }] }
http:
  endpoint: "$HTTP_URL/sink"
  method: PUT
  headers: ["Content-Type: application/json", "X-Token: \${{ secrets.TOKEN }}"]
  http_request_timeout: 10s
  http_connect_timeout: 1s
YAML
  echo "TOKEN=s3cr3t" >"$work/secrets"
  start_process sink "$program" --config "$work/config.yaml" --secrets "$work/secrets"
  wait_for has_delivered 1
  stop_process sink
  [[ $(taken '[.method, .headers["content-type"], .headers["x-token"]] | join("|")') == "PUT|application/json|s3cr3t" ]]
}

@test "batches: a JSON array, NDJSON, lines" {
  start_all
  produce '{"a":1}' '[2]' '"x"'
  for body in json-array ndjson lines; do
    start_process sink "$program" --fluvio-topic t --name "$body" --endpoint "$HTTP_URL/sink/$body" --body "$body"
    wait_for grep -q "/sink/$body" "$work/http/requests"
    stop_process sink
  done
  [[ $(taken 'select(.path == "/sink/json-array") | [.body, .headers["content-type"], .headers["idempotency-key"]] | join(" ")') \
    == '[{"a":1},[2],"x"] application/json t/0/0..t/0/2:3' ]]
  [[ $(taken 'select(.path == "/sink/ndjson") | .body' | head -3 | tr '\n' ,) == '{"a":1},[2],"x",' ]]
  [[ $(taken 'select(.path == "/sink/lines") | .headers["content-type"]') == text/plain* ]]
}

@test "what is not 2xx is not delivered: 503, 429, a cut and a lost answer are tried again" {
  start_all
  script '[{"status": 503, "times": 2}, {"status": 429, "headers": {"Retry-After": "0"}}, {"cut": "before"}, {"cut": "middle"}, {"cut": "after"}]'
  produce one two
  start_sink
  wait_for has_delivered 2
  stop_process sink
  [[ $(delivered | tr '\n' ,) == "one,two," ]]
  # Each time the same key: the destination can tell.
  [[ $(taken 'select(.body == "one") | .headers["idempotency-key"]' | sort -u) == "t/0/0" ]]
  (($(taken 'select(.body == "one") | .body' | wc -l) == 6))
}

@test "a record that is refused stops it, with the answer; the records before it are there" {
  start_all
  script '[{"match": "poison", "status": 422, "body": "no such thing"}]'
  produce one poison three
  start_sink
  ends_with 1
  log_has sink "422 Unprocessable Entity"
  log_has sink "offset 1"
  [[ $(delivered | tr '\n' ,) == "one," ]]
  script '[]'
  start_sink
  wait_for has_delivered 3
  stop_process sink
  [[ $(delivered | tr '\n' ,) == "one,poison,three," ]]
}

@test "an answer with 2xx counts, however long it is" {
  start_all
  jq -n '[{body: ("x" * 2000000), times: 3}]' >"$work/script"
  curl -sf -X PUT --data-binary @"$work/script" "$HTTP_URL/script"
  produce one two three
  start_sink
  wait_for has_delivered 3
  stop_process sink
  [[ $(delivered | tr '\n' ,) == "one,two,three," ]]
}

@test "what was answered counts at once: a stop in a slow batch sends none of it again" {
  start_all
  script '[{"slow": 0.1, "times": 1000}]'
  # Too many for it to be done before a late signal.
  produce {1..400}
  start_sink --drain-timeout 300ms
  wait_for has_delivered 3
  ! stop_process sink || fail "it had time for all"
  script '[]'
  start_sink
  wait_for eval '[[ $(delivered | sort -u | wc -l) -eq 400 ]]'
  stop_process sink
  # One may have been under way.
  (($(delivered | wc -l) <= 401)) || fail "$(delivered | sort | uniq -d)"
}

@test "Retry-After is kept, however short the back-off is" {
  start_all
  script '[{"status": 429, "headers": {"Retry-After": "2"}}]'
  produce one
  local before=$SECONDS
  start_sink --retry-delay-min 1ms --retry-delay-max 1ms
  wait_for has_delivered 1
  stop_process sink
  ((SECONDS - before >= 1))
  (($(taken | wc -l) == 2))
}

@test "of a batch that is refused only the record at fault is left out, as a dead letter" {
  start_all
  # As long as it is in it, the whole batch is refused.
  script '[{"match": "poison", "status": 422, "body": "no such thing", "times": 20}]'
  produce 1 2 3 poison 5 6 7
  start_sink --body lines --batch-count 7 --batch-age 100ms --on-rejected dead-letter --dead-letter-file "$work/letters"
  wait_for eval '[[ $(delivered | grep . | sort -u | paste -sd,) == 1,2,3,5,6,7 ]]'
  wait_for test -s "$work/letters"
  stop_process sink
  [[ $(delivered | grep . | paste -sd,) == 1,2,3,5,6,7 ]]
  [[ $(jq -r '[.offset, .value, .error.code] | join(" ")' "$work/letters") == "3 poison outside_rejected" ]]
}

@test "TLS: only with the authority that the user names" {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test -addext subjectAltName=IP:127.0.0.1 \
    -keyout "$work/key.pem" -out "$work/ca.pem" 2>/dev/null
  start_http --tls "$work/ca.pem" "$work/key.pem"
  start_cluster
  sluice topic create t
  produce one
  HTTP_URL=${HTTP_URL/http:/https:}
  start_sink
  ends_with 3
  log_has sink '"code":"tls"' || log_has sink tls
  start_sink --ca-file "$work/ca.pem"
  wait_for has_delivered 1
  stop_process sink
  run "$program" check --fluvio-topic t --endpoint "${HTTP_URL/127.0.0.1/localhost}/sink" --ca-file "$work/ca.pem"
  [[ $status -eq 3 ]] || fail "$output"
}

@test "a redirect is not followed unless asked" {
  start_all
  produce one
  start_process sink "$program" --fluvio-topic t --endpoint "$HTTP_URL/redirect"
  ends_with 2
  log_has sink "302 Found"
  script "[{\"status\": 307, \"headers\": {\"Location\": \"$HTTP_URL/sink/there\"}}]"
  start_sink --follow-redirects
  wait_for has_delivered 1
  stop_process sink
  [[ $(taken 'select(.status == 200) | .method + " " + .path') == "POST /sink/there" ]]
}

@test "statuses as the user wants them" {
  start_all
  script '[{"status": 404}, {"status": 409}]'
  produce one two
  start_sink --retry-status 404 --accept-status 409
  wait_for has_delivered 1
  stop_process sink
  [[ $(taken '[.status, .body] | join(" ")' | tr '\n' ,) == "404 one,409 one,200 two," ]]
}

@test "a server that is away, slow, or goes and comes again" {
  start_all
  "$server" kill "$work/http"
  produce one
  start_sink --http-request-timeout 300ms
  wait_for log_has sink "trying again"
  start_http
  wait_for has_delivered 1
  script '[{"slow": 5}]'
  produce two
  wait_for has_delivered 2
  stop_process sink
}

@test "401 ends it with exit code 3, check says it before" {
  start_all
  produce one
  script '[{"status": 401, "times": 2}]'
  run "$program" check --fluvio-topic t --endpoint "$HTTP_URL/sink"
  [[ $status -ne 0 && $output == *"401 Unauthorized"* ]]
  start_sink
  ends_with 3
  run "$program" check --fluvio-topic t --endpoint "$HTTP_URL/sink"
  [[ $status -eq 0 && $output == *"OPTIONS with 200"* ]]
  [[ -z $(delivered) ]]
}

@test "kill -9 while it sends: no record is lost" {
  start_all
  (for ((from = 1; from <= 2000; from += 200)); do seq "$from" $((from + 199)) | sluice produce t >/dev/null; done) 3>&- &
  local producer=$!
  for ((round = 1; round <= 4; round++)); do
    start_sink
    wait_for has_delivered $((round * 300))
    stop_process sink KILL || true
  done
  wait $producer
  start_sink --body lines
  wait_for eval '(( $(delivered | sed "/^$/d" | sort -nu | wc -l) == 2000 ))'
  stop_process sink
}
