#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The S3 sink against moto, and against versitygw, which checks signatures and keeps its data.

bats_require_minimum_version 1.5.0
load ../../../../tests/lib/sluice

setup_file() {
  "$BATS_TEST_DIRNAME/../../../../tests/servers/moto" start "$BATS_FILE_TMPDIR/moto" 3>&-
}
teardown_file() { "$BATS_TEST_DIRNAME/../../../../tests/servers/moto" stop "$BATS_FILE_TMPDIR/moto"; }

setup() {
  sluice_setup
  program=$SLUICE_BIN/s3-sink
  servers=$sluice_root/tests/servers
  # shellcheck disable=SC1091
  source "$BATS_FILE_TMPDIR/moto/env"
  export AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=canary-secret-key
  endpoint=$MOTO_URL
  bucket=bucket-$BATS_TEST_NUMBER
  s3 PUT "$bucket"
}
teardown() {
  [[ ! -d $work/versitygw ]] || "$servers/versitygw" stop "$work/versitygw"
  sluice_teardown
}

# s3 METHOD PATH: a signed request.
s3() {
  curl -sf -X "$1" --aws-sigv4 aws:amz:us-east-1:s3 --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
    -H "x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" "$endpoint/$2"
}
objects() { s3 GET "$bucket?list-type=2" | grep -o '<Key>[^<]*' | cut -c6- | grep -v '/\.sluice/' || true; }
content() { local name; for name in $(objects); do s3 GET "$bucket/$name"; done; }
has_lines() { (($(content | wc -l) >= $1)); }
produce() { for ((i = $1; i <= $2; i++)); do echo "record $i"; done | sluice produce t >/dev/null; }
all_once() { diff <(content) <(for ((i = 1; i <= $1; i++)); do echo "record $i"; done); }
start_sink() {
  start_process sink "$program" --fluvio-topic t --bucket "$bucket" --endpoint "$endpoint" "$@"
}

@test "a batch becomes an object, and a restart goes on behind it" {
  start_cluster
  sluice topic create t
  produce 1 100
  start_sink
  wait_for has_lines 100
  stop_process sink
  [[ $(objects | head -1) == t/00000-00000000000000000000.txt ]]
  produce 101 200
  start_sink
  wait_for has_lines 200
  stop_process sink
  all_once 200
  [[ $(s3 GET "$bucket/t/.sluice/$(s3 GET "$bucket?list-type=2" | grep -o 'sluice/[^<]*' | cut -c8-)") == \
    '{"format":1,"topic":"t","offsets":{"0":199}}' ]]
}

@test "objects that a crash left without a manifest are replaced, not added to" {
  start_cluster
  sluice topic create t
  produce 1 50
  start_sink --name mine
  wait_for has_lines 50
  stop_process sink
  # As if the crash had come before the manifest.
  s3 DELETE "$bucket/t/.sluice/mine.json"
  produce 51 80
  start_sink --name mine
  wait_for has_lines 80
  stop_process sink
  all_once 80
}

@test "killed again and again, it has every record once" {
  start_cluster
  sluice topic create t
  for round in 1 2 3 4; do
    produce $((round * 50 - 49)) $((round * 50))
    start_sink --batch-count 7
    wait_for has_lines $((round * 50 - 40))
    stop_process sink KILL || true
  done
  start_sink
  wait_for has_lines 200
  stop_process sink
  all_once 200
}

@test "JSON lines, packed, under a time prefix" {
  start_cluster
  sluice topic create t
  echo 'say "hi"' | sluice produce t >/dev/null
  start_sink --format json --compression gzip --time-prefix '%Y/%m/'
  is_there() { [[ -n $(objects) ]]; }
  wait_for is_there
  stop_process sink
  [[ $(objects) =~ ^t/20[0-9][0-9]/[0-9][0-9]/00000-0+\.jsonl\.gz$ ]]
  s3 GET "$bucket/$(objects)" | gunzip >"$work/object"
  [[ $(jq -c '[.offset, .value]' "$work/object") == '[0,"say \"hi\""]' ]]
}

@test "an object per record, named by its key; one without a key is named in the error" {
  start_cluster
  sluice topic create t
  printf 'a/b c=one\nd=two\n' | sluice produce t --key-separator = >/dev/null
  start_sink --object-per record --object-name key
  two() { [[ $(objects | wc -l) -eq 2 ]]; }
  wait_for two
  stop_process sink
  [[ $(s3 GET "$bucket/t/a/b%20c") == one && $(s3 GET "$bucket/t/d") == two ]]
  echo nameless | sluice produce t >/dev/null
  run --separate-stderr "$program" --fluvio-topic t --bucket "$bucket" --endpoint "$endpoint" \
    --object-per record --object-name key
  [[ $status -eq 1 && $stderr == *'offset 2'*'no key'* ]] || fail "$stderr"
}

@test "a bucket that is not there is a matter of configuration, and no secret is shown" {
  start_cluster
  sluice topic create t
  for word in '' check; do
    # shellcheck disable=SC2086  # the word may be none
    run "$program" $word --fluvio-topic t --bucket no-such-bucket --endpoint "$endpoint"
    [[ $status -eq 2 && $output == *NoSuchBucket* && $output != *canary* ]] || fail "$output"
  done
  run "$program" check --fluvio-topic t --bucket "$bucket" --endpoint "$endpoint"
  [[ $status -eq 0 && $output == *"lets us read"* ]] || fail "$output"
}

@test "a 404 that is not the service's is no reason to begin anew" {
  "$servers/http" start "$work/http" 3>&-
  # shellcheck disable=SC1091
  source "$work/http/env"
  start_cluster
  sluice topic create t
  run "$program" check --fluvio-topic t --bucket "$bucket" --endpoint "$HTTP_URL/nowhere"
  "$servers/http" stop "$work/http"
  [[ $status -ne 0 && $output == *"404 Not Found"* ]] || fail "$output"
}

@test "without credentials it says where it looked" {
  start_cluster
  sluice topic create t
  unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
  printf '[other]\naws_access_key_id = A\naws_secret_access_key = S\n' >"$work/credentials"
  export AWS_SHARED_CREDENTIALS_FILE=$work/credentials http_proxy='' no_proxy='*'
  run "$program" check --fluvio-topic t --bucket "$bucket" --endpoint "$endpoint" --connect-timeout 3s
  [[ $status -ne 0 && $output == *"[default] of $work/credentials"* ]] || fail "$output"
  run "$program" check --fluvio-topic t --bucket "$bucket" --endpoint "$endpoint" --aws-profile other
  [[ $status -eq 0 ]] || fail "$output"
}

@test "signatures hold, names with blanks too, and it waits for a server that is away" {
  local code=0
  "$servers/versitygw" start "$work/versitygw" 3>&- || code=$?
  [[ $code -ne 77 ]] || skip "versitygw cannot be built here"
  [[ $code -eq 0 ]]
  # shellcheck disable=SC1091
  source "$work/versitygw/env"
  endpoint=$VERSITYGW_URL
  s3 PUT "$bucket"
  start_cluster
  sluice topic create t
  produce 1 50
  start_sink --prefix 'a folder/ä+/'
  wait_for has_lines_on_disk 50
  "$servers/versitygw" kill "$work/versitygw"
  produce 51 100
  wait_for log_has sink "trying again"
  "$servers/versitygw" start "$work/versitygw" 3>&-
  wait_for has_lines_on_disk 100
  stop_process sink
  diff <(cat "$work/versitygw/data/$bucket/a folder/ä+/"*.txt) <(for ((i = 1; i <= 100; i++)); do echo "record $i"; done)
  AWS_SECRET_ACCESS_KEY=wrong run "$program" check --fluvio-topic t --bucket "$bucket" --endpoint "$endpoint"
  [[ $status -eq 3 && $output == *SignatureDoesNotMatch* ]] || fail "$output"
}
has_lines_on_disk() { (($(cat "$work/versitygw/data/$bucket/a folder/ä+/"*.txt | wc -l) >= $1)); }
