#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# packaging/tests/run.sh images|deb PRESET: builds the images, or the Debian packages, and tests
# them. Exits with 77, after saying why, where this machine cannot do it.
#
# Every program is linked for its image, and tried; images are made of those that differ in what is
# in them: the tool, two connectors that move records, and those that have libraries of their own.
# SLUICE_ALL_IMAGES=1: of all, which takes four minutes more.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
export SLUICE_BUILD=$PWD/build/$2 SLUICE_BIN=$PWD/build/$2/bin
# Of now: who commits meanwhile gets the same packages and images all the same.
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct 2>/dev/null || echo 1700000000)}"
export SOURCE_DATE_EPOCH
work=$(mktemp -d)
finish() {
  # Of a test that failed; the storage is mounted while a container is there.
  [[ -z ${CONTAINERS_STORAGE_CONF:-} ]] || podman rm -fa >/dev/null 2>&1
  rm -rf "$work"
}
trap finish EXIT

skip() {
  echo "skipped: $*"
  exit 77
}
need() {
  local tool
  for tool; do command -v "$tool" >/dev/null || skip "there is no $tool"; done
}

# A storage of its own, so that no image of the user is touched.
own_storage() {
  printf '[storage]\ndriver = "vfs"\ngraphroot = "%s"\nrunroot = "%s"\n' \
    "$work/storage" "$work/run" >"$work/storage.conf"
  export CONTAINERS_STORAGE_CONF=$work/storage.conf BUILDAH_ISOLATION=chroot
}
can_make_images() {
  local container problem
  container=$(buildah from scratch 2>"$work/problem") && buildah rm "$container" >/dev/null && return
  problem=$(tail -n 1 "$work/problem")
  skip "buildah cannot make a container here: $problem"
}

case $1 in
  images)
    need buildah podman runc
    own_storage
    can_make_images
    export SLUICE_IMAGES=$work/images
    cmake --build "$SLUICE_BUILD" --target image-programs >"$work/log" ||
      { tail -n 30 "$work/log" && exit 1; }
    some=(test-connector file-sink http-source kafka-sink nats-source sql-sink sluice)
    [[ -z ${SLUICE_ALL_IMAGES:-} ]] || some=()
    packaging/images.sh "$SLUICE_BUILD/image" "$SLUICE_IMAGES" "${some[@]}" || exit 1
    bats packaging/tests/images.bats
    ;;
  deb)
    need dpkg-deb dpkg-shlibdeps man groff
    packaging/deb.sh "$SLUICE_BUILD" || exit 1
    bats packaging/tests/deb.bats packaging/tests/manual.bats
    ;;
esac
