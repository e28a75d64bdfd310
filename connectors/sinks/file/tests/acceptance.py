# SPDX-License-Identifier: Apache-2.0
"""The file sink in the acceptance suite: its outside is a folder."""

import json

from sluice_acceptance import CANARY, Record, SinkOutside


class Outside(SinkOutside):
    guarantee = "effectively once"
    takes = "bytes"
    wrong_options = (["--rotate-size=-1"], ["--format=xml"])

    @property
    def path(self):
        return self.folder / "out"

    def options(self):
        return ["--path", self.path, "--format", "json", "--rotate-records", "97"]

    def lines(self):
        for file in sorted(self.path.glob("*.jsonl")):
            try:
                data = file.read_bytes()
            except FileNotFoundError:  # what was not committed goes at the next start, and comes again
                continue
            # The last line may be half written.
            yield from (json.loads(it) for it in data.split(b"\n")[:-1])

    def read_back(self):
        return [json.loads(it["value"])["id"] for it in self.lines() if "value" in it]

    def read_texts(self):
        values = [json.loads(it["value"]) for it in self.lines()]
        return {it["id"]: it["text"] for it in values}

    def read_records(self):
        return [Record(bytes_of(it, "value"), bytes_of(it, "key")) for it in self.lines()]


def bytes_of(line, name):
    import base64
    if f"{name}_base64" in line:
        return base64.b64decode(line[f"{name}_base64"])
    return None if line[name] is None else line[name].encode()
