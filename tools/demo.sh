#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tools/demo.sh BIN_DIR [SECONDS]
#
# The main job, on real input: telemetry of this machine -> mosquitto -> mqtt source -> the
# embedded server. Shows the records arriving, then adds up what was published and what the
# topic has. Everything is on loopback, on free ports, in a temporary directory, and gone at
# the end. Exit code 0: every message is in the topic.
set -euo pipefail
bin=$(cd "${1:?usage: tools/demo.sh BIN_DIR [SECONDS]}" && pwd)
seconds=${2:-${DEMO_SECONDS:-15}}
here=$(cd "$(dirname "$0")" && pwd)
sluice=$bin/sluice
source=$bin/mqtt-source
topic=telemetry

tty=''
if [[ -t 1 ]]; then tty=1; fi
bold='' dim='' green='' red='' off=''
if [[ -n $tty && -z ${NO_COLOR:-} ]]; then
  bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' red=$'\e[31m' off=$'\e[0m'
fi
title() { printf '\n%s%s%s\n' "$bold" "$*" "$off"; }
step() { printf '  %s%-15s%s %s\n' "$dim" "$1" "$off" "$2"; }

work=$(mktemp -d "${TMPDIR:-/tmp}/sluice-demo-XXXXXX")
pids=()
cleanup() {
  trap - EXIT INT TERM
  local i
  # Last started, first stopped.
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
    kill "${pids[i]}" 2>/dev/null || continue
    wait "${pids[i]}" 2>/dev/null || true
  done
  rm -rf "$work"
}
trap cleanup EXIT
trap 'echo; exit 130' INT
trap 'exit 143' TERM

fail() {
  printf '%sdemo: %s%s\n' "$red" "$1" "$off" >&2
  if [[ -n ${2:-} && -s ${2:-} ]]; then tail -n 15 "$2" | sed 's/^/  | /' >&2; fi
  exit 1
}

# within SECONDS COMMAND...: repeats the command until it succeeds; false when it never did.
within() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || return 1
    sleep 0.02
  done
}

started() {  # started NAME: the process that was just started
  pids+=("$!")
  echo "$!" >"$work/$1.pid"
}
alive() { kill -0 "$(<"$work/$1.pid")" 2>/dev/null; }
stop() {  # stop NAME: asks the process to end, and gives its exit code
  local pid
  pid=$(<"$work/$1.pid")
  kill "$pid" 2>/dev/null || true
  local code=0
  wait "$pid" || code=$?
  return "$code"
}

for program in "$sluice" "$source"; do
  [[ -x $program ]] || fail "there is no $program: run \`make build\` first"
done
for program in mosquitto mosquitto_pub; do
  command -v "$program" >/dev/null || [[ -x /usr/sbin/$program ]] ||
    fail "there is no $program: run \`make setup\` first"
done
PATH=$PATH:/usr/sbin

title 'Sluice: telemetry of this machine, over MQTT, into a topic'

export FLV_PROFILE_PATH=$work/profile
"$sluice" cluster start --foreground --sc 127.0.0.1:0 --spu 127.0.0.1:0 --data "$work/data" \
  --profile "$FLV_PROFILE_PATH" >"$work/server.log" 2>&1 &
started server
server_ready() { [[ -s $FLV_PROFILE_PATH ]]; }
within 60 server_ready || fail 'the server did not start' "$work/server.log"
step server "$("$sluice" profile show -O json | sed 's/.*"endpoint":"\([^"]*\)".*/\1/')"
"$sluice" topic create "$topic" >/dev/null

# mosquitto takes no port 0: try some.
start_mosquitto() {
  local log=$work/mosquitto.log
  for _ in 1 2 3 4 5 6 7 8; do
    port=$((20000 + RANDOM % 20000))
    printf '%s\n' "listener $port 127.0.0.1" 'allow_anonymous true' 'persistence false' \
      'max_queued_messages 0' 'log_type error' 'log_type notice' 'log_type subscribe' \
      'log_type information' >"$work/mosquitto.conf"
    mosquitto -c "$work/mosquitto.conf" >"$log" 2>&1 &
    started mosquitto
    running() { grep -q 'mosquitto version .* running' "$log" || ! alive mosquitto; }
    within 30 running
    if alive mosquitto; then return 0; fi
  done
  fail 'mosquitto did not start' "$log"
}
start_mosquitto
step mosquitto "127.0.0.1:$port"

"$source" --mqtt-url "mqtt://127.0.0.1:$port" --mqtt-topic "$topic/#" --qos 1 \
  --payload-output-type json --fluvio-topic "$topic" --state-dir "$work/state" \
  >"$work/source.log" 2>&1 &
started source
subscribed() { grep -q " 1 $topic/#" "$work/mosquitto.log"; }
within 60 subscribed || fail 'the mqtt source did not subscribe' "$work/source.log"
step 'mqtt source' "$topic/# -> topic $topic, QoS 1, acknowledged once the topic has it"

"$here/telemetry.sh" 127.0.0.1 "$port" "$seconds" "$work/published" 2>"$work/telemetry.log" &
started telemetry
step telemetry "cpu, memory, load, network, disk for $seconds s"

title 'The first records'
"$sluice" consume "$topic" --beginning --count 6 --quiet --format '  {{offset}}  {{value}}' |
  cut -c "1-${COLUMNS:-150}"

in_topic() {
  "$sluice" partition list "$topic" -O json | sed 's/.*"log_end":\([0-9]*\).*/\1/'
}
published() { awk '{sum += $2} END {print sum + 0}' "$work/published" 2>/dev/null || echo 0; }

title 'Arriving'
printf '  %12s %14s %12s\n' published 'in the topic' records/s
line_end='\n'
if [[ -n $tty ]]; then line_end='\e[K\r'; fi
last=0 last_us=${EPOCHREALTIME/./}
while alive telemetry; do
  sleep 1
  sent=$(published) now=$(in_topic) us=${EPOCHREALTIME/./}
  printf "  %12d $bold%14d$off %12d$line_end" "$sent" "$now" \
    $(((now - last) * 1000000 / (us - last_us)))
  last=$now last_us=$us
done
if [[ -n $tty ]]; then echo; fi
stop telemetry || fail 'a publisher failed' "$work/telemetry.log"

total=$(published)
complete() { (($(in_topic) >= total)); }
within 60 complete || true
alive source || fail 'the mqtt source has ended' "$work/source.log"

title 'Adding up'
"$sluice" consume "$topic" --beginning --until end --quiet >"$work/records"
printf '  %-10s %12s %14s\n' '' published 'in the topic'
sum=0 wrong=0
while read -r name expected; do
  found=$(grep -c "\"mqtt_topic\":\"$topic/$name\"" "$work/records" || true)
  mark=$green
  if ((found != expected)); then mark=$red wrong=1; fi
  printf '  %-10s %12d %s%14d%s\n' "$name" "$expected" "$mark" "$found" "$off"
  sum=$((sum + found))
done <"$work/published"
printf '  %s%-10s %12d %14d%s\n' "$bold" total "$total" "$sum" "$off"

stop source || fail "the mqtt source ended with exit code $?" "$work/source.log"
stop server || fail "the server ended with exit code $?" "$work/server.log"
if ((wrong || sum != total || total == 0)); then
  fail 'it does not add up: messages are missing or doubled' "$work/source.log"
fi
printf '\n%sEvery message is in the topic, once.%s\n' "$green" "$off"
