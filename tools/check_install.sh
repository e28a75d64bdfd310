#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# check_install.sh [BUILD_DIR]: installs the client into a temporary prefix, builds
# examples/client against it with find_package and one program with pkg-config, and runs them
# against `sluice cluster start` of the same build, or of SLUICE, when that is built. Then it
# installs the tool and the connector kit, too, and builds and tests a connector that `sluice new`
# makes, in a folder and with a PATH that know nothing of the build.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
build=${1:-$root/build/dev}
work=$(mktemp -d)
sluice=${SLUICE:-$build/bin/sluice}
started=''
finish() {
  [[ -z $started ]] || "$sluice" cluster stop --data "$work/data" >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap finish EXIT

cmake --build "$build" --target sluice_client sluice_connector >"$work/build.log" 2>&1 || { cat "$work/build.log"; exit 1; }
cmake --install "$build" --prefix "$work/prefix" --component client >"$work/install.log"
cmake -S "$root/examples/client" -B "$work/example" -G Ninja -DCMAKE_PREFIX_PATH="$work/prefix" \
  -DCMAKE_CXX_COMPILER=clang++-19 >"$work/configure.log" || { cat "$work/configure.log"; exit 1; }
cmake --build "$work/example" >"$work/example.log" || { cat "$work/example.log"; exit 1; }
echo "built with find_package(sluice)"

PKG_CONFIG_PATH=$(dirname "$(find "$work/prefix" -name sluice-client.pc)")
export PKG_CONFIG_PATH
# shellcheck disable=SC2046  # words are what pkg-config gives
clang++-19 -std=c++23 "$root/examples/client/consume.cpp" -o "$work/consume" \
  $(pkg-config --cflags --libs sluice-client)
echo "built with pkg-config"

if [[ -z ${FLV_PROFILE_PATH:-} ]]; then
  [[ -x $sluice ]] || { echo "not run: no server (build the sluice tool, or set FLV_PROFILE_PATH)"; exit 0; }
  "$sluice" cluster start --data "$work/data" --sc 127.0.0.1:0 --spu 127.0.0.1:0 \
    --profile "$work/profile" >"$work/server.log" 2>&1 || { cat "$work/server.log"; exit 1; }
  started=yes
  export FLV_PROFILE_PATH=$work/profile
fi
topic=install-check-$$
printf 'one\ntwo\nthree\n' | "$work/example/produce" "$topic"
for consume in "$work/example/consume" "$work/consume"; do
  [[ $("$consume" "$topic") == $'one\ntwo\nthree' ]] || { echo "read back something else"; exit 1; }
done
echo "produced and consumed 3 records"

cmake --install "$build" --prefix "$work/prefix" --component connector >>"$work/install.log"
if [[ ! -x $build/bin/sluice ]]; then
  echo "no connector: no tool (build the target sluice)"
  exit 0
fi
cmake --install "$build" --prefix "$work/prefix" --component tool >>"$work/install.log" ||
  { echo "the tool and the connectors are not all built"; exit 1; }
mkdir "$work/authors"
cd "$work/authors"
unset SLUICE_BIN SLUICE_ROOT
PATH=$work/prefix/bin:$PATH
[[ $(command -v sluice) == "$work/prefix/bin/sluice" ]]
sluice new source check-in
[[ ! -e check-in/local.mk ]] || { echo "the installed kit was not found on the PATH"; exit 1; }
make --no-print-directory -C check-in test
make --no-print-directory -C check-in metadata | jq -e '.name == "check-in-source"' >/dev/null
! grep -q "$root" check-in/build/CMakeCache.txt || { echo "the connector was built with the tree"; exit 1; }
echo "built and tested a new connector with the installed kit"
