#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tools/connectors.sh folders|programs: every connector of the tree, by its connector.toml.
set -euo pipefail
cd "$(dirname "$0")/.."
for file in connectors/*/*/connector.toml; do
  case ${1:-folders} in
    folders) dirname "$file" ;;
    programs) sed -n '/^\[package\]/,/^\[/s/^name *= *"\(.*\)"/\1/p' "$file" | head -1 ;;
  esac
done
