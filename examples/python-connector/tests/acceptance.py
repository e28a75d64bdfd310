# SPDX-License-Identifier: Apache-2.0
"""The Python example in the acceptance suite: its outside is a file of SQLite."""

import json
import sqlite3

from sluice_acceptance import SinkOutside


class Outside(SinkOutside):
    guarantee = "effectively once"
    wrong_options = (["--busy-timeout=soon"], ["--path="])
    known_limits = ("It ends when the cluster or the database fails, and relies on `sluice run` to be started again.",)

    def options(self):
        return ["--path", self.folder / "out.db", "--table", "records"]

    def prepare(self):
        # Once, and before somebody reads: changing the mode waits for nobody.
        database = sqlite3.connect(self.folder / "out.db")
        database.execute("PRAGMA journal_mode = WAL")
        database.close()

    def values(self):
        if not (self.folder / "out.db").exists():
            return []
        database = sqlite3.connect(self.folder / "out.db", timeout=10)
        try:
            rows = database.execute("SELECT value FROM records ORDER BY partition, offset").fetchall()
        except sqlite3.OperationalError:  # there is no table yet
            rows = []
        finally:
            database.close()
        return [json.loads(it[0]) for it in rows]

    def read_back(self):
        return [it["id"] for it in self.values()]

    def read_texts(self):
        return {it["id"]: it["text"] for it in self.values()}
