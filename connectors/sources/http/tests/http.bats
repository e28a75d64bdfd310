#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The http source against a real HTTP server, tests/lib/http_server.py.

load ../../../../tests/lib/sluice

setup() {
  sluice_setup
  program=$SLUICE_BIN/http-source
  start_cluster
}
teardown() { sluice_teardown; }

# start_server [OPTION...]: a second start of a test has the same port.
start_server() {
  : >"$work/server.log"
  start_process server python3 "$sluice_root/tests/lib/http_server.py" --port "${port:-0}" "$@"
  wait_for test -s "$work/server.log"
  port=$(head -n 1 "$work/server.log")
}
# start_source PATH [OPTION...]
start_source() {
  local path=$1
  shift
  start_process source "$program" --fluvio-topic t --endpoint "http://127.0.0.1:$port$path" "$@"
}
# ends_with CODE NAME: the process ends by itself, with this exit code.
ends_with() {
  local code=0
  wait_process "$2" || code=$?
  [[ $code -eq $1 ]]
}
# first_record PATH [OPTION...]: the first record that comes of it, into a topic without any.
first_record() {
  start_source "$@" --interval 1h
  wait_for topic_has t 1
  stop_process source
  sluice consume t --beginning --disable-continuous --quiet
}

@test "the metadata needs no server and no cluster" {
  run env FLV_PROFILE_PATH=/nowhere "$program" metadata
  [[ $status -eq 0 && ${#lines[@]} -eq 1 ]]
  [[ $(jq -c '[.name, .direction]' <<<"$output") == '["http-source","Source"]' ]]
}

@test "it polls: each response is a record" {
  start_server
  start_source /get --interval 100ms
  wait_for topic_has t 5
  stop_process source
  diff <(topic_values t | head -5) <(for i in 1 2 3 4 5; do echo "Hello, Fluvio! - $i"; done)
}

@test "the layouts of the official connector, byte for byte" {
  start_server
  diff <(first_record /headers --output-parts full) - <<'END'
HTTP/1.1 299 
content-length: 1
content-type: text/plain
set-cookie: a=1
set-cookie: b=2
x-between: 1

x
END
  sluice topic delete t
  [[ $(first_record /get --output-type json) == '{"body":"Hello, Fluvio! - 1"}' ]]
  sluice topic delete t
  [[ $(first_record /get --output-type json --output-parts full) == \
    '{"status":{"version":"HTTP/1.1","code":200,"string":"OK"},"header":{"content-length":"18","content-type":"text/plain"},"body":"Hello, Fluvio! - 2"}' ]]
}

@test "method, body and headers" {
  start_server
  [[ $(first_record /post --method POST --body '{"name":"X"}') == 'Hello, X! - 1' ]]
  sluice topic delete t
  first_record /echo --method PUT --body hi --header 'X-Team: blue' --user-agent me >"$work/echo"
  [[ $(jq -c '[.method, .body, .headers["x-team"], .headers["user-agent"], .headers["content-type"]]' \
    "$work/echo") == '["PUT","hi","blue","me",null]' ]]
}

@test "redirects, compression and character sets" {
  start_server
  for path in /redirect /gzip /latin1 /utf16; do
    first_record $path >>"$work/records"
    sluice topic delete t
  done
  diff "$work/records" - <<'END'
Hello, Fluvio! - 1
unpacked
grüße
grüße
END
}

@test "an error status is tried again, with what Retry-After says, or sent if wanted" {
  start_server
  [[ $(first_record /fail/2) == 'Hello, Fluvio! - 1' ]]
  log_has source "503 Service Unavailable"
  sluice topic delete t
  [[ $(first_record /retry-after) == 'Hello, Fluvio! - 2' ]]
  sluice topic delete t
  [[ $(first_record /status/404 --error-status send) == 'status 404' ]]
}

@test "a request that hangs is given up and seen" {
  start_server
  start_source '/slow?60' --timeout 200ms
  wait_for log_has source "no answer in time"
  is_running source
  stop_process source
}

@test "the server comes late, and goes and comes again" {
  start_server
  stop_process server || true
  start_source /get --interval 50ms
  wait_for log_has source "not connected to the outside"
  start_server
  wait_for topic_has t 3
  stop_process server || true
  start_server
  local before
  before=$(topic_count t)
  wait_for topic_has t $((before + 3))
}

@test "a wrong method or address ends it before anything is contacted" {
  run "$program" --fluvio-topic t --endpoint 'http://127.0.0.1:1/' --method 'GE T'
  [[ $status -eq 2 && $output == *--method* ]]
  run "$program" --fluvio-topic t --endpoint 'gopher://x'
  [[ $status -eq 2 && $output == *--endpoint* ]]
  run "$program" --fluvio-topic t
  [[ $status -eq 2 && $output == *--endpoint* ]]
}

@test "a stream of lines, for ever" {
  start_server
  start_source /stream_count_updates --stream
  wait_for topic_has t 10
  stop_process source
  diff <(topic_values t | head -10) <(for i in {1..10}; do echo "count: $i"; done)
}

@test "a delimiter and characters that are cut in pieces" {
  start_server
  start_source /split --stream --delimiter '||'
  wait_for topic_has t 3
  stop_process source
  diff <(topic_values t | head -3) <(printf '%s\n' grün gelb 😀)
}

@test "the tail of a stream that ends cleanly is kept; a part of a record is counted" {
  start_server
  start_source /lines/3 --stream
  wait_for topic_has t 3
  stop_process source
  diff <(topic_values t | head -3) <(printf '%s\n' 'line 1' 'line 2' 'line 3')
  sluice topic delete t
  start_source /close-mid-chunk --stream
  wait_for topic_has t 2
  stop_process source
  [[ $(topic_values t | sort -u) == whole ]]
  grep -q 'filtered=[1-9]' "$work/source.log"
}

@test "a silent stream is opened anew" {
  start_server
  start_source /silent --stream --idle-timeout 100ms
  wait_for log_has source "silence for too long"
  is_running source
}

@test "server-sent events go on behind the last one, also after a restart" {
  start_server
  start_source /sse --stream
  wait_for topic_has t 12
  stop_process source
  start_source /sse --stream
  wait_for topic_has t 24
  stop_process source
  # Two lines an event; none is missing and none is twice.
  diff <(topic_values t | grep tick) <(for ((i = 1; i <= $(topic_values t | grep -c tick); i++)); do echo "tick $i"; done)
}

@test "a record that is too large ends it, and says which option" {
  start_server
  start_source /large/5000 --max-body-size 1KiB
  ends_with 1 source
  log_has source "--max-body-size"
  start_source /large/5000 --stream --max-record-size 1KiB
  ends_with 1 source
  log_has source "--max-record-size"
}

@test "a websocket: text, binary, headers, subscriptions, pings" {
  start_server
  local url=ws://127.0.0.1:$port
  start_process source "$program" --fluvio-topic t --endpoint "$url/websocket"
  wait_for topic_has t 4
  stop_process source
  diff <(topic_values t | head -4) <(printf '%s\n' 'Hello, Fluvio!' 'count: 1' 'count: 2' 'count: 3')

  start_process refused "$program" --fluvio-topic no --endpoint "$url/websocket-auth"
  wait_for log_has refused 401
  start_process allowed "$program" --fluvio-topic auth --endpoint "$url/websocket-auth" \
    --header 'x-secret-token: abc123'
  wait_for topic_has auth 1

  cat >"$work/echo.yaml" <<YAML
apiVersion: 0.1.0
meta: { name: echo, type: http-source, version: 0.1.0, topic: echo }
http:
  endpoint: $url/websocket-echo
  websocket_config:
    subscription_messages: [hello, there]
    ping_interval_ms: 50
YAML
  start_process echo "$program" --config "$work/echo.yaml"
  wait_for topic_has echo 2
  diff <(topic_values echo) <(printf '%s\n' HELLO THERE)

  start_process binary "$program" --fluvio-topic binary --endpoint "$url/websocket-binary"
  wait_for topic_has binary 1
}

@test "a websocket whose server goes away is connected again" {
  start_server
  start_process source "$program" --fluvio-topic t --endpoint "ws://127.0.0.1:$port/websocket"
  wait_for topic_has t 2
  stop_process server || true
  start_server
  greeted_twice() { [[ $(topic_values t | grep -c Hello) -ge 2 ]]; }
  wait_for greeted_twice
}

@test "TLS: the right authority works, a wrong one ends it" {
  cd "$work"
  for name in server other; do
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
      -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' -keyout $name.key -out $name.pem 2>/dev/null
  done
  start_server --tls server.pem server.key
  for scheme in https wss; do
    local path=/get
    [[ $scheme == wss ]] && path=/websocket
    start_process $scheme "$program" --fluvio-topic $scheme \
      --endpoint "$scheme://127.0.0.1:$port$path" --ca-file server.pem
    wait_for topic_has $scheme 1
    run timeout 20 "$program" --fluvio-topic no --endpoint "$scheme://127.0.0.1:$port$path" \
      --ca-file other.pem
    [[ $status -eq 3 && $output == *certificate* ]]
  done
}
