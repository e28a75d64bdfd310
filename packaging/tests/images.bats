#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What an image is and does. run.sh has made some or all, in a storage of its own and in
# $SLUICE_IMAGES, and has linked all programs for them, in $SLUICE_BUILD/image.
bats_require_minimum_version 1.5.0
load ../../tests/lib/sluice.bash

setup() {
  sluice_setup
  # The programs run as another user.
  chmod 755 "$work"
}
teardown() { sluice_teardown; }

image() { echo "sluice/$1:$(version_of "$1")"; }
version_of() { basename "$SLUICE_IMAGES/$1"-*.oci.tar .oci.tar | sed "s/^$1-//"; }
images() { for archive in "$SLUICE_IMAGES"/*.oci.tar; do basename "$archive" | sed 's/-[0-9].*//'; done; }
connectors() { images | grep -vx sluice; }
field() { podman image inspect --format "$2" "$(image "$1")"; }

# of IMAGE [podman options...] -- [arguments...]: the command is in $podman.
of() {
  local name=$1
  podman=(podman --runtime=runc --cgroup-manager=cgroupfs run --rm --network=host --read-only
    --ulimit nofile=1024:20000 --ulimit nproc=1024:1024)
  shift
  while [[ $1 != -- ]]; do podman+=("$1") && shift; done
  shift
  podman+=("$(image "$name")" "$@")
}
podman_run() {
  local podman
  of "$@"
  "${podman[@]}"
}
start_container() {
  local podman name=$1
  of "${@:2}"
  start_process "$name" "${podman[@]}"
}
# A server, and its profile as user 1000 may read it.
cluster_with_profile() {
  start_cluster
  install -m 644 "$FLV_PROFILE_PATH" "$work/config"
}

# The libraries that are no archives, and so are in the image; glibc always is.
shared_of() {
  case $1 in
    kafka-*) echo libsasl2 ;;
    nats-*) echo 'libnats|libprotobuf-c|libssl|libcrypto' ;;
    *) echo none ;;
  esac
}

@test "each connector is linked for an image, with nothing shared that it need not have, and says the same" {
  for name in $(cd "$sluice_root" && tools/connectors.sh programs); do
    local program=$SLUICE_BUILD/image/$name
    diff <("$program" metadata) <("$SLUICE_BIN/$name" metadata)
    run ldd "$program"
    ! grep -vE "linux-vdso|ld-linux|/lib(c|m)\.so|/($(shared_of "$name"))\.so" <<<"$output" || fail "$name: $output"
  done
}

@test "the labels are those of connector.toml" {
  for toml in "$sluice_root"/connectors/*/*/connector.toml; do
    local name
    name=$(sed -n 's/^name = "\(.*\)"/\1/p' "$toml" | head -1)
    connectors | grep -qx "$name" || continue
    [[ $(field "$name" '{{index .Labels "org.opencontainers.image.title"}}') == "$name" ]]
    [[ $(field "$name" '{{index .Labels "org.opencontainers.image.licenses"}}') == Apache-2.0 ]]
    for key in version description; do
      [[ $(field "$name" "{{index .Labels \"org.opencontainers.image.$key\"}}") == \
        "$(sed -n "s/^$key = \"\(.*\)\"/\1/p" "$toml")" ]]
    done
    [[ $(field "$name" '{{index .Labels "io.sluice.direction"}}') == \
      "$("$SLUICE_BIN/$name" metadata | jq -r '.direction | ascii_downcase')" ]]
  done
}

@test "each program runs as user 1000 on a file system that cannot be written" {
  for name in $(connectors); do
    [[ $(field "$name" '{{.User}}') == 1000:1000 ]]
    diff <(podman_run "$name" -- metadata) <("$SLUICE_BIN/$name" metadata)
    [[ $(podman_run "$name" -- --help | head -1) == "$name $(version_of "$name")" ]]
  done
  [[ $(podman_run sluice -- --version) == "sluice $(version_of sluice)" ]]
}

@test "an image has its program and its libraries, and no shell" {
  for name in $(images); do
    run -127 podman_run "$name" --entrypoint /bin/sh -- -c true
    local id files
    id=$(podman create "$(image "$name")")
    files=$(podman export "$id" | tar -tv)
    podman rm "$id" >/dev/null
    # What is executable and a file.
    diff <(awk '$1 ~ /^-.*x/ && $6 !~ /\.so/ {print $6}' <<<"$files") <(echo "usr/local/bin/$name")
    grep -q 'etc/ssl/certs/ca-certificates.crt$' <<<"$files"
  done
}

@test "an image is under 15 MB to transfer, and so are those that were not made" {
  for archive in "$SLUICE_IMAGES"/*.oci.tar; do
    [[ $archive == */duckdb-sink-* ]] || (($(stat -c %s "$archive") < 15000000))
  done
  # To a half of this, with the 3 MB of glibc and certificates.
  for program in "$SLUICE_BUILD"/image/*; do
    [[ $program == */duckdb-sink ]] || (($(stat -c %s "$program") < 26000000)) || fail "$program is large"
  done
}

@test "the sql sink's image has what a server of MySQL may ask for instead of a password" {
  local servers=$sluice_root/tests/servers
  start_cluster
  sluice topic create t
  "$servers/mariadb" start "$work/mariadb" --plugin-load-add=auth_ed25519
  # shellcheck disable=SC1091
  source "$work/mariadb/env"
  mariadb --no-defaults -S "$MARIADB_SOCKET" -uroot -e "GRANT ALL ON test.* TO ed@'127.0.0.1'
    IDENTIFIED VIA ed25519 USING PASSWORD('secret'); CREATE TABLE test.t (value TEXT)"
  install -m 644 "$FLV_PROFILE_PATH" "$work/config"
  run podman_run sql-sink -v "$work/config:/home/fluvio/.fluvio/config:ro" -- check --fluvio-topic t \
    --url "mysql://ed:secret@127.0.0.1:$MARIADB_PORT/test" --table t
  "$servers/mariadb" stop "$work/mariadb"
  ((status == 0)) || fail "$output"
}

@test "the same programs give the same image" {
  local first second
  printf '[storage]\ndriver = "vfs"\ngraphroot = "%s"\nrunroot = "%s"\n' \
    "$work/storage" "$work/run" >"$work/storage.conf"
  CONTAINERS_STORAGE_CONF=$work/storage.conf \
    "$sluice_root/packaging/images.sh" "$SLUICE_BUILD/image" "$work/images" file-sink sluice
  for name in file-sink sluice; do
    first=$(digest_in "$SLUICE_IMAGES" "$name") second=$(digest_in "$work/images" "$name")
    [[ $first == sha256:* && $first == "$second" ]]
  done
}
digest_in() { tar -xOf "$1/$2"-*.oci.tar index.json | jq -r '.manifests[0].digest'; }

@test "a program has no path of the machine that built it" {
  for program in "$SLUICE_BUILD"/image/*; do
    for path in "$sluice_root" "$HOME/.c"; do
      ! grep -qaF "$path" "$program" || fail "$program has $path"
    done
  done
}

@test "a source and a sink move records, with the profile mounted and a leading --" {
  cluster_with_profile
  mkdir -m 777 "$work/out"
  local profile=("-v" "$work/config:/home/fluvio/.fluvio/config:ro")
  podman_run test-connector "${profile[@]}" -- -- --fluvio-topic t --count 3
  topic_has t 3
  start_container sink file-sink "${profile[@]}" -v "$work/out:/out" \
    -- -- --fluvio-topic t --path /out/t --consumer-offset-start beginning --name "images-$$"
  wait_for has_lines 3
}
has_lines() { (($(cat "$work"/out/t/t-*.txt | wc -l) == $1)); }

@test "names of hosts are found in /etc/hosts" {
  cluster_with_profile
  local endpoint
  endpoint=$(sluice profile show --output json | jq -r .endpoint)
  podman_run test-connector --add-host sluice-server:127.0.0.1 -- --fluvio-topic t --count 1 \
    --cluster "sluice-server:${endpoint##*:}"
  podman_run test-connector -- --fluvio-topic t --count 1 --cluster "localhost:${endpoint##*:}"
  topic_has t 2
}

@test "the image of the tool is a server" {
  start_container server sluice -- \
    cluster start --foreground --data /var/lib/sluice/data --profile /tmp/profile \
    --sc 127.0.0.1:0 --spu 127.0.0.1:0
  wait_for log_has server 127.0.0.1:
  local address
  address=$(grep -o '127.0.0.1:[0-9]*' "$work/server.log" | head -1)
  wait_for sluice topic list --cluster "$address"
}
