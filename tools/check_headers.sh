#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Compiles each header of include/, src/ and connectors/common/ by itself: it includes what it uses. Ninja keeps
# the outcome, so only headers that changed, or that include one that did, are compiled again;
# ccache keeps it for other build folders.
#
# usage: tools/check_headers.sh [HEADER...]
set -euo pipefail
cd "$(dirname "$0")/.."
out=${BUILD:-build}/headers
mkdir -p "$out"

headers=()
while read -r header; do
  if [[ -f $header ]]; then headers+=("$header"); fi
done < <(git ls-files --cached --others --exclude-standard 'include/*.hpp' 'src/*.hpp' 'connectors/common/*.hpp')

# The headers of the WebAssembly engine are where it was built.
flags=(-std=c++23 -Iinclude -Isrc -Iconnectors "-DSLUICE_TEST_DATA='\".\"'" -isystem "$(tools/wasmtime.sh)/include")

{
  echo "builddir = $out"
  echo "rule check"
  echo "  command = CCACHE_BASEDIR=$PWD ccache clang++-19 ${flags[*]} -MD -MF \$out.d -c \$in -o \$out"
  echo "  depfile = \$out.d"
  echo "  deps = gcc"
  echo "  description = header \$in"
  for header in "${headers[@]}"; do
    echo "build $out/$header.o: check $out/$header.cpp"
  done
} >"$out/build.ninja.new"
# An unchanged file keeps its time, and ninja what it knows.
if ! cmp -s "$out/build.ninja.new" "$out/build.ninja"; then mv "$out/build.ninja.new" "$out/build.ninja"; fi

for header in "${headers[@]}"; do
  [[ -f $out/$header.cpp ]] && continue
  mkdir -p "$(dirname "$out/$header")"
  if [[ $header == include/* ]]; then name=${header#include/}; else name=${header#*/}; fi
  echo "#include \"$name\"" >"$out/$header.cpp"
done

targets=()
for header in "$@"; do targets+=("$out/$header.o"); done
ninja --quiet -j 2 -k 0 -f "$out/build.ninja" "${targets[@]}"
