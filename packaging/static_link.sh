#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# packaging/static_link.sh LINK-COMMAND...: links a program with archives in the place of the shared
# libraries: those of static_libs.sh, or else the system's. What has no archive stays shared; the
# image then gets it too. Unused code is left out, equal code is kept once, relocations packed.
set -euo pipefail
archives=$("$(dirname "$0")/static_libs.sh")/lib

# The archives, and the options of the linker, that an archive needs besides. libsasl2 loads its
# mechanisms from files, and stays shared.
declare -A needs=(
  [libcurl]='libnghttp2 libbrotlidec libbrotlicommon libzstd libz libssl libcrypto'
  [libpq]='libssl libcrypto'
  [librdkafka]='liblz4 libzstd libz libssl libcrypto -l:libsasl2.so.2 -lm'
  [libmariadb]='libz libssl libcrypto'
)

command=()
for word; do
  name=''
  [[ ! $word =~ ^/usr/lib/.*/(lib[^/]*)\.so[.0-9]*$ ]] || name=${BASH_REMATCH[1]}
  if [[ -z $name ]]; then
    command+=("$word")
    continue
  elif [[ -f $archives/$name.a ]]; then
    command+=("$archives/$name.a")
  elif [[ -f ${word%/*}/$name.a ]]; then
    command+=("${word%/*}/$name.a")
  else
    command+=("$word")
  fi
  for name in ${needs[$name]:-}; do
    if [[ $name == -l* ]]; then command+=("$name"); else command+=("${word%/*}/$name.a"); fi
  done
done
exec "${command[@]}" -static-libstdc++ -static-libgcc -s -Wl,-O2 -Wl,--icf=safe \
  -Wl,-z,pack-relative-relocs -Wl,--build-id=none -Wl,--exclude-libs,ALL
