#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The pipelines of examples/ are what a user may start from.

load ../lib/sluice

setup() { sluice_setup; }
teardown() { sluice_teardown; }

@test "every pipeline is valid" {
  sluice help validate >/dev/null 2>&1 || skip "there is no sluice validate"
  echo "WEATHER_KEY=x" >"$work/secrets"
  sluice validate "$sluice_root"/examples/pipelines/*.yaml --secrets "$work/secrets" --connectors "$SLUICE_BIN"
}
