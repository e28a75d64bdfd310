# SPDX-License-Identifier: Apache-2.0
"""The mqtt source in the acceptance suite, against mosquitto."""

import json

from sluice_acceptance import CANARY, SourceOutside


class Outside(SourceOutside):
    server = "mosquitto"
    guarantee = "at least once"
    keeps_history = False
    position = "outside"
    poison = ("malformed",)
    secret_options = ("--user=reader", f"--password={CANARY}")
    wrong_options = (["--qos=3"], ["--mqtt-version=4"], ["--on-invalid-payload=skip"])
    skips = {
        "*outside_is_killed*": "mosquitto writes its store when it stops: one that is killed forgets what it took",
    }
    known_limits = (
        "What is published before the first start of the connector, or with QoS 0 while it is away, is not delivered: MQTT keeps neither.",
        "A mosquitto that is killed, not stopped, forgets what it took since its store was last written.",
    )

    def options(self):
        return ["--mqtt-url", self.env["MQTT_URL"], "--mqtt-topic", f"{self.place}/#",
                "--client-id", self.place, "--payload-output-type", "json"]

    def client(self, command, *words, input=None):
        return self.run(command, "-h", "127.0.0.1", "-p", self.env["MQTT_PORT"], *words, input=input)

    def prepare(self):
        # The session of the connector, so that the broker keeps what comes before it is there.
        self.client("mosquitto_sub", "-i", self.place, "-c", "-q", "1", "-t", f"{self.place}/#", "-E")

    def publish(self, lines):
        self.client("mosquitto_pub", "-t", f"{self.place}/a", "-q", "1", "-l",
                    input="".join(line + "\n" for line in lines))

    def put(self, ids):
        self.publish(json.dumps({"id": it}) for it in ids)

    def put_poison(self, error_class):
        self.publish(["no JSON"])

    def id_of(self, value):
        return json.loads(value)["payload"]["id"]

    def put_texts(self, texts):
        self.publish(json.dumps({"id": id, "text": text}) for id, text in texts.items())

    def text_of(self, value):
        return json.loads(value)["payload"]["text"]
