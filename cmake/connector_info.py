#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns a connector.toml into the C++ constant `sluice::connector_info`.

usage: connector_info.py CONNECTOR_TOML OUTPUT_CPP

Prints the connector's name. The tables are those of Fluvio's Connector.toml: [package],
[direction], [deployment], [custom]. A wrong file is refused with what is wrong and what is right.
"""

import re
import sys
import tomllib
from pathlib import Path

NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
VERSION = re.compile(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")
RESERVED_SECTIONS = ("meta", "transforms")
TABLES = {
    "package": {"name", "group", "version", "fluvio", "apiVersion", "description", "license",
                "visibility"},
    "direction": {"source", "dest"},
    "deployment": {"binary", "image"},
    "custom": {"name"},
}


class Wrong(Exception):
    pass


def check_keys(toml):
    for table, content in toml.items():
        if table not in TABLES:
            raise Wrong(f"unknown table [{table}]; known are {', '.join(TABLES)}")
        for key in content:
            if key not in TABLES[table]:
                raise Wrong(f"unknown key `{key}` in [{table}]; known are "
                            f"{', '.join(sorted(TABLES[table]))}")


def text(toml, table, key, required=True):
    value = toml.get(table, {}).get(key, "")
    if not isinstance(value, str):
        raise Wrong(f"[{table}] {key} must be text")
    if required and not value:
        raise Wrong(f"[{table}] {key} is missing")
    return value


def matching(pattern, value, what):
    if not pattern.fullmatch(value):
        raise Wrong(f"{what} is `{value}`, which does not match {pattern.pattern}")
    return value


def direction(toml):
    given = {key: value for key, value in toml.get("direction", {}).items()}
    if given == {"source": True}:
        return "source"
    if given == {"dest": True}:
        return "sink"
    raise Wrong("[direction] must be exactly one of `source = true` and `dest = true`")


def connector_info(toml):
    check_keys(toml)
    name = matching(NAME, text(toml, "package", "name"), "[package] name")
    section = matching(NAME, text(toml, "custom", "name", required=False) or "custom",
                       "[custom] name")
    if section in RESERVED_SECTIONS:
        raise Wrong(f"[custom] name `{section}` is reserved")
    if len(toml.get("deployment", {})) != 1:
        raise Wrong("[deployment] must be exactly one of `binary` and `image`")
    text(toml, "package", "group")
    return {
        "name": name,
        "version": matching(VERSION, text(toml, "package", "version"), "[package] version"),
        "description": text(toml, "package", "description"),
        "direction": direction(toml),
        "section": section,
    }


def literal(value):
    escaped = "".join(c if 32 <= ord(c) < 127 and c not in '"\\?' else
                      "".join(f"\\{byte:03o}" for byte in c.encode()) for c in value)
    return f'"{escaped}"'


def code(info):
    rows = "".join(f"    .{key} = {literal(value)},\n" for key, value in info.items())
    return ("// Made from connector.toml by cmake/connector_info.py.\n"
            '#include "sluice/connector/run.hpp"\n\n'
            "namespace sluice {\n"
            f"const ConnectorInfo connector_info{{\n{rows}}};\n"
            "}  // namespace sluice\n")


def main():
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    try:
        info = connector_info(tomllib.loads(source.read_text(encoding="utf-8")))
    except (Wrong, OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        sys.exit(f"{source}: {problem}")
    made = code(info)
    if not target.exists() or target.read_text(encoding="utf-8") != made:
        target.write_text(made, encoding="utf-8")
    print(info["name"])


if __name__ == "__main__":
    main()
