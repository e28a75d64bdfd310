#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Records that cannot be delivered, as users see them: kept, listed, shown, and put back.

load ../lib/sluice

setup() {
  sluice_setup
  modules=$sluice_root/tests/data/smartmodule
  out=$work/out
  export SLUICE_CACHE=$work/cache
}
teardown() { sluice_teardown; }

lines() { cat "$out"/t-*.txt 2>/dev/null; }
has_lines() { (($(lines | wc -l) >= $1)); }
# halving_sink [OPTION...]: takes even numbers; others are filtered, and words fail.
halving_sink() {
  start_process sink "$SLUICE_BIN/file-sink" --fluvio-topic t --path "$out" \
    --filter-map "$modules/basic/filter_map_halve.wasm" "$@"
}
# letters_of VERB [OPTION...]: the verb on the letters of the topic `dead`.
letters_of() { sluice dead-letters "$1" --topic dead "${@:2}"; }
has_letters() { (($(letters_of list --output json | jq length) >= $1)); }
# poison_letters: a topic `dead` with the letters of three records of `t`.
poison_letters() {
  sluice topic create t --partitions 2
  printf '%s\n' k:2 j:poison k:4 k:poison$'\xff' | sluice produce t --key-separator : >/dev/null
  echo poison | sluice produce t --partition 1 >/dev/null
  halving_sink --transform-error dead-letter --dead-letter-topic dead
  wait_for has_letters 3
  stop_process sink
}
places_of() { sluice consume t --beginning --disable-continuous --quiet --output json; }

@test "letters of a topic are listed and shown, and filters choose" {
  start_cluster
  poison_letters
  run letters_of list
  [[ $status -eq 0 && ${lines[0]} == LETTER*CODE*REASON* ]]
  letters_of list --output json | jq -e 'length == 3 and all(.code == "smartmodule" and .topic == "t")'
  letters_of list --code smartmodule --connector file-sink --since 1h --output json | jq -e 'length == 3'
  letters_of list --code malformed --output json | jq -e 'length == 0'
  letters_of list --name another --output json | jq -e 'length == 0'
  run letters_of list --count 1
  [[ $output == *'there are more'* ]]

  letters_of show "$(letters_of list --output json | jq -r '.[] | select(.text | test("key \"k\"")) | .id')" \
    --output json | jq -e '.key == "k" and .value_base64 == "cG9pc29u/w==" and .attempts == 1'
  run letters_of show 9
  [[ $status -eq 2 && $output == *'no dead letter'*'0/9'*'list'* ]]
  run sluice dead-letters list
  [[ $status -eq 2 && $output == *'--topic TOPIC'* ]]
  run sluice dead-letters list --topic deaf
  [[ $output == *'`dead`'* ]] || fail "$output"
}

@test "replayed records are as they were, in their partitions, and each once" {
  start_cluster
  poison_letters
  places_of | jq -cS 'select(.value != "2" and .value != "4") | [.partition, .key, .value, .value_base64]' |
    sort >"$work/before"
  run letters_of replay --dry-run
  [[ $output == *'would replay 3 records: 3 to `t`'* ]] || fail "$output"
  [[ $(topic_count t) -eq 5 ]]

  run letters_of replay --code malformed
  [[ $output == *'replayed 0 records; left out by the filters: 3'* ]] || fail "$output"
  letters_of replay --output json | jq -e '.replayed == 3 and .topics[0].topic == "t"'
  [[ $(topic_count t) -eq 8 ]]
  places_of | jq -cS 'select(.value != "2" and .value != "4") | [.partition, .key, .value, .value_base64]' |
    sort | uniq -d | diff - "$work/before"

  run letters_of replay
  [[ $output == *'replayed 0 records; replayed before: 3'* ]] || fail "$output"
  [[ $(topic_count t) -eq 8 ]]
  letters_of replay --again --to other >/dev/null && fail "there is no topic of that name"
  sluice topic create other
  letters_of replay --again --to other
  [[ $(topic_count other) -eq 3 ]]
}

@test "what was dead is delivered when the fault is gone" {
  start_cluster
  sluice topic create t
  printf '%s\n' 2 poison 4 | sluice produce t >/dev/null
  halving_sink --transform-error dead-letter --dead-letter-file "$work/dead.jsonl"
  wait_for has_lines 2
  stop_process sink
  sluice dead-letters replay --file "$work/dead.jsonl"
  [[ $(wc -l <"$work/dead.jsonl.replayed") -ge 1 ]]
  sluice dead-letters replay --file "$work/dead.jsonl" --output json | jq -e '.replayed == 0'
  start_process sink "$SLUICE_BIN/file-sink" --fluvio-topic t --path "$out"
  wait_for has_lines 3
  stop_process sink
  [[ $(lines) == $'1\n2\npoison' ]]
}

@test "a line that is still being written is no letter, and strangers are counted" {
  start_cluster
  sluice topic create t
  printf '{"dead_letter":1,"topic":"t","value":"a","error":{"code":"malformed"}}\nnoise\n{"dead_le' >"$work/f"
  run sluice dead-letters list --file "$work/f" --output json
  [[ $output == *'left out: 1'* ]]
  sluice dead-letters replay --file "$work/f"
  [[ $(topic_values t) == a ]]
}

@test "a source's letter wants the SmartModule that it has not gone through" {
  start_cluster
  "$SLUICE_BIN/test-connector" --fluvio-topic t --count 1 --timeout 0 \
    --filter-map "$modules/basic/filter_map_halve.wasm" --transform-error dead-letter --dead-letter-topic dead
  run letters_of replay
  [[ $status -eq 2 && $output == *'filter_map_halve'*'--as-is'* ]] || fail "$output"
  sluice smartmodule load upper "$modules/basic/map_prefix.wasm"
  letters_of replay --smartmodule upper
  [[ $(topic_values t) == 'HELLO, FLUVIO! - 1' ]]
  letters_of replay --again --as-is
  [[ $(topic_values t | tail -1) == 'Hello, Fluvio! - 1' ]]
}

@test "too many failures stop a connector, and it says why" {
  start_cluster
  sluice topic create t
  printf '%s\n' 2 poison 4 poison poison 6 | sluice produce t >/dev/null
  halving_sink --transform-error skip --error-limit 2 --error-window 10
  local code=0
  wait_process sink || code=$?
  [[ $code -eq 1 ]]
  log_has sink 'more than 2 of the last 10 records could not be delivered'
  [[ $(lines) == $'1\n2' ]]
}

@test "a source's record that is too large for a request follows its policy" {
  start_cluster
  mkdir "$work/site"
  head -c 3000 /dev/zero | tr '\0' x >"$work/site/large"
  start_process site python3 -u -m http.server 0 --bind 127.0.0.1 --directory "$work/site"
  wait_for grep -q 'port [0-9]' "$work/site.log"
  local port
  port=$(sed -n 's/.*port \([0-9]*\).*/\1/p' "$work/site.log" | head -1)
  start_process source "$SLUICE_BIN/http-source" --fluvio-topic t --endpoint "http://127.0.0.1:$port/large" \
    --interval 100ms --producer-max-request-size 1KiB --on-too-large dead-letter \
    --dead-letter-file "$work/dead.jsonl"
  wait_for test -s "$work/dead.jsonl"
  stop_process source
  sluice dead-letters show 1 --file "$work/dead.jsonl" --output json |
    jq -e '.code == "record_too_large" and (.value | length) == 3000'
}

@test "a rate limit holds a source, and not its stop" {
  start_cluster
  start_process source "$SLUICE_BIN/test-connector" --fluvio-topic t --timeout 0 --count 1000000 --rate-records 5
  wait_for topic_has t 6
  stop_process source
  (($(topic_count t) < 100000)) || fail "it was not held"
}
