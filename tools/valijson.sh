#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Prints the folder that has the headers of valijson. They are Debian's package libvalijson-dev,
# unpacked into a cache and not installed: installing it would bring Qt and Poco, whose JSON types
# it can read too. Safe to start twice at the same time.
#
# SLUICE_CACHE: where the cache is, instead of ~/.cache/sluice.
set -euo pipefail
package=libvalijson-dev version=1.0+repack-2

if [[ -f /usr/include/valijson/validator.hpp ]]; then
  echo /usr/include
  exit
fi
cache=${SLUICE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sluice}
folder=$cache/valijson-$version
if [[ ! -f $folder/include/valijson/validator.hpp ]]; then
  mkdir -p "$cache"
  exec 9>"$cache/valijson.lock"
  flock 9
  if [[ ! -f $folder/include/valijson/validator.hpp ]]; then
    work=$folder.building
    rm -rf "$work" "$folder"
    mkdir -p "$work"
    # apt checks the package against the archive's signature.
    if ! (cd "$work" && apt-get download -qq "$package=$version") >"$work.log" 2>&1; then
      as_root=()
      ((EUID == 0)) || as_root=(sudo)
      if ! { "${as_root[@]}" apt-get update -qq &&
        (cd "$work" && apt-get download -qq "$package=$version"); } >>"$work.log" 2>&1; then
        cat "$work.log" >&2
        echo "valijson: cannot download $package $version; the output is above" >&2
        exit 3
      fi
    fi
    dpkg-deb -x "$work"/*.deb "$work"
    mv "$work/usr/include" "$work/include"
    rm -rf "${work:?}/usr" "$work"/*.deb "$work.log"
    mv "$work" "$folder"
  fi
fi
echo "$folder/include"
