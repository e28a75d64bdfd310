#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The redis source against a real redis-server.

load ../../../../tests/lib/sluice

setup_file() {
  export SERVERS=$BATS_TEST_DIRNAME/../../../../tests/servers
  export SERVER_DIR=$BATS_FILE_TMPDIR/redis
  "$SERVERS/redis" start "$SERVER_DIR" 3>&- || { (($? == 77)) && skip "no redis-server"; }
}
teardown_file() { "$SERVERS/redis" stop "$SERVER_DIR"; }
setup() {
  sluice_setup
  program=$SLUICE_BIN/redis-source
  # shellcheck source=/dev/null
  source "$SERVER_DIR/env"
  [[ $(cli ping) == PONG ]] || "$SERVERS/redis" start "$SERVER_DIR" 3>&-
  cli flushall >/dev/null
}
teardown() { sluice_teardown; }

cli() { redis-cli -p "$REDIS_PORT" "$@"; }
start_source() {
  start_process "${as:-source}" "$program" --fluvio-topic t --url "$REDIS_URL" --name "${as:-source}" "$@"
}
# add STREAM FROM TO: entries `n <number>`.
add() {
  cli eval "for i = tonumber(ARGV[1]), tonumber(ARGV[2]) do redis.call('XADD', KEYS[1], '*', 'n', i) end" \
    1 "$1" "$2" "$3" >/dev/null
}
pending() { cli xpending "$1" g | head -n 1; }
is() { [[ $("${@:2}") == "$1" ]]; }
ends_with() {
  local code=0
  wait_process "$2" || code=$?
  [[ $code -eq $1 ]] || fail "exit code $code, not $1"
}
all_there() { [[ $(topic_values t | sort -nu | wc -l) -eq $1 ]]; }

@test "the metadata needs no server and no cluster" {
  run "$program" metadata
  [[ $status -eq 0 && ${#lines[@]} -eq 1 ]]
  [[ $(jq -c '[.name, .direction]' <<<"$output") == '["redis-source","Source"]' ]]
}

@test "a group on two streams: JSON objects, acknowledged in Redis" {
  start_cluster
  cli xadd a 1-0 name Ann age 7 >/dev/null
  start_source --stream a --stream b --group g
  wait_for topic_has t 1
  cli xadd b 2-0 x y >/dev/null
  wait_for topic_has t 2
  diff <(topic_values t) - <<'END'
{"redis_stream":"a","redis_id":"1-0","fields":{"name":"Ann","age":"7"}}
{"redis_stream":"b","redis_id":"2-0","fields":{"x":"y"}}
END
  wait_for is 0 pending a
  wait_for is 0 pending b
}

@test "alone: the place is kept over a restart; a field and a key" {
  start_cluster
  add s 1 100
  start_source --stream s --field n --key-field n
  wait_for topic_has t 100
  stop_process source
  add s 101 200
  start_source --stream s --field n --key-field n
  wait_for topic_has t 200
  stop_process source
  diff <(topic_values t) <(seq 1 200)
}

@test "start at the end: only what comes from now on" {
  start_cluster
  add s 1 5
  start_source --stream s --field n --start end
  wait_for log_has source "connected to the outside"
  add s 6 6
  wait_for topic_has t 1
  [[ $(topic_values t) == 6 ]]
}

@test "start at the end holds over a restart before the first record" {
  start_cluster
  add s 1 5
  start_source --stream s --field n --start end
  wait_for log_has source "connected to the outside"
  stop_process source
  add s 6 6
  start_source --stream s --field n --start end
  add s 7 7
  wait_for topic_has t 2
  diff <(topic_values t) <(seq 6 7)
}

@test "kill -9 of the source and of Redis: nothing is lost" {
  start_cluster
  add s 1 30000
  for at in 2000 10000; do
    start_source --stream s --group g --field n
    wait_for topic_has t $at
    stop_process source KILL || true
  done
  start_source --stream s --group g --field n
  "$SERVERS/redis" kill "$SERVER_DIR"
  wait_for log_has source "the source failed, trying again"
  "$SERVERS/redis" start "$SERVER_DIR" 3>&-
  wait_for all_there 30000
  wait_for is 0 pending s
}

@test "what a dead consumer has read is taken over" {
  start_cluster
  add s 1 3
  cli xgroup create s g 0 >/dev/null
  cli xreadgroup group g dead count 2 streams s '>' >/dev/null
  start_source --stream s --group g --field n --claim-idle 1s
  wait_for all_there 3
  wait_for is 0 pending s
}

@test "an entry that was deleted while it was pending is counted; one without the field stops it" {
  start_cluster
  cli xadd s 1-0 n 1 >/dev/null
  cli xgroup create s g 0 >/dev/null
  cli xreadgroup group g source count 1 streams s '>' >/dev/null
  cli xdel s 1-0 >/dev/null
  cli xadd s 2-0 n 2 >/dev/null
  start_source --stream s --group g --field n
  wait_for topic_has t 1
  wait_for is 0 pending s
  cli xadd s 3-0 other 3 >/dev/null
  ends_with 1 source
  log_has source "filtered=1"
  log_has source "the entry 3-0 of s has no field n"
  [[ $(pending s) == 1 ]]
}

@test "an entry that is refused is tried again as often as allowed: in a group, and alone" {
  start_cluster
  for group in "--group g" ""; do
    cli flushall >/dev/null
    add s 1 3
    cli xadd s '*' other 4 >/dev/null
    add s 5 6
    # shellcheck disable=SC2086
    start_source --stream s --field n $group --on-malformed retry --retry-limit 2 --retry-delay-min 1ms \
      --retry-delay-max 5ms --on-retries-exhausted dead-letter --dead-letter-file "$work/letters${group:+g}"
    wait_for all_there 5
    wait_for test -s "$work/letters${group:+g}"
    stop_process source
    [[ $(jq .attempts "$work/letters${group:+g}") == 2 ]]
    sluice topic delete t
  done
}

@test "a group that is gone is made again, and said aloud" {
  start_cluster
  add s 1 3
  start_source --stream s --group g --field n
  wait_for topic_has t 3
  wait_for is 0 pending s
  cli xgroup destroy s g >/dev/null
  wait_for log_has source "is gone from Redis"
  wait_for topic_has t 6
}

@test "wrong type, wrong password" {
  start_cluster
  cli set s text >/dev/null
  run timeout 20 "$program" --fluvio-topic t --url "$REDIS_URL" --stream s --group g
  [[ $status -eq 2 && $output == *"another type"* ]]
  run timeout 20 "$program" --fluvio-topic t --url "redis://u:wr0ng@127.0.0.1:$REDIS_PORT" --stream s
  [[ $status -eq 3 && $output != *wr0ng* ]]
}
