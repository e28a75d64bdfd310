#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# packaging/documents.sh OUT PACKAGE:PROGRAM...: makes the share/ folders of the Debian packages:
# manual pages and completions as the programs print them, changelog and copyright. The same programs
# give the same files. OUT/PACKAGE is for /usr/share; OUT/man has the pages of all as text.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$1
shift
version=0
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct 2>/dev/null || echo 1700000000)}"
rm -rf "$out"
mkdir -p "$out/man"

declare -A packages=([libsluice-dev]="")
for entry; do
  package=${entry%%:*} program=${entry#*:}
  name=${program##*/} share=$out/$package
  packages[$package]=""
  mkdir -p "$share"/{man/man1,bash-completion/completions,zsh/vendor-completions,fish/vendor_completions.d}
  if [[ $name == sluice ]]; then
    version=$("$program" --version | cut -d' ' -f2)
    "$program" help --manual "$out/man"
  else
    "$program" man >"$out/man/$name.1"
  fi
  for page in "$out"/man/"$name"{,-*}.1; do  # the tool has one a command
    [[ ! -e $page ]] || gzip -9n <"$page" >"$share/man/man1/${page##*/}.gz"
  done
  "$program" completions bash >"$share/bash-completion/completions/$name"
  "$program" completions zsh >"$share/zsh/vendor-completions/_$name"
  "$program" completions fish >"$share/fish/vendor_completions.d/$name.fish"
done

for package in "${!packages[@]}"; do
  folder=$out/$package/doc/$package
  mkdir -p "$folder"
  cp packaging/copyright "$folder/copyright"
  gzip -9n <CHANGELOG.md >"$folder/CHANGELOG.md.gz"
  # What Debian's tools read; the changes themselves are in the other file.
  printf '%s (%s) unstable; urgency=medium\n\n  * %s\n\n -- %s  %s\n' sluice "$version" \
    "The changes are in /usr/share/doc/$package/CHANGELOG.md.gz." \
    "Sluice maintainers <maintainers@sluice.invalid>" "$(date -u -R -d "@$SOURCE_DATE_EPOCH")" |
    gzip -9n >"$folder/changelog.gz"
done
touch "$out/made"
