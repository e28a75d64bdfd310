#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The tool without a server: help, completions, profiles, and wrong command lines.

bats_require_minimum_version 1.5.0
load ../lib/sluice

setup() { sluice_setup; }
teardown() { sluice_teardown; }

@test "help names every command, and each command has its own" {
  sluice help >"$work/help"
  grep -q 'sluice cluster start' "$work/help"
  [ "$(sluice --help)" = "$(sluice help)" ]
  sluice help topic | grep -q 'topic create'
  [ "$(sluice help topic create)" = "$(sluice topic create --help)" ]
  [ "$(sluice topic create -h)" = "$(sluice topic create --help)" ]
  run sluice
  [ "$status" -eq 2 ]
  run sluice topic
  [ "$status" -eq 2 ]
  [[ $output == *'topic create'* ]]
}

@test "version" {
  run sluice version
  [[ $output =~ ^sluice\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
  [ "$(sluice --version)" = "$output" ]
  sluice version --output json | jq -e '.name == "sluice"'
}

# Wrong command lines: the words, and a text that the error has. All have exit code 2, say
# `error:` first, and do nothing.
wrong_command_lines() {
  cat <<'TABLE'
topc list | did you mean `sluice topic`?
topic lst | did you mean `sluice topic list`?
topic frobnicate | `sluice help topic`
consme t | did you mean `sluice consume`?
start | did you mean `sluice cluster start`?
--topic t | a command comes before its options
frobnicate | no command frobnicate
topic create | <NAME>
topic create a b | b
topic create a --partitions | --partitions: a value is missing
topic create a --partitions 0 | --partitions
topic create a --partitions x | --partitions
topic create a --partitions -1 | --partitions
topic create a --partitions 99999999999 | --partitions
topic create a --replication 0 | --replication
topic create a --partition 3 | did you mean `--partitions`?
topic create a --retention_time 1h | did you mean `--retention-time`?
topic create a --retention-time 7 | --retention-time
topic create a --retention-time soon | --retention-time
topic create a --segment-size 10XB | --segment-size
topic create a --segment-size 5GiB | --segment-size
topic create a --compression brotli | --compression
topic create a --partitions 1 --partitions 2 | more than once
topic create a --output yaml | --output
topic delete | <TOPIC>
topic describe | <TOPIC>
topic add-partitions a --count 0 | --count
produce | <TOPIC>
produce t --linger -5 | --linger
produce t --linger 5 parsecs | "parsecs"
produce t --batch-size 0 | --batch-size
produce t --batch-size 1TB | --batch-size
produce t --compression zip | --compression
produce t --delivery twice | --delivery
produce t --partition -1 | --partition
produce t --partition a | --partition
produce t --key a --key-separator : | --key
produce t --raw --frob | --frob
consume | <TOPIC>
consume t --from | --from
consume t --from start | --from
consume t --from 5x | --from
consume t --from=--5 | --from
consume t --from 99999999999999999999 | --from
consume t --from beginning -B | --from
consume t -T x | --tail
consume t -T 3 -H 3 | --head
consume t --until never | --until
consume t --until -3 | --until
consume t --until end -d | --
consume t --count 0 | --count
consume t --partition x | --partition
consume t --format {{ofset}} | did you mean {{offset}}?
consume t --format {{value | }}
consume t --format {{value}} --output json | --
consume t --output xml | --output
consume t --isolation dirty | --isolation
consume t --max-bytes 0 | --max-bytes
consume t -Z | -Z
consume t --log loud=very=much | --log
consume t --timeout 0 | --timeout
consume t --cluster a:1 --profile-name b | --
profile use | <NAME>
profile add x | --endpoint
profile add x --endpoint localhost | --endpoint
profile add x --endpoint localhost:99999 | --endpoint
profile add x --endpoint a:1 --tls-domain d | --tls-ca
profile add x --endpoint a:1 --tls-anonymous --tls-ca c | --tls-anonymous
profile use nobody | no profile nobody
profile remove nobody | no profile nobody
profile show nobody | no profile nobody
profile current | no profile is current
consumer delete | <CONSUMER>
dead-letters list | --topic TOPIC
dead-letters list --topic a --file b | --
dead-letters show --topic a | <LETTER>
dead-letters replay --topic a --since 5 | unit
validate | <FILE>
validate x --output yaml | --output
check | <FILE>
run | <FILE>
run x --restarts-max many | --restarts-max
run x --cluster a:1 --profile-name b | --profile-name
doctor x | x
completions | <SHELL>
completions tcsh | <SHELL>
cluster start --sc nowhere | --sc
cluster start --sc 127.0.0.1:70000 | --sc
cluster start --spu :9010 | --spu
cluster start --durability maybe | --durability
cluster start --tls-cert x | --tls-key
cluster start --tls-key x | --tls-cert
cluster start --tls-client-ca x | --tls-client-ca
cluster start --timeout x | --timeout
cluster stop --timeout x | --timeout
cluster status --foreground | --foreground
cluster restart | `sluice cluster start`
spu list extra | extra
version --verbose | --verbose
help topic lst | did you mean `sluice topic list`?
help frobnicate | no command frobnicate
TABLE
}

@test "wrong command lines: a clear error, exit code 2, nothing done" {
  export SLUICE_DATA=$work/data
  local line words expected failures=''
  while IFS= read -r line; do
    words=${line%% | *} expected=${line#* | }
    # shellcheck disable=SC2086
    run --separate-stderr sluice $words
    if [ "$status" -ne 2 ] || [ -n "$output" ] || [[ $stderr != error:* ]] ||
      [[ $stderr != *"$expected"* ]]; then
      failures+="sluice $words: exit $status, wanted 2 and \`$expected\`: $output $stderr"$'\n'
    fi
  done < <(wrong_command_lines)
  [ -z "$failures" ] || fail "$failures"
  [ ! -e "$work/data" ]
}

@test "no server: exit code 3 and what to do" {
  run sluice topic list
  [ "$status" -eq 2 ]
  [[ $output == *'no profile file'*'sluice cluster start'* ]]
  # Port 1 of loopback: nobody listens there.
  for command in 'topic list' 'topic describe a' 'produce a' 'consume a' 'spu list' \
    'partition list' 'consumer list'; do
    # shellcheck disable=SC2086
    run sluice $command --cluster 127.0.0.1:1 --timeout 30s </dev/null
    [ "$status" -eq 3 ] || fail "$command: exit $status: $output"
    [[ $output == error:*127.0.0.1:1*hint:*'sluice cluster start'* ]] || fail "$command: $output"
  done
}

@test "profiles are added, shown, used and removed" {
  sluice profile add one --endpoint one.example.org:9003
  sluice profile add two --endpoint two.example.org:9003 --tls-anonymous
  [ "$(sluice profile current)" = one ]
  sluice profile use two
  [ "$(sluice profile current)" = two ]
  sluice profile list --output json | jq -e 'map({(.name): .tls}) | add == {one: "disabled", two: "anonymous"}'
  sluice profile show one --output json | jq -e '.endpoint == "one.example.org:9003" and .current == false'
  run sluice profile add one --endpoint other:1
  [ "$status" -eq 2 ]
  sluice profile add one --endpoint other:1 --replace
  [ "$(sluice profile show one --output json | jq -r .endpoint)" = other:1 ]
  sluice profile remove two
  run sluice profile current
  [ "$status" -eq 2 ]
  sluice profile list --output json | jq -e 'length == 1'
}

@test "a broken profile file is an error with its place, and stays as it is" {
  printf 'version = "2.0"\ncurrent_profile = \n' >"$FLV_PROFILE_PATH"
  cp "$FLV_PROFILE_PATH" "$work/before"
  run sluice topic list
  [ "$status" -eq 2 ]
  [[ $output == *"$FLV_PROFILE_PATH"*2* ]]
  run sluice profile add x --endpoint a:1
  [ "$status" -eq 2 ]
  cmp "$FLV_PROFILE_PATH" "$work/before"
}

@test "completions: the scripts are valid, and know commands, options and values" {
  sluice completions bash >"$work/complete.bash"
  bash -n "$work/complete.bash"
  # shellcheck source=/dev/null
  source "$work/complete.bash"
  completed() {
    COMP_WORDS=(sluice "$@") COMP_CWORD=$#
    _sluice
    echo "${COMPREPLY[*]}"
  }
  [ "$(completed topi)" = topic ]
  [ "$(completed topic cr)" = create ]
  [ "$(completed topic create x --part)" = --partitions ]
  [ "$(completed produce t --compression zs)" = zstd ]
  [ "$(completed consume t -O j)" = json ]
  [ "$(completed topic create x --partitions '')" = '' ]
  for shell in zsh fish; do
    sluice completions "$shell" >"$work/complete.$shell"
    if command -v "$shell"; then "$shell" -n "$work/complete.$shell"; fi
  done
}

@test "colours only on a terminal, and not with NO_COLOR" {
  run sluice frobnicate
  [[ $output != *$'\e['* ]]
  command -v script || skip 'no script(1)'
  script -qec "$SLUICE_BIN/sluice frobnicate" /dev/null >"$work/colour" || true
  grep -q $'\e\[' "$work/colour"
  NO_COLOR=1 script -qec "$SLUICE_BIN/sluice frobnicate" /dev/null >"$work/plain" || true
  ! grep -q $'\e\[' "$work/plain"
}
