#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tools/bench.sh [REAL_PROFILE]: the measurements of docs/benchmarks.md, side by side in one run.
#
# Our client and the official Rust client take turns against our server and, when the profile of
# a real cluster is given, against that. The official client runs twice in each round: the
# difference between the two is the noise (the A/A floor). One JSON line a figure on standard
# output. BYTES is what each throughput case moves, ROUNDS how often.
set -euo pipefail
cd "$(dirname "$0")/.."
real=${1:-}
bytes=${BYTES:-300000000}
rounds=${ROUNDS:-3}
sizes=${SIZES:-100 1000 5000}
batches=${BATCHES:-16384 262144}

cmake --preset release -DSLUICE_BENCH=ON >/dev/null
cmake --build --preset release --target client_bench sluice test-connector http-source \
  mqtt-source file-sink >/dev/null
bin=$PWD/build/release/bin
bench=$(find build/release -name client_bench -type f | head -1)
rust=${CARGO_TARGET_DIR:-$HOME/.cache/sluice/interop-rust}/release/interop-rust
[[ -x $rust ]] || CARGO_TARGET_DIR=$HOME/.cache/sluice/interop-rust \
  "$(tools/rust.sh)" build -q --release --locked --manifest-path tests/interop/rust/Cargo.toml

work=$(mktemp -d "${TMPDIR:-/tmp}/sluice-bench-XXXXXX")
server=
cleanup() {
  [[ -z $server ]] || kill "$server" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

"$bin/sluice" cluster start --foreground --sc 127.0.0.1:0 --spu 127.0.0.1:0 \
  --data "$work/data" --profile "$work/profile" >"$work/server.log" 2>&1 &
server=$!
for _ in $(seq 200); do [[ -s $work/profile ]] && break; read -rt 0.05 <> <(:) || true; done

line() { jq -c --arg server "$1" --arg client "$2" --argjson batch "$3" \
  '{server: $server, client: $client, batch_bytes: $batch} + .'; }
official() {  # official PROFILE SIZE BATCH
  local count=$((bytes / $2)) topic=bench-rs-$RANDOM$RANDOM
  "$rust" --profile "$1" topic-create "$topic" >/dev/null
  "$rust" --profile "$1" bench-produce "$topic" --count "$count" --size "$2" --batch-size "$3" |
    sed "s/^/produce_$2 /"
  FLV_CLIENT_MAX_FETCH_BYTES=${FETCH:-1048890} "$rust" --profile "$1" bench-consume "$topic" \
    --count "$count" --timeout 120 | sed "s/^/consume_$2 /" || echo "consume_$2 incomplete"
  "$rust" --profile "$1" topic-delete "$topic" >/dev/null
}

for name in ours ${real:+real}; do
  profile=$work/profile
  [[ $name == ours ]] || profile=$real
  for round in $(seq "$rounds"); do
    for batch in $batches; do
      for size in $sizes; do
        "$bench" --profile "$profile" --case "throughput_$size" --bytes "$bytes" \
          --batch-bytes "$batch" | line "$name" sluice "$batch"
        for turn in A B; do
          official "$profile" "$size" "$batch" | while read -r case text; do
            jq -nc --arg server "$name" --arg client "official-$turn" --argjson batch "$batch" \
              --arg case "$case" --arg text "$text" --argjson round "$round" \
              '{server: $server, client: $client, batch_bytes: $batch, case: $case, text: $text}'
          done
        done
      done
    done
  done
  "$bench" --profile "$profile" --case latency_5000 --seconds 5 | line "$name" sluice 16384
  topic=bench-latency-$RANDOM
  "$rust" --profile "$profile" topic-create "$topic" >/dev/null
  "$rust" --profile "$profile" bench-latency "$topic" --seconds 5 --size 5000 |
    jq -Rc --arg server "$name" '{server: $server, client: "official", case: "latency_5000", text: .}'
  "$rust" --profile "$profile" topic-delete "$topic" >/dev/null
done

# Sizes, start and idle memory.
for program in sluice test-connector http-source mqtt-source file-sink; do
  strip -o "$work/stripped" "$bin/$program"
  jq -nc --arg program "$program" --argjson bytes "$(stat -c %s "$work/stripped")" \
    '{case: "stripped_size", program: $program, bytes: $bytes}'
done
jq -nc --argjson kib "$(awk '/^VmRSS/ {print $2}' "/proc/$server/status")" \
  '{case: "server_rss_after_load", kib: $kib}'
