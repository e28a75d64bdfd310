#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The Debian packages of $SLUICE_BUILD, unpacked into a folder and used from there.
load ../../tests/lib/sluice.bash

setup_file() {
  export root=$BATS_FILE_TMPDIR/root
  for package in "$SLUICE_BUILD"/packages/*.deb; do
    dpkg-deb -c "$package" | awk '$1 !~ /^d/ {print $6}' >>"$BATS_FILE_TMPDIR/files"
    dpkg-deb -x "$package" "$root"
  done
}
setup() {
  sluice_setup
  SLUICE_BIN=$root/usr/bin
}
teardown() { sluice_teardown; }
package() { echo "$SLUICE_BUILD/packages/$1"_*.deb; }
field() { dpkg-deb -f "$(package "$1")" "$2"; }
packages() { for package in "$SLUICE_BUILD"/packages/*.deb; do basename "$package" | sed 's/_.*//'; done; }
programs() { (cd "$sluice_root" && tools/connectors.sh programs) && echo sluice; }

@test "the version is the tool's, and the architecture this machine's" {
  local architecture
  architecture=$(dpkg --print-architecture)
  for name in $(packages); do
    [[ "sluice $(field "$name" Version)" == "$(sluice --version)"* ]]
    [[ $(field "$name" Architecture) == "$architecture" ]]
  done
}

@test "the libraries that the programs load are dependencies" {
  for library in libc6 libssl3 libcurl4 libstdc++6; do
    field sluice Depends | grep -qF "$library" || fail "$library is missing: $(field sluice Depends)"
  done
}

@test "a family of connectors is a package with its libraries, and sluice needs none of them" {
  local family library folder
  while read -r family library; do
    field "$family" Depends | grep -qF "$library" || fail "$family: $library is missing: $(field "$family" Depends)"
    run field sluice Depends
    [[ $output != *"$library"* ]] || fail "sluice depends on $library"
    for folder in "$sluice_root"/connectors/s*/"${family#sluice-}"; do
      run dpkg-deb -c "$(package "$family")"
      [[ $output == *"/usr/bin/$(basename "$folder")-$(basename "$(dirname "$folder")" s)"* ]]
    done
  done <<<"sluice-kafka librdkafka1
sluice-nats libnats3.4
sluice-postgres libpq5
sluice-redis libhiredis0.14
sluice-sql libmariadb3
sluice-sql libpq5
sluice-sql libsqlite3-0"
}

@test "no file is in two packages" {
  run uniq -d <(sort "$BATS_FILE_TMPDIR/files")
  [[ $status == 0 && -z $output ]]
}

@test "the programs run from the folder, and move records" {
  for name in $(programs); do
    [[ -x $root/usr/bin/$name ]]
    "$root/usr/bin/$name" --version
  done
  start_cluster
  "$root/usr/bin/test-connector" --fluvio-topic t --count 3
  topic_has t 3
}

@test "a shipped SmartModule is there" {
  [[ $(head -c 4 "$root/usr/share/sluice/smartmodules/jolt.wasm" | tail -c 3) == asm ]]
}

@test "each program has a manual page and completions, and what Debian wants in share/doc" {
  local share=$root/usr/share
  for name in $(programs); do
    [[ -s $share/man/man1/$name.1.gz ]]
    [[ -s $share/bash-completion/completions/$name ]]
    [[ -s $share/zsh/vendor-completions/_$name ]]
    [[ -s $share/fish/vendor_completions.d/$name.fish ]]
  done
  for name in $(packages); do
    [[ -s $share/doc/$name/copyright && -s $share/doc/$name/changelog.gz ]]
  done
}

@test "the completions of bash load and complete" {
  for name in $(programs); do
    run bash --norc -c "source '$root/usr/share/bash-completion/completions/$name' && complete -p '$name'"
    ((status == 0)) || fail "$name: $output"
    [[ $output == complete*"$name" ]]
  done
  # shellcheck disable=SC2016  # of the other shell
  run bash --norc -c 'source "$root/usr/share/bash-completion/completions/sluice"
    COMP_WORDS=(sluice topic cr) COMP_CWORD=2; _sluice; echo "${COMPREPLY[*]}"'
  [[ $output == create ]]
}

@test "the client library is there, and pkg-config knows it" {
  [[ -f $root/usr/include/sluice/client.hpp ]]
  [[ -n $(find "$root/usr/lib" -name libsluice_client.a) ]]
  PKG_CONFIG_PATH=$(dirname "$(find "$root" -name sluice-client.pc)") pkg-config --exists sluice-client
}

# The package without its static libraries: lintian takes minutes to read them, and says nothing.
without_archives() {
  local folder=$work/unpacked
  dpkg-deb -R "$1" "$folder"
  find "$folder" -name '*.a' -delete
  sed -i '/\.a$/d' "$folder/DEBIAN/md5sums"
  dpkg-deb --root-owner-group -b "$folder" "$2" >/dev/null
}

@test "lintian finds no errors" {
  command -v lintian >/dev/null || skip "there is no lintian"
  without_archives "$(package libsluice-dev)" "$work/libsluice-dev.deb"
  run lintian --no-cfg --allow-root --fail-on error --suppress-tags bogus-mail-host,embedded-library \
    "$SLUICE_BUILD"/packages/sluice*.deb "$work/libsluice-dev.deb"
  ((status == 0)) || fail "$output"
}

@test "the same build gives the same packages" {
  mkdir "$work/first"
  cp "$SLUICE_BUILD"/packages/*.deb "$work/first"
  "$sluice_root/packaging/deb.sh" "$SLUICE_BUILD"
  for package in "$work"/first/*.deb; do cmp "$package" "$SLUICE_BUILD/packages/${package##*/}"; done
}
