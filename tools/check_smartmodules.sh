#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tools/check_smartmodules.sh PRESET: runs the cases of every shipped SmartModule with our engine,
# as `sluice smartmodule build` and `sluice smartmodule test` do it.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
sluice=build/$1/bin/sluice
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

failed=0 count=0
for cases in smartmodules/*/tests/cases.json; do
  folder=${cases%/tests/cases.json}
  wasm=$work/${folder##*/}.wasm
  count=$((count + 1))
  # Only what failed is shown.
  if ! out=$("$sluice" smartmodule build "$folder" -o "$wasm" 2>&1) ||
    ! out=$("$sluice" smartmodule test "$wasm" --cases "$cases" 2>&1); then
    failed=1
    grep -v '^ok ' <<<"$out"
  else
    tail -1 <<<"$out"
  fi
done
((count > 0)) || { echo "there are no cases" && exit 1; }
exit "$failed"
