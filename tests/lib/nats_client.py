#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A small NATS client for tests.

usage: nats_client.py PORT make STREAM SUBJECT [key=json...]   a stream, with more of its settings
       nats_client.py PORT send SUBJECT [--core]               each line of standard input, acknowledged
       nats_client.py PORT read STREAM                         all messages as lines of JSON
       nats_client.py PORT delete STREAM CONSUMER
       nats_client.py PORT info STREAM CONSUMER                what the server says of a consumer

The environment has NATS_USER and NATS_PASSWORD when they are needed, and NATS_CA, the authority's
file, when the server speaks TLS (as localhost).
"""
import base64
import json
import os
import socket
import ssl
import sys


class Client:
    def __init__(self, port, host="127.0.0.1"):
        self.socket = socket.create_connection((host, int(port)), timeout=60)
        self.file = self.socket.makefile("rb")
        self.file.readline()
        if "NATS_CA" in os.environ:
            self.file.detach()
            context = ssl.create_default_context(cafile=os.environ["NATS_CA"])
            self.socket = context.wrap_socket(self.socket, server_hostname="localhost")
            self.file = self.socket.makefile("rb")
        hello = {"verbose": False, "pedantic": False, "headers": True, "no_responders": True, "name": "test",
                 "lang": "python", "version": "0"}
        if "NATS_USER" in os.environ:
            hello |= {"user": os.environ["NATS_USER"], "pass": os.environ["NATS_PASSWORD"]}
        self.write("CONNECT " + json.dumps(hello) + "\r\nSUB inbox.> 1\r\n")

    def write(self, text):
        self.socket.sendall(text.encode() if isinstance(text, str) else text)

    def publish(self, subject, data, reply=""):
        data = data.encode() if isinstance(data, str) else data
        self.write(f"PUB {subject} {reply} {len(data)}\r\n".encode() + data + b"\r\n")

    def message(self):
        while True:
            line = self.file.readline().decode()
            if not line or line.startswith("-ERR"):
                raise SystemExit("nats: " + (line.strip() or "the connection ended"))
            words = line.split()
            if words and words[0] == "PING":
                self.write("PONG\r\n")
            elif words and words[0] in ("MSG", "HMSG"):
                body = self.file.read(int(words[-1]) + 2)[:-2]
                if words[0] == "HMSG":
                    body = b'{"error":{"description":"no responders"}}'
                return body

    def request(self, subject, value=None):
        self.publish(subject, b"" if value is None else json.dumps(value), "inbox.1")
        answer = json.loads(self.message())
        if "error" in answer:
            raise SystemExit(f"nats: {subject}: {answer['error']}")
        return answer

    def make(self, stream, subject, settings):
        self.request(f"$JS.API.STREAM.CREATE.{stream}", {"name": stream, "subjects": [subject]} | settings)

    def send(self, subject, lines):
        """Returns when the stream has all of them."""
        for start in range(0, len(lines), 500):
            part = lines[start:start + 500]
            for line in part:
                self.publish(subject, line, "inbox.2")
            for _ in part:
                answer = json.loads(self.message())
                if "error" in answer:
                    raise SystemExit(f"nats: {answer['error']}")

    def flush(self):
        self.write("PING\r\n")
        while self.file.readline().strip() != b"PONG":
            pass

    def read(self, stream):
        state = self.request(f"$JS.API.STREAM.INFO.{stream}")["state"]
        out = []
        if state["messages"] == 0:
            return out
        for number in range(state["first_seq"], state["last_seq"] + 1):
            found = self.request(f"$JS.API.STREAM.MSG.GET.{stream}", {"seq": number})["message"]
            out.append({"subject": found["subject"], "data": base64.b64decode(found.get("data", "")).decode(),
                        "headers": base64.b64decode(found.get("hdrs", "")).decode()})
        return out


def main():
    port, verb, *words = sys.argv[1:]
    client = Client(port)
    if verb == "make":
        client.make(words[0], words[1], {k: json.loads(v) for k, v in (w.split("=", 1) for w in words[2:])})
    elif verb == "send":
        lines = sys.stdin.read().splitlines()
        if "--core" in words:
            for line in lines:
                client.publish(words[0], line)
            client.flush()
        else:
            client.send(words[0], lines)
    elif verb == "read":
        for message in client.read(words[0]):
            print(json.dumps(message))
    elif verb == "delete":
        client.request(f"$JS.API.CONSUMER.DELETE.{words[0]}.{words[1]}")
    elif verb == "info":
        print(json.dumps(client.request(f"$JS.API.CONSUMER.INFO.{words[0]}.{words[1]}")))


if __name__ == "__main__":
    main()
