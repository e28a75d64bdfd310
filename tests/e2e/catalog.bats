#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Metadata that is wrong in each way is refused with the right words; the catalog is built, signed
# and verified; errors are explained.

load ../lib/sluice

setup() {
  sluice_setup
  folder=$work/tree/connectors/sources/small
  mkdir -p "$folder"
  option='"count":{"description":"How many.","type":"integer"}'
  described small 0.1.0
  says "$(line)"
}
teardown() { sluice_teardown; }

# described NAME VERSION: the connector.toml.
described() {
  cat >"$folder/connector.toml" <<TOML
[package]
name = "$1"
group = "tests"
version = "$2"
description = "Sends little."
[direction]
source = true
[deployment]
binary = "small"
TOML
}
# A right line with the properties in $option.
line() {
  printf '{"name":"small","direction":"Source","schema":{"$schema":"http://json-schema.org/draft-07/schema#","title":"SmallOpts","type":"object","properties":{%s},"additionalProperties":false},"version":"0.1.0","description":"Sends little."}' "$option"
}
# says TEXT: the program prints it, and a line feed.
says() {
  printf '%s\n' "$1" >"$folder/text"
  program 'cat "${0%/*}/text"'
}
# program BODY: the program is this shell script.
program() {
  printf '#!/bin/sh\n%s\n' "$1" >"$folder/small"
  chmod +x "$folder/small"
}
check() { run sluice metadata check "$folder" "$@"; }
# refused TEXT: the check fails and says so.
refused() {
  check
  [[ $status -eq 1 ]] || fail "exit code $status:" "$output" || return 1
  [[ $output == *"$1"* ]] || fail "no '$1' in:" "$output"
}

@test "right metadata passes, and what cannot be asked is named as skipped" {
  check
  [[ $status -eq 0 ]]
  [[ $output == *"skipped parser: the program cannot be asked"* ]]
  check --output json
  [[ $(jq -r '.[0].ok' <<<"$output") == true ]]
  [[ $(jq -r '.[0].steps[].name' <<<"$output" | paste -sd' ') == "runs line connector.toml draft-07 meta-schema conventions parser golden" ]]
}

@test "a program that fails, waits or prints too much is named" {
  program 'echo "no such word" >&2; exit 2'
  refused 'ended with exit code 2; it wrote: no such word'
  program 'sleep 60'
  run sluice metadata check "$folder" --timeout 200ms
  [[ $status -eq 1 && $output == *"did not end within 200ms"* ]]
  program 'yes'
  refused 'prints more than 1 MiB'
  program 'true'
  refused 'prints nothing on standard output'
}

@test "a folder without a program says what to do" {
  rm "$folder/small"
  refused 'there is no program: build it'
}

@test "a make rule serves in place of a program" {
  rm "$folder/small"
  printf 'metadata:\n\t@cat text\n' >"$folder/Makefile"
  check
  [[ $status -eq 0 && $output == *"make -C"* ]]
}

@test "what is printed must be one compact line with the keys in order" {
  says "log line
$(line)"
  refused 'not JSON at line 1'
  says "$(line | jq .)"
  refused 'more than one line'
  says "$(line | sed 's/,"direction"/, "direction"/')"
  refused 'blanks between the tokens'
  says "$(line | jq -cS .)"
  refused 'write exactly name, direction, schema, version, description'
  says "$(line | jq -c '. + {extra: 1}')"
  refused '/extra: unknown property'
  says "$(line | jq -c 'del(.version)')"
  refused 'the key `version` is missing'
}

@test "metadata that is not that of connector.toml is refused" {
  described small 0.2.0
  refused '`version` is 0.1.0, and in connector.toml 0.2.0'
  sed -i 's/^version/versoin/' "$folder/connector.toml"
  refused 'connector.toml:4: unknown key `versoin` in [package]; did you mean `version`?'
  sed -i '/^source/d' "$folder/connector.toml"
  sed -i 's/^versoin/version/' "$folder/connector.toml"
  refused 'exactly one of `source = true` and `dest = true`'
}

@test "a schema that is none is refused by its place" {
  option='"count":{"description":"How many.","type":"integr"}'
  says "$(line)"
  refused '/properties/count/type'
  option='"count":{"description":"How many.","type":"integer","minimun":1}'
  says "$(line)"
  refused 'did you mean `minimum`?'
  option='"pattern":{"description":"How.","type":"string","pattern":"("}'
  says "$(line | sed 's/"title"/"$comment":"sluice-kit 1",&/')"
  refused '/properties/pattern/pattern: it is no regular expression'
  run sluice catalog build --output "$work/site" "$work/tree"
  [[ $status -eq 2 && $output == *'/properties/pattern/pattern'* ]] || fail "$output"
}

@test "options break a convention in each way" {
  option='"Count":{"description":"How many.","type":"integer"}'
  says "$(line)"
  refused '/schema/properties'
  option='"count":{"type":"integer"}'
  says "$(line)"
  refused '/schema/properties/count/description: is missing'
  option='"count":{"description":"How many."}'
  says "$(line)"
  refused '/schema/properties/count/type: is missing'
  option='"api_token":{"description":"Key.","type":"string"}'
  says "$(line)"
  refused 'it looks like a secret and is not marked'
  option='"mode":{"description":"How.","type":"string","enum":["a"],"default":"b"}'
  says "$(line)"
  refused '/properties/mode/default: "b" is not one of the allowed values'
  option='"mode":{"description":"How.","type":"string","enum":[]}'
  says "$(line)"
  refused '/properties/mode/enum'
}

# A program that says it is of the kit, and has the word `validate`.
kit_program() {
  option='"count":{"description":"How many.","type":"integer","format":"int32","minimum":0,"maximum":9}'
  line | jq -c '.schema = {"$schema": .schema["$schema"], "$comment": "sluice-kit 1"} + .schema' >"$folder/text"
  program "case \$1 in metadata) cat \"\${0%/*}/text\" && exit ;; esac
shift 2
for word; do case \$word in $1) ;; *) echo \"no \$word\" >&2; exit 2 ;; esac; done"
}

@test "a program that accepts exactly its schema passes" {
  kit_program '--count=[0-9]'
  check
  [[ $status -eq 0 && $output == *"the same answers"* ]]
}

@test "a value that only one of schema and program accepts is named, with both answers" {
  kit_program '--count=[0-8]'
  refused 'count: --count=9: the schema accepts it, the program refuses it (no --count=9)'
  kit_program '--count=[0-9]|--count=10'
  refused 'count: --count=10: the schema refuses it (/count: 10 is too large; at most 9), the program accepts it'
  kit_program '*'
  refused 'no_such_option: --no-such-option=x: the schema refuses it'
}

@test "a word or a scheme that the program takes and the schema lacks is found in its refusal" {
  option='"mode":{"description":"How.","type":"string","enum":["slow"]},"count":{"description":"How many.","type":"integer","minimum":0,"maximum":9}'
  says "$(line | sed 's/"title"/"$comment":"sluice-kit 1",&/')"
  program 'if [ "$1" = metadata ]; then cat "${0%/*}/text"; exit; fi
    for word; do case $word in
    validate | --fluvio-topic=t | --mode=slow | --mode=fast | --count=[0-9]) ;;
    *) echo "$word is not one of \`slow\` and \`fast\`" >&2; exit 2 ;;
    esac; done'
  refused 'mode: --mode=fast: the schema refuses it'
  option=${option/'"slow"'/'"slow","fast"'}
  says_and_keeps "$(line | sed 's/"title"/"$comment":"sluice-kit 1",&/')"
  check
  [[ $status -eq 0 ]] || fail "$output"
}
says_and_keeps() { printf '%s\n' "$1" >"$folder/text"; }

@test "a limit of a duration that the program does not have is named" {
  option='"count":{"description":"How many.","type":"integer","minimum":0,"maximum":9}'
  local real=$SLUICE_BIN/test-connector
  described test-connector "$("$real" metadata | jq -r .version)"
  sed -i "s/^description.*/description = \"$("$real" metadata | jq -r .description)\"/" "$folder/connector.toml"
  "$real" metadata | sed 's/At least 1ms\./At least 2ms./g' >"$folder/text"
  ! cmp "$folder/text" <("$real" metadata) || fail 'no option of test-connector has this limit'
  program "if [ \"\$1\" = metadata ]; then cat '$folder/text'; exit; fi; exec '$real' \"\$@\""
  run sluice metadata check "$folder" --program "$folder/small"
  [[ $status -eq 1 && $output == *'=1000000ns: the schema refuses it'* ]] || fail "$output"
}

@test "a golden file that is out of date is refused, and renewed when asked" {
  mkdir "$folder/tests"
  line | jq --indent 2 '.version = "0.0.9"' >"$folder/tests/metadata.json"
  refused 'is not what the program says'
  check --renew
  [[ $status -eq 0 ]]
  check
  [[ $status -eq 0 && $(jq -r .version "$folder/tests/metadata.json") == 0.1.0 ]]
}

@test "the meta-schema is printed" {
  [[ $(sluice metadata schema | jq -r .title) == "Metadata of a connector" ]]
  [[ $(sluice metadata schema catalog | jq -r .properties.format.const) == 1 ]]
}

build() { sluice catalog build --output "$work/site" "$@" "$work/tree"; }

@test "a catalog has every connector and SmartModule, and two builds are equal" {
  mkdir -p "$work/tree/smartmodules/keep"
  printf 'name = "keep"\nversion = "0.1.0"\ndescription = "Keeps."\nkind = "filter"\n' >"$work/tree/smartmodules/keep/smartmodule.toml"
  echo '# Small' >"$folder/README.md"
  build
  cp -r "$work/site" "$work/before"
  build
  diff -r "$work/site" "$work/before"
  cp "$work/site/catalog.json" "$work/first"
  [[ $(jq -r '.connectors[0] | "\(.name) \(.folder) \(.image) \(.language) \(.readme)"' "$work/first") == "small connectors/sources/small sluice/small:0.1.0 shell # Small" ]]
  [[ $(jq -r '.connectors[0].binary.sha256' "$work/first") == $(sha256sum "$folder/small" | cut -d' ' -f1) ]]
  [[ $(jq -r '.smartmodules[0].kinds[0]' "$work/first") == filter ]]
  [[ -s $work/site/index.html && -s $work/site/connectors/small.html && -s $work/site/smartmodules/keep.html ]]
  run sluice catalog verify "$work/site"
  [[ $status -eq 0 ]]
}

@test "a SmartModule whose name would lead out of the catalog is refused" {
  mkdir -p "$work/tree/smartmodules/keep"
  printf 'name = "../../out"\nversion = "0.1.0"\ndescription = "Keeps."\nkind = "filter"\n' >"$work/tree/smartmodules/keep/smartmodule.toml"
  run build
  [[ $status -eq 2 && $output == *'keep/smartmodule.toml: name is ../../out; use lower-case letters'* ]] || fail "$output"
  [[ -z $(find "$work" -name '*.html') ]]
}

@test "versions of an earlier catalog are kept" {
  build
  cp "$work/site/catalog.json" "$work/first"
  described small 0.10.0
  option='"count":{"description":"How many.","type":"integer"}'
  says "$(line | sed 's/0\.1\.0/0.10.0/')"
  build --previous "$work/first"
  [[ $(jq -c '.connectors[0].versions' "$work/site/catalog.json") == '["0.1.0","0.10.0"]' ]]
}

@test "a connector that cannot say its metadata stops the build, and the old catalog stays" {
  build
  cp -r "$work/site" "$work/before"
  program 'exit 1'
  run build
  [[ $status -eq 2 && $output == *"connectors/sources/small"* ]]
  diff -r "$work/site" "$work/before"
  [[ $(find "$work" -maxdepth 1 -name 'site*' | wc -l) -eq 1 ]]
}

@test "a folder that is no catalog is not replaced" {
  mkdir "$work/site"
  echo mine >"$work/site/file"
  run build
  [[ $status -eq 2 && $output == *"is no catalog"* && -e $work/site/file ]]
}

@test "a signed catalog is verified with the key, and each change is found" {
  sluice catalog keygen "$work/key"
  [[ $(stat -c %a "$work/key") == 600 ]]
  run sluice catalog keygen "$work/key"
  [[ $status -eq 2 ]]
  build --key "$work/key"
  run sluice catalog verify "$work/site" --key "$work/key.pub"
  [[ $status -eq 0 && $output == *"signed with the key"* ]]
  # Anybody with openssl can do the same.
  jq -j .signature "$work/site/catalog.json.sig" | base64 -d >"$work/raw"
  openssl pkeyutl -verify -pubin -inkey "$work/key.pub" -rawin -in "$work/site/catalog.json" -sigfile "$work/raw"

  sluice catalog keygen "$work/other"
  run sluice catalog verify "$work/site" --key "$work/other.pub"
  [[ $status -eq 1 && $output == *", not with "* ]]
  sed -i 's/Sends little/Sends much/' "$work/site/catalog.json"
  run sluice catalog verify "$work/site"
  [[ $status -eq 1 && $output == *"its signature does not match"* ]]
  rm "$work/site/catalog.json.sig"
  run sluice catalog verify "$work/site" --key "$work/key.pub"
  [[ $status -eq 1 && $output == *"catalog.json.sig is missing"* ]]
}

@test "a program that is not the one of the catalog is named with both digests" {
  build
  program 'true'
  run sluice catalog verify "$work/site" --programs "$folder"
  [[ $status -eq 1 && $output == *"its sha256 is $(sha256sum "$folder/small" | cut -d' ' -f1)"* ]]
}

@test "an error is explained, and a misspelt one has a suggestion" {
  run sluice explain connection_refused
  [[ $status -eq 0 && $output == *"nobody listens"* && $output == *"Exit code:   3"* ]]
  run sluice explain conection_refused
  [[ $status -eq 2 && $output == *'`sluice explain connection_refused`'* ]]
  [[ $(sluice explain --output json | jq length) -ge 35 ]]
  [[ $(sluice explain tls --output json | jq -r .name) == tls ]]
}

@test "the page about errors is up to date" {
  diff <(sluice explain --markdown) "$sluice_root/docs/errors.md"
}
