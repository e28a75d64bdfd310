#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tools/acceptance.sh PRESET cases|kills KILLS: the acceptance suite over all connectors, or over
# those whose names are in NAMES. `cases`: everything, and then docs/guarantees.md from the results.
# `kills`: the kill loop alone, with a new seed (SEED).
set -uo pipefail
cd "$(dirname "$0")/.." || exit
export SLUICE_BIN=$PWD/build/$1/bin
export PATH=$SLUICE_BIN:$PATH
export SLUICE_VENV=${SLUICE_INTEROP_CACHE:-$HOME/.cache/sluice}/interop-python
what=$2 kills=$3 failed=()
seed=()
[[ -z ${SEED:-} ]] || seed=(--seed "$SEED")

for folder in $(tools/connectors.sh folders); do
  name=$(sed -n '/^\[package\]/,/^\[/s/^name *= *"\(.*\)"/\1/p' "$folder/connector.toml" | head -n 1)
  [[ -e $folder/tests/acceptance.py ]] || continue
  [[ -z ${NAMES:-} || " $NAMES " == *" $name "* ]] || continue
  printf '\n== %s\n' "$name"
  [[ $folder != examples/* ]] || make --no-print-directory -s -C "$folder" build || failed+=("$name")
  if [[ $what == kills ]]; then
    tests/acceptance/run "$folder" --kills "$kills" "${seed[@]}" || failed+=("$name")
  else
    tests/acceptance/run "$folder" --cases --kills "$kills" "${seed[@]}" \
      --json "tests/acceptance/results/$name.json" || failed+=("$name")
  fi
done
[[ $what != cases ]] || tools/guarantees.py
((${#failed[@]} == 0)) || { printf '\nfailed: %s\n' "${failed[*]}" && exit 1; }
