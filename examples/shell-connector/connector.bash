# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154  # its variables are those of the program
#
# What every connector in bash needs. It says its options once, and calls `connector_begin`:
#
#   options=(
#     'path      text     required  File whose lines are sent.'
#     'interval  duration 1s        Pause before the file is looked at again.'
#     'follow    boolean  false     Wait for more at the end.'
#     'count     integer  -         How many; without it, they never end.'
#   )
#   connector_begin "$@"
#
# in each row: name, type, what it is when it is not given (`required`, `-` for nothing), and words
# for people. The rows are the command line, its checks, `--help` and the JSON schema of
# `metadata`. Then ${option[max-rows]} has a value and $topic the topic. Name, version, description
# and direction are in connector.toml. Exit codes: 0 ended or told to stop, 1 the work failed,
# 2 wrong options, 3 something of the machine is missing.

connector_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
declare -A option=() option_type=() option_default=() option_text=()
topic=''

# die CODE MESSAGE [HINT]
die() {
  echo "error: $2" >&2
  [[ -z ${3:-} ]] || echo "hint: $3" >&2
  exit "$1"
}

toml_text() { sed -n "s/^$1 *= *\"\(.*\)\" *$/\1/p" "$connector_folder/connector.toml" | head -n 1; }

connector_options() {
  local row name type default text
  for row in "${options[@]}"; do
    read -r name type default text <<<"$row"
    option_type[$name]=$type option_default[$name]=$default option_text[$name]=$text
  done
}

connector_metadata() {
  local direction=Sink row
  ! grep -q '^source *= *true' "$connector_folder/connector.toml" || direction=Source
  for row in "${!option_type[@]}"; do
    printf '%s\t%s\t%s\t%s\n' "${row//-/_}" "${option_type[$row]}" "${option_default[$row]}" "${option_text[$row]}"
  done | jq -Rnc --arg name "$(toml_text name)" --arg direction "$direction" \
    --arg version "$(toml_text version)" --arg description "$(toml_text description)" '
    def schema: {
        text: {type: "string", minLength: 1}, integer: {type: "integer", minimum: 0},
        boolean: {type: "boolean"}, duration: {type: "string", pattern: "^[0-9]+(ms|s|m|h)$"}
      }[.type];
    def property: {description: .text} + schema +
      if .default == "required" then {}
      elif .default == "-" then {type: [schema.type, "null"]}
      else {default: (.default | if . == "true" or . == "false" then . == "true" else (tonumber? // .) end)} end;
    [inputs / "\t" | {key: .[0], type: .[1], default: .[2], text: .[3]}] | sort_by(.key) |
    {
      name: $name, direction: $direction,
      schema: ({"$schema": "http://json-schema.org/draft-07/schema#",
          title: ([$name | splits("-") | (.[:1] | ascii_upcase) + .[1:]] | add + "Opts"), type: "object"} +
        ([.[] | select(.default == "required").key] | if . == [] then {} else {required: .} end) +
        {properties: (map({(.key): property}) | add), additionalProperties: false}),
      version: $version, description: $description
    }'
}

connector_help() {
  local name
  printf '%s\n\n%s --fluvio-topic TOPIC\n' "$(toml_text description)" "$(toml_text name)"
  while read -r name; do
    printf '  --%s %s\n      %s [%s]\n' "$name" "${option_type[$name]^^}" "${option_text[$name]}" "${option_default[$name]}"
  done < <(printf '%s\n' "${!option_type[@]}" | sort)
}

# connector_check NAME VALUE
connector_check() {
  case ${option_type[$1]} in
    text) [[ -n $2 ]] || die 2 "--$1: is empty" ;;
    integer) [[ $2 =~ ^[0-9]+$ ]] || die 2 "--$1: \`$2\` is not a whole number" ;;
    boolean) [[ $2 == true || $2 == false ]] || die 2 "--$1: \`$2\` is neither true nor false" ;;
    duration) [[ $2 =~ ^[0-9]+(ms|s|m|h)$ ]] || die 2 "--$1: \`$2\` is not a duration like 500ms, 2s, 1m or 1h" ;;
  esac
}

connector_parse() {
  local word name value
  [[ ${1:-} != -- ]] || shift # what launchers of containers put in front
  while (($#)); do
    word=$1
    shift
    [[ $word == --?* ]] || die 2 "$word: options begin with two dashes" "\`--help\` lists them"
    name=${word#--} name=${name%%=*}
    [[ $name == fluvio-topic || -n ${option_type[$name]:-} ]] ||
      die 2 "--$name: no such option" "\`--help\` lists them"
    if [[ $word == *=* ]]; then
      value=${word#*=}
    elif [[ ${option_type[$name]:-} == boolean ]]; then
      value=true
    elif (($#)); then
      value=$1
      shift
    else
      die 2 "$word: a value is missing"
    fi
    if [[ $name == fluvio-topic ]]; then
      topic=$value
      continue
    fi
    [[ -z ${option[$name]+given} ]] || die 2 "--$name: is given more than once"
    connector_check "$name" "$value"
    option[$name]=$value
  done
}

connector_defaults() {
  local name
  [[ -n $topic ]] || die 2 "--fluvio-topic: is missing"
  for name in "${!option_type[@]}"; do
    [[ -z ${option[$name]+given} ]] || continue
    [[ ${option_default[$name]} != required ]] || die 2 "--$name: is missing"
    option[$name]=${option_default[$name]#-}
  done
}

connector_begin() {
  local tool word
  connector_options
  if [[ ${1:-} == metadata ]]; then
    connector_metadata
    exit
  fi
  for word in "$@"; do
    [[ $word != --help ]] || { connector_help && exit; }
  done
  connector_parse "$@"
  connector_defaults
  for tool in sluice jq; do
    command -v "$tool" >/dev/null || die 3 "$tool is missing" "install it, or put it on the PATH"
  done
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  sluice topic describe "$topic" >/dev/null 2>&1 || sluice topic create "$topic" >/dev/null
  connector_idle=false
}

connector_stop=false # told to
connector_idle=true  # nothing is half done
# What is half done is finished first. Ctrl-C has ended the program that does it, too.
trap 'connector_stop=true; ! $connector_idle || exit 0' TERM
trap 'exit 0' INT

# connector_step: ends the program when it was told to. Call it between two batches.
connector_step() { ! $connector_stop || exit 0; }

# connector_wait DURATION: as `sleep`, but a signal ends it, and the program.
connector_wait() {
  connector_idle=true
  connector_step
  case $1 in
    *ms) sleep "$(printf '%d.%03d' $((${1%ms} / 1000)) $((${1%ms} % 1000)))" & ;;
    *) sleep "$1" & ;;
  esac
  wait $!
  connector_idle=false
}

# replace_file PATH: with standard input; it has the old content or the new one, and afterwards
# durably the new one.
replace_file() {
  cat >"$1.new"
  sync "$1.new"
  mv "$1.new" "$1"
}
