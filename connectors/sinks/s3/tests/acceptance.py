# SPDX-License-Identifier: Apache-2.0
"""The S3 sink in the acceptance suite: its outside is a bucket of versitygw, which is a folder."""

import base64
import json
import os
from pathlib import Path

from sluice_acceptance import CANARY, Record, SinkOutside

os.environ.setdefault("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
os.environ.setdefault("AWS_SECRET_ACCESS_KEY", CANARY)


class Outside(SinkOutside):
    server = "versitygw"
    guarantee = "effectively once"
    takes = "bytes"
    secret_options = (f"--session-token={CANARY}",)
    wrong_options = (["--prefix=/x"], ["--object-name=key"], ["--kms-key-id=x"])
    known_limits = (
        "an object that a crash left without its manifest is written again under the same name: "
        "who listens to events of the bucket hears of it twice",)

    @property
    def bucket(self):
        return Path(self.env["VERSITYGW_DATA"]) / self.place

    def options(self):
        return ["--bucket", self.place, "--endpoint", self.env["VERSITYGW_URL"], "--format", "json",
                "--access-key-id", os.environ["AWS_ACCESS_KEY_ID"], "--secret-access-key",
                os.environ["AWS_SECRET_ACCESS_KEY"]]

    def prepare(self):
        self.bucket.mkdir()

    def lines(self):
        for file in sorted(self.bucket.rglob("*.jsonl")):
            try:
                data = file.read_bytes()
            except FileNotFoundError:  # an object that is replaced is away for a moment
                continue
            yield from (json.loads(line) for line in data.splitlines())

    def read_back(self):
        return [json.loads(it["value"])["id"] for it in self.lines() if "value" in it]

    def read_texts(self):
        values = [json.loads(it["value"]) for it in self.lines()]
        return {it["id"]: it["text"] for it in values}

    def read_records(self):
        return [Record(bytes_of(it, "value"), bytes_of(it, "key")) for it in self.lines()]


def bytes_of(line, name):
    if f"{name}_base64" in line:
        return base64.b64decode(line[f"{name}_base64"])
    return None if line[name] is None else line[name].encode()
