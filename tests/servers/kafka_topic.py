#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a topic in a Kafka broker without starting a Java program.

usage: kafka_topic.py HOST:PORT NAME [PARTITIONS] [KEY=VALUE...]
       kafka_topic.py HOST:PORT --delete NAME
       kafka_topic.py HOST:PORT --forget NAME PARTITION OFFSET

The last removes the records before an offset, as retention does.

The settings are those of Kafka's topics, such as cleanup.policy=compact.
"""
import socket
import struct
import sys

CREATE_TOPICS, DELETE_TOPICS, DELETE_RECORDS = 19, 20, 21


def text(value):
    data = value.encode()
    return struct.pack(">h", len(data)) + data


def ask(address, api, version, body):
    """The answer's body: what comes behind the correlation id."""
    host, port = address.rsplit(":", 1)
    request = struct.pack(">hhi", api, version, 1) + text("kafka_topic") + body
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(struct.pack(">i", len(request)) + request)
        with connection.makefile("rb") as answers:
            size, = struct.unpack(">i", answers.read(4))
            return answers.read(size)[4:]


def create(address, name, partitions, settings):
    body = struct.pack(">i", 1) + text(name) + struct.pack(">ihi", partitions, 1, 0)
    body += struct.pack(">i", len(settings))
    for key, value in settings:
        body += text(key) + text(value)
    body += struct.pack(">i?", 20_000, False)
    answer = ask(address, CREATE_TOPICS, 2, body)[4:]  # behind the throttle time
    return struct.unpack_from(">h", answer, 4 + 2 + len(name.encode()))[0]


def delete(address, name):
    answer = ask(address, DELETE_TOPICS, 1, struct.pack(">i", 1) + text(name) + struct.pack(">i", 20_000))
    return struct.unpack_from(">h", answer, 4 + 4 + 2 + len(name.encode()))[0]


def forget(address, name, partition, offset):
    body = struct.pack(">i", 1) + text(name) + struct.pack(">iiq", 1, partition, offset)
    answer = ask(address, DELETE_RECORDS, 0, body + struct.pack(">i", 20_000))
    return struct.unpack_from(">h", answer, 4 + 4 + 2 + len(name.encode()) + 4 + 4 + 8)[0]


def main():
    address, name, *rest = sys.argv[1:]
    if name == "--delete":
        code = delete(address, rest[0])
    elif name == "--forget":
        code = forget(address, rest[0], int(rest[1]), int(rest[2]))
    else:
        partitions = int(rest.pop(0)) if rest and "=" not in rest[0] else 1
        code = create(address, name, partitions, [word.split("=", 1) for word in rest])
    if code:
        sys.exit(f"the broker {address} answers with error {code}")


main()
