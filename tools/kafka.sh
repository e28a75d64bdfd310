#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tools/kafka.sh
# Prints the folder with the jars of Apache Kafka and of Kafka Connect, for tests and benchmarks:
# `java -cp "$(tools/kafka.sh)/*" kafka.Kafka server.properties`. They come from Maven Central at the
# first call and are kept in ~/.cache/sluice; safe to start twice at the same time. Exit code 77
# without Java or Maven (Debian's default-jre-headless and maven).
#
# SLUICE_CACHE: where the cache is, instead of ~/.cache/sluice.
set -euo pipefail
here=$(cd "${0%/*}" && pwd)
version=3.9.1      # the last line that still runs with Java 11 and 17
slf4j=1.7.36       # of what Kafka is built with; its log goes to standard error

key=$(sha256sum <"$here/kafka.sh" | cut -c1-16)
cache=${SLUICE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sluice}
kept=$cache/kafka-$key

needs() {
  command -v "$1" >/dev/null || {
    echo "kafka: there is no $1: apt-get install $2" >&2
    exit 77
  }
}
dependency() {
  printf '<dependency><groupId>%s</groupId><artifactId>%s</artifactId><version>%s</version></dependency>\n' "$@"
}

make_it() {
  local work=$kept.building
  needs mvn maven
  mkdir -p "$cache"
  exec 9>"$cache/kafka.lock"
  flock 9
  [[ ! -d $kept ]] || return 0
  rm -rf "$work"  # of one that was stopped half-way
  mkdir "$work"
  cd "$work"
  {
    echo '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
    echo '<groupId>sluice</groupId><artifactId>kafka</artifactId><version>1</version><dependencies>'
    for artifact in kafka_2.13 connect-runtime connect-file connect-json; do
      dependency org.apache.kafka $artifact $version
    done
    dependency org.slf4j slf4j-simple $slf4j
    echo '</dependencies></project>'
  } >pom.xml
  echo "kafka: fetching the jars of Kafka $version (once, about a minute)" >&2
  mvn -q -B -Dmaven.repo.local="$work/repository" dependency:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory="$work/libs" >&2
  # In the same file system: it is there as a whole, or not.
  mv -T "$work/libs" "$kept"
  cd /
  rm -rf "$work"
}

needs java default-jre-headless
[[ -d $kept ]] || (make_it)
echo "$kept"
