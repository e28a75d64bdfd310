#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails on an include that the design does not allow.

usage: check_includes.py [--self-test]

The three tables below are the arrows: which part may include which, and which part owns which
third-party header. A part's CMakeLists.txt links no more than ARROWS allows.
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Each part of src/, and the parts that it includes directly; it may also include what those may.
ARROWS = {
    "base": [],
    "web": ["base"],
    "wire": ["base"],
    "options": ["base"],
    "net": ["wire"],
    "client": ["net"],
    "smartmodule": ["wire"],
    "connector": ["client", "options", "smartmodule"],
    "broker": ["net", "smartmodule"],  # never client, never connector
    "catalog": ["options", "web"],
    "launch": ["catalog"],
    "deploy": ["launch"],
    "cli": ["connector", "broker", "deploy"],
}

# The public headers in include/sluice/ that belong to a part: only who may include the part
# may include them. Those not listed are vocabulary (error.hpp, types.hpp ...): for everybody.
PUBLIC = {
    "options": "options",
    "client": "client",
    "connector": "connector",
    "connect": "connector",
    "source": "connector",
    "sink": "connector",
    "smartmodule": "smartmodule",
    "broker": "broker",
}

# Third-party headers, by the start of their path, and the parts that own them. Tests may also
# use a test library. A connector's outside libraries are its own business.
THIRD_PARTY = {
    "tl/": "*",
    "fmt/": "*",
    "spdlog/": ["base"],
    "zlib.h": ["wire", "client", "smartmodule", "broker", "cli", "web"],  # gzip of a SmartModule
    "snappy": ["wire"],
    "lz4": ["wire"],
    "zstd": ["wire"],
    "yaml-cpp/": ["options", "deploy"],
    "toml++/": ["client", "catalog", "launch", "cli"],
    "toml.hpp": ["client", "cli"],
    "nlohmann/": ["options", "smartmodule", "connector", "catalog", "launch", "deploy", "cli"],
    "valijson/": ["catalog"],
    "simdjson.h": ["connector"],
    "boost/asio": ["net", "client", "connector", "broker", "cli"],
    "boost/beast": ["connector", "broker", "cli"],
    "boost/url": ["options", "connector", "cli"],
    "boost/json": ["options", "connector", "broker", "cli"],
    "boost/system": ["net", "client", "connector", "broker", "cli"],
    "openssl/": ["base", "net", "broker", "catalog", "cli"],
    "prometheus/": ["connector", "broker"],
    "curl/": ["cli"],
    "wasmtime": ["smartmodule"],
    "wasm": ["smartmodule"],
}
GUEST_LIBRARIES = ("rapidjson/",)  # for the author's headers of SmartModules
TESTING = ("gtest/", "gmock/", "benchmark/", "rapidcheck")
SYSTEM = ("sys/", "netinet/", "arpa/", "net/if", "linux/", "nmmintrin.h", "immintrin.h", "x86intrin.h")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def reachable(part):
    out = {part}
    for near in ARROWS[part]:
        out |= reachable(near)
    return out


ALLOWED = {part: reachable(part) for part in ARROWS}


def is_standard(header):
    """<vector>, <cstdint>, and the C library's <unistd.h>: no folder, or a system one."""
    if header.startswith(SYSTEM):
        return True
    return "/" not in header and not any(header.startswith(p) for p in THIRD_PARTY)


def owner_of_public(header):
    """The part behind <sluice/...>, or None for the vocabulary."""
    name = header.removeprefix("sluice/").split("/")[0].removesuffix(".hpp")
    return PUBLIC.get(name)


def problem_in_part(part, quoted, header, is_test):
    if header.startswith("sluice/"):
        owner = owner_of_public(header)
        if owner and owner not in ALLOWED[part]:
            return f"{part} may not include {owner}"
        return None
    folder = header.split("/")[0]
    if quoted:
        if "/" in header and folder in ARROWS and folder not in ALLOWED[part]:
            return f"{part} may not include {folder}"
        return None
    if is_standard(header) or (is_test and header.startswith(TESTING)):
        return None
    for prefix, owners in THIRD_PARTY.items():
        if header.startswith(prefix):
            if owners == "*" or part in owners:
                return None
            return f"<{prefix}...> belongs to {', '.join(owners)}"
    return "a library that no part owns: add it to THIRD_PARTY in tools/check_includes.py"


def problem_in_public(where, quoted, header):
    if header.startswith("sluice/") or (not quoted and is_standard(header)):
        return None
    if where[2] == "smartmodule" and header.startswith(GUEST_LIBRARIES):
        return None  # compiled into wasm modules, never into a program that uses the headers
    return "a public header includes the standard library and <sluice/...> only"


def problem_in_connector(folder, quoted, header, is_test):
    if header.startswith("sluice/") or not quoted:
        return None  # the libraries of its outside system are its own business
    if header.startswith("common/"):
        return None  # connectors/common: what several connectors need
    if "/" in header and header.split("/")[0] in ARROWS:
        return "a connector includes <sluice/...>, its own folder and its libraries only"
    if header.startswith("../") and not (folder / header).resolve().is_relative_to(folder):
        return "a connector includes its own folder only"
    return None


def problem(path, quoted, header):
    where = path.relative_to(ROOT).parts
    is_test = path.stem.endswith("_test") or "tests" in where or path.stem.startswith("test_")
    if where[0] == "src" and where[1] in ARROWS:
        return problem_in_part(where[1], quoted, header, is_test)
    if where[0] == "include":
        return problem_in_public(where, quoted, header)
    if where[0] == "connectors" and len(where) > 3:
        return problem_in_connector(ROOT.joinpath(*where[:3]), quoted, header, is_test)
    return None


def check(path):
    found = []
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        why = problem(path, match[1] == '"', match[2])
        if why:
            found.append(f"{path.relative_to(ROOT)}:{number}: {match[2]}: {why}")
    return found


def self_test():
    """The claims of this file, so that a broken check does not pass in silence."""
    bad = [
        ("src/wire/a.cpp", '"client/core.hpp"'),
        ("src/wire/a.cpp", "<boost/asio.hpp>"),
        ("src/base/a.cpp", "<gtest/gtest.h>"),
        ("src/broker/a.cpp", '"client/core.hpp"'),
        ("src/broker/a.cpp", "<sluice/client.hpp>"),
        ("src/net/a.cpp", "<libpq-fe/unknown.h>"),
        ("include/sluice/a.hpp", "<boost/asio.hpp>"),
        ("include/sluice/a.hpp", "<rapidjson/reader.h>"),
        ("include/sluice/a.hpp", '"wire/api.hpp"'),
        ("connectors/sinks/x/a.cpp", '"wire/api.hpp"'),
        ("connectors/common/x/a.cpp", '"wire/api.hpp"'),
    ]
    good = [
        ("src/client/a.cpp", '"wire/api.hpp"'),
        ("src/base/a_test.cpp", "<gtest/gtest.h>"),
        ("src/wire/a.cpp", "<zstd.h>"),
        ("src/wire/a.cpp", "<sluice/error.hpp>"),
        ("src/net/a.cpp", "<netinet/tcp.h>"),
        ("include/sluice/smartmodule/a.hpp", "<rapidjson/reader.h>"),
        ("connectors/sinks/x/a.cpp", "<libpq-fe.h>"),
        ("connectors/sinks/x/a.cpp", "<sluice/connector.hpp>"),
        ("connectors/sinks/x/a.cpp", '"common/socket/socket.hpp"'),
    ]
    for cases, expected in ((bad, True), (good, False)):
        for file, include in cases:
            got = problem(ROOT / file, include[0] == '"', include[1:-1])
            assert bool(got) == expected, f"{file} {include}: {got}"
    for part, near in ARROWS.items():
        assert all(other in ARROWS for other in near), part


def main():
    self_test()
    if sys.argv[1:] == ["--self-test"]:
        return 0
    found = []
    for top in ("src", "include", "connectors"):
        for path in sorted((ROOT / top).rglob("*.[ch]pp")):
            found += check(path)
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
