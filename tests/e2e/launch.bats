#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# `sluice validate`, `check`, `run` and `doctor`: with small shell programs, and with our own
# connectors.

load ../lib/sluice
bats_require_minimum_version 1.5.0

setup() {
  sluice_setup
  export HOME=$work/home SLUICE_RUNTIME_DIR=$work/run SLUICE_CACHE=$work/cache
  export SLUICE_CONNECTORS=$work/connectors
  unset SLUICE_CLUSTER SLUICE_DATA
  mkdir -p "$HOME" "$work/connectors"
}
teardown() { sluice_teardown; }

# shell_connector NAME BODY: a connector in shell; `$D` is the test's folder.
shell_connector() {
  cat >"$work/connectors/$1" <<END
#!/bin/sh
D="$work"
if [ "\$1" = metadata ]; then
  echo '{"name":"$1","direction":"Source","schema":{"\$schema":"http://json-schema.org/draft-07/schema#","title":"T","type":"object","required":["fluvio_topic"],"properties":{"fluvio_topic":{"type":"string"},"word":{"type":"string"},"count":{"type":"integer"}}},"version":"1.2.3","description":"d"}'
  exit 0
fi
$2
END
  chmod +x "$work/connectors/$1"
}

# config NAME TYPE [LINES]: $work/NAME.yaml
config() {
  cat >"$work/$1.yaml" <<END
apiVersion: 0.1.0
meta:
  name: $1
  type: $2
  version: 1.2.3
  topic: t
${3:-}
END
}

quick=(--restart-pause 1ms --restart-pause-max 5ms)
error_is() { [[ $output == *"$1"* ]] || fail "no '$1' in: $output"; }

@test "validate: a right file says what it is for, and nothing on standard error" {
  shell_connector words-source ''
  config a words-source 'custom: {word: x, count: 3}'
  run --separate-stderr sluice validate "$work/a.yaml"
  [ "$status" -eq 0 ]
  [ "$output" = "$work/a.yaml: ok: \`a\`, words-source 1.2.3, sends to topic t" ]
  [ -z "$stderr" ]
}

@test "validate: each mistake has its line and column, all files are looked at, the worst decides" {
  shell_connector words-source ''
  config a words-source 'custom: {word: x}'
  config b words-source 'custom:
  wrod: x
  count: many'
  config c nothing-source 'custom: {word: x}'
  run sluice validate "$work/a.yaml" "$work/b.yaml" "$work/c.yaml"
  [ "$status" -eq 2 ]
  error_is "a.yaml: ok:"
  error_is "b.yaml:8:3: the key \`wrod\` is not known under \`custom\`"
  error_is "did you mean \`word\`"
  error_is 'b.yaml:9:10: '
  error_is "c.yaml:4:9: there is no connector \`nothing-source\`"
  run --separate-stderr sluice validate "$work/a.yaml" "$work/c.yaml" --output json
  [ "$status" -eq 3 ]
  jq -e '.[0].ok and .[0].section_checked and (.[1].ok | not) and .[1].exit_code == 3' <<<"$output"
  jq -e '.[1].problems[0].place | endswith("c.yaml:4:9")' <<<"$output"
}

@test "validate --head-only needs no program, and says that the section was not checked" {
  config a nothing-source 'custom: {word: x}'
  run sluice validate "$work/a.yaml" --head-only
  [ "$status" -eq 0 ]
  error_is 'section was not checked'
}

@test "validate: secrets that are missing are errors, and no output shows one that is there" {
  shell_connector words-source ''
  config a words-source '  secrets: [{name: THERE}, {name: MISSING}]
custom:
  word: "${{ secrets.THERE }}${{ secrets.MISSING }}"
  count: "${{ secrets.THERE }}"'
  echo 'THERE=hunter2' >"$work/s.env"
  run sluice validate "$work/a.yaml" --secrets "$work/s.env"
  [ "$status" -eq 2 ]
  error_is "the secret \`MISSING\` has no value in $work/s.env"
  error_is '***'
  [[ $output != *hunter2* ]]
  run sluice validate "$work/a.yaml" --secrets "$work/s.env" --output json
  [[ $output != *hunter2* ]]
}

@test "validate: our own connectors check their section themselves, in all three generations" {
  export SLUICE_CONNECTORS=$SLUICE_BIN
  config c http-source 'http:
  endpoint: http://h/
  intervall: 5s'
  run sluice validate "$work/c.yaml"
  [ "$status" -eq 2 ]
  error_is "c.yaml:9:3: "
  error_is "did you mean \`interval\`"
  printf '%s\n' 'name: n' 'type: http' 'version: 0.4.3' 'topic: t' \
    'parameters: {endpoint: "http://h/", interval: 30s}' >"$work/b.yaml"
  sluice validate "$work/b.yaml"
  printf '%s\n' 'apiVersion: 0.2.0' 'meta: {name: n, type: http-source, version: 1, topic: {meta: {name: t}}}' \
    'http: {endpoint: "http://h/"}' >"$work/d.yaml"
  sluice validate "$work/d.yaml"
}

@test "run: exit code 0 is the end, and its words and secrets are as the file says" {
  shell_connector words-source 'printf "%s\n" "$@" >"$D/words"; echo "$TOKEN" >"$D/token"; echo a log line >&2'
  config a words-source '  secrets: [{name: TOKEN}]
custom: {word: "a b", count: 3}'
  TOKEN=t0ken run sluice run "$work/a.yaml" -- --more 1
  [ "$status" -eq 0 ]
  error_is 'a log line'
  error_is 'sluice run a: finished: exit code 0 (finished), no restarts'
  [ "$(cat "$work/token")" = t0ken ]
  printf '%s\n' --fluvio-topic=t --count=3 '--word=a b' --more 1 | cmp - "$work/words"
}

@test "run: failures are restarted with a counter until it finishes" {
  shell_connector words-source 'echo x >>"$D/runs"; case $(wc -l <"$D/runs") in 1) exit 3;; 2) exit 1;; 3) kill -SEGV $$;; esac'
  config a words-source
  run sluice run "$work/a.yaml" "${quick[@]}"
  [ "$status" -eq 0 ]
  [ "$(wc -l <"$work/runs")" -eq 4 ]
  error_is 'exit code 3 (environment)'
  error_is 'restart 2 in '
  error_is 'signal 11'
  error_is ', restart 3'
  error_is 'finished: exit code 0 (finished), 3 restarts'
}

@test "run: a configuration error is not restarted, and giving up has the program's exit code" {
  shell_connector words-source 'echo x >>"$D/runs"; exit "$(cat "$D/code")"'
  config a words-source
  echo 2 >"$work/code"
  run sluice run "$work/a.yaml" "${quick[@]}"
  [ "$status" -eq 2 ]
  [ "$(wc -l <"$work/runs")" -eq 1 ]
  error_is 'wrong configuration, not restarted'
  echo 9 >"$work/code"
  run sluice run "$work/a.yaml" "${quick[@]}" --restarts-max 3
  [ "$status" -eq 9 ]
  [ "$(wc -l <"$work/runs")" -eq 5 ]
  error_is 'gave up: exit code 9 (runtime), 3 restarts'
  run sluice run "$work/a.yaml" --once
  [ "$status" -eq 9 ]
  [ "$(wc -l <"$work/runs")" -eq 6 ]
}

@test "run: a wrong file starts nothing" {
  shell_connector words-source 'touch "$D/started"'
  config a words-source 'custom: {wrod: x}'
  run sluice run "$work/a.yaml"
  [ "$status" -eq 2 ]
  error_is "did you mean \`word\`"
  [ ! -e "$work/started" ]
}

@test "run: one name runs once, the second is refused before anything is started" {
  shell_connector words-source 'echo $$ >>"$D/pids"; exec sleep 300'
  config a words-source
  start_process first "$SLUICE_BIN/sluice" run "$work/a.yaml"
  wait_for test -s "$work/pids"
  run sluice run "$work/a.yaml"
  [ "$status" -eq 3 ]
  error_is "the connector \`a\` is running already: process $(pid_of first) runs $work/a.yaml"
  [ "$(wc -l <"$work/pids")" -eq 1 ]
  stop_process first || true
  # A stopped one does not block a new start.
  start_process second "$SLUICE_BIN/sluice" run "$work/a.yaml"
  wait_for log_has second 'started words-source 1.2.3, process'
}

@test "run: SIGTERM drains, and kill -9 of the supervisor leaves nothing behind" {
  shell_connector words-source 'trap "echo drained >\"$D/drained\"; exit 0" TERM; echo $$ >"$D/pid"; while :; do sleep 0.05; done'
  config a words-source
  start_process one "$SLUICE_BIN/sluice" run "$work/a.yaml"
  wait_for test -s "$work/pid"
  stop_process one
  [ -e "$work/drained" ]
  log_has one 'stopped: exit code 0'
  rm "$work/pid" "$work/drained"
  start_process two "$SLUICE_BIN/sluice" run "$work/a.yaml"
  wait_for test -s "$work/pid"
  stop_process two KILL || true
  one_is_gone() { ! grep -q '^State:[[:space:]]*[^ZX]' "/proc/$(cat "$work/pid")/status" 2>/dev/null; }
  wait_for one_is_gone
  [ -e "$work/drained" ]
}

# The official rule: only a type that ends with -source is a source, so this one has no version.
config_of_test_connector() {
  printf '%s\n' 'name: a' 'type: test-connector' 'version: 0.1.0' 'topic: t' \
    'parameters: {count: 3, timeout: 1ms}' >"$work/a.yaml"
}

@test "check: our own connectors look at both of their ends, and make no topic" {
  export SLUICE_CONNECTORS=$SLUICE_BIN
  start_cluster
  config_of_test_connector
  run sluice check "$work/a.yaml"
  [ "$status" -eq 0 ] || fail "$output"
  error_is 'cluster: ok:'
  error_is 'outside: ok:'
  run sluice topic describe t
  [ "$status" -ne 0 ]
}

@test "run: our own connectors, from a source to a sink" {
  export SLUICE_CONNECTORS=$SLUICE_BIN
  start_cluster
  config_of_test_connector
  run sluice run "$work/a.yaml"
  [ "$status" -eq 0 ] || fail "$output"
  [ "$(topic_count t)" -eq 3 ]
  printf '%s\n' 'apiVersion: 0.1.0' 'meta: {name: out, type: file-sink, version: 1, topic: t}' \
    "file: {path: $work/out}" >"$work/out.yaml"
  start_process sink "$SLUICE_BIN/sluice" run "$work/out.yaml"
  out_is_there() { [ "$(cat "$work/out"/* | wc -l)" -eq 3 ]; }
  wait_for out_is_there
  stop_process sink
}

@test "check: a program of the kit is asked for both ends, and decides the exit code" {
  shell_connector words-source 'case $1 in
validate) shift; echo "$@" >"$D/validated"; exit 0;;
check)
  echo "a log line" >&2
  echo "{\"end\":\"cluster\",\"ok\":true,\"detail\":\"it answers\"}"
  echo "{\"end\":\"outside\",\"ok\":false,\"detail\":\"nobody listens at h:1\",\"code\":\"unresolved_host\"}"
  exit 3;;
esac'
  sed -i 's|draft-07/schema#",|&"$comment":"sluice-kit 1",|' "$work/connectors/words-source"
  config a words-source
  run --separate-stderr sluice check "$work/a.yaml"
  [ "$status" -eq 3 ]
  error_is 'cluster: ok: it answers'
  error_is 'outside: failed: nobody listens at h:1'
  error_is 'hint: is the host name right?'
  [ "$(cat "$work/validated")" = "--config $work/a.yaml" ]
  run --separate-stderr sluice check "$work/a.yaml" --output json
  [ "$status" -eq 3 ]
  jq -e '.ends[0].ok and (.ends[1].ok | not) and .ends[1].code == "unresolved_host"' <<<"$output"
}

@test "check: without a cluster it says which end failed and what to do" {
  shell_connector words-source ''
  config a words-source
  run sluice check "$work/a.yaml" --cluster 127.0.0.1:1 --timeout 30s
  [ "$status" -eq 3 ]
  error_is 'cluster: failed:'
  error_is 'hint:'
  error_is 'outside: ?: cannot be checked'
  run --separate-stderr sluice check "$work/a.yaml" --cluster 127.0.0.1:1 --output json
  [ "$status" -eq 3 ]
  jq -e '.validation.ok and .ends[0].ok == false and .ends[0].code == "connection_refused" and .ends[1].ok == null' <<<"$output"
}

@test "check: a topic that is not there is named with the nearest one, and none is made" {
  shell_connector words-source ''
  config a words-source
  sed -i 's/topic: t/topic: tickz/' "$work/a.yaml"
  start_cluster
  sluice topic create ticks
  run sluice check "$work/a.yaml"
  [ "$status" -eq 3 ]
  error_is "did you mean \`ticks\`"
  run sluice topic list --output json
  [ "$(jq '[.[] | select(.name == "tickz")] | length' <<<"$output")" -eq 0 ]
}

@test "doctor: a good set-up has no problem, and each line says what it looked at" {
  shell_connector words-source ''
  start_cluster
  run --separate-stderr sluice doctor --data "$work/cluster" --output json
  [ "$status" -eq 0 ] || fail "$output"
  jq -e 'any(.check == "profile file" and .state == "ok")' <<<"$output"
  jq -e 'any((.check | startswith("cluster of profile")) and (.found | contains("protocol of Fluvio")))' <<<"$output"
  jq -e 'any(.check == "connector words-source" and (.found | startswith("1.2.3, ")))' <<<"$output"
  [ -n "${FLUVIO_TEST_PROFILE:-}" ] ||
    jq -e 'any(.check == "local server" and (.found | startswith("process ")))' <<<"$output"
}

@test "doctor: what only looks like a connector on the PATH is none" {
  mkdir "$work/path"
  printf '#!/bin/sh\nexit 2\n' >"$work/path/dpkg-source"
  chmod +x "$work/path/dpkg-source"
  PATH=$work/path:$PATH run --separate-stderr sluice doctor --output json
  ! grep dpkg-source <<<"$output"
}

@test "doctor: what is wrong is named, and the exit code is 1" {
  shell_connector words-source ''
  shell_connector broken-source 'exit 5'
  sed -i 's/^if .*/if false; then/' "$work/connectors/broken-source"
  mkdir "$work/more"
  cp "$work/connectors/words-source" "$work/more"
  export SLUICE_CONNECTORS=$work/connectors:$work/more
  start_cluster
  stop_cluster
  mkdir -m 777 "$work/run"
  chmod 777 "$work/run"
  run sluice doctor --data "$work/cluster" --timeout 30s
  [ "$status" -eq 1 ]
  error_is 'problem  cluster of profile'
  error_is 'warning  connector broken-source'
  error_is "it is also at $work/more/words-source"
  error_is 'problem  runtime folder'
  echo '= broken' >"$FLV_PROFILE_PATH"
  run sluice doctor --data "$work/cluster"
  [ "$status" -eq 1 ]
  error_is 'problem  profile file'
}
