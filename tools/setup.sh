#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the packages of tools/packages.txt that are missing, and Rust and Go unless there are some
# that are new enough. Quick when nothing is missing. The servers among them are for tests, which
# start their own: as services they are neither started nor enabled.
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
policy=/usr/sbin/policy-rc.d  # asked by every package that would start a service
made=''
# shellcheck disable=SC2317,SC2329  # called by the trap
finish() {
  rm -f "$log"
  [[ -z $made ]] || "${as_root[@]}" rm -f "$policy"
}
trap finish EXIT
if [[ ! -e $policy ]]; then
  made=yes
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
  "${as_root[@]}" chmod 755 "$policy"
fi
# Nor with the machine, where systemd rules.
disable_services() {
  local units
  [[ -d /run/systemd/system ]] || return 0
  mapfile -t units < <(dpkg -L "${missing[@]}" 2>/dev/null | sed -n 's|.*/systemd/system/\([^/@]*\.service\)$|\1|p')
  ((${#units[@]} == 0)) || "${as_root[@]}" systemctl disable --quiet "${units[@]}" || true
}
if ! { "${as_root[@]}" apt-get update -q &&
  "${as_root[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}" &&
  disable_services; } >"$log" 2>&1; then
  cat "$log" >&2
  echo "setup: apt-get failed; the output is above" >&2
  exit 3
fi
