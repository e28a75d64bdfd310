#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tools/web.sh pages|tests|dynalite: fetches npm packages once and prints the folder that has them.
#   pages: what the catalog site and the console page load (catalog/vendor.txt): site/, console/,
#          each with a licences.txt. Building the tool needs these.
#   tests, dynalite: node_modules/ of tests/browser, of tests/dynalite.
# The packages are those of a committed lock file, which has their checksums. They are kept
# outside every build folder, by the lock file's checksum; safe to start twice at the same time.
# tools/web.sh --missing: the Debian packages that this needs and that are not there.
#
# SLUICE_CACHE: where the cache is, instead of ~/.cache/sluice.
set -euo pipefail
cd "$(dirname "$0")/.."

node_serves() { node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' 2>/dev/null; }

if [[ ${1:-} == --missing ]]; then
  node_serves || echo nodejs
  command -v npm >/dev/null || echo npm
  exit 0
fi
what=${1:-pages}
case $what in
  pages) source=catalog key_files=(catalog/package-lock.json catalog/vendor.txt tools/web.sh) ;;
  tests) source=tests/browser key_files=(tests/browser/package-lock.json) ;;
  dynalite) source=tests/dynalite key_files=(tests/dynalite/package-lock.json) ;;
  *) echo "web: '$what' is none of pages, tests and dynalite" >&2 && exit 2 ;;
esac

# The files that vendor.txt names, and the licence of each package that one is from.
take_pages() {  # take_pages NODE_MODULES TARGET
  local set name file package licence
  while read -r set name file; do
    mkdir -p "$2/$set/vendor"
    grep -v '^//# sourceMappingURL=' "$1/$file" >"$2/$set/vendor/$name"
    package=${file%%/*}
    licence=$(compgen -G "$1/$package/LICENSE*" | sort | head -n 1)
    grep -qs "^== $package " "$2/$set/licences.txt" && continue
    { node -p "const p = require('$1/$package/package.json'); \`== \${p.name} \${p.version}\`"
      echo && cat "$licence" && echo; } >>"$2/$set/licences.txt"
  done < <(grep -v '^#' catalog/vendor.txt)
}

cache=${SLUICE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sluice}
folder=$cache/web-$what-$(cat "${key_files[@]}" | sha256sum | cut -c1-16)
if [[ ! -d $folder ]]; then
  if ! node_serves || ! command -v npm >/dev/null; then
    echo "web: needs node 18 or newer, and npm: apt-get install nodejs npm" >&2
    exit 3
  fi
  mkdir -p "$cache"
  exec 9>"$cache/web-$what.lock"
  flock 9
  if [[ ! -d $folder ]]; then
    echo "web: fetching the packages of $source/package-lock.json into $folder (once)" >&2
    work=$folder.fetching
    rm -rf "$work"
    mkdir -p "$work"
    cp "$source/package.json" "$source/package-lock.json" "$work"
    npm ci --prefix "$work" --ignore-scripts --omit=dev --no-audit --no-fund --loglevel=error >&2
    if [[ $what == pages ]]; then
      take_pages "$work/node_modules" "$work"
      rm -rf "$work/node_modules"
    fi
    mv "$work" "$folder"
  fi
fi
echo "$folder"
