#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tools/connectors.sh folders|programs: the folder of every connector of the tree, the examples'
# too; or the programs that the build makes, which are those in C++.
set -euo pipefail
cd "$(dirname "$0")/.."
for file in connectors/*/*/connector.toml examples/*/connector.toml; do
  folder=$(dirname "$file")
  case ${1:-folders} in
    folders) echo "$folder" ;;
    programs)
      # Left out where its library is not to be had.
      [[ $folder != */duckdb ]] || tools/duckdb.sh >/dev/null 2>&1 || continue
      [[ ! -e $folder/CMakeLists.txt ]] ||
        sed -n '/^\[package\]/,/^\[/s/^name *= *"\(.*\)"/\1/p' "$file" | head -1
      ;;
  esac
done
