#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tools/opensearch.sh
# Prints the folder with an OpenSearch server for tests: `java -cp "$(tools/opensearch.sh)/*"
# SluiceOpenSearch FOLDER PORT`. Its jars come from Maven Central at the first call, the main class
# is tools/opensearch/, and all is kept in ~/.cache/sluice; safe to start twice at the same time.
# Exit code 77 without Maven or a JDK (Debian's maven and default-jdk-headless).
#
# SLUICE_CACHE: where the cache is, instead of ~/.cache/sluice.
set -euo pipefail
here=$(cd "${0%/*}" && pwd)
version=2.11.1  # runs with Java 11 to 21; the last before the constructor of Node changed is 2.18
log4j=2.20.0    # what it is built with

key=$(cat "$here/opensearch.sh" "$here/opensearch/SluiceOpenSearch.java" | sha256sum | cut -c1-16)
cache=${SLUICE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sluice}
kept=$cache/opensearch-$key

needs() {
  command -v "$1" >/dev/null || {
    echo "opensearch: there is no $1: apt-get install $2" >&2
    exit 77
  }
}
dependency() {
  printf '<dependency><groupId>%s</groupId><artifactId>%s</artifactId><version>%s</version></dependency>\n' "$@"
}

make_it() {
  local work=$kept.building
  needs mvn maven
  needs javac default-jdk-headless
  needs jar default-jdk-headless
  mkdir -p "$cache"
  exec 9>"$cache/opensearch.lock"
  flock 9
  [[ ! -d $kept ]] || return 0
  rm -rf "$work"  # of one that was stopped half-way
  mkdir -p "$work/classes"
  cd "$work"
  {
    echo '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
    echo '<groupId>sluice</groupId><artifactId>opensearch</artifactId><version>1</version><dependencies>'
    dependency org.opensearch opensearch $version
    dependency org.opensearch.plugin transport-netty4-client $version
    dependency org.apache.logging.log4j log4j-core $log4j
    echo '</dependencies></project>'
  } >pom.xml
  echo "opensearch: fetching the jars of OpenSearch $version (once, about a minute)" >&2
  mvn -q -B -Dmaven.repo.local="$work/repository" dependency:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory="$work/libs" >&2
  javac -cp 'libs/*' -d classes "$here/opensearch/SluiceOpenSearch.java" >&2
  jar --create --file libs/sluice-opensearch.jar -C classes . >&2
  # In the same file system: it is there as a whole, or not.
  mv -T "$work/libs" "$kept"
  cd /
  rm -rf "$work"
}

needs java default-jre-headless
[[ -d $kept ]] || (make_it)
echo "$kept"
