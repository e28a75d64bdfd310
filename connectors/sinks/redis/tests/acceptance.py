# SPDX-License-Identifier: Apache-2.0
"""The redis sink in the acceptance suite, against redis-server: a list, which shows order and
duplicates."""

import json

from sluice_acceptance import CANARY, Record, SinkOutside


class Outside(SinkOutside):
    server = "redis"
    guarantee = "effectively once"
    takes = "json"
    secret_options = ("--user=writer", f"--password={CANARY}")
    wrong_options = (["--operation=GET"], ["--prefix="], ["--key={"], ["--ttl=1s"])
    known_limits = (
        "As durable as Redis is told to be: without `appendfsync always` a crash of Redis loses data and offsets together; the sink ends, and its next start writes what is missing.",
        "Behind PUBLISH there is no guarantee. Redis Cluster is not supported.",
    )

    def options(self):
        return ["--url", self.env["REDIS_URL"], "--prefix", self.place, "--operation", "RPUSH",
                "--key", "{list}"]

    def client(self, *words):
        return self.run("redis-cli", "-p", self.env["REDIS_PORT"], "--raw", *words)

    @property
    def poison(self):
        return {
            "malformed": Record("no JSON"),
            "rejected": Record(json.dumps({"id": "poison", "list": self.place + "-text"})),
        }

    def prepare(self):
        self.client("set", self.place + "-text", "a key of another type")

    def record(self, id, text=""):
        value = {"id": id, "list": self.place + "-list", "text": text}
        return Record(json.dumps(value, ensure_ascii=False), id)

    def values(self):
        lines = self.client("lrange", self.place + "-list", "0", "-1").split("\n")
        return [json.loads(line) for line in lines if line]

    def read_back(self):
        return [value["id"] for value in self.values()]

    def read_texts(self):
        return {value["id"]: value["text"] for value in self.values()}
