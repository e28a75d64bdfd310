#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The scripts that fetch and keep things for the build, on machines that are set up in another way.

load ../lib/sluice

setup() { sluice_setup; }
teardown() { sluice_teardown; }

@test "lists of sources are made of both forms of lists, and of a machine without some of them" {
  local apt=$work/apt out=$work/out
  mkdir -p "$apt/sources.list.d"
  printf 'deb [arch=amd64] http://deb.debian.org/debian bookworm main\n# deb other\n' >"$apt/sources.list"
  "$sluice_root/packaging/source_lists.sh" "$apt" "$out"
  [[ $(cat "$out"/*.list) == 'deb-src [arch=amd64] http://deb.debian.org/debian bookworm main' ]]
  printf 'deb\thttp://deb.debian.org/debian-security bookworm-security main\n' >"$apt/sources.list.d/security.list"
  printf 'Types: deb\nURIs: http://other.invalid\nSuites: stable\n' >"$apt/sources.list.d/other.sources"
  rm -r "$out"
  "$sluice_root/packaging/source_lists.sh" "$apt" "$out"
  [[ $(cat "$out"/*.list | grep -c '^deb-src ') == 2 ]]
  [[ $(head -1 "$out"/*.sources) == 'Types: deb-src' ]]
  rm -r "$apt" "$out"
  mkdir "$apt"
  "$sluice_root/packaging/source_lists.sh" "$apt" "$out"
  [[ -z $(ls "$out") ]]
}

# A Go that makes something in the checker's place, and writes down that it did.
fake_go() {
  mkdir -p "$work/path"
  cat >"$work/path/go" <<'GO'
#!/bin/bash
if [[ $1 == install ]]; then
  echo once >>"$MADE"
  mkdir -p "$GOBIN" && printf '#!/bin/sh\necho checked\n' >"$GOBIN/kubeconform" && chmod +x "$GOBIN/kubeconform"
  [[ -z ${CUT:-} ]] || kill -KILL "$PPID"
else
  mkdir -p "$GOMODCACHE/k/api/openapi-spec"
  python3 - >"$GOMODCACHE/k/api/openapi-spec/swagger.json" <<'PY'
import json
names = ["apps.v1.Deployment", "core.v1.ConfigMap", "core.v1.Secret", "core.v1.PersistentVolumeClaim"]
print(json.dumps({"definitions": {f"io.k8s.api.{name}": {"properties": {}} for name in names}}))
PY
  chmod a-w "$GOMODCACHE/k"
  echo "{\"Dir\":\"$GOMODCACHE/k\"}"
fi
GO
  chmod +x "$work/path/go"
  export MADE=$work/made SLUICE_CACHE=$work/cache PATH=$work/path:$PATH
}

@test "the checker of manifests is made once by two that start together, and anew after one that was killed" {
  fake_go
  run env CUT=1 "$sluice_root/tools/kubeconform.sh" file
  [[ $status -ne 0 ]]
  "$sluice_root/tools/kubeconform.sh" file >"$work/first" &
  local other=$!
  [[ $("$sluice_root/tools/kubeconform.sh" file) == checked ]]
  wait "$other"
  [[ $(<"$work/first") == checked && $(wc -l <"$MADE") -eq 2 ]]
  [[ -n $(find "$SLUICE_CACHE" -name secret.json) && -z $(find "$SLUICE_CACHE" -name '*.building') ]]
}
