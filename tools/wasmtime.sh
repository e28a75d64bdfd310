#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the wasmtime C API (third_party/wasmtime) and prints the folder that has it:
# include/ and lib/libwasmtime.a. It is built once for a lock file and compiler, into a cache
# outside every build folder, and safe to start twice at the same time.
#
# SLUICE_CACHE: where the cache is, instead of ~/.cache/sluice.
set -euo pipefail
cd "$(dirname "$0")/../third_party/wasmtime"

cargo=$(../../tools/rust.sh)
cache=${SLUICE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sluice}
# Nothing unwinds through the engine (a panic ends the program), and a program of an image names no
# folder of the machine that built it.
flags="-C force-unwind-tables=no --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo --remap-path-prefix=$cache=cache"
key=$({ cat Cargo.toml Cargo.lock lib.rs build.rs && "$cargo" --version && echo "$flags"; } | sha256sum | cut -c1-16)
folder=$cache/wasmtime-$key
if [[ ! -f $folder/lib/libwasmtime.a ]]; then
  mkdir -p "$cache"
  exec 9>"$cache/wasmtime.lock"
  flock 9
  if [[ ! -f $folder/lib/libwasmtime.a ]]; then
    echo "wasmtime: building the WebAssembly engine into $folder (once, about four minutes)" >&2
    work=$cache/wasmtime-$key.building
    rm -rf "$work"
    mkdir -p "$work/lib"
    RUSTFLAGS=$flags SLUICE_WASMTIME_INCLUDE=$work/include CARGO_TARGET_DIR=$work/target \
      "$cargo" build --quiet --release --locked >&2
    mv "$work/target/release/libsluice_wasmtime.a" "$work/lib/libwasmtime.a"
    rm -rf "$work/target" "$folder"
    mv "$work" "$folder"
  fi
fi
echo "$folder"
