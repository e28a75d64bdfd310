#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tools/kubeconform.sh FILE...
# Checks Kubernetes manifests with kubeconform, strictly, against the schemas of a Kubernetes release.
# Both come from the Go module proxy at the first call and are kept in ~/.cache/sluice. Exit code 77
# without a Go to build with (Debian's golang-go will do).
set -euo pipefail
here=$(cd "${0%/*}" && pwd)
kubeconform=v0.6.3     # the last that Go 1.19, of Debian 12, builds
kubernetes=v1.26.0     # the same for its go.mod; what we make has not changed since

key=$(cat "$here/kubeconform.sh" "$here/kubernetes_schemas.py" | sha256sum | cut -c1-16)
kept=${XDG_CACHE_HOME:-$HOME/.cache}/sluice/kubeconform-$key

find_go() {
  local go
  for go in go /usr/local/go/bin/go /usr/lib/go/bin/go; do
    if command -v "$go"; then return; fi
  done
  echo "kubeconform: there is no Go to build it with: apt-get install golang-go" >&2
  return 77
}

make_it() {
  local go work
  go=$(find_go) || exit $?
  work=$(mktemp -d "${TMPDIR:-/tmp}/kubeconform-XXXXXX")
  # shellcheck disable=SC2064 # the folder of now
  trap "chmod -R u+w '$work'; rm -rf '$work'" EXIT
  export GOMODCACHE=$work/modules GOBIN=$work/bin GOFLAGS=-buildvcs=false GOTOOLCHAIN=local
  cd "$work"
  "$go" install "github.com/yannh/kubeconform/cmd/kubeconform@$kubeconform"
  local module
  module=$("$go" mod download -json "k8s.io/kubernetes@$kubernetes" |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["Dir"])')
  python3 "$here/kubernetes_schemas.py" "$module/api/openapi-spec/swagger.json" "$work/bin/schemas"
  mkdir -p "${kept%/*}"
  # Another one may have been quicker.
  mv -T "$work/bin" "$kept" 2>/dev/null || [[ -x $kept/kubeconform ]]
}

[[ -x $kept/kubeconform ]] || (make_it)
exec "$kept/kubeconform" -strict -summary \
  -schema-location "$kept/schemas/{{ .ResourceKind }}.json" "$@"
