#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tools/test.sh PRESET all|unit|e2e|tutorial|connectors|install|browser|deb|images|interop
# Runs tests against build/PRESET. The last line is "N passed, N failed, N skipped", of suites; before it
# stand the names of those that failed.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
preset=$1
what=${2:-all}
export SLUICE_BIN=$PWD/build/$preset/bin
# One environment of Python for all that use the official client.
export SLUICE_VENV=${SLUICE_INTEROP_CACHE:-$HOME/.cache/sluice}/interop-python
. tools/suites.bash

wanted() { [[ $what == all || $what == "$1" ]]; }

wanted unit && suite "unit tests" ctest --test-dir "build/$preset" --output-on-failure \
  --no-tests=error -j "$(nproc)" --progress
wanted e2e && suite "the sluice tool" bats tests/e2e
wanted e2e && suite "shipped SmartModules" tools/check_smartmodules.sh "$preset"
wanted e2e && [[ -d tests/faults ]] && compgen -G 'tests/faults/*.bats' >/dev/null &&
  suite "faults" bats tests/faults
if wanted e2e || wanted connectors; then
  # What the kit does for all alike, a third of them shows each time; `make acceptance`: all, all.
  side_by_side "" "$(tools/connectors.sh folders)" test SHARE=3 KILLS=10
fi
wanted e2e && suite "the acceptance suite, which must be able to fail" bats tests/acceptance/selftest
if wanted e2e || wanted connectors; then
  side_by_side "acceptance of " "$(printf '%s\n' examples/*/tests/acceptance.py | sed 's|/tests/.*||')" acceptance KILLS=10
fi
wanted browser && suite "pages in a browser" tests/browser/run.sh
wanted tutorial && suite "the tutorial, word for word" tools/run_tutorial.py docs/tutorial.md
wanted install && suite "installed libraries" tools/check_install.sh "$PWD/build/$preset"
wanted deb && suite "Debian packages and manual" packaging/tests/run.sh deb "$preset"
wanted images && suite "images" packaging/tests/run.sh images "$preset"
wanted interop && suite "official clients" tests/interop/run.sh

summary
