#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tools/prefetch.sh COMMAND...: runs the command (a build), and beside it fetches and builds what the
# tests use and is kept in ~/.cache/sluice: jars, Go programs, Python environments, the official
# clients, static libraries; one after the other and with low priority. Returns when both have
# ended, with the command's exit code. What cannot be had is said, and is no failure here: the test
# that needs it is skipped, or fails.
#
# tools/prefetch.sh --list: the names; with SLUICE_PREFETCH="kafka moto" only those.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

interop() { bash -c '. tests/interop/lib.bash && build_clients'; }
fetch() {  # fetch NAME: quick when it is there
  case $1 in
    kafka | opensearch | moto | versitygw | duckdb) "tools/$1.sh" ;;
    browser) tools/web.sh tests ;;
    dynalite) tools/web.sh dynalite ;;
    toxiproxy) tools/toxiproxy.sh -version ;;
    kubeconform) tools/kubeconform.sh -v ;;
    static-libraries) packaging/static_libs.sh ;;
    interop) interop ;;
  esac
}
# What waits for the network comes first.
names='kafka opensearch moto browser dynalite toxiproxy kubeconform interop versitygw static-libraries'
[[ ${1:-} != --list ]] || { echo "$names" && exit 0; }

fetch_all() {
  local name start=$SECONDS
  for name in ${SLUICE_PREFETCH:-$names}; do
    start=$SECONDS
    fetch "$name" >/dev/null 2>"$log" </dev/null || echo "prefetch: $name: not to be had ($(tail -n 1 "$log"))"
    ((SECONDS - start < 5)) || echo "prefetch: $name took $((SECONDS - start)) s"
  done
}
log=$(mktemp)
# A group of its own: what it has started ends with it.
set -m
(
  renice -n 10 "$BASHPID" >/dev/null
  fetch_all
) &
fetching=$!
set +m
# shellcheck disable=SC2317,SC2329  # called by the trap
stop() {
  kill -TERM -- "-$fetching" 2>/dev/null
  rm -f "$log"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

"$@" || exit
wait "$fetching" || true
