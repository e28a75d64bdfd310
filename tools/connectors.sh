#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tools/connectors.sh: the folder of every connector of the tree, the examples' too, one a line.
set -euo pipefail
cd "$(dirname "$0")/.."
for file in connectors/*/*/connector.toml examples/*/connector.toml; do dirname "$file"; done
