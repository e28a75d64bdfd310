# SPDX-License-Identifier: Apache-2.0
"""The mqtt sink in the acceptance suite: what it publishes waits in a session of mosquitto."""

import json
import subprocess

from sluice_acceptance import CANARY, Record, SinkOutside


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

    def subscriber(self, *words):
        return ["mosquitto_sub", "-h", "127.0.0.1", "-p", self.env["MQTT_PORT"], "-V", "311",
                "-i", self.place + "-r", "-c", "-q", "1", "-t", f"{self.place}/#", *words]

    def prepare(self):
        self.seen = []
        self.run(*self.subscriber("-E"))

    def record(self, id, text=""):
        value = {"id": id, "site": "a", "text": text}
        return Record(json.dumps(value, ensure_ascii=False), id)

    def values(self):
        """The session gives each message once: they are remembered."""
        done = subprocess.run(self.subscriber("-W", "1", "-F", "%p"), capture_output=True, timeout=60)
        lines = done.stdout.decode().split("\n")
        self.seen += [json.loads(line) for line in lines if line.startswith("{")]
        return self.seen

    def read_back(self):
        return [value["id"] for value in self.values()]

    def read_texts(self):
        return {value["id"]: value["text"] for value in self.values()}
