# SPDX-License-Identifier: Apache-2.0
"""The duckdb sink in the acceptance suite: its outside is a file."""

import os
import subprocess
from pathlib import Path

from sluice_acceptance import Record, SinkOutside

PROGRAMS = Path(os.environ.get("SLUICE_BIN", Path(__file__).parents[4] / "build/dev/bin"))


class Outside(SinkOutside):
    guarantee = "effectively once"
    takes = "json"
    wrong_options = (["--schema-drift=maybe"], ["--url=md:"])
    poison = {
        "malformed": Record("no JSON", b"poison"),
        "rejected": Record('{"id": null, "text": "x"}', b"poison"),
    }

    @property
    def path(self):
        return self.folder / "data.duckdb"

    def options(self):
        return ["--url", self.path, "--table", "x"]

    def query(self, text, *more):
        # A copy of the file and its log may be torn while the sink writes; the suite asks again.
        done = subprocess.run([PROGRAMS / "duckdb-query", self.path, text, *more], text=True, capture_output=True)
        return done.stdout.splitlines() if done.returncode == 0 else []

    def prepare(self):
        self.query("CREATE TABLE x (id VARCHAR NOT NULL, text VARCHAR)", "in-place")

    def read_back(self):
        return self.query("SELECT id FROM x ORDER BY rowid")

    def read_texts(self):
        pairs = (it.split("|") for it in self.query("SELECT id, hex(encode(text)) FROM x"))
        return {it[0]: bytes.fromhex(it[1]).decode() for it in pairs}
