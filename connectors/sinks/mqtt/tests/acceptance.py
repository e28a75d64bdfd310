# SPDX-License-Identifier: Apache-2.0
"""The mqtt sink in the acceptance suite: what it publishes waits in a session of mosquitto."""

import json
import socket
import struct

from sluice_acceptance import CANARY, Record, SinkOutside

# First bytes of packets; those of messages with QoS 1, which all are.
CONNECT, CONNECTED, PUBLISH, ACKNOWLEDGE, PING, PONG, LEAVE = 0x10, 0x20, 0x30, 0x40, 0xC0, 0xD0, 0xE0


def text(value):
    data = value.encode()
    return struct.pack(">H", len(data)) + data


def packet(kind, body):
    assert len(body) < 128
    return bytes([kind, len(body)]) + body


def received(answers):
    """First byte and body of the next packet."""
    def read(count):
        got = answers.read(count)
        if len(got) < count:
            raise ConnectionResetError("mosquitto has closed the connection")
        return got
    kind, size, shift = read(1)[0], 0, 0
    while True:
        digit = read(1)[0]
        size |= (digit & 127) << shift
        shift += 7
        if digit < 128:
            return kind, read(size)


class Outside(SinkOutside):
    server = "mosquitto"
    guarantee = "at least once"
    takes = "json"
    poison = {"malformed": Record('{"id": "poison", "site": "a+b"}')}
    secret_options = ("--user=writer", f"--password={CANARY}")
    wrong_options = (["--qos=3"], ["--mqtt-topic=a/#"], ["--mqtt-topic={"])
    skips = {
        "*outside_is_killed*": "mosquitto writes its store when it stops: one that is killed forgets what it took",
    }
    known_limits = (
        "The broker acknowledges for itself, not for its subscribers; a broker that crashes may lose what it had acknowledged.",
        "With MQTT 3.1.1 a broker that refuses a message says so by closing the connection, or not at all.",
    )

    def options(self):
        return ["--mqtt-url", self.env["MQTT_URL"], "--mqtt-topic", f"{self.place}/{{site}}"]

    def prepare(self):
        self.seen = []
        self.run("mosquitto_sub", "-h", "127.0.0.1", "-p", self.env["MQTT_PORT"], "-V", "311",
                 "-i", self.place + "-r", "-c", "-q", "1", "-t", f"{self.place}/#", "-E")

    def record(self, id, text=""):
        value = {"id": id, "site": "a", "text": text}
        return Record(json.dumps(value, ensure_ascii=False), id)

    def values(self):
        """The session gives each message once: they are remembered."""
        try:
            with socket.create_connection(("127.0.0.1", int(self.env["MQTT_PORT"])), timeout=60) as link:
                self.take_all(link)
        except OSError:  # the broker is away
            pass
        return self.seen

    # Not mosquitto_sub -W: when its time is over it may drop a message that it has acknowledged.
    def take_all(self, link):
        """What waits in the session: until the broker, asked behind all acknowledgements, has no more."""
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        answers = link.makefile("rb")
        link.sendall(packet(CONNECT, text("MQTT") + struct.pack(">BBH", 4, 0, 0) + text(self.place + "-r")))
        kind, body = received(answers)
        if kind != CONNECTED or body[1] != 0:
            raise RuntimeError(f"mosquitto refuses the reader: {body!r}")
        more = True
        while more:
            more = False
            link.sendall(packet(PING, b""))
            while (answer := received(answers))[0] != PONG:
                kind, body = answer
                if kind & 0xF0 != PUBLISH:
                    continue
                size, = struct.unpack_from(">H", body)
                self.seen.append(json.loads(body[size + 4:]))  # behind the topic and the number
                link.sendall(packet(ACKNOWLEDGE, body[size + 2:size + 4]))
                more = True
        link.sendall(packet(LEAVE, b""))

    def read_back(self):
        return [value["id"] for value in self.values()]

    def read_texts(self):
        return {value["id"]: value["text"] for value in self.values()}
