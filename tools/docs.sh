#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tools/docs.sh BIN: makes the generated pages again. A test fails while one is out of date.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$(dirname "$1")
page=$(mktemp)
trap 'rm -f "$page"' EXIT
"$build/src/wire/protocol_page" >"$page"
cp "$page" docs/protocol.md
"$1/sluice" explain --markdown >"$page"
cp "$page" docs/errors.md
