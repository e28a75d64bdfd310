# SPDX-License-Identifier: Apache-2.0
"""The nats sink in the acceptance suite, against nats-server with JetStream."""

import json
import sys
from pathlib import Path

from sluice_acceptance import CANARY, Record, SinkOutside

sys.path.insert(0, str(Path(__file__).resolve().parents[4] / "tests" / "lib"))
from nats_client import Client  # noqa: E402


class Outside(SinkOutside):
    server = "nats"
    guarantee = "at least once"
    takes = "json"
    poison = {"malformed": Record("{}", "poison")}
    secret_options = ("--user=writer", f"--password={CANARY}")
    wrong_options = (["--subject=a.*"], ["--subject-from=nowhere"])
    known_limits = ("The stream recognises repeated records within its duplicate_window only.",)

    def options(self):
        return ["--url", self.env["NATS_URL"], "--subject", self.place, "--subject-from=field",
                "--subject-field=id", "--timeout=5s"]

    def prepare(self):
        Client(self.env["NATS_PORT"]).make(self.place, f"{self.place}.>", {})

    def values(self):
        return [json.loads(it["data"]) for it in Client(self.env["NATS_PORT"]).read(self.place)]

    def read_back(self):
        return [it["id"] for it in self.values()]

    def read_texts(self):
        return {it["id"]: it["text"] for it in self.values()}
