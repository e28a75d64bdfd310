#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs interop.bats (its head says how); further words go to bats. Exit code 77: nothing to run with.
set -euo pipefail
cd "$(dirname "$0")"
../../tools/rust.sh >/dev/null || exit 77
for tool in python3 bats jq; do
  command -v "$tool" >/dev/null || {
    echo "interop: no $tool, so the official clients are not tried" >&2
    exit 77
  }
done
exec bats "$@" interop.bats
