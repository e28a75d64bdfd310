#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs each fuzzer for some seconds, from the seeds in fuzz/seeds/<fuzzer> and those made of
# tests/data. What they find stays in build/fuzz/corpus; a crash stops the run and says how to
# repeat it.
#
# usage: tools/fuzz.sh [SECONDS] [FUZZER...]          BUILD=folder to build somewhere else
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-10}
shift || true
build=${BUILD:-build/fuzz}

cmake --preset fuzz -B "$build" >/dev/null
if (($# > 0)); then
  fuzzers=("$@")
else
  mapfile -t fuzzers < <(find fuzz -name 'fuzz_*.cpp' -printf '%f\n' | sed 's/\.cpp$//' | sort)
fi
ninja -C "$build" "${fuzzers[@]}"
python3 tools/fuzz_seeds.py "$build/seeds"

for fuzzer in "${fuzzers[@]}"; do
  corpus=$build/corpus/$fuzzer
  mkdir -p "$corpus" "$build/seeds/$fuzzer" "$build/crashes"
  seeds=("$build/seeds/$fuzzer")
  [[ -d fuzz/seeds/$fuzzer ]] && seeds+=("fuzz/seeds/$fuzzer")
  echo "== $fuzzer, $seconds s"
  "$build/fuzz/$fuzzer" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=4096 \
    -print_final_stats=1 -verbosity=0 -artifact_prefix="$build/crashes/$fuzzer-" \
    "$corpus" "${seeds[@]}" 2>"$build/$fuzzer.log" || {
    tail -n 60 "$build/$fuzzer.log"
    echo "fuzz: $fuzzer found something; repeat it with: $build/fuzz/$fuzzer $build/crashes/..." >&2
    exit 1
  }
  grep -E 'stat::(number_of_executed_units|average_exec_per_sec)' "$build/$fuzzer.log" || true
done
