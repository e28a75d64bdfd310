# SPDX-License-Identifier: Apache-2.0
"""The nats source in the acceptance suite, against nats-server with JetStream."""

import json
import sys
from pathlib import Path

from sluice_acceptance import CANARY, SourceOutside

sys.path.insert(0, str(Path(__file__).resolve().parents[4] / "tests" / "lib"))
from nats_client import Client  # noqa: E402


class Outside(SourceOutside):
    server = "nats"
    guarantee = "at least once"
    position = "outside"
    ordered = False  # what was not acknowledged in time comes again, later
    starts = {"beginning": ["--start=beginning"], "end": ["--start=end"]}
    secret_options = ("--user=reader", f"--password={CANARY}")
    wrong_options = (["--subject="], ["--ack-wait=1"], ["--record-layout=xml"])
    known_limits = ("Without --stream: at most once. What comes while nobody listens is lost.",)

    # A stall of so long gives records twice; what a kill leaves behind comes again as late.
    def options(self):
        return ["--url", self.env["NATS_URL"], "--stream", self.place, "--subject", f"{self.place}.>",
                "--durable", self.place, "--record-layout=raw", "--ack-wait=6s"]

    def prepare(self):
        Client(self.env["NATS_PORT"]).make(self.place, f"{self.place}.>", {})

    def send(self, lines):
        Client(self.env["NATS_PORT"]).send(f"{self.place}.a", list(lines))

    def put(self, ids):
        self.send(json.dumps({"id": it}) for it in ids)

    def put_texts(self, texts):
        self.send(json.dumps({"id": id, "text": text}) for id, text in texts.items())
