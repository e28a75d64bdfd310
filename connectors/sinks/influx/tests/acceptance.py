# SPDX-License-Identifier: Apache-2.0
"""The influx sink in the acceptance suite, against InfluxDB 1."""

import json
import urllib.parse
import urllib.request

from sluice_acceptance import CANARY, Record, SinkOutside


class Outside(SinkOutside):
    server = "influxdb"
    guarantee = "at least once"
    takes = "json"
    ordered = False  # points have times, and no other order
    secret_options = ("--username=u", f"--password={CANARY}")
    wrong_options = (["--url=ftp://h/"], ["--format=xml"], ["--measurement={"])
    poison = {"malformed": Record("[1]", "k")}
    known_limits = ("Points of one series with the same time are one point.",)

    def options(self):
        return ["--url", self.env["INFLUX_URL"], "--database", self.place, "--measurement", "m"]

    def ask(self, query):
        words = urllib.parse.urlencode({"q": query, "db": self.place})
        with urllib.request.urlopen(f"{self.env['INFLUX_URL']}/query", words.encode(), timeout=60) as answer:
            return json.load(answer)

    def prepare(self):
        self.ask(f"CREATE DATABASE {self.place}")

    def points(self):
        series = self.ask("SELECT id, text FROM m")["results"][0].get("series", [])
        return [row[1:] for one in series for row in one["values"]]

    def read_back(self):
        return [id for id, _ in self.points() if id]

    def read_texts(self):
        return {id: text for id, text in self.points() if id}
