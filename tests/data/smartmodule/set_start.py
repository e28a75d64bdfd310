#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes an exported function a module's start function, which no linker flag does.

usage: set_start.py FILE.wasm EXPORT
"""
import sys
from pathlib import Path

EXPORT, START = 7, 8


def leb(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def encode(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out) + bytes([value])


def sections(data):
    """Each section as (id, start, end), header included."""
    at = 8
    while at < len(data):
        size, body = leb(data, at + 1)
        yield data[at], at, body, body + size
        at = body + size


def exported(data, at, name):
    count, at = leb(data, at)
    for _ in range(count):
        size, at = leb(data, at)
        found, kind = data[at:at + size].decode(), data[at + size]
        index, at = leb(data, at + size + 1)
        if found == name and kind == 0:
            return index
    raise SystemExit(f"set_start: no function {name} is exported")


def main():
    path, name = Path(sys.argv[1]), sys.argv[2]
    data = path.read_bytes()
    for section, _, body, end in sections(data):
        if section == EXPORT:
            index = encode(exported(data, body, name))
            path.write_bytes(data[:end] + bytes([START]) + encode(len(index)) + index + data[end:])


if __name__ == "__main__":
    main()
