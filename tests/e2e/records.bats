#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# `sluice produce` and `sluice consume`.

load ../lib/sluice

setup_file() {
  sluice_setup
  export work
  start_cluster
}
teardown_file() { BATS_TEST_COMPLETED=1 sluice_teardown; }

setup() {
  topic=t-$BATS_TEST_NUMBER
  sluice topic create "$topic"
}

@test "lines go in and come out, the last one without a line feed, empty ones included" {
  printf 'one\n\nthree\r\nlast' | sluice produce "$topic"
  topic_values "$topic" >"$work/out"
  printf 'one\n\nthree\r\nlast\n' | cmp - "$work/out"
}

@test "the summary goes to standard error and adds up" {
  seq 1 1000 | sluice produce "$topic" 2>"$work/summary"
  grep -q '^1,000 records (2.83 KiB) in `'"$topic"'`' "$work/summary"
  seq 1 1000 | sluice produce "$topic" --output json 2>/dev/null |
    jq -e '.records == 1000 and .bytes == 2893 and .failed == 0'
  sluice consume "$topic" --beginning --until end 2>&1 >/dev/null | grep -q '^2,000 records'
}

@test "a file, and keys from each line" {
  printf 'a:1\nb:2\nc:x:y\n' >"$work/file"
  sluice produce "$topic" --file "$work/file" --key-separator : --quiet
  [ "$(sluice consume "$topic" -B -d -q --key)" = $'[a] 1\n[b] 2\n[c] x:y' ]
  sluice consume "$topic" -B -d -q -O json | jq -se 'map(.key) == ["a", "b", "c"]'
}

@test "a line without the key separator is an error with its number; the others are sent" {
  run sluice produce "$topic" --key-separator = <<<$'a=1\nnothing\nb=2'
  [ "$status" -eq 1 ]
  [[ $output == *'standard input: line 2: '*separator* ]]
  [[ $output == *'2 records'*'failed: 1'* ]]
  [ "$(topic_count "$topic")" -eq 2 ]
}

@test "a line that is too long is an error with its number; the others are sent" {
  run sluice produce "$topic" --max-record-size 10 <<<$'short\nthis is too long\nshort again'
  [ "$status" -eq 1 ]
  [[ $output == *'line 2: '*'--max-record-size'* ]]
  [[ $output == *'line 3: '* ]]
  [ "$(topic_values "$topic")" = short ]
}

@test "--raw sends the whole input as one record, byte for byte" {
  head -c 100000 /dev/urandom >"$work/blob"
  sluice produce "$topic" --raw --key blob --file "$work/blob" --quiet
  sluice consume "$topic" -B -d -q --output raw | cmp - "$work/blob"
  sluice consume "$topic" -B -d -q -O json | jq -r .value_base64 | base64 -d | cmp - "$work/blob"
}

@test "every codec, and every partition" {
  sluice topic create "$topic-wide" --partitions 3
  for codec in none gzip snappy lz4 zstd; do
    seq 1 100 | sluice produce "$topic-wide" --compression "$codec" --quiet
  done
  [ "$(topic_count "$topic-wide")" -eq 500 ]
  echo here | sluice produce "$topic-wide" --partition 2 --quiet
  [ "$(sluice consume "$topic-wide" -T 1 -d -q --partition 2)" = here ]
}

@test "records appear while standard input stays open" {
  mkfifo "$work/in"
  start_process produce "$SLUICE_BIN/sluice" produce "$topic" --file "$work/in"
  exec {in}>"$work/in"
  echo first >&"$in"
  wait_for topic_has "$topic" 1
  echo second >&"$in"
  wait_for topic_has "$topic" 2
  exec {in}>&-
  wait_process produce
}

@test "SIGINT ends produce cleanly: whole lines are in the topic, half a line is not" {
  mkfifo "$work/in2"
  start_process produce "$SLUICE_BIN/sluice" produce "$topic" --file "$work/in2"
  exec {in}>"$work/in2"
  # In one write, which printf does not do: both are read before the signal comes.
  printf 'whole\nhalf' >"$work/halves"
  cat "$work/halves" >&"$in"
  wait_for topic_has "$topic" 1
  stop_process produce INT
  exec {in}>&-
  [ "$(topic_values "$topic")" = whole ]
  log_has produce 'middle of a line'
}

@test "every way to say where to begin and to end" {
  seq 0 9 | sluice produce "$topic" --quiet
  values() { sluice consume "$topic" "$@" --quiet | tr '\n' ' '; }
  [ "$(values --from beginning --until end)" = '0 1 2 3 4 5 6 7 8 9 ' ]
  [ "$(values --from 7 --until end)" = '7 8 9 ' ]
  [ "$(values --from +8 --until end)" = '8 9 ' ]
  [ "$(values --from=-2 --until end)" = '8 9 ' ]
  [ "$(values -T 3 -d)" = '7 8 9 ' ]
  [ "$(values -H 8 -d)" = '8 9 ' ]
  [ "$(values -B --until 3)" = '0 1 2 3 ' ]
  [ "$(values -B --count 2)" = '0 1 ' ]
  [ "$(values --from end --until end)" = '' ]
}

@test "--until OFFSET ends when every partition has reached it" {
  sluice topic create "$topic-two" --partitions 2
  for partition in 0 1; do seq 0 9 | sluice produce "$topic-two" -p "$partition" --quiet; done
  sluice consume "$topic-two" -B --until 4 -q -F '{{partition}} {{offset}}' >"$work/places"
  [ "$(wc -l <"$work/places")" -eq 10 ]
  [ "$(sort "$work/places" | tail -1)" = '1 4' ]
}

@test "a format has places for every part" {
  echo 'k=v' | sluice produce "$topic" --key-separator = --quiet
  run sluice consume "$topic" -B -d -q --format '{{topic}} {{partition}}/{{offset}}\t{{key}}:{{value}}'
  [ "$output" = "$topic 0/0"$'\t''k:v' ]
  [[ $(sluice consume "$topic" -B -d -q --format '{{time}}') =~ ^20[0-9-]+T[0-9:.]+Z$ ]]
}

@test "JSON output is valid for any value" {
  printf 'plain\n"quoted"\\\n\x01\xff\n' | sluice produce "$topic" --quiet
  sluice consume "$topic" -B -d -q --output json >"$work/json"
  jq -se 'length == 3 and .[1].value == "\"quoted\"\\" and (.[2] | has("value_base64"))' "$work/json"
  jq -se --arg topic "$topic" 'all(.topic == $topic and .partition == 0 and (.time | endswith("Z")))' "$work/json"
}

@test "a closed output ends consume without an error" {
  seq 1 200000 | sluice produce "$topic" --quiet
  sluice consume "$topic" --beginning 2>"$work/err" | head -3 >"$work/head"
  [ "${PIPESTATUS[0]}" -eq 0 ]
  [ "$(tr '\n' ' ' <"$work/head")" = '1 2 3 ' ]
  ! grep -q error "$work/err"
}

@test "SIGINT ends consume cleanly, with a summary" {
  seq 1 10 | sluice produce "$topic" --quiet
  start_process consume "$SLUICE_BIN/sluice" consume "$topic" --beginning
  printed() { [ "$(grep -c '^[0-9]*$' "$work/consume.log")" -eq 10 ]; }
  wait_for printed
  stop_process consume INT
  log_has consume '10 records'
}

@test "a consumer with an id goes on where it was" {
  seq 1 10 | sluice produce "$topic" --quiet
  [ "$(sluice consume "$topic" -B --consumer-id c1 --count 3 -q | tail -1)" = 3 ]
  [ "$(sluice consume "$topic" -B --consumer-id c1 -d -q | tr '\n' ' ')" = '4 5 6 7 8 9 10 ' ]
  [ "$(sluice consume "$topic" -B --consumer-id c1 -d -q)" = '' ]
}

@test "a missing topic, a missing partition, a missing file" {
  run sluice consume none-such --until end
  [ "$status" -eq 3 ]
  [[ $output == error:*none-such*hint:* ]]
  run sluice produce none-such <<<x
  [ "$status" -eq 3 ]
  run sluice consume "$topic" --partition 7 --until end
  [ "$status" -eq 3 ]
  run sluice produce "$topic" --file "$work/none"
  [ "$status" -eq 3 ]
  [[ $output == *"$work/none"* ]]
}

@test "100,000 records go through whole" {
  seq 1 100000 | sluice produce "$topic" --quiet
  sluice consume "$topic" --beginning --until end --quiet | cmp - <(seq 1 100000)
}

@test "a full disk behind standard output is an error with exit code 3" {
  seq 1 100 | sluice produce "$topic" --quiet
  code=0
  sluice consume "$topic" -B -d >/dev/full 2>"$work/err" || code=$?
  [ "$code" -eq 3 ]
  grep -q '^error: .*No space left' "$work/err"
}
