#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a user's NKey of NATS for tests: writes its seed to SEED-FILE and prints its public key.

usage: nkey.py SEED-FILE
"""
import base64
import subprocess
import sys

USER, SEED = 20 << 3, 18 << 3  # `U` and `S` in base32
KEY_BYTES = 32


def checked(payload):
    crc = 0
    for byte in payload:  # CRC-16/XMODEM
        crc ^= byte << 8
        for _ in range(8):
            crc = ((crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return base64.b32encode(payload + crc.to_bytes(2, "little")).decode().rstrip("=")


def openssl(*words, given=b""):
    return subprocess.run(["openssl", *words], input=given, capture_output=True, check=True).stdout


private = openssl("genpkey", "-algorithm", "ed25519", "-outform", "DER")
public = openssl("pkey", "-inform", "DER", "-pubout", "-outform", "DER", given=private)
head = bytes([SEED | (USER >> 5), (USER & 31) << 3])
with open(sys.argv[1], "w", encoding="ascii") as out:
    out.write(checked(head + private[-KEY_BYTES:]) + "\n")
print(checked(bytes([USER]) + public[-KEY_BYTES:]))
