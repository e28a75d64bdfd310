#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tools/smartmodule_build.sh SOURCE.cpp... -o OUT.wasm [-I FOLDER]... [-D NAME]...
#
# Compiles a SmartModule. This is the one place that knows the command line: what
# `sluice smartmodule build`, CMake's sluice_smartmodule() and docs/smartmodules.md do is this.
#
# Needs clang-19 and lld-19. A module that includes <sluice/smartmodule/json.hpp> or regex.hpp
# needs wasi-libc, libc++-19-dev-wasm32 and rapidjson-dev as well.
# CLANGXX and WASM_LD name other compilers; SLUICE_INCLUDE another folder with sluice/.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
cxx=${CLANGXX:-clang++-19}
ld=${WASM_LD:-wasm-ld-19}
llvm=/usr/lib/llvm-19

usage() {
  echo "usage: tools/smartmodule_build.sh SOURCE.cpp... -o OUT.wasm [-I FOLDER]... [-D NAME]..." >&2
  exit 2
}

sources=() out='' extra=()
while (($#)); do
  case $1 in
    -o) out=${2:-} && shift ;;
    -I | -D) extra+=("$1" "${2:-}") && shift ;;
    -*) usage ;;
    *) sources+=("$1") ;;
  esac
  shift || usage
done
if [[ -z $out || ${#sources[@]} == 0 ]]; then usage; fi
for tool in "$cxx" "$ld"; do
  command -v "$tool" >/dev/null || {
    echo "smartmodule_build: $tool is missing: apt-get install clang-19 lld-19" >&2
    exit 3
  }
done

# Nobody runs constructors in a SmartModule, so a variable that needs one is an error.
compile=(
  "$cxx" --target=wasm32-wasi -std=c++20 -Os -g0 -mbulk-memory
  -fno-exceptions -fno-rtti -fno-threadsafe-statics -fvisibility=hidden
  -ffunction-sections -fdata-sections
  -Wall -Wextra -Wno-missing-field-initializers -Wno-missing-designated-field-initializers
  -Wglobal-constructors -Werror=global-constructors
  -nostdinc++ -isystem "$llvm/include/wasm32-wasi/c++/v1" -isystem /usr/include/wasm32-wasi
  -I "${SLUICE_INCLUDE:-$here/include}"
)
# wasm-ld by itself: clang's driver runs wasm-opt when there is one, and fails on bulk memory.
# The stack comes first, so that one that grows too long traps instead of overwriting data.
link=("$ld" --no-entry --strip-all -O2 --gc-sections --stack-first -z stack-size=65536)
libraries=()
if [[ -e /usr/lib/wasm32-wasi/libc.a ]]; then libraries+=(/usr/lib/wasm32-wasi/libc.a); fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
objects=()
for source in "${sources[@]}"; do
  object=$work/${#objects[@]}.o
  "${compile[@]}" "${extra[@]}" -c "$source" -o "$object"
  objects+=("$object")
done
# shellcheck disable=SC2086  # SMARTMODULE_LDFLAGS is a list of words
"${link[@]}" ${SMARTMODULE_LDFLAGS:-} -Map="$work/map" -o "$work/out.wasm" "${objects[@]}" "${libraries[@]}"
# The function that runs constructors is empty (two bytes) when no library brought one.
constructors=$(awk '$NF == "__wasm_call_ctors" {print $3; exit}' "$work/map")
if ((16#${constructors:-0} > 2)) || grep -q command_export "$work/map"; then
  echo "smartmodule_build: $out: a library brings a static constructor, which nobody would run" >&2
  exit 1
fi
mkdir -p "$(dirname "$out")"
install -m 644 "$work/out.wasm" "$out"
