#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# `sluice smartmodule`: from an empty folder to records of a cluster that went through it.

bats_require_minimum_version 1.5.0
load ../lib/sluice

setup_file() {
  sluice_setup
  export work SLUICE_CACHE=$work/cache
  modules=$sluice_root/tests/data/smartmodule/basic
  export modules
  start_cluster
}
teardown_file() { BATS_TEST_COMPLETED=1 sluice_teardown; }
setup() { cd "$work" || exit; }

has_compiler() { command -v clang++-19 wasm-ld-19 >/dev/null; }

# --- without a server ------------------------------------------------------------------------

@test "new, build and test work at once, for every kind, without a server" {
  has_compiler || skip "no clang++-19 and wasm-ld-19"
  for kind in filter map filter_map array_map aggregate; do
    name=new-${kind//_/-}
    env -u FLV_PROFILE_PATH "$SLUICE_BIN/sluice" smartmodule new "$name" --kind "$kind"
    run --separate-stderr env -u FLV_PROFILE_PATH "$SLUICE_BIN/sluice" smartmodule build "$name" --output json
    [ "$status" -eq 0 ]
    jq -e --arg kind "$kind" '.kind == $kind and .wasm_bytes < 40000' <<<"$output"
    run env -u FLV_PROFILE_PATH "$SLUICE_BIN/sluice" smartmodule test "$name"
    [ "$status" -eq 0 ]
    [[ $output == *'0 failed'* ]]
  done
}

@test "new refuses a name that no cluster takes, and a folder that exists" {
  run sluice smartmodule new My_Filter
  [ "$status" -eq 2 ]
  [[ $output == *'lower-case letters'* ]]
  mkdir taken
  run sluice smartmodule new taken
  [ "$status" -eq 3 ]
  [[ $output == *'exists already'* ]]
  [ -z "$(ls taken)" ]
}

@test "build says what to install when there is no compiler" {
  sluice smartmodule new no-compiler
  mkdir -p bin
  for tool in bash env dirname mktemp rm awk mkdir mv; do ln -sf "$(command -v $tool)" bin/; done
  run env PATH="$work/bin" "$SLUICE_BIN/sluice" smartmodule build no-compiler
  [ "$status" -eq 3 ]
  [[ $output == *'error: clang++-19 is missing'* ]]
  [[ $output == *'hint: apt-get install'*clang-19* ]]
}

@test "build says that the header is missing, and takes SLUICE_INCLUDE" {
  has_compiler || skip "no clang++-19 and wasm-ld-19"
  mkdir -p elsewhere
  cp "$SLUICE_BIN/sluice" elsewhere/
  sluice smartmodule new far
  run elsewhere/sluice smartmodule build far
  [ "$status" -eq 3 ]
  [[ $output == *SLUICE_INCLUDE* ]]
  SLUICE_INCLUDE=$sluice_root/include elsewhere/sluice smartmodule build far
  [ -s far/far.wasm ]
}

@test "build shows the compiler's words, and leaves no module behind" {
  has_compiler || skip "no clang++-19 and wasm-ld-19"
  sluice smartmodule new broken
  echo 'static int x = "y";' >>broken/broken.cpp
  run sluice smartmodule build broken
  [ "$status" -eq 1 ]
  [[ $output == *'broken.cpp:'*'error:'* ]]
  [[ $output == *'does not compile'* ]]
  [ ! -e broken/broken.wasm ]
  mkdir empty
  run sluice smartmodule build empty
  [ "$status" -eq 3 ]
  [[ $output == *'no C++ file in empty'* ]]
}

@test "test shows each record before and after" {
  run --separate-stderr sluice smartmodule test "$modules/array_map_split.wasm" \
    --record 'a,b' --record c --record 'd,,e' --key k
  [ "$status" -eq 1 ]
  [[ ${lines[0]} =~ ^OFFSET\ +BEFORE\ +AFTER ]]
  [[ ${lines[1]} =~ ^\ +0\ +'[k] a,b'\ +'[k] a'$ ]]
  [[ ${lines[2]} =~ ^\ +'[k] b'$ ]]
  [[ ${lines[4]} == *'error: empty part'* ]]
  [[ $stderr == *'offset 2, key "k", value "d,,e": empty part'* ]]
  [[ $stderr == *'3 records in, 3 out; failed: 1'* ]]
}

@test "test as JSON has everything, also of what is no text" {
  printf 'a\nb\n\xff\xfea\n' >lines
  sluice smartmodule test "$modules/filter_contains_a.wasm" --record-file lines --output json >out.json
  jq -e '.modules == [.modules[0]] and .modules[0].kind == "filter"' out.json
  jq -e '.records | length == 3 and .[0].after == [{key: null, value: "a"}]' out.json
  jq -e '.records[1] | .after == [] and .error == null' out.json
  jq -e '.records[2] | .value_base64 == "//5h" and .after[0].value_base64 == "//5h"' out.json
  sluice smartmodule test "$modules/filter_map_halve.wasm" --record x --output json >out.json || true
  jq -e '.records[0].error | .kind == "filter_map" and .value == "x" and (.text | test("whole"))' out.json
}

@test "test reads standard input, keys and whole files" {
  run --separate-stderr sluice smartmodule test "$modules/map_prefix.wasm" --params prefix=x \
    --record-file - --key-separator = <<<$'k=v\nl=w'
  [ "$status" -eq 0 ]
  [[ ${lines[1]} == *'[k] v'*'[k] xV' ]]
  printf 'a\nb' >lines
  sluice smartmodule test "$modules/filter_contains_a.wasm" --record-file lines --raw --output json |
    jq -e '.records == [.records[0]] and .records[0].value == "a\nb"'
}

@test "test shows a lookback's records to the module" {
  run --separate-stderr sluice smartmodule test "$modules/probe.wasm" --lookback-last 2 \
    --lookback-record 90 --lookback-record 5 --lookback-record 7 --record 6 --record 8 --output json
  [ "$status" -eq 0 ]
  jq -e '.records | map(.after | length) == [0, 1]' <<<"$output"
}

@test "several modules are a chain, and a file may say how" {
  sluice smartmodule test "$modules/filter_contains_a.wasm" "$modules/aggregate_concat.wasm" \
    --record a --record b --record ca --output json | jq -e '.records[2].after[0].value == "aca"'
  cat >chain.yaml <<'END'
transforms:
  - uses: filter_key
    with: {key: b}
  - uses: map_prefix
    with: {prefix: "-"}
END
  sluice smartmodule test "$modules/filter_key.wasm" "$modules/map_prefix.wasm" \
    --transforms-file chain.yaml --record ab --record c --output json |
    jq -e '.records[0].after[0].value == "-AB" and .records[1].after == []'
  run sluice smartmodule test --transforms-file chain.yaml --record ab
  [ "$status" -eq 3 ]
  [[ $output == *'the chain uses filter_key'* ]]
}

@test "test says what is wrong, with an exit code" {
  echo 'no module' >text.wasm
  run sluice smartmodule test text.wasm --record a
  [ "$status" -eq 1 ]
  [[ $output == *'text.wasm: not a WebAssembly module'* ]]
  run sluice smartmodule test "$sluice_root/tests/data/smartmodule/hostile/no_transform.wasm" --record a
  [ "$status" -eq 1 ]
  [[ $output == *no_transform* ]]
  run sluice smartmodule test "$modules/filter_key.wasm" --record a
  [ "$status" -eq 1 ]
  [[ $output == *'Missing param key'* ]]
  run sluice smartmodule test "$modules/filter_key.wasm" --record a --params novalue
  [ "$status" -eq 2 ]
  [[ $output == *--params* ]]
  run sluice smartmodule test "$modules/filter_key.wasm" --record a --params key=a --kind map
  [ "$status" -eq 1 ]
  [[ $output == *'is a filter, not a map'* ]]
  run sluice smartmodule test "$modules/filter_key.wasm"
  [ "$status" -eq 2 ]
  [[ $output == *--record* ]]
  run sluice smartmodule test --record a
  [ "$status" -eq 2 ]
}

@test "a failed case shows the difference, and is exit code 1" {
  cat >cases.json <<'END'
[{"name": "keeps an a", "records": ["a", "b"], "expect": ["a"]},
 {"name": "keeps a b", "records": ["a", "b"], "expect": ["b"]}]
END
  run sluice smartmodule test "$modules/filter_contains_a.wasm" --cases cases.json
  [ "$status" -eq 1 ]
  [[ $output == *'ok      keeps an a'* ]]
  [[ $output == *'FAILED  keeps a b'*'expected "b", got "a"'* ]]
  [[ $output == *'1 passed, 1 failed'* ]]
  run --separate-stderr sluice smartmodule test "$modules/filter_contains_a.wasm" --cases cases.json --output json
  [ "$status" -eq 1 ]
  jq -e '.passed == 1 and .failed == 1 and .cases[1].problems[0]' <<<"$output"
}

# --- with a server ---------------------------------------------------------------------------

@test "load, list, describe, download and delete" {
  run sluice smartmodule load contains-a "$modules/filter_contains_a.wasm"
  [ "$status" -eq 0 ]
  [[ $output == 'SmartModule `contains-a` is loaded: filter, '* ]]
  sluice smartmodule list --output json | jq -e 'any(.name == "contains-a" and .wasm_bytes > 0)'
  run sluice smartmodule list
  [[ ${lines[0]} == NAME*SIZE* ]]
  sluice smartmodule describe contains-a --output json | jq -e '.kind == "filter"'
  sluice smartmodule download contains-a -o back.wasm
  cmp back.wasm "$modules/filter_contains_a.wasm"
  gzip -k -c "$modules/filter_contains_a.wasm" >gzipped.wasm.gz
  sluice smartmodule load gzipped gzipped.wasm.gz
  sluice smartmodule download gzipped -o back.wasm
  cmp back.wasm "$modules/filter_contains_a.wasm"
  run sluice smartmodule delete contains-a gzipped
  [ "$status" -eq 0 ]
  sluice smartmodule list --output json | jq -e 'all(.name != "contains-a" and .name != "gzipped")'
}

@test "a missing SmartModule gets the nearest name as a hint" {
  sluice smartmodule load regex-filter "$modules/filter_contains_a.wasm"
  for command in describe download delete; do
    run sluice smartmodule $command regexfilter
    [ "$status" -eq 1 ]
    [[ $output == *'did you mean `regex-filter`?'* ]]
  done
}

@test "load refuses what is no SmartModule" {
  echo 'no module' >text.wasm
  run sluice smartmodule load text text.wasm
  [ "$status" -eq 1 ]
  run sluice smartmodule load hostile "$sluice_root/tests/data/smartmodule/hostile/no_transform.wasm"
  [ "$status" -eq 1 ]
  sluice smartmodule list --output json | jq -e 'all(.name != "hostile" and .name != "text")'
}

@test "consume sends records through a SmartModule, and ends when all are left out" {
  sluice topic create fruit
  printf '%s\n' apple plum banana | sluice produce fruit --quiet
  sluice smartmodule load with-key "$modules/filter_key.wasm"
  [ "$(sluice consume fruit -B -d --quiet --smartmodule with-key -e key=an)" = banana ]
  [ "$(sluice consume fruit -B -d --quiet --smartmodule-path "$modules/filter_key.wasm" -e key=pl)" = $'apple\nplum' ]
  run --separate-stderr sluice consume fruit -B -d --quiet --smartmodule with-key -e key=nothing
  [ "$status" -eq 0 ]
  [ -z "$output" ]
  sluice consume fruit -B -d --quiet --smartmodule with-key -e key=an --output json | jq -e '.offset == 2'
  cat >chain.yaml <<'END'
transforms: [{uses: with-key, with: {key: an}}, {uses: prefix, with: {prefix: "> "}}]
END
  sluice smartmodule load prefix "$modules/map_prefix.wasm"
  [ "$(sluice consume fruit -B -d --quiet --transforms-file chain.yaml)" = '> BANANA' ]
  [ "$(sluice consume fruit -B -d --quiet --smartmodule-path "$modules/aggregate_concat.wasm" --aggregate-initial 0)" = \
    $'0apple\n0appleplum\n0appleplumbanana' ]
}

@test "consume prints what came before a record that a SmartModule fails over" {
  sluice topic create numbers
  printf '%s\n' 2 4 x 6 | sluice produce numbers --quiet
  run --separate-stderr sluice consume numbers -B -d --quiet --smartmodule-path "$modules/filter_map_halve.wasm"
  [ "$status" -eq 1 ]
  [ "$output" = $'1\n2' ]
  [[ $stderr == *'whole number'* ]]
  run sluice consume numbers -B -d --smartmodule nowhere
  [ "$status" -eq 1 ]
  [[ $output == *nowhere* ]]
  [[ $output == *'sluice smartmodule list'* ]]
}

@test "a consumer's offset passes what a SmartModule left out, and no more" {
  sluice topic create queue
  printf '%s\n' a b 'c,d,a' e | sluice produce queue --quiet
  split=(--smartmodule-path "$modules/array_map_split.wasm")
  [ "$(sluice consume queue -B -d --quiet -c me "${split[@]}" --count 4)" = $'a\nb\nc\nd' ]
  [ "$(sluice consume queue -B -d --quiet -c me "${split[@]}")" = $'c\nd\na\ne' ]
  [ -z "$(sluice consume queue -B -d --quiet -c me "${split[@]}")" ]
}

@test "produce stores what a SmartModule makes of the records" {
  sluice topic create made
  printf '%s\n' apple plum banana | sluice produce made --quiet --smartmodule-path "$modules/filter_contains_a.wasm"
  [ "$(topic_values made)" = $'apple\nbanana' ]
  run sluice produce made --smartmodule-path "$modules/filter_map_halve.wasm" <<<x
  [ "$status" -eq 1 ]
  [[ $output == *'whole number'* ]]
  [ "$(topic_values made)" = $'apple\nbanana' ]
}

@test "options that do not go together are refused before anything is sent" {
  run sluice consume fruit -e key=a
  [ "$status" -eq 2 ]
  [[ $output == *--smartmodule* ]]
  run sluice consume fruit --smartmodule a --smartmodule-path b
  [ "$status" -eq 2 ]
  run sluice topic create x --dedup-params a=b
  [ "$status" -eq 2 ]
}
