#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The syslog source with logger, rsyslog and plain sockets.

load ../../../../tests/lib/sluice

setup() {
  sluice_setup
  program=$SLUICE_BIN/syslog-source
  port=$(free_port)
}
teardown() { sluice_teardown; }

free_port() { python3 "$sluice_root/tests/lib/free_port.py"; }
start_source() {
  rm -f "$work/source.log"
  start_process source "$program" --fluvio-topic t --name in "$@"
  wait_for log_has source "connected to the outside"
}
record() { topic_values t | jq -c "$1"; }
certificates() {
  cd "$work"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=ca \
    -keyout ca.key -out ca.pem 2>/dev/null
  for name in server client; do
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost \
      -keyout $name.key -out $name.csr 2>/dev/null
    openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
      -extfile <(echo 'subjectAltName=DNS:localhost,IP:127.0.0.1') -out $name.pem 2>/dev/null
  done
}
# send_tls TEXT [CERTIFICATE KEY]
send_tls() {
  timeout 20 python3 -c '
import socket, ssl, sys
tls = ssl.create_default_context(cafile="ca.pem")
if len(sys.argv) > 3: tls.load_cert_chain(sys.argv[3], sys.argv[4])
s = tls.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[1]))), server_hostname="localhost")
s.sendall(sys.argv[2].encode() + b"\n")
try: s.unwrap()
except OSError: pass' "$port" "$@" 2>/dev/null
}
# start_rsyslog ACTION: what is sent to its socket $work/log goes out by the action.
start_rsyslog() {
  mkdir -p "$work/spool"
  cat >"$work/rsyslog.conf" <<CONF
global(workDirectory="$work/spool" defaultNetstreamDriverCAFile="$work/ca.pem"
  defaultNetstreamDriverCertFile="$work/client.pem" defaultNetstreamDriverKeyFile="$work/client.key")
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="$work/log" CreatePath="on" UsePIDFromSystem="off" UseSysTimeStamp="off")
*.* $1
CONF
  start_process rsyslog rsyslogd -n -f "$work/rsyslog.conf" -i "$work/rsyslog-pid"
  wait_for test -S "$work/log"
}
send_many() { seq -f 'number %.0f' "$1" "$2" | logger --socket "$work/log" --tag app -p local0.warning; }
all_there() { [[ $(record .message | sort -u | wc -l) -eq $1 ]]; }

@test "the metadata needs no cluster" {
  run env FLV_PROFILE_PATH=/nowhere "$program" metadata
  [[ $status -eq 0 && $(jq -c '[.name, .direction]' <<<"$output") == '["syslog-source","Source"]' ]]
}

@test "logger by UDP and TCP, in both formats" {
  start_cluster
  start_source --listen "udp://127.0.0.1:$port" --listen "tcp://127.0.0.1:$port"
  logger -n 127.0.0.1 -P "$port" --udp --rfc3164 -t old -p mail.err "by udp"
  logger -n 127.0.0.1 -P "$port" --udp --rfc5424 -t new --msgid M1 --sd-id a@1 --sd-param 'k="v"' "by udp"
  wait_for topic_has t 2
  logger -n 127.0.0.1 -P "$port" --tcp --rfc5424 -t new "by tcp"
  wait_for topic_has t 3
  logger -n 127.0.0.1 -P "$port" --tcp --octet-count --rfc3164 -t old "counted"
  wait_for topic_has t 4
  stop_process source
  diff <(record '[.format, .transport, .facility_name, .severity_name, .app, .msgid, .message]') - <<'END'
["rfc3164","udp","mail","err","old",null,"by udp"]
["rfc5424","udp","user","notice","new","M1","by udp"]
["rfc5424","tcp","user","notice","new",null,"by tcp"]
["rfc3164","tcp","user","notice","old",null,"counted"]
END
  [[ $(record '.structured_data["a@1"].k' | sed -n 2p) == '"v"' ]]
}

@test "rsyslog forwards by TCP, and nothing is missing" {
  start_cluster
  start_source --listen "tcp://127.0.0.1:$port"
  start_rsyslog "action(type=\"omfwd\" target=\"127.0.0.1\" port=\"$port\" protocol=\"tcp\")"
  send_many 1 5000
  wait_for all_there 5000
  [[ $(record '[.facility_name, .severity_name, .app, .format]' | sort -u) == '["local0","warning","app","rfc3164"]' ]]
}

@test "rsyslog forwards by TLS with certificates; a sender without one is refused" {
  certificates
  start_cluster
  start_source --listen "tls://127.0.0.1:$port" --cert-file server.pem --key-file server.key --ca-file ca.pem
  send_tls '<13>no certificate' || true
  wait_for log_has source "certificate"
  send_tls '<13>1 - h by-openssl - - - hi' client.pem client.key
  wait_for topic_has t 1
  [[ $(record '[.transport, .app, .message]') == '["tls","by-openssl","hi"]' ]]
}

@test "rsyslog's own TLS, with certificates on both sides" {
  [[ -e $(find /usr/lib -name lmnsd_ossl.so -print -quit) ]] || skip "no rsyslog-openssl"
  certificates
  start_cluster
  start_source --listen "tls://127.0.0.1:$port" --cert-file server.pem --key-file server.key --ca-file ca.pem
  start_rsyslog "action(type=\"omfwd\" target=\"127.0.0.1\" port=\"$port\" protocol=\"tcp\" TCP_Framing=\"octet-counted\"
    StreamDriver=\"ossl\" StreamDriverMode=\"1\" StreamDriverAuthMode=\"x509/name\" StreamDriverPermittedPeers=\"localhost\")"
  send_many 1 500
  wait_for all_there 500
  [[ $(record .transport | sort -u) == '"tls"' ]]
}

# send_datagrams FROM TO
send_datagrams() {
  python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(int(sys.argv[2]), int(sys.argv[3]) + 1): s.sendto(b"<13>number %d" % i, ("127.0.0.1", int(sys.argv[1])))' "$port" "$@"
}

@test "datagrams that the kernel has no room for are counted, each" {
  start_cluster
  start_source --listen "udp://127.0.0.1:$port" --udp-buffer 16384
  kill -STOP "$(pid_of source)"
  send_datagrams 1 2000
  kill -CONT "$(pid_of source)"
  wait_for topic_has t 1
  local sends=0 dropped
  last_came() { ((++sends)) && send_datagrams 2001 2001 && topic_values t | grep -q 'number 2001"'; }
  wait_for last_came
  stop_process source
  log_has source "the kernel had no room"
  dropped=$(grep -o 'filtered=[0-9]*' "$work/source.log" | tail -1 | tr -dc 0-9)
  ((dropped > 0 && $(topic_count t) + dropped == 2000 + sends))
}

@test "told to stop it still takes what is in its socket" {
  start_cluster
  start_source --listen "udp://127.0.0.1:$port"
  kill -STOP "$(pid_of source)"
  send_datagrams 1 1500
  kill -TERM "$(pid_of source)"
  kill -CONT "$(pid_of source)"
  wait_process source
  all_there 1500
}

@test "a local socket, and files through rotation and a restart" {
  start_cluster
  echo 'Oct 11 22:14:15 host app[1]: one' >"$work/messages"
  start_source --listen "unix://$work/sock" --file "$work/messages" --scan-interval 100ms
  wait_for topic_has t 1
  logger --socket "$work/sock" -t local "two"
  wait_for topic_has t 2
  stop_process source
  [[ ! -e $work/sock ]]
  echo 'Oct 11 22:14:16 host app[1]: three' >>"$work/messages"
  mv "$work/messages" "$work/messages.1"
  echo 'not syslog' >"$work/messages"
  start_source --file "$work/messages" --scan-interval 100ms
  wait_for topic_has t 4
  stop_process source
  diff <(record '[.transport, .host, .procid, .message]') - <<'END'
["file","host","1","one"]
["unix",null,null,"two"]
["file","host","1","three"]
["file",null,null,"not syslog"]
END
}

@test "what is not syslog is kept or refused, and what is too large is cut or refused" {
  start_cluster
  start_source --listen "tcp://127.0.0.1:$port" --message-size-max 480
  { echo 'GET / HTTP/1.1'; printf '<13>%01000d\n' 7; echo '<13>fine'; } >"/dev/tcp/127.0.0.1/$port"
  wait_for topic_has t 3
  stop_process source
  [[ $(record '[.format, .message[0:14], .truncated]' | head -2) == $'["unknown","GET / HTTP/1.1",null]\n["rfc3164","00000000000000",true]' ]]
  start_source --listen "tcp://127.0.0.1:$port" --unparsed refuse
  echo 'GET / HTTP/1.1' >"/dev/tcp/127.0.0.1/$port"
  local code=0
  wait_process source || code=$?
  [[ $code -eq 1 ]]
  log_has source "it has no priority"
}

@test "a cluster that is away holds TCP senders back, and nothing is missing" {
  start_cluster
  start_source --listen "tcp://127.0.0.1:$port" --buffer-bytes 65536
  stop_cluster
  start_process sender python3 -c '
import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
for i in range(20000):
    s.sendall(b"<13>number %d\n" % i)
s.close()' "$port"
  start_cluster
  wait_for all_there 20000
}

@test "a port that is taken ends it with exit code 3; check leaves nothing behind" {
  start_cluster
  run "$program" check --fluvio-topic t --listen "tcp://127.0.0.1:$port" --listen "unix://$work/sock"
  [[ $status -eq 0 && ! -e $work/sock ]]
  start_source --listen "tcp://127.0.0.1:$port"
  run timeout 20 "$program" --fluvio-topic t --name other --listen "tcp://127.0.0.1:$port"
  [[ $status -eq 3 && $output == *"cannot listen at 127.0.0.1:$port"* ]]
}
