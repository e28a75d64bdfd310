#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tools/toxiproxy.sh [OPTION...]: runs toxiproxy-server, a TCP proxy that can be told to delay, cut
# and slow down connections. It comes from the Go module proxy at the first call and is kept in
# ~/.cache/sluice; safe to start twice at the same time. Exit code 77 without a Go to build with.
#
# SLUICE_CACHE: where the cache is, instead of ~/.cache/sluice.
set -euo pipefail
here=$(cd "${0%/*}" && pwd)
version=v2.5.0 # needs Go 1.17; Debian 12 has 1.19

key=$(sha256sum <"$here/toxiproxy.sh" | cut -c1-16)
cache=${SLUICE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sluice}
kept=$cache/toxiproxy-$key

find_go() {
  local go
  for go in go /usr/local/go/bin/go /usr/lib/go/bin/go; do
    if command -v "$go"; then return; fi
  done
  echo "toxiproxy: there is no Go to build it with: apt-get install golang-go" >&2
  return 77
}

make_it() {
  local go work=$kept.building
  go=$(find_go) || exit $?
  mkdir -p "$cache"
  exec 9>"$cache/toxiproxy.lock"
  flock 9
  [[ ! -d $kept ]] || return 0
  # Of one that was stopped half-way; modules are kept without the right to write.
  [[ ! -d $work ]] || chmod -R u+w "$work"
  rm -rf "$work"
  mkdir "$work"
  export GOMODCACHE=$work/modules GOBIN=$work/bin GOFLAGS=-buildvcs=false GOTOOLCHAIN=local
  cd "$work"
  "$go" install "github.com/Shopify/toxiproxy/v2/cmd/server@$version"
  # In the same file system: it is there as a whole, or not.
  mv -T "$work/bin" "$kept"
  chmod -R u+w "$work"
  rm -rf "$work"
}

[[ -d $kept ]] || (make_it)
exec "$kept/server" "$@"
