#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# packaging/source_lists.sh APT OUT: writes lists of source packages into the folder OUT, for each
# list of packages in APT (/etc/apt), of either form: a machine need not have any of sources.
set -euo pipefail
apt=$1 out=$2
mkdir -p "$out"
shopt -s nullglob
for list in "$apt"/sources.list "$apt"/sources.list.d/*.list; do
  [[ ! -f $list ]] || sed -n 's/^[[:blank:]]*deb[[:blank:]]/deb-src /p' "$list" >"$out/of-${list##*/}"
done
for list in "$apt"/sources.list.d/*.sources; do
  sed 's/^Types:.*/Types: deb-src/I' "$list" >"$out/of-${list##*/}"
done
