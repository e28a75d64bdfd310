#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Packs the pages of catalog/ and their third-party files for src/web.

usage: web_bundle.py CATALOG VENDOR OUT

CATALOG is the folder catalog/, VENDOR what `tools/web.sh pages` printed. Writes OUT.bin, all
files behind each other in one zlib stream, and OUT.cpp, the table of what is where in it. The
same input gives the same output.
"""
import hashlib
import sys
import zlib
from pathlib import Path

# Each set of pages, and the folders that it is from; `vendor:` are below VENDOR.
SETS = {
    "site": ["site", "shared", "vendor:site"],
    "console": ["console", "shared", "vendor:console"],
    "templates": ["templates"],
}
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}

TABLE = """\
// Made by tools/web_bundle.py. Packed: {digest}
#include "web/bundle.hpp"

#pragma clang diagnostic ignored "-Wc23-extensions"

namespace sluice::web {{
namespace {{
constexpr unsigned char packed[] = {{
#embed "{binary}"
}};
constexpr BundledFile files[] = {{
{rows}}};
}}  // namespace

const Bundle bundle{{packed, {size}, files}};

}}  // namespace sluice::web
"""


def files_of(catalog, vendor, folders):
    found = {}
    for folder in folders:
        name = folder.removeprefix("vendor:")
        top = vendor / name if name != folder else catalog / name
        for path in top.rglob("*"):
            if path.is_file():
                relative = path.relative_to(top).as_posix()
                assert relative not in found, f"{path}: {found[relative]} has the same name"
                assert path.suffix in TYPES, f"{path}: say in TYPES what such a file is"
                found[relative] = path
    return sorted(found.items())


def main():
    catalog, vendor, out = (Path(argument) for argument in sys.argv[1:])
    content, rows = b"", ""
    for which, folders in SETS.items():
        for name, path in files_of(catalog, vendor, folders):
            text = path.read_bytes()
            rows += f'    {{PageSet::{which}, "{name}", "{TYPES[path.suffix]}", '
            rows += f"{len(content)}, {len(text)}}},\n"
            content += text
    packed = zlib.compress(content, 9)
    binary = out.with_suffix(".bin")
    binary.write_bytes(packed)
    out.with_suffix(".cpp").write_text(
        TABLE.format(
            digest=hashlib.sha256(packed).hexdigest(),  # what a compiler cache looks at
            binary=binary,
            rows=rows,
            size=len(content),
        )
    )


if __name__ == "__main__":
    main()
