# SPDX-License-Identifier: Apache-2.0
"""The redis source in the acceptance suite, as a consumer group of redis-server."""

import json
import socket

from sluice_acceptance import CANARY, SourceOutside


class Outside(SourceOutside):
    server = "redis"
    guarantee = "at least once"
    position = "outside"
    poison = ("malformed",)
    starts = {"beginning": ["--start=beginning"], "end": ["--start=end"]}
    secret_options = ("--user=reader", f"--password={CANARY}")
    wrong_options = (["--start=middle"], ["--stream="], ["--read-count=0"])
    known_limits = (
        "Entries that Redis trims or deletes before they were read are gone, and Redis does not say so.",
        "Lists and pub/sub are not read. Redis Cluster is not supported.",
    )

    def options(self):
        return ["--url", self.env["REDIS_URL"], "--stream", self.place, "--group", "sluice",
                "--field", "body"]

    def add(self, entries):
        """One transaction, which is one write to the disk."""
        commands = [("MULTI",), *(("XADD", self.place, "*", *entry) for entry in entries), ("EXEC",)]
        text = b""
        for words in commands:
            text += b"*%d\r\n" % len(words)
            for word in (word.encode() for word in words):
                text += b"$%d\r\n%s\r\n" % (len(word), word)
        with socket.create_connection(("127.0.0.1", int(self.env["REDIS_PORT"])), timeout=30) as link:
            link.sendall(text + b"*1\r\n$4\r\nQUIT\r\n")
            answer = b""
            while piece := link.recv(65536):
                answer += piece
        if b"\r\n*%d\r\n" % len(entries) not in answer:
            raise RuntimeError(f"Redis did not take the entries: {answer[-200:]!r}")

    def put_texts(self, texts):
        bodies = (json.dumps({"id": id, "text": text}, ensure_ascii=False) for id, text in texts.items())
        self.add([("body", body) for body in bodies])

    def put(self, ids):
        self.put_texts({id: "" for id in ids})

    def put_poison(self, error_class):
        self.add([("other", "no body")])
