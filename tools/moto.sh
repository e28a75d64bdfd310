#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tools/moto.sh: prints the folder of a Python environment with moto, which stands in for S3 and
# DynamoDB in tests. It is made at the first call and kept in ~/.cache/sluice; safe to start twice
# at the same time. Exit code 77 without a Python that can make one.
#
# SLUICE_CACHE: where the cache is, instead of ~/.cache/sluice.
set -euo pipefail
packages=('moto[s3,dynamodb]==5.2.5' flask==3.1.3 flask-cors==6.0.5)
key=$(printf '%s\n' "${packages[@]}" | sha256sum | cut -c1-16)
cache=${SLUICE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sluice}
kept=$cache/moto-$key
mkdir -p "$cache"
exec 9>"$cache/moto.lock"
flock 9
# pip makes the program last.
if [[ ! -x $kept/bin/moto_server ]]; then
  python3 -m venv --help >/dev/null 2>&1 || {
    echo "moto: there is no python3-venv: apt-get install python3-venv" >&2
    exit 77
  }
  echo "moto: installing into $kept (once)" >&2
  rm -rf "$kept"
  python3 -m venv "$kept"
  if ! "$kept/bin/pip" install -q --disable-pip-version-check "${packages[@]}" >"$cache/moto.log" 2>&1; then
    rm -rf "$kept"
    tail -5 "$cache/moto.log" >&2
    exit 77
  fi
fi
echo "$kept"
