#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# packaging/deb.sh BUILD: makes the Debian packages of a build folder, into BUILD/packages. The same
# build gives the same packages: their files are from SOURCE_DATE_EPOCH (the last commit's time).
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct 2>/dev/null || echo 1700000000)}"
export SOURCE_DATE_EPOCH
umask 022
log=$build/packages.log
rm -rf "$build/packages" "$build/_CPack_Packages"
if ! { cmake --build "$build" --target programs smartmodules documents &&
  (cd "$build" && cpack -G DEB); } >"$log" 2>&1; then
  tail -n 30 "$log" >&2
  echo "deb: failed; $log has all of the output" >&2
  exit 1
fi
rm -rf "$build/packages/_CPack_Packages"
for package in "$build"/packages/*.deb; do
  printf '%s %s\n' "$(stat -c %s "$package")" "$package"
done
