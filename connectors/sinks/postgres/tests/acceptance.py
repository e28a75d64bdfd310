# SPDX-License-Identifier: Apache-2.0
"""The postgres sink in the acceptance suite. A record is an insert, outside of a transaction; what the
relation event would have told stands in the sink's own table from the start."""

import json

from sluice_acceptance import CANARY, Record, SinkOutside

RELATION = 4711
INSTANCES = ("main", "second", "other", "a", "b")  # that the cases name


def event(**message):
    return json.dumps({"wal_start": 1, "wal_end": 1, "timestamp": 0, "message": message},
                      ensure_ascii=False, separators=(",", ":"))


def insert(number, id, text):
    return event(type="insert", rel_id=RELATION,
                 tuple=[number, {"String": id}, {"String": text}])


class Outside(SinkOutside):
    server = "postgres"
    server_options = ("-c", "max_connections=200")
    guarantee = "effectively once"
    takes = "json"
    secret_options = (f"--url=postgres://postgres:{CANARY}@127.0.0.1:1/postgres",)
    wrong_options = (["--schema-drift=sometimes"], ["--url=nonsense"], ["--table-map=a=b"])
    poison = {
        "malformed": Record('{"message":{"type":"insert"}}'),
        "rejected": Record(insert({"String": "not a number"}, "x", "")),
    }
    known_limits = (
        "A record that is refused in a transaction which began in an earlier batch stops the connector, whatever the policy.",
    )

    def options(self):
        return ["--url", self.env["PG_URL"], "--table-map", f"public.t={self.place}.t",
                "--offset-schema", f"{self.place}_own"]

    def sql(self, text):
        return self.run("psql", "-qXAtd", self.env["PG_URL"], "-v", "ON_ERROR_STOP=1", input=text)

    def prepare(self):
        columns = [{"flags": 0, "name": name, "type_id": 25 if name != "n" else 23, "type_modifier": -1}
                   for name in ("n", "id", "text")]
        relation = event(type="relation", rel_id=RELATION, namespace="public", name="t",
                         replica_identity="Default", columns=columns)
        names = ", ".join(f"('{self.place}-{name}')" for name in INSTANCES)
        self.sql(f"""CREATE SCHEMA {self.place}; CREATE SCHEMA {self.place}_own;
            CREATE TABLE {self.place}.t (nth bigserial, n int, id text, text text);
            CREATE TABLE {self.place}_own.sluice_schema (instance text, topic text, kind text, id bigint,
              event text NOT NULL, PRIMARY KEY (instance, topic, kind, id));
            INSERT INTO {self.place}_own.sluice_schema
              SELECT name, '{self.place}', 'relation', {RELATION}, '{relation}' FROM (VALUES {names}) names(name)""")

    def record(self, id, text=""):
        return Record(insert({"Int4": 1}, id, text), id)

    def read_back(self):
        return self.sql(f"SELECT id FROM {self.place}.t ORDER BY nth").split()

    def read_texts(self):
        rows = self.sql(f"SELECT coalesce(json_object_agg(id, text), '{{}}') FROM {self.place}.t")
        return json.loads(rows)
