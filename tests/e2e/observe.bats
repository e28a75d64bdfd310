#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Looking at running connectors, and pausing them.

load ../lib/sluice

setup() {
  sluice_setup
  source_program=$SLUICE_BIN/test-connector
  sink_program=$SLUICE_BIN/file-sink
}
teardown() { sluice_teardown; }

# The control socket of a connector, as any HTTP client can use it.
control() { curl -fsS --unix-socket "$SLUICE_RUNTIME_DIR/$1.sock" "${@:3}" "http://localhost$2"; }
state_is() { [[ $(control "$1" /status | jq -r .state) == "$2" ]]; }
delivered() { control "$1" /status | jq .records.delivered; }

start_source() {
  start_process source "$source_program" --fluvio-topic t --name feed --timeout 5ms "$@"
  wait_for state_is feed running
}

@test "top shows each running connector, as a table and as JSON" {
  start_cluster
  start_source
  start_process sink "$sink_program" --fluvio-topic t --name files --path "$work/out"
  wait_for state_is files running
  wait_for top_shows_both
  run sluice top --once
  [[ $output == *NAME*STATE*feed*files* ]]
}
# One that does not answer within two seconds has no state.
top_shows_both() {
  [[ $(sluice top --once --output json | jq -c '[.[] | [.name, .connector, .state, .topic]]') == \
    '[["feed","test-connector","running","t"],["files","file-sink","running","t"]]' ]]
}

@test "top says that nothing runs" {
  run sluice top --once
  [[ $status -eq 0 && $output == "no connectors run here" ]]
}

@test "a connector that was killed is not shown, and its socket is cleaned up" {
  start_cluster
  start_source
  stop_process source KILL || true
  [[ -e $SLUICE_RUNTIME_DIR/feed.sock ]]
  run sluice top --once
  [[ $output == "no connectors run here" ]]
  [[ ! -e $SLUICE_RUNTIME_DIR/feed.sock ]]
}

@test "tap shows the records of a source and ends after the count" {
  start_cluster
  start_source
  run sluice tap feed --count 3 --output json
  [[ $status -eq 0 && ${#lines[@]} -eq 3 ]]
  jq -se 'all(.[]; (.value | startswith("Hello, Fluvio! - ")) and .partition == 0 and .offset >= 0)' \
    <<<"$output"
  run sluice tap feed --count 2
  [[ ${#lines[@]} -eq 2 && ${lines[0]} == "Hello, Fluvio! - "* ]]
}

@test "tap shows what a sink writes" {
  start_cluster
  start_process sink "$sink_program" --fluvio-topic t --name files --path "$work/out"
  wait_for state_is files running
  start_process tap "$SLUICE_BIN/sluice" tap files --count 1 --output json
  wait_for tap_has_seen
  wait_process tap
  [[ $(jq -c '[.partition, .value]' "$work/tap.log") == '[0,"one"]' ]]
}
# Only what comes after it listens is seen.
tap_has_seen() {
  printf 'one\n' | sluice produce t
  has_ended tap
}

@test "tap ends with the connector, and says whether that was too early" {
  start_cluster
  start_source
  start_process all "$SLUICE_BIN/sluice" tap feed
  start_process some "$SLUICE_BIN/sluice" tap feed --count 1000000
  wait_for log_has all Hello
  wait_for log_has some Hello
  stop_process source TERM
  wait_process all
  log_has all 'feed has ended'
  run wait_process some
  [[ $status -ne 0 ]]
  grep -q 'feed has ended ([1-9][0-9]* records were shown)' "$work/some.log"
}

@test "tap of a name that does not run names the nearest" {
  start_cluster
  start_source
  run sluice tap fed
  [[ $status -eq 2 && $output == *"no connector fed runs here"*"did you mean \`feed\`"* ]]
}

@test "tap when nothing runs says so" {
  run sluice tap feed
  [[ $status -eq 2 && $output == *"none runs at all"* ]]
}

@test "a paused source sends nothing, is alive and not ready, and goes on" {
  start_cluster
  start_source --metrics-listen 127.0.0.1:0
  wait_for topic_has t 3
  [[ $(control feed /pause -X POST | jq -c '[.state, .paused]') == '["paused",true]' ]]
  [[ $(control feed /livez) == ok ]]
  run control feed /readyz
  [[ $status -ne 0 && $output == *503* ]]
  control feed /metrics | grep -qx 'sluice_connector_paused 1'
  # What was under way has arrived; from then on nothing is read.
  wait_for nothing_in_flight feed
  local before
  before=$(delivered feed)
  for _ in {1..20}; do
    [[ $(control feed /status | jq .records.read) -eq $before ]]
  done
  control feed /resume -X POST >/dev/null
  wait_for delivered_more feed "$before"
}
nothing_in_flight() { [[ $(control "$1" /status | jq .records.in_flight) -eq 0 ]]; }
delivered_more() { (($(delivered "$1") > $2)); }

@test "a paused sink writes nothing, and a stop ends it cleanly" {
  start_cluster
  sluice topic create t
  start_process sink "$sink_program" --fluvio-topic t --name files --path "$work/out"
  wait_for state_is files running
  control files /pause -X POST >/dev/null
  printf 'one\n' | sluice produce t
  stop_process sink TERM
  [[ ! -s $work/out/t-00000001.txt ]]
  start_process sink "$sink_program" --fluvio-topic t --name files --path "$work/out"
  wait_for grep -qx one "$work/out/t-00000001.txt"
}

@test "a stop ends a paused source cleanly" {
  start_cluster
  start_source
  control feed /pause -X POST >/dev/null
  stop_process source TERM
  [[ ! -e $SLUICE_RUNTIME_DIR/feed.sock ]]
}

@test "the TCP pages only look" {
  start_cluster
  start_source --metrics-listen 127.0.0.1:0
  wait_for log_has source 'serving metrics'
  local address
  address=$(sed -n 's/.*serving metrics.*address=\([0-9.:]*\).*/\1/p' "$work/source.log")
  [[ $(curl -s -o /dev/null -w '%{http_code}' -X POST "http://$address/pause") -eq 405 ]]
  [[ $(curl -s -o /dev/null -w '%{http_code}' "http://$address/tap") -eq 404 ]]
  state_is feed running
}

@test "a second instance of a name is refused, and the first keeps its socket" {
  start_cluster
  start_source
  run "$source_program" --fluvio-topic t --name feed --timeout 5ms
  [[ $status -eq 3 && $output == *'feed'* ]] || fail "$output"
  local pid
  pid=$(control feed /status | jq .pid)
  [[ $pid -eq $(pid_of source) ]]
  state_is feed running
}

@test "control can be turned off" {
  start_cluster
  start_process source "$source_program" --fluvio-topic t --name feed --timeout 5ms --control off
  wait_for topic_has t 1
  [[ ! -e $SLUICE_RUNTIME_DIR ]]
}

@test "a runtime folder that others may enter is not used" {
  start_cluster
  mkdir -m 755 "$SLUICE_RUNTIME_DIR"
  start_process source "$source_program" --fluvio-topic t --name feed --timeout 5ms
  wait_for log_has source 'chmod 700'
  wait_for topic_has t 1
  run sluice top --once
  [[ $status -eq 3 && $output == *"chmod 700"* ]]
}

@test "the console needs its token and its address" {
  start_cluster
  start_source
  start_process console "$SLUICE_BIN/sluice" console
  wait_for log_has console '#token='
  local url token
  url=$(sed -n 's/#.*//p' "$work/console.log")
  token=$(sed -n 's/.*#token=//p' "$work/console.log")
  [[ $url == http://127.0.0.1:* ]]
  curl -fsS "$url" | grep -q '<title>Sluice console'
  [[ $(curl -s -o /dev/null -w '%{http_code}' "${url}api/connectors") -eq 401 ]]
  [[ $(curl -s -o /dev/null -w '%{http_code}' -H 'Host: evil.example' "$url") -eq 403 ]]
  [[ $(curl -fsS -H "Authorization: Bearer $token" "${url}api/connectors" |
    jq -r '.connectors[].name') == feed ]]
  curl -fsS -X POST -H "Authorization: Bearer $token" "${url}api/connectors/feed/pause" |
    jq -e '.paused'
  state_is feed paused
  curl -fsS -X POST -H "Authorization: Bearer $token" "${url}api/connectors/feed/resume" |
    jq -e '.paused | not'
  stop_process console TERM
}

@test "the console refuses an address that others can reach" {
  run sluice console --listen 0.0.0.0:0
  [[ $status -eq 2 && $output == *"other machines could reach"*--allow-remote* ]]
}
