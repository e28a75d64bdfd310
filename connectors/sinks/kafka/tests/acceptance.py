# SPDX-License-Identifier: Apache-2.0
"""The kafka sink in the acceptance suite, with transactions, against a broker of its own."""

import json

from pathlib import Path

from sluice_acceptance import CANARY, Record, SinkOutside
from sluice_acceptance.processes import until

MAKE_TOPIC = Path(__file__).resolve().parents[4] / "tests/servers/kafka_topic.py"


class Outside(SinkOutside):
    server = "kafka"
    guarantee = "effectively once"
    heavy = True
    connect_seconds = 120
    proxied = False  # the broker tells its own address
    secret_options = (f"--kafka-option=ssl.keystore.password={CANARY}",)
    wrong_options = (["--kafka-option=acks=0"], ["--partitioner=best"], ["--delivery-timeout=1ms"])
    poison = {"rejected": Record('{"id": "x", "text": "without a key, for a compacted topic"}')}
    known_limits = (
        "Without --transactional-id it is at least once: a batch that is written again after a failure is there twice.",
        "Readers that do not ask for read_committed also see records of aborted transactions.",
    )

    def options(self):
        return ["--kafka-url", self.env["KAFKA_BROKERS"], "--kafka-topic", self.place,
                "--transactional-id", self.place]

    def prepare(self):
        self.run(MAKE_TOPIC, self.env["KAFKA_BROKERS"], self.place, "1", "cleanup.policy=compact")
        # The controller has made it; the broker hears of it later.
        words = ["kcat", "-L", "-b", self.env["KAFKA_BROKERS"], "-t", self.place, "-m", "30"]
        until(lambda: "partition 0, leader 1," in self.run(*words), "the broker knows the topic")

    def lines(self):
        """Partition, offset, key and value of each committed record."""
        try:
            text = self.run("kcat", "-C", "-b", self.env["KAFKA_BROKERS"], "-t", self.place, "-e", "-q", "-J",
                            "-X", "isolation.level=read_committed")
        except Exception:
            return []  # the topic is not there yet
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]

    def read_back(self):
        return [json.loads(line["payload"])["id"] for line in self.lines()]

    def read_texts(self):
        values = [json.loads(line["payload"]) for line in self.lines()]
        return {it["id"]: it["text"] for it in values}
