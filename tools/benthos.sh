#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tools/benthos.sh: prints the path of a Benthos 4.27 with the components that
# tools/bench_connectors.sh compares (a program with all of them is larger and needs more memory, so
# this is the fairer peer). The Go module proxy has its source; it is built at the first call (a few
# minutes) and kept in ~/.cache/sluice. Exit code 77 without a Go to build with.
#
# SLUICE_CACHE: where the cache is, instead of ~/.cache/sluice.
set -euo pipefail
version=v4.27.0
kept=${SLUICE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sluice}/benthos-$version
mkdir -p "$kept"
exec 9>"$kept/lock"
flock 9
if [[ ! -x $kept/benthos ]]; then
  command -v go >/dev/null || { echo "benthos: there is no Go to build it with" >&2 && exit 77; }
  echo "benthos: building $version into $kept (once, a few minutes)" >&2
  cd "$kept"
  printf 'module benthosbuild\n\ngo 1.22\n\nrequire github.com/benthosdev/benthos/v4 %s\n' "$version" >go.mod
  cat >main.go <<'END'
package main

import (
	"context"

	_ "github.com/benthosdev/benthos/v4/public/components/io"
	_ "github.com/benthosdev/benthos/v4/public/components/kafka"
	_ "github.com/benthosdev/benthos/v4/public/components/mqtt"
	_ "github.com/benthosdev/benthos/v4/public/components/pure"
	_ "github.com/benthosdev/benthos/v4/public/components/sql/base"
	"github.com/benthosdev/benthos/v4/public/service"
	_ "modernc.org/sqlite"
)

func main() { service.RunCLI(context.Background()) }
END
  if ! GOFLAGS=-mod=mod go build -ldflags='-checklinkname=0 -s -w' -o benthos.new . >log 2>&1; then
    tail -20 log >&2
    exit 1
  fi
  mv benthos.new benthos
fi
echo "$kept/benthos"
