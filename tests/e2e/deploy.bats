#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# `sluice deploy`: deployments on this machine, and what it hands to systemd, Compose and kubectl,
# for which programs that write down their calls stand in.

load ../lib/sluice

setup() {
  sluice_setup
  export HOME=$work/home SLUICE_STATE_DIR=$work/state SLUICE_RUNTIME_DIR=$work/run
  export SLUICE_CONNECTORS=$work/connectors SLUICE_UNIT_DIR=$work/units
  export PATH=$work/bin:$PATH
  unset RUST_LOG
  mkdir -p "$HOME" "$work/connectors" "$work/bin"
  touch "$FLV_PROFILE_PATH"
  no_program systemctl
  no_program docker
  no_program podman
  no_program docker-compose
}
teardown() {
  local name
  for name in $(deploy list --output json 2>/dev/null | jq -r '.[] | select(.target == "local").name'); do
    deploy delete "$name" >/dev/null 2>&1 || true
  done
  sluice_teardown
}

refute() { if "$@"; then return 1; fi; }
deploy() { sluice deploy "$@"; }
state_of() { deploy list --output json 2>/dev/null | jq -r --arg n "$1" '.[] | select(.name == $n).state'; }
is_state() { [ "$(state_of "$1")" = "$2" ]; }
folder_of() { echo "$SLUICE_STATE_DIR/deployments/$1"; }
deploy_pid() { jq .pid "$(folder_of "$1")/run.json"; }
# Whether a process has ended; who should take note of that may be slow.
is_gone() { [[ ! -e /proc/$1 || $(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) == [ZX]* ]]; }
supervisor_of() { head -1 "$SLUICE_STATE_DIR/locks/$1.run"; }
# A connector that tells nothing of itself counts as running when it may not have done anything yet.
logs_have() { deploy logs "$1" | grep -qF -- "$2"; }
can_drain() { takes_signal "$(deploy_pid "$1")" TERM; }

# A program that is here, and fails.
no_program() { fake_program "$1" 'exit 1'; }
# fake_program NAME SCRIPT: stands in for a program, and writes down its words in NAME.calls.
fake_program() {
  printf '#!/usr/bin/env bash\nprintf "%%s\\n" "$*" >>"%s/%s.calls"\n%s\n' "$work" "$1" "$2" >"$work/bin/$1"
  chmod +x "$work/bin/$1"
}

# connector NAME SCRIPT: a connector that is a shell script; SCRIPT runs after its first line.
connector() {
  cat >"$work/connectors/$1" <<EOF
#!/usr/bin/env bash
if [[ \${1:-} == metadata ]]; then
  echo '{"name":"$1","direction":"Source","schema":{"\$schema":"http://json-schema.org/draft-07/schema#","title":"T","type":"object","properties":{"word":{"type":"string"}}},"version":"1.2.3","description":"A test."}'
  exit 0
fi
echo "started with \$*"
$2
EOF
  chmod +x "$work/connectors/$1"
}
# of_kit NAME SCRIPT: the same, as one that says it is of the kit.
of_kit() {
  connector "$1" "[[ \$1 != validate ]] || exit 0; $2"
  sed -i 's|draft-07/schema#",|&"$comment":"sluice-kit 1",|' "$work/connectors/$1"
}
# config NAME TYPE [WORD]
config() {
  cat >"$work/$1.yaml" <<EOF
apiVersion: 0.1.0
meta:
  name: $1
  type: $2
  version: 1.2.3
  topic: t
custom:
  word: ${3:-hello}
EOF
  echo "$work/$1.yaml"
}
steady='trap "echo drained; exit 0" TERM; while :; do sleep 0.05; done'

@test "apply starts, list shows, logs has what it wrote, delete leaves nothing" {
  connector steady-source "$steady"
  run deploy apply "$(config feed steady-source)"
  [ "$status" -eq 0 ]
  [[ $output == *'feed: started, running'* ]]
  [[ $output == *'will not survive a reboot'* ]]
  deploy list --output json | jq -e '.[0] | .name == "feed" and .type == "steady-source" and
    .version == "1.2.3" and .topic == "t" and .state == "running" and .restarts == 0 and .up_since != null'
  wait_for logs_have feed 'started with --fluvio-topic=t --word=hello'

  pid=$(supervisor_of feed)
  deploy delete feed
  wait_for is_gone "$pid"
  [ ! -e "$(folder_of feed)" ]
  run deploy list
  [ "$output" = 'no deployments' ]
}

@test "the same again is unchanged, a change drains the old one and starts the new" {
  connector steady-source "$steady"
  file=$(config feed steady-source)
  deploy apply "$file"
  pid=$(supervisor_of feed)
  run deploy apply "$file"
  [[ $output == *'feed: unchanged, running'* ]]
  [ "$(supervisor_of feed)" = "$pid" ]

  wait_for can_drain feed
  config feed steady-source other >/dev/null
  run deploy plan "$file"
  [[ $output == *'feed: changed'*'-   word: hello'*'+   word: other'* ]]
  [ "$(supervisor_of feed)" = "$pid" ]
  run deploy apply "$file"
  [[ $output == *'feed: changed, running'* ]]
  wait_for is_gone "$pid"
  deploy logs feed | grep -xF drained
  wait_for logs_have feed 'started with --fluvio-topic=t --word=other'
  deploy logs feed | tail -2 | grep -F -- '--word=other'
}

@test "one name runs once, however many apply it at the same moment" {
  connector steady-source "echo \$\$ >>$work/starts; $steady"
  file=$(config feed steady-source)
  for i in 1 2 3; do start_process "apply$i" sluice deploy apply "$file"; done
  for i in 1 2 3; do wait_process "apply$i"; done
  wait_for test -s "$work/starts"
  [ "$(wc -l <"$work/starts")" -eq 1 ]
  refute sluice deploy supervise feed
}

@test "names with dots have files of their own" {
  connector steady-source "$steady"
  deploy apply "$(config feed.v2 steady-source two)" "$(config feed.v3 steady-source three)"
  wait_for logs_have feed.v2 --word=two
  wait_for logs_have feed.v3 --word=three
}

@test "a wrong file starts nothing and says where it is wrong" {
  connector steady-source "$steady"
  file=$(config feed steady-source)
  sed -i 's/topic: t/topik: t/' "$file"
  run deploy apply "$file"
  [ "$status" -eq 2 ]
  [[ $output == *"$file:"*topik* ]]
  [ ! -e "$(folder_of feed)" ]
  run deploy apply "$(config feed no-such-source)"
  [ "$status" -ne 0 ]
  [[ $output == *no-such-source* ]]
}

@test "what cannot come up is told with its last words and exit code" {
  # Of the kit: of others all is said to be well after a second, in which a slow machine starts nothing.
  of_kit wrong-source 'echo "the key is wrong" >&2; exit 2'
  run deploy apply "$(config feed wrong-source)"
  [ "$status" -eq 2 ]
  [[ $output == *'the key is wrong'*'did not come up'*'exit code 2'* ]]
  is_state feed failed
  of_kit away-source 'echo "nobody there" >&2; exit 3'
  run deploy apply "$(config other away-source)"
  [ "$status" -eq 3 ]
  [[ $output == *'nobody there'*'tried again'* ]]
}

@test "a connector that ends by itself is finished, and applying it again changes nothing" {
  connector short-source 'echo done'
  deploy apply "$(config feed short-source)"
  wait_for is_state feed finished
  run deploy apply "$(config feed short-source)"
  [[ $output == *'unchanged, finished'* ]]
}

@test "a connector that was killed is started again, and counted" {
  connector steady-source "echo \$\$ >$work/connector.number; $steady"
  deploy apply "$(config feed steady-source)"
  wait_for test -s "$work/connector.number"
  kill -9 "$(cat "$work/connector.number")"
  restarted() { deploy list --output json | jq -e '.[0] | .state == "running" and .restarts == 1 and (.last_exit | contains("9"))'; }
  wait_for restarted
}

@test "a supervisor that was killed takes its connector along, and the next apply recovers" {
  connector steady-source "echo \$\$ >$work/connector.number; $steady"
  deploy apply "$(config feed steady-source)"
  wait_for test -s "$work/connector.number"
  number=$(cat "$work/connector.number")
  kill -9 "$(supervisor_of feed)"
  wait_for is_state feed down
  run deploy apply "$(config feed steady-source)"
  [ "$status" -eq 0 ]
  [[ $output == *'feed: started, running'* ]]
  wait_for is_gone "$number"
}

@test "what a killed supervisor leaves keeps its name until it is gone" {
  connector stubborn-source "[[ -e $work/end ]] && exit; trap '' TERM; touch $work/up; while [[ ! -e $work/end ]]; do sleep 0.05; done"
  file=$(config feed stubborn-source)
  deploy apply "$file" --drain-timeout 60s
  wait_for test -e "$work/up"
  kill -9 "$(supervisor_of feed)"
  wait_for is_state feed down
  run timeout 20 "$SLUICE_BIN/sluice" run "$file" --once
  [ "$status" -eq 3 ]
  [[ $output == *'`feed` is running already'* ]]
  touch "$work/end"
  wait_for sluice run "$file" --once
}

@test "relative paths mean the folder of apply, wherever restart is called" {
  connector steady-source "pwd >>$work/folders; $steady"
  mkdir "$work/first" "$work/second"
  file=$(config feed steady-source)
  has_starts() { (($(wc -l <"$work/folders") == $1)); }
  cd "$work/first"
  deploy apply "$file"
  wait_for has_starts 1
  cd "$work/second"
  deploy restart feed
  wait_for has_starts 2
  run deploy apply "$file"
  [[ $output == *'feed: unchanged, running'* ]]
  [ "$(sort -u "$work/folders")" = "$work/first" ]
}

@test "a run record that cannot be written, as on a full disk, ends no connector" {
  connector steady-source "echo \$\$ >>$work/numbers; $steady"
  deploy apply "$(config feed steady-source)"
  wait_for test -s "$work/numbers"
  mkdir -p "$(folder_of feed)/run.json.new/in-the-way"
  kill -9 "$(head -1 "$work/numbers")"
  second_start() { (($(wc -l <"$work/numbers") == 2)); }
  wait_for second_start
  rm -r "$(folder_of feed)/run.json.new"
  deploy delete feed
}

@test "a configuration from a pipe is refused: it cannot be read twice" {
  connector steady-source "$steady"
  file=$(config feed steady-source)
  run deploy plan <(cat "$file") --target kubernetes
  [ "$status" -eq 2 ]
  [[ $output == *'cannot be taken from a pipe'* ]]
}

@test "an apply or delete that was killed leaves what the next one goes on from" {
  connector steady-source "$steady"
  file=$(config feed steady-source)
  # Killed while it wrote.
  mkdir -p "$(folder_of feed)/applied.new"
  echo half >"$(folder_of feed)/applied.new/config.yaml"
  run deploy list
  [ "$output" = 'no deployments' ]
  # Killed while it waited for the connector to be up.
  start_process apply "$SLUICE_BIN/sluice" deploy apply "$file"
  wait_for test -s "$(folder_of feed)/run.json"
  stop_process apply KILL || true
  wait_for is_state feed running
  run deploy apply "$file"
  [[ $output == *'feed: unchanged, running'* ]]
  # Killed after it had stopped the connector, and before it removed anything.
  kill -9 "$(supervisor_of feed)"
  wait_for is_state feed down
  deploy delete feed
  [ ! -e "$(folder_of feed)" ]
}

@test "drain waits for what is in flight and keeps it stopped, restart starts it again" {
  connector slow-source 'trap "sleep 0.5; echo all done; exit 0" TERM; while :; do sleep 0.05; done'
  deploy apply "$(config feed slow-source)"
  wait_for can_drain feed
  deploy drain feed
  deploy logs feed | grep -xF 'all done'
  is_state feed stopped
  sluice deploy supervise feed
  is_state feed stopped
  deploy restart feed
  is_state feed running
}

@test "an unknown name is an error with the nearest one" {
  connector steady-source "$steady"
  deploy apply "$(config weather steady-source)"
  for verb in logs pause resume restart drain delete; do
    run deploy "$verb" wether
    [ "$status" -eq 2 ]
    [[ $output == *'no deployment wether'*'did you mean `weather`?'* ]]
  done
}

@test "a file that cannot be read is named, and neither taken for nothing nor written over" {
  connector steady-source "$steady"
  deploy apply "$(config feed steady-source)"
  file=$(folder_of feed)/applied/deployment.json
  cp "$file" "$work/good.json"
  echo nonsense >"$file"
  for verb in list 'drain feed' "apply $work/feed.yaml"; do
    # shellcheck disable=SC2086
    run deploy $verb
    [ "$status" -ne 0 ]
    [[ $output == *"$file"* ]]
  done
  [ "$(cat "$file")" = nonsense ]
  cp "$work/good.json" "$file"
}

@test "logs -f goes on" {
  connector steady-source "$steady"
  deploy apply "$(config feed steady-source)"
  start_process follow "$SLUICE_BIN/sluice" deploy logs feed -f --lines 0
  wait_for follow_has_seen
  stop_process follow
}
# Only what comes after it looks is seen.
follow_has_seen() {
  deploy restart feed
  log_has follow 'started with'
}

@test "secrets are kept for their owner, and shown to nobody" {
  connector steady-source "$steady"
  file=$(config feed steady-source)
  sed -i 's/^custom:/  secrets: [{name: KEY}]\ncustom:/; s/word: hello/word: "${{ secrets.KEY }}"/' "$file"
  echo KEY=s3cr3t >"$work/secrets"
  run deploy apply "$file" --secrets "$work/secrets"
  [ "$status" -eq 0 ]
  [[ $output != *s3cr3t* ]]
  [ "$(stat -c %a "$(folder_of feed)/applied/secrets")" = 600 ]
  echo KEY=other >"$work/others"
  run deploy plan "$file" --secrets "$work/others"
  [[ $output == *'values differ'* && $output != *KEY=other* ]]
  run deploy plan "$file" --secrets <(echo KEY=other)
  [ "$status" -eq 2 ]
}

@test "a pause outlives restarts, a resume ends it" {
  cp "$sluice_root/tests/lib/kit_connector.py" "$work/connectors/kit-source"
  file=$(config feed kit-source)
  deploy apply "$file"
  wait_for logs_have feed "--state-dir $(folder_of feed)/state --drain-timeout 30s"
  # `list` knows of a pause from the connector, which has two seconds to answer.
  deploy pause feed
  wait_for is_state feed paused
  deploy restart feed
  wait_for is_state feed paused
  kill -9 "$(deploy_pid feed)"
  restarted() { deploy list --output json | jq -e '.[0] | .state == "paused" and .restarts == 1'; }
  wait_for restarted
  config feed kit-source other >/dev/null
  deploy apply "$file"
  wait_for is_state feed paused
  deploy resume feed
  is_state feed running
  deploy drain feed
  run deploy pause feed
  [ "$status" -eq 2 ]

  config feed kit-source wrong >/dev/null
  run deploy apply "$file"
  [ "$status" -eq 2 ]
  [[ $output == *'`wrong` is wrong'* ]]
  is_state feed stopped
}

@test "a connector that is not of the kit cannot be paused" {
  connector steady-source "$steady"
  deploy apply "$(config feed steady-source)"
  run deploy pause feed
  [ "$status" -eq 2 ]
  [[ $output == *'not made with the kit'* ]]
}

@test "a real connector delivers, and takes nothing while it is paused" {
  start_cluster
  printf '%s\n' 'name: feed' 'type: test-connector' 'version: 0.1.0' 'topic: t' 'parameters:' \
    '  timeout: 20ms' >"$work/feed.yaml"
  SLUICE_CONNECTORS=$SLUICE_BIN deploy apply "$work/feed.yaml"
  wait_for topic_has t 1
  if "$SLUICE_BIN/test-connector" metadata | grep -qF sluice-kit; then
    deploy pause feed
    wait_for is_state feed paused
    deploy resume feed
  else
    deploy restart feed
  fi
  is_state feed running
  wait_for topic_has t "$(($(topic_count t) + 1))"
}

@test "with systemd a unit starts it, and delete removes the unit" {
  fake_program systemctl '
    unit=${@: -1}; file=$SLUICE_UNIT_DIR/$unit
    case " $* " in
      *" restart "*) eval "set -- $(sed -n "s/^ExecStart=//p" "$file")"; setsid "$@" >/dev/null 2>&1 </dev/null 3>&- & ;;
      *" stop "* | *" disable "*)
        name=${unit#sluice-}; lock=$SLUICE_STATE_DIR/locks/${name%.service}.run
        if pid=$(head -1 "$lock" 2>/dev/null) && kill "$pid" 2>/dev/null; then while kill -0 "$pid" 2>/dev/null; do sleep 0.02; done; fi ;;
    esac
    exit 0'
  fake_program loginctl 'exit 0'
  connector steady-source "$steady"
  run deploy apply "$(config feed steady-source)"
  [ "$status" -eq 0 ]
  [[ $output != *'will not survive'* ]]
  unit=$SLUICE_UNIT_DIR/sluice-feed.service
  grep -F 'Type=exec' "$unit"
  grep -E ' enable sluice-feed.service$|^enable sluice-feed.service$' "$work/systemctl.calls"
  if command -v systemd-analyze >/dev/null; then
    run systemd-analyze verify --man=no "$unit"
    [[ $output != *"$unit"* && $output != *sluice-feed* ]]
  fi
  is_state feed running
  deploy delete feed
  [ ! -e "$unit" ]
}

@test "a Compose project has all its connectors, and goes on without the one that was deleted" {
  connector steady-source "$steady"
  deploy apply "$(config one steady-source)" --target compose --compose-file "$work/p" --image reg/one:1
  run deploy apply "$(config two steady-source)" --target compose --compose-file "$work/p" --image reg/two:1
  [ "$status" -eq 0 ]
  [[ $output == *'docker compose -f '*'/p/compose.yaml up -d'* ]]
  grep -F 'image: "reg/one:1"' "$work/p/compose.yaml"
  grep -F 'image: "reg/two:1"' "$work/p/compose.yaml"
  diff "$work/one.yaml" "$work/p/one/config.yaml"

  fake_program docker 'case "$*" in *" ps "*) echo "{\"State\":\"running\"}";; esac; exit 0'
  is_state one running
  deploy pause one
  deploy drain one
  deploy delete one
  grep -F -- "compose -f $work/p/compose.yaml pause one" "$work/docker.calls"
  grep -F -- "compose -f $work/p/compose.yaml stop one" "$work/docker.calls"
  refute grep -F reg/one "$work/p/compose.yaml"
  grep -F reg/two "$work/p/compose.yaml"

  echo 'services: {}' >"$work/compose.yaml"
  run deploy apply "$(config three steady-source)" --target compose --compose-file "$work/compose.yaml"
  [ "$status" -eq 2 ]
  [ "$(cat "$work/compose.yaml")" = 'services: {}' ]
}

@test "kubectl gets the objects, and every verb goes to the right ones" {
  fake_program kubectl 'for word in "$@"; do [[ -f $word ]] && cp "$word" "$SLUICE_STATE_DIR/../applied.json"; done
    case "$*" in *" get "*|get*) echo "{\"items\":[{\"metadata\":{\"annotations\":{\"sluice/name\":\"feed\"}},\"spec\":{\"replicas\":1},\"status\":{\"readyReplicas\":1}}]}";; esac'
  file=$(config feed cloud-source)
  run deploy apply "$file" --target kubernetes --namespace streams --state-volume 1Gi
  [ "$status" -eq 0 ]
  [[ $output == *'feed: started, running'* ]]
  jq -e '[.items[].kind] == ["ConfigMap", "PersistentVolumeClaim", "Deployment"]' "$work/applied.json"
  grep -F -- '--namespace=streams apply --server-side' "$work/kubectl.calls"
  run deploy list --target kubernetes --namespace streams --output json
  jq -e '.[0].name == "feed" and .[0].state == "running"' <<<"$output"
  deploy pause feed
  grep -F 'scale deployment/feed --replicas=0' "$work/kubectl.calls"
  deploy resume feed
  deploy restart feed
  grep -F 'rollout restart deployment/feed' "$work/kubectl.calls"
  deploy drain feed
  deploy logs feed -f
  grep -F 'logs --selector app=fluvio-connector,connectorName=feed --tail=100 --follow' "$work/kubectl.calls"
  deploy delete feed --keep-state
  grep -F 'delete deployment,configmap,secret --selector app=fluvio-connector,connectorName=feed' "$work/kubectl.calls"
}

@test "the manifests are valid for Kubernetes" {
  local code=0
  HOME=$(getent passwd "$(id -u)" | cut -d: -f6) "$sluice_root/tools/kubeconform.sh" \
    "$sluice_root/tests/data/deploy/kubernetes.yaml" || code=$?
  ((code != 77)) || skip "there is no Go"
  [ "$code" -eq 0 ]
  deploy plan "$(config feed.v2 cloud-source)" --target kubernetes --cluster sc:9003 2>/dev/null >"$work/manifest.yaml"
  HOME=$(getent passwd "$(id -u)" | cut -d: -f6) "$sluice_root/tools/kubeconform.sh" "$work/manifest.yaml"
}
