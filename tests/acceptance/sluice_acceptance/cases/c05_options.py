# SPDX-License-Identifier: Apache-2.0
"""Options: on the command line, in YAML, in the schema; right ones and wrong ones."""

import json
import os

from ..errors import Skipped, expect, need
from . import case

NOWHERE = {**os.environ, "FLV_PROFILE_PATH": "/nowhere"}


def _pairs(words):
    """(name, value) of each option; True for one without a value."""
    out, rest = [], list(words)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.removeprefix("--").partition("=")
        if equals:
            out.append((name, value))
        elif rest and not rest[0].startswith("--"):
            out.append((name, rest.pop(0)))
        else:
            out.append((name, True))
    return out


def _key(world, name):
    known = world.program.schema["properties"]
    key = name.replace("-", "_")
    bare = key.removeprefix(world.program.section + "_")
    for it in (key, bare, key + "s", bare + "s"):
        if it in known:
            return it
    raise Skipped(f"--{name} is not in the schema by that name: give config() in acceptance.py")


def _typed(schema, value):
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    if isinstance(value, str) and "integer" in types and value.lstrip("-").isdigit():
        return int(value)
    if "boolean" in types and value in ("true", "false", True):
        return value in ("true", True)
    return value


def config_of(world, words):
    """The section of a YAML file that says the same as these words."""
    try:
        out = dict(world.outside.config())
        words = words[len(world.options()):]
    except NotImplementedError:
        out = {}
    for name, value in _pairs([str(it) for it in words]):
        key = _key(world, name)
        schema = world.program.schema["properties"][key]
        types = schema.get("type", [])
        if "array" in ([types] if isinstance(types, str) else types):
            out.setdefault(key, []).append(value)
        elif "object" in ([types] if isinstance(types, str) else types):  # `name=value` on the command line
            out.setdefault(key, {}).update([value.split("=", 1)])
        else:
            out[key] = _typed(schema, value)
    return out


def _file(world, section):
    file = world.folder / "config.yaml"
    head = {"apiVersion": "0.2.0", "meta": {
        "name": world.name(), "type": world.program.name, "version": world.program.version,
        "topic": {"meta": {"name": world.topic}}}}
    file.write_text(json.dumps(head | {world.program.section: section}, indent=1))
    return file


def _refused(world, words, *texts):
    done = world.program.run(*words, env=NOWHERE, cwd=world.folder)
    said = done.stdout + done.stderr
    expect(done.returncode == 2, f"exit code {done.returncode}, not 2, for {words[-2:]}: {said[-300:]}")
    for text in texts:
        expect(text in said, f"`{text}` is not in what it says: {said[-400:]}")
    return said


@case(kit=False)
def metadata_is_one_line_and_needs_nothing(world):
    done = world.program.run("metadata", env=NOWHERE)
    expect(done.returncode == 0 and done.stdout.count("\n") == 1, f"it prints {done.stdout[:200]}")
    words = json.loads(done.stdout)
    for key in ("name", "direction", "schema", "version", "description"):
        expect(words.get(key), f"it has no {key}")


@case(kit=False)
def its_parser_takes_exactly_what_its_schema_takes(world):
    done = world.slot.cluster.run("metadata", "check", world.program.folder)
    del done  # `run` fails when it does


@case(kit=False)
def an_unknown_option_is_refused(world):
    _refused(world, world.words("--no-such-option", "1"), "no-such-option")


@case()
def a_misspelt_option_gets_a_hint(world):
    said = _refused(world, world.words("--drain-timeuot", "1s"), "--drain-timeout")
    expect("did you mean" in said, f"there is no hint: {said}")


@case(kit=False)
def each_required_option_is_missed(world):
    required = world.program.schema.get("required", [])
    need(required, "it has no option that is required")
    said = _refused(world, world.words(own=[]))
    for key in required:
        words = {key.replace("_", "-"), f"{world.program.section}-{key.replace('_', '-')}"}
        words |= {it.removesuffix("s") for it in words}  # what can be given again is a list in YAML
        expect(any(f"--{it}" in said for it in words), f"it does not say that --{min(words)} is missing: {said}")


@case(kit=False)
def a_missing_topic_is_refused(world):
    words = world.words()
    at = words.index("--fluvio-topic")
    _refused(world, words[:at] + words[at + 2:], "--fluvio-topic")


@case(kit=False)
def values_of_the_wrong_type_are_refused(world):
    wrong = [list(it) for it in world.outside.wrong_options]
    if world.is_kit:
        wrong += [["--drain-timeout=soon"], ["--cluster-timeout=-1s"], ["--log-format=xml"]]
    need(wrong, "its acceptance.py names no wrong options")
    for options in wrong:
        _refused(world, world.words(*options), str(options[0]).split("=")[0])


@case()
def validate_takes_right_options_and_contacts_nothing(world):
    done = world.program.run("validate", *world.words(), env=NOWHERE, cwd=world.folder)
    expect(done.returncode == 0 and not done.stdout and not done.stderr,
           f"exit code {done.returncode}: {done.stdout}{done.stderr}")


@case()
def validate_refuses_what_a_start_would_refuse(world):
    _refused(world, ["validate", *world.words("--drain-timeout", "soon")], "soon")
    _refused(world, ["validate", *world.words("--no-such-option")], "no-such-option")


@case()
def mistakes_in_a_file_have_their_line_and_column(world):
    file = world.folder / "config.yaml"
    section = world.program.section
    file.write_text(f"apiVersion: 0.2.0\nmeta:\n  name: x\n  type: {world.program.name}\n  version: 0.1.0\n"
                    f"  topic: {{ meta: {{ name: {world.topic} }} }}\n{section}:\n  no_such_key: 1\n")
    _refused(world, ["--config", file], f"{file}:8:3", "no_such_key")


@case()
def a_key_of_a_wrong_type_in_a_file_has_its_place(world):
    section = config_of(world, world.options())
    known = world.program.schema["properties"]
    key = next((it for it, schema in known.items() if schema.get("type") == "boolean"), None) or "transform_timeout"
    file = _file(world, section | {key: "banana"})
    said = _refused(world, ["validate", "--config", file], "banana")
    expect(f"{file}:" in said, f"it does not say where: {said}")


@case()
def a_file_does_the_same_as_the_command_line(world):
    section = config_of(world, world.options())
    world.prepare()
    world.send(40)
    file = _file(world, section)
    connector = world.start_words(["--config", file, "--log-format", "json"])
    world.arrive()
    world.stop(connector)
    world.send(40)
    world.start()  # goes on where the run from the file was
    world.arrive()


@case()
def the_command_line_comes_before_the_file(world):
    file = _file(world, config_of(world, world.options()))
    said = _refused(world, ["validate", "--config", file, "--drain-timeout", "soon"], "soon")
    expect("--drain-timeout" in said, f"it does not name the option: {said}")


@case(kit=False)
def help_shows_each_option(world):
    done = world.program.run("--help", env=NOWHERE)
    expect(done.returncode == 0, f"exit code {done.returncode}")
    missing = []
    for key in world.program.schema["properties"]:
        name = key.replace("_", "-")
        spellings = (f"--{name}", f"--{world.program.section}-{name}", f"--{name.removesuffix('s')}",
                     f"--{world.program.section}-{name.removesuffix('s')}")
        if not any(it in done.stdout for it in spellings):
            missing.append(key)
    expect(not missing, f"--help does not show {missing}")


@case(kit=False)
def two_dashes_of_a_launcher_are_not_an_option(world):
    _refused(world, ["--", *world.words("--no-such-option", "1")], "no-such-option")
