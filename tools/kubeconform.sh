#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tools/kubeconform.sh FILE...
# Checks Kubernetes manifests with kubeconform, strictly, against the schemas of a Kubernetes release.
# Both come from the Go module proxy at the first call and are kept in ~/.cache/sluice; safe to start
# twice at the same time. Exit code 77 without a Go to build with (Debian's golang-go will do).
#
# SLUICE_CACHE: where the cache is, instead of ~/.cache/sluice.
set -euo pipefail
here=$(cd "${0%/*}" && pwd)
kubeconform=v0.6.3     # the last that Go 1.19, of Debian 12, builds
kubernetes=v1.26.0     # the same for its go.mod; what we make has not changed since

key=$(cat "$here/kubeconform.sh" "$here/kubernetes_schemas.py" | sha256sum | cut -c1-16)
cache=${SLUICE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sluice}
kept=$cache/kubeconform-$key

find_go() {
  local go
  for go in go /usr/local/go/bin/go /usr/lib/go/bin/go; do
    if command -v "$go"; then return; fi
  done
  echo "kubeconform: there is no Go to build it with: apt-get install golang-go" >&2
  return 77
}

make_it() {
  local go work=$kept.building
  go=$(find_go) || exit $?
  mkdir -p "$cache"
  exec 9>"$cache/kubeconform.lock"
  flock 9
  [[ ! -d $kept ]] || return 0
  # Of one that was stopped half-way; modules are kept without the right to write.
  [[ ! -d $work ]] || chmod -R u+w "$work"
  rm -rf "$work"
  mkdir "$work"
  export GOMODCACHE=$work/modules GOBIN=$work/bin GOFLAGS=-buildvcs=false GOTOOLCHAIN=local
  cd "$work"
  "$go" install "github.com/yannh/kubeconform/cmd/kubeconform@$kubeconform"
  local module
  module=$("$go" mod download -json "k8s.io/kubernetes@$kubernetes" |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["Dir"])')
  python3 "$here/kubernetes_schemas.py" "$module/api/openapi-spec/swagger.json" "$work/bin/schemas"
  # In the same file system: it is there as a whole, or not.
  mv -T "$work/bin" "$kept"
  chmod -R u+w "$work"
  rm -rf "$work"
}

[[ -d $kept ]] || (make_it)
exec "$kept/kubeconform" -strict -summary \
  -schema-location "$kept/schemas/{{ .ResourceKind }}.json" "$@"
