#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tools/bench_connectors.sh [--records N] [--rounds N] [--case TEXT]: connectors side by side with
# Benthos 4 and Kafka Connect 3.9, measured at the destination (bench/connectors/run.py).
set -euo pipefail
cd "$(dirname "$0")/.."
cmake --preset release >/dev/null
cmake --build --preset release --target sluice mqtt-source kafka-source file-source file-sink \
  sql-sink >/dev/null
benthos=$(tools/benthos.sh)
kafka=$(tools/kafka.sh)
SLUICE_BIN=$PWD/build/release/bin exec python3 -B bench/connectors/run.py --benthos "$benthos" \
  --kafka-libs "$kafka" "$@"
