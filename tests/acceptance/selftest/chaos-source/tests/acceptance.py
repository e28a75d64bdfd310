# SPDX-License-Identifier: Apache-2.0
"""The chaos source: CHAOS_FAULT says which fault it has."""

import json
import os

from sluice_acceptance import SourceOutside


class Outside(SourceOutside):
    guarantee = "at least once"

    poison = ("malformed",)
    record_limit = 200_000

    @property
    def file(self):
        return self.folder / "in"

    def options(self):
        return ["--file", self.file, "--fault", os.environ.get("CHAOS_FAULT", "none")]

    def prepare(self):
        self.file.touch()

    def put(self, ids):
        self.put_texts({it: "" for it in ids})

    def put_texts(self, texts):
        lines = (json.dumps({"id": id, "text": text}) + "\n" for id, text in texts.items())
        with open(self.file, "a", encoding="utf-8") as file:
            file.write("".join(lines))

    def put_poison(self, error_class):
        with open(self.file, "a", encoding="utf-8") as file:
            file.write("POISON\n")

    def put_sized(self, sizes):
        empty = len(json.dumps({"id": next(iter(sizes)), "text": ""}))
        self.put_texts({id: "x" * (size - empty) for id, size in sizes.items()})
