#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the packages of tools/packages.txt that are missing, and Rust and Go unless there are some
# that are new enough. Quick when nothing is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

mapfile -t wanted < <(sed 's/#.*//' tools/packages.txt | awk 'NF {print $1}')
installed=$(dpkg-query -W -f '${db:Status-Abbrev}${binary:Package}\n' 2>/dev/null |
  sed -n 's/^ii *//p' | sed 's/:.*//' | sort -u)
missing=()
for package in "${wanted[@]}"; do
  grep -qxF "$package" <<<"$installed" || missing+=("$package")
done
# Rust builds the WebAssembly engine and the official client; a rustup that is there serves too.
if tools/rust.sh --missing; then missing+=(cargo-web rustc-web); fi
# npm fetches what the pages of the catalog and the console load.
mapfile -t -O ${#missing[@]} missing < <(tools/web.sh --missing)
# Go builds the checker of Kubernetes manifests.
command -v go >/dev/null || [[ -x /usr/local/go/bin/go ]] || missing+=(golang-go)
((${#missing[@]})) || exit 0

as_root=()
if ((EUID != 0)); then
  command -v sudo >/dev/null || {
    echo "setup: installing packages needs root, and there is no sudo. As root, run:" >&2
    echo "  apt-get install -y --no-install-recommends ${missing[*]}" >&2
    exit 3
  }
  as_root=(sudo)
fi
echo "setup: installing ${#missing[@]} packages"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { "${as_root[@]}" apt-get update -q &&
  "${as_root[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  cat "$log" >&2
  echo "setup: apt-get failed; the output is above" >&2
  exit 3
fi
