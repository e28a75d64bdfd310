#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails on a SmartModule that a Fluvio cluster, or our engine, would not run as it should.

usage: smartmodule_check.py [--bytes-max N] FILE.wasm...

Each file: imports env.copy_records and nothing else (no WASI), has no start function, exports
memory, alloc, dealloc and exactly one kind, and is not too large. Prints a table of the sizes.
Constructors are looked for where the linker's map is: tools/smartmodule_build.sh.
"""
import gzip
import sys
from pathlib import Path

KINDS = ("filter", "map", "filter_map", "array_map", "aggregate")
HOOKS = ("init", "look_back")
TYPICAL_BYTES = 40 * 1024
FUNCTION, MEMORY = 0, 2
IMPORTS, EXPORTS, START = 2, 7, 8


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        if self.at + count > len(self.data):
            raise ValueError("the file is cut off")
        self.at += count
        return self.data[self.at - count:self.at]

    def byte(self):
        return self.take(1)[0]

    def number(self):
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def name(self):
        return self.take(self.number()).decode()


def sections(data):
    reader = Reader(data)
    if reader.take(8) != b"\0asm\x01\0\0\0":
        raise ValueError("not a WebAssembly module")
    while reader.at < len(data):
        kind = reader.byte()
        yield kind, Reader(reader.take(reader.number()))


def skip_import_type(reader):
    kind = reader.byte()
    if kind == FUNCTION:
        reader.number()
        return
    reader.take(1 if kind != MEMORY else 0)  # the type of a table or global
    if kind == 3:
        reader.take(1)
        return
    if reader.number() & 1:
        reader.number()
    reader.number()


def read_imports(reader):
    found = []
    for _ in range(reader.number()):
        found.append(f"{reader.name()}.{reader.name()}")
        skip_import_type(reader)
    return found


def read_exports(reader):
    found = {}
    for _ in range(reader.number()):
        name = reader.name()
        found[name] = reader.byte()
        reader.number()
    return found


def problems_of(data, bytes_max):
    imports, exports, start = [], {}, False
    for kind, reader in sections(data):
        if kind == IMPORTS:
            imports = read_imports(reader)
        elif kind == EXPORTS:
            exports = read_exports(reader)
        elif kind == START:
            start = True
    kinds = [name for name in KINDS if name in exports]
    found = []
    if imports != ["env.copy_records"]:
        found.append(f"imports {', '.join(imports) or 'nothing'}, not just env.copy_records")
    if start:
        found.append("has a start function")
    if exports.get("memory") != MEMORY:
        found.append("does not export its memory")
    found += [f"does not export {name}" for name in ("alloc", "dealloc") if name not in exports]
    if len(kinds) != 1:
        found.append(f"exports {', '.join(kinds) or 'none'} of {', '.join(KINDS)}; it must be one")
    known = {"memory", "alloc", "dealloc", *KINDS, *HOOKS}
    found += [f"exports {name}" for name in exports if name not in known]
    if len(data) > bytes_max:
        found.append(f"has {len(data)} bytes, more than {bytes_max}")
    does = [name for name in (*HOOKS, *KINDS) if name in exports]
    return found, ", ".join(does)


def main(arguments):
    bytes_max = 64 * 1024
    if arguments[:1] == ["--bytes-max"]:
        bytes_max, arguments = int(arguments[1]), arguments[2:]
    if not arguments:
        sys.exit(__doc__.split("\n\n")[1])
    failed = False
    print(f"{'module':<24}{'bytes':>8}{'gzip':>8}  exports")
    for file in arguments:
        data = Path(file).read_bytes()
        try:
            found, does = problems_of(data, bytes_max)
        except (ValueError, UnicodeDecodeError) as error:
            found, does = [str(error)], ""
        note = "  (over 40 KiB)" if len(data) > TYPICAL_BYTES else ""
        print(f"{Path(file).stem:<24}{len(data):>8}{len(gzip.compress(data, 9)):>8}  {does}{note}")
        for problem in found:
            print(f"{file}: {problem}", file=sys.stderr)
        failed = failed or bool(found)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
