#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clang-tidy with the short list of .clang-tidy over our sources. A file that passed is not
# read again until it, or what it includes, changes.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build/release}
[[ -f $build/compile_commands.json ]] || cmake --preset "$(basename "$build")" >/dev/null
# What the commands include beside the sources: precompiled headers.
ninja -C "$build" -t targets all | sed -n 's/\.pch: .*/.pch/p' | xargs -r ninja --quiet -C "$build"
cache=${XDG_CACHE_HOME:-$HOME/.cache}/sluice/tidy
mkdir -p "$cache"
find "$cache" -type f -mtime +30 -delete

export build cache
one() {
  file=$1
  # The preprocessed text is what clang-tidy sees; its hash says whether it saw it before.
  key=$({ cat .clang-tidy; clang++-19 -std=c++23 -Isrc -Iinclude -MM -MG "$file" 2>/dev/null |
    tr -d '\\' | tr ' ' '\n' | grep -E '^(src|include|connectors)/' | sort -u | xargs -r cat; } |
    sha256sum | cut -d' ' -f1)
  [[ -e $cache/$key ]] && return 0
  if clang-tidy-19 --quiet -p "$build" "$file" 2>/dev/null; then : >"$cache/$key"; else
    echo "tidy: $file" >&2
    return 1
  fi
}
export -f one
tools/sources.sh | grep -E '^(src|connectors)/.*\.cpp$' | grep -v _test.cpp |
  xargs -P "$(nproc)" -I{} bash -c 'one {}'
