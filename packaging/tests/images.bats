#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What an image is and does. run.sh has made them, in a storage of its own and in $SLUICE_IMAGES.
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
connectors() { (cd "$sluice_root" && tools/connectors.sh programs); }
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

@test "there is an image of each connector and of the tool" {
  diff <(images) <({ connectors; echo sluice; } | sort)
}

@test "the labels are those of connector.toml" {
  for folder in "$sluice_root"/connectors/*/*/; do
    local toml=$folder/connector.toml name
    name=$(sed -n 's/^name = "\(.*\)"/\1/p' "$toml" | head -1)
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

@test "an image is under 15 MB to transfer" {
  for archive in "$SLUICE_IMAGES"/*.oci.tar; do (($(stat -c %s "$archive") < 15000000)); done
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
