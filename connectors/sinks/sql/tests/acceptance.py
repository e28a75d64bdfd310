# SPDX-License-Identifier: Apache-2.0
"""The sql sink in the acceptance suite: SQLite, or what SQL_SINK_DATABASE says (postgres, mariadb)."""

import contextlib
import os
import sqlite3

from sluice_acceptance import CANARY, Record, SinkOutside


class Common(SinkOutside):
    guarantee = "effectively once"
    takes = "json"
    secret_options = (f"--url=postgres://me:{CANARY}@127.0.0.1:1/x",)
    wrong_options = (["--schema-drift=maybe"], ["--url=oracle://db/x"])
    poison = {
        "malformed": Record("no JSON", b"poison"),
        "rejected": Record('{"id": null, "text": "x"}', b"poison"),
    }

    known_limits = (
        "The numbers are those of SQLite; PostgreSQL and MariaDB pass the same suite (`SQL_SINK_DATABASE`), and `make test` runs on them what SQLite cannot show.",
        "A record that was skipped or became a dead letter is behind the stored offset only when a later one was written: after a crash in between it is treated again.",
    )

    def options(self):
        return [f"--url={self.url()}", "--table", self.place]


class OnSqlite(Common):
    """Its file is in the folder of the case."""

    @property
    def path(self):
        return self.folder / "data.db"

    def url(self):
        return f"sqlite:{self.path}"

    def sql(self, text):
        with contextlib.closing(sqlite3.connect(self.path, timeout=30, isolation_level=None)) as file:
            return file.execute(text).fetchall()

    def prepare(self):
        # Once only: changing the mode waits for nobody.
        self.sql("PRAGMA journal_mode = WAL")
        self.sql(f"CREATE TABLE {self.place} (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, text TEXT)")

    def read_back(self):
        return [id for (id,) in self.sql(f"SELECT id FROM {self.place} ORDER BY seq")]

    def read_texts(self):
        return dict(self.sql(f"SELECT id, text FROM {self.place}"))


class OnServer(Common):
    """Rows come as lines, texts as hexadecimal digits."""

    def prepare(self):
        self.sql(f"CREATE TABLE {self.place} (seq {self.serial}, id VARCHAR(40) NOT NULL, text {self.long_text})")

    def read_back(self):
        return self.sql(f"SELECT id FROM {self.place} ORDER BY seq").split()

    def read_texts(self):
        rows = self.sql(f"SELECT concat(id, '|', {self.hex}) FROM {self.place}")
        pairs = (line.split("|") for line in rows.split())
        return {it[0]: bytes.fromhex(it[1]).decode() for it in pairs}


class OnPostgres(OnServer):
    server = "postgres"
    server_options = ("-c", "max_connections=200")
    serial = "bigserial"
    long_text = "text"
    hex = "encode(convert_to(text, 'UTF8'), 'hex')"

    def url(self):
        return self.env["PG_URL"]

    def sql(self, text):
        return self.run("psql", "-XAtq", self.env["PG_URL"], "-c", text)


class OnMariadb(OnServer):
    server = "mariadb"
    serial = "bigint AUTO_INCREMENT PRIMARY KEY"
    long_text = "longtext CHARACTER SET utf8mb4"
    hex = "hex(text)"

    def url(self):
        return self.env["MARIADB_URL"]

    def sql(self, text):
        return self.run("mariadb", "--no-defaults", "-h127.0.0.1", f"-P{self.env['MARIADB_PORT']}", "-usluice",
                        '-pse"c ret', "-NBr", "test", "-e", text)


DATABASES = {"sqlite": OnSqlite, "postgres": OnPostgres, "mariadb": OnMariadb}


class Outside(DATABASES[os.environ.get("SQL_SINK_DATABASE") or "sqlite"]):
    pass
