# SPDX-License-Identifier: Apache-2.0
"""The postgres source in the acceptance suite. A record of the suite is a row of a table; the events
around it (begin, relation, commit) have no id."""

import json

from sluice_acceptance import CANARY, SourceOutside


class Outside(SourceOutside):
    server = "postgres"
    server_options = ("-c", "max_connections=200")
    guarantee = "at least once"
    secret_options = (f"--url=postgres://postgres:{CANARY}@127.0.0.1:1/postgres",)
    wrong_options = (["--slot=Not A Slot"], ["--snapshot=sometimes"], ["--url=nonsense"])
    skips = {
        "its_own_counts_add_up_to_what_was_sent": "events around the rows are records too",
        "what_it_has_read_is_delivered_before_it_ends": "events around the rows are records too",
        "its_pages_answer_and_agree": "events around the rows are records too",
        "a_smartmodule_filters_and_the_rest_arrives": "the suite's filter would take begin and commit for records",
    }
    known_limits = (
        "After a kill, a transaction that was under way is sent again from its beginning, and those whose place was not stored yet: "
        "readers tell them by `final_lsn`, as the postgres sink does.",
        "A slot that somebody else advances, or makes anew under the same name, loses changes without a sign; one that is gone or lost is an error.",
    )

    def options(self):
        return ["--url", self.env["PG_URL"], "--publication", self.place, "--slot", self.place,
                "--table", f"public.{self.place}"]

    def sql(self, text):
        return self.run("psql", "-qXAtd", self.env["PG_URL"], "-v", "ON_ERROR_STOP=1", input=text)

    def prepare(self):
        # A server has few slots; those of earlier cases are of no use.
        self.sql("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE NOT active")
        self.sql(f"CREATE TABLE {self.place} (n bigserial PRIMARY KEY, id text, text text)")

    def put(self, ids):
        self.put_texts({it: "" for it in ids})

    def put_texts(self, texts):
        rows = "".join(f"{id}\t{_copy(text)}\n" for id, text in texts.items())
        self.sql(f"COPY {self.place} (id, text) FROM STDIN;\n{rows}\\.\n")

    def id_of(self, value):
        row = self._row(value)
        return row[1]["String"] if row else None

    def ids_of(self, values):
        out = []
        for value in values:
            if json.loads(value)["message"]["type"] == "truncate":
                out.clear()  # rows that were being read at a stop, or a kill, begin anew
            elif (id := self.id_of(value)) is not None:
                out.append(id)
        return out

    def text_of(self, value):
        row = self._row(value)
        return row[2]["String"] if row else None

    def _row(self, value):
        return json.loads(value)["message"].get("tuple")


def _copy(text):
    """A text as COPY takes it."""
    for character, code in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
        text = text.replace(character, code)
    return text
