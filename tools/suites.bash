# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Runs suites of tests and counts how they ended, for tools/test.sh, which sources it: 0 passed, 77
# skipped, all else failed.
passed=0 failed=0 skipped=0
failures=()  # a line each: the suite's name, and which of its tests failed

suite() {  # suite NAME command...
  local name=$1 start=$SECONDS log code
  shift
  log=$(mktemp)
  printf '\n== %s\n' "$name"
  "$@" 2>&1 | tee "$log"
  code=${PIPESTATUS[0]}
  ended "$code" "$name" $((SECONDS - start)) "$log"
  rm -f "$log"
}
ended() {  # ended EXIT-CODE NAME SECONDS OUTPUT-FILE
  case $1 in
    0) passed=$((passed + 1)) ;;
    77) skipped=$((skipped + 1)) ;;
    *)
      failed=$((failed + 1))
      failures+=("$2")
      # Of bats, of the acceptance suite, of ctest.
      mapfile -t -O ${#failures[@]} failures < <(grep -aE '^(not ok |FAILED |[[:space:]]*[0-9]+ - .*\(Failed)' "$4" | head -n 20 | sed 's/^/  /')
      echo "== FAILED: $2 (exit $1)"
      ;;
  esac
  printf '== %s: %d s\n' "$2" "$3"
}

# Which failed, and how many of each; fails if one has.
summary() {
  printf '\n'
  ((failed == 0)) || printf 'failed: %s\n' "${failures[@]}"
  printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
  ((failed == 0))
}

# side_by_side NAME FOLDERS MAKE-ARGUMENT...: the suite `make -C FOLDER MAKE-ARGUMENT...` of each
# folder. They mostly wait, so that several run at once: SLUICE_SUITES, or else one more than there
# are processors. The output of each is shown as a whole when it has ended. SIGINT and SIGTERM end
# all that they have started.
side_by_side() {
  local name=$1 index code
  local -a folders=() waiting=() pids=() since=()
  mapfile -t folders < <(heavy_first $2)
  waiting=("${!folders[@]}")
  shift 2
  output=$(mktemp -d)
  mkfifo "$output/ended"
  exec 9<>"$output/ended"
  trap 'stop_suites; exit 130' INT
  trap 'stop_suites; exit 143' TERM
  while ((${#waiting[@]} + ${#pids[@]})); do
    while ((${#pids[@]} < ${SLUICE_SUITES:-$(nproc) + 1})) && start_next "$@"; do :; done
    read -r index code <&9
    printf '\n== %s%s\n' "$name" "${folders[index]}"
    cat "$output/$index"
    ended "$code" "$name${folders[index]}" $((SECONDS - since[index])) "$output/$index"
    unset "pids[$index]"
  done
  trap - INT TERM
  exec 9>&-
  rm -rf "$output"
}

# What has a Java virtual machine takes a processor and a gigabyte while it starts: one at a time,
# and early, because all others find a place beside it.
heavy() { [[ $1 == */kafka || $1 == */elasticsearch ]]; }
heavy_first() {
  local folder
  for folder; do if heavy "$folder"; then echo "$folder"; fi; done
  for folder; do if ! heavy "$folder"; then echo "$folder"; fi; done
}
heavy_runs() {
  local index
  for index in "${!pids[@]}"; do if heavy "${folders[index]}"; then return; fi; done
  return 1
}

# Starts the first that may; false when none may now. In a session of its own, whose number is its
# pid; there an interrupt is not ignored, as bash has it for what is in the background.
start_next() {
  local place index
  for place in "${!waiting[@]}"; do
    index=${waiting[place]}
    if heavy "${folders[index]}" && heavy_runs; then continue; fi
    # shellcheck disable=SC2016  # of the inner shell
    setsid env --default-signal=INT,QUIT bash -c '"${@:2}" 9>&-; echo "$1 $?" >&9' suite "$index" \
      make --no-print-directory -C "${folders[index]}" "$@" >"$output/$index" 2>&1 </dev/null &
    pids[index]=$! since[index]=$SECONDS
    unset "waiting[$place]"
    return
  done
  return 1
}

# shellcheck disable=SC2317,SC2329  # called by the traps
stop_suites() {
  local index until=$((SECONDS + 10))
  for index in "${!pids[@]}"; do
    kill -TERM -- "-${pids[index]}" 2>/dev/null
    printf '\n== stopped: %s%s\n' "$name" "${folders[index]}"
    tail -n 5 "$output/$index"
  done
  for index in "${!pids[@]}"; do
    while kill -0 -- "-${pids[index]}" 2>/dev/null && ((SECONDS < until)); do read -rt 0.1 <> <(:); done
    kill -KILL -- "-${pids[index]}" 2>/dev/null
  done
  rm -rf "$output"
}
