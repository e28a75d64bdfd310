#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# `sluice cluster`: start, stop, status, and what goes wrong there.

load ../lib/sluice

setup() { sluice_setup; }
teardown() {
  sluice cluster stop --data "$work/data" >/dev/null 2>&1 || true
  sluice_teardown
}

# A server in the background, on free ports.
start_background() {
  sluice cluster start --sc 127.0.0.1:0 --spu 127.0.0.1:0 --data "$work/data" "$@"
}
status() { sluice cluster status --data "$work/data" --output json; }

@test "a server in the background starts, serves, and stops" {
  run start_background
  [ "$status" -eq 0 ]
  [[ $output == *'Control plane:'* ]]
  status | jq -e '.running and .topic_count == 0 and .pid > 0'

  sluice topic create greetings
  echo hello | sluice produce greetings
  [ "$(topic_values greetings)" = hello ]
  pid=$(status | jq .pid)

  run sluice cluster stop --data "$work/data"
  [ "$status" -eq 0 ]
  ! kill -0 "$pid" 2>/dev/null
  run sluice cluster status --data "$work/data"
  [ "$status" -eq 3 ]
}

@test "a server in the background keeps nothing open that it was started with" {
  mkfifo "$work/pipe"
  exec 9<>"$work/pipe" 8>"$work/pipe"
  start_background 9<&9 8>&8
  exec 8>&-
  pid=$(status | jq .pid)
  ! ls -l "/proc/$pid/fd" | grep -F "$work/pipe"
}

@test "stop and status say that none runs, with exit code 3" {
  run sluice cluster stop --data "$work/data"
  [ "$status" -eq 3 ]
  [[ $output == *'no server runs'*'hint: '* ]]
  run sluice cluster status --data "$work/data" --output json
  [ "$status" -eq 3 ]
  jq -e '.running == false' <<<"$output"
}

@test "a second server on the same data is refused, and the first goes on" {
  start_background
  run start_background
  [ "$status" -eq 3 ]
  [[ $output == *'runs on'*'already'* ]]
  run sluice cluster start --foreground --sc 127.0.0.1:0 --spu 127.0.0.1:0 --data "$work/data"
  [ "$status" -eq 3 ]
  status | jq -e .running
}

@test "a taken port is an error with exit code 3, in the background, too" {
  start_background
  taken=$(status | jq -r .sc)
  for how in '' --foreground; do
    # shellcheck disable=SC2086
    run sluice cluster start $how --sc "$taken" --spu 127.0.0.1:0 --data "$work/other"
    [ "$status" -eq 3 ]
    [[ $output == *error:*"${taken##*:}"*hint:* ]]
  done
}

@test "stop does not touch a stranger who has the pid of the run file" {
  start_background
  sleep 300 3>&- &
  stranger=$!
  pid=$(sed -n 's/^pid=//p' "$work/data/server.run")
  sed -i "s/^pid=.*/pid=$stranger/" "$work/data/server.run"
  cp "$work/data/server.run" "$work/changed"
  run sluice cluster stop --data "$work/data"
  [ "$status" -eq 3 ]
  [[ $output == *'nothing was stopped'* ]]
  kill -0 "$stranger"
  kill "$stranger"
  # `stop` will not find it any more; while it ends it writes into the folder that teardown removes.
  kill "$pid"
  none_runs() { [ "$(status | jq .running)" = false ]; }
  wait_for none_runs
}

@test "SIGTERM and SIGINT end a server in the foreground with exit code 0" {
  for signal in TERM INT; do
    start_cluster
    stop_process cluster "$signal"
  done
}

@test "kill -9 and a new start keep every acknowledged record" {
  start_cluster
  sluice topic create kept --partitions 3
  seq 1 5000 | sluice produce kept --quiet
  code=0
  stop_process cluster KILL || code=$?
  [ "$code" -eq 137 ]
  start_cluster
  [ "$(topic_values kept | sort -n | uniq | wc -l)" -eq 5000 ]
}

@test "produce and consume live through kill -9 and a restart of the server" {
  start_cluster
  sluice topic create lively
  mkfifo "$work/in"
  start_process produce "$SLUICE_BIN/sluice" produce lively --file "$work/in"
  start_process consume "$SLUICE_BIN/sluice" consume lively --beginning
  exec 9>"$work/in"
  seq 1 1000 >&9
  wait_for topic_has lively 1000
  # It has begun; one that finds no server ends.
  wait_for grep -qx 1000 "$work/consume.log"
  stop_process cluster KILL || true
  seq 1001 2000 >&9
  start_cluster 9>&-
  seq 2001 3000 >&9
  exec 9>&-
  wait_process produce
  # A batch whose answer was lost is sent again: every line is there, some may be twice.
  topic_values lively | sort -nu | cmp - <(seq 1 3000)
  seen_all() { grep -c '^[0-9]*$' "$work/consume.log" | grep -qx "$(topic_count lively)"; }
  wait_for seen_all
  stop_process consume INT
  grep '^[0-9]*$' "$work/consume.log" | sort -nu | cmp - <(seq 1 3000)
}

@test "the profile file gets the profile local, and the others stay" {
  sluice profile add prod --endpoint prod.example.org:9003
  start_background >"$work/said"
  grep -q '`prod` was the current one' "$work/said"
  sluice profile list --output json >"$work/list"
  jq -e 'map(.name) | sort == ["local", "prod"]' "$work/list"
  jq -e '.[] | select(.current) | .name == "local"' "$work/list"
}

@test "a server says what is wrong with its data directory" {
  echo file >"$work/file"
  run sluice cluster start --data "$work/file/data"
  [ "$status" -eq 3 ]
  [[ $output == *"$work/file/data"* ]]

  mkdir "$work/readonly"
  chmod 500 "$work/readonly"
  if [ "$(id -u)" -eq 0 ]; then
    # Root may write anywhere, except where the kernel says no.
    run sluice cluster start --data /proc/sluice
  else
    run sluice cluster start --data "$work/readonly/data"
  fi
  [ "$status" -eq 3 ]
  [[ $output == *'error: '*directory* ]]
}

@test "TLS: a wrong certificate is refused with a clear error" {
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost,DNS:*.localhost -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=other \
    -keyout "$work/other.key" -out "$work/other.pem" 2>/dev/null
  start_cluster --tls-cert "$work/cert.pem" --tls-key "$work/key.pem"
  sluice topic list
  endpoint=$(sluice profile show --output json | jq -r .endpoint)

  sluice profile add good --endpoint "$endpoint" --tls-domain localhost --tls-ca "$work/cert.pem" \
    --tls-cert "$work/cert.pem" --tls-key "$work/key.pem"
  sluice topic list --profile-name good
  sluice profile add bad --endpoint "$endpoint" --tls-domain localhost --tls-ca "$work/other.pem" \
    --tls-cert "$work/other.pem" --tls-key "$work/other.key"
  run sluice topic list --profile-name bad --timeout 30s
  [ "$status" -eq 3 ]
  [[ $output == error:*certificate* ]]
}

@test "TLS: without its key, or with a broken file, the server does not start" {
  run sluice cluster start --data "$work/data" --tls-cert "$work/none.pem"
  [ "$status" -eq 2 ]
  [[ $output == *--tls-key* ]]
  echo nonsense >"$work/bad.pem"
  run sluice cluster start --sc 127.0.0.1:0 --spu 127.0.0.1:0 --data "$work/data" \
    --tls-cert "$work/bad.pem" --tls-key "$work/bad.pem"
  [ "$status" -eq 3 ]
  [[ $output == *bad.pem* ]]
}
