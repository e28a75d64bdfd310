# SPDX-License-Identifier: Apache-2.0
"""The file source in the acceptance suite: its outside is a file."""

import json

from sluice_acceptance import SourceOutside


class Outside(SourceOutside):
    guarantee = "at least once"
    position = "kit"
    poison = ("malformed", "too-large")
    starts = {"beginning": ["--start=beginning"], "end": ["--start=end"]}
    record_limit = 256 << 10
    wrong_options = (["--format=xml"], ["--done=delete"], ["--multiline-start=("])
    known_limits = (
        "What is written between the copy and the emptying of a file by copytruncate is lost by copytruncate.",
        "A file that is compressed or deleted while the connector is away is not read further; the log says so.",
    )

    @property
    def path(self):
        return self.folder / "in.jsonl"

    def options(self):
        return ["--path", self.path, "--format=json", "--record-size-max=256 KiB", "--scan-interval=100ms"]

    def prepare(self):
        self.path.touch()

    def append(self, lines):
        with open(self.path, "a", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in lines)

    def put(self, ids):
        self.append(json.dumps({"id": it}) for it in ids)

    def put_texts(self, texts):
        self.append(json.dumps({"id": id, "text": text}, ensure_ascii=False) for id, text in texts.items())

    def put_poison(self, error_class):
        self.append(["{" if error_class == "malformed" else json.dumps("x" * (1 << 20))])

    def put_sized(self, sizes):
        self.put_texts({id: "x" * (size - len(json.dumps({"id": id, "text": ""}))) for id, size in sizes.items()})
