#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tools/bench_smartmodules.sh: what a record costs in a SmartModule, in our engine and in the
# official one (crate fluvio-smartengine), the same modules and records, side by side in one run.
#
# The official engine runs twice in each round: the difference between the two is the noise (the
# A/A floor). One JSON line a figure on standard output. ROUNDS says how often, SECONDS_EACH how
# long a case is measured. Needs cargo; the peer is built once, in ~/.cache/sluice.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${ROUNDS:-3}
seconds=${SECONDS_EACH:-0.5}
modules=tests/data/smartmodule

cmake --preset release -DSLUICE_BENCH=ON >/dev/null
cmake --build --preset release --target smartmodule_bench >/dev/null
ours=$(find build/release -name smartmodule_bench -type f | head -1)
target=${SLUICE_CACHE:-$HOME/.cache/sluice}/smartengine-peer
CARGO_TARGET_DIR=$target "$(tools/rust.sh)" build -q --release --locked \
  --manifest-path bench/smartengine-peer/Cargo.toml
peer=$target/release/smartengine-peer

# The same arguments for both: value, then files and parameters. The first value is kept by the
# filters, the second is not.
cases=(
  "a $modules/basic/filter_key.wasm --params key=a"
  "b $modules/basic/filter_key.wasm --params key=a"
  "a $modules/golden/rs_filt.wasm"
  "b $modules/golden/rs_filt.wasm"
  "a,b,c $modules/golden/rs_arr.wasm"
  "a $modules/basic/filter_key.wasm $modules/golden/rs_filt.wasm --params key=a"
)
for round in $(seq "$rounds"); do
  for case in "${cases[@]}"; do
    read -r value words <<<"$case"
    for turn in sluice official-A official-B; do
      program=$peer
      [[ $turn == sluice ]] && program=$ours
      # shellcheck disable=SC2086  # words are words
      "$program" --seconds "$seconds" --value "$value" $words |
        jq -c --arg turn "$turn" --argjson round "$round" '.engine = $turn | .round = $round'
    done
  done
done
