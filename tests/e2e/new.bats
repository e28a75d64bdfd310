#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# `sluice new`: from nothing to a connector whose tests pass, in each direction and language.

bats_require_minimum_version 1.5.0
load ../lib/sluice

setup() {
  sluice_setup
  cd "$work" || exit
  unset SLUICE_ROOT
}
teardown() { sluice_teardown; }

# As on a machine with Sluice on the PATH, and nothing said about it.
as_user() { env -u SLUICE_BIN -u FLV_PROFILE_PATH PATH="$SLUICE_BIN:$PATH" HOME="$work" "$@"; }

# makes_a_connector LANGUAGE DIRECTION: new, test, metadata.
makes_a_connector() {
  local language=$1 direction=$2
  as_user sluice new "$direction" my-thing --language "$language"
  run as_user make --no-print-directory -C my-thing test
  [[ $status -eq 0 ]] || fail "$output"
  [[ $output != *skipped* && $(grep -c '^ok' <<<"$output") -ge 4 ]] || fail "$output"
  run --separate-stderr as_user make --no-print-directory -C my-thing metadata
  [[ $status -eq 0 && ${#lines[@]} -eq 1 ]] || fail "$output"
  jq -e --arg name "my-thing-$direction" --arg direction "${direction^}" '
    keys_unsorted == ["name", "direction", "schema", "version", "description"] and
    .name == $name and .direction == $direction and .version == "0.1.0" and .description != "" and
    (.schema.required | contains(["path"]))' <<<"$output"
  grep -q '^## Delivery' my-thing/README.md
  # The acceptance suite takes it; here only one of the cases.
  run as_user env SLUICE_BIN="$SLUICE_BIN" "$SLUICE_BIN/../share/sluice/testing/acceptance/run" my-thing \
    --case goes_on_after_a_clean_stop
  [[ $status -eq 0 && $output == *"delivered 400 "*"lost 0"* ]] || fail "$output"
  [[ -x my-thing/$(sed -n 's/^binary = "\(.*\)"/\1/p' my-thing/connector.toml) ]]
}

@test "a source in C++, which also runs from its sample configuration" {
  makes_a_connector cpp source
  start_cluster
  (cd my-thing && ./build/bin/my-thing-source --config sample-config.yaml)
  diff <(topic_values my-thing) my-thing/README.md
}
@test "a sink in C++" { makes_a_connector cpp sink; }
@test "a source in Python" { makes_a_connector python source; }
@test "a sink in Python" { makes_a_connector python sink; }
@test "a source in shell" { makes_a_connector shell source; }
@test "a sink in shell" { makes_a_connector shell sink; }

@test "the scripts of the languages are clean, and are those of the examples" {
  sluice new source a --language shell
  sluice new sink b --language shell
  sluice new sink c --language python
  (cd a && shellcheck -x -S warning a-source)
  (cd b && shellcheck -x -S warning b-sink)
  cmp a/connector.bash "$sluice_root/examples/shell-connector/connector.bash"
  cmp c/connector.py "$sluice_root/examples/python-connector/connector.py"
  sed s/c-sink/python-sqlite-sink/ c/Makefile | cmp - "$sluice_root/examples/python-connector/Makefile"
  sed s/a-source/disk-usage-source/ a/Makefile | cmp - "$sluice_root/examples/shell-connector/Makefile"
}

@test "the direction is at the end of the connector's name once" {
  sluice new sink archive-sink --language shell
  grep -qx 'name = "archive-sink"' archive-sink/connector.toml
  sluice new sink archive --language shell --output json |
    jq -e '.name == "archive-sink" and .folder == "archive" and (.files | length) > 5'
}

@test "wrong names are refused, and nothing is made" {
  local name
  for name in A a_b a--b -a a- 1a '' a.b 'a b' meta ../a a/b my-sink "$(printf 'a%.0s' {1..41})"; do
    run sluice new source "$name" --language shell
    [[ $status -eq 2 && $output == *error:* ]] || fail "$name: $status $output"
  done
  [[ -z $(ls -A) ]]
}

@test "wrong words are refused" {
  run sluice new source
  [[ $status -eq 2 && $output == *NAME* ]]
  run sluice new source a --language pyton
  [[ $status -eq 2 && $output == *python* ]]
  run sluice new sorce a
  [[ $status -eq 2 && $output == *'sluice new source'* ]]
}

@test "a folder that exists is left as it is" {
  mkdir taken
  touch taken/file
  run sluice new source taken --language shell
  [[ $status -eq 3 && $output == *'exists already'* ]]
  [[ $(ls -A taken) == file ]]
  ln -s nowhere dangling
  run sluice new source dangling --language shell
  [[ $status -eq 3 ]]
}

@test "a folder that cannot be written leaves nothing behind" {
  touch file
  run sluice new source a --language shell --into file/below
  [[ $status -eq 3 && $output == *file/below* ]]
  [[ $(ls -A) == file ]]
}

@test "without the kit, C++ says what is missing and makes nothing; the others do not need it" {
  mkdir -p bare/bin
  cp "$SLUICE_BIN/sluice" bare/bin/
  run bare/bin/sluice new source a
  [[ $status -eq 3 && $output == *'connector kit'*"$work/bare"* && $output == *libsluice-dev* && $output == *SLUICE_ROOT* ]]
  [[ ! -e a ]]
  bare/bin/sluice new source a --language python
  # It is not on the PATH, so the folder knows where it is, and git does not.
  grep -qx "SLUICE_ROOT ?= $work/bare" a/local.mk
  grep -qx '/local.mk' a/.gitignore
}

@test "SLUICE_ROOT says where the kit is" {
  mkdir -p bare/bin
  cp "$SLUICE_BIN/sluice" bare/bin/
  SLUICE_ROOT=$SLUICE_BIN/.. bare/bin/sluice new source a
  [[ -e a/main.cpp ]]
}

@test "in the source tree it fits the tree" {
  mkdir -p tree/connectors/sources tree/src
  touch tree/connectors/connector.mk
  (cd tree/src && sluice new source a)
  [[ -e tree/connectors/sources/a/main.cpp && ! -e tree/connectors/sources/a/local.mk ]]
  grep -q 'connectors/connector.mk' tree/connectors/sources/a/Makefile
  grep -qx 'binary = "a-source"' tree/connectors/sources/a/connector.toml
  sluice new source b --into tree/connectors/sources
  grep -q 'connectors/connector.mk' tree/connectors/sources/b/Makefile
  # Elsewhere in the tree it stands by itself.
  sluice new source c --into tree/src
  grep -q find_package tree/src/c/CMakeLists.txt
}
