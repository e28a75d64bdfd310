#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Publishes numbered messages with QoS 1 or 2 and writes down which the broker has taken.

usage: publish.py PORT TOPIC COUNT [--qos 1|2] [--rate PER_SECOND] > ledger

One message at a time in flight would be slow, so a window of them is. A broker that goes away
is tried again, for 30 seconds at most; what it had not taken is sent again with the same packet
id. The ledger has one line for each message that the broker has taken: `m<number>`.
"""

import argparse
import socket
import struct
import sys
import time

WINDOW = 15  # mosquitto drops what is over its max_inflight_messages, 20
PATIENCE_SECONDS = 30


def text(value):
    data = value.encode()
    return struct.pack(">H", len(data)) + data


def packet(first, body):
    length, head = len(body), bytes([first])
    while True:
        low, length = length % 128, length // 128
        head += bytes([low | (128 if length else 0)])
        if not length:
            return head + body


class Publisher:
    def __init__(self, port, topic, qos):
        self.port, self.topic, self.qos = port, topic, qos
        self.waiting = {}  # packet id -> (payload, PUBREC seen)
        self.connection = None
        self.buffer = b""

    def connect(self):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                self.connection = socket.create_connection(("127.0.0.1", self.port), timeout=10)
                self.buffer = b""
                connect = text("MQTT") + bytes([4, 0]) + struct.pack(">H", 60) + text("publisher")
                self.connection.sendall(packet(0x10, connect))
                first, body = self.read()
                if first != 0x20 or body[1] != 0:
                    sys.exit(f"the broker refuses the publisher: {body!r}")
                if not body[0]:  # the broker lost the session: all exchanges start again
                    self.waiting = {i: (payload, False) for i, (payload, _) in self.waiting.items()}
                for packet_id, (payload, received) in self.waiting.items():
                    self.send(packet_id, payload, received, repeated=True)
                return
            except OSError as error:
                if time.monotonic() > deadline:
                    sys.exit(f"no broker on port {self.port}: {error}")
                time.sleep(0.05)

    def send(self, packet_id, payload, received=False, repeated=False):
        identity = struct.pack(">H", packet_id)
        if received:
            self.connection.sendall(packet(0x62, identity))
            return
        first = 0x30 | self.qos << 1 | (8 if repeated else 0)
        self.connection.sendall(packet(first, text(self.topic) + identity + payload.encode()))

    def read(self):
        while True:
            end, length, shift = 1, 0, 0
            while end < len(self.buffer):
                byte = self.buffer[end]
                length |= (byte & 127) << shift
                end, shift = end + 1, shift + 7
                if byte < 128:
                    if len(self.buffer) < end + length:
                        break
                    first, body = self.buffer[0], self.buffer[end:end + length]
                    self.buffer = self.buffer[end + length:]
                    return first, body
            data = self.connection.recv(65536)
            if not data:
                raise ConnectionError("closed")
            self.buffer += data

    def answer(self):
        first, body = self.read()
        packet_id = struct.unpack(">H", body[:2])[0]
        kind = first >> 4
        if kind == 5:
            self.waiting[packet_id] = (self.waiting[packet_id][0], True)
            self.send(packet_id, None, received=True)
        elif kind in (4, 7):
            print(self.waiting.pop(packet_id)[0], flush=True)

    def run(self, count, rate):
        self.connect()
        number = 0
        while number < count or self.waiting:
            try:
                if number < count and len(self.waiting) < WINDOW:
                    packet_id = number % 60000 + 1
                    self.waiting[packet_id] = (f"m{number}", False)
                    number += 1
                    self.send(packet_id, self.waiting[packet_id][0])
                    if rate:
                        time.sleep(1 / rate)
                else:
                    self.answer()
            except OSError:
                self.connect()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("topic")
    parser.add_argument("count", type=int)
    parser.add_argument("--qos", type=int, default=1)
    parser.add_argument("--rate", type=int, default=0)
    options = parser.parse_args()
    Publisher(options.port, options.topic, options.qos).run(options.count, options.rate)


main()
