#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The nats source against a real nats-server.

load ../../../../tests/lib/sluice

setup() {
  sluice_setup
  program=$SLUICE_BIN/nats-source
  server=$sluice_root/tests/servers/nats
}
teardown() {
  "$server" stop "$work/nats"
  sluice_teardown
}

start_nats() {
  "$server" start "$work/nats" "$@"
  source "$work/nats/env"
}
client() { python3 "$sluice_root/tests/lib/nats_client.py" "$NATS_PORT" "$@"; }
start_source() {
  start_process source "$program" --fluvio-topic t --name in --url "$NATS_URL" "$@"
}
numbers() { seq -f 'number %.0f' "$1" "$2"; }
all_there() { [[ -z $(comm -23 <(numbers 1 "$1" | sort) <(topic_values t | sort -u)) ]]; }
has_connected() { (($(grep -c "connected to the outside" "$work/source.log") >= $1)); }
all_acknowledged() {
  [[ $(client info S sluice-in | jq '[.num_ack_pending, .num_pending] | add') == 0 ]]
}

@test "the metadata needs no server and no cluster" {
  run env FLV_PROFILE_PATH=/nowhere "$program" metadata
  [[ $status -eq 0 && $(jq -c '[.name, .direction]' <<<"$output") == '["nats-source","Source"]' ]]
}

@test "a stream arrives from its beginning, is acknowledged, and a restart goes on" {
  start_cluster
  start_nats
  client make S 'a.>'
  numbers 1 100 | client send a.b
  start_source --stream S --subject 'a.>' --record-layout raw
  wait_for topic_has t 100
  wait_for all_acknowledged
  stop_process source
  numbers 101 200 | client send a.b
  start_source --stream S --subject 'a.>' --record-layout raw
  wait_for topic_has t 200
  stop_process source
  diff <(topic_values t) <(numbers 1 200)
  # The server counts them by and by.
  wait_for all_acknowledged
}

@test "records as the community's connector has them" {
  start_cluster
  start_nats
  client make S a
  echo hi | client send a
  start_source --stream S --subject a --headers
  wait_for topic_has t 1
  [[ $(topic_values t) == '{"nats_subject":"a","nats_reply":null,"nats_data":[104,105],"nats_headers":{}}' ]]
}

@test "kill -9 of the source and of the server loses nothing" {
  start_cluster
  start_nats
  client make S a
  numbers 1 3000 | client send a
  start_source --stream S --subject a --record-layout raw --ack-wait 2s
  wait_for topic_has t 500
  stop_process source KILL || true
  start_source --stream S --subject a --record-layout raw
  wait_for topic_has t 1500
  wait_for has_connected 2
  "$server" kill "$work/nats"
  wait_for log_has source "the connection is lost"
  "$server" start "$work/nats"
  numbers 3001 4000 | client send a
  wait_for all_there 4000
  wait_for all_acknowledged
  stop_process source
}

@test "a plain subscription gets what comes while it listens" {
  start_cluster
  start_nats
  start_source --subject 'a.*' --queue-group g --record-layout raw --record-key subject
  wait_for log_has source "connected to the outside"
  numbers 1 10 | client send a.b --core
  wait_for topic_has t 10
  stop_process source
}

@test "a missing stream, a wrong password and a server that is away are told apart" {
  start_cluster
  start_nats --user u --pass p
  run timeout 20 "$program" --fluvio-topic t --url "$NATS_URL" --subject a --user u --password wrong-one
  [[ $status -eq 3 && $output != *wrong-one* ]]
  run timeout 20 "$program" --fluvio-topic t --url "$NATS_URL" --subject a --user u --password p --stream S
  [[ $status -eq 2 && $output == *"the stream S"* ]]
  NATS_USER=u NATS_PASSWORD=p client make S a
  run "$program" check --fluvio-topic t --url "$NATS_URL" --subject a --user u --password p --stream S
  [[ $status -eq 0 && $output == *"the stream S has 0 messages"* ]]
  "$server" stop "$work/nats"
  start_source --subject a --user u --password p --stream S
  wait_for log_has source "outside_unavailable"
  "$server" start "$work/nats" --user u --pass p
  wait_for log_has source "connected to the outside"
  stop_process source
}

new_key=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1)
authority() {  # authority NAME
  openssl req -x509 "${new_key[@]}" -nodes -days 2 -subj "/CN=$1" -keyout "$1.key" -out "$1.pem" 2>/dev/null
}
certificate() {  # certificate NAME [PASSWORD]: for localhost, from the authority `ca`
  local -a lock=(-nodes)
  if (($# > 1)); then lock=(-passout "pass:$2"); fi
  openssl req "${new_key[@]}" "${lock[@]}" -subj /CN=localhost -keyout "$1.key" -out "$1.csr" 2>/dev/null
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
    -extfile <(echo 'subjectAltName=DNS:localhost') -out "$1.pem" 2>/dev/null
}

@test "TLS with an own authority, with a password and with an NKey; wrong ones are refused" {
  cd "$work"
  authority ca
  authority other
  certificate server
  local key count
  key=$(python3 "$sluice_root/tests/lib/nkey.py" seed)
  cat >nats.conf <<END
tls { cert_file: "$work/server.pem", key_file: "$work/server.key" }
authorization { users: [{user: u, password: p}, {nkey: $key}] }
END
  start_cluster
  start_nats -c "$work/nats.conf"
  export NATS_CA=$work/ca.pem NATS_USER=u
  NATS_PASSWORD=p client make S a
  echo one | NATS_PASSWORD=p client send a
  NATS_URL=tls://localhost:$NATS_PORT
  local read=(--stream S --subject a --record-layout raw --ca-file ca.pem)
  start_source "${read[@]}" --user u --password p
  wait_for topic_has t 1
  stop_process source
  # Several times: cnats and OpenSSL may free the same memory at the end.
  for count in {2..8}; do
    echo more | NATS_PASSWORD=p client send a
    start_source "${read[@]}" --nkey "$key" --nkey-seed-file seed
    wait_for topic_has t "$count"
    stop_process source
  done

  run timeout 20 "$program" --fluvio-topic t --url "$NATS_URL" "${read[@]}" --user u --password wrong-one
  [[ $status -eq 3 && $output != *wrong-one* ]]
  run timeout 20 "$program" --fluvio-topic t --url "$NATS_URL" --subject a --user u --password p --ca-file other.pem
  [[ $status -eq 3 ]] || fail "$status: $output"
}

@test "a client's certificate, whose key has a password" {
  cd "$work"
  authority ca
  certificate server
  certificate client open-sesame
  echo "tls { cert_file: $work/server.pem, key_file: $work/server.key, ca_file: $work/ca.pem, verify: true }" >nats.conf
  start_cluster
  start_nats -c "$work/nats.conf"
  local check=("$program" check --fluvio-topic t --url "tls://localhost:$NATS_PORT" --subject a --ca-file ca.pem)
  local mine=(--cert-file client.pem --key-file client.key)
  run "${check[@]}" "${mine[@]}" --key-password open-sesame
  [[ $status -eq 0 ]] || fail "$status: $output"
  run "${check[@]}"
  [[ $status -ne 0 ]]
  local password
  for password in '' wrong-one; do
    run "${check[@]}" "${mine[@]}" --key-password "$password" </dev/null
    [[ $status -eq 2 && $output == *"check --key-password"* && $output != *wrong-one* ]] || fail "$status: $output"
  done
}

@test "a consumer that is deleted under it is noticed, and made again" {
  start_cluster
  start_nats
  client make S a
  numbers 1 3 | client send a
  start_source --stream S --subject a --record-layout raw
  wait_for topic_has t 3
  wait_for all_acknowledged
  client delete S sluice-in
  numbers 4 5 | client send a
  wait_for all_there 5
}
