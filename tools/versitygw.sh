#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tools/versitygw.sh: prints the path of versitygw, an S3 server over a folder, for tests. The Go
# module proxy has its source; it is built at the first call and kept in ~/.cache/sluice; safe to
# start twice at the same time. Exit code 77 without a Go that is new enough (1.24).
#
# SLUICE_CACHE: where the cache is, instead of ~/.cache/sluice.
set -euo pipefail
version=v1.0.14
kept=${SLUICE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sluice}/versitygw-$version
mkdir -p "$kept"
exec 9>"$kept/lock"
flock 9
if [[ ! -x $kept/versitygw ]]; then
  go=$(command -v go || echo /usr/local/go/bin/go)
  minor=$("$go" env GOVERSION 2>/dev/null | sed -n 's/^go1\.\([0-9]*\).*/\1/p')
  ((${minor:-0} >= 24)) || { echo "versitygw: it takes Go 1.24 to build it" >&2 && exit 77; }
  echo "versitygw: building $version into $kept (once, about two minutes)" >&2
  cd "$kept"
  printf 'module s3server\n\ngo 1.24\n\nrequire github.com/versity/versitygw %s\n' "$version" >go.mod
  if ! GOFLAGS=-mod=mod GOTOOLCHAIN=local "$go" build -ldflags='-s -w' -o versitygw.new \
    github.com/versity/versitygw/cmd/versitygw >log 2>&1; then
    tail -20 log >&2
    exit 77
  fi
  mv versitygw.new versitygw
fi
echo "$kept/versitygw"
