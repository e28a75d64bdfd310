#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tools/metadata.sh BIN: the metadata of every connector of the tree, as one JSON array.
set -euo pipefail
cd "$(dirname "$0")/.."
SLUICE_BIN=$(realpath "$1")
export SLUICE_BIN
for folder in $(tools/connectors.sh folders); do
  make --no-print-directory -s -C "$folder" metadata
done | jq -s .
