# SPDX-License-Identifier: Apache-2.0
"""The kafka source in the acceptance suite, against a broker of its own."""

import json
from pathlib import Path

from sluice_acceptance import CANARY, SourceOutside
from sluice_acceptance.processes import until

MAKE_TOPIC = Path(__file__).resolve().parents[4] / "tests/servers/kafka_topic.py"


class Outside(SourceOutside):
    server = "kafka"
    guarantee = "at least once"
    heavy = True
    connect_seconds = 120
    proxied = False  # the broker tells its own address
    position = "outside"
    secret_options = (f"--kafka-option=ssl.keystore.password={CANARY}",)
    wrong_options = (["--start=soon"], ["--kafka-option=enable.auto.commit=true"], ["--isolation=none"])
    starts = {"beginning": ("--start", "earliest"), "end": ("--start", "latest")}
    poison = ("malformed",)
    known_limits = (
        "After a crash the partitions wait for --session-timeout until somebody reads on, unless there is a --kafka-instance.",
    )

    # A stall of a session's length gives records twice; a kill is waited for as long.
    def options(self):
        return ["--kafka-url", self.env["KAFKA_BROKERS"], "--kafka-topic", self.place,
                "--kafka-group", self.place, "--session-timeout=6s", "--tombstone=refuse"]

    def prepare(self):
        self.run(MAKE_TOPIC, self.env["KAFKA_BROKERS"], self.place)
        # The controller has made it; the broker hears of it later.
        words = ["kcat", "-L", "-b", self.env["KAFKA_BROKERS"], "-t", self.place, "-m", "30"]
        until(lambda: "partition 0, leader 1," in self.run(*words), "the broker knows the topic")

    def produce(self, lines):
        self.run("kcat", "-P", "-b", self.env["KAFKA_BROKERS"], "-t", self.place,
                 "-X", "acks=all", "-X", "enable.idempotence=true",
                 input="".join(line + "\n" for line in lines))

    def put(self, ids):
        self.produce(json.dumps({"id": it}) for it in ids)

    def put_texts(self, texts):
        self.produce(json.dumps({"id": id, "text": text}) for id, text in texts.items())

    def text_of(self, value):
        return json.loads(value)["text"]

    def put_poison(self, error_class):
        self.run("kcat", "-P", "-b", self.env["KAFKA_BROKERS"], "-t", self.place, "-K", ":", "-Z", input="gone:\n")
