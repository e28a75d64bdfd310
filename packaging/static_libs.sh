#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the static libraries that the programs of the images are linked with and that Debian
# ships shared only (fmt, spdlog, prometheus-cpp) or with a long chain behind it (curl: here with
# HTTP and HTTPS only; libpq: here without Kerberos and LDAP), from Debian's own sources with its patches, and prints the folder that has
# them. They are built once a version, into a cache outside every build folder; safe to start
# twice at the same time.
#
# SLUICE_CACHE: where the cache is, instead of ~/.cache/sluice.
set -euo pipefail
cd "$(dirname "$0")/.."

# A source package, and the installed package that says which version of it the headers are.
declare -A header_package=([fmtlib]=libfmt-dev [spdlog]=libspdlog-dev
  [prometheus-cpp]=prometheus-cpp-dev [curl]=libcurl4-openssl-dev [postgresql-15]=libpq-dev)
declare -A version
for source in "${!header_package[@]}"; do
  # shellcheck disable=SC2016  # the form is dpkg-query's
  version[$source]=$(dpkg-query -W -f '${source:Version}' "${header_package[$source]}")
done
cache=${SLUICE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sluice}
key=$({ cat packaging/static_libs.sh && printf '%s\n' "${version[@]}" && clang-19 --version; } |
  sha256sum | cut -c1-16)
folder=$cache/static-$key
mkdir -p "$cache"
exec 9>"$cache/static.lock"
flock 9
if [[ -d $folder ]]; then
  echo "$folder"
  exit 0
fi
echo "static libraries: building into $folder (once, about two minutes)" >&2
work=$cache/static-$key.building
rm -rf "$work"
mkdir -p "$work"/{lib,lists/partial,archives/partial,source}

# Lists of sources apart from the machine's own, which need not have any.
packaging/source_lists.sh /etc/apt "$work/sources.d"
apt() {  # apt get|cache ...
  "apt-$1" -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$work/sources.d" \
    -o Dir::State::lists="$work/lists" -o Dir::Cache::archives="$work/archives" \
    -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=root "${@:2}"
}

# unpack SOURCE: into source/SOURCE. The archive may have only a newer version, a mirror only an
# older one than it tells of.
unpack() {
  local one
  for one in "${version[$1]}" $(apt cache showsrc "$1" | sed -n 's/^Version: //p' | sort -rV); do
    if apt get -qq source --download-only "$1=$one"; then break; fi
  done
  dpkg-source --no-check -x "$1"_*.dsc "$work/source/$1"
}
build() {  # build SOURCE TARGET ARCHIVE cmake options...
  local source=$1 target=$2 archive=$3
  shift 3
  cmake -S "$work/source/$source" -B "$work/build/$source" -G Ninja "$@" \
    -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF -DCMAKE_POSITION_INDEPENDENT_CODE=ON \
    -DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19 \
    -DCMAKE_C_FLAGS="$flags" -DCMAKE_CXX_FLAGS="$flags -std=c++17"
  cmake --build "$work/build/$source" --target "$target"
  find "$work/build/$source" -name "$archive" -exec cp {} "$work/lib/$archive" \;
  [[ -s $work/lib/$archive ]]
}
# libpq with what it needs of PostgreSQL's own libraries, as one archive.
build_libpq() {
  local folder=$work/build/libpq library
  mkdir -p "$folder"
  (
    cd "$folder"
    CC=clang-19 CFLAGS="$flags -fPIC" "$work/source/postgresql-15/configure" --with-ssl=openssl \
      --without-readline --without-zlib --without-icu --without-gssapi --without-ldap
    # Its makefiles have them made beside the objects that need them, too late with two jobs.
    make -C src/backend generated-headers
    for library in common port interfaces/libpq; do make -C "src/$library" -j2 all; done
    ar -M <<END
CREATE $work/lib/libpq.a
ADDLIB src/interfaces/libpq/libpq.a
ADDLIB src/common/libpgcommon_shlib.a
ADDLIB src/port/libpgport_shlib.a
SAVE
END
  )
}
flags="-O2 -ffunction-sections -fdata-sections -ffile-prefix-map=$work/="

build_all() {
  apt get -qq update || echo "not all lists could be fetched; one of Debian's own will do"
  (cd "$work/archives" && for source in "${!version[@]}"; do unpack "$source" || exit; done)
  build fmtlib fmt libfmt.a -DFMT_TEST=OFF -DFMT_DOC=OFF
  build spdlog spdlog libspdlog.a -DSPDLOG_FMT_EXTERNAL=ON -DSPDLOG_BUILD_EXAMPLE=OFF
  build prometheus-cpp core libprometheus-cpp-core.a -DENABLE_PULL=OFF -DENABLE_PUSH=OFF \
    -DENABLE_COMPRESSION=OFF -DENABLE_TESTING=OFF -DGENERATE_PKGCONFIG=OFF
  build curl libcurl libcurl.a -DHTTP_ONLY=ON -DBUILD_CURL_EXE=OFF -DBUILD_TESTING=OFF \
    -DCURL_USE_OPENSSL=ON -DUSE_NGHTTP2=ON -DCURL_BROTLI=ON -DCURL_ZSTD=ON -DUSE_LIBIDN2=OFF \
    -DCURL_USE_LIBSSH2=OFF -DCURL_USE_LIBPSL=OFF -DENABLE_MANUAL=OFF -DCURL_WERROR=OFF \
    -DCURL_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt -DCURL_CA_PATH=/etc/ssl/certs
  build_libpq
}
build_all >"$work/log" 2>&1 &  # not in a condition: there `set -e` would not count
if ! wait $!; then
  tail -n 40 "$work/log" >&2
  echo "static libraries: could not be built; $work/log has all of the output" >&2
  exit 3
fi
rm -rf "$work"/{source,sources.d,build,lists,archives}
mv "$work" "$folder"
echo "$folder"
