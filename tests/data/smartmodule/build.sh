#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Compiles the guest modules of this folder again: tests/data/smartmodule/build.sh [NAME...]
# A source may say `// wasm-ld: FLAGS` and `// wasm-start: EXPORT`.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../../.. && pwd)

said() { sed -n "s|^// $1: ||p" "$2"; }
wanted() {
  local name
  ((${#names[@]})) || return 0
  for name in "${names[@]}"; do if [[ $1 == "$name" ]]; then return 0; fi; done
  return 1
}

names=("$@")
shopt -s nullglob
for source in hostile/*.cpp basic/*.cpp; do
  if ! wanted "$(basename "$source" .cpp)"; then continue; fi
  out=${source%.cpp}.wasm
  SMARTMODULE_LDFLAGS=$(said wasm-ld "$source") "$root/tools/smartmodule_build.sh" "$source" -o "$out"
  start=$(said wasm-start "$source")
  if [[ -n $start ]]; then python3 set_start.py "$out" "$start"; fi
done
