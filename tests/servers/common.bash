# SPDX-License-Identifier: Apache-2.0
# What the scripts of this folder share. Each is a real server for tests, on loopback:
#
#   tests/servers/NAME start DIR [OPTION...]  starts it, and returns when it answers. Its port, data
#                                             and logs are in DIR; a second start with the same DIR
#                                             has the same port and the same data.
#   tests/servers/NAME stop DIR               ends it in order, and returns when it has ended
#   tests/servers/NAME kill DIR               ends it with SIGKILL: a crash
#
# DIR/env tells how it is reached, as `NAME=value` lines: `source` it in bash. Exit code 77: this
# machine does not have the server; the text says which package it is in.
#
# A script sets `name`, defines `serve` (runs the server in the foreground: `exec`), `answers`
# (true when it can be used) and perhaps `prepare` (before the first start), and ends with
# `server_main "$@"`. It has $dir, $port, and `setting NAME=value` for lines of DIR/env.
# shellcheck disable=SC2154  # name
set -euo pipefail
: "${SLUICE_PATIENCE:=180}"

free_port() { python3 "${BASH_SOURCE[0]%/*}/../lib/free_port.py"; }
listens() { (exec 3<>"/dev/tcp/127.0.0.1/${1:-$port}") 2>/dev/null; }
setting() { printf '%s\n' "$1" >>"$dir/env"; }
# needs COMMAND PACKAGE
needs() {
  command -v "$1" >/dev/null || {
    echo "$name: there is no $1: apt-get install $2" >&2
    exit 77
  }
}
alive() { [[ -s $dir/pid ]] && kill -0 "$(cat "$dir/pid")" 2>/dev/null; }
ended() { ! alive; }
# server_wait COMMAND...: until it is true, while the server lives, at most SLUICE_PATIENCE seconds.
server_wait() {
  local until=$((SECONDS + SLUICE_PATIENCE))
  until "$@"; do
    ((SECONDS < until)) || { echo "$name: not after ${SLUICE_PATIENCE}s: $*" >&2 && return 1; }
    sleep 0.02
  done
}
# make_certificates: in $dir an authority (ca.crt), and a certificate of it for localhost.
make_certificates() {
  local key=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650)
  openssl req -x509 "${key[@]}" -subj /CN=sluice-tests -keyout "$dir/ca.key" -out "$dir/ca.crt"
  openssl req "${key[@]}" -subj /CN=localhost -keyout "$dir/server.key" -out "$dir/server.csr"
  openssl x509 -req -in "$dir/server.csr" -CA "$dir/ca.crt" -CAkey "$dir/ca.key" -CAcreateserial \
    -days 3650 -extfile <(echo 'subjectAltName=DNS:localhost,IP:127.0.0.1') -out "$dir/server.crt"
  chmod 600 "$dir/server.key"
}
answers_or_ended() { answers || ended; }
prepare() { :; }

server_start() {
  mkdir -p "$dir"
  if [[ -s $dir/port ]]; then port=$(cat "$dir/port"); else
    port=$(free_port)
    echo "$port" >"$dir/port"
  fi
  if [[ ! -e $dir/prepared ]]; then
    prepare "$@"
    touch "$dir/prepared"
  fi
  # The server lives longer than this script, and keeps none of the caller's files open.
  (serve "$@") >>"$dir/log" 2>&1 </dev/null 3>&- &
  echo $! >"$dir/pid"
  disown
  if ! server_wait answers_or_ended || ! alive; then
    echo "$name does not start:" >&2
    tail -n 20 "$dir/log" >&2
    server_end KILL
    exit 1
  fi
}
server_end() {
  [[ -s $dir/pid ]] || return 0
  kill "-$1" "$(cat "$dir/pid")" 2>/dev/null || true
  server_wait ended
  rm -f "$dir/pid"
}
server_main() {
  local verb=${1:-} ; dir=${2:-}
  [[ -n $dir ]] || { echo "usage: $0 start|stop|kill DIR" >&2 && exit 2; }
  shift 2
  case $verb in
    start) server_start "$@" ;;
    stop) server_end TERM ;;
    kill) server_end KILL ;;
    *) echo "$0: no verb $verb: start, stop, kill" >&2 && exit 2 ;;
  esac
}
