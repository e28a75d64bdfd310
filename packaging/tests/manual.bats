#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The manual pages in $SLUICE_BUILD/documents/man.
load ../../tests/lib/sluice.bash

pages() { echo "$SLUICE_BUILD"/documents/man/*.1; }

@test "each page is shown without a warning" {
  for page in $(pages); do
    run groff -man -Tutf8 -ww -z "$page"
    [[ $status == 0 && -z $output ]] || fail "$page:" "$output"
    MANWIDTH=80 man --warnings -E UTF-8 -l "$page" 2>&1 >/dev/null | { ! grep .; }
  done
}

@test "there is a page for each command and each connector" {
  local first
  for first in $("$SLUICE_BIN/sluice" help | awk '/^Commands:/ {on = 1; next} /^$/ {on = 0} on {print $1}' | sort -u); do
    [[ -s $SLUICE_BUILD/documents/man/sluice-$first.1 ]] || fail "no page for sluice $first"
  done
  for first in sluice $(cd "$sluice_root" && tools/connectors.sh programs); do
    [[ -s $SLUICE_BUILD/documents/man/$first.1 ]] || fail "no page for $first"
  done
}

@test "each page has its sections" {
  for page in $(pages); do
    for section in NAME SYNOPSIS 'EXIT STATUS' ENVIRONMENT FILES 'SEE ALSO'; do
      grep -qx "\.SH $section" "$page" || fail "$page has no $section"
    done
  done
}

@test "a page of a connector has each option that its help has" {
  for name in $(cd "$sluice_root" && tools/connectors.sh programs); do
    man -E UTF-8 -l "$SLUICE_BUILD/documents/man/$name.1" >"$BATS_TEST_TMPDIR/$name"
    for option in $("$SLUICE_BIN/$name" --help | grep -o '^ *\(-., \)\?--[a-z-]*' | grep -o -- '--[a-z-]*$'); do
      grep -q -- "$option" "$BATS_TEST_TMPDIR/$name" || fail "$name.1 lacks $option"
    done
  done
}
