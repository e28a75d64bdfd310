#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Prints the cargo to build with: the first that is new enough for third_party/wasmtime, of the
# one on the PATH, rustup's, and Debian's (packages cargo-web, rustc-web). Fails when there is
# none. tools/rust.sh --missing prints nothing, and says by its exit code whether there is none.
set -euo pipefail
minimum=1.95

new_enough() {
  local version
  version=$("$1" --version 2>/dev/null | awk '{print $2}') || return 1
  [[ -n $version && $(printf '%s\n' "$minimum" "$version" | sort -V | head -n 1) == "$minimum" ]]
}

for cargo in cargo "$HOME/.cargo/bin/cargo" /usr/bin/cargo; do
  path=$(command -v "$cargo") || continue
  new_enough "$path" || continue
  [[ ${1:-} == --missing ]] && exit 1
  echo "$path"
  exit 0
done
[[ ${1:-} == --missing ]] && exit 0
echo "rust: no cargo $minimum or newer: apt-get install cargo-web rustc-web" >&2
exit 3
