#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The DynamoDB sink against moto, and against dynalite, which keeps its tables.

bats_require_minimum_version 1.5.0
load ../../../../tests/lib/sluice

setup_file() {
  "$BATS_TEST_DIRNAME/../../../../tests/servers/moto" start "$BATS_FILE_TMPDIR/moto" 3>&-
}
teardown_file() { "$BATS_TEST_DIRNAME/../../../../tests/servers/moto" stop "$BATS_FILE_TMPDIR/moto"; }

setup() {
  sluice_setup
  program=$SLUICE_BIN/dynamodb-sink
  # shellcheck disable=SC1091
  source "$BATS_FILE_TMPDIR/moto/env"
  export AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=canary-secret-key
  table=table-$BATS_TEST_NUMBER
}
teardown() {
  [[ ! -d $work/dynalite ]] || "$sluice_root/tests/servers/dynalite" stop "$work/dynalite"
  sluice_teardown
}

# dynamodb OPERATION JSON
dynamodb() {
  curl -s --aws-sigv4 aws:amz:us-east-1:dynamodb --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
    -H "X-Amz-Target: DynamoDB_20120810.$1" -H 'Content-Type: application/x-amz-json-1.0' -d "$2" "$MOTO_URL"
}
# make_table NAME TYPE [NAME TYPE]: the key.
make_table() {
  jq -nc --arg table "$table" '{TableName: $table, BillingMode: "PAY_PER_REQUEST",
    KeySchema: [range(0; $ARGS.positional | length; 2) as $i |
      {AttributeName: $ARGS.positional[$i], KeyType: (if $i == 0 then "HASH" else "RANGE" end)}],
    AttributeDefinitions: [range(0; $ARGS.positional | length; 2) as $i |
      {AttributeName: $ARGS.positional[$i], AttributeType: $ARGS.positional[$i + 1]}]}' --args "$@" >"$work/table.json"
  dynamodb CreateTable @"$work/table.json" >/dev/null
}
items() { dynamodb Scan "{\"TableName\":\"$table\"}" | jq -cS '.Items[]' | sort; }
has_items() { [[ $(items | wc -l) -eq $1 ]]; }
start_sink() {
  start_process sink "$program" --fluvio-topic t --table-name "$table" --aws-endpoint "$MOTO_URL" "$@"
}
run_sink() {
  run --separate-stderr "$program" --fluvio-topic t --table-name "$table" --aws-endpoint "$MOTO_URL" "$@"
}

@test "each field becomes an attribute of its type" {
  start_cluster
  sluice topic create t
  make_table id S
  echo '{"id":"a","n":1.50,"big":123456789012345678901234567890,"t":true,"z":null,"l":[1,"x"],"m":{"k":"v"}}' |
    sluice produce t >/dev/null
  start_sink
  wait_for has_items 1
  stop_process sink
  diff <(items) - <<'END'
{"big":{"N":"123456789012345678901234567890"},"id":{"S":"a"},"l":{"L":[{"N":"1"},{"S":"x"}]},"m":{"M":{"k":{"S":"v"}}},"n":{"N":"1.50"},"t":{"BOOL":true},"z":{"NULL":true}}
END
}

@test "columns choose and convert, and make the table when they may" {
  start_cluster
  sluice topic create t
  echo '{"id":"7","name":"Ann","tags":["x","y"],"other":1}' | sluice produce t >/dev/null
  run_sink --column-names id,name,tags --column-types N,S,SS
  [[ $status -eq 2 && $stderr == *"there is no table \`$table\`"*--create-table* ]] || fail "$stderr"
  start_sink --column-names id,name,tags --column-types N,S,SS --create-table
  wait_for has_items 1
  stop_process sink
  [[ $(items) == '{"id":{"N":"7"},"name":{"S":"Ann"},"tags":{"SS":["x","y"]}}' ]] || fail "$(items)"
}

@test "hundreds of records in batches; of one key the last wins; a restart goes on" {
  start_cluster
  sluice topic create t
  make_table id N
  for ((i = 0; i < 300; i++)); do echo "{\"id\":$((i % 60)),\"v\":$i}"; done | sluice produce t >/dev/null
  start_sink
  # All keys are there long before the last records.
  wait_for values_are '[240,299]'
  stop_process sink
  has_items 60
  for ((i = 60; i < 70; i++)); do echo "{\"id\":$i,\"v\":1}"; done | sluice produce t >/dev/null
  start_sink
  wait_for has_items 70
  stop_process sink KILL || true
}

values_are() { [[ $(items | jq -s 'map(.v.N | tonumber) | [min, max]' -c) == "$1" ]]; }

@test "the offset can be the key of records that have none" {
  start_cluster
  sluice topic create t
  printf '{"v":1}\n{"v":2}\n' | sluice produce t >/dev/null
  start_sink --id-attribute at --create-table
  wait_for has_items 2
  stop_process sink
  [[ $(items | jq -r .at.S | paste -sd' ') == 't-0-0 t-0-1' ]]
}

@test "a record that cannot be an item stops the sink, and is named; what came before is there" {
  start_cluster
  sluice topic create t
  make_table id S
  printf '{"id":"a"}\n{"id":"b"}\n{"name":"no key"}\n{"id":"c"}\n' | sluice produce t >/dev/null
  run_sink
  [[ $status -eq 1 && $stderr == *"offset 2"*"no \`id\`"* ]] || fail "$stderr"
  wait_for has_items 2
}

@test "a check says whether the table is there, and shows no secret" {
  start_cluster
  sluice topic create t
  run "$program" check --fluvio-topic t --table-name "$table" --aws-endpoint "$MOTO_URL"
  [[ $status -eq 2 && $output == *"there is no table"* && $output != *canary* ]] || fail "$output"
  make_table id S
  run "$program" check --fluvio-topic t --table-name "$table" --aws-endpoint "$MOTO_URL"
  [[ $status -eq 0 && $output == *"is ACTIVE"* ]] || fail "$output"
}

@test "another server of the interface that is killed and comes back has every record" {
  local server=$sluice_root/tests/servers/dynalite code=0
  "$server" start "$work/dynalite" 3>&- || code=$?
  [[ $code -ne 77 ]] || skip "dynalite cannot be had here"
  # shellcheck source=/dev/null
  source "$work/dynalite/env"
  MOTO_URL=$DYNALITE_URL
  start_cluster
  sluice topic create t
  make_table id N
  seq 1 200 | sed 's/.*/{"id":&}/' | sluice produce t >/dev/null
  start_sink
  wait_for has_items 200
  "$server" kill "$work/dynalite"
  seq 201 300 | sed 's/.*/{"id":&}/' | sluice produce t >/dev/null
  wait_for log_has sink "trying again"
  "$server" start "$work/dynalite" 3>&-
  wait_for has_items 300
  stop_process sink
}
