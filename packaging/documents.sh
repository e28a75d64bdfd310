#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# packaging/documents.sh OUT PROGRAM...: makes the share/ folders of the Debian packages: manual
# pages and completions as the programs print them, changelog and copyright. The same programs give
# the same files. OUT/sluice and OUT/libsluice-dev are for /usr/share; OUT/man has the pages as text.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$1
shift
version=0
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct 2>/dev/null || echo 1700000000)}"
rm -rf "$out"
mkdir -p "$out"/{man,sluice/{bash-completion/completions,zsh/vendor-completions,fish/vendor_completions.d}}

for program; do
  name=${program##*/}
  if [[ $name == sluice ]]; then
    version=$("$program" --version | cut -d' ' -f2)
    "$program" help --manual "$out/man"
  else
    "$program" man >"$out/man/$name.1"
  fi
  "$program" completions bash >"$out/sluice/bash-completion/completions/$name"
  "$program" completions zsh >"$out/sluice/zsh/vendor-completions/_$name"
  "$program" completions fish >"$out/sluice/fish/vendor_completions.d/$name.fish"
done
mkdir -p "$out/sluice/man/man1"
for page in "$out"/man/*.1; do gzip -9n <"$page" >"$out/sluice/man/man1/${page##*/}.gz"; done

for package in sluice libsluice-dev; do
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
