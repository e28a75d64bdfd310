#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Drives the catalog site and the console page in Debian's chromium. With the built programs in
# SLUICE_BIN also: what the form writes is read by each connector, and `sluice console` is used.
# Screenshots of each page go to build/screenshots. 77: there is no chromium for this machine.
set -euo pipefail
cd "$(dirname "$0")/../.."

chromium=$(command -v chromium || command -v chromium-browser || true)
if [[ -z $chromium ]]; then
  if apt-cache policy chromium 2>/dev/null | grep -q 'Candidate: [0-9]'; then
    echo "browser: chromium is not installed: run make setup" >&2
    exit 3
  fi
  echo "browser: there is no chromium for this machine"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
SLUICE_WEB_PACKAGES=$(tools/web.sh pages)
SLUICE_BROWSER_PACKAGES=$(tools/web.sh tests)
export SLUICE_CHROMIUM=$chromium SLUICE_WEB_PACKAGES SLUICE_BROWSER_PACKAGES
mkdir -m 700 "$work/home" "$work/tmp" "$work/run"
export HOME=$work/home TMPDIR=$work/tmp SLUICE_RUNTIME_DIR=$work/run
node --test --test-reporter=spec "${@:-tests/browser/}"
