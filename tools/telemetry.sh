#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tools/telemetry.sh HOST PORT SECONDS COUNTS
#
# Publishes live telemetry of this machine to an MQTT broker at QoS 1: topics telemetry/cpu,
# memory, load, network and disk, one JSON object a message. COUNTS is a file that holds
# `total` or, at the end, `name count` lines; it is replaced as a whole. Exits when the broker
# has acknowledged everything.
set -euo pipefail
host=$1 port=$2 seconds=$3 counts=$4

declare -A count=([cpu]=0 [memory]=0 [load]=0 [network]=0 [disk]=0)
declare -A pipe=() pid=()
for name in "${!count[@]}"; do
  exec {fd}> >(exec mosquitto_pub -h "$host" -p "$port" -q 1 -t "telemetry/$name" -l)
  pipe[$name]=$fd
  pid[$name]=$!
done
# A publisher whose broker is gone would wait for its acknowledgements for ever.
trap 'kill "${pid[@]}" 2>/dev/null; wait; exit 143' TERM
# Reading from this pipe is how a shell sleeps without a process.
exec {never}<> <(:)
start=${EPOCHREALTIME/./}

publish() {  # publish NAME JSON
  echo "$2" >&"${pipe[$1]}"
  count[$1]=$((count[$1] + 1))
}

write_counts() {  # write_counts TEXT
  echo "$1" >"$counts.new"
  mv "$counts.new" "$counts"
}

# lines_of FILE: all of it, into `lines`. `read` goes back in the file after each line, and the files
# of /proc are made anew by that: a line may be cut.
lines_of() { mapfile -t lines <"$1"; }

sample() {
  local ms=$1 line name user nice system idle iowait
  local -a lines fields
  lines_of /proc/stat
  for line in "${lines[@]}"; do
    read -r name user nice system idle iowait _ <<<"$line"
    [[ $name == cpu* ]] || break
    publish cpu "{\"ms\":$ms,\"cpu\":\"$name\",\"user\":$((user + nice)),\"system\":$system,\"idle\":$idle,\"iowait\":$iowait}"
  done
  local -A memory=()
  lines_of /proc/meminfo
  for line in "${lines[@]}"; do
    read -ra fields <<<"$line"
    memory[${fields[0]%:}]=${fields[1]}
  done
  publish memory "{\"ms\":$ms,\"total_kib\":${memory[MemTotal]},\"free_kib\":${memory[MemFree]},\"available_kib\":${memory[MemAvailable]}}"
  lines_of /proc/loadavg
  read -ra fields <<<"${lines[0]}"
  publish load "{\"ms\":$ms,\"load1\":${fields[0]},\"load5\":${fields[1]},\"load15\":${fields[2]}}"
  lines_of /proc/net/dev
  for line in "${lines[@]}"; do
    IFS=' :' read -ra fields <<<"$line"
    # Older shells keep an empty first field for the blanks in front.
    [[ -n ${fields[0]:-} ]] || fields=("${fields[@]:1}")
    [[ ${#fields[@]} -ge 11 && ${fields[1]} =~ ^[0-9]+$ ]] || continue
    publish network "{\"ms\":$ms,\"interface\":\"${fields[0]}\",\"received_bytes\":${fields[1]},\"sent_bytes\":${fields[9]}}"
  done
  lines_of /proc/diskstats
  for line in "${lines[@]}"; do
    read -ra fields <<<"$line"
    [[ ${fields[2]} =~ ^(sd[a-z]|vd[a-z]|xvd[a-z]|nvme[0-9]n[0-9]|mmcblk[0-9]|dm-[0-9])$ ]] || continue
    publish disk "{\"ms\":$ms,\"disk\":\"${fields[2]}\",\"read_sectors\":${fields[5]},\"written_sectors\":${fields[9]}}"
  done
}

now=$start
while ((now - start < seconds * 1000000)); do
  sample $((now / 1000))
  write_counts "total $((count[cpu] + count[memory] + count[load] + count[network] + count[disk]))"
  read -rt 0.01 -u "$never" _ || true
  now=${EPOCHREALTIME/./}
done

failed=0
for name in "${!count[@]}"; do
  fd=${pipe[$name]}
  exec {fd}>&-
done
for name in "${!count[@]}"; do wait "${pid[$name]}" || failed=1; done
write_counts "$(for name in cpu memory load network disk; do echo "$name ${count[$name]}"; done)"
exit "$failed"
