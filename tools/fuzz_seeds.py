#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns what is recorded in tests/data into seeds for the fuzzers.

usage: fuzz_seeds.py FOLDER      makes FOLDER/<fuzzer>/<hash>, one file a seed
"""
import hashlib
import json
import re
import struct
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SEED_BYTES_MAX = 16 * 1024  # larger ones only slow a fuzzer down


def write(folder, fuzzer, data):
    if len(data) > SEED_BYTES_MAX:
        return
    target = folder / fuzzer
    target.mkdir(parents=True, exist_ok=True)
    (target / hashlib.sha1(data).hexdigest()).write_bytes(data)


def frames(path):
    """Each frame with its server and, for a response, the key and version of its request."""
    requests = {}
    for line in path.open():
        frame = json.loads(line)
        data = bytes.fromhex(frame["hex"])
        connection = (frame["peer"], frame["conn"])
        if frame["dir"] == "c2s":
            key_and_version, correlation = data[:4], data[4:8]
            requests[connection, correlation] = key_and_version
            yield frame["peer"], "request", b"", data
        else:
            yield frame["peer"], "response", requests[connection, data[:4]], data


def batches(data):
    """What looks like a batch: leader epoch -1 and magic 2 stand 12 bytes behind its start."""
    for match in re.finditer(b"\xff\xff\xff\xff\x02", data):
        start = match.start() - 12
        if start < 0:
            continue
        (length,) = struct.unpack(">i", data[start + 8 : start + 12])
        end = start + 12 + length
        if 45 <= length and end <= len(data):
            yield data[start:end]


def main():
    folder = Path(sys.argv[1])
    for path in sorted((ROOT / "tests/data/wire").glob("*.jsonl")):
        for server, kind, prefix, data in frames(path):
            write(folder, f"fuzz_{server}_{kind}", prefix + data)
            if server != "spu":
                continue
            for batch in batches(data):
                write(folder, "fuzz_record_batch", batch)
                codec = batch[22] & 7
                if 1 <= codec <= 4:
                    write(folder, "fuzz_compression", bytes([codec - 1]) + batch[57:])
    for path in sorted((ROOT / "tests/data/smartmodule/golden").glob("*.json")):
        for call in json.loads(path.read_text()).get("calls", []):
            write(folder, "fuzz_smartmodule_output", bytes.fromhex(call["output_hex"]))
    codes = re.findall(r"= (-?\d+),", (ROOT / "src/wire/error_code.hpp").read_text())
    for code in codes:
        write(folder, "fuzz_error_code", struct.pack(">h", int(code)) + b"\0\3abc" * 4)


if __name__ == "__main__":
    main()
