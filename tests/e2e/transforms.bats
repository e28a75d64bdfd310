#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# SmartModules in a source and in a sink, as users start them.

load ../lib/sluice

setup() {
  sluice_setup
  modules=$sluice_root/tests/data/smartmodule
  out=$work/out
  export SLUICE_CACHE=$work/cache
}
teardown() { sluice_teardown; }

# source_into TOPIC COUNT [OPTION...]: records `Hello, Fluvio! - 1` and so on.
source_into() {
  local topic=$1 count=$2
  shift 2
  "$SLUICE_BIN/test-connector" --fluvio-topic "$topic" --count "$count" --timeout 0 "$@"
}
start_sink() { start_process sink "$SLUICE_BIN/file-sink" --fluvio-topic t --path "$out" "$@"; }
lines() { cat "$out"/t-*.txt 2>/dev/null; }
has_lines() { (($(lines | wc -l) >= $1)); }
# ends_with CODE NAME: the process ends by itself, with this exit code.
ends_with() {
  local code=0
  wait_process "$2" || code=$?
  [[ $code -eq $1 ]] || fail "exit code $code"
}
# needs_verb VERB: of `sluice`, or the test is skipped.
needs_verb() { sluice help 2>&1 | grep -q "$1" || skip "this sluice has no $1"; }

@test "a source filters, maps and splits, in each spelling of the options" {
  start_cluster
  local option
  for option in --smartstream-map --map --smart-module --smartmodule; do
    source_into "map$option" 2 "$option" "$modules/basic/map_prefix.wasm"
    [[ $(topic_values "map$option") == $'HELLO, FLUVIO! - 1\nHELLO, FLUVIO! - 2' ]]
  done
  for option in --smartstream-filter --filter; do
    source_into "f$option" 12 "$option" "$modules/basic/filter_key.wasm" \
      --smartmodule-parameters 'key:- 1'
    [[ $(topic_count "f$option") -eq 4 ]]
  done
  for option in --smartstream-arraymap --array-map --arraymap; do
    source_into "a$option" 2 "$option" "$modules/basic/array_map_split.wasm"
    [[ $(topic_values "a$option") == $'Hello\n Fluvio! - 1\nHello\n Fluvio! - 2' ]]
  done
  source_into fm 1 --filter-map "$modules/basic/filter_map_halve.wasm" --transform-error skip
  [[ $(topic_count fm) -eq 0 ]]
}

@test "an aggregate begins with a text, or with the last record" {
  start_cluster
  source_into t 1 --aggregate "$modules/basic/aggregate_concat.wasm" --aggregate-initial-value '>'
  source_into t 1 --aggregate "$modules/basic/aggregate_concat.wasm" --aggregate-initial-value use-last
  [[ $(topic_values t | tail -1) == '>Hello, Fluvio! - 1Hello, Fluvio! - 1' ]]
}

@test "a chain, with parameters that are structures" {
  start_cluster
  source_into t 12 --transform '{"uses":"'"$modules"'/basic/filter_key.wasm","with":{"key":"1"}}' \
    --transform='{"uses":"'"$modules"'/basic/map_prefix.wasm","with":{"prefix":{"a":[1,true]}}}'
  [[ $(topic_values t | head -1) == '{"a":[1,true]}HELLO, FLUVIO! - 1' ]]
  [[ $(topic_count t) -eq 4 ]]
}

@test "a name that is no file is one in the cluster; when it is neither, both are said" {
  start_cluster
  run source_into t 1 --smartstream-map no-such-module
  [[ $status -eq 1 ]]
  [[ $output == *"$PWD/no-such-module"* && $output == *"cluster at $cluster_sc"* ]]
  ! sluice topic list --output json | jq -e '.[] | select(.name == "t")' || fail "the topic was made"

  needs_verb smartmodule
  sluice smartmodule load upper "$modules/basic/map_prefix.wasm"
  sluice smartmodule load jolt-infinyon-0.1.0 "$modules/basic/map_prefix.wasm"
  source_into t 1 --smartstream-map upper
  source_into t 1 --transform '{"uses":"infinyon/jolt@0.1.0","with":{"prefix":"j "}}'
  [[ $(topic_values t) == $'HELLO, FLUVIO! - 1\nj HELLO, FLUVIO! - 1' ]]
  run source_into t 1 --smartstream-map uper
  [[ $status -eq 1 && $output == *'did you mean `upper`'* ]]
  run source_into t 1 --smartstream-filter upper
  [[ $status -eq 1 && $output == *'is a map, not a filter'* ]]
}

@test "each generation of YAML" {
  start_cluster
  cat >"$work/a.yaml" <<YAML
version: v1
name: a
type: test-connector
topic: a
parameters: { count: 1, timeout: 0ms, smartstream-map: $modules/basic/map_prefix.wasm }
YAML
  cat >"$work/b.yaml" <<YAML
name: b
type: test-connector
version: 0.1.0
topic: b
parameters: { count: 1, timeout: 0ms }
transforms:
  - uses: $modules/basic/map_prefix.wasm
    with: { prefix: "" }
YAML
  cat >"$work/c1.yaml" <<YAML
apiVersion: 0.1.0
meta:
  name: c1
  type: test-source
  version: 0.1.0
  topic: c1
  secrets: [{ name: PREFIX }]
test: { count: 1, timeout: 0ms }
transforms:
  - uses: $modules/basic/map_prefix.wasm
    with: { prefix: "\${{ secrets.PREFIX }}" }
YAML
  cat >"$work/c2.yaml" <<YAML
apiVersion: 0.2.0
meta: { name: c2, type: test-source, version: 0.1.0, topic: { meta: { name: c2 } } }
test: { count: 1, timeout: 0ms }
transforms: [{ uses: $modules/basic/map_prefix.wasm }]
YAML
  local generation
  for generation in a b c1 c2; do
    run env PREFIX= "$SLUICE_BIN/test-connector" --config "$work/$generation.yaml"
    [[ $status -eq 0 ]] || fail "$generation: $output"
    [[ $(topic_values "$generation") == 'HELLO, FLUVIO! - 1' ]] || fail "$generation"
  done
}

@test "what is wrong with a transform is said with its place" {
  cat >"$work/c.yaml" <<'YAML'
apiVersion: 0.1.0
meta: { name: n, type: test-source, version: 0.1.0, topic: t }
test: { count: 1 }
transforms:
  - uses: a
    lookback: { lst: 3 }
YAML
  run "$SLUICE_BIN/test-connector" --config "$work/c.yaml"
  [[ $status -eq 2 && $output == *'c.yaml:6:17'*'`last`'* ]]
}

@test "a sink filters and goes on behind what it left out" {
  start_cluster
  sluice topic create t
  printf '%s\n' a b ca | sluice produce t >/dev/null
  start_sink --filter "$modules/basic/filter_contains_a.wasm" --format json --suffix .txt
  wait_for has_lines 2
  stop_process sink
  log_has sink 'filtered=1'
  [[ $(lines | jq -c '[.offset, .value]') == $'[0,"a"]\n[2,"ca"]' ]]
}

@test "kill -9 while a sink splits records: each part is there once" {
  start_cluster
  sluice topic create t
  for ((i = 1; i <= 400; i++)); do echo "$i a,$i b,$i c"; done >"$work/in"
  sluice produce t --file "$work/in" >/dev/null
  local round
  for round in 1 2 3 4; do
    rm -f "$work/sink.pid"
    start_sink --array-map "$modules/basic/array_map_split.wasm" --batch-count 5
    wait_for has_lines $((round * 200))
    kill -9 "$(pid_of sink)"
    wait_for has_ended sink
  done
  # One more, so that this run is known to be at work: it may have to write again what is there.
  echo '401 a,401 b,401 c' >>"$work/in"
  tail -n 1 "$work/in" | sluice produce t >/dev/null
  start_sink --array-map "$modules/basic/array_map_split.wasm"
  wait_for has_lines 1203
  stop_process sink
  diff <(lines) <(tr , '\n' <"$work/in")
}

@test "a sink looks back on what was before it" {
  start_cluster
  sluice topic create t
  printf '%s\n' 9 1 5 | sluice produce t >/dev/null
  cat >"$work/c.yaml" <<YAML
apiVersion: 0.1.0
meta: { name: n, type: file-sink, version: 0.1.0, topic: t }
file: { path: $out }
transforms:
  - uses: $modules/basic/probe.wasm
    lookback: { last: 2 }
YAML
  start_process sink "$SLUICE_BIN/file-sink" --config "$work/c.yaml" --consumer-offset-start absolute=3
  printf '%s\n' 3 7 | sluice produce t >/dev/null
  wait_for has_lines 1
  stop_process sink
  [[ $(lines) == 4:*:7 ]] || fail "$(lines)"
}

@test "a record that fails stops the connector, with what came before delivered" {
  start_cluster
  sluice topic create t
  printf '%s\n' 2 4 poison 6 | sluice produce t >/dev/null
  start_sink --filter-map "$modules/basic/filter_map_halve.wasm"
  ends_with 1 sink
  [[ $(lines) == $'1\n2' ]]
  log_has sink 'filter_map_halve'
  log_has sink 'offset 2'
  log_has sink 'poison'
}

@test "skipped records are counted" {
  start_cluster
  sluice topic create t
  printf '%s\n' 2 poison 4 poison 6 | sluice produce t >/dev/null
  start_sink --filter-map "$modules/basic/filter_map_halve.wasm" --transform-error skip
  wait_for has_lines 3
  stop_process sink
  log_has sink 'read=5 delivered=3 filtered=2'
}

@test "dead letters: a topic that is made, and a file, with the record as it was" {
  start_cluster
  sluice topic create t
  printf '%s\n' 2 'po"ison' 4 | sluice produce t >/dev/null
  start_sink --filter-map "$modules/basic/filter_map_halve.wasm" --transform-error dead-letter \
    --dead-letter-topic dead
  wait_for has_lines 2
  stop_process sink
  topic_values dead | jq -e '.dead_letter == 1 and .topic == "t" and .offset == 1 and
    .value == "po\"ison" and .key == null and .kind == "filter_map" and .error.code == "smartmodule"'
  log_has sink 'dead_lettered=1'

  source_into u 2 --filter-map "$modules/basic/filter_map_halve.wasm" --transform-error dead-letter \
    --dead-letter-file "$work/dead/letters.jsonl"
  [[ $(jq -r .value "$work/dead/letters.jsonl") == $'Hello, Fluvio! - 1\nHello, Fluvio! - 2' ]]
}

@test "a module that never returns ends in a clear error" {
  start_cluster
  run source_into t 1 --filter "$modules/hostile/loop_filter.wasm" --transform-timeout 200ms
  [[ $status -eq 1 && $output == *loop_filter* && $output == *'Hello, Fluvio! - 1'* ]]
  run source_into t 1 --filter "$modules/hostile/loop_init.wasm" --transform-timeout 200ms
  [[ $status -eq 1 && $output == *loop_init* ]]
  run source_into t 1 --filter "$modules/hostile/memory_bomb.wasm" --transform-memory-max 2MiB
  [[ $status -eq 1 && $output == *memory_bomb* ]]
}

@test "a compiled module is kept for the next start" {
  start_cluster
  source_into t 1 --map "$modules/basic/map_prefix.wasm"
  [[ $(find "$SLUICE_CACHE" -type f | wc -l) -eq 1 ]]
  source_into t 1 --map "$modules/basic/map_prefix.wasm"
  [[ $(find "$SLUICE_CACHE" -type f | wc -l) -eq 1 ]]
  [[ $(topic_count t) -eq 2 ]]
}

@test "SmartModules are seen in metrics and status" {
  start_cluster
  start_process source "$SLUICE_BIN/test-connector" --fluvio-topic t --timeout 10ms \
    --metrics-listen 127.0.0.1:0 --array-map "$modules/basic/array_map_split.wasm"
  wait_for log_has source 'serving metrics'
  local address
  address=$(sed -n 's/.*serving metrics.*address=\([0-9.:]*\).*/\1/p' "$work/source.log")
  wait_for topic_has t 4
  curl -fsS "http://$address/metrics" >"$work/metrics"
  grep -q '^sluice_connector_transform_records_out_total{step="0",module=".*",kind="array_map"} [1-9]' "$work/metrics"
  # The two are not counted at the same moment.
  two_for_one() {
    curl -fsS "http://$address/status" |
      jq -e '.transforms[0] | .kind == "array_map" and .records_in > 0 and .records_out == 2 * .records_in'
  }
  wait_for two_for_one
}
