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

# A tree of suites: each writes when it begins and ends, and waits for $work/go between.
fake_suites() {
  local name
  mkdir -p "$work/times"
  for name; do
    mkdir -p "$work/$name"
    printf 'test:\n\t@echo + >$(W)/times/began-$(N); test ! -e fails || echo "not ok 1 it works"; echo "first $(N)"; %s; echo "last $(N)"; test ! -e fails\n' \
      'until test -e $(W)/go; do sleep 0.02; done' |
      sed "s|\$(W)|$work|g; s|\$(N)|${name//\//-}|g" >"$work/$name/Makefile"
  done
}
# Runs them as tools/test.sh does; the counts are its last line.
run_suites() {
  cd "$work" && exec bash -c '. "$0/tools/suites.bash"; side_by_side "" "$1" test; summary' "$sluice_root" "$*"
}
began() { [[ $(ls "$work/times") == "$(printf 'began-%s\n' "$@")" ]]; }

@test "suites run side by side, what needs Java one at a time, and each is shown as a whole" {
  fake_suites a/one a/two b/kafka c/kafka
  touch "$work/a/two/fails"
  SLUICE_SUITES=3 start_process suites run_suites a/one a/two b/kafka c/kafka
  wait_for began a-one a-two b-kafka
  touch "$work/go"
  if wait_process suites; then fail "one failed, and all passed"; fi
  [[ $(tail -3 "$work/suites.log") == $'failed: a/two\nfailed:   not ok 1 it works\n3 passed, 1 failed, 0 skipped' ]]
  grep -q '^== FAILED: a/two (exit 2)' "$work/suites.log"
  for name in a-one a-two b-kafka c-kafka; do
    [[ $(grep -A 1 "^first $name" "$work/suites.log" | tail -1) == "last $name" ]]
  done
}

@test "an interrupt ends all suites that run side by side" {
  fake_suites a/one a/two a/three
  SLUICE_SUITES=2 start_process suites run_suites a/one a/two a/three
  wait_for began a-one a-two
  stop_process suites && fail "it was not stopped"
  began a-one a-two
  ! pgrep -f "until test -e $work/go"
  grep -q '^== stopped: a/two' "$work/suites.log"
}
