# SPDX-License-Identifier: Apache-2.0
"""The chaos sink: CHAOS_FAULT says which fault it has."""

import json
import os

from sluice_acceptance import CANARY, Record, SinkOutside


class Outside(SinkOutside):
    guarantee = "at least once"
    secret_options = (f"--password={CANARY}",)

    poison = {"malformed": Record("POISON-malformed", "k"), "rejected": Record("POISON-rejected")}
    record_limit = 200_000

    def options(self):
        return ["--file", self.folder / "out", "--fault", os.environ.get("CHAOS_FAULT", "none")]

    def lines(self):
        file = self.folder / "out"
        return [json.loads(it) for it in file.read_text().splitlines()] if file.exists() else []

    def read_back(self):
        return [it["id"] for it in self.lines()]

    def read_texts(self):
        return {it["id"]: it["text"] for it in self.lines()}
