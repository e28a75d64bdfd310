#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# packaging/images.sh BIN OUT [NAME...]: makes an image from scratch of each connector, and of the
# tool (`sluice`), or of those named, with the programs in BIN (target
# `image-programs`).
#
# Each is in the local container storage as sluice/NAME:VERSION, and in OUT as NAME-VERSION.oci.tar,
# for `podman load`, `docker load`, `skopeo copy`. An image has its program, the C library, the
# certificates of the public authorities, and the user `fluvio` (1000:1000); no shell. The same
# programs give the same image: every file and the image itself are from SOURCE_DATE_EPOCH (the
# time of the last commit). SLUICE_SOURCE_URL is the label for the address of the sources.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$1 out=$2
shift 2
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct 2>/dev/null || echo 1700000000)}"
export BUILDAH_ISOLATION=chroot
size_max=$((15 * 1000 * 1000))
# DuckDB is a database: its own library alone has 50 MB.
declare -A larger=([duckdb-sink]=$((35 * 1000 * 1000)))
# What a library loads while it runs. Those of libmariadb let it in where the server asks for more
# than mysql_native_password; MySQL 8 does.
declare -A loaded=([sql-sink]='/usr/lib/*/libmariadb3/plugin/*.so')
command -v buildah >/dev/null || {
  echo "images: there is no buildah: apt-get install buildah" >&2
  exit 3
}
work=$(mktemp -d)
container=''
# shellcheck disable=SC2317,SC2329  # called by the trap
finish() {
  [[ -z $container ]] || buildah rm "$container" >/dev/null
  rm -rf "$work"
}
trap finish EXIT
umask 022
mkdir -p "$out"

# libraries_of PROGRAM [LIBRARY...]: the libraries themselves, and what they and the program need.
libraries_of() {
  (($# == 1)) || printf '%s\n' "${@:2}"
  ldd "$@" | awk '/not found/ {print $1} $2 == "=>" && /\(0x/ {print $3} $1 ~ /^\// && !/:$/ {print $1}' | sort -u
}

# program_root NAME: $work/root gets the program with all that it runs with.
program_root() {
  local program=$bin/$1 library
  local root=$work/root
  [[ -x $program ]] || { echo "images: there is no $program" >&2 && return 3; }
  rm -rf "$root"
  mkdir -p "$root"/{etc/{sluice,ssl/certs},usr/{local/bin,lib/ssl,share/doc/sluice},tmp}
  install -m 755 "$program" "$root/usr/local/bin/$1"
  # shellcheck disable=SC2086  # a pattern
  while read -r library; do
    [[ -e $library ]] || { echo "images: $1 needs $library, which is not here" >&2 && return 3; }
    install -D -m 755 "$library" "$root$library"
  done < <(libraries_of "$program" ${loaded[$1]:-})
  cp LICENSE "$root/usr/share/doc/sluice/LICENSE"
  cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
  # Where OpenSSL looks by itself.
  ln -s /etc/ssl/certs/ca-certificates.crt "$root/usr/lib/ssl/cert.pem"
  echo 'fluvio:x:1000:1000:Sluice:/home/fluvio:/usr/sbin/nologin' >"$root/etc/passwd"
  echo 'fluvio:x:1000:' >"$root/etc/group"
  printf 'passwd: files\ngroup: files\nhosts: files dns\n' >"$root/etc/nsswitch.conf"
  chmod 1777 "$root/tmp"
}

# commit NAME VERSION buildah-config options...: makes the image of $work/root.
commit() {
  local name=$1 version=$2 image archive
  shift 2
  rm -rf "${work:?}/home" && mkdir -p "$work"/home/{fluvio/.fluvio,sluice}
  container=$(buildah from scratch)
  buildah add -q --chown 0:0 "$container" "$work/root" / >/dev/null
  buildah add -q --chown 1000:1000 "$container" "$work/home/fluvio" /home/fluvio >/dev/null
  buildah add -q --chown 1000:1000 "$container" "$work/home/sluice" /var/lib/sluice >/dev/null
  buildah config --user 1000:1000 --workingdir /home/fluvio --env HOME=/home/fluvio \
    --env PATH=/usr/local/bin --env SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt \
    --entrypoint "[\"/usr/local/bin/$name\"]" --cmd '[]' "$@" "$container"
  image=$(buildah commit -q --timestamp "$SOURCE_DATE_EPOCH" --rm "$container" "sluice/$name:$version")
  container=''
  archive=$out/$name-$version.oci.tar
  rm -f "$archive"
  buildah push -q --compression-format gzip "$image" "oci-archive:$archive:sluice/$name:$version"
  report "$name" "$version" "$image" "$archive"
}

report() {
  local content compressed most=${larger[$1]:-$size_max}
  content=$(find "$work/root" -type f -printf '%s\n' | awk '{sum += $1} END {print sum}')
  compressed=$(stat -c %s "$4")
  awk -v image="sluice/$1:$2" -v content="$content" -v compressed="$compressed" -v id="$3" \
    'BEGIN {printf "%-28s %5.1f MB, compressed %4.1f MB, %s\n", image, content / 1e6, compressed / 1e6, substr(id, 1, 12)}'
  if ((compressed > most)); then
    echo "images: sluice/$1:$2 has $compressed bytes to transfer, more than $most" >&2
    return 1
  fi
}

connector_image() {  # connector_image CONNECTOR_TOML
  local labels=() label name version
  while read -r label; do labels+=(--label "$label"); done < <(packaging/image_labels.py "$1")
  [[ -z ${SLUICE_SOURCE_URL:-} ]] ||
    labels+=(--label "org.opencontainers.image.source=$SLUICE_SOURCE_URL")
  name=$(label_of title "${labels[@]}") version=$(label_of version "${labels[@]}")
  if ((${#wanted[@]})) && [[ " ${wanted[*]} " != *" $name "* ]]; then return; fi
  program_root "$name"
  commit "$name" "$version" "${labels[@]}" --port 8080
}
label_of() {
  local key=$1 label
  shift
  for label; do
    [[ $label != "org.opencontainers.image.$key="* ]] || echo "${label#*=}"
  done
}

# The whole server, which keeps its data in the volume; other clients need --advertise.
tool_image() {
  local version
  if ((${#wanted[@]})) && [[ " ${wanted[*]} " != *" sluice "* ]]; then return; fi
  version=$("$bin/sluice" --version | cut -d' ' -f2)
  program_root sluice
  commit sluice "$version" --label org.opencontainers.image.title=sluice \
    --label "org.opencontainers.image.version=$version" \
    --label "org.opencontainers.image.description=The sluice tool: a server for one machine, and all commands." \
    --label org.opencontainers.image.licenses=Apache-2.0 \
    --label org.opencontainers.image.vendor=sluice \
    --cmd "[\"cluster\", \"start\", \"--foreground\", \"--data\", \"/var/lib/sluice\", \"--sc\", \"0.0.0.0:9003\", \"--spu\", \"0.0.0.0:9010\", \"--advertise\", \"127.0.0.1:9010\"]" \
    --port 9003 --port 9010 --volume /var/lib/sluice
}

wanted=("$@")
# Those in C++: what is a script needs more in its image than itself.
for folder in $(tools/connectors.sh folders); do
  [[ ! -e $folder/CMakeLists.txt ]] || connector_image "$folder/connector.toml"
done
tool_image
