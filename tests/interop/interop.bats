#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0

# The official Rust and Python clients against our server, and against our client through it.
#
#   tests/interop/run.sh                    everything; builds the two clients first
#   tests/interop/run.sh -f 'rust.*codec'   tests whose name matches
#
#   SLUICE_BIN               folder of our programs (default: build/dev/bin)
#   SLUICE_INTEROP_PROFILE   profile file of a server that runs; unset: ours is started here
#   SLUICE_INTEROP_SERVER    `real` when that is an official cluster; what passes there is not
#                            more than the official clients themselves can do
#
# Each claim is a function that takes the client's name, and one test for each client.

load lib

setup_file() {
  build_clients
  start_server
}

setup() { require_server; }

teardown_file() {
  delete_topics
  stop_server
}

# --- connection and topics -----------------------------------------------------------------------

@test "rust client: connects" {
  must official rust connect
  grep -qE '^platform=[0-9]+\.[0-9]+\.[0-9]+' <<<"$output" || fail "$output"
}

@test "python client: connects" { must official python connect; }

creates_lists_and_deletes_topics() {
  topic=interop-admin-$1-$$
  must official "$1" topic-create "$topic" --partitions 3
  must_fail "already exists" official "$1" topic-create "$topic"
  must official "$1" topic-list
  expect_words "topic=$topic"
  must official "$1" partition-list
  expect_words "partition=$topic-0" "partition=$topic-1" "partition=$topic-2"
  must official "$1" topic-delete "$topic"
  must official "$1" topic-list
  expect_no "topic=$topic"
  must_fail "not found" official "$1" topic-delete "$topic"
}

# The Rust client says more than the name on a line.
expect_words() {
  local word
  for word in "$@"; do
    grep -qE "^$word( |\$)" <<<"$output" || fail "wanted $word in:" "$output" || return
  done
}

@test "rust client: creates, lists and deletes topics" { creates_lists_and_deletes_topics rust; }
@test "python client: creates, lists and deletes topics" {
  creates_lists_and_deletes_topics python
}

creates_topics_with_a_compression() {
  local client=$1 compression
  shift
  for compression in "$@"; do
    name_topic "$compression"
    must official "$client" topic-create "$topic" --partitions 2 --compression "$compression"
    must official rust topic-list
    expect "topic=$topic partitions=2 compression=$compression status=Provisioned"
  done
}

@test "rust client: a topic keeps its number of partitions and its compression" {
  creates_topics_with_a_compression rust none gzip snappy lz4 zstd any
}
@test "python client: a topic keeps its number of partitions and its compression" {
  creates_topics_with_a_compression python none gzip snappy lz4 zstd
}

refuses_a_topic_that_does_not_exist() {
  # With another topic there, since a client that has seen none waits for the first.
  new_topic other
  must_fail "not found" official "$1" produce interop-nowhere --count 1
  must_fail "not found" official "$1" consume interop-nowhere --count 1
}

@test "rust client: is told that a topic does not exist" {
  refuses_a_topic_that_does_not_exist rust
}
@test "python client: is told that a topic does not exist" {
  refuses_a_topic_that_does_not_exist python
}

# --- records -------------------------------------------------------------------------------------

writes_with_each_codec_and_both_clients_read() {
  local codec reader
  for codec in none gzip snappy lz4 zstd; do
    new_topic "$codec"
    must official "$1" produce "$topic" --count 500 --size 200 --codec "$codec"
    expect records=500
    for reader in rust python; do
      must official "$reader" consume "$topic" --count 500
      expect_records 0 499
    done
  done
}

@test "rust client: writes with each codec, and both clients read it" {
  writes_with_each_codec_and_both_clients_read rust
}
@test "python client: writes with each codec, and both clients read it" {
  writes_with_each_codec_and_both_clients_read python
}

@test "rust client: writes in the codec of the topic when it names none" {
  new_topic codec --compression lz4
  must official rust produce "$topic" --count 500 --size 200
  must official python consume "$topic" --count 500
  expect_records 0 499
}

# Two of them just fit into one request (1 MiB). Of larger ones the clients refuse the second
# when it comes before the first is sent.
writes_and_reads_large_records() {
  new_topic large
  must official "$1" produce "$topic" --count 2 --size 500000
  must official "$1" consume "$topic" --count 2
  expect_records 0 1
  expect bytes=1000000
}

@test "rust client: writes and reads records of 500 kB" { writes_and_reads_large_records rust; }
@test "python client: writes and reads records of 500 kB" { writes_and_reads_large_records python; }

@test "rust client: spreads records without a key over the partitions" {
  new_topic even --partitions 4
  must official rust produce "$topic" --count 400
  must official rust consume "$topic" --all --count 400
  expect_records 0 399
  expect partition.0=100 partition.1=100 partition.2=100 partition.3=100
  expect_no key.
}

# It has no way to send a record without a key: what it sends has an empty one, which is a key.
@test "python client: sends an empty key when it has none, so all goes to one partition" {
  new_topic empty --partitions 4
  must official python produce "$topic" --count 100
  must official rust consume "$topic" --all --count 100
  expect_records 0 99
  expect partition.3=100 key.=3
}

# --- keys ----------------------------------------------------------------------------------------

@test "both clients: a key goes to the same partition, and is read there" {
  new_topic keys --partitions 4
  must official rust produce "$topic" --count 200 --key-mod 16
  told=$(key_partitions)
  must official python produce "$topic" --count 200 --key-mod 16
  expect_same "$told" "$(key_partitions)"
  must official rust consume "$topic" --all --count 400
  expect_same "$told" "$(key_partitions)"
  (($(wc -l <<<"$told") == 16)) || fail "not 16 keys:" "$told"
}

@test "sluice: reads the keys and partitions that the official client wrote" {
  need_sluice
  new_topic keys --partitions 4
  must official rust produce "$topic" --count 200 --key-mod 16
  told=$(key_partitions)
  must ours consume "$topic" --from beginning --count 200 --output json --quiet
  expect_same "$told" "$(keys_of_json)"
}

@test "sluice: gives a key the partition that the official client gives it" {
  need_sluice
  new_topic theirs --partitions 4
  must official rust produce "$topic" --count 200 --key-mod 16
  told=$(key_partitions)
  new_topic ours --partitions 4
  official rust records --count 200 | sed 's/^\([0-9]*\):/\1 &/' |
    awk '{print "key-" $1 % 16 "|" $2}' >"$BATS_TEST_TMPDIR/keyed"
  must ours produce "$topic" --key-separator '|' --file "$BATS_TEST_TMPDIR/keyed"
  must official rust consume "$topic" --all --count 200
  expect_records 0 199
  expect_same "$told" "$(key_partitions)"
}

keys_of_json() { jq -r '"key.\(.key)=\(.partition)"' <<<"$output" | sort -u; }

# --- where reading starts ------------------------------------------------------------------------

reads_from_every_start() {
  new_topic start
  must official "$1" produce "$topic" --count 100
  # start position, first record: they are in the middle of a batch, except the first.
  local start first
  while read -r start first; do
    must official "$1" consume "$topic" --start "$start" --count $((100 - first))
    expect_records "$first" 99
  done <<'STARTS'
beginning 0
absolute:40 40
from-beginning:10 10
from-end:5 95
STARTS
  reads_from_the_end "$1"
}

# What was there is not read; what comes after the stream is open is.
reads_from_the_end() {
  local found=$BATS_TEST_TMPDIR/found reader
  official "$1" consume "$topic" --start end --count 50 --announce >"$found" 2>&1 3>&- &
  reader=$!
  within 60 grep -q '^open=' "$found" || fail "the stream did not open:" "$(<"$found")"
  must official "$1" produce "$topic" --first 100 --count 50
  wait "$reader" || fail "the reader failed:" "$(<"$found")"
  output=$(<"$found")
  expect_records 100 149
}

@test "rust client: reads from the beginning, the end, an offset and a distance from each" {
  reads_from_every_start rust
}
@test "python client: reads from the beginning, the end, an offset and a distance from each" {
  reads_from_every_start python
}

reads_one_partition() {
  new_topic part --partitions 3
  must official rust produce "$topic" --count 300
  must official "$1" consume "$topic" --partition 1 --count 100
  expect records=100 distinct=100 duplicate=none damaged=0
}

@test "rust client: reads one partition of several" { reads_one_partition rust; }
@test "python client: reads one partition of several" { reads_one_partition python; }

# --- consumer offsets ----------------------------------------------------------------------------

resumes_after_the_stored_offset() {
  local consumer=interop-$1-$$
  new_topic offsets
  must official "$1" produce "$topic" --count 100
  must official "$1" offsets-consume "$topic" --consumer "$consumer" --count 30
  expect_records 0 29
  expect "committed=$consumer"
  must official "$1" offsets-list --consumer "$consumer"
  expect "consumer=$consumer topic=$topic partition=0 offset=29"

  must official "$1" offsets-consume "$topic" --consumer "$consumer" --count 10 --no-commit
  expect_records 30 39
  must official "$1" offsets-consume "$topic" --consumer "$consumer" --count 20
  expect_records 30 49
  must official "$1" offsets-list --consumer "$consumer"
  expect "consumer=$consumer topic=$topic partition=0 offset=49"

  must official "$1" offsets-delete "$topic" --consumer "$consumer"
  must official "$1" offsets-list --consumer "$consumer"
  expect_no "$consumer"
  must official "$1" offsets-consume "$topic" --consumer "$consumer" --count 5 --no-commit
  expect_records 0 4
}

@test "rust client: stores its offset, resumes after it, deletes it" {
  resumes_after_the_stored_offset rust
}
@test "python client: stores its offset, resumes after it, deletes it" {
  resumes_after_the_stored_offset python
}

keeps_an_offset_for_each_partition() {
  local consumer=interop-each-$1-$$ partition
  new_topic offsets --partitions 2
  must official rust produce "$topic" --count 100
  for partition in 0 1; do
    must official "$1" offsets-consume "$topic" --consumer "$consumer" \
      --partition $partition --count $((10 + partition))
  done
  must official "$1" offsets-list --consumer "$consumer"
  expect "consumer=$consumer topic=$topic partition=0 offset=9" \
    "consumer=$consumer topic=$topic partition=1 offset=10"
  for partition in 0 1; do
    must official "$1" offsets-delete "$topic" --consumer "$consumer" --partition $partition
  done
}

@test "rust client: its offsets are kept for each partition" {
  keeps_an_offset_for_each_partition rust
}
@test "python client: its offsets are kept for each partition" {
  keeps_an_offset_for_each_partition python
}

# --- SmartModules --------------------------------------------------------------------------------

# The offset and the key are those of the record that a line was made from. A real server gives
# offsets that are only near, and no times: there these tests need not hold.
ours_only() { [[ ${SLUICE_INTEROP_SERVER:-} != real ]] || skip "says what our server does better"; }
module() { echo "$interop_folder/../data/smartmodule/$1.wasm"; }

# Records 0 to 9 and 20 to 29 have an `a` (their filler is that long), 10 to 19 have none.
new_fruit_topic() {
  new_topic "$1"
  must official rust produce "$topic" --count 10
  must official rust produce "$topic" --first 10 --count 10 --size 20
  must official rust produce "$topic" --first 20 --count 10 --codec gzip
}
expect_offsets() { expect_same "$1" "$(awk '$2 == "-" {printf "%s ", $1}' <<<"$output")"; }
kept_of_fruit="0 1 2 3 4 5 6 7 8 9 20 21 22 23 24 25 26 27 28 29 "

filters_with_a_module_of_the_store_and_one_of_its_own() {
  ours_only
  local name=interop-on-a-$1
  new_fruit_topic filter
  must official "$1" smartmodule-create "$name" "$(module golden/rs_filt)"
  for module in "name:$name" "file:$(module golden/rs_filt)"; do
    must official "$1" process "$topic" --module "$module"
    expect records=20 timed=20
    expect_offsets "$kept_of_fruit"
  done
  must official "$1" process "$topic" --module "name:$name" --start absolute:5 --count 10
  expect_offsets "5 6 7 8 9 20 21 22 23 24 "
  must official "$1" smartmodule-delete "$name"
}

@test "rust client: filters with a module of the store, and with its own" {
  filters_with_a_module_of_the_store_and_one_of_its_own rust
}
@test "python client: filters with a module of the store, and with its own" {
  filters_with_a_module_of_the_store_and_one_of_its_own python
}

# With a real server both clients hang here.
ends_when_everything_is_filtered_away() {
  ours_only
  new_topic none-left
  must official rust produce "$topic" --count 1000 --size 20
  must official "$1" process "$topic" --module "file:$(module golden/rs_filt)" --timeout 30
  expect records=0
}

@test "rust client: comes to an end when a filter leaves nothing" {
  ends_when_everything_is_filtered_away rust
}
@test "python client: comes to an end when a filter leaves nothing" {
  ends_when_everything_is_filtered_away python
}

makes_several_records_of_one() {
  ours_only
  need_sluice
  new_topic several
  printf 'a,b,c\nd\ne,f\n' | ours produce "$topic"
  must official "$1" process "$topic" --module "file:$(module golden/rs_arr)"
  expect records=6 timed=6
  expect_same "0 a,0 b,0 c,1 d,2 e,2 f," "$(awk 'NF == 3 {printf "%s %s,", $1, $3}' <<<"$output")"
  must official "$1" process "$topic" --start absolute:1 --module "file:$(module golden/rs_arr)"
  expect records=3
}

@test "rust client: sees each record that an array map makes, with the offset of its source" {
  makes_several_records_of_one rust
}
@test "python client: sees each record that an array map makes, with the offset of its source" {
  makes_several_records_of_one python
}

runs_a_chain_with_parameters_and_an_aggregate() {
  ours_only
  need_sluice
  new_topic chain
  printf '3\n1\n7\n5\n9\n' | ours produce "$topic"
  must official "$1" process "$topic" --module "file:$(module golden/rs_probe),min=4" \
    --module "file:$(module golden/rs_mapk)"
  expect records=2 timed=2
  expect_same "2 4 " "$(awk '/none/ {printf "%s ", $1}' <<<"$output")"
  must official "$1" process "$topic" --module "file:$(module golden/rs_agg),sep=+,accumulator=S"
  expect records=5
  grep -qE '^4 - S\+3@[0-9]+\+1@[0-9]+\+7@[0-9]+\+5@[0-9]+\+9@' <<<"$output" || fail "$output"
}

@test "rust client: runs a chain with parameters, and an aggregate" {
  runs_a_chain_with_parameters_and_an_aggregate rust
}
@test "python client: runs a chain with parameters, and an aggregate" {
  runs_a_chain_with_parameters_and_an_aggregate python
}

@test "rust client: lets a module look back at the last records and at the young ones" {
  ours_only
  need_sluice
  local probe
  probe=file:$(module golden/rs_probe)
  new_topic lookback
  printf '3\n10\n' | ours produce "$topic"
  must official rust process "$topic" --module "$probe,lookback-last=1"
  expect records=0
  must official rust process "$topic" --module "$probe,lookback-last=0"
  expect records=2
  must official rust process "$topic" --module "$probe,lookback-last=0,lookback-age=3600"
  expect records=0
}

# A record that grows over what was asked for, and many that do together.
@test "rust client: gets all of an output larger than its max bytes" {
  ours_only
  new_topic larger
  must official rust produce "$topic" --count 2000 --size 200
  must official rust process "$topic" --max-bytes 1000 --module "file:$(module golden/rs_filt)"
  expect records=2000 timed=2000
  must official rust process "$topic" --max-bytes 100 --module "file:$(module golden/rs_mapk)"
  expect records=2000
}

@test "both clients: a record that fails comes after those before it" {
  ours_only
  need_sluice
  local probe
  probe=file:$(module golden/rs_probe)
  new_topic wrong
  printf '1\n2\nbad\n3\n' | ours produce "$topic"
  # The Rust client says nothing of an error when it reads to the end; it stops there.
  must official rust process "$topic" --module "$probe"
  expect records=2
  must_fail "Offset: 2" official python process "$topic" --module "$probe"
  grep -q '^1 - 1:' <<<"$output" || fail "the records before are missing:" "$output"
}

@test "python client: is told what is wrong with a module" {
  ours_only
  local file
  new_topic wrong
  must official rust produce "$topic" --count 1
  must_fail "not found" official python process "$topic" --module name:interop-nosuch
  must_fail "Error initializing invalid digit found in string" \
    official python process "$topic" --module "file:$(module golden/rs_probe),min=x"
  for file in no_transform memory_starts_at_4_gib loop_init; do
    must_fail "" official python process "$topic" --module "file:$(module hostile/$file)"
  done
  head -c 1000 "$(module golden/rs_filt)" >"$BATS_TEST_TMPDIR/cut.wasm"
  must_fail "" official python process "$topic" --module "file:$BATS_TEST_TMPDIR/cut.wasm"
}

# The Python client has no SmartModules for its producer.
@test "rust client: has the server run a module before it stores" {
  ours_only
  new_topic before
  local filter
  filter=file:$(module golden/rs_filt)
  must official rust produce "$topic" --count 10 --size 20 --module "$filter"
  must official rust produce "$topic" --first 10 --count 10 --module "$filter" --codec lz4
  must official rust produce "$topic" --first 20 --count 5
  must official rust process "$topic"
  expect records=15 timed=15
  expect_offsets "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 "
}

@test "both clients: a topic that deduplicates keeps one of each" {
  ours_only
  must official rust smartmodule-create interop-seen "$(module basic/dedup_seen)"
  must_fail deduplication official rust topic-create interop-nodedup --deduplicate interop-nosuch
  new_topic dedup --deduplicate interop-seen
  must official rust produce "$topic" --count 30 --size 20
  must official python produce "$topic" --first 20 --count 30 --size 20
  must official rust process "$topic"
  expect records=50
  must official rust produce "$topic" --count 50 --size 20
  must official python process "$topic"
  expect records=50
}

# --- volume --------------------------------------------------------------------------------------

# A real server cuts an answer at any byte, and official clients then lose the rest of the batch:
# there the claim holds only while one answer takes the whole backlog (it takes 1 MB otherwise).
# Ours cuts between batches.
reads_a_backlog_of_200000_records() {
  if [[ ${SLUICE_INTEROP_SERVER:-} == real ]]; then
    export FLV_CLIENT_MAX_FETCH_BYTES=1000000000
  fi
  new_topic volume
  must official rust produce "$topic" --count 200000 --size 1000
  expect records=200000
  must official "$1" consume "$topic" --count 200000 --timeout 120
  expect_records 0 199999
}

@test "rust client: reads a backlog of 200,000 records of 1 kB without one missing" {
  reads_a_backlog_of_200000_records rust
}
@test "python client: reads a backlog of 200,000 records of 1 kB without one missing" {
  reads_a_backlog_of_200000_records python
}

# --- both ways -----------------------------------------------------------------------------------

what_it_writes_sluice_reads() {
  need_sluice
  local codec
  for codec in none gzip snappy lz4 zstd; do
    new_topic "$codec"
    must official "$1" produce "$topic" --count 500 --size 200 --codec "$codec"
    ours consume "$topic" --from beginning --count 500 --output raw >"$BATS_TEST_TMPDIR/found"
    same_values "$BATS_TEST_TMPDIR/found" --count 500 --size 200
  done
}

# Raw output has no line feeds between values, and the values have none themselves.
same_values() {
  local found=$1
  shift
  cmp <(tr -d '\n' <"$found") <(official rust records "$@" | tr -d '\n')
}

@test "rust client: what it writes with each codec, sluice reads" {
  what_it_writes_sluice_reads rust
}
@test "python client: what it writes with each codec, sluice reads" {
  what_it_writes_sluice_reads python
}

reads_what_sluice_writes() {
  need_sluice
  new_topic ours
  official rust records --count 5000 --size 100 >"$BATS_TEST_TMPDIR/lines"
  must ours produce "$topic" --file "$BATS_TEST_TMPDIR/lines"
  must official "$1" consume "$topic" --count 5000
  expect_records 0 4999
}

@test "rust client: reads what sluice writes" { reads_what_sluice_writes rust; }
@test "python client: reads what sluice writes" { reads_what_sluice_writes python; }

@test "sluice: resumes after the offset that the official client stored" {
  need_sluice
  local consumer=interop-shared-$$
  new_topic shared
  must official rust produce "$topic" --count 100
  must official rust offsets-consume "$topic" --consumer "$consumer" --count 30
  ours consume "$topic" --consumer-id "$consumer" --from beginning --count 70 --output raw \
    >"$BATS_TEST_TMPDIR/found"
  same_values "$BATS_TEST_TMPDIR/found" --first 30 --count 70
  must official rust offsets-list --consumer "$consumer"
  expect "consumer=$consumer topic=$topic partition=0 offset=99"
  must official rust offsets-delete "$topic" --consumer "$consumer"
}
