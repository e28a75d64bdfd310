# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154  # bats gives output and status

# Helpers of interop.bats: the official clients, the server they talk to, and what tests say.

interop_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
interop_cache=${SLUICE_INTEROP_CACHE:-$HOME/.cache/sluice}
SLUICE_BIN=${SLUICE_BIN:-$interop_folder/../../build/dev/bin}
# Longer than any command takes; what hangs must not hang the run.
command_limit=150s

# --- the clients ---------------------------------------------------------------------------------

# Outside the build folder: they change with their lock files only, and take minutes to build.
build_clients() {
  local cargo
  cargo=$("$interop_folder/../../tools/rust.sh") || return
  CARGO_TARGET_DIR=$interop_cache/interop-rust "$cargo" build --quiet --release --locked \
    --manifest-path "$interop_folder/rust/Cargo.toml" || return
  local venv=$interop_cache/interop-python
  cmp -s "$interop_folder/python/requirements.txt" "$venv/requirements.txt" && return
  python3 -m venv --clear "$venv" &&
    "$venv/bin/pip" install --quiet --disable-pip-version-check \
      -r "$interop_folder/python/requirements.txt" &&
    cp "$interop_folder/python/requirements.txt" "$venv/requirements.txt"
}

# official rust|python ARGUMENTS...
official() {
  local client=$1 words
  shift
  case $client in
    rust) words=("$interop_cache/interop-rust/release/interop-rust") ;;
    python)
      words=("$interop_cache/interop-python/bin/python" "$interop_folder/python/interop.py")
      ;;
  esac
  timeout "$command_limit" "${words[@]}" --profile "$INTEROP_PROFILE" "$@"
}

# Ours reads the same profile file, from the environment.
ours() { FLV_PROFILE_PATH=$INTEROP_PROFILE timeout "$command_limit" "$SLUICE_BIN/sluice" "$@"; }

need_sluice() {
  [[ -x $SLUICE_BIN/sluice ]] || skip "no program $SLUICE_BIN/sluice"
}

# --- the server ----------------------------------------------------------------------------------

# within SECONDS COMMAND...: repeats the command until it succeeds.
within() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    read -rt 0.05 <> <(:) || true
  done
}

is_gone() { ! kill -0 "$1" 2>/dev/null; }
is_ready_or_gone() { [[ -s $INTEROP_PROFILE ]] || is_gone "$server_pid"; }

# Ours, on free ports, unless SLUICE_INTEROP_PROFILE names another.
start_server() {
  if [[ -n ${SLUICE_INTEROP_PROFILE:-} ]]; then
    export INTEROP_PROFILE=$SLUICE_INTEROP_PROFILE
    return
  fi
  export INTEROP_PROFILE=$BATS_FILE_TMPDIR/profile.toml
  local log=$BATS_FILE_TMPDIR/server.log
  # Descriptor 3 is bats's own: a server that held it would hold up the end of the run.
  "$SLUICE_BIN/sluice" cluster start --foreground --sc 127.0.0.1:0 --spu 127.0.0.1:0 \
    --data "$BATS_FILE_TMPDIR/data" --profile "$INTEROP_PROFILE" >"$log" 2>&1 3>&- &
  server_pid=$!
  echo "$server_pid" >"$BATS_FILE_TMPDIR/server.pid"
  within 60 is_ready_or_gone && [[ -s $INTEROP_PROFILE ]] && return
  echo "the server did not start:"
  cat "$log"
  return 1
}

# One plain failure a test, instead of each waiting for a server that is no more.
require_server() {
  [[ -f $BATS_FILE_TMPDIR/server.pid ]] || return 0
  is_gone "$(<"$BATS_FILE_TMPDIR/server.pid")" || return 0
  fail "the server has ended:" "$(tail -n 50 "$BATS_FILE_TMPDIR/server.log")"
}

stop_server() {
  [[ -f $BATS_FILE_TMPDIR/server.pid ]] || return 0
  local pid
  pid=$(<"$BATS_FILE_TMPDIR/server.pid")
  kill "$pid" 2>/dev/null || return 0
  within 60 is_gone "$pid" && return
  echo "the server did not stop on SIGTERM:"
  kill -KILL "$pid"
  tail -n 50 "$BATS_FILE_TMPDIR/server.log"
  return 1
}

# --- topics --------------------------------------------------------------------------------------

# name_topic WORD: a name in $topic for a topic of this test.
name_topic() {
  topic=interop-$1-$BATS_TEST_NUMBER-$$
  echo "$topic" >>"$BATS_FILE_TMPDIR/topics"
}

# new_topic WORD [OPTIONS...]: creates a topic of this test; its name is in $topic.
new_topic() {
  name_topic "$1"
  shift
  must official rust topic-create "$topic" "$@"
}

# At the end of all: a real server may keep a topic waiting for a minute that is created right
# after another was deleted.
delete_topics() {
  [[ -z ${SLUICE_INTEROP_PROFILE:-} || ! -f $BATS_FILE_TMPDIR/topics ]] && return
  local name
  while read -r name; do
    official rust topic-delete "$name" >/dev/null 2>&1 || true
  done <"$BATS_FILE_TMPDIR/topics"
}

# --- what tests say ------------------------------------------------------------------------------

fail() {
  printf '%s\n' "$@" >&2
  return 1
}

# must COMMAND...: it succeeds; what it printed is in $output.
must() {
  run "$@"
  ((status == 0)) || fail "exit code $status of: $*" "$output"
}

# must_fail TEXT COMMAND...: it reports an error that has the text (letter case does not count).
must_fail() {
  local text=$1
  shift
  run "$@"
  ((status != 0)) || fail "should have failed: $*" "$output"
  grep -qiF -- "$text" <<<"$output" || fail "wanted an error about \"$text\" of: $*" "$output"
}

# expect LINE...: the output has these lines.
expect() {
  local line
  for line in "$@"; do
    grep -qxF -- "$line" <<<"$output" ||
      fail "wanted the line: $line" "of the output:" "$output" || return
  done
}

expect_no() {
  if grep -qF -- "$1" <<<"$output"; then
    fail "did not want \"$1\" in the output:" "$output"
  fi
}

# expect_records FIRST LAST: the records with these numbers, each once and whole, and no others.
expect_records() {
  local count=$(($2 - $1 + 1))
  expect "records=$count" "distinct=$count" "first=$1" "last=$2" \
    missing=none duplicate=none damaged=0
}

# The `key.NAME=PARTITION` lines of the output.
key_partitions() { grep '^key\.' <<<"$output" | sort; }

expect_same() {
  [[ $1 == "$2" ]] || fail "not the same:" "$(diff <(echo "$1") <(echo "$2"))"
}
