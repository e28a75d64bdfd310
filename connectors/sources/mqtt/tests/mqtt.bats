#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The mqtt source against a real mosquitto.

load ../../../../tests/lib/sluice

setup() {
  sluice_setup
  program=$SLUICE_BIN/mqtt-source
  here=$BATS_TEST_DIRNAME
}
teardown() { sluice_teardown; }

free_port() { python3 "$sluice_root/tests/lib/free_port.py"; }
# start_broker [LINE...]: mosquitto with these lines of configuration; a second start of a test has the
# same port and the same data.
start_broker() {
  : "${port:=$(free_port)}"
  mkdir -p "$work/broker"
  {
    printf '%s\n' "listener $port 127.0.0.1" 'persistence true' "persistence_location $work/broker/" \
      'max_queued_messages 0' 'user root'
    [[ $* == *allow_anonymous* ]] || echo 'allow_anonymous true'
    printf '%s\n' "$@"
  } >"$work/broker.conf"
  start_process broker mosquitto -c "$work/broker.conf"
  wait_for listens
}
listens() { (exec 3<>"/dev/tcp/127.0.0.1/$port"); }
publish() { mosquitto_pub -h 127.0.0.1 -p "$port" "$@"; }
# start_source [OPTION...]
start_source() {
  start_process source "$program" --fluvio-topic t --mqtt-url "mqtt://127.0.0.1:$port" "$@"
}
# The source is subscribed: a message that is published now arrives.
source_is_ready() {
  publish -t probe -m x -q 0 && topic_has t 1
}
topic_has_after_publishing() { publish -t a -q 1 -m hi && topic_has t "$1"; }
connected() { log_has source ": connected to the outside"; }
# ends_with CODE NAME: the process ends by itself, with this exit code.
ends_with() {
  local code=0
  wait_process "$2" || code=$?
  [[ $code -eq $1 ]]
}
# Payloads of the topic, decoded.
payloads() {
  topic_values t | python3 -c '
import json, sys
for line in sys.stdin:
    print(bytes(json.loads(line)["payload"]).decode())'
}
# Each line of the ledger is in the topic.
nothing_is_lost() { [[ -z $(comm -23 <(sort "$work/ledger") <(payloads | sort -u)) ]]; }

@test "the metadata needs no broker and no cluster" {
  run "$program" metadata
  [[ $status -eq 0 && ${#lines[@]} -eq 1 ]]
  [[ $(jq -c '[.name, .direction]' <<<"$output") == '["mqtt-source","Source"]' ]]
  [[ $(jq -c '.schema.required' <<<"$output") == *url* ]]
}

@test "messages of each QoS arrive, with their topics" {
  start_cluster
  start_broker
  start_source --mqtt-topic 'a/#' --qos 2
  wait_for connected
  for qos in 0 1 2; do publish -t "a/$qos" -q "$qos" -m hi; done
  wait_for topic_has t 3
  diff <(topic_values t) - <<'END'
{"mqtt_topic":"a/0","payload":[104,105]}
{"mqtt_topic":"a/1","payload":[104,105]}
{"mqtt_topic":"a/2","payload":[104,105]}
END
  stop_process source
}

@test "MQTT 3.1.1, several topics, JSON payloads; what is not JSON is dropped on request, and counted" {
  start_cluster
  start_broker
  start_source --mqtt-topic a --mqtt-topic 'b/+' --mqtt-version 3.1.1 --payload-output-type json \
    --on-invalid-payload drop
  wait_for connected
  publish -t a -q 1 -m '{"z": 1, "a": [1.50, null]}'
  publish -t a -q 1 -m 'not JSON'
  publish -t b/x -q 1 -m '7'
  wait_for topic_has t 2
  diff <(topic_values t) - <<'END'
{"mqtt_topic":"a","payload":{"z":1,"a":[1.5,null]}}
{"mqtt_topic":"b/x","payload":7}
END
  stop_process source
  log_has source "filtered=1"
}

@test "a YAML file of the official connector works as it is" {
  start_cluster
  start_broker
  cat >"$work/c.yaml" <<YAML
apiVersion: 0.1.0
meta: { name: from-yaml, type: mqtt-source, version: 0.3.0, topic: t }
mqtt:
  url: mqtt://127.0.0.1:$port
  topic: a/+
  client_id: yaml
  timeout: { secs: 30, nanos: 0 }
  payload_output_type: json
YAML
  start_process source "$program" --config "$work/c.yaml"
  wait_for connected
  publish -t a/b -q 1 -m '{"on":true}'
  wait_for topic_has t 1
  [[ $(topic_values t) == '{"mqtt_topic":"a/b","payload":{"on":true}}' ]]
}

@test "a message that is not JSON stops it, and stays in the broker" {
  start_cluster
  start_broker
  start_source --mqtt-topic a --payload-output-type json
  wait_for connected
  publish -t a -q 1 -m 'not JSON'
  ends_with 1 source
  log_has source "a message of topic 'a' is not JSON"
  start_source --mqtt-topic a --payload-output-type json --on-invalid-payload stop --on-malformed skip
  ends_with 1 source
  start_source --mqtt-topic a --payload-output-type json --on-invalid-payload binary
  wait_for topic_has t 1
}

@test "a message that is not JSON is tried again as often as allowed, and none around it is lost" {
  start_cluster
  start_broker
  for qos in 1 2; do
    start_source --mqtt-topic 'a/#' --qos $qos --client-id "retry-$qos" --payload-output-type json \
      --on-malformed retry --retry-limit 2 --retry-delay-min 1ms --retry-delay-max 5ms \
      --on-retries-exhausted dead-letter --dead-letter-file "$work/letters-$qos"
    wait_for connected
    printf '%s\n' 1 bad 2 3 | publish -t a/b -q $qos -l
    wait_for distinct_are 3
    wait_for test -s "$work/letters-$qos"
    [[ $(jq -r '[.key, .value, .attempts] | @csv' "$work/letters-$qos") == '"a/b","bad",2' ]]
    stop_process source
    rm "$work/source.log"  # `connected` is of the next one
    sluice topic delete t
  done
}
distinct_are() { [[ $(topic_values t | sort -u | wc -l) -eq $1 ]]; }

@test "TLS with a client certificate; a wrong authority and a missing certificate are refused" {
  local -r days=2
  cd "$work"
  for name in ca other; do
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days $days \
      -subj "/CN=$name" -keyout $name.key -out $name.pem 2>/dev/null
  done
  for name in server client; do
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=localhost" \
      -keyout $name.key -out $name.csr 2>/dev/null
    openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days $days \
      -extfile <(echo 'subjectAltName=DNS:localhost,IP:127.0.0.1') -out $name.pem 2>/dev/null
  done
  start_cluster
  start_broker "cafile $work/ca.pem" "certfile $work/server.pem" "keyfile $work/server.key" \
    'require_certificate true'
  local url=mqtts://127.0.0.1:$port
  start_process source "$program" --fluvio-topic t --mqtt-url "$url" --mqtt-topic a \
    --ca-file ca.pem --cert-file client.pem --key-file client.key
  wait_for connected
  mosquitto_pub -h 127.0.0.1 -p "$port" --cafile ca.pem --cert client.pem --key client.key -t a -m hi
  wait_for topic_has t 1
  stop_process source

  run timeout 20 "$program" --fluvio-topic t --mqtt-url "$url" --mqtt-topic a --ca-file other.pem
  [[ $status -eq 3 && $output == *certificate* ]] || fail "$status: $output"
  run timeout 20 "$program" --fluvio-topic t --mqtt-url "$url" --mqtt-topic a --ca-file ca.pem
  [[ $status -eq 3 && $output == *certificate* ]] || fail "$status: $output"
}

@test "user and password; wrong ones end it with a clear text" {
  touch "$work/users"
  mosquitto_passwd -b "$work/users" reader s3cret
  chmod 600 "$work/users"
  start_cluster
  start_broker 'allow_anonymous false' "password_file $work/users"
  MQTT_PASSWORD=s3cret start_source --mqtt-topic a --user reader
  wait_for connected
  stop_process source

  for version in 5 3.1.1; do
    run timeout 20 "$program" --fluvio-topic t --mqtt-url "mqtt://reader:wrong-one@127.0.0.1:$port" \
      --mqtt-topic a --mqtt-version $version
    [[ $status -eq 3 && $output == *"not authorised"* || $output == *"user name or password"* ]]
    [[ $output != *wrong-one* ]]
  done
}

@test "a subscription that the broker refuses is an error" {
  printf '%s\n' 'topic read allowed' >"$work/acl"
  start_cluster
  start_broker "acl_file $work/acl"
  run timeout 20 "$program" --fluvio-topic t --mqtt-url "mqtt://127.0.0.1:$port" --mqtt-topic secret
  # mosquitto grants what it will not deliver, unless it knows better.
  [[ $status -ne 0 ]]
}

@test "the broker comes late, and the source waits for it" {
  start_cluster
  port=$(free_port)
  start_source --mqtt-topic a
  wait_for log_has source "refused"
  start_broker
  wait_for connected
  publish -t a -q 1 -m hi
  wait_for topic_has t 1
}

@test "a broker that restarts again and again loses nothing, with QoS 1 and 2" {
  start_cluster
  for qos in 1 2; do
    start_broker
    start_source --mqtt-topic 'a/#' --qos $qos --client-id "restart-$qos"
    wait_for connected
    python3 "$here/publish.py" "$port" a/x 3000 --qos $qos --rate 1500 >"$work/ledger" 3>&- &
    local publisher=$!
    for ((i = 1; i <= 3; i++)); do
      wait_for grep -q "^m$((i * 600))$" "$work/ledger"
      stop_process broker
      start_broker
    done
    wait $publisher
    wait_for nothing_is_lost
    stop_process source
    stop_process broker
    sluice topic delete t
    rm -f "$work/source.log"
  done
}

@test "a broker that comes back without its session: said aloud, and subscribed again" {
  start_cluster
  start_broker
  start_source --mqtt-topic a
  wait_for connected
  stop_process broker
  rm -r "$work/broker"
  start_broker
  wait_for log_has source "what it had not delivered is lost"
  wait_for topic_has_after_publishing 1
}

@test "kill -9 of the source loses nothing, with QoS 1 and 2" {
  start_cluster
  start_broker
  for qos in 1 2; do
    start_source --mqtt-topic 'a/#' --qos $qos --client-id "kill-$qos"
    wait_for connected
    python3 "$here/publish.py" "$port" a/x 3000 --qos $qos --rate 1500 >"$work/ledger" 3>&- &
    local publisher=$!
    for ((i = 1; i <= 4; i++)); do
      wait_for grep -q "^m$((i * 500))$" "$work/ledger"
      stop_process source KILL || true
      start_source --mqtt-topic 'a/#' --qos $qos --client-id "kill-$qos"
    done
    wait $publisher
    wait_for nothing_is_lost
    stop_process source
    sluice topic delete t
    rm -f "$work/source.log"
  done
}

# The other half of the promise: what the stream does not have, the broker keeps.
@test "while the cluster is away the broker gets no acknowledgement" {
  start_cluster
  start_broker
  start_source --mqtt-topic a --client-id keeper
  wait_for connected
  stop_cluster
  for ((i = 1; i <= 20; i++)); do publish -t a -q 1 -m "m$i"; done
  stop_process source KILL || true
  start_cluster
  [[ $(topic_count t) -eq 0 ]]
  start_source --mqtt-topic a --client-id keeper
  wait_for distinct_are 20
  [[ $(payloads | sort -u | wc -l) -eq 20 ]]
}

@test "what is published while it is away is there when it comes back" {
  start_cluster
  start_broker
  start_source --mqtt-topic a --name away
  wait_for connected
  stop_process source
  for ((i = 1; i <= 50; i++)); do echo "m$i"; done | publish -t a -q 1 -l
  start_source --mqtt-topic a --name away
  wait_for distinct_are 50
  [[ $(payloads | sort -u | wc -l) -eq 50 ]]
}

# One that closed with messages unread reset the connection, and a broker with more to send did not read
# the acknowledgements before that.
@test "a stop leaves the end of the connection to the broker" {
  start_cluster
  cat >"$work/broker.py" <<'END'
import socket, sys
def packet(link):
    kind, size = link.recv(1)[0], link.recv(1)[0]
    return kind & 0xF0, link.recv(size, socket.MSG_WAITALL) if size else b""
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
link = server.accept()[0]
message = b"\x32\x08\x00\x01a\x00\x01\x00{}"
while True:
    kind, body = packet(link)
    if kind == 0x10: link.sendall(b"\x20\x03\x00\x00\x00")
    elif kind == 0x80: link.sendall(b"\x90\x04" + body[:2] + b"\x00\x01" + message)
    elif kind == 0xE0: break
link.sendall(message)  # it had been on its way
link.settimeout(0.5)
try: print("closed", link.recv(1), flush=True)
except TimeoutError: print("waits", flush=True)
except ConnectionResetError: print("reset", flush=True)
END
  start_process fake python3 "$work/broker.py"
  wait_for test -s "$work/fake.log"
  port=$(head -1 "$work/fake.log")
  start_source --mqtt-topic a
  wait_for topic_has t 1
  stop_process source
  wait_process fake
  [[ $(tail -1 "$work/fake.log") == waits ]] || fail "$(<"$work/fake.log")"
}

# mosquitto 2.0.11 closes the connection of the first one without a word.
@test "two instances with the same client id hear about it" {
  start_cluster
  start_broker
  start_source --mqtt-topic a --client-id twin
  wait_for connected
  start_process other "$program" --fluvio-topic t --name other --mqtt-url "mqtt://127.0.0.1:$port" \
    --mqtt-topic a --client-id twin
  wait_for log_has source "does another client use the client id twin"
}
