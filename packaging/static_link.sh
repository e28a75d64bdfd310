#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# packaging/static_link.sh LINK-COMMAND...: links a program with archives in the place of the shared
# libraries: those of static_libs.sh, or else the system's. What has no archive stays shared; the
# image then gets it too. Unused code is left out, equal code is kept once, relocations packed.
set -euo pipefail
archives=$("$(dirname "$0")/static_libs.sh")/lib

command=()
for word; do
  name=''
  [[ ! $word =~ ^/usr/lib/.*/(lib[^/]*)\.so[.0-9]*$ ]] || name=${BASH_REMATCH[1]}
  if [[ -z $name ]]; then
    command+=("$word")
  elif [[ -f $archives/$name.a ]]; then
    command+=("$archives/$name.a")
  elif [[ -f ${word%/*}/$name.a ]]; then
    command+=("${word%/*}/$name.a")
  else
    command+=("$word")
  fi
  # What curl's archive needs besides.
  if [[ $name == libcurl ]]; then
    for name in libnghttp2 libbrotlidec libbrotlicommon libzstd libz libssl libcrypto; do
      command+=("${word%/*}/$name.a")
    done
  fi
done
exec "${command[@]}" -static-libstdc++ -static-libgcc -s -Wl,-O2 -Wl,--icf=safe \
  -Wl,-z,pack-relative-relocs -Wl,--build-id=none -Wl,--exclude-libs,ALL
