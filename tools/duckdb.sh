#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fetches DuckDB (header and static libraries, as its own Go bindings ship them), checks that it is
# what it was, and prints the folder that has it. Kept in ~/.cache/sluice; safe to start twice at the
# same time. Exit code 77 where it is not to be had: no Go to fetch with, or another processor.
#
# SLUICE_CACHE: where the cache is, instead of ~/.cache/sluice.
set -euo pipefail
here=$(cd "${0%/*}" && pwd)
version=v0.10506.0  # of DuckDB 1.5.6

case $(uname -sm) in
  'Linux x86_64') platform=linux-amd64 sum='h1:yy2TUU+YWxiBiOQryYseUl0AcUzoFFYRmmrCGijUxiU=' ;;
  *)
    echo "duckdb: there is no DuckDB for $(uname -sm) here" >&2
    exit 77
    ;;
esac
module=github.com/duckdb/duckdb-go-bindings/lib/$platform

key=$(sha256sum "$here/duckdb.sh" | cut -c1-16)
cache=${SLUICE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sluice}
kept=$cache/duckdb-$key

find_go() {
  local go
  for go in go /usr/local/go/bin/go /usr/lib/go/bin/go; do
    if command -v "$go"; then return; fi
  done
  echo "duckdb: there is no Go to fetch it with: apt-get install golang-go" >&2
  return 77
}

fetch_it() {
  local go found work=$kept.building
  go=$(find_go) || exit $?
  mkdir -p "$cache"
  exec 9>"$cache/duckdb.lock"
  flock 9
  [[ ! -d $kept ]] || return 0
  # Of one that was stopped half-way; modules are kept without the right to write.
  [[ ! -d $work ]] || chmod -R u+w "$work"
  rm -rf "$work"
  mkdir "$work"
  echo "duckdb: fetching it into $kept (once, 45 MB)" >&2
  found=$(cd "$work" && GOMODCACHE=$work/modules GOFLAGS='' GOTOOLCHAIN=local "$go" mod download -json "$module@$version") || {
    echo "duckdb: it cannot be fetched: $(jq -r '.Error // empty' <<<"$found" 2>/dev/null)" >&2
    exit 77
  }
  [[ $found == *"\"Sum\": \"$sum\""* ]] || {
    echo "duckdb: $module@$version is not what it was: its sum is not $sum" >&2
    exit 1
  }
  chmod -R u+w "$work"
  # In the same file system: it is there as a whole, or not.
  mv -T "$work/modules/$module@$version" "$kept"
  rm -rf "$work"
}

[[ -d $kept ]] || (fetch_it) >&2
echo "$kept"
